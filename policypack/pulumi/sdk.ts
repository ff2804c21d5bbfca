/** What the pack takes hold of in the SDK that serves it. */

import { createRequire } from "node:module";
import type { AnalyzerService } from "./requests";
import type { StructClass } from "./structs";

export interface Sdk {
  readonly service: AnalyzerService;
  readonly structs: StructClass;
}

/** The SDK that Node finds for the pack: `@pulumi/policy`, with its own copies of what it uses, should there be several. */
export function installedSdk(): Sdk {
  const policy = createRequire(require.resolve("@pulumi/policy"));
  const protocol = "@pulumi/pulumi/proto/analyzer_grpc_pb";
  const { AnalyzerService: service } = policy(protocol) as { AnalyzerService: AnalyzerService };
  const { Struct: structs } = createRequire(policy.resolve(protocol))("google-protobuf/google/protobuf/struct_pb") as {
    Struct: StructClass;
  };
  return { service, structs };
}
