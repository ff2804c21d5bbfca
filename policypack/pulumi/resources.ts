/** The engine's resources as the model's. */

import type { AnalyzeRequest, AnalyzerResource, AnalyzeStackRequest } from "@pulumi/pulumi/proto/analyzer_pb";
import { Resource, type ResourceOptions, type Stack } from "../model/stack";
import { type Plain, plain } from "./structs";
import { isUnknown, type PropertyReader } from "./values";

/** Properties as the messages carry them, by URN. */
export type Inputs = Map<string, Plain>;

/**
 * One resource before it is made: its inputs after the provider's Check. Dependencies are not told yet. The inputs are kept
 * in `inputs` for the question about the stack.
 */
export function resourceOf(request: AnalyzeRequest, reader: PropertyReader, inputs: Inputs): Resource {
  const properties = propertiesOf(request);
  inputs.set(request.getUrn(), properties);
  return resourceWith(request, properties, reader);
}

/** The inputs as the engine wrote them, marks of secrets and unknowns included. */
export function propertiesOf(request: AnalyzeRequest): Plain {
  return plain(request.getProperties());
}

/** The resource with these inputs in place of its own. */
export function resourceWith(request: AnalyzeRequest, properties: Plain, reader: PropertyReader): Resource {
  return new Resource({
    urn: request.getUrn(),
    type: request.getType(),
    name: request.getName(),
    properties: reader.read(properties),
    parent: textOf(request.getOptions()?.getParent()),
    provider: textOf(request.getProvider()?.getUrn()),
    options: optionsOf(request),
  });
}

function optionsOf(message: AnalyzeRequest | AnalyzerResource): ResourceOptions | undefined {
  const options = message.getOptions();
  return options === undefined ? undefined : { protect: options.getProtect(), ignoreChanges: options.getIgnorechangesList() };
}

/** Everything, with what depends on what; the properties are the outputs, over the inputs where the outputs are not known. */
export function stackOf(request: AnalyzeStackRequest, reader: PropertyReader, inputs: Inputs): Stack {
  const resources = request.getResourcesList().map((resource) => {
    const propertyDependencies: { [property: string]: readonly string[] } = {};
    resource.getPropertydependenciesMap().forEach((urns, property) => {
      propertyDependencies[property] = urns.getUrnsList();
    });
    return new Resource({
      urn: resource.getUrn(),
      type: resource.getType(),
      name: resource.getName(),
      properties: reader.read(overlay(inputs.get(resource.getUrn()), plain(resource.getProperties())), propertyDependencies),
      parent: textOf(resource.getParent()),
      dependencies: resource.getDependenciesList(),
      propertyDependencies,
      provider: textOf(resource.getProvider()?.getUrn()),
      options: optionsOf(resource),
    });
  });
  return { resources, gaps: [] };
}

/**
 * A provider whose own configuration is not known yet (a cluster of the same stack) answers a preview with no outputs at all,
 * or with unknown ones: what the program said stands.
 */
function overlay(inputs: Plain | undefined, outputs: Plain): Plain {
  if (inputs === undefined) return outputs;
  const known = Object.entries(outputs).filter(([key, value]) => !(isUnknown(value) && key in inputs));
  return { ...inputs, ...Object.fromEntries(known) };
}

function textOf(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}
