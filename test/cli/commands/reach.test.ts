import { writeFileSync } from "node:fs";
import { join } from "node:path";
import yaml from "js-yaml";
import { carrierguard, folder, ROOT } from "../command-line";

const ZERO_TRUST = join(ROOT, "examples/plain-core");
const INSECURE = join(ROOT, "examples/insecure-core");

const deployment = (name: string, extra: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "core" },
  spec: {
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: `registry.example/${name}:1` }], ...extra } },
  },
});

function manifests(name: string, ...objects: object[]): string {
  const file = join(folder(), `${name}.yaml`);
  writeFileSync(file, objects.map((object) => yaml.dump(object)).join("---\n"));
  return file;
}

const policy = (name: string, app: string, spec: object) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace: "core" },
  spec: { podSelector: { matchLabels: { app } }, ...spec },
});

const pair = [deployment("amf"), deployment("smf"), deployment("upf"), deployment("nrf")];
const onlyAmf = policy("smf", "smf", { ingress: [{ from: [{ podSelector: { matchLabels: { app: "amf" } } }], ports: [{ port: 8443 }] }] });

test("the zero-trust core allows nothing beyond 3GPP and blocks nothing it needs", () => {
  const { status, stdout } = carrierguard(["reach", ZERO_TRUST]);
  expect(status).toBe(0);
  expect(stdout).toContain("Allowed beyond 3GPP: nothing for certain.");
  expect(stdout).toContain("Needed by the core and blocked: nothing.");
  expect(stdout).toContain("from the internet: nothing");
});

test("the insecure core: what a compromised UPF may never reach is said first", () => {
  const { stdout } = carrierguard(["reach", INSECURE]);
  expect(stdout).toMatch(/never: UPF → .*UDM.*a compromised UPF must not reach identity/);
  expect(stdout).toContain("from the internet:");
  expect(stdout.split("\n").length).toBeLessThan(40);
});

test("a blocked N4 is said as the core's trouble", () => {
  const deny = policy("upf", "upf", { ingress: [] });
  const { stdout } = carrierguard(["reach", manifests("n4", ...pair, deny)]);
  expect(stdout).toContain("the SMF (smf) cannot reach the UPF (upf) on N4, UDP 8805");
});

test("connections are filtered by ends and port, and found by function", () => {
  const file = manifests("filter", ...pair, onlyAmf);
  const list = (...words: string[]) => carrierguard(["reach", file, "-o", "connlist", ...words]).stdout;
  expect(list("--from", "AMF", "--to", "smf")).toBe("core/amf[Deployment] => core/smf[Deployment] : TCP 8443\n");
  expect(list("--from", "upf", "--to", "smf")).toBe("No connections are allowed.\n");
  expect(list("--from", "amf", "--to", "upf", "--port", "8805/udp")).toBe("core/amf[Deployment] => core/upf[Deployment] : UDP 8805\n");
  expect(list("--from", "192.0.2.1", "--to", "nrf")).toBe("0.0.0.0-255.255.255.255 => core/nrf[Deployment] : All Connections\n");
});

test("JSON tells what is certain, and by which policies", () => {
  const { stdout } = carrierguard(["reach", manifests("json", ...pair, onlyAmf), "-o", "json", "--from", "amf", "--to", "smf"]);
  expect(JSON.parse(stdout)).toEqual([
    {
      network: "pod-network",
      from: "core/amf[Deployment]",
      to: "core/smf[Deployment]",
      connections: "TCP 8443",
      verdict: "must",
      because: ["NetworkPolicy core/smf"],
    },
  ]);
});

test("--explain names the rule that lets a connection through, and the policy that does not", () => {
  const file = manifests("explain", ...pair, onlyAmf);
  const said = (from: string) => carrierguard(["reach", file, "--explain", "--from", from, "--to", "smf", "--port", "8443/tcp"]).stdout;
  expect(said("amf")).toContain("ingress: NetworkPolicy core/smf allows (spec.ingress[0])");
  expect(said("upf")).toContain("not allowed");
  expect(said("upf")).toContain("ingress: NetworkPolicy core/smf refuses by default");
  expect(said("upf")).toContain("egress: no policy binds it");
});

test("--paths shows each hop, and which goes beyond 3GPP", () => {
  const { stdout } = carrierguard(["reach", INSECURE, "--paths"]);
  expect(stdout).toMatch(/From the internet: \d+ at once, \d+ hop by hop/);
  expect(stdout).toMatch(/UDM: a compromised UPF → UDM \(.*beyond 3GPP\)/);
});

test("--suggest applied leaves nothing beyond 3GPP and nothing missing", () => {
  const file = manifests("before", ...pair);
  const { stdout } = carrierguard(["reach", file, "--suggest"]);
  const after = join(folder(), "suggested.yaml");
  writeFileSync(after, stdout);
  const again = carrierguard(["reach", file, after]).stdout;
  expect(again).toContain("Allowed beyond 3GPP: nothing for certain.");
  expect(again).toContain("Needed by the core and blocked: nothing.");
});

test("--compare tells connections gained and lost", () => {
  const before = manifests("before", ...pair);
  const after = manifests("after", ...pair, onlyAmf);
  const { status, stdout } = carrierguard(["reach", before, "--compare", after, "-o", "json"]);
  const { gained, lost } = JSON.parse(stdout) as { gained: string[]; lost: string[] };
  expect(status).toBe(0);
  expect(gained).toEqual(["pod-network: core/amf[Deployment] => core/smf[Deployment] : TCP 8443"]);
  expect(lost).toContain("pod-network: core/upf[Deployment] => core/smf[Deployment] : All Connections");
  expect(carrierguard(["reach", before, "--compare", before]).stdout).toBe("The connections are the same.\n");
});

test("pictures: DOT and SVG of the same core, the same bytes every time", () => {
  const dot = carrierguard(["reach", INSECURE, "-o", "dot"]).stdout;
  expect(dot).toMatch(/^digraph reach \{/);
  expect(dot).toContain("color=red");
  const svg = carrierguard(["reach", INSECURE, "-o", "svg"]).stdout;
  expect(svg).toMatch(/^<svg .*<\/svg>\n$/s);
  expect(carrierguard(["reach", INSECURE, "-o", "svg"]).stdout).toBe(svg);
});

test.each([
  [["--explain"], "give --from and --to"],
  [["--from", "amff"], 'there is no workload or function "amff"; did you mean "amf"'],
  [["--port", "sctpx"], '"sctpx" is no port'],
  [["--port", "99999"], "ports go from 1 to 65535"],
  [["--port", "90-80"], "ports go from 1 to 65535"],
  [["--to", "internett"], 'did you mean "internet"'],
  [["--suggest"], "--suggest has no -o connlist"],
  [["--paths", "--suggest"], "two questions"],
])("wrong usage %j is status 2 and says what is right", (words, message) => {
  const { status, stderr } = carrierguard(["reach", manifests("usage", ...pair), ...words, "-o", "connlist"]);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});

test("what a question cannot take is refused, not left aside", () => {
  const file = manifests("refused", ...pair);
  expect(carrierguard(["reach", file, "--paths", "--from", "amf"]).stderr).toContain("leave --from out");
  expect(carrierguard(["reach", file, "--compare", file, "-o", "svg"]).stderr).toContain("--compare has no -o svg");
  const missing = carrierguard(["reach", file, "--compare", join(folder(), "absent.yaml")]);
  expect([missing.status, missing.stdout]).toEqual([2, ""]);
});

test("a function is meant by a name nearly its own, whatever its workload is called", () => {
  const file = manifests("charts", deployment("open5gs-amf"), deployment("open5gs-smf"));
  expect(carrierguard(["reach", file, "--from", "amff"]).stderr).toContain('did you mean "amf"');
});

test("a port alone lists the connections on it; the internet is an end as any other", () => {
  const file = manifests("ports", ...pair, onlyAmf);
  expect(carrierguard(["reach", file, "--port", "8443/tcp", "--to", "smf"]).stdout).toContain(
    "core/amf[Deployment] => core/smf[Deployment] : TCP 8443",
  );
  expect(carrierguard(["reach", file, "--port", "8805/udp"]).stdout).not.toContain("TCP");
  expect(carrierguard(["reach", file, "--from", "internet", "--to", "smf", "--explain"]).stdout).toContain("not allowed");
});

test("--compare: the order of objects is no difference, a long one is cut with its count, what is not known is said", () => {
  const before = manifests("order-a", ...pair, onlyAmf);
  expect(carrierguard(["reach", before, "--compare", manifests("order-b", onlyAmf, ...[...pair].reverse())]).stdout).toBe(
    "The connections are the same.\n",
  );
  const many = Array.from({ length: 18 }, (_, index) => deployment(`amf-${index}`));
  const { stdout } = carrierguard(["reach", manifests("few", ...pair), "--compare", manifests("many", ...pair, ...many)]);
  expect(stdout).toMatch(/^\+ and \d+ more \(-o json has all\)$/m);
  expect(stdout.split("\n").length).toBeLessThan(210);
});

test("--suggest for a core on AWS: rules of security groups by the name of the peer, and none for the zero-trust core", () => {
  const { stdout } = carrierguard(["reach", INSECURE, "--suggest", "-o", "json"]);
  const { securityGroupRules, takeAway } = JSON.parse(stdout) as {
    securityGroupRules: Record<string, { type: string }>;
    takeAway: string[];
  };
  expect(securityGroupRules["core-sg-ingress-core-sg-udp-8805"]).toMatchObject({
    type: "aws:vpc:SecurityGroupIngressRule",
    properties: { securityGroupId: "${core-sg.id}" },
  });
  expect(takeAway.join("\n")).toContain("ingress of udp 8805 from 0.0.0.0/0");
  expect(carrierguard(["reach", INSECURE, "--suggest"]).stdout).toContain(
    "# Rules of security groups, for the Pulumi program that has the groups",
  );
  const none = JSON.parse(carrierguard(["reach", join(ROOT, "examples/zero-trust-core"), "--suggest", "-o", "json"]).stdout) as typeof JSON;
  expect(none).toMatchObject({ securityGroupRules: {}, takeAway: [] });
});

test("nothing to evaluate is status 3", () => {
  expect(carrierguard(["reach", manifests("empty", {})]).status).not.toBe(0);
});
