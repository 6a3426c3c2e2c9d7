//! `peerbib verify`

use std::borrow::Cow;

use clap::Args;
use similar::TextDiff;

use crate::cli::format_name::FormatName;
use crate::cli::input::{InputFile, encoding_name, encoding_named};
use crate::cli::ui::counted;
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::formats::bibtex::{self, Duplicate, FilePiece, Strings};
use peerbib::formats::{self, ExportInput, ExportedWork, ParsedFile, ReferenceFormat, Severity};
use peerbib::library::{ConflictPolicy, ImportedFile, Library};
use peerbib::model::{CslItem, Entry};

/// Check that a file survives import and export unchanged
///
/// The file is imported into a temporary library, exported, and compared byte by byte. If it is in your
/// library, the export from there is compared, too. A file in a format other than BibTeX and BibLaTeX
/// becomes BibLaTeX; the result is written in its own format and compared.
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

    /// Print an array of files with their differences as JSON
    #[arg(long)]
    json: bool,
}

/// A file that was verified, as `--json` prints it.
#[derive(serde::Serialize)]
struct VerifiedFile<'a> {
    path: &'a str,
    entries: usize,
    /// Messages and diffs; empty if the file survives unchanged.
    differences: Vec<String>,
}

impl Verify {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut files = Vec::new();
        for path in &self.files {
            let source = InputFile::read(path)?;
            let format = source.format(path, self.from)?;
            let reading = source.parse(path, format)?;
            let (differences, compared) = match &reading.items {
                None => (
                    bibtex_differences(context, path, &source, &reading)?,
                    "byte for byte",
                ),
                Some(items) => (
                    item_differences(path, format, &reading, items),
                    "in every variable",
                ),
            };
            let entries = reading.file.works().count();
            if !self.json {
                context.print(&differences.concat())?;
                if differences.is_empty() {
                    let entries = counted(entries, "entry");
                    context.print(&format!("{path}: {entries}, identical {compared}\n"))?;
                }
            }
            files.push(VerifiedFile {
                path,
                entries,
                differences,
            });
        }
        if self.json {
            context.print_json(&files)?;
        }
        Ok(Outcome::done_if(
            files.iter().all(|file| file.differences.is_empty()),
        ))
    }
}

/// Returns how a BibTeX file differs from its export from a temporary library, and from the user's library.
fn bibtex_differences(
    context: &CommandContext,
    name: &str,
    source: &InputFile,
    reading: &ParsedFile,
) -> Result<Vec<String>> {
    let again = imported_and_exported(source, reading)?;
    let mut differences = Vec::new();
    differences.extend(difference(name, source, &again, "after import and export"));
    if let Ok(path) = context.library_path()
        && path.exists()
        && let Some(stored) = context.open()?.sources().export(&source.path)?
    {
        differences.extend(difference(name, source, &stored, "export from the library"));
    }
    Ok(differences)
}

/// Imports the file into a temporary library and exports it again.
fn imported_and_exported(source: &InputFile, reading: &ParsedFile) -> Result<String> {
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

/// Returns how a text in the file's encoding differs from the file, if it does.
fn difference(name: &str, source: &InputFile, text: &str, what: &str) -> Option<String> {
    let encoding = encoding_named(&encoding_name(source.decoded.encoding));
    if encoding
        .encode(text)
        .is_ok_and(|bytes| bytes == source.bytes())
    {
        return None;
    }
    Some(if text == &*source.decoded.text {
        format!(
            "{name}: {what}: same text, different bytes; the encoding {} is ambiguous\n",
            encoding.name()
        )
    } else {
        diff(&source.decoded.text, text, name, what)
    })
}

fn diff(one: &str, other: &str, name: &str, what: &str) -> String {
    TextDiff::from_lines(one, other)
        .unified_diff()
        .context_radius(2)
        .header(name, what)
        .to_string()
}

/// Returns how items as read differ from items derived from the BibLaTeX that they became.
fn item_differences(
    name: &str,
    format: &ReferenceFormat,
    reading: &ParsedFile,
    items: &[CslItem],
) -> Vec<String> {
    let strings = Strings::default();
    let works: Vec<(&Entry, &CslItem)> = reading
        .file
        .pieces
        .iter()
        .filter_map(|piece| match piece {
            FilePiece::Entry {
                work, duplicate, ..
            } => Some((&**work, duplicate)),
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
        let export = ExportInput {
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
    let mut differences = Vec::new();
    if before != after {
        differences.push(diff(&before, &after, name, "after import and export"));
    }
    // What was dropped in reading is in neither of the two.
    let dropped = reading.file.problems.iter();
    let dropped = dropped.filter(|problem| problem.severity == Severity::Warning);
    differences.extend(dropped.map(|problem| {
        let field = problem.field.as_deref().map(|field| format!("{field}: "));
        format!(
            "{name}:{}: {}{}\n",
            problem.line,
            field.unwrap_or_default(),
            problem.message
        )
    }));
    let rejected = reading.rejected.iter();
    differences.extend(
        rejected.map(|entry| format!("{name}:{}: the entry {}\n", entry.line, entry.reason)),
    );
    differences
}
