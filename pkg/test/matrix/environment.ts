/** What an environment is. */
import type { Project } from "./project.ts";

export interface Environment {
  /** The argument of `cargo xtask matrix`. */
  name: string;
  /** What the table calls it. */
  title: string;
  /** What runs there, in a few words. */
  covers: string;
  /** Whether the test command runs it: what its own tests do not cover, and takes seconds. */
  isQuick?: boolean;
  /** Makes the project, and runs it. Returns the versions that the table shows. Throws if anything fails. */
  run(project: Project): Promise<string>;
}
