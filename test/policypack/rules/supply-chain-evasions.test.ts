/** Ways past the supply-chain rules: registries that look like others, repositories that only seem closed, charts nobody can look into. */

import { networkFunction, object, type Properties, resource, unknownValue } from "../../../policypack/testing";
import { answers } from "../../support/rule-answers";

const image = (text: string) => networkFunction("amf", { container: { image: text } });
const DIGEST = `@sha256:${"0123456789abcdef".repeat(4)}`;
const approving = (...registries: readonly string[]) => ({ settings: { registries } });
const RELEASE = "kubernetes:helm.sh/v3:Release";
const release = (over: Properties, type = RELEASE) =>
  resource(type, "core", { chart: "free5gc", version: "1.2.3", namespace: "core", ...over });
const cache = (over: Properties) => resource("aws:ecr/pullThroughCacheRule:PullThroughCacheRule", "hub", over);

// prettier-ignore
answers("SC-01", [
  ["the approved place itself", [image(`registry.example/5gc/amf${DIGEST}`)], "pass", approving("registry.example/5gc/amf")],
  ["below an approved place", [image(`registry.example/5gc/amf${DIGEST}`)], "pass", approving("registry.example/5gc")],
  ["below an approved place that ends in a slash", [image(`registry.example/5gc/amf${DIGEST}`)], "pass", approving("registry.example/5gc/")],
  ["a place that only begins like an approved one", [image(`registry.example/5gc-mirror/amf${DIGEST}`)], "fail", approving("registry.example/5gc")],
  ["a host that only begins like an approved one", [image(`registry.example.evil.example/amf${DIGEST}`)], "fail", approving("registry.example")],
  ["a public registry by its port", [image(`docker.io:443/free5gc/amf${DIGEST}`)], "fail"],
  ["a public registry with the dot of the root", [image(`ghcr.io./free5gc/amf${DIGEST}`)], "fail"],
  ["a host that only ends like a public one", [image(`notghcr.io/free5gc/amf${DIGEST}`)], "undetermined"],
  ["a host below which a public name stands", [image(`ghcr.io.registry.example/amf${DIGEST}`)], "undetermined"],
  ["a registry of the account's own", [image(`123456789012.dkr.ecr.eu-central-1.amazonaws.com/amf${DIGEST}`)], "pass"],
  ["a host that looks like one of the account's own", [image(`x123456789012.dkr.ecr.eu-central-1.amazonaws.com/amf${DIGEST}`)], "undetermined"],
  ["a host with more behind", [image(`123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.example/amf${DIGEST}`)], "undetermined"],
  ["a chart of an approved registry", [release({ chart: "oci://registry.example/charts/free5gc" })], "pass", approving("registry.example")],
  ["a chart of another registry", [release({ chart: "oci://ghcr.io/charts/free5gc" })], "fail", approving("registry.example")],
  ["a chart of a repository that nobody approved", [release({ repositoryOpts: { repo: "https://charts.example.com/stable" } })], "fail", approving("registry.example")],
  ["a chart of an approved repository", [release({ repositoryOpts: { repo: "https://charts.example.com/stable" } })], "pass", approving("charts.example.com/stable")],
  ["a chart whose repository comes with the deployment", [release({ repositoryOpts: { repo: unknownValue() } })], "undetermined", approving("registry.example")],
  ["a chart in the program's own folder", [release({ chart: "./charts/free5gc" })], "pass", approving("registry.example")],
  ["a chart while nothing is approved", [release({ chart: "oci://ghcr.io/charts/free5gc" })], "pass"],
  ["a chart in its newer form", [release({ chart: "oci://ghcr.io/charts/free5gc" }, "kubernetes:helm.sh/v4:Chart")], "fail", approving("registry.example")],
  ["a cache of a public registry", [cache({ upstreamRegistryUrl: "registry-1.docker.io" })], "fail", approving("registry.example")],
  ["a cache of an approved one", [cache({ upstreamRegistryUrl: "registry.example" })], "pass", approving("registry.example")],
  ["a cache that names nothing", [cache({ chart: "oci://ghcr.io/x" })], "pass", approving("registry.example")],
]);

const repository = (over: Properties = {}) => resource("aws:ecr/repository:Repository", "amf", { name: "5gc/amf", imageTagMutability: "IMMUTABLE", imageScanningConfiguration: { scanOnPush: true }, encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: "arn:aws:kms:x:1:key/1" }], ...over }); // prettier-ignore
const scanning = (rules: Properties[string]) => resource("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration", "all", { scanType: "ENHANCED", rules }); // prettier-ignore
const filtered = (filter: Properties[string], scanFrequency: Properties[string] = "SCAN_ON_PUSH") => scanning([{ scanFrequency, repositoryFilters: [{ filter, filterType: "WILDCARD" }] }]); // prettier-ignore
const unscanned = repository({ imageScanningConfiguration: null });
const excluded = (...filters: readonly string[]) => repository({ imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", imageTagMutabilityExclusionFilters: filters.map((filter) => ({ filter, filterType: "WILDCARD" })) }); // prettier-ignore
const policy = (type: string, statement: object) => resource(`aws:ecr/${type}`, "p", { repository: "5gc/amf", policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "ecr:BatchGetImage", ...statement }] }) }); // prettier-ignore
const REPOSITORY = "repositoryPolicy:RepositoryPolicy";

// prettier-ignore
answers("SC-06", [
  ["immutable but for the tags of a cache", [excluded("cache-*")], "pass"],
  ["immutable but for all tags", [excluded("*")], "fail"],
  ["immutable but for all tags, in other words", [excluded("**")], "fail"],
  ["immutable but for all tags among others", [excluded("cache-*", "*")], "fail"],
  ["mutable, as nobody said otherwise", [repository({ imageTagMutability: null })], "fail"],
  ["an encryption that the configuration brings", [repository({ encryptionConfigurations: unknownValue() })], "undetermined"],
  ["a kind of encryption that the configuration brings", [repository({ encryptionConfigurations: [{ encryptionType: unknownValue() }] })], "undetermined"],
  ["a key of the registry's own", [repository({ encryptionConfigurations: [{ encryptionType: "AES256" }] })], "fail"],
  ["encrypted twice over", [repository({ encryptionConfigurations: [{ encryptionType: "KMS_DSSE" }] })], "pass"],
  ["nobody scans", [unscanned], "fail"],
  ["a scan that the configuration switches", [repository({ imageScanningConfiguration: { scanOnPush: unknownValue() } })], "undetermined"],
  ["a scan that is switched off", [repository({ imageScanningConfiguration: { scanOnPush: false } })], "fail"],
  ["the registry scans all", [unscanned, filtered("*")], "pass"],
  ["the registry scans by a part of the name", [unscanned, filtered("5gc")], "pass"],
  ["the registry scans by the name's end", [unscanned, filtered("*amf")], "pass"],
  ["the registry scans others", [unscanned, filtered("5gc/smf")], "fail"],
  ["the registry scans names with a letter in place of the dot", [repository({ name: "5gcxamf", imageScanningConfiguration: null }), filtered("5gc.amf")], "fail"],
  ["the registry scans only when somebody asks", [unscanned, filtered("*", "MANUAL")], "fail"],
  ["the registry scans what the configuration brings", [unscanned, filtered(unknownValue())], "undetermined"],
  ["the registry's filters come with the deployment", [unscanned, scanning([{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: unknownValue() }])], "undetermined"],
  ["Inspector looks at images", [unscanned, resource("aws:inspector2/enabler:Enabler", "all", { accountIds: ["1"], resourceTypes: ["ECR"] })], "pass"],
  ["Inspector looks at machines alone", [unscanned, resource("aws:inspector2/enabler:Enabler", "all", { accountIds: ["1"], resourceTypes: ["EC2"] })], "fail"],
  ["everybody of the organisation", [repository(), policy(REPOSITORY, { Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-abcdef1234" } } })], "pass"],
  ["everybody", [repository(), policy(REPOSITORY, { Principal: "*" })], "fail"],
  ["everybody but one", [repository(), policy(REPOSITORY, { NotPrincipal: { AWS: "arn:aws:iam::999999999999:root" } })], "fail"],
  ["everybody, for the whole registry", [policy("registryPolicy:RegistryPolicy", { Principal: { AWS: "*" } })], "fail"],
  ["one other account", [repository(), policy(REPOSITORY, { Principal: { AWS: "arn:aws:iam::111111111111:root" } })], "pass"],
  ["everybody is denied", [repository(), policy(REPOSITORY, { Effect: "Deny", Principal: "*" })], "pass"],
  ["a policy that the configuration brings", [resource(`aws:ecr/${REPOSITORY}`, "p", { repository: "5gc/amf", policy: unknownValue() })], "undetermined"],
]);

// prettier-ignore
answers("SC-07", [
  ["rendered elsewhere", [release({})], "pass", { settings: { rules: { "SC-07": { options: { rendered: ["core"] } } } } }],
  ["another one rendered elsewhere", [release({})], "fail", { settings: { rules: { "SC-07": { options: { rendered: ["web"] } } } } }],
  ["a chart of a core in no namespace of its own", [release({ namespace: "default" })], "fail"],
  ["a chart of a platform", [release({ chart: "prometheus", namespace: "monitoring" })], "pass"],
  ["a chart of a core into the platform's namespace", [release({ namespace: "kube-system" })], "pass"],
  ["something unknown beside the core", [release({ chart: "thing", namespace: "core" }), networkFunction("amf")], "fail"],
  ["something unknown in another namespace", [release({ chart: "thing", namespace: "web" }), networkFunction("amf")], "pass"],
  ["something unknown, nobody knows where, beside a core", [release({ chart: "thing", namespace: unknownValue() }), networkFunction("amf")], "undetermined"],
  ["something unknown, nobody knows where", [release({ chart: "thing", namespace: unknownValue() })], "pass"],
  ["a database beside nothing", [release({ chart: "oci://registry.example/charts/mongodb", namespace: "data" })], "pass"],
  ["a Kustomize folder of a core", [resource("kubernetes:kustomize/v2:Directory", "k", { directory: "./free5gc", namespace: "core" })], "fail"],
  ["a Kustomize folder of a core, in its older form", [resource("kubernetes:kustomize:Directory", "k", { directory: "./free5gc" })], "fail"],
  ["a Kustomize folder of a website", [resource("kubernetes:kustomize/v2:Directory", "web", { directory: "./website" })], "pass"],
]);

const origin = (annotations: Properties, labels: Properties = {}, on = "pod") => {
  const metadata = { annotations, labels: { app: "amf", ...labels } };
  const spec = { containers: [{ name: "amf", image: `registry.example/amf${DIGEST}` }] };
  return object("apps/v1", "Deployment", "amf", { metadata: on === "object" ? metadata : {}, spec: { selector: { matchLabels: { app: "amf" } }, template: { metadata: on === "pod" ? metadata : { labels: { app: "amf" } }, spec } } }); // prettier-ignore
};
const OF = (key: string) => `carrierguard.dev/${key}`;
const SAID = { [OF("vendor")]: "example", [OF("product")]: "5gc", [OF("version")]: "1.2", [OF("support-until")]: "2030-01-01", [OF("sbom")]: "https://sbom.example/amf" }; // prettier-ignore
const at = (year: number, month: number, day: number) => ({ knowledge: { at: Date.UTC(year, month - 1, day), indicators: [] } });

// prettier-ignore
answers("SC-04", [
  ["said on the object", [origin(SAID, {}, "object")], "pass"],
  ["said by labels", [origin({}, SAID)], "pass"],
  ["a vendor of blanks", [origin({ ...SAID, [OF("vendor")]: "  " })], "advice"],
  ["nothing said, where everything counts", [origin({})], "fail", { settings: { profile: "strict" } }],
  ["supported until the end of this day", [origin(SAID)], "pass", at(2030, 1, 1)],
  ["supported until yesterday", [origin(SAID)], "fail", at(2030, 1, 2)],
  ["supported until a day in words", [origin({ ...SAID, [OF("support-until")]: "until 2030-01-01" })], "fail"],
]);
