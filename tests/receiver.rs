//! The receiver: each delivery is handled once, whatever the store and the handler do.
#![cfg(feature = "http")]

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hookseal::receiver::{ClaimState, Claimed, MemoryClaim, MemoryStore, Receiver, Store, Unhandled};
use hookseal::{Delivery, Provider, SignParams, SignedDelivery, Timestamp, Webhook, WebhookOptions};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const DATA: &str =
    r#"{"uuid":"1dba5858-7dc7-4bbe-a0eb-60ed801cf357","patient":"0c2c7e0e-1d4e-4b38-9f4c-2f6c3b8f2a11"}"#;

/// The result of a future that waits for nothing.
fn ready<T>(future: impl Future<Output = T> + Send) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a future that waits"),
    }
}

fn options() -> WebhookOptions {
    WebhookOptions { secrets: vec!["my-secret".into()], ..WebhookOptions::default() }
}

fn painchek() -> Webhook {
    Webhook::built_in("painchek", options()).expect("a webhook")
}

/// A provider with its id in a header that is not signed.
fn unsigned_id(more: &str) -> Webhook {
    let text = format!(
        r#"{{ "id": "mine", "title": "Mine", "signature": {{ "header": "X-Sig", "format": "{{hex}}", "algorithms": ["sha256"], "signedContent": "{{body}}" }},
        "envelope": {{ "type": "/type", "id": "/id" }}, "events": {{ "ping": {{ "schema": true }} }}{more} }}"#
    );
    let provider = Provider::from_json(text.as_bytes()).expect("a definition");
    Webhook::new(provider, options()).expect("a webhook")
}

fn event() -> SignedDelivery {
    painchek().create("assessment_add", DATA, &SignParams::new(NOW, [7; 32])).expect("a delivery")
}

fn accept<'b, 'r, S: Store>(
    receiver: &'r Receiver<S>,
    signed: &'b SignedDelivery,
) -> Result<Claimed<'b, 'r, S>, Box<Unhandled>> {
    ready(receiver.accept(&Delivery::from(signed), NOW))
}

/// Status, body and code of the response to a request that no handler gets.
fn unhandled<S: Store>(
    receiver: &Receiver<S>,
    signed: &SignedDelivery,
) -> (u16, String, Option<&'static str>) {
    let unhandled = accept(receiver, signed).expect_err("a response");
    let code = unhandled.error.as_ref().map(|error| error.code.as_str());
    (unhandled.response.status().as_u16(), unhandled.response.into_body(), code)
}

const DUPLICATE: &str = r#"{"status":"duplicate"}"#;

#[test]
fn a_delivery_is_handled_once() {
    let receiver = Receiver::new(painchek(), MemoryStore::default());
    let signed = event();
    let claimed = accept(&receiver, &signed).expect("a delivery");
    assert_eq!(claimed.event_type, "assessment_add");
    assert_eq!(
        claimed.key(),
        r#"["painchek","verified","assessment_add","1dba5858-7dc7-4bbe-a0eb-60ed801cf357"]"#
    );

    // Another task has the same delivery at the same time.
    let other = accept(&receiver, &signed).expect_err("a response");
    assert_eq!(other.response.status(), 409);
    assert_eq!(other.response.headers()["retry-after"], "30");
    assert_eq!(other.to_string(), "in-progress: The same delivery is being handled.");

    let response = ready(claimed.done());
    assert_eq!((response.status().as_u16(), response.body().as_str()), (200, r#"{"status":"handled"}"#));
    assert_eq!(unhandled(&receiver, &signed), (200, DUPLICATE.to_owned(), None));
}

#[test]
fn a_delivery_whose_handler_fails_is_handled_again() {
    let receiver = Receiver::new(painchek(), MemoryStore::default());
    let signed = event();
    let response = ready(accept(&receiver, &signed).expect("a delivery").release());
    assert_eq!(response.status(), 500);
    assert!(response.body().ends_with(r#""status":500,"code":"handler-failed"}"#), "{}", response.body());

    // A handler that panics, or whose connection ends, drops the delivery.
    drop(accept(&receiver, &signed).expect("a delivery"));
    ready(accept(&receiver, &signed).expect("a delivery").done());
    assert_eq!(unhandled(&receiver, &signed).0, 200);
}

#[test]
fn a_request_that_is_rejected_has_its_response_and_claims_nothing() {
    let receiver = Receiver::new(painchek(), MemoryStore::default());
    let mut forged = event();
    forged.body.push(b' ');
    let (status, body, code) = unhandled(&receiver, &forged);
    assert_eq!((status, code), (401, Some("signature-mismatch")));
    assert!(body.ends_with(r#""status":401,"code":"signature-mismatch"}"#), "{body}");

    let signed = event();
    let get = Delivery { method: Some("GET"), ..Delivery::from(&signed) };
    let response = ready(receiver.accept(&get, NOW)).expect_err("a response").response;
    assert_eq!((response.status().as_u16(), response.headers()["allow"].as_bytes()), (405, &b"POST"[..]));
    assert!(accept(&receiver, &signed).is_ok());
}

#[test]
fn a_handshake_has_its_response() {
    let hook = Webhook::built_in("slack", options()).expect("a webhook");
    let body = r#"{"type":"url_verification","challenge":"3eZbrw1aB","token":"x"}"#;
    let signed = hook.sign(body, &SignParams::new(NOW, [7; 32])).expect("a delivery");
    let receiver = Receiver::new(hook, MemoryStore::default());
    assert_eq!(unhandled(&receiver, &signed), (200, "3eZbrw1aB".to_owned(), None));
}

#[test]
fn a_changed_retry_is_handled_and_marked() {
    let hook = unsigned_id(r#", "dedupe": ["pointer:/id"], "immutable": true"#);
    let sign = |body: &str| hook.sign(body, &SignParams::new(NOW, [7; 32])).expect("a delivery");
    let (first, second) =
        (sign(r#"{"type":"ping","id":"1","a":1}"#), sign(r#"{"type":"ping","id":"1","a":2}"#));
    let receiver = Receiver::new(hook, MemoryStore::default());
    let claimed = accept(&receiver, &first).expect("a delivery");
    assert!(!claimed.is_changed_retry());
    ready(claimed.done());
    let claimed = accept(&receiver, &second).expect("a delivery");
    assert!(claimed.is_changed_retry());
    ready(claimed.done());
    assert_eq!(unhandled(&receiver, &first).1, DUPLICATE);
    assert_eq!(unhandled(&receiver, &second).1, DUPLICATE);
}

#[test]
fn a_body_under_another_id_that_is_not_signed_is_a_replay() {
    let hook = unsigned_id(r#", "dedupe": ["header:X-Id"]"#);
    let mut signed = hook.sign(r#"{"type":"ping"}"#, &SignParams::new(NOW, [7; 32])).expect("a delivery");
    signed.headers.retain(|(name, _)| name != "X-Id");
    let with_id = |id: &str| {
        let mut signed = signed.clone();
        signed.headers.push(("X-Id".into(), id.into()));
        signed
    };
    let receiver = Receiver::new(hook, MemoryStore::default());

    // A delivery that failed can be sent again.
    let (first, other) = (with_id("1"), with_id("2"));
    ready(accept(&receiver, &first).expect("a delivery").release());
    let claimed = accept(&receiver, &first).expect("a delivery");
    assert_eq!(unhandled(&receiver, &first).2, Some("in-progress"));
    assert_eq!(unhandled(&receiver, &other), (200, DUPLICATE.to_owned(), Some("replayed")));
    ready(claimed.done());
    assert_eq!(unhandled(&receiver, &first), (200, DUPLICATE.to_owned(), None));
    assert_eq!(unhandled(&receiver, &other), (200, DUPLICATE.to_owned(), Some("replayed")));
    assert_eq!(unhandled(&receiver, &signed), (200, DUPLICATE.to_owned(), Some("replayed")), "without an id");
}

#[test]
fn a_delivery_without_an_id_is_not_claimed() {
    let hook = unsigned_id(r#", "dedupe": ["none"]"#);
    let signed = hook.sign(r#"{"type":"ping"}"#, &SignParams::new(NOW, [7; 32])).expect("a delivery");
    let receiver = Receiver::new(hook, MemoryStore::default());
    for _ in 0..2 {
        let claimed = accept(&receiver, &signed).expect("a delivery");
        assert_eq!(claimed.key(), "");
        ready(claimed.done());
    }
}

#[test]
fn a_body_without_an_id_is_a_replay_under_another_type_that_is_not_signed() {
    let hook = Webhook::new(
        Provider::from_json(
            br#"{ "id": "mine", "title": "Mine", "signature": { "header": "X-Sig", "format": "{hex}", "algorithms": ["sha256"], "signedContent": "{body}" },
            "envelope": { "type": "header:X-Event" }, "dedupe": ["none"], "events": { "ping": { "schema": true }, "pong": { "schema": true } } }"#,
        )
        .expect("a definition"),
        options(),
    )
    .expect("a webhook");
    let sign = |event_type: &str| {
        let params = SignParams { event_type: Some(event_type.into()), ..SignParams::new(NOW, [7; 32]) };
        hook.sign("{}", &params).expect("a delivery")
    };
    let (ping, other) = (sign("ping"), sign("pong"));
    let receiver = Receiver::new(hook, MemoryStore::default());
    // Equal deliveries without an id may be two events. The first one fails, and the second still claims the body.
    let (first, second) =
        (accept(&receiver, &ping).expect("a delivery"), accept(&receiver, &ping).expect("a delivery"));
    ready(first.release());
    ready(second.done());
    assert_eq!(unhandled(&receiver, &other).2, Some("replayed"));
    assert!(accept(&receiver, &ping).is_ok());
}

/// A store that several receivers share, and that can fail.
#[derive(Default)]
struct SharedStore {
    memory: MemoryStore,
    fails: AtomicBool,
}

impl Store for &SharedStore {
    type Claim = MemoryClaim;
    type Error = String;

    async fn claim(&self, key: &str, digest: &str) -> Result<ClaimState<MemoryClaim>, String> {
        if self.fails.load(Ordering::Relaxed) {
            return Err("no connection".to_owned());
        }
        self.memory.claim(key, digest).await.map_err(|error| error.to_string())
    }

    async fn done(&self, claim: &MemoryClaim) -> Result<(), String> {
        self.memory.done(claim).await.map_err(|error| error.to_string())
    }

    async fn release(&self, claim: &MemoryClaim) -> Result<(), String> {
        self.memory.release(claim).await.map_err(|error| error.to_string())
    }
}

#[test]
fn receivers_with_one_store_share_their_deliveries_by_name() {
    let store = SharedStore::default();
    let first = Receiver::new(painchek(), &store);
    let copy = Receiver::new(painchek(), &store);
    let other = Receiver::new(painchek(), &store).with_name("other");
    let signed = event();
    ready(accept(&first, &signed).expect("a delivery").done());
    assert_eq!(unhandled(&copy, &signed).1, DUPLICATE);
    assert!(accept(&other, &signed).is_ok());
}

#[test]
fn a_delivery_is_not_handled_while_the_store_fails() {
    let store = SharedStore::default();
    let receiver = Receiver::new(painchek(), &store);
    let signed = event();
    store.fails.store(true, Ordering::Relaxed);
    let unhandled = accept(&receiver, &signed).expect_err("a response");
    assert_eq!(unhandled.response.status(), 503);
    assert_eq!(unhandled.response.headers()["retry-after"], "30");
    assert!(!unhandled.response.body().contains("connection"));
    assert_eq!(unhandled.to_string(), "store-unavailable: Store unavailable: no connection");
    store.fails.store(false, Ordering::Relaxed);
    assert!(accept(&receiver, &signed).is_ok());
}

#[test]
fn a_full_memory_store_evicts_what_was_handled_first_and_no_claim() {
    let store = MemoryStore::new(Duration::from_secs(60), 2);
    let claim = |key: &str| ready(store.claim(key, "digest"));
    for key in ["a", "b", "c"] {
        let Ok(ClaimState::New(claimed)) = claim(key) else { panic!("not new") };
        ready(store.done(&claimed)).expect("done");
    }
    assert!(matches!(claim("c"), Ok(ClaimState::Done)));
    assert!(matches!(ready(store.claim("c", "other")), Ok(ClaimState::Changed)));
    let Ok(ClaimState::New(a)) = claim("a") else { panic!("not evicted") };
    let Ok(ClaimState::New(_b)) = claim("b") else { panic!("not evicted") };
    assert!(claim("c").is_err(), "a store that is full of claims");
    drop(a);
    assert!(matches!(claim("c"), Ok(ClaimState::New(_))));
}

#[test]
fn a_claim_that_ended_does_not_end_a_later_one() {
    let store = MemoryStore::default();
    let Ok(ClaimState::New(first)) = ready(store.claim("a", "digest")) else { panic!("not new") };
    ready(store.release(&first)).expect("released");
    let Ok(ClaimState::New(_second)) = ready(store.claim("a", "digest")) else { panic!("not new") };
    ready(store.done(&first)).expect("nothing to do");
    drop(first);
    assert!(matches!(ready(store.claim("a", "digest")), Ok(ClaimState::InProgress)));
}

#[test]
fn a_memory_store_forgets_after_its_retention() {
    let store = MemoryStore::new(Duration::ZERO, 10);
    let Ok(ClaimState::New(first)) = ready(store.claim("a", "digest")) else { panic!("not new") };
    ready(store.done(&first)).expect("done");
    assert!(matches!(ready(store.claim("a", "digest")), Ok(ClaimState::New(_))));
}

#[test]
fn debug_prints_no_id_and_no_response() {
    let receiver = Receiver::new(painchek(), MemoryStore::default());
    let signed = event();
    let claimed = accept(&receiver, &signed).expect("a delivery");
    assert!(!format!("{receiver:?} {claimed:?}").contains("1dba5858"));
    let unhandled = accept(&receiver, &signed).expect_err("a response");
    assert!(format!("{unhandled:?}").contains("status: 409"), "{unhandled:?}");
}
