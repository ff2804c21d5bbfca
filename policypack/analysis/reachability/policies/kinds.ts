/** The policy kinds of the pod network, as API version and kind. */
export const POLICIES: readonly (readonly [apiVersion: string, kind: string])[] = [
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["networking.k8s.aws/v1alpha1", "ApplicationNetworkPolicy"],
  ["policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"],
  ["policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy"],
  ["policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy"],
  ["networking.k8s.aws/v1alpha1", "ClusterNetworkPolicy"],
  ["cilium.io/v2", "CiliumNetworkPolicy"],
  ["cilium.io/v2", "CiliumClusterwideNetworkPolicy"],
];
