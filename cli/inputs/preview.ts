/** `pulumi preview --json`, and the engine's event stream (`--event-log`, PULUMI_ENABLE_STREAMING_JSON_PREVIEW): what is planned. */

import type { Gap, Resource } from "../../policypack/model/stack";
import { InputError, type InputResult } from "./input-error";
import { isObject, parseJson, textAt, type JsonObject } from "./json-text";
import { resourceOf } from "./state";
import { byUrn } from "./urn";

/** Steps after which the resource is gone, or that only tidy the state. */
const GONE = new Set(["delete", "delete-replaced", "discard-replaced", "read-discard", "remove-pending-replace"]);

const DIGEST = /^\s*\{\s*"(config|steps|diagnostics|duration|changeSummary|maybeCorrupt)"\s*:/;
const STREAM = /^\s*\{\s*"(sequence|timestamp|\w+Event)"\s*:/;

/** Whether a text is a preview or an event stream, by its first key. */
export function isPreview(text: string): boolean {
  return isEventStream(text) || (DIGEST.test(text) && /"(steps|changeSummary)"\s*:/.test(text));
}

function isEventStream(text: string): boolean {
  return STREAM.test(text) && /"\w+Event"\s*:/.test(text);
}

/** Reads a preview in either form. Deletions are left out, unchanged resources kept. Throws `InputError`. */
export function readPreview(text: string, file: string): InputResult {
  return isEventStream(text) ? readEvents(text, file) : readDigest(text, file);
}

function readDigest(text: string, file: string): InputResult {
  const json = parseJson(text, file);
  if (!isObject(json)) throw new InputError("this is no preview: an object with `steps` was expected", { file });
  const steps = json["steps"] ?? [];
  if (!Array.isArray(steps)) throw new InputError("`steps` of the preview is not a list", { file });
  const planned = new Map<string, Resource>();
  for (const step of steps) if (isObject(step)) plan(planned, step, step["newState"], file);
  const diagnostics = Array.isArray(json["diagnostics"]) ? json["diagnostics"].filter(isObject) : [];
  return result(planned, diagnostics, file);
}

function readEvents(text: string, file: string): InputResult {
  const planned = new Map<string, Resource>();
  const diagnostics: JsonObject[] = [];
  let number = 0;
  for (const line of text.split("\n")) {
    number += 1;
    if (line.trim() === "") continue;
    const event = parseJson(line, file, number);
    if (!isObject(event)) throw new InputError("an engine event was expected on this line", { file, line: number });
    // The event before a step and the one after it tell the same resource; the later one knows more.
    const step = event["resourcePreEvent"] ?? event["resOutputsEvent"];
    const metadata = isObject(step) ? step["metadata"] : undefined;
    if (isObject(metadata)) plan(planned, metadata, metadata["new"], file);
    const diagnostic = event["diagnosticEvent"];
    if (isObject(diagnostic)) diagnostics.push(diagnostic);
  }
  const told = result(planned, diagnostics, file);
  return dependenciesMissing(told.stack.resources) ? { ...told, warnings: [`${file}: ${NO_DEPENDENCIES}`] } : told;
}

const NO_DEPENDENCIES =
  "this event stream does not tell which resources the values come from that are not known yet, so resources stand apart that belong together; `pulumi preview --json` tells it";

/** The engine's events have no dependencies where the JSON preview has. */
function dependenciesMissing(resources: readonly Resource[]): boolean {
  return resources.every((resource) => resource.dependencies.length === 0) && resources.some((resource) => resource.props.holdsUnknown());
}

function plan(planned: Map<string, Resource>, step: JsonObject, state: unknown, file: string): void {
  const operation = textAt(step, "op") ?? "";
  if (GONE.has(operation) || !isObject(state) || state["delete"] === true) return;
  const resource = resourceOf({ urn: step["urn"], type: step["type"], ...state }, file, true);
  planned.set(resource.urn, resource);
}

/** A preview that failed lacks what came after the fault. */
function result(planned: ReadonlyMap<string, Resource>, diagnostics: readonly JsonObject[], file: string): InputResult {
  const gaps: Gap[] = diagnostics
    .filter((diagnostic) => diagnostic["severity"] === "error")
    .map((diagnostic) => ({
      urn: textAt(diagnostic, "urn") || file,
      reason: `the preview reported an error, so what depends on it is missing: ${firstLine(textAt(diagnostic, "message") ?? "")}`,
      rules: [],
    }));
  return { stack: { resources: [...planned.values()].sort(byUrn), gaps }, warnings: [] };
}

/** The first line with words in it, without the engine's colour marks. */
function firstLine(message: string): string {
  const lines = message.replace(/<\{%[^%]*%\}>/g, "").split("\n");
  return lines.map((line) => line.trim()).find((line) => line !== "") ?? "";
}
