/** How small scripts are made: the page's, and the worker's that it holds as a text. */
import type { MinifyOptions } from "terser";

export const MINIFIED: MinifyOptions = {
  ecma: 2022,
  module: true,
  compress: { passes: 3, ecma: 2022 },
  format: { comments: false },
};
