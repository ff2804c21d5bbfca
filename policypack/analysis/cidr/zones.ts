/** Address ranges that the settings declare for who is beside the core. */

import { parseBlock } from "./address";
import { IpSet } from "./ip-set";

/** The addresses of a list of ranges, as far as they can be read; empty where none is declared. */
export function declaredRange(cidrs: readonly string[] | undefined): IpSet {
  return IpSet.fromBlocks((cidrs ?? []).flatMap((cidr) => parseBlock(cidr) ?? []));
}
