/** Findings as rules leave them, changed in the one thing that a test is about. */

import type { Finding } from "../../policypack/engine/finding";
import type { Waiver } from "../../policypack/engine/waivers";

export function finding(over: Partial<Finding> = {}): Finding {
  return {
    ruleId: "WH-03",
    ruleName: "wh-03-host-namespaces-off",
    verdict: "fail",
    severity: "critical",
    enforcement: "mandatory",
    resource: {
      urn: "urn:pulumi:dev::core::kubernetes:apps/v1:Deployment::core/upf",
      type: "kubernetes:apps/v1:Deployment",
      kind: "Deployment",
      namespace: "core",
      name: "upf",
      source: null,
    },
    networkFunctions: ["UPF"],
    interfaces: [],
    container: null,
    message: "Deployment upf shares its node's processes.",
    remediation: "Leave hostPID out.",
    evidence: [{ path: "spec.template.spec.hostPID", actual: true, expected: false }],
    fingerprint: "0123456789abcdef0123",
    subsumedBy: null,
    waiver: null,
    baselined: false,
    ...over,
  };
}

export const APRIL = Date.UTC(2026, 3, 1);

export function waiver(over: Partial<Waiver> = {}): Waiver {
  return {
    place: "waivers.yaml:2",
    rule: "WH-03",
    severity: "critical",
    waivable: true,
    resource: "Deployment/core/upf",
    container: undefined,
    owner: "core",
    approver: "ciso",
    reason: "the vendor's profiler",
    compensatingControl: "a node of its own",
    ticket: "SEC-1",
    created: Date.UTC(2026, 2, 1),
    expires: Date.UTC(2026, 4, 1),
    evidence: [],
    ...over,
  };
}
