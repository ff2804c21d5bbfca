import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { provider, zoneKey } from "./cluster";
import { subscriberDisks } from "./encryption";
import * as configuration from "./configuration";

const options = { provider };
const registry = new pulumi.Config().require("registry");

export const namespace = new k8s.core.v1.Namespace(
  "core",
  {
    metadata: {
      name: "core",
      labels: {
        "istio-injection": "enabled",
        // The UPF adds NET_ADMIN, which restricted refuses; admission.ts re-imposes everything else.
        "pod-security.kubernetes.io/enforce": "privileged",
        "pod-security.kubernetes.io/warn": "restricted",
        "carrierguard.dev/zone": "control",
      },
    },
  },
  options,
);
const place = namespace.metadata.name;

/** Digests as the release pipeline resolved them. */
const digests: { readonly [name: string]: string } = {
  nrf: "sha256:3f1c5f8f0c1d6b0d9f5d8d8d1e3b5f4a7c9e1d2b4a6c8e0f1a3b5c7d9e0f2a41",
  amf: "sha256:9b2d4f6a8c0e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d3c5e7f9a1b3d5c7e9f12",
  smf: "sha256:1d3c5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d34",
  udm: "sha256:5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d3c5e56",
  udr: "sha256:7a9b1d3c5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a78",
  upf: "sha256:b1d3c5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b19a",
  mongodb: "sha256:d3c5e7f9a1b3d5c7e9f1a3b5d7c9e1f3a5b7d9c1e3f5a7b9d1c3e5f7a9b1d3bc",
};

/** Whose product the functions are, and where its bill of materials is. */
const vendor = { "carrierguard.dev/vendor": "example-vendor" };
const origin = (name: string) => ({
  "carrierguard.dev/product": "example-5gc",
  "carrierguard.dev/version": "3.4.3",
  "carrierguard.dev/support-until": "2029-12-31",
  "carrierguard.dev/sbom": `oci://${registry}/sbom/${name}@${digests[name]}`,
});

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;

const resources = { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "2", memory: "2Gi" } };
const hardened = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };

/** The zone whose nodes a function runs on; authentication and data share theirs. */
const zones: { readonly [name: string]: string } = { udm: "auth", udr: "auth", mongodb: "auth", upf: "user-plane" };

/** Onto the nodes of the function's zone, which take nobody else. */
function onNodesOf(name: string): Pick<PodSpec, "nodeSelector" | "tolerations"> {
  const zone = zones[name] ?? "control";
  return {
    nodeSelector: { [zoneKey]: zone },
    tolerations: [{ key: zoneKey, operator: "Equal", value: zone, effect: "NoSchedule" }],
  };
}

/** A function with its ServiceAccount and Service; keys and certificates come from the secret store. */
function networkFunction(
  name: string,
  text: string,
  port: { name: string; containerPort: number; protocol?: string },
  container: Partial<Container> = {},
  pod: Partial<PodSpec> = {},
) {
  const metadata = { name, namespace: place };
  const labels = { app: name, "carrierguard.dev/nf": name, ...vendor };
  const account = new k8s.core.v1.ServiceAccount(name, { metadata, automountServiceAccountToken: false }, options);
  const config = new k8s.core.v1.ConfigMap(name, { metadata, data: { [`${name}cfg.yaml`]: text } }, options);
  new k8s.apps.v1.Deployment(
    name,
    {
      metadata,
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels, annotations: origin(name) },
          spec: {
            ...onNodesOf(name),
            serviceAccountName: account.metadata.name,
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name,
                image: `${registry}/${name}@${digests[name]}`,
                args: ["-c", `/config/${name}cfg.yaml`],
                ports: [port],
                resources,
                securityContext: hardened,
                volumeMounts: [
                  { name: "config", mountPath: "/config", readOnly: true },
                  { name: "tls", mountPath: "/tls", readOnly: true },
                ],
                ...container,
              },
            ],
            volumes: [
              { name: "config", configMap: { name: config.metadata.name } },
              {
                name: "tls",
                csi: { driver: "csi.cert-manager.io", readOnly: true, volumeAttributes: { "csi.cert-manager.io/issuer-name": "core" } },
              },
              ...(name === "udm"
                ? [
                    {
                      name: "hnet",
                      csi: { driver: "secrets-store.csi.k8s.io", readOnly: true, volumeAttributes: { secretProviderClass: "hnet" } },
                    },
                  ]
                : []),
            ],
            ...pod,
          },
        },
      },
    },
    options,
  );
  new k8s.core.v1.Service(
    name,
    {
      metadata,
      spec: {
        type: "ClusterIP",
        selector: { app: name },
        ports: [{ name: port.name, port: port.containerPort, protocol: port.protocol ?? "TCP" }],
      },
    },
    options,
  );
}

const sbi = { name: "sbi", containerPort: 8443 };
networkFunction("nrf", configuration.nrf, sbi);
networkFunction("amf", configuration.amf, sbi);
networkFunction("smf", configuration.smf, sbi);
networkFunction("udm", configuration.udm, sbi);
networkFunction("udr", configuration.udr, sbi);

// The user plane makes its TUN device: it stays root for that, with NET_ADMIN and nothing else.
networkFunction(
  "upf",
  configuration.upf,
  { name: "pfcp", containerPort: 8805, protocol: "UDP" },
  { securityContext: { ...hardened, runAsUser: 0, runAsNonRoot: false, capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } },
);

const mongodb = { name: "mongodb", namespace: place };
const mongodbAccount = new k8s.core.v1.ServiceAccount("mongodb", { metadata: mongodb, automountServiceAccountToken: false }, options);
new k8s.apps.v1.StatefulSet(
  "mongodb",
  {
    metadata: mongodb,
    spec: {
      serviceName: "mongodb",
      selector: { matchLabels: { app: "mongodb" } },
      template: {
        metadata: { labels: { app: "mongodb", "carrierguard.dev/nf": "subscriber-db" } },
        spec: {
          ...onNodesOf("mongodb"),
          serviceAccountName: mongodbAccount.metadata.name,
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, runAsUser: 999, fsGroup: 999, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "mongodb",
              image: `${registry}/mongodb@${digests["mongodb"]}`,
              args: [
                "--auth",
                "--tlsMode",
                "requireTLS",
                "--tlsCertificateKeyFile",
                "/tls/tls.pem",
                "--tlsCAFile",
                "/tls/ca.crt",
                "--bind_ip_all",
              ],
              ports: [{ name: "mongodb", containerPort: 27017 }],
              resources,
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
              volumeMounts: [
                { name: "tls", mountPath: "/tls", readOnly: true },
                { name: "data", mountPath: "/data/db" },
              ],
            },
          ],
          volumes: [{ name: "tls", csi: { driver: "csi.cert-manager.io", readOnly: true } }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { storageClassName: subscriberDisks, accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "50Gi" } } },
        },
      ],
    },
  },
  options,
);
new k8s.core.v1.Service(
  "mongodb",
  { metadata: mongodb, spec: { clusterIP: "None", selector: { app: "mongodb" }, ports: [{ name: "mongodb", port: 27017 }] } },
  options,
);
