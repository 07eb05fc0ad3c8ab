//! Importing deliveries: a file for each format, and the properties of all formats.

mod bytes;
mod collections;
mod curl;
mod har;
mod http;
mod importer;
mod messages;
mod printed;
mod record;
mod support;
