// Ratios of medians. The runs of both sides alternate, so that a busy machine is equally busy for both.

export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Prints ours against theirs; over the target, the process will exit 1. */
export function compare(what, unit, ours, theirs, target) {
  const [a, b] = [median(ours), median(theirs)];
  const verdict = target === undefined ? "" : a / b <= target ? `  ok (target ${target})` : `  OVER TARGET ${target}`;
  console.log(`${what.padEnd(48)} ${a.toFixed(2)} ${unit} against ${b.toFixed(2)} ${unit}: ${(a / b).toFixed(2)}×${verdict}`);
  if (verdict.includes("OVER")) process.exitCode = 1;
}

/** Seconds that `work` takes. */
export function timed(work) {
  const began = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - began) / 1e9;
}
