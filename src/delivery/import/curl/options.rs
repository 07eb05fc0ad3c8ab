//! curl's options (curl(1), version 8), and which of them take a value. The lists tell a value from an argument.

use super::super::lines::contains_word;

/// Long options without a value that do not change what is imported.
const IGNORED_FLAGS: &str = "\
    anyauth basic compressed create-dirs digest disable fail fail-early fail-with-body globoff http0.9 \
    http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only include insecure ipv4 ipv6 \
    junk-session-cookies keepalive location location-trusted manual negotiate no-alpn no-buffer \
    no-keepalive no-progress-meter no-sessionid ntlm parallel path-as-is post301 post302 post303 \
    progress-bar proxy-insecure raw remote-header-name remote-name remote-name-all retry-all-errors \
    retry-connrefused show-error show-headers silent ssl ssl-no-revoke ssl-reqd sslv2 sslv3 \
    styled-output tcp-fastopen tcp-nodelay tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids \
    trace-time verbose";

/// Long options with a value that does not change what is imported.
const IGNORED_VALUE_OPTIONS: &str = "\
    alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to cookie-jar \
    crlfile curves dns-servers doh-url dump-header egd-file engine etag-compare etag-save \
    expect100-timeout haproxy-clientip hsts interface ipfs-gateway keepalive-time key key-type \
    limit-rate local-port max-filesize max-redirs max-time netrc-file noproxy output output-dir \
    parallel-max pass pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert \
    proxy-header proxy-user range rate request-target resolve retry retry-delay retry-max-time socks4 \
    socks4a socks5 socks5-hostname speed-limit speed-time stderr time-cond tls-max tls13-ciphers trace \
    trace-ascii unix-socket url-query write-out";

/// Whether a long option takes no value and does not change what is imported.
pub(super) fn is_ignored_flag(name: &str) -> bool {
    contains_word(IGNORED_FLAGS, name)
}

/// Whether a long option takes a value.
pub(super) fn takes_value(name: &str) -> bool {
    matches!(
        name,
        "request"
            | "url"
            | "header"
            | "data"
            | "data-ascii"
            | "data-binary"
            | "data-raw"
            | "data-urlencode"
            | "json"
            | "form"
            | "form-string"
            | "upload-file"
            | "user"
            | "oauth2-bearer"
            | "user-agent"
            | "referer"
            | "cookie"
    ) || contains_word(IGNORED_VALUE_OPTIONS, name)
}

/// Whether a letter is an option without a value that does not change what is imported.
pub(super) fn is_short_flag(letter: u8) -> bool {
    b"#:012346aBfgijJklLMnNOpqRsSvVZ".contains(&letter)
}

/// Whether an option changes the request by something outside the command, or in a way that is not imported.
pub(super) fn changes_request(name: &str) -> bool {
    matches!(name, "config" | "cookie" | "aws-sigv4" | "request-target" | "range" | "url-query")
}

/// Returns the long name of a short option that takes a value; an empty one if the value does not change what is
/// imported.
pub(super) fn short_option_with_value(letter: u8) -> Option<&'static str> {
    Some(match letter {
        b'A' => "user-agent",
        b'b' => "cookie",
        b'd' => "data",
        b'e' => "referer",
        b'F' => "form",
        b'H' => "header",
        b'T' => "upload-file",
        b'u' => "user",
        b'X' => "request",
        b'K' => "config",
        b'r' => "range",
        b'c' | b'C' | b'D' | b'E' | b'h' | b'm' | b'o' | b'P' | b'Q' | b't' | b'U' | b'w' | b'x' | b'Y'
        | b'y' | b'z' => "",
        _ => return None,
    })
}
