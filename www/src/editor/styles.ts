/**
 * The editor's styles under a policy without inline styles: they are put in place as constructed style sheets, as the
 * editor itself does it in shadow trees.
 */
import { StyleModule } from "style-mod";

const standIn = {
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
  mount.call(StyleModule, root === document ? (standIn as unknown as ShadowRoot) : root, modules, options);
