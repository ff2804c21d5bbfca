/** Files as no tool should write them and people hand over all the same, and files that are made to hurt. */

/** Levels of nesting beyond every parser's stack. */
const DEEP = 100_000;

const AMF = `apiVersion: apps/v1
kind: Deployment
metadata: {name: amf, namespace: core}
spec:
  selector: {matchLabels: {app: amf}}
  template:
    metadata: {labels: {app: amf}}
    spec:
      containers:
        - {name: amf, image: free5gc/amf:v3.4.3, securityContext: {privileged: true}}
`;

const CONFIGMAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: amf-config, namespace: core}\n";

/** Ten aliases to ten aliases to ten aliases …: ten thousand million values. */
const laughs = (indent: string): string => {
  const levels = Array.from(
    { length: 10 },
    (_, level) =>
      `${indent}a${level}: &a${level} [${Array(10)
        .fill(level === 0 ? "x" : `*a${level - 1}`)
        .join(",")}]`,
  );
  return `${levels.join("\n")}\n`;
};

/** An AMF that reads this as its configuration file. */
const configured = (entry: string): string =>
  `${CONFIGMAP}data:\n${entry}---\n${AMF.replace("securityContext: {privileged: true}", "volumeMounts: [{name: c, mountPath: /c}]")}      volumes: [{name: c, configMap: {name: amf-config}}]\n`;

const withArguments = (argument: string): string => AMF.replace("securityContext: {privileged: true}", `args: ['${argument}']`);

const state = (deployment: unknown, version = 3): string => JSON.stringify({ version, deployment });
const vpc = { urn: "urn:pulumi:dev::core::aws:ec2/vpc:Vpc::core", type: "aws:ec2/vpc:Vpc" };

const nested = (open: string, close: string): string => `${open.repeat(DEEP)}${close.repeat(DEEP)}`;

/** A valid file cut off, or one that is none at all: refused, at this place. */
export interface Refused {
  readonly what: string;
  readonly name: string;
  readonly content: string | Buffer;
  /** What follows the file's name in the complaint: `:line` or `:line:column`; "" for the file as a whole. */
  readonly place: string;
  readonly says: RegExp;
}

const TOO_DEEP = /nested too deeply/;

export const REFUSED: readonly Refused[] = [
  { what: "YAML cut off", name: "a.yaml", content: `${AMF}      volumes: [{name: c`, place: ":12", says: /not YAML/ },
  { what: "JSON cut off", name: "a.json", content: '{"apiVersion": "v1",\n"kind": "Pod', place: ":2:9", says: /not JSON/ },
  { what: "an alias bomb", name: "a.yaml", content: `${CONFIGMAP}${laughs("")}`, place: ":1", says: /aliases unfold/ },
  { what: "an alias to what holds it", name: "a.yaml", content: `${CONFIGMAP}data: &d\n  a: *d\n`, place: ":1", says: /aliases unfold/ },
  { what: "deep lists in YAML", name: "a.yaml", content: `${CONFIGMAP}data: ${nested("[", "]")}`, place: ":4", says: TOO_DEEP },
  { what: "deep maps in YAML", name: "a.yaml", content: `${CONFIGMAP}data: ${"{a: ".repeat(DEEP)}${"}".repeat(DEEP)}`, place: ":4", says: TOO_DEEP },
  { what: "deep blocks of YAML", name: "a.yaml", content: `${CONFIGMAP}data:\n${Array.from({ length: 2000 }, (_, n) => `${" ".repeat(n + 1)}a:\n`).join("")}`, place: ":103", says: TOO_DEEP },
  { what: "deep dashes in YAML", name: "a.yaml", content: `${CONFIGMAP}data:\n  ${"- ".repeat(DEEP)}x\n`, place: ":5", says: TOO_DEEP },
  { what: "deep JSON", name: "a.json", content: `{"apiVersion":"v1","kind":"ConfigMap","data":${nested("[", "]")}}`, place: ":1", says: TOO_DEEP },
  { what: "deep JSON without an end", name: "a.json", content: "[".repeat(DEEP), place: "", says: TOO_DEEP },
  { what: "a deep stack export", name: "a.json", content: state({ resources: [{ ...vpc, inputs: "@" }] }).replace('"@"', `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`), place: "", says: TOO_DEEP },
  { what: "a deep stack export without an end", name: "a.json", content: `{"version":3,"deployment":${"[".repeat(DEEP)}`, place: "", says: TOO_DEEP },
  { what: "a deep preview", name: "a.json", content: JSON.stringify({ steps: [{ op: "create", urn: vpc.urn, newState: { ...vpc, inputs: "@" } }] }).replace('"@"', `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`), place: "", says: TOO_DEEP },
  { what: "a binary file", name: "a.yaml", content: Buffer.from(Array.from({ length: 512 }, (_, byte) => byte % 256)), place: "", says: /binary/ },
  { what: "a NUL byte at the end", name: "a.yaml", content: `${AMF}\0`, place: "", says: /binary/ },
  { what: "an empty file", name: "a.yaml", content: "", place: "", says: /empty/ },
  { what: "blank lines", name: "a.yaml", content: "\n \n\t\n", place: "", says: /empty/ },
  { what: "words", name: "a.yaml", content: "just words\n", place: "", says: /no Kubernetes object/ },
  { what: "a kind that is a map", name: "a.yaml", content: "apiVersion: [v1]\nkind: {a: 1}\n", place: "", says: /no Kubernetes object/ },
  { what: "code under a tag", name: "a.yaml", content: 'apiVersion: v1\nkind: !!js/function "x"\n', place: ":2", says: /unknown tag/ },
  { what: "a List that holds no list", name: "a.yaml", content: "apiVersion: v1\nkind: List\nitems: 7\n", place: ":1", says: /"items" of this List is not a list/ },
  { what: "a Template that holds no list", name: "a.yaml", content: "apiVersion: template.openshift.io/v1\nkind: Template\nobjects: {a: 1}\n", place: ":1", says: /"objects" of this Template is not a list/ },
  { what: "a stack export of another version", name: "a.json", content: state({}, 4), place: "", says: /version 4; version 3 is read/ },
  { what: "a stack export without a version", name: "a.json", content: '{"deployment": {}}', place: "", says: /no version/ },
  { what: "a stack export of nothing", name: "a.json", content: state(null), place: "", says: /no `deployment`/ },
  { what: "resources that are no list", name: "a.json", content: state({ resources: { a: 1 } }), place: "", says: /not a list/ },
  { what: "a resource without a URN", name: "a.json", content: state({ resources: [{ type: vpc.type }] }), place: "", says: /without a URN/ },
  { what: "a URN that is a number", name: "a.json", content: state({ resources: [{ ...vpc, urn: 7 }] }), place: "", says: /without a URN/ },
  { what: "steps that are no list", name: "a.json", content: '{"steps": 7}', place: "", says: /not a list/ },
  { what: "a step without a URN", name: "a.json", content: '{"steps": [null, 7, {"op": "create", "newState": {}}]}', place: "", says: /without a URN/ },
  { what: "an event that is a number", name: "a.jsonl", content: '{"sequence":0,"preludeEvent":{}}\n7\n', place: ":2", says: /event was expected/ },
  { what: "events cut off within a line", name: "a.jsonl", content: '{"sequence":0,"preludeEvent":{}}\n{"sequence":1,"resourcePre', place: ":2:15", says: /not JSON/ },
]; // prettier-ignore

export interface Accepted {
  readonly what: string;
  readonly content: string | Buffer;
  /** The AMF of it is found to be privileged. */
  readonly privileged: boolean;
}

const wrong = (body: object): string =>
  JSON.stringify({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "amf", namespace: "core" }, ...body });
const containers = (value: unknown): string => wrong({ spec: { template: { spec: { containers: value } } } });

/** Odd, but read: what is in them is judged. */
export const ACCEPTED: readonly Accepted[] = [
  { what: "a byte order mark", content: `\ufeff${AMF}`, privileged: true },
  { what: "lines that end in CR LF", content: AMF.replace(/\n/g, "\r\n"), privileged: true },
  { what: "tabs between tokens", content: AMF.replace("kind: D", "kind:\tD"), privileged: true },
  { what: "bytes that are no UTF-8, in a comment", content: Buffer.concat([Buffer.from(AMF), Buffer.from([0x23, 0x20, 0xe9, 0xff, 0x0a])]), privileged: true },
  { what: "a Namespace twice", content: `${"apiVersion: v1\nkind: Namespace\nmetadata: {name: core}\n---\n".repeat(2)}${AMF}`, privileged: true },
  { what: "a key twice", content: `${AMF}kind: Deployment\n`, privileged: true },
  { what: "comment-only documents around it", content: `# head\n---\n# next\n---\n${AMF}---\n# tail\n`, privileged: true },
  { what: "directives and document ends", content: `%YAML 1.1\n---\n${AMF}...\n---\n`, privileged: true },
  { what: "a List in a List, with holes", content: `apiVersion: v1\nkind: List\nitems:\n- null\n- 7\n- kind: List\n  apiVersion: v1\n  items:\n${AMF.replace(/^/gm, "    ").replace("    ", "  - ").trimEnd()}\n`, privileged: true },
  { what: "a Template whose parameters have no values", content: "apiVersion: template.openshift.io/v1\nkind: Template\nparameters: [{name: IMAGE}, null, 7]\nobjects:\n- {apiVersion: v1, kind: Pod, metadata: {name: amf, namespace: core}, spec: {containers: [{name: amf, image: '${IMAGE}', securityContext: {privileged: true}}, {name: '${NONE}', image: '${{NONE}}'}]}}\n", privileged: true },
  { what: "keys of the language itself", content: `${AMF}constructor: 7\n__proto__: {privileged: 1}\ntoString: {a: 1}\n`, privileged: true },
  { what: "a pod spec that is a text", content: wrong({ spec: "x" }), privileged: false },
  { what: "a spec that is a list", content: wrong({ spec: [] }), privileged: false },
  { what: "a template that is a list", content: wrong({ spec: { template: [] } }), privileged: false },
  { what: "metadata that is a number", content: wrong({ metadata: 7 }), privileged: false },
  { what: "metadata that is empty", content: wrong({ metadata: null }), privileged: false },
  { what: "labels that are empty", content: wrong({ metadata: { name: "amf", labels: null } }), privileged: false },
  { what: "containers that are a text", content: containers("x"), privileged: false },
  { what: "containers of all kinds", content: containers([null, 7, "x", []]), privileged: false },
  { what: "fields of a container of all kinds", content: containers([{ name: {}, securityContext: [], ports: 7, env: "x", image: [], args: {}, volumeMounts: [null] }]), privileged: false },
  { what: "data that is a list", content: `${CONFIGMAP}data: [1]\n`, privileged: false },
  { what: "a Secret whose data is a number", content: "apiVersion: v1\nkind: Secret\nmetadata: {name: {a: 1}}\ndata: 7\n", privileged: false },
  { what: "a Service whose ports are a map", content: "apiVersion: v1\nkind: Service\nspec: {ports: {a: 1}, type: [], selector: x}\n", privileged: false },
  { what: "numbers that are none", content: "apiVersion: v1\nkind: Service\nmetadata: {name: 0x1F}\nspec: {ports: [{port: 1.0e+999, nodePort: .nan}], type: NodePort}\n", privileged: false },
  { what: "fields of an export of all kinds", content: state({ resources: [null, 7, [], { ...vpc, type: 7, inputs: [1], outputs: "x", parent: 7, dependencies: { a: 1 }, propertyDependencies: [1], provider: 7 }] }), privileged: false },
  { what: "a configuration that is an alias bomb", content: configured(`  amfcfg.yaml: |\n    configuration:\n      serviceNameList: [namf-comm]\n${laughs("      ")}`), privileged: false },
  { what: "a configuration that holds itself", content: configured("  amfcfg.yaml: |\n    configuration: &c\n      serviceNameList: [namf-comm]\n      security: *c\n"), privileged: false },
  { what: "a configuration of deep lists", content: configured(`  amfcfg.yaml: '${nested("[", "]")}'\n`), privileged: false },
  { what: "a configuration of deep maps", content: configured(`  amfcfg.yaml: '${'{"configuration":'.repeat(DEEP)}1${"}".repeat(DEEP)}'\n`), privileged: false },
  { what: "a configuration of blank lines", content: configured(`  amfcfg.yaml: "${"\\n".repeat(200_000)}0123456789abcdef0123456789abcde1"\n`), privileged: false },
  { what: "a configuration of one word and a key", content: configured(`  amfcfg.yaml: '${"a".repeat(200_000)} k: 0123456789abcdef0123456789abcde1'\n`), privileged: false },
  { what: "a configuration of PEM heads", content: configured(`  amf.pem: '${"-----BEGIN ABC-----".repeat(20_000)}'\n`), privileged: false },
  { what: "an argument of one word", content: withArguments("a.".repeat(100_000)), privileged: false },
  { what: "an argument of dashes", content: withArguments("-".repeat(200_000)), privileged: false },
]; // prettier-ignore
