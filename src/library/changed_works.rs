//! The works that a change created or changed: those that rules have to check afterwards.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::{Change, Result};

/// The works that a change created or changed.
#[derive(Debug, Default, Clone)]
pub struct ChangedWorks {
    /// Works with new derived rows.
    pub entries: BTreeSet<i64>,
    /// Works whose tags changed, other than by a rule.
    pub tags: BTreeSet<i64>,
}

/// Collects changed works while a change is made.
#[derive(Debug, Default)]
pub(super) struct Collector(RefCell<ChangedWorks>);

impl Change<'_> {
    /// Returns the works that were created or changed since the last call, without removed ones.
    pub fn take_changed_works(&self) -> ChangedWorks {
        self.changed.0.take()
    }

    /// Records that a work has new derived rows.
    pub(super) fn note_entry(&self, work: i64) {
        self.changed.0.borrow_mut().entries.insert(work);
    }

    /// Records that the tags of a work changed.
    pub(super) fn note_tags(&self, work: i64) {
        self.changed.0.borrow_mut().tags.insert(work);
    }

    /// Records that the tags of all works with a tag changed.
    pub(super) fn note_tagged(&self, tag: i64) -> Result<()> {
        let mut statement = self
            .connection()
            .prepare_cached("SELECT work_id FROM assignment WHERE tag_id = ?1")?;
        for work in statement.query_map([tag], |row| row.get(0))? {
            self.note_tags(work?);
        }
        Ok(())
    }

    /// Forgets works that are removed.
    pub(super) fn forget_works(&self, works: &BTreeSet<i64>) {
        let mut changed = self.changed.0.borrow_mut();
        changed.entries.retain(|work| !works.contains(work));
        changed.tags.retain(|work| !works.contains(work));
    }
}
