/** Indicators as a STIX 2.1 bundle. */

import type { Indicator } from "../../policypack/engine/settings";

const MARKINGS: { readonly [tlp: string]: string } = {
  clear: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
  green: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
  amber: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
  "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
  red: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
};

export function stixBundle(indicators: readonly Indicator[]): object {
  return {
    type: "bundle",
    id: "bundle--2f3e1d0a-8c55-4f0c-9d7b-0d7e6a3d5b11",
    objects: indicators.map((indicator) => ({
      type: "indicator",
      spec_version: "2.1",
      id: indicator.id,
      name: indicator.name,
      pattern: `[${comparison(indicator)}]`,
      pattern_type: "stix",
      valid_from: new Date(indicator.validFrom).toISOString(),
      ...(indicator.validUntil !== undefined && { valid_until: new Date(indicator.validUntil).toISOString() }),
      ...(indicator.confidence !== undefined && { confidence: indicator.confidence }),
      ...(indicator.tlp !== undefined && { object_marking_refs: [MARKINGS[indicator.tlp]] }),
    })),
  };
}

function comparison({ kind, value }: Indicator): string {
  switch (kind) {
    case "ip":
      return `${value.includes(":") ? "ipv6" : "ipv4"}-addr:value = '${value}'`;
    case "domain":
      return `domain-name:value = '${value}'`;
    case "url":
      return `url:value = '${value}'`;
    case "digest":
      return `file:hashes.'SHA-256' = '${value}'`;
    case "asn":
      return `autonomous-system:number = ${value}`;
  }
}
