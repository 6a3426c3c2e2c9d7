//! `peerbib check`

mod fix;
mod report;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::panic;

use clap::{Args, ValueEnum};
use rayon::prelude::*;

use crate::cli::commands::check_online::OnlineCheck;
use crate::cli::input::Input;
use crate::cli::network::NetworkArgs;
use crate::cli::{CommandContext, CommandError, Outcome, Result, number};
use peerbib::checks::{
    self, CheckRule, CheckedEntry, RULES, Severity, SpellingCounts, Spellings, VerificationStatus,
};
use peerbib::formats::bibtex::{self, FilePiece};
use peerbib::library::{Library, StoredEntry};
use peerbib::model::Entry;
use peerbib::suggest::{closest, did_you_mean};
use report::CheckReport;

/// Find missing, wrong or doubtful fields
///
/// Findings are listed by rule, each with the work, the field and how to fix it, and counted in a table. --fix fixes
/// what can be fixed safely, after a preview, in one step that `peerbib undo` reverts: DOIs written as URLs, single
/// hyphens in page ranges, names without "and" between them, HTML, titles in capitals, full stops after titles, wrongly
/// decoded letters, and journals and publishers that the library mostly spells differently.
///
/// Works with the tag status:unverified are reported, with the reason for the tag. In a file, the keyword
/// status:unverified marks such an entry.
///
/// --online asks metadata services instead whether the works exist, whether they were retracted or corrected, and
/// whether their addresses still answer. A work that no service knows may be correct: much literature is
/// in none of them. A work with the tag status:unverified that is found without differences is tagged status:verified.
///
/// The exit code is 1 if there are findings.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib check\n  peerbib check movement:oekonux --json\n  \
                  peerbib check --rule isbn --rule doi\n  peerbib check --fix --dry-run\n  \
                  peerbib check --online has:doi\n  peerbib check --online has:url --fix\n  \
                  peerbib check --file refs.bib\n  peerbib check --file refs.bib --for typst"
)]
pub(crate) struct Check {
    /// The works to check; without a query, all
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// Check the entries of this file instead of the library; can be repeated; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["query", "fix"])]
    file: Vec<String>,

    /// Apply only this rule; can be repeated
    #[arg(long, value_name = "RULE")]
    rule: Vec<String>,

    /// Report instead what this program would refuse, drop or print differently
    #[arg(long = "for", value_name = "PROGRAM", conflicts_with_all = ["rule", "fix"])]
    program: Option<Program>,

    /// Print at most this many findings of each rule; 0 prints all [default: 5; with --rule, all]
    #[arg(long, value_name = "NUMBER", value_parser = number::<usize>)]
    limit: Option<usize>,

    /// Print only how many findings each rule has
    #[arg(long, conflicts_with_all = ["json", "rules", "online"])]
    summary: bool,

    /// List the rules
    #[arg(long, conflicts_with_all = ["query", "file", "fix", "program"])]
    rules: bool,

    /// Ask metadata services whether the works exist
    #[arg(long, conflicts_with_all = ["file", "rule", "program", "rules"])]
    online: bool,

    /// Fix what can be fixed safely, and report the rest. With --online, store archived copies of dead pages
    #[arg(long)]
    fix: bool,

    /// With --fix or --online, show what would be changed, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Print the findings as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    network: NetworkArgs,
}

/// A program that reads `.bib` files by rules of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Program {
    /// Typst, which reads them with the crates biblatex and hayagriva
    Typst,
}

/// The checks to apply.
#[derive(Debug, Clone)]
enum Checks {
    Rules(Vec<&'static CheckRule>),
    Typst,
}

impl Check {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        if self.rules {
            return self.list_rules(context);
        }
        if self.online {
            let check = OnlineCheck {
                query: &self.query,
                network: self.network,
                fix: self.fix,
                dry_run: self.dry_run,
                json: self.json,
            };
            return check.run(context);
        }
        if self.dry_run && !self.fix {
            return Err(CommandError::usage("--dry-run needs --fix or --online")
                .with_help("without these, nothing is changed anyway".to_owned()));
        }
        let checks = match self.program {
            Some(Program::Typst) => {
                hide_panics_of_typst();
                Checks::Typst
            }
            None => Checks::Rules(chosen(&self.rule)?),
        };
        let report = if self.file.is_empty() {
            self.check_library(context, &checks)?
        } else {
            check_files(context, &self.file, &checks)?
        };
        if self.json {
            context.print_json(&report.findings)?;
        } else {
            let limit = match self.limit {
                Some(0) => usize::MAX,
                Some(limit) => limit,
                None if self.rule.is_empty() => LIMIT,
                None => usize::MAX,
            };
            if !self.summary {
                context.print(&report.text(limit))?;
            }
            context.print(&report.table())?;
            context.note(report.summary(if self.summary { 0 } else { limit }));
        }
        Ok(Outcome::done_if(
            report.findings.is_empty() && !report.unread,
        ))
    }

    fn list_rules(&self, context: &CommandContext) -> Result {
        if self.json {
            let rules: Vec<_> = RULES
                .iter()
                .map(|rule| serde_json::json!({"name": rule.name, "about": rule.about}))
                .collect();
            context.print_json(&rules)?;
            return Ok(Outcome::Done);
        }
        let bold = crate::cli::ui::TerminalStyle::Bold;
        let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
        let mut text = String::new();
        for CheckRule { name, about, .. } in RULES {
            let _ = writeln!(text, "{bold}{name:width$}{bold:#}  {about}");
        }
        context.print(&text)?;
        Ok(Outcome::Done)
    }

    fn check_library(&self, context: &CommandContext, checks: &Checks) -> Result<CheckReport> {
        let mut library = if self.fix {
            context.open_to_ask(self.dry_run)?
        } else {
            context.open()?
        };
        let works = context.select_ids(&library, &self.query)?;
        // Works that are read in the order of the table are read from the disk once.
        let mut in_table = works.clone();
        in_table.sort_unstable();
        let mut spellings = self.spellings(&library, &in_table, checks)?;
        if let (true, Checks::Rules(rules)) = (self.fix, checks)
            && self.fix_entries(context, &mut library, &works, (rules, &spellings))?
        {
            spellings = self.spellings(&library, &in_table, checks)?;
        }
        let unverified = match library.tags().find(&UNVERIFIED.parse()?)? {
            Some(tag) => library.tags().reasons(tag)?,
            None => HashMap::new(),
        };
        let mut checked = Vec::with_capacity(works.len());
        for entries in library.works().entry_chunks(&in_table) {
            let entries = entries?;
            let parents = library.works().parents_of(&entries)?;
            let parent = |key: &str| parents.get(key);
            let found = entries.par_iter().map(|StoredEntry { id, work, strings }| {
                let status = match unverified.get(id) {
                    Some(why) => VerificationStatus::Unverified { why: why.clone() },
                    None => VerificationStatus::Unsaid,
                };
                let entry = CheckedEntry::new(work, strings, &parent)
                    .with_status(status)
                    .with_spellings(&spellings);
                let findings = match checks {
                    Checks::Rules(rules) => checks::findings(&entry, rules),
                    Checks::Typst => checks::typst::findings(work, strings, &parent),
                };
                (entry.is_unverified(), findings)
            });
            checked.par_extend(found);
        }
        let mut report = CheckReport::default();
        for work in works {
            let place = in_table.binary_search(&work);
            if let Some(found) = place.ok().and_then(|place| checked.get_mut(place)) {
                let (is_unverified, findings) = std::mem::take(found);
                report.add(is_unverified, findings);
            }
        }
        Ok(report)
    }

    /// Returns how the library spells journals and publishers; `works` are those that are checked. Nothing is read if
    /// no rule asks for it.
    fn spellings(&self, library: &Library, works: &[i64], checks: &Checks) -> Result<Spellings> {
        let mut counts = SpellingCounts::default();
        let is_asked = matches!(checks, Checks::Rules(rules)
            if rules.iter().any(|rule| rule.name == checks::SPELLING));
        if !is_asked {
            return Ok(Spellings::default());
        }
        let all: Vec<i64>;
        let works = if self.query.is_empty() {
            works
        } else {
            all = library.works().keys()?.iter().map(|(id, _)| *id).collect();
            &all
        };
        for entries in library.works().entry_chunks(works) {
            for StoredEntry { work, strings, .. } in entries? {
                counts.add(&work, &strings);
            }
        }
        Ok(counts.preferred())
    }
}

/// The number of findings of each rule that are printed by default.
const LIMIT: usize = 5;

/// The tag of works that no source confirms.
const UNVERIFIED: &str = "status:unverified";

/// Sets a panic hook for the rest of the process which prints nothing about panics in Typst's crates, because these
/// become findings.
fn hide_panics_of_typst() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let file = panic.location().map_or("", |location| location.file());
        if !file.contains("biblatex-") && !file.contains("hayagriva-") {
            print(panic);
        }
    }));
}

/// Checks the entries of files, each with its line.
fn check_files(context: &CommandContext, names: &[String], checks: &Checks) -> Result<CheckReport> {
    let mut report = CheckReport::default();
    for name in names {
        let input = Input::read(name, None)?;
        for problem in &input.reading.file.problems {
            crate::cli::problems::report_problem(context, &input.path, problem);
            report.unread |= problem.severity == Severity::Error;
        }
        let by_key: HashMap<&str, &Entry> = input.reading.file.by_key();
        let parent = |key: &str| by_key.get(key).copied().map(Cow::Borrowed);
        let works = input.reading.file.works();
        let spellings = Spellings::of(works.map(|work| (work, &input.reading.file.strings)));
        for piece in &input.reading.file.pieces {
            let FilePiece::Entry {
                work,
                line,
                duplicate,
                ..
            } = piece
            else {
                continue;
            };
            let strings = &input.reading.file.strings;
            let mut entry = CheckedEntry::new(work, strings, &parent).with_spellings(&spellings);
            if entry.has_keyword(UNVERIFIED) {
                entry = entry.with_status(VerificationStatus::Unverified { why: None });
            }
            let mut findings = match checks {
                Checks::Rules(rules) => checks::findings(&entry, rules),
                Checks::Typst => checks::typst::findings(work, strings, &parent),
            };
            if matches!(checks, Checks::Typst) && duplicate.is_some() {
                findings.push(checks::typst::duplicate_key(work));
            }
            for finding in &mut findings {
                finding.file = Some(input.path.clone());
                finding.line = Some(
                    line + finding
                        .field
                        .as_deref()
                        .map_or(0, |field| bibtex::line_of_field(work, field)),
                );
            }
            report.add(entry.is_unverified(), findings);
        }
    }
    Ok(report)
}

/// Returns the rules with these names; without any, all.
fn chosen(names: &[String]) -> Result<Vec<&'static CheckRule>> {
    if names.is_empty() {
        return Ok(RULES.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            let found = RULES
                .iter()
                .find(|rule| rule.name.eq_ignore_ascii_case(name));
            found.ok_or_else(|| {
                let known = RULES.iter().map(|rule| rule.name.to_owned());
                CommandError::usage(format_args!("unknown rule \u{201c}{name}\u{201d}")).with_help(
                    did_you_mean(&closest(name, known))
                        .unwrap_or_else(|| "`peerbib check --rules` lists the rules".to_owned()),
                )
            })
        })
        .collect()
}
