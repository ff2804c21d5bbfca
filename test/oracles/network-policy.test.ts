/**
 * Policies of other people with every connection that they allow, stored by np-guard's analyser. The folder is no part of this repository;
 * without it the test says so and is skipped.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { reachSections } from "../../cli/commands/reach";
import { readTargets } from "../../cli/inputs/targets";
import { connectionList } from "../../cli/reports/reach/connlist";
import { CoreModel } from "../../policypack/model/core";
import { joinStacks } from "../../policypack/model/stack";
import { differences } from "./connection-lists";

const FOLDER = join(__dirname, "../../../shared/corpus/network-policy/np-guard");

function stored(name: string): string {
  const base = join(FOLDER, "connlist", `${name}_connlist_output.`);
  if (existsSync(`${base}txt`)) return readFileSync(`${base}txt`, "utf8");
  const list = JSON.parse(readFileSync(`${base}json`, "utf8")) as { src: string; dst: string; conn: string }[];
  return list.map(({ src, dst, conn }) => `${src} => ${dst} : ${conn}`).join("\n");
}

async function answer(name: string): Promise<string> {
  const { stacks } = await readTargets([join(FOLDER, "tests", name)], { namespace: "default", stackReferences: {}, stack: undefined });
  return connectionList(reachSections(new CoreModel(joinStacks(stacks))));
}

if (existsSync(FOLDER)) {
  describe("the connections of np-guard's cases", () => {
    test.each(readdirSync(join(FOLDER, "tests")))("%s", async (name) => {
      expect(differences(stored(name), await answer(name))).toEqual([]);
    });

    test("a list that lacks a line, or has other ports, is told from the stored one", () => {
      const text = stored("netpol-analysis-example-minimal");
      expect(differences(text, text.split("\n").slice(1).join("\n"))).not.toEqual([]);
      expect(differences(text, text.replace(/ : .*/, " : SCTP 9"))).not.toEqual([]);
    });
  });
} else {
  test.skip(`np-guard's cases: ${FOLDER} is not here`, () => undefined);
}
