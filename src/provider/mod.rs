//! Providers: manifests, the catalog, and rules across fields.

mod painchek;
pub(crate) mod rules;
mod xon;
