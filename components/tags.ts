/** Tags and labels by which everybody, and every policy, knows what a resource belongs to. */

import type * as pulumi from "@pulumi/pulumi";
import type { ZoneId } from "../policypack/topology/types";

export interface Belonging {
  readonly plmn: pulumi.Input<string>;
  readonly environment: pulumi.Input<string>;
}

export type Tags = { [tag: string]: pulumi.Input<string> };

/** Tags of an AWS resource. */
export function tagsOf(belonging: Belonging, zone: ZoneId, plane: string): Tags {
  return {
    "carrierguard.dev/zone": zone,
    "carrierguard.dev/plane": plane,
    "carrierguard.dev/plmn": belonging.plmn,
    "carrierguard.dev/environment": belonging.environment,
  };
}
