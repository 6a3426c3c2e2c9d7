//! The citation processor.
//!
//! It takes works as [`CslItem`](crate::work::CslItem)s and a style, and gives a bibliography and
//! citations as [rich text](RichText). It knows neither the library nor the command line.

mod bibliography;
pub mod hayagriva;
mod rich_text;
pub mod shelf;

pub use bibliography::{Bibliography, BibliographyEntry, BibliographyLayout, SecondFieldAlign};
pub use rich_text::{Display, Formatting, Inline, RichText, plain_text};
