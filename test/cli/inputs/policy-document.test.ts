import { policyDocument } from "../../../cli/inputs/host/policy-document";

test("one value stands alone, several are sorted downwards as the provider does", () => {
  expect(policyDocument({ statements: [{ actions: ["s3:GetObject", "s3:PutObject"], resources: ["*"] }] }).Statement).toEqual([
    { Effect: "Allow", Action: ["s3:PutObject", "s3:GetObject"], Resource: "*" },
  ]);
});

test("principals of any type are everybody, those of AWS are not shortened", () => {
  const principals = (type: string) =>
    policyDocument({ statements: [{ principals: [{ type, identifiers: ["*"] }] }] }).Statement?.[0]?.["Principal"];
  expect(principals("*")).toBe("*");
  expect(principals("AWS")).toEqual({ AWS: "*" });
});

test("what is denied, to whom it does not apply, and under which conditions is kept", () => {
  const document = policyDocument({
    version: "2008-10-17",
    policyId: "cdr",
    statements: [
      {
        sid: "Transport",
        effect: "Deny",
        notActions: ["iam:*"],
        notResources: ["arn:aws:s3:::cdr/&{aws:username}"],
        notPrincipals: [{ type: "AWS", identifiers: ["arn:aws:iam::123456789012:root"] }],
        conditions: [
          { test: "Bool", variable: "aws:SecureTransport", values: ["false"] },
          { test: "StringEquals", variable: "aws:PrincipalTag/team", values: ["core", "ran"] },
        ],
      },
    ],
  });
  expect(document).toEqual({
    Version: "2008-10-17",
    Id: "cdr",
    Statement: [
      {
        Sid: "Transport",
        Effect: "Deny",
        NotAction: "iam:*",
        NotResource: "arn:aws:s3:::cdr/${aws:username}",
        NotPrincipal: { AWS: "arn:aws:iam::123456789012:root" },
        Condition: { Bool: { "aws:SecureTransport": "false" }, StringEquals: { "aws:PrincipalTag/team": ["core", "ran"] } },
      },
    ],
  });
});

test("sources come first, overrides take the place of what has their Sid", () => {
  const source = JSON.stringify({
    Statement: [
      { Sid: "A", Effect: "Allow", Action: "s3:*" },
      { Effect: "Allow", Action: "sqs:*" },
    ],
  });
  const override = JSON.stringify({ Statement: { Sid: "A", Effect: "Deny", Action: "s3:*" } });
  const { Statement: statements } = policyDocument({
    sourcePolicyDocuments: [source],
    statements: [{ sid: "B", actions: ["sns:*"] }],
    overridePolicyDocuments: [override],
  });
  expect(statements?.map((statement) => [statement["Sid"], statement["Effect"], statement["Action"]])).toEqual([
    ["A", "Deny", "s3:*"],
    [undefined, "Allow", "sqs:*"],
    ["B", "Allow", "sns:*"],
  ]);
});
