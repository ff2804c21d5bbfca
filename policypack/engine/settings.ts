/** Settings and knowledge that an evaluation takes: plain data, read and checked elsewhere. */

import type { Feed, Indicator } from "../model/indicator";
import type { Vendor } from "../model/vendor";

export type { Feed, Indicator } from "../model/indicator";
export type { Vendor } from "../model/vendor";
import type { Waiver } from "./waivers";
import type { Enforcement, Options, Rule } from "./rule";

export type Profile = "lab" | "baseline" | "strict";

/** What an undetermined answer does: nothing, one advisory line, or refuse. */
export type UndeterminedPolicy = "ignore" | "advise" | "deny";

/** Address ranges of who is outside or beside the core, as CIDRs. */
export interface ZoneRanges {
  readonly ran?: readonly string[];
  readonly oam?: readonly string[];
  readonly interconnect?: readonly string[];
  /** Where administrators come from. */
  readonly admin?: readonly string[];
}

export interface RuleSettings {
  readonly level?: Enforcement;
  /** Whether the pack may put right what the rule's remedy can. */
  readonly remediate?: boolean;
  readonly options?: Options;
}

export interface Settings {
  readonly profile: Profile;
  readonly undetermined: UndeterminedPolicy;
  /** Where Kubernetes objects without a namespace live. */
  readonly namespace: string;
  readonly zones: ZoneRanges;
  /** Registries that images may come from: host, or host/path prefix. */
  readonly registries: readonly string[];
  /** Namespaces of CNI, storage, mesh and sensors, whose agents may be privileged. */
  readonly platformNamespaces: readonly string[];
  readonly rules: { readonly [id: string]: RuleSettings };
}

/** Namespaces that Kubernetes and its usual add-ons live in. */
const PLATFORM_NAMESPACES: readonly string[] = [
  "kube-system", "kube-node-lease", "kube-public", "calico-system", "tigera-operator", "cilium", "cilium-system", "istio-system", "istio-cni",
  "linkerd", "amazon-cloudwatch", "amazon-guardduty", "aws-observability", "cert-manager", "external-secrets", "flux-system", "argocd",
  "gatekeeper-system", "kyverno", "falco", "tetragon", "karpenter", "multus", "sriov-network-operator", "openshift-multus", "openshift-sriov-network-operator",
  "metallb-system", "rook-ceph", "longhorn-system", "local-path-storage", "nvidia-gpu-operator", "node-feature-discovery",
]; // prettier-ignore

export const DEFAULT_SETTINGS: Settings = {
  profile: "baseline",
  undetermined: "advise",
  namespace: "default",
  zones: {},
  registries: [],
  platformNamespaces: PLATFORM_NAMESPACES,
  rules: {},
};

/** What rules know besides the stack: replaceable data, and the time that expiry is judged by. */
export interface Knowledge {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly indicators: readonly Indicator[];
  /** The bundles that the indicators come from. */
  readonly feeds?: readonly Feed[];
  /** Entities refused or looked at, in place of the built-in list. */
  readonly vendors?: readonly Vendor[];
  readonly waivers?: readonly Waiver[];
}

export const NO_KNOWLEDGE: Knowledge = { at: 0, indicators: [] };

/** The rule's options: its defaults, and what the settings say. */
export function optionsOf(rule: Rule, settings: Settings): Options {
  const given = settings.rules[rule.id]?.options;
  if (rule.options === undefined) return given ?? NO_OPTIONS;
  const defaults = Object.fromEntries(Object.entries(rule.options).map(([name, schema]) => [name, schema.default]));
  return { ...defaults, ...given };
}

const NO_OPTIONS: Options = {};
