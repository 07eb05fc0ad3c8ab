/** Calls of the terminal's process, and its stream of deliveries. SECURITY: the session is sent as a header, and is in no URL. */
import type { ConsoleRow, ConsoleState } from "../../pkg/src/cli/listen/console-types.ts";

const KEY = "hookseal-session";
/** Of this tab: it outlasts a reload, and no other tab has it. */
let session = sessionStorage.getItem(KEY) ?? "";

/** The terminal does not accept the session. */
export class SessionError extends Error {}

/** Opens a session with the token in the address, which is removed from it. */
export async function openSession(): Promise<void> {
  const token = location.hash.slice(1);
  if (!/^[\w-]{32}$/.test(token)) {
    if (session !== "") return;
    throw new SessionError("Open the link that the terminal prints.");
  }
  history.replaceState(null, "", location.pathname);
  const response = await fetch("/api/session", { method: "POST", headers: { "x-hookseal-token": token } });
  const result = (await response.json()) as { session?: string; error?: string };
  if (result.session === undefined) throw new SessionError(result.error ?? "The link is not valid.");
  session = result.session;
  sessionStorage.setItem(KEY, session);
}

async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, {
    ...init,
    headers: { ...(init.headers as Record<string, string>), "x-hookseal-session": session },
  });
  if (response.status === 401) {
    sessionStorage.removeItem(KEY);
    throw new SessionError("The session has ended. Open the link that the terminal prints.");
  }
  return response;
}

/** Calls the API, and returns its JSON. Throws an error with the message of the API. */
export async function call<T>(path: string, body?: object): Promise<T> {
  const init = body && {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await request(path, init);
  if (response.headers.get("content-type") === "application/octet-stream")
    return { blob: await response.blob(), name: nameOf(response) } as T;
  const result = (await response.json()) as T & { error?: string };
  if (!response.ok) throw new Error(result.error ?? `The console responded ${response.status}.`);
  return result;
}

const nameOf = (response: Response): string =>
  /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "delivery.http";

export interface StreamEvents {
  state(state: ConsoleState): void;
  row(row: ConsoleRow & { oldest: number }): void;
}

/** Reads the stream of events from a change on, until it ends. */
export async function readEvents(after: number, on: StreamEvents, signal: AbortSignal): Promise<void> {
  const response = await request(`/api/events?after=${after}`, { signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) return;
    text += part.value;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const [, name, data] = /^event: (state|row)\ndata: (.*)$/m.exec(event) ?? [];
      if (name === "state") on.state(JSON.parse(data as string));
      else if (name === "row") on.row(JSON.parse(data as string));
    }
  }
}
