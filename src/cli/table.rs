//! Rows of text as a table that fits the terminal: one line a row, what is too long cut with an ellipsis.

use textwrap::core::display_width;
use unicode_segmentation::UnicodeSegmentation as _;

/// The blanks between two columns.
const GAP: usize = 2;

/// How many bytes of memory come at once, on nearly all machines.
const CACHE_LINE: usize = 64;

/// How many bytes a cell takes, more or less.
const USUAL: usize = 32;

/// A column that is narrower than this says nothing any more.
const NARROWEST: usize = 8;

/// Rows of a table, ready to be written in any order.
#[derive(Debug)]
pub(crate) struct Rows {
    columns: usize,
    /// The cells behind each other, row by row.
    text: String,
    cells: Vec<Cell>,
    /// How wide the widest cell of each column is.
    widest: Vec<usize>,
}

/// A cell among others.
#[derive(Debug, Clone, Copy)]
struct Cell {
    /// Where it ends in the text.
    end: usize,
    /// How many columns of the screen it takes.
    width: usize,
}

impl Rows {
    /// No rows yet, of so many columns, with room for about so many.
    pub(crate) fn new(columns: usize, rows: usize) -> Self {
        let cells = columns.saturating_mul(rows);
        Self {
            columns,
            text: String::with_capacity(cells.saturating_mul(USUAL)),
            cells: Vec::with_capacity(cells),
            widest: vec![0; columns],
        }
    }

    /// Adds a cell to the last row or, where it is full, to another. `put` adds what the cell says to a text.
    pub(crate) fn add_cell(&mut self, put: impl FnOnce(&mut String)) {
        let start = self.text.len();
        put(&mut self.text);
        let cell = self.text.get(start..).unwrap_or_default();
        let width = if is_plain(cell) {
            cell.len()
        } else {
            // Nothing in a cell may break the line.
            if cell.contains(char::is_control) {
                let clean = cell.replace(char::is_control, " ");
                self.text.truncate(start);
                self.text.push_str(&clean);
            }
            width(self.text.get(start..).unwrap_or_default())
        };
        let column = self.cells.len().checked_rem(self.columns);
        if let Some(widest) = column.and_then(|column| self.widest.get_mut(column)) {
            *widest = width.max(*widest);
        }
        let end = self.text.len();
        self.cells.push(Cell { end, width });
    }

    /// How wide the widest cell of each column is.
    pub(crate) fn widest(&self) -> &[usize] {
        &self.widest
    }

    /// Has a row brought near, so that it is there when it is written soon. Many that are asked for behind each
    /// other come at the same time, while those that are written one by one are waited for one by one.
    pub(crate) fn fetch(&self, row: usize) {
        let start = self.start(row);
        let text = self.text.as_bytes();
        // A row seldom takes more than two lines of the cache.
        std::hint::black_box([start, start + CACHE_LINE].map(|at| text.get(at).copied()));
    }

    /// Where a row begins in the text.
    fn start(&self, row: usize) -> usize {
        let before = (row * self.columns).checked_sub(1);
        let before = before.and_then(|last| self.cells.get(last));
        before.map_or(0, |cell| cell.end)
    }

    /// Writes a row, with the columns as wide as [`fitted`] has them.
    pub(crate) fn write(&self, row: usize, widths: &[usize], output: &mut Vec<u8>) {
        let mut start = self.start(row);
        // Blanks are written before a cell, so that none stand at the end of a line.
        let mut blanks = 0;
        for (cell, room) in self.cells.iter().skip(row * self.columns).zip(widths) {
            let text = self.text.get(start..cell.end).unwrap_or_default();
            start = cell.end;
            if text.is_empty() {
                blanks += room + GAP;
                continue;
            }
            output.resize(output.len() + blanks, b' ');
            let used = if cell.width <= *room {
                output.extend_from_slice(text.as_bytes());
                cell.width
            } else {
                let (cut, wide) = cut(text, *room);
                output.extend_from_slice(cut.as_bytes());
                output.extend_from_slice("\u{2026}".as_bytes());
                wide + 1
            };
            blanks = room.saturating_sub(used) + GAP;
        }
        output.push(b'\n');
    }
}

/// Whether a text consists of the printable characters of ASCII.
fn is_plain(text: &str) -> bool {
    let all_are = |bytes: &[u8]| {
        let printable = |byte: &u8| matches!(byte, b' '..=b'~');
        // To look at all of them is faster than to stop at the first that is none.
        bytes.iter().fold(true, |all, byte| all & printable(byte))
    };
    // Most texts are short: eight at once are looked at faster than a few one by one.
    let (eights, rest) = text.as_bytes().as_chunks::<8>();
    all_are(rest) & eights.iter().fold(true, |all, eight| all & all_are(eight))
}

/// The width of a text on the screen, where Chinese characters and emoji are two columns wide.
fn width(text: &str) -> usize {
    // Of the letters up to those of the Latin alphabets each takes a column. Controls and the soft hyphen, which
    // do not, are in the first block behind ASCII.
    let is_letter = |byte: u8| matches!(byte, b' '..=b'~' | 0x80..=0xbf | 0xc3..=0xcb);
    let letters = text.bytes().fold(true, |all, byte| all & is_letter(byte));
    if letters {
        text.bytes().fold(0, |count, byte| {
            count + usize::from(!matches!(byte, 0x80..=0xbf))
        })
    } else {
        display_width(text)
    }
}

/// How wide each column is in `room` columns of the screen, where its `widest` cell is so wide: those that
/// yield are cut first, the widest of them most. Where the screen is too narrow for a letter of each, the last
/// ones are left out.
pub(crate) fn fitted(widest: &[usize], yields: &[bool], room: Option<usize>) -> Vec<usize> {
    let mut widths = widest.to_vec();
    let Some(room) = room else {
        return widths;
    };
    let count = ((room + GAP) / (GAP + 1)).clamp(1, widths.len().max(1));
    widths.truncate(count);
    let room = room.saturating_sub((count - 1) * GAP);
    level(&mut widths, yields, room, NARROWEST);
    level(&mut widths, &vec![true; count], room, 1);
    widths
}

/// Brings the widest of the columns that may be cut down to one level, so that all fit into `room`.
fn level(widths: &mut [usize], may_be_cut: &[bool], room: usize, narrowest: usize) {
    let total = |widths: &[usize], limit: usize| -> usize {
        let cut = widths.iter().zip(may_be_cut);
        cut.map(|(width, cut)| if *cut { (*width).min(limit) } else { *width })
            .sum()
    };
    let widest = widths.iter().copied().max().unwrap_or_default();
    // The highest level at which all fit, by halving.
    let (mut low, mut high) = (narrowest, widest.max(narrowest));
    while low < high {
        let middle = (low + high).div_ceil(2);
        if total(widths, middle) <= room {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    let mut spare = room.saturating_sub(total(widths, low));
    for (width, cut) in widths.iter_mut().zip(may_be_cut) {
        if *cut && *width > low {
            let more = usize::from(spare > 0);
            spare -= more;
            *width = low + more;
        }
    }
}

/// As much of the beginning of a text as leaves room for an ellipsis, and how wide it is.
fn cut(text: &str, room: usize) -> (&str, usize) {
    let mut used = 0;
    let mut end = 0;
    for (start, cluster) in text.grapheme_indices(true) {
        let wide = width(cluster);
        if used + wide + 1 > room {
            break;
        }
        used += wide;
        end = start + cluster.len();
    }
    let cut = text.get(..end).unwrap_or_default();
    let trimmed = cut.trim_end();
    (trimmed, used - (cut.len() - trimmed.len()).min(used))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a table of which all columns but the first yield.
    fn table(rows: &[&[&str]], room: usize) -> Vec<String> {
        let columns = rows[0].len();
        let mut made = Rows::new(columns, rows.len());
        for cell in rows.iter().copied().flatten() {
            made.add_cell(|to| to.push_str(cell));
        }
        let yields: Vec<bool> = (0..columns).map(|column| column > 0).collect();
        let widths = fitted(made.widest(), &yields, Some(room));
        let mut text = Vec::new();
        for row in 0..rows.len() {
            made.write(row, &widths, &mut text);
        }
        String::from_utf8(text)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn no_line_is_wider_than_the_screen_whatever_is_in_it() {
        let rows: &[&[&str]] = &[
            &[
                "ostrom1990",
                "Elinor Ostrom",
                "Governing the Commons: The Evolution of Institutions",
            ],
            &[
                "gongyou",
                "\u{738b}\u{534e}",
                "\u{5171}\u{6709}\u{8d22}\u{4ea7}\u{7684}\u{6cbb}\u{7406}\u{4e0e}\u{6f14}\u{53d8}",
            ],
            &[
                "emoji",
                "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
                "e\u{301}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}",
            ],
            &["empty", "", ""],
        ];
        for room in 5..100 {
            for line in table(rows, room) {
                assert!(display_width(&line) <= room, "{room}: {line}");
            }
        }
        assert_eq!(
            table(rows, 60)[0],
            "ostrom1990  Elinor Ostrom  Governing the Commons: The Evolu\u{2026}"
        );
        assert_eq!(table(rows, 60)[3], "empty");
    }

    #[test]
    fn what_fits_is_not_cut() {
        let rows: &[&[&str]] = &[&["a", "b", "c"], &["aa", "bb", "cc"]];
        assert_eq!(table(rows, 10), ["a   b   c", "aa  bb  cc"]);
    }
}
