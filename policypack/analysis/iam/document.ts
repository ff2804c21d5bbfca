/**
 * IAM policy documents in every form that providers accept: JSON text or an object, one statement or a list, one value or a list, and the
 * arguments of `getPolicyDocument`. Element names are taken in any case, as IAM does (IAM User Guide, grammar of the policy language).
 *
 * What is not known stays visible: a statement with an unknown action may be about any action.
 */

import { Node, type Value } from "../../model/value";
import { type Clause, clausesOf } from "./clauses";
import { type Glob, glob } from "./glob";

/** `Action` or `NotAction`, `Resource` or `NotResource`. */
export interface Patterns {
  /** The Not form: everything but these. */
  readonly not: boolean;
  readonly globs: readonly Glob[];
  /** Some of it is not known before deployment. */
  readonly unknown: boolean;
  readonly node: Node;
}

export interface Principals {
  /** NotPrincipal. */
  readonly not: boolean;
  /** `*`, or everybody of a type. */
  readonly everybody: boolean;
  readonly aws: readonly Node[];
  readonly services: readonly string[];
  readonly federated: readonly Node[];
  readonly unknown: boolean;
  readonly node: Node;
}

/** Stands in resources for the name of the user who asks, `${aws:username}`: a letter that no name has. */
export const OWN_NAME = "\uE001";

export interface Statement {
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: "Allow" | "Deny" | "unknown";
  readonly actions: Patterns;
  /** Absent in trust policies: the role itself. */
  readonly resources: Patterns;
  readonly principals: Principals | undefined;
  readonly conditions: readonly Clause[];
  readonly node: Node;
}

export interface Policy {
  readonly statements: readonly Statement[];
  /** The document, or a part of its list of statements, is not known or no policy: it may say anything. */
  readonly unknown: boolean;
  readonly node: Node;
}

export function readPolicy(node: Node): Policy {
  const root = unwrapped(node);
  if (root.isAbsent) return { statements: [], unknown: false, node };
  if (root.kind() !== "object") return { statements: [], unknown: true, node };
  const elements = new Elements(root);
  const found = elements.of("statement", "statements");
  const list = found.kind() === "list" ? found.items() : found.isAbsent ? [] : [found];
  // Version 2008-10-17, the default, has no policy variables.
  const version = elements.of("version").string();
  const variables = version.state === "known" ? version.value !== "2008-10-17" : isLookUp(found);
  const known = list.filter((item) => item.kind() === "object");
  return {
    statements: known.map((item) => statement(item, list.indexOf(item), variables)),
    unknown: found.isUnknown || known.length < list.length,
    node,
  };
}

/** The look-up's arguments are written in lower case, and have a default version of 2012-10-17. */
function isLookUp(statements: Node): boolean {
  return statements.name === "statements";
}

/** A JSON text becomes what it says; the output of `getPolicyDocument` its `json`. */
function unwrapped(node: Node): Node {
  if (node.kind() === "string") {
    const read = node.string();
    if (read.state !== "known") return node;
    if (read.value.trim() === "") return Node.root(undefined);
    try {
      return Node.parsed(JSON.parse(read.value) as Value, node);
    } catch {
      return node;
    }
  }
  if (node.kind() !== "object") return node;
  const elements = new Elements(node);
  if (!elements.of("statement").isAbsent) return node;
  const json = node.get("json");
  if (json.kind() === "string") return unwrapped(json);
  const wrapped = elements.of("policydocument", "document");
  return wrapped.isAbsent ? node : unwrapped(wrapped);
}

/** The elements of a node by their names in small letters, however they are written; those that are there, the first of each. */
class Elements {
  private readonly named: readonly (readonly [string, Node])[];

  constructor(private readonly node: Node) {
    this.named = node
      .fields()
      .filter(([, value]) => !value.isAbsent)
      .map(([key, value]) => [key.toLowerCase(), value] as const);
  }

  of(name: string, otherName = name): Node {
    for (const [key, value] of this.named) if (key === name || key === otherName) return value;
    return this.node.isUnknown ? this.node.get(name) : Node.root(undefined);
  }
}

/** Many statements name the same actions: those are read once. The memory is bounded, and changes no answer. */
const REMEMBERED = 5_000;
const remembered = new Map<string, Glob>();

function actionGlob(text: string): Glob {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  if (remembered.size >= REMEMBERED) remembered.clear();
  const made = glob(text, { fold: true });
  remembered.set(text, made);
  return made;
}

/** Elements that the look-up's arguments have under these names only. */
const LOOK_UP = ["actions", "notactions", "resources", "notresources", "principals"];

function statement(node: Node, index: number, variables: boolean): Statement {
  const elements = new Elements(node);
  const effect = elements.of("effect").string();
  const sid = elements.of("sid").string();
  const lookUp = LOOK_UP.some((name) => !elements.of(name).isAbsent);
  return {
    index,
    sid: sid.state === "known" && sid.value !== "" ? sid.value : undefined,
    effect: effectOf(effect.state === "known" ? effect.value : effect.state === "absent" && lookUp ? "Allow" : ""),
    actions: patterns(node, elements, "action", actionGlob),
    resources: patterns(node, elements, "resource", (text) =>
      glob(variables ? text.replace(/\$\{aws:username\}/gi, OWN_NAME) : text, { variables }),
    ),
    principals: principalsOf(elements),
    conditions: clausesOf(elements.of("condition", "conditions"), variables),
    node,
  };
}

/** IAM refuses any other word; until it does, it may be either. */
function effectOf(text: string): Statement["effect"] {
  const word = text.toLowerCase();
  return word === "allow" ? "Allow" : word === "deny" ? "Deny" : "unknown";
}

function patterns(node: Node, elements: Elements, name: string, build: (text: string) => Glob): Patterns {
  const positive = elements.of(name, `${name}s`);
  const negative = elements.of(`not${name}`, `not${name}s`);
  const not = positive.isAbsent && !negative.isAbsent;
  const found = not ? negative : positive;
  const items = found.kind() === "list" ? found.items() : found.isAbsent ? [] : [found];
  const texts = items.map((item) => item.string());
  return {
    not,
    globs: texts.flatMap((text) => (text.state === "known" ? [build(text.value)] : [])),
    unknown: found.isUnknown || texts.some((text) => text.state !== "known"),
    node: found.isAbsent ? node : found,
  };
}

function principalsOf(elements: Elements): Principals | undefined {
  const positive = elements.of("principal", "principals");
  const negative = elements.of("notprincipal", "notprincipals");
  const not = positive.isAbsent && !negative.isAbsent;
  const found = not ? negative : positive;
  if (found.isAbsent) return undefined;
  const byType = principalEntries(found);
  const of = (type: string) => byType.filter(([key]) => key.toLowerCase() === type).map(([, value]) => value);
  const aws = [...of("aws"), ...of("*")];
  return {
    not,
    everybody: isStar(found) || aws.some(isStar),
    aws: aws.filter((item) => !isStar(item)),
    services: of("service").flatMap((item) => {
      const read = item.string();
      return read.state === "known" ? [read.value.toLowerCase()] : [];
    }),
    federated: of("federated"),
    unknown: found.isUnknown || byType.some(([, value]) => value.isUnknown),
    node: found,
  };
}

/** Type and identifier, from IAM's map of types or the look-up's list of `{type, identifiers}`. */
function principalEntries(node: Node): readonly (readonly [string, Node])[] {
  const flat = (value: Node): readonly Node[] => (value.kind() === "list" ? value.items() : value.isAbsent ? [] : [value]);
  if (node.kind() === "list") {
    return node.items().flatMap((item) => {
      const type = item.get("type").string();
      return flat(item.get("identifiers")).map((value) => [type.state === "known" ? type.value : "", value] as const);
    });
  }
  return node.fields().flatMap(([type, value]) => flat(value).map((item) => [type, item] as const));
}

function isStar(node: Node): boolean {
  const read = node.kind() === "string" ? node.string() : undefined;
  return read?.state === "known" && read.value.trim() === "*";
}
