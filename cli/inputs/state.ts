/** `pulumi stack export` and checkpoint files: what is deployed. */

import { Resource } from "../../policypack/model/stack";
import { InputError, type InputResult } from "./input-error";
import { isObject, parseJson, textAt, textsOf, type JsonObject } from "./json-text";
import { byUrn, nameOf, providerUrn } from "./urn";
import { decodeProperties, overlay } from "./wire";

/** The only form of the export that is read here; the engine has written it since 2020. */
const VERSION = 3;

/** Whether a text is an export of a stack's state, by its first key. */
export function isState(text: string): boolean {
  return /^\s*\{\s*"(version"\s*:\s*\d|deployment"|checkpoint")/.test(text);
}

/** Reads an export. Resources that wait for deletion are left out. Throws `InputError`. */
export function readState(text: string, file: string): InputResult {
  const deployment = deploymentOf(parseJson(text, file), file);
  const warnings: string[] = [];
  const listed = deployment["resources"];
  if (listed !== undefined && listed !== null && !Array.isArray(listed)) {
    throw new InputError('"resources" of the stack export is not a list', { file });
  }
  const states = (Array.isArray(listed) ? listed : [])
    .filter(isObject)
    .filter((state) => state["delete"] !== true && state["pendingReplacement"] !== true);
  const pending = deployment["pending_operations"];
  if (Array.isArray(pending) && pending.length > 0) {
    warnings.push(`${file}: ${pending.length} operation(s) of the last update were interrupted; what they made is not in this export`);
  }
  if (/"ciphertext"\s*:/.test(text)) {
    warnings.push(`${file}: secrets are encrypted and count as unknown; \`pulumi stack export --show-secrets\` lets them be looked into`);
  }
  return { stack: { resources: states.map((state) => resourceOf(state, file)).sort(byUrn), gaps: [] }, warnings };
}

/** The deployment in an export (`deployment`) or a checkpoint file (`checkpoint.latest`). */
function deploymentOf(json: unknown, file: string): JsonObject {
  if (!isObject(json)) throw new InputError("this is no stack export: an object with `version` and `deployment` was expected", { file });
  const checkpoint = json["checkpoint"];
  const deployment = json["deployment"] ?? (isObject(checkpoint) ? checkpoint["latest"] : undefined);
  if (json["version"] !== VERSION) {
    const found = json["version"] === undefined ? "no version" : `version ${JSON.stringify(json["version"])}`;
    throw new InputError(`this stack export has ${found}; version ${VERSION} is read, as \`pulumi stack export\` writes it`, { file });
  }
  if (!isObject(deployment)) throw new InputError("this stack export holds no `deployment`", { file });
  return deployment;
}

/** A resource as states keep it, and the step states of a preview with them. */
export function resourceOf(state: JsonObject, file: string, hiddenSecrets = false): Resource {
  const urn = textAt(state, "urn");
  if (urn === undefined || !urn.startsWith("urn:")) throw new InputError("a resource without a URN stands in it", { file });
  if (isTooDeep(state)) throw new InputError(`${urn} is nested too deeply to be read`, { file });
  const form = { hiddenSecrets };
  const dependencies = state["propertyDependencies"];
  return new Resource({
    urn,
    type: textAt(state, "type") ?? urn.split("::")[2]?.split("$").pop() ?? "",
    name: nameOf(urn),
    properties: overlay(decodeProperties(state["inputs"], form), decodeProperties(state["outputs"], form)),
    id: textAt(state, "id") || undefined,
    parent: textAt(state, "parent") || undefined,
    dependencies: textsOf(state["dependencies"]),
    propertyDependencies: isObject(dependencies)
      ? Object.fromEntries(Object.entries(dependencies).map(([property, urns]) => [property, textsOf(urns)]))
      : {},
    provider: providerUrn(textAt(state, "provider")),
    source: { file },
    options: { protect: state["protect"] === true, ignoreChanges: textsOf(state["ignoreChanges"]) },
  });
}

/** Nesting of values in one resource; what providers accept is far flatter. */
const DEPTH_LIMIT = 200;

function isTooDeep(value: unknown, left = DEPTH_LIMIT): boolean {
  if (value === null || typeof value !== "object") return false;
  return left === 0 || Object.values(value).some((item) => isTooDeep(item, left - 1));
}
