/**
 * `reach --suggest` on the rendered public cores: applied, nothing is allowed beyond 3GPP and nothing that the core needs is blocked, and the
 * rules of segmentation find nothing in what was suggested. As they are, in a mesh, and in a mesh with a ServiceAccount for each function.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readManifests } from "../../cli/inputs/manifests";
import { comparison } from "../../policypack/analysis/reachability/standard";
import { suggest } from "../../policypack/analysis/reachability/suggest";
import { evaluate } from "../../policypack/engine/evaluate";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE, type Settings } from "../../policypack/engine/settings";
import { CoreModel } from "../../policypack/model/core";
import { Resource } from "../../policypack/model/stack";
import type { Value } from "../../policypack/model/value";
import { rules } from "../../policypack/rules";
import { object, type Properties } from "../../policypack/testing";

const FOLDER = join(__dirname, "../../../shared/corpus/core-charts");
const CHARTS = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith(".yaml") && !name.startsWith("neg-")) : [];
const STRICT: Settings = { ...DEFAULT_SETTINGS, profile: "strict" };
const SEGMENTATION = rules.filter(({ family }) => family === "segmentation");

const modelOf = (resources: readonly Resource[]) => new CoreModel({ resources, gaps: [] });

function meshed(resources: readonly Resource[]): Resource[] {
  const namespaces = [...new Set(modelOf(resources).workloads.map(({ namespace }) => namespace))];
  const labels = { "istio-injection": "enabled" };
  return [...resources, ...namespaces.map((name) => new Resource(object("v1", "Namespace", name, { metadata: { labels } })))];
}

/** Every workload under a ServiceAccount of its own name. */
function withAccounts(resources: readonly Resource[]): Resource[] {
  return resources.map((resource) => {
    const properties = structuredClone(resource.props.plain()) as { metadata?: { name?: string }; spec?: { template?: { spec?: { serviceAccountName?: string } } } };
    const pod = properties.spec?.template?.spec;
    if (pod === undefined || properties.metadata?.name === undefined) return resource;
    pod.serviceAccountName = properties.metadata.name;
    const { urn, type, name } = resource;
    return new Resource({ urn, type, name, properties: properties as { [key: string]: Value } });
  });
} // prettier-ignore

function applied(resources: readonly Resource[]) {
  const before = modelOf(resources);
  const { policies, takeAway } = suggest(before, before.ask(comparison), STRICT.zones);
  const kept = resources.filter((resource) => {
    const found = before.object(resource);
    return found === undefined || !takeAway.includes(`${found.kind} ${found.namespace === "" ? "" : `${found.namespace}/`}${found.name}`);
  });
  const added = policies.map(
    ({ apiVersion, kind, metadata, spec }) =>
      new Resource(object(apiVersion, kind, metadata.name, { metadata: metadata as Properties, spec: spec as Value }, metadata.namespace)),
  );
  const after = modelOf([...kept, ...added]);
  const { excess, missing } = after.ask(comparison);
  const own = new Set(added.map(({ urn }) => urn));
  const { findings } = evaluate(after, SEGMENTATION, STRICT, NO_KNOWLEDGE);
  return {
    kinds: new Set(policies.map(({ kind }) => kind)),
    excess: excess.map(({ network, from, to }) => `${network}: ${from.label} => ${to.label}`),
    missing: missing.map(({ from, to, flow }) => `${from.label} => ${to.label} on ${flow.interface}`),
    findings: findings.filter(({ resource }) => own.has(resource.urn)).map(({ message }) => message),
  };
}

const CLEAN = { excess: [], missing: [], findings: [] };

if (CHARTS.length === 0) test.skip("the public charts are not here", () => undefined);
else
  describe.each(CHARTS)("%s", (chart) => {
    const { resources } = readManifests(readFileSync(join(FOLDER, chart), "utf8"), chart);

    test.each([
      ["as it is", resources],
      ["in a mesh", meshed(resources)],
      ["in a mesh, each function with its ServiceAccount", meshed(withAccounts(resources))],
    ])("%s", (_, stack) => {
      expect(applied(stack)).toMatchObject(CLEAN);
    });
  });

test.each(CHARTS.filter((chart) => /open5gs|free5gc/.test(chart)))(
  "%s: with accounts of their own, callers are named by service",
  (chart) => {
    const { resources } = readManifests(readFileSync(join(FOLDER, chart), "utf8"), chart);
    expect(applied(meshed(withAccounts(resources))).kinds).toContain("AuthorizationPolicy");
  },
);
