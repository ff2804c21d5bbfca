/**
 * Machines that run the pods of EKS clusters: managed node groups, and the Auto Scaling groups and instances that join a cluster by
 * themselves. Those are known by the tag of the cluster, by what they are told at their start, or by the access entry of their role.
 *
 * Source: EKS user guide, "Maintain nodes yourself with self-managed nodes"; Cluster Autoscaler on AWS, "Auto-Discovery Setup".
 */

import type { CoreModel } from "../core";
import type { Resource } from "../stack";
import { Node, UnknownValue, type Value, valueOr } from "../value";
import { INSTANCE_PROFILE, ROLE } from "./identities";
import { subnetsNamed } from "./networks";
import { type Reference, refersTo, resolve } from "./references";
import {
  AUTOSCALING_GROUP,
  AUTOSCALING_TAG,
  EKS_ACCESS_ENTRY,
  EKS_CLUSTER,
  EKS_NODE_GROUP,
  INSTANCE,
  LAUNCH_CONFIGURATION,
  LAUNCH_TEMPLATE,
} from "./types";
import { nodeSettings, startsNode, userDataOf } from "./user-data";

export interface NodeGroup {
  readonly resource: Resource;
  readonly cluster: Reference;
  readonly subnets: readonly Resource[];
  /**
   * What its machines are made from: a launch template or configuration, an instance by itself. `undefined` where a managed group names
   * none.
   */
  readonly launchTemplate: Reference | undefined;
  readonly role: Reference;
  readonly labels: Node;
  /** Each with `key`, `value` and `effect`. */
  readonly taints: Node;
}

/** Every group; one that may make its machines from several templates once for each. */
export const nodeGroups = (model: CoreModel): readonly NodeGroup[] => [
  ...model.ofType(EKS_NODE_GROUP).map((resource) => managed(model, resource)),
  ...[...model.ofType(AUTOSCALING_GROUP), ...model.ofType(INSTANCE)].flatMap((resource) => selfManaged(model, resource)),
];

function managed(model: CoreModel, resource: Resource): NodeGroup {
  const { props } = resource;
  return {
    resource,
    cluster: resolve(model, resource, props.get("clusterName"), [EKS_CLUSTER]),
    subnets: subnetsNamed(model, resource, props.get("subnetIds")),
    launchTemplate: launchTemplatesOf(model, resource)[0],
    role: resolve(model, resource, props.get("nodeRoleArn"), [ROLE]),
    labels: props.get("labels"),
    taints: props.get("taints"),
  };
}

function selfManaged(model: CoreModel, resource: Resource): NodeGroup[] {
  const templates = launchTemplatesOf(model, resource);
  const itself: Reference = resource.type === INSTANCE ? { state: "resolved", resource } : { state: "absent" };
  const alone = templates.length === 0 || (resource.type === INSTANCE && !userDataOf(resource).node.isAbsent);
  const origins = alone ? [itself] : templates;
  const subnets = resource.props.get(resource.type === INSTANCE ? "subnetId" : "vpcZoneIdentifiers");
  return origins.flatMap((launchTemplate): NodeGroup[] => {
    const machine = launchTemplate.state === "resolved" ? launchTemplate.resource : undefined;
    const role = roleOf(model, machine);
    const cluster = clusterJoined(model, resource, machine, role);
    if (cluster === undefined) return [];
    const placed = primaryInterfaces(machine).map((item) => item.get("subnetId"));
    return [
      {
        resource,
        cluster,
        subnets: [subnets, ...placed].flatMap((node) =>
          node.isAbsent ? [] : subnetsNamed(model, node === subnets ? resource : (machine ?? resource), node),
        ),
        launchTemplate,
        role,
        ...labelsAndTaints(resource, machine),
      },
    ];
  });
}

/**
 * The launch templates or configurations that a node group, instance or Auto Scaling group names by id or name; those of a mixed instances
 * policy are several.
 */
export function launchTemplatesOf(model: CoreModel, resource: Resource): readonly Reference[] {
  const { props } = resource;
  const policy = props.get("mixedInstancesPolicy", "launchTemplate");
  const specifications = [
    props.get("launchTemplate"),
    policy.get("launchTemplateSpecification"),
    ...policy.get("overrides").items().map((override) => override.get("launchTemplateSpecification")),
  ].filter((node) => !node.isAbsent); // prettier-ignore
  const named = specifications.map((node) => {
    const keys = ["id", "launchTemplateId", "name", "launchTemplateName"];
    const key = keys.find((candidate) => !node.get(candidate).isAbsent) ?? "id";
    return resolve(model, resource, node.get(key), [LAUNCH_TEMPLATE]);
  });
  const configuration = props.get("launchConfiguration");
  return configuration.isAbsent ? named : [...named, resolve(model, resource, configuration, [LAUNCH_CONFIGURATION])];
}

/** Interfaces that a launch template gives its machines beside the one of the pod network. */
export function secondaryInterfaces(machine: Resource): readonly Node[] {
  return machine.props.get("networkInterfaces").items().filter((item) => valueOr(item.get("deviceIndex").number(), 0) > 0 || valueOr(item.get("networkCardIndex").number(), 0) > 0);
} // prettier-ignore

function primaryInterfaces(machine: Resource | undefined): readonly Node[] {
  if (machine?.type !== LAUNCH_TEMPLATE) return [];
  const others = new Set(secondaryInterfaces(machine).map(({ path }) => path));
  return machine.props.get("networkInterfaces").items().filter(({ path }) => !others.has(path)); // prettier-ignore
}

/** Lists of the security groups on the interface of the pod network. */
export function nodeGroupLists(machine: Resource): readonly Node[] {
  const { props } = machine;
  const lists = [props.get("vpcSecurityGroupIds"), ...primaryInterfaces(machine).map((item) => item.get("securityGroups"))];
  return machine.type === LAUNCH_TEMPLATE ? lists : [props.get("vpcSecurityGroupIds"), props.get("securityGroups")];
}

function roleOf(model: CoreModel, machine: Resource | undefined): Reference {
  if (machine === undefined) return { state: "unknown", candidates: [] };
  const given = machine.props.get("iamInstanceProfile");
  const node = given.kind() !== "object" ? given : given.get("arn").isAbsent ? given.get("name") : given.get("arn");
  const profile = resolve(model, machine, node, [INSTANCE_PROFILE]);
  return profile.state === "resolved" ? resolve(model, profile.resource, profile.resource.props.get("role"), [ROLE]) : profile;
}

const CLUSTER_TAG = /^(?:kubernetes\.io\/cluster|k8s\.io\/cluster-autoscaler(?!\/(?:enabled|node-template)(?:\/|$)))\/(.+)$/;

/** The cluster that machines join; `undefined` where nothing says that they are nodes. */
function clusterJoined(model: CoreModel, resource: Resource, machine: Resource | undefined, role: Reference): Reference | undefined {
  const answers = [
    ...byTags(model, resource),
    ...(machine === undefined || machine === resource ? [] : byTags(model, machine)),
    ...(machine === undefined ? [] : byUserData(model, resource, machine)),
    ...(role.state === "resolved" ? byEntry(model, role.resource) : []),
  ];
  const best = (["resolved", "elsewhere", "unknown"] as const).map((state) => answers.find((answer) => answer.state === state));
  return best.find((answer) => answer !== undefined);
}

function byTags(model: CoreModel, holder: Resource): Reference[] {
  const maps = [holder.props.get("tags"), ...holder.props.get("tagSpecifications").items().map((item) => item.get("tags"))];
  const added = holder.type === AUTOSCALING_GROUP ? tagsAddedTo(model, holder) : [];
  const pairs = [...maps[0]?.items() ?? [], ...added.map((tag) => tag.props.get("tag"))];
  const keys = [...maps.flatMap((map) => map.fields().map(([key]) => key)), ...pairs.map((pair) => valueOr(pair.get("key").string(), ""))];
  const known = keys.flatMap((key) => CLUSTER_TAG.exec(key)?.[1] ?? []).map((name) => clusterNamed(model, name));
  // A name that comes with the deployment makes the key unknown.
  const unknown = [...maps, ...pairs.map((pair) => pair.get("key"))].filter((node) => node.isUnknown).map((node) => resolve(model, holder, node, [EKS_CLUSTER]));
  return [...known, ...unknown.filter(ofCluster)];
} // prettier-ignore

function tagsAddedTo(model: CoreModel, group: Resource): Resource[] {
  return model.ofType(AUTOSCALING_TAG).filter((tag) => refersTo(resolve(model, tag, tag.props.get("autoscalingGroupName"), [AUTOSCALING_GROUP]), group) === "yes"); // prettier-ignore
}

function clusterNamed(model: CoreModel, name: string): Reference {
  const found = model.ofType(EKS_CLUSTER).find(({ id, props }) => id === name || valueOr(props.get("name").string(), undefined) === name);
  return found === undefined ? { state: "elsewhere", value: name } : { state: "resolved", resource: found };
}

function byUserData(model: CoreModel, resource: Resource, machine: Resource): Reference[] {
  const { node, text } = userDataOf(machine);
  // Another machine may be told where the cluster is, too; one that scales with it is a node.
  if (node.isUnknown) return resource.type === AUTOSCALING_GROUP ? [resolve(model, machine, node, [EKS_CLUSTER])].filter(ofCluster) : [];
  if (!startsNode(text)) return [];
  const name = nodeSettings(text)?.cluster;
  return [name === undefined ? { state: "unknown", candidates: [] } : clusterNamed(model, name)];
}

/** Clusters that let the role in as that of nodes. */
function byEntry(model: CoreModel, role: Resource): Reference[] {
  return model
    .ofType(EKS_ACCESS_ENTRY)
    .filter(({ props }) => /^(EC2|EC2_LINUX|EC2_WINDOWS)$/.test(valueOr(props.get("type").string(), "")))
    .filter((entry) => refersTo(resolve(model, entry, entry.props.get("principalArn"), [ROLE]), role) === "yes")
    .map((entry) => resolve(model, entry, entry.props.get("clusterName"), [EKS_CLUSTER]));
}

function ofCluster(reference: Reference): boolean {
  return reference.state === "resolved" || (reference.state === "unknown" && reference.candidates.length > 0);
}

const TEMPLATE_TAG = /^k8s\.io\/cluster-autoscaler\/node-template\/(label|taint)\/(.+)$/;

/** As the machines' start says; where that comes with the deployment, as the autoscaler is told by tags. */
function labelsAndTaints(resource: Resource, machine: Resource | undefined): Pick<NodeGroup, "labels" | "taints"> {
  const data = machine === undefined ? undefined : userDataOf(machine);
  const settings = data === undefined ? undefined : nodeSettings(data.text);
  if (data !== undefined && settings !== undefined) {
    return { labels: Node.parsed(settings.labels, data.node), taints: Node.parsed(settings.taints as unknown as Value, data.node) };
  }
  const tags = resource.props.get("tags");
  const told = tags.items().flatMap((pair) => {
    const [, kind, key = ""] = TEMPLATE_TAG.exec(valueOr(pair.get("key").string(), "")) ?? [];
    return kind === undefined ? [] : [{ kind, key, value: valueOr(pair.get("value").string(), "") }];
  });
  const nothing = Node.parsed(new UnknownValue(), data?.node ?? resource.props);
  if (told.length === 0) return { labels: nothing, taints: nothing };
  const labels = told.filter(({ kind }) => kind === "label").map(({ key, value }) => [key, value] as const);
  const taints = told.filter(({ kind }) => kind === "taint").map(({ key, value }) => {
    const [, content = "", effect = ""] = /^(.*):([^:]*)$/.exec(value) ?? [];
    return { key, value: content, effect };
  });
  return { labels: Node.parsed(Object.fromEntries(labels), tags), taints: Node.parsed(taints, tags) };
} // prettier-ignore
