/** Entry of the page: builds the frame with its modes, starts the worker and registers the service worker. */
import "./css/tokens.css";
import "./css/base.css";
import "./css/shell.css";
import "./css/inspect.css";
import "./css/results.css";
import "./css/spine.css";
import "./css/panels.css";
import "./css/pairs.css";
import "./css/sign.css";
import "./css/more.css";
import { start } from "./state/actions.ts";
import { startAddress } from "./state/address.ts";
import { startArchive } from "./state/archive.ts";
import { engine } from "./state/engine.ts";
import { showFirstVisit } from "./state/first.ts";
import { startHistory } from "./state/history.ts";
import { openLinks } from "./state/link.ts";
import { restoreSession } from "./state/session.ts";
import { acceptFiles, acceptPastes } from "./ui/drop.ts";
import { shell } from "./ui/shell.ts";
import { startTitle } from "./ui/title.ts";
import { compareView } from "./views/compare/index.ts";
import { inspectView } from "./views/inspect/index.ts";
import { providerView } from "./views/provider/index.ts";
import { signView } from "./views/sign/index.ts";

showFirstVisit();
document.body.append(
  ...shell({ inspect: inspectView, compare: compareView, sign: signView, provider: providerView }),
);
acceptFiles();
acceptPastes();
startAddress();
startTitle();
startArchive();
void start().then(restoreSession).then(startHistory).then(openLinks).then(idle).then(prefetch);

/** Resolves when the browser has nothing to do: the page is painted. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    // Safari has no requestIdleCallback.
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: 2000 });
    else setTimeout(resolve, 200);
  });
}

/** Loads the full module before a call needs it. The service worker then finds all files in the browser's HTTP cache. */
async function prefetch(): Promise<void> {
  await engine.prefetchFull();
  performance.mark("hookseal-prefetched");
  if (import.meta.env.PROD && "serviceWorker" in navigator) {
    // The page also works without it, but not offline.
    navigator.serviceWorker.register("./sw.js").catch(() => undefined);
  }
}
