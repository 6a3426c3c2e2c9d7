//! Printing names (clause "Names").

use std::borrow::Cow;
use std::sync::LazyLock;

use super::disambiguation::NameKey;
use super::element::*;
use super::evaluate::{Context, Evaluator, NameListObservation, Part, Purpose};
use super::initials;
use super::output_tree::{Node, Tag};
use super::person::{PersonName, Script, begins_alphabetic};
use super::positions::CitePosition;
use super::style::DemoteParticle;
use super::text_case;
use super::variables::VariableId;

/// The options of names where they are printed, all questions answered.
pub(super) struct NameStyle<'c> {
    pub(super) and: Option<And>,
    pub(super) delimiter: &'c str,
    pub(super) names_delimiter: &'c str,
    pub(super) precedes_et_al: DelimiterPrecedes,
    pub(super) precedes_last: DelimiterPrecedes,
    pub(super) et_al_min: usize,
    pub(super) et_al_use_first: usize,
    pub(super) et_al_use_last: bool,
    pub(super) form: NameForm,
    pub(super) initialize: bool,
    pub(super) initialize_with: Option<&'c str>,
    pub(super) as_sort_order: Option<NameAsSortOrder>,
    pub(super) sort_separator: &'c str,
}

/// The names of a `cs:names`; none if the work has none of them.
pub(super) fn names<'c>(
    evaluator: &mut Evaluator<'c>,
    element: &'c Names,
    variables: &[VariableId],
) -> Option<Node<'c>> {
    let context = evaluator.context;
    let work = context.work;
    let mut present: Vec<VariableId> = Vec::with_capacity(variables.len());
    for variable in variables {
        if !work.names(*variable).is_empty() {
            present.push(*variable);
        }
    }
    let style = resolve(evaluator, element);
    if present.is_empty() {
        // No names are none, as a sort key.
        let counts = context.purpose == Purpose::Sort
            && style.form == NameForm::Count
            && element.substitute.is_empty();
        return if counts { Node::text("00000") } else { None };
    }
    // The same persons as editors and translators are one list with one label, if there is a term.
    let mut common_term = None;
    if let [first, second] = variables
        && element.label.is_some()
        && work.names(*first) == work.names(*second)
    {
        let mut both = [
            context.style.variables.name(*first),
            context.style.variables.name(*second),
        ];
        both.sort_unstable();
        let term = both.concat();
        if context.locale.term(&term, TermForm::Long, false).is_some() {
            common_term = Some(term);
            present.truncate(1);
        }
    }
    let mut lists = Vec::with_capacity(present.len());
    let mut count = 0;
    for variable in present {
        let people = work.names(variable);
        if context.purpose == Purpose::Compare {
            evaluator.observations.name_variables.push(variable);
        }
        let (node, shown) = name_list(evaluator, element, &style, people);
        count += shown;
        let Some(node) = node else { continue };
        let node = node.tagged(Tag::NameList);
        let term = match &common_term {
            Some(term) => term,
            None => context.style.variables.name(variable),
        };
        lists.extend(labelled(evaluator, element, node, term, people.len()));
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
        return Some(Node::text(text)?.with(&element.appearance));
    }
    let node = Node::group(lists, style.names_delimiter)?;
    Some(node.with(&element.appearance).tagged(Tag::Names))
}

fn resolve<'c>(evaluator: &Evaluator<'c>, element: &'c Names) -> NameStyle<'c> {
    let context = evaluator.context;
    let own = &element.options;
    let area = &context.area.names;
    let mut et_al_min = own.et_al_min.or(area.et_al_min);
    let mut et_al_use_first = own.et_al_use_first.or(area.et_al_use_first);
    let mut et_al_use_last = own.et_al_use_last.or(area.et_al_use_last);
    let subsequent = context
        .cite
        .is_some_and(|cite| cite.position != CitePosition::First);
    if subsequent {
        et_al_min = own
            .et_al_subsequent_min
            .or(area.et_al_subsequent_min)
            .or(et_al_min);
        et_al_use_first = own
            .et_al_subsequent_use_first
            .or(area.et_al_subsequent_use_first)
            .or(et_al_use_first);
    }
    if let Some(key) = context.sort_key {
        et_al_min = key.names_min.or(et_al_min);
        et_al_use_first = key.names_use_first.or(et_al_use_first);
        et_al_use_last = key.names_use_last.or(et_al_use_last);
    }
    let text =
        |own: &'c Option<String>, area: &'c Option<String>| own.as_deref().or(area.as_deref());
    NameStyle {
        and: own.and.or(area.and),
        delimiter: text(&own.delimiter, &area.delimiter).unwrap_or(", "),
        names_delimiter: element
            .delimiter
            .as_deref()
            .or(area.names_delimiter.as_deref())
            .unwrap_or_default(),
        precedes_et_al: own
            .delimiter_precedes_et_al
            .or(area.delimiter_precedes_et_al)
            .unwrap_or(DelimiterPrecedes::Contextual),
        precedes_last: own
            .delimiter_precedes_last
            .or(area.delimiter_precedes_last)
            .unwrap_or(DelimiterPrecedes::Contextual),
        et_al_min: et_al_min.map_or(usize::MAX, |min| min as usize),
        et_al_use_first: et_al_use_first.map_or(usize::MAX, |first| first as usize),
        et_al_use_last: et_al_use_last.unwrap_or(false),
        form: own.form.or(area.form).unwrap_or(NameForm::Long),
        initialize: own.initialize.or(area.initialize).unwrap_or(true),
        initialize_with: text(&own.initialize_with, &area.initialize_with),
        as_sort_order: own.as_sort_order.or(area.as_sort_order),
        sort_separator: one_space(text(&own.sort_separator, &area.sort_separator).unwrap_or(", ")),
    }
}

/// A separator without the second of two spaces at its end.
fn one_space(separator: &str) -> &str {
    match separator.strip_suffix("  ") {
        Some(start) => separator.get(..start.len() + 1).unwrap_or(separator),
        None => separator,
    }
}

/// Names with their label before or behind them.
fn labelled<'c>(
    evaluator: &mut Evaluator<'c>,
    element: &'c Names,
    node: Node<'c>,
    term: &str,
    people: usize,
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
        LabelPlural::Contextual => people > 1,
    };
    let locale = evaluator.context.locale;
    let Some(text) = locale
        .term(term, label.form, plural)
        .filter(|text| !text.is_empty())
    else {
        return Some(node);
    };
    let label = Node::text(evaluator.cased(Cow::Borrowed(text), &label.appearance))
        .map(|node| node.with(&label.appearance).tagged(Tag::Label));
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

/// The names of one variable, and how many of them are shown.
fn name_list<'c>(
    evaluator: &mut Evaluator<'c>,
    element: &'c Names,
    style: &NameStyle<'c>,
    people: &'c [PersonName],
) -> (Option<Node<'c>>, usize) {
    let context = evaluator.context;
    let list = evaluator.name_lists;
    evaluator.name_lists += 1;
    let base_level = match (style.form, style.initialize_with) {
        (NameForm::Short, _) => 0,
        (_, Some(_)) => 1,
        _ => 2,
    };
    let levels: Vec<u8> = people
        .iter()
        .enumerate()
        .map(|(at, person)| {
            let requested = context
                .ambiguity
                .givens
                .get(list)
                .and_then(|levels| levels.get(at))
                .copied()
                .unwrap_or(0);
            // Without initials to show, the next step after the family name is the full name.
            let requested = if requested == 1 && style.initialize_with.is_none() {
                2
            } else {
                requested
            };
            if person.is_literal() || context.purpose == Purpose::Sort {
                return base_level;
            }
            let by_name =
                context
                    .given_names
                    .level(person, at, base_level, style.initialize_with.is_some());
            base_level.max(requested).max(by_name)
        })
        .collect();
    let shown = shown_count(evaluator, style, list, people.len());
    let use_last = style.et_al_use_last && shown + 1 < people.len();
    evaluator.observations.name_lists.push(NameListObservation {
        shown,
        total: people.len(),
        levels: levels.clone(),
    });
    if style.form == NameForm::Count {
        return (None, shown);
    }
    let truncated = shown < people.len();
    let mut nodes: Vec<Node<'c>> = Vec::with_capacity(shown + 1);
    let mut inverted: Vec<bool> = Vec::with_capacity(shown + 1);
    let mut push = |evaluator: &mut Evaluator<'c>, at: usize| {
        let Some(person) = people.get(at) else { return };
        let level = levels.get(at).copied().unwrap_or(base_level);
        if let Some((node, is_inverted)) = one_name(evaluator, element, style, person, at, level) {
            nodes.push(node.tagged(Tag::Name));
            inverted.push(is_inverted);
        }
    };
    for at in 0..shown {
        push(evaluator, at);
    }
    if truncated && use_last {
        push(evaluator, people.len() - 1);
        return (join_with_ellipsis(style, nodes), shown);
    }
    if shown == 0 {
        return (None, 0);
    }
    let forced_et_al = people.iter().take(shown).any(has_et_al);
    if truncated && !matches!(context.purpose, Purpose::Sort) || forced_et_al {
        return (
            join_with_et_al(evaluator, element, style, nodes, &inverted),
            shown,
        );
    }
    if context.purpose == Purpose::Sort {
        return (Node::group(nodes, style.delimiter), shown);
    }
    // Institutions have no options of their own: the delimiter precedes the last of three and more.
    let precedes_last = if people.iter().all(PersonName::is_literal) {
        DelimiterPrecedes::Contextual
    } else {
        style.precedes_last
    };
    (
        join(evaluator, style, precedes_last, nodes, &inverted),
        shown,
    )
}

/// "et al" given as a particle of the last name.
fn has_et_al(person: &PersonName) -> bool {
    let particle = person.dropping_particle.replace('.', "");
    particle == "et al" || particle == "et.al"
}

/// How many names are shown (clause "Et-al", as disambiguation changes it).
fn shown_count(
    evaluator: &Evaluator<'_>,
    style: &NameStyle<'_>,
    list: usize,
    total: usize,
) -> usize {
    let context = evaluator.context;
    let requested = context.ambiguity.names.get(list).copied().unwrap_or(0);
    if style.et_al_min < style.et_al_use_first {
        return total;
    }
    let mut shown = total;
    let uses_request = match context.part {
        Part::Citation => true,
        // The bibliography follows where given names are added, too.
        Part::Bibliography => {
            context.style.options.add_names && context.style.options.add_givenname
        }
    };
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
        && context.purpose != Purpose::Compare
        && total >= style.et_al_min
        && shown > style.et_al_min.saturating_sub(2)
    {
        shown = style.et_al_min.saturating_sub(2).max(1);
    }
    shown.min(total)
}

fn add_suffix(node: &mut Node<'_>, text: &str) {
    node.suffix = Cow::Owned(format!("{}{text}", node.suffix));
}

fn join<'c>(
    evaluator: &Evaluator<'c>,
    style: &NameStyle<'c>,
    precedes_last: DelimiterPrecedes,
    mut nodes: Vec<Node<'c>>,
    inverted: &[bool],
) -> Option<Node<'c>> {
    let Some(and) = style.and else {
        return Node::group(nodes, style.delimiter);
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
    let two = nodes.len() == 2;
    let before_last_inverted =
        inverted.len() > 1 && inverted.get(inverted.len() - 2).copied().unwrap_or(false);
    let prefix = match precedes_last {
        DelimiterPrecedes::Contextual if two => {
            if spaced {
                " "
            } else {
                ""
            }
        }
        DelimiterPrecedes::Contextual => {
            if spaced {
                style.delimiter
            } else {
                ""
            }
        }
        DelimiterPrecedes::Always => style.delimiter,
        DelimiterPrecedes::AfterInvertedName if before_last_inverted => style.delimiter,
        DelimiterPrecedes::Never | DelimiterPrecedes::AfterInvertedName => {
            if spaced {
                " "
            } else {
                ""
            }
        }
    };
    let last = nodes.pop()?;
    let count = nodes.len();
    for node in nodes.iter_mut().take(count - 1) {
        add_suffix(node, style.delimiter);
    }
    let and = Node::text(term)?
        .with_prefix(prefix)
        .with_suffix(if spaced { " " } else { "" });
    nodes.push(and);
    nodes.push(last);
    Node::group(nodes, "")
}

fn join_with_ellipsis<'c>(style: &NameStyle<'c>, mut nodes: Vec<Node<'c>>) -> Option<Node<'c>> {
    let two = nodes.len() == 2;
    let last = nodes.pop()?;
    let count = nodes.len();
    for node in nodes.iter_mut().take(count.saturating_sub(1)) {
        add_suffix(node, style.delimiter);
    }
    let prefix = if two { " " } else { style.delimiter };
    nodes.push(Node::text("\u{2026}")?.with_prefix(prefix).with_suffix(" "));
    nodes.push(last);
    Node::group(nodes, "")
}

fn join_with_et_al<'c>(
    evaluator: &Evaluator<'c>,
    element: &'c Names,
    style: &NameStyle<'c>,
    nodes: Vec<Node<'c>>,
    inverted: &[bool],
) -> Option<Node<'c>> {
    let (name, appearance) = match &element.et_al {
        Some(et_al) => (et_al.term.as_str(), Some(&et_al.appearance)),
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
    let list = Node::group(nodes, style.delimiter)?;
    let Some(et_al) = Node::text(match appearance {
        Some(appearance) => evaluator.cased(Cow::Borrowed(term), appearance),
        None => Cow::Borrowed(term),
    }) else {
        return Some(list);
    };
    let et_al = match appearance {
        Some(appearance) => et_al.with(appearance),
        None => et_al,
    };
    let mut group = Node::group(vec![list, et_al.with_prefix(prefix).with_suffix("")], "")?;
    // What `cs:name` says about formatting goes for the whole of a shortened list.
    group.font = element.name_appearance.font;
    Some(group)
}

/// The pieces of a name, in the order they are printed.
struct Pieces<'c> {
    text: String,
    nodes: Vec<Node<'c>>,
    plain: bool,
}

impl<'c> Pieces<'c> {
    fn new(plain: bool) -> Self {
        Self {
            text: String::new(),
            nodes: Vec::new(),
            plain,
        }
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.nodes.is_empty()
    }

    fn push(&mut self, text: &str, appearance: Option<&'c Appearance>) {
        if text.is_empty() {
            return;
        }
        if self.plain {
            self.text.push_str(text);
        } else if let Some(node) = Node::text(text.to_owned()) {
            let font = appearance
                .map(|appearance| appearance.font)
                .unwrap_or_default();
            let mut node = node;
            node.font = font;
            self.nodes.push(node);
        }
    }

    /// Pieces behind these, with something between if both are there.
    fn join(&mut self, between: &str, other: Self) {
        if other.is_empty() {
            return;
        }
        if self.is_empty() {
            *self = other;
            return;
        }
        if self.plain {
            self.text.push_str(between);
            self.text.push_str(&other.text);
        } else {
            if let Some(last) = self.nodes.last_mut() {
                add_suffix(last, between);
            }
            self.nodes.extend(other.nodes);
        }
    }

    /// The pieces as one, with the affixes of a part.
    fn affixed(mut self, appearance: Option<&'c Appearance>) -> Self {
        let Some(appearance) = appearance else {
            return self;
        };
        if self.is_empty() || (appearance.prefix.is_empty() && appearance.suffix.is_empty()) {
            return self;
        }
        let nodes = std::mem::take(&mut self.nodes);
        if let Some(node) = Node::group(nodes, "") {
            self.nodes.push(
                node.with_prefix(appearance.prefix.as_str())
                    .with_suffix(appearance.suffix.as_str()),
            );
        }
        self
    }

    fn finish(self) -> Option<Node<'c>> {
        if self.plain {
            Node::text(self.text)
        } else {
            Node::group(self.nodes, "")
        }
    }
}

/// One name, and whether its family name stands first and apart.
fn one_name<'c>(
    evaluator: &mut Evaluator<'c>,
    element: &'c Names,
    style: &NameStyle<'c>,
    person: &'c PersonName,
    at: usize,
    level: u8,
) -> Option<(Node<'c>, bool)> {
    let context = evaluator.context;
    if person.is_literal() {
        let text = context
            .abbreviations
            .get("institution-part", &person.literal)
            .unwrap_or(&person.literal);
        // The name of an institution is all family name.
        let mut node = match &element.family {
            Some(look) => {
                let mut node = Node::text(evaluator.cased(Cow::Borrowed(text), look))?;
                node.font = look.font;
                node
            }
            None => Node::text(text)?,
        };
        if element.family.is_none() {
            node.font = element.name_appearance.font;
        }
        return Some((node, false));
    }
    let family_look = element.family.as_ref();
    let given_look = element.given.as_ref();
    let is_plain = |look: Option<&Appearance>| {
        look.is_none_or(|look| {
            look.font.is_plain() && look.prefix.is_empty() && look.suffix.is_empty()
        })
    };
    let plain = is_plain(family_look) && is_plain(given_look);
    let sorting = context.purpose == Purpose::Sort;
    let cased = |text: &str, look: Option<&Appearance>| -> String {
        let mut text = text.to_owned();
        if let Some(look) = look {
            if look.strip_periods {
                text = text.replace('.', "");
            }
            if let Some(case) = look.text_case {
                text = text_case::apply(&text, case, context.locale.language());
            }
        }
        text
    };
    // The language of a work can put family names first.
    let vietnamese_or_hungarian = matches!(context.work.language.as_deref(), Some("vi" | "hu"));
    let given_text = given_name(evaluator, style, person, level);
    let show_given = level > 0;
    let piece = |text: &str, look: Option<&'c Appearance>| {
        let mut pieces = Pieces::new(plain);
        pieces.push(&cased(text, look), look);
        pieces
    };
    let family = || piece(&person.family, family_look);
    let particle = || {
        if sorting {
            let text = person.non_dropping_particle.replace(['\'', '\u{2019}'], "");
            piece(&text, family_look)
        } else {
            piece(&person.non_dropping_particle, family_look)
        }
    };
    let given = || {
        if show_given {
            piece(&given_text, given_look)
        } else {
            Pieces::new(plain)
        }
    };
    let is_et_al = has_et_al(person);
    let dropping = || {
        if show_given && !given_text.is_empty() && !is_et_al {
            piece(&person.dropping_particle, given_look)
        } else {
            Pieces::new(plain)
        }
    };
    let suffix = || {
        let mut pieces = Pieces::new(plain);
        if show_given && !given_text.is_empty() {
            let text = match style.initialize_with {
                Some(with) => initials::normalize(&person.suffix, with),
                None => person.suffix.clone(),
            };
            pieces.push(&text, None);
        }
        pieces
    };
    let particle_joins = person
        .non_dropping_particle
        .ends_with(['\'', '\u{2019}', '-', ' ']);
    let hard_space = match context.locale.language().get(..2) {
        Some("fr" | "ru" | "cs") => "\u{a0}",
        _ => " ",
    };
    let mut inverted = false;
    let result = match person.script {
        Script::EastAsian if !person.family.is_empty() => {
            let mut name = particle();
            name.join("", family());
            name.join("", given());
            name
        }
        Script::Mixed => {
            let mut name = particle();
            name.join(hard_space, family());
            name.join(" ", given());
            name
        }
        _ if person.static_ordering || vietnamese_or_hungarian => {
            let mut name = particle();
            name.join(hard_space, family());
            name.join(" ", given());
            name
        }
        _ if sorting => {
            let mut name = Pieces::new(plain);
            if context.style.options.demote_particle == DemoteParticle::Never {
                name.join("", particle());
                name.join(" ", family());
                name.join(" ", dropping());
                name.join(" ", given());
            } else {
                name.join("", family());
                let mut second = given();
                second.join(" ", dropping());
                second.join(" ", particle());
                name.join(" ", second);
            }
            name.join(" ", suffix());
            name
        }
        _ if style.as_sort_order == Some(NameAsSortOrder::All)
            || (style.as_sort_order == Some(NameAsSortOrder::First) && at == 0) =>
        {
            inverted = true;
            let separator = if matches!(person.given.as_str(), "Lord" | "Lady") {
                ", "
            } else {
                style.sort_separator
            };
            let comma = if person.comma_particle { ", " } else { " " };
            let mut second = given();
            second.join(comma, dropping());
            let mut name;
            if context.style.options.demote_particle == DemoteParticle::DisplayAndSort {
                second.join(" ", particle());
                let second = second.affixed(given_look);
                name = family().affixed(family_look);
                name.join(separator, second);
            } else {
                let second = second.affixed(given_look);
                name = particle();
                name.join(if particle_joins { "" } else { hard_space }, family());
                name = name.affixed(family_look);
                name.join(separator, second);
            }
            name.join(separator, suffix());
            name
        }
        _ => {
            let suffix_separator = if person.comma_suffix { ", " } else { " " };
            let mut second = Pieces::new(plain);
            let dropping_joins = person
                .dropping_particle
                .ends_with(['\'', '\u{2bc}', '\u{2019}', '-'])
                && person.non_dropping_particle.is_empty()
                && person
                    .dropping_particle
                    .trim_end_matches(['\'', '\u{2bc}', '\u{2019}', '-'])
                    != "de";
            second.join("", dropping());
            if dropping_joins {
                second.join("", family());
            } else {
                let mut core = particle();
                core.join(if particle_joins { "" } else { hard_space }, family());
                second.join(hard_space, core);
            }
            second.join(suffix_separator, suffix());
            let second = second.affixed(family_look);
            let mut name = given().affixed(given_look);
            let hard = style
                .initialize_with
                .is_some_and(|with| with.contains(['\u{a0}', '\u{feff}']))
                && level == 1;
            let space = if hard { hard_space } else { " " };
            let between =
                if person.comma_particle && family_look.is_none_or(|look| look.prefix.is_empty()) {
                    format!(",{space}")
                } else {
                    space.to_owned()
                };
            name.join(&between, second);
            name
        }
    };
    let mut node = result.finish()?;
    let look = &element.name_appearance;
    if !look.font.is_plain() || !look.prefix.is_empty() || !look.suffix.is_empty() {
        node = Node::group(vec![node], "")?.with(look);
    }
    Some((node, inverted))
}

/// The given name as far as it is shown: nothing, initials, or all of it.
fn given_name(
    evaluator: &Evaluator<'_>,
    style: &NameStyle<'_>,
    person: &PersonName,
    level: u8,
) -> String {
    let options = &evaluator.context.style.options;
    let full = || person.given.clone();
    match level {
        0 => String::new(),
        1 if !person.family.is_empty() => {
            let with = match style.initialize_with {
                Some(with) => with,
                None if options.givenname_rule.initials_only() => "",
                None => return full(),
            };
            if person.static_ordering {
                return full();
            }
            if style.initialize {
                initials::initialize(&person.given, with, options.initialize_with_hyphen)
            } else {
                initials::normalize_with(&person.given, with, options.initialize_with_hyphen)
            }
        }
        _ => full(),
    }
}

/// The keys by which persons of the same name are told apart.
pub(super) fn name_key(person: &PersonName, particle_counts: bool) -> NameKey {
    let plain = |text: &str| {
        text.replace('.', " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut family = plain(&person.family);
    if particle_counts && !person.non_dropping_particle.is_empty() && !family.is_empty() {
        family = format!("{family} {}", person.non_dropping_particle);
    }
    let given = plain(&person.given);
    let initials = initials::initialize(&given, "%s", true);
    NameKey {
        family,
        initials,
        given,
    }
}

/// What `cs:names` is where a sort key names a variable.
static SORT_NAMES: LazyLock<Names> = LazyLock::new(|| Names {
    variables: Vec::new(),
    options: NameOptions {
        as_sort_order: Some(NameAsSortOrder::All),
        sort_separator: Some(" ".to_owned()),
        form: Some(NameForm::Long),
        ..NameOptions::default()
    },
    delimiter: None,
    name_appearance: Appearance::default(),
    family: None,
    given: None,
    et_al: None,
    label: None,
    substitute: Vec::new(),
    appearance: Appearance::default(),
    bare: false,
});

/// The names of a variable as a sort key.
pub(super) fn sort_names<'c>(context: Context<'c>, variable: VariableId) -> Option<Node<'c>> {
    let mut evaluator = Evaluator::new(context);
    names(&mut evaluator, &SORT_NAMES, &[variable])
}
