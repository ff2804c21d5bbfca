/** Ways around the rules on networks, and the engineers who only look like one of them. */

import { networkFunction, object, resource, unknownValue } from "../../../policypack/testing/build";
import { answers } from "../../support/rule-answers";

const vpc = resource("aws:ec2/vpc:Vpc", "core", {
  id: "vpc-1",
  cidrBlock: "10.0.0.0/16",
  tags: { "carrierguard.dev/zone": "control" },
});
const group = (name: string, ingress: object[], egress: object[] = [], more: object = {}) =>
  resource("aws:ec2/securityGroup:SecurityGroup", name, {
    id: `sg-${name}`,
    vpcId: "vpc-1",
    ingress: ingress as [],
    egress: egress as [],
    ...more,
  });
const NODES = { tags: { "kubernetes.io/cluster/core": "owned" } };
const subnet = resource("aws:ec2/subnet:Subnet", "s", { id: "subnet-1", vpcId: "vpc-1", cidrBlock: "10.0.1.0/24" });
const cluster = resource("aws:eks/cluster:Cluster", "core", { vpcConfig: { vpcId: "vpc-1", subnetIds: ["subnet-1"] } });
const everything = { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] };
const tcp = (fromPort: number, toPort: number, ...cidrBlocks: string[]) => ({ protocol: "tcp", fromPort, toPort, cidrBlocks });

const sctp = (...cidrBlocks: string[]) => ({ protocol: "132", fromPort: 38412, toPort: 38412, cidrBlocks });
const slices = (first: number, count: number) => Array.from({ length: count }, (_, index) => `10.100.${first + index}.0/24`);

answers("SG-06", [
  ["SCTP from a /16 cut into /24", [vpc, group("amf", [sctp(...slices(0, 256))])], "fail"],
  ["SCTP from a /16 cut over two rules", [vpc, group("amf", [sctp(...slices(0, 128)), sctp(...slices(128, 128))])], "fail"],
  ["SCTP from two sites' /24 that do not touch", [vpc, group("amf", [sctp("10.100.4.0/24", "10.100.9.0/24")])], "pass"],
]);

const ports = Array.from({ length: 64 }, (_, index) => tcp(index * 1024, index * 1024 + 1023, "0.0.0.0/0"));
const attached = resource("aws:ec2/networkInterface:NetworkInterface", "n4", { subnetId: "subnet-1", securityGroups: ["sg-misc"] });

answers("SG-07", [
  ["every port to anywhere, in 64 rules", [vpc, group("smf", [], ports)], "fail"],
  [
    "halves of the internet in rules of their own",
    [vpc, group("smf", [], [tcp(0, 65535, "0.0.0.0/1"), tcp(0, 65535, "128.0.0.0/1")])],
    "fail",
  ],
  ["a group with an innocent name on an interface of the core", [vpc, subnet, group("misc", [], [everything]), attached], "fail"],
  ["the same group on nothing", [vpc, subnet, group("misc", [], [everything])], "pass"],
  ["HTTPS and DNS to anywhere", [vpc, group("smf", [], [tcp(443, 443, "0.0.0.0/0"), tcp(53, 53, "0.0.0.0/0")])], "pass"],
]);

answers("SG-09", [
  ["every TCP port of the nodes for an office", [vpc, cluster, group("nodes", [tcp(0, 65535, "192.0.2.0/24")], [], NODES)], "fail", { settings: { zones: { oam: ["10.9.0.0/24"] } } }], // prettier-ignore
  ["every TCP port of the nodes within the VPC", [vpc, cluster, group("nodes", [tcp(0, 65535, "10.0.0.0/16")], [], NODES)], "pass"],
  [
    "a key in a launch configuration",
    [vpc, resource("aws:ec2/launchConfiguration:LaunchConfiguration", "nodes", { keyName: "ops" })],
    "fail",
  ],
]);

const SEGREGATED = { defaultRouteTableAssociation: "disable", defaultRouteTablePropagation: "disable", autoAcceptSharedAttachments: "disable" }; // prettier-ignore
const peers = (blackhole: boolean) => [
  resource("aws:ec2transitgateway/transitGateway:TransitGateway", "core", { id: "tgw-1", ...SEGREGATED }),
  ...["a", "b"].flatMap((name) => [
    resource("aws:ec2transitgateway/routeTable:RouteTable", name, { id: `rtb-${name}`, transitGatewayId: "tgw-1" }),
    resource("aws:ec2/vpnConnection:VpnConnection", name, { transitGatewayId: "tgw-1", transitGatewayAttachmentId: `att-${name}` }),
    resource("aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation", name, {
      transitGatewayAttachmentId: `att-${name}`,
      transitGatewayRouteTableId: `rtb-${name}`,
    }),
  ]),
  resource("aws:ec2transitgateway/route:Route", "a-to-b", {
    transitGatewayRouteTableId: "rtb-a",
    destinationCidrBlock: "198.51.100.0/24",
    ...(blackhole ? { blackhole: true } : { transitGatewayAttachmentId: "att-b" }),
  }),
];

answers("SG-10", [
  ["a static route from one peer to the other", peers(false), "fail"],
  ["a black hole where the other peer is", peers(true), "pass"],
]);

const core = [networkFunction("amf"), networkFunction("smf"), networkFunction("upf")];

answers("SG-15", [
  ["a UDM whose default network is replaced", [...core, networkFunction("udm", { annotations: { "v1.multus-cni.io/default-network": "core/n6" } })], "fail"], // prettier-ignore
  ["a replacement that is not known yet", [...core, networkFunction("udm", { annotations: { "v1.multus-cni.io/default-network": unknownValue() } })], "undetermined"], // prettier-ignore
  ["an exporter beside the core on N4", [...core, networkFunction("metrics-exporter", { annotations: { "k8s.v1.cni.cncf.io/networks": "n4" } })], "undetermined"], // prettier-ignore
  ["a data network simulator on N6", [...core, networkFunction("iperf", { annotations: { "k8s.v1.cni.cncf.io/networks": "n6" } })], "pass"],
  ["a definition whose name lies, and whose label does not", [object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "n4", { metadata: { labels: { "carrierguard.dev/plane": "n6" } } }), networkFunction("smf", { annotations: { "k8s.v1.cni.cncf.io/networks": "n4" } })], "fail"], // prettier-ignore
]);

const meshed = object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "enabled" } } });
const sbi = ["amf", "udm", "nrf"].map((name) => networkFunction(name));
const authorization = (name: string, spec: object, place = "core") =>
  object("security.istio.io/v1", "AuthorizationPolicy", name, { spec: { ...spec } }, place);
const nothing = authorization("nothing", {});
const udmFrom = (...from: object[]) => authorization("udm", { selector: { matchLabels: { app: "udm" } }, rules: [{ from }] });
const principals = (...names: string[]) => ({ source: { principals: names } });
const AMF = "cluster.local/ns/core/sa/amf";

answers("SG-18", [
  ["an account of the right name in any namespace", [meshed, ...sbi, nothing, udmFrom(principals("*/sa/amf"))], "fail"],
  ["a prefix that every identity has", [meshed, ...sbi, nothing, udmFrom(principals("cluster.local/*"))], "fail"],
  ["an empty source beside a right one", [meshed, ...sbi, nothing, udmFrom(principals(AMF), { source: {} })], "fail"],
  ["an audit policy in place of an allow", [meshed, ...sbi, authorization("udm", { action: "AUDIT", rules: [{}] })], "fail"],
  ["a policy in a namespace that is not the core's", [meshed, ...sbi, authorization("nothing", {}, "shop")], "fail"],
  ["a policy whose selector matches nobody", [meshed, ...sbi, authorization("nothing", { selector: { matchLabels: { app: "udm2" } } })], "fail"],
  ["a shared account that is also the user plane's", [meshed, ...sbi, networkFunction("upf", { pod: { serviceAccountName: "amf" } }), nothing, udmFrom(principals(AMF))], "fail"],
  ["a DENY before the ALLOW for the user plane", [meshed, ...sbi, networkFunction("upf"), nothing, udmFrom(principals(AMF, "cluster.local/ns/core/sa/upf")), authorization("no-upf", { action: "DENY", rules: [{ from: [principals("cluster.local/ns/core/sa/upf")] }] })], "pass"],
  ["another trust domain of the operator", [meshed, ...sbi, nothing, udmFrom(principals("site-b.operator/ns/core/sa/amf"))], "pass"],
  ["the NRF's status notifications", [meshed, ...sbi, nothing, udmFrom(principals("cluster.local/ns/core/sa/nrf"))], "pass"],
]); // prettier-ignore

const operations = (...to: object[]) =>
  authorization("udm", {
    selector: { matchLabels: { app: "udm" } },
    rules: [{ from: [principals(AMF)], to: to.map((operation) => ({ operation })) }],
  });

answers("SG-19", [
  ["a second operation that opens the rest", [meshed, ...sbi, operations({ paths: ["/nudm-sdm/*"], methods: ["GET"] }, { ports: ["8000"] })], "fail"],
  ["every method by its star", [meshed, ...sbi, operations({ paths: ["/nudm-sdm/*"], methods: ["*"] })], "fail"],
  ["an empty list of paths", [meshed, ...sbi, operations({ paths: [], methods: ["GET"] })], "fail"],
  ["a policy for the whole namespace", [meshed, ...sbi, authorization("all", { rules: [{ from: [principals(AMF)] }] })], "fail"],
  ["a DENY by port needs no paths", [meshed, ...sbi, authorization("no", { action: "DENY", rules: [{ to: [{ operation: { ports: ["9090"] } }] }] })], "pass"],
  ["an exact path of one resource", [meshed, ...sbi, operations({ paths: ["/nudm-ueau/v1/suci-0-001-01-0000-0-0-1/security-information/generate-auth-data"], methods: ["POST"] })], "pass"],
]); // prettier-ignore

const registryOnly = object("networking.istio.io/v1", "Sidecar", "default", { spec: { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } } });

answers("SG-20", [
  ["a Sidecar of one workload that opens again", [meshed, registryOnly, ...sbi, object("networking.istio.io/v1", "Sidecar", "amf", { spec: { workloadSelector: { labels: { app: "amf" } }, outboundTrafficPolicy: { mode: "ALLOW_ANY" } } })], "fail"],
  ["every inbound port excluded by a star", [meshed, registryOnly, networkFunction("amf", { annotations: { "traffic.sidecar.istio.io/excludeInboundPorts": "*" } })], "fail"],
  ["no inbound port included", [meshed, registryOnly, networkFunction("amf", { annotations: { "traffic.sidecar.istio.io/includeInboundPorts": "" } })], "fail"],
  ["hostNetwork", [meshed, registryOnly, networkFunction("amf", { pod: { hostNetwork: true } })], "fail"],
  ["a pod that leaves ambient", [object("v1", "Namespace", "core", { metadata: { labels: { "istio.io/dataplane-mode": "ambient" } } }), registryOnly, networkFunction("amf", { labels: { app: "amf", "istio.io/dataplane-mode": "none" } })], "fail"],
  ["a revision label in place of istio-injection", [object("v1", "Namespace", "core", { metadata: { labels: { "istio.io/rev": "1-26" } } }), registryOnly, ...sbi], "pass"],
  ["the database's port excluded on the way out", [meshed, registryOnly, networkFunction("udr", { annotations: { "traffic.sidecar.istio.io/excludeOutboundPorts": "27017" } })], "pass"],
]); // prettier-ignore

const exposing = (name: string, spec: object, annotations: object = {}) =>
  object("v1", "Service", name, {
    metadata: { annotations: { ...annotations } },
    spec: { selector: { app: name }, ports: [{ port: 8000 }], ...spec },
  });

answers("SG-21", [
  ["source ranges that are the world in halves", [...core, exposing("amf", { type: "LoadBalancer", loadBalancerSourceRanges: ["0.0.0.0/1", "128.0.0.0/1"] })], "fail"],
  ["an annotation whose value means nothing", [...core, exposing("amf", { type: "LoadBalancer" }, { "service.beta.kubernetes.io/aws-load-balancer-scheme": "intern" })], "fail"],
  ["an AMF beside the SEPP behind one selector", [networkFunction("amf", { labels: { edge: "yes" } }), networkFunction("sepp", { labels: { edge: "yes" } }), networkFunction("smf"), object("v1", "Service", "sepp", { spec: { type: "LoadBalancer", selector: { edge: "yes" }, ports: [{ port: 443 }] } })], "fail"],
  ["a listener rule to the UDM behind a gateway that is public", [resource("aws:lb/loadBalancer:LoadBalancer", "api", { arn: "arn:lb" }), resource("aws:lb/listener:Listener", "api", { arn: "arn:listener", loadBalancerArn: "arn:lb", defaultActions: [{ type: "fixed-response" }] }), resource("aws:lb/listenerRule:ListenerRule", "x", { listenerArn: "arn:listener", actions: [{ type: "forward", targetGroupArn: "arn:tg" }] }), resource("aws:lb/targetGroup:TargetGroup", "udm", { arn: "arn:tg" })], "fail"],
  ["a policy that lets in the pods' own network only", [...core, exposing("amf", { type: "LoadBalancer" }), object("networking.k8s.io/v1", "NetworkPolicy", "amf", { spec: { podSelector: {}, policyTypes: ["Ingress"] } })], "pass"],
  ["an internal load balancer that partners' ranges may use, before a SEPP", [...core, networkFunction("sepp"), exposing("sepp", { type: "LoadBalancer", loadBalancerSourceRanges: ["198.51.100.0/24"] })], "pass", { settings: { zones: { interconnect: ["198.51.100.0/24"] } } }],
]); // prettier-ignore

const ZONE = "carrierguard.dev/zone";
const onZone = (name: string, zone: string, tolerations: object[] = []) =>
  networkFunction(name, { pod: { nodeSelector: { [ZONE]: zone }, tolerations: tolerations as [] } });
const zoneNodes = (zone: string, effect = "NO_SCHEDULE") =>
  resource("aws:eks/nodeGroup:NodeGroup", zone, {
    clusterName: "core",
    labels: { [ZONE]: zone },
    taints: [{ key: ZONE, value: zone, effect }],
  });
const tolerating = (...zones: string[]) => zones.map((value) => ({ key: ZONE, operator: "Equal", value, effect: "NoSchedule" }));

answers("SG-29", [
  ["a taint that only prefers", [zoneNodes("auth", "PREFER_NO_SCHEDULE"), onZone("udm", "auth"), networkFunction("upf")], "fail"],
  ["a function on two zones' nodes", [zoneNodes("auth"), zoneNodes("user-plane"), onZone("udm", "auth", tolerating("auth")), networkFunction("upf", { pod: { tolerations: tolerating("auth", "user-plane") } })], "fail"],
  ["one group for all zones", [zoneNodes("core"), onZone("udm", "core", tolerating("core")), onZone("upf", "core", tolerating("core"))], "fail"],
  ["two sites of the same zone", [zoneNodes("auth"), onZone("udm", "auth", tolerating("auth")), onZone("ausf", "auth", tolerating("auth"))], "pass"],
  ["interception on nodes of its own", [zoneNodes("li"), zoneNodes("control"), onZone("admf", "li", tolerating("li")), onZone("amf", "control", tolerating("control")), onZone("smf", "control", tolerating("control")), onZone("nrf", "control", tolerating("control"))], "pass"],
]); // prettier-ignore

const dataNetwork = (...more: ReturnType<typeof resource>[]) => [
  vpc,
  resource("aws:ec2/subnet:Subnet", "data", { id: "subnet-d", vpcId: "vpc-1", cidrBlock: "10.0.7.0/24", tags: { [ZONE]: "data" } }),
  resource("aws:ec2/routeTable:RouteTable", "d", { id: "rtb-d", vpcId: "vpc-1" }),
  resource("aws:ec2/routeTableAssociation:RouteTableAssociation", "d", { subnetId: "subnet-d", routeTableId: "rtb-d" }),
  ...more,
];
const toRan = { settings: { zones: { ran: ["10.100.0.0/16"] } } };
const way = (destination: object, target: object) =>
  resource("aws:ec2/route:Route", "way", { routeTableId: "rtb-d", ...destination, ...target });

answers("SG-02", [
  ["the RAN in two halves", dataNetwork(way({ destinationCidrBlock: "10.100.0.0/17" }, { transitGatewayId: "tgw-1" })), "fail", toRan],
  ["one base station", dataNetwork(way({ destinationCidrBlock: "10.100.4.7/32" }, { vpcPeeringConnectionId: "pcx-1" })), "fail", toRan],
  ["by a virtual private gateway", dataNetwork(way({ destinationCidrBlock: "10.96.0.0/11" }, { gatewayId: "vgw-1" })), "fail", toRan],
  ["the operator's logging network", dataNetwork(way({ destinationCidrBlock: "10.200.0.0/16" }, { transitGatewayId: "tgw-1" })), "pass", toRan],
  ["the VPC's own local route", dataNetwork(way({ destinationCidrBlock: "10.0.0.0/16" }, { gatewayId: "local" })), "pass", toRan],
]); // prettier-ignore

const attachment = object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "n4", {
  spec: { config: '{"type":"macvlan","master":"ens6"}' },
});
const onN4 = [networkFunction("smf"), networkFunction("amf"), networkFunction("upf", { annotations: { "k8s.v1.cni.cncf.io/networks": '[{"name":"n4","interface":"n4"}]' } })]; // prettier-ignore
const forN4 = (target: string, spec: object, place = "core") => object("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy", "n4", { metadata: { annotations: { "k8s.v1.cni.cncf.io/policy-for": target } }, spec: { ...spec } }, place); // prettier-ignore
const both = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

answers("SG-14", [
  ["a policy on eth0 for traffic on a Multus network", [attachment, ...onN4, object("networking.k8s.io/v1", "NetworkPolicy", "deny", { spec: both })], "fail"],
  ["a policy in another namespace", [attachment, ...onN4, forN4("core/n4", both, "shop")], "fail"],
  ["from: [] lets everybody in", [attachment, ...onN4, forN4("n4", { ...both, ingress: [{ from: [] }] })], "fail"],
  ["promiscuous mode in a chain", [object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "n4", { spec: { config: '{"plugins":[{"type":"ipvlan"},{"type":"tuning"},{"type":"bridge","promiscMode":true,"portIsolation":true}]}' } }), ...onN4, forN4("n4", both)], "fail"],
  ["one list for two networks", [attachment, ...onN4, forN4("core/n3,core/n4", both)], "pass"],
]); // prettier-ignore

const roaming = networkFunction("sepp", { namespace: "roaming", pod: { nodeSelector: { [ZONE]: "roaming-edge" }, tolerations: [{ key: ZONE, operator: "Exists" }] } }); // prettier-ignore
const apart = ["amf", "udm", "udr", "upf", "nrf", "scp"].map((name) => onZone(name, "control", tolerating("control")));
const seppTo = (peer: object, port = 8000) => object("networking.k8s.io/v1", "NetworkPolicy", "sepp", { spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ ...peer }], ports: [{ port }] }] } }, "roaming"); // prettier-ignore
const inCore = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "core" } } };

answers("SG-23", [
  ["a NotIn that leaves the UDR in", [...apart, roaming, seppTo({ ...inCore, podSelector: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["amf", "udm", "upf"] }] } })], "fail"],
  ["SSH to the SCP", [...apart, roaming, seppTo({ ...inCore, podSelector: { matchLabels: { app: "scp" } } }, 22)], "fail"],
  ["another function of the roaming edge beside it", [...apart, roaming, networkFunction("edns", { namespace: "roaming", pod: { nodeSelector: { [ZONE]: "roaming-edge" } } })], "pass"],
]); // prettier-ignore

answers("SG-22", [
  ["a range that holds the partners and more", [...core, networkFunction("sepp"), exposing("sepp", { type: "LoadBalancer", loadBalancerSourceRanges: ["198.51.0.0/16"] })], "fail", { settings: { zones: { interconnect: ["198.51.100.0/24"] } } }],
  ["N32 on another port of the group", [group("sepp", [tcp(7000, 8000, "203.0.113.0/24")])], "fail", { settings: { zones: { interconnect: ["198.51.100.0/24"] } } }],
  ["the SBI of the SEPP from the core", [group("sepp", [tcp(443, 443, "10.0.0.0/16")])], "pass", { settings: { zones: { interconnect: ["198.51.100.0/24"] } } }],
]); // prettier-ignore

const partners = { settings: { zones: { interconnect: ["198.51.100.0/24"], oam: ["10.9.0.0/16"] } } };

answers("SG-24", [
  ["partners in a range of ports", [group("upf", [{ protocol: "udp", fromPort: 2000, toPort: 3000, cidrBlocks: ["198.51.100.0/25"] }])], "fail", partners],
  ["a role that is not the one", [group("upf", [{ protocol: "udp", fromPort: 2152, toPort: 2152, cidrBlocks: ["198.51.100.0/24"] }], [], { tags: { "carrierguard.dev/upf-role": "psa" } })], "fail", partners],
  ["GTP-U of base stations", [group("upf", [{ protocol: "udp", fromPort: 2152, toPort: 2152, cidrBlocks: ["10.100.0.0/16"] }])], "pass", partners],
]); // prettier-ignore

answers("SG-25", [
  ["SCTP, which has no ports, at the HSS", [group("hss", [{ protocol: "132", fromPort: 3868, toPort: 3868, cidrBlocks: ["198.51.100.0/24"] }])], "fail", partners],
  ["SSH from one partner's host", [group("dea", [tcp(22, 22, "198.51.100.9/32")])], "fail", partners],
  ["an eDNS that may send anything", [group("edns", [{ protocol: "udp", fromPort: 53, toPort: 53, cidrBlocks: ["198.51.100.0/24"] }], [everything])], "fail", partners],
  ["N32 of a SEPP", [group("sepp", [tcp(443, 443, "198.51.100.0/24")])], "pass", partners],
]); // prettier-ignore

const netpol = (app: string, side: string, peer: object, port: number) => object("networking.k8s.io/v1", "NetworkPolicy", `${app}-${side}`, { spec: { podSelector: { matchLabels: { app } }, policyTypes: [side === "from" ? "Ingress" : "Egress"], [side === "from" ? "ingress" : "egress"]: [{ [side]: [{ ...peer }], ports: [{ port }] }] } }); // prettier-ignore

answers("SG-26", [
  ["SSH for the whole namespace", [...core, netpol("smf", "from", { podSelector: {} }, 22)], "fail"],
  ["a function to one host of the management network", [...core, netpol("upf", "to", { ipBlock: { cidr: "10.9.3.3/32" } }, 443)], "fail", partners],
  ["metrics of an SBI port for a consumer", [...core, netpol("smf", "from", { podSelector: { matchLabels: { app: "amf" } } }, 8000)], "pass", partners],
]); // prettier-ignore

const interception = networkFunction("admf", { namespace: "li", pod: { nodeSelector: { [ZONE]: "li" }, tolerations: [{ key: ZONE, operator: "Equal", value: "li" }] } }); // prettier-ignore
const reader = (name: string, rules: object[], subject: object, place?: string) => [
  object("rbac.authorization.k8s.io/v1", place === undefined ? "ClusterRole" : "Role", name, { rules: rules as [] }, place ?? "core"),
  object("rbac.authorization.k8s.io/v1", place === undefined ? "ClusterRoleBinding" : "RoleBinding", name, { roleRef: { kind: place === undefined ? "ClusterRole" : "Role", name }, subjects: [{ ...subject }] }, place ?? "core"),
]; // prettier-ignore

answers("SG-28", [
  ["a support pod beside the ADMF", [...apart, interception, networkFunction("backup", { namespace: "li" })], "fail"],
  ["every resource by a star", [...apart, interception, ...reader("ci", [{ apiGroups: ["*"], resources: ["*"], verbs: ["get"] }], { kind: "User", name: "pipeline" })], "fail"],
  ["Secrets of the core's namespace only", [...apart, interception, ...reader("ops", [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }], { kind: "Group", name: "ops" }, "core")], "pass"],
  ["X1 from the ADMF", [...apart, interception, object("networking.k8s.io/v1", "NetworkPolicy", "admf", { spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ ...inCore, podSelector: { matchLabels: { app: "udm" } } }], ports: [{ port: 443 }] }] } }, "li")], "pass"],
]); // prettier-ignore

const opened = (peer: object) => [
  networkFunction("amf"),
  object("networking.k8s.io/v1", "NetworkPolicy", "all", { spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [{ from: [{ ...peer }] }] } }),
]; // prettier-ignore
const notIn = (key: string, ...values: string[]) => ({ matchExpressions: [{ key, operator: "NotIn", values }] });

answers("SG-11", [
  ["every namespace but one that does not exist", opened({ namespaceSelector: notIn("kubernetes.io/metadata.name", "nobody") }), "fail"],
  [
    "every namespace without a label",
    opened({ namespaceSelector: { matchExpressions: [{ key: "zone", operator: "DoesNotExist" }] } }),
    "fail",
  ],
  ["every pod but those of an app that nobody has", opened({ namespaceSelector: {}, podSelector: notIn("app", "nobody") }), "fail"],
  ["the namespaces of a zone", opened({ namespaceSelector: { matchLabels: { zone: "control" } } }), "pass"],
  ["pods of its own namespace but one app", opened({ podSelector: notIn("app", "upf") }), "pass"],
]);
