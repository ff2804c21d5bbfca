#!/usr/bin/env bash
# Prints the files of the custom resource definitions that the components' objects are validated by: those that their projects publish
# as Go modules, each release pinned by its checksum, and minimal ones of our own for what no module ships (crds/).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

module() { # module <path@version> <checksum> <file...>
  local answer dir sum
  answer=$(cd "${TMPDIR:-/tmp}" && GOFLAGS=-mod=mod go mod download -json "$1")
  dir=$(sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' <<<"$answer")
  sum=$(sed -n 's/^\t"Sum": "\(.*\)",$/\1/p' <<<"$answer")
  [ "$sum" = "$2" ] || { echo "$1: checksum $sum, not $2" >&2; exit 1; }
  shift 2
  for file in "$@"; do echo "$dir/$file"; done
}

module istio.io/api@v1.31.1 h1:5Yb5ihcz4YQsCkciusK7DnFpBMwRB6EFWeUKH1Atuyk= kubernetes/customresourcedefinitions.gen.yaml
module github.com/cert-manager/cert-manager@v1.21.2 h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68= \
  deploy/crds/cert-manager.io_certificates.yaml deploy/crds/cert-manager.io_clusterissuers.yaml deploy/crds/cert-manager.io_issuers.yaml
module github.com/cert-manager/trust-manager@v0.25.0 h1:nGtkHH9wEacI5uACdsq8wqCKWsCw1PMrwHPJcrUFUXA= deploy/crds/trust.cert-manager.io_bundles.yaml
module github.com/kyverno/kyverno@v1.19.1 h1:/MkgFii3/VlQfKR1JpC9tVwNNVNQTt2S4U6qCsafsTU= config/crds/kyverno/kyverno.io_clusterpolicies.yaml
module github.com/cilium/cilium@v1.19.4 h1:TxDZW+27NqLbuenPlWd8y8cnAmDNFga/FCMM8zP1qLQ= \
  pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml pkg/k8s/apis/cilium.io/client/crds/v2/ciliumclusterwidenetworkpolicies.yaml
module sigs.k8s.io/network-policy-api@v0.3.0 h1:RL6fVXiix9IW1pj0ImkW645m+EWmb3dBGCiW19bg5+k= \
  config/crd/standard/policy.networking.k8s.io_clusternetworkpolicies.yaml
for file in "$here"/crds/*.yaml; do echo "$file"; done
