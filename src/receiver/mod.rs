//! [`Receiver`]: a server handles each delivery once. It verifies a request, claims its idempotency key in a [`Store`], and makes
//! the response. The server reads the request, with a limit of its size, and sends the response.

mod memory_store;
mod store;

use std::fmt;
use std::ops::Deref;

use http::{HeaderName, HeaderValue, Response, StatusCode, header};

pub use memory_store::{MemoryClaim, MemoryStore, MemoryStoreError};
pub use store::{ClaimState, Store};

use crate::code::Code;
use crate::delivery::Delivery;
use crate::json::quoted;
use crate::webhook::{Error, SignatureInfo, Timestamp, Verified, Webhook};

/// Receives the deliveries of one webhook, and hands each to its handler once, as the receivers of the npm package do.
///
/// ```
/// use std::time::SystemTime;
///
/// use hookseal::receiver::{MemoryStore, Receiver};
/// use hookseal::{Delivery, Webhook, WebhookOptions};
///
/// /// A handler of any server on the crate `http`. Make the receiver once, when the program starts.
/// async fn receive(receiver: &Receiver, headers: &http::HeaderMap, body: &[u8]) -> http::Response<String> {
///     let delivery = Delivery::new(headers, body).with_method("POST");
///     let claimed = match receiver.accept(&delivery, SystemTime::now()).await {
///         Ok(claimed) => claimed,
///         Err(unhandled) => {
///             eprintln!("{unhandled}"); // no secret and no value of the payload
///             return unhandled.response; // 401, 400, 409 ...; 200 for a duplicate
///         }
///     };
///     match handle(&claimed) {
///         Ok(()) => claimed.done().await,     // 200: a retry is a duplicate
///         Err(_) => claimed.release().await, // 500: the provider sends it again
///     }
/// }
///
/// fn handle(delivery: &hookseal::Verified<'_>) -> Result<(), std::io::Error> {
///     println!("{} {}", delivery.event_type, delivery.id);
///     Ok(())
/// }
///
/// # fn main() -> Result<(), hookseal::Error> {
/// let secrets = vec!["my-secret".into()];
/// let hook = Webhook::built_in("painchek", WebhookOptions { secrets, ..WebhookOptions::default() })?;
/// let receiver = Receiver::new(hook, MemoryStore::default());
/// # Ok(())
/// # }
/// ```
///
/// Delivery is at least once: after a crash between the end of the handler and [`done`](Claimed::done), the handler gets the
/// delivery again. Where that must not happen, write [`key`](Claimed::key) in the transaction of the side effect.
pub struct Receiver<S = MemoryStore> {
    hook: Webhook,
    store: S,
    name: String,
}

impl<S> fmt::Debug for Receiver<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("hook", &self.hook).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A request that no handler gets.
pub struct Unhandled {
    /// Why: log it. `None` for a duplicate, and for a handshake.
    pub error: Option<Error>,
    /// The response.
    pub response: Response<String>,
}

/// SECURITY: leaves out the response, which has texts of the request where that is a handshake.
impl fmt::Debug for Unhandled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unhandled")
            .field("error", &self.error)
            .field("status", &self.response.status())
            .finish_non_exhaustive()
    }
}

/// For a log line: the reason, or the status.
impl fmt::Display for Unhandled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => write!(f, "{}: {error}", error.code),
            None => write!(f, "{}", self.response.status()),
        }
    }
}

/// A verified delivery that is claimed: the handler gets it. It has the members of [`Verified`].
///
/// [`done`](Self::done) or [`release`](Self::release) ends the claim. Where neither is called, such as after a panic, the claim
/// ends as its store says.
pub struct Claimed<'b, 'r, S: Store = MemoryStore> {
    verified: Verified<'b>,
    key: String,
    has_changed: bool,
    receiver: &'r Receiver<S>,
    claims: Vec<S::Claim>,
    /// Key and digest of a body that an equal delivery without an id has claimed. Both are handled.
    shared_body: Option<(String, String)>,
}

impl<'b, S: Store> Deref for Claimed<'b, '_, S> {
    type Target = Verified<'b>;

    fn deref(&self) -> &Verified<'b> {
        &self.verified
    }
}

impl<S: Store> fmt::Debug for Claimed<'_, '_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claimed").field("verified", &self.verified).finish_non_exhaustive()
    }
}

/// The digest of a claim whose key alone identifies a retry: the payload may change between attempts.
const ANY_DIGEST: &str = "any";

/// How long a sender should wait before it sends again, in seconds.
const RETRY_AFTER: &str = "30";

impl<S: Store> Receiver<S> {
    /// A receiver with the name of the provider.
    #[must_use]
    pub fn new(hook: Webhook, store: S) -> Self {
        let name = hook.provider().id.clone();
        Self { hook, store, name }
    }

    /// The same receiver with another name. Receivers with one store and the same name share their deliveries: one that
    /// one of them handled is a duplicate for the others. Two subscriptions of one provider need two names.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The webhook.
    #[must_use]
    pub fn hook(&self) -> &Webhook {
        &self.hook
    }

    /// Verifies and claims a delivery. Pass its method and URL: [`Delivery::with_method`], [`Delivery::with_url`]. Read a form before:
    /// [`Webhook::read_form`].
    ///
    /// A request that is a handshake of the provider has its response, but for one that hands over a secret: call
    /// [`Webhook::handshake`] before, and take the secret there.
    ///
    /// # Errors
    /// The response to a request that no handler gets: it is rejected (401, 400, 413 and others by [`Error::status`]), a duplicate (200),
    /// being handled by another task (409), or a handshake; or the store is not available (503).
    pub async fn accept<'b>(
        &self,
        delivery: &Delivery<'b>,
        now: impl Into<Timestamp> + Send,
    ) -> Result<Claimed<'b, '_, S>, Box<Unhandled>> {
        let verified = self.verify(delivery, now.into())?;
        let mut claimed = Claimed {
            verified,
            key: String::new(),
            has_changed: false,
            receiver: self,
            claims: Vec::new(),
            shared_body: None,
        };
        match claimed.claim().await {
            Ok(()) => Ok(claimed),
            Err(unhandled) => {
                claimed.end(false).await;
                Err(unhandled)
            }
        }
    }

    fn verify<'b>(&self, delivery: &Delivery<'b>, now: Timestamp) -> Result<Verified<'b>, Box<Unhandled>> {
        if let Some(handshake) = self.hook.handshake(delivery, now) {
            let handshake = handshake.map_err(rejected)?;
            if handshake.secret.is_some() {
                let message = "The secret of the handshake was not taken: call `Webhook::handshake` first.";
                return Err(rejected(Error::new(Code::HANDSHAKE_REFUSED, message)));
            }
            let mut response = Response::new(handshake.body);
            *response.status_mut() = status(handshake.status);
            for (name, value) in handshake.headers {
                if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                    response.headers_mut().append(name, value);
                }
            }
            return Err(Box::new(Unhandled { error: None, response }));
        }
        if delivery.method.is_some_and(|method| method != "POST") {
            let message = "Method not allowed; use POST.";
            let mut unhandled = rejected(Error::new(Code::METHOD_NOT_ALLOWED, message));
            unhandled.response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
            return Err(unhandled);
        }
        self.hook.verify(delivery, now).map_err(rejected)
    }

    /// Whether an attacker who recorded the signed body could send it again under another id or event type.
    fn is_replayable(&self, signature: &SignatureInfo) -> bool {
        let hook = self.hook.uncovered();
        matches!(signature, SignatureInfo::Verified { uncovered, .. }
            if hook.event_type || hook.id || uncovered.event_type || uncovered.id)
    }
}

impl<S: Store> Claimed<'_, '_, S> {
    /// The key of the claim: names receiver, event type and id. Empty where the delivery has no idempotency key, which is
    /// then not claimed.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether an earlier delivery with the same id had another payload, although the provider's payloads do not change between
    /// attempts.
    #[must_use]
    pub fn is_changed_retry(&self) -> bool {
        self.has_changed
    }

    /// Completes the claim, and returns the response: 200. If the store fails, the claim expires: the handler has done its work.
    pub async fn done(mut self) -> Response<String> {
        // In case the other delivery failed and released the body.
        if let Some((key, digest)) = self.shared_body.take() {
            let _ = self.claim_key(&key, &digest).await;
        }
        self.end(true).await;
        success("handled")
    }

    /// Releases the claim, and returns the response: 500, after which the provider sends the delivery again.
    pub async fn release(self) -> Response<String> {
        self.end(false).await;
        Error::new(Code::HANDLER_FAILED, "The handler failed.").response()
    }

    /// Makes every claim that handling the delivery needs. The claims are kept where one of them fails.
    async fn claim(&mut self) -> Result<(), Box<Unhandled>> {
        let digest = self.verified.digest();
        let is_replayable = self.receiver.is_replayable(&self.verified.signature);
        // A delivery without an id has no key: equal deliveries may be different events. SECURITY: except where the
        // provider sends ids in an unsigned header, which an attacker can remove. Then the digest is the key.
        let has_id = !self.verified.id.is_empty();
        let has_key = has_id || (is_replayable && self.receiver.hook.uncovered().id);
        let key = self.key_with((!has_id && has_key).then_some(&digest));
        if is_replayable {
            // SECURITY: an attacker who recorded a signed body can send it under another id or event type. So the body is claimed as
            // well, for this id and event type only.
            let body_key =
                list([&self.receiver.name, status_name(&self.verified.signature), digest.as_str()]);
            let key_hash = crate::webhook::digest(key.as_bytes());
            match self.claim_key(&body_key, &key_hash).await? {
                State::Changed => return Err(replayed()),
                State::InProgress if has_key => return Err(in_progress()),
                State::InProgress | State::Done if !has_key => self.shared_body = Some((body_key, key_hash)),
                State::New | State::InProgress | State::Done => {}
            }
        }
        if !has_key {
            return Ok(());
        }
        let is_immutable = self.receiver.hook.provider().immutable;
        let mut state = self.claim_key(&key, if is_immutable { &digest } else { ANY_DIGEST }).await?;
        self.key = key;
        if state == State::Changed {
            self.has_changed = true;
            self.key = self.key_with(Some(&digest));
            let key = self.key.clone();
            state = self.claim_key(&key, &digest).await?;
        }
        match state {
            State::New => Ok(()),
            State::Done => Err(Box::new(Unhandled { error: None, response: success("duplicate") })),
            State::InProgress | State::Changed => Err(in_progress()),
        }
    }

    /// Claims one key, and keeps a new claim.
    async fn claim_key(&mut self, key: &str, digest: &str) -> Result<State, Box<Unhandled>> {
        Ok(match self.receiver.store.claim(key, digest).await {
            Ok(ClaimState::New(claim)) => {
                self.claims.push(claim);
                State::New
            }
            Ok(ClaimState::InProgress) => State::InProgress,
            Ok(ClaimState::Done) => State::Done,
            Ok(ClaimState::Changed) => State::Changed,
            Err(error) => {
                let message = format!("Store unavailable: {error}");
                return Err(retried(rejected(Error::new(Code::STORE_UNAVAILABLE, message))));
            }
        })
    }

    /// The key of the delivery: a JSON array of the receiver's name, the status of the signature, the event type, the id, and
    /// a digest.
    fn key_with(&self, digest: Option<&String>) -> String {
        let Verified { event_type, id, signature, .. } = &self.verified;
        // The id starts with the event type and a colon.
        let id = id.strip_prefix(event_type.as_str()).and_then(|id| id.strip_prefix(':')).unwrap_or(id);
        let parts = [&self.receiver.name, status_name(signature), event_type, id];
        list(parts.into_iter().chain(digest.map(String::as_str)))
    }

    /// Ends every claim, with one retry.
    async fn end(&self, is_done: bool) {
        let store = &self.receiver.store;
        for claim in &self.claims {
            for _attempt in 0..2 {
                let ended = if is_done { store.done(claim).await } else { store.release(claim).await };
                if ended.is_ok() {
                    break;
                }
            }
        }
    }
}

/// A [`ClaimState`] without its claim.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    InProgress,
    Done,
    Changed,
}

/// A JSON array of texts.
fn list<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let texts: Vec<String> = texts.into_iter().map(quoted).collect();
    format!("[{}]", texts.join(","))
}

fn status_name(signature: &SignatureInfo) -> &'static str {
    match signature {
        SignatureInfo::Verified { .. } => "verified",
        SignatureInfo::Token { .. } => "token",
        SignatureInfo::Unsigned => "unsigned",
    }
}

fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The response to a delivery that its sender need not send again.
fn success(outcome: &str) -> Response<String> {
    let mut response = Response::new(format!(r#"{{"status":"{outcome}"}}"#));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn rejected(error: Error) -> Box<Unhandled> {
    Box::new(Unhandled { response: error.response(), error: Some(error) })
}

fn retried(mut unhandled: Box<Unhandled>) -> Box<Unhandled> {
    unhandled.response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
    unhandled
}

fn in_progress() -> Box<Unhandled> {
    retried(rejected(Error::new(Code::IN_PROGRESS, "The same delivery is being handled.")))
}

/// The response is that to a duplicate, so that the sender of a replay does not learn that it was recognized.
fn replayed() -> Box<Unhandled> {
    let message = "The body was received before under another id or event type, so the delivery was treated as a duplicate.";
    Box::new(Unhandled { error: Some(Error::new(Code::REPLAYED, message)), response: success("duplicate") })
}
