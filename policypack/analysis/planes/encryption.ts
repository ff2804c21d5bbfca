/** What encrypts the cluster's own network between nodes: WireGuard or IPsec of the plugin. */

import type { CoreModel } from "../../model/core";
import { type Node, valueOr } from "../../model/value";

export interface NetworkEncryption {
  /** `undefined`: nothing in the stack says how the network is configured. */
  readonly on: boolean | undefined;
  /** What decides. */
  readonly node: Node | undefined;
  /** For people: "Cilium's WireGuard". */
  readonly what: string;
}

const NOTHING: NetworkEncryption = { on: undefined, node: undefined, what: "" };

/** Cilium (ConfigMap cilium-config, CiliumNodeConfig, chart values) and Calico (FelixConfiguration). */
export const networkEncryption = (model: CoreModel): NetworkEncryption => {
  const configs = [
    ...model.objectsOf("", "ConfigMap").filter(({ name }) => name === "cilium-config").map(({ resource }) => resource.props.get("data")),
    ...model.objectsOf("cilium.io", "CiliumNodeConfig").map(({ spec }) => spec.get("defaults")),
  ];
  const cilium = configs.flatMap((data) => [["Cilium's WireGuard", data.get("enable-wireguard")], ["Cilium's IPsec", data.get("enable-ipsec")]] as const);
  const charts = ["kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart"]
    .flatMap((type) => model.ofType(type))
    .filter(({ props }) => /(^|\/)cilium$/.test(valueOr(props.get("chart").string(), "")))
    .map(({ props }) => ["the encryption of Cilium's chart", props.get("values", "encryption", "enabled")] as const);
  const calico = model.objectsOf("crd.projectcalico.org", "FelixConfiguration").concat(model.objectsOf("projectcalico.org", "FelixConfiguration"))
    .map(({ spec }) => ["Calico's WireGuard", spec.get("wireguardEnabled")] as const);
  const settings = [...cilium, ...charts, ...calico];
  const on = settings.find(([, node]) => valueOr(node.boolean(), false));
  if (on !== undefined) return { on: true, node: on[1], what: on[0] };
  if (settings.some(([, node]) => node.isUnknown)) return NOTHING;
  // Said, or left out of a configuration that is all there: off is the default of all of them.
  const off = settings.find(([, node]) => node.isKnown) ?? settings[0];
  return off === undefined ? NOTHING : { on: false, node: off[1], what: off[0] };
}; // prettier-ignore
