/**
 * Where a credential can stand in a resource: variables and arguments of containers, ConfigMaps and Secrets, Helm values, user data, the
 * environment of functions and tasks, parameters, master passwords.
 */

import type { CoreModel } from "../../model/core";
import { perPart } from "../../model/answers";
import type { Pod } from "../../model/kubernetes/workloads";
import type { Resource } from "../../model/stack";
import { Node, type Value, valueOr } from "../../model/value";

export interface Place {
  readonly node: Node;
  /** Name that the value stands under. */
  readonly name: string;
  readonly text: string;
  /** `whole`: a text with many lines; `value`: the value of one name. */
  readonly form: "whole" | "value";
  /** In a Secret, where credentials belong. */
  readonly inSecret: boolean;
  readonly container: string | undefined;
  /** The value is not known before deployment. */
  readonly unknown: boolean;
}

const value = (node: Node, name: string, more: Partial<Place> = {}): Place => {
  const read = node.string();
  return { node, name, text: valueOr(read, ""), form: "value", inSecret: false, container: undefined, unknown: node.isUnknown, ...more };
};

export function placesOf(resource: Resource, model: CoreModel): readonly Place[] {
  const { props, type } = resource;
  const workloads = model.workloadsOf(resource);
  if (workloads.length > 0) {
    return workloads.flatMap(({ pod }) => inPod(pod));
  }
  switch (type) {
    case "kubernetes:core/v1:ConfigMap":
      return [...openEntries(props.get("data")), ...encodedEntries(props.get("binaryData"))];
    case "kubernetes:core/v1:Secret":
      return [...encodedSecrets(props.get("data")), ...secrets(props.get("stringData"))];
    case "kubernetes:helm.sh/v3:Release":
    case "kubernetes:helm.sh/v4:Chart":
    case "kubernetes:helm.sh/v3:Chart":
      return leaves(props.get("values"));
    case "aws:lambda/function:Function": {
      const environment = props.get("environment");
      const one = environment.kind() === "list" ? (environment.items()[0] ?? environment) : environment;
      return one.get("variables").fields().map(([name, node]) => value(node, name));
    }
    case "aws:ecs/taskDefinition:TaskDefinition":
      return containerDefinitions(props.get("containerDefinitions"));
    case "aws:ssm/parameter:Parameter":
      return valueOr(props.get("type").string(), "") === "String"
        ? [value(props.get("value").isAbsent ? props.get("insecureValue") : props.get("value"), (valueOr(props.get("name").string(), resource.name)).split("/").at(-1) ?? "", { unknown: false })]
        : [];
    default:
      return [...USER_DATA.map((key) => userData(props.get(key), key)), ...passwords(props).filter(({ node }) => isPlain(node))];
  }
} // prettier-ignore

const USER_DATA = ["userData", "userDataBase64"];
/** What database and cache resources call their password. */
const PASSWORDS = ["masterPassword", "password", "masterUserPassword", "authToken"];

/** The properties of a database or cache, and the list of a user of MemoryDB. */
function passwords(props: Node): Place[] {
  return [
    ...PASSWORDS.map((key) => value(props.get(key), key, { unknown: false })),
    ...props.get("authenticationMode", "passwords").items().map((node) => value(node, "password", { unknown: false })),
  ];
} // prettier-ignore

/** A value that the program took from its secret configuration, or made at random, is no literal. */
function isPlain(node: Node): boolean {
  return node.isKnown && !node.secret;
}

const inPod = perPart((pod: Pod): readonly Place[] =>
  pod.containers.flatMap(({ node, name: container }) => [
    ...node.get("env").items().map((item) => value(item.get("value"), valueOr(item.get("name").string(), ""), { container })),
    ...["command", "args"].flatMap((list) => node.get(list).items().map((item) => value(item, list, { container, form: "whole", unknown: false }))),
  ]),
); // prettier-ignore

const openEntries = perPart((holder: Node) => entries(holder, false, false));
const encodedEntries = perPart((holder: Node) => entries(holder, true, false));
const secrets = perPart((holder: Node) => entries(holder, false, true));
const encodedSecrets = perPart((holder: Node) => entries(holder, true, true));

function entries(holder: Node, encoded: boolean, inSecret: boolean): Place[] {
  return holder.fields().map(([name, found]) => {
    const node = inSecret ? found.hidden() : found;
    const read = valueOr(found.string(), "");
    const text = encoded ? Buffer.from(read, "base64").toString("utf8") : read;
    return value(node, name, { text, inSecret, form: /\n|[:=]/.test(text.trim()) ? "whole" : "value", unknown: false });
  });
}

/** Deeper than values files go. */
const DEPTH = 12;

function leaves(node: Node, depth = 0): Place[] {
  if (depth > DEPTH) return [];
  if (node.kind() === "object") return node.fields().flatMap(([name, child]) => (child.kind() === "string" ? [value(child, name)] : leaves(child, depth + 1)));
  return node.kind() === "list" ? node.items().flatMap((item) => leaves(item, depth + 1)) : [];
} // prettier-ignore

function containerDefinitions(node: Node): Place[] {
  const text = valueOr(node.string(), "");
  let tree: Value;
  try {
    tree = JSON.parse(text) as Value;
  } catch {
    return [];
  }
  return Node.parsed(tree, node)
    .items()
    .flatMap((container) => container.get("environment").items().map((item) => value(item.get("value"), valueOr(item.get("name").string(), ""), { container: valueOr(container.get("name").string(), "") }))); // prettier-ignore
}

function userData(node: Node, name: string): Place {
  const text = valueOr(node.string(), "");
  const decoded = /^[A-Za-z0-9+/\s]{20,}={0,2}$/.test(text) ? Buffer.from(text, "base64").toString("utf8") : text;
  return value(node, name, { text: decoded, form: "whole", unknown: false });
}
