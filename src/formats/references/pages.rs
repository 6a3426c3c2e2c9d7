//! The page numbers and running heads between the lines of a text from a PDF.

use rustc_hash::{FxHashMap, FxHashSet};

use super::line;

/// The longest running head, in bytes.
const LONGEST_HEAD: usize = 80;
/// The fewest lines between the numbers of two pages that no blank line sets off.
const FEWEST_LINES: usize = 8;

/// A line that may hold nothing but the number of a page and a running head.
#[derive(Debug)]
struct PageLine<'t> {
    /// Its number, from 1.
    number: usize,
    page: Option<u32>,
    /// The text beside the number of the page.
    head: &'t str,
    /// Whether a page or a paragraph begins or ends here.
    is_set_off: bool,
    begins_page: bool,
}

/// Returns the numbers, from 1, of the lines that hold page numbers and running heads.
pub(crate) fn page_lines(text: &str) -> FxHashSet<usize> {
    let lines = short_lines(text);
    let mut found = FxHashSet::default();
    let mut heads: FxHashMap<&str, usize> = FxHashMap::default();
    let numbered = lines.iter().filter(|line| line.page.is_some());
    if numbered.count() == 0 && !text.contains('\u{c}') {
        return found;
    }
    for line in &lines {
        *heads.entry(line.head).or_default() += 1;
    }
    let is_repeated = |line: &PageLine<'_>| heads.get(line.head).is_some_and(|count| *count > 1);
    let bare: Vec<&PageLine<'_>> = lines
        .iter()
        .filter(|line| line.page.is_some() && line.head.is_empty())
        .collect();
    let follows = |one: Option<&&PageLine<'_>>, two: Option<&&PageLine<'_>>| {
        one.zip(two).is_some_and(|(one, two)| {
            let pages = one.page.zip(two.page);
            let is_next = pages.is_some_and(|(one, two)| (1..=2).contains(&two.wrapping_sub(one)));
            is_next && two.number - one.number >= FEWEST_LINES
        })
    };
    for (at, line) in bare.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| bare.get(before));
        if line.is_set_off || follows(before, Some(line)) || follows(Some(line), bare.get(at + 1)) {
            found.insert(line.number);
        }
    }
    for (at, line) in lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.head.is_empty())
    {
        let is_near_page = |near: Option<&PageLine<'_>>| {
            near.is_some_and(|near| {
                found.contains(&near.number)
                    && near.head.is_empty()
                    && near.number.abs_diff(line.number) <= 2
            })
        };
        let before = at.checked_sub(1).and_then(|before| lines.get(before));
        let is_head = if line.page.is_some() {
            line.begins_page || is_repeated(line)
        } else {
            is_repeated(line)
                && (line.begins_page || is_near_page(before) || is_near_page(lines.get(at + 1)))
        };
        if is_head {
            found.insert(line.number);
        }
    }
    found
}

/// Returns the lines that are short enough to be those of a page's margin.
fn short_lines(text: &str) -> Vec<PageLine<'_>> {
    let mut short = Vec::new();
    let mut is_after_blank = true;
    let mut lines = text.split('\n').zip(1..).peekable();
    while let Some((line, number)) = lines.next() {
        let begins_page = line.starts_with('\u{c}');
        let content = line.trim();
        let next = lines.peek().map_or("", |(next, _)| next);
        let is_set_off =
            is_after_blank || begins_page || next.trim().is_empty() || next.starts_with('\u{c}');
        is_after_blank = content.is_empty();
        if content.is_empty() || content.len() > LONGEST_HEAD {
            continue;
        }
        let (page, head) = without_page(content);
        // `Annual Report 2015` is no running head with the number of a page.
        let is_possible = head.is_empty()
            || (!line::has_year(content) && !head.ends_with(['.', ',', ':', ';', '-']));
        if is_possible && (page.is_some() || is_set_off) {
            short.push(PageLine {
                number,
                page,
                head,
                is_set_off,
                begins_page,
            });
        }
    }
    short
}

/// Divides a line into the number of a page at its beginning or end, and the rest: `212 THE READER`, `– 12 –`.
fn without_page(line: &str) -> (Option<u32>, &str) {
    const MOST_DIGITS: usize = 4;
    let separators = [' ', '\t', '-', '\u{2013}', '\u{2014}', '|', '\u{b7}'];
    let line = line.trim_matches(separators);
    let is_page = |word: &str| {
        (1..=MOST_DIGITS).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    let first = line.split(separators).next().unwrap_or_default();
    let last = line.rsplit(separators).next().unwrap_or_default();
    let (page, head) = if is_page(first) {
        (first, line.get(first.len()..))
    } else if is_page(last) {
        (last, line.get(..line.len() - last.len()))
    } else {
        return (None, line);
    };
    let head = head.unwrap_or_default().trim_matches(separators);
    let is_word = matches!(head.to_ascii_lowercase().as_str(), "page" | "p." | "seite");
    (page.parse().ok(), if is_word { "" } else { head })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let mut lines: Vec<usize> = page_lines(text).into_iter().collect();
        lines.sort_unstable();
        lines
    }

    #[test]
    fn numbers_and_heads_of_pages_are_told_from_text() {
        let body = "A line of a reference that goes on,\n".repeat(10);
        let paged = format!("{body}211\nThe Reader\n\n{body}\n212\nThe Reader\n\n{body}");
        assert_eq!(lines(&paged), [11, 12, 25, 26]);
        let headed = format!("{body}\u{c}212 THE READER\n{body}\u{c}THE READER 213\n{body}");
        assert_eq!(lines(&headed), [11, 22]);
        let reports = "Nest Board: Annual Report 2014\n\nNest Board: Annual Report 2015\n\n12\n";
        assert_eq!(lines(reports), [5]);
        assert!(lines("Journal of Nests, pp. 44-\n45\nand more\n").is_empty());
    }
}
