#!/usr/bin/env bash
# The lane with the real helm: gets it, then runs the tests that need it. Ends with "N passed, N failed". A machine where it is not to be
# had says "skipped" and why; with CARRIERGUARD_REQUIRED=1 that is a failure.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)

bin=$(bash "$here/build-helm.sh" | tail -1)
if [ ! -x "$bin/helm" ]; then
  echo "skipped: helm is not on the PATH and cannot be built"
  echo "0 passed, ${CARRIERGUARD_REQUIRED:-0} failed"
  exit "${CARRIERGUARD_REQUIRED:-0}"
fi

results=$(mktemp)
trap 'rm -f "$results"' EXIT
cd "$here/../.." && PATH="$bin:$PATH" node node_modules/jest/bin/jest.js -c jest.helm.config.js --json --outputFile "$results" >/dev/null
status=$?
node -e '
  const { numPassedTests, numFailedTests } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
  console.log(`${numPassedTests} passed, ${numFailedTests} failed`);
' "$results"
exit "$status"
