#!/usr/bin/env bash
# What users install: the packed package in an empty folder, run from there.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
tarball=$(cd "$root" && npm pack --silent --ignore-scripts --pack-destination "$work")
cd "$work" && npm init -y >/dev/null && npm install --silent --no-audit --no-fund "./$tarball"

echo "-- the command line"
npx --no-install carrierguard --version
cp -r "$root/test/fixtures/small-core" small-core
set +e
npx --no-install carrierguard check small-core/manifests.yaml -o json > report.json; status=$?
set -e
[ "$status" -eq 1 ] || { echo "check exits $status, 1 was expected"; exit 1; }
node -e 'const r=require("./report.json"); if (r.findings.length < 5) process.exit(1); console.log(r.findings.length + " findings")'

# The one file that is installed finds every part of itself: each command, and each report for people.
for line in "inventory small-core/manifests.yaml" "inventory small-core/manifests.yaml -o json" "iam small-core/manifests.yaml" \
  "reach small-core/manifests.yaml" "reach small-core/manifests.yaml --paths" "reach small-core/manifests.yaml --suggest" \
  "reach small-core/manifests.yaml -o svg" "check small-core/manifests.yaml --fail-on never" \
  "check small-core/manifests.yaml --fail-on never -o sarif -o junit=junit.xml" "check small-core/manifests.yaml --fix-dry-run --fail-on never" \
  "baseline create small-core/manifests.yaml" "rules" "explain WH-01" "config" "path --executable"; do
  npx --no-install carrierguard $line > out.txt 2> err.txt || { cat out.txt err.txt; echo "carrierguard $line: does not work"; exit 1; }
  [ -s out.txt ] || [ -s err.txt ] || { echo "carrierguard $line: says nothing"; exit 1; }
done
echo "15 commands"

echo "-- the pack"
pack=$(npx --no-install carrierguard path)
[ -f "$pack/PulumiPolicy.yaml" ] || { echo "no PulumiPolicy.yaml in $pack"; exit 1; }
# Both kinds, each from where the engine starts it.
serves() { # serves <folder> <command...>
  : > "$work/port"
  (cd "$1" && shift && { "$@" 127.0.0.1:0 ${folder:+"$folder"} & echo $! > "$work/pid"; wait; }) > "$work/port" 2> "$work/err" &
  for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done
  kill "$(cat "$work/pid")" 2>/dev/null || true
  grep -Eq '^[0-9]+$' "$work/port" || { cat "$work/err"; echo "the pack does not serve"; exit 1; }
}
folder=$pack serves "$pack" node "$work/node_modules/@pulumi/pulumi/cmd/run-policy-pack"
executable=$(npx --no-install carrierguard path --executable)
folder='' serves "$work" "$executable"
echo "serves, as a folder and as a file"

echo "-- the subpath exports"
cd "$work" && node -e 'for (const path of ["carrierguard", "carrierguard/testing", "carrierguard/analysis"]) if (Object.keys(require(path)).length === 0) throw new Error(path)'
# The components bring no SDK of a provider along: those are peers, as large as everything else together.
node -e 'for (const file of [require.resolve("carrierguard/components"), require.resolve("carrierguard/package.json").replace("package.json", "components/index.ts")]) require("fs").accessSync(file)'
echo "load"
