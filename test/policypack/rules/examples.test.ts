import { rules } from "../../../policypack/rules";
import { runExample } from "../../../policypack/testing";

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (_id, rule) => {
  const examples = rule.examples();

  it.each(examples.pass.map((example) => [example.name, example] as const))("passes: %s", (_name, example) => {
    const answer = runExample(rule, example);
    expect(answer.findings.map((finding) => finding.message)).toEqual([]);
    expect(answer.applicable).toBe(true);
  });

  it.each(examples.fail.map((example) => [example.name, example] as const))("fails: %s", (_name, example) => {
    expect(runExample(rule, example).verdict).toBe("fail");
  });

  it.each(examples.undetermined.map((example) => [example.name, example] as const))("cannot tell: %s", (_name, example) => {
    const answer = runExample(rule, example);
    expect([answer.verdict, ...answer.findings.map((finding) => finding.message)][0]).toBe("undetermined");
  });

  it("has an example of every answer", () => {
    expect(examples.pass.length).toBeGreaterThan(0);
    expect(examples.fail.length).toBeGreaterThan(0);
    expect(examples.undetermined.length).toBeGreaterThan(0);
  });
});
