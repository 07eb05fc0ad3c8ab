/** The package. Only this file imports it; at run time it is part of the worker, the page imports types alone. */

import { type Delivery, HooksealError, type ProviderDefinition } from "hookseal/slim";
import * as internals from "../../../pkg/dist/esm/core.js";
import type { LazyModule } from "./globals.ts";

export {
  type Cause,
  type Change,
  compileSchema,
  type Delivery,
  detectProvider,
  diagnose,
  exportDelivery,
  type HandshakeResponse,
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
  type SignatureCandidate,
  type SignedDelivery,
  type StageName,
  type StageReport,
  type Webhook,
  webhook,
  xon,
} from "hookseal/slim";

/** Whether a call needs the full module, which is not loaded. */
export function isFullMissing(error: unknown): boolean {
  return missingModule(error) === "full";
}

/** The module that a call needs, and that is not loaded. */
export function missingModule(error: unknown): LazyModule | undefined {
  if (!(error instanceof HooksealError)) return undefined;
  return error.code === "full-missing"
    ? "full"
    : error.code === "public-key-unavailable"
      ? "publicKey"
      : undefined;
}

/** A webhook in the core. Only the page's core has the method. */
interface Hook {
  form(headLength: number, bodyLength: number, patternsLength: number): number;
}

/** Functions of the package's own files, and the calls that only the page's core has. */
interface Internals {
  core(): {
    outline(textLength: number, patternsLength: number): number;
    Hook: new (id: string | undefined, definition: string, options: object) => Hook;
  };
  CoreHandle: new <T>(make: () => T) => { get(): T };
  addPublicKeyModule(load: () => Uint8Array): void;
  callCore<T>(work: () => T): T;
  encodeHead(delivery: Delivery): string;
  reserve(length: number): void;
  resultBytes(length: number): Uint8Array;
  writeBytes(bytes: Uint8Array, offset?: number): void;
  writeText(text: string, offset?: number): number;
}

const {
  addPublicKeyModule,
  callCore,
  CoreHandle,
  core,
  encodeHead,
  reserve,
  resultBytes,
  writeBytes,
  writeText,
} = internals as unknown as Internals;

/** Adds the module that verifies with public keys. Every webhook uses it from then on. */
export function addPublicKeys(module: Uint8Array): void {
  addPublicKeyModule(() => module);
}

/** Words that describe the values of a JSON text: see src/json/outline.rs. */
export function buildOutline(text: string, patterns: string): Int32Array {
  if (text === "") return new Int32Array(0);
  const { outline } = core();
  return callCore(() => {
    // A UTF-16 unit has at most three bytes.
    reserve((text.length + patterns.length) * 3);
    const length = writeText(text);
    const words = resultBytes(outline(length, writeText(patterns, length)));
    return new Int32Array(words.slice().buffer);
  });
}

/** The payload of a form as JSON, its outline, and where its values are in the form. */
export interface FormPayload {
  json: string;
  outline: Int32Array;
  /** For each value the start of its key or else its own, its start, and its end. */
  places: Int32Array;
}

/** Reads the forms of a provider: of a definition, or of a built-in provider by its id. */
export function formReader(
  provider: string | ProviderDefinition,
): (delivery: Delivery & { body: Uint8Array }, patterns: string) => FormPayload | undefined {
  const [id, definition] =
    typeof provider === "string" ? [provider, ""] : [undefined, JSON.stringify(provider)];
  const handle = callCore(
    () => new CoreHandle(() => new (core().Hook)(id, definition, { secrets: [], unsigned: "allow" })),
  );
  return (delivery, patterns) => {
    const head = encodeHead(delivery);
    const { body } = delivery;
    return callCore(() => {
      const hook = handle.get();
      reserve((head.length + patterns.length) * 3 + body.length);
      const headLength = writeText(head);
      writeBytes(body, headLength);
      const patternsLength = writeText(patterns, headLength + body.length);
      const length = hook.form(headLength, body.length, patternsLength);
      if (length === 0) return undefined;
      const bytes = resultBytes(length).slice();
      const outlineLength = new DataView(bytes.buffer).getUint32(0, true);
      // An entry has eight words, and its place three.
      const placesLength = (outlineLength / 8) * 3;
      return {
        outline: new Int32Array(bytes.slice(4, 4 + outlineLength).buffer),
        places: new Int32Array(bytes.slice(4 + outlineLength, 4 + outlineLength + placesLength).buffer),
        json: new TextDecoder("utf-8", { ignoreBOM: true }).decode(
          bytes.subarray(4 + outlineLength + placesLength),
        ),
      };
    });
  };
}
