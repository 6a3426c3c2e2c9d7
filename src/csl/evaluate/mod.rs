//! Evaluation: applies the rendering elements of a style to an item and returns an output tree.

mod citation_label;
mod date;
mod name_style;
mod names;
mod person;

use std::borrow::Cow;

use super::SecondFieldAlign;
use super::citation::CitePosition;
use super::citeproc_js;
use super::context::{EvaluationContext, LayoutKind, Purpose, RenderTrace};
use super::counters;
use super::element::*;
use super::numbers::{NumberContext, NumberValue, is_plain_number, year_suffix};
use super::output_tree::{Node, NodeRole};
use super::prepared_item::VariableValue;
use super::rich_text::Display;
use super::text_case::{self, strip_periods};
use super::variables::{self, VariableId, VariableKind};

pub(super) use citation_label::citation_label;
pub(super) use names::sort_names;

use name_style::EtAlOptions;

/// The state of a group (clause "Group"): it prints if one of its variables does, or if it calls none.
#[derive(Debug, Clone, Copy, Default)]
struct GroupState {
    wants_variable: bool,
    has_variable: bool,
    has_term: bool,
}

/// Evaluates elements for an item.
pub(super) struct Evaluator<'c> {
    pub(super) context: EvaluationContext<'c>,
    group: GroupState,
    /// Variables that were printed as substitutes; they print nothing afterwards.
    used_up: Vec<VariableId>,
    in_substitute: bool,
    /// The number of names that the next `cs:names` shows, if it is a substitute for others.
    outer_et_al: EtAlOptions,
    strip_periods: u32,
    /// Whether names with options of their own were tried as a substitute and were empty. The head of the
    /// entry is then not replaced by `subsequent-author-substitute`.
    pub(super) head_is_fixed: bool,
    /// Whether the head of the entry was printed: its first names, or what takes their place.
    has_head: bool,
    /// The names that the latest `cs:names` shows, as they were written.
    shown_names: Vec<String>,
    /// The names at the head of the entry, as they were written.
    pub(super) head_names: Vec<String>,
    /// Whether text was printed before; numbers do not count.
    has_text: bool,
    /// The number of elements around this one in the layout.
    depth: u32,
    /// Whether something was printed before, so that a term does not begin the sentence.
    pub(super) has_predecessor: bool,
    pub(super) name_lists: usize,
    disambiguate_used: usize,
    year_suffix_printed: bool,
    locator_printed: bool,
    pub(super) trace: RenderTrace,
}

impl<'c> Evaluator<'c> {
    pub(super) fn new(context: EvaluationContext<'c>) -> Self {
        Self {
            context,
            group: GroupState::default(),
            used_up: Vec::new(),
            in_substitute: false,
            outer_et_al: EtAlOptions::default(),
            strip_periods: 0,
            head_is_fixed: false,
            has_head: false,
            shown_names: Vec::new(),
            head_names: Vec::new(),
            has_text: false,
            depth: 0,
            has_predecessor: false,
            name_lists: 0,
            disambiguate_used: 0,
            year_suffix_printed: false,
            locator_printed: false,
            trace: RenderTrace::default(),
        }
    }

    /// Evaluates the layout, without its affixes.
    pub(super) fn layout(&mut self) -> Option<Node<'c>> {
        let section = self.context.layout;
        let nodes = self.elements(&section.layout);
        Node::group(nodes, "")
    }

    /// Evaluates the layout of the bibliography, with the first field in a block of its own if the style says
    /// so.
    pub(super) fn bibliography_layout(
        &mut self,
        align: Option<SecondFieldAlign>,
    ) -> Option<Node<'c>> {
        let section = self.context.layout;
        let mut elements = Vec::new();
        self.top_level(&section.layout, &mut elements);
        let mut elements = elements.into_iter();
        let mut margin = None;
        if align.is_some()
            && let Some(first) = elements.next()
        {
            let mut nodes = Vec::new();
            self.element(first, &mut nodes);
            margin = Node::group(nodes, "");
        }
        let mut nodes = Vec::new();
        // Whether the last element left an empty part, which takes the suffix of the layout with it.
        let mut ends_empty = false;
        for element in elements {
            let before = nodes.len();
            self.element(element, &mut nodes);
            if nodes.len() > before {
                ends_empty = false;
            } else {
                ends_empty |= citeproc_js::leaves_empty_part(element);
            }
        }
        let attributes = &section.attributes;
        let has_blocks = citeproc_js::begins_with_block(&section.layout);
        if has_blocks
            && !ends_empty
            && let Some(last) = nodes.last_mut()
        {
            last.suffix = Cow::Borrowed(&attributes.suffix);
        }
        let outer_suffix = if has_blocks {
            ""
        } else {
            attributes.suffix.as_str()
        };
        if align.is_some() {
            let rest = Node::group(nodes, "");
            nodes = Vec::with_capacity(2);
            nodes.extend(margin.map(|node| node.displayed(Display::LeftMargin)));
            nodes.extend(rest.map(|node| {
                node.displayed(Display::RightInline)
                    .with_suffix(outer_suffix)
            }));
        }
        // The prefix belongs to the first element.
        if let Some(first) = nodes.first_mut()
            && !attributes.prefix.is_empty()
        {
            first.prefix = Cow::Owned(format!("{}{}", attributes.prefix, first.prefix));
        }
        let mut layout = Node::group(nodes, "")?;
        if align.is_none() {
            layout.suffix = Cow::Borrowed(outer_suffix);
        }
        let mut entry = Node::wrap(layout);
        entry.font = attributes.font;
        Some(entry)
    }

    /// Collects elements, and in place of `cs:choose` those of the branch that applies.
    fn top_level(&mut self, elements: &'c [Element], into: &mut Vec<&'c Element>) {
        for element in elements {
            if let Element::Choose(choose) = element {
                let branch = self.branch(choose);
                self.top_level(branch, into);
            } else {
                into.push(element);
            }
        }
    }

    /// Evaluates a macro for a sort key. Like everywhere, it is a group, which is empty if all its variables are.
    pub(super) fn sort_macro(&mut self, number: usize) -> Option<Node<'c>> {
        let elements = self.context.style.macros.get(number)?;
        self.grouped(|this| {
            let nodes = this.elements(elements);
            Some(this.tagged_dates(Node::group(nodes, "")?, number))
        })
    }

    /// Tags the tree of a macro that holds dates, in a sort key.
    fn tagged_dates(&self, node: Node<'c>, number: usize) -> Node<'c> {
        let holds_dates = self.context.style.date_macros.get(number);
        if self.context.purpose == Purpose::Sort && holds_dates.is_some_and(|holds| *holds) {
            node.tagged(NodeRole::DateMacro)
        } else {
            node
        }
    }

    pub(super) fn elements(&mut self, elements: &'c [Element]) -> Vec<Node<'c>> {
        let mut nodes = Vec::new();
        if self.context.locale.moves_counters {
            self.elements_with_counters(elements, &mut nodes);
            return nodes;
        }
        for element in elements {
            self.element(element, &mut nodes);
        }
        nodes
    }

    /// Evaluates elements with the labels after their numbers, see [`counters`].
    fn elements_with_counters(&mut self, elements: &'c [Element], into: &mut Vec<Node<'c>>) {
        let mut flat = Vec::with_capacity(elements.len());
        self.top_level(elements, &mut flat);
        let mut rest = flat.into_iter().peekable();
        while let Some(element) = rest.next() {
            let next = rest.peek().copied();
            let counted = next.and_then(|next| self.counted(element, next));
            if let Some(counted) = counted {
                rest.next();
                into.push(counted);
            } else {
                self.element(element, into);
            }
        }
    }

    /// Evaluates a label and its number, in any order, if the label is a counter, which follows the number without a
    /// space. What the style puts between the two is left out.
    fn counted(&mut self, one: &'c Element, other: &'c Element) -> Option<Node<'c>> {
        let is_label = |element: &Element| match element {
            Element::Label(_) => true,
            Element::Text(text) => matches!(text.source, TextSource::Term { .. }),
            _ => false,
        };
        let (label, number) = if is_label(one) {
            (one, other)
        } else {
            (other, one)
        };
        let (variable, number_look) = match number {
            Element::Number(number) => (number.variable, &number.attributes),
            Element::Text(text) => match text.source {
                TextSource::Variable { variable, .. } => (variable, &text.attributes),
                _ => return None,
            },
            _ => return None,
        };
        let (counter, label_look) = match label {
            Element::Label(label) if label.variable == Some(variable) => {
                (self.label_text(label)?, &label.attributes)
            }
            Element::Text(text) => match &text.source {
                TextSource::Term { name, form, plural }
                    if name == self.context.style.variables.name(variable) =>
                {
                    let term = self.context.locale.term(name, *form, *plural)?;
                    (term, &text.attributes)
                }
                _ => return None,
            },
            _ => return None,
        };
        let looks = if std::ptr::eq(label, one) {
            [label_look, number_look]
        } else {
            [number_look, label_look]
        };
        let is_spaced = looks[0].suffix.trim().is_empty() && looks[1].prefix.trim().is_empty();
        let is_inline = looks.iter().all(|look| look.display.is_none());
        if !is_spaced || !is_inline || !counters::is_counter(counter) || !self.is_numeric(variable)
        {
            return None;
        }
        let number = self.numeric(variable, NumberForm::Numeric, number_look)?;
        let counter = Node::text(self.cased(Cow::Borrowed(counter), label_look))?.with(label_look);
        let parts = [number, counter].map(|part| part.with_prefix("").with_suffix(""));
        let counted = Node::group(parts.into(), "")?;
        Some(
            counted
                .with_prefix(looks[0].prefix.as_str())
                .with_suffix(looks[1].suffix.as_str()),
        )
    }

    fn element(&mut self, element: &'c Element, into: &mut Vec<Node<'c>>) {
        let node = match element {
            Element::Text(text) => self.text(text),
            Element::Number(number) => self.number(number),
            Element::Date(date) => self.date(date),
            Element::Names(names) => self.names(names),
            Element::Label(label) => self.label(label),
            Element::Group(group) => {
                let strips = u32::from(group.attributes.strip_periods);
                self.strip_periods += strips;
                self.depth += 1;
                let node = self.grouped(|this| {
                    let nodes = this.elements(&group.children);
                    Node::group(nodes, group.delimiter.as_str())
                        .map(|node| node.with(&group.attributes))
                });
                self.depth -= 1;
                self.strip_periods -= strips;
                node.map(|node| self.placed(node))
            }
            Element::Choose(choose) => {
                let branch = self.branch(choose);
                for element in branch {
                    self.element(element, into);
                }
                return;
            }
        };
        if let Some(node) = node {
            into.push(node);
        }
    }

    /// Evaluates the content of a group, and drops it if the group does not print.
    fn grouped(&mut self, content: impl FnOnce(&mut Self) -> Option<Node<'c>>) -> Option<Node<'c>> {
        let outer = std::mem::take(&mut self.group);
        let had_predecessor = self.has_predecessor;
        let node = content(self);
        let inner = std::mem::replace(&mut self.group, outer);
        if inner.has_variable || (inner.has_term && !inner.wants_variable) {
            self.group.has_variable = true;
            node
        } else {
            self.has_predecessor = had_predecessor;
            self.group.wants_variable |= inner.wants_variable;
            None
        }
    }

    fn is_used_up(&self, variable: VariableId) -> bool {
        self.used_up.contains(&variable)
    }

    /// Records a variable that was printed as a substitute.
    fn use_up(&mut self, variable: VariableId) {
        if self.in_substitute {
            self.used_up.push(variable);
        }
    }

    fn seen_variable(&mut self, printed: bool) {
        if printed {
            self.group.has_variable = true;
        } else {
            self.group.wants_variable = true;
        }
    }

    fn printed(&mut self) {
        self.has_predecessor = true;
        self.has_text = true;
    }

    /// Returns the language that decides about title case: that of the item, or of the locale.
    pub(super) fn language(&self) -> &'c str {
        self.context
            .item
            .language
            .as_deref()
            .filter(|language| !language.is_empty())
            .unwrap_or(self.context.locale.language())
    }

    /// Applies `strip-periods` and `text-case` to the value of a variable.
    fn cased_value<'t>(&self, text: Cow<'t, str>, attributes: &CommonAttributes) -> Cow<'t, str> {
        let mut text = text;
        if (attributes.strip_periods || self.strip_periods > 0) && text.contains('.') {
            text = Cow::Owned(strip_periods(&text));
        }
        match attributes.text_case {
            None => text,
            Some(case) => Cow::Owned(text_case::apply(&text, case, self.language())),
        }
    }

    /// Returns whether an enclosing element strips periods.
    pub(super) fn strips_periods(&self) -> bool {
        self.strip_periods > 0
    }

    /// Applies `strip-periods` and `text-case` to a term, a name or a date.
    pub(super) fn cased<'t>(
        &self,
        text: Cow<'t, str>,
        attributes: &CommonAttributes,
    ) -> Cow<'t, str> {
        let mut text = text;
        if (attributes.strip_periods || self.strip_periods > 0) && text.contains('.') {
            text = Cow::Owned(text.replace('.', ""));
        }
        match attributes.text_case {
            None => text,
            Some(TextCase::Title) if !citeproc_js::has_title_case(self.context.item) => text,
            Some(case) => Cow::Owned(text_case::apply(
                &text,
                case,
                self.context.locale.language(),
            )),
        }
    }

    /// Puts a node with `display` into a block, which contains its affixes. Only the top of the layout has blocks.
    fn placed(&self, mut node: Node<'c>) -> Node<'c> {
        match node.display.take() {
            Some(display) if self.depth == 0 => Node::wrap(node).displayed(display),
            _ => node,
        }
    }

    fn text(&mut self, text: &'c Text) -> Option<Node<'c>> {
        let context = self.context;
        match &text.source {
            TextSource::Macro(number) => {
                let strips = u32::from(text.attributes.strip_periods);
                self.strip_periods += strips;
                self.depth += 1;
                let node = self.grouped(|this| {
                    let elements = context.style.macros.get(*number)?;
                    let node = Node::group(this.elements(elements), "")?;
                    Some(this.tagged_dates(node, *number))
                });
                self.depth -= 1;
                self.strip_periods -= strips;
                Some(self.placed(Node::wrap(node?).with(&text.attributes)))
            }
            TextSource::Term { name, form, plural } => {
                let term = context
                    .locale
                    .term(name, *form, *plural)
                    .unwrap_or_default();
                if term.is_empty() {
                    return None;
                }
                self.group.has_term = true;
                let begins = !self.has_predecessor
                    && (context.style.options.note_class
                        || context.section == LayoutKind::Bibliography);
                let term: Cow<'c, str> = if begins {
                    Cow::Owned(text_case::apply(
                        term,
                        TextCase::CapitalizeFirst,
                        context.locale.language(),
                    ))
                } else {
                    Cow::Borrowed(term)
                };
                self.printed();
                let node = Node::text(self.cased(term, &text.attributes))?.with(&text.attributes);
                Some(self.placed(node))
            }
            TextSource::Value(value) => {
                self.group.has_term = true;
                let node = Node::text(self.cased(Cow::Borrowed(value), &text.attributes))?;
                self.printed();
                Some(self.placed(node.with(&text.attributes)))
            }
            TextSource::Variable { variable, short } => {
                self.text_variable(*variable, *short, &text.attributes)
            }
        }
    }

    fn text_variable(
        &mut self,
        variable: VariableId,
        short: bool,
        attributes: &'c CommonAttributes,
    ) -> Option<Node<'c>> {
        let context = self.context;
        if self.is_used_up(variable) {
            self.seen_variable(false);
            return None;
        }
        match variable {
            variables::CITATION_NUMBER => {
                self.seen_variable(true);
                let number = context.number?;
                if context.purpose == Purpose::Compare {
                    return None;
                }
                return Some(
                    Node::text(number.to_string())?
                        .with(attributes)
                        .tagged(NodeRole::CitationNumber(number)),
                );
            }
            variables::YEAR_SUFFIX => {
                let suffix = context.disambiguation.year_suffix;
                self.seen_variable(true);
                if context.purpose == Purpose::Compare {
                    return None;
                }
                let suffix = suffix?;
                self.printed();
                return Some(
                    Node::text(year_suffix(suffix))?
                        .with(attributes)
                        .tagged(NodeRole::YearSuffix(suffix)),
                );
            }
            variables::CITATION_LABEL => {
                self.seen_variable(true);
                let mut label = match context.item.text(variable) {
                    Some(label) => label.to_owned(),
                    None => citation_label(context.item, context.locale),
                };
                if context.purpose == Purpose::Print
                    && let Some(suffix) = context.disambiguation.year_suffix
                {
                    label.push_str(&year_suffix(suffix));
                }
                self.printed();
                return Some(Node::text(label)?.with(attributes));
            }
            variables::LOCATOR
            | variables::FIRST_REFERENCE_NOTE_NUMBER
            | variables::PAGE
            | variables::PAGE_FIRST
            | variables::NUMBER => {
                return self.numeric(variable, NumberForm::Numeric, attributes);
            }
            variables::SECTION | variables::VERSION => {}
            _ if variables::kind(variable) == VariableKind::Number => {
                return self.numeric(variable, NumberForm::Numeric, attributes);
            }
            _ => {}
        }
        let value = self.text_value(variable, short);
        self.seen_variable(value.is_some());
        let value = value?;
        self.use_up(variable);
        if variable == variables::DOI || variable == variables::URL {
            self.printed();
            let href = if variable == variables::DOI && !value.starts_with("http") {
                format!("https://doi.org/{value}")
            } else {
                value.clone().into_owned()
            };
            let value = match attributes.text_case {
                None => value,
                Some(case) => Cow::Owned(text_case::apply(&value, case, self.language())),
            };
            return Some(self.placed(linked(href, value, variable, attributes)));
        }
        // A backslash keeps the hyphen of a number from being read as a range.
        let value = if value.contains("\\-") {
            Cow::Owned(value.replace("\\-", "-"))
        } else {
            value
        };
        let keeps_case = attributes.text_case == Some(TextCase::Title) && !self.has_title_case();
        let text = if keeps_case {
            let look = CommonAttributes {
                strip_periods: attributes.strip_periods,
                ..CommonAttributes::default()
            };
            self.cased_value(value, &look)
        } else {
            self.cased_value(value, attributes)
        };
        let node = self.placed(Node::text(text)?.with(attributes));
        self.printed();
        Some(node.tagged(if self.in_substitute {
            NodeRole::Substitute
        } else {
            NodeRole::Variable(variable)
        }))
    }

    /// Returns whether title case applies to the item. It is for items in English only.
    fn has_title_case(&self) -> bool {
        self.language().to_ascii_lowercase().starts_with("en")
            && citeproc_js::has_title_case(self.context.item)
    }

    /// Returns the text of a variable, in its short form if `short` is set and there is one.
    fn text_value(&self, variable: VariableId, short: bool) -> Option<Cow<'c, str>> {
        let item = self.context.item;
        if short {
            let name = self.context.style.variables.name(variable);
            let abbreviated = match variable {
                variables::TITLE => item.text(variables::TITLE_SHORT),
                variables::CONTAINER_TITLE => item.text(variables::CONTAINER_TITLE_SHORT),
                variables::URL => item.text(variables::URL).map(citeproc_js::short_url),
                _ => None,
            };
            if let Some(full) = item.text(variable)
                && let Some(abbreviation) = self.context.abbreviations.get(name, full)
            {
                return Some(Cow::Borrowed(abbreviation));
            }
            if let Some(text) = abbreviated {
                return Some(Cow::Borrowed(text));
            }
        }
        match item.value(variable)? {
            VariableValue::Text(text) if !text.is_empty() => Some(Cow::Borrowed(&**text)),
            _ => None,
        }
    }

    /// Returns the value of a number variable, which may belong to the cite.
    fn number_value(&self, variable: VariableId) -> Option<Cow<'c, str>> {
        match variable {
            variables::LOCATOR => self
                .context
                .cite?
                .locator
                .as_deref()
                .filter(|text| !text.is_empty())
                .map(Cow::Borrowed),
            variables::FIRST_REFERENCE_NOTE_NUMBER => self
                .context
                .cite?
                .first_note
                .map(|number| Cow::Owned(number.to_string())),
            variables::CITATION_NUMBER => self
                .context
                .number
                .map(|number| Cow::Owned(number.to_string())),
            variables::NUMBER => {
                let number = self.context.item.text(variable)?;
                Some(citeproc_js::docket_number(self.context.item, number))
            }
            _ => self.context.item.text(variable).map(Cow::Borrowed),
        }
    }

    fn parsed_number(&self, variable: VariableId) -> Option<NumberValue> {
        let value = self.number_value(variable)?;
        let name = self.context.style.variables.name(variable);
        Some(NumberValue::parse(&value, name, self.context.locale))
    }

    fn is_numeric(&self, variable: VariableId) -> bool {
        self.number_value(variable).is_some_and(|value| {
            let context = self.context;
            let name = context.style.variables.name(variable);
            is_plain_number(value.trim())
                || NumberValue::parse(&value, name, context.locale).numeric
        })
    }

    fn number(&mut self, number: &'c Number) -> Option<Node<'c>> {
        if number.variable == variables::CITATION_NUMBER
            || variables::kind(number.variable) != VariableKind::Number
                && self.context.item.text(number.variable).is_none()
        {
            return self.text_variable(number.variable, false, &number.attributes);
        }
        self.numeric(number.variable, number.form, &number.attributes)
    }

    fn numeric(
        &mut self,
        variable: VariableId,
        form: NumberForm,
        attributes: &'c CommonAttributes,
    ) -> Option<Node<'c>> {
        let context = self.context;
        if self.is_used_up(variable) || self.locator_printed && citeproc_js::prints_once(variable) {
            self.seen_variable(false);
            return None;
        }
        // A locator does not disambiguate, because every cite of a work may have its own.
        let hidden = variable == variables::LOCATOR && context.purpose == Purpose::Compare;
        let number = self.parsed_number(variable);
        self.seen_variable(number.is_some());
        let number = number?;
        if hidden {
            return None;
        }
        self.use_up(variable);
        self.locator_printed |= variable == variables::LOCATOR;
        let name = context.style.variables.name(variable);
        let is_page = match variable {
            variables::PAGE => true,
            variables::LOCATOR => {
                let label = context.cite.and_then(|cite| cite.label.as_deref());
                number.label.or(label).is_none_or(|label| label == "page")
            }
            _ => false,
        };
        let text = number.format(&NumberContext {
            locale: context.locale,
            variable: name,
            form,
            gender: context.locale.gender(match variable {
                variables::LOCATOR => context
                    .cite
                    .and_then(|cite| cite.label.as_deref())
                    .unwrap_or("page"),
                _ => name,
            }),
            is_page,
            page_range_format: context.style.options.page_range_format,
        });
        let mut node = Node::text(self.cased(Cow::Owned(text), attributes))?;
        if citeproc_js::affixes::is_number_blob(&number) {
            node = node.tagged(NodeRole::Number);
            if number.parts.len() > 1 {
                // Only a single number keeps what follows it from merging.
                node = Node::wrap(node);
            }
        }
        let node = Node::wrap(node).with(attributes);
        self.printed();
        let node = self.placed(node);
        Some(node.tagged(if variable == variables::LOCATOR {
            NodeRole::Locator
        } else {
            NodeRole::Variable(variable)
        }))
    }

    fn date(&mut self, date: &'c Date) -> Option<Node<'c>> {
        let context = self.context;
        if self.is_used_up(date.variable) {
            self.seen_variable(false);
            return None;
        }
        // The access date does not disambiguate.
        let value = context
            .item
            .date(date.variable)
            .filter(|date| !date.is_empty());
        if context.purpose == Purpose::Compare
            && context.style.variables.name(date.variable) == "accessed"
        {
            self.seen_variable(value.is_some());
            return None;
        }
        let node = value.and_then(|value| date::date(self, date, value));
        self.seen_variable(node.is_some());
        if node.is_some() {
            self.use_up(date.variable);
            self.printed();
        }
        let node = node?;
        let node = self.placed(node);
        if node.tag != NodeRole::None {
            return Some(node);
        }
        Some(node.tagged(if self.in_substitute {
            NodeRole::Substitute
        } else {
            NodeRole::Variable(date.variable)
        }))
    }

    /// Returns the year suffix, which prints after the first year.
    pub(super) fn year_suffix_here(&mut self) -> Option<Node<'c>> {
        let suffix = self.context.disambiguation.year_suffix?;
        if self.context.purpose != Purpose::Print
            || self.context.style.options.has_year_suffix
            || self.year_suffix_printed
        {
            return None;
        }
        self.year_suffix_printed = true;
        Some(Node::text(year_suffix(suffix))?.tagged(NodeRole::YearSuffix(suffix)))
    }

    fn label(&mut self, label: &'c LabelElement) -> Option<Node<'c>> {
        let text = self.label_text(label)?;
        self.group.has_term = true;
        self.printed();
        Some(
            Node::text(self.cased(Cow::Borrowed(text), &label.attributes))?.with(&label.attributes),
        )
    }

    /// Returns the text of a label; none if there is none.
    fn label_text(&self, label: &'c LabelElement) -> Option<&'c str> {
        let context = self.context;
        let variable = label.variable?;
        if variable == variables::LOCATOR && context.purpose == Purpose::Compare {
            return None;
        }
        let name = context.style.variables.name(variable);
        // A label prints even if its variable is empty; an enclosing group suppresses it. Styles print the
        // term "volume" in this way.
        let number = match self.number_value(variable) {
            Some(value) => NumberValue::parse(&value, name, context.locale),
            None => NumberValue::default(),
        };
        let term = if variable == variables::LOCATOR {
            number
                .label
                .or(context.cite.and_then(|cite| cite.label.as_deref()))
                .unwrap_or("page")
        } else {
            number.label.unwrap_or(name)
        };
        let plural = match label.plural {
            LabelPlural::Always => true,
            LabelPlural::Never => false,
            LabelPlural::Contextual => number.plural,
        };
        let text = context.locale.term(term, label.form, plural)?;
        (!text.is_empty()).then_some(text)
    }

    /// Returns the first branch whose conditions hold.
    fn branch(&mut self, choose: &'c Choose) -> &'c [Element] {
        for branch in &choose.branches {
            let mut results = branch.conditions.iter();
            let applies = match branch.matching {
                Match::All => results.all(|condition| self.holds(condition)),
                Match::Any => results.any(|condition| self.holds(condition)),
                Match::None => !results.any(|condition| self.holds(condition)),
            };
            if applies {
                return &branch.children;
            }
        }
        &choose.otherwise
    }

    fn holds(&mut self, condition: &Condition) -> bool {
        let context = self.context;
        match condition {
            Condition::Never => false,
            Condition::Disambiguate => {
                self.trace.disambiguate_tests += 1;
                let distinguished = context.section == LayoutKind::Citation
                    && context.cite.is_some_and(|cite| cite.distinguished_by_note);
                let holds =
                    !distinguished && self.disambiguate_used < context.disambiguation.disambiguate;
                self.disambiguate_used += usize::from(holds);
                holds
            }
            Condition::IsNumeric(variable) => self.is_numeric(*variable),
            Condition::IsUncertainDate(variable) => {
                context.item.date(*variable).is_some_and(|date| date.circa)
            }
            Condition::Locator(label) => {
                let Some(number) = self.parsed_number(variables::LOCATOR) else {
                    return false;
                };
                let own = context.cite.and_then(|cite| cite.label.as_deref());
                number.label.or(own).unwrap_or("page") == label
            }
            Condition::Position(position) => self.is_at(*position),
            Condition::Types(types) => types.contains(&context.item.item_type),
            Condition::Variable(variable) => match *variable {
                variables::LOCATOR | variables::FIRST_REFERENCE_NOTE_NUMBER => {
                    self.number_value(*variable).is_some()
                }
                variables::CITATION_NUMBER => false,
                variable => context.item.has(variable),
            },
        }
    }

    fn is_at(&self, position: Position) -> bool {
        if self.context.section == LayoutKind::Bibliography {
            return false;
        }
        let Some(cite) = self.context.cite else {
            return position == Position::First;
        };
        match position {
            Position::First => cite.position == CitePosition::First,
            Position::Subsequent => cite.position >= CitePosition::Subsequent,
            Position::Ibid => cite.position >= CitePosition::Ibid,
            Position::IbidWithLocator => cite.position == CitePosition::IbidWithLocator,
            Position::NearNote => cite.position >= CitePosition::Subsequent && cite.near_note,
            Position::FarNote => cite.position == CitePosition::Subsequent && !cite.near_note,
        }
    }

    fn names(&mut self, element: &'c Names) -> Option<Node<'c>> {
        let mut variables: Vec<VariableId> = Vec::with_capacity(element.variables.len());
        for variable in &element.variables {
            if !self.is_used_up(*variable) {
                variables.push(*variable);
            }
        }
        let is_head = !self.has_head && self.trace.name_lists.is_empty();
        self.head_is_fixed |= is_head && self.has_text;
        let outer = std::mem::take(&mut self.outer_et_al);
        if let Some(node) = names::names(self, element, &variables, outer) {
            if self.head_names.is_empty() {
                self.head_names = std::mem::take(&mut self.shown_names);
            }
            for variable in &variables {
                self.use_up(*variable);
            }
            self.group.has_variable = true;
            self.printed();
            self.has_head = true;
            return Some(self.placed(node));
        }
        self.group.wants_variable = true;
        if self.in_substitute && !element.bare && is_head {
            self.head_is_fixed = true;
        }
        self.depth += 1;
        let was_in_substitute = std::mem::replace(&mut self.in_substitute, true);
        self.outer_et_al = name_style::et_al_options(self, element, outer);
        let mut found = None;
        for element in &element.substitute {
            let outer = std::mem::take(&mut self.group);
            let node = self.first_printed(element);
            let inner = std::mem::replace(&mut self.group, outer);
            if let Some(node) = node {
                self.group.has_variable |= inner.has_variable;
                self.group.has_term |= inner.has_term;
                found = Some(node);
                break;
            }
        }
        self.depth -= 1;
        self.in_substitute = was_in_substitute;
        self.outer_et_al = EtAlOptions::default();
        self.has_head |= found.is_some();
        // A substitute does not get the affixes of the names. For `cs:names` in a substitute, the compiler
        // has copied them.
        found
    }
}

impl<'c> Evaluator<'c> {
    /// Evaluates an element of `cs:substitute`. Of the elements in a `cs:choose`, the first that prints counts.
    fn first_printed(&mut self, element: &'c Element) -> Option<Node<'c>> {
        if let Element::Choose(choose) = element {
            return self
                .branch(choose)
                .iter()
                .find_map(|element| self.first_printed(element));
        }
        let mut nodes = Vec::new();
        self.element(element, &mut nodes);
        Node::group(nodes, "")
    }
}

/// Returns an identifier with its link. If a style prints the URL of the resolver before a DOI, the link
/// includes it (appendix VI, "Links").
fn linked<'c>(
    href: String,
    value: Cow<'c, str>,
    variable: VariableId,
    attributes: &'c CommonAttributes,
) -> Node<'c> {
    const RESOLVER: &str = "https://doi.org/";
    if variable == variables::DOI
        && let Some(start) = attributes.prefix.strip_suffix(RESOLVER)
    {
        let node = Node::link(href.clone(), format!("{RESOLVER}{value}"))
            .with(attributes)
            .tagged(NodeRole::Variable(variable));
        // With formatting, the link is the identifier only.
        if attributes.font.is_plain() && !attributes.quotes {
            return node.with_prefix(start);
        }
    }
    Node::link(href, value)
        .with(attributes)
        .tagged(NodeRole::Variable(variable))
}
