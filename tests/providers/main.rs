//! The two built-in providers as a whole: definition, contracts, samples and rules together, evaluated by a webhook.

mod contracts;
mod rules;
mod samples;
mod support;
mod tolerances;
