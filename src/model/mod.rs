//! The reference itself.
//!
//! An [`Entry`] is a reference exactly as it was written: its citation key, type and fields in
//! order, with the verbatim text. It is the source of truth of a library. A [`CslItem`] is the same
//! reference in the variables of the Citation Style Language; it is derived from the entry and can
//! be derived again at any time.

#[cfg(any(feature = "lookup", feature = "output"))]
mod calendar;
mod edtf;
#[cfg(feature = "formats")]
mod identifiers;
mod language;
pub mod markup;
mod name;

pub use crate::csl::{
    Item as CslItem, ItemDate as CslDate, ItemName as CslName, ItemValue as CslValue,
    ItemVariables as CslVariables,
};
#[cfg(any(feature = "lookup", feature = "output"))]
pub(crate) use calendar::civil_date;
pub use edtf::{DatePoint, EdtfDate, EdtfError, RangeEnd, WithinYear};
#[cfg(feature = "formats")]
pub use identifiers::{Doi, IdentifierError, Isbn, Issn, percent_decoded};
pub use language::{
    AssumedLanguages, assume_language, assume_languages, guessed_language, language_of,
};
pub use name::{Name, PersonName};
#[cfg(feature = "formats")]
#[cfg(feature = "formats")]
pub(crate) use name::{before_et_al, is_et_al, is_name_suffix};

/// A reference as it was written in a bibliography.
///
/// The model is that of a BibLaTeX entry, whatever format the reference came from: a type, a
/// citation key, and fields in order. Nothing here is interpreted: `fields` hold source text,
/// delimiters included (`{The {GPL} Society}`, `"1999"`, `jan # "~2"`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The citation key as written, without the white space around it.
    pub key: String,
    /// The entry type as written (`Article`, `inCollection`); BibLaTeX compares types without regard
    /// to case, see [`Entry::kind`].
    pub entry_type: String,
    /// The fields as written, in their order; a name that occurs twice is here twice.
    pub fields: Vec<Field>,
    /// The verbatim text of the entry, from its `@` to its closing delimiter.
    pub source: String,
}

/// One field of an [`Entry`], as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The field's name as written; field names are compared without regard to case.
    pub name: String,
    /// The source text of the value with its delimiters.
    pub value: String,
}

impl Entry {
    /// Returns the entry type in lower case, as the BibLaTeX manual writes it.
    pub fn kind(&self) -> String {
        self.entry_type.to_lowercase()
    }

    /// Returns the source text of the first field called `name`, which is compared without regard
    /// to case.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value.as_str())
    }
}
