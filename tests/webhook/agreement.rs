//! `verify`, `accept` and `inspect` agree on every delivery, with any change to it.

use std::sync::LazyLock;

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{SignatureInfo, Verdict, VerifyOptions, Webhook, WebhookOptions};
use hookseal::{Code, Profile, Severity};
use proptest::prelude::*;
use proptest::sample::Index;

use super::support::{NOW, SECRET, fresh, options, samples, xon};

/// A change to a body.
#[derive(Clone, Debug)]
enum Change {
    Byte(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Cut(Index),
    /// Replaces a token of the text by another one.
    Token(Index, &'static str),
}

impl Change {
    fn apply(&self, body: &mut Vec<u8>) {
        if body.is_empty() {
            return;
        }
        match self {
            Change::Byte(at, byte) => {
                let at = at.index(body.len());
                body[at] = *byte;
            }
            Change::Insert(at, byte) => body.insert(at.index(body.len()), *byte),
            Change::Remove(at) => drop(body.remove(at.index(body.len()))),
            Change::Cut(at) => body.truncate(at.index(body.len())),
            Change::Token(at, token) => {
                let quotes: Vec<usize> = (0..body.len()).filter(|&at| body[at] == b'"').collect();
                if quotes.len() > 1 {
                    let first = at.index(quotes.len() / 2) * 2;
                    body.splice(quotes[first]..=quotes[first + 1], token.bytes());
                }
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let tokens = &[
        "5",
        "null",
        "\"x\"",
        "[]",
        "\"...\"",
        "\"event\"",
        "\"data\"",
        "\"\\ud800\"",
        "12345678901234567890",
        "\"null\"",
        "{}",
        "\"type\"",
        "\"id\"",
        "true",
    ];
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        any::<Index>().prop_map(Change::Remove),
        any::<Index>().prop_map(Change::Cut),
        (any::<Index>(), prop::sample::select(&tokens[..])).prop_map(|(at, token)| Change::Token(at, token)),
        (any::<Index>(), prop::sample::select(&tokens[..])).prop_map(|(at, token)| Change::Token(at, token)),
    ]
}

/// PERF: created once, since compiling contracts is most of the work of a short run.
static HOOKS: LazyLock<[Webhook; 4]> = LazyLock::new(|| {
    let rotated = |allow_unsigned| WebhookOptions { allow_unsigned, ..options(&["another", SECRET]) };
    let painchek = |options| Webhook::built_in("painchek", options).expect("a webhook");
    [painchek(rotated(false)), painchek(rotated(true)), xon(), painchek(options(&[SECRET]))]
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn verify_accept_and_inspect_agree_on_every_delivery(
        which in any::<Index>(),
        before in prop::collection::vec(change(), 0..3),
        after in prop::option::weighted(0.2, change()),
        header in prop::option::weighted(0.2, change()),
        content_type in prop::sample::select(vec!["application/json", "Application/Json; charset=utf-8", "text/html", ""]),
        profile in prop::sample::select(vec![Profile::Lenient, Profile::Strict]),
        signed in any::<bool>(),
        allow_unsigned in any::<bool>(),
        small in prop::bool::weighted(0.05),
    ) {
        let samples = samples();
        let sample = &samples[which.index(samples.len())];
        let hook = match (sample.provider, allow_unsigned) {
            ("painchek", false) => &HOOKS[0],
            ("painchek", true) => &HOOKS[1],
            _ => &HOOKS[2],
        };
        let mut body = sample.body.clone();
        for change in &before {
            change.apply(&mut body);
        }
        let mut signature = String::new();
        if sample.provider == "painchek" && signed && !body.is_empty() {
            let made = HOOKS[3].sign(&body, &fresh()).expect("signed");
            signature = made.headers.into_iter().find(|(_, value)| value.starts_with("sha")).expect("one").1;
        }
        if let Some(change) = &after {
            change.apply(&mut body);
        }
        if let Some(change) = &header {
            let mut bytes = signature.into_bytes();
            change.apply(&mut bytes);
            signature = String::from_utf8_lossy(&bytes).into_owned();
        }
        let mut headers: Headers<'_> = [("content-type", content_type)].into_iter().collect();
        if !signature.is_empty() {
            headers.push("X-PAINCHEK-WH-SIGNATURE", signature);
        }
        let delivery = Delivery::new(headers, &body);
        let max_bytes = if small { 10 } else { hook.verify_options().max_bytes };
        let options = VerifyOptions { profile, max_bytes, ..hook.verify_options() };

        let verified = hook.verify_with(&delivery, NOW, &options);
        let accepted = hook.verify_fast(&delivery, NOW, &options);
        let report = hook.inspect_with(&delivery, NOW, &options);
        prop_assert_eq!(verified.is_ok(), report.verdict != Verdict::Rejected, "{:#?}", report);
        prop_assert_eq!(verified.is_ok(), accepted.is_ok());
        let has_error = report.issues.iter().any(|issue| issue.severity == Severity::Error);
        prop_assert_eq!(verified.is_err(), has_error, "{:#?}", report);
        match (verified, accepted) {
            (Ok(verified), Ok(accepted)) => {
                prop_assert_eq!(Some(&verified.event_type), report.event_type.as_ref());
                prop_assert_eq!(Some(&verified.id), report.id.as_ref());
                prop_assert_eq!(&verified.created_at, &report.created_at);
                prop_assert_eq!(&verified.revision, &report.revision);
                prop_assert_eq!(verified.digest(), report.digest);
                prop_assert_eq!(&verified.issues, &report.issues);
                prop_assert_eq!(verified.body(), &body[..]);
                let verdict = if verified.signature == SignatureInfo::Unsigned { Verdict::Unsigned } else { Verdict::Verified };
                prop_assert_eq!(verdict, report.verdict);
                prop_assert_eq!(&verified.event_type, &accepted.event_type);
                prop_assert_eq!(&verified.id, &accepted.id);
                prop_assert_eq!(verified.created_at.as_deref(), accepted.created_at.as_deref());
                prop_assert_eq!(verified.signature, accepted.signature);
                let events = &hook.provider().events;
                let revision = accepted.event.zip(accepted.revision);
                let name = revision.and_then(|(event, revision)| events[event].revisions[revision].name.clone());
                prop_assert_eq!(name, verified.revision);
            }
            (Err(error), Err(short)) => {
                // The error that JavaScript gets at once, and the one with issues that it gets when they are read.
                prop_assert_eq!((short.code, short.status()), (error.code, error.status()));
                let (short_text, text) = (short.to_string(), error.to_string());
                // After such an error the payload is not validated, so the short message counts no other errors.
                let skips_payload = error.issues.iter().any(|issue| {
                    issue.severity == Severity::Error
                        && matches!(issue.code, Code::JSON_DUPLICATE_KEY | Code::JSON_LONE_SURROGATE)
                });
                let without_count = text.rfind(" And ").filter(|_| text.ends_with("more error.") || text.ends_with("more errors."));
                let expected = if skips_payload { &text[..without_count.unwrap_or(text.len())] } else { &text[..] };
                prop_assert_eq!(&short_text[..], expected);
                prop_assert!(short.issues.is_empty());
                prop_assert!(error.issues.iter().all(|issue| report.issues.contains(issue)), "{:#?} {:#?}", error, report);
                let said = |issue: &&hookseal::Issue| issue.code == error.code && issue.severity == Severity::Error;
                let summary = matches!(error.code, Code::EVENT_INVALID | Code::ENVELOPE_INVALID);
                prop_assert!(summary || error.issues.iter().any(|issue| said(&issue)), "{:#?}", error);
                prop_assert!((400..500).contains(&error.status()), "{}", error.status());
            }
            _ => prop_assert!(false, "verify and accept differ"),
        }
    }
}
