/** Types of the modules that the build generates: see build/. */
declare module "virtual:core" {
  /** The byte of each character code. */
  export const table: number[];
  /** Number of bytes. */
  export const length: number;
  /** One character per byte. */
  export const text: string;
}
declare module "virtual:engine" {
  const source: string;
  export default source;
}
declare module "virtual:samples" {
  export const painchek: string;
  export const painchekPrinted: string;
  export const xon: string;
  export const severe: string;
  /** By provider, in the order of `describedProperties`; "" for a property without a description. */
  export const descriptions: Record<string, string[]>;
  export const nrs: string;
  export const xonR6: string;
  export const callsCreate: string;
  export const callsDelete: string;
  export const caller: string;
  export const xonLatest: string;
  /** One sample of each provider that is not listed above, with its event type. */
  export const others: [provider: string, type: string, text: string][];
}
declare module "*.css" {}
/** Set by Vite: whether this is the built page. */
interface ImportMeta {
  readonly env: { readonly PROD: boolean };
}
/** Set by the build in the service worker: the page's files. */
declare const __FILES__: string[];
