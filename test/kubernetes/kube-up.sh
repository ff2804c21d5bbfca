#!/usr/bin/env bash
# Starts etcd and kube-apiserver on loopback. Usage: kube-up.sh DIR [PORT]   (default port 16443)
# Needs: etcd (Debian etcd-server), kube-apiserver (build-apiserver.sh; path in KUBE_APISERVER or on PATH), openssl, curl.
# Writes to DIR: ca.crt, admin.token, kubeconfig, *.log, *.pid. Stop with kube-down.sh DIR.
set -euo pipefail
D=$(mkdir -p "$1" && cd "$1" && pwd); PORT=${2:-16443}; E1=$((PORT+1)); E2=$((PORT+2))
API=$(realpath "$(command -v "${KUBE_APISERVER:-kube-apiserver}")"); ETCD=$(realpath "$(command -v "${ETCD:-etcd}")")
cd "$D"
# 1. certificates: a CA, one serving certificate, one key pair for service-account tokens
if [ ! -f apiserver.crt ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=test-ca -keyout ca.key -out ca.crt 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=kube-apiserver -keyout apiserver.key -out apiserver.csr 2>/dev/null
  printf 'subjectAltName=IP:127.0.0.1,IP:10.0.0.1,DNS:localhost,DNS:kubernetes.default.svc\nextendedKeyUsage=serverAuth\n' > san.ext
  openssl x509 -req -in apiserver.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile san.ext -out apiserver.crt 2>/dev/null
  openssl ecparam -name prime256v1 -genkey -noout -out sa.key 2>/dev/null
  openssl ec -in sa.key -pubout -out sa.pub 2>/dev/null
  openssl rand -hex 16 > admin.token
  echo "$(cat admin.token),admin,admin,\"system:masters\"" > tokens.csv
fi
# 2. etcd, data thrown away, no fsync
rm -rf etcd-data
nohup "$ETCD" --data-dir etcd-data --unsafe-no-fsync --listen-client-urls "http://127.0.0.1:$E1" --advertise-client-urls "http://127.0.0.1:$E1" \
  --listen-peer-urls "http://127.0.0.1:$E2" --initial-advertise-peer-urls "http://127.0.0.1:$E2" --initial-cluster "default=http://127.0.0.1:$E2" \
  --logger zap > etcd.log 2>&1 &
echo $! > etcd.pid
# 3. the API server. The ServiceAccount plugin is off because no controller makes the default accounts; all other default admission is on.
#    --allow-privileged=true, or every privileged pod is refused by validation before Pod Security is asked.
nohup "$API" --etcd-servers="http://127.0.0.1:$E1" --bind-address=127.0.0.1 --advertise-address=127.0.0.1 --secure-port="$PORT" \
  --tls-cert-file=apiserver.crt --tls-private-key-file=apiserver.key --client-ca-file=ca.crt --token-auth-file=tokens.csv --authorization-mode=RBAC \
  --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=sa.pub --service-account-signing-key-file=sa.key \
  --service-cluster-ip-range=10.0.0.0/24 --allow-privileged=true --disable-admission-plugins=ServiceAccount --endpoint-reconciler-type=none \
  ${KUBE_APISERVER_ARGS:-} > apiserver.log 2>&1 &
echo $! > apiserver.pid
cat > kubeconfig <<YAML
apiVersion: v1
kind: Config
clusters: [{name: t, cluster: {server: "https://127.0.0.1:$PORT", certificate-authority: "$D/ca.crt"}}]
users: [{name: a, user: {token: $(cat admin.token)}}]
contexts: [{name: t, context: {cluster: t, user: a}}]
current-context: t
YAML
chmod 600 kubeconfig tokens.csv admin.token
# 4. ready = /readyz says ok and the default namespace exists
H="Authorization: Bearer $(cat admin.token)"
for _ in $(seq 600); do
  kill -0 "$(cat apiserver.pid)" 2>/dev/null || { echo 'kube-apiserver ended' >&2; tail -5 apiserver.log >&2; exit 1; }
  [ "$(curl -fsS --cacert ca.crt -H "$H" "https://127.0.0.1:$PORT/readyz" 2>/dev/null)" = ok ] &&
    curl -fsS --cacert ca.crt -H "$H" -o /dev/null "https://127.0.0.1:$PORT/api/v1/namespaces/default" 2>/dev/null && exit 0
  sleep 0.2
done
echo 'kube-apiserver not ready' >&2; tail -20 apiserver.log >&2; exit 1
