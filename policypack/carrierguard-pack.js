#!/usr/bin/env node
// The policy pack as an executable file, for `pulumi --policy-pack <file>` (Pulumi 3.255 and later): it starts faster than
// the folder does, as no language host is in between and only what it serves policies with is loaded.
"use strict";

const { join } = require("node:path");
const { loadBundle } = require("../dist/startup/bundle.js");

// @pulumi/policy reads the pack's version from package.json in the working directory, which is the program's here.
process.chdir(__dirname);
loadBundle(join(__dirname, "../dist/policypack/executable.js"), module);
