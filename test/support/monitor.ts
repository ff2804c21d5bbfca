/** The engine's side of a component provider: takes the registrations of Construct, as a first preview answers them. */

import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as resource from "@pulumi/pulumi/proto/resource_pb";

const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as { Struct: { fromJavaScript(value: object): never } };
const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as { Empty: new () => never };

type Call<T> = grpc.ServerUnaryCall<T, unknown>;
type Done = grpc.sendUnaryData<unknown>;

/** What AWS answers a program that asks who and where it is. */
const IDENTITY = { accountId: "123456789012", arn: "arn:aws:iam::123456789012:user/deployer", userId: "AIDA", partition: "aws" };

export class Monitor {
  private readonly registered: string[] = [];

  private constructor(
    private readonly server: grpc.Server,
    readonly address: string,
  ) {}

  static async start(): Promise<Monitor> {
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    const monitor = new Monitor(server, `127.0.0.1:${port}`);
    server.addService(ResourceMonitorService as never, monitor.resources());
    server.addService(EngineService as never, monitor.engine());
    return monitor;
  }

  stop(): void {
    this.server.forceShutdown();
  }

  /** Type tokens of what was registered, each once, sorted. */
  types(): readonly string[] {
    return [...new Set(this.registered)].sort();
  }

  /** How many resources were registered. */
  get count(): number {
    return this.registered.length;
  }

  private resources(): grpc.UntypedServiceImplementation {
    return {
      supportsFeature: (_call: Call<resource.SupportsFeatureRequest>, done: Done) => {
        const response = new resource.SupportsFeatureResponse();
        response.setHassupport(true);
        done(null, response);
      },
      registerResource: (call: Call<resource.RegisterResourceRequest>, done: Done) => {
        const { request } = call;
        this.registered.push(request.getType());
        const response = new resource.RegisterResourceResponse();
        const parent = request.getParent().split("::")[2];
        response.setUrn(`urn:pulumi:dev::test::${parent === undefined ? "" : `${parent}$`}${request.getType()}::${request.getName()}`);
        response.setObject(request.getObject());
        done(null, response);
      },
      registerResourceOutputs: (_call: unknown, done: Done) => done(null, new Empty()),
      registerPackage: (_call: unknown, done: Done) => {
        const response = new resource.RegisterPackageResponse();
        response.setRef("package");
        done(null, response);
      },
      invoke: (_call: unknown, done: Done) => {
        const response = new provider.InvokeResponse();
        response.setReturn(Struct.fromJavaScript(IDENTITY));
        done(null, response);
      },
    };
  }

  private engine(): grpc.UntypedServiceImplementation {
    return { log: (_call: unknown, done: Done) => done(null, new Empty()) };
  }
}
