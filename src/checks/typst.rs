//! How Typst reads an entry.
//!
//! Typst reads `.bib` files with the `biblatex` crate and prints them from the entries that
//! `hayagriva` makes of them. The check runs these two crates, so that the answer is Typst's own: whether
//! it refuses the entry (and with it the whole file), which fields it drops, and which it reads
//! differently.

use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};

use biblatex::{Bibliography, EntryType as TexType, ParseError};
use hayagriva::types::EntryType as TypstType;

use super::{Finding, Severity};
use crate::formats::bibtex::schema::{self, CslMapping};
use crate::formats::bibtex::{self, Strings, ValuePart};
use crate::model::{CslDate, CslItem, CslName, Entry};
use crate::text::words;

const REFUSED: &str = "typst-refused";
const DROPPED: &str = "typst-dropped";
const DIFFERENT: &str = "typst-different";

/// The maximal depth of braces in the input of Typst's crates.
const DEEPEST: usize = 64;

/// The maximum number of entries from which one may inherit, counted once for each path to them.
const MOST_ANCESTORS: usize = 256;

/// Returns what Typst would refuse, drop or read differently in an entry. `strings` are the
/// abbreviations of its file, and `parents` gives the entries that `crossref` and `xdata` name.
///
/// A panic of Typst's crates becomes a finding. Its message is printed, too, unless the program has set a panic hook
/// that does not print it.
pub fn findings<'a>(
    work: &'a Entry,
    strings: &'a Strings,
    parents: &'a dyn Fn(&str) -> Option<Cow<'a, Entry>>,
) -> Vec<Finding> {
    let check = TypstCheck {
        work,
        strings,
        parents,
    };
    match caught(|| check.findings()) {
        Ok(findings) => findings,
        Err(reason) => vec![check.refused(None, format!("Typst crashes: {reason}"))],
    }
}

/// Returns the finding on an entry whose key another entry of the file has.
pub fn duplicate_key(work: &Entry) -> Finding {
    finding(
        work,
        None,
        REFUSED,
        Severity::Error,
        "another entry has this key".to_owned(),
        "Typst refuses the whole file; change one of the keys".to_owned(),
    )
}

fn finding(
    work: &Entry,
    field: Option<&str>,
    rule: &'static str,
    severity: Severity,
    message: String,
    help: String,
) -> Finding {
    Finding {
        key: work.key.clone(),
        file: None,
        line: None,
        field: field.map(str::to_owned),
        rule,
        severity,
        message,
        help,
        fixable: false,
    }
}

/// Runs a task and returns the message of its panic: the crates unwrap numbers that do not fit.
fn caught<T>(task: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(task)).map_err(|panic| message_of(panic.as_ref()))
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason given".to_owned())
}

struct TypstCheck<'a> {
    work: &'a Entry,
    strings: &'a Strings,
    parents: &'a dyn Fn(&str) -> Option<Cow<'a, Entry>>,
}

impl<'a> TypstCheck<'a> {
    fn findings(&self) -> Vec<Finding> {
        let tex = match self.parse() {
            Ok(Some(tex)) => tex,
            Ok(None) => return vec![self.refused(None, "Typst finds no entry here".to_owned())],
            Err(finding) => return vec![*finding],
        };
        let typst = match hayagriva::Entry::try_from(&tex) {
            Ok(typst) => typst,
            Err(error) => {
                let field = self.field_at_fault(&tex);
                return vec![self.cannot_read(field.as_deref(), &error.kind.to_string())];
            }
        };
        // Data for other entries is not printed itself.
        if self.work.kind() == "xdata" {
            return Vec::new();
        }
        let item = self.item(&self.with_inherited());
        let mut findings = Vec::new();
        findings.extend(self.type_differs(&tex, &typst, &item));
        let dropped = self.dropped(&tex, &typst);
        let is_kept = |finding: &Finding| {
            !dropped
                .iter()
                .any(|(field, _)| finding.field.as_deref() == Some(field))
        };
        let differences = [
            self.title_differs(&typst),
            self.names_differ("author", typst.authors()),
            self.names_differ("editor", typst.editors()),
            self.date_differs(&typst, &item),
        ];
        findings.extend(differences.into_iter().flatten().filter(is_kept));
        findings.extend(dropped.iter().map(|(field, name)| {
            finding(
                self.work,
                Some(field),
                DROPPED,
                if is_usually_printed(name) {
                    Severity::Warning
                } else {
                    Severity::Notice
                },
                "Typst does not print this field".to_owned(),
                help_for(name),
            )
        }));
        findings
    }

    fn refused(&self, field: Option<&str>, message: String) -> Finding {
        let help = "Typst refuses the whole file until this is corrected".to_owned();
        finding(self.work, field, REFUSED, Severity::Error, message, help)
    }

    fn cannot_read(&self, field: Option<&str>, reason: &str) -> Finding {
        self.refused(field, format!("Typst cannot read this: {reason}"))
    }

    /// Returns the entry as Typst parses it, with what it inherits.
    fn parse(&self) -> Result<Option<biblatex::Entry>, Box<Finding>> {
        let refuse = |message: &str| Box::new(self.refused(None, message.to_owned()));
        if depth(self.work.source()) > DEEPEST {
            return Err(refuse("braces are nested too deeply for Typst"));
        }
        let ancestors = self
            .ancestors()
            .ok_or_else(|| refuse("Typst crashes on a cycle of crossref or xdata"))?;
        let mut text = self.definitions();
        let start = text.len();
        text.push_str(self.work.source());
        text.push('\n');
        let parsed = |text: &str| Bibliography::parse(text);
        if let Err(error) = parsed(&text) {
            return Err(Box::new(self.parse_error(&error, start)));
        }
        // Errors in a parent are reported there.
        for ancestor in ancestors {
            let before = text.len();
            text.push_str(ancestor.source());
            text.push('\n');
            if depth(ancestor.source()) > DEEPEST || parsed(&text).is_err() {
                text.truncate(before);
            }
        }
        let bibliography = parsed(&text).map_err(|error| self.parse_error(&error, start))?;
        Ok(bibliography.iter().next().cloned())
    }

    /// Returns the entries from which this one inherits, directly or through others; `None` if
    /// there are too many, as in a cycle: the crate recurses into each of them without a check.
    fn ancestors(&self) -> Option<Vec<Cow<'a, Entry>>> {
        let mut found: Vec<Cow<'a, Entry>> = Vec::new();
        let mut pending = parent_keys(self.work, self.strings);
        let mut visits = 0;
        while let Some(key) = pending.pop() {
            let Some(parent) = (self.parents)(&key) else {
                continue;
            };
            visits += 1;
            if visits > MOST_ANCESTORS {
                return None;
            }
            pending.extend(parent_keys(&parent, self.strings));
            if found.iter().all(|known| known.key != parent.key) {
                found.push(parent);
            }
        }
        Some(found)
    }

    /// Returns the `@string`s that the entry uses.
    fn definitions(&self) -> String {
        let mut text = String::new();
        let mut defined = BTreeSet::new();
        for field in self.work.fields() {
            for part in bibtex::parts(field.value) {
                if let ValuePart::Name(name) = part
                    && self.strings.is_user_defined(name)
                    && defined.insert(name.to_lowercase())
                    && let Some(value) = self.strings.get(name)
                {
                    text.push_str(&format!("@string{{{name} = {{{value}}}}}\n"));
                }
            }
        }
        text
    }

    fn parse_error(&self, error: &ParseError, start: usize) -> Finding {
        let at = error.span.start.saturating_sub(start);
        let field = bibtex::field_at(self.work.source(), at);
        self.cannot_read(field.as_deref(), &error.kind.to_string())
    }

    /// Returns the field without which hayagriva would accept the entry.
    fn field_at_fault(&self, tex: &biblatex::Entry) -> Option<String> {
        let mut names = self.work.fields().map(|field| field.name);
        names
            .find(|name| hayagriva::Entry::try_from(&without(tex, name)).is_ok())
            .map(str::to_owned)
    }

    fn item(&self, work: &Entry) -> CslItem {
        bibtex::derive(work, self.strings, &|_| None).item
    }

    /// Returns the fields, inherited ones included, that CSL styles print and Typst does not: as they are written,
    /// and in lower case.
    fn dropped(&self, tex: &biblatex::Entry, typst: &hayagriva::Entry) -> Vec<(String, String)> {
        let whole = self.with_inherited();
        let item = self.item(&whole);
        let mut dropped = Vec::new();
        for field in whole.fields() {
            let name = field.name;
            if !is_printed(name) {
                continue;
            }
            let without_it = without(tex, name);
            if hayagriva::Entry::try_from(&without_it).as_ref() != Ok(typst) {
                continue;
            }
            if self.item(&whole.without_field(name)) != item {
                let mut own = self.work.fields().map(|field| field.name);
                let written = own.find(|own| own.eq_ignore_ascii_case(name));
                dropped.push((written.unwrap_or(name).to_owned(), name.to_owned()));
            }
        }
        dropped
    }

    /// Returns the entry with what it inherits as fields of its own.
    fn with_inherited(&self) -> Entry {
        let parents = |key: &str| (self.parents)(key);
        let resolved = bibtex::resolve(self.work, self.strings, &parents);
        let fields = resolved
            .fields
            .iter()
            .filter(|(name, _)| !matches!(&**name, "crossref" | "xdata"))
            .map(|(name, value)| (name.as_ref().to_owned(), value.as_ref().to_owned()));
        bibtex::new_work(self.work.entry_type(), &self.work.key, fields.collect())
    }

    fn type_differs(
        &self,
        tex: &biblatex::Entry,
        typst: &hayagriva::Entry,
        item: &CslItem,
    ) -> Option<Finding> {
        let is_misc = *typst.entry_type() == TypstType::Misc && tex.entry_type != TexType::Misc;
        (is_misc && item.item_type != "document").then(|| {
            finding(
                self.work,
                None,
                DIFFERENT,
                Severity::Notice,
                format!("Typst treats @{} as @misc", self.work.entry_type()),
                "styles may print less of it; nothing can be done in a .bib file".to_owned(),
            )
        })
    }

    fn title_differs(&self, typst: &hayagriva::Entry) -> Option<Finding> {
        let own = self.work.field("title")?;
        let own = bibtex::plain(&self.strings.resolve(own).text);
        let read = typst.title()?.to_string();
        (words(&own) != words(&read)).then(|| self.different("title", &read))
    }

    fn names_differ(
        &self,
        field: &str,
        typst: Option<&[hayagriva::types::Person]>,
    ) -> Option<Finding> {
        let own = self.work.field(field)?;
        let own = self.strings.resolve(own).text;
        let names = bibtex::read_names(&own);
        let read: Vec<String> = typst?
            .iter()
            .map(|person| person.given_first(false))
            .collect();
        let is_truncated = names.contains(&crate::model::Name::Others);
        let own: Vec<CslName> = crate::model::Name::list_to_csl(&names, true);
        let is_same = own.len() == read.len()
            && own.iter().zip(&read).all(|(own, read)| {
                let (mut own, mut read) = (words(&own.reading_order()), words(read));
                own.sort();
                read.sort();
                own == read
            });
        (!is_same || is_truncated).then(|| self.different(field, &read.join("; ")))
    }

    fn date_differs(&self, typst: &hayagriva::Entry, item: &CslItem) -> Option<Finding> {
        let own = item.date("issued")?;
        let read = typst.date()?;
        let parts = |date: &CslDate, index: usize| date.date_parts.get(index).cloned();
        let read_parts: Vec<i32> = std::iter::once(Some(read.year))
            .chain([read.month, read.day].map(|part| part.map(|part| i32::from(part) + 1)))
            .map_while(|part| part)
            .collect();
        let is_range = parts(own, 1).is_some();
        let is_same = parts(own, 0).is_none_or(|own| own == read_parts || own.first() < Some(&0));
        (is_range || !is_same).then(|| {
            let field = ["date", "year"]
                .into_iter()
                .find(|name| self.work.field(name).is_some());
            let shown: Vec<String> = read_parts.iter().map(|part| format!("{part:02}")).collect();
            self.different(field.unwrap_or("date"), &shown.join("-"))
        })
    }

    fn different(&self, field: &str, read: &str) -> Finding {
        let help = match field {
            "date" | "year" => "Typst prints one date; add a range to note if it must be printed",
            "title" => "write plain characters in place of TeX commands",
            _ => {
                "write names as \u{201c}Family, Given\u{201d}, organizations in braces, and no \u{201c}others\u{201d}"
            }
        };
        finding(
            self.work,
            Some(field),
            DIFFERENT,
            Severity::Warning,
            format!("Typst prints \u{201c}{read}\u{201d}"),
            help.to_owned(),
        )
    }
}

/// Returns whether CSL styles may print a field, rather than only heed it.
fn is_printed(name: &str) -> bool {
    const NEVER: &[&str] = &["keywords", "langid", "langidopts", "language", "options"];
    match schema::field(name) {
        Some(field) => field.csl != CslMapping::Nothing && !NEVER.contains(&name),
        None => schema::variable_of_field(name).is_some(),
    }
}

/// Returns whether most CSL styles print a field.
fn is_usually_printed(name: &str) -> bool {
    const SELDOM: &[&str] = &["issn", "library", "pmcid", "pmid", "shortjournal"];
    schema::field(name).is_some() && !SELDOM.contains(&name)
}

fn help_for(field: &str) -> String {
    let append = |to: &str| format!("append it to {to}");
    match field {
        "subtitle" | "titleaddon" => append("title"),
        "mainsubtitle" | "maintitleaddon" => append("maintitle"),
        "booksubtitle" | "booktitleaddon" => append("booktitle"),
        "journalsubtitle" | "journaltitleaddon" => append("journaltitle"),
        "eid" => "write it as pages".to_owned(),
        "year" | "date" => "write a date such as 2001-05, or add the words to note".to_owned(),
        _ => "add it to note if it must be printed".to_owned(),
    }
}

fn without(tex: &biblatex::Entry, field: &str) -> biblatex::Entry {
    let mut rest = tex.clone();
    rest.fields.remove(&field.to_lowercase());
    rest
}

/// Returns the keys in `crossref` and `xdata`.
fn parent_keys(work: &Entry, strings: &Strings) -> Vec<String> {
    let values = ["crossref", "xdata"].map(|name| work.field(name));
    let mut keys = Vec::new();
    for value in values.into_iter().flatten() {
        let text = strings.resolve(value).text;
        let names = text.split(',').map(str::trim).filter(|key| !key.is_empty());
        keys.extend(names.map(str::to_owned));
    }
    keys
}

/// Returns the depth of the braces in a text.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        let file = bibtex::read(source);
        let by_key = file.by_key();
        let work = file.works().next().unwrap();
        let parents = |key: &str| by_key.get(key).map(|work| Cow::Borrowed(*work));
        findings(work, &file.strings, &parents)
            .into_iter()
            .map(|finding| {
                let field = finding.field.unwrap_or_default();
                format!("{field} {}: {}", finding.rule, finding.message)
            })
            .collect()
    }

    #[test]
    fn an_entry_that_typst_prints_as_it_is_has_no_findings() {
        for source in [
            "@book{a, author = {Yochai Benkler}, title = {The Wealth of {Networks}}, date = 2006, publisher = {Yale}}",
            "@article{a, author = {Benkler, Yochai and {P2P Foundation}}, title = {T}, journal = ylj, year = 2002, month = dec, \
             pages = {369--446}, keywords = {x, y}, file = {a.pdf}}@string{ylj = \"Yale Law Journal\"}",
        ] {
            assert_eq!(found(source), [""; 0], "{source}");
        }
    }

    #[test]
    fn fields_that_typst_drops_are_named() {
        assert_eq!(
            found(
                "@article{a, author = {A B}, title = {T}, subtitle = {S}, journaltitle = {J}, date = 2002, eid = {e1}}"
            ),
            [
                "subtitle typst-dropped: Typst does not print this field",
                "eid typst-dropped: Typst does not print this field",
            ]
        );
    }

    #[test]
    fn what_typst_refuses_is_an_error() {
        let refused = found("@article{a, title = {T}, journal = nowhere}");
        assert_eq!(refused.len(), 1);
        assert!(
            refused[0].starts_with("journal typst-refused: "),
            "{refused:?}"
        );
        let cycle = "@inbook{a, title = {A}, crossref = {b}}@book{b, title = {B}, crossref = {a}}";
        assert_eq!(
            found(cycle),
            [" typst-refused: Typst crashes on a cycle of crossref or xdata"]
        );
        let far = "@inbook{a, title = {A}, crossref = {b}}@book{b, title = {B}, crossref = {b}}";
        assert_eq!(found(far), found(cycle));
    }

    #[test]
    fn a_crash_of_the_crates_is_a_finding() {
        assert_eq!(caught(|| panic!("at {}", 1)), Err::<(), _>("at 1".into()));
        for date in [
            "99999999999",
            "2001-00",
            "2001-13-45",
            "1999/1998/1997",
            "~",
        ] {
            let source = format!("@book{{a, title = {{T}}, date = {{{date}}}}}");
            assert_ne!(found(&source), [""; 0], "{date}");
        }
    }

    #[test]
    fn a_range_of_dates_is_printed_otherwise() {
        assert_eq!(
            found("@book{a, author = {A B}, title = {T}, date = {2001/2003}}"),
            ["date typst-different: Typst prints “2003”"]
        );
    }
}
