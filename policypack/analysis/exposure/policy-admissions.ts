/**
 * Which interfaces of the core a NetworkPolicy opens by name, and to which address blocks. Only what one policy says for certain: whether
 * pods reach each other is a question for the reachability analysis.
 */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { matchesSelector } from "../../model/kubernetes/selectors";
import type { Workload } from "../../model/kubernetes/workloads";
import type { Node } from "../../model/value";
import { networkFunction } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";
import { parseBlock } from "../cidr/address";
import { IpSet } from "../cidr/ip-set";
import { namedPorts } from "./services";

export interface PolicyAdmission {
  readonly interface: "N2" | "N4";
  readonly networkFunctions: readonly NetworkFunctionId[];
  /** Blocks of the peers, without what `except` takes out. */
  readonly blocks: IpSet;
  /** No `from`, or every pod of every namespace. */
  readonly anyone: boolean;
  readonly nodes: readonly Node[];
  readonly unknown: readonly Node[];
}

const INTERFACES = [
  { interface: "N4", plane: "n4", protocol: "UDP", port: 8805 },
  { interface: "N2", plane: "n2", protocol: "SCTP", port: 38412 },
] as const;

/** A range of more ports than this says nothing about one of them. */
const WIDEST_RANGE = 1024;

export function policyAdmissions(model: CoreModel, policy: KubernetesObject): readonly PolicyAdmission[] {
  const selected = model.workloadsIn(policy.namespace).filter((workload) => matchesSelector(policy.spec.get("podSelector"), workload.labels) === "yes");
  return policy.spec.get("ingress").items().flatMap((rule) =>
    INTERFACES.flatMap((wanted) => {
      const workloads = selected.filter((workload) => functionsOf(model, workload).some((id) => networkFunction(id).planes.includes(wanted.plane)));
      if (workloads.length === 0) return [];
      const ports = rule.get("ports");
      const named = ports.items().some((port) => names(port, wanted.protocol, wanted.port, workloads));
      const everyPort = ports.isAbsent || (ports.kind() === "list" && ports.items().length === 0);
      if (!named && !everyPort) return [];
      const from = rule.get("from");
      const noFrom = from.isAbsent || (from.kind() === "list" && from.items().length === 0);
      // `{}` opens everything to everyone: no statement about this interface, but no isolation at all (SG-11).
      if (everyPort && noFrom) return [];
      const peers = blocksOf(from);
      const anyone = named && (noFrom || from.items().some(everyPod));
      const functions = [...new Set(workloads.flatMap((workload) => functionsOf(model, workload)))];
      return [{ interface: wanted.interface, networkFunctions: functions, anyone, ...peers, nodes: peers.nodes.length > 0 ? peers.nodes : [from] }];
    }),
  );
} // prettier-ignore

function functionsOf(model: CoreModel, workload: Workload): readonly NetworkFunctionId[] {
  const { role, suspect, networkFunctions } = model.classification(workload);
  return role === "nf" && !suspect ? networkFunctions : [];
}

/** Whether an entry of `ports` means this port: by number, range or name. Without a protocol it is TCP (Kubernetes API, NetworkPolicyPort). */
function names(entry: Node, protocol: string, wanted: number, workloads: readonly Workload[]): boolean {
  if ((entry.get("protocol").isAbsent ? "TCP" : entry.get("protocol").describe()) !== protocol) return false;
  const port = entry.get("port");
  if (port.isAbsent) return true;
  const number = port.number();
  const end = entry.get("endPort").number();
  if (number.state === "known") {
    const last = end.state === "known" ? end.value : number.value;
    return wanted >= number.value && wanted <= last && last - number.value < WIDEST_RANGE;
  }
  const name = port.string();
  return name.state === "known" && workloads.some((workload) => namedPorts(workload, name.value).includes(wanted));
}

/** `namespaceSelector: {}` without a narrower `podSelector`. */
function everyPod(peer: Node): boolean {
  const empty = (node: Node) => node.kind() === "object" && node.fields().every(([, value]) => value.isAbsent);
  return empty(peer.get("namespaceSelector")) && (peer.get("podSelector").isAbsent || empty(peer.get("podSelector")));
}

function blocksOf(from: Node): { readonly blocks: IpSet; readonly nodes: readonly Node[]; readonly unknown: readonly Node[] } {
  const blocks: IpSet[] = [];
  const nodes: Node[] = [];
  const unknown: Node[] = from.isUnknown ? [from] : [];
  for (const peer of from.items()) {
    const cidr = peer.get("ipBlock", "cidr");
    if (peer.get("ipBlock").isAbsent) continue;
    const read = cidr.string();
    const block = read.state === "known" ? parseBlock(read.value) : undefined;
    if (block === undefined) {
      unknown.push(cidr);
      continue;
    }
    const except = peer.get("ipBlock", "except").items().flatMap((node) => {
      const text = node.string();
      return (text.state === "known" ? parseBlock(text.value) : undefined) ?? [];
    });
    blocks.push(IpSet.fromBlocks([block]).minus(IpSet.fromBlocks(except)));
    nodes.push(cidr);
  }
  return { blocks: IpSet.EMPTY.union(...blocks), nodes, unknown };
} // prettier-ignore
