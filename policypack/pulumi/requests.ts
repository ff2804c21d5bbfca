/**
 * Listens to what the engine asks of the policy server, before the SDK answers it.
 *
 * The SDK's policies are not told what a pack needs to be fair: which values are secret, which level a user gave to which
 * rule. The requests say both. They are read where the server reads them, in the published protocol definition of
 * `@pulumi/pulumi` that `@pulumi/policy` serves.
 */

import type {
  AnalyzerStackConfigureRequest,
  AnalyzeRequest,
  AnalyzeStackRequest,
  ConfigureAnalyzerRequest,
} from "@pulumi/pulumi/proto/analyzer_pb";

export interface Listener {
  /** Which stack this is; not sent by `pulumi policy analyze`. */
  stack(request: AnalyzerStackConfigureRequest): void;
  /** The configuration; what it throws is what the user reads. */
  configure(request: ConfigureAnalyzerRequest): void;
  resource(request: AnalyzeRequest): void;
  /** A resource before it is asked about: what may be put right first. */
  prepare(request: AnalyzeRequest): void;
  resources(request: AnalyzeStackRequest): void;
}

interface Method<Request> {
  requestDeserialize(bytes: Buffer): Request;
}

/** The server's definition of its methods. */
export interface AnalyzerService {
  readonly configureStack?: Method<AnalyzerStackConfigureRequest>;
  readonly configure: Method<ConfigureAnalyzerRequest>;
  readonly analyze: Method<AnalyzeRequest>;
  readonly analyzeStack: Method<AnalyzeStackRequest>;
  readonly remediate: Method<AnalyzeRequest>;
}

/** To be called before the pack is constructed: the server takes the definition as it stands then. */
export function listen(listener: Listener, service: AnalyzerService): void {
  if (service.configureStack !== undefined) heed(service.configureStack, (request) => listener.stack(request));
  heed(service.analyze, (request) => listener.resource(request));
  heed(service.remediate, (request) => listener.prepare(request));
  heed(service.analyzeStack, (request) => listener.resources(request));
  heed(service.configure, (request) => {
    try {
      listener.configure(request);
    } catch (error) {
      // Thrown when the server reads the configuration, so that it answers with this message.
      request.getPolicyconfigMap = () => {
        throw withoutTrace(error);
      };
    }
  });
}

function heed<Request>(method: Method<Request>, listener: (request: Request) => void): void {
  const read = method.requestDeserialize;
  method.requestDeserialize = (bytes) => {
    const request = read(bytes);
    listener(request);
    return request;
  };
}

/** The server sends an error's stack trace to the user; for a wrong configuration the message says it all. */
function withoutTrace(error: unknown): Error {
  const plain = error instanceof Error ? error : new Error(String(error));
  if (plain.name === "ConfigurationError") plain.stack = plain.message;
  return plain;
}
