/** The routes of the servers with the Fetch API. */
import { receiver } from "hookseal/fetch";
import { compressed, each, handler, hook, itemHandler, line, options, seen, slack } from "./shared.ts";

const receive = receiver(hook, handler, options);
const respond = receiver(slack, handler, options);
const receiveEach = receiver(line, itemHandler, each);
let inflate: typeof receive;

export async function route(request: Request): Promise<Response> {
  // An application of Next.js has them twice: in Node, and below /edge.
  const pathname = new URL(request.url).pathname.replace(/^\/edge\//, "/");
  if (pathname === "/hook") return receive(request);
  if (pathname === "/slack") return respond(request);
  if (pathname === "/each") return receiveEach(request);
  if (pathname === "/gzip") {
    try {
      inflate ??= receiver(hook, handler, compressed);
    } catch (error) {
      return new Response(String(error), { status: 501 });
    }
    return inflate(request);
  }
  if (pathname === "/seen") return new Response(seen());
  if (pathname === "/json") return Response.json({ got: await request.json() });
  return new Response(null, { status: 404 });
}
