/** The address ranges of the VPCs in sight. */

import { vpcs } from "../../model/aws/networks";
import type { CoreModel } from "../../model/core";
import { valueOr } from "../../model/value";
import { parseBlock } from "../cidr/address";
import { IpSet } from "../cidr/ip-set";

export const vpcAddresses = (model: CoreModel): IpSet =>
  IpSet.fromBlocks(model.ask(vpcs).flatMap((vpc) => parseBlock(valueOr(vpc.props.get("cidrBlock").string(), "")) ?? []));
