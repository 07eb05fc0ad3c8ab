//! Receives PainChek's webhooks with axum: `PAINCHEK_SECRET=my-secret cargo run`.

use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Response};
use axum::routing::post;
use hookseal::events::painchek::Event;
use hookseal::webhook::EventTypeError;
use hookseal::{Delivery, MemoryStore, Receiver, Verified, Webhook, WebhookOptions};

async fn receive(
    State(receiver): State<Arc<Receiver>>,
    headers: HeaderMap,
    body: Bytes, // the raw body
) -> Response<String> {
    let delivery = Delivery::new(&headers, &body).with_method("POST");
    let claimed = match receiver.accept(&delivery, SystemTime::now()).await {
        Ok(claimed) => claimed,
        Err(unhandled) => {
            eprintln!("{unhandled}"); // no secret and no value of the payload
            return unhandled.response; // 401, 400, 409 ... as application/problem+json; 200 for a duplicate
        }
    };
    match handle(&claimed).await {
        Ok(()) => claimed.done().await, // 200: a retry is a duplicate
        Err(error) => {
            eprintln!("{error}");
            claimed.release().await // 500: PainChek sends it again
        }
    }
}

/// Gets each delivery once: verified, valid, and not a duplicate.
async fn handle(delivery: &Verified<'_>) -> Result<(), EventTypeError> {
    match Event::from_verified(delivery)? {
        Event::AssessmentAdd(event) => println!("{} {}", delivery.id, event.data.uuid),
        _ => println!("{}: an event type that this version does not know", delivery.event_type),
    }
    Ok(())
}

fn router(hook: Webhook) -> Router {
    let limit = DefaultBodyLimit::max(hook.verify_options().max_bytes);
    // For one process. With several, implement `hookseal::receiver::Store` for your database.
    let receiver = Receiver::new(hook, MemoryStore::default());
    Router::new().route("/", post(receive)).layer(limit).with_state(Arc::new(receiver))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secrets = vec![std::env::var("PAINCHEK_SECRET")?.into()];
    let hook = Webhook::built_in("painchek", WebhookOptions { secrets, ..WebhookOptions::default() })?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, router(hook)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use hookseal_example_conformance::{assessment, check, hook};
    use tower::ServiceExt;

    /// Without a server: a test of your own handler can call the router.
    #[tokio::test]
    async fn a_delivery_without_its_signature_is_rejected() {
        let signed = assessment("test-secret");
        let request = Request::post("/").body(Body::from(signed.body)).expect("a request");
        let response = router(hook("test-secret")).oneshot(request).await.expect("a response");
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    }

    #[test]
    fn responds_as_documented() {
        let (send, address) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
                let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
                send.send(listener.local_addr().expect("an address")).expect("a receiver");
                axum::serve(listener, router(hook("test-secret"))).await
            })
        });
        check(address.recv().expect("an address"));
    }
}
