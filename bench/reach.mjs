// What all pairs cost: clusters of growing size, each in a process of its own; compile, all pairs of every port, ways hop by hop.
//
//   node bench/reach.mjs                the sizes with a target, then growth from 1,000 to 100,000 pods; `npm run build` first
//   node bench/reach.mjs 10000 1000 100 pods, policies, namespaces                                        BENCH_RUNS=3
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const require = createRequire(join(ROOT, "package.json"));

/** pods, policies, namespaces, seconds, mebibytes of the whole process. */
const TARGETS = [
  [2_000, 500, 20, 0.15, undefined],
  [10_000, 1_000, 100, 0.5, undefined],
  [100_000, 10_000, 1_000, 5, 512],
];
const GROWTH = [1_000, 3_000, 10_000, 30_000, 100_000];

/** The same numbers every time. */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A default deny in every namespace, then one to three rules of one to three peers; the ports are those of a core. */
function* cluster(pods, policies, namespaces) {
  const { Resource } = require(join(ROOT, "dist/policypack/model/stack.js"));
  const next = random(42);
  const make = (type, namespace, name, { metadata, spec }) => {
    const properties = { metadata: { ...metadata, labels: shared(metadata.labels) }, spec: shared(spec) };
    return new Resource({ urn: `urn:pulumi:b::b::${type}::${namespace}/${name}`, type, name: `${namespace}/${name}`, properties });
  };
  // As the reader of manifests has it (cli/inputs/yaml-fields.ts): a field with the same text is the same value.
  const values = new Map();
  const shared = (value) => {
    if (value === undefined) return undefined;
    const text = JSON.stringify(value);
    if (!values.has(text)) values.set(text, value);
    return values.get(text);
  };
  const APPS = ["amf", "smf", "upf", "nrf", "ausf", "udm", "udr", "pcf", "nssf", "bsf"];
  const PORTS = [["TCP", 8443], ["TCP", 443], ["UDP", 8805], ["UDP", 2152], ["SCTP", 38412], ["TCP", 27017], ["TCP", 9090], ["UDP", 53], ["TCP", 53], ["TCP", 22], ["TCP", 80]]; // prettier-ignore
  for (let index = 0; index < namespaces; index += 1) {
    const labels = { zone: ["core", "edge", "oam", "ran"][index % 4] };
    yield make("kubernetes:core/v1:Namespace", "", `ns-${index}`, { metadata: { name: `ns-${index}`, labels } });
  }
  for (let index = 0; index < pods; index += 1) {
    const namespace = `ns-${index % namespaces}`;
    const app = APPS[next(APPS.length)];
    const metadata = { name: `${app}-${index}`, namespace, labels: { app, "pod-template-hash": String(index) } };
    yield make("kubernetes:core/v1:Pod", namespace, metadata.name, { metadata, spec: { containers: [{ name: app, image: app }] } });
  }
  const peer = () => {
    const kind = next(10);
    const podSelector = { matchLabels: { app: APPS[next(APPS.length)] } };
    if (kind < 6) return { podSelector };
    if (kind < 8) return { namespaceSelector: { matchLabels: { zone: ["core", "edge", "oam", "ran"][next(4)] } }, podSelector };
    if (kind < 9) return { ipBlock: { cidr: `10.${next(250)}.0.0/16` } };
    return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": `ns-${next(namespaces)}` } } };
  };
  const some = (item) => Array.from({ length: 1 + next(3) }, item);
  for (let index = 0; index < policies; index += 1) {
    const namespace = `ns-${index % namespaces}`;
    const rule = (side) => () => ({ [side]: some(peer), ports: some(() => { const [protocol, port] = PORTS[next(PORTS.length)]; return { protocol, port }; }) }); // prettier-ignore
    const spec =
      index < namespaces
        ? { podSelector: {}, policyTypes: ["Ingress", "Egress"] }
        : {
            podSelector: { matchLabels: { app: APPS[next(APPS.length)] } },
            policyTypes: ["Ingress", "Egress"],
            ingress: some(rule("from")),
            egress: some(rule("to")),
          };
    yield make("kubernetes:networking.k8s.io/v1:NetworkPolicy", namespace, `p-${index}`, {
      metadata: { name: `p-${index}`, namespace },
      spec,
    });
  }
}

function measure(pods, policies, namespaces) {
  const { CoreModel } = require(join(ROOT, "dist/policypack/model/core.js"));
  const { reachability } = require(join(ROOT, "dist/policypack/analysis/reachability/index.js"));
  const { REFERENCE } = require(join(ROOT, "dist/policypack/analysis/reachability/profile.js"));
  const { spread } = require(join(ROOT, "dist/policypack/analysis/reachability/spread.js"));
  const resources = [...cluster(pods, policies, namespaces)];
  const model = new CoreModel({ resources, gaps: [] });
  const start = performance.now();
  const spent = process.cpuUsage();
  // What every command pays for once: objects and workloads out of resources.
  if (model.workloads.length !== pods) throw new Error("pods are missing");
  const read = performance.now();
  const before = process.resourceUsage().maxRSS / 1024;
  const reading = process.cpuUsage(spent);
  const [network] = reachability(model, REFERENCE).primary;
  const compiled = performance.now();
  const edges = network.reachAny("must");
  const paired = performance.now();
  const reached = spread(edges, [network.universe.classes.length]).reduce((sum, before) => sum + (before >= 0 ? 1 : 0), 0);
  const end = performance.now();
  const all = process.cpuUsage(spent);
  const { maxRSS } = process.resourceUsage();
  // What is measured is all there: a class for every namespace and app of these pods.
  const told = new Set(model.workloads.map(({ namespace, labels }) => `${namespace} ${labels.known.get("app")}`)).size;
  const asked = new Set(resources.flatMap(({ type, name }) => (type.endsWith(":Pod") ? [name.replace(/-\d+$/, "")] : []))).size;
  if (network.universe.classes.length !== asked || told !== asked)
    throw new Error(`${network.universe.classes.length} classes of ${asked}`);
  const seconds = (a, b) => (b - a) / 1000;
  return {
    read: seconds(start, read),
    compile: seconds(read, compiled),
    pairs: seconds(compiled, paired),
    paths: seconds(paired, end),
    total: seconds(read, end),
    processor: (all.user + all.system - reading.user - reading.system) / 1e6,
    classes: network.universe.size,
    atoms: network.atoms.length,
    reached,
    before,
    mebibytes: maxRSS / 1024,
  };
}

function fresh(pods, policies, namespaces) {
  const runs = Array.from({ length: RUNS }, () => {
    const { status, stdout } = spawnSync(process.execPath, [import.meta.filename, "--one", pods, policies, namespaces].map(String), {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`the run of ${pods} pods exits ${status}`);
    return JSON.parse(stdout);
  });
  return runs.sort((a, b) => a.total - b.total)[Math.floor(runs.length / 2)];
}

function report(pods, policies, namespaces, limit, memory) {
  const run = fresh(pods, policies, namespaces);
  const over = (limit !== undefined && run.total > limit) || (memory !== undefined && run.mebibytes > memory);
  const target = limit === undefined ? "" : `  ${over ? "OVER TARGET" : "ok"} (${limit} s${memory === undefined ? "" : `, ${memory} MiB`})`;
  if (over) process.exitCode = 1;
  const parts = `compile ${run.compile.toFixed(2)}, pairs ${run.pairs.toFixed(2)}, paths ${run.paths.toFixed(2)}; reading the objects before that ${run.read.toFixed(2)}`;
  console.log(
    `${pods} pods, ${policies} policies, ${namespaces} namespaces: ${run.total.toFixed(2)} s (${run.processor.toFixed(2)} s of processor time), ${run.mebibytes.toFixed(0)} MiB (${run.before.toFixed(0)} of them the objects)${target}\n  ${run.classes} classes, ${run.atoms} atoms, ${run.reached} reached from outside; ${parts}`,
  );
  return run;
}

const [first, ...words] = process.argv.slice(2);
if (first === "--one") console.log(JSON.stringify(measure(...words.map(Number))));
else if (first !== undefined) report(Number(first), Number(words[0]), Number(words[1]));
else {
  for (const size of TARGETS) report(...size);
  console.log("growth");
  for (const pods of GROWTH) {
    const run = report(pods, pods / 10, pods / 100);
    console.log(`  ${"#".repeat(Math.max(1, Math.round(run.total * 20)))}`);
  }
}
