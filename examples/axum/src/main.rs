//! Receives PainChek's webhooks with axum: `PAINCHEK_SECRET=my-secret cargo run`.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::post;
use hookseal::events::painchek::Event;
use hookseal::{Delivery, Webhook, WebhookOptions};

struct App {
    hook: Webhook,
    /// The keys of completed deliveries. With several processes, use a unique column of your database.
    completed: Mutex<HashSet<String>>,
}

async fn receive(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes, // the raw body
) -> Result<StatusCode, Response<String>> {
    let delivery = Delivery::new(&headers, &body).with_method("POST");
    let verified = app.hook.verify(&delivery, SystemTime::now()).map_err(|error| {
        eprintln!("{}: {error}", error.code.as_str()); // no secret and no value of the payload
        error.response() // 401, 400, 413 ... as application/problem+json
    })?;
    // Two requests with one key at the same time are both handled: a handler has to allow for that.
    if app.completed.lock().unwrap_or_else(PoisonError::into_inner).contains(&verified.id) {
        return Ok(StatusCode::OK); // a duplicate
    }
    match Event::from_verified(&verified) {
        Ok(Event::AssessmentAdd(event)) => println!("{} {}", verified.id, event.data.uuid),
        Ok(_) => println!("{}: an event type that this version does not know", verified.event_type),
        Err(error) => {
            eprintln!("{error}");
            return Ok(StatusCode::INTERNAL_SERVER_ERROR); // PainChek sends it again
        }
    }
    app.completed.lock().unwrap_or_else(PoisonError::into_inner).insert(verified.id);
    Ok(StatusCode::OK)
}

fn router(hook: Webhook) -> Router {
    let limit = DefaultBodyLimit::max(hook.verify_options().max_bytes);
    let app = App { hook, completed: Mutex::default() };
    Router::new().route("/", post(receive)).layer(limit).with_state(Arc::new(app))
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
    use hookseal::{SignParams, SignedDelivery};
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream};

    fn hook(secret: &str) -> Webhook {
        let secrets = vec![secret.into()];
        Webhook::built_in("painchek", WebhookOptions { secrets, ..WebhookOptions::default() })
            .expect("a webhook")
    }

    /// Starts the server, in a thread of its own, and returns its address.
    fn start() -> SocketAddr {
        let (send, address) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
                send.send(listener.local_addr().expect("an address")).expect("a receiver");
                axum::serve(listener, router(hook("test-secret"))).await
            })
        });
        address.recv().expect("an address")
    }

    /// Sends a delivery over a socket, and returns the response.
    fn post(address: SocketAddr, delivery: &SignedDelivery) -> String {
        let mut request = format!("POST / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
        for (name, value) in &delivery.headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("Content-Length: {}\r\n\r\n", delivery.body.len());
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.write_all(&[request.as_bytes(), &delivery.body].concat()).expect("sent");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("a response");
        response
    }

    #[test]
    fn responds_as_documented() {
        let address = start();
        let status = |delivery: &SignedDelivery| post(address, delivery)[9..12].to_owned();
        let data = r#"{"uuid":"1dba5858-7dc7-4bbe-a0eb-60ed801cf357","patient":"2dba5858-7dc7-4bbe-a0eb-60ed801cf357"}"#;
        let signed =
            hook("test-secret").create("assessment_add", data, &SignParams::random()).expect("signed");
        assert_eq!(status(&signed), "200");
        assert_eq!(status(&signed), "200", "a duplicate");

        let forged =
            hook("wrong-secret").create("assessment_add", data, &SignParams::random()).expect("signed");
        let response = post(address, &forged);
        assert!(response.starts_with("HTTP/1.1 401"), "{response}");
        assert!(response.contains("content-type: application/problem+json"), "{response}");
        assert!(response.ends_with(r#""status":401,"code":"signature-mismatch"}"#), "{response}");

        let no_json = hook("test-secret").sign("{", &SignParams::random()).expect("signed");
        assert_eq!(status(&no_json), "400");
        let large =
            hook("test-secret").sign(vec![b' '; (1 << 20) + 1], &SignParams::random()).expect("signed");
        assert_eq!(status(&large), "413");
    }
}
