/** AWS permissions of one function: a role of its own that only its ServiceAccount in its namespace of this cluster can take. */

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Arguments } from "./arguments";
import { BUILDABLE, PLMN, zoneOf } from "./plan/functions";
import { tagsOf } from "./tags";

export interface WorkloadIdentityArgs {
  /** Which function it is: UDM, CHF … */
  function: pulumi.Input<string>;
  /** Cluster it runs in. */
  clusterName: pulumi.Input<string>;
  /** Namespace it runs in. */
  namespace: pulumi.Input<string>;
  /** Its ServiceAccount. */
  serviceAccountName: pulumi.Input<string>;
  /** Secrets that it may read: ARNs, no wildcards. */
  secretArns: pulumi.Input<pulumi.Input<string>[]>;
  /** Keys of those secrets. */
  keyArns: pulumi.Input<pulumi.Input<string>[]>;
  /** Permissions boundary. */
  permissionsBoundary: pulumi.Input<string>;
  /** Mobile country and network code: 00101. */
  plmn: pulumi.Input<string>;
  /** production, staging … Default: production. */
  environment?: pulumi.Input<string>;
}

/** Role, policy and EKS Pod Identity association of one function. */
export class WorkloadIdentity extends pulumi.ComponentResource {
  /** ARN of the role. */
  public readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: WorkloadIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("carrierguard:index:WorkloadIdentity", name, args, opts);
    const read = new Arguments("WorkloadIdentity", name, args);
    const id = read.oneOf("function", BUILDABLE);
    read.text("plmn", PLMN, "a PLMN such as 00101");
    const tags = tagsOf({ plmn: args.plmn, environment: args.environment ?? "production" }, zoneOf(id), "sbi");
    const exact = (argument: "secretArns" | "keyArns") =>
      pulumi.output(args[argument]).apply((arns) =>
        arns.map((arn) => {
          if (/[*?]/.test(arn)) throw read.wrong(argument, `${JSON.stringify(arn)} holds a wildcard: name each one`);
          return arn;
        }),
      );
    const role = new aws.iam.Role(
      name,
      {
        assumeRolePolicy: pulumi
          .all([args.clusterName, args.namespace, args.serviceAccountName])
          .apply(([cluster, namespace, account]) => JSON.stringify(trust(cluster, namespace, account))),
        permissionsBoundary: args.permissionsBoundary,
        tags,
      },
      { parent: this },
    );
    new aws.iam.RolePolicy(
      name,
      {
        role: role.id,
        policy: pulumi.all([exact("secretArns"), exact("keyArns")]).apply(([secrets, keys]) => JSON.stringify(permissions(secrets, keys))),
      },
      { parent: this },
    );
    new aws.eks.PodIdentityAssociation(
      name,
      { clusterName: args.clusterName, namespace: args.namespace, serviceAccount: args.serviceAccountName, roleArn: role.arn, tags },
      { parent: this },
    );
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}

/** EKS Pod Identity tags every session with cluster, namespace and ServiceAccount; without the conditions any association could use the role. */
function trust(cluster: string, namespace: string, account: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
          StringEquals: {
            "aws:RequestTag/eks-cluster-name": cluster,
            "aws:RequestTag/kubernetes-namespace": namespace,
            "aws:RequestTag/kubernetes-service-account": account,
          },
        },
      },
    ],
  };
}

function permissions(secrets: readonly string[], keys: readonly string[]): object {
  return {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], Resource: secrets },
      { Effect: "Allow", Action: ["kms:Decrypt"], Resource: keys },
    ],
  };
}
