// A deployed program written out plainly: the same resources with the same inputs and dependencies, in the same order, and no components.

/** Of resources as the engine tells them, those that a program declares: no components, no default providers. */
export function declaredIn(resources) {
  return resources.filter(
    ({ custom, type, urn }) => custom && !(type.startsWith("pulumi:providers:") && nameOf(urn).startsWith("default")),
  );
}

/**
 * The TypeScript of a program that declares what was deployed, in the order of `created` (`type name`, as constructors ran). `planned`
 * are the same resources in a first preview: what is unknown there comes from other resources.
 */
export function plainProgram(deployed, planned, created) {
  const place = new Map(created.map((key, index) => [key, index]));
  const resources = [...deployed].sort((a, b) => at(place, a) - at(place, b));
  const byKey = new Map(resources.map((resource, index) => [keyOf(resource), { variable: `r${index}`, of: resource }]));
  const inPreview = new Map(planned.map((resource) => [keyOf(resource), resource]));
  const named = new Map(planned.map((resource) => [resource.urn, byKey.get(keyOf(resource))]));
  const lines = resources.map((resource) => {
    const { inputs: preview = {}, propertyDependencies = {}, provider: by = "" } = inPreview.get(keyOf(resource));
    const inputs = keysOf(resource, preview).map((key) => {
      const on = (propertyDependencies[key] ?? []).flatMap((urn) => named.get(urn) ?? []);
      return `${JSON.stringify(key)}: ${new Input(on).written(resource.inputs?.[key], preview[key])}`;
    });
    const provider = named.get(by.split("::").slice(0, 4).join("::"));
    const options = [...(provider === undefined ? [] : [`provider: ${provider.variable}`]), ...(resource.protect ? ["protect: true"] : [])];
    const more = options.length === 0 ? "" : `, { ${options.join(", ")} }`;
    return `const ${byKey.get(keyOf(resource)).variable} = new ${classOf(resource)}("${nameOf(resource.urn)}", { ${inputs.join(", ")} }${more});`;
  });
  const imports = [
    'import * as aws from "@pulumi/aws";',
    'import * as k8s from "@pulumi/kubernetes";',
    'import * as pulumi from "@pulumi/pulumi";',
  ];
  return [...imports, ...lines, ""].join("\n");
}

function keyOf({ type, urn }) {
  return `${type} ${nameOf(urn)}`;
}

function at(place, resource) {
  const index = place.get(keyOf(resource));
  if (index === undefined) throw new Error(`no constructor made ${resource.urn}`);
  return index;
}

/** The logical name. */
export function nameOf(urn) {
  return urn.split("::").slice(3).join("::");
}

/** `aws:ec2/vpc:Vpc`, `kubernetes:apps/v1:Deployment`, `kubernetes:security.istio.io/v1:PeerAuthentication`. */
function classOf({ type }) {
  const [pkg, module, name] = type.split(":");
  if (pkg === "pulumi") return "k8s.Provider";
  if (pkg === "aws") return `aws.${module.split("/")[0]}.${name}`;
  const [group, version] = module.split("/");
  if (/\.(?!k8s\.io$)/.test(group.replace(/\.k8s\.io$/, "")) || group.endsWith(".aws")) return "k8s.apiextensions.CustomResource";
  return `k8s.${group.replace(/\..*/, "")}.${version}.${name}`;
}

/** Its inputs; the classes of built-in kinds know their own kind. */
function keysOf(resource, preview) {
  const known = resource.type.startsWith("kubernetes:") && classOf(resource) !== "k8s.apiextensions.CustomResource";
  const keys = [...new Set([...Object.keys(resource.inputs ?? {}), ...Object.keys(preview)])];
  return keys.filter((key) => !(known && (key === "apiVersion" || key === "kind")));
}

/** How the engine writes what it does not know yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** One input of a resource, as people write it: what comes from another resource by that resource's name. */
class Input {
  #dependencies;
  #used = new Set();
  #places = new Map();

  constructor(dependencies) {
    this.#dependencies = dependencies;
  }

  written(value, preview) {
    const text = this.#text(value, preview, "");
    const hidden = this.#dependencies.filter((dependency) => !this.#used.has(dependency));
    if (hidden.length === 0) return text;
    // Names of Kubernetes objects are known in a preview already: each stands at the last text that holds it.
    for (const dependency of hidden) {
      const path = placesOf(value, dependency.of.outputs?.metadata?.name, "").findLast((found) => !this.#places.has(found));
      if (path !== undefined) this.#places.set(path, dependency);
    }
    return this.#text(value, preview, "");
  }

  #text(value, preview, path) {
    if (preview === UNKNOWN) return this.#reference(value, this.#dependencies, outputsOf) ?? this.#behind(value);
    if (Array.isArray(value)) return `[${value.map((item, index) => this.#text(item, preview?.[index], `${path}/${index}`)).join(", ")}]`;
    if (typeof value === "object" && value !== null) {
      const keys = [...new Set([...Object.keys(value), ...Object.keys(preview ?? {})])];
      return `{ ${keys.map((key) => `${JSON.stringify(key)}: ${this.#text(value[key], preview?.[key], `${path}/${key}`)}`).join(", ")} }`;
    }
    const here = this.#places.get(path);
    if (here !== undefined) return this.#reference(value, [here], ({ outputs }) => [[outputs.metadata.name, "metadata.name"]]);
    return JSON.stringify(value) ?? "undefined";
  }

  #reference(value, dependencies, outputs) {
    if (typeof value !== "string") return undefined;
    for (const dependency of dependencies) {
      const [text, path] = outputs(dependency.of).find(([output]) => value.includes(output)) ?? [];
      if (text === undefined) continue;
      this.#used.add(dependency);
      const output = `${dependency.variable}.${path}`;
      const parts = value.split(text).map((part) => part.replace(/[\\`$]/g, "\\$&"));
      return value === text ? output : `pulumi.interpolate\`${parts.join(`\${${output}}`)}\``;
    }
    return undefined;
  }

  /** Something that was made of outputs and shows none of them. */
  #behind(value) {
    for (const dependency of this.#dependencies) this.#used.add(dependency);
    const outputs = this.#dependencies.map(({ variable }) => `${variable}.id`).join(", ");
    return `pulumi.all([${outputs}]).apply(() => (${JSON.stringify(value) ?? "undefined"}))`;
  }
}

/** Where a value's texts hold `name`. */
function placesOf(value, name, path) {
  if (typeof value === "object" && value !== null) return Object.keys(value).flatMap((key) => placesOf(value[key], name, `${path}/${key}`));
  return typeof value === "string" && typeof name === "string" && value.includes(name) ? [path] : [];
}

/** Texts by which others know a resource: what its provider answers beside what it was given. */
function outputsOf({ id, inputs = {}, outputs = {} }) {
  const computed = Object.entries(outputs).flatMap(([key, text]) => (key in inputs ? [] : [[text, key]]));
  return [...computed, [id, "id"]].filter(([text]) => typeof text === "string" && text !== "");
}
