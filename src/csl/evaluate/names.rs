//! Printing names (clause "Names").

use std::borrow::Cow;
use std::sync::LazyLock;

use super::name_style::{EtAlOptions, ResolvedNameOptions};
use super::{Evaluator, person};
use crate::csl::citeproc_js;
use crate::csl::context::{EvaluationContext, LayoutKind, NameListTrace, Purpose};
use crate::csl::element::*;
use crate::csl::given_names;
use crate::csl::name_parts::{NameParts, begins_alphabetic};
use crate::csl::output_tree::{Node, NodeRole};
use crate::csl::variables::VariableId;

/// Evaluates `cs:names`; none if the item has none of the names. `outer` are the options of the `cs:names` that this one
/// is a substitute for.
pub(super) fn names<'c>(
    evaluator: &mut Evaluator<'c>,
    element: &'c Names,
    variables: &[VariableId],
    outer: EtAlOptions,
) -> Option<Node<'c>> {
    let context = evaluator.context;
    let item = context.item;
    let mut present: Vec<VariableId> = Vec::with_capacity(variables.len());
    for variable in variables {
        if !item.names(*variable).is_empty() {
            present.push(*variable);
        }
    }
    if present.is_empty() && (context.purpose != Purpose::Sort || !element.substitute.is_empty()) {
        return None;
    }
    let style = ResolvedNameOptions::new(evaluator, element, outer);
    if present.is_empty() {
        // Without names, the count is zero as a sort key.
        return match style.form {
            NameForm::Count => Node::text("00000"),
            _ => None,
        };
    }
    // Identical editors and translators print as one list with one label, if the locale has the term.
    let mut common_term = None;
    if let [first, second] = variables
        && element.label.is_some()
        && item.names(*first) == item.names(*second)
    {
        let mut both = [
            context.style.variables.name(*first),
            context.style.variables.name(*second),
        ];
        both.sort_unstable();
        let term = both.concat();
        if context.locale.has_term(&term) {
            common_term = Some(term);
            present.truncate(1);
        }
    }
    let mut lists = Vec::with_capacity(present.len());
    evaluator.shown_names.clear();
    let mut count = 0;
    for variable in present {
        let people = item.names(variable);
        if context.purpose == Purpose::Compare {
            evaluator.trace.name_variables.push(variable);
        }
        let (node, shown) = name_list(evaluator, element, &style, people);
        count += shown;
        let Some(node) = node else { continue };
        let node = node.tagged(NodeRole::NameList(variable));
        let term = match &common_term {
            Some(term) => term,
            None => context.style.variables.name(variable),
        };
        let is_plural = people.len() > 1 || people.iter().any(|person| person.truncated);
        lists.extend(labelled(evaluator, element, node, term, is_plural));
    }
    if style.form == NameForm::Count {
        if count == 0 {
            return None;
        }
        // Padded, so that counts sort as numbers.
        let text = if context.purpose == Purpose::Sort {
            format!("{count:05}")
        } else {
            count.to_string()
        };
        return Some(Node::text(text)?.with(&element.attributes));
    }
    let lists = Node::group(lists, style.names_delimiter)?;
    Some(
        Node::wrap(lists)
            .with(&element.attributes)
            .tagged(NodeRole::Names),
    )
}

/// Adds the label to names.
fn labelled<'c>(
    evaluator: &mut Evaluator<'c>,
    element: &'c Names,
    node: Node<'c>,
    term: &str,
    is_plural: bool,
) -> Option<Node<'c>> {
    let Some(names_label) = &element.label else {
        return Some(node);
    };
    if evaluator.context.purpose == Purpose::Sort {
        return Some(node);
    }
    let label = &names_label.label;
    let plural = match label.plural {
        LabelPlural::Always => true,
        LabelPlural::Never => false,
        LabelPlural::Contextual => is_plural,
    };
    let locale = evaluator.context.locale;
    let Some(text) = locale
        .term(term, label.form, plural)
        .filter(|text| !text.is_empty())
    else {
        return Some(node);
    };
    let outer = element.attributes.font;
    let label = Node::text(evaluator.cased(Cow::Borrowed(text), &label.attributes)).map(|node| {
        let mut node = node.with(&label.attributes).tagged(NodeRole::Label);
        node.font = citeproc_js::without_normal_of(node.font, outer);
        node
    });
    let Some(label) = label else {
        return Some(node);
    };
    let nodes = if names_label.before {
        vec![label, node]
    } else {
        vec![node, label]
    };
    Node::group(nodes, "")
}

/// Returns the names of one variable, and how many are shown.
fn name_list<'c>(
    evaluator: &mut Evaluator<'c>,
    element: &'c Names,
    style: &ResolvedNameOptions<'c>,
    people: &'c [NameParts],
) -> (Option<Node<'c>>, usize) {
    let context = evaluator.context;
    let list = evaluator.name_lists;
    evaluator.name_lists += 1;
    let base_level = match (style.form, style.initialize_with) {
        (NameForm::Short, _) => 0,
        (_, Some(_)) => 1,
        _ => 2,
    };
    let rule_by_name = given_names::rule_by_name(&context.style.options);
    // A bibliography that shows only family names keeps to them. Sort keys do not depend on the cites.
    let uses_request =
        context.purpose != Purpose::Sort && (base_level > 0 || uses_request(&context));
    let levels: Vec<u8> = people
        .iter()
        .enumerate()
        .map(|(at, person)| {
            let requested = context.disambiguation.givens.get(list);
            let requested = requested.filter(|_| uses_request);
            let requested = requested.and_then(|levels| levels.get(at)).copied();
            let requested = requested.unwrap_or(0);
            // If the style has no initials, the next step after the family name is the full name.
            let requested = if requested == 1 && style.initialize_with.is_none() {
                2
            } else {
                requested
            };
            if person.is_literal() {
                return base_level;
            }
            let by_name = match rule_by_name {
                Some(rule) => {
                    let has_initials = style.initialize_with.is_some();
                    person.namesakes.level(rule, at, base_level, has_initials)
                }
                None => person.namesakes.level_within_item(base_level),
            };
            base_level.max(requested).max(by_name)
        })
        .collect();
    let shown = shown_count(evaluator, style, list, people.len());
    let use_last = style.et_al_use_last && shown + 1 < people.len();
    evaluator.trace.name_lists.push(NameListTrace {
        shown,
        total: people.len(),
        levels: match context.purpose {
            Purpose::Compare => levels.clone(),
            Purpose::Print | Purpose::Sort => Vec::new(),
        },
    });
    if style.form == NameForm::Count {
        return (None, shown);
    }
    let truncated = shown < people.len();
    let mut nodes: Vec<Node<'c>> = Vec::with_capacity(shown + 1);
    let mut inverted: Vec<bool> = Vec::with_capacity(shown + 1);
    let substitutes = context.style.options.author_substitute.is_some();
    let mut push = |evaluator: &mut Evaluator<'c>, at: usize| {
        let Some(person) = people.get(at) else { return };
        if substitutes && evaluator.context.purpose == Purpose::Print {
            evaluator.shown_names.push(person.raw());
        }
        let level = levels.get(at).copied().unwrap_or(base_level);
        if let Some((node, is_inverted)) =
            person::name(evaluator, element, style, person, at, level)
        {
            nodes.push(node.tagged(NodeRole::Name));
            inverted.push(is_inverted);
        }
    };
    for at in 0..shown {
        push(evaluator, at);
    }
    if truncated && use_last {
        push(evaluator, people.len() - 1);
        let list = match context.purpose {
            Purpose::Sort => delimited(nodes, style.delimiter),
            Purpose::Compare | Purpose::Print => join_with_ellipsis(style, nodes),
        };
        return (list, shown);
    }
    if shown == 0 {
        return (None, 0);
    }
    let forced_et_al = people
        .iter()
        .take(shown)
        .any(|person| person.truncated || citeproc_js::has_et_al(person));
    if truncated && !matches!(context.purpose, Purpose::Sort) || forced_et_al {
        return (
            join_with_et_al(evaluator, element, style, nodes, &inverted),
            shown,
        );
    }
    if context.purpose == Purpose::Sort {
        return (delimited(nodes, style.delimiter), shown);
    }
    let before_last = if people.last().is_some_and(NameParts::is_literal) {
        let layout = &context.layout.names;
        citeproc_js::before_institution(&element.options, layout, nodes.len())
    } else {
        (style.delimiter, style.precedes_last)
    };
    (join(evaluator, style, before_last, nodes, &inverted), shown)
}

/// Returns whether names are printed as they disambiguate the cite. The bibliography follows if both names and given names
/// are added.
fn uses_request(context: &EvaluationContext<'_>) -> bool {
    match context.section {
        LayoutKind::Citation => true,
        LayoutKind::Bibliography => {
            context.style.options.add_names && context.style.options.add_givenname
        }
    }
}

/// Returns how many names are shown (clause "Et-al", as disambiguation changes it).
fn shown_count(
    evaluator: &Evaluator<'_>,
    style: &ResolvedNameOptions<'_>,
    list: usize,
    total: usize,
) -> usize {
    let context = evaluator.context;
    let requested = context.disambiguation.names.get(list).copied().unwrap_or(0);
    if style.et_al_min < style.et_al_use_first {
        return total;
    }
    let mut shown = total;
    let uses_request = uses_request(&context);
    match context.purpose {
        Purpose::Compare if requested > 0 => shown = requested,
        Purpose::Print
            if uses_request && requested > style.et_al_use_first && total >= style.et_al_min =>
        {
            shown = requested;
        }
        _ if total >= style.et_al_min => shown = style.et_al_use_first,
        _ => {}
    }
    if style.et_al_use_last
        && context.purpose == Purpose::Print
        && total >= style.et_al_min
        && shown > style.et_al_min.saturating_sub(2)
    {
        shown = style.et_al_min.saturating_sub(2).max(1);
    }
    shown.min(total)
}

/// Adds a delimiter after all names but the last. It loses its space if the next name has a prefix with one.
fn add_delimiters<'c>(nodes: &mut [Node<'c>], delimiter: &'c str) {
    let mut names = nodes.iter_mut();
    let Some(mut before) = names.next() else {
        return;
    };
    for next in names {
        let delimiter = match delimiter.strip_suffix(' ') {
            Some(bare) if next.prefix.starts_with(' ') => bare,
            _ => delimiter,
        };
        person::add_suffix(before, Cow::Borrowed(delimiter));
        before = next;
    }
}

/// Returns names with a delimiter after all but the last.
fn delimited<'c>(mut nodes: Vec<Node<'c>>, delimiter: &'c str) -> Option<Node<'c>> {
    add_delimiters(&mut nodes, delimiter);
    Node::group(nodes, "")
}

fn join<'c>(
    evaluator: &Evaluator<'c>,
    style: &ResolvedNameOptions<'c>,
    (delimiter, precedes_last): (&'c str, DelimiterPrecedes),
    mut nodes: Vec<Node<'c>>,
    inverted: &[bool],
) -> Option<Node<'c>> {
    let Some(and) = style.and else {
        let last = nodes.pop()?;
        let Some(before) = delimited(nodes, style.delimiter) else {
            return Node::group(vec![last], "");
        };
        let mut nodes = vec![before];
        nodes.extend(citeproc_js::last_delimiter(delimiter));
        nodes.push(last);
        return Node::group(nodes, "");
    };
    if nodes.len() < 2 {
        return Node::group(nodes, "");
    }
    let term = match and {
        And::Text => evaluator
            .context
            .locale
            .term("and", TermForm::Long, false)
            .unwrap_or("and"),
        And::Symbol => "&",
    };
    let spaced = begins_alphabetic(term);
    let space = if spaced { " " } else { "" };
    let two = nodes.len() == 2;
    let before_last_inverted =
        inverted.len() > 1 && inverted.get(inverted.len() - 2).copied().unwrap_or(false);
    let after_inverted =
        before_last_inverted && style.precedes_last == DelimiterPrecedes::AfterInvertedName;
    let prefix = match precedes_last {
        _ if after_inverted => style.delimiter,
        DelimiterPrecedes::Contextual if two => space,
        // Chinese, Japanese and Korean have no comma before the conjunction of a longer list.
        DelimiterPrecedes::Contextual | DelimiterPrecedes::Always if !spaced && !two => "",
        DelimiterPrecedes::Contextual | DelimiterPrecedes::Always => delimiter,
        DelimiterPrecedes::Never | DelimiterPrecedes::AfterInvertedName => space,
    };
    // The Hebrew conjunction is a prefix of the next word.
    let suffix = if term == "\u{5d5}" { "" } else { space };
    let last = nodes.pop()?;
    add_delimiters(&mut nodes, style.delimiter);
    let and = Node::text(term)?.with_prefix(prefix).with_suffix(suffix);
    nodes.push(and);
    nodes.push(last);
    Node::group(nodes, "")
}

fn join_with_ellipsis<'c>(
    style: &ResolvedNameOptions<'c>,
    mut nodes: Vec<Node<'c>>,
) -> Option<Node<'c>> {
    let two = nodes.len() == 2;
    let last = nodes.pop()?;
    add_delimiters(&mut nodes, style.delimiter);
    let prefix = if two { " " } else { style.delimiter };
    nodes.push(Node::text("\u{2026}")?.with_prefix(prefix).with_suffix(" "));
    nodes.push(last);
    Node::group(nodes, "")
}

fn join_with_et_al<'c>(
    evaluator: &Evaluator<'c>,
    element: &'c Names,
    style: &ResolvedNameOptions<'c>,
    nodes: Vec<Node<'c>>,
    inverted: &[bool],
) -> Option<Node<'c>> {
    let (name, attributes) = match &element.et_al {
        Some(et_al) => (et_al.term.as_str(), Some(&et_al.attributes)),
        None => ("et-al", None),
    };
    let term = evaluator
        .context
        .locale
        .term(name, TermForm::Long, false)
        .unwrap_or_default();
    let spaced = begins_alphabetic(term);
    let space = if spaced { " " } else { "" };
    let single = nodes.len() == 1;
    let last_inverted = inverted.last().copied().unwrap_or(false);
    let prefix = match style.precedes_et_al {
        DelimiterPrecedes::Contextual if single => space,
        DelimiterPrecedes::Contextual | DelimiterPrecedes::Always => style.delimiter,
        DelimiterPrecedes::Never => space,
        DelimiterPrecedes::AfterInvertedName if last_inverted => style.delimiter,
        DelimiterPrecedes::AfterInvertedName => space,
    };
    let list = delimited(nodes, style.delimiter)?;
    let Some(et_al) = Node::text(match attributes {
        Some(attributes) => evaluator.cased(Cow::Borrowed(term), attributes),
        None if evaluator.strips_periods() => Cow::Owned(term.replace('.', "")),
        None => Cow::Borrowed(term),
    }) else {
        return Some(list);
    };
    let et_al = match attributes {
        Some(attributes) => et_al.with(attributes),
        None => et_al,
    };
    let et_al = et_al.with_prefix(prefix).with_suffix("");
    // `cs:name` applies to each name, and to an abbreviated list as a whole.
    let mut whole = Node::group(vec![list, et_al], "")?.with(&element.name_attributes);
    whole.font = citeproc_js::without_normal_of(whole.font, element.attributes.font);
    Some(whole)
}

/// The `cs:names` element that a sort key with a names variable stands for.
static SORT_NAMES: LazyLock<Names> = LazyLock::new(|| Names {
    variables: Vec::new(),
    options: NameOptions {
        as_sort_order: Some(NameAsSortOrder::All),
        sort_separator: Some(" ".to_owned()),
        form: Some(NameForm::Long),
        ..NameOptions::default()
    },
    delimiter: None,
    name_attributes: CommonAttributes::default(),
    family: None,
    given: None,
    et_al: None,
    label: None,
    substitute: Vec::new(),
    attributes: CommonAttributes::default(),
    bare: false,
});

/// Returns the names of a variable as a sort key.
pub(in crate::csl) fn sort_names<'c>(
    context: EvaluationContext<'c>,
    variable: VariableId,
) -> Option<Node<'c>> {
    let mut evaluator = Evaluator::new(context);
    let outer = EtAlOptions::default();
    names(&mut evaluator, &SORT_NAMES, &[variable], outer)
}
