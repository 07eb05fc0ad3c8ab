//! Verifying a delivery.

use super::candidates::{Candidate, Candidates, check_header_value};
use super::hmac::Tag;
use super::template::{HEADER_VALUES, TemplateValues, UNUSABLE};
use super::timestamp::{ToleranceCheck, check_tolerance};
use super::{Keys, MalformedReason, Outcome, ReceivedSignature, Scheme};
use crate::delivery::{Delivery, Headers, has_control};

impl Scheme {
    /// Verifies the signature of a delivery with every secret. Every delivery has an outcome: nothing is an error.
    ///
    /// `now` is in milliseconds since 1970, `tolerance` in seconds, in both directions. Both count only where the scheme
    /// signs a timestamp. SECURITY: the timestamp is compared after the signature, so that a forged one is a mismatch
    /// and nothing else.
    ///
    /// Every value of the signature header, and every item of a list in it, is a candidate. A list of values and its joined
    /// form have the same outcome. PERF: the body is hashed once for each secret and each algorithm (and timestamp) that
    /// the header names, however many signatures there are. A single signature allocates nothing.
    #[must_use]
    pub fn verify<'a>(
        &'a self,
        keys: &Keys,
        delivery: &'a Delivery<'_>,
        now: i64,
        tolerance: u64,
    ) -> Outcome<'a> {
        self.try_verify(keys, delivery, now, tolerance).unwrap_or_else(|outcome| outcome)
    }

    fn try_verify<'a>(
        &'a self,
        keys: &Keys,
        delivery: &'a Delivery<'_>,
        now: i64,
        tolerance: u64,
    ) -> Result<Outcome<'a>, Outcome<'a>> {
        let mut candidates = Candidates::new();
        candidates.collect(self, keys, &delivery.headers)?;
        let values = self.values(delivery)?;
        if self.public_key_algorithm().is_some() {
            return Ok(self.verify_public_key(keys, &candidates, &values, now, tolerance));
        }
        let mut best: Option<Outcome<'a>> = None;
        for (secret, key) in keys.iter() {
            // SECURITY: each signature is compared with the tag of each timestamp. Which timestamp belongs to which
            // signature is proven by the tag, and by nothing that a header can be arranged to show.
            for &header_timestamp in candidates.timestamps() {
                let timestamp = if header_timestamp.is_empty() { values.timestamp } else { header_timestamp };
                let mut tag: Option<Tag> = None;
                for candidate in candidates.iter().filter(|c| c.algorithm == key.algorithm()) {
                    let Candidate { algorithm, item, encoded, .. } = *candidate;
                    let received = ReceivedSignature { item, encoded, timestamp: header_timestamp };
                    let tag = tag.get_or_insert_with(|| {
                        keys.tag(key, &self.content, &TemplateValues { timestamp, ..values })
                    });
                    let outcome = if tag.ct_eq(candidate.digest.as_bytes()) {
                        let verified = Outcome::Verified { algorithm, secret, received };
                        self.within_tolerance(verified, timestamp, now, tolerance)
                    } else {
                        Outcome::Mismatch { algorithm, received }
                    };
                    if outcome.is_verified() {
                        return Ok(outcome);
                    }
                    if best.is_none_or(|best| best.specificity() < outcome.specificity()) {
                        best = Some(outcome);
                    }
                }
            }
        }
        // Never the default: `collect` returned a candidate, and `keys` has the algorithm of every candidate.
        Ok(best.unwrap_or(Outcome::Missing))
    }

    /// Verifies the signatures of a delivery with every public key. A signature that the platform cannot verify is a mismatch.
    #[inline(never)]
    fn verify_public_key<'a>(
        &'a self,
        keys: &Keys,
        candidates: &Candidates<'a>,
        values: &TemplateValues<'a>,
        now: i64,
        tolerance: u64,
    ) -> Outcome<'a> {
        let mut best: Option<Outcome<'a>> = None;
        for &header_timestamp in candidates.timestamps() {
            let timestamp = if header_timestamp.is_empty() { values.timestamp } else { header_timestamp };
            let values = TemplateValues { timestamp, ..*values };
            let mut message = Vec::with_capacity(values.body.len() + 256);
            for part in self.content.parts(&values) {
                message.extend_from_slice(part);
            }
            for candidate in candidates.iter() {
                let encoded = candidate.encoded;
                let received =
                    ReceivedSignature { item: candidate.item, encoded, timestamp: header_timestamp };
                let signature = self.format.encoding.decode_lenient(encoded).unwrap_or_default();
                // A signature of RSA does not tell its hash.
                let found = keys.algorithms().iter().find_map(|algorithm| {
                    Some((*algorithm, keys.find_public_key(*algorithm, &message, &signature)?))
                });
                let outcome = match found {
                    Some((algorithm, secret)) => {
                        let verified = Outcome::Verified { algorithm, secret, received };
                        self.within_tolerance(verified, timestamp, now, tolerance)
                    }
                    None => Outcome::Mismatch { algorithm: candidate.algorithm, received },
                };
                if outcome.is_verified() {
                    return outcome;
                }
                if best.is_none_or(|best| best.specificity() < outcome.specificity()) {
                    best = Some(outcome);
                }
            }
        }
        best.unwrap_or(Outcome::Missing)
    }

    fn within_tolerance<'a>(
        &self,
        verified: Outcome<'a>,
        timestamp: &str,
        now: i64,
        tolerance: u64,
    ) -> Outcome<'a> {
        if !self.has_timestamp() {
            return verified;
        }
        // Every timestamp was parsed before the first comparison. One that cannot be parsed is outside every tolerance.
        let timestamp = self.timestamp_unit().parse(timestamp).unwrap_or(i64::MIN);
        verified.within_tolerance(timestamp, now, tolerance)
    }

    /// The values of the placeholders in the signed content, for a report on any delivery. A value that the delivery lacks is
    /// empty. `received` is the signature that was compared.
    pub(crate) fn reported_values<'a>(
        &'a self,
        delivery: &'a Delivery<'_>,
        received: Option<ReceivedSignature<'a>>,
    ) -> TemplateValues<'a> {
        let headers = &delivery.headers;
        let in_signature = || match received {
            Some(received) => Some(received.timestamp),
            None => headers.get_all(self.header()).find_map(|value| self.format.first_timestamp(value)),
        };
        let timestamp = match self.timestamp_header() {
            Some(name) => headers.get(name),
            None => in_signature(),
        };
        TemplateValues {
            body: delivery.body,
            timestamp: timestamp.unwrap_or_default(),
            headers,
            url: delivery.url.unwrap_or_default(),
            method: delivery.method.unwrap_or_default(),
        }
    }

    /// The values of the placeholders in the signed content. An absent or malformed value is an error.
    pub(crate) fn values<'a>(
        &'a self,
        delivery: &'a Delivery<'_>,
    ) -> Result<TemplateValues<'a>, Outcome<'a>> {
        let headers = &delivery.headers;
        let timestamp = match self.timestamp_header() {
            None => "",
            Some(name) => single_value(headers, name, false)?.ok_or(Outcome::TimestampMissing)?,
        };
        if self.timestamp_header().is_some() && self.parse_timestamp(timestamp).is_none() {
            return Err(Outcome::TimestampMalformed);
        }
        if self.content.timestamp_runs_into(delivery.body) {
            return Err(Outcome::TimestampMalformed);
        }
        for name in self.content.conditions() {
            single_value(headers, name, false)?;
        }
        for name in self.content.signed_names(headers) {
            let missing =
                if name.starts_with("url:") { Outcome::UrlMissing } else { Outcome::HeaderMissing { name } };
            // The headers of a list are joined by a text of the definition, which may be a line break.
            let may_have_control = self.content.is_open(name) || name == HEADER_VALUES;
            let value = single_value(headers, name, may_have_control)?;
            if !self.definition().absent_is_empty {
                value.ok_or(missing)?;
            }
        }
        // An empty text counts as missing: frameworks that do not know the URL pass one.
        let (url, method) = (delivery.url.unwrap_or_default(), delivery.method.unwrap_or_default());
        if self.content.has_url() && url.is_empty() {
            return Err(Outcome::UrlMissing);
        }
        // SECURITY: a plain hash can be continued by bytes that no JSON contains. Neither may the URL.
        if self.is_hash() && has_control(url) {
            return Err(Outcome::UrlMissing);
        }
        if self.content.has_method() && method.is_empty() {
            return Err(Outcome::MethodMissing);
        }
        if !self.is_ambiguous && self.content.runs_into(delivery.body) {
            return Err(Outcome::BodyMalformed);
        }
        let values = TemplateValues { body: delivery.body, timestamp, headers, url, method };
        match self.content.header_with_delimiter(&values).filter(|_| !self.is_ambiguous) {
            Some(header) => {
                let received = headers.get(header).unwrap_or_default();
                Err(Outcome::Malformed { header, received, reason: MalformedReason::ContainsSeparator })
            }
            None => Ok(values),
        }
    }

    /// Returns whether a signed part of the delivery does not mark where it ends: `verify` rejects the delivery whatever its
    /// signature is.
    #[cfg(feature = "full")]
    pub(crate) fn has_unclear_end(&self, delivery: &Delivery<'_>) -> bool {
        match self.values(delivery) {
            Err(Outcome::TimestampMalformed) => self.content.timestamp_runs_into(delivery.body),
            Err(outcome) => matches!(
                outcome,
                Outcome::BodyMalformed
                    | Outcome::Malformed { reason: MalformedReason::ContainsSeparator, .. }
            ),
            Ok(_) => false,
        }
    }
}

impl Outcome<'_> {
    /// Turns a verified outcome into `TooOld` or `TooNew` where the signed timestamp (ms) is outside the tolerance (s)
    /// around `now` (ms).
    pub(crate) fn within_tolerance(self, timestamp: i64, now: i64, tolerance: u64) -> Self {
        let Self::Verified { algorithm, secret, received } = self else { return self };
        match check_tolerance(timestamp, now, tolerance) {
            ToleranceCheck::WithinTolerance => self,
            ToleranceCheck::TooOld(by) => {
                Self::TooOld { algorithm, secret, received, off_by_ms: by, tolerance }
            }
            ToleranceCheck::TooNew(by) => {
                Self::TooNew { algorithm, secret, received, off_by_ms: by, tolerance }
            }
        }
    }
}

/// The value of a header that is signed. Several values have to be equal: otherwise the value that was verified need not
/// be the one that the receiver reads. An open value is a text of the body, of any length and with any characters.
fn single_value<'a>(
    headers: &'a Headers<'_>,
    header: &'a str,
    is_open: bool,
) -> Result<Option<&'a str>, Outcome<'a>> {
    let mut values = headers.get_all(header);
    let Some(received) = values.next().filter(|value| !value.is_empty()) else { return Ok(None) };
    let repeated = values.any(|other| other != received).then_some(MalformedReason::Repeated);
    let malformed = if is_open {
        (received == UNUSABLE).then_some(MalformedReason::ControlCharacter)
    } else {
        check_header_value(received)
    };
    match malformed.or(repeated) {
        Some(reason) => Err(Outcome::Malformed { header, received, reason }),
        None => Ok(Some(received)),
    }
}
