// The white space of serializers, and the causes that name it.

/** @type {Record<string, import("./tree.mjs").Layout>} */
export const LAYOUTS = {
  compact: {},
  python: { comma: ", ", colon: ": " },
  two: { indent: "  ", colon: ": " },
  four: { indent: "    ", colon: ": " },
  tab: { indent: "\t", colon: ": " },
  // DefaultPrettyPrinter: an object on lines of two spaces with " : ", an array on one line. A container without members is
  // `{ }` or `[ ]`. https://github.com/FasterXML/jackson-core, util/DefaultPrettyPrinter.java
  jackson: { indent: "  ", colon: " : ", empty: " ", inlineArrays: true },
  // JSON.pretty_generate before version 2.10: an empty container has a line break, an array two.
  // https://github.com/ruby/json, ext/json/ext/generator/generator.c
  ruby: { indent: "  ", colon: ": ", emptyLines: true },
};
