//! `peerbib check`

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

use clap::{Args, ValueEnum};

use crate::cli::input::Input;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::checks::{self, CheckRule, CheckedEntry, Finding, RULES, Severity};
use peerbib::formats::bibtex::{self, FilePiece};
use peerbib::library::{Library, StoredEntry};
use peerbib::model::Entry;
use peerbib::suggest::{closest, question};

/// Check references: what is missing, wrong or doubtful, and how to mend it
///
/// Each finding names the work, the field, the rule, and how to mend it. What can be fixed for certain
/// is fixed by --fix, in one step that `peerbib undo` takes back: a DOI written as an address, one hyphen
/// between pages, "et al." for "and others", white space around a value.
///
/// A work of which it is not certain which is meant says so in its field identification (probable:
/// inferred from author, year and topic; unresolved: not found out). Such works are counted, and what they
/// lack is told once.
///
/// Ends with exit code 1 where there are findings.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib check\n  peerbib check movement:oekonux --json\n  \
                  peerbib check --rule isbn --rule doi\n  peerbib check --fix --dry-run\n  \
                  peerbib check --file refs.bib\n  peerbib check --file refs.bib --for typst"
)]
pub(crate) struct Check {
    /// The works that are meant; all, without a query
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// Check the entries of this file instead, without any library; may be given several times, - is
    /// standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["query", "fix"])]
    file: Vec<String>,

    /// Apply this rule only; may be given several times
    #[arg(long, value_name = "RULE")]
    rule: Vec<String>,

    /// Report instead what this program would refuse, drop or print differently
    #[arg(long = "for", value_name = "PROGRAM", conflicts_with_all = ["rule", "fix"])]
    program: Option<Program>,

    /// List the rules
    #[arg(long, conflicts_with_all = ["query", "file", "fix", "program"])]
    rules: bool,

    /// Mend what can be fixed for certain, and report the rest
    #[arg(long)]
    fix: bool,

    /// With --fix, say what would be fixed, and change nothing
    #[arg(long, requires = "fix")]
    dry_run: bool,

    /// Print an array of findings as JSON
    #[arg(long)]
    json: bool,
}

/// A program that reads `.bib` files by rules of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Program {
    /// Typst, which reads them with the crates biblatex and hayagriva
    Typst,
}

/// What entries are checked for.
#[derive(Debug, Clone)]
enum Checks {
    Rules(Vec<&'static CheckRule>),
    Typst,
}

impl Checks {
    fn findings<'a>(
        &self,
        work: &'a Entry,
        strings: &'a bibtex::Strings,
        parents: &'a dyn Fn(&str) -> Option<Cow<'a, Entry>>,
    ) -> Vec<Finding> {
        match self {
            Self::Rules(rules) => {
                checks::findings(&CheckedEntry::new(work, strings, parents), rules)
            }
            Self::Typst => checks::typst::findings(work, strings, parents),
        }
    }
}

impl Check {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        if self.rules {
            return self.list_rules(context);
        }
        let checks = match self.program {
            Some(Program::Typst) => Checks::Typst,
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
            context.print(&text(&report.findings))?;
            context.note(report.summary());
        }
        Ok(if report.findings.is_empty() && !report.unread {
            Outcome::Done
        } else {
            Outcome::Partial
        })
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
        let bold = anstyle::Style::new().bold();
        let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
        let mut text = String::new();
        for CheckRule { name, about, .. } in RULES {
            let _ = writeln!(text, "{bold}{name:width$}{bold:#}  {about}");
        }
        context.print(&text)?;
        Ok(Outcome::Done)
    }

    fn check_library(
        &self,
        context: &CommandContext,
        checks: &Checks,
    ) -> std::result::Result<Report, CommandError> {
        let mut library = context.open_to_change_or_rehearse(!self.fix || self.dry_run)?;
        let works: Vec<i64> = context
            .select(&library, &self.query)?
            .iter()
            .map(|work| work.id)
            .collect();
        let mut entries = library.entries(&works)?;
        if let (true, Checks::Rules(rules)) = (self.fix, checks) {
            let fixed = fixed(&library, &entries, rules);
            let becomes = if self.dry_run {
                "would become"
            } else {
                "is now"
            };
            for (key, _, _, fields) in &fixed {
                for checks::FixedField {
                    field,
                    before,
                    after,
                } in fields
                {
                    context.note(format_args!("{key}, {field}: {before} {becomes} {after}"));
                }
            }
            if !self.dry_run && !fixed.is_empty() {
                context.change(&mut library, |change| {
                    fixed.iter().try_for_each(|(_, work, source, _)| {
                        change.edit_entry(*work, source).map(drop)
                    })
                })?;
                entries = library.entries(&works)?;
            }
            if fixed.is_empty() {
                context.note("there is nothing that can be fixed for certain");
            } else if self.dry_run {
                context.note("nothing was changed: this was a rehearsal");
            }
        }
        let parent = |key: &str| library.parent(key);
        let mut report = Report::default();
        for StoredEntry { work, strings, .. } in &entries {
            report.add(work, checks.findings(work, strings, &parent));
        }
        Ok(report)
    }
}

/// Key, number, new text and fixed fields of each work that can be fixed.
type FixedWork = (String, i64, String, Vec<checks::FixedField>);

fn fixed(
    library: &Library,
    entries: &[StoredEntry],
    rules: &[&'static CheckRule],
) -> Vec<FixedWork> {
    entries
        .iter()
        .filter_map(|StoredEntry { id, work, strings }| {
            let (source, fields) = checks::fixed(work, strings, &|key| library.parent(key), rules)?;
            Some((work.key.clone(), *id, source, fields))
        })
        .collect()
}

/// Checks the entries of files, each with its line.
fn check_files(
    context: &CommandContext,
    names: &[String],
    checks: &Checks,
) -> std::result::Result<Report, CommandError> {
    let mut report = Report::default();
    for name in names {
        let input = Input::read(name, None)?;
        for problem in &input.reading.file.problems {
            crate::cli::commands::import::tell(context, &input.path, problem);
            report.unread |= problem.severity == Severity::Error;
        }
        let by_key: HashMap<&str, &Entry> = input.reading.file.by_key();
        let parent = |key: &str| by_key.get(key).copied().map(Cow::Borrowed);
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
            let mut findings = checks.findings(work, &input.reading.file.strings, &parent);
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
            report.add(work, findings);
        }
    }
    Ok(report)
}

/// The rules of these names; all where none is named.
fn chosen(names: &[String]) -> std::result::Result<Vec<&'static CheckRule>, CommandError> {
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
                CommandError::usage(format_args!("there is no rule \u{201c}{name}\u{201d}"))
                    .with_help(question(&closest(name, known)).unwrap_or_else(|| {
                        "`peerbib check --rules` lists the rules there are".to_owned()
                    }))
            })
        })
        .collect()
}

/// What was found in all works together.
#[derive(Default)]
struct Report {
    findings: Vec<Finding>,
    works: usize,
    probable: usize,
    unresolved: usize,
    /// Whether a file has entries that could not be read.
    unread: bool,
}

impl Report {
    fn add(&mut self, work: &Entry, findings: Vec<Finding>) {
        self.works += 1;
        let identification = work
            .field("identification")
            .map(|value| value.trim_matches(['{', '}', '"', ' ']).to_lowercase());
        match identification.as_deref() {
            Some("probable") => self.probable += 1,
            Some("unresolved") => self.unresolved += 1,
            _ => {}
        }
        self.findings.extend(findings);
    }

    fn summary(&self) -> String {
        let count = |severity: Severity| {
            self.findings
                .iter()
                .filter(|finding| finding.severity == severity)
                .count()
        };
        let Self {
            works,
            probable,
            unresolved,
            ..
        } = self;
        let certain = works - probable - unresolved;
        let mut summary = format!(
            "{} checked: {certain} certain, {probable} probable, {unresolved} unresolved\n",
            counted(*works, "work")
        );
        if self.findings.is_empty() {
            summary.push_str("no findings");
        } else {
            let _ = write!(
                summary,
                "{}: {}, {}, {}",
                counted(self.findings.len(), "finding"),
                counted(count(Severity::Error), "error"),
                counted(count(Severity::Warning), "warning"),
                counted(count(Severity::Notice), "note")
            );
        }
        let fixable = self
            .findings
            .iter()
            .filter(|finding| finding.fixable)
            .count();
        if fixable > 0 {
            let _ = write!(summary, "; --fix mends {fixable} of them");
        }
        summary
    }
}

/// "1 note", "2 notes".
fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The findings for people: where an entry comes from a file, with file and line before it, as compilers
/// tell them.
fn text(findings: &[Finding]) -> String {
    let bold = anstyle::Style::new().bold();
    let dim = anstyle::Style::new().dimmed();
    let mut text = String::new();
    for finding in findings {
        if let (Some(file), Some(line)) = (&finding.file, finding.line) {
            let _ = write!(text, "{file}:{line}: ");
        }
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Notice => "note",
        };
        let _ = write!(text, "{bold}{}{bold:#}", finding.key);
        if let Some(field) = &finding.field {
            let _ = write!(text, ", {field}");
        }
        let Finding {
            message,
            help,
            rule,
            ..
        } = finding;
        let _ = writeln!(
            text,
            ": {severity}: {message} {dim}[{rule}]{dim:#}\n    {help}"
        );
    }
    text
}
