/**
 * No part of the core comes as a unit whose objects the preview does not show: a Helm Release renders inside the provider.
 */

import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { functionsNamed, product, speaksTelecom, told } from "../../model/network-functions/vocabulary";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { networkFunction, resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SC-07",
  name: "sc-07-no-opaque-deployment-units",
  title: "No opaque deployment units for core NFs",
  family: "supply-chain",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: resources("kubernetes:helm.sh/v3:Release", "kubernetes:kustomize/v2:Directory", "kubernetes:kustomize:Directory"),
  rationale:
    "What renders inside the provider is in no preview: every other rule is blind to it, and a changed chart changes the core unseen.",
  remediation:
    "Use kubernetes.helm.v4.Chart (its objects are in the preview), or render the chart (`helm template`) and check the result together with the program; name an exact chart version.",
  standards: [
    { framework: "NIST SP 800-53r5", ref: "CM-2", title: "Baseline Configuration" },
    { framework: "NIST SP 800-53r5", ref: "CM-3", title: "Configuration Change Control" },
    { framework: "NIST SP 800-53r5", ref: "SA-10", title: "Developer Configuration Management" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO12-072",
      title:
        "New or modified VNF service templates should be validated through a robust risk assessment to ensure that they adhere to specific security policies on interface",
    },
  ],
  breaks: [
    { id: "FGT1072", name: "Software Deployment Tools" },
    { id: "FGT5039", name: "Manipulate Virtual Network Function (VNF) Configuration" },
  ],
  options: {
    rendered: { type: "strings", default: [], description: "names of releases whose rendered manifests are checked beside the program" },
  },
  *check(unit, context) {
    const answer = isCore(unit, context);
    if (answer === "no") return;
    const evidence: Evidence[] = [{ path: "type", actual: unit.type, expected: "kubernetes:helm.sh/v4:Chart, or rendered manifests" }];
    const version = unit.props.get("version");
    const exact = version.string();
    const local = /^(\.|\/)/.test(valueOr(unit.props.get("chart").string(), ""));
    if (!local && unit.type.endsWith(":Release") && !(exact.state === "known" && EXACT.test(exact.value)))
      evidence.push(seen(version, "an exact version"));
    const functions = functionsNamed(texts(unit).join(" "));
    yield (answer === "yes" ? fail : undetermined)({
      message: `${unit.type.endsWith(":Release") ? "Helm Release" : "Kustomize directory"} ${unit.name} ${answer === "yes" ? "deploys a part of the core" : "may deploy a part of the core"} that no preview shows: every other rule is blind to it.`,
      evidence,
      networkFunctions: functions,
    });
  },
  examples: () => {
    const release = (name: string, properties: object) => resource("kubernetes:helm.sh/v3:Release", name, properties as never);
    return {
      pass: [
        {
          name: "an observability agent",
          resources: [
            release("amazon-cloudwatch-observability", { chart: "amazon-cloudwatch-observability", namespace: "amazon-cloudwatch" }),
          ],
        },
        {
          name: "an operator in a platform namespace",
          resources: [release("sriov", { chart: "sriov-network-operator", namespace: "sriov-network-operator" })],
        },
        {
          name: "a release that is rendered and checked beside the program",
          resources: [release("open5gs", { chart: "open5gs", version: "2.2.9" })],
          settings: { rules: { "SC-07": { options: { rendered: ["open5gs"] } } } },
        },
      ],
      fail: [
        {
          name: "a core as a Release",
          resources: [release("core", { chart: "open5gs", repositoryOpts: { repo: "oci://registry.example/charts" }, version: "2.2.9" })],
        },
        { name: "one function as a Release", resources: [release("free5gc-upf", { chart: "./charts/upf", namespace: "user-plane" })] },
        {
          name: "an opaque unit in the namespace of the core",
          resources: [networkFunction("amf"), release("extras", { chart: "extras", version: "1.0.0", namespace: "core" })],
        },
      ],
      undetermined: [{ name: "the chart comes with the deployment", resources: [release("part", { chart: unknownValue() })] }],
    };
  },
});

const EXACT = /^v?\d+\.\d+\.\d+([-+][\w.+-]+)?$/;

/** What a release says of itself. */
function texts(unit: Resource): string[] {
  const chart = valueOr(unit.props.get("chart").string(), "");
  return [
    unit.name,
    chart.slice(chart.lastIndexOf("/") + 1),
    valueOr(unit.props.get("name").string(), ""),
    valueOr(unit.props.get("directory").string(), ""),
  ];
}

function isCore(unit: Resource, context: RuleContext): "yes" | "maybe" | "no" {
  const rendered = context.options["rendered"];
  if (Array.isArray(rendered) && rendered.includes(unit.name)) return "no";
  const namespace = unit.props.get("namespace");
  const place = valueOr(namespace.string(), "");
  if (context.settings.platformNamespaces.includes(place)) return "no";
  const words = texts(unit);
  const kinds = words.map(told);
  if (kinds.some((word) => word !== undefined && word.category !== "nf" && word.weak !== true)) return "no";
  const named = kinds.some((word) => word?.category === "nf" && word.ambiguous !== true) || words.some((text) => product(text) !== "no");
  if (named || [...words, place].some(speaksTelecom)) return "yes";
  if (context.view === "stack" && place !== "" && context.model.coreNamespaces.has(place)) return "yes";
  return unit.props.get("chart").isUnknown || (namespace.isUnknown && context.model.coreNamespaces.size > 0) ? "maybe" : "no";
}
