/** What the Kubernetes provider does inside itself: decoding YAML, rendering charts, and the children of its remote components. */

import { spawnSync } from "node:child_process";
import { existsSync, globSync as glob, readFileSync } from "./files";
import * as yaml from "js-yaml";
import { isClusterScoped } from "../../../policypack/model/kubernetes/objects";
import { KUBERNETES_YAML } from "../../../policypack/model/kubernetes/yaml";
import { helmTemplate, type HelmTemplate } from "../helm";

export type KubernetesObject = { readonly [key: string]: unknown };

/** Objects, or why there are none. */
export type Objects = { readonly objects: readonly KubernetesObject[]; readonly gap?: string };

/** Objects of a YAML text; `List`s are taken apart. Throws js-yaml's error. */
export function decodeYaml(text: string): KubernetesObject[] {
  return yaml.loadAll(text, undefined, { schema: KUBERNETES_YAML, json: true }).flatMap((document) => unfold(document));
}

function unfold(document: unknown): KubernetesObject[] {
  if (typeof document !== "object" || document === null) return [];
  const object = document as KubernetesObject;
  if (Array.isArray(object["items"]) && String(object["kind"]).endsWith("List")) return object["items"].flatMap(unfold);
  return "kind" in object ? [object] : [];
}

const ELSEWHERE = "pass `pulumi preview --json` or `pulumi stack export` to have it looked into";

/** `kubernetes:helm:template`, which helm.v3.Chart asks for; `jsonOpts` are its arguments under the provider's names. */
export function helmInvoke(jsonOpts: string): Objects & { readonly release: string } {
  const options = JSON.parse(jsonOpts) as { [key: string]: unknown };
  const release = text(options["release_name"]) ?? "release";
  const chart = text(options["path"]) ?? text(options["chart"]) ?? "";
  const rendered = renderChart(chart, {
    releaseName: release,
    namespace: text(options["namespace"]),
    values: options["values"] === undefined ? undefined : JSON.stringify(options["values"]),
    kubeVersion: text(options["kube_version"]),
    apiVersions: Array.isArray(options["api_versions"]) ? options["api_versions"].map(String) : undefined,
    skipCrds: options["skip_crd_rendering"] === true,
  });
  return { ...rendered, release };
}

function renderChart(chart: string, template: Omit<HelmTemplate, "chart">): Objects {
  // A chart of a registry would have to be fetched, and the answer would change with what is found there.
  if (chart === "" || !existsSync(chart)) {
    return {
      objects: [],
      gap: `the Helm chart ${chart || "(unknown)"} is not on this disk: \`helm pull\` it and give its path, or ${ELSEWHERE}`,
    };
  }
  const rendered = helmTemplate({ ...template, chart });
  if ("text" in rendered) return { objects: placed(decodeYaml(rendered.text), template.namespace) };
  return { objects: [], gap: `the Helm chart ${chart} was not rendered: ${rendered.message}; ${ELSEWHERE}` };
}

/** Charts seldom write the namespace of their release; the provider fills it in. */
function placed(objects: readonly KubernetesObject[], namespace: string | undefined): readonly KubernetesObject[] {
  if (namespace === undefined) return objects;
  return objects.map((object) => {
    const metadata = (object["metadata"] ?? {}) as KubernetesObject;
    return isClusterScoped(String(object["kind"])) ? object : { ...object, metadata: { namespace, ...metadata } };
  });
}

/** `kubernetes:kustomize:directory`, by the kustomize or kubectl on the PATH. */
export function kustomize(directory: string): Objects {
  if (/^\w+:\/\//.test(directory)) return { objects: [], gap: `the kustomization ${directory} is not on this disk; ${ELSEWHERE}` };
  for (const [command, ...args] of [
    ["kustomize", "build", directory],
    ["kubectl", "kustomize", directory],
  ] as const) {
    const run = spawnSync(command, args, { encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
    if (run.error !== undefined) continue;
    if (run.status === 0) return { objects: decodeYaml(run.stdout) };
    return { objects: [], gap: `the kustomization ${directory} was not built: ${run.stderr.split("\n")[0] ?? ""}` };
  }
  return {
    objects: [],
    gap: `the kustomization ${directory} was not built: there is neither kustomize nor kubectl on the PATH; ${ELSEWHERE}`,
  };
}

/**
 * The objects of a remote component, whose children the provider's plugin would register. `inputs` are plain, with stand-ins
 * for what is not known.
 */
export function remoteComponent(type: string, name: string, inputs: { readonly [key: string]: unknown }): Objects {
  switch (type) {
    case "kubernetes:yaml/v2:ConfigFile":
      return manifests([inputs["file"]], [], []);
    case "kubernetes:yaml/v2:ConfigGroup":
      return manifests(many(inputs["files"]), many(inputs["yaml"]), many(inputs["objs"]));
    case "kubernetes:kustomize/v2:Directory":
      return kustomize(String(inputs["directory"]));
    case "kubernetes:helm.sh/v4:Chart":
      return renderChart(text(inputs["chart"]) ?? "", {
        releaseName: text(inputs["name"]) ?? name,
        namespace: text(inputs["namespace"]),
        values: inputs["values"] === undefined ? undefined : JSON.stringify(inputs["values"]),
        skipCrds: inputs["skipCrds"] === true,
      });
    default:
      return {
        objects: [],
        gap: `the children of the component ${type} are made by a plugin of their provider, which is not run here; ${ELSEWHERE}`,
      };
  }
}

function manifests(files: readonly unknown[], texts: readonly unknown[], objects: readonly unknown[]): Objects {
  const found: KubernetesObject[] = [...objects.flatMap(unfold)];
  for (const content of texts) found.push(...decodeYaml(String(content)));
  for (const pattern of files.map(String)) {
    if (/^\w+:\/\//.test(pattern))
      return { objects: found, gap: `${pattern} would have to be fetched, and nothing is fetched here; ${ELSEWHERE}` };
    const matches = existsSync(pattern) ? [pattern] : glob(pattern);
    if (matches.length === 0) return { objects: found, gap: `there is no file ${pattern}` };
    for (const file of matches) found.push(...decodeYaml(readFileSync(file, "utf8")));
  }
  return { objects: found };
}

function many(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
