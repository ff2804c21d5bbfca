/** Validators of the reports' schemas. */

import Ajv, { type ErrorObject, type ValidateFunction } from "ajv";
import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";

type Schema = { readonly [key: string]: unknown };

/** A schema of draft 2020-12, or of draft 4, whose words that these schemas use mean the same (`id` is `$id`). */
export function validator(schema: Schema): ValidateFunction {
  const { $schema, id, ...rest } = schema;
  const draft4 = String($schema).includes("draft-04");
  const ajv = draft4 ? new Ajv({ strict: false, allErrors: true }) : new Ajv2020({ allErrors: true });
  addFormats(ajv);
  return ajv.compile(draft4 ? { ...rest, $id: id } : schema);
}

export function complaints(validate: ValidateFunction, value: unknown): string[] {
  validate(value);
  return (validate.errors ?? []).map((error: ErrorObject) => `${error.instancePath} ${error.message ?? ""}`);
}
