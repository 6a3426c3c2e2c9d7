//! LaTeX, to be read in by a document with `\input`.

use std::fmt::Write as _;

use super::marked_up::{self, Markup};
use super::runs::{Look, Raised};
use crate::csl::Inline;
use crate::reading_list::ReadingList;

struct Latex;

/// A reading list: unnumbered sections, and in each the entries as a list with hanging indents.
pub fn reading_list(list: &ReadingList) -> String {
    let mut text = String::from("% \\usepackage{hyperref} in the preamble makes the links work.\n");
    for section in &list.sections {
        if let Some(heading) = &section.heading {
            let command = ["section", "subsection", "subsubsection"];
            let command = command.get(heading.depth).unwrap_or(&"paragraph");
            let _ = writeln!(text, "\n\\{command}*{{{}}}", Latex.escaped(&heading.text));
        }
        let indent = if list.layout.hanging_indent {
            "\\setlength{\\leftmargin}{2em}\\setlength{\\itemindent}{-2em}"
        } else {
            "\\setlength{\\leftmargin}{2em}"
        };
        let _ = writeln!(text, "\n\\begin{{list}}{{}}{{{indent}}}");
        for item in &section.entries {
            let (margin, rest) = marked_up::margin_and_rest(&Latex, &item.content);
            let margin = if margin.is_empty() {
                String::new()
            } else {
                format!("[{{{margin}}}]")
            };
            // A bracket behind \item would be taken for its label.
            let guard = if margin.is_empty() && rest.starts_with('[') {
                "{}"
            } else {
                ""
            };
            let _ = writeln!(text, "\\item{margin}{guard} {rest}");
        }
        text.push_str("\\end{list}\n");
    }
    text
}

/// A reading list as a document of its own, for any LaTeX that reads UTF-8.
pub fn document(list: &ReadingList) -> String {
    format!(
        "\\documentclass{{article}}\n\\usepackage[T1]{{fontenc}}\n\\usepackage{{hyperref}}\n\
         \\begin{{document}}\n{}\\end{{document}}\n",
        reading_list(list)
    )
}

/// An entry.
pub fn entry(content: &[Inline]) -> String {
    marked_up::entry(&Latex, content)
}

impl Markup for Latex {
    fn escaped(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '\\' => escaped.push_str("\\textbackslash{}"),
                '~' => escaped.push_str("\\textasciitilde{}"),
                '^' => escaped.push_str("\\textasciicircum{}"),
                '{' | '}' | '$' | '&' | '#' | '_' | '%' => {
                    escaped.push('\\');
                    escaped.push(character);
                }
                '\u{a0}' => escaped.push('~'),
                '\u{202f}' => escaped.push_str("\\,"),
                _ => escaped.push(character),
            }
        }
        escaped
    }

    fn with_look(&self, mut text: String, look: Look) -> String {
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

    fn link(&self, text: &str, href: &str) -> String {
        let address = href.replace('\\', "%5C").replace(['{', '}'], "");
        let address = address.replace('%', "\\%").replace('#', "\\#");
        if text == href {
            format!("\\url{{{address}}}")
        } else {
            format!("\\href{{{address}}}{{{}}}", self.escaped(text))
        }
    }

    fn line_break(&self) -> &'static str {
        "\\\\\n"
    }
}
