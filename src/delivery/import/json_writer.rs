//! [`JsonWriter`]: writes the JSON of a value in another notation, whose kind is known only after its first element.

use crate::json::quoted;

/// Deeper values are not headers and not records.
pub(super) const MAX_DEPTH: usize = 64;

/// Writes JSON. The kind of a container is decided by its first element: an object if a separator follows.
#[derive(Default)]
pub(super) struct JsonWriter {
    pub json: Vec<u8>,
    levels: Vec<Level>,
    /// Whether a key was written and its value was not.
    pub is_after_key: bool,
}

#[derive(Default)]
struct Level {
    /// Offset of the opening bracket.
    start: usize,
    /// Offset of the last element.
    last: usize,
    is_object: bool,
    /// Whether the keys are numbers, as PHP prints a list: they are left out.
    is_numbered: bool,
    is_empty: bool,
}

impl JsonWriter {
    /// Starts an element: a comma if another one precedes.
    #[inline(never)]
    fn start_element(&mut self) -> Option<()> {
        if !std::mem::take(&mut self.is_after_key) {
            let level = self.levels.last_mut()?;
            if !std::mem::take(&mut level.is_empty) {
                self.json.push(b',');
            }
            level.last = self.json.len();
        }
        Some(())
    }

    #[inline(never)]
    pub fn string(&mut self, bytes: &[u8]) -> Option<()> {
        self.literal(quoted(&String::from_utf8_lossy(bytes)).as_bytes())
    }

    /// Writes bytes as a string or, if they are not UTF-8, as `JSON.stringify` writes a `Buffer`.
    #[inline(never)]
    pub fn bytes(&mut self, bytes: &[u8]) -> Option<()> {
        if std::str::from_utf8(bytes).is_ok() {
            return self.string(bytes);
        }
        let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
        self.literal(format!("{{\"type\":\"Buffer\",\"data\":[{}]}}", numbers.join(",")).as_bytes())
    }

    pub fn literal(&mut self, text: &[u8]) -> Option<()> {
        self.start_element()?;
        self.json.extend_from_slice(text);
        Some(())
    }

    /// Appends to the string that was written last, as adjacent literals of Python and `+` of JavaScript do.
    pub fn append(&mut self, bytes: &[u8]) -> Option<()> {
        let text = quoted(&String::from_utf8_lossy(bytes));
        (self.json.pop() == Some(b'"')).then(|| self.json.extend_from_slice(&text.as_bytes()[1..]))
    }

    /// Makes the last element a key.
    pub fn separator(&mut self) -> Option<()> {
        let level = self.levels.last_mut().filter(|level| !level.is_empty)?;
        let key = &self.json[level.last..];
        if !level.is_object && level.last == level.start + 1 {
            level.is_numbered = key == b"\"0\"";
            if !level.is_numbered {
                level.is_object = true;
                self.json[level.start] = b'{';
            }
        }
        if level.is_numbered {
            self.json.truncate(level.last);
        } else {
            self.json.push(b':');
        }
        self.is_after_key = true;
        Some(())
    }

    pub fn open(&mut self) -> Option<()> {
        if self.levels.is_empty() {
            self.levels.push(Level { is_empty: true, ..Level::default() });
            self.json.push(b'[');
            return Some(());
        }
        self.start_element()?;
        let start = self.json.len();
        self.json.push(b'[');
        self.levels.push(Level { start, is_empty: true, ..Level::default() });
        (self.levels.len() <= MAX_DEPTH).then_some(())
    }

    /// Closes a container, which is an object if it is empty and has braces. Returns whether the outermost one is closed.
    pub fn close(&mut self, has_braces: bool) -> Option<bool> {
        let level = self.levels.pop().filter(|_| !self.is_after_key)?;
        if level.is_empty && has_braces {
            self.json[level.start] = b'{';
        }
        self.json.push(if level.is_object || level.is_empty && has_braces { b'}' } else { b']' });
        Some(self.levels.is_empty())
    }
}
