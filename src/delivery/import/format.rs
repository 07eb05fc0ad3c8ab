//! [`ImportFormat`]: the formats of captures, and their names.

/// A format of captured deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImportFormat {
    /// An HTTP/1 request, as sent over the wire or as printed in documentation without its line breaks. Also headers as a
    /// program prints them (JavaScript, Python, PHP, Ruby, Go), followed by the body, a call of `fetch` or axios, and files of
    /// REST clients and of Burp Suite.
    Http,
    /// A curl command, quoted for a POSIX shell, bash or the Windows command prompt.
    Curl,
    /// A command of HTTPie, xh, wget or PowerShell.
    Command,
    /// An HTTP archive: the request of each entry.
    Har,
    /// One JSON object of headers and body, an event of AWS Lambda, requests as webhook.site, ngrok and other services
    /// export them, or a collection of Postman, Insomnia, Thunder Client, Bruno or Hoppscotch.
    Record,
    /// One record or body per line.
    Ndjson,
    /// A body alone: every byte of the input.
    Body,
}

impl ImportFormat {
    /// Every format with its name.
    pub const ALL: [(ImportFormat, &'static str); 7] = [
        (ImportFormat::Http, "http"),
        (ImportFormat::Curl, "curl"),
        (ImportFormat::Command, "command"),
        (ImportFormat::Har, "har"),
        (ImportFormat::Record, "record"),
        (ImportFormat::Ndjson, "ndjson"),
        (ImportFormat::Body, "body"),
    ];

    /// Returns the name of the format.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }

    /// Returns the format with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<ImportFormat> {
        Self::ALL.iter().find(|(_, other)| *other == name).map(|(format, _)| *format)
    }
}
