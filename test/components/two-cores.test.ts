/** Two cores in one account: nothing of the one has the name of something of the other, and neither's alarm is set off by the other. */

import * as pulumi from "@pulumi/pulumi";
import { FiveGCore, type FiveGCoreArgs } from "../../components/index";
import { everything } from "./random-core";

jest.setTimeout(120_000);

const registered: { readonly type: string; readonly name: string; readonly inputs: { readonly [property: string]: unknown } }[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, name, inputs: inputs as object as { [property: string]: unknown } });
      return { id: `${name}-id`, state: { ...(inputs as object), arn: `arn:aws:mock:::${name}`, name } };
    },
    call: ({ token }) => (token.endsWith(":getPartition") ? { partition: "aws" } : { accountId: "123456789012" }),
  });
  for (const name of ["east", "west"]) {
    const core = new FiveGCore(name, everything().FiveGCore as FiveGCoreArgs);
    await new Promise((resolve) => pulumi.all([core.archiveArn, core.clusterName, core.namespaces]).apply(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 4000));
});

/** Properties by which AWS tells resources of one type apart in an account and region. A detector's features are named within it. */
const NAMES = ["name", "namePrefix", "bucket", "analyzerName", "alarmName", "logGroupName"];
const WITHIN = ["aws:guardduty/detectorFeature:DetectorFeature"];

test("no two have one type and one name", () => {
  const taken = registered
    .filter(({ type }) => type.startsWith("aws:") && !WITHIN.includes(type))
    .flatMap(({ type, name, inputs }) =>
      NAMES.flatMap((property) => (typeof inputs[property] === "string" ? [{ of: name.slice(0, 4), key: `${type} ${property} ${inputs[property]}` }] : [])),
    );
  expect(taken.length).toBeGreaterThan(20);
  const owners = new Map<string, Set<string>>();
  for (const { of, key } of taken) owners.set(key, (owners.get(key) ?? new Set()).add(of));
  expect([...owners].filter(([, set]) => set.size > 1).map(([key]) => key)).toEqual([]);
}); // prettier-ignore

test("each core's alarms count its own events", () => {
  const metrics = registered
    .filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm")
    .map(({ inputs }) => `${String(inputs["namespace"])}/${String(inputs["metricName"])}`);
  expect(metrics.length).toBeGreaterThan(1);
  expect(new Set(metrics).size).toBe(metrics.length);
});
