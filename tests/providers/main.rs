//! The two built-in providers, whole: manifest, contracts, samples and rules together, judged as a
//! receiver's webhook judges them.

mod contracts;
mod rules;
mod samples;
mod support;
mod tolerances;
