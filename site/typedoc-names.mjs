// A plugin of TypeDoc: modules have the names by which a program imports them.

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on("resolveBegin", (context) => {
    for (const module of context.project.children ?? []) {
      module.name = module.name === "index" ? "hookseal" : `hookseal/${module.name}`;
    }
  });
}
