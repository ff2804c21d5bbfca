/** What is found once for resources that share their values is what is found for each where they share none. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readManifests } from "../../../cli/inputs/manifests";
import { evaluate } from "../../../policypack/engine/evaluate";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../../../policypack/engine/settings";
import { CoreModel } from "../../../policypack/model/core";
import { Resource } from "../../../policypack/model/stack";
import type { Value } from "../../../policypack/model/value";
import { rules } from "../../../policypack/rules";

const CHARTS = join(__dirname, "../../../../shared/corpus/core-charts");

function findings(resources: readonly Resource[], profile: "baseline" | "strict") {
  const model = new CoreModel({ resources, gaps: [] }, { defaultNamespace: "default" });
  return evaluate(model, rules, { ...DEFAULT_SETTINGS, profile }, NO_KNOWLEDGE).findings;
}

/** The same resources, each with values of its own. */
function apart(resources: readonly Resource[]): Resource[] {
  return resources.map(
    ({ urn, type, name, source, props }) =>
      new Resource({ urn, type, name, source, properties: structuredClone(props.plain()) as { readonly [key: string]: Value } }),
  );
}

/** The chart in three namespaces, one after the other. */
function sites(text: string): string {
  const site = (namespace: string) => text.replace(/^ {2}namespace: .*$/gm, `  namespace: ${namespace}`);
  return ["one", "two", "three"].map(site).join("\n---\n");
}

const charts = readdirSync(CHARTS).filter((file) => file.endsWith(".yaml"));

test.each(charts)("%s in three namespaces", (file) => {
  const { resources } = readManifests(sites(readFileSync(join(CHARTS, file), "utf8")), file);
  for (const profile of ["baseline", "strict"] as const) {
    expect(findings(resources, profile)).toEqual(findings(apart(resources), profile));
  }
});
