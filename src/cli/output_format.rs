//! The forms in which a reading list is handed on.

use std::io::{BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::context::{shows_formatting, terminal_width};
use crate::cli::export_entries::{Entries, Wanted, tell_losses, written};
use crate::cli::format_name::FormatName;
use crate::cli::io::write_file;
use crate::cli::{CommandContext, CommandError};
use peerbib::library::Reference;
use peerbib::model::CslItem;
use peerbib::output::{
    MetadataIndex, csv, docx, html, json, latex, markdown, mediawiki, pandoc, rtf, text, typst,
};
use peerbib::reading_list::ReadingList;

/// What a reading list is written as, and where.
#[derive(Debug, Default, Args)]
pub(crate) struct FormArguments {
    /// The form; without it, that of the ending of --output, or else ansi on a terminal and text
    /// elsewhere
    #[arg(long, value_name = "FORM")]
    to: Option<Form>,

    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write a whole page or document: for html, latex, typst and pandoc, which are else made to be part of
    /// one; for json, one object with the title and the sections
    #[arg(long)]
    standalone: bool,

    /// Write each entry as a template of Wikipedia's, such as {{cite book}}, which the wiki formats
    /// itself: for mediawiki
    #[arg(long)]
    templates: bool,
}

/// A form of a reading list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Plain text, one entry a line
    Text,
    /// Text with italics, bold and links for a terminal
    Ansi,
    /// HTML, with the markup of citeproc-js
    Html,
    /// Markdown, as CommonMark has it
    Markdown,
    /// Pandoc's Markdown, with its divisions for a bibliography
    Pandoc,
    /// LaTeX, for \input
    Latex,
    /// Typst markup
    Typst,
    /// The markup of Wikipedia and other wikis
    Mediawiki,
    /// A document for any word processor
    Rtf,
    /// A Word document
    Docx,
    /// JSON: an array of objects with key, text and html
    Json,
    /// A table for spreadsheets: a row for each entry
    Csv,
    /// The references themselves, as BibLaTeX
    Biblatex,
    /// The references themselves, as BibTeX
    Bibtex,
    /// The references themselves, as CSL-JSON
    CslJson,
    /// The references themselves, as Typst's YAML
    Hayagriva,
    /// The references themselves, as RIS
    Ris,
}

/// A reading list, and the works behind its entries.
pub(crate) struct Listed<'a> {
    /// The list as a style prints it.
    pub(crate) list: &'a ReadingList,
    /// Its works.
    pub(crate) works: &'a [Reference],
    /// The works in the variables of CSL, in the order of `works`.
    pub(crate) items: &'a [CslItem],
    /// Where their entries stand, for the reference formats.
    pub(crate) entries: Entries<'a>,
    /// The language that the list is printed in, such as `en-US`.
    pub(crate) language: &'a str,
    /// Whether private annotations are to be seen.
    pub(crate) annotations: bool,
}

impl FormArguments {
    /// Writes a list in the form and to the place that were asked for.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written, its ending names no form, or a Word document would go to a
    /// terminal.
    pub(crate) fn write(
        &self,
        context: &CommandContext,
        listed: &Listed<'_>,
    ) -> Result<(), CommandError> {
        let form = self.form()?;
        if self.templates && form != Form::Mediawiki {
            return Err(
                CommandError::usage("--templates are written for a wiki only")
                    .with_help("add --to mediawiki, or leave --templates out".to_owned()),
            );
        }
        match &self.output {
            Some(path) => {
                let mut written = Vec::new();
                self.write_form(context, form, listed, &mut written)?;
                write_file(path, written)?;
                let whole = match form {
                    Form::Html => "page",
                    Form::Latex => "document",
                    _ => return Ok(()),
                };
                if !self.standalone {
                    context.note(format_args!(
                        "{} is made to be part of a {whole}; --standalone writes a whole one",
                        path.display()
                    ));
                }
                Ok(())
            }
            None if form == Form::Docx && std::io::stdout().is_terminal() => Err(
                CommandError::usage("a Word document cannot be shown in a terminal")
                    .with_help("write it to a file with --output list.docx".to_owned()),
            ),
            None => {
                let mut output = BufWriter::new(std::io::stdout().lock());
                self.write_form(context, form, listed, &mut output)?;
                Ok(output.flush()?)
            }
        }
    }

    /// The form that is meant.
    fn form(&self) -> Result<Form, CommandError> {
        match (self.to, &self.output) {
            (Some(form), _) => Ok(form),
            (None, Some(path)) => Form::of_file(path).ok_or_else(|| {
                CommandError::usage(format_args!(
                    "the name of {} does not say which form is meant",
                    path.display()
                ))
                .with_help("say it with --to, such as --to html".to_owned())
            }),
            (None, None) if shows_formatting() => Ok(Form::Ansi),
            (None, None) => Ok(Form::Text),
        }
    }

    /// Writes a list in a form.
    ///
    /// # Errors
    ///
    /// Where an entry cannot be read, or the output cannot be written.
    pub(crate) fn write_form(
        &self,
        context: &CommandContext,
        form: Form,
        listed: &Listed<'_>,
        output: &mut impl Write,
    ) -> Result<(), CommandError> {
        let list = listed.list;
        let language = listed.language;
        let works = || MetadataIndex::new(listed.works, listed.items);
        let text = match form {
            Form::Text | Form::Ansi => {
                let on_terminal = self.output.is_none() && std::io::stdout().is_terminal();
                let ansi = form == Form::Ansi;
                let layout = text::TextLayout {
                    ansi,
                    links: ansi && on_terminal && shows_links(),
                    width: terminal_width().filter(|_| on_terminal),
                };
                text::reading_list(list, layout)
            }
            Form::Markdown => markdown::reading_list(list),
            Form::Pandoc if self.standalone => pandoc::document(list, language),
            Form::Pandoc => pandoc::reading_list(list),
            Form::Html if self.standalone => html::page(list, &works(), language),
            Form::Html => html::reading_list(list, &works()),
            Form::Latex if self.standalone => latex::document(list, language),
            Form::Latex => latex::reading_list(list),
            Form::Typst if self.standalone => typst::document(list, language),
            Form::Typst => typst::reading_list(list),
            Form::Mediawiki if self.templates => mediawiki::with_templates(list, &works()),
            Form::Mediawiki => mediawiki::reading_list(list),
            Form::Rtf => rtf::reading_list(list),
            Form::Docx => {
                output.write_all(&docx::reading_list(list)?)?;
                return Ok(());
            }
            Form::Json => {
                if self.standalone {
                    let list = json::list(list, language);
                    serde_json::to_writer_pretty(&mut *output, &list)?;
                } else {
                    serde_json::to_writer_pretty(&mut *output, &json::entries(list))?;
                }
                writeln!(output)?;
                return Ok(());
            }
            Form::Csv => csv::reading_list(list, &works()),
            Form::Biblatex => references(context, FormatName::Biblatex, listed)?,
            Form::Bibtex => references(context, FormatName::Bibtex, listed)?,
            Form::CslJson => references(context, FormatName::CslJson, listed)?,
            Form::Hayagriva => references(context, FormatName::Hayagriva, listed)?,
            Form::Ris => references(context, FormatName::Ris, listed)?,
        };
        output.write_all(text.as_bytes())?;
        Ok(())
    }
}

/// Whether the terminal follows links: most do, and most others do not show what they do not know.
fn shows_links() -> bool {
    let is =
        |name: &str, tells: fn(&str) -> bool| std::env::var(name).is_ok_and(|value| tells(&value));
    let is_plain = is("TERM", |term| {
        matches!(term, "dumb" | "linux" | "cons25" | "emacs")
    });
    // The terminals of GNOME before 0.50 showed them as text.
    let is_old = is("VTE_VERSION", |version| {
        version.parse::<u32>().is_ok_and(|version| version < 5000)
    });
    !is_plain && !is_old
}

impl Form {
    /// The form that the ending of a file's name stands for.
    fn of_file(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_lowercase();
        Some(match ending.as_str() {
            "txt" | "text" => Self::Text,
            "html" | "htm" => Self::Html,
            "md" | "markdown" => Self::Markdown,
            "tex" | "latex" => Self::Latex,
            "typ" => Self::Typst,
            "wiki" | "mediawiki" => Self::Mediawiki,
            "rtf" => Self::Rtf,
            "docx" => Self::Docx,
            "json" => Self::Json,
            "csv" => Self::Csv,
            "bib" => Self::Biblatex,
            "yml" | "yaml" => Self::Hayagriva,
            "ris" => Self::Ris,
            _ => return None,
        })
    }
}

/// The references of a list in its order, each once.
fn references(
    context: &CommandContext,
    format: FormatName,
    listed: &Listed<'_>,
) -> Result<String, CommandError> {
    let works: std::collections::HashMap<&str, (&Reference, &CslItem)> = listed
        .works
        .iter()
        .zip(listed.items)
        .map(|(work, item)| (work.key.as_str(), (work, item)))
        .collect();
    let mut seen = std::collections::HashSet::new();
    let in_order: Vec<(&Reference, &CslItem)> = listed
        .list
        .sections
        .iter()
        .flat_map(|section| &section.entries)
        .filter(|entry| seen.insert(entry.key.as_str()))
        .filter_map(|entry| works.get(entry.key.as_str()).copied())
        .collect();
    let wanted = Wanted {
        format,
        tags: false,
        annotations: listed.annotations,
    };
    let written = written(listed.entries, &in_order, wanted)?;
    tell_losses(context, format, &written.losses);
    Ok(written.text)
}
