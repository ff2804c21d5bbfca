/** Which indicators count, and what may be said of one. Source: FIRST, Traffic Light Protocol 2.0. */

import type { Indicator } from "../../model/indicator";

/** Valid at this time, in milliseconds since the epoch. */
export function activeIndicators(indicators: readonly Indicator[], at: number): readonly Indicator[] {
  return indicators.filter(({ validFrom, validUntil }) => validFrom <= at && (validUntil === undefined || at < validUntil));
}

/** An indicator as messages name it: by its id, with the marking where that limits who may know more. */
export function markedOf({ id, tlp }: Indicator): string {
  return tlp === "red" || tlp === "amber+strict" ? `${id} (TLP:${tlp.toUpperCase()})` : id;
}
