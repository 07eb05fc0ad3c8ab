//! Any text as a public key, and any signature under it: no panic, and never verified.
#![no_main]

use hookseal::delivery::{Delivery, Headers};
use hookseal::signature::{Algorithm, Scheme, SchemeDefinition, Secret, SecretFormat, verify_public_key};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (signature, key) = text.split_once('|').unwrap_or(("", text));
    for name in ["hex", "base64", "whpk_{base64}", "pem"] {
        let format = SecretFormat::parse(name).expect(name);
        for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| algorithm.is_public_key()) {
            let Ok(key) = Secret::parse_public_key(key, &format, &[algorithm]) else { continue };
            let scheme = Scheme::new(SchemeDefinition {
                algorithms: vec![algorithm],
                secret: format.clone(),
                ..SchemeDefinition::new("x-sig", "{base64}")
            })
            .expect("a scheme");
            let keys = scheme.keys(&[key], None).expect("keys").with_public_key_verifier(verify_public_key);
            let delivery = Delivery::new(Headers::from_iter([("x-sig", signature)]), b"{}");
            assert!(!scheme.verify(&keys, &delivery, 0, 0).is_verified());
        }
    }
});
