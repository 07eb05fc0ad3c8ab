/** Entry of the page: builds the frame with its modes, starts the worker and registers the service worker. */
import "./css/tokens.css";
import "./css/base.css";
import "./css/shell.css";
import "./css/inspect.css";
import "./css/results.css";
import "./css/panels.css";
import "./css/pairs.css";
import "./css/sign.css";
import "./css/more.css";
import { start } from "./state/actions.ts";
import { openLinks } from "./state/link.ts";
import { acceptFiles } from "./ui/drop.ts";
import { shell } from "./ui/shell.ts";
import { compareView } from "./views/compare/index.ts";
import { inspectView } from "./views/inspect/index.ts";
import { providerView } from "./views/provider/index.ts";
import { signView } from "./views/sign/index.ts";

document.body.append(
  ...shell({ inspect: inspectView, compare: compareView, sign: signView, provider: providerView }),
);
acceptFiles();
void start().then(openLinks);

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  // The page also works without it, but not offline.
  navigator.serviceWorker.register("./sw.js").catch(() => undefined);
}
