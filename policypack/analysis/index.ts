/** `carrierguard/analysis`: pure questions about a core. */

export { IpSet } from "./cidr/ip-set";
export { TrafficSet } from "./cidr/traffic";
export * as aws from "../model/aws";
export { type Direction, type Isolation, isolation } from "./isolation";
export { type KeyFound, keyMaterial } from "./key-material";
export { nfConfigurations, type NfConfiguration } from "./nf-config";
export { type SbiProducer, sbiProducers } from "./mesh/sbi";
