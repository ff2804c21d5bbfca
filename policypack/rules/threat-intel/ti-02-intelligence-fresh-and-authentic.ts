/**
 * The threat intelligence that rules judge by is new, and is what its maker made: yesterday's list does not know today's intruder, and whoever
 * changes the list unseen takes himself off it. Where no bundle is configured there is nothing to judge.
 */

import { defineRule, fail, undetermined, type Verdict } from "../../engine/rule";
import type { Feed } from "../../engine/settings";
import { wholeStack } from "../../engine/targets";
import { networkFunction } from "../../testing/build";

export default defineRule({
  id: "TI-02",
  name: "ti-02-intelligence-fresh-and-authentic",
  title: "Threat-intelligence bundle is fresh and authentic",
  family: "threat-intel",
  severity: "medium",
  scope: "stack",
  since: "0.1.0",
  target: wholeStack(),
  rationale:
    "Addresses of command servers live for days. A bundle of last month passes the intruder of today, and one that somebody changed on its way passes whoever he likes, with the seal of a check that was made.",
  remediation:
    "Fetch the bundle again before every deployment, and let carrierguard.yaml say how to know it: `threatIntel: [{file: feed.json, sha256: …}]`, or signature and publicKey of its maker.",
  standards: [
    { framework: "NIST SP 800-53r5", ref: "SI-5", title: "Security Alerts, Advisories, and Directives" },
    { framework: "NIST SP 800-53r5", ref: "PM-16", title: "Threat Awareness Program" },
    { framework: "NIST SP 800-53r5", ref: "SI-7(6)", title: "Software, Firmware, and Information Integrity | Cryptographic Protection" },
  ],
  breaks: [],
  options: {
    maximumAgeDays: {
      type: "integer",
      description: "Days after which a bundle refuses; an air-gapped region may need 30, with a waiver.",
      default: 7,
      minimum: 1,
    },
  },
  *check(_model, { knowledge, options }) {
    for (const feed of knowledge.feeds ?? []) {
      yield* authentic(feed);
      yield* fresh(feed, knowledge.at, Number(options["maximumAgeDays"]));
    }
  },
  examples: () => {
    const AT = Date.UTC(2026, 10, 25);
    const stack = [networkFunction("amf")];
    const feed = (over: Partial<Feed>): Feed => ({ file: "feed.json", newest: AT - 3 * HOUR, digest: "matches", signature: "not checked", ...over });
    const knowing = (over: Partial<Feed>) => ({ at: AT, indicators: [], feeds: [feed(over)] });
    return {
      pass: [
        { name: "three hours old, and what was pinned", resources: stack, knowledge: knowing({}) },
        { name: "signed by its maker", resources: stack, knowledge: knowing({ digest: "not pinned", signature: "valid" }) },
        { name: "no bundle at all", resources: stack },
        { name: "an hour old, in a region that may wait longer", resources: stack, knowledge: knowing({ newest: AT - HOUR }), settings: { rules: { "TI-02": { options: { maximumAgeDays: 30 } } } } },
      ],
      fail: [
        { name: "two days old (advice)", resources: stack, knowledge: knowing({ newest: AT - 2 * DAY }) },
        { name: "eight days old", resources: stack, knowledge: knowing({ newest: AT - 8 * DAY }) },
        { name: "another file than the one pinned", resources: stack, knowledge: knowing({ digest: "differs" }) },
        { name: "a signature that does not verify, though the digest does", resources: stack, knowledge: knowing({ signature: "invalid" }) },
      ],
      undetermined: [
        { name: "neither pinned nor signed", resources: stack, knowledge: knowing({ digest: "not pinned" }) },
        { name: "a bundle that does not say when it was made", resources: stack, knowledge: knowing({ newest: undefined }) },
      ],
    };
  },
}); // prettier-ignore

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function* authentic({ file, digest, signature }: Feed): Iterable<Verdict> {
  const evidence = (actual: string, expected: string) => [{ path: `threatIntel ${file}`, actual, expected }];
  const bad = [...(digest === "differs" ? ["is not the file whose SHA-256 is pinned"] : []), ...(signature === "invalid" ? ["has a signature that does not verify"] : [])];
  if (bad.length > 0) {
    yield fail({ message: `The threat intelligence in ${file} ${bad.join(", and ")}: whoever changed it may have taken himself off the list.`, evidence: evidence(bad.join(", "), "the bundle as its maker made it"), cause: `authentic ${file}`, severity: "high" });
  } else if (digest === "not pinned" && signature === "not checked") {
    yield undetermined({ message: `Whether the threat intelligence in ${file} is what its maker made cannot be told: carrierguard.yaml names neither its SHA-256 nor a signature.`, evidence: evidence("not pinned", "sha256, or signature and publicKey"), cause: `authentic ${file}` });
  }
} // prettier-ignore

function* fresh({ file, newest }: Feed, at: number, maximum: number): Iterable<Verdict> {
  const cause = `fresh ${file}`;
  if (newest === undefined) {
    yield undetermined({ message: `How old the threat intelligence in ${file} is cannot be told: none of its objects says when it was changed.`, evidence: [{ path: `threatIntel ${file}`, actual: null, expected: "objects with modified or created" }], cause });
    return;
  }
  const age = at - newest;
  if (age <= DAY) return;
  const old = age > maximum * DAY;
  yield fail({
    message: `The threat intelligence in ${file} is ${Math.floor(age / DAY)} day${age < 2 * DAY ? "" : "s"} old: it does not know the addresses that intruders use today.`,
    evidence: [{ path: `threatIntel ${file}`, actual: new Date(newest).toISOString(), expected: old ? `no older than ${maximum} days` : "no older than a day" }],
    cause,
    ...(old ? { severity: "high" as const } : { advisory: true }),
  });
} // prettier-ignore
