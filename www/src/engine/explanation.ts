/** What an explanation is about. Imports types alone, so that the page can use the module, too. */
import type { ShownExplanation } from "./protocol.ts";

/** Whether the signature is valid, so that the causes are about the application. */
export function isSignatureValid({ causes }: ShownExplanation): boolean {
  return causes.some(({ code }) => code === "signature-valid");
}

/** Whether two names are of one framework: causes name variants of some, such as "Next.js route handlers". */
export const isSameFramework = (a: string, b: string): boolean =>
  [
    [a, b],
    [b, a],
  ].some(([long = "", short = ""]) => long.startsWith(short) || long.includes(`(${short},`));
