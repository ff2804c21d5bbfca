/** The policy pack as a folder: what `pulumi preview --policy-pack` runs. Loading this module starts its server. */

import { PolicyPack } from "@pulumi/policy";
import { packOf } from "./pulumi/policies";
import { installedSdk } from "./pulumi/sdk";
import { rules } from "./rules";

new PolicyPack("carrierguard", packOf(rules, installedSdk()));
