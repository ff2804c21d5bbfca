/** A bundle of indicators as it was found: how new it is, and whether it is what its maker made. */
export interface Feed {
  /** As the settings name it. */
  readonly file: string;
  /** When its newest object was changed, in milliseconds since the epoch; `undefined` where no object says. */
  readonly newest: number | undefined;
  /** Against the SHA-256 that the settings pin. */
  readonly digest: "matches" | "differs" | "not pinned";
  /** By the public key that the settings name. */
  readonly signature: "valid" | "invalid" | "not checked";
}

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
