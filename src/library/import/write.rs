//! The third phase of an import: writing works, their derived rows, occurrences and tags.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::mpsc;

use rusqlite::params;

use super::classify::{NewEntry, Plan, RenamedEntry, Target};
use super::derive::{DerivedEntry, derive_all};
use super::existing::Existing;
use super::gone;
use super::known::known_entry;
use super::report::Findings;
use super::{Callbacks, Context, ImportedFile};
use crate::formats::{Diagnostic, Severity};
use crate::library::derived_tables::{
    DerivedRowWriter, Parents, StringCache, Times, principal_names, read_entry,
};
use crate::library::history::now;
use crate::library::identity::{Evidence, Identity};
use crate::library::tags::{NewAssignment, Origin, Tag, TagName};
use crate::library::{Change, LibraryError, Result};
use crate::model::CslItem;

/// The works of the entries of a file, once all are in the library.
pub(super) struct WrittenWorks<'a> {
    occurrences: Vec<WrittenOccurrence<'a>>,
    trailing: Cow<'a, str>,
    /// Works whose derived rows are out of date.
    pub(super) changed: BTreeSet<i64>,
    /// Keywords that are tags, with their works.
    pub(super) keywords: Vec<(i64, TagName)>,
    /// Keywords that are tags and were removed in the source.
    pub(super) withdrawn: Vec<(i64, TagName)>,
    /// See [`Plan::restored`].
    restored: Vec<String>,
}

struct WrittenOccurrence<'a> {
    work: i64,
    leading: Cow<'a, str>,
    variant: Option<Box<str>>,
    base: Option<Box<str>>,
    original: Option<&'a str>,
    source_key: Option<&'a str>,
}

/// Writes the works of a plan: the new texts of existing works, and new works while the next ones are derived.
pub(super) fn write<'a>(
    context: &Context<'_>,
    plan: Plan<'a>,
    strings: &mut StringCache,
    callbacks: &mut Callbacks<'_>,
) -> Result<(WrittenWorks<'a>, Findings)> {
    let change = context.change;
    for (work, source) in &plan.updates {
        change.works().write_source(*work, source)?;
    }
    for renamed in &plan.renamed {
        rename(change, renamed)?;
    }
    let mut parents = Parents::default();
    for new in &plan.new {
        parents.load(change, new.entry, &context.file.strings, &|key| {
            context.in_file.contains_key(key)
        })?;
    }
    let mut writer = NewWorkWriter {
        context,
        strings,
        callbacks,
        findings: Findings::default(),
        changed: plan.updates.into_keys().collect(),
        keywords: plan.keywords,
        claimed: plan.claimed,
    };
    change.begin_bulk_index(plan.new.len())?;
    let at = now(change.connection())?;
    let seconds = change
        .connection()
        .query_row("SELECT unixepoch(?1)", [&at], |row| row.get(0))?;
    let times = Times {
        added: seconds,
        changed: seconds,
    };
    let (file, in_file) = (context.file, &context.in_file);
    let written = std::thread::scope(|scope| {
        // Two batches may wait, so that neither side idles and little memory is needed.
        let (sender, receiver) = mpsc::sync_channel(2);
        let (new, parents) = (plan.new.as_slice(), &parents);
        scope.spawn(move || derive_all((new, times), (file, in_file), parents, &sender));
        writer.write_all(new, &at, &receiver)
    })?;
    change.end_bulk_index(plan.new.len())?;
    let NewWorkWriter {
        findings,
        mut changed,
        keywords,
        ..
    } = writer;
    if !context.was_empty {
        // Existing works may inherit from one that was added only now.
        let works = written.iter().map(|new| new.work).collect();
        changed.extend(change.inheriting_works(&works)?);
    }
    let occurrences = plan.occurrences.into_iter().filter_map(|occurrence| {
        let (work, variant, base) = match occurrence.target {
            Target::Known(work) => (work, occurrence.variant, occurrence.base),
            Target::New(index) => {
                let new = written.get(index)?;
                let variant = occurrence.variant.or_else(|| new.variant.clone());
                (new.work, variant, new.base.clone())
            }
        };
        Some(WrittenOccurrence {
            work,
            leading: occurrence.leading,
            variant,
            base,
            original: occurrence.original,
            source_key: occurrence.source_key,
        })
    });
    let works = WrittenWorks {
        occurrences: occurrences.collect(),
        trailing: plan.trailing,
        changed,
        keywords,
        withdrawn: plan.withdrawn,
        restored: plan.restored,
    };
    Ok((works, findings))
}

/// Gives a work the present key of its entry in the source. A work with its own key keeps that one, and is also found
/// by the new one.
fn rename(change: &Change<'_>, renamed: &RenamedEntry) -> Result<()> {
    let RenamedEntry { work, old, new } = renamed;
    let holder = change.works().find(new)?;
    if change.works().key(*work)? == *old && holder.is_none_or(|holder| holder == *work) {
        match change.works().rename(*work, new) {
            // It is kept as it is in the text of the entry.
            Err(LibraryError::MalformedKey(_)) => Ok(()),
            renamed => renamed,
        }
    } else if holder.is_none() {
        change.connection().execute(
            "INSERT OR IGNORE INTO key_alias (work_id, alias) VALUES (?1, ?2)",
            params![work, new],
        )?;
        Ok(())
    } else {
        Ok(())
    }
}

/// Writes entries that may be new.
struct NewWorkWriter<'c, 'a, 'f> {
    context: &'c Context<'a>,
    strings: &'c mut StringCache,
    callbacks: &'c mut Callbacks<'f>,
    findings: Findings,
    changed: BTreeSet<i64>,
    keywords: Vec<(i64, TagName)>,
    /// See [`Plan::claimed`].
    claimed: HashSet<i64>,
}

/// The work of an entry, which may have existed before.
struct NewWork {
    work: i64,
    /// The text of the entry, where the work has another.
    variant: Option<Box<str>>,
    /// See [`super::existing::Addition::base`].
    base: Option<Box<str>>,
}

impl NewWorkWriter<'_, '_, '_> {
    /// Writes entries as they are derived, and returns their works in the same order.
    fn write_all(
        &mut self,
        new: &[NewEntry<'_>],
        at: &str,
        receiver: &mpsc::Receiver<Vec<DerivedEntry>>,
    ) -> Result<Vec<NewWork>> {
        let connection = self.context.change.connection();
        let mut insert =
            connection.prepare("INSERT INTO work (key, source, added_at) VALUES (?1, ?2, ?3)")?;
        let mut alias = connection
            .prepare("INSERT OR IGNORE INTO key_alias (work_id, alias) VALUES (?1, ?2)")?;
        let mut rows = DerivedRowWriter::new(self.context.change)?;
        let mut works = Vec::with_capacity(new.len());
        let mut entries = new.iter();
        for batch in receiver {
            let count = batch.len();
            for (derived, new) in batch.into_iter().zip(&mut entries) {
                if let Some((existing, evidence)) = self.same_work(&derived.rows.identity)? {
                    alias.execute(params![existing.id, new.key])?;
                    works.push(self.join(existing, new, &evidence)?);
                    continue;
                }
                insert.execute(params![new.key, new.entry.source(), at])?;
                let work = connection.last_insert_rowid();
                rows.write(work, &derived.rows)?;
                for name in &derived.aliases {
                    alias.execute(params![work, name])?;
                }
                self.claimed.insert(work);
                self.add(work, new, derived);
                works.push(NewWork {
                    work,
                    variant: None,
                    base: None,
                });
            }
            (self.callbacks.on_progress)(count);
        }
        rows.finish()?;
        Ok(works)
    }

    /// Collects the problems and tags of a new work.
    fn add(&mut self, work: i64, new: &NewEntry<'_>, derived: DerivedEntry) {
        let tags = derived.tags.into_iter().map(|tag| (work, tag));
        self.keywords.extend(tags);
        let problems = derived.problems.into_iter().map(|problem| Diagnostic {
            line: new.line,
            ..problem
        });
        self.findings.problems.extend(problems);
        self.findings.counts.imported += 1;
    }

    /// Merges an entry into the existing work that it turned out to be.
    fn join(
        &mut self,
        existing: Existing,
        new: &NewEntry<'_>,
        evidence: &Evidence,
    ) -> Result<NewWork> {
        let (change, work) = (self.context.change, existing.id);
        let evidence = match evidence {
            Evidence::Doi(doi) => format!("the DOI {doi}"),
            Evidence::Isbn(isbn) => format!("the ISBN {isbn}"),
            Evidence::Eprint(eprint) => format!("the eprint {eprint}"),
            Evidence::Fingerprint => "its title, author and year".to_owned(),
        };
        let key = change.works().key(work)?;
        let message = format!(
            "the library has this work as {key}, by {evidence}; this key is an alias of it now"
        );
        let place = (new.line, new.entry.key.as_str());
        self.findings
            .add_problem(Severity::Notice, place, None, message);
        let known = known_entry(self.context, work)?;
        let addition = existing.merge(
            (new.entry, new.line),
            known,
            self.context,
            self.strings,
            self.callbacks,
            &mut self.findings,
        )?;
        if let Some(source) = addition.source {
            change.works().write_source(work, &source)?;
            self.changed.insert(work);
        }
        let tags = addition.tags.into_iter().map(|tag| (work, tag));
        self.keywords.extend(tags);
        self.claimed.insert(work);
        Ok(NewWork {
            work,
            variant: addition.variant,
            base: addition.base,
        })
    }

    /// Returns the existing work of an entry that has another key there, and how it is recognized.
    fn same_work(&self, identity: &Identity) -> Result<Option<(Existing, Evidence)>> {
        if self.context.was_empty {
            return Ok(None);
        }
        let mut with_key = self.context.change.connection().prepare_cached(
            "SELECT work.id, work.key, work.source, item
             FROM match_key JOIN csl_item USING (work_id) JOIN work ON work.id = work_id
             WHERE match_key = ?1",
        )?;
        for match_key in identity.match_keys() {
            let mut rows = with_key.query([match_key])?;
            while let Some(row) = rows.next()? {
                let id: i64 = row.get(0)?;
                let key: String = row.get(1)?;
                // An entry of the file that has the work's own key is that work.
                let has_own_entry = self.context.in_file.contains_key(key.as_str());
                if has_own_entry || self.claimed.contains(&id) {
                    continue;
                }
                let source: String = row.get(2)?;
                let work = read_entry(&key, &source)?;
                let item: CslItem =
                    serde_json::from_str(&row.get::<_, String>(3)?).unwrap_or_default();
                let known = Identity::of(&work, &item, principal_names(&item));
                if let Some(evidence) = identity.same_work(&known) {
                    return Ok(Some((Existing { id, source }, evidence)));
                }
            }
        }
        Ok(None)
    }
}

/// Stores the places of the works in the file, and the text around them. Returns the works whose derived rows
/// are out of date because `@string`s of the file changed.
pub(super) fn remember_file(
    context: &Context<'_>,
    imported: ImportedFile<'_>,
    works: &WrittenWorks<'_>,
) -> Result<Vec<i64>> {
    let change = context.change;
    let before = match context.file_id {
        Some(id) => Some((id, change.sources().leading_with_strings(id)?)),
        None => None,
    };
    write_file(context, imported, works)?;
    match before {
        Some((id, before)) if change.sources().leading_with_strings(id)? != before => {
            change.sources().works(imported.path)
        }
        _ => Ok(Vec::new()),
    }
}

fn write_file(
    context: &Context<'_>,
    imported: ImportedFile<'_>,
    works: &WrittenWorks<'_>,
) -> Result<()> {
    let connection = context.change.connection();
    let file = match context.file_id {
        Some(id) => {
            for key in &works.restored {
                connection
                    .prepare_cached(
                        "DELETE FROM removed_entry WHERE source_file_id = ?1 AND source_key = ?2",
                    )?
                    .execute(params![id, key])?;
            }
            // Unchanged rows are not written, so that importing a file again is no change in history.
            connection.execute(
                "UPDATE source_file SET encoding = ?2, trailing = ?3
                 WHERE id = ?1 AND (encoding, trailing) IS NOT (?2, ?3)",
                params![id, imported.encoding, works.trailing],
            )?;
            if is_remembered(context, id, &works.occurrences)? {
                return Ok(());
            }
            let present = works.occurrences.iter().map(|place| place.work).collect();
            gone::mark(context, id, &present)?;
            id
        }
        None => {
            connection.execute(
                "INSERT INTO source_file (path, encoding, trailing, imported_at)
                 VALUES (?1, ?2, ?3, ?4)",
                params![
                    imported.path,
                    imported.encoding,
                    works.trailing,
                    now(connection)?
                ],
            )?;
            connection.last_insert_rowid()
        }
    };
    let mut insert = connection.prepare(
        "INSERT INTO occurrence
             (source_file_id, work_id, leading, variant, original, base, source_key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for occurrence in &works.occurrences {
        let WrittenOccurrence {
            work,
            leading,
            variant,
            base,
            original,
            source_key,
        } = occurrence;
        insert.execute(params![
            file, work, leading, variant, original, base, source_key
        ])?;
    }
    Ok(())
}

/// Returns whether the library has the works of the file in these places. If nothing else changed, updates their texts
/// and the texts before them.
fn is_remembered(
    context: &Context<'_>,
    file: i64,
    occurrences: &[WrittenOccurrence<'_>],
) -> Result<bool> {
    let connection = context.change.connection();
    let mut statement = connection.prepare(
        "SELECT work_id, leading, variant, original, base, source_key, id FROM occurrence
         WHERE source_file_id = ?1 AND gone_at IS NULL ORDER BY id",
    )?;
    let mut rows = statement.query([file])?;
    let mut outdated = Vec::new();
    for occurrence in occurrences {
        let Some(row) = rows.next()? else {
            return Ok(false);
        };
        if row.get::<_, i64>(0)? != occurrence.work {
            return Ok(false);
        }
        if row.get::<_, String>(1)? != occurrence.leading
            || row.get::<_, Option<Box<str>>>(2)? != occurrence.variant
            || row.get::<_, Option<String>>(3)?.as_deref() != occurrence.original
            || row.get::<_, Option<Box<str>>>(4)? != occurrence.base
            || row.get::<_, Option<String>>(5)?.as_deref() != occurrence.source_key
        {
            outdated.push((row.get::<_, i64>(6)?, occurrence));
        }
    }
    if rows.next()?.is_some() {
        return Ok(false);
    }
    let mut update = connection.prepare(
        "UPDATE occurrence
         SET leading = ?2, variant = ?3, original = ?4, base = ?5, source_key = ?6 WHERE id = ?1",
    )?;
    for (id, occurrence) in outdated {
        update.execute(params![
            id,
            occurrence.leading,
            occurrence.variant,
            occurrence.original,
            occurrence.base,
            occurrence.source_key
        ])?;
    }
    Ok(true)
}

/// Removes tags from their works that a source had as keywords and does not have any more, unless somebody else
/// assigned them, too.
pub(super) fn withdraw_keywords(context: &Context<'_>, withdrawn: &[(i64, TagName)]) -> Result<()> {
    for (work, name) in withdrawn {
        if let Some(tag) = context.change.tags().find(name)? {
            context
                .change
                .tags()
                .withdraw_import(*work, tag, context.path)?;
        }
    }
    Ok(())
}

/// Assigns keywords of the form `FACET:NAME` to their works as tags.
pub(super) fn assign_keywords(context: &Context<'_>, keywords: &[(i64, TagName)]) -> Result<()> {
    let change = context.change;
    let mut tags = HashMap::new();
    for (work, name) in keywords {
        let tag = match tags.get(name) {
            Some(tag) => *tag,
            None => {
                let tag = match change.tags().find(name)? {
                    Some(tag) => tag,
                    None => change.tags().put(&Tag::named(name.clone()))?,
                };
                tags.insert(name, tag);
                tag
            }
        };
        change.tags().assign(NewAssignment {
            work: *work,
            tag,
            origin: Origin::Import,
            source: context.path,
            reason: Some("a keyword of the entry"),
        })?;
    }
    Ok(())
}
