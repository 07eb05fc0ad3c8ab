//! Several signature schemes: the strongest one in a delivery decides alone, and secrets are bound to schemes.

use hookseal::Code;
use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::webhook::{SignatureInfo, SignatureStatus, Timestamp, Verdict, Webhook, WebhookOptions};

use crate::support::{NOW, definition, fresh, headers, options};

const SIGNING: &str = "the signing secret of 32 bytes...";
const TOKEN: &str = "tok_3kQ9vXz7LmN2pR5s";
const BODY: &[u8] = br#"{"type":"ping"}"#;

/// As GitLab: a signature with a timestamp, and a token for older receivers.
fn several() -> String {
    definition(
        r#", "headers": { "timestamp": "X-Time" }, "dedupe": ["header:X-Id", "digest"], "signature": [
            { "name": "signing", "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"],
                "signedContent": "{timestamp}.{body}", "tolerance": 60 },
            { "name": "plain", "header": "X-Old-Sig", "format": "{hex}", "algorithms": ["sha256"] },
            { "name": "token", "kind": "token", "header": "X-Token" } ]"#,
    )
}

fn named(secrets: &[(&str, &str)]) -> WebhookOptions {
    let named = secrets.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned().into()));
    WebhookOptions { named_secrets: named.collect(), ..options(&[]) }
}

fn made(options: impl Fn() -> WebhookOptions) -> [Webhook; 2] {
    let provider = || Provider::from_json(several().as_bytes()).expect("valid");
    let bytes = Provider::compile(several().as_bytes()).expect("valid");
    let compiled = Provider::from_compiled(&bytes).expect("of this build");
    [provider(), compiled].map(|provider| Webhook::new(provider, options()).expect("a webhook"))
}

type Pairs = Vec<(String, String)>;

const ALL: [(&str, &str); 3] = [("signing", SIGNING), ("plain", SIGNING), ("token", TOKEN)];

/// The headers that a webhook with the secret of one scheme signs.
fn signed_by(name: &str, secret: &str) -> Vec<(String, String)> {
    let [hook, _] = made(|| named(&[(name, secret)]));
    let mut headers = hook.sign(BODY, &fresh()).expect(name).headers;
    headers.retain(|(name, _)| name != "Content-Type");
    headers
}

/// The result of every verb, of the webhook of the text and of the compiled one.
fn outcome(hooks: &[Webhook; 2], pairs: &[(String, String)], now: Timestamp) -> Result<String, Code> {
    let [first, second] = hooks.each_ref().map(|hook| {
        let delivery = Delivery::new(headers(pairs), BODY);
        let result = hook.verify(&delivery, now).map(|verified| {
            let status = match verified.signature {
                SignatureInfo::Verified { .. } => "verified",
                SignatureInfo::Token { .. } => "token",
                SignatureInfo::Unsigned => "unsigned",
            };
            format!("{status} {}", verified.scheme.as_deref().unwrap_or_default())
        });
        let result = result.map_err(|error| error.code);
        let fast = hook.verify_fast(&delivery, now, &hook.verify_options());
        assert_eq!(fast.map(|_| ()).map_err(|error| error.code), result.clone().map(|_| ()));
        let report = hook.inspect(&delivery, now);
        assert_eq!(report.code, result.clone().err());
        if let Ok(text) = &result {
            let scheme = report.signature.scheme.clone().unwrap_or_default();
            assert_eq!(*text, format!("{} {scheme}", report.signature.status.as_str()));
        }
        result
    });
    assert_eq!(first, second);
    first
}

fn later(seconds: i64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() + seconds * 1000)
}

#[test]
fn each_scheme_accepts_its_own_deliveries() {
    let hooks = made(|| named(&ALL));
    for (name, secret) in ALL {
        let expected = format!("{} {name}", if name == "token" { "token" } else { "verified" });
        assert_eq!(outcome(&hooks, &signed_by(name, secret), NOW), Ok(expected));
    }
    // What is uncovered is that of the scheme that decided.
    let uncovered = |name: &str, secret: &str| {
        let mut pairs = signed_by(name, secret);
        pairs.push(("X-Id".to_owned(), "1".to_owned()));
        hooks[0].inspect(&Delivery::new(headers(&pairs), BODY), NOW).signature.uncovered
    };
    assert_eq!(uncovered("signing", SIGNING), ["id"]);
    assert_eq!(uncovered("token", TOKEN), ["type", "id"]);
    assert_eq!(hooks[0].uncovered().names(), ["id"]);
    // The strongest scheme with a secret signs.
    let signed = hooks[0].sign(BODY, &fresh()).expect("signed");
    assert!(signed.headers.iter().any(|(name, _)| name == "X-Sig"));
    assert!(signed.headers.iter().all(|(name, _)| name != "X-Old-Sig" && name != "X-Token"));
}

/// SECURITY: an attacker has a recorded delivery of the strong scheme, which is stale, and the token of the weak one.
#[test]
fn a_stronger_signature_that_fails_is_not_saved_by_a_weaker_one() {
    let hooks = made(|| named(&ALL));
    let strong = signed_by("signing", SIGNING);
    let weaker = [signed_by("plain", SIGNING), signed_by("token", TOKEN)].concat();
    let with = |change: &dyn Fn(&mut Pairs), is_first: bool| {
        let mut changed = strong.clone();
        change(&mut changed);
        if is_first { [changed, weaker.clone()].concat() } else { [weaker.clone(), changed].concat() }
    };
    let set = |name: &'static str, value: &'static str| {
        move |pairs: &mut Vec<(String, String)>| {
            pairs.iter_mut().filter(|(other, _)| other == name).for_each(|(_, old)| *old = value.to_owned());
        }
    };
    for is_first in [true, false] {
        assert_eq!(outcome(&hooks, &with(&|_| {}, is_first), NOW), Ok("verified signing".to_owned()));
        assert_eq!(outcome(&hooks, &with(&|_| {}, is_first), later(61)), Err(Code::TIMESTAMP_TOO_OLD));
        let zeros: &'static str = "0000000000000000000000000000000000000000000000000000000000000000";
        for (change, code) in [
            (set("X-Sig", zeros), Code::SIGNATURE_MISMATCH),
            (set("X-Sig", ""), Code::SIGNATURE_MALFORMED),
            (set("X-Sig", "?"), Code::SIGNATURE_MALFORMED),
            (set("X-Time", "soon"), Code::TIMESTAMP_MALFORMED),
            (set("X-Time", "1700000001"), Code::SIGNATURE_MISMATCH),
        ] {
            assert_eq!(outcome(&hooks, &with(&change, is_first), NOW), Err(code));
        }
        let no_time = |pairs: &mut Vec<(String, String)>| pairs.retain(|(name, _)| name != "X-Time");
        assert_eq!(outcome(&hooks, &with(&no_time, is_first), NOW), Err(Code::TIMESTAMP_MISSING));
    }
    // The second scheme is not saved by the third one either.
    let mut pairs = weaker.clone();
    assert!(pairs.iter().any(|(name, _)| name == "X-Old-Sig"));
    set("X-Old-Sig", "0000000000000000000000000000000000000000000000000000000000000000")(&mut pairs);
    assert_eq!(outcome(&hooks, &pairs, NOW), Err(Code::SIGNATURE_MISMATCH));
}

#[test]
fn a_weaker_scheme_without_a_secret_of_its_own_accepts_nothing() {
    for hooks in [made(|| options(&[SIGNING])), made(|| named(&[("signing", SIGNING)]))] {
        assert_eq!(outcome(&hooks, &signed_by("signing", SIGNING), NOW), Ok("verified signing".to_owned()));
        for (name, secret) in [("plain", SIGNING), ("token", TOKEN), ("token", SIGNING)] {
            let pairs = signed_by(name, secret);
            assert_eq!(outcome(&hooks, &pairs, NOW), Err(Code::SIGNATURE_MISSING), "{name}");
            let report = hooks[0].inspect(&Delivery::new(headers(&pairs), BODY), NOW);
            assert_eq!(report.signature.header.as_deref(), Some("X-Sig"));
        }
    }
    // The one of a stronger scheme is not needed.
    let hooks = made(|| named(&[("token", TOKEN)]));
    assert_eq!(outcome(&hooks, &signed_by("token", TOKEN), NOW), Ok("token token".to_owned()));
    assert_eq!(outcome(&hooks, &signed_by("signing", SIGNING), NOW), Err(Code::SIGNATURE_MISSING));
}

#[test]
fn a_secret_counts_for_its_scheme_only() {
    let hooks = made(|| named(&[("signing", SIGNING), ("token", TOKEN)]));
    assert_eq!(outcome(&hooks, &signed_by("token", SIGNING), NOW), Err(Code::SIGNATURE_MISMATCH));
    assert_eq!(outcome(&hooks, &signed_by("signing", TOKEN), NOW), Err(Code::SIGNATURE_MISMATCH));
    // A list is that of the first scheme, also next to named secrets.
    let both = made(|| WebhookOptions {
        named_secrets: named(&[("token", TOKEN)]).named_secrets,
        ..options(&[SIGNING])
    });
    assert_eq!(outcome(&both, &signed_by("signing", SIGNING), NOW), Ok("verified signing".to_owned()));
    assert_eq!(outcome(&both, &signed_by("token", TOKEN), NOW), Ok("token token".to_owned()));
    let fail = |options: WebhookOptions| {
        let provider = Provider::from_json(several().as_bytes()).expect("valid");
        Webhook::new(provider, options).expect_err("refused")
    };
    let error = fail(named(&[("whsec_in_the_wrong_place", TOKEN)]));
    assert_eq!(error.code, Code::OPTION_INVALID);
    assert!(error.to_string().ends_with("expected the names signing, plain, token."), "{error}");
    assert!(!format!("{error} {error:?}").contains("whsec_in"));
    let error = fail(named(&[("signing", SIGNING), ("token", "")]));
    assert_eq!(error.code, Code::SECRET_MISSING);
    assert_eq!(error.to_string(), "secrets[\"token\"][0]: The secret is empty.");
    assert_eq!(fail(named(&[])).code, Code::SECRET_MISSING);
    // Two webhooks that share the secret of any scheme are those of one subscription.
    let [token, _] = made(|| named(&[("token", TOKEN)]));
    let [signing, _] = made(|| named(&[("signing", SIGNING)]));
    assert!(token.shares_secret(&hooks[0]) && hooks[0].shares_secret(&signing));
    assert!(!token.shares_secret(&signing));
}

#[test]
fn unsigned_deliveries_have_no_header_of_an_active_scheme() {
    let hooks =
        made(|| WebhookOptions { allow_unsigned: true, ..named(&[("signing", SIGNING), ("token", TOKEN)]) });
    let verdict = |pairs: &[(String, String)]| {
        let report = hooks[0].inspect(&Delivery::new(headers(pairs), BODY), NOW);
        (report.verdict, report.signature.status)
    };
    assert_eq!(verdict(&[]), (Verdict::Unsigned, SignatureStatus::Unsigned));
    assert_eq!(
        verdict(&signed_by("token", "tok_another-one")),
        (Verdict::Rejected, SignatureStatus::Mismatch)
    );
    assert_eq!(verdict(&signed_by("token", TOKEN)), (Verdict::Token, SignatureStatus::Token));
    let delivery = Delivery::new(Headers::from_iter([("X-Sig", ""), ("X-Token", TOKEN)]), BODY);
    assert_eq!(hooks[0].inspect(&delivery, NOW).verdict, Verdict::Rejected);
}

#[test]
fn a_list_of_schemes_has_names_and_mistakes_have_their_location() {
    let error = |signature: &str| {
        let error = Provider::from_json(definition(&format!(r#", "signature": {signature}"#)).as_bytes());
        let issue = error.expect_err(signature).issues.remove(0);
        (issue.pointer, issue.message)
    };
    let token = r#"{ "name": "a", "kind": "token", "header": "X-Token" }"#;
    for (signature, pointer, message) in [
        ("[]".to_owned(), "/signature", "Expected at least 1 item, got an empty array."),
        (
            format!(r#"[{token}, {{ "kind": "token", "header": "X-B" }}]"#),
            "/signature/1",
            "Missing required property \"name\": with several schemes, secrets are bound to names.",
        ),
        (
            format!(r#"[{token}, {{ "name": "a", "kind": "token", "header": "X-B" }}]"#),
            "/signature/1/name",
            "Duplicate name: another scheme has it.",
        ),
        (
            format!(r#"[{token}, {{ "name": "b", "kind": "token", "header": "X B" }}]"#),
            "/signature/1/header",
            "Expected a header's name, such as X-Signature, got a string of 3 characters.",
        ),
        (
            format!(
                r#"[{token}, {{ "name": "b", "header": "X-B", "format": "{{hex}}", "algorithms": ["sha256"], "signedContent": "{{timestamp}}.{{body}}" }}]"#
            ),
            "/signature/1/signedContent",
            "`{timestamp}` is signed, but neither `format` nor a header contains a timestamp.",
        ),
        (r#""x""#.to_owned(), "/signature", "Expected an object or an array, got a string."),
    ] {
        assert_eq!(error(&signature), (pointer.to_owned(), message.to_owned()));
    }
    // A list of one needs no name.
    let one = definition(r#", "signature": [{ "kind": "token", "header": "X-Token" }]"#);
    assert!(Provider::from_json(one.as_bytes()).is_ok());
    let unused = definition(&format!(
        r#", "headers": {{ "timestamp": "X-Time" }}, "signature": [{token},
            {{ "name": "b", "header": "X-B", "format": "{{hex}}", "algorithms": ["sha256"] }}]"#
    ));
    assert_eq!(
        Provider::from_json(unused.as_bytes()).expect_err("unused").issues[0].pointer,
        "/headers/timestamp"
    );
}

#[cfg(feature = "full")]
#[test]
fn explain_is_about_the_scheme_that_decides() {
    let [hook, _] = made(|| named(&[("signing", SIGNING), ("token", TOKEN)]));
    let codes = |pairs: &[(String, String)]| {
        let explanation = hook.explain(&Delivery::new(headers(pairs), BODY), NOW);
        let all = explanation.matches.iter().chain(&explanation.observations);
        all.map(|cause| cause.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(&signed_by("token", TOKEN)), ["token-valid"]);
    assert_eq!(codes(&signed_by("signing", SIGNING))[0], "signature-valid");
    assert!(
        codes(
            &[signed_by("signing", "another secret of 32 bytes......"), signed_by("token", TOKEN)].concat()
        )
        .contains(&"no-match")
    );
}

#[test]
fn the_headers_that_decide_on_a_scheme_are_read() {
    let hook = Webhook::built_in("hubspot", options(&[SIGNING])).expect("a webhook");
    let names = hook.required_headers();
    assert!(names.contains(&"x-hubspot-signature-version".to_owned()), "{names:?}");
}
