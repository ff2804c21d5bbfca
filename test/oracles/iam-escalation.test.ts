/**
 * The documented paths of ../shared/corpus/iam-escalation: each is found with exactly its permissions, said in several ways, and not where one
 * of them is missing or taken back.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { load } from "js-yaml";
import { escalationsOf, type Identity } from "../../policypack/analysis/iam";
import { allow, deny, identity } from "../policypack/analysis/iam/documents";

const FOLDER = resolve(__dirname, "../../../shared/corpus/iam-escalation/pathfinding.cloud/paths");

interface Path {
  readonly id: string;
  readonly required: readonly string[];
}

function paths(): Path[] {
  return (readdirSync(FOLDER, { recursive: true }) as string[])
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .map((file) => {
      const { id, permissions } = load(readFileSync(join(FOLDER, file), "utf8"), { json: true }) as {
        id: string;
        permissions: { required: { permission: string }[] };
      };
      return { id, required: permissions.required.map(({ permission }) => permission) };
    });
}

const found = (holder: Identity): string[] => escalationsOf(holder).map(({ permissions }) => [...permissions].sort().join("+"));

const describeCorpus = existsSync(FOLDER) ? describe : describe.skip;

describeCorpus("documented escalation paths (skipped where ../shared/corpus is absent)", () => {
  const list = existsSync(FOLDER) ? paths() : [];

  it("are fifty", () => expect(list).toHaveLength(50));

  it.each(list)("$id is found with exactly its permissions, and with none of them missing", ({ required }) => {
    const wanted = [...required].sort().join("+");
    expect(found(identity(allow(required)))).toContain(wanted);
    for (const missing of required) {
      const rest = required.filter((permission) => permission !== missing);
      for (const holder of [identity(allow(rest)), identity(allow("*"), deny(missing)), identity(allow(required), deny(missing.toUpperCase()))]) {
        expect(found(holder).filter((permissions) => permissions.split("+").includes(missing))).toEqual([]);
      }
    }
  });

  it.each(list)("$id is found however it is said", ({ required }) => {
    const wanted = [...required].sort().join("+");
    const obscured = required.map((permission) => permission.replace(/:(.)./, ":$1?"));
    for (const holder of [
      identity(allow(obscured)),
      identity({ Effect: "Allow", NotAction: "s3:GetObject", Resource: "*" }, { Effect: "Deny", NotAction: required, Resource: "*" }),
      identity({ Effect: "Allow", Action: required, NotResource: "arn:aws:iam::111122223333:role/nobody" }),
    ]) expect(found(holder)).toContain(wanted);
  });
}); // prettier-ignore
