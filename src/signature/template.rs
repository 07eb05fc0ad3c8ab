//! Templates with `{places}`, and the one that says what is signed.

use super::hmac::Mac;
use crate::delivery::{Headers, is_token};
use crate::text::{into_owned_outlined, split_once};

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    Literal(&'a str),
    Place(&'a str),
}

/// Splits a template at its braces. The error is a sentence.
pub(crate) fn tokens(template: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (literal, behind) = rest.split_at(at);
        if !literal.is_empty() {
            tokens.push(Token::Literal(literal));
        }
        let inside = behind.strip_prefix('{').ok_or("A \"}\" has no \"{\" in front of it.")?;
        let (place, behind) = split_once(inside, '}').ok_or("A \"{\" has no \"}\" behind it.")?;
        if place.contains('{') {
            return Err(into_owned_outlined("A \"{\" has no \"}\" behind it."));
        }
        tokens.push(Token::Place(place));
        rest = behind;
    }
    if !rest.is_empty() {
        tokens.push(Token::Literal(rest));
    }
    Ok(tokens)
}

/// What is signed, such as `{id}.{timestamp}.{body}`.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Body,
    Timestamp,
    Header(String),
    Url,
    Method,
}

impl Part {
    fn bytes<'v>(&'v self, values: &Values<'v>) -> &'v [u8] {
        match self {
            Part::Literal(text) => text.as_bytes(),
            Part::Body => values.body,
            Part::Timestamp => values.timestamp.as_bytes(),
            Part::Header(name) => values.headers.get(name).unwrap_or_default().as_bytes(),
            Part::Url => values.url.as_bytes(),
            Part::Method => values.method.as_bytes(),
        }
    }
}

/// What the places of one delivery hold.
pub(crate) struct Values<'a> {
    pub body: &'a [u8],
    pub timestamp: &'a str,
    pub headers: &'a Headers<'a>,
    pub url: &'a str,
    pub method: &'a str,
}

impl Content {
    /// Reads the template. `{id}` is the header of that name in the scheme. The error is a sentence.
    pub fn parse(template: &str, id_header: Option<&str>) -> Result<Self, String> {
        let mut parts = Vec::new();
        for token in tokens(template)? {
            parts.push(match token {
                Token::Literal(text) => Part::Literal(into_owned_outlined(text)),
                Token::Place("body") => Part::Body,
                Token::Place("timestamp") => Part::Timestamp,
                Token::Place("url") => Part::Url,
                Token::Place("method") => Part::Method,
                Token::Place("id") => Part::Header(
                    id_header
                        .ok_or("{id} is signed, but the scheme names no header that holds it.")?
                        .to_owned(),
                ),
                Token::Place(place) => match place.strip_prefix("header:") {
                    Some(name) if is_token(name) => Part::Header(into_owned_outlined(name)),
                    Some(_) => return Err(format!("{{{place}}} does not name an HTTP header.")),
                    None => {
                        return Err(format!(
                            "{{{place}}} is unknown. Known are {{body}}, {{timestamp}}, {{id}}, {{url}}, \
                             {{method}} and {{header:name}}."
                        ));
                    }
                },
            });
        }
        match parts.iter().filter(|part| **part == Part::Body).count() {
            0 => Err(into_owned_outlined("{body} is missing, so anybody could change the body.")),
            1 => Ok(Self { parts }),
            _ => Err(into_owned_outlined("{body} stands more than once.")),
        }
    }

    pub fn has_timestamp(&self) -> bool {
        self.parts.contains(&Part::Timestamp)
    }

    pub fn has_url(&self) -> bool {
        self.parts.contains(&Part::Url)
    }

    pub fn has_method(&self) -> bool {
        self.parts.contains(&Part::Method)
    }

    /// The headers whose values are signed.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Header(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Feeds what is signed in parts, so that the body is never copied.
    pub fn feed(&self, mac: &mut Mac, values: &Values<'_>) {
        self.parts.iter().for_each(|part| mac.update(part.bytes(values)));
    }

    /// The same parts, for somebody else to feed.
    pub fn parts<'v>(&'v self, values: &'v Values<'_>) -> impl Iterator<Item = &'v [u8]> {
        self.parts.iter().map(|part| part.bytes(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_split_at_their_braces() {
        assert_eq!(
            tokens("v0:{timestamp}:{body}"),
            Ok(vec![
                Token::Literal("v0:"),
                Token::Place("timestamp"),
                Token::Literal(":"),
                Token::Place("body")
            ])
        );
        assert_eq!(tokens(""), Ok(vec![]));
    }

    #[test]
    fn braces_that_do_not_pair_are_refused() {
        for (template, message) in [
            ("{body", "A \"{\" has no \"}\" behind it."),
            ("{{body}}", "A \"{\" has no \"}\" behind it."),
            ("body}", "A \"}\" has no \"{\" in front of it."),
        ] {
            assert_eq!(tokens(template), Err(message.to_owned()), "{template}");
        }
    }

    #[test]
    fn what_is_signed_has_to_hold_the_body_once_and_known_places_only() {
        for (template, message) in [
            ("", "{body} is missing, so anybody could change the body."),
            ("{timestamp}", "{body} is missing, so anybody could change the body."),
            ("{body}{body}", "{body} stands more than once."),
            ("{id}.{body}", "{id} is signed, but the scheme names no header that holds it."),
            ("{header:a b}.{body}", "{header:a b} does not name an HTTP header."),
            (
                "{Body}",
                "{Body} is unknown. Known are {body}, {timestamp}, {id}, {url}, {method} and {header:name}.",
            ),
        ] {
            assert_eq!(Content::parse(template, None).unwrap_err(), message, "{template}");
        }
    }
}
