// Runs every example of docs/cli.md as a reader would. `…` in an output matches any text.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { SECRET } from "../support/fixtures.ts";
import { COMMAND, folder } from "./command.ts";

const page = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");
/** Commands with their output, in the order of the page. */
const examples = [...page.matchAll(/```console\n(.*?)```/gs)].flatMap(([, block]) =>
  (block as string)
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command, ...output] = part.trimEnd().split("\n");
      return { command: command as string, output: output.join("\n") };
    }),
);

/** Checks that a text matches an output of the page. */
function assertMatches(text: string, output: string): void {
  const pattern = output
    .split("\n")
    .map((line) =>
      line === "…"
        ? "[\\s\\S]*"
        : line
            .split("…")
            .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
            .join(".*"),
    )
    .join("\\n")
    .replaceAll("\\n[\\s\\S]*", "(\\n[\\s\\S]*)?");
  assert.match(text.trimEnd(), new RegExp(`^${pattern}$`));
}

describe("an example of docs/cli.md", () => {
  const bin = join(folder, "bin");
  const env = { ...process.env, PAINCHEK_SECRET: SECRET, PATH: `${bin}${delimiter}${process.env.PATH}` };
  let port = "";
  let listener: { child: ChildProcess; text: () => string; output: string } | undefined;

  before(async () => {
    mkdirSync(bin);
    writeFileSync(join(bin, "hookseal"), `#!/bin/sh\nexec "${process.execPath}" "${COMMAND}" "$@"\n`);
    chmodSync(join(bin, "hookseal"), 0o755);
    // The port was free a moment ago.
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = String((server.address() as AddressInfo).port);
    await new Promise((resolve) => server.close(resolve));
  });
  after(() => {
    listener?.child.kill();
  });

  it("shows every command", () => {
    for (const name of [
      "new",
      "sign",
      "verify",
      "inspect",
      "explain",
      "listen",
      "send",
      "compare",
      "compile",
      "types",
      "providers",
      "schema",
      "doctor",
    ]) {
      assert.ok(
        examples.some(
          ({ command }) => command.includes(`hookseal ${name} `) || command === `hookseal ${name}`,
        ),
        name,
      );
    }
  });

  for (const { command, output } of examples) {
    it(command, async () => {
      const words = command.replaceAll("3000", port);
      if (!command.startsWith("hookseal listen")) {
        const { stdout, stderr } = spawnSync("sh", ["-c", words], {
          cwd: folder,
          env,
          encoding: "utf8",
          timeout: 60_000,
        });
        assertMatches(stdout + stderr, output.replaceAll("3000", port));
        return;
      }
      const child = spawn(join(bin, "hookseal"), words.split(" ").slice(1), { cwd: folder, env });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
      }
      listener = { child, text: () => text, output: output.replaceAll("3000", port) };
      for (let tries = 0; tries < 400 && !text.includes("Listening"); tries++) {
        assert.equal(child.exitCode, null, text);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
  }

  it("prints the output of `listen` on the page", async () => {
    assert.ok(listener);
    listener.child.kill("SIGINT");
    await new Promise((resolve) => listener?.child.once("close", resolve));
    assertMatches(listener.text(), listener.output);
  });
});
