/** Ways to work unseen past the logging rules, and legitimate designs that look like a gap. */

import type { ResourceInit } from "../../../policypack/model/stack";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing";
import { answers } from "../../support/rule-answers";

const zone = (name: string): Properties => ({ tags: { "carrierguard.dev/zone": name } });
const vpc = (name = "core", of = "control") => resource("aws:ec2/vpc:Vpc", name, { id: `vpc-${name}`, ...zone(of) });
const core = vpc();
const eks = resource("aws:eks/cluster:Cluster", "core", { name: "core" });
/** A VPC that is the core's for all that can be seen, but no more than that. */
const perhaps = [
  resource("aws:ec2/vpc:Vpc", "network", { id: "vpc-network" }),
  resource("aws:eks/cluster:Cluster", "core", { vpcConfig: { vpcId: "vpc-network", subnetIds: [] } }),
];

const trail = (over: Properties) =>
  resource("aws:cloudtrail/trail:Trail", "org", { s3BucketName: "logs", isMultiRegionTrail: true, enableLogFileValidation: true, enableLogging: true, kmsKeyId: "arn:aws:kms:x:1:key/1", eventSelectors: [DATA], ...over }); // prettier-ignore
const DATA: Properties = { includeManagementEvents: true, readWriteType: "All", dataResources: [{ type: "AWS::S3::Object", values: ["arn:aws:s3"] }] }; // prettier-ignore
const advanced = (...selectors: readonly (readonly (readonly [field: string, ...values: string[]])[])[]) =>
  trail({
    eventSelectors: null,
    advancedEventSelectors: selectors.map((fields) => ({ fieldSelectors: fields.map(([field, ...equals]) => ({ field, equals })) })),
  });
const MANAGEMENT = [["eventCategory", "Management"]] as const;
const OBJECTS = [["eventCategory", "Data"], ["resources.type", "AWS::S3::Object"]] as const; // prettier-ignore

// prettier-ignore
answers("LG-02", [
  ["reads alone", [trail({ eventSelectors: [{ ...DATA, readWriteType: "WriteOnly" }, { ...DATA, readWriteType: "ReadOnly" }] })], "fail"],
  ["no management events in the selector", [trail({ eventSelectors: [{ ...DATA, includeManagementEvents: false }] })], "fail"],
  ["what a selector says where it says nothing", [trail({ eventSelectors: [{ dataResources: DATA["dataResources"] ?? [] }] })], "pass"],
  ["an empty list of data resources", [trail({ eventSelectors: [{ ...DATA, dataResources: [] }] })], "fail"],
  ["selectors that the configuration brings", [trail({ eventSelectors: unknownValue() })], "undetermined"],
  ["advanced selectors that the configuration brings", [trail({ advancedEventSelectors: unknownValue() })], "undetermined"],
  ["a switch whose value is left out is on", [trail({ enableLogging: null })], "pass"],
  ["no validation unless somebody asks for it", [trail({ enableLogFileValidation: null })], "fail"],
  ["the key calls left out by an advanced selector", [advanced([...MANAGEMENT, ["eventSource", "kms.amazonaws.com"]], OBJECTS)], "fail"],
  ["the key calls left out by one of two selectors", [advanced([...MANAGEMENT, ["eventSource", "kms.amazonaws.com"]], MANAGEMENT, OBJECTS)], "pass"],
  ["data of other stores alone", [advanced(MANAGEMENT, [["eventCategory", "Data"], ["resources.type", "AWS::Lambda::Function"]])], "fail"],
  ["the name of a store outside the data events", [advanced([...MANAGEMENT, ["resources.type", "AWS::S3::Object"]])], "fail"],
  ["data of a subscriber table", [advanced(MANAGEMENT, [["eventCategory", "Data"], ["resources.type", "AWS::DynamoDB::Table"]])], "pass"],
  ["an event data store in place of a trail", [core, resource("aws:cloudtrail/eventDataStore:EventDataStore", "lake", {})], "pass"],
  ["a stack that may hold a core", perhaps, "undetermined"],
]);

const FULL: Properties = { vpcId: "vpc-core", trafficType: "ALL", maxAggregationInterval: 60, logFormat: "${srcaddr} ${dstaddr} ${pkt-srcaddr} ${pkt-dstaddr} ${tcp-flags} ${flow-direction} ${traffic-path}" }; // prettier-ignore
const flow = (over: Properties, name = "all") => resource("aws:ec2/flowLog:FlowLog", name, { ...FULL, ...over });
const subnet = (name: string, of = "core") => resource("aws:ec2/subnet:Subnet", name, { id: `subnet-${name}`, vpcId: `vpc-${of}` });
const attachment = resource("aws:ec2transitgateway/vpcAttachment:VpcAttachment", "roaming", { id: "att-1", vpcId: "vpc-core", transitGatewayId: "tgw-1" }); // prettier-ignore
const gateway = (id: string) => resource("aws:ec2transitgateway/transitGateway:TransitGateway", id, { id });
const firewall = (of = "core") => resource("aws:networkfirewall/firewall:Firewall", "n6", { arn: "arn:aws:network-firewall:x:1:firewall/n6", vpcId: `vpc-${of}` }); // prettier-ignore
const recorded = (logDestinationConfigs: Properties[string]) =>
  resource("aws:networkfirewall/loggingConfiguration:LoggingConfiguration", "n6", {
    firewallArn: "arn:aws:network-firewall:x:1:firewall/n6",
    loggingConfiguration: { logDestinationConfigs },
  });
const TO_S3 = [{ logType: "FLOW", logDestinationType: "S3", logDestination: { bucketName: "logs" } }];

// prettier-ignore
answers("LG-03", [
  ["a log on one of two subnets", [core, subnet("a"), subnet("b"), flow({ vpcId: null, subnetId: "subnet-a" })], "fail"],
  ["a log on the subnets of another VPC", [core, subnet("a"), vpc("office", "corporate"), subnet("b", "office"), flow({ vpcId: null, subnetId: "subnet-b" })], "fail"],
  ["a log on each of two subnets", [core, subnet("a"), subnet("b"), vpc("office", "corporate"), subnet("c", "office"), flow({ vpcId: null, subnetId: "subnet-a" }), flow({ vpcId: null, subnetId: "subnet-b" }, "b")], "pass"],
  ["traffic that the configuration names", [core, flow({ trafficType: unknownValue() })], "undetermined"],
  ["a log without its traffic named", [core, flow({ trafficType: null })], "fail"],
  ["ten minutes between functions of one zone", [core, flow({ maxAggregationInterval: 600 })], "pass"],
  ["a minute on the user plane", [vpc("core", "user-plane"), flow({})], "pass"],
  ["ten minutes, as nobody said otherwise, on the user plane", [vpc("core", "user-plane"), flow({ maxAggregationInterval: null })], "fail"],
  ["an interval that the configuration brings", [vpc("core", "user-plane"), flow({ maxAggregationInterval: unknownValue() })], "undetermined"],
  ["a format that the configuration brings", [core, flow({ logFormat: unknownValue() })], "undetermined"],
  ["a format that leaves the real endpoints out", [core, flow({ logFormat: "${srcaddr} ${dstaddr} ${tcp-flags} ${flow-direction} ${traffic-path}" })], "fail"],
  ["fields in words that are none", [core, flow({ logFormat: "pkt-srcaddr pkt-dstaddr tcp-flags flow-direction traffic-path" })], "fail"],
  ["a log of the gateway behind the attachment", [core, flow({}), gateway("tgw-1"), attachment, flow({ vpcId: null, transitGatewayId: "tgw-1" }, "tgw")], "pass"],
  ["a log of another gateway", [core, flow({}), gateway("tgw-1"), gateway("tgw-2"), attachment, flow({ vpcId: null, transitGatewayId: "tgw-2" }, "tgw")], "fail"],
  ["a log of a gateway that is not known yet", [core, flow({}), gateway("tgw-1"), attachment, flow({ vpcId: null, transitGatewayId: unknownValue() }, "tgw")], "undetermined"],
  ["an attachment of another zone's VPC", [core, flow({}), vpc("office", "corporate"), resource("aws:ec2transitgateway/vpcAttachment:VpcAttachment", "office", { vpcId: "vpc-office" })], "pass"],
  ["an attachment whose VPC is not known yet", [core, flow({}), resource("aws:ec2transitgateway/vpcAttachment:VpcAttachment", "some", { vpcId: unknownValue() })], "undetermined"],
  ["an attachment whose VPC is not known yet, where no core is", [vpc("office", "corporate"), resource("aws:ec2transitgateway/vpcAttachment:VpcAttachment", "some", { vpcId: unknownValue() })], "pass"],
  ["a firewall that logs to a bucket", [core, flow({}), firewall(), recorded(TO_S3)], "pass"],
  ["a firewall whose log goes nowhere", [core, flow({}), firewall(), recorded([])], "fail"],
  ["a firewall whose destinations are not known yet", [core, flow({}), firewall(), recorded(unknownValue())], "undetermined"],
  ["a firewall of another zone", [core, flow({}), vpc("office", "corporate"), firewall("office")], "pass"],
]);

const dnsLog = resource("aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation", "log", { resourceId: "vpc-core", resolverQueryLogConfigId: "rqlc-1" }); // prettier-ignore
const filtered = (group: string, of = "vpc-core", name = group) => resource("aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation", name, { vpcId: of, firewallRuleGroupId: group }); // prettier-ignore
const ruleGroup = (id: string) => resource("aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup", id, { id });
const dnsRule = (group: string, list: string, action: Properties[string] = "BLOCK", name = `${group}-${list}`) => resource("aws:route53/resolverFirewallRule:ResolverFirewallRule", name, { action, firewallRuleGroupId: group, firewallDomainListId: list }); // prettier-ignore
const domains = (id: string, ...names: readonly string[]) => resource("aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList", id, { id, domains: names }); // prettier-ignore
const allowOnly = [ruleGroup("allow"), domains("good", "core.example."), domains("all", "*."), dnsRule("allow", "good", "ALLOW"), dnsRule("allow", "all")]; // prettier-ignore

// prettier-ignore
answers("LG-04", [
  ["logged, no firewall", [core, dnsLog], "fail"],
  ["a firewall of another VPC", [core, vpc("office", "corporate"), dnsLog, ruleGroup("rg"), filtered("rg", "vpc-office"), dnsRule("rg", "bad")], "fail"],
  ["a group that only allows", [core, dnsLog, ruleGroup("rg"), filtered("rg"), dnsRule("rg", "good", "ALLOW")], "fail"],
  ["the rules of another group block", [core, dnsLog, ruleGroup("rg"), ruleGroup("other"), filtered("rg"), dnsRule("other", "bad")], "fail"],
  ["one rule of two blocks", [core, dnsLog, ruleGroup("rg"), filtered("rg"), dnsRule("rg", "good", "ALLOW"), dnsRule("rg", "bad")], "pass"],
  ["a group of another account", [core, dnsLog, filtered("rslvr-frg-shared")], "pass"],
  ["a group of another account before subscriber data", [vpc("core", "data"), dnsLog, filtered("rslvr-frg-shared")], "pass"],
  ["an action that the configuration brings", [core, dnsLog, ruleGroup("rg"), filtered("rg"), dnsRule("rg", "bad", unknownValue())], "pass"],
  ["an allow-list before subscriber data, all else blocked", [vpc("core", "data"), dnsLog, ...allowOnly, filtered("allow")], "pass"],
  ["a block list besides the allow-list", [vpc("core", "data"), dnsLog, ...allowOnly, filtered("allow"), ruleGroup("rg"), domains("bad", "evil.example"), dnsRule("rg", "bad"), filtered("rg")], "pass"],
  ["everything is watched and one name blocked, before interception", [vpc("core", "li"), dnsLog, ruleGroup("rg"), filtered("rg"), domains("all", "*"), domains("bad", "evil.example"), dnsRule("rg", "all", "ALERT"), dnsRule("rg", "bad")], "fail"],
  ["a block list before subscriber data, whatever the case of the zone", [vpc("core", "Data"), dnsLog, ruleGroup("rg"), filtered("rg"), domains("bad", "evil.example"), dnsRule("rg", "bad")], "fail"],
  ["nothing in a VPC that may be the core's", perhaps, "undetermined"],
  ["nothing in a VPC that is none of the core's", [vpc("office", "corporate"), core, dnsLog, filtered("rslvr-frg-shared")], "pass"],
]);

const detector = (over: Properties = {}, name = "core") => resource("aws:guardduty/detector:Detector", name, { id: `d-${name}`, ...over });
const ADDON = [{ name: "EKS_ADDON_MANAGEMENT", status: "ENABLED" }];
const feature = (name: string, over: Properties = {}, of = "core") => resource("aws:guardduty/detectorFeature:DetectorFeature", `${name}-${of}`, { detectorId: `d-${of}`, name, status: "ENABLED", additionalConfigurations: name.includes("RUNTIME") ? ADDON : [], ...over }); // prettier-ignore
const around = [resource("aws:cfg/recorder:Recorder", "config", {}), resource("aws:securityhub/account:Account", "hub", {})];
const AUDIT = feature("EKS_AUDIT_LOGS");
const S3 = feature("S3_DATA_EVENTS");
const RUNTIME = feature("RUNTIME_MONITORING");

// prettier-ignore
answers("LG-05", [
  ["the older settings of the same sources", [core, detector({ datasources: { s3Logs: { enable: true }, kubernetes: { auditLogs: { enable: true } } } }), RUNTIME, ...around], "pass"],
  ["the older settings, audit logs off", [core, detector({ datasources: { s3Logs: { enable: true }, kubernetes: { auditLogs: { enable: false } } } }), RUNTIME, ...around], "fail"],
  ["the older settings, data events off", [core, detector({ datasources: { s3Logs: { enable: false }, kubernetes: { auditLogs: { enable: true } } } }), RUNTIME, ...around], "fail"],
  ["the older settings do not bring runtime monitoring", [core, detector({ datasources: { s3Logs: { enable: true }, kubernetes: { auditLogs: { enable: true } } } }), ...around], "fail"],
  ["the older name of runtime monitoring", [core, detector(), AUDIT, S3, feature("EKS_RUNTIME_MONITORING"), ...around], "pass"],
  ["runtime monitoring of other machines", [core, detector(), AUDIT, S3, feature("RUNTIME_MONITORING", { additionalConfigurations: [{ name: "EC2_AGENT_MANAGEMENT", status: "ENABLED" }] }), ...around], "fail"],
  ["an agent that is switched off", [core, detector(), AUDIT, S3, feature("RUNTIME_MONITORING", { additionalConfigurations: [{ name: "EKS_ADDON_MANAGEMENT", status: "DISABLED" }] }), ...around], "fail"],
  ["an agent that the configuration brings", [core, detector(), AUDIT, S3, feature("RUNTIME_MONITORING", { additionalConfigurations: unknownValue() }), ...around], "undetermined"],
  ["a detector that the configuration switches", [core, detector({ enable: unknownValue() }), AUDIT, S3, RUNTIME, ...around], "undetermined"],
  ["features of another region's detector", [core, detector(), detector({}, "west"), ...["EKS_AUDIT_LOGS", "S3_DATA_EVENTS", "RUNTIME_MONITORING"].map((name) => feature(name, {}, "west")), ...around], "fail"],
  ["features that name no detector in sight, where there is one", [core, detector(), ...["EKS_AUDIT_LOGS", "S3_DATA_EVENTS", "RUNTIME_MONITORING"].map((name) => feature(name, {}, "elsewhere")), ...around], "pass"],
  ["other features alone", [core, detector(), feature("LAMBDA_NETWORK_LOGS"), ...around], "fail"],
  ["no Security Hub", [core, detector(), AUDIT, S3, RUNTIME, around[0] as ResourceInit], "fail"],
  ["an organisation that switches it on for all", [core, resource("aws:guardduty/organizationConfiguration:OrganizationConfiguration", "all", {})], "pass"],
  ["nothing in an account that may hold a core", perhaps, "undetermined"],
]);

const pool = (name: string, over: Properties) => resource("aws:eks/nodeGroup:NodeGroup", name, { clusterName: "core", taints: [], labels: {}, ...over }); // prettier-ignore
const TAINT = { key: "carrierguard.dev/zone", value: "user-plane", effect: "NO_SCHEDULE" };
const falco = (pod: Properties, name = "falco") => networkFunction(name, { kind: "DaemonSet", namespace: name, pod });
const words = (...texts: readonly string[]) => object("v1", "ConfigMap", "falco-rules", { data: { "core.yaml": texts.map((text) => `- rule: ${text}\n  condition: true\n`).join("") } }, "falco"); // prettier-ignore
const RULES = words("shell in a container", "new listening socket: listen", "AF_PACKET or SOCK_RAW", "init_module", "setns or unshare", "dropped binary: is_exe_upper_layer", "iptables binary changed"); // prettier-ignore
const elsewhere = { settings: { rules: { "LG-06": { options: { detections: "SOC repository" } } } } };

// prettier-ignore
answers("LG-06", [
  ["one sensor that gets in where another does not", [eks, networkFunction("upf"), pool("up", { taints: [TAINT] }), falco({}), falco({ tolerations: [{ operator: "Exists" }] }, "tetragon"), RULES], "pass"],
  ["a key tolerated whatever its value", [eks, networkFunction("upf"), pool("up", { taints: [TAINT] }), falco({ tolerations: [{ key: "carrierguard.dev/zone", operator: "Exists" }] }), RULES], "pass"],
  ["another key tolerated", [eks, networkFunction("upf"), pool("up", { taints: [TAINT] }), falco({ tolerations: [{ key: "dedicated", operator: "Exists" }] }), RULES], "fail"],
  ["everything tolerated, taints not known yet", [eks, networkFunction("upf"), pool("up", { taints: unknownValue() }), falco({ tolerations: [{ operator: "Exists" }] }), RULES], "pass"],
  ["one effect tolerated, taints not known yet", [eks, networkFunction("upf"), pool("up", { taints: unknownValue() }), falco({ tolerations: [{ operator: "Exists", effect: "NoSchedule" }] }), RULES], "undetermined"],
  ["a key tolerated, taints not known yet", [eks, networkFunction("upf"), pool("up", { taints: unknownValue() }), falco({ tolerations: [{ key: "x", operator: "Exists" }] }), RULES], "undetermined"],
  ["an equal value tolerated, taints not known yet", [eks, networkFunction("upf"), pool("up", { taints: unknownValue() }), falco({ tolerations: [{ operator: "Equal", value: "x" }] }), RULES], "undetermined"],
  ["one of two pools left out", [eks, networkFunction("upf"), pool("general", {}), pool("up", { taints: [TAINT] }), falco({}), RULES], "fail"],
  ["the label that these nodes have", [eks, networkFunction("upf"), pool("up", { labels: { workload: "upf" } }), falco({ nodeSelector: { workload: "upf" } }), RULES], "pass"],
  ["rules that look for some of it", [eks, networkFunction("upf"), pool("up", {}), falco({}), words("shell in a container", "init_module")], "undetermined"],
  ["kept out of the nodes of a cluster that runs no core", [eks, pool("up", { taints: [TAINT] }), falco({}), RULES], "pass"],
  ["no sensor on the nodes, whatever the SOC keeps", [eks, networkFunction("upf"), pool("up", {})], "fail", elsewhere],
  ["a cluster of another kind of workload", [eks, pool("web", {}), networkFunction("nginx", { namespace: "web", container: { image: "nginx" } })], "pass"],
]);

const KEY = "arn:aws:kms:x:1:key/1";
const flowTo = (name: string) => resource("aws:ec2/flowLog:FlowLog", "core", { logDestination: `arn:aws:logs:eu-central-1:111122223333:log-group:${name}:*` }); // prettier-ignore
const logGroup = (over: Properties, name = "logs") => resource("aws:cloudwatch/logGroup:LogGroup", name, { name, retentionInDays: 400, kmsKeyId: KEY, ...over }); // prettier-ignore
const takes = resource("aws:cloudtrail/trail:Trail", "org", { s3BucketName: "archive" });
const archive = (over: Properties = {}) => resource("aws:s3/bucket:Bucket", "archive", { bucket: "archive", objectLockEnabled: true, ...over }); // prettier-ignore
const locked = (defaultRetention: Properties[string], bucket: Properties[string] = "archive") => resource("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "archive", { bucket, rule: { defaultRetention } }); // prettier-ignore
const exported = (over: Properties = {}) => resource("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "out", { logGroup: "logs", destinationArn: "arn:aws:firehose:x", filterPattern: "", ...over }); // prettier-ignore
const WEEK = { settings: { rules: { "LG-07": { options: { retentionDays: 7 } } } } };

// prettier-ignore
answers("LG-07", [
  ["thirty days, exported", [flowTo("logs"), logGroup({ retentionInDays: 30 }), exported()], "fail"],
  ["ninety days, exported from another group", [flowTo("logs"), logGroup({ retentionInDays: 90 }), logGroup({}, "other"), exported({ logGroup: "other" })], "fail"],
  ["a week, where the operator says that a week is right", [flowTo("logs"), logGroup({ retentionInDays: 7 })], "pass", WEEK],
  ["six days, where a week is right", [flowTo("logs"), logGroup({ retentionInDays: 6 })], "fail", WEEK],
  ["for ever, as nobody said otherwise", [flowTo("logs"), logGroup({ retentionInDays: null })], "pass"],
  ["a year and a month, to the day", [takes, archive(), locked({ mode: "COMPLIANCE", years: 2 })], "pass"],
  ["a lock of days and no mode", [takes, archive(), locked({ days: 4000 })], "fail"],
  ["a lock that the configuration brings", [takes, archive(), locked({ mode: unknownValue(), days: 4000 })], "undetermined"],
  ["a lock on the bucket itself", [takes, archive({ objectLockConfiguration: { rule: { defaultRetention: { mode: "COMPLIANCE", days: 4000 } } } })], "pass"],
  ["a lock on the bucket itself, in the older shape", [takes, archive({ objectLockConfiguration: { rules: [{ defaultRetention: { mode: "COMPLIANCE", days: 4000 } }] } })], "pass"],
  ["a configuration of the bucket that is not known yet", [takes, archive({ objectLockConfiguration: unknownValue() })], "undetermined"],
  ["the lock of another bucket", [takes, archive(), resource("aws:s3/bucket:Bucket", "other", { bucket: "other" }), locked({ mode: "COMPLIANCE", days: 4000 }, "other")], "fail"],
  ["a lock for a day", [takes, archive(), locked({ mode: "COMPLIANCE", days: 1 })], "fail"],
]);

const cfg = (text: Properties[string], name = "amf") => object("v1", "ConfigMap", name, { data: { [`${name}cfg.yaml`]: text } });
const AMF = "amf: {ngap: {server: [{dev: eth0}]}}\n";
const runs = (command: readonly string[], more: Properties = {}) => networkFunction("amf", { container: { command, ...more } });
const shell = (text: string) => runs(["sh", "-c", text]);
const MOUNT = { name: "logs", mountPath: "/var/log" };
const beside = (mounts: readonly Properties[], role = "containers") =>
  networkFunction("amf", {
    pod: {
      containers: [{ name: "amf", image: "amf", command: ["sh", "-c", "./amf > /var/log/amf.log"], volumeMounts: [MOUNT] }, ...(role === "containers" ? [{ name: "ship", image: "fluent-bit", volumeMounts: mounts }] : [])],
      ...(role === "containers" ? {} : { initContainers: [{ name: "ship", image: "busybox", volumeMounts: mounts }] }),
      volumes: [{ name: "logs", emptyDir: {} }, { name: "other", emptyDir: {} }],
    },
  }); // prettier-ignore

// prettier-ignore
answers("LG-09", [
  ["errors alone are still told", [cfg(`${AMF}logger: {level: error}`)], "pass"],
  ["no level at all", [cfg(`${AMF}logger: {level: "off"}`)], "fail"],
  ["panics alone, in capitals", [cfg(`${AMF}logger: {level: PANIC}`)], "fail"],
  ["the container's own stream by its name", [cfg(`${AMF}logger: {file: /dev/stdout, level: info}`)], "pass"],
  ["the stream of the first process", [shell("./amf > /proc/1/fd/1 2>&1")], "pass"],
  ["the stream by its number", [shell("./amf >&2")], "pass"],
  ["faults to a file, the log to standard output", [shell("./amf 2> /tmp/amf.err")], "pass"],
  ["both streams in one word", [shell("./amf &> /tmp/amf.log")], "fail"],
  ["the daemon's name", [shell("open5gs-amfd > /tmp/amf.log")], "fail"],
  ["another program of the script writes a file", [shell("env > /tmp/env\n./amf -c cfg.yaml")], "pass"],
  ["a program whose name begins like the function's", [shell("amfcheck > /tmp/x; ./amf")], "pass"],
  ["all that follows is turned before the function starts", [shell("exec > /tmp/all.log 2>&1\n./amf")], "fail"],
  ["appended in the second of two commands", [shell("mkdir -p /var/log && ./amf -c x >> /var/log/amf.log")], "fail"],
  ["thrown away by the arguments", [networkFunction("amf", { container: { command: ["sh", "-c"], args: ["./amf > /dev/null"] } })], "fail"],
  ["a sidecar with another volume", [beside([{ name: "other", mountPath: "/logs" }])], "fail"],
  ["a sidecar with the same volume", [beside([{ name: "logs", mountPath: "/logs" }])], "pass"],
  ["an init container, which is gone by then", [beside([{ name: "logs", mountPath: "/logs" }], "initContainers")], "fail"],
  ["a file on another path than the shipped one", [networkFunction("amf", { pod: { containers: [{ name: "amf", image: "amf", command: ["sh", "-c", "./amf > /tmp/amf.log"], volumeMounts: [MOUNT] }, { name: "ship", image: "fluent-bit", volumeMounts: [MOUNT] }], volumes: [{ name: "logs", emptyDir: {} }] } })], "fail"],
  ["a helper that is no function", [networkFunction("mongodb", { container: { command: ["sh", "-c", "mongod > /tmp/mongo.log"] } })], "pass"],
]);

const nrf = networkFunction("nrf");
const strict = object("security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } });
const telemetry = (spec: Properties, namespace = "istio-system") => object("telemetry.istio.io/v1", "Telemetry", "logs", { spec }, namespace); // prettier-ignore
const istio = (mesh: string, name = "istio", namespace = "istio-system") => object("v1", "ConfigMap", name, { data: { mesh } }, namespace);
const LOGS = { accessLogging: [{ providers: [{ name: "otel" }] }] };

// prettier-ignore
answers("LG-10", [
  ["the mesh's own log file", [nrf, strict, istio("accessLogFile: /dev/stdout\n")], "pass"],
  ["a log file that is empty", [nrf, strict, istio('accessLogFile: ""\n')], "fail"],
  ["the log file of an operator's mesh", [nrf, strict, object("install.istio.io/v1alpha1", "IstioOperator", "mesh", { spec: { meshConfig: { accessLogFile: "/dev/stdout" } } }, "istio-system")], "pass"],
  ["a configuration of that form in another namespace", [nrf, strict, istio("accessLogFile: /dev/stdout\n", "istio", "web")], "fail"],
  ["a configuration of something else", [nrf, strict, istio("accessLogFile: /dev/stdout\n", "kiali")], "fail"],
  ["logs of one workload alone", [nrf, strict, telemetry({ ...LOGS, selector: { matchLabels: { app: "amf" } } })], "fail"],
  ["metrics alone", [nrf, strict, telemetry({ metrics: [{ providers: [{ name: "prometheus" }] }] })], "fail"],
  ["the namespace's metrics beside the mesh's logs", [nrf, strict, telemetry({ metrics: [] }, "core"), telemetry(LOGS)], "pass"],
  ["logging that the configuration brings", [nrf, strict, telemetry({ accessLogging: unknownValue() })], "undetermined"],
  ["a database in the mesh, and no SBI", [networkFunction("mongodb"), strict], "pass"],
  ["caller and refusal in the format", [nrf, strict, istio("accessLogFile: /dev/stdout\naccessLogFormat: '%DOWNSTREAM_PEER_URI_SAN% %RESPONSE_FLAGS%'\n")], "pass"],
  ["no caller in the format", [nrf, strict, istio("accessLogFile: /dev/stdout\naccessLogFormat: '%RESPONSE_FLAGS%'\n")], "fail"],
  ["no refusal in the format", [nrf, strict, istio("accessLogFile: /dev/stdout\naccessLogFormat: '%DOWNSTREAM_PEER_URI_SAN%'\n")], "fail"],
  ["tokens in a format that has all the rest", [nrf, strict, istio("accessLogFile: /dev/stdout\naccessLogFormat: '%req(authorization)% %DOWNSTREAM_PEER_URI_SAN% %RESPONSE_FLAGS%'\n")], "fail"],
]);
