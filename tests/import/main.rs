//! Importing deliveries: a file for each format, and the properties of all formats.

mod bytes;
mod collections;
mod commands;
mod curl;
mod exchanges;
mod files;
mod har;
mod http;
mod importer;
mod messages;
mod misread;
mod pasted;
mod powershell;
mod printed;
mod record;
mod rest_client;
mod support;
