/** What Node has, asked for without an import: the same file runs where there is no Node. */

/** What is used of Node's `process`. */
export interface NodeProcess {
  getBuiltinModule?: (name: string) => unknown;
  versions?: { node?: string; bun?: string };
}

/** A module of Node's, where there is Node 20.16 or later. */
export function builtin<Module>(name: string): Partial<Module> | undefined {
  const { process } = globalThis as { process?: NodeProcess };
  try {
    return process?.getBuiltinModule?.(name) as Partial<Module> | undefined;
  } catch {
    // Next.js's edge runtime has a `process` that throws at whoever asks it for what is Node's.
    return undefined;
  }
}
