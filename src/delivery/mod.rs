//! One HTTP request: headers and raw body.
