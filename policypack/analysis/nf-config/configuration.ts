/** What the configuration of a network function declares, in terms that do not depend on the product. */

import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Node } from "../../model/value";
import type { NetworkFunctionId } from "../../topology/types";
import type { ConfigText } from "./texts";

export type Product = "open5gs" | "free5gc" | "sd-core" | "oai";

export type Answer = "yes" | "no" | "unknown";

/** A place where a function serves HTTP. */
export interface SbiServer {
  /** What decides it, or where it is missing. */
  readonly node: Node;
  readonly encrypted: Answer;
  /** Whether callers must show a certificate; the setting itself, where the product has one. */
  readonly verifiesClients: Answer;
  readonly verification: Node | undefined;
  /** Port where the file says one. */
  readonly port: number | undefined;
  readonly interface: "SBI" | "N32";
}

/** An address that a function calls. */
export interface Peer {
  readonly node: Node;
  readonly encrypted: Answer;
  readonly interface: "SBI" | "N32";
}

/** A switch that turns the check of the other side's certificate off, or on. */
export interface Verification {
  readonly node: Node;
  readonly skipped: Answer;
}

/** What a file says; one for all objects of the same name that hold the same file. */
export interface NfContents {
  readonly key: string;
  readonly product: Product;
  /** Whose configuration this is. */
  readonly networkFunctions: readonly NetworkFunctionId[];
  readonly body: Node;
  readonly servers: readonly SbiServer[];
  readonly peers: readonly Peer[];
  readonly verifications: readonly Verification[];
  /** Whether the NRF issues and asks for OAuth2 tokens: the setting of an NRF, where the product has one. */
  readonly oauth: { readonly node: Node; readonly on: Answer } | undefined;
  /** NAS integrity and ciphering lists, in the order of preference. */
  readonly integrity: readonly Node[];
  readonly ciphering: readonly Node[];
  /** Protection schemes for the SUCI: each entry's scheme, and the list that holds them. */
  readonly suci: { readonly list: Node; readonly schemes: readonly Node[] } | undefined;
  /** Connection URIs of databases. */
  readonly databases: readonly Node[];
  readonly loggers: readonly Logger[];
}

export interface NfConfiguration extends NfContents {
  readonly object: KubernetesObject;
  readonly contents: NfContents;
}

export interface Logger {
  readonly node: Node;
  readonly enable: Node;
  readonly level: Node;
  /** A log file inside the container. */
  readonly file: Node;
}

/** What a reader of one product's files answers. */
export type Facts = Pick<
  NfConfiguration,
  "networkFunctions" | "servers" | "peers" | "verifications" | "oauth" | "integrity" | "ciphering" | "suci" | "loggers"
>;

export interface Reader {
  readonly product: Product;
  /** Whether the file has this product's shape. */
  recognises(body: Node): boolean;
  read(body: Node, text: ConfigText): Facts;
}

/** Whether a URI or a scheme means TLS. */
export function encrypted(node: Node): Answer {
  const read = node.string();
  if (read.state !== "known") return "unknown";
  const scheme = read.value.trim().toLowerCase();
  if (/^https(:|$)/.test(scheme)) return "yes";
  return /^http(:|$)/.test(scheme) ? "no" : "unknown";
}

export function answer(node: Node): Answer {
  const read = node.boolean();
  return read.state === "known" ? (read.value ? "yes" : "no") : "unknown";
}

/** Deeper than any configuration goes. */
const DEPTH = 12;

/** Every node below `node`, itself included. */
export function below(node: Node): readonly Node[] {
  const found: Node[] = [];
  const visit = (current: Node, depth: number): void => {
    found.push(current);
    if (depth > DEPTH) return;
    const kind = current.kind();
    if (kind === "list") for (const item of current.items()) visit(item, depth + 1);
    else if (kind === "object") for (const [, child] of current.fields()) visit(child, depth + 1);
  };
  visit(node, 0);
  return found;
}
