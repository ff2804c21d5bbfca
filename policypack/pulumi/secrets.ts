/** Secret texts that went through the pack, so that no message repeats one, whoever wrote it. */

/** Shorter texts ("true", "admin") occur in any sentence; the model's marks keep those out of evidence. */
const LEAST = 8;

/** How much of a long text a finding quotes at most (`Node.describe`), less its ellipsis. */
const QUOTED = 159;

const HIDDEN = "(secret)";

export class Secrets {
  private readonly texts = new Set<string>();

  add(text: string): void {
    if (text.length < LEAST) return;
    this.texts.add(text);
    if (text.length > QUOTED) this.texts.add(text.slice(0, QUOTED));
  }

  /** The text with every secret in it replaced. */
  hide(text: string): string {
    let hidden = text;
    for (const secret of this.texts) {
      if (hidden.includes(secret)) hidden = hidden.replaceAll(secret, HIDDEN);
    }
    return hidden;
  }

  clear(): void {
    this.texts.clear();
  }
}
