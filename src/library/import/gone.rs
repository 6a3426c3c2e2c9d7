//! Entries that are not in a source any more: reported, and removed from the library if asked for.

use std::collections::BTreeSet;

use super::report::{GoneEntry, KeptBecause};
use super::{Context, Mode};
use crate::library::Result;
use crate::library::conflict::ConflictPolicy;
use crate::library::history::now;

/// Marks the entries of a source that its last import found and this one did not. `present` are the works of the
/// entries that are in it.
pub(super) fn mark(context: &Context<'_>, file: i64, present: &BTreeSet<i64>) -> Result<()> {
    let connection = context.change.connection();
    let mut statement = connection.prepare(
        "SELECT id, work_id, gone_at IS NOT NULL FROM occurrence WHERE source_file_id = ?1 ORDER BY id",
    )?;
    let rows = statement
        .query_map([file], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<Vec<(i64, i64, bool)>>>()?;
    let mut mark =
        connection.prepare("UPDATE occurrence SET gone_at = ?2, leading = '' WHERE id = ?1")?;
    let mut delete = connection.prepare("DELETE FROM occurrence WHERE id = ?1")?;
    let at = now(connection)?;
    let mut marked = BTreeSet::new();
    for (id, work, is_gone) in rows {
        if present.contains(&work) || !context.is_followed || !marked.insert(work) {
            // Those of works that are in the source are stored again.
            delete.execute([id])?;
        } else if !is_gone {
            mark.execute(rusqlite::params![id, at])?;
        }
    }
    Ok(())
}

/// Returns the entries that are not in a source any more; with [`super::SyncOptions::prune`], removes their works
/// unless there is a reason to keep them.
pub(super) fn report(
    context: &Context<'_>,
    has_unreadable_entries: bool,
) -> Result<Vec<GoneEntry>> {
    let (Mode::Sync(options), Some(file)) = (context.mode, context.file_id) else {
        return Ok(Vec::new());
    };
    let connection = context.change.connection();
    let mut statement = connection.prepare(
        "SELECT work_id, key, title FROM occurrence JOIN work ON work.id = work_id
         LEFT JOIN work_summary USING (work_id)
         WHERE source_file_id = ?1 AND gone_at IS NOT NULL ORDER BY occurrence.id",
    )?;
    let rows = statement
        .query_map([file], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<Vec<(i64, String, Option<String>)>>>()?;
    let is_empty = context.file.works().next().is_none();
    let mut removed = BTreeSet::new();
    let mut gone = Vec::with_capacity(rows.len());
    for (work, key, title) in rows {
        let kept_because = if !options.prune {
            Some(KeptBecause::NotPruned)
        } else if is_empty {
            Some(KeptBecause::EmptySource)
        } else if has_unreadable_entries {
            Some(KeptBecause::UnreadableEntries)
        } else {
            reason_to_keep(context, work, file, options.on_conflict)?
        };
        if kept_because.is_none() {
            removed.insert(work);
        }
        gone.push(GoneEntry {
            key,
            title,
            removed: kept_because.is_none(),
            kept_because,
        });
    }
    if !removed.is_empty() {
        context.change.works().delete(&removed)?;
    }
    Ok(gone)
}

/// Returns the reason to keep a work that its source does not have any more: other sources have it, or a person has
/// added something to it. [`ConflictPolicy::Replace`] considers only other sources.
fn reason_to_keep(
    context: &Context<'_>,
    work: i64,
    file: i64,
    policy: ConflictPolicy,
) -> Result<Option<KeptBecause>> {
    let connection = context.change.connection();
    let exists = |sql: &str| connection.prepare_cached(sql)?.exists([work]);
    let is_elsewhere = connection
        .prepare_cached(
            "SELECT 1 FROM occurrence
             WHERE work_id = ?1 AND source_file_id <> ?2 AND gone_at IS NULL",
        )?
        .exists([work, file])?;
    if is_elsewhere {
        return Ok(Some(KeptBecause::OtherSource));
    }
    if policy == ConflictPolicy::Replace {
        return Ok(None);
    }
    let reasons = [
        (
            KeptBecause::Edited,
            "SELECT 1 FROM occurrence WHERE work_id = ?1 AND (base IS NOT NULL OR variant IS NOT NULL)",
        ),
        (KeptBecause::Note, "SELECT 1 FROM note WHERE work_id = ?1"),
        (
            KeptBecause::LinkedFile,
            "SELECT 1 FROM linked_file WHERE work_id = ?1",
        ),
        (
            KeptBecause::Listed,
            "SELECT 1 FROM list_work WHERE work_id = ?1
             UNION ALL SELECT 1 FROM list_placement WHERE work_id = ?1",
        ),
        (
            KeptBecause::TaggedByHand,
            "SELECT 1 FROM assignment WHERE work_id = ?1 AND origin = 'hand'",
        ),
        (
            KeptBecause::Inherited,
            "SELECT 1 FROM inheritance JOIN work ON work.id = ?1
             WHERE parent_key = work.key AND work_id <> ?1",
        ),
    ];
    for (reason, sql) in reasons {
        if exists(sql)? {
            return Ok(Some(reason));
        }
    }
    Ok(None)
}
