//! Printing the name of one person or institution (clauses "Name" and "Name-part").

use std::borrow::Cow;

use super::Evaluator;
use super::name_style::ResolvedNameOptions;
use crate::csl::citeproc_js;
use crate::csl::context::Purpose;
use crate::csl::element::*;
use crate::csl::initials;
use crate::csl::name_parts::{NameParts, NameScript};
use crate::csl::output_tree::Node;
use crate::csl::text_case;

/// Returns the name at a position of a list, and whether it is inverted: the family name first, followed by a separator.
pub(super) fn name<'c>(
    evaluator: &Evaluator<'c>,
    element: &'c Names,
    style: &ResolvedNameOptions<'c>,
    person: &'c NameParts,
    position: usize,
    level: u8,
) -> Option<(Node<'c>, bool)> {
    if person.is_literal() {
        return Some((institution(evaluator, element, person)?, false));
    }
    let parts = PrintedParts::new(evaluator, element, style, person, level);
    let is_inverted = match style.as_sort_order {
        Some(NameAsSortOrder::All) => true,
        Some(NameAsSortOrder::First) => position == 0,
        None => false,
    };
    // In some languages of items, the family name comes first.
    let is_family_first = person.static_ordering
        || citeproc_js::has_family_first(evaluator.context.item.language.as_deref());
    let (pieces, is_inverted) = match person.script {
        NameScript::EastAsian if !person.family.is_empty() => (parts.family_first("", ""), false),
        NameScript::Mixed => (parts.family_first(parts.hard_space, " "), false),
        _ if is_family_first => (parts.family_first(parts.hard_space, " "), false),
        _ if parts.is_sort_key => (parts.as_sort_key(), false),
        _ if is_inverted => (parts.inverted(), true),
        _ => (parts.in_natural_order(), false),
    };
    let mut node = pieces.finish()?;
    let look = &element.name_attributes;
    if !look.font.is_plain() || !look.prefix.is_empty() || !look.suffix.is_empty() {
        node = Node::wrap(node).with(look);
        node.font = citeproc_js::without_normal_of(look.font, element.attributes.font);
    }
    Some((node, is_inverted))
}

/// Returns the name of an institution, which counts as a family name.
fn institution<'c>(
    evaluator: &Evaluator<'c>,
    element: &'c Names,
    institution: &'c NameParts,
) -> Option<Node<'c>> {
    let abbreviations = &evaluator.context.abbreviations;
    let text = abbreviations
        .get("institution-part", &institution.literal)
        .unwrap_or(&institution.literal);
    let (mut node, font) = match &element.family {
        Some(look) => (
            Node::text(evaluator.cased(Cow::Borrowed(text), look))?,
            look.font,
        ),
        None => (Node::text(text)?, element.name_attributes.font),
    };
    node.font = citeproc_js::without_normal_of(font, element.attributes.font);
    Some(node)
}

/// The parts of the name of a person, as a style prints them.
struct PrintedParts<'e, 'c> {
    evaluator: &'e Evaluator<'c>,
    style: &'e ResolvedNameOptions<'c>,
    person: &'c NameParts,
    family_look: Option<&'c CommonAttributes>,
    given_look: Option<&'c CommonAttributes>,
    /// The given name as far as it is shown.
    given_name: Cow<'c, str>,
    /// The shown part of the given name: 0 for nothing, 1 for initials.
    level: u8,
    /// The formatting of `cs:names`.
    outer: FontFormatting,
    /// Whether the parts have no formatting and no affixes of their own.
    is_plain: bool,
    is_sort_key: bool,
    /// The space between a particle and the family name.
    hard_space: &'static str,
}

impl<'e, 'c> PrintedParts<'e, 'c> {
    fn new(
        evaluator: &'e Evaluator<'c>,
        element: &'c Names,
        style: &'e ResolvedNameOptions<'c>,
        person: &'c NameParts,
        level: u8,
    ) -> Self {
        let (family_look, given_look) = (element.family.as_ref(), element.given.as_ref());
        let is_plain = |look: Option<&CommonAttributes>| {
            look.is_none_or(|look| {
                look.font.is_plain() && look.prefix.is_empty() && look.suffix.is_empty()
            })
        };
        let context = evaluator.context;
        Self {
            evaluator,
            style,
            person,
            family_look,
            given_look,
            given_name: given_name(evaluator, style, person, level),
            level,
            outer: element.attributes.font,
            is_plain: is_plain(family_look) && is_plain(given_look),
            is_sort_key: context.purpose == Purpose::Sort,
            hard_space: citeproc_js::name_space(context.locale.language()),
        }
    }

    fn nothing(&self) -> NamePieces<'c> {
        NamePieces::new(self.is_plain, self.outer)
    }

    fn piece(&self, text: &str, look: Option<&'c CommonAttributes>) -> NamePieces<'c> {
        let strips = self.evaluator.strips_periods() || look.is_some_and(|look| look.strip_periods);
        let mut text = Cow::Borrowed(text);
        if strips && text.contains('.') {
            text = Cow::Owned(text.replace('.', ""));
        }
        if let Some(case) = look.and_then(|look| look.text_case) {
            text = Cow::Owned(text_case::apply(&text, case, self.evaluator.language()));
        }
        let mut pieces = self.nothing();
        pieces.push(&text, look);
        pieces
    }

    fn family(&self) -> NamePieces<'c> {
        self.piece(&self.person.family, self.family_look)
    }

    /// Returns the particle that is printed even if the given name is not.
    fn particle(&self) -> NamePieces<'c> {
        let particle = &self.person.non_dropping_particle;
        if self.is_sort_key {
            let text = particle.replace(['\'', '\u{2019}'], "");
            self.piece(&text, self.family_look)
        } else {
            self.piece(particle, self.family_look)
        }
    }

    fn given(&self) -> NamePieces<'c> {
        self.piece(&self.given_name, self.given_look)
    }

    /// Returns the particle that is printed only with the given name.
    fn dropping_particle(&self) -> NamePieces<'c> {
        if self.given_name.is_empty() || citeproc_js::has_et_al(self.person) {
            self.nothing()
        } else {
            self.piece(&self.person.dropping_particle, self.given_look)
        }
    }

    fn suffix(&self) -> NamePieces<'c> {
        let mut pieces = self.nothing();
        if !self.given_name.is_empty() {
            let text = match self.style.initialize_with {
                Some(with) => Cow::Owned(initials::normalize(&self.person.suffix, with)),
                None => Cow::Borrowed(&*self.person.suffix),
            };
            pieces.push(&text, None);
        }
        pieces
    }

    /// Returns the particle and the family name.
    fn family_with_particle(&self) -> NamePieces<'c> {
        let particle_joins = self
            .person
            .non_dropping_particle
            .ends_with(['\'', '\u{2019}', '-', ' ']);
        let space = if particle_joins { "" } else { self.hard_space };
        let mut name = self.particle();
        name.join(space, self.family());
        name
    }

    /// Returns the name of a person whose family name comes first without a comma.
    fn family_first(&self, after_particle: &str, before_given: &str) -> NamePieces<'c> {
        let mut name = self.particle();
        name.join(after_particle, self.family());
        name.join(before_given, self.given());
        name
    }

    /// Returns the name as a sort key.
    fn as_sort_key(&self) -> NamePieces<'c> {
        let mut name = self.nothing();
        if self.evaluator.context.style.options.demote_particle == DemoteParticle::Never {
            name.join("", self.particle());
            name.join(" ", self.family());
            name.join(" ", self.dropping_particle());
            name.join(" ", self.given());
        } else {
            let mut second = self.given();
            second.join(" ", self.dropping_particle());
            second.join(" ", self.particle());
            name.join("", self.family());
            name.join(" ", second);
        }
        name.join(" ", self.suffix());
        name
    }

    /// Returns the name with the family name first: “La Fontaine, Jean de”.
    fn inverted(&self) -> NamePieces<'c> {
        let separator = if citeproc_js::is_title(&self.person.given) {
            ", "
        } else {
            self.style.sort_separator
        };
        let before_particle = if self.person.comma_particle {
            ", "
        } else {
            " "
        };
        let mut second = self.given();
        second.join(before_particle, self.dropping_particle());
        let options = &self.evaluator.context.style.options;
        let first = if options.demote_particle == DemoteParticle::DisplayAndSort {
            second.join(" ", self.particle());
            self.family()
        } else {
            self.family_with_particle()
        };
        let mut name = first.affixed(self.family_look);
        name.join(separator, second.affixed(self.given_look));
        name.join(separator, self.suffix());
        name
    }

    /// Returns the name with the given name first: “Jean de La Fontaine”.
    fn in_natural_order(&self) -> NamePieces<'c> {
        const JOINING: [char; 4] = ['\'', '\u{2bc}', '\u{2019}', '-'];
        let person = self.person;
        let dropping = &person.dropping_particle;
        let dropping_joins = dropping.ends_with(JOINING)
            && person.non_dropping_particle.is_empty()
            && dropping.trim_end_matches(JOINING) != "de";
        let mut second = self.dropping_particle();
        if dropping_joins {
            second.join("", self.family());
        } else {
            second.join(self.hard_space, self.family_with_particle());
        }
        let before_suffix = if person.comma_suffix { ", " } else { " " };
        second.join(before_suffix, self.suffix());
        let mut name = self.given().affixed(self.given_look);
        name.join(&self.after_given_name(), second.affixed(self.family_look));
        name
    }

    /// Returns what separates the given name from the family name after it.
    fn after_given_name(&self) -> Cow<'static, str> {
        let is_hard = self.level == 1
            && self
                .style
                .initialize_with
                .is_some_and(|with| with.contains(['\u{a0}', '\u{feff}']));
        let is_in_suffix = self
            .given_look
            .is_some_and(|look| look.suffix.ends_with('\u{a0}'));
        let space = match (is_in_suffix, is_hard) {
            (true, _) => "",
            (false, true) => self.hard_space,
            (false, false) => " ",
        };
        let has_prefix = self.family_look.is_some_and(|look| !look.prefix.is_empty());
        if self.person.comma_particle && !has_prefix {
            Cow::Owned(format!(",{space}"))
        } else {
            Cow::Borrowed(space)
        }
    }
}

/// Returns the given name as far as it is shown: nothing, initials, or all of it.
fn given_name<'n>(
    evaluator: &Evaluator<'_>,
    style: &ResolvedNameOptions<'_>,
    person: &'n NameParts,
    level: u8,
) -> Cow<'n, str> {
    let options = &evaluator.context.style.options;
    let hyphen = options.initialize_with_hyphen;
    let full = Cow::Borrowed(&*person.given);
    if level == 0 {
        return Cow::Borrowed("");
    }
    if person.family.is_empty() || person.static_ordering {
        return full;
    }
    Cow::Owned(match style.initialize_with {
        // Initials have the form that the style wants in a full name, too.
        Some(with) if !style.initialize => initials::normalize_with(&person.given, with, hyphen),
        Some(with) if level == 1 => initials::initialize(&person.given, with, hyphen),
        None if level == 1 && options.givenname_rule.initials_only() => {
            if style.initialize {
                initials::initialize(&person.given, "", hyphen)
            } else {
                initials::normalize_with(&person.given, "", hyphen)
            }
        }
        _ => return full,
    })
}

/// The pieces of a name in printing order.
struct NamePieces<'c> {
    text: String,
    nodes: Vec<Node<'c>>,
    plain: bool,
    /// The formatting of `cs:names`, which citeproc-js does not let its parts undo.
    outer: FontFormatting,
}

impl<'c> NamePieces<'c> {
    fn new(plain: bool, outer: FontFormatting) -> Self {
        Self {
            text: String::new(),
            nodes: Vec::new(),
            plain,
            outer,
        }
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.nodes.is_empty()
    }

    fn push(&mut self, text: &str, attributes: Option<&'c CommonAttributes>) {
        if text.is_empty() {
            return;
        }
        if self.plain {
            self.text.push_str(text);
        } else if let Some(node) = Node::text(text.to_owned()) {
            let font = attributes
                .map(|attributes| citeproc_js::without_normal_of(attributes.font, self.outer));
            let mut node = node;
            node.font = font.unwrap_or_default();
            self.nodes.push(node);
        }
    }

    /// Appends other pieces, with `between` if neither is empty.
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
                add_suffix(last, Cow::Owned(between.to_owned()));
            }
            self.nodes.extend(other.nodes);
        }
    }

    /// Adds the affixes of a name part.
    fn affixed(mut self, attributes: Option<&'c CommonAttributes>) -> Self {
        let Some(attributes) = attributes else {
            return self;
        };
        if self.is_empty() || (attributes.prefix.is_empty() && attributes.suffix.is_empty()) {
            return self;
        }
        let nodes = std::mem::take(&mut self.nodes);
        if let Some(node) = Node::group(nodes, "") {
            self.nodes.push(
                node.with_prefix(attributes.prefix.as_str())
                    .with_suffix(attributes.suffix.as_str()),
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

/// Appends text to the suffix of a node, with one space at its end.
pub(super) fn add_suffix<'c>(node: &mut Node<'c>, text: Cow<'c, str>) {
    node.suffix = if node.suffix.is_empty() {
        text
    } else {
        let suffix = format!("{}{text}", node.suffix);
        Cow::Owned(citeproc_js::one_space(&suffix).to_owned())
    };
}
