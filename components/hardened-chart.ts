/** Somebody else's core, with the least changes that make it safe: how a carrier adopts without rewriting. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Arguments } from "./arguments";
import { CoreNamespace } from "./core-namespace";
import { isClusterScoped } from "../policypack/model/kubernetes/objects";
import { harden } from "./hardening/harden";
import { type Manifest, parseManifests } from "./hardening/manifests";

export interface HardenedChartArgs {
  /** Folder or archive of a Helm chart, rendered by the `helm` on the PATH. Either this or `manifests`. */
  chart?: pulumi.Input<string>;
  /** Values of the chart, as YAML text. */
  values?: pulumi.Input<string>;
  /** File with rendered manifests. Either this or `chart`. */
  manifests?: pulumi.Input<string>;
  /** Namespace that it runs in; it is made, with everything that CoreNamespace puts there. */
  namespace: pulumi.Input<string>;
  /** Trust zone of the namespace. Default: user-plane, the only one that may hold a whole core. */
  zone?: pulumi.Input<string>;
  /** Digests by image: `gradiant/open5gs:2.7.5` → `registry/open5gs@sha256:…`. */
  digests?: pulumi.Input<{ [image: string]: string }>;
  /** Folders that containers write. Default: /tmp. */
  writablePaths?: pulumi.Input<pulumi.Input<string>[]>;
  /** Address blocks of the radio access network. */
  ranCidrs?: pulumi.Input<pulumi.Input<string>[]>;
  /** Address blocks of roaming partners. */
  partnerCidrs?: pulumi.Input<pulumi.Input<string>[]>;
}

/** An existing chart or rendered manifests of a core, hardened; what only the vendor can set right is an output. */
export class HardenedChart extends pulumi.ComponentResource {
  /** What was changed. */
  public readonly changes: pulumi.Output<string[]>;
  /** What remains for the vendor of the functions, or for the operator's registry. */
  public readonly remaining: pulumi.Output<string[]>;

  constructor(name: string, args: HardenedChartArgs, opts?: pulumi.ComponentResourceOptions) {
    super("carrierguard:index:HardenedChart", name, args, opts);
    const read = new Arguments("HardenedChart", name, args);
    const namespace = read.text("namespace", /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "a DNS label");
    const hardened = harden(parsed(read, rendered(read, name, namespace)), {
      namespace,
      digests: read.plain<"digests", { [image: string]: string }>("digests", {}),
      writable: read.texts("writablePaths", ["/tmp"]),
      ran: read.texts("ranCidrs", []),
      partners: read.texts("partnerCidrs", []),
      mesh: true,
    });
    new CoreNamespace(name, { zone: args.zone ?? "user-plane", namespace }, { parent: this });
    const objs = hardened.manifests.filter((manifest) => !isOfNamespace(manifest)).map((manifest) => placed(manifest, namespace));
    new k8s.yaml.ConfigGroup(name, { objs }, { parent: this });
    this.changes = pulumi.output([...hardened.changes]);
    this.remaining = pulumi.output([...hardened.remaining]);
    this.registerOutputs({ changes: this.changes, remaining: this.remaining });
  }
}

function rendered(read: Arguments<HardenedChartArgs>, name: string, namespace: string): string {
  const chart = read.plain<"chart", string>("chart", "");
  const file = read.plain<"manifests", string>("manifests", "");
  if ((chart === "") === (file === "")) throw read.wrong("chart", "give either a chart or a file with rendered manifests");
  try {
    if (file !== "") return readFileSync(file, "utf8");
    const values = read.plain<"values", string>("values", "{}");
    return execFileSync("helm", ["template", name, chart, "--namespace", namespace, "--values", "-"], {
      input: values,
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
    });
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw read.wrong(file !== "" ? "manifests" : "chart", `cannot be read: ${reason ?? ""}`);
  }
}

function parsed(read: Arguments<HardenedChartArgs>, text: string): Manifest[] {
  try {
    const manifests = parseManifests(text);
    if (manifests.length > 0) return manifests;
  } catch (error) {
    throw read.wrong("manifests", `are no YAML: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : ""}`);
  }
  throw read.wrong("manifests", "hold no Kubernetes object");
}

/** CoreNamespace makes the namespace and its default deny itself. */
function isOfNamespace({ kind, metadata }: Manifest): boolean {
  return kind === "Namespace" || (kind === "NetworkPolicy" && metadata.name === "default-deny");
}

function placed(manifest: Manifest, namespace: string): Manifest {
  if (isClusterScoped(manifest.kind)) return manifest;
  return { ...manifest, metadata: { ...manifest.metadata, namespace } };
}
