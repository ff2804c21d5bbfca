/** The parts of the program's own `@pulumi/pulumi` that hosting touches. Loaded from the program's folder: its copy, its version. */

import { createRequire } from "node:module";
import { join } from "node:path";

export interface Struct {
  toJavaScript(): { [key: string]: unknown };
}

/** gRPC answers: an error with `details`, or a message. */
export type Callback = (error: unknown, response?: unknown) => void;

export interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getRemote?(): boolean;
  getObject(): Struct | undefined;
  getProvider(): string;
  getImportid(): string;
  getDependenciesList(): string[];
  getProtect(): boolean;
  getIgnorechangesList(): readonly string[];
  getPropertydependenciesMap(): { forEach(visit: (value: { getUrnsList(): string[] }, key: string) => void): void };
  getTransformsList?(): unknown[];
  getStacktrace?(): { getFramesList(): { getPc(): SourcePosition | undefined }[] } | undefined;
  getSourceposition?(): SourcePosition | undefined;
}

export interface SourcePosition {
  getUri(): string;
  getLine(): number;
  getColumn(): number;
}

export interface ReadRequest {
  getType(): string;
  getName(): string;
  getId(): string;
  getParent(): string;
  getProvider(): string;
  getProperties(): Struct | undefined;
  getDependenciesList(): string[];
  getStacktrace?: RegisterRequest["getStacktrace"];
  getSourceposition?: RegisterRequest["getSourceposition"];
}

export interface InvokeRequest {
  getTok(): string;
  getArgs(): Struct | undefined;
  getProvider(): string;
}

interface Message {
  [setter: string]: (value: unknown) => void;
}

interface Output {
  apply(change: (value: unknown) => unknown, runWithUnknowns?: boolean): Output;
  isSecret: Promise<boolean>;
}

type Rpc = {
  serializeResourceProperties: (label: string, properties: unknown, options?: object) => Promise<unknown>;
  serializeProperties: (label: string, properties: unknown, options?: object) => Promise<{ [key: string]: unknown }>;
  deserializeProperty: (value: unknown, keepUnknowns?: boolean) => unknown;
};

export interface Sdk {
  readonly version: string;
  readonly pulumi: {
    Config: { prototype: { [method: string]: unknown } };
    Output: new (
      resources: unknown,
      value: Promise<unknown>,
      isKnown: Promise<boolean>,
      isSecret: Promise<boolean>,
      all: Promise<unknown[]>,
    ) => Output;
    secret(value: unknown): Output;
    runtime: {
      setAllConfig(config: object, secretKeys: readonly string[]): void;
      getConfig(key: string): string | undefined;
      invoke(...args: unknown[]): Promise<unknown>;
      invokeOutput?(...args: unknown[]): Output;
      invokeSingle?(...args: unknown[]): Promise<unknown>;
      invokeSingleOutput?(...args: unknown[]): Output;
      serializeFunction: unknown;
      computeCodePaths?: unknown;
      runInPulumiStack(program: () => Promise<unknown>): Promise<unknown>;
    };
  };
  readonly settings: {
    setMockOptions(monitor: object, project: string, stack: string, preview: boolean, organization?: string): void;
    awaitFeatureSupport?(): Promise<void>;
  };
  readonly rpc: Rpc;
  /** The value that stands for "not known yet" inside outputs. */
  readonly unknown: unknown;
  /** The module that makes source text of functions. */
  readonly closures: { serializeFunction?: unknown };
  /** Process-wide state of newer versions. */
  readonly store: { [key: string]: unknown } | undefined;
  message(file: "resource_pb" | "provider_pb", name: string): Message;
  struct(value: object): unknown;
}

/** Loads the SDK that the program in `folder` would load. Throws Node's MODULE_NOT_FOUND where it is not installed. */
export function loadSdk(folder: string): Sdk {
  const fromProgram = createRequire(join(folder, "index.js"));
  const inSdk = createRequire(fromProgram.resolve("@pulumi/pulumi"));
  const proto = new Map<string, { [name: string]: new () => Message }>();
  const { Struct } = inSdk("google-protobuf/google/protobuf/struct_pb") as { Struct: { fromJavaScript(value: object): unknown } };
  return {
    version: (inSdk("./package.json") as { version: string }).version,
    pulumi: fromProgram("@pulumi/pulumi") as Sdk["pulumi"],
    settings: inSdk("./runtime/settings") as Sdk["settings"],
    rpc: inSdk("./runtime/rpc") as Rpc,
    unknown: (inSdk("./output") as { unknown: unknown }).unknown,
    closures: optional(() => inSdk("./runtime/closure/serializeClosure") as { serializeFunction?: unknown }) ?? {},
    store: optional(() => (inSdk("./runtime/state") as { getStore(): { [key: string]: unknown } }).getStore()),
    message(file, name) {
      const messages = proto.get(file) ?? (inSdk(`./proto/${file}`) as { [name: string]: new () => Message });
      proto.set(file, messages);
      const Type = messages[name];
      if (Type === undefined) throw new Error(`this version of @pulumi/pulumi has no ${name}`);
      return new Type();
    },
    struct: (value) => Struct.fromJavaScript(value),
  };
}

function optional<T>(load: () => T): T | undefined {
  try {
    return load();
  } catch {
    return undefined;
  }
}
