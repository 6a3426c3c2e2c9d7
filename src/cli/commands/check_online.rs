//! `peerbib check --online`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::cli::commands::lookup::{AskedWork, asked_works, report_failures};
use crate::cli::interrupt::Interruptible;
use crate::cli::network::{self, NetworkArgs};
use crate::cli::ui::{TerminalStyle, counted, wrapped};
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{
    Change, FieldEdits, Library, NewAssignment, Origin, Tag, TagName, TaggedOutcome,
};
use peerbib::lookup::{
    Existence, LinkState, LookupError, Source, Verification, map_in_parallel, notices_on, verify,
};

/// The tag of works that no source confirms, and that of works that one confirms.
const UNVERIFIED: &str = "status:unverified";
const VERIFIED: &str = "status:verified";

/// The options of the check.
pub(super) struct OnlineCheck<'a> {
    pub(super) query: &'a [String],
    pub(super) network: NetworkArgs,
    /// Whether archived copies of dead pages are stored in the entries.
    pub(super) fix: bool,
    pub(super) dry_run: bool,
    pub(super) json: bool,
}

/// The kinds of outcomes, in the order of the summary, with the words of the summary.
const OUTCOMES: &[(&str, &str)] = &[
    ("found", "found"),
    ("differences", "found with differences"),
    ("retracted", "retracted or corrected"),
    ("published", "with a published version"),
    ("not-found", "not found in the services asked"),
    ("unknown", "without an answer"),
    ("dead", "with a dead address"),
    ("moved", "with an address that moved"),
];

impl OnlineCheck<'_> {
    pub(super) fn run(&self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let works = asked_works(context, &library, self.query)?;
        drop(library);
        let client = self.network.client(context)?;
        let services = network::services(context)?;
        let interruptible = Interruptible::new("nothing was changed");
        let items: Vec<_> = works.iter().map(|work| &work.item).collect();
        let mut failures = Vec::new();
        let notices = notices_on(&client, &items).unwrap_or_else(|failure| {
            failures.push(failure);
            Default::default()
        });
        let bar = network::progress("works", works.len());
        interruptible.shows(&bar);
        let verifications = map_in_parallel(
            &works,
            |work| verify(&client, &services, &work.entry, &work.item, &notices),
            |_| bar.inc(1),
        );
        bar.finish_and_clear();
        let checked: Vec<(&AskedWork, Verification)> = works.iter().zip(verifications).collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, verification) in &checked {
            for outcome in outcomes(verification) {
                *counts.entry(outcome).or_default() += 1;
            }
        }
        if self.json {
            let works: Vec<_> = checked
                .iter()
                .map(|(work, found)| json(work, found))
                .collect();
            context.print_json(&serde_json::json!({ "works": works, "summary": counts }))?;
        } else {
            let text: String = checked
                .iter()
                .map(|(work, found)| text(work, found))
                .collect();
            context.print(&text)?;
        }
        let all = checked
            .iter()
            .flat_map(|(_, found)| &found.failures)
            .chain(&failures);
        report_failures(context, all);
        if !self.dry_run {
            self.record(context, &checked, &interruptible)?;
        }
        let parts: Vec<String> = OUTCOMES
            .iter()
            .filter_map(|(name, words)| Some(format!("{} {words}", counts.get(name)?)))
            .collect();
        context.note(format_args!(
            "{} checked: {}",
            counted(checked.len(), "work"),
            parts.join(", ")
        ));
        if self.dry_run {
            context.note("dry run: nothing was changed");
        }
        let is_fine = counts.keys().all(|outcome| *outcome == "found");
        let has_failed = checked.iter().any(|(_, found)| !found.failures.is_empty());
        Ok(Outcome::done_if(
            is_fine && !has_failed && failures.is_empty(),
        ))
    }

    /// Tags works that were found as verified and, with `--fix`, stores archived copies, in one step.
    fn record(
        &self,
        context: &CommandContext,
        checked: &[(&AskedWork, Verification)],
        interruptible: &Interruptible,
    ) -> Result<()> {
        let mut library = context.open()?;
        let confirmed = confirmed(&library, checked)?;
        let archived: Vec<_> = checked
            .iter()
            .filter_map(|(work, found)| {
                Some((*work, found.archived.as_ref().filter(|_| self.fix)?))
            })
            .filter(|(work, _)| work.entry.field("archiveurl").is_none())
            .collect();
        if confirmed.is_empty() && archived.is_empty() {
            return Ok(());
        }
        let verified: TagName = VERIFIED.parse()?;
        let unverified = library.tags().find(&UNVERIFIED.parse()?)?;
        let existing = library.tags().find(&verified)?;
        let edit = |change: &Change<'_>| {
            let mut done = Vec::new();
            let tag = match existing {
                Some(tag) => tag,
                None => change.tags().put(&Tag::named(verified.clone()))?,
            };
            for (work, source) in &confirmed {
                let reason = format!(
                    "found in {} on {}: {}",
                    source.service, source.date, source.address
                );
                let outcome = change.tags().assign(NewAssignment {
                    work: work.id,
                    tag,
                    origin: Origin::Import,
                    source: source.service,
                    reason: Some(&reason),
                })?;
                if outcome == TaggedOutcome::Vetoed {
                    continue;
                }
                if let Some(unverified) = unverified {
                    change.tags().unassign(work.id, unverified)?;
                }
                done.push(format!("{} is now {VERIFIED}: {reason}", work.entry.key));
            }
            for (work, copy) in &archived {
                let edits = FieldEdits {
                    set: vec![
                        ("archiveurl".to_owned(), copy.url.clone()),
                        ("archivedate".to_owned(), copy.date.clone()),
                    ],
                    unset: Vec::new(),
                };
                change.works().edit_fields(work.id, &edits)?;
                let today = peerbib::lookup::Client::today();
                for (field, value) in &edits.set {
                    let source = ("Wayback Machine", copy.url.as_str(), today.as_str());
                    change
                        .works()
                        .record_value_source(work.id, (field, value), source)?;
                }
                done.push(format!(
                    "set archiveurl of {} to {}",
                    work.entry.key, copy.url
                ));
            }
            Ok(done)
        };
        let done = interruptible.change(
            || context.change(&mut library, edit),
            |done| format!("{}; `peerbib undo` reverts it", done.join("; ")),
        )?;
        for line in done {
            context.note(line);
        }
        Ok(())
    }
}

/// Returns the unverified works that a service confirms without a difference.
fn confirmed<'c>(
    library: &Library,
    checked: &'c [(&'c AskedWork, Verification)],
) -> Result<Vec<(&'c AskedWork, &'c Source)>> {
    let Some(tag) = library.tags().find(&UNVERIFIED.parse()?)? else {
        return Ok(Vec::new());
    };
    let unverified = library.tags().reasons(tag)?;
    let confirmed = checked
        .iter()
        .filter_map(|(work, found)| match &found.existence {
            Existence::Found(source)
                if found.differences.is_empty() && unverified.contains_key(&work.id) =>
            {
                Some((*work, source))
            }
            _ => None,
        });
    Ok(confirmed.collect())
}

/// Returns the names of the outcomes of a work.
fn outcomes(found: &Verification) -> Vec<&'static str> {
    let mut outcomes = vec![match &found.existence {
        Existence::Found(_) if found.differences.is_empty() => "found",
        Existence::Found(_) => "differences",
        Existence::NotFound => "not-found",
        Existence::Unknown => "unknown",
    }];
    if !found.notices.is_empty() {
        outcomes.push("retracted");
    }
    if found.published_as.is_some() {
        outcomes.push("published");
    }
    match &found.link {
        Some(LinkState::Dead(_)) => outcomes.push("dead"),
        Some(LinkState::Moved(_)) => outcomes.push("moved"),
        _ => {}
    }
    outcomes
}

fn json(work: &AskedWork, found: &Verification) -> serde_json::Value {
    let differences: Vec<_> = found
        .differences
        .iter()
        .map(|difference| {
            serde_json::json!({
                "field": difference.field,
                "current": difference.current,
                "found": difference.found,
                "source": difference.source,
            })
        })
        .collect();
    let source = match &found.existence {
        Existence::Found(source) => Some(source),
        _ => None,
    };
    let failures: Vec<String> = found.failures.iter().map(LookupError::to_string).collect();
    serde_json::json!({
        "key": work.entry.key,
        "outcomes": outcomes(found),
        "source": source,
        "asked": found.asked,
        "differences": differences,
        "notices": found.notices,
        "published_as": found.published_as,
        "address": found.link,
        "archived": found.archived,
        "failures": failures,
    })
}

fn text(work: &AskedWork, found: &Verification) -> String {
    let bold = TerminalStyle::Bold;
    let mut text = String::new();
    let mut line = |sentence: String| {
        let _ = writeln!(
            text,
            "{bold}{}{bold:#}: {}",
            work.entry.key,
            wrapped(&sentence, 4)
        );
    };
    match &found.existence {
        Existence::Found(source) => {
            let place = format!("{} ({})", source.service, source.address);
            if found.differences.is_empty() {
                line(format!("found in {place}"));
            } else {
                line(format!("warning: found in {place}, with differences"));
            }
        }
        Existence::NotFound => line(format!(
            "note: not found in the services asked ({}); much of this literature is in none of them",
            found.asked.join(", ")
        )),
        Existence::Unknown => line("note: no service answered".to_owned()),
    }
    for difference in &found.differences {
        line(format!(
            "warning: {}: \u{201c}{}\u{201d} here, \u{201c}{}\u{201d} in {}",
            difference.field,
            difference.current.as_deref().unwrap_or_default(),
            difference.found,
            difference.source.service
        ));
    }
    for notice in &found.notices {
        let severity = if notice.is_retraction() {
            "error"
        } else {
            "warning"
        };
        let date = notice.date.as_deref().map(|date| format!(" of {date}"));
        line(format!(
            "{severity}: {}{} in Crossref: https://doi.org/{}",
            notice.kind.replace('_', " "),
            date.unwrap_or_default(),
            notice.doi
        ));
    }
    if let Some(doi) = &found.published_as {
        line(format!(
            "note: this preprint was published as https://doi.org/{doi}"
        ));
    }
    match &found.link {
        Some(LinkState::Dead(reason)) => {
            line(format!("warning: the address is dead: {reason}"));
            match &found.archived {
                Some(copy) => line(format!(
                    "note: archived on {}: {}; --fix stores it as archiveurl and archivedate",
                    copy.date, copy.url
                )),
                None => line("note: the Wayback Machine has no copy".to_owned()),
            }
        }
        Some(LinkState::Moved(address)) => line(format!("note: the address moved to {address}")),
        Some(LinkState::Alive) | None => {}
    }
    text
}
