// NestJS: the receiver before Nest's own parsers, and in a controller that gets the raw body.
import "reflect-metadata";
import type { IncomingMessage, ServerResponse } from "node:http";
import { All, Body, Controller, Get, Module, Post, Req, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { receiver } from "hookseal/node";
import { listening } from "./listening.ts";
import { compressed, each, handler, hook, itemHandler, line, options, seen, slack } from "./shared.ts";

const receive = receiver(hook, handler, options);

@Controller()
class Webhooks {
  @All("kept")
  async kept(@Req() request: IncomingMessage, @Res() response: ServerResponse) {
    await receive(request, response);
  }
  @Get("seen")
  seen() {
    return seen();
  }
  @Post("json")
  json(@Body() body: unknown) {
    return { got: body };
  }
}

@Module({ controllers: [Webhooks] })
class Application {}

const app = await NestFactory.create(Application, { rawBody: true, logger: false });
app.use("/hook", receive);
app.use("/gzip", receiver(hook, handler, compressed));
app.use("/slack", receiver(slack, handler, options));
app.use("/each", receiver(line, itemHandler, each));
await app.listen(0, "127.0.0.1");
listening(app.getHttpServer());
