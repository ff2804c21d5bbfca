/** What the process that hosts a program is told, and what it answers. */

/** One stack of one program. */
export interface Job {
  /** The program's folder with Pulumi.yaml, absolute. */
  readonly folder: string;
  readonly project: string;
  readonly stack: string;
  readonly organization: string;
  /** `main` of Pulumi.yaml: a file or a folder, relative to `folder`. */
  readonly main?: string;
  /** Configuration by full key; what cannot be known here holds the unknown text. */
  readonly config: { readonly [key: string]: string };
  readonly secretKeys: readonly string[];
  /** Outputs of other stacks, by the name a StackReference gives. */
  readonly stackReferences: { readonly [stack: string]: { readonly [output: string]: unknown } };
  /** Milliseconds after which the program is left and what it declared is handed over. */
  readonly patience: number;
}

/** A place in the program's sources; `file` is relative to the program's folder. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A resource as it was registered; values are in Pulumi's wire form. */
export interface Registration {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly properties: { readonly [key: string]: unknown };
  readonly id?: string;
  readonly parent?: string;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: { readonly [property: string]: readonly string[] };
  readonly provider?: string;
  readonly place?: Place;
  readonly options?: { readonly protect: boolean; readonly ignoreChanges: readonly string[] };
}

export type Message =
  | { readonly kind: "resource"; readonly resource: Registration }
  /** What a component or the stack says of itself when it is complete. */
  | { readonly kind: "outputs"; readonly urn: string; readonly outputs: { readonly [key: string]: unknown } }
  /** `urn` or `of` say which resource the gap is about; neither: the whole program. */
  | { readonly kind: "gap"; readonly urn?: string; readonly of?: { readonly type: string; readonly name: string }; readonly reason: string }
  /** The program failed; what follows from `hint` is what the user can do. */
  | { readonly kind: "fault"; readonly message: string; readonly place?: Place; readonly hint?: "install" }
  | { readonly kind: "done" };

/** Hands a message to the process that asked. */
export type Report = (message: Message) => void;
