import { allow, deny, escalations, identity } from "./documents";

const OWN_USER = "arn:aws:iam::*:user/${aws:username}";

test("a user that manages its own keys gains nothing", () => {
  expect(escalations(identity(allow(["iam:CreateAccessKey", "iam:UpdateLoginProfile"], { Resource: OWN_USER })))).toEqual([]);
});

test("a user that writes its own policies may do anything", () => {
  expect(escalations(identity(allow("iam:PutUserPolicy", { Resource: OWN_USER })))).toEqual(["iam:PutUserPolicy fail"]);
});

test("everything but IAM still hands roles to nobody, and runs code with those that are there", () => {
  const found = escalations(identity({ Effect: "Allow", NotAction: ["iam:*"], Resource: "*" }));
  expect(found.some((line) => line.includes("iam:"))).toBe(false);
  expect(found).toContain("lambda:UpdateFunctionCode fail");
});

test("a role may be passed to one service only", () => {
  const passTo = (service: string) => allow("iam:PassRole", { Condition: { StringEquals: { "iam:PassedToService": service } } });
  const run = allow(["glue:CreateJob", "glue:StartJobRun"]);
  expect(escalations(identity(run, passTo("glue.amazonaws.com")))).toEqual(["iam:PassRole+glue:CreateJob+glue:StartJobRun fail"]);
  expect(escalations(identity(run, passTo("backup.amazonaws.com")))).toEqual([]);
});

test("every role of the account is any role", () => {
  expect(escalations(identity(allow("sts:AssumeRole", { Resource: "arn:aws:iam::*:role/*" })))).toEqual(["sts:AssumeRole fail"]);
});

test("one role of the account may be no more than oneself", () => {
  expect(escalations(identity(allow("sts:AssumeRole", { Resource: "arn:aws:iam::123456789012:role/x" })))).toEqual([
    "sts:AssumeRole undetermined",
  ]);
});

test("a role that can be changed but not taken, and another that can be taken but not changed, are not one", () => {
  const found = escalations(
    identity(
      allow("iam:PutRolePolicy", { Resource: "arn:aws:iam::*:role/a" }),
      allow("sts:AssumeRole", { Resource: "arn:aws:iam::*:role/b" }),
    ),
  );
  expect(found).not.toContain("iam:PutRolePolicy+sts:AssumeRole undetermined");
});

test("only policies that are harmless may be attached", () => {
  const harmless = { Condition: { ArnEquals: { "iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess" } } };
  expect(escalations(identity(allow("iam:AttachUserPolicy", harmless)))).toEqual([]);
});

test("a command document that harms nobody is no shell", () => {
  const only = (document: string) =>
    identity(allow("ssm:SendCommand", { Resource: ["arn:aws:ec2:*:*:instance/*", `arn:aws:ssm:*:*:document/${document}`] }));
  expect(escalations(only("AWS-UpdateSSMAgent"))).toEqual([]);
  expect(escalations(only("AWS-Run*"))).toEqual(["ssm:SendCommand fail"]);
});

test("an action that knows no resource is not allowed on one", () => {
  const statement = allow(["iam:PassRole"]);
  const run = (Resource: string) => identity(statement, allow("glue:CreateDevEndpoint", { Resource }));
  expect(escalations(run("*"))).toEqual(["iam:PassRole+glue:CreateDevEndpoint fail"]);
  expect(escalations(run("arn:aws:glue:*:*:devEndpoint/x"))).toEqual([]);
});

test("a guard against changes without MFA leaves the question open", () => {
  const guard = deny("iam:*", { Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } } });
  expect(escalations(identity(allow("iam:PutUserPolicy"), guard))).toEqual(["iam:PutUserPolicy undetermined"]);
});
