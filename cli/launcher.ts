#!/usr/bin/env node
/** Starts the command line from its one file. */

import { join } from "node:path";
import { loadBundle } from "../startup/bundle";

loadBundle(join(__dirname, "carrierguard.js"), module);
