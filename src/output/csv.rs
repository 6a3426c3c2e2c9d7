//! CSV (RFC 4180) for spreadsheets, one row per entry.

use super::MetadataIndex;
use super::text;
use crate::reading_list::ReadingList;

const COLUMNS: [&str; 14] = [
    "key",
    "type",
    "authors",
    "year",
    "title",
    "container",
    "publisher",
    "doi",
    "url",
    "tags",
    "section",
    "annotation",
    "text",
    "language",
];

/// Formats the entries of a list below a header row. Several authors or tags share a cell, separated by
/// semicolons. The section column contains the path of headings, such as `Oekonux > Germ form`.
pub fn reading_list(list: &ReadingList, works: &MetadataIndex<'_>) -> String {
    let mut csv = String::new();
    write_row(&mut csv, COLUMNS);
    let mut above: Vec<(usize, &str)> = Vec::new();
    for section in &list.sections {
        if let Some(heading) = &section.heading {
            above.retain(|(depth, _)| *depth < heading.depth);
            above.push((heading.depth, &heading.text));
        }
        let headings: Vec<&str> = above.iter().map(|(_, heading)| *heading).collect();
        let headings = headings.join(" > ");
        for entry in &section.entries {
            let work = works.get(&entry.key);
            let of_item = |variable: &str| {
                work.and_then(|work| work.text(variable))
                    .unwrap_or_default()
            };
            let reference = work.map(|work| work.reference);
            let tags = reference.map(|reference| {
                let tags = reference.tags.iter().map(ToString::to_string);
                tags.collect::<Vec<_>>().join("; ")
            });
            write_row(
                &mut csv,
                [
                    entry.key.clone(),
                    reference
                        .map(|reference| reference.entry_type.clone())
                        .unwrap_or_default(),
                    reference
                        .map(|reference| reference.authors.join("; "))
                        .unwrap_or_default(),
                    reference
                        .and_then(|reference| reference.year)
                        .map(|year| year.to_string())
                        .unwrap_or_default(),
                    work.and_then(|work| work.title()).unwrap_or_default(),
                    of_item("container-title"),
                    of_item("publisher"),
                    work.and_then(|work| work.doi()).unwrap_or_default(),
                    of_item("URL"),
                    tags.unwrap_or_default(),
                    headings.clone(),
                    text::blocks(&entry.annotation),
                    text::entry(&entry.content),
                    of_item("language"),
                ],
            );
        }
    }
    csv
}

/// Writes a row.
pub(crate) fn write_row<const N: usize>(csv: &mut String, cells: [impl AsRef<str>; N]) {
    let cells = cells.map(|text| cell(text.as_ref()));
    csv.push_str(&cells.join(","));
    csv.push_str("\r\n");
}

/// Formats a cell, quoted if necessary.
///
/// Spreadsheets execute text that starts with `=`, `+`, `-` or `@` as a formula, even if it comes from an
/// imported file. A leading apostrophe marks it as text. Numbers are exempt.
fn cell(text: &str) -> String {
    let begins_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_number = text.parse::<i64>().is_ok();
    let apostrophe = if begins_formula && !is_number {
        "'"
    } else {
        ""
    };
    if text.contains(['"', ',', '\n', '\r', ';']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{apostrophe}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{apostrophe}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn formulas_are_text_and_numbers_are_numbers() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell("-4"), "-4");
        assert_eq!(cell("-4+A1"), "'-4+A1");
        assert_eq!(
            cell("Wealth, of \"networks\""),
            "\"Wealth, of \"\"networks\"\"\""
        );
        assert_eq!(cell("plain"), "plain");
    }
}
