/** `carrierguard iam` on documents, on what AWS itself prints, and on stacks. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carrierguard } from "./command-line";

const folder = mkdtempSync(join(tmpdir(), "carrierguard-iam-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

interface Identity {
  readonly id: string;
  readonly escalations: readonly { readonly permissions: readonly string[]; readonly technique: string; readonly verdict: string }[];
  readonly reaches: readonly { readonly goal: string; readonly verdict: string; readonly path: readonly { readonly to: string }[] }[];
}

function identities(...args: readonly string[]): readonly Identity[] {
  const { status, stdout } = carrierguard(["iam", ...args, "-o", "json"]);
  expect(status).toBe(0);
  return (JSON.parse(stdout) as { identities: readonly Identity[] }).identities;
}

const document = (...statements: readonly object[]) => ({ Version: "2012-10-17", Statement: statements });
const allow = (Action: string | readonly string[], Resource = "*") => ({ Effect: "Allow", Action, Resource });
const trust = (principal: object) => document({ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" });

test("a bare policy document is one identity", () => {
  const [only, ...others] = identities(written("policy.json", document(allow("iam:PutUserPolicy"))));
  expect(others).toEqual([]);
  expect(only).toMatchObject({
    id: "policy/policy.json",
    escalations: [{ permissions: ["iam:PutUserPolicy"], technique: "iam-007", verdict: "fail" }],
  });
});

const account = {
  RoleDetailList: [
    {
      RoleName: "ci",
      Arn: "arn:aws:iam::123456789012:role/ci",
      AssumeRolePolicyDocument: trust({ AWS: "arn:aws:iam::123456789012:root" }),
      RolePolicyList: [
        {
          PolicyName: "run",
          PolicyDocument: document(
            allow("iam:PassRole", "arn:aws:iam::123456789012:role/deployer"),
            allow(["lambda:CreateFunction", "lambda:InvokeFunction"]),
          ),
        },
      ],
    },
    {
      RoleName: "deployer",
      Arn: "arn:aws:iam::123456789012:role/deployer",
      AssumeRolePolicyDocument: trust({ Service: "lambda.amazonaws.com" }),
      AttachedManagedPolicies: [{ PolicyName: "AdministratorAccess", PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }],
    },
    {
      RoleName: "logs",
      Arn: "arn:aws:iam::123456789012:role/logs",
      AssumeRolePolicyDocument: trust({ Service: "lambda.amazonaws.com" }),
      AttachedManagedPolicies: [{ PolicyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole" }],
    },
  ],
  UserDetailList: [
    {
      UserName: "bob",
      Arn: "arn:aws:iam::123456789012:user/bob",
      GroupList: ["operators"],
    },
  ],
  GroupDetailList: [
    {
      GroupName: "operators",
      Arn: "arn:aws:iam::123456789012:group/operators",
      GroupPolicyList: [{ PolicyName: "assume", PolicyDocument: document(allow("sts:AssumeRole", "arn:aws:iam::123456789012:role/ci")) }],
    },
  ],
};

test("what get-account-authorization-details prints becomes chains from user to administrator", () => {
  const found = new Map(identities(written("account.json", account)).map((identity) => [identity.id, identity]));
  expect(found.get("user/bob")?.reaches).toMatchObject([
    {
      goal: "administrator of the account",
      verdict: "fail",
      path: [{ to: "role/ci" }, { to: "role/deployer" }, { to: "administrator of the account" }],
    },
  ]);
  expect(found.get("role/logs")).toMatchObject({ escalations: [], reaches: [] });
});

test("--explain names the statement that decides", () => {
  const file = written("explained.json", document({ ...allow("s3:*"), Sid: "Storage" }, { Effect: "Deny", Action: "s3:DeleteObject", Resource: "*", Sid: "Keep" }));
  const told = (action: string) => carrierguard(["iam", file, "--explain", action, "arn:aws:s3:::logs/a"]).stdout;
  expect(told("s3:GetObject")).toMatch(/is allowed\n {4}Allow Storage at /);
  expect(told("s3:DeleteObject")).toMatch(/is denied\n {4}Deny Keep at /);
  expect(told("ec2:RunInstances")).toMatch(/is not allowed: no statement allows it/);
}); // prettier-ignore

test("a session policy is a limit", () => {
  const file = written("wide.json", document(allow("*")));
  const session = written("session.json", document(allow("s3:*")));
  expect(identities(file)[0]?.escalations.length).toBeGreaterThan(50);
  expect(identities(file, "--session-policy", session)[0]?.escalations).toEqual([]);
});

test("the service control policies of carrierguard.yaml are a limit too", () => {
  const file = written("admin.json", document(allow("*")));
  written("scp.json", document({ Effect: "Deny", Action: ["iam:*", "sts:*", "sso:*"], Resource: "*" }));
  writeFileSync(join(folder, "settings.yaml"), "serviceControlPolicies: [scp.json]\n");
  const techniques = identities(file, "--config", join(folder, "settings.yaml"))[0]?.escalations.flatMap(({ permissions }) => permissions);
  expect(techniques?.filter((action) => action.startsWith("iam:"))).toEqual([]);
});
