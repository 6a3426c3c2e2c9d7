//! `peerbib cite`

mod cited_works;
mod document;
mod missing;
mod place;
mod shelf;
mod single;
mod watch;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::place::Place;
use crate::cli::format_name::FormatName;
use crate::cli::output_format::Form;
use crate::cli::{CommandContext, CommandError, Result};

/// Cite works: one by one, in a Markdown document, or as the bibliography of a document
///
/// With keys: one citation, for the clipboard. A citation in pandoc's syntax does as well:
/// '[@benkler2006wealth, pp. 12-14; see also @bauwens2005political]'. On Wayland, pipe it into `wl-copy`; on
/// X11 into `xclip -selection clipboard`; on a Mac into `pbcopy`.
///
/// With a Markdown document: its citations, in pandoc's syntax, are formatted, and its bibliography is put
/// at `::: {#refs}` or at its end. All else stays byte for byte. In a style with notes they become
/// footnotes. What the document's metadata say of `csl`, `lang`, `bibliography`, `references`, `nocite` and
/// `reference-section-title` counts, unless an option says otherwise; with `link-citations: true` each
/// citation leads to the entry of its work.
///
/// With --aux, --bcf, --typst or --markdown: the works that a document cites, as a file of references for
/// it, or as a list in a style.
///
/// Keys that belong to no work are told with their lines, and the exit code is 1; all others are done.
#[derive(Debug, Args)]
#[command(
    name = "cite",
    after_help = "Examples:\n  peerbib cite benkler2006wealth --locator 'p. 12' --style chicago-notes\n  \
                  peerbib cite '[@benkler2006wealth, pp. 12-14; see also @bauwens2005political]'\n  \
                  peerbib cite draft.md -o draft-cited.md --style apa --title References\n  \
                  peerbib cite --aux thesis.aux -o refs.bib\n  \
                  peerbib cite --typst paper.typ -o refs.yaml\n  \
                  peerbib cite --markdown draft.md --to text --style mla"
)]
pub(crate) struct CiteCommand {
    /// The works, by citation key; or a citation in pandoc's syntax; or a Markdown document (.md,
    /// .markdown, .qmd, .rmd, .txt; - is standard input)
    #[arg(value_name = "KEY|DOCUMENT")]
    what: Vec<String>,

    /// Write to this file; without it, or with -, to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<String>,

    /// What to write; without it, what the ending of the output file says, or else text for a citation,
    /// and biblatex for the works of a document, or bibtex where BibTeX makes its bibliography
    #[arg(long, value_name = "FORM")]
    to: Option<CiteForm>,

    /// The citation style: its name, or a .csl file; without it, that of the document or of your
    /// configuration [default: apa]
    #[arg(long, value_name = "STYLE")]
    style: Option<String>,

    /// The language of the terms, such as de-DE; without it, that of the document or of your
    /// configuration, or else the style's own
    #[arg(long, value_name = "LOCALE")]
    locale: Option<String>,

    /// Take the works from these files instead of the library
    #[arg(long, value_name = "FILE")]
    input: Vec<String>,

    /// The format of the input files; without it, that of their ending, or that which they look like
    #[arg(long, value_name = "FORMAT", requires = "input")]
    from: Option<FormatName>,

    /// Print JSON: the citation; what became of the document (with --output); or where each work is cited
    #[arg(long, conflicts_with = "watch")]
    json: bool,

    /// Where in the work, such as 'p. 12' or 'ch. 3'
    #[arg(long, value_name = "LOCATOR", help_heading = CITATION)]
    locator: Option<String>,

    /// What stands before the citation, such as 'see'
    #[arg(long, value_name = "TEXT", help_heading = CITATION)]
    prefix: Option<String>,

    /// What stands behind it
    #[arg(long, value_name = "TEXT", help_heading = CITATION)]
    suffix: Option<String>,

    /// Leave the authors out, as they stand in the sentence already
    #[arg(long, conflicts_with = "author_only", help_heading = CITATION)]
    suppress_author: bool,

    /// The authors alone
    #[arg(long, help_heading = CITATION)]
    author_only: bool,

    /// Print the entries in the bibliography, too
    #[arg(long, help_heading = CITATION)]
    bibliography: bool,

    /// The heading of the bibliography, where the document has no place for it
    #[arg(long, value_name = "TITLE", help_heading = DOCUMENT)]
    title: Option<String>,

    /// Write the document over itself; its citations can then be formatted no more
    #[arg(long, conflicts_with_all = ["output", "watch"], help_heading = DOCUMENT)]
    in_place: bool,

    /// Write the output again whenever the document, a file that it takes in, or the library changes, until
    /// Ctrl-C ends it
    #[arg(long, requires = "output", help_heading = DOCUMENT)]
    watch: bool,

    /// The works that a LaTeX document cites, by the .aux file that LaTeX wrote, and those of its chapters
    #[arg(long, value_name = "FILE", help_heading = WORKS)]
    aux: Vec<String>,

    /// The works that a LaTeX document cites, by the .bcf file that biblatex wrote
    #[arg(long, value_name = "FILE", help_heading = WORKS)]
    bcf: Vec<String>,

    /// The works that a Typst document cites, and the files that it includes
    #[arg(long, value_name = "FILE", help_heading = WORKS)]
    typst: Vec<String>,

    /// The works that a Markdown document cites
    #[arg(long, value_name = "FILE", help_heading = WORKS)]
    markdown: Vec<String>,

    /// The order of the works: as they are cited, or by key; a list in a style has the style's own order
    #[arg(long, value_name = "ORDER", default_value = "cited", help_heading = WORKS)]
    order: Order,
}

/// The headings of options that mean something for one of the ways to cite alone.
const CITATION: &str = "One citation";
const DOCUMENT: &str = "A document";
const WORKS: &str = "The works of a document";

/// What `cite` can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CiteForm {
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
    /// The markup of Wikipedia and other wikis
    Mediawiki,
    /// The references, as BibLaTeX
    #[value(alias = "bib")]
    Biblatex,
    /// The references, as BibTeX
    Bibtex,
    /// The references, as Typst's YAML
    #[value(alias = "yaml")]
    Hayagriva,
    /// The references, as CSL-JSON
    CslJson,
    /// The references, as RIS
    Ris,
    /// A line for each work: its key, where it is cited, and what it is
    List,
    /// The keys, one a line
    Keys,
}

/// The order of the works that a document cites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    /// As they are cited first
    Cited,
    /// By key
    Key,
}

impl CiteForm {
    /// The form that the ending of a file's name stands for.
    fn of_ending(path: &str) -> Option<Self> {
        let (_, ending) = path.rsplit_once('.')?;
        Some(match ending.to_lowercase().as_str() {
            "txt" | "text" => Self::Text,
            "html" | "htm" => Self::Html,
            "md" | "markdown" => Self::Markdown,
            "tex" | "latex" => Self::Latex,
            "typ" => Self::Typst,
            "wiki" | "mediawiki" => Self::Mediawiki,
            "bib" => Self::Biblatex,
            "yml" | "yaml" => Self::Hayagriva,
            "json" => Self::CslJson,
            "ris" => Self::Ris,
            _ => return None,
        })
    }

    /// The form of a list in a style.
    fn in_style(self) -> Option<Form> {
        Some(match self {
            Self::Text => Form::Text,
            Self::Html => Form::Html,
            Self::Markdown => Form::Markdown,
            Self::Latex => Form::Latex,
            Self::Typst => Form::Typst,
            Self::Mediawiki => Form::Mediawiki,
            _ => return None,
        })
    }

    /// The reference format.
    fn format(self) -> Option<FormatName> {
        Some(match self {
            Self::Biblatex => FormatName::Biblatex,
            Self::Bibtex => FormatName::Bibtex,
            Self::Hayagriva => FormatName::Hayagriva,
            Self::CslJson => FormatName::CslJson,
            Self::Ris => FormatName::Ris,
            _ => return None,
        })
    }
}

impl CiteCommand {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
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
            [] => Err(
                CommandError::usage("nothing is said to be cited").with_help(
                    "give the key of a work (`peerbib find` shows them), or a document: \
                 peerbib cite draft.md -o cited.md"
                        .to_owned(),
                ),
            ),
            _ if of_document => Err(CommandError::usage(
                "--aux, --bcf, --typst and --markdown name the document, and nothing stands beside them",
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
                        "{document} is a document, and keys stand beside it"
                    ))
                    .with_help("cite one document at a time".to_owned()));
                }
                self.has_only("one citation", &[DOCUMENT, WORKS])?;
                self.single(context)
            }
        }
    }

    /// Refuses options that mean nothing for what is to be done.
    fn has_only(&self, what: &str, others: &[&str]) -> std::result::Result<(), CommandError> {
        let said = [
            (CITATION, "--locator", self.locator.is_some()),
            (CITATION, "--prefix", self.prefix.is_some()),
            (CITATION, "--suffix", self.suffix.is_some()),
            (CITATION, "--suppress-author", self.suppress_author),
            (CITATION, "--author-only", self.author_only),
            (CITATION, "--bibliography", self.bibliography),
            (DOCUMENT, "--title", self.title.is_some()),
            (DOCUMENT, "--in-place", self.in_place),
            (DOCUMENT, "--watch", self.watch && what == "one citation"),
            (WORKS, "--order", self.order != Order::Cited),
        ];
        match said
            .into_iter()
            .find(|(heading, _, is_said)| *is_said && others.contains(heading))
        {
            None => Ok(()),
            Some((_, option, _)) => Err(CommandError::usage(format_args!(
                "{option} has no meaning for {what}"
            ))),
        }
    }

    /// Where the output goes.
    fn place(&self) -> Place {
        match self.output.as_deref() {
            None | Some("-") => Place::StandardOutput,
            Some(path) => Place::File(PathBuf::from(path)),
        }
    }

    /// What is to be written: what was asked for, or what the output's name says.
    fn form(&self) -> Option<CiteForm> {
        let of_ending = || CiteForm::of_ending(self.output.as_deref()?);
        self.to.or_else(of_ending)
    }
}

/// Whether an argument means a document: by its ending, which no key has.
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
