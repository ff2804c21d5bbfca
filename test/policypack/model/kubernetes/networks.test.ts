import { CoreModel } from "../../../../policypack/model/core";
import { networkAttachments, pluginOf } from "../../../../policypack/model/kubernetes/networks";
import { Resource, type ResourceInit } from "../../../../policypack/model/stack";
import { networkFunction, object, unknownValue } from "../../../../policypack/testing";

const n3 = object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "n3-net", {
  spec: { config: '{"cniVersion":"0.3.1","plugins":[{"type":"macvlan","master":"ens6"}]}' },
});

function attached(networks: unknown, ...more: readonly ResourceInit[]) {
  const upf = networkFunction("upf", { annotations: { "k8s.v1.cni.cncf.io/networks": networks as string } });
  const model = new CoreModel({ resources: [upf, ...more].map((init) => new Resource(init)), gaps: [] });
  const read = networkAttachments(model, model.workloads[0]!);
  return read.state === "known"
    ? read.value.map(({ namespace, name, interface: inside, addresses, definition }) => ({
        namespace,
        name,
        inside,
        addresses,
        plugin: definition && pluginOf(definition),
      }))
    : read.state;
}

describe("secondary networks", () => {
  it("reads the short form, with namespace and interface", () => {
    expect(attached("n3-net@n3, planes/n6-net", n3)).toEqual([
      { namespace: "core", name: "n3-net", inside: "n3", addresses: [], plugin: "macvlan" },
      { namespace: "planes", name: "n6-net", inside: undefined, addresses: [], plugin: undefined },
    ]);
  });

  it("reads the JSON form, with addresses", () => {
    expect(attached('[{"name":"n3-net","interface":"n3","ips":["10.0.3.5/24"]}]', n3)).toEqual([
      { namespace: "core", name: "n3-net", inside: "n3", addresses: ["10.0.3.5/24"], plugin: "macvlan" },
    ]);
  });

  it("says that an annotation is unknown, or cannot be read", () => {
    expect(attached(unknownValue())).toBe("unknown");
    expect(attached("[{broken")).toBe("unknown");
  });
});
