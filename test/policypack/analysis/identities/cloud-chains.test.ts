/** Chains from AWS identities to administrator of the account, of the cluster, and to what the core must not lose; and what cuts them. */

import { guardsOf } from "../../../../policypack/analysis/iam";
import { Node, type Value } from "../../../../policypack/model/value";
import { object, type Properties, resource } from "../../../../policypack/testing/build";
import {
  ACCOUNT,
  account,
  annotated,
  CLUSTER,
  core,
  DATA,
  document,
  everything,
  granted,
  irsa,
  reports,
  role,
  rule,
  way,
} from "./actors-of-a-core";

describe("from AWS into the cluster", () => {
  const cluster = (authenticationMode = "API") =>
    resource("aws:eks/cluster:Cluster", "core", { name: "core", accessConfig: { authenticationMode } });
  const human = { Principal: { AWS: "arn:aws:iam::123456789012:root" }, Action: "sts:AssumeRole" };
  const entry = (properties: Properties) =>
    resource("aws:eks/accessEntry:AccessEntry", "ops", {
      clusterName: "core",
      principalArn: "arn:aws:iam::123456789012:role/ops",
      ...properties,
    });
  const policy = (name: string, accessScope: Properties) =>
    resource("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "ops", {
      clusterName: "core",
      principalArn: "arn:aws:iam::123456789012:role/ops",
      policyArn: `arn:aws:eks::aws:cluster-access-policy/${name}`,
      accessScope,
    });

  test("an access entry with the administrator's policy", () => {
    expect(way([cluster(), ...core, ...role("ops", human), policy("AmazonEKSClusterAdminPolicy", { type: "cluster" })], "role/ops", CLUSTER)).toEqual([CLUSTER]);
    expect(way([cluster(), ...core, ...role("ops", human), policy("AmazonEKSViewPolicy", { type: "cluster" })], "role/ops", CLUSTER)).toBeUndefined();
  }); // prettier-ignore

  test("the edit policy of the core's namespace is the UDM's pods", () => {
    const stack = (name: string) => [
      cluster(),
      ...core,
      ...role("ops", human),
      policy("AmazonEKSEditPolicy", { type: "namespace", namespaces: [name] }),
    ];
    expect(way(stack("core"), "role/ops", DATA)).toEqual(["deployment/core/udm", DATA]);
    expect(way(stack("core"), "role/ops", CLUSTER)).toBeUndefined();
    expect(way(stack("shop"), "role/ops", DATA)).toEqual(["?", "node of the cluster", "deployment/core/udm", DATA]);
    const held = object("v1", "Namespace", "shop", { metadata: { labels: { "pod-security.kubernetes.io/enforce": "baseline" } } });
    expect(way([...stack("shop"), held], "role/ops", DATA)).toBeUndefined();
  });

  test("a group of RBAC by an access entry, and by the aws-auth ConfigMap", () => {
    const bound = granted({ kind: "Group", name: "operators" }, [rule(["*"], ["*"], ["*"])]);
    expect(way([cluster(), ...core, ...role("ops", human), ...bound, entry({ kubernetesGroups: ["operators"] })], "role/ops", CLUSTER)).toEqual(["kubernetes-group/operators", CLUSTER]);
    const map = object("v1", "ConfigMap", "aws-auth", { data: { mapRoles: "- rolearn: arn:aws:iam::123456789012:role/ops\n  groups: [system:masters]\n" } }, "kube-system");
    expect(way([cluster("CONFIG_MAP"), ...core, ...role("ops", human), map], "role/ops", CLUSTER)).toEqual(["kubernetes-group/system:masters", CLUSTER]);
  }); // prettier-ignore

  test("writing aws-auth is a way only where the cluster reads it", () => {
    const writes = granted(account("amf"), [rule([""], ["configmaps"], ["patch"], ["aws-auth"])], "kube-system");
    expect(way([cluster("API_AND_CONFIG_MAP"), ...core, ...writes], "serviceaccount/core/amf", CLUSTER)).toEqual([CLUSTER]);
    expect(way([cluster("API"), ...core, ...writes], "serviceaccount/core/amf", CLUSTER)).toBeUndefined();
  });

  test("making an access entry needs both permissions", () => {
    const may = (...actions: readonly string[]) => [
      cluster(),
      ...core,
      ...role("ops", human, document({ Effect: "Allow", Action: actions, Resource: "*" })),
    ];
    expect(way(may("eks:CreateAccessEntry", "eks:AssociateAccessPolicy"), "role/ops", CLUSTER)).toEqual([CLUSTER]);
    expect(way(may("eks:CreateAccessEntry"), "role/ops", CLUSTER)).toBeUndefined();
  });

  test("a pod's role makes an access entry: from the AMF to the subscribers' data", () => {
    const policy_ = document({ Effect: "Allow", Action: ["eks:*"], Resource: "*" });
    const resources = [cluster(), ...core, annotated("amf"), ...irsa("amf", "core:amf", policy_)];
    expect(way(resources, "deployment/core/amf", DATA)).toEqual(["role/amf", CLUSTER, "deployment/core/udm", DATA]);
  });
});

describe("limits count", () => {
  const admin = [...core, annotated("amf"), ...irsa("amf", "core:amf", everything)];

  test("a permission boundary", () => {
    const boundary = resource("aws:iam/policy:Policy", "boundary", { arn: "arn:aws:iam::123456789012:policy/boundary", policy: document({ Effect: "Allow", Action: "s3:*", Resource: "*" }) });
    const bounded = admin.map((init) => (init.type === "aws:iam/role:Role" ? { ...init, properties: { ...init.properties, permissionsBoundary: "arn:aws:iam::123456789012:policy/boundary" } } : init));
    expect(way([...bounded, boundary], "deployment/core/amf", ACCOUNT)).toBeUndefined();
  }); // prettier-ignore

  test("a service control policy, and a session policy", () => {
    const deny = guardsOf([Node.root({ Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }, { Effect: "Deny", Action: ["iam:*", "sts:*"], Resource: "*" }] } as Value)]);
    const narrow = guardsOf([Node.root({ Statement: { Effect: "Allow", Action: "sqs:*", Resource: "*" } } as Value)]);
    for (const guards of [narrow]) expect(reports(admin, guards).get("deployment/core/amf")?.reaches).toEqual([]);
    expect(reports(admin, deny).get("role/amf")?.escalations.some(({ permissions }) => permissions.some((item) => item.startsWith("iam:")))).toBe(false);
  }); // prettier-ignore
});
