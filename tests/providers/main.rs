//! The two built-in providers, whole: definition, contracts, samples and rules together, evaluated as a
//! receiver's webhook judges them.

mod contracts;
mod rules;
mod samples;
mod support;
mod tolerances;
