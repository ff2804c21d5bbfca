/** What SG-13 adds to a policy's exceptions, and what it leaves as it is. */

import { evaluate } from "../../../policypack/engine/evaluate";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../../../policypack/engine/settings";
import { CoreModel } from "../../../policypack/model/core";
import { Resource } from "../../../policypack/model/stack";
import { rules } from "../../../policypack/rules";
import { networkFunction, object, type Properties, unknownValue } from "../../../policypack/testing/build";

const METADATA_4 = "169.254.169.254/32";
const METADATA_6 = "fd00:ec2::254/128";
const OPEN = { to: [{ ipBlock: { cidr: "169.254.0.0/16" } }], ports: [{ port: 80 }] };

/** The exceptions that are set, by the rule of the policy that they stand in; the last rule lets HTTP to the metadata service. */
function added(...egress: Properties[]) {
  const spec = { podSelector: { matchLabels: { app: "amf" } }, policyTypes: ["Egress"], egress: [...egress, OPEN] };
  const resources = [networkFunction("amf"), object("networking.k8s.io/v1", "NetworkPolicy", "amf", { spec })];
  const model = new CoreModel({ resources: resources.map((init) => new Resource(init)), gaps: [] });
  const { repairs } = evaluate(model, rules.filter(({ id }) => id === "SG-13"), DEFAULT_SETTINGS, NO_KNOWLEDGE); // prettier-ignore
  const set = repairs.flatMap(({ changes }) => changes).map(({ path, value }) => [path[2], value] as const);
  return set.filter(([rule]) => rule !== egress.length);
}
const peer = (cidr: Properties[string], ...except: Properties[string][]) => ({
  ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) },
});
const to = (block: Properties, ports?: Properties[]) => ({ to: [block], ...(ports === undefined ? {} : { ports }) });
const everywhere = peer("0.0.0.0/0");

// prettier-ignore
it.each<[string, Properties, ReturnType<typeof added>]>([
  ["every address", to(everywhere), [[0, [METADATA_4]]]],
  ["every address of IPv6", to(peer("::/0")), [[0, [METADATA_6]]]],
  ["an exception that is there already stays the first", to(peer("0.0.0.0/0", "10.0.0.0/8")), [[0, ["10.0.0.0/8", METADATA_4]]]],
  ["an exception that holds the metadata service", to(peer("0.0.0.0/0", "10.0.0.0/8", "169.254.0.0/16")), []],
  ["the metadata service itself, of which nothing can be taken", to(peer(METADATA_4)), []],
  ["a block beside it", to(peer("10.0.0.0/8")), []],
  ["a block that is not known yet", to(peer(unknownValue())), []],
  ["an exception that is not known yet", to(peer("0.0.0.0/0", unknownValue())), []],
  ["an exception that is none", to(peer("0.0.0.0/0", "metadata")), []],
  ["a block that is none", to(peer("everywhere")), []],
  ["pods, which have no block", to({ podSelector: {} }), []],
  ["ports that are not known yet", { to: [everywhere], ports: unknownValue() }, [[0, [METADATA_4]]]],
  ["HTTPS", to(everywhere, [{ port: 443 }]), []],
  ["HTTP beside HTTPS", to(everywhere, [{ port: 443 }, { port: 80 }]), [[0, [METADATA_4]]]],
  ["a range with HTTP in it", to(everywhere, [{ port: 1, endPort: 1024 }]), [[0, [METADATA_4]]]],
  ["a range that ends before HTTP", to(everywhere, [{ port: 1, endPort: 79 }]), []],
  ["a range that begins after HTTP", to(everywhere, [{ port: 81, endPort: 1024 }]), []],
  ["a port by name, which may be anyone", to(everywhere, [{ port: "web" }]), [[0, [METADATA_4]]]],
  ["every TCP port", to(everywhere, [{ protocol: "TCP" }]), [[0, [METADATA_4]]]],
  ["the number of HTTP over UDP", to(everywhere, [{ protocol: "UDP", port: 80 }]), []],
])("%s", (_name, rule, expected) => {
  expect(added(rule)).toEqual(expected);
});
