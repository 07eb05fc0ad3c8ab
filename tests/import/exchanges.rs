//! Requests that a tool prints with their responses: HTTPie, xh, Wireshark.

use hookseal::Severity::{Info, Warning};
use hookseal::delivery::{ImportFormat, import};

use crate::support::{import_one, locations};

const RESPONSE: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

#[test]
fn the_response_after_a_request_is_no_part_of_the_body() {
    // A stream of Wireshark.
    let stream =
        format!("POST /hook HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{{\"a\": 1}}\n{RESPONSE}");
    let (delivery, result) = import_one(&stream, ImportFormat::Http);
    assert_eq!(delivery.body, b"{\"a\": 1}\n");
    assert_eq!(locations(&result), [("input-ignored", Info, 6, 1)]);
    // Two exchanges.
    let result = import(format!("{stream}{stream}").as_bytes(), None);
    let bodies: Vec<_> = result.deliveries.iter().map(|delivery| delivery.body.as_slice()).collect();
    assert_eq!(bodies, [b"{\"a\": 1}\n", b"{\"a\": 1}\n"]);
}

#[test]
fn a_body_that_httpie_has_formatted_gets_the_declared_length() {
    let printed = |length: usize| {
        format!(
            "POST /hook HTTP/1.1\nAccept: application/json, */*;q=0.5\nContent-Length: {length}\nHost: h\nX-Sig: 1\n\n{{\n    \
             \"a\": \"b, \\\"c\\\"\",\n    \"n\": [\n        1,\n        2.0\n    ]\n}}\n\n\n{RESPONSE}"
        )
    };
    for (length, body) in [
        (32, "{\"a\":\"b, \\\"c\\\"\",\"n\":[1,2.0]}"),
        (36, "{\"a\": \"b, \\\"c\\\"\", \"n\": [1, 2.0]}"),
        // No known form has this length.
        (20, "{\n    \"a\": \"b, \\\"c\\\"\",\n    \"n\": [\n        1,\n        2.0\n    ]\n}"),
    ] {
        let length = if length == 20 { 20 } else { body.len() };
        let (delivery, result) = import_one(printed(length), ImportFormat::Http);
        assert_eq!(String::from_utf8_lossy(&delivery.body), body);
        assert_eq!(locations(&result), [("body-not-raw", Warning, 7, 1), ("input-ignored", Info, 16, 1)]);
    }
}
