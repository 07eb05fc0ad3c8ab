//! Verifying a delivery.

use super::candidates::{Candidate, Candidates, check_header_value};
use super::hmac::Tag;
use super::template::TemplateValues;
use super::timestamp::{ToleranceCheck, check_tolerance};
use super::{Keys, MalformedReason, Outcome, Scheme};
use crate::delivery::{Delivery, Headers};

impl Scheme {
    /// Says whether one of the secrets signed this delivery. Whatever arrives is an answer.
    ///
    /// `now` is in milliseconds since 1970, `tolerance` in seconds and counts both ways; both are
    /// looked at only where the scheme signs a timestamp, and only after the signature was found
    /// right: what a forger writes into a timestamp is answered with a mismatch.
    ///
    /// Every value of the signature header, and every item of a list in it, is a candidate, and every
    /// secret is tried. The body is hashed once for each secret and each algorithm (and timestamp) that
    /// the header names, however many signatures there are. Nothing is allocated for a single signature.
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
            for candidate in candidates.iter().filter(|it| it.algorithm == key.algorithm()) {
                let Candidate { algorithm, timestamp: item_timestamp, received, .. } = *candidate;
                let timestamp = if item_timestamp.is_empty() { values.timestamp } else { item_timestamp };
                if cached_tag.as_ref().is_none_or(|(other, _)| *other != timestamp) {
                    let tag = keys.tag(secret, key, &self.content, &TemplateValues { timestamp, ..values });
                    cached_tag = Some((timestamp, tag));
                }
                let right =
                    cached_tag.as_ref().is_some_and(|(_, tag)| tag.ct_eq(candidate.digest.as_bytes()));
                let outcome = if right {
                    let verified = Outcome::Verified { algorithm, secret, received };
                    self.aged(verified, timestamp, now, tolerance)
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
        // There is a candidate, and its algorithm is among those of the keys.
        Ok(best.unwrap_or(Outcome::Missing))
    }

    fn aged<'a>(&self, verified: Outcome<'a>, timestamp: &str, now: i64, tolerance: u64) -> Outcome<'a> {
        if !self.has_timestamp() {
            return verified;
        }
        // Timestamps are read before anything is compared; should one slip by, it is out of tolerance.
        let timestamp = self.timestamp_unit().parse(timestamp).unwrap_or(i64::MIN);
        verified.aged(timestamp, now, tolerance)
    }

    /// What the places of the signed content hold, all of them present and readable.
    pub(crate) fn values<'a>(
        &'a self,
        delivery: &'a Delivery<'_>,
    ) -> Result<TemplateValues<'a>, Outcome<'a>> {
        let headers = &delivery.headers;
        let timestamp = match self.timestamp_header() {
            None => "",
            Some(name) => single_value(headers, name)?.ok_or(Outcome::TimestampMissing)?,
        };
        if self.timestamp_header().is_some() && self.parse_timestamp(timestamp).is_none() {
            return Err(Outcome::TimestampMalformed);
        }
        if self.content.runs_into(delivery.body) {
            return Err(Outcome::TimestampMalformed);
        }
        for name in self.content.headers() {
            single_value(headers, name)?.ok_or(Outcome::HeaderMissing { name })?;
        }
        // An empty one is none: what a framework hands over that does not know it.
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
    /// What a verified signature is worth at this time (ms), where it covers that timestamp (ms).
    pub(crate) fn aged(self, timestamp: i64, now: i64, tolerance: u64) -> Self {
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

/// The value of a header that is signed. Where it stands several times the values have to be equal:
/// else the one that was verified need not be the one that the receiver reads.
fn single_value<'a>(headers: &'a Headers<'_>, header: &'a str) -> Result<Option<&'a str>, Outcome<'a>> {
    let mut values = headers.get_all(header);
    let Some(received) = values.next().filter(|value| !value.is_empty()) else { return Ok(None) };
    let repeated = values.any(|other| other != received).then_some(MalformedReason::Repeated);
    match check_header_value(received).or(repeated) {
        Some(reason) => Err(Outcome::MalformedReason { header, received, reason }),
        None => Ok(Some(received)),
    }
}
