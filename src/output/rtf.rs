//! Rich Text Format 1.9, as a complete document for word processors.

use std::fmt::Write as _;

use super::direction::Direction;
use super::fonts::{self, FontScript};
use super::markup_writer::{self, InlineMarkup, RunContext};
use super::template::fill_template;
use super::text_runs::{TextStyle, VerticalAlign, printable};
use super::title_of;
use super::urls::percent_encode;
use crate::csl::{Inline, plain_text};
use crate::language;
use crate::reading_list::{ReadingList, RichBlock};

/// A paragraph in RTF.
struct Rtf {
    /// Its direction.
    base: Direction,
    /// The script that Chinese characters are set in.
    han: FontScript,
    /// The number of its language.
    language: Option<u16>,
}

impl Rtf {
    /// Returns what is needed to write a text whose language may be known; without letters it has the direction
    /// `otherwise`.
    fn new(text: &str, language: Option<&str>, otherwise: Direction) -> Self {
        let base = Direction::of_text(text).unwrap_or(otherwise);
        let guess = FontScript::right_to_left(text).map(|script| match script {
            FontScript::Arabic => "ar",
            _ => "he",
        });
        Self {
            base,
            han: FontScript::of_han(language, text),
            // East Asian text has its language with its font.
            language: language
                .or(guess)
                .filter(|tag| !matches!(language::primary(tag), "zh" | "ja" | "ko"))
                .and_then(language_number),
        }
    }

    fn of_content(content: &[Inline], language: Option<&str>, otherwise: Direction) -> Self {
        Self::new(&plain_text(content), language, otherwise)
    }

    /// Formats text without markup.
    fn plain(&self, text: &str) -> String {
        markup_writer::entry(self, &[Inline::Text(printable(text).to_string())])
    }

    /// Returns the commands of a paragraph from right to left.
    fn paragraph(&self) -> &'static str {
        if self.base.is_right_to_left() {
            // The left side is the left one even here.
            "\\rtlpar\\qr"
        } else {
            ""
        }
    }

    /// Returns the commands that indent a paragraph from the side where it begins, its first line less, in twentieths of
    /// a point.
    fn indent(&self, indent: usize, hanging: usize) -> String {
        let first = if hanging > 0 {
            format!("\\fi-{hanging}")
        } else {
            String::new()
        };
        match self.base {
            Direction::LeftToRight => format!("{first}\\li{indent}"),
            // Some programs know only the sides of the page, others the sides of the text.
            Direction::RightToLeft => {
                format!("{first}\\li0\\ri{indent}\\lin{indent}\\rin0")
            }
        }
    }
}

/// Returns the number of a language in Windows and RTF.
fn language_number(tag: &str) -> Option<u16> {
    Some(match language::primary(tag) {
        "ar" => 1025,
        "ca" => 1027,
        "zh" if tag.contains("TW") || tag.contains("Hant") => 1028,
        "zh" => 2052,
        "cs" => 1029,
        "da" => 1030,
        "de" => 1031,
        "el" => 1032,
        "en" if tag.ends_with("GB") => 2057,
        "en" => 1033,
        "es" => 3082,
        "fi" => 1035,
        "fr" => 1036,
        "he" => 1037,
        "hu" => 1038,
        "it" => 1040,
        "ja" => 1041,
        "ko" => 1042,
        "nl" => 1043,
        "no" | "nb" => 1044,
        "pl" => 1045,
        "pt" if tag.ends_with("BR") => 1046,
        "pt" => 2070,
        "ro" => 1048,
        "ru" => 1049,
        "sv" => 1053,
        "th" => 1054,
        "tr" => 1055,
        "ur" => 1056,
        "uk" => 1058,
        "fa" => 1065,
        "vi" => 1066,
        "hi" => 1081,
        _ => return None,
    })
}

/// Formats a reading list: headings with outline levels, and entries as paragraphs, with a hanging indent if
/// the style asks for one.
pub fn reading_list(list: &ReadingList, language: &str) -> String {
    let otherwise = Direction::of_language(language);
    let mut body = String::new();
    if let Some(title) = &list.title {
        let rtf = Rtf::new(title, None, otherwise);
        let direction = rtf.paragraph();
        let title = rtf.plain(title);
        let _ = writeln!(
            body,
            "{{\\pard{direction}\\s10\\sa240\\keepn\\rtlch\\ab\\afs40\\ltrch\\b\\fs40 {title}\\par}}"
        );
    }
    write_blocks(&list.introduction.blocks, 0, otherwise, &mut body);
    for section in &list.sections {
        if let Some(heading) = &section.heading {
            let level = (heading.depth + list.heading_level.unwrap_or(1)).clamp(1, 6);
            let size = 32 - 4 * (level - 1).min(2);
            let rtf = Rtf::new(&heading.text, None, otherwise);
            let direction = rtf.paragraph();
            let heading = rtf.plain(&heading.text);
            let _ = writeln!(
                body,
                "{{\\pard{direction}\\s{level}\\outlinelevel{}\\sb240\\sa120\\keepn\\rtlch\\ab\\afs{size}\\ltrch\\b\\fs{size} {heading}\\par}}",
                level - 1
            );
        }
        write_blocks(&section.introduction.blocks, 0, otherwise, &mut body);
        let after = 120 * u32::from(list.layout.entry_spacing.min(10));
        let line = 240 * u32::from(list.layout.line_spacing.clamp(1, 10));
        let has_annotations = section.has_annotations();
        for item in &section.entries {
            let rtf = Rtf::of_content(&item.content, item.language.as_deref(), otherwise);
            let direction = rtf.paragraph();
            let (margin, mut rest) = markup_writer::margin_and_rest(&rtf, &item.content);
            if let Some(number) = rtf.language.filter(|_| !rtf.base.is_right_to_left()) {
                rest = format!("{{\\lang{number} {rest}}}");
            }
            let is_hanging = !margin.is_empty() || list.layout.hanging_indent;
            let indent = if is_hanging {
                rtf.indent(720, 720)
            } else {
                String::new()
            };
            let margin = if margin.is_empty() {
                margin
            } else {
                format!("{margin}\\tab ")
            };
            // Wide line spacing adds space below each line. Without equal space above, an annotation would be
            // closer to the next entry than to its own.
            let before = if has_annotations && line > 240 {
                format!("\\sb{line}")
            } else {
                String::new()
            };
            let _ = writeln!(
                body,
                "{{\\pard{direction}{indent}{before}\\sa{after}\\sl{line}\\slmult1 {margin}{rest}\\par}}"
            );
            write_blocks(&item.annotation.blocks, 720, otherwise, &mut body);
        }
    }
    let title = title_of(list, language);
    fill_template(
        include_str!("templates/document.rtf"),
        &[
            ("title", &Rtf::escaped(&printable(title))),
            ("body", body.trim_end()),
        ],
    )
}

/// Formats blocks, indented by `indent` twentieths of a point.
fn write_blocks(blocks: &[RichBlock], indent: usize, otherwise: Direction, text: &mut String) {
    for block in blocks {
        match block {
            RichBlock::Paragraph(content) => write_paragraph(content, indent, "", otherwise, text),
            RichBlock::Quote(quoted) => write_blocks(quoted, indent + 360, otherwise, text),
            RichBlock::List { start, items } => {
                for (item, number) in items.iter().zip(start.unwrap_or_default()..) {
                    let mut mark = match start {
                        Some(_) => format!("{number}."),
                        None => Rtf::escaped("\u{2022}"),
                    };
                    for block in item {
                        match block {
                            RichBlock::Paragraph(content) => {
                                write_paragraph(content, indent + 360, &mark, otherwise, text);
                            }
                            other => {
                                write_blocks(
                                    std::slice::from_ref(other),
                                    indent + 360,
                                    otherwise,
                                    text,
                                );
                            }
                        }
                        mark.clear();
                    }
                }
            }
            RichBlock::Verbatim(verbatim) => {
                let lines = verbatim.lines().map(|line| Rtf::escaped(&printable(line)));
                let lines = lines.collect::<Vec<_>>().join("\\line ");
                let _ = writeln!(
                    text,
                    "{{\\pard\\li{}\\sa120\\f1\\fs20 {lines}\\par}}",
                    indent + 360
                );
            }
        }
    }
}

fn write_paragraph(
    content: &[Inline],
    indent: usize,
    mark: &str,
    otherwise: Direction,
    text: &mut String,
) {
    let rtf = Rtf::of_content(content, None, otherwise);
    let direction = rtf.paragraph();
    let content = markup_writer::entry(&rtf, content);
    let (hanging, mark) = if mark.is_empty() {
        (0, String::new())
    } else {
        (360, format!("{mark}\\tab "))
    };
    let indent = rtf.indent(indent, hanging);
    let _ = writeln!(
        text,
        "{{\\pard{direction}{indent}\\sa120 {mark}{content}\\par}}"
    );
}

/// Formats an entry as part of a document.
pub fn entry(content: &[Inline]) -> String {
    markup_writer::entry(
        &Rtf::of_content(content, None, Direction::default()),
        content,
    )
}

impl Rtf {
    /// Escapes text.
    fn escaped(text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '\\' | '{' | '}' => {
                    escaped.push('\\');
                    escaped.push(character);
                }
                ' '..='~' => escaped.push(character),
                '\t' => escaped.push_str("\\tab "),
                '\u{a0}' => escaped.push_str("\\~"),
                _ if character.is_control() => escaped.push(' '),
                _ => {
                    // \u takes a signed 16-bit number and a substitute for older readers.
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        let _ = write!(escaped, "\\u{}?", unit.cast_signed());
                    }
                }
            }
        }
        escaped
    }
}

impl InlineMarkup for Rtf {
    /// Escapes text, with fonts for the scripts of East Asia.
    fn escape(&self, text: &str) -> String {
        if text.is_ascii() {
            return Self::escaped(text);
        }
        let mut escaped = String::new();
        for (script, text) in fonts::split_by_script(text, self.han) {
            let font = match script {
                FontScript::Chinese => 2,
                FontScript::TraditionalChinese => 3,
                FontScript::Japanese => 4,
                FontScript::Korean => 5,
                _ => {
                    escaped.push_str(&Self::escaped(&text));
                    continue;
                }
            };
            let (_, tag) = script.word_font();
            let number = language_number(tag).unwrap_or_default();
            let _ = write!(
                escaped,
                "{{\\dbch\\f{font}\\af{font}\\langfe{number} {}}}",
                Self::escaped(&text)
            );
        }
        escaped
    }

    fn levels(&self) -> Option<Direction> {
        Some(self.base)
    }

    fn marks(&self) -> Option<Direction> {
        Some(self.base)
    }

    fn escape_right_to_left(&self, text: &str) -> String {
        let number = self.language.unwrap_or(1037);
        format!("{{\\rtlch\\alang{number} {}}}", Self::escaped(text))
    }

    fn with_style(&self, mut text: String, style: TextStyle, _: RunContext) -> String {
        for (holds, word) in [
            (style.small_caps, "scaps"),
            (style.underline, "ul"),
            (
                style.vertical_align == Some(VerticalAlign::Superscript),
                "super",
            ),
            (
                style.vertical_align == Some(VerticalAlign::Subscript),
                "sub",
            ),
            // Letters from right to left have bold and italics of their own.
            (style.bold, "rtlch\\ab\\ltrch\\b"),
            (style.italic, "rtlch\\ai\\ltrch\\i"),
        ] {
            if holds {
                text = format!("{{\\{word} {text}}}");
            }
        }
        text
    }

    fn link(&self, shown: String, _: &str, href: &str, _: RunContext) -> String {
        let address = Self::escaped(&percent_encode(href, "\"{}\\"));
        format!(
            "{{\\field{{\\*\\fldinst HYPERLINK \"{address}\"}}{{\\fldrslt {{\\cf1\\ul {shown}}}}}}}"
        )
    }

    fn line_break(&self) -> &'static str {
        "\\line "
    }
}
