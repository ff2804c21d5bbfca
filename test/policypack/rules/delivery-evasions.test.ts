/** How a core is delivered: charts nobody can look into, vendors under other names, signatures that nobody asks for. */

import { rules } from "../../../policypack/rules";
import { networkFunction, object, type Properties, resource, runExample, unknownValue } from "../../../policypack/testing";
import { answers, type Case } from "../../support/rule-answers";

const release = (over: Properties, name = "r") => resource("kubernetes:helm.sh/v3:Release", name, { version: "1.2.3", ...over });
const amf = networkFunction("amf");

// prettier-ignore
answers("SC-07", [
  ["a database in the core's namespace", [amf, release({ chart: "mongodb", namespace: "core" })], "pass"],
  ["an SR-IOV plugin in the core's namespace, which may be a function's", [amf, release({ chart: "sriov", namespace: "core" })], "fail"],
  ["a function, wherever it goes", [release({ chart: "amf", namespace: "apps" })], "fail"],
  ["a function that no word of telecoms names", [release({ chart: "nwdaf", namespace: "apps" })], "fail"],
  ["a function that no word of telecoms names, in a folder of charts", [release({ chart: "oci://registry.example/charts/smsf", namespace: "apps" })], "fail"],
  ["a product that no word of telecoms names", [release({ chart: "srsepc", namespace: "apps" })], "fail"],
  ["a function whose name means something else outside telecoms", [release({ chart: "pcf", namespace: "apps" })], "pass"],
  ["the same in a namespace that speaks of a core", [release({ chart: "pcf", namespace: "5gc" })], "fail"],
  ["the same under a release that speaks of a core", [release({ chart: "pcf", namespace: "apps" }, "telco-policy")], "fail"],
  ["something unknown in a namespace that speaks of a core", [release({ chart: "thing", namespace: "5g" })], "fail"],
  ["a whole core by its name in the cluster", [release({ chart: "thing", name: "open5gs", namespace: "apps" })], "fail"],
  ["a chart below a folder that is called after a core", [release({ chart: "oci://registry.example/telco/thing", namespace: "apps" })], "pass"],
  ["a chart that names no namespace, beside a core in one without a name", [networkFunction("amf", { namespace: "" }), release({ chart: "thing" })], "pass"],
]);

const [opaque] = rules.filter(({ id }) => id === "SC-07");

/** Whether a core's release is asked for an exact version. */
function asked(over: Properties): boolean {
  if (opaque === undefined) throw new Error("no rule SC-07");
  const { findings } = runExample(opaque, { name: "case", resources: [release({ chart: "open5gs", ...over })] });
  return findings.some(({ evidence }) => evidence.some(({ path }) => path === "version"));
}

test.each(["1.2.3", "v1.2.3", "10.20.30", "1.2.3-rc.1", "1.2.3+build.5", "1.2.3-rc.1+build.5"])("%s is an exact version", (version) => {
  expect(asked({ version })).toBe(false);
});

test.each(["^1.2.3", "~1.2.3", ">=1.2.3", "1.2.3 || 2.0.0", "1.2", "1.2.x", "1.2.3 - 2.0.0", "latest", null])("%s is none", (version) => {
  expect(asked({ version })).toBe(true);
});

test("a chart beside the program is of the program's version", () => {
  expect(asked({ chart: "./charts/open5gs", version: null })).toBe(false);
  expect(asked({ chart: "/srv/charts/open5gs", version: null })).toBe(false);
  expect(asked({ chart: "registry/open5gs", version: null })).toBe(true);
});

const device = (over: Properties) => resource("aws:networkmanager/device:Device", "edge", over);
const gateway = (over: Properties) => resource("aws:ec2/customerGateway:CustomerGateway", "peer", over);
const labelled = (on: "pod" | "object", vendor: string) => {
  const labels = { app: "amf", "carrierguard.dev/vendor": vendor };
  const template = { metadata: { labels: on === "pod" ? labels : { app: "amf" } }, spec: { containers: [{ name: "amf", image: "5gc/amf:1" }] } }; // prettier-ignore
  return object("apps/v1", "Deployment", "amf", { metadata: { labels: on === "object" ? labels : {} }, spec: { template } });
};

// prettier-ignore
answers("SC-03", [
  ["a vendor's label on the object", [labelled("object", "Huawei")], "fail"],
  ["a vendor's label on the pods", [labelled("pod", "Huawei")], "fail"],
  ["a device by its model", [device({ model: "Huawei NE40E" })], "fail"],
  ["a gateway by its device's name", [gateway({ deviceName: "ZTE ZXR10" })], "fail"],
  ["a device by its description", [device({ description: "router of ZTE Corporation" })], "fail"],
  ...["vendor", "Vendor", "carrierguard.dev/vendor"].map((key): Case => [`a machine by its tag ${key}`, [resource("aws:ec2/instance:Instance", "probe", { tags: { [key]: "Hytera" } })], "fail"]),
  ["a tag of another vendor", [resource("aws:ec2/instance:Instance", "probe", { tags: { vendor: "Nokia" } })], "pass"],
  ["a covered carrier's autonomous system is looked at", [gateway({ bgpAsn: "4134" })], "advice"],
  ["another autonomous system", [gateway({ bgpAsn: "64512" })], "pass"],
  ["a covered vendor's device at a covered carrier's gateway", [gateway({ bgpAsn: "4134", deviceName: "ZTE ZXR10" })], "fail"],
  ["an image that the configuration brings", [networkFunction("amf", { container: { image: unknownValue() } })], "pass"],
]);

const SIGNERS = [{ entries: [{ keys: { publicKeys: "-----BEGIN PUBLIC KEY-----" } }] }];
const signed = (failureAction: Properties[string], imageReferences: readonly string[] = ["*"], name = "signed") =>
  object("kyverno.io/v1", "ClusterPolicy", name, { spec: { rules: [{ name, match: { any: [{ resources: { kinds: ["Pod"] } }] }, verifyImages: [{ imageReferences, failureAction, attestors: SIGNERS }] }] } }); // prettier-ignore
const of = (image: Properties[string], name = "amf") => networkFunction(name, { container: { image } });
const EKS = "602401143452.dkr.ecr.eu-central-1.amazonaws.com/eks/pause:3.10";

// prettier-ignore
answers("SC-05", [
  ["images that the configuration brings, signed", [of(unknownValue()), signed("Enforce")], "pass"],
  ["images that the configuration brings, and a policy that may refuse", [of(unknownValue()), signed(unknownValue())], "undetermined"],
  ["images that the configuration brings, a policy that may refuse, and one that does", [of(unknownValue()), signed(unknownValue()), signed("Enforce", ["*"], "second")], "pass"],
  ["an image of AWS itself beside signed ones", [of("registry.example/amf:1"), of(EKS, "smf"), signed("Enforce", ["registry.example/*"])], "pass"],
  ["an image of another registry beside signed ones", [of("registry.example/amf:1"), of("other.example/smf:1", "smf"), signed("Enforce", ["registry.example/*"])], "fail"],
  ["a test of the chart by another image", [of("registry.example/amf:1"), object("v1", "Pod", "test", { metadata: { annotations: { "helm.sh/hook": "test" } }, spec: { restartPolicy: "Never", containers: [{ name: "t", image: "busybox:1" }] } }), signed("Enforce", ["registry.example/*"])], "pass"],
]);
