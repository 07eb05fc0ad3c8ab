// Every sender at a path of its own in Express, with the secrets and URLs in the environment.
import express from "express";
import { webhook } from "hookseal";
import { receiver } from "hookseal/express";
import { listening } from "./listening.ts";

interface Options {
  secret: string;
  settings: Record<string, string>;
  url?: string;
  tolerance: number;
}

const senders: Record<string, Options> = JSON.parse(process.env.SENDERS ?? "{}");
const app = express();
for (const [id, { secret, settings, url, tolerance }] of Object.entries(senders)) {
  const hook = webhook(id, { secrets: [secret], settings, tolerance });
  const respond = receiver(hook, ({ type }, { reply }) => reply(`${id} ${type}`), { url });
  app.post(`/${id}`, respond);
}
const server = app.listen(0, "127.0.0.1", () => listening(server));
