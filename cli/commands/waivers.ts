/** `carrierguard waivers audit | add`. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { nearest } from "../../policypack/engine/nearest";
import { dayOf, evidenceDigests, flawOf, namesOf, selects } from "../../policypack/engine/waivers";
import { readWaivers } from "../../policypack/engine/waivers-file";
import { rules } from "../../policypack/rules";
import { EXIT } from "../exit-status";
import type { EvaluationOptions } from "./check";
import { evaluated } from "./evaluated";
import { UsageError } from "./usage-error";

interface AuditOptions extends EvaluationOptions {
  readonly waivers: readonly string[];
  readonly at?: string;
}

/** Status 1 where a waiver is dead: it expired, was never in force, or its evidence has widened. One without a finding is said only. */
export async function audit(targets: readonly string[], options: AuditOptions): Promise<void> {
  const { evaluations, knowledge } = await evaluated(targets, options, options.waivers);
  const findings = evaluations.flatMap((evaluation) => evaluation.findings);
  const outgrown = evaluations.flatMap((evaluation) => evaluation.outgrown);
  const rows = (knowledge.waivers ?? []).map((waiver) => {
    const flaw = flawOf(waiver, knowledge.at);
    const grown = outgrown.filter((item) => item.waiver === waiver).map(({ finding }) => finding.resource.name);
    const covered = findings.filter((finding) => finding.waiver !== null && selects(waiver, finding));
    const state = flaw !== undefined ? "dead" : grown.length > 0 ? "outgrown" : covered.length > 0 ? "in force" : "unused";
    const detail =
      flaw ??
      (grown.length > 0
        ? `new evidence on ${grown.join(", ")}`
        : covered.length > 0
          ? `until ${dayOf(waiver.expires)}: ${covered.map(({ resource }) => resource.name).join(", ")}`
          : "no finding to waive: drop it");
    return { ticket: waiver.ticket, rule: waiver.rule, resource: waiver.resource, place: waiver.place, state, detail };
  });
  const asJson = options.output.some((word) => word === "json");
  console.log(
    asJson
      ? JSON.stringify({ waivers: rows }, undefined, 2)
      : rows.map(({ state, rule, ticket, place, detail }) => `${state.padEnd(9)} ${rule}  ${ticket}  ${place}  ${detail}`).join("\n") ||
          "no waivers",
  );
  if (rows.some(({ state }) => state === "dead" || state === "outgrown")) process.exitCode = EXIT.findings;
}

interface AddOptions extends EvaluationOptions {
  readonly rule: string;
  readonly resource: string;
  readonly container?: string;
  readonly owner: string;
  readonly approver: string;
  readonly reason: string;
  readonly control: string;
  readonly ticket: string;
  readonly expires: string;
  readonly at?: string;
  readonly file: string;
}

/** Appends to the file as text, so that what people wrote there stays as it is. */
export async function add(targets: readonly string[], options: AddOptions): Promise<void> {
  const { evaluations, knowledge } = await evaluated(targets, options);
  const rule = rules.find(({ id, name }) => id === options.rule.toUpperCase() || name === options.rule);
  const ofRule = evaluations.flatMap(({ findings }) => findings).filter(({ ruleId, waiver }) => ruleId === rule?.id && waiver === null);
  const findings = ofRule.filter((finding) =>
    selects({ rule: finding.ruleId, resource: options.resource, container: options.container }, finding),
  );
  if (findings.length === 0) {
    const names = ofRule.flatMap(({ resource }) => namesOf(resource));
    const near = nearest(options.resource, names) ?? names.at(-1);
    throw new UsageError(`${options.rule} finds nothing on "${options.resource}"${near === undefined ? "" : `; it does on "${near}"`}`);
  }
  const entry: { readonly [key: string]: unknown } = {
    rule: rule?.id,
    resource: options.resource,
    ...(options.container === undefined ? {} : { container: options.container }),
    owner: options.owner,
    approver: options.approver,
    reason: options.reason,
    compensatingControl: options.control,
    ticket: options.ticket,
    created: dayOf(knowledge.at),
    expires: options.expires,
    evidence: [...new Set(findings.flatMap(evidenceDigests))].sort(),
  };
  const { waivers, problems } = readWaivers({ waivers: [entry] }, rules, () => options.file);
  const [waiver] = waivers;
  const wrong = problems[0]?.message ?? (waiver === undefined ? "it cannot be read back" : flawOf(waiver, knowledge.at));
  if (wrong !== undefined) throw new UsageError(`this waiver would waive nothing: ${wrong}`);
  const lines = Object.entries(entry).map(([key, value], index) => `${index === 0 ? "  - " : "    "}${key}: ${JSON.stringify(value)}`);
  const before = existsSync(options.file) ? readFileSync(options.file, "utf8").replace(/\n*$/, "\n") : "waivers:\n";
  writeFileSync(options.file, `${before}${lines.join("\n")}\n`);
  console.error(
    `carrierguard: ${findings.length} finding${findings.length === 1 ? "" : "s"} waived in ${options.file} until ${options.expires}`,
  );
}
