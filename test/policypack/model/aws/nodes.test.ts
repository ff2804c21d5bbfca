/** Which machines are nodes of which cluster, and with which labels and taints: in every form in which people write it. */

import { nodeGroups } from "../../../../policypack/model/aws/nodes";
import { CoreModel } from "../../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../../policypack/model/stack";
import { type Properties, resource, unknownValue } from "../../../../policypack/testing/build";

const cluster = resource("aws:eks/cluster:Cluster", "core", { name: "core" });
const group = (properties: Properties, dependsOn = {}) =>
  resource("aws:autoscaling/group:Group", "upf", { launchTemplate: { id: "lt-1" }, ...properties }, dependsOn);
const template = (properties: Properties, dependsOn = {}) =>
  resource("aws:ec2/launchTemplate:LaunchTemplate", "upf", { id: "lt-1", ...properties }, dependsOn);
const profile = { iamInstanceProfile: { name: "nodes" } };
const role = [
  resource("aws:iam/role:Role", "nodes", { arn: "arn:aws:iam::123456789012:role/nodes", name: "nodes" }),
  resource("aws:iam/instanceProfile:InstanceProfile", "nodes", { name: "nodes", role: "nodes" }),
];
const entry = (type: string) =>
  resource("aws:eks/accessEntry:AccessEntry", "nodes", {
    clusterName: "core",
    principalArn: "arn:aws:iam::123456789012:role/nodes",
    type,
  });
const encoded = (text: string): Properties => ({ userData: Buffer.from(text).toString("base64") });

function found(...resources: readonly ResourceInit[]) {
  const stack = { resources: [cluster, ...resources].map((init) => new Resource(init)), gaps: [] };
  return new CoreModel(stack).ask(nodeGroups);
}

/** The cluster that machines are found to join: its name, "elsewhere", "unknown", or nothing where they are no nodes. */
function joined(...resources: readonly ResourceInit[]): string | undefined {
  const [only] = found(...resources);
  return only?.cluster.state === "resolved" ? only.cluster.resource.name : only?.cluster.state;
}

const OWNED = { key: "kubernetes.io/cluster/core", value: "owned", propagateAtLaunch: true };

// prettier-ignore
test.each<[string, ResourceInit[], string | undefined]>([
  ["the group's tag", [group({ tags: [OWNED] }), template({})], "core"],
  ["its tag as a resource of its own", [group({ name: "upf-nodes" }), template({}), resource("aws:autoscaling/tag:Tag", "t", { autoscalingGroupName: "upf-nodes", tag: OWNED })], "core"],
  ["a tag whose name comes with the cluster", [group({ tags: [{ key: unknownValue(cluster), value: "owned" }] }), template({})], "core"],
  ["a tag whose name comes with something else", [group({ tags: [{ key: unknownValue(), value: "owned" }] }), template({})], undefined],
  ["the autoscaler's tag", [group({ tags: [{ key: "k8s.io/cluster-autoscaler/core", value: "owned" }] }), template({})], "core"],
  ["the autoscaler's switch alone", [group({ tags: [{ key: "k8s.io/cluster-autoscaler/enabled", value: "true" }] }), template({})], undefined],
  ["the tag of another cluster", [group({ tags: [{ ...OWNED, key: "kubernetes.io/cluster/office" }] }), template({})], "elsewhere"],
  ["the instances' tag in the launch template", [group({}), template({ tagSpecifications: [{ resourceType: "instance", tags: { "kubernetes.io/cluster/core": "owned" } }] })], "core"],
  ["a web server's group", [group({ tags: [{ key: "Name", value: "web" }] }), template(encoded("#!/bin/bash\nsystemctl start nginx"))], undefined],
  ["bootstrap.sh", [group({}), template(encoded("#!/bin/bash\n/etc/eks/bootstrap.sh --use-max-pods false \\\n  --apiserver-endpoint https://x 'core' --b64-cluster-ca x"))], "core"],
  ["bootstrap.sh with a variable", [group({}), template(encoded('#!/bin/bash\n/etc/eks/bootstrap.sh "$CLUSTER"'))], "unknown"],
  ["a NodeConfig of nodeadm", [group({}), template(encoded("MIME-Version: 1.0\n\n--//\nContent-Type: application/node.eks.aws\n\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: core\n--//--"))], "core"],
  ["Bottlerocket's settings", [group({}), template(encoded('[settings.kubernetes]\n"cluster-name" = "core" # ours\n'))], "core"],
  ["Bottlerocket's settings by dotted keys", [group({}), template(encoded("settings.kubernetes = { api-server = 'https://x', cluster-name = 'core' }"))], "core"],
  ["user data made from the cluster", [group({}), template({ userData: unknownValue() }, { userData: [cluster] })], "core"],
  ["user data that the configuration brings", [group({}), template({ userData: unknownValue() })], undefined],
  ["the access entry of its role", [group({}), template(profile), ...role, entry("EC2_LINUX")], "core"],
  ["people's access entry for its role", [group({}), template(profile), ...role, entry("STANDARD")], undefined],
  ["a launch configuration", [resource("aws:autoscaling/group:Group", "old", { launchConfiguration: "lc-1" }), resource("aws:ec2/launchConfiguration:LaunchConfiguration", "lc", { id: "lc-1", ...encoded("#!/bin/bash\n/etc/eks/bootstrap.sh core") })], "core"],
  ["a mixed instances policy", [group({ launchTemplate: null, mixedInstancesPolicy: { launchTemplate: { launchTemplateSpecification: { launchTemplateId: "lt-1" } } } }), template(encoded("#!/bin/bash\n/etc/eks/bootstrap.sh core"))], "core"],
  ["an override of a mixed instances policy", [group({ launchTemplate: null, mixedInstancesPolicy: { launchTemplate: { launchTemplateSpecification: { launchTemplateId: "lt-web" }, overrides: [{ launchTemplateSpecification: { launchTemplateId: "lt-1" } }] } } }), template(encoded("#!/bin/bash\n/etc/eks/bootstrap.sh core"))], "core"],
  ["a lone instance", [resource("aws:ec2/instance:Instance", "upf", { userData: "#!/bin/bash\n/etc/eks/bootstrap.sh core" })], "core"],
  ["a lone instance by its launch template", [resource("aws:ec2/instance:Instance", "upf", { launchTemplate: { name: "upf" } }), template({ name: "upf", ...encoded("#!/bin/bash\n/etc/eks/bootstrap.sh core") })], "core"],
  ["a jump host that is told where the cluster is", [resource("aws:ec2/instance:Instance", "jump", { userData: unknownValue() }, { userData: [cluster] })], undefined],
])("%s", (_name, resources, expected) => {
  expect(joined(...resources)).toBe(expected);
});

const ZONE = "carrierguard.dev/zone";
const KUBELET = `--node-labels=${ZONE}=user-plane,tier=fast --register-with-taints=${ZONE}=user-plane:NoSchedule,slow:NoExecute`;
const NODE_CONFIG = (kubelet: string) =>
  `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster: { name: core }\n  kubelet:\n${kubelet}`;

test.each([
  ["bootstrap.sh", `#!/bin/bash\n/etc/eks/bootstrap.sh core --kubelet-extra-args '${KUBELET}'`],
  ["flags of nodeadm", NODE_CONFIG(`    flags: [${KUBELET.split(" ").map((flag) => JSON.stringify(flag)).join(", ")}]`)],
  ["Bottlerocket", `[settings.kubernetes]\ncluster-name = "core"\n[settings.kubernetes.node-labels]\n"${ZONE}" = "user-plane"\ntier = "fast"\n[settings.kubernetes.node-taints]\n"${ZONE}" = [\n  "user-plane:NoSchedule", # of its zone\n]\nslow = ":NoExecute"`],
])("labels and taints of %s", (_name, text) => {
  const [only] = found(group({}), template(encoded(text)));
  expect(only?.labels.plain()).toEqual({ [ZONE]: "user-plane", tier: "fast" });
  expect(only?.taints.plain()).toEqual([
    { key: ZONE, value: "user-plane", effect: "NoSchedule" },
    { key: "slow", value: "", effect: "NoExecute" },
  ]);
}); // prettier-ignore

test("taints of nodeadm's kubelet configuration", () => {
  const text = NODE_CONFIG("    config:\n      registerWithTaints:\n        - { key: dedicated, value: upf, effect: NoSchedule }");
  const [only] = found(group({}), template(encoded(text)));
  expect(only?.taints.plain()).toEqual([{ key: "dedicated", value: "upf", effect: "NoSchedule" }]);
});

const TOLD = [
  { key: `k8s.io/cluster-autoscaler/node-template/label/${ZONE}`, value: "user-plane" },
  { key: `k8s.io/cluster-autoscaler/node-template/taint/${ZONE}`, value: "user-plane:NoSchedule" },
];

test("what the autoscaler is told stands where the start comes with the deployment, and yields to the start", () => {
  const [later] = found(group({ tags: [OWNED, ...TOLD] }), template({ userData: unknownValue() }));
  expect(later?.labels.plain()).toEqual({ [ZONE]: "user-plane" });
  expect(later?.taints.plain()).toEqual([{ key: ZONE, value: "user-plane", effect: "NoSchedule" }]);
  const [told] = found(group({ tags: [OWNED, ...TOLD] }), template(encoded("#!/bin/bash\n/etc/eks/bootstrap.sh core")));
  expect(told?.labels.plain()).toEqual({});
  const [silent] = found(group({ tags: [OWNED] }), template({ userData: unknownValue() }));
  expect(silent?.labels.isUnknown).toBe(true);
  expect(silent?.taints.isUnknown).toBe(true);
});
