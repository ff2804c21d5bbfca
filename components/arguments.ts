/** Arguments of the components: read early, and wrong ones refused with an error that names them. */

import * as pulumi from "@pulumi/pulumi";
import { distance } from "fastest-levenshtein";
import { type Block, parseBlock } from "../policypack/analysis/cidr/address";
import { KNOWN_ARGUMENTS, KNOWN_FIELDS } from "./known-arguments";

/** An argument that is wrong; the message names the component, its name in the program, and the argument. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

/** Reads the arguments of one component; refuses those that it does not know. */
export class Arguments<T extends object> {
  constructor(
    private readonly component: keyof typeof KNOWN_ARGUMENTS,
    private readonly instance: string,
    private readonly args: T,
  ) {
    this.known("", args, KNOWN_ARGUMENTS[component]);
  }

  /** Refuses fields of an object that it does not know. */
  fields(argument: string, given: unknown, kind: keyof typeof KNOWN_FIELDS): void {
    const plain = typeof given === "object" && given !== null && !pulumi.Output.isInstance(given) && !(given instanceof Promise);
    if (plain) this.known(`${argument}.`, given, KNOWN_FIELDS[kind]);
  }

  private known(before: string, given: object, names: readonly string[]): void {
    const other = Object.keys(given).find((name) => !names.includes(name));
    if (other !== undefined) throw this.wrong(before + other, `is not known; ${nearest(other, names)}`);
  }

  /** Refuses: `FiveGCore "core": functions: …`. */
  wrong(argument: string, what: string): ArgumentError {
    return new ArgumentError(`${this.component} "${this.instance}": ${argument}: ${what}`);
  }

  /** The component's own name, after which what it makes is named: Kubernetes objects, roles, buckets. */
  named(form: RegExp, most: number): void {
    if (form.test(this.instance) && this.instance.length <= most) return;
    throw this.wrong(
      "name",
      `must be at most ${most} lower-case letters, digits and hyphens, a letter first: namespaces and buckets are named after it`,
    );
  }

  /** An argument that decides which resources there are, so that it must be known when the program runs. */
  plain<K extends keyof T & string, V>(argument: K, otherwise?: V): V {
    const given = this.args[argument] as unknown;
    if (given === undefined || given === null) {
      if (otherwise === undefined) throw this.wrong(argument, "is missing");
      return otherwise;
    }
    const holdsOutput = pulumi.Output.isInstance(given) || (Array.isArray(given) && given.some((item) => pulumi.Output.isInstance(item)));
    if (holdsOutput || given instanceof Promise) {
      throw this.wrong(
        argument,
        "decides which resources there are, so it must be known when the program runs: pass a value, not an output",
      );
    }
    return given as V;
  }

  /** A list of texts that are known when the program runs, without repetition. */
  texts<K extends keyof T & string>(argument: K, otherwise?: readonly string[]): readonly string[] {
    const list = this.plain<K, unknown>(argument, otherwise);
    if (!Array.isArray(list) || list.some((item) => typeof item !== "string" || item === "")) {
      throw this.wrong(argument, "must be a list of texts");
    }
    return [...new Set(list as string[])];
  }

  /** A text of a form. */
  text<K extends keyof T & string>(argument: K, form: RegExp, described: string, otherwise?: string): string {
    const text = this.plain<K, unknown>(argument, otherwise);
    if (typeof text !== "string" || !form.test(text)) throw this.wrong(argument, `must be ${described}, not ${JSON.stringify(text)}`);
    return text;
  }

  /** One of some words. */
  oneOf<K extends keyof T & string, W extends string>(argument: K, words: readonly W[], otherwise?: W): W {
    return this.word(argument, this.plain<K, unknown>(argument, otherwise), words);
  }

  word<W extends string>(argument: string, given: unknown, words: readonly W[]): W {
    const found = words.find((word) => word === given);
    if (found !== undefined) return found;
    throw this.wrong(argument, `${JSON.stringify(given)} is not known; ${nearest(String(given), words)}`);
  }

  /** Address blocks, each a network address with its prefix. */
  blocks<K extends keyof T & string>(argument: K, otherwise?: readonly string[]): readonly Block[] {
    return this.texts(argument, otherwise).map((text) => this.block(argument, text));
  }

  block(argument: string, text: string): Block {
    const block = text.includes("/") ? parseBlock(text) : undefined;
    if (block === undefined) throw this.wrong(argument, `${JSON.stringify(text)} is no address block such as 10.0.0.0/16`);
    return block;
  }

  /** A whole number in a range. */
  count<K extends keyof T & string>(argument: K, least: number, most: number, otherwise: number): number {
    const number = this.plain<K, unknown>(argument, otherwise);
    if (typeof number !== "number" || !Number.isInteger(number) || number < least || number > most) {
      throw this.wrong(argument, `must be a whole number from ${least} to ${most}, not ${JSON.stringify(number)}`);
    }
    return number;
  }
}

function nearest(given: string, words: readonly string[]): string {
  const ranked = [...words].sort((a, b) => distance(given.toLowerCase(), a.toLowerCase()) - distance(given.toLowerCase(), b.toLowerCase()));
  const [first] = ranked;
  return first !== undefined && distance(given.toLowerCase(), first.toLowerCase()) <= 3
    ? `did you mean ${JSON.stringify(first)}?`
    : `known are ${words.join(", ")}`;
}
