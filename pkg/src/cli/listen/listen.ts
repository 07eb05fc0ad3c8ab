/** `listen`: a local receiver that prints deliveries, saves them, and forwards those that verify to an application. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { count, printError, sanitize } from "../output.js";
import { describeError, EXIT_VALID, UsageError } from "../usage.js";
import { version } from "../version.js";
import { Console } from "./console.js";
import { displayUrl, parseTargets } from "./forward.js";
import { DeliveryLog } from "./log.js";
import { type RouteOptions, Routes } from "./routes.js";
import { createFolder } from "./save.js";
import { ListenServer } from "./server.js";
import { hiding } from "./view.js";

export interface ListenOptions extends RouteOptions {
  host?: string;
  save?: string;
  count?: number;
  json?: boolean;
  showBody?: boolean;
  redact?: boolean;
  url?: string;
  forward?: string[];
  ui?: boolean;
  uiPort?: number;
}

/** Timeout of a request: a stalled connection would keep `listen` from ending. */
const REQUEST_TIMEOUT_MS = 30_000;

export async function listen(port: number, options: ListenOptions): Promise<number> {
  const targets = parseTargets(options.forward ?? []);
  rejectOwnAddress(targets, port);
  if (options.ui === true && port !== 0 && options.uiPort === port)
    throw new UsageError(
      `--ui-port ${port} is the port of the receiver, and the console needs one of its own.`,
      "Pass another port. Or leave --ui-port out: the console gets a free one.",
    );
  const routes = await Routes.read(options);
  if (options.save !== undefined) createFolder(options.save);
  const { provider: _, forward: __, ...rest } = options;
  const listener = new ListenServer(routes, { ...rest, targets, namesProvider: routes.only === undefined });
  const server = createServer((request, response) => void listener.handle(request, response));
  const address = await open(server, port, options.host ?? "127.0.0.1");
  const ui =
    options.ui === true
      ? await openConsole(listener, routes, { ...options, targets, address }).catch(async (error) => {
          // An open receiver would keep the command from ending.
          await close(server);
          throw error;
        })
      : undefined;
  const forwarding =
    targets.length === 0
      ? ""
      : `, forwarding to ${targets.map((url) => sanitize(displayUrl(url))).join(" and ")}`;
  printError(`Listening on ${address} for ${sanitize(routes.title)}${forwarding}. Press Ctrl-C to stop.`);
  if (routes.acceptsNothing)
    printError(
      "No secret is configured, so every delivery is rejected. Pass --secret-env NAME, --keys-file FILE or --unsigned.",
    );
  if (ui !== undefined) printError(`Console: ${ui.link}`);
  await new Promise<void>((resolve) => {
    listener.onCountReached = resolve;
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  ui?.end();
  await Promise.all([close(server), ui && close(ui.server)]);
  printError(
    `${count(listener.accepted, "delivery", "deliveries")} accepted, ${listener.rejected} rejected.`,
  );
  return EXIT_VALID;
}

/** A delivery that is forwarded to its own receiver comes back without end. A port that the system chooses is not known yet. */
function rejectOwnAddress(targets: readonly URL[], port: number): void {
  for (const { hostname, port: named, protocol } of targets) {
    const target = named === "" ? (protocol === "https:" ? 443 : 80) : Number(named);
    if (port === 0 || target !== port || !/^(?:localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\])$/.test(hostname))
      continue;
    throw new UsageError(
      `--forward names port ${port} of this machine, where this command listens: a delivery would be forwarded without end.`,
      "Pass the URL of your application, or let the command listen on another port.",
    );
  }
}

/** Starts the console, on a port of its own: a tunnel to the receiver does not publish it. */
async function openConsole(
  listener: ListenServer,
  routes: Routes,
  { targets, address, save, uiPort = 0 }: ListenOptions & { targets: URL[]; address: string },
): Promise<Console> {
  const log = new DeliveryLog();
  listener.onReceived = (received) => log.add(received);
  const example = routes.exampleCommand(address);
  const console = new Console({
    log,
    targets,
    listening: address,
    providers: routes.title,
    version: version(),
    hide: hiding(routes.hidden),
    keys: routes.keys,
    secrets: routes.secretNames,
    hookOf: (provider) => routes.hookOf(provider),
    onUsedLink: (link) => printError(`Console: ${link}`),
    ...(save === undefined ? {} : { save }),
    ...(example === undefined ? {} : { example }),
  });
  await open(console.server, uiPort, "127.0.0.1");
  return console;
}

/** Starts a server, and returns its URL. */
async function open(server: Server, port: number, host: string): Promise<string> {
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(new UsageError(`Cannot listen on port ${port}: ${describeError(error)}.`)),
    );
    server.listen(port, host, resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${bound}/`;
}

/** Ends a server. Connections that are still open after a second are closed. */
async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1000).unref();
  });
}
