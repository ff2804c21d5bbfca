import { applyWaivers, evidenceDigests, flawOf, namesOf, selects } from "../../../policypack/engine/waivers";
import { APRIL, finding, waiver } from "../../support/findings";

const DAY = 86_400_000;
const DIGESTS = evidenceDigests(finding());
const accepted = waiver({ evidence: DIGESTS });

describe("a waiver is in force", () => {
  it.each([
    ["between its days", waiver(), APRIL, undefined],
    ["on the first day", waiver(), Date.UTC(2026, 2, 1), undefined],
    ["not the moment before", waiver(), Date.UTC(2026, 2, 1) - 1, "it is dated 2026-03-01, which is not yet"],
    ["until the end of the last day", waiver(), Date.UTC(2026, 4, 1) + DAY - 1, undefined],
    ["not on the day after", waiver(), Date.UTC(2026, 4, 1) + DAY, "it expired on 2026-05-01"],
    ["for ninety days at a critical rule", waiver({ expires: Date.UTC(2026, 2, 1) + 90 * DAY }), APRIL, undefined],
    ["not for ninety-one", waiver({ expires: Date.UTC(2026, 2, 1) + 91 * DAY }), APRIL, "it lasts 91 days, and a critical rule is waived for 90 at most"],
    ["for half a year at a lesser rule", waiver({ severity: "low", expires: Date.UTC(2026, 2, 1) + 180 * DAY }), APRIL, undefined],
    ["not for longer at a lesser rule", waiver({ severity: "high", expires: Date.UTC(2026, 2, 1) + 181 * DAY }), APRIL, "it lasts 181 days, and a high rule is waived for 180 at most"],
    ["not at a rule that takes none", waiver({ waivable: false }), APRIL, "rule WH-03 takes no waiver"],
    ["not for everything", waiver({ resource: "*" }), APRIL, 'its selector "*" names no resource'],
    ["not for a whole namespace", waiver({ resource: "Deployment/core/*" }), APRIL, 'its selector "Deployment/core/*" names no resource'],
    ["not for a whole type", waiver({ resource: "aws:ec2/vpc:Vpc::?*" }), APRIL, 'its selector "aws:ec2/vpc:Vpc::?*" names no resource'],
    ["for names of one beginning", waiver({ resource: "Deployment/core/upf-*" }), APRIL, undefined],
    ["not where the owner approved it, however he is spelled", waiver({ owner: "Ciso", approver: "ciSO" }), APRIL, "its owner Ciso approved it himself"],
  ])("%s", (_name, item, at, flaw) => {
    expect(flawOf(item, at)).toBe(flaw);
  });
}); // prettier-ignore

describe("a waiver is about", () => {
  const bucket = finding({ resource: { urn: "urn:pulumi:dev::core::aws:s3/bucket:Bucket::cdr", type: "aws:s3/bucket:Bucket", kind: null, namespace: null, name: "cdr", source: null } });
  it.each([
    ["the object by kind, namespace and name", { resource: "Deployment/core/upf" }, finding(), true],
    ["the resource by type and name", { resource: "aws:s3/bucket:Bucket::cdr" }, bucket, true],
    ["the resource by its URN", { resource: "urn:pulumi:dev::core::aws:s3/bucket:Bucket::cdr" }, bucket, true],
    ["not what begins like it", { resource: "Deployment/core/up" }, finding(), false],
    ["not what ends like it", { resource: "core/upf" }, finding(), false],
    ["names with one letter more", { resource: "Deployment/core/up?" }, finding(), true],
    ["a dot as a dot", { resource: "Deployment/c.re/upf" }, finding(), false],
    ["not another rule", { rule: "WH-01" }, finding(), false],
    ["no fault of the rule itself", {}, finding({ verdict: "error" }), false],
    ["what cannot be told yet", {}, finding({ verdict: "undetermined" }), true],
    ["the container that it names", { container: "upf" }, finding({ container: "upf" }), true],
    ["not another container", { container: "agent" }, finding({ container: "upf" }), false],
    ["every container where it names none", {}, finding({ container: "upf" }), true],
  ])("%s", (_name, over, item, answer) => {
    expect(selects(waiver(over), item)).toBe(answer);
  });

  it("a resource of AWS by its URN, the end of it, and its type and name", () => {
    expect(namesOf(bucket.resource)).toEqual(["urn:pulumi:dev::core::aws:s3/bucket:Bucket::cdr", "aws:s3/bucket:Bucket::cdr", "aws:s3/bucket:Bucket::cdr"]);
  });

  it("the object that a component made by its path", () => {
    const made = { ...finding().resource, urn: "urn:pulumi:dev::core::carrierguard:index:FiveGCore$kubernetes:apps/v1:Deployment::core/upf" };
    expect(namesOf(made)[1]).toBe("carrierguard:index:FiveGCore$kubernetes:apps/v1:Deployment::core/upf");
  });

  it("the stack by that word alone", () => {
    const stack = { urn: "", type: "stack", kind: null, namespace: null, name: "stack", source: null };
    expect(namesOf(stack)).toEqual(["stack"]);
  });

  it("a cluster-wide object without a namespace", () => {
    const role = { ...finding().resource, kind: "ClusterRole", namespace: null, name: "ops" };
    expect(namesOf(role).at(-1)).toBe("ClusterRole/ops");
  });
}); // prettier-ignore

describe("findings", () => {
  it("that are accepted say by whom and why", () => {
    const { findings, used, outgrown } = applyWaivers([finding()], [accepted], APRIL);
    expect(findings.map((item) => item.waiver)).toEqual(["SEC-1, until 2026-05-01, approved by ciso: the vendor's profiler"]);
    expect([...used]).toEqual([accepted]);
    expect(outgrown).toEqual([]);
  });

  it("of another resource stay", () => {
    const other = finding({ resource: { ...finding().resource, urn: "urn:pulumi:dev::core::x::smf", name: "smf" } });
    const { findings, outgrown, used } = applyWaivers([other], [accepted], APRIL);
    expect([findings, outgrown, used.size]).toEqual([[other], [], 0]);
  });

  it("with another value are evidence that nobody accepted", () => {
    const grown = finding({ evidence: [...finding().evidence, { path: "spec.template.spec.hostIPC", actual: true, expected: false }] });
    const { findings, outgrown, used } = applyWaivers([grown], [accepted], APRIL);
    expect(findings).toEqual([grown]);
    expect(outgrown).toEqual([{ waiver: accepted, finding: grown }]);
    expect(used.size).toBe(0);
  });

  it("with less than what was accepted stay accepted", () => {
    const { findings } = applyWaivers([finding()], [waiver({ evidence: [...DIGESTS, "ffffffffffff"] })], APRIL);
    expect(findings[0]?.waiver).not.toBeNull();
  });

  it("are taken by the second waiver where the first has other evidence", () => {
    const { findings, used, outgrown } = applyWaivers([finding()], [waiver({ evidence: ["ffffffffffff"] }), accepted], APRIL);
    expect([findings[0]?.waiver === null, [...used], outgrown]).toEqual([false, [accepted], []]);
  });

  it("are not touched by a waiver that has run out", () => {
    const { findings, outgrown } = applyWaivers([finding()], [accepted], Date.UTC(2027, 0, 1));
    expect([findings, outgrown]).toEqual([[finding()], []]);
  });

  it("without evidence have their verdict for it", () => {
    const bare = finding({ evidence: [] });
    expect(evidenceDigests(bare)).toHaveLength(1);
    expect(evidenceDigests(bare)).not.toEqual(evidenceDigests({ ...bare, verdict: "undetermined" }));
  });

  it("have one digest of twelve digits for each place and value, in order", () => {
    const twice = finding({ evidence: [...finding().evidence, ...finding().evidence, { path: "a", actual: 1, expected: 2 }] });
    const digests = evidenceDigests(twice);
    expect(digests).toHaveLength(2);
    expect(digests).toEqual([...digests].sort());
    for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{12}$/);
    expect(evidenceDigests(finding({ ruleId: "WH-01" }))).not.toEqual(DIGESTS);
    expect(evidenceDigests(finding({ evidence: [{ path: "spec.template.spec.hostPID", actual: "true", expected: false }] }))).not.toEqual(DIGESTS);
  });
}); // prettier-ignore
