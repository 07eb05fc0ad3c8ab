/** Both minifiers, one after the other: each finds what the other leaves, together a hundredth. */
import { minify as terser } from "terser";
import { minify as oxc, type Plugin } from "vite";

async function again(code: string, module: boolean): Promise<string> {
  const made = await terser(code, {
    module,
    ecma: 2020,
    compress: { passes: 2 },
    mangle: { toplevel: true },
  });
  return made.code as string;
}

/** A script on its own. */
export async function minified(code: string, module: boolean): Promise<string> {
  const made = await oxc("script.js", code, {
    module,
    compress: { target: "es2022" },
    mangle: { toplevel: true },
  });
  return again(made.code, module);
}

/** The page's script, which the bundler has minified before. */
export function minify(): Plugin {
  return {
    name: "hookseal-minify",
    apply: "build",
    async generateBundle(_, bundle) {
      for (const file of Object.values(bundle))
        if (file.type === "chunk" && file.isEntry) file.code = await again(file.code, true);
    },
  };
}
