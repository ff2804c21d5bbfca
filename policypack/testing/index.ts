/** `carrierguard/testing`: what a carrier needs to test rules of its own. */

export { CORE, networkFunction, object, type PodOptions, type Properties, resource, secretValue, unknownValue } from "./build";
export { type ExampleAnswer, runAlone, runExample } from "./run";
export { told } from "./told";
