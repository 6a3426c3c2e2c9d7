//! `peerbib lookup`, and what other commands share with it.

mod add;
mod works;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};

use crate::cli::interrupt::Interruptible;
use crate::cli::network::{self, NetworkArgs};
use crate::cli::ui::{TerminalStyle, counted, terminal_width};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
pub(crate) use add::{add, add_by_title};
use peerbib::formats::bibtex::schema;
use peerbib::library::{Change, FieldEdits, Library};
use peerbib::lookup::{
    Difference, LookupError, Record, Rejection, WorkMatch, differences, map_in_parallel, match_work,
};
use peerbib::model::{CslDate, markup};
use peerbib::suggest::{closest, did_you_mean};
pub(crate) use works::{AskedWork, asked_works};

/// Look up works and complete their fields
///
/// Metadata services are asked for each work that matches the query: by its DOI, ISBN, arXiv number or PMID, or by
/// title, authors and year at Crossref and OpenAlex. What they know is shown next to the current values, with its
/// source. Uncertain candidates are listed, but never used.
///
/// Nothing is changed without --apply, which fills in missing fields; --replace also overwrites the fields that it
/// names. One run is one step that `peerbib undo` reverts, and `peerbib why` shows the source of each value.
///
/// Changes are made only after all answers have arrived. Until then, Ctrl-C stops without a change.
///
/// The exit code is 1 if a service failed. peerbib(1) lists what each service receives.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib lookup missing:doi type:article\n  \
                  peerbib lookup key:benkler2002coase --apply\n  \
                  peerbib lookup --fields doi,abstract --apply --yes\n  \
                  peerbib lookup movement:oekonux --apply --replace pages,date"
)]
pub(crate) struct Lookup {
    /// The works to look up; without a query, all
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// Fill in what is missing. Asks first at a terminal, and needs --yes otherwise
    #[arg(long)]
    apply: bool,

    /// Overwrite these fields, too, separated by commas
    #[arg(long, value_name = "FIELDS", value_delimiter = ',', requires = "apply")]
    replace: Vec<String>,

    /// Look only at these fields, separated by commas
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    fields: Vec<String>,

    /// With --apply, show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Print an array of works as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    network: NetworkArgs,
}

/// The action for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum FieldAction {
    /// It is missing, and is filled in.
    Add,
    /// Its value is overwritten.
    Replace,
    /// Its value stays.
    Keep,
}

/// The records found for a work.
struct LookupFinding<'w> {
    work: &'w AskedWork,
    records: Vec<Record>,
    changes: Vec<(Difference, FieldAction)>,
    rejected: Vec<Rejection>,
    asked: Vec<&'static str>,
    failures: Vec<LookupError>,
}

impl Lookup {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let fields = known_fields(&self.fields)?;
        let replaced = known_fields(&self.replace)?;
        let library = context.open()?;
        let works = asked_works(context, &library, &self.query)?;
        drop(library);
        let client = self.network.client(context)?;
        let services = network::services(context)?;
        let interruptible = Interruptible::new("nothing was changed");
        let bar = network::progress("works", works.len());
        interruptible.shows(&bar);
        let matches = map_in_parallel(
            &works,
            |work| match_work(&client, &services, &work.entry, &work.item),
            |_| bar.inc(1),
        );
        bar.finish_and_clear();
        let findings: Vec<LookupFinding<'_>> = works
            .iter()
            .zip(matches)
            .map(|(work, found)| LookupFinding::new(work, found, &fields, &replaced))
            .collect();
        if self.json {
            let works: Vec<_> = findings.iter().map(LookupFinding::json).collect();
            context.print_json(&works)?;
        } else {
            let text: String = findings.iter().map(LookupFinding::text).collect();
            context.print(&text)?;
            context.note(summary(&findings));
        }
        report_failures(
            context,
            findings.iter().flat_map(|finding| &finding.failures),
        );
        if self.apply {
            apply(context, &findings, self.dry_run, &interruptible)?;
        }
        let has_failed = findings.iter().any(|finding| !finding.failures.is_empty());
        Ok(Outcome::done_if(!has_failed))
    }
}

/// Returns BibLaTeX's names of fields.
fn known_fields(names: &[String]) -> Result<Vec<String>> {
    names
        .iter()
        .map(|name| {
            let name = name.trim().to_lowercase();
            if schema::field(&name).is_none() {
                let near = closest(&name, schema::field_names().map(str::to_owned));
                return Err(
                    CommandError::usage(format_args!("unknown field: {name}")).with_help(
                        did_you_mean(&near).unwrap_or_else(|| {
                            "give fields of BibLaTeX, such as doi, abstract or pages".to_owned()
                        }),
                    ),
                );
            }
            Ok(schema::base_field(&name).to_owned())
        })
        .collect()
}

impl<'w> LookupFinding<'w> {
    fn new(work: &'w AskedWork, found: WorkMatch, fields: &[String], replaced: &[String]) -> Self {
        let WorkMatch {
            mut records,
            mut rejected,
            asked,
            failures,
        } = found;
        // Two DOIs are two works, at most one of which is meant.
        let dois: BTreeSet<String> = records
            .iter()
            .filter_map(|record| Some(record.item.text("DOI")?.to_lowercase()))
            .collect();
        if dois.len() > 1 {
            let reason = "another candidate fits as well";
            rejected.extend(records.drain(..).map(|record| Rejection { record, reason }));
        }
        let mut changes: Vec<(Difference, FieldAction)> = Vec::new();
        for record in &records {
            for difference in differences(&work.entry, &work.item, record) {
                let lower = difference.field.to_lowercase();
                let base = schema::base_field(&lower).to_owned();
                let is_wanted = fields.is_empty() || fields.contains(&base);
                let is_known = changes
                    .iter()
                    .any(|(other, _)| schema::base_field(&other.field.to_lowercase()) == base);
                if !is_wanted || is_known {
                    continue;
                }
                let action = match difference.current {
                    None => FieldAction::Add,
                    Some(_) if replaced.contains(&base) => FieldAction::Replace,
                    Some(_) => FieldAction::Keep,
                };
                changes.push((difference, action));
            }
        }
        Self {
            work,
            records,
            changes,
            rejected,
            asked,
            failures,
        }
    }

    /// Returns the changes that are to be made.
    fn planned(&self) -> impl Iterator<Item = &Difference> {
        let planned = self
            .changes
            .iter()
            .filter(|(_, action)| *action != FieldAction::Keep);
        planned.map(|(difference, _)| difference)
    }

    /// Returns how the finding is counted.
    fn outcome(&self) -> &'static str {
        if !self.records.is_empty() {
            "found"
        } else if !self.rejected.is_empty() {
            "candidates"
        } else if self.asked.is_empty() {
            "failed"
        } else {
            "not found"
        }
    }

    fn json(&self) -> serde_json::Value {
        let changes: Vec<_> = self
            .changes
            .iter()
            .map(|(difference, action)| {
                serde_json::json!({
                    "field": difference.field,
                    "current": difference.current,
                    "found": difference.found,
                    "action": action,
                    "source": difference.source,
                })
            })
            .collect();
        let candidates: Vec<_> = self
            .rejected
            .iter()
            .map(|rejection| {
                serde_json::json!({
                    "item": rejection.record.item,
                    "reason": rejection.reason,
                    "source": rejection.record.source,
                })
            })
            .collect();
        let failures: Vec<String> = self.failures.iter().map(LookupError::to_string).collect();
        serde_json::json!({
            "key": self.work.entry.key,
            "outcome": self.outcome(),
            "sources": self.records.iter().map(|record| &record.source).collect::<Vec<_>>(),
            "asked": self.asked,
            "changes": changes,
            "candidates": candidates,
            "failures": failures,
        })
    }

    fn text(&self) -> String {
        let bold = TerminalStyle::Bold;
        let AskedWork { entry, title, .. } = self.work;
        let mut text = format!("{bold}{}{bold:#} {title}\n", entry.key);
        for record in &self.records {
            let source = &record.source;
            let _ = writeln!(text, "  found in {} ({})", source.service, source.address);
        }
        if self.records.is_empty() && self.rejected.is_empty() && !self.asked.is_empty() {
            let _ = writeln!(text, "  not found in {}", self.asked.join(", "));
        }
        if !self.records.is_empty() && self.changes.is_empty() {
            text.push_str("  nothing to add\n");
        }
        text.push_str(&self.table());
        if !self.rejected.is_empty() {
            text.push_str("  not certainly this work:\n");
            for Rejection { record, reason } in self.rejected.iter().take(5) {
                let line = format!("{reason}: {}", one_line(record));
                let _ = writeln!(text, "    {}", crate::cli::ui::wrapped(&line, 6));
            }
        }
        text
    }

    /// Returns the fields, each with what happens to it, its current value, what was found, and where.
    fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Disabled);
        if let Some(columns) = terminal_width() {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(columns.saturating_sub(2)).unwrap_or(u16::MAX));
        }
        for (difference, action) in &self.changes {
            let sign = match action {
                FieldAction::Add => "+",
                FieldAction::Replace => "~",
                FieldAction::Keep => "=",
            };
            let short = |text: &str| -> String {
                let mut short: String = text.chars().take(120).collect();
                if short.len() < text.len() {
                    short.push('\u{2026}');
                }
                short
            };
            table.add_row([
                format!("{sign} {}", difference.field),
                difference.current.as_deref().map_or("-".to_owned(), short),
                short(&difference.found),
                difference.source.service.to_owned(),
            ]);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let lines = table.lines().filter(|line| !line.trim().is_empty());
        lines
            .map(|line| format!("  {}\n", line.trim_end()))
            .collect()
    }
}

fn summary(findings: &[LookupFinding<'_>]) -> String {
    let count = |outcome: &str| {
        let with = findings
            .iter()
            .filter(|finding| finding.outcome() == outcome);
        with.count()
    };
    let adds = |action: FieldAction| {
        let changes = findings.iter().flat_map(|finding| &finding.changes);
        changes.filter(|(_, own)| *own == action).count()
    };
    format!(
        "{} looked up: {} found, {} with candidates only, {} not found, {} failed\n\
         {} to fill in (+), {} to replace (~), {} that differ and stay (=)",
        counted(findings.len(), "work"),
        count("found"),
        count("candidates"),
        count("not found"),
        count("failed"),
        counted(adds(FieldAction::Add), "field"),
        adds(FieldAction::Replace),
        adds(FieldAction::Keep)
    )
}

/// Warns about requests that failed, once for each service and reason.
pub(crate) fn report_failures<'f>(
    context: &CommandContext,
    failures: impl Iterator<Item = &'f LookupError>,
) {
    let mut seen: BTreeSet<(&'static str, String)> = BTreeSet::new();
    for failure in failures {
        let is_repeated = matches!(failure.failure, peerbib::lookup::RequestFailure::Closed(_));
        if !is_repeated && seen.insert((failure.service, failure.failure.to_string())) {
            network::report_failure(context, failure);
        }
    }
}

/// Makes the planned changes in one step.
fn apply(
    context: &CommandContext,
    findings: &[LookupFinding<'_>],
    dry_run: bool,
    interruptible: &Interruptible,
) -> Result<()> {
    let planned: Vec<(&LookupFinding<'_>, FieldEdits)> = findings
        .iter()
        .filter_map(|finding| {
            let edits = FieldEdits {
                set: finding
                    .planned()
                    .map(|difference| (difference.field.clone(), difference.tex.clone()))
                    .collect(),
                unset: finding
                    .planned()
                    .flat_map(|difference| difference.replaces.clone())
                    .collect(),
            };
            (!edits.set.is_empty()).then_some((finding, edits))
        })
        .collect();
    if planned.is_empty() {
        context.note("nothing to apply");
        return Ok(());
    }
    let fields: usize = planned.iter().map(|(_, edits)| edits.set.len()).sum();
    if dry_run {
        context.note("dry run: nothing was changed");
        return Ok(());
    }
    context.confirm(&format!(
        "Change {} of {}?",
        counted(fields, "field"),
        counted(planned.len(), "work")
    ))?;
    let mut library = context.open_to_change()?;
    let mut skipped = Vec::new();
    let current: Vec<(&LookupFinding<'_>, &FieldEdits)> = planned
        .iter()
        .filter(|(finding, edits)| {
            let is_current = is_current(&library, finding, edits);
            if !is_current {
                skipped.push(finding.work.entry.key.clone());
            }
            is_current
        })
        .map(|(finding, edits)| (*finding, edits))
        .collect();
    let fields: usize = current.iter().map(|(_, edits)| edits.set.len()).sum();
    let report = format!(
        "changed {} of {}; `peerbib undo` reverts it",
        counted(fields, "field"),
        counted(current.len(), "work")
    );
    let edit = |change: &Change<'_>| {
        for (finding, edits) in &current {
            let id = finding.work.id;
            change.works().edit_fields(id, edits)?;
            for difference in finding.planned() {
                let source = &difference.source;
                let source = (
                    source.service,
                    source.address.as_str(),
                    source.date.as_str(),
                );
                change.works().record_value_source(
                    id,
                    (&difference.field, &difference.tex),
                    source,
                )?;
            }
        }
        Ok(())
    };
    interruptible.change(|| context.change(&mut library, edit), |()| report.clone())?;
    context.note(report);
    for key in skipped {
        context.warn(format_args!(
            "warning: {key} was skipped: its entry changed meanwhile, or cannot hold the values"
        ));
    }
    Ok(())
}

/// Returns whether an entry is still the one that was looked up, and can be edited.
fn is_current(library: &Library, finding: &LookupFinding<'_>, edits: &FieldEdits) -> bool {
    let source = library.works().source(&finding.work.entry.key);
    source.is_ok_and(|source| {
        source == finding.work.entry.source() && edits.applied_to(&source).is_ok()
    })
}

/// Describes a record in one line: authors, year, title, type, DOI, service.
pub(crate) fn one_line(record: &Record) -> String {
    let item = &record.item;
    let names = item.principal_names();
    let mut authors = names.first().map(|name| name.short()).unwrap_or_default();
    if names.len() > 1 {
        authors.push_str(" et al.");
    }
    let year = item.date("issued").and_then(CslDate::year);
    let title = markup::plain(&item.text("title").unwrap_or_default());
    let place = item
        .text("DOI")
        .map(|doi| format!("doi:{doi}"))
        .or_else(|| item.text("ISBN").map(|isbn| format!("isbn:{isbn}")))
        .or_else(|| item.text("URL"));
    let mut parts = vec![
        authors,
        year.map(|year| year.to_string()).unwrap_or_default(),
        title,
    ];
    parts.push(item.item_type.clone());
    parts.extend(place);
    parts.push(record.source.service.to_owned());
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}
