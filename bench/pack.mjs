// What the policy pack costs, against packs of the same kind that do nothing: start, a preview of 1,000 Deployments on the
// real engine, the analysis of a stack. Ratios of medians; the runs of both sides alternate, so that a busy machine is
// equally busy for both.
//
//   node bench/pack.mjs [boot] [stack] [preview]   all by default; `npm run build` first
//   BENCH_RUNS=5  BENCH_RESOURCES=1000
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compare, timed } from "./measure.mjs";
import { RealEngine, scratchFolder } from "./real-engine.mjs";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const RESOURCES = Number(process.env.BENCH_RESOURCES ?? 1000);
const TARGETS = { boot: 1.1, stack: 1.5, preview: 1.05 };

const scratch = scratchFolder();

/** Says in `BENCH_CPU` how much processor time the pack's process took. */
const CPU_HOOK = `if (process.env.BENCH_CPU) process.on("SIGTERM", () => process.exit(0)), setInterval(() => require("fs").writeFileSync(process.env.BENCH_CPU, String(Object.values(process.cpuUsage()).reduce((a, b) => a + b) / 1e6)), 200).unref();\n`;

/** A pack that does nothing, or nothing but `policies`. */
function trivialPack(name, policies = "[]") {
  const folder = path.join(scratch, name);
  mkdirSync(folder);
  const construct = `const { PolicyPack } = require("@pulumi/policy");\nnew PolicyPack("${name}", { policies: ${policies} });\n`;
  writeFileSync(path.join(folder, "index.js"), construct);
  writeFileSync(path.join(folder, "pack.js"), `#!/usr/bin/env node\nprocess.chdir(__dirname);\n${construct}`, { mode: 0o755 });
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name, version: "0.0.1", main: "index.js" }));
  writeFileSync(path.join(folder, "PulumiPolicy.yaml"), "runtime:\n  name: nodejs\n  options:\n    typescript: false\n");
  return { folder, file: path.join(folder, "pack.js") };
}

const carrierguard = { folder: path.join(ROOT, "policypack"), file: path.join(ROOT, "policypack/carrierguard-pack.js") };

/** Starts a pack's server; answers its port, and the seconds until it gave it. */
function start(pack, kind) {
  const run = path.join(ROOT, "node_modules/@pulumi/pulumi/cmd/run-policy-pack");
  const args = kind === "folder" ? [run, "127.0.0.1:0", pack.folder] : [pack.file, "127.0.0.1:0"];
  const began = process.hrtime.bigint();
  const child = spawn(process.execPath, args, { cwd: pack.folder, stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    child.stdout.once("data", (data) =>
      resolve({ child, port: String(data).trim(), seconds: Number(process.hrtime.bigint() - began) / 1e9 }),
    );
    child.once("exit", (code) => reject(new Error(`${pack.folder} exited with ${code}`)));
  });
}

async function boot() {
  const empty = trivialPack("empty-boot");
  for (const kind of ["folder", "file"]) {
    const times = { pack: [], base: [] };
    for (let run = 0; run <= RUNS * 2; run += 1) {
      for (const [side, pack] of [
        ["pack", carrierguard],
        ["base", empty],
      ]) {
        const { child, seconds } = await start(pack, kind);
        child.kill();
        if (run > 0) times[side].push(seconds);
      }
    }
    compare(`start, as a ${kind}`, "s", times.pack, times.base, TARGETS.boot);
  }
}

/** A network function's Deployment as it should be. */
function deployment(index) {
  const name = ["amf", "smf", "upf", "nrf", "ausf", "udm"][index % 6];
  const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": `${name}-${index}` };
  const container = {
    name,
    image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/5gc/${name}@sha256:${"0123456789abcdef".repeat(4)}`,
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    ports: [{ name: "sbi", containerPort: 8443 }],
    resources: { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "500m", memory: "512Mi" } },
  };
  const spec = {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container],
  };
  return {
    metadata: { name: `${name}-${index}`, namespace: "core", labels },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

async function stack() {
  const grpc = require("@grpc/grpc-js");
  const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb");
  const proto = require("@pulumi/pulumi/proto/analyzer_pb");
  const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
  const request = new proto.AnalyzeStackRequest();
  request.setResourcesList(
    Array.from({ length: RESOURCES }, (_, index) => {
      const resource = new proto.AnalyzerResource();
      const type = "kubernetes:apps/v1:Deployment";
      resource.setType(type);
      resource.setName(`nf-${index}`);
      resource.setUrn(`urn:pulumi:dev::bench::${type}::nf-${index}`);
      resource.setProperties(Struct.fromJavaScript({ apiVersion: "apps/v1", kind: "Deployment", ...deployment(index) }));
      resource.setOptions(new proto.AnalyzerResourceOptions());
      return resource;
    }),
  );
  const trivial = trivialPack(
    "one-stack-policy",
    `[{ name: "p", description: "d", enforcementLevel: "mandatory", validateStack: () => {} }]`,
  );
  const options = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
  const sides = [];
  for (const [side, pack] of [
    ["pack", carrierguard],
    ["base", trivial],
  ]) {
    const { child, port } = await start(pack, "folder");
    sides.push({ side, child, client: new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), options), seconds: [] });
  }
  for (let run = 0; run <= RUNS; run += 1) {
    for (const { client, seconds } of sides) {
      const began = process.hrtime.bigint();
      await new Promise((resolve, reject) => client.analyzeStack(request, (error, answer) => (error ? reject(error) : resolve(answer))));
      // The first is the compiler's.
      if (run > 0) seconds.push(Number(process.hrtime.bigint() - began) / 1e9);
    }
  }
  for (const { child } of sides) child.kill();
  compare(`AnalyzeStack, ${RESOURCES} Deployments`, "s", sides[0].seconds, sides[1].seconds, TARGETS.stack);
}

function preview() {
  const program = path.join(scratch, "program");
  mkdirSync(program);
  writeFileSync(path.join(program, "Pulumi.yaml"), "name: bench\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n");
  writeFileSync(path.join(program, "package.json"), JSON.stringify({ name: "bench", version: "0.0.1", main: "index.js" }));
  writeFileSync(
    path.join(program, "index.js"),
    `const k8s = require("@pulumi/kubernetes");\n${deployment}\nfor (let index = 0; index < ${RESOURCES}; index += 1) new k8s.apps.v1.Deployment("nf-" + index, deployment(index));\n`,
  );
  const hook = path.join(scratch, "cpu.cjs");
  writeFileSync(hook, `if (process.argv.some((word) => /run-policy-pack|pack\\.js$/.test(word))) {\n${CPU_HOOK}}\n`);
  const cpuFile = path.join(scratch, "cpu");
  const engine = new RealEngine({ NODE_OPTIONS: `--require ${hook}`, BENCH_CPU: cpuFile });
  // All advice, so that no finding ends a preview early.
  const config = path.join(scratch, "config.json");
  writeFileSync(config, JSON.stringify({ all: "advisory" }));
  try {
    engine.run(program, "stack", "init", "bench");
    const empty = trivialPack("empty-preview");
    for (const kind of ["folder", "file"]) {
      const times = { pack: [], base: [] };
      const cpu = { pack: [], base: [] };
      for (let run = 0; run < RUNS; run += 1) {
        for (const [side, pack] of [
          ["pack", carrierguard],
          ["base", empty],
        ]) {
          times[side].push(timed(() => engine.run(program, "preview", "--policy-pack", pack[kind], "--policy-pack-config", config)));
          cpu[side].push(Number(readFileSync(cpuFile, "utf8")));
        }
      }
      compare(`preview of ${RESOURCES} Deployments, pack as a ${kind}`, "s", times.pack, times.base, TARGETS.preview);
      compare(`  processor time of the pack's process`, "s", cpu.pack, cpu.base);
    }
  } finally {
    engine.close();
  }
}

const parts = { boot, stack, preview };
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) await parts[name]();
