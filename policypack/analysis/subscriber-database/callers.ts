/** Who can open a connection to a database of the core inside the cluster, compared with who should: policies and mesh together. */

import { standardFlows } from "../../topology/matrix";
import type { CoreModel } from "../../model/core";
import { tokens } from "../../model/network-functions/vocabulary";
import type { Workload } from "../../model/kubernetes/workloads";
import { valueOr } from "../../model/value";
import { type Isolation, isolation } from "../isolation";
import { policiesFor, behindProxy } from "../mesh/istio";
import { eachInRow } from "../reachability/bitset";
import type { Unit } from "../reachability/cluster";
import type { Reachability } from "../reachability";
import type { CoreUnit } from "../reachability/parties";
import { intersectPorts, portsOf, unionPorts } from "../reachability/ports";
import { coreReach, effective } from "../reachability/standard";
import { databaseUses } from ".";

/** What databases listen on: MongoDB, MySQL, PostgreSQL, Redis, Cassandra. */
export const DATABASE_PORTS = [27017, 3306, 5432, 6379, 9042];
const ASKED = unionPorts(...DATABASE_PORTS.map((port) => portsOf("TCP", port, port)));

export interface Caller {
  readonly workload: Workload;
  /** For people: "UPF upf". */
  readonly label: string;
  readonly certain: boolean;
}

export interface DatabaseCallers {
  readonly workload: Workload;
  /** Whether policies let only named peers at it; where they do not, the mesh may. */
  readonly isolation: Isolation;
  /** Those that have no business there. */
  readonly strangers: readonly Caller[];
  /** Functions that a product has write the database itself (open5gs, free5GC), in the database of the subscribers. */
  readonly byProduct: readonly Caller[];
}

export const databaseCallers = (model: CoreModel): readonly DatabaseCallers[] =>
  model.workloads
    .filter((workload) => !workload.hook && model.classification(workload).coreStore)
    .map((workload) => {
      const isolated = guardedByMesh(model, workload) ? GUARDED : isolation(model, workload, "ingress");
      // Who may come where everybody may is no question.
      return { workload, isolation: isolated, ...(isolated.isolated === "no" ? NOBODY : callersOf(model, workload)) };
    });

const GUARDED: Isolation = { isolated: "yes", because: undefined };
const NOBODY = { strangers: [], byProduct: [] };

function callersOf(model: CoreModel, database: Workload): Pick<DatabaseCallers, "strangers" | "byProduct"> {
  const { reach, units } = model.ask(coreReach);
  const to = units.find(({ unit }) => unit.workloads.includes(database));
  if (to === undefined) return NOBODY;
  const strangers: Caller[] = [];
  const byProduct: Caller[] = [];
  const possible = admitted(reach, to);
  for (const from of [...units, ...othersOf(model, units, database)]) {
    const [caller] = from.unit.workloads;
    if (from === to || caller === undefined || !possible.has(from.unit) || isExpected(from) || isBackup(caller)) continue;
    const reaches = (mode: "must" | "may") =>
      reach.primary.some((network) => intersectPorts(effective(model, reach, network, from, to, mode), ASKED).length > 0);
    const certain = reaches("must");
    if (!certain && !reaches("may")) continue;
    const found = { workload: caller, label: from.label === "" ? caller.name : `${from.label} ${caller.name}`, certain };
    if (!isWaivable(from)) strangers.push(found);
    else if (!hasItsOwnDatabase(model, caller)) byProduct.push(found);
  }
  return { strangers, byProduct };
}

/** The workloads that some policy may admit to a database's ports: few, whatever the size of the cluster. */
function admitted({ primary, units }: Reachability, { index }: CoreUnit): ReadonlySet<Unit> {
  const found = new Set<Unit>();
  for (const network of primary) {
    const { classes } = network.universe;
    for (const place of network.classesOf(index)) {
      for (const [atom, ports] of network.atoms.entries()) {
        if (intersectPorts(ports, ASKED).length === 0) continue;
        eachInRow(network.ingress.rowOf(place, atom, "may"), (from) => {
          for (const endpoint of classes[from]?.endpoints ?? []) {
            const source = units[endpoint.unit];
            if (source !== undefined) found.add(source);
          }
        });
      }
    }
  }
  return found;
}

/** Workloads beside the functions: tools, consoles, whatever else lives in the namespaces of the core. */
function othersOf(model: CoreModel, units: readonly CoreUnit[], database: Workload): CoreUnit[] {
  const known = new Set(units.flatMap(({ unit }) => unit.workloads));
  const { reach } = model.ask(coreReach);
  return reach.units.flatMap((unit, index) => {
    const { namespace, workloads } = unit;
    const beside = namespace === database.namespace && !workloads.some((workload) => known.has(workload) || workload.hook);
    return beside ? [{ unit, index, parties: [], label: "", sbi: [] }] : [];
  });
}

const DATABASE = { kind: "function", id: "SUBSCRIBER-DB" } as const;

/** By 3GPP, or as a member of the same database. */
function isExpected({ parties }: CoreUnit): boolean {
  return parties.some((party) => standardFlows(party, DATABASE).some((flow) => !flow.waiver && flow.interface === "DB"));
}

function isWaivable({ parties }: CoreUnit): boolean {
  return parties.some((party) => standardFlows(party, DATABASE).some((flow) => flow.waiver));
}

function isBackup(workload: Workload): boolean {
  return [workload.name, workload.labels.known.get("app") ?? ""]
    .flatMap(tokens)
    .some((word) => /^(backup|backups|dump|restore)$/.test(word));
}

/** Names of databases by the workloads that use them: `mongodb://host/NAME`. */
const namesByWorkload = (model: CoreModel): ReadonlyMap<Workload, readonly string[]> => {
  const found = new Map<Workload, string[]>();
  for (const { quote, workloads } of model.ask(databaseUses)) {
    const name = /^[a-z+]+:\/\/[^/]*\/([^?/\s]+)/i.exec(quote ?? "")?.[1];
    for (const workload of name === undefined ? [] : workloads) found.set(workload, [...(found.get(workload) ?? []), name ?? ""]);
  }
  return found;
};

/** Whether everything that a function opens is another database than the subscribers'. */
function hasItsOwnDatabase(model: CoreModel, workload: Workload): boolean {
  const names = model.ask(namesByWorkload);
  const own = names.get(workload) ?? [];
  const subscribers = model.workloads
    .filter((item) => model.classification(item).networkFunctions.some((id) => id === "UDR" || id === "HSS"))
    .flatMap((item) => names.get(item) ?? []);
  return own.length > 0 && subscribers.length > 0 && own.every((name) => !subscribers.includes(name));
}

/** An ALLOW policy of the mesh before the database's proxy refuses whom it does not name. */
function guardedByMesh(model: CoreModel, workload: Workload): boolean {
  if (behindProxy(model, workload) !== "yes") return false;
  return policiesFor(model, "AuthorizationPolicy", workload).some(
    ({ policy, certain }) =>
      certain &&
      valueOr(policy.spec.get("action").string(), "ALLOW") === "ALLOW" &&
      policy.spec
        .get("rules")
        .items()
        .every((rule) => rule.get("from").items().length > 0),
  );
}
