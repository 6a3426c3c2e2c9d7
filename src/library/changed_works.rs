//! The works that a change made or changed, which is what rules have to look at after it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::{Change, Result};

/// The works that a change made or changed.
#[derive(Debug, Default, Clone)]
pub struct ChangedWorks {
    /// Those whose derived rows are new.
    pub entries: BTreeSet<i64>,
    /// Those whose tags are others, by anything but a rule.
    pub tags: BTreeSet<i64>,
}

/// Collects changed works while a change is made.
#[derive(Debug, Default)]
pub(super) struct Collector(RefCell<ChangedWorks>);

impl Change<'_> {
    /// Returns the works that were made or changed since the last call, without those that are gone.
    pub fn take_changed_works(&self) -> ChangedWorks {
        self.changed.0.take()
    }

    /// Notes that the derived rows of a work are new.
    pub(super) fn note_entry(&self, work: i64) {
        self.changed.0.borrow_mut().entries.insert(work);
    }

    /// Notes that a work has other tags.
    pub(super) fn note_tags(&self, work: i64) {
        self.changed.0.borrow_mut().tags.insert(work);
    }

    /// Notes that the works that have a tag have other tags.
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
