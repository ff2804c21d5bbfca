/** Names that are not resolved in a network. */

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface RefusedNames {
  readonly vpcId: pulumi.Input<string>;
  readonly domains: readonly string[];
  /** Order among the rule groups of the network: 101 and up, each once (Route 53 Resolver). */
  readonly priority: number;
  readonly tags: { [tag: string]: pulumi.Input<string> };
}

/** Refuses the names of a list; `invalid` (RFC 2606) keeps an empty one lawful. */
export function dnsFirewall(name: string, { vpcId, domains, priority, tags }: RefusedNames, parent: pulumi.Resource): void {
  const options = { parent };
  const list = new aws.route53.ResolverFirewallDomainList(
    `${name}-threats`,
    { domains: domains.length > 0 ? [...domains] : ["invalid."], tags },
    options,
  );
  const group = new aws.route53.ResolverFirewallRuleGroup(name, { tags }, options);
  new aws.route53.ResolverFirewallRule(
    `${name}-threats`,
    { action: "BLOCK", blockResponse: "NXDOMAIN", firewallRuleGroupId: group.id, firewallDomainListId: list.id, priority: 10 },
    options,
  );
  new aws.route53.ResolverFirewallRuleGroupAssociation(
    name,
    { firewallRuleGroupId: group.id, vpcId, priority, mutationProtection: "ENABLED", tags },
    options,
  );
}
