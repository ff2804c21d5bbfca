/** Pulumi.yaml and the stack files beside it: what a program is, and which configuration it gets. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as yaml from "js-yaml";
import { InputError } from "./input-error";
import { isObject, textAt, type JsonObject } from "./json-text";

export interface Project {
  /** Pulumi.yaml as the user would name it. */
  readonly file: string;
  readonly name: string;
  readonly runtime: string;
  readonly main: string | undefined;
  /** The folder of the stack files. */
  readonly stackFolder: string;
  /** Configuration that Pulumi.yaml itself gives, under full keys. */
  readonly defaults: JsonObject;
}

export interface StackConfig {
  readonly name: string;
  readonly config: { readonly [key: string]: string };
  readonly secretKeys: readonly string[];
  /** Pulumi ESC environments, whose values are not in the file. */
  readonly environments: readonly string[];
}

/** Reads the Pulumi.yaml of `folder`. Throws `InputError`. */
export function readProject(folder: string): Project {
  const file =
    [join(folder, "Pulumi.yaml"), join(folder, "Pulumi.yml")].find((candidate) => existsSync(candidate)) ?? join(folder, "Pulumi.yaml");
  const project = readYaml(file);
  const name = textAt(project, "name");
  if (name === undefined) throw new InputError("`name` of the project is missing", { file });
  const runtime = isObject(project["runtime"]) ? textAt(project["runtime"], "name") : textAt(project, "runtime");
  if (runtime === undefined) throw new InputError("`runtime` of the project is missing", { file });
  const stacks = project["stackConfigDir"] ?? (typeof project["config"] === "string" ? project["config"] : undefined);
  const config = isObject(project["config"]) ? project["config"] : {};
  const defaults = Object.entries(config)
    .map(([key, declared]) => [fullKey(name, key), declaredValue(declared)] as const)
    .filter(([, value]) => value !== undefined);
  return {
    file,
    name,
    runtime,
    main: textAt(project, "main"),
    stackFolder: typeof stacks === "string" ? join(folder, stacks) : folder,
    defaults: Object.fromEntries(defaults),
  };
}

/** A project's configuration gives a value, or declares a key with a type and perhaps a default. */
function declaredValue(declared: unknown): unknown {
  if (!isObject(declared)) return declared ?? undefined;
  return declared["value"] ?? declared["default"];
}

/** Names of the stacks that have a file, in order. */
export function stackNames(project: Project): string[] {
  if (!existsSync(project.stackFolder)) return [];
  const names = readdirSync(project.stackFolder).map((file) => /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1]);
  return names.filter((name): name is string => name !== undefined).sort();
}

/**
 * The configuration of a stack; without a file, that of the project alone. `encrypted` is what stands for a value that only
 * the stack's secrets provider can read.
 */
export function readStackConfig(project: Project, name: string, encrypted: string): StackConfig {
  const file = ["yaml", "yml"]
    .map((extension) => join(project.stackFolder, `Pulumi.${name}.${extension}`))
    .find((candidate) => existsSync(candidate));
  const written = file === undefined ? {} : readYaml(file);
  const own = written["config"];
  if (own !== undefined && own !== null && !isObject(own)) throw new InputError("`config` is not a map", { file: file ?? project.file });
  const entries = Object.entries(isObject(own) ? own : {}).map(([key, value]) => [fullKey(project.name, key), value] as const);
  const config: { [key: string]: string } = {};
  const secretKeys: string[] = [];
  for (const [key, value] of [...Object.entries(project.defaults), ...entries]) {
    const { text, secret } = configText(value, encrypted);
    config[key] = text;
    if (secret) secretKeys.push(key);
  }
  return { name, config, secretKeys, environments: environmentNames(written["environment"]) };
}

/** Keys without a namespace belong to the project. */
function fullKey(project: string, key: string): string {
  return key.includes(":") ? key.replace(":config:", ":") : `${project}:${key}`;
}

/** A value as programs get it: text, and JSON text for lists and maps. One secret inside makes the whole value one. */
function configText(value: unknown, encrypted: string): { text: string; secret: boolean } {
  let secret = false;
  const reveal = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(reveal);
    if (!isObject(item)) return item;
    if (typeof item["secure"] === "string" && Object.keys(item).length === 1) {
      secret = true;
      return encrypted;
    }
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, reveal(inner)]));
  };
  const plain = reveal(value);
  return { text: typeof plain === "object" && plain !== null ? JSON.stringify(plain) : String(plain ?? ""), secret };
}

function environmentNames(environment: unknown): string[] {
  const listed = isObject(environment) ? environment["imports"] : environment;
  return Array.isArray(listed) ? listed.map((item) => (isObject(item) ? (Object.keys(item)[0] ?? "") : String(item))) : [];
}

function readYaml(file: string): JsonObject {
  let document: unknown;
  try {
    document = yaml.load(readFileSync(file, "utf8"), { schema: yaml.CORE_SCHEMA, json: true });
  } catch (error) {
    if (!(error instanceof yaml.YAMLException)) throw new InputError("this file cannot be opened", { file });
    throw new InputError(`this is not YAML: ${error.reason}`, { file, line: error.mark.line + 1, column: error.mark.column + 1 });
  }
  if (!isObject(document)) throw new InputError("a map was expected in this file", { file });
  return document;
}
