/**
 * What verifies the signatures of images when pods are created: Kyverno (verifyImages; ImageValidatingPolicy), the Sigstore policy controller
 * (ClusterImagePolicy), Ratify behind Gatekeeper. For each: whether it refuses, whom it believes, where, and of which images it speaks.
 * Sources: kyverno.io/v1 and policies.kyverno.io (validationActions Deny where left out), policy.sigstore.dev (mode enforce where left out; only
 * namespaces labelled policy.sigstore.dev/include), Ratify, constraints.gatekeeper.sh. Read 2026-11-25.
 */

import type { CoreModel } from "../../model/core";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { and, type Match, matchesSelector } from "../../model/kubernetes/selectors";
import { textBelow } from "../../model/texts";
import { type Node, valueOr } from "../../model/value";
import { parseImage } from "../images/reference";
import { gatekeeperGuards } from "./gatekeeper";
import type { NamespaceLabels } from "./guards";
import { kyvernoImageChecks } from "./kyverno";
import { failsClosed } from "./validating-admission-policy";

export interface SignatureCheck {
  readonly object: KubernetesObject;
  readonly enforces: Match;
  /** What keeps it from refusing. */
  readonly because: Node;
  /** Whether whoever signed is named: a key, a certificate, or a keyless identity with its issuer. */
  readonly signers: Match;
  readonly signersNode: Node;
  covers(namespace: NamespaceLabels): Match;
  /** Whether it speaks of an image. */
  about(image: string): Match;
}

export const signatureChecks = (model: CoreModel): readonly SignatureCheck[] => [
  ...kyvernoImageChecks(model).map(({ check, ...rest }): SignatureCheck => ({
    ...rest,
    signers: any(check.get("attestors").items().flatMap((attestor) => attestor.get("entries").items()).map(names), check.get("attestors")),
    signersNode: check.get("attestors"),
    about: (image) => and([matchesImage(check.get("imageReferences"), image), negate(check.get("skipImageReferences").isAbsent ? "no" : matchesImage(check.get("skipImageReferences"), image))]),
  })),
  ...["ImageValidatingPolicy", "NamespacedImageValidatingPolicy"].flatMap((kind) => model.objectsOf("policies.kyverno.io", kind)).map(imageValidatingPolicy),
  ...model.objectsOf("policy.sigstore.dev", "ClusterImagePolicy").map(clusterImagePolicy),
  ...ratify(model),
]; // prettier-ignore

function imageValidatingPolicy(object: KubernetesObject): SignatureCheck {
  const { spec } = object;
  const actions = spec.get("validationActions");
  const denies: Match = actions.isUnknown ? "maybe" : actions.isAbsent || actions.items().some((item) => valueOr(item.string(), "") === "Deny") ? "yes" : "no";
  const verifies: Match = /verifyImageSignatures/.test(textBelow(spec.get("validations"))) ? "yes" : spec.get("validations").holdsUnknown() ? "maybe" : "no";
  const references = spec.get("matchImageReferences");
  return {
    object,
    enforces: and([denies, verifies, failsClosed(spec.get("failurePolicy"))]),
    because: denies === "yes" ? spec.get("validations") : actions,
    signers: any(spec.get("attestors").items().map(names), spec.get("attestors")),
    signersNode: spec.get("attestors"),
    covers: (namespace) => (object.kind.startsWith("Namespaced") ? (object.namespace === namespace.name ? "yes" : "no") : matchesSelector(spec.get("matchConstraints", "namespaceSelector"), namespace.labels)),
    about: (image) => any(references.items().map((item) => (item.get("expression").isAbsent ? globMatch(item.get("glob"), image, "*") : "maybe")), references),
  };
} // prettier-ignore

function clusterImagePolicy(object: KubernetesObject): SignatureCheck {
  const { spec } = object;
  const mode = spec.get("mode");
  const authorities = spec.get("authorities").items();
  return {
    object,
    enforces: mode.isUnknown ? "maybe" : valueOr(mode.string(), "enforce") === "enforce" ? "yes" : "no",
    because: mode,
    // One authority that believes everybody is enough for an intruder.
    signers: authorities.length === 0 ? (spec.get("authorities").isUnknown ? "maybe" : "no") : and(authorities.map((item) => (item.get("static").isAbsent ? names(item) : "no"))),
    signersNode: spec.get("authorities"),
    covers: ({ labels }) => {
      const included = labels.known.get("policy.sigstore.dev/include");
      return included === "true" ? "yes" : included === undefined && !labels.complete ? "maybe" : "no";
    },
    about: (image) => any(spec.get("images").items().map((item) => globMatch(item.get("glob"), image, "**")), spec.get("images")),
  };
} // prettier-ignore

/** Ratify answers Gatekeeper; its verifiers say by which certificates. */
function ratify(model: CoreModel): SignatureCheck[] {
  const verifiers = model.objects.filter(({ group, kind }) => group === "config.ratify.deislabs.io" && /Verifier$/.test(kind) && kind !== "CertificateStore");
  return gatekeeperGuards(model).filter(({ object }) => /ratify/i.test(object.kind)).map((guard): SignatureCheck => ({
    object: guard.object,
    enforces: guard.enforces,
    because: guard.because ?? guard.object.spec,
    signers: verifiers.length > 0 ? "yes" : "maybe",
    signersNode: guard.object.spec,
    covers: (namespace) => guard.covers(namespace),
    about: () => "yes",
  }));
} // prettier-ignore

/** Whether an attestor or authority names who signs. */
function names(entry: Node): Match {
  if (entry.isUnknown) return "maybe";
  for (const holder of [entry, entry.get("cosign"), entry.get("notary"), entry.get("attestor")]) {
    const keys = holder.get("keys").kind() === "object" ? holder.get("keys") : holder.get("key");
    for (const field of ["publicKeys", "data", "kms", "secret", "secretRef", "kmsSpec", "expression"])
      if (!keys.get(field).isAbsent) return "yes";
    for (const field of ["cert", "certChain", "certs"])
      if (!holder.get("certificates", field).isAbsent || !holder.get("certificate", field).isAbsent) return "yes";
    if (!holder.get("certs").isAbsent || !holder.get("x509").isAbsent) return "yes";
    const keyless = holder.get("keyless");
    if (keyless.isAbsent) continue;
    const identities = keyless.get("identities").items();
    return identities.length > 0 ? and(identities.map(isIdentity)) : isIdentity(keyless);
  }
  return entry.holdsUnknown() ? "maybe" : "no";
}

/** A keyless signature is everybody's unless its subject and issuer are named. */
function isIdentity(node: Node): Match {
  const part = (plain: string, expression: string): Match => {
    const own = node.get(plain);
    const pattern = node.get(expression);
    if (own.isUnknown || pattern.isUnknown) return "maybe";
    const text = valueOr(own.string(), "");
    const regular = valueOr(pattern.string(), "");
    const named = text !== "" && !/^[*?]+$/.test(text);
    return named || (regular !== "" && !/^\^?\(?\.[*+]\)?\$?$/.test(regular)) ? "yes" : "no";
  };
  return and([part("subject", "subjectRegExp"), part("issuer", "issuerRegExp")]);
}

function any(answers: readonly Match[], list: Node): Match {
  if (answers.includes("yes")) return "yes";
  return answers.includes("maybe") || list.isUnknown ? "maybe" : "no";
}

function negate(match: Match): Match {
  return match === "maybe" ? "maybe" : match === "yes" ? "no" : "yes";
}

/** `*` alone stands for everything where nothing is said of images (Kyverno, imageReferences). */
function matchesImage(references: Node, image: string): Match {
  return references.isAbsent ? "yes" : any(references.items().map((item) => globMatch(item, image, "*")), references);
} // prettier-ignore

/** A glob over the whole reference. `many`: what crosses a slash; with `**` a single star does not (Sigstore). */
function globMatch(pattern: Node, image: string, many: "*" | "**"): Match {
  const read = pattern.string();
  if (read.state !== "known") return read.state === "absent" ? "no" : "maybe";
  const parsed = parseImage(image);
  // As the engines do: Docker Hub by its name, and the reference with and without its tag and digest.
  const place = parsed === undefined ? image : `${parsed.registry === "docker.io" ? "index.docker.io" : parsed.registry}/${parsed.path}`;
  const candidates = [image, place, place.replace(/^index\./, ""), ...(parsed === undefined ? [] : [`${place}:${parsed.tag ?? "latest"}`, image.replace(/@.*$/, ""), image.replace(/@.*$/, "").replace(/:[^:/]*$/, "")])];
  const expression = read.value.split(/(\*\*|\*|\?)/).map((part) => (part === "**" ? ".*" : part === "*" ? (many === "*" ? ".*" : "[^/]*") : part === "?" ? "." : part.replace(/[.+^${}()|[\]\\]/g, "\\$&"))).join("");
  return candidates.some((text) => new RegExp(`^${expression}$`).test(text)) ? "yes" : "no";
} // prettier-ignore
