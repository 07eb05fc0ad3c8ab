//! Deliveries: headers and raw body of one HTTP request; parsing them from captures, and exporting them as text.
//!
//! Pass a [`Delivery`] to the verbs of [`Webhook`](crate::webhook::Webhook). [`import`] parses a capture in memory,
//! [`Importer`] one that arrives in chunks, and [`Delivery::export`] writes a delivery so that both can parse it again.

#[allow(clippy::module_inception)] // a file is named after its main type
mod delivery;
#[cfg(feature = "full")]
mod export;
mod headers;
#[cfg(feature = "full")]
mod import;
mod media_type;

pub use delivery::Delivery;
#[cfg(feature = "full")]
pub use export::ExportFormat;
pub use headers::Headers;
pub(crate) use headers::{has_control, is_plain_header, is_token};
#[cfg(feature = "full")]
pub use import::{
    ImportFormat, ImportItem, ImportResult, ImportedDelivery, Importer, MAX_INPUT_BYTES, import,
};
pub(crate) use media_type::MediaType;
