//! What one line of a pasted text is: a request line or a header.

use super::lines::find_byte;
use crate::delivery::headers::is_token;

/// Whether a line has a method, a target and an HTTP version.
pub(super) fn is_request_line(line: &[u8]) -> bool {
    let mut words = line.split(|byte| matches!(byte, b' ' | b'\t' | b'\r')).filter(|word| !word.is_empty());
    let method = words.next().unwrap_or_default();
    (3..=20).contains(&method.len())
        && method.iter().all(u8::is_ascii_uppercase)
        && words.next().is_some_and(<[u8]>::is_ascii)
        && words.next().is_some_and(|version| version.starts_with(b"HTTP/"))
}

/// Returns the name of the header on a line.
pub(super) fn header_name(line: &[u8]) -> Option<&str> {
    let colon = find_byte(line, b':')?;
    // "https://..." is no header.
    let name = std::str::from_utf8(&line[..colon]).ok()?;
    (is_token(name) && line.get(colon + 1) != Some(&b'/')).then_some(name)
}

const KNOWN_NAMES: &str = " accept accept-encoding accept-language authorization cache-control connection content-encoding \
    content-length content-type forwarded host origin referer traceparent transfer-encoding user-agent via ";

/// Whether a line is a header whose name prose does not have.
pub(super) fn is_known_header_line(line: &[u8]) -> bool {
    // The columns of a table have a tab between them.
    let cell = || std::str::from_utf8(&line[..find_byte(line, b'\t')?]).ok();
    header_name(line).or_else(cell).is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        KNOWN_NAMES.contains(&format!(" {name} "))
            || ["x-", "webhook-", "svix-", "cf-"].iter().any(|start| name.starts_with(start))
            || is_signature_name(&name)
    })
}

/// Whether a header has a signature, by its name in small letters.
pub(super) fn is_signature_name(name: &str) -> bool {
    ["signature", "hmac", "-sha256"].iter().any(|part| name.contains(part))
}
