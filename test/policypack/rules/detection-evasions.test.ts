/** Ways to change a core unseen: alarms that miss a call, an audit stream that drops one, tunnels that nobody declared. */

import { networkFunction, type Properties, resource, unknownValue } from "../../../policypack/testing";
import { answers, type Case } from "../../support/rule-answers";

const core = resource("aws:ec2/vpc:Vpc", "core", { id: "vpc-core", tags: { "carrierguard.dev/zone": "control" } });
const eks = resource("aws:eks/cluster:Cluster", "core", { name: "core" });
/** A VPC that is the core's for all that can be seen, but no more than that. */
const perhaps = [
  resource("aws:ec2/vpc:Vpc", "network", { id: "vpc-network" }),
  resource("aws:eks/cluster:Cluster", "core", { vpcConfig: { vpcId: "vpc-network", subnetIds: [] } }),
];

const CALLS = ["AuthorizeSecurityGroupIngress", "CreateNetworkAclEntry", "CreateRoute", "AttachInternetGateway", "CreateVpcPeeringConnection", "CreateTrafficMirrorSession", "CreateVpnConnection", "CreateTransitGatewayConnect", "StopLogging", "DisableKey", "PutBucketPolicy", "PutRolePolicy"]; // prettier-ignore
const SAME = ["AuthorizeSecurityGroupIngress", "ReplaceNetworkAclEntry", "ReplaceRoute", "CreateInternetGateway", "AcceptVpcPeeringConnection", "CreateTrafficMirrorSession", "CreateVpnConnection", "CreateTransitGatewayConnect", "DeleteTrail", "ScheduleKeyDeletion", "PutBucketPolicy", "AttachRolePolicy"]; // prettier-ignore
const eventRule = (eventPattern: object, over: Properties = {}) => resource("aws:cloudwatch/eventRule:EventRule", "changes", { name: "changes", eventPattern: JSON.stringify(eventPattern), ...over }); // prettier-ignore
const sent = (rule: Properties[string] = "changes") => resource("aws:cloudwatch/eventTarget:EventTarget", "changes", { rule, arn: "arn:aws:sns:x" }); // prettier-ignore
const metric = (over: Properties = {}) => resource("aws:cloudwatch/logMetricFilter:LogMetricFilter", "f", { pattern: CALLS.join(" "), metricTransformation: { name: "changes" }, ...over }); // prettier-ignore
const alarm = (over: Properties = {}) => resource("aws:cloudwatch/metricAlarm:MetricAlarm", "a", { metricName: "changes", alarmActions: ["arn:aws:sns:x"], ...over }); // prettier-ignore
const GROUP_ARN = "arn:aws:logs:x:1:log-group:trail";
const whole = (filterPattern: Properties[string], arn = `${GROUP_ARN}:*`) => [core, resource("aws:cloudwatch/logGroup:LogGroup", "trail", { name: "trail", arn: GROUP_ARN }), resource("aws:cloudtrail/trail:Trail", "org", { cloudWatchLogsGroupArn: arn }), resource("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "siem", { logGroup: "trail", filterPattern, destinationArn: "arn:aws:logs:x:2:destination:siem" })]; // prettier-ignore

// prettier-ignore
answers("LG-11", [
  ["the other call of each kind", [core, eventRule({ detail: { eventName: SAME } }), sent()], "pass"],
  ["all calls by a wildcard", [core, eventRule({ detail: { eventName: [{ wildcard: "*" }] } }), sent()], "pass"],
  ["a wildcard that ends too early", [core, eventRule({ detail: { eventName: [{ wildcard: "Create*" }, { wildcard: "*Policy" }] } }), sent()], "fail"],
  ["all calls of all services by prefixes", [core, eventRule({ detail: { eventName: ["Auth", "Create", "Attach", "Stop", "Disable", "Put"].map((prefix) => ({ prefix })) } }), sent()], "pass"],
  ["the network's calls of another service", [core, eventRule({ source: ["aws.rds"], detail: { eventName: CALLS } }), sent()], "fail"],
  ["calls of EC2's endpoint alone", [core, eventRule({ detail: { eventSource: ["ec2.amazonaws.com"], eventName: CALLS } }), sent()], "fail"],
  ["a pattern that is no list", [core, eventRule({ detail: { eventName: "CreateRoute" } }), sent()], "fail"],
  ["a pattern that is no document", [core, eventRule({}, { eventPattern: "{" }), sent()], "fail"],
  ["a rule that is switched off in the older way", [core, eventRule({ detail: { eventName: CALLS } }, { isEnabled: false }), sent()], "fail"],
  ["a target of another rule", [core, eventRule({ detail: { eventName: CALLS } }), sent("others")], "fail"],
  ["a target by reference", [core, eventRule({ detail: { eventName: CALLS } }), sent(unknownValue(eventRule({})))], "pass"],
  ["an alarm whose actions are off", [core, metric(), alarm({ actionsEnabled: false })], "fail"],
  ["an alarm on another metric", [core, metric(), alarm({ metricName: "errors" })], "fail"],
  ["an alarm whose actions are not known yet", [core, metric(), alarm({ alarmActions: unknownValue() })], "pass"],
  ["an alarm on a metric in a list of queries", [core, metric(), alarm({ metricName: null, metricQueries: [{ id: "m", metric: { metricName: "changes" } }] })], "pass"],
  ["a filter without a metric, and an alarm on none", [core, metric({ metricTransformation: { name: "" } }), alarm({ metricName: "" })], "fail"],
  ["a filter whose pattern is not known yet", [core, metric({ pattern: unknownValue() }), alarm()], "undetermined"],
  ["the whole trail, by an ARN with a star", whole(""), "pass"],
  ["the whole trail, by a pattern of blanks", whole("  "), "pass"],
  ["part of the trail", whole("ERROR"), "fail"],
  ["the whole of a group that is not the trail's", whole("", "arn:aws:logs:x:1:log-group:other:*"), "fail"],
  ["no alarm in an account that may hold a core", perhaps, "undetermined"],
]);

const subscribed = (filterPattern: string, name = "siem") => resource("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", name, { logGroup: "/aws/eks/core/cluster", filterPattern, destinationArn: "arn:aws:logs:eu-central-1:111122223333:destination:siem" }); // prettier-ignore
/** What a pattern that misses nothing is made of. */
const PARTS: { readonly [word: string]: string } = Object.fromEntries([
  ...["exec", "attach", "ephemeralcontainers", "proxy", "token"].map((word) => [word, `($.objectRef.subresource = "${word}")`]),
  ...["secrets", "rolebindings", "daemonsets", "cronjobs"].map((word) => [word, `($.objectRef.resource = "${word}")`]),
  ["anonymous", '($.user.username = "system:anonymous")'],
]);
/** Each call as narrowly as an operator may ask for it: one way of making it is enough. */
const NARROW: readonly (readonly [word: string, verb: string, resource: string, subresource?: string])[] = [["exec", "create", "pods", "exec"], ["exec", "get", "pods", "exec"], ["attach", "create", "pods", "attach"], ["attach", "get", "pods", "attach"], ["ephemeralcontainers", "patch", "pods", "ephemeralcontainers"], ["ephemeralcontainers", "update", "pods", "ephemeralcontainers"], ["proxy", "get", "nodes", "proxy"], ["proxy", "create", "nodes", "proxy"], ["token", "create", "serviceaccounts", "token"], ["secrets", "list", "secrets"], ["rolebindings", "create", "rolebindings"], ["rolebindings", "create", "clusterrolebindings"], ["daemonsets", "create", "daemonsets"], ["cronjobs", "create", "cronjobs"]]; // prettier-ignore
const narrowed = (word: string, verb: string, of: string, subresource?: string) => {
  const terms = [`($.verb = "${verb}")`, `($.objectRef.resource = "${of}")`, ...(subresource === undefined ? [] : [`($.objectRef.subresource = "${subresource}")`])]; // prettier-ignore
  const others = Object.entries(PARTS).filter(([key]) => key !== word);
  return [eks, networkFunction("amf"), subscribed(`{ ${[...others.map(([, part]) => part), `(${terms.join(" && ")})`].join(" || ")} }`)];
};
const about = (field: string, value: string) => [eks, networkFunction("amf"), subscribed(`{ ${field} = "${value}" }`)];
const detectorFeature = (over: Properties) => resource("aws:guardduty/detectorFeature:DetectorFeature", "audit", { name: "EKS_AUDIT_LOGS", status: "ENABLED", ...over }); // prettier-ignore
const WITHOUT_GUARDDUTY = subscribed(`{ ${["attach", "ephemeralcontainers", "proxy", "token", "cronjobs"].map((word) => PARTS[word]).join(" || ")} }`); // prettier-ignore

// prettier-ignore
answers("LG-13", [
  ...NARROW.map((call): Case => [`${call.slice(1).join(" ")}, and all the rest`, narrowed(...call), "pass"]),
  ...NARROW.map(([word, , of, subresource]): Case => [`${of} ${subresource ?? ""} by another verb, and all the rest`, narrowed(word, "watch", of, subresource), "fail"]),
  ["every record of the API server by its kind", about("$.kind", "Event"), "pass"],
  ["every record by its version", about("$.apiVersion", "audit.k8s.io/v1"), "pass"],
  ["every record by its stage", about("$.stage", "ResponseComplete"), "pass"],
  ["every record in full", about("$.level", "RequestResponse"), "pass"],
  ["metadata alone", about("$.level", "Metadata"), "fail"],
  ["GuardDuty switched off", [eks, networkFunction("amf"), detectorFeature({ status: "DISABLED" }), WITHOUT_GUARDDUTY], "fail"],
  ["GuardDuty for machines", [eks, networkFunction("amf"), detectorFeature({ name: "RUNTIME_MONITORING" }), WITHOUT_GUARDDUTY], "fail"],
  ["GuardDuty for its part", [eks, networkFunction("amf"), detectorFeature({}), WITHOUT_GUARDDUTY], "pass"],
  ["a cluster of something else", [eks, networkFunction("nginx", { namespace: "web", container: { image: "nginx" } })], "pass"],
]);

const opened = (...ingress: readonly Properties[]) => resource("aws:ec2/securityGroup:SecurityGroup", "core", { id: "sg-core", ingress });
const port = (protocol: string, from: number, to = from, over: Properties = { cidrBlocks: ["203.0.113.9/32"] }) => opened({ protocol, fromPort: from, toPort: to, ...over }); // prettier-ignore
const standalone = (name: string, of: Properties[string] = "sg-core") => resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", name, { securityGroupId: of, ipProtocol: "47", cidrIpv4: "203.0.113.9/32" }); // prettier-ignore
const tunnels = (...lines: readonly string[]) => ({ settings: { rules: { "LG-14": { options: { tunnels: lines } } } } });
const runsProgram = (container: Properties) => networkFunction("amf", { container });

// prettier-ignore
answers("LG-14", [
  ...["4", "ipip", "IPENCAP", "94", "41", "ipv6", "47", "GRE"].map((protocol): Case => [`protocol ${protocol}`, [opened({ protocol, fromPort: 0, toPort: 0, cidrBlocks: ["203.0.113.9/32"] })], "fail"]),
  ["protocol 50, which IPsec uses", [opened({ protocol: "50", fromPort: 0, toPort: 0, cidrBlocks: ["203.0.113.9/32"] })], "pass"],
  ["a SCTP association on the port of SOCKS", [port("132", 1080)], "pass"],
  ["VXLAN from outside", [port("udp", 4789)], "fail"],
  ["VXLAN by its protocol's number", [port("17", 4789)], "fail"],
  ["VXLAN over TCP is none", [port("tcp", 4789)], "pass"],
  ["WireGuard", [port("udp", 51820)], "fail"],
  ["a reverse proxy's port", [port("tcp", 7000)], "fail"],
  ["SOCKS by its protocol's number", [port("6", 1080)], "fail"],
  ["SOCKS over UDP is none", [port("udp", 1080)], "pass"],
  ["seven ports more", [port("tcp", 1080, 1087)], "fail"],
  ["eight ports more are a range", [port("tcp", 1080, 1088)], "pass"],
  ["a range that ends there", [port("tcp", 1075, 1080)], "fail"],
  ["a range beside it", [port("tcp", 1081, 1085)], "pass"],
  ["every port", [port("tcp", -1, -1)], "pass"],
  ["VXLAN between members and from outside", [port("udp", 4789, 4789, { self: true, cidrBlocks: ["203.0.113.9/32"] })], "fail"],
  ["VXLAN between members, and an empty list", [port("udp", 4789, 4789, { self: true, cidrBlocks: [] })], "pass"],
  ["VXLAN from another group", [port("udp", 4789, 4789, { securityGroups: ["sg-nodes"] })], "pass"],
  ["VXLAN from a list of prefixes", [port("udp", 4789, 4789, { self: true, prefixListIds: ["pl-1"] })], "fail"],
  ["GRE between members", [opened({ protocol: "47", fromPort: 0, toPort: 0, self: true })], "fail"],
  ["a rule of its own", [opened(), standalone("gre")], "fail"],
  ["a rule of its own that is declared", [opened(), standalone("gre")], "pass", tunnels("gre transport-team router-1")],
  ["a declared group and a rule of its own", [opened(), standalone("gre")], "pass", tunnels("  core   transport-team   router-1  ")],
  ["declared without a peer", [opened(), standalone("gre")], "fail", tunnels("gre transport-team")],
  ["another one declared", [opened(), standalone("gre")], "fail", tunnels("vpn transport-team router-1")],
  ["a connect peer", [resource("aws:ec2transitgateway/connectPeer:ConnectPeer", "gre", {})], "fail"],
  ["a client VPN", [resource("aws:ec2clientvpn/endpoint:Endpoint", "vpn", {})], "fail"],
  ...["frp", "frpc", "frps", "chisel", "ngrok", "gost", "proxychains", "proxychains4", "microsocks", "ligolo", "ligolo-ng", "cloudflared", "rathole", "autossh"].map((program): Case => [`runs ${program}`, [runsProgram({ command: [program] })], "fail"]),
  ...["frpx", "xchisel", "gostly", "ssh"].map((program): Case => [`runs ${program}, which is none of them`, [runsProgram({ command: [program] })], "pass"]),
  ["a tunnel as the argument of a shell", [runsProgram({ command: ["sh", "-c"], args: ["chisel client x"] })], "fail"],
  ["a tunnel's image", [runsProgram({ image: "registry.example/tools/chisel:1" })], "fail"],
  ["a tunnel that is declared", [runsProgram({ command: ["chisel"] })], "pass", tunnels("amf soc bastion")],
  ["a tunnel in another namespace", [networkFunction("amf"), networkFunction("web", { namespace: "web", container: { image: "web", command: ["chisel"] } })], "pass"],
]);
