/** Starts the process that hosts a stack, and hears it out. */

import { spawn } from "node:child_process";
import type { Job, Message } from "./host/protocol";
import { hostArguments } from "./host-command";

/** Time for a process to hand over what it has before it is ended. */
const GRACE_MS = 2_000;

/** What a program must not find in its surroundings: credentials, and what would change how it or Node runs. */
const WITHHELD =
  /^(AWS_|AMAZON_|PULUMI_|GOOGLE_|GCLOUD_|CLOUDSDK_|AZURE_|ARM_|KUBE|VAULT_|NODE_OPTIONS$|JEST_)|(TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIALS|API_?KEY)/i;

export interface Surroundings {
  readonly memoryMegabytes: number;
  readonly print: (text: string) => void;
}

/**
 * Runs one stack; `hear` gets each message as it comes. Answers why the program ended before it said that it was done, or
 * `undefined`.
 */
export function hostProgram(job: Job, surroundings: Surroundings, hear: (message: Message) => void): Promise<string | undefined> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, hostArguments(surroundings.memoryMegabytes), {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
      env: environment(),
    });
    let done = false;
    let late = false;
    let complaint = "";
    const patience = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, job.patience + GRACE_MS);
    child.stdout?.on("data", (text: Buffer) => surroundings.print(text.toString()));
    child.stderr?.on("data", (text: Buffer) => {
      complaint = (complaint + text.toString()).slice(-4096);
      surroundings.print(text.toString());
    });
    child.on("message", (message: Message) => {
      if (message.kind === "done") done = true;
      else hear(message);
    });
    child.on("error", (error) => {
      clearTimeout(patience);
      settle(`its process could not be started (${error.message})`);
    });
    child.on("close", (code, signal) => {
      clearTimeout(patience);
      if (done) settle(undefined);
      else if (late) settle(`it was still busy after ${Math.round(job.patience / 1000)} s and was ended`);
      else if (/heap out of memory|Allocation failed/.test(complaint))
        settle(`it needs more than ${surroundings.memoryMegabytes} MB of memory`);
      else
        settle(signal === null ? `it ended itself with status ${code ?? 0} before it was complete` : `its process was ended by ${signal}`);
    });
    child.send(job, (error) => {
      if (error !== null) child.kill();
    });
  });
}

function environment(): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !WITHHELD.test(name)));
  return { ...kept, AWS_SHARED_CREDENTIALS_FILE: "/dev/null", AWS_CONFIG_FILE: "/dev/null", AWS_EC2_METADATA_DISABLED: "true" };
}
