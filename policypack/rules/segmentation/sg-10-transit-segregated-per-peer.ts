/**
 * Transit, peering and interconnect attachments are segregated per peer and never routed into each other.
 *
 * A transit gateway associates and propagates every attachment in one table unless it is told not to (EC2 API, TransitGatewayRequestOptions):
 * then each carrier reaches each other carrier's core. Peers are VPN, peering and Direct Connect attachments and the VPCs of the interconnect zone.
 */

import {
  ASSOCIATION,
  PROPAGATION,
  TRANSIT_ROUTE_TABLE,
  type TransitAttachment,
  transitRouteTables,
  VPN_CONNECTION,
} from "../../model/aws/transit";
import { defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { TRANSIT_ATTACHMENT, TRANSIT_GATEWAY } from "../../model/aws/types";
import { resolve } from "../../model/aws/references";
import { zoneTagged } from "../../analysis/planes";
import type { Resource } from "../../model/stack";
import type { Node } from "../../model/value";
import { resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-10",
  name: "sg-10-transit-segregated-per-peer",
  title: "Transit, peering and interconnect attachments are segregated per peer and never transitively routed",
  family: "segmentation",
  severity: "high",
  scope: "stack",
  since: "0.1.0",
  target: resources(TRANSIT_GATEWAY, TRANSIT_ATTACHMENT, TRANSIT_ROUTE_TABLE),
  rationale:
    "An attacker in one carrier's network looks for the way into the next: a transit gateway with its default table is that way, for everybody who is attached.",
  remediation:
    'Set defaultRouteTableAssociation, defaultRouteTablePropagation and autoAcceptSharedAttachments to "disable", give each peer\'s attachment a route table of its own, and propagate no two peers into one table. Set the flags before attachments exist: changing them later moves routes.',
  standards: [
    { framework: "3GPP TS 33.501", ref: "5.9.1" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO12-022",
      title:
        "MNOs should implement filtering of Autonomous System (AS) prefixes and paths, both received and advertised, to control how traffic is routed and to protect agai",
    },
    { framework: "UK Telecoms Security Code of Practice", ref: "signalling plane measures" },
    { framework: "NIST SP 800-53r5", ref: "CA-3", title: "Information Exchange" },
    { framework: "NIST SP 800-53r5", ref: "SC-7(4)", title: "Boundary Protection | External Telecommunications Services" },
    { framework: "NIST SP 800-53r5", ref: "SC-46", title: "Cross Domain Policy Enforcement" },
  ],
  breaks: [
    { id: "FGT1199.501", name: "MNO Roaming Partners" },
    { id: "FGT5016", name: "Abuse Of Inter-operator Interfaces" },
  ],
  *check(subject, context) {
    if (subject.type === TRANSIT_GATEWAY) yield* gateway(subject);
    else if (subject.type === TRANSIT_ATTACHMENT) yield* attachment(subject, context);
    else {
      yield* table(subject, context);
      yield* transit(subject, context);
    }
  },
  examples: () => {
    const segregated = {
      defaultRouteTableAssociation: "disable",
      defaultRouteTablePropagation: "disable",
      autoAcceptSharedAttachments: "disable",
    };
    const tgw = (properties = {}) => resource(TRANSIT_GATEWAY, "core", { id: "tgw-1", ...segregated, ...properties });
    const routes = (name: string) => resource(TRANSIT_ROUTE_TABLE, name, { id: `rtb-${name}`, transitGatewayId: "tgw-1" });
    const vpn = (name: string) => resource(VPN_CONNECTION, name, { transitGatewayId: "tgw-1", transitGatewayAttachmentId: `att-${name}` });
    const joins = (type: string, name: string, to: string) =>
      resource(type, `${name}-${to}`, { transitGatewayAttachmentId: `att-${name}`, transitGatewayRouteTableId: `rtb-${to}` });
    return {
      pass: [
        { name: "a transit gateway without defaults", resources: [tgw()] },
        {
          name: "two peers with tables of their own",
          resources: [tgw(), routes("a"), routes("b"), vpn("a"), vpn("b"), joins(ASSOCIATION, "a", "a"), joins(ASSOCIATION, "b", "b")],
        },
        {
          name: "an attachment to a segregated transit gateway",
          resources: [tgw(), resource(TRANSIT_ATTACHMENT, "core", { id: "att-core", transitGatewayId: "tgw-1", vpcId: "vpc-1" })],
        },
        {
          name: "the core's own VPC and one peer in a table",
          resources: [
            tgw(),
            routes("a"),
            vpn("a"),
            joins(PROPAGATION, "a", "a"),
            resource(TRANSIT_ATTACHMENT, "core", { id: "att-core", transitGatewayId: "tgw-1", vpcId: "vpc-1" }),
            joins(PROPAGATION, "core", "a"),
          ],
        },
      ],
      fail: [
        { name: "nothing said: one table for everybody", resources: [resource(TRANSIT_GATEWAY, "core", {})] },
        { name: "attachments of other accounts are taken unasked", resources: [tgw({ autoAcceptSharedAttachments: "enable" })] },
        {
          name: "an attachment in the default table of a transit gateway elsewhere",
          resources: [resource(TRANSIT_ATTACHMENT, "core", { transitGatewayId: "tgw-9", vpcId: "vpc-1" })],
        },
        {
          name: "two peers propagated into one table",
          resources: [tgw(), routes("a"), vpn("a"), vpn("b"), joins(PROPAGATION, "a", "a"), joins(PROPAGATION, "b", "a")],
        },
        {
          name: "two peers associated with one table",
          resources: [tgw(), routes("a"), vpn("a"), vpn("b"), joins(ASSOCIATION, "a", "a"), joins(ASSOCIATION, "b", "a")],
        },
      ],
      undetermined: [{ name: "flags that the configuration brings", resources: [tgw({ defaultRouteTablePropagation: unknownValue() })] }],
    };
  },
});

/** Flags of a transit gateway; each is on where nothing is said, but for the last. */
const FLAGS: readonly (readonly [property: string, byDefault: string, effect: string])[] = [
  ["defaultRouteTableAssociation", "enable", "routes every new attachment by one table"],
  ["defaultRouteTablePropagation", "enable", "tells every attachment the way to every other"],
  ["autoAcceptSharedAttachments", "disable", "takes attachments of other accounts unasked"],
];

function* gateway(subject: Resource): Generator<Verdict> {
  const wrong: Node[] = [];
  const open: Node[] = [];
  const effects: string[] = [];
  for (const [property, byDefault, effect] of FLAGS) {
    const node = subject.props.get(property);
    const read = node.string();
    if (read.state === "unknown") open.push(node);
    else if ((read.state === "known" ? read.value : byDefault) !== "disable") {
      wrong.push(node);
      effects.push(effect);
    }
  }
  if (wrong.length > 0)
    yield fail({
      message: `Transit gateway ${subject.name} ${effects.join(" and ")}: one peer's network is a way into all others (Lateral Movement between carriers).`,
      evidence: wrong.map((node) => seen(node, "disable")),
      cause: "defaults",
    });
  else if (open.length > 0)
    yield undetermined({
      message: `Whether transit gateway ${subject.name} keeps its attachments apart is not known before deployment.`,
      evidence: open.map((node) => seen(node, "disable")),
      cause: "defaults",
    });
}

/** An attachment to a transit gateway that is not in sight, and whose own flags leave it in the default table. */
function* attachment(subject: Resource, { model }: RuleContext): Generator<Verdict> {
  const target = resolve(model, subject, subject.props.get("transitGatewayId"), [TRANSIT_GATEWAY]);
  if (target.state !== "elsewhere") return;
  const flags = ["transitGatewayDefaultRouteTableAssociation", "transitGatewayDefaultRouteTablePropagation"].map((key) =>
    subject.props.get(key),
  );
  const reads = flags.map((node) => node.boolean());
  const wrong = flags.filter((_, index) => {
    const read = reads[index];
    return read?.state === "absent" || (read?.state === "known" && read.value);
  });
  if (wrong.length === 0 && !reads.some((read) => read.state === "unknown")) return;
  yield (wrong.length > 0 ? fail : undetermined)({
    message: `Attachment ${subject.name} ${wrong.length > 0 ? "joins" : "may join"} the default route table of transit gateway ${target.value}, with every other network that does.`,
    evidence: (wrong.length > 0 ? wrong : flags).map((node) => seen(node, false)),
    cause: "attachment",
  });
}

/** Two peers in one route table of a transit gateway. */
function* table(subject: Resource, { model }: RuleContext): Generator<Verdict> {
  const found = model.ask(transitRouteTables).get(subject);
  for (const [list, what] of [
    [found?.associated ?? [], "route by"],
    [found?.propagated ?? [], "are propagated into"],
  ] as const) {
    const peers = [...new Set(list)].filter((item) => isPeer(item));
    if (peers.length < 2) continue;
    yield fail({
      message: `${peers.map((peer) => peer.resource.name).join(" and ")} ${what} one table, ${subject.name}: one peer's network is a way into the other's.`,
      evidence: peers.map((peer) => ({
        path: peer.resource.urn.split("::").slice(2).join("::"),
        actual: subject.name,
        expected: "a route table of its own",
      })),
      cause: what,
    });
  }
}

/** A static route from the table of one peer to another. */
function* transit(subject: Resource, { model }: RuleContext): Generator<Verdict> {
  const found = model.ask(transitRouteTables).get(subject);
  const from = found?.associated.filter(isPeer) ?? [];
  const to = (found?.routed ?? []).filter((item) => isPeer(item) && from.some((peer) => peer !== item));
  const [first] = to;
  if (first === undefined) return;
  yield fail({
    message: `Route table ${subject.name} of ${from.map((peer) => peer.resource.name).join(", ")} has a static route to ${to.map((peer) => peer.resource.name).join(", ")}: one peer's network is a way into the other's.`,
    evidence: to.map((peer) => ({
      path: peer.resource.urn.split("::").slice(2).join("::"),
      actual: subject.name,
      expected: "no route between peers",
    })),
    cause: "static route",
  });
}

function isPeer({ kind, vpc }: TransitAttachment): boolean {
  if (kind !== "vpc") return true;
  const zone = vpc.state === "resolved" ? zoneTagged(vpc.resource) : undefined;
  return zone?.state === "known" && (zone.value === "interconnect" || zone.value === "roaming-edge");
}
