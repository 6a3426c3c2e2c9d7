//! The first phase of an import: deciding what each entry of a file is.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::existing::{Addition, Existing};
use super::known::{KnownEntries, key_of, known_entry};
use super::report::{Findings, Reject};
use super::{Callbacks, Context, Mode};
use crate::formats::Severity;
use crate::formats::bibtex::{Duplicate, FilePiece};
use crate::library::conflict::ConflictPolicy;
use crate::library::derived_tables::StringCache;
use crate::library::{Result, TagName};
use crate::model::Entry;

/// The plan for the entries of a file.
#[derive(Default)]
pub(super) struct Plan<'a> {
    /// The places of works in the file, in its order.
    pub(super) occurrences: Vec<Occurrence<'a>>,
    /// The text after the last entry.
    pub(super) trailing: Cow<'a, str>,
    /// The entries that may be new works.
    pub(super) new: Vec<NewEntry<'a>>,
    /// The new texts of existing works.
    pub(super) updates: BTreeMap<i64, String>,
    /// Works whose keys changed in the source.
    pub(super) renamed: Vec<RenamedEntry>,
    /// The source keys of entries that come back after their works were removed.
    pub(super) restored: Vec<String>,
    /// Keywords that are tags, with their works.
    pub(super) keywords: Vec<(i64, TagName)>,
    /// Keywords that are tags and were removed in the source.
    pub(super) withdrawn: Vec<(i64, TagName)>,
    /// The works of the entries of this file. A file that has two entries keeps them apart, so no work is assigned to a
    /// second entry with another key.
    pub(super) claimed: HashSet<i64>,
}

/// An entry that may be a new work.
pub(super) struct NewEntry<'a> {
    /// The key that the work gets in the library.
    pub(super) key: Cow<'a, str>,
    pub(super) entry: &'a Entry,
    pub(super) line: usize,
}

/// A work whose key changed in the source.
pub(super) struct RenamedEntry {
    pub(super) work: i64,
    pub(super) old: String,
    pub(super) new: String,
}

/// The place of a work in the file: see the table `occurrence`.
pub(super) struct Occurrence<'a> {
    pub(super) target: Target,
    pub(super) leading: Cow<'a, str>,
    pub(super) variant: Option<Box<str>>,
    pub(super) base: Option<Box<str>>,
    pub(super) original: Option<&'a str>,
    pub(super) source_key: Option<&'a str>,
}

/// The work that an entry is.
#[derive(Clone, Copy)]
pub(super) enum Target {
    /// A work of the library, by its rowid.
    Known(i64),
    /// An entry that may be new, by its index among these.
    New(usize),
}

/// Decides for each entry whether it is an existing work, by its key, or may be new; in the first case, merges it.
pub(super) fn classify<'a>(
    context: &Context<'a>,
    strings: &mut StringCache,
    callbacks: &mut Callbacks<'_>,
) -> Result<(Plan<'a>, Findings)> {
    let known = KnownEntries::load(context)?;
    let mut classifier = Classifier {
        context,
        known,
        strings,
        callbacks,
        plan: Plan {
            occurrences: Vec::with_capacity(context.in_file.len()),
            new: Vec::with_capacity(context.in_file.len()),
            ..Plan::default()
        },
        findings: Findings::default(),
        leading: Cow::default(),
        original: None,
        source_key: None,
        targets: HashMap::new(),
        new_keys: HashSet::new(),
    };
    for piece in &context.file.pieces {
        match piece {
            FilePiece::Entry {
                work,
                line,
                duplicate,
                original,
                source_key,
            } => {
                classifier.findings.counts.entries += 1;
                classifier.original = original.as_deref();
                classifier.source_key = source_key.as_deref();
                classifier.classify_entry(work, *line, duplicate.as_ref())?;
            }
            FilePiece::RejectedEntry {
                text, line, reason, ..
            } => classifier.reject(text, *line, reason),
            other => classifier.add_leading(other.text()),
        }
    }
    let Classifier {
        mut plan,
        findings,
        leading,
        ..
    } = classifier;
    plan.trailing = leading;
    Ok((plan, findings))
}

struct Classifier<'c, 'a, 'f> {
    context: &'c Context<'a>,
    known: KnownEntries,
    strings: &'c mut StringCache,
    callbacks: &'c mut Callbacks<'f>,
    plan: Plan<'a>,
    findings: Findings,
    /// The text that was read since the last entry.
    leading: Cow<'a, str>,
    /// The text of the present entry in its own format.
    original: Option<&'a str>,
    /// The identifier of the present entry in its source, if that is not its key.
    source_key: Option<&'a str>,
    /// The work of each entry of the file, by the key of the entry.
    targets: HashMap<&'a str, Target>,
    /// The keys of new entries in the library.
    new_keys: HashSet<Cow<'a, str>>,
}

impl<'a> Classifier<'_, 'a, '_> {
    fn add_leading(&mut self, text: &'a str) {
        if self.leading.is_empty() {
            self.leading = Cow::Borrowed(text);
        } else {
            self.leading.to_mut().push_str(text);
        }
    }

    fn reject(&mut self, text: &'a str, line: usize, reason: &str) {
        self.findings.counts.entries += 1;
        self.findings.counts.rejected += 1;
        self.findings.rejects.push(Reject {
            line,
            text: text.to_owned(),
            reason: reason.to_owned(),
        });
        self.add_leading(text);
        (self.callbacks.on_progress)(1);
    }

    fn classify_entry(
        &mut self,
        entry: &'a Entry,
        line: usize,
        duplicate: Option<&'a Duplicate>,
    ) -> Result<()> {
        let key = Duplicate::key_of(entry, duplicate);
        if duplicate == Some(&Duplicate::Identical)
            && let Some(target) = self.targets.get(key).copied()
        {
            return self.add_identical(target, entry);
        }
        if self.is_removed(entry)? {
            self.findings.counts.unchanged += 1;
            let message = match self.existing(&entry.key)? {
                Some(existing) => {
                    let key = key_of(&existing.source).unwrap_or_default();
                    format!("it was merged into {key}, and stays merged")
                }
                None => "its work was removed from the library, and stays removed".to_owned(),
            };
            let place = (line, entry.key.as_str());
            self.findings
                .add_problem(Severity::Notice, place, None, message);
            (self.callbacks.on_progress)(1);
            return Ok(());
        }
        let target = match self.known_work((entry, line), duplicate)? {
            Some(existing) => self.add_existing(existing, entry, line)?,
            None => self.target(key, entry, line)?,
        };
        self.targets.insert(key, target);
        Ok(())
    }

    /// Returns whether a person removed the work of an entry from a library that follows the source.
    fn is_removed(&mut self, entry: &Entry) -> Result<bool> {
        let key = self.source_key.unwrap_or(&entry.key);
        if !self.known.is_removed(key) {
            return Ok(false);
        }
        // A work that has the key only as an alias is the one that the entry's own work was merged into.
        let is_back = self.known.work(key).is_some()
            || self
                .existing(&entry.key)?
                .is_some_and(|existing| key_of(&existing.source).as_ref() == Some(&entry.key));
        if matches!(self.context.mode, Mode::Sync(_)) && !is_back {
            return Ok(true);
        }
        self.plan.restored.push(key.to_owned());
        Ok(false)
    }

    /// Adds an entry that repeats one before it in the file.
    fn add_identical(&mut self, target: Target, entry: &Entry) -> Result<()> {
        self.findings.counts.unchanged += 1;
        (self.callbacks.on_progress)(1);
        let source = match target {
            Target::New(index) => self
                .plan
                .new
                .get(index)
                .map(|new| new.entry.source().to_owned()),
            Target::Known(id) => Some(self.source_of(id)?),
        };
        let variant = source.filter(|source| *source != entry.source());
        self.add_occurrence(target, variant.map(|_| entry.source().into()), None);
        Ok(())
    }

    /// Returns the work of an entry at the last import of the source, if it is still that one.
    fn known_work(
        &mut self,
        (entry, line): (&Entry, usize),
        duplicate: Option<&Duplicate>,
    ) -> Result<Option<Existing>> {
        let is_unclaimed = |plan: &Plan<'_>, id: i64| !plan.claimed.contains(&id);
        if let Some(key) = self.source_key {
            let id = self
                .known
                .work(key)
                .filter(|id| is_unclaimed(&self.plan, *id));
            let Some(id) = id else {
                return Ok(None);
            };
            let old = known_entry(self.context, id)?.and_then(|known| key_of(&known.base));
            if let Some(old) = old.filter(|old| *old != entry.key) {
                self.note_renamed(id, old, (entry, line));
            }
            return self.existing_work(id).map(Some);
        }
        // A second entry with the same key is identified by the key that it got.
        if duplicate.is_some() {
            return Ok(None);
        }
        if let Some(id) = self.known.work(&entry.key) {
            let Some(known) = known_entry(self.context, id)? else {
                return Ok(None);
            };
            let before = Existing {
                id,
                source: known.base,
            };
            if !is_unclaimed(&self.plan, id)
                || before.is_another_work(entry, self.context, self.strings)?
            {
                return Ok(None);
            }
            return self.existing_work(id).map(Some);
        }
        // The key may be that of a work from another source.
        if let Some(existing) = self.existing(&entry.key)?
            && !existing.is_another_work(entry, self.context, self.strings)?
        {
            return Ok(None);
        }
        let renamed = self.known.take_renamed(entry, &self.context.file.strings);
        let Some((id, old)) = renamed.filter(|(id, _)| is_unclaimed(&self.plan, *id)) else {
            return Ok(None);
        };
        self.note_renamed(id, old, (entry, line));
        self.existing_work(id).map(Some)
    }

    fn note_renamed(&mut self, work: i64, old: String, (entry, line): (&Entry, usize)) {
        if matches!(self.context.mode, Mode::Import(ConflictPolicy::Keep)) {
            return;
        }
        let message = format!("the key was {old} at the last import");
        let place = (line, entry.key.as_str());
        self.findings
            .add_problem(Severity::Notice, place, None, message);
        let new = entry.key.clone();
        self.plan.renamed.push(RenamedEntry { work, old, new });
    }

    /// Finds or adds the work of an entry.
    fn target(&mut self, key: &'a str, entry: &'a Entry, line: usize) -> Result<Target> {
        let Some(existing) = self.existing(key)? else {
            return Ok(self.add_new(Cow::Borrowed(key), entry, line));
        };
        if !existing.is_another_work(entry, self.context, self.strings)? {
            return self.add_existing(existing, entry, line);
        }
        // This also happened when the file was imported before: the entry already has its own key.
        let mut number = 2_u32;
        loop {
            let candidate = format!("{key}-{number}");
            number += 1;
            match self.existing(&candidate)? {
                Some(existing) => {
                    if !self.plan.claimed.contains(&existing.id)
                        && !existing.is_another_work(entry, self.context, self.strings)?
                    {
                        return self.add_existing(existing, entry, line);
                    }
                }
                None if self.new_keys.contains(candidate.as_str())
                    || self.context.in_file.contains_key(candidate.as_str()) => {}
                None => {
                    let message = format!(
                        "the library has another work of this key; this one is kept under \
                         {candidate}"
                    );
                    let place = (line, entry.key.as_str());
                    self.findings
                        .add_problem(Severity::Warning, place, None, message);
                    return Ok(self.add_new(Cow::Owned(candidate), entry, line));
                }
            }
        }
    }

    /// Returns the work of the library that has a key, with its entry as it will be.
    fn existing(&self, key: &str) -> Result<Option<Existing>> {
        if self.context.was_empty {
            return Ok(None);
        }
        let Some(id) = self.context.change.works().find(key)? else {
            return Ok(None);
        };
        self.existing_work(id).map(Some)
    }

    /// Returns a work of the library with its entry as it will be.
    fn existing_work(&self, id: i64) -> Result<Existing> {
        let source = self.source_of(id)?;
        Ok(Existing { id, source })
    }

    /// Returns the text of a work's entry as it will be.
    fn source_of(&self, id: i64) -> Result<String> {
        match self.plan.updates.get(&id) {
            Some(source) => Ok(source.clone()),
            None => self.context.change.works().source_of(id),
        }
    }

    fn add_existing(&mut self, existing: Existing, entry: &Entry, line: usize) -> Result<Target> {
        let id = existing.id;
        let known = known_entry(self.context, id)?;
        let known = known.filter(|known| self.known.is_about(known, entry));
        let Addition {
            source,
            variant,
            base,
            tags,
            withdrawn_tags,
        } = existing.merge(
            (entry, line),
            known,
            self.context,
            self.strings,
            self.callbacks,
            &mut self.findings,
        )?;
        if let Some(source) = source {
            self.plan.updates.insert(id, source);
        }
        let keywords = tags.into_iter().map(|tag| (id, tag));
        self.plan.keywords.extend(keywords);
        let withdrawn = withdrawn_tags.into_iter().map(|tag| (id, tag));
        self.plan.withdrawn.extend(withdrawn);
        self.add_occurrence(Target::Known(id), variant, base);
        (self.callbacks.on_progress)(1);
        Ok(Target::Known(id))
    }

    fn add_new(&mut self, key: Cow<'a, str>, entry: &'a Entry, line: usize) -> Target {
        let target = Target::New(self.plan.new.len());
        self.add_occurrence(target, None, None);
        self.new_keys.insert(key.clone());
        self.plan.new.push(NewEntry { key, entry, line });
        target
    }

    fn add_occurrence(
        &mut self,
        target: Target,
        variant: Option<Box<str>>,
        base: Option<Box<str>>,
    ) {
        if let Target::Known(id) = target {
            self.plan.claimed.insert(id);
        }
        self.plan.occurrences.push(Occurrence {
            target,
            leading: std::mem::take(&mut self.leading),
            variant,
            base,
            original: self.original,
            source_key: self.source_key,
        });
    }
}
