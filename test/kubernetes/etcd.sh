#!/usr/bin/env bash
# Prints the path of an etcd: the one on the PATH, or Debian's, unpacked into the cache, so that no service of it starts.
set -euo pipefail
command -v etcd && exit 0

cache=${XDG_CACHE_HOME:-$HOME/.cache}/carrierguard/etcd
if [ ! -x "$cache/usr/bin/etcd" ]; then
  command -v apt-get >/dev/null || { echo "neither etcd nor apt-get is on the PATH" >&2; exit 2; }
  mkdir -p "$cache" && cd "$cache"
  apt-get download etcd-server >&2 2>/dev/null || { apt-get update >&2 && apt-get download etcd-server >&2; }
  dpkg -x etcd-server_*.deb "$cache" && rm -f etcd-server_*.deb
fi
echo "$cache/usr/bin/etcd"
