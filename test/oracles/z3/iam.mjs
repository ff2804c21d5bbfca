// IAM's language decided a second time, by z3: random statement pairs as SMT formulas, written from the documentation of IAM alone.
//
//   node test/oracles/z3/iam.mjs <pairs> <seed>   `npm run build` first
//
// Prints one line; exits 0 where both agree on every pair, 1 where they do not, 75 where there is no z3.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");
const require = createRequire(import.meta.url);
const [pairs = 400, seed = 1] = process.argv.slice(2).map(Number);

const SOLVER = process.env.Z3 ?? "z3";
const version = spawnSync(SOLVER, ["--version"], { encoding: "utf8" });
if (version.status !== 0) {
  console.log("z3 is not on the PATH (pip install z3-solver brings it)");
  process.exit(75);
}
const { documentIdentity, mayDo } = require(resolve(ROOT, "dist/policypack/analysis/iam/index.js"));
const { glob, includes } = require(resolve(ROOT, "dist/policypack/analysis/iam/glob.js"));
const { Node } = require(resolve(ROOT, "dist/policypack/model/value.js"));

// --- random statements: a small alphabet, so that patterns meet -------------------------------------------------------------

let state = seed >>> 0;
const below = (limit) => {
  state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0;
  return ((state ^ (state >>> 13)) >>> 0) % limit;
};
const pick = (list) => list[below(list.length)];
const some = (most, make) => Array.from({ length: 1 + below(most) }, make);
const word = (letters, longest) => Array.from({ length: below(longest + 1) }, () => pick(letters)).join("");

const pattern = () => word(["a", "b", "*", "?", "*", ":"], 5) || "*";
const action = () => `s:${word(["a", "B", "*", "?", "b"], 4) || "*"}`;
const KEYS = ["k:one", "k:two"];

function clause() {
  const base = pick(["StringEquals", "StringLike", "StringNotEquals", "StringNotLike", "StringEqualsIgnoreCase", "Null"]);
  if (base === "Null") return { operator: "Null", values: [pick(["true", "false"])] };
  const set = pick(["", "", "ForAllValues:", "ForAnyValue:"]);
  const ifExists = set === "" && below(4) === 0 ? "IfExists" : "";
  return { operator: `${set}${base}${ifExists}`, values: some(2, () => word(["a", "b", "A", "*", "?"], 3) || "a") };
}

function statement(effect) {
  const result = { Effect: effect };
  result[below(4) === 0 ? "NotAction" : "Action"] = some(2, action);
  result[below(4) === 0 ? "NotResource" : "Resource"] = some(2, pattern);
  if (below(3) > 0) {
    const condition = {};
    for (const key of below(2) === 0 ? [pick(KEYS)] : KEYS) {
      const { operator, values } = clause();
      (condition[operator] ??= {})[key] = values;
    }
    result.Condition = condition;
  }
  return result;
}

// --- the same in SMT-LIB -----------------------------------------------------------------------------------------------------

const quoted = (text) => `"${text}"`;
const all = (list) => (list.length === 0 ? "true" : `(and ${list.join(" ")} true)`);
const any = (list) => (list.length === 0 ? "false" : `(or ${list.join(" ")} false)`);

/** Printable characters: enough to tell every pattern of this alphabet from every other. */
const ANY_CHAR = '(re.range " " "~")';

function regex(text, { plain = false, fold = false } = {}) {
  const parts = [...text].map((char) => {
    if (char === "*" && !plain) return `(re.* ${ANY_CHAR})`;
    if (char === "?" && !plain) return ANY_CHAR;
    const cases = fold ? [...new Set([char.toLowerCase(), char.toUpperCase()])] : [char];
    return cases.length === 1 ? `(str.to_re ${quoted(char)})` : `(re.union ${cases.map((one) => `(str.to_re ${quoted(one)})`).join(" ")})`;
  });
  return parts.length === 0 ? '(str.to_re "")' : parts.length === 1 ? parts[0] : `(re.++ ${parts.join(" ")})`;
}

const within = (name, text, options) => `(str.in_re ${name} ${regex(text, options)})`;
const printable = (name) => `(str.in_re ${name} (re.* ${ANY_CHAR}))`;

/** A key has up to three values; none: it is absent. Where an operator without a set is used, it has one at most. */
const VALUES = [0, 1, 2];
const nameOf = (key, index) => `${key.replace(":", "_")}_${index}`;
const has = (key, index) => `${key.replace(":", "_")}_has_${index}`;
const present = (key) => any(VALUES.map((index) => has(key, index)));

function holds(operator, key, values) {
  if (operator === "Null") return any(values.map((value) => (value === "true" ? `(not ${present(key)})` : present(key))));
  const [, set, base, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(operator);
  const options = { plain: !base.includes("Like"), fold: base.includes("IgnoreCase") };
  const negated = base.includes("Not");
  const meets = (index) => {
    const matched = any(values.map((value) => within(nameOf(key, index), value, options)));
    return negated ? `(not ${matched})` : matched;
  };
  const every = all(VALUES.map((index) => `(=> ${has(key, index)} ${meets(index)})`));
  const one = any(VALUES.map((index) => `(and ${has(key, index)} ${meets(index)})`));
  if (set === "ForAllValues") return every;
  if (set === "ForAnyValue") return one;
  // One value, or none: absent is true for IfExists and for negated operators.
  return negated || ifExists ? every : one;
}

function applies(one, requested) {
  const actions = one.Action ?? one.NotAction;
  const resources = one.Resource ?? one.NotResource;
  const act = any(actions.map((item) => within(quoted(requested), item, { fold: true })));
  const res = any(resources.map((item) => within("r", item)));
  const conditions = Object.entries(one.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => holds(operator, key, values)),
  );
  return all([one.Action ? act : `(not ${act})`, one.Resource ? res : `(not ${res})`, ...conditions]);
}

function declarations(statements) {
  const single = (key) =>
    statements.some((one) =>
      Object.entries(one.Condition ?? {}).some(([operator, keys]) => key in keys && !operator.includes(":") && operator !== "Null"),
    );
  return KEYS.flatMap((key) =>
    VALUES.flatMap((index) => [
      `(declare-const ${nameOf(key, index)} String)`,
      `(declare-const ${has(key, index)} Bool)`,
      `(assert ${printable(nameOf(key, index))})`,
      ...(single(key) && index > 0 ? [`(assert (not ${has(key, index)}))`] : []),
    ]),
  ).join("");
}

// --- both asked the same ------------------------------------------------------------------------------------------------------

const count = { pairs: 0, allowed: 0, included: 0, undecided: 0 };
const differences = [];

function question() {
  const statements = [statement("Allow"), statement("Deny")];
  const requested = `s:${word(["a", "b"], 3)}`;
  const target = pattern();
  const [outer, inner] = [pattern(), pattern()];
  const [allow, deny] = statements.map((one) => applies(one, requested));
  const smt = [
    '(declare-const r String)', `(assert ${printable("r")})`, declarations(statements),
    `(push)(assert ${within("r", target)})(assert ${allow})(assert (not ${deny}))(check-sat)(pop)`,
    `(push)(assert ${within("r", inner)})(assert (not ${within("r", outer)}))(check-sat)(pop)(reset)`,
  ].join("\n"); // prettier-ignore
  return { statements, requested, target, outer, inner, smt };
}

function compare({ statements, requested, target, outer, inner }, effective, beyond) {
  const identity = documentIdentity("d", Node.root({ Version: "2012-10-17", Statement: statements }));
  const ours = mayDo(identity, requested, glob(target)).answer === "no" ? "unsat" : "sat";
  const inclusion = includes(glob(outer), glob(inner)) === "yes" ? "unsat" : "sat";
  count.pairs += 1;
  if (ours === "sat") count.allowed += 1;
  if (inclusion === "unsat") count.included += 1;
  if (effective === "unknown" || beyond === "unknown") count.undecided += 1;
  if (ours !== effective && effective !== "unknown") differences.push({ statements, requested, target, ours, z3: effective });
  if (inclusion !== beyond && beyond !== "unknown") differences.push({ outer, inner, ours: inclusion, z3: beyond });
}

const BATCH = 250;
for (let left = pairs; left > 0; left -= BATCH) {
  const questions = Array.from({ length: Math.min(left, BATCH) }, question);
  const input = `(set-option :timeout 5000)\n${questions.map(({ smt }) => smt).join("\n")}`;
  const { stdout } = spawnSync(SOLVER, ["-in"], { input, encoding: "utf8", maxBuffer: 1 << 26 });
  const answers = stdout.trim().split("\n");
  const odd = answers.find((line) => !["sat", "unsat", "unknown"].includes(line));
  if (odd !== undefined || answers.length !== 2 * questions.length) throw new Error(`z3 says ${odd ?? `${answers.length} answers`}`);
  for (const [index, asked] of questions.entries()) compare(asked, answers[2 * index], answers[2 * index + 1]);
}

for (const difference of differences.slice(0, 5)) console.error(JSON.stringify(difference));
console.log(
  `${count.pairs} statement pairs (${count.allowed} allow something, ${count.included} inclusions hold, ${count.undecided} undecided by z3): ${differences.length} differences`,
);
// What z3 does not decide is no agreement.
process.exit(differences.length === 0 && count.undecided * 100 <= count.pairs ? 0 : 1);
