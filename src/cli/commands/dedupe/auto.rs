//! `peerbib dedupe --auto`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Dedupe, find_groups, heading, summary};
use crate::cli::ui::{counted, wrapped};
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{Change, DuplicateGroup, Library, LibraryError, MergeOutcome};

/// A merge of a certain group, as `--json` prints it.
#[derive(serde::Serialize)]
struct MergedGroupJson<'c> {
    #[serde(flatten)]
    outcome: MergeOutcome,
    /// The reason why this work stays.
    reason: &'c str,
    certainty: peerbib::library::Certainty,
}

impl Dedupe {
    /// Merges the groups of works that are certainly duplicates.
    pub(super) fn merge_certain(&self, context: &CommandContext) -> Result {
        let mut library = context.open_to_ask(self.dry_run)?;
        let mut groups = find_groups(context, &library, &self.query)?;
        let uncertain = groups.len();
        groups.retain(|group| group.certainty.is_certain());
        let uncertain = uncertain - groups.len();
        let outcomes = if self.dry_run {
            library.dry_run(|change| merge_all(change, &groups))?
        } else if groups.is_empty() {
            Vec::new()
        } else {
            if context.asks() {
                let outcomes = library.dry_run(|change| merge_all(change, &groups))?;
                context.note(self.preview(&groups, &outcomes).trim_end());
                let count = counted(groups.len(), "group");
                context.confirm_at_terminal(&format!("Merge {count}?"))?;
            }
            self.merge_locked(context, &mut library, &groups)?
        };
        if self.json {
            let merged: Vec<MergedGroupJson<'_>> = outcomes
                .into_iter()
                .zip(&groups)
                .map(|(outcome, group)| MergedGroupJson {
                    outcome,
                    reason: &group.survivor.reason,
                    certainty: group.certainty,
                })
                .collect();
            context.print_json(&merged)?;
        } else {
            if self.dry_run {
                context.print(&self.preview(&groups, &outcomes))?;
            }
            let merged: usize = outcomes
                .iter()
                .map(|outcome| outcome.aliases.len() + 1)
                .sum();
            context.note(match (groups.len(), self.dry_run) {
                (0, _) => "no certain duplicates found".to_owned(),
                (_, true) => "dry run: nothing was changed".to_owned(),
                (count, false) => format!(
                    "merged {} into {}; `peerbib undo` restores them",
                    counted(merged, "work"),
                    count
                ),
            });
        }
        if uncertain > 0 {
            context.note(format_args!(
                "{} of similar works left; `peerbib dedupe --interactive` asks about each",
                counted(uncertain, "group")
            ));
        }
        Ok(Outcome::Done)
    }

    /// Merges the groups if they are still the same: while the user was asked, another program may have changed the
    /// library.
    fn merge_locked(
        &self,
        context: &CommandContext,
        library: &mut Library,
        groups: &[DuplicateGroup],
    ) -> Result<Vec<MergeOutcome>> {
        if !library.is_locked() {
            library.lock_for_write()?;
            let mut now = find_groups(context, library, &self.query)?;
            now.retain(|group| group.certainty.is_certain());
            if now != groups {
                let what = "the duplicates".to_owned();
                return Err(LibraryError::ChangedMeanwhile(what).into());
            }
        }
        Ok(context.change(library, |change| merge_all(change, groups))?)
    }

    /// Describes what merging does: how many groups of each kind, the first of them, and the fields in which works
    /// differ.
    fn preview(&self, groups: &[DuplicateGroup], outcomes: &[MergeOutcome]) -> String {
        let mut text = String::new();
        let shown = self.print_limit(groups);
        for (group, outcome) in groups.iter().zip(outcomes).take(shown) {
            let line = format!(
                "{} into {} ({}; stays: {})",
                outcome.aliases.join(", "),
                outcome.key,
                group
                    .reasons
                    .first()
                    .map_or(heading(group.certainty), |first| &first.reason),
                group.survivor.reason
            );
            let _ = writeln!(text, "{}", wrapped(&line, 4));
        }
        if shown < groups.len() {
            let _ = writeln!(text, "\u{2026} and {} more", groups.len() - shown);
        }
        if !groups.is_empty() {
            let _ = writeln!(text, "\n{}", summary(groups).trim_end());
        }
        let mut fields: BTreeMap<&str, usize> = BTreeMap::new();
        for value in outcomes.iter().flat_map(|outcome| &outcome.kept) {
            *fields.entry(&value.field).or_default() += 1;
        }
        if !fields.is_empty() {
            let mut fields: Vec<_> = fields.into_iter().collect();
            fields.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let fields: Vec<String> = fields
                .iter()
                .map(|(field, count)| format!("{field} ({count})"))
                .collect();
            let line = format!(
                "where values differ, the value of the remaining work is kept: {}; --json lists the others",
                fields.join(", ")
            );
            let _ = writeln!(text, "{}", wrapped(&line, 0));
        }
        text
    }
}

/// Merges the works of each group into its first.
fn merge_all(
    change: &Change<'_>,
    groups: &[DuplicateGroup],
) -> peerbib::library::Result<Vec<MergeOutcome>> {
    groups
        .iter()
        .filter_map(|group| group.works.split_first())
        .map(|(keep, others)| change.works().merge(*keep, others))
        .collect()
}
