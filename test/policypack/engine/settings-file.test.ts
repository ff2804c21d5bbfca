/** What carrierguard.yaml may say, and what is said of it where it says something else. */

import type { Rule } from "../../../policypack/engine/rule";
import { DEFAULT_SETTINGS, optionsOf } from "../../../policypack/engine/settings";
import { readSettings } from "../../../policypack/engine/settings-file";
import { rules } from "../../../policypack/rules";

const made = {
  ...rules.find(({ id }) => id === "SC-07"),
  id: "XX-01",
  name: "xx-01-made-up",
  remedy: undefined,
  options: {
    switch: { type: "boolean", description: "", default: false },
    days: { type: "integer", description: "", default: 5, minimum: 1 },
    depth: { type: "integer", description: "", default: 0 },
    owner: { type: "string", description: "", default: "" },
    names: { type: "strings", description: "", default: [] },
  },
} as unknown as Rule;
const known = [...rules, made];

const told = (raw: unknown) => readSettings(raw, known).problems.map(({ path, message }) => [path.join("."), message]);
const SHA = "0123456789abcdef".repeat(4);

test("an empty file is the defaults", () => {
  for (const raw of [undefined, null, {}]) {
    expect(readSettings(raw, rules)).toEqual({ settings: DEFAULT_SETTINGS, threatIntel: [], vendors: undefined, waivers: [], serviceControlPolicies: [], stackReferences: {}, problems: [] });
  }
}); // prettier-ignore

test("every key counts", () => {
  const { settings, problems, ...files } = readSettings(
    {
      profile: "strict",
      undetermined: "deny",
      namespace: "core",
      zones: { ran: ["10.1.0.0/16", "2001:db8::/32"], oam: ["10.9.0.1"], interconnect: [], admin: ["10.8.0.0/24"] },
      registries: ["registry.example/5gc"],
      platformNamespaces: ["storage"],
      rules: { "XX-01": { level: "advisory", switch: true, days: 1, depth: -3, owner: "soc", names: ["a", "b"] }, "wh-03-host-namespaces-off": "disabled" },
      waivers: ["waivers.yaml"],
      threatIntel: ["a.json", { file: "b.json", sha256: SHA, signature: "b.sig", publicKey: "b.pem" }],
      serviceControlPolicies: ["scp.json"],
      vendors: "vendors.json",
      stackReferences: { "org/network/prod": { vpc: "vpc-1" } },
    },
    known,
  );
  expect(problems).toEqual([]);
  expect(settings).toEqual({
    profile: "strict",
    undetermined: "deny",
    namespace: "core",
    zones: { ran: ["10.1.0.0/16", "2001:db8::/32"], oam: ["10.9.0.1"], interconnect: [], admin: ["10.8.0.0/24"] },
    registries: ["registry.example/5gc"],
    platformNamespaces: [...DEFAULT_SETTINGS.platformNamespaces, "storage"],
    rules: { "XX-01": { level: "advisory", options: { switch: true, days: 1, depth: -3, owner: "soc", names: ["a", "b"] } }, "WH-03": { level: "disabled" } },
  });
  expect(files).toEqual({
    waivers: ["waivers.yaml"],
    threatIntel: [{ file: "a.json" }, { file: "b.json", sha256: SHA, signature: "b.sig", publicKey: "b.pem" }],
    serviceControlPolicies: ["scp.json"],
    vendors: "vendors.json",
    stackReferences: { "org/network/prod": { vpc: "vpc-1" } },
  });
}); // prettier-ignore

test("a rule keeps its defaults for what nobody says", () => {
  const { settings } = readSettings({ rules: { "XX-01": { days: 9 } } }, known);
  expect(optionsOf(made, settings)).toEqual({ switch: false, days: 9, depth: 0, owner: "", names: [] });
  expect(optionsOf(made, DEFAULT_SETTINGS)).toEqual({ switch: false, days: 5, depth: 0, owner: "", names: [] });
});

test("remediation is mandatory too, at a rule that has a remedy", () => {
  const { id = "" } = rules.find(({ remedy }) => remedy !== undefined) ?? {};
  expect(readSettings({ rules: { [id]: "remediate" } }, rules).settings.rules).toEqual({ [id]: { level: "mandatory", remediate: true } });
  expect(readSettings({ rules: { [id]: { level: "remediate" } } }, rules).settings.rules).toEqual({
    [id]: { level: "mandatory", remediate: true, options: {} },
  });
});

test.each([
  ["a list for the file", [], "", "the file must be a map of keys, not a list"],
  ["a key that there is not", { profil: "lab" }, "profil", 'unknown key "profil"; did you mean "profile"?'],
  ["a profile that there is not", { profile: "strikt" }, "profile", 'profile is "strikt"; did you mean "strict"?'],
  ["a profile far from all", { profile: "production" }, "profile", 'profile is "production"; possible are "lab", "baseline", "strict"'],
  ["no word for the undetermined", { undetermined: 3 }, "undetermined", 'undetermined is 3; possible are "ignore", "advise", "deny"'],
  ["an empty namespace", { namespace: "" }, "namespace", 'namespace must be a text, not ""'],
  ["nothing for a namespace", { namespace: null }, "namespace", "namespace must be a text, not empty"],
  ["a map for a text", { vendors: {} }, "vendors", "vendors must be a text, not a map"],
  ["a text for a list", { registries: "a" }, "registries", 'registries must be a list of texts, not "a"'],
  ["a number in a list", { registries: ["a", 3] }, "registries.1", "registries.1 must be a text, not 3"],
  ["a text for the bundles", { threatIntel: "a.json" }, "threatIntel", 'threatIntel must be a list of bundles, not "a.json"'],
  ["a number for a bundle", { threatIntel: [3] }, "threatIntel.0", "threatIntel.0 must be a text, not 3"],
  ["nothing for a bundle", { threatIntel: [null] }, "threatIntel.0", "threatIntel.0 must be a text, not empty"],
  ["a bundle without a file", { threatIntel: [{ sha256: SHA }] }, "threatIntel.0", "threatIntel.0 names no file"],
  ["a digest too short", { threatIntel: [{ file: "a", sha256: SHA.slice(1) }] }, "threatIntel.0.sha256", `"${SHA.slice(1)}" is no SHA-256: 64 hexadecimal digits`],
  ["a digest too long", { threatIntel: [{ file: "a", sha256: `${SHA}0` }] }, "threatIntel.0.sha256", `"${SHA}0" is no SHA-256: 64 hexadecimal digits`],
  ["a signature without a key", { threatIntel: [{ file: "a", signature: "s" }] }, "threatIntel.0", "threatIntel.0 needs both signature and publicKey, or neither"],
  ["a key without a signature", { threatIntel: [{ file: "a", publicKey: "k" }] }, "threatIntel.0", "threatIntel.0 needs both signature and publicKey, or neither"],
  ["a word for an address range", { zones: { ran: ["10.0.0.0/8", "the-ran"] } }, "zones.ran.1", '"the-ran" is no address range; write it like 10.1.0.0/16 or 2001:db8::/32'],
  ["an address range with something before it", { zones: { oam: ["x10.0.0.0/8"] } }, "zones.oam.0", '"x10.0.0.0/8" is no address range; write it like 10.1.0.0/16 or 2001:db8::/32'],
  ["an address range with something behind it", { zones: { oam: ["10.0.0.0/8x"] } }, "zones.oam.0", '"10.0.0.0/8x" is no address range; write it like 10.1.0.0/16 or 2001:db8::/32'],
  ["a rule that there is not", { rules: { "WH-1": "advisory" } }, "rules.WH-1", 'there is no rule "WH-1"; did you mean "WH-01"?'],
  ["a rule far from all", { rules: { everything: "advisory" } }, "rules.everything", 'there is no rule "everything"; `carrierguard rules` lists them'],
  ["a level that there is not", { rules: { "WH-01": "advisry" } }, "rules.WH-01", 'rules.WH-01 is "advisry"; did you mean "advisory"?'],
  ["remediation at a rule without a remedy", { rules: { "XX-01": "remediate" } }, "rules.XX-01", 'rules.XX-01 is "remediate"; possible are "advisory", "mandatory", "disabled"'],
  ["a list for a rule", { rules: { "XX-01": [] } }, "rules.XX-01", "rules.XX-01 must be a map of keys, not a list"],
  ["an option that there is not", { rules: { "XX-01": { day: 3 } } }, "rules.XX-01.day", 'unknown key "day"; did you mean "days"?'],
  ["a text for a switch", { rules: { "XX-01": { switch: "yes" } } }, "rules.XX-01.switch", 'rules.XX-01.switch must be true or false, not "yes"'],
  ["a number below the least", { rules: { "XX-01": { days: 0 } } }, "rules.XX-01.days", "rules.XX-01.days must be a whole number from 1 up, not 0"],
  ["a broken number", { rules: { "XX-01": { depth: 1.5 } } }, "rules.XX-01.depth", "rules.XX-01.depth must be a whole number, not 1.5"],
  ["a text for a number", { rules: { "XX-01": { depth: "1" } } }, "rules.XX-01.depth", 'rules.XX-01.depth must be a whole number, not "1"'],
  ["a list for a text", { rules: { "XX-01": { owner: [] } } }, "rules.XX-01.owner", "rules.XX-01.owner must be a text, not a list"],
  ["a text for texts", { rules: { "XX-01": { names: "a" } } }, "rules.XX-01.names", 'rules.XX-01.names must be a list of texts, not "a"'],
  ["a text for another stack's outputs", { stackReferences: { "a/b/c": "x" } }, "stackReferences.a/b/c", 'stackReferences.a/b/c must be a map of keys, not "x"'],
])("%s", (_name, raw, path, message) => {
  expect(told(raw)).toEqual([[path, message]]);
}); // prettier-ignore

test("what is wrong does not count, and what stands beside it does", () => {
  const { settings, threatIntel } = readSettings({ profile: "x", undetermined: "x", namespace: "", zones: { ran: ["x", "10.0.0.0/8"] }, registries: ["a", ""], threatIntel: [{ sha256: SHA }, "b"], rules: { "XX-01": { days: 0, depth: 2 } } }, known); // prettier-ignore
  expect(settings).toEqual({ ...DEFAULT_SETTINGS, zones: { ran: ["10.0.0.0/8"] }, registries: ["a"], rules: { "XX-01": { options: { depth: 2 } } } }); // prettier-ignore
  expect(threatIntel).toEqual([{ file: "b" }]);
});
