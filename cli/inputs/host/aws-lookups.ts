/** AWS look-ups ("data sources"), answered as AWS would as far as that can be told without asking it. */

import { policyDocument } from "./policy-document";
import { UNKNOWN_ITEM, UNKNOWN_TEXT } from "./unknown-text";

export interface AwsSurroundings {
  readonly region: string;
  /** The account, where the configuration allows only one. */
  readonly account?: string;
}

export type Arguments = { readonly [key: string]: unknown };

/**
 * Fields of an answer. Those that are not named are unknown, unless `complete` says that there are no others.
 */
export interface Answer {
  readonly fields: { readonly [key: string]: unknown };
  readonly complete?: boolean;
}

type Lookup = (args: Arguments, surroundings: AwsSurroundings) => Answer;

/** Availability zones that every account sees, by region where they are not a, b and c. */
const ZONES: { readonly [region: string]: string } = { "us-west-1": "ab", "ca-central-1": "abd", "ap-northeast-1": "acd" };

/** Service principals' accounts that write load-balancer logs, of the regions that predate `logdelivery.elasticloadbalancing`. */
const LOAD_BALANCER_ACCOUNTS: { readonly [region: string]: string } = {
  "us-east-1": "127311923021",
  "us-east-2": "033677994240",
  "us-west-1": "027434742980",
  "us-west-2": "797873946194",
  "ca-central-1": "985666609251",
  "eu-central-1": "054676820928",
  "eu-west-1": "156460612806",
  "eu-west-2": "652711504416",
  "eu-west-3": "009996457667",
  "eu-north-1": "897822967062",
  "eu-south-1": "635631232127",
  "ap-southeast-1": "114774131450",
  "ap-southeast-2": "783225319266",
  "ap-south-1": "718504428378",
  "ap-northeast-1": "582318560864",
  "ap-northeast-2": "600734575887",
  "sa-east-1": "507241528517",
};

/** The account that AWS bills from, the same everywhere. */
const BILLING_ACCOUNT = "386209384616";

const LOOKUPS: { readonly [name: string]: Lookup } = {
  getRegion: (args, { region }) => {
    const name = text(args["region"]) ?? text(args["name"]) ?? region;
    return { fields: { id: name, name, region: name, endpoint: `ec2.${name}.${dnsSuffix(name)}` } };
  },
  getPartition: (_args, { region }) => {
    const suffix = dnsSuffix(region);
    return {
      fields: {
        id: partition(region),
        partition: partition(region),
        dnsSuffix: suffix,
        reverseDnsPrefix: suffix.split(".").reverse().join("."),
      },
      complete: true,
    };
  },
  getCallerIdentity: (_args, { account }) => (account === undefined ? { fields: {} } : { fields: { id: account, accountId: account } }),
  getAvailabilityZones: (_args, { region }) => ({
    fields: { id: region, region, state: "available", names: zones(region), zoneIds: [UNKNOWN_ITEM], groupNames: [region] },
  }),
  getAvailabilityZone: (args, { region }) => {
    const name = text(args["name"]);
    return name === undefined
      ? { fields: { region } }
      : { fields: { name, id: name, region: name.slice(0, -1), nameSuffix: name.slice(-1) } };
  },
  getPolicyDocument: (args) => {
    const document = policyDocument(args);
    return { fields: { ...args, json: JSON.stringify(document, null, 2), minifiedJson: JSON.stringify(document) } };
  },
  getServiceAccount: (_args, { region }) => {
    const account = LOAD_BALANCER_ACCOUNTS[region];
    return account === undefined
      ? { fields: { region } }
      : { fields: { id: account, region, arn: `arn:${partition(region)}:iam::${account}:root` } };
  },
  getBillingServiceAccount: (_args, { region }) => ({
    fields: { id: BILLING_ACCOUNT, arn: `arn:${partition(region)}:iam::${BILLING_ACCOUNT}:root` },
    complete: true,
  }),
  getSubnets: () => ({ fields: { ids: [UNKNOWN_ITEM] } }),
  getSubnetIds: () => ({ fields: { ids: [UNKNOWN_ITEM] } }),
  getSecurityGroups: () => ({ fields: { ids: [UNKNOWN_ITEM] } }),
  getAmiIds: () => ({ fields: { ids: [UNKNOWN_ITEM] } }),
  getVpcs: () => ({ fields: { ids: [UNKNOWN_ITEM] } }),
};

/** Answers a look-up by its token (`aws:ec2/getVpc:getVpc`). What is not decided here echoes what was asked by, the rest unknown. */
export function answerAws(token: string, args: Arguments, surroundings: AwsSurroundings): Answer {
  const lookup = LOOKUPS[token.slice(token.lastIndexOf(":") + 1)];
  return lookup?.(args, surroundings) ?? { fields: echoed(args) };
}

/** A resource that is looked up by name has that name. Filters and lists say nothing of the answer's fields. */
function echoed(args: Arguments): { [key: string]: unknown } {
  const same = Object.entries(args).filter(
    ([key, value]) => typeof value === "string" && !/^(filter|owner|mostRecent|nameRegex)/.test(key),
  );
  const fields: { [key: string]: unknown } = Object.fromEntries(same);
  // A trailing dot or a different case in what was asked for comes back normalised.
  delete fields["name"];
  if (typeof args["name"] === "string") fields["name"] = args["name"].replace(/\.$/, "");
  return fields;
}

function zones(region: string): string[] {
  return [...(ZONES[region] ?? "abc")].map((letter) => region + letter);
}

/** Partition of a region: AWS General Reference, "ARN format". */
function partition(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

function dnsSuffix(region: string): string {
  return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value !== UNKNOWN_TEXT ? value : undefined;
}
