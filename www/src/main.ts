/** Entry of the page: builds the frame with its modes, starts the worker and registers the service worker. */
import "./css/tokens.css";
import "./css/base.css";
import "./css/body-views.css";
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
import { startFramework } from "./state/framework.ts";
import { startHistory } from "./state/history.ts";
import { openLinks } from "./state/link.ts";
import { restoreSession } from "./state/session.ts";
import { acceptFiles, acceptPastes } from "./ui/drop.ts";
import { later } from "./ui/later.ts";
import { shell } from "./ui/shell.ts";
import { startTitle } from "./ui/title.ts";
import { loadDialogs } from "./views/actions/index.ts";
import { inspectView } from "./views/inspect/index.ts";

/** The views of the other modes. */
const compare = async () => (await import("./views/compare/index.ts")).compareView;
const sign = async () => (await import("./views/sign/index.ts")).signView;
const provider = async () => (await import("./views/provider/index.ts")).providerView;

async function main(): Promise<void> {
  showFirstVisit();
  const inspect = await inspectView();
  // The frame takes the place of what the page began with.
  document.querySelector("#first")?.remove();
  document.body.append(
    ...shell({
      inspect: () => inspect,
      compare: () => later(compare),
      sign: () => later(sign),
      provider: () => later(provider),
    }),
  );
  acceptFiles();
  acceptPastes();
  startAddress();
  startFramework();
  startTitle();
  startArchive();
  await start();
  await restoreSession();
  startHistory();
  openLinks();
  await idle();
  await prefetch();
}

void main();

/** Resolves when the browser has nothing to do: the page is painted. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    // Safari has no requestIdleCallback.
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: 2000 });
    else setTimeout(resolve, 200);
  });
}

/**
 * Loads the full module and the other parts of the page before they are needed. The service worker then finds all files in the
 * browser's HTTP cache.
 */
async function prefetch(): Promise<void> {
  await engine.prefetchFull();
  for (const load of [compare, sign, provider, loadDialogs]) {
    await idle();
    // What fails is loaded again when it is shown.
    await load().catch(() => undefined);
  }
  performance.mark("hookseal-prefetched");
  if (import.meta.env.PROD && "serviceWorker" in navigator) {
    // The page also works without it, but not offline.
    navigator.serviceWorker.register("./sw.js").catch(() => undefined);
  }
}
