//! Issues of texts that satisfy the grammar: duplicate keys, lone surrogates and numbers that JavaScript changes.

use super::number::{Decimal, is_lossy};
use crate::issue::{Code, Location, PendingIssue, Severity};

/// The number of issues of a kind that are kept; more are only counted. Without a limit, the text would decide how much
/// memory its issues take.
const MAX_ISSUES_PER_KIND: usize = 100;

/// The number of numbers that are compared with their JavaScript value. A comparison takes about a microsecond, so that
/// a megabyte of such numbers would take forty times as long as any other text of its size.
const MAX_PRECISION_CHECKS: usize = 250;

/// Kinds are counted separately: a hundred imprecise numbers do not hide a duplicate key.
#[derive(Clone, Copy)]
enum DiagnosticKind {
    DuplicateKey,
    LoneSurrogate,
    NumberPrecision,
}

/// Collects the issues of one text.
#[derive(Default)]
pub(super) struct Diagnostics {
    issues: Vec<PendingIssue>,
    /// The number of issues of each kind, kept or not.
    counts: [usize; 3],
    /// The number of numbers that their digits alone did not decide.
    precision_checks: usize,
}

impl Diagnostics {
    pub fn has_duplicate_keys(&self) -> bool {
        self.counts[DiagnosticKind::DuplicateKey as usize] > 0
    }

    #[cold]
    #[inline(never)]
    pub fn report_duplicate_keys(&mut self, keys: &[u32]) {
        // PERF: keys beyond the limit are only counted.
        let listed = keys.len().min(MAX_ISSUES_PER_KIND);
        for key in &keys[..listed] {
            self.report(
                DiagnosticKind::DuplicateKey,
                Code::JSON_DUPLICATE_KEY,
                Severity::Error,
                Location::Key(*key),
                "Duplicate key. JSON parsers disagree on which value wins, so the text is ambiguous.",
                "Send each key once.",
            );
        }
        self.counts[DiagnosticKind::DuplicateKey as usize] += keys.len() - listed;
    }

    #[cold]
    #[inline(never)]
    pub fn report_lone_surrogate(&mut self, location: Location) {
        self.report(
            DiagnosticKind::LoneSurrogate,
            Code::JSON_LONE_SURROGATE,
            Severity::Warning,
            location,
            "Escape of half a surrogate pair, which UTF-8 cannot represent. JSON parsers reject or replace it.",
            "Send both halves. Shorten strings between characters, not inside one.",
        );
    }

    /// Reports the number `text`, the token at `index`, if JavaScript cannot represent it exactly.
    #[inline(never)]
    pub fn check_precision(&mut self, text: &[u8], index: u32) {
        if Decimal::parse(text).is_trivially_exact() {
            return;
        }
        self.precision_checks += 1;
        if self.precision_checks > MAX_PRECISION_CHECKS || !is_lossy(text) {
            return;
        }
        // SECURITY: the message does not quote the number, which may be health data.
        self.report(
            DiagnosticKind::NumberPrecision,
            Code::NUMBER_PRECISION,
            Severity::Warning,
            Location::Value(index),
            "JavaScript cannot represent this number exactly. Send it as a string.",
            "Or parse the raw body (`delivery.body`) with a library that keeps all digits.",
        );
    }

    #[inline(never)]
    fn report(
        &mut self,
        kind: DiagnosticKind,
        code: Code,
        severity: Severity,
        location: Location,
        message: &str,
        hint: &str,
    ) {
        let count = &mut self.counts[kind as usize];
        *count += 1;
        if *count <= MAX_ISSUES_PER_KIND {
            self.issues.push(PendingIssue::new(code, severity, location, message).hint(hint));
        }
    }

    /// The issues, with one more for each limit that was reached.
    #[inline(never)]
    pub fn finish(mut self) -> Vec<PendingIssue> {
        let unchecked = self.precision_checks.saturating_sub(MAX_PRECISION_CHECKS);
        if unchecked > 0 {
            self.report_truncation(format!(
                "Too many numbers with many digits or a large exponent: {unchecked} were not checked for precision."
            ));
        }
        let omitted: usize = self.counts.iter().map(|count| count.saturating_sub(MAX_ISSUES_PER_KIND)).sum();
        if omitted > 0 {
            self.report_truncation(format!(
                "Too many issues: {omitted} duplicate keys, lone surrogates or imprecise numbers are not listed."
            ));
        }
        self.issues
    }

    fn report_truncation(&mut self, message: String) {
        let root = Location::Value(0);
        self.issues.push(PendingIssue::new(Code::ISSUES_TRUNCATED, Severity::Info, root, message));
    }
}
