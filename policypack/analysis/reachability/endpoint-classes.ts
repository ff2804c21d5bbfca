/** Endpoints that no policy can tell apart, as one class. */

import type { Labels } from "../../model/kubernetes/objects";
import type { IpSet } from "../cidr/ip-set";
import { type Endpoint, namedPort, type NamedPort } from "./cluster";

export interface EndpointClass {
  readonly endpoints: Endpoint[];
  readonly namespace: string;
  readonly labels: Labels;
  readonly hostNetwork: boolean;
  readonly addresses: IpSet | undefined;
  /** Named ports that policies ask for, as the class resolves them; the same text for the same answers. */
  readonly named: string;
}

/**
 * Endpoints that agree in everything that is asked, namespace after namespace, so that what is about one namespace lies close together.
 * Found step by step through what each of them says, without a text for every endpoint.
 */
export function classesOf(endpoints: readonly Endpoint[], keys: readonly string[], names: readonly string[]): EndpointClass[] {
  const byNamespace = new Map<string, { readonly root: Branch; readonly classes: EndpointClass[] }>();
  for (const endpoint of endpoints) {
    const { namespace, labels, hostNetwork, addresses } = endpoint;
    let home = byNamespace.get(namespace);
    if (home === undefined) {
      home = { root: new Branch(), classes: [] };
      byNamespace.set(namespace, home);
    }
    const named = namedPorts(endpoint, names);
    let branch = home.root.at(named).at(hostNetwork).at(labels.complete).at(addresses?.text);
    for (const key of keys) branch = branch.at(labels.known.get(key));
    if (branch.leaf !== undefined) branch.leaf.endpoints.push(endpoint);
    else home.classes.push((branch.leaf = { namespace, labels, hostNetwork, addresses, named, endpoints: [endpoint] }));
  }
  return [...byNamespace.values()].flatMap(({ classes }) => classes);
}

/** A step of the way to a class: what comes next, by what an endpoint says. Most steps have one answer only. */
class Branch {
  leaf: EndpointClass | undefined;
  private only: { readonly value: Said; readonly branch: Branch } | undefined;
  private more: Map<Said, Branch> | undefined;

  at(value: Said): Branch {
    if (this.only !== undefined && this.only.value === value) return this.only.branch;
    const known = this.more?.get(value);
    if (known !== undefined) return known;
    const branch = new Branch();
    if (this.only === undefined) this.only = { value, branch };
    else (this.more ??= new Map<Said, Branch>()).set(value, branch);
    return branch;
  }
}

type Said = string | boolean | undefined;

const NO_NAMES = "{}";

function namedPorts(endpoint: Endpoint, names: readonly string[]): string {
  if (names.length === 0) return NO_NAMES;
  const answers: { [name: string]: NamedPort } = {};
  for (const name of names) {
    const port = namedPort(endpoint.workload, name);
    if (port !== undefined) answers[name] = port;
  }
  return JSON.stringify(answers);
}
