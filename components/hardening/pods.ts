/** What is set on the pods of a chart: the least that hardening asks for, and nothing that the function needs is taken. */

import { networkFunction } from "../../policypack/topology/topology";
import type { NetworkFunctionId } from "../../policypack/topology/types";
import { isObject, type Json } from "./manifests";

export interface PodSubject {
  /** Functions in the pod; none for data stores, interfaces for people, and helpers. */
  readonly functions: readonly NetworkFunctionId[];
  /** Digests by image, as the operator's registry has them. */
  readonly digests: { readonly [image: string]: string };
  /** Whether the pod calls the Kubernetes API. */
  readonly callsApi: boolean;
  /** Says what was changed. */
  changed(what: string): void;
  /** Says what is left for the vendor. */
  left(what: string): void;
}

const LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;

/** A user of no account, for images that name none; 65534 is what images themselves call nobody. */
const USER = 10001;

export function hardenPod(spec: Json, subject: PodSubject): void {
  for (const key of ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"]) {
    if (spec[key] !== true) continue;
    spec[key] = false;
    subject.changed(`${key} off`);
  }
  if (!subject.callsApi && spec["automountServiceAccountToken"] !== false) {
    spec["automountServiceAccountToken"] = false;
    subject.changed("no ServiceAccount token");
  }
  const root = needsRoot(subject.functions);
  for (const list of LISTS) {
    for (const container of itemsOf(spec[list])) hardenContainer(container, list, root, subject);
  }
}

function itemsOf(list: unknown): Json[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** A kernel user plane makes its TUN device as root; nothing else needs to be. */
function needsRoot(functions: readonly NetworkFunctionId[]): boolean {
  return functions.some((id) => networkFunction(id).allowedExtraCapabilities.includes("NET_ADMIN"));
}

function hardenContainer(container: Json, list: string, root: boolean, subject: PodSubject): void {
  const name = String(container["name"]);
  const security = isObject(container["securityContext"]) ? container["securityContext"] : {};
  container["securityContext"] = security;
  const set = (key: string, value: unknown) => {
    if (JSON.stringify(security[key]) === JSON.stringify(value)) return;
    security[key] = value;
    subject.changed(`${name}: ${key} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`);
  };
  if (security["privileged"] === true) {
    set("privileged", false);
    if (root)
      subject.left(
        `${name} ran privileged: capabilities are enough for a TUN device; what loads kernel modules or writes sysctls there belongs into the node's image`,
      );
  }
  set("allowPrivilegeEscalation", false);
  set("capabilities", capabilities(security["capabilities"], name, subject));
  set("seccompProfile", { type: "RuntimeDefault" });
  set("readOnlyRootFilesystem", true);
  if (!root && Number(security["runAsUser"] ?? 1) === 0) delete security["runAsUser"];
  if (!root) {
    set("runAsNonRoot", true);
    if (security["runAsUser"] === undefined) {
      set("runAsUser", USER);
      subject.left(`container ${name} names no user: its image must run as one that is not root`);
    }
  }
  delete container["stdin"];
  delete container["tty"];
  pin(container, name, subject);
  bound(container, name, list, subject);
  for (const port of itemsOf(container["ports"])) {
    if (port["hostPort"] === undefined) continue;
    delete port["hostPort"];
    subject.changed(`${name}: no host port`);
  }
}

/** Everything dropped; of what is added, what the functions may have. */
function capabilities(given: unknown, name: string, { functions, left }: PodSubject): Json {
  const allowed = new Set(["NET_BIND_SERVICE", ...functions.flatMap((id) => networkFunction(id).allowedExtraCapabilities)]);
  const added = isObject(given) && Array.isArray(given["add"]) ? given["add"].map((item) => String(item).replace(/^CAP_/, "")) : [];
  const kept = added.filter((capability) => allowed.has(capability));
  for (const capability of added) if (!allowed.has(capability)) left(`${name} added ${capability}, which its function does not need`);
  return { drop: ["ALL"], ...(kept.length > 0 ? { add: kept } : {}) };
}

function pin(container: Json, name: string, subject: PodSubject): void {
  const image = String(container["image"] ?? "");
  if (image.includes("@sha256:")) return;
  const pinned = subject.digests[image];
  if (pinned === undefined)
    return subject.left(`${name}: ${image} has no digest: mirror it to a registry of your own and give the digest (digests)`);
  container["image"] = pinned;
  subject.changed(`${name}: image pinned by digest`);
}

function bound(container: Json, name: string, list: string, subject: PodSubject): void {
  const resources = isObject(container["resources"]) ? container["resources"] : {};
  const limits = isObject(resources["limits"]) ? resources["limits"] : {};
  if (list === "ephemeralContainers" || (limits["cpu"] !== undefined && limits["memory"] !== undefined)) return;
  container["resources"] = {
    ...resources,
    requests: { cpu: "100m", memory: "128Mi", ...(isObject(resources["requests"]) ? resources["requests"] : {}) },
    limits: { cpu: "2", memory: "2Gi", ...limits },
  };
  subject.changed(`${name}: limits of CPU and memory`);
}

/** Folders that a container with a read-only root file system may still write. */
export function writable(spec: Json, paths: readonly string[], subject: Pick<PodSubject, "changed">): void {
  if (paths.length === 0) return;
  const volumes = Array.isArray(spec["volumes"]) ? (spec["volumes"] as unknown[]) : [];
  for (const [index, path] of paths.entries()) {
    const taken = itemsOf(spec["containers"]).some((container) =>
      itemsOf(container["volumeMounts"]).some((mount) => mount["mountPath"] === path),
    );
    if (taken) continue;
    const name = `writable-${index}`;
    volumes.push({ name, emptyDir: { sizeLimit: "256Mi" } });
    for (const list of LISTS) {
      for (const container of itemsOf(spec[list])) {
        container["volumeMounts"] = [...itemsOf(container["volumeMounts"]), { name, mountPath: path }];
      }
    }
    subject.changed(`${path} writable`);
  }
  spec["volumes"] = volumes;
}
