/**
 * A repository of the core's images gives out what was put into it: tags that nobody can move, images that are scanned, a key of its own, and
 * nobody let in by a wildcard. Scanning may be the registry's (enhanced, or by filter) or Amazon Inspector's.
 */

import { readPolicy } from "../../analysis/iam";
import { admitsStrangers } from "../../analysis/iam/strangers";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { resources } from "../../engine/targets";
import type { CoreModel } from "../../model/core";
import type { Resource } from "../../model/stack";
import { type Node, valueOr } from "../../model/value";
import { type Properties, resource, unknownValue } from "../../testing/build";

const REPOSITORY = "aws:ecr/repository:Repository";
const PUBLIC = "aws:ecrpublic/repository:Repository";
const POLICIES = ["aws:ecr/repositoryPolicy:RepositoryPolicy", "aws:ecr/registryPolicy:RegistryPolicy"];
const SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration";
const INSPECTOR = "aws:inspector2/enabler:Enabler";

export default defineRule({
  id: "SC-06",
  name: "sc-06-ecr-repositories-immutable-and-scanned",
  title: "ECR repositories: immutable tags, scanning, CMK, no public or wildcard access",
  family: "supply-chain",
  severity: "medium",
  scope: "resource",
  since: "0.1.0",
  target: resources(REPOSITORY, PUBLIC, ...POLICIES),
  rationale:
    "Where a tag can be moved, one push replaces a function at its next restart; where a repository lets anybody in, the core's images, and what was left in them, are read by everybody.",
  remediation:
    "Set imageTagMutability IMMUTABLE, imageScanningConfiguration.scanOnPush true (or enhanced scanning for the registry) and encryptionConfigurations with encryptionType KMS; name accounts or the organisation in repository policies.",
  standards: [
    { framework: "CIS EKS 1.8.0", ref: "5.1.1", title: "Ensure Image Vulnerability Scanning using Amazon ECR image scanning or a third party provider (Manual)" },
    { framework: "CIS EKS 1.8.0", ref: "5.1.2", title: "Minimize user access to Amazon ECR (Manual)" },
    { framework: "CIS EKS 1.8.0", ref: "5.1.3", title: "Minimize cluster access to read-only for Amazon ECR (Manual)" },
    { framework: "NIST SP 800-190", ref: "4.2.3", title: "Insufficient authentication and authorization restrictions" },
    { framework: "NIST SP 800-53r5", ref: "RA-5", title: "Vulnerability Monitoring and Scanning" },
  ],
  breaks: [
    { id: "FGT1525", name: "Implant Internal Image" },
    { id: "T1525", name: "Implant Internal Image" },
  ],
  *check(subject, context) {
    if (subject.type === PUBLIC) yield isPublic(subject);
    else if (POLICIES.includes(subject.type)) yield* policy(subject);
    else yield* repository(subject, context);
  },
  examples: () => {
    const good = { imageTagMutability: "IMMUTABLE", imageScanningConfiguration: { scanOnPush: true }, encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: "arn:aws:kms:k" }] };
    const amf = (over: Properties = {}) => resource(REPOSITORY, "amf", { name: "5gc/amf", ...good, ...over });
    const allowing = (Principal: unknown, more: object = {}) =>
      resource("aws:ecr/repositoryPolicy:RepositoryPolicy", "amf", { repository: "5gc/amf", policy: JSON.stringify({ Statement: [{ Effect: "Allow", Principal, Action: "ecr:BatchGetImage", ...more }] }) });
    const scanning = (scanType: string, filter: string, scanFrequency = "SCAN_ON_PUSH") =>
      resource(SCANNING, "registry", { scanType, rules: [{ scanFrequency, repositoryFilters: [{ filter, filterType: "WILDCARD" }] }] });
    return {
      pass: [
        { name: "immutable, scanned, with a key", resources: [amf()] },
        { name: "scanned by the registry", resources: [amf({ imageScanningConfiguration: null }), scanning("BASIC", "5gc/*")] },
        { name: "scanned by Inspector", resources: [amf({ imageScanningConfiguration: { scanOnPush: false } }), resource(INSPECTOR, "all", { accountIds: ["123456789012"], resourceTypes: ["ECR", "EC2"] })] },
        { name: "dual-layer encryption", resources: [amf({ encryptionConfigurations: [{ encryptionType: "KMS_DSSE" }] })] },
        { name: "the organisation only", resources: [allowing("*", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-abcdef1234" } } })] },
        { name: "a Deny for everybody", resources: [resource("aws:ecr/repositoryPolicy:RepositoryPolicy", "amf", { policy: JSON.stringify({ Statement: [{ Effect: "Deny", Principal: "*", Action: "ecr:*" }] }) })] },
      ],
      fail: [
        { name: "nothing said: tags move, nothing is scanned, AES256", resources: [resource(REPOSITORY, "amf", { name: "amf" })] },
        { name: "mutable tags", resources: [amf({ imageTagMutability: "MUTABLE" })] },
        { name: "immutable but for every tag", resources: [amf({ imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", imageTagMutabilityExclusionFilters: [{ filter: "*", filterType: "WILDCARD" }] })] },
        { name: "a registry that scans others", resources: [amf({ imageScanningConfiguration: { scanOnPush: false } }), scanning("ENHANCED", "shop/*")] },
        { name: "pulled by anybody", resources: [allowing("*")] },
        { name: "pulled by any account, in a list", resources: [allowing({ AWS: ["*"] })] },
        { name: "pulled by anybody whose organisation is absent", resources: [allowing("*", { Condition: { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-abcdef1234" } } })] },
        { name: "a public gallery", resources: [resource(PUBLIC, "amf", { repositoryName: "amf" })] },
      ],
      undetermined: [
        { name: "mutability that the configuration brings", resources: [amf({ imageTagMutability: unknownValue() })] },
        { name: "a policy that is not there yet", resources: [resource("aws:ecr/repositoryPolicy:RepositoryPolicy", "amf", { policy: unknownValue() })] },
      ],
    };
  },
}); // prettier-ignore

function isPublic(subject: Resource): Verdict {
  return fail({
    message: `Repository ${subject.name} is in the public gallery: everybody reads the images, and what was left in them.`,
    evidence: [seen(subject.props.get("repositoryName"), "a private repository")],
    cause: "public",
  });
}

type Answer = "yes" | "maybe" | "no";

function* repository(subject: Resource, context: RuleContext): Iterable<Verdict> {
  const { props } = subject;
  const found: { readonly answer: Answer; readonly what: string; readonly evidence: Evidence }[] = [
    { answer: immutable(props.get("imageTagMutability"), props.get("imageTagMutabilityExclusionFilters")), what: "lets tags be moved", evidence: seen(props.get("imageTagMutability"), "IMMUTABLE") },
    { answer: encrypted(props.get("encryptionConfigurations")), what: "has no key of KMS", evidence: seen(props.get("encryptionConfigurations"), "encryptionType KMS") },
  ];
  // The registry, or Inspector, may scan it: only the whole stack shows that.
  if (context.view === "stack") found.push({ answer: scanned(subject, context.model), what: "is not scanned", evidence: seen(props.get("imageScanningConfiguration", "scanOnPush"), true) });
  const wrong = found.filter(({ answer }) => answer === "no");
  const told = wrong.length > 0 ? wrong : found.filter(({ answer }) => answer === "maybe");
  if (told.length === 0) return;
  yield (wrong.length > 0 ? fail : undetermined)({
    message: wrong.length > 0 ? `Repository ${subject.name} ${told.map(({ what }) => what).join(", ")}: a push replaces a function at its next restart, or a hole in it stays unseen (Implant Internal Image).` : `How repository ${subject.name} is kept is not known before deployment.`,
    evidence: told.map(({ evidence }) => evidence),
    cause: "repository",
  });
} // prettier-ignore

/** MUTABLE where nothing is said (ECR API, CreateRepository). */
function immutable(mutability: Node, exclusions: Node): Answer {
  const read = mutability.string();
  if (read.state === "unknown") return "maybe";
  const said = valueOr(read, "MUTABLE");
  if (said === "IMMUTABLE") return "yes";
  if (said !== "IMMUTABLE_WITH_EXCLUSION") return "no";
  return exclusions.items().some((item) => /^\*+$/.test(valueOr(item.get("filter").string(), ""))) ? "no" : "yes";
}

/** AES256 where nothing is said. */
function encrypted(configurations: Node): Answer {
  if (configurations.isUnknown) return "maybe";
  const types = configurations.items().map((item) => item.get("encryptionType").string());
  if (types.some((type) => type.state === "unknown")) return "maybe";
  return types.some((type) => valueOr(type, "AES256").startsWith("KMS")) ? "yes" : "no";
}

function scanned(subject: Resource, model: CoreModel): Answer {
  const own = subject.props.get("imageScanningConfiguration", "scanOnPush").boolean();
  if (own.state === "known" && own.value) return "yes";
  const inspected = model.ofType(INSPECTOR).some(({ props }) => props.get("resourceTypes").items().some((item) => valueOr(item.string(), "") === "ECR"));
  if (inspected) return "yes";
  const name = valueOr(subject.props.get("name").string(), subject.name);
  const answers = model.ofType(SCANNING).flatMap(({ props }) => props.get("rules").items().map((rule) => filtered(rule, name)));
  if (answers.includes("yes")) return "yes";
  return own.state === "unknown" || answers.includes("maybe") ? "maybe" : "no";
} // prettier-ignore

function filtered(rule: Node, name: string): Answer {
  if (valueOr(rule.get("scanFrequency").string(), "") === "MANUAL") return "no";
  const filters = rule.get("repositoryFilters");
  if (filters.isUnknown) return "maybe";
  const matches = filters.items().map((item) => item.get("filter").string()).map((filter): Answer => {
    if (filter.state !== "known") return "maybe";
    const text = filter.value.includes("*") ? filter.value : `*${filter.value}*`;
    return new RegExp(`^${text.replace(/[.+^${}()|[\]\\?]/g, "\\$&").replace(/\*/g, ".*")}$`).test(name) ? "yes" : "no";
  });
  return matches.includes("yes") ? "yes" : matches.includes("maybe") ? "maybe" : "no";
} // prettier-ignore

function* policy(subject: Resource): Iterable<Verdict> {
  const node = subject.props.get("policy");
  const read = readPolicy(node);
  if (read.unknown && read.statements.length === 0) {
    yield undetermined({ message: `Whom ${subject.name} lets into the images is not known before deployment.`, evidence: [seen(node, "accounts or the organisation, by name")], cause: "policy" });
    return;
  }
  const open = read.statements.filter(({ effect, principals }) => effect === "Allow" && (principals?.everybody === true || principals?.not === true));
  const answers = open.map((statement) => ({ statement, answer: admitsStrangers(statement.conditions) })).filter(({ answer }) => answer !== "no");
  const [first] = answers.some(({ answer }) => answer === "yes") ? answers.filter(({ answer }) => answer === "yes") : answers;
  if (first === undefined) return;
  yield (first.answer === "yes" ? fail : undetermined)({
    message: `${subject.name} ${first.answer === "yes" ? "lets" : "may let"} every account of AWS at the images: everybody reads them, or replaces them (Implant Internal Image).`,
    evidence: [{ path: node.path, actual: first.statement.node.describe(), expected: "accounts or the organisation, by name" }],
    cause: "policy",
  });
} // prettier-ignore
