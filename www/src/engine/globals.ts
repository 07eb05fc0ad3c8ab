/** The modules that are loaded later, and the global variables with which their scripts hand them over. */

/** A module that is loaded when a call needs it. */
export type LazyModule = "full" | "publicKey";

export const FULL_GLOBAL = "hooksealFull";
export const PUBLIC_KEY_GLOBAL = "hooksealPublicKey";
