/** Transit gateways: what is attached to them, and which route table each attachment goes by. */

import type { CoreModel } from "../core";
import type { Resource } from "../stack";
import { vpcOf } from "./networks";
import { type Reference, resolve } from "./references";
import { TRANSIT_ATTACHMENT } from "./types";

export const TRANSIT_ROUTE_TABLE = "aws:ec2transitgateway/routeTable:RouteTable";
export const ASSOCIATION = "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation";
export const PROPAGATION = "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation";
export const VPN_CONNECTION = "aws:ec2/vpnConnection:VpnConnection";
const PEERING = "aws:ec2transitgateway/peeringAttachment:PeeringAttachment";
const CONNECT = "aws:ec2transitgateway/connect:Connect";
const DIRECT_CONNECT = "aws:directconnect/gatewayAssociation:GatewayAssociation";

export interface TransitAttachment {
  readonly resource: Resource;
  readonly kind: "vpc" | "vpn" | "peering" | "connect" | "direct-connect";
  readonly vpc: Reference;
}

const KINDS: readonly (readonly [type: string, kind: TransitAttachment["kind"]])[] = [
  [TRANSIT_ATTACHMENT, "vpc"],
  [VPN_CONNECTION, "vpn"],
  [PEERING, "peering"],
  [CONNECT, "connect"],
  [DIRECT_CONNECT, "direct-connect"],
];

const attachments = (model: CoreModel): readonly TransitAttachment[] =>
  KINDS.flatMap(([type, kind]) => model.ofType(type).map((resource) => ({ resource, kind, vpc: vpcOf(model, resource) })));

/** The attachment that an association, propagation or route names: by its id, or by the output of the resource that makes it. */
function attachmentNamed(model: CoreModel, resource: Resource): TransitAttachment | undefined {
  const node = resource.props.get("transitGatewayAttachmentId");
  const types = KINDS.map(([type]) => type);
  const direct = resolve(model, resource, node, types);
  const all = model.ask(attachments);
  if (direct.state === "resolved") return all.find((item) => item.resource === direct.resource);
  const read = node.string();
  // A VPN connection's own id is not that of its attachment.
  return all.find((item) => {
    const own = item.resource.props.get("transitGatewayAttachmentId").string();
    return read.state === "known" && own.state === "known" && own.value === read.value;
  });
}

const TRANSIT_ROUTE = "aws:ec2transitgateway/route:Route";

export interface TransitRouteTable {
  readonly associated: readonly TransitAttachment[];
  readonly propagated: readonly TransitAttachment[];
  /** Attachments that static routes of the table lead to. */
  readonly routed: readonly TransitAttachment[];
}

export const transitRouteTables = (model: CoreModel): ReadonlyMap<Resource, TransitRouteTable> => {
  const joining = (type: string, table: Resource): TransitAttachment[] =>
    model.ofType(type).flatMap((item) => {
      const target = resolve(model, item, item.props.get("transitGatewayRouteTableId"), [TRANSIT_ROUTE_TABLE]);
      return target.state === "resolved" && target.resource === table ? (attachmentNamed(model, item) ?? []) : [];
    });
  return new Map(
    model
      .ofType(TRANSIT_ROUTE_TABLE)
      .map((table) => [
        table,
        { associated: joining(ASSOCIATION, table), propagated: joining(PROPAGATION, table), routed: joining(TRANSIT_ROUTE, table) },
      ]),
  );
};
