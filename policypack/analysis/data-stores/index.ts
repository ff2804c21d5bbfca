/** The managed stores that hold what a core knows of its subscribers: which they are, and which zone's data they hold. */

import type { CoreModel } from "../../model/core";
import { tag } from "../../model/aws/references";
import { tokens } from "../../model/network-functions/vocabulary";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { networkFunction } from "../../topology/topology";
import { CORE_ZONES, type Certainty, holdsCore } from "../aws-network/core-vpcs";
import { declaredFunctions } from "../aws-network/declared-function";
import { STORE_KINDS, type StoreKind } from "./kinds";

export interface DataStore {
  readonly resource: Resource;
  readonly kind: StoreKind;
  /** Of the topology; "" where neither tag nor name says it. */
  readonly zone: string;
  /** Whether it is the core's. */
  readonly core: Certainty;
}

export const DATA_STORE_TYPES = STORE_KINDS.map(({ type }) => type);

/** Every managed store, with whether it is a core's. */
export const dataStores = (model: CoreModel): readonly DataStore[] =>
  STORE_KINDS.flatMap((kind) =>
    model.ofType(kind.type).map((resource) => {
      const zone = zoneOf(resource);
      return { resource, kind, zone, core: coreOf(model, resource, zone, kind.generic === true) };
    }),
  );

function coreOf(model: CoreModel, resource: Resource, zone: string, generic: boolean): Certainty {
  if (zone !== "") return CORE_ZONES.has(zone) ? "yes" : "no";
  if (tag(resource, ZONE_TAG).isUnknown) return "maybe";
  if (generic) return "no";
  return model.ask(holdsCore);
}

const ZONE_TAG = "carrierguard.dev/zone";

/** Words by which stores are called after what they hold. */
const WORDS: { readonly [word: string]: string } = {
  subscriber: "data", subscribers: "data", subscriberdb: "data", subscription: "data", imsi: "data", supi: "data", session: "data", sessions: "data",
  cdr: "charging", cdrs: "charging", charging: "charging", billing: "charging", rating: "charging",
  li: "li", interception: "li", intercept: "li",
  grafana: "observability", prometheus: "observability", loki: "observability", logs: "observability", metrics: "observability", tracing: "observability",
}; // prettier-ignore

/** The zone whose data a store or bucket holds: by its tag, the function it is declared for, or its name. */
export function zoneOf(resource: Resource): string {
  const said = tag(resource, ZONE_TAG).string();
  if (said.state === "known") return said.value.toLowerCase();
  if (said.state === "unknown") return "";
  const names = [resource.name, ...NAMES.map((key) => valueOr(resource.props.get(key).string(), ""))];
  const word = names.flatMap(tokens).find((token) => Object.hasOwn(WORDS, token));
  if (word !== undefined) return WORDS[word] ?? "";
  const [id] = declaredFunctions(resource).networkFunctions;
  return id === undefined ? "" : networkFunction(id).zone;
}

const NAMES = ["clusterIdentifier", "identifier", "clusterId", "replicationGroupId", "name", "bucket", "creationToken"];

/** Zones whose stores own a key each: auth and data share their subscribers. */
export function keyDomain(zone: string): string {
  return zone === "auth" || zone === "data" ? "auth/data" : zone;
}

/** Zones whose data may lie under no other zone's key. */
export const DEDICATED: ReadonlySet<string> = new Set(["auth/data", "charging", "li"]);
