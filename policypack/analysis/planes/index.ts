/**
 * Which plane of the core (N2, N3, N4, N6, N9, N32, SBI, OAM, LI …) a network is: by the tag or label carrierguard.dev/plane, else by
 * the words of its name, as charts and operators write them (`n2network-amf`, `multus-n3`, `access-net`).
 */

import type { NetworkAttachment } from "../../model/kubernetes/networks";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import { tag } from "../../model/aws/references";
import type { Resource } from "../../model/stack";
import { known, type Node, type Read } from "../../model/value";

const PLANE = "carrierguard.dev/plane";
const ZONE = "carrierguard.dev/zone";

/** Names of one plane that carriers and products use. SD-Core calls N3 "access" and N6 "core". */
const WORDS: { readonly [word: string]: string } = {
  n2: "n2", ngap: "n2", n3: "n3", access: "n3", n4: "n4", pfcp: "n4", n6: "n6", core: "n6", sgi: "n6", n9: "n9", n32: "n32", nwu: "nwu", ike: "ike",
  s1: "s1", s1c: "s1", s1u: "n3", s5u: "n9", s8u: "n9", s11: "gtpc", s5c: "gtpc", s8c: "gtpc", gtpc: "gtpc", sbi: "sbi", oam: "oam", mgmt: "oam",
  li: "li", x1: "li", x2: "li", x3: "li", diameter: "diameter", s6a: "diameter",
}; // prettier-ignore

/** The planes that a text names; words are cut at signs and case changes, and `n2network` counts as `n2`. */
function planesNamed(text: string): readonly string[] {
  const words = text
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => /^(n\d+)(net|network|if|iface|intf|subnet)?\d*$/.exec(word)?.[1] ?? word);
  return [...new Set(words.flatMap((word) => (Object.hasOwn(WORDS, word) ? [WORDS[word] as string] : [])))];
}

/** The planes that a tag says an AWS resource belongs to; a list is one word a plane. */
export function planesTagged(resource: Resource): Read<readonly string[]> {
  return listed(tag(resource, PLANE));
}

export function zoneTagged(resource: Resource): Read<string> {
  const read = tag(resource, ZONE).string();
  return read.state === "known" ? known(read.value.trim().toLowerCase()) : read;
}

/** The planes of a secondary network: by its label or annotation, else by its name. */
export function planesOfNetwork(definition: KubernetesObject): Read<readonly string[]> {
  for (const holder of ["labels", "annotations"]) {
    const read = listed(definition.metadata.get(holder, PLANE));
    if (read.state !== "absent") return read;
  }
  return known(planesNamed(definition.name));
}

/** The planes of a network that a pod joins, whose definition need not be in sight: then its name tells, else the interface's. */
export function planesOfAttachment(attachment: NetworkAttachment): Read<readonly string[]> {
  if (attachment.definition !== undefined) {
    const told = planesOfNetwork(attachment.definition);
    if (told.state !== "known" || told.value.length > 0) return told;
  }
  const byName = planesNamed(attachment.name);
  return known(byName.length > 0 ? byName : planesNamed(attachment.interface ?? ""));
}

function listed(node: Node): Read<readonly string[]> {
  const read = node.string();
  if (read.state !== "known") return read;
  return known(
    read.value
      .toLowerCase()
      .split(/[\s,+/]+/)
      .filter((word) => word !== ""),
  );
}
