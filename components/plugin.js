// The component provider's entry: Pulumi reads the schema from index.ts and its imports, and runs the compiled components.
module.exports = require("../dist/components");
