/** Disks that AWS resources declare: volumes by themselves, and the block devices of instances and templates. */

import type { CoreModel } from "../core";
import type { Resource } from "../stack";
import type { Node } from "../value";
import { INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE } from "./types";

export const EBS_VOLUME = "aws:ebs/volume:Volume";

export interface Disk {
  /** The block of properties that describes it. */
  readonly node: Node;
  readonly encrypted: Node;
  readonly key: Node;
}

/** The disks that a resource declares; empty where it leaves them to the machine image. */
export function disksOf(resource: Resource): readonly Disk[] {
  const { props } = resource;
  switch (resource.type) {
    case EBS_VOLUME:
      return [disk(props)];
    case LAUNCH_TEMPLATE:
      return props.get("blockDeviceMappings").items().map((mapping) => mapping.get("ebs")).filter((ebs) => !ebs.isAbsent).map(disk);
    case INSTANCE:
    case LAUNCH_CONFIGURATION:
      return [props.get("rootBlockDevice"), ...props.get("ebsBlockDevices").items()].filter((device) => !device.isAbsent).map(disk);
    default:
      return [];
  }
} // prettier-ignore

function disk(node: Node): Disk {
  return { node, encrypted: node.get("encrypted"), key: node.get("kmsKeyId") };
}

/** Whether the account encrypts every new disk of the region: `undefined` where the stack does not say. */
export const encryptedByDefault = (model: CoreModel): Node | undefined => {
  const [setting] = model.ofType("aws:ebs/encryptionByDefault:EncryptionByDefault");
  return setting?.props.get("enabled");
};
