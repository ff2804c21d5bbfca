/** A Helm chart folder, rendered to manifests. */

import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import * as yaml from "js-yaml";
import type { Source } from "../../policypack/model/stack";
import { helmTemplate } from "./helm";
import { InputError } from "./input-error";
import { isObject, textAt } from "./json-text";

export interface ChartOptions {
  /** Where the release goes; helm's own default otherwise. */
  readonly namespace?: string;
  /** Defaults to the chart's name. */
  readonly releaseName?: string;
  readonly valuesFiles?: readonly string[];
}

export interface RenderedChart {
  /** YAML documents. */
  readonly text: string;
  readonly warnings: string[];
}

/** Renders the chart in `folder`. Throws `InputError` where helm is missing, or refuses the chart. */
export function renderChart(folder: string, options: ChartOptions = {}): RenderedChart {
  const releaseName = options.releaseName ?? chartName(folder);
  for (const file of options.valuesFiles ?? []) {
    if (!existsSync(file)) throw new InputError("there is no such values file", { file });
  }
  const rendered = helmTemplate({
    chart: folder.startsWith("-") ? `./${folder}` : folder,
    releaseName,
    namespace: options.namespace,
    valuesFiles: options.valuesFiles,
  });
  if ("text" in rendered) return { text: rendered.text, warnings: [] };
  if (rendered.fault === "no helm") {
    const render = [
      "helm template",
      releaseName,
      folder,
      ...(options.namespace === undefined ? [] : ["--namespace", options.namespace]),
    ].join(" ");
    throw new InputError(
      `a Helm chart is rendered by the \`helm\` on the PATH, and there is none; install Helm, or render it elsewhere: \`${render} | carrierguard check -\``,
      { file: folder },
    );
  }
  const absolute = resolve(folder);
  const message = rendered.message.split(absolute).join(folder);
  const hint = /missing in charts\/|helm dependency/.test(message) ? `; run \`helm dependency build ${folder}\`` : "";
  throw new InputError(`helm does not render this chart: ${message}${hint}`, { file: folder });
}

/**
 * Where the objects of a rendering come from: the template, in the folder, that helm names in a comment before each document ("# Source:
 * amf/charts/mongodb/templates/statefulset.yaml", the first part being the chart's name). Lines of a rendering are none of the template. A template may write such a comment
 * itself: it names no place outside the chart.
 */
export function templatesOf(rendering: string, folder: string): (line: number) => Source {
  let file = folder;
  const files = rendering.split("\n").map((text) => {
    const template = /^# Source: [^/]+\/(.+)$/.exec(text)?.[1];
    return template === undefined || template.split("/").includes("..") ? file : (file = join(folder, template));
  });
  return (line) => ({ file: files[line - 1] ?? folder });
}

/** The folder of the chart that a file is a template of. */
export function chartOf(file: string): string | undefined {
  const folders = dirname(file).split(sep);
  const part = folders.findIndex(
    (name, index) => TEMPLATES.has(name) && existsSync(join(folders.slice(0, index).join(sep) || ".", "Chart.yaml")),
  );
  return part < 0 ? undefined : folders.slice(0, part).join(sep) || ".";
}

const TEMPLATES = new Set(["templates", "crds", "charts"]);

/** The chart's own name, made fit for a release: helm allows 53 characters. */
function chartName(folder: string): string {
  const fallback = basename(resolve(folder));
  let chart: unknown;
  try {
    chart = yaml.load(readFileSync(join(folder, "Chart.yaml"), "utf8"));
  } catch (error) {
    const reason = error instanceof yaml.YAMLException ? error.reason : "it cannot be opened";
    throw new InputError(`Chart.yaml cannot be read: ${reason}`, { file: join(folder, "Chart.yaml") });
  }
  const name = (isObject(chart) ? textAt(chart, "name") : undefined) ?? fallback;
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 53) || "release"
  );
}
