//! Rows of text as a table that fits the terminal: one line a row, what is too long cut with an ellipsis.

use std::borrow::Cow;

use textwrap::core::display_width;
use unicode_segmentation::UnicodeSegmentation as _;

/// The blanks between two columns.
const GAP: usize = 2;

/// A column that is narrower than this says nothing any more.
const NARROWEST: usize = 8;

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// How wide its widest cell is.
    width: usize,
    /// Whether it may be cut before the others have to be.
    yields: bool,
}

impl Layout {
    pub(super) fn new(yields: bool) -> Self {
        Self { width: 0, yields }
    }

    /// Makes as much room as another part of the same column has.
    pub(super) fn widen(&mut self, other: &Self) {
        self.width = self.width.max(other.width);
    }

    /// Makes room for a cell.
    pub(super) fn make_room(&mut self, cell: &str) {
        self.width = self.width.max(width(cell));
    }
}

/// The width of a text on the screen, where Chinese characters and emoji are two columns wide.
fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    // Of the letters up to those of the Latin alphabets each takes a column. Controls and the soft hyphen, which
    // do not, are in the first block behind ASCII.
    let is_letter = |byte: u8| matches!(byte, b' '..=b'~' | 0x80..=0xbf | 0xc3..=0xcb);
    // To look at all of them is faster than to stop at the first.
    let letters = text.bytes().fold(true, |all, byte| all & is_letter(byte));
    if letters {
        text.bytes().fold(0, |count, byte| {
            count + usize::from(!matches!(byte, 0x80..=0xbf))
        })
    } else {
        display_width(text)
    }
}

/// How wide each column is in `room` columns of the screen: those that yield are cut first, the widest of them
/// most. Where the screen is too narrow for a letter of each, the last ones are left out.
pub(super) fn fitted(columns: &[Layout], room: Option<usize>) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|column| column.width).collect();
    let Some(room) = room else {
        return widths;
    };
    let count = ((room + GAP) / (GAP + 1)).clamp(1, columns.len().max(1));
    widths.truncate(count);
    let room = room.saturating_sub((count - 1) * GAP);
    let yields: Vec<bool> = columns.iter().map(|column| column.yields).collect();
    level(&mut widths, &yields, room, NARROWEST);
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

/// Writes a row.
pub(super) fn write_row<'c>(
    output: &mut Vec<u8>,
    cells: impl Iterator<Item = Cow<'c, str>>,
    widths: &[usize],
) {
    // Blanks are written before a cell, so that none stand at the end of a line.
    let mut blanks = 0;
    for (cell, room) in cells.zip(widths) {
        if cell.is_empty() {
            blanks += room + GAP;
            continue;
        }
        output.resize(output.len() + blanks, b' ');
        // Nothing in a cell may break the line. The last of the bytes begins the controls behind ASCII, among others
        // that come to no harm.
        let breaks = |byte: u8| (byte < b' ') | (byte == 0x7f) | (byte == 0xc2);
        let cell = if cell.bytes().fold(false, |any, byte| any | breaks(byte)) {
            Cow::Owned(cell.replace(char::is_control, " "))
        } else {
            cell
        };
        let wide = width(&cell);
        let used = if wide <= *room {
            output.extend_from_slice(cell.as_bytes());
            wide
        } else {
            let (cut, wide) = cut(&cell, *room);
            output.extend_from_slice(cut.as_bytes());
            output.extend_from_slice("\u{2026}".as_bytes());
            wide + 1
        };
        blanks = room.saturating_sub(used) + GAP;
    }
    output.push(b'\n');
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
        let mut columns: Vec<Layout> = (0..rows[0].len())
            .map(|index| Layout::new(index > 0))
            .collect();
        for row in rows {
            for (column, cell) in columns.iter_mut().zip(*row) {
                column.make_room(cell);
            }
        }
        let widths = fitted(&columns, Some(room));
        let mut text = Vec::new();
        for row in rows {
            let cells = row.iter().map(|cell| Cow::Borrowed(*cell));
            write_row(&mut text, cells, &widths);
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
