/** AuthorizationPolicies that reduce the callers of a core to its 3GPP matrix, where a mesh is in place: by identity, service and method. */

import type { CoreModel } from "../../model/core";
import type { Workload } from "../../model/kubernetes/workloads";
import { valueOr } from "../../model/value";
import { serviceCalls, standardFlows } from "../../topology/matrix";
import { topology } from "../../topology/topology";
import { behindProxy } from "../mesh/istio";
import { type CoreUnit, portsOfFlow } from "./parties";
import { intersectPorts, NO_PORTS, portsIn, type PortSet, subtractPorts, unionPorts } from "./ports";
import type { Edge, Manifest } from "./suggest";

/** Consumers by identity, service and method, for producers behind a proxy. */
export function authorization(
  model: CoreModel,
  self: CoreUnit,
  edges: readonly Edge[],
  matchLabels: { readonly [key: string]: string },
): Manifest[] {
  const { unit } = self;
  const [workload] = unit.workloads;
  if (workload === undefined || behindProxy(model, workload) !== "yes" || sharingCallers(model, self, edges).length > 0) return [];
  const rules = edges
    .filter(({ to }) => to === self)
    .flatMap(({ from, ports }) => {
      const to = operations(from, self, ports).map((operation) => ({ operation }));
      const principals = [`cluster.local/ns/${from.unit.namespace}/sa/${accountOf(from)}`];
      return to.length === 0 ? [] : [{ from: [{ source: { principals } }], to }];
    });
  const metadata = { name: unit.name, namespace: unit.namespace };
  return [
    {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata,
      spec: { selector: { matchLabels }, action: "ALLOW", rules },
    },
  ];
}

/** Callers whose ServiceAccount other workloads have too, which have no business there: the mesh cannot tell them apart. */
function sharingCallers(model: CoreModel, self: CoreUnit, edges: readonly Edge[]): readonly CoreUnit[] {
  const [workload] = self.unit.workloads;
  if (workload === undefined || behindProxy(model, workload) !== "yes") return [];
  const callers = edges.filter(({ to, ports }) => to === self && portsIn(ports, "TCP").length > 0).map(({ from }) => from);
  const called = new Set(callers.flatMap(({ unit }) => unit.workloads));
  return callers.filter((caller) =>
    (model.ask(workloadsByAccount).get(accountKey(caller.unit.namespace, accountOf(caller))) ?? []).some((other) => !called.has(other)),
  );
}

const accountKey = (namespace: string, account: string) => `${namespace}/${account}`;

const workloadsByAccount = (model: CoreModel): ReadonlyMap<string, readonly Workload[]> => {
  const found = new Map<string, Workload[]>();
  for (const workload of model.workloads) {
    if (workload.hook) continue;
    const key = accountKey(workload.namespace, valueOr(workload.podSpec.get("serviceAccountName").string(), "default"));
    const known = found.get(key);
    if (known === undefined) found.set(key, [workload]);
    else known.push(workload);
  }
  return found;
};

/** For people: why a producer gets no AuthorizationPolicy. */
export function indistinguishable(model: CoreModel, self: CoreUnit, edges: readonly Edge[]): string[] {
  const callers = sharingCallers(model, self, edges);
  if (callers.length === 0) return [];
  const { unit, label } = self;
  const accounts = [...new Set(callers.map((caller) => accountKey(caller.unit.namespace, accountOf(caller))))].sort().join(", ");
  return [
    `${unit.namespace}/${unit.name} (${label}): its callers share the ServiceAccount ${accounts} with workloads that may not call it, so that the mesh cannot tell them apart: give each function its own (ID-01), and ask again for the AuthorizationPolicy.`,
  ];
}

interface Operation {
  readonly ports: readonly string[];
  readonly paths?: readonly string[];
  readonly methods?: readonly string[];
}

/**
 * What one calls of another through its proxy: on the ports of the SBI the services by path and method, metrics by theirs; what is no HTTP
 * by its port, where no API shares that.
 */
function operations(from: CoreUnit, self: CoreUnit, ports: PortSet): Operation[] {
  const between = from.parties.flatMap((a) => self.parties.flatMap((b) => standardFlows(a, b).map((flow) => ({ a, b, flow }))));
  const on = (wanted: (name: string) => boolean) =>
    intersectPorts(
      ports,
      unionPorts(...between.filter(({ flow }) => wanted(flow.interface)).map(({ flow }) => portsOfFlow(flow, self.sbi)), NO_PORTS),
    );
  const sbi = on((name) => name === "SBI");
  const metrics = subtractPorts(
    on((name) => name === "METRICS"),
    sbi,
  );
  const rest = subtractPorts(
    on((name) => name !== "SBI" && name !== "METRICS"),
    unionPorts(sbi, metrics),
  );
  const calls = between.flatMap(({ a, b }) => (a.kind === "function" && b.kind === "function" ? serviceCalls(a.id, b.id) : []));
  const byMethods = new Map<string, { methods: readonly string[]; paths: string[] }>();
  for (const { path, methods } of calls) {
    const known = byMethods.get(methods.join()) ?? { methods, paths: [] };
    byMethods.set(methods.join(), known);
    if (!known.paths.includes(path)) known.paths.push(path);
  }
  const found: Operation[] = [];
  const add = (set: PortSet, more: Omit<Operation, "ports">) => {
    const numbers = portsIn(set, "TCP").flatMap(({ first, last }) => (first === last ? [String(first)] : []));
    if (numbers.length > 0) found.push({ ports: numbers, ...more });
  };
  for (const { methods, paths } of byMethods.values()) add(sbi, { paths, methods });
  if (byMethods.size === 0) add(sbi, {});
  add(metrics, { paths: ["/metrics"], methods: ["GET"] });
  // A port alone is said only of what serves no API (databases): SG-19 would have every service of a producer opened by it.
  if (!servesApi(self)) add(rest, {});
  return found;
}

function servesApi({ parties }: CoreUnit): boolean {
  return parties.some(({ id }) => topology.sbi.some(({ producer }) => producer === id));
}

function accountOf({ unit }: CoreUnit): string {
  return valueOr(unit.workloads[0]?.podSpec.get("serviceAccountName").string() ?? { state: "absent" }, "default");
}
