/** Where a log agent sends its records, whatever the agent. */

import type { Answer } from "../nf-config/configuration";

export interface LogOutput {
  /** For people: "http output", "exporter otlphttp/soc". */
  readonly title: string;
  /** As the configuration has it; "" where it names none. */
  readonly endpoint: string;
  readonly encrypted: Answer;
  /** Whether the receiver's certificate is checked. */
  readonly verified: Answer;
}

/** Whether the receiver stands in the same pod, node or cluster: a mesh or the network's encryption may protect that hop. */
export function staysInside(endpoint: string): boolean {
  const host = hostOf(endpoint);
  if (host === "") return false;
  if (/^(localhost|127\.\d+\.\d+\.\d+|::1|0\.0\.0\.0|unix)$/i.test(host)) return true;
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(":")) return false;
  // A single word, or the cluster's own names: service.namespace, service.namespace.svc(.cluster.local).
  return !host.includes(".") || /\.svc(\.[a-z0-9-]+)*$/i.test(host) || /\.cluster\.local$/i.test(host);
}

/** An endpoint as it may be quoted: user and password in a URL are nobody's business. */
export function withoutUser(endpoint: string): string {
  return endpoint.replace(/^([a-z0-9+.-]+:\/\/)?[^@/\s]*@/i, "$1").split(/[?#]/)[0] ?? "";
}

function hostOf(endpoint: string): string {
  const bare = endpoint
    .trim()
    .replace(/^[a-z0-9+.-]+:\/\//i, "")
    .replace(/^[^@/]*@/, "");
  const bracketed = /^\[([^\]]+)\]/.exec(bare)?.[1];
  return (bracketed ?? bare.split(/[/?#]/)[0]?.replace(/:\d+$/, "") ?? "").toLowerCase();
}

/** Text that stands for what an environment variable or template will hold. */
export function isVariable(text: string): boolean {
  return /\$\{[^}]*\}|\$[A-Z_]{2,}|\{\{[^}]*\}\}|#\{[^}]*\}/.test(text);
}

/** `on`, `true`, `yes`, and their opposites; `unknown` for a variable. */
export function switchOf(text: string | undefined, otherwise: boolean): Answer {
  if (text === undefined) return otherwise ? "yes" : "no";
  if (isVariable(text)) return "unknown";
  return /^(on|true|yes|1)$/i.test(text.trim()) ? "yes" : "no";
}

/** What a URL's scheme says of the encryption; `unknown` for a variable in its place. */
export function schemeOf(url: string, otherwise: Answer): Answer {
  if (/^https:\/\//i.test(url)) return "yes";
  if (/^http:\/\//i.test(url)) return "no";
  return /^(\$|\{\{|#\{)/.test(url.trim()) ? "unknown" : otherwise;
}
