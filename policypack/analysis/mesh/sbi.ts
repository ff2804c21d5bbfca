/** Producers on the service-based interface, and how their callers are authenticated. */

import type { CoreModel } from "../../model/core";
import { perPart } from "../../model/answers";
import type { Pod, Workload } from "../../model/kubernetes/workloads";
import { valueOr } from "../../model/value";
import { speaksSbi } from "../../topology/topology";
import type { NetworkFunctionId } from "../../topology/types";
import { nfConfigurations, type NfConfiguration, type NfContents, readersOf } from "../nf-config";
import { type InboundMtls, inboundMtls } from "./istio";

export interface SbiProducer {
  readonly workload: Workload;
  readonly functions: readonly NetworkFunctionId[];
  readonly configurations: readonly NfConfiguration[];
  /** By the function's own TLS: every server encrypted and asking for a client certificate. */
  readonly native: "mutual" | "server-only" | "plain" | "unknown";
  readonly mesh: InboundMtls;
  /** Of the SBI, where it is told; of several the one that is protected least. */
  readonly port: number | undefined;
}

/** Every workload that carries a function with services on the SBI. */
export function sbiProducers(model: CoreModel): readonly SbiProducer[] {
  const byWorkload = new Map<Workload, NfConfiguration[]>();
  for (const configuration of model.ask(nfConfigurations)) {
    for (const workload of readersOf(configuration, model)) {
      const list = byWorkload.get(workload);
      if (list === undefined) byWorkload.set(workload, [configuration]);
      else list.push(configuration);
    }
  }
  return model.workloads.flatMap((workload) => {
    const classification = model.classification(workload);
    if (workload.hook || classification.role !== "nf" || !classification.networkFunctions.some(speaksSbi)) return [];
    const all = byWorkload.get(workload) ?? [];
    // One ConfigMap may serve all functions: only the sections of this one count.
    const configurations = all.filter(
      (item) => item.networkFunctions.length === 0 || item.networkFunctions.some((id) => classification.networkFunctions.includes(id)),
    );
    const ports = [...new Set(configurations.flatMap(({ contents }) => sbiPorts(contents)))];
    const asked: readonly (number | undefined)[] = ports.length > 0 ? ports : [declaredPort(workload.pod)];
    const answers = asked.map((port) => ({ port, mesh: inboundMtls(model, workload, port) }));
    const { port, mesh } = ["open", "unknown"].flatMap((answer) => answers.find((item) => item.mesh.answer === answer) ?? [])[0] ??
      answers[0] ?? { port: undefined, mesh: inboundMtls(model, workload, undefined) };
    return [
      {
        workload,
        functions: classification.networkFunctions,
        configurations,
        native: native(configurations),
        mesh,
        port,
      },
    ];
  });
}

const sbiServers = perPart(({ servers }: NfContents) => servers.filter((server) => server.interface === "SBI"));
const sbiPorts = perPart((contents: NfContents) => sbiServers(contents).flatMap(({ port }) => port ?? []));

function native(configurations: readonly NfConfiguration[]): SbiProducer["native"] {
  const servers = configurations.flatMap(({ contents }) => sbiServers(contents));
  if (servers.length === 0) return "unknown";
  if (servers.some((server) => server.encrypted === "no")) return "plain";
  if (servers.some((server) => server.encrypted === "unknown")) return "unknown";
  if (servers.some((server) => server.verifiesClients === "no")) return "server-only";
  return servers.every((server) => server.verifiesClients === "yes") ? "mutual" : "unknown";
}

/** The port named for the SBI, for functions whose configuration is not in the stack. */
const declaredPort = perPart((pod: Pod): number | undefined => {
  for (const container of pod.containers) {
    for (const port of container.node.get("ports").items()) {
      if (/sbi|^n[a-z]+-|http/i.test(valueOr(port.get("name").string(), ""))) return valueOr(port.get("containerPort").number(), undefined);
    }
  }
  return undefined;
});
