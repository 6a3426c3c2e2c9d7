//! The output formats of bibliographies and reading lists.

use std::io::{IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::export_entries::{Entries, ReferenceOptions, report_losses, write_references};
use crate::cli::format_name::FormatName;
use crate::cli::ui::{shows_formatting, terminal_width};
use crate::cli::{CommandContext, CommandError};
use peerbib::library::CitableWork;
use peerbib::model::{CslItem, markup};
use peerbib::output::{
    MetadataIndex, csv, docx, html, ics, json, latex, markdown, mediawiki, pandoc, rtf, text, typst,
};
use peerbib::reading_list::ReadingList;

/// The output format and file of a list.
#[derive(Debug, Default, Args)]
pub(crate) struct OutputArgs {
    /// The output format; by default, that of the extension of --output, or ansi on a terminal and text
    /// elsewhere
    #[arg(long, value_name = "FORMAT")]
    to: Option<OutputFormat>,

    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write a complete page or document in html, latex, typst and pandoc, otherwise a fragment is written; in
    /// json, one object with title and sections
    #[arg(long)]
    standalone: bool,

    /// Write mediawiki as templates such as {{cite book}}, which the wiki formats itself
    #[arg(long)]
    templates: bool,
}

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Plain text, one entry per line
    Text,
    /// Text with italics, bold and links for a terminal
    Ansi,
    /// HTML, with the markup of citeproc-js
    Html,
    /// Markdown (CommonMark)
    Markdown,
    /// Pandoc's Markdown, with divs for a bibliography
    Pandoc,
    /// LaTeX, for \input
    Latex,
    /// Typst markup
    Typst,
    /// MediaWiki markup
    Mediawiki,
    /// Rich text for any word processor
    Rtf,
    /// A Word document
    Docx,
    /// JSON: an array of objects with key, text and html
    Json,
    /// A table for spreadsheets, one row per entry
    Csv,
    /// A calendar of the sections that have a date
    Ics,
    /// The references as BibLaTeX
    Biblatex,
    /// The references as BibTeX
    Bibtex,
    /// The references as CSL-JSON
    CslJson,
    /// The references as Hayagriva YAML
    Hayagriva,
    /// The references as RIS
    Ris,
}

/// A formatted list with its works.
pub(crate) struct RenderedList<'a> {
    /// The list in its style.
    pub(crate) list: &'a ReadingList,
    /// Its works.
    pub(crate) works: &'a [CitableWork],
    /// The CSL items of the works, in the same order.
    pub(crate) items: &'a [CslItem],
    /// The source of their entries, for the reference formats.
    pub(crate) entries: Entries<'a>,
    /// The language of the list, such as `en-US`.
    pub(crate) language: &'a str,
    /// Whether to include private annotations.
    pub(crate) annotations: bool,
}

impl OutputArgs {
    /// Writes a list in the requested format to the requested file.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, its extension is not supported, or a Word document would go to a
    /// terminal.
    pub(crate) fn write(
        &self,
        context: &CommandContext,
        listed: &RenderedList<'_>,
    ) -> Result<(), CommandError> {
        let format = self.format()?;
        if self.templates && format != OutputFormat::Mediawiki {
            return Err(CommandError::usage("--templates requires --to mediawiki")
                .with_help("add --to mediawiki, or omit --templates".to_owned()));
        }
        match &self.output {
            Some(path) => {
                let mut written = Vec::new();
                self.write_as(context, format, listed, &mut written)?;
                context.write_file(path, written)?;
                let whole = match format {
                    OutputFormat::Html => "page",
                    OutputFormat::Latex => "document",
                    _ => return Ok(()),
                };
                if !self.standalone {
                    context.note(format_args!(
                        "{} is a fragment; --standalone writes a complete {whole}",
                        path.display()
                    ));
                }
                Ok(())
            }
            None if format == OutputFormat::Docx && std::io::stdout().is_terminal() => Err(
                CommandError::usage("a Word document cannot be shown in a terminal")
                    .with_help("write it to a file: --output list.docx".to_owned()),
            ),
            None => {
                let mut output = match format {
                    OutputFormat::Ansi => context.ansi_output(),
                    _ => context.output(),
                };
                self.write_as(context, format, listed, &mut output)?;
                Ok(output.flush()?)
            }
        }
    }

    /// Rejects an output file that would overwrite one of the `inputs` or the library.
    ///
    /// # Errors
    ///
    /// A usage error that names the file.
    pub(crate) fn check(
        &self,
        context: &CommandContext,
        inputs: impl IntoIterator<Item = impl AsRef<Path>>,
    ) -> Result<(), CommandError> {
        match &self.output {
            Some(path) => context.check_output(path, inputs),
            None => Ok(()),
        }
    }

    /// Returns the requested format.
    fn format(&self) -> Result<OutputFormat, CommandError> {
        match (self.to, &self.output) {
            (Some(format), _) => Ok(format),
            (None, Some(path)) => OutputFormat::from_path(path).ok_or_else(|| {
                CommandError::usage(format_args!(
                    "unsupported output format: {}",
                    path.extension().map_or_else(
                        || path.display().to_string(),
                        |extension| format!(".{}", extension.to_string_lossy())
                    )
                ))
                .with_help("choose a format with --to, such as --to html".to_owned())
            }),
            (None, None) if shows_formatting() => Ok(OutputFormat::Ansi),
            (None, None) => Ok(OutputFormat::Text),
        }
    }

    /// Writes a list in a format.
    ///
    /// # Errors
    ///
    /// If an entry cannot be read, or the output cannot be written.
    pub(crate) fn write_as(
        &self,
        context: &CommandContext,
        format: OutputFormat,
        listed: &RenderedList<'_>,
        output: &mut impl Write,
    ) -> Result<(), CommandError> {
        if format.is_styled() {
            report_untitled(context, listed);
        }
        let list = listed.list;
        let language = listed.language;
        let works = || MetadataIndex::new(listed.works, listed.items);
        let text = match format {
            OutputFormat::Text | OutputFormat::Ansi => {
                let on_terminal = self.output.is_none() && std::io::stdout().is_terminal();
                let ansi = format == OutputFormat::Ansi;
                let layout = text::TextLayout {
                    ansi,
                    links: ansi && on_terminal && shows_links(),
                    isolates: ansi && context.configuration()?.isolates(),
                    width: terminal_width().filter(|_| on_terminal),
                };
                text::reading_list(list, layout)
            }
            OutputFormat::Markdown => markdown::reading_list(list),
            OutputFormat::Pandoc if self.standalone => pandoc::document(list, language),
            OutputFormat::Pandoc => pandoc::reading_list(list),
            OutputFormat::Html if self.standalone => html::page(list, &works(), language),
            OutputFormat::Html => html::reading_list(list, &works()),
            OutputFormat::Latex if self.standalone => latex::document(list, language),
            OutputFormat::Latex => latex::reading_list(list),
            OutputFormat::Typst if self.standalone => typst::document(list, language),
            OutputFormat::Typst => typst::reading_list(list),
            OutputFormat::Mediawiki if self.templates => mediawiki::with_templates(list, &works()),
            OutputFormat::Mediawiki => mediawiki::reading_list(list),
            OutputFormat::Rtf => rtf::reading_list(list),
            OutputFormat::Docx => {
                output.write_all(&docx::reading_list(list)?)?;
                return Ok(());
            }
            OutputFormat::Json => {
                if self.standalone {
                    let list = json::list(list, language);
                    serde_json::to_writer_pretty(&mut *output, &list)?;
                } else {
                    serde_json::to_writer_pretty(&mut *output, &json::entries(list))?;
                }
                writeln!(output)?;
                return Ok(());
            }
            OutputFormat::Csv => csv::reading_list(list, &works()),
            OutputFormat::Ics => {
                if list.sections.iter().all(|section| section.event.is_none()) {
                    return Err(CommandError::new("no section has a date").with_help(
                        "`peerbib list section edit LIST SECTION --date 2026-10-12` sets one"
                            .to_owned(),
                    ));
                }
                ics::calendar(list, std::time::SystemTime::now())
            }
            OutputFormat::Biblatex => references(context, FormatName::BIBLATEX, listed)?,
            OutputFormat::Bibtex => references(context, FormatName::BIBTEX, listed)?,
            OutputFormat::CslJson => references(context, FormatName::CSL_JSON, listed)?,
            OutputFormat::Hayagriva => references(context, FormatName::HAYAGRIVA, listed)?,
            OutputFormat::Ris => references(context, FormatName::RIS, listed)?,
        };
        output.write_all(text.as_bytes())?;
        Ok(())
    }
}

/// Returns whether the terminal supports links. Most do, and most others ignore them.
fn shows_links() -> bool {
    let is =
        |name: &str, test: fn(&str) -> bool| std::env::var(name).is_ok_and(|value| test(&value));
    let is_plain = is("TERM", |term| {
        matches!(term, "dumb" | "linux" | "cons25" | "emacs")
    });
    // VTE before 0.50 shows them as text.
    let is_old = is("VTE_VERSION", |version| {
        version.parse::<u32>().is_ok_and(|version| version < 5000)
    });
    !is_plain && !is_old
}

/// Reports how many works of a list have no title.
fn report_untitled(context: &CommandContext, list: &RenderedList<'_>) {
    let is_empty = |title: String| markup::plain(&title).trim().is_empty();
    let untitled: Vec<&str> = list
        .items
        .iter()
        .filter(|item| item.text("title").is_none_or(is_empty))
        .map(|item| item.id.as_str())
        .collect();
    let count = match untitled.len() {
        0 => return,
        1 => "1 work has no title".to_owned(),
        count => format!("{count} works have no title"),
    };
    let which = match list.entries {
        Entries::Library(_) => "`peerbib find missing:title` finds such works".to_owned(),
        Entries::Files(_) => untitled.join(", "),
    };
    context.warn(format_args!(
        "warning: {count}; the list prints what is known ({which})"
    ));
}

impl OutputFormat {
    /// Returns whether a citation style prints the works, as opposed to a reference format.
    fn is_styled(self) -> bool {
        !matches!(
            self,
            Self::Csv | Self::Biblatex | Self::Bibtex | Self::CslJson | Self::Hayagriva | Self::Ris
        )
    }

    /// Returns the format for the extension of a file.
    fn from_path(path: &Path) -> Option<Self> {
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
            "ics" => Self::Ics,
            "bib" => Self::Biblatex,
            "yml" | "yaml" => Self::Hayagriva,
            "ris" => Self::Ris,
            _ => return None,
        })
    }
}

/// Returns the references of a list in its order, each once.
fn references(
    context: &CommandContext,
    format: FormatName,
    listed: &RenderedList<'_>,
) -> Result<String, CommandError> {
    let works: std::collections::HashMap<&str, (&CitableWork, &CslItem)> = listed
        .works
        .iter()
        .zip(listed.items)
        .map(|(work, item)| (work.key.as_str(), (work, item)))
        .collect();
    let mut seen = std::collections::HashSet::new();
    let in_order: Vec<(&CitableWork, &CslItem)> = listed
        .list
        .sections
        .iter()
        .flat_map(|section| &section.entries)
        .filter(|entry| seen.insert(entry.key.as_str()))
        .filter_map(|entry| works.get(entry.key.as_str()).copied())
        .collect();
    let wanted = ReferenceOptions {
        format,
        tags: false,
        annotations: listed.annotations,
        public: false,
    };
    let written = write_references(listed.entries, &in_order, wanted)?;
    report_losses(context, format, &written.losses);
    Ok(written.text)
}
