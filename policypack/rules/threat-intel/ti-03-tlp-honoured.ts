/**
 * What threat reports mark as not to be passed on stays out of what many read: tags, descriptions, annotations, ConfigMaps, plain parameters.
 * (What carrierguard itself prints of such an indicator is its id and its marking.) Source: FIRST, Traffic Light Protocol 2.0.
 */

import { activeIndicators, markedOf } from "../../analysis/threat-intel/markings";
import { IndicatorIndex } from "../../analysis/threat-intel/indicator-index";
import { observablesIn } from "../../analysis/threat-intel/observables";
import { defineRule, type Evidence, fail, type RuleContext, type Target, undetermined } from "../../engine/rule";
import type { Indicator, Knowledge } from "../../engine/settings";
import type { Resource } from "../../model/stack";
import { textBelow } from "../../model/texts";
import type { Node } from "../../model/value";
import { networkFunction, object, resource } from "../../testing/build";

const everything: Target<Resource> = {
  description: "all resources",
  types: undefined,
  subjects: (model) => model.resources,
  resource: (subject) => subject,
};

export default defineRule({
  id: "TI-03",
  name: "ti-03-tlp-honoured",
  title: "TLP is honoured in everything the pack prints or exports",
  family: "threat-intel",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: everything,
  rationale:
    "Who shares what he knows of an intruder says who may learn of it. A tag, a ConfigMap or a comment with an address marked TLP:RED tells everybody who reads the account, the intruder among them, that he has been seen; the source will not share again.",
  remediation:
    "Keep indicators marked TLP:AMBER+STRICT and TLP:RED out of tags, descriptions, annotations and ConfigMaps; refer to them by their id, and give them to detections through a Secret or a bucket that only these read.",
  standards: [
    { framework: "OASIS STIX 2.1", ref: "marking-definition" },
    { framework: "NIST SP 800-53r5", ref: "AC-4", title: "Information Flow Enforcement" },
    { framework: "NIST SP 800-53r5", ref: "SI-12", title: "Information Management and Retention" },
  ],
  breaks: [],
  *check(subject, context) {
    const index = indexOf(context);
    if (index.isEmpty) return;
    const found = placesOf(subject).flatMap((node) => matches(node, index));
    const strict = found.filter(({ tlp }) => tlp === "red" || tlp === "amber+strict");
    const shown = strict.length > 0 ? strict : found;
    if (shown.length === 0) return;
    const ids = [...new Set(shown.map(({ told }) => told))];
    yield (strict.length > 0 ? fail : undetermined)({
      message: `${subject.name} shows everybody who reads it what ${ids.slice(0, 3).join(", ")} ${strict.length > 0 ? "marks as not to be passed on: the intruder learns that he has been seen" : "speaks of, and no marking says who may know"}.`,
      evidence: shown.slice(0, 5).map(({ evidence }) => evidence),
    });
  },
  examples: () => {
    const AT = Date.UTC(2026, 0, 15);
    const indicator = (value: string, tlp: Indicator["tlp"]): Indicator => ({ id: `indicator--${value}`, name: value, kind: "ip", value, validFrom: AT - 1000, validUntil: undefined, confidence: 80, tlp });
    const knowledge: Partial<Knowledge> = {
      at: AT,
      indicators: [indicator("203.0.113.7", "red"), indicator("203.0.113.8", "amber+strict"), indicator("203.0.113.9", "green"), indicator("203.0.113.10", undefined), { ...indicator("203.0.113.11", "red"), validUntil: AT }],
    };
    const tagged = (text: string) => resource("aws:ec2/vpc:Vpc", "core", { tags: { note: text } });
    return {
      pass: [
        { name: "what may be passed on", resources: [tagged("blocked: 203.0.113.9")], knowledge },
        { name: "a reference by id", resources: [tagged("blocked: indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")], knowledge },
        { name: "a rule that keeps it away is no publication", resources: [resource("aws:ec2/networkAclRule:NetworkAclRule", "deny", { ruleAction: "deny", cidrBlock: "203.0.113.7/32" })], knowledge },
        { name: "a Secret", resources: [object("v1", "Secret", "feed", { stringData: { list: "203.0.113.7" } })], knowledge },
        { name: "an indicator that has expired", resources: [tagged("203.0.113.11")], knowledge },
        { name: "no indicators", resources: [tagged("203.0.113.7")] },
      ],
      fail: [
        { name: "TLP:RED in a tag", resources: [tagged("seen from 203.0.113.7 on Monday")], knowledge },
        { name: "TLP:AMBER+STRICT in a ConfigMap", resources: [object("v1", "ConfigMap", "deny", { data: { list: "203.0.113.8\n" } })], knowledge },
        { name: "TLP:RED in an annotation of a pod", resources: [networkFunction("upf", { annotations: { "note": "drop 203.0.113.7" } })], knowledge },
        { name: "TLP:RED in the description of a rule", resources: [resource("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "out", { description: "not to 203.0.113.7", cidrIpv4: "10.0.0.0/8", ipProtocol: "-1" })], knowledge },
        { name: "TLP:RED in a plain parameter", resources: [resource("aws:ssm/parameter:Parameter", "deny", { type: "StringList", value: "203.0.113.7,203.0.113.9" })], knowledge },
      ],
      undetermined: [{ name: "an indicator that nobody marked", resources: [tagged("203.0.113.10")], knowledge }],
    };
  },
}); // prettier-ignore

const indexes = new WeakMap<Knowledge, IndicatorIndex>();

/** Those that may not be passed on, and those of which nobody says. */
function indexOf({ knowledge }: RuleContext): IndicatorIndex {
  const known = indexes.get(knowledge);
  if (known !== undefined) return known;
  const held = activeIndicators(knowledge.indicators, knowledge.at).filter(({ tlp }) => tlp === undefined || tlp === "red" || tlp === "amber+strict");
  const built = new IndicatorIndex(held);
  indexes.set(knowledge, built);
  return built;
} // prettier-ignore

const SAID = /^(description|comment|tags|tagsAll|labels|annotations)$/i;
/** Objects whose whole content many read. */
const OPEN = /:ConfigMap(Patch)?$|^aws:ssm\/parameter:Parameter$|^pulumi:pulumi:Stack$/;

function placesOf(subject: Resource): readonly Node[] {
  if (OPEN.test(subject.type) && subject.props.get("type").describe() !== "SecureString") return [subject.props];
  const found: Node[] = [];
  const walk = (node: Node, depth: number): void => {
    for (const [key, child] of node.kind() === "object" ? node.fields() : node.items().map((item) => ["", item] as const)) {
      if (SAID.test(key)) found.push(child);
      else if (depth < 8 && (child.kind() === "object" || child.kind() === "list")) walk(child, depth + 1);
    }
  };
  walk(subject.props, 0);
  return found;
} // prettier-ignore

interface Shown {
  readonly tlp: Indicator["tlp"];
  readonly told: string;
  readonly evidence: Evidence;
}

function matches(node: Node, index: IndicatorIndex): Shown[] {
  if (node.secret) return [];
  return [...observablesIn(textBelow(node))].flatMap((observable) =>
    index.matches(observable).filter(({ how }) => how === "names").map(({ indicator }): Shown => ({
      tlp: indicator.tlp,
      told: markedOf(indicator),
      evidence: { path: node.path, actual: `(matches ${markedOf(indicator)})`, expected: "nothing that is marked as not to be passed on" },
    })),
  );
} // prettier-ignore
