// A small 5G core, zero trust by construction: what it is made of follows from the functions that it has.
import * as pulumi from "@pulumi/pulumi";
import { FiveGCore } from "carrierguard/components";

const config = new pulumi.Config("zero-trust-core");
const registry = config.require("registry");

/** Digests as the release pipeline resolved them. */
const digests: { readonly [name: string]: string } = {
  nrf: "sha256:3f1c5f8f0c1d6b0d9f5d8d8d1e3b5f4a7c9e1d2b4a6c8e0f1a3b5c7d9e0f2a41",
  amf: "sha256:9b2d4f6a8c0e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d3c5e7f9a1b3d5c7e9f12",
  smf: "sha256:1d3c5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d34",
  ausf: "sha256:2b3c5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d77",
  udm: "sha256:5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d3c5e56",
  udr: "sha256:7a9b1d3c5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a78",
  upf: "sha256:b1d3c5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b19a",
  mongodb: "sha256:d3c5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d3bc",
};

const run = (name: string) => ({
  image: `${registry}/${name}@${digests[name] ?? ""}`,
  product: {
    vendor: "example-vendor",
    name: `5gc-${name}`,
    version: "4.2.1",
    supportUntil: "2029-12-31",
    sbom: `https://sbom.example.com/5gc-${name}/4.2.1.cdx.json`,
  },
});

export const core = new FiveGCore("core", {
  plmn: config.require("plmn"),
  availabilityZones: ["eu-central-1a", "eu-central-1b"],
  ranCidrs: [config.require("ran")],
  registries: [registry],
  signingKey: config.require("signingKey"),
  functions: {
    NRF: run("nrf"),
    AMF: run("amf"),
    SMF: run("smf"),
    AUSF: run("ausf"),
    UDM: { ...run("udm"), secretProviderClasses: ["hnet"] },
    UDR: run("udr"),
    UPF: run("upf"),
    "SUBSCRIBER-DB": {
      ...run("mongodb"),
      arguments: [
        "--auth",
        "--tlsMode",
        "requireTLS",
        "--tlsCertificateKeyFile",
        "/tls/tls.pem",
        "--tlsCAFile",
        "/tls/ca.crt",
        "--bind_ip_all",
      ],
    },
  },
});
