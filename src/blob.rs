//! Compiled values as bytes, in both directions. The reader takes any bytes: it returns `None` for those that no writer
//! makes, and never panics.
//!
//! Numbers are varints, and a text that occurs again is the number of its first occurrence.

pub(crate) mod seal;

use std::collections::HashMap;
use std::sync::Arc;

/// A value that can be written to bytes and read from them.
pub(crate) trait Blob: Sized {
    /// Appends the value.
    fn put(&self, out: &mut Writer);

    /// Reads a value; `None` for other bytes than [`put`](Self::put) writes.
    fn get(input: &mut Reader<'_>) -> Option<Self>;
}

/// Implements [`Blob`] for a struct or an enum, from one list of its fields or variants. A field that the list lacks does
/// not compile.
macro_rules! blob {
    (struct $type:ident $(<$param:ident>)? { $($field:ident),* $(,)? }) => {
        impl $(<$param: $crate::blob::Blob>)? $crate::blob::Blob for $type $(<$param>)? {
            fn put(&self, out: &mut $crate::blob::Writer) {
                let Self { $($field),* } = self;
                $($crate::blob::Blob::put($field, out);)*
            }

            fn get(input: &mut $crate::blob::Reader<'_>) -> Option<Self> {
                Some(Self { $($field: $crate::blob::Blob::get(input)?),* })
            }
        }
    };
    (enum $type:ident {
        $($tag:literal => $variant:ident $(($($item:ident),*))? $({$($field:ident),*})?),* $(,)?
    }) => {
        impl $crate::blob::Blob for $type {
            fn put(&self, out: &mut $crate::blob::Writer) {
                match self {
                    $(Self::$variant $(($($item),*))? $({$($field),*})? => {
                        out.byte($tag);
                        $($($crate::blob::Blob::put($item, out);)*)?
                        $($($crate::blob::Blob::put($field, out);)*)?
                    })*
                }
            }

            fn get(input: &mut $crate::blob::Reader<'_>) -> Option<Self> {
                Some(match input.byte()? {
                    $($tag => {
                        $($(let $item = $crate::blob::Blob::get(input)?;)*)?
                        $($(let $field = $crate::blob::Blob::get(input)?;)*)?
                        Self::$variant $(($($item),*))? $({$($field),*})?
                    })*
                    _ => return None,
                })
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

/// Reads values from bytes.
pub(crate) struct Reader<'b> {
    bytes: &'b [u8],
    /// The texts that were read, in their order.
    texts: Vec<&'b str>,
    /// The keys of the key table, for symbols.
    pub keys: Vec<&'b str>,
    depth: u32,
}

impl<'b> Reader<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, texts: Vec::new(), keys: Vec::new(), depth: 0 }
    }

    /// Reads one value from all of the bytes.
    pub fn value_of<T: Blob>(bytes: &'b [u8]) -> Option<T> {
        let mut input = Self::new(bytes);
        let value = T::get(&mut input)?;
        input.bytes.is_empty().then_some(value)
    }

    pub fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*byte)
    }

    #[inline(never)]
    pub fn number(&mut self) -> Option<u64> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift > 63 || bits << shift >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Some(number);
            }
            shift += 7;
        }
    }

    /// Reads the number of items that follow. SECURITY: an item takes at least one byte, so the number is bounded.
    pub fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|length| *length <= self.bytes.len())
    }

    /// Reads that many bytes.
    pub fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (bytes, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(bytes)
    }

    #[inline(never)]
    pub fn text(&mut self) -> Option<&'b str> {
        let number = self.number()?;
        let value = usize::try_from(number >> 1).ok()?;
        if number & 1 == 1 {
            return self.texts.get(value).copied();
        }
        let text = std::str::from_utf8(self.take(value)?).ok()?;
        self.texts.push(text);
        Some(text)
    }
}

impl Blob for u8 {
    fn put(&self, out: &mut Writer) {
        out.byte(*self);
    }

    fn get(input: &mut Reader<'_>) -> Option<Self> {
        input.byte()
    }
}

impl Blob for bool {
    fn put(&self, out: &mut Writer) {
        out.byte((*self).into());
    }

    fn get(input: &mut Reader<'_>) -> Option<Self> {
        match input.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

macro_rules! numbers {
    ($($type:ident),*) => {$(
        impl Blob for $type {
            fn put(&self, out: &mut Writer) {
                out.number((*self).into());
            }

            fn get(input: &mut Reader<'_>) -> Option<Self> {
                Self::try_from(input.number()?).ok()
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
    fn get(input: &mut Reader<'_>) -> Option<Self> {
        Some(Self::try_from(input.number()?).unwrap_or(Self::MAX))
    }
}

/// Zigzag: the sign is the lowest bit.
impl Blob for i64 {
    fn put(&self, out: &mut Writer) {
        out.number((self << 1 ^ self >> 63).cast_unsigned());
    }

    fn get(input: &mut Reader<'_>) -> Option<Self> {
        let number = input.number()?;
        Some((number >> 1).cast_signed() ^ -((number & 1).cast_signed()))
    }
}

impl Blob for i32 {
    fn put(&self, out: &mut Writer) {
        i64::from(*self).put(out);
    }

    fn get(input: &mut Reader<'_>) -> Option<Self> {
        Self::try_from(i64::get(input)?).ok()
    }
}

impl Blob for String {
    fn put(&self, out: &mut Writer) {
        out.text(self);
    }

    fn get(input: &mut Reader<'_>) -> Option<Self> {
        input.text().map(str::to_owned)
    }
}

impl Blob for Box<str> {
    fn put(&self, out: &mut Writer) {
        out.text(self);
    }

    fn get(input: &mut Reader<'_>) -> Option<Self> {
        input.text().map(Self::from)
    }
}

impl<T: Blob> Blob for Box<T> {
    fn put(&self, out: &mut Writer) {
        (**self).put(out);
    }

    fn get(input: &mut Reader<'_>) -> Option<Self> {
        T::get(input).map(Self::new)
    }
}

impl<T: Blob> Blob for Arc<T> {
    fn put(&self, out: &mut Writer) {
        (**self).put(out);
    }

    fn get(input: &mut Reader<'_>) -> Option<Self> {
        T::get(input).map(Self::new)
    }
}

impl<T: Blob> Blob for Option<T> {
    fn put(&self, out: &mut Writer) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn get(input: &mut Reader<'_>) -> Option<Self> {
        if bool::get(input)? { T::get(input).map(Some) } else { Some(None) }
    }
}

impl<T: Blob> Blob for Vec<T> {
    fn put(&self, out: &mut Writer) {
        self.len().put(out);
        self.iter().for_each(|item| item.put(out));
    }

    fn get(input: &mut Reader<'_>) -> Option<Self> {
        let length = input.length()?;
        // SECURITY: an item can take more memory than bytes of the blob, so the list grows as its items are read. Every value
        // inside a value of the same type is in a list, so a limit here bounds the recursion.
        input.depth += 1;
        if input.depth > MAX_DEPTH {
            return None;
        }
        let mut items = Self::new();
        for _ in 0..length {
            items.push(T::get(input)?);
        }
        input.depth -= 1;
        Some(items)
    }
}

impl<A: Blob, B: Blob> Blob for (A, B) {
    fn put(&self, out: &mut Writer) {
        self.0.put(out);
        self.1.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Option<Self> {
        Some((A::get(input)?, B::get(input)?))
    }
}
