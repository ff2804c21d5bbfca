// `npm run bench`: every benchmark, one after the other; `npm run bench -- check pack` only some.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const PARTS = {
  check: "check.mjs",
  pack: "pack.mjs",
  components: "components.mjs",
  reach: "reach.mjs",
  iam: "iam.mjs",
  intel: "intel.mjs",
};
const wanted = process.argv.slice(2).filter((name) => name in PARTS);
let status = 0;
for (const name of wanted.length > 0 ? wanted : Object.keys(PARTS)) {
  console.log(`== ${name}`);
  status = spawnSync(process.execPath, [join(import.meta.dirname, PARTS[name])], { stdio: "inherit" }).status || status;
}
process.exit(status);
