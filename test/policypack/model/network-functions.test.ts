/** Classification of workloads by the names that vendors give them, and of those that only sound like network functions. */

import { answers, Row, stack } from "./classified";

it("knows names as vendors write them", () => {
  // prettier-ignore
  stack([
    ["vendor-amf-0", {}, "AMF"],
    ["nrf-primary", {}, "NRF"],
    ["amf-region1-statefulset", {}, "AMF"],
    ["upf-c", {}, "UPF"],
    ["upf-u", {}, "UPF"],
    ["aupf", {}, "UPF"],
    ["cnf-smf-pod", {}, "SMF"],
    ["SmfService", {}, "SMF"],
    ["udm-sdm", {}, "UDM"],
    ["udm-ueau", {}, "UDM"],
    ["amf-cp", {}, "AMF"],
    ["smf-session-db", { image: "redis:7" }, "datastore"],
    ["amf-redis", { image: "redis:7" }, "datastore"],
    ["amf-metrics-exporter", {}, "support"],
    ["nrf-discovery", {}, "NRF"],
    ["ausf-auth", {}, "AUSF"],
    ["pcf-sm-policy", {}, "PCF"],
    ["nssf-main", {}, "NSSF"],
    ["amf", { image: ["vendor/amf:1", "fluent/fluent-bit:3", "docker.io/istio/proxyv2:1.22"] }, "AMF"],
    ["upf-dataplane", { image: ["vendor/dp:1", "vendor/upf-exporter:1"] }, "UPF"],
  ]);
});

it("knows the RAN and its simulators", () => {
  // prettier-ignore
  stack([
    ["srsran-gnb", { image: "srsran/gnb:24" }, "ran"],
    ["srs-cu-cp", { image: "softwareradiosystems/srsran-project:1" }, "ran"],
    ["srsenb", { image: "srsran/4g:1" }, "ran"],
    ["packetrusher", { image: "hewlettpackard/packetrusher:1" }, "ran"],
    ["my5g-rantester", { image: "my5grantester/my5g-rantester:1" }, "ran"],
    ["ueransim", { image: "gradiant/ueransim:3", ports: [[38412, "SCTP"]] }, "ran"],
    ["gnb-0", { ports: [[2152, "UDP"]] }, "ran"],
    ["ue-sim", {}, "ran"],
    ["amf", { image: "free5gc/amf:1" }, "AMF"],
    ["near-rt-ric", { image: "oran/ric:1" }, "ran"],
  ]);
});

it("sees a whole core in one pod", () => {
  const whole = "AMF+SMF+UPF+AUSF+UDM+UDR+PCF+NRF";
  stack([["open5gs", { image: "gradiant/open5gs-aio:2.7" }, whole]]);
  stack([["open5gs-all-in-one", { image: "registry.example/x:1" }, whole]]);
  stack([["open5gs", { image: "docker_open5gs", ports: [[38412, "SCTP"], [2152, "UDP"]] }, whole]]); // prettier-ignore
  stack([["core", { image: ["gradiant/amf:1", "gradiant/smf:1", "gradiant/upf:1"] }, "AMF+SMF+UPF"]]);
  stack([["core", { image: "registry.example/open5gs:1", command: ["sh", "-c", "open5gs-nrfd & open5gs-amfd & open5gs-smfd & open5gs-upfd"] }, "AMF+SMF+UPF+NRF"]]); // prettier-ignore
});

const harmless: readonly Row[] = [
  ["smf-exporter", { image: "ibm/zos-smf-exporter:1" }, "support"],
  ["smf", { image: "registry.example/zos/smf:1" }, "unknown"],
  ["pcf-broker", { image: "pivotal/pcf-broker:2" }, "unknown"],
  ["scp-job", { image: "alpine/scp:1" }, "unknown"],
  ["unifi-udm-exporter", { image: "unpoller/udm:1" }, "support"],
  ["nef-converter", { image: "photo/nef:1" }, "unknown"],
  ["bsf-api", { image: "registry.example/bank/bsf-api:1" }, "unknown"],
  ["ru-locale", { image: "registry.example/i18n/ru:1" }, "ran"],
];

it("is not taken in by look-alikes without a core around", () => {
  for (const [name, pod] of harmless) {
    const [answer = ""] = answers([{ name, ...pod, namespace: "shop" }]);
    expect([name, /: (ran|support|management|datastore|unknown|other)$/.test(answer)]).toEqual([name, true]);
  }
});

it("keeps platform software out of the core", () => {
  const others: readonly [string, string][] = [
    ["istiod", "docker.io/istio/pilot:1.22"],
    ["istio-ingressgateway", "auto"],
    ["postgres-operator", "zalando/postgres-operator:1"],
    ["redis", "redis:7"],
    ["nginx", "nginx:1"],
    ["argocd-server", "quay.io/argoproj/argocd:v2"],
    ["argo-rollouts", "quay.io/argoproj/argo-rollouts:v1"],
    ["wordpress", "wordpress:6"],
    ["prometheus-server", "prom/prometheus:v2"],
    ["grafana", "grafana/grafana:11"],
    ["strimzi-cluster-operator", "quay.io/strimzi/operator:0.40"],
    ["core-kafka", "quay.io/strimzi/kafka:0.40"],
    ["multus", "ghcr.io/k8snetworkplumbingwg/multus-cni:v4"],
    ["sriov-device-plugin", "ghcr.io/k8snetworkplumbingwg/sriov-network-device-plugin:v3"],
    ["cert-manager", "quay.io/jetstack/cert-manager-controller:v1"],
    ["external-secrets", "ghcr.io/external-secrets/external-secrets:v0.9"],
    ["coredns", "registry.k8s.io/coredns/coredns:v1"],
    ["aws-node", "602401143452.dkr.ecr.eu-central-1.amazonaws.com/amazon-k8s-cni:v1"],
    ["cilium", "quay.io/cilium/cilium:v1.15"],
    ["jaeger-query", "jaegertracing/jaeger-query:1"],
    ["fluent-bit", "fluent/fluent-bit:3"],
    ["keycloak", "quay.io/keycloak/keycloak:24"],
    ["vault", "hashicorp/vault:1.16"],
    ["scp-backup", "alpine:3"],
  ];
  const all = answers([
    { name: "amf", image: "free5gc/amf:1", namespace: "core" },
    { name: "smf", image: "free5gc/smf:1", namespace: "core" },
    { name: "upf", image: "free5gc/upf:1", namespace: "core" },
    ...others.map(([name, image]) => ({ name, image, namespace: "platform" })),
  ]);
  expect(all.slice(3).filter((answer) => !/: (support|datastore|management|unknown|other)$/.test(answer))).toEqual([]);
});

it("is never silent about what might be a function", () => {
  // prettier-ignore
  stack([
    ["mystery", { ports: [[38412, "SCTP"]] }, "unknown?"],
    ["blob", { ports: [[8805, "UDP"]] }, "unknown?"],
    ["thing", { annotations: { "k8s.v1.cni.cncf.io/networks": "n3-net, n6-net" } }, "unknown?"],
    ["thing2", { annotations: { "k8s.v1.cni.cncf.io/networks": '[{"name":"n3network-upf"}]' } }, "unknown?"],
    ["cmm", { ports: [[36412, "SCTP"]] }, "unknown?"],
    ["amf", { image: "free5gc/amf:1" }, "AMF"],
    ["tunnel", { pod: { initContainers: [{ name: "i", image: "x", securityContext: { capabilities: { add: ["cap_net_admin"] } } }] } }, "unknown?"],
    ["copy", { command: ["scp", "/data", "backup:"] }, "unknown"],
    ["worker", { pod: { volumes: [{ name: "tun", hostPath: { path: "/dev/net/tun" } }] } }, "unknown?"],
  ]);
});

it("knows names that charts and vendors compose", () => {
  // prettier-ignore
  stack([
    ["cmg-upf-0", {}, "UPF"],
    ["amf-ngap-lb", {}, "AMF"],
    ["amf-n2", {}, "AMF"],
    ["nrf-nfm", {}, "NRF"],
    ["open5gs-smf1-deployment", { image: "registry.example/open5gs-smf:2" }, "SMF"],
    ["open5gs-upf2-deployment", { image: "registry.example/open5gs-upf:2" }, "UPF"],
    ["core5g-amf-1-deployment", { image: "registry.example/open5gs:2" }, "AMF"],
    ["5g-amf", {}, "AMF"],
    ["5gcamf", {}, "AMF"],
    ["amfd", {}, "AMF"],
    ["eric-pc-upf-data-plane", {}, "UPF"],
    ["eric-amf-controller", {}, "AMF"],
    ["casa-upf", {}, "UPF"],
    ["upf-bess", { image: "registry.example/bess:1" }, "UPF"],
    ["oai-cn5g-amf", { image: "registry.example/oai_amf:1" }, "AMF"],
    ["sgw-c", {}, "SGW-C"],
    ["pgw-u", {}, "PGW-U"],
    ["spgwu", {}, "SGW-U"],
    ["hss", {}, "HSS"],
    ["nwdaf", {}, "NWDAF"],
    ["smsf", {}, "SMSF"],
    ["v-sepp", {}, "SEPP"],
    ["h-smf", {}, "SMF"],
    ["vsmf", {}, "SMF"],
    ["intermediate-upf", {}, "UPF"],
    ["uplink-classifier-upf", {}, "UPF"],
    ["open5gs-my-mongo-express", { image: "mongo-express:1" }, "management"],
    ["open5gs-mongodb-exporter", { image: "percona/mongodb_exporter:0.4" }, "support"],
    ["subscriber-import", { image: "mongo:7", kind: "Job" }, "support"],
    ["iperf-server", {}, "support"],
    ["dn-server", { image: "alpine:3" }, "unknown"],
    ["nrf-mock-test", {}, "support"],
    ["e2-simulator", {}, "support"],
    ["uerouting", { image: "alpine:3" }, "unknown"],
  ]);
});
