//! Rows of text as a table that fits the terminal: one line a row, what is too long cut with an ellipsis.

use std::borrow::Cow;
use std::io::{self, Write};

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
        text.len()
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
///
/// # Errors
///
/// Where `output` does not take it.
pub(super) fn write_row(
    output: &mut dyn Write,
    cells: &[Cow<'_, str>],
    widths: &[usize],
) -> io::Result<()> {
    let shown = cells.get(..widths.len()).unwrap_or(cells);
    let last = shown.iter().rposition(|cell| !cell.is_empty());
    for (index, (cell, room)) in cells.iter().zip(widths).enumerate() {
        if Some(index) > last {
            break;
        }
        // Nothing in a cell may break the line.
        // The second of the bytes begins the controls behind ASCII, among others that come to no harm.
        let breaks = |byte: u8| byte < b' ' || matches!(byte, 0x7f | 0xc2);
        // To look at all of them is faster than to stop at the first.
        let cell = if cell.bytes().fold(false, |any, byte| any | breaks(byte)) {
            Cow::Owned(cell.replace(char::is_control, " "))
        } else {
            Cow::Borrowed(cell.as_ref())
        };
        let wide = width(&cell);
        let used = if wide <= *room {
            output.write_all(cell.as_bytes())?;
            wide
        } else {
            let (cut, wide) = cut(&cell, *room);
            write!(output, "{cut}\u{2026}")?;
            wide + 1
        };
        if Some(index) < last {
            let blanks = room.saturating_sub(used) + GAP;
            write_blanks(output, blanks)?;
        }
    }
    output.write_all(b"\n")
}

fn write_blanks(output: &mut dyn Write, mut count: usize) -> io::Result<()> {
    const BLANKS: &[u8] = &[b' '; 64];
    while count > 0 {
        let some = BLANKS.get(..count).unwrap_or(BLANKS);
        output.write_all(some)?;
        count -= some.len();
    }
    Ok(())
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
            let cells: Vec<Cow<'_, str>> = row.iter().map(|cell| Cow::Borrowed(*cell)).collect();
            write_row(&mut text, &cells, &widths).unwrap();
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
