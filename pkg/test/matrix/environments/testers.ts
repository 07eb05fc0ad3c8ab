/** Test runners, with each of their environments. */
import type { Environment } from "../environment.ts";
import { expected, program } from "../program.ts";

const OPTIONS = { full: true, publicKey: "platform" } as const;
const ENVIRONMENTS = ["node", "jsdom", "happy-dom"];
const POOLS = ["threads", "forks", "vmThreads", "vmForks"];

/** A test of the results, and that the environment is the one that it says. */
const TEST = (load: string, name: string) => `${load}
test("the results", () => {
  expect(result()).toBe(${JSON.stringify(expected(OPTIONS))});
  expect(typeof document).toBe(${name === "node" ? '"undefined"' : '"object"'});
});
`;

/** The number of passed tests in the output of a runner, which must have run all. */
function passed(output: string, pattern: RegExp, count: number): void {
  const [, found] = pattern.exec(output) ?? [];
  if (Number(found) !== count) throw new Error(`expected ${count} passed tests\n${output}`);
}

const jest: Environment = {
  name: "jest",
  title: "Jest",
  covers: "environments node, jsdom and happy-dom, as CommonJS and as ES modules",
  async run(project) {
    await project.useNode(24);
    const packages = ["jest@30", "jest-environment-jsdom@30", "@happy-dom/jest-environment@20"];
    await project.install(packages);
    const environments = { node: "node", jsdom: "jsdom", "happy-dom": "@happy-dom/jest-environment" };
    const projects = Object.entries(environments).map(([name, testEnvironment]) => ({
      displayName: name,
      testEnvironment,
      transform: {},
      testMatch: [`**/${name}.test.*`],
      moduleFileExtensions: ["js", "mjs", "cjs"],
    }));
    project.write({
      "jest.config.json": JSON.stringify({ projects }),
      "esm.mjs": program(OPTIONS),
      "common.cjs": program({ ...OPTIONS, isCommonJs: true }),
    });
    for (const name of ENVIRONMENTS) {
      project.write({
        [`${name}.test.mjs`]: TEST('import { result } from "./esm.mjs";', name),
        [`${name}.test.cjs`]: TEST('const { result } = require("./common.cjs");', name),
      });
    }
    const args = ["--experimental-vm-modules", "node_modules/jest/bin/jest.js", "--json", "--no-watchman"];
    passed(await project.run("node", args), /"numPassedTests":(\d+)/, ENVIRONMENTS.length * 2);
    return ["jest", "jsdom", "happy-dom"].map((name) => `${name} ${project.version(name)}`).join(", ");
  },
};

const vitest: Environment = {
  name: "vitest",
  title: "Vitest",
  covers: "environments node, jsdom and happy-dom, each in the pools threads, forks, vmThreads and vmForks",
  async run(project) {
    await project.useNode(24);
    await project.install(["vitest@5", "jsdom@31", "happy-dom@21"]);
    const projects = POOLS.flatMap((pool) =>
      ENVIRONMENTS.map((environment) => ({
        test: { name: `${pool} ${environment}`, pool, environment, include: [`${environment}.test.mjs`] },
      })),
    );
    project.write({
      "vitest.config.mjs": `export default { test: { globals: true, projects: ${JSON.stringify(projects)} } };\n`,
      "esm.mjs": program(OPTIONS),
    });
    for (const name of ENVIRONMENTS) {
      const load = 'import { expect, test } from "vitest";\nimport { result } from "./esm.mjs";';
      project.write({ [`${name}.test.mjs`]: TEST(load, name) });
    }
    const output = await project.command("vitest", ["run"]);
    passed(output, /Tests\s+(\d+) passed \(/, projects.length);
    return ["vitest", "jsdom", "happy-dom"].map((name) => `${name} ${project.version(name)}`).join(", ");
  },
};

export const TESTERS = [jest, vitest];
