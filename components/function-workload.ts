/** The workload of one function with its Service and disruption budget. */

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkFunctionId } from "../policypack/topology/types";
import type { NetworkFunctionArgs } from "./network-function";
import { ZONE_LABEL } from "./plan/bottlerocket";
import { attachmentsOf, functionLabel, isMeshed, objectName, zoneOf } from "./plan/functions";
import { containerPorts, containerSecurity, type DataPlane, resourcesOf } from "./plan/pod";
import { FUNCTION_LABEL } from "./plan/policies";

export interface WorkloadPlan {
  readonly id: NetworkFunctionId;
  readonly args: NetworkFunctionArgs;
  readonly metadata: { readonly name: string; readonly namespace: pulumi.Input<string>; readonly labels: { [label: string]: string } };
  readonly account: k8s.core.v1.ServiceAccount;
  readonly certificate: k8s.apiextensions.CustomResource;
  readonly image: pulumi.Output<string>;
  readonly dataPlane: DataPlane;
  /** Device of a DPDK user plane; "" for none. */
  readonly device: string;
  /** SecretProviderClasses. */
  readonly secrets: readonly string[];
  readonly replicas: number;
  readonly secondary: boolean;
  readonly present: readonly NetworkFunctionId[];
}

type Volume = k8s.types.input.core.v1.Volume;
type Mount = k8s.types.input.core.v1.VolumeMount;
interface Mounted {
  readonly volume: Volume;
  readonly mount: Mount;
}

export function functionWorkload(name: string, plan: WorkloadPlan, parent: pulumi.Resource): void {
  const { id, metadata, replicas } = plan;
  const options = { parent };
  const object = objectName(id);
  const selector = { matchLabels: { [FUNCTION_LABEL]: functionLabel(id) } };
  const store = id === "SUBSCRIBER-DB" || id === "UDSF";
  const ports = containerPorts(id, plan.present);
  const template = { metadata: podMetadata(plan), spec: podSpec(name, plan, store, parent) };
  const spread = { metadata: { ...metadata }, spec: { replicas, selector, template } };
  if (store) {
    const claim = {
      metadata: { name: "data" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: plan.args.storageClass,
        resources: { requests: { storage: plan.args.storage ?? "50Gi" } },
      },
    };
    new k8s.apps.v1.StatefulSet(
      name,
      { ...spread, spec: { ...spread.spec, serviceName: object, volumeClaimTemplates: [claim] } },
      { parent, protect: true },
    );
  } else {
    new k8s.apps.v1.Deployment(name, spread, options);
  }
  if (ports.length > 0) {
    new k8s.core.v1.Service(
      name,
      {
        metadata,
        spec: {
          type: "ClusterIP",
          ...(store ? { clusterIP: "None" } : {}),
          selector: selector.matchLabels,
          ports: ports.map(({ name: portName, containerPort, protocol }) => ({ name: portName, port: containerPort, protocol })),
        },
      },
      options,
    );
  }
  if (replicas > 1) {
    new k8s.policy.v1.PodDisruptionBudget(name, { metadata, spec: { minAvailable: 1, selector } }, options);
  }
}

/** Where the software comes from (SC-04), and which secondary networks the pod joins. */
function podMetadata({ id, args, metadata, secondary }: WorkloadPlan): k8s.types.input.meta.v1.ObjectMeta {
  const product = pulumi.output(args.product);
  const planes = secondary ? attachmentsOf(id) : [];
  const networks: { [annotation: string]: pulumi.Input<string> } =
    planes.length === 0 ? {} : { "k8s.v1.cni.cncf.io/networks": networksText(planes, args) };
  return {
    labels: { ...metadata.labels, "carrierguard.dev/zone": zoneOf(id), ...(isMeshed(id) ? {} : { "sidecar.istio.io/inject": "false" }) },
    annotations: {
      "carrierguard.dev/vendor": product.vendor,
      "carrierguard.dev/product": product.name,
      "carrierguard.dev/version": product.version,
      "carrierguard.dev/support-until": product.supportUntil,
      "carrierguard.dev/sbom": product.sbom,
      ...networks,
    },
  };
}

function networksText(planes: readonly string[], { namespace }: NetworkFunctionArgs): pulumi.Output<string> {
  return pulumi
    .output(namespace)
    .apply((place) => JSON.stringify(planes.map((plane) => ({ name: plane, namespace: place, interface: plane }))));
}

function podSpec(name: string, plan: WorkloadPlan, store: boolean, parent: pulumi.Resource): k8s.types.input.core.v1.PodSpec {
  const { id, args, dataPlane, account } = plan;
  const security = containerSecurity(id, dataPlane);
  const resources = resourcesOf(id, dataPlane);
  const device: { readonly [name: string]: string } = plan.device === "" ? {} : { [plan.device]: "1" };
  const mounted = mounts(name, plan, store, parent);
  const zone = zoneOf(id);
  return {
    serviceAccountName: account.metadata.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: security.runAsNonRoot,
      runAsUser: security.runAsUser,
      ...(security.runAsNonRoot ? { fsGroup: security.runAsUser } : {}),
      seccompProfile: security.seccompProfile,
    },
    nodeSelector: { [ZONE_LABEL]: zone },
    tolerations: [{ key: ZONE_LABEL, operator: "Equal", value: zone, effect: "NoSchedule" }],
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: plan.metadata.labels },
      },
    ],
    containers: [
      {
        name: objectName(id),
        image: plan.image,
        imagePullPolicy: "IfNotPresent",
        args: args.arguments,
        ports: containerPorts(id, plan.present),
        resources: { requests: { ...resources.requests, ...device }, limits: { ...resources.limits, ...device } },
        securityContext: security,
        volumeMounts: mounted.map(({ mount }) => mount),
      },
    ],
    volumes: mounted.map(({ volume }) => volume),
  };
}

/** Configuration, certificate, secrets from the store, and what the function writes; all but the last read-only. */
function mounts(name: string, plan: WorkloadPlan, store: boolean, parent: pulumi.Resource): Mounted[] {
  const { id, args, metadata, certificate, dataPlane } = plan;
  const found: Mounted[] = [
    {
      volume: { name: "tls", secret: { secretName: certificate.metadata.name.apply((object) => `${object}-tls`), defaultMode: 0o440 } },
      mount: { name: "tls", mountPath: "/tls", readOnly: true },
    },
    { volume: { name: "tmp", emptyDir: { sizeLimit: "256Mi" } }, mount: { name: "tmp", mountPath: "/tmp" } },
  ];
  if (args.configuration !== undefined) {
    const map = new k8s.core.v1.ConfigMap(name, { metadata, data: args.configuration, immutable: true }, { parent });
    found.push({
      volume: { name: "configuration", configMap: { name: map.metadata.name } },
      mount: { name: "configuration", mountPath: "/config", readOnly: true },
    });
  }
  for (const provider of plan.secrets) {
    found.push({
      volume: {
        name: provider,
        csi: { driver: "secrets-store.csi.k8s.io", readOnly: true, volumeAttributes: { secretProviderClass: provider } },
      },
      mount: { name: provider, mountPath: `/secrets/${provider}`, readOnly: true },
    });
  }
  if (id === "UPF" && dataPlane === "kernel") {
    found.push({
      volume: { name: "tun", hostPath: { path: "/dev/net/tun", type: "CharDevice" } },
      mount: { name: "tun", mountPath: "/dev/net/tun" },
    });
  }
  if (id === "UPF" && dataPlane === "dpdk") {
    found.push({
      volume: { name: "hugepages", emptyDir: { medium: "HugePages" } },
      mount: { name: "hugepages", mountPath: "/dev/hugepages" },
    });
  }
  // The claim of the StatefulSet is the volume.
  return store ? [...found, { volume: { name: "data" }, mount: { name: "data", mountPath: "/data/db" } }] : found;
}
