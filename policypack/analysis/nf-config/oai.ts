/**
 * OpenAirInterface CN5G: one file for all functions (`nfs.<nf>.sbi`), or one a function. Its SBI has no TLS to switch on.
 * Source: oai-cn5g-fed docker-compose/conf/*.yaml.
 */

import { type Node, valueOr } from "../../model/value";
import { networkFunctionNamed } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";
import { type Answer, answer, type Facts, type Reader, type SbiServer } from "./configuration";

export const oai: Reader = {
  product: "oai",
  recognises: (body) => body.get("nfs").kind() === "object",
  read(body) {
    const sections = body.get("nfs").fields();
    const amf = body.get("amf");
    const lists = (names: readonly string[]): Node[] => names.map((name) => amf.get(name)).filter((node) => !node.isAbsent);
    return {
      networkFunctions: sections.flatMap(([name]): NetworkFunctionId[] => {
        const nf = networkFunctionNamed(name);
        return nf === undefined ? [] : [nf.id];
      }),
      servers: sections
        .filter(([, section]) => section.get("sbi").kind() === "object")
        .map(([, section]) => server(section.get("sbi"), body)),
      peers: [],
      verifications: [],
      oauth: undefined,
      integrity: lists(["supported_integrity_algorithms"]),
      ciphering: lists(["supported_encryption_algorithms"]),
      suci: undefined,
      loggers: loggers(body),
    } satisfies Facts;
  },
};

function server(sbi: Node, body: Node): SbiServer {
  const https = [sbi.get("use_https"), sbi.get("https"), body.get("use_https"), body.get("enable_https")].find((node) => !node.isAbsent);
  const tls: Answer = https === undefined ? "no" : answer(https);
  return {
    node: https ?? sbi,
    encrypted: tls,
    verifiesClients: "no",
    verification: undefined,
    port: valueOr(sbi.get("port").number(), undefined),
    interface: "SBI",
  };
}

function loggers(body: Node): Facts["loggers"] {
  const node = body.get("log_level");
  if (node.isAbsent) return [];
  const levels = node.kind() === "object" ? node.fields().map(([, level]) => level) : [node];
  return levels.map((level) => ({ node: level, enable: body.get("log_enable"), level, file: body.get("log_file") }));
}
