/**
 * free5GC and SD-Core, which descends from it: everything below `configuration`; `sbi.scheme`, the NRF's `sbi.oauth`,
 * `nrfUri`, `security`, `SuciProfile`. Neither can ask its callers for a certificate.
 * Source: free5gc-compose config/*.yaml, omec-project charts.
 */

import { type Node, valueOr } from "../../model/value";
import { topology } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";
import { functionsNamed } from "../../model/network-functions/vocabulary";
import { answer, below, encrypted, type Facts, type Peer, type Product, type Reader, type SbiServer } from "./configuration";
import type { ConfigText } from "./texts";

function reader(product: Product, recognises: (body: Node) => boolean): Reader {
  return { product, recognises, read: facts };
}

const isFree5gcFamily = (body: Node): boolean =>
  body.get("configuration").kind() === "object" ||
  (body.get("pfcp").kind() === "object" && body.get("gtpu").kind() === "object" && !body.get("dnnList").isAbsent);

/** SD-Core's files carry its own web console, or log levels by module. */
const isSdCore = (body: Node): boolean => {
  const configuration = body.get("configuration");
  return (
    !configuration.get("webuiUri").isAbsent ||
    !configuration.get("enableNrfCaching").isAbsent ||
    !configuration.get("debugProfilePort").isAbsent ||
    ["AMF", "SMF", "NRF", "AUSF", "UDM", "UDR", "PCF", "NSSF"].some((name) => body.get("logger", name).kind() === "object")
  );
};

export const sdCore = reader("sd-core", (body) => isFree5gcFamily(body) && isSdCore(body));
export const free5gc = reader("free5gc", isFree5gcFamily);

function facts(body: Node, text: ConfigText): Facts {
  const configuration = body.get("configuration");
  const networkFunctions = functions(configuration, text);
  const security = configuration.get("security");
  const profiles = configuration.get("SuciProfile");
  const isUdm = networkFunctions.includes("UDM");
  return {
    networkFunctions,
    servers: servers(configuration),
    peers: peers(configuration),
    // Files without such a word are not walked through for it.
    verifications: /skip/i.test(text.text ?? "") ? verifications(configuration) : [],
    oauth: networkFunctions.includes("NRF") && networkFunctions.length === 1 ? oauth(configuration) : undefined,
    integrity: [security.get("integrityOrder")].filter((node) => !node.isAbsent),
    ciphering: [security.get("cipheringOrder")].filter((node) => !node.isAbsent),
    suci: isUdm || !profiles.isAbsent ? suci(configuration) : undefined,
    loggers: loggers(body),
  };
}

function verifications(configuration: Node): Facts["verifications"] {
  return below(configuration)
    .flatMap((node) => [node.get("insecureSkipVerify"), node.get("insecure_skip_verify"), node.get("skipTlsVerify")])
    .filter((node) => node.isKnown && node.kind() !== "object")
    .map((node) => ({ node, skipped: answer(node) }));
}

/** By the services it serves, else by the names of the file and its object. */
function functions(configuration: Node, text: ConfigText): readonly NetworkFunctionId[] {
  const services = configuration
    .get("serviceNameList")
    .items()
    .map((item) => valueOr(item.kind() === "object" ? item.get("serviceName").string() : item.string(), ""));
  const producers = topology.nfs.filter((nf) => nf.services.some((service) => services.includes(service))).map((nf) => nf.id);
  if (producers.length > 0) return producers;
  const file = functionsNamed(text.key.replace(/\.[a-z]+$/i, "").replace(/(cfg|conf|config)$/i, ""));
  return file.length > 0 ? file : functionsNamed(text.object.name).slice(-1);
}

function servers(configuration: Node): SbiServer[] {
  const sbi = configuration.get("sbi");
  if (sbi.kind() !== "object") return [];
  const scheme = sbi.get("scheme");
  return [
    {
      node: scheme.isAbsent ? sbi : scheme,
      // Without a scheme both products serve plain HTTP.
      encrypted: scheme.isAbsent ? "no" : encrypted(scheme),
      verifiesClients: "no",
      verification: undefined,
      port: valueOr(sbi.get("port").number(), undefined),
      interface: "SBI",
    },
  ];
}

function peers(configuration: Node): Peer[] {
  return below(configuration).flatMap((node): Peer[] => {
    if (!/uri$/i.test(node.name) || node.kind() !== "string") return [];
    const tls = encrypted(node);
    return tls === "unknown" ? [] : [{ node, encrypted: tls, interface: "SBI" }];
  });
}

function oauth(configuration: Node): Facts["oauth"] {
  const node = configuration.get("sbi", "oauth");
  return { node, on: node.isAbsent ? "no" : answer(node) };
}

function suci(configuration: Node): Facts["suci"] {
  const list = configuration.get("SuciProfile");
  return { list, schemes: list.items().map((item) => item.get("ProtectionScheme")) };
}

function loggers(body: Node): Facts["loggers"] {
  const top = body.get("logger");
  if (top.isAbsent) return [];
  const modules = top
    .fields()
    .filter(([, child]) => child.kind() === "object")
    .map(([, child]) => child);
  const all = !top.get("level").isAbsent || !top.get("enable").isAbsent || modules.length === 0 ? [top] : modules;
  return all.map((node) => {
    const level = node.get("level");
    return { node, enable: node.get("enable"), level: level.isAbsent ? node.get("debugLevel") : level, file: node.get("file") };
  });
}
