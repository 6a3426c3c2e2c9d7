//! Positions in a text as line numbers.

/// Counts lines while it goes through a text once.
pub(crate) struct LineCounter<'t> {
    bytes: &'t [u8],
    here: usize,
    line: usize,
    /// The number of characters before `here` on its line.
    column: usize,
}

impl<'t> LineCounter<'t> {
    /// Returns a counter at the beginning of a text.
    pub(crate) fn new(text: &'t str) -> Self {
        Self {
            bytes: text.as_bytes(),
            here: 0,
            line: 1,
            column: 0,
        }
    }

    /// Returns the line of a position, from 1. Positions must not decrease.
    pub(crate) fn line_of(&mut self, position: usize) -> usize {
        let passed = self.bytes.get(self.here..position).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count();
        let on_line = match memchr::memrchr(b'\n', passed) {
            Some(end) => {
                self.column = 0;
                passed.get(end + 1..).unwrap_or_default()
            }
            None => passed,
        };
        // Each character has one byte that does not continue another.
        let starts = on_line.iter().filter(|byte| **byte & 0xc0 != 0x80);
        self.column += starts.count();
        self.here = self.here.max(position);
        self.line
    }

    /// Returns the number of characters before the last position on its line.
    pub(crate) fn column(&self) -> usize {
        self.column
    }
}

/// Returns the lines of a text with their numbers, from 1, whatever the line ends.
pub(crate) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.trim_start_matches('\u{feff}');
    let separator = line_end(text);
    text.split(separator)
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

/// Returns the character that ends the lines of a text: the line feed of `\r\n` and `\n`, or the `\r` alone that old
/// Macintosh programs write. Values of such a file may hold a few line feeds.
pub(crate) fn line_end(text: &str) -> char {
    let bytes = text.as_bytes();
    let feeds = memchr::memchr_iter(b'\n', bytes).count();
    let returns = memchr::memchr_iter(b'\r', bytes)
        .filter(|at| bytes.get(at + 1) != Some(&b'\n'))
        .count();
    if returns > feeds { '\r' } else { '\n' }
}

/// Returns the first lines of a text that are not blank.
pub(crate) fn first_lines(text: &str) -> impl Iterator<Item = &str> {
    numbered(text)
        .map(|(_, line)| line)
        .filter(|line| !line.trim().is_empty())
        .take(20)
}
