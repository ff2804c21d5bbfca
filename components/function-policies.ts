/** The policies of one function in every layer: pod network, secondary networks, mesh. */

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkFunctionId } from "../policypack/topology/types";
import type { TokenIssuerArgs } from "./network-function";
import { attachmentsOf, functionLabel, isMeshed, objectName, SBI_PORT } from "./plan/functions";
import { authorizationRules, FUNCTION_LABEL, networkPolicy, planePolicy, type Surroundings } from "./plan/policies";
import { planePolicyObject } from "./secondary-network";

export interface PolicyPlan {
  readonly id: NetworkFunctionId;
  readonly around: Surroundings;
  readonly namespace: pulumi.Input<string>;
  readonly secondary: boolean;
  readonly token: pulumi.Input<TokenIssuerArgs> | undefined;
  /** Home network domain of the core. */
  readonly domain: string;
}

export function functionPolicies(name: string, plan: PolicyPlan, parent: pulumi.Resource): void {
  const { id, around, namespace, secondary } = plan;
  const object = objectName(id);
  new k8s.networking.v1.NetworkPolicy(
    name,
    {
      metadata: { name: object, namespace },
      spec: networkPolicy(id, around, isMeshed(id)) as k8s.types.input.networking.v1.NetworkPolicySpec,
    },
    { parent },
  );
  for (const plane of secondary ? attachmentsOf(id) : []) {
    planePolicyObject(`${name}-${plane}`, `${object}-${plane}`, plane, namespace, planePolicy(id, plane, around), parent);
  }
  if (isMeshed(id)) mesh(name, plan, parent);
}

/** Callers by identity, path and token; how many at once; and whose tokens count. */
function mesh(name: string, { id, around, namespace, token, domain }: PolicyPlan, parent: pulumi.Resource): void {
  const object = objectName(id);
  const selector = { matchLabels: { [FUNCTION_LABEL]: functionLabel(id) } };
  const custom = (kind: string, group: string, spec: object) =>
    new k8s.apiextensions.CustomResource(
      `${name}-${kind.toLowerCase()}`,
      { apiVersion: `${group}/v1`, kind, metadata: { name: object, namespace }, spec },
      { parent },
    );
  const rules = authorizationRules(id, around);
  if (rules.length > 0) custom("AuthorizationPolicy", "security.istio.io", { selector, action: "ALLOW", rules });
  const nrf = around.namespaces.get("NRF") ?? "";
  const issuer = token ?? {
    issuer: `https://nrf.${domain}`,
    jwksUri: `https://nrf.${nrf}.svc.cluster.local:${SBI_PORT}/oauth2/jwks`,
  };
  // A token names the type of producer it was issued for (TS 33.501 13.4.1.1.2; NFType of TS 29.510).
  custom("RequestAuthentication", "security.istio.io", { selector, jwtRules: [{ audiences: [id.replace("-", "_")], ...issuer }] });
  custom("DestinationRule", "networking.istio.io", {
    host: pulumi.interpolate`${object}.${namespace}.svc.cluster.local`,
    trafficPolicy: {
      tls: { mode: "ISTIO_MUTUAL" },
      connectionPool: { tcp: { maxConnections: 1000 }, http: { http2MaxRequests: 2000, maxRequestsPerConnection: 1000 } },
    },
  });
}
