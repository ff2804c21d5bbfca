/** Nodes of zones with planes: an interface for each, in the right subnet with the right group, by the name that the secondary networks use. */

import * as pulumi from "@pulumi/pulumi";
import { CoreCluster, FiveGCore, type FiveGCoreArgs } from "../../components/index";
import { tomlSettings } from "../../policypack/model/aws/toml-settings";
import { coreOf } from "./program";

jest.setTimeout(120_000);

interface Inputs {
  readonly [property: string]: never;
}

const registered = new Map<string, Inputs>();

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      const given = inputs as Inputs;
      registered.set(`${type} ${name}`, given);
      const cluster = { endpoint: "https://core.example", certificateAuthority: { data: "Q0E=" }, vpcConfig: { clusterSecurityGroupId: "sg-cluster" } };
      return { id: `${name}-id`, state: { ...given, ...(type.includes("eks/cluster") ? cluster : {}), arn: `arn:aws:mock:::${name}`, name } };
    },
    call: ({ token }) => (token.endsWith(":getPartition") ? { partition: "aws" } : { accountId: "123456789012" }),
  }); // prettier-ignore
  const core = new FiveGCore("core", {
    ...(coreOf(["NRF", "AMF", "SMF", "UPF"]).FiveGCore as FiveGCoreArgs),
    planeBootstrapImage: "registry.example.com/5gc/bootstrap@sha256:1",
  });
  await new Promise((resolve) => pulumi.all([core.archiveArn, core.clusterName, core.namespaces]).apply(resolve));
  await new Promise((resolve) => setTimeout(resolve, 2000));
});

const template = (name: string) => registered.get(`aws:ec2/launchTemplate:LaunchTemplate ${name}`) ?? {};
const settings = (name: string) => tomlSettings(Buffer.from(String(template(name)["userData"]), "base64").toString());

test("an interface for each plane, in its subnet of the availability zone and with its group alone", () => {
  for (const zone of [0, 1]) {
    const [first, ...planes] = template(`core-user-plane-${zone}`)["networkInterfaces"] as unknown as Inputs[];
    expect(first).toEqual({ deviceIndex: 0, securityGroups: ["core-nodes-user-plane-id", "sg-cluster"], deleteOnTermination: "true" });
    expect(planes).toEqual(
      ["n3", "n4", "n6", "n9"].map((plane, index) => ({
        deviceIndex: index + 1,
        subnetId: `core-${plane}-${zone}-id`,
        securityGroups: [`core-${plane}-id`],
        description: plane,
        deleteOnTermination: "true",
      })),
    );
    expect(registered.get(`aws:autoscaling/group:Group core-user-plane-${zone}`)?.["vpcZoneIdentifiers"]).toEqual([
      `core-nodes-user-plane-${zone}-id`,
    ]);
  }
});

test("the secondary networks stand on the interfaces of their planes", () => {
  const networks = [...registered].filter(([key]) => key.includes("NetworkAttachmentDefinition"));
  const found = networks.map(([, inputs]) => {
    const { metadata, spec } = inputs as unknown as {
      readonly metadata: { readonly name: string; readonly namespace: string };
      readonly spec: { readonly config: string };
    };
    return [metadata.namespace, metadata.name, (JSON.parse(spec.config) as { master: string }).master] as const;
  });
  expect(found.length).toBe(6);
  for (const [namespace, plane, master] of found) {
    const interfaces = template(`${namespace}-0`)["networkInterfaces"] as unknown as { description?: string; deviceIndex: number }[];
    expect(master).toBe(`eth${interfaces.find(({ description }) => description === plane)?.deviceIndex}`);
  }
});

test("the VPC CNI leaves the interfaces alone, and the nodes are tainted members of the cluster", () => {
  const specifications = template("core-user-plane-0")["tagSpecifications"] as unknown as { resourceType: string; tags: object }[];
  const managed = (type: string) => specifications.find(({ resourceType }) => resourceType === type)?.tags;
  expect(managed("network-interface")).toMatchObject({ "node.k8s.amazonaws.com/no_manage": "true" });
  expect(managed("instance")).not.toHaveProperty(["node.k8s.amazonaws.com/no_manage"]);
  expect(registered.get("aws:autoscaling/group:Group core-user-plane-0")?.["tags"]).toEqual(
    expect.arrayContaining([{ key: "kubernetes.io/cluster/core", value: "owned", propagateAtLaunch: true }]),
  );
  expect(registered.get("aws:eks/accessEntry:AccessEntry core-user-plane")).toMatchObject({
    principalArn: "arn:aws:mock:::core-user-plane",
    type: "EC2_LINUX",
  });
  expect(Object.fromEntries(settings("core-user-plane-0"))).toMatchObject({
    "settings.kubernetes.cluster-name": ["core"],
    "settings.kubernetes.api-server": ["https://core.example"],
    "settings.kubernetes.cluster-certificate": ["Q0E="],
    "settings.kubernetes.max-pods": ["110"],
    "settings.kubernetes.node-labels.carrierguard.dev/zone": ["user-plane"],
    "settings.kubernetes.node-taints.carrierguard.dev/zone": ["user-plane:NoSchedule"],
    "settings.host-containers.admin.enabled": ["false"],
  });
});

test("what fits is what the planes leave", () => {
  expect(template("core-user-plane-0")).toMatchObject({ instanceType: "m6i.4xlarge" });
  // N2 and N4 leave two of four interfaces with fourteen addresses each.
  expect(template("core-control-0")).toMatchObject({ instanceType: "m6i.xlarge" });
  expect(settings("core-control-0").get("settings.kubernetes.max-pods")).toEqual(["30"]);
});

test("the bootstrap container brings up every interface of a plane", () => {
  const script = settings("core-control-0").get("settings.bootstrap-containers.planes.user-data")?.[0] ?? "";
  expect(Buffer.from(script, "base64").toString().split("\n").slice(2)).toEqual(["ip link set eth1 up", "ip link set eth2 up", ""]);
});

test("zones without planes keep managed node groups", () => {
  const managed = [...registered.keys()].filter((key) => key.startsWith("aws:eks/nodeGroup:NodeGroup"));
  expect(managed).toEqual(["aws:eks/nodeGroup:NodeGroup core-trust-services"]);
});

const BARE = { zones: ["trust-services", "user-plane"], plmn: "00101", nodeSubnetIds: {}, securityGroupIds: {} };
const CLUSTER = { ...BARE, planeSubnetIds: {} };

test("planes without subnets", () => {
  const args = { ...BARE, zonePlanes: { "user-plane": ["n3"] }, availabilityZones: ["a"] };
  expect(() => new CoreCluster("refused", args)).toThrow("planeSubnetIds: is missing");
});

test.each<[string, object, string]>([
  [
    "more planes than interfaces",
    { zonePlanes: { "user-plane": ["n3", "n4", "n6", "n9"] }, planeInstanceType: "c6i.2xlarge" },
    "planeInstanceType: c6i.2xlarge has 4 interfaces, and nodes of user-plane need one beside n3, n4, n6, n9",
  ],
  ["a plane that does not exist", { zonePlanes: { "user-plane": ["n5"] } }, 'zonePlanes: "n5" is not known; did you mean "n2"?'],
  ["planes of a zone without nodes", { zonePlanes: { control: ["n2"] } }, 'zonePlanes: "control" is not known; known are'],
  ["planes without availability zones", { zonePlanes: { "user-plane": ["n3"] } }, "availabilityZones: is missing"],
  [
    "no instance type",
    { zonePlanes: { "user-plane": ["n3"] }, planeInstanceType: "large" },
    "must be an instance type such as m6i.4xlarge",
  ],
])("%s", (_name, more, message) => {
  expect(() => new CoreCluster("refused", { ...CLUSTER, ...more })).toThrow(message);
});

test("a Graviton instance gets an image of its architecture", async () => {
  const more = { zonePlanes: { "user-plane": ["n3"] }, availabilityZones: ["a"], planeInstanceType: "c7gn.2xlarge" };
  const cluster = new CoreCluster("graviton", { ...CLUSTER, ...more, kubernetesVersion: "1.33" });
  await new Promise((resolve) => cluster.kubeconfig.apply(resolve));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(template("graviton-user-plane-0")).toMatchObject({
    imageId: "resolve:ssm:/aws/service/bottlerocket/aws-k8s-1.33/arm64/latest/image_id",
  });
});
