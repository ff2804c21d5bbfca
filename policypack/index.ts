/** The policy pack: what `pulumi preview --policy-pack` runs. Loading this module starts its server. */

import { PolicyPack } from "@pulumi/policy";
import { packOf } from "./pulumi/policies";
import { rules } from "./rules";

new PolicyPack("carrierguard", packOf(rules));
