/**
 * IAM's language against an independent decision procedure: z3 (test/oracles/z3/iam.mjs). Five hundred random statement pairs here, skipped
 * where there is no z3; ten thousand by `npm run test:z3`, or as many as CARRIERGUARD_Z3_PAIRS says.
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../cli/command-line";

const PAIRS = process.env["CARRIERGUARD_Z3_PAIRS"] ?? "500";
/** The oracle's own word for "there is no z3". */
const UNAVAILABLE = 75;

test(`z3 agrees on ${PAIRS} random statement pairs`, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "test/oracles/z3/iam.mjs"), PAIRS, "20261125"], { encoding: "utf8" });
  if (status === UNAVAILABLE) {
    console.warn(`skipped: ${stdout.trim()}`);
    return;
  }
  expect({ status, stderr, stdout }).toMatchObject({ status: 0, stdout: expect.stringMatching(/: 0 differences/) });
}, 1_200_000); // prettier-ignore
