import * as aws from "@pulumi/aws";

/** What identities of the core may do at most, whatever is attached to them later: no change of identities, no switching off of logs. */
export const boundary = new aws.iam.Policy("boundary", {
  policy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["ec2:Describe*", "ec2:AssignPrivateIpAddresses", "ec2:AttachNetworkInterface", "ec2:CreateNetworkInterface"],
        Resource: "*",
      },
      {
        Effect: "Allow",
        Action: ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "eks:DescribeCluster"],
        Resource: "*",
      },
      { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], Resource: "*" },
    ],
  }),
});
