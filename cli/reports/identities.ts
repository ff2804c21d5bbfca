/** Identities for people: what each can become, then what it can get at, worst first. */

import { createColors } from "picocolors";
import type { Explanation, IdentityReport } from "../../policypack/analysis/iam";

/** Techniques named of one identity; the rest is counted, and all of them are in the JSON. */
const SHOWN = 6;
/** Identities that are named though there is nothing to tell of them. */
const NAMED = 12;

type Colors = ReturnType<typeof createColors>;

export function humanIdentities(reports: readonly IdentityReport[], color: boolean): string {
  const colors = createColors(color);
  const ranks = ranksOf(reports);
  const rank = (report: IdentityReport) => ranks.get(report) ?? HARMLESS;
  const harmless = reports.filter((report) => isHarmless(report, rank(report)));
  const told = reports.filter((report) => !harmless.includes(report));
  const lines = told.sort((a, b) => rank(a) - rank(b)).flatMap((report) => identityLines(report, rank(report), colors));
  if (harmless.length > 0) {
    const names = harmless
      .slice(0, NAMED)
      .map(({ id }) => id)
      .join(", ");
    lines.push(
      `${colors.green("✔")} no more than they were given: ${names}${harmless.length > NAMED ? ` and ${harmless.length - NAMED} more` : ""}`,
      "",
    );
  }
  const powerful = reports.filter((report) => rank(report) === CERTAIN).length;
  const possible = reports.filter((report) => rank(report) === POSSIBLE).length;
  lines.push(`${reports.length} identities: ${powerful} can get more than they were given, ${possible} may`);
  return `${lines.join("\n")}\n`;
}

/** Nothing to tell of it. */
function isHarmless(report: IdentityReport, rank: number): boolean {
  return rank === HARMLESS && report.becomes.length + report.access.length + report.notKnown.length === 0;
}

const CERTAIN = 0;
const POSSIBLE = 1;
const HARMLESS = 2;

/** By what each can get itself, or as one that it takes: the pod of a ServiceAccount has what that has. */
function ranksOf(reports: readonly IdentityReport[]): ReadonlyMap<IdentityReport, number> {
  const own = new Map(reports.map((report) => [report.id, rankOf(report)]));
  return new Map(
    reports.map((report) => {
      const taken = report.becomes.map(({ to, verdict }) => Math.max(own.get(to) ?? HARMLESS, verdict === "fail" ? CERTAIN : POSSIBLE));
      return [report, Math.min(rankOf(report), ...taken)];
    }),
  );
}

function rankOf({ escalations, reaches }: IdentityReport): number {
  const verdicts = [...escalations, ...reaches].map(({ verdict }) => verdict);
  return verdicts.includes("fail") ? CERTAIN : verdicts.length > 0 ? POSSIBLE : HARMLESS;
}

function identityLines(report: IdentityReport, rank: number, colors: Colors): string[] {
  const mark = [colors.red("✖"), colors.yellow("?"), colors.green("✔")][rank] ?? "";
  const lines = [`${mark} ${colors.bold(report.id)}`];
  for (const { goal, verdict, path } of widest(report)) {
    lines.push(
      `    ${goal.startsWith("administrator") ? (verdict === "fail" ? "is or becomes" : "may become") : verdict === "fail" ? "gets at" : "may get at"} ${goal}:`,
    );
    for (const step of path) lines.push(`      → ${step.to}: ${step.how}${held(step)}`);
  }
  const minimal = smallest(report);
  for (const { permissions, title, technique, verdict } of minimal.slice(0, SHOWN)) {
    lines.push(`    ${verdict === "fail" ? "can" : "may"}: ${permissions.join(" + ")}: ${title} ${colors.dim(`(${technique})`)}`);
  }
  if (minimal.length > SHOWN) lines.push(`    and ${minimal.length - SHOWN} more techniques (see \`-o json\`)`);
  for (const step of report.becomes) lines.push(colors.dim(`    takes ${step.to}: ${step.how}${held(step)}`));
  for (const { title, actions, verdict } of report.access) {
    lines.push(colors.dim(`    ${verdict === "fail" ? "can" : "may"} ${title} (${actions.join(", ")})`));
  }
  if (report.notKnown.length > 0) lines.push(colors.dim(`    not known: ${report.notKnown.join(", ")}`));
  return [...lines, ""];
}

function held({ permissions }: IdentityReport["becomes"][number]): string {
  return permissions.length === 0 ? "" : ` (${permissions.join(" + ")})`;
}

/** An administrator has everything that comes after him: only what is certain of it where he himself is not. */
function widest({ reaches }: IdentityReport): IdentityReport["reaches"] {
  return reaches.filter(({ verdict }, index) => {
    const before = reaches.slice(0, index).filter(({ goal }) => goal.startsWith("administrator"));
    return !before.some((other) => other.verdict === "fail" || other.verdict === verdict);
  });
}

/** Whoever sees PutUserPolicy need not be told what else could be added to it. */
function smallest({ escalations }: IdentityReport) {
  return escalations.filter((one) => {
    const within = escalations.filter(
      (other) =>
        other !== one &&
        (other.verdict === "fail" || one.verdict === "undetermined") &&
        other.permissions.length < one.permissions.length &&
        other.permissions.every((permission) => one.permissions.includes(permission)),
    );
    return within.length === 0;
  });
}

export function humanExplanation(found: readonly Explanation[], action: string, resource: string): string {
  const lines = found.flatMap(({ id, answer, because }) => [
    `${id}: ${action} on ${resource} is ${answer}${because.length === 0 && answer === "not allowed" ? ": no statement allows it" : ""}`,
    ...because.map(
      ({ effect, sid, statement, says }) => `    ${effect} ${sid === null ? "" : `${sid} `}at ${statement}: ${JSON.stringify(says)}`,
    ),
  ]);
  return `${lines.join("\n")}\n`;
}
