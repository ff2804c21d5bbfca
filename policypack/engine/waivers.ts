/**
 * Waivers: which finding somebody has accepted, why, for how long, and on which evidence. A waiver that has run out, names everything, or
 * whose evidence has widened waives nothing (GV-02).
 */

import { hash } from "node:crypto";
import type { Finding, FindingResource } from "./finding";
import type { Severity } from "./rule";

export interface Waiver {
  /** Where it stands: `waivers.yaml:3`. */
  readonly place: string;
  readonly rule: string;
  readonly severity: Severity;
  /** Whether the rule takes waivers at all. */
  readonly waivable: boolean;
  /** URN, `Kind/namespace/name`, `type::name` or `stack`, with `*` and `?`. */
  readonly resource: string;
  readonly container: string | undefined;
  readonly owner: string;
  readonly approver: string;
  readonly reason: string;
  readonly compensatingControl: string;
  readonly ticket: string;
  /** Milliseconds since the epoch; the day of expiry itself still counts. */
  readonly created: number;
  readonly expires: number;
  /** Digests of the evidence that was accepted. */
  readonly evidence: readonly string[];
}

const DAY = 86_400_000;
/** Days that a waiver may last, by the severity of its rule (GV-02). */
const LONGEST: { readonly [severity in Severity]: number } = { critical: 90, high: 180, medium: 180, low: 180 };

/** Why a waiver waives nothing, whatever it is about; `undefined` for one in force. */
export function flawOf(waiver: Waiver, at: number): string | undefined {
  const days = Math.round((waiver.expires - waiver.created) / DAY);
  if (!waiver.waivable) return `rule ${waiver.rule} takes no waiver`;
  if (at >= waiver.expires + DAY) return `it expired on ${dayOf(waiver.expires)}`;
  if (at < waiver.created) return `it is dated ${dayOf(waiver.created)}, which is not yet`;
  if (days > LONGEST[waiver.severity])
    return `it lasts ${days} days, and a ${waiver.severity} rule is waived for ${LONGEST[waiver.severity]} at most`;
  if (isBroad(waiver.resource)) return `its selector "${waiver.resource}" names no resource`;
  if (waiver.approver.toLowerCase() === waiver.owner.toLowerCase()) return `its owner ${waiver.owner} approved it himself`;
  return undefined;
}

/** The name at its end must say something: `*`, a whole type or a whole namespace is no scope. */
function isBroad(selector: string): boolean {
  const name = selector.split(/::|\//).at(-1) ?? "";
  return !/[a-z0-9]/i.test(name);
}

export interface Waived {
  readonly findings: Finding[];
  /** Waivers in force of which a finding has outgrown the evidence. */
  readonly outgrown: readonly { readonly waiver: Waiver; readonly finding: Finding }[];
  readonly used: ReadonlySet<Waiver>;
}

/** Marks the findings that a waiver in force covers. Faults are not waived. */
export function applyWaivers(findings: readonly Finding[], waivers: readonly Waiver[], at: number): Waived {
  const inForce = waivers.filter((waiver) => flawOf(waiver, at) === undefined);
  const outgrown: { waiver: Waiver; finding: Finding }[] = [];
  const used = new Set<Waiver>();
  if (inForce.length === 0) return { findings: [...findings], outgrown, used };
  const marked = findings.map((finding) => {
    const about = inForce.filter((waiver) => selects(waiver, finding));
    const digests = about.length === 0 ? [] : evidenceDigests(finding);
    const covering = about.find((waiver) => digests.every((digest) => waiver.evidence.includes(digest)));
    if (covering === undefined) {
      for (const waiver of about) outgrown.push({ waiver, finding });
      return finding;
    }
    used.add(covering);
    return { ...finding, waiver: describe(covering) };
  });
  return { findings: marked, outgrown, used };
}

export function selects(waiver: Pick<Waiver, "rule" | "resource" | "container">, finding: Finding): boolean {
  if (waiver.rule !== finding.ruleId || finding.verdict === "error") return false;
  if (waiver.container !== undefined && waiver.container !== finding.container) return false;
  const pattern = new RegExp(
    `^${waiver.resource
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".")}$`,
  );
  return namesOf(finding.resource).some((name) => pattern.test(name));
}

/** What a resource may be called in a selector; the last is the shortest that is its own. */
export function namesOf({ urn, type, kind, namespace, name }: FindingResource): readonly string[] {
  if (urn === "") return ["stack"];
  return [urn, urn.split("::").slice(2).join("::"), kind === null ? `${type}::${name}` : [kind, namespace, name].filter(Boolean).join("/")];
}

/** Hexadecimal digits of an evidence digest. */
const DIGEST_LENGTH = 12;

/** One digest for every place and what was found there: a new place, or another value, is evidence that nobody has accepted. */
export function evidenceDigests({ ruleId, verdict, evidence }: Finding): readonly string[] {
  const items = evidence.length === 0 ? [{ path: "", actual: verdict }] : evidence;
  return [
    ...new Set(items.map(({ path, actual }) => hash("sha256", [ruleId, path, JSON.stringify(actual)].join("\0")).slice(0, DIGEST_LENGTH))),
  ].sort();
}

export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function describe({ ticket, expires, approver, reason }: Waiver): string {
  return `${ticket}, until ${dayOf(expires)}, approved by ${approver}: ${reason}`;
}
