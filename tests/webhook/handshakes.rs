//! Handshakes: which requests get which response, and what is refused.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::signature::{Algorithm, hmac};
use hookseal::webhook::{HandshakeResponse, SignParams, Webhook, WebhookOptions};
use serde_json::{Value, json};

use super::support::{NOW, SECRET, fresh, options, unsigned};

/// A definition with a signature over the body, the event type in a header, and these handshakes.
fn definition(handshakes: &Value) -> Value {
    json!({
        "id": "mine",
        "signature": { "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"] },
        "envelope": { "type": "header:X-Event" },
        "settings": {
            "verifyToken": { "description": "the token that you enter at the provider" }
        },
        "handshake": handshakes,
        "events": { "*": { "schema": true } }
    })
}

/// A webhook of that definition, from its text; and the same one compiled.
fn hooks(definition: &Value, options: impl Fn() -> WebhookOptions) -> [Webhook; 2] {
    let text = definition.to_string();
    let provider = Provider::from_json(text.as_bytes()).expect("a valid definition");
    let compiled = Provider::from_compiled(&provider.to_compiled()).expect("compiled by this build");
    [provider, compiled].map(|provider| Webhook::new(provider, options()).expect("a webhook"))
}

/// What both webhooks respond: nothing, the status with headers and body, or the code and the message.
fn respond(hooks: &[Webhook; 2], delivery: &Delivery<'_>) -> Option<Result<HandshakeResponse, String>> {
    let [text, compiled] = hooks.each_ref().map(|hook| {
        hook.handshake(delivery, NOW).map(|result| result.map_err(|error| format!("{}: {error}", error.code)))
    });
    assert_eq!(text, compiled);
    text
}

fn body_of(response: Option<Result<HandshakeResponse, String>>) -> String {
    response.expect("a handshake").expect("a response").body
}

fn refusal(response: Option<Result<HandshakeResponse, String>>) -> String {
    response.expect("a handshake").expect_err("refused")
}

fn get(url: &str) -> Delivery<'_> {
    Delivery::new(Headers::new(), b"").with_method("GET").with_url(url)
}

fn post<'d>(headers: &'d [(&'d str, &'d str)], body: &'d [u8]) -> Delivery<'d> {
    Delivery::new(headers.iter().copied().collect::<Headers<'_>>(), body)
        .with_method("POST")
        .with_url("https://h/hook")
}

fn tag(body: &[u8]) -> String {
    hex(&hmac::sign(Algorithm::Sha256, SECRET.as_bytes(), body))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn with_token(token: &'static str) -> impl Fn() -> WebhookOptions {
    move || WebhookOptions {
        settings: vec![("verifyToken".to_owned(), token.to_owned().into())],
        ..options(&[SECRET])
    }
}

fn hub() -> Value {
    definition(&json!([{
        "name": "hub", "method": "GET",
        "when": { "query:hub.mode": "subscribe" },
        "equals": { "query:hub.verify_token": "{setting:verifyToken}" },
        "response": { "text": "{query:hub.challenge}" }
    }]))
}

#[test]
fn a_get_gets_the_challenge_only_for_the_verify_token() {
    let hooks = hooks(&hub(), with_token("a token of mine"));
    let url = "https://h/hook?hub.mode=subscribe&hub.verify_token=a+token+of+mine&hub.challenge=1158201444";
    let response = respond(&hooks, &get(url)).expect("a handshake").expect("a response");
    assert_eq!((response.name.as_str(), response.status, response.body.as_str()), ("hub", 200, "1158201444"));
    assert_eq!(
        response.headers,
        [("content-type", "text/plain; charset=utf-8"), ("x-content-type-options", "nosniff")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert!(response.secret.is_none());
    for (url, message) in [
        (
            "/?hub.mode=subscribe&hub.verify_token=a+token&hub.challenge=1",
            "handshake-refused: Handshake \"hub\" refused: query:hub.verify_token does not equal the setting `verifyToken`.",
        ),
        (
            "/?hub.mode=subscribe&hub.verify_token=a+token+of+mine&hub.verify_token=x&hub.challenge=1",
            "handshake-refused: Handshake \"hub\" refused: query:hub.verify_token does not equal the setting `verifyToken`.",
        ),
        (
            "/?hub.mode=subscribe&hub.challenge=1",
            "handshake-refused: Handshake \"hub\" refused: query:hub.verify_token is missing.",
        ),
        (
            "/?hub.mode=subscribe&hub.verify_token=a+token+of+mine",
            "handshake-refused: Handshake \"hub\" refused: query:hub.challenge is missing.",
        ),
        (
            "/?hub.mode=subscribe&hub.verify_token=a+token+of+mine&hub.challenge=%3Cscript%3E",
            "handshake-refused: Handshake \"hub\" refused: query:hub.challenge is no token, so it is not sent back.",
        ),
    ] {
        assert_eq!(refusal(respond(&hooks, &get(url))), message, "{url}");
    }
    for other in ["/", "/?hub.mode=unsubscribe", "/?HUB.MODE=subscribe"] {
        assert_eq!(respond(&hooks, &get(other)), None, "{other}");
    }
    for method in ["POST", "HEAD", "OPTIONS", "get", "PUT"] {
        assert_eq!(respond(&hooks, &get(url).with_method(method)), None, "{method}");
    }
}

#[test]
fn a_setting_that_is_absent_or_empty_equals_nothing() {
    let url = "/?hub.mode=subscribe&hub.verify_token=&hub.challenge=1";
    for options in [|| options(&[SECRET]), || with_token("")()] {
        let hooks = hooks(&hub(), options);
        assert_eq!(
            refusal(respond(&hooks, &get(url))),
            "setting-missing: Missing setting `verifyToken` (the token that you enter at the provider)."
        );
    }
    let [hook, _] = hooks(&hub(), || options(&[SECRET]));
    let error = hook.handshake(&get(url), NOW).expect("a handshake").expect_err("refused");
    assert_eq!((error.code, error.status()), (Code::SETTING_MISSING, 500));
    let hint = "Pass `settings: { verifyToken: \"...\" }` to the webhook.";
    assert_eq!(error.issues[0].hint.as_deref(), Some(hint));
    let provider = Provider::from_json(hub().to_string().as_bytes()).expect("valid");
    let settings = vec![("verifytoken".to_owned(), "the-token".to_owned().into())];
    let error =
        Webhook::new(provider, WebhookOptions { settings, ..options(&[SECRET]) }).expect_err("rejected");
    assert_eq!(error.code, Code::OPTION_INVALID);
    assert_eq!(error.to_string(), "Unknown setting \"verifytoken\". The provider has: verifyToken.");
    let [hook, _] = hooks(&hub(), with_token("the-token-itself"));
    assert!(!format!("{hook:?}").contains("the-token-itself"));
}

#[test]
fn the_signature_of_a_post_is_verified_first() {
    let handshakes = json!([{
        "name": "ping", "when": { "/type": "1", "/event": false },
        "response": { "json": { "type": 1, "list": [true, null, "a\"b", "{/nonce}"] } }
    }]);
    let mine = hooks(&definition(&handshakes), || options(&[SECRET]));
    let body = br#"{"type":1,"event":null,"nonce":"n-1"}"#;
    let signature = tag(body);
    let good = [("X-Sig", signature.as_str())];
    let response = respond(&mine, &post(&good, body)).expect("a handshake").expect("a response");
    assert_eq!(response.body, r#"{"type":1,"list":[true,null,"a\"b","n-1"]}"#);
    assert_eq!(response.headers[0], ("content-type".to_owned(), "application/json".to_owned()));
    // No signature, another body's signature, a body that no parser reads alike.
    assert_eq!(respond(&mine, &post(&[], body)), None);
    assert_eq!(respond(&mine, &post(&good, br#"{"type":1,"event":null,"nonce":"n-2"}"#)), None);
    for other in [
        br#"{"type":1,"event":{},"nonce":"n-1"}"#.as_slice(),
        br#"{"type":2,"nonce":"n-1"}"#,
        br#"{"type":2,"type":1,"nonce":"n-1"}"#,
        br#"{"type":1"#,
        b"",
    ] {
        let signature = tag(other);
        assert_eq!(respond(&mine, &post(&[("X-Sig", &signature)], other)), None);
    }
    // A request that the receiver need not authenticate, and one that never is.
    let allowed =
        hooks(&definition(&handshakes), || WebhookOptions { allow_unsigned: true, ..options(&[SECRET]) });
    assert!(respond(&allowed, &post(&[], body)).is_some());
    assert_eq!(respond(&allowed, &post(&[("X-Sig", "00")], body)), None);
    let mut open = handshakes;
    open[0]["signed"] = false.into();
    let open = hooks(&definition(&open), || options(&[SECRET]));
    assert_eq!(body_of(respond(&open, &post(&[], body))), r#"{"type":1,"list":[true,null,"a\"b","n-1"]}"#);
    let explaining = hooks(
        &definition(&json!([{
            "name": "open", "signed": false, "when": { "/type": true }, "response": {}
        }])),
        || WebhookOptions { explain_only: true, ..options(&[SECRET]) },
    );
    assert_eq!(respond(&explaining, &post(&[], body)), None);
}

#[test]
fn a_signed_time_is_checked() {
    let mut timed = definition(&json!([{ "name": "ping", "when": { "/ping": true }, "response": {} }]));
    timed["signature"]["timestamp"] = "/at".into();
    let hooks = hooks(&timed, || options(&[SECRET]));
    for (at, has_response) in [(1_700_000_000, true), (1_700_000_300, true), (1_699_999_000, false)] {
        let body = format!(r#"{{"ping":1,"at":{at}}}"#);
        let signature = tag(body.as_bytes());
        let response = respond(&hooks, &post(&[("X-Sig", &signature)], body.as_bytes()));
        assert_eq!(response.is_some(), has_response, "{at}");
        assert!(response.is_none_or(|response| response.expect("a response").status == 204));
    }
    let body = b"ping";
    assert_eq!(respond(&hooks, &post(&[("X-Sig", &tag(body))], body)), None);
}

#[test]
fn only_a_token_is_sent_back() {
    let echo = |loose: bool, kind: &str| {
        let response = if kind == "json" {
            json!({ "json": { "a": "<{query:a}>" } })
        } else {
            json!({ kind: if kind == "text" { json!("<{query:a}>") } else { json!({ "X-Echo": "{query:a}" }) } })
        };
        let mut handshake =
            json!({ "name": "echo", "method": "GET", "when": { "query:a": true }, "response": response });
        handshake["loose"] = loose.into();
        hooks(&definition(&json!([handshake])), || options(&[SECRET]))
    };
    let (max, over) = ("x".repeat(1024), "x".repeat(1025));
    for value in ["Az09._~:%2B/=@-", &max] {
        let text = value.replace("%2B", "+");
        let url = format!("/?a={value}");
        assert_eq!(body_of(respond(&echo(false, "text"), &get(&url))), format!("<{text}>"));
        assert_eq!(body_of(respond(&echo(false, "json"), &get(&url))), format!(r#"{{"a":"<{text}>"}}"#));
        let response =
            respond(&echo(false, "headers"), &get(&url)).expect("a handshake").expect("a response");
        assert_eq!((response.status, response.headers), (204, vec![("x-echo".to_owned(), text)]));
    }
    for value in ["", "%20", "a%0D%0AX-Own:1", "%3Cb%3E", "%22", "%7B%7D", "%C3%A9", "a%00", "%7F", &over] {
        for kind in ["text", "json", "headers"] {
            let message = refusal(respond(&echo(false, kind), &get(&format!("/?a={value}"))));
            assert!(
                message.starts_with("handshake-refused: Handshake \"echo\" refused: query:a is"),
                "{message}"
            );
        }
    }
    // Printable ASCII, and still no line.
    for kind in ["text", "json", "headers"] {
        let url = "/?a=Validation%3A+Testing+%22%5C%3C";
        let response = respond(&echo(true, kind), &get(url)).expect("a handshake").expect("a response");
        match kind {
            "text" => assert_eq!(response.body, "<Validation: Testing \"\\<>"),
            "json" => assert_eq!(response.body, r#"{"a":"<Validation: Testing \"\\<>"}"#),
            _ => assert_eq!(response.headers[0].1, "Validation: Testing \"\\<"),
        }
        for value in ["", "a%0A", "a%0D%0AX-Own:1", "%C3%A9", "%00", &over] {
            assert!(refusal(respond(&echo(true, kind), &get(&format!("/?a={value}")))).contains("query:a"));
        }
    }
}

#[test]
fn the_zoom_validation_gets_the_secret_that_signed_it() {
    let hook = |secrets: &[&str], allow_unsigned| {
        let options = WebhookOptions { allow_unsigned, ..options(secrets) };
        Webhook::built_in("zoom", options).expect("a webhook")
    };
    let body = br#"{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}"#;
    let signed = hook(&[SECRET], false).sign(body, &fresh()).expect("signed").headers;
    let delivery = || Delivery::new(signed.iter().cloned().collect::<Headers<'_>>(), body);
    let encrypted = hex(&hmac::sign(Algorithm::Sha256, SECRET.as_bytes(), b"qgg8vlvZRS6UYooatFL8Aw"));
    let expected = format!(r#"{{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"{encrypted}"}}"#);
    for secrets in [&[SECRET][..], &["the next secret of the app", SECRET]] {
        let response =
            hook(secrets, false).handshake(&delivery(), NOW).expect("a handshake").expect("a response");
        assert_eq!(response.body, expected);
    }
    assert!(hook(&["another secret of the app"], false).handshake(&delivery(), NOW).is_none());
    // ATTACK: anyone has a text signed where deliveries need no signature.
    let bare = Delivery::new(Headers::new(), body);
    assert!(hook(&[SECRET], false).handshake(&bare, NOW).is_none());
    for secrets in [&[SECRET][..], &[]] {
        let error = hook(secrets, true).handshake(&bare, NOW).expect("a handshake").expect_err("refused");
        assert_eq!(
            error.to_string(),
            "Handshake \"endpoint.url_validation\" refused: /payload/plainToken is not signed."
        );
        assert_eq!((error.code, error.status()), (Code::HANDSHAKE_REFUSED, 403));
    }
}

/// ATTACK: the response to a CRC is an HMAC under the secret of the subscription. An attacker who can have any text signed in this
/// way has the signature of a body that equals the text.
#[test]
fn a_challenge_response_check_signs_no_delivery() {
    let crc = definition(&json!([{
        "name": "crc", "method": "GET", "when": { "query:crc_token": true },
        "response": { "json": { "response_token": "sha256={hmac:sha256:hex:query:crc_token}" } }
    }]));
    let hooks = hooks(&crc, || options(&[SECRET]));
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let respond = |token: &str| respond(&hooks, &get(&format!("/?crc_token={}", encode(token))));
    for token in ["9b4507b3-9040-4669-9ca3-6b94edb50553", "MTY5OTk5OTk5OQ==", "x", &"x".repeat(256)] {
        let expected = format!(r#"{{"response_token":"sha256={}"}}"#, tag(token.as_bytes()));
        assert_eq!(body_of(respond(token)), expected);
    }
    // Each of these is the body of a delivery, or a part of one: with the type in a header, also a number.
    let accepted = [r#"{"type":"paid"}"#, "[]", r#""x""#, "0", "123", "-1.5e3", "true", "false", "null"];
    for body in accepted {
        let signature = tag(body.as_bytes());
        let forged = [("X-Sig", signature.as_str()), ("X-Event", "paid")];
        assert!(hooks[0].verify(&post(&forged, body.as_bytes()), NOW).is_ok(), "{body} would be accepted");
        assert!(refusal(respond(body)).starts_with("handshake-refused: "), "{body}");
    }
    for token in [" 1", "a b", "1,2", "a:b", "a/b", "type=paid", "=", "a\n", "é", "", &"x".repeat(257)] {
        assert!(refusal(respond(token)).starts_with("handshake-refused: "), "{token:?}");
    }
}

#[test]
fn a_secret_is_handed_to_the_caller_and_not_taken() {
    let hooks = hooks(
        &definition(&json!([
            {
                "name": "X-Hook-Secret", "when": { "header:X-Hook-Secret": true }, "signed": false,
                "secret": "header:X-Hook-Secret",
                "response": { "status": 200, "headers": { "X-Hook-Secret": "{header:X-Hook-Secret}" } }
            },
            { "name": "notion", "when": { "/verification_token": true }, "signed": false,
              "secret": "/verification_token", "response": { "status": 200 } }
        ])),
        || options(&[SECRET]),
    );
    let response = respond(&hooks, &post(&[("x-hook-secret", "b537207f20cbfa02357cf448134da559")], b""));
    let response = response.expect("a handshake").expect("a response");
    assert_eq!(response.secret.as_deref().map(String::as_str), Some("b537207f20cbfa02357cf448134da559"));
    assert_eq!(
        response.headers,
        [("x-hook-secret".to_owned(), "b537207f20cbfa02357cf448134da559".to_owned())]
    );
    assert!(!format!("{response:?}").contains("b537207f"));
    let response = respond(
        &hooks,
        &post(&[], br#"{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}"#),
    );
    let response = response.expect("a handshake").expect("a response");
    assert!(response.secret.is_some_and(|secret| secret.starts_with("secret_")));
    assert!(response.body.is_empty());
    for value in ["a b", "é", "a, b"] {
        assert!(refusal(respond(&hooks, &post(&[("X-Hook-Secret", value)], b"{}"))).contains("is no token"));
    }
}

#[test]
fn the_first_handshake_that_a_request_meets_applies() {
    let hooks = hooks(
        &definition(&json!([
            { "name": "signed", "when": { "/kind": ["a", "b"] }, "response": { "text": "1" } },
            { "name": "open", "when": { "header:X-Open": "yes", "/kind": true }, "signed": false, "response": { "text": "2" } },
            { "name": "form", "when": { "form:ssl_check": "1" }, "signed": false, "response": { "status": 202 } },
            { "name": "words", "when": { "query:validationToken": true }, "signed": false, "loose": true,
              "response": { "text": "{query:validationToken}" } },
            { "name": "head", "method": "HEAD", "response": { "status": 200 } }
        ])),
        || options(&[SECRET]),
    );
    let signature = tag(br#"{"kind":"b"}"#);
    let signed = [("X-Sig", signature.as_str()), ("X-Open", "yes")];
    assert_eq!(body_of(respond(&hooks, &post(&signed, br#"{"kind":"b"}"#))), "1");
    assert_eq!(body_of(respond(&hooks, &post(&[("X-Open", "yes")], br#"{"kind":"b"}"#))), "2");
    assert_eq!(respond(&hooks, &post(&[("X-Open", "no")], br#"{"kind":"b"}"#)), None);
    let form = post(&[("content-type", "application/x-www-form-urlencoded")], b"token=x&ssl_check=1");
    assert_eq!(respond(&hooks, &form).expect("a handshake").expect("a response").status, 202);
    let words =
        post(&[("content-type", "text/plain")], b"").with_url("/?validationToken=Validation%3A+Testing");
    assert_eq!(body_of(respond(&hooks, &words)), "Validation: Testing");
    let head = respond(&hooks, &get("/").with_method("HEAD")).expect("a handshake").expect("a response");
    assert_eq!((head.status, head.headers, head.body), (200, Vec::new(), String::new()));
    assert_eq!(hooks[0].handshake_methods(), ["POST", "open POST", "open POST", "open POST", "HEAD"]);
    assert!(hooks[0].required_headers().contains(&"x-open".to_owned()));
    assert!(hooks[0].requires_target());
}

#[test]
fn a_body_over_the_limit_is_no_handshake() {
    let hook = |max_bytes| {
        Webhook::built_in("slack", WebhookOptions { max_bytes: Some(max_bytes), ..options(&[SECRET]) })
            .expect("a webhook")
    };
    let body = br#"{"type":"url_verification","challenge":"abc","token":"x"}"#;
    let signed = hook(1000).sign(body, &SignParams::new(NOW, [7; 32])).expect("signed").headers;
    let delivery = || Delivery::new(signed.iter().cloned().collect::<Headers<'_>>(), body);
    assert!(hook(body.len()).handshake(&delivery(), NOW).is_some());
    assert!(hook(body.len() - 1).handshake(&delivery(), NOW).is_none());
    let none = Webhook::built_in("painchek", options(&[SECRET])).expect("a webhook");
    assert!(none.handshake(&delivery(), NOW).is_none());
    assert!(none.handshake_methods().is_empty());
    let unsigned = Webhook::built_in("xon", unsigned()).expect("a webhook");
    assert!(unsigned.handshake(&delivery(), NOW).is_none());
}

/// A provider that signs, and has a token for receivers that do not verify signatures.
fn with_two_schemes(handshakes: &Value) -> Value {
    let mut definition = definition(handshakes);
    definition["signature"] = json!([
        { "name": "hmac", "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"] },
        { "name": "token", "kind": "token", "header": "X-Token" }
    ]);
    definition
}

#[test]
fn a_token_is_no_signature_over_a_text_of_which_an_hmac_is_sent_back() {
    let validate = with_two_schemes(&json!([{
        "name": "validate", "when": { "/type": "validate" },
        "response": { "text": "{hmac:sha256:hex:/token}" }
    }]));
    let hooks = hooks(&validate, || WebhookOptions {
        named_secrets: vec![
            ("hmac".to_owned(), SECRET.to_owned().into()),
            ("token".to_owned(), "the token of the subscription".to_owned().into()),
        ],
        ..WebhookOptions::default()
    });
    let body = br#"{"type":"validate","token":"abc"}"#;
    let signature = tag(body);
    let response = respond(&hooks, &post(&[("X-Event", "a"), ("X-Sig", &signature)], body));
    assert_eq!(body_of(response), tag(b"abc"));
    let response =
        respond(&hooks, &post(&[("X-Event", "a"), ("X-Token", "the token of the subscription")], body));
    assert_eq!(refusal(response), "handshake-refused: Handshake \"validate\" refused: /token is not signed.");
    assert_eq!(respond(&hooks, &post(&[("X-Event", "a"), ("X-Token", "another token")], body)), None);
}

#[test]
fn the_hmac_of_a_challenge_is_under_the_secret_of_a_scheme_that_signs() {
    let crc = with_two_schemes(&json!([{
        "name": "crc", "method": "GET", "when": { "query:crc_token": true },
        "response": { "text": "{hmac:sha256:hex:query:crc_token}" }
    }]));
    let token = ("token".to_owned(), "the token of the subscription".to_owned().into());
    let only_token =
        hooks(&crc, || WebhookOptions { named_secrets: vec![token.clone()], ..WebhookOptions::default() });
    assert!(refusal(respond(&only_token, &get("/?crc_token=abc"))).starts_with("handshake-refused: "));
    let both = hooks(&crc, || WebhookOptions {
        named_secrets: vec![("hmac".to_owned(), SECRET.to_owned().into()), token.clone()],
        ..WebhookOptions::default()
    });
    assert_eq!(body_of(respond(&both, &get("/?crc_token=abc"))), tag(b"abc"));
}
