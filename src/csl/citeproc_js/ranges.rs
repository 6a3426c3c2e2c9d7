//! The end of a date range.

use crate::csl::compiled::Compiled;
use crate::csl::context::EvaluationContext;
use crate::csl::element::{Date, Element, SortSource, Text, TextSource};
use crate::csl::output_tree::Node;

/// Returns the end of a date range.
///
/// citeproc-js writes it into a queue that is left over from compiling the style. The end therefore has the
/// formatting and the delimiter of the date that the style calls last, and the first range that is printed at
/// all has its affixes, too: "(1984–(1986))". Neither makes sense, but the ranges of all styles look so in
/// every word processor.
pub(in crate::csl) fn range_end<'c>(
    parts: Vec<Node<'c>>,
    context: &EvaluationContext<'c>,
    first_of_entry: bool,
) -> Option<Node<'c>> {
    let Some(date) = &context.style.last_date else {
        return Node::group(parts, "");
    };
    let attributes = &date.attributes;
    let localized = date.form.map(|form| context.locale.date(form));
    let delimiter = localized.map_or(&date.delimiter, |format| &format.delimiter);
    let mut end = Node::group(parts, delimiter.as_str())?;
    if date.form.is_none() || !date.parts.is_empty() {
        end.font = attributes.font;
    }
    if context.first_range && first_of_entry {
        end = end
            .with_prefix(attributes.prefix.as_str())
            .with_suffix(attributes.suffix.as_str());
    }
    Some(end)
}

/// Returns the date that a style calls last, in the order in which citeproc-js compiles it.
pub(in crate::csl) fn last_date(style: &Compiled) -> Option<&Date> {
    fn visit<'s>(
        elements: &'s [Element],
        style: &'s Compiled,
        seen: &mut [bool],
        last: &mut Option<&'s Date>,
    ) {
        for element in elements {
            match element {
                Element::Date(date) => *last = Some(date),
                Element::Text(Text {
                    source: TextSource::Macro(number),
                    ..
                }) => {
                    let is_new = seen
                        .get_mut(*number)
                        .is_some_and(|seen| !std::mem::replace(seen, true));
                    if is_new && let Some(elements) = style.macros.get(*number) {
                        visit(elements, style, seen, last);
                    }
                }
                Element::Group(group) => visit(&group.children, style, seen, last),
                Element::Names(names) => visit(&names.substitute, style, seen, last),
                Element::Choose(choose) => {
                    for branch in &choose.branches {
                        visit(&branch.children, style, seen, last);
                    }
                    visit(&choose.otherwise, style, seen, last);
                }
                Element::Text(_) | Element::Number(_) | Element::Label(_) => {}
            }
        }
    }
    let mut seen = vec![false; style.macros.len()];
    let mut last = None;
    for section in std::iter::once(&style.citation).chain(&style.bibliography) {
        for key in &section.sort {
            if let SortSource::Macro(number) = key.source
                && let Some(elements) = style.macros.get(number)
            {
                // Macros are compiled again for each sort key.
                let mut seen = vec![false; style.macros.len()];
                visit(elements, style, &mut seen, &mut last);
            }
        }
        visit(&section.layout, style, &mut seen, &mut last);
    }
    last
}

/// Returns whether the end of a first range differs from that of others.
pub(super) fn has_odd_first_range(style: &Compiled) -> bool {
    style.last_date.as_ref().is_some_and(|date| {
        !date.attributes.prefix.is_empty() || !date.attributes.suffix.is_empty()
    })
}
