/**
 * What is accepted is accepted by name, by two people, for a reason and a time: a waiver that has run out, runs too long, names everything or
 * was approved by its own owner is ignored, and told.
 */

import { defineRule, fail, undetermined } from "../../engine/rule";
import { wholeStack } from "../../engine/targets";
import { flawOf, type Waiver } from "../../engine/waivers";
import { networkFunction } from "../../testing/build";

export default defineRule({
  id: "GV-02",
  name: "gv-02-waivers-scoped-and-expiring",
  title: "Exceptions are signed, scoped, justified and expiring waivers",
  family: "governance",
  severity: "high",
  scope: "stack",
  since: "0.1.0",

  target: wholeStack(),
  rationale:
    "An exception that nobody ends becomes the rule: the port that was opened for a test in spring is the way in of autumn, and a waiver for everything is no policy at all.",
  remediation:
    "Give each waiver its rule, one resource, owner, another approver, reason, compensating control, ticket, creation and expiry (at most 90 days for critical rules, 180 for others), with `carrierguard waivers add`; drop those that have run out.",
  waivable: false,
  standards: [
    { framework: "NIST SP 800-53r5", ref: "CM-3", title: "Configuration Change Control" },
    { framework: "NIST SP 800-53r5", ref: "RA-3", title: "Risk Assessment" },
    { framework: "NIST SP 800-53r5", ref: "CA-7", title: "Continuous Monitoring" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO16-003",
      title:
        "Resource deployment, upgrade, and change should be managed. Impact assessments before system changes are made. Changes implemented are recorded, irregularities ",
    },
  ],
  breaks: [],

  *check(_model, { knowledge }) {
    for (const waiver of knowledge.waivers ?? []) {
      const flaw = flawOf(waiver, knowledge.at);
      if (flaw === undefined) continue;
      // The wrong clock, or one that nobody vouches for: then what is dated ahead may be in force.
      const later = knowledge.at < waiver.created;
      yield (later ? undetermined : fail)({
        message: `Waiver ${waiver.ticket} of ${waiver.rule} on ${waiver.resource} is ignored: ${flaw}.`,
        evidence: [
          { path: waiver.place, actual: flaw, expected: "one resource, an approver besides the owner, at most 90 days (critical) or 180" },
        ],
        cause: `${waiver.ticket} ${waiver.rule} ${waiver.resource}`,
      });
    }
  },
  examples: () => ({
    pass: [
      { name: "no waivers", resources: [networkFunction("amf")] },
      {
        name: "one resource, two people, eighty days",
        resources: [networkFunction("amf")],
        knowledge: { at: day("2026-04-01"), waivers: [waiver({})] },
      },
      {
        name: "on its last day",
        resources: [networkFunction("amf")],
        knowledge: { at: day("2026-05-20") + 80_000_000, waivers: [waiver({})] },
      },
    ],
    fail: [
      { name: "expired", resources: [networkFunction("amf")], knowledge: { at: day("2026-06-01"), waivers: [waiver({})] } },
      {
        name: "half a year for a critical rule",
        resources: [networkFunction("amf")],
        knowledge: { at: day("2026-04-01"), waivers: [waiver({ expires: day("2026-08-20") })] },
      },
      {
        name: "for everything",
        resources: [networkFunction("amf")],
        knowledge: { at: day("2026-04-01"), waivers: [waiver({ resource: "*" })] },
      },
      {
        name: "for a whole namespace",
        resources: [networkFunction("amf")],
        knowledge: { at: day("2026-04-01"), waivers: [waiver({ resource: "Deployment/core/*" })] },
      },
      {
        name: "approved by its owner",
        resources: [networkFunction("amf")],
        knowledge: { at: day("2026-04-01"), waivers: [waiver({ approver: "Core-Platform" })] },
      },
      {
        name: "of a rule that takes none",
        resources: [networkFunction("amf")],
        knowledge: { at: day("2026-04-01"), waivers: [waiver({ rule: "DP-06", waivable: false })] },
      },
    ],
    undetermined: [
      { name: "dated ahead", resources: [networkFunction("amf")], knowledge: { at: day("2026-02-01"), waivers: [waiver({})] } },
    ],
  }),
});

function day(text: string): number {
  return Date.parse(text);
}
function waiver(more: Partial<Waiver>): Waiver {
  return {
    place: "waivers.yaml:2",
    rule: "WH-01",
    severity: "critical",
    waivable: true,
    resource: "Deployment/core/upf",
    container: undefined,
    owner: "core-platform",
    approver: "ciso",
    reason: "the packet accelerator of this release",
    compensatingControl: "a node group of its own, Falco rules for it",
    ticket: "SEC-417",
    created: day("2026-03-01"),
    expires: day("2026-05-20"),
    evidence: ["0123456789ab"],
    ...more,
  };
}
