/** `carrierguard`: the engine for programs of one's own: model, evaluation, rules. */

export { coverage, type Coverage } from "./engine/coverage";
export { type Evaluation, evaluate, type RuleRun } from "./engine/evaluate";
export type { Finding } from "./engine/finding";
export { defineRule, type Evidence, fail, type Rule, type RuleDefinition, seen, undetermined, type Verdict } from "./engine/rule";
export { DEFAULT_SETTINGS, type Knowledge, NO_KNOWLEDGE, type Settings } from "./engine/settings";
export { readSettings, type SettingsFile } from "./engine/settings-file";
export { either, objects, resources, wholeStack, workloads } from "./engine/targets";
export { CoreModel } from "./model/core";
export { Resource, type ResourceInit, type Stack } from "./model/stack";
export { type Node, type Read, SecretValue, UnknownValue, type Value } from "./model/value";
export { rules } from "./rules";
