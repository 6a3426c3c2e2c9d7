//! Works as references in one of the reference formats.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

use crate::cli::format_name::FormatName;
use crate::cli::style_engine::items_of;
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::formats::bibtex::{self, Duplicate, FilePiece, Strings, UsedCommands};
use peerbib::formats::{
    ExportInput, ExportedWork, Joint, Loss, ParsedFile, TablePart, WriteResult, csv,
};
use peerbib::library::{CitableWork, GROUP_FACET, Library, TagName, group_tag_name};
use peerbib::model::{CslItem, CslValue, Entry};

/// The source of the entries of works.
#[derive(Clone, Copy)]
pub(crate) enum Entries<'a> {
    /// A library.
    Library(&'a Library),
    /// Files that were read without a library.
    Files(&'a [ParsedFile]),
}

/// The options for writing references.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReferenceOptions {
    /// The format.
    pub(crate) format: FormatName,
    /// Whether to write tags into keywords.
    pub(crate) tags: bool,
    /// Whether to include private annotations.
    pub(crate) annotations: bool,
    /// Whether to leave out linked files and the tags of the facet `status`, as for the public.
    pub(crate) public: bool,
}

/// Writes the references of works in a format. BibLaTeX and BibTeX start with the @strings of the files, and with the
/// @preambles that define commands for the entries.
pub(crate) fn write_references(
    entries: Entries<'_>,
    works: &[(&CitableWork, &CslItem)],
    options: ReferenceOptions,
) -> Result<WriteResult> {
    let read = ReadEntries::of(entries);
    let definitions = match entries {
        _ if !options.format.format().is_bibtex() => Vec::new(),
        Entries::Library(library) => {
            let ids: Vec<i64> = works.iter().map(|(work, _)| work.id).collect();
            library.works().definitions_of(&ids)?
        }
        Entries::Files(_) => read.definitions.clone(),
    };
    let (definitions, ambiguous) = bibtex::common_abbreviations(definitions);
    let keys: Vec<&CitableWork> = works.iter().map(|(work, _)| *work).collect();
    let found = stored_entries(entries, &read, &keys)?;
    let parents = |key: &str| match entries {
        Entries::Library(library) => library.works().parent(key),
        Entries::Files(_) => read.works.get(key).map(|(work, _)| Cow::Borrowed(*work)),
    };
    let mut written = write_part(found, works, options, &ambiguous, &parents, None)?;
    if !written.text.is_empty() {
        written.text.insert_str(0, &preamble(&definitions));
    }
    Ok(written)
}

/// Writes the references of files like [`write_references`], and passes their text to `output` in parts. Returns what
/// the format could not hold. Fails if the entry of a work cannot be read, and with the errors of `output`.
pub(crate) fn write_file_references(
    readings: &[ParsedFile],
    works: &mut [CitableWork],
    options: ReferenceOptions,
    output: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Vec<Loss>> {
    let read = ReadEntries::of(Entries::Files(readings));
    let (definitions, ambiguous) = bibtex::common_abbreviations(read.definitions.clone());
    let parents = |key: &str| read.works.get(key).map(|(work, _)| Cow::Borrowed(*work));
    let joint = options.format.writer()?.joint();
    let at_a_time = match joint {
        Some(_) => WORKS_AT_A_TIME,
        None => works.len().max(1),
    };
    let mut joiner = Joiner::new(joint, preamble(&definitions));
    let mut losses = Vec::new();
    for works in works.chunks_mut(at_a_time) {
        let items = items_of(works, true)?;
        let pairs: Vec<_> = works.iter().zip(&items).collect();
        let found = works.iter().map(|work| read.entry(&work.key));
        let found = found.collect::<Result<Vec<_>, _>>()?;
        let written = write_part(found, &pairs, options, &ambiguous, &parents, None)?;
        losses.extend(written.losses);
        joiner.add(&written.text, output)?;
    }
    joiner.finish(output)?;
    Ok(losses)
}

/// Writes the references of works of a library like [`write_references`], and passes their text to `output` in parts,
/// so that a large library needs little memory. Returns what the format could not hold. Fails if the entry of a work
/// cannot be read, and with the errors of `output`.
pub(crate) fn write_library_references(
    library: &Library,
    works: &[i64],
    options: ReferenceOptions,
    output: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Vec<Loss>> {
    let columns = match options.format.format().is_table() {
        true => Some(column_variables(library, works, options)?),
        false => None,
    };
    let joint = options.format.writer()?.joint();
    let Some(joint) = joint.or(columns.as_ref().map(|_| Joint::default())) else {
        let mut works = library.works().citable(works)?;
        let items = items_of(&mut works, true)?;
        let pairs: Vec<_> = works.iter().zip(&items).collect();
        let written = write_references(Entries::Library(library), &pairs, options)?;
        output(&written.text)?;
        return Ok(written.losses);
    };
    let definitions = match options.format.format().is_bibtex() {
        true => library.works().definitions_of(works)?,
        false => Vec::new(),
    };
    let (definitions, ambiguous) = bibtex::common_abbreviations(definitions);
    let chunks = library.works().chunks(works);
    let mut losses = Vec::new();
    let mut joiner = Joiner::new(Some(joint), preamble(&definitions));
    let mut is_first = true;
    for (works, stored) in chunks.zip(library.works().entry_chunks(works)) {
        let mut works = works?;
        let items = items_of(&mut works, true)?;
        let stored = stored?;
        let parents = library.works().parents_of(&stored)?;
        let parts = stored
            .into_par_iter()
            .chunks(WORKS_PER_TASK)
            .zip(works.par_chunks(WORKS_PER_TASK))
            .zip(items.par_chunks(WORKS_PER_TASK))
            .enumerate()
            .map(|(at, ((stored, works), items))| {
                let table = columns.as_ref().map(|variables| TablePart {
                    variables,
                    is_first: is_first && at == 0,
                });
                let found = stored.into_iter();
                let found = found.map(|stored| (stored.work, stored.strings)).collect();
                let pairs: Vec<_> = works.iter().zip(items).collect();
                let parents = |key: &str| parents.get(key);
                write_part(found, &pairs, options, &ambiguous, &parents, table)
            });
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        is_first = false;
        for written in parts {
            losses.extend(written.losses);
            joiner.add(&written.text, output)?;
        }
    }
    if joiner.is_first {
        // Some formats have a text for no works at all.
        let written = write_references(Entries::Library(library), &[], options)?;
        output(&written.text)?;
    }
    joiner.finish(output)?;
    Ok(losses)
}

/// Returns the variables that the works of an export have.
fn column_variables(
    library: &Library,
    works: &[i64],
    options: ReferenceOptions,
) -> Result<BTreeSet<String>> {
    let mut variables = BTreeSet::new();
    for works in library.works().chunks(works) {
        let mut works = works?;
        for item in items_of(&mut works, true)? {
            for variable in csv::column_variables(&item) {
                if !variables.contains(variable) {
                    variables.insert(variable.to_owned());
                }
            }
        }
        if options.tags && works.iter().any(|work| !work.tags.is_empty()) {
            variables.insert("keyword".to_owned());
        }
    }
    if !options.annotations {
        variables.remove("annote");
    }
    Ok(variables)
}

/// The works that are written at a time in formats that allow it, so that a large file needs little memory.
pub(crate) const WORKS_AT_A_TIME: usize = 2000;

/// The number of works that a core writes in one task.
const WORKS_PER_TASK: usize = 256;

/// Joins the texts of parts of an export.
pub(crate) struct Joiner {
    joint: Joint,
    preamble: String,
    is_first: bool,
    /// Whether the end of the last part is still to be written.
    owes_end: bool,
}

impl Joiner {
    /// Returns a joiner for a format and the text before the first part. A format without a joint has one part only.
    pub(crate) fn new(joint: Option<Joint>, preamble: String) -> Self {
        Self {
            joint: joint.unwrap_or_default(),
            preamble,
            is_first: true,
            owes_end: false,
        }
    }

    /// Passes a part to `output`, but for its end.
    pub(crate) fn add(
        &mut self,
        text: &str,
        output: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let without_end = text.strip_suffix(self.joint.end);
        self.owes_end = without_end.is_some();
        let text = without_end.unwrap_or(text);
        if std::mem::take(&mut self.is_first) {
            output(&std::mem::take(&mut self.preamble))?;
            return output(text);
        }
        output(self.joint.between)?;
        output(text.strip_prefix(self.joint.start).unwrap_or(text))
    }

    /// Passes the end of the last part to `output`, if there was one.
    pub(crate) fn finish(self, output: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        if self.owes_end {
            output(self.joint.end)?;
        }
        Ok(())
    }
}

/// Returns the @strings and @preambles at the start of a file.
fn preamble(definitions: &[String]) -> String {
    let texts = definitions.iter();
    texts.map(|text| format!("{text}\n\n")).collect()
}

/// Writes works with their entries and abbreviations; those in `ambiguous` are written out.
fn write_part<'e>(
    found: Vec<(Entry, Strings)>,
    works: &[(&CitableWork, &CslItem)],
    options: ReferenceOptions,
    ambiguous: &HashSet<String>,
    parents: &dyn Fn(&str) -> Option<Cow<'e, Entry>>,
    table: Option<TablePart<'_>>,
) -> Result<WriteResult> {
    let pairs = found.into_iter().zip(works);
    let prepared: Vec<_> = pairs
        .map(|((mut entry, strings), (reference, item))| {
            if !ambiguous.is_empty() {
                entry = bibtex::expand_abbreviations(&entry, &strings, ambiguous).into_owned();
            }
            self::prepared((entry, strings), reference, item, options)
        })
        .collect();
    let exported: Vec<ExportedWork<'_>> = prepared
        .iter()
        .map(|(work, item, strings)| ExportedWork {
            work,
            item,
            strings,
        })
        .collect();
    let parents = |key: &str| parents(key).map(|parent| Cow::Owned(parent.into_owned()));
    Ok(options.format.writer()?.write(&ExportInput {
        works: &exported,
        parents: &parents,
        table,
    }))
}

/// Writes each work of a library on its own in each of the formats, as for the public. `@string`s are written out.
pub(crate) fn write_each<const N: usize>(
    library: &Library,
    works: &[(&CitableWork, &CslItem)],
    formats: [FormatName; N],
) -> Result<Vec<[String; N]>> {
    let ids: Vec<i64> = works.iter().map(|(work, _)| work.id).collect();
    let stored = library.works().entries(&ids)?;
    let mut written = Vec::with_capacity(works.len());
    for ((reference, item), stored) in works.iter().zip(stored) {
        let entry = bibtex::expand_all_abbreviations(&stored.work, &stored.strings).into_owned();
        let mut texts = [const { String::new() }; N];
        for (text, format) in texts.iter_mut().zip(formats) {
            let options = ReferenceOptions {
                format,
                tags: false,
                annotations: false,
                public: true,
            };
            let found = (entry.clone(), stored.strings.clone());
            let (work, item, strings) = prepared(found, reference, item, options);
            let exported = [ExportedWork {
                work: &work,
                item: &item,
                strings: &strings,
            }];
            *text = format
                .writer()?
                .write(&ExportInput {
                    works: &exported,
                    parents: &|key| library.works().parent(key),
                    table: None,
                })
                .text;
        }
        written.push(texts);
    }
    Ok(written)
}

/// Reports what a format could not hold: each field once, with the works that have it.
pub(crate) fn report_losses(context: &CommandContext, format: FormatName, losses: &[Loss]) {
    report_losses_of(context, format, losses, "; the library keeps them");
}

/// Reports what a format could not hold. `consequence` ends the summary.
pub(crate) fn report_losses_of(
    context: &CommandContext,
    format: FormatName,
    losses: &[Loss],
    consequence: &str,
) {
    let mut alike: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for loss in losses {
        let keys = alike.entry((&loss.field, &loss.reason)).or_default();
        keys.push(&loss.key);
    }
    for ((field, reason), keys) in &alike {
        context.note(format_args!("note: {field} {reason}: {}", keys.join(", ")));
    }
    if !losses.is_empty() {
        let works: BTreeSet<_> = losses.iter().map(|loss| &loss.key).collect();
        context.note(format_args!(
            "{} cannot hold {} of {}{consequence}",
            format.format().title,
            crate::cli::ui::counted(losses.len(), "field"),
            crate::cli::ui::counted(works.len(), "work")
        ));
    }
}

/// The entries of files by key.
#[derive(Default)]
struct ReadEntries<'a> {
    works: HashMap<&'a str, (&'a Entry, &'a Strings)>,
    /// The `@string`s, and the `@preamble`s that define commands for the entries.
    definitions: Vec<String>,
}

/// Returns the entries of works with their abbreviations.
fn stored_entries(
    entries: Entries<'_>,
    read: &ReadEntries<'_>,
    works: &[&CitableWork],
) -> Result<Vec<(Entry, Strings)>> {
    if let Entries::Library(library) = entries {
        let ids: Vec<i64> = works.iter().map(|work| work.id).collect();
        let stored = library.works().entries(&ids)?.into_iter();
        return Ok(stored.map(|stored| (stored.work, stored.strings)).collect());
    }
    works.iter().map(|work| read.entry(&work.key)).collect()
}

/// Returns the titles of the books that works are parts of, by the keys of the works, with their capitals as written. The
/// CSL item of a work has them in sentence case.
pub(crate) fn book_titles(
    entries: Entries<'_>,
    works: &[CitableWork],
) -> Result<HashMap<String, String>> {
    let works: Vec<&CitableWork> = works.iter().collect();
    let found = stored_entries(entries, &ReadEntries::of(entries), &works)?;
    let titles = works
        .iter()
        .zip(&found)
        .filter_map(|(work, (entry, strings))| {
            let title = bibtex::plain_field(entry, strings, "booktitle")?;
            Some((work.key.clone(), title))
        });
    Ok(titles.collect())
}

impl<'a> ReadEntries<'a> {
    fn of(entries: Entries<'a>) -> Self {
        let mut read = Self::default();
        let Entries::Files(readings) = entries else {
            return read;
        };
        let mut seen = HashSet::new();
        for reading in readings {
            let pieces = &reading.file.pieces;
            let has_preamble = |piece: &FilePiece| matches!(piece, FilePiece::Preamble(_));
            let mut used_commands = UsedCommands::default();
            if pieces.iter().any(has_preamble) {
                for work in reading.file.works() {
                    used_commands.add(work.source());
                }
            }
            for piece in pieces {
                match piece {
                    FilePiece::Entry {
                        duplicate: Some(Duplicate::Identical),
                        ..
                    } => {}
                    FilePiece::Entry {
                        work, duplicate, ..
                    } => {
                        let key = Duplicate::key_of(work, duplicate.as_ref());
                        read.works.insert(key, (work, &reading.file.strings));
                    }
                    FilePiece::Abbreviation { text, .. } if seen.insert(&**text) => {
                        read.definitions.push(text.to_string());
                    }
                    FilePiece::Preamble(text)
                        if used_commands.are_defined_in(text) && seen.insert(&**text) =>
                    {
                        read.definitions.push(text.to_string());
                    }
                    _ => {}
                }
            }
        }
        read
    }

    fn entry(&self, key: &str) -> Result<(Entry, Strings)> {
        let (work, strings) = self
            .works
            .get(key)
            .ok_or_else(|| CommandError::new(format_args!("{key} is in none of the files")))?;
        Ok(((*work).clone(), (*strings).clone()))
    }
}

fn prepared(
    (mut work, strings): (Entry, Strings),
    reference: &CitableWork,
    item: &CslItem,
    options: ReferenceOptions,
) -> (Entry, CslItem, Strings) {
    let mut item = item.clone();
    if !options.annotations {
        item.variables.remove("annote");
        for field in ["annotation", "annote"] {
            if work.field(field).is_some()
                && let Ok(source) = bibtex::remove_field(work.source(), field)
                && let Ok(without) = bibtex::parse_entry(&source)
            {
                work = without;
            }
        }
    }
    if options.public {
        work = without_private_data(work, &strings);
        if let Some(keywords) = item.text("keyword") {
            let keywords = CslValue::Text(public_keywords(&keywords));
            item.variables.insert("keyword".to_owned(), keywords);
        }
    }
    if options.tags {
        work = with_keywords(&work, &reference.tags, &strings);
        let keywords = item.text("keyword").unwrap_or_default();
        let keywords = added(&keywords, &reference.tags);
        if !keywords.is_empty() {
            let keywords = CslValue::Text(keywords);
            item.variables.insert("keyword".to_owned(), keywords);
        }
    }
    if options.format.format().is_bibtex()
        // The text may have another key than the library.
        && let Ok(source) = bibtex::set_key(work.source(), &reference.key)
        && source != work.source()
        && let Ok(keyed) = bibtex::parse_entry(&source)
    {
        work = keyed;
    }
    work.key.clone_from(&reference.key);
    item.id.clone_from(&reference.key);
    (work, item, strings)
}

/// Removes linked files and the tags of the facet `status` from an entry.
fn without_private_data(work: Entry, strings: &Strings) -> Entry {
    let mut source = work.source().to_owned();
    for field in ["file", "pdf"] {
        if let Ok(without) = bibtex::remove_field(&source, field) {
            source = without;
        }
    }
    if let Some(value) = work.field("keywords") {
        let keywords = strings.resolve(value).text.into_owned();
        let public = public_keywords(&keywords);
        let changed = if public.is_empty() {
            bibtex::remove_field(&source, "keywords")
        } else {
            bibtex::set_field(&source, "keywords", &public)
        };
        if public != keywords
            && let Ok(changed) = changed
        {
            source = changed;
        }
    }
    bibtex::parse_entry(&source).unwrap_or(work)
}

/// Removes the tags of the facet `status` from keywords.
fn public_keywords(keywords: &str) -> String {
    let is_public = |keyword: &&str| !keyword.trim_start().to_lowercase().starts_with("status:");
    let public: Vec<&str> = keywords.split(',').filter(is_public).collect();
    public.join(",").trim().to_owned()
}

/// Adds tags to the keywords of an entry. Tags that are already there in any case are not repeated, nor are
/// groups in the field `groups`.
pub(crate) fn with_keywords(work: &Entry, tags: &[TagName], strings: &Strings) -> Entry {
    let value = |field: &str| {
        let value = work.field(field).unwrap_or_default();
        strings.resolve(value).text.into_owned()
    };
    let groups: Vec<TagName> = value("groups")
        .split(',')
        .filter_map(group_tag_name)
        .collect();
    let tags: Vec<TagName> = tags
        .iter()
        .filter(|tag| tag.facet != GROUP_FACET || !groups.contains(tag))
        .cloned()
        .collect();
    let keywords = value("keywords");
    let with_tags = added(&keywords, &tags);
    if with_tags == keywords {
        return work.clone();
    }
    let escaped: String = with_tags
        .get(keywords.len()..)
        .unwrap_or_default()
        .chars()
        .flat_map(|c| {
            let escape = matches!(c, '&' | '%' | '#' | '$').then_some('\\');
            escape.into_iter().chain([c])
        })
        .collect();
    let source = bibtex::set_field(work.source(), "keywords", &format!("{keywords}{escaped}"));
    let tagged = source
        .ok()
        .and_then(|source| bibtex::parse_entry(&source).ok());
    tagged.unwrap_or_else(|| work.clone())
}

/// Appends the tags that are not among the keywords.
fn added(keywords: &str, tags: &[TagName]) -> String {
    let own: Vec<TagName> = keywords
        .split([',', ';'])
        .filter_map(|keyword| keyword.trim().replace('\\', "").parse().ok())
        .collect();
    let mut text = keywords.to_owned();
    for tag in tags.iter().filter(|tag| !own.contains(tag)) {
        if !text.trim().is_empty() {
            text.push_str(", ");
        }
        text.push_str(&tag.to_string());
    }
    text
}
