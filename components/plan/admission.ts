/** The rules on pods that CEL can say: each with the control that it enforces at run time. */

import { networkFunction } from "../../policypack/topology/topology";
import { BUILDABLE, functionLabel, zoneOf } from "./functions";
import { FUNCTION_LABEL } from "./policies";

interface Validation {
  /** The control of the benchmark. */
  readonly control: string;
  readonly expression: string;
  readonly message: string;
}

const CONTAINERS = "(object.spec.containers + object.spec.?initContainers.orValue([]) + object.spec.?ephemeralContainers.orValue([]))";
const each = (condition: string) => `${CONTAINERS}.all(c, ${condition})`;
/** Network functions that need capabilities, by the topology; in the zones alone whose namespaces may hold them. */
const EDGE_FUNCTIONS = BUILDABLE.filter((id) => networkFunction(id).allowedExtraCapabilities.length > 0);
const CAPABILITIES = [...new Set(EDGE_FUNCTIONS.flatMap((id) => networkFunction(id).allowedExtraCapabilities))].sort();
const EDGE_ZONES = [...new Set(EDGE_FUNCTIONS.map(zoneOf))].sort();
const list = (words: readonly string[]) => `[${words.map((word) => `'${word}'`).join(", ")}]`;
const EDGE = [
  `object.metadata.?labels['${FUNCTION_LABEL}'].orValue('') in ${list(EDGE_FUNCTIONS.map(functionLabel))}`,
  `namespaceObject.metadata.?labels['carrierguard.dev/zone'].orValue('') in ${list(EDGE_ZONES)}`,
].join(" && ");

/** What every pod of the core must be; images come from these registries. */
export function podValidations(registries: readonly string[]): readonly Validation[] {
  const approved = registries.map((registry) => `c.image.startsWith('${registry.replace(/\/+$/, "")}/')`).join(" || ");
  return [...POD_VALIDATIONS, { control: "SC-01", expression: each(approved), message: "images from the operator's registries (SC-01)" }];
}

const POD_VALIDATIONS: readonly Validation[] = [
  { control: "WH-01", expression: each("!c.?securityContext.privileged.orValue(false)"), message: "no privileged containers (WH-01)" },
  {
    control: "WH-02",
    expression: each(
      `c.?securityContext.capabilities.drop.orValue([]).exists(name, name == 'ALL') && c.?securityContext.capabilities.add.orValue([]).all(name, name == 'NET_BIND_SERVICE' || (name in ${list(CAPABILITIES)} && ${EDGE}))`,
    ),
    message: "all capabilities dropped, and none added but the user plane's (WH-02)",
  },
  {
    control: "WH-03",
    expression:
      "!object.spec.?hostPID.orValue(false) && !object.spec.?hostIPC.orValue(false) && !object.spec.?shareProcessNamespace.orValue(false)",
    message: "no host namespaces (WH-03)",
  },
  {
    control: "WH-04",
    expression: `object.spec.?volumes.orValue([]).all(v, !has(v.hostPath) || (v.hostPath.path == '/dev/net/tun' && ${EDGE}))`,
    message: "no host paths but the user plane's TUN device (WH-04)",
  },
  {
    control: "WH-05",
    expression: each(
      "c.?securityContext.allowPrivilegeEscalation.orValue(true) == false && c.?securityContext.readOnlyRootFilesystem.orValue(false)",
    ),
    message: "no privilege escalation and a read-only root file system (WH-05)",
  },
  {
    control: "WH-05",
    expression: `(${EDGE}) || object.spec.?securityContext.runAsNonRoot.orValue(false) || ${each("c.?securityContext.runAsNonRoot.orValue(false)")}`,
    message: "no root user (WH-05)",
  },
  {
    control: "WH-05",
    expression: `object.spec.?securityContext.seccompProfile.type.orValue('') == 'RuntimeDefault' || ${each("c.?securityContext.seccompProfile.type.orValue('') == 'RuntimeDefault'")}`,
    message: "the runtime's seccomp profile (WH-05)",
  },
  {
    control: "WH-09",
    expression: `${each("!c.?stdin.orValue(false) && !c.?tty.orValue(false)")} && size(object.spec.?ephemeralContainers.orValue([])) == 0`,
    message: "no interactive or debug containers (WH-09)",
  },
  {
    control: "SG-30",
    expression: `!object.spec.?hostNetwork.orValue(false) && ${each("c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)")}`,
    message: "no host network and no host ports (SG-30)",
  },
  { control: "SC-02", expression: each("c.image.matches('@sha256:[0-9a-f]{64}$')"), message: "images pinned by digest (SC-02)" },
  {
    control: "ID-01",
    expression: "!(object.spec.?serviceAccountName.orValue('default') in ['', 'default'])",
    message: "a ServiceAccount of its own (ID-01)",
  },
  {
    control: "ID-02",
    expression: "object.spec.?automountServiceAccountToken.orValue(true) == false",
    message: "no ServiceAccount token (ID-02)",
  },
  {
    control: "WH-10",
    expression: each("has(c.resources) && has(c.resources.limits) && 'cpu' in c.resources.limits && 'memory' in c.resources.limits"),
    message: "limits of CPU and memory (WH-10)",
  },
];
