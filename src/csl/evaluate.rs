//! Evaluation: the rendering elements of a style, applied to a work, give an output tree.

use std::borrow::Cow;

use super::SecondFieldAlign;
use super::compose_dates;
use super::disambiguation::{Ambiguity, GivenNames};
use super::element::*;
use super::locale::Locale;
use super::names;
use super::numbers::{NumberContext, NumberValue};
use super::output_tree::{Node, Tag};
use super::positions::CitePosition;
use super::style::{Area, Compiled};
use super::text_case;
use super::variables::{self, VariableId, VariableKind};
use super::works::{Value, Work};

/// For what a work is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be printed.
    Print,
    /// To see whether cites can be told apart; always in the form of a subsequent cite.
    Compare,
    /// To sort by.
    Sort,
}

/// Which part of the style a work is evaluated by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Citation,
    Bibliography,
}

/// What a cite says beyond which work it is.
#[derive(Debug, Clone, Default)]
pub(super) struct CiteDetails {
    pub(super) locator: Option<String>,
    pub(super) label: Option<String>,
    pub(super) position: CitePosition,
    pub(super) near_note: bool,
    pub(super) first_note: Option<u32>,
    /// Whether the number of the first note tells the cite apart from others.
    pub(super) told_by_note: bool,
}

/// Everything that evaluation depends on.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    pub(super) style: &'c Compiled,
    pub(super) locale: &'c Locale,
    pub(super) area: &'c Area,
    pub(super) part: Part,
    pub(super) purpose: Purpose,
    pub(super) work: &'c Work<'c>,
    pub(super) cite: Option<&'c CiteDetails>,
    /// The citation number, if the work has one already.
    pub(super) number: Option<usize>,
    pub(super) ambiguity: &'c Ambiguity,
    pub(super) given_names: &'c GivenNames,
    pub(super) abbreviations: &'c super::Abbreviations,
    /// How many names a sort key shows, against what the style says.
    pub(super) sort_key: Option<&'c SortKey>,
}

/// What evaluation brings to light about a work, besides the tree.
#[derive(Debug, Default)]
pub(super) struct Observations {
    /// For each list of names: how many are shown, how many there are, and the level of each given
    /// name.
    pub(super) name_lists: Vec<NameListObservation>,
    /// How often `disambiguate` was tested.
    pub(super) disambiguate_tests: usize,
    /// The variables whose names were printed or would have been.
    pub(super) name_variables: Vec<VariableId>,
}

/// One list of names, as it was rendered.
#[derive(Debug, Clone, Default)]
pub(super) struct NameListObservation {
    pub(super) shown: usize,
    pub(super) total: usize,
    pub(super) levels: Vec<u8>,
}

/// Whether a group prints (clause "Group"): it does if one of its variables does, or if it has none.
#[derive(Debug, Clone, Copy, Default)]
struct GroupState {
    wants_variable: bool,
    has_variable: bool,
    has_term: bool,
}

/// Evaluates elements for a work.
pub(super) struct Evaluator<'c> {
    pub(super) context: Context<'c>,
    group: GroupState,
    /// Variables that stood in for names, and are printed no more.
    used_up: Vec<VariableId>,
    in_substitute: bool,
    strip_periods: u32,
    /// Whether names with options of their own were tried in the place of others, in vain: what
    /// stands at the head of the entry then is not substituted.
    pub(super) head_is_fixed: bool,
    /// How many elements are around this one in the layout.
    depth: u32,
    /// Whether anything was printed before, so that terms begin no sentence.
    pub(super) has_predecessor: bool,
    pub(super) name_lists: usize,
    disambiguate_used: usize,
    year_suffix_printed: bool,
    pub(super) observations: Observations,
}

impl<'c> Evaluator<'c> {
    pub(super) fn new(context: Context<'c>) -> Self {
        Self {
            context,
            group: GroupState::default(),
            used_up: Vec::new(),
            in_substitute: false,
            strip_periods: 0,
            head_is_fixed: false,
            depth: 0,
            has_predecessor: false,
            name_lists: 0,
            disambiguate_used: 0,
            year_suffix_printed: false,
            observations: Observations::default(),
        }
    }

    /// The layout of the area, without its affixes.
    pub(super) fn layout(&mut self) -> Option<Node<'c>> {
        let area = self.context.area;
        let nodes = self.elements(&area.layout);
        Node::group(nodes, "")
    }

    /// The layout of the bibliography, with the first field apart if the style wants it so.
    pub(super) fn bibliography_layout(
        &mut self,
        align: Option<SecondFieldAlign>,
    ) -> Option<Node<'c>> {
        use super::rich_text::Display;
        let area = self.context.area;
        let mut nodes = Vec::new();
        if align.is_some() {
            let mut top = Vec::new();
            self.top_level(&area.layout, &mut top);
            let mut elements = top.into_iter();
            if let Some(first) = elements.next() {
                let mut margin = Vec::new();
                self.element(first, &mut margin);
                if let Some(mut node) = Node::group(margin, "") {
                    node.display = Some(Display::LeftMargin);
                    nodes.push(node);
                }
            }
            let mut rest = Vec::new();
            for element in elements {
                self.element(element, &mut rest);
            }
            if let Some(mut node) = Node::group(rest, "") {
                node.display = Some(Display::RightInline);
                nodes.push(node);
            }
        } else {
            nodes = self.elements(&area.layout);
        }
        let mut outside = "";
        match nodes.first_mut() {
            // A block of its own stands behind the prefix.
            Some(first) if first.display.is_some() => outside = &area.appearance.prefix,
            Some(first) if !area.appearance.prefix.is_empty() => {
                first.prefix = Cow::Owned(format!("{}{}", area.appearance.prefix, first.prefix));
            }
            _ => {}
        }
        let displays = nodes.iter().any(|node| node.display.is_some());
        if displays && let Some(last) = nodes.last_mut() {
            last.suffix = Cow::Borrowed(&area.appearance.suffix);
        }
        let mut node = Node::group(nodes, "")?;
        if !outside.is_empty() {
            node.prefix = Cow::Borrowed(outside);
        }
        if !displays {
            node.suffix = Cow::Borrowed(&area.appearance.suffix);
        }
        node.font = area.appearance.font;
        Some(node)
    }

    /// The elements that are not conditions, in the branches that apply.
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

    /// The value of a macro or a variable as a sort key.
    pub(super) fn sort_macro(&mut self, number: usize) -> Option<Node<'c>> {
        let elements = self.context.style.macros.get(number)?;
        let nodes = self.elements(elements);
        Node::group(nodes, "")
    }

    pub(super) fn elements(&mut self, elements: &'c [Element]) -> Vec<Node<'c>> {
        let mut nodes = Vec::with_capacity(elements.len().min(8));
        for element in elements {
            self.element(element, &mut nodes);
        }
        nodes
    }

    fn element(&mut self, element: &'c Element, into: &mut Vec<Node<'c>>) {
        let node = match element {
            Element::Text(text) => self.text(text),
            Element::Number(number) => self.number(number),
            Element::Date(date) => self.date(date),
            Element::Names(names) => self.names(names),
            Element::Label(label) => self.label(label),
            Element::Group(group) => {
                let strips = u32::from(group.appearance.strip_periods);
                self.strip_periods += strips;
                self.depth += 1;
                let node = self.grouped(|this| {
                    let nodes = this.elements(&group.children);
                    Node::group(nodes, group.delimiter.as_str())
                        .map(|node| node.with(&group.appearance))
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
        into.extend(node);
    }

    /// Runs what is in a group, and drops it if none of its variables printed.
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

    /// Remembers that a variable was printed in the place of names.
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
    }

    /// The language that decides about text case: that of the work, or of the locale.
    fn language(&self) -> &'c str {
        self.context
            .work
            .language
            .as_deref()
            .filter(|language| !language.is_empty())
            .unwrap_or(self.context.locale.language())
    }

    /// Text in the case and with or without the full stops that an element asks for.
    pub(super) fn cased<'t>(&self, text: Cow<'t, str>, appearance: &Appearance) -> Cow<'t, str> {
        let mut text = text;
        if (appearance.strip_periods || self.strip_periods > 0) && text.contains('.') {
            text = Cow::Owned(strip_periods(&text));
        }
        match appearance.text_case {
            None => text,
            Some(case) => Cow::Owned(text_case::apply(
                &text,
                case,
                self.context.locale.language(),
            )),
        }
    }

    /// A node that is set off from others only if it stands directly in the layout.
    fn placed(&self, mut node: Node<'c>) -> Node<'c> {
        if self.depth > 0 {
            node.display = None;
        }
        node
    }

    fn text(&mut self, text: &'c Text) -> Option<Node<'c>> {
        let context = self.context;
        match &text.source {
            TextSource::Macro(number) => {
                let strips = u32::from(text.appearance.strip_periods);
                self.strip_periods += strips;
                self.depth += 1;
                let node = self.grouped(|this| {
                    let elements = context.style.macros.get(*number)?;
                    Node::group(this.elements(elements), "")
                });
                self.depth -= 1;
                self.strip_periods -= strips;
                let node = node?;
                // A macro without formatting of its own adds nothing to the tree.
                let plain = text.appearance.prefix.is_empty()
                    && text.appearance.suffix.is_empty()
                    && text.appearance.font.is_plain()
                    && !text.appearance.quotes
                    && text.appearance.display.is_none();
                Some(if plain {
                    node
                } else {
                    self.placed(node.with(&text.appearance))
                })
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
                    && (context.style.options.note_class || context.part == Part::Bibliography);
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
                let node = Node::text(self.cased(term, &text.appearance))?.with(&text.appearance);
                Some(self.placed(node))
            }
            TextSource::Value(value) => {
                self.group.has_term = true;
                let node = Node::text(self.cased(Cow::Borrowed(value), &text.appearance))?;
                self.printed();
                Some(self.placed(node.with(&text.appearance)))
            }
            TextSource::Variable { variable, short } => {
                self.text_variable(*variable, *short, &text.appearance)
            }
        }
    }

    fn text_variable(
        &mut self,
        variable: VariableId,
        short: bool,
        appearance: &'c Appearance,
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
                self.printed();
                return Some(
                    Node::text(number.to_string())?
                        .with(appearance)
                        .tagged(Tag::CitationNumber(number)),
                );
            }
            variables::YEAR_SUFFIX => {
                let suffix = context.ambiguity.year_suffix;
                self.seen_variable(true);
                if context.purpose == Purpose::Compare {
                    return None;
                }
                let suffix = suffix?;
                self.printed();
                return Some(
                    Node::text(year_suffix(suffix))?
                        .with(appearance)
                        .tagged(Tag::YearSuffix(suffix)),
                );
            }
            variables::CITATION_LABEL => {
                self.seen_variable(true);
                let mut label = match context.work.text(variable) {
                    Some(label) => label.to_owned(),
                    None => super::citation_label::citation_label(context.work, context.locale),
                };
                if context.purpose == Purpose::Print
                    && let Some(suffix) = context.ambiguity.year_suffix
                {
                    label.push_str(&year_suffix(suffix));
                }
                self.printed();
                return Some(Node::text(label)?.with(appearance));
            }
            variables::LOCATOR
            | variables::FIRST_REFERENCE_NOTE_NUMBER
            | variables::PAGE
            | variables::PAGE_FIRST
            | variables::NUMBER => {
                return self.numeric(variable, NumberForm::Numeric, appearance);
            }
            variables::SECTION | variables::VERSION => {}
            _ if variables::kind(variable) == VariableKind::Number => {
                return self.numeric(variable, NumberForm::Numeric, appearance);
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
            let value = self.cased(value, appearance);
            return Some(self.placed(linked(href, value, variable, appearance)));
        }
        let value = if value.contains('\\') {
            Cow::Owned(value.replace('\\', ""))
        } else {
            value
        };
        // Title case is for works in English.
        let keeps_case = appearance.text_case == Some(TextCase::Title)
            && !self.language().to_ascii_lowercase().starts_with("en");
        let text = if keeps_case {
            let look = Appearance {
                strip_periods: appearance.strip_periods,
                ..Appearance::default()
            };
            self.cased(value, &look)
        } else {
            self.cased(value, appearance)
        };
        let node = self.placed(Node::text(text)?.with(appearance));
        self.printed();
        Some(if self.in_substitute {
            node.tagged(Tag::Substitute)
        } else {
            node
        })
    }

    /// The text of a variable, in its short form if there is one and it is asked for.
    fn text_value(&self, variable: VariableId, short: bool) -> Option<Cow<'c, str>> {
        let work = self.context.work;
        if short {
            let name = self.context.style.variables.name(variable);
            let abbreviated = match variable {
                variables::TITLE => work.text(variables::TITLE_SHORT),
                variables::CONTAINER_TITLE => work.text(variables::CONTAINER_TITLE_SHORT),
                _ => None,
            };
            if let Some(full) = work.text(variable)
                && let Some(abbreviation) = self.context.abbreviations.get(name, full)
            {
                return Some(Cow::Borrowed(abbreviation));
            }
            if let Some(text) = abbreviated {
                return Some(Cow::Borrowed(text));
            }
        }
        match work.value(variable)? {
            Value::Text(text) if !text.is_empty() => Some(Cow::Borrowed(&**text)),
            _ => None,
        }
    }

    /// The value of a number variable, whose value may be that of the cite.
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
            _ => self.context.work.text(variable).map(Cow::Borrowed),
        }
    }

    fn parsed_number(&self, variable: VariableId) -> Option<NumberValue> {
        let value = self.number_value(variable)?;
        let name = self.context.style.variables.name(variable);
        Some(NumberValue::parse(&value, name, self.context.locale))
    }

    fn number(&mut self, number: &'c Number) -> Option<Node<'c>> {
        if number.variable == variables::CITATION_NUMBER
            || variables::kind(number.variable) != VariableKind::Number
                && self.context.work.text(number.variable).is_none()
        {
            return self.text_variable(number.variable, false, &number.appearance);
        }
        self.numeric(number.variable, number.form, &number.appearance)
    }

    fn numeric(
        &mut self,
        variable: VariableId,
        form: NumberForm,
        appearance: &'c Appearance,
    ) -> Option<Node<'c>> {
        let context = self.context;
        if self.is_used_up(variable) {
            self.seen_variable(false);
            return None;
        }
        // A locator tells nothing apart, as every cite of a work may have its own.
        let hidden = variable == variables::LOCATOR && context.purpose == Purpose::Compare;
        let number = self.parsed_number(variable);
        self.seen_variable(number.is_some());
        let number = number?;
        if hidden {
            return None;
        }
        self.use_up(variable);
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
        let node = Node::text(self.cased(Cow::Owned(text), appearance))?.with(appearance);
        self.printed();
        let node = self.placed(node);
        Some(if variable == variables::LOCATOR {
            node.tagged(Tag::Locator)
        } else {
            node
        })
    }

    fn date(&mut self, date: &'c Date) -> Option<Node<'c>> {
        let context = self.context;
        if self.is_used_up(date.variable) {
            self.seen_variable(false);
            return None;
        }
        // The day on which a work was looked at tells nothing apart.
        let value = context
            .work
            .date(date.variable)
            .filter(|date| !date.is_empty());
        if context.purpose == Purpose::Compare
            && context.style.variables.name(date.variable) == "accessed"
        {
            self.seen_variable(value.is_some());
            return None;
        }
        let node = value.and_then(|value| compose_dates::date(self, date, value));
        self.seen_variable(node.is_some());
        if node.is_some() {
            self.use_up(date.variable);
            self.printed();
        }
        let node = node?;
        let node = self.placed(node);
        Some(if self.in_substitute {
            node.tagged(Tag::Substitute)
        } else {
            node
        })
    }

    /// The year suffix of the work, where it stands: behind the first year.
    pub(super) fn year_suffix_here(&mut self) -> Option<Node<'c>> {
        let suffix = self.context.ambiguity.year_suffix?;
        if self.context.purpose != Purpose::Print
            || self.context.style.options.has_year_suffix
            || self.year_suffix_printed
        {
            return None;
        }
        self.year_suffix_printed = true;
        Some(Node::text(year_suffix(suffix))?.tagged(Tag::YearSuffix(suffix)))
    }

    fn label(&mut self, label: &'c Label) -> Option<Node<'c>> {
        let context = self.context;
        let variable = label.variable?;
        if variable == variables::LOCATOR && context.purpose == Purpose::Compare {
            return None;
        }
        let name = context.style.variables.name(variable);
        // A label prints without its variable, too; a group around both sees to it that it does not
        // stand alone. Styles print the term "volume" in this way.
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
        if text.is_empty() {
            return None;
        }
        self.group.has_term = true;
        self.printed();
        Some(
            Node::text(self.cased(Cow::Borrowed(text), &label.appearance))?.with(&label.appearance),
        )
    }

    /// The branch of a choice that applies.
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
                self.observations.disambiguate_tests += 1;
                let told = context.part == Part::Citation
                    && context.cite.is_some_and(|cite| cite.told_by_note);
                let holds = !told && self.disambiguate_used < context.ambiguity.disambiguate;
                self.disambiguate_used += usize::from(holds);
                holds
            }
            Condition::IsNumeric(variable) => {
                if variables::kind(*variable) == VariableKind::Number
                    && !matches!(*variable, variables::VERSION)
                {
                    self.parsed_number(*variable)
                        .is_some_and(|number| number.numeric)
                } else {
                    context
                        .work
                        .text(*variable)
                        .is_some_and(|text| text.ends_with(|last: char| last.is_ascii_digit()))
                }
            }
            Condition::IsUncertainDate(variable) => {
                context.work.date(*variable).is_some_and(|date| date.circa)
            }
            Condition::Locator(label) => {
                let Some(number) = self.parsed_number(variables::LOCATOR) else {
                    return false;
                };
                let own = context.cite.and_then(|cite| cite.label.as_deref());
                number.label.or(own).unwrap_or("page") == label
            }
            Condition::Position(position) => self.is_at(*position),
            Condition::Types(types) => types.iter().any(|name| *name == context.work.item_type),
            Condition::Variable(variable) => match *variable {
                variables::LOCATOR | variables::FIRST_REFERENCE_NOTE_NUMBER => {
                    self.number_value(*variable).is_some()
                }
                variables::CITATION_NUMBER => false,
                variable => context.work.has(variable),
            },
        }
    }

    fn is_at(&self, position: Position) -> bool {
        if self.context.part == Part::Bibliography {
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
        if let Some(node) = names::names(self, element, &variables) {
            for variable in &variables {
                self.use_up(*variable);
            }
            self.group.has_variable = true;
            self.printed();
            return Some(self.placed(node));
        }
        self.group.wants_variable = true;
        if self.in_substitute && !element.bare && self.observations.name_lists.is_empty() {
            self.head_is_fixed = true;
        }
        self.depth += 1;
        let was_in_substitute = std::mem::replace(&mut self.in_substitute, true);
        let mut found = None;
        for element in &element.substitute {
            let mut nodes = Vec::new();
            let outer = std::mem::take(&mut self.group);
            self.element(element, &mut nodes);
            let inner = std::mem::replace(&mut self.group, outer);
            if let Some(node) = Node::group(nodes, "") {
                self.group.has_variable |= inner.has_variable;
                self.group.has_term |= inner.has_term;
                found = Some(node);
                break;
            }
        }
        self.depth -= 1;
        self.in_substitute = was_in_substitute;
        // What stands in for names does not take on their affixes, unless it is names itself and takes
        // everything from them, which compiling has seen to.
        found
    }
}

/// An identifier with its link. Where a style puts the address of the resolver before a DOI, that is
/// part of the link (appendix VI, "Links").
fn linked<'c>(
    href: String,
    value: Cow<'c, str>,
    variable: VariableId,
    appearance: &'c Appearance,
) -> Node<'c> {
    const RESOLVER: &str = "https://doi.org/";
    if variable == variables::DOI
        && let Some(start) = appearance.prefix.strip_suffix(RESOLVER)
    {
        let node = Node::link(href.clone(), format!("{RESOLVER}{value}")).with(appearance);
        // Formatting is that of the identifier; the address before it stands outside of it.
        if appearance.font.is_plain() && !appearance.quotes {
            return node.with_prefix(start);
        }
    }
    Node::link(href, value).with(appearance)
}

/// Text without its full stops, except those within a word.
pub(super) fn strip_periods(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '.'
            && characters
                .peek()
                .is_none_or(|next| !next.is_ascii_lowercase())
        {
            continue;
        }
        result.push(character);
    }
    result
}

/// A year suffix: a to z, then aa to az and so on.
pub(super) fn year_suffix(number: usize) -> String {
    let mut rest = number + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'a' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}
