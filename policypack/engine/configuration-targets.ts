/** The configuration files of network functions as subjects of rules, those among them that are not known before deployment. */

import { configTexts, type ConfigText, isBroken, nfConfigurations, type NfConfiguration } from "../analysis/nf-config";
import type { CoreModel } from "../model/core";
import { functionsNamed } from "../model/network-functions/vocabulary";
import type { Resource } from "../model/stack";
import type { NetworkFunctionId } from "../topology/types";
import { seen, type Target, undetermined, type Verdict } from "./rule";

/** A file that names a network function, but whose text comes with the deployment, or cannot be parsed. */
export interface UnreadConfiguration {
  readonly unread: ConfigText;
  readonly networkFunctions: readonly NetworkFunctionId[];
}

export const configurations: Target<NfConfiguration | UnreadConfiguration> = {
  description: "network function configuration in ConfigMaps and Secrets (open5gs, free5GC, SD-Core, OAI)",
  types: ["kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret"],
  subjects: (model) => [...model.ask(nfConfigurations), ...model.ask(unreadConfigurations)],
  resource: (subject): Resource => (isUnread(subject) ? subject.unread.object.resource : subject.object.resource),
};

export function isUnread(subject: NfConfiguration | UnreadConfiguration): subject is UnreadConfiguration {
  return "unread" in subject;
}

/** What every rule about configuration says of a file that it cannot read yet. */
export function notReadYet(subject: UnreadConfiguration, expected: string): Verdict {
  const { object, key, node, text } = subject.unread;
  return undetermined({
    message: `The configuration ${key} in ${object.kind} ${object.name} ${text === undefined ? "is not known before deployment" : "is no valid YAML, so what it says is not known"}.`,
    // A text that cannot be parsed may hold anything: it is not quoted.
    evidence: [text === undefined ? seen(node, expected) : { path: node.path, actual: "(no valid YAML)", expected }],
    networkFunctions: subject.networkFunctions,
    cause: `unread ${key}`,
  });
}

function unreadConfigurations(model: CoreModel): readonly UnreadConfiguration[] {
  return model.ask(configTexts).flatMap((unread) => {
    if (!/\.(ya?ml|json|conf|cfg)$/.test(unread.key)) return [];
    if (unread.text !== undefined && !(/\.(ya?ml|json)$/.test(unread.key) && isBroken(unread.text))) return [];
    const networkFunctions = functionsNamed(unread.key.replace(/\.[a-z]+$/, "").replace(/(cfg|conf|config)$/i, ""));
    return networkFunctions.length > 0 ? [{ unread, networkFunctions }] : [];
  });
}
