/** Ways to listen in on a core, to its keys and to its database: listeners, lines between sites, null algorithms, key material, callers. */

import { networkFunction, object, type Properties, resource, secretValue, unknownValue } from "../../../policypack/testing";
import { answers, type Case } from "../../support/rule-answers";

const zone = (name: Properties[string]): Properties => ({ tags: { "carrierguard.dev/zone": name } });
const CORE = resource("aws:ec2/vpc:Vpc", "core", zone("control"));
const MAYBE = resource("aws:ec2/vpc:Vpc", "net", zone(unknownValue()));
const listener = (over: Properties, name = "edge") => resource("aws:lb/listener:Listener", name, { protocol: "HTTP", port: 80, defaultActions: [{ type: "forward" }], ...over }); // prettier-ignore
const redirect = { type: "redirect", redirect: { protocol: "HTTPS", statusCode: "HTTP_301" } };
const classic = (...protocols: readonly Properties[string][]) => resource("aws:elb/loadBalancer:LoadBalancer", "portal", { listeners: protocols.map((lbProtocol) => ({ lbProtocol, lbPort: 80 })) }); // prettier-ignore
const kafka = (encryptionInTransit: Properties[string]) => resource("aws:msk/cluster:Cluster", "nwdaf", { encryptionInfo: { encryptionInTransit } }); // prettier-ignore
const gateway = (server: Properties, name = "edge") => object("networking.istio.io/v1", "Gateway", name, { spec: { servers: [{ hosts: ["*"], port: { number: 443, name: "https", protocol: "HTTPS" }, ...server }] } }); // prettier-ignore
const tls = (minProtocolVersion: Properties[string]) => ({ tls: { mode: "MUTUAL", minProtocolVersion } });
const nrf = (server: string, name = "nrf") => [
  object("v1", "ConfigMap", name, { data: { [`${name}.yaml`]: `${name}: {default: {tls: {server: {${server}}}}, sbi: {server: [{address: 0.0.0.0, port: 443}]}}` } }),
  networkFunction(name, { pod: { volumes: [{ name: "c", configMap: { name } }] } }),
]; // prettier-ignore
const MUTUAL = "scheme: https, private_key: /k, cert: /c, verify_client: true";
const sbi = listener({ protocol: "TCP", port: 443 }, "sbi");
const strict = object("security.istio.io/v1", "PeerAuthentication", "all", { spec: { mtls: { mode: "STRICT" } } });
const sidecar = { labels: { app: "nrf", "sidecar.istio.io/inject": "true" } };

// prettier-ignore
answers("DP-10", [
  ["plain HTTP beside a network that may hold a core", [MAYBE, listener({})], "undetermined"],
  ["a plain classic balancer beside a network that may hold a core", [MAYBE, classic("http")], "undetermined"],
  ["a plain cache beside a network that may hold a core", [MAYBE, resource("aws:elasticache/replicationGroup:ReplicationGroup", "sessions", {})], "undetermined"],
  ["plain HTTP in a stack of functions alone", [networkFunction("amf"), listener({})], "fail"],
  ["plain HTTP on a balancer that is called after the NEF", [resource("aws:lb/loadBalancer:LoadBalancer", "nef", { arn: "arn:aws:elasticloadbalancing:x:1:loadbalancer/nef" }), listener({ loadBalancerArn: "arn:aws:elasticloadbalancing:x:1:loadbalancer/nef" })], "fail"],
  ["plain HTTP on a balancer that is called after a shop", [resource("aws:lb/loadBalancer:LoadBalancer", "shop", { arn: "arn:aws:elasticloadbalancing:x:1:loadbalancer/shop" }), listener({ loadBalancerArn: "arn:aws:elasticloadbalancing:x:1:loadbalancer/shop" })], "pass"],
  ["an action that serves beside one that is not known yet", [CORE, listener({ defaultActions: [{ type: "forward" }, { type: unknownValue() }] })], "fail"],
  ["TCP to functions of which one asks for no certificate", [CORE, ...nrf(MUTUAL), ...nrf("scheme: https, private_key: /k, cert: /c", "udm"), sbi], "undetermined"],
  ["TCP to functions in a strict mesh", [CORE, networkFunction("nrf", sidecar), strict, sbi], "pass"],
  ["TCP to functions in a mesh that lets anything in", [CORE, networkFunction("nrf", sidecar), object("security.istio.io/v1", "PeerAuthentication", "all", { spec: { mtls: { mode: "PERMISSIVE" } } }), sbi], "undetermined"],
  ["a classic balancer whose protocol the configuration brings", [CORE, classic("https", unknownValue())], "undetermined"],
  ["a classic balancer with HTTP beside HTTPS", [CORE, classic("https", "HTTP")], "fail"],
  ["Kafka by default", [CORE, kafka({})], "pass"],
  ["Kafka among its brokers, as the configuration says", [CORE, kafka({ inCluster: unknownValue() })], "undetermined"],
  ["Kafka's clients, as the configuration says", [CORE, kafka({ clientBroker: unknownValue() })], "undetermined"],
  ["Kafka in the clear, whatever the configuration says of its brokers", [CORE, kafka({ clientBroker: "PLAINTEXT", inCluster: unknownValue() })], "fail"],
  ["an encrypted cache", [CORE, resource("aws:elasticache/replicationGroup:ReplicationGroup", "sessions", { transitEncryptionEnabled: true })], "pass"],
  ["a gateway of a shop", [networkFunction("shop", { container: { image: "nginx" } }), gateway({ port: { number: 80, protocol: "HTTP" } })], "pass"],
  ["a gateway for gRPC", [networkFunction("nef"), gateway({ port: { number: 80, protocol: "grpc" } })], "fail"],
  ["a gateway of which the configuration brings the protocol", [networkFunction("nef"), gateway({ port: { number: 80, protocol: unknownValue() } })], "undetermined"],
  ["a gateway of which the configuration brings the version", [networkFunction("nef"), gateway(tls(unknownValue()))], "undetermined"],
  ["a gateway from TLS 1.1", [networkFunction("nef"), gateway(tls("TLSV1_1"))], "fail"],
  ["a gateway from TLS 1.2", [networkFunction("nef"), gateway(tls("TLSV1_2"))], "pass"],
  ["a gateway of N32 by its name", [networkFunction("nef"), gateway(tls("TLSV1_2"), "n32")], "advice"],
  ["a gateway of N32 by its port's name", [networkFunction("nef"), gateway({ ...tls("TLSV1_2"), port: { number: 443, name: "n32-c", protocol: "HTTPS" } })], "advice"],
  ["a gateway of N32 by what stands behind it", [networkFunction("sepp"), gateway(tls("TLSV1_2"))], "advice"],
  ["a gateway of N32 that says nothing of versions", [networkFunction("sepp"), gateway({ tls: { mode: "MUTUAL" } })], "advice"],
  ["a gateway of N32 from TLS 1.3", [networkFunction("sepp"), gateway(tls("TLSV1_3"))], "pass"],
  ["a gateway before a SEPP and a NEF", [networkFunction("sepp"), networkFunction("nef"), gateway(tls("TLSV1_2"))], "pass"],
  ["a gateway of its own namespace", [networkFunction("sepp"), object("networking.istio.io/v1", "Gateway", "edge", { spec: { servers: [{ hosts: ["*"], port: { number: 443, protocol: "HTTPS" }, ...tls("TLSV1_2") }] } }, "istio-ingress")], "pass"],
  ["a redirect without a core", [listener({ defaultActions: [redirect] })], "pass"],
]);

const SUITES = { EncryptionAlgorithms: ["AES256"], IntegrityAlgorithms: ["SHA2-512"], DhGroupNumbers: [16] };
const vpn = (over: Properties = {}) => {
  const strong = [1, 2].flatMap((tunnel) => [1, 2].flatMap((phase) => Object.entries(SUITES).map(([name, value]) => [`tunnel${tunnel}Phase${phase}${name}`, value]))); // prettier-ignore
  return resource("aws:ec2/vpnConnection:VpnConnection", "ran", { ...Object.fromEntries(strong), ...over });
};
const line = (over: Properties, type = "connection:Connection") => resource(`aws:directconnect/${type}`, "ran", over);
const guarded = (...physical: readonly string[]) => ({ settings: { rules: { "DP-09": { options: { physical } } } } });
const both = (...names: readonly string[]) => names.map((name) => networkFunction(name));
const OVERLAY = object("v1", "ConfigMap", "cilium-config", { data: { "enable-wireguard": "false" } }, "kube-system");

// prettier-ignore
answers("DP-09", [
  ["SHA-256 will not last", [vpn({ tunnel1Phase1IntegrityAlgorithms: ["SHA2-256"] })], "advice"],
  ["SHA-256 beside SHA-512, which the other end may refuse", [vpn({ tunnel1Phase1IntegrityAlgorithms: ["SHA2-256", "SHA2-512"] })], "advice"],
  ["group 19 will not last", [vpn({ tunnel2Phase2DhGroupNumbers: [19] })], "advice"],
  ["group 19, where everything counts", [vpn({ tunnel2Phase2DhGroupNumbers: [19] })], "fail", { settings: { profile: "strict" } }],
  ["a suite that the configuration brings", [vpn({ tunnel2Phase2DhGroupNumbers: [unknownValue()] })], "undetermined"],
  ["lower case", [vpn({ tunnel1Phase1IntegrityAlgorithms: ["sha2-384"] })], "pass"],
  ["MACsec that the configuration brings", [line({ requestMacsec: unknownValue(), encryptionMode: "must_encrypt" })], "undetermined"],
  ["a mode that the configuration brings", [line({ requestMacsec: true, encryptionMode: unknownValue() })], "undetermined"],
  ["a mode without MACsec", [line({ encryptionMode: "must_encrypt" })], "fail"],
  ["a hosted line, which has no MACsec", [line({}, "hostedConnection:HostedConnection")], "fail"],
  ["a line beside a VPN over the internet", [line({}), vpn()], "fail"],
  ["a guarded line, with evidence", [line({})], "pass", guarded("ran : audit 2026-03, site FRA1")],
  ["a guarded line, without evidence", [line({})], "fail", guarded("ran:  ")],
  ["another line that is guarded", [line({})], "fail", guarded("ran2: audit 2026-03", "backhaul-ran: audit", "ran")],
  ["SMF and UPF in the clear", [...both("smf", "upf"), OVERLAY], "fail"],
  ["SGW-C and SGW-U in the clear", [...both("sgwc", "sgwu"), OVERLAY], "fail"],
  ["AMF and MME in the clear", [...both("amf", "mme"), OVERLAY], "fail"],
  ["MME and HSS in the clear", [...both("mme", "hss"), OVERLAY], "fail"],
  ["a UPF whose SMF is elsewhere", [...both("upf", "amf"), OVERLAY], "pass"],
  ["an SMF whose UPF is elsewhere", [...both("smf", "amf"), OVERLAY], "pass"],
  ["a test of the chart that plays the UPF", [networkFunction("smf"), object("v1", "Pod", "upf", { metadata: { labels: { app: "upf" }, annotations: { "helm.sh/hook": "test" } }, spec: { restartPolicy: "Never", containers: [{ name: "upf", image: "5gc/upf:1" }] } }), OVERLAY], "pass"],
  ["one of two interfaces guarded", [...both("smf", "upf", "amf", "mme"), OVERLAY], "fail", guarded("N4: audit")],
]);

const file = (name: string, text: Properties[string]) => [object("v1", "ConfigMap", name, { data: { [`${name}.yaml`]: text } })];
const amf = (integrity: string, ciphering = "[NEA2]") => file("amf", `amf: {security: {integrity_order: ${integrity}, ciphering_order: ${ciphering}}}`); // prettier-ignore
const udm = (profiles: string) => file("udm", `configuration: {serviceNameList: [nudm-sdm], SuciProfile: ${profiles}}`);
const emergency = { settings: { rules: { "DP-07": { options: { emergencyNullIntegrity: true } } } } };

// prettier-ignore
answers("DP-07", [
  ["null integrity by its 4G name", amf("[EIA2, EIA0]"), "fail"],
  ["null integrity by its long name", amf("[128-NIA2, 128-NIA0]"), "fail"],
  ["null integrity in one text", amf("'NIA2, NIA0'"), "fail"],
  ["words that only hold the name of a null algorithm", amf("[NIA2, XNIA0, NIA01]", "[NEA01, NEA0]"), "pass"],
  ["null integrity last, where emergencies demand it", amf("[NIA2, NIA1, NIA0]"), "pass", emergency],
  ["null integrity amid, where emergencies demand it last", amf("[NIA2, NIA0, NIA1]"), "fail", emergency],
  ["null integrity alone, where emergencies demand it last", amf("[NIA0]"), "fail", emergency],
  ["an MME's file that the configuration brings", file("mme", unknownValue()), "undetermined"],
  ["a UDM's file that the configuration brings", file("udm", unknownValue()), "undetermined"],
  ["an SMF's file that the configuration brings", file("smf", unknownValue()), "pass"],
  ["a UDM with profile A beside the null scheme, for SIMs that know no other", udm("[{ProtectionScheme: 0}, {ProtectionScheme: 1}]"), "pass"],
  ["a UDM without a scheme", udm("[]"), "fail"],
]);

const PEM = `-----BEGIN EC PRIVATE KEY-----\n${"QUJD".repeat(30)}\n-----END EC PRIVATE KEY-----`;
const secret = (entry: string, value: Properties[string] = PEM, name = "keys") => [object("v1", "Secret", name, { stringData: { [entry]: value } })]; // prettier-ignore

// prettier-ignore
answers("DP-05", [
  ...["hnet.key", "home-network.pem", "home_network_1", "homenetwork", "suci-key", "curve25519-1.key", "secp256r1-2.key", "k.pem", "udm-k.pem", "opc.pem", "op.pem", "a.ki.pem", "milenage_key", "token-signing.pem", "tokensign", "signing-key", "sign_key", "signkey", "nrf-priv.pem", "nrf_root", "nrf.key", "root.key", "n32-c.pem", "sepp-1.key", "oauth.pem"].map((entry): Case => [`a private key in the entry ${entry} of a Secret`, secret(entry), "fail"]),
  ...["tls.key", "ca.key", "network.key", "ok.pem", "kit.pem", "opcua.pem", "assigned.pem", "nrf.pem"].map((entry): Case => [`a private key in the entry ${entry} of a Secret, which a certificate manager wrote`, secret(entry), "pass"]),
  ["a private key in a Secret that is called after the home network", secret("tls.key", PEM, "udm-hnet"), "fail"],
  ["a key of digits in a Secret, whatever its entry", secret("values.yaml", `OPC: ${"1a".repeat(16)}`), "fail"],
  ["a private key that the program marks secret, in a ConfigMap", [object("v1", "ConfigMap", "nrf", { data: { "root.key": secretValue(PEM) } })], "fail"],
  ["two keys in a Secret, of which the program marks one secret", [object("v1", "Secret", "keys", { stringData: { "hnet.key": secretValue(PEM), "oauth.pem": PEM.replace("QUJD", "QUJE") } })], "fail"],
  ["digits under no name of a key", [object("v1", "ConfigMap", "amf", { data: { "amf.yaml": `build: ${"1a".repeat(16)}` } })], "pass"],
  ["an AMF's file that the configuration brings", file("amf", unknownValue()), "pass"],
]);

const VPC = resource("aws:ec2/vpc:Vpc", "core", { id: "vpc-1", cidrBlock: "10.20.0.0/16", ...zone("data") });
const open = (ports: Properties) => resource("aws:ec2/securityGroup:SecurityGroup", "db", { id: "sg-db", vpcId: "vpc-1", ingress: [{ protocol: "tcp", cidrBlocks: ["0.0.0.0/0"], ...ports }] }); // prettier-ignore
const store = (type: string, more: Properties) => resource(`aws:${type}`, "subscribers", { ...zone("data"), ...more });
const untold = (type: string, more: Properties) => resource(`aws:${type}`, "main", more);
const MONGO = { fromPort: 27017, toPort: 27017 };
const REDIS = { fromPort: 6379, toPort: 6379 };
const DB = networkFunction("mongodb", { kind: "StatefulSet" });
const admits = (...names: readonly string[]) => object("networking.k8s.io/v1", "NetworkPolicy", "db", { spec: { podSelector: { matchLabels: { app: "mongodb" } }, policyTypes: ["Ingress"], ingress: [{ from: names.map((app) => ({ podSelector: { matchLabels: { app } } })), ports: [{ protocol: "TCP", port: 27017 }] }] } }); // prettier-ignore
const service = (name: string, spec: Properties) => object("v1", "Service", name, { spec: { ports: [{ port: 27017 }], ...spec } });
const opened = (name: string, spec: Properties) => [networkFunction("udr"), DB, admits("udr"), service(name, spec)];

// prettier-ignore
answers("DP-04", [
  ["a graph of subscribers that lets in everybody", [VPC, open({ fromPort: 0, toPort: 65535 }), store("neptune/cluster:Cluster", { vpcSecurityGroupIds: ["sg-db"] })], "fail"],
  ["a Redis node that lets in everybody", [VPC, open(REDIS), store("elasticache/cluster:Cluster", { securityGroupIds: ["sg-db"] })], "fail"],
  ["a serverless cache that lets in everybody", [VPC, open(REDIS), store("elasticache/serverlessCache:ServerlessCache", { securityGroupIds: ["sg-db"] })], "fail"],
  ["MemoryDB that lets in everybody", [VPC, open(REDIS), store("memorydb/cluster:Cluster", { securityGroupIds: ["sg-db"] })], "fail"],
  ["a public database beside a network that may hold a core", [MAYBE, untold("rds/instance:Instance", { publiclyAccessible: true })], "undetermined"],
  ["an open database beside a network that may hold a core", [MAYBE, resource("aws:ec2/securityGroup:SecurityGroup", "db", { id: "sg-db", ingress: [{ protocol: "tcp", ...MONGO, cidrBlocks: ["0.0.0.0/0"] }] }), untold("docdb/cluster:Cluster", { vpcSecurityGroupIds: ["sg-db"] })], "undetermined"],
  ["a public database of a shop", [untold("rds/instance:Instance", { publiclyAccessible: true })], "pass"],
  ["a group that is made elsewhere", [VPC, store("docdb/cluster:Cluster", { vpcSecurityGroupIds: ["sg-9"] })], "pass"],
  ["the UDSF's group", [VPC, resource("aws:ec2/securityGroup:SecurityGroup", "udsf", { id: "sg-udsf", vpcId: "vpc-1" }), resource("aws:ec2/securityGroup:SecurityGroup", "db", { id: "sg-db", vpcId: "vpc-1", ingress: [{ protocol: "tcp", ...MONGO, securityGroups: ["sg-udsf"] }] }), store("docdb/cluster:Cluster", { vpcSecurityGroupIds: ["sg-db"] })], "pass"],
  ["a node port of another function", opened("amf", { type: "NodePort", selector: { app: "amf" } }), "pass"],
  ["an external address", opened("mongodb", { selector: { app: "mongodb" }, externalIPs: ["192.0.2.1"] }), "fail"],
  ["a Service inside the cluster", opened("mongodb", { selector: { app: "mongodb" } }), "pass"],
  ["a stranger for sure beside one that may be", [networkFunction("udr"), networkFunction("upf"), DB, admits("udr", "upf")], "fail"],
]);
