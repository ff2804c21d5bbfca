/** Who connects to a database of the core and how, and which database lets anybody in. */

import type { CoreModel } from "../../model/core";
import { imageName } from "../../model/network-functions/signals";
import { perPart } from "../../model/answers";
import type { Container, Pod, Workload } from "../../model/kubernetes/workloads";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import type { NetworkFunctionId } from "../../topology/types";
import { configTexts, type ConfigText, isDatabaseUri, nfConfigurations, readersOf } from "../nf-config";
import { type Connection, readConnection, withoutCredentials } from "./uri";

export interface DatabaseUse {
  readonly resource: Resource;
  readonly title: string;
  readonly node: Node;
  /** As it may be quoted; `undefined` while it is not known. */
  readonly quote: string | undefined;
  readonly connection: Connection | undefined;
  readonly container: string | undefined;
  readonly workloads: readonly Workload[];
  readonly networkFunctions: readonly NetworkFunctionId[];
}

/** Every connection that configuration files, variables and arguments declare. */
export function databaseUses(model: CoreModel): readonly DatabaseUse[] {
  return [...fromConfiguration(model), ...model.workloads.flatMap((workload) => fromWorkload(model, workload))];
}

function fromConfiguration(model: CoreModel): DatabaseUse[] {
  return model.ask(nfConfigurations).flatMap((configuration) => {
    const workloads = readersOf(configuration, model);
    return configuration.databases.flatMap((node): DatabaseUse[] => {
      const uri = valueOr(node.string(), "");
      const connection = readConnection(uri);
      if (connection === undefined) return [];
      const base = {
        resource: configuration.object.resource,
        title: `${configuration.object.kind} ${configuration.object.name}`,
        node,
        container: undefined,
      };
      return [
        {
          ...base,
          quote: withoutCredentials(uri),
          connection: { ...connection, credentials: connection.credentials || hasCredentialsBeside(configuration.body, node) },
          workloads,
          networkFunctions: configuration.networkFunctions,
        },
      ];
    });
  });
}

/** Products that keep user and password in keys of their own, beside the URL. */
function hasCredentialsBeside(body: Node, uri: Node): boolean {
  const parent = uri.path
    .slice(body.path.length + 1)
    .split(".")
    .slice(0, -1);
  const holder = parent.reduce((node, key) => node.get(key), body);
  const user = ["user", "username", "dbUser"].some((key) => valueOr(holder.get(key).string(), "") !== "");
  const password = ["password", "pass", "passwordSecret", "dbPassword"].some(
    (key) => valueOr(holder.get(key).string(), "") !== "" || holder.get(key).isUnknown,
  );
  return user && password;
}

const URI_VARIABLE = /(DB|MONGO|MONGODB|DATABASE|MYSQL|POSTGRES|REDIS).*(URI|URL|CONNECTION|DSN)/i;

function fromWorkload(model: CoreModel, workload: Workload): DatabaseUse[] {
  const said = usesInPod(workload.pod);
  if (said.length === 0) return [];
  const base = {
    resource: workload.object.resource,
    title: `${workload.kind} ${workload.name}`,
    workloads: [workload],
    networkFunctions: model.classification(workload).networkFunctions,
  };
  return said.flatMap(({ container, node, from, text }) => {
    const uri = from === undefined ? text : referenced(model, workload, from);
    const connection = uri === undefined ? undefined : readConnection(uri);
    if (uri !== undefined && connection === undefined) return [];
    return [{ ...base, container, node, quote: uri === undefined ? undefined : withoutCredentials(uri), connection }];
  });
}

/** A place of a pod that names a database. */
interface UseInPod {
  readonly container: string;
  readonly node: Node;
  /** Where a variable takes its value from, in place of a text. */
  readonly from?: Node;
  /** `undefined` while it is not known. */
  readonly text?: string;
}

const usesInPod = perPart((pod: Pod): readonly UseInPod[] => {
  const found: UseInPod[] = [];
  for (const { node: body, name: container } of pod.containers) {
    for (const variable of body.get("env").items()) {
      const value = variable.get("value");
      const read = value.string();
      if (read.state === "known" && isDatabaseUri(read.value)) found.push({ container, node: value, text: read.value });
      else if (URI_VARIABLE.test(valueOr(variable.get("name").string(), ""))) {
        const from = variable.get("valueFrom");
        if (read.state === "unknown") found.push({ container, node: value });
        else if (read.state === "absent" && from.isKnown) found.push({ container, node: from, from });
      }
    }
    for (const item of [...body.get("command").items(), ...body.get("args").items()]) {
      const uri = /\b(mongodb(\+srv)?|mysql|postgres(ql)?|rediss?):\/\/[^\s'"]+/i.exec(valueOr(item.string(), ""))?.[0];
      if (uri !== undefined) found.push({ container, node: item, text: uri.slice(uri.search(/(mongodb|mysql|postgres|redis)/i)) });
    }
  }
  return found;
});

const textsByEntry = (model: CoreModel): ReadonlyMap<string, ConfigText> =>
  new Map(model.ask(configTexts).map((text) => [`${text.object.kind} ${text.object.namespace}/${text.object.name} ${text.key}`, text]));

/** The text that a variable takes from a ConfigMap or Secret of the stack. */
function referenced(model: CoreModel, workload: Workload, from: Node): string | undefined {
  for (const [kind, key] of [
    ["ConfigMap", "configMapKeyRef"],
    ["Secret", "secretKeyRef"],
  ] as const) {
    const name = from.get(key, "name").string();
    const entry = from.get(key, "key").string();
    if (name.state !== "known" || entry.state !== "known") continue;
    const found = model.ask(textsByEntry).get(`${kind} ${workload.namespace}/${name.value} ${entry.value}`);
    if (found !== undefined) return found.text;
  }
  return undefined;
}

export interface OpenDatabase {
  readonly workload: Workload;
  readonly container: string;
  readonly node: Node;
  readonly reason: string;
}

/** Database servers that let anybody in. */
export function openDatabases(model: CoreModel): readonly OpenDatabase[] {
  return model.workloads.flatMap((workload) => {
    const classification = model.classification(workload);
    if (classification.role !== "datastore" && classification.role !== "nf") return [];
    return workload.containers.flatMap((container) => {
      if (container.role !== "container") return [];
      const image = container.image.state === "known" ? imageName(container.image.value) : "";
      const reason = openByItself(container) ?? openByFile(model, workload, container.node, image);
      return reason === undefined ? [] : [{ workload, container: container.name, ...reason }];
    });
  });
}

/** The server's own file: `authorization: disabled`, or nothing said of it in the file that MongoDB is started with (disabled by default). */
function openByFile(model: CoreModel, workload: Workload, container: Node, image: string): { node: Node; reason: string } | undefined {
  if (!/mongo/.test(image) || hasRootUser(container)) return undefined;
  const line = [...container.get("command").items(), ...container.get("args").items()].map((word) => valueOr(word.string(), "")).join(" ");
  if (/--(auth|keyFile|clusterAuthMode)\b/.test(line)) return undefined;
  const started = /(?:--config|-f)[ =](\S+)/.exec(line)?.[1]?.split("/").at(-1);
  for (const file of model.ask(serverFiles)) {
    if (!readersOf(file, model).includes(workload)) continue;
    const access = authorization(file.text ?? "");
    if (access === "disabled" || (access === "unsaid" && file.key === started)) {
      return { node: file.node, reason: `is configured by ${file.object.kind} ${file.object.name} (${file.key}) without access control` };
    }
  }
  return undefined;
}

const serverFiles = (model: CoreModel): readonly ConfigText[] =>
  model.ask(configTexts).filter(({ key, text }) => /^mongo(d|db)?\.(conf|cfg|ya?ml)$/i.test(key) && text !== undefined);

/** What a file of MongoDB says of access control, in YAML or in the form before 2.6. */
function authorization(text: string): "enabled" | "disabled" | "unsaid" {
  const lines = text.split("\n").map((line) => line.replace(/#.*$/, "").trim());
  if (lines.some((line) => /\bauthorization["']?\s*:\s*["']?disabled/i.test(line) || /^(noauth\s*=\s*true|auth\s*=\s*false)$/i.test(line)))
    return "disabled";
  const enabled =
    /^(["']?(authorization["']?\s*:\s*["']?enabled|keyFile|clusterAuthMode)|auth\s*=\s*true)|\bauthorization["']?\s*:\s*["']?enabled/i;
  return lines.some((line) => enabled.test(line)) ? "enabled" : "unsaid";
}

function hasRootUser(container: Node): boolean {
  return (
    container.get("envFrom").items().length > 0 ||
    container
      .get("env")
      .items()
      .some((variable) => /^MONGO(DB)?_(INITDB_)?ROOT_(USERNAME|PASSWORD)/.test(valueOr(variable.get("name").string(), "")))
  );
}

/** Variables that switch authentication off. */
const OFF: readonly (readonly [string, RegExp])[] = [
  ["ALLOW_EMPTY_PASSWORD", /^(yes|true|1)$/i],
  ["MYSQL_ALLOW_EMPTY_PASSWORD", /^(yes|true|1)$/i],
  ["MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", /^(yes|true|1)$/i],
  ["POSTGRES_HOST_AUTH_METHOD", /^trust$/i],
];

const openByItself = perPart(({ node, image }: Container) => openBy(node, image.state === "known" ? imageName(image.value) : ""));

function openBy(container: Node, image: string): { node: Node; reason: string } | undefined {
  const words = [...container.get("command").items(), ...container.get("args").items()];
  const noauth = words.find((word) => /(^|\s)--noauth(\s|$)/.test(valueOr(word.string(), "")));
  if (noauth !== undefined) return { node: noauth, reason: "starts with --noauth" };
  const variables = container.get("env").items();
  const named = (name: RegExp): Node | undefined =>
    variables.find(
      (variable) => name.test(valueOr(variable.get("name").string(), "")) && valueOr(variable.get("value").string(), "?").trim() !== "",
    );
  const password = named(
    /^(MONGODB_ROOT_PASSWORD|MONGODB_PASSWORDS?|MONGO_INITDB_ROOT_PASSWORD|REDIS_PASSWORD|MYSQL_ROOT_PASSWORD|MARIADB_ROOT_PASSWORD|POSTGRESQL_PASSWORD)(_FILE)?$/,
  );
  for (const [name, on] of OFF) {
    const variable = variables.find((item) => valueOr(item.get("name").string(), "") === name);
    if (variable !== undefined && on.test(valueOr(variable.get("value").string(), "")) && password === undefined) {
      return { node: variable.get("value"), reason: `sets ${name} and no password` };
    }
  }
  const line = words.map((word) => valueOr(word.string(), "")).join(" ");
  const fromElsewhere =
    container.get("envFrom").items().length > 0 || words.some((word) => word.isUnknown) || container.get("env").isUnknown;
  // The official image switches Redis' protected mode off and asks nobody for a password.
  if (/^(redis|valkey)$/.test(image) && password === undefined && !fromElsewhere && /^\s*(\S*(redis|valkey)-server\b|--|$)/.test(line)) {
    if (!/requirepass|aclfile|\.conf\b|tls-auth-clients yes/.test(line))
      return { node: container.get("args"), reason: "is given no password (requirepass), so Redis lets everybody in" };
  }
  // The official image starts without access control unless it is given a root user or told otherwise.
  if (
    /^mongo(db-community-server)?$/.test(image) &&
    password === undefined &&
    !fromElsewhere &&
    !/--(auth|keyFile|config|clusterAuthMode)\b|-f\s/.test(line)
  ) {
    return { node: container.get("env"), reason: "is given neither a root user nor --auth, so MongoDB starts without access control" };
  }
  return undefined;
}
