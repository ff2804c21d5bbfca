/** What identities may do in AWS: documents, decisions, trust, escalation. */

export { type Policy, readPolicy, type Statement } from "./document";
export { escalationsOf, mayDo } from "./escalation";
export { type Step } from "./graph";
export { guardsOf } from "./guards";
export { documentIdentity, type Guards, type Identity } from "./identities";
export { awsIdentities, explain, type Explanation, type IdentityReport, reportOn } from "./report";
