//! Compiled values as bytes, in both directions. The reader takes any bytes and never panics.
//!
//! Numbers are varints, and a text that occurs again is the number of its first occurrence.

pub(crate) mod ascii;
pub(crate) mod seal;

use std::collections::HashMap;
use std::sync::Arc;

/// A value that can be written to bytes and read from them.
pub(crate) trait Blob: Sized {
    /// Appends the value.
    fn put(&self, out: &mut Writer);

    /// Reads a value. Bytes that no value writes make the reader fail, and return any value. PERF: one check at the end
    /// instead of one after each value halves the code of all readers.
    fn get(input: &mut Reader<'_>) -> Self;
}

/// Implements [`Blob`] for a struct or an enum, from one list of its fields or variants. A field that the list lacks does
/// not compile. INVARIANT: the first variant of an enum contains no value of the enum, because it is the value of a reader
/// that has failed.
macro_rules! blob {
    (struct $type:ident $(<$param:ident>)? { $($field:ident),* $(,)? }) => {
        impl $(<$param: $crate::blob::Blob>)? $crate::blob::Blob for $type $(<$param>)? {
            fn put(&self, out: &mut $crate::blob::Writer) {
                let Self { $($field),* } = self;
                $($crate::blob::Blob::put($field, out);)*
            }

            fn get(input: &mut $crate::blob::Reader<'_>) -> Self {
                Self { $($field: $crate::blob::Blob::get(input)),* }
            }
        }
    };
    (enum $type:ident {
        0 => $first:ident $(($($first_item:ident),*))? $({$($first_field:ident),*})?
        $(, $tag:literal => $variant:ident $(($($item:ident),*))? $({$($field:ident),*})?)* $(,)?
    }) => {
        impl $crate::blob::Blob for $type {
            fn put(&self, out: &mut $crate::blob::Writer) {
                match self {
                    Self::$first $(($($first_item),*))? $({$($first_field),*})? => {
                        out.byte(0);
                        $($($crate::blob::Blob::put($first_item, out);)*)?
                        $($($crate::blob::Blob::put($first_field, out);)*)?
                    }
                    $(Self::$variant $(($($item),*))? $({$($field),*})? => {
                        out.byte($tag);
                        $($($crate::blob::Blob::put($item, out);)*)?
                        $($($crate::blob::Blob::put($field, out);)*)?
                    })*
                }
            }

            fn get(input: &mut $crate::blob::Reader<'_>) -> Self {
                match input.byte() {
                    $($tag => {
                        $($(let $item = $crate::blob::Blob::get(input);)*)?
                        $($(let $field = $crate::blob::Blob::get(input);)*)?
                        Self::$variant $(($($item),*))? $({$($field),*})?
                    })*
                    tag => {
                        input.check(tag == 0);
                        $($(let $first_item = $crate::blob::Blob::get(input);)*)?
                        $($(let $first_field = $crate::blob::Blob::get(input);)*)?
                        Self::$first $(($($first_item),*))? $({$($first_field),*})?
                    }
                }
            }
        }
    };
}
pub(crate) use blob;

/// Collects the bytes of values.
#[derive(Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
    /// The number of each text that was written.
    texts: HashMap<Box<str>, u64>,
}

impl Writer {
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The bytes of one value.
    pub fn bytes_of(value: &impl Blob) -> Vec<u8> {
        let mut out = Self::default();
        value.put(&mut out);
        out.into_bytes()
    }

    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Writes seven bits per byte, the lowest first.
    pub fn number(&mut self, mut number: u64) {
        while number > 0x7f {
            self.byte(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.byte(number.to_le_bytes()[0]);
    }

    /// Writes the length of a text and the text, or the number of its first occurrence.
    pub fn text(&mut self, text: &str) {
        if let Some(number) = self.texts.get(text) {
            return self.number(number << 1 | 1);
        }
        self.texts.insert(text.into(), self.texts.len() as u64);
        self.number((text.len() as u64) << 1);
        self.bytes.extend(text.bytes());
    }
}

/// Limit of nested lists, so that reading recurses to no greater depth.
const MAX_DEPTH: u32 = 128;

/// Reads values from bytes. After a failure there are no bytes left: numbers are zero, and texts and lists are empty.
pub(crate) struct Reader<'b> {
    bytes: &'b [u8],
    has_failed: bool,
    /// Whether a value needs code that this module lacks.
    pub needs_full: bool,
    /// The texts that were read, in their order.
    texts: Vec<&'b str>,
    depth: u32,
}

impl<'b> Reader<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, has_failed: false, needs_full: false, texts: Vec::new(), depth: 0 }
    }

    /// Reads one value from all of the bytes.
    #[cfg(test)]
    pub fn value_of<T: Blob>(bytes: &'b [u8]) -> Option<T> {
        Self::new(bytes).only_value()
    }

    /// Reads one value from all of the bytes that are left; `None` for other bytes than a writer makes.
    pub fn only_value<T: Blob>(&mut self) -> Option<T> {
        let value = T::get(self);
        (!self.has_failed && self.bytes.is_empty()).then_some(value)
    }

    /// Fails if a value is not valid.
    pub fn check(&mut self, is_valid: bool) {
        if !is_valid {
            self.has_failed = true;
            self.bytes = &[];
        }
    }

    #[inline(never)]
    pub fn byte(&mut self) -> u8 {
        if let Some((byte, rest)) = self.bytes.split_first() {
            self.bytes = rest;
            *byte
        } else {
            self.check(false);
            0
        }
    }

    #[inline(never)]
    pub fn number(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            let bits = u64::from(byte & 0x7f);
            if shift > 63 || bits << shift >> shift != bits {
                self.check(false);
                return 0;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return number;
            }
            shift += 7;
        }
    }

    /// Reads the number of items that follow. SECURITY: an item takes at least one byte, so the number is bounded.
    #[inline(never)]
    pub fn length(&mut self) -> usize {
        let number = self.number();
        match usize::try_from(number) {
            Ok(length) if length <= self.bytes.len() => length,
            _ => {
                self.check(false);
                0
            }
        }
    }

    /// Reads that many bytes.
    pub fn take(&mut self, length: usize) -> &'b [u8] {
        if let Some((bytes, rest)) = self.bytes.split_at_checked(length) {
            self.bytes = rest;
            bytes
        } else {
            self.check(false);
            &[]
        }
    }

    /// Returns the key with this symbol. INVARIANT: the key table is the first value, so its keys are the first texts.
    pub fn key(&mut self, symbol: u16) -> &'b str {
        let key = self.texts.get(usize::from(symbol)).copied();
        self.check(key.is_some());
        key.unwrap_or_default()
    }

    #[inline(never)]
    pub fn text(&mut self) -> &'b str {
        let number = self.number();
        let value = usize::try_from(number >> 1).unwrap_or(usize::MAX);
        let known = if number & 1 == 1 {
            self.texts.get(value).copied()
        } else {
            let text = std::str::from_utf8(self.take(value)).ok();
            self.texts.extend(text);
            text
        };
        self.check(known.is_some());
        known.unwrap_or_default()
    }
}

impl Blob for u8 {
    fn put(&self, out: &mut Writer) {
        out.byte(*self);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        input.byte()
    }
}

impl Blob for bool {
    fn put(&self, out: &mut Writer) {
        out.byte((*self).into());
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let byte = input.byte();
        input.check(byte < 2);
        byte == 1
    }
}

macro_rules! numbers {
    ($($type:ident),*) => {$(
        impl Blob for $type {
            fn put(&self, out: &mut Writer) {
                out.number((*self).into());
            }

            fn get(input: &mut Reader<'_>) -> Self {
                let number = Self::try_from(input.number());
                input.check(number.is_ok());
                number.unwrap_or_default()
            }
        }
    )*};
}
numbers!(u16, u32, u64);

impl Blob for usize {
    fn put(&self, out: &mut Writer) {
        out.number(*self as u64);
    }

    /// A limit above this platform's largest one limits nothing, on this platform either.
    fn get(input: &mut Reader<'_>) -> Self {
        Self::try_from(input.number()).unwrap_or(Self::MAX)
    }
}

/// Zigzag: the sign is the lowest bit.
impl Blob for i64 {
    fn put(&self, out: &mut Writer) {
        out.number((self << 1 ^ self >> 63).cast_unsigned());
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let number = input.number();
        (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
    }
}

impl Blob for i32 {
    fn put(&self, out: &mut Writer) {
        i64::from(*self).put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let number = Self::try_from(i64::get(input));
        input.check(number.is_ok());
        number.unwrap_or_default()
    }
}

impl Blob for String {
    fn put(&self, out: &mut Writer) {
        out.text(self);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        input.text().to_owned()
    }
}

impl Blob for Box<str> {
    fn put(&self, out: &mut Writer) {
        out.text(self);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        input.text().into()
    }
}

impl<T: Blob> Blob for Box<T> {
    fn put(&self, out: &mut Writer) {
        (**self).put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        Self::new(T::get(input))
    }
}

impl<T: Blob> Blob for Arc<T> {
    fn put(&self, out: &mut Writer) {
        (**self).put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        Self::new(T::get(input))
    }
}

impl<T: Blob> Blob for Option<T> {
    fn put(&self, out: &mut Writer) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn get(input: &mut Reader<'_>) -> Self {
        bool::get(input).then(|| T::get(input))
    }
}

impl<T: Blob> Blob for Vec<T> {
    fn put(&self, out: &mut Writer) {
        self.len().put(out);
        for item in self {
            item.put(out);
        }
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let length = input.length();
        // SECURITY: an item can take more memory than bytes of the blob, so the list grows as its items are read, and a
        // failure ends it. Every value inside a value of the same type is in a list, so a limit here bounds the recursion.
        input.depth += 1;
        input.check(input.depth <= MAX_DEPTH);
        let mut items = Self::new();
        while items.len() < length && !input.has_failed {
            items.push(T::get(input));
        }
        input.depth -= 1;
        items
    }
}

impl<A: Blob, B: Blob> Blob for (A, B) {
    fn put(&self, out: &mut Writer) {
        self.0.put(out);
        self.1.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        (A::get(input), B::get(input))
    }
}
