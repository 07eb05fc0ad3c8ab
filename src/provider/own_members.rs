//! The members of a definition that `extends` does not take; `build.rs` reads this file, too.

/// Members that are about one provider only.
pub(crate) const OWN_MEMBERS: [&str; 5] = ["id", "title", "documentation", "confirmed", "retries"];
