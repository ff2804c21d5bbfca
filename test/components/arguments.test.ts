/** Wrong arguments are refused when the program runs, by their name and with the nearest right word; right ones work in every part of AWS. */

import * as pulumi from "@pulumi/pulumi";
import { CoreCluster, CoreNetwork, FiveGCore, type FiveGCoreArgs, NetworkFunction } from "../../components/index";
import { coreOf } from "./program";

jest.setTimeout(120_000);

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: object;
}

const registered: Registered[] = [];
/** What AWS answers there. */
let partition = "aws";

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, name, inputs: inputs as object });
      return { id: `${name}-id`, state: { ...(inputs as object), arn: `arn:${partition}:mock:::${name}`, name } };
    },
    call: ({ token, inputs }) => {
      if (token.endsWith(":getPartition")) return { partition };
      if (token.endsWith(":getCallerIdentity")) return { accountId: "123456789012" };
      if (token.endsWith(":getVpcEndpointService"))
        return { serviceName: `cn.com.amazonaws.cn-north-1.${String((inputs as { service: string }).service)}` };
      throw new Error(`nobody answers ${token}`);
    },
  });
});

/** The policies of one resource, as text. */
const named = (of: string, called: RegExp) =>
  JSON.stringify(registered.find(({ type, name }) => type === of && called.test(name))?.inputs).replaceAll("\\", "");

const SMALL = coreOf(["NRF", "AMF", "SMF", "UPF"]).FiveGCore as FiveGCoreArgs;
const NETWORK = { functions: ["NRF", "AMF"], plmn: "00101", availabilityZones: ["eu-central-1a", "eu-central-1b"] };
const refused = (more: object, name = "core") => expect(() => new FiveGCore(name, { ...SMALL, ...more }));
const refusedNetwork = (more: object) => expect(() => new CoreNetwork("core", { ...NETWORK, ...more }));

test("a function that does not exist", () => {
  refused({ functions: { ...SMALL.functions, AMFF: {} } }).toThrow('FiveGCore "core": functions: "AMFF" is not known; did you mean "AMF"?');
});

test.each<[string, object, string]>([
  ["an argument", { ranCidr: ["10.100.0.0/16"] }, 'ranCidr: is not known; did you mean "ranCidrs"?'],
  ["what nothing is like", { budget: 7 }, "budget: is not known; known are functions, plmn, "],
  [
    "one of a function",
    { functions: { ...SMALL.functions, AMF: { imag: "x" } } },
    'functions.AMF.imag: is not known; did you mean "image"?',
  ],
  ["one of a partner", { partners: [{ name: "one", cidr: [] }] }, 'partners.cidr: is not known; did you mean "cidrs"?'],
])("%s that no component knows", (_name, more, message) => {
  refused(more).toThrow(`FiveGCore "core": ${message}`);
});

test("a product's field that no component knows", () => {
  const args = { function: "NRF", namespace: "core", peers: {}, image: "x", plmn: "00101", product: { sbon: "x" } };
  expect(() => new NetworkFunction("nrf", args as never)).toThrow(
    'NetworkFunction "nrf": product.sbon: is not known; did you mean "sbom"?',
  );
});

test("a core without NRF", () => {
  refused({ functions: {} }).toThrow('FiveGCore "core": functions: must hold the NRF');
});

test("a zone that does not exist", () => {
  const args = { zones: ["trust-services", "user-plain"], plmn: "00101", nodeSubnetIds: {}, securityGroupIds: {} };
  expect(() => new CoreCluster("core", args)).toThrow('zones: "user-plain" is not known; did you mean "user-plane"?');
});

test("something that is no address block", () => {
  refusedNetwork({ cidr: "10.0.0.0" }).toThrow('cidr: "10.0.0.0" is no address block such as 10.0.0.0/16');
});

test("blocks that overlap", () => {
  refusedNetwork({ ranCidrs: ["10.0.128.0/17"] }).toThrow(
    'CoreNetwork "core": ranCidrs: 10.0.128.0/17 overlaps 10.0.0.0/16 of cidr: give disjoint blocks',
  );
  refusedNetwork({ ranCidrs: ["10.100.0.0/16"], partnerCidrs: ["10.100.7.0/24"] }).toThrow(
    "partnerCidrs: 10.100.7.0/24 overlaps 10.100.0.0/16 of ranCidrs",
  );
  refusedNetwork({ subscriberCidrs: ["0.0.0.0/0"] }).toThrow("subscriberCidrs: 0.0.0.0/0 overlaps 10.0.0.0/16 of cidr");
});

test("IPv6", () => {
  refusedNetwork({ ranCidrs: ["2001:db8::/32"] }).toThrow("ranCidrs: 2001:db8::/32 is IPv6");
});

test.each(["Core", "a-core-whose-name-is-longer-than-its-roles-may-be", "5g", "core_one"])("a core called %s", (name) => {
  refused({}, name).toThrow(`FiveGCore "${name}": name: must be at most 40 lower-case letters, digits and hyphens`);
});

test("an output where the number of resources hangs on it", () => {
  refusedNetwork({ availabilityZones: pulumi.output(["a", "b"]) }).toThrow("availabilityZones: decides which resources there are");
});

test.each(["aws-cn", "aws-us-gov"])(
  "a core in %s names nothing of another partition, and all names that depend on the core's are short enough",
  async (where) => {
    partition = where;
    registered.length = 0;
    const region = where === "aws-cn" ? "cn-north-1" : "us-gov-west-1";
    const core = new FiveGCore("c".repeat(40), { ...SMALL, availabilityZones: [`${region}a`, `${region}b`] });
    // Every resource is registered when the outputs are there.
    await new Promise((resolve) => pulumi.all([core.archiveArn, core.clusterName, core.vpcId]).apply(resolve));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const foreign = registered.filter(({ inputs }) => JSON.stringify(inputs).includes("arn:aws:"));
    const suffix = where === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
    expect(named("aws:iam/role:Role", /-user-plane$/)).toContain(`"Service":"ec2.${suffix}"`);
    expect(named("aws:kms/key:Key", /-data$/)).toContain(`"Service":"ec2.${suffix}"`);
    expect(named("aws:iam/policy:Policy", /-boundary$/)).toContain(`"secretsmanager.*.${suffix}"`);
    expect(registered.length).toBeGreaterThan(250);
    expect(foreign).toEqual([]);
    // Pulumi adds eight characters to a role's name, of which 64 may be; a bucket's and a namespace's may be 63.
    const limits: { readonly [type: string]: number } = {
      "aws:iam/role:Role": 56,
      "aws:s3/bucket:Bucket": 55,
      "kubernetes:core/v1:Namespace": 63,
    };
    const limited = registered.filter(({ type }) => type in limits);
    expect(limited.filter(({ type, name }) => name.length > (limits[type] ?? 0))).toEqual([]);
    expect(new Set(limited.map(({ type }) => type)).size).toBe(3);
  },
);
