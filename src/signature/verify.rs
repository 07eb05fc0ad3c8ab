//! Verifies the signature of a delivery.

use super::candidates::{Candidate, Candidates, check_header_value};
use super::hmac::Tag;
use super::template::TemplateValues;
use super::timestamp::{ToleranceCheck, check_tolerance};
use super::{Keys, MalformedReason, Outcome, Scheme};
use crate::delivery::{Delivery, Headers};

impl Scheme {
    /// Verifies a delivery with every secret. Returns an outcome for every input.
    ///
    /// `now` is in milliseconds since 1970, `tolerance` in seconds in both directions. SECURITY: the timestamp is checked
    /// only after the signature, so that a forged timestamp is a mismatch and reveals nothing about the clock.
    ///
    /// Every value of the signature header, and every item of a list in the header, is a candidate. PERF: the body is
    /// hashed once for each secret and each algorithm and timestamp of the header, whatever the number of signatures. A
    /// single signature allocates nothing.
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
        let mut best: Option<Outcome<'a>> = None;
        for (secret, key) in keys.iter() {
            let mut cached_tag: Option<(&str, Tag)> = None;
            for candidate in candidates.iter().filter(|candidate| candidate.algorithm == key.algorithm()) {
                let Candidate { algorithm, timestamp: item_timestamp, received, .. } = *candidate;
                let timestamp = if item_timestamp.is_empty() { values.timestamp } else { item_timestamp };
                if cached_tag.as_ref().is_none_or(|(other, _)| *other != timestamp) {
                    let tag = keys.tag(secret, key, &self.content, &TemplateValues { timestamp, ..values });
                    cached_tag = Some((timestamp, tag));
                }
                let is_match =
                    cached_tag.as_ref().is_some_and(|(_, tag)| tag.ct_eq(candidate.digest.as_bytes()));
                let outcome = if is_match {
                    let verified = Outcome::Verified { algorithm, secret, received };
                    self.check_age(verified, timestamp, now, tolerance)
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
        // INVARIANT: there is a candidate, and its algorithm is among those of the keys.
        Ok(best.unwrap_or(Outcome::Missing))
    }

    fn check_age<'a>(&self, verified: Outcome<'a>, timestamp: &str, now: i64, tolerance: u64) -> Outcome<'a> {
        if !self.has_timestamp() {
            return verified;
        }
        // SECURITY: candidates have valid timestamps. Should another one get here, it is outside of the tolerance.
        let timestamp = self.timestamp_unit().parse(timestamp).unwrap_or(i64::MIN);
        verified.check_tolerance(timestamp, now, tolerance)
    }

    /// Returns the values of the placeholders in the signed content, all present and valid.
    pub(crate) fn values<'a>(
        &'a self,
        delivery: &'a Delivery<'_>,
    ) -> Result<TemplateValues<'a>, Outcome<'a>> {
        let headers = &delivery.headers;
        let timestamp = match self.timestamp_header() {
            None => "",
            Some(name) => single(headers, name)?.ok_or(Outcome::TimestampMissing)?,
        };
        if self.timestamp_header().is_some() && self.parse_timestamp(timestamp).is_none() {
            return Err(Outcome::TimestampMalformed);
        }
        if self.content.runs_into(delivery.body) {
            return Err(Outcome::TimestampMalformed);
        }
        for name in self.content.headers() {
            single(headers, name)?.ok_or(Outcome::HeaderMissing { name })?;
        }
        // An empty URL or method counts as missing: frameworks pass an empty text for an unknown value.
        let (url, method) = (delivery.url.unwrap_or_default(), delivery.method.unwrap_or_default());
        if self.content.has_url() && url.is_empty() {
            return Err(Outcome::UrlMissing);
        }
        if self.content.has_method() && method.is_empty() {
            return Err(Outcome::MethodMissing);
        }
        let values = TemplateValues { body: delivery.body, timestamp, headers, url, method };
        match self.content.overrun(&values).filter(|_| !self.ambiguous) {
            Some(header) => {
                let received = headers.get(header).unwrap_or_default();
                Err(Outcome::MalformedReason { header, received, reason: MalformedReason::Overrun })
            }
            None => Ok(values),
        }
    }
}

impl Outcome<'_> {
    /// Applies the tolerance (s) to a verified signature that covers a timestamp (ms); `now` is in milliseconds.
    pub(crate) fn check_tolerance(self, timestamp: i64, now: i64, tolerance: u64) -> Self {
        let Self::Verified { algorithm, secret, received } = self else { return self };
        match check_tolerance(timestamp, now, tolerance) {
            ToleranceCheck::WithinTolerance => self,
            ToleranceCheck::TooOld(off_by_ms) => {
                Self::TooOld { algorithm, secret, received, off_by_ms, tolerance }
            }
            ToleranceCheck::TooNew(off_by_ms) => {
                Self::TooNew { algorithm, secret, received, off_by_ms, tolerance }
            }
        }
    }
}

/// Returns the value of a signed header. SECURITY: several values must be equal; otherwise the receiver could read another
/// one than was verified.
fn single<'a>(headers: &'a Headers<'_>, header: &'a str) -> Result<Option<&'a str>, Outcome<'a>> {
    let mut values = headers.get_all(header);
    let Some(received) = values.next().filter(|value| !value.is_empty()) else { return Ok(None) };
    let repeated = values.any(|other| other != received).then_some(MalformedReason::Repeated);
    match check_header_value(received).or(repeated) {
        Some(reason) => Err(Outcome::MalformedReason { header, received, reason }),
        None => Ok(Some(received)),
    }
}
