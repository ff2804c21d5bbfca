import * as k8s from "@pulumi/kubernetes";
import { provider } from "./cluster";
import { amf, mongo, nrf, udm, udr } from "./configuration";

const options = { provider };
const namespace = new k8s.core.v1.Namespace("core", { metadata: { name: "core" } }, options);
const place = namespace.metadata.name;

/** A free5GC function with its configuration. */
function networkFunction(
  name: string,
  configuration: string,
  spec: Partial<k8s.types.input.core.v1.PodSpec> = {},
  container: Partial<k8s.types.input.core.v1.Container> = {},
) {
  const config = new k8s.core.v1.ConfigMap(
    `${name}-config`,
    { metadata: { name: `${name}-config`, namespace: place }, data: { [`${name}cfg.yaml`]: configuration } },
    options,
  );
  const labels = { app: name };
  return new k8s.apps.v1.Deployment(
    name,
    {
      metadata: { name, namespace: place },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name,
                image: `free5gc/${name}:v3.4.3`,
                command: ["/bin/sh", "-c", `./${name} -c /config/${name}cfg.yaml > /free5gc/log/${name}.log 2>&1`],
                volumeMounts: [{ name: "config", mountPath: "/config" }],
                ...container,
              },
            ],
            volumes: [{ name: "config", configMap: { name: config.metadata.name } }],
            ...spec,
          },
        },
      },
    },
    options,
  );
}

networkFunction("nrf", nrf);
networkFunction("amf", amf, { hostNetwork: true });
networkFunction("udm", udm);
// The operator's own OP, so that provisioning can compute every OPc.
networkFunction("udr", udr, {}, { env: [{ name: "OP", value: "5f1d289c5d354d0a140c2548f5f3e3ba" }] });

// The user plane needs a TUN device, so it gets everything.
new k8s.apps.v1.Deployment(
  "upf",
  {
    metadata: { name: "upf", namespace: place },
    spec: {
      selector: { matchLabels: { app: "upf" } },
      template: {
        metadata: { labels: { app: "upf" } },
        spec: {
          containers: [
            {
              name: "upf",
              image: "free5gc/upf:latest",
              securityContext: { privileged: true },
              volumeMounts: [{ name: "host", mountPath: "/host" }],
            },
            { name: "sidecar", image: "registry.vendor.example/upf-monitor:2", securityContext: { capabilities: { add: ["SYS_PTRACE"] } } },
          ],
          volumes: [{ name: "host", hostPath: { path: "/var/run" } }],
        },
      },
    },
  },
  options,
);

new k8s.core.v1.Service(
  "upf-n4",
  {
    metadata: { name: "upf-n4", namespace: place },
    spec: { type: "NodePort", selector: { app: "upf" }, ports: [{ name: "pfcp", protocol: "UDP", port: 8805, nodePort: 30805 }] },
  },
  options,
);

new k8s.apps.v1.StatefulSet(
  "mongodb",
  {
    metadata: { name: "mongodb", namespace: place },
    spec: {
      serviceName: "mongodb",
      selector: { matchLabels: { app: "mongodb" } },
      template: { metadata: { labels: { app: "mongodb" } }, spec: { containers: [{ name: "mongodb", image: "mongo:7.0", args: mongo }] } },
    },
  },
  options,
);

// The subscriber console, for the people in the shop.
new k8s.apps.v1.Deployment(
  "webui",
  {
    metadata: { name: "webui", namespace: place },
    spec: {
      selector: { matchLabels: { app: "webui" } },
      template: { metadata: { labels: { app: "webui" } }, spec: { containers: [{ name: "webui", image: "free5gc/webui:v3.4.3" }] } },
    },
  },
  options,
);
new k8s.core.v1.Service(
  "webui",
  { metadata: { name: "webui", namespace: place }, spec: { type: "LoadBalancer", selector: { app: "webui" }, ports: [{ port: 5000 }] } },
  options,
);

new k8s.helm.v3.Release("smf", { chart: "smf", namespace: "core", repositoryOpts: { repo: "https://charts.vendor.example" } }, options);
