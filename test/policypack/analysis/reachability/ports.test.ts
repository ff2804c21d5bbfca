import {
  ALL_PORTS,
  containsPorts,
  describePorts,
  intersectPorts,
  PortAtoms,
  portsIn,
  portsOf,
  subtractPorts,
  unionPorts,
} from "../../../../policypack/analysis/reachability/ports";

test("ranges that touch become one, protocols stay apart", () => {
  const set = unionPorts(portsOf("TCP", 80, 89), portsOf("TCP", 90, 99), portsOf("UDP", 53, 53));
  expect(describePorts(set)).toBe("TCP 80-99,UDP 53");
  expect(portsIn(set, "UDP")).toEqual([{ first: 53, last: 53 }]);
});

test("the last port of a protocol and the first of the next do not touch", () => {
  const set = unionPorts(portsOf("TCP", 65535, 65535), portsOf("UDP", 1, 1));
  expect(describePorts(set)).toBe("TCP 65535,UDP 1");
});

test("all connections less one port are no longer all", () => {
  expect(describePorts(ALL_PORTS)).toBe("All Connections");
  const rest = subtractPorts(ALL_PORTS, portsOf("SCTP", 38412, 38412));
  expect(describePorts(rest)).toBe("TCP 1-65535,UDP 1-65535,SCTP 1-38411,38413-65535");
  expect(containsPorts(ALL_PORTS, rest)).toBe(true);
  expect(containsPorts(rest, ALL_PORTS)).toBe(false);
  expect(intersectPorts(rest, portsOf("SCTP", 38412, 38412))).toEqual([]);
});

test("a range that ends before it begins holds nothing", () => {
  expect(portsOf("TCP", 90, 80)).toEqual([]);
});

test("ports that all sets treat alike are one atom", () => {
  const axis = new PortAtoms();
  const [sbi, pfcp] = [axis.number(portsOf("TCP", 443, 443)), axis.number(portsOf("UDP", 8805, 8805))];
  expect(axis.atoms).toHaveLength(3);
  const sizes = axis.atoms.map((atom) => describePorts(atom)).sort();
  expect(sizes).toContain("TCP 443");
  expect(axis.members(sbi).reduce((sum, bit) => sum + bit, 0)).toBe(1);
  expect(axis.members(pfcp)).not.toEqual(axis.members(sbi));
});
