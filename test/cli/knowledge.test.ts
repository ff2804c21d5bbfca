import { rules } from "../../policypack/rules";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadKnowledge } from "../../cli/config/knowledge";

const EXAMPLE = path.resolve(__dirname, "../../examples/insecure-core/indicators.stix.json");

describe("what the command line knows besides the stack", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "knowledge-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function file(name: string, text: string): string {
    const place = path.join(folder, name);
    writeFileSync(place, text);
    return place;
  }

  it("holds the indicators of the bundles", () => {
    const { indicators } = loadKnowledge({ threatIntel: [{ file: EXAMPLE }], vendors: undefined, waivers: [] }, "2026-11-23", rules);
    expect(indicators.map(({ value }) => value)).toEqual(["198.51.100.77"]);
  });

  it("holds the vendors of a list of the carrier's own", () => {
    const vendors = file("vendors.json", JSON.stringify({ entities: [{ entity: "Acme", match: { vendorLabels: ["acme"] } }] }));
    expect(loadKnowledge({ threatIntel: [], vendors, waivers: [] }, "2026-11-23", rules).vendors?.map(({ entity }) => entity)).toEqual([
      "Acme",
    ]);
  });

  it.each([
    ["a bundle that is none", () => ({ threatIntel: [{ file: file("none.json", "{}") }], vendors: undefined })],
    ["a bundle that is broken", () => ({ threatIntel: [{ file: file("broken.json", "{") }], vendors: undefined })],
    ["a vendor list without vendors", () => ({ threatIntel: [], vendors: file("empty.json", "{}") })],
  ])("refuses %s", (_name, settings) => {
    expect(() => loadKnowledge({ ...settings(), waivers: [] }, "2026-11-23", rules)).toThrow(/\.json/);
  });

  it("refuses a time that is none", () => {
    expect(() => loadKnowledge({ threatIntel: [], vendors: undefined, waivers: [] }, "soon", rules)).toThrow("soon");
  });
});
