import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";

const registry = new aws.ecr.Repository("core");
new k8s.helm.v3.Chart("third", { path: "../charts/small-core", namespace: "third", values: { sbi: { scheme: "https" } } });
new k8s.helm.v4.Chart("fourth", {
  chart: "../charts/small-core",
  namespace: "fourth",
  values: { image: { registry: registry.repositoryUrl } },
});
