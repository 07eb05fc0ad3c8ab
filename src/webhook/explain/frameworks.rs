//! Lines of code for each framework, for its current major version: how to get the raw request body, and how to print
//! what is passed to `verify`.

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

/// How to print length and SHA-256 of what is passed to `verify`, and never the payload. `createHash` is Node's, from
/// `node:crypto`.
pub(super) static DIGESTS: &[FrameworkFix] = &[
    fix(
        "Express",
        "console.log(Buffer.byteLength(req.body), createHash(\"sha256\").update(req.body).digest(\"hex\"));",
    ),
    fix(
        "Fastify",
        "console.log(Buffer.byteLength(request.body), createHash(\"sha256\").update(request.body).digest(\"hex\"));",
    ),
    fix(
        "Next.js route handlers",
        "const body = new Uint8Array(await request.arrayBuffer()); console.log(body.length, createHash(\"sha256\").update(body).digest(\"hex\"));",
    ),
    fix(
        "Next.js pages/api",
        "const body = Buffer.concat(chunks); console.log(body.length, createHash(\"sha256\").update(body).digest(\"hex\"));",
    ),
    fix(
        "Hono",
        "const body = new Uint8Array(await c.req.arrayBuffer()); console.log(body.length, Array.from(new Uint8Array(await crypto.subtle.digest(\"SHA-256\", body)), (byte) => byte.toString(16).padStart(2, \"0\")).join(\"\"));",
    ),
    fix(
        "NestJS",
        "console.log(req.rawBody?.length, createHash(\"sha256\").update(req.rawBody ?? \"\").digest(\"hex\"));",
    ),
    fix(
        "Fetch API (Workers, Deno, Bun, SvelteKit)",
        "const body = new Uint8Array(await request.arrayBuffer()); console.log(body.length, Array.from(new Uint8Array(await crypto.subtle.digest(\"SHA-256\", body)), (byte) => byte.toString(16).padStart(2, \"0\")).join(\"\"));",
    ),
    fix(
        "AWS Lambda (Node.js)",
        "const body = Buffer.from(event.body ?? \"\", event.isBase64Encoded ? \"base64\" : \"utf8\"); console.log(body.length, createHash(\"sha256\").update(body).digest(\"hex\"));",
    ),
    fix(
        "AWS Lambda (Python)",
        "body = base64.b64decode(event[\"body\"]) if event[\"isBase64Encoded\"] else event[\"body\"].encode(); print(len(body), hashlib.sha256(body).hexdigest())",
    ),
    fix("axum", "println!(\"{} {:x}\", body.len(), <sha2::Sha256 as sha2::Digest>::digest(&body));"),
    fix("actix-web", "println!(\"{} {:x}\", body.len(), <sha2::Sha256 as sha2::Digest>::digest(&body));"),
    fix("Flask", "body = request.get_data(); print(len(body), hashlib.sha256(body).hexdigest())"),
    fix("Django", "print(len(request.body), hashlib.sha256(request.body).hexdigest())"),
    fix("FastAPI", "body = await request.body(); print(len(body), hashlib.sha256(body).hexdigest())"),
    fix(
        "Rails",
        "logger.info(\"#{request.raw_post.bytesize} #{Digest::SHA256.hexdigest(request.raw_post)}\")",
    ),
    fix(
        "PHP",
        "$body = file_get_contents(\"php://input\"); error_log(strlen($body) . \" \" . hash(\"sha256\", $body));",
    ),
];
