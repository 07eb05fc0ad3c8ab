//! Serializes reports to JSON text for the bridge: JavaScript's `JSON.parse` builds an object faster than one call
//! across the bridge for each member does, and the code is smaller.

use std::fmt::{self, Display, Write as _};

use serde::ser::{self, Serialize, Serializer};

use super::escape_into;

/// Returns the value as JSON text, or `None` for types that no report has: maps, bytes, floating-point numbers.
pub(crate) fn json_text(value: &impl Serialize) -> Option<String> {
    let mut writer = JsonWriter { text: String::new() };
    value.serialize(&mut writer).ok()?;
    Some(writer.text)
}

/// Implements [`Serializer`] for the types of reports. Rejecting all other types keeps the module small.
struct JsonWriter {
    text: String,
}

/// The value has a type that no report has.
#[derive(Debug)]
struct Unsupported;

impl Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unsupported type")
    }
}

impl std::error::Error for Unsupported {}

impl ser::Error for Unsupported {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// An open array or object.
struct Container<'w> {
    writer: &'w mut JsonWriter,
    is_empty: bool,
    end: char,
}

impl JsonWriter {
    #[inline(never)]
    fn container(&mut self, start: char, end: char) -> Container<'_> {
        self.text.push(start);
        Container { writer: self, is_empty: true, end }
    }

    #[inline(never)]
    fn number(&mut self, number: i64) {
        // Writing to a `String` cannot fail.
        let _ = write!(self.text, "{number}");
    }
}

impl Container<'_> {
    fn separate(&mut self) {
        if !std::mem::take(&mut self.is_empty) {
            self.writer.text.push(',');
        }
    }

    /// Writes the key of a member. PERF: inlined, every member of every report would bring a copy.
    #[inline(never)]
    fn key(&mut self, key: &str) {
        self.separate();
        escape_into(&mut self.writer.text, key);
        self.writer.text.push(':');
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unsupported> {
        self.separate();
        value.serialize(&mut *self.writer)
    }

    #[inline(never)]
    fn close(self) {
        self.writer.text.push(self.end);
    }
}

impl<'w> Serializer for &'w mut JsonWriter {
    type Ok = ();
    type Error = Unsupported;
    type SerializeSeq = Container<'w>;
    type SerializeTuple = Container<'w>;
    type SerializeTupleStruct = ser::Impossible<(), Unsupported>;
    type SerializeTupleVariant = ser::Impossible<(), Unsupported>;
    type SerializeMap = ser::Impossible<(), Unsupported>;
    type SerializeStruct = Container<'w>;
    type SerializeStructVariant = ser::Impossible<(), Unsupported>;

    #[inline(never)]
    fn serialize_str(self, value: &str) -> Result<(), Unsupported> {
        escape_into(&mut self.text, value);
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Result<(), Unsupported> {
        self.text.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Unsupported> {
        self.number(i64::from(value));
        Ok(())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Unsupported> {
        self.number(i64::from(value));
        Ok(())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Unsupported> {
        self.number(i64::from(value));
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Unsupported> {
        self.number(i64::from(value));
        Ok(())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Unsupported> {
        self.number(i64::from(value));
        Ok(())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Unsupported> {
        self.number(i64::from(value));
        Ok(())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Unsupported> {
        self.number(value);
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Unsupported> {
        self.number(i64::try_from(value).map_err(|_| Unsupported)?);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unsupported> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unsupported> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unsupported> {
        self.text.push_str("null");
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Unsupported> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unsupported> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Container<'w>, Unsupported> {
        Ok(self.container('[', ']'))
    }

    fn serialize_tuple(self, _: usize) -> Result<Container<'w>, Unsupported> {
        Ok(self.container('[', ']'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Container<'w>, Unsupported> {
        Ok(self.container('{', '}'))
    }

    fn serialize_f32(self, _: f32) -> Result<(), Unsupported> {
        Err(Unsupported)
    }

    fn serialize_f64(self, _: f64) -> Result<(), Unsupported> {
        Err(Unsupported)
    }

    fn serialize_char(self, _: char) -> Result<(), Unsupported> {
        Err(Unsupported)
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Unsupported> {
        Err(Unsupported)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unsupported> {
        Err(Unsupported)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unsupported> {
        Err(Unsupported)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unsupported> {
        Err(Unsupported)
    }
}

impl ser::SerializeSeq for Container<'_> {
    type Ok = ();
    type Error = Unsupported;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unsupported> {
        self.item(value)
    }

    fn end(self) -> Result<(), Unsupported> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeTuple for Container<'_> {
    type Ok = ();
    type Error = Unsupported;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unsupported> {
        self.item(value)
    }

    fn end(self) -> Result<(), Unsupported> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeStruct for Container<'_> {
    type Ok = ();
    type Error = Unsupported;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Unsupported> {
        self.key(key);
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Unsupported> {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::json_text;
    use serde::Serialize;

    #[derive(Serialize)]
    #[serde(rename_all = "kebab-case")]
    enum State {
        NotReached,
    }

    #[derive(Serialize)]
    struct Inner {
        state: State,
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<u32>,
    }

    #[derive(Serialize)]
    struct Outer<'t> {
        text: &'t str,
        numbers: (u16, i64),
        none: Option<&'t str>,
        list: Vec<Inner>,
        empty: [bool; 0],
        flag: bool,
    }

    #[test]
    fn writes_what_serde_json_writes() {
        let value = Outer {
            text: "a \"quote\", a \\, \u{1}, \u{2028} and \u{1f600}",
            numbers: (65535, i64::MIN),
            none: None,
            list: vec![
                Inner { state: State::NotReached, absent: None },
                Inner { state: State::NotReached, absent: Some(u32::MAX) },
            ],
            empty: [],
            flag: true,
        };
        let text = json_text(&value).expect("every type is supported");
        assert_eq!(text, serde_json::to_string(&value).expect("a plain value"));
    }

    #[test]
    fn rejects_types_that_no_report_has() {
        assert_eq!(json_text(&1.5), None);
        assert_eq!(json_text(&u64::MAX), None);
    }
}
