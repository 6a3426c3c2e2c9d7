//! `peerbib export`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::export_entries::{
    ReferenceOptions, report_losses, with_keywords, write_library_references,
};
use crate::cli::extensions::ByExtension as _;
use crate::cli::format_name::{FormatName, output_format};
use crate::cli::input::{encoding_named, known_path};
use crate::cli::works::nothing_found;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::formats::bibtex::{self, Duplicate, FilePiece};
use peerbib::formats::{self, Loss};
use peerbib::library::{Library, TagName};
use peerbib::model::Entry;
use peerbib::suggest::{closest, did_you_mean};

/// Export references, as written or in another format
///
/// Without a query, the imported files come out again, byte for byte unless an entry was edited, with their
/// @strings, preambles and comments; other formats have the works in the order in which they were added. With a
/// query, only the entries of matching works are exported. If a format cannot hold a field, a warning says so.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib export > everything.bib\n  \
                  peerbib export movement:oekonux --tags > oekonux.bib\n  \
                  peerbib export theme:commons --to csl-json > commons.json\n  \
                  peerbib export theme:commons -o commons.ris\n  \
                  peerbib export --file refs.bib > refs-again.bib")]
pub(crate) struct Export {
    /// The works to export; without a query, all
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// The output format; by default, that of the extension of --output, or biblatex
    #[arg(long, value_name = "FORMAT", value_parser = output_format(&[]))]
    to: Option<FormatName>,

    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Export this imported file again, in its own encoding
    #[arg(long, value_name = "PATH", conflicts_with_all = ["query", "to"])]
    file: Option<String>,

    /// Normalize entries: types and fields in lower case, one field per line
    #[arg(long)]
    tidy: bool,

    /// Write the tags of each work into its keywords, such as movement:oekonux
    #[arg(long)]
    tags: bool,

    /// Write your private note on each work into the field comment, which no style prints
    #[arg(long)]
    notes: bool,

    /// Write what the format cannot hold to this file, as a JSON array
    #[arg(long, value_name = "FILE")]
    losses: Option<String>,
}

impl Export {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let to = self.format()?;
        let switch = match (self.tidy, self.notes) {
            (true, _) => Some("--tidy"),
            (false, true) => Some("--notes"),
            (false, false) => None,
        };
        if let Some(switch) = switch
            && !to.format().is_bibtex()
        {
            return Err(CommandError::usage(format_args!(
                "{switch} works only with BibTeX and BibLaTeX, not with {}",
                to.format().title
            )));
        }
        to.writer()?;
        let library = context.open()?;
        let _snapshot = library.read_snapshot()?;
        let is_whole = self.query.is_empty() && to == FormatName::BIBLATEX;
        let (text, encoding) = match &self.file {
            Some(name) => {
                let (text, encoding) = imported_file(context, &library, name)?;
                (
                    self.finished(context, &library, text, self.tags)?,
                    Some(encoding),
                )
            }
            None if is_whole => {
                // If the library has a single file, keep its encoding.
                let encoding = match library.sources().all()?.as_slice() {
                    [only] => Some(only.encoding.clone()),
                    _ => None,
                };
                let text = library.sources().export_all()?;
                (self.finished(context, &library, text, self.tags)?, encoding)
            }
            None => {
                self.write_works(context, &library, to)?;
                return Ok(Outcome::Done);
            }
        };
        let encoding = encoding_named(encoding.as_deref().unwrap_or("UTF-8"));
        let bytes = match encoding.encode(&text) {
            Ok(bytes) => bytes,
            Err(missing) => {
                context.warn(format_args!(
                    "warning: {} cannot encode {missing:?}; wrote UTF-8 instead",
                    encoding.name()
                ));
                text.into_bytes()
            }
        };
        context.write_output(self.output_file(), |output| Ok(output.write_all(&bytes)?))?;
        Ok(Outcome::Done)
    }

    /// Returns the output file; `None` for standard output.
    fn output_file(&self) -> Option<&Path> {
        let path = self.output.as_deref()?;
        (path.as_os_str() != "-").then_some(path)
    }

    /// Returns the output format: that of `--to`, or else that of the extension of the output file.
    fn format(&self) -> Result<FormatName> {
        let format = match (self.to, self.output_file()) {
            (Some(to), _) => to,
            (None, Some(path)) => FormatName::of_file(path)?,
            (None, None) => FormatName::BIBLATEX,
        };
        // An imported file comes out as BibTeX or BibLaTeX, whatever it is called.
        if self.file.is_some() && !format.format().is_bibtex() {
            return Err(CommandError::usage(format_args!(
                "--file writes only BibTeX and BibLaTeX, not {}",
                format.format().title
            )));
        }
        Ok(format)
    }

    /// Adds notes and tags to entries and normalizes them, as the options ask.
    fn finished(
        &self,
        context: &CommandContext,
        library: &Library,
        text: String,
        tags: bool,
    ) -> Result<String> {
        if !self.notes && !tags && !self.tidy {
            return Ok(text);
        }
        let works = if tags {
            context.select(library, &[])?
        } else {
            Vec::new()
        };
        let tags_by_key: BTreeMap<&str, &[TagName]> = works
            .iter()
            .map(|work| (work.key.as_str(), work.tags.as_slice()))
            .collect();
        let mut file = bibtex::read(&text);
        let strings = file.strings.clone();
        for piece in &mut file.pieces {
            let FilePiece::Entry {
                work, duplicate, ..
            } = piece
            else {
                continue;
            };
            let key = Duplicate::key_of(work, duplicate.as_ref()).to_owned();
            // The library may no longer have the key of an entry in a file.
            if self.notes
                && let Some(id) = library.works().find(&key)?
                && let Some(note) = library.notes().get(id)?
            {
                **work = with_comment(work, &note.text);
            }
            if tags {
                let tags = tags_by_key.get(key.as_str()).copied().unwrap_or_default();
                **work = with_keywords(work, tags, &strings);
            }
        }
        if self.tidy {
            return Ok(bibtex::tidy(&file));
        }
        Ok(file.pieces.iter().map(FilePiece::text).collect())
    }

    /// Writes the works that match the query in the output format.
    fn write_works(
        &self,
        context: &CommandContext,
        library: &Library,
        to: FormatName,
    ) -> Result<()> {
        let mut works = context.select_ids(library, &self.query)?;
        if works.is_empty() {
            context.note(nothing_found(library, &self.query)?);
        }
        if self.query.is_empty() {
            // The order in which they were added, like that of the files in a whole export of BibLaTeX.
            works.sort_unstable();
        }
        let options = ReferenceOptions {
            format: to,
            tags: self.tags,
            annotations: true,
            public: false,
        };
        let losses = context.write_output(self.output_file(), |output| {
            self.write_parts(context, library, &works, options, &mut |part| {
                Ok(output.write_all(part.as_bytes())?)
            })
        })?;
        self.report_losses(context, to, &losses)
    }

    /// Passes works in the output format to `output` in parts. Returns what the format could not hold.
    fn write_parts(
        &self,
        context: &CommandContext,
        library: &Library,
        works: &[i64],
        options: ReferenceOptions,
        output: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<Vec<Loss>> {
        if !self.notes && !self.tidy {
            return write_library_references(library, works, options, output);
        }
        // These change the text as a whole.
        let mut text = String::new();
        let losses = write_library_references(library, works, options, &mut |part| {
            text.push_str(part);
            Ok(())
        })?;
        output(&self.finished(context, library, text, false)?)?;
        Ok(losses)
    }

    /// Warns about what the format cannot hold, and writes it to a file if --losses is given.
    fn report_losses(
        &self,
        context: &CommandContext,
        to: FormatName,
        losses: &[Loss],
    ) -> Result<()> {
        if let Some(path) = &self.losses {
            let mut json = serde_json::to_string_pretty(losses)?;
            json.push('\n');
            context.write_file(path, json)?;
        }
        report_losses(context, to, losses);
        Ok(())
    }
}

/// Appends a text to the field `comment` of an entry.
fn with_comment(work: &Entry, text: &str) -> Entry {
    // BibTeX counts braces even after a backslash, so only balanced ones can be escaped.
    let balanced = bibtex::has_matching_braces(text);
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '\\' => "\\textbackslash{}".to_owned(),
            '{' if !balanced => "\\textbraceleft{}".to_owned(),
            '}' if !balanced => "\\textbraceright{}".to_owned(),
            '{' | '}' | '&' | '%' | '#' | '$' | '_' => format!("\\{c}"),
            '^' => "\\textasciicircum{}".to_owned(),
            '~' => "\\textasciitilde{}".to_owned(),
            c => c.to_string(),
        })
        .collect();
    let own = work
        .field("comment")
        .map(|comment| format!("{}\n\n", bibtex::without_delimiters(comment)));
    let comment = format!("{}{escaped}", own.unwrap_or_default());
    bibtex::set_field(work.source(), "comment", &comment)
        .ok()
        .and_then(|source| bibtex::parse_entry(&source).ok())
        .unwrap_or_else(|| work.clone())
}

/// Returns the text and encoding of an imported file, by its path or by an unambiguous end of it.
fn imported_file(
    context: &CommandContext,
    library: &Library,
    name: &str,
) -> Result<(String, String)> {
    let files = library.sources().all()?;
    let path = known_path(name);
    let found = files.iter().find(|file| file.path == path).or_else(|| {
        let mut ending = files
            .iter()
            .filter(|file| file.path.ends_with(&format!("/{name}")));
        ending.next().filter(|_| ending.next().is_none())
    });
    let Some(found) = found else {
        let paths = files.iter().map(|file| file.path.clone());
        // A typo is more likely in the name of the file than in its directory.
        let own = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let names = paths.clone().map(|path| own(&path));
        let help = did_you_mean(&closest(&own(name), names)).unwrap_or_else(|| {
            let paths = paths.collect::<Vec<_>>().join(", ");
            format!("the imported files are: {paths}")
        });
        return Err(CommandError::new(format_args!("{name} was not imported")).with_help(help));
    };
    let format = formats::of_name(&found.path).unwrap_or(&formats::BIBLATEX);
    if format.name != "biblatex" {
        context.note(format_args!(
            "note: {} was imported from {}; it is exported as BibLaTeX",
            found.path, format.title
        ));
    }
    let text = library.sources().export(&found.path)?.unwrap_or_default();
    let encoding = if format.name == "biblatex" {
        found.encoding.clone()
    } else {
        "UTF-8".to_owned()
    };
    Ok((text, encoding))
}
