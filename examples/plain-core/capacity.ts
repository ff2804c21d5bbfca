// One function, one slice or one flood takes no more than its share.
import * as k8s from "@pulumi/kubernetes";
import { provider } from "./cluster";
import { namespace } from "./core";

const options = { provider };
const place = namespace.metadata.name;

new k8s.core.v1.ResourceQuota(
  "core",
  { metadata: { name: "core", namespace: place }, spec: { hard: { "limits.cpu": "64", "limits.memory": "64Gi", pods: "40" } } },
  options,
);
new k8s.core.v1.LimitRange(
  "core",
  {
    metadata: { name: "core", namespace: place },
    spec: {
      limits: [{ type: "Container", default: { cpu: "1", memory: "512Mi" }, defaultRequest: { cpu: "100m", memory: "128Mi" } }],
    },
  },
  options,
);

for (const name of ["nrf", "amf", "udm"]) {
  new k8s.policy.v1.PodDisruptionBudget(
    name,
    { metadata: { name, namespace: place }, spec: { minAvailable: 1, selector: { matchLabels: { app: name } } } },
    options,
  );
  new k8s.apiextensions.CustomResource(
    `bounded-${name}`,
    {
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: `bounded-${name}`, namespace: place },
      spec: {
        host: `${name}.core.svc.cluster.local`,
        trafficPolicy: {
          tls: { mode: "ISTIO_MUTUAL" },
          connectionPool: { tcp: { maxConnections: 1000 }, http: { http2MaxRequests: 2000, maxRequestsPerConnection: 1000 } },
        },
      },
    },
    options,
  );
}
