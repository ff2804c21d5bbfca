/**
 * Traffic is mirrored only for network detection or lawful interception, and the session says so: carrierguard.dev/purpose (ndr or li), owner and an end
 * that has not passed. Proxies neither tap nor script the SBI.
 */

import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { either, objects, resources } from "../../engine/targets";
import { tag } from "../../model/aws/references";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { Resource } from "../../model/stack";
import { textBelow } from "../../model/texts";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";

const SESSION = "aws:ec2/trafficMirrorSession:TrafficMirrorSession";
const TARGET = "aws:ec2/trafficMirrorTarget:TrafficMirrorTarget";

export default defineRule({
  id: "LG-12",
  name: "lg-12-mirroring-only-to-declared-destinations",
  title: "Traffic mirroring/packet capture only towards declared NDR or LI destinations",
  family: "logging",
  severity: "critical",
  scope: "both",
  since: "0.1.0",
  target: either<Resource, KubernetesObject>(resources(SESSION, TARGET), objects(["networking.istio.io/v1", "VirtualService"], ["networking.istio.io/v1alpha3", "EnvoyFilter"])),
  rationale: "A mirror session copies every subscriber's traffic to whoever made it, without a trace in the traffic itself: the quietest interception there is, and a favourite of those who break into carriers.",
  remediation: "Remove the mirror, or tag it carrierguard.dev/purpose: ndr (or li), carrierguard.dev/owner and carrierguard.dev/expires with a date, and send it to a target of the security or interception account.",
  standards: [
    { framework: "NIST SP 800-53r5", ref: "AC-4", title: "Information Flow Enforcement" },
    { framework: "NIST SP 800-53r5", ref: "SI-4", title: "System Monitoring" },
    { framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)", ref: "MON-CFG", title: "Monitoring: scrutinise configuration changes outside change management; store configurations centrally and push" },
    { framework: "3GPP TS 33.127", ref: "8" },
  ],
  breaks: [
    { id: "FGT1020.001", name: "Traffic Duplication" },
    { id: "T1020.001", name: "Traffic Duplication" },
    { id: "FGT5008", name: "Redirection Of Traffic Via User Plane Network Function" },
    { id: "FGT1040", name: "Network Sniffing" },
  ],
  *check(subject, context) {
    if (subject instanceof Resource) {
      yield* declared(`Traffic mirror ${subject.type === SESSION ? "session" : "target"} ${subject.name}`, (key) => tag(subject, `carrierguard.dev/${key}`), context, subject.type === SESSION ? ["purpose", "owner", "expires"] : ["purpose", "owner"]);
      return;
    }
    if (subject.kind === "VirtualService") {
      const mirrored = subject.spec.get("http").items().some((route) => !route.get("mirror").isAbsent || route.get("mirrors").items().length > 0);
      if (mirrored) yield* declared(`VirtualService ${subject.name}, which mirrors its requests,`, (key) => subject.metadata.get("annotations", `carrierguard.dev/${key}`), context, ["purpose", "owner", "expires"]);
      return;
    }
    yield* tapped(subject, context);
  },
  examples: () => ({
    pass: [
      { name: "a declared detection sensor", resources: [session(DECLARED)], knowledge: AT },
      { name: "a route without mirror", resources: [networkFunction("amf"), object("networking.istio.io/v1", "VirtualService", "amf", { spec: { http: [{ route: [{ destination: { host: "amf" } }] }] } })] },
      { name: "a rate limit by EnvoyFilter", resources: [networkFunction("nrf"), filter("envoy.filters.http.local_ratelimit")] },
    ],
    fail: [
      { name: "a mirror that nobody declared", resources: [session({})] },
      { name: "a mirror whose time is over", resources: [session({ ...DECLARED, "carrierguard.dev/expires": "2026-01-01" })], knowledge: AT },
      { name: "a mirror for debugging", resources: [session({ ...DECLARED, "carrierguard.dev/purpose": "debug" })], knowledge: AT },
      { name: "requests mirrored to another host", resources: [networkFunction("udm"), object("networking.istio.io/v1", "VirtualService", "udm", { spec: { http: [{ mirror: { host: "collector.example" } }] } })] },
      { name: "a tap on the SBI", resources: [networkFunction("udm"), filter("envoy.filters.http.tap")] },
      { name: "a script in the proxies", resources: [networkFunction("udm"), filter("envoy.filters.http.lua")] },
    ],
    undetermined: [{ name: "tags that the configuration brings", resources: [session({ "carrierguard.dev/purpose": unknownValue(), "carrierguard.dev/owner": "soc", "carrierguard.dev/expires": "2027-01-01" })], knowledge: AT }],
  }),
}); // prettier-ignore

function* declared(what: string, read: (key: string) => Node, context: RuleContext, keys: readonly string[]): Iterable<Verdict> {
  const wrong: Evidence[] = [];
  const open: Evidence[] = [];
  for (const key of keys) {
    const node = read(key);
    const value = node.string();
    const expected = key === "purpose" ? "ndr or li" : key === "owner" ? "whoever answers for it" : "a date that has not passed";
    if (value.state === "unknown") open.push(seen(node, expected));
    else if (!isGood(key, valueOr(value, ""), context.knowledge.at)) wrong.push(seen(node, expected));
  }
  const evidence = wrong.length > 0 ? wrong : open;
  if (evidence.length === 0) return;
  yield (wrong.length > 0 ? fail : undetermined)({
    message: `${what} ${wrong.length > 0 ? "is" : "may be"} no declared detection or interception: it copies subscribers' traffic to whoever made it (Traffic Duplication).`,
    evidence,
  });
}

function isGood(key: string, value: string, at: number): boolean {
  if (key === "purpose") return /^(ndr|li)$/i.test(value);
  if (key === "owner") return value.trim() !== "";
  const end = Date.parse(value);
  return !Number.isNaN(end) && end >= at;
}

function* tapped(filter: KubernetesObject, context: RuleContext): Iterable<Verdict> {
  const text = textBelow(filter.spec);
  const kind = /envoy\.filters\.http\.tap|HttpTap/i.test(text)
    ? "taps"
    : /envoy\.filters\.http\.lua|inline_?code|\.lua\./i.test(text)
      ? "scripts"
      : undefined;
  const core = context.view === "resource" || context.model.coreNamespaces.has(filter.namespace) || filter.namespace === "istio-system";
  if (kind === undefined || !core || (context.view === "stack" && context.model.coreNamespaces.size === 0)) return;
  yield (context.view === "resource" ? undetermined : fail)({
    message: `EnvoyFilter ${filter.name} ${kind} the proxies of namespace ${filter.namespace}: every request between functions, tokens and subscribers included, passes through code that no standard knows (Traffic Duplication).`,
    evidence: [
      {
        path: filter.spec.get("configPatches").path,
        actual: kind === "taps" ? "envoy.filters.http.tap" : "envoy.filters.http.lua",
        expected: "no tap and no script",
      },
    ],
    interfaces: ["SBI"],
  });
}

const AT = { at: Date.UTC(2026, 10, 1) };
const DECLARED = { "carrierguard.dev/purpose": "ndr", "carrierguard.dev/owner": "soc", "carrierguard.dev/expires": "2027-06-30" };
function session(tags: Properties) {
  return resource(SESSION, "mirror", { networkInterfaceId: "eni-1", trafficMirrorTargetId: "tmt-1", tags });
}
function filter(name: string) {
  return object("networking.istio.io/v1alpha3", "EnvoyFilter", "extra", {
    spec: { configPatches: [{ applyTo: "HTTP_FILTER", patch: { operation: "INSERT_BEFORE", value: { name } } }] },
  });
}
