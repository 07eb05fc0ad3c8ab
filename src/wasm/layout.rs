//! The layout of the bytes and numbers that cross the bridge, defined once: `src/wasm.rs` uses the constants, and
//! `cargo xtask types` generates `pkg/src/generated/layout.ts` from [`GROUPS`].
//!
//! # The head of a delivery
//!
//! A delivery is in the scratch buffer as `[head][body]`, each with a length of its own. The head is UTF-8 text:
//!
//! ```text
//! head   = url RS method RS *header    ; url and method are empty where the delivery has none
//! header = name US value RS            ; a header that was sent twice is here twice
//!        / US key RS                   ; a public key for this delivery. No header has an empty name.
//! ```
//!
//! `RS` and `US` are [`separator::RECORD`] and [`separator::UNIT`]. HTTP allows neither in a URL, a method or a header, and
//! the encoder writes U+FFFD in their place, so that a value never ends early. An empty head is one without URL, method
//! and headers.
//!
//! # The result of a verification
//!
//! `verify` leaves [`result::WORDS`] numbers, which mean [`accepted_word`] or [`rejected_word`], and texts one after the
//! other. The numbers have the lengths of the texts.
//!
//! # The tape
//!
//! Tokens of [`token_word::COUNT`] words each, as the parser stores them: see [`token_word`], [`token_bits`] and [`token_kind`].

use crate::json::{Token, TokenKind};
use crate::signature::Algorithm;

/// Constants that JavaScript needs by name.
pub struct Group {
    /// The name of the group in TypeScript.
    pub name: &'static str,
    /// What the constants are.
    pub doc: &'static [&'static str],
    /// The constants, in order.
    pub items: &'static [Item],
}

/// One constant.
pub struct Item {
    /// The name, as Rust writes constants.
    pub name: &'static str,
    /// The value.
    pub value: u32,
    /// What it is.
    pub doc: &'static [&'static str],
}

/// Defines groups of constants, each a module, and the list of them.
macro_rules! groups {
    ($(
        $(#[doc = $doc:literal])+
        $module:ident $name:ident: $type:ty {
            $($(#[doc = $item_doc:literal])+ $item:ident = $value:expr;)+
        }
    )+) => {
        $(
            $(#[doc = $doc])+
            pub mod $module {
                #[allow(unused_imports)] // not every group is made of these
                use super::*;
                $($(#[doc = $item_doc])+ pub const $item: $type = $value;)+
            }
        )+

        /// Every group, for the generator.
        #[allow(clippy::cast_possible_truncation)] // small numbers
        pub const GROUPS: &[Group] = &[$(Group {
            name: stringify!($name),
            doc: &[$($doc),+],
            items: &[$(Item {
                name: stringify!($item),
                value: $module::$item as u32,
                doc: &[$($item_doc),+],
            }),+],
        }),+];
    };
}

groups! {
    /// The result of `verify`.
    result ResultLayout: u32 {
        /// How many numbers there are.
        WORDS = 17;
        /// "None", for a number that is an index or a length.
        ABSENT = u32::MAX;
        /// "A token", in place of an algorithm.
        TOKEN = u32::MAX - 1;
    }

    /// The numbers of an accepted delivery. Lengths are in UTF-16 units.
    accepted_word AcceptedWord: usize {
        /// The address of the texts.
        TEXT = 0;
        /// How many bytes the texts have.
        TEXT_BYTES = 1;
        /// The index of the event among those of the provider.
        EVENT = 2;
        /// The index of the revision among those of the event.
        REVISION = 3;
        /// The index of the signature's algorithm in `ALGORITHMS`; absent for an unsigned delivery, and
        /// `TOKEN` for a token.
        ALGORITHM = 4;
        /// The index of the secret.
        SECRET = 5;
        /// The length of the idempotency key, the first text.
        ID = 6;
        /// The length of the event's time, the second text.
        CREATED_AT = 7;
        /// The length of the subscription's id, the third text.
        WEBHOOK_ID = 8;
        /// The length of the delivery's id, the fourth text.
        DELIVERY_ID = 9;
        /// The length of the event type, the fifth text; absent where the type is that of `EVENT` in the definition.
        EVENT_TYPE = 10;
        /// 1 if the texts and the body are ASCII.
        IS_ASCII = 11;
        /// The address of the tape.
        TAPE = 12;
        /// What the signature does not cover: bits of `UncoveredBit`.
        UNCOVERED = 13;
        /// The index of the scheme among those of the provider.
        SCHEME = 14;
        /// 1 if the request is a handshake.
        HANDSHAKE = 15;
        /// How many bytes of JSON follow the texts: the payload of a body that is a form; 0 for any other body.
        FORM_BYTES = 16;
    }

    /// The numbers of a rejected delivery.
    rejected_word RejectedWord: usize {
        /// The address of the texts.
        TEXT = 0;
        /// How many bytes the texts have.
        TEXT_BYTES = 1;
        /// The HTTP status of the response.
        STATUS = 2;
        /// The length of the code, the first text. The rest is the message.
        CODE = 3;
    }

    /// What a signature does not cover.
    uncovered_bit UncoveredBit: u32 {
        /// The event type.
        TYPE = 1;
        /// The idempotency key.
        ID = 2;
        /// All but some fields of the body.
        OTHER_FIELDS = 4;
        /// All bodies with the same CRC-32.
        SAME_CHECKSUM = 8;
    }

    /// Profiles as numbers.
    profile ProfileNumber: u32 {
        /// The profile of the webhook.
        DEFAULT = 0;
        /// Lenient.
        LENIENT = 1;
        /// Strict.
        STRICT = 2;
    }

    /// Dialects of JSON Schema as numbers.
    dialect DialectNumber: u32 {
        /// The one that the schema declares.
        DECLARED = 0;
        /// Draft-07.
        DRAFT_07 = 7;
        /// Draft 2020-12.
        DRAFT_2020_12 = 2020;
    }

    /// The words of a token.
    token_word TokenWord: usize {
        /// The offset of its first byte.
        OFFSET = Token::OFFSET_WORD;
        /// Its kind and its length.
        KIND = Token::KIND_WORD;
        /// How many words a token has.
        COUNT = size_of::<Token>() / size_of::<u32>();
    }

    /// The bits of a token's second word.
    token_bits TokenBits: u32 {
        /// The kind is in the bits from this one on.
        KIND_SHIFT = Token::KIND_SHIFT;
        /// The length of any token but an interned key.
        LENGTH_MASK = Token::LOW_BITS_MASK;
        /// The symbol of an interned key is in the bits from this one on.
        SYMBOL_SHIFT = Token::SYMBOL_SHIFT;
        /// The symbol of an interned key, shifted.
        SYMBOL_MASK = Token::SYMBOL_MASK;
        /// The length of an interned key.
        KEY_LENGTH_MASK = Token::KEY_LENGTH_MASK;
    }

    /// The kinds of tokens.
    token_kind TokenKind: u32 {
        /// `null`
        NULL = TokenKind::Null as u32;
        /// `true`
        TRUE = TokenKind::True as u32;
        /// `false`
        FALSE = TokenKind::False as u32;
        /// A number without fraction and exponent.
        INTEGER = TokenKind::Integer as u32;
        /// Any other number.
        NUMBER = TokenKind::Number as u32;
        /// A string of ASCII without escapes.
        ASCII = TokenKind::Ascii as u32;
        /// A string of UTF-8 without escapes.
        UTF8 = TokenKind::Utf8 as u32;
        /// The start of an object.
        OBJECT = TokenKind::Object as u32;
        /// The start of an array.
        ARRAY = TokenKind::Array as u32;
        /// The end of an object or an array.
        CLOSE = TokenKind::Close as u32;
        /// A key with a symbol: one that the provider's schemas name, or after those one that the document repeats, numbered
        /// when it is first met.
        INTERNED_KEY = Token::INTERNED_KEY;
    }
}

/// Characters that separate the fields of a head.
pub mod separator {
    /// Ends the URL, the method and each header.
    pub const RECORD: u8 = 0x1e;
    /// Separates the name of a header from its value.
    pub const UNIT: u8 = 0x1f;
}

/// The algorithms by their numbers: name, and length of a tag in bytes where the algorithm is an HMAC.
pub fn algorithms() -> impl Iterator<Item = (&'static str, Option<usize>)> {
    let len = |algorithm: Algorithm| Algorithm::HMAC.contains(&algorithm).then(|| algorithm.digest_len());
    Algorithm::ALL.into_iter().map(move |algorithm| (algorithm.name(), len(algorithm)))
}

// Numbers of algorithms are indices into `Algorithm::ALL`.
const _: () = {
    let mut index = 0;
    while index < Algorithm::ALL.len() {
        assert!(Algorithm::ALL[index] as usize == index);
        index += 1;
    }
};
