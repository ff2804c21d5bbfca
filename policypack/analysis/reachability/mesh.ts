/**
 * What the service mesh lets through: AuthorizationPolicies before the workload's proxy, DENY before ALLOW; with an ALLOW policy what none
 * names is refused. UDP and SCTP pass by, and so does everything to pods without a proxy and to excluded ports.
 * Source: Istio reference, AuthorizationPolicy; Authorization policy precedence.
 */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Match } from "../../model/kubernetes/selectors";
import { and } from "../../model/kubernetes/selectors";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { actionOf, fits, like } from "../mesh/authorization";
import { behindProxy, inboundMtls, policiesFor } from "../mesh/istio";
import type { Unit } from "./cluster";
import { ALL_PORTS, intersectPorts, NO_PORTS, portsOf, type PortSet, subtractPorts, unionPorts } from "./ports";
import type { Mode } from "./program";

const TCP = portsOf("TCP");

/** Who calls, as the mesh sees it: the ServiceAccount that a certificate names. */
export interface Caller {
  readonly namespace: string;
  readonly account: string;
  /** Whether it shows a certificate at all. */
  readonly certified: Match;
}

function callerOf(model: CoreModel, caller: Workload, callee: Workload): Caller {
  const account = valueOr(caller.podSpec.get("serviceAccountName").string(), "default");
  const certified: Match = inboundMtls(model, callee, undefined).answer === "strict" ? "yes" : behindProxy(model, caller);
  return { namespace: caller.namespace, account, certified };
}

/** All that the mesh asks of a workload, as caller and as callee: workloads with the same answers are alike to it. */
export function meshSignature(model: CoreModel, workload: Workload): string {
  const policies = policiesFor(model, "AuthorizationPolicy", workload);
  return JSON.stringify([
    workload.namespace,
    valueOr(workload.podSpec.get("serviceAccountName").string(), "default"),
    behindProxy(model, workload),
    inboundMtls(model, workload, undefined).answer,
    policies.map(({ policy, certain }) => [policy.namespace, policy.name, certain]),
    excluded(workload),
  ]);
}

/** The part of `ports` that the mesh lets through from one workload to another. */
export function meshPorts(model: CoreModel, from: Unit, to: Unit, ports: PortSet, mode: Mode): PortSet {
  const [caller] = from.workloads;
  const [callee] = to.workloads;
  if (caller === undefined || callee === undefined) return ports;
  const policies = policiesFor(model, "AuthorizationPolicy", callee);
  if (policies.length === 0) return ports;
  const tcp = intersectPorts(ports, TCP);
  const enforced = behindProxy(model, callee);
  if (tcp.length === 0 || enforced === "no") return ports;
  const decided = decide(callerOf(model, caller, callee), policies, mode);
  const passing = unionPorts(intersectPorts(tcp, decided), intersectPorts(tcp, excluded(callee)));
  // Where a proxy is only possible, MAY goes past it.
  if (enforced === "maybe" && mode === "may") return ports;
  return unionPorts(subtractPorts(ports, TCP), passing);
}

/** AuthorizationPolicies before a workload, for people; none where no proxy reads them. */
export function meshPolicies(model: CoreModel, { workloads: [workload] }: Unit): string[] {
  if (workload === undefined || behindProxy(model, workload) === "no") return [];
  return policiesFor(model, "AuthorizationPolicy", workload).map(
    ({ policy, certain }) =>
      `${actionOf(policy)} AuthorizationPolicy ${policy.namespace}/${policy.name}${certain ? "" : ", if it applies"}`,
  );
}

/** TCP ports on which the policies of a workload's proxy let a caller in. */
export function admittedPorts(model: CoreModel, callee: Workload, caller: Caller, mode: Mode): PortSet {
  return intersectPorts(TCP, decide(caller, policiesFor(model, "AuthorizationPolicy", callee), mode));
}

function decide(caller: Caller, policies: ReturnType<typeof policiesFor>, mode: Mode): PortSet {
  const matched = (action: string, wanted: Mode) =>
    unionPorts(
      ...policies
        .filter(({ policy }) => actionOf(policy) === action)
        .map(({ policy, certain }) => (certain || wanted === "may" ? rulesOf(policy, caller, wanted) : NO_PORTS)),
      NO_PORTS,
    );
  const other: Mode = mode === "must" ? "may" : "must";
  const allows = policies.filter(({ policy, certain }) => actionOf(policy) === "ALLOW" && (certain || mode === "must"));
  const open = allows.length === 0 ? ALL_PORTS : matched("ALLOW", mode);
  const refused = matched("DENY", other);
  // An external authoriser may refuse: nothing is certain then.
  const asked = mode === "must" ? matched("CUSTOM", "may") : NO_PORTS;
  return subtractPorts(subtractPorts(open, refused), asked);
}

/** Ports on which some rule matches the caller. No rules match nothing; an empty rule matches everything. */
function rulesOf(policy: KubernetesObject, caller: Caller, mode: Mode): PortSet {
  const rules = policy.spec.get("rules");
  if (rules.isUnknown) return mode === "may" ? TCP : NO_PORTS;
  return unionPorts(...rules.items().map((rule) => rulePorts(rule, caller, mode)), NO_PORTS);
}

/** Ports on which one rule matches the caller. */
export function rulePorts(rule: Node, caller: Caller, mode: Mode): PortSet {
  const from = rule.get("from");
  const sources = from.isAbsent ? "yes" : or(from.items().map((item) => source(item.get("source"), caller)));
  // Conditions narrow a rule further.
  const conditions = rule.get("when").items().length > 0 || from.isUnknown ? "maybe" : "yes";
  const match = and([sources, conditions]);
  if (match === "no" || (match === "maybe" && mode === "must")) return NO_PORTS;
  return operations(rule.get("to"), mode);
}

function or(matches: readonly Match[]): Match {
  return matches.includes("yes") ? "yes" : matches.includes("maybe") ? "maybe" : "no";
}

/** Who calls: by identity, which only mTLS shows; namespaces are read from the identity as well. */
function source(node: Node, caller: Caller): Match {
  const identity = `ns/${caller.namespace}/sa/${caller.account}`;
  const parts: Match[] = [];
  const known = (field: string, matches: (text: string) => boolean, inverted = false) => {
    const list = node.get(field);
    if (list.isAbsent) return;
    if (list.isUnknown) return parts.push("maybe");
    const answers = list.items().map((item): Match => {
      const read = item.string();
      return read.state !== "known" ? "maybe" : matches(read.value) ? "yes" : "no";
    });
    const answer = or(answers);
    return parts.push(inverted ? (answer === "maybe" ? "maybe" : answer === "yes" ? "no" : "yes") : and([answer, caller.certified]));
  };
  const account = (text: string) => text === `${caller.namespace}/${caller.account}` || text === caller.account;
  known("principals", (text) => fits(text, identity));
  known("notPrincipals", (text) => fits(text, identity), true);
  known("namespaces", (text) => like(text, caller.namespace));
  known("notNamespaces", (text) => like(text, caller.namespace), true);
  known("serviceAccounts", account);
  known("notServiceAccounts", account, true);
  for (const field of ["ipBlocks", "remoteIpBlocks", "requestPrincipals", "notIpBlocks", "notRemoteIpBlocks", "notRequestPrincipals"]) {
    if (!node.get(field).isAbsent) parts.push("maybe");
  }
  return and(parts);
}

/** Methods and paths narrow a port: what is behind it is reached in part. */
function operations(to: Node, mode: Mode): PortSet {
  if (to.isAbsent) return TCP;
  if (to.isUnknown) return mode === "may" ? TCP : NO_PORTS;
  return unionPorts(
    ...to.items().map((item) => {
      const operation = item.get("operation");
      const ports = operation.get("ports");
      const without = operation.get("notPorts").items().map(portOf);
      const all = ports.isAbsent
        ? TCP
        : ports.isUnknown
          ? mode === "may"
            ? TCP
            : NO_PORTS
          : unionPorts(...ports.items().map(portOf), NO_PORTS);
      return subtractPorts(all, unionPorts(...without, NO_PORTS));
    }),
    NO_PORTS,
  );
}

function portOf(node: Node): PortSet {
  const number = node.number();
  return number.state === "known" ? portsOf("TCP", number.value, number.value) : NO_PORTS;
}

/** Ports that go past the proxy. */
function excluded(workload: Workload): PortSet {
  const annotation = (name: string) => valueOr(workload.podMetadata.get("annotations", `traffic.sidecar.istio.io/${name}`).string(), "");
  const numbers = (text: string) =>
    text
      .split(",")
      .map((part) => Number(part.trim()))
      .filter((port) => port > 0);
  const past = unionPorts(...numbers(annotation("excludeInboundPorts")).map((port) => portsOf("TCP", port, port)), NO_PORTS);
  const only = annotation("includeInboundPorts");
  if (only === "" || only === "*") return past;
  return unionPorts(past, subtractPorts(TCP, unionPorts(...numbers(only).map((port) => portsOf("TCP", port, port)), NO_PORTS)));
}
