/**
 * Secrets of a cluster are enveloped with a key of the carrier's own. Since Kubernetes 1.28 EKS encrypts all data of the API with a key that
 * AWS owns (EKS User Guide, "Default envelope encryption"): without a key of one's own custody is missing, not encryption.
 */

import { DEDICATED, keyDomain } from "../../analysis/data-stores";
import { keyUse, zoneTag } from "../../analysis/encryption-keys";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined } from "../../engine/rule";
import { resources } from "../../engine/targets";
import { clusterOf } from "../../model/aws/eks";
import { EKS_CLUSTER } from "../../model/aws/types";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, type Properties, resource, unknownValue } from "../../testing/build";

export default defineRule({
  id: "DP-01",
  name: "dp-01-kubernetes-secrets-under-own-key",
  title: "Kubernetes secrets enveloped with a customer-managed key",
  family: "data-protection",
  severity: "medium",
  scope: "resource",
  since: "0.1.0",

  target: resources(EKS_CLUSTER),
  rationale:
    "Who takes a snapshot or a backup of the cluster's store reads every Secret in it, database passwords and keys of functions, unless a key of the carrier's own, whose use is logged and can be withdrawn, stands before them.",
  remediation:
    'Set encryptionConfig with resources ["secrets"] and provider.keyArn of a customer-managed key of the platform; it can be added to a running cluster, and never be removed.',
  standards: [
    {
      framework: "CIS EKS 1.8.0",
      ref: "5.3.1",
      title: "Ensure Kubernetes Secrets are encrypted using Customer Master Keys (CMKs) managed in AWS KMS (Manual)",
    },
    { framework: "NSA/CISA Kubernetes Hardening v1.2 (Trivy k8s-nsa numbering)", ref: "6.1", title: "Encryption resource has been set" },
    { framework: "NIST SP 800-53r5", ref: "SC-28(1)", title: "Protection of Information at Rest | Cryptographic Protection" },
    { framework: "NSA/CISA ESF 5G Cloud", ref: "III", title: "Part III: data protection (at rest, in transit, in use, destruction)" },
  ],
  breaks: [{ id: "T1552.007", name: "Container API" }],

  *check(cluster, context) {
    const config = cluster.props.get("encryptionConfig");
    const keyArn = config.get("provider", "keyArn");
    const names = config.get("resources");
    const old = isBefore128(cluster.props.get("version"));
    if (context.view === "resource" && !old) return;
    const wrong: Evidence[] = [];
    if (config.isAbsent) wrong.push(seen(config, 'resources ["secrets"] under a customer-managed key'));
    else if (!config.isUnknown) {
      if (!names.holdsUnknown() && !names.items().some((item) => valueOr(item.string(), "") === "secrets"))
        wrong.push(seen(names, ["secrets"]));
      const key = keyUse(context.model, cluster, keyArn);
      if (key.kind === "none" || key.kind === "aws-managed") wrong.push(seen(keyArn, "a customer-managed key"));
      const zone = key.kind === "own" && key.resource !== undefined ? zoneTag(key.resource) : "";
      if (DEDICATED.has(keyDomain(zone))) wrong.push(seen(keyArn, `a key of the platform, not of zone ${zone}`));
    }
    if (wrong.length > 0) {
      const hosted = sensitive(cluster, context);
      yield fail({
        message: `Secrets of cluster ${cluster.name} ${old ? "lie unencrypted in its store" : "lie under a key that AWS owns, not under one of the platform's own"}${hosted === "" ? "" : `, those of ${hosted} among them`}: who gets at the store or its backups reads them, and no key policy, no record of use stands before it (Container API).`,
        evidence: wrong,
        ...(old || hosted !== "" ? { severity: "high" as const } : {}),
      });
    } else if (config.isUnknown || names.holdsUnknown()) {
      yield undetermined({
        message: `Whether secrets of cluster ${cluster.name} lie under a key of the platform's own is not known before deployment.`,
        evidence: [seen(config.isUnknown ? config : names, 'resources ["secrets"] under a customer-managed key')],
      });
    }
  },
  examples: () => ({
    pass: [
      {
        name: "secrets under an own key",
        resources: [cluster({ encryptionConfig: { resources: ["secrets"], provider: { keyArn: KEY } } })],
      },
      {
        name: "under a key of the same stack",
        resources: [key(), cluster({ encryptionConfig: { resources: ["secrets"], provider: { keyArn: unknownValue(key()) } } }, [key()])],
      },
    ],
    fail: [
      { name: "no encryption configuration", resources: [cluster({ version: "1.31" })] },
      { name: "before 1.28", resources: [cluster({ version: "1.27" })] },
      { name: "a cluster that hosts the UDM", resources: [cluster({ version: "1.31" }), networkFunction("udm")] },
      {
        name: "AWS's own key by its alias",
        resources: [
          cluster({
            encryptionConfig: { resources: ["secrets"], provider: { keyArn: "arn:aws:kms:eu-central-1:111122223333:alias/aws/eks" } },
          }),
        ],
      },
      { name: "a key for nothing", resources: [cluster({ encryptionConfig: { resources: [], provider: { keyArn: KEY } } })] },
      {
        name: "the key of the subscriber data",
        resources: [
          key("data"),
          cluster({ encryptionConfig: { resources: ["secrets"], provider: { keyArn: unknownValue(key("data")) } } }, [key("data")]),
        ],
      },
    ],
    undetermined: [{ name: "a configuration that comes with the deployment", resources: [cluster({ encryptionConfig: unknownValue() })] }],
  }),
});

/** Functions of authentication, subscriber data and interception that the stack deploys to a cluster. */
function sensitive(cluster: Resource, { model, view }: RuleContext): string {
  if (view === "resource") return "";
  const ids = model.workloads.flatMap((workload): readonly string[] => {
    const { zone, networkFunctions, coreStore } = model.classification(workload);
    if (clusterOf(model, workload.object.resource) !== cluster) return [];
    if (coreStore) return ["the subscriber database"];
    return ["auth", "data", "li"].includes(zone) ? networkFunctions : [];
  });
  return [...new Set(ids)].sort().join(", ");
}

function isBefore128(version: Node): boolean {
  const read = version.string();
  const minor = read.state === "known" ? Number(/^1\.(\d+)/.exec(read.value)?.[1]) : NaN;
  return minor < 28;
}

const KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
function key(zone = "oam") {
  return resource("aws:kms/key:Key", "eks", { tags: { "carrierguard.dev/zone": zone } });
}
function cluster(properties: Properties, from: readonly ReturnType<typeof resource>[] = []) {
  return resource(EKS_CLUSTER, "core", { name: "core", ...properties }, from.length === 0 ? {} : { encryptionConfig: from });
}
