#!/usr/bin/env bash
# The lane on a real kube-apiserver: gets its parts, then runs the tests that need it. Ends with "N passed, N failed". A machine where a
# part is not to be had says "skipped" and why; with CARRIERGUARD_REQUIRED=1 that is a failure.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)

missing() {
  echo "skipped: $1"
  echo "0 passed, ${CARRIERGUARD_REQUIRED:-0} failed"
  exit "${CARRIERGUARD_REQUIRED:-0}"
}

command -v go >/dev/null || missing "kube-apiserver is built from its Go modules, and go is not on the PATH"
for tool in openssl curl; do command -v "$tool" >/dev/null || missing "$tool is not on the PATH"; done
ETCD=$(bash "$here/etcd.sh" | tail -1) && [ -n "$ETCD" ] || missing "etcd is not to be had"
export ETCD
bash "$here/build-apiserver.sh" >/dev/null || missing "kube-apiserver cannot be built"
bash "$here/crds.sh" >/dev/null || missing "the custom resource definitions are not to be had"

results=$(mktemp)
trap 'rm -f "$results"' EXIT
cd "$here/../.." && node node_modules/jest/bin/jest.js -c jest.kubernetes.config.js --runInBand --json --outputFile "$results" >/dev/null
status=$?
node -e '
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
  if (numPendingTests > 0) console.log(`${numPendingTests} skipped: ../shared/corpus is absent`);
  console.log(`${numPassedTests} passed, ${numFailedTests} failed`);
' "$results"
exit "$status"
