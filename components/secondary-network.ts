/** A secondary network of one plane in a namespace, and nothing allowed on it until a function says what. */

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ZoneId } from "../policypack/topology/types";
import { DEFAULT_DENY, type PolicySpec } from "./plan/policies";

export interface SecondaryNetwork {
  readonly plane: string;
  /** Interface of the nodes that carries it. */
  readonly master: string;
  readonly zone: ZoneId;
  readonly cidr: pulumi.Input<string>;
  readonly namespace: pulumi.Input<string>;
}

export function secondaryNetwork(name: string, network: SecondaryNetwork, parent: pulumi.Resource): void {
  const { plane, master, zone, cidr, namespace } = network;
  new k8s.apiextensions.CustomResource(
    `${name}-${plane}`,
    {
      apiVersion: "k8s.cni.cncf.io/v1",
      kind: "NetworkAttachmentDefinition",
      metadata: { name: plane, namespace, labels: { "carrierguard.dev/plane": plane, "carrierguard.dev/zone": zone } },
      spec: { config: pulumi.output(cidr).apply((range) => JSON.stringify(configuration(plane, master, range))) },
    },
    { parent },
  );
  planePolicyObject(`${name}-${plane}-default-deny`, `${plane}-default-deny`, plane, namespace, DEFAULT_DENY, parent);
}

/** Layer 2 of the plane's ENI, each pod with an address of its own in the plane's block. */
function configuration(plane: string, master: string, range: string): object {
  return {
    cniVersion: "1.0.0",
    name: plane,
    type: "ipvlan",
    master,
    mode: "l2",
    ipam: { type: "whereabouts", range },
  };
}

/** A MultiNetworkPolicy for one secondary network: NetworkPolicies never apply there. */
export function planePolicyObject(
  resource: string,
  name: string,
  plane: string,
  namespace: pulumi.Input<string>,
  spec: PolicySpec,
  parent: pulumi.Resource,
): void {
  new k8s.apiextensions.CustomResource(
    resource,
    {
      apiVersion: "k8s.cni.cncf.io/v1beta1",
      kind: "MultiNetworkPolicy",
      metadata: { name, namespace, annotations: { "k8s.v1.cni.cncf.io/policy-for": pulumi.interpolate`${namespace}/${plane}` } },
      spec,
    },
    { parent },
  );
}
