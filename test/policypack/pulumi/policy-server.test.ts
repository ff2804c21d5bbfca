/** What the pack says to the engine, through the real policy server. */

import type { ResourceInit } from "../../../policypack/model/stack";
import { resource, secretValue, unknownValue } from "../../../policypack/testing";
import { type Answer, buildPack, type Diagnostic, type PackConfig, PolicyServer } from "../../support/policy-server";

const door = (name: string, open: ResourceInit["properties"][string]) => resource("test:index:Door", name, { open });
const PAIR = [door("front", false), door("back", false)];

/** What the engine takes at most from a pack behind the Node host. */
const ENGINE_LIMIT = 4 * 1024 * 1024;

let server: PolicyServer;

beforeAll(async () => {
  server = await PolicyServer.start(buildPack("test/fixtures/pack/index.ts"));
}, 60_000);

afterAll(() => server.stop());

beforeEach(() => server.configureStack());

/** Resource by resource, then the stack, as in a preview that nothing refuses. */
async function deploy(resources: readonly ResourceInit[], config: PackConfig = {}): Promise<Diagnostic[]> {
  await server.configure(config);
  const answers: Answer[] = [];
  for (const item of resources) answers.push(await server.analyze(item));
  answers.push(await server.analyzeStack(resources));
  return answers.flatMap((answer) => answer.diagnostics);
}

const levels = (diagnostics: readonly Diagnostic[]) => Object.fromEntries(diagnostics.map(({ policy, level }) => [policy, level]));

describe("levels", () => {
  const openDoors = [door("front", true), door("back", false)];

  it.each([
    ["lab", { "cr-01-critical-open": "mandatory", "hi-01-high-open": "advisory", "me-01-medium-open": "advisory" }],
    ["baseline", { "cr-01-critical-open": "mandatory", "hi-01-high-open": "mandatory", "me-01-medium-open": "advisory" }],
    ["strict", { "cr-01-critical-open": "mandatory", "hi-01-high-open": "mandatory", "me-01-medium-open": "mandatory" }],
  ])("follow the profile %s", async (profile, expected) => {
    expect(levels(await deploy(openDoors, { carrierguard: { profile } }))).toEqual(expected);
  });

  it("given to a rule win over the settings, and those over the profile", async () => {
    const carrierguard = { profile: "strict", rules: { "CR-01": { level: "advisory" }, "HI-01": "advisory" } };
    const answer = await deploy(openDoors, {
      carrierguard,
      "cr-01-critical-open": "mandatory",
      "me-01-medium-open": { enforcementLevel: "advisory" },
    });
    expect(levels(answer)).toEqual({ "cr-01-critical-open": "mandatory", "hi-01-high-open": "advisory", "me-01-medium-open": "advisory" });
  });

  it("given to all rules leave the word to the rules that have one of their own", async () => {
    const answer = await deploy(openDoors, { all: "disabled", "hi-01-high-open": "advisory" });
    expect(levels(answer)).toEqual({ "hi-01-high-open": "advisory" });
  });

  it("never make advice refuse", async () => {
    expect(levels(await deploy([resource("test:index:Advice", "a")]))).toEqual({ "ad-01-only-advises": "advisory" });
  });

  it("are those of the baseline where no stack is deployed, as when the pack is published", async () => {
    const fresh = await PolicyServer.start(buildPack("test/fixtures/pack/index.ts"));
    try {
      const info = Object.fromEntries((await fresh.info()).map(({ name, level }) => [name, level]));
      expect(info).toMatchObject({ "cr-01-critical-open": "mandatory", "hi-01-high-open": "mandatory", "me-01-medium-open": "advisory" });
    } finally {
      await fresh.stop();
    }
  });
});

describe("unknown values", () => {
  const unknownDoors = [door("front", unknownValue()), door("back", unknownValue())];

  it("give one advisory line a rule, after everything else", async () => {
    const answer = await deploy(unknownDoors);
    expect(levels(answer)).toEqual({ "cr-01-critical-open": "advisory", "hi-01-high-open": "advisory", "me-01-medium-open": "advisory" });
    expect(answer).toHaveLength(3);
    expect(answer[0]?.message).toContain("2 answers depend on values that are not known yet (test:index:Door back, test:index:Door front)");
  });

  it("are not spoken of when they are to be ignored", async () => {
    expect(await deploy(unknownDoors, { carrierguard: { undetermined: "ignore" } })).toEqual([]);
  });

  it("refuse on the resource itself when they are to be denied, and once", async () => {
    await server.configure({ carrierguard: { undetermined: "deny" } });
    const { diagnostics } = await server.analyze(door("front", unknownValue()));
    expect(levels(diagnostics)).toEqual({
      "cr-01-critical-open": "mandatory",
      "hi-01-high-open": "mandatory",
      "me-01-medium-open": "advisory",
    });
    expect((await server.analyzeStack([door("front", unknownValue()), door("back", false)])).diagnostics).toEqual([]);
  });
});

describe("the answer", () => {
  it("says what was said of a resource not again of the stack", async () => {
    const answer = await deploy([door("front", true), door("back", true)], { all: "disabled", "cr-01-critical-open": "mandatory" });
    expect(answer.map(({ message }) => message.split("\n")[0])).toEqual(["[CR-01] front is open", "[CR-01] back is open"]);
  });

  it("says it again of the next deployment", async () => {
    const once = await deploy([door("front", true), door("back", false)]);
    expect(await deploy([door("front", true), door("back", false)])).toEqual(once);
  });

  it("says of the stack what no resource shows alone", async () => {
    expect(levels(await deploy([door("front", false)]))).toEqual({ "st-01-doors-in-pairs": "mandatory" });
  });

  it("carries the fix, the place and where to read on", async () => {
    const [first] = await deploy([door("front", true), door("back", false)], { all: "disabled", "cr-01-critical-open": "mandatory" });
    expect(first?.message).toBe(
      "[CR-01] front is open\n  Fix: Put it right.\n  At: open is true, expected false\n  Why, and examples: carrierguard explain CR-01",
    );
  });

  it("keeps a rule's fault to itself and refuses for it", async () => {
    const trap = resource("test:index:Trap", "trap");
    const answer = await deploy([trap, ...PAIR, door("side", true)]);
    expect(levels(answer)).toMatchObject({
      "fa-01-faulty": "mandatory",
      "cr-01-critical-open": "mandatory",
      "st-01-doors-in-pairs": "mandatory",
    });
    expect(answer.find(({ policy }) => policy === "fa-01-faulty")?.message).toContain("because of a fault of its own (Error: sprung)");
  });

  it("never repeats a secret, even for a rule that does", async () => {
    const password = "correct-horse-battery";
    const answer = await deploy([resource("test:index:Vault", "vault", { password: secretValue(password) })]);
    expect(answer).toHaveLength(1);
    expect(JSON.stringify(answer)).not.toContain(password);
    expect(answer[0]?.message).toContain("the password is (secret)");
    expect(answer[0]?.message).toContain("password is (secret), expected nothing");
  });

  it("stays far below the engine's limit and counts what it leaves out", async () => {
    const crowd = resource("test:index:Crowd", "crowd");
    await server.configure();
    for (const answer of [await server.analyze(crowd), await server.analyzeStack([crowd, { ...crowd, urn: `${crowd.urn}2` }])]) {
      expect(answer.bytes).toBeLessThan(ENGINE_LIMIT / 2);
      expect(answer.diagnostics.at(-1)?.message).toContain(
        "19900 more findings of this rule (test:index:Crowd crowd): `carrierguard check` shows all of them.",
      );
      expect(answer.diagnostics.at(-1)?.level).toBe("mandatory");
    }
  });

  it("tells passes from what does not apply", async () => {
    await server.configure();
    const { notApplicable } = await server.analyze(door("front", false));
    expect(notApplicable).toEqual(expect.arrayContaining(["fa-01-faulty", "ec-01-echoes"]));
    expect(notApplicable).not.toContain("cr-01-critical-open");
    expect((await server.analyzeStack([resource("test:index:Wall", "wall")])).notApplicable).toContain("st-01-doors-in-pairs");
    expect((await server.analyzeStack(PAIR)).notApplicable).not.toContain("st-01-doors-in-pairs");
  });

  it("judges the arguments of components", async () => {
    await server.configure();
    const child = { ...door("front", true), parent: "urn:pulumi:dev::core::my:index:House::house" };
    expect((await server.analyze({ ...child, urn: `${child.urn}-in-house` })).diagnostics.map(({ urn }) => urn)).toContain(
      `${child.urn}-in-house`,
    );
  });
});

describe("the configuration", () => {
  it.each([
    [{ carrierguard: { profil: "strict" } }, 'carrierguard: unknown key "profil"; did you mean "profile"?'],
    [{ carrierguard: { profile: "strickt" } }, 'did you mean "strict"?'],
    [{ carrierguard: { rules: { "CR-1": "advisory" } } }, 'there is no rule "CR-1"; did you mean "CR-01"?'],
    [{ carrierguard: { threatIntel: ["bundle.json"] } }, "must be an absolute path"],
    [{ carrierguard: { threatIntel: ["/nowhere/bundle.json"] } }, "/nowhere/bundle.json cannot be read"],
    [{ carrierguard: { at: "tomorrow" } }, 'at is "tomorrow", which is no time'],
    [{ "cr-01-critical-opne": "advisory" as const }, 'there is no policy "cr-01-critical-opne"; did you mean "cr-01-critical-open"?'],
    [{ "me-01-medium-open": { leest: 2 } }, 'me-01-medium-open: unknown key "leest"'],
    [{ "me-01-medium-open": { least: -1 } }, "must be a whole number from 0 up"],
  ])("%j is refused", async (config: PackConfig, message) => {
    await expect(server.configure(config)).rejects.toThrow(message);
  });

  it("names every problem at once, without a stack trace", async () => {
    const wrong = server.configure({ carrierguard: { profil: "x", zone: {} } });
    await expect(wrong).rejects.toThrow(/"profil".*\n.*"zone"/);
    await expect(wrong).rejects.not.toThrow(/ at .*\.js/);
  });

  it("of the stack comes before the pack's", async () => {
    await server.configureStack({ "carrierguard:profile": "lab" });
    expect(levels(await deploy([door("front", true), ...PAIR.slice(1)], { carrierguard: { profile: "strict" } }))).toMatchObject({
      "hi-01-high-open": "advisory",
    });
  });

  it("of a project that is itself called carrierguard is its own", async () => {
    await server.configureStack({ "carrierguard:replicas": "3" }, "carrierguard");
    await expect(server.configure()).resolves.toBeUndefined();
  });
});
