// NestJS with its raw body; decorators are called as the functions that they are.
import "reflect-metadata";
import type { IncomingMessage, ServerResponse } from "node:http";
import { All, Body, Controller, Get, Module, Post, Req, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { receiver } from "hookseal/node";
import { listening } from "./listening.ts";
import { handler, hook, options, seen } from "./shared.ts";

const receive = receiver(hook, handler, options);

@Controller()
class Webhooks {
  @All("hook")
  async hook(@Req() request: IncomingMessage, @Res() response: ServerResponse) {
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
await app.listen(0, "127.0.0.1");
listening(app.getHttpServer());
