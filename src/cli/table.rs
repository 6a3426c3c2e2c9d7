//! Tables that fit the terminal: one line per row, with an ellipsis where a cell is too long.

use std::io::{self, Write};

use textwrap::core::display_width;
use unicode_segmentation::UnicodeSegmentation as _;

/// The number of spaces between two columns.
const GAP: usize = 2;

/// The width below which a column is unreadable.
const NARROWEST: usize = 8;

/// A table whose rows have the same number of cells.
#[derive(Debug, Default)]
pub(crate) struct TextTable {
    rows: Vec<Vec<Cell>>,
    /// The width of the widest cell of each column.
    widest: Vec<usize>,
}

#[derive(Debug)]
struct Cell {
    text: String,
    /// The width on the screen, in columns.
    width: usize,
}

impl TextTable {
    /// Appends a row.
    pub(crate) fn add_row(&mut self, cells: Vec<String>) {
        self.widest.resize(cells.len(), 0);
        let cells = cells.into_iter().zip(&mut self.widest);
        let row = cells.map(|(text, widest)| {
            let cell = Cell::new(text);
            *widest = cell.width.max(*widest);
            cell
        });
        let row = row.collect();
        self.rows.push(row);
    }

    /// Returns the width of the widest cell of each column.
    pub(crate) fn widest(&self) -> &[usize] {
        &self.widest
    }

    /// Writes the rows with the column widths from [`fitted`].
    pub(crate) fn write(&self, widths: &[usize], output: &mut dyn Write) -> io::Result<()> {
        let mut line = String::new();
        for row in &self.rows {
            line.clear();
            // Padding is written before the next cell, so that no line ends with spaces.
            let mut blanks = 0;
            for (cell, room) in row.iter().zip(widths) {
                if cell.text.is_empty() {
                    blanks += room + GAP;
                    continue;
                }
                line.extend(std::iter::repeat_n(' ', blanks));
                let used = if cell.width <= *room {
                    line.push_str(&cell.text);
                    cell.width
                } else {
                    let (cut, width) = cut(&cell.text, *room);
                    line.push_str(cut);
                    line.push('\u{2026}');
                    width + 1
                };
                blanks = room.saturating_sub(used) + GAP;
            }
            line.push('\n');
            output.write_all(line.as_bytes())?;
        }
        Ok(())
    }
}

impl Cell {
    fn new(mut text: String) -> Self {
        // A control character, such as a line break, would break the line.
        if text.contains(char::is_control) {
            text = text.replace(char::is_control, " ");
        }
        let width = display_width(&text);
        Self { text, width }
    }
}

/// Returns the width of each column in a table that is `room` wide, given its `widest` cells. Columns that yield
/// are shortened first, the widest of them most. Columns at the end are left out if the screen is too narrow for
/// one letter of each.
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

/// Limits the columns that may be cut to the largest common width at which all columns fit into `room`.
fn level(widths: &mut [usize], may_be_cut: &[bool], room: usize, narrowest: usize) {
    let total = |widths: &[usize], limit: usize| -> usize {
        let cut = widths.iter().zip(may_be_cut);
        cut.map(|(width, cut)| if *cut { (*width).min(limit) } else { *width })
            .sum()
    };
    let widest = widths.iter().copied().max().unwrap_or_default();
    // Find the largest limit at which all fit, by bisection.
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

/// Returns the beginning of a text that leaves room for an ellipsis, and its width.
fn cut(text: &str, room: usize) -> (&str, usize) {
    let mut used = 0;
    let mut end = 0;
    for (start, cluster) in text.grapheme_indices(true) {
        let wide = display_width(cluster);
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

    /// Returns the lines of a table in which all columns but the first yield.
    fn table(rows: &[&[&str]], room: usize) -> Vec<String> {
        let mut table = TextTable::default();
        for row in rows {
            table.add_row(row.iter().map(|cell| (*cell).to_owned()).collect());
        }
        let yields: Vec<bool> = (0..rows[0].len()).map(|column| column > 0).collect();
        let widths = fitted(table.widest(), &yields, Some(room));
        let mut text = Vec::new();
        table.write(&widths, &mut text).unwrap();
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
