/**
 * No credential stands in the open: no access key, private key or password in variables, ConfigMaps, user data or parameters, and none that
 * everybody knows, not in a Secret either. A reference, a path and a placeholder are no credential.
 *
 * Sources: TS 33.117 4.2.3.4.2; AWS, "Manage master user passwords with Secrets Manager".
 */

import {
  assignedPasswords,
  type Credential,
  isCredentialName,
  keysOf,
  passwordUnder,
  uriPasswords,
} from "../../analysis/credentials/detect";
import { type Place, placesOf } from "../../analysis/credentials/places";
import { judgedInCore } from "../../engine/judged";
import { listed } from "../../engine/listed";
import { defineRule, fail, type RuleContext, seen, type Target, undetermined } from "../../engine/rule";
import { perPart } from "../../model/answers";
import { readers } from "../../model/kubernetes/mounts";
import type { Resource } from "../../model/stack";
import { networkFunction, object, resource, secretValue, unknownValue } from "../../testing/build";

const HELM = ["kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v3:Chart", "kubernetes:helm.sh/v4:Chart"];
const AWS = [
  "aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/launchConfiguration:LaunchConfiguration", "aws:ec2/instance:Instance", "aws:lambda/function:Function",
  "aws:ecs/taskDefinition:TaskDefinition", "aws:ssm/parameter:Parameter", "aws:docdb/cluster:Cluster", "aws:rds/cluster:Cluster", "aws:rds/instance:Instance",
  "aws:neptune/cluster:Cluster", "aws:redshift/cluster:Cluster", "aws:elasticache/replicationGroup:ReplicationGroup", "aws:memorydb/user:User",
]; // prettier-ignore

const holders: Target<Resource> = {
  description: "workloads, ConfigMaps, Secrets, Helm releases, launch templates, functions, tasks, parameters, databases",
  // Any custom resource may hold a pod template.
  types: undefined,
  *subjects(model) {
    yield* new Set(model.workloads.map((workload) => workload.object.resource));
    for (const kind of ["ConfigMap", "Secret"]) for (const item of model.objectsOf("", kind)) yield item.resource;
    for (const type of [...HELM, ...AWS]) yield* model.ofType(type);
  },
  resource: (subject) => subject,
};

export default defineRule({
  id: "ID-19",
  name: "id-19-no-embedded-credentials",
  title: "No default, embedded or static credentials anywhere in the stack",
  family: "identity",
  severity: "critical",
  scope: "both",
  since: "0.1.0",
  target: holders,
  rationale:
    "What stands in a ConfigMap, in user data or in a program is read by far more people than the function, stays in every copy, and does not change: whoever finds it logs in to the subscriber database or the account as if invited. Defaults need not even be found.",
  remediation:
    "Rotate the credential first, since it has been in the open. Then bring it in from a secret store (ExternalSecret, Secrets Store CSI, secretKeyRef), use roles in place of access keys, and manageMasterUserPassword for databases.",
  standards: [
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "HARD-PWD",
      title: "Hardening: no default passwords",
    },
    { framework: "3GPP TS 33.117 (SCAS)", ref: "4.2.3.4.2.2", title: "Predefined accounts shall be deleted or disabled." },
    {
      framework: "3GPP TS 33.117 (SCAS)",
      ref: "4.2.3.4.2.3",
      title: "Predefined or default authentication attributes shall be deleted or disabled.",
    },
    { framework: "ENISA 5G SCM v1.3", ref: "SO14-014", title: "Predefined or default accounts are deleted or disabled" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-071",
      title:
        "Sensitive information (e.g., private keys, critical configuration files, credentials) should never be published in a production VM/Container image. ",
    },
    { framework: "NIST SP 800-53r5", ref: "IA-5(7)", title: "Authenticator Management | No Embedded Unencrypted Static Authenticators" },
    { framework: "NIST SP 800-190", ref: "4.1.4", title: "Embedded clear text secrets" },
  ],
  breaks: [
    { id: "FGT1078.001", name: "Default Accounts" },
    { id: "T1078.001", name: "Default Accounts" },
    { id: "T1552.001", name: "Credentials In Files" },
  ],
  *check(subject, context) {
    const judged = isJudged(subject, context);
    if (judged === "no") return;
    const places = placesOf(subject, context.model);
    const byContainer = new Map<string | undefined, { place: Place; credential: Credential }[]>();
    for (const place of places) {
      for (const credential of credentialsOf(place)) {
        byContainer.set(place.container, [...(byContainer.get(place.container) ?? []), { place, credential }]);
      }
    }
    for (const [container, found] of byContainer) {
      const published = found.some(({ credential }) => credential.isPublished);
      yield (judged === "yes" ? fail : undetermined)({
        message: `${title(subject, context)} carries ${listed([...new Set(found.map(({ credential }) => credential.what))], 4)}${published ? ", known to everybody," : ""} in the open: whoever reads it logs in with it (Credentials In Files).`,
        evidence: found.slice(0, 8).map(({ place, credential }) => ({
          path: place.node.path,
          actual: `(${credential.what})`,
          expected: "a reference to a secret store",
        })),
        networkFunctions: functionsOf(subject, context),
        ...(container === undefined ? {} : { container }),
        cause: "credentials",
      });
    }
    const open = places.filter((place) => place.unknown && isCredentialName(place.name));
    if (byContainer.size > 0 || open.length === 0) return;
    yield undetermined({
      message: `${title(subject, context)} is given ${open.map(({ name }) => name).join(", ")} as plain text that is not known before deployment: whoever reads the object has it.`,
      evidence: open.slice(0, 5).map((place) => seen(place.node, "a reference to a secret store")),
      networkFunctions: functionsOf(subject, context),
      cause: "open",
    });
  },
  examples: () => {
    const env = (name: string, value: unknown) => networkFunction("udr", { container: { env: [{ name, value }] } as never });
    const config = (text: string) => [
      object("v1", "ConfigMap", "udr", { data: { "udr.yaml": text } }),
      networkFunction("udr", { pod: { volumes: [{ name: "c", configMap: { name: "udr" } }] } }),
    ];
    const pem = `-----BEGIN PRIVATE KEY-----\n${"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj".repeat(3)}\n-----END PRIVATE KEY-----\n`;
    const secret = (password: string) => [
      object("v1", "Secret", "db", { stringData: { password } }),
      networkFunction("udr", { container: { envFrom: [{ secretRef: { name: "db" } }] } }),
    ];
    const key = `AKIA${"QZ7XCANARYKEY234"}`;
    return {
      pass: [
        {
          name: "a password by reference",
          resources: [
            networkFunction("udr", {
              container: { env: [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }] },
            }),
          ],
        },
        {
          name: "a path, a switch and a placeholder",
          resources: [
            networkFunction("udr", {
              container: {
                env: [
                  { name: "DB_PASSWORD_FILE", value: "/run/db" },
                  { name: "ALLOW_EMPTY_PASSWORD", value: "no" },
                  { name: "DB_PASSWORD", value: "$(DB_PASS)" },
                ],
              },
            }),
          ],
        },
        {
          name: "a public certificate",
          resources: config("cert: |\n  -----BEGIN CERTIFICATE-----\n  MIIB\n  -----END CERTIFICATE-----\n"),
        },
        { name: "a password of its own in a Secret", resources: secret("q9-Vd27fjw0_aa81") },
        {
          name: "a database whose password AWS keeps",
          resources: [resource("aws:docdb/cluster:Cluster", "udr", { masterUsername: "udr", manageMasterUserPassword: true })],
        },
        {
          name: "a master password from the program's secrets",
          resources: [resource("aws:docdb/cluster:Cluster", "udr", { masterPassword: secretValue("q9-Vd27fjw0_aa81") })],
        },
        {
          name: "ids in a function's environment",
          resources: [
            resource("aws:lambda/function:Function", "attach", {
              environment: { variables: { SUBNETS: "subnet-0a1b2c3d4e5f60718", SECRET_NAME: "core/db" } },
            }),
          ],
        },
        { name: "examples in comments", resources: config("# password: hunter2\nudr:\n  freeDiameter: /etc/fd.conf\n") },
      ],
      fail: [
        { name: "a password in a variable", resources: [env("MYSQL_PASSWORD", "hunter2!")] },
        { name: "an access key in a variable", resources: [env("S3_ID", key)] },
        { name: "a password in a URI", resources: config("udr:\n  db_uri: mongodb://udr:hunter2@mongodb/open5gs\n") },
        { name: "a password in a configuration", resources: config("udr:\n  database:\n    password: hunter2\n") },
        { name: "the password that the console comes with, in a Secret", resources: secret("1423") },
        {
          name: "a private key in user data",
          resources: [
            resource("aws:ec2/launchTemplate:LaunchTemplate", "nodes", {
              userData: Buffer.from(`#!/bin/sh\ncat > /k <<E\n${pem}E\n`).toString("base64"),
            }),
          ],
        },
        {
          name: "a master password as a literal",
          resources: [resource("aws:docdb/cluster:Cluster", "udr", { masterPassword: "hunter2hunter2" })],
        },
        {
          name: "a token in a function's environment",
          resources: [
            resource("aws:lambda/function:Function", "attach", { environment: { variables: { API_TOKEN: "f3Vd27fjw0aa81kq0Z" } } }),
          ],
        },
        {
          name: "a password as a parameter of type String",
          resources: [resource("aws:ssm/parameter:Parameter", "p", { name: "/core/db/password", type: "String", value: "hunter2" })],
        },
        {
          name: "a password in Helm values",
          resources: [resource("kubernetes:helm.sh/v3:Release", "mongodb", { values: { auth: { rootPassword: "hunter2" } } })],
        },
      ],
      undetermined: [{ name: "a password as plain text that comes with the deployment", resources: [env("DB_PASSWORD", unknownValue())] }],
    };
  },
});

/** Outside the core's namespaces only under strict; AWS resources always. */
function isJudged(subject: Resource, context: RuleContext): "yes" | "suspect" | "no" {
  const { model } = context;
  const object = model.object(subject);
  if (object === undefined || HELM.includes(subject.type)) return "yes";
  const workloads = model.workloadsOf(subject);
  if (workloads.length > 0) {
    const answers = workloads.map((workload) => judgedInCore(workload, context));
    return answers.includes("yes") ? "yes" : answers.includes("suspect") ? "suspect" : "no";
  }
  return context.settings.profile === "strict" || (context.view === "stack" && model.coreNamespaces.has(object.namespace)) ? "yes" : "no";
}

const credentialsOf = perPart(credentialsIn);

function credentialsIn({ form, text, name, inSecret }: Place): readonly Credential[] {
  if (text === "") return [];
  const named = form === "value" ? passwordUnder(name, text) : assignedPasswords(text);
  // A Secret is where credentials belong, but for those that everybody knows, and access keys, for which there are roles.
  if (inSecret)
    return [...named.filter(({ isPublished }) => isPublished), ...keysOf(text).filter(({ what }) => what.includes("access key"))];
  return [...keysOf(text), ...uriPasswords(text), ...named];
}

function title(subject: Resource, { model }: RuleContext): string {
  const object = model.object(subject);
  return object === undefined ? subject.name : `${object.kind} ${object.name}`;
}

function functionsOf(subject: Resource, { model }: RuleContext) {
  const object = model.object(subject);
  const kind = object?.kind;
  const workloads = kind === "ConfigMap" || kind === "Secret" ? readers(model, kind, object?.namespace ?? "", object?.name ?? "") : model.workloadsOf(subject);
  return [...new Set(workloads.flatMap((workload) => model.classification(workload).networkFunctions))];
} // prettier-ignore
