/** How the files that bring a module get its bytes. */
export { packageFile } from "./package-file.js";
export { moduleOfText } from "./text.js";
