// What it costs to find every escalation of an account: 1,000 roles with ten statements each, in process, medians.
//
//   node bench/iam.mjs   `npm run build` first   BENCH_RUNS=5
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const require = createRequire(import.meta.url);
const { awsActors, awsIdentities, reportOn } = require(join(ROOT, "dist/policypack/analysis/iam/report.js"));
const { CoreModel } = require(join(ROOT, "dist/policypack/model/core.js"));
const { Resource } = require(join(ROOT, "dist/policypack/model/stack.js"));
const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const ROLES = 1000;
const STATEMENTS = 10;

/** Numbers that are the same in every run. */
let state = 20261125;
const below = (limit) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state % limit;
};
const pick = (list) => list[below(list.length)];

const ACTIONS = ["s3:Get*", "s3:PutObject", "dynamodb:*Item", "logs:PutLogEvents", "ec2:Describe*", "sqs:SendMessage", "kms:Decrypt", "lambda:InvokeFunction", "ecs:RunTask", "sts:AssumeRole"]; // prettier-ignore
const POWERFUL = [
  "iam:PassRole",
  "iam:PutRolePolicy",
  "lambda:CreateFunction",
  "lambda:UpdateFunctionCode",
  "ec2:RunInstances",
  "iam:Create*",
  "glue:*",
];
const CONDITIONS = [
  undefined,
  undefined,
  { Bool: { "aws:MultiFactorAuthPresent": "true" } },
  { StringLike: { "aws:PrincipalTag/team": ["core-*", "oam-*"] } },
  { StringEquals: { "aws:RequestedRegion": "eu-central-1" } },
];

function statement(powerful) {
  const condition = pick(CONDITIONS);
  return {
    Effect: below(10) === 0 ? "Deny" : "Allow",
    Action: [pick(ACTIONS), pick(ACTIONS), ...(powerful ? [pick(POWERFUL)] : [])],
    Resource: pick([
      "*",
      `arn:aws:iam::123456789012:role/r-${below(ROLES)}`,
      `arn:aws:s3:::bucket-${below(50)}/*`,
      "arn:aws:lambda:*:*:function:core-*",
    ]),
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

const resources = Array.from({ length: ROLES }, (_, index) => [
  new Resource({
    urn: `urn:pulumi:bench::bench::aws:iam/role:Role::r-${index}`,
    type: "aws:iam/role:Role",
    name: `r-${index}`,
    properties: {
      name: `r-${index}`,
      arn: `arn:aws:iam::123456789012:role/r-${index}`,
      assumeRolePolicy: JSON.stringify({
        Statement: {
          Effect: "Allow",
          Principal: { Service: pick(["lambda.amazonaws.com", "ec2.amazonaws.com"]) },
          Action: "sts:AssumeRole",
        },
      }),
    },
  }),
  new Resource({
    urn: `urn:pulumi:bench::bench::aws:iam/rolePolicy:RolePolicy::r-${index}`,
    type: "aws:iam/rolePolicy:RolePolicy",
    name: `r-${index}`,
    properties: {
      role: `r-${index}`,
      policy: JSON.stringify({ Version: "2012-10-17", Statement: Array.from({ length: STATEMENTS }, () => statement(index % 10 === 0)) }),
    },
  }),
]).flat();

const seconds = [];
let found = 0;
let reaching = 0;
for (let run = 0; run < RUNS; run += 1) {
  const start = performance.now();
  const reports = reportOn(awsActors(awsIdentities(new CoreModel({ resources, gaps: [] }), { layers: [] })));
  seconds.push((performance.now() - start) / 1000);
  found = reports.reduce((sum, report) => sum + report.escalations.length, 0);
  reaching = reports.filter((report) => report.reaches.length > 0).length;
}
seconds.sort((a, b) => a - b);
const median = seconds[Math.floor(RUNS / 2)];
console.log(
  `${ROLES * STATEMENTS} statements, ${ROLES} identities: ${found} escalations, ${reaching} reach administrator, ${median.toFixed(2)} s (first run ${seconds.at(-1).toFixed(2)} s)`,
);
process.exit(median < 2 ? 0 : 1);
