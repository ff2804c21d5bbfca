/** Classification of workloads as the charts of the public cores write them. */

import { stack } from "./classified";

const oai = (image: string) => ({ image: `docker.io/oaisoftwarealliance/${image}:v2.1.0` });
const labelled = (name: string, image: string) => ({
  image,
  labels: { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": "core" },
});
const app = (name: string, image: string) => ({ image, labels: { app: name, release: "sd-core" } });

it("knows OAI 5G", () => {
  // prettier-ignore
  stack([
    ["oai-amf", { ...oai("oai-amf"), container: "amf" }, "AMF"],
    ["oai-smf", oai("oai-smf"), "SMF"],
    ["oai-upf", oai("oai-upf"), "UPF"],
    ["oai-upf-vpp", oai("vpp-upf"), "UPF"],
    ["oai-spgwu-tiny", oai("oai-spgwu-tiny"), "SGW-U"],
    ["oai-nrf", oai("oai-nrf"), "NRF"],
    ["oai-udm", oai("oai-udm"), "UDM"],
    ["oai-udr", oai("oai-udr"), "UDR"],
    ["oai-ausf", oai("oai-ausf"), "AUSF"],
    ["oai-nssf", oai("oai-nssf"), "NSSF"],
    ["oai-pcf", oai("oai-pcf"), "PCF"],
    ["oai-lmf", oai("oai-lmf"), "LMF"],
    ["oai-nef", oai("oai-nef"), "NEF"],
    ["oai-nwdaf-nbi-analytics", oai("oai-nwdaf-nbi-analytics"), "NWDAF"],
    ["oai-nwdaf-sbi", oai("oai-nwdaf-sbi"), "NWDAF"],
    ["oai-traffic-server", oai("trf-gen-cn5g"), "support"],
    ["oai-5g-basic-mysql", { image: "mysql:8.0", labels: { app: "mysql" } }, "datastore"],
    ["mysql", { image: "mysql:8.0" }, "datastore"],
    ["oai-gnb", oai("oai-gnb"), "ran"],
    ["oai-nr-ue", oai("oai-nr-ue"), "ran"],
    ["oai-cu", oai("oai-gnb"), "ran"],
    ["oai-cu-cp", oai("oai-gnb"), "ran"],
    ["oai-cu-up", oai("oai-nr-cuup"), "ran"],
    ["oai-du", oai("oai-gnb"), "ran"],
    ["oai-gnb-fhi-72", oai("oai-gnb-fhi72"), "ran"],
    ["oai-flexric", oai("oai-flexric"), "ran"],
  ]);
});

it("knows OAI 4G", () => {
  // prettier-ignore
  stack([
    ["oai-hss", oai("oai-hss"), "HSS"],
    ["oai-mme", oai("magma-mme"), "MME"],
    ["oai-spgwc", oai("oai-spgwc"), "SGW-C"],
    ["oai-spgwu-tiny", oai("oai-spgwu-tiny"), "SGW-U"],
    ["cassandra", { image: "cassandra:2.1" }, "datastore"],
    ["oai-enb", oai("oai-enb"), "ran"],
  ]);
});

it("knows SD-Core and Aether", () => {
  // prettier-ignore
  stack([
    ["amf", app("amf", "omecproject/5gc-amf:rel-1.6"), "AMF"],
    ["smf", app("smf", "omecproject/5gc-smf:rel-1.6"), "SMF"],
    ["upf", { image: ["omecproject/upf-epc-bess:rel-1.5", "omecproject/upf-epc-pfcpiface:rel-1.5"], labels: { app: "upf" }, container: "bessd", kind: "StatefulSet" }, "UPF"],
    ["nrf", app("nrf", "omecproject/5gc-nrf:rel-1.6"), "NRF"],
    ["ausf", app("ausf", "omecproject/5gc-ausf:rel-1.6"), "AUSF"],
    ["udm", app("udm", "omecproject/5gc-udm:rel-1.6"), "UDM"],
    ["udr", app("udr", "omecproject/5gc-udr:rel-1.6"), "UDR"],
    ["pcf", app("pcf", "omecproject/5gc-pcf:rel-1.6"), "PCF"],
    ["nssf", app("nssf", "omecproject/5gc-nssf:rel-1.6"), "NSSF"],
    ["webui", app("webui", "omecproject/5gc-webui:rel-1.8"), "management"],
    ["mongodb", app("mongodb", "bitnami/mongodb:4.4"), "datastore"],
    ["mongodb-arbiter", app("mongodb", "bitnami/mongodb:4.4"), "datastore"],
    ["simapp", app("simapp", "omecproject/simapp:main"), "support"],
    ["upf-adapter", app("upf-adapter", "omecproject/upfadapter:rel-2.0"), "support"],
    ["sctplb", app("sctplb", "omecproject/sctplb:rel-1.2"), "support"],
    ["metricfunc", app("metricfunc", "omecproject/metricfunc:rel-1.2"), "support"],
    ["kafka", app("kafka", "bitnami/kafka:3"), "support"],
    ["gnbsim", app("gnbsim", "omecproject/5gc-gnbsim:rel-1.4"), "ran"],
    ["aether-roc-gui", app("aether-roc-gui-v2-1", "onosproject/aether-roc-gui:1"), "management"],
    ["aether-roc-api", app("aether-roc-api", "onosproject/aether-roc-api:1"), "management"],
    ["onos-config", app("onos-config", "onosproject/onos-config:1"), "management"],
    ["sdcore-adapter-v2-1", app("sdcore-adapter", "onosproject/sdcore-adapter:1"), "support"],
    ["sdcore-test-dummy", app("sdcore-test-dummy", "onosproject/sdcore-test-dummy:1"), "support"],
    ["mme", app("mme", "omecproject/nucleus:1"), "MME"],
    ["hss", app("hss", "omecproject/c3po-hss:1"), "HSS"],
    ["pcrf", app("pcrf", "omecproject/c3po-pcrf:1"), "PCRF"],
    ["spgwc", app("spgwc", "omecproject/spgw:1"), "SGW-C"],
    ["config4g", app("config4g", "omecproject/5gc-webui:1"), "management"],
    ["hss-db-init", app("hss", "omecproject/c3po-hssdb:1"), "support"],
  ]);
});

it("knows Magma", () => {
  // prettier-ignore
  stack([
    ["orc8r-orchestrator", labelled("orc8r", "linuxfoundation.jfrog.io/magma-docker/controller:1"), "management"],
    ["orc8r-nginx", labelled("nginx", "linuxfoundation.jfrog.io/magma-docker/nginx:1"), "management"],
    ["orc8r-subscriberdb", labelled("orc8r", "magma/controller:1"), "datastore"],
    ["nms-magmalte", labelled("nms", "magma/magmalte:1"), "management"],
    ["agwc-mme", { image: "magma/agw_gateway_c:1", container: "mme", command: ["/usr/local/bin/mme"] }, "MME"],
    ["mme", { image: "magma/agw_gateway_c:1" }, "MME"],
  ]);
});

it("knows free5GC in its variants", () => {
  // prettier-ignore
  stack([
    ["v1-free5gc-upfb", labelled("free5gc-upf", "towards5gs/free5gc-upf:v3.3.0"), "UPF"],
    ["v1-free5gc-upf-upf1", labelled("free5gc-upf", "towards5gs/free5gc-upf:v3.3.0"), "UPF"],
    ["upf1", { image: "free5gc/upf:v3.4" }, "UPF"],
    ["upf2", { image: "free5gc/upf:v3.4" }, "UPF"],
    ["upf-i", { image: "free5gc/upf:v3.4" }, "UPF"],
    ["psa-upf", { image: "free5gc/upf:v3.4" }, "UPF"],
    ["free5gc-i-upf", { image: "registry.example/free5gc:3" }, "UPF"],
    ["free5gc-upf-psa1", { image: "registry.example/free5gc:3" }, "UPF"],
    ["bupf", { image: "free5gc/upf:v3.4" }, "UPF"],
    ["v1-free5gc-n3iwf", labelled("free5gc-n3iwf", "towards5gs/free5gc-n3iwf:v3.3.0"), "N3IWF"],
    ["free5gc-nef", { image: "free5gc/nef:v3.4" }, "NEF"],
    ["free5gc-chf", { image: "free5gc/chf:v3.4" }, "CHF"],
    ["free5gc-tngf", { image: "free5gc/tngf:v3.4" }, "TNGF"],
    ["free5gc-amf-deployment", { image: "free5gc/amf:v3.4" }, "AMF"],
    ["free5gc-smf-ulcl", { image: "free5gc/smf:v3.4" }, "SMF"],
    ["v1-free5gc-webui", labelled("free5gc-webui", "towards5gs/free5gc-webui:v3.3.0"), "management"],
    ["v1-free5gc-dbpython", labelled("dbpython", "towards5gs/initcurl:1"), "support"],
    ["mongodb", { image: "bitnami/mongodb:4.4.4" }, "datastore"],
    ["ueransim-gnb", { image: "towards5gs/ueransim-gnb:v3" }, "ran"],
    ["ueransim-ue", { image: "towards5gs/ueransim-ue:v3" }, "ran"],
    ["n3iwue", { image: "free5gc/n3iwue:latest" }, "ran"],
  ]);
});

it("knows open5gs in its variants", () => {
  // prettier-ignore
  stack([
    ["open5gs-amf1", { image: "registry.gitlab.com/infinitydon/registry/open5gs-aio:v2.7", command: ["open5gs-amfd", "-c", "/open5gs/config-map/amf.yaml"] }, "AMF"],
    ["open5gs-smf-2", { image: "adaptivenetlab/open5gs:1", command: ["open5gs-smfd"] }, "SMF"],
    ["open5gs-upf-deployment", { image: "registry.example/open5gs:2", command: ["/bin/sh", "-c", "/entrypoint.sh && open5gs-upfd"] }, "UPF"],
    ["core5g-hss", { image: "registry.example/open5gs:2" }, "HSS"],
    ["mme0", { image: "gradiant/open5gs:2.7" }, "MME"],
    ["open5gs-sgwc", { image: "gradiant/open5gs:2.7" }, "SGW-C"],
    ["open5gs-sgwu", { image: "gradiant/open5gs:2.7" }, "SGW-U"],
    ["open5gs-scp", { image: "gradiant/open5gs:2.7" }, "SCP"],
    ["open5gs-bsf", { image: "gradiant/open5gs:2.7" }, "BSF"],
    ["open5gs-pcrf", { image: "gradiant/open5gs:2.7" }, "PCRF"],
    ["open5gs-sepp1", { image: "gradiant/open5gs:2.7", command: ["open5gs-seppd"] }, "SEPP"],
    ["open5gs-populate", { image: "gradiant/open5gs-dbctl:0.10" }, "support"],
    ["open5gs-webui", { image: "gradiant/open5gs-webui:2.7" }, "management"],
    ["open5gs-mongodb", { image: "bitnami/mongodb:7" }, "datastore"],
    ["open5gs-exporter", { image: "registry.example/exporter:1" }, "support"],
    ["open5gs-amf-metrics-exporter", { image: "registry.example/exporter:1" }, "support"],
  ]);
});
