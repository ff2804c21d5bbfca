/** Where AdmissionGuard's policy and a rule differ on an example of the rule, and why. */

type ByExample<T> = { readonly [control: string]: { readonly [example: string]: T } };

const ONE_POD = "a policy sees one pod at a time, not who else has its account";
const NO_POD = "it is about something that is no pod";
const ACCOUNT = "a policy sees the pod, not its ServiceAccount: the switch must stand on the pod";
const BY_LABEL = "whoever makes the pod sets the label that asks for the exception";
const CLAIM = "a policy sees the name of a claim, not the volume behind it";
const WHICH = "a policy does not know which container of the pod is the function";
const REGISTRIES = "registries of the platform are in the component's list, or their images do not run beside the core";

export const DIFFERENCES: ByExample<string> = {
  "ID-01": {
    "a job beside the core": "in the core's namespaces nothing runs under the default account, whatever it is",
    "two functions under one account": ONE_POD,
    "two functions under one account, by the old field": ONE_POD,
  },
  "ID-02": {
    "switched off on its ServiceAccount": ACCOUNT,
    "a declared client of the Kubernetes API": BY_LABEL,
  },
  "SC-01": {
    "an add-on of EKS": REGISTRIES,
    "a pull-through cache of a registry that is not approved": NO_POD,
  },
  "SC-02": { "an add-on that EKS manages": REGISTRIES },
  "SG-30": {
    "a NodePort": NO_POD,
    "external addresses": NO_POD,
    "the console beside the core on a NodePort": NO_POD,
  },
  "WH-02": {
    "a declared eBPF datapath": BY_LABEL,
    "a sidecar that takes the UPF's NET_ADMIN for itself": WHICH,
  },
  "WH-04": {
    "a host path behind a claim": CLAIM,
    "a host path that reserves itself for the claim": CLAIM,
    "a local volume over the kubelet's folder": CLAIM,
    "a sidecar of the UPF that takes its VFIO devices": WHICH,
  },
  "WH-05": { "a database writes its files": "a database of the library writes to its claim alone, so the policy asks it of all" },
  "WH-09": {
    "a debugger in the laboratory": "a laboratory has no AdmissionGuard",
    "pprof behind a Service, under another number": NO_POD,
    "a named port that is the debugger's": NO_POD,
  },
  "WH-10": {
    "limits from the namespace's LimitRange": "the server writes them into the pod before it asks the policy; here is no LimitRange",
    "a namespace without quota": NO_POD,
    "a single NRF is advice": NO_POD,
  },
};

/** Examples that Kubernetes itself refuses before it asks any policy, and what it says. */
export const REFUSED_ANYWAY: ByExample<RegExp> = {
  "WH-01": { "a Windows host process set for the whole pod": /hostNetwork must be true|windowsOptions/ },
  "WH-03": { "the node's shared memory, as text": /cannot unmarshal string into Go struct field PodSpec\.spec\.hostIPC/ },
  "WH-04": { "a device path that climbs out": /must not contain '\.\.'/ },
  "WH-09": { "an ephemeral container": /ephemeralContainers: Forbidden: cannot be set on create/ },
};
