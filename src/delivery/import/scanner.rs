//! [`Scanner`]: finds the items of JSON that arrives in chunks by counting brackets and quotes, without parsing: where the
//! entries of an archive start, where each entry ends, and where the outermost value ends.

/// The effect of a byte on the list of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScanEvent {
    Nothing,
    /// The bracket that opens `/log/entries`.
    Entries,
    /// The bracket that closes the outermost value.
    End,
    /// A closing bracket without an opening one.
    Unbalanced,
}

/// The keys that lead to the entries of an archive, one per level.
const ENTRIES_PATH: [&[u8]; 2] = [b"log", b"entries"];

/// State between two bytes of a text that starts with `{`.
#[derive(Clone, Debug, Default)]
pub(super) struct Scanner {
    /// The number of open containers.
    pub depth: usize,
    is_in_string: bool,
    is_escaped: bool,
    /// The last string of the two outer levels, up to one byte more than the longest key of `ENTRIES_PATH`.
    last_string: Vec<u8>,
    /// Whether the current member of each outer level is the one on `ENTRIES_PATH`.
    is_on_path: [bool; 2],
}

impl Scanner {
    /// Whether the text is inside a string.
    pub fn is_in_string(&self) -> bool {
        self.is_in_string
    }

    /// Consumes one byte.
    pub fn consume(&mut self, byte: u8) -> ScanEvent {
        if self.is_in_string {
            if self.is_escaped {
                self.is_escaped = false;
            } else if byte == b'"' {
                self.is_in_string = false;
                return ScanEvent::Nothing;
            } else if byte == b'\\' {
                self.is_escaped = true;
            }
            if self.depth <= ENTRIES_PATH.len() && self.last_string.len() <= 8 {
                self.last_string.push(byte);
            }
            return ScanEvent::Nothing;
        }
        match byte {
            b'"' => {
                self.is_in_string = true;
                self.last_string.clear();
            }
            b'{' | b'[' => {
                let is_entries =
                    byte == b'[' && self.depth == ENTRIES_PATH.len() && self.is_on_path == [true; 2];
                // A new object starts without the state of an earlier one on its level.
                if self.depth == 1 {
                    self.is_on_path[1] = false;
                }
                self.depth += 1;
                if is_entries {
                    return ScanEvent::Entries;
                }
            }
            b'}' | b']' => {
                let Some(depth) = self.depth.checked_sub(1) else { return ScanEvent::Unbalanced };
                self.depth = depth;
                if depth == 0 {
                    return ScanEvent::End;
                }
            }
            b':' if (1..=ENTRIES_PATH.len()).contains(&self.depth) => {
                self.is_on_path[self.depth - 1] = self.last_string == ENTRIES_PATH[self.depth - 1];
            }
            b',' if (1..=ENTRIES_PATH.len()).contains(&self.depth) => {
                self.is_on_path[self.depth - 1] = false;
            }
            _ => {}
        }
        ScanEvent::Nothing
    }
}

/// Returns the first key of a text that starts with `{`, with its escapes.
pub(super) fn first_key(text: &[u8]) -> &[u8] {
    let rest = text.strip_prefix(b"{").unwrap_or_default().trim_ascii_start();
    let Some(rest) = rest.strip_prefix(b"\"") else { return &[] };
    let end = rest.iter().position(|byte| *byte == b'"').unwrap_or(0);
    &rest[..end]
}
