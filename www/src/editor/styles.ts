/**
 * In place of the module by which the editor brings its styles along: the page's policy allows no style but those of
 * its files, so that what the editor needs stands in `css/editor.css`, and no more than that.
 */
export const StyleModule = { newName: () => "", mount() {} };
