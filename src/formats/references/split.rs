//! Splits a text into the references it lists, and leaves out headings and prose.
//!
//! Blank lines, bullets, numbers and hanging indents mark references. Where nothing marks them, the lines of a
//! paragraph are divided so that the beginnings look most like beginnings of references.

use super::line::{self, Beginning, Line, Marker};
use super::pages;
use super::words::{self, WordClass};

/// A reference as a text has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawReference {
    /// The line where it begins, from 1.
    pub(crate) line: usize,
    /// Its text on one line, without bullets and numbers before it.
    pub(crate) text: String,
}

/// Lines that hold no reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherText {
    /// The first line, from 1.
    pub line: usize,
    /// The number of lines.
    pub lines: usize,
    /// Their beginning.
    pub beginning: String,
}

/// The parts of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SplitText {
    pub(crate) references: Vec<RawReference>,
    pub(crate) other: Vec<OtherText>,
}

/// The longest reference, in bytes. What is longer is prose or damage.
const LONGEST: usize = 3_000;
/// The most lines that are divided together, so that a long text needs little memory.
const MOST_LINES_AT_ONCE: usize = 4_000;
/// The fewest lines that show whether a list has one reference on each.
const FEWEST_LINES: usize = 4;
/// The most numbers that a numbered list leaves out anywhere.
const MOST_LEFT_OUT: u32 = 2;
/// The most lines of one reference.
const MOST_LINES: usize = 16;

/// Splits a text.
pub(crate) fn split(text: &str) -> SplitText {
    if is_binary(text) {
        return SplitText::default();
    }
    let mut candidates = Vec::new();
    let is_wiki = line::is_mediawiki(text);
    let page_lines = pages::page_lines(text);
    let mut paragraph: Vec<Line<'_>> = Vec::new();
    let mut ends_paragraph = false;
    let mut ends_page = false;
    for line in line::lines(text, is_wiki) {
        ends_page |= page_lines.contains(&line.number);
        if line.is_blank() || page_lines.contains(&line.number) {
            ends_paragraph = true;
            continue;
        }
        let goes_on = ends_page
            && paragraph
                .last()
                .is_some_and(|before| goes_on_after_page(before, &line));
        if (ends_paragraph && !goes_on) || paragraph.len() >= MOST_LINES_AT_ONCE {
            split_paragraph(&paragraph, &mut candidates);
            paragraph.clear();
        }
        (ends_paragraph, ends_page) = (false, false);
        paragraph.push(line);
    }
    split_paragraph(&paragraph, &mut candidates);
    decide(candidates)
}

/// Returns whether the reference at the end of a page goes on with a line of the next page.
fn goes_on_after_page(before: &Line<'_>, line: &Line<'_>) -> bool {
    let ends = before
        .text
        .trim_end()
        .ends_with(['.', ')', ']', '?', '!', '>', '/']);
    let begins = line.marker != Marker::None || line.beginning.is_name();
    !(line.is_heading || ends && begins)
}

/// Returns whether a text holds characters that no text has.
fn is_binary(text: &str) -> bool {
    let mut control = 0;
    let mut count = 0;
    for character in text.chars().take(20_000) {
        count += 1;
        let is_space = matches!(character, '\n' | '\r' | '\t' | '\u{c}');
        control += usize::from((character.is_control() && !is_space) || character == '\u{fffd}');
    }
    control * 50 > count
}

fn split_paragraph(lines: &[Line<'_>], candidates: &mut Vec<Candidate>) {
    let mut start = 0;
    for (at, line) in lines.iter().enumerate() {
        if line.is_heading {
            split_lines(lines.get(start..at).unwrap_or_default(), candidates);
            push_heading(line, candidates);
            start = at + 1;
        }
    }
    split_lines(lines.get(start..).unwrap_or_default(), candidates);
}

fn split_lines(lines: &[Line<'_>], candidates: &mut Vec<Candidate>) {
    if lines.is_empty() {
        return;
    }
    let starts = if let Some(starts) = marked_starts(lines) {
        starts
    } else if let Some(starts) = hanging_starts(lines) {
        starts
    } else if lines.len() == 1 {
        vec![0]
    } else {
        likely_starts(lines)
    };
    // Lines before the first marked one are a reference or a heading of their own.
    let first_start = starts.first().copied().unwrap_or(lines.len());
    if first_start > 0 {
        let before = lines.get(..first_start).unwrap_or_default();
        push_group(before, candidates);
    }
    for (at, begin) in starts.iter().enumerate() {
        let end = starts.get(at + 1).copied().unwrap_or(lines.len());
        push_group(lines.get(*begin..end).unwrap_or_default(), candidates);
    }
}

/// Returns the lines that begin with a bullet or a number, if these mark the references.
fn marked_starts(lines: &[Line<'_>]) -> Option<Vec<usize>> {
    let kind = lines.iter().find_map(|line| line.marker.kind())?;
    let mut starts = Vec::new();
    // Numbers must go up; a page number at the beginning of a line is no number of a reference.
    let mut last: Option<u32> = None;
    for (at, line) in lines.iter().enumerate() {
        if line.marker.kind() != Some(kind) {
            continue;
        }
        if let Marker::Number { number, style } = line.marker {
            let before = at.checked_sub(1).and_then(|before| lines.get(before));
            let begins = || before.is_none_or(|before| begins_item(before, line, style));
            let is_next = match last {
                None => true,
                Some(last) if number > last && number <= last + MOST_LEFT_OUT + 1 => true,
                Some(last) => (number > last || number == 1) && begins(),
            };
            if !is_next {
                continue;
            }
            last = Some(number);
        }
        starts.push(at);
    }
    // A list marks all its references; headings may precede it.
    let first = *starts.first()?;
    let before = lines.get(..first).unwrap_or_default();
    let begins =
        first == 0 || (starts.len() > 1 && (first == 1 || before.iter().all(is_short_heading)));
    if !begins && starts.len() <= 2 {
        return None;
    }
    let (width, _) = widths(lines);
    let indent = lines.get(first).map_or(0, |line| line.indent);
    for (at, pair) in lines.windows(2).enumerate().skip(first) {
        if let [before, line] = pair
            && line.marker == Marker::None
            && line.indent <= indent
            && begins_anew(before, line, width)
        {
            starts.push(at + 1);
        }
    }
    starts.sort_unstable();
    Some(starts)
}

/// Returns whether a line is a heading by its length: `Week 1`, `Required reading:`.
fn is_short_heading(line: &Line<'_>) -> bool {
    const LONGEST_HEADING: usize = 6;
    let text = line.content().trim();
    !text.ends_with('.') && !has_year(text) && text.split_whitespace().count() <= LONGEST_HEADING
}

/// Returns whether a line without a mark is no part of the marked reference before it, although it follows it: a label
/// such as `Recommended:`, or a reference after a line that nothing forced to end.
fn begins_anew(before: &Line<'_>, line: &Line<'_>, width: usize) -> bool {
    let text = line.content().trim();
    let ends = before.text.trim_end().ends_with(['.', ')', ']', '>']);
    let is_label = text.ends_with(':') && is_short_heading(line);
    ends && !is_full(before, text, width)
        && (is_label || reference_score(text, line.marker) >= SURE)
}

/// Returns whether a line with a number begins an item of a list although numbers before it are left out: it follows a
/// complete line, and its number is set off by punctuation.
fn begins_item(before: &Line<'_>, line: &Line<'_>, style: u8) -> bool {
    let ends = before
        .text
        .trim_end()
        .ends_with(['.', ')', ']', '?', '!', '>', '/', '\u{201d}', '"']);
    let ends_with_address = before
        .text
        .rsplit(' ')
        .next()
        .is_some_and(|word| words::is_url(word) || words::is_doi(word));
    let is_set_off = style <= 4;
    is_set_off && (ends || ends_with_address) && line.beginning != Beginning::Other
}

/// Returns the lines that begin further left than others, if the lines of each reference hang from its first.
fn hanging_starts(lines: &[Line<'_>]) -> Option<Vec<usize>> {
    let least = lines.iter().map(|line| line.indent).min()?;
    let indented = lines.iter().filter(|line| line.indent > least).count();
    let first_is_left = lines.first().is_some_and(|line| line.indent == least);
    if indented == 0 || !first_is_left {
        return None;
    }
    let starts: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.indent == least)
        .map(|(at, _)| at)
        .collect();
    // An indented first line is that of a paragraph of prose.
    let is_hanging = starts
        .windows(2)
        .all(|pair| matches!(pair, [one, two] if two - one <= MOST_LINES));
    is_hanging.then_some(starts)
}

/// Divides lines that nothing marks: finds the division with the highest score.
fn likely_starts(lines: &[Line<'_>]) -> Vec<usize> {
    let (width, median) = widths(lines);
    // Where most lines are references by themselves, or some are longer than any program wraps them, none was wrapped.
    let own_scores: Vec<f32> = lines
        .iter()
        .map(|line| reference_score(line.content(), line.marker))
        .collect();
    let complete = own_scores.iter().filter(|score| **score >= SURE).count();
    let is_one_each = lines.len() >= FEWEST_LINES
        && (complete * 3 >= lines.len() * 2 || (width > 200 && complete * 2 >= lines.len()));
    // Lines that a program wrapped are about equally long, but for the last of each reference.
    let is_wrapped = !is_one_each && width <= 160 && median * 4 >= width * 3;
    let scores: Vec<f32> = lines
        .iter()
        .zip(&own_scores)
        .enumerate()
        .map(
            |(at, (line, own))| match at.checked_sub(1).and_then(|before| lines.get(before)) {
                None => 0.0,
                Some(before)
                    if is_one_each && *own >= LIKELY && !is_continued(before, line, width) =>
                {
                    *own + 2.5
                }
                Some(before) => {
                    start_score(before, line, lines.get(at + 1), is_wrapped.then_some(width))
                }
            },
        )
        .collect();
    // best[i]: the best score of a division of the lines before i, and where its last reference begins.
    let mut best: Vec<(f32, usize)> = vec![(0.0, 0)];
    let sums = Sums::of(lines);
    for end in 1..=lines.len() {
        let mut found = (f32::NEG_INFINITY, end - 1);
        let first = end.saturating_sub(MOST_LINES);
        let begins = best.iter().zip(&scores).zip(&sums).enumerate();
        for (begin, (((before, _), start), begin_sums)) in begins.skip(first).take(end - first) {
            let end_sums = sums.get(end).copied().unwrap_or_default();
            let score = before + start + group_score(*begin_sums, end_sums);
            if score > found.0 {
                found = (score, begin);
            }
        }
        best.push(found);
    }
    let mut starts = Vec::new();
    let mut end = lines.len();
    while end > 0 {
        let begin = best.get(end).map_or(0, |(_, begin)| *begin).min(end - 1);
        starts.push(begin);
        end = begin;
    }
    starts.reverse();
    starts
}

/// Returns the width to which lines were wrapped, and the median of their widths.
fn widths(lines: &[Line<'_>]) -> (usize, usize) {
    let mut widths: Vec<usize> = lines.iter().map(|line| line.width).collect();
    widths.sort_unstable();
    let median = widths.get(widths.len() / 2).copied().unwrap_or_default();
    // An address is longer than the width to which the lines around it were wrapped.
    let has_words = |line: &&Line<'_>| line.content().trim().contains(' ');
    let width = lines
        .iter()
        .filter(has_words)
        .map(|line| line.width)
        .max()
        .unwrap_or_else(|| widths.last().copied().unwrap_or_default());
    (width, median)
}

/// Returns whether a line goes on with what the line before it, which is full, does not end.
fn is_continued(before: &Line<'_>, line: &Line<'_>, width: usize) -> bool {
    const WIDEST_WRAPPED: usize = 160;
    let last = before.text.trim_end().chars().next_back().unwrap_or(' ');
    let ends = matches!(last, '.' | ')' | ']' | '?' | '!' | '>' | '/');
    width <= WIDEST_WRAPPED
        && is_full(before, line.text, width)
        && (!ends || !line.beginning.is_name())
}

/// Returns whether a line has no room for the first word of the next.
fn is_full(line: &Line<'_>, next: &str, width: usize) -> bool {
    let first_word = next.split(' ').next().unwrap_or_default();
    line.width + 1 + first_word.chars().count() > width
}

/// Returns how much a line looks like the beginning of a reference, after the line before it.
fn start_score(
    before: &Line<'_>,
    line: &Line<'_>,
    after: Option<&Line<'_>>,
    width: Option<usize>,
) -> f32 {
    let mut score = -1.0;
    let last = before.text.trim_end();
    let last_word = last.rsplit(' ').next().unwrap_or_default();
    let ends_with_address = words::is_url(last_word) || words::is_doi(last_word);
    let last_character = last.chars().next_back().unwrap_or(' ');
    score += match last_character {
        '.' | ')' | ']' | '?' | '!' | '>' | '/' => 1.5,
        _ if ends_with_address => 1.0,
        ',' | ':' | '&' | '-' | '\u{2013}' | '\u{2014}' | '(' | ';' => -5.0,
        c if c.is_ascii_digit() && is_range_or_issue(last_word) => 1.0,
        c if c.is_ascii_digit() => 0.0,
        _ => -2.0,
    };
    let plain_last = words::plain(last_word);
    let class = words::classes_of(&plain_last);
    if class.contains(WordClass::FUNCTION) && !last_word.ends_with('.')
        || matches!(
            plain_last.as_str(),
            "from" | "in" | "and" | "at" | "von" | "und" | "et" | "y"
        )
    {
        score -= 4.0;
    }
    score += match line.marker {
        Marker::None => line.beginning.score(),
        // No list is marked here, so that this is a page or a dash.
        _ => Beginning::Other.score(),
    };
    // `Oekonux Project. Retrieved from` is the end of a reference.
    let says_access =
        |word: &str| words::classes_of(&words::plain(word)).contains(WordClass::ACCESS);
    if line.text.split_whitespace().take(4).any(says_access) {
        score -= 2.0;
    }
    // A year soon after the names.
    if line.beginning.is_name() {
        let here = has_year_in_parentheses(line.text);
        let next = after.is_some_and(|after| has_year_in_parentheses(after.text))
            && !line.text.contains(". ");
        if here || next {
            score += 1.5;
        }
    }
    if let Some(width) = width {
        let first_word = line
            .text
            .split(' ')
            .next()
            .unwrap_or_default()
            .chars()
            .count();
        score += if before.width + first_word + 1 < width.saturating_sub(3) {
            2.0
        } else {
            -1.0
        };
    }
    score
}

fn has_year_in_parentheses(text: &str) -> bool {
    text.match_indices('(').any(|(at, _)| {
        let after = text.get(at + 1..).unwrap_or_default();
        after.bytes().take(4).filter(u8::is_ascii_digit).count() == 4 || after.starts_with("n.d")
    })
}

/// Sums over the lines before each line, so that groups of lines are compared quickly.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    length: usize,
    years: usize,
    addresses: usize,
}

impl Sums {
    /// Returns the sums before each line and after the last.
    fn of(lines: &[Line<'_>]) -> Vec<Sums> {
        let mut sums = Sums::default();
        let mut all = vec![sums];
        for line in lines {
            sums.length += line.text.len();
            sums.years += usize::from(line.has_year);
            sums.addresses += usize::from(line.has_address);
            all.push(sums);
        }
        all
    }
}

/// Returns how much the lines between two places look like one reference.
fn group_score(begin: Sums, end: Sums) -> f32 {
    let length = end.length - begin.length;
    let mut score = 0.0;
    if end.years == begin.years {
        score -= if end.addresses == begin.addresses {
            3.0
        } else {
            2.5
        };
    }
    if length < 30 {
        score -= 1.5;
    }
    if length > 700 {
        score -= (length - 700) as f32 / 100.0;
    }
    score
}

fn push_heading(line: &Line<'_>, candidates: &mut Vec<Candidate>) {
    candidates.push(Candidate {
        line: line.number,
        lines: 1,
        beginning: line.text.chars().take(60).collect(),
        texts: Vec::new(),
        is_named: false,
        score: f32::NEG_INFINITY,
    });
}

/// Lines that may be a reference, or several in a footnote.
#[derive(Debug)]
struct Candidate {
    line: usize,
    lines: usize,
    beginning: String,
    texts: Vec<String>,
    /// Whether it begins with a name.
    is_named: bool,
    /// The score of the text that looks least like a reference.
    score: f32,
}

impl Candidate {
    /// Returns whether it is not longer than most references, and no lead-in of a list.
    fn is_short(&self) -> bool {
        self.texts
            .iter()
            .all(|text| text.len() < 400 && !text.trim_end().ends_with(':'))
    }
}

/// The lowest score of a text that is a reference by itself.
const SURE: f32 = 2.0;
/// The lowest score of a reference among others.
const LIKELY: f32 = 0.75;
/// The lowest score of a reference between two others.
const POSSIBLE: f32 = 0.0;

/// Appends lines as candidates, or as other text if they are too long.
fn push_group(lines: &[Line<'_>], candidates: &mut Vec<Candidate>) {
    let Some(first) = lines.first() else {
        return;
    };
    let mut candidate = Candidate {
        line: first.number,
        lines: lines
            .last()
            .map_or(1, |last| last.number + 1 - first.number),
        beginning: first.text.chars().take(60).collect(),
        texts: Vec::new(),
        is_named: first.beginning.is_name(),
        score: f32::NEG_INFINITY,
    };
    let length: usize = lines.iter().map(|line| line.text.len()).sum();
    if length <= LONGEST * 4 {
        let text = line::joined(lines);
        let score = |text: &str| {
            if text.len() > LONGEST {
                f32::NEG_INFINITY
            } else {
                reference_score(text, first.marker)
            }
        };
        let parts: Vec<&str> = footnote_parts(&text)
            .into_iter()
            .flat_map(joined_references)
            .map(without_lead_in)
            .collect();
        candidate.score = parts
            .iter()
            .map(|part| score(part))
            .fold(f32::INFINITY, f32::min);
        candidate.texts = parts.into_iter().map(str::to_owned).collect();
        if candidate.score < SURE {
            let whole = without_lead_in(&text);
            candidate.score = score(whole);
            candidate.texts = vec![whole.to_owned()];
        }
    }
    candidates.push(candidate);
}

/// Takes the candidates that are references: by themselves, or because they are next to one.
fn decide(candidates: Vec<Candidate>) -> SplitText {
    let mut split = SplitText::default();
    let scores: Vec<f32> = candidates.iter().map(|candidate| candidate.score).collect();
    let mut follows = false;
    for (at, candidate) in candidates.into_iter().enumerate() {
        let precedes = scores.get(at + 1).is_some_and(|next| *next >= SURE);
        let is_reference = candidate.score >= SURE
            || (candidate.score >= LIKELY && (follows || precedes) && candidate.is_named)
            || (candidate.score >= POSSIBLE && candidate.is_short() && follows && precedes);
        follows = is_reference;
        if is_reference {
            let line = candidate.line;
            let texts = candidate.texts.into_iter();
            split
                .references
                .extend(texts.map(|text| RawReference { line, text }));
        } else {
            split.other.push(OtherText {
                line: candidate.line,
                lines: candidate.lines,
                beginning: candidate.beginning,
            });
        }
    }
    join_other(&mut split.other);
    split
}

/// Splits a footnote with several references between semicolons.
fn footnote_parts(text: &str) -> Vec<&str> {
    if !text.contains("; ") {
        return vec![text];
    }
    let parts: Vec<&str> = text.split("; ").collect();
    let mut joined: Vec<&str> = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for (number, part) in parts.iter().enumerate() {
        let end = at + part.len();
        let next = parts.get(number + 1);
        let so_far = text.get(start..end).unwrap_or_default();
        let begins = next.is_some_and(|next| {
            let next = without_lead_in(next);
            Beginning::of(next).is_name() && has_year(next) && next.len() > 40
        });
        if next.is_none() || (begins && has_year(so_far) && so_far.len() > 40) {
            joined.push(so_far);
            start = end + 2;
        }
        at = end + 2;
    }
    joined
}

/// Splits a text in which references follow one another on a line, at the ends of sentences after which a reference
/// begins that is complete, too.
fn joined_references(text: &str) -> Vec<&str> {
    /// The shortest reference that is split off, in bytes.
    const SHORTEST: usize = 45;
    /// As much as is needed to tell a reference from the rest of another, in bytes.
    const SEEN: usize = 400;
    let mut parts = Vec::new();
    let mut start = 0;
    let mut end = 0;
    for word in text.split_inclusive(' ') {
        end += word.len();
        let before = text.get(start..end).unwrap_or_default().trim_end();
        let rest = text.get(end..).unwrap_or_default();
        if before.len() < SHORTEST || rest.len() < SHORTEST {
            continue;
        }
        let word = word.trim_end();
        let ends_with_source = has_year(word) || is_range_or_issue(word) || words::is_url(word);
        let is_initial = words::plain(word).chars().count() < 2;
        let is_end = !is_initial && word.ends_with(['.', ')', ']'])
            || words::is_url(word)
            || words::is_doi(word);
        let begins = match Beginning::of(rest) {
            Beginning::InvertedInitials | Beginning::InvertedName | Beginning::SameAuthor => true,
            Beginning::Initials | Beginning::Name => false,
            _ => continue,
        };
        let seen = line::head(rest, SEEN);
        let is_next = names_before_year(seen) || (begins && ends_with_source && !is_imprint(rest));
        if is_end
            && is_next
            && has_year(before)
            && !is_author_and_date(before)
            && reference_score(before, Marker::None) >= SURE
            && reference_score(seen, Marker::None) >= SURE
        {
            parts.push(before);
            start = end;
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

/// Returns whether a text ends with its first year: the names and the date at the beginning of a reference.
fn is_author_and_date(text: &str) -> bool {
    text.rsplit_once(' ').is_some_and(|(before, last)| {
        has_year(last) && !has_year(before) && names_before_year(text)
    })
}

/// Returns whether a text begins with names and the year after them: `Lind, K., & Park, C. (2005)`.
fn names_before_year(text: &str) -> bool {
    const MOST_WORDS: usize = 30;
    let mut has_comma = false;
    let mut has_initials = false;
    let mut ends_sentence = false;
    for (at, word) in text.split_whitespace().take(MOST_WORDS).enumerate() {
        let opens = word.starts_with('(') && has_year(word);
        if at > 1 && (opens || (has_year(word) && word.ends_with(['.', ',', ':']))) {
            // `Oekonux Project, 2009` may be a publisher.
            return has_comma && (has_initials || opens);
        }
        has_comma |= word.ends_with(',');
        has_initials |= words::plain(word).chars().count() == 1 && word.contains('.');
        let class = words::classes_of(&words::plain(word));
        let joins = class.contains(WordClass::AND.union(WordClass::PARTICLE)) || word == "&";
        let is_role = class.contains(WordClass::EDITOR);
        let is_name = word.starts_with(char::is_uppercase)
            && !word.contains(|c: char| {
                c.is_ascii_digit() || matches!(c, ':' | '?' | '"' | '\u{201c}')
            });
        if ends_sentence || (!joins && !is_role && !is_name) {
            return false;
        }
        ends_sentence = word.ends_with('.') && !is_role && words::plain(word).chars().count() > 3;
    }
    false
}

/// Returns whether a text goes on with a place or an edition rather than with names: `London, Verso`, `Reprint, New York`.
fn is_imprint(text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or_default();
    let imprint = WordClass::PLACE
        .union(WordClass::EDITION)
        .union(WordClass::PUBLISHER)
        .union(WordClass::EVENT)
        .union(WordClass::ACCESS)
        .union(WordClass::MONTH)
        .union(WordClass::JOURNAL);
    words::classes_of(&words::plain(first)).contains(imprint)
}

/// Returns a reference without "See", "see also", "Vgl." before it.
fn without_lead_in(text: &str) -> &str {
    #[rustfmt::skip]
    const LEAD_INS: &[&str] = &[
        "see also, for example,", "see for example", "see, for example,", "see, e.g.,", "see e.g.", "see e.g.,",
        "see also:", "see also", "see:", "see,", "see", "cf.", "cf", "vgl. auch", "vgl.", "siehe auch", "siehe",
        "voir aussi", "voir", "véase", "e.g.,", "also", "and", "und", "source:", "sources:", "reference:", "quoted in",
        "cited in", "zit. nach", "required:", "recommended:", "optional:", "reading:", "readings:", "from:",
    ];
    let mut text = without_backlinks(text.trim());
    // Text that goes on before it is part of a title: `See Saw`, but no list of references begins with that.
    for lead_in in LEAD_INS {
        if let Some(head) = text.get(..lead_in.len())
            && head.eq_ignore_ascii_case(lead_in)
            && text.get(lead_in.len()..).is_some_and(|rest| {
                let body = rest.trim_start();
                let is_name = Beginning::of(body).is_name();
                rest.starts_with(' ') && (is_name || body.starts_with(|c: char| !c.is_lowercase()))
            })
        {
            text = text.get(lead_in.len()..).unwrap_or_default().trim_start();
            break;
        }
    }
    without_chapter(without_clause(without_week(text)))
}

/// Returns a reference without the links back to the text that Wikipedia prints before it: `^ Jump up to: a b `.
fn without_backlinks(text: &str) -> &str {
    let Some(rest) = text.strip_prefix('^') else {
        return text;
    };
    let mut rest = rest.trim_start();
    if let Some(after) = rest.strip_prefix("Jump up to:") {
        rest = after.trim_start();
    }
    while let Some((link, after)) = rest.split_once(' ')
        && link.len() == 1
        && link.starts_with(|c: char| c.is_ascii_lowercase())
    {
        rest = after.trim_start();
    }
    rest
}

/// Returns a reference without a clause that ends with "see" before it: `For a critique see `.
fn without_clause(text: &str) -> &str {
    const LONGEST: usize = 60;
    let is_clause = ["For ", "On ", "Zu ", "Zur ", "Zum ", "Pour ", "Sur "]
        .iter()
        .any(|first| text.starts_with(first));
    if !is_clause {
        return text;
    }
    [
        " see ",
        " see also ",
        " see: ",
        " siehe ",
        " vgl. ",
        " voir ",
    ]
    .iter()
    .filter_map(|word| text.split_once(word))
    .find(|(clause, rest)| {
        clause.len() < LONGEST && !clause.contains('.') && Beginning::of(rest).is_name()
    })
    .map_or(text, |(_, rest)| rest)
}

/// Returns a reference without the part of the work to read before it: `Chapter 4 of: `.
fn without_chapter(text: &str) -> &str {
    let mut words = text.splitn(4, ' ');
    let (Some(unit), Some(number), Some(of), Some(rest)) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return text;
    };
    let is_unit = matches!(
        unit.to_lowercase().as_str(),
        "chapter" | "chapters" | "ch." | "chs." | "chap." | "part" | "pages" | "pp."
    );
    let is_number = number.starts_with(|c: char| c.is_ascii_digit());
    let is_of = matches!(of.trim_end_matches(':'), "of" | "from" | "in");
    if is_unit && is_number && is_of && Beginning::of(rest).is_name() {
        rest
    } else {
        text
    }
}

/// Returns a reference without the week of a syllabus before it: `Week 3: `, `Session 4 – `.
fn without_week(text: &str) -> &str {
    const UNITS: [&str; 12] = [
        "week", "session", "lecture", "day", "unit", "module", "class", "seminar", "woche",
        "sitzung", "semana", "semaine",
    ];
    let mut words = text.splitn(3, ' ');
    let (Some(unit), Some(number), Some(rest)) = (words.next(), words.next(), words.next()) else {
        return text;
    };
    let bare = number.trim_end_matches([':', '.', ',']);
    let is_number = bare.len() < 3 && !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit());
    let after = rest.trim_start_matches(['-', '\u{2013}', '\u{2014}']);
    let is_separate =
        bare.len() < number.len() || (after.len() < rest.len() && after.starts_with(' '));
    if UNITS.contains(&unit.to_lowercase().as_str()) && is_number && is_separate {
        after.trim_start()
    } else {
        text
    }
}

fn has_year(text: &str) -> bool {
    line::has_year(text)
}

/// Returns how much a text looks like a reference: it begins with names, has a date or an address, and is neither a
/// heading nor a sentence of prose.
fn reference_score(text: &str, marker: Marker) -> f32 {
    let length = text.chars().count();
    if length < 20 {
        return f32::NEG_INFINITY;
    }
    let mut words = 0_usize;
    let mut function_words = 0_usize;
    let mut lower_case = 0_usize;
    let mut verbs = 0_usize;
    let mut pronouns = 0_usize;
    let mut is_quoted = false;
    let mut code = 0_usize;
    let mut has_address = false;
    let mut has_signal = false;
    let mut has_no_date = false;
    for word in text.split_whitespace() {
        words += 1;
        if words::is_url(word) || words::is_doi(word) {
            has_address = true;
            continue;
        }
        let plain = words::plain(word);
        let class = words::classes_of(&plain);
        function_words +=
            usize::from(class.contains(WordClass::FUNCTION) || is_function_word(&plain));
        lower_case += usize::from(word.starts_with(char::is_lowercase));
        // A title in quotation marks may be a sentence.
        is_quoted |= word.starts_with(['\u{201c}', '\u{ab}', '"']);
        pronouns += usize::from(!is_quoted && is_pronoun(word));
        verbs += usize::from(!is_quoted && word.starts_with(char::is_lowercase) && is_verb(&plain));
        is_quoted &= !word
            .trim_end_matches([',', '.'])
            .ends_with(['\u{201d}', '\u{bb}', '"']);
        code += usize::from(
            word.contains(['{', '}', '=', '\\', '|', '~', '^'])
                || word.ends_with(';')
                || word.contains("::")
                || word.contains("()"),
        );
        // `"Lind, Jo",2007,Rent`
        let inner_commas = word.trim_end_matches(',').matches(',').count();
        code += if inner_commas > 1 { inner_commas } else { 0 };
        has_no_date |= matches!(
            plain.as_str(),
            "n.d" | "nd" | "o.j" | "s.d" | "s.f" | "forthcoming"
        );
        has_signal |= is_range_or_issue(word)
            || class.contains(WordClass::PAGES) && word.ends_with('.')
            || (class.contains(WordClass::EDITOR) && word.contains('.'))
            || class.contains(WordClass::THESIS)
            || matches!(
                plain.as_str(),
                "press" | "verlag" | "isbn" | "doi" | "journal" | "vol"
            );
    }
    // Two letters of Chinese or Japanese are as much as a word.
    words += text.chars().filter(|c| line::is_east_asian(*c)).count() / 2;
    if (words < 4 && !has_address) || code * 4 > words || is_table_row(text) {
        return f32::NEG_INFINITY;
    }
    let beginning = Beginning::of(text);
    let has_year = has_year(text);
    has_signal |= ends_with_imprint(text);
    let is_listed = marker != Marker::None;
    let mut score = 0.0_f32;
    score += if has_year { 1.5 } else { -1.0 };
    score += if has_address { 1.0 } else { 0.0 };
    score += if has_no_date { 1.0 } else { 0.0 };
    score += if has_signal { 1.0 } else { 0.0 };
    score += beginning.plausibility();
    let starts_lower = text.starts_with(char::is_lowercase);
    score -= if starts_lower && !beginning.is_name() && !has_address {
        1.5
    } else {
        0.0
    };
    score += if is_listed { 0.5 } else { 0.0 };
    // `Title – Given Family – https://a.example`
    score += if has_address && has_name_between_dashes(text) {
        2.0
    } else {
        0.0
    };
    if has_year_in_parentheses(line::head(text, 160)) && beginning.is_name() {
        score += 1.0;
    }
    // Prose has many function words, verbs and words in lower case.
    let share = |count: usize| count as f32 / words.max(1) as f32;
    score -= (share(lower_case) - 0.55).max(0.0) * 6.0;
    // A title may have a verb.
    score -= (share(verbs) - 0.04).max(0.0) * 18.0;
    score -= (share(function_words) - 0.35).max(0.0) * 6.0;
    score -= ((verbs + pronouns).saturating_sub(1) as f32 * 0.7).min(2.1);
    score -= if is_sentence(text) { 5.0 } else { 0.0 };
    if length > 600 {
        score -= (length - 600) as f32 / 300.0;
    }
    score
}

/// Returns whether a text ends with a place, a publisher and a year: `Vic: La Serra, 2013.`
fn ends_with_imprint(text: &str) -> bool {
    const LONGEST: usize = 80;
    let text = text.trim_end_matches(['.', ')', ' ']);
    let last = text.rsplit(['.', '(']).next().unwrap_or_default();
    let year = last.rsplit(' ').next().unwrap_or_default();
    last.len() <= LONGEST
        && has_year(year)
        && last.split_once(": ").is_some_and(|(place, publisher)| {
            let is_name = |part: &str| part.trim_start().starts_with(char::is_uppercase);
            is_name(place) && is_name(publisher)
        })
}

/// Returns whether dashes divide a text into three parts or more, and one of the first two may be names.
fn has_name_between_dashes(text: &str) -> bool {
    const MOST_WORDS: usize = 8;
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_dash = |word: &&str| matches!(*word, "-" | "\u{2013}" | "\u{2014}" | "|");
    let parts: Vec<&[&str]> = words.split(is_dash).collect();
    let may_be_names = |part: &&[&str]| {
        (2..=MOST_WORDS).contains(&part.len())
            && part.iter().all(|word| {
                let class = words::classes_of(&words::plain(word));
                class.contains(WordClass::AND.union(WordClass::PARTICLE))
                    || (word.starts_with(char::is_uppercase)
                        && !class.contains(WordClass::FUNCTION))
            })
    };
    parts.len() >= 3 && parts.iter().take(2).any(may_be_names)
}

/// Returns whether a text is a sentence that cites a work or reports an event: `Kim (2010) argues`, `According to Kim`,
/// `In 1989, Kim wrote`.
fn is_sentence(text: &str) -> bool {
    const BEGINNINGS: [&str; 22] = [
        "According",
        "Although",
        "As",
        "Because",
        "But",
        "Dear",
        "He",
        "However",
        "I",
        "If",
        "It",
        "My",
        "She",
        "Since",
        "Then",
        "There",
        "These",
        "They",
        "This",
        "We",
        "When",
        "While",
    ];
    const SEEN: usize = 200;
    let begins_clause =
        |word: &str| word.starts_with(char::is_lowercase) && !word.contains(['-', '.', '/', ':']);
    let words: Vec<&str> = line::head(text, SEEN).split_whitespace().collect();
    let [first, second, ..] = words.as_slice() else {
        return false;
    };
    let first_word = first.trim_end_matches(',');
    let is_narrated = BEGINNINGS.contains(&first_word)
        && (begins_clause(second) || first_word.len() < first.len());
    let is_dated = first_word == "In" && has_year(second) && second.ends_with(',');
    // In a reference, a title follows the year, and none begins with a verb in lower case.
    let cites = words.windows(2).any(|pair| {
        matches!(pair, [year, word] if year.starts_with('(')
            && year.trim_end_matches([',', 's', '\'', '\u{2019}']).ends_with(')')
            && has_year(year)
            && begins_clause(word)
            && !words::classes_of(word).contains(WordClass::IN.union(WordClass::PAGES)))
    });
    is_narrated || is_dated || cites
}

/// Returns whether a text is a row of a table or of a table of contents: most of its words are numbers, or dots lead to the
/// last.
fn is_table_row(text: &str) -> bool {
    const MOST_DOTS: usize = 3;
    let is_number = |word: &&str| {
        word.contains(|c: char| c.is_ascii_digit())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b".,:;%()+-".contains(&byte))
    };
    let words = text.split_whitespace();
    let numbers = words.clone().filter(is_number).count();
    let dots = words
        .clone()
        .filter(|word| matches!(*word, "." | ".."))
        .count();
    numbers * 2 > words.count() || dots >= MOST_DOTS || text.contains(".....")
}

/// Returns whether a word of a sentence stands for a person or a thing, in lower case.
fn is_pronoun(word: &str) -> bool {
    matches!(
        word.trim_end_matches([',', '.', ';']),
        "he" | "she"
            | "they"
            | "it"
            | "who"
            | "which"
            | "whose"
            | "his"
            | "her"
            | "their"
            | "him"
            | "them"
            | "we"
            | "my"
            | "said"
            | "asked"
            | "wrote"
            | "argue"
            | "er"
            | "sie"
            | "elle"
            | "ils"
            | "ella"
    )
}

/// Returns whether a word is a range of pages or a volume with an issue: `45-67`, `12(3)`.
fn is_range_or_issue(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != ')');
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let rest = bare.get(digits..).unwrap_or_default();
    (1..=4).contains(&digits)
        && rest
            .strip_prefix(['-', '\u{2013}', '('])
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        && !(digits == 4 && has_year(bare))
}

fn is_function_word(plain: &str) -> bool {
    matches!(
        plain,
        "this"
            | "that"
            | "these"
            | "those"
            | "it"
            | "we"
            | "they"
            | "he"
            | "she"
            | "his"
            | "her"
            | "our"
            | "their"
            | "which"
            | "who"
            | "not"
            | "but"
            | "if"
            | "than"
            | "there"
            | "also"
            | "such"
            | "wir"
            | "sie"
            | "ich"
            | "nous"
            | "ils"
            | "elle"
            | "you"
            | "your"
            | "i"
            | "my"
    )
}

fn is_verb(plain: &str) -> bool {
    matches!(
        plain,
        "is" | "are"
            | "was"
            | "were"
            | "has"
            | "have"
            | "had"
            | "be"
            | "been"
            | "can"
            | "could"
            | "will"
            | "would"
            | "should"
            | "may"
            | "might"
            | "must"
            | "does"
            | "did"
            | "do"
            | "said"
            | "says"
            | "argues"
            | "shows"
            | "argued"
            | "made"
            | "make"
            | "became"
            | "become"
            | "ist"
            | "sind"
            | "war"
            | "wird"
            | "werden"
            | "hat"
            | "haben"
            | "est"
            | "sont"
            | "ont"
            | "son"
            | "era"
            | "esta"
            | "ha"
            | "sono"
            | "him"
            | "them"
            | "himself"
            | "me"
            | "us"
    )
}

/// Joins lines of other text that follow one another.
fn join_other(other: &mut Vec<OtherText>) {
    other.sort_by_key(|part| part.line);
    let mut joined: Vec<OtherText> = Vec::new();
    for part in other.drain(..) {
        match joined.last_mut() {
            Some(last) if part.line <= last.line + last.lines + 1 => {
                last.lines = part.line + part.lines - last.line;
            }
            _ => joined.push(part),
        }
    }
    *other = joined;
}
