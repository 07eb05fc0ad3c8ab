//! Signatures: algorithms, secrets, schemes. Knows nothing of JSON.
