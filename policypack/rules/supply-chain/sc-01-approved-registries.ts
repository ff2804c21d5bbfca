/**
 * Images, charts and caches come from approved registries; a reference without a host means Docker Hub. Without a list of approved
 * registries, public ones are refused, the carrier's own ECR is accepted, and other hosts are a question.
 */

import { type PodContext, perPod } from "../../engine/pod-checks";
import { isEksManaged, parseImage } from "../../analysis/images/reference";
import { judgedInCore } from "../../engine/judged";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, resources, workloads } from "../../engine/targets";
import type { Workload } from "../../model/kubernetes/workloads";
import { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SC-01",
  name: "sc-01-approved-registries",
  title: "Images, charts and add-ons come only from approved registries",
  family: "supply-chain",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: either<Workload, Resource>(
    workloads,
    resources("kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart", "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"),
  ),
  rationale:
    "An image from a registry that nobody approved is code that nobody looked at, run with the function's keys on the function's planes.",
  remediation:
    "Mirror the image into a registry of your own, name it in full, and list that registry under `registries` in carrierguard.yaml.",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "5.1.4", title: "Minimize Container Registries to only those approved (Manual)" },
    { framework: "NIST SP 800-190", ref: "4.1.5", title: "Use of untrusted images" },
    { framework: "NIST SP 800-53r5", ref: "CM-7(5)", title: "Least Functionality | Authorized Software — Allow-by-exception" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO12-065",
      title:
        "Network products validate software package integrity during installation/upgrade via cryptographic means, e.g. a digital signature. A list of public keys or cer",
    },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "II-4", title: "Part II: container image security" },
  ],
  breaks: [
    { id: "FGT1525", name: "Implant Internal Image" },
    { id: "T1525", name: "Implant Internal Image" },
    { id: "FGT1195.002", name: "Compromise Software Supply Chain" },
    { id: "T1204.003", name: "Malicious Image" },
  ],
  // One wrong image reference: where it comes from, and what pins it.
  // What nobody vetted declares no origin either: both ask where the code comes from, and whoever mirrors the image says it there.
  subsumes: { "SC-02": "evidence", "SC-04": "resource" },
  *check(subject, context) {
    if (subject instanceof Resource) yield* source(subject, context);
    else yield* images(subject, context);
  },
  examples: () => {
    const image = (reference: unknown) => networkFunction("amf", { container: { image: reference as string } });
    const settings = { registries: ["registry.carrier.example/5gc"] };
    return {
      pass: [
        { name: "an approved registry", resources: [image("registry.carrier.example/5gc/amf:1.0")], settings },
        {
          name: "an ECR of the carrier, where no list says otherwise",
          resources: [image("123456789012.dkr.ecr.eu-central-1.amazonaws.com/amf:1.0")],
        },
        { name: "an add-on of EKS", resources: [image("602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/pause:3.5")], settings },
      ],
      fail: [
        { name: "Docker Hub by omission", resources: [image("free5gc/amf:v3.4.3")] },
        { name: "a public registry", resources: [image("ghcr.io/omec-project/amf:rel-1")] },
        { name: "another project of the approved host", resources: [image("registry.carrier.example/other/amf:1.0")], settings },
        {
          name: "a host that only begins like the approved one",
          resources: [image("registry.carrier.example.evil.net/5gc/amf:1.0")],
          settings,
        },
        {
          name: "a pull-through cache of a registry that is not approved",
          resources: [
            resource("aws:ecr/pullThroughCacheRule:PullThroughCacheRule", "hub", { upstreamRegistryUrl: "registry-1.docker.io" }),
          ],
          settings,
        },
      ],
      undetermined: [
        { name: "a private host, and no list of approved ones", resources: [image("registry.carrier.example/5gc/amf:1.0")] },
        { name: "the image comes with the deployment", resources: [image(unknownValue())], settings },
      ],
    };
  },
});

/** Registries that everybody can push to. */
const PUBLIC =
  /(^|\.)(docker\.io|docker\.com|ghcr\.io|quay\.io|gcr\.io|pkg\.dev|registry\.k8s\.io|public\.ecr\.aws|mcr\.microsoft\.com|registry\.gitlab\.com|docker\.pkg\.github\.com|codeberg\.org|ttl\.sh)$/;
const PRIVATE_ECR = /^\d{12}\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;

/** Whether a place (host/path) is on the list; `unknown` for private hosts where there is no list. */
function approval(host: string, path: string, context: PodContext): "yes" | "no" | "unknown" {
  const { registries } = context.settings;
  const place = `${host}/${path}`;
  if (registries.some((entry) => place === entry || place.startsWith(entry.endsWith("/") ? entry : `${entry}/`))) return "yes";
  if (registries.length > 0 || PUBLIC.test(host.replace(/:\d+$/, "").replace(/\.$/, ""))) return "no";
  return PRIVATE_ECR.test(host) ? "yes" : "unknown";
}

const images = perPod(judgedInCore, function* (workload, context) {
  const { judged, networkFunctions } = workload;
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  for (const container of workload.containers) {
    const node = container.node.get("image");
    const image = container.image.state === "known" ? parseImage(container.image.value) : undefined;
    if (node.isAbsent || (image !== undefined && isEksManaged(image))) continue;
    const answer = image === undefined ? "unknown" : approval(image.registry, image.path, context);
    if (answer === "no") wrong.push(seen(node, "an approved registry"));
    if (answer === "unknown") open.push(seen(node, "an approved registry"));
  }
  if (wrong.length > 0) {
    yield (judged === "yes" ? fail : undetermined)({
      message: `${workload.kind} ${workload.name} runs ${list(wrong)} from a registry that is not approved: code that nobody vetted, with the function's keys.`,
      evidence: wrong,
      networkFunctions,
    });
  } else if (open.length > 0) {
    yield undetermined({
      message: `Whether ${list(open)} of ${workload.name} comes from an approved registry cannot be told: \`registries\` in carrierguard.yaml names none, or the image is not known yet.`,
      evidence: open,
      networkFunctions,
    });
  }
});

function list(evidence: readonly Evidence[]): string {
  return [...new Set(evidence.map((item) => String(item.actual)))].join(", ");
}

/** Charts and caches bring images from where they point to. */
function* source(subject: Resource, context: RuleContext): Iterable<Verdict> {
  const cache = subject.type.startsWith("aws:");
  const place: Node = cache ? subject.props.get("upstreamRegistryUrl") : subject.props.get("repositoryOpts", "repo");
  const chart = valueOr(subject.props.get("chart").string(), "");
  const read = place.string();
  const address = read.state === "known" ? read.value : cache ? "" : chart.startsWith("oci://") ? chart : "";
  if (read.state === "unknown")
    yield undetermined({
      message: `Where ${subject.name} takes its content from is not known before deployment.`,
      evidence: [seen(place, "an approved registry")],
    });
  if (address === "" || context.settings.registries.length === 0) return;
  const [host = "", ...path] = address.replace(/^[a-z]+:\/\//, "").split("/");
  if (approval(host, path.join("/"), context) !== "no") return;
  yield fail({
    message: `${cache ? "Pull-through cache" : "Chart"} ${subject.name} takes its content from ${host}, which is not approved: code that nobody vetted.`,
    evidence: [seen(place.isAbsent ? subject.props.get("chart") : place, "an approved registry")],
  });
}
