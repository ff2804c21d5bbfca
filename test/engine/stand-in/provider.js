// Stand-in pulumirpc.ResourceProvider: passes inputs through, creates nothing, talks to nobody.
// Started by the engine as `pulumi-resource-<pkg> <engine-addr>`; prints its port on stdout.
// STANDIN_LOG=<file>: append one JSON line per Check/Create (what the provider really received).
"use strict";
const path = require("path"),
  fs = require("fs"),
  crypto = require("crypto");
const grpc = require("@grpc/grpc-js");
const P = require("@pulumi/pulumi/proto/provider_pb");
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb");
const plug = require("@pulumi/pulumi/proto/plugin_pb");
const S = require("google-protobuf/google/protobuf/struct_pb");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb");

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const pkg = path
  .basename(process.argv[1])
  .replace(/^pulumi-resource-/, "")
  .replace(/\.js$/, "");
const version = { aws: "7.48.0", kubernetes: "4.34.2" }[pkg] || "1.0.0";
/** What AWS answers beside identifier and ARN, where programs pass it on as an input that must be there. */
const ANSWERED = {
  "aws:ec2/vpc:Vpc": ["defaultNetworkAclId"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["prefixListId"],
  "aws:eks/cluster:Cluster": ["name", "endpoint"],
  "aws:iam/role:Role": ["name"],
};
const log = (o) => process.env.STANDIN_LOG && fs.appendFileSync(process.env.STANDIN_LOG, JSON.stringify(o) + "\n");
const str = (s) => {
  const v = new S.Value();
  v.setStringValue(s);
  return v;
};
const field = (s, k) => s && s.getFieldsMap().get(k);
const urnType = (u) => u.split("::")[2].split("$").pop();
const urnName = (u) => u.split("::").slice(3).join("::");
const hash = (s) => crypto.createHash("sha256").update(s).digest("hex").slice(0, 8);

const impl = {
  handshake(call, cb) {
    const r = new P.ProviderHandshakeResponse();
    r.setAcceptSecrets(true);
    r.setAcceptResources(false);
    r.setAcceptOutputs(false);
    if (r.setSupportsAutonamingConfiguration) r.setSupportsAutonamingConfiguration(false);
    cb(null, r);
  },
  getSchema(call, cb) {
    const r = new P.GetSchemaResponse();
    r.setSchema(JSON.stringify({ name: pkg, version }));
    cb(null, r);
  },
  checkConfig(call, cb) {
    const r = new P.CheckResponse();
    r.setInputs(call.request.getNews());
    cb(null, r);
  },
  diffConfig(call, cb) {
    const r = new P.DiffResponse();
    r.setChanges(P.DiffResponse.DiffChanges.DIFF_NONE);
    cb(null, r);
  },
  configure(call, cb) {
    const r = new P.ConfigureResponse();
    r.setAcceptsecrets(true);
    r.setSupportspreview(true);
    r.setAcceptresources(false);
    r.setAcceptoutputs(false);
    cb(null, r);
  },
  getPluginInfo(call, cb) {
    const r = new plug.PluginInfo();
    r.setVersion(version);
    cb(null, r);
  },
  attach(call, cb) {
    cb(null, new Empty());
  },
  cancel(call, cb) {
    cb(null, new Empty());
  },
  check(call, cb) {
    const urn = call.request.getUrn(),
      news = call.request.getNews() || new S.Struct();
    if (pkg === "kubernetes") {
      // what the real provider does: autoname metadata.name
      const m = field(news, "metadata");
      let meta = m && m.hasStructValue() ? m.getStructValue() : undefined;
      if (!m) {
        meta = new S.Struct();
        const v = new S.Value();
        v.setStructValue(meta);
        news.getFieldsMap().set("metadata", v);
      }
      if (meta && !field(meta, "name")) meta.getFieldsMap().set("name", str(`${urnName(urn)}-${hash(urn)}`));
    }
    log({ rpc: "Check", urn, inputs: news.toJavaScript() });
    const r = new P.CheckResponse();
    r.setInputs(news);
    cb(null, r);
  },
  diff(call, cb) {
    const q = call.request,
      a = JSON.stringify((q.getOldInputs() || q.getOlds()).toJavaScript()),
      b = JSON.stringify(q.getNews().toJavaScript());
    const r = new P.DiffResponse();
    r.setChanges(a === b ? P.DiffResponse.DiffChanges.DIFF_NONE : P.DiffResponse.DiffChanges.DIFF_SOME);
    cb(null, r);
  },
  create(call, cb) {
    const q = call.request,
      urn = q.getUrn(),
      props = q.getProperties() || new S.Struct(),
      m = props.getFieldsMap(),
      preview = q.getPreview();
    const id = `${urnName(urn)}-${hash(urn)}`;
    const put = (k, v) => {
      if (!m.get(k)) m.set(k, str(preview ? UNKNOWN : v));
    };
    if (pkg === "aws") {
      put("arn", `arn:aws:standin:us-east-1:123456789012:${urnType(urn)}/${id}`);
      put("url", `https://standin.invalid/${id}`);
      for (const name of ANSWERED[urnType(urn)] || []) put(name, `${name}-${hash(urn)}`);
    }
    if (pkg === "kubernetes") put("status", "ready");
    log({ rpc: "Create", preview, urn, inputs: props.toJavaScript() });
    const r = new P.CreateResponse();
    r.setId(preview ? "" : id);
    r.setProperties(props);
    cb(null, r);
  },
  read(call, cb) {
    const q = call.request,
      r = new P.ReadResponse();
    r.setId(q.getId());
    r.setProperties(q.getProperties());
    r.setInputs(q.getInputs());
    cb(null, r);
  },
  update(call, cb) {
    const r = new P.UpdateResponse();
    r.setProperties(call.request.getNews());
    cb(null, r);
  },
  delete(call, cb) {
    cb(null, new Empty());
  },
  invoke(call, cb) {
    const q = call.request,
      out = q.getArgs() || new S.Struct(),
      m = out.getFieldsMap();
    const extra = { accountId: "123456789012", name: "us-east-1", region: "us-east-1", id: "stand-in", json: "{}", partition: "aws" };
    for (const [k, v] of Object.entries(extra)) if (!m.get(k)) m.set(k, str(v));
    log({ rpc: "Invoke", tok: q.getTok() });
    const r = new P.InvokeResponse();
    r.setReturn(out);
    cb(null, r);
  },
};
const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
const known = {};
for (const k of Object.keys(ResourceProviderService))
  known[k] = impl[k] || ((c, cb) => cb({ code: grpc.status.UNIMPLEMENTED, message: `${k} not implemented by stand-in ${pkg}` }));
server.addService(ResourceProviderService, known);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (e, port) => {
  if (e) throw e;
  process.stdout.write(port + "\n");
});
process.on("SIGINT", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
