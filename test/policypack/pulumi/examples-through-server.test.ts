/** Every example of every rule gives the same answer through the real policy server as in process. */

import { generateKeyPairSync, hash, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Example, Rule } from "../../../policypack/engine/rule";
import type { Feed } from "../../../policypack/engine/settings";
import { dayOf, type Waiver } from "../../../policypack/engine/waivers";
import { rules } from "../../../policypack/rules";
import { runExample } from "../../../policypack/testing";
import { buildPack, type PackConfig, PolicyServer } from "../../support/policy-server";
import { stixBundle } from "../../support/stix";

let server: PolicyServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "carrierguard-examples-"));
  server = await PolicyServer.start(buildPack("policypack/index.ts"));
  await server.configureStack();
}, 60_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

it.each(rules.map((rule) => [rule.id, rule] as const))("%s answers its examples the same", async (_id, rule) => {
  const { pass, fail, undetermined } = rule.examples();
  const examples = [...pass, ...fail, ...undetermined];
  const inProcess = examples.map((example) => [example.name, runExample(rule, example).verdict]);
  const throughServer = [];
  for (const example of examples) throughServer.push([example.name, await verdictOfServer(rule, example)]);
  expect(throughServer).toEqual(inProcess);
});

async function verdictOfServer(rule: Rule, example: Example): Promise<"pass" | "fail" | "undetermined" | "error"> {
  await server.configure(configurationOf(rule, example));
  const answers = [];
  for (const resource of example.resources) answers.push(await server.analyze(resource));
  answers.push(await server.analyzeStack(example.resources));
  const messages = answers.flatMap((answer) => answer.diagnostics).map((diagnostic) => diagnostic.message);
  if (messages.some((message) => message.includes("because of a fault of its own"))) return "error";
  if (messages.some((message) => !message.includes("on values that are not known yet"))) return "fail";
  return messages.length > 0 ? "undetermined" : "pass";
}

/** Only this rule, with the example's settings and knowledge. */
function configurationOf(rule: Rule, example: Example): PackConfig {
  const { undetermined: _undetermined, rules: ruleSettings = {}, ...settings } = example.settings ?? {};
  const options = Object.fromEntries(
    Object.entries(ruleSettings).map(([id, { level, options }]) => [id, { ...(level && { level }), ...options }]),
  );
  return {
    all: "disabled",
    [rule.name]: "mandatory",
    carrierguard: { enforcementLevel: "mandatory", ...settings, rules: options, ...knowledgeOf(example) },
  };
}

function knowledgeOf(example: Example): { at: string; threatIntel?: readonly unknown[]; vendors?: string; waivers?: readonly string[] } {
  const { at = 0, indicators = [], vendors, waivers = [], feeds = [] } = example.knowledge ?? {};
  return {
    at: new Date(at).toISOString(),
    ...(feeds.length > 0 && { threatIntel: feeds.map(sourceOf) }),
    ...(indicators.length > 0 && { threatIntel: [written("bundle.json", stixBundle(indicators))] }),
    ...(waivers.length > 0 && { waivers: [written("waivers.yaml", { waivers: waivers.map(asWritten) })] }),
    ...(vendors !== undefined && { vendors: written("vendors.json", vendors) }),
  };
}

/** A waiver as users write it. */
function asWritten({ rule, resource, owner, approver, reason, compensatingControl, ticket, created, expires, evidence }: Waiver) {
  return {
    rule,
    resource,
    owner,
    approver,
    reason,
    compensatingControl,
    ticket,
    created: dayOf(created),
    expires: dayOf(expires),
    evidence,
  };
}

/** A bundle that is as new, and as genuine, as the example has it. */
function sourceOf({ newest, digest, signature }: Feed): object {
  const stamp = newest === undefined ? {} : { modified: new Date(newest).toISOString() };
  const file = written("feed.json", { type: "bundle", id: "bundle--1", objects: [{ type: "identity", id: "identity--1", ...stamp }] });
  const bytes = readFileSync(file);
  const sha256 = hash("sha256", digest === "matches" ? bytes : "another");
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const signed = sign(null, signature === "valid" ? bytes : Buffer.from("another"), privateKey).toString("base64");
  return {
    file,
    ...(digest === "not pinned" ? {} : { sha256 }),
    ...(signature === "not checked"
      ? {}
      : { signature: text("feed.sig", signed), publicKey: text("feed.pem", publicKey.export({ type: "spki", format: "pem" }).toString()) }),
  };
}

function text(name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

function written(name: string, content: unknown): string {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}
