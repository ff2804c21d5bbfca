/** What goes on, on a terminal: one line on standard error that is wiped when it is over. */

export interface Progress {
  step(text: string): void;
  done(): void;
}

/** Nothing is said where standard error is no terminal. */
export function progress(): Progress {
  const stream = process.stderr;
  if (stream.isTTY !== true || process.env["CI"] !== undefined) return { step: () => undefined, done: () => undefined };
  const wipe = "\r\u001b[K";
  return {
    step: (text) => void stream.write(`${wipe}${text} ...`),
    done: () => void stream.write(wipe),
  };
}
