//! One sentence for each option with an invalid value, whether Rust or TypeScript finds it.

use crate::issue::Code;
use crate::webhook::Error;

/// The error for an option that has an invalid value. SECURITY: the value is not quoted, since it may be a secret.
#[cold]
pub fn invalid_option(name: &str) -> Error {
    let expected = match name {
        "secrets" => "a string, a list of strings, or an object with a list for each signature scheme",
        "settings" => "an object of strings",
        "unsigned" => "\"allow\" or \"refuse\"",
        "algorithms" => "a list of \"sha1\", \"sha256\" and \"sha512\"",
        "profile" => "\"lenient\" or \"strict\"",
        "maxBytes" => "a number of bytes, 0 or more",
        "tolerance" => "a number of seconds, 0 or more",
        "maxCombinations" => "a number, 0 or more",
        "now" => "a Date, or a number of milliseconds",
        "digest" | "explainOnly" => "true or false",
        "random" => "32 random bytes",
        "success" => "\"2xx\" or a range such as \"200-399\"",
        "retries" | "retries.baseDelay" | "retries.maxDelay" | "timeout" | "maxRetryAfter"
        | "stalledAfter" => {
            "milliseconds or a duration such as \"30s\", \"5m\", \"2h\" or \"7d\", 24 days at most"
        }
        _ => "a string",
    };
    let message = ["Invalid value for option `", name, "`: expected ", expected, "."].concat();
    Error::new(Code::OPTION_INVALID, message)
}
