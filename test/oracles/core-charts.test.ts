/**
 * Rendered public 5G cores and look-alikes: what each workload is (`labels.json`, by hand), and what an engineer who knows these charts expects
 * to be told of them. The folder is no part of this repository; without it the test says so and is skipped.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readManifests } from "../../cli/inputs/manifests";
import { evaluate } from "../../policypack/engine/evaluate";
import type { Finding } from "../../policypack/engine/finding";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../../policypack/engine/settings";
import { CoreModel } from "../../policypack/model/core";
import { rules } from "../../policypack/rules";

const FOLDER = join(__dirname, "../../../shared/corpus/core-charts");

/** What must be found (`fails`: rule, then names), and what must not. */
interface Expectation {
  readonly chart: string;
  readonly because: string;
  readonly rule: string;
  readonly fails?: readonly string[];
  readonly silent?: readonly string[];
}

const EXPECTATIONS: readonly Expectation[] = [
  { chart: "towards5gs-free5gc", because: "NEA0 is the only ciphering that the AMF offers", rule: "DP-07", fails: ["f5-free5gc-amf-configmap"] },
  { chart: "gradiant-free5gc", because: "NEA0 leads the ciphering order", rule: "DP-07", fails: ["free5gc-amf"] },
  { chart: "gradiant-open5gs", because: "NEA0 and EEA0 lead the ciphering order", rule: "DP-07", fails: ["open5gs-amf", "open5gs-mme"] },
  { chart: "cnti-open5gs", because: "NEA0 leads the ciphering order", rule: "DP-07", fails: ["open5gs-amf"] },
  { chart: "towards5gs-free5gc", because: "scheme: http", rule: "ID-08", fails: ["amf", "ausf", "nrf", "nssf", "pcf", "smf", "udm", "udr"].map((nf) => `f5-free5gc-${nf}-configmap`) },
  { chart: "gradiant-free5gc", because: "scheme: http", rule: "ID-08", fails: ["amf", "ausf", "chf", "nrf", "nssf", "pcf", "smf", "udm", "udr"].map((nf) => `free5gc-${nf}`) },
  { chart: "gradiant-open5gs", because: "the SBI has no TLS", rule: "ID-08", fails: ["amf", "ausf", "bsf", "nrf", "nssf", "pcf", "scp", "sepp", "smf", "udm", "udr"].map((nf) => `open5gs-${nf}`), silent: ["mme", "hss", "pcrf", "sgwc", "sgwu", "upf"].map((nf) => `open5gs-${nf}`) },
  { chart: "cnti-open5gs", because: "the SBI has no TLS", rule: "ID-08", fails: ["amf", "ausf", "bsf", "nrf", "nssf", "pcf", "smf", "udm", "udr"].map((nf) => `open5gs-${nf}`), silent: ["open5gs-upf", "open5gs-mongodb"] },
  { chart: "towards5gs-free5gc", because: "MongoDB without a user", rule: "DP-03", fails: ["mongodb", "f5-free5gc-udr-configmap", "f5-free5gc-pcf-configmap", "f5-free5gc-nrf-configmap"] },
  { chart: "gradiant-free5gc", because: "MongoDB without a user", rule: "DP-03", fails: ["free5gc-mongodb", "free5gc-udr", "free5gc-webui"] },
  { chart: "gradiant-open5gs", because: "MongoDB without a user", rule: "DP-03", fails: ["open5gs-mongodb", "open5gs-udr", "open5gs-pcf", "open5gs-hss", "open5gs-webui"], silent: ["open5gs-amf", "open5gs-smf", "open5gs-upf"] },
  { chart: "cnti-open5gs", because: "MongoDB without a user", rule: "DP-03", fails: ["open5gs-mongodb", "open5gs-udr", "open5gs-pcf"] },
  { chart: "cnti-open5gs", because: "private keys in a ConfigMap", rule: "DP-05", fails: ["key"] },
  { chart: "cnti-open5gs", because: "the subscribers that are put in have the published test keys", rule: "DP-06", fails: ["open5gs-populate"] },
  { chart: "gradiant-free5gc", because: "the home network keys of free5GC's example", rule: "DP-06", fails: ["free5gc-udm"] },
  { chart: "towards5gs-free5gc", because: "the home network keys of free5GC's example", rule: "DP-06", fails: ["f5-free5gc-udm-configmap"] },
  { chart: "towards5gs-free5gc", because: "a subscriber console on a node port", rule: "SG-27", fails: ["webui-service"] },
  { chart: "gradiant-free5gc", because: "a subscriber console behind an Ingress without TLS", rule: "SG-27", fails: ["free5gc-webui"] },
  { chart: "gradiant-open5gs", because: "a subscriber console behind an Ingress without TLS", rule: "SG-27", fails: ["open5gs-webui"] },
  { chart: "gradiant-open5gs", because: "a privileged user plane, in a chart that could do with NET_ADMIN", rule: "WH-01", fails: ["open5gs-upf"], silent: ["open5gs-amf", "open5gs-smf", "open5gs-sgwu"] },
  { chart: "gradiant-free5gc", because: "a privileged user plane", rule: "WH-01", fails: ["free5gc-upf"], silent: ["free5gc-amf", "free5gc-smf"] },
  { chart: "cnti-open5gs", because: "a privileged user plane", rule: "WH-01", fails: ["open5gs-upf"], silent: ["open5gs-amf"] },
  { chart: "towards5gs-free5gc", because: "NET_ADMIN is what a UPF needs, and all it has", rule: "WH-01", silent: ["f5-free5gc-upf-upf"] },
  { chart: "sdcore-bess-upf", because: "hugepages and SR-IOV are how a UPF is built", rule: "WH-04", silent: ["upf"], fails: ["sriov-device-plugin"] },
  { chart: "sdcore-bess-upf", because: "the UPF itself is on networks of its own", rule: "SG-30", silent: ["upf"] },
  { chart: "sdcore-bess-upf", because: "the UPF itself is not privileged", rule: "WH-01", silent: ["upf"], fails: ["sriov-device-plugin"] },
  { chart: "gradiant-open5gs", because: "N2 and N4 stay in the cluster", rule: "SG-17", silent: ["open5gs-amf-ngap", "open5gs-smf-pfcp", "open5gs-upf-pfcp"] },
]; // prettier-ignore

/** Capabilities that a user plane needs. */
const USER_PLANE_NEEDS = /^(CAP_)?(NET_ADMIN|NET_RAW|IPC_LOCK)$/;

const LOOK_ALIKES = ["neg-badpods", "neg-cnti-wordpress", "neg-iperf3", "towards5gs-ueransim"];

const modelOf = (chart: string): CoreModel => {
  const { resources } = readManifests(readFileSync(join(FOLDER, `${chart}.yaml`), "utf8"), `${chart}.yaml`);
  return new CoreModel({ resources, gaps: [] });
};

if (!existsSync(join(FOLDER, "labels.json"))) {
  console.warn(`skipped: ${FOLDER} is not there`);
  it.skip("public 5G cores and look-alikes", () => undefined);
} else {
  const labels = JSON.parse(readFileSync(join(FOLDER, "labels.json"), "utf8")) as { [chart: string]: { [workload: string]: string } };
  const models = new Map([...Object.keys(labels), ...LOOK_ALIKES].map((chart) => [chart, modelOf(chart)]));
  const found = new Map(
    [...models].map(([chart, model]): [string, readonly Finding[]] => [
      chart,
      evaluate(model, rules, DEFAULT_SETTINGS, NO_KNOWLEDGE).findings,
    ]),
  );
  const model = (chart: string): CoreModel => models.get(chart) ?? new CoreModel({ resources: [], gaps: [] });
  const findings = (chart: string): readonly Finding[] => found.get(chart) ?? [];

  describe.each(Object.entries(labels))("%s", (chart, expected) => {
    it.each(Object.entries(expected))("takes %s for %s", (name, label) => {
      const workload = model(chart).workloads.find((item) => item.name === name);
      if (workload === undefined) throw new Error(`${chart} has no workload ${name}`);
      const { role, networkFunctions } = model(chart).classification(workload);
      // SGW-C and SGW-U are written without the dash there.
      const taken = role === "nf" ? networkFunctions.map((nf) => nf.replace("-", "")).join() : role;
      expect(taken).toMatch({ DB: /^datastore$/, WEBUI: /^management$/, "-": /^(?!datastore)[a-z]+$/ }[label] ?? new RegExp(`^${label}$`));
    });
  });

  describe.each(LOOK_ALIKES)("%s", (chart) => {
    it("is no core: no finding names a network function", () => {
      expect(
        findings(chart).flatMap((finding) => finding.networkFunctions.map((nf) => `${finding.ruleId} ${finding.resource.name} ${nf}`)),
      ).toEqual([]);
    });

    it("holds no network function", () => {
      const taken = model(chart).workloads.filter((workload) => model(chart).classification(workload).role === "nf");
      expect(taken.map((workload) => workload.name)).toEqual([]);
    });
  });

  const expected = EXPECTATIONS.flatMap(({ chart, because, rule, fails = [], silent = [] }) => [
    ...fails.map((name) => ({ chart, because, rule, name, says: "fails" })),
    ...silent.map((name) => ({ chart, because, rule, name, says: "lets be" })),
  ]);

  it.each(expected)("$chart, $because: $rule $says $name", ({ chart, rule, name, says }) => {
    const failing = findings(chart).filter((finding) => finding.ruleId === rule && finding.verdict === "fail");
    expect(failing.some((finding) => finding.resource.name === name)).toBe(says === "fails");
  });

  it("a capability that a user plane needs is never held against it", () => {
    const held = [...found.values()].flat().filter((finding) => finding.ruleId === "WH-02" && finding.networkFunctions.includes("UPF"));
    const named = held
      .flatMap((finding) => finding.evidence.map(({ actual }) => actual))
      .flat()
      .filter((actual) => typeof actual === "string" && USER_PLANE_NEEDS.test(actual));
    expect(held.length).toBeGreaterThan(0);
    expect(named).toEqual([]);
  });

  it("no rule has a fault", () => {
    expect(
      [...found.values()]
        .flat()
        .filter((finding) => finding.verdict === "error")
        .map((finding) => finding.message),
    ).toEqual([]);
  });
}
