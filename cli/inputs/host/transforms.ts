/** `transforms` of resources, their parents and the stack, which the engine would call back for. */

import type { Sdk } from "./sdk";

interface TransformArguments {
  readonly custom: boolean;
  readonly type: string;
  readonly name: string;
  readonly props: unknown;
  readonly opts: object;
}

type Transform = (args: TransformArguments) => unknown;

type Properties = { readonly [key: string]: unknown };

export class Transforms {
  private readonly ofStack: Transform[] = [];
  private readonly byUrn = new Map<string, { readonly own: readonly Transform[]; readonly parent: string }>();

  constructor(private readonly sdk: Sdk) {}

  /** Takes the place of the callback server that the SDK would open for the engine. */
  install(): void {
    const { store } = this.sdk;
    if (store === undefined) return;
    store["callbacks"] = {
      registerTransform: (transform: Transform) => Promise.resolve(transform),
      registerStackTransform: (transform: Transform) => void this.ofStack.push(transform),
      registerStackInvokeTransform: () => undefined,
      registerResourceHook: () => Promise.resolve(),
      registerErrorHook: () => Promise.resolve(),
      awaitStackRegistrations: () => Promise.resolve(),
      shutdown: () => undefined,
    };
  }

  /** The properties after all transforms: the resource's own, then those of its parents, then the stack's. */
  async apply(
    resource: { urn: string; parent: string; custom: boolean; type: string; name: string },
    own: readonly unknown[],
    properties: Properties,
  ): Promise<Properties> {
    const mine = own.filter((transform): transform is Transform => typeof transform === "function");
    this.byUrn.set(resource.urn, { own: mine, parent: resource.parent });
    const all = [...mine];
    for (let above = this.byUrn.get(resource.parent); above !== undefined; above = this.byUrn.get(above.parent)) all.push(...above.own);
    all.push(...this.ofStack);
    let current = properties;
    const { rpc } = this.sdk;
    for (const transform of all) {
      const props: Properties = Object.fromEntries(
        Object.entries(current).map(([key, value]) => [key, rpc.deserializeProperty(value, true)]),
      );
      const { custom, type, name } = resource;
      const result = (await transform({ custom, type, name, props, opts: {} })) as { props?: unknown } | undefined;
      if (result?.props !== undefined) current = await rpc.serializeProperties(resource.urn, result.props, { keepOutputValues: true });
    }
    return current;
  }
}
