/** The rules on pods that CEL can say: each with the control that it enforces at run time. */

import { DEBUGGER } from "../../policypack/model/kubernetes/debuggers";
import { SAFE_SYSCTLS, USER_PLANE_SYSCTL } from "../../policypack/model/kubernetes/sysctls";
import { networkFunction } from "../../policypack/topology/topology";
import { BUILDABLE, functionLabel, zoneOf } from "./functions";
import { FUNCTION_LABEL } from "./policies";

/** What the expressions share: `variables.containers` … */
interface Variable {
  readonly name: string;
  readonly expression: string;
}

interface Validation {
  /** The control of the benchmark. */
  readonly control: string;
  readonly expression: string;
  readonly message: string;
}

const text = (word: string): string => `'${word}'`;
const list = (words: readonly string[]): string => `[${words.map(text).join(", ")}]`;
/** A regular expression as CEL takes it; RE2, so without look-around. */
const pattern = ({ source }: RegExp): string => `r'${source.replaceAll("\\/", "/")}'`;
const each = (condition: string): string => `variables.containers.all(c, ${condition})`;
const podSecurity = (field: string): string => `object.spec.?securityContext.${field}`;
/** A setting of the container, or else of the pod. */
const effective = (field: string, otherwise: string): string =>
  `c.?securityContext.${field}.orValue(${podSecurity(field)}.orValue(${otherwise}))`;

/** Functions that need capabilities, by the topology; in the zones alone whose namespaces may hold them. */
const EDGE_FUNCTIONS = BUILDABLE.filter((id) => networkFunction(id).allowedExtraCapabilities.length > 0);

export const POD_VARIABLES: readonly Variable[] = [
  {
    name: "containers",
    expression: "object.spec.containers + object.spec.?initContainers.orValue([]) + object.spec.?ephemeralContainers.orValue([])",
  },
  { name: "networkFunction", expression: `object.metadata.?labels['${FUNCTION_LABEL}'].orValue('')` },
  { name: "zone", expression: "namespaceObject.metadata.?labels['carrierguard.dev/zone'].orValue('')" },
  {
    name: "capabilities",
    expression: EDGE_FUNCTIONS.reduceRight(
      (otherwise, id) =>
        `variables.networkFunction == '${functionLabel(id)}' && variables.zone == '${zoneOf(id)}' ? ${list(networkFunction(id).allowedExtraCapabilities)} : (${otherwise})`,
      "[]",
    ),
  },
  // A user plane makes its TUN device itself: as root, with the node's device and its own routes.
  { name: "userPlane", expression: "'NET_ADMIN' in variables.capabilities" },
];

/** What every pod of the core must be; images come from these registries. */
export function podValidations(registries: readonly string[]): readonly Validation[] {
  const approved = registries.map((registry) => `c.image.startsWith('${registry.replace(/\/+$/, "")}/')`).join(" || ");
  return [...POD_VALIDATIONS, { control: "SC-01", expression: each(approved), message: "images from the operator's registries (SC-01)" }];
}

/** Capabilities are written with and without their prefix, in either case. */
const ADDED = "c.?securityContext.capabilities.add.orValue([]).map(name, name.upperAscii().replace('CAP_', ''))";
const CONFINED = list(["RuntimeDefault", "Localhost"]);
const CONTAINER_TYPES = list(["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"]);
const OWN_ADDRESSES = list(["", "localhost", "127.0.0.1", "::1"]);
const DEVICES = /^\/dev\/(net\/tun|vfio(\/.*)?|hugepages(\/.*)?)\/?$/;
const KERNEL = /^\/(sys|lib\/modules)(\/.*)?$/;

/** The last word of Pod Security's restricted level on these fields, for namespaces whose level cannot be restricted. */
function seLinux(holder: string): string {
  const options = `${holder}.?securityContext.seLinuxOptions`;
  return `${options}.type.orValue('') in ${CONTAINER_TYPES} && ${options}.user.orValue('') == '' && ${options}.role.orValue('') == ''`;
}

/** Probes and hooks that call elsewhere make the kubelet a client of whom the pod names. */
const CALLS = ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"]
  .flatMap((call) => [`c.?${call}.httpGet.host`, `c.?${call}.tcpSocket.host`])
  .map((host) => `${host}.orValue('') in ${OWN_ADDRESSES}`)
  .join(" && ");

/** Volumes that are no claim and no part of the pod: storage outside what the cluster controls. */
const FOREIGN = [
  "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "fc", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo", "glusterfs",
  "iscsi", "nfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
]; // prettier-ignore

const limited = (name: string, more = ""): string =>
  `('${name}' in c.?resources.limits.orValue({}) || '${name}' in object.spec.?resources.limits.orValue({})${more})`;
const PINNED = " || c.?resources.limits.orValue({}).exists(name, name.startsWith('hugepages-'))";

const POD_VALIDATIONS: readonly Validation[] = [
  {
    control: "WH-01",
    expression: each(`!c.?securityContext.privileged.orValue(false) && !${effective("windowsOptions.hostProcess", "false")}`),
    message: "no privileged containers (WH-01)",
  },
  {
    control: "WH-02",
    expression: each(
      `c.?securityContext.capabilities.drop.orValue([]).exists(name, name.upperAscii() == 'ALL') && ${ADDED}.all(name, name == 'NET_BIND_SERVICE' || name in variables.capabilities)`,
    ),
    message: "all capabilities dropped, and none added but the user plane's (WH-02)",
  },
  {
    control: "WH-02",
    expression: `${podSecurity("sysctls")}.orValue([]).all(s, s.name.replace('/', '.') in ${list([...SAFE_SYSCTLS])} || (variables.userPlane && s.name.replace('/', '.').matches(${pattern(USER_PLANE_SYSCTL)})))`,
    message: "no kernel settings but safe ones and the user plane's forwarding (WH-02)",
  },
  {
    control: "WH-03",
    expression:
      "!object.spec.?hostPID.orValue(false) && !object.spec.?hostIPC.orValue(false) && !object.spec.?shareProcessNamespace.orValue(false)",
    message: "no host namespaces (WH-03)",
  },
  {
    control: "WH-04",
    expression: `object.spec.?volumes.orValue([]).all(v, !has(v.hostPath) || (variables.userPlane && (v.hostPath.path.matches(${pattern(DEVICES)}) || (v.hostPath.path.matches(${pattern(KERNEL)}) && object.spec.containers.all(c, c.?volumeMounts.orValue([]).all(m, m.name != v.name)) && object.spec.?initContainers.orValue([]).all(c, c.?volumeMounts.orValue([]).all(m, m.name != v.name || (m.?readOnly.orValue(false) && c.?restartPolicy.orValue('') != 'Always')))))))`,
    message: "no host paths but the user plane's devices, and the kernel's modules read-only while it starts (WH-04)",
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
    expression: each(
      `(variables.userPlane && 'NET_ADMIN' in ${ADDED}) || (${effective("runAsNonRoot", "false")} && ${effective("runAsUser", "1")} != 0)`,
    ),
    message: "no root user (WH-05)",
  },
  {
    control: "WH-05",
    expression: each(`${effective("seccompProfile.type", "''")} in ${CONFINED}`),
    message: "the runtime's seccomp profile or one of the operator's (WH-05)",
  },
  {
    control: "WH-05",
    expression: `${seLinux("object.spec")} && ${each(`${seLinux("c")} && c.?securityContext.procMount.orValue('Default') == 'Default' && ${effective("appArmorProfile.type", "'RuntimeDefault'")} in ${CONFINED}`)}`,
    message: "the SELinux type, AppArmor profile and /proc of every container (WH-05)",
  },
  { control: "WH-05", expression: each(CALLS), message: "probes and hooks that call the pod itself (WH-05)" },
  {
    control: "WH-05",
    expression: `object.spec.?volumes.orValue([]).all(v, ${FOREIGN.map((type) => `!has(v.${type})`).join(" && ")})`,
    message: "storage by claims alone (WH-05)",
  },
  {
    control: "WH-09",
    expression: `${each("!c.?stdin.orValue(false) && !c.?tty.orValue(false)")} && size(object.spec.?ephemeralContainers.orValue([])) == 0`,
    message: "no interactive or debug containers (WH-09)",
  },
  {
    control: "WH-09",
    expression: each(
      `!(c.?command.orValue([]) + c.?args.orValue([]) + c.?env.orValue([]).map(e, e.?value.orValue(''))).exists(word, word.matches(${pattern(DEBUGGER)}))`,
    ),
    message: "no debuggers (WH-09)",
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
    // Init containers end before a flood begins, but for sidecars; a data plane on huge pages has cores of its own.
    expression: `(object.spec.containers + object.spec.?initContainers.orValue([]).filter(c, c.?restartPolicy.orValue('') == 'Always')).all(c, ${limited("memory")} && ${limited("cpu", PINNED)})`,
    message: "limits of CPU and memory (WH-10)",
  },
];
