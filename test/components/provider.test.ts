/** The component provider as Pulumi runs it for every other language: its schema, and Construct over the real protocol with plain values. */

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { Monitor } from "../support/monitor";
import { coreOf } from "./program";

const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as { Struct: { fromJavaScript(value: object): never } };

const ROOT = join(__dirname, "../..");

jest.setTimeout(180_000);

let child: ChildProcess;
let client: ResourceProviderClient;
let monitor: Monitor;

beforeAll(async () => {
  monitor = await Monitor.start();
  const run = join(ROOT, "node_modules/@pulumi/pulumi/cmd/run-plugin");
  child = spawn(process.execPath, [run, join(ROOT, "components"), monitor.address], {
    cwd: join(ROOT, "components"),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaint = "";
  child.stderr?.on("data", (data: Buffer) => (complaint += data.toString()));
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (data: Buffer) => resolve(data.toString().trim()));
    child.once("exit", () => reject(new Error(complaint)));
  });
  client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), { "grpc.max_receive_message_length": -1 });
});

afterAll(() => {
  client.close();
  child.kill();
  monitor.stop();
});

test("the schema has every component, with every input and output documented", async () => {
  const response = await new Promise<provider.GetSchemaResponse>((resolve, reject) =>
    client.getSchema(new provider.GetSchemaRequest(), (error, answer) => (error === null ? resolve(answer) : reject(error))),
  );
  const schema = JSON.parse(response.getSchema()) as Schema;
  expect(schema.name).toBe("carrierguard");
  expect(Object.keys(schema.resources).sort()).toEqual(
    [
      "AdmissionGuard",
      "AuditTrail",
      "CoreCluster",
      "CoreNamespace",
      "CoreNetwork",
      "FiveGCore",
      "HardenedChart",
      "NetworkFunction",
      "OperatorAccess",
      "RoamingEdge",
      "ThreatIntelGuard",
      "WorkloadIdentity",
    ].map((name) => `carrierguard:index:${name}`),
  );
  const undocumented = Object.entries({ ...schema.resources, ...schema.types }).flatMap(
    ([token, { inputProperties = {}, properties = {} }]) =>
      Object.entries({ ...inputProperties, ...properties }).flatMap(([property, { description = "" }]) =>
        description === "" ? [`${token} ${property}`] : [],
      ),
  );
  expect(undocumented).toEqual([]);
});

interface Schema {
  readonly name: string;
  readonly resources: { readonly [token: string]: Described };
  readonly types: { readonly [token: string]: Described };
}

interface Described {
  readonly inputProperties?: { readonly [name: string]: { readonly description?: string } };
  readonly properties?: { readonly [name: string]: { readonly description?: string } };
}

function construct(inputs: object): Promise<provider.ConstructResponse> {
  const request = new provider.ConstructRequest();
  request.setType("carrierguard:index:FiveGCore");
  request.setName("core");
  request.setProject("test");
  request.setStack("dev");
  request.setMonitorendpoint(monitor.address);
  request.setDryrun(true);
  request.setInputs(Struct.fromJavaScript(inputs));
  return new Promise((resolve, reject) =>
    client.construct(request, (error, response) => (error === null ? resolve(response) : reject(error))),
  );
}

test("an argument that no component knows is refused", async () => {
  const core = { ...coreOf(["NRF"]).FiveGCore, partnes: [] };
  await expect(construct(core)).rejects.toThrow('FiveGCore "core": partnes: is not known; did you mean "partners"?');
});

test("a whole core is constructed from plain values", async () => {
  const answer = await construct(coreOf(["NRF", "AMF", "SMF", "UPF"]).FiveGCore);
  expect(answer.getUrn()).toMatch(/carrierguard:index:FiveGCore::core$/);
  expect(monitor.types()).toEqual(
    expect.arrayContaining([
      "aws:ec2/vpc:Vpc",
      "aws:eks/cluster:Cluster",
      "kubernetes:apps/v1:Deployment",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    ]),
  );
});
