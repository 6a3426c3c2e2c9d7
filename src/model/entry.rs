//! A reference as it was written in a bibliography.

use std::fmt;
#[cfg(feature = "formats")]
use std::ops::Range;

use super::SharedText;

/// A reference as it was written in a bibliography.
///
/// The model is that of a BibLaTeX entry, whatever format the reference came from: a type, a
/// citation key, and fields in order. Nothing here is interpreted: the values of fields are source text,
/// delimiters included (`{The {GPL} Society}`, `"1999"`, `jan # "~2"`).
///
/// An entry is its source text; the type and the fields are parts of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The citation key: as written, without the white space around it, or the key that a library knows the work by.
    pub key: String,
    source: SharedText,
    entry_type: SourceRange,
    fields: Box<[(SourceRange, SourceRange)]>,
}

/// One field of an [`Entry`], as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'e> {
    /// The field's name as written; field names are compared without regard to case.
    pub name: &'e str,
    /// The source text of the value with its delimiters.
    pub value: &'e str,
}

/// A range of bytes of a source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SourceRange {
    start: u32,
    end: u32,
}

impl SourceRange {
    #[cfg(feature = "formats")]
    fn new(range: &Range<usize>) -> Self {
        Self {
            start: u32::try_from(range.start).unwrap_or(u32::MAX),
            end: u32::try_from(range.end).unwrap_or(u32::MAX),
        }
    }

    fn of(self, source: &str) -> &str {
        let range = self.start as usize..self.end as usize;
        source.get(range).unwrap_or_default()
    }
}

impl Entry {
    /// The maximum length of a text, in bytes.
    #[cfg(feature = "formats")]
    pub(crate) const MAX_LENGTH: usize = u32::MAX as usize;

    /// Returns an entry with the places of its type, and of the names and values of its fields, in its text, which is not
    /// longer than [`Entry::MAX_LENGTH`].
    #[cfg(feature = "formats")]
    pub(crate) fn new(
        source: SharedText,
        key: String,
        entry_type: &Range<usize>,
        fields: impl IntoIterator<Item = (Range<usize>, Range<usize>)>,
    ) -> Self {
        let fields = fields.into_iter();
        Self {
            source,
            key,
            entry_type: SourceRange::new(entry_type),
            fields: fields
                .map(|(name, value)| (SourceRange::new(&name), SourceRange::new(&value)))
                .collect(),
        }
    }

    /// Returns an entry without a text, for a reference that never was an entry.
    pub fn without_text(key: String) -> Self {
        Self {
            key,
            source: SharedText::from(""),
            entry_type: SourceRange { start: 0, end: 0 },
            fields: Box::default(),
        }
    }

    /// Returns the entry without a field, for comparisons: the text stays.
    #[cfg(feature = "formats")]
    pub(crate) fn without_field(&self, name: &str) -> Self {
        let is_other = |field: &SourceRange| !field.of(&self.source).eq_ignore_ascii_case(name);
        let fields = self.fields.iter().copied();
        Self {
            fields: fields.filter(|(field, _)| is_other(field)).collect(),
            ..self.clone()
        }
    }

    /// Returns the verbatim text of the entry, from its `@` to its closing delimiter.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the verbatim text as a part of the text of its file.
    #[cfg(feature = "formats")]
    pub(crate) fn source_text(&self) -> &SharedText {
        &self.source
    }

    /// Returns the entry type as written (`Article`, `inCollection`); BibLaTeX compares types without regard
    /// to case, see [`Entry::kind`].
    pub fn entry_type(&self) -> &str {
        self.entry_type.of(&self.source)
    }

    /// Returns the entry type in lower case, as the BibLaTeX manual writes it.
    pub fn kind(&self) -> String {
        self.entry_type().to_lowercase()
    }

    /// Returns the fields as written, in their order; a name that occurs twice is here twice.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = Field<'_>> + Clone {
        self.fields.iter().map(|(name, value)| Field {
            name: name.of(&self.source),
            value: value.of(&self.source),
        })
    }

    /// Returns the source text of the first field called `name`, which is compared without regard
    /// to case.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields()
            .find(|field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Entry")
            .field("key", &self.key)
            .field("source", &self.source)
            .finish()
    }
}
