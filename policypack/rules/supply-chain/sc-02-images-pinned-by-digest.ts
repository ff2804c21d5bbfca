/**
 * Images are named by digest: what was tested is what runs.
 */

import { perPod } from "../../engine/pod-checks";
import { isEksManaged, parseImage } from "../../analysis/images/reference";
import { judgedInCore } from "../../engine/judged";
import { defineRule, type Evidence, fail, seen, undetermined } from "../../engine/rule";
import { workloads } from "../../engine/targets";
import { networkFunction, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SC-02",
  name: "sc-02-images-pinned-by-digest",
  title: "Images pinned by digest",
  family: "supply-chain",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: workloads,
  rationale:
    "A tag can be pointed at another image at any time: whoever controls the registry, or one push to it, replaces the function at its next restart.",
  remediation: "Pin the image by digest (registry/path@sha256:\u2026); let the pipeline resolve the tag once, at build time.",
  standards: [
    { framework: "NIST SP 800-190", ref: "4.2.2", title: "Stale images in registries" },
    { framework: "CIS Kubernetes 1.12", ref: "5.5.1", title: "Configure Image Provenance using ImagePolicyWebhook admission controller" },
    { framework: "NIST SP 800-53r5", ref: "CM-14", title: "Signed Components" },
    { framework: "NIST SP 800-53r5", ref: "SI-7(1)", title: "Software, Firmware, and Information Integrity | Integrity Checks" },
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "HARD-IMG",
      title: "Hardening: confirm software image integrity by hash",
    },
    { framework: "ENISA 5G SCM v1.3", ref: "SO12-081", title: "Integrity protection of data store used for VNF and CNF images." },
    { framework: "3GPP TS 33.527 (SCAS)", ref: "4.2.7.3", title: "Instantiating VNF from trusted VNF image" },
  ],
  breaks: [
    { id: "FGT1525", name: "Implant Internal Image" },
    { id: "T1525", name: "Implant Internal Image" },
  ],
  check: perPod(judgedInCore, function* (workload) {
    const { judged, networkFunctions } = workload;
    const wrong: Evidence[] = [];
    const open: Evidence[] = [];
    for (const container of workload.containers) {
      const node = container.node.get("image");
      if (node.isAbsent) continue;
      const image = container.image.state === "known" ? parseImage(container.image.value) : undefined;
      if (container.image.state !== "known") open.push(seen(node, "name@sha256:digest"));
      else if (image?.digest === undefined && !(image !== undefined && isEksManaged(image))) wrong.push(seen(node, "name@sha256:digest"));
    }
    const list = (evidence: readonly Evidence[]) => [...new Set(evidence.map((item) => String(item.actual)))].join(", ");
    if (wrong.length > 0) {
      yield (judged === "yes" ? fail : undetermined)({
        message: `${workload.kind} ${workload.name} runs ${list(wrong)} by tag: a push to the registry replaces the function at its next restart (implanted image).`,
        evidence: wrong,
        networkFunctions,
      });
    } else if (open.length > 0) {
      yield undetermined({
        message: `Whether the images of ${workload.name} are pinned is not known before deployment.`,
        evidence: open,
        networkFunctions,
      });
    }
  }),
  examples: () => {
    const image = (reference: unknown) => networkFunction("amf", { container: { image: reference as string } });
    return {
      pass: [
        { name: "a digest", resources: [networkFunction("amf")] },
        { name: "tag and digest", resources: [image(`registry.example/amf:1.0@sha256:${"0".repeat(64)}`)] },
        { name: "an add-on that EKS manages", resources: [image("602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/pause:3.5")] },
      ],
      fail: [
        { name: "a tag", resources: [image("registry.example/amf:v3.4.3")] },
        { name: "neither tag nor digest", resources: [image("registry.example:5000/amf")] },
        { name: "a digest that is none", resources: [image("registry.example/amf@sha256:latest")] },
        {
          name: "an init container by tag",
          resources: [networkFunction("upf", { pod: { initContainers: [{ name: "wait", image: "busybox:1.32.0" }] } })],
        },
      ],
      undetermined: [{ name: "the image comes with the deployment", resources: [image(unknownValue())] }],
    };
  },
});
