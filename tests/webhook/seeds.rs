//! The two payloads of the providers' documentation: verified, accepted and rejected for the right reasons.

use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::{SignatureInfo, SignatureStatus, Verdict};
use hookseal::{Code, Severity};

use super::support::{NOW, SECRET, fresh, headers, lax, painchek, strict, xon};

const PAINCHEK: &[u8] = include_bytes!("../vectors/seeds/painchek.json");
const PAINCHEK_AS_PRINTED: &[u8] = include_bytes!("../vectors/seeds/painchek-as-printed.txt");
const XON: &[u8] = include_bytes!("../vectors/seeds/xon.json");

#[test]
fn a_signed_painchek_delivery_is_verified_with_all_its_fields() {
    let hook = painchek(&["another", SECRET]);
    let signed = painchek(&[SECRET]).sign(PAINCHEK, &fresh()).expect("signed");
    let delivery = Delivery::new(headers(&signed.headers), &signed.body);
    let verified = hook.verify(&delivery, NOW).expect("verified");
    assert_eq!(verified.event_type, "assessment_add");
    assert_eq!(verified.id, "assessment_add:03824b1c-e7f4-4898-bc82-3ec7d39232f9");
    assert_eq!(verified.created_at.as_deref(), Some("2018-04-16T00:42:01.714000Z"));
    assert!(
        matches!(verified.signature, SignatureInfo::Verified { secret: 1, .. }),
        "{:?}",
        verified.signature
    );
    assert_eq!(verified.body(), PAINCHEK);
    assert_eq!(verified.digest().len(), 64);
    assert_eq!(verified.webhook_id.as_deref().map(str::len), Some(36));
    assert_eq!(verified.delivery_id.as_deref().map(str::len), Some(36));
    assert!(verified.issues.iter().all(|issue| issue.severity != Severity::Error), "{:#?}", verified.issues);
    assert!(verified.issues.iter().any(|issue| issue.code == Code::PLACEHOLDER), "{:#?}", verified.issues);
}

#[test]
fn an_unsigned_xon_event_is_accepted_as_unsigned_and_nothing_more() {
    let hook = xon();
    let delivery = Delivery::new(Headers::default(), XON);
    let verified = hook.verify(&delivery, NOW).expect("accepted");
    assert_eq!(verified.signature, SignatureInfo::Unsigned);
    assert_eq!(verified.revision.as_deref(), Some("R0"));
    assert_eq!(verified.id, "file-request.files.update:2e0db25d-8b39-40fa-81fc-cab625fa130f");
    let report = hook.inspect(&delivery, NOW);
    assert_eq!(report.verdict, Verdict::Unsigned);
    assert_eq!(report.signature.status, SignatureStatus::Unsigned);
    assert!(report.issues.is_empty(), "{:#?}", report.issues);
    let strict = hook.verify_with(&delivery, NOW, &strict(&hook));
    assert!(strict.is_ok(), "{strict:?}");
}

#[test]
fn reports_both_commas_of_the_printed_text() {
    let hook = lax("painchek");
    let error =
        hook.verify(&Delivery::new(Headers::default(), PAINCHEK_AS_PRINTED), NOW).expect_err("no JSON");
    assert_eq!(error.code, Code::JSON_SYNTAX);
    assert_eq!(error.issues[0].message, "Missing comma after \"device_id\".");
    let (line, column) = (error.issues[0].span.line, error.issues[0].span.column);
    let place = format!("/data (line {line}, column {column})");
    assert_eq!(error.to_string(), format!("{place}: Missing comma after \"device_id\"."));
    let half = String::from_utf8_lossy(PAINCHEK_AS_PRINTED).replace("cddda\" \"data\"", "cddda\", \"data\"");
    let error = hook.verify(&Delivery::new(Headers::default(), half.as_bytes()), NOW).expect_err("no JSON");
    assert_eq!(error.issues[0].message, "Trailing comma before '}'.");
}
