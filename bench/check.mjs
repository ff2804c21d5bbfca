// What `carrierguard check` costs on manifests, against parsing them with js-yaml: medians of runs that alternate.
//
//   node bench/check.mjs   `npm run build` first; needs ../shared/corpus/core-charts   BENCH_RUNS=5
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import yaml from "js-yaml";

const ROOT = resolve(import.meta.dirname, "..");
const CHARTS = resolve(ROOT, "../shared/corpus/core-charts");
const RUNS = Number(process.env.BENCH_RUNS ?? 5);
if (!existsSync(CHARTS)) {
  console.log("skipped: ../shared/corpus/core-charts is absent");
  process.exit(0);
}
const scratch = mkdtempSync(join(tmpdir(), "carrierguard-bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const MAIN = join(ROOT, "dist/cli/main.js");
const PARSE = `const y=require(${JSON.stringify(join(ROOT, "node_modules/js-yaml"))});for(const d of require("fs").readFileSync(process.argv[1],"utf8").split(/^---.*$/m))y.load(d,{schema:y.CORE_SCHEMA,json:true})`;
const SETS = ["gradiant-open5gs", "gradiant-free5gc", "cnti-open5gs", "towards5gs-free5gc", "sdcore-bess-upf"];

/** The cores side by side, `copies` times, each copy in namespaces of its own. */
function cores(copies) {
  const documents = SETS.flatMap((set) =>
    readFileSync(join(CHARTS, `${set}.yaml`), "utf8")
      .split(/^---.*$/m)
      .flatMap((text) => {
        const object = yaml.load(text, { schema: yaml.CORE_SCHEMA, json: true });
        return object?.kind && object.kind !== "Namespace" ? [{ set, object }] : [];
      }),
  );
  const file = join(scratch, `cores-${copies}.yaml`);
  const parts = [];
  for (let copy = 0; copy < copies; copy += 1) {
    for (const { set, object } of documents) {
      parts.push(`---\n${yaml.dump({ ...object, metadata: { ...object.metadata, namespace: `${set}-${copy}` } }, { noRefs: true })}`);
    }
  }
  writeFileSync(file, parts.join(""));
  return { file, objects: parts.length };
}

function timed(args) {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`${args.join(" ")} exits ${status}`);
  return (performance.now() - start) / 1000;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

function measure(name, file) {
  const ours = [];
  const parsing = [];
  for (let run = 0; run < RUNS; run += 1) {
    parsing.push(timed(["-e", PARSE, file]));
    ours.push(timed([MAIN, "check", file, "-o", "json", "--fail-on", "never"]));
  }
  const [a, b] = [median(ours), median(parsing)];
  console.log(`${name}: check ${a.toFixed(2)} s, parsing alone ${b.toFixed(2)} s, ratio ${(a / b).toFixed(1)}`);
}

measure("one core", join(CHARTS, "gradiant-free5gc.yaml"));
for (const copies of [4, 42]) {
  const { file, objects } = cores(copies);
  measure(`${objects} objects`, file);
}
