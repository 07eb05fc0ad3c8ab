/** SECURITY: secrets come from the environment, a file or a prompt without echo; never from an argument. They are never printed. */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import process from "node:process";
import { describeError, UsageError } from "./usage.js";

/** The options that name the sources of secrets and settings. */
export interface SecretOptions {
  secretEnv?: string[];
  secretFile?: string[];
  keysFile?: string[];
  privateKeyFile?: string;
  settingEnv?: string[];
}

/**
 * A secret, and the name in front of it: the signature scheme that it is for, or for `listen` the provider, or both with a colon
 * between them. Undefined for the provider's first scheme.
 */
export interface NamedSecret {
  scheme: string | undefined;
  secret: string;
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

/** Splits `SCHEME=SOURCE`; a source alone has no scheme. */
function splitScheme(option: string): [scheme: string | undefined, source: string] {
  const [, scheme, source] = /^([a-z0-9][a-z0-9-]*(?::[a-z][a-z0-9-]*)?)=(.+)$/i.exec(option) ?? [];
  return source === undefined ? [undefined, option] : [scheme, source];
}

/** Reads an environment variable that an option names. SECURITY: the name is not printed: it may be a secret by mistake. */
function readEnv(name: string, option: string, example: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== "") return value;
  throw new UsageError(
    `The environment variable that ${option} names is ${value === undefined ? "not set" : "empty"}.`,
    `Pass the name of the variable, not its value: ${option} ${example}.`,
  );
}

/** Reads the settings of the options, each as `NAME=VARIABLE`. */
export function readSettings({ settingEnv = [] }: SecretOptions): Record<string, string> | undefined {
  if (settingEnv.length === 0) return undefined;
  const settings = settingEnv.map((option) => {
    const [, name, variable] = /^(\w+)=(.+)$/.exec(option) ?? [];
    if (name === undefined || variable === undefined)
      throw new UsageError(
        "Invalid value for --setting-env.",
        "Expected the name of a setting and that of an environment variable: --setting-env verifyToken=VERIFY_TOKEN",
      );
    return [name, readEnv(variable, "--setting-env", `${name}=VERIFY_TOKEN`)];
  });
  return Object.fromEntries(settings);
}

/** Reads the secrets of the options. SECURITY: values of the options are not printed: one may be a secret by mistake. */
export function readSecrets({ secretEnv = [], secretFile = [] }: SecretOptions): NamedSecret[] {
  const fromEnv = secretEnv.map((option) => {
    const [scheme, name] = splitScheme(option);
    return { scheme, secret: readEnv(name, "--secret-env", "WEBHOOK_SECRET") };
  });
  const fromFile = secretFile.map((option) => {
    // A name of a file can have the form of a scheme and a file.
    const [scheme, path] = existsSync(option) ? [undefined, option] : splitScheme(option);
    const text = readLimited(path, "--secret-file", "Pass a file that contains only the secret.");
    // Editors end a file with a line break, which is not part of the secret.
    const secret = text.replace(/\r?\n$/, "");
    if (secret === "") throw new UsageError("The file that --secret-file names is empty.");
    return { scheme, secret };
  });
  return [...fromEnv, ...fromFile];
}

/** Reads the private key of the options. */
export function readPrivateKey({ privateKeyFile }: SecretOptions): string | undefined {
  if (privateKeyFile === undefined) return undefined;
  return readLimited(privateKeyFile, "--private-key-file", NO_PRIVATE_KEY);
}

const NO_PRIVATE_KEY =
  "Pass a file with a private key in PEM. One for tests: openssl genpkey -algorithm ed25519 -out key.pem";

/** The public key of a private key. */
function publicKeyOf(privateKey: string): string {
  try {
    return createPublicKey(createPrivateKey(privateKey)).export({ type: "spki", format: "pem" }).toString();
  } catch {
    throw new UsageError("The file that --private-key-file names has no private key in PEM.", NO_PRIVATE_KEY);
  }
}

/**
 * Reads the files with public keys of the options, each without a byte order mark: the core knows every notation of a key. Without
 * such a file, the public key is that of the private key.
 */
export function readKeys({ keysFile = [], ...options }: SecretOptions): string[] {
  const privateKey = readPrivateKey(options);
  if (keysFile.length === 0 && privateKey !== undefined) return [publicKeyOf(privateKey)];
  return keysFile.map((path) => {
    const text = readLimited(
      path,
      "--keys-file",
      "Pass a file with a public key, a certificate or a set of JSON Web Keys.",
    ).replace(/^\ufeff/, "");
    if (text.trim() === "") throw new UsageError("The file that --keys-file names is empty.");
    return text;
  });
}

/** Reads a file that an option names. SECURITY: the name is not printed: it may be a secret by mistake. */
function readLimited(path: string, option: string, fix: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    // A device has no size, and may never end.
    const bytes = Buffer.alloc(MAX_SECRET_BYTES + 1);
    let length = 0;
    for (;;) {
      const read = readSync(file, bytes, length, bytes.length - length, null);
      length += read;
      if (length > MAX_SECRET_BYTES) throw new Error("the file is too large");
      if (read === 0) return bytes.toString("utf8", 0, length);
    }
  } catch (error) {
    throw new UsageError(`The file that ${option} names cannot be read: ${describeError(error)}.`, fix);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Prompts for a secret on the terminal, without echo. */
export async function promptSecret(title: string, isPublicKey: boolean): Promise<string> {
  const { stdin, stderr } = process;
  const name = isPublicKey ? "public key" : "signing secret";
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    const sources = isPublicKey
      ? "Use --keys-file FILE, or --secret-env NAME (an environment variable)."
      : SECRET_SOURCES;
    throw new UsageError(`No ${name} configured for ${title}.`, `${sources} Or pass --unsigned.`);
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
