/** A namespace for the functions of one trust zone: nothing runs, speaks or is called there that was not named. */

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { topology } from "../policypack/topology/topology";
import type { ZoneId } from "../policypack/topology/types";
import { Arguments } from "./arguments";
import { secondaryNetwork } from "./secondary-network";
import { ATTACHED_PLANES, interfacesOf } from "./plan/interfaces";
import { DEFAULT_DENY } from "./plan/policies";

export interface CoreNamespaceArgs {
  /** Trust zone of its functions: control, auth, data, user-plane … */
  zone: pulumi.Input<string>;
  /** Name of the namespace. Default: the component's name. */
  namespace?: pulumi.Input<string>;
  /** Most CPU of all pods together. Default: 64. */
  cpuLimit?: pulumi.Input<string>;
  /** Most memory of all pods together. Default: 128Gi. */
  memoryLimit?: pulumi.Input<string>;
  /** Most pods. Default: 50. */
  podLimit?: pulumi.Input<number>;
  /**
   * Secondary networks of planes, each with its address block: `n3` → 10.0.96.0/23. On the zone's nodes they are eth1, eth2 … in the order
   * n2, n3, n4, n6, n9, n32, as CoreCluster attaches them: give all that the nodes have.
   */
  planeCidrs?: pulumi.Input<{ [plane: string]: pulumi.Input<string> }>;
}

/** Namespace with Pod Security, default deny both ways, strict mTLS, an empty allow-list for callers, quotas and access records. */
export class CoreNamespace extends pulumi.ComponentResource {
  /** Name of the namespace. */
  public readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: CoreNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("carrierguard:index:CoreNamespace", name, args, opts);
    const read = new Arguments("CoreNamespace", name, args);
    const zone = read.oneOf(
      "zone",
      topology.zones.map(({ id }) => id),
    );
    const label = read.text("namespace", /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "a DNS label", name);
    const planes = read.plain<"planeCidrs", { [plane: string]: pulumi.Input<string> }>("planeCidrs", {});
    const options = { parent: this };

    const namespace = new k8s.core.v1.Namespace(name, { metadata: { name: label, labels: labelsOf(zone) } }, options);
    const place = namespace.metadata.name;
    const inside = (object: string) => ({ metadata: { name: object, namespace: place } });

    new k8s.networking.v1.NetworkPolicy(`${name}-default-deny`, { ...inside("default-deny"), spec: DEFAULT_DENY }, options);
    const custom = (kind: string, apiVersion: string, object: string, spec: object) =>
      new k8s.apiextensions.CustomResource(`${name}-${kind.toLowerCase()}`, { apiVersion, kind, ...inside(object), spec }, options);
    custom("PeerAuthentication", "security.istio.io/v1", "default", { mtls: { mode: "STRICT" } });
    custom("AuthorizationPolicy", "security.istio.io/v1", "allow-nothing", {});
    custom("Sidecar", "networking.istio.io/v1", "default", { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } });
    custom("Telemetry", "telemetry.istio.io/v1", "access-logs", { accessLogging: [{ providers: [{ name: "otel" }] }] });
    new k8s.core.v1.ResourceQuota(
      name,
      {
        ...inside("zone"),
        spec: {
          hard: {
            "limits.cpu": args.cpuLimit ?? "64",
            "limits.memory": args.memoryLimit ?? "128Gi",
            pods: pulumi.output(args.podLimit ?? 50).apply(String),
          },
        },
      },
      options,
    );
    new k8s.core.v1.LimitRange(
      name,
      {
        ...inside("zone"),
        spec: { limits: [{ type: "Container", default: { cpu: "1", memory: "512Mi" }, defaultRequest: { cpu: "100m", memory: "128Mi" } }] },
      },
      options,
    );
    const known = Object.keys(planes).map((plane) => read.word("planeCidrs", plane, ATTACHED_PLANES));
    for (const { plane, name: master } of interfacesOf(known)) {
      secondaryNetwork(name, { plane, master, zone, cidr: planes[plane] ?? "", namespace: place }, this);
    }
    this.namespace = place;
    this.registerOutputs({ namespace: this.namespace });
  }
}

/** Zones whose functions add NET_ADMIN, which Pod Security's baseline refuses: AdmissionGuard re-imposes everything else there. */
const PRIVILEGED: readonly ZoneId[] = ["user-plane", "access-edge"];

function labelsOf(zone: ZoneId): { [label: string]: string } {
  const level = PRIVILEGED.includes(zone) ? "privileged" : "restricted";
  return {
    "carrierguard.dev/zone": zone,
    "istio-injection": "enabled",
    "pod-security.kubernetes.io/enforce": level,
    "pod-security.kubernetes.io/audit": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",
  };
}
