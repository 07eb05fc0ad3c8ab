/** The name of the global variable with which the script of the full module hands it over. */
export const FULL_GLOBAL = "hooksealFull";
