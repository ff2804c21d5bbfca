/** One observable of a threat indicator, as STIX 2.1 bundles carry them. */
export interface Indicator {
  readonly id: string;
  readonly name: string;
  readonly kind: "ip" | "domain" | "url" | "digest" | "asn";
  /** IP: address or CIDR. Others: lower-case text. */
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validUntil: number | undefined;
  /** 0–100. */
  readonly confidence: number | undefined;
  /** Traffic Light Protocol 2.0 marking of the indicator: what may be said of it, and to whom. */
  readonly tlp: "clear" | "green" | "amber" | "amber+strict" | "red" | undefined;
}
