/** `--suggest`: manifests to apply, and before them in comments what has to go and what no manifest can say. */

import yaml from "js-yaml";
import type { Suggestion } from "../../../policypack/analysis/reachability/suggest";

export function suggestionText({ policies, takeAway, beyond }: Suggestion): string {
  const comments = [
    ...(takeAway.length === 0
      ? []
      : ["Take away, as they allow more than 3GPP has these functions say:", ...takeAway.map((name) => `  ${name}`)]),
    ...(beyond.length === 0 ? [] : ["Not to be said in a policy:", ...beyond.map((line) => `  ${line}`)]),
  ].map((line) => `# ${line}`);
  const documents = policies.map((policy) => yaml.dump(policy, { noRefs: true, lineWidth: 160 }));
  return `${[...comments, documents.join("---\n")].join("\n").trimEnd()}\n`;
}
