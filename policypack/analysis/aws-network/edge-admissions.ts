/**
 * What a security group may leave open to the world by the function it is for (control SG-05): IKE and ESP on an N3IWF or a SEG (TS 33.501
 * §7.2.1, TS 33.210), HTTPS of a SEPP or NEF behind a listener that verifies clients, and on any group the messages that paths need.
 */

import { loadBalancersWith } from "../../model/aws/load-balancers";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { ESP, ICMP, ICMPV6, TCP, TrafficSet, UDP } from "../cidr/traffic";
import { declaredFunctions } from "./declared-function";

export interface EdgeAdmissions {
  readonly accepted: TrafficSet;
  /** Accepted if something out of sight is as it should be. */
  readonly doubtful: TrafficSet;
}

/** ICMP destination unreachable with "fragmentation needed" (RFC 1191), ICMPv6 errors (RFC 4890 §4.3.1). */
export const PATH_MESSAGES = TrafficSet.union([TrafficSet.of(ICMP, 3 * 256 + 4, 3 * 256 + 4), TrafficSet.of(ICMPV6, 256, 4 * 256 + 255)]);

const IKE_AND_ESP = TrafficSet.union([TrafficSet.of(UDP, 500, 500), TrafficSet.of(UDP, 4500, 4500), TrafficSet.of(ESP)]);
const HTTPS = TrafficSet.of(TCP, 443, 443);
const EDGE = TrafficSet.union([IKE_AND_ESP, HTTPS]);

/** Of a group that is out of sight: it may be that of an N3IWF, a SEG, a SEPP or a NEF. */
export const UNKNOWN_GROUP: EdgeAdmissions = { accepted: TrafficSet.EMPTY, doubtful: EDGE };

export function edgeAdmissions(model: CoreModel, group: Resource): EdgeAdmissions {
  const { networkFunctions, certain } = declaredFunctions(group);
  const ike = networkFunctions.includes("N3IWF") || networkFunctions.includes("SEG") ? IKE_AND_ESP : TrafficSet.EMPTY;
  if (!certain) return { accepted: ike, doubtful: EDGE.minus(ike) };
  if (!networkFunctions.includes("SEPP") && !networkFunctions.includes("NEF")) return { accepted: ike, doubtful: TrafficSet.EMPTY };
  const modes = loadBalancersWith(model, group)
    .flatMap((balancer) => balancer.listeners)
    .filter((listener) => {
      const port = listener.port.number();
      return port.state === "known" && port.value === 443;
    })
    .map((listener) => listener.mutualAuthentication.get("mode").string());
  if (modes.some((mode) => mode.state === "absent" || (mode.state === "known" && mode.value !== "verify"))) {
    return { accepted: ike, doubtful: TrafficSet.EMPTY };
  }
  const verified = modes.length > 0 && modes.every((mode) => mode.state === "known");
  return { accepted: verified ? TrafficSet.union([ike, HTTPS]) : ike, doubtful: verified ? TrafficSet.EMPTY : HTTPS };
}
