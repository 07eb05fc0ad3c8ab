//! The verbs: verify, check, inspect, sign, create, compare.
