//! The columns of a table of works, which are also the placeholders of a template.

use crate::cli::{CommandError, Result};
use peerbib::formats::bibtex::schema;
use peerbib::library::full_text::{field_name, presence_expression};
use peerbib::library::{Detail, Library, SearchResult};
use peerbib::suggest::{closest, did_you_mean};

/// The columns that are not fields of an entry, each with a description of one line. Every BibLaTeX field and
/// every other field that a work in the library has is a column as well.
pub(crate) const COLUMNS: &[(&str, &str)] = &[
    ("key", "the citation key"),
    ("author", "the authors, or the editors if there are none"),
    ("year", "the year of issue"),
    ("title", "the title"),
    ("type", "the BibLaTeX type"),
    ("tags", "the tags"),
    ("added", "the date of import"),
    ("changed", "the date of the last change"),
];

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OutputColumn {
    Key,
    Author,
    Year,
    Title,
    Type,
    Tags,
    Added,
    Changed,
    /// A field of the entry, by its name in lower case.
    Field(String),
}

impl OutputColumn {
    /// Returns the column with a name. Fails if no BibLaTeX field and no field in the library has the name.
    pub(crate) fn named(name: &str, library: &Library) -> Result<Self> {
        let name = name.trim().to_lowercase();
        if let Some(column) = Self::known_anywhere(&name) {
            return Ok(column);
        }
        let is_in_use = !name.is_empty()
            && library
                .works()
                .matches_full_text(&presence_expression(&field_name(&name)))?;
        if is_in_use {
            Ok(Self::Field(name))
        } else {
            Err(unknown(&name))
        }
    }

    /// Checks that a column has a name: a column of `library` or, without one, a column of every library. Fails if
    /// there is no such column.
    pub(crate) fn check(name: &str, library: Option<&Library>) -> Result<()> {
        match library {
            Some(library) => Self::named(name, library).map(drop),
            None => Self::known_anywhere(&name.trim().to_lowercase())
                .map(drop)
                .ok_or_else(|| unknown(name)),
        }
    }

    /// Returns the column with a name, if every library has it.
    fn known_anywhere(name: &str) -> Option<Self> {
        Some(match name {
            "key" | "citekey" => Self::Key,
            "author" | "authors" => Self::Author,
            "year" => Self::Year,
            "title" => Self::Title,
            "type" => Self::Type,
            "tag" | "tags" => Self::Tags,
            "added" => Self::Added,
            "changed" => Self::Changed,
            field if schema::field(field).is_some() => Self::Field(field.to_owned()),
            _ => return None,
        })
    }

    /// Returns the detail that has to be read for the column, if the summary of a work does not contain it.
    fn detail(&self) -> Option<Detail> {
        match self {
            Self::Tags => Some(Detail::Tags),
            Self::Added => Some(Detail::Added),
            Self::Changed => Some(Detail::Changed),
            Self::Field(name) => Some(Detail::Field(name.clone())),
            Self::Key | Self::Author | Self::Year | Self::Title | Self::Type => None,
        }
    }

    /// Returns whether the column is shortened before the others.
    pub(crate) fn yields(&self) -> bool {
        !matches!(self, Self::Key | Self::Year)
    }

    /// Returns the heading of the column.
    pub(crate) fn heading(&self) -> &str {
        match self {
            Self::Key => "key",
            Self::Author => "author",
            Self::Year => "year",
            Self::Title => "title",
            Self::Type => "type",
            Self::Tags => "tags",
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Field(name) => name,
        }
    }
}

fn unknown(name: &str) -> CommandError {
    let names = COLUMNS.iter().map(|(name, _)| *name);
    let known = names.clone().chain(schema::field_names());
    let help = did_you_mean(&closest(name, known.map(str::to_owned))).unwrap_or_else(|| {
        let names = names.collect::<Vec<_>>().join(", ");
        format!("the columns are {names}, and the fields of BibLaTeX")
    });
    CommandError::usage(format_args!("unknown column \u{201c}{name}\u{201d}")).with_help(help)
}

/// Returns the details that the columns need, in order.
pub(crate) fn details<'c>(columns: impl IntoIterator<Item = &'c OutputColumn>) -> Vec<Detail> {
    columns
        .into_iter()
        .filter_map(OutputColumn::detail)
        .collect()
}

/// Returns the cells for a work that was read with the [`details`] of the columns. `short` abbreviates three or
/// more authors to the first and "and others".
pub(crate) fn cells(result: &SearchResult, columns: &[OutputColumn], short: bool) -> Vec<String> {
    let SearchResult { work, details } = result;
    let mut details = details.iter();
    let cell = |column: &OutputColumn| {
        let mut detail = || details.next().map(String::as_str).unwrap_or_default();
        match column {
            OutputColumn::Key => work.key.clone(),
            OutputColumn::Author if short => short_authors(&work.authors),
            OutputColumn::Author => work.authors.join("; "),
            OutputColumn::Year => work.year.map(|year| year.to_string()).unwrap_or_default(),
            OutputColumn::Title => match &work.title {
                Some(title) => title.clone(),
                None if short => "[no title]".to_owned(),
                None => String::new(),
            },
            OutputColumn::Type => work.entry_type.clone(),
            OutputColumn::Added | OutputColumn::Changed => day(detail()).to_owned(),
            OutputColumn::Tags | OutputColumn::Field(_) => detail().to_owned(),
        }
    };
    columns.iter().map(cell).collect()
}

/// Returns the date part of an RFC 3339 time.
fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}

/// Returns short names such as "Michel Bauwens", "Phoebe Moore and Athina Karatzogianni" and "Alex Pazaitis and
/// others".
fn short_authors(authors: &[String]) -> String {
    match authors {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [first, ..] => format!("{first} and others"),
    }
}
