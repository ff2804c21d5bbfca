/** A configuration file of a function, and the function that reads it. */

import type { Value } from "../../policypack/model/value";
import { networkFunction, object } from "../../policypack/testing";

export const config = (name: string, text: Value, key = `${name}.yaml`, kind = "ConfigMap") =>
  object(
    "v1",
    kind,
    name,
    kind === "Secret" ? { data: { [key]: Buffer.from(String(text)).toString("base64") } } : { data: { [key]: text } },
  );
export const reads = (name: string) => networkFunction(name, { pod: { volumes: [{ name: "config", configMap: { name } }] } });
