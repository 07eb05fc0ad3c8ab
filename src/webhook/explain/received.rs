//! The signatures that arrived, in every way they can be read.

use zeroize::Zeroizing;

use super::causes::{self, KnownCause};
use super::content::contains;
use super::text::has;
use crate::delivery::{Headers, has_control, is_token};
use crate::signature::hmac::{Tag, same_bytes};
use crate::signature::{Algorithm, Encoding, Item, Keys, Scheme};
use crate::text::eq_ignore_ascii_case;

/// A text that is a signature, or could be one.
pub struct Received<'d> {
    /// The header it stands in, as it was written there.
    pub header: &'d str,
    pub text: &'d str,
    label: Option<&'d str>,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As the provider writes it.
    Own,
    /// Without the label that the provider writes.
    Bare,
    /// With something else around it.
    Other,
}

impl<'d> Received<'d> {
    fn new(header: &'d str, text: &'d str, label: Option<&'d str>, form: Form) -> Self {
        Self { header, text, label: label.filter(|it| Algorithm::named(it).is_some()), form }
    }

    /// A piece of a header value that is not as the provider writes it.
    fn piece(header: &'d str, (label, text): (Option<&'d str>, &'d str)) -> Self {
        Self::new(header, text, label, if label.is_none() { Form::Bare } else { Form::Other })
    }

    /// The name of an algorithm that stands in front of it.
    pub fn label(&self) -> Option<&'d str> {
        self.label
    }

    /// The algorithm that has this name.
    pub fn named(&self) -> Option<Algorithm> {
        self.label.and_then(Algorithm::named)
    }
}

/// One way to read a signature: compared with a tag.
pub struct Reading {
    /// Its place among the signatures received.
    pub received: usize,
    pub algorithm: Algorithm,
    pub encoding: Encoding,
    pub causes: Vec<&'static KnownCause>,
    bytes: Vec<u8>,
    part: Part,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Start,
    End,
    /// The text, in lower case.
    Letters,
}

/// A shorter part of a tag proves nothing.
const SHORTEST: usize = 8;
/// Longer texts are no signatures.
const LONGEST: usize = 512;
/// So many signatures are read.
const MOST: usize = 8;

impl Reading {
    /// Whether it is the tag, or the part of it that is left, compared in constant time.
    pub fn fits(&self, tag: &Tag) -> bool {
        let (tag, len) = (tag.as_bytes(), self.bytes.len());
        self.fits_bytes(tag, len)
    }

    /// The same for bytes that are no tag.
    pub fn fits_bytes(&self, tag: &[u8], len: usize) -> bool {
        match self.part {
            Part::Whole => same_bytes(tag, &self.bytes),
            Part::Start => tag.get(..len).is_some_and(|part| same_bytes(part, &self.bytes)),
            Part::End => tag.len().checked_sub(len).is_some_and(|at| same_bytes(&tag[at..], &self.bytes)),
            Part::Letters => {
                let mut text = Zeroizing::new(self.encoding.encode(tag));
                text.make_ascii_lowercase();
                same_bytes(text.trim_end_matches('=').as_bytes(), &self.bytes)
            }
        }
    }

    /// Whether the whole signature is there.
    pub fn is_whole(&self) -> bool {
        self.part == Part::Whole
    }
}

/// The signatures in the scheme's header; where there is no such header, in any that looks like one.
pub fn received<'d>(scheme: &Scheme, headers: &'d Headers<'_>) -> Vec<Received<'d>> {
    let mut all: Vec<Received<'d>> = Vec::new();
    let own = headers.iter().filter(|(name, _)| eq_ignore_ascii_case(name, scheme.header()));
    for (header, value) in own {
        if value.len() > LONGEST * MOST {
            continue;
        }
        for item in scheme.format.items(value).take(MOST) {
            if let Item::Signature { label, digest } = scheme.format.read(item)
                && is_plausible(digest)
            {
                let known = label.is_none_or(|it| Algorithm::named(it).is_some());
                all.push(Received::new(header, digest, label, if known { Form::Own } else { Form::Other }));
            }
        }
        for piece in pieces(value) {
            // A piece of what is read already is not another one.
            if !all.iter().any(|it| has(it.text.as_bytes(), piece.1.as_bytes())) {
                all.push(Received::piece(header, piece));
            }
        }
    }
    if headers.get(scheme.header()).is_none() {
        for (header, value) in lookalikes(headers) {
            let own = scheme.format.items(value).find_map(|item| match scheme.format.read(item) {
                Item::Signature { label, digest } if is_digest(digest) => {
                    Some(Received::new(header, digest, label, Form::Own))
                }
                _ => None,
            });
            let other = || pieces(value).into_iter().find(|(_, text)| is_digest(text));
            all.extend(own.or_else(|| Some(Received::piece(header, other()?))));
        }
    }
    all.truncate(MOST);
    all
}

/// Headers that look as if they held a signature, by their names or by what is in them.
pub fn lookalikes<'d>(headers: &'d Headers<'_>) -> Vec<(&'d str, &'d str)> {
    const OTHERS: [&str; 6] =
        ["etag", "if-none-match", "cookie", "authorization", "content-md5", "traceparent"];
    let like = |(name, value): &(&str, &str)| {
        let named = ["signature", "hmac", "x-sig"].iter().any(|word| contains(name, word));
        let other = OTHERS.iter().any(|other| eq_ignore_ascii_case(name, other));
        let sane = is_token(name) && name.len() <= 64 && value.len() <= LONGEST * MOST && !has_control(value);
        let labelled = |(label, text): (Option<&str>, &str)| {
            is_digest(text)
                && label.is_some_and(|it| Algorithm::named(it).is_some() || ["v0", "v1"].contains(&it))
        };
        sane && !other && (named || pieces(value).into_iter().any(labelled))
    };
    headers.iter().filter(like).take(MOST).collect()
}

/// Texts in a header value that could be signatures, with what stands in front of them.
fn pieces(value: &str) -> Vec<(Option<&str>, &str)> {
    let marks: &[char] =
        &[',', ';', ' ', '\t', '\r', '\n', '[', ']', '"', '\'', '(', ')', '<', '>', '{', '}'];
    let long = |text: &&str| (SHORTEST..=LONGEST).contains(&text.len());
    let mut all = Vec::new();
    for piece in value.split(marks).filter(long).take(MOST * 4) {
        let bare = piece.trim_end_matches('=');
        let (label, text) = match bare.rfind(['=', ':']) {
            Some(at) => (Some(&piece[..at]), &piece[at + 1..]),
            None => (None, piece),
        };
        if Encoding::ALL.into_iter().any(|it| length(it, text) >= SHORTEST) {
            all.push((label, text));
        }
    }
    all
}

/// Whether a text that stands where a signature should could be one, whole or not.
fn is_plausible(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=%".contains(&byte);
    (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(fits)
}

/// How many bytes a text stands for.
fn length(encoding: Encoding, text: &str) -> usize {
    if !text.is_ascii() {
        return 0;
    }
    let bare = if encoding == Encoding::Hex { &text[..text.len() & !1] } else { text };
    (text.len() <= LONGEST).then(|| encoding.decode_any(bare)).flatten().map_or(0, |bytes| bytes.len())
}

/// Whether a text has the length of a digest.
fn is_digest(text: &str) -> bool {
    Encoding::ALL.into_iter().any(|it| Algorithm::of_len(length(it, text)).is_some())
}

/// Every way to read the signatures.
pub fn readings(scheme: &Scheme, keys: &Keys, all: &[Received<'_>]) -> Vec<Reading> {
    let mut readings = Vec::new();
    for (index, received) in all.iter().enumerate() {
        Reader { scheme, keys, own: scheme.format.encoding, index, received, all: &mut readings }.read();
    }
    readings
}

/// Reads one signature.
struct Reader<'a> {
    scheme: &'a Scheme,
    keys: &'a Keys,
    own: Encoding,
    index: usize,
    received: &'a Received<'a>,
    all: &'a mut Vec<Reading>,
}

impl Reader<'_> {
    fn read(&mut self) {
        self.whole(self.own, self.received.text, None);
        for encoding in Encoding::ALL {
            if encoding != self.own {
                self.whole(encoding, self.received.text, Some(&causes::SIGNATURE_ENCODING));
            }
        }
        self.twice();
        self.letters();
        self.parts();
    }

    /// The text as a whole signature in an encoding.
    #[inline(never)]
    fn whole(&mut self, encoding: Encoding, text: &str, cause: Option<&'static KnownCause>) {
        if let Some(bytes) = encoding.decode_any(text)
            && let Some(algorithm) = Algorithm::of_len(bytes.len())
        {
            self.push((algorithm, encoding), bytes, Part::Whole, cause);
        }
    }

    #[inline(never)]
    fn push(
        &mut self,
        (algorithm, encoding): (Algorithm, Encoding),
        bytes: Vec<u8>,
        part: Part,
        cause: Option<&'static KnownCause>,
    ) {
        let (received, index) = (self.received, self.index);
        let header =
            (!eq_ignore_ascii_case(received.header, self.scheme.header())).then_some(&causes::HEADER_RENAMED);
        let form = match received.form {
            Form::Own => None,
            Form::Bare => self.scheme.format.has_label().then_some(&causes::SIGNATURE_BARE),
            Form::Other => Some(&causes::SIGNATURE_LABEL),
        };
        let label = match received.named() {
            Some(named) if named != algorithm => Some(&causes::ALGORITHM_MISLABELLED),
            _ if !self.keys.algorithms().contains(&algorithm) => Some(&causes::ALGORITHM_NOT_ACCEPTED),
            _ => None,
        };
        let causes: Vec<&'static KnownCause> = [header, form, label, cause].into_iter().flatten().collect();
        let same = |it: &Reading| {
            it.received == index && it.algorithm == algorithm && it.part == part && it.bytes == bytes
        };
        if !self.all.iter().any(same) {
            self.all.push(Reading { received: index, algorithm, encoding, causes, bytes, part });
        }
    }

    /// The text of one encoding, encoded again.
    fn twice(&mut self) {
        let text = self.received.text;
        let mut inner: Vec<Vec<u8>> =
            Encoding::ALL.into_iter().filter_map(|it| it.decode_any(text)).collect();
        inner.extend(super::text::from_percent(text.as_bytes(), false));
        for bytes in inner {
            let Ok(text) = std::str::from_utf8(&bytes) else { continue };
            for encoding in Encoding::ALL {
                self.whole(encoding, text.trim(), Some(&causes::SIGNATURE_DOUBLE_ENCODED));
            }
        }
    }

    /// Base64 whose letters were all made one case.
    fn letters(&mut self) {
        let text = self.received.text.trim_end_matches('=');
        let one_case = !(text.contains(|it: char| it.is_ascii_uppercase())
            && text.contains(|it: char| it.is_ascii_lowercase()));
        if self.own == Encoding::Hex || !one_case {
            return;
        }
        for algorithm in Algorithm::ALL {
            if self.own.text_len(algorithm.digest_len()) == text.len() {
                let letters = text.to_ascii_lowercase().into_bytes();
                self.push((algorithm, self.own), letters, Part::Letters, Some(&causes::SIGNATURE_CASE));
            }
        }
    }

    /// Less than a whole signature, of the algorithm that the label names, or that is accepted.
    fn parts(&mut self) {
        let text = self.received.text.trim_end_matches('=');
        let named = self.received.named();
        // One digit of hex, or a few characters of base64, may be left over at the end that was cut.
        let even = match self.own {
            Encoding::Hex => text.len() & !1,
            Encoding::Base64 | Encoding::Base64Url => text.len() & !3,
        };
        for (cut, part) in [(text.get(..even), Part::Start), (text.get(text.len() - even..), Part::End)] {
            let Some(bytes) = cut.and_then(|cut| self.own.decode_any(cut)) else { continue };
            for &algorithm in named.as_ref().map_or(self.keys.algorithms(), std::slice::from_ref) {
                // Fewer characters than a whole one has: of base64, the last ones may be left out above.
                let short = text.len() < self.own.text_len(algorithm.digest_len());
                if short && (SHORTEST..algorithm.digest_len()).contains(&bytes.len()) {
                    let cause = Some(&causes::SIGNATURE_TRUNCATED);
                    self.push((algorithm, self.own), bytes.clone(), part, cause);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_could_be_signatures_are_found_with_their_labels() {
        let hex = "00112233445566778899aabbccddeeff00112233";
        let label = |value: &str| {
            let found = pieces(value).into_iter().map(|(label, text)| (label.map(str::to_owned), text.len()));
            found.collect::<Vec<_>>()
        };
        assert_eq!(label(hex), [(None, 40)]);
        assert_eq!(label(&format!("[\"sha1={hex}\"]")), [(Some("sha1".to_owned()), 40)]);
        assert_eq!(label(&format!("sha1:{hex}")), [(Some("sha1".to_owned()), 40)]);
        assert_eq!(label("AAAAAAAAAAAAAAAAAAAAAAAAAAA="), [(None, 28)]);
        assert_eq!(label("no signature"), []);
        assert_eq!(label(""), []);
    }
}
