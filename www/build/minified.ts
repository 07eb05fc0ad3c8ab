/** Options of the minifier, for the page's scripts and for the worker's source. */
import type { MinifyOptions } from "terser";

export const MINIFIED: MinifyOptions = {
  ecma: 2022,
  module: true,
  compress: { passes: 3, ecma: 2022 },
  format: { comments: false },
};
