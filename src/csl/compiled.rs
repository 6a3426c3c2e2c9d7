//! A compiled style: variables are numbers, macros are indices, options are values.

use super::BibliographyLayout;
use super::element::{
    Collapse, CommonAttributes, Date, DemoteParticle, Element, GivennameRule, NameOptions,
    PageRangeFormat, SortKey, SubstituteRule,
};
use super::locale::LocaleLayer;
use super::variables::Variables;

/// A compiled style.
#[derive(Debug, Clone, Default)]
pub(super) struct Compiled {
    pub(super) variables: Variables,
    pub(super) macros: Vec<Vec<Element>>,
    pub(super) citation: LayoutSection,
    pub(super) bibliography: Option<LayoutSection>,
    pub(super) locales: Vec<LocaleLayer>,
    pub(super) options: Options,
    /// For each macro, whether it contains dates itself, see
    /// [`holds_dates`](super::citeproc_js::holds_dates).
    pub(super) date_macros: Vec<bool>,
    /// The date that the style calls last, see [`range_end`](super::citeproc_js::ranges::range_end).
    pub(super) last_date: Option<Date>,
}

/// `cs:citation` or `cs:bibliography`
#[derive(Debug, Clone, Default)]
pub(super) struct LayoutSection {
    pub(super) layout: Vec<Element>,
    pub(super) attributes: CommonAttributes,
    pub(super) delimiter: String,
    pub(super) sort: Vec<SortKey>,
    pub(super) names: NameOptions,
}

/// The options of a style (clause "Options").
#[derive(Debug, Clone)]
pub(super) struct Options {
    pub(super) note_class: bool,
    pub(super) initialize_with_hyphen: bool,
    pub(super) page_range_format: Option<PageRangeFormat>,
    pub(super) demote_particle: DemoteParticle,
    pub(super) add_names: bool,
    pub(super) add_givenname: bool,
    pub(super) givenname_rule: GivennameRule,
    pub(super) add_year_suffix: bool,
    pub(super) collapse: Option<Collapse>,
    pub(super) cite_group_delimiter: Option<String>,
    pub(super) year_suffix_delimiter: Option<String>,
    pub(super) after_collapse_delimiter: Option<String>,
    pub(super) near_note_distance: u32,
    pub(super) author_substitute: Option<String>,
    pub(super) author_substitute_rule: SubstituteRule,
    pub(super) layout: BibliographyLayout,
    /// Whether any condition tests `disambiguate`.
    pub(super) has_disambiguate: bool,
    /// Whether the style places year suffixes itself.
    pub(super) has_year_suffix: bool,
    /// Whether citations show citation numbers.
    pub(super) numeric_citations: bool,
    /// Whether any condition tests `position`.
    pub(super) tests_position: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            note_class: false,
            initialize_with_hyphen: true,
            page_range_format: None,
            demote_particle: DemoteParticle::DisplayAndSort,
            add_names: false,
            add_givenname: false,
            givenname_rule: GivennameRule::ByCite,
            add_year_suffix: false,
            collapse: None,
            cite_group_delimiter: None,
            year_suffix_delimiter: None,
            after_collapse_delimiter: None,
            near_note_distance: 5,
            author_substitute: None,
            author_substitute_rule: SubstituteRule::CompleteAll,
            layout: BibliographyLayout::default(),
            has_disambiguate: false,
            has_year_suffix: false,
            numeric_citations: false,
            tests_position: false,
        }
    }
}
