//! What every example responds to requests over a socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use hookseal::{SignParams, SignedDelivery, Webhook, WebhookOptions};

/// A webhook of PainChek with a secret.
#[must_use]
pub fn hook(secret: &str) -> Webhook {
    let secrets = vec![secret.into()];
    Webhook::built_in("painchek", WebhookOptions { secrets, ..WebhookOptions::default() }).expect("a webhook")
}

/// A delivery of an assessment, signed with a secret.
#[must_use]
pub fn assessment(secret: &str) -> SignedDelivery {
    let data =
        r#"{"uuid":"1dba5858-7dc7-4bbe-a0eb-60ed801cf357","patient":"2dba5858-7dc7-4bbe-a0eb-60ed801cf357"}"#;
    hook(secret).create("assessment_add", data, &SignParams::random()).expect("a delivery")
}

/// Sends a request over a socket, and returns the response.
fn request(address: SocketAddr, method: &str, delivery: &SignedDelivery) -> String {
    let mut head = format!("{method} / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in &delivery.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", delivery.body.len());
    let mut stream = TcpStream::connect(address).expect("a connection");
    let mut response = Vec::new();
    // A server may respond, and close the connection, before it has the whole body.
    let _ = stream.write_all(&[head.as_bytes(), &delivery.body].concat());
    let _ = stream.read_to_end(&mut response);
    String::from_utf8(response).expect("text")
}

/// Checks the responses of a receiver with the secret `test-secret`.
pub fn check(address: SocketAddr) {
    let post = |delivery: &SignedDelivery| request(address, "POST", delivery);
    let status = |delivery: &SignedDelivery| post(delivery).get(9..12).map(str::to_owned);

    let signed = assessment("test-secret");
    for outcome in ["handled", "duplicate"] {
        let response = post(&signed);
        assert!(response.starts_with("HTTP/1.1 200"), "{response}");
        assert!(response.ends_with(&format!(r#"{{"status":"{outcome}"}}"#)), "{response}");
    }

    let response = post(&assessment("wrong-secret"));
    assert!(response.starts_with("HTTP/1.1 401"), "{response}");
    assert!(response.contains("content-type: application/problem+json"), "{response}");
    assert!(response.ends_with(r#""status":401,"code":"signature-mismatch"}"#), "{response}");

    let sign = |body: Vec<u8>| hook("test-secret").sign(body, &SignParams::random()).expect("a delivery");
    assert_eq!(status(&sign(b"{".to_vec())).as_deref(), Some("400"));
    assert_eq!(status(&sign(vec![b' '; (1 << 20) + 1])).as_deref(), Some("413"));
    assert!(request(address, "PUT", &signed).starts_with("HTTP/1.1 405"));
}
