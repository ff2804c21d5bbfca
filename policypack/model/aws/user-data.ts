/**
 * What an EC2 machine is told at its start, and what of it makes it a node of an EKS cluster: Bottlerocket's settings, a nodeadm NodeConfig
 * (Amazon Linux 2023), or the arguments of `/etc/eks/bootstrap.sh` (Amazon Linux 2).
 *
 * Source: EKS user guide, "Customize managed nodes with launch templates"; Bottlerocket, settings.kubernetes and settings.bootstrap-containers.
 */

import * as yaml from "js-yaml";
import { KUBERNETES_YAML } from "../kubernetes/yaml";
import type { Resource } from "../stack";
import { Node, type Value, valueOr } from "../value";
import { type Settings, tomlSettings } from "./toml-settings";

export interface UserData {
  readonly node: Node;
  /** As the machine sees it, with the scripts that Bottlerocket's bootstrap containers are handed; "" where it is not known. */
  readonly text: string;
}

export function userDataOf(machine: Resource): UserData {
  const plain = machine.props.get("userData");
  const node = plain.isAbsent ? machine.props.get("userDataBase64") : plain;
  const text = decoded(valueOr(node.string(), ""));
  const scripts = [...tomlSettings(text)].filter(([path]) => BOOTSTRAP.test(path)).flatMap(([, values]) => values.map(decoded));
  return { node, text: [text, ...scripts].join("\n") };
}

const BOOTSTRAP = /^settings\.(bootstrap|host)-containers\..*\.user-data$/;

/** Launch templates carry base64, and so do settings of Bottlerocket. */
function decoded(text: string): string {
  const compact = text.replace(/\s/g, "");
  return /^[A-Za-z0-9+/]{16,}={0,2}$/.test(compact) ? Buffer.from(compact, "base64").toString("utf8") : text;
}

/** Whether a start script makes its machine a Kubernetes node. */
export function startsNode(text: string): boolean {
  return /\/etc\/eks\/bootstrap\.sh|nodeadm|node\.eks\.aws|\bsettings\.kubernetes\b|kubelet/.test(text);
}

export interface NodeSettings {
  readonly cluster: string | undefined;
  readonly labels: { readonly [key: string]: string };
  readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
}

/** What a start script says of its node; `undefined` where it is in none of the three forms. */
export function nodeSettings(text: string): NodeSettings | undefined {
  if (/\bsettings\.kubernetes\b/.test(text)) return ofBottlerocket(tomlSettings(text));
  const script = /\/etc\/eks\/bootstrap\.sh((?:[^\n\\]|\\[^])*)/.exec(text)?.[1];
  const config = /node\.eks\.aws/.test(text) ? nodeConfig(text) : undefined;
  if (script === undefined && config === undefined) return undefined;
  const kubelet = config?.get("spec", "kubelet");
  const labels = flags(text, "node-labels");
  const taints = flags(text, "register-with-taints").map(taintOf);
  const registered = kubelet?.get("config", "registerWithTaints").items() ?? [];
  return {
    cluster: config === undefined ? firstArgument(script ?? "") : valueOr(config.get("spec", "cluster", "name").string(), undefined),
    labels: Object.fromEntries(labels.map((pair) => pair.split("=", 2)).map(([key = "", value = ""]) => [key, value])),
    taints: [
      ...taints,
      ...registered.map((item) => ({
        key: valueOr(item.get("key").string(), ""),
        value: valueOr(item.get("value").string(), ""),
        effect: valueOr(item.get("effect").string(), ""),
      })),
    ],
  };
}

function ofBottlerocket(settings: Settings): NodeSettings {
  const below = (section: string) =>
    [...settings].flatMap(([path, values]) => (path.startsWith(`${section}.`) ? [[path.slice(section.length + 1), values] as const] : []));
  return {
    cluster: settings.get("settings.kubernetes.cluster-name")?.[0],
    labels: Object.fromEntries(below("settings.kubernetes.node-labels").map(([key, [value = ""]]) => [key, value])),
    taints: below("settings.kubernetes.node-taints").flatMap(([key, values]) => values.map((value) => taintOf(`${key}=${value}`))),
  };
}

/** `key=value:Effect`. */
function taintOf(text: string): { key: string; value: string; effect: string } {
  const [, key = "", value = "", effect = ""] = /^([^=:]*)=?([^:]*):?(.*)$/.exec(text) ?? [];
  return { key, value, effect };
}

/** Values of a flag of the kubelet, a comma-separated list. */
function flags(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`--${name}[= ]["']?([^\\s"']+)`, "g"))].flatMap(([, list = ""]) => list.split(","));
}

/** The cluster's name stands anywhere among the options of `bootstrap.sh`, each of which but two takes a value. */
function firstArgument(line: string): string | undefined {
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "").filter((word) => word !== "\\");
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (!word.startsWith("--")) return /[$`]/.test(word) ? undefined : word;
    index += word.includes("=") ? 0 : 1;
  }
  return undefined;
}

/** The NodeConfig in user data, by itself or a part of a MIME message. */
function nodeConfig(text: string): Node | undefined {
  const part = /(?:^|\n)(apiVersion:\s*node\.eks\.aws[^]*?)(?=\n--|\n\.\.\.|$)/.exec(text)?.[1];
  try {
    return Node.root(yaml.load(part ?? text, { schema: KUBERNETES_YAML, json: true }) as Value);
  } catch {
    return undefined;
  }
}
