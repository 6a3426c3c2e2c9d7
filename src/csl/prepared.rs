//! Everything that formatting reads: style, locale, and items with their numbers and disambiguation.

use rustc_hash::FxHashMap;

use super::Abbreviations;
use super::citation::CitePosition;
use super::context::{
    CiteDetails, Disambiguation, EvaluationContext, LayoutKind, Purpose, RenderTrace,
};
use super::evaluate::Evaluator;
use super::locale::Locale;
use super::output_tree::Node;
use super::prepared_item::PreparedItem;
use super::reference_grouping;
use super::sorting::Collation;
use super::style::Style;

/// The state of a [`Processor`](super::Processor).
pub(super) struct Prepared<'a> {
    pub(super) style: &'a Style,
    pub(super) locale: Locale,
    pub(super) items: Vec<PreparedItem>,
    /// The index of each item by its citation key.
    pub(super) index: FxHashMap<Box<str>, usize>,
    pub(super) abbreviations: Abbreviations,
    pub(super) collation: Collation,
    /// The additions of disambiguation to the cites of each item.
    pub(super) disambiguations: Vec<Disambiguation>,
    /// The citation number of each item.
    pub(super) numbers: Vec<usize>,
    pub(super) no_disambiguation: Disambiguation,
    /// The item whose bibliography entry has the first date range.
    pub(super) first_range: Option<usize>,
}

impl Prepared<'_> {
    /// Returns the item with a citation key.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        self.index.get(key).copied()
    }

    /// Returns what disambiguation adds to an item.
    pub(super) fn disambiguation(&self, item: usize) -> &Disambiguation {
        self.disambiguations
            .get(item)
            .unwrap_or(&self.no_disambiguation)
    }

    /// Returns the context for evaluating an item by itself; none if the style lacks the section.
    pub(super) fn context(
        &self,
        item: usize,
        section: LayoutKind,
        purpose: Purpose,
    ) -> Option<EvaluationContext<'_>> {
        let compiled = &self.style.compiled;
        let layout = match section {
            LayoutKind::Citation => &compiled.citation,
            LayoutKind::Bibliography => compiled.bibliography.as_ref()?,
        };
        Some(EvaluationContext {
            style: compiled,
            locale: &self.locale,
            layout,
            section,
            purpose,
            item: self.items.get(item)?,
            cite: None,
            number: self.numbers.get(item).copied(),
            disambiguation: &self.no_disambiguation,
            abbreviations: &self.abbreviations,
            sort_key: None,
            first_range: false,
        })
    }

    /// Returns the text of an item's cite for comparison: in the form of a subsequent cite, without what
    /// differs from cite to cite.
    pub(super) fn compare_text(
        &self,
        item: usize,
        disambiguation: &Disambiguation,
    ) -> (String, RenderTrace) {
        self.compare_text_with(item, disambiguation, &subsequent_cite())
    }

    /// Compares like [`Prepared::compare_text`], for a cite with these details.
    pub(super) fn compare_text_with(
        &self,
        item: usize,
        disambiguation: &Disambiguation,
        details: &CiteDetails,
    ) -> (String, RenderTrace) {
        let Some(context) = self.context(item, LayoutKind::Citation, Purpose::Compare) else {
            return (String::new(), RenderTrace::default());
        };
        let mut evaluator = Evaluator::new(EvaluationContext {
            cite: Some(details),
            disambiguation,
            ..context
        });
        let text = evaluator
            .layout()
            .map(|node| node.key())
            .unwrap_or_default();
        (text, evaluator.trace)
    }

    /// Returns the output tree of a bibliography entry, and the beginning of it that the style may substitute.
    pub(super) fn entry(&self, item: usize) -> Option<(Node<'_>, Vec<String>)> {
        let (tree, evaluator) = self.evaluated_entry(item, self.first_range == Some(item))?;
        let substitutes = self.style.compiled.options.author_substitute.is_some();
        let head = if evaluator.head_is_fixed || !substitutes {
            Vec::new()
        } else {
            reference_grouping::head(&tree, evaluator.head_names)
        };
        Some((tree, head))
    }

    /// Returns whether the bibliography entry of an item prints a date range.
    pub(super) fn entry_has_range(&self, item: usize) -> bool {
        self.evaluated_entry(item, false)
            .is_some_and(|(_, evaluator)| evaluator.trace.ranges > 0)
    }

    fn evaluated_entry(&self, item: usize, first_range: bool) -> Option<(Node<'_>, Evaluator<'_>)> {
        let context = self.context(item, LayoutKind::Bibliography, Purpose::Print)?;
        let mut evaluator = Evaluator::new(EvaluationContext {
            disambiguation: self.disambiguation(item),
            first_range,
            ..context
        });
        let align = self.style.compiled.options.layout.second_field_align;
        let tree = evaluator.bibliography_layout(align)?;
        Some((tree, evaluator))
    }
}

/// Returns the details of a cite that follows another of the same work in a near note.
pub(super) fn subsequent_cite() -> CiteDetails {
    CiteDetails {
        position: CitePosition::Subsequent,
        near_note: true,
        ..CiteDetails::default()
    }
}
