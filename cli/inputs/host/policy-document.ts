/**
 * `aws.iam.getPolicyDocument`, which the AWS provider computes without asking AWS: statements to IAM's JSON, source
 * documents merged first, override documents last, statements of the same `Sid` replaced.
 * Source: terraform-provider-aws, internal/service/iam/policy_document_data_source.go.
 */

export type Statement = { [key: string]: unknown };

export interface PolicyDocument {
  Version?: string;
  Id?: string;
  Statement?: Statement[];
}

type Arguments = { readonly [key: string]: unknown };

const DEFAULT_VERSION = "2012-10-17";

/** The document for the look-up's arguments. Throws where a source document is not JSON, or two sources share a `Sid`. */
export function policyDocument(args: Arguments): PolicyDocument {
  const document: PolicyDocument = { Version: text(args["version"]) ?? DEFAULT_VERSION };
  const id = text(args["policyId"]);
  if (id !== undefined) document.Id = id;
  const statements: Statement[] = [];
  for (const source of [text(args["sourceJson"]), ...texts(args["sourcePolicyDocuments"])]) {
    if (source !== undefined && source.trim() !== "") for (const statement of parse(source)) merge(statements, statement);
  }
  for (const statement of list(args["statements"])) merge(statements, statementOf(statement as Arguments));
  for (const override of [text(args["overrideJson"]), ...texts(args["overridePolicyDocuments"])]) {
    if (override !== undefined && override.trim() !== "") for (const statement of parse(override)) merge(statements, statement);
  }
  if (statements.length > 0) document.Statement = statements;
  return document;
}

function parse(json: string): Statement[] {
  const { Statement: found = [] } = JSON.parse(json) as { Statement?: Statement | Statement[] };
  return Array.isArray(found) ? found : [found];
}

/** A statement takes the place of an earlier one of the same, non-empty Sid. */
function merge(statements: Statement[], statement: Statement): void {
  const sid = statement["Sid"];
  const place = typeof sid === "string" && sid !== "" ? statements.findIndex((other) => other["Sid"] === sid) : -1;
  if (place >= 0) statements[place] = statement;
  else statements.push(statement);
}

function statementOf(args: Arguments): Statement {
  const statement: Statement = {};
  const sid = text(args["sid"]);
  if (sid !== undefined && sid !== "") statement["Sid"] = sid;
  statement["Effect"] = text(args["effect"]) ?? "Allow";
  for (const [key, from] of [
    ["Action", "actions"],
    ["NotAction", "notActions"],
    ["Resource", "resources"],
    ["NotResource", "notResources"],
  ] as const) {
    const values = texts(args[from]);
    if (values.length > 0) statement[key] = oneOrMany(values, "down");
  }
  const principals = list(args["principals"]);
  if (principals.length > 0) statement["Principal"] = principalsOf(principals as Arguments[]);
  const notPrincipals = list(args["notPrincipals"]);
  if (notPrincipals.length > 0) statement["NotPrincipal"] = principalsOf(notPrincipals as Arguments[]);
  const conditions = list(args["conditions"]);
  if (conditions.length > 0) statement["Condition"] = conditionsOf(conditions as Arguments[]);
  return statement;
}

/** `"*"` for everybody (type "*", or AWS with the one identifier "*" among anonymous ones); else type → identifiers. */
function principalsOf(principals: readonly Arguments[]): unknown {
  const [first] = principals;
  if (principals.length === 1 && first?.["type"] === "*") return "*";
  const byType: { [type: string]: string[] } = {};
  for (const principal of principals) (byType[text(principal["type"]) ?? ""] ??= []).push(...texts(principal["identifiers"]));
  return Object.fromEntries(Object.entries(byType).map(([type, identifiers]) => [type, oneOrMany(identifiers, "down")]));
}

function conditionsOf(conditions: readonly Arguments[]): unknown {
  const byTest: { [test: string]: { [variable: string]: string[] } } = {};
  for (const condition of conditions) {
    const variables = (byTest[text(condition["test"]) ?? ""] ??= {});
    (variables[text(condition["variable"]) ?? ""] ??= []).push(...texts(condition["values"]));
  }
  return Object.fromEntries(
    Object.entries(byTest).map(([test, variables]) => [
      test,
      Object.fromEntries(Object.entries(variables).map(([variable, values]) => [variable, oneOrMany(values, "as written")])),
    ]),
  );
}

/** One value stands alone. The provider sorts actions, resources and identifiers downwards, and leaves conditions as they are. */
function oneOrMany(values: readonly string[], order: "down" | "as written"): string | readonly string[] {
  const sorted = order === "down" ? [...values].sort().reverse() : values;
  return sorted.length === 1 && sorted[0] !== undefined ? sorted[0] : sorted;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Policy variables are written `&{…}` in the look-up, so that the language does not take them. */
function texts(value: unknown): string[] {
  return list(value).map((item) => String(item).replace(/&\{/g, "${"));
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
