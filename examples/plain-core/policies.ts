import * as k8s from "@pulumi/kubernetes";
import { provider } from "./cluster";
import { namespace } from "./core";
import { ran } from "./network";

const options = { provider };
const place = namespace.metadata.name;
type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;

const pods = (name: string): Peer => ({ podSelector: { matchLabels: { app: name } } });
const dns = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};
const istiod = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "istio-system" } },
      podSelector: { matchLabels: { app: "istiod" } },
    },
  ],
  ports: [{ protocol: "TCP", port: 15012 }],
};

new k8s.networking.v1.NetworkPolicy(
  "default-deny",
  { metadata: { name: "default-deny", namespace: place }, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
  options,
);

interface Flow {
  readonly peer: Peer;
  readonly protocol: string;
  readonly port: number;
}

/** What 3GPP has a function talk to, and nothing else. */
function flows(name: string, ingress: readonly Flow[], egress: readonly Flow[]) {
  const rule = (key: "from" | "to") => (flow: Flow) => ({ [key]: [flow.peer], ports: [{ protocol: flow.protocol, port: flow.port }] });
  new k8s.networking.v1.NetworkPolicy(
    name,
    {
      metadata: { name, namespace: place },
      spec: {
        podSelector: { matchLabels: { app: name } },
        policyTypes: ["Ingress", "Egress"],
        ingress: ingress.map(rule("from")),
        egress: [...egress.map(rule("to")), dns, istiod],
      },
    },
    options,
  );
}

const sbi = (name: string): Flow => ({ peer: pods(name), protocol: "TCP", port: 8443 });
const pfcp = (name: string): Flow => ({ peer: pods(name), protocol: "UDP", port: 8805 });
const database = (name: string): Flow => ({ peer: pods(name), protocol: "TCP", port: 27017 });
const gnb = (protocol: string, port: number): Flow => ({ peer: { ipBlock: { cidr: ran } }, protocol, port });

const others = ["amf", "smf", "udm", "udr"];
flows("nrf", others.map(sbi), [...others.map(sbi), database("mongodb")]);
flows("amf", [gnb("SCTP", 38412), sbi("smf"), sbi("udm"), sbi("nrf")], [sbi("nrf"), sbi("smf"), sbi("udm")]);
flows("smf", [sbi("amf"), sbi("nrf"), pfcp("upf")], [sbi("nrf"), sbi("amf"), sbi("udm"), pfcp("upf")]);
flows("udm", [sbi("amf"), sbi("smf"), sbi("udr"), sbi("nrf")], [sbi("nrf"), sbi("amf"), sbi("udr")]);
flows("udr", [sbi("udm"), sbi("nrf")], [sbi("nrf"), sbi("udm"), database("mongodb")]);
flows("upf", [gnb("UDP", 2152), pfcp("smf")], [gnb("UDP", 2152), pfcp("smf")]);
flows("mongodb", [database("udr"), database("nrf")], []);
