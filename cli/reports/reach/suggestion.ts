/**
 * `--suggest`: manifests to apply, and before them in comments what has to go and what no manifest can say. Rules of security groups come
 * last, as resources of Pulumi YAML: their types and properties are those of every language.
 */

import yaml from "js-yaml";
import type { GroupRule } from "../../../policypack/analysis/groups-matrix/rules";
import type { GroupSuggestion } from "../../../policypack/analysis/groups-matrix/suggestion";
import type { Suggestion } from "../../../policypack/analysis/reachability/suggest";
import type { Resource } from "../../../policypack/model/stack";
import { valueOr } from "../../../policypack/model/value";

export function suggestionText({ policies, ...said }: Suggestion, groups: GroupSuggestion): string {
  const takeAway = [...said.takeAway, ...groups.takeAway];
  const beyond = [...said.beyond, ...groups.beyond];
  const comments = [
    ...(takeAway.length === 0
      ? []
      : ["Take away, as they allow more than 3GPP has these functions say:", ...takeAway.map((name) => `  ${name}`)]),
    ...(beyond.length === 0 ? [] : ["Not to be said in a policy:", ...beyond.map((line) => `  ${line}`)]),
  ].map((line) => `# ${line}`);
  const documents = policies.map((policy) => dump(policy));
  const rules =
    groups.add.length === 0
      ? []
      : [`${GROUPS}${dump({ resources: Object.fromEntries(groups.add.map((rule) => [rule.name, ruleResource(rule)])) })}`];
  return `${[...comments, [...documents, ...rules].join("---\n")].join("\n").trimEnd()}\n`;
}

/** The same for programs. */
export function suggestionJson({ policies, takeAway, beyond }: Suggestion, groups: GroupSuggestion): string {
  const answer = {
    policies,
    securityGroupRules: Object.fromEntries(groups.add.map((rule) => [rule.name, ruleResource(rule)])),
    takeAway: [...takeAway, ...groups.takeAway],
    beyond: [...beyond, ...groups.beyond],
  };
  return `${JSON.stringify(answer, undefined, 2)}\n`;
}

const GROUPS = "# Rules of security groups, for the Pulumi program that has the groups (Pulumi YAML).\n";

function dump(value: unknown): string {
  return yaml.dump(value, { noRefs: true, lineWidth: 160 });
}

function ruleResource({ side, group, peer, protocol, ports, interfaces }: GroupRule) {
  return {
    type: `aws:vpc:SecurityGroup${side === "ingress" ? "Ingress" : "Egress"}Rule`,
    properties: {
      securityGroupId: idOf(group),
      ...(peer.kind === "group"
        ? { referencedSecurityGroupId: idOf(peer.group) }
        : { [peer.cidr.includes(":") ? "cidrIpv6" : "cidrIpv4"]: peer.cidr }),
      ipProtocol: protocol,
      ...(ports === undefined ? {} : { fromPort: ports.first, toPort: ports.last }),
      description: `${interfaces.join(", ")} ${side === "ingress" ? "from" : "to"} ${peer.kind === "group" ? peer.group.name : peer.cidr}`,
    },
  };
}

/** The id where it is known, else the group of the same program. */
function idOf(group: Resource): string {
  return group.id ?? valueOr(group.props.get("id").string(), `\${${group.name}.id}`);
}
