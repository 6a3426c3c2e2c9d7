//! What `peerbib check` prints: the findings by rule, and a table of how many there are.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::cli::ui::{TerminalStyle, counted, wrapped};
use peerbib::checks::{CheckRule, Finding, RULES, Severity};

/// The findings in all works.
#[derive(Default)]
pub(super) struct CheckReport {
    pub(super) findings: Vec<Finding>,
    works: usize,
    unverified: usize,
    /// Whether a file has entries that could not be read.
    pub(super) unread: bool,
}

/// The numbers of findings of a rule.
#[derive(Debug, Clone, Copy, Default)]
struct RuleCounts {
    errors: usize,
    warnings: usize,
    notes: usize,
    fixable: usize,
}

impl RuleCounts {
    fn add(&mut self, finding: &Finding) {
        *match finding.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Notice => &mut self.notes,
        } += 1;
        self.fixable += usize::from(finding.fixable);
    }

    fn total(&self) -> usize {
        self.errors + self.warnings + self.notes
    }
}

impl CheckReport {
    pub(super) fn add(&mut self, is_unverified: bool, findings: Vec<Finding>) {
        self.works += 1;
        self.unverified += usize::from(is_unverified);
        self.findings.extend(findings);
    }

    /// Returns the findings in the order of the rules.
    fn by_rule(&self) -> Vec<(&'static str, Vec<&Finding>)> {
        let place = |name: &str| RULES.iter().position(|rule| rule.name == name);
        // The rules of other programs, such as Typst, have no place among ours.
        let mut rules: BTreeMap<(Option<usize>, &'static str), Vec<&Finding>> = BTreeMap::new();
        for finding in &self.findings {
            let rule = (place(finding.rule), finding.rule);
            rules.entry(rule).or_default().push(finding);
        }
        rules
            .into_iter()
            .map(|((_, rule), findings)| (rule, findings))
            .collect()
    }

    /// Returns the findings under a heading for each rule, at most `limit` of each.
    pub(super) fn text(&self, limit: usize) -> String {
        let bold = TerminalStyle::Bold;
        let dim = TerminalStyle::Dimmed;
        let mut text = String::new();
        for (rule, findings) in self.by_rule() {
            let known: Option<&CheckRule> = RULES.iter().find(|known| known.name == rule);
            let about = known.map_or(String::new(), |known| format!(": {}", known.about));
            let heading = format!("{rule}{about} ({})", findings.len());
            let _ = writeln!(text, "{bold}{}{bold:#}", wrapped(&heading, 0));
            let mut help = "";
            for finding in findings.iter().take(limit) {
                let _ = writeln!(text, "  {}", wrapped(&line(finding), 4));
                // The same advice is given once.
                if finding.help != help && !finding.help.is_empty() {
                    let _ = writeln!(text, "    {dim}{}{dim:#}", wrapped(&finding.help, 4));
                }
                help = &finding.help;
            }
            if findings.len() > limit {
                let _ = writeln!(text, "  \u{2026} and {} more", findings.len() - limit);
            }
            text.push('\n');
        }
        text
    }

    /// Returns a table of how many findings each rule has; nothing without findings.
    pub(super) fn table(&self) -> String {
        let rows: Vec<(&str, RuleCounts)> = self
            .by_rule()
            .into_iter()
            .map(|(rule, findings)| {
                let mut counts = RuleCounts::default();
                findings.iter().for_each(|finding| counts.add(finding));
                (rule, counts)
            })
            .collect();
        if rows.is_empty() {
            return String::new();
        }
        let width = rows.iter().map(|(rule, _)| rule.len()).max();
        let width = width.unwrap_or_default();
        let mut text = format!(
            "{:width$}  {:>8}  {:>8}  {:>8}  {:>8}\n",
            "", "errors", "warnings", "notes", "fixable"
        );
        for (rule, counts) in rows {
            let shown = |count: usize| match count {
                0 => String::new(),
                count => count.to_string(),
            };
            let line = format!(
                "{rule:width$}  {:>8}  {:>8}  {:>8}  {:>8}",
                shown(counts.errors),
                shown(counts.warnings),
                shown(counts.notes),
                shown(counts.fixable)
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }

    /// Returns how many works were checked and how much was found; `limit` is how many findings of each rule were
    /// printed.
    pub(super) fn summary(&self, limit: usize) -> String {
        let mut summary = format!("{} checked", counted(self.works, "work"));
        if self.unverified > 0 {
            let _ = write!(summary, ", {} of them unverified", self.unverified);
        }
        summary.push('\n');
        if self.findings.is_empty() {
            summary.push_str("no findings");
            return summary;
        }
        let mut counts = RuleCounts::default();
        self.findings.iter().for_each(|finding| counts.add(finding));
        let _ = write!(
            summary,
            "{}: {}, {}, {}",
            counted(counts.total(), "finding"),
            counted(counts.errors, "error"),
            counted(counts.warnings, "warning"),
            counted(counts.notes, "note")
        );
        if counts.fixable > 0 {
            let _ = write!(summary, "; --fix can fix {}", counts.fixable);
        }
        if limit > 0 && self.by_rule().iter().any(|(_, all)| all.len() > limit) {
            summary.push_str("\n--limit 0 prints all findings, --rule RULE all of one rule");
        }
        summary
    }
}

/// Returns a finding as one line. Those in files start with file and line, like the messages of compilers.
fn line(finding: &Finding) -> String {
    let bold = TerminalStyle::Bold;
    let mut text = String::new();
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
    let _ = write!(text, ": {severity}: {}", finding.message);
    text
}
