//! Headers that the scheme reads and the delivery lacks, each with the header that replaces it: gateways, CGI, WSGI and
//! dumps of environment variables change names, and families of providers differ in a prefix.

use super::candidates::{find_signature_like_headers, is_sane};
use crate::delivery::{Delivery, Headers};
use crate::signature::Scheme;
use crate::text::{eq_ignore_ascii_case, into_owned_outlined, split_once};

/// A header of the delivery in place of one that the scheme reads.
#[derive(Clone, Copy)]
pub struct RenamedHeader<'d> {
    pub found: &'d str,
    pub expected: &'d str,
    pub value: &'d str,
}

/// Every renamed header of a delivery.
pub struct RenamedHeaders<'d> {
    all: Vec<RenamedHeader<'d>>,
    /// Headers that the delivery lacks and nothing replaces.
    pub missing: Vec<&'d str>,
}

/// Prefixes that CGI, gateways and proxies add to names, and the `X-` that people add or leave out.
const PREFIXES: [&str; 14] = [
    "redirect-",
    "http-",
    "request-",
    "header-",
    "headers-",
    "x-amzn-remapped-",
    "x-amz-meta-",
    "x-amzn-",
    "x-amz-",
    "x-original-",
    "x-forwarded-",
    "x-orig-",
    "original-",
    "x-",
];

/// Prefixes of Standard Webhooks and of Svix, whose headers differ in nothing else.
const FAMILY: [&str; 2] = ["webhook", "svix"];

impl<'d> RenamedHeaders<'d> {
    /// Finds a replacement for every header that the delivery lacks.
    pub fn resolve(scheme: &'d Scheme, headers: &'d Headers<'_>) -> Self {
        let mut renamed = Self { all: Vec::new(), missing: Vec::new() };
        let mut expected: Vec<&str> = Vec::new();
        for name in scheme.headers() {
            if !expected.iter().any(|other| eq_ignore_ascii_case(other, name)) {
                expected.push(name);
            }
        }
        for &name in &expected {
            if headers.get(name).is_some_and(|value| !value.is_empty()) {
                continue;
            }
            let is_signature = eq_ignore_ascii_case(name, scheme.header());
            let before = renamed.all.len();
            for (found, value) in headers.iter() {
                let is_expected = expected.iter().any(|other| eq_ignore_ascii_case(other, found));
                let is_first = is_signature || renamed.all.len() == before;
                if is_first
                    && !is_expected
                    && !value.is_empty()
                    && is_sane(found, value)
                    && is_same_name(found, name)
                {
                    renamed.all.push(RenamedHeader { found, expected: name, value });
                }
            }
            if is_signature && renamed.all.len() == before {
                let similar = find_signature_like_headers(headers).into_iter();
                renamed.all.extend(similar.map(|(found, value)| RenamedHeader {
                    found,
                    expected: name,
                    value,
                }));
            }
            if renamed.all.len() == before {
                renamed.missing.push(name);
            }
        }
        renamed
    }

    /// Returns the headers in place of the signature header.
    pub fn signatures(&self, scheme: &Scheme) -> impl Iterator<Item = &RenamedHeader<'d>> {
        self.all.iter().filter(move |header| eq_ignore_ascii_case(header.expected, scheme.header()))
    }

    /// Returns the header in place of another header than the signature header.
    pub fn get(&self, expected: &str) -> Option<&RenamedHeader<'d>> {
        self.all.iter().find(|header| eq_ignore_ascii_case(header.expected, expected))
    }

    /// Returns the delivery with each renamed header under the name that the scheme reads as well.
    pub fn apply<'a>(&self, delivery: &Delivery<'a>) -> Delivery<'a> {
        let mut delivery = delivery.clone();
        for RenamedHeader { expected, value, .. } in &self.all {
            delivery.headers.push(into_owned_outlined(expected), into_owned_outlined(value));
        }
        delivery
    }
}

/// Returns whether two names differ only in letter case, hyphens and underscores, prefixes of gateways, the name of an algorithm
/// at the end, or the prefix of their family.
fn is_same_name(found: &str, expected: &str) -> bool {
    let (found, expected) = (normalized(found), normalized(expected));
    let key = |name: &str| name.replace('-', "");
    let (found_key, expected_key) = (key(&found), key(&expected));
    if found_key == expected_key || without_algorithm(&found_key) == without_algorithm(&expected_key) {
        return true;
    }
    let split = |name| split_once(name, '-').filter(|(family, _)| FAMILY.contains(family));
    matches!((split(&found), split(&expected)), (Some((_, found)), Some((_, expected))) if found == expected)
}

/// Returns a name in lower case, with hyphens for underscores, and without the prefixes of gateways.
fn normalized(name: &str) -> String {
    let lower = name.to_ascii_lowercase().replace('_', "-");
    let mut rest = lower.trim_start_matches(['$', '-']);
    // A gateway in front of CGI adds two, and `X-` is the third.
    for _ in 0..3 {
        let stripped = PREFIXES.iter().find_map(|prefix| rest.strip_prefix(prefix));
        rest = stripped.filter(|rest| !rest.is_empty()).unwrap_or(rest);
    }
    into_owned_outlined(rest)
}

/// Returns whether two names differ only in the algorithm: GitHub's `X-Hub-Signature` and `X-Hub-Signature-256`.
pub fn differ_in_algorithm(found: &str, expected: &str) -> bool {
    let bare = |name: &str| {
        let name = name.to_ascii_lowercase();
        into_owned_outlined(without_algorithm(&name).trim_end_matches('-'))
    };
    bare(found) == bare(expected) && !eq_ignore_ascii_case(found, expected)
}

/// Removes the name of an algorithm from the end.
fn without_algorithm(name: &str) -> &str {
    let bare = ["sha256", "sha512", "sha1", "256", "512"].iter().find_map(|end| name.strip_suffix(end));
    bare.filter(|bare| !bare.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_after_what_gateways_and_families_change() {
        for (found, expected) in [
            ("HTTP_STRIPE_SIGNATURE", "Stripe-Signature"),
            ("stripe_signature", "Stripe-Signature"),
            ("StripeSignature", "Stripe-Signature"),
            ("$http_stripe_signature", "Stripe-Signature"),
            ("REDIRECT_HTTP_X_HUB_SIGNATURE_256", "X-Hub-Signature-256"),
            ("hub-signature-256", "X-Hub-Signature-256"),
            ("X-Hub-Signature", "X-Hub-Signature-256"),
            ("x-amzn-remapped-x-hub-signature-256", "X-Hub-Signature-256"),
            ("X-Original-Stripe-Signature", "Stripe-Signature"),
            ("svix-id", "webhook-id"),
            ("HTTP_SVIX_TIMESTAMP", "webhook-timestamp"),
            ("webhook-signature", "svix-signature"),
        ] {
            assert!(is_same_name(found, expected), "{found} for {expected}");
        }
        for (found, expected) in [
            ("X-Request-Id", "webhook-id"),
            ("Paddle-Signature", "Stripe-Signature"),
            ("Signature", "Stripe-Signature"),
            ("X-", "X-Y"),
            ("x-slack-request-timestamp", "webhook-timestamp"),
            ("256", "512"),
        ] {
            assert!(!is_same_name(found, expected), "{found} for {expected}");
        }
    }
}
