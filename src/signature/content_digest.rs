//! Values that are computed from a request, and signed in its place: digests of the body and of the URL, and the path.

use super::hmac::plain_digest;
use super::{Algorithm, Encoding};
use crate::blob::blob;
use crate::text::split_once;

/// A value that is computed from a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentDigest {
    /// A hash of the body.
    Body(Algorithm, Encoding),
    /// The CRC-32 of the body, in decimal. SECURITY: another body can have the same one.
    BodyChecksum,
    /// A hash of the URL.
    Url(Algorithm, Encoding),
    /// The path and the query of the URL.
    Path,
}

blob!(enum ContentDigest { 0 => Body(algorithm, encoding), 1 => BodyChecksum, 2 => Url(algorithm, encoding), 3 => Path });

impl ContentDigest {
    /// Parses the name of a placeholder: `body:sha256:hex`, `body:crc32`, `url:sha256:base64`.
    #[inline(never)]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "body:crc32" => return Some(Self::BodyChecksum),
            "url:path" => return Some(Self::Path),
            _ => {}
        }
        let (of, digest) = split_once(name, ':')?;
        let (algorithm, encoding) = split_once(digest, ':')?;
        let algorithm = Algorithm::HMAC.into_iter().find(|one| one.name() == algorithm)?;
        let encoding = Encoding::ALL.into_iter().find(|one| one.name() == encoding)?;
        match of {
            "body" => Some(Self::Body(algorithm, encoding)),
            "url" => Some(Self::Url(algorithm, encoding)),
            _ => None,
        }
    }

    /// Computes the text; `None` without a URL.
    #[inline(never)]
    pub fn text(self, body: &[u8], url: Option<&str>) -> Option<String> {
        Some(match self {
            Self::Body(algorithm, encoding) => encoding.encode(&plain_digest(algorithm, body)),
            Self::BodyChecksum => crc32(body).to_string(),
            Self::Url(algorithm, encoding) => encoding.encode(&plain_digest(algorithm, url?.as_bytes())),
            Self::Path => path_of(url?).to_owned(),
        })
    }

    pub fn is_of_url(self) -> bool {
        matches!(self, Self::Url(..) | Self::Path)
    }

    /// Returns the placeholder without its braces.
    pub fn name(self) -> String {
        let (of, algorithm, encoding) = match self {
            Self::BodyChecksum => return "body:crc32".to_owned(),
            Self::Path => return "url:path".to_owned(),
            Self::Body(algorithm, encoding) => ("body", algorithm, encoding),
            Self::Url(algorithm, encoding) => ("url", algorithm, encoding),
        };
        [of, algorithm.name(), encoding.name()].join(":")
    }
}

/// Returns the path and the query of a URL, or of one without scheme and host.
fn path_of(url: &str) -> &str {
    let url = split_once(url, '#').map_or(url, |(url, _)| url);
    let rest = match url.find("://") {
        Some(index) if !url.starts_with(['/', '?']) => &url[index + 3..],
        _ => url,
    };
    rest.find(['/', '?']).map_or("/", |index| &rest[index..])
}

/// The CRC-32 of ISO 3309, as in zlib (RFC 1952, section 8). Four bits a step: a table of 16 numbers, not of 256.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 16] = {
        let mut table = [0; 16];
        let mut index = 0;
        while index < 16 {
            let (mut rest, mut bit) = (index, 0);
            while bit < 4 {
                rest = if rest & 1 == 1 { (rest >> 1) ^ 0xedb8_8320 } else { rest >> 1 };
                bit += 1;
            }
            table[index as usize] = rest;
            index += 1;
        }
        table
    };
    let step = |crc: u32| TABLE[(crc & 15) as usize] ^ (crc >> 4);
    !bytes.iter().fold(!0, |crc, byte| step(step(crc ^ u32::from(*byte))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_digests_and_checksums() {
        // The check value of CRC-32 (ISO 3309), and digests of the empty text.
        for (name, body, url, text) in [
            ("body:crc32", "123456789", None, Some("3421780262")),
            ("body:crc32", "", None, Some("0")),
            ("body:crc32", "The quick brown fox jumps over the lazy dog", None, Some("1095738169")),
            (
                "body:sha256:hex",
                "",
                None,
                Some("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ),
            ("body:sha1:base64", "", None, Some("2jmj7l5rSw0yVb/vlWAYkK/YBwk=")),
            ("url:sha1:base64url", "x", Some(""), Some("2jmj7l5rSw0yVb_vlWAYkK_YBwk")),
            ("url:sha1:hex", "", None, None),
            ("url:path", "", Some("https://h:1/a%20b?c=https://x/#d"), Some("/a%20b?c=https://x/")),
            ("url:path", "", Some("/a?b=c://d"), Some("/a?b=c://d")),
            ("url:path", "", Some("https://h"), Some("/")),
            ("url:path", "", None, None),
        ] {
            let digest = ContentDigest::parse(name).expect(name);
            assert_eq!(digest.text(body.as_bytes(), url).as_deref(), text, "{name} of {body}");
            assert_eq!(digest.name(), name);
        }
        for name in
            ["", "body", "body:crc32:hex", "body:md5:hex", "body:SHA256:hex", "body:sha256", "x:sha256:hex"]
        {
            assert!(ContentDigest::parse(name).is_none(), "{name}");
        }
    }
}
