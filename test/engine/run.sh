#!/usr/bin/env bash
# The lane on the real Pulumi engine: builds or finds the engine, then runs the tests that need it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bash "$here/build-engine.sh" >/dev/null
cd "$here/../.." && node node_modules/jest/bin/jest.js -c jest.engine.config.js --runInBand
