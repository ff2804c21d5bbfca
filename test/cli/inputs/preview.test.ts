import { isPreview, readPreview } from "../../../cli/inputs/preview";

const URN = "urn:pulumi:dev::core::aws:s3/bucket:Bucket::cdr";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function state(name: string, inputs: object = {}, outputs: object = {}) {
  return { urn: URN.replace("cdr", name), type: "aws:s3/bucket:Bucket", custom: true, inputs, outputs, dependencies: [] };
}

function digest(steps: object[], rest: object = {}): string {
  return JSON.stringify({ config: {}, steps, ...rest, changeSummary: {} }, null, 2);
}

describe("pulumi preview --json", () => {
  test("is what will be there: created and unchanged resources, without those that go", () => {
    const text = digest([
      { op: "create", urn: URN, newState: state("cdr", { bucket: "cdr" }, { bucket: "cdr", arn: UNKNOWN }) },
      { op: "same", urn: URN.replace("cdr", "kept"), oldState: state("kept"), newState: state("kept") },
      { op: "delete", urn: URN.replace("cdr", "gone"), oldState: state("gone") },
    ]);
    expect(isPreview(text)).toBe(true);
    const { resources } = readPreview(text, "preview.json").stack;
    expect(resources.map((resource) => resource.name)).toEqual(["cdr", "kept"]);
    expect(resources[0]?.props.get("arn").isUnknown).toBe(true);
  });

  test("shows a resource that is replaced once, as it will be", () => {
    const steps = [
      { op: "create-replacement", urn: URN, newState: state("cdr", { bucket: "new" }) },
      { op: "replace", urn: URN, newState: state("cdr", { bucket: "new" }) },
      { op: "delete-replaced", urn: URN, oldState: state("cdr", { bucket: "old" }), newState: state("cdr", { bucket: "old" }) },
    ];
    const { resources } = readPreview(digest(steps), "preview.json").stack;
    expect(resources.map((resource) => resource.props.plain())).toEqual([{ bucket: "new" }]);
  });

  test("hides secrets, which stay secret and are not known", () => {
    const { resources } = readPreview(
      digest([{ op: "create", urn: URN, newState: state("cdr", { policy: "[secret]" }) }]),
      "preview.json",
    ).stack;
    const policy = resources[0]?.props.get("policy");
    expect([policy?.secret, policy?.isUnknown]).toEqual([true, true]);
  });

  test("that failed is a gap with the error", () => {
    const text = digest([], { diagnostics: [{ urn: URN, severity: "error", message: "<{%reset%}>no such region<{%reset%}>\nmore" }] });
    expect(readPreview(text, "preview.json").stack.gaps).toEqual([
      { urn: URN, reason: expect.stringMatching(/no such region$/), rules: [] },
    ]);
  });

  test("of nothing is read as nothing", () => {
    expect(readPreview('{"steps": null, "changeSummary": {}}', "preview.json").stack.resources).toEqual([]);
  });
});

describe("the engine's event stream", () => {
  const event = (sequence: number, body: object) => JSON.stringify({ sequence, timestamp: 1, ...body });
  const metadata = (op: string, name: string, state_: object | undefined) => ({
    metadata: { op, urn: URN.replace("cdr", name), type: "aws:s3/bucket:Bucket", new: state_ },
  });

  test("is read by lines, the later event of a resource over the earlier", () => {
    const text = [
      event(0, { preludeEvent: { config: {} } }),
      event(1, { resourcePreEvent: metadata("create", "cdr", state("cdr", { bucket: "cdr" })) }),
      event(2, { resOutputsEvent: metadata("create", "cdr", state("cdr", { bucket: "cdr" }, { arn: UNKNOWN })) }),
      event(3, { resourcePreEvent: metadata("delete", "gone", undefined) }),
      "",
    ].join("\n");
    expect(isPreview(text)).toBe(true);
    const { resources } = readPreview(text, "events.json").stack;
    expect(resources.map((resource) => resource.name)).toEqual(["cdr"]);
    expect(resources[0]?.props.get("arn").isUnknown).toBe(true);
  });

  test("that breaks off is refused with the line", () => {
    const text = `${event(0, { preludeEvent: {} })}\n{"sequence": 1, "resour`;
    expect(() => readPreview(text, "events.json")).toThrow(expect.objectContaining({ file: "events.json", line: 2 }));
  });
});

test("a Kubernetes object with steps of its own is no preview", () => {
  expect(isPreview('{"apiVersion":"tekton.dev/v1","kind":"Task","spec":{"steps":[]}}')).toBe(false);
});
