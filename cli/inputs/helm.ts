/** `helm template`, by the `helm` that the user has on the PATH. */

import { spawnSync } from "node:child_process";

/** What `helm template` is asked for; `chart` is a folder or a packed chart on this disk. */
export interface HelmTemplate {
  readonly chart: string;
  readonly releaseName: string;
  readonly namespace?: string;
  readonly valuesFiles?: readonly string[];
  /** Values as YAML or JSON text, over those of the files. */
  readonly values?: string;
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
  readonly skipCrds?: boolean;
}

export type Rendering = { readonly text: string } | { readonly fault: "no helm" | "failed"; readonly message: string };

const LARGEST_RENDERING = 256 * 1024 * 1024;

/** Renders a chart. Hooks are left out only where helm itself leaves them out. */
export function helmTemplate(template: HelmTemplate): Rendering {
  const arguments_ = ["template", template.releaseName, template.chart];
  if (template.namespace !== undefined) arguments_.push("--namespace", template.namespace);
  for (const file of template.valuesFiles ?? []) arguments_.push("--values", file);
  if (template.values !== undefined) arguments_.push("--values", "-");
  if (template.kubeVersion !== undefined) arguments_.push("--kube-version", template.kubeVersion);
  for (const version of template.apiVersions ?? []) arguments_.push("--api-versions", version);
  if (template.skipCrds !== true) arguments_.push("--include-crds");
  const run = spawnSync("helm", arguments_, {
    env: process.env,
    input: template.values ?? "",
    encoding: "utf8",
    maxBuffer: LARGEST_RENDERING,
  });
  if (run.error !== undefined) {
    const missing = (run.error as NodeJS.ErrnoException).code === "ENOENT";
    return missing ? { fault: "no helm", message: "there is no `helm` on the PATH" } : { fault: "failed", message: run.error.message };
  }
  if (run.status !== 0) return { fault: "failed", message: complaint(run.stderr) };
  return { text: run.stdout };
}

/** Helm's error line; its warnings come before it. */
function complaint(stderr: string): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const error = lines.find((line) => line.startsWith("Error:"));
  return (error ?? lines[lines.length - 1] ?? "helm gave no reason").replace(/^Error:\s*/, "");
}
