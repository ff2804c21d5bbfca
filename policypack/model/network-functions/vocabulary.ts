/** The words by which images, labels and names tell what a workload is. Source: topology `nameMatchers`, and the names that public charts use. */

import { topology } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";
import { perText } from "../answers";

export type Category = "nf" | "ran" | "datastore" | "management" | "support";

export interface Word {
  readonly category: Category;
  /** For category `nf`. */
  readonly networkFunction?: NetworkFunctionId;
  /** Means something else outside telecoms: counts only with a core around it. */
  readonly ambiguous?: boolean;
  /** Says something only where no network function is named beside it (an UPF on SR-IOV is still an UPF). */
  readonly weak?: boolean;
}

/** Functions of the topology that are no network function of the core for an inventory. */
const OTHER_ROLES: { readonly [id: string]: Category } = { "SUBSCRIBER-DB": "datastore", GNB: "ran", OAM: "management" };

/** Too short to mean a function without the explicit label (topology, identification). */
const LABEL_ONLY = new Set<NetworkFunctionId>(["AF", "SEG"]);

const AMBIGUOUS = new Set([
  "scp", "pcf", "bsf", "nef", "hss", "chf", "udr", "udm", "mme", "lmf", "sepp", "smf", "dea", "dra", "eir", "edns", "pgw", "mdf", "admf", "gmlc",
]); // prettier-ignore

const WORDS: { readonly [category in Exclude<Category, "nf">]: readonly string[] } = {
  ran: [
    "gnb", "gnodeb", "enb", "enodeb", "ue", "ues", "nrue", "ueransim", "srsran", "srsue", "srsenb", "packetrusher", "cucp", "cuup", "cu", "du", "ru", "gnbsim", "ransim",
    "my5gran", "my5grantester", "ran", "oran", "nearrtric", "ric", "flexric", "e2sim", "xapp", "n3iwue", "uesim", "ransimulator", "bbu", "rru",
  ],
  datastore: [
    "mongo", "mongodb", "mysql", "mariadb", "postgres", "postgresql", "pgsql", "redis", "valkey", "keydb", "cassandra", "scylla", "etcd", "subscriberdb", "db", "database", "cache", "influxdb",
    "memcached", "cockroachdb", "couchbase", "clickhouse", "elasticsearch", "opensearch", "minio", "percona", "galera", "aerospike", "voltdb", "ferretdb", "dragonfly",
  ],
  management: [
    "webui", "webconsole", "nms", "portal", "gui", "dashboard", "ems", "webapp", "console", "roc", "orc8r", "orchestrator", "onos", "mongoexpress", "phpmyadmin",
    "pgadmin", "adminer", "rediscommander", "kibana",
  ],
  support: [
    "populate", "populator", "dbctl", "dbpython", "dbinit", "provision", "provisioner", "provisioning", "exporter", "operator", "autoscaler", "adapter", "proxy", "plugin",
    "iperf", "iperf3", "traffic", "trafficgen", "test", "tests", "tester", "init", "migrate", "migration", "seed", "backup", "cleanup", "hook", "import",
    "importer", "loader", "simapp", "simulator", "client", "cli", "prometheus", "grafana", "loki", "jaeger", "fluentd", "fluentbit", "collector", "monitor", "kafka",
    "zookeeper", "rabbitmq", "nginx", "sctplb", "metricfunc", "loadbalancer", "certgen", "certs",
    "tcpdump", "pcap", "netshoot", "kubectl", "curl", "ingress", "controller", "scheduler", "device",
  ],
}; // prettier-ignore

const WEAK = ["sriov", "cni", "multus", "nginx", "controller", "console", "portal", "device", "monitor", "ran", "cu", "du", "ru"];

/** Names of combined and renamed functions in public charts. */
const ALIASES: { readonly [word: string]: NetworkFunctionId } = {
  spgwu: "SGW-U",
  spgwc: "SGW-C",
  nrfd: "NRF",
  upfd: "UPF",
  ncn3iwf: "N3IWF",
  "5geir": "5G-EIR",
  upfa: "UPF",
  upfb: "UPF",
  upfc: "UPF",
  upfu: "UPF",
};

const DECORATIONS = [
  "free5gc",
  "open5gs",
  "oai",
  "5gc",
  "psa",
  "ulcl",
  "bp",
  "anchor",
  "edge",
  "core",
  "cnf",
  "5g",
  "a",
  "b",
  "i",
  "c",
  "v",
  "h",
];

const words = new Map<string, Word>();
for (const [category, list] of Object.entries(WORDS) as [Exclude<Category, "nf">, readonly string[]][]) {
  for (const word of list) words.set(word, { category, weak: WEAK.includes(word) });
}
for (const word of WEAK) if (!words.has(word)) words.set(word, { category: "support", weak: true });
for (const nf of topology.nfs) {
  if (LABEL_ONLY.has(nf.id)) continue;
  const category = OTHER_ROLES[nf.id];
  for (const matcher of nf.nameMatchers) {
    const word = matcher.replace(/-/g, "");
    if (category === undefined) words.set(word, { category: "nf", networkFunction: nf.id, ambiguous: AMBIGUOUS.has(word) });
    else if (!words.has(word)) words.set(word, { category });
  }
}
for (const [word, networkFunction] of Object.entries(ALIASES)) words.set(word, { category: "nf", networkFunction });

/** Splits at everything that is no letter or digit, and inside camelCase. */
export function tokens(text: string): string[] {
  return text
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((token) => token !== "");
}

/** The word a token stands for: as it is, then without counting digits, a daemon's `d`, and decorations in front. */
function lookUp(token: string): Word | undefined {
  for (const form of [token, token.replace(/\d+$/, "")]) {
    const word = words.get(form) ?? undaemon(form);
    if (word !== undefined) return word;
    for (const decoration of DECORATIONS) {
      // What is left must be a function: "cnef" may hold one, "itest" does not hold a test.
      const rest = form.startsWith(decoration) ? form.slice(decoration.length) : "";
      const inner = rest.length >= 3 ? (words.get(rest) ?? undaemon(rest)) : undefined;
      if (inner?.category === "nf") return inner;
    }
  }
  return undefined;
}

function undaemon(form: string): Word | undefined {
  const word = form.endsWith("d") ? words.get(form.slice(0, -1)) : undefined;
  return word?.category === "nf" ? word : undefined;
}

/** The words of a text in their order; two neighbouring tokens may make one (`sgw-c`, `nr-ue`). */
const wordsIn = perText((text): readonly Word[] => {
  const list = tokens(text);
  const found: Word[] = [];
  for (let index = 0; index < list.length; index += 1) {
    const token = list[index] ?? "";
    const pair = words.get(token + (list[index + 1] ?? " "));
    if (pair !== undefined) {
      found.push(pair);
      index += 1;
      continue;
    }
    const word = lookUp(token);
    if (word !== undefined) found.push(word);
  }
  return found;
}, 20_000);

/** What a name says: its last word, where weak words give way to a network function. */
export const told = perText((text): Word | undefined => {
  const list = wordsIn(text);
  const strong = list.filter((word) => word.weak !== true);
  return strong.at(-1) ?? list.at(-1);
}, 20_000);

/** The different network functions that a text names. */
export const functionsNamed = perText((text): readonly NetworkFunctionId[] => {
  const ids = wordsIn(text).flatMap((word) => (word.networkFunction === undefined ? [] : [word.networkFunction]));
  return [...new Set(ids)];
}, 20_000);

const TELECOM =
  /(^|[^a-z0-9])(5g|5gc|5gcn|5gsa|5gcore|lte|epc|3gpp|open5gs|free5gc|nextepc|oai|oaisoftwarealliance|oai-5g|sdcore|sd-core|aether|omec|omecproject|magma|towards5gs|ueransim|srsran|gnb|pfcp|gtp|gtpu|gtp5g|ngap|plmn|telco|telecom|nssai|upf|amf|ausf|nrf|nssf|n3iwf)(d?\d*)([^a-z0-9]|$)/;

/** Whether a text (a name, an image, a label) speaks of a mobile core. */
export const speaksTelecom = perText((text) => TELECOM.test(text.toLowerCase()), 20_000);

const PRODUCTS = /(^|[^a-z0-9])(open5gs|free5gc|nextepc|oai-cn5g|5gc|5g-core|core5g|5gcore|srsepc|sdcore|magma)([^a-z0-9]|$)/;
const WHOLE = /(^|[^a-z0-9])(aio|all-?in-?one|standalone|full|complete|mono(lith)?)([^a-z0-9]|$)/;

/** Whether a text names a whole core product; `whole` where it also says that everything is in one. */
export function product(text: string): "no" | "product" | "whole" {
  const lower = text.toLowerCase();
  if (!PRODUCTS.test(lower)) return "no";
  return WHOLE.test(lower) ? "whole" : "product";
}
