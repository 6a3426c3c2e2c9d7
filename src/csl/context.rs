//! The context in which an item is evaluated, and what evaluation records besides its output.

use super::Abbreviations;
use super::citation::CitePosition;
use super::compiled::{Compiled, LayoutSection};
use super::element::SortKey;
use super::locale::Locale;
use super::prepared_item::PreparedItem;
use super::variables::VariableId;

/// The purpose of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Printing.
    Print,
    /// Finding out whether cites are ambiguous; always in the form of a subsequent cite.
    Compare,
    /// Making a sort key.
    Sort,
}

/// The two sections of a style that have a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LayoutKind {
    Citation,
    Bibliography,
}

/// The additions of a cite to its item.
#[derive(Debug, Clone, Default)]
pub(super) struct CiteDetails {
    pub(super) locator: Option<String>,
    pub(super) label: Option<String>,
    pub(super) position: CitePosition,
    pub(super) near_note: bool,
    pub(super) first_note: Option<u32>,
    /// Whether the number of the first note disambiguates the cite.
    pub(super) distinguished_by_note: bool,
}

/// Everything that evaluation depends on.
#[derive(Clone, Copy)]
pub(super) struct EvaluationContext<'c> {
    pub(super) style: &'c Compiled,
    pub(super) locale: &'c Locale,
    pub(super) layout: &'c LayoutSection,
    pub(super) section: LayoutKind,
    pub(super) purpose: Purpose,
    pub(super) item: &'c PreparedItem,
    pub(super) cite: Option<&'c CiteDetails>,
    /// The citation number, if the item has one already.
    pub(super) number: Option<usize>,
    pub(super) disambiguation: &'c Disambiguation,
    pub(super) abbreviations: &'c Abbreviations,
    /// The sort key that is being made; it can override how many names are shown.
    pub(super) sort_key: Option<&'c SortKey>,
    /// Whether this evaluation prints the first date range of all, see
    /// [`range_end`](super::citeproc_js::ranges::range_end).
    pub(super) first_range: bool,
}

/// The records of evaluating an item, besides the output tree.
#[derive(Debug, Default)]
pub(super) struct RenderTrace {
    /// The name lists, in printing order.
    pub(super) name_lists: Vec<NameListTrace>,
    /// The number of tests of `disambiguate`.
    pub(super) disambiguate_tests: usize,
    /// The number of printed date ranges.
    pub(super) ranges: usize,
    /// The name variables that were printed, or would have been.
    pub(super) name_variables: Vec<VariableId>,
}

/// A name list as it was rendered.
#[derive(Debug, Clone, Default)]
pub(super) struct NameListTrace {
    /// The number of shown names.
    pub(super) shown: usize,
    /// The number of all names.
    pub(super) total: usize,
    /// The shown part of each given name: 0 for nothing, 1 for initials, 2 for all.
    pub(super) levels: Vec<u8>,
}

/// The additions of disambiguation to the cites of an item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Disambiguation {
    /// For each name list, how many names are shown; 0 for what the style says.
    pub(super) names: Vec<usize>,
    /// For each name list, how much of each given name is shown, see [`NameListTrace::levels`].
    pub(super) givens: Vec<Vec<u8>>,
    /// The number of `disambiguate` conditions that are true.
    pub(super) disambiguate: usize,
    /// The year suffix, counted from 0.
    pub(super) year_suffix: Option<usize>,
}
