/** The network of a core: a VPC whose planes and zones cannot reach each other but by the 3GPP matrix, and nothing of it the internet. */

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Arguments } from "./arguments";
import { boundaryOf } from "./boundary";
import { firewall } from "./firewall";
import { networkRecords } from "./network-records";
import { LONGEST_PREFIX, MAXIMUM_ZONES, PLANE_ZONES, type SubnetPlan, subnetPlan } from "./plan/addresses";
import { attachmentsOf, BUILDABLE, PLMN, zonesOf } from "./plan/functions";
import { type Belonging, tagsOf } from "./tags";
import { type Block, formatBlock, overlap } from "../policypack/analysis/cidr/address";
import type { NetworkFunctionId } from "../policypack/topology/types";

export interface CoreNetworkArgs {
  /** Network functions that the core has: AMF, SMF, UPF … They decide which zones and planes there are. */
  functions: pulumi.Input<pulumi.Input<string>[]>;
  /** Mobile country and network code: 00101. */
  plmn: pulumi.Input<string>;
  /** Availability zones, one subnet of each plane in each: eu-central-1a … */
  availabilityZones: pulumi.Input<pulumi.Input<string>[]>;
  /** Region of the availability zones, for the names of endpoints; default: the first availability zone without its letter. */
  region?: pulumi.Input<string>;
  /** Address block of the VPC, at least a /19. Default: 10.0.0.0/16. */
  cidr?: pulumi.Input<string>;
  /** Address blocks of the radio access network, whose gNBs speak N2 and N3. */
  ranCidrs?: pulumi.Input<pulumi.Input<string>[]>;
  /** Address blocks of roaming partners, whose SEPPs speak N32. */
  partnerCidrs?: pulumi.Input<pulumi.Input<string>[]>;
  /** Address blocks of the jump zone that manages the core. */
  oamCidrs?: pulumi.Input<pulumi.Input<string>[]>;
  /** Address blocks of subscribers. */
  subscriberCidrs?: pulumi.Input<pulumi.Input<string>[]>;
  /** Threat domains that name resolution refuses, beside AWS's managed lists. */
  threatDomains?: pulumi.Input<pulumi.Input<string>[]>;
  /** Permissions boundary of the role that the network makes. Default: one of its own. */
  permissionsBoundary?: pulumi.Input<string>;
  /** production, staging … Default: production. */
  environment?: pulumi.Input<string>;
}

/** VPC with disjoint subnets for each plane and zone, their route tables, security groups and ACLs, private endpoints, flow and DNS records. */
export class CoreNetwork extends pulumi.ComponentResource {
  /** Identifier of the VPC. */
  public readonly vpcId: pulumi.Output<string>;
  /** Address block of the VPC. */
  public readonly cidr: pulumi.Output<string>;
  /** Subnets of the nodes of each zone. */
  public readonly nodeSubnetIds: pulumi.Output<{ [zone: string]: string[] }>;
  /** Subnets of each secondary plane: n2, n3, n4 … */
  public readonly planeSubnetIds: pulumi.Output<{ [plane: string]: string[] }>;
  /** Address blocks of each secondary plane. */
  public readonly planeCidrs: pulumi.Output<{ [plane: string]: string[] }>;
  /** Security groups: `nodes-<zone>` and one of each plane. */
  public readonly securityGroupIds: pulumi.Output<{ [name: string]: string }>;

  constructor(name: string, args: CoreNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("carrierguard:index:CoreNetwork", name, args, opts);
    const read = new Arguments("CoreNetwork", name, args);
    const functions = read.texts("functions").map((given) => read.word("functions", given, BUILDABLE));
    const azs = read.texts("availabilityZones");
    if (azs.length < 2 || azs.length > MAXIMUM_ZONES)
      throw read.wrong("availabilityZones", `must be two to ${MAXIMUM_ZONES}, so that one may fail`);
    read.text("plmn", PLMN, "a PLMN such as 00101");
    const block = read.block("cidr", read.plain<"cidr", string>("cidr", "10.0.0.0/16"));
    if (block.family !== 4 || block.prefix > LONGEST_PREFIX || block.prefix < 16)
      throw read.wrong("cidr", `must be an IPv4 block from /16 to /${LONGEST_PREFIX}`);
    const outside = surroundings(read, block);
    const cidr = formatBlock(block);
    const belonging: Belonging = { plmn: args.plmn, environment: args.environment ?? "production" };
    const options = { parent: this };

    const tags = (zone: SubnetPlan["zone"], plane: string) => tagsOf(belonging, zone, plane);
    const vpc = new aws.ec2.Vpc(
      name,
      { cidrBlock: cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: tags("control", "sbi") },
      options,
    );
    // Adopted without a rule: what names no group or ACL of its own reaches nothing.
    new aws.ec2.DefaultSecurityGroup(name, { vpcId: vpc.id, tags: tags("control", "sbi") }, options);
    new aws.ec2.DefaultNetworkAcl(name, { defaultNetworkAclId: vpc.defaultNetworkAclId, tags: tags("control", "sbi") }, options);

    const zones = zonesOf(functions);
    const planes = planesOf(functions, zones, outside);
    const plan = subnetPlan(block, zones, planes, azs.length);
    // A route table for each plane and zone: none has a way to the internet, and none to another plane's peers.
    const tables = new Map<string, aws.ec2.RouteTable>();
    const tableOf = (subnet: SubnetPlan) => {
      const key = subnet.plane === "sbi" ? `nodes-${subnet.zone}` : subnet.plane;
      const found =
        tables.get(key) ?? new aws.ec2.RouteTable(`${name}-${key}`, { vpcId: vpc.id, tags: tags(subnet.zone, subnet.plane) }, options);
      tables.set(key, found);
      return found;
    };
    const subnets = plan.map((subnet) => {
      const resource = new aws.ec2.Subnet(
        `${name}-${subnet.name}`,
        {
          vpcId: vpc.id,
          cidrBlock: subnet.cidr,
          availabilityZone: azs[subnet.index] ?? "",
          mapPublicIpOnLaunch: false,
          tags: tags(subnet.zone, subnet.plane),
        },
        options,
      );
      new aws.ec2.RouteTableAssociation(`${name}-${subnet.name}`, { subnetId: resource.id, routeTableId: tableOf(subnet).id }, options);
      return { ...subnet, resource };
    });

    const groups = firewall(
      name,
      { vpc, cidr, functions, zones, planes, outside, subnets, tags, region: regionOf(read, azs) },
      tables,
      this,
    );
    const boundary = boundaryOf(args.permissionsBoundary, name, tags("oam", "oam"), this);
    networkRecords(name, { vpc, belonging, boundary, threats: read.texts("threatDomains", []) }, this);

    const idsBy = (key: (subnet: SubnetPlan) => string | undefined) => {
      const found: { [key: string]: pulumi.Output<string>[] } = {};
      for (const subnet of subnets) {
        const of = key(subnet);
        if (of !== undefined) (found[of] ??= []).push(subnet.resource.id);
      }
      return pulumi.output(found);
    };
    this.vpcId = vpc.id;
    this.cidr = pulumi.output(cidr);
    this.nodeSubnetIds = idsBy(({ plane, zone }) => (plane === "sbi" ? zone : undefined));
    this.planeSubnetIds = idsBy(({ plane }) => (plane === "sbi" ? undefined : plane));
    this.planeCidrs = pulumi.output(cidrsByPlane(plan));
    this.securityGroupIds = pulumi.output(Object.fromEntries([...groups].map(([key, group]) => [key, group.id])));
    this.registerOutputs({
      vpcId: this.vpcId,
      cidr: this.cidr,
      nodeSubnetIds: this.nodeSubnetIds,
      planeSubnetIds: this.planeSubnetIds,
      planeCidrs: this.planeCidrs,
      securityGroupIds: this.securityGroupIds,
    });
  }
}

/** Address blocks around the core, each the way to one kind of peer: an address of two kinds would be let in as both. */
function surroundings(read: Arguments<CoreNetworkArgs>, vpc: Block) {
  const taken: { readonly argument: string; readonly block: Block }[] = [{ argument: "cidr", block: vpc }];
  const blocks = (argument: "ranCidrs" | "partnerCidrs" | "oamCidrs" | "subscriberCidrs"): string[] => {
    const own = read.blocks(argument, []).map((block) => {
      if (block.family !== 4) throw read.wrong(argument, `${formatBlock(block)} is IPv6: the planes of the core are IPv4`);
      const other = taken.find((candidate) => overlap(candidate.block, block));
      if (other !== undefined) {
        throw read.wrong(argument, `${formatBlock(block)} overlaps ${formatBlock(other.block)} of ${other.argument}: give disjoint blocks`);
      }
      return block;
    });
    taken.push(...own.map((block) => ({ argument, block })));
    return own.map(formatBlock);
  };
  return { ran: blocks("ranCidrs"), partners: blocks("partnerCidrs"), oam: blocks("oamCidrs"), subscribers: blocks("subscriberCidrs") };
}

/** Planes whose zone is there, or that a function attaches to from its own zone, as the AMF to N2. */
function planesOf(
  functions: readonly NetworkFunctionId[],
  zones: readonly string[],
  { oam }: { oam: readonly string[] },
): readonly string[] {
  const attached = new Set<string>(functions.flatMap(attachmentsOf));
  return PLANE_ZONES.flatMap(([plane, zone]) =>
    zones.includes(zone) || attached.has(plane) || (plane === "oam" && oam.length > 0) ? [plane] : [],
  );
}

function cidrsByPlane(plan: readonly SubnetPlan[]): { [plane: string]: string[] } {
  const found: { [plane: string]: string[] } = {};
  for (const { plane, cidr } of plan) if (plane !== "sbi") (found[plane] ??= []).push(cidr);
  return found;
}

function regionOf(read: Arguments<CoreNetworkArgs>, azs: readonly string[]): string {
  const region = read.plain<"region", string>("region", /^[a-z]+(-[a-z]+)+-\d/.exec(azs[0] ?? "")?.[0] ?? "");
  if (region === "") throw read.wrong("region", "cannot be told from the availability zones: give it");
  return region;
}
