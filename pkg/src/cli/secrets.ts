/** Secrets: from the environment, from a file, or typed without an echo. Never from an argument, never printed. */
import { readFileSync, statSync } from "node:fs";
import process from "node:process";
import { describeError, UsageError } from "./usage.js";

/** Where the secrets of one command come from. */
export interface SecretOptions {
  secretEnv?: string[];
  secretFile?: string[];
}

/** No secret is longer. */
const MAX_SECRET_BYTES = 64 * 1024;

const WAYS = "Use --secret-env NAME (an environment variable) or --secret-file FILE.";

/** Refuses a secret that stands in the arguments, before anything else looks at them. */
export function rejectSecretArguments(argv: readonly string[]): void {
  if (argv.some((word) => word === "--secret" || word === "--secrets" || /^--secrets?=/.test(word))) {
    throw new UsageError(
      "A secret on the command line is refused: it stays in the shell's history, and every user of this machine can read it in the list of processes.",
      `${WAYS} On a terminal you are asked for it if you give neither. Change the secret that you have just typed.`,
    );
  }
}

/** The secrets that the options name. What stands in the options is not printed: it may be one by mistake. */
export function readSecrets({ secretEnv = [], secretFile = [] }: SecretOptions): string[] {
  const fromEnv = secretEnv.map((name) => {
    const value = process.env[name];
    if (value !== undefined && value !== "") return value;
    throw new UsageError(
      `The environment variable that --secret-env names is ${value === undefined ? "not set" : "empty"}.`,
      "Give its name, not the secret: --secret-env WEBHOOK_SECRET.",
    );
  });
  const fromFile = secretFile.map((path) => {
    let text: string;
    try {
      if (statSync(path).size > MAX_SECRET_BYTES) throw new Error("it is too long for a secret");
      text = readFileSync(path, "utf8");
    } catch (error) {
      throw new UsageError(
        `The file that --secret-file names cannot be read: ${describeError(error)}.`,
        "Give a file that holds the secret and nothing else.",
      );
    }
    // Editors end a file with a line break that is no part of the secret.
    const secret = text.replace(/\r?\n$/, "");
    if (secret === "") throw new UsageError("The file that --secret-file names is empty.");
    return secret;
  });
  return [...fromEnv, ...fromFile];
}

/** Asks for a secret on the terminal, without an echo. */
export async function promptSecret(title: string): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    throw new UsageError(
      `${title} signs its deliveries, and no secret was given.`,
      `${WAYS} Or say --unsigned.`,
    );
  }
  // First: what is typed as soon as it is asked for shows already.
  stdin.setRawMode(true);
  stderr.write(`Secret of the ${title} subscription (not shown): `);
  stdin.setEncoding("utf8");
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed = "";
      stdin.on("end", () => reject(new UsageError("No secret was typed.", WAYS)));
      stdin.on("data", (chunk: string) => {
        for (const character of chunk) {
          // Enter, Ctrl-D, Ctrl-C, and the two keys that take a character back.
          if (character === "\r" || character === "\n" || character === "\x04") {
            if (typed === "") reject(new UsageError("No secret was typed.", WAYS));
            else resolve(typed);
            return;
          }
          if (character === "\x03") return reject(new UsageError("Interrupted."));
          if (character === "\x7f" || character === "\b") typed = [...typed].slice(0, -1).join("");
          else if (typed.length < MAX_SECRET_BYTES) typed += character;
        }
      });
    });
  } finally {
    stdin.setRawMode(false);
    stdin.removeAllListeners("data");
    stdin.removeAllListeners("end");
    stdin.pause();
    stderr.write("\n");
  }
}
