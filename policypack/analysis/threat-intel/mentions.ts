/**
 * Where a resource names addresses, domains, URLs, digests or autonomous systems as something it works with. Left out is what it keeps away:
 * rules that deny, drop or block, the `except` of an ipBlock, and what is only said about it (descriptions, tags).
 */

import type { Resource } from "../../model/stack";
import type { Node } from "../../model/value";
import { type Observable, observablesIn } from "./observables";

export interface Mention {
  readonly node: Node;
  /** The object that it stands in. */
  readonly holder: Node;
  readonly observables: Iterable<Observable>;
  /** Set where the property is the number of an autonomous system. */
  readonly autonomousSystem: number | undefined;
}

/** Properties that say what a rule does with what stands beside them: network ACLs, Istio, Calico, AdminNetworkPolicy, firewalls, WAF. */
const ACTIONS = ["action", "ruleAction", "actions", "generatedRulesType"];
const KEEPS_AWAY = /^(aws:)?(deny|denylist|drop|block|reject)$/i;

/** Properties whose whole content is kept away, or only said. */
const LEFT_OUT =
  /^(ingressDeny|egressDeny|except|notIpBlocks|notRemoteIpBlocks|notNets|deny|denied|denyList|blockList|blacklist|description|comment|tags|tagsAll)$/i;

/** Suricata rules that keep away or only tell: "drop ip $HOME_NET any -> 203.0.113.7 any (…)". */
const SURICATA_LINE = /^\s*(drop|reject|rejectsrc|rejectdst|rejectboth|alert|#).*$/gim;

/** Properties that hold base64 in every resource; a Secret's data does besides. */
const ENCODED = /^(userData|userDataBase64|binaryData)$/;

export function* mentions(resource: Resource): Generator<Mention> {
  yield* within(resource.props, resource.props, "", resource.type.endsWith(":Secret") ? /^(userData|binaryData|data)$/ : ENCODED, false);
}

function* within(node: Node, holder: Node, key: string, encoded: RegExp, inside: boolean): Generator<Mention> {
  switch (node.kind()) {
    case "object":
      if (ACTIONS.some((action) => keepsAway(node.get(action)))) return;
      for (const [name, child] of node.fields())
        if (!LEFT_OUT.test(name)) yield* within(child, node, name, encoded, inside || encoded.test(name));
      return;
    case "list":
      for (const child of node.items()) yield* within(child, holder, key, encoded, inside);
      return;
    case "string":
    case "number": {
      const read = node.string();
      if (read.state !== "known") return;
      const text = key === "rulesString" ? read.value.replace(SURICATA_LINE, "") : read.value;
      const asn = /asn$/i.test(key) && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
      const decoded = inside ? decode(text) : undefined;
      yield { node, holder, observables: observablesIn(decoded === undefined ? text : `${text}\n${decoded}`), autonomousSystem: asn };
      return;
    }
    default:
  }
}

function keepsAway(action: Node): boolean {
  if (action.kind() === "list") return action.items().length > 0 && action.items().every(keepsAway);
  // WAF writes its actions as objects: { block: {} }.
  if (action.kind() === "object") return !action.get("block").isAbsent;
  const read = action.string();
  return read.state === "known" && KEEPS_AWAY.test(read.value);
}

function decode(text: string): string | undefined {
  const compact = text.replace(/\s/g, "");
  return /^[A-Za-z0-9+/]{8,}={0,2}$/.test(compact) ? Buffer.from(compact, "base64").toString("utf8") : undefined;
}
