/**
 * open5gs. Up to 2.6 a function's `sbi` is a list and TLS stands in a top-level `sbi`; from 2.7 it is `sbi.server` and
 * `sbi.client`, TLS in `<nf>.default.tls` or on each server. Without either, SBI is plain HTTP.
 * Source: open5gs configs/open5gs/*.yaml.in and the comments in them.
 */

import { type Node, valueOr } from "../../model/value";
import { networkFunctionNamed } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";
import { type Answer, answer, encrypted, type Facts, type Peer, type Reader, type SbiServer, type Verification } from "./configuration";
import type { ConfigText } from "./texts";

const SECTIONS = [
  "amf", "smf", "upf", "nrf", "scp", "sepp", "ausf", "udm", "udr", "pcf", "bsf", "nssf", "hss", "pcrf", "mme", "sgwc", "sgwu",
]; // prettier-ignore

/** Keys that make a section more than the address of a peer. */
const OWN = [
  "ngap",
  "pfcp",
  "gtpu",
  "gtpc",
  "s1ap",
  "security",
  "hnet",
  "session",
  "freeDiameter",
  "serving",
  "n32",
  "info",
  "nsi",
  "guami",
  "subnet",
  "default",
  "db_uri",
];

export const open5gs: Reader = {
  product: "open5gs",
  recognises: (body) => SECTIONS.some((name) => body.get(name).kind() === "object"),
  read(body, text) {
    const own = ownSections(body, text);
    const sections = own.map((name) => body.get(name));
    return {
      networkFunctions: own.flatMap((name): NetworkFunctionId[] => {
        const nf = networkFunctionNamed(name);
        return nf === undefined ? [] : [nf.id];
      }),
      servers: sections.flatMap((section) => servers(section, body)),
      peers: sections.flatMap(peers),
      verifications: sections.flatMap((section) => verifications(section, body)),
      oauth: undefined,
      integrity: sections.map((section) => section.get("security", "integrity_order")).filter((node) => !node.isAbsent),
      ciphering: sections.map((section) => section.get("security", "ciphering_order")).filter((node) => !node.isAbsent),
      suci: suci(sections),
      loggers: loggers(body),
    } satisfies Facts;
  },
};

/** The function's own section; in files up to 2.6 the others only name peers. */
function ownSections(body: Node, text: ConfigText): string[] {
  const present = SECTIONS.filter((name) => body.get(name).kind() === "object");
  const named = present.filter(
    (name) => text.key.toLowerCase().startsWith(name) || text.object.name.endsWith(`-${name}`) || text.object.name === name,
  );
  if (named.length > 0) return named;
  const full = present.filter((name) => isOwn(body.get(name)));
  return full.length > 0 ? full : present;
}

function isOwn(section: Node): boolean {
  if (
    OWN.some((key) => !section.get(key).isAbsent) ||
    ["server", "client", "dev"].some((key) => section.get("sbi").kind() === "object" && !section.get("sbi", key).isAbsent)
  )
    return true;
  // A peer of a 2.6 file is told by name or address; a server of its own by device.
  return section
    .get("sbi")
    .items()
    .some((item) => !item.get("dev").isAbsent);
}

function servers(section: Node, body: Node): SbiServer[] {
  const sbi = section.get("sbi");
  // A single server may stand without a list; so may that of a 2.6 file.
  const old = sbi.kind() === "list" || !(sbi.get("addr").isAbsent && sbi.get("dev").isAbsent && sbi.get("name").isAbsent);
  const list = oneOrMore(old ? sbi : sbi.get("server"));
  const found = list.map((server) => (old ? oldServer(server, body) : newServer(server, section, "SBI")));
  const n32 = oneOrMore(section.get("n32", "server")).map((server) => newServer(server, section, "N32"));
  return [...found, ...n32];
}

function oneOrMore(node: Node): readonly Node[] {
  return node.kind() === "object" ? [node] : node.items();
}

function newServer(server: Node, section: Node, place: SbiServer["interface"]): SbiServer {
  const standard = section.get("default", "tls", "server");
  const own = server.get("scheme");
  const scheme = own.isAbsent ? standard.get("scheme") : own;
  const tls = scheme.isAbsent ? byCertificate(server, standard) : encrypted(scheme);
  const ownVerify = server.get("verify_client");
  const verify = ownVerify.isAbsent ? standard.get("verify_client") : ownVerify;
  return {
    node: scheme.isAbsent ? server : scheme,
    encrypted: tls,
    verifiesClients: verify.isAbsent ? "no" : answer(verify),
    verification: verify,
    port: valueOr(server.get("port").number(), undefined),
    interface: place,
  };
}

/** N32 servers with a key and certificate of their own, and no scheme, are HTTPS. */
function byCertificate(server: Node, standard: Node): Answer {
  if (server.isUnknown || standard.isUnknown) return "unknown";
  const certificate = (node: Node): boolean => node.get("private_key").isKnown && node.get("cert").isKnown;
  return certificate(server) ? "yes" : "no";
}

function oldServer(server: Node, body: Node): SbiServer {
  const global = body.get("sbi", "server");
  const off = global.get("no_tls");
  const own = server.get("tls");
  const certified = own.get("key").isKnown || (global.get("key").isKnown && global.get("cert").isKnown);
  const tls: Answer = own.get("key").isKnown
    ? "yes"
    : off.isKnown && answer(off) !== "no"
      ? answer(off) === "yes"
        ? "no"
        : "unknown"
      : certified
        ? "yes"
        : "no";
  const verify = global.get("verify_client");
  return {
    node: off.isKnown ? off : server,
    encrypted: tls,
    verifiesClients: verify.isAbsent ? "no" : answer(verify),
    verification: verify,
    port: valueOr(server.get("port").number(), undefined),
    interface: "SBI",
  };
}

function peers(section: Node): Peer[] {
  const of = (client: Node, place: Peer["interface"]): Peer[] =>
    client.fields().flatMap(([, list]) =>
      oneOrMore(list).flatMap((item) => {
        const uris = [item.get("uri"), item.get("n32f", "uri")].filter((uri) => !uri.isAbsent);
        return uris.map((uri) => ({ node: uri, encrypted: encrypted(uri), interface: place }));
      }),
    );
  return [...of(section.get("sbi", "client"), "SBI"), ...of(section.get("n32", "client"), "N32")];
}

function verifications(section: Node, body: Node): Verification[] {
  const switches = [
    section.get("default", "tls", "client"),
    body.get("sbi", "client"),
    ...oneOrMore(section.get("sbi", "client", "nrf")),
    ...oneOrMore(section.get("sbi", "client", "scp")),
  ];
  return switches.flatMap((holder) => {
    const node = holder.get("insecure_skip_verify");
    return node.isAbsent ? [] : [{ node, skipped: answer(node) }];
  });
}

function suci(sections: readonly Node[]): Facts["suci"] {
  const list = sections.map((section) => section.get("hnet")).find((node) => !node.isAbsent);
  return list === undefined ? undefined : { list, schemes: list.items().map((item) => item.get("scheme")) };
}

function loggers(body: Node): Facts["loggers"] {
  const node = body.get("logger");
  if (node.isAbsent) return [];
  const file = node.get("file");
  // Up to 2.6 a path, from 2.7 a map with a path.
  return [{ node, enable: node.get("enable"), level: node.get("level"), file: file.kind() === "object" ? file.get("path") : file }];
}
