/** The AWS half of the model: networks, clusters, identities, as far as a stack declares them. */

export * from "./eks";
export * from "./identities";
export * from "./load-balancers";
export * from "./networks";
export * from "./nodes";
export * from "./records";
export * from "./references";
export * from "./security-groups";
export * from "./types";
