//! A word of a command.

use super::diagnostics::Diagnostics;
use crate::issue::{ByteSpan, Code, Severity};

/// One word: its bytes without quotes, and its span with them.
#[derive(Clone)]
pub(super) struct Word {
    pub bytes: Vec<u8>,
    pub span: ByteSpan,
}

impl Word {
    #[inline(never)]
    pub fn text(&self) -> String {
        lossy(&self.bytes)
    }
}

/// Decodes UTF-8. Outlined, because each inlined call would be larger than its caller (wasm size).
#[inline(never)]
pub(super) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Reports a quote that starts at this offset and does not end.
pub(super) fn report_unterminated_quote(diagnostics: &mut Diagnostics<'_>, start: usize, quote: &str) {
    let span = ByteSpan { start, end: start + quote.len() };
    let message = format!("Expected the end of the quote {quote}, got the end of the text.");
    let hint = "Copy the whole command, to its last line.";
    diagnostics.add(Code::CURL_SYNTAX, Severity::Error, span, &message, Some(hint));
}
