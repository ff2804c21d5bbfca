/** Effective security settings of containers: what the container says, else what its pod says. */

import type { Node } from "../value";
import { valueOr } from "../value";
import type { Container, Pod } from "./workloads";

/** A setting that a container inherits from its pod. */
export function effective(workload: Pod, container: Container, ...field: readonly string[]): Node {
  const own = container.security.walk(field);
  return own.isAbsent ? workload.podSpec.get("securityContext").walk(field) : own;
}

/** Windows pods have no capabilities, users or seccomp. */
export function isWindows(workload: Pod): boolean {
  return valueOr(workload.podSpec.get("os", "name").string(), "") === "windows";
}

export function isPrivileged(container: Container): boolean {
  return valueOr(container.security.get("privileged").boolean(), false);
}

/** Name of a capability as the kernel has it, without CAP_, in capitals. */
export function capability(text: string): string {
  return text.trim().toUpperCase().replace(/^CAP_/, "");
}

/** How a finding names a container: `container amf`, `init container wait`. */
export function describeContainer(container: Container): string {
  return `${container.role === "container" ? "" : `${container.role} `}container ${container.name}`;
}
