/** SECURITY: secrets come from the environment, a file or a prompt without echo; never from an argument. They are never printed. */
import { readFileSync, statSync } from "node:fs";
import process from "node:process";
import { describeError, UsageError } from "./usage.js";

/** The options that name the sources of secrets. */
export interface SecretOptions {
  secretEnv?: string[];
  secretFile?: string[];
}

/** Larger files are not read: a wrong path may name a file of any size. */
const MAX_SECRET_BYTES = 64 * 1024;

const SECRET_SOURCES = "Use --secret-env NAME (an environment variable) or --secret-file FILE.";

/** Rejects a secret in the arguments, before anything else reads them. */
export function rejectSecretArguments(argv: readonly string[]): void {
  if (argv.some((argument) => /^--secrets?(?:=|$)/.test(argument))) {
    throw new UsageError(
      "Secrets are not accepted as arguments: they stay in the shell history, and every user of this machine can read them in the process list.",
      `${SECRET_SOURCES} Without both, a terminal prompts for the secret. Replace the secret that you have just typed.`,
    );
  }
}

/** Reads the secrets of the options. SECURITY: values of the options are not printed: one may be a secret by mistake. */
export function readSecrets({ secretEnv = [], secretFile = [] }: SecretOptions): string[] {
  const fromEnv = secretEnv.map((name) => {
    const value = process.env[name];
    if (value !== undefined && value !== "") return value;
    throw new UsageError(
      `The environment variable that --secret-env names is ${value === undefined ? "not set" : "empty"}.`,
      "Pass the name of the variable, not the secret: --secret-env WEBHOOK_SECRET.",
    );
  });
  const fromFile = secretFile.map((path) => {
    let text: string;
    try {
      if (statSync(path).size > MAX_SECRET_BYTES) throw new Error("the file is too large for a secret");
      text = readFileSync(path, "utf8");
    } catch (error) {
      throw new UsageError(
        `The file that --secret-file names cannot be read: ${describeError(error)}.`,
        "Pass a file that contains only the secret.",
      );
    }
    // Editors end a file with a line break, which is not part of the secret.
    const secret = text.replace(/\r?\n$/, "");
    if (secret === "") throw new UsageError("The file that --secret-file names is empty.");
    return secret;
  });
  return [...fromEnv, ...fromFile];
}

/** Prompts for a secret on the terminal, without echo. */
export async function promptSecret(title: string): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    throw new UsageError(
      `No signing secret configured for ${title}.`,
      `${SECRET_SOURCES} Or pass --unsigned.`,
    );
  }
  // Before the prompt, because characters typed right after it would be echoed.
  stdin.setRawMode(true);
  stderr.write(`Secret of the ${title} subscription (not shown): `);
  stdin.setEncoding("utf8");
  try {
    return await new Promise<string>((resolve, reject) => {
      let secret = "";
      stdin.on("end", () => reject(new UsageError("The secret is empty.", SECRET_SOURCES)));
      stdin.on("data", (chunk: string) => {
        for (const character of chunk) {
          // Enter and Ctrl-D end the input, Ctrl-C cancels, Delete and Backspace remove a character.
          if (character === "\r" || character === "\n" || character === "\x04") {
            if (secret === "") reject(new UsageError("The secret is empty.", SECRET_SOURCES));
            else resolve(secret);
            return;
          }
          if (character === "\x03") return reject(new UsageError("Interrupted."));
          if (character === "\x7f" || character === "\b") secret = [...secret].slice(0, -1).join("");
          else if (secret.length < MAX_SECRET_BYTES) secret += character;
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
