/** "Did you mean …": the known word nearest to one that is not known. */

import { distance } from "fastest-levenshtein";

/** The nearest of `words`, if it is near enough to be meant: at most a third of the letters differ. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of words) {
    const steps = distance(wanted, candidate.toLowerCase());
    if (steps < least) {
      least = steps;
      best = candidate;
    }
  }
  return best !== undefined && least <= Math.max(2, Math.ceil(best.length / 3)) ? best : undefined;
}

/** ` (did you mean "…"?)`, or the possible words where none is near and they are few. */
export function suggestion(word: string, words: readonly string[]): string {
  const near = nearest(word, words);
  if (near !== undefined) return `; did you mean "${near}"?`;
  return words.length <= 8 ? `; possible are ${words.map((item) => `"${item}"`).join(", ")}` : "";
}
