/**
 * YAML as Kubernetes' own tools read it (sigs.k8s.io/yaml): version 1.1 in its whole numbers and truth values, so that a file mode `0777` is
 * 511, and `yes` is true. Dates stay texts.
 */

import * as yaml from "js-yaml";

const INTEGER = /^([-+]?)(0b[01]+|0x[0-9a-fA-F]+|0o?[0-7]+|0|[1-9][0-9_]*)$/;
const TRUE = /^(y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/;

const integer = new yaml.Type("tag:yaml.org,2002:int", {
  kind: "scalar",
  resolve: (text: unknown) => typeof text === "string" && INTEGER.test(text),
  construct: (text: string) => {
    const [, sign = "", digits = ""] = INTEGER.exec(text) ?? [];
    const size = Number(digits.replaceAll("_", "").replace(/^0o?(?=[0-7])/, "0o"));
    return sign === "-" ? -size : size;
  },
});

const truth = new yaml.Type("tag:yaml.org,2002:bool", {
  kind: "scalar",
  resolve: (text: unknown) => typeof text === "string" && (TRUE.test(text) || FALSE.test(text)),
  construct: (text: string) => TRUE.test(text),
});

export const KUBERNETES_YAML = yaml.CORE_SCHEMA.extend({ implicit: [integer, truth] });
