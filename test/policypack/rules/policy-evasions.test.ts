/** Ways around what an admission policy, a mesh policy or a bucket policy seems to say. */

import { networkFunction, object, resource } from "../../../policypack/testing/build";
import type { ResourceInit } from "../../../policypack/model/stack";
import { answers } from "../../support/rule-answers";

const key = { entries: [{ keys: { publicKeys: "-----BEGIN PUBLIC KEY-----" } }] };
const core = object("v1", "Namespace", "core", { metadata: { labels: { "carrierguard.dev/zone": "control" } } });
const amf = networkFunction("amf", { container: { image: "r.example/5gc/amf@sha256:" + "a".repeat(64) } });
const kyverno = (rule: object, spec: object = {}) =>
  object("kyverno.io/v1", "ClusterPolicy", "signed", {
    spec: {
      rules: [
        {
          name: "signed",
          match: { any: [{ resources: { kinds: ["Pod"] } }] },
          verifyImages: [{ imageReferences: ["*"], failureAction: "Enforce", attestors: [key] }],
          ...rule,
        },
      ],
      ...spec,
    } as never,
  });
answers("SC-05", [
  [
    "an exception for one named pod",
    [
      core,
      amf,
      kyverno({}),
      object("kyverno.io/v2", "PolicyException", "one", {
        spec: {
          exceptions: [{ policyName: "signed", ruleNames: ["signed"] }],
          match: { any: [{ resources: { kinds: ["Pod"], namespaces: ["core"], names: ["debug-1"] } }] },
        } as never,
      }),
    ],
    "pass",
  ],
  ["everything in the namespace", [core, amf, kyverno({})], "pass"],
  ["excluded namespace", [core, amf, kyverno({ exclude: { any: [{ resources: { namespaces: ["core"] } }] } })], "fail"],
  [
    "excluded by a label that the pod carries",
    [core, amf, kyverno({ exclude: { any: [{ resources: { selector: { matchLabels: { app: "amf" } } } }] } })],
    "undetermined",
  ],
  [
    "only labelled pods",
    [core, amf, kyverno({ match: { any: [{ resources: { kinds: ["Pod"], selector: { matchLabels: { signed: "yes" } } } }] } })],
    "undetermined",
  ],
  ["webhook fails open", [core, amf, kyverno({}, { failurePolicy: "Ignore" })], "fail"],
  [
    "PolicyException for the namespace",
    [
      core,
      amf,
      kyverno({}),
      object("kyverno.io/v2", "PolicyException", "all", {
        spec: {
          exceptions: [{ policyName: "signed", ruleNames: ["*"] }],
          match: { any: [{ resources: { kinds: ["Pod"], namespaces: ["core"] } }] },
        } as never,
      }),
    ],
    "fail",
  ],
  [
    "skipImageReferences all",
    [
      core,
      amf,
      kyverno({
        verifyImages: [{ imageReferences: ["*"], skipImageReferences: ["r.example/*"], failureAction: "Enforce", attestors: [key] }],
      }),
    ],
    "fail",
  ],
]);
const ap = (rules: object[], more: object = {}) =>
  object("security.istio.io/v1", "AuthorizationPolicy", "udm", {
    spec: { selector: { matchLabels: { app: "udm" } }, action: "ALLOW", rules, ...more } as never,
  });
const ns = object("v1", "Namespace", "core", { metadata: { labels: { "istio-injection": "enabled" } } });
const strict = object("security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } });
const udm = networkFunction("udm");
const from = [{ source: { principals: ["cluster.local/ns/core/sa/amf"] } }];
answers("SG-19", [
  ["all paths by a prefix of nothing", [ns, strict, udm, ap([{ from, to: [{ operation: { paths: ["/*"], methods: ["GET"] } }] }])], "fail"],
  ["suffix path", [ns, strict, udm, ap([{ from, to: [{ operation: { paths: ["*/"], methods: ["GET"] } }] }])], "fail"],
  ["prefix of all nudm", [ns, strict, udm, ap([{ from, to: [{ operation: { paths: ["/nudm*"], methods: ["GET"] } }] }])], "fail"],
  ["method star", [ns, strict, udm, ap([{ from, to: [{ operation: { paths: ["/nudm-sdm/*"], methods: ["*"] } }] }])], "fail"],
  ["notPaths alone", [ns, strict, udm, ap([{ from, to: [{ operation: { notPaths: ["/admin"], methods: ["GET"] } }] }])], "fail"],
  ["template", [ns, strict, udm, ap([{ from, to: [{ operation: { paths: ["/{**}"], methods: ["GET"] } }] }])], "fail"],
]);
answers("SG-18", [
  ["principal by trust domain star", [ns, strict, udm, ap([{ from: [{ source: { principals: ["cluster.local/*"] } }] }])], "fail"],
  ["notPrincipals", [ns, strict, udm, ap([{ from: [{ source: { notPrincipals: ["x"] } }] }])], "fail"],
  ["suffix", [ns, strict, udm, ap([{ from: [{ source: { principals: ["*amf"] } }] }])], "fail"],
]);
const db = networkFunction("mongodb", { container: { image: "mongo:7" } } as never);
const np = (name: string, ingress: object[]) =>
  object("networking.k8s.io/v1", "NetworkPolicy", name, {
    spec: { podSelector: { matchLabels: { app: "mongodb" } }, policyTypes: ["Ingress"], ingress } as never,
  });
answers("DP-04", [
  [
    "any pod by ipBlock halves",
    [
      networkFunction("udr"),
      networkFunction("amf"),
      networkFunction("smf"),
      db,
      np("db", [{ from: [{ ipBlock: { cidr: "0.0.0.0/1" } }, { ipBlock: { cidr: "128.0.0.0/1" } }] }]),
    ],
    "fail",
  ],
  [
    "AMF beside UDR",
    [
      networkFunction("udr"),
      networkFunction("amf"),
      networkFunction("smf"),
      db,
      np("db", [{ from: [{ podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["udr", "amf"] }] } }] }]),
    ],
    "fail",
  ],
  [
    "policy for udr and second that reopens",
    [
      networkFunction("udr"),
      networkFunction("amf"),
      networkFunction("smf"),
      db,
      np("db", [{ from: [{ podSelector: { matchLabels: { app: "udr" } } }] }]),
      np("db2", [{}]),
    ],
    "fail",
  ],
]);
const bucketOf = (...more: readonly ResourceInit[]) => [
  resource("aws:s3/bucket:Bucket", "cdr", { id: "cdr", bucket: "cdr", tags: { "carrierguard.dev/zone": "charging" } } as never),
  ...more,
];
const pab = resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "cdr", {
  bucket: "cdr",
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
});
const sse = resource("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "cdr", {
  bucket: "cdr",
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:aws:kms:eu-central-1:1:key/k" } }],
} as never);
const pol = (...s: object[]) =>
  resource("aws:s3/bucketPolicy:BucketPolicy", "cdr", { bucket: "cdr", policy: JSON.stringify({ Version: "2012-10-17", Statement: s }) });
const tls = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::cdr", "arn:aws:s3:::cdr/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
answers("DP-11", [
  ["denial for reads only", bucketOf(pab, sse, pol({ ...tls, Action: "s3:GetObject" })), "fail"],
  ["denial for one principal", bucketOf(pab, sse, pol({ ...tls, Principal: { AWS: "arn:aws:iam::1:role/x" } })), "fail"],
  [
    "denial that needs a second condition",
    bucketOf(
      pab,
      sse,
      pol({ ...tls, Condition: { Bool: { "aws:SecureTransport": "false" }, StringEquals: { "aws:PrincipalTag/a": "b" } } }),
    ),
    "fail",
  ],
  [
    "allow to everybody in another statement",
    bucketOf(pab, sse, pol(tls, { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::cdr/*" })),
    "fail",
  ],
]);
answers("WH-01", [
  [
    "an operator's own group that ends like Kyverno's",
    [
      object("evil.kyverno.io/v1", "Amf", "amf", {
        spec: {
          template: {
            metadata: { labels: { app: "amf" } },
            spec: { containers: [{ name: "amf", image: "free5gc/amf:v1", securityContext: { privileged: true } }] },
          },
        },
      } as never),
      networkFunction("smf"),
      networkFunction("udm"),
      networkFunction("nrf"),
    ],
    "fail",
  ],
  [
    "a sidecar that an admission policy injects",
    [
      networkFunction("smf"),
      networkFunction("amf"),
      networkFunction("nrf"),
      object("kyverno.io/v1", "ClusterPolicy", "inject", {
        spec: {
          rules: [
            {
              name: "i",
              match: { any: [{ resources: { kinds: ["Pod"], namespaces: ["core"] } }] },
              mutate: {
                patchStrategicMerge: {
                  spec: { containers: [{ name: "agent", image: "x/agent:1", securityContext: { privileged: true } }] },
                },
              },
            },
          ],
        },
      } as never),
    ],
    "undetermined",
  ],
]);

const bound = (policy: object) => [
  core,
  networkFunction("amf"),
  object("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "pods", {
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["pods"] }],
        ...policy,
      },
      validations: [
        { expression: "!has(object.spec.hostPID) && !has(object.spec.hostIPC) && !has(object.spec.hostNetwork)" },
        {
          expression:
            "object.spec.containers.all(c, !has(c.securityContext.privileged) && c.securityContext.allowPrivilegeEscalation == false)",
        },
        { expression: "object.spec.containers.all(c, has(c.securityContext.capabilities))" },
        { expression: "!object.spec.volumes.exists(v, has(v.hostPath))" },
      ],
    } as never,
  }),
  object("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", "pods", {
    spec: { policyName: "pods", validationActions: ["Deny"] },
  }),
];
answers("WH-07", [
  ["a policy for every pod", bound({}), "pass"],
  ["a policy for pods that carry a label", bound({ objectSelector: { matchLabels: { hardened: "yes" } } }), "undetermined"],
]);
