// Configuration of the functions: TLS everywhere, tokens required, no key in sight.
import * as pulumi from "@pulumi/pulumi";

const plmn = new pulumi.Config().require("plmn");
const plmnId = `{mcc: "${plmn.slice(0, 3)}", mnc: "${plmn.slice(3)}"}`;

const sbi = (name: string, more = "") => `
  sbi: {scheme: https, registerIPv4: ${name}, bindingIPv4: 0.0.0.0, port: 8443, tls: {pem: /tls/tls.crt, key: /tls/tls.key}${more}}
  nrfUri: https://nrf:8443`;
// The database knows its clients by certificate: there is no password to lose. Only the UDR opens the subscribers'.
const database = (name: string) => `mongodb://mongodb:27017/${name}?tls=true&authMechanism=MONGODB-X509`;
const logger = "logger: {enable: true, level: info}\n";

export const nrf = `configuration:
  serviceNameList: [nnrf-nfm, nnrf-disc]
  MongoDBName: nrf
  MongoDBUrl: ${database("nrf")}${sbi("nrf", ", oauth: true")}
  DefaultPlmnId: ${plmnId}
${logger}`;

export const amf = `configuration:
  serviceNameList: [namf-comm, namf-evts, namf-mt, namf-loc]
  ngapIpList: [0.0.0.0]${sbi("amf")}
  security:
    integrityOrder: [NIA2, NIA1]
    cipheringOrder: [NEA2, NEA1]
${logger}`;

export const smf = `configuration:
  serviceNameList: [nsmf-pdusession]${sbi("smf")}
  pfcp: {nodeID: smf, listenAddr: 0.0.0.0, externalAddr: smf}
${logger}`;

// The home-network keys come from the secret store as a file.
export const udm = `configuration:
  serviceNameList: [nudm-sdm, nudm-uecm, nudm-ueau]${sbi("udm")}
  SuciProfile:
    - {ProtectionScheme: 1, PrivateKey: /hnet/profile-a, PublicKey: /hnet/profile-a.pub}
    - {ProtectionScheme: 2, PrivateKey: /hnet/profile-b, PublicKey: /hnet/profile-b.pub}
${logger}`;

export const udr = `configuration:
  serviceNameList: [nudr-dr]${sbi("udr")}
  mongodb: {name: subscribers, url: "${database("subscribers")}"}
${logger}`;

export const upf = `version: 1.0.3
pfcp: {addr: 0.0.0.0, nodeID: upf}
gtpu: {forwarder: gtp5g, ifList: [{addr: 0.0.0.0, type: N3}]}
dnnList: [{dnn: internet, cidr: 10.60.0.0/16}]
${logger}`;
