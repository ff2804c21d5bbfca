/** Ways round the governance rules: names for paths that hide what is ignored, and resources that only look protected. */

import type { ResourceInit } from "../../../policypack/model/stack";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing";
import { answers, type Case } from "../../support/rule-answers";

const zone = (name: string): Properties => ({ tags: { "carrierguard.dev/zone": name } });
const loose = (init: ResourceInit): ResourceInit => ({ ...init, options: { protect: false, ignoreChanges: [] } });
const kept = (init: ResourceInit): ResourceInit => ({ ...init, options: { protect: true, ignoreChanges: [] } });
const core = kept(resource("aws:ec2/vpc:Vpc", "core", zone("control")));
const group = resource("aws:ec2/securityGroup:SecurityGroup", "n2", {});
const ignores = (path: string, init: ResourceInit = group): ResourceInit => ({
  ...init,
  options: { protect: true, ignoreChanges: [path] },
});
const pod = object("apps/v1", "Deployment", "amf");

/** Paths that decide who gets in, what is recorded, and what is encrypted. */
const DRIFTING = ["*", "ingress", "rules", "rule", "policy", "inlinePolicies", "assumeRolePolicy", "permissionsBoundary", "cidrBlocks", "protocol", "routes", "route", "grants", "grant", "acl", '["egress"]', "[ingress]", "enabledClusterLogTypes", "logGroup", "trafficType", "kmsKeyId", "storageEncrypted", "publiclyAccessible", "blockPublicAcls", "deletionProtection"]; // prettier-ignore
/** Paths that only begin, or only end, like those. */
const OTHERS = ["tags.*", "*.tags", "protocolVersion", "routesCount", "grantsNote", "aclName", "description.ingress", "catalogue", "disableLogging.note", "unencrypted", "notPubliclyAccessible", "name", "x[ingress]"]; // prettier-ignore
const PODS = ["spec", "spec.template", "spec.template.spec", "spec.template.spec.containers", "spec.template.spec.containers[0]", "spec.template.spec.initContainers[10]", 'spec.template.spec.containers["amf"]', "spec.template.spec.containers[0].image", "spec.template.spec.hostNetwork", "spec.template.spec.volumes", "spec.ingress", "spec.egress[0].to", "spec.podSelector", "spec.mtls.mode"]; // prettier-ignore
const POD_OTHERS = ["spec.replicas", "spec.template.metadata.annotations", "metadata.annotations", "status.spec", "spec.ingressClassName", "spec.template.spec.containers[0].resources"]; // prettier-ignore

const maybe = kept(resource("aws:ec2/vpc:Vpc", "net", { tags: { "carrierguard.dev/zone": unknownValue() } }));
const cluster = (over: Properties, name = "subscribers") => kept(resource("aws:rds/cluster:Cluster", name, { ...zone("data"), ...over }));
const member = (over: Properties) => kept(resource("aws:rds/instance:Instance", "member", { ...zone("data"), ...over }));
const bucket = (of: string, type = "aws:s3/bucket:Bucket") => resource(type, `b-${of}`, zone(of));

// prettier-ignore
answers("GV-03", [
  ...DRIFTING.map((path): Case => [`ignored: ${path}`, [ignores(path)], "fail"]),
  ...OTHERS.map((path): Case => [`ignored, and nothing by it: ${path}`, [core, ignores(path)], "pass"]),
  ...PODS.map((path): Case => [`ignored in an object: ${path}`, [ignores(path, pod)], "fail"]),
  ...POD_OTHERS.map((path): Case => [`ignored in an object, and nothing by it: ${path}`, [core, ignores(path, pod)], "pass"]),
  ["a database of the core that can be deleted", [core, cluster({})], "fail"],
  ["a database of the core that cannot", [core, cluster({ deletionProtection: true })], "pass"],
  ["a database of something else", [core, kept(resource("aws:rds/cluster:Cluster", "intranet", zone("corporate")))], "pass"],
  ["two databases, one of them open", [core, cluster({ deletionProtection: true }), cluster({}, "second")], "fail"],
  ["a database whose switch says no", [core, cluster({ deletionProtection: false })], "fail"],
  ["a database that ignores its tags", [core, { ...cluster({}), options: { protect: true, ignoreChanges: ["tags"] } }], "fail"],
  ["an instance of its own", [core, member({})], "fail"],
  ["a member of a cluster", [core, cluster({ deletionProtection: true }), member({ clusterIdentifier: "subscribers" })], "pass"],
  ["a table that can be deleted", [core, kept(resource("aws:dynamodb/table:Table", "t", zone("data")))], "fail"],
  ["a table that cannot", [core, kept(resource("aws:dynamodb/table:Table", "t", { ...zone("data"), deletionProtectionEnabled: true }))], "pass"],
  ["a graph that can be deleted", [core, kept(resource("aws:neptune/cluster:Cluster", "g", zone("data")))], "fail"],
  ["a graph that cannot", [core, kept(resource("aws:neptune/cluster:Cluster", "g", { ...zone("data"), deletionProtection: true }))], "pass"],
  ["a trail that nothing protects", [core, loose(resource("aws:cloudtrail/trail:Trail", "org", {}))], "fail"],
  ["an archive of records that nothing protects", [core, kept(resource("aws:cloudtrail/trail:Trail", "org", { s3BucketName: "archive" })), loose(resource("aws:s3/bucket:Bucket", "archive", { bucket: "archive" }))], "fail"],
  ["a bucket of charging records that nothing protects", [core, loose(bucket("charging"))], "fail"],
  ["a bucket of subscriber data in its older form", [core, loose(bucket("data", "aws:s3/bucketV2:BucketV2"))], "fail"],
  ["a bucket of interception", [core, loose(bucket("li"))], "fail"],
  ["a bucket of something else", [core, loose(bucket("corporate"))], "pass"],
  ["a database that nothing protects, though it cannot be deleted", [core, loose(resource("aws:rds/cluster:Cluster", "s", { ...zone("data"), deletionProtection: true }))], "fail"],
  ["a key where no core is", [loose(resource("aws:kms/key:Key", "web"))], "pass"],
  ["a key where nobody says whether it is protected", [resource("aws:ec2/vpc:Vpc", "core", zone("control")), resource("aws:kms/key:Key", "data")], "pass"],
  ["a group of the core that nothing protects", [core, loose(group)], "pass"],
  ["a database cluster that says how it is called", [core, cluster({ clusterIdentifier: "subscribers" })], "fail"],
  ["a cluster of instances that can be deleted", [core, kept(resource("aws:docdb/cluster:Cluster", "s", { ...zone("data"), clusterIdentifier: "s" }))], "fail"],
  ["an instance of its own that cannot be deleted", [core, member({ deletionProtection: true })], "pass"],
  ["a switch that the configuration brings", [core, cluster({ deletionProtection: unknownValue() })], "undetermined"],
  ["a database of nobody's, beside a network that may hold a core", [maybe, kept(resource("aws:rds/cluster:Cluster", "main", {}))], "undetermined"],
  ["a trail that nothing protects, beside a network that may hold a core", [maybe, loose(resource("aws:cloudtrail/trail:Trail", "org", {}))], "undetermined"],
  ["a database of nobody's that nothing protects, beside a network that may hold a core", [maybe, loose(resource("aws:rds/cluster:Cluster", "main", { deletionProtection: true }))], "pass"],
  ["a database of something else that ignores its tags", [core, { ...resource("aws:rds/cluster:Cluster", "intranet", zone("corporate")), options: { protect: true, ignoreChanges: ["tags"] } }], "pass"],
  ["a group that ignores its tags, beside a database of the core", [core, cluster({ deletionProtection: true }), ignores("tags")], "pass"],
  ["a database of a manifest, which knows no options", [resource("aws:ec2/vpc:Vpc", "core", zone("control")), resource("aws:rds/cluster:Cluster", "subscribers", zone("data"))], "fail"],
]);

const amf = networkFunction("amf");
const STRICT = { settings: { profile: "strict" as const } };

// prettier-ignore
answers("GV-01", [
  ["an untagged group beside the core, for advice", [amf, resource("aws:ec2/securityGroup:SecurityGroup", "n2", {})], "advice"],
  ["an untagged group beside the core, where everything counts", [amf, resource("aws:ec2/securityGroup:SecurityGroup", "n2", {})], "fail", STRICT],
  ["an untagged key", [amf, resource("aws:kms/key:Key", "data", {})], "advice"],
  ["an untagged pool of nodes", [amf, resource("aws:eks/nodeGroup:NodeGroup", "upf", {})], "advice"],
  ["tags that a provider brings to all", [amf, resource("aws:kms/key:Key", "data", { tagsAll: { "carrierguard.dev/zone": "data" } })], "pass"],
  ["a plane alone", [amf, resource("aws:ec2/subnet:Subnet", "n3", { tags: { "carrierguard.dev/plane": "n3" } })], "pass"],
  ["an untagged network of another account", [amf, resource("aws:ec2/vpc:Vpc", "office", {})], "pass"],
  ["a pod of the core's namespace that nothing tells anything of", [amf, networkFunction("box", { container: { name: "box", image: "registry.example/box:1" } })], "advice"],
  ["the same in a namespace of its own", [amf, networkFunction("box", { namespace: "tools", container: { name: "box", image: "registry.example/box:1" } })], "pass"],
  ["a hook of the chart", [amf, object("batch/v1", "Job", "box", { metadata: { annotations: { "helm.sh/hook": "pre-install" } }, spec: { template: { spec: { containers: [{ name: "box", image: "registry.example/box:1" }] } } } })], "pass"],
  ["two functions in one label", [networkFunction("smf", { labels: { "carrierguard.dev/nf": "smf,upf" }, container: { image: "registry.example/smf-upf:1" } })], "pass"],
  ["one word of two that is none", [networkFunction("smf", { labels: { "carrierguard.dev/nf": "smf,upff" } })], "fail"],
  ["a pod that comes with the deployment", [object("apps/v1", "Deployment", "box", { spec: { template: unknownValue() } }), amf], "undetermined"],
]);
