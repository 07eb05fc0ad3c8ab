/** The command `hookseal`: its commands, options and examples. The core decides everything about deliveries. */
import process from "node:process";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { listProviders, schema } from "./catalog.js";
import { compare } from "./compare.js";
import { compile } from "./compile.js";
import { create, sign } from "./create.js";
import { doctor } from "./doctor.js";
import { explain } from "./explain.js";
import { UnreadableError } from "./input.js";
import { inspect } from "./inspect.js";
import { listen } from "./listen/listen.js";
import { print, printError, sanitize, style } from "./output.js";
import { rejectSecretArguments } from "./secrets.js";
import { send } from "./send.js";
import { types } from "./types.js";
import { EXIT_USAGE, EXIT_VALID, UsageError } from "./usage.js";
import { verify } from "./verify.js";
import { version } from "./version.js";

const collectValues = (value: string, list: string[] | undefined): string[] => [...(list ?? []), value];

const parseInteger = (min: number, max: number) => (text: string) => {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new InvalidArgumentError(`Expected an integer from ${min} to ${max}.`);
};

function parseTime(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Expected a time such as 2024-01-31T12:00:00Z, or milliseconds since 1970.");
}

const DURATION = /^\d{1,9}(ms|s|m|h|d)$/;

function parseTimeout(text: string): string {
  if (/^\d+$/.test(text)) return `${parseInteger(1, 3600)(text)}s`;
  if (DURATION.test(text)) return text;
  throw new InvalidArgumentError("Expected a number of seconds, or a duration such as 500ms or 2m.");
}

function parseDelays(text: string): string[] {
  const delays = text.split(",").map((delay) => delay.trim());
  if (delays.every((delay) => DURATION.test(delay))) return delays;
  throw new InvalidArgumentError("Expected a list of delays such as 100ms,30s,2h.");
}

const IMPORT_FORMATS = ["http", "curl", "command", "har", "record", "ndjson", "body"];

/** Groups of options that several commands share. */
const providerAndSecrets = (unsigned: string) => (command: Command) =>
  secretOptions(
    "SCHEME",
    "for one of several schemes",
    unsigned,
  )(
    command.option(
      "-p, --provider <id|file>",
      "a built-in provider or a provider definition file (default: detected)",
    ),
  );
/**
 * The options for secrets. `prefix` and `names` say what is before `=` in a secret's option, `unsigned` what the command does without
 * a signature.
 */
const secretOptions = (prefix: string, names: string, unsigned: string) => (command: Command) =>
  command
    .option(
      "--secret-env <name>",
      `an environment variable with the secret, or ${prefix}=NAME ${names}; repeatable`,
      collectValues,
    )
    .option("--secret-file <file>", `a file with the secret, or ${prefix}=FILE; repeatable`, collectValues)
    .option(
      "--keys-file <file>",
      "a file with public keys: PEM, a certificate, or JSON Web Keys; repeatable",
      collectValues,
    )
    .option(
      "--setting-env <setting=name>",
      "a setting of the provider, and the environment variable that has it: verifyToken=NAME; repeatable",
      collectValues,
    )
    .option("--unsigned", unsigned);
const ACCEPT_UNSIGNED = "accept deliveries without a signature, with the verdict unsigned";
const addVerifyOptions = providerAndSecrets(ACCEPT_UNSIGNED);
const addSignOptions = providerAndSecrets("make a delivery without a signature, if no secret is named");
/** For providers that sign with a private key: one of a key pair for tests. */
const PRIVATE_KEY_OPTION = [
  "--private-key-file <file>",
  "a file with a private key in PEM, of a key pair for tests: signs where the provider has a private key",
] as const;
const addLimitOptions = (command: Command) =>
  command
    .addOption(new Option("--profile <profile>", "strictness of the contract").choices(["lenient", "strict"]))
    .option("--max-bytes <n>", "maximum size of a body in bytes (default: 1 MiB)", parseInteger(1, 2 ** 28))
    .option("--tolerance <seconds>", "timestamp tolerance (default: 300)", parseInteger(0, 2 ** 31));
const addInputOptions = (command: Command) =>
  command
    .addOption(new Option("--format <format>", "import format (default: detected)").choices(IMPORT_FORMATS))
    .option("-H, --header <line>", "add a header, as in 'Name: value'; repeatable", collectValues)
    .option("--body <file>", "the body, for a capture that does not include it (curl -d @file)")
    .option("--url <url>", "the URL of the request, for providers that sign it")
    .option("--redact", "hide the values of the payload in the output");
const timeOption = (use: string) => (command: Command) =>
  command.option("--now <time>", `${use} at this time (default: now)`, parseTime);
const addTimeOption = timeOption("verify");
const addJsonOption = (command: Command) => command.option("--json", "print JSON");

const examples = (...lines: string[]) => `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n`;

function createProgram(onEnd: (code: number) => void): Command {
  const program = new Command("hookseal")
    .description("Signs, verifies, parses, validates and explains webhook deliveries.")
    .version(version(), "-v, --version")
    .showHelpAfterError("Run the command with --help to see its arguments.")
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
  /** Adds a command with its groups of options. */
  const add = (name: string, description: string, ...parts: ((command: Command) => Command)[]) =>
    parts.reduce((command, part) => part(command), program.command(name).description(description));

  add(
    "inspect [files...]",
    "report everything about one delivery, or summarize many",
    addVerifyOptions,
    addLimitOptions,
    addInputOptions,
    addTimeOption,
    addJsonOption,
  )
    .option("--all", "include GET requests without a body")
    .addHelpText(
      "after",
      examples(
        "hookseal inspect delivery.http --secret-env PAINCHEK_SECRET",
        "hookseal inspect body.json --provider xon --redact",
        "hookseal inspect archive.har more.ndjson --secret-file secret.txt --json",
      ),
    )
    .action(async (files, options) => onEnd(await inspect(files, options)));
  add(
    "verify [file]",
    "accept or reject one delivery, as a receiver does",
    addVerifyOptions,
    addLimitOptions,
    addInputOptions,
    addTimeOption,
    addJsonOption,
  )
    .addHelpText(
      "after",
      examples(
        "hookseal verify delivery.http --secret-env PAINCHEK_SECRET",
        "pbpaste | hookseal verify --secret-file secret.txt",
        "hookseal verify body.json -H 'X-PainChek-WH-Signature: sha256=...' --secret-env PAINCHEK_SECRET",
      ),
    )
    .action(async (file, options) => onEnd(await verify(file, options)));
  add(
    "explain [file]",
    "find the cause of a signature mismatch",
    addVerifyOptions,
    addLimitOptions,
    addInputOptions,
    addTimeOption,
    addJsonOption,
  )
    .addHelpText("after", examples("hookseal explain delivery.http --secret-env PAINCHEK_SECRET"))
    .action(async (file, options) => onEnd(await explain(file, options)));
  add(
    "sign [file]",
    "sign a body by the rules of its provider",
    addSignOptions,
    addInputOptions,
    timeOption("sign"),
    addJsonOption,
  )
    .addOption(
      new Option("--as <format>", "what to print")
        .choices(["headers", "curl", "http", "ndjson"])
        .default("headers"),
    )
    .option("--id <id>", "the id of the delivery (default: generated)")
    .option("--webhook-id <id>", "the id of the subscription (default: generated)")
    .option(...PRIVATE_KEY_OPTION)
    .addHelpText(
      "after",
      examples(
        "hookseal sign body.json --provider painchek --secret-env PAINCHEK_SECRET",
        "hookseal sign body.json -p painchek --secret-env PAINCHEK_SECRET --as curl --url http://localhost:3000/",
        "hookseal sign body.json -p discord --private-key-file test-key.pem",
      ),
    )
    .action(async (file, options) => onEnd(await sign(file, options)));
  add("new <provider> [event]", "create an event from a sample or from data")
    .option("--sample <name>", "the name of the sample")
    .option("--data <file>", "the data of the event as JSON; envelope, id and time are generated")
    .option("--id <id>", "the id of an event from --data (default: generated)")
    .option("--now <time>", "the time of an event from --data (default: now)", parseTime)
    .option("--out <file>", "write the event to a new file")
    .option("--list", "list the samples")
    .addHelpText(
      "after",
      examples(
        "hookseal new painchek assessment_add > body.json",
        "hookseal new xon file-request.files.update --sample R9 --out body.json",
        "hookseal new xon --list",
      ),
    )
    .action(async (provider, event, options) => onEnd(await create(provider, event, options)));
  add(
    "send <url> [file]",
    "send a signed delivery, and show the response",
    addSignOptions,
    addInputOptions,
    timeOption("sign"),
    addJsonOption,
  )
    .option("--event <type>", "send a sample of this event")
    .option("--sample <name>", "the name of the sample")
    .option("--same-id", "send the sample of --event with its own ids, to test duplicates (default: new ids)")
    .option("--as-is", "send the headers of the file, without signing")
    .option("--retry", "retry on the provider's schedule until success, and report each attempt")
    .option(
      "--delays <times>",
      "the delays of --retry instead of the provider's, as in 100ms,30s,2h",
      parseDelays,
    )
    .option(
      "--timeout <seconds>",
      "timeout of an attempt, in seconds or as in 500ms (default: 15)",
      parseTimeout,
    )
    .option("--id <id>", "the id of the delivery (default: generated)")
    .option("--webhook-id <id>", "the id of the subscription (default: generated)")
    .option(...PRIVATE_KEY_OPTION)
    .addHelpText(
      "after",
      examples(
        "hookseal send http://localhost:3000/ body.json --provider painchek --secret-env PAINCHEK_SECRET",
        "hookseal send http://localhost:3000/ -p xon --unsigned --event calls.user.create",
        "hookseal send http://localhost:3000/ saved.http --as-is",
        "hookseal send http://localhost:3000/ body.json -p painchek --secret-env PAINCHEK_SECRET --retry --delays 1s,5s --timeout 3",
      ),
    )
    .action(async (url, file, options) => onEnd(await send(url, file, options)));
  add(
    "listen",
    "receive deliveries on a local port, and print them",
    secretOptions("ID", "for one provider, ID:SCHEME=NAME for one of its schemes", ACCEPT_UNSIGNED),
    addLimitOptions,
    addJsonOption,
  )
    .option(
      "-p, --provider <id|file>",
      "a built-in provider or a provider definition file; repeatable (default: each delivery's is detected)",
      collectValues,
    )
    .argument("<port>", "the port; 0 for a free port", parseInteger(0, 65535))
    .option(
      "--host <address>",
      "the address to listen on (default: 127.0.0.1, reachable from this machine only)",
    )
    .option(
      "--url <url>",
      "the URL that the sender uses, for providers that sign it (default: from the request)",
    )
    .option("--save <folder>", "save each request as a file, to verify or send again")
    .option(
      "--forward <url>",
      "send each delivery that verifies to this URL, and its response to the sender; repeatable",
      collectValues,
    )
    .option("--ui", "show deliveries in a console in the browser, on another port of this machine")
    .option("--ui-port <port>", "the port of the console (default: a free one)", parseInteger(0, 65535))
    .option("--redact", "hide the values of the payload in the output")
    .option("--show-body", "print the bodies of accepted deliveries")
    .option("--count <n>", "stop after this number of requests", parseInteger(1, 2 ** 31))
    .addHelpText(
      "after",
      examples(
        "hookseal listen 3000 --provider painchek --secret-env PAINCHEK_SECRET",
        "hookseal listen 3000 --secret-env painchek=PAINCHEK_SECRET --secret-env stripe=STRIPE_SECRET",
        "hookseal listen 3000 --secret-env WEBHOOK_SECRET --forward http://127.0.0.1:4000/webhooks",
        "hookseal listen 3000 --provider xon --unsigned --save deliveries",
      ),
    )
    .action(async (port, options) => onEnd(await listen(port, options)));
  add(
    "compare <first> <second>",
    "compare two deliveries, and list the differences",
    addInputOptions,
    addJsonOption,
  )
    .option(
      "-p, --provider <id|file>",
      "a built-in provider or a provider definition file (default: detected)",
    )
    .addHelpText(
      "after",
      examples(
        "hookseal compare first.http retry.http",
        "hookseal compare a.json b.json --provider xon --redact",
      ),
    )
    .action(async (first, second, options) => onEnd(await compare(first, second, options)));
  add("compile <definition>", "compile a provider definition, for programs without a schema compiler")
    .addOption(
      new Option("--as <format>", "what to write (default: by the extension of --out, or esm)").choices([
        "esm",
        "cjs",
        "json",
      ]),
    )
    .option("--out <file>", "write to this file, also if it exists (default: standard output)")
    .addHelpText(
      "after",
      examples("hookseal compile mine.json --out mine.compiled.js", "hookseal compile mine.json --as json"),
    )
    .action((file, options) => onEnd(compile(file, options)));
  add("types <definition>", "write the TypeScript types of a provider definition's events")
    .option("--out <file>", "write to this file, also if it exists (default: standard output)")
    .addHelpText("after", examples("hookseal types mine.json --out mine.events.d.ts"))
    .action((file, options) => onEnd(types(file, options)));
  add(
    "providers [word]",
    "list the built-in providers or those with this word, or show all about one",
    addJsonOption,
  )
    .option("--new", "print a provider definition to begin with; the word is its id")
    .addHelpText(
      "after",
      examples(
        "hookseal providers pay",
        "hookseal providers stripe",
        "hookseal providers --json",
        "hookseal providers acme --new > acme.json",
      ),
    )
    .action((word, options) => onEnd(listProviders(word, options)));
  add("schema <provider|file> [event]", "print a schema, or validate a payload against it", addJsonOption)
    .option(
      "--revision <name>",
      "the revision of the event's schema (default with --check: that of the payload)",
    )
    .option("--check <file>", "the payload to validate")
    .option("--redact", "hide the values of the payload in the output")
    .addHelpText(
      "after",
      examples(
        "hookseal schema painchek assessment_add",
        "hookseal schema xon file-request.files.update --check body.json",
        "hookseal schema mine.schema.json --check body.json",
      ),
    )
    .action(async (source, event, options) => onEnd(await schema(source, event, options)));
  add("doctor", "check whether the package runs here: runtime, files, modules, time", addJsonOption)
    .addHelpText("after", examples("hookseal doctor"))
    .action(async (options) => onEnd(await doctor(options)));
  return program;
}

/** SECURITY: removes the arguments from commander's messages: any argument may be a misplaced secret. */
function withoutArguments(text: string): string {
  return text
    .replace(/ (?:argument|value) '[\s\S]*'(?= is invalid| from env)/, " argument")
    .replace(/error: unknown (option|command) '[\s\S]*'/, (_, kind) => `error: unknown ${kind}`);
}

/** Runs the command that the arguments name, and returns its exit code. */
async function main(argv: readonly string[]): Promise<number> {
  let code = EXIT_VALID;
  try {
    rejectSecretArguments(argv);
    const program = createProgram((exitCode) => {
      code = exitCode;
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
      if (error.hint !== undefined) printError(sanitize(error.hint, true));
      return EXIT_USAGE;
    }
    throw error;
  }
}

// A reader such as `head` closes the pipe early, which is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT_VALID);
  throw error;
});

main(process.argv.slice(2)).then(
  (code) => {
    // Not process.exit, which would discard output that is still being written to a pipe.
    process.exitCode = code;
  },
  (error: unknown) => {
    printError(
      `${style.red("error")}: ${sanitize(error instanceof Error ? (error.stack ?? error.message) : String(error), true)}`,
    );
    process.exitCode = 70;
  },
);
