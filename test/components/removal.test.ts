/** Nothing in the components is decoration: take a protection away, and the rule that asks for it speaks. */

import { evaluate } from "../../policypack/engine/evaluate";
import { NO_KNOWLEDGE } from "../../policypack/engine/settings";
import { CoreModel } from "../../policypack/model/core";
import { Resource, type Stack } from "../../policypack/model/stack";
import { type Node, UnknownValue } from "../../policypack/model/value";
import { rules } from "../../policypack/rules";
import { coreOf, declared, STRICT } from "./program";

jest.setTimeout(300_000);

let stack: Stack;

beforeAll(async () => {
  ({ stack } = await declared(coreOf(["NRF", "AMF", "SMF", "AUSF", "UDM", "UDR", "UPF", "SUBSCRIBER-DB"])));
});

/** Verdicts of one rule, each by its fingerprint. */
function said(rule: string, resources: readonly Resource[]): ReadonlySet<string> {
  const model = new CoreModel({ resources, gaps: [] }, { defaultNamespace: "default" });
  const only = rules.filter(({ id }) => id === rule);
  return new Set(evaluate(model, only, STRICT, NO_KNOWLEDGE).findings.map(({ fingerprint, verdict }) => `${fingerprint} ${verdict}`));
}

function newlySaid(rule: string, resources: readonly Resource[]): number {
  const before = said(rule, stack.resources);
  return [...said(rule, resources)].filter((verdict) => !before.has(verdict)).length;
}

const RESOURCES: readonly (readonly [type: string, rule: string])[] = [
  ["kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy", "WH-07"],
  ["kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding", "WH-06"],
  ["kubernetes:kyverno.io/v1:ClusterPolicy", "SC-05"],
  ["kubernetes:core/v1:LimitRange", "WH-10"],
  ["kubernetes:core/v1:ResourceQuota", "WH-10"],
  ["kubernetes:policy/v1:PodDisruptionBudget", "WH-10"],
  ["kubernetes:networking.istio.io/v1:DestinationRule", "WH-10"],
  ["kubernetes:networking.istio.io/v1:Sidecar", "SG-20"],
  ["kubernetes:networking.k8s.io/v1:NetworkPolicy", "SG-11"],
  ["kubernetes:networking.k8s.io/v1:NetworkPolicy", "DP-04"],
  ["kubernetes:security.istio.io/v1:AuthorizationPolicy", "SG-18"],
  ["kubernetes:security.istio.io/v1:AuthorizationPolicy", "ID-12"],
  ["kubernetes:security.istio.io/v1:PeerAuthentication", "ID-07"],
  ["kubernetes:telemetry.istio.io/v1:Telemetry", "LG-10"],
  ["kubernetes:storage.k8s.io/v1:StorageClass", "DP-02"],
  ["kubernetes:core/v1:Namespace", "ID-07"],
  ["aws:cfg/recorder:Recorder", "LG-05"],
  ["aws:guardduty/detector:Detector", "LG-05"],
  ["aws:guardduty/detectorFeature:DetectorFeature", "LG-05"],
  ["aws:securityhub/account:Account", "LG-05"],
  ["aws:cloudtrail/trail:Trail", "LG-02"],
  ["aws:cloudwatch/eventRule:EventRule", "LG-11"],
  ["aws:cloudwatch/eventTarget:EventTarget", "LG-11"],
  ["aws:cloudwatch/logMetricFilter:LogMetricFilter", "LG-13"],
  ["aws:cloudwatch/metricAlarm:MetricAlarm", "LG-13"],
  ["aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "LG-07"],
  ["aws:s3/bucketPolicy:BucketPolicy", "DP-11"],
  ["aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "DP-11"],
  ["aws:ec2/launchTemplate:LaunchTemplate", "ID-06"],
  ["aws:eks/addon:Addon", "SG-11"],
  ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "SG-04"],
  ["aws:ec2/flowLog:FlowLog", "LG-03"],
  ["aws:route53/resolverFirewallRule:ResolverFirewallRule", "LG-04"],
  ["aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation", "LG-04"],
];

test.each(RESOURCES)("without %s, %s speaks", (type, rule) => {
  const left = stack.resources.filter((resource) => resource.type !== type);
  expect(left.length).toBeLessThan(stack.resources.length);
  expect(newlySaid(rule, left)).toBeGreaterThan(0);
});

const POD = "spec.template.spec";
const CONTAINER = `${POD}.containers.0`;

const PROPERTIES: readonly (readonly [type: string, property: string, rule: string])[] = [
  ["kubernetes:apps/v1:Deployment", `${POD}.serviceAccountName`, "ID-01"],
  ["kubernetes:apps/v1:Deployment", `${CONTAINER}.securityContext.capabilities`, "WH-02"],
  ["kubernetes:apps/v1:Deployment", `${CONTAINER}.securityContext.allowPrivilegeEscalation`, "WH-05"],
  ["kubernetes:apps/v1:Deployment", `${CONTAINER}.securityContext.readOnlyRootFilesystem`, "WH-05"],
  ["kubernetes:core/v1:Namespace", "metadata.labels", "WH-06"],
  ["kubernetes:cert-manager.io/v1:Certificate", "spec.usages", "ID-09"],
  ["aws:eks/cluster:Cluster", "enabledClusterLogTypes", "LG-01"],
  ["aws:eks/cluster:Cluster", "encryptionConfig", "DP-01"],
  ["aws:eks/cluster:Cluster", "accessConfig", "ID-14"],
  ["aws:eks/cluster:Cluster", "vpcConfig.endpointPublicAccess", "SG-08"],
  ["aws:ec2/launchTemplate:LaunchTemplate", "metadataOptions", "ID-06"],
  ["aws:autoscaling/group:Group", "tags", "GV-01"],
  ["aws:autoscaling/group:Group", "tags", "SG-29"],
  ["aws:kms/key:Key", "enableKeyRotation", "DP-08"],
  ["aws:cloudwatch/logGroup:LogGroup", "kmsKeyId", "LG-07"],
  ["aws:cloudtrail/trail:Trail", "enableLogFileValidation", "LG-02"],
  ["aws:cloudtrail/trail:Trail", "isMultiRegionTrail", "LG-02"],
  ["aws:ec2/flowLog:FlowLog", "logFormat", "LG-03"],
  ["aws:ec2/subnet:Subnet", "tags", "GV-01"],
  ["aws:iam/role:Role", "permissionsBoundary", "ID-17"],
];

test.each(PROPERTIES)("%s without %s: %s speaks", (type, property, rule) => {
  let changed = 0;
  const resources = stack.resources.map((resource) => {
    if (resource.type !== type) return resource;
    const properties = copied(resource.props) as { [key: string]: unknown };
    changed += remove(properties, property.split(".")) ? 1 : 0;
    const { urn, name, id, parent, dependencies, propertyDependencies, provider, source } = resource;
    return new Resource({
      urn,
      type,
      name,
      properties: properties as never,
      ...defined({ id, parent, dependencies, propertyDependencies, provider, source }),
    });
  });
  expect(changed).toBeGreaterThan(0);
  expect(newlySaid(rule, resources)).toBeGreaterThan(0);
});

/** The same value, with what is not known yet. */
function copied(node: Node): unknown {
  if (node.isUnknown) return new UnknownValue(node.comesFrom);
  if (node.kind() === "list") return node.items().map(copied);
  return node.kind() === "object" ? Object.fromEntries(node.fields().map(([key, child]) => [key, copied(child)])) : node.plain();
}

function remove(object: { [key: string]: unknown }, [key = "", ...rest]: readonly string[]): boolean {
  if (!(key in object)) return false;
  if (rest.length > 0) return remove(object[key] as { [key: string]: unknown }, rest);
  return Reflect.deleteProperty(object, key);
}

function defined<T extends object>(fields: T): Partial<{ [K in keyof T]: NonNullable<T[K]> }> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<{
    [K in keyof T]: NonNullable<T[K]>;
  }>;
}
