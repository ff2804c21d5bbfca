/** What every input adapter hands over, and the one way in which it refuses. */

import type { Stack } from "../../policypack/model/stack";

/** A `Stack` read from one target, with what the user should know about how it was read. */
export interface InputResult {
  readonly stack: Stack;
  readonly warnings: string[];
}

/** Where in an input something is wrong; `file` is as the user named it, `line` and `column` count from 1. */
export interface InputPlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** An input that cannot be read. The message stands alone: it says what was found and what to pass instead. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(message: string, place: InputPlace) {
    super(message);
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
  }

  /** `file:line:column`, as editors and terminals open it. */
  get place(): string {
    return [this.file, this.line, this.column].filter((part) => part !== undefined).join(":");
  }
}
