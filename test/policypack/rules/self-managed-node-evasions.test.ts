/** Nodes that join a cluster by themselves, and their launch templates: ways round the rules, and designs that only look like one. */

import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing";
import { answers } from "../../support/rule-answers";

const encoded = (text: string): Properties => ({ userData: Buffer.from(text).toString("base64") });
const template = (properties: Properties, id = "lt-1") => resource("aws:ec2/launchTemplate:LaunchTemplate", "upf", { id, ...properties });
const group = (properties: Properties) => resource("aws:autoscaling/group:Group", "upf", { launchTemplate: { id: "lt-1" }, ...properties });
const mixed = (first: string, ...overrides: string[]): Properties => ({
  launchTemplate: null,
  mixedInstancesPolicy: {
    launchTemplate: {
      launchTemplateSpecification: { launchTemplateId: first },
      overrides: overrides.map((launchTemplateId) => ({ launchTemplateSpecification: { launchTemplateId } })),
    },
  },
});
const OWNED = { key: "kubernetes.io/cluster/core", value: "owned" };

const amf = networkFunction("amf");
const classified = { key: "carrierguard.dev/zone", value: "user-plane" };

answers("GV-01", [
  ["untagged nodes of the operator's own Auto Scaling group", [amf, group({ tags: [OWNED] })], "advice"],
  ["tagged ones", [amf, group({ tags: [OWNED, classified] })], "pass"],
  ["an Auto Scaling group of no nodes", [amf, group({})], "pass"],
]);

const hardened = template({ metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 } });

answers("ID-06", [
  ["a template out of sight by a mixed instances policy", [group(mixed("lt-0abc"))], "undetermined"],
  ["an override's template out of sight", [hardened, group(mixed("lt-1", "lt-0abc"))], "undetermined"],
  ["a mixed instances policy of the stack's own template", [hardened, group(mixed("lt-1"))], "pass"],
  ["a group of the stack's own template", [hardened, group({})], "pass"],
]);

const eks = resource("aws:eks/cluster:Cluster", "core", { name: "core" });
const tainted = (cluster = "core") => [
  group({}),
  template(encoded(`#!/bin/bash\n/etc/eks/bootstrap.sh ${cluster} --kubelet-extra-args '--register-with-taints=dedicated=upf:NoSchedule'`)),
];
const falco = (pod: Properties) => networkFunction("falco", { kind: "DaemonSet", namespace: "falco", pod });
const elsewhere = { settings: { rules: { "LG-06": { options: { detections: "SOC repository" } } } } };

answers("LG-06", [
  ["a taint of the operator's own nodes", [eks, networkFunction("upf"), ...tainted(), falco({})], "fail", elsewhere],
  [
    "the same, tolerated",
    [eks, networkFunction("upf"), ...tainted(), falco({ tolerations: [{ key: "dedicated", operator: "Exists" }] })],
    "pass",
    elsewhere,
  ],
  ["the same, of another cluster", [eks, networkFunction("upf"), ...tainted("office"), falco({})], "pass", elsewhere],
]);

const ZONE = "carrierguard.dev/zone";
const onZone = (name: string, zone: string, tolerating = true) =>
  networkFunction(name, {
    pod: {
      nodeSelector: { [ZONE]: zone },
      tolerations: tolerating ? [{ key: ZONE, operator: "Equal", value: zone, effect: "NoSchedule" }] : [],
    },
  });
/** A zone's nodes, as the autoscaler is told of them. */
const zoneNodes = (zone: string, taint?: string) =>
  resource("aws:autoscaling/group:Group", zone, {
    tags: [
      OWNED,
      { key: `k8s.io/cluster-autoscaler/node-template/label/${ZONE}`, value: zone },
      ...(taint === undefined ? [] : [{ key: `k8s.io/cluster-autoscaler/node-template/taint/${ZONE}`, value: `${zone}:${taint}` }]),
    ],
  });
const free = networkFunction("upf");

answers("SG-29", [
  ["nodes without a taint", [zoneNodes("auth"), onZone("udm", "auth", false), free], "fail"],
  ["a taint that only prefers", [zoneNodes("auth", "PreferNoSchedule"), onZone("udm", "auth"), free], "fail"],
  [
    "a taint that keeps out what may run elsewhere",
    [zoneNodes("auth", "NoSchedule"), zoneNodes("general"), onZone("udm", "auth"), free],
    "pass",
  ],
]);

const vpc = resource("aws:ec2/vpc:Vpc", "core", { id: "vpc-1", cidrBlock: "10.0.0.0/16", tags: { [ZONE]: "control" } });
const subnet = resource("aws:ec2/subnet:Subnet", "s", { id: "subnet-1", vpcId: "vpc-1", cidrBlock: "10.0.1.0/24" });
const interfaces = (...networkInterfaces: Properties[]) => template({ networkInterfaces });
const onPlane = { deviceIndex: 1, subnetId: "subnet-1" };

const adopted = resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default", { id: "sg-default", vpcId: "vpc-1" });

answers("SG-04", [
  [
    "the default group on a secondary interface of a launch template",
    [vpc, adopted, interfaces({ ...onPlane, securityGroups: ["sg-default"] })],
    "fail",
  ],
  ["a group of its own there", [vpc, adopted, interfaces({ ...onPlane, securityGroups: ["sg-n3"] })], "pass"],
]);

const bottlerocket = (script: string) =>
  template(
    encoded(
      [
        "[settings.kubernetes]",
        'cluster-name = "core"',
        "[settings.bootstrap-containers.planes]",
        'source = "r.example/bootstrap@sha256:1"',
        `user-data = "${Buffer.from(`#!/bin/sh\n${script}\n`).toString("base64")}"`,
      ].join("\n"),
    ),
  );
const fetching = template(encoded("#!/bin/bash\ncurl https://x/i.sh | sh"));

answers("WH-11", [
  ["a script that Bottlerocket hands to a bootstrap container", [bottlerocket("curl -sfL https://x/i.sh | sh")], "fail"],
  ["a bootstrap container that brings interfaces up", [bottlerocket("ip link set eth1 up")], "pass"],
  ["a template that only an override names", [group({ tags: [OWNED], ...mixed("lt-0", "lt-1") }), fetching], "fail"],
  ["the same for machines that are no nodes", [group(mixed("lt-0", "lt-1")), fetching], "pass"],
  ["nodes by a tag of its own", [group({ name: "upf" }), fetching, tagged("upf")], "fail"],
]);

function tagged(autoscalingGroupName: string) {
  return resource("aws:autoscaling/tag:Tag", "owned", { autoscalingGroupName, tag: OWNED });
}

const n3 = object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "n3", {
  metadata: { annotations: { "k8s.v1.cni.cncf.io/resourceName": "intel.com/upf_dpdk" } },
  spec: { config: JSON.stringify({ type: "sriov", ipam: { type: "static", addresses: [{ address: "10.0.1.10/24" }] } }) },
});
const upf = networkFunction("upf", { annotations: { "k8s.v1.cni.cncf.io/networks": "n3" } });
const grouped = { ...onPlane, securityGroups: ["sg-n3"] };

answers("SG-14", [
  ["one of two launch templates without a group", [vpc, subnet, n3, upf, interfaces(grouped), template({ networkInterfaces: [onPlane] }, "lt-2")], "fail"], // prettier-ignore
  ["groups that the deployment brings", [vpc, subnet, n3, upf, interfaces({ ...onPlane, securityGroups: unknownValue() })], "pass"],
]);
