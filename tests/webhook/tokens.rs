//! Tokens: the secret itself in a header. Each way to get past one is refused, and nothing that is said repeats the token.

use std::fmt::Write as _;

use hookseal::delivery::{Delivery, Headers};
use hookseal::provider::Provider;
use hookseal::webhook::{
    CoveredPart, SignatureInfo, SignatureStatus, StageState, Verdict, Webhook, WebhookOptions,
};
use hookseal::{Code, Stage};

use crate::support::{NOW, definition, fresh, headers, made, only, options, unsigned};

const TOKEN: &str = "tok_3kQ9vXz7LmN2pR5s";
const OTHER: &str = "tok_another-one-of-20";
const BODY: &[u8] = br#"{"type":"ping"}"#;

fn token_definition(format: &str) -> String {
    let format = if format.is_empty() { String::new() } else { format!(r#", "format": "{format}""#) };
    definition(&format!(
        r#", "dedupe": ["header:X-Id", "pointer:/id", "digest"], "signature": {{ "kind": "token", "header": "X-Token"{format} }}"#
    ))
}

fn hook(format: &str, secrets: &[&str]) -> Webhook {
    made(&token_definition(format), options(secrets))
}

/// The webhook of the compiled definition.
fn compiled(format: &str, secrets: &[&str]) -> Webhook {
    let bytes = Provider::compile(token_definition(format).as_bytes()).expect("valid");
    Webhook::new(Provider::from_compiled(&bytes).expect("of this build"), options(secrets))
        .expect("a webhook")
}

/// The result of every verb for a delivery with these headers: they agree, for the text and for the compiled definition.
fn outcome(format: &str, secrets: &[&str], pairs: &[(&str, &str)]) -> Result<usize, Code> {
    let [first, second] = [hook(format, secrets), compiled(format, secrets)].map(|hook| {
        let delivery = Delivery::new(pairs.iter().copied().collect::<Headers<'_>>(), BODY);
        let result = match hook.verify(&delivery, NOW).map(|verified| verified.signature) {
            Ok(SignatureInfo::Token { secret }) => Ok(secret),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.code),
        };
        let fast = hook.verify_fast(&delivery, NOW, &hook.verify_options());
        assert_eq!(fast.map(|_| ()).map_err(|error| error.code), result.map(|_| ()));
        let report = hook.inspect(&delivery, NOW);
        assert_eq!(report.code, result.err(), "{pairs:?}");
        assert_eq!(report.signature.secret, result.ok());
        let [verdict, status] = match result {
            Ok(_) => ["Token", "Token"],
            Err(Code::SIGNATURE_MISSING) => ["Rejected", "Missing"],
            Err(Code::SIGNATURE_MISMATCH) => ["Rejected", "Mismatch"],
            Err(_) => ["Rejected", "Malformed"],
        };
        assert_eq!(
            [format!("{:?}", report.verdict), format!("{:?}", report.signature.status)],
            [verdict, status]
        );
        if let Err(code) = result {
            assert_eq!(code.status(), 401);
        }
        result
    });
    assert_eq!(first, second, "{pairs:?}");
    first
}

#[test]
fn a_token_that_equals_a_secret_is_accepted_and_never_called_verified() {
    let hook = hook("", &[OTHER, TOKEN]);
    let delivery = Delivery::new(Headers::from_iter([("x-token", TOKEN), ("X-Id", "1")]), BODY);
    let verified = hook.verify(&delivery, NOW).expect("accepted");
    assert_eq!(verified.signature, SignatureInfo::Token { secret: 1 });
    assert_eq!(verified.id, "ping:1");
    let report = hook.inspect(&delivery, NOW);
    assert_eq!((report.verdict, report.signature.status), (Verdict::Token, SignatureStatus::Token));
    assert_eq!(report.signature.covers, Some(CoveredPart::Nothing));
    assert_eq!(report.signature.uncovered, ["type", "id"]);
    assert_eq!((report.signature.header.as_deref(), report.signature.algorithm), (Some("X-Token"), None));
    let stage = report.stages.iter().find(|stage| stage.name == Stage::Signature).expect("a stage");
    assert_eq!(stage.state, StageState::Passed);
    // Nothing is signed, not even what is in the body.
    assert_eq!(hook.provider().uncovered().names(), ["type", "id"]);
    let in_body = Delivery::new(Headers::from_iter([("X-Token", TOKEN)]), br#"{"type":"ping","id":"7"}"#);
    assert_eq!(hook.inspect(&in_body, NOW).signature.uncovered, ["type", "id"]);
}

#[test]
fn refuses_everything_that_is_not_exactly_one_token() {
    let secrets: &[&str] = &[TOKEN];
    let malformed = Err(Code::SIGNATURE_MALFORMED);
    let mismatch = Err(Code::SIGNATURE_MISMATCH);
    assert_eq!(outcome("", secrets, &[("X-Token", TOKEN)]), Ok(0));
    assert_eq!(outcome("", secrets, &[]), Err(Code::SIGNATURE_MISSING));
    assert_eq!(outcome("", secrets, &[("X-Tokens", TOKEN)]), Err(Code::SIGNATURE_MISSING));
    assert_eq!(outcome("", secrets, &[("X-Token", "")]), malformed);
    // Two tokens, equal or not.
    for other in [TOKEN, OTHER, ""] {
        assert_eq!(outcome("", secrets, &[("X-Token", TOKEN), ("x-token", other)]), malformed);
        assert_eq!(outcome("", secrets, &[("X-Token", other), ("x-token", TOKEN)]), malformed);
    }
    // A list, white space, quotes, a prefix, a part, more: the value is compared as a whole.
    for value in [
        format!("{TOKEN}, {OTHER}"),
        format!("{OTHER},{TOKEN}"),
        format!("{TOKEN},"),
        format!("{TOKEN}\u{a0}"),
        format!("\u{3000}{TOKEN}"),
        format!("\"{TOKEN}\""),
        format!("Bearer {TOKEN}"),
        format!("{TOKEN}{TOKEN}"),
        format!("{TOKEN}\u{200b}"),
        TOKEN[1..].to_owned(),
        TOKEN[..TOKEN.len() - 1].to_owned(),
        TOKEN.to_uppercase(),
        TOKEN[..1].to_owned(),
    ] {
        assert_eq!(outcome("", secrets, &[("X-Token", &value)]), mismatch, "{value:?}");
    }
    // Spaces and tabs around a value are no part of it (RFC 9110, section 5.5).
    assert_eq!(outcome("", secrets, &[("X-Token", &format!(" {TOKEN}\t"))]), Ok(0));
    assert_eq!(outcome("", secrets, &[("X-Token", " \t")]), malformed);
    assert_eq!(outcome("", secrets, &[("X-Token", &"a".repeat(8193))]), malformed);
    assert_eq!(outcome("", secrets, &[("X-Token", &format!("{TOKEN}\0"))]), malformed);
}

#[test]
fn a_prefix_is_required_and_the_name_of_an_authentication_scheme_has_no_letter_case() {
    for (format, value, expected) in [
        ("Bearer {token}", format!("Bearer {TOKEN}"), Ok(0)),
        ("Bearer {token}", format!("bearer {TOKEN}"), Ok(0)),
        ("Bearer {token}", TOKEN.to_owned(), Err(Code::SIGNATURE_MALFORMED)),
        ("Bearer {token}", "Bearer".to_owned(), Err(Code::SIGNATURE_MALFORMED)),
        ("Bearer {token}", "Bearer ".to_owned(), Err(Code::SIGNATURE_MALFORMED)),
        ("Bearer {token}", format!("Bearer  {TOKEN}"), Err(Code::SIGNATURE_MISMATCH)),
        ("Bearer {token}", format!("Basic {TOKEN}"), Err(Code::SIGNATURE_MALFORMED)),
        ("token={token}", format!("token={TOKEN}"), Ok(0)),
        ("token={token}", format!("TOKEN={TOKEN}"), Err(Code::SIGNATURE_MALFORMED)),
        ("ééé {token}", String::new(), Err(Code::DEFINITION_INVALID)),
    ] {
        if expected == Err(Code::DEFINITION_INVALID) {
            assert!(Provider::from_json(token_definition(format).as_bytes()).is_err(), "{format}");
            continue;
        }
        assert_eq!(outcome(format, &[TOKEN], &[("X-Token", &value)]), expected, "{format} {value}");
        // A prefix of another length than the value has, and one inside of a character.
        for value in ["é", "Bear", "Bearer\u{e9}"] {
            assert_eq!(outcome(format, &[TOKEN], &[("X-Token", value)]), Err(Code::SIGNATURE_MALFORMED));
        }
    }
}

#[test]
fn basic_credentials_are_compared_after_base64() {
    let secrets: &[&str] = &["hook:pass:word"];
    let get = |value: &str| outcome("Basic {base64}", secrets, &[("X-Token", value)]);
    assert_eq!(get("Basic aG9vazpwYXNzOndvcmQ="), Ok(0));
    assert_eq!(get("basic aG9vazpwYXNzOndvcmQ"), Ok(0));
    assert_eq!(get("Basic aG9vazpwYXNzOndvcmU="), Err(Code::SIGNATURE_MISMATCH));
    for value in ["Basic hook:pass:word", "Basic aG9v azpwYXNz", "Basic é", "aG9vazpwYXNzOndvcmQ=", "Basic ="]
    {
        let expected = if value == "Basic =" { Code::SIGNATURE_MISMATCH } else { Code::SIGNATURE_MALFORMED };
        assert_eq!(get(value), Err(expected), "{value}");
    }
    let error = Webhook::new(
        Provider::from_json(token_definition("Basic {base64}").as_bytes()).expect("valid"),
        options(&["no user name"]),
    )
    .expect_err("no colon");
    assert_eq!(error.code, Code::SECRET_INVALID);
    assert_eq!(error.to_string(), "Invalid secret: expected user:password.");
}

#[test]
fn sign_and_create_write_the_header() {
    for (format, secret, value) in [
        ("", TOKEN, TOKEN),
        ("Bearer {token}", TOKEN, "Bearer tok_3kQ9vXz7LmN2pR5s"),
        ("Basic {base64}", "hook:pass:word", "Basic aG9vazpwYXNzOndvcmQ="),
    ] {
        let hook = hook(format, &[secret, "a:n other"]);
        let signed = hook.sign(BODY, &fresh()).expect("signed");
        assert!(signed.headers.contains(&("X-Token".to_owned(), value.to_owned())), "{:?}", signed.headers);
        assert!(hook.verify(&Delivery::new(headers(&signed.headers), BODY), NOW).is_ok());
        let made = hook.create("ping", b"{}", &fresh()).expect("made");
        assert!(hook.verify(&Delivery::new(headers(&made.headers), &made.body), NOW).is_ok());
        // A retry has the same token.
        let delivery = Delivery::new(headers(&signed.headers), BODY);
        assert_eq!(hook.resign(&delivery, NOW).expect("the same"), signed.headers);
    }
    for secret in ["line\nbreak-in-the-token", "zwölf-zwölf-zwölf-zwölf", "white space at its end "] {
        let error = hook("", &[secret]).sign(BODY, &fresh()).expect_err(secret);
        assert_eq!(error.code, Code::OPTION_INVALID);
        assert!(!error.to_string().contains(secret));
    }
}

#[test]
fn a_webhook_needs_a_token_and_accepts_unsigned_deliveries_only_if_allowed() {
    let provider = || Provider::from_json(token_definition("").as_bytes()).expect("valid");
    let error = Webhook::new(provider(), options(&[])).expect_err("no secret");
    assert_eq!(error.code, Code::SECRET_MISSING);
    for secret in ["", " ", "undefined", "${TOKEN}"] {
        assert!(Webhook::new(provider(), options(&[secret])).is_err(), "{secret:?}");
    }
    let error = Webhook::new(
        provider(),
        WebhookOptions {
            algorithms: Some(vec![hookseal::signature::Algorithm::Sha256]),
            ..options(&[TOKEN])
        },
    )
    .expect_err("no algorithm");
    assert_eq!(error.code, Code::OPTION_INVALID);
    let lax =
        Webhook::new(provider(), WebhookOptions { allow_unsigned: true, ..options(&[TOKEN]) }).expect("one");
    let verdict = |pairs: &[(&str, &str)]| {
        lax.inspect(&Delivery::new(pairs.iter().copied().collect::<Headers<'_>>(), BODY), NOW).verdict
    };
    assert_eq!(verdict(&[]), Verdict::Unsigned);
    assert_eq!(verdict(&[("X-Token", TOKEN)]), Verdict::Token);
    // A wrong token is no unsigned delivery.
    assert_eq!(verdict(&[("X-Token", OTHER)]), Verdict::Rejected);
    assert_eq!(verdict(&[("X-Token", "")]), Verdict::Rejected);
    // Without a secret, a token is not checked, and that is said.
    let open = made(&token_definition(""), unsigned());
    let report = open.inspect(&Delivery::new(Headers::from_iter([("X-Token", TOKEN)]), BODY), NOW);
    assert_eq!(report.verdict, Verdict::Unsigned);
    only(&report, Code::SECRET_MISSING);
}

/// SECURITY: everything that a verb says, of an accepted delivery and of rejected ones, is searched for the token.
#[test]
fn nothing_repeats_the_token() {
    let secret = "tok_3kQ9vXz7LmN2pR5s";
    let mut said = String::new();
    for format in ["", "Bearer {token}", "Basic {base64}"] {
        let secret = if format.starts_with("Basic") { "user:tok_3kQ9vXz7LmN2pR5s" } else { secret };
        let hook = hook(format, &[secret]);
        let signed = hook.sign(BODY, &fresh()).expect("signed");
        let value = &signed.headers.last().expect("the token").1;
        write!(said, "{hook:?} {signed:?}").expect("written");
        for value in [
            value.clone(),
            format!("{value} "),
            format!("{value}, {value}"),
            format!("\"{value}\""),
            secret.to_owned(),
            format!("Token {secret}"),
            format!("{value}\0"),
        ] {
            for name in ["X-Token", "Authorization"] {
                for count in [1, 2] {
                    let headers: Headers<'_> = std::iter::repeat_n((name, value.as_str()), count).collect();
                    let delivery = Delivery::new(headers, BODY);
                    let report = hook.inspect(&delivery, NOW);
                    write!(said, "{report:?} {} ", serde_json::to_string(&report).expect("JSON"))
                        .expect("written");
                    match hook.verify(&delivery, NOW) {
                        Ok(verified) => write!(said, "{verified:?}").expect("written"),
                        Err(error) => write!(said, "{error:?} {error}").expect("written"),
                    }
                    let strict = hookseal::webhook::VerifyOptions { max_bytes: 1, ..hook.verify_options() };
                    write!(said, "{:?}", hook.inspect_with(&delivery, NOW, &strict)).expect("written");
                    #[cfg(feature = "full")]
                    {
                        let explanation = hook.explain(&delivery, NOW);
                        let json = serde_json::to_string(&explanation).expect("JSON");
                        write!(said, "{explanation:?} {json}").expect("written");
                    }
                }
            }
        }
    }
    assert!(said.len() > 10_000);
    // The token, and the parts of its base64 that do not depend on where it begins.
    for part in ["3kQ9vXz7LmN2", "tok_", "dG9rXzNr", "a1E5dlh6"] {
        assert!(!said.contains(part), "{part}");
    }
}

/// SECURITY: a comparison that stops at the first difference would tell an attacker how many bytes are right.
#[test]
fn tokens_are_compared_in_constant_time_only() {
    let keys = std::fs::read_to_string("src/signature/keys.rs").expect("the source");
    let start = keys.find("fn find_token").expect("the comparison");
    let code = &keys[start..start + keys[start..].find("\n    }\n").expect("its end")];
    assert!(code.contains("constant_time_eq(&secret.bytes, token)"));
    for shortcut in ["==", "&&", "||", "return", "break", "?", ".find(", ".any(", ".position("] {
        assert!(!code.contains(shortcut), "{shortcut} in {code}");
    }
    let token = std::fs::read_to_string("src/signature/token.rs").expect("the source");
    assert!(token.contains("keys.find_token(token)") && !token.contains("bytes_equal"));
}

#[cfg(feature = "full")]
#[test]
fn explain_names_the_form_or_the_header_of_the_token() {
    let explained = |hook: &Webhook, pairs: &[(&str, &str)]| {
        let explanation =
            hook.explain(&Delivery::new(pairs.iter().copied().collect::<Headers<'_>>(), BODY), NOW);
        let all = explanation.matches.iter().chain(&explanation.observations);
        all.map(|cause| format!("{}: {}", cause.code, cause.message)).collect::<Vec<_>>()
    };
    let plain = hook("", &[TOKEN]);
    let bearer = hook("Bearer {token}", &[TOKEN]);
    let basic = hook("Basic {base64}", &["user:tok_3kQ9vXz7LmN2pR5s"]);
    let form = |change: &str, format: &str| {
        vec![format!("token-form: The token in X-Token is the secret, and {change}; expected {format}.")]
    };
    for (hook, value, change, format) in [
        (&plain, format!("\u{a0}{TOKEN}"), "the header has white space around it", "{token}"),
        (&plain, format!("'{TOKEN}'"), "the header has it in quotes", "{token}"),
        (&plain, format!("Bearer {TOKEN}"), "the header has another text before it", "{token}"),
        (&plain, format!("{OTHER}, {TOKEN}"), "the header has it in a list", "{token}"),
        (&plain, "dG9rXzNrUTl2WHo3TG1OMnBSNXM=".to_owned(), "the header has it as base64", "{token}"),
        (&plain, "tok%5F3kQ9vXz7LmN2pR5s".to_owned(), "the header has it percent-encoded", "{token}"),
        (&bearer, TOKEN.to_owned(), "the header has it without the text before it", "Bearer {token}"),
        (&bearer, format!("Token {TOKEN}"), "the header has another text before it", "Bearer {token}"),
        (
            &basic,
            "user:tok_3kQ9vXz7LmN2pR5s".to_owned(),
            "the header has it without base64",
            "Basic {base64}",
        ),
        (
            &basic,
            "dXNlcjp0b2tfM2tROXZYejdMbU4ycFI1cw==".to_owned(),
            "it is sent more than once",
            "Basic {base64}",
        ),
        (
            &hook("", &[&format!("{TOKEN}\n")]),
            TOKEN.to_owned(),
            "the configured secret has white space around it",
            "{token}",
        ),
        (
            &hook("", &[&format!("'{TOKEN}'")]),
            TOKEN.to_owned(),
            "the configured secret is in quotes",
            "{token}",
        ),
        (
            &hook("Bearer {token}", &[&format!("Bearer {TOKEN}")]),
            format!("Bearer {TOKEN}"),
            "the configured secret has the text that is before the token in the header",
            "Bearer {token}",
        ),
    ] {
        assert_eq!(explained(hook, &[("X-Token", &value)]), form(change, format), "{value}");
    }
    assert_eq!(
        explained(&plain, &[("X-Token", TOKEN), ("X-Token", TOKEN)])[0],
        form("it is sent more than once", "{token}")[0]
    );
    assert_eq!(
        explained(&plain, &[("Authorization", &format!("Bearer {TOKEN}"))]),
        [
            "token-other-header: The header Authorization contains the secret; the token is expected in X-Token."
        ]
    );
    assert_eq!(
        explained(&hook("", &[OTHER, TOKEN]), &[("X-Token", TOKEN)]),
        ["token-valid: The token in X-Token is secret 2. A token does not sign the body."]
    );
    assert_eq!(
        explained(&plain, &[("X-Token", OTHER)]),
        ["token-unknown: The token in X-Token is not the configured secret, in no form that was tried."]
    );
    assert_eq!(
        explained(&plain, &[]),
        ["token-missing: Missing token header X-Token, and no other header contains a secret."]
    );
    assert_eq!(
        explained(&made(&token_definition(""), unsigned()), &[("X-Token", OTHER)])[0],
        "secret-missing: No signing secret configured, so nothing was tried."
    );
}

#[test]
fn a_definition_of_a_token_has_nothing_that_only_a_signature_has() {
    let error = |signature: &str, more: &str| {
        let text = definition(&format!(
            r#", "signature": {{ "kind": "token", "header": "X-Token"{signature} }}{more}"#
        ));
        let error = Provider::from_json(text.as_bytes()).expect_err(signature);
        (error.issues[0].pointer.clone(), error.issues[0].message.clone())
    };
    for key in [
        r#""algorithms": ["sha256"]"#,
        r#""signedContent": "{body}""#,
        r#""secret": "hex""#,
        r#""timestamp": "/at""#,
        r#""timestampUnit": "ms""#,
        r#""tolerance": 60"#,
        r#""ambiguous": true"#,
    ] {
        let name = key.split('"').nth(1).expect("a name");
        assert_eq!(
            error(&format!(", {key}"), ""),
            (format!("/signature/{name}"), "This property is not allowed. Remove it.".to_owned())
        );
    }
    let formats =
        "Expected one {token} or {base64} after an optional text, such as Bearer {token} or Basic {base64}.";
    for format in
        ["x", "{hex}", "{token}{token}", "{token} x", " {token}", "é{token}", "{body}{token}", "a\\n{token}"]
    {
        let found = error(&format!(r#", "format": "{format}""#), "");
        assert_eq!(found, ("/signature/format".to_owned(), formats.to_owned()), "{format}");
    }
    assert_eq!(
        error("", r#", "headers": { "timestamp": "X-Time" }"#),
        (
            "/headers/timestamp".to_owned(),
            "No signature covers this timestamp, so it is not authenticated. Remove `headers.timestamp`."
                .to_owned()
        )
    );
    // An HMAC still needs both.
    let text = definition(r#", "signature": { "kind": "hmac", "header": "X-Sig" }"#);
    let messages = Provider::from_json(text.as_bytes()).expect_err("incomplete").to_string();
    for name in ["format", "algorithms"] {
        assert!(messages.contains(&format!("Missing required property \"{name}\"")), "{messages}");
    }
}
