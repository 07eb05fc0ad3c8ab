//! Headers that a delivery lists as signed: `{headers}` and `signedHeaders`.

use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::signature::{Algorithm, hmac};
use hookseal::webhook::{SignParams, SignatureStatus, Webhook, WebhookOptions};

use crate::support::{NOW, fresh};

const SECRET: &str = "a secret of these tests, long enough";
const BODY: &[u8] = br#"{"type":"made","id":"1"}"#;

/// A provider that lists names in a header, and signs names and values.
const OF_HEADER: &str = r#"{
    "id": "listed", "signature": {
        "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"], "signedContent": "{method}\n{headers}\n{body}",
        "signedHeaders": { "names": "header:X-List", "separator": ",", "pair": "{name}:{value}", "join": ";",
            "require": ["X-Time", "X-List"] }
    },
    "headers": { "timestamp": "X-Time", "deliveryId": "X-Id" },
    "envelope": { "type": "header:X-Event" }, "dedupe": ["header:X-Id"], "events": { "*": { "schema": true } } }"#;

/// A provider that lists names in the signature header, and signs values alone.
const OF_FORMAT: &str = r#"{
    "id": "listed", "signature": {
        "header": "X-Sig", "format": "t={timestamp},h={headers},v1={hex}", "algorithms": ["sha256"],
        "signedContent": "{timestamp}.{headers:names}.{headers}.{body}", "ambiguous": true,
        "signedHeaders": { "separator": " ", "pair": "{value}", "join": "." }
    },
    "envelope": { "type": "/type", "id": "/id" }, "events": { "*": { "schema": true } } }"#;

fn hook(definition: &str) -> Webhook {
    let provider = Provider::from_json(definition.as_bytes()).expect("a definition");
    let options = WebhookOptions { secrets: vec![SECRET.to_owned().into()], ..WebhookOptions::default() };
    Webhook::new(provider, options).expect("a webhook")
}

type Pairs = Vec<(String, String)>;

fn pairs(list: &[(&str, &str)]) -> Pairs {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The headers of a delivery in which `text` is signed.
fn signed(text: &str, headers: &[(&str, &str)], format: impl Fn(&str) -> String) -> Pairs {
    let tag = hmac::sign(Algorithm::Sha256, SECRET.as_bytes(), text.as_bytes());
    let hex =
        |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]));
    let tag: String = tag.iter().flat_map(hex).collect();
    let mut all = pairs(headers);
    all.push(("X-Sig".to_owned(), format(&tag)));
    all
}

fn code(hook: &Webhook, headers: &Pairs, body: &[u8]) -> &'static str {
    let headers: Headers<'_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let delivery = Delivery::new(headers, body).with_method("POST");
    hook.verify(&delivery, NOW).err().map_or("valid", |error| error.code.as_str())
}

fn changed(headers: &Pairs, name: &str, value: Option<&str>) -> Pairs {
    let mut all: Pairs = headers.iter().filter(|(other, _)| other != name).cloned().collect();
    all.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    all
}

fn time() -> String {
    (NOW.as_millis() / 1000).to_string()
}

#[test]
fn verifies_the_headers_that_a_header_lists() {
    let hook = hook(OF_HEADER);
    let time = time();
    let list = "x-event,x-id,x-list,x-time";
    let text =
        format!("POST\nx-event:made;x-id:1;x-list:{list};x-time:{time}\n{}", String::from_utf8_lossy(BODY));
    let own = [("X-Event", "made"), ("X-Id", "1"), ("X-List", list), ("X-Time", &time), ("X-Other", "1")];
    let headers = signed(&text, &own, str::to_owned);
    assert_eq!(code(&hook, &headers, BODY), "valid");
    for (name, value, expected) in [
        ("X-Other", Some("2"), "valid"),
        ("X-Event", Some("other"), "signature-mismatch"),
        ("X-Id", Some("2"), "signature-mismatch"),
        ("X-Id", None, "header-missing"),
        ("X-Time", Some("1700000001"), "signature-mismatch"),
        ("X-Time", None, "timestamp-missing"),
        ("X-Time", Some("soon"), "timestamp-malformed"),
        ("X-List", None, "header-missing"),
        // The order is that of the list.
        ("X-List", Some("x-id,x-event,x-list,x-time"), "signature-mismatch"),
        ("X-List", Some("x-list,x-time"), "signature-mismatch"),
        ("X-List", Some("x-event,x-id,x-list"), "signature-malformed"),
        ("X-List", Some("x-event,x-id,x-time"), "signature-malformed"),
        ("X-List", Some("x-event,,x-list,x-time"), "signature-malformed"),
        ("X-List", Some("x-event,x id,x-list,x-time"), "signature-malformed"),
        ("X-List", Some(""), "signature-malformed"),
    ] {
        assert_eq!(code(&hook, &changed(&headers, name, value), BODY), expected, "{name} {value:?}");
    }
    let mut twice = headers.clone();
    twice.push(("x-id".to_owned(), "2".to_owned()));
    assert_eq!(code(&hook, &twice, BODY), "signature-malformed");
    let late = NOW.as_millis() + 301_000;
    let of = |headers: &Pairs| -> Headers<'static> { headers.iter().cloned().collect() };
    let delivery = Delivery::new(of(&headers), BODY).with_method("POST");
    let error = hook.verify(&delivery, hookseal::webhook::Timestamp::from_millis(late)).expect_err("stale");
    assert_eq!(error.code.as_str(), "timestamp-too-old");
}

/// SECURITY: without a rule for values, the bytes of one header could be those of two others.
#[test]
fn rejects_a_value_that_contains_the_start_of_another_header() {
    let hook = hook(OF_HEADER);
    let time = time();
    for (value, expected) in [
        ("a;b", "valid"),
        ("application/json; charset=utf-8", "valid"),
        ("a;x-id:2", "signature-malformed"),
        ("a;x-list:x-list", "signature-malformed"),
    ] {
        let list = "x-a,x-id,x-list,x-time";
        let text = format!(
            "POST\nx-a:{value};x-id:1;x-list:{list};x-time:{time}\n{}",
            String::from_utf8_lossy(BODY)
        );
        let own = [("X-A", value), ("X-Id", "1"), ("X-List", list), ("X-Time", &time), ("X-Event", "made")];
        assert_eq!(code(&hook, &signed(&text, &own, str::to_owned), BODY), expected, "{value}");
    }
}

#[test]
fn verifies_the_headers_that_the_signature_header_lists() {
    let hook = hook(OF_FORMAT);
    let time = time();
    let text = format!("{time}.x-a x-b.1.two.{}", String::from_utf8_lossy(BODY));
    let own = [("X-A", "1"), ("X-B", "two")];
    let format = |names: &str| {
        let (time, names) = (time.clone(), names.to_owned());
        move |tag: &str| format!("t={time},v0=00,h={names},v1={tag}")
    };
    let headers = signed(&text, &own, format("x-a x-b"));
    assert_eq!(code(&hook, &headers, BODY), "valid");
    assert_eq!(code(&hook, &signed(&text, &own, format("x-b x-a")), BODY), "signature-mismatch");
    assert_eq!(code(&hook, &signed(&text, &own, format("x-a x-c")), BODY), "header-missing");
    assert_eq!(code(&hook, &signed(&text, &own, |tag| format!("t={time},v1={tag}")), BODY), "header-missing");
    assert_eq!(code(&hook, &signed(&text, &own, format("x-a x-b,h=x-a")), BODY), "signature-malformed");
    assert_eq!(code(&hook, &changed(&headers, "X-B", Some("2")), BODY), "signature-mismatch");
    // An empty value has its separator, too.
    let text = format!("{time}.x-a x-b..two.{}", String::from_utf8_lossy(BODY));
    let empty = [("X-A", ""), ("X-B", "two")];
    assert_eq!(code(&hook, &signed(&text, &empty, format("x-a x-b")), BODY), "valid");
    assert_eq!(code(&hook, &headers, br#"{"type":"made","id":"2"}"#), "signature-mismatch");
}

/// A list can name one header many times: its length and the text that it makes are limited.
#[test]
fn a_list_cannot_choose_its_cost() {
    let hook = hook(OF_FORMAT);
    let time = time();
    let large = "x".repeat(4000);
    let own = [("X-A", large.as_str())];
    for names in [["x-a"; 3].join(" "), ["x-b"; 65].join(" ")] {
        let headers = signed("", &own, |tag| format!("t={time},h={names},v1={tag}"));
        assert_eq!(code(&hook, &headers, BODY), "signature-malformed", "{} names", names.len());
    }
}

#[test]
fn signs_and_resigns_what_it_verifies() {
    for definition in [OF_HEADER, OF_FORMAT] {
        let hook = hook(definition);
        let params = SignParams { event_type: Some("made".to_owned()), ..fresh() };
        let delivery = hook.sign(BODY, &params).expect("signed");
        assert_eq!(code(&hook, &delivery.headers, BODY), "valid", "{:?}", delivery.headers);
        for (name, value) in &delivery.headers {
            if name.starts_with("X-Event") || name == "Content-Type" {
                let other = changed(&delivery.headers, name, Some(&format!("{value}a")));
                assert_eq!(code(&hook, &other, BODY), "signature-mismatch", "{name}");
            }
        }
        let headers: Headers<'_> = delivery.headers.iter().cloned().collect();
        let later = hookseal::webhook::Timestamp::from_millis(NOW.as_millis() + 3_600_000);
        let resigned = hook.resign(&Delivery::new(headers, BODY).with_method("POST"), later).expect("signed");
        let received = Delivery::new(resigned.into_iter().collect::<Headers<'_>>(), BODY).with_method("POST");
        assert!(hook.verify(&received, later).is_ok(), "{definition}");
    }
    let made = hook(OF_HEADER).create("made", br#"{"id":"1"}"#, &fresh()).expect("a delivery");
    assert_eq!(code(&hook(OF_HEADER), &made.headers, &made.body), "valid");
}

#[test]
fn required_headers_count_as_signed_and_others_do_not() {
    let required = OF_HEADER.replace("\"X-List\"]", "\"X-List\", \"X-Event\", \"X-Id\"]");
    assert_eq!(hook(&required).uncovered().names(), Vec::<&str>::new());
    assert_eq!(hook(OF_HEADER).uncovered().names(), ["type", "id"]);
    assert_eq!(hook(OF_FORMAT).uncovered().names(), Vec::<&str>::new(), "type and id are in the body");
    for definition in [OF_HEADER, OF_FORMAT] {
        assert!(hook(definition).required_headers().contains(&"*".to_owned()));
    }
}

#[test]
fn a_report_has_the_names_and_no_values() {
    let hook = hook(OF_HEADER);
    let params = SignParams { event_type: Some("made".to_owned()), ..fresh() };
    let signed = hook.sign(BODY, &params).expect("signed");
    let headers: Headers<'_> = signed.headers.iter().cloned().collect();
    let report = hook.inspect(&Delivery::new(headers, BODY).with_method("POST"), NOW);
    assert_eq!(report.signature.status, SignatureStatus::Verified);
    assert_eq!(report.signature.timestamp, u64::try_from(NOW.as_millis() / 1000 * 1000).ok());
    assert!(report.signature.tag.is_some());
    let part = report.signature.parts.iter().find(|part| part.placeholder.as_deref() == Some("headers"));
    let part = part.expect("the headers");
    assert_eq!(part.value, None);
    assert!(part.span.is_some());
}

#[test]
fn rejects_definitions_without_a_safe_list() {
    let fails = |from: &str, to: &str, definition: &str| {
        assert!(definition.contains(from), "{from}");
        let error = Provider::from_json(definition.replacen(from, to, 1).as_bytes()).expect_err(to);
        (error.issues[0].pointer.clone(), error.to_string())
    };
    for (definition, from, to, pointer, message) in [
        (
            OF_HEADER,
            r#""require": ["X-Time", "X-List"]"#,
            r#""require": ["X-Time"]"#,
            "/signature/signedHeaders",
            "The list of signed headers is not signed, so an attacker can shorten it. Name its header in `require`, or sign {headers:names}.",
        ),
        (
            OF_HEADER,
            r#""require": ["X-Time", "X-List"]"#,
            r#""require": ["X-List"]"#,
            "/signature/signedContent",
            "`signedContent` must include `{timestamp}`; otherwise the timestamp is not authenticated.",
        ),
        (
            OF_HEADER,
            "{name}:{value}",
            "{value}",
            "/signature/signedHeaders",
            "Without {name}, nothing shows where a value ends. Write {name} in `pair`. Or, if the provider signs so, set \"ambiguous\": true.",
        ),
        (
            OF_HEADER,
            "{name}:{value}",
            "{name}{value}",
            "/signature/signedHeaders",
            "Expected `pair` as {value}, or as {name}, a text and {value}.",
        ),
        (
            OF_HEADER,
            "\\n{headers}\\n",
            "\\n",
            "/signature/signedHeaders",
            "`signedContent` does not include `{headers}`. Remove `signedHeaders`.",
        ),
        (
            OF_HEADER,
            r#""names": "header:X-List", "#,
            "",
            "/signature/signedHeaders",
            "Expected one list of names: `names`, or `{headers}` in `format`.",
        ),
        (
            OF_FORMAT,
            ",h={headers}",
            "",
            "/signature/signedHeaders",
            "Expected one list of names: `names`, or `{headers}` in `format`.",
        ),
        (
            OF_FORMAT,
            "h={headers},v1={hex}",
            "v1={hex},h={headers}",
            "/signature/format",
            "Expected one list of signed headers, with a label, before the signature: \"h={headers}\".",
        ),
        (
            OF_FORMAT,
            "h={headers}",
            "{headers}",
            "/signature/format",
            "Expected one list of signed headers, with a label, before the signature: \"h={headers}\".",
        ),
        (
            OF_FORMAT,
            ".{headers:names}.{headers}.",
            ".",
            "/signature/signedHeaders",
            "`signedContent` does not include `{headers}`. Remove `signedHeaders`.",
        ),
        (
            OF_FORMAT,
            ".{headers:names}.",
            ".",
            "/signature/signedHeaders",
            "The list of signed headers is not signed, so an attacker can shorten it. Name its header in `require`, or sign {headers:names}.",
        ),
    ] {
        let (found, text) = fails(from, to, definition);
        assert!(text.contains(message), "{to}: {text}");
        assert_eq!(found, pointer, "{to}");
    }
    let (_, text) = fails(
        r#""signedHeaders": { "separator": " ", "pair": "{value}", "join": "." }"#,
        r#""optional": false"#,
        OF_FORMAT,
    );
    assert!(
        text.contains("`{headers}` is signed, but nothing says which headers. Add `signedHeaders`."),
        "{text}"
    );
}

/// SECURITY: of several schemes, too, the time in a list is checked.
#[test]
fn a_listed_time_is_checked_next_to_another_scheme() {
    let scheme = OF_HEADER
        .split_once("\"signature\": {")
        .and_then(|(_, rest)| rest.split_once("\n    },"))
        .expect("a scheme")
        .0;
    let several = format!(
        r#""signature": [{{ "name": "listed", {scheme} }}, {{ "name": "token", "kind": "token", "header": "X-Token" }}],"#
    );
    let definition = OF_HEADER.replace(&format!("\"signature\": {{{scheme}\n    }},"), &several);
    assert_ne!(definition, OF_HEADER);
    let hook = hook(&definition);
    let signed =
        hook.sign(BODY, &SignParams { event_type: Some("made".to_owned()), ..fresh() }).expect("signed");
    assert_eq!(code(&hook, &signed.headers, BODY), "valid");
    let headers: Headers<'_> = signed.headers.iter().cloned().collect();
    let late = hookseal::webhook::Timestamp::from_millis(NOW.as_millis() + 301_000);
    let error =
        hook.verify(&Delivery::new(headers, BODY).with_method("POST"), late).map(|_| ()).expect_err("stale");
    assert_eq!(error.code.as_str(), "timestamp-too-old");
}

/// A provider that writes each signed header on a line of its own, as `end` ends the last one.
fn of_lines(end: &str) -> String {
    OF_HEADER
        .replace(r#""join": ";""#, r#""join": "\n""#)
        .replace(r"{headers}\n{body}", &format!("{{headers}}{end}{{body}}"))
}

#[test]
fn headers_can_be_lines() {
    let hook = hook(&of_lines(r"\n\n"));
    let time = time();
    let own =
        [("X-Event", "made"), ("X-Id", "1"), ("X-List", "x-event,x-id,x-list,x-time"), ("X-Time", &time)];
    let lines = own.map(|(name, value)| format!("{}:{value}", name.to_ascii_lowercase())).join("\n");
    let headers = signed(&format!("POST\n{lines}\n\n{}", String::from_utf8_lossy(BODY)), &own, str::to_owned);
    assert_eq!(code(&hook, &headers, BODY), "valid");
    assert_eq!(code(&hook, &changed(&headers, "X-Event", Some("paid")), BODY), "signature-mismatch");
    // A value with a line break could end early.
    assert_eq!(code(&hook, &changed(&headers, "X-Event", Some("made\nx-id:1")), BODY), "signature-malformed");
}

#[test]
fn a_text_between_headers_does_not_end_them() {
    let error = Provider::from_json(of_lines(r"\n").as_bytes()).expect_err("no end");
    assert!(
        error.to_string().contains("`join` contains the text that marks the end of {headers}"),
        "{error}"
    );
    assert!(Provider::from_json(of_lines(r"\r\n").as_bytes()).is_ok());
}
