//! Every statement of an explanation is checked against the delivery, without the code that made the statement.

use std::cell::RefCell;

use hookseal::delivery::Delivery;
use hookseal::webhook::{CAUSES, Cause, CauseCategory, Explanation, Timestamp, VerifyOptions, Webhook};
use serde_json::Value;

use super::{hex, tag};

thread_local! {
    /// The secrets of the webhooks that a test made: a webhook does not show them.
    static SECRETS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Remembers a secret for the checks of this test.
pub fn remember(secret: &str) {
    SECRETS.with_borrow_mut(|all| all.push(secret.to_owned()));
}

fn any_secret(matches: impl Fn(&str) -> bool) -> bool {
    SECRETS.with_borrow(|all| all.iter().any(|secret| matches(secret)))
}

/// The inputs of an explanation.
pub struct Inputs<'a> {
    pub hook: &'a Webhook,
    pub delivery: &'a Delivery<'a>,
    pub now: Timestamp,
    pub options: &'a VerifyOptions,
}

/// Checks every statement of an explanation.
#[track_caller]
pub fn check_truth(inputs: &Inputs<'_>, found: &Explanation) {
    for cause in &found.observations {
        assert!(inputs.holds(cause, found), "{cause:?} is not true of {:?}", inputs.delivery);
    }
    for cause in &found.matches {
        assert!(CAUSES.iter().any(|known| known.code == cause.code && known.is_proof), "{cause:?}");
        for other in &cause.alternatives {
            assert!(*other != cause.code && cause.message.contains(other), "{cause:?}");
            assert!(CAUSES.iter().any(|known| known.code == *other && known.is_proof), "{cause:?}");
            assert!(found.matches.iter().all(|cause| cause.code != *other), "{other} is claimed twice");
        }
    }
    for (index, cause) in found.matches.iter().enumerate() {
        assert!(found.matches[..index].iter().all(|other| other.code != cause.code), "{cause:?} twice");
    }
    inputs.check_signed_body(found);
    check_order(found);
}

/// The result of the search is the last observation, and a valid signature the first.
fn check_order(found: &Explanation) {
    let codes: Vec<&str> = found.observations.iter().map(|cause| cause.code).collect();
    let at = |code: &str| codes.iter().position(|other| *other == code);
    assert!(at("signature-valid").is_none_or(|index| index == 0), "{codes:?}");
    let end = codes.len() - usize::from(at("search-limit-reached").is_some());
    assert!(at("no-match").is_none_or(|index| index + 1 == end), "{codes:?}");
}

impl Inputs<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.delivery
            .headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    fn scheme_header(&self) -> &str {
        self.hook.provider().scheme().map_or("", |scheme| scheme.header())
    }

    fn content(&self) -> &str {
        self.hook.provider().scheme().map_or("", |scheme| scheme.signed_content())
    }

    /// The digits of the signed timestamp.
    fn timestamp(&self) -> Option<i64> {
        let scheme = self.hook.provider().scheme()?;
        let name = scheme.definition().timestamp_header.as_deref();
        let text = if let Some(name) = name {
            self.header(name)?
        } else {
            let value = self.header(self.scheme_header())?;
            value
                .split([',', ';', ' '])
                .find_map(|item| item.trim().strip_prefix("t=").or_else(|| item.trim().strip_prefix("ts=")))?
        };
        text.trim().parse().ok()
    }

    fn declared_length(&self) -> Option<usize> {
        self.header("content-length")?.trim().parse().ok()
    }

    /// Whether an observation is true of the inputs.
    #[allow(clippy::too_many_lines, reason = "a table")]
    fn holds(&self, cause: &Cause, found: &Explanation) -> bool {
        let (body, message) = (self.delivery.body, cause.message.as_str());
        let json = || serde_json::from_slice::<Value>(body).ok();
        let provider = self.hook.provider();
        match cause.code {
            "signature-valid" => {
                let digest = hex(&hookseal::signature::sha256(body));
                let is_late = message.contains("outside the tolerance");
                let far = self.timestamp().is_some_and(|time| self.distance(time) > self.tolerance_ms());
                found.signed_body.as_deref() == Some(body)
                    && found.matches.is_empty()
                    && message.contains(&format!("the {} bytes", body.len()))
                    && message.contains(&digest)
                    && (provider.signed_time.is_some() || is_late == far)
                    && is_late == cause.frameworks.is_empty()
            }
            "provider-unsigned" => provider.schemes.is_empty() && found.matches.is_empty(),
            "secret-missing" => !provider.schemes.is_empty() && found.tried == 0,
            "no-match" => {
                // The secret is the likeliest cause only without evidence against something else.
                let blames_secret = message.contains("Most likely the secret");
                let is_neutral = |code: &str| {
                    ["no-match", "search-limit-reached", "timestamp-too-old", "timestamp-too-new"]
                        .contains(&code)
                        || code == "signature-multiple"
                        || ["header-similar", "timestamp-unit", "secret-leaked"].contains(&code)
                };
                let has_evidence = found.observations.iter().any(|other| !is_neutral(other.code));
                found.matches.is_empty() && found.signed_body.is_none() && blames_secret != has_evidence
            }
            "search-limit-reached" => found.matches.is_empty(),
            "body-too-large" => body.len() > self.options.max_bytes && found.tried == 0,
            "body-empty" => body.is_empty(),
            "body-shorter-than-declared" => self
                .declared_length()
                .is_some_and(|length| length > body.len() && message.contains(&length.to_string())),
            "body-longer-than-declared" => self
                .declared_length()
                .is_some_and(|length| length < body.len() && message.contains(&length.to_string())),
            "body-replacement-characters" => {
                String::from_utf8_lossy(body).contains('\u{fffd}') && has_bytes(body, b"\xef\xbf\xbd")
            }
            "body-question-marks" => {
                json().is_some_and(|json| any_string(&json, &|text| text.is_ascii() && text.contains('?')))
            }
            "body-numbers-rounded" => json().is_some_and(|json| {
                any_number(&json, &|text| {
                    let value: f64 = text.parse().expect("a number");
                    value.abs() > 9_007_199_254_740_992.0 && text.ends_with('0') && format!("{value}") == text
                })
            }),
            "body-json-stringify-output" => json().is_some_and(|json| {
                !any_number(&json, &|text| format!("{}", text.parse::<f64>().expect("a number")) != text)
                    && serde_json::to_string(&json).expect("JSON").as_bytes() == body
            }),
            "body-python-output" => json().is_some_and(|json| {
                let plain = python(&json, false);
                plain.as_bytes() == body || python(&json, true).as_bytes() == body
            }),
            "body-placeholder" => {
                let is_event = json().is_some_and(|json| {
                    json.as_object().is_some_and(|all| !all.is_empty())
                        || json.as_array().is_some_and(|all| !all.is_empty())
                });
                !is_event && body.len() < 20
                    || json().is_some_and(|json| !json.is_object() && !json.is_array())
            }
            "body-not-json" => json().is_none() && provider.content_type.contains("json"),
            "timestamp-unit" => {
                // Current times in seconds have ten digits.
                let seconds = self.timestamp().filter(|time| (1_000_000_000..10_000_000_000).contains(time));
                provider.signed_time.is_some() || seconds.is_none()
            }
            "secret-invalid" => any_secret(|secret| {
                Webhook::built_in(
                    &provider.id,
                    hookseal::webhook::WebhookOptions {
                        secrets: vec![secret.to_owned().into()],
                        ..hookseal::webhook::WebhookOptions::default()
                    },
                )
                .is_err()
            }),
            "secret-not-first" => message.contains("secret ") && !message.contains("secret 1,"),
            "secrets-several" => found.matches.is_empty() && SECRETS.with_borrow(Vec::len) > 1,
            "secret-wrong-type" => any_secret(|secret| {
                message.split('"').nth(1).is_some_and(|prefix| secret.trim().starts_with(prefix))
            }),
            "secret-suspicious" => any_secret(|secret| {
                secret.trim() != secret
                    || secret.contains(['"', '\'', '`', '\\', '$', '<', '{', ' '])
                    || secret.len() < 8
            }),
            "digest-length" => {
                let name =
                    message.trim_start_matches("The signature in ").split(' ').next().unwrap_or_default();
                let Some(length) = number_before(message, " bytes") else { return false };
                let value = self.header(name).unwrap_or_default();
                let mut tokens = value.split(|c: char| !(c.is_ascii_alphanumeric() || "+/-_".contains(c)));
                tokens.any(|token| token.len() == length * 2 || (token.len() * 3 / 4) == length)
            }
            "signature-unreadable" => {
                // 32 hexadecimal digits or 22 of base64 are the shortest digest.
                let is_digit = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
                let value = self.header(self.scheme_header());
                value.is_some_and(|value| {
                    value
                        .split(|c| !is_digit(c))
                        .all(|token| ![27, 40, 43, 64, 86, 128].contains(&token.len()))
                })
            }
            "signature-multiple" => {
                let values = self.delivery.headers.iter();
                let all: Vec<_> =
                    values.filter(|(name, _)| name.eq_ignore_ascii_case(self.scheme_header())).collect();
                all.len() > 1 || all.iter().any(|(_, value)| value.contains([',', ' ', ';']))
            }
            "header-missing" => {
                self.header(self.scheme_header()).is_none() && message.contains(self.scheme_header())
            }
            "header-similar" => {
                self.header(self.scheme_header()).is_none()
                    && self.delivery.headers.iter().any(|(name, _)| message.contains(name))
            }
            "header-of-another-provider" => self.delivery.headers.iter().any(|(name, _)| {
                message.to_lowercase().contains(&format!("the header {},", name.to_lowercase()))
                    && !name.eq_ignore_ascii_case(self.scheme_header())
                    && !message.ends_with(&format!(" which {} sends.", provider.title))
            }),
            "documentation-sample" => {
                let value = self.header(self.scheme_header()).unwrap_or_default();
                [
                    "7d38cdd689735b008b3c",
                    "d57c68ca6f92289e6987",
                    "757107ea0eb2509fc211",
                    "5257a869e7ecebeda32a",
                    "a2114d57b48eac39b9ad",
                    "g0hM9SsE+OTPJTGt",
                ]
                .iter()
                .any(|sample| value.contains(sample))
            }
            "timestamp-too-old" => self.timestamp_is(message, |time, now| time < now),
            "timestamp-too-new" => self.timestamp_is(message, |time, now| time > now),
            "timestamp-missing" => provider.signed_time.is_some() || self.timestamp().is_none(),
            "signed-content-incomplete" => {
                let lacks = |place: &str| self.content().contains(place);
                lacks("{url}") && self.delivery.url.is_none()
                    || lacks("{method}") && self.delivery.method.is_none()
                    || lacks("{id}")
                    || self
                        .content()
                        .split("{header:")
                        .skip(1)
                        .any(|rest| self.header(rest.split('}').next().unwrap_or_default()).is_none())
            }
            "url-signed" => {
                self.content().contains("{url}") && self.delivery.url.is_some() && found.matches.is_empty()
            }
            "content-encoding" => {
                self.header("content-encoding").is_some_and(|value| !value.eq_ignore_ascii_case("identity"))
            }
            "content-type-form" => {
                self.header("content-type").is_some_and(|value| value.to_lowercase().contains("form"))
                    && !provider.content_type.contains("form")
            }
            "signature-public-key" => {
                let name = message.trim_start_matches("The header ").split(' ').next().unwrap_or_default();
                let names =
                    ["ed25519", "twilio-email", "paypal", "fal-", "kick", "ebay", "github-public-key"];
                self.header(name).is_some_and(|value| {
                    value.starts_with("v1a,") || names.iter().any(|part| name.to_lowercase().contains(part))
                })
            }
            "signature-jwt" => self.delivery.headers.iter().any(|(name, value)| {
                let token = value.trim_start_matches("Bearer ");
                message.contains(&format!("The header {name} "))
                    && token.starts_with("eyJ")
                    && token.matches('.').count() == 2
            }),
            "header-token" => {
                self.header(self.scheme_header()).is_none_or(str::is_empty)
                    && self.delivery.headers.iter().any(|(name, _)| {
                        message.to_lowercase().starts_with(&format!("the header {} ", name.to_lowercase()))
                    })
            }
            "secret-as-token" | "secret-leaked" => {
                let body = String::from_utf8_lossy(body);
                let values = || {
                    let headers = self.delivery.headers.iter().map(|(_, value)| value);
                    headers.chain(self.delivery.url).chain([&*body])
                };
                let decoded = |value: &str| -> String {
                    let parts = value.split([' ', '=', ',', ';']).filter_map(base64_key);
                    parts.map(|bytes| String::from_utf8_lossy(&bytes).into_owned() + " ").collect()
                };
                any_secret(|secret| {
                    let bare = secret.trim_start_matches("whsec_");
                    values().any(|value| value.contains(bare) || decoded(value).contains(bare))
                })
            }
            code => panic!("no check for the observation {code}"),
        }
    }

    fn distance(&self, seconds: i64) -> u64 {
        let scheme = self.hook.provider().scheme();
        let unit = scheme.map(|scheme| scheme.definition().timestamp_unit);
        let is_millis = unit == Some(hookseal::signature::TimestampUnit::Milliseconds);
        let millis = if is_millis { seconds } else { seconds.saturating_mul(1000) };
        self.now.as_millis().abs_diff(millis)
    }

    fn tolerance_ms(&self) -> u64 {
        u64::from(self.options.tolerance) * 1000
    }

    fn timestamp_is(&self, message: &str, is_side: impl Fn(i64, i64) -> bool) -> bool {
        if self.hook.provider().signed_time.is_some() {
            return true;
        }
        let Some(time) = self.timestamp() else { return false };
        let distance = self.distance(time);
        let factor = if distance == self.now.as_millis().abs_diff(time) { 1 } else { 1000 };
        is_side(time.saturating_mul(factor), self.now.as_millis())
            && distance > self.tolerance_ms()
            && message.contains(&format!(" {} s ", distance.div_ceil(1000)))
    }

    /// A match of the body alone: with the signed body in place of the received one, the delivery is verified by an
    /// HMAC of its own.
    #[track_caller]
    fn check_signed_body(&self, found: &Explanation) {
        let Some(signed) = found.signed_body.as_deref() else {
            return assert!(found.matches.is_empty(), "{found:?}");
        };
        let received = self.delivery.body;
        let is_changed = signed != received;
        let category =
            |cause: &Cause| CAUSES.iter().find(|known| known.code == cause.code).map(|known| known.category);
        let is_of_body = |cause: &Cause| {
            category(cause) == Some(CauseCategory::Body) || cause.code == "signature-empty-body"
        };
        assert_eq!(is_changed, found.matches.iter().any(is_of_body), "{found:?}");
        for cause in &found.matches {
            let Some(difference) = cause.difference else {
                assert!(!is_of_body(cause), "{cause:?}");
                continue;
            };
            assert!(is_of_body(cause), "{cause:?}");
            assert_eq!(cause.changed_bytes, Some(difference.received));
            let (r, s) = (difference.received, difference.signed);
            assert_eq!((&received[..r.start], &received[r.end..]), (&signed[..s.start], &signed[s.end..]));
            // No byte more at either end.
            let (r, s) = (&received[r.start..r.end], &signed[s.start..s.end]);
            assert!(r.first() != s.first() || r.is_empty() || s.is_empty(), "{cause:?}");
            assert!(r.last() != s.last() || r.is_empty() || s.is_empty(), "{cause:?}");
        }
        let is_alone = found.matches.iter().all(is_of_body);
        let content = self.content();
        if is_alone && !content.contains("{url}") && !content.contains("{header:") {
            assert!(self.is_signed(signed), "{found:?}");
        }
    }

    /// Whether one of the secrets makes the signature over a body.
    fn is_signed(&self, body: &[u8]) -> bool {
        let Some(scheme) = self.hook.provider().scheme() else { return false };
        let id =
            scheme.definition().id_header.as_deref().and_then(|name| self.header(name)).unwrap_or_default();
        let timestamp = self.timestamp().map(|time| time.to_string()).unwrap_or_default();
        let content = self.content().replace("{timestamp}", &timestamp).replace("{id}", id);
        let (front, back) = content.split_once("{body}").expect("a body");
        let message = [front.as_bytes(), body, back.as_bytes()].concat();
        let value: Vec<String> = self
            .delivery
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(self.scheme_header()))
            .map(|(_, value)| value.to_owned())
            .collect();
        any_secret(|secret| {
            let decoded = base64_key(secret.strip_prefix("whsec_").unwrap_or(secret));
            let keys = [Some(secret.as_bytes().to_vec()), decoded];
            keys.into_iter().flatten().any(|key| {
                hookseal::signature::Algorithm::HMAC.into_iter().any(|algorithm| {
                    let tag = hookseal::signature::hmac::sign(algorithm, &key, &message);
                    value.iter().any(|value| {
                        value.to_lowercase().contains(&hex(&tag))
                            || value.contains(super::base64(&tag).trim_end_matches('='))
                    })
                })
            })
        }) || any_secret(|secret| {
            value.iter().any(|value| value.contains(&hex(&tag(secret.as_bytes(), &message))))
        })
    }
}

fn base64_key(text: &str) -> Option<Vec<u8>> {
    use base64ct::Encoding as _;
    base64ct::Base64::decode_vec(text).ok()
}

fn has_bytes(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn number_before(text: &str, word: &str) -> Option<usize> {
    text[..text.find(word)?].rsplit(' ').next()?.parse().ok()
}

fn any_string(json: &Value, is_match: &dyn Fn(&str) -> bool) -> bool {
    match json {
        Value::String(text) => is_match(text),
        Value::Array(items) => items.iter().any(|item| any_string(item, is_match)),
        Value::Object(map) => map.iter().any(|(key, item)| is_match(key) || any_string(item, is_match)),
        _ => false,
    }
}

fn any_number(json: &Value, is_match: &dyn Fn(&str) -> bool) -> bool {
    match json {
        Value::Number(number) => is_match(&number.to_string()),
        Value::Array(items) => items.iter().any(|item| any_number(item, is_match)),
        Value::Object(map) => map.values().any(|item| any_number(item, is_match)),
        _ => false,
    }
}

/// Python's json.dumps, with or without `ensure_ascii`. Numbers as written.
pub fn python(json: &Value, ascii: bool) -> String {
    match json {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| python(item, ascii)).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let member = |(key, item): (&String, &Value)| {
                format!("{}: {}", python_string(key, ascii), python(item, ascii))
            };
            format!("{{{}}}", map.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => python_string(text, ascii),
        other => other.to_string(),
    }
}

fn python_string(text: &str, ascii: bool) -> String {
    let plain = serde_json::to_string(text).expect("a string");
    if !ascii {
        return plain;
    }
    plain.chars().map(escape).collect()
}

fn escape(c: char) -> String {
    if (' '..='~').contains(&c) {
        return c.to_string();
    }
    let units = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>();
    units.concat()
}
