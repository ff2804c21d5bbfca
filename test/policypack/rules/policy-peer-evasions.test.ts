/** Ways around the rules on who may speak with whom, by NetworkPolicies, groups and load balancers. */

import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing/build";
import { answers } from "../../support/rule-answers";

const both = (name: string) => networkFunction(name, { labels: { app: name, "carrierguard.dev/nf": name.replace("-", ",") } });
const core = ["amf", "smf", "upf"].map((name) => networkFunction(name));
const netpol = (app: string, side: "in" | "out", rule: Properties, namespace = "core") =>
  object("networking.k8s.io/v1", "NetworkPolicy", `${app}-${side}`, {
    spec: {
      podSelector: { matchLabels: { app } },
      policyTypes: [side === "in" ? "Ingress" : "Egress"],
      [side === "in" ? "ingress" : "egress"]: [rule],
    },
  }, namespace); // prettier-ignore
const pods = (app: string, namespace = "core") => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
  podSelector: { matchLabels: { app } },
});
const block = (cidr: string, ...except: string[]) => ({ ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) } });
const tcp = (port: number, endPort?: number) => ({ protocol: "TCP", port, ...(endPort === undefined ? {} : { endPort }) });
const dns = [tcp(53), { protocol: "UDP", port: 53 }];

// prettier-ignore
answers("SG-13", [
  ["names from anybody, let in and not out", [core[0]!, netpol("amf", "in", { ports: dns })], "pass"],
  ["HTTPS to a block with the metadata service in it", [core[0]!, netpol("amf", "out", { to: [block("169.254.0.0/16")], ports: [tcp(443)] })], "pass"],
  ["DNS of subscribers, at the UPF", [core[2]!, netpol("upf", "out", { to: [block("0.0.0.0/0", "169.254.169.254/32")], ports: dns })], "pass"],
  ["DNS of subscribers, at the gateways of 4G", ["sgwu", "pgwu"].flatMap((name) => [networkFunction(name), netpol(name, "out", { to: [block("8.8.0.0/16")], ports: dns })]), "pass"],
  ["a public resolver for an SMF that shares its pod with the UPF", [both("smf-upf"), netpol("smf-upf", "out", { to: [block("8.8.8.8/32")], ports: dns })], "pass"],
  ["names for the UPF from every pod", [core[2]!, netpol("upf", "out", { to: [{ namespaceSelector: {} }], ports: dns })], "pass"],
  ["a resolver of the operator's own beside a range of them", [core[0]!, netpol("amf", "out", { to: [block("10.8.0.53/32"), block("10.9.0.0/24")], ports: dns })], "fail"],
  ["a resolver that is not known yet beside the cluster's", [core[0]!, netpol("amf", "out", { to: [block("172.20.0.10/32"), { ipBlock: { cidr: unknownValue() } }], ports: dns })], "undetermined"],
  ["an address that is not known yet, for HTTPS", [core[0]!, netpol("amf", "out", { to: [{ ipBlock: { cidr: unknownValue() } }], ports: [tcp(443)] })], "pass"],
  ["DNS over QUIC to a range", [core[0]!, netpol("amf", "out", { to: [block("9.9.0.0/16")], ports: [{ protocol: "UDP", port: 853 }] })], "fail"],
  ["everybody on every port, which SG-11 and SG-12 tell", [core[0]!, netpol("amf", "out", {})], "pass"],
  ["HTTPS to everybody", [core[0]!, netpol("amf", "out", { ports: [tcp(443)] })], "pass"],
]);

const service = (name: string, spec: Properties, annotations: Properties = {}) =>
  object("v1", "Service", name, { metadata: { annotations }, spec: { selector: { app: name }, ports: [{ port: 8000 }], ...spec } });
const PUBLIC = { type: "LoadBalancer" };
const partners = { settings: { zones: { interconnect: ["198.51.100.0/24"] } } };
const balancer = (name: string, more: Properties = {}) =>
  resource("aws:lb/loadBalancer:LoadBalancer", name, { arn: `arn:${name}`, ...more });
const leading = (from: string, to: string) => [
  resource("aws:lb/listener:Listener", from, { loadBalancerArn: `arn:${from}`, defaultActions: [{ type: "forward", targetGroupArn: `arn:tg-${to}` }] }), // prettier-ignore
  resource("aws:lb/targetGroup:TargetGroup", to, { arn: `arn:tg-${to}` }),
];
const endpoint = (name: string, ...balancers: string[]) =>
  resource("aws:ec2/vpcEndpointService:VpcEndpointService", name, { allowedPrincipals: ["*"], networkLoadBalancerArns: balancers.map((item) => `arn:${item}`) }); // prettier-ignore

// prettier-ignore
answers("SG-21", [
  ["a node port, which SG-30 tells", [...core, service("amf", { type: "NodePort" })], "pass"],
  ["a public load balancer for ranges that are nobody's partner", [...core, service("amf", { ...PUBLIC, loadBalancerSourceRanges: ["203.0.113.0/24"] })], "pass", partners],
  ["a public port that policies keep shut, beside one that is let in", [...core, networkFunction("sepp"), service("amf", PUBLIC), netpol("amf", "in", { from: [block("0.0.0.0/0")], ports: [tcp(9999)] })], "pass"],
  ["a public port that policies let in", [...core, service("amf", PUBLIC), netpol("amf", "in", { from: [block("0.0.0.0/0")], ports: [tcp(8000)] })], "fail"],
  ["two functions behind one balancer, one of them let in", [...core, object("v1", "Service", "all", { spec: { ...PUBLIC, selector: {}, ports: [{ port: 8000 }] } }), netpol("amf", "in", { from: [pods("smf")] })], "pass"],
  ["a port whose number the container says, for nobody outside", [networkFunction("amf", { container: { ports: [{ name: "sbi", containerPort: 8000 }] } }), networkFunction("smf"), service("amf", { ...PUBLIC, ports: [{ port: 443, targetPort: "sbi" }] }), netpol("amf", "in", { from: [block("0.0.0.0/0")], ports: [tcp(443)] })], "pass"],
  ["a balancer that says it is public beside one that is not", [balancer("front", { internal: true }), balancer("edge"), ...leading("edge", "udm")], "fail"],
  ["a balancer inside beside a public one that leads nowhere", [balancer("edge"), balancer("inner", { internal: true }), ...leading("inner", "udm")], "pass"],
  ["a balancer of which nobody knows yet whether it is public", [balancer("edge", { internal: unknownValue() }), ...leading("edge", "udm")], "undetermined"],
  ["an endpoint service with the function's name", [endpoint("udm-service")], "fail"],
  ["an endpoint service of a NEF", [endpoint("nef-service")], "pass"],
  ["an endpoint service before another balancer than the UDM's", [balancer("edge", { internal: true }), balancer("udm-inner", { internal: true }), ...leading("udm-inner", "udm"), endpoint("applications", "edge")], "pass"],
  ["an endpoint service before two balancers", [balancer("edge", { internal: true }), balancer("inner", { internal: true }), ...leading("inner", "udm"), endpoint("applications", "edge", "inner")], "fail"],
  ["an endpoint service that leads nowhere", [endpoint("applications")], "pass"],
]);

const oam = { settings: { zones: { oam: ["10.9.0.0/16"] } } };
const zoned = (name: string, namespace: string, zone: string) =>
  networkFunction(name, { namespace, labels: { app: name, "carrierguard.dev/zone": zone } });
const group = (name: string, rules: Properties, zone?: string) =>
  resource("aws:ec2/securityGroup:SecurityGroup", name, { id: `sg-${name}`, ...rules, ...(zone === undefined ? {} : { tags: { "carrierguard.dev/zone": zone } }) }); // prettier-ignore
const groupRule = (protocol: string, from: number, to: number, ...securityGroups: string[]) => ({ protocol, fromPort: from, toPort: to, securityGroups }); // prettier-ignore

// prettier-ignore
answers("SG-26", [
  ["SSH from a function that shares its pods with nothing of the management", [...core, zoned("jump", "oam", "oam"), netpol("smf", "in", { from: [pods("jump", "oam"), pods("amf")], ports: [tcp(22)] })], "fail"],
  ["a wide range of ports between functions, which SG-12 tells", [...core, netpol("smf", "in", { from: [pods("amf")], ports: [tcp(1, 65535)] })], "pass"],
  ["a range of exactly 1024 ports with SSH in it", [...core, netpol("smf", "in", { from: [pods("amf")], ports: [tcp(1, 1024)] })], "fail"],
  ["a range of 1025 ports with SSH in it", [...core, netpol("smf", "in", { from: [pods("amf")], ports: [tcp(1, 1025)] })], "pass"],
  ["a collector that is asked on a management port", [...core, zoned("collector", "watch", "observability"), netpol("amf", "out", { to: [pods("collector", "watch")], ports: [tcp(9090)] })], "pass"],
  ["a function's logs into the management", [...core, zoned("siem", "oam", "oam"), netpol("amf", "out", { to: [pods("siem", "oam")], ports: [tcp(6514)] })], "fail"],
  ["everything to a /7 that holds the management network, which SG-12 tells", [...core, netpol("amf", "out", { to: [block("10.0.0.0/7")] })], "pass", oam],
  ["a partner's network on the way out", [...core, netpol("amf", "out", { to: [block("198.51.100.0/24")], ports: [tcp(443)] })], "pass", oam],
  ["a stranger's addresses on the SBI", [...core, netpol("amf", "in", { from: [block("10.1.0.0/24")], ports: [tcp(8000)] })], "pass", oam],
  ["SSH between a function and itself", [group("amf", { ingress: [groupRule("tcp", 22, 22, "sg-amf")] })], "pass"],
  ["NETCONF by the number of its protocol", [group("amf", {}), group("smf", { ingress: [groupRule("6", 830, 830, "sg-amf")] })], "fail"],
  ["SNMP between functions", [group("amf", {}), group("smf", { ingress: [groupRule("udp", 161, 161, "sg-amf")] })], "fail"],
  ["SNMP by the number of its protocol", [group("amf", {}), group("smf", { ingress: [groupRule("17", 161, 161, "sg-amf")] })], "fail"],
  ["a number that is SSH's, in a protocol without ports", [group("amf", {}), group("smf", { ingress: [groupRule("132", 22, 22, "sg-amf")] })], "pass"],
  ["SSH within 1024 ports between groups", [group("amf", {}), group("smf", { ingress: [groupRule("tcp", 1, 1024, "sg-amf")] })], "fail"],
  ["SSH within 1025 ports between groups, which SG-06 tells", [group("amf", {}), group("smf", { ingress: [groupRule("tcp", 1, 1025, "sg-amf")] })], "pass"],
  ["a function's group that may call the management's", [group("bastion", {}, "oam"), group("smf", { egress: [groupRule("tcp", 443, 443, "sg-bastion")] })], "fail"],
  ["the management's group that may call a function's", [group("smf", {}), group("bastion", { egress: [groupRule("tcp", 22, 22, "sg-smf")] }, "oam")], "pass"],
  ["two groups of the management", [group("jump", {}, "oam"), group("bastion", { ingress: [groupRule("tcp", 22, 22, "sg-jump")] }, "oam")], "pass"],
  ["a group of nothing let in to the management", [group("vpn", {}), group("bastion", { ingress: [groupRule("tcp", 22, 22, "sg-vpn")] }, "oam")], "pass"],
  ["observability that calls a function on a management port", [group("nrf-metrics", {}, "observability"), group("smf", { ingress: [groupRule("tcp", 161, 161, "sg-nrf-metrics")] })], "pass"],
  ["SSH out of a function to another", [group("amf", {}), group("smf", { egress: [groupRule("tcp", 22, 22, "sg-amf")] })], "pass"],
  ["a rule of its own, by one group", [group("amf", {}), group("smf", {}), resource("aws:ec2/securityGroupRule:SecurityGroupRule", "ssh", { type: "ingress", securityGroupId: "sg-smf", protocol: "tcp", fromPort: 22, toPort: 22, sourceSecurityGroupId: "sg-amf" })], "fail"],
]);

const li = (name: string) =>
  networkFunction(name, { namespace: "li", pod: { nodeSelector: { "carrierguard.dev/zone": "li" }, tolerations: [{ key: "carrierguard.dev/zone", operator: "Equal", value: "li" }] } }); // prettier-ignore
const apart = core.map((init) => init.name.split("/")[1] ?? "").map((name) =>
  networkFunction(name, { pod: { nodeSelector: { "carrierguard.dev/zone": "control" } } })); // prettier-ignore
const RBAC = "rbac.authorization.k8s.io/v1";
const reading = (verbs: string[], subject: Properties, resources = ["secrets"]) => [
  object(RBAC, "ClusterRole", "reader", { rules: [{ apiGroups: [""], resources, verbs }] }),
  object(RBAC, "ClusterRoleBinding", "others", { roleRef: { kind: "ClusterRole", name: "nobody" }, subjects: [{ kind: "Group", name: "li-operators" }] }), // prettier-ignore
  object(RBAC, "ClusterRoleBinding", "reader", { roleRef: { kind: "ClusterRole", name: "reader" }, subjects: [subject] }),
];
const people = (name: string) => reading(["get"], { kind: "Group", name });
const key = resource("aws:kms/key:Key", "shared", { arn: "arn:aws:kms:eu-central-1:123456789012:key/1" });
const encrypted = (type: string, name: string, property: string) =>
  resource(type, name, {
    [property]: "arn:aws:kms:eu-central-1:123456789012:key/1",
    ...(name.startsWith("li-") ? { tags: { "carrierguard.dev/zone": "li" } } : {}),
  });

// prettier-ignore
answers("SG-28", [
  ["the ADMF among the functions of a laboratory", [...core, networkFunction("admf")], "pass", { settings: { profile: "lab" } }],
  ["the NSSF, where nothing is intercepted, to the MDF", [...apart, networkFunction("nssf", { pod: { nodeSelector: { "carrierguard.dev/zone": "control" } } }), li("mdf"), netpol("nssf", "out", { to: [pods("mdf", "li")], ports: [tcp(443)] })], "fail"],
  ["X2 from the AMF to the MDF", [...apart, li("mdf"), netpol("amf", "out", { to: [pods("mdf", "li")], ports: [tcp(443)] })], "pass"],
  ["the ADMF to the MDF, both of interception", [...apart, li("admf"), li("mdf"), netpol("admf", "out", { to: [pods("mdf", "li")], ports: [tcp(22)] }, "li")], "pass"],
  ["the AMF to the SMF, neither of interception", [...apart, li("admf"), netpol("amf", "out", { to: [pods("smf")], ports: [tcp(22)] })], "pass"],
  ["names for the ADMF from the cluster's DNS", [...apart, li("admf"), netpol("admf", "out", { to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } }, podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }], ports: dns }, "li")], "pass"],
  ...["get", "list", "watch"].map((verb) => [`a team that may ${verb} Secrets everywhere`, [...apart, li("admf"), ...reading([verb], { kind: "Group", name: "ops" })], "fail"] as const),
  ["a team that may write Secrets and read none", [...apart, li("admf"), ...reading(["create"], { kind: "Group", name: "ops" })], "pass"],
  ["a team that may read ConfigMaps", [...apart, li("admf"), ...reading(["get"], { kind: "Group", name: "ops" }, ["configmaps"])], "pass"],
  ...["li", "team-li-1", "LEA", "lawful:readers", "interception", "intercept"].map((name) => [`interception's own people, ${name}`, [...apart, li("admf"), ...people(name)], "pass"] as const),
  ...["libraries", "delia", "realism"].map((name) => [`people with an innocent name, ${name}`, [...apart, li("admf"), ...people(name)], "fail"] as const),
  ...["system:masters", "system:kube-controller-manager", "eks:service-operations", "system:serviceaccounts:kube-system"].map((name) => [`Kubernetes itself, ${name}`, [...apart, li("admf"), ...people(name)], "pass"] as const),
  ...["system:masters-of-ops", "ops:system:kube-team", "team-eks:ops", "system:serviceaccounts:kube-system-2"].map((name) => [`who only calls himself so, ${name}`, [...apart, li("admf"), ...people(name)], "fail"] as const),
  ...[["aws:sqs/queue:Queue", "kmsMasterKeyId"], ["aws:dynamodb/table:Table", "kmsKeyArn"], ["aws:redshift/cluster:Cluster", "kmsKeyId"]].map(
    ([type = "", property = ""]) => [`a key of interception that ${type} uses as well`, [key, encrypted("aws:secretsmanager/secret:Secret", "li-warrants", "kmsKeyId"), encrypted(type, "billing", property)], "fail"] as const,
  ),
  ["a key of interception alone", [key, encrypted("aws:secretsmanager/secret:Secret", "li-warrants", "kmsKeyId"), encrypted("aws:s3/bucket:Bucket", "li-archive", "kmsKeyId")], "pass"],
  ["a key of billing and charging, beside one of interception", [key, encrypted("aws:secretsmanager/secret:Secret", "charging", "kmsKeyId"), encrypted("aws:sqs/queue:Queue", "billing", "kmsMasterKeyId"), resource("aws:secretsmanager/secret:Secret", "li-warrants", { kmsKeyId: "alias/li", tags: { "carrierguard.dev/zone": "li" } })], "pass"],
]);
