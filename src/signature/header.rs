//! The format of the signature header: parses a template such as `{algorithm}={hex}`, then parses and formats header
//! values. PERF: parsing a value allocates nothing.

use super::Algorithm;
use super::encoding::Encoding;
use super::template::{TemplateToken, tokens};
use crate::blob::blob;
use crate::delivery::has_control;
use crate::text::{into_owned_outlined, split_once};

/// The format of a signature header.
///
/// A header value is a list of items. An item is a signature (`prefix`, label, `middle`, digest, `suffix`), the
/// timestamp, or an item of another scheme, which is skipped.
#[derive(Clone, Debug)]
pub(crate) struct HeaderFormat {
    list: ListSyntax,
    prefix: String,
    label: Label,
    middle: String,
    pub encoding: Encoding,
    suffix: String,
    timestamp: Option<TimestampItem>,
    /// The text before the names of signed headers, whose item is before the signature.
    names: Option<String>,
}

/// The separator between items. Commas always separate, because several fields with one name can be joined by commas
/// (RFC 9110, section 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListSyntax {
    Commas,
    Semicolons,
    /// White space or commas; each item has a comma between version and digest: `v1,AAAA= v1a,BBBB=`.
    Pairs,
    /// White space or commas: `v1=AAAA v1=BBBB`.
    Spaces,
    /// Ampersands or commas: `one|AAAA&two|BBBB`.
    Ampersands,
}

/// All characters that separate items, or the two halves of a pair.
const COMMAS_AND_SPACES: [char; 3] = [',', ' ', '\t'];

/// How a signature names its algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Label {
    None,
    /// The template has `{algorithm}`, so that each signature names one.
    Any,
    /// The template has `{keyId}`, whose text decides nothing: every key is tried.
    KeyId,
    /// The template contains the name of an algorithm, in this spelling.
    Fixed(Algorithm, String),
}

#[derive(Clone, Debug)]
struct TimestampItem {
    prefix: String,
    /// Whether the timestamp precedes the signature.
    is_first: bool,
}

blob!(struct HeaderFormat { list, prefix, label, middle, encoding, suffix, timestamp, names });
blob!(enum ListSyntax { 0 => Commas, 1 => Semicolons, 2 => Pairs, 3 => Spaces, 4 => Ampersands });
blob!(enum Label { 0 => None, 1 => Any, 2 => Fixed(algorithm, name), 3 => KeyId });
blob!(struct TimestampItem { prefix, is_first });

/// A parsed item of a header value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderItem<'v> {
    /// `encoded`: the signature as hex or base64.
    Signature {
        label: Option<&'v str>,
        encoded: &'v str,
    },
    Timestamp(&'v str),
    /// The version of a pair without a digest: its header was split at the comma, so that the digest begins the next value.
    Version,
    Other,
}

impl HeaderFormat {
    /// Parses the template. The error is a sentence.
    pub fn parse(template: &str) -> Result<Self, String> {
        if template.contains("{timestamp}") {
            return Self::parse_fields(template);
        }
        if let Some(format) = Self::parse_pairs(template)? {
            return Ok(format);
        }
        // Further signatures may follow as an illustration: `v1={hex} v1=...`.
        let (item, list) = match split_once(template, ' ') {
            _ if template.ends_with("&...") => (template.trim_end_matches("&..."), ListSyntax::Ampersands),
            Some((item, further)) if further.split(' ').all(|more| more.ends_with("...")) => {
                (item, ListSyntax::Spaces)
            }
            _ => (template, ListSyntax::Commas),
        };
        let format = Self::parse_item_template(item, list)?;
        if [&format.prefix, &format.middle, &format.suffix].into_iter().any(|text| text.contains(',')) {
            return Err(COMMA_IN_ITEM.to_owned());
        }
        Ok(format)
    }

    /// Parses `t={timestamp},v1={hex}`, or the same with semicolons.
    fn parse_fields(template: &str) -> Result<Self, String> {
        let (list, separator) =
            if template.contains(';') { (ListSyntax::Semicolons, ';') } else { (ListSyntax::Commas, ',') };
        let mut format: Option<Self> = None;
        let (mut timestamp, mut names) = (None, None);
        // Proxies join headers by commas, so a field cannot contain one.
        if list == ListSyntax::Semicolons && template.contains(',') {
            return Err(into_owned_outlined(
                "Expected one separator between fields, a comma or a semicolon.",
            ));
        }
        for field in template.split(separator).map(str::trim).filter(|field| *field != "...") {
            if let Some(prefix) = field.strip_suffix("{timestamp}") {
                let is_last = format.is_some();
                if timestamp.is_some() || prefix.is_empty() && is_last || prefix.contains(['{', '}']) {
                    return Err(into_owned_outlined(ONE_TIMESTAMP));
                }
                timestamp = Some(TimestampItem { prefix: into_owned_outlined(prefix), is_first: !is_last });
            } else if let Some(label) = field.strip_suffix("{headers}") {
                if names.is_some() || format.is_some() || label.is_empty() || label.contains(['{', '}']) {
                    return Err(into_owned_outlined(ONE_LIST));
                }
                names = Some(into_owned_outlined(label));
            } else if format.is_some() {
                return Err(into_owned_outlined("Expected one signature next to the timestamp."));
            } else {
                format = Some(Self::parse_item_template(field, list)?);
            }
        }
        let needs_label = timestamp.as_ref().is_none_or(|item: &TimestampItem| !item.prefix.is_empty());
        match format {
            Some(format) if needs_label && format.prefix.is_empty() && format.label == Label::None => {
                Err(into_owned_outlined("A signature next to a timestamp needs a label: \"v1={hex}\"."))
            }
            Some(format) => Ok(Self { timestamp, names, ..format }),
            None => Err(NO_DIGEST.to_owned()),
        }
    }

    /// Parses `v1,{base64}`. Further versions may follow as an illustration: `v1,{base64} v1a,...`.
    fn parse_pairs(template: &str) -> Result<Option<Self>, String> {
        let (first, further) = split_once(template, ' ').unwrap_or((template, ""));
        let Some((version, digest)) = split_once(first, ',') else { return Ok(None) };
        if version.is_empty() || version.contains(['{', '}', '=']) || !digest.starts_with('{') {
            return Ok(None);
        }
        if !further.split(' ').all(|more| more.is_empty() || more.ends_with("...")) {
            return Err(into_owned_outlined(
                "Only examples such as \"v1a,...\" can follow the first signature of a list.",
            ));
        }
        Ok(Some(Self::parse_item_template(first, ListSyntax::Pairs)?))
    }

    /// Parses the template of one signature: literal texts, at most one `{algorithm}`, and one digest such as `{hex}`.
    fn parse_item_template(template: &str, list: ListSyntax) -> Result<Self, String> {
        // The literal texts before the label, between label and digest, and after the digest.
        let mut texts = [String::new(), String::new(), String::new()];
        let (mut label, mut encoding) = (Label::None, None);
        for token in tokens(template)? {
            let index = match (&label, encoding) {
                (_, Some(_)) => 2,
                (Label::None, None) => 0,
                _ => 1,
            };
            match token {
                TemplateToken::Literal(text) => texts[index].push_str(text),
                TemplateToken::Placeholder("algorithm") if index == 0 => label = Label::Any,
                TemplateToken::Placeholder("keyId") if index == 0 => label = Label::KeyId,
                TemplateToken::Placeholder("algorithm") => {
                    return Err(into_owned_outlined(ONE_ALGORITHM));
                }
                TemplateToken::Placeholder(name) => {
                    let known = Encoding::ALL.into_iter().find(|encoding| encoding.name() == name);
                    let known = known.ok_or_else(|| {
                        format!(
                            "Unknown placeholder {{{name}}}: expected {{algorithm}}, {{keyId}}, {{timestamp}}, {{hex}}, \
                             {{base64}} or {{base64url}}."
                        )
                    })?;
                    if encoding.replace(known).is_some() {
                        return Err(into_owned_outlined(
                            "Expected one of {hex}, {base64} and {base64url} per signature.",
                        ));
                    }
                }
            }
        }
        let [mut prefix, mut middle, suffix] = texts;
        let encoding = encoding.ok_or(NO_DIGEST)?;
        if label != Label::None && middle.is_empty() {
            return Err(into_owned_outlined(
                "Expected a character such as \"=\" directly before the signature.",
            ));
        }
        if let Some((algorithm, name, rest)) =
            split_algorithm_prefix(&prefix).filter(|_| label == Label::None)
        {
            (label, middle) = (Label::Fixed(algorithm, name), rest);
            prefix.clear();
        }
        Ok(Self { list, prefix, label, middle, encoding, suffix, timestamp: None, names: None })
    }

    /// Returns the algorithm that the template names as a literal.
    pub fn fixed_algorithm(&self) -> Option<Algorithm> {
        match self.label {
            Label::Fixed(algorithm, _) => Some(algorithm),
            _ => None,
        }
    }

    /// Returns whether a label or another text precedes the digest.
    #[cfg(feature = "full")]
    pub fn has_label(&self) -> bool {
        self.label != Label::None || !self.prefix.is_empty()
    }

    pub fn has_timestamp(&self) -> bool {
        self.timestamp.is_some()
    }

    /// Returns the text before the names of signed headers, if the header lists them.
    pub fn names_label(&self) -> Option<&str> {
        self.names.as_deref()
    }

    /// Splits a header value into its items.
    pub fn items<'f, 'v>(&'f self, value: &'v str) -> Items<'f, 'v> {
        Items { rest: value, list: self.list, version: self.version() }
    }

    /// Returns the version of the pairs, such as `v1`; the text before the label in other formats.
    fn version(&self) -> &str {
        self.label().unwrap_or_else(|| self.prefix.trim_end_matches(','))
    }

    /// Returns the label that every signature of the scheme has, if it names an algorithm.
    pub fn label(&self) -> Option<&str> {
        match &self.label {
            Label::Fixed(_, name) => Some(name),
            _ => None,
        }
    }

    /// Parses one item of a header value.
    pub fn parse_item_value<'v>(&self, item: &'v str) -> HeaderItem<'v> {
        if let Some(text) = self.timestamp_text(item) {
            return HeaderItem::Timestamp(text);
        }
        let parsed =
            if self.list == ListSyntax::Pairs { self.parse_pair(item) } else { self.parse_signature(item) };
        parsed.unwrap_or(HeaderItem::Other)
    }

    /// Parses a version and its digest. Joining a list by commas may have put white space between the two.
    fn parse_pair<'v>(&self, item: &'v str) -> Option<HeaderItem<'v>> {
        let end = item.find(COMMAS_AND_SPACES).unwrap_or(item.len());
        let (version, rest) = item.split_at(end);
        let has_label = self.label().is_some();
        if !has_label && version != self.version() {
            return None;
        }
        if rest.is_empty() {
            return (version == self.version()).then_some(HeaderItem::Version);
        }
        let encoded = rest.trim_start_matches(COMMAS_AND_SPACES).strip_suffix(&self.suffix)?;
        let label = has_label.then_some(version);
        label.is_none_or(is_label).then_some(HeaderItem::Signature { label, encoded })
    }

    fn parse_signature<'v>(&self, item: &'v str) -> Option<HeaderItem<'v>> {
        // PERF: comparing with an empty `String`, whose pointer dangles, costs 100 ns where `memcmp` uses masked loads:
        // more than the rest of this function.
        let rest = if self.prefix.is_empty() { item } else { item.strip_prefix(&self.prefix)? };
        let rest = if self.suffix.is_empty() { rest } else { rest.strip_suffix(&self.suffix)? };
        if self.label == Label::None {
            return Some(HeaderItem::Signature { label: None, encoded: rest });
        }
        // PERF: searching for a character takes less setup than `split_once` by a text.
        let end = rest.find(self.middle.chars().next()?)?;
        let (label, encoded) = (&rest[..end], rest[end..].strip_prefix(&self.middle)?);
        let named = (self.label != Label::KeyId).then_some(label);
        is_label(label).then_some(HeaderItem::Signature { label: named, encoded })
    }

    /// Returns the first timestamp of a header value.
    pub fn first_timestamp<'v>(&self, value: &'v str) -> Option<&'v str> {
        self.items(value).find_map(|item| self.timestamp_text(item))
    }

    /// Returns the timestamp of an item, if it is one. Without a label, it is known by its digits: every signature is longer.
    fn timestamp_text<'v>(&self, item: &'v str) -> Option<&'v str> {
        let prefix = &self.timestamp.as_ref()?.prefix;
        let is_bare = || item.len() <= 20 && item.bytes().all(|byte| byte.is_ascii_digit());
        if prefix.is_empty() && !is_bare() { None } else { item.strip_prefix(prefix) }
    }

    /// Formats a header value.
    pub fn format(&self, algorithm: Algorithm, digest: &[u8], timestamp: &str, names: &str) -> String {
        self.assemble(algorithm, &self.encoding.encode(digest), timestamp, names)
    }

    /// Returns whether a header value of this format can be parsed back. Literals that contain a separator, or that begin
    /// or end with white space, prevent that.
    pub fn round_trips(&self, algorithm: Algorithm) -> bool {
        // Signatures of public keys have other lengths, too.
        let digest = [0; 64].get(..algorithm.digest_len().min(64)).map(|bytes| self.encoding.encode(bytes));
        let value = self.assemble(algorithm, digest.as_deref().unwrap_or_default(), "0", "a b");
        let is_sendable = value.trim() == value && !has_control(&value);
        let parsed = self.items(&value).find_map(|item| match self.parse_item_value(item) {
            HeaderItem::Signature { encoded, .. } => Some(encoded),
            _ => None,
        });
        is_sendable
            && parsed == digest.as_deref()
            && self.first_timestamp(&value).is_none_or(|text| text == "0")
    }

    /// Describes a header value in messages: `sha256=<64 hex digits>`.
    pub fn example(&self, algorithm: Algorithm) -> String {
        let len = if algorithm.has_fixed_len() {
            format!("{} ", self.encoding.text_len(algorithm.digest_len()))
        } else {
            String::new()
        };
        let digest = match self.encoding {
            Encoding::Hex => format!("<{len}hex digits>"),
            Encoding::Base64 => format!("<{len}characters of base64>"),
            Encoding::Base64Url => format!("<{len}characters of URL-safe base64>"),
        };
        self.assemble(algorithm, &digest, "<timestamp>", "<names>")
    }

    fn assemble(&self, algorithm: Algorithm, digest: &str, timestamp: &str, names: &str) -> String {
        let label = match &self.label {
            Label::None => "",
            Label::Any => algorithm.name(),
            Label::KeyId => "key",
            Label::Fixed(_, name) => name,
        };
        let separator = if self.list == ListSyntax::Semicolons { ";" } else { "," };
        let mut signature = [&self.prefix, label, &self.middle, digest, &self.suffix].concat();
        if let Some(list) = &self.names {
            signature = [list, names, separator, &signature].concat();
        }
        match &self.timestamp {
            None => signature,
            Some(item) if item.is_first => [&item.prefix, timestamp, separator, &signature].concat(),
            Some(item) => [&signature, separator, &item.prefix, timestamp].concat(),
        }
    }
}

const NO_DIGEST: &str = "Missing signature: expected {hex}, {base64} or {base64url}.";
const COMMA_IN_ITEM: &str =
    "Commas separate signatures. Formats with a comma: \"t={timestamp},v1={hex}\" and \"v1,{base64}\".";
const ONE_TIMESTAMP: &str = "Expected one timestamp, with a label: \"t={timestamp}\".";
const ONE_LIST: &str =
    "Expected one list of signed headers, with a label, before the signature: \"h={headers}\".";
const ONE_ALGORITHM: &str = "Expected one {algorithm}, before the signature.";

/// Splits a literal such as `sha256=` into the name of an algorithm and the rest.
fn split_algorithm_prefix(literal: &str) -> Option<(Algorithm, String, String)> {
    let end = literal.find(|character: char| !character.is_ascii_alphanumeric())?;
    let (name, rest) = literal.split_at(end);
    Some((Algorithm::from_name(name)?, into_owned_outlined(name), into_owned_outlined(rest)))
}

/// Returns whether the text can be the name of an algorithm, known or not. SECURITY: messages repeat such a text, and no
/// other part of a header.
fn is_label(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Iterator over the items of a header value, without the white space and separators around them.
pub(crate) struct Items<'f, 'v> {
    rest: &'v str,
    list: ListSyntax,
    version: &'f str,
}

impl<'v> Iterator for Items<'_, 'v> {
    type Item = &'v str;

    fn next(&mut self) -> Option<&'v str> {
        let separators: &[char] = match self.list {
            ListSyntax::Semicolons => &[';', ',', ' ', '\t'],
            ListSyntax::Ampersands => &['&', ',', ' ', '\t'],
            _ => &COMMAS_AND_SPACES,
        };
        let rest = self.rest.trim_start_matches(separators);
        let end = match self.list {
            ListSyntax::Commas => rest.find(','),
            ListSyntax::Semicolons => rest.find([';', ',']),
            ListSyntax::Pairs => Some(pair_len(rest, self.version)),
            ListSyntax::Spaces => rest.find(COMMAS_AND_SPACES),
            ListSyntax::Ampersands => rest.find(['&', ',']),
        };
        let (item, rest) = rest.split_at(end.unwrap_or(rest.len()));
        self.rest = rest;
        let item = item.trim_end_matches([' ', '\t']);
        (!item.is_empty()).then_some(item)
    }
}

/// Returns the length of the pair at the start of a text: `v1,AAAA=`, or `v1, AAAA=` where a list was joined. A version
/// without digest, and a digest without version, are items of one word.
fn pair_len(text: &str, version: &str) -> usize {
    let word_len = |text: &str| text.find(COMMAS_AND_SPACES).unwrap_or(text.len());
    let first = word_len(text);
    let second = text[first..].trim_start_matches(COMMAS_AND_SPACES);
    let start = text.len() - second.len();
    let digest = &second[..word_len(second)];
    let is_pair = text[first..start].contains(',') && !digest.is_empty() && digest != version;
    if is_pair { start + digest.len() } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_invalid_formats() {
        let known = "expected {algorithm}, {keyId}, {timestamp}, {hex}, {base64} or {base64url}.";
        for (format, message) in [
            ("", NO_DIGEST),
            ("{algorithm}=", NO_DIGEST),
            ("t={timestamp}", NO_DIGEST),
            ("{HEX}", &format!("Unknown placeholder {{HEX}}: {known}")),
            ("{id}={hex}", &format!("Unknown placeholder {{id}}: {known}")),
            ("{hex", "Unmatched \"{\"."),
            ("{hex}{base64}", "Expected one of {hex}, {base64} and {base64url} per signature."),
            ("{algorithm}{hex}", "Expected a character such as \"=\" directly before the signature."),
            ("{keyId}{hex}", "Expected a character such as \"=\" directly before the signature."),
            ("{hex}={algorithm}", ONE_ALGORITHM),
            ("{algorithm}={algorithm}={hex}", ONE_ALGORITHM),
            ("a={hex},b", COMMA_IN_ITEM),
            ("v1,{base64} v2", "Only examples such as \"v1a,...\" can follow the first signature of a list."),
            ("t={timestamp},{hex}", "A signature next to a timestamp needs a label: \"v1={hex}\"."),
            ("v1={hex},{timestamp}", ONE_TIMESTAMP),
            ("{timestamp},{timestamp},{hex}", ONE_TIMESTAMP),
            ("t={timestamp},u={timestamp},v1={hex}", ONE_TIMESTAMP),
            ("t={timestamp},v1={hex},v2={hex}", "Expected one signature next to the timestamp."),
        ] {
            assert_eq!(HeaderFormat::parse(format).expect_err(format), message, "{format}");
        }
    }

    #[test]
    fn splits_values_by_the_separators_of_the_format() {
        let items =
            |format: &str, value| HeaderFormat::parse(format).expect(format).items(value).collect::<Vec<_>>();
        assert_eq!(items("{hex}", ", a ,, b;c\t,"), ["a", "b;c"]);
        assert_eq!(items("t={timestamp};h={hex}", "a; b,c ;"), ["a", "b", "c"]);
        let pairs = ["v1,AA==", "v1a,B", "v1,C", "v2"];
        assert_eq!(items("v1,{base64}", "v1,AA== v1a,B, v1,C v2"), pairs);
        assert_eq!(items("v1,{base64}", "v1,AA==,v1a,B,v1,C,  v2"), pairs);
        assert!(items("v1,{base64}", " , ,, ").is_empty());
        assert_eq!(items("v1={hex} v1=...", "v1=a  v1=b,v0=c, v1=d"), ["v1=a", "v1=b", "v0=c", "v1=d"]);
        assert_eq!(items("sha256 {hex}", "sha256 a, sha256 b"), ["sha256 a", "sha256 b"]);
    }

    #[test]
    fn ignores_ids_of_keys_in_a_list_by_ampersands() {
        let format = HeaderFormat::parse("{keyId}|{hex}&...").expect("a format");
        let parsed: Vec<_> =
            format.items("one|0a&two|0b&0c&&a b|0d").map(|item| format.parse_item_value(item)).collect();
        let signature = |encoded| HeaderItem::Signature { label: None, encoded };
        assert_eq!(parsed, [signature("0a"), signature("0b"), HeaderItem::Other, HeaderItem::Other]);
        assert_eq!(format.format(Algorithm::Sha1, &[1, 2], "", ""), "key|0102");
    }

    #[test]
    fn knows_a_timestamp_without_a_label_by_its_digits() {
        let format = HeaderFormat::parse("{timestamp},{hex}").expect("a format");
        let value = "1767225600000,0011aabb,0123456789012345678901";
        assert_eq!(format.first_timestamp(value), Some("1767225600000"));
        let signature = |encoded| HeaderItem::Signature { label: None, encoded };
        let parsed: Vec<_> = format.items(value).map(|item| format.parse_item_value(item)).collect();
        let expected = ["0011aabb", "0123456789012345678901"].map(signature);
        assert_eq!(parsed[0], HeaderItem::Timestamp("1767225600000"));
        assert_eq!(parsed[1..], expected);
        assert_eq!(format.first_timestamp("t=1,0011aabb"), None);
        assert_eq!(format.format(Algorithm::Sha256, &[1, 2], "3", ""), "3,0102");
    }

    #[test]
    fn keeps_a_pair_together_that_was_split_at_its_comma_and_joined_again() {
        let format = HeaderFormat::parse("v1,{base64}").expect("a format");
        let digests = |value| -> Vec<&str> {
            let parsed = format.items(value).map(|item| format.parse_item_value(item));
            parsed
                .map(|item| match item {
                    HeaderItem::Signature { encoded, .. } => encoded,
                    HeaderItem::Version => "version",
                    _ => "other",
                })
                .collect()
        };
        assert_eq!(digests("v1, AA=="), ["AA=="]);
        assert_eq!(digests("v1 ,\tAA=="), ["AA=="]);
        assert_eq!(digests("v1, AA== v1, BB=="), ["AA==", "BB=="]);
        assert_eq!(digests("v1, AA== v1a, BB==, v1,CC=="), ["AA==", "other", "CC=="]);
        // A version alone takes no digest from the pair after it.
        assert_eq!(digests("v2, v1,AA=="), ["other", "AA=="]);
        assert_eq!(digests("v1, v1,AA=="), ["version", "AA=="]);
        // Only a comma joins a list.
        assert_eq!(digests("v1 AA=="), ["version", "other"]);
        assert_eq!(digests("AA== v1,"), ["other", "version"]);
    }
}
