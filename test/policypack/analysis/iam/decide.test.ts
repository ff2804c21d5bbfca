import { documentIdentity, mayDo } from "../../../../policypack/analysis/iam";
import { glob } from "../../../../policypack/analysis/iam/glob";
import { Node, UnknownValue, type Value } from "../../../../policypack/model/value";
import { allow, deny, identity, type Statement } from "./documents";

const READ = "s3:GetObject";
const LOGS = glob("arn:aws:s3:::logs/a");
const when = (Condition: Value): Statement => ({ Condition });

function answer(...statements: readonly Statement[]): string {
  return mayDo(identity(...statements), READ, LOGS).answer;
}

describe("documents in every form", () => {
  const statement = allow(READ);
  it.each<[string, Value]>([
    ["an object", { Statement: [statement] }],
    ["a JSON text", JSON.stringify({ Statement: [statement] })],
    ["one statement without a list", { Statement: statement }],
    ["element names in small letters", { statement: { effect: "Allow", action: READ, resource: "*" } }],
    ["the output of getPolicyDocument", { id: "1", json: JSON.stringify({ Statement: statement }) }],
    ["the arguments of getPolicyDocument", { statements: [{ actions: [READ], resources: ["*"] }] }],
    ["an answer of the IAM API", { PolicyDocument: { Statement: statement } }],
  ])("reads %s", (_form, document) => {
    expect(mayDo(documentIdentity("x", Node.root(document)), READ, LOGS).answer).toBe("yes");
  });

  it("takes what is not known for possible", () => {
    expect(mayDo(documentIdentity("x", Node.root(new UnknownValue())), READ, LOGS).answer).toBe("maybe");
    expect(mayDo(documentIdentity("x", Node.root({ Statement: [allow(new UnknownValue())] })), READ, LOGS).answer).toBe("maybe");
  });

  it("is not certain where a policy that is not known may deny", () => {
    expect(mayDo(documentIdentity("x", Node.root({ Statement: [allow(READ), new UnknownValue()] })), READ, LOGS).answer).toBe("maybe");
  });
});

test.each<[string, readonly Statement[], string]>([
  ["nothing allows", [], "no"],
  ["a wildcard allows", [allow("s3:Get*")], "yes"],
  ["everything but another action", [{ Effect: "Allow", NotAction: "iam:*", Resource: "*" }], "yes"],
  ["everything but this action", [{ Effect: "Allow", NotAction: "s3:*", Resource: "*" }], "no"],
  ["another bucket", [allow(READ, { Resource: "arn:aws:s3:::other/*" })], "no"],
  ["every bucket but this", [{ Effect: "Allow", Action: READ, NotResource: "arn:aws:s3:::logs/*" }], "no"],
  ["every bucket but another", [{ Effect: "Allow", Action: READ, NotResource: "arn:aws:s3:::other/*" }], "yes"],
  ["a denial of it", [allow("*"), deny("s3:*")], "no"],
  ["a denial of another resource", [allow("*"), deny("s3:*", { Resource: "arn:aws:s3:::other/*" })], "yes"],
  ["a denial of all but this resource", [allow("*"), { Effect: "Deny", Action: "*", NotResource: "arn:aws:s3:::logs/*" }], "yes"],
  ["a denial that a condition lifts", [allow("*"), deny("*", when({ BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } }))], "maybe"],
  ["an unknown effect", [{ Effect: new UnknownValue(), Action: "*", Resource: "*" }], "maybe"],
])("%s", (_name, statements, expected) => {
  expect(answer(...statements)).toBe(expected);
});

describe("conditions", () => {
  it.each<[string, Value, string]>([
    ["a region that the caller chooses", { StringEquals: { "aws:RequestedRegion": "eu-central-1" } }, "yes"],
    ["a tag that is not known", { StringEquals: { "aws:PrincipalTag/team": "core" } }, "maybe"],
    ["two values at once", { StringEquals: { "aws:PrincipalTag/team": "a" }, StringLike: { "aws:PrincipalTag/team": "b*" } }, "no"],
    ["a value and not it", { StringEquals: { "aws:RequestedRegion": "a" }, StringNotEquals: { "aws:RequestedRegion": "a" } }, "no"],
    ["a pattern and not a part of it", { StringLike: { "k:x": "a*" }, StringNotLike: { "k:x": "ab*" } }, "maybe"],
    ["a pattern and not a wider one", { StringLike: { "k:x": "ab*" }, StringNotLike: { "k:x": "a*" } }, "no"],
    ["absent and present", { Null: { "k:x": "true" }, StringEquals: { "k:x": "a" } }, "no"],
    ["absent and equal if it exists", { Null: { "k:x": "true" }, StringEqualsIfExists: { "k:x": "a" } }, "maybe"],
    ["all of no values", { Null: { "k:x": "true" }, "ForAllValues:StringEquals": { "k:x": ["a"] } }, "maybe"],
    ["any of no values", { Null: { "k:x": "true" }, "ForAnyValue:StringEquals": { "k:x": ["a"] } }, "no"],
    ["any of two, from either", { "ForAnyValue:StringEquals": { "k:x": "a" }, "ForAnyValue:StringLike": { "k:x": "b" } }, "maybe"],
    ["any of one, all of another", { "ForAnyValue:StringEquals": { "k:x": "a" }, "ForAllValues:StringEquals": { "k:x": "b" } }, "no"],
    ["a number between", { NumericGreaterThan: { "k:x": "3" }, NumericLessThan: { "k:x": "4" } }, "maybe"],
    ["no number between", { NumericGreaterThan: { "k:x": "4" }, NumericLessThan: { "k:x": "3" } }, "no"],
    ["a day gone by and to come", { DateLessThan: { "aws:CurrentTime": "2024-01-01T00:00:00Z" }, DateGreaterThan: { "aws:CurrentTime": "2025-01-01T00:00:00Z" } }, "no"],
    ["an address in two ranges", { IpAddress: { "aws:SourceIp": "10.0.0.0/8" }, NotIpAddress: { "aws:SourceIp": "10.0.0.0/9" } }, "maybe"],
    ["an address in a range and not in it", { IpAddress: { "aws:SourceIp": "10.0.0.0/9" }, NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, "no"],
    ["two truths", { Bool: { "k:x": "true" }, BoolIfExists: { "k:x": "false" } }, "no"],
    ["an operator nobody knows", { StringResembles: { "k:x": "a" } }, "maybe"],
    ["any principal there is", { StringLike: { "aws:PrincipalArn": "*" } }, "yes"],
    ["a policy variable", { StringEquals: { "k:x": "${aws:username}" } }, "maybe"],  
  ])("%s", (_name, Condition, expected) => {
    expect(answer(allow(READ, { Condition }))).toBe(expected);
  }); // prettier-ignore

  it("compares a denial's with an allowance's", () => {
    const region = (value: string) => when({ StringEquals: { "aws:RequestedRegion": value } });
    expect(answer(allow(READ, region("a")), deny(READ, region("a")))).toBe("no");
    expect(answer(allow(READ, region("a")), deny(READ, region("b")))).toBe("yes");
    expect(answer(allow(READ, region("a")), deny(READ, when({ StringLike: { "aws:RequestedRegion": "*" } })))).toBe("no");
  });
});

test("a boundary and an organisation's policies must allow as well", () => {
  const holder = identity(allow("*"));
  const guarded = (...statements: readonly Statement[]) => ({ ...holder, layers: [...holder.layers, ...identity(...statements).layers] });
  expect(mayDo(guarded(allow("ec2:*")), READ, LOGS).answer).toBe("no");
  expect(mayDo(guarded(allow("s3:*")), READ, LOGS).answer).toBe("yes");
  expect(mayDo(guarded(allow("s3:*", { Resource: "arn:aws:s3:::other/*" })), READ, LOGS).answer).toBe("no");
});
