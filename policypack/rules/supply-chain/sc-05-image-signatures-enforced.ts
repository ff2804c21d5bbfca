/**
 * Something in the cluster checks who signed the images of the core, and refuses what nobody known signed: in every namespace of the core, for
 * every image that runs there.
 */

import { namespaceLabels } from "../../analysis/admission/guards";
import { type SignatureCheck, signatureChecks } from "../../analysis/admission/image-signatures";
import { isEksManaged, parseImage } from "../../analysis/images/reference";
import { functionsIn, isCore, type NamespaceInUse, namespacesInUse, namespaceTitle } from "../../engine/namespace-targets";
import { defineRule, fail, seen, undetermined, type Verdict } from "../../engine/rule";
import type { CoreModel } from "../../model/core";
import { and, type Match } from "../../model/kubernetes/selectors";
import { valueOr } from "../../model/value";
import { networkFunction, object, type Properties, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SC-05",
  name: "sc-05-image-signatures-enforced",
  title: "Signature and attestation verification is enforced in the cluster",
  family: "supply-chain",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: namespacesInUse,
  rationale:
    "A digest says which image runs, not who made it. Where nothing checks signatures, whoever can push to the registry or edit a manifest runs code of his own as the UDM, with its keys.",
  remediation:
    "Admit pods into the core's namespaces only with signed images: a Kyverno ClusterPolicy (verifyImages, failureAction: Enforce) or a Sigstore ClusterImagePolicy (namespace label policy.sigstore.dev/include: \"true\") that names your public key, or the keyless subject and issuer of your release pipeline.",
  standards: [
    { framework: "NIST SP 800-190", ref: "4.1.5", title: "Use of untrusted images" },
    { framework: "CIS Kubernetes 1.12", ref: "5.5.1", title: "Configure Image Provenance using ImagePolicyWebhook admission controller" },
    { framework: "NIST SP 800-53r5", ref: "CM-14", title: "Signed Components" },
    { framework: "NIST SP 800-53r5", ref: "SI-7(15)", title: "Software, Firmware, and Information Integrity | Code Authentication" },
    { framework: "NIST SP 800-53r5", ref: "SR-4", title: "Provenance" },
    { framework: "3GPP TS 33.527 (SCAS)", ref: "4.2.3.3.5.2", title: "VNF package and VNF image integrity" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.3.5", title: "Network Product software package integrity" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-065", title: "Network products validate software package integrity during installation/upgrade via cryptographic means, e.g. a digital signature. A list of public keys or cer" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-083", title: "VNF package integrity is validated by NFVO upon its reception using the signature generated and provided by the VNF Provider.  VNF package artifacts/configurati" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "IV", title: "Part IV: integrity of cloud infrastructure (platform, build, launch, microservices)" },
  ],
  breaks: [
    { id: "FGT1195.002", name: "Compromise Software Supply Chain" },
    { id: "FGT1525", name: "Implant Internal Image" },
    { id: "T1525", name: "Implant Internal Image" },
  ],
  *check(namespace, context) {
    if (isCore(namespace, context)) yield* judge(namespace, context.model);
  },
  examples: () => {
    const core = object("v1", "Namespace", "core", { metadata: { labels: { "policy.sigstore.dev/include": "true" } } });
    const amf = networkFunction("amf");
    const key = { entries: [{ keys: { publicKeys: "-----BEGIN PUBLIC KEY-----" } }] };
    const kyverno = (check: Properties, spec: Properties = {}) =>
      object("kyverno.io/v1", "ClusterPolicy", "signed", { spec: { rules: [{ name: "signed", match: { any: [{ resources: { kinds: ["Pod"] } }] }, verifyImages: [{ imageReferences: ["*"], failureAction: "Enforce", attestors: [key], ...check }] }], ...spec } });
    const sigstore = (spec: Properties) =>
      object("policy.sigstore.dev/v1beta1", "ClusterImagePolicy", "signed", { spec: { images: [{ glob: "**" }], authorities: [{ key: { data: "-----BEGIN PUBLIC KEY-----" } }], ...spec } });
    const keyless = (identity: Properties) => ({ authorities: [{ keyless: { url: "https://fulcio.example", identities: [identity] } }] });
    return {
      pass: [
        { name: "Kyverno by a public key", resources: [core, amf, kyverno({})] },
        { name: "Kyverno's older way to say it", resources: [core, amf, kyverno({ failureAction: null }, { validationFailureAction: "Enforce" })] },
        { name: "Sigstore by the pipeline's identity", resources: [core, amf, sigstore(keyless({ issuer: "https://token.actions.githubusercontent.com", subject: "https://github.com/carrier/core/.github/workflows/release.yaml@refs/heads/main" }))] },
        { name: "only the carrier's registry, where everything comes from there", resources: [core, amf, kyverno({ imageReferences: ["123456789012.dkr.ecr.*.amazonaws.com/5gc/*"] })] },
        { name: "Ratify behind Gatekeeper", resources: [core, amf, object("config.ratify.deislabs.io/v1beta1", "Verifier", "notation", { spec: {} }), object("constraints.gatekeeper.sh/v1beta1", "RatifyVerification", "signed", { spec: { enforcementAction: "deny" } })] },
        { name: "an ImageValidatingPolicy", resources: [core, amf, object("policies.kyverno.io/v1beta1", "ImageValidatingPolicy", "signed", { spec: { matchImageReferences: [{ glob: "*" }], attestors: [{ name: "release", cosign: { key: { data: "-----BEGIN PUBLIC KEY-----" } } }], validations: [{ expression: "images.containers.map(image, verifyImageSignatures(image, [attestors.release])).all(e, e > 0)" }] } })] },
        { name: "no core", resources: [networkFunction("web", { namespace: "shop" })] },
      ],
      fail: [
        { name: "nothing checks", resources: [core, amf] },
        { name: "a policy that only tells", resources: [core, amf, kyverno({ failureAction: "Audit" })] },
        { name: "Sigstore that only warns", resources: [core, amf, sigstore({ mode: "warn" })] },
        { name: "Sigstore, but the namespace is not included", resources: [object("v1", "Namespace", "core"), amf, sigstore({})] },
        { name: "anybody's keyless signature", resources: [core, amf, sigstore(keyless({ issuerRegExp: ".*", subjectRegExp: ".*" }))] },
        { name: "everybody passes by a static authority", resources: [core, amf, sigstore({ authorities: [{ static: { action: "pass" } }] })] },
        { name: "a policy for another namespace", resources: [core, amf, kyverno({}, { rules: [{ name: "signed", match: { any: [{ resources: { kinds: ["Pod"], namespaces: ["shop"] } }] }, verifyImages: [{ imageReferences: ["*"], failureAction: "Enforce", attestors: [key] }] }] })] },
        { name: "images that the policy does not speak of", resources: [core, amf, networkFunction("upf", { container: { image: "docker.io/free5gc/upf:v3" } }), kyverno({ imageReferences: ["123456789012.dkr.ecr.*.amazonaws.com/*"] })] },
        { name: "an exception for the core's own images", resources: [core, amf, kyverno({ skipImageReferences: ["*/5gc/*"] })] },
        { name: "a check without any attestor", resources: [core, amf, kyverno({ attestors: [] })] },
      ],
      undetermined: [
        { name: "an action that the deployment brings", resources: [core, amf, kyverno({ failureAction: unknownValue() })] },
        { name: "whether Sigstore includes the namespace is not in the stack", resources: [amf, sigstore({})] },
      ],
    };
  },
}); // prettier-ignore

function* judge(namespace: NamespaceInUse, model: CoreModel): Iterable<Verdict> {
  const labels = namespaceLabels(model, namespace.name);
  const checks = model.ask(signatureChecks).map((check) => ({ check, here: and([check.enforces, check.covers(labels), check.signers]) }));
  const common = { networkFunctions: functionsIn(namespace, model), cause: "signatures" };
  const title = namespaceTitle(namespace);
  if (checks.every(({ here }) => here === "no")) {
    const near = checks.map(({ check }) => check).find((check) => check.covers(labels) !== "no");
    yield fail({
      message: `No signature is needed to run an image in namespace ${title}${near === undefined ? "" : ` (${near.object.kind} ${near.object.name} ${weakness(near)})`}: whoever can push to the registry or edit a manifest runs code of his own as a function (Implant Internal Image).`,
      evidence: [near === undefined ? { path: "verifyImages", actual: null, expected: "a policy that refuses unsigned images there" } : seen(near.enforces === "yes" ? near.signersNode : near.because, near.enforces === "yes" ? "a key, or a keyless identity with its issuer" : "a policy that refuses")],
      ...common,
    });
    return;
  }
  const answers = imagesIn(namespace).map((image) => ({ image, answer: best(checks.map(({ check, here }) => and([here, check.about(image)]))) }));
  const unsigned = answers.filter(({ answer }) => answer === "no").map(({ image }) => image);
  const open = answers.filter(({ answer }) => answer === "maybe").map(({ image }) => image);
  const told = unsigned.length > 0 ? unsigned : open;
  const doubtful = answers.length === 0 && checks.every(({ here }) => here !== "yes");
  if (told.length === 0 && !doubtful) return;
  yield (unsigned.length > 0 ? fail : undetermined)({
    message: `${unsigned.length > 0 ? "No policy speaks of the signature of" : "Whether signatures are demanded of"} ${told.slice(0, 3).join(", ")}${told.length > 3 ? ` and ${told.length - 3} more` : ""} in namespace ${title}${unsigned.length > 0 ? ": whoever can push there runs code of his own as a function (Implant Internal Image)" : " is not known yet"}.`,
    evidence: [{ path: "verifyImages.imageReferences", actual: told.slice(0, 5).join(", "), expected: "every image of the core" }],
    ...common,
  });
} // prettier-ignore

function weakness(check: SignatureCheck): string {
  return check.enforces === "yes" ? "believes everybody" : "only tells";
}

function best(answers: readonly Match[]): Match {
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
}

/** Images that AWS itself puts there are signed by AWS. */
function imagesIn({ workloads }: NamespaceInUse): string[] {
  const images = workloads
    .filter(({ hook }) => !hook)
    .flatMap(({ containers }) => containers)
    .flatMap(({ image }) => valueOr(image, undefined) ?? []);
  return [...new Set(images)].filter((image) => {
    const parsed = parseImage(image);
    return parsed === undefined || !isEksManaged(parsed);
  });
}
