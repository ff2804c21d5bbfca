/** A program of the fixtures, hosted, with its resources by the ends of their URNs. */

import { readProgram, type ProgramOptions } from "../../../cli/inputs/program";
import type { Resource } from "../../../policypack/model/stack";

export const PROGRAMS = "test/fixtures/programs";

export async function host(name: string, options: ProgramOptions = {}) {
  let printed = "";
  const { stack, warnings } = await readProgram(`${PROGRAMS}/${name}`, { print: (text) => (printed += text), ...options });
  const named = (last: string): Resource => {
    const found = stack.resources.find((resource) => resource.urn.endsWith(last));
    if (found === undefined)
      throw new Error(`${last} was not declared; these were: ${stack.resources.map((resource) => resource.urn).join(" ")}`);
    return found;
  };
  return { stack, warnings, named, printed: () => printed, gaps: stack.gaps.map((gap) => gap.reason) };
}
