/** Hosted programs: what they declare, what is unknown in it, and how they fail. */

import { host, PROGRAMS } from "./hosted";

jest.setTimeout(60_000);

describe("a TypeScript program", () => {
  let hosted: Awaited<ReturnType<typeof host>>;
  beforeAll(async () => {
    hosted = await host("typescript");
  });

  test("is read with the file and line of each declaration, as the user named the folder", () => {
    expect(hosted.named("Vpc::core").source).toEqual({ file: `${PROGRAMS}/typescript/index.ts`, line: 9 });
    expect(hosted.named("Deployment::slice-amf").source).toEqual({ file: `${PROGRAMS}/typescript/core.ts`, line: 14 });
  });

  test("comes in the order of its URNs", () => {
    const urns = hosted.stack.resources.map((resource) => resource.urn);
    expect(urns).toEqual([...urns].sort());
  });

  test("has components with their arguments, and children with the types of their parents", () => {
    const component = hosted.named("example:index:Core::slice");
    expect(component.props.get("plmn").string()).toEqual({ state: "known", value: "00101" });
    const child = hosted.named("Deployment::slice-amf");
    expect(child.urn).toBe("urn:pulumi:dev::core::example:index:Core$kubernetes:apps/v1:Deployment::slice-amf");
    expect(child.parent).toBe(component.urn);
  });

  test("has what the provider fills in as unknown, with where it comes from", () => {
    const subnet = hosted.named("Subnet::core-0");
    expect(subnet.props.get("vpcId").isUnknown).toBe(true);
    expect(subnet.props.get("vpcId").comesFrom).toEqual([hosted.named("Vpc::core").urn]);
    expect(subnet.propertyDependencies["vpcId"]).toEqual([hosted.named("Vpc::core").urn]);
    expect(hosted.named("Policy::cdr-writer").props.get("policy").isUnknown).toBe(true);
  });

  test("does not take an autonamed namespace for the default one", () => {
    const namespace = hosted.named("Secret::subscriber-keys").props.get("metadata", "namespace");
    expect(namespace.isUnknown).toBe(true);
    expect(namespace.comesFrom).toEqual([hosted.named("Namespace::core").urn]);
  });

  test("has secrets of the configuration marked, and those that are encrypted unknown", () => {
    const secrets = hosted.named("Secret::subscriber-keys").props.get("stringData");
    expect([secrets.secret, secrets.isUnknown]).toEqual([true, true]);
  });

  test("goes on where a required configuration key is missing, with a gap", () => {
    expect(hosted.named("ConfigMap::amf").props.get("data", "amf.yaml").isUnknown).toBe(true);
    expect(hosted.gaps.join("\n")).toContain("core:operator is required but no stack file sets it");
  });

  test("gets policy documents computed", () => {
    const policy = hosted.named("Policy::cdr-reader").props.get("policy").string();
    expect(JSON.parse(policy.state === "known" ? policy.value : "null")).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Read",
          Effect: "Allow",
          Action: ["s3:ListBucket", "s3:GetObject"],
          Resource: "*",
          Principal: { Service: "ec2.amazonaws.com" },
        },
      ],
    });
  });

  test("is the same each time it is read", async () => {
    // Neither has been asked anything: nodes keep what they have answered.
    expect((await host("typescript")).stack).toEqual((await host("typescript")).stack);
  });
});

test("an ES module is read with `./x.js` for `./x.ts`, `import.meta`, default imports of CommonJS and the paths of tsconfig.json", async () => {
  const { named } = await host("es-module");
  expect(named("Bucket::cdr").props.plain()).toEqual({ bucket: "cdr-archive", tags: { owner: "core-team", folder: "es-module" } });
});

test("a top-level await in the entry is run", async () => {
  const { named } = await host("top-level-await");
  expect(named("Bucket::cdr").props.plain()).toEqual({ tags: { region: "us-east-1", owner: "core-team" } });
});

test("look-ups are answered as far as they can be told offline, and unknown beyond that", async () => {
  const { named, gaps } = await host("look-ups");
  const instance = named("Instance::upf").props;
  expect(instance.get("availabilityZone").string()).toEqual({ state: "known", value: "us-west-1a" });
  expect(instance.get("tags", "partition").string()).toEqual({ state: "known", value: "aws" });
  for (const unknown of [instance.get("ami"), instance.get("tags", "account"), instance.get("tags", "arn")])
    expect(unknown.isUnknown).toBe(true);
  expect(named("SecurityGroup::upf").props.get("ingress", 0, "cidrBlocks", 0).isUnknown).toBe(true);
  expect(named("Cluster::core").props.get("vpcConfig", "subnetIds").isUnknown).toBe(true);
  expect(named("Cluster::core").props.get("vpcConfig", "endpointPublicAccess").boolean()).toEqual({ state: "known", value: false });
  expect(gaps).toEqual([]);
});

test("the outputs of another stack are unknown, unless they are given", async () => {
  const without = await host("look-ups");
  expect(without.named("Cluster::core").props.get("roleArn").isUnknown).toBe(true);
  const roleArn = "arn:aws:iam::123456789012:role/eks";
  const given = await host("look-ups", { stackReferences: { "organization/network/dev": { roleArn } } });
  expect(given.named("Cluster::core").props.get("roleArn").string()).toEqual({ state: "known", value: roleArn });
});

test("the source of a lambda's callback is left out", async () => {
  const { named } = await host("look-ups");
  expect(named("Function::on-alarm").props.get("handler").string()).toEqual({ state: "known", value: "__index.handler" });
});

describe("configuration that is not known", () => {
  let hosted: Awaited<ReturnType<typeof host>>;
  beforeAll(async () => {
    hosted = await host("unknown-config");
  });

  test("makes every text unknown that it enters, however it is cut or cased", () => {
    const role = hosted.named("Role::[unknown]-upf").props;
    expect([role.get("name").isUnknown, role.get("assumeRolePolicy").isUnknown]).toEqual([true, true]);
  });

  test("makes numbers, booleans, fields of objects and what is made from lists unknown", () => {
    const group = hosted.named("Group::upf").props;
    for (const property of ["minSize", "maxSize", "capacityRebalance"])
      expect([property, group.get(property).isUnknown]).toEqual([property, true]);
    const subnet = hosted.named("Subnet::core").props;
    for (const value of [subnet.get("cidrBlock"), subnet.get("availabilityZone"), subnet.get("tags", "zones")])
      expect(value.isUnknown).toBe(true);
  });

  test("leaves the known fields of an object with a secret in it known", () => {
    expect(hosted.named("Instance::udr").props.get("username").string()).toEqual({ state: "known", value: "db.example.org" });
  });

  test("never reaches a Kubernetes Secret as known text, not even through base64", () => {
    const data = hosted.named("Secret::keys").props.get("data");
    expect([data.secret, data.isUnknown]).toEqual([true, true]);
  });

  test("leaves secrets that are known marked as such", () => {
    const password = hosted.named("Instance::udr").props.get("password");
    expect([password.secret, password.string()]).toEqual([true, { state: "known", value: "known" }]);
  });

  test("lets the region of an explicit provider decide the look-up", () => {
    expect(hosted.named("Group::upf").props.get("availabilityZones", 0).string()).toEqual({ state: "known", value: "eu-west-3a" });
    expect(hosted.named("Role::[unknown]-upf").provider).toBe("urn:pulumi:dev::unknown-config::pulumi:providers:aws::radio");
  });

  test("is reported where an environment would have set it", () => {
    expect(hosted.gaps.join("\n")).toContain("the environment network/dev is not read");
  });

  test("and nothing is fetched", () => {
    expect(hosted.printed()).toContain("run without a network");
  });
});

describe("stacks of a program", () => {
  test("are all hosted", async () => {
    const { stack, printed } = await host("several-stacks");
    const buckets = stack.resources
      .filter((resource) => resource.type === "aws:s3/bucket:Bucket")
      .map((resource) => resource.urn.split(":")[2]);
    expect(buckets).toEqual(["dev", "prod", "prod", "prod"]);
    expect(printed()).toContain("stack prod");
  });

  test("are one where one is asked for", async () => {
    const { stack } = await host("several-stacks", { stack: "acme/several/dev" });
    expect(stack.resources.filter((resource) => resource.type === "aws:s3/bucket:Bucket")).toHaveLength(1);
  });

  test("that do not exist are refused, with those that do", async () => {
    await expect(host("several-stacks", { stack: "staging" })).rejects.toThrow(
      'there is no file for the stack "staging"; the stacks here are dev, prod',
    );
  });
});

describe("a program that fails", () => {
  test("keeps what was declared before, with the place and first line of the fault as a gap", async () => {
    const { stack, gaps } = await host("failing");
    expect(stack.resources.map((resource) => resource.name)).toContain("declared-before");
    expect(stack.resources.map((resource) => resource.name)).not.toContain("declared-after");
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toContain(`${PROGRAMS}/failing/index.ts:10: the program failed: no slice in nothing;`);
    expect(gaps[0]).toContain("pulumi preview --json");
  });

  test("for want of a package says which, and where to install it", async () => {
    await expect(host("missing-package")).rejects.toMatchObject({
      message: `the program failed: the package @pulumi/gcp-that-nobody-installed is not installed; run \`npm install\` in ${PROGRAMS}/missing-package`,
      place: `${PROGRAMS}/missing-package/index.js:1`,
    });
  });

  test("by ending its own process keeps what was declared", async () => {
    const { stack, gaps } = await host("leaving");
    expect(stack.resources.map((resource) => resource.name)).toContain("declared");
    expect(gaps[0]).toContain("it ended itself with status 3");
  });

  test.each(["endless", "looping"])("by never ending (%s) keeps what was declared, within its time", async (name) => {
    const { stack, gaps } = await host(name, { timeoutSeconds: 3 });
    expect(stack.resources.map((resource) => resource.name)).toContain("declared");
    expect(gaps[0]).toMatch(/after 3 s/);
  });
});

test("a program in another language is refused, with what to pass instead", async () => {
  await expect(host("python")).rejects.toThrow(/runtime "python".*`pulumi preview --json` or `pulumi stack export`/);
});

test("a program gets no credentials from its surroundings", async () => {
  process.env["AWS_SECRET_ACCESS_KEY"] = "never";
  try {
    const { printed } = await host("surroundings");
    expect(printed()).toContain("credentials: none");
  } finally {
    delete process.env["AWS_SECRET_ACCESS_KEY"];
  }
});
