/** Other people's charts, hardened: what was wrong is gone, what the functions need is as it was, and the rest is told. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { comparison } from "../../../policypack/analysis/reachability/standard";
import { harden, type Hardened } from "../../../components/hardening/harden";
import { type Manifest, modelOf, parseManifests } from "../../../components/hardening/manifests";

const CHARTS = join(__dirname, "../../../../shared/corpus/core-charts");
const OPTIONS = { namespace: "core", digests: {}, writable: ["/tmp"], ran: ["10.100.0.0/16"], partners: [], mesh: true };

type Pod = { containers: Container[]; initContainers?: Container[]; volumes?: { name: string }[]; serviceAccountName?: string };
interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: unknown;
  ports?: unknown;
  securityContext?: { [key: string]: unknown };
  volumeMounts?: { name: string; mountPath: string }[];
}

const podsOf = (manifests: readonly Manifest[]): Map<string, Pod> =>
  new Map(
    manifests.flatMap((manifest): [string, Pod][] => {
      const template = manifest.spec?.["template"] as { spec: Pod } | undefined;
      return template === undefined ? [] : [[`${manifest.kind}/${manifest.metadata.name}`, template.spec]];
    }),
  );

const workload = (name: string, spec: object): Manifest => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec } },
});

function hardenOne(name: string, spec: object): { pod: Pod; hardened: Hardened } {
  const around = ["amf", "smf", "nrf"]
    .filter((other) => other !== name)
    .map((other) => workload(other, { containers: [{ name: other, image: `free5gc/${other}:v4` }] }));
  const hardened = harden([workload(name, spec), ...around], OPTIONS);
  return { pod: podsOf(hardened.manifests).get(`Deployment/${name}`)!, hardened };
}

describe("a pod of a chart", () => {
  it("loses what its function does not need, and says so", () => {
    const { pod, hardened } = hardenOne("smf", {
      hostNetwork: true,
      containers: [
        { name: "smf", image: "free5gc/smf:v4", securityContext: { privileged: true, capabilities: { add: ["SYS_ADMIN", "NET_ADMIN"] } } },
      ],
    });
    expect(pod).toMatchObject({ hostNetwork: false, automountServiceAccountToken: false, serviceAccountName: "smf" });
    expect(pod.containers[0]!.securityContext).toEqual({
      privileged: false,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: 10001,
    });
    expect(hardened.remaining).toEqual(
      expect.arrayContaining([expect.stringMatching(/SYS_ADMIN/), expect.stringMatching(/free5gc\/smf:v4 has no digest/)]),
    );
  });

  it("keeps what a user plane needs", () => {
    const { pod, hardened } = hardenOne("upf", {
      containers: [{ name: "upf", image: "free5gc/upf:v4", securityContext: { runAsUser: 0, capabilities: { add: ["NET_ADMIN"] } } }],
      volumes: [{ name: "tun", hostPath: { path: "/dev/net/tun" } }],
    });
    expect(pod.containers[0]!.securityContext).toMatchObject({ runAsUser: 0, capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } });
    expect(hardened.changes).toContain("Deployment upf: labelled carrierguard.dev/nf: upf");
    expect(pod.volumes).toEqual(expect.arrayContaining([{ name: "tun", hostPath: { path: "/dev/net/tun" } }]));
  });

  it("gets the digest that the operator's registry has", () => {
    const image = `registry.example.com/amf@sha256:${"a".repeat(64)}`;
    const { manifests } = harden(
      [
        workload("amf", { containers: [{ name: "amf", image: "free5gc/amf:v4" }] }),
        workload("smf", { containers: [{ name: "smf", image: "free5gc/smf:v4" }] }),
      ],
      {
        ...OPTIONS,
        digests: { "free5gc/amf:v4": image },
      },
    );
    expect(podsOf(manifests).get("Deployment/amf")!.containers[0]!.image).toBe(image);
  });

  it("keeps the token that it calls the Kubernetes API with", () => {
    const bound: Manifest = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "smf" },
      subjects: [{ kind: "ServiceAccount", name: "smf-api", namespace: "core" }],
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "smf" },
    };
    const { manifests } = harden(
      [bound, workload("smf", { serviceAccountName: "smf-api", containers: [{ name: "smf", image: "free5gc/smf:v4" }] })],
      OPTIONS,
    );
    const pod = podsOf(manifests).get("Deployment/smf")!;
    expect(pod).not.toHaveProperty("automountServiceAccountToken");
    expect(pod.serviceAccountName).toBe("smf-api");
  });
});

(existsSync(CHARTS) ? describe : describe.skip)("public charts", () => {
  const NETWORKS = ["gradiant-open5gs", "towards5gs-free5gc"];

  it.each(NETWORKS)("%s: commands, ports, environment and mounts are as they were", (name) => {
    const before = parseManifests(readFileSync(join(CHARTS, `${name}.yaml`), "utf8"));
    const { manifests } = harden(before, OPTIONS);
    const after = podsOf(manifests);
    for (const [title, pod] of podsOf(before)) {
      for (const list of ["containers", "initContainers"] as const) {
        for (const [index, container] of (pod[list] ?? []).entries()) {
          const now = after.get(title)![list]![index]!;
          expect({ command: now.command, args: now.args, env: now.env, ports: now.ports }).toEqual({
            command: container.command,
            args: container.args,
            env: container.env,
            ports: container.ports,
          });
          expect(now.volumeMounts ?? []).toEqual(expect.arrayContaining(container.volumeMounts ?? []));
        }
      }
    }
    for (const kind of ["ConfigMap", "NetworkAttachmentDefinition"]) {
      expect(manifests.filter((manifest) => manifest.kind === kind)).toEqual(before.filter((manifest) => manifest.kind === kind));
    }
  });

  it.each(NETWORKS)("%s: the functions reach what 3GPP has them reach", (name) => {
    const { manifests } = harden(parseManifests(readFileSync(join(CHARTS, `${name}.yaml`), "utf8")), OPTIONS);
    const { model } = modelOf(manifests, "core");
    expect(model.ask(comparison).missing.map(({ from, to, flow }) => `${flow.interface} ${from.label} ${to.label}`)).toEqual([]);
  });

  it.each(NETWORKS)("%s: hardening twice changes nothing more", (name) => {
    const once = harden(parseManifests(readFileSync(join(CHARTS, `${name}.yaml`), "utf8")), OPTIONS).manifests;
    const pods = (manifests: readonly Manifest[]) => JSON.stringify([...podsOf(manifests)]);
    expect(pods(harden(once, OPTIONS).manifests)).toBe(pods(once));
  });
});
