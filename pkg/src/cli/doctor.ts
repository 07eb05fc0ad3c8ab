/** `doctor`: why the package does not run here. Checks the runtime, the files, the modules and the time; needs no network. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { init, initFull, providers, webhook } from "../index.js";
import { print, sanitize, style } from "./output.js";
import { describeError, EXIT_REJECTED, EXIT_VALID } from "./usage.js";

/** One check: what it found, or what is wrong and what to change. */
interface Check {
  name: string;
  ok: boolean;
  message: string;
  fix?: string;
}

type Found = string | { message: string; fix: string };

/** The release of this version is later than this, so a clock before it is wrong. */
const MIN_TIME = Date.UTC(2025, 0, 1);
const MIN_NODE = 20;

const CHECKS: [name: string, check: (folder: string) => Found | Promise<Found>][] = [
  ["runtime", runtime],
  ["package", packageFiles],
  ["modules", modules],
  ["signatures", signatures],
  ["time", time],
  ["files", files],
  ["network", network],
];

export async function doctor({ json = false }: { json?: boolean }): Promise<number> {
  const checks: Check[] = [];
  for (const [name, check] of CHECKS) {
    let found: Found;
    try {
      found = await check(join(__dirname, ".."));
    } catch (error) {
      found = {
        message: describeError(error),
        fix: "Report this with the output of `hookseal doctor --json`.",
      };
    }
    checks.push(
      typeof found === "string" ? { name, ok: true, message: found } : { name, ok: false, ...found },
    );
  }
  const ok = checks.every((check) => check.ok);
  if (json) print(JSON.stringify({ ok, checks }));
  else {
    for (const { name, ok, message, fix } of checks) {
      print(`${ok ? style.green("ok  ") : style.red("fail")} ${name.padEnd(10)} ${sanitize(message)}`);
      if (fix !== undefined) print(`     ${" ".repeat(10)} ${style.dim(sanitize(fix))}`);
    }
    print(ok ? "hookseal runs here." : style.red("hookseal does not run here as it should."));
  }
  return ok ? EXIT_VALID : EXIT_REJECTED;
}

function runtime(): Found {
  const { versions, platform, arch, execArgv, env } = process;
  const other = ["bun", "deno"].find((name) => versions[name] !== undefined);
  const name =
    other === undefined
      ? `Node.js ${versions.node}`
      : `${other} ${versions[other]} (Node.js ${versions.node})`;
  const message = `${name}, ${platform} ${arch}`;
  if (Number.parseInt(versions.node, 10) < MIN_NODE)
    return { message, fix: `Install Node.js ${MIN_NODE} or later.` };
  if (typeof WebAssembly === "object") return message;
  const isJitless = [...execArgv, env.NODE_OPTIONS ?? ""].some((option) => option.includes("--jitless"));
  return {
    message: `${message}, without WebAssembly`,
    fix: isJitless
      ? "Remove --jitless from the options of Node.js: it turns WebAssembly off."
      : "Enable WebAssembly.",
  };
}

/** Every file that the package's entries name exists. */
function packageFiles(folder: string): Found {
  const { version, exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const paths = new Set<string>();
  const collect = (entry: unknown): void => {
    if (typeof entry === "string") {
      if (!entry.includes("*")) paths.add(entry);
    } else if (typeof entry === "object" && entry !== null) Object.values(entry).forEach(collect);
  };
  collect(exports);
  const missing = [...paths].filter((path) => !existsSync(join(folder, path)));
  const message = `hookseal ${version}, ${paths.size - missing.length} of ${paths.size} files`;
  const fix =
    "Install the package again: npm install hookseal. A bundler or a .dockerignore may have left files out.";
  return missing.length === 0 ? message : { message: `${message}; missing: ${missing.join(", ")}`, fix };
}

async function modules(folder: string): Promise<Found> {
  const sizes = ["core.wasm", "full.wasm"].map(
    (name) => `${name} ${statSync(join(folder, "dist", name)).size} bytes`,
  );
  const start = performance.now();
  await init();
  await initFull();
  return `${sizes.join(", ")}, loaded in ${Math.round(performance.now() - start)} ms`;
}

/** Each way of signing is used once: a wrong native hash would reject every delivery. */
function signatures(): Found {
  const hook = webhook("painchek", { secrets: [randomBytes(24).toString("hex")] });
  // Long enough for the native hash.
  const signed = hook.sign(JSON.stringify({ event: "assessment_add", pad: "x".repeat(100_000) }));
  const { signature } = hook.inspect(signed);
  const forged = hook.inspect({ ...signed, body: `${Buffer.from(signed.body).toString("utf8")} ` });
  if (signature.status === "verified" && forged.signature.status === "mismatch")
    return `a delivery that was signed here verifies; ${providers().length} built-in providers`;
  return {
    message: "a delivery that was signed here does not verify",
    fix: "Report this with the output of `hookseal doctor --json`.",
  };
}

function time(): Found {
  const now = new Date();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const message = `${now.toISOString()} (zone ${zone})`;
  if (now.getTime() > MIN_TIME)
    return `${message}. Signed times are accepted within 300 s: compare it with a clock you trust`;
  return { message, fix: "Set the clock of this machine: signatures with a timestamp are rejected." };
}

/** `--save` and `--out` write files that only this user can read. */
function files(): Found {
  const folder = mkdtempSync(join(tmpdir(), "hookseal-doctor-"));
  try {
    const file = join(folder, "file");
    writeFileSync(file, "x", { mode: 0o600 });
    const mode = statSync(file).mode & 0o777;
    if (process.platform === "win32" || mode === 0o600)
      return `temporary files can be written, with mode ${mode.toString(8)}`;
    return {
      message: `files have mode ${mode.toString(8)} instead of 600`,
      fix: "Other users of this machine can read what --save writes. Use a file system with permissions.",
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `listen` can open a port of this machine. */
async function network(): Promise<Found> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return "a port of 127.0.0.1 can be opened";
  } catch (error) {
    return {
      message: `no port of 127.0.0.1 can be opened: ${describeError(error)}`,
      fix: "`hookseal listen` needs one. Permit it in the sandbox or the firewall.",
    };
  } finally {
    server.close();
  }
}
