/** Chains from a pod or a person to administrator of the account, of the cluster, and to what the core must not lose. */

import type { ResourceInit } from "../../../../policypack/model/stack";
import { networkFunction, object, type Properties, resource } from "../../../../policypack/testing/build";
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
  RBAC,
  role,
  rule,
  way,
  withToken,
} from "./actors-of-a-core";

describe("from RBAC", () => {
  const from = (rules: readonly Properties[], namespace?: string, more: readonly ResourceInit[] = []) =>
    way([...core, ...granted(account("amf"), rules, namespace), ...more], "deployment/core/amf", CLUSTER);

  test("everything everywhere is administrator, by way of the token in the pod", () => {
    expect(from([rule(["*"], ["*"], ["*"])])).toEqual(["serviceaccount/core/amf", CLUSTER]);
  });

  test("without a token in the pod there is no way", () => {
    const resources = [networkFunction("amf"), ...granted(account("amf"), [rule(["*"], ["*"], ["*"])])];
    expect(way(resources, "deployment/core/amf", CLUSTER)).toBeUndefined();
    expect(way(resources, "serviceaccount/core/amf", CLUSTER)).toEqual([CLUSTER]);
  });

  test.each([
    ["escalate with update", [rule(["rbac.authorization.k8s.io"], ["clusterroles"], ["escalate", "update"])]],
    ["bind with bindings", [rule(["rbac.authorization.k8s.io"], ["clusterroles"], ["bind"]), rule(["rbac.authorization.k8s.io"], ["clusterrolebindings"], ["create"])]],
    ["impersonating groups", [rule([""], ["groups"], ["impersonate"])]],
    ["webhooks", [rule(["admissionregistration.k8s.io"], ["mutatingwebhookconfigurations"], ["patch"])]],
    ["approving certificates", [rule(["certificates.k8s.io"], ["certificatesigningrequests/approval"], ["update"]), rule(["certificates.k8s.io"], ["signers"], ["approve"], ["kubernetes.io/kube-apiserver-client"])]],
    ["tokens of every account", [rule([""], ["serviceaccounts/token"], ["create"])]],
    ["pods everywhere", [rule([""], ["pods"], ["create"])]],
    ["token Secrets", [rule([""], ["secrets"], ["create", "get"])]],
    ["every verb by a wildcard subresource", [rule([""], ["*"], ["*"])]],
  ])("%s", (_name, rules) => {
    expect(from(rules as never)).toEqual(["serviceaccount/core/amf", CLUSTER]);
  }); // prettier-ignore

  test.each([
    ["escalate alone", [rule(["rbac.authorization.k8s.io"], ["clusterroles"], ["escalate"])]],
    ["bind alone", [rule(["rbac.authorization.k8s.io"], ["clusterroles"], ["bind"])]],
    ["approval without a signer", [rule(["certificates.k8s.io"], ["certificatesigningrequests/approval"], ["update"])]],
    ["its own binding: RBAC lets nobody hand on more than he has", [rule(["rbac.authorization.k8s.io"], ["rolebindings"], ["patch"])]],
    ["reading pods", [rule([""], ["pods"], ["get", "list"])]],
    ["impersonating one harmless user", [rule([""], ["users"], ["impersonate"], ["jane"])]],
    ["creating what must have no name by a rule that wants one", [rule([""], ["pods"], ["create"], ["amf-0"])]],
  ])("not by %s", (_name, rules) => {
    expect(from(rules as never)).toBeUndefined();
  }); // prettier-ignore

  test("nodes/proxy in a namespace grants nothing", () => {
    expect(from([rule([""], ["nodes/proxy"], ["get"])], "core")).toBeUndefined();
  });

  test("a pod in kube-system is a controller's", () => {
    expect(from([rule([""], ["pods"], ["create"])], "kube-system")).toEqual(["serviceaccount/core/amf", CLUSTER]);
  });

  test("a pod in a namespace with a stronger ServiceAccount", () => {
    const operator = granted(account("operator"), [rule(["*"], ["*"], ["*"])]);
    expect(from([rule([""], ["pods"], ["create"])], "core", operator)).toEqual(["serviceaccount/core/amf", "serviceaccount/core/operator", CLUSTER]);
    expect(from([rule(["apps"], ["deployments"], ["patch"], ["amf"])], "core", operator)).toEqual(["serviceaccount/core/amf", "serviceaccount/core/operator", CLUSTER]);
    expect(from([rule([""], ["pods"], ["create"])], "other", operator)).toBeUndefined();
  }); // prettier-ignore

  test("an aggregated ClusterRole", () => {
    const selector = { matchLabels: { aggregate: "yes" } };
    const resources = [
      ...core,
      object(RBAC, "ClusterRole", "whole", { aggregationRule: { clusterRoleSelectors: [selector] }, rules: [] }),
      object(RBAC, "ClusterRole", "part", { metadata: { labels: { aggregate: "yes" } }, rules: [rule(["*"], ["*"], ["*"])] }),
      object(RBAC, "ClusterRoleBinding", "whole", { roleRef: { kind: "ClusterRole", name: "whole" }, subjects: [account("amf")] }),
    ];
    expect(way(resources, "deployment/core/amf", CLUSTER)).toEqual(["serviceaccount/core/amf", CLUSTER]);
  });

  test.each(["system:authenticated", "system:serviceaccounts", "system:serviceaccounts:core"])("a binding to %s", (name) => {
    const resources = [...core, ...granted({ kind: "Group", name }, [rule([""], ["pods/exec"], ["create"])], "core")];
    expect(way(resources, "deployment/core/amf", DATA)).toEqual(["serviceaccount/core/amf", "deployment/core/udm", DATA]);
  });

  test("exec, attach and ephemeral containers into the UDM, by name or not", () => {
    for (const [name, verb] of [["pods/exec", "create"], ["pods/exec", "get"], ["pods/attach", "create"], ["pods/ephemeralcontainers", "patch"], ["pods/*", "create"]] as const) {
      const resources = [...core, ...granted(account("amf"), [rule([""], [name], [verb])], "core")];
      expect(way(resources, "serviceaccount/core/amf", DATA)).toEqual(["deployment/core/udm", DATA]);
    }
    const named = (pod: string) => [...core, ...granted(account("amf"), [rule([""], ["pods/exec"], ["create"], [pod])], "core")];
    expect(way(named("udm-5c9-x"), "serviceaccount/core/amf", DATA)).toEqual(["deployment/core/udm", DATA]);
    expect(way(named("amf-0"), "serviceaccount/core/amf", DATA)).toBeUndefined();
  }); // prettier-ignore

  test("Secrets of the namespace of the database may hold its password; those of all namespaces do", () => {
    const reading = (namespace?: string) => [...core, ...granted(account("amf"), [rule([""], ["secrets"], ["list"])], namespace)];
    expect(way(reading("core"), "serviceaccount/core/amf", DATA)).toEqual(["?", DATA]);
    expect(way(reading(), "serviceaccount/core/amf", DATA)).toEqual([DATA]);
  });

  test("users and groups are told of as well", () => {
    expect(way([...core, ...granted({ kind: "User", name: "jane" }, [rule([""], ["users"], ["impersonate"], ["joe"])]), ...granted({ kind: "User", name: "joe" }, [rule(["*"], ["*"], ["*"]), rule([""], ["pods"], ["get"])])], "kubernetes-user/jane", CLUSTER)).toEqual(["kubernetes-user/joe", CLUSTER]);
  }); // prettier-ignore
});

describe("from the cluster into AWS", () => {
  test("the pod's own role, by IRSA", () => {
    const resources = [...core, annotated("amf"), ...irsa("amf", "core:amf", everything)];
    expect(way(resources, "deployment/core/amf", ACCOUNT)).toEqual(["role/amf", ACCOUNT]);
    expect(way(resources, "deployment/core/udm", ACCOUNT)).toBeUndefined();
  });

  test("a trust policy with a wildcard takes the neighbours in", () => {
    const resources = [
      ...core,
      annotated("udm", "arn:aws:iam::123456789012:role/harmless"),
      ...irsa("amf", "core:*", everything, "StringLike"),
    ];
    expect(way(resources, "deployment/core/udm", ACCOUNT)).toEqual(["role/amf", ACCOUNT]);
  });

  test("another audience keeps it out, and so does another ServiceAccount", () => {
    const wrong = irsa("amf", "core:amf", everything).map((init) => ({ ...init, properties: JSON.parse(JSON.stringify(init.properties).replace("sts.amazonaws.com\\\"}", "vault\\\"}")) as Properties }));
    expect(JSON.stringify(wrong)).toContain("vault");
    expect(way([...core, annotated("amf"), ...wrong], "deployment/core/amf", ACCOUNT)).toBeUndefined();
    expect(way([...core, annotated("amf"), ...irsa("amf", "core:smf", everything)], "deployment/core/amf", ACCOUNT)).toBeUndefined();
  }); // prettier-ignore

  test("a pod without the annotation holds no token for STS; whoever starts pods there does", () => {
    const resources = [...core, ...irsa("deployer", "core:deployer", everything)];
    expect(way(resources, "deployment/core/amf", ACCOUNT)).toBeUndefined();
    const starting = [
      ...resources,
      networkFunction("deployer"),
      ...granted(account("amf"), [rule(["batch"], ["jobs"], ["create"])], "core"),
    ];
    expect(way(starting, "deployment/core/amf", ACCOUNT)).toEqual(["serviceaccount/core/amf", "role/deployer", ACCOUNT]);
  });

  const pods = { Principal: { Service: "pods.eks.amazonaws.com" }, Action: ["sts:AssumeRole", "sts:TagSession"] };
  const association = resource("aws:eks/podIdentityAssociation:PodIdentityAssociation", "amf", {
    clusterName: "core",
    namespace: "core",
    serviceAccount: "amf",
    roleArn: "arn:aws:iam::123456789012:role/amf",
  });

  test("EKS Pod Identity", () => {
    expect(way([...core, association, ...role("amf", pods, everything)], "deployment/core/amf", ACCOUNT)).toEqual(["role/amf", ACCOUNT]);
    const ec2 = { Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
    expect(way([...core, association, ...role("amf", ec2, everything)], "deployment/core/amf", ACCOUNT)).toBeUndefined();
  });

  test("a new association with another role", () => {
    const policy = document({ Effect: "Allow", Action: ["iam:PassRole", "eks:CreatePodIdentityAssociation"], Resource: "*" });
    const resources = [...core, association, ...role("amf", pods, policy), ...role("admin", pods, everything)];
    expect(way(resources, "deployment/core/amf", ACCOUNT)).toEqual(["role/amf", "role/admin", ACCOUNT]);
    const without = document({ Effect: "Allow", Action: ["eks:CreatePodIdentityAssociation"], Resource: "*" });
    expect(
      way([...core, association, ...role("amf", pods, without), ...role("admin", pods, everything)], "deployment/core/amf", ACCOUNT),
    ).toBeUndefined();
  });

  const nodes = { Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
  const template = (hops: number) =>
    resource("aws:ec2/launchTemplate:LaunchTemplate", "nodes", {
      id: "lt-1",
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: hops },
    });
  const group = resource("aws:eks/nodeGroup:NodeGroup", "nodes", {
    clusterName: "core",
    nodeRoleArn: "arn:aws:iam::123456789012:role/nodes",
    launchTemplate: { id: "lt-1", version: "1" },
  });

  test("the node's role through the metadata service, where answers travel far enough", () => {
    const stack = (hops: number, amf = withToken("amf")) => [amf, template(hops), group, ...role("nodes", nodes, everything)];
    expect(way(stack(2), "deployment/core/amf", ACCOUNT)).toEqual(["role/nodes", ACCOUNT]);
    expect(way(stack(1), "deployment/core/amf", ACCOUNT)).toBeUndefined();
    expect(way(stack(1, withToken("amf", { pod: { hostNetwork: true } })), "deployment/core/amf", ACCOUNT)).toEqual(["role/nodes", ACCOUNT]);
    expect(way(stack(1, withToken("amf", { container: { securityContext: { privileged: true } } })), "deployment/core/amf", ACCOUNT)).toEqual(["node of the cluster", "role/nodes", ACCOUNT]);
  }); // prettier-ignore

  test("the same for nodes that join by themselves, whose role is in an instance profile", () => {
    const profile = resource("aws:iam/instanceProfile:InstanceProfile", "nodes", { name: "nodes", role: "arn:aws:iam::123456789012:role/nodes" });
    const scaled = (cluster: string) => resource("aws:autoscaling/group:Group", "nodes", { launchTemplate: { id: "lt-1" }, tags: [{ key: cluster, value: "owned" }] });
    const own = (hops: number) => ({ ...template(hops), properties: { ...template(hops).properties, iamInstanceProfile: { name: "nodes" } } });
    const stack = (hops: number, cluster = "kubernetes.io/cluster/core") => [withToken("amf"), own(hops), profile, scaled(cluster), ...role("nodes", nodes, everything)];
    expect(way(stack(2), "deployment/core/amf", ACCOUNT)).toEqual(["role/nodes", ACCOUNT]);
    expect(way(stack(1), "deployment/core/amf", ACCOUNT)).toBeUndefined();
    expect(way(stack(2, "Name"), "deployment/core/amf", ACCOUNT)).toBeUndefined();
  }); // prettier-ignore

  test("not where no policy lets the pod ask it", () => {
    const policy = object("networking.k8s.io/v1", "NetworkPolicy", "amf", { spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }] } });
    expect(way([withToken("amf"), policy, template(2), group, ...role("nodes", nodes, everything)], "deployment/core/amf", ACCOUNT)).toBeUndefined();
  }); // prettier-ignore
});
