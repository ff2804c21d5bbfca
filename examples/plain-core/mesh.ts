// What the mesh asks of callers on the SBI: a certificate, an identity that 3GPP names, and one of the producer's own services.
import * as k8s from "@pulumi/kubernetes";
import { provider } from "./cluster";
import { namespace } from "./core";

const options = { provider };
const place = namespace.metadata.name;

function resource(apiVersion: string, kind: string, name: string, spec: object) {
  new k8s.apiextensions.CustomResource(
    `${kind.toLowerCase()}-${name}`,
    { apiVersion, kind, metadata: { name, namespace: place }, spec },
    options,
  );
}

resource("security.istio.io/v1", "PeerAuthentication", "default", { mtls: { mode: "STRICT" } });
// Calls go to what the mesh knows, and nowhere else.
resource("networking.istio.io/v1", "Sidecar", "default", {
  egress: [{ hosts: ["./*", "istio-system/*"] }],
  outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
});
resource("security.istio.io/v1", "AuthorizationPolicy", "allow-nothing", {});

interface Admission {
  readonly callers: readonly string[];
  readonly paths: readonly string[];
  readonly methods: readonly string[];
}

const read = ["GET"];
const create = ["POST"];
const change = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const registered = ["amf", "smf", "udm", "udr"];

/** Which API of a producer each consumer may call; callbacks stand by themselves (TS 29.501). */
const admissions: { readonly [producer: string]: readonly Admission[] } = {
  nrf: [
    { callers: registered, paths: ["/nnrf-nfm/*"], methods: change },
    { callers: registered, paths: ["/nnrf-disc/*"], methods: read },
    { callers: registered, paths: ["/oauth2/token"], methods: create },
  ],
  amf: [
    { callers: ["smf"], paths: ["/namf-comm/*"], methods: create },
    { callers: ["nrf", "udm", "smf"], paths: ["/namf-callback/*"], methods: create },
  ],
  smf: [
    { callers: ["amf"], paths: ["/nsmf-pdusession/*"], methods: create },
    { callers: ["nrf"], paths: ["/nsmf-callback/*"], methods: create },
  ],
  udm: [
    { callers: ["amf", "smf"], paths: ["/nudm-sdm/*"], methods: ["GET", "POST", "DELETE"] },
    { callers: ["amf", "smf"], paths: ["/nudm-uecm/*"], methods: change },
    { callers: ["nrf", "udr"], paths: ["/nudm-callback/*"], methods: create },
  ],
  udr: [
    { callers: ["udm"], paths: ["/nudr-dr/*"], methods: change },
    { callers: ["nrf"], paths: ["/nudr-callback/*"], methods: create },
  ],
};

const principal = (name: string) => `cluster.local/ns/core/sa/${name}`;

for (const [producer, admitted] of Object.entries(admissions)) {
  resource("security.istio.io/v1", "AuthorizationPolicy", producer, {
    selector: { matchLabels: { app: producer } },
    action: "ALLOW",
    rules: admitted.map(({ callers, paths, methods }) => ({
      from: [{ source: { principals: callers.map(principal) } }],
      to: [{ operation: { ports: ["8443"], paths, methods } }],
    })),
  });
}
// The database speaks no HTTP: identity and port.
resource("security.istio.io/v1", "AuthorizationPolicy", "mongodb", {
  selector: { matchLabels: { app: "mongodb" } },
  action: "ALLOW",
  rules: [{ from: [{ source: { principals: ["udr", "nrf"].map(principal) } }], to: [{ operation: { ports: ["27017"] } }] }],
});
