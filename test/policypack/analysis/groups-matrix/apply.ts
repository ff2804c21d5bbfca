/** A suggestion for security groups, applied to the resources it was made for. */

import type { GroupRule } from "../../../../policypack/analysis/groups-matrix/rules";
import type { GroupSuggestion } from "../../../../policypack/analysis/groups-matrix/suggestion";
import { Resource } from "../../../../policypack/model/stack";
import { UnknownValue, type Value } from "../../../../policypack/model/value";

export function applied(resources: readonly Resource[], { add, remove, empty }: GroupSuggestion): Resource[] {
  const kept = resources.flatMap((resource) => {
    const paths = remove.filter((item) => item.resource === resource).map(({ path }) => path);
    if (paths.includes("")) return [];
    if (paths.length === 0 && !empty.includes(resource)) return [resource];
    const lists = Object.fromEntries(
      (["ingress", "egress"] as const).map((side) => [
        side,
        empty.includes(resource) ? [] : items(resource, side).filter((_, index) => !paths.includes(`${side}[${index}]`)),
      ]),
    );
    return [copy(resource, { ...fieldsOf(resource), ...lists })];
  });
  return [...kept, ...add.map(asResource)];
}

function fieldsOf(resource: Resource): { [key: string]: Value } {
  return Object.fromEntries(
    resource.props.fields().map(([key, node]) => [key, (node.isUnknown ? new UnknownValue(node.comesFrom) : node.plain()) as Value]),
  );
}

function items(resource: Resource, side: "ingress" | "egress"): Value[] {
  return resource.props
    .get(side)
    .items()
    .map((item) => item.plain() as Value);
}

function copy({ urn, type, name, id }: Resource, properties: { [key: string]: Value }): Resource {
  return new Resource({ urn, type, name, properties, ...(id === undefined ? {} : { id }) });
}

function asResource({ name, side, group, peer, protocol, ports }: GroupRule): Resource {
  const word = side === "ingress" ? "Ingress" : "Egress";
  const type = `aws:vpc/securityGroup${word}Rule:SecurityGroup${word}Rule`;
  const idOf = (resource: Resource): Value =>
    resource.id ?? (resource.props.get("id").plain() as Value | undefined) ?? new UnknownValue([resource.urn]);
  const properties: { [key: string]: Value } = {
    securityGroupId: idOf(group),
    ...(peer.kind === "group" ? { referencedSecurityGroupId: idOf(peer.group) } : { cidrIpv4: peer.cidr }),
    ipProtocol: protocol,
    ...(ports === undefined ? {} : { fromPort: ports.first, toPort: ports.last }),
  };
  return new Resource({ urn: `urn:pulumi:a::a::${type}::${name}`, type, name, properties });
}
