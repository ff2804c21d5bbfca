/**
 * The attack narratives of scripts/data/threats.json: on a stack that lets each of their steps happen, a rule that the catalogue names for
 * the step refuses; on the core done right none says anything.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate } from "../../policypack/engine/evaluate";
import { DEFAULT_SETTINGS, NO_KNOWLEDGE } from "../../policypack/engine/settings";
import { CoreModel } from "../../policypack/model/core";
import { Resource, type ResourceInit } from "../../policypack/model/stack";
import { rules } from "../../policypack/rules";
import { networkFunction, object, resource } from "../../policypack/testing";
import { checked, ROOT } from "../cli/command-line";

interface Threat {
  readonly id: string;
  readonly steps: readonly { readonly step: string; readonly brokenBy: readonly string[] }[];
}
const { threats } = JSON.parse(readFileSync(join(ROOT, "scripts/data/threats.json"), "utf8")) as { threats: readonly Threat[] };

const VPC = resource("aws:ec2/vpc:Vpc", "core", { tags: { "carrierguard.dev/zone": "control" } });

/** What the insecure core does not let happen by itself, by step. */
const PREPARED: { readonly [step: string]: readonly ResourceInit[] } = {
  // One route table for all peers of the transit gateway.
  "TN-1.5": [VPC, resource("aws:ec2transitgateway/transitGateway:TransitGateway", "ipx", {})],
  // SSH from a partner's network to the external DNS.
  "TN-2.1": [VPC, resource("aws:ec2/securityGroup:SecurityGroup", "edns", { tags: { "carrierguard.dev/zone": "roaming-edge" }, ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["203.0.113.0/24"] }] })],
  // A policy that lets everybody call the UDM.
  "TN-4.2": [networkFunction("udm"), networkFunction("sepp"), admitting("udm", [])],
  // Roaming user plane straight into the networks of the core.
  "TN-5.3": [networkFunction("upf"), leaving("upf", "10.0.0.0/8", "0.0.0.0/0")],
  // Subscribers' addresses are addresses of the core.
  "TN-8.1": [networkFunction("upf"), networkFunction("amf"), leaving("upf", "0.0.0.0/0")],
  // From an escaped user plane to subscriber data.
  "TN-9.4": [networkFunction("upf"), networkFunction("udm"), admitting("udm", [{ podSelector: { matchLabels: { app: "upf" } } }])],
  // Whoever works at the vendor may take the role.
  "TN-10.2": [resource("aws:iam/role:Role", "vendor-support", { arn: "arn:aws:iam::111111111111:role/vendor-support", assumeRolePolicy: JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { AWS: "arn:aws:iam::222222222222:root" }, Action: "sts:AssumeRole" }] }) })],
}; // prettier-ignore

function admitting(
  name: string,
  from: readonly { readonly podSelector: { readonly matchLabels: { readonly app: string } } }[],
): ResourceInit {
  return object("networking.k8s.io/v1", "NetworkPolicy", name, {
    spec: {
      podSelector: { matchLabels: { app: name } },
      policyTypes: ["Ingress"],
      ingress: [{ from, ports: [{ protocol: "TCP", port: 7777 }] }],
    },
  });
}

function leaving(name: string, ...blocks: readonly string[]): ResourceInit {
  return object("networking.k8s.io/v1", "NetworkPolicy", name, {
    spec: {
      podSelector: { matchLabels: { app: name } },
      policyTypes: ["Egress"],
      egress: [{ to: blocks.map((cidr) => ({ ipBlock: { cidr } })) }],
    },
  });
}

function firing(resources: readonly ResourceInit[]): ReadonlySet<string> {
  const model = new CoreModel({ resources: resources.map((init) => new Resource(init)), gaps: [] });
  const { findings } = evaluate(model, rules, { ...DEFAULT_SETTINGS, profile: "strict", zones: { oam: ["10.9.0.0/24"] } }, NO_KNOWLEDGE);
  return new Set(findings.filter(({ verdict }) => verdict === "fail").map(({ ruleId }) => ruleId));
}

const insecure = new Set(
  checked([join(ROOT, "examples/insecure-core"), "--profile", "strict"])
    .report.findings.filter(({ verdict }) => verdict === "fail")
    .map(({ ruleId }) => ruleId),
);

describe.each(threats.map((threat) => [threat.id, threat] as const))("%s", (id, { steps }) => {
  it.each(steps.map(({ step, brokenBy }, index) => [`${id}.${index + 1}`, step, brokenBy] as const))("%s %s", (step, _what, brokenBy) => {
    const prepared = PREPARED[step];
    const fired = prepared === undefined ? insecure : firing(prepared);
    expect(brokenBy.filter((rule) => fired.has(rule))).not.toEqual([]);
  });
});

test("what is prepared for a step is not what the insecure core lets happen anyway", () => {
  const needless = threats.flatMap(({ id, steps }) =>
    steps.flatMap(({ brokenBy }, index) =>
      PREPARED[`${id}.${index + 1}`] !== undefined && brokenBy.some((rule) => insecure.has(rule)) ? [`${id}.${index + 1}`] : [],
    ),
  );
  expect(needless).toEqual([]);
});

test("the core done right has no finding for any of them", () => {
  const { report } = checked([join(ROOT, "examples/plain-core"), "--profile", "strict"]);
  expect(report.findings.map(({ ruleId, message }) => `${ruleId} ${message}`)).toEqual([]);
});
