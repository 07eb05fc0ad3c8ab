//! Importing deliveries, a file for each form, and what all of them promise.

mod bytes;
mod curl;
mod har;
mod http;
mod importer;
mod messages;
mod printed;
mod record;
mod support;
