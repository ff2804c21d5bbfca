/** Addresses that subscribers get: the pools of SMF and UPF configurations, whatever the product calls them. */

import type { CoreModel } from "../../model/core";
import { valueOr } from "../../model/value";
import { parseBlock } from "../cidr/address";
import { IpSet } from "../cidr/ip-set";
import { below } from "./configuration";
import { nfConfigurations } from "./index";

/** Keys under which open5gs (`subnet`), free5GC (`cidr` of `pools` and `staticPools`) and SD-Core (`ue-ip-pool`) keep a pool. */
const KEYS = /^(subnet|cidr|ueSubnet|ue-ip-pool|ue_ip_pool|ue_ip_pool_v4)$/i;

/** A block too wide for a pool is no pool: `0.0.0.0/0` in a route. */
const WIDEST = 8;

export const subscriberPools = (model: CoreModel): IpSet => {
  const configurations = model
    .ask(nfConfigurations)
    .filter(({ networkFunctions }) => networkFunctions.some((id) => ["SMF", "UPF", "PGW", "PGW-U"].includes(id)));
  const blocks = configurations.flatMap(({ body }) =>
    below(body).flatMap((node) => {
      const block = KEYS.test(node.name) && node.kind() === "string" ? parseBlock(valueOr(node.string(), "")) : undefined;
      return block === undefined || block.prefix < WIDEST ? [] : [block];
    }),
  );
  return IpSet.fromBlocks(blocks);
};
