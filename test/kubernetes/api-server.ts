/** A real kube-apiserver with the custom resource definitions that the components use, and what it says of objects. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import * as yaml from "js-yaml";

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface Answer {
  readonly accepted: boolean;
  /** HTTP status. */
  readonly code: number;
  readonly message: string;
  /** Texts of the `Warning` headers. */
  readonly warnings: readonly string[];
}

interface Response {
  readonly code: number;
  readonly body: { readonly message?: string; readonly [field: string]: unknown };
  readonly warnings: readonly string[];
}

const PORT = 16443;

export class ApiServer {
  private readonly served = new Map<string, readonly { kind: string; name: string; namespaced: boolean }[]>();

  private constructor(
    private readonly folder: string,
    private readonly agent: Agent,
    private readonly token: string,
  ) {}

  /** Starts etcd and the API server, empty, with every definition established. */
  static async start(): Promise<ApiServer> {
    const run = (script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
      execFileSync(path.join(__dirname, script), args, {
        encoding: "utf8",
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "inherit"],
      }).trim();
    const folder = mkdtempSync(path.join(tmpdir(), "carrierguard-kubernetes-"));
    const bin = run("build-apiserver.sh", []);
    run("kube-up.sh", [folder, String(PORT)], { KUBE_APISERVER: path.join(bin, "kube-apiserver") });
    const agent = new Agent({ ca: readFileSync(path.join(folder, "ca.crt")), keepAlive: true });
    const server = new ApiServer(folder, agent, readFileSync(path.join(folder, "admin.token"), "utf8").trim());
    try {
      await server.define(run("crds.sh", []).split("\n"));
      return server;
    } catch (error) {
      server.stop();
      throw error;
    }
  }

  stop(): void {
    this.agent.destroy();
    execFileSync(path.join(__dirname, "kube-down.sh"), [this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Whether the server would take the object, every field of it: nothing is stored. */
  async judge(object: Manifest): Promise<Answer> {
    return this.post(object, "dryRun=All&fieldValidation=Strict");
  }

  /** Stores the object. Throws where the server does not take it. */
  async create(object: Manifest): Promise<void> {
    const { accepted, message } = await this.post(object, "fieldValidation=Strict");
    if (!accepted) throw new Error(`${object.kind} ${object.metadata.name}: ${message}`);
  }

  /** Stores the object where there is none of its name yet. */
  async createOnce(object: Manifest): Promise<void> {
    const { accepted, code, message } = await this.post(object, "fieldValidation=Strict");
    if (!accepted && code !== 409) throw new Error(`${object.kind} ${object.metadata.name}: ${message}`);
  }

  async remove(object: Manifest): Promise<void> {
    const address = await this.addressOf(object);
    const { code } = await this.call("DELETE", `${address ?? ""}/${object.metadata.name}`);
    if (code !== 200) throw new Error(`${object.kind} ${object.metadata.name} is not removed: ${code}`);
  }

  /** What `kubectl debug` asks for: an ephemeral container in a pod that runs. Nothing is stored. */
  async debug({ namespace = "default", name }: Manifest["metadata"], container: object): Promise<Answer> {
    const address = `/api/v1/namespaces/${namespace}/pods/${name}`;
    const { body } = await this.call("GET", address);
    const spec = { ...(body["spec"] as object), ephemeralContainers: [container] };
    return answered(await this.call("PUT", `${address}/ephemeralcontainers?dryRun=All&fieldValidation=Strict`, { ...body, spec }));
  }

  private async post(object: Manifest, query: string): Promise<Answer> {
    const address = await this.addressOf(object);
    if (address === undefined)
      return { accepted: false, code: 0, message: `no such kind: ${object.apiVersion} ${object.kind}`, warnings: [] };
    return answered(await this.call("POST", `${address}?${query}`, object));
  }

  private async addressOf({ apiVersion, kind, metadata }: Manifest): Promise<string | undefined> {
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const known = () => this.served.get(base)?.find((item) => item.kind === kind && !item.name.includes("/"));
    // What was defined a moment ago is not listed at once.
    for (let attempt = 0; known() === undefined && attempt < 20; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 100));
      const { code, body } = await this.call("GET", base);
      if (code === 200) this.served.set(base, body["resources"] as never);
    }
    const found = known();
    if (found === undefined) return undefined;
    return `${base}${found.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : ""}/${found.name}`;
  }

  private async define(files: readonly string[]): Promise<void> {
    const definitions = files.flatMap((file) => yaml.loadAll(readFileSync(file, "utf8"))).filter((item) => item !== null) as Manifest[];
    const names: string[] = [];
    for (const definition of definitions.flatMap((item) => [item, ...amazons(item)])) {
      if (definition.kind !== "CustomResourceDefinition") continue;
      await this.create(definition);
      names.push(definition.metadata.name);
    }
    await Promise.all(names.map((name) => this.established(name)));
  }

  /** A definition is served a moment after it was stored. */
  private async established(name: string): Promise<void> {
    for (let attempt = 0; attempt < 300; attempt++) {
      const { body } = await this.call("GET", `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`);
      const { conditions } = (body["status"] ?? {}) as { conditions?: { type: string; status: string }[] | null };
      if ((conditions ?? []).some(({ type, status }) => type === "Established" && status === "True")) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${name} was not established`);
  }

  private call(method: string, address: string, body?: object): Promise<Response> {
    return new Promise((resolve, reject) => {
      const sent = request(
        `https://127.0.0.1:${PORT}${address}`,
        { method, agent: this.agent, headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" } },
        (response) => {
          let text = "";
          response.on("data", (data: Buffer) => (text += data.toString()));
          response.on("end", () =>
            resolve({ code: response.statusCode ?? 0, body: parsed(text), warnings: warningsOf(response.rawHeaders) }),
          );
        },
      );
      sent.on("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function answered({ code, body, warnings }: Response): Answer {
  const accepted = code >= 200 && code < 300;
  return { accepted, code, message: accepted ? "" : (body.message ?? ""), warnings };
}

function parsed(text: string): Response["body"] {
  try {
    return JSON.parse(text) as Response["body"];
  } catch {
    return { message: text };
  }
}

/** `299 - "text"` (RFC 7234 5.5), one header each; Node would join them. */
function warningsOf(headers: readonly string[]): string[] {
  return headers.flatMap((name, index) => {
    const text = index % 2 === 0 && name.toLowerCase() === "warning" ? /^\d+ \S+ "(.*)"$/s.exec(headers[index + 1] ?? "")?.[1] : undefined;
    return text === undefined ? [] : [text.replace(/\\(.)/g, "$1")];
  });
}

/**
 * Amazon EKS's ClusterNetworkPolicy, which no module ships: the form of the one of network-policy-api in a group of its own
 * (EKS user guide, "Admin network policies").
 */
function amazons(definition: Manifest): Manifest[] {
  if (definition.metadata.name !== "clusternetworkpolicies.policy.networking.k8s.io") return [];
  const spec = definition["spec"] as { versions: { name: string; storage: boolean }[]; [field: string]: unknown };
  const versions = spec.versions.filter(({ storage }) => storage);
  return [
    {
      apiVersion: definition.apiVersion,
      kind: definition.kind,
      metadata: { name: "clusternetworkpolicies.networking.k8s.aws" },
      spec: { ...spec, group: "networking.k8s.aws", versions: versions.map((version) => ({ ...version, name: "v1alpha1" })) },
    },
  ];
}
