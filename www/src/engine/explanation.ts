/** What an explanation is about. Imports types alone, so that the page can use the module, too. */
import type { ShownExplanation } from "./protocol.ts";

/** Whether the signature is valid, so that the causes are about the application. */
export function isSignatureValid({ causes }: ShownExplanation): boolean {
  return causes.some(({ code }) => code === "signature-valid");
}
