// What threat intelligence costs: 1,000,000 indicators made into an index, and what 100,000 resources name looked up in it.
//
//   node bench/intel.mjs   `npm run build` first   BENCH_INDICATORS=1000000 BENCH_LOOKUPS=100000
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const require = createRequire(import.meta.url);
const { IndicatorIndex } = require(join(ROOT, "dist/policypack/analysis/threat-intel/indicator-index.js"));
const { observablesIn } = require(join(ROOT, "dist/policypack/analysis/threat-intel/observables.js"));
const INDICATORS = Number(process.env.BENCH_INDICATORS ?? 1_000_000);
const LOOKUPS = Number(process.env.BENCH_LOOKUPS ?? 100_000);

/** Numbers that are the same in every run. */
let state = 20261125;
const below = (limit) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
};
const hex = (length) => Array.from({ length: length / 4 }, () => below(65536).toString(16).padStart(4, "0")).join("");
const address = () => [below(223) + 1, below(256), below(256), below(256)].join(".");
const domain = () => `h${below(1e9).toString(36)}.n${below(1e5).toString(36)}.example`;

/** As feeds are: mostly addresses and domains; blocks among them, one as wide as they come. */
const MAKERS = [
  ["ip", address],
  ["ip", address],
  ["ip", () => `${address()}/${16 + below(16)}`],
  ["ip", () => `2001:db8:${below(65536).toString(16)}:${below(65536).toString(16)}::/64`],
  ["domain", domain],
  ["domain", domain],
  ["domain", domain],
  ["url", () => `https://${domain()}/${hex(8)}`],
  ["digest", () => hex(64)],
  ["asn", () => String(below(4e9))],
];
const indicators = Array.from({ length: INDICATORS }, (_, index) => {
  const [kind, make] = MAKERS[index % MAKERS.length];
  const value = index === 2 ? "0.0.0.0/1" : make();
  return { id: `indicator--${index}`, name: value, kind, value, validFrom: 0, validUntil: undefined, confidence: 80, tlp: "green" };
});
const texts = Array.from({ length: LOOKUPS }, (_, index) =>
  index % 10 === 0 ? indicators[below(INDICATORS)].value : `connect ${address()}/${below(33)} or ${domain()} by https://${domain()}/x`,
);

const before = process.memoryUsage().heapUsed;
let start = performance.now();
const index = IndicatorIndex.active(indicators, 1, 50);
const built = performance.now() - start;
start = performance.now();
// The first look sorts what is asked by range.
for (const observable of observablesIn("10.0.0.0/8")) index.matches(observable);
const sorted = performance.now() - start;
start = performance.now();
let asked = 0;
let hits = 0;
let slowest = 0;
for (const text of texts) {
  const at = performance.now();
  for (const observable of observablesIn(text)) {
    asked += 1;
    if (index.matches(observable).length > 0) hits += 1;
  }
  slowest = Math.max(slowest, performance.now() - at);
}
const looked = performance.now() - start;
const megabytes = (process.memoryUsage().heapUsed - before) / 2 ** 20;
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;
console.log(
  `${INDICATORS} indicators: index in ${seconds(built)} (+ ${seconds(sorted)} for ranges), ${megabytes.toFixed(0)} MB; ` +
    `${asked} observables of ${LOOKUPS} texts in ${seconds(looked)} (${((looked * 1000) / asked).toFixed(1)} µs each, slowest text ${slowest.toFixed(1)} ms), ${hits} hits`,
);
