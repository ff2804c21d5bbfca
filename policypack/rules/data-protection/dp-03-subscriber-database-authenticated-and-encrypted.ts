/**
 * Every connection to a database of the core authenticates and is encrypted, and no database server lets anybody in
 * (TS 33.501 5.8b; TS 33.117 4.2.3.4.1).
 */

import { type DatabaseUse, databaseUses, type OpenDatabase, openDatabases } from "../../analysis/subscriber-database";
import { inboundMtls } from "../../analysis/mesh/istio";
import { judgedInCore } from "../../engine/judged";
import { defineRule, type Evidence, fail, type RuleContext, seen, type Target, undetermined, type Verdict } from "../../engine/rule";
import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import { Resource } from "../../model/stack";
import { networkFunction, object, resource, unknownValue } from "../../testing/build";

type Subject = readonly DatabaseUse[] | OpenDatabase | Resource;

const MANAGED = [
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:elasticache/cluster:Cluster",
  "aws:docdb/clusterParameterGroup:ClusterParameterGroup",
];

const databases: Target<Subject> = {
  description: `database URIs of configuration files and workloads, database servers, ${MANAGED.join(", ")}`,
  types: undefined,
  subjects: (model) => [...usesByResource(model), ...model.ask(openDatabases), ...MANAGED.flatMap((type) => model.ofType(type))],
  resource: (subject) =>
    subject instanceof Resource ? subject : "reason" in subject ? subject.workload.object.resource : subject[0]?.resource,
};

export default defineRule({
  id: "DP-03",
  name: "dp-03-subscriber-database-authenticated-and-encrypted",
  title: "Subscriber database requires authentication and TLS",
  family: "data-protection",
  severity: "critical",
  scope: "resource",
  since: "0.1.0",
  target: databases,
  rationale:
    "The subscriber database holds every subscription, key and location. Without authentication any pod that reaches it reads and changes them; without TLS anybody on the path does.",
  remediation:
    "Give the database users and passwords (or X.509), take credentials from a secret store, and connect with tls=true and a verified certificate; on AWS set transit encryption, an auth token or user group, and keep the DocumentDB tls parameter enabled.",
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.8b" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.2.4", title: "Protecting data and information in transfer" },
    {
      framework: "3GPP TS 33.117 (SCAS)",
      ref: "4.2.3.4.1.1",
      title: "System functions shall not be used without successful authentication and authorization.",
    },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-067",
      title: "Sensitive data in persistent/temporary storage has restricted access and files are protected against manipulation",
    },
    { framework: "NIST SP 800-53r5", ref: "AC-3", title: "Access Enforcement" },
    { framework: "NIST SP 800-53r5", ref: "SC-8(1)", title: "Transmission Confidentiality and Integrity | Cryptographic Protection" },
  ],
  breaks: [
    { id: "FGT5020", name: "Retrieve UE Subscription Data" },
    { id: "FGT1195.501", name: "SIM Credentials Theft" },
    { id: "T1552.001", name: "Credentials In Files" },
  ],
  subsumes: { "DP-10": "resource" },
  *check(subject, context) {
    if (subject instanceof Resource) yield* managed(subject);
    else if ("reason" in subject) yield* open(subject, context);
    else yield* connections(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "credentials from the environment, and TLS", resources: [networkFunction("udr", { container: { env: [{ name: "DB_URI", value: "mongodb://$(DB_USER):$(DB_PASSWORD)@mongodb/open5gs?tls=true" }] } })] },
      {
        name: "mongodb+srv means TLS",
        resources: [
          networkFunction("udr", { container: { env: [{ name: "DB_URI", value: "mongodb+srv://u:p@cluster.example/open5gs" }] } }),
        ],
      },
      { name: "ssl=true is tls=true", resources: [object("v1", "ConfigMap", "udr", { data: { "udrcfg.yaml": "configuration: {serviceNameList: [nudr-dr], mongodb: {url: 'mongodb://u:p@db:27017/x?ssl=true'}}" } })] },
      { name: "Redis with transit encryption and a token", resources: [resource("aws:elasticache/replicationGroup:ReplicationGroup", "udsf", { transitEncryptionEnabled: true, authToken: "x" })] },
    ],
    fail: [
      { name: "free5GC defaults", resources: [object("v1", "ConfigMap", "udr", { data: { "udrcfg.yaml": "configuration: {serviceNameList: [nudr-dr], mongodb: {name: free5gc, url: 'mongodb://mongodb:27017'}}" } })] },
      { name: "DB_URI without credentials or TLS", resources: [networkFunction("udr", { container: { env: [{ name: "DB_URI", value: "mongodb://mongodb/open5gs" }] } })] },
      { name: "TLS that takes any certificate", resources: [networkFunction("udr", { container: { env: [{ name: "DB_URI", value: "mongodb://u:p@mongodb/x?tls=true&tlsAllowInvalidCertificates=true" }] } })] },
      { name: "a mongod.conf that switches authorization off", resources: [networkFunction("udr"), object("v1", "ConfigMap", "mongo", { data: { "mongod.conf": "net:\n  port: 27017\nsecurity:\n  authorization: disabled\n" } }), networkFunction("mongodb", { container: { image: "mongo:7", args: ["--config", "/etc/mongo/mongod.conf"] }, pod: { volumes: [{ name: "c", configMap: { name: "mongo" } }] } })] },
      { name: "a mongod.conf that says nothing of authorization", resources: [networkFunction("udr"), object("v1", "ConfigMap", "mongo", { data: { "mongod.conf": "net:\n  port: 27017\n" } }), networkFunction("mongodb", { container: { image: "mongo:7", command: ["mongod", "-f", "/etc/mongo/mongod.conf"] }, pod: { volumes: [{ name: "c", configMap: { name: "mongo" } }] } })] },
      { name: "mongod --noauth beside the functions", resources: [networkFunction("udr"), networkFunction("mongodb", { container: { image: "mongo:7", args: ["--noauth"] } })] },
      { name: "Redis on AWS without either", resources: [resource("aws:elasticache/replicationGroup:ReplicationGroup", "udsf", { engine: "redis" })] },
      { name: "DocumentDB with TLS switched off", resources: [resource("aws:docdb/clusterParameterGroup:ClusterParameterGroup", "udr", { parameters: [{ name: "tls", value: "disabled" }] })] },
    ],
    undetermined: [
      { name: "a URI from a Secret that the stack does not hold", resources: [networkFunction("udr", { container: { env: [{ name: "DB_URI", valueFrom: { secretKeyRef: { name: "db", key: "uri" } } }] } })] },
      { name: "transit encryption comes with the deployment", resources: [resource("aws:elasticache/replicationGroup:ReplicationGroup", "udsf", { transitEncryptionEnabled: unknownValue(), authToken: "x" })] },
    ],
  }),
}); // prettier-ignore

function usesByResource(model: CoreModel): DatabaseUse[][] {
  const found = new Map<Resource, DatabaseUse[]>();
  for (const use of model.ask(databaseUses)) found.set(use.resource, [...(found.get(use.resource) ?? []), use]);
  return [...found.values()];
}

/** Workloads whose own configuration file names the database: what is wrong is told of the file, once for a function. */
const configured = (model: CoreModel): ReadonlyMap<Workload, readonly DatabaseUse[]> => {
  const found = new Map<Workload, DatabaseUse[]>();
  for (const use of model.ask(databaseUses)) {
    for (const workload of use.container === undefined ? use.workloads : []) found.set(workload, [...(found.get(workload) ?? []), use]);
  }
  return found;
};

function isToldOfTheFile(use: DatabaseUse, context: RuleContext): boolean {
  if (use.container === undefined) return false;
  const files = use.workloads.flatMap((workload) => context.model.ask(configured).get(workload) ?? []);
  return files.some((file) => missingOf(file, context).length > 0);
}

function* connections(uses: readonly DatabaseUse[], context: RuleContext): Iterable<Verdict> {
  const judged = uses.filter((use) => isJudged(use, context) && !isToldOfTheFile(use, context));
  const evidence: Evidence[] = [];
  const lacks = new Set<string>();
  for (const use of judged) {
    if (use.connection === undefined) continue;
    const missing = missingOf(use, context);
    if (missing.length === 0) continue;
    missing.forEach((item) => lacks.add(item));
    evidence.push({ path: use.node.path, actual: use.quote, expected: "credentials and tls=true" });
  }
  const [first] = judged;
  if (first === undefined) return;
  if (evidence.length > 0) {
    yield fail({
      message: `${first.title} connects to its ${first.connection?.database ?? "database"} ${[...lacks].join(" and ")}: whoever reaches the network reads and changes subscriptions.`,
      evidence,
      networkFunctions: first.networkFunctions,
      interfaces: ["DB"],
      cause: "connection",
    });
    return;
  }
  const open = judged.filter((use) => use.connection === undefined);
  if (open.length > 0) {
    yield undetermined({
      message: `How ${first.title} connects to its database is not visible: the URI is not in the stack.`,
      evidence: open.map((use) => seen(use.node, "credentials and tls=true")),
      networkFunctions: first.networkFunctions,
      interfaces: ["DB"],
      cause: "connection",
    });
  }
}

/** Configuration of a network function is always the core's; a workload is judged where it lives. */
function isJudged(use: DatabaseUse, context: RuleContext): boolean {
  if (use.container === undefined) return true;
  return use.workloads.some((workload) => judgedInCore(workload, context) === "yes");
}

function missingOf({ connection, workloads }: DatabaseUse, context: RuleContext): string[] {
  if (connection === undefined) return [];
  // The mesh protects the way, not the door: authentication is needed all the same.
  const meshed = workloads.length > 0 && workloads.every((workload) => inboundMtls(context.model, workload, undefined).answer === "strict");
  return [
    ...(connection.credentials ? [] : ["without credentials"]),
    ...(connection.tls || connection.local || meshed ? [] : ["without TLS"]),
    ...(connection.tls && connection.unverified ? ["without checking its certificate"] : []),
  ];
}

function* open({ workload, container, node, reason }: OpenDatabase, context: RuleContext): Iterable<Verdict> {
  if (judgedInCore(workload, context) !== "yes") return;
  yield fail({
    message: `The database ${workload.name} ${reason}: any pod that reaches it reads and changes every subscription.`,
    evidence: [seen(node, "authentication on")],
    container,
    networkFunctions: context.model.classification(workload).networkFunctions,
    interfaces: ["DB"],
    cause: "server",
  });
}

function* managed(database: Resource): Iterable<Verdict> {
  const { props } = database;
  if (database.type === "aws:docdb/clusterParameterGroup:ClusterParameterGroup") {
    for (const parameter of props.get("parameters").items()) {
      const name = parameter.get("name").string();
      const value = parameter.get("value").string();
      if (name.state !== "known" || name.value !== "tls" || value.state !== "known" || value.value.toLowerCase() !== "disabled") continue;
      yield fail({
        message: `DocumentDB parameter group ${database.name} switches TLS off: subscriber data crosses the VPC in the clear.`,
        evidence: [seen(parameter.get("value"), "enabled")],
        interfaces: ["DB"],
        cause: "tls",
      });
    }
    return;
  }
  const tls = props.get("transitEncryptionEnabled");
  const token = [props.get("authToken"), props.get("userGroupIds")];
  const encrypted = tls.boolean();
  const engine = props.get("engine").string();
  const memcached = engine.state === "known" && engine.value === "memcached";
  const missing = [
    ...(encrypted.state === "absent" || (encrypted.state === "known" && !encrypted.value) ? [seen(tls, true)] : []),
    ...(!memcached && token.every((node) => node.isAbsent) ? [seen(token[0] ?? tls, "an auth token or a user group")] : []),
  ];
  if (missing.length > 0) {
    const lacks = missing.map((item) => (item.expected === true ? "transit encryption" : "authentication"));
    yield fail({
      message: `${database.name} (ElastiCache) has no ${lacks.join(" and no ")}: whoever reaches it reads and changes sessions and subscriptions.`,
      evidence: missing,
      interfaces: ["DB"],
      cause: "managed",
    });
  } else if (encrypted.state === "unknown") {
    yield undetermined({
      message: `Whether ${database.name} (ElastiCache) encrypts in transit is not known before deployment.`,
      evidence: [seen(tls, true)],
      interfaces: ["DB"],
      cause: "managed",
    });
  }
}
