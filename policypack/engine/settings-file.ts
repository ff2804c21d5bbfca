/**
 * Reads settings as users write them (carrierguard.yaml, or the JSON that the policy pack is configured with): every key is
 * checked, and what is not known is answered with the nearest known word. Pure: the caller maps paths to lines.
 */

import type { Enforcement, OptionSchema, Options, Rule } from "./rule";
import { nearest, suggestion } from "./nearest";
import { DEFAULT_SETTINGS, type RuleSettings, type Settings, type ZoneRanges } from "./settings";

export interface SettingsProblem {
  /** Keys and indices from the top. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A bundle, and what shows that it is what its maker made: files beside it, or its digest. */
export interface ThreatIntelSource {
  readonly file: string;
  /** Hexadecimal digest of the file. */
  readonly sha256?: string;
  /** Detached signature over the file (Ed25519, ECDSA or RSA with SHA-256), raw or base64. */
  readonly signature?: string;
  /** The maker's public key, PEM. */
  readonly publicKey?: string;
}

/** Settings, and what else the file names: files that the caller reads. */
export interface SettingsFile {
  readonly settings: Settings;
  /** STIX 2.1 bundles, paths as written. */
  readonly threatIntel: readonly ThreatIntelSource[];
  /** A vendor list in place of the built-in one, as written. */
  readonly vendors: string | undefined;
  /** Files of waivers, as written. */
  readonly waivers: readonly string[];
  /** Service control policies of the organisation, JSON files, as written. */
  readonly serviceControlPolicies: readonly string[];
  /** Outputs of other stacks, by `organization/project/stack`. */
  readonly stackReferences: { readonly [stack: string]: { readonly [output: string]: unknown } };
  readonly problems: readonly SettingsProblem[];
}

const LEVELS: readonly Enforcement[] = ["advisory", "mandatory", "disabled"];
const ZONES: readonly (keyof ZoneRanges)[] = ["ran", "oam", "interconnect", "admin"];

type Path = readonly (string | number)[];
type Mapping = { readonly [key: string]: unknown };

export function readSettings(raw: unknown, rules: readonly Rule[]): SettingsFile {
  const reader = new SettingsReader(rules);
  return reader.read(raw ?? {});
}

class SettingsReader {
  private readonly problems: SettingsProblem[] = [];

  constructor(private readonly rules: readonly Rule[]) {}

  read(raw: unknown): SettingsFile {
    const found: { -readonly [key in keyof Settings]?: Settings[key] } = {};
    let waivers: readonly string[] = [];
    let threatIntel: readonly ThreatIntelSource[] = [];
    let vendors: string | undefined;
    let serviceControlPolicies: readonly string[] = [];
    let stackReferences: SettingsFile["stackReferences"] = {};
    const keys: { readonly [key: string]: (value: unknown, path: Path) => void } = {
      profile: (value, path) => (found.profile = this.oneOf(value, ["lab", "baseline", "strict"], path) ?? DEFAULT_SETTINGS.profile),
      undetermined: (value, path) =>
        (found.undetermined = this.oneOf(value, ["ignore", "advise", "deny"], path) ?? DEFAULT_SETTINGS.undetermined),
      namespace: (value, path) => (found.namespace = this.text(value, path) ?? DEFAULT_SETTINGS.namespace),
      zones: (value, path) => (found.zones = this.zones(value, path)),
      registries: (value, path) => (found.registries = this.texts(value, path)),
      platformNamespaces: (value, path) =>
        (found.platformNamespaces = [...DEFAULT_SETTINGS.platformNamespaces, ...this.texts(value, path)]),
      rules: (value, path) => (found.rules = this.ruleSettings(value, path)),
      waivers: (value, path) => (waivers = this.texts(value, path)),
      threatIntel: (value, path) => (threatIntel = this.sources(value, path)),
      serviceControlPolicies: (value, path) => (serviceControlPolicies = this.texts(value, path)),
      vendors: (value, path) => (vendors = this.text(value, path)),
      stackReferences: (value, path) => (stackReferences = this.references(value, path)),
    };
    this.eachKey(raw, [], Object.keys(keys), (key, value, path) => keys[key]?.(value, path));
    return {
      settings: { ...DEFAULT_SETTINGS, ...found },
      threatIntel,
      vendors,
      waivers,
      serviceControlPolicies,
      stackReferences,
      problems: this.problems,
    };
  }

  private problem(path: Path, message: string): undefined {
    this.problems.push({ path, message });
    return undefined;
  }

  /** Calls back for every known key; reports the others. */
  private eachKey(raw: unknown, path: Path, known: readonly string[], each: (key: string, value: unknown, path: Path) => void): void {
    const map = this.mapping(raw, path);
    for (const [key, value] of Object.entries(map)) {
      if (known.includes(key)) each(key, value, [...path, key]);
      else this.problem([...path, key], `unknown key "${key}"${suggestion(key, known)}`);
    }
  }

  private mapping(raw: unknown, path: Path): Mapping {
    if (raw !== null && typeof raw === "object" && !Array.isArray(raw)) return raw as Mapping;
    this.problem(path, `${describe(path)} must be a map of keys, not ${describeValue(raw)}`);
    return {};
  }

  private oneOf<T extends string>(raw: unknown, words: readonly T[], path: Path): T | undefined {
    const found = words.find((word) => word === raw);
    return found ?? this.problem(path, `${describe(path)} is ${describeValue(raw)}${suggestion(String(raw), words)}`);
  }

  private text(raw: unknown, path: Path): string | undefined {
    return typeof raw === "string" && raw !== "" ? raw : this.problem(path, `${describe(path)} must be a text, not ${describeValue(raw)}`);
  }

  private texts(raw: unknown, path: Path): readonly string[] {
    if (!Array.isArray(raw)) {
      this.problem(path, `${describe(path)} must be a list of texts, not ${describeValue(raw)}`);
      return [];
    }
    return raw.flatMap((item: unknown, index) => this.text(item, [...path, index]) ?? []);
  }

  /** Each a path, or a map of the path and what proves it. */
  private sources(raw: unknown, path: Path): readonly ThreatIntelSource[] {
    if (!Array.isArray(raw)) {
      this.problem(path, `${describe(path)} must be a list of bundles, not ${describeValue(raw)}`);
      return [];
    }
    return raw.flatMap((item: unknown, index): ThreatIntelSource[] => {
      const place = [...path, index];
      if (item === null || typeof item !== "object") return [this.text(item, place)].flatMap((file) => (file === undefined ? [] : [{ file }]));
      const found: { file?: string; sha256?: string; signature?: string; publicKey?: string } = {};
      this.eachKey(item, place, ["file", "sha256", "signature", "publicKey"], (key, value, at) => (found[key as keyof typeof found] = this.text(value, at)));
      const { file, sha256 } = found;
      if (file === undefined) this.problem(place, `${describe(place)} names no file`);
      if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) this.problem([...place, "sha256"], `"${sha256}" is no SHA-256: 64 hexadecimal digits`);
      if ((found.signature === undefined) !== (found.publicKey === undefined)) this.problem(place, `${describe(place)} needs both signature and publicKey, or neither`);
      return file === undefined ? [] : [{ ...found, file }];
    });
  } // prettier-ignore

  private zones(raw: unknown, path: Path): ZoneRanges {
    const zones: { -readonly [zone in keyof ZoneRanges]: readonly string[] } = {};
    this.eachKey(raw, path, ZONES, (zone, value, place) => {
      zones[zone as keyof ZoneRanges] = this.texts(value, place).filter((cidr, index) => {
        const good = /^[0-9a-fA-F:.]+(\/\d{1,3})?$/.test(cidr);
        if (!good) this.problem([...place, index], `"${cidr}" is no address range; write it like 10.1.0.0/16 or 2001:db8::/32`);
        return good;
      });
    });
    return zones;
  }

  private ruleSettings(raw: unknown, path: Path): Settings["rules"] {
    const settings: { [id: string]: RuleSettings } = {};
    for (const [key, value] of Object.entries(this.mapping(raw, path))) {
      const rule = this.rules.find((item) => item.id === key || item.name === key);
      if (rule === undefined) this.unknownRule(key, [...path, key]);
      else settings[rule.id] = this.oneRule(rule, value, [...path, key]);
    }
    return settings;
  }

  private unknownRule(key: string, path: Path): void {
    const words = this.rules.flatMap((rule) => [rule.id, rule.name]);
    const near = nearest(key, words);
    this.problem(
      path,
      `there is no rule "${key}"${near === undefined ? "; `carrierguard rules` lists them" : `; did you mean "${near}"?`}`,
    );
  }

  private oneRule(rule: Rule, raw: unknown, path: Path): RuleSettings {
    if (typeof raw === "string") return this.level(rule, raw, path);
    const schemas = rule.options ?? {};
    const options: { -readonly [name in keyof Options]: Options[name] } = {};
    let said: Pick<RuleSettings, "level" | "remediate"> = {};
    this.eachKey(raw, path, ["level", ...Object.keys(schemas)], (key, value, place) => {
      const schema = schemas[key];
      if (schema === undefined) said = this.level(rule, value, place);
      else {
        const option = this.option(schema, value, place);
        if (option !== undefined) options[key] = option;
      }
    });
    return { ...said, options };
  }

  /** As Pulumi has it, what a remediation leaves wrong is mandatory. */
  private level(rule: Rule, raw: unknown, path: Path): Pick<RuleSettings, "level" | "remediate"> {
    const level = this.oneOf(raw, rule.remedy === undefined ? LEVELS : [...LEVELS, "remediate" as const], path);
    return level === "remediate" ? { level: "mandatory", remediate: true } : { level };
  }

  private option(schema: OptionSchema, raw: unknown, path: Path): Options[string] | undefined {
    switch (schema.type) {
      case "boolean":
        return typeof raw === "boolean" ? raw : this.problem(path, `${describe(path)} must be true or false, not ${describeValue(raw)}`);
      case "integer": {
        const least = schema.minimum ?? Number.MIN_SAFE_INTEGER;
        if (typeof raw === "number" && Number.isInteger(raw) && raw >= least) return raw;
        return this.problem(
          path,
          `${describe(path)} must be a whole number${schema.minimum === undefined ? "" : ` from ${least} up`}, not ${describeValue(raw)}`,
        );
      }
      case "string":
        return this.text(raw, path);
      case "strings":
        return this.texts(raw, path);
    }
  }

  private references(raw: unknown, path: Path): SettingsFile["stackReferences"] {
    return Object.fromEntries(
      Object.entries(this.mapping(raw, path)).map(([stack, outputs]) => [stack, this.mapping(outputs, [...path, stack])]),
    );
  }
}

function describe(path: Path): string {
  return path.length === 0 ? "the file" : path.join(".");
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a map" : JSON.stringify(value);
}
