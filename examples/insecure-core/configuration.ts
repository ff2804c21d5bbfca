// Configuration of the functions, near what their projects ship.
import * as pulumi from "@pulumi/pulumi";

const plmn = new pulumi.Config().require("plmn");
const plmnId = `{mcc: "${plmn.slice(0, 3)}", mnc: "${plmn.slice(3)}"}`;

const sbi = (name: string) => `
  sbi: {scheme: http, registerIPv4: ${name}, bindingIPv4: 0.0.0.0, port: 8000}
  nrfUri: http://nrf:8000`;

export const nrf = `configuration:
  serviceNameList: [nnrf-nfm, nnrf-disc]
  MongoDBName: free5gc
  MongoDBUrl: mongodb://mongodb:27017${sbi("nrf")}
  DefaultPlmnId: ${plmnId}
logger: {enable: true, level: info}
`;

export const amf = `configuration:
  serviceNameList: [namf-comm, namf-evts, namf-mt, namf-loc]
  ngapIpList: [0.0.0.0]${sbi("amf")}
  security:
    integrityOrder: [NIA2, NIA0]
    cipheringOrder: [NEA0, NEA2]
logger: {enable: false, level: fatal}
`;

// The home-network keys of the project's example: SIMs are personalised with them already.
export const udm = `configuration:
  serviceNameList: [nudm-sdm, nudm-uecm, nudm-ueau]${sbi("udm")}
  SuciProfile:
    - ProtectionScheme: 1
      PrivateKey: c53c22208b61860b06c62e5406a7b330c2b577aa5558981510d128247d38bd1d
      PublicKey: 5a8d38864820197c3394b92613b20b91633cbd897119273bf8e4a6f4eec0a650
logger: {enable: true, level: info}
`;

export const udr = `configuration:
  serviceNameList: [nudr-dr]${sbi("udr")}
  mongodb: {name: free5gc, url: "mongodb://mongodb:27017"}
logger: {enable: true, level: info}
`;

export const mongo = ["--bind_ip_all", "--noauth"];
