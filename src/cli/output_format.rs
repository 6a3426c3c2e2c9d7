//! The output formats of bibliographies and reading lists.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rayon::prelude::*;

use crate::cli::export_entries::{
    Entries, ReferenceOptions, book_titles, report_losses, write_references,
};
use crate::cli::extensions::ByExtension;
use crate::cli::format_name::FormatName;
use crate::cli::programs;
use crate::cli::ui::{shows_formatting, terminal_width};
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::library::CitableWork;
use peerbib::model::{CslItem, assume_language, language_of, markup};
use peerbib::output::{
    ItemMetadata, MetadataIndex, coins, csv, docx, html, ics, json, latex, markdown, mediawiki,
    odt, pandoc, rtf, text, typst,
};
use peerbib::reading_list::ReadingList;

/// The output format and file of a list.
#[derive(Debug, Default, Args)]
pub(crate) struct OutputArgs {
    /// The output format; by default, that of the extension of --output, or ansi on a terminal and text
    /// elsewhere
    #[arg(long, value_name = "FORMAT")]
    to: Option<OutputFormat>,

    /// Write to this file; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write a complete document instead of a fragment (html, latex, typst, pandoc), or one object with title and
    /// sections (json)
    #[arg(long)]
    standalone: bool,

    /// The level of the highest heading, from 1 to 6, for a list within a document
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(1..=6))]
    heading_level: Option<u8>,

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
    /// An OpenDocument text, for LibreOffice
    Odt,
    #[cfg_attr(feature = "pdf", doc = "PDF")]
    #[cfg_attr(not(feature = "pdf"), doc = "PDF, made by Typst if that is installed")]
    Pdf,
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
    /// The facts about its works.
    pub(crate) works: ListedWorks<'a>,
    /// The source of their entries, for the reference formats.
    pub(crate) entries: Entries<'a>,
    /// The language of the list, such as `en-US`.
    pub(crate) language: &'a str,
    /// Whether to include private annotations.
    pub(crate) annotations: bool,
}

/// The works of a list, as far as a format needs them.
#[derive(Clone, Copy)]
pub(crate) enum ListedWorks<'a> {
    /// The works with their CSL items, in the same order.
    All(&'a [CitableWork], &'a [CslItem]),
    /// Only what most output formats print: enough unless [`OutputArgs::needs_works`].
    Digest(&'a WorkDigest),
}

/// The parts of works that most output formats print besides entries, so that the works themselves need not stay in
/// memory.
#[derive(Default)]
pub(crate) struct WorkDigest {
    /// The works by their keys, in one map: for a million works, each map takes 100 MB.
    works: HashMap<Box<str>, DigestedWork>,
    /// The keys of works without a title.
    untitled: Vec<String>,
}

/// The facts about a work in a [`WorkDigest`].
#[derive(Default)]
struct DigestedWork {
    /// The language, stated or guessed.
    language: Option<Cow<'static, str>>,
    /// The context object.
    coins: Option<Box<str>>,
}

impl WorkDigest {
    /// Adds works by their CSL items.
    pub(crate) fn add(&mut self, items: &[CslItem]) {
        let languages = items.par_iter().map(language_of).collect::<Vec<_>>();
        for (item, language) in items.iter().zip(languages) {
            if language.is_some() {
                self.work(&item.id).language = language;
            }
        }
        let untitled = items.iter().filter(|item| is_untitled(item));
        self.untitled.extend(untitled.map(|item| item.id.clone()));
    }

    /// Adds the context objects of works: see [`OutputArgs::has_coins`].
    pub(crate) fn add_coins(&mut self, works: &[CitableWork], items: &[CslItem]) {
        let pairs = works.par_iter().zip(items);
        let context_objects = pairs.map(|(reference, item)| {
            let work = ItemMetadata { reference, item };
            coins::context_object(work).into_boxed_str()
        });
        let context_objects: Vec<Box<str>> = context_objects.collect();
        for (item, coins) in items.iter().zip(context_objects) {
            self.work(&item.id).coins = Some(coins);
        }
    }

    fn work(&mut self, key: &str) -> &mut DigestedWork {
        self.works.entry(key.into()).or_default()
    }

    /// Returns the language of a work, stated or guessed.
    pub(crate) fn language(&self, key: &str) -> Option<&Cow<'static, str>> {
        self.works.get(key)?.language.as_ref()
    }

    /// Sets the languages of works for the citation processor: see [`assume_language`].
    pub(crate) fn assume_languages(&self, items: &mut [CslItem]) {
        for item in items {
            if let Some(language) = self.language(&item.id) {
                assume_language(item, language);
            }
        }
    }
}

impl OutputArgs {
    /// Returns whether the output has more of the works than their entries and a [`WorkDigest`].
    pub(crate) fn needs_works(&self) -> bool {
        match self.format() {
            Ok(format) => {
                !format.is_styled()
                    || format == OutputFormat::Html && self.standalone
                    || format == OutputFormat::Mediawiki && self.templates
            }
            Err(_) => false,
        }
    }

    /// Returns whether the output has context objects.
    pub(crate) fn has_coins(&self) -> bool {
        matches!(self.format(), Ok(OutputFormat::Html))
    }

    /// Writes a list in the requested format to the requested file. Fails if the file cannot be written, its extension
    /// is not supported, or a Word document would go to a terminal.
    pub(crate) fn write(&self, context: &CommandContext, listed: &RenderedList<'_>) -> Result<()> {
        let format = self.format()?;
        if self.templates && format != OutputFormat::Mediawiki {
            return Err(CommandError::usage("--templates requires --to mediawiki")
                .with_help("add --to mediawiki, or omit --templates".to_owned()));
        }
        match self.file() {
            Some(path) => {
                context.write_file_with(path, |mut file| {
                    self.write_as(context, format, listed, &mut file)
                })?;
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
            None if std::io::stdout().is_terminal() && format.is_binary() => {
                let (what, extension) = match format {
                    OutputFormat::Odt => ("an OpenDocument text", "odt"),
                    OutputFormat::Pdf => ("a PDF", "pdf"),
                    _ => ("a Word document", "docx"),
                };
                Err(
                    CommandError::usage(format_args!("{what} cannot be shown in a terminal"))
                        .with_help(format!("write it to a file: --output list.{extension}")),
                )
            }
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

    /// Rejects an output file that would overwrite one of the `inputs` or the library. Fails with a usage error that
    /// names the file.
    pub(crate) fn check(
        &self,
        context: &CommandContext,
        inputs: impl IntoIterator<Item = impl AsRef<Path>>,
    ) -> Result<()> {
        match self.file() {
            Some(path) => context.check_output(path, inputs),
            None => Ok(()),
        }
    }

    /// Returns the output file, unless it is standard output.
    fn file(&self) -> Option<&Path> {
        self.output
            .as_deref()
            .filter(|path| path.as_os_str() != "-")
    }

    /// Returns the requested format.
    fn format(&self) -> Result<OutputFormat> {
        match (self.to, self.file()) {
            (Some(format), _) => Ok(format),
            (None, Some(path)) => OutputFormat::of_file(path),
            (None, None) if shows_formatting() => Ok(OutputFormat::Ansi),
            (None, None) => Ok(OutputFormat::Text),
        }
    }

    /// Writes a list in a format. Fails if an entry cannot be read, or the output cannot be written.
    pub(crate) fn write_as(
        &self,
        context: &CommandContext,
        format: OutputFormat,
        listed: &RenderedList<'_>,
        output: &mut impl Write,
    ) -> Result<()> {
        if format.is_styled() {
            report_untitled(context, listed);
        }
        let levelled;
        let list = match self.heading_level {
            Some(level) => {
                levelled = ReadingList {
                    heading_level: Some(usize::from(level)),
                    ..listed.list.clone()
                };
                &levelled
            }
            None => listed.list,
        };
        let language = listed.language;
        let works = || match listed.works {
            ListedWorks::All(works, items) => MetadataIndex::new(works, items),
            ListedWorks::Digest(_) => MetadataIndex::new(&[], &[]),
        };
        let text = match format {
            OutputFormat::Text | OutputFormat::Ansi => {
                let on_terminal = self.file().is_none() && std::io::stdout().is_terminal();
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
            OutputFormat::Html => match listed.works {
                ListedWorks::All(..) => html::reading_list(list, &works()),
                ListedWorks::Digest(digest) => html::reading_list_with_coins(list, &|key| {
                    Some(Cow::Borrowed(digest.works.get(key)?.coins.as_deref()?))
                }),
            },
            OutputFormat::Latex if self.standalone => latex::document(list, language),
            OutputFormat::Latex => latex::reading_list(list),
            OutputFormat::Typst if self.standalone => typst::document(list, language),
            OutputFormat::Typst => typst::reading_list(list),
            OutputFormat::Mediawiki if self.templates => {
                let book_titles = match listed.works {
                    ListedWorks::All(works, _) => book_titles(listed.entries, works)?,
                    ListedWorks::Digest(_) => HashMap::new(),
                };
                mediawiki::with_templates(list, &works(), &book_titles)
            }
            OutputFormat::Mediawiki => mediawiki::reading_list(list),
            OutputFormat::Rtf => rtf::reading_list(list, language),
            OutputFormat::Docx => {
                output.write_all(&docx::reading_list(list, language)?)?;
                return Ok(());
            }
            OutputFormat::Odt => {
                output.write_all(&odt::reading_list(list, language)?)?;
                return Ok(());
            }
            OutputFormat::Pdf => {
                let document = typst::with_fonts(&typst::document(list, language), language);
                output.write_all(&programs::pdf(&document, &[])?)?;
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

/// Returns whether a work has no title.
fn is_untitled(item: &CslItem) -> bool {
    let is_empty = |title: String| markup::plain(&title).trim().is_empty();
    item.text("title").is_none_or(is_empty)
}

/// Reports how many works of a list have no title.
fn report_untitled(context: &CommandContext, list: &RenderedList<'_>) {
    let untitled: Vec<&str> = match list.works {
        ListedWorks::All(_, items) => {
            let untitled = items.iter().filter(|item| is_untitled(item));
            untitled.map(|item| item.id.as_str()).collect()
        }
        ListedWorks::Digest(digest) => digest.untitled.iter().map(String::as_str).collect(),
    };
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

    /// Returns whether the format is not text.
    fn is_binary(self) -> bool {
        matches!(self, Self::Docx | Self::Odt | Self::Pdf)
    }
}

impl ByExtension for OutputFormat {}

/// Returns the references of a list in its order, each once.
fn references(
    context: &CommandContext,
    format: FormatName,
    listed: &RenderedList<'_>,
) -> Result<String> {
    let (works, items) = match listed.works {
        ListedWorks::All(works, items) => (works, items),
        ListedWorks::Digest(_) => (&[][..], &[][..]),
    };
    let works: HashMap<&str, (&CitableWork, &CslItem)> = works
        .iter()
        .zip(items)
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
