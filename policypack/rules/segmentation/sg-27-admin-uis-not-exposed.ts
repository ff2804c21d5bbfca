/**
 * Consoles that manage the core are not on the edge: no NodePort, public load balancer or Ingress without TLS and a login that is not the
 * console's own.
 */

import { isInternal } from "../../analysis/exposure/internal";
import { workloadsBehind } from "../../analysis/exposure/services";
import { defineRule, type Evidence, fail, type RuleContext, seen, undetermined, type Verdict } from "../../engine/rule";
import { objects } from "../../engine/targets";
import type { KubernetesObject } from "../../model/kubernetes/objects";
import type { Workload } from "../../model/kubernetes/workloads";
import { type Node, valueOr } from "../../model/value";
import { networkFunction, object, unknownValue } from "../../testing/build";

export default defineRule({
  id: "SG-27",
  name: "sg-27-admin-uis-not-exposed",
  title: "Admin UIs, dashboards and databases consoles are never internet- or partner-facing",
  family: "segmentation",
  severity: "high",
  scope: "resource",
  since: "0.1.0",
  target: objects(["v1", "Service"], ["networking.k8s.io/v1", "Ingress"]),
  rationale:
    "A subscriber console on the network edge, often with a published password, is the whole core in a browser: it adds SIMs, reads keys and changes subscriptions.",
  remediation:
    "Keep the console inside the management network: ClusterIP, or an internal load balancer or Ingress with TLS and OIDC or client certificates before it.",
  standards: [
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "MON-MGMT",
      title: "Monitoring: limit exposure of management traffic; DAWs",
    },
    {
      framework: "CISA/NSA/FBI+ Enhanced Visibility and Hardening Guidance (Dec 2024)",
      ref: "HARD-SVC",
      title: "Hardening: disable plaintext/unused services (Telnet, FTP, TFTP, SSHv1, HTTP, SNMPv1/2c)",
    },
    { framework: "NIST SP 800-53r5", ref: "AC-17(3)", title: "Remote Access | Managed Access Control Points" },
    {
      framework: "ENISA 5G SCM v1.3",
      ref: "SO11-037",
      title:
        "System functions (such as the Management Plane) are not accessed without successful authentication and authorization. Access control policy should restrict and/",
    },
  ],
  breaks: [
    { id: "FGT1190", name: "Exploit Public-Facing Application" },
    { id: "T1133", name: "External Remote Services" },
  ],
  subsumes: { "SG-30": "resource", "SG-21": "resource" },
  *check(subject, context) {
    // What stands behind a Service is for the whole stack to say.
    if (context.view === "resource") return;
    if (subject.kind === "Ingress") yield* ingress(subject, context);
    else yield* service(subject, context);
  },
  examples: () => {
    const console_ = [
      networkFunction("amf"),
      networkFunction("webui"),
      object("v1", "Service", "webui", { spec: { selector: { app: "webui" }, ports: [{ port: 9999 }] } }),
    ];
    const ingress_ = (annotations: object, tls: readonly object[] = []) =>
      object("networking.k8s.io/v1", "Ingress", "webui", {
        metadata: { annotations },
        spec: { tls, rules: [{ http: { paths: [{ path: "/", backend: { service: { name: "webui", port: { number: 9999 } } } }] } }] },
      } as never);
    return {
      pass: [
        { name: "a ClusterIP Service", resources: console_ },
        {
          name: "an internal load balancer",
          resources: [
            networkFunction("amf"),
            networkFunction("webui"),
            object("v1", "Service", "webui", {
              metadata: { annotations: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" } },
              spec: { type: "LoadBalancer", selector: { app: "webui" } },
            }),
          ],
        },
        {
          name: "an internal ALB with TLS and OIDC",
          resources: [
            ...console_,
            ingress_({ "alb.ingress.kubernetes.io/scheme": "internal", "alb.ingress.kubernetes.io/auth-type": "oidc" }, [
              { hosts: ["nms"] },
            ]),
          ],
        },
        {
          name: "a console of something that is no core",
          resources: [
            networkFunction("webui", { namespace: "shop" }),
            object("v1", "Service", "webui", { spec: { type: "LoadBalancer", selector: { app: "webui" } } }, "shop"),
          ],
        },
      ],
      fail: [
        { name: "an Ingress without TLS", resources: [...console_, ingress_({})] },
        {
          name: "TLS, but nobody is asked who they are",
          resources: [...console_, ingress_({ "alb.ingress.kubernetes.io/scheme": "internal" }, [{ hosts: ["nms"] }])],
        },
        {
          name: "a NodePort",
          resources: [
            networkFunction("amf"),
            networkFunction("webui"),
            object("v1", "Service", "webui", { spec: { type: "NodePort", selector: { app: "webui" } } }),
          ],
        },
        {
          name: "a public load balancer",
          resources: [
            networkFunction("amf"),
            networkFunction("webui"),
            object("v1", "Service", "webui", { spec: { type: "LoadBalancer", selector: { app: "webui" } } }),
          ],
        },
      ],
      undetermined: [
        {
          name: "the type comes with the deployment",
          resources: [
            networkFunction("amf"),
            networkFunction("webui"),
            object("v1", "Service", "webui", { spec: { type: unknownValue(), selector: { app: "webui" } } }),
          ],
        },
      ],
    };
  },
});

/** Consoles that live with a core. */
function consoles(service_: KubernetesObject, context: RuleContext): Workload[] {
  if (!context.model.coreNamespaces.has(service_.namespace)) return [];
  return workloadsBehind(context.model, service_)
    .map(({ workload }) => workload)
    .filter((workload) => context.model.classification(workload).role === "management");
}

function* service(subject: KubernetesObject, context: RuleContext): Iterable<Verdict> {
  const [first] = consoles(subject, context);
  if (first === undefined) return;
  const type = subject.spec.get("type");
  const read = type.string();
  const evidence = [seen(type, "ClusterIP")];
  if (read.state === "unknown")
    yield undetermined({
      message: `Whether Service ${subject.name} opens the console ${first.name} is not known before deployment.`,
      evidence,
    });
  const external = subject.spec.get("externalIPs");
  if (external.items().length > 0) {
    yield fail({
      message: `Service ${subject.name} opens the console ${first.name} on external addresses: subscribers and keys are one login away.`,
      evidence: [seen(external, "none")],
    });
    return;
  }
  if (
    read.state !== "known" ||
    (read.value !== "NodePort" && !(read.value === "LoadBalancer" && !isInternal(subject.metadata.get("annotations"))))
  )
    return;
  yield fail({
    message: `Service ${subject.name} opens the console ${first.name} ${read.value === "NodePort" ? "on a port of every node" : "by a public load balancer"}: subscribers and keys are one login away.`,
    evidence,
  });
}

function annotation(subject: KubernetesObject, key: string): Node {
  return subject.metadata.get("annotations", key);
}

/** Somebody is asked who they are before the console is reached. */
function asksWho(subject: KubernetesObject): boolean {
  const type = valueOr(annotation(subject, "alb.ingress.kubernetes.io/auth-type").string(), "none");
  const others = [
    "alb.ingress.kubernetes.io/mutual-authentication",
    "nginx.ingress.kubernetes.io/auth-url",
    "nginx.ingress.kubernetes.io/auth-tls-secret",
    "traefik.ingress.kubernetes.io/router.middlewares",
  ];
  return type === "oidc" || type === "cognito" || others.some((key) => annotation(subject, key).isKnown);
}

function* ingress(subject: KubernetesObject, context: RuleContext): Iterable<Verdict> {
  const names = [
    subject.spec.get("defaultBackend", "service", "name"),
    ...subject.spec
      .get("rules")
      .items()
      .flatMap((rule) =>
        rule
          .get("http", "paths")
          .items()
          .map((path) => path.get("backend", "service", "name")),
      ),
  ];
  const services = names.flatMap((name) => context.model.objectsNamed("", "Service", subject.namespace, valueOr(name.string(), "")));
  const [first] = services.flatMap((item) => consoles(item, context));
  if (first === undefined) return;
  const tls = subject.spec.get("tls");
  const certificate = annotation(subject, "alb.ingress.kubernetes.io/certificate-arn");
  const encrypted = tls.items().length > 0 || certificate.isKnown;
  const evidence: Evidence[] = [
    ...(encrypted ? [] : [seen(tls, "TLS")]),
    ...(asksWho(subject)
      ? []
      : [{ path: "metadata.annotations", actual: null, expected: "OIDC or client certificates before the console" }]),
  ];
  if (evidence.length === 0 && isInternal(subject.metadata.get("annotations"))) return;
  const what = [
    ...(encrypted ? [] : ["without TLS"]),
    ...(asksWho(subject) ? [] : ["without asking who is there"]),
    ...(evidence.length === 0 ? ["outside the management network"] : []),
  ];
  yield fail({
    message: `Ingress ${subject.name} publishes the console ${first.name} ${what.join(" and ")}: passwords can be read, and subscribers and keys are one login away.`,
    evidence: evidence.length > 0 ? evidence : [seen(subject.metadata.get("annotations"), "an internal scheme")],
  });
}
