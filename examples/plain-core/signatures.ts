// Who signed an image is asked before it runs: no key, no function.
import * as k8s from "@pulumi/kubernetes";
import { provider } from "./cluster";
import { namespace } from "./core";

/** The release pipeline signs with a key in KMS; this is its public half. */
const releaseKey = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----`;

new k8s.apiextensions.CustomResource(
  "signed-images",
  {
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name: "signed-images" },
    spec: {
      webhookConfiguration: { failurePolicy: "Fail", timeoutSeconds: 15 },
      background: false,
      rules: [
        {
          name: "signed",
          match: { any: [{ resources: { kinds: ["Pod"], namespaces: [namespace.metadata.name] } }] },
          verifyImages: [
            {
              imageReferences: ["*"],
              failureAction: "Enforce",
              attestors: [{ count: 1, entries: [{ keys: { publicKeys: releaseKey } }] }],
            },
          ],
        },
      ],
    },
  },
  { provider },
);
