/** What a Bottlerocket node is told at its start, as TOML: which cluster it joins, its label and taint, and its interfaces of the planes. */

import type { ZoneId } from "../../policypack/topology/types";
import type { PlaneInterface } from "./interfaces";

/** The label and taint by which pods and nodes of a zone find each other. */
export const ZONE_LABEL = "carrierguard.dev/zone";

export interface NodeStart {
  readonly cluster: string;
  readonly endpoint: string;
  /** Certificate authority of the endpoint, in base64. */
  readonly authority: string;
  readonly zone: ZoneId;
  readonly maxPods: number;
  readonly interfaces: readonly PlaneInterface[];
  /** Image of the bootstrap container that brings the interfaces up. */
  readonly bootstrapImage: string | undefined;
}

export function bottlerocketSettings(start: NodeStart): string {
  const text = (value: string) => JSON.stringify(value);
  return [
    "[settings.kubernetes]",
    `cluster-name = ${text(start.cluster)}`,
    `api-server = ${text(start.endpoint)}`,
    `cluster-certificate = ${text(start.authority)}`,
    `max-pods = ${start.maxPods}`,
    "[settings.kubernetes.node-labels]",
    `${text(ZONE_LABEL)} = ${text(start.zone)}`,
    "[settings.kubernetes.node-taints]",
    `${text(ZONE_LABEL)} = ${text(`${start.zone}:NoSchedule`)}`,
    "[settings.host-containers.admin]",
    "enabled = false",
    ...(start.bootstrapImage === undefined ? [] : bringingUp(start.bootstrapImage, start.interfaces)),
    "",
  ].join("\n");
}

/** Bottlerocket configures its first interface alone. The others need no address, but ipvlan passes nothing on one that is down. */
function bringingUp(image: string, interfaces: readonly PlaneInterface[]): string[] {
  const script = ["#!/bin/sh", "set -e", ...interfaces.map(({ name }) => `ip link set ${name} up`), ""].join("\n");
  return [
    "[settings.bootstrap-containers.planes]",
    `source = ${JSON.stringify(image)}`,
    'mode = "always"',
    "essential = true",
    `user-data = ${JSON.stringify(Buffer.from(script).toString("base64"))}`,
  ];
}
