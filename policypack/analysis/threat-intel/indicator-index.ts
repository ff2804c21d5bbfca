/** Active indicators, to be found by what a resource names in logarithmic time, however many there are. */

import type { Indicator } from "../../model/indicator";
import { BITS, type Block, type Family, intervalOf, parseBlock } from "../cidr/address";
import type { Observable } from "./observables";

export interface Match {
  readonly indicator: Indicator;
  /**
   * `names`: the resource names the indicator, or an address in its block. `holds`: the resource's block or wildcard has the indicator
   * inside. `below`: the resource names a subdomain of the indicator's domain.
   */
  readonly how: "names" | "holds" | "below";
}

/** Indicators of one family of addresses: by their blocks, and in the order of their first addresses. */
class Blocks {
  private readonly byPrefix = new Map<number, Map<string, Held>>();
  private readonly ordered: { readonly first: bigint; readonly prefix: number; readonly indicator: Indicator }[] = [];
  private isSorted = true;

  add({ first, prefix }: Block, indicator: Indicator): void {
    let blocks = this.byPrefix.get(prefix);
    if (blocks === undefined) this.byPrefix.set(prefix, (blocks = new Map<string, Held>()));
    add(blocks, first.toString(36), indicator);
    this.ordered.push({ first, prefix, indicator });
    this.isSorted = false;
  }

  /** Those that hold the whole block: one look for each length of prefix that occurs. */
  holding({ family, first, prefix }: Block): readonly Indicator[] {
    return [...this.byPrefix].flatMap(([length, blocks]) => {
      if (length > prefix) return [];
      const host = BigInt(BITS[family] - length);
      return heldAt(blocks, ((first >> host) << host).toString(36));
    });
  }

  /** Those inside the block and smaller than it. */
  inside(block: Block, most: number): readonly Indicator[] {
    if (!this.isSorted) this.ordered.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
    this.isSorted = true;
    const { first, last } = intervalOf(block);
    let low = 0;
    let high = this.ordered.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ordered[middle] as { first: bigint }).first < first) low = middle + 1;
      else high = middle;
    }
    const found: Indicator[] = [];
    for (let index = low; index < this.ordered.length && found.length < most; index += 1) {
      const entry = this.ordered[index];
      if (entry === undefined || entry.first > last) break;
      if (entry.prefix > block.prefix) found.push(entry.indicator);
    }
    return found;
  }
}

/** No observable tells of more indicators than this. */
const MOST = 20;

export class IndicatorIndex {
  private readonly exact = new Map<string, Held>();
  private readonly parents = new Map<string, Held>();
  private readonly blocks: { readonly [family in Family]: Blocks } = { 4: new Blocks(), 6: new Blocks() };

  constructor(private readonly indicators: readonly Indicator[]) {
    for (const indicator of indicators) {
      const block = indicator.kind === "ip" ? parseBlock(indicator.value) : undefined;
      if (block !== undefined) this.blocks[block.family].add(block, indicator);
      else if (indicator.kind !== "ip") add(this.exact, `${indicator.kind} ${canonical(indicator.kind, indicator.value)}`, indicator);
      if (indicator.kind === "domain") for (const parent of parentsOf(indicator.value)) add(this.parents, parent, indicator);
    }
  }

  /** Indicators that are valid at this time (milliseconds since the epoch) and trusted enough (0–100); an indicator that states no confidence counts. */
  static active(indicators: readonly Indicator[], at: number, minimumConfidence: number): IndicatorIndex {
    return new IndicatorIndex(
      indicators.filter(
        (item) =>
          item.validFrom <= at && (item.validUntil === undefined || at < item.validUntil) && (item.confidence === undefined || item.confidence >= minimumConfidence),
      ),
    ); // prettier-ignore
  }

  get isEmpty(): boolean {
    return this.indicators.length === 0;
  }

  matches(observable: Observable): readonly Match[] {
    if (observable.kind === "ip") return this.overlapping(observable);
    const named = heldAt(this.exact, `${observable.kind} ${canonical(observable.kind, observable.text)}`).map((indicator) => ({
      indicator,
      how: "names" as const,
    }));
    if (observable.kind !== "domain") return named;
    const wildcard = observable.text.startsWith("*.");
    const domain = canonical("domain", observable.text.replace(/^\*\./, ""));
    const above = [...(wildcard ? [domain] : []), ...parentsOf(domain)].flatMap((parent) => heldAt(this.exact, `domain ${parent}`));
    const inside = wildcard ? heldAt(this.parents, domain) : [];
    return [
      ...named,
      ...above.map((indicator) => ({ indicator, how: "below" as const })),
      ...inside.slice(0, MOST).map((indicator) => ({ indicator, how: "holds" as const })),
    ];
  }

  autonomousSystem(number: number): readonly Indicator[] {
    return heldAt(this.exact, `asn ${number}`);
  }

  private overlapping({ block }: Extract<Observable, { kind: "ip" }>): readonly Match[] {
    const blocks = this.blocks[block.family];
    const names = blocks
      .holding(block)
      .slice(0, MOST)
      .map((indicator) => ({ indicator, how: "names" as const }));
    const holds = blocks.inside(block, MOST - names.length).map((indicator) => ({ indicator, how: "holds" as const }));
    return [...names, ...holds];
  }
}

/** Mostly one indicator a key: a list for each would be a million lists. */
type Held = Indicator | Indicator[];

function add(map: Map<string, Held>, key: string, indicator: Indicator): void {
  const held = map.get(key);
  if (held === undefined) map.set(key, indicator);
  else if (Array.isArray(held)) held.push(indicator);
  else map.set(key, [held, indicator]);
}

function heldAt(map: ReadonlyMap<string, Held>, key: string): readonly Indicator[] {
  const held = map.get(key);
  return held === undefined ? NONE : Array.isArray(held) ? held : [held];
}

const NONE: readonly Indicator[] = [];

/** The domains above one, without itself and without top-level domains. */
function parentsOf(domain: string): readonly string[] {
  const labels = domain.split(".");
  return labels.slice(1, -1).map((_, index) => labels.slice(index + 1).join("."));
}

/** One spelling for what means the same: domains without a closing dot, URLs without default port and closing slash. */
function canonical(kind: Indicator["kind"], value: string): string {
  const text = value.toLowerCase();
  if (kind === "domain") return text.replace(/\.$/, "");
  if (kind === "url") return text.replace(/^(http:\/\/[^/]+?):80(?=\/|$)/, "$1").replace(/^(https:\/\/[^/]+?):443(?=\/|$)/, "$1").replace(/\/$/, "");
  return text;
} // prettier-ignore
