/** What identities may do in AWS: documents, decisions, trust, escalation. */

export { decide, type Decision, type Layer } from "./decide";
export { isPolicy, type Policy, readPolicy, type Statement } from "./document";
export { escalationsOf, mayDo } from "./escalation";
export { ACCOUNT_ADMINISTRATOR, type Step } from "./graph";
export { guardsOf } from "./guards";
export { documentIdentity, type Guards, identities, type Identity } from "./identities";
export { type Actor, awsActors, awsIdentities, explain, type Explanation, type IdentityReport, reportOn } from "./report";
