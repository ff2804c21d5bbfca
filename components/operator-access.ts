/** People in the core: federated, with a second factor, for hours, recorded; break-glass for an hour, and alarmed by its use. */

import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Arguments } from "./arguments";
import { PLMN } from "./plan/functions";
import { tagsOf } from "./tags";

export interface OperatorAccessArgs {
  /** Cluster that operators look at. */
  clusterName: pulumi.Input<string>;
  /** Namespaces of the core. */
  namespaces: pulumi.Input<pulumi.Input<string>[]>;
  /** ARN of the SAML provider of the operator's directory. */
  samlProviderArn: pulumi.Input<string>;
  /** Permissions boundary of the roles. */
  permissionsBoundary: pulumi.Input<string>;
  /** Mobile country and network code: 00101. */
  plmn: pulumi.Input<string>;
  /** Whether there is a break-glass role that may enter pods for an hour. Default: false. */
  breakGlass?: pulumi.Input<boolean>;
  /** production, staging … Default: production. */
  environment?: pulumi.Input<string>;
}

/** Longest session of on-call people, seconds. */
const SESSION = 4 * 3600;
const BREAK_GLASS_SESSION = 3600;

/** Roles by federation with access entries for the core's namespaces: looking for on-call, entering pods by break-glass alone. */
export class OperatorAccess extends pulumi.ComponentResource {
  /** Role of on-call people. */
  public readonly onCallRoleArn: pulumi.Output<string>;

  constructor(name: string, args: OperatorAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("carrierguard:index:OperatorAccess", name, args, opts);
    const read = new Arguments("OperatorAccess", name, args);
    const namespaces = read.texts("namespaces");
    read.text("plmn", PLMN, "a PLMN such as 00101");
    const tags = tagsOf({ plmn: args.plmn, environment: args.environment ?? "production" }, "oam", "oam");
    const role = (key: string, maxSessionDuration: number, more: { [tag: string]: string } = {}) =>
      new aws.iam.Role(
        `${name}-${key}`,
        {
          assumeRolePolicy: pulumi.output(args.samlProviderArn).apply((provider) => JSON.stringify(trust(provider))),
          maxSessionDuration,
          permissionsBoundary: args.permissionsBoundary,
          tags: { ...tags, ...more },
        },
        { parent: this },
      );
    const onCall = role("on-call", SESSION);
    this.entry(name, "on-call", onCall, "core:on-call", args.clusterName);
    for (const namespace of namespaces) this.rules(name, namespace, "on-call", LOOKING, {});
    if (read.plain<"breakGlass", boolean>("breakGlass", false)) {
      const breakGlass = role("break-glass", BREAK_GLASS_SESSION, { "carrierguard.dev/break-glass": "true" });
      this.entry(name, "break-glass", breakGlass, "core:break-glass", args.clusterName);
      for (const namespace of namespaces) this.rules(name, namespace, "break-glass", ENTERING, { "carrierguard.dev/break-glass": "true" });
    }
    this.onCallRoleArn = onCall.arn;
    this.registerOutputs({ onCallRoleArn: this.onCallRoleArn });
  }

  private entry(name: string, key: string, role: aws.iam.Role, group: string, clusterName: pulumi.Input<string>): void {
    new aws.eks.AccessEntry(
      `${name}-${key}`,
      { clusterName, principalArn: role.arn, kubernetesGroups: [group], type: "STANDARD" },
      { parent: this },
    );
  }

  private rules(name: string, namespace: string, key: string, rules: typeof LOOKING, annotations: { [key: string]: string }): void {
    const metadata = { name: key, namespace, annotations };
    const role = new k8s.rbac.v1.Role(`${name}-${namespace}-${key}`, { metadata, rules: [...rules] }, { parent: this });
    new k8s.rbac.v1.RoleBinding(
      `${name}-${namespace}-${key}`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: `core:${key}` }],
      },
      { parent: this },
    );
  }
}

/** Pods, their logs and events: no secrets, no configuration, no way in. */
const LOOKING = [
  { apiGroups: [""], resources: ["pods", "pods/log", "events", "services"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["apps"], resources: ["deployments", "statefulsets", "replicasets"], verbs: ["get", "list", "watch"] },
];

const ENTERING = [...LOOKING, { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] }];

/** Each partition has a sign-in of its own. */
function signInOf(provider: string): string {
  const hosts: { readonly [partition: string]: string } = {
    "aws-cn": "signin.amazonaws.cn",
    "aws-us-gov": "signin.amazonaws-us-gov.com",
  };
  return hosts[provider.split(":")[1] ?? ""] ?? "signin.aws.amazon.com";
}

function trust(provider: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: provider },
        Action: ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        Condition: { StringEquals: { "SAML:aud": `https://${signInOf(provider)}/saml` } },
      },
    ],
  };
}
