/** One threat-intelligence bundle in every place that can refuse or tell: names, packets, pods and detection. */

import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Arguments } from "./arguments";
import { dnsFirewall } from "./dns-firewall";
import { encryptionKey } from "./encryption-key";
import { PLMN } from "./plan/functions";
import { denials, type Threats, threatsOf } from "./plan/threats";
import { privateBucket } from "./private-bucket";
import { tagsOf } from "./tags";

export interface ThreatIntelGuardArgs {
  /** The bundle: STIX 2.1, as JSON text. Indicators marked TLP:AMBER+STRICT or TLP:RED stay out of what others could read. */
  bundle: pulumi.Input<string>;
  /** Network that is guarded. */
  vpcId: pulumi.Input<string>;
  /** GuardDuty detector of the account, as AuditTrail gives it. */
  detectorId: pulumi.Input<string>;
  /** Mobile country and network code: 00101. */
  plmn: pulumi.Input<string>;
  /** Subnets of a Network Firewall, where traffic to the internet passes; without them there is no such traffic to guard. */
  firewallSubnetIds?: pulumi.Input<pulumi.Input<string>[]>;
  /** Least confidence of an indicator, 0 to 100. Default: 50. */
  confidence?: pulumi.Input<number>;
  /** Time at which indicators must be valid, ISO 8601. Default: now, or SOURCE_DATE_EPOCH. */
  at?: pulumi.Input<string>;
  /** production, staging … Default: production. */
  environment?: pulumi.Input<string>;
}

/** DNS firewall, GuardDuty threat list, Network Firewall, prefix list and cluster-wide denies from one bundle. */
export class ThreatIntelGuard extends pulumi.ComponentResource {
  /** Addresses that are refused. */
  public readonly addressCount: pulumi.Output<number>;
  /** Names that are refused. */
  public readonly domainCount: pulumi.Output<number>;

  constructor(name: string, args: ThreatIntelGuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("carrierguard:index:ThreatIntelGuard", name, args, opts);
    const read = new Arguments("ThreatIntelGuard", name, args);
    read.text("plmn", PLMN, "a PLMN such as 00101");
    const confidence = read.count("confidence", 0, 100, 50);
    const threats = bundleOf(read, confidence, momentOf(read));
    const tags = tagsOf({ plmn: args.plmn, environment: args.environment ?? "production" }, "observability", "oam");
    const plan: GuardPlan = { threats, vpcId: args.vpcId, tags, parent: this };

    dnsFirewall(`${name}-feed`, { vpcId: args.vpcId, domains: threats.domains, priority: 102, tags }, this);
    detection(name, plan, args.detectorId);
    if (threats.blocks.length > 0) packets(name, plan, args.firewallSubnetIds);
    this.addressCount = pulumi.output(threats.blocks.length);
    this.domainCount = pulumi.output(threats.domains.length);
    this.registerOutputs({ addressCount: this.addressCount, domainCount: this.domainCount });
  }
}

interface GuardPlan {
  readonly threats: Threats;
  readonly vpcId: pulumi.Input<string>;
  readonly tags: { [tag: string]: pulumi.Input<string> };
  readonly parent: pulumi.Resource;
}

function bundleOf(read: Arguments<ThreatIntelGuardArgs>, confidence: number, at: number): Threats {
  const text = read.plain<"bundle", string>("bundle");
  let bundle: unknown;
  try {
    bundle = JSON.parse(text);
  } catch {
    throw read.wrong("bundle", "is no JSON");
  }
  const threats = threatsOf(bundle, { confidence, at });
  if (threats.problem !== undefined) throw read.wrong("bundle", threats.problem);
  return threats;
}

function momentOf(read: Arguments<ThreatIntelGuardArgs>): number {
  const epoch = Number(process.env["SOURCE_DATE_EPOCH"]);
  const now = Number.isFinite(epoch) && epoch > 0 ? epoch * 1000 : Date.now();
  const at = Date.parse(read.plain<"at", string>("at", new Date(now).toISOString()));
  if (Number.isNaN(at)) throw read.wrong("at", "is no time such as 2026-11-25T00:00:00Z");
  return at;
}

/** GuardDuty tells of every flow with them. */
function detection(name: string, { threats, tags, parent }: GuardPlan, detectorId: pulumi.Input<string>): void {
  const options = { parent };
  const key = encryptionKey(`${name}-feed`, "Threat intelligence of the core", "guardduty.amazonaws.com", tags, parent);
  const bucket = privateBucket(`${name}-feed`, { key, tags }, options);
  const list = new aws.s3.BucketObjectv2(
    `${name}-feed`,
    { bucket: bucket.id, key: "addresses.txt", content: `${threats.blocks.join("\n")}\n`, contentType: "text/plain" },
    options,
  );
  new aws.guardduty.ThreatIntelSet(
    `${name}-feed`,
    { detectorId, activate: true, format: "TXT", location: pulumi.interpolate`s3://${bucket.id}/${list.key}`, tags },
    options,
  );
}

/** Packets to and from them are dropped and told, in the VPC and in every pod of the cluster. */
function packets(name: string, { threats, vpcId, tags, parent }: GuardPlan, subnetIds: ThreatIntelGuardArgs["firewallSubnetIds"]): void {
  const options = { parent };
  const blocks = [...threats.blocks];
  new aws.ec2.ManagedPrefixList(
    `${name}-feed`,
    {
      name: `${name}-feed`,
      addressFamily: "IPv4",
      maxEntries: Math.max(1, threats.ipv4.length),
      entries: threats.ipv4.map((cidr) => ({ cidr, description: "threat intelligence" })),
      tags,
    },
    options,
  );
  const rules = new aws.networkfirewall.RuleGroup(
    `${name}-feed`,
    {
      name: `${name}-feed`,
      type: "STATEFUL",
      capacity: Math.max(100, blocks.length * 2),
      ruleGroup: {
        ruleVariables: { ipSets: [{ key: "FEED", ipSet: { definitions: blocks } }] },
        rulesSource: { rulesString: DROPS },
        statefulRuleOptions: { ruleOrder: "STRICT_ORDER" },
      },
      tags,
    },
    options,
  );
  if (subnetIds !== undefined) firewall(name, rules, { vpcId, subnetIds, tags, parent });
  for (const [index, egress] of denials(blocks).entries()) {
    const policy = index === 0 ? `${name}-feed` : `${name}-feed-${index + 1}`;
    new k8s.apiextensions.CustomResource(
      policy,
      {
        apiVersion: "networking.k8s.aws/v1alpha1",
        kind: "ClusterNetworkPolicy",
        metadata: { name: policy },
        spec: { tier: "Admin", priority: 10 + index, subject: { namespaces: {} }, egress },
      },
      options,
    );
  }
}

/** Suricata rules: both ways, dropped and told. */
const DROPS = [
  'drop ip $FEED any -> any any (msg:"threat intelligence: from a listed address"; sid:1000001; rev:1;)',
  'drop ip any any -> $FEED any (msg:"threat intelligence: to a listed address"; sid:1000002; rev:1;)',
].join("\n");

interface FirewallPlan {
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly tags: { [tag: string]: pulumi.Input<string> };
  readonly parent: pulumi.Resource;
}

function firewall(name: string, rules: aws.networkfirewall.RuleGroup, { vpcId, subnetIds, tags, parent }: FirewallPlan): void {
  const options = { parent };
  const policy = new aws.networkfirewall.FirewallPolicy(
    `${name}-feed`,
    {
      firewallPolicy: {
        statelessDefaultActions: ["aws:forward_to_sfe"],
        statelessFragmentDefaultActions: ["aws:forward_to_sfe"],
        statefulEngineOptions: { ruleOrder: "STRICT_ORDER" },
        statefulRuleGroupReferences: [{ resourceArn: rules.arn, priority: 1 }],
        statefulDefaultActions: ["aws:drop_established", "aws:alert_established"],
      },
      tags,
    },
    options,
  );
  const wall = new aws.networkfirewall.Firewall(
    `${name}-feed`,
    {
      firewallPolicyArn: policy.arn,
      vpcId,
      subnetMappings: pulumi.output(subnetIds).apply((ids) => ids.map((subnetId) => ({ subnetId }))),
      deleteProtection: true,
      tags,
    },
    options,
  );
  const key = encryptionKey(`${name}-wall`, "Alerts of the core's firewall", "logs.amazonaws.com", tags, parent);
  const logs = new aws.cloudwatch.LogGroup(
    `${name}-wall`,
    { retentionInDays: 400, kmsKeyId: key.arn, skipDestroy: true, tags },
    { parent, protect: true },
  );
  new aws.networkfirewall.LoggingConfiguration(
    `${name}-feed`,
    {
      firewallArn: wall.arn,
      loggingConfiguration: {
        logDestinationConfigs: ["ALERT", "FLOW"].map((logType) => ({
          logType,
          logDestinationType: "CloudWatchLogs",
          logDestination: { logGroup: logs.name },
        })),
      },
    },
    options,
  );
}
