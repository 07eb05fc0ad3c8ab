/** Modules of Node, loaded without an import, so that the same file runs in every runtime. */

/** The used members of Node's `process`. */
export interface NodeProcess {
  getBuiltinModule?: (name: string) => unknown;
  versions?: { node?: string; bun?: string };
}

/** A module of Node; undefined in other runtimes, and in Node before 20.16. */
export function builtin<Module>(name: string): Partial<Module> | undefined {
  const { process } = globalThis as { process?: NodeProcess };
  try {
    return process?.getBuiltinModule?.(name) as Partial<Module> | undefined;
  } catch {
    // The `process` of Next.js's edge runtime throws where members of Node are read.
    return undefined;
  }
}

/** Whether there may be modules of Node. PERF: loads none, since some take milliseconds. */
export function hasBuiltins(): boolean {
  try {
    return typeof (globalThis as { process?: NodeProcess }).process?.getBuiltinModule === "function";
  } catch {
    return false;
  }
}
