#!/usr/bin/env bash
# Gets the real Pulumi engine for the tests and prints the folder of its binaries: the `pulumi` and `pulumi-language-nodejs`
# on the PATH where all hosts are there (`-yaml` and `-python` too), otherwise the CLI and the YAML host built from their Go modules, beside
# Node and Python hosts of our own.
# Cold: about 460 CPU seconds, 1.8 GB of memory, 1.1 GB of module sources; once for every go.mod, go.sum and host.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if command -v pulumi >/dev/null && command -v pulumi-language-nodejs >/dev/null && command -v pulumi-language-yaml >/dev/null && command -v pulumi-language-python >/dev/null && [ -z "${CARRIERGUARD_ENGINE:-}" ]; then
  dirname "$(command -v pulumi)"
  exit 0
fi

cache=${CARRIERGUARD_ENGINE:-${XDG_CACHE_HOME:-$HOME/.cache}/carrierguard/engine}
key=$(cat "$here/go.mod" "$here/go.sum" "$here/pulumi-language-nodejs" "$here"/yaml-host/go.* "$here/python-host/main.go" | sha256sum | cut -c1-16)
bin=$cache/$key/bin
if [ ! -x "$bin/pulumi-language-nodejs" ]; then
  command -v go >/dev/null || { echo "neither pulumi with pulumi-language-nodejs nor go is on the PATH" >&2; exit 2; }
  version=$(awk '$1 == "github.com/pulumi/pulumi/pkg/v3" { print substr($2, 2) }' "$here/go.mod")
  mkdir -p "$bin"
  # Without the version in it, the CLI takes itself for a development build and asks for more of its plugins.
  (cd "$here" && go build -mod=readonly -trimpath -buildvcs=false \
    -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version" \
    -o "$bin/pulumi" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi) >&2
  (cd "$here/yaml-host" && CGO_ENABLED=0 go build -mod=readonly -trimpath -buildvcs=false -ldflags "-s -w" \
    -o "$bin/pulumi-language-yaml" github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml) >&2
  # What starts a program comes with the SDK of the same release.
  (cd "$here" && go build -mod=readonly -trimpath -buildvcs=false \
    -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version" -o "$bin/pulumi-language-python" ./python-host) >&2
  install -m 755 "$(cd "$here" && go list -mod=readonly -m -f '{{.Dir}}' github.com/pulumi/pulumi/sdk/v3)/python/cmd/pulumi-language-python-exec" "$bin"
  # Last, as its presence says that the folder is whole. The engine looks for it beside `pulumi`.
  install -m 755 "$here/pulumi-language-nodejs" "$bin/pulumi-language-nodejs"
fi
echo "$bin"
