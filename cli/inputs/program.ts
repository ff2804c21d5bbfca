/**
 * A Pulumi program, hosted offline: without the Pulumi CLI, cloud credentials or a network. Each of its stacks runs in a
 * process of its own; what it declares is what a first preview would show.
 */

import { join, resolve } from "node:path";
import type { Gap, Source, Stack } from "../../policypack/model/stack";
import { joinStacks, Resource } from "../../policypack/model/stack";
import type { Message, Place, Registration } from "./host/protocol";
import { isUnknownItem, isUnknownText, readable, UNKNOWN_KEY, UNKNOWN_TEXT } from "./host/unknown-text";
import { hostProgram } from "./hosting";
import { InputError, type InputResult } from "./input-error";
import { readProject, readStackConfig, stackNames, type Project, type StackConfig } from "./project";
import { byUrn } from "./urn";
import { decode, decodeProperties, overlay, type WireForm } from "./wire";

export interface ProgramOptions {
  /** The stack to host; all that have a file otherwise, and `dev` where none has. */
  readonly stack?: string;
  /** Outputs of other stacks, by `organization/project/stack` as StackReferences name them. */
  readonly stackReferences?: { readonly [stack: string]: { readonly [output: string]: unknown } };
  /** How long a stack may run; 120 unless given. */
  readonly timeoutSeconds?: number;
  /** What a stack may use of memory; 2048 unless given. */
  readonly memoryMegabytes?: number;
  /** Takes what the program prints; standard error unless given. */
  readonly print?: (text: string) => void;
}

const ORGANIZATION = "organization";
const ELSEWHERE = "pass the file of `pulumi preview --json` or `pulumi stack export` instead";

const FORM: WireForm = { unknownText: isUnknownText, unknownList: isUnknownItem, unknownKey: UNKNOWN_KEY, urn: readable };

/** Hosts the program in `folder` and reads what it declares. Throws `InputError` where it declares nothing. */
export async function readProgram(folder: string, options: ProgramOptions = {}): Promise<ProgramResult> {
  const project = readProject(folder);
  if (project.runtime !== "nodejs") {
    throw new InputError(`programs of the runtime "${project.runtime}" are not run here, only those of "nodejs"; ${ELSEWHERE}`, {
      file: project.file,
    });
  }
  const stacks: NamedStack[] = [];
  const warnings: string[] = [];
  // One after the other: each process may use the memory it is allowed.
  for (const name of chosenStacks(project, options.stack)) {
    const result = await hostStack(folder, project, name, options);
    stacks.push({ name, stack: result.stack });
    warnings.push(...result.warnings);
  }
  return { stack: joinStacks(stacks.map(({ stack }) => stack)), stacks, warnings };
}

/** A program's stacks are deployments of their own: what one of them declares protects nothing in another. */
export interface NamedStack {
  readonly name: string;
  readonly stack: Stack;
}

export interface ProgramResult extends InputResult {
  readonly stacks: readonly NamedStack[];
}

function chosenStacks(project: Project, wanted: string | undefined): string[] {
  const names = stackNames(project);
  if (wanted === undefined) return names.length === 0 ? ["dev"] : names;
  // A stack may be named with its organisation and project.
  const name = wanted.slice(wanted.lastIndexOf("/") + 1);
  if (names.length > 0 && !names.includes(name)) {
    throw new InputError(`there is no file for the stack "${name}"; the stacks here are ${names.join(", ")}`, { file: project.file });
  }
  return [name];
}

async function hostStack(folder: string, project: Project, name: string, options: ProgramOptions): Promise<InputResult> {
  const stackConfig = readStackConfig(project, name, UNKNOWN_TEXT);
  const heard = new Declared(folder, project);
  const end = await hostProgram(
    {
      folder: resolve(folder),
      project: project.name,
      stack: name,
      organization: ORGANIZATION,
      main: project.main,
      config: stackConfig.config,
      secretKeys: stackConfig.secretKeys,
      stackReferences: options.stackReferences ?? {},
      patience: (options.timeoutSeconds ?? 120) * 1000,
    },
    { memoryMegabytes: options.memoryMegabytes ?? 2048, print: options.print ?? ((text) => process.stderr.write(text)) },
    (message) => heard.take(message),
  );
  if (end !== undefined) heard.take({ kind: "fault", message: end });
  return heard.result(stackConfig);
}

/** What one stack declared, as it comes in. */
class Declared {
  private readonly registrations: Registration[] = [];
  private readonly outputs = new Map<string, { readonly [key: string]: unknown }>();
  private readonly gaps: Extract<Message, { kind: "gap" }>[] = [];
  private readonly faults: InputError[] = [];

  constructor(
    private readonly folder: string,
    private readonly project: Project,
  ) {}

  take(message: Message): void {
    switch (message.kind) {
      case "resource":
        this.registrations.push(message.resource);
        return;
      case "outputs":
        this.outputs.set(message.urn, message.outputs);
        return;
      case "gap":
        this.gaps.push(message);
        return;
      case "fault": {
        const cure = message.hint === "install" ? `run \`npm install\` in ${this.folder}` : ELSEWHERE;
        const at = message.place === undefined ? { file: this.project.file } : this.source(message.place);
        this.faults.push(new InputError(`the program failed: ${message.message}; ${cure}`, at));
      }
    }
  }

  result(stackConfig: StackConfig): InputResult {
    const resources = this.registrations.map((registration) => this.resource(registration));
    const [fault] = this.faults;
    // The stack itself is there before the program does anything.
    if (fault !== undefined && resources.every((resource) => resource.type === ROOT)) throw fault;
    const told = this.gaps.map(({ urn, of, reason }): Gap => ({ urn: urn ?? this.urnOf(of) ?? this.folder, reason, rules: [] }));
    const gaps = [
      ...told,
      ...this.faults.map((each) => ({
        urn: this.folder,
        reason: `${each.place}: ${each.message}; what it would have declared after that is missing`,
        rules: [],
      })),
      ...stackConfig.environments.map((name) => ({
        urn: this.folder,
        reason: `the environment ${name} is not read; configuration that it sets is unknown or missing`,
        rules: [],
      })),
      ...this.childless(new Set(told.map((gap) => gap.urn))),
    ];
    const stack: Stack = { resources: resources.sort(byUrn), gaps: gaps.sort((a, b) => byUrn(a, b) || (a.reason < b.reason ? -1 : 1)) };
    return { stack, warnings: this.doubles() };
  }

  private resource(registration: Registration): Resource {
    const outputs = this.outputs.get(registration.urn);
    const { urn, type, name, properties, id, parent, dependencies, propertyDependencies, provider } = registration;
    const place = this.placeOf(registration);
    const decodedId = id === undefined ? undefined : decode(id, FORM);
    return new Resource({
      urn,
      type,
      name,
      parent,
      dependencies,
      propertyDependencies,
      provider,
      properties: overlay(decodeProperties(properties, FORM), decodeProperties(outputs ?? {}, FORM)),
      id: typeof decodedId === "string" ? decodedId : undefined,
      source: place === undefined ? { file: this.project.file } : this.source(place),
      options: registration.options,
    });
  }

  /** Charts and files of which nothing came: their arguments are not known before deployment. */
  private childless(explained: ReadonlySet<string>): Gap[] {
    const parents = new Set(this.registrations.map((registration) => registration.parent));
    return this.registrations
      .filter(({ type, urn }) => RENDERED.test(type) && !parents.has(urn) && !explained.has(urn))
      .map(({ urn }) => ({
        urn,
        reason: "no object came of it here: it is not rendered, or its arguments are not known before deployment",
        rules: [],
      }));
  }

  private doubles(): string[] {
    const seen = new Set<string>();
    const doubles = new Set<string>();
    for (const { urn } of this.registrations) (seen.has(urn) ? doubles : seen).add(urn);
    return [...doubles]
      .filter((urn) => !urn.includes(readable(UNKNOWN_TEXT)))
      .sort()
      .map((urn) => `${this.folder}: ${urn} is declared twice; \`pulumi up\` refuses that`);
  }

  private urnOf(of: { readonly type: string; readonly name: string } | undefined): string | undefined {
    return this.registrations.find(({ type, name }) => type === of?.type && name === of.name)?.urn;
  }

  /** What is declared in a callback stands where its parent does. */
  private placeOf(registration: Registration): Place | undefined {
    if (registration.place !== undefined || registration.parent === undefined) return registration.place;
    const parent = this.registrations.find(({ urn }) => urn === registration.parent);
    return parent === undefined ? undefined : this.placeOf(parent);
  }

  private source(place: Place): Source {
    return { file: join(this.folder, place.file), line: place.line };
  }
}

const ROOT = "pulumi:pulumi:Stack";

/** Components of the Kubernetes provider that are nothing but what is rendered from them. */
const RENDERED = /^kubernetes:(helm\.sh\/v[234]:Chart|yaml(\/v2)?:Config(File|Group)|kustomize(\/v2)?:Directory)$/;
