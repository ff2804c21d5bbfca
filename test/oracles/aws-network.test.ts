/**
 * Two VPCs as EC2 describes them, with the connections that np-guard's vpc-network-config-analyzer finds. The folder is no part of this
 * repository; without it the test says so and is skipped.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { IpSet } from "../../policypack/analysis/cidr/ip-set";
import { TCP, TrafficSet, UDP } from "../../policypack/analysis/cidr/traffic";
import { type Host, type HostConnection, hostConnections } from "../../policypack/analysis/reachability/aws";
import { CoreModel } from "../../policypack/model/core";
import { Resource } from "../../policypack/model/stack";
import { type Description, resourcesOf } from "./ec2-description";

const FOLDER = join(__dirname, "../../../shared/corpus/aws-network/np-guard-vpc");

function answer(file: string): string[] {
  const description = JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Description;
  const model = new CoreModel({ resources: resourcesOf(description).map((init) => new Resource(init)), gaps: [] });
  return lines(hostConnections(model, "must"));
}

const name = (host: Host): string => `${host.resource.name}[${host.addresses.cidrs()[0]?.replace("/32", "")}]`;

/** Addresses of the internet with the same answer are one line. */
function lines(connections: readonly HostConnection[]): string[] {
  const byEnds = new Map<string, IpSet[]>();
  const found: string[] = [];
  for (const { from, to, traffic, replies } of connections) {
    const texts = told(traffic, replies);
    for (const text of texts) {
      if (from instanceof IpSet || to instanceof IpSet) {
        const key = from instanceof IpSet ? `# => ${name(to as Host)} : ${text}` : `${name(from)} => # : ${text}`;
        byEnds.set(key, [...(byEnds.get(key) ?? []), from instanceof IpSet ? from : (to as IpSet)]);
      } else found.push(`${name(from)} => ${name(to)} : ${text}`);
    }
  }
  for (const [key, sets] of byEnds) {
    const all = IpSet.EMPTY.union(...sets);
    const internet = all.coversMoreThan(4, 2)
      ? "Public Internet (all ranges)"
      : `Public Internet ${all
          .intersection(IpSet.of(["0.0.0.0/0"]))
          .cidrs()
          .join()}`;
    found.push(key.replace("#", internet));
  }
  return found.sort();
}

const PORTS = [TrafficSet.of(TCP, 1, 65535), TrafficSet.of(UDP, 1, 65535)];

function told(traffic: TrafficSet, replies: TrafficSet): string[] {
  const [tcp, udp] = PORTS.map((all) => traffic.intersection(all)) as [TrafficSet, TrafficSet];
  const back = replies.intersection(PORTS[0]!);
  const ranges = (set: TrafficSet) =>
    set.intervals.map(({ first, last }) => (first === last ? `${first & 0xffffn}` : `${first & 0xffffn}-${last & 0xffffn}`)).join();
  if (back.contains(PORTS[0]!)) {
    if (tcp.contains(PORTS[0]!)) return [udp.contains(PORTS[1]!) ? "All Connections" : "protocol: TCP"];
    return tcp.isEmpty ? [] : [`protocol: TCP dst-ports: ${ranges(tcp)}`];
  }
  const lost = PORTS[0]!.minus(back);
  return [`protocol: TCP src-ports: ${ranges(lost)} * `, ...(back.isEmpty ? [] : [`protocol: TCP src-ports: ${ranges(back)}`])];
}

function stored(file: string): string[] {
  return readFileSync(join(FOLDER, file), "utf8")
    .split("\n")
    .filter((line) => line.includes(" => "))
    .sort();
}

if (existsSync(FOLDER)) {
  test.each(["sg_1", "acl_1"])("np-guard's case aws_%s", (id) => {
    expect(answer(`input_aws_${id}.json`)).toEqual(stored(`aws_${id}_all_vpcs_.txt`));
  });
} else {
  test.skip(`np-guard's AWS cases: ${FOLDER} is not here`, () => undefined);
}
