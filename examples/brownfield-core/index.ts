// A core as its vendor delivers it (vendor/core.yaml), hardened on the way in. What the vendor has to change is the output `remaining`.
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { AdmissionGuard, HardenedChart } from "carrierguard/components";

const config = new pulumi.Config();
const registry = config.require("registry");

/** Digests of the vendor's images, mirrored to the carrier's own registry. */
const mirrored = (name: string, digest: string) => `${registry}/${name}@sha256:${digest}`;

const core = new HardenedChart("core", {
  manifests: join(__dirname, "vendor/core.yaml"),
  namespace: "core",
  ranCidrs: [config.require("ran")],
  writablePaths: ["/tmp", "/var/log/core"],
  digests: {
    "vendor/nrf:4.2": mirrored("nrf", "3f1c5f8f0c1d6b0d9f5d8d8d1e3b5f4a7c9e1d2b4a6c8e0f1a3b5c7d9e0f2a41"),
    "vendor/amf:4.2": mirrored("amf", "9b2d4f6a8c0e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d3c5e7f9a1b3d5c7e9f12"),
    "vendor/smf:4.2": mirrored("smf", "1d3c5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d34"),
    "vendor/udm:4.2": mirrored("udm", "5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d3c5e56"),
    "vendor/upf:4.2": mirrored("upf", "b1d3c5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b19a"),
  },
});

// What the policy pack refuses at deploy time, the cluster refuses too.
new AdmissionGuard("core", { namespaces: ["core"], registries: [registry], signingKey: config.require("signingKey") });

export const { changes, remaining } = core;
