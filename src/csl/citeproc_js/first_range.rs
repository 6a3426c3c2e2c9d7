//! The first date range that is printed at all: see [`super::ranges::range_end`].

use super::ranges::has_odd_first_range;
use crate::csl::prepared::Prepared;
use crate::csl::prepared_item::PreparedItem;

/// The item that has the first date range of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::csl) enum FirstRange {
    /// Its cite has it. The odd affixes are seen when cites are compared only, so that no other cite is
    /// equal to this one.
    Cite(usize),
    /// Its bibliography entry has it.
    Entry(usize),
}

/// Finds the first date range: that of a cite in the order of the items, or else that of a bibliography entry.
pub(in crate::csl) fn first_range(prepared: &Prepared<'_>, order: &[usize]) -> Option<FirstRange> {
    if !has_odd_first_range(&prepared.style.compiled) {
        return None;
    }
    let has_range = |item: &usize| {
        prepared
            .items
            .get(*item)
            .is_some_and(PreparedItem::has_date_range)
    };
    let cite = (0..prepared.items.len()).filter(has_range).find(|item| {
        let (_, trace) = prepared.compare_text(*item, &prepared.no_disambiguation);
        trace.ranges > 0
    });
    if let Some(item) = cite {
        return Some(FirstRange::Cite(item));
    }
    let entry = order
        .iter()
        .copied()
        .filter(has_range)
        .find(|item| prepared.entry_has_range(*item));
    entry.map(FirstRange::Entry)
}
