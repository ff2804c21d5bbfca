import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { readState } from "../../../../cli/inputs/state";
import { suggestGroups } from "../../../../policypack/analysis/groups-matrix/suggestion";
import { IpSet } from "../../../../policypack/analysis/cidr/ip-set";
import { TrafficSet } from "../../../../policypack/analysis/cidr/traffic";
import { type Host, hostConnections } from "../../../../policypack/analysis/reachability/aws";
import { CoreModel } from "../../../../policypack/model/core";
import { Resource, type ResourceInit } from "../../../../policypack/model/stack";
import { resource, type Properties } from "../../../../policypack/testing";
import { applied } from "./apply";

const ZONES = { ran: ["10.100.0.0/16"] };
const modelOf = (resources: readonly Resource[]) => new CoreModel({ resources, gaps: [] });
const make = (type: string, id: string, properties: Properties = {}): ResourceInit => ({
  ...resource(type, id, { ...properties, id }),
  id,
});
const read = (inits: readonly ResourceInit[]) => inits.map((init) => new Resource(init));

const vpc = make("aws:ec2/vpc:Vpc", "vpc-core", { cidrBlock: "10.20.0.0/16", tags: { "carrierguard.dev/zone": "core" } });
const group = (name: string, rules: Properties = {}, tags: Properties = {}) =>
  make("aws:ec2/securityGroup:SecurityGroup", name, { vpcId: "vpc-core", tags, ...rules });
const ingress = (owner: string, name: string, rule: Properties) =>
  make("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", name, { securityGroupId: owner, ...rule });
const nf = (id: string) => ({ "carrierguard.dev/nf": id });

const EVERYTHING = { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] };
const from = (cidr: string, protocol: string, port: number) => ({ protocol, fromPort: port, toPort: port, cidrBlocks: [cidr] });

/** What a look at a stack finds to take away and to open. */
function look(resources: readonly Resource[], zones: typeof ZONES | Record<string, never>) {
  const { takeAway, add } = suggestGroups(modelOf(resources), zones);
  return { takeAway, add: add.map(({ name }) => name) };
}

function suggested(inits: readonly ResourceInit[], zones: typeof ZONES | Record<string, never> = ZONES) {
  const resources = read(inits);
  const suggestion = suggestGroups(modelOf(resources), zones);
  const after = applied(resources, suggestion);
  return { ...suggestion, names: suggestion.add.map(({ name }) => name), after, again: look(after, zones) };
}

test("what is open to the world is opened to the peers of the standard, by the name of their groups", () => {
  const { takeAway, names, again } = suggested([
    vpc,
    group("upf", { ingress: [from("0.0.0.0/0", "udp", 8805), from("0.0.0.0/0", "udp", 2152)], egress: [EVERYTHING] }, nf("UPF")),
    group("smf", { ingress: [], egress: [EVERYTHING] }, nf("SMF")),
  ]);
  expect(takeAway.join("\n")).toMatch(/SecurityGroup upf ingress\[0\]: ingress of udp 8805 from 0\.0\.0\.0\/0; 3GPP has none of it/);
  expect(names).toEqual(
    expect.arrayContaining(["upf-ingress-smf-udp-8805", "upf-ingress-10-100-0-0-16-udp-2152", "smf-egress-upf-udp-8805"]),
  );
  expect([again.takeAway, again.add]).toEqual([[], []]);
});

test("the world in halves, and a rule beside the group that opens it again, go as well", () => {
  const upf = group("upf", { ingress: [from("0.0.0.0/1", "udp", 8805), from("128.0.0.0/1", "udp", 8805)], egress: [] }, nf("UPF"));
  const reopened = ingress("upf", "reopen", { ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" });
  const { takeAway, again } = suggested([vpc, upf, reopened, group("smf", {}, nf("SMF"))]);
  expect(takeAway).toHaveLength(4);
  expect(again.takeAway).toEqual([]);
});

test("protocol 132 with a port is SCTP as a whole: it stays for the base stations alone, and the port is said to be the NetworkPolicy's", () => {
  const amf = group("amf", { ingress: [from("0.0.0.0/0", "132", 38412)], egress: [] }, nf("AMF"));
  const { add, names, beyond, again } = suggested([vpc, amf]);
  expect(names).toEqual(["amf-ingress-10-100-0-0-16-sctp"]);
  expect(add[0]).toMatchObject({ protocol: "132", ports: undefined });
  expect(beyond.join("\n")).toMatch(/SecurityGroup amf knows no SCTP ports/);
  expect([again.takeAway, again.add]).toEqual([[], []]);
});

test("where the base stations are not declared nothing is opened to them, and it is said what to declare", () => {
  const amf = group("amf", { ingress: [from("0.0.0.0/0", "132", 38412)], egress: [] }, nf("AMF"));
  const { names, beyond } = suggested([vpc, amf], {});
  expect(names).toEqual([]);
  expect(beyond.join("\n")).toMatch(/set zones\.ran/);
});

test("what the core needs and no rule lets through is opened at both ends", () => {
  const { names, again } = suggested([vpc, group("upf", {}, nf("UPF")), group("smf", {}, nf("SMF"))]);
  expect(names).toEqual(
    expect.arrayContaining(["smf-egress-upf-udp-8805", "upf-ingress-smf-udp-8805", "upf-egress-smf-udp-8805", "smf-ingress-upf-udp-8805"]),
  );
  expect(again.add).toEqual([]);
});

test("rules of the standard stay where they are: by group, of few addresses, ICMP and ESP, a user plane's way out", () => {
  const upf = group("upf", { ingress: [], egress: [] }, nf("UPF"));
  const rules = [
    ingress("upf", "n4", { ipProtocol: "udp", fromPort: 8805, toPort: 8805, referencedSecurityGroupId: "smf" }),
    ingress("upf", "n4-hosts", { ipProtocol: "udp", fromPort: 8805, toPort: 8805, cidrIpv4: "10.20.4.0/28" }),
    ingress("upf", "mtu", { ipProtocol: "icmp", fromPort: 3, toPort: 4, cidrIpv4: "0.0.0.0/0" }),
    ingress("upf", "esp", { ipProtocol: "50", cidrIpv4: "10.100.0.0/16" }),
    make("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "n6", {
      securityGroupId: "upf",
      ipProtocol: "-1",
      cidrIpv4: "0.0.0.0/0",
    }),
  ];
  expect(suggested([vpc, upf, group("smf", {}, nf("SMF")), ...rules]).takeAway).toEqual([]);
});

test("a peer of which nothing says what it is is asked about, not shut out", () => {
  const upf = group("upf", {}, nf("UPF"));
  const rule = ingress("upf", "ssh", { ipProtocol: "tcp", fromPort: 22, toPort: 22, referencedSecurityGroupId: "jump" });
  const { takeAway, beyond } = suggested([vpc, upf, group("jump"), rule]);
  expect(takeAway).toEqual([]);
  expect(beyond.join("\n")).toMatch(/Nothing says what is behind SecurityGroup jump, which upf names/);
});

const FOLDER = join(__dirname, "../../../../../shared/corpus/aws-cores");
const EXPORTS = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith(".export.json")) : [];

if (EXPORTS.length === 0) test.skip("the public stacks are not here", () => undefined);
else
  test.each(EXPORTS)("%s: applied, nothing is left to take away or to open", (name) => {
    const { resources } = readState(readFileSync(join(FOLDER, name), "utf8"), name).stack;
    for (const zones of [ZONES, {}]) {
      const after = applied(resources, suggestGroups(modelOf(resources), zones));
      const again = look(after, zones);
      expect([again.takeAway, again.add]).toEqual([[], []]);
    }
  });

const FUNCTIONS = ["AMF", "SMF", "UPF", "NRF", "UDM", "UDR", "AUSF"] as const;
const traffic = fc.constantFrom(
  ["-1", 0],
  ["udp", 8805],
  ["udp", 2152],
  ["132", 38412],
  ["tcp", 443],
  ["tcp", 22],
  ["tcp", 27017],
  ["6", 8000],
);
const cidr = fc.constantFrom("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.20.0.0/16", "10.20.4.0/24", "10.20.4.10/32", "10.100.0.0/16", "10.100.7.0/24", "198.51.100.0/24"); // prettier-ignore
const inline = fc
  .record({ traffic, cidr })
  .map(({ traffic: [protocol, port], cidr: block }) => from(block, protocol as string, port as number));
const rule = fc.record({
  owner: fc.constantFrom(...FUNCTIONS),
  side: fc.constantFrom("Ingress", "Egress"),
  traffic,
  peer: fc.oneof(cidr, fc.constantFrom(...FUNCTIONS)),
});
const stacks = fc.record({
  lists: fc.array(fc.record({ ingress: fc.array(inline, { maxLength: 3 }), egress: fc.array(inline, { maxLength: 2 }) }), { minLength: FUNCTIONS.length, maxLength: FUNCTIONS.length }),
  rules: fc.array(rule, { maxLength: 12 }),
  tagged: fc.constantFrom("nf", "name"),
}); // prettier-ignore

/** A stack of one group and one interface for each function. */
function stackOf({ lists, rules, tagged }: typeof stacks extends fc.Arbitrary<infer T> ? T : never): Resource[] {
  const sg = (id: string) => `sg-${id.toLowerCase()}`;
  return read([
    vpc,
    make("aws:ec2/subnet:Subnet", "subnet-core", { vpcId: "vpc-core", cidrBlock: "10.20.4.0/24" }),
    ...FUNCTIONS.map((id, index) =>
      group(sg(id), lists[index] as Properties, tagged === "nf" ? nf(id) : { Name: `${id.toLowerCase()}-group` }),
    ),
    ...FUNCTIONS.map((id, index) =>
      make("aws:ec2/networkInterface:NetworkInterface", id, {
        subnetId: "subnet-core",
        privateIps: [`10.20.4.${10 + index}`],
        securityGroups: [sg(id)],
      }),
    ),
    ...rules.map(({ owner, side, traffic: [protocol, port], peer }, index) =>
      make(`aws:vpc/securityGroup${side}Rule:SecurityGroup${side}Rule`, `r-${index}`, {
        securityGroupId: sg(owner),
        ipProtocol: protocol as string,
        fromPort: port as number,
        toPort: port as number,
        ...(peer.includes("/") ? { cidrIpv4: peer } : { referencedSecurityGroupId: sg(peer) }),
      }),
    ),
  ]);
}

test("applied to any groups, a second look finds nothing; N4 works, and between the interfaces nothing passes on a port of another's", () => {
  const PFCP = TrafficSet.of(17, 8805, 8805);
  fc.assert(
    fc.property(stacks, (spec) => {
      const resources = stackOf(spec);
      const after = applied(resources, suggestGroups(modelOf(resources), ZONES));
      const again = look(after, ZONES);
      expect([again.takeAway, again.add]).toEqual([[], []]);
      const open = (a: string, b: string, what: TrafficSet) =>
        hostConnections(modelOf(after), "must").some(
          ({ from: x, to: y, traffic: passes }) => nameOf(x) === a && nameOf(y) === b && passes.overlaps(what),
        );
      expect(open("SMF", "UPF", PFCP)).toBe(true);
      for (const caller of ["AMF", "NRF", "UDM", "UDR", "AUSF"]) expect([caller, open(caller, "UPF", PFCP)]).toEqual([caller, false]);
      for (const id of FUNCTIONS) expect([id, open("world", id, TrafficSet.ALL.minus(TrafficSet.of(1)))]).toEqual([id, false]);
    }),
    { numRuns: 80, seed: 20261125 },
  );
});

const nameOf = (end: Host | IpSet): string => (end instanceof IpSet ? "world" : end.resource.name);
