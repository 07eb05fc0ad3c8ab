// What `onEvent` tells, as spans of the real OpenTelemetry SDK. docs/receiving.md shows the same lines.
import assert from "node:assert/strict";
import { it } from "node:test";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { receiver } from "../src/fetch.ts";
import { painchek } from "../src/index.ts";
import { SECRET } from "./support.ts";

it("each request can be a span, that holds no value of its payload", async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer("webhooks");
  const hook = painchek({ secrets: [SECRET] });
  const receive = receiver(
    hook,
    ({ event }) => {
      if (event.data.update_stamp === 2) throw new Error("a name");
    },
    {
      onError: () => {},
      onEvent: ({ startedAt, durations, ...event }) => {
        const span = tracer.startSpan("webhook.receive", {
          kind: SpanKind.CONSUMER,
          startTime: startedAt,
          attributes: {
            "webhook.provider": event.provider,
            "webhook.outcome": event.outcome,
            "webhook.type": event.type,
            "webhook.id": event.id,
            "webhook.code": event.code,
            "webhook.handle_ms": durations.handle,
            "http.response.status_code": event.status,
          },
        });
        if (event.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR, message: event.code ?? "" });
        span.end(startedAt + durations.total);
      },
    },
  );
  const send = async (stamp: number, secret = SECRET) => {
    const uuid = `5e0c6b3a-91d2-4c7f-8a46-00000000000${stamp}`;
    const sender = painchek({ secrets: [secret] });
    const { headers, body } = sender.create("assessment_add", { uuid, patient: uuid, update_stamp: stamp });
    await receive(
      new Request("https://h/", { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> }),
    );
  };
  await send(1);
  await send(2);
  await send(3, "another secret");

  const spans = exporter.getFinishedSpans();
  assert.deepEqual(
    spans.map(({ attributes, status }) => [
      attributes["webhook.outcome"],
      attributes["http.response.status_code"],
      attributes["webhook.code"],
      status.code,
    ]),
    [
      ["handled", 200, undefined, SpanStatusCode.UNSET],
      ["failed", 500, "handler-failed", SpanStatusCode.ERROR],
      ["rejected", 401, "signature-mismatch", SpanStatusCode.UNSET],
    ],
  );
  assert.match(`${spans[0]?.attributes["webhook.id"]}`, /^assessment_add:/);
  assert.equal(spans[2]?.attributes["webhook.id"], undefined);
  for (const { startTime, endTime, attributes } of spans) {
    assert.ok(endTime[0] * 1e9 + endTime[1] >= startTime[0] * 1e9 + startTime[1]);
    assert.ok(!JSON.stringify(attributes).includes("name"));
  }
});
