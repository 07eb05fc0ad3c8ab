//! Finds the pieces of a JSON text that is read chunk by chunk, without reading them: where the list of
//! entries of an archive begins, where each entry ends, where the outermost value ends.

/// What a byte means for the pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Nothing,
    /// `/log/entries` begins: its bracket.
    Entries,
    /// The outermost value ends with this byte.
    End,
    /// More is closed than was opened.
    Broken,
}

/// Which level of an archive names its entries.
const LEVELS: [&[u8]; 2] = [b"log", b"entries"];

/// The state between two bytes of a text that begins with a brace.
#[derive(Clone, Debug, Default)]
pub(super) struct Scanner {
    /// How many containers are open.
    pub depth: usize,
    string: bool,
    escape: bool,
    /// The last string of the two outer levels, as far as it can be one of `LEVELS`.
    last: Vec<u8>,
    /// Whether the member that is being read, on each outer level, leads to the entries.
    leads: [bool; 2],
}

impl Scanner {
    /// Whether the text is inside a string.
    pub fn in_string(&self) -> bool {
        self.string
    }

    pub fn step(&mut self, byte: u8) -> Mark {
        if self.string {
            if self.escape {
                self.escape = false;
            } else if byte == b'"' {
                self.string = false;
                return Mark::Nothing;
            } else if byte == b'\\' {
                self.escape = true;
            }
            if self.depth <= LEVELS.len() && self.last.len() <= 8 {
                self.last.push(byte);
            }
            return Mark::Nothing;
        }
        match byte {
            b'"' => {
                self.string = true;
                self.last.clear();
            }
            b'{' | b'[' => {
                let entries = byte == b'[' && self.depth == LEVELS.len() && self.leads == [true; 2];
                // What an earlier member led to says nothing about this one.
                if self.depth == 1 {
                    self.leads[1] = false;
                }
                self.depth += 1;
                if entries {
                    return Mark::Entries;
                }
            }
            b'}' | b']' => {
                let Some(depth) = self.depth.checked_sub(1) else { return Mark::Broken };
                self.depth = depth;
                if depth == 0 {
                    return Mark::End;
                }
            }
            b':' if (1..=LEVELS.len()).contains(&self.depth) => {
                self.leads[self.depth - 1] = self.last == LEVELS[self.depth - 1];
            }
            b',' if (1..=LEVELS.len()).contains(&self.depth) => self.leads[self.depth - 1] = false,
            _ => {}
        }
        Mark::Nothing
    }
}

/// The first key of a text that begins with a brace, as it is written.
pub(super) fn first_key(text: &[u8]) -> &[u8] {
    let rest = text.strip_prefix(b"{").unwrap_or_default().trim_ascii_start();
    let Some(rest) = rest.strip_prefix(b"\"") else { return &[] };
    let end = rest.iter().position(|byte| *byte == b'"').unwrap_or(0);
    &rest[..end]
}
