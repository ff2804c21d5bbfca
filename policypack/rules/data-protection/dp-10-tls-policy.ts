/**
 * What fronts the SBI, exposure and management speaks TLS 1.2 or later with forward secrecy. A listener that names no policy gets
 * ELBSecurityPolicy-2016-08 outside the console (ELB User Guide, "Security policies"); an Istio Gateway takes TLS 1.2 and later unless told
 * otherwise (networking.istio.io/v1, ServerTLSSettings); MSK encrypts in transit unless told otherwise (MSK API, EncryptionInTransit).
 */

import { holdsCore } from "../../analysis/aws-network/core-vpcs";
import { declaredFunctions } from "../../analysis/aws-network/declared-function";
import { sbiProducers } from "../../analysis/mesh/sbi";
import {
  change,
  defineRule,
  type Evidence,
  fail,
  type RuleContext,
  seen,
  type Target,
  undetermined,
  type Verdict,
} from "../../engine/rule";
import { actionsOf, LISTENER_TYPES, LOAD_BALANCER_TYPES } from "../../model/aws/load-balancers";
import { resolve } from "../../model/aws/references";
import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, type Properties, resource, unknownValue } from "../../testing/build";

const CACHE = "aws:elasticache/replicationGroup:ReplicationGroup";
const KAFKA = "aws:msk/cluster:Cluster";
const CLASSIC = "aws:elb/loadBalancer:LoadBalancer";

const TYPES = [...LISTENER_TYPES, CLASSIC, CACHE, KAFKA];

const listeners: Target<Resource | KubernetesObject> = {
  description: `${TYPES.join(", ")}, networking.istio.io Gateway`,
  types: [...TYPES, "kubernetes:networking.istio.io/v1:Gateway"],
  subjects: (model) =>
    model.view === "resource" ? [] : [...TYPES.flatMap((type) => model.ofType(type)), ...model.objectsOf("networking.istio.io", "Gateway")],
  resource: (subject) => (subject instanceof Resource ? subject : subject.resource),
};

export default defineRule({
  id: "DP-10",
  name: "dp-10-tls-policy",
  title: "TLS policy: 1.2 minimum with forward secrecy, 1.3 preferred; no plaintext listeners",
  family: "data-protection",
  severity: "high",
  scope: "resource",
  since: "0.1.0",

  target: listeners,
  rationale:
    "Whoever stands on the path reads and changes what a plain listener takes, and stores what an old suite without forward secrecy protects until the key is theirs: tokens, subscriber data, the commands of operation.",
  remediation:
    "Use HTTPS or TLS listeners with sslPolicy ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09 or a later one, let an HTTP listener only redirect, set tls.minProtocolVersion TLSV1_2 or TLSV1_3 on gateways, and clientBroker TLS on Kafka.",
  standards: [
    { framework: "3GPP TS 33.210", ref: "6.2" },
    { framework: "3GPP TS 33.501", ref: "13.1.0" },
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "HARD-TLS",
      title: "Hardening: TLS 1.3, PKI certificates not self-signed",
    },
    { framework: "CIS EKS 1.8.0", ref: "5.4.5", title: "Encrypt traffic to HTTPS load balancers with TLS certificates (Manual)" },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.5.1", title: "HTTPS" },
    { framework: "NIST SP 800-53r5", ref: "SC-8(1)", title: "Transmission Confidentiality and Integrity | Cryptographic Protection" },
    { framework: "NIST SP 800-53r5", ref: "SC-13", title: "Cryptographic Protection" },
  ],
  breaks: [
    { id: "FGT1600.502", name: "Network Interfaces" },
    { id: "FGT1557.502", name: "Roaming And Interconnection" },
  ],

  remedy: { sets: "sslPolicy of HTTPS and TLS listeners to one of TLS 1.2 and 1.3 with forward secrecy alone." },
  *check(subject, context) {
    if (!(subject instanceof Resource)) return yield* gateway(subject, context);
    const core = coreOf(subject, context.model);
    if (core === "no") return;
    if (LISTENER_TYPES.includes(subject.type)) yield* listener(subject, core === "yes", context);
    else if (subject.type === CLASSIC) yield* classic(subject, core === "yes");
    else yield* inTransit(subject, core === "yes");
  },
  examples: () => ({
    pass: [
      { name: "TLS 1.3 and 1.2 with forward secrecy", resources: [core, https("ELBSecurityPolicy-TLS13-1-2-2021-06")] },
      { name: "TLS 1.3 alone", resources: [core, https("ELBSecurityPolicy-TLS13-1-3-2021-06")] },
      { name: "a FIPS policy", resources: [core, https("ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04")] },
      { name: "a post-quantum policy", resources: [core, https("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09")] },
      { name: "a listener that only redirects", resources: [core, http([redirect])] },
      { name: "a balancer that hands TCP to functions that ask for certificates", resources: [core, ...mutual, resource(LISTENER, "sbi", { protocol: "TCP", port: 443 })] },
      { name: "PFCP is no matter of TLS", resources: [core, resource(LISTENER, "n4", { protocol: "UDP", port: 8805 })] },
      { name: "a shop's listener", resources: [http([forward])] },
      { name: "a gateway that says nothing of versions", resources: [networkFunction("nef"), istio({ port: { number: 443, protocol: "HTTPS" }, tls: { mode: "MUTUAL" } })] },
      { name: "a gateway that redirects to HTTPS", resources: [networkFunction("nef"), istio({ port: { number: 80, protocol: "HTTP" }, tls: { httpsRedirect: true } })] },
    ],
    fail: [
      { name: "HTTP before the SBI", resources: [core, http([forward])] },
      { name: "a redirect that a rule goes around", resources: [core, http([redirect]), resource("aws:lb/listenerRule:ListenerRule", "api", { listenerArn: unknownValue(http([redirect])), actions: [forward] }, { listenerArn: [http([redirect])] })] },
      { name: "a redirect to HTTP", resources: [core, http([{ type: "redirect", redirect: { protocol: "HTTP", port: "8080", statusCode: "HTTP_301" } }])] },
      { name: "no policy", resources: [core, resource(LISTENER, "nef", { protocol: "HTTPS", port: 443 })] },
      { name: "suites without forward secrecy", resources: [core, https("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06")] },
      { name: "the same under FIPS", resources: [core, https("ELBSecurityPolicy-TLS13-1-2-Ext1-FIPS-2023-04")] },
      { name: "TLS 1.0", resources: [core, https("ELBSecurityPolicy-TLS13-1-0-2021-06")] },
      { name: "a listener that is called after the NEF", resources: [resource(LISTENER, "nef-api", { protocol: "HTTP", port: 80, defaultActions: [forward] })] },
      { name: "Kafka that also takes plaintext", resources: [core, resource(KAFKA, "nwdaf", { encryptionInfo: { encryptionInTransit: { clientBroker: "TLS_PLAINTEXT" } } })] },
      { name: "brokers in the clear among themselves", resources: [core, resource(KAFKA, "nwdaf", { encryptionInfo: { encryptionInTransit: { inCluster: false } } })] },
      { name: "a plain cache", resources: [core, resource(CACHE, "sessions", { engine: "redis" })] },
      { name: "a classic balancer with HTTP", resources: [core, resource(CLASSIC, "portal", { listeners: [{ lbProtocol: "http", lbPort: 80 }] })] },
      { name: "a gateway that takes TLS 1.0", resources: [networkFunction("nef"), istio({ port: { number: 443, protocol: "HTTPS" }, tls: { mode: "SIMPLE", minProtocolVersion: "TLSV1_0" } })] },
      { name: "a plain gateway", resources: [networkFunction("nef"), istio({ port: { number: 80, protocol: "HTTP" } })] },
      { name: "a roaming gateway below TLS 1.3 is advice", resources: [networkFunction("sepp"), istio({ port: { number: 443, name: "n32", protocol: "HTTPS" }, tls: { mode: "MUTUAL", minProtocolVersion: "TLSV1_2" } })] },
    ],
    undetermined: [
      { name: "a policy that the configuration brings", resources: [core, https(unknownValue())] },
      { name: "TCP to whoever is behind it", resources: [core, resource(LISTENER, "sbi", { protocol: "TCP", port: 443 })] },
    ],
  }),
}); // prettier-ignore

/** Whether a resource fronts the core: by its own name or tag, else by what is around it. */
function coreOf(item: Resource, model: CoreModel): "yes" | "maybe" | "no" {
  const balancer = resolve(model, item, item.props.get("loadBalancerArn"), LOAD_BALANCER_TYPES);
  const named = [item, ...(balancer.state === "resolved" ? [balancer.resource] : [])];
  if (named.some((one) => declaredFunctions(one).networkFunctions.length > 0)) return "yes";
  return model.ask(holdsCore);
}

/** Ports whose TCP is not HTTP: shells, names, routing, Diameter, databases (DP-04 judges those). */
const OTHER_PORTS = new Set([22, 53, 179, 3868, 5868, 3306, 5432, 6379, 27017, 9092, 9094]);

function* listener(item: Resource, core: boolean, context: RuleContext): Iterable<Verdict> {
  const protocol = item.props.get("protocol");
  const read = protocol.string();
  // A listener of an application load balancer must say; one of a gateway load balancer has none.
  if (read.state === "absent") return;
  if (read.state === "unknown") return yield open(item, protocol, "HTTPS or TLS");
  switch (read.value.toUpperCase()) {
    case "HTTP": {
      const actions = actionsOf(context.model, item).filter(serves);
      if (actions.length === 0) return;
      const known = actions.some((node) => node.isKnown && !node.get("type").isUnknown && !node.get("redirect", "protocol").isUnknown);
      return yield said(item, core && known, "takes plain HTTP", [
        seen(protocol, "HTTPS, or a redirect to HTTPS"),
        ...actions.map((node) => seen(node, "a redirect to HTTPS")),
      ]);
    }
    case "HTTPS":
    case "TLS":
      return yield* suites(item, core);
    case "TCP": {
      const port = valueOr(item.props.get("port").number(), 0);
      const producers = context.model.ask(sbiProducers);
      const mutual = producers.length > 0 && producers.every(({ native, mesh }) => native === "mutual" || mesh.answer === "strict");
      if (mutual || OTHER_PORTS.has(port)) return;
      if (port === 80) return yield said(item, core, "takes plain HTTP", [seen(protocol, "TLS")]);
      return yield open(item, protocol, "TLS, or functions behind it that ask for a client certificate");
    }
  }
}

/** Whether an action serves in plain HTTP, instead of redirecting to HTTPS. */
function serves(action: Node): boolean {
  const type = valueOr(action.get("type").string(), "");
  // Left out, a redirect keeps the protocol that the caller used (ELB API, RedirectActionConfig).
  if (type === "redirect") return valueOr(action.get("redirect", "protocol").string(), "").toUpperCase() !== "HTTPS";
  return type !== "fixed-response";
}

const GOOD = /^ELBSecurityPolicy-(TLS13-1-3-|TLS13-1-2-|FS-1-2-Res-)/;
const WITHOUT_FORWARD_SECRECY = /-Ext[12]-/;

function* suites(item: Resource, core: boolean): Iterable<Verdict> {
  const policy = item.props.get("sslPolicy");
  const read = policy.string();
  const expected = "ELBSecurityPolicy-TLS13-1-2-Res-* or TLS13-1-3-*";
  if (read.state === "unknown") return yield open(item, policy, expected);
  if (read.state === "known" && GOOD.test(read.value) && !WITHOUT_FORWARD_SECRECY.test(read.value)) return;
  yield {
    ...said(item, core, "takes TLS suites without forward secrecy or versions before 1.2", [seen(policy, expected)]),
    changes: change(policy, "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"),
  };
}

function* classic(item: Resource, core: boolean): Iterable<Verdict> {
  const listeners = item.props.get("listeners");
  const protocols = listeners.items().map((entry) => entry.get("lbProtocol"));
  const plain = protocols.filter((node) => valueOr(node.string(), "").toLowerCase() === "http").map((node) => seen(node, "https or ssl"));
  if (plain.length > 0) return yield said(item, core, "takes plain HTTP", plain);
  const unknown = [listeners, ...protocols].find((node) => node.isUnknown);
  if (unknown !== undefined) yield open(item, unknown, "https or ssl");
}

function* inTransit(item: Resource, core: boolean): Iterable<Verdict> {
  const transit = item.props.get("encryptionInfo", "encryptionInTransit");
  const switches: readonly (readonly [Node, (node: Node) => boolean | undefined, unknown])[] =
    item.type === CACHE
      ? [[item.props.get("transitEncryptionEnabled"), (node) => booleanOf(node, false), true]]
      : [
          [transit.get("clientBroker"), (node) => (node.isUnknown ? undefined : valueOr(node.string(), "TLS") === "TLS"), "TLS"],
          [transit.get("inCluster"), (node) => booleanOf(node, true), true],
        ];
  const wrong = switches.filter(([node, right]) => right(node) === false).map(([node, , expected]) => seen(node, expected));
  if (wrong.length > 0) return yield said(item, core, "takes connections in the clear", wrong);
  const unknown = switches.find(([node, right]) => right(node) === undefined);
  if (unknown !== undefined) yield open(item, unknown[0], unknown[2]);
}

function booleanOf(node: Node, otherwise: boolean): boolean | undefined {
  const read = node.boolean();
  return read.state === "unknown" ? undefined : read.state === "known" ? read.value : otherwise;
}

function* gateway(item: KubernetesObject, context: RuleContext): Iterable<Verdict> {
  if (context.model.ask(holdsCore) !== "yes") return;
  const functions = context.model
    .workloadsIn(item.namespace)
    .flatMap((workload) => context.model.classification(workload).networkFunctions);
  for (const server of item.spec.get("servers").items()) {
    const protocol = server.get("port", "protocol");
    const name = `${valueOr(server.get("port", "name").string(), "")} ${item.name}`;
    const number = String(valueOr(server.get("port", "number").number(), server.path));
    const minimum = server.get("tls", "minProtocolVersion");
    const version = valueOr(minimum.string(), "");
    if (protocol.isUnknown) yield open(item.resource, protocol, "HTTPS", number);
    else if (/^(HTTP|HTTP2|GRPC|GRPC-WEB)$/i.test(valueOr(protocol.string(), ""))) {
      const redirect = server.get("tls", "httpsRedirect");
      if (redirect.isUnknown) yield open(item.resource, redirect, true, number);
      else if (!valueOr(redirect.boolean(), false))
        yield said(item.resource, true, `takes plain HTTP on port ${number}`, [seen(protocol, "HTTPS, or tls.httpsRedirect")], number);
    } else if (minimum.isUnknown) {
      yield open(item.resource, minimum, "TLSV1_2 or TLSV1_3", number);
    } else if (version === "TLSV1_0" || version === "TLSV1_1") {
      yield said(item.resource, true, `takes TLS before 1.2 on port ${number}`, [seen(minimum, "TLSV1_2 or TLSV1_3")], number);
    } else if (version !== "TLSV1_3" && (/n32|sepp/i.test(name) || (functions.length > 0 && functions.every((id) => id === "SEPP")))) {
      yield {
        ...said(item.resource, true, `takes TLS before 1.3 on N32 (port ${number})`, [seen(minimum, "TLSV1_3")], number),
        interfaces: ["N32"],
        advisory: true,
      };
    }
  }
}

function said(item: Resource, certain: boolean, what: string, evidence: readonly Evidence[], cause = ""): Verdict {
  return (certain ? fail : undetermined)({
    message: `${titleOf(item)} ${certain ? "" : "may front a core, and "}${what}: whoever is on the path reads and changes what passes (Network Interfaces).`,
    evidence,
    cause,
  });
}

function open(item: Resource, node: Node, expected: unknown, cause = ""): Verdict {
  return undetermined({
    message: `Whether ${titleOf(item)} speaks TLS 1.2 or later with forward secrecy to the end cannot be seen here.`,
    evidence: [seen(node, expected)],
    cause,
  });
}

function titleOf(item: Resource): string {
  const kind = item.type.split(":").at(-1) ?? "";
  const names: { readonly [type: string]: string } = {
    [CACHE]: "ElastiCache group",
    [KAFKA]: "Kafka cluster",
    [CLASSIC]: "Classic load balancer",
  };
  return `${names[item.type] ?? kind} ${item.name}`;
}

const LISTENER = "aws:lb/listener:Listener";
const core = resource("aws:ec2/vpc:Vpc", "core", { tags: { "carrierguard.dev/zone": "control" } });
const forward: Properties = { type: "forward", targetGroupArn: "arn:aws:elasticloadbalancing:x:1:targetgroup/a/1" };
const redirect: Properties = { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } };
const mutual = [
  object("v1", "ConfigMap", "nrf", {
    data: {
      "nrf.yaml":
        "nrf: {default: {tls: {server: {scheme: https, private_key: /k, cert: /c, verify_client: true}}}, sbi: {server: [{address: 0.0.0.0, port: 443}]}}",
    },
  }),
  networkFunction("nrf", { pod: { volumes: [{ name: "c", configMap: { name: "nrf" } }] } }),
];
function https(sslPolicy: Properties[string]) {
  return resource(LISTENER, "nef", { protocol: "HTTPS", port: 443, sslPolicy });
}
function http(defaultActions: readonly Properties[]) {
  return resource(LISTENER, "http", { protocol: "HTTP", port: 80, defaultActions });
}
function istio(server: Properties) {
  return object("networking.istio.io/v1", "Gateway", "edge", {
    spec: { selector: { istio: "ingressgateway" }, servers: [{ hosts: ["*"], ...server }] },
  });
}
