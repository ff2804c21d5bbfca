/**
 * DaemonSets, CronJobs and Jobs in core namespaces are those of the declared inventory. A function that runs as a DaemonSet is the core itself, and
 * Helm's hooks are a part of its release.
 */

import { isCoreNamespace } from "../../engine/namespace-targets";
import { defineRule, type Evidence, fail, type RuleContext, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import { networkFunction, unknownValue } from "../../testing/build";

const KINDS = ["DaemonSet", "CronJob", "Job"];

const controllers: Target<Workload> = {
  description: KINDS.join(", "),
  types: ["kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:CronJob", "kubernetes:batch/v1:Job"],
  subjects: (model: CoreModel) => model.workloads.filter((workload) => KINDS.includes(workload.kind)),
  resource: (workload) => workload.object.resource,
};

export default defineRule({
  id: "WH-12",
  name: "wh-12-no-unexpected-controllers",
  title: "Unexpected controllers in core namespaces are refused",
  family: "workload",
  severity: "medium",
  scope: "stack",
  since: "0.1.0",
  target: controllers,
  rationale:
    "A DaemonSet puts a pod on every node of the core, a CronJob brings an intruder back after every clean-up: both are how a foothold is kept, and neither is a part of a 5G function.",
  remediation:
    "Remove the controller, move it into a platform namespace, or declare it under rules.WH-12.inventory as \"<Kind> <namespace>/<name> <owner> sha256:<digest of its image>\".",
  options: {
    inventory: {
      type: "strings",
      description: 'Controllers that core namespaces may hold: "<Kind> <namespace>/<name> <owner> <digest>", such as "CronJob core/cdr-export charging-team sha256:…".',
      default: [],
    },
  },
  standards: [
    { framework: "NIST SP 800-190", ref: "4.4.5", title: "Rogue containers" },
    { framework: "NIST SP 800-53r5", ref: "CM-8", title: "System Component Inventory" },
    { framework: "NIST SP 800-53r5", ref: "CM-11", title: "User-installed Software" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO23-015", title: "Monitoring of the presence or loading of known vulnerable software. Monitoring of the deployment of suspicious or unknown container or VM images in the NFV envi" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "MON-INV", title: "Monitoring: inventory" },
  ],
  breaks: [
    { id: "T1053.007", name: "Container Orchestration Job" },
    { id: "T1610", name: "Deploy Container" },
    { id: "FGT5013", name: "Malicious VNF Instantiation" },
    { id: "FGT5007", name: "Registration Of Malicious Network Functions" },
  ],
  *check(workload, context) {
    if (workload.hook || !isCoreNamespace(workload.namespace, context)) return;
    const { role, networkFunctions, contradictions } = context.model.classification(workload);
    if (role === "nf" && workload.kind === "DaemonSet" && contradictions.length === 0) return;
    const entry = declared(workload, context);
    if (entry === undefined) {
      yield fail({
        message: `${workload.kind} ${workload.name} in namespace ${workload.namespace} is in no inventory: ${workload.kind === "DaemonSet" ? "a pod on every node" : "what runs on its own and comes back"} is how a foothold in a core is kept (Container Orchestration Job).`,
        evidence: [seen(workload.object.metadata.get("name"), "an entry of rules.WH-12.inventory")],
        networkFunctions,
      });
      return;
    }
    yield* sameImages(workload, entry);
  },
  examples: () => ({
    pass: [
      { name: "a declared export of charging records", resources: [chf, job(DIGEST)], settings: { rules: { "WH-12": { options: { inventory: [ENTRY] } } } } },
      { name: "a UPF on every node", resources: [networkFunction("upf", { kind: "DaemonSet" })] },
      { name: "a log agent in a platform namespace", resources: [chf, networkFunction("fluent-bit", { kind: "DaemonSet", namespace: "amazon-cloudwatch" })] },
      { name: "a namespace without a core", resources: [networkFunction("backup", { kind: "CronJob", namespace: "web", container: { image: "backup" } })] },
    ],
    fail: [
      { name: "a CronJob that nobody declared", resources: [chf, networkFunction("sync", { kind: "CronJob", container: { image: "vendor/sync" } })] },
      { name: "a DaemonSet among the functions", resources: [chf, networkFunction("agent", { kind: "DaemonSet", container: { image: "vendor/agent" } })] },
      { name: "a declared job with another image", resources: [chf, job("f".repeat(64))], settings: { rules: { "WH-12": { options: { inventory: [ENTRY] } } } } },
      { name: "a declared job by a tag", resources: [chf, networkFunction("cdr-export", { kind: "CronJob", container: { image: "r.example/export:1" } })], settings: { rules: { "WH-12": { options: { inventory: [ENTRY] } } } } },
    ],
    undetermined: [{ name: "an image that the configuration brings", resources: [chf, networkFunction("cdr-export", { kind: "CronJob", container: { image: unknownValue() } })], settings: { rules: { "WH-12": { options: { inventory: [ENTRY] } } } } }],
  }),
}); // prettier-ignore

interface Entry {
  readonly owner: string;
  readonly digest: string;
}

/** The inventory's entry for a controller: kind, place, owner and digest, in this order. */
function declared(workload: Workload, context: RuleContext): Entry | undefined {
  for (const line of context.options["inventory"] as readonly string[]) {
    const [kind, place, owner = "", digest = ""] = line.trim().split(/\s+/);
    if (kind === workload.kind && place === `${workload.namespace}/${workload.name}` && owner !== "") return { owner, digest };
  }
  return undefined;
}

function* sameImages(workload: Workload, entry: Entry): Iterable<Verdict> {
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  const expected = entry.digest === "" ? "an image digest in the inventory" : `@${entry.digest}`;
  for (const container of workload.containers) {
    const node = container.node.get("image");
    if (container.image.state !== "known") open.push(seen(node, expected));
    else if (!container.image.value.endsWith(`@${entry.digest}`)) wrong.push(seen(node, expected));
  }
  const evidence = wrong.length > 0 ? wrong : open;
  if (evidence.length === 0) return;
  yield (wrong.length > 0 ? fail : undetermined)({
    message: `${workload.kind} ${workload.name} of ${entry.owner} ${wrong.length > 0 ? "runs" : "may run"} another image than the inventory declares: under a known name, anything can be kept in the core (Container Orchestration Job).`,
    evidence,
    cause: "image",
  });
}

const DIGEST = "0123456789abcdef".repeat(4);
const ENTRY = `CronJob core/cdr-export charging-team sha256:${DIGEST}`;
const chf = networkFunction("chf");

function job(digest: string) {
  return networkFunction("cdr-export", { kind: "CronJob", container: { image: `r.example/export@sha256:${digest}` } });
}
