/**
 * The engine's side of a program, without the engine: takes registrations, answers what a first preview would answer, and
 * reports all of it. Interface: sdk/proto/pulumi/resource.proto, service ResourceMonitor.
 */

import { makeUrn, providerUrn } from "../urn";
import { answerAws, type Answer } from "./aws-lookups";
import { decodeYaml, helmInvoke, kustomize, type KubernetesObject, type Objects, remoteComponent } from "./kubernetes";
import { OPEN } from "./lookups";
import type { Places } from "./places";
import type { Job, Place, Report } from "./protocol";
import { withProviderFields } from "./provider-fields";
import type { Callback, InvokeRequest, ReadRequest, RegisterRequest, Sdk, Struct } from "./sdk";
import { Transforms } from "./transforms";
import { readable, UNKNOWN_TEXT } from "./unknown-text";
import { asAnswer, asPlain, UNKNOWN_VALUE } from "./wire-values";

type Properties = { readonly [key: string]: unknown };

/** The features that a current engine has, and this has too. */
const LACKING = new Set(["invokeTransforms"]);

export class Monitor {
  private readonly transforms: Transforms;
  private readonly providerRegions = new Map<string, string>();

  constructor(
    private readonly sdk: Sdk,
    private readonly job: Job,
    private readonly places: Places,
    private readonly report: Report,
  ) {
    this.transforms = new Transforms(sdk);
  }

  /** Connects the SDK to this monitor. */
  async install(): Promise<void> {
    const { settings, store } = this.sdk;
    settings.setMockOptions(this, this.job.project, this.job.stack, true, this.job.organization);
    await settings.awaitFeatureSupport?.();
    const options = (store?.["settings"] as { options?: { [key: string]: unknown } } | undefined)?.options;
    if (options !== undefined) options["rootDirectory"] = this.job.folder;
    this.transforms.install();
    this.keepOutputs();
  }

  /** The SDK tells secrecy and origin of unknown values to remote components only; here every resource is told. */
  private keepOutputs(): void {
    const { rpc } = this.sdk;
    const serialize = rpc.serializeResourceProperties;
    rpc.serializeResourceProperties = (label, properties, options) => serialize(label, properties, { ...options, keepOutputValues: true });
  }

  supportsFeature(request: { getId(): string }, callback: Callback): void {
    const supported = !LACKING.has(request.getId());
    callback(null, { getHassupport: () => supported });
  }

  registerResource(request: RegisterRequest, callback: Callback): void {
    this.answer(callback, () => this.register(request));
  }

  readResource(request: ReadRequest, callback: Callback): void {
    this.answer(callback, () => this.read(request));
  }

  invoke(request: InvokeRequest, callback: Callback): void {
    this.answer(callback, async () => this.lookUp(request));
  }

  /** A method of a resource, which only its provider could answer. */
  call(_request: unknown, callback: Callback): void {
    this.answer(callback, async () => this.returned("CallResponse", {}));
  }

  registerResourceOutputs(request: { getUrn(): string; getOutputs(): Struct | undefined }, callback: Callback): void {
    this.report({ kind: "outputs", urn: readable(request.getUrn()), outputs: request.getOutputs()?.toJavaScript() ?? {} });
    callback(null, {});
  }

  registerPackage(_request: unknown, callback: Callback): void {
    this.answer(callback, async () => {
      const response = this.sdk.message("resource_pb", "RegisterPackageResponse");
      response["setRef"]?.("offline");
      return response;
    });
  }

  signalAndWaitForShutdown(_request: unknown, callback: Callback): void {
    callback(null, {});
  }

  registerResourceHook(_request: unknown, callback: Callback): void {
    callback(null, {});
  }

  registerErrorHook(_request: unknown, callback: Callback): void {
    callback(null, {});
  }

  private answer(callback: Callback, act: () => Promise<unknown>): void {
    act().then(
      (response) => callback(null, response),
      (error: unknown) =>
        callback(
          Object.assign(error instanceof Error ? error : new Error(String(error)), {
            details: error instanceof Error ? error.message : String(error),
          }),
        ),
    );
  }

  private async register(request: RegisterRequest): Promise<unknown> {
    const type = request.getType();
    const name = request.getName();
    const parent = request.getParent();
    const urn = makeUrn(this.job.stack, this.job.project, parent, type, name);
    const custom = request.getCustom();
    const given = request.getObject()?.toJavaScript() ?? {};
    const properties = await this.transforms.apply({ urn, parent, custom, type, name }, request.getTransformsList?.() ?? [], given);
    const propertyDependencies: { [property: string]: readonly string[] } = {};
    request.getPropertydependenciesMap().forEach((value, key) => {
      const urns = value.getUrnsList().map(readable).sort();
      if (urns.length > 0) propertyDependencies[key] = urns;
    });
    const place = this.places.ofRequest(request);
    const imported = request.getImportid();
    this.report({
      kind: "resource",
      resource: {
        urn: readable(urn),
        type,
        name: readable(name),
        properties,
        ...(imported === "" ? {} : { id: imported }),
        ...(parent === "" ? {} : { parent: readable(parent) }),
        dependencies: request.getDependenciesList().map(readable).sort(),
        propertyDependencies,
        provider: providerUrn(readable(request.getProvider())),
        place,
        options: { protect: request.getProtect() === true, ignoreChanges: request.getIgnorechangesList().map(readable) },
      },
    });
    const answer = asAnswer(properties) as Properties;
    if (type === "pulumi:providers:aws" && typeof answer["region"] === "string") this.providerRegions.set(urn, answer["region"]);
    if (request.getRemote?.() === true) this.expand(type, name, urn, asPlain(properties, UNKNOWN_TEXT) as Properties, place);
    const response = this.sdk.message("resource_pb", "RegisterResourceResponse");
    response["setUrn"]?.(urn);
    response["setId"]?.(imported);
    response["setObject"]?.(this.sdk.struct(custom ? withProviderFields(type, answer) : answer));
    return response;
  }

  /** Registers what the plugin of a remote component would register. */
  private expand(type: string, name: string, urn: string, inputs: Properties, place: Place | undefined): void {
    const { objects, gap } = tolerant(() => remoteComponent(type, name, inputs));
    if (gap !== undefined) this.report({ kind: "gap", urn: readable(urn), reason: readable(gap) });
    const prefix = typeof inputs["resourcePrefix"] === "string" ? inputs["resourcePrefix"] : name;
    for (const object of objects) this.child(object, prefix, urn, place);
  }

  private child(object: KubernetesObject, prefix: string, parent: string, place: Place | undefined): void {
    const apiVersion = String(object["apiVersion"] ?? "v1");
    const type = `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${String(object["kind"])}`;
    const metadata = (object["metadata"] ?? {}) as Properties;
    const namespace = metadata["namespace"];
    const name = `${prefix}:${namespace === undefined ? "" : `${String(namespace)}/`}${String(metadata["name"])}`;
    const urn = readable(makeUrn(this.job.stack, this.job.project, parent, type, name));
    this.report({
      kind: "resource",
      resource: {
        urn,
        type,
        name: readable(name),
        properties: object,
        parent: readable(parent),
        dependencies: [],
        propertyDependencies: {},
        place,
      },
    });
  }

  private async read(request: ReadRequest): Promise<unknown> {
    const type = request.getType();
    const name = request.getName();
    const id = request.getId();
    const parent = request.getParent();
    const urn = makeUrn(this.job.stack, this.job.project, parent, type, name);
    const given = request.getProperties()?.toJavaScript() ?? {};
    const outputs = type === "pulumi:pulumi:StackReference" ? this.job.stackReferences[id] : undefined;
    const properties = outputs === undefined ? given : { ...given, outputs, secretOutputNames: [] };
    this.report({
      kind: "resource",
      resource: {
        urn: readable(urn),
        type,
        name: readable(name),
        properties: given,
        id: id === UNKNOWN_VALUE ? undefined : id,
        ...(parent === "" ? {} : { parent: readable(parent) }),
        dependencies: request.getDependenciesList().map(readable).sort(),
        propertyDependencies: {},
        provider: providerUrn(readable(request.getProvider())),
        place: this.places.ofRequest(request),
      },
    });
    const response = this.sdk.message("resource_pb", "ReadResourceResponse");
    response["setUrn"]?.(urn);
    response["setProperties"]?.(this.sdk.struct(asAnswer(properties) as Properties));
    return response;
  }

  private lookUp(request: InvokeRequest): unknown {
    const token = request.getTok();
    const args = request.getArgs()?.toJavaScript() ?? {};
    if (token === "kubernetes:yaml:decode") return this.objects(tolerant(() => ({ objects: decodeYaml(String(args["text"])) })));
    if (token === "kubernetes:helm:template") return this.objects(tolerant(() => helmInvoke(String(args["jsonOpts"]))));
    if (token === "kubernetes:kustomize:directory") return this.objects(tolerant(() => kustomize(String(args["directory"]))));
    const answer: Answer = token.startsWith("aws:")
      ? answerAws(token, args, this.surroundings(args, request.getProvider()))
      : { fields: {} };
    return this.returned("InvokeResponse", answer.complete === true ? answer.fields : { ...answer.fields, [OPEN]: UNKNOWN_TEXT });
  }

  private surroundings(args: Properties, provider: string): { region: string; account?: string } {
    const { config } = this.job;
    const own = typeof args["region"] === "string" ? args["region"] : undefined;
    const region = own ?? this.providerRegions.get(providerUrn(provider) ?? "") ?? config["aws:region"] ?? "us-east-1";
    return { region, account: onlyAccount(config["aws:allowedAccountIds"]) };
  }

  private objects({ objects, gap, release }: Objects & { readonly release?: string }): unknown {
    const of = release === undefined ? undefined : { type: "kubernetes:helm.sh/v3:Chart", name: readable(release) };
    if (gap !== undefined) this.report({ kind: "gap", of, reason: readable(gap) });
    return this.returned("InvokeResponse", { result: objects });
  }

  private returned(message: "InvokeResponse" | "CallResponse", fields: object): unknown {
    const response = this.sdk.message("provider_pb", message);
    response["setReturn"]?.(this.sdk.struct(fields));
    return response;
  }
}

function tolerant<T extends Objects>(act: () => T): T | Objects {
  try {
    return act();
  } catch (error) {
    return {
      objects: [],
      gap: `its objects cannot be read: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`,
    };
  }
}

function onlyAccount(allowed: string | undefined): string | undefined {
  try {
    const accounts: unknown = allowed === undefined ? [] : JSON.parse(allowed);
    return Array.isArray(accounts) && accounts.length === 1 ? String(accounts[0]) : undefined;
  } catch {
    return undefined;
  }
}
