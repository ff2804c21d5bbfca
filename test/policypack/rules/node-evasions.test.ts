/** Clusters and what their nodes run at the start: ways to take an old version or script in, and what golden images are for. */

import type { ResourceInit } from "../../../policypack/model/stack";
import { type Properties, resource, unknownValue } from "../../../policypack/testing";
import { answers, type Case, type Surroundings } from "../../support/rule-answers";

const DAY = 86_400_000;
const on = (year: number, month: number, day: number, more = 0): Surroundings => ({ knowledge: { at: Date.UTC(year, month - 1, day) + more } }); // prettier-ignore
const cluster = (version: Properties[string], more: Properties = {}) => resource("aws:eks/cluster:Cluster", "core", { name: "core", version, ...more }); // prettier-ignore
const standard = { upgradePolicy: { supportType: "STANDARD" } };
const group = (amiType: Properties[string], more: Properties = {}, name = "nodes") => resource("aws:eks/nodeGroup:NodeGroup", name, { clusterName: "core", amiType, ...more }); // prettier-ignore

const BOOTSTRAP = "#!/bin/bash\n/etc/eks/bootstrap.sh core\n";
const FAULT = "#!/bin/bash\nsetenforce 0\n";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const template = (more: Properties, name = "nodes") => resource("aws:ec2/launchTemplate:LaunchTemplate", name, { id: "lt-1", name: "nodes", ...more }); // prettier-ignore
const configuration = (more: Properties) => resource("aws:ec2/launchConfiguration:LaunchConfiguration", "nodes", { id: "lc-1", name: "nodes", ...more }); // prettier-ignore
const ofCluster = { tags: [{ key: "kubernetes.io/cluster/core", value: "owned", propagateAtLaunch: true }] };
const scaling = (more: Properties, tags: Properties = ofCluster) => resource("aws:autoscaling/group:Group", "nodes", { ...tags, ...more });
const faulty = template({ userData: base64(FAULT) });
const image = (imageId: Properties[string]) => [template({ imageId, userData: base64(BOOTSTRAP) })];
const approved = { settings: { rules: { "WH-11": { options: { images: ["ami-0upf"] } } } } };
const ssm = (name: string) => `resolve:ssm:/aws/service/eks/optimized-ami/1.32/${name}`;
const plain = (text: string): readonly ResourceInit[] => [configuration({ userData: text })];

// prettier-ignore
answers("WH-11", [
  ["on the last day of standard support", [cluster("1.32", standard)], "pass", on(2026, 3, 23, DAY - 1)],
  ["on the day after", [cluster("1.32", standard)], "fail", on(2026, 3, 23, DAY)],
  ["on the last day of extended support", [cluster("1.32")], "advice", on(2027, 3, 23, DAY - 1)],
  ["after all support", [cluster("1.32")], "fail", on(2027, 3, 23, DAY)],
  ["a version older than the calendar", [cluster("1.21")], "fail"],
  ["a version newer than the calendar", [cluster("1.99")], "pass", on(2026, 4, 1)],
  ["a text that is no version", [cluster("latest")], "pass"],
  ["nodes of a cluster from 1.30 on are Amazon Linux 2023", [cluster("1.30"), group(null)], "pass", on(2025, 1, 1)],
  ["nodes of a cluster before that are not", [cluster("1.29"), group(null)], "fail", on(2025, 1, 1)],
  ["nodes of a cluster that is made elsewhere", [group(null)], "pass"],
  ["Amazon Linux 2 for ARM", [group("AL2_ARM_64")], "fail"],
  ["Amazon Linux 2023", [group("AL2023_x86_64_STANDARD")], "pass"],
  ["an operating system that the configuration brings", [group(unknownValue())], "undetermined"],
  ["an own image by a template that is made elsewhere", [group("CUSTOM", { launchTemplate: { id: "lt-9" } })], "pass"],
  ["Amazon Linux 2 by a template that is made elsewhere", [group("AL2_x86_64", { launchTemplate: { id: "lt-9" } })], "fail"],
  ["an own image by a template that names it", [template({ imageId: "ami-0upf" }), group("CUSTOM", { launchTemplate: { id: "lt-1" } })], "pass"],
  ["an own image by a template that names none", [template({}), group("CUSTOM", { launchTemplate: { id: "lt-1" } })], "undetermined"],
  ["an own image, of which nothing is said, beside a group with one", [template({ imageId: "ami-0upf" }), group("CUSTOM", { launchTemplate: { id: "lt-1" } }), group("CUSTOM", {}, "other")], "undetermined"],
  ["Amazon Linux 2 by its parameter", image(ssm("amazon-linux-2/recommended/image_id")), "fail"],
  ["Amazon Linux 2 with GPU by its parameter", image(ssm("amazon-linux-2-gpu/recommended/image_id")), "fail"],
  ["Amazon Linux 2 for ARM by its parameter", image(ssm("amazon-linux-2-arm64/recommended/image_id")), "fail"],
  ["Amazon Linux 2023 by its parameter", image(ssm("amazon-linux-2023/x86_64/standard/recommended/image_id")), "pass"],
  ["Bottlerocket by its parameter, beside a list of approved images", image("resolve:ssm:/aws/service/bottlerocket/aws-k8s-1.32/x86_64/latest/image_id"), "pass", approved],
  ["any image where none is approved", image("ami-0other"), "pass"],
  ["an approved image", image("ami-0upf"), "pass", approved],
  ["an image that the configuration brings, beside a list of approved ones", image(unknownValue()), "undetermined", approved],
  ["the node group's own image, beside a list of approved ones", image(null), "pass", approved],
  ["a template by its id in a node group", [faulty, group("AL2023_x86_64_STANDARD", { launchTemplate: { id: "lt-1" } })], "fail"],
  ["a template that a node group may name", [faulty, group("AL2023_x86_64_STANDARD", { launchTemplate: { id: unknownValue() } })], "undetermined"],
  ["another template than the node group's", [faulty, group("AL2023_x86_64_STANDARD", { launchTemplate: { id: "lt-9" } })], "pass"],
  ["a node group without a template", [faulty, group("AL2023_x86_64_STANDARD")], "pass"],
  ["nodes of their own Auto Scaling group", [faulty, scaling({ launchTemplate: { id: "lt-1" } })], "fail"],
  ["the same by the template's name", [faulty, scaling({ launchTemplate: { name: "nodes" } })], "fail"],
  ["the same with a mixture of instances", [faulty, scaling({ mixedInstancesPolicy: { launchTemplate: { launchTemplateSpecification: { launchTemplateId: "lt-1" } } } })], "fail"],
  ["the same with a mixture of instances, by name", [faulty, scaling({ mixedInstancesPolicy: { launchTemplate: { launchTemplateSpecification: { launchTemplateName: "nodes" } } } })], "fail"],
  ["an Auto Scaling group of web servers", [faulty, scaling({ launchTemplate: { id: "lt-1" } }, {})], "pass"],
  ["an Auto Scaling group without a template", [faulty, scaling({ launchConfiguration: "other" })], "pass"],
  ["nodes by a launch configuration", [configuration({ userData: FAULT }), scaling({ launchConfiguration: "nodes" })], "fail"],
  ["a launch configuration whose script is encoded", [configuration({ userDataBase64: base64(BOOTSTRAP + FAULT) })], "fail"],
  ["a script in lines of base64", [template({ userData: base64(BOOTSTRAP + FAULT).replace(/.{20}/g, "$&\n") })], "fail"],
  ["a plain script that ends in words alone", plain(`${BOOTSTRAP}setenforce 0\nsystemctl restart kubelet`), "fail"],
  ["a plain script that begins in words alone", plain("mkdir /opt/amf\nsetenforce 0\n/etc/eks/bootstrap.sh core"), "fail"],
  ...["nodeadm init", "apiVersion: node.eks.aws/v1alpha1", "[settings.kubernetes]", "systemctl start kubelet"].map((line): Case => [`a node by ${line}`, plain(`${FAULT}${line}\n`), "fail"]),
]);
