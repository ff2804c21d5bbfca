/**
 * What the pack is configured with (`--policy-pack-config`, a policy group, stack configuration), as settings.
 *
 * The settings proper are the configuration of the policy `carrierguard`; each rule's own configuration carries its level
 * and options, as Pulumi's users write it: `{"carrierguard": {"profile": "strict"}, "sg-05-…": "advisory"}`.
 *
 * The engine fills in a level for every policy: the user's, or the one that the pack declares. To tell the two apart, rules
 * declare a level that means nothing to them, see `declaredLevel`.
 */

import { isAbsolute } from "node:path";
import type { Enforcement, Rule } from "../engine/rule";
import { enforcementOf } from "../engine/levels";
import { nearest } from "../engine/nearest";
import { DEFAULT_SETTINGS, type Knowledge, type Settings } from "../engine/settings";
import { readSettings, type SettingsFile } from "../engine/settings-file";
import { readKnowledge } from "../knowledge/read";

/** A level as Pulumi knows them. */
export type PulumiLevel = Enforcement | "remediate";

/** One policy's configuration as the engine sends it. */
export interface PolicyConfiguration {
  readonly level: PulumiLevel;
  readonly properties: { readonly [key: string]: unknown };
}

export interface Configuration {
  readonly settings: Settings;
  readonly knowledge: Knowledge;
}

/** Something in the configuration that the user has to put right. */
class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** The policy that carries the pack's settings. */
export const PACK_POLICY = "carrierguard";

export interface Request {
  readonly policies: ReadonlyMap<string, PolicyConfiguration>;
  /** Keys of the stack's own configuration under `carrierguard:`; they come before the pack's. */
  readonly stack: { readonly [key: string]: unknown };
  /** Whether the rules declared `remediate`. */
  readonly marked: boolean;
}

/**
 * The level that a rule declares. In a deployment it is `remediate`, which no rule without a remedy knows to do and so no user
 * gives: a rule that comes back with another level got it from the user. Elsewhere (`pulumi policy publish` shows it, `policy
 * analyze`), and for rules with a remedy, it is what the default profile says. Whoever gives such a rule that very level against
 * another profile says so in the settings (`rules`), where every level is told from none.
 */
export function declaredLevel(rule: Rule, marked: boolean): PulumiLevel {
  return marked && rule.remedy === undefined ? "remediate" : enforcementOf(rule, DEFAULT_SETTINGS);
}

/** Reads the configuration; throws a ConfigurationError that names every problem. */
export function configurationOf(request: Request, rules: readonly Rule[]): Configuration {
  const problems: string[] = unknownPolicies(request, rules);
  const { at, ...raw } = { ...request.policies.get(PACK_POLICY)?.properties, ...request.stack };
  const pack = readSettings(raw, rules);
  problems.push(...problemsOf(pack, PACK_POLICY));
  const settings = { ...pack.settings, rules: withRuleConfiguration(pack.settings.rules, request, rules, problems) };
  const proofs = pack.threatIntel.flatMap(({ file, signature, publicKey }) => [file, signature, publicKey]);
  const files = [...proofs, ...pack.waivers, pack.vendors].flatMap((file) => file ?? []);
  for (const file of files.filter((item) => !isAbsolute(item))) {
    problems.push(
      `${PACK_POLICY}: "${file}" must be an absolute path, as the pack runs in its own folder; \`carrierguard config\` writes such`,
    );
  }
  const knowledge =
    problems.length > 0 ? undefined : readKnowledge(pack, at, rules, (problem) => problems.push(`${PACK_POLICY}: ${problem}`));
  if (knowledge === undefined || problems.length > 0) throw new ConfigurationError(problems.join("\n"));
  return { settings, knowledge };
}

function withRuleConfiguration(given: Settings["rules"], request: Request, rules: readonly Rule[], problems: string[]): Settings["rules"] {
  const settings: { [id: string]: Settings["rules"][string] } = { ...given };
  for (const rule of rules) {
    const policy = request.policies.get(rule.name);
    if (policy === undefined) continue;
    const own = readSettings({ rules: { [rule.id]: policy.properties } }, rules);
    problems.push(...problemsOf(own, rule.name));
    const said = settings[rule.id];
    settings[rule.id] = {
      level: explicitLevel(rule, policy.level, request.marked) ?? said?.level,
      remediate:
        policy.level === "remediate" ? rule.remedy !== undefined : said?.remediate === true && isUnsaid(rule, policy.level, request),
      options: { ...said?.options, ...own.settings.rules[rule.id]?.options },
    };
  }
  return settings;
}

/** The level that the user gave; `undefined` for the declared one. */
function explicitLevel(rule: Rule, level: PulumiLevel, marked: boolean): Enforcement | undefined {
  if (level === declaredLevel(rule, marked)) return undefined;
  if (level !== "remediate") return level;
  // What a remediation leaves wrong refuses, as everywhere in Pulumi.
  return rule.remedy === undefined ? undefined : "mandatory";
}

function isUnsaid(rule: Rule, level: PulumiLevel, request: Request): boolean {
  return explicitLevel(rule, level, request.marked) === undefined;
}

/** The engine takes configuration for policies that do not exist without a word. */
function unknownPolicies(request: Request, rules: readonly Rule[]): string[] {
  const names = [PACK_POLICY, "all", ...rules.map((rule) => rule.name)];
  return [...request.policies.keys()]
    .filter((name) => !names.includes(name))
    .map((name) => {
      const near = rules.find((rule) => rule.id === name)?.name ?? nearest(name, names);
      return `there is no policy "${name}"${near === undefined ? "; `carrierguard rules` lists them" : `; did you mean "${near}"?`}`;
    });
}

function problemsOf(file: SettingsFile, policy: string): string[] {
  return file.problems.map((problem) => `${policy}: ${problem.message}`);
}
