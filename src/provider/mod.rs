//! Providers: manifests, the catalog, and rules across fields.
