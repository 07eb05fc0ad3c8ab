//! Receives PainChek's webhooks with actix-web: `PAINCHEK_SECRET=my-secret cargo run`.

use std::net::TcpListener;
use std::time::SystemTime;

use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, PayloadConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use hookseal::events::painchek::Event;
use hookseal::webhook::EventTypeError;
use hookseal::{Delivery, Headers, MemoryStore, Receiver, Verified, Webhook, WebhookOptions};

async fn receive(
    receiver: Data<Receiver>,
    request: HttpRequest,
    body: Bytes, // the raw body
) -> HttpResponse {
    let headers = request.headers().iter();
    let headers: Headers =
        headers.map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()))).collect();
    let delivery = Delivery::new(headers, &body).with_method("POST");
    let claimed = match receiver.accept(&delivery, SystemTime::now()).await {
        Ok(claimed) => claimed,
        Err(unhandled) => {
            eprintln!("{unhandled}"); // no secret and no value of the payload
            return respond(unhandled.response); // 401, 400, 409 ...; 200 for a duplicate
        }
    };
    respond(match handle(&claimed).await {
        Ok(()) => claimed.done().await, // 200: a retry is a duplicate
        Err(error) => {
            eprintln!("{error}");
            claimed.release().await // 500: PainChek sends it again
        }
    })
}

/// Gets each delivery once: verified, valid, and not a duplicate.
async fn handle(delivery: &Verified<'_>) -> Result<(), EventTypeError> {
    match Event::from_verified(delivery)? {
        Event::AssessmentAdd(event) => println!("{} {}", delivery.id, event.data.uuid),
        _ => println!("{}: an event type that this version does not know", delivery.event_type),
    }
    Ok(())
}

/// A response of actix-web, whose types of HTTP are its own.
fn respond(response: hookseal::http::Response<String>) -> HttpResponse {
    let status =
        StatusCode::from_u16(response.status().as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut built = HttpResponse::build(status);
    for (name, value) in response.headers() {
        built.append_header((name.as_str(), value.as_bytes()));
    }
    built.body(response.into_body())
}

fn serve(listener: TcpListener, hook: Webhook) -> std::io::Result<Server> {
    let max_bytes = hook.verify_options().max_bytes;
    // For one process. With several, implement `hookseal::receiver::Store` for your database.
    let receiver = Data::new(Receiver::new(hook, MemoryStore::default()));
    let app = move || {
        App::new()
            .app_data(receiver.clone())
            .app_data(PayloadConfig::new(max_bytes))
            .service(web::resource("/").route(web::post().to(receive)))
    };
    Ok(HttpServer::new(app).listen(listener)?.run())
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secrets = vec![std::env::var("PAINCHEK_SECRET")?.into()];
    let hook = Webhook::built_in("painchek", WebhookOptions { secrets, ..WebhookOptions::default() })?;
    serve(TcpListener::bind(("127.0.0.1", 3000))?, hook)?.await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hookseal_example_conformance::{check, hook};

    #[test]
    fn responds_as_documented() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            actix_web::rt::System::new()
                .block_on(async { serve(listener, hook("test-secret")).expect("a server").await })
        });
        check(address);
    }
}
