/**
 * Only the UDR (and the HSS) talks to the subscriber database (TS 33.501 5.8b), and nobody from outside: policies, mesh, Services and security
 * groups together. PCF, NRF, CHF and consoles that a product lets write the database itself need a database of their own, or a waiver.
 */

import { vpcAddresses } from "../../analysis/aws-network/own-networks";
import { admissionsOf } from "../../analysis/aws-network/ingress";
import { declaredFunctions } from "../../analysis/aws-network/declared-function";
import { isWorld } from "../../analysis/aws-network/world";
import { TCP, TrafficSet } from "../../analysis/cidr/traffic";
import { type DataStore, dataStores } from "../../analysis/data-stores";
import { doorsOf } from "../../analysis/exposure/core-services";
import { type Caller, DATABASE_PORTS, databaseCallers, type DatabaseCallers } from "../../analysis/subscriber-database/callers";
import { waysIn } from "../../analysis/reachability/ways-in";
import { listed } from "../../engine/listed";
import { defineRule, type Evidence, fail, type RuleContext, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import { resolve } from "../../model/aws/references";
import { GROUP_TYPES, securityGroup } from "../../model/aws/security-groups";
import { tokens } from "../../model/network-functions/vocabulary";
import { valueOr } from "../../model/value";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";

const ZONES = new Set(["data", "auth", ""]);

const databases: Target<DatabaseCallers | DataStore> = {
  description: "databases of the core in the cluster; RDS, DocumentDB, ElastiCache and MemoryDB of zones auth and data",
  types: undefined,
  subjects: (model) => [
    ...model.ask(databaseCallers),
    ...model.ask(dataStores).filter(({ resource: { type } }) => GROUPS[type] !== undefined),
  ],
  resource: (subject) => ("workload" in subject ? subject.workload.object.resource : subject.resource),
};

/** Where each kind names its security groups. */
const GROUPS: { readonly [type: string]: string } = {
  "aws:rds/instance:Instance": "vpcSecurityGroupIds",
  "aws:rds/cluster:Cluster": "vpcSecurityGroupIds",
  "aws:docdb/cluster:Cluster": "vpcSecurityGroupIds",
  "aws:neptune/cluster:Cluster": "vpcSecurityGroupIds",
  "aws:elasticache/replicationGroup:ReplicationGroup": "securityGroupIds",
  "aws:elasticache/cluster:Cluster": "securityGroupIds",
  "aws:elasticache/serverlessCache:ServerlessCache": "securityGroupIds",
  "aws:memorydb/cluster:Cluster": "securityGroupIds",
};

export default defineRule({
  id: "DP-04",
  name: "dp-04-subscriber-database-reached-by-udr-only",
  title: "Subscriber database reachable only from UDR (and HSS), never public",
  family: "data-protection",
  severity: "critical",
  scope: "stack",
  since: "0.1.0",

  target: databases,
  rationale:
    "Every function that reaches the database is a way to it: from a console, an exposed function or the user plane one connection reads and changes all subscriptions, past the UDR that would have asked who is calling.",
  remediation:
    "Let a NetworkPolicy (or AuthorizationPolicy) admit the UDR and HSS alone to the database's port, keep its Service ClusterIP, set publiclyAccessible: false, admit only the UDR's security group, and let consoles go through the UDR; give functions that need a database one of their own, or a waiver.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.8b" },
    { framework: "3GPP TS 33.501", ref: "5.8.1" },
    { framework: "CIS AWS Foundations 5.0", ref: "2.2.3", title: "Ensure that RDS instances are not publicly accessible" },
    { framework: "NIST SP 800-53r5", ref: "AC-4", title: "Information Flow Enforcement" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-067",
      title: "Sensitive data in persistent/temporary storage has restricted access and files are protected against manipulation",
    },
  ],
  breaks: [
    { id: "FGT5020", name: "Retrieve UE Subscription Data" },
    { id: "FGT5022", name: "Alter Subscriber Profile" },
    { id: "FGT5015", name: "Device Database Manipulation" },
  ],

  subsumes: { "SG-17": "resource", "SG-30": "resource" },
  *check(subject, context) {
    if ("workload" in subject) yield* inCluster(subject, context);
    else yield* managed(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "a policy that admits the UDR alone", resources: [...core, admits("udr")] },
      { name: "the backup job beside it", resources: [...core, networkFunction("db-backup", { kind: "CronJob" }), admits("udr", "db-backup")] },
      { name: "an NRF with a database of its own", resources: [...using("udr", "subscribers"), ...using("nrf", "nrf"), database, admits("udr", "nrf")] },
      { name: "a managed database for the UDR's group", resources: [group("udr-pods"), rds({}, { groups: [group("udr-pods")] })] },
      { name: "a database of another zone", resources: [resource(RDS, "shop", { publiclyAccessible: true, tags: { "carrierguard.dev/zone": "web" } })] },
    ],
    fail: [
      { name: "no policy at all", resources: core },
      { name: "a policy that admits the user plane", resources: [...core, networkFunction("upf"), admits("udr", "upf")] },
      { name: "every pod of the namespace", resources: [...core, networkFunction("amf"), policy([{ podSelector: {} }])] },
      { name: "a policy that admits everybody", resources: [...core, object("networking.k8s.io/v1", "NetworkPolicy", "db", { spec: { podSelector: { matchLabels: { app: "mongodb" } }, ingress: [{}] } })] },
      { name: "the console writes it directly", resources: [...core, networkFunction("webui"), admits("udr", "webui")] },
      { name: "an NRF in the database of the subscribers", resources: [...using("udr", "free5gc"), ...using("nrf", "free5gc"), database, admits("udr", "nrf")] },
      { name: "a NodePort", resources: [...core, admits("udr"), service("NodePort")] },
      { name: "a load balancer on another port", resources: [...core, admits("udr"), service("LoadBalancer", 80)] },
      { name: "publicly accessible", resources: [rds({ publiclyAccessible: true })] },
      { name: "a group open to the world in two halves", resources: [group("db", HALVES), rds({}, { groups: [group("db", HALVES)] })] },
      { name: "a group open to the whole VPC", resources: [resource("aws:ec2/vpc:Vpc", "core", { cidrBlock: "10.0.0.0/16" }), group("db", ["10.0.0.0/16"]), rds({}, { groups: [group("db", ["10.0.0.0/16"])] })] },
    ],
    undetermined: [
      { name: "public or not, the configuration says", resources: [rds({ publiclyAccessible: unknownValue() })] },
      { name: "a policy whose peers are not known yet", resources: [...core, networkFunction("upf"), policy(unknownValue())] },
    ],
  }),
}); // prettier-ignore

function* inCluster({ workload, isolation, strangers, byProduct }: DatabaseCallers, context: RuleContext): Iterable<Verdict> {
  const base = { networkFunctions: context.model.classification(workload).networkFunctions, interfaces: ["DB"] };
  yield* fromOutside(workload, context);
  if (isolation.isolated === "no") {
    yield fail({
      ...base,
      message: `Database ${workload.name} lets in every pod of the cluster${isolation.because === undefined ? "" : ` (${isolation.because.policy.kind} ${isolation.because.policy.name})`}: a foothold anywhere reads and changes every subscription (Retrieve UE Subscription Data).`,
      evidence: [
        isolation.because === undefined
          ? { path: "NetworkPolicy", actual: null, expected: "ingress from the UDR (and HSS) alone" }
          : seen(isolation.because.node, "the UDR (and HSS) alone"),
      ],
      cause: "callers",
    });
    return;
  }
  const certain = strangers.filter((caller) => caller.certain);
  const list = certain.length > 0 ? certain : strangers;
  if (list.length > 0) {
    yield (certain.length > 0 ? fail : undetermined)({
      ...base,
      message: `Database ${workload.name} ${certain.length > 0 ? "lets in" : "may let in"} ${labels(list)}, which have no business there: whoever holds one of them reads and changes every subscription (Retrieve UE Subscription Data).`,
      evidence: list.map(evidenceOf("no connection")),
      cause: "callers",
    });
  }
  const product = byProduct.filter((caller) => caller.certain);
  if (product.length > 0) {
    yield fail({
      ...base,
      message: `Database ${workload.name} is also used by ${labels(product)}, past the UDR: whoever holds one of them reads and changes every subscription. Where the product needs it, a database and user of its own or a waiver says so.`,
      evidence: product.map(evidenceOf("a database of its own, or a waiver")),
      cause: "product",
    });
  }
}

function evidenceOf(expected: string): (caller: Caller) => Evidence {
  return ({ workload: { kind, name } }) => ({ path: `${kind} ${name}`, actual: "may connect", expected });
}

function labels(callers: readonly Caller[]): string {
  return listed(
    callers.map(({ label }) => label),
    4,
  );
}

/** Services, routes and host ports; the Service itself is at fault where there is one. */
function* fromOutside(workload: DatabaseCallers["workload"], { model }: RuleContext): Iterable<Verdict> {
  const ways = model.ask(waysIn).filter((way) => way.workload === workload && way.ports.length > 0);
  for (const { through } of ways) {
    const service = model
      .objectsIn("", "Service", workload.namespace)
      .find((item) => through.endsWith(` ${item.name}`) && doorsOf(item).doors.length > 0);
    yield fail({
      message: `${service === undefined ? `Database ${workload.name}` : `Service ${service.name}`} puts the subscriber database before the cluster's door (${through}): from outside one password is all that stands before every subscription.`,
      evidence: [
        service === undefined
          ? { path: through, actual: "open", expected: "only inside the cluster" }
          : seen(service.spec.get(service.spec.get("type").isAbsent ? "externalIPs" : "type"), "ClusterIP"),
      ],
      ...(service === undefined ? {} : { resource: service.resource }),
      interfaces: ["DB"],
      cause: `outside ${through}`,
    });
  }
}

const PORTS = TrafficSet.union(DATABASE_PORTS.map((port) => TrafficSet.of(TCP, port, port)));

function* managed({ resource: item, kind, core, zone }: DataStore, context: RuleContext): Iterable<Verdict> {
  if (core === "no" || !ZONES.has(zone)) return;
  const base = { interfaces: ["DB"] };
  const publicly = item.props.get("publiclyAccessible");
  const read = publicly.boolean();
  if (read.state === "unknown" || (read.state === "known" && read.value)) {
    yield (read.state === "known" && core === "yes" ? fail : undetermined)({
      ...base,
      message: `${kind.what} ${item.name} ${read.state === "known" ? "has" : "may have"} an address of the internet: from anywhere one password is all that stands before it (Retrieve UE Subscription Data).`,
      evidence: [seen(publicly, false)],
      cause: "public",
    });
  }
  const { wrong, open } = groupPeers(item, context);
  if (wrong.length === 0 && open.length === 0) return;
  yield (wrong.length > 0 && core === "yes" ? fail : undetermined)({
    ...base,
    message: `${kind.what} ${item.name} ${wrong.length > 0 ? "lets in" : "may let in"} more than the UDR's and HSS's security groups: whoever reaches the network around it reaches every subscription (Retrieve UE Subscription Data).`,
    evidence: wrong.length > 0 ? wrong : open,
    cause: "groups",
  });
}

const CALLERS = new Set(["UDR", "HSS", "UDSF", "SUBSCRIBER-DB"]);

function groupPeers(
  item: DataStore["resource"],
  { model }: RuleContext,
): { readonly wrong: readonly Evidence[]; readonly open: readonly Evidence[] } {
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  const ids = item.props.get(GROUPS[item.type] ?? "");
  for (const id of ids.items()) {
    const reference = resolve(model, item, id, GROUP_TYPES);
    const group = reference.state === "resolved" ? securityGroup(model, reference.resource) : undefined;
    if (group === undefined) continue;
    const rules = admissionsOf(model, group).filter(({ traffic }) => traffic?.overlaps(PORTS) ?? false);
    const all = rules.map(({ peers }) => peers.addresses);
    const [first, ...others] = all;
    const together = first?.union(...others);
    const nodes = rules.flatMap(({ peers }) => peers.nodes);
    const own = model.ask(vpcAddresses);
    if (together !== undefined && (isWorld(together) || (!own.isEmpty && together.contains(own))))
      wrong.push(...nodes.map((node) => seen(node, "the UDR's and HSS's security groups")));
    else open.push(...nodes.map((node) => seen(node, "the UDR's and HSS's security groups")));
    for (const { rule } of rules) {
      for (const node of rule.groups.flatMap((property) => (property.kind() === "list" ? property.items() : [property]))) {
        const peer = resolve(model, rule.resource, node, GROUP_TYPES);
        if (peer.state !== "resolved" || peer.resource === group.resource) continue;
        const { networkFunctions } = declaredFunctions(peer.resource);
        const backup = [peer.resource.name, valueOr(peer.resource.props.get("name").string(), "")].flatMap(tokens).includes("backup");
        if (networkFunctions.some((id) => CALLERS.has(id)) || backup) continue;
        (networkFunctions.length > 0 ? wrong : open).push(seen(node, `the UDR's and HSS's groups, not ${peer.resource.name}`));
      }
    }
  }
  return { wrong, open };
}

const HALVES = ["0.0.0.0/1", "128.0.0.0/1"];
const RDS = "aws:rds/instance:Instance";
const database = networkFunction("mongodb", { kind: "StatefulSet" });
const core = [networkFunction("udr"), database];
function using(name: string, of: string) {
  return [networkFunction(name, { container: { env: [{ name: "DB_URI", value: `mongodb://u:p@mongodb/${of}?tls=true` }] } })];
}
function policy(from: Properties[string]) {
  return object("networking.k8s.io/v1", "NetworkPolicy", "db", {
    spec: {
      podSelector: { matchLabels: { app: "mongodb" } },
      policyTypes: ["Ingress"],
      ingress: [{ from, ports: [{ protocol: "TCP", port: 27017 }] }],
    },
  });
}
function admits(...names: readonly string[]) {
  return policy(names.map((app) => ({ podSelector: { matchLabels: { app } } })));
}
function service(type: string, port = 27017) {
  return object("v1", "Service", "mongodb", { spec: { type, selector: { app: "mongodb" }, ports: [{ port, targetPort: 27017 }] } });
}
function group(name: string, cidrBlocks: readonly string[] = []) {
  return resource("aws:ec2/securityGroup:SecurityGroup", name, {
    ingress: cidrBlocks.length === 0 ? [] : [{ protocol: "tcp", fromPort: 27017, toPort: 27017, cidrBlocks }],
  });
}
function rds(properties: Properties, { groups = [] }: { readonly groups?: readonly ReturnType<typeof group>[] } = {}) {
  return resource(
    RDS,
    "subscribers",
    { tags: { "carrierguard.dev/zone": "data" }, vpcSecurityGroupIds: groups.map((item) => unknownValue(item)), ...properties },
    { vpcSecurityGroupIds: groups },
  );
}
