//! `peerbib dedupe --auto`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Dedupe, found, heading, summary};
use crate::cli::ui::{counted, wrapped};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::{Change, Cluster, Library, LibraryError, MergeOutcome};

/// A merge of a certain group, as `--json` prints it.
#[derive(serde::Serialize)]
struct MergedGroupJson<'c> {
    #[serde(flatten)]
    outcome: MergeOutcome,
    /// Why this work stays.
    reason: &'c str,
    certainty: peerbib::library::Certainty,
}

impl Dedupe {
    /// Merges the groups of works that are certainly duplicates.
    pub(super) fn merge_certain(&self, context: &CommandContext) -> Result {
        let mut library = context.open_to_ask(self.dry_run)?;
        let mut clusters = found(context, &library, &self.query)?;
        let uncertain = clusters.len();
        clusters.retain(|cluster| cluster.certainty.is_certain());
        let uncertain = uncertain - clusters.len();
        let outcomes = if self.dry_run {
            library.dry_run(|change| merge_all(change, &clusters))?
        } else if clusters.is_empty() {
            Vec::new()
        } else {
            if context.asks() {
                let outcomes = library.dry_run(|change| merge_all(change, &clusters))?;
                context.note(self.preview(&clusters, &outcomes).trim_end());
                let count = counted(clusters.len(), "group");
                context.confirm_at_terminal(&format!("Merge {count}?"))?;
            }
            self.merge_locked(context, &mut library, &clusters)?
        };
        if self.json {
            let merged: Vec<MergedGroupJson<'_>> = outcomes
                .into_iter()
                .zip(&clusters)
                .map(|(outcome, cluster)| MergedGroupJson {
                    outcome,
                    reason: &cluster.survivor.reason,
                    certainty: cluster.certainty,
                })
                .collect();
            context.print_json(&merged)?;
        } else {
            if self.dry_run {
                context.print(&self.preview(&clusters, &outcomes))?;
            }
            let merged: usize = outcomes
                .iter()
                .map(|outcome| outcome.aliases.len() + 1)
                .sum();
            context.note(match (clusters.len(), self.dry_run) {
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
        clusters: &[Cluster],
    ) -> std::result::Result<Vec<MergeOutcome>, CommandError> {
        if !library.is_locked() {
            library.lock_for_write()?;
            let mut now = found(context, library, &self.query)?;
            now.retain(|cluster| cluster.certainty.is_certain());
            if now != clusters {
                let what = "the duplicates".to_owned();
                return Err(LibraryError::ChangedMeanwhile(what).into());
            }
        }
        Ok(context.change(library, |change| merge_all(change, clusters))?)
    }

    /// Describes what merging does: how many groups of each kind, the first of them, and the fields in which works
    /// differ.
    fn preview(&self, clusters: &[Cluster], outcomes: &[MergeOutcome]) -> String {
        let mut text = String::new();
        let shown = self.shown(clusters);
        for (cluster, outcome) in clusters.iter().zip(outcomes).take(shown) {
            let line = format!(
                "{} into {} ({}; stays: {})",
                outcome.aliases.join(", "),
                outcome.key,
                cluster
                    .reasons
                    .first()
                    .map_or(heading(cluster.certainty), |first| &first.reason),
                cluster.survivor.reason
            );
            let _ = writeln!(text, "{}", wrapped(&line, 4));
        }
        if shown < clusters.len() {
            let _ = writeln!(text, "\u{2026} and {} more", clusters.len() - shown);
        }
        if !clusters.is_empty() {
            let _ = writeln!(text, "\n{}", summary(clusters).trim_end());
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
    clusters: &[Cluster],
) -> peerbib::library::Result<Vec<MergeOutcome>> {
    clusters
        .iter()
        .filter_map(|cluster| cluster.works.split_first())
        .map(|(keep, others)| change.works().merge(*keep, others))
        .collect()
}
