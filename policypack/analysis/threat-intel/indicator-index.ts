/** Active indicators, to be found by what a resource names in logarithmic time, however many there are. */

import type { Indicator } from "../../model/indicator";
import { type Family, intervalOf, parseBlock } from "../cidr/address";
import type { Observable } from "./observables";

export interface Match {
  readonly indicator: Indicator;
  /**
   * `names`: the resource names the indicator, or an address in its block. `holds`: the resource's block or wildcard has the indicator
   * inside. `below`: the resource names a subdomain of the indicator's domain.
   */
  readonly how: "names" | "holds" | "below";
}

interface Entry {
  readonly first: bigint;
  readonly last: bigint;
  /** Largest `last` of this and all entries before it. */
  readonly reach: bigint;
  readonly indicator: Indicator;
}

/** No observable tells of more indicators than this. */
const MOST = 20;

export class IndicatorIndex {
  private readonly exact = new Map<string, Indicator[]>();
  private readonly parents = new Map<string, Indicator[]>();
  private readonly blocks: { readonly [family in Family]: readonly Entry[] };

  constructor(private readonly indicators: readonly Indicator[]) {
    const found: { readonly [family in Family]: Omit<Entry, "reach">[] } = { 4: [], 6: [] };
    for (const indicator of indicators) {
      const block = indicator.kind === "ip" ? parseBlock(indicator.value) : undefined;
      if (block !== undefined) found[block.family].push({ ...intervalOf(block), indicator });
      else if (indicator.kind !== "ip") add(this.exact, `${indicator.kind} ${canonical(indicator.kind, indicator.value)}`, indicator);
      if (indicator.kind === "domain") for (const parent of parentsOf(indicator.value)) add(this.parents, parent, indicator);
    }
    this.blocks = { 4: sorted(found[4]), 6: sorted(found[6]) };
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
    const named = (this.exact.get(`${observable.kind} ${canonical(observable.kind, observable.text)}`) ?? []).map((indicator) => ({
      indicator,
      how: "names" as const,
    }));
    if (observable.kind !== "domain") return named;
    const wildcard = observable.text.startsWith("*.");
    const domain = canonical("domain", observable.text.replace(/^\*\./, ""));
    const above = [...(wildcard ? [domain] : []), ...parentsOf(domain)].flatMap((parent) => this.exact.get(`domain ${parent}`) ?? []);
    const inside = wildcard ? (this.parents.get(domain) ?? []) : [];
    return [
      ...named,
      ...above.map((indicator) => ({ indicator, how: "below" as const })),
      ...inside.slice(0, MOST).map((indicator) => ({ indicator, how: "holds" as const })),
    ];
  }

  autonomousSystem(number: number): readonly Indicator[] {
    return this.exact.get(`asn ${number}`) ?? [];
  }

  private overlapping({ block }: Extract<Observable, { kind: "ip" }>): readonly Match[] {
    const { first, last } = intervalOf(block);
    const entries = this.blocks[block.family];
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((entries[middle] as Entry).first <= last) low = middle + 1;
      else high = middle;
    }
    const found: Match[] = [];
    for (let index = low - 1; index >= 0 && found.length < MOST; index -= 1) {
      const entry = entries[index] as Entry;
      if (entry.reach < first) break;
      if (entry.last < first) continue;
      found.push({ indicator: entry.indicator, how: entry.first <= first && last <= entry.last ? "names" : "holds" });
    }
    return found.reverse();
  }
}

function sorted(entries: readonly Omit<Entry, "reach">[]): readonly Entry[] {
  let reach = -1n;
  return [...entries]
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
    .map((entry) => {
      if (entry.last > reach) reach = entry.last;
      return { ...entry, reach };
    });
}

function add(map: Map<string, Indicator[]>, key: string, indicator: Indicator): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [indicator]);
  else list.push(indicator);
}

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
