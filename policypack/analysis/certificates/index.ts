/**
 * Certificates that cert-manager issues, what each is for in a core, and the trust anchor behind its issuer.
 * Source: cert-manager API reference, CertificateSpec, IssuerSpec; TS 33.310 (profiles of NF, SEPP and SEG certificates).
 */

import type { CoreModel } from "../../model/core";
import { readers } from "../../model/kubernetes/mounts";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { functionsNamed } from "../../model/network-functions/vocabulary";
import { type Node, valueOr } from "../../model/value";
import type { NetworkFunctionId } from "../../topology/types";

const GROUP = "cert-manager.io";

export type Purpose = "N32" | "SBI" | "RAN" | "LI" | "OAM";

export interface NfCertificate {
  readonly object: KubernetesObject;
  readonly functions: readonly NetworkFunctionId[];
  /** `undefined` for what is no certificate of the core. */
  readonly purpose: Purpose | undefined;
  readonly isAuthority: boolean;
  readonly issuer: Issuer;
}

export interface Issuer {
  readonly kind: string;
  readonly name: string;
  /** In sight. */
  readonly object: KubernetesObject | undefined;
  /** One word for the trust anchor: issuers that share it are one. */
  readonly anchor: string;
  readonly node: Node;
}

export const certificates = (model: CoreModel): readonly NfCertificate[] =>
  model.objectsOf(GROUP, "Certificate").map((object) => {
    const functions = functionsOf(model, object);
    const isAuthority = valueOr(object.spec.get("isCA").boolean(), false);
    return { object, functions, purpose: isAuthority ? undefined : purposeOf(object, functions), isAuthority, issuer: issuerOf(model, object) };
  }); // prettier-ignore

/** By who mounts the secret, else by the certificate's own name, else by the first label of its names. */
function functionsOf(model: CoreModel, object: KubernetesObject): readonly NetworkFunctionId[] {
  const secret = valueOr(object.spec.get("secretName").string(), "");
  const mounting = readers(model, "Secret", object.namespace, secret).map((workload) => model.classification(workload));
  const byMount = mounting.filter(({ role, suspect }) => role === "nf" && !suspect).flatMap(({ networkFunctions }) => networkFunctions);
  if (byMount.length > 0) return [...new Set(byMount)];
  const names = object.spec
    .get("dnsNames")
    .items()
    .map((node) => valueOr(node.string(), ""));
  // Names of other operators' domains, and of webhooks, are the platform's.
  const isCore = model.coreNamespaces.has(object.namespace) || names.some((name) => name.endsWith("3gppnetwork.org"));
  if (!isCore) return [];
  const own = functionsNamed(object.name);
  return own.length > 0 ? own : [...new Set(names.flatMap((name) => functionsNamed(name.split(".")[0] ?? "")))];
}

function purposeOf(object: KubernetesObject, functions: readonly NetworkFunctionId[]): Purpose | undefined {
  const { name } = object;
  if (functions.includes("SEPP") || /(^|[^a-z])n32([^a-z]|$)/i.test(name)) return "N32";
  if (functions.some((id) => id === "SEG" || id === "GNB") || /(^|[^a-z])(ipsec|seg|gnb|backhaul)([^a-z]|$)/i.test(name)) return "RAN";
  if (functions.some((id) => id.startsWith("LI-")) || /(^|[^a-z])(li|x1|x2|x3)([^a-z]|$)/i.test(name)) return "LI";
  if (functions.includes("OAM") || /(^|[^a-z])(oam|grafana|webui|console|prometheus)([^a-z]|$)/i.test(name)) return "OAM";
  return functions.length > 0 ? "SBI" : undefined;
}

/** An issuer by its kind, name and, for an Issuer, namespace. */
function issuerNamed(model: CoreModel, kind: string, name: string, namespace: string): KubernetesObject | undefined {
  for (const group of [GROUP, "awspca.cert-manager.io"]) {
    const found = model.objectsNamed(group, kind, kind.includes("Cluster") ? "" : namespace, name)[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

function issuerOf(model: CoreModel, certificate: KubernetesObject): Issuer {
  const node = certificate.spec.get("issuerRef");
  const kind = valueOr(node.get("kind").string(), "Issuer");
  const name = valueOr(node.get("name").string(), "");
  const object = issuerNamed(model, kind, name, certificate.namespace);
  const place = kind.includes("Cluster") ? "" : `${certificate.namespace}/`;
  return { kind, name, object, anchor: anchorOf(object) ?? `${kind} ${place}${name}`, node };
}

/** What an issuer signs with: two issuers of one CA are one trust anchor. */
function anchorOf(issuer: KubernetesObject | undefined): string | undefined {
  if (issuer === undefined) return undefined;
  const { spec } = issuer;
  const secret = spec.get("ca", "secretName").string();
  if (secret.state === "known") return `CA in Secret ${issuer.namespace === "" ? "" : `${issuer.namespace}/`}${secret.value}`;
  const vault = spec.get("vault", "path").string();
  if (vault.state === "known") return `Vault ${valueOr(spec.get("vault", "server").string(), "")} ${vault.value}`;
  const arn = spec.get("arn").string();
  return arn.state === "known" ? `private CA ${arn.value}` : undefined;
}

export function isSelfSigned(issuer: KubernetesObject | undefined): boolean {
  return issuer !== undefined && issuer.spec.get("selfSigned").kind() !== "absent";
}
