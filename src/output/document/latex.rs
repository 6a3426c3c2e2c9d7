//! Documents in LaTeX.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{
    Alignment, Atom, Block, Definition, Document, Image, ImageFile, ImageKind, Span, Table, plain,
    write_flow,
};
use crate::output::formulas;
use crate::output::latex::{self, Latex};
use crate::output::markup_writer::InlineMarkup as _;
use crate::output::text_runs::{Formulas, printable};
use crate::text::single_spaced;

/// The packages that documents need beyond those of lists: for images, tables, struck text, and headings without
/// numbers.
const PACKAGES: &str = "\\usepackage{graphicx}
\\usepackage{array,longtable}
\\IfFileExists{ulem.sty}{\\usepackage[normalem]{ulem}}{\\let\\sout\\relax}
\\setcounter{secnumdepth}{-1}
";

/// Formats a document for pdfLaTeX, XeLaTeX or LuaLaTeX. Images are named as in the document.
pub fn document(document: &Document) -> String {
    let writer = LatexWriter {
        document,
        anchors: document.anchors(),
    };
    let mut body = String::new();
    let title = document.plain_title();
    if !document.title.is_empty() {
        let mut shown = writer.inline(&document.title);
        if !document.subtitle.is_empty() {
            let _ = write!(
                shown,
                "\\\\{{\\Large {}}}",
                writer.inline(&document.subtitle)
            );
        }
        body.push_str(&latex::title_block(&shown, &title));
    }
    for line in document.authors.iter().chain([&document.date]) {
        if !line.is_empty() {
            let _ = writeln!(body, "\n{}", writer.inline(line));
        }
    }
    if !document.summary.is_empty() {
        body.push_str("\n\\begin{quote}\\small");
        writer.blocks(&document.summary, &mut body);
        body.push_str("\\end{quote}\n");
    }
    writer.blocks(&document.blocks, &mut body);
    let list = document.blocks.iter().find_map(|block| match block {
        Block::Bibliography { list, .. } => Some(&**list),
        _ => None,
    });
    let title = if title.is_empty() { "Document" } else { &title };
    latex::complete(title, &body, PACKAGES, list, &document.language)
}

struct LatexWriter<'d> {
    document: &'d Document,
    anchors: BTreeSet<String>,
}

impl LatexWriter<'_> {
    fn blocks(&self, blocks: &[Block], text: &mut String) {
        for block in blocks {
            self.block(block, text);
        }
    }

    fn block(&self, block: &Block, text: &mut String) {
        match block {
            Block::Heading { level, id, content } => {
                let command = latex::command(*level);
                let _ = writeln!(
                    text,
                    "\n\\hypertarget{{{}}}{{}}%\n\\{command}{{\\texorpdfstring{{{}}}{{{}}}}}",
                    latex::target_name(id),
                    self.inline(content),
                    latex::pdf_string(&plain(content)),
                );
            }
            Block::Paragraph(content) => {
                let written = self.inline(content);
                if Latex::new(&plain(content), None).base.is_right_to_left() {
                    let _ = writeln!(text, "\n{{\\raggedleft {written}\\par}}");
                } else {
                    let _ = writeln!(text, "\n{written}");
                }
            }
            Block::Quote(quoted) => {
                text.push_str("\n\\begin{quote}");
                self.blocks(quoted, text);
                text.push_str("\\end{quote}\n");
            }
            Block::List { start, items } => self.list(*start, items, text),
            Block::Definitions(definitions) => self.definitions(definitions, text),
            Block::Code(code) => latex::write_verbatim(code, text),
            Block::Table(table) => self.table(table, text),
            Block::Figure(image) => {
                let caption = Span::Text(image.text.clone());
                let _ = writeln!(
                    text,
                    "\n\\begin{{center}}\n{}\n\n{{\\small {}}}\n\\end{{center}}",
                    self.image(image),
                    self.inline(&[caption])
                );
            }
            Block::Formula(tex) => {
                let _ = match formula(tex) {
                    Some(tex) => writeln!(text, "\n\\[{tex}\\]"),
                    None => writeln!(text, "\n{}", self.inline(&[Span::Code(tex.clone())])),
                };
            }
            Block::Rule => {
                text.push_str("\n\\begin{center}\\rule{0.4\\linewidth}{0.4pt}\\end{center}\n");
            }
            Block::Bibliography { list, .. } => {
                latex::body(list, 0, Some(&self.document.language), text);
            }
        }
    }

    fn list(&self, start: Option<u64>, items: &[Vec<Block>], text: &mut String) {
        text.push_str("\n\\begin{itemize}\n");
        for (item, number) in items.iter().zip(start.unwrap_or_default()..) {
            let mut inner = String::new();
            self.blocks(item, &mut inner);
            let _ = match start {
                Some(_) => writeln!(text, "\\item[{number}.] {}", inner.trim()),
                None => writeln!(text, "\\item\\relax {}", inner.trim()),
            };
        }
        text.push_str("\\end{itemize}\n");
    }

    fn definitions(&self, definitions: &[Definition], text: &mut String) {
        text.push_str("\n\\begin{description}\n");
        for definition in definitions {
            let _ = write!(text, "\\item[{{{}}}] ", self.inline(&definition.term));
            let mut inner = String::new();
            for meaning in &definition.meanings {
                self.blocks(meaning, &mut inner);
            }
            text.push_str(inner.trim());
            text.push('\n');
        }
        text.push_str("\\end{description}\n");
    }

    fn table(&self, table: &Table, text: &mut String) {
        let shares = table.shares();
        let columns = shares.iter().zip(&table.columns).map(|(share, alignment)| {
            let side = match alignment {
                Alignment::Default | Alignment::Left => "\\raggedright",
                Alignment::Center => "\\centering",
                Alignment::Right => "\\raggedleft",
            };
            // What the columns share is the width of the line without the space between them.
            let width = f64::from(*share) / 1000.0 * (1.0 - 0.03 * shares.len() as f64).max(0.3);
            format!(">{{{side}\\arraybackslash}}p{{{width:.3}\\linewidth}}")
        });
        let columns: String = columns.collect();
        let _ = writeln!(text, "\n\\begin{{longtable}}{{{columns}}}\n\\hline");
        let row = |cells: &[Vec<Span>], is_header: bool| {
            let cells = cells.iter().map(|cell| {
                let cell = self.inline(cell);
                if is_header && !cell.is_empty() {
                    format!("\\bfseries {cell}")
                } else {
                    // A bracket or an asterisk would be an argument of the command before it.
                    format!("{{}}{cell}")
                }
            });
            format!("{} \\\\\n", cells.collect::<Vec<_>>().join(" & "))
        };
        if table.header.iter().any(|cell| !cell.is_empty()) {
            let _ = write!(text, "{}\\hline\n\\endhead\n", row(&table.header, true));
        }
        for cells in &table.rows {
            text.push_str(&row(cells, false));
        }
        text.push_str("\\hline\n\\end{longtable}\n");
    }

    /// Formats the pieces of a paragraph.
    fn inline(&self, content: &[Span]) -> String {
        let latex = Latex::new(&plain(content), None);
        let text = write_flow(
            &latex,
            content,
            Formulas::Kept,
            &self.anchors,
            |atom, text| match atom {
                Atom::Break => text.push_str("\\\\\n"),
                Atom::Formula(tex) => match formula(tex) {
                    Some(tex) => {
                        let _ = write!(text, "\\({tex}\\)");
                    }
                    None => text.push_str(&latex.code(tex)),
                },
                Atom::Image(image) => text.push_str(&self.image(image)),
                Atom::Note(blocks) => {
                    let mut note = String::new();
                    self.blocks(blocks, &mut note);
                    let _ = write!(text, "\\footnote{{{}}}", note.trim());
                }
                Atom::Run(_) | Atom::FieldStart(_) | Atom::FieldEnd(_) => {}
            },
        );
        latex.escape_line_start(text)
    }

    /// Formats an image if it could be read and LaTeX can load its name; otherwise its text.
    fn image(&self, image: &Image) -> String {
        let is_plain = |c: char| c.is_alphanumeric() || "-_./ +:".contains(c);
        let file = self.document.images.get(&image.source);
        let loads = |file: &&ImageFile| {
            matches!(file.kind, ImageKind::Png | ImageKind::Jpeg) && file.path.chars().all(is_plain)
        };
        if let Some(file) = file.filter(loads) {
            // As wide as on a screen, but not wider than the text.
            let width = match file.width {
                pixels @ 0..=580 => format!("{:.2}in", f64::from(pixels) / 96.0),
                _ => "\\linewidth".to_owned(),
            };
            return format!(
                "\\includegraphics[width={width},height=0.6\\textheight,keepaspectratio]{{\\detokenize{{{}}}}}",
                file.path
            );
        }
        Latex::new(&image.text, None).escape(&printable(&image.text))
    }
}

/// Returns a formula if it has no commands but those of mathematics.
fn formula(tex: &str) -> Option<String> {
    let line = single_spaced(tex);
    (!line.contains('$') && formulas::is_safe(&line)).then_some(line)
}
