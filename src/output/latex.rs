//! LaTeX, as a fragment for `\input` or as a complete document.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization as _;

use super::direction::Direction;
use super::fonts::{self, FontScript};
use super::formulas;
use super::markup_writer::{self, InlineMarkup, RunContext};
use super::template::fill_template;
use super::text_runs::{TextStyle, VerticalAlign, printable};
use super::title_of;
use super::urls::percent_encode;
use crate::csl::{Inline, plain_text};
use crate::language::{self, babel};
use crate::reading_list::{FormattedEntry, ReadingList, RichBlock, RichBlocks};

/// A paragraph in LaTeX.
pub(super) struct Latex {
    /// Its direction.
    pub(super) base: Direction,
    /// The script that Chinese characters are set in.
    han: FontScript,
    /// The script of its letters from right to left.
    right_to_left: FontScript,
}

impl Latex {
    /// Returns what is needed to write a text whose language is known or not.
    pub(super) fn new(text: &str, language: Option<&str>) -> Self {
        Self {
            base: Direction::of_text(text).unwrap_or_default(),
            han: FontScript::of_han(language, text),
            right_to_left: FontScript::right_to_left(text).unwrap_or(FontScript::Hebrew),
        }
    }

    fn of_content(content: &[Inline], language: Option<&str>) -> Self {
        Self::new(&plain_text(content), language)
    }

    fn escape_text(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        for (script, text) in fonts::split_by_script(text, self.han) {
            match script {
                FontScript::Latin => write_latin(&text, &mut escaped),
                FontScript::Symbol => {
                    let _ = write!(escaped, "\\insymbol{{{text}}}");
                }
                script => {
                    let _ = write!(escaped, "\\inscript{{{}}}{{", script.name());
                    write_latin(&text, &mut escaped);
                    escaped.push('}');
                }
            }
        }
        escaped
    }

    /// Escapes text as the writer does it for a link in one style: from right to left if its letters are.
    fn escape_at_its_direction(&self, text: &str) -> String {
        match Direction::of_text(text) {
            Some(Direction::RightToLeft) => self.escape_right_to_left(text),
            _ => self.escape(text),
        }
    }

    /// Formats a link in a paragraph from right to left, each word for itself: TeX would write the start and the end of a
    /// longer link in the order of the page, and color the text outside of it.
    fn link_in_pieces(&self, text: &str, address: &str) -> String {
        let mut link = String::new();
        for piece in text.split_inclusive(|c| c == ' ' || is_break_in_url(c)) {
            let word = piece.trim_end_matches(' ');
            let shown = self.escape_at_its_direction(word);
            match Direction::of_text(word) {
                Some(Direction::RightToLeft) => {
                    let _ = write!(link, "\\LR{{\\href{{{address}}}{{\\RL{{{shown}}}}}}}");
                }
                _ => {
                    let _ = write!(link, "\\href{{{address}}}{{{shown}}}");
                }
            }
            if word.ends_with(is_break_in_url) {
                link.push_str("\\allowbreak{}");
            }
            if word.len() < piece.len() {
                link.push(' ');
            }
        }
        link
    }

    /// Formats text without markup in the direction of its paragraph.
    fn plain(&self, text: &str) -> String {
        markup_writer::entry(self, &[Inline::Text(text.to_owned())])
    }
}

/// Formats a reading list as a fragment: unnumbered sections with their entries as lists. Commands that the
/// document may lack get a simple fallback definition.
pub fn reading_list(list: &ReadingList) -> String {
    let mut text = include_str!("templates/fragment.tex").to_owned();
    let mut written = String::new();
    if let Some(title) = &list.title {
        let command = command(list.title_level());
        let _ = writeln!(written, "\n\\{command}*{{{}}}", heading(title));
    }
    body(list, usize::from(list.title.is_some()), None, &mut written);
    text.push_str(&formulas::definitions(&written));
    text.push_str(&written);
    text
}

/// Formats a reading list as a document for pdfLaTeX, XeLaTeX or LuaLaTeX. The preamble contains only what
/// the characters and languages of the list need. pdfLaTeX shows letters without a font by their code point, and
/// they remain searchable; the other two engines look for a system font.
pub fn document(list: &ReadingList, language: &str) -> String {
    let mut text = String::new();
    body(list, 0, Some(language), &mut text);
    let title = title_of(list, language);
    let shown = match &list.title {
        Some(title) => title_block(&Latex::new(title, Some(language)).plain(title), title),
        None => String::new(),
    };
    complete(title, &format!("{shown}{text}"), "", Some(list), language)
}

/// Formats a title on the side where its text begins.
pub(super) fn title_block(shown: &str, title: &str) -> String {
    let is_right_to_left = Direction::of_text(title)
        .unwrap_or_default()
        .is_right_to_left();
    let side = if is_right_to_left {
        "flushright"
    } else {
        "flushleft"
    };
    format!("\\begin{{{side}}}\\LARGE\\bfseries {shown}\\end{{{side}}}\n")
}

/// Returns a document with its preamble, to which `packages` adds lines. The list is that of the works.
pub(super) fn complete(
    title: &str,
    body: &str,
    packages: &str,
    list: Option<&ReadingList>,
    language: &str,
) -> String {
    let pdf_title = pdf_string(title);
    let definitions = formulas::definitions(body);
    let packages = if definitions.is_empty() {
        packages.to_owned()
    } else {
        format!(
            "{packages}\\IfFileExists{{amssymb.sty}}{{\\usepackage{{amsmath,amssymb}}}}{{}}\n{definitions}"
        )
    };
    fill_template(
        include_str!("templates/document.tex"),
        &[
            ("language", &pdf_string(language)),
            ("title", &pdf_title),
            ("fonts", &fonts::fonts(body)),
            ("languages", &languages(list, language)),
            (
                "alignment",
                if Direction::of_language(language).is_right_to_left() {
                    "\\raggedleft"
                } else {
                    "\\raggedright"
                },
            ),
            ("packages", &packages),
            ("fallbacks", &fonts::fallbacks(body)),
            ("body", body.trim_end()),
        ],
    )
}

/// Formats an entry.
pub fn entry(content: &[Inline]) -> String {
    markup_writer::entry(&Latex::of_content(content, None), content)
}

/// Returns the commands that make the languages of a document known to babel, that of the list first.
fn languages(list: Option<&ReadingList>, language: &str) -> String {
    let own = babel::name(language).unwrap_or("english");
    let sections = list.map_or(&[][..], |list| &list.sections);
    let of_works = sections.iter().flat_map(|section| &section.entries);
    let of_works: BTreeSet<(&str, &str)> = of_works
        .filter_map(|entry| {
            let tag = entry.language.as_deref()?;
            Some((babel::name(tag)?, babel_locale(tag)))
        })
        .filter(|(name, _)| *name != own)
        .collect();
    let main = babel_locale(language);
    let mut commands = format!("  \\importlanguage[main]{{{own}}}{{{main}}}\n");
    for (name, locale) in of_works {
        let _ = writeln!(commands, "  \\importlanguage{{{name}}}{{{locale}}}");
    }
    commands
}

/// Returns the name of babel's locale file for a tag.
fn babel_locale(tag: &str) -> &str {
    match language::primary(tag) {
        "zh" if FontScript::of_han(Some(tag), "") == FontScript::TraditionalChinese => "zh-Hant",
        "zh" => "zh-Hans",
        "no" => "nb",
        primary => primary,
    }
}

fn heading(text: &str) -> String {
    let text = printable(text);
    let latex = Latex::new(&text, None);
    let heading = latex.plain(text.trim());
    if latex.base.is_right_to_left() {
        format!("\\raggedleft {heading}")
    } else {
        heading
    }
}

/// Formats text for a hyperref option, which must not contain commands.
pub(super) fn pdf_string(text: &str) -> String {
    printable(text)
        .chars()
        .filter(|c| !"\\{}$&#^_%~".contains(*c))
        .collect()
}

/// Writes the introduction and the sections of a list.
pub(super) fn body(list: &ReadingList, deeper: usize, language: Option<&str>, text: &mut String) {
    blocks(&list.introduction, text);
    let mut seen = HashSet::new();
    for section in &list.sections {
        if let Some(title) = &section.heading {
            let command = command(match list.heading_level {
                Some(_) => list.section_level(title),
                None => title.depth + deeper + 1,
            });
            let _ = writeln!(text, "\n\\{command}*{{{}}}", heading(&title.text));
        }
        blocks(&section.introduction, text);
        // Entries from right to left hang from the other side.
        let is_same = |one: &&FormattedEntry, other: &&FormattedEntry| {
            direction_of(one) == direction_of(other)
        };
        let entries: Vec<&FormattedEntry> = section.entries.iter().collect();
        for entries in entries.chunk_by(is_same) {
            let base = entries
                .first()
                .map_or(Direction::LeftToRight, |entry| direction_of(entry));
            let _ = writeln!(text, "\n\\begin{{list}}{{}}{{{}}}", list_layout(list, base));
            // Otherwise the entries are set as the language of the document is.
            if base.is_right_to_left() {
                text.push_str("\\raggedleft\n");
            } else if language.is_some_and(language::is_right_to_left) {
                text.push_str("\\raggedright\n");
            }
            for entry in entries {
                let anchor = if seen.insert(entry.key.as_str()) {
                    anchor(&entry.key)
                } else {
                    String::new()
                };
                write_item(entry, base, &anchor, language, list, text);
            }
            text.push_str("\\end{list}\n");
        }
    }
}

/// Returns the command of a heading.
pub(super) fn command(level: usize) -> &'static str {
    const COMMANDS: [&str; 4] = ["section", "subsection", "subsubsection", "paragraph"];
    COMMANDS
        .get(level.saturating_sub(1))
        .unwrap_or(&"subparagraph")
}

fn direction_of(entry: &FormattedEntry) -> Direction {
    Direction::of_text(&plain_text(&entry.content)).unwrap_or_default()
}

/// Returns the lengths of a list of entries.
fn list_layout(list: &ReadingList, base: Direction) -> String {
    let margins = match (base, list.layout.hanging_indent) {
        (Direction::LeftToRight, true) => {
            "\\setlength{\\leftmargin}{2em}\\setlength{\\itemindent}{-2em}"
        }
        (Direction::LeftToRight, false) => {
            "\\setlength{\\leftmargin}{2em}\\setlength{\\itemindent}{0pt}"
        }
        (Direction::RightToLeft, _) => {
            "\\setlength{\\leftmargin}{0pt}\\setlength{\\rightmargin}{2em}\\setlength{\\itemindent}{0pt}\\setlength{\\labelwidth}{0pt}\\setlength{\\labelsep}{0pt}"
        }
    };
    let spacing = match list.layout.entry_spacing {
        0 => "\\setlength{\\itemsep}{0pt}\\setlength{\\parsep}{0pt}",
        _ => "",
    };
    format!("{margins}{spacing}")
}

fn write_item(
    entry: &FormattedEntry,
    base: Direction,
    anchor: &str,
    language: Option<&str>,
    list: &ReadingList,
    text: &mut String,
) {
    let of_work = entry.language.as_deref();
    let latex = Latex::of_content(&entry.content, of_work);
    let (margin, mut rest) = markup_writer::margin_and_rest(&latex, &entry.content);
    let name = of_work
        .filter(|of_work| {
            language.is_none_or(|own| language::primary(own) != language::primary(of_work))
        })
        .and_then(babel::name);
    if let Some(name) = name {
        rest = format!("\\worklanguage{{{name}}}{{{rest}}}");
    }
    if base.is_right_to_left() {
        let margin = match (margin.is_empty(), list.layout.hanging_indent) {
            (false, _) => format!("\\RL{{{margin}}}\\ "),
            (true, true) => "\\RL{\\hspace*{-2em}}".to_owned(),
            (true, false) => String::new(),
        };
        let _ = writeln!(text, "\\item\\relax {anchor}\\RL{{{margin}{rest}}}");
    } else if margin.is_empty() {
        let _ = writeln!(text, "\\item\\relax {anchor}{rest}");
    } else {
        // LaTeX would read a bracket after \item as its label.
        let _ = writeln!(text, "\\item[{{{margin}}}] {anchor}{rest}");
    }
    if entry.annotation.is_empty() {
        return;
    }
    // Align with the hanging lines, or indent a little if there is no hanging indent.
    let inner = if list.layout.hanging_indent {
        "0pt"
    } else {
        "1em"
    };
    let _ = writeln!(
        text,
        "\n\\begin{{list}}{{}}{{\\setlength{{\\leftmargin}}{{{inner}}}}}\\item\\relax"
    );
    let mut annotation = String::new();
    blocks(&entry.annotation, &mut annotation);
    text.push_str(annotation.trim());
    text.push_str("\n\\end{list}\n");
}

/// Returns the link target of a work: `ref-` and its key.
fn anchor(key: &str) -> String {
    format!(
        "\\hypertarget{{{}}}{{}}",
        target_name(&format!("ref-{key}"))
    )
}

/// Returns the name of a link target. Characters that TeX or PDF would not take are written by their code points, so
/// that every key has a target of its own.
pub(super) fn target_name(text: &str) -> String {
    let mut name = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || "-:./".contains(character) {
            name.push(character);
        } else {
            let _ = write!(name, "+{:X}+", u32::from(character));
        }
    }
    name
}

fn blocks(blocks: &RichBlocks, text: &mut String) {
    write_blocks(&blocks.blocks, text);
}

fn write_blocks(blocks: &[RichBlock], text: &mut String) {
    for block in blocks {
        match block {
            RichBlock::Paragraph(content) => {
                let latex = Latex::of_content(content, None);
                let written = markup_writer::entry(&latex, content);
                if latex.base.is_right_to_left() {
                    let _ = writeln!(text, "\n{{\\raggedleft {written}\\par}}");
                } else {
                    let _ = writeln!(text, "\n{written}");
                }
            }
            RichBlock::Quote(quoted) => {
                text.push_str("\n\\begin{quote}");
                write_blocks(quoted, text);
                text.push_str("\\end{quote}\n");
            }
            RichBlock::List { start, items } => {
                text.push_str("\n\\begin{itemize}\n");
                for (item, number) in items.iter().zip(start.unwrap_or_default()..) {
                    match start {
                        Some(_) => {
                            let _ = write!(text, "\\item[{number}.] ");
                        }
                        None => text.push_str("\\item\\relax "),
                    }
                    let mut inner = String::new();
                    write_blocks(item, &mut inner);
                    text.push_str(inner.trim());
                    text.push('\n');
                }
                text.push_str("\\end{itemize}\n");
            }
            RichBlock::Verbatim(verbatim) => write_verbatim(verbatim, text),
        }
    }
}

/// Writes preformatted text.
pub(super) fn write_verbatim(verbatim: &str, text: &mut String) {
    text.push_str("\n\\begin{flushleft}\\ttfamily\\small\n");
    let lines = verbatim.lines().map(|line| {
        let line = printable(line);
        let spaces = line.len() - line.trim_start_matches(' ').len();
        let latex = Latex::new(&line, None);
        let rest = latex.code(line.trim_start_matches(' '));
        format!("{}\\mbox{{}}{rest}", "~".repeat(spaces))
    });
    text.push_str(&lines.collect::<Vec<_>>().join("\\\\\n"));
    text.push_str("\n\\end{flushleft}\n");
}

impl InlineMarkup for Latex {
    fn has_formulas(&self) -> bool {
        true
    }

    /// Escapes code: nothing in it is a formula.
    fn code(&self, text: &str) -> String {
        self.escape_text(text)
    }

    /// Escapes text around formulas. Character sequences that form ligatures (`--`, `,,`) are separated, and straight
    /// quotation marks and accents stay as they are. Letters of other scripts and symbols become arguments of
    /// commands that select a font.
    fn escape(&self, text: &str) -> String {
        let escape = |text: &str| self.escape_text(text);
        formulas::escape_around(text, escape, |formula| Some(formula.to_owned()))
    }

    fn levels(&self) -> Option<Direction> {
        Some(self.base)
    }

    fn around_direction(&self, direction: Direction) -> (&'static str, &'static str) {
        match direction {
            Direction::RightToLeft => ("\\RL{", "}"),
            Direction::LeftToRight => ("\\LR{", "}"),
        }
    }

    /// Escapes text from right to left, each script in its font, so that the punctuation goes with its letters.
    fn escape_right_to_left(&self, text: &str) -> String {
        let text: String = text.nfc().collect();
        let mut current = FontScript::right_to_left(&text).unwrap_or(self.right_to_left);
        let mut escaped = String::new();
        let mut write = |script: FontScript, part: &str| {
            let _ = write!(escaped, "\\inscript{{{}}}{{", script.name());
            write_latin(part, &mut escaped);
            escaped.push('}');
        };
        let mut part = String::new();
        for character in text.chars() {
            let script = match FontScript::from_char(character) {
                Some(script @ (FontScript::Arabic | FontScript::Hebrew)) => Some(script),
                Some(script) if script.is_east_asian() => Some(self.han),
                // Punctuation and spaces, which go with the letters before them.
                _ if current.is_east_asian() => Some(self.right_to_left),
                _ => None,
            };
            if let Some(script) = script.filter(|script| *script != current) {
                if !part.is_empty() {
                    write(current, &part);
                    part.clear();
                }
                current = script;
            }
            // The fonts of East Asia know no brackets from right to left.
            part.push(if current.is_east_asian() {
                mirrored(character)
            } else {
                character
            });
        }
        write(current, &part);
        escaped
    }

    fn with_style(&self, mut text: String, style: TextStyle, _: RunContext) -> String {
        for (holds, command) in [
            (style.small_caps, "textsc"),
            (style.underline, "underline"),
            (
                style.vertical_align == Some(VerticalAlign::Superscript),
                "textsuperscript",
            ),
            (
                style.vertical_align == Some(VerticalAlign::Subscript),
                "textsubscript",
            ),
            (style.code, "texttt"),
            (style.struck, "sout"),
            (style.bold, "textbf"),
            (style.italic, "textit"),
        ] {
            if holds {
                text = format!("\\{command}{{{text}}}");
            }
        }
        text
    }

    fn link(&self, shown: String, text: &str, href: &str, _: RunContext) -> String {
        if let Some(target) = href.strip_prefix('#') {
            return format!("\\hyperlink{{{}}}{{{shown}}}", target_name(target));
        }
        let address = percent_encode(href, "")
            .replace('%', "\\%")
            .replace('#', "\\#");
        if self.base.is_right_to_left() && shown == self.escape_at_its_direction(text) {
            return self.link_in_pieces(text, &address);
        }
        if text == href || text.contains("://") {
            // Allow a line break after punctuation in a URL.
            let mut breakable = String::with_capacity(shown.len());
            for character in shown.chars() {
                breakable.push(character);
                if is_break_in_url(character) {
                    breakable.push_str("\\allowbreak{}");
                }
            }
            return format!("\\href{{{address}}}{{{breakable}}}");
        }
        format!("\\href{{{address}}}{{{shown}}}")
    }

    fn line_break(&self) -> &'static str {
        "\\\\\n"
    }

    /// Protects the start of a paragraph: `\\` and `\item` would take a bracket or an asterisk as an
    /// argument.
    fn escape_line_start(&self, mut line: String) -> String {
        if line.starts_with(['[', '*']) {
            line.insert_str(0, "{}");
        }
        line
    }
}

/// Returns the bracket of East Asia that looks like another one from right to left.
fn mirrored(character: char) -> char {
    const PAIRS: [(char, char); 7] = [
        ('「', '」'),
        ('『', '』'),
        ('（', '）'),
        ('〈', '〉'),
        ('《', '》'),
        ('【', '】'),
        ('［', '］'),
    ];
    for (left, right) in PAIRS {
        if character == left {
            return right;
        }
        if character == right {
            return left;
        }
    }
    character
}

/// Returns whether a line may break after a character of a URL.
fn is_break_in_url(character: char) -> bool {
    matches!(character, '/' | '.' | '?' | '=' | ':')
}

fn write_latin(text: &str, escaped: &mut String) {
    let mut before = ' ';
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '<' => escaped.push_str("\\textless{}"),
            '>' => escaped.push_str("\\textgreater{}"),
            '|' => escaped.push_str("\\textbar{}"),
            '"' => escaped.push_str("\\textquotedbl{}"),
            '\'' => escaped.push_str("\\textquotesingle{}"),
            '`' => escaped.push_str("\\textasciigrave{}"),
            '{' | '}' | '$' | '&' | '#' | '_' | '%' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '-' | ',' if before == character => {
                escaped.push_str("{}");
                escaped.push(character);
            }
            '\u{a0}' => escaped.push('~'),
            '\u{202f}' => escaped.push_str("\\,"),
            '\u{200b}' => escaped.push_str("\\hspace{0pt}"),
            _ => escaped.push(character),
        }
        before = character;
    }
}
