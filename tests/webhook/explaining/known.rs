//! Random deliveries with one or two known changes: the matches name exactly these changes. Code of the test itself makes
//! the changes.

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{Cause, Webhook};
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

use super::truth::python;
use super::{base64, check, codes, hex, tag};
use crate::support::options;

const TIME: &str = "1700000000";
const ID: &str = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";

/// A delivery and its secret, before and after changes.
#[derive(Clone, Debug)]
struct Sent {
    provider: &'static str,
    /// The secret of the receiver.
    secret: String,
    key: Vec<u8>,
    signed: Vec<u8>,
    received: Vec<u8>,
    /// The signed content; `{body}` is replaced by the signed body.
    content: String,
    /// Whether the signature is written in another encoding, without its label, cut off, or in another header.
    header: HeaderChange,
    expected: Vec<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum HeaderChange {
    None,
    OtherEncoding,
    NoLabel,
    CutOff,
    Renamed,
}

const PROVIDERS: [&str; 5] = ["painchek", "github", "stripe", "slack", "standard-webhooks"];

impl Sent {
    fn new(provider: &'static str, secret: &str, body: Vec<u8>) -> Self {
        let is_standard = provider == "standard-webhooks";
        let content = match provider {
            "stripe" => format!("{TIME}.{{body}}"),
            "slack" => format!("v0:{TIME}:{{body}}"),
            "standard-webhooks" => format!("{ID}.{TIME}.{{body}}"),
            _ => "{body}".to_owned(),
        };
        Self {
            provider,
            secret: if is_standard {
                format!("whsec_{}", base64(secret.as_bytes()))
            } else {
                secret.to_owned()
            },
            key: secret.as_bytes().to_vec(),
            signed: body.clone(),
            received: body,
            content,
            header: HeaderChange::None,
            expected: Vec::new(),
        }
    }

    fn is_hex(&self) -> bool {
        self.provider != "standard-webhooks"
    }

    fn headers(&self) -> Vec<(String, String)> {
        let (front, back) = self.content.split_once("{body}").expect("a body");
        let digest = tag(&self.key, &[front.as_bytes(), &self.signed, back.as_bytes()].concat());
        let mut text = if self.is_hex() == (self.header == HeaderChange::OtherEncoding) {
            base64(&digest)
        } else {
            hex(&digest)
        };
        if self.header == HeaderChange::CutOff {
            text.truncate(if self.is_hex() { 40 } else { 32 });
        }
        let (name, label) = match self.provider {
            "painchek" => ("X-PainChek-WH-Signature", "sha256="),
            "github" => ("X-Hub-Signature-256", "sha256="),
            "stripe" => ("Stripe-Signature", "v1="),
            "slack" => ("X-Slack-Signature", "v0="),
            _ => ("webhook-signature", "v1,"),
        };
        let label = if self.header == HeaderChange::NoLabel { "" } else { label };
        let time = if self.provider == "stripe" { format!("t={TIME},") } else { String::new() };
        let name = if self.header == HeaderChange::Renamed {
            format!("X-Forwarded-{name}")
        } else {
            name.to_owned()
        };
        let mut all = vec![(name, format!("{time}{label}{text}"))];
        let mut add = |name: &str, value: &str| all.push((name.to_owned(), value.to_owned()));
        match self.provider {
            "slack" => add("X-Slack-Request-Timestamp", TIME),
            "standard-webhooks" => {
                add("webhook-id", ID);
                add("webhook-timestamp", TIME);
            }
            "github" => add("X-GitHub-Event", "push"),
            _ => {}
        }
        all
    }

    fn explained(&self) -> (Vec<Cause>, Vec<&'static str>) {
        let hook = Webhook::built_in(self.provider, options(&[&self.secret])).expect("a webhook");
        let headers = self.headers();
        let headers: Headers<'_> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let found = check(&hook, &Delivery::new(headers, &self.received));
        let seen = codes(&found.observations);
        (found.matches, seen)
    }

    /// Whether the matches name exactly the changes: each by its own code, or by the code of an alternative.
    fn is_proved(&self, matches: &[Cause]) -> bool {
        let names = |cause: &Cause, code: &&str| cause.code == *code || cause.alternatives.contains(code);
        matches.len() == self.expected.len()
            && self.expected.iter().all(|code| matches.iter().any(|cause| names(cause, code)))
            && matches.iter().all(|cause| self.expected.iter().any(|code| names(cause, code)))
    }
}

/// Changes of the body: each sets what was signed, what was received, or both. `false`: the body has nothing to change.
const BODY_CHANGES: usize = 15;

fn change_body(sent: &mut Sent, json: &Value, change: usize) -> bool {
    let compact = serde_json::to_string(json).expect("JSON");
    let spaced = python(json, false);
    let add = |sent: &mut Sent, signed: &str, received: &[u8], expected: &[&'static str]| {
        sent.signed = signed.as_bytes().to_vec();
        sent.received = received.to_vec();
        sent.expected.extend_from_slice(expected);
        sent.signed != sent.received
    };
    match change {
        0 => add(sent, &spaced, compact.as_bytes(), &["body-python-style"]),
        1 => add(sent, &compact, spaced.as_bytes(), &["body-compact"]),
        2 => {
            let ascii = python(json, true);
            ascii != spaced
                && add(sent, &ascii, compact.as_bytes(), &["body-python-style", "body-unicode-escaped"])
        }
        3 => {
            let pretty = serde_json::to_string_pretty(json).expect("JSON");
            add(sent, &pretty, compact.as_bytes(), &["body-indent-2"])
        }
        4 => add(sent, &compact, format!("{compact}\n").as_bytes(), &["body-newline-added"]),
        5 => add(sent, &format!("{compact}\n"), compact.as_bytes(), &["body-newline-dropped"]),
        6 => add(sent, &compact, format!("\u{feff}{compact}").as_bytes(), &["body-bom-added"]),
        7 => add(sent, &format!("\u{feff}{compact}"), compact.as_bytes(), &["body-bom-dropped"]),
        8 => {
            let php = compact.replace('/', "\\/");
            add(sent, &php, compact.as_bytes(), &["body-slashes-escaped"])
        }
        9 => {
            let decoded: String = compact.bytes().map(char::from).collect();
            add(sent, &compact, decoded.as_bytes(), &["body-latin1-decoded"])
        }
        10 => {
            let encoded = base64(compact.as_bytes());
            add(sent, &compact, encoded.as_bytes(), &["body-base64"])
        }
        11 => {
            let twice = serde_json::to_string(&compact).expect("a string");
            add(sent, &compact, twice.as_bytes(), &["body-json-string"])
        }
        12 => {
            let lines = format!("{}\n", serde_json::to_string_pretty(json).expect("JSON"));
            let windows = lines.replace('\n', "\r\n");
            add(sent, &lines, windows.as_bytes(), &["body-lf-to-crlf"])
        }
        13 => {
            let reused = format!("{compact}\0\0\0\0");
            add(sent, &compact, reused.as_bytes(), &["body-trailing-data"])
        }
        _ => add(sent, &compact, &compact.as_bytes()[..compact.len() - 1], &["body-truncated"]),
    }
}

const SECRET_CHANGES: usize = 5;

fn change_secret(sent: &mut Sent, change: usize) -> bool {
    let is_text = sent.is_hex();
    let code = match change {
        0 => {
            sent.secret.push('\n');
            "secret-white-space"
        }
        1 => {
            sent.secret = format!("\"{}\"", sent.secret);
            "secret-quotes"
        }
        2 if is_text => {
            sent.key.push(b'\n');
            "secret-white-space-missing"
        }
        3 if is_text => {
            sent.key = hex(sent.secret.as_bytes()).into_bytes();
            "secret-encoded"
        }
        4 if is_text => {
            sent.secret = base64(&sent.key);
            "secret-base64-decoded"
        }
        _ => return false,
    };
    sent.expected.push(code);
    // The secret of some providers has to be base64.
    Webhook::built_in(sent.provider, options(&[&sent.secret])).is_ok()
}

fn change_header(sent: &mut Sent, change: usize) -> bool {
    let (change, code) = [
        (HeaderChange::OtherEncoding, "signature-encoding"),
        (HeaderChange::NoLabel, "signature-label-missing"),
        (HeaderChange::CutOff, "signature-truncated"),
        (HeaderChange::Renamed, "header-renamed"),
    ][change];
    sent.header = change;
    sent.expected.push(code);
    // The rest of Stripe's header is a label, too.
    sent.provider != "stripe" || change != HeaderChange::NoLabel
}

fn change_content(sent: &mut Sent, change: usize) -> bool {
    if !sent.content.contains(TIME) {
        return false;
    }
    let code = match change {
        0 => {
            sent.content = match sent.provider {
                "stripe" => "{body}".to_owned(),
                "slack" => "v0:{body}".to_owned(),
                _ => format!("{ID}.{{body}}"),
            };
            "content-timestamp-missing"
        }
        1 => {
            sent.content = sent.content.replace(TIME, &format!("{TIME}000"));
            "content-timestamp-unit"
        }
        _ => {
            sent.content = match sent.provider {
                "stripe" => format!("{TIME}|{{body}}"),
                "slack" => format!("v0:{TIME}|{{body}}"),
                _ => format!("{ID}|{TIME}|{{body}}"),
            };
            "content-separator"
        }
    };
    sent.expected.push(code);
    true
}

fn any_json() -> impl Strategy<Value = Value> {
    let text = "[a-zéü😀€ß/<&\"\\\\\n]{0,8}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(|number| Value::Number(number.into())),
        (-9999..9999_i32).prop_map(|number| {
            Value::Number(Number::from_f64(f64::from(number) + 0.5).expect("a number"))
        }),
        text.prop_map(Value::String),
    ];
    let value = leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec(("[a-zé]{1,6}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    proptest::collection::vec(("[a-zé]{2,6}", value), 0..4).prop_map(|members| {
        let mut map = Map::new();
        map.insert("type".to_owned(), Value::String("ping".to_owned()));
        map.extend(members);
        Value::Object(map)
    })
}

fn any_secret() -> impl Strategy<Value = String> {
    "[A-Za-z0-9]{24,40}"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_known_change_is_proved_and_nothing_else(
        provider in 0..PROVIDERS.len(), json in any_json(), secret in any_secret(), kind in 0..4_usize, change in 0..60_usize,
    ) {
        let body = serde_json::to_vec(&json).expect("JSON");
        let mut sent = Sent::new(PROVIDERS[provider], &secret, body);
        let is_changed = match kind {
            0 => change_body(&mut sent, &json, change % BODY_CHANGES),
            1 => change_secret(&mut sent, change % SECRET_CHANGES),
            2 => change_header(&mut sent, change % 4),
            _ => change_content(&mut sent, change % 3),
        };
        if is_changed {
            let (matches, seen) = sent.explained();
            prop_assert!(sent.is_proved(&matches), "{sent:?}\n{matches:?}\n{seen:?}");
        }
    }

    #[test]
    fn two_known_changes_are_proved_together(
        provider in 0..PROVIDERS.len(), json in any_json(), secret in any_secret(), kind in 0..5_usize, first in 0..60_usize, second in 0..60_usize,
    ) {
        let body = serde_json::to_vec(&json).expect("JSON");
        let mut sent = Sent::new(PROVIDERS[provider], &secret, body);
        // Frequent changes of the body: Python's, indentation, line breaks, PHP's slashes.
        let frequent = [0, 1, 2, 3, 4, 5, 8][first % 7];
        let is_changed = match kind {
            0 | 1 => change_body(&mut sent, &json, frequent) && change_secret(&mut sent, second % SECRET_CHANGES),
            2 => change_body(&mut sent, &json, frequent) && change_header(&mut sent, second % 4),
            3 => change_body(&mut sent, &json, frequent) && change_content(&mut sent, second % 3),
            _ => change_secret(&mut sent, first % SECRET_CHANGES) && change_content(&mut sent, second % 3),
        };
        if is_changed {
            let (matches, seen) = sent.explained();
            prop_assert!(sent.is_proved(&matches), "{sent:?}\n{matches:?}\n{seen:?}");
        }
    }

    #[test]
    fn another_secret_matches_nothing(
        provider in 0..PROVIDERS.len(), json in any_json(), secret in any_secret(), other in any_secret(), change in 0..60_usize,
    ) {
        let body = serde_json::to_vec(&json).expect("JSON");
        let mut sent = Sent::new(PROVIDERS[provider], &secret, body);
        if change < BODY_CHANGES {
            change_body(&mut sent, &json, change);
        }
        sent.key = [other.as_bytes(), b"!"].concat();
        let (matches, seen) = sent.explained();
        prop_assert!(matches.is_empty() && seen.contains(&"no-match"), "{sent:?}\n{matches:?}");
    }
}
