//! How to get the raw request body in each framework: one line of code per framework, for its current major version.

use super::cause::FrameworkFix;

const fn fix(name: &'static str, code: &'static str) -> FrameworkFix {
    FrameworkFix { name, code }
}

/// For causes without any code to change in a framework.
pub(super) static NONE: &[FrameworkFix] = &[];

/// AWS Lambda: the proxy event carries the body as text, or as base64 of the bytes.
pub(super) static LAMBDA: &[FrameworkFix] = &[
    fix(
        "AWS Lambda (Node.js)",
        "Buffer.from(event.body ?? \"\", event.isBase64Encoded ? \"base64\" : \"utf8\")",
    ),
    fix(
        "AWS Lambda (Python)",
        "base64.b64decode(event[\"body\"]) if event[\"isBase64Encoded\"] else event[\"body\"].encode()",
    ),
];

/// Every framework. The lines of `LAMBDA` are among them.
pub static FRAMEWORKS: &[FrameworkFix] = &[
    fix(
        "Express",
        "app.post(path, express.raw({ type: \"*/*\" }), handler); // before express.json(), then req.body",
    ),
    fix(
        "Fastify",
        "app.addContentTypeParser(\"application/json\", { parseAs: \"buffer\" }, (req, body, done) => done(null, body));",
    ),
    fix("Next.js route handlers", "new Uint8Array(await request.arrayBuffer())"),
    fix(
        "Next.js pages/api",
        "export const config = { api: { bodyParser: false } }; // then: for await (const chunk of req) chunks.push(chunk); Buffer.concat(chunks)",
    ),
    fix("Hono", "new Uint8Array(await c.req.arrayBuffer())"),
    fix("NestJS", "NestFactory.create(AppModule, { rawBody: true }); // then req.rawBody"),
    fix("Fetch API (Workers, Deno, Bun, SvelteKit)", "new Uint8Array(await request.arrayBuffer())"),
    LAMBDA[0],
    LAMBDA[1],
    fix("axum", "async fn handler(headers: HeaderMap, body: axum::body::Bytes)"),
    fix("actix-web", "async fn handler(request: HttpRequest, body: web::Bytes)"),
    fix("Flask", "request.get_data()"),
    fix("Django", "request.body"),
    fix("FastAPI", "await request.body()"),
    fix("Rails", "request.raw_post"),
    fix("PHP", "file_get_contents(\"php://input\")"),
];
