//! A matrix as a table: on the terminal, in HTML, Markdown and CSV.

use std::fmt::Write as _;
use std::ops::Range;

use textwrap::core::display_width;

use super::counts::{AxisLine, CountTable, Matrix};
use crate::cli::ui::TerminalStyle;
use peerbib::text::valid_in_markup;

/// An empty cell.
const EMPTY: &str = "\u{b7}";

/// The space between two columns.
const GAP: usize = 2;

/// Formats tables for a terminal of `width` columns. If the headings do not fit, they become numbers with a
/// legend; if the columns do not fit, the table continues below.
pub(crate) fn text(matrix: &Matrix, width: usize) -> String {
    let tables: Vec<String> = matrix
        .tables
        .iter()
        .map(|table| table_as_text(table, width))
        .collect();
    if tables.is_empty() {
        return String::from("no works\n");
    }
    tables.join("\n")
}

fn table_as_text(table: &CountTable, width: usize) -> String {
    let mut text = String::new();
    if let Some(of) = &table.of {
        let bold = TerminalStyle::Bold;
        let _ = writeln!(text, "{bold}{}{bold:#}", of.heading);
    }
    let layout = TableLayout::new(table, width);
    let blocks: Vec<String> = layout
        .blocks
        .iter()
        .map(|columns| layout.block(table, columns))
        .collect();
    text.push_str(&blocks.join("\n"));
    if layout.is_numbered {
        text.push('\n');
        text.push_str(&legend(&table.columns, width));
    }
    text
}

/// The heading of the last column.
const TOTAL: &str = "total";

/// The arrangement of a table in a terminal.
struct TableLayout {
    /// The labels of the rows.
    labels: Vec<String>,
    label_width: usize,
    /// The headings of the columns: their own, or numbers.
    headings: Vec<String>,
    is_numbered: bool,
    /// The widths of the columns.
    widths: Vec<usize>,
    /// The space before each column.
    gap: usize,
    /// The columns of each block. The blocks are printed below each other.
    blocks: Vec<Range<usize>>,
}

impl TableLayout {
    fn new(table: &CountTable, width: usize) -> Self {
        let labels = table.rows.iter().map(|row| {
            let room = (width / 3).max(12).saturating_sub(2 * row.depth);
            let indent = "  ".repeat(row.depth);
            format!("{indent}{}", shortened(&row.heading, room))
        });
        let labels: Vec<String> = labels.collect();
        let label_width = labels.iter().map(|label| display_width(label)).max();
        let label_width = label_width.unwrap_or(0).max(TOTAL.len());
        let room = width.saturating_sub(label_width + GAP + TOTAL.len()).max(1);
        let needed =
            |widths: &[usize], gap: usize| widths.iter().map(|width| width + gap).sum::<usize>();

        let headings = table.columns.iter().map(|line| line.heading.clone());
        let mut headings: Vec<String> = headings.collect();
        let mut widths = column_widths(table, &headings);
        let is_numbered = needed(&widths, GAP) > room;
        if is_numbered {
            let numbers = (1..=table.columns.len()).map(|number| number.to_string());
            headings = numbers.collect();
            widths = column_widths(table, &headings);
        }
        // Numbers move closer together before the table continues below, with the same widths.
        let gap = if needed(&widths, GAP) > room { 1 } else { GAP };
        let blocks = needed(&widths, gap).div_ceil(room).max(1);
        let most = widths.len().div_ceil(blocks);
        Self {
            labels,
            label_width,
            headings,
            is_numbered,
            blocks: blocks_of(&widths, gap, room, most),
            widths,
            gap,
        }
    }

    /// Prints some of the columns, and the totals of the rows after the last one.
    fn block(&self, table: &CountTable, columns: &Range<usize>) -> String {
        let is_last = columns.end >= self.headings.len();
        let line = |label: &str, cells: &[String], total: &str, style: TerminalStyle| {
            let fill = self.label_width.saturating_sub(display_width(label));
            let mut row = format!("{label}{}", " ".repeat(fill));
            let widths = self.widths.get(columns.clone()).unwrap_or_default();
            let cells = cells.get(columns.clone()).unwrap_or_default();
            for (cell, width) in cells.iter().zip(widths) {
                let fill = (width + self.gap).saturating_sub(display_width(cell));
                let _ = write!(row, "{}{cell}", " ".repeat(fill));
            }
            if is_last {
                let fill = (TOTAL.len() + GAP).saturating_sub(display_width(total));
                let _ = write!(row, "{}{total}", " ".repeat(fill));
            }
            format!("{style}{}{style:#}\n", row.trim_end())
        };
        let mut text = line("", &self.headings, TOTAL, TerminalStyle::Bold);
        for ((row, label), counts) in table.rows.iter().zip(&self.labels).zip(&table.counts) {
            let cells: Vec<String> = counts.iter().map(|count| cell(*count)).collect();
            text.push_str(&line(label, &cells, &cell(row.works), TerminalStyle::Plain));
        }
        let totals = table.columns.iter().map(|line| cell(line.works));
        let totals: Vec<String> = totals.collect();
        let total = table.total.to_string();
        text.push_str(&line(TOTAL, &totals, &total, TerminalStyle::Bold));
        text
    }
}

/// Divides columns into blocks of at most `most` that fit into `room`. There is at least one block.
fn blocks_of(widths: &[usize], gap: usize, room: usize, most: usize) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut start = 0;
    let mut used = 0;
    for (at, width) in widths.iter().enumerate() {
        if at > start && (used + width + gap > room || at - start >= most) {
            blocks.push(start..at);
            start = at;
            used = 0;
        }
        used += width + gap;
    }
    blocks.push(start..widths.len());
    blocks
}

/// Returns the width of each column.
fn column_widths(table: &CountTable, headings: &[String]) -> Vec<usize> {
    headings
        .iter()
        .zip(&table.columns)
        .map(|(heading, line)| display_width(heading).max(line.works.to_string().len()))
        .collect()
}

/// Returns the legend of numbered columns.
fn legend(columns: &[AxisLine], width: usize) -> String {
    let entries: Vec<String> = columns
        .iter()
        .zip(1..)
        .map(|(line, number)| format!("{number:>3}  {}", shortened(&line.heading, 40)))
        .collect();
    let widest = entries
        .iter()
        .map(|entry| display_width(entry))
        .max()
        .unwrap_or(1);
    let beside = (width / (widest + GAP)).clamp(1, 4);
    let height = entries.len().div_ceil(beside);
    let mut text = String::new();
    for row in 0..height {
        let mut line = String::new();
        for column in 0..beside {
            if let Some(entry) = entries.get(column * height + row) {
                let _ = write!(
                    line,
                    "{entry}{}",
                    " ".repeat((widest + GAP).saturating_sub(display_width(entry)))
                );
            }
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn cell(count: i64) -> String {
    if count == 0 {
        EMPTY.to_owned()
    } else {
        count.to_string()
    }
}

/// Shortens text to a width.
fn shortened(text: &str, room: usize) -> String {
    if display_width(text) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    for character in text.chars() {
        if display_width(&short) + 2 > room {
            break;
        }
        short.push(character);
    }
    format!("{}\u{2026}", short.trim_end())
}

/// Formats tables as an HTML fragment, with row and column headings for screen readers.
pub(crate) fn html(matrix: &Matrix) -> String {
    let mut html = String::new();
    for table in &matrix.tables {
        let caption = match &table.of {
            Some(of) => format!(
                "Works by {} and {}, {}",
                matrix.rows, matrix.columns, of.heading
            ),
            None => format!("Works by {} and {}", matrix.rows, matrix.columns),
        };
        let _ = writeln!(
            html,
            "<table class=\"peerbib-matrix\">\n<caption>{}</caption>\n<thead>\n<tr><td></td>{}<th scope=\"col\">total</th></tr>\n</thead>\n<tbody>",
            escaped(&caption),
            table
                .columns
                .iter()
                .map(|line| format!("<th scope=\"col\">{}</th>", escaped(&line.heading)))
                .collect::<String>()
        );
        let cells = |counts: &[i64]| -> String {
            counts
                .iter()
                .map(|count| {
                    if *count == 0 {
                        format!("<td class=\"empty\">{EMPTY}</td>")
                    } else {
                        format!("<td>{count}</td>")
                    }
                })
                .collect()
        };
        for (row, counts) in table.rows.iter().zip(&table.counts) {
            let indent = match row.depth {
                0 => String::new(),
                depth => format!(" style=\"padding-left: {}em\"", 2 * depth),
            };
            let _ = writeln!(
                html,
                "<tr><th scope=\"row\"{indent}>{}</th>{}{}</tr>",
                escaped(&row.heading),
                cells(counts),
                cells(&[row.works])
            );
        }
        let totals: Vec<i64> = table.columns.iter().map(|line| line.works).collect();
        let _ = writeln!(
            html,
            "</tbody>\n<tfoot>\n<tr><th scope=\"row\">total</th>{}<td>{}</td></tr>\n</tfoot>\n</table>",
            cells(&totals),
            table.total
        );
    }
    html
}

fn escaped(text: &str) -> String {
    valid_in_markup(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Tables in Markdown.
pub(crate) fn markdown(matrix: &Matrix) -> String {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('|', "\\|");
    let mut tables = Vec::new();
    for table in &matrix.tables {
        let mut markdown = String::new();
        if let Some(of) = &table.of {
            let _ = writeln!(markdown, "### {}\n", escaped(&of.heading));
        }
        let mut line = |cells: Vec<String>| {
            let _ = writeln!(markdown, "| {} |", cells.join(" | "));
        };
        let mut headings = vec![String::new()];
        headings.extend(table.columns.iter().map(|line| escaped(&line.heading)));
        headings.push("total".to_owned());
        line(headings);
        let mut rules = vec![":--".to_owned()];
        rules.extend(table.columns.iter().map(|_| "--:".to_owned()));
        rules.push("--:".to_owned());
        line(rules);
        for (row, counts) in table.rows.iter().zip(&table.counts) {
            // Leading spaces of a cell would be lost.
            let mut cells = vec![format!(
                "{}{}",
                "\u{2003}".repeat(row.depth),
                escaped(&row.heading)
            )];
            cells.extend(counts.iter().map(|count| cell(*count)));
            cells.push(cell(row.works));
            line(cells);
        }
        let mut totals = vec!["total".to_owned()];
        totals.extend(table.columns.iter().map(|line| cell(line.works)));
        totals.push(table.total.to_string());
        line(totals);
        tables.push(markdown);
    }
    tables.join("\n")
}

/// Formats one table as CSV (RFC 4180) with names instead of headings; empty cells are 0. With a third axis,
/// each row has its value first, and one count.
pub(crate) fn csv(matrix: &Matrix) -> String {
    let field = |text: &str| {
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let mut csv = String::new();
    if let Some(by) = &matrix.by {
        let _ = writeln!(
            csv,
            "{},{},{},works",
            field(by),
            field(&matrix.rows),
            field(&matrix.columns)
        );
        for table in &matrix.tables {
            let of = table
                .of
                .as_ref()
                .map(|of| field(&of.name))
                .unwrap_or_default();
            for (row, counts) in table.rows.iter().zip(&table.counts) {
                for (column, count) in table.columns.iter().zip(counts) {
                    let _ = writeln!(
                        csv,
                        "{of},{},{},{count}",
                        field(&row.name),
                        field(&column.name)
                    );
                }
            }
        }
        return csv;
    }
    for table in &matrix.tables {
        let mut headings = vec![field(&matrix.rows)];
        headings.extend(table.columns.iter().map(|line| field(&line.name)));
        headings.push("total".to_owned());
        let _ = writeln!(csv, "{}", headings.join(","));
        for (row, counts) in table.rows.iter().zip(&table.counts) {
            let mut cells = vec![field(&row.name)];
            cells.extend(counts.iter().map(ToString::to_string));
            cells.push(row.works.to_string());
            let _ = writeln!(csv, "{}", cells.join(","));
        }
        let mut totals = vec!["total".to_owned()];
        totals.extend(table.columns.iter().map(|line| line.works.to_string()));
        totals.push(table.total.to_string());
        let _ = writeln!(csv, "{}", totals.join(","));
    }
    csv
}
