// Scaffolds a rule from the control catalogue: `npm run new-rule -- SG-12 networkpolicy-follows-3gpp`.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";

const FAMILIES = {
  ID: "identity",
  SG: "segmentation",
  LG: "logging",
  DP: "data-protection",
  WH: "workload",
  SC: "supply-chain",
  TI: "threat-intel",
  GV: "governance",
};

const [id, slug] = process.argv.slice(2);
const { controls } = JSON.parse(readFileSync(join(import.meta.dirname, "data", "controls.json"), "utf8"));
const control = controls.find((item) => item.id === id);
if (control === undefined || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug ?? "")) {
  console.error("usage: npm run new-rule -- <ID of the catalogue, like SG-12> <what must hold, like networkpolicy-follows-3gpp>");
  process.exit(2);
}
const family = FAMILIES[id.slice(0, 2)];
const name = `${id.toLowerCase()}-${slug}`;
const root = join(import.meta.dirname, "..");
const file = join(root, "policypack", "rules", family, `${name}.ts`);
if (existsSync(file)) {
  console.error(`${file} is there already`);
  process.exit(2);
}

const quote = (text) => JSON.stringify(text);
const note = (label, text) => (text ? [` * ${label}: ${text}`] : []);
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const targets = control.targets.map(quote).join(", ");
writeFileSync(
  file.replace(/[^/]+$/, (base) => (mkdirSync(file.slice(0, -base.length), { recursive: true }), base)),
  `/**
 * ${control.title}.
 *
${[...note("Rule", control.rule), ...(control.exceptions ?? []).flatMap((text) => note("Exception", text)), ...(control.clarifications ?? []).flatMap((text) => note("Clarified", text))].join("\n")}
 */

import { defineRule } from "../../engine/rule";
import { resources } from "../../engine/targets";

export default defineRule({
  id: ${quote(id)},
  name: ${quote(name)},
  title: ${quote(control.title)},
  family: ${quote(family)},
  severity: ${quote(control.severity)},
  scope: ${quote(control.scope)},
  since: ${quote(version)},
  target: resources(${targets}),
  rationale: "",
  remediation: ${quote(control.remediation?.how ?? "")},
  standards: [
${control.maps.map(({ framework, ref, title }) => `    { framework: ${quote(framework)}, ref: ${quote(ref)}${title ? `, title: ${quote(title)}` : ""} },`).join("\n")}
  ],
  breaks: [
${control.breaks.map(({ id: technique, name: text }) => `    { id: ${quote(technique)}, name: ${quote(text)} },`).join("\n")}
  ],
  *check() {
    throw new Error("${id} has no check yet");
  },
  examples: () => ({ pass: [], fail: [], undetermined: [] }),
});
`,
);
spawnSync(process.execPath, [join(import.meta.dirname, "rules-index.mjs")], { stdio: "inherit" });
console.log(`${file.slice(root.length + 1)}: write its rationale, check and examples`);
