/**
 * Which programs a command line or script starts. No shell is run: words in the place of a command are read, past assignments, keywords,
 * wrappers (`exec`, `sudo`, `timeout 5`), quotes and backslashes, in every part of pipes, lists, subshells and substitutions.
 */

import { perText } from "../../model/answers";

/** One program in a script: its base name and its words. */
export interface Invocation {
  readonly program: string;
  readonly words: readonly string[];
}

/** Words after which a command follows in the same part. */
const KEYWORDS = new Set(["if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "exec", "nohup", "command", "builtin", "sudo", "doas", "env", "busybox", "setsid", "eval", "stdbuf", "nice", "chroot", "nsenter", "unshare", "xargs", "setpriv"]); // prettier-ignore

/** Wrappers with one argument of their own before the command. */
const WITH_ARGUMENT = new Set(["timeout", "chroot", "nice", "gosu", "su-exec"]);

const SHELLS = new Set(["sh", "bash", "ash", "dash", "zsh", "ksh"]);

export function isShell(program: string): boolean {
  return SHELLS.has(program);
}

/** The programs that a script starts, in their order. */
export const programsIn = perText((script): readonly Invocation[] =>
  parts(script).flatMap((part) => {
    const found = invocation(part);
    return found === undefined ? [] : [named(found, script)];
  }),
);

/** A program that a variable names (`x=curl; $x …`), by what the script itself puts into the variable. */
function named(found: Invocation, script: string): Invocation {
  const variable = /^\$\{?(\w+)\}?$/.exec(found.program)?.[1];
  if (variable === undefined) return found;
  const value = new RegExp(`(?:^|[\\s;&|])${variable}=["']?([\\w./-]+)`, "m").exec(script)?.[1];
  return value === undefined ? found : { program: base(value), words: [value, ...found.words.slice(1)] };
}

/** Programs of a container's command and arguments (or a hook's, a probe's): the program itself, and what a shell is told to run. */
export function programsOf(argv: readonly string[]): readonly Invocation[] {
  const [first, ...rest] = argv;
  if (first === undefined) return [];
  const own: Invocation = { program: base(first), words: argv };
  const inner = [own, ...wrapped(argv)].flatMap(({ program, words }) =>
    isShell(program) ? scriptsOf(words.slice(1)).flatMap((script) => [...programsIn(script)]) : [],
  );
  // `args` alone go to the entrypoint of the image, which may be a shell.
  const loose = isShell(own.program) ? [] : rest.filter((word) => /[;&|\n]|\s/.test(word)).flatMap((script) => [...programsIn(script)]);
  return [own, ...wrapped(argv), ...inner, ...loose];
}

/** `env FOO=1 curl x`, `timeout 5 nc …` given as words. */
function wrapped(argv: readonly string[]): readonly Invocation[] {
  if (!KEYWORDS.has(base(argv[0] ?? "")) && !WITH_ARGUMENT.has(base(argv[0] ?? ""))) return [];
  const found = invocation(argv);
  return found === undefined ? [] : [found];
}

/** The scripts that a shell is given: every word that is no option, since `-ec` and `-c` are options alike. */
function scriptsOf(words: readonly string[]): readonly string[] {
  return words.filter((word) => !/^[-+]/.test(word));
}

function invocation(words: readonly string[]): Invocation | undefined {
  let index = 0;
  while (index < words.length) {
    const word = words[index] ?? "";
    const name = base(word);
    if (/^[A-Za-z_]\w*=/.test(word) || word.startsWith("-")) index += 1;
    else if (WITH_ARGUMENT.has(name)) index += 2;
    else if (KEYWORDS.has(name)) index += 1;
    else return { program: name, words: words.slice(index) };
  }
  return undefined;
}

/** Base name of a program as a shell would find it, without quotes and backslashes. */
function base(word: string): string {
  const plain = word.replace(/["'\\]/g, "");
  return plain.slice(plain.lastIndexOf("/") + 1);
}

const LONGEST = 200_000;

/** A script cut where a new command begins; comments are left out, what stands in quotes is one word and a script of its own where it substitutes. */
function parts(script: string): readonly (readonly string[])[] {
  const text = script.length > LONGEST ? script.slice(0, LONGEST) : script.replace(/\\\r?\n/g, " ");
  const found: (readonly string[])[] = [];
  let words: string[] = [];
  let word = "";
  let quote = "";
  const endWord = (): void => {
    if (word !== "") words.push(word);
    word = "";
  };
  const endPart = (): void => {
    endWord();
    if (words.length > 0) found.push(words);
    words = [];
  };
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? "";
    const substitutes = char === "`" || (char === "$" && text[index + 1] === "(");
    if (quote !== "") {
      if (char === quote) quote = "";
      else if (quote === '"' && substitutes) {
        const end = closing(text, index);
        found.push(...parts(text.slice(char === "`" ? index + 1 : index + 2, end)));
        index = end;
      } else word += char;
    } else if (char === "'" || char === '"') quote = char;
    else if (char === "#" && word === "" && /(^|[\s;&|(])$/.test(text.slice(Math.max(0, index - 1), index))) {
      const end = text.indexOf("\n", index);
      index = end < 0 ? text.length : end - 1;
    } else if (/[\n;|&(){}`]/.test(char)) {
      // Redirections to descriptors (2>&1, &>) are no new command.
      if (char === "&" && (/[<>]$/.test(word) || text[index + 1] === ">")) word += char;
      else endPart();
    } else if (/\s/.test(char)) endWord();
    else word += char;
  }
  endPart();
  return found;
}

function closing(text: string, from: number): number {
  if (text[from] === "`") {
    const end = text.indexOf("`", from + 1);
    return end < 0 ? text.length : end;
  }
  let depth = 0;
  for (let index = from + 1; index < text.length; index += 1) {
    if (text[index] === "(") depth += 1;
    else if (text[index] === ")" && --depth === 0) return index;
  }
  return text.length;
}
