#!/usr/bin/env node
// The policy pack as an executable file, for `pulumi --policy-pack <file>` (Pulumi 3.255 and later): it starts faster than
// the folder does, as no language host is in between.
"use strict";

// @pulumi/policy reads the pack's version from package.json in the working directory, which is the program's here.
process.chdir(__dirname);
require("../dist/policypack/index.js");
