/** Workloads in short, and what they are taken for. */

import { CoreModel } from "../../../policypack/model/core";
import { Resource } from "../../../policypack/model/stack";
import type { Value } from "../../../policypack/model/value";
import { object } from "../../../policypack/testing";

export interface Pod {
  readonly name: string;
  /** Images of the containers, in their order; with several, the containers are called like them. */
  readonly image?: string | readonly string[];
  readonly labels?: { readonly [key: string]: string };
  readonly container?: string;
  readonly command?: readonly string[];
  readonly ports?: readonly (readonly [number, string])[];
  readonly pod?: { readonly [key: string]: Value };
  readonly annotations?: { readonly [key: string]: string };
  readonly namespace?: string;
  readonly kind?: string;
}

function workload(pod: Pod) {
  const images = typeof pod.image === "string" ? [pod.image] : (pod.image ?? ["registry.example/app:1"]);
  const containers = images.map((image, index) => ({
    name: index === 0 ? (pod.container ?? "main") : `c${index}`,
    image,
    ...(index === 0 && pod.command !== undefined ? { command: [...pod.command] } : {}),
    ...(index === 0 && pod.ports !== undefined
      ? { ports: pod.ports.map(([containerPort, protocol]) => ({ containerPort, protocol })) }
      : {}),
  }));
  const metadata = { labels: pod.labels ?? {}, ...(pod.annotations === undefined ? {} : { annotations: pod.annotations }) };
  const template = { metadata, spec: { containers, ...pod.pod } };
  return object("apps/v1", pod.kind ?? "Deployment", pod.name, { spec: { template } }, pod.namespace ?? "core");
}

/** Functions of a workload, else its role, with a question mark where it is a suspect. */
export function answers(pods: readonly Pod[]): string[] {
  const model = new CoreModel({ resources: pods.map((pod) => new Resource(workload(pod))), gaps: [] }, { defaultNamespace: "default" });
  return model.workloads.map((item) => {
    const { role, networkFunctions, suspect } = model.classification(item);
    return `${item.name}: ${role === "nf" ? networkFunctions.join("+") : role}${suspect ? "?" : ""}`;
  });
}

export type Row = readonly [string, Omit<Pod, "name">, string];

export function stack(rows: readonly Row[]): void {
  expect(answers(rows.map(([name, pod]) => ({ name, ...pod })))).toEqual(rows.map(([name, , wanted]) => `${name}: ${wanted}`));
}
