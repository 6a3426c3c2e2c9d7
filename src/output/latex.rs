//! LaTeX, as a fragment for `\input` or as a complete document.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::formulas;
use super::latex_characters::{self, FontScript};
use super::markup_writer::{self, InlineMarkup, RunContext};
use super::template::fill_template;
use super::text_runs::{TextStyle, VerticalAlign, printable};
use super::urls::percent_encode;
use crate::csl::Inline;
use crate::reading_list::{Block, ReadingList, RichBlocks};

struct Latex;

/// Formats a reading list as a fragment: unnumbered sections with their entries as lists. Commands that the
/// document may lack get a simple fallback definition.
pub fn reading_list(list: &ReadingList) -> String {
    let mut text = include_str!("templates/fragment.tex").to_owned();
    if let Some(title) = &list.title {
        let _ = writeln!(text, "\n\\section*{{{}}}", heading(title));
    }
    body(list, usize::from(list.title.is_some()), &mut text);
    text
}

/// Formats a reading list as a document for pdfLaTeX, XeLaTeX or LuaLaTeX. The preamble contains only what
/// the characters of the list need. pdfLaTeX shows letters without a font by their code point, and they
/// remain searchable; the other two engines style for a system font.
pub fn document(list: &ReadingList, language: &str) -> String {
    let mut text = String::new();
    body(list, 0, &mut text);
    let title = list.title.as_deref().unwrap_or("Reading list");
    let shown = if list.title.is_some() {
        format!(
            "\\begin{{flushleft}}\\LARGE\\bfseries {}\\end{{flushleft}}\n",
            heading(title)
        )
    } else {
        String::new()
    };
    let body = format!("{shown}{text}");
    let pdf_title = pdf_string(title);
    fill_template(
        include_str!("templates/document.tex"),
        &[
            ("language", &pdf_string(language)),
            ("title", &pdf_title),
            ("fonts", &latex_characters::fonts(&body)),
            ("fallbacks", &latex_characters::fallbacks(&body)),
            ("body", body.trim_end()),
        ],
    )
}

/// Formats an entry.
pub fn entry(content: &[Inline]) -> String {
    markup_writer::entry(&Latex, content)
}

fn heading(text: &str) -> String {
    Latex.escape(&printable(text))
}

/// Formats text for a hyperref option, which must not contain commands.
fn pdf_string(text: &str) -> String {
    printable(text)
        .chars()
        .filter(|c| !"\\{}$&#^_%~".contains(*c))
        .collect()
}

fn body(list: &ReadingList, deeper: usize, text: &mut String) {
    blocks(&list.introduction, text);
    let mut seen = HashSet::new();
    for section in &list.sections {
        if let Some(title) = &section.heading {
            let command = ["section", "subsection", "subsubsection", "paragraph"];
            let command = command.get(title.depth + deeper).unwrap_or(&"subparagraph");
            let _ = writeln!(text, "\n\\{command}*{{{}}}", heading(&title.text));
        }
        blocks(&section.introduction, text);
        if section.entries.is_empty() {
            continue;
        }
        let indent = if list.layout.hanging_indent {
            "\\setlength{\\leftmargin}{2em}\\setlength{\\itemindent}{-2em}"
        } else {
            "\\setlength{\\leftmargin}{2em}\\setlength{\\itemindent}{0pt}"
        };
        let spacing = match list.layout.entry_spacing {
            0 => "\\setlength{\\itemsep}{0pt}\\setlength{\\parsep}{0pt}",
            _ => "",
        };
        let _ = writeln!(text, "\n\\begin{{list}}{{}}{{{indent}{spacing}}}");
        for item in &section.entries {
            let (margin, rest) = markup_writer::margin_and_rest(&Latex, &item.content);
            // LaTeX would read a bracket after \item as its label.
            let margin = if margin.is_empty() {
                "\\relax".to_owned()
            } else {
                format!("[{{{margin}}}]")
            };
            let anchor = if seen.insert(item.key.as_str()) {
                anchor(&item.key)
            } else {
                String::new()
            };
            let _ = writeln!(text, "\\item{margin} {anchor}{rest}");
            if !item.annotation.is_empty() {
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
                blocks(&item.annotation, &mut annotation);
                text.push_str(annotation.trim());
                text.push_str("\n\\end{list}\n");
            }
        }
        text.push_str("\\end{list}\n");
    }
}

/// Returns the link target of a work: `ref-` and its key, without TeX's special characters.
fn anchor(key: &str) -> String {
    let name: String = key
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-:.+/".contains(*c))
        .collect();
    if name.is_empty() {
        return String::new();
    }
    format!("\\hypertarget{{ref-{name}}}{{}}")
}

fn blocks(blocks: &RichBlocks, text: &mut String) {
    write_blocks(&blocks.blocks, text);
}

fn write_blocks(blocks: &[Block], text: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(content) => {
                let _ = writeln!(text, "\n{}", entry(content));
            }
            Block::Quote(quoted) => {
                text.push_str("\n\\begin{quote}");
                write_blocks(quoted, text);
                text.push_str("\\end{quote}\n");
            }
            Block::List { start, items } => {
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
            Block::Verbatim(verbatim) => {
                text.push_str("\n\\begin{flushleft}\\ttfamily\\small\n");
                let lines = verbatim.lines().map(|line| {
                    let line = printable(line);
                    let spaces = line.len() - line.trim_start_matches(' ').len();
                    let rest = Latex.escape(line.trim_start_matches(' '));
                    format!("{}\\mbox{{}}{rest}", "~".repeat(spaces))
                });
                text.push_str(&lines.collect::<Vec<_>>().join("\\\\\n"));
                text.push_str("\n\\end{flushleft}\n");
            }
        }
    }
}

impl InlineMarkup for Latex {
    /// Escapes text around formulas. Character sequences that form ligatures (`--`, `,,`) are separated, and straight
    /// quotation marks and accents stay as they are. Letters of other scripts and symbols become arguments of
    /// commands that select a font.
    fn escape(&self, text: &str) -> String {
        formulas::escape_around(text, escape_text, |formula| Some(formula.to_owned()))
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
        let address = percent_encode(href, "")
            .replace('%', "\\%")
            .replace('#', "\\#");
        if text == href || text.contains("://") {
            // Allow a line break after punctuation in a URL.
            let mut breakable = String::with_capacity(shown.len());
            for character in shown.chars() {
                breakable.push(character);
                if matches!(character, '/' | '.' | '?' | '=' | ':') {
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

fn escape_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (script, text) in latex_characters::split_by_script(text) {
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
