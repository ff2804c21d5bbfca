/**
 * The real policy server of @pulumi/policy, driven as the engine drives it, without any CLI: ConfigureStack, GetAnalyzerInfo,
 * Configure, then Analyze for each resource and AnalyzeStack for all.
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import type { ResourceInit } from "../../policypack/model/stack";
import { encodeProperties, originsOf } from "./wire";

const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as { Struct: { fromJavaScript(value: object): never } };
const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as { Empty: new () => never };

const ROOT = path.resolve(__dirname, "../..");
const LEVELS = ["advisory", "mandatory", "disabled", "remediate"] as const;

export type Level = (typeof LEVELS)[number];

/** What `--policy-pack-config` holds. */
export interface PackConfig {
  readonly [policy: string]: Level | { readonly enforcementLevel?: Level; readonly [option: string]: unknown };
}

export interface Diagnostic {
  readonly policy: string;
  readonly level: Level;
  readonly message: string;
  readonly urn: string;
}

/** One answer of the server; `bytes` is its size, which the engine caps at 4 MiB. */
export interface Answer {
  readonly diagnostics: readonly Diagnostic[];
  readonly notApplicable: readonly string[];
  readonly bytes: number;
}

interface PolicyInfo {
  readonly name: string;
  readonly level: Level;
}

/** Bundles a pack's TypeScript entry into a folder that Pulumi takes as a policy pack; answers the folder. */
export function buildPack(entry: string): string {
  const file = path.resolve(ROOT, entry);
  // Below the project, so that the pack finds @pulumi/policy.
  const folder = path.join(
    ROOT,
    "node_modules/.cache/carrierguard/packs",
    `${createHash("sha256").update(file).digest("hex").slice(0, 12)}-${process.pid}`,
  );
  mkdirSync(folder, { recursive: true });
  const options = ["--bundle", "--platform=node", "--format=cjs", "--target=node20", "--external:@pulumi/*", "--log-level=warning"];
  execFileSync(path.join(ROOT, "node_modules/.bin/esbuild"), [file, ...options, `--outfile=${path.join(folder, "index.js")}`], {
    stdio: "inherit",
  });
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "pack", version: "0.0.0", main: "index.js" }));
  return folder;
}

export class PolicyServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: AnalyzerClient,
    private readonly folder: string,
  ) {}

  static async start(folder: string): Promise<PolicyServer> {
    const run = path.join(ROOT, "node_modules/@pulumi/pulumi/cmd/run-policy-pack");
    const child = spawn(process.execPath, [run, "127.0.0.1:0", folder], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const errors: Buffer[] = [];
    child.stderr.on("data", (data: Buffer) => errors.push(data));
    const port = await new Promise<string>((resolve, reject) => {
      let text = "";
      child.stdout.on("data", (data: Buffer) => {
        text += data.toString();
        if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")).trim());
      });
      child.on("exit", () => reject(new Error(`the pack did not start: ${Buffer.concat(errors).toString()}`)));
    });
    const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
    return new PolicyServer(child, new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), unlimited), folder);
  }

  async stop(): Promise<void> {
    this.client.close();
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill();
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  async configureStack(config: { readonly [key: string]: string } = {}, project = "core"): Promise<void> {
    const request = new proto.AnalyzerStackConfigureRequest();
    request.setStack("dev");
    request.setProject(project);
    for (const [key, value] of Object.entries(config)) request.getConfigMap().set(key, value);
    await this.call<proto.AnalyzerStackConfigureResponse>((done) => this.client.configureStack(request, done));
  }

  async info(): Promise<readonly PolicyInfo[]> {
    const info = await this.call<proto.AnalyzerInfo>((done) => this.client.getAnalyzerInfo(new Empty(), done));
    return info.getPoliciesList().map((policy) => ({ name: policy.getName(), level: LEVELS[policy.getEnforcementlevel()] ?? "mandatory" }));
  }

  /** As the engine reconciles what policies declare with what the user gives (pkg/resource/analyzer/config.go). */
  async configure(config: PackConfig = {}): Promise<void> {
    const levels = new Map<string, Level>((await this.info()).map((policy) => [policy.name, policy.level]));
    const all = config["all"];
    const every = typeof all === "string" ? all : all?.enforcementLevel;
    if (every !== undefined) for (const name of levels.keys()) levels.set(name, every);
    const request = new proto.ConfigureAnalyzerRequest();
    for (const name of new Set([...levels.keys(), ...Object.keys(config)])) {
      const given = config[name];
      const { enforcementLevel, ...properties } = typeof given === "string" ? { enforcementLevel: given } : (given ?? {});
      const policy = new proto.PolicyConfig();
      policy.setEnforcementlevel(LEVELS.indexOf(enforcementLevel ?? levels.get(name) ?? "mandatory") as 0 | 1 | 2);
      policy.setProperties(Struct.fromJavaScript(properties));
      request.getPolicyconfigMap().set(name, policy);
    }
    await this.call<unknown>((done) => this.client.configure(request, done));
  }

  /** The inputs that each policy leaves behind, in order. */
  async remediate(
    resource: ResourceInit,
  ): Promise<readonly { readonly policy: string; readonly properties: { readonly [key: string]: unknown } }[]> {
    const response = await this.call<proto.RemediateResponse>((done) => this.client.remediate(requestOf(resource), done));
    return response.getRemediationsList().map((item) => ({
      policy: item.getPolicyname(),
      properties: (item.getProperties() as unknown as { toJavaScript(): { readonly [key: string]: unknown } }).toJavaScript(),
    }));
  }

  async analyze(resource: ResourceInit): Promise<Answer> {
    return answerOf(await this.call<proto.AnalyzeResponse>((done) => this.client.analyze(requestOf(resource), done)));
  }

  async analyzeStack(resources: readonly ResourceInit[]): Promise<Answer> {
    const request = new proto.AnalyzeStackRequest();
    request.setResourcesList(resources.map(stackResource));
    return answerOf(await this.call<proto.AnalyzeResponse>((done) => this.client.analyzeStack(request, done)));
  }

  private call<T>(method: (done: (error: grpc.ServiceError | null, response: T) => void) => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      method((error, response) => {
        if (error === null) resolve(response);
        else reject(new Error(error.details));
      });
    });
  }
}

function requestOf(resource: ResourceInit): proto.AnalyzeRequest {
  const request = new proto.AnalyzeRequest();
  request.setUrn(resource.urn);
  request.setType(resource.type);
  request.setName(resource.name);
  request.setProperties(Struct.fromJavaScript(encodeProperties(resource.properties)));
  request.setOptions(optionsOf(resource));
  return request;
}

function stackResource(resource: ResourceInit): proto.AnalyzerResource {
  const message = new proto.AnalyzerResource();
  message.setUrn(resource.urn);
  message.setType(resource.type);
  message.setName(resource.name);
  message.setProperties(Struct.fromJavaScript(encodeProperties(resource.properties)));
  message.setOptions(optionsOf(resource));
  if (resource.parent !== undefined) message.setParent(resource.parent);
  message.setDependenciesList([...(resource.dependencies ?? [])]);
  for (const [property, urns] of Object.entries(originsOf(resource))) {
    const dependencies = new proto.AnalyzerPropertyDependencies();
    dependencies.setUrnsList([...urns]);
    message.getPropertydependenciesMap().set(property, dependencies);
  }
  if (resource.provider !== undefined) {
    const provider = new proto.AnalyzerProviderResource();
    provider.setUrn(resource.provider);
    provider.setProperties(Struct.fromJavaScript({}));
    message.setProvider(provider);
  }
  return message;
}

function optionsOf(resource: ResourceInit): proto.AnalyzerResourceOptions {
  const options = new proto.AnalyzerResourceOptions();
  if (resource.parent !== undefined) options.setParent(resource.parent);
  options.setProtect(resource.options?.protect ?? false);
  options.setIgnorechangesList([...(resource.options?.ignoreChanges ?? [])]);
  return options;
}

function answerOf(response: proto.AnalyzeResponse): Answer {
  return {
    diagnostics: response.getDiagnosticsList().map((diagnostic) => ({
      policy: diagnostic.getPolicyname(),
      level: LEVELS[diagnostic.getEnforcementlevel()] ?? "mandatory",
      message: diagnostic.getMessage(),
      urn: diagnostic.getUrn(),
    })),
    notApplicable: response.getNotApplicableList().map((item) => item.getPolicyName()),
    bytes: response.serializeBinary().length,
  };
}
