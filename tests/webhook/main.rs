//! The verbs on whole deliveries of both systems, a file for each thing they promise.

mod agreement;
mod comparing;
mod content_type;
mod covering;
mod creating;
mod evaluating;
mod explaining;
mod grades;
mod making;
mod parts;
mod privacy;
mod seeds;
mod signed_time;
mod stages;
mod support;
mod texts;
