/** Address ranges of a stack: those of its planes, those of its infrastructure, and the pools that subscribers get addresses from. */

import { subnets, vpcs } from "../../model/aws/networks";
import { EKS_CLUSTER } from "../../model/aws/types";
import type { CoreModel } from "../../model/core";
import { perPart } from "../../model/answers";
import type { Resource } from "../../model/stack";
import { Node, type Value } from "../../model/value";
import { parseBlock } from "../cidr/address";
import { IpSet } from "../cidr/ip-set";
import { below } from "../nf-config/configuration";
import { type NfContents, nfConfigurations } from "../nf-config";
import { planesOfNetwork, planesTagged } from ".";

export interface Range {
  readonly resource: Resource;
  /** For people: "subnet n3-a". */
  readonly title: string;
  readonly node: Node;
  readonly addresses: IpSet;
  /** Planes that it says it belongs to; `undefined` while that is not known. */
  readonly planes: readonly string[] | undefined;
  /** Some of its addresses are not known yet. */
  readonly partial: boolean;
}

/** Subnets and secondary networks with the planes that they say they are. */
export const planeRanges = (model: CoreModel): readonly Range[] => [
  ...model.ask(subnets).map((resource): Range => {
    const planes = planesTagged(resource);
    return {
      ...range(resource, `subnet ${resource.name}`, [resource.props.get("cidrBlock"), resource.props.get("ipv6CidrBlock")]),
      planes: planes.state === "unknown" ? undefined : planes.state === "known" ? planes.value : [],
    };
  }),
  ...model.objectsOf("k8s.cni.cncf.io", "NetworkAttachmentDefinition").map((object): Range => {
    const planes = planesOfNetwork(object);
    const config = object.spec.get("config");
    const addresses = ipamRanges(config);
    return {
      resource: object.resource,
      title: `network ${object.name}`,
      node: config,
      addresses: addresses ?? IpSet.EMPTY,
      planes: planes.state === "known" ? planes.value : undefined,
      partial: addresses === undefined,
    };
  }),
];

/** What nodes, pods and Services live in, beside the planes' own ranges. */
export const infrastructureRanges = (model: CoreModel): readonly Range[] => [
  ...model.ask(vpcs).map((vpc) => range(vpc, `VPC ${vpc.name}`, [vpc.props.get("cidrBlock"), vpc.props.get("ipv6CidrBlock")])),
  ...model.ofType(EKS_CLUSTER).map((cluster) => {
    const config = cluster.props.get("kubernetesNetworkConfig");
    return range(cluster, `the Services of EKS cluster ${cluster.name}`, [config.get("serviceIpv4Cidr"), config.get("serviceIpv6Cidr")]);
  }),
];

function range(resource: Resource, title: string, nodes: readonly [Node, ...Node[]]): Range {
  const blocks = nodes.map((node) => {
    const read = node.string();
    return read.state === "known" ? parseBlock(read.value) : undefined;
  });
  return {
    resource,
    title,
    node: nodes.find((node) => !node.isAbsent) ?? nodes[0],
    addresses: IpSet.fromBlocks(blocks.flatMap((block) => block ?? [])),
    planes: [],
    partial: nodes.some((node, index) => !node.isAbsent && blocks[index] === undefined),
  };
}

/**
 * Addresses that a CNI configuration hands out: host-local's `subnet` and `ranges`, whereabouts' `range` and `ipRanges`, static
 * `addresses` with their prefix. `undefined` where the configuration cannot be read. Source: CNI plugins reference, ipam.
 */
function ipamRanges(config: Node): IpSet | undefined {
  const read = config.string();
  if (read.state === "absent") return IpSet.EMPTY;
  if (read.state === "unknown") return undefined;
  let tree: Value;
  try {
    tree = JSON.parse(read.value) as Value;
  } catch {
    return undefined;
  }
  const blocks = below(Node.parsed(tree, config))
    .filter((node) => IPAM_KEYS.has(node.name) && /\bipam\b/.test(node.path))
    .flatMap((node) => {
      const text = node.string();
      // Whereabouts also writes `10.0.0.1-10.0.0.9/24`.
      return text.state === "known" ? (parseBlock(text.value.replace(/^[^-]*-/, "")) ?? []) : [];
    });
  return IpSet.fromBlocks(blocks);
}

const IPAM_KEYS = new Set(["subnet", "range", "address"]);

export interface UePool {
  readonly resource: Resource;
  readonly title: string;
  readonly node: Node;
  readonly addresses: IpSet;
}

/** Keys under which SMFs and UPFs keep UE address pools: open5gs `subnet`, free5GC `pools[].cidr`, SD-Core `ue_ip_pool`, OAI `ue_ip_pool`. */
const POOL_KEYS = /^(subnet|addr|cidr|ue_?-?ip_?-?pool|ueippool|ipv4_subnet|ipv6_prefix)$/i;

/** The pools that UEs get addresses from, as the SMFs' and UPFs' configuration says. */
export const uePools = (model: CoreModel): readonly UePool[] =>
  model.ask(nfConfigurations).flatMap((configuration) => {
    if (!configuration.networkFunctions.some((id) => id === "SMF" || id === "UPF" || id === "PGW")) return [];
    const { object } = configuration;
    const title = `${object.kind} ${object.name}`;
    return poolsIn(configuration.contents).map((pool) => ({ ...pool, resource: object.resource, title }));
  });

const poolsIn = perPart(({ body }: NfContents) =>
  below(body).flatMap((node) => {
    const read =
      node.kind() === "string" && POOL_KEYS.test(node.name) && !/\b(pfcp|gtpu|sbi|metrics|server|client)\b/.test(node.path)
        ? node.string()
        : undefined;
    const block = read?.state === "known" && read.value.includes("/") ? parseBlock(read.value) : undefined;
    return block === undefined ? [] : [{ node, addresses: IpSet.fromBlocks([block]) }];
  }),
);
