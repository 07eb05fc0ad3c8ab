/** The command `hookseal`: its commands, their options and examples. What it says of deliveries is the core's. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { listProviders, schema } from "./catalog.js";
import { compare } from "./compare.js";
import { create, sign } from "./create.js";
import { explain } from "./explain.js";
import { UnreadableError } from "./input.js";
import { inspect } from "./inspect.js";
import { listen } from "./listen.js";
import { print, printError, sanitize, style } from "./paint.js";
import { rejectSecretArguments } from "./secrets.js";
import { send } from "./send.js";
import { EXIT_USAGE, EXIT_VALID, UsageError } from "./usage.js";
import { verify } from "./verify.js";

const collectValues = (value: string, list: string[] | undefined): string[] => [...(list ?? []), value];

const number = (least: number, most: number) => (text: string) => {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
};

function parseTime(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It is a time as in 2024-01-31T12:00:00Z, or milliseconds since 1970.");
}

const DURATION = /^\d{1,9}(ms|s|m|h|d)$/;

function parseTimeout(text: string): string {
  if (/^\d+$/.test(text)) return `${number(1, 3600)(text)}s`;
  if (DURATION.test(text)) return text;
  throw new InvalidArgumentError("It is a number of seconds, or a time such as 500ms or 2m.");
}

function parseDelays(text: string): string[] {
  const spans = text.split(",").map((span) => span.trim());
  if (spans.every((span) => DURATION.test(span))) return spans;
  throw new InvalidArgumentError("It is a list of times such as 100ms,30s,2h.");
}

const IMPORT_FORMATS = ["http", "curl", "har", "record", "ndjson", "body"];

/** Options by the commands that have them. */
const addVerifyOptions = (command: Command) =>
  command
    .option(
      "-p, --provider <id|file>",
      "the provider, or a definition of your own; default: what the delivery looks like",
    )
    .option(
      "--secret-env <name>",
      "an environment variable with the secret; several times for a rotation",
      collectValues,
    )
    .option("--secret-file <file>", "a file with the secret", collectValues)
    .option("--unsigned", "accept deliveries without a signature, and call them unsigned");
const addLimitOptions = (command: Command) =>
  command
    .addOption(
      new Option("--profile <profile>", "how much a contract tolerates").choices(["lenient", "strict"]),
    )
    .option("--max-bytes <n>", "the largest body that is read (default: 1 MiB)", number(1, 2 ** 28))
    .option("--tolerance <seconds>", "how far a timestamp may lie off", number(0, 2 ** 31));
const input = (command: Command) =>
  command
    .addOption(
      new Option("--format <format>", "the form of the text; default: what it looks like").choices(
        IMPORT_FORMATS,
      ),
    )
    .option(
      "-H, --header <line>",
      "a header beside the body, as in 'Name: value'; several times",
      collectValues,
    )
    .option("--body <file>", "the body, where a command has it elsewhere (curl -d @file)")
    .option("--url <url>", "the URL it was sent to, for providers that sign it")
    .option("--redact", "hide the values of a payload in what is shown");
const at = (command: Command) =>
  command.option("--now <time>", "the time of the check; default: now", parseTime);
const json = (command: Command) => command.option("--json", "answer in JSON, for programs");

const examples = (...lines: string[]) => `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n`;

function build(end: (code: number) => void): Command {
  const program = new Command("hookseal")
    .description("Signs, verifies, parses, validates and explains webhook deliveries.")
    .version(version(), "-v, --version")
    .showHelpAfterError("Run it with --help to see what it takes.")
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(withoutArguments(text)),
    })
    .addHelpText(
      "after",
      `${examples(
        "hookseal verify delivery.http --secret-env PAINCHEK_SECRET",
        "hookseal inspect archive.har --secret-file secret.txt",
        "hookseal listen 3000 --provider painchek --secret-env PAINCHEK_SECRET",
      )}
Reads raw HTTP requests, curl commands, HAR files, JSON records, NDJSON and bodies, from files or standard input.
Exit codes: 0 valid, 1 rejected, 2 wrong usage. A secret is never an argument.`,
    );
  /** One command; its action answers with an exit code. */
  const add = (name: string, description: string, ...parts: ((command: Command) => Command)[]) =>
    parts.reduce((command, part) => part(command), program.command(name).description(description));

  add(
    "inspect [files...]",
    "say everything there is to say about deliveries; of many, a table",
    addVerifyOptions,
    addLimitOptions,
    input,
    at,
    json,
  )
    .option("--all", "judge GET requests without a body, too")
    .addHelpText(
      "after",
      examples(
        "hookseal inspect delivery.http --secret-env PAINCHEK_SECRET",
        "hookseal inspect body.json --provider xon --redact",
        "hookseal inspect archive.har more.ndjson --secret-file secret.txt --json",
      ),
    )
    .action(async (files, options) => end(await inspect(files, options)));
  add(
    "verify [file]",
    "accept or reject one delivery, as a receiver would",
    addVerifyOptions,
    addLimitOptions,
    input,
    at,
    json,
  )
    .addHelpText(
      "after",
      examples(
        "hookseal verify delivery.http --secret-env PAINCHEK_SECRET",
        "pbpaste | hookseal verify --secret-file secret.txt",
        "hookseal verify body.json -H 'X-PainChek-WH-Signature: sha256=...' --secret-env PAINCHEK_SECRET",
      ),
    )
    .action(async (file, options) => end(await verify(file, options)));
  add(
    "explain [file]",
    "find out why a signature does not match",
    addVerifyOptions,
    addLimitOptions,
    input,
    at,
    json,
  )
    .addHelpText("after", examples("hookseal explain delivery.http --secret-env PAINCHEK_SECRET"))
    .action(async (file, options) => end(await explain(file, options)));
  add("sign [file]", "sign a body as its provider does", addVerifyOptions, input, at, json)
    .addOption(
      new Option("--as <form>", "what to print")
        .choices(["headers", "curl", "http", "ndjson"])
        .default("headers"),
    )
    .option("--id <id>", "the id of the delivery (default: a new one)")
    .option("--webhook-id <id>", "the id of the subscription (default: a new one)")
    .addHelpText(
      "after",
      examples(
        "hookseal sign body.json --provider painchek --secret-env PAINCHEK_SECRET",
        "hookseal sign body.json -p painchek --secret-env PAINCHEK_SECRET --as curl --url http://localhost:3000/",
      ),
    )
    .action(async (file, options) => end(await sign(file, options)));
  add("new <provider> [event]", "write an event to start from")
    .option("--sample <name>", "which of the samples")
    .option("--data <file>", "the event's own data as JSON: envelope, id and time are made")
    .option("--id <id>", "the id of an event made of --data (default: a new one)")
    .option("--now <time>", "the time of an event made of --data; default: now", parseTime)
    .option("--out <file>", "write it to a new file")
    .option("--list", "list the samples there are")
    .addHelpText(
      "after",
      examples(
        "hookseal new painchek assessment_add > body.json",
        "hookseal new xon file-request.files.update --sample R9 --out body.json",
        "hookseal new xon --list",
      ),
    )
    .action(async (provider, event, options) => end(await create(provider, event, options)));
  add("send <url> [file]", "post a signed delivery, and show the answer", addVerifyOptions, input, at, json)
    .option("--event <type>", "send a sample of this event")
    .option("--sample <name>", "which of the samples")
    .option("--as-is", "send the headers of the file, and sign nothing")
    .option("--retry", "try again as the provider does until it is taken, and report each attempt")
    .option(
      "--delays <times>",
      "the waits of --retry instead of the provider's, as in 100ms,30s,2h",
      parseDelays,
    )
    .option(
      "--timeout <seconds>",
      "how long to wait for an answer, in seconds or as in 500ms (default: 15)",
      parseTimeout,
    )
    .option("--id <id>", "the id of the delivery (default: a new one)")
    .option("--webhook-id <id>", "the id of the subscription (default: a new one)")
    .addHelpText(
      "after",
      examples(
        "hookseal send http://localhost:3000/ body.json --provider painchek --secret-env PAINCHEK_SECRET",
        "hookseal send http://localhost:3000/ -p xon --unsigned --event calls.user.create",
        "hookseal send http://localhost:3000/ saved.http --as-is",
        "hookseal send http://localhost:3000/ body.json -p painchek --secret-env PAINCHEK_SECRET --retry --delays 1s,5s --timeout 3",
      ),
    )
    .action(async (url, file, options) => end(await send(url, file, options)));
  add(
    "listen",
    "receive deliveries on a port of this machine, and show them",
    addVerifyOptions,
    addLimitOptions,
    json,
  )
    .argument("<port>", "the port; 0 for one that is free", number(0, 65535))
    .option(
      "--host <address>",
      "the address to listen on (default: 127.0.0.1, which only this machine reaches)",
    )
    .option(
      "--url <url>",
      "the URL the sender knows, for providers that sign it (default: as the request says it)",
    )
    .option("--save <folder>", "keep every request as a file to verify or to send again")
    .option("--show-body", "print the bodies of accepted deliveries")
    .option("--count <n>", "end after so many requests", number(1, 2 ** 31))
    .addHelpText(
      "after",
      examples(
        "hookseal listen 3000 --provider painchek --secret-env PAINCHEK_SECRET",
        "hookseal listen 3000 --provider xon --unsigned --save deliveries",
      ),
    )
    .action(async (port, options) => end(await listen(port, options)));
  add(
    "compare <first> <second>",
    "tell whether two deliveries are the same event, and what differs",
    input,
    json,
  )
    .option("-p, --provider <id|file>", "the provider; default: what the deliveries look like")
    .addHelpText(
      "after",
      examples(
        "hookseal compare first.http retry.http",
        "hookseal compare a.json b.json --provider xon --redact",
      ),
    )
    .action(async (first, second, options) => end(await compare(first, second, options)));
  add("providers", "list the built-in providers", json)
    .addHelpText("after", examples("hookseal providers --json"))
    .action((options) => end(listProviders(options)));
  add("schema <provider|file> [event]", "print a contract, or hold a payload to it", json)
    .option("--revision <name>", "which revision of the contract")
    .option("--check <file>", "a payload to hold to it")
    .option("--redact", "hide the values of a payload in what is shown")
    .addHelpText(
      "after",
      examples(
        "hookseal schema painchek assessment_add",
        "hookseal schema xon file-request.files.update --revision R7-R9 --check body.json",
        "hookseal schema mine.schema.json --check body.json",
      ),
    )
    .action(async (what, event, options) => end(await schema(what, event, options)));
  return program;
}

/** What is wrong with the arguments, without the arguments: any of them may be a secret in the wrong place. */
function withoutArguments(text: string): string {
  return text
    .replace(/ (?:argument|value) '[\s\S]*'(?= is invalid| from env)/, " argument")
    .replace(/error: unknown (option|command) '[\s\S]*'/, (_, what) => `error: unknown ${what}`);
}

function version(): string {
  return JSON.parse(readFileSync(join(__dirname, "..", "package.json"), "utf8")).version;
}

/** Runs the command that the arguments name, and says how it ended. */
async function main(argv: readonly string[]): Promise<number> {
  let code = EXIT_VALID;
  try {
    rejectSecretArguments(argv);
    const program = build((ended) => {
      code = ended;
    });
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: "user" });
    return argv.length === 0 ? EXIT_USAGE : code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_VALID : EXIT_USAGE;
    if (error instanceof UsageError) {
      const issues = error instanceof UnreadableError ? error.issues : [];
      if (argv.includes("--json")) print(JSON.stringify({ error: error.message, hint: error.hint, issues }));
      else if (error instanceof UnreadableError) error.show();
      printError(`${style.red("error")}: ${sanitize(error.message)}`);
      if (error.hint !== undefined) printError(sanitize(error.hint));
      return EXIT_USAGE;
    }
    throw error;
  }
}

// A reader that has seen enough closes the pipe: that is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT_VALID);
  throw error;
});

main(process.argv.slice(2)).then(
  (code) => {
    // Not process.exit: what was printed may still be on its way into a pipe.
    process.exitCode = code;
  },
  (error: unknown) => {
    printError(
      `${style.red("error")}: ${sanitize(error instanceof Error ? (error.stack ?? error.message) : String(error), true)}`,
    );
    process.exitCode = 70;
  },
);
