/** Modules that the build makes: see build/. */
declare module "virtual:core" {
  /** The byte that each character stands for. */
  export const table: number[];
  /** How many bytes there are. */
  export const length: number;
  /** One character a byte. */
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
  /** By provider, in the order of `described`; empty where nothing is said. */
  export const descriptions: Record<string, string[]>;
  export const nrs: string;
  export const xonR6: string;
  export const callsCreate: string;
  export const callsDelete: string;
  export const caller: string;
  export const xonLatest: string;
  /** The samples of the providers without an example, with their event types. */
  export const others: [provider: string, type: string, text: string][];
}
declare module "*.css" {}
/** Whether this is the built page: said by Vite. */
interface ImportMeta {
  readonly env: { readonly PROD: boolean };
}
/** The page's files: said by the build to the service worker. */
declare const __FILES__: string[];
