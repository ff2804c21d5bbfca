/** What of a threat-intelligence bundle can be refused: addresses and names that are valid, believed, and may be told to the platform. */

import { readStixBundle } from "../../policypack/analysis/threat-intel/stix";
import type { Indicator } from "../../policypack/model/indicator";

export interface Threats {
  /** Addresses and blocks, each in CIDR notation, sorted. */
  readonly blocks: readonly string[];
  readonly ipv4: readonly string[];
  /** Names with their subdomains, as the DNS firewall takes them. */
  readonly domains: readonly string[];
  /** Why the bundle cannot be used. */
  readonly problem: string | undefined;
}

export interface Chosen {
  /** Least confidence, 0 to 100; an indicator that states none counts. */
  readonly confidence: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export function threatsOf(bundle: unknown, { confidence, at }: Chosen): Threats {
  const { indicators, problems } = readStixBundle(bundle);
  const problem = indicators.length === 0 ? (problems[0]?.reason ?? "holds no indicator that can be read") : undefined;
  const counted = indicators.filter(
    (indicator) =>
      indicator.validFrom <= at &&
      (indicator.validUntil === undefined || at < indicator.validUntil) &&
      (indicator.confidence ?? 100) >= confidence &&
      mayBeShown(indicator),
  );
  const values = (kind: Indicator["kind"]) => [...new Set(counted.filter((item) => item.kind === kind).map(({ value }) => value))].sort();
  const blocks = values("ip").map((value) => (value.includes("/") ? value : `${value}/${value.includes(":") ? 128 : 32}`));
  return {
    blocks,
    ipv4: blocks.filter((block) => !block.includes(":")),
    domains: values("domain").flatMap((domain) => [domain, `*.${domain}`]),
    problem,
  };
}

/** The most of anything that one list of a ClusterNetworkPolicy takes: rules, peers of a rule, networks of a peer. */
const LONGEST_LIST = 25;

/** Egress rules of one ClusterNetworkPolicy after the other that refuse these blocks. */
export function denials(blocks: readonly string[]): readonly (readonly object[])[] {
  const peers = parts(blocks).map((networks) => ({ networks }));
  return parts(parts(peers).map((to, index) => ({ name: `threat-intelligence-${index + 1}`, action: "Deny", to })));
}

function parts<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / LONGEST_LIST) }, (_, index) =>
    items.slice(index * LONGEST_LIST, (index + 1) * LONGEST_LIST),
  );
}

/** Lists in the account are read by people of the whole organisation, and of its providers: TLP:GREEN and AMBER at most (TLP 2.0). */
function mayBeShown({ tlp }: Indicator): boolean {
  return tlp === undefined || tlp === "clear" || tlp === "green" || tlp === "amber";
}
