"""A small 5G core, zero trust by construction: what it is made of follows from the functions that it has."""

import pulumi
import pulumi_carrierguard as carrierguard

config = pulumi.Config()
registry = config.require("registry")

DIGESTS = {
    "nrf": "3f1c5f8f0c1d6b0d9f5d8d8d1e3b5f4a7c9e1d2b4a6c8e0f1a3b5c7d9e0f2a41",
    "amf": "9b2d4f6a8c0e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d3c5e7f9a1b3d5c7e9f12",
    "smf": "1d3c5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d34",
    "upf": "b1d3c5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b19a",
}


def function(name: str) -> carrierguard.FunctionArgsArgs:
    return carrierguard.FunctionArgsArgs(
        image=f"{registry}/{name}@sha256:{DIGESTS[name]}",
        product=carrierguard.ProductArgsArgs(
            vendor="example-vendor",
            name=f"5gc-{name}",
            version="4.2.1",
            support_until="2029-12-31",
            sbom=f"https://sbom.example.com/5gc-{name}/4.2.1.cdx.json",
        ),
    )


core = carrierguard.FiveGCore(
    "core",
    plmn="999-70",
    availability_zones=["eu-central-1a", "eu-central-1b"],
    ran_cidrs=["10.100.0.0/16"],
    registries=[registry],
    signing_key=config.require("signingKey"),
    functions={name.upper(): function(name) for name in DIGESTS},
)

pulumi.export("namespaces", core.namespaces)
