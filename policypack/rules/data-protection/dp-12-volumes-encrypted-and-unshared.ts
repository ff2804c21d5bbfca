/**
 * Disks, snapshots and images are encrypted, and nobody outside is given one. An account that encrypts by default (EC2 User Guide, "Enable
 * encryption by default") encrypts what says nothing; a device made from a snapshot is encrypted as that is.
 */

import { coreInCloud } from "../../analysis/aws-network/core-vpcs";
import { change, defineRule, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { disksOf, EBS_VOLUME, encryptedByDefault } from "../../model/aws/disks";
import { INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE } from "../../model/aws/types";
import type { Resource } from "../../model/stack";
import { valueOr } from "../../model/value";
import { type Properties, resource, unknownValue } from "../../testing/build";

const BY_DEFAULT = "aws:ebs/encryptionByDefault:EncryptionByDefault";
const SNAPSHOT_COPY = "aws:ebs/snapshotCopy:SnapshotCopy";
const AMI_COPY = "aws:ec2/amiCopy:AmiCopy";
const AMI = "aws:ec2/ami:Ami";
const AMI_PERMISSION = "aws:ec2/amiLaunchPermission:AmiLaunchPermission";
const DISKS = [EBS_VOLUME, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, INSTANCE];
const COPIES = [SNAPSHOT_COPY, AMI_COPY];
const SHARED = [
  "aws:rds/snapshot:Snapshot",
  "aws:rds/clusterSnapshot:ClusterSnapshot",
  "aws:rds/snapshotCopy:SnapshotCopy",
  "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
];

export default defineRule({
  id: "DP-12",
  name: "dp-12-volumes-encrypted-and-unshared",
  title: "Volumes, snapshots and images encrypted and never shared publicly or across tenants",
  family: "data-protection",
  severity: "medium",
  scope: "resource",
  since: "0.1.0",

  target: resources(BY_DEFAULT, ...DISKS, ...COPIES, AMI, AMI_PERMISSION, ...SHARED),
  rationale:
    "What a terminated function leaves behind is on its disks and in their snapshots: keys, tickets and subscriber data, for whoever attaches them next or is given a copy.",
  remediation:
    "Set encrypted: true with the zone's kmsKeyId on volumes, block devices and copies, declare aws.ebs.EncryptionByDefault, and share images and snapshots with named accounts only.",
  standards: [
    { framework: "CIS AWS Foundations 5.0", ref: "5.1.1", title: "Ensure EBS volume encryption is enabled in all regions" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO13-010",
      title:
        "The hypervisor and/or CIS supports the encryption granularity down to per VM or per Container.  After the hypervisor/CIS has used the key to decrypt the workloa",
    },
    { framework: "NIST SP 800-53r5", ref: "SC-28(1)", title: "Protection of Information at Rest | Cryptographic Protection" },
  ],
  breaks: [{ id: "FGT1609.501", name: "Accessing Terminated VNF" }],

  // A disk that there is would be replaced, and what is on it lost: only what makes new disks is changed.
  remedy: { sets: "encryption of the disks that launch templates make, and the account's default, on." },
  *check(item, context) {
    if (item.type === BY_DEFAULT) yield* accountDefault(item);
    else if (item.type === AMI_PERMISSION) yield* sharedImage(item);
    else if (SHARED.includes(item.type)) yield* sharedSnapshot(item);
    else if (COPIES.includes(item.type)) yield* judge(item, [{ encrypted: item.props.get("encrypted"), node: item.props }], false);
    else if (item.type === AMI)
      yield* judge(
        item,
        item.props
          .get("ebsBlockDevices")
          .items()
          .filter((device) => device.get("snapshotId").isAbsent)
          .map((node) => ({ node, encrypted: node.get("encrypted") })),
        isDefault(context) !== "no",
      );
    else yield* disks(item, context);
  },
  examples: () => ({
    pass: [
      { name: "an encrypted volume", resources: [volume({ encrypted: true, kmsKeyId: "arn:aws:kms:x:1:key/1" })] },
      { name: "an account that encrypts by default", resources: [resource(BY_DEFAULT, "d", { enabled: true }), volume({})] },
      { name: "a template whose devices are encrypted, written as text", resources: [template([{ encrypted: "true" }])] },
      { name: "a volume from a snapshot is encrypted as that is", resources: [volume({ snapshotId: "snap-1" })] },
      {
        name: "an image shared with one account",
        resources: [resource(AMI_PERMISSION, "p", { imageId: "ami-1", accountId: "111122223333" })],
      },
    ],
    fail: [
      { name: "a volume that says nothing", resources: [volume({})] },
      { name: "a template with one plain device of two", resources: [template([{ encrypted: true }, { volumeSize: 50 }])] },
      {
        name: "a plain volume although the default is to encrypt",
        resources: [resource(BY_DEFAULT, "d", { enabled: true }), volume({ encrypted: false })],
      },
      { name: "the default switched off", resources: [resource(BY_DEFAULT, "d", { enabled: false })] },
      { name: "an image for everybody", resources: [resource(AMI_PERMISSION, "p", { imageId: "ami-1", group: "all" })] },
      {
        name: "a database snapshot for everybody",
        resources: [resource("aws:rds/clusterSnapshot:ClusterSnapshot", "s", { sharedAccounts: ["all"] })],
      },
      { name: "an unencrypted copy of a snapshot", resources: [resource(SNAPSHOT_COPY, "c", { sourceSnapshotId: "snap-1" })] },
    ],
    undetermined: [
      { name: "encryption that the configuration brings", resources: [volume({ encrypted: unknownValue() })] },
      {
        name: "nodes of a core whose disks the image decides",
        resources: [
          resource("aws:ec2/vpc:Vpc", "core", { tags: { "carrierguard.dev/zone": "control" } }),
          resource(LAUNCH_TEMPLATE, "nodes", {}),
        ],
      },
    ],
  }),
});

type Encrypted = Pick<ReturnType<typeof disksOf>[number], "encrypted" | "node">;

function isDefault({ model, view }: RuleContext): "yes" | "no" | "unknown" {
  const setting = model.ask(encryptedByDefault);
  if (setting === undefined) return view === "resource" ? "unknown" : "no";
  return setting.isUnknown ? "unknown" : valueOr(setting.boolean(), true) ? "yes" : "no";
}

function* disks(item: Resource, context: RuleContext): Iterable<Verdict> {
  const declared = disksOf(item);
  const byDefault = isDefault(context);
  const nodes = item.type !== EBS_VOLUME;
  if (declared.length === 0) {
    // The image decides, and the account's default, which another stack may set.
    if (!nodes || byDefault === "yes" || context.view === "resource" || context.model.ask(coreInCloud) === "no") return;
    yield undetermined({
      message: `${titleOf(item)} leaves the encryption of its disks to the image and the account: whether they are encrypted is not known.`,
      evidence: [{ path: "", actual: null, expected: "encrypted block devices, or aws.ebs.EncryptionByDefault" }],
      cause: "image",
    });
    return;
  }
  yield* judge(
    item,
    declared.filter(({ node, encrypted }) => node.get("snapshotId").isAbsent || !encrypted.isAbsent),
    byDefault !== "no",
  );
}

function* judge(item: Resource, found: readonly Encrypted[], byDefault: boolean): Iterable<Verdict> {
  const plain = found.filter(({ encrypted }) => {
    const read = encrypted.boolean();
    return read.state === "known" ? !read.value : read.state === "absent" && !byDefault;
  });
  const open = found.filter(({ encrypted }) => encrypted.boolean().state === "unknown");
  const list = plain.length > 0 ? plain : open;
  if (list.length === 0) return;
  yield (plain.length > 0 ? fail : undetermined)({
    message: `${titleOf(item)} ${plain.length > 0 ? "is not" : "may not be"} encrypted: whoever attaches the disk or a copy of it reads what the function left there (Accessing Terminated VNF).`,
    evidence: list.map(({ encrypted }) => seen(encrypted, true)),
    // The provider takes a text here (LaunchTemplateBlockDeviceMappingEbs).
    changes: item.type === LAUNCH_TEMPLATE ? plain.flatMap(({ encrypted }) => change(encrypted, "true")) : [],
    cause: "encryption",
  });
}

function* accountDefault(setting: Resource): Iterable<Verdict> {
  const enabled = setting.props.get("enabled");
  const read = enabled.boolean();
  if (read.state === "absent" || (read.state === "known" && read.value)) return;
  yield (read.state === "known" ? fail : undetermined)({
    message: `The account ${read.state === "known" ? "does not encrypt" : "may not encrypt"} new disks by default: one that nobody thought of lies open.`,
    evidence: [seen(enabled, true)],
    changes: change(enabled, true),
  });
}

function* sharedImage(permission: Resource): Iterable<Verdict> {
  const group = permission.props.get("group");
  const read = group.string();
  if (read.state === "absent" || (read.state === "known" && read.value !== "all")) return;
  yield (read.state === "known" ? fail : undetermined)({
    message: `${titleOf(permission)} ${read.state === "known" ? "gives" : "may give"} a machine image to everybody: whatever it holds of the core (keys, configuration) is public.`,
    evidence: [seen(group, "accountId or organizationArn of those who need it")],
    severity: "high",
  });
}

function* sharedSnapshot(snapshot: Resource): Iterable<Verdict> {
  const accounts = snapshot.props.get("sharedAccounts");
  const everybody = accounts.items().find((item) => valueOr(item.string(), "") === "all");
  if (everybody === undefined && !accounts.holdsUnknown()) return;
  yield (everybody === undefined ? undetermined : fail)({
    message: `${titleOf(snapshot)} ${everybody === undefined ? "may be" : "is"} public: everybody restores the database from it (Accessing Terminated VNF).`,
    evidence: [seen(everybody ?? accounts, "named accounts")],
    ...(everybody === undefined ? {} : { severity: "critical" as const }),
  });
}

function titleOf(item: Resource): string {
  return `${
    item.type
      .split(":")
      .at(-1)
      ?.replace(/([a-z])([A-Z])/g, "$1 $2") ?? item.type
  } ${item.name}`;
}

function volume(properties: Properties) {
  return resource(EBS_VOLUME, "data", { availabilityZone: "eu-central-1a", size: 50, ...properties });
}
function template(devices: readonly Properties[]) {
  return resource(LAUNCH_TEMPLATE, "nodes", { blockDeviceMappings: devices.map((ebs) => ({ deviceName: "/dev/xvda", ebs })) });
}
