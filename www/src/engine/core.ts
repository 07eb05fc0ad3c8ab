/** The package. Only this file imports it; at run time it is part of the worker, the page imports types alone. */

import { HooksealError } from "hookseal/slim";
import * as internals from "../../../pkg/dist/esm/core.js";

export {
  type Cause,
  type Change,
  compileSchema,
  type Delivery,
  detectProvider,
  exportDelivery,
  HooksealError,
  hmac,
  type Issue,
  importDeliveries,
  init,
  initFull,
  type ProviderDefinition,
  painchek,
  providerDefinition,
  providers,
  type Report,
  type SignedDelivery,
  type StageName,
  type StageReport,
  type Webhook,
  webhook,
  xon,
} from "hookseal/slim";

/** Whether a call needs the full module, which is not loaded. */
export function isFullMissing(error: unknown): boolean {
  return error instanceof HooksealError && error.code === "full-missing";
}

/** Functions of the package's own files, and the call that only the page's core has. */
interface Internals {
  core(): { outline(textLength: number, patternsLength: number): number };
  callCore<T>(work: () => T): T;
  reserve(length: number): void;
  resultBytes(length: number): Uint8Array;
  writeText(text: string, offset?: number): number;
}

/** Words that describe the values of a JSON text: see src/json/outline.rs. */
export function buildOutline(text: string, patterns: string): Int32Array {
  if (text === "") return new Int32Array(0);
  const { core, callCore, reserve, resultBytes, writeText } = internals as unknown as Internals;
  const { outline } = core();
  return callCore(() => {
    // A UTF-16 unit has at most three bytes.
    reserve((text.length + patterns.length) * 3);
    const length = writeText(text);
    const words = resultBytes(outline(length, writeText(patterns, length)));
    return new Int32Array(words.slice().buffer);
  });
}
