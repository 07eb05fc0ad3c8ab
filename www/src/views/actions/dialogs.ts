/** The content of the dialogs of every mode: code, report, share. */
import { codeView } from "./code.ts";
import { reportView } from "./report.ts";
import { shareView } from "./share.ts";

/** In the order of their buttons. */
export const dialogs: readonly (() => HTMLElement)[] = [codeView, reportView, shareView];
