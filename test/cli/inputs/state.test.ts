import { InputError } from "../../../cli/inputs/input-error";
import { isState, readState } from "../../../cli/inputs/state";

const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function urn(type: string, name: string): string {
  return `urn:pulumi:dev::core::${type}::${name}`;
}

function exported(...resources: object[]): string {
  return JSON.stringify({ version: 3, deployment: { manifest: {}, resources } });
}

function read(...resources: object[]) {
  return readState(exported(...resources), "state.json");
}

function only(...resources: object[]) {
  const [resource] = read(...resources).stack.resources;
  if (resource === undefined) throw new Error("nothing was read");
  return resource;
}

const bucket = {
  urn: urn("aws:s3/bucket:Bucket", "cdr"),
  type: "aws:s3/bucket:Bucket",
  custom: true,
  id: "cdr-1a2b",
  inputs: {},
  outputs: {},
};

test("outputs lie over inputs, and the providers' own keys are left out", () => {
  const resource = only({ ...bucket, inputs: { tags: { a: "1" }, __defaults: [] }, outputs: { bucket: "cdr-1a2b", __meta: "{}" } });
  expect(resource.props.plain()).toEqual({ tags: { a: "1" }, bucket: "cdr-1a2b" });
  expect([resource.id, resource.name, resource.source]).toEqual(["cdr-1a2b", "cdr", { file: "state.json" }]);
});

test("an encrypted secret is a secret that is not known, with a warning how to look into it", () => {
  const { stack, warnings } = read({ ...bucket, inputs: { password: { ...SECRET, ciphertext: "v1:…" } } });
  const password = stack.resources[0]?.props.get("password");
  expect([password?.secret, password?.isUnknown]).toEqual([true, true]);
  expect(warnings.join()).toContain("--show-secrets");
});

test("a secret in plain text is its value, still secret", () => {
  const password = only({
    ...bucket,
    inputs: { password: { ...SECRET, plaintext: '"465b5ce8"' } },
    outputs: { password: "465b5ce8" },
  }).props.get("password");
  expect([password.secret, password.string()]).toEqual([true, { state: "known", value: "465b5ce8" }]);
});

test("a value that is not known yet does not hide the input", () => {
  const resource = only({ ...bucket, inputs: { bucket: "cdr" }, outputs: { bucket: UNKNOWN, arn: UNKNOWN } });
  expect(resource.props.get("bucket").string()).toEqual({ state: "known", value: "cdr" });
  expect(resource.props.get("arn").isUnknown).toBe(true);
});

test("resources that wait for deletion are left out", () => {
  expect(read({ ...bucket, delete: true }, { ...bucket, pendingReplacement: true }).stack.resources).toEqual([]);
});

test("a provider is named by its URN, without its id", () => {
  const provider = urn("pulumi:providers:aws", "default_7_0_0");
  expect(only({ ...bucket, provider: `${provider}::0c5e` }).provider).toBe(provider);
});

test("references to resources, assets and outputs are read as what they stand for", () => {
  const signed = (signature: string, fields: object) => ({ "4dabf18193072939515e22adb298388d": signature, ...fields });
  const props = only({
    ...bucket,
    inputs: {
      known: signed("5cf8f73096256a8f31e491e813e4eb8e", { urn: bucket.urn, id: "cdr-1a2b" }),
      later: signed("5cf8f73096256a8f31e491e813e4eb8e", { urn: bucket.urn, id: "" }),
      output: signed("d0e6a833031e9bbcd3f4e8bde6ca49a4", { secret: true, dependencies: [bucket.urn] }),
      asset: signed("c44067f5952c0a294b673a41bacd8c17", { text: "amf:" }),
    },
  }).props;
  expect(props.get("known").string()).toEqual({ state: "known", value: "cdr-1a2b" });
  expect([props.get("later").isUnknown, props.get("later").comesFrom]).toEqual([true, [bucket.urn]]);
  expect([props.get("output").secret, props.get("output").comesFrom]).toEqual([true, [bucket.urn]]);
  expect(props.get("asset").plain()).toEqual({ text: "amf:" });
});

test("a checkpoint file is read like an export", () => {
  const text = JSON.stringify({ version: 3, checkpoint: { stack: "dev", latest: { resources: [bucket] } } });
  expect(isState(text)).toBe(true);
  expect(readState(text, "dev.json").stack.resources).toHaveLength(1);
});

test("what is no export is not taken for one", () => {
  expect(isState('{"apiVersion":"v1","kind":"ConfigMap","data":{"deployment":"a"}}')).toBe(false);
  expect(isState('{"steps":[],"deployment":1}')).toBe(false);
});

test.each([
  ['{"version":4,"deployment":{}}', "version 4; version 3 is read"],
  ['{"deployment":{}}', "has no version"],
  ['{"version":3}', "holds no `deployment`"],
])("another form of export (%s) is one clear error", (text, message) => {
  expect(() => readState(text, "state.json")).toThrow(message);
});

test.each([
  ['{\n  "version": 3,\n  "deployment": {,\n}', 3, 18, 'unexpected ","'],
  ['{"version": 3, "deployment": {"resources": [', 1, 45, "the text ends too early"],
  ['{"version": 3}\nx', 2, 1, 'unexpected "x"'],
])("JSON that is not JSON is told with its place", (text, line, column, message) => {
  expect.assertions(3);
  try {
    readState(text, "state.json");
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).place).toBe(`state.json:${line}:${column}`);
    expect((error as InputError).message).toContain(message);
  }
});
