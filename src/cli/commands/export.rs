//! `peerbib export`

use std::collections::BTreeMap;
use std::io::Write as _;

use clap::Args;

use crate::cli::export_entries::{Entries, Wanted, tell_losses, with_keywords, written};
use crate::cli::format_name::FormatName;
use crate::cli::input::{encoding_named, known_path};
use crate::cli::io::write_file;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::formats::Loss;
use peerbib::formats::bibtex::{self, Duplicate, FilePiece};
use peerbib::library::{Library, Reference, TagName};
use peerbib::model::Entry;
use peerbib::suggest::{closest, question};

/// Export references, just as they were written or in another format
///
/// Without a query: the imported files again, byte for byte where nobody edited an entry, with their
/// @strings, preambles and comments. With a query: the entries of the works that it finds. What another
/// format cannot hold is told on standard error, field by field.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib export > everything.bib\n  \
                  peerbib export movement:oekonux --tags > oekonux.bib\n  \
                  peerbib export theme:commons --to csl-json > commons.json\n  \
                  peerbib export --file refs.bib > refs-again.bib")]
pub(crate) struct Export {
    /// The works that are meant; all, without a query
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// The format
    #[arg(long, value_name = "FORMAT", default_value = "biblatex")]
    to: FormatName,

    /// One imported file again, in its own encoding
    #[arg(long, value_name = "PATH", conflicts_with_all = ["query", "to"])]
    file: Option<String>,

    /// Write entries in one normal form: types and fields in lower case, one field a line
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
        let switch = match (self.tidy, self.notes) {
            (true, _) => Some("--tidy"),
            (false, true) => Some("--notes"),
            (false, false) => None,
        };
        if let Some(switch) = switch
            && !matches!(self.to, FormatName::Biblatex | FormatName::Bibtex)
        {
            return Err(CommandError::usage(format_args!(
                "{switch} writes BibTeX and BibLaTeX, not {}",
                self.to.format().title
            )));
        }
        let library = context.open()?;
        let is_whole = self.query.is_empty() && self.to == FormatName::Biblatex;
        let (text, encoding) = match &self.file {
            Some(name) => {
                let (text, encoding) = imported_file(context, &library, name)?;
                (
                    self.finished(context, &library, text, self.tags)?,
                    Some(encoding),
                )
            }
            None if is_whole => {
                // With one file in the library, its encoding is as much its own as its text.
                let encoding = match library.source_files()?.as_slice() {
                    [only] => Some(only.encoding.clone()),
                    _ => None,
                };
                let text = library.export_files()?;
                (self.finished(context, &library, text, self.tags)?, encoding)
            }
            None => (self.works(context, &library)?, None),
        };
        let mut output = context.output();
        let encoding = encoding_named(encoding.as_deref().unwrap_or("UTF-8"));
        match encoding.encode(&text) {
            Ok(bytes) => output.write_all(&bytes)?,
            Err(missing) => {
                context.warn(format_args!(
                    "warning: {} has no {missing:?}; the file is written as UTF-8",
                    encoding.name()
                ));
                output.write_all(text.as_bytes())?;
            }
        }
        output.flush()?;
        Ok(Outcome::Done)
    }

    /// The text of entries with what the switches ask for: the private notes on their works, their tags
    /// where `tags` says so, and a tidy form.
    fn finished(
        &self,
        context: &CommandContext,
        library: &Library,
        text: String,
        tags: bool,
    ) -> std::result::Result<String, CommandError> {
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
            // An entry in a file may have a key that the library knows no more.
            if self.notes
                && let Some(id) = library.find_key(&key)?
                && let Some(note) = library.note(id)?
            {
                *work = with_comment(work, &note.text);
            }
            if tags {
                let tags = tags_by_key.get(key.as_str()).copied().unwrap_or_default();
                *work = with_keywords(work, tags, &strings);
            }
        }
        if self.tidy {
            return Ok(bibtex::tidy(&file));
        }
        Ok(file.pieces.iter().map(FilePiece::text).collect())
    }

    /// The works that the query finds, in the format.
    fn works(
        &self,
        context: &CommandContext,
        library: &Library,
    ) -> std::result::Result<String, CommandError> {
        let references = context.select(library, &self.query)?;
        if references.is_empty() {
            // An empty file that a query leaves behind should not come as a surprise.
            context.note("no works found");
        }
        let items = references
            .iter()
            .map(Reference::item)
            .collect::<peerbib::library::Result<Vec<_>>>()?;
        let works: Vec<_> = references.iter().zip(&items).collect();
        let wanted = Wanted {
            format: self.to,
            tags: self.tags,
            annotations: true,
        };
        let written = written(Entries::Library(library), &works, wanted)?;
        self.tell(context, &written.losses)?;
        self.finished(context, library, written.text, false)
    }

    /// Tells what a format could not hold, and writes it to a file where the user named one.
    fn tell(
        &self,
        context: &CommandContext,
        losses: &[Loss],
    ) -> std::result::Result<(), CommandError> {
        if let Some(path) = &self.losses {
            let mut json = serde_json::to_string_pretty(losses)?;
            json.push('\n');
            write_file(path, json)?;
        }
        tell_losses(context, self.to, losses);
        Ok(())
    }
}

/// An entry with a text in its field `comment`, below what stands there.
fn with_comment(work: &Entry, text: &str) -> Entry {
    // BibTeX counts braces even after a backslash, so only balanced ones may be written that way.
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
    let own = work.field("comment").map(|comment| {
        let inside = comment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        format!("{}\n\n", inside.unwrap_or(comment))
    });
    let comment = format!("{}{escaped}", own.unwrap_or_default());
    bibtex::set_field(&work.source, "comment", &comment)
        .ok()
        .and_then(|source| bibtex::parse_entry(&source).ok())
        .unwrap_or_else(|| work.clone())
}

/// An imported file by its path, or by an ending of it that only one has; its text and its encoding.
fn imported_file(
    context: &CommandContext,
    library: &Library,
    name: &str,
) -> std::result::Result<(String, String), CommandError> {
    let files = library.source_files()?;
    let path = known_path(name);
    let found = files.iter().find(|file| file.path == path).or_else(|| {
        let mut ending = files
            .iter()
            .filter(|file| file.path.ends_with(&format!("/{name}")));
        ending.next().filter(|_| ending.next().is_none())
    });
    let Some(found) = found else {
        let paths = files.iter().map(|file| file.path.clone());
        // What was mistyped is the file's own name rather than its place.
        let own = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let names = paths.clone().map(|path| own(&path));
        let help = question(&closest(&own(name), names)).unwrap_or_else(|| {
            let paths = paths.collect::<Vec<_>>().join(", ");
            format!("the imported files are: {paths}")
        });
        return Err(
            CommandError::new(format_args!("no file was imported from {name}")).with_help(help),
        );
    };
    let format = peerbib::formats::of_file(&found.path, "");
    if format.name != "biblatex" {
        context.note(format_args!(
            "note: {} was imported from {}; the library holds it as BibLaTeX, which is written",
            found.path, format.title
        ));
    }
    let text = library.export_file(&found.path)?.unwrap_or_default();
    let encoding = if format.name == "biblatex" {
        found.encoding.clone()
    } else {
        "UTF-8".to_owned()
    };
    Ok((text, encoding))
}
