//! The reference itself.
//!
//! A [`Entry`] is what came in, exactly as it was written: its citation key, its type and its fields
//! in order, with the verbatim text of the entry. That is the *truth* of a library. A [`CslItem`] is
//! the same reference in the variables of the Citation Style Language; it is *derived* from the work
//! by its format and can be made anew at any time.

mod edtf;
mod identifiers;
pub mod markup;
mod name;

pub use crate::csl::{
    Item as CslItem, ItemDate as CslDate, ItemName as CslName, ItemValue as CslValue,
};
pub use edtf::{DatePoint, EdtfDate, NotEdtf, RangeEnd, WithinYear};
pub use identifiers::{Doi, Isbn, Issn, NotAnIdentifier};
pub use name::{Name, PersonName};

/// A reference as it was written in a bibliography.
///
/// The model is that of a BibLaTeX entry, whatever format the reference came from: a type, a citation
/// key, and fields in the order in which they stand. Nothing here is interpreted: `fields` hold source
/// text, delimiters included (`{The {GPL} Society}`, `"1999"`, `jan # "~2"`).
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

/// One field of a [`Entry`], as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The field's name as written; field names are compared without regard to case.
    pub name: String,
    /// The source text of the value with its delimiters.
    pub value: String,
}

impl Entry {
    /// The entry type in lower case, as the BibLaTeX manual writes it.
    pub fn kind(&self) -> String {
        self.entry_type.to_lowercase()
    }

    /// The source text of the first field called `name`, which is compared without regard to case.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value.as_str())
    }
}
