//! The form of the signature header: read from a template such as `{algorithm}={hex}`, then taken
//! apart into items without an allocation, or written.

use super::Algorithm;
use super::encoding::Encoding;
use super::template::{TemplateToken, tokens};
use crate::delivery::has_control;
use crate::text::{into_owned_outlined, split_once};

/// The form of a signature header.
///
/// Whatever the template, a header value is a list of items, and an item is either a signature
/// (`prefix`, label, `middle`, digest, `suffix`), or the timestamp, or none of the scheme's business.
#[derive(Clone, Debug)]
pub(crate) struct HeaderFormat {
    list: ListSyntax,
    prefix: String,
    label: Label,
    middle: String,
    pub encoding: Encoding,
    suffix: String,
    timestamp: Option<TimestampItem>,
}

/// What stands between items. A comma always does, since a header that stands several times is
/// joined by commas (RFC 9110, section 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListSyntax {
    Commas,
    Semicolons,
    /// White space, and items have one comma inside: `v1,AAAA= v1a,BBBB=`.
    Pairs,
}

/// Whether a signature names its algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Label {
    None,
    Any,
    /// A literal in the template that is an algorithm's name, as written there.
    Fixed(Algorithm, String),
}

#[derive(Clone, Debug)]
struct TimestampItem {
    prefix: String,
    first: bool,
}

/// What an item of a header value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderItem<'v> {
    Signature { label: Option<&'v str>, digest: &'v str },
    Timestamp(&'v str),
    Other,
}

impl HeaderFormat {
    /// Reads the template. The error is a sentence.
    pub fn parse(template: &str) -> Result<Self, String> {
        if template.contains("{timestamp}") {
            return Self::parse_fields(template);
        }
        if let Some(format) = Self::parse_pairs(template)? {
            return Ok(format);
        }
        let format = Self::parse_item(template, ListSyntax::Commas)?;
        if [&format.prefix, &format.middle, &format.suffix].into_iter().any(|text| text.contains(',')) {
            return Err("A comma separates signatures and cannot be part of one; the forms with commas are \
                        \"t={timestamp},v1={hex}\" and \"v1,{base64}\"."
                .to_owned());
        }
        Ok(format)
    }

    /// `t={timestamp},v1={hex}`, with semicolons too.
    fn parse_fields(template: &str) -> Result<Self, String> {
        let (list, separator) =
            if template.contains(';') { (ListSyntax::Semicolons, ';') } else { (ListSyntax::Commas, ',') };
        let mut format: Option<Self> = None;
        let mut timestamp = None;
        // Proxies join headers by commas, so that no sender has one within a field.
        if list == ListSyntax::Semicolons && template.contains(',') {
            return Err(into_owned_outlined(
                "Fields are separated by commas or by semicolons, and not by both.",
            ));
        }
        for field in template.split(separator).map(str::trim).filter(|field| *field != "...") {
            if let Some(prefix) = field.strip_suffix("{timestamp}") {
                if timestamp.is_some() || prefix.is_empty() || prefix.contains(['{', '}']) {
                    return Err(into_owned_outlined(
                        "A timestamp stands once, behind a label: \"t={timestamp}\".",
                    ));
                }
                timestamp =
                    Some(TimestampItem { prefix: into_owned_outlined(prefix), first: format.is_none() });
            } else if format.is_some() {
                return Err(into_owned_outlined("Beside the timestamp stands one signature."));
            } else {
                format = Some(Self::parse_item(field, list)?);
            }
        }
        match format {
            Some(format) if format.prefix.is_empty() && format.label == Label::None => {
                Err(into_owned_outlined("Beside a timestamp the signature needs a label: \"v1={hex}\"."))
            }
            Some(format) => Ok(Self { timestamp, ..format }),
            None => Err(NO_DIGEST.to_owned()),
        }
    }

    /// `v1,{base64}`, with further versions behind it as an illustration: `v1,{base64} v1a,...`.
    fn parse_pairs(template: &str) -> Result<Option<Self>, String> {
        let (first, further) = split_once(template, ' ').unwrap_or((template, ""));
        let Some((version, digest)) = split_once(first, ',') else { return Ok(None) };
        if version.is_empty() || version.contains(['{', '}', '=']) || !digest.starts_with('{') {
            return Ok(None);
        }
        if !further.split(' ').all(|more| more.is_empty() || more.ends_with("...")) {
            return Err(into_owned_outlined(
                "Behind the first signature of a list stand only examples such as \"v1a,...\".",
            ));
        }
        Ok(Some(Self::parse_item(first, ListSyntax::Pairs)?))
    }

    fn parse_item(template: &str, list: ListSyntax) -> Result<Self, String> {
        let mut texts = [String::new(), String::new(), String::new()];
        let (mut label, mut encoding) = (Label::None, None);
        for token in tokens(template)? {
            let at = match (&label, encoding) {
                (_, Some(_)) => 2,
                (Label::None, None) => 0,
                _ => 1,
            };
            match token {
                TemplateToken::Literal(text) => texts[at].push_str(text),
                TemplateToken::Placeholder("algorithm") if at == 0 => label = Label::Any,
                TemplateToken::Placeholder("algorithm") => {
                    return Err(into_owned_outlined("{algorithm} stands once, in front of the signature."));
                }
                TemplateToken::Placeholder(place) => {
                    let found = Encoding::ALL.into_iter().find(|encoding| encoding.name() == place);
                    let found = found.ok_or_else(|| {
                        format!(
                            "{{{place}}} is unknown. Known are {{algorithm}}, {{timestamp}}, {{hex}}, {{base64}} \
                             and {{base64url}}."
                        )
                    })?;
                    if encoding.replace(found).is_some() {
                        return Err(into_owned_outlined(
                            "One signature has one of {hex}, {base64} and {base64url}.",
                        ));
                    }
                }
            }
        }
        let [mut prefix, mut middle, suffix] = texts;
        let encoding = encoding.ok_or(NO_DIGEST)?;
        if label == Label::Any && middle.is_empty() {
            return Err(into_owned_outlined(
                "Between {algorithm} and the signature stands a character such as \"=\".",
            ));
        }
        if let Some((algorithm, name, rest)) =
            split_algorithm_prefix(&prefix).filter(|_| label == Label::None)
        {
            (label, middle) = (Label::Fixed(algorithm, name), rest);
            prefix.clear();
        }
        Ok(Self { list, prefix, label, middle, encoding, suffix, timestamp: None })
    }

    /// The only algorithm this form can name, where the template has its name as a literal.
    pub fn fixed_algorithm(&self) -> Option<Algorithm> {
        match self.label {
            Label::Fixed(algorithm, _) => Some(algorithm),
            _ => None,
        }
    }

    /// Whether something stands in front of the digest, or behind it.
    pub fn has_label(&self) -> bool {
        self.label != Label::None || !self.prefix.is_empty()
    }

    pub fn has_timestamp(&self) -> bool {
        self.timestamp.is_some()
    }

    /// The items of a header value.
    pub fn items<'v>(&self, value: &'v str) -> Items<'v> {
        Items { rest: value, list: self.list }
    }

    /// Says what an item is.
    pub fn read<'v>(&self, item: &'v str) -> HeaderItem<'v> {
        if let Some(text) = self.timestamp.as_ref().and_then(|it| item.strip_prefix(&it.prefix)) {
            return HeaderItem::Timestamp(text);
        }
        self.read_signature(item).unwrap_or(HeaderItem::Other)
    }

    fn read_signature<'v>(&self, item: &'v str) -> Option<HeaderItem<'v>> {
        // Comparing with an empty `String`, whose pointer dangles, costs 100 ns where `memcmp` uses
        // masked loads: more than all the rest of this function.
        let rest = if self.prefix.is_empty() { item } else { item.strip_prefix(&self.prefix)? };
        let rest = if self.suffix.is_empty() { rest } else { rest.strip_suffix(&self.suffix)? };
        if self.label == Label::None {
            return Some(HeaderItem::Signature { label: None, digest: rest });
        }
        // A search for a character takes less time to set up than `split_once` by a text.
        let at = rest.find(self.middle.chars().next()?)?;
        let (label, digest) = (&rest[..at], rest[at..].strip_prefix(&self.middle)?);
        is_label(label).then_some(HeaderItem::Signature { label: Some(label), digest })
    }

    /// The first timestamp among the items of a value.
    pub fn first_timestamp<'v>(&self, value: &'v str) -> Option<&'v str> {
        let prefix = &self.timestamp.as_ref()?.prefix;
        self.items(value).find_map(|item| item.strip_prefix(prefix))
    }

    /// Writes a header value.
    pub fn write(&self, algorithm: Algorithm, digest: &[u8], timestamp: &str) -> String {
        self.assemble(algorithm, &self.encoding.encode(digest), timestamp)
    }

    /// Whether a header value of this form is read as it was written. It is not where a literal
    /// holds what separates items, or begins or ends with white space.
    pub fn round_trips(&self, algorithm: Algorithm) -> bool {
        let digest = [0; 64].get(..algorithm.digest_len()).map(|bytes| self.encoding.encode(bytes));
        let value = self.assemble(algorithm, digest.as_deref().unwrap_or_default(), "0");
        let whole = value.trim() == value && !has_control(&value);
        let found = self.items(&value).find_map(|item| match self.read(item) {
            HeaderItem::Signature { digest, .. } => Some(digest),
            _ => None,
        });
        whole && found == digest.as_deref() && self.first_timestamp(&value).is_none_or(|text| text == "0")
    }

    /// What a header value looks like, for messages: `sha256=<64 hex digits>`.
    pub fn example(&self, algorithm: Algorithm) -> String {
        let len = self.encoding.text_len(algorithm.digest_len());
        let digest = match self.encoding {
            Encoding::Hex => format!("<{len} hex digits>"),
            Encoding::Base64 => format!("<{len} characters of base64>"),
            Encoding::Base64Url => format!("<{len} characters of URL-safe base64>"),
        };
        self.assemble(algorithm, &digest, "<timestamp>")
    }

    fn assemble(&self, algorithm: Algorithm, digest: &str, timestamp: &str) -> String {
        let label = match &self.label {
            Label::None => "",
            Label::Any => algorithm.name(),
            Label::Fixed(_, name) => name,
        };
        let signature = [&self.prefix, label, &self.middle, digest, &self.suffix].concat();
        let separator = if self.list == ListSyntax::Semicolons { ";" } else { "," };
        match &self.timestamp {
            None => signature,
            Some(item) if item.first => [&item.prefix, timestamp, separator, &signature].concat(),
            Some(item) => [&signature, separator, &item.prefix, timestamp].concat(),
        }
    }
}

const NO_DIGEST: &str = "The signature itself is missing: {hex}, {base64} or {base64url}.";

/// `sha256=` is the name of an algorithm and what stands behind it.
fn split_algorithm_prefix(literal: &str) -> Option<(Algorithm, String, String)> {
    let at = literal.find(|character: char| !character.is_ascii_alphanumeric())?;
    let (name, rest) = literal.split_at(at);
    Some((Algorithm::from_name(name)?, into_owned_outlined(name), into_owned_outlined(rest)))
}

/// Whether the text can be the name of an algorithm, known or not. Such a text is safe to repeat in
/// a message.
fn is_label(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// The items of a header value, without the white space and separators around them.
pub(crate) struct Items<'v> {
    rest: &'v str,
    list: ListSyntax,
}

impl<'v> Iterator for Items<'v> {
    type Item = &'v str;

    fn next(&mut self) -> Option<&'v str> {
        let separators: &[char] = match self.list {
            ListSyntax::Commas => &[',', ' ', '\t'],
            ListSyntax::Semicolons => &[';', ',', ' ', '\t'],
            ListSyntax::Pairs => &[' ', '\t', ','],
        };
        let rest = self.rest.trim_start_matches(separators);
        let end = match self.list {
            ListSyntax::Commas => rest.find(','),
            ListSyntax::Semicolons => rest.find([';', ',']),
            ListSyntax::Pairs => {
                let token = &rest[..rest.find([' ', '\t']).unwrap_or(rest.len())];
                let second = token.match_indices(',').nth(1).map(|(at, _)| at);
                Some(second.unwrap_or(token.len()))
            }
        };
        let (item, behind) = rest.split_at(end.unwrap_or(rest.len()));
        self.rest = behind;
        let item = item.trim_end_matches([' ', '\t']);
        (!item.is_empty()).then_some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_says_nothing_of_use_is_refused() {
        let unknown = "is unknown. Known are {algorithm}, {timestamp}, {hex}, {base64} and {base64url}.";
        let once = "{algorithm} stands once, in front of the signature.";
        let stamp = "A timestamp stands once, behind a label: \"t={timestamp}\".";
        for (form, message) in [
            ("", NO_DIGEST),
            ("{algorithm}=", NO_DIGEST),
            ("t={timestamp}", NO_DIGEST),
            ("{HEX}", &format!("{{HEX}} {unknown}")),
            ("{id}={hex}", &format!("{{id}} {unknown}")),
            ("{hex", "A \"{\" has no \"}\" behind it."),
            ("{hex}{base64}", "One signature has one of {hex}, {base64} and {base64url}."),
            ("{algorithm}{hex}", "Between {algorithm} and the signature stands a character such as \"=\"."),
            ("{hex}={algorithm}", once),
            ("{algorithm}={algorithm}={hex}", once),
            (
                "a={hex},b",
                "A comma separates signatures and cannot be part of one; the forms with commas are \
                 \"t={timestamp},v1={hex}\" and \"v1,{base64}\".",
            ),
            (
                "v1,{base64} v2",
                "Behind the first signature of a list stand only examples such as \"v1a,...\".",
            ),
            ("t={timestamp},{hex}", "Beside a timestamp the signature needs a label: \"v1={hex}\"."),
            ("{timestamp},v1={hex}", stamp),
            ("t={timestamp},u={timestamp},v1={hex}", stamp),
            ("t={timestamp},v1={hex},v2={hex}", "Beside the timestamp stands one signature."),
        ] {
            assert_eq!(HeaderFormat::parse(form).expect_err(form), message, "{form}");
        }
    }

    #[test]
    fn a_value_is_split_by_what_its_form_has_between_signatures() {
        let items =
            |form: &str, value| HeaderFormat::parse(form).expect(form).items(value).collect::<Vec<_>>();
        assert_eq!(items("{hex}", ", a ,, b;c\t,"), ["a", "b;c"]);
        assert_eq!(items("t={timestamp};h={hex}", "a; b,c ;"), ["a", "b", "c"]);
        let pairs = ["v1,AA==", "v1a,B", "v1,C", "v2"];
        assert_eq!(items("v1,{base64}", "v1,AA== v1a,B, v1,C v2"), pairs);
        assert_eq!(items("v1,{base64}", "v1,AA==,v1a,B,v1,C,  v2"), pairs);
        assert!(items("v1,{base64}", " , ,, ").is_empty());
    }
}
