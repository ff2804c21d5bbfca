/** Identities for people: what each can become, then what it can get at, worst first. */

import { createColors } from "picocolors";
import type { Explanation, IdentityReport } from "../../policypack/analysis/iam";

/** Techniques named of one identity; the rest is counted, and all of them are in the JSON. */
const SHOWN = 6;

type Colors = ReturnType<typeof createColors>;

export function humanIdentities(reports: readonly IdentityReport[], color: boolean): string {
  const colors = createColors(color);
  const lines = [...reports].sort((a, b) => rank(a) - rank(b)).flatMap((report) => identityLines(report, colors));
  const powerful = reports.filter((report) => rank(report) === 0).length;
  const possible = reports.filter((report) => rank(report) === 1).length;
  lines.push(`${reports.length} identities: ${powerful} can get more than they were given, ${possible} may`);
  return `${lines.join("\n")}\n`;
}

function rank({ escalations, reaches }: IdentityReport): number {
  const verdicts = [...escalations, ...reaches].map(({ verdict }) => verdict);
  return verdicts.includes("fail") ? 0 : verdicts.length > 0 ? 1 : 2;
}

function identityLines(report: IdentityReport, colors: Colors): string[] {
  const mark = [colors.red("✖"), colors.yellow("?"), colors.green("✔")][rank(report)] ?? "";
  const lines = [`${mark} ${colors.bold(report.id)}`];
  for (const { goal, verdict, path } of report.reaches) {
    lines.push(`    ${verdict === "fail" ? "is or becomes" : "may become"} ${goal}:`);
    for (const step of path) lines.push(`      → ${step.to}: ${step.how} (${step.permissions.join(" + ")})`);
  }
  const minimal = smallest(report);
  for (const { permissions, title, technique, verdict } of minimal.slice(0, SHOWN)) {
    lines.push(`    ${verdict === "fail" ? "can" : "may"}: ${permissions.join(" + ")}: ${title} ${colors.dim(`(${technique})`)}`);
  }
  if (minimal.length > SHOWN) lines.push(`    and ${minimal.length - SHOWN} more techniques (see \`-o json\`)`);
  for (const step of report.becomes) lines.push(colors.dim(`    takes ${step.to}: ${step.how} (${step.permissions.join(" + ")})`));
  for (const { title, actions, verdict } of report.access) {
    lines.push(colors.dim(`    ${verdict === "fail" ? "can" : "may"} ${title} (${actions.join(", ")})`));
  }
  if (report.notKnown.length > 0) lines.push(colors.dim(`    not known: ${report.notKnown.join(", ")}`));
  return [...lines, ""];
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
