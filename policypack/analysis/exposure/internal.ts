/** Whether what the cloud makes for an object stays inside the operator's network. */

import { type Node, valueOr } from "../../model/value";

const INTERNAL: readonly (readonly [string, RegExp])[] = [
  ["service.beta.kubernetes.io/aws-load-balancer-scheme", /^internal$/],
  ["service.beta.kubernetes.io/aws-load-balancer-internal", /^(true|0\.0\.0\.0\/0)$/],
  ["networking.gke.io/load-balancer-type", /^Internal$/],
  ["service.beta.kubernetes.io/azure-load-balancer-internal", /^true$/],
  ["alb.ingress.kubernetes.io/scheme", /^internal$/],
];

/** By annotations, in a Service's, an Ingress's or a Gateway's words. */
export function isInternal(annotations: Node): boolean {
  return INTERNAL.some(([key, value]) => value.test(valueOr(annotations.get(key).string(), "")));
}
