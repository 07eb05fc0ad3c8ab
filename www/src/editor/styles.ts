/**
 * Mounts CodeMirror's styles as constructed style sheets, which the page's policy allows, unlike inline styles. CodeMirror
 * does the same in shadow trees.
 */
import { StyleModule } from "style-mod";

const substitute = {
  ownerDocument: document,
  get adoptedStyleSheets() {
    return document.adoptedStyleSheets;
  },
  set adoptedStyleSheets(sheets) {
    document.adoptedStyleSheets = sheets;
  },
};

const mount = StyleModule.mount;
StyleModule.mount = (root, modules, options) =>
  mount.call(StyleModule, root === document ? (substitute as unknown as ShadowRoot) : root, modules, options);
