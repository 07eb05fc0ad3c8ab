/** The routes of the servers that speak fetch. */
import { receiver } from "hookseal/fetch";
import { handler, hook, options, seen } from "./shared.ts";

const receive = receiver(hook, handler, options);

export async function route(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/hook") return receive(request);
  if (pathname === "/seen") return new Response(seen());
  if (pathname === "/json") return Response.json({ got: await request.json() });
  return new Response(null, { status: 404 });
}
