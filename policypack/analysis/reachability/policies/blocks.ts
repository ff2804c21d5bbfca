/** Blocks of addresses as peers. */

import type { Node } from "../../../model/value";
import { parseBlock } from "../../cidr/address";
import { IpSet } from "../../cidr/ip-set";
import type { BlockReach, Peer } from "../policy";

export type BlockPeer = Peer & { readonly kind: "block" };

/** A CIDR without its exceptions; one that is not known yet may be any. What is no CIDR matches no address. */
export function blockPeer(cidr: Node | undefined, except: Node | undefined, reach: BlockReach): BlockPeer {
  const read = cidr?.string();
  if (read === undefined || read.state === "unknown") return { kind: "block", certain: IpSet.EMPTY, possible: IpSet.ALL, reach };
  if (read.state === "known" && (except === undefined || except.isAbsent)) return wholeBlock(read.value, reach);
  const holes = (except?.items() ?? []).map((node) => node.string());
  const rest = setOf(read.state === "known" ? [read.value] : []).minus(
    setOf(holes.flatMap((text) => (text.state === "known" ? [text.value] : []))),
  );
  return {
    kind: "block",
    certain: except?.isUnknown === true || holes.some((text) => text.state === "unknown") ? IpSet.EMPTY : rest,
    possible: rest,
    reach,
  };
}

/** Many rules name the same blocks: those are read once. The memory is bounded, and changes no answer. */
const REMEMBERED = 5_000;
const remembered = new Map<string, BlockPeer>();

function wholeBlock(cidr: string, reach: BlockReach): BlockPeer {
  const key = `${cidr} ${reach}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  if (remembered.size >= REMEMBERED) remembered.clear();
  const addresses = setOf([cidr]);
  const made: BlockPeer = { kind: "block", certain: addresses, possible: addresses, reach };
  remembered.set(key, made);
  return made;
}

function setOf(texts: readonly string[]): IpSet {
  return IpSet.fromBlocks(
    texts.flatMap((text) => {
      const block = parseBlock(text);
      return block === undefined ? [] : [block];
    }),
  );
}
