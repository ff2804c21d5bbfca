/** Configuration, key material and data stores: ways to write a fault so that a naive rule misses it, and legitimate designs that look like a fault. */

import { networkFunction, object, type Properties } from "../../../policypack/testing";
import { config, reads } from "../../support/configuration";
import { answers } from "../../support/rule-answers";

const amf = (container: Properties, pod: Properties = {}) => networkFunction("amf", { container, pod });

const mesh = object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "enabled" } } });
const peer = (spec: Properties, namespace = "core") =>
  object("security.istio.io/v1", "PeerAuthentication", `pa-${namespace}-${JSON.stringify(spec).length}`, { spec }, namespace);
const strict = peer({ mtls: { mode: "STRICT" } });

const free = (sbi: string, rest = "") => `info:\n  version: 1.0.0\nconfiguration:\n  sbi:\n${sbi}\n${rest}`;
const five = (body: string) => `nrf:\n  sbi:\n${body}`;
// prettier-ignore
answers("ID-08", [
  ["the scheme in capitals", [reads("nrf"), config("nrf", free('    scheme: "HTTP"'))], "fail"],
  ["the scheme with a space", [reads("nrf"), config("nrf", free('    scheme: "http "'))], "fail"],
  ["a plain NRF behind a TLS server", [reads("amf"), config("amf", free("    scheme: https", "  nrfUri: http://nrf:8000"))], "fail"],
  ["two servers, one plain", [reads("nrf"), config("nrf", five("    server:\n      - address: a\n        scheme: https\n        verify_client: true\n      - address: b\n        scheme: http"))], "fail"],
  ["an anchor", [reads("nrf"), config("nrf", "plain: &p\n  scheme: http\nconfiguration:\n  sbi:\n    <<: *p\n    port: 8000")], "fail"],
  ["JSON", [reads("nrf"), config("nrf", JSON.stringify({ configuration: { sbi: { scheme: "http" } } }), "nrf.json")], "fail"],
  ["JSON in several lines", [reads("nrf"), config("nrf", JSON.stringify({ info: {}, configuration: { sbi: { scheme: "http" } } }, null, 2), "nrf.json")], "fail"],
  ["a key without extension", [reads("nrf"), config("nrf", free("    scheme: http"), "config")], "fail"],
  ["base64 in a Secret", [config("nrf", free("    scheme: http"), "nrfcfg.yaml", "Secret")], "fail"],
  ["a second document", [reads("nrf"), config("nrf", `note: first\n---\n${free("    scheme: http")}`)], "fail"],
  ["a document after an empty one", [reads("nrf"), config("nrf", `---\n${free("    scheme: http")}\n---\n`)], "fail"],
  ["a YAML tag", [reads("nrf"), config("nrf", free("    scheme: !!str http"))], "fail"],
  ["Windows line ends", [reads("nrf"), config("nrf", free("    scheme: http").replace(/\n/g, "\r\n"))], "fail"],
  ["a byte order mark", [reads("nrf"), config("nrf", `\ufeffconfiguration:\n  sbi:\n    scheme: http`)], "fail"],
  ["TLS in a comment only", [reads("nrf"), config("nrf", free("    # scheme: https\n    scheme: http"))], "fail"],
  ["verification as text", [reads("nrf"), config("nrf", five("    server:\n      - address: a\n        scheme: https\n        verify_client: \"false\""))], "fail"],
  ["an insecure client", [reads("nrf"), config("nrf", "nrf:\n  default:\n    tls:\n      client:\n        scheme: https\n        insecure_skip_verify: true\n      server:\n        scheme: https\n        verify_client: true\n  sbi:\n    server:\n      - address: a")], "fail"],
  ["https", [reads("nrf"), config("nrf", free("    scheme: https"))], "pass"],
  ["HTTPS in capitals", [reads("nrf"), config("nrf", free("    scheme: HTTPS"))], "pass"],
  ["http inside a strict mesh is advice", [mesh, strict, reads("nrf"), config("nrf", free("    scheme: http\n    port: 7777"))], "advice"],
  ["a server given as a mapping", [reads("nrf"), config("nrf", five("    server:\n      address: a\n      scheme: http"))], "fail"],
]);

const nas = (order: string) => config("amf", `amf:\n  ngap: {}\n  security:\n    ${order}`);
const freeNas = (order: string) => config("amf", `configuration:\n  security:\n    ${order}`);
// prettier-ignore
answers("DP-07", [
  ["128-NEA0", [nas("ciphering_order: [128-NEA0, NEA2]")], "fail"],
  ["lower case", [nas("ciphering_order: [nea0, NEA2]")], "fail"],
  ["a space", [nas('ciphering_order: ["NEA0 ", NEA2]')], "fail"],
  ["null integrity last", [nas("integrity_order: [NIA2, nia0]")], "fail"],
  ["EIA0", [nas("integrity_order: [EIA2, EIA0]")], "fail"],
  ["free5GC", [freeNas("integrityOrder: [NIA2, NIA0]")], "fail"],
  ["a single word instead of a list", [nas("ciphering_order: NEA0")], "fail"],
  ["an empty ciphering entry first", [nas('ciphering_order: ["", NEA0]')], "fail"],
  ["NEA0 last", [nas("ciphering_order: [NEA2, NEA1, NEA0]\n    integrity_order: [NIA2, NIA1]")], "pass"],
]);

const db = (uri: string) => config("udr", `db_uri: ${uri}\nudr:\n  sbi:\n    server:\n      - address: a`);
const safe = "mongodb://u:p@mongo/open5gs?tls=true";
// prettier-ignore
answers("DP-03", [
  ["an empty user", [db("mongodb://:@mongo/open5gs?tls=true")], "fail"],
  ["a user without password", [db("mongodb://u@mongo/open5gs?tls=true")], "fail"],
  ["a replica set in the clear", [db("mongodb://u:p@m0:27017,m1:27017/open5gs?replicaSet=rs0")], "fail"],
  ["mixed case of the scheme", [db("MongoDB://mongo/open5gs")], "fail"],
  ["mixed case of the option", [db("mongodb://u:p@mongo/open5gs?TLS=True")], "pass"],
  ["ssl", [db("mongodb://u:p@mongo/open5gs?ssl=true")], "pass"],
  ["tls twice, at last false", [db("mongodb://u:p@mongo/open5gs?tls=true&ssl=false")], "fail"],
  ["any certificate", [db("mongodb://u:p@mongo/open5gs?tls=true&tlsAllowInvalidCertificates=true")], "fail"],
  ["a password with an @", [db("mongodb://u:p@ss@mongo/open5gs")], "fail"],
  ["srv", [db("mongodb+srv://u:p@mongo/open5gs")], "pass"],
  ["an argument", [amf({ args: ["--db=mongodb://mongo/open5gs"] })], "fail"],
  ["a variable of a job with another name", [networkFunction("udr", { container: { env: [{ name: "STORE", value: "mongodb://mongo/x" }] } })], "fail"],
  ["a database with --noauth inside a script", [networkFunction("udr"), networkFunction("mongodb", { container: { image: "mongo:7", command: ["sh", "-c", "exec mongod --noauth --bind_ip_all"] } })], "fail"],
  ["a good URI", [db(safe)], "pass"],
  ["postgres that only prefers TLS", [networkFunction("udr", { container: { env: [{ name: "DB_URL", value: "postgres://u:p@pg/x?sslmode=prefer" }] } })], "fail"],
  ["redis with only a password", [networkFunction("udr", { container: { env: [{ name: "REDIS_URL", value: "rediss://:p@redis:6379/0" }] } })], "pass"],
]);

const pem = `-----BEGIN PRIVATE KEY-----\n${"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ".repeat(3)}\n-----END PRIVATE KEY-----`;
const hex = "0123456789abcdef0123456789abcdef";
// prettier-ignore
answers("DP-05", [
  ["escaped line ends", [config("udm", `key: "${pem.replace(/\n/g, "\\n")}"`)], "fail"],
  ["CRLF", [config("udm", pem.replace(/\n/g, "\r\n"), "tls.key")], "fail"],
  ["indented", [config("udm", `key: |\n${pem.replace(/^/gm, "    ")}`)], "fail"],
  ["an argument", [amf({ args: ["--key", pem] })], "fail"],
  ["a variable", [amf({ env: [{ name: "OPC", value: hex }] })], "fail"],
  ["a key in capitals", [config("udr", `opc: ${hex.toUpperCase()}`)], "fail"],
  ["a key with 0x", [config("udr", `k: "0x${hex}"`)], "fail"],
  ["hnet key in a Secret", [config("udm", hex + hex, "hnet-key", "Secret")], "fail"],
  ["base64 of a PEM in a ConfigMap", [config("udm", Buffer.from(pem).toString("base64"), "tls.key")], "fail"],
  ["binary data", [object("v1", "ConfigMap", "udm", { binaryData: { "tls.key": Buffer.from(pem).toString("base64") } })], "fail"],
  ["an argument after its name", [amf({ args: ["--opc", hex] })], "fail"],
  ["an argument with its name", [amf({ args: [`--opc=${hex}`] })], "fail"],
  ["hexadecimal with spaces", [config("udr", `opc: ${hex.replace(/(..)/g, "$1 ").trim()}`)], "fail"],
  ["an encrypted key", [config("udm", pem.replace(/PRIVATE KEY/g, "ENCRYPTED PRIVATE KEY"), "tls.key")], "fail"],
  ["an EC key", [config("udm", pem.replace(/PRIVATE KEY/g, "EC PRIVATE KEY"), "tls.key")], "fail"],
  ["a path to a key", [config("udm", "key: /etc/open5gs/tls/udm.key")], "pass"],
  ["a digest", [config("udm", `checksum: ${hex}`)], "pass"],
  ["a certificate", [config("udm", pem.replace(/PRIVATE KEY/g, "CERTIFICATE"), "ca.crt")], "pass"],
  ["a TLS Secret of a certificate manager", [config("amf-tls", pem, "tls.key", "Secret")], "pass"],
  ["the AMF field of a SIM", [config("ue", "amf: '8000'\nsupi: imsi-001010000000001")], "pass"],
]);

// prettier-ignore
answers("LG-09", [
  ["logging off as text", [config("amf", 'amf:\n  ngap: {}\nlogger:\n  enable: "false"')], "fail"],
  ["level in capitals", [config("amf", "amf:\n  ngap: {}\nlogger:\n  level: FATAL")], "fail"],
  ["level with a space", [config("amf", 'amf:\n  ngap: {}\nlogger:\n  level: "fatal "')], "fail"],
  ["free5GC's modules", [config("amf", "configuration:\n  sbi: {}\nlogger:\n  AMF:\n    debugLevel: panic")], "fail"],
  ["output thrown away", [amf({ command: ["sh", "-c", "open5gs-amfd > /dev/null 2>&1"] })], "fail"],
  ["both streams in short", [amf({ command: ["sh", "-c", "open5gs-amfd &>/dev/null"] })], "fail"],
  ["both streams, other form", [amf({ command: ["sh", "-c", "open5gs-amfd >& /dev/null"] })], "fail"],
  ["exec before", [amf({ command: ["sh", "-c", "exec >/dev/null; open5gs-amfd"] })], "fail"],
  ["an UPF without packet logs", [config("upf", "upf:\n  gtpu: {}\nlogger:\n  level: fatal")], "pass"],
  ["info", [config("amf", "amf:\n  ngap: {}\nlogger:\n  level: info")], "pass"],
]);

// prettier-ignore
answers("ID-08", [
  ["open5gs 2.6 with one server as a mapping", [reads("nrf"), config("nrf", "nrf:\n  sbi:\n    addr: 0.0.0.0\n    port: 7777\n")], "fail"],
  ["open5gs 2.7 peers as a mapping", [reads("amf"), config("amf", "amf:\n  ngap: {}\n  default: {tls: {server: {scheme: https, verify_client: true}}}\n  sbi:\n    server: [{address: a}]\n    client:\n      scp: {uri: http://scp:7777}\n")], "fail"],
  ["a ConfigMap by an init container that renders it", [networkFunction("nrf", { pod: { initContainers: [{ name: "render", image: "x", envFrom: [{ configMapRef: { name: "nrf" } }] }] } }), config("nrf", free("    scheme: http"))], "fail"],
  ["two NFs' configurations in one ConfigMap", [object("v1", "ConfigMap", "all", { data: { "amf.yaml": free("    scheme: https"), "smf.yaml": free("    scheme: http") } })], "fail"],
  ["OAI with https", [config("oai", "nfs:\n  amf:\n    host: amf\n    sbi:\n      port: 80\n      use_https: yes\namf: {}\n")], "pass"],
  ["N32 in the clear inside a strict mesh", [mesh, strict, reads("sepp"), config("sepp", "sepp:\n  sbi: {server: [{address: a, scheme: https, verify_client: true}]}\n  n32: {server: [{address: b, scheme: http}]}")], "fail"],
]);

// prettier-ignore
answers("DP-05", [
  ["a UE simulator's SIM", [networkFunction("ueransim-ue", { pod: { volumes: [{ name: "c", configMap: { name: "ue" } }] } }), config("ue", `supi: imsi-001010000000001\nkey: ${hex}\nop: ${hex}`)], "pass"],
  ["a subscriber script", [config("populate", `open5gs-dbctl add 001010000000001 ${hex} ${hex}`, "init.sh")], "fail"],
  ["JSON of a subscriber", [config("sub", `{"permanentKey":{"permanentKeyValue":"${hex}"},"opc":{"opcValue":"${hex}"}}`, "sub.json")], "fail"],
  ["SQL of a subscriber", [config("oai-db", `INSERT INTO AuthenticationSubscription (ueid, encPermanentKey) VALUES ('1', '${hex}')`, "oai_db.sql")], "fail"],
  ["an image digest", [config("versions", `amf: sha256:${hex + hex}\nkey: not-hex`)], "pass"],
  ["a git commit", [config("versions", `commit: ${hex}\nchecksum/config: ${hex + hex}`)], "pass"],
  ["UUIDs", [config("nrf", "nrf:\n  nfInstanceId: 01234567-89ab-cdef-0123-456789abcdef")], "pass"],
  ["a trace id list of bytes", [config("nrf", "bytes: 01 02 03 04 05 06")], "pass"],
  ["an SSH key", [config("x", pem.replace(/PRIVATE KEY/g, "OPENSSH PRIVATE KEY"), "id")], "fail"],
  ["PKCS#12 is out of sight", [object("v1", "ConfigMap", "x", { data: { "a.txt": "MIIabc" } })], "pass"],
]);

// prettier-ignore
answers("DP-03", [
  ["the password from a variable", [db("mongodb://$(USER):$(PASS)@mongo/open5gs?tls=true")], "pass"],
  ["an OR of both keys beside it", [config("udr", "configuration:\n  mongodb:\n    name: free5gc\n    url: mongodb://mongo:27017\n  sbi: {scheme: https}")], "fail"],
  ["mongodb in a comment", [config("udr", "udr:\n  sbi:\n    server:\n      - address: a # mongodb://x/y\n")], "pass"],
  ["a MySQL with an empty password", [networkFunction("udr"), networkFunction("mysql", { container: { image: "mysql:8", env: [{ name: "MYSQL_ALLOW_EMPTY_PASSWORD", value: "yes" }] } })], "fail"],
  ["bitnami's empty password", [networkFunction("udr"), networkFunction("mongodb", { container: { image: "bitnami/mongodb:7", env: [{ name: "ALLOW_EMPTY_PASSWORD", value: "yes" }] } })], "fail"],
  ["mongo with a root user", [networkFunction("udr"), networkFunction("mongodb", { container: { image: "mongo:7", env: [{ name: "MONGO_INITDB_ROOT_USERNAME", value: "r" }, { name: "MONGO_INITDB_ROOT_PASSWORD", valueFrom: { secretKeyRef: { name: "m", key: "p" } } }] } })], "pass"],
  ["mongo with an empty root password", [networkFunction("udr"), networkFunction("mongodb", { container: { image: "mongo:7", env: [{ name: "MONGO_INITDB_ROOT_PASSWORD", value: "" }] } })], "fail"],
  ["redis without a password", [networkFunction("udr"), networkFunction("redis", { container: { image: "redis:7", args: ["--protected-mode", "no"] } })], "fail"],
]);
