/** YAML as kubectl and Helm read it. */

import { load } from "js-yaml";
import { KUBERNETES_YAML } from "../../../policypack/model/kubernetes/yaml";

test.each([
  ["0777", 511],
  ["0o777", 511],
  ["-017", -15],
  ["0", 0],
  ["0x1F", 31],
  ["0b101", 5],
  ["1_000", 1000],
  ["38412", 38412],
  ['"0777"', "0777"],
  ["0899", 899],
  ["1.5", 1.5],
  ["yes", true],
  ["Off", false],
  ['"yes"', "yes"],
  ["2026-11-25", "2026-11-25"],
  ["null", null],
])("%s is %p", (text, value) => {
  expect(load(text, { schema: KUBERNETES_YAML })).toBe(value);
});
