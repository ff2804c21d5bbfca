import { readWaivers } from "../../../policypack/engine/waivers-file";
import { rules } from "../../../policypack/rules";

const GOOD = { rule: "WH-03", resource: "Deployment/core/upf", owner: "core", approver: "ciso", reason: " the vendor's profiler ", compensatingControl: "a node of its own", ticket: "SEC-1", created: "2026-03-01", expires: "2026-05-01", evidence: ["0123456789ab"] }; // prettier-ignore
const read = (raw: unknown) => readWaivers(raw, rules, (path) => path.join("."));
const one = (over: object) => read({ waivers: [{ ...GOOD, ...over }] });
const told = (file: ReturnType<typeof read>) => file.problems.map(({ path, message }) => `${path.join(".")}: ${message}`);

test("a waiver is read, with what its rule says of waivers", () => {
  expect(one({ container: "upf" })).toEqual({
    problems: [],
    waivers: [
      {
        ...GOOD,
        reason: "the vendor's profiler",
        place: "waivers.0",
        severity: rules.find(({ id }) => id === "WH-03")?.severity,
        waivable: true,
        container: "upf",
        created: Date.UTC(2026, 2, 1),
        expires: Date.UTC(2026, 4, 1),
      },
    ],
  });
});

test("by the rule's name, and with days that YAML has read already", () => {
  const { waivers } = one({ rule: "wh-03-host-namespaces-off", created: new Date("2026-03-01"), expires: new Date("2026-03-01") });
  expect(waivers.map(({ rule, created, expires, container }) => [rule, created, expires, container])).toEqual([["WH-03", Date.UTC(2026, 2, 1), Date.UTC(2026, 2, 1), undefined]]); // prettier-ignore
});

test("a rule that takes no waiver says so", () => {
  const refusing = rules.find(({ waivable }) => waivable === false);
  expect(one({ rule: refusing?.id }).waivers.map(({ waivable }) => waivable)).toEqual([false]);
});

test.each([
  ["no map", [], [": a file of waivers is a map with the list `waivers`"]],
  ["nothing", null, [": a file of waivers is a map with the list `waivers`"]],
  ["another key", { waiver: [] }, ['waiver: unknown key "waiver"; did you mean "waivers"?', ": a file of waivers is a map with the list `waivers`"]],
  ["another key beside the list", { waivers: [], rules: [] }, ['rules: unknown key "rules"; possible are "waivers"']],
  ["a text in the list", { waivers: ["WH-03"] }, ["waivers.0: a waiver is a map of keys"]],
])("%s", (_name, raw, problems) => {
  const file = read(raw);
  expect([told(file), file.waivers]).toEqual([problems, []]);
}); // prettier-ignore

test.each([
  ["a key that there is not", { owners: "x" }, 'waivers.0.owners: unknown key "owners"; did you mean "owner"?'],
  ["no owner", { owner: undefined }, "waivers.0: a waiver needs owner"],
  ["an owner of blanks", { owner: "  " }, "waivers.0.owner: owner must be a text"],
  ["an owner that is a number", { owner: 3 }, "waivers.0.owner: owner must be a text"],
  ["a rule that there is not", { rule: "WH-3" }, 'waivers.0.rule: there is no rule "WH-3"; did you mean "WH-03"?'],
  ["a rule far from all", { rule: "everything" }, 'waivers.0.rule: there is no rule "everything"; `carrierguard rules` lists them'],
  ["no rule", { rule: undefined }, "waivers.0: a waiver needs rule"],
  ["no day", { created: undefined }, "waivers.0: a waiver needs created"],
  ["a day in another way", { created: "1 March 2026" }, "waivers.0.created: created must be a day like 2026-11-30"],
  ["a day with an hour", { created: "2026-03-01T00:00:00Z" }, "waivers.0.created: created must be a day like 2026-11-30"],
  ["a day that there is not", { expires: "2026-13-01" }, "waivers.0.expires: expires must be a day like 2026-11-30"],
  ["a day that is a number", { expires: 20260501 }, "waivers.0.expires: expires must be a day like 2026-11-30"],
  ["an end before the beginning", { expires: "2026-02-28" }, "waivers.0.expires: it expires before it was created"],
  ["no evidence", { evidence: undefined }, "waivers.0: evidence must be the digests that `carrierguard waivers add` writes"],
  ["an empty list of evidence", { evidence: [] }, "waivers.0.evidence: evidence must be the digests that `carrierguard waivers add` writes"],
  ["evidence in words", { evidence: "0123456789ab" }, "waivers.0.evidence: evidence must be the digests that `carrierguard waivers add` writes"],
  ["one digest of two too long", { evidence: ["0123456789ab", "0123456789abc"] }, "waivers.0.evidence: evidence must be the digests that `carrierguard waivers add` writes"],
  ["a digest with something before it", { evidence: ["x0123456789ab"] }, "waivers.0.evidence: evidence must be the digests that `carrierguard waivers add` writes"],
  ["a digest that is a number", { evidence: [123456789012] }, "waivers.0.evidence: evidence must be the digests that `carrierguard waivers add` writes"],
  ["a container that is a number", { container: 1 }, "waivers.0.container: container must be a text"],
])("%s: it is told, and the waiver is none", (_name, over, problem) => {
  const file = one(over);
  expect([told(file), file.waivers]).toEqual([[problem], []]);
}); // prettier-ignore

test("what is wrong in one waiver takes nothing from the next", () => {
  expect(read({ waivers: [{ ...GOOD, owner: "" }, GOOD] }).waivers.map(({ place }) => place)).toEqual(["waivers.1"]);
});
