// What the components cost: a preview of examples/zero-trust-core, one FiveGCore, against a plain program that declares exactly the
// same resources, both on the real engine without a policy pack.
//
//   node bench/components.mjs   `npm run build` first   BENCH_RUNS=5
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { compare, timed } from "./measure.mjs";
import { declaredIn, nameOf, plainProgram } from "./plain-program.mjs";
import { RealEngine, scratchFolder } from "./real-engine.mjs";

const ROOT = path.resolve(import.meta.dirname, "..");
const EXAMPLE = path.join(ROOT, "examples/zero-trust-core");
const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const TARGET = 1.5;
const { transpileModule } = createRequire(import.meta.url)("typescript");

const scratch = scratchFolder();
// As an installed package is found.
mkdirSync(path.join(scratch, "node_modules"));
symlinkSync(ROOT, path.join(scratch, "node_modules/carrierguard"));

/** A program of its own folder: TypeScript that is compiled before the clock runs, so that no compiler hides what the programs do. */
function program(name, typescript, before = "") {
  const folder = path.join(scratch, name);
  mkdirSync(folder);
  const { outputText } = transpileModule(typescript, { compilerOptions: { module: 1, target: 9, esModuleInterop: true } });
  writeFileSync(path.join(folder, "index.js"), before + outputText);
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name, version: "0.0.1", main: "index.js" }));
  const runtime = "runtime:\n  name: nodejs\n  options:\n    typescript: false\n";
  writeFileSync(path.join(folder, "Pulumi.yaml"), `name: zero-trust-core\n${runtime}`);
  cpSync(path.join(EXAMPLE, "Pulumi.dev.yaml"), path.join(folder, `Pulumi.${name}.yaml`));
  return folder;
}

const cpuFile = path.join(scratch, "cpu");
const order = path.join(scratch, "order");
// Processor time of the program's own process, told when it ends.
const hook = path.join(scratch, "cpu.cjs");
writeFileSync(
  hook,
  `if (process.argv.some((word) => /[\\/]cmd.run\\b/.test(word)))
  process.on("exit", () => require("fs").writeFileSync(process.env.BENCH_CPU, String(Object.values(process.cpuUsage()).reduce((a, b) => a + b) / 1e6)));\n`,
);
/** Writes the order in which the constructors of the resources run. */
const TOLD = `require("@pulumi/pulumi").runtime.registerStackTransformation(({ type, name }) => void require("fs").appendFileSync(${JSON.stringify(order)}, type + " " + name + "\\n"));\n`;

const source = readFileSync(path.join(EXAMPLE, "index.ts"), "utf8");
const engine = new RealEngine({ NODE_OPTIONS: `--require ${hook}`, BENCH_CPU: cpuFile });

/** What a first preview would create, components apart. */
function planned(folder) {
  return declaredIn(JSON.parse(engine.run(folder, "preview", "--json")).steps.map(({ newState }) => newState));
}

/** Each resource with its inputs, one a line. */
function lines(resources) {
  return resources
    .map(({ type, urn, inputs }) => `${type} ${nameOf(urn)} ${JSON.stringify(inputs, (_key, value) => sorted(value))}`)
    .sort();
}

function sorted(value) {
  const isMapping = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMapping ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
}

function opened(name, typescript, before) {
  const folder = program(name, typescript, before);
  engine.run(folder, "stack", "init", name);
  return folder;
}

try {
  const components = opened("components", source);
  const ofComponents = planned(components);
  const told = opened("told", source, TOLD);
  engine.run(told, "up", "--yes", "--skip-preview");
  const { resources } = JSON.parse(engine.run(told, "stack", "export", "--show-secrets")).deployment;
  const plain = opened("plain", plainProgram(declaredIn(resources), ofComponents, readFileSync(order, "utf8").trim().split("\n")));
  const [one, other] = [lines(ofComponents), lines(planned(plain))];
  const differing = [...one.filter((line) => !other.includes(line)), ...other.filter((line) => !one.includes(line))];
  assert.deepEqual(differing, [], "both programs declare the same resources with the same inputs");
  console.log(`${one.length} resources, of components and plainly`);

  const folders = { components, plain };
  const seconds = { components: [], plain: [] };
  const cpu = { components: [], plain: [] };
  for (let run = 0; run < RUNS; run += 1) {
    for (const [name, folder] of Object.entries(folders)) {
      seconds[name].push(timed(() => engine.run(folder, "preview")));
      cpu[name].push(Number(readFileSync(cpuFile, "utf8")));
    }
  }
  compare("preview of FiveGCore", "s", seconds.components, seconds.plain, TARGET);
  compare("  processor time of the program's process", "s", cpu.components, cpu.plain);
} finally {
  engine.close();
}
