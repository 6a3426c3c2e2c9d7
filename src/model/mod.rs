//! The reference itself.
//!
//! An [`Entry`] is a reference exactly as it was written: its citation key, type and fields in
//! order, with the verbatim text. It is the source of truth of a library. A [`CslItem`] is the same
//! reference in the variables of the Citation Style Language; it is derived from the entry and can
//! be derived again at any time.

#[cfg(any(feature = "lookup", feature = "output"))]
mod calendar;
mod edtf;
mod entry;
#[cfg(feature = "formats")]
mod identifiers;
mod language;
pub mod markup;
mod name;
mod shared_text;

pub use crate::csl::{
    Item as CslItem, ItemDate as CslDate, ItemName as CslName, ItemValue as CslValue,
    ItemVariables as CslVariables,
};
#[cfg(any(feature = "lookup", feature = "output"))]
pub(crate) use calendar::civil_date;
pub use edtf::{DatePoint, EdtfDate, EdtfError, RangeEnd, WithinYear};
pub use entry::{Entry, Field};
#[cfg(feature = "formats")]
pub use identifiers::{Doi, IdentifierError, Isbn, Issn, percent_decoded};
pub use language::{
    AssumedLanguages, assume_language, assume_languages, guessed_language, language_of,
};
pub use name::{Name, PersonName};
#[cfg(feature = "formats")]
pub(crate) use name::{before_et_al, is_et_al, is_name_suffix};
pub use shared_text::SharedText;
