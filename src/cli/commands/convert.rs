//! `peerbib convert`

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;

use crate::cli::export_entries::{
    Joiner, ReferenceOptions, WORKS_AT_A_TIME, report_losses_of, write_file_references,
};
use crate::cli::extensions::ByExtension as _;
use crate::cli::format_name::{FormatName, output_format};
use crate::cli::input::{InputFile, column_field};
use crate::cli::problems::report_problem;
use crate::cli::ui::{counted, print_message};
use crate::cli::zotero::{ZoteroArgs, is_zotero};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::formats::bibtex::{self, BibFile, Duplicate, FilePiece, Strings};
use peerbib::formats::csv::ColumnField;
use peerbib::formats::{
    self, Diagnostic, ExportInput, ExportedWork, Loss, ParsedFile, ParsedItem, Records,
    ReferenceFormat, Severity,
};
use peerbib::library::CitableWork;
use peerbib::model::{CslItem, Entry};
use peerbib::output::{ItemMetadata, mediawiki};

/// Convert references from one format to another, without a library
///
/// The format of a file is detected from its content, or else from its extension. What the new format cannot hold is
/// reported on standard error. Entries that cannot be read are reported and left out. Identical entries
/// are written once; a different entry with the same key gets a new key.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib convert refs.ris -o refs.bib\n  \
                  peerbib convert manuscript.docx -o cited.bib\n  \
                  peerbib convert books.csv --map Werk=title --to mods\n  \
                  peerbib convert *.bib --to csl-json > refs.json\n  \
                  peerbib convert zotero: --collection Commons --to ris\n  \
                  peerbib convert --to biblatex < refs.ris")]
pub(crate) struct Convert {
    /// The files to convert; - is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<String>,

    /// The format of the files; by default, detected from the content or the extension
    #[arg(long, value_name = "FORMAT")]
    from: Option<FormatName>,

    /// For tables: what a column holds, as a BibLaTeX field or a CSL variable; nothing after the = leaves it out
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = column_field)]
    map: Vec<ColumnField>,

    #[command(flatten)]
    zotero: ZoteroArgs,

    /// The output format; by default, that of the extension of --output
    #[arg(long, value_name = "FORMAT", value_parser = output_format(&[FormatName::MEDIAWIKI]))]
    to: Option<FormatName>,

    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Print the report as JSON: to standard output with --output, otherwise to standard error
    #[arg(long)]
    json: bool,
}

/// The report on all files.
#[derive(Debug, Default, serde::Serialize)]
struct ConversionReport {
    to: &'static str,
    entries: usize,
    converted: usize,
    rejected: usize,
    files: Vec<FileConversion>,
    losses: Vec<Loss>,
}

/// The report on one file.
#[derive(Debug, serde::Serialize)]
struct FileConversion {
    path: String,
    format: &'static str,
    entries: usize,
    rejected: usize,
    problems: Vec<Diagnostic>,
}

impl Convert {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let to = self.output_format()?;
        // The templates of MediaWiki are made from the library's model of a work, not by a writer of the table.
        let is_mediawiki = to == FormatName::MEDIAWIKI;
        if !is_mediawiki {
            to.writer()?;
        }
        if self.files.iter().filter(|name| *name == "-").count() > 1 {
            return Err(CommandError::usage("standard input can be read only once"));
        }
        if let Some(path) = self.output_file() {
            context.check_output(path, &self.files)?;
        }
        let mut report = ConversionReport {
            to: to.format().name,
            ..ConversionReport::default()
        };
        let mut files = Vec::with_capacity(self.files.len());
        let is_zotero = |name: &String| is_zotero(name, self.from);
        self.zotero.check(self.files.iter().any(is_zotero))?;
        for name in &self.files {
            if is_zotero(name) {
                for input in self.zotero.read(context, name, None)? {
                    let records = input.records();
                    files.push((input.path, &formats::ZOTERO, records));
                }
                continue;
            }
            let source = InputFile::read(name)?;
            let format = source.format(name, self.from)?;
            let records = source.records_with_keys(name, format, &self.map)?;
            files.push((source.path, format, records));
        }
        report.losses = context.write_output(self.output_file(), |file| {
            let output = &mut |text: &str| Ok(file.write_all(text.as_bytes())?);
            if to.format().is_bibtex() {
                write_entries(files, to, &mut report, output)
            } else if is_mediawiki {
                write_templates(files, &mut report, output)
            } else {
                write_items(files, to, &mut report, output)
            }
        })?;
        self.print_report(context, to, &report)?;
        Ok(Outcome::done_if(report.rejected == 0))
    }

    /// Returns the output file; `None` for standard output.
    fn output_file(&self) -> Option<&Path> {
        let path = self.output.as_deref()?;
        (path.as_os_str() != "-").then_some(path)
    }

    /// Returns the output format: that of `--to`, or else that of the output file's extension.
    fn output_format(&self) -> Result<FormatName> {
        if let Some(to) = self.to {
            return Ok(to);
        }
        let Some(path) = self.output_file() else {
            return Err(
                CommandError::usage("the output format is missing").with_help(
                    "choose one with --to, such as --to biblatex, or by the extension of --output"
                        .to_owned(),
                ),
            );
        };
        FormatName::of_file(path)
    }

    fn print_report(
        &self,
        context: &CommandContext,
        to: FormatName,
        report: &ConversionReport,
    ) -> Result<()> {
        if self.json && self.output_file().is_some() {
            return context.print_json(report);
        }
        if self.json {
            print_message(serde_json::to_string_pretty(report)?);
            return Ok(());
        }
        for file in &report.files {
            for problem in &file.problems {
                report_problem(context, &file.path, problem);
            }
            if file.entries == 0 {
                context.note(format_args!("{}: no entries found", file.path));
            }
        }
        report_losses_of(context, to, &report.losses, "");
        if self.output_file().is_some() {
            context.note(format_args!(
                "wrote {} as {}",
                counted(report.converted, "entry"),
                to.format().title
            ));
        }
        Ok(())
    }
}

/// A file with its format and its references.
type ReadFile = (String, &'static ReferenceFormat, Records);

/// Writes references as BibLaTeX or BibTeX.
fn write_entries(
    mut files: Vec<ReadFile>,
    to: FormatName,
    report: &mut ConversionReport,
    output: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Vec<Loss>> {
    let options = ReferenceOptions {
        format: to,
        tags: false,
        annotations: true,
        public: false,
    };
    // The keys of one file differ already, so that its references need not all be entries at once.
    if files.len() == 1
        && let Some((path, format, records)) = files.pop_if(|(_, _, read)| !is_verbatim(read))
    {
        return write_parts((path, format, records), options, report, output);
    }
    let all_are_verbatim =
        to == FormatName::BIBLATEX && files.iter().all(|(_, _, read)| is_verbatim(read));
    let (readings, has_duplicates) = as_entries(files, report);
    if all_are_verbatim && !has_duplicates {
        let works = readings.iter().map(|reading| reading.file.works().count());
        report.converted = works.sum();
        for reading in &readings {
            for piece in &reading.file.pieces {
                output(piece.text())?;
            }
        }
        return Ok(Vec::new());
    }
    let mut references: Vec<CitableWork> =
        readings.iter().flat_map(CitableWork::of_reading).collect();
    report.converted = references.len();
    write_file_references(&readings, &mut references, options, output)
}

/// Writes the references of a file of another format than BibTeX as BibLaTeX or BibTeX, a part at a time.
fn write_parts(
    (path, format, records): ReadFile,
    options: ReferenceOptions,
    report: &mut ConversionReport,
    output: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Vec<Loss>> {
    let mut file = FileConversion {
        path,
        format: format.name,
        entries: 0,
        rejected: 0,
        problems: Vec::new(),
    };
    let mut losses = Vec::new();
    let mut joiner = Joiner::new(options.format.writer()?.joint(), String::new());
    for reading in records.into_entries_in_parts(WORKS_AT_A_TIME) {
        let rejected = rejected_pieces(&reading.file) + reading.rejected.len();
        file.rejected += rejected;
        file.entries += reading.file.works().count() + rejected;
        let mut references = CitableWork::of_reading(&reading);
        report.converted += references.len();
        let mut text = String::new();
        losses.extend(write_file_references(
            std::slice::from_ref(&reading),
            &mut references,
            options,
            &mut |part| {
                text.push_str(part);
                Ok(())
            },
        )?);
        if !text.is_empty() {
            joiner.add(&text, output)?;
        }
        file.problems.extend(reading.file.problems);
    }
    joiner.finish(output)?;
    file.problems.sort_by_key(|problem| problem.line);
    report.files.push(file);
    report.count();
    Ok(losses)
}

/// Writes references as citation templates of MediaWiki, one on a line.
fn write_templates(
    files: Vec<ReadFile>,
    report: &mut ConversionReport,
    output: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Vec<Loss>> {
    let (readings, _) = as_entries(files, report);
    let references: Vec<CitableWork> = readings.iter().flat_map(CitableWork::of_reading).collect();
    let items = items_of(&references)?;
    let mut losses = Vec::new();
    for (reference, item) in references.iter().zip(&items) {
        let template = mediawiki::template(ItemMetadata { reference, item });
        let back = template.as_ref().and_then(|template| {
            let Records::Items(read) = formats::MEDIAWIKI.read(&[], &template.as_str().into())
            else {
                return None;
            };
            let mut back = read.items.into_iter().next()?.item;
            back.id.clone_from(&item.id);
            Some(back)
        });
        losses.extend(formats::compare(item, back.as_ref(), "MediaWiki"));
        if let Some(template) = template {
            report.converted += 1;
            output(&format!("* {template}\n"))?;
        }
    }
    Ok(losses)
}

fn items_of(references: &[CitableWork]) -> Result<Vec<CslItem>> {
    let items = references.iter().map(CitableWork::item);
    Ok(items.collect::<peerbib::library::Result<Vec<_>>>()?)
}

/// Returns references as BibLaTeX, each with a key of its own, and whether files had keys in common.
fn as_entries(files: Vec<ReadFile>, report: &mut ConversionReport) -> (Vec<ParsedFile>, bool) {
    let mut readings = Vec::with_capacity(files.len());
    for (path, format, records) in files {
        let reading = records.into_entries();
        let rejected = rejected_pieces(&reading.file) + reading.rejected.len();
        report.files.push(FileConversion {
            path,
            format: format.name,
            entries: reading.file.works().count() + rejected,
            rejected,
            problems: Vec::new(),
        });
        readings.push(reading);
    }
    let has_duplicates = separate_keys(&mut readings);
    for (reading, file) in readings.iter_mut().zip(&mut report.files) {
        file.problems = std::mem::take(&mut reading.file.problems);
    }
    report.count();
    (readings, has_duplicates)
}

fn is_verbatim(records: &Records) -> bool {
    matches!(records, Records::Entries(_))
}

fn rejected_pieces(file: &BibFile) -> usize {
    let is_rejected = |piece: &&FilePiece| matches!(piece, FilePiece::RejectedEntry { .. });
    file.pieces.iter().filter(is_rejected).count()
}

/// Gives entries of different files different keys, and marks those that say the same as one of an earlier file.
/// Returns whether there were any.
fn separate_keys(readings: &mut [ParsedFile]) -> bool {
    // The place of the first entry of each key: its file, and its piece.
    let mut first: HashMap<String, (usize, usize)> = HashMap::new();
    let mut keys = FreeKeys::default();
    let mut has_changed = false;
    for index in 0..readings.len() {
        let (before, rest) = readings.split_at_mut(index);
        let Some(reading) = rest.first_mut() else {
            break;
        };
        let entry_at = |(file, piece): &(usize, usize)| {
            let earlier: &ParsedFile = before.get(*file)?;
            match earlier.file.pieces.get(*piece)? {
                FilePiece::Entry { work, .. } => Some(work),
                _ => None,
            }
        };
        let mut own: HashMap<String, (usize, usize)> = HashMap::new();
        let BibFile {
            pieces, problems, ..
        } = &mut reading.file;
        for (at, piece) in pieces.iter_mut().enumerate() {
            let FilePiece::Entry {
                work,
                line,
                duplicate,
                ..
            } = piece
            else {
                continue;
            };
            if matches!(duplicate, Some(Duplicate::Identical)) {
                continue;
            }
            let key = Duplicate::key_of(work, duplicate.as_ref()).to_owned();
            match first.get(&key).map(entry_at) {
                None => {
                    own.insert(key, (index, at));
                }
                Some(Some(earlier))
                    if earlier.fields().eq(work.fields()) && earlier.kind() == work.kind() =>
                {
                    *duplicate = Some(Duplicate::Identical);
                    has_changed = true;
                }
                Some(_) => {
                    let is_taken = |key: &str| first.contains_key(key) || own.contains_key(key);
                    let new_key = keys.like(&key, is_taken);
                    problems.push(renamed(*line, &key, &new_key));
                    own.insert(new_key.clone(), (index, at));
                    *duplicate = Some(Duplicate::Different { new_key });
                    has_changed = true;
                }
            }
        }
        first.extend(own);
    }
    has_changed
}

/// A generator of keys that are not taken.
#[derive(Default)]
struct FreeKeys {
    /// The last number that was added to each key.
    numbers: HashMap<String, u32>,
}

impl FreeKeys {
    /// Returns a key with a number: `ostrom1990-2`.
    fn like(&mut self, key: &str, is_taken: impl Fn(&str) -> bool) -> String {
        let number = self.numbers.entry(key.to_owned()).or_insert(1);
        loop {
            *number += 1;
            let candidate = format!("{key}-{number}");
            if !is_taken(&candidate) {
                return candidate;
            }
        }
    }
}

fn renamed(line: usize, key: &str, new_key: &str) -> Diagnostic {
    Diagnostic {
        line,
        key: Some(key.to_owned()),
        field: None,
        message: format!("duplicate key; the entry is written as {new_key}"),
        severity: Severity::Warning,
    }
}

impl ConversionReport {
    fn count(&mut self) {
        self.entries = self.files.iter().map(|file| file.entries).sum();
        self.rejected = self.files.iter().map(|file| file.rejected).sum();
    }
}

/// A work that is written in a format other than BibLaTeX and BibTeX.
enum Work<'a> {
    /// An entry of BibTeX or BibLaTeX with the key that it gets, and its place.
    Entry {
        entry: &'a Entry,
        key: String,
        file: usize,
        line: usize,
    },
    /// A reference of another format.
    Item(CslItem),
}

/// Separates the entries of BibTeX and BibLaTeX from the references of other formats, which have a place in both lists for
/// each file, and adds a report on each.
fn separated(
    files: Vec<ReadFile>,
    report: &mut ConversionReport,
) -> (Vec<BibFile>, Vec<Vec<ParsedItem>>) {
    let mut bib_files = Vec::with_capacity(files.len());
    let mut others = Vec::with_capacity(files.len());
    for (path, format, records) in files {
        let (entries, rejected, problems) = match records {
            Records::Entries(mut file) => {
                let problems = std::mem::take(&mut file.problems);
                let rejected = rejected_pieces(&file);
                let entries = file.works().count() + rejected;
                bib_files.push(file);
                others.push(Vec::new());
                (entries, rejected, problems)
            }
            Records::Items(read) => {
                let mut read = read.with_keys();
                let problems = std::mem::take(&mut read.problems);
                let rejected = read.rejected.len();
                let entries = read.items.len() + rejected;
                bib_files.push(BibFile::default());
                others.push(read.items);
                (entries, rejected, problems)
            }
        };
        report.files.push(FileConversion {
            path,
            format: format.name,
            entries,
            rejected,
            problems,
        });
    }
    report.count();
    (bib_files, others)
}

/// Returns the works of all files that are written, each with the key that it gets.
fn collected<'a>(
    bib_files: &'a [BibFile],
    others: Vec<Vec<ParsedItem>>,
    report: &mut ConversionReport,
) -> Vec<Work<'a>> {
    let mut works = Works::default();
    let files = bib_files.iter().zip(others).zip(&mut report.files);
    for (index, ((bib, items), file)) in files.enumerate() {
        for piece in &bib.pieces {
            if let FilePiece::Entry {
                work,
                line,
                duplicate,
                ..
            } = piece
                && !matches!(duplicate, Some(Duplicate::Identical))
            {
                let key = Duplicate::key_of(work, duplicate.as_ref()).to_owned();
                works.add_entry(work, key, index, *line, &mut file.problems);
            }
        }
        for read in items {
            works.add_item(read.item, read.line, &mut file.problems);
        }
    }
    works.works
}

/// A work with its CSL item and the abbreviations of its file.
type DerivedWork<'s> = (Entry, CslItem, &'s Strings);

/// Derives the CSL item of a work, with the problems in its entry. Entries that only hold data for others are no works.
fn derived<'s>(
    work: &Work<'_>,
    bib_files: &'s [BibFile],
    by_key: &[HashMap<&str, &Entry>],
    no_strings: &'s Strings,
) -> (Option<DerivedWork<'s>>, Vec<Diagnostic>) {
    let (entry, key, file, line) = match work {
        Work::Entry {
            entry,
            key,
            file,
            line,
        } => (*entry, key, *file, *line),
        Work::Item(item) => {
            let work = (without_fields(item), item.clone(), no_strings);
            return (Some(work), Vec::new());
        }
    };
    let strings = bib_files.get(file).map_or(no_strings, |file| &file.strings);
    let parent = |key: &str| {
        let found = by_key.get(file)?.get(key)?;
        Some(Cow::Borrowed(*found))
    };
    let mut derived = bibtex::derive(entry, strings, &parent);
    for problem in &mut derived.problems {
        problem.line = line;
    }
    let work = (!derived.is_data).then(|| {
        let mut item = derived.item;
        item.id.clone_from(key);
        let mut entry = entry.clone();
        entry.key.clone_from(key);
        (entry, item, strings)
    });
    (work, derived.problems)
}

/// Writes references in a format that is made from CSL items.
fn write_items(
    files: Vec<ReadFile>,
    to: FormatName,
    report: &mut ConversionReport,
    output: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Vec<Loss>> {
    let (bib_files, others) = separated(files, report);
    let works = collected(&bib_files, others, report);
    let by_key: Vec<HashMap<&str, &Entry>> = bib_files.iter().map(BibFile::by_key).collect();
    let writer = to.writer()?;
    let joint = writer.joint();
    let at_a_time = match joint {
        Some(_) => WORKS_AT_A_TIME,
        None => works.len().max(1),
    };
    let mut joiner = Joiner::new(joint, String::new());
    let mut losses = Vec::new();
    let no_strings = Strings::default();
    // An empty list is a file, too.
    let chunks: Vec<&[Work<'_>]> = match works.as_slice() {
        [] => vec![&[]],
        works => works.chunks(at_a_time).collect(),
    };
    for chunk in chunks {
        let prepared: Vec<_> = chunk
            .par_iter()
            .map(|work| derived(work, &bib_files, &by_key, &no_strings))
            .collect();
        let mut works: Vec<DerivedWork<'_>> = Vec::with_capacity(prepared.len());
        for (work, (prepared, problems)) in chunk.iter().zip(prepared) {
            works.extend(prepared);
            if let Work::Entry { file, .. } = work
                && let Some(file) = report.files.get_mut(*file)
            {
                file.problems.extend(problems);
            }
        }
        report.converted += works.len();
        let exported: Vec<ExportedWork<'_>> = works
            .iter()
            .map(|(work, item, strings)| ExportedWork {
                work,
                item,
                strings,
            })
            .collect();
        let written = writer.write(&ExportInput {
            works: &exported,
            parents: &|_| None,
            table: None,
        });
        joiner.add(&written.text, output)?;
        losses.extend(written.losses);
    }
    joiner.finish(output)?;
    for file in &mut report.files {
        file.problems.sort_by_key(|problem| problem.line);
    }
    Ok(losses)
}

/// Returns an entry for a reference that never was one.
fn without_fields(item: &CslItem) -> Entry {
    Entry::without_text(item.id.clone())
}

/// The works to write, each with a key of its own.
#[derive(Default)]
struct Works<'a> {
    works: Vec<Work<'a>>,
    /// The work of each key.
    by_key: HashMap<String, usize>,
    keys: FreeKeys,
}

impl<'a> Works<'a> {
    fn add_entry(
        &mut self,
        entry: &'a Entry,
        key: String,
        file: usize,
        line: usize,
        problems: &mut Vec<Diagnostic>,
    ) {
        let is_same = |earlier: &Work<'_>| {
            matches!(earlier, Work::Entry { entry: other, .. }
                if other.fields().eq(entry.fields()) && other.kind() == entry.kind())
        };
        if let Some(key) = self.key_for(&key, is_same, line, problems) {
            let work = Work::Entry {
                entry,
                key: key.clone(),
                file,
                line,
            };
            self.push(work, key);
        }
    }

    fn add_item(&mut self, mut item: CslItem, line: usize, problems: &mut Vec<Diagnostic>) {
        let is_same = |earlier: &Work<'_>| {
            matches!(earlier, Work::Item(other)
                if other.variables == item.variables && other.item_type == item.item_type)
        };
        if let Some(key) = self.key_for(&item.id, is_same, line, problems) {
            item.id.clone_from(&key);
            self.push(Work::Item(item), key);
        }
    }

    fn push(&mut self, work: Work<'a>, key: String) {
        self.by_key.insert(key, self.works.len());
        self.works.push(work);
    }

    /// Returns the key of a work, or `None` if an earlier one of the same key says the same.
    fn key_for(
        &mut self,
        key: &str,
        is_same: impl Fn(&Work<'_>) -> bool,
        line: usize,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<String> {
        let earlier = self
            .by_key
            .get(key)
            .and_then(|index| self.works.get(*index));
        match earlier {
            None => Some(key.to_owned()),
            Some(earlier) if is_same(earlier) => None,
            Some(_) => {
                let new_key = self.keys.like(key, |key| self.by_key.contains_key(key));
                problems.push(renamed(line, key, &new_key));
                Some(new_key)
            }
        }
    }
}
