//! Deliveries from captures: HTTP requests, curl commands, HAR files, JSON records, NDJSON and bodies.
//!
//! Use [`import`] for a capture in memory and [`Importer`] for one that arrives in chunks. Neither fails: input that
//! cannot be imported is reported as an issue with its location.

mod blocks;
mod body_first;
mod body_text;
mod bruno;
mod burp;
mod capture;
mod clean;
mod cmd;
mod code;
mod collection;
mod command;
mod curl;
mod detect;
mod diagnostics;
mod files;
mod format;
mod har;
mod header_lines;
mod http;
mod http_message;
mod importer;
mod json_writer;
mod labels;
mod lenient_http;
mod line_kinds;
mod lines;
mod log_prefix;
mod ndjson;
mod notation;
mod page;
mod plain_maps;
mod position;
mod powershell;
mod printed;
mod record;
mod rest_client;
mod result;
mod scanner;
mod shell;
mod shortened;
mod spacing;
mod unknown;
mod word;

pub use capture::import;
pub use format::ImportFormat;
pub use importer::{Importer, MAX_INPUT_BYTES};
pub use result::{ImportItem, ImportResult, ImportedDelivery};
