/** What the policy `carrierguard` takes as its configuration, for the engine and the console; `readSettings` checks it in full. */

import type { PolicyConfigSchema } from "@pulumi/policy";

const TEXTS = { type: "array", items: { type: "string" } } as const;

/** Without defaults: the engine would send them as if the user had said so. */
export const PACK_SCHEMA: PolicyConfigSchema = {
  properties: {
    profile: { type: "string", description: "Which rules refuse: lab, baseline (default) or strict." },
    undetermined: { type: "string", description: "What an answer does that depends on unknown values: ignore, advise (default) or deny." },
    namespace: { type: "string", description: "Where Kubernetes objects without a namespace live." },
    zones: {
      type: "object",
      description: "Address ranges beside the core: ran, oam, interconnect, admin.",
    },
    registries: { ...TEXTS, description: "Registries that images may come from: host, or host/path prefix." },
    platformNamespaces: { ...TEXTS, description: "More namespaces of CNI, storage, mesh and sensors." },
    rules: { type: "object", description: 'Level and options by rule: {"SG-05": {"level": "advisory"}}.' },
    threatIntel: {
      type: "array",
      description: "STIX 2.1 bundles: an absolute path each, or {file, sha256, signature, publicKey} with absolute paths.",
    },
    vendors: { type: "string", description: "Absolute path of a vendor list in place of the built-in one." },
    waivers: { ...TEXTS, description: "Absolute paths of files of waivers." },
    at: { type: "string", description: "The time that expiry and validity are judged by; otherwise SOURCE_DATE_EPOCH, otherwise now." },
  },
};
