//! What can be shown of a work in an overview: the columns of a table, and the places of a template.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::HashMap;

use super::Failure;
use crate::checks::known;
use crate::library::full_text::{field_name, presence_expression};
use crate::library::{ByWork, Heading, Headings, Library, TagName, TimesOfWork};
use crate::spelling::{closest, question};

/// The columns that are no fields of an entry, each with what it shows, in a line. Besides these, every field
/// of BibLaTeX is one, and so is every other that some work has.
pub const COLUMNS: &[(&str, &str)] = &[
    ("key", "the citation key"),
    (
        "author",
        "the authors, or the editors of a work without authors",
    ),
    ("year", "the year of issue"),
    ("title", "the title"),
    ("type", "the BibLaTeX type"),
    ("tags", "the tags"),
    (
        "identification",
        "how sure it is which work is meant, where it is not certain",
    ),
    ("added", "the day on which the work came into the library"),
    ("changed", "the day on which its entry last changed"),
];

/// Something that can be shown of a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    Key,
    Author,
    Year,
    Title,
    Type,
    Tags,
    Identification,
    Added,
    Changed,
    /// A field of the entry, by its name in lower case.
    Field(String),
}

impl Column {
    /// The column of this name.
    ///
    /// # Errors
    ///
    /// Where nothing is called so.
    pub(super) fn named(name: &str, library: &Library) -> Result<Self, Failure> {
        let name = name.trim().to_lowercase();
        if let Some(column) = Self::known_anywhere(&name) {
            return Ok(column);
        }
        let is_in_use = !name.is_empty()
            && library.matches_full_text(&presence_expression(&field_name(&name)))?;
        if is_in_use {
            Ok(Self::Field(name))
        } else {
            Err(unknown(&name))
        }
    }

    /// Refuses a name that no column has: in any library or, where there is one, in this.
    ///
    /// # Errors
    ///
    /// Where nothing is called so.
    pub(super) fn check(name: &str, library: Option<&Library>) -> Result<(), Failure> {
        match library {
            Some(library) => Self::named(name, library).map(drop),
            None => Self::known_anywhere(&name.trim().to_lowercase())
                .map(drop)
                .ok_or_else(|| unknown(name)),
        }
    }

    /// The column of this name, which every library has.
    fn known_anywhere(name: &str) -> Option<Self> {
        Some(match name {
            "key" | "citekey" => Self::Key,
            "author" | "authors" => Self::Author,
            "year" => Self::Year,
            "title" => Self::Title,
            "type" => Self::Type,
            "tag" | "tags" => Self::Tags,
            "identification" => Self::Identification,
            "added" => Self::Added,
            "changed" => Self::Changed,
            field if known::FIELDS.contains(&field) => Self::Field(field.to_owned()),
            _ => return None,
        })
    }

    /// What stands at the head of the column.
    pub(super) fn heading(&self) -> &str {
        match self {
            Self::Key => "key",
            Self::Author => "author",
            Self::Year => "year",
            Self::Title => "title",
            Self::Type => "type",
            Self::Tags => "tags",
            Self::Identification => "identification",
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Field(name) => name,
        }
    }
}

fn unknown(name: &str) -> Failure {
    let names = COLUMNS.iter().map(|(name, _)| *name);
    let known = names.clone().chain(known::FIELDS.iter().copied());
    let help = question(&closest(name, known.map(str::to_owned))).unwrap_or_else(|| {
        let names = names.collect::<Vec<_>>().join(", ");
        format!("there are {names}, and the fields of BibLaTeX")
    });
    Failure::usage(format_args!(
        "there is no column and no field \u{201c}{name}\u{201d}"
    ))
    .with_help(help)
}

/// What columns show of works, of which only that was read which they need.
pub(super) struct Cells {
    tags: ByWork<Vec<TagName>>,
    times: ByWork<TimesOfWork>,
    /// The values of each field that was asked for.
    fields: Vec<(String, ByWork<String>)>,
    /// Whether more than two authors are shortened.
    short: bool,
}

impl Cells {
    /// Reads what `columns` show of `works`; authors shortened, or all.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub(super) fn read(
        library: &Library,
        works: &Headings,
        columns: &[Column],
        short: bool,
    ) -> Result<Self, Failure> {
        // Most columns need no more than the headings.
        let works = LazyCell::new(|| works.works());
        let has = |column: &Column| columns.contains(column);
        let mut fields = Vec::new();
        for column in columns {
            if let Column::Field(name) = column {
                fields.push((name.clone(), library.field_values(&works, name)?));
            }
        }
        Ok(Self {
            tags: if has(&Column::Tags) {
                library.tags_of(&works)?
            } else {
                HashMap::default()
            },
            times: if has(&Column::Added) || has(&Column::Changed) {
                library.times_of(&works)?
            } else {
                HashMap::default()
            },
            fields,
            short,
        })
    }

    /// What a column shows of a work.
    pub(super) fn of<'c>(&'c self, column: &Column, work: &Heading<'c>) -> Cow<'c, str> {
        let day = |time: &'c str| Cow::Borrowed(time.get(..10).unwrap_or(time));
        let times = self.times.get(&work.id);
        match column {
            Column::Key => Cow::Borrowed(work.key),
            Column::Author if self.short => short_authors(work.authors()),
            Column::Author => Cow::Owned(work.authors().collect::<Vec<_>>().join("; ")),
            Column::Year => Cow::Borrowed(work.year),
            Column::Title => match work.title {
                Some(title) => Cow::Borrowed(title),
                None if self.short => Cow::Borrowed("[title not known]"),
                None => Cow::Borrowed(""),
            },
            Column::Type => Cow::Borrowed(work.entry_type()),
            Column::Tags => {
                let tags = self.tags.get(&work.id).into_iter().flatten();
                let tags: Vec<String> = tags.map(ToString::to_string).collect();
                Cow::Owned(tags.join(", "))
            }
            Column::Identification => Cow::Borrowed(work.identification().unwrap_or("")),
            Column::Added => times.map_or(Cow::Borrowed(""), |(added, _)| day(added)),
            Column::Changed => times.map_or(Cow::Borrowed(""), |(added, changed)| {
                day(changed.as_deref().unwrap_or(added))
            }),
            Column::Field(name) => {
                let field = self.fields.iter().find(|(field, _)| field == name);
                let value = field.and_then(|(_, values)| values.get(&work.id));
                Cow::Borrowed(value.map_or("", String::as_str))
            }
        }
    }
}

/// "Michel Bauwens", "Phoebe Moore and Athina Karatzogianni", "Alex Pazaitis and others".
fn short_authors<'a>(mut authors: impl Iterator<Item = &'a str>) -> Cow<'a, str> {
    match (authors.next(), authors.next(), authors.next()) {
        (None, ..) => Cow::Borrowed(""),
        (Some(one), None, _) => Cow::Borrowed(one),
        (Some(one), Some(two), None) => Cow::Owned([one, " and ", two].concat()),
        (Some(one), Some(_), Some(_)) => Cow::Owned([one, " and others"].concat()),
    }
}
