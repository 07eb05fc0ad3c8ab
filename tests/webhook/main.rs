//! The verbs on whole deliveries of both providers, a file for each topic.

mod agreement;
mod batches;
mod comparing;
mod construction;
mod content_type;
mod covering;
mod creating;
#[cfg(feature = "full")]
mod diagnosing;
mod evaluating;
mod event_types;
#[cfg(feature = "full")]
mod explaining;
mod families;
mod forms;
mod handshakes;
mod invisible_chars;
mod jwt;
mod jwt_keys;
mod open_values;
mod outside_keys;
mod parts;
mod privacy;
mod schemes;
mod secrets;
mod seeds;
mod severities;
mod signed_elements;
mod signed_forms;
mod signed_headers;
mod signed_settings;
mod signed_time;
mod stages;
mod support;
#[cfg(feature = "full")]
mod timestamp_units;
mod tokens;
mod values;
