//! `peerbib check --fix`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Check;
use crate::cli::ui::{counted, wrapped};
use crate::cli::{CommandContext, Result, hints};
use peerbib::checks::{self, CheckRule, FixedField, RULES, Spellings, UndecidedSpelling};
use peerbib::library::{Library, LibraryError, StoredEntry};

/// A work that can be fixed.
struct FixedWork {
    key: String,
    id: i64,
    /// The text of its entry before and after.
    before: String,
    source: String,
    fields: Vec<FixedField>,
}

/// The number of changes of each rule that a preview shows.
const SHOWN: usize = 5;

impl Check {
    /// Fixes what can be fixed safely, after a preview. Returns whether anything was changed.
    pub(super) fn fix_entries(
        &self,
        context: &CommandContext,
        library: &mut Library,
        works: &[i64],
        (rules, spellings): (&[&'static CheckRule], &Spellings),
    ) -> Result<bool> {
        let mut fixed = Vec::new();
        for entries in library.works().entry_chunks(works) {
            fixed.extend(self::fixed(library, &entries?, rules, spellings));
        }
        report_undecided(context, spellings);
        if fixed.is_empty() {
            context.note("nothing can be fixed safely");
            return Ok(false);
        }
        let shown = match self.limit {
            Some(0) => usize::MAX,
            Some(limit) => limit,
            None if self.rule.is_empty() => SHOWN,
            None => usize::MAX,
        };
        let asks = context.asks() && !self.dry_run;
        let verb = if asks || self.dry_run {
            "would become"
        } else {
            "is now"
        };
        context.note(preview(&fixed, verb, shown).trim_end());
        if self.dry_run {
            context.note("dry run: nothing was changed");
            return Ok(false);
        }
        if asks {
            let count: usize = fixed.iter().map(|work| work.fields.len()).sum();
            let question = format!(
                "Fix {} of {}?",
                counted(count, "field"),
                counted(fixed.len(), "work")
            );
            context.confirm_at_terminal(&question)?;
        }
        // While the user was asked, another program may have changed the library.
        library.lock_for_write()?;
        for work in &fixed {
            if library.works().source(&work.key)? != work.before {
                return Err(LibraryError::ChangedMeanwhile(work.key.clone()).into());
            }
        }
        context.change(library, |change| {
            fixed
                .iter()
                .try_for_each(|work| change.works().edit_entry(work.id, &work.source).map(drop))
        })?;
        Ok(true)
    }
}

/// Reports the names with two equally frequent spellings, with what to do: `--fix` does not choose.
fn report_undecided(context: &CommandContext, spellings: &Spellings) {
    let undecided = spellings.undecided();
    for UndecidedSpelling { one, other, .. } in undecided.iter().take(SHOWN) {
        let line =
            format!("\u{201c}{one}\u{201d} and \u{201c}{other}\u{201d} are equally frequent");
        context.note(wrapped(&line, 2));
    }
    if undecided.len() > SHOWN {
        context.note(format_args!(
            "\u{2026} and {} more",
            undecided.len() - SHOWN
        ));
    }
    if let Some(first) = undecided.first() {
        context.note(wrapped(&hints::undecided_spelling(first), 2));
    }
}

fn fixed(
    library: &Library,
    entries: &[StoredEntry],
    rules: &[&'static CheckRule],
    spellings: &Spellings,
) -> Vec<FixedWork> {
    let parent = |key: &str| library.works().parent(key);
    entries
        .iter()
        .filter_map(|StoredEntry { id, work, strings }| {
            let (source, fields) = checks::fixed(work, strings, &parent, spellings, rules)?;
            Some(FixedWork {
                key: work.key.clone(),
                id: *id,
                before: work.source().to_owned(),
                source,
                fields,
            })
        })
        .collect()
}

/// Lists changes by rule, at most `shown` of each.
fn preview(fixed: &[FixedWork], verb: &str, shown: usize) -> String {
    let mut rules: BTreeMap<Option<usize>, Vec<(&str, &FixedField)>> = BTreeMap::new();
    for work in fixed {
        for field in &work.fields {
            let place = RULES.iter().position(|rule| rule.name == field.rule);
            rules.entry(place).or_default().push((&work.key, field));
        }
    }
    let mut text = String::new();
    for changes in rules.values() {
        let rule = changes.first().map_or("", |(_, field)| field.rule);
        let _ = writeln!(text, "{rule} ({})", changes.len());
        for (key, change) in changes.iter().take(shown) {
            let FixedField {
                field,
                before,
                after,
                ..
            } = change;
            let line = format!("{key}, {field}: {before} {verb} {after}");
            let _ = writeln!(text, "  {}", wrapped(&line, 4));
        }
        if changes.len() > shown {
            let _ = writeln!(text, "  \u{2026} and {} more", changes.len() - shown);
        }
    }
    text
}
