/** Who may use the console: the browser that opened the printed link, and only from the console's own page. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Sessions that are valid at once: one for each tab. */
const MAX_SESSIONS = 20;

export class Sessions {
  #token = newToken();
  /** Hashes of the session tokens, oldest first. */
  readonly #sessions: Buffer[] = [];

  /** The token of the next link: it opens one session. */
  get token(): string {
    return this.#token;
  }

  /** Opens a session for the token of a link, which is then void. */
  open(token: string): string | undefined {
    if (!isEqual(hash(token), hash(this.#token))) return undefined;
    this.#token = newToken();
    const session = newToken();
    this.#sessions.push(hash(session));
    if (this.#sessions.length > MAX_SESSIONS) this.#sessions.shift();
    return session;
  }

  has(session: string): boolean {
    const hashed = hash(session);
    // Every session is compared, so that the time says nothing about one.
    return this.#sessions.reduce((found, known) => isEqual(hashed, known) || found, false);
  }
}

const newToken = () => randomBytes(24).toString("base64url");
const hash = (text: string) => createHash("sha256").update(text).digest();
const isEqual = (a: Buffer, b: Buffer) => timingSafeEqual(a, b);

/**
 * Why a request is not one of the console's own page; undefined if it is. SECURITY: the name in Host is checked, so that a domain that an
 * attacker points to 127.0.0.1 cannot read the console, and Origin, so that no other page can.
 */
export function foreignRequest({ headers, method }: IncomingMessage, port: number): string | undefined {
  const { host = "", origin } = headers;
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!names.includes(host.toLowerCase())) return "The console is at 127.0.0.1 or localhost only.";
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return "The request is from another page.";
  if (origin === undefined) return method === "POST" ? "The request has no Origin." : undefined;
  return origin === `http://${host}` ? undefined : "The request is from another page.";
}
