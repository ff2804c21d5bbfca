/** Image references by the distribution grammar: [domain/]path[:tag][@digest]. Source: distribution/reference. */

import { perText } from "../../model/answers";

export interface ImageReference {
  /** Registry host with its port; "docker.io" where the reference names none. */
  readonly registry: string;
  /** The registry was not written: Docker Hub, by convention. */
  readonly implicit: boolean;
  /** Path without tag and digest. */
  readonly path: string;
  readonly tag: string | undefined;
  /** A well-formed digest: algorithm and hexadecimal text of its length. */
  readonly digest: string | undefined;
}

const DIGEST = /^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;
const REFERENCE = /^([A-Za-z0-9._:/[\]-]+?)(?::([\w][\w.-]{0,127}))?(?:@([^@]+))?$/;

/** The parts of a reference; `undefined` for what is none (an empty text, a template that nobody filled in). */
export const parseImage = perText((text): ImageReference | undefined => {
  const match = REFERENCE.exec(text.trim());
  if (match === null) return undefined;
  const [, name = "", tag, digest] = match;
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const named = first.includes(".") || first.includes(":") || first === "localhost" || first !== first.toLowerCase();
  const path = named ? name.slice(slash + 1) : name;
  if (path === "") return undefined;
  return {
    registry: named ? first.toLowerCase() : "docker.io",
    implicit: !named,
    path: named || path.includes("/") ? path : `library/${path}`,
    tag,
    digest: digest !== undefined && DIGEST.test(digest) ? digest : undefined,
  };
});

/** Images that AWS itself puts on EKS nodes: the add-on registries, by their account. */
export function isEksManaged(image: ImageReference): boolean {
  return /^(602401143452|877085696533|800184023465|590381155156|900889452093|296578399912|066635153087|759879836304|330527610065|401639137921)\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(
    image.registry,
  );
}
