/** The command line: usage, and which command answers. */

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { version } from "./version";
import { EXIT } from "./exit-status";
import { InputError } from "./inputs/input-error";
import { UsageError } from "./commands/usage-error";

const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];

function percent(value: string): number {
  const number = Number(value);
  if (!(number >= 0 && number <= 100)) throw new InvalidArgumentError("It is a percentage from 0 to 100.");
  return number;
}

/** Options of every command that evaluates targets. */
function evaluating(command: Command): Command {
  return command
    .option("--config <file>", "settings (default: carrierguard.yaml here, beside the target or beside its program)")
    .addOption(new Option("--profile <profile>", "how strict").choices(["lab", "baseline", "strict"]))
    .option("--namespace <name>", "where Kubernetes objects without a namespace live")
    .option("--stack <name>", "the stack of a program (default: each that has a Pulumi.<stack>.yaml, apart)");
}

/** Those of commands that report on them besides. */
function reporting(command: Command): Command {
  return evaluating(command)
    .option("-o, --output <format[=file]>", "report format, repeatable", collect, [])
    .option("--color", "colour although this is no terminal")
    .option("--no-color", "no colour")
    .option("--timestamp", "put the time of day into the report");
}

function program(): Command {
  const root = new Command("carrierguard")
    .description("Zero trust for 5G cores at deploy time")
    .version(version, "-V, --version")
    .showSuggestionAfterError()
    // `preview` hands on what it does not know.
    .enablePositionalOptions()
    .exitOverride();

  reporting(root.command("check"))
    .description("evaluate targets: a Pulumi program, stack export, preview JSON, manifests, a chart, or - for standard input")
    .argument("<target...>")
    .option("--rule <id>", "only these rules, repeatable", collect, [])
    .option("--exclude-rule <id>", "not these rules, repeatable", collect, [])
    .option("--family <name>", "only rules of these families, repeatable", collect, [])
    .option("--framework <name>", "only rules that cite this framework, repeatable", collect, [])
    .addOption(
      new Option("--fail-on <severity>", "fail at or above (default: what the profile makes mandatory)").choices([
        "low",
        "medium",
        "high",
        "critical",
        "never",
      ]),
    )
    .option("--fail-coverage-below <percent>", "fail when less was looked into", percent)
    .addOption(new Option("--undetermined <policy>", "what an undetermined answer does").choices(["ignore", "advise", "deny"]))
    .option("--at <time>", "the time that expiry and validity are judged by (default: SOURCE_DATE_EPOCH, else now)")
    .option("--waivers <file>", "waivers besides those of the settings, repeatable", collect, [])
    .option("--baseline <file>", "findings accepted before, which refuse nothing")
    .option("--fix", "put right what is safe to, in plain YAML manifests; the difference is shown first")
    .option("--fix-dry-run", "show what --fix would change, and change nothing")
    .option("--fail-on-new", "fail on whatever neither a waiver nor the baseline has")
    .action(async (targets: string[], options) => (await import("./commands/check.js")).check(targets, options));

  reporting(root.command("inventory"))
    .description("what was understood: network functions, zones, coverage")
    .argument("<target...>")
    .action(async (targets: string[], options) => (await import("./commands/inventory.js")).inventory(targets, options));

  reporting(root.command("reach"))
    .description("who can reach whom, through every policy, compared with 3GPP")
    .argument("<target...>")
    .option("--from <end>", "only from this workload, function or address")
    .option("--to <end>", "only to this workload, function or address")
    .option("--port <port>", "only on this port: 8805, 8805/udp, sctp")
    .option("--explain", "which policies let the connection through, or do not (with --from and --to)")
    .option("--paths", "from where an attacker reaches what, hop by hop")
    .option("--suggest", "policies that reduce the core to its 3GPP matrix, as YAML")
    .option("--compare <target>", "connections gained (+) and lost (-) against another input")
    .action(async (targets: string[], options) => (await import("./commands/reach.js")).reach(targets, options));

  reporting(root.command("iam"))
    .description("what each identity can really do, and how it can get more than it was given")
    .argument("<target...>", "as for check; also IAM policy documents and what `aws iam get-account-authorization-details` prints")
    .option("--explain <action-and-resource...>", "the statement that decides on an action and a resource")
    .option("--session-policy <file>", "a policy that limits the session, repeatable", collect, [])
    .action(async (targets: string[], options) => (await import("./commands/iam.js")).iam(targets, options));

  const waivers = root.command("waivers").description("what somebody has accepted, why, and until when");
  reporting(waivers.command("audit"))
    .description("which waivers are in force and used, and which are not")
    .argument("<target...>")
    .option("--waivers <file>", "waivers besides those of the settings, repeatable", collect, [])
    .option("--at <time>", "the time that expiry is judged by")
    .action(async (targets: string[], options) => (await import("./commands/waivers.js")).audit(targets, options));
  evaluating(waivers.command("add"))
    .description("write one, with the digests of the evidence that the target shows now")
    .argument("<target...>")
    .requiredOption("--rule <id>", "the rule")
    .requiredOption("--resource <name>", "the resource: URN, Kind/namespace/name, type::name or stack, with * and ?")
    .option("--container <name>", "one container only")
    .requiredOption("--owner <who>", "who answers for it")
    .requiredOption("--approver <who>", "who accepted it: somebody else")
    .requiredOption("--reason <text>", "why it has to be")
    .requiredOption("--control <text>", "the compensating control")
    .requiredOption("--ticket <id>", "where it was decided")
    .requiredOption("--expires <day>", "the last day: 2026-11-30")
    .option("--at <time>", "the day it is created (default: today)")
    .option("--file <file>", "the file of waivers", "waivers.yaml")
    .action(async (targets: string[], options) => (await import("./commands/waivers.js")).add(targets, options));

  const baseline = root.command("baseline").description("findings of today that refuse nothing tomorrow");
  for (const [name, what] of [
    ["create", "accept what the target shows now"],
    ["update", "drop what is fixed: it only ever shrinks"],
  ] as const) {
    evaluating(baseline.command(name))
      .description(what)
      .argument("<target...>")
      .option("--file <file>", "the baseline", "carrierguard-baseline.json")
      .option("--at <time>", "the time that expiry and validity are judged by")
      .action(async (targets: string[], options) => (await import("./commands/baseline.js"))[name](targets, options));
  }

  root
    .command("rules")
    .description("the catalogue of rules")
    .option("-o, --output <format[=file]>", "human or json", collect, [])
    .action(async (options) => (await import("./commands/rules.js")).listRules(options));

  root
    .command("explain")
    .description("one rule: why, how to fix, standards, attack techniques")
    .argument("<id>")
    .option("-o, --output <format[=file]>", "human or json", collect, [])
    .action(async (id: string, options) => (await import("./commands/rules.js")).explain(id, options));

  root
    .command("path")
    .description("the folder for `pulumi preview --policy-pack`")
    .option("--executable", "the pack as an executable file (Pulumi CLI 3.255 and later)")
    .action(async (options) => (await import("./commands/pack.js")).printPath(options));

  root
    .command("config")
    .description("the JSON for `pulumi preview --policy-pack-config`, from carrierguard.yaml")
    .option("--config <file>", "settings (default: carrierguard.yaml here)")
    .addOption(new Option("--profile <profile>", "how strict").choices(["lab", "baseline", "strict"]))
    .option("--at <time>", "the time that expiry and validity are judged by")
    .action(async (options) => (await import("./commands/pack.js")).printConfig(options));

  root
    .command("preview")
    .description("pulumi preview with the pack and its configuration, then the reports of check")
    .option("-o, --output <format[=file]>", "report format of check, repeatable", collect, [])
    .option("--config <file>", "settings (default: carrierguard.yaml here)")
    .addOption(new Option("--profile <profile>", "how strict").choices(["lab", "baseline", "strict"]))
    .argument("[arguments...]", "handed to pulumi preview")
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[], options) => (await import("./commands/pack.js")).preview(args, options));

  return root;
}

/** A reader that has seen enough (`| head`) changes nothing about the answer; a full disk does. */
function unwritten(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") return;
  console.error(`carrierguard: standard output: ${error.message}`);
  process.exit(EXIT.wrong);
}

async function main(): Promise<void> {
  process.stdout.on("error", unwritten);
  try {
    await program().parseAsync();
  } catch (error) {
    process.exitCode = statusOf(error);
  }
}

function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.wrong;
  if (error instanceof InputError) {
    console.error(`carrierguard: ${error.place}: ${error.message}`);
    return EXIT.wrong;
  }
  if (error instanceof UsageError || (error instanceof Error && error.name === "SettingsError")) {
    console.error(`carrierguard: ${error.message}`);
    return EXIT.wrong;
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  console.error(`carrierguard: a fault of its own: ${what}`);
  if (process.env["CARRIERGUARD_DEBUG"] !== undefined && error instanceof Error) console.error(error.stack);
  return EXIT.fault;
}

/** Once all is written: to take a stack of ten thousand objects down piece by piece takes longer than to leave it. */
async function leave(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) await new Promise((written) => stream.write("", written));
  process.exit();
}

void main().then(leave);
