//! Entries of existing works: whether they are really the same work, and what they add to it.

use super::known::{KnownEntry, key_of};
use super::report::Findings;
use super::{Callbacks, Context, Mode};
use crate::formats::Severity;
use crate::formats::bibtex::{self, Strings};
use crate::library::conflict::{
    Choice, Conflict, ConflictPolicy, Merged, Side, merge, same_but_for_key, shortened, with_key,
};
use crate::library::derived_tables::{StringCache, principal_names, read_entry};
use crate::library::identity::Identity;
use crate::library::three_way::{self, FieldConflict};
use crate::library::{LibraryError, Result, TagName};
use crate::model::Entry;

/// A work of the library with the text of its entry.
pub(super) struct Existing {
    pub(super) id: i64,
    pub(super) source: String,
}

/// The additions of an entry to an existing work.
#[derive(Default)]
pub(super) struct Addition {
    /// The new text of the work's entry, if it changes.
    pub(super) source: Option<String>,
    /// The entry's text in the file, if it differs from that of the work.
    pub(super) variant: Option<Box<str>>,
    /// The base of the next three-way merge, if it differs from the exported text.
    pub(super) base: Option<Box<str>>,
    /// Keywords of a changed entry that are tags.
    pub(super) tags: Vec<TagName>,
    /// Keywords that are tags, which the entry had in the source before.
    pub(super) withdrawn_tags: Vec<TagName>,
}

impl Existing {
    /// Returns whether an entry with the key of this work is of another work.
    pub(super) fn is_another_work(
        &self,
        entry: &Entry,
        context: &Context<'_>,
        strings: &mut StringCache,
    ) -> Result<bool> {
        if self.source == entry.source() {
            return Ok(false);
        }
        let mine = read_entry(&entry.key, &self.source)?;
        let strings = strings.of(context.change, self.id)?;
        let one = bibtex::derive(&mine, strings, &|_| None).item;
        let other = bibtex::derive(entry, &context.file.strings, &|_| None).item;
        let one = Identity::of(&mine, &one, principal_names(&one));
        let other = Identity::of(entry, &other, principal_names(&other));
        Ok(one.is_another_work_than(&other))
    }

    /// Merges an entry into this work: three ways if the source had the entry at its last import, otherwise two ways.
    pub(super) fn merge(
        self,
        (entry, line): (&Entry, usize),
        known: Option<KnownEntry>,
        context: &Context<'_>,
        strings: &mut StringCache,
        callbacks: &mut Callbacks<'_>,
        findings: &mut Findings,
    ) -> Result<Addition> {
        let mut addition = Addition::default();
        if self.source == entry.source() {
            findings.counts.unchanged += 1;
            return Ok(addition);
        }
        let is_as_before = known
            .as_ref()
            .is_some_and(|known| known.base == entry.source());
        // The text that the next import uses as the base.
        let mut base = entry.source().to_owned();
        match context.mode {
            Mode::Import(ConflictPolicy::Keep) => {
                if let Some(known) = &known {
                    base.clone_from(&known.base);
                }
            }
            Mode::Import(ConflictPolicy::Replace) if !same_but_for_key(&self.source, entry)? => {
                let mine = read_entry(&entry.key, &self.source)?;
                let before = known.as_ref().and_then(|known| key_of(&known.base));
                // A key that changed only in the source is taken, too.
                let key = match before {
                    Some(before) if before == mine.key => &entry.key,
                    _ => &mine.key,
                };
                addition.source = Some(with_key(entry.source(), key)?);
            }
            _ if is_as_before => {}
            _ => {
                let mut merger = Merger {
                    work: &self,
                    place: (line, &entry.key),
                    context,
                    strings,
                    callbacks,
                    findings,
                };
                let merged = match &known {
                    Some(known) => {
                        let merged = merger.merge_three_ways(&known.base, entry)?;
                        base = merged.base;
                        merged.source
                    }
                    None if same_but_for_key(&self.source, entry)? => self.source.clone(),
                    None => merger.merge_two_ways(entry)?,
                };
                addition.source = Some(merged).filter(|merged| *merged != self.source);
            }
        }
        if addition.source.is_some() {
            findings.counts.updated += 1;
            addition.tags = keyword_tags(entry, &context.file.strings);
            if let Some(known) = &known {
                let before = read_entry(&entry.key, &known.base)?;
                let strings = strings.of_source(context.change, context.file_id)?;
                addition.withdrawn_tags = keyword_tags(&before, strings);
                addition
                    .withdrawn_tags
                    .retain(|tag| !addition.tags.contains(tag));
            }
        } else {
            findings.counts.unchanged += 1;
        }
        let stored = addition.source.as_ref().unwrap_or(&self.source);
        let variant = match known {
            // If the entry of this source was the work's own, it still is, whatever was edited since.
            Some(KnownEntry { variant: None, .. }) => None,
            Some(KnownEntry {
                variant: Some(variant),
                base: before,
            }) if variant != before => {
                Some(self.merged_variant((&before, &variant), entry, context, strings)?)
            }
            _ => Some(entry.source().to_owned()),
        };
        let variant = variant.filter(|variant| variant != stored);
        let exported = variant.as_ref().unwrap_or(stored);
        addition.base = (base != *exported).then(|| base.into());
        addition.variant = variant.map(Into::into);
        Ok(addition)
    }

    /// Returns the entry as the library exports it with its source, if it was edited there since the last import: with
    /// the changes of the source and the edits.
    fn merged_variant(
        &self,
        (base, variant): (&str, &str),
        entry: &Entry,
        context: &Context<'_>,
        strings: &mut StringCache,
    ) -> Result<String> {
        let key = &entry.key;
        let (base, ours) = (read_entry(key, base)?, read_entry(key, variant)?);
        let before = strings.of_source(context.change, context.file_id)?;
        let [base, ours] = [&base, &ours].map(|work| Side {
            work,
            strings: before,
        });
        let theirs = Side {
            work: entry,
            strings: &context.file.strings,
        };
        let merged = three_way::merge(base, theirs, ours);
        edited(key, three_way::apply(variant, &merged.taken))
    }
}

/// Returns the text of a work's entry after a three-way merge.
struct ThreeWayMerged {
    source: String,
    /// The base of the next merge.
    base: String,
}

/// Merges an entry of the source into an existing work, and reports the fields that were kept.
struct Merger<'m, 'c> {
    work: &'m Existing,
    /// The line and the key of the entry.
    place: (usize, &'m str),
    context: &'m Context<'m>,
    strings: &'m mut StringCache,
    callbacks: &'m mut Callbacks<'c>,
    findings: &'m mut Findings,
}

/// The resolution of a conflict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Resolution {
    TakeTheirs,
    KeepOurs,
    /// The library's value is kept, and the next import reports the conflict again.
    LeaveOpen,
}

impl Merger<'_, '_> {
    fn merge_three_ways(&mut self, base: &str, entry: &Entry) -> Result<ThreeWayMerged> {
        let (_, key) = self.place;
        let mine = read_entry(key, &self.work.source)?;
        let base = read_entry(key, base)?;
        let key = if mine.key == base.key { key } else { &mine.key };
        // A field that nobody edited is taken as written in the source.
        if same_but_for_key(&self.work.source, &base)? {
            return Ok(ThreeWayMerged {
                source: with_key(entry.source(), key)?,
                base: entry.source().to_owned(),
            });
        }
        let file = self.context.file_id;
        self.strings.of_source(self.context.change, file)?;
        let own_file = self.strings.file_of(self.context.change, self.work.id)?;
        let ours = Side {
            work: &mine,
            strings: self.strings.of_file(own_file),
        };
        let base = Side {
            work: &base,
            strings: self.strings.of_file(file),
        };
        let theirs = Side {
            work: entry,
            strings: &self.context.file.strings,
        };
        let merged = three_way::merge(base, theirs, ours);
        let mut edits = merged.taken;
        let mut resets = Vec::new();
        for conflict in merged.conflicts {
            match self.resolve(&conflict)? {
                Resolution::TakeTheirs => edits.push(conflict.take),
                Resolution::KeepOurs => self.report_kept(&conflict),
                Resolution::LeaveOpen => {
                    self.report_kept(&conflict);
                    self.findings.kept += 1;
                    resets.push(conflict.reset);
                }
            }
        }
        Ok(ThreeWayMerged {
            source: with_key(
                &edited(key, three_way::apply(&self.work.source, &edits))?,
                key,
            )?,
            base: edited(key, three_way::apply(entry.source(), &resets))?,
        })
    }

    /// Decides on a conflict by the policy of the import.
    fn resolve(&mut self, conflict: &FieldConflict) -> Result<Resolution> {
        let policy = match self.context.mode {
            Mode::Import(policy) => policy,
            Mode::Sync(options) => options.on_conflict,
        };
        Ok(match policy {
            ConflictPolicy::Keep => Resolution::KeepOurs,
            ConflictPolicy::Replace => Resolution::TakeTheirs,
            ConflictPolicy::Merge => Resolution::LeaveOpen,
            ConflictPolicy::Ask => {
                let asked = Conflict {
                    path: self.context.path.to_owned(),
                    line: self.place.0,
                    key: self.context.change.works().key(self.work.id)?,
                    field: conflict.field.clone().unwrap_or_else(|| "type".into()),
                    in_library: conflict.ours.clone().unwrap_or_default(),
                    in_file: conflict.theirs.clone().unwrap_or_default(),
                };
                match (self.callbacks.on_conflict)(&asked) {
                    Choice::Library => Resolution::KeepOurs,
                    Choice::File => Resolution::TakeTheirs,
                }
            }
        })
    }

    fn report_kept(&mut self, conflict: &FieldConflict) {
        let said = |value: &Option<String>| value.as_deref().map(shortened);
        let message = match (
            &conflict.field,
            said(&conflict.theirs),
            said(&conflict.ours),
        ) {
            (None, Some(theirs), Some(ours)) => format!(
                "changed on both sides: the type is {theirs} here and {ours} in the library, which stays"
            ),
            (_, Some(theirs), Some(ours)) => format!(
                "changed on both sides: {theirs} here and {ours} in the library, which stays"
            ),
            (_, None, Some(ours)) => {
                format!(
                    "changed on both sides: removed here and {ours} in the library, which stays"
                )
            }
            (_, theirs, None) => format!(
                "changed on both sides: {} here and removed from the library; stays removed",
                theirs.unwrap_or_default()
            ),
        };
        self.findings.add_problem(
            Severity::Warning,
            self.place,
            conflict.field.as_deref(),
            message,
        );
    }

    /// Merges an entry that its source did not have before: fields that only one side has are kept.
    fn merge_two_ways(&mut self, entry: &Entry) -> Result<String> {
        let (line, key) = self.place;
        let mine = read_entry(key, &self.work.source)?;
        let policy = match self.context.mode {
            Mode::Import(policy) => policy,
            Mode::Sync(options) => options.on_conflict,
        };
        let known_key = self.context.change.works().key(self.work.id)?;
        let (path, callbacks) = (self.context.path, &mut *self.callbacks);
        let Merged { source, kept } = merge(
            Side {
                work: &mine,
                strings: self.strings.of(self.context.change, self.work.id)?,
            },
            Side {
                work: entry,
                strings: &self.context.file.strings,
            },
            &mut |field, in_library, in_file| match policy {
                ConflictPolicy::Keep | ConflictPolicy::Merge => Choice::Library,
                ConflictPolicy::Replace => Choice::File,
                ConflictPolicy::Ask => (callbacks.on_conflict)(&Conflict {
                    path: path.to_owned(),
                    line,
                    key: known_key.clone(),
                    field: field.to_owned(),
                    in_library: in_library.to_owned(),
                    in_file: in_file.to_owned(),
                }),
            },
        )?;
        if policy == ConflictPolicy::Merge {
            self.findings.kept += kept.len();
        }
        for (field, message) in kept {
            self.findings
                .add_problem(Severity::Warning, self.place, field.as_deref(), message);
        }
        Ok(source)
    }
}

/// Returns the keywords of an entry that are tags.
fn keyword_tags(entry: &Entry, strings: &Strings) -> Vec<TagName> {
    let keywords = strings.resolve(entry.field("keywords").unwrap_or_default());
    let tags = keywords.text.split([',', ';']);
    tags.filter_map(|tag| tag.parse().ok()).collect()
}

/// Returns the edited text of the entry with a key.
fn edited(key: &str, text: std::result::Result<String, bibtex::EntryError>) -> Result<String> {
    text.map_err(|error| LibraryError::UnreadableWork {
        key: key.to_owned(),
        reason: error.to_string(),
    })
}
