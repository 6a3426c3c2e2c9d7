//! The values of an entry as a person reads them.

use std::borrow::Cow;

use super::abbreviations::Strings;
use super::inheritance::resolve;
use super::names::{read_names, split_list};
use super::schema::{self, ValueKind};
use super::tex::plain;
use super::to_csl::verbatim;
use crate::model::{Entry, Name};
use crate::text::single_spaced;

/// A field as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadableField {
    /// The name, as written.
    pub name: String,
    /// The value without TeX.
    pub value: String,
    /// The key of the entry that the value is inherited from.
    pub inherited_from: Option<String>,
}

/// Returns the fields of an entry as a person reads them, in its own order, and then those that it inherits. Empty
/// fields are left out. `strings` are the abbreviations of its file, and `parents` finds the entries that `crossref`
/// and `xdata` name.
pub fn readable_fields<'a>(
    work: &'a Entry,
    strings: &Strings,
    parents: &dyn Fn(&str) -> Option<Cow<'a, Entry>>,
) -> Vec<ReadableField> {
    let own_strings = strings.of_entry(&work.key);
    let own = work.fields().map(|field| ReadableField {
        name: field.name.to_owned(),
        value: readable(field.name, &own_strings.resolve(field.value).text),
        inherited_from: None,
    });
    let mut fields: Vec<ReadableField> = own.collect();
    let all = resolve(work, strings, parents);
    let ancestors: Vec<(String, Vec<String>)> = all
        .parents
        .iter()
        .filter_map(|key| {
            let parent = parents(key)?;
            let resolved = resolve(&parent, strings, &|key| {
                parents(key).map(|parent| Cow::Owned(parent.into_owned()))
            });
            let values = resolved.fields.into_iter();
            let values = values.map(|(_, value)| value.into_owned()).collect();
            Some((key.clone(), values))
        })
        .collect();
    for (name, value) in &all.fields {
        if work.field(name).is_some() {
            continue;
        }
        let from = ancestors
            .iter()
            .find(|(_, values)| values.iter().any(|own| own == value));
        if let Some((key, _)) = from {
            fields.push(ReadableField {
                name: name.clone().into_owned(),
                value: readable(name, value),
                inherited_from: Some(key.clone()),
            });
        }
    }
    fields.retain(|field| !field.value.is_empty());
    fields
}

/// Returns the value of a field, TeX without delimiters, as a person reads it.
pub fn readable(field: &str, tex: &str) -> String {
    let kind = schema::field(&field.to_ascii_lowercase()).map_or(ValueKind::Text, |row| row.data);
    let text = match kind {
        ValueKind::Names => names(tex),
        ValueKind::List => {
            let items: Vec<String> = split_list(tex).into_iter().map(plain).collect();
            items.join("; ")
        }
        ValueKind::Verbatim | ValueKind::Keys => verbatim(tex),
        ValueKind::Separated | ValueKind::Date | ValueKind::Title | ValueKind::Text => plain(tex),
    };
    single_spaced(&text)
}

/// Returns names as they are read: “Ada Wren, Bo Finch and Cy Dunn”.
fn names(tex: &str) -> String {
    let mut others = false;
    let names: Vec<String> = read_names(tex)
        .into_iter()
        .filter_map(|name| match name {
            Name::Person(person) => {
                let parts = [
                    &person.given,
                    &person.prefix,
                    &person.family,
                    &person.suffix,
                ];
                let parts: Vec<&str> = parts
                    .into_iter()
                    .map(String::as_str)
                    .filter(|part| !part.is_empty())
                    .collect();
                Some(parts.join(" "))
            }
            Name::Corporate(name) => Some(name),
            Name::Others => {
                others = true;
                None
            }
        })
        .collect();
    match names.split_last() {
        _ if others => format!("{} et al.", names.join(", ")),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::bibtex::parse_entry;

    #[test]
    fn values_are_read_without_tex() {
        for (field, tex, expected) in [
            (
                "title",
                "The {GPL} Society: {\\\"O}konux",
                "The GPL Society: Ökonux",
            ),
            (
                "author",
                "Wren, Ada and {Free Software Foundation} and van Dunn, Cy",
                "Ada Wren, Free Software Foundation and Cy van Dunn",
            ),
            ("author", "Wren, Ada and others", "Ada Wren et al."),
            (
                "publisher",
                "MIT Press and {Beck and Sons}",
                "MIT Press; Beck and Sons",
            ),
            (
                "url",
                "https://example.org/a\\_b",
                "https://example.org/a_b",
            ),
            ("pages", "12--34", "12–34"),
            ("note", "{}", ""),
        ] {
            assert_eq!(readable(field, tex), expected, "{field} = {tex}");
        }
    }

    #[test]
    fn inherited_values_name_the_entry_that_they_come_from() {
        let part =
            parse_entry("@incollection{part, title = {Part}, note = {{}}, crossref = {whole}}")
                .unwrap();
        let whole = parse_entry("@collection{whole, title = {Whole}, publisher = {P}}").unwrap();
        let parents = |key: &str| (key == "whole").then(|| Cow::Owned(whole.clone()));
        let fields = readable_fields(&part, &Strings::default(), &parents);
        let shown: Vec<_> = fields
            .iter()
            .map(|field| {
                let from = field.inherited_from.as_deref().unwrap_or("itself");
                format!("{}: {} ({from})", field.name, field.value)
            })
            .collect();
        assert_eq!(
            shown,
            [
                "title: Part (itself)",
                "crossref: whole (itself)",
                "booktitle: Whole (whole)",
                "publisher: P (whole)"
            ]
        );
    }
}
