//! The shared writer of text formats with markup.

use super::direction::{Direction, with_levels, with_marks};
use super::text_runs::{Formulas, TextLine, TextRun, TextStyle, VerticalAlign, lines, lines_with};
use crate::csl::Inline;
use crate::reading_list::{ReadingList, RichBlock, RichBlocks, Section};

/// A text format with markup.
pub(super) trait InlineMarkup {
    /// Returns whether the format has formulas, which [`InlineMarkup::escape`] then gets as they are.
    fn has_formulas(&self) -> bool {
        false
    }

    /// Escapes text so that no character is read as markup.
    fn escape(&self, text: &str) -> String;

    /// Adds formatting to escaped text.
    fn with_style(&self, text: String, style: TextStyle, context: RunContext) -> String;

    /// Formats a link. `shown` is the escaped form of `text`.
    fn link(&self, shown: String, text: &str, href: &str, context: RunContext) -> String;

    /// Returns the separator between the lines of an entry.
    fn line_break(&self) -> &'static str;

    /// Returns the direction of the paragraph if the format must be told the level of each run.
    fn levels(&self) -> Option<Direction> {
        None
    }

    /// Returns the direction of the paragraph if programs that read the format need invisible marks to keep words of the
    /// other direction in their place.
    fn marks(&self) -> Option<Direction> {
        None
    }

    /// Returns the markup at the start and end of text from right to left, or back from left to right.
    fn around_direction(&self, _direction: Direction) -> (&'static str, &'static str) {
        ("", "")
    }

    /// Escapes a run from right to left, with its punctuation.
    fn escape_right_to_left(&self, text: &str) -> String {
        self.escape(text)
    }

    /// Escapes code within a line. Only documents have code, and `with_style` marks it.
    fn code(&self, text: &str) -> String {
        self.escape(text)
    }

    /// Escapes the start of a block, where some characters have a special meaning.
    fn escape_line_start(&self, line: String) -> String {
        line
    }
}

/// A text format whose documents are blocks separated by blank lines.
pub(super) trait BlockMarkup: InlineMarkup {
    /// Formats a heading; level 1 is the title of the list.
    fn heading(&self, level: usize, text: &str) -> String;

    /// Formats a paragraph.
    fn paragraph(&self, content: &[Inline]) -> String
    where
        Self: Sized,
    {
        entry(self, content)
    }

    /// Formats a quotation.
    fn quote(&self, blocks: &[RichBlock]) -> String;

    /// Formats a list, which is numbered from `start` if that is given.
    fn list(&self, start: Option<u64>, items: &[Vec<RichBlock>]) -> String;

    /// Formats preformatted text.
    fn preformatted(&self, text: &str) -> String;

    /// Returns the block that separates two consecutive lists, if they need one.
    fn list_separator(&self) -> Option<&'static str> {
        None
    }
}

/// Formats a reading list as blocks: the title, the introduction and the sections. `entries` formats the
/// entries of a section.
pub(super) fn reading_list<'l>(
    markup: &impl BlockMarkup,
    list: &'l ReadingList,
    entries: impl FnMut(&'l Section) -> Vec<String>,
) -> String {
    let title = list
        .title
        .as_deref()
        .map(|title| markup.heading(list.title_level(), title));
    join(title.into_iter().chain(body(markup, list, entries)))
}

/// Formats a reading list without its title.
pub(super) fn body<'l>(
    markup: &impl BlockMarkup,
    list: &'l ReadingList,
    mut entries: impl FnMut(&'l Section) -> Vec<String>,
) -> Vec<String> {
    let mut written = blocks(markup, &list.introduction);
    for section in &list.sections {
        if let Some(heading) = &section.heading {
            written.push(markup.heading(list.section_level(heading), &heading.text));
        }
        written.extend(blocks(markup, &section.introduction));
        written.extend(entries(section));
    }
    written
}

/// Joins blocks to a text that ends with a line break, unless it is empty.
pub(super) fn join(blocks: impl IntoIterator<Item = String>) -> String {
    let blocks: Vec<String> = blocks.into_iter().collect();
    let mut text = blocks.join("\n\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// Formats each block of a text.
pub(super) fn blocks(markup: &impl BlockMarkup, text: &RichBlocks) -> Vec<String> {
    write_blocks(markup, &text.blocks)
}

/// Formats each block, adding separators between lists.
pub(super) fn write_blocks(markup: &impl BlockMarkup, blocks: &[RichBlock]) -> Vec<String> {
    let mut written = Vec::new();
    let mut after_list = false;
    for block in blocks {
        let is_list = matches!(block, RichBlock::List { .. });
        if is_list && after_list {
            written.extend(markup.list_separator().map(str::to_owned));
        }
        after_list = is_list;
        written.push(match block {
            RichBlock::Paragraph(content) => markup.paragraph(content),
            RichBlock::Quote(quoted) => markup.quote(quoted),
            RichBlock::List { start, items } => markup.list(*start, items),
            RichBlock::Verbatim(text) => markup.preformatted(text),
        });
    }
    written
}

/// The surroundings of a run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RunContext {
    /// The character before the run.
    pub(super) before: Option<char>,
    /// The character after the run.
    pub(super) after: Option<char>,
    /// Whether an adjacent run has markup as well.
    pub(super) beside_markup: bool,
    /// The first character of the run.
    pub(super) first: Option<char>,
    /// The last character of the run.
    pub(super) last: Option<char>,
}

impl RunContext {
    /// Returns the surroundings of a text that was split by [`split_ends`], between two runs.
    fn new(
        [leading, core, trailing]: [&str; 3],
        before: Option<&TextRun>,
        after: Option<&TextRun>,
    ) -> Self {
        Self {
            before: leading
                .chars()
                .next_back()
                .or_else(|| before?.text.chars().next_back()),
            after: trailing
                .chars()
                .next()
                .or_else(|| after?.text.chars().next()),
            beside_markup: false,
            first: core.chars().next(),
            last: core.chars().next_back(),
        }
    }
}

/// Splits a text into the white space at its start, the rest, and the white space at its end.
fn split_ends(text: &str) -> [&str; 3] {
    let core = text.trim_start();
    let (leading, _) = text.split_at(text.len() - core.len());
    let (core, trailing) = core.split_at(core.trim_end().len());
    [leading, core, trailing]
}

fn lines_for(markup: &impl InlineMarkup, content: &[Inline]) -> Vec<TextLine> {
    let formulas = if markup.has_formulas() {
        Formulas::Kept
    } else {
        Formulas::RichText
    };
    lines_with(content, formulas)
}

/// Formats an entry, each line with its margin before the text.
pub(super) fn entry(markup: &impl InlineMarkup, content: &[Inline]) -> String {
    let lines: Vec<String> = lines_for(markup, content)
        .iter()
        .map(|line| {
            let parts = [runs(markup, &line.margin), runs(markup, &line.runs)];
            let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            markup.escape_line_start(parts.join(" "))
        })
        .collect();
    lines.join(markup.line_break())
}

/// Formats the margin of an entry, such as a number, and the rest separately.
pub(super) fn margin_and_rest(markup: &impl InlineMarkup, content: &[Inline]) -> (String, String) {
    let mut lines = lines_for(markup, content);
    let margin = lines
        .first_mut()
        .map(|line: &mut TextLine| std::mem::take(&mut line.margin));
    let rest: Vec<String> = lines
        .iter()
        .map(|line| markup.escape_line_start(runs(markup, &line.runs)))
        .collect();
    (
        runs(markup, &margin.unwrap_or_default()),
        rest.join(markup.line_break()),
    )
}

/// Returns whether an entry has a margin.
pub(super) fn has_margin(content: &[Inline]) -> bool {
    lines(content).iter().any(|line| !line.margin.is_empty())
}

/// Formats the runs of a line. Consecutive runs with the same target are one link.
pub(super) fn runs(markup: &impl InlineMarkup, runs: &[TextRun]) -> String {
    let mut runs = std::borrow::Cow::Borrowed(runs);
    if let Some(base) = markup.marks() {
        runs = with_marks(&runs, base).into();
    }
    if let Some(base) = markup.levels() {
        runs = with_levels(&runs, base).into();
    }
    let mut text = String::new();
    let mut level = 0;
    let mut index = 0_usize;
    let is_same =
        |one: &TextRun, other: &TextRun| one.href == other.href && one.level == other.level;
    for group in runs.chunk_by(is_same) {
        let before = index.checked_sub(1).and_then(|before| runs.get(before));
        index += group.len();
        let after = runs.get(index);
        let group_level = group.first().map_or(0, |run| run.level);
        set_level(markup, &mut level, group_level, &mut text);
        match group.first().and_then(|run| run.href.as_deref()) {
            Some(href) => write_link(markup, group, href, before, after, &mut text),
            None => write_runs(markup, group, before, after, &mut text),
        }
    }
    set_level(markup, &mut level, 0, &mut text);
    text
}

/// Writes the runs of a link. White space at its ends goes outside.
fn write_link(
    markup: &impl InlineMarkup,
    group: &[TextRun],
    href: &str,
    before: Option<&TextRun>,
    after: Option<&TextRun>,
    text: &mut String,
) {
    let plain: String = group.iter().map(|run| run.text.as_str()).collect();
    let parts = split_ends(&plain);
    let [leading, core, trailing] = parts;
    text.push_str(leading);
    if !core.is_empty() {
        let context = RunContext::new(parts, before, after);
        let uniform = match group {
            [only] => Some(only.style),
            _ => None,
        };
        match uniform {
            // A link in one style is within its markup.
            Some(style) => {
                let touches = |run: Option<&TextRun>, is_apart: bool| {
                    !is_apart && run.is_some_and(TextRun::has_markup)
                };
                let ends_apart = before.is_some_and(|run| run.text.ends_with(char::is_whitespace));
                let starts_apart =
                    after.is_some_and(|run| run.text.starts_with(char::is_whitespace));
                let context = RunContext {
                    beside_markup: touches(before, !leading.is_empty() || ends_apart)
                        || touches(after, !trailing.is_empty() || starts_apart),
                    ..context
                };
                let level = group.first().map_or(0, |run| run.level);
                let shown = escape_at(markup, core, level, style);
                let link = markup.link(shown, core, href, context);
                text.push_str(&if style == TextStyle::default() {
                    link
                } else {
                    markup.with_style(link, style, context)
                });
            }
            None => {
                let mut shown = String::new();
                write_runs(markup, group, None, None, &mut shown);
                text.push_str(&markup.link(shown.trim().to_owned(), core, href, context));
            }
        }
    }
    text.push_str(trailing);
}

fn escape_at(markup: &impl InlineMarkup, text: &str, level: u8, style: TextStyle) -> String {
    if style.code {
        markup.code(text)
    } else if level % 2 == 1 {
        markup.escape_right_to_left(text)
    } else {
        markup.escape(text)
    }
}

/// Writes runs without their links. `before` and `after` are the runs around them.
fn write_runs(
    markup: &impl InlineMarkup,
    runs: &[TextRun],
    before: Option<&TextRun>,
    after: Option<&TextRun>,
    text: &mut String,
) {
    let mut before = before;
    for (index, run) in runs.iter().enumerate() {
        let next = runs.get(index + 1).or(after);
        // In most formats, emphasis must not start or end with white space, so white space goes outside.
        let parts = split_ends(&run.text);
        let [leading, core, trailing] = parts;
        text.push_str(leading);
        if !core.is_empty() {
            let has_markup =
                |other: &TextRun| other.style != TextStyle::default() || other.href != run.href;
            let touches_before = leading.is_empty()
                && before.is_some_and(|before| {
                    has_markup(before) && !before.text.ends_with(char::is_whitespace)
                });
            let touches_next = trailing.is_empty()
                && next.is_some_and(|next| {
                    has_markup(next) && !next.text.starts_with(char::is_whitespace)
                });
            let context = RunContext {
                beside_markup: touches_before || touches_next,
                ..RunContext::new(parts, before, next)
            };
            let shown = escape_at(markup, core, run.level, run.style);
            text.push_str(&if run.style == TextStyle::default() {
                shown
            } else {
                markup.with_style(shown, run.style, context)
            });
        }
        text.push_str(trailing);
        before = Some(run);
    }
}

/// Opens and closes groups from one level to another.
fn set_level(markup: &impl InlineMarkup, level: &mut u8, wanted: u8, text: &mut String) {
    let around = |level: u8| {
        markup.around_direction(if level % 2 == 1 {
            Direction::RightToLeft
        } else {
            Direction::LeftToRight
        })
    };
    while *level > wanted {
        text.push_str(around(*level).1);
        *level -= 1;
    }
    while *level < wanted {
        *level += 1;
        text.push_str(around(*level).0);
    }
}

impl TextRun {
    fn has_markup(&self) -> bool {
        self.href.is_some() || self.style != TextStyle::default()
    }
}

/// Wraps a text in the HTML elements that Markdown and MediaWiki use for what they have no markup of their own.
pub(super) fn with_html_style(mut text: String, style: TextStyle) -> String {
    if style.small_caps {
        text = format!("<span style=\"font-variant:small-caps\">{text}</span>");
    }
    if style.underline {
        text = format!("<u>{text}</u>");
    }
    match style.vertical_align {
        Some(VerticalAlign::Superscript) => format!("<sup>{text}</sup>"),
        Some(VerticalAlign::Subscript) => format!("<sub>{text}</sub>"),
        None => text,
    }
}
