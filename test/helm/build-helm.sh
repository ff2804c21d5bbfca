#!/usr/bin/env bash
# Gets the real helm and prints the folder it is in: the one of the PATH, otherwise built from its Go module.
# Cold: 260 CPU seconds; once for every go.mod and go.sum.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if command -v helm >/dev/null; then
  dirname "$(command -v helm)"
  exit 0
fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/carrierguard/helm
key=$(cat "$here/go.mod" "$here/go.sum" | sha256sum | cut -c1-16)
bin=$cache/$key
if [ ! -x "$bin/helm" ]; then
  command -v go >/dev/null || { echo "neither helm nor go is on the PATH" >&2; exit 2; }
  of() { awk -v module="$1" '$1 == module || $2 == module { for (i = 1; i <= NF; i++) if ($i ~ /^v[0-9]/) { print $i; exit } }' "$here/go.mod"; }
  version=$(of helm.sh/helm/v3)
  # Without these, helm renders for a Kubernetes that nobody runs any more, and charts refuse it. As its own Makefile has them.
  minor=$(of k8s.io/client-go | cut -d. -f2)
  v3=helm.sh/helm/v3
  mkdir -p "$bin"
  (cd "$here" && CGO_ENABLED=0 go build -mod=readonly -trimpath -buildvcs=false \
    -ldflags "-s -w -X $v3/internal/version.version=$version -X $v3/pkg/chartutil.k8sVersionMajor=1 -X $v3/pkg/chartutil.k8sVersionMinor=$minor" \
    -o "$bin/helm.part" "$v3/cmd/helm") >&2
  # Last, as its presence says that the build is whole.
  mv "$bin/helm.part" "$bin/helm"
fi
echo "$bin"
