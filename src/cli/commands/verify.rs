//! `peerbib verify`

use std::borrow::Cow;

use clap::Args;
use similar::TextDiff;

use crate::cli::format_name::FormatName;
use crate::cli::input::{Source, encoding_name, encoding_named};
use crate::cli::ui::counted;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::formats::bibtex::{self, Duplicate, FilePiece, Strings};
use peerbib::formats::{self, Export, ExportedWork, Format, ParsedFile, Severity};
use peerbib::library::{ConflictPolicy, ImportedFile, Library};
use peerbib::model::{CslItem, Entry};

/// Check that a file survives import and export unchanged
///
/// The file is imported into a temporary library, exported, and compared byte by byte. If it is in your
/// library, the export from there is compared, too. A file in a format other than BibTeX and BibLaTeX
/// becomes BibLaTeX; what is left of it is written in its own format and compared.
///
/// Nothing is changed. The exit code is 1 if there is a difference.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib verify refs.bib")]
pub(crate) struct Verify {
    /// The files to verify; - is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,

    /// The format of the files; by default, detected from the content or the extension
    #[arg(long, value_name = "FORMAT")]
    from: Option<FormatName>,
}

impl Verify {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut is_same = true;
        for name in &self.files {
            let source = Source::read(name)?;
            let format = source.format(name, self.from)?;
            let reading = source.parse(name, format)?;
            is_same &= match &reading.items {
                None => verify_bibtex(context, name, &source, &reading)?,
                Some(items) => verify_items(context, name, format, &reading, items)?,
            };
        }
        Ok(if is_same {
            Outcome::Done
        } else {
            Outcome::Partial
        })
    }
}

fn verify_bibtex(
    context: &CommandContext,
    name: &str,
    source: &Source,
    reading: &ParsedFile,
) -> std::result::Result<bool, CommandError> {
    let again = imported_and_exported(source, reading)?;
    let mut is_same = compare(context, name, source, &again, "after import and export")?;
    if let Ok(path) = context.library_path()
        && path.exists()
        && let Some(stored) = context.open()?.sources().export(&source.path)?
    {
        is_same &= compare(context, name, source, &stored, "export from the library")?;
    }
    if is_same {
        let entries = reading.file.works().count();
        context.print(&format!(
            "{name}: {}, identical byte for byte\n",
            counted(entries, "entry")
        ))?;
    }
    Ok(is_same)
}

/// Imports the file into a temporary library and exports it again.
fn imported_and_exported(
    source: &Source,
    reading: &ParsedFile,
) -> std::result::Result<String, CommandError> {
    let mut library = Library::temporary()?;
    let encoding = encoding_name(source.decoded.encoding);
    library.change("verify", |change| {
        change.import(
            ImportedFile {
                path: &source.path,
                encoding: &encoding,
                file: &reading.file,
            },
            ConflictPolicy::default(),
            &mut |_| {},
        )
    })?;
    Ok(library.sources().export(&source.path)?.unwrap_or_default())
}

/// Returns whether a text in the file's encoding is identical to the file, and prints the differences.
fn compare(
    context: &CommandContext,
    name: &str,
    source: &Source,
    text: &str,
    what: &str,
) -> std::result::Result<bool, CommandError> {
    let encoding = encoding_named(&encoding_name(source.decoded.encoding));
    if encoding
        .encode(text)
        .is_ok_and(|bytes| bytes == source.bytes())
    {
        return Ok(true);
    }
    if text == source.decoded.text {
        context.print(&format!(
            "{name}: {what}: same text, different bytes; the encoding {} is ambiguous\n",
            encoding.name()
        ))?;
        return Ok(false);
    }
    show_difference(context, &source.decoded.text, text, name, what)?;
    Ok(false)
}

fn show_difference(
    context: &CommandContext,
    one: &str,
    other: &str,
    name: &str,
    what: &str,
) -> std::result::Result<(), CommandError> {
    let diff = TextDiff::from_lines(one, other)
        .unified_diff()
        .context_radius(2)
        .header(name, what)
        .to_string();
    context.print(&diff)
}

/// Compares items as read with items derived from the BibLaTeX that they became.
fn verify_items(
    context: &CommandContext,
    name: &str,
    format: &Format,
    reading: &ParsedFile,
    items: &[CslItem],
) -> std::result::Result<bool, CommandError> {
    let strings = Strings::default();
    let works: Vec<(&Entry, &CslItem)> = reading
        .file
        .pieces
        .iter()
        .filter_map(|piece| match piece {
            FilePiece::Entry {
                work, duplicate, ..
            } => Some((work, duplicate)),
            _ => None,
        })
        .zip(items)
        .filter(|((_, duplicate), _)| !matches!(duplicate, Some(Duplicate::Identical)))
        .map(|((work, _), item)| (work, item))
        .collect();
    let derived: Vec<CslItem> = works
        .iter()
        .map(|(work, item)| {
            let derived = bibtex::derive(work, &strings, &|_| None).item;
            formats::reconciled(item, &derived)
        })
        .collect();
    let write = |items: Vec<&CslItem>| {
        let works: Vec<ExportedWork<'_>> = works
            .iter()
            .zip(items)
            .map(|((work, _), item)| ExportedWork {
                work,
                item,
                strings: &strings,
            })
            .collect();
        let export = Export {
            works: &works,
            parents: &|_| -> Option<Cow<'_, Entry>> { None },
            table: None,
        };
        // A format that can only be read is compared as CSL-JSON.
        let writer = format.writer.or(formats::CSL_JSON.writer);
        writer.map_or_else(String::new, |writer| writer.write(&export).text)
    };
    let before = write(works.iter().map(|(_, item)| *item).collect());
    let after = write(derived.iter().collect());
    let mut is_same = before == after;
    if !is_same {
        show_difference(context, &before, &after, name, "after import and export")?;
    }
    // What was dropped in reading is in neither of the two.
    let dropped = reading.file.problems.iter();
    for problem in dropped.filter(|problem| problem.severity == Severity::Warning) {
        is_same = false;
        let field = problem.field.as_deref().map(|field| format!("{field}: "));
        context.print(&format!(
            "{name}:{}: {}{}\n",
            problem.line,
            field.unwrap_or_default(),
            problem.message
        ))?;
    }
    for rejected in &reading.rejected {
        is_same = false;
        context.print(&format!(
            "{name}:{}: the entry {}\n",
            rejected.line, rejected.reason
        ))?;
    }
    if is_same {
        context.print(&format!(
            "{name}: {}, identical in every variable\n",
            counted(works.len(), "entry")
        ))?;
    }
    Ok(is_same)
}
