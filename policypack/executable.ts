/** The policy pack as an executable file, drawn into one with the SDK that serves it. Loading this module starts its server. */

import { PolicyPack } from "@pulumi/policy";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { packOf } from "./pulumi/policies";
import { rules } from "./rules";

new PolicyPack("carrierguard", packOf(rules, { service: AnalyzerService, structs: Struct }));
