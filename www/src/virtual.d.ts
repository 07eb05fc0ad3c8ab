/** Types of the modules that the build generates: see build/. */
declare module "virtual:core" {
  /** The byte of each character code. */
  export const table: number[];
  /** Number of bytes. */
  export const length: number;
  /** One character per byte. */
  export const text: string;
}
declare module "virtual:full" {
  /** The address of the script, relative to the page. */
  export const url: string;
  /** Its hash, as the attribute `integrity` takes it. */
  export const integrity: string;
}
declare module "virtual:public-key" {
  /** As for the full module. */
  export const url: string;
  export const integrity: string;
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
  /** What the lists show of each built-in provider. */
  export const facts: Record<string, import("./engine/provider-entry.ts").ProviderFacts>;
  /** The definitions of the providers of the examples, without their schemas. Others come with the full module. */
  export const summaries: Record<string, import("./engine/providers.ts").ProviderSummary>;
  export const nrs: string;
  export const xonR6: string;
  export const callsCreate: string;
  export const callsDelete: string;
  export const caller: string;
  export const xonLatest: string;
}
declare module "*.css" {}
/** Set by Vite: whether this is the built page. */
interface ImportMeta {
  readonly env: { readonly PROD: boolean };
}
/** Set by the build in the service worker: the page's files. */
declare const __FILES__: string[];

/** The first visit, made when the page is built; undefined in tests without a build. */
declare module "virtual:first" {
  const first: import("./state/first.ts").FirstVisit | undefined;
  export default first;
}
