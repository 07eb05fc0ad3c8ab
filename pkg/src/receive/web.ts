/** Requests as fetch has them: reading them by shape, so that no library of types is asked for. */
import { type Answer, incomplete, notRaw } from "./answer.js";
import { collect, LINGER } from "./body.js";
import type { Incoming } from "./receiver.js";

/** What is used of a `Request`. */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null } & Iterable<readonly [string, string]>;
  readonly bodyUsed: boolean;
  readonly body: FetchBody | null;
}

/** What is used of a `ReadableStream`. */
export interface FetchBody {
  readonly locked: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a stream's `getReader` has several forms
  getReader(...options: any[]): any;
}

/** `Response`, under its name where the program's libraries have one. */
export type FetchResponse = typeof globalThis extends { Response: { prototype: infer R } } ? R : object;

interface Reader {
  read(): Promise<{ done: boolean; value?: unknown }>;
  cancel(): Promise<void>;
}

/** A request of fetch's. `fix` is the line to change where something else has read its body. */
export function incoming<R extends FetchRequest>(request: R, fix: string): Incoming<R> {
  return {
    request,
    method: request.method,
    url: () => request.url,
    headers: request.headers,
    header: (name) => request.headers.get(name) ?? undefined,
    async read(most, patience) {
      if (request.bodyUsed || request.body?.locked) throw notRaw(fix);
      const { body } = request;
      if (body === null || body === undefined) return new Uint8Array(0);
      return await collect(most, patience, (sink) => {
        const reader: Reader = body.getReader();
        let refused = false;
        let spare = most;
        const pump = async () => {
          for (;;) {
            const { done, value } = await reader.read();
            if (done) break;
            sink.add(value);
            // What is left of a refused body is thrown away, but not without end: a body may come from this very process.
            if (refused) spare -= (value as Uint8Array).length;
            if (!(spare >= 0)) return;
          }
          sink.end();
        };
        pump().catch(() => sink.fail(incomplete()));
        return () => {
          refused = true;
          // Later: SvelteKit cuts the connection of a body that is cancelled, and with it the answer.
          const timer = setTimeout(() => reader.cancel().catch(() => {}), LINGER);
          // Node's timers keep a process alive, unless they are told not to.
          (timer as unknown as { unref?: () => void }).unref?.();
        };
      });
    },
  };
}

/** The answer to a request. */
export function response({ status, headers, body }: Answer, method: string): FetchResponse {
  return new Response(status === 204 || method === "HEAD" ? null : body, {
    status,
    headers,
  }) as FetchResponse;
}
