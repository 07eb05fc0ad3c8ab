//! Provider definitions: those of well-known senders are parsed and work, and invalid ones are rejected with the location
//! and the reason.

mod ambiguous;
mod bodies;
mod fields;
mod handshakes;
mod reading;
mod rejecting;

use serde_json::{Value, json};

/// A valid definition.
fn whole() -> Value {
    json!({
        "id": "mine",
        "title": "Mine",
        "signature": {
            "header": "X-Signature",
            "format": "t={timestamp},v1={hex}",
            "algorithms": ["sha256"],
            "signedContent": "{timestamp}.{body}"
        },
        "envelope": { "type": "/type", "id": "/id", "createdAt": "/at", "data": "/data" },
        "dedupe": ["pointer:/id", "header:X-Id", "digest"],
        "events": {
            "ping": { "schema": { "type": "object" } },
            "pong": { "revisions": [
                { "name": "new", "when": "/data/new", "schema": true },
                { "name": "old", "schema": true }
            ] }
        }
    })
}
