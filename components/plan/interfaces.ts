/** Which interface of a node carries which plane: the launch templates of nodes and the secondary networks of pods both go by it. */

/** Planes that pods attach to by a secondary network, in the order of their interfaces. */
export const ATTACHED_PLANES = ["n2", "n3", "n4", "n6", "n9", "n32"] as const;
export type AttachedPlane = (typeof ATTACHED_PLANES)[number];

export interface PlaneInterface {
  readonly plane: AttachedPlane;
  /** Device index of the ENI; 0 is that of the pod network. */
  readonly index: number;
  /** As the node's system calls it: Bottlerocket for AWS numbers interfaces in the order of their device index (net.ifnames=0). */
  readonly name: string;
}

/** The interfaces of nodes that carry these planes. */
export function interfacesOf(planes: readonly AttachedPlane[]): readonly PlaneInterface[] {
  return ATTACHED_PLANES.filter((plane) => planes.includes(plane)).map((plane, position) => ({
    plane,
    index: position + 1,
    name: `eth${position + 1}`,
  }));
}

/** Interfaces of an instance by its size, and IPv4 addresses of each (EC2 user guide, "IP addresses per network interface"). */
const LIMITS: { readonly [size: string]: readonly [interfaces: number, addresses: number] } = {
  nano: [2, 2],
  micro: [2, 2],
  small: [3, 4],
  medium: [3, 6],
  large: [3, 10],
  xlarge: [4, 15],
  "2xlarge": [4, 15],
  "3xlarge": [4, 15],
};
/** Of 4xlarge and more, metal included. */
const LARGE = [8, 30] as const;

/** As Kubernetes advises for nodes of any size. */
const MOST_PODS = 110;

export interface InstanceLimits {
  readonly interfaces: number;
  /** Pods on the interfaces that the planes leave to the VPC CNI, whose first addresses are none of pods; two are on the node's own network. */
  pods(planes: number): number;
}

export function limitsOf(instanceType: string): InstanceLimits {
  const [interfaces, addresses] = LIMITS[instanceType.split(".")[1] ?? ""] ?? LARGE;
  return { interfaces, pods: (planes) => Math.min(MOST_PODS, (interfaces - planes) * (addresses - 1) + 2) };
}

/** Architecture of the images that an instance runs: the letter g after the generation is Graviton. */
export function architectureOf(instanceType: string): "arm64" | "x86_64" {
  return /^(a1|[a-z]+\d+g[a-z]*)\./.test(instanceType) ? "arm64" : "x86_64";
}
