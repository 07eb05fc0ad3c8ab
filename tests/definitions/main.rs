//! Provider definitions: those of well-known senders are read for what they say, and broken ones are refused
//! with the place and the reason.

mod ambiguous;
mod reading;
mod refusing;

use serde_json::{Value, json};

/// A definition that can be used.
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
