/** Matches names, images and numbers with the list of covered entities. Source: `data/vendors.json`; replaceable. */

import type { Vendor } from "../../model/vendor";
import data from "../../topology/data/vendors.json";
import { parseImage } from "../images/reference";

export interface Hit {
  readonly entity: string;
  /** `deny` for named covered entities, `review` for weak signs. */
  readonly kind: "deny" | "review";
  /** What kind of sign: "image namespace", "autonomous system". */
  readonly sign: string;
  /** What was seen. */
  readonly text: string;
}

const BUILT_IN = data.entities as unknown as readonly Vendor[];

/** Projects that listed companies contribute to are no covered equipment. */
const NEVER = new Set(["kubeedge", "volcanosh", "karmada", "openeuler", "cncf"]);

/** Carriers, drones and consumer devices are covered for services that a core seldom is. */
function kindOf(vendor: Vendor): Hit["kind"] {
  return /irrelevant|review/.test(vendor.functionScope ?? "") && !/deny/.test(vendor.functionScope ?? "") ? "review" : "deny";
}

export function imageHits(reference: string, vendors: readonly Vendor[] = BUILT_IN): Hit[] {
  const image = parseImage(reference);
  if (image === undefined) return [];
  // A mirror keeps the original namespace further down its path.
  const namespaces = image.path.toLowerCase().split("/").slice(0, -1);
  if (namespaces.some((namespace) => NEVER.has(namespace))) return [];
  return vendors.flatMap((vendor): Hit[] => {
    const { imageNamespaces = [], registrySuffixes = [] } = vendor.match;
    if (namespaces.some((namespace) => imageNamespaces.includes(namespace)))
      return [{ entity: vendor.entity, kind: kindOf(vendor), sign: "image namespace", text: reference }];
    const host = image.registry.replace(/:\d+$/, "");
    const suffix = registrySuffixes.some((item) => host === item || host.endsWith(`.${item}`));
    // A cloud of the country of origin hosts everybody's images.
    return suffix ? [{ entity: vendor.entity, kind: "review", sign: "registry", text: reference }] : [];
  });
}

/** A word that names a vendor (label, device) or provider, or the number of an autonomous system. */
export function namedHits(text: string, as: "label" | "device" | "provider" | "asn", vendors: readonly Vendor[] = BUILT_IN): Hit[] {
  const word = text.trim().toLowerCase();
  if (word === "" || NEVER.has(word)) return [];
  return vendors.flatMap((vendor): Hit[] => {
    const { vendorLabels = [], providerNames = [], deviceVendorRegex, asns = [] } = vendor.match;
    const hit = (kind: Hit["kind"], sign: string): Hit[] => [{ entity: vendor.entity, kind, sign, text }];
    if (as === "asn") return asns.includes(Number(word)) ? hit("review", "autonomous system") : [];
    if (as === "provider")
      return [...providerNames, ...vendorLabels].some((name) => contains(word, name)) ? hit("deny", "service provider") : [];
    const expression = deviceVendorRegex === undefined ? undefined : new RegExp(deviceVendorRegex.replace(/^\(\?i\)/, ""), "i");
    if (vendorLabels.some((name) => contains(word, name)) || expression?.test(text) === true)
      return hit(kindOf(vendor), as === "label" ? "vendor label" : "device");
    return [];
  });
}

/** As a whole word. */
function contains(text: string, name: string): boolean {
  return ` ${text.replace(/[^a-z0-9]+/g, " ")} `.includes(
    ` ${name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, " ")
      .trim()} `,
  );
}
