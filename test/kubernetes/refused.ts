/** Objects that a server must refuse, so that its acceptance of the others says something; each with what it says of them. */

import type { Manifest } from "./api-server";

const inCore = (apiVersion: string, kind: string, rest: object): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: "bad", namespace: "restricted" },
  ...rest,
});

const pod = (spec: object, container: object = {}): Manifest =>
  inCore("v1", "Pod", { spec: { containers: [{ name: "amf", image: "registry.example/amf", ...container }], ...spec } });

const deployment = (spec: object, podSpec: object = {}): Manifest =>
  inCore("apps/v1", "Deployment", {
    spec: {
      selector: { matchLabels: { app: "amf" } },
      template: { metadata: { labels: { app: "amf" } }, spec: { containers: [{ name: "amf", image: "amf" }], ...podSpec } },
      ...spec,
    },
  });

export const refused: readonly (readonly [name: string, object: Manifest, reason: RegExp])[] = [
  ["a field that no Deployment has", deployment({ replica: 2 }), /unknown field "spec\.replica"/],
  ["a selector of other pods than the template's", deployment({ selector: { matchLabels: { app: "smf" } } }), /`selector` does not match/],
  [
    "a port name of more than 15 characters",
    pod({}, { ports: [{ name: "a-name-of-16-char", containerPort: 1 }] }),
    /must be no more than 15/,
  ],
  [
    "a privileged pod where Pod Security is restricted",
    pod({}, { securityContext: { privileged: true } }),
    /violates PodSecurity "restricted/,
  ],
  [
    "a NetworkPolicy with an empty peer",
    inCore("networking.k8s.io/v1", "NetworkPolicy", { spec: { podSelector: {}, ingress: [{ from: [{}] }] } }),
    /must specify a peer/,
  ],
  [
    "a mesh mode that there is not",
    inCore("security.istio.io/v1", "PeerAuthentication", { spec: { mtls: { mode: "MUTUAL" } } }),
    /Unsupported value: "MUTUAL"/,
  ],
  [
    "a certificate whose algorithm is broken",
    inCore("cert-manager.io/v1", "Certificate", {
      spec: { secretName: "amf", issuerRef: { name: "ca" }, privateKey: { algorithm: "DSA" } },
    }),
    /Unsupported value: "DSA"/,
  ],
  [
    "a MultiNetworkPolicy whose block is no block",
    inCore("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy", {
      spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "10.0.0/8" } }] }] },
    }),
    /spec\.ingress\[0\]\.from\[0\]\.ipBlock\.cidr/,
  ],
  [
    "a network attachment whose configuration is no text",
    inCore("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", { spec: { config: 1 } }),
    /spec\.config.*must be of type string/,
  ],
  [
    "an Amazon policy with more than 25 networks in one peer",
    {
      apiVersion: "networking.k8s.aws/v1alpha1",
      kind: "ClusterNetworkPolicy",
      metadata: { name: "bad" },
      spec: {
        tier: "Admin",
        priority: 10,
        subject: { namespaces: {} },
        egress: [{ action: "Deny", to: [{ networks: Array.from({ length: 26 }, (_, index) => `198.51.100.${index}/32`) }] }],
      },
    },
    /must have at most 25 items/,
  ],
  [
    "an admission policy whose expression is none",
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "bad" },
      spec: {
        matchConstraints: { resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }] },
        validations: [{ expression: "object.spec.containers.all(c, " }],
      },
    },
    /compilation failed/,
  ],
];
