//! Entries of works that the library has: whether they are really the same, and what they add.

use rusqlite::OptionalExtension as _;

use super::report::Findings;
use super::{Callbacks, Context};
use crate::formats::Severity;
use crate::formats::bibtex;
use crate::library::conflict::{
    Choice, Conflict, ConflictPolicy, Merged, Side, merge, same_but_for_key, with_key,
};
use crate::library::derived_tables::{StringCache, principal_names, read_entry};
use crate::library::identity::Identity;
use crate::library::{Result, TagName};
use crate::model::Entry;

/// A work of the library with the text of its entry.
pub(super) struct Existing {
    pub(super) id: i64,
    pub(super) source: String,
}

/// What an entry of the file adds to a work of the library.
pub(super) struct Addition {
    /// The new text of the work's entry, if it changes.
    pub(super) source: Option<String>,
    /// The entry's text in the file, if that is not the work's own.
    pub(super) variant: Option<String>,
    /// Keywords of a changed entry that are tags.
    pub(super) tags: Vec<TagName>,
}

impl Existing {
    /// Returns whether an entry is of another work than this one, although both have one key.
    pub(super) fn is_another_work(
        &self,
        entry: &Entry,
        context: &Context<'_>,
        strings: &mut StringCache,
    ) -> Result<bool> {
        if self.source == entry.source {
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

    /// Merges an entry of this work into it, by the policy of the import.
    pub(super) fn merge(
        self,
        (entry, line): (&Entry, usize),
        context: &Context<'_>,
        strings: &mut StringCache,
        callbacks: &mut Callbacks<'_>,
        findings: &mut Findings,
    ) -> Result<Addition> {
        let mut addition = Addition {
            source: None,
            variant: None,
            tags: Vec::new(),
        };
        if self.source == entry.source {
            findings.counts.unchanged += 1;
            return Ok(addition);
        }
        let before = self.occurrence(context)?;
        let was_met = before
            .as_ref()
            .is_some_and(|variant| variant.as_deref() == Some(entry.source.as_str()));
        let policy = context.policy;
        let adds_nothing = same_but_for_key(&self.source, entry)?
            || policy == ConflictPolicy::Keep
            || (was_met && policy != ConflictPolicy::Replace);
        if !adds_nothing {
            let merged =
                self.merged_source((entry, line), context, strings, callbacks, findings)?;
            addition.source = Some(merged).filter(|merged| *merged != self.source);
        }
        if addition.source.is_some() {
            findings.counts.updated += 1;
            let keywords = entry.field("keywords").unwrap_or_default();
            let keywords = context.file.strings.resolve(keywords).text;
            let tags = keywords.split([',', ';']);
            addition.tags = tags.filter_map(|tag| tag.parse().ok()).collect();
        } else {
            findings.counts.unchanged += 1;
        }
        // An entry of this file that was the work's own stays so, whatever was edited since.
        let is_own = matches!(before, Some(None));
        let stored = addition.source.as_ref().unwrap_or(&self.source);
        addition.variant = (!is_own && *stored != entry.source).then(|| entry.source.clone());
        Ok(addition)
    }

    /// Returns the text of the work's entry after another one was merged into it.
    fn merged_source(
        &self,
        (entry, line): (&Entry, usize),
        context: &Context<'_>,
        strings: &mut StringCache,
        callbacks: &mut Callbacks<'_>,
        findings: &mut Findings,
    ) -> Result<String> {
        let mine = read_entry(&entry.key, &self.source)?;
        if context.policy == ConflictPolicy::Replace {
            return with_key(&entry.source, &mine.key);
        }
        let key = context.change.works().key(self.id)?;
        let asks = context.policy == ConflictPolicy::Ask;
        let Merged { source, kept } = merge(
            Side {
                work: &mine,
                strings: strings.of(context.change, self.id)?,
            },
            Side {
                work: entry,
                strings: &context.file.strings,
            },
            &mut |field, in_library, in_file| {
                if !asks {
                    return Choice::Library;
                }
                (callbacks.on_conflict)(&Conflict {
                    path: context.path.to_owned(),
                    line,
                    key: key.clone(),
                    field: field.to_owned(),
                    in_library: in_library.to_owned(),
                    in_file: in_file.to_owned(),
                })
            },
        )?;
        if !asks {
            findings.kept += kept.len();
        }
        for (field, message) in kept {
            let place = (line, entry.key.as_str());
            findings.add_problem(Severity::Warning, place, field.as_deref(), message);
        }
        Ok(source)
    }

    /// Returns the occurrence of the work in this file when it was imported before: none, or the entry's text
    /// where that was not the work's own.
    fn occurrence(&self, context: &Context<'_>) -> Result<Option<Option<String>>> {
        let Some(file) = context.file_id else {
            return Ok(None);
        };
        Ok(context
            .change
            .connection()
            .prepare_cached(
                "SELECT variant FROM occurrence WHERE work_id = ?1 AND source_file_id = ?2
                 ORDER BY id LIMIT 1",
            )?
            .query_row([self.id, file], |row| row.get(0))
            .optional()?)
    }
}
