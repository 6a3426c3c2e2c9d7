//! `peerbib cite`

mod citable_works;
mod cited_works;
mod complete;
mod document;
mod inline;
mod missing;
mod output;
mod watch;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::output::OutputTarget;
use crate::cli::extensions::ByExtension;
use crate::cli::format_name::FormatName;
use crate::cli::output_format::OutputFormat;
use crate::cli::picker::{Pick, picked};
use crate::cli::ui::can_ask;
use crate::cli::{CommandContext, CommandError, Result};

/// Cite works in text and documents
///
/// With keys: one citation, to paste. Pandoc's syntax works, too:
/// '[@benkler2006wealth, pp. 12-14; see also @bauwens2005political]'.
///
/// With a Markdown document: formats its citations, which use pandoc's syntax, and puts the bibliography at `:::
/// {#refs}` or at the end. In Markdown, everything else stays as it is, byte for byte; docx, odt, html, pdf, latex and
/// typst are complete documents. In note styles, citations become footnotes. The metadata `csl`, `lang`,
/// `bibliography`, `references`, `nocite`, `reference-section-title` and `link-citations` of the document are
/// respected; options take precedence.
///
/// With --aux, --bcf, --typst or --markdown: the works that a document cites, as a file of references or
/// formatted in a style. The files of LaTeX (.aux, .bcf, and .tex next to one of them) and of Typst need no option.
///
/// Unknown keys are reported with their lines, and the exit code is 1; everything else is still done.
#[derive(Debug, Args)]
#[command(
    name = "cite",
    after_help = "Examples:\n  peerbib cite benkler2006wealth --locator 'p. 12' --style chicago-notes\n  \
                  peerbib cite '[@benkler2006wealth, pp. 12-14; see also @bauwens2005political]'\n  \
                  peerbib cite draft.md -o draft-cited.md --style apa --title References\n  \
                  peerbib cite essay.md -o essay.docx --style chicago-notes --live\n  \
                  peerbib cite thesis.tex -o refs.bib\n  \
                  peerbib cite --typst paper.typ -o refs.yaml\n  \
                  peerbib cite --markdown draft.md --to text --style mla"
)]
pub(crate) struct CiteCommand {
    /// Citation keys, a citation in pandoc's syntax, or a Markdown document (.md, .markdown, .qmd, .rmd, .txt;
    /// - is standard input); without any, you pick works at a terminal
    #[arg(value_name = "KEY|DOCUMENT")]
    what: Vec<String>,

    /// Write to this file; - is standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<String>,

    /// The output format; by default, that of the extension of the output file, or text for a citation, and
    /// biblatex (or bibtex if the document uses BibTeX) for the works of a document
    #[arg(long, value_name = "FORMAT")]
    to: Option<CiteFormat>,

    /// The citation style: a name or a .csl file; by default, that of the document or your configuration
    /// [default: apa]
    #[arg(long, value_name = "STYLE")]
    style: Option<String>,

    /// The language, such as de-DE; by default, that of the document, your configuration or the style
    #[arg(long, value_name = "LOCALE")]
    locale: Option<String>,

    /// Take the works from these files instead of the library
    #[arg(long, value_name = "FILE")]
    input: Vec<String>,

    /// The format of the input files; by default, detected from the content or the extension
    #[arg(long, value_name = "FORMAT", requires = "input")]
    from: Option<FormatName>,

    /// Print JSON: the citation, a report on the document (with --output), or where each work is cited
    #[arg(long, conflicts_with = "watch")]
    json: bool,

    /// The locator, such as 'p. 12' or 'ch. 3'
    #[arg(long, value_name = "LOCATOR", help_heading = CITATION)]
    locator: Option<String>,

    /// The prefix, such as 'see'
    #[arg(long, value_name = "TEXT", help_heading = CITATION)]
    prefix: Option<String>,

    /// The suffix
    #[arg(long, value_name = "TEXT", help_heading = CITATION)]
    suffix: Option<String>,

    /// Omit the authors, because the sentence names them
    #[arg(long, conflicts_with = "author_only", help_heading = CITATION)]
    suppress_author: bool,

    /// Print only the authors
    #[arg(long, help_heading = CITATION)]
    author_only: bool,

    /// Print the bibliography, too
    #[arg(long, help_heading = CITATION)]
    bibliography: bool,

    /// The heading of the bibliography, unless the document has a place for it
    #[arg(long, value_name = "TITLE", help_heading = DOCUMENT)]
    title: Option<String>,

    /// The level of this heading, from 1 to 6
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(1..=6), help_heading = DOCUMENT)]
    heading_level: Option<u8>,

    /// Write the citations of docx and odt as fields that Zotero can change
    #[arg(long, help_heading = DOCUMENT)]
    live: bool,

    /// Convert the document with pandoc, if that is installed, to any format that it knows
    #[arg(long, value_name = "PROGRAM", conflicts_with = "live", help_heading = DOCUMENT)]
    via: Option<Converter>,

    /// Overwrite the document; its citations cannot be formatted again
    #[arg(long, conflicts_with_all = ["output", "watch"], help_heading = DOCUMENT)]
    in_place: bool,

    /// Update the output whenever the document, a file that it includes, or the library changes; Ctrl-C stops
    #[arg(long, requires = "output", help_heading = DOCUMENT)]
    watch: bool,

    /// The works that a LaTeX document cites, from its .aux file
    #[arg(long, value_name = "FILE", help_heading = WORKS)]
    aux: Vec<String>,

    /// The works that a LaTeX document cites, from the .bcf file of biblatex
    #[arg(long, value_name = "FILE", help_heading = WORKS)]
    bcf: Vec<String>,

    /// The works that a Typst document and its included files cite
    #[arg(long, value_name = "FILE", help_heading = WORKS)]
    typst: Vec<String>,

    /// The works that a Markdown document cites
    #[arg(long, value_name = "FILE", help_heading = WORKS)]
    markdown: Vec<String>,

    /// The order of the works: as cited, or by key; a formatted list has the order of the style
    #[arg(long, value_name = "ORDER", default_value = "cited", help_heading = WORKS)]
    order: CitedOrder,
}

/// The headings of options for one of the ways to cite.
const CITATION: &str = "One citation";
const DOCUMENT: &str = "A document";
const WORKS: &str = "The works of a document";

/// An output format of `cite`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CiteFormat {
    /// Plain text
    Text,
    /// HTML
    Html,
    /// Markdown
    Markdown,
    /// LaTeX
    Latex,
    /// Typst markup
    Typst,
    /// MediaWiki markup
    Mediawiki,
    /// A Word document
    Docx,
    /// An OpenDocument text, for LibreOffice
    Odt,
    #[cfg_attr(feature = "pdf", doc = "PDF")]
    #[cfg_attr(not(feature = "pdf"), doc = "PDF, made by Typst if that is installed")]
    Pdf,
    /// The references as BibLaTeX
    #[value(alias = "bib")]
    Biblatex,
    /// The references as BibTeX
    Bibtex,
    /// The references as Hayagriva YAML
    #[value(alias = "yaml")]
    Hayagriva,
    /// The references as CSL-JSON
    CslJson,
    /// The references as RIS
    Ris,
    /// One line per work: key, authors, title, where it is cited
    List,
    /// The keys, one per line
    Keys,
}

/// A program that converts documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Converter {
    /// Pandoc
    Pandoc,
}

/// The order of the works that a document cites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CitedOrder {
    /// In the order of the first citation
    Cited,
    /// By key
    Key,
}

impl ByExtension for CiteFormat {}

impl CiteFormat {
    /// Returns the format of a formatted list.
    fn in_style(self) -> Option<OutputFormat> {
        Some(match self {
            Self::Text => OutputFormat::Text,
            Self::Html => OutputFormat::Html,
            Self::Markdown => OutputFormat::Markdown,
            Self::Latex => OutputFormat::Latex,
            Self::Typst => OutputFormat::Typst,
            Self::Mediawiki => OutputFormat::Mediawiki,
            Self::Docx => OutputFormat::Docx,
            Self::Odt => OutputFormat::Odt,
            Self::Pdf => OutputFormat::Pdf,
            _ => return None,
        })
    }

    /// Returns the reference format.
    fn format(self) -> Option<FormatName> {
        Some(match self {
            Self::Biblatex => FormatName::BIBLATEX,
            Self::Bibtex => FormatName::BIBTEX,
            Self::Hayagriva => FormatName::HAYAGRIVA,
            Self::CslJson => FormatName::CSL_JSON,
            Self::Ris => FormatName::RIS,
            _ => return None,
        })
    }
}

impl CiteCommand {
    pub(crate) fn run(mut self, context: &CommandContext) -> Result {
        self.take_source()?;
        let sources = [&self.aux, &self.bcf, &self.typst, &self.markdown];
        let of_document = sources.iter().any(|files| !files.is_empty());
        match self.what.as_slice() {
            [] if of_document => {
                self.has_only("the works of a document", &[CITATION, DOCUMENT])?;
                if self.watch {
                    watch::run(context, |files| self.cited_works(context, files))
                } else {
                    self.cited_works(context, &mut Vec::new())
                }
            }
            [] if self.input.is_empty() && can_ask() => {
                let library = context.open()?;
                let what = picked(context, &library, Pick::Several, None)?;
                drop(library);
                Self { what, ..self }.run(context)
            }
            [] => Err(CommandError::usage("nothing to cite").with_help(
                "give the key of a work (`peerbib find` shows them), or a document: \
                 `peerbib cite draft.md -o cited.md`"
                    .to_owned(),
            )),
            _ if of_document => Err(CommandError::usage(
                "--aux, --bcf, --typst and --markdown take no further arguments",
            )),
            [document] if is_document(document) => {
                self.has_only("a document", &[CITATION, WORKS])?;
                if self.watch {
                    watch::run(context, |files| self.document(context, document, files))
                } else {
                    self.document(context, document, &mut Vec::new())
                }
            }
            keys => {
                if let Some(document) = keys.iter().find(|key| is_document(key)) {
                    return Err(CommandError::usage(format_args!(
                        "cannot combine the document {document} with keys"
                    ))
                    .with_help("cite one document at a time".to_owned()));
                }
                self.has_only("one citation", &[DOCUMENT, WORKS])?;
                self.single(context)
            }
        }
    }

    /// Reads the works of a document of LaTeX or Typst that is given without an option.
    fn take_source(&mut self) -> Result<()> {
        let [name] = self.what.as_slice() else {
            return Ok(());
        };
        let path = PathBuf::from(name);
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_lowercase).as_deref() {
            Some("aux") => self.aux.append(&mut self.what),
            Some("bcf") => self.bcf.append(&mut self.what),
            Some("typ") => self.typst.append(&mut self.what),
            Some("tex") => {
                let beside = |extension: &str| {
                    let file = path.with_extension(extension);
                    file.is_file().then(|| file.to_string_lossy().into_owned())
                };
                // Biber's file also names the members of sets.
                match (beside("bcf"), beside("aux")) {
                    (Some(bcf), _) => self.bcf.push(bcf),
                    (None, Some(aux)) => self.aux.push(aux),
                    (None, None) => {
                        return Err(CommandError::new(format_args!(
                            "LaTeX has not run on {name}: there is no {}",
                            path.with_extension("aux").display()
                        ))
                        .with_help(
                            "run LaTeX first, which writes the citations into that file, and then the same command again"
                                .to_owned(),
                        ));
                    }
                }
                self.what.clear();
            }
            _ => {}
        }
        Ok(())
    }

    /// Rejects options that do not apply.
    fn has_only(&self, what: &str, others: &[&str]) -> Result<()> {
        let said = [
            (CITATION, "--locator", self.locator.is_some()),
            (CITATION, "--prefix", self.prefix.is_some()),
            (CITATION, "--suffix", self.suffix.is_some()),
            (CITATION, "--suppress-author", self.suppress_author),
            (CITATION, "--author-only", self.author_only),
            (CITATION, "--bibliography", self.bibliography),
            (DOCUMENT, "--title", self.title.is_some()),
            (DOCUMENT, "--heading-level", self.heading_level.is_some()),
            (DOCUMENT, "--live", self.live),
            (DOCUMENT, "--via", self.via.is_some()),
            (DOCUMENT, "--in-place", self.in_place),
            (DOCUMENT, "--watch", self.watch && what == "one citation"),
            (WORKS, "--order", self.order != CitedOrder::Cited),
        ];
        match said
            .into_iter()
            .find(|(heading, _, is_said)| *is_said && others.contains(heading))
        {
            None => Ok(()),
            Some((_, option, _)) => Err(CommandError::usage(format_args!(
                "{option} does not apply to {what}"
            ))),
        }
    }

    /// Returns where the output goes.
    fn place(&self) -> OutputTarget {
        match self.output.as_deref() {
            None | Some("-") => OutputTarget::StandardOutput,
            Some(path) => OutputTarget::File(PathBuf::from(path)),
        }
    }

    /// Returns the requested format, or that of the extension of the output file. Fails with a usage error if the
    /// extension stands for no format of this command.
    fn format(&self) -> Result<Option<CiteFormat>> {
        match (self.to, self.place()) {
            (None, OutputTarget::File(path)) => CiteFormat::of_file(&path).map(Some),
            (to, _) => Ok(to),
        }
    }
}

/// Returns whether an argument is a document, by its extension, which no key has.
fn is_document(argument: &str) -> bool {
    const ENDINGS: [&str; 8] = [
        "md", "markdown", "mdown", "mkd", "qmd", "rmd", "txt", "text",
    ];
    let ending = argument
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase());
    argument == "-"
        || (!argument.contains('@')
            && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())))
}
