//! The losses of a conversion: what a format could not hold, field by field.
//!
//! Every reference that is written is read again, and the difference is the loss. What has no CSL
//! variable is known from the schema.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::bibtex::schema::{self, CslMapping};
use super::bibtex::{self, Strings};
use crate::language;
use crate::model::markup::{plain, without_nocase};
use crate::model::{CslDate, CslItem, CslName, CslValue, Doi, EdtfDate, Entry};
use crate::text::single_spaced;

/// A value that a format could not hold.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Loss {
    /// The citation key.
    pub key: String,
    /// The CSL variable, or the BibLaTeX field that has none; the entry type and key are called
    /// `type` and `key`.
    pub field: String,
    /// The reason, as the end of a sentence whose subject is the field.
    pub reason: String,
}

/// Returns what differs between `item` and `back`, the item read from its written form; `format` is
/// the name for messages.
pub fn compare(item: &CslItem, back: Option<&CslItem>, format: &str) -> Vec<Loss> {
    let loss = |field: &str, reason: String| Loss {
        key: item.id.clone(),
        field: field.to_owned(),
        reason,
    };
    let Some(back) = back else {
        return vec![loss("key", format!("cannot be written as {format}"))];
    };
    let mut losses = Vec::new();
    if item.id != back.id {
        losses.push(loss("key", becomes(&back.id)));
    }
    if item.item_type != back.item_type && !item.item_type.is_empty() {
        losses.push(loss("type", becomes(&back.item_type)));
    }
    for (variable, value) in &item.variables {
        match back.variables.get(variable) {
            // An empty variable holds nothing.
            None if is_empty(value) => {}
            // A short title that begins the title was made of it, or can be.
            None if variable == "title-short" && begins_title(value, back) => {}
            // The address of the DOI says nothing that the DOI does not say.
            None if variable == "URL" && is_address_of_doi(value, back) => {}
            None => losses.push(loss(variable, format!("is not supported by {format}"))),
            Some(other) if same_value(value, other) && lacks_et_al(value, other) => {
                losses.push(loss(
                    variable,
                    "loses its \u{201c}et al.\u{201d}".to_owned(),
                ));
            }
            Some(other) if same_value(value, other) => {}
            // A host without a path is the same address with and without a slash.
            Some(CslValue::Text(other)) if variable == "URL" && same_address(value, other) => {}
            Some(other) if variable == "language" && same_language(value, other) => {}
            Some(other) => losses.push(loss(variable, becomes(&value_text(other)))),
        }
    }
    losses
}

fn begins_title(short: &CslValue, item: &CslItem) -> bool {
    let title = item.text("title").as_deref().map(without_markup);
    match (short, title) {
        (CslValue::Text(short), Some(title)) => title.starts_with(&without_markup(short)),
        _ => false,
    }
}

/// Returns a text as it is compared, without markup, and in small letters.
fn without_markup(text: &str) -> String {
    text_of(&CslValue::Text(plain(text)))
        .unwrap_or_default()
        .to_lowercase()
}

fn is_address_of_doi(url: &CslValue, item: &CslItem) -> bool {
    let doi = item.text("DOI");
    matches!(url, CslValue::Text(url) if doi.is_some_and(|doi| Doi::is_at(&doi, url)))
}

/// Returns whether two lists differ only in that the first goes on with "et al.".
fn lacks_et_al(one: &CslValue, other: &CslValue) -> bool {
    match (one, other) {
        (CslValue::Names(one), CslValue::Names(other)) => is_truncated(one) && !is_truncated(other),
        _ => false,
    }
}

/// Returns whether a list goes on with "et al."
pub(crate) fn is_truncated(names: &[CslName]) -> bool {
    names
        .last()
        .is_some_and(|last| last.truncated == Some(true))
}

fn same_address(one: &CslValue, other: &str) -> bool {
    matches!(one, CslValue::Text(one) if one.trim_end_matches('/') == other.trim_end_matches('/'))
}

/// Returns whether two values name one language in the same region, in whatever spelling.
fn same_language(one: &CslValue, other: &CslValue) -> bool {
    let tag = |value: &CslValue| match value {
        CslValue::Text(name) => language::tag_of(name).map(Cow::into_owned),
        _ => None,
    };
    tag(one).is_some_and(|one| tag(other) == Some(one))
}

fn becomes(text: &str) -> String {
    const LONGEST: usize = 60;
    let text = single_spaced(text);
    let shortened: String = text.chars().take(LONGEST).collect();
    let ellipsis = if shortened.len() < text.len() {
        "\u{2026}"
    } else {
        ""
    };
    format!("becomes \u{201c}{shortened}{ellipsis}\u{201d}")
}

/// Returns the fields of an entry without a CSL variable, which are lost when it is exported as an
/// item. This includes fields for layout and sorting.
pub(crate) fn fields_without_variable(work: &Entry, format: &str) -> Vec<Loss> {
    let mut losses: Vec<Loss> = Vec::new();
    for field in work.fields() {
        let name = field.name.to_ascii_lowercase();
        let said_before = losses.iter().any(|loss| loss.field == name);
        let is_carried = match schema::field(&name).map(|field| field.csl) {
            Some(CslMapping::Variable(_) | CslMapping::Part) => true,
            Some(CslMapping::Unless(other)) if work.field(other).is_some() => true,
            Some(CslMapping::Nothing) => false,
            Some(CslMapping::Depends | CslMapping::Unless(_)) => changes_item(work, field.name),
            None => {
                schema::variable_of_field(field.name).is_some() && changes_item(work, field.name)
            }
        };
        if !is_carried && !said_before {
            losses.push(Loss {
                key: work.key.clone(),
                field: name,
                reason: format!("is not supported by {format}"),
            });
        }
    }
    losses
}

/// Returns whether the CSL item is different without a field.
fn changes_item(work: &Entry, field: &str) -> bool {
    let item = |work: &Entry| bibtex::derive(work, &Strings::default(), &|_| None).item;
    item(work) != item(&work.without_field(field))
}

fn is_empty(value: &CslValue) -> bool {
    match value {
        CslValue::Text(text) => text.trim().is_empty(),
        CslValue::Names(names) => names.is_empty(),
        CslValue::Date(date) => **date == CslDate::default(),
        CslValue::Other(other) => other.is_null(),
        CslValue::Number(_) => false,
    }
}

/// Returns `back` with the values of `item` wherever they are equivalent, so that only real
/// differences remain. A short title that merely begins the title is removed, because it was
/// derived.
pub fn reconciled(item: &CslItem, back: &CslItem) -> CslItem {
    let mut reconciled = back.clone();
    for (variable, value) in reconciled.variables.iter_mut() {
        if let Some(own) = item.variables.get(variable)
            && same_value(own, value)
        {
            *value = own.clone();
        }
    }
    if let (None, Some(short), Some(title)) = (
        item.text("title-short"),
        back.text("title-short"),
        item.text("title"),
    ) && title.starts_with(&short)
    {
        reconciled.variables.remove("title-short");
    }
    reconciled
}

/// Returns whether two values are equivalent: numbers may be texts, all dashes and apostrophes are
/// alike, and marks that protect case are ignored.
fn same_value(one: &CslValue, other: &CslValue) -> bool {
    if one == other {
        return true;
    }
    match (one, other) {
        (CslValue::Names(one), CslValue::Names(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| same_name(one, other))
        }
        (CslValue::Date(one), CslValue::Date(other)) => same_date(one, other),
        _ => match (text_of(one), text_of(other)) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        },
    }
}

fn text_of(value: &CslValue) -> Option<String> {
    let text = match value {
        CslValue::Text(text) => text.clone(),
        CslValue::Number(number) => number.to_string(),
        CslValue::Other(Json::Number(number)) => number.to_string(),
        _ => return None,
    };
    let text = without_nocase(&text)
        .replace("--", "-")
        .replace(['\u{2013}', '\u{2010}', '\u{2011}'], "-")
        // TeX has one sign for the apostrophe.
        .replace('\u{2019}', "'")
        .replace("\\-", "-");
    Some(single_spaced(&text))
}

fn same_name(one: &CslName, other: &CslName) -> bool {
    normal_name(one) == normal_name(other)
}

/// Returns a name in a canonical form: a name of one part is a literal one.
fn normal_name(name: &CslName) -> CslName {
    let part = |part: &Option<String>| {
        let part = part.as_ref().filter(|part| !part.is_empty())?;
        // TeX has one sign for the apostrophe.
        Some(part.replace('\u{2019}', "'"))
    };
    let mut normal = CslName {
        // Where a format has no place for a particle, it is kept with the part that it is printed with.
        family: part(&Some(name.family_with_particle())),
        given: part(&Some(name.given_with_particle())),
        suffix: part(&name.suffix),
        literal: part(&name.literal),
        ..CslName::default()
    };
    let has_one_part =
        normal.literal.is_none() && normal.given.is_none() && normal.suffix.is_none();
    if has_one_part {
        normal.literal = normal.family.take();
    }
    normal
}

fn same_date(one: &CslDate, other: &CslDate) -> bool {
    let (one, other) = (resolved_date(one), resolved_date(other));
    one.date_parts == other.date_parts
        && one.literal == other.literal
        && season(&one) == season(&other)
        && truth(one.circa.as_ref()) == truth(other.circa.as_ref())
}

fn season(date: &CslDate) -> Option<String> {
    Some(match date.season.as_ref()? {
        Json::String(season) => season.clone(),
        season => season.to_string(),
    })
}

/// Returns whether a CSL-JSON value is true: `true`, `1` or `"true"`.
pub(crate) fn truth(value: Option<&Json>) -> bool {
    match value {
        Some(Json::Bool(truth)) => *truth,
        Some(Json::Number(number)) => number.as_i64() != Some(0),
        Some(Json::String(text)) => !matches!(text.as_str(), "" | "0" | "false"),
        _ => false,
    }
}

/// Returns a date in parts: EDTF and words are parsed, and become a literal date if that fails.
pub(crate) fn resolved_date(date: &CslDate) -> CslDate {
    let written = date.edtf.as_ref().or(date.raw.as_ref());
    let Some(written) = written.filter(|_| date.date_parts.is_empty()) else {
        return CslDate {
            raw: None,
            edtf: None,
            ..date.clone()
        };
    };
    let mut resolved = match written.trim().parse::<EdtfDate>() {
        Ok(edtf) => edtf.to_csl(),
        Err(_) => bibtex::date_in_words(written),
    };
    resolved.circa = resolved.circa.or_else(|| date.circa.clone());
    resolved.season = resolved.season.or_else(|| date.season.clone());
    resolved.literal = resolved.literal.or_else(|| date.literal.clone());
    resolved
}

fn value_text(value: &CslValue) -> String {
    match value {
        CslValue::Text(text) => text.clone(),
        CslValue::Number(number) => number.to_string(),
        CslValue::Names(names) => names
            .iter()
            .map(CslName::reading_order)
            .collect::<Vec<_>>()
            .join("; "),
        CslValue::Date(date) => match &date.literal {
            Some(literal) => literal.clone(),
            None => {
                let dates = date.date_parts.iter().map(|parts| {
                    let parts = parts.iter().map(|part| format!("{part:02}"));
                    parts.collect::<Vec<_>>().join("-")
                });
                dates.collect::<Vec<_>>().join("/")
            }
        },
        CslValue::Other(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(json: &str) -> CslItem {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_says_the_same_is_no_loss() {
        let one = item(
            r#"{"id":"k","type":"book","volume":2,"page":"1–3","issued":{"raw":"2001-05"},
                "author":[{"family":"Plato"}],"title":"The <span class=\"nocase\">GPL</span>"}"#,
        );
        let other = item(
            r#"{"id":"k","type":"book","volume":"2","page":"1--3","issued":{"date-parts":[[2001,"5"]]},
                "author":[{"literal":"Plato"}],"title":"The GPL","ISBN":"1"}"#,
        );
        assert_eq!(compare(&one, Some(&other), "X"), []);
    }

    /// Checks the schema on the bundled bibliographies: removing a field that is not reported as lost changes
    /// the item.
    #[cfg(feature = "library")]
    #[test]
    fn fields_that_are_not_lost_say_something() {
        // Inherited fields and a year beside a date are tested elsewhere.
        const ELSEWHERE: [&str; 4] = ["crossref", "xdata", "year", "keywords"];
        let mut untrue = Vec::new();
        for text in [crate::bundled::CHAPTER.text, crate::bundled::COMMONS.text] {
            for work in bibtex::read(text).works() {
                let lost = fields_without_variable(work, "CSL");
                for field in work.fields() {
                    let name = field.name.to_lowercase();
                    // It is lost, although it protects the capitals of the original title.
                    if name == "origlanguage" {
                        continue;
                    }
                    let is_lost = lost.iter().any(|loss| loss.field == name);
                    let is_silent =
                        !changes_item(work, &name) && !ELSEWHERE.contains(&name.as_str());
                    if is_lost != is_silent {
                        untrue.push(format!("{}: {name}", work.key));
                    }
                }
            }
        }
        assert_eq!(untrue, [""; 0]);
    }

    #[test]
    fn every_loss_is_named() {
        let one = item(r#"{"id":"k","type":"interview","scale":"1:2","title":"a","note":""}"#);
        let other = item(r#"{"id":"k","type":"document","title":"b"}"#);
        let losses = compare(&one, Some(&other), "X");
        let found: Vec<_> = losses
            .iter()
            .map(|loss| (loss.field.as_str(), loss.reason.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("type", "becomes “document”"),
                ("scale", "is not supported by X"),
                ("title", "becomes “b”"),
            ]
        );
    }
}
