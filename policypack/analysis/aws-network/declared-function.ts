/** Which network function an AWS resource says it is for: the label of the model as a tag, else the words of its name. */

import { tag } from "../../model/aws/references";
import { functionsNamed } from "../../model/network-functions/vocabulary";
import type { Resource } from "../../model/stack";
import { networkFunctionNamed } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";

const NF_TAG = "carrierguard.dev/nf";

export interface DeclaredFunctions {
  readonly networkFunctions: readonly NetworkFunctionId[];
  /** False where a tag that is not known yet may say otherwise. */
  readonly certain: boolean;
}

/** By the tag where there is one; SEG and AF are too short to be read from a name. */
export function declaredFunctions(resource: Resource): DeclaredFunctions {
  const label = tag(resource, NF_TAG);
  const read = label.string();
  if (read.state === "known") {
    const ids = read.value.split(/[\s,+/]+/).flatMap((word) => networkFunctionNamed(word)?.id ?? []);
    return { networkFunctions: ids, certain: true };
  }
  const names = [resource.name, ...[resource.props.get("name"), tag(resource, "Name"), resource.props.get("description")].flatMap((node) => {
    const text = node.string();
    return text.state === "known" ? [text.value] : [];
  })];
  return { networkFunctions: [...new Set(names.flatMap(functionsNamed))], certain: read.state === "absent" };
} // prettier-ignore
