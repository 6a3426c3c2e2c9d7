//! LaTeX: to be read in by a document with `\input`, or a document of its own.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::latex_characters::{self, Script};
use super::markup_writer::{self, Around, Markup};
use super::template::filled;
use super::text_runs::{Look, Raised, printable};
use super::urls::encoded;
use crate::csl::Inline;
use crate::reading_list::{Block, ReadingList, RichBlocks};

struct Latex;

/// A reading list: unnumbered sections, and in each the entries as a list with hanging indents. The
/// commands that it uses and that a document may not have are given a plain meaning at its beginning.
pub fn reading_list(list: &ReadingList) -> String {
    let mut text = include_str!("templates/fragment.tex").to_owned();
    if let Some(title) = &list.title {
        let _ = writeln!(text, "\n\\section*{{{}}}", heading(title));
    }
    body(list, usize::from(list.title.is_some()), &mut text);
    text
}

/// A reading list as a document of its own, for pdfLaTeX, XeLaTeX and LuaLaTeX. Its preamble has only what
/// its characters need: letters that pdfLaTeX has no font for are shown as their numbers and can still be
/// searched and copied, and the other two look for a font of the system that has them.
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
    filled(
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

/// An entry.
pub fn entry(content: &[Inline]) -> String {
    markup_writer::entry(&Latex, content)
}

fn heading(text: &str) -> String {
    Latex.escaped(&printable(text))
}

/// Text for an option of hyperref, in which commands mean nothing.
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
            // A bracket behind \item would be taken for its label.
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
                // Below the lines that hang, or a little further in than an entry without any.
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

/// Where a link to a work leads: `ref-` and its key, without the characters that mean something to TeX.
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

fn blocks(prose: &RichBlocks, text: &mut String) {
    write_blocks(&prose.blocks, text);
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
                    let rest = Latex.escaped(line.trim_start_matches(' '));
                    format!("{}\\mbox{{}}{rest}", "~".repeat(spaces))
                });
                text.push_str(&lines.collect::<Vec<_>>().join("\\\\\n"));
                text.push_str("\n\\end{flushleft}\n");
            }
        }
    }
}

impl Markup for Latex {
    /// Signs that TeX would join to others (`--`, `,,`) are kept apart, and quotation marks and accents are
    /// written as what they are. Letters of other scripts, and signs, are the arguments of commands that
    /// choose a font for them.
    fn escaped(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        for (script, text) in latex_characters::by_script(text) {
            match script {
                Script::Latin => write_latin(&text, &mut escaped),
                Script::Symbol => {
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

    fn with_look(&self, mut text: String, look: Look, _: Around) -> String {
        for (holds, command) in [
            (look.small_caps, "textsc"),
            (look.underline, "underline"),
            (look.raised == Some(Raised::Superscript), "textsuperscript"),
            (look.raised == Some(Raised::Subscript), "textsubscript"),
            (look.bold, "textbf"),
            (look.italic, "textit"),
        ] {
            if holds {
                text = format!("\\{command}{{{text}}}");
            }
        }
        text
    }

    fn link(&self, shown: String, text: &str, href: &str, _: Around) -> String {
        let address = encoded(href, "").replace('%', "\\%").replace('#', "\\#");
        if text == href || text.contains("://") {
            // An address may be broken behind its signs.
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

    /// What begins a paragraph may follow `\\` or `\item`, which would take a bracket or an asterisk.
    fn at_start(&self, mut line: String) -> String {
        if line.starts_with(['[', '*']) {
            line.insert_str(0, "{}");
        }
        line
    }
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
