//! What can be shown of a work in an overview: the columns of a table, and the places of a template.

use std::collections::HashMap;

use crate::cli::CommandError;
use peerbib::checks::vocabulary;
use peerbib::library::full_text::{field_name, presence_expression};
use peerbib::library::{ByWork, Heading, Headings, Library, TagName, Times};
use peerbib::suggest::{closest, question};

/// The columns that are no fields of an entry, each with what it shows, in a line. Besides these, every field
/// of BibLaTeX is one, and so is every other that some work has.
pub(crate) const COLUMNS: &[(&str, &str)] = &[
    ("key", "the citation key"),
    ("author", "the authors, or the editors if there are none"),
    ("year", "the year of issue"),
    ("title", "the title"),
    ("type", "the BibLaTeX type"),
    ("tags", "the tags"),
    (
        "identification",
        "whether the work is certain, probable or unresolved",
    ),
    ("added", "the date of import"),
    ("changed", "the date of the last change"),
];

/// Something that can be shown of a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Column {
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
    /// If nothing is called so.
    pub(crate) fn named(name: &str, library: &Library) -> Result<Self, CommandError> {
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
    /// If nothing is called so.
    pub(crate) fn check(name: &str, library: Option<&Library>) -> Result<(), CommandError> {
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
            field if vocabulary::FIELDS.contains(&field) => Self::Field(field.to_owned()),
            _ => return None,
        })
    }

    /// Whether the headings of works say all that it shows.
    pub(crate) fn is_of_headings(&self) -> bool {
        !matches!(
            self,
            Self::Tags | Self::Added | Self::Changed | Self::Field(_)
        )
    }

    /// Whether it is cut before those that do not yield have to be.
    pub(crate) fn yields(&self) -> bool {
        !matches!(self, Self::Key | Self::Year)
    }

    /// What stands at the head of the column.
    pub(crate) fn heading(&self) -> &str {
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

fn unknown(name: &str) -> CommandError {
    let names = COLUMNS.iter().map(|(name, _)| *name);
    let known = names.clone().chain(vocabulary::FIELDS.iter().copied());
    let help = question(&closest(name, known.map(str::to_owned))).unwrap_or_else(|| {
        let names = names.collect::<Vec<_>>().join(", ");
        format!("the columns are {names}, and the fields of BibLaTeX")
    });
    CommandError::usage(format_args!("unknown column \u{201c}{name}\u{201d}")).with_help(help)
}

/// What columns show of works, of which only that was read which they need.
pub(crate) struct Cells {
    tags: ByWork<Vec<TagName>>,
    times: Times,
    /// The values of each field that was asked for.
    fields: Vec<(String, ByWork<String>)>,
    /// Whether more than two authors are shortened.
    short: bool,
}

impl Cells {
    /// Reads what `columns` show of `works`; authors shortened, or all.
    pub(crate) fn read(
        library: &Library,
        works: &Headings,
        columns: &[Column],
        short: bool,
    ) -> Result<Self, CommandError> {
        let mut cells = Self::of_headings(short);
        if columns.iter().all(Column::is_of_headings) {
            return Ok(cells);
        }
        let works = &works.works();
        let has = |column: &Column| columns.contains(column);
        for column in columns {
            if let Column::Field(name) = column {
                let values = library.field_values(works, name)?;
                cells.fields.push((name.clone(), values));
            }
        }
        if has(&Column::Tags) {
            cells.tags = library.tags_of(works)?;
        }
        if has(&Column::Added) || has(&Column::Changed) {
            cells.times = library.times_of(works)?;
        }
        Ok(cells)
    }

    /// What columns show that are [of headings](Column::is_of_headings).
    pub(crate) fn of_headings(short: bool) -> Self {
        Self {
            tags: HashMap::default(),
            times: Times::default(),
            fields: Vec::new(),
            short,
        }
    }

    /// Adds to a text what a column shows of a work.
    pub(crate) fn put(&self, column: &Column, work: &Heading<'_>, to: &mut String) {
        match column {
            Column::Key => to.push_str(work.key),
            Column::Author if self.short => put_short_authors(work.authors(), to),
            Column::Author => put_joined(work.authors(), "; ", to),
            Column::Year => to.push_str(work.year),
            Column::Title => to.push_str(match work.title {
                Some(title) => title,
                None if self.short => "[no title]",
                None => "",
            }),
            Column::Type => to.push_str(work.entry_type()),
            Column::Tags => {
                let tags = self.tags.get(&work.id).into_iter().flatten();
                put_joined(tags.map(ToString::to_string), ", ", to);
            }
            Column::Identification => to.push_str(work.identification().unwrap_or_default()),
            Column::Added => to.push_str(day(self.times.added(work.id))),
            Column::Changed => to.push_str(day(self.times.changed(work.id))),
            Column::Field(name) => {
                let field = self.fields.iter().find(|(field, _)| field == name);
                let value = field.and_then(|(_, values)| values.get(&work.id));
                to.push_str(value.map_or("", String::as_str));
            }
        }
    }
}

/// The day of a time.
fn day(time: Option<&str>) -> &str {
    let time = time.unwrap_or_default();
    time.get(..10).unwrap_or(time)
}

/// Adds texts with something between them.
fn put_joined(texts: impl Iterator<Item = impl AsRef<str>>, between: &str, to: &mut String) {
    for (index, text) in texts.enumerate() {
        if index > 0 {
            to.push_str(between);
        }
        to.push_str(text.as_ref());
    }
}

/// "Michel Bauwens", "Phoebe Moore and Athina Karatzogianni", "Alex Pazaitis and others".
fn put_short_authors<'a>(mut authors: impl Iterator<Item = &'a str>, to: &mut String) {
    to.push_str(authors.next().unwrap_or_default());
    match (authors.next(), authors.next()) {
        (None, _) => {}
        (Some(other), None) => {
            to.push_str(" and ");
            to.push_str(other);
        }
        (Some(_), Some(_)) => to.push_str(" and others"),
    }
}
