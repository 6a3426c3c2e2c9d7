//! Styles: reading a CSL file and compiling it.
//!
//! The XML is checked while it is compiled; what is wrong with it comes back with line and column.
//! What a style says is kept in the form that evaluation wants (see `element`): variables are
//! numbers, macros are indices, options are values.

use rustc_hash::FxHashMap;

use super::element::*;
use super::locale::LocaleLayer;
use super::rich_text::{Display, Formatting};
use super::source::{DEEPEST, Node, Source};
use super::variables::{self, VariableId, Variables};
use super::{BibliographyLayout, SecondFieldAlign};

/// What is wrong with a style or a locale file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct StyleError {
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl StyleError {
    pub(super) fn xml(error: &roxmltree::Error) -> Self {
        let position = error.pos();
        let message = error.to_string();
        // The parser's message ends in the position, which the error has already.
        let message = message.split(" at ").next().unwrap_or(&message).to_owned();
        Self {
            line: position.row,
            column: position.col,
            message,
        }
    }

    pub(super) fn at(node: Node<'_>, message: impl Into<String>) -> Self {
        let (line, column) = node.place();
        Self {
            line,
            column,
            message: message.into(),
        }
    }
}

/// Whether citations stand in the text or in notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StyleClass {
    /// `class="in-text"`
    InText,
    /// `class="note"`
    Note,
}

/// What a style says about itself (clause "Info").
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StyleInfo {
    /// The address that identifies the style.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its short name.
    pub short_title: Option<String>,
    /// The style that a dependent style takes everything from.
    pub parent: Option<String>,
    /// How citations look: `author-date`, `numeric`, `note`, `label` or `author`.
    pub citation_format: Option<String>,
    /// The fields of scholarship it is for.
    pub fields: Vec<String>,
    /// Its licence, in words.
    pub rights: Option<String>,
    /// The address of its licence.
    pub license: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// What it is, in a sentence.
    pub summary: Option<String>,
    /// When it was changed last.
    pub updated: Option<String>,
}

/// A citation style.
#[derive(Debug, Clone)]
pub struct Style {
    /// What the style says about itself.
    pub info: StyleInfo,
    /// The language the style is written for.
    pub default_locale: Option<String>,
    /// Whether citations stand in the text or in notes; that of a dependent style is its parent's.
    pub class: StyleClass,
    pub(super) compiled: Compiled,
}

/// A style ready for evaluation.
#[derive(Debug, Clone, Default)]
pub(super) struct Compiled {
    pub(super) variables: Variables,
    pub(super) macros: Vec<Vec<Element>>,
    pub(super) citation: Area,
    pub(super) bibliography: Option<Area>,
    pub(super) intext: Option<Area>,
    pub(super) locales: Vec<LocaleLayer>,
    pub(super) options: Options,
}

/// `cs:citation` or `cs:bibliography`
#[derive(Debug, Clone, Default)]
pub(super) struct Area {
    pub(super) layout: Vec<Element>,
    pub(super) appearance: Appearance,
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
    pub(super) year_range_format: Option<PageRangeFormat>,
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
            year_range_format: None,
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

/// The values of `page-range-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageRangeFormat {
    Expanded,
    Minimal,
    MinimalTwo,
    Chicago15,
    Chicago16,
}

/// The values of `demote-non-dropping-particle`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DemoteParticle {
    Never,
    SortOnly,
    DisplayAndSort,
}

/// The values of `givenname-disambiguation-rule`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GivennameRule {
    AllNames,
    AllNamesWithInitials,
    PrimaryName,
    PrimaryNameWithInitials,
    ByCite,
}

impl GivennameRule {
    /// Whether only the first name of a work is told apart.
    pub(super) fn primary_only(self) -> bool {
        matches!(self, Self::PrimaryName | Self::PrimaryNameWithInitials)
    }

    /// Whether given names never go beyond initials.
    pub(super) fn initials_only(self) -> bool {
        matches!(
            self,
            Self::AllNamesWithInitials | Self::PrimaryNameWithInitials
        )
    }
}

/// The values of `collapse`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Collapse {
    CitationNumber,
    Year,
    YearSuffix,
    YearSuffixRanged,
}

/// The values of `subsequent-author-substitute-rule`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SubstituteRule {
    CompleteAll,
    CompleteEach,
    PartialEach,
    PartialFirst,
}

impl Style {
    /// Reads a style.
    ///
    /// A dependent style is read too: its [`StyleInfo::parent`] says where everything else is, see
    /// [`Style::with_parent`].
    ///
    /// # Errors
    /// Where the XML is not well formed, or where the style breaks the specification in a way that
    /// leaves its meaning open: a macro that does not exist or calls itself, an element where none
    /// of its kind can stand, no layout.
    pub fn from_xml(xml: &str) -> Result<Self, StyleError> {
        Self::of(&Source::from_xml(xml)?)
    }

    /// Reads a style from hayagriva's model of it.
    ///
    /// # Errors
    /// Those of [`Style::from_xml`]; the places are of no file, and all the same.
    pub(super) fn from_citationberg(style: &citationberg::Style) -> Result<Self, StyleError> {
        let unreadable = |error: &dyn std::error::Error| StyleError {
            line: 1,
            column: 1,
            message: error.to_string(),
        };
        let mut packed = Vec::new();
        ciborium::into_writer(style, &mut packed).map_err(|error| unreadable(&error))?;
        let source = Source::unpacked("style", &packed).map_err(|error| unreadable(&error))?;
        Self::of(&source)
    }

    fn of(source: &Source<'_>) -> Result<Self, StyleError> {
        let root = source.root();
        if root.name() != "style" {
            return Err(StyleError::at(root, "a style begins with `style`"));
        }
        let info = root.child("info").map(read_info).unwrap_or_default();
        let class = match root.attribute("class") {
            Some("note") => StyleClass::Note,
            _ => StyleClass::InText,
        };
        let default_locale = root.attribute("default-locale").map(str::to_owned);
        let has_citation = root.child("citation").is_some();
        let compiled = if info.parent.is_some() && !has_citation {
            Compiled::default()
        } else {
            Compiler::default().compile(root)?
        };
        Ok(Self {
            info,
            default_locale,
            class,
            compiled,
        })
    }

    /// Whether the style takes everything from its parent, [`StyleInfo::parent`].
    pub fn is_dependent(&self) -> bool {
        self.info.parent.is_some() && self.compiled.citation.layout.is_empty()
    }

    /// A dependent style with what its parent says; its name and language stay its own.
    pub fn with_parent(mut self, parent: &Self) -> Self {
        self.compiled = parent.compiled.clone();
        self.class = parent.class;
        self.default_locale = self
            .default_locale
            .or_else(|| parent.default_locale.clone());
        self
    }

    /// Whether the style prints bibliographies.
    pub fn has_bibliography(&self) -> bool {
        self.compiled.bibliography.is_some()
    }

    /// How the style wants bibliographies laid out.
    pub fn bibliography_layout(&self) -> BibliographyLayout {
        self.compiled.options.layout
    }
}

fn read_info(node: Node<'_>) -> StyleInfo {
    let mut info = StyleInfo::default();
    let text = |node: Node<'_>| node.text().split_whitespace().collect::<Vec<_>>().join(" ");
    for child in node.children() {
        match child.name() {
            "id" => info.id = text(child),
            "title" => info.title = text(child),
            "title-short" => info.short_title = Some(text(child)),
            "summary" => info.summary = Some(text(child)),
            "updated" => info.updated = Some(text(child)),
            "rights" => {
                info.rights = Some(text(child));
                info.license = child.attribute("license").map(str::to_owned);
            }
            "author" => info.authors.extend(child.child("name").map(text)),
            "link" if child.attribute("rel") == Some("independent-parent") => {
                info.parent = child.attribute("href").map(str::to_owned);
            }
            "category" => {
                if let Some(format) = child.attribute("citation-format") {
                    info.citation_format = Some(format.to_owned());
                }
                info.fields
                    .extend(child.attribute("field").map(str::to_owned));
            }
            _ => {}
        }
    }
    info
}

/// Reads the elements of a style.
#[derive(Default)]
struct Compiler {
    variables: Variables,
    macro_numbers: FxHashMap<String, usize>,
    options: Options,
    in_citation: bool,
}

impl Compiler {
    fn compile(mut self, root: Node<'_>) -> Result<Compiled, StyleError> {
        self.options.note_class = root.attribute("class") == Some("note");
        self.options.initialize_with_hyphen =
            root.attribute("initialize-with-hyphen") != Some("false");
        self.options.page_range_format = root.attribute("page-range-format").and_then(range_format);
        self.options.year_range_format = root.attribute("year-range-format").and_then(range_format);
        self.options.demote_particle = match root.attribute("demote-non-dropping-particle") {
            Some("never") => DemoteParticle::Never,
            Some("sort-only") => DemoteParticle::SortOnly,
            _ => DemoteParticle::DisplayAndSort,
        };
        let style_names = read_name_options(root, true);
        let macro_nodes: Vec<_> = root.children_named("macro").collect();
        for (number, node) in macro_nodes.iter().enumerate() {
            let name = node
                .attribute("name")
                .ok_or_else(|| StyleError::at(*node, "a macro needs a `name`"))?;
            self.macro_numbers.insert(name.to_owned(), number);
        }
        let mut macros = Vec::with_capacity(macro_nodes.len());
        for node in &macro_nodes {
            macros.push(self.elements(*node, None)?);
        }
        let mut compiled = Compiled {
            locales: root
                .children_named("locale")
                .map(LocaleLayer::from_node)
                .collect(),
            ..Compiled::default()
        };
        let mut has_citation = false;
        for node in root.children() {
            match node.name() {
                "citation" => {
                    has_citation = true;
                    self.in_citation = true;
                    compiled.citation = self.area(node, &style_names)?;
                    self.citation_options(node);
                    self.in_citation = false;
                }
                "bibliography" => {
                    compiled.bibliography = Some(self.area(node, &style_names)?);
                    self.bibliography_options(node);
                }
                "intext" => compiled.intext = Some(self.area(node, &style_names)?),
                _ => {}
            }
        }
        if !has_citation {
            return Err(StyleError::at(root, "a style needs a `citation` element"));
        }
        let areas = [
            Some(&compiled.citation),
            compiled.bibliography.as_ref(),
            compiled.intext.as_ref(),
        ];
        let layouts = areas
            .into_iter()
            .flatten()
            .map(|area| area.layout.as_slice());
        look_for_unsound_macros(&macros, layouts).map_err(|unsound| {
            let (number, message) = match unsound {
                Unsound::CallsItself(number) => (Some(number), "calls itself".to_owned()),
                Unsound::TooDeep(number) => (
                    number,
                    format!(
                        "is called where elements are more than {DEEPEST} deep within each other"
                    ),
                ),
            };
            let node = number.and_then(|number| macro_nodes.get(number));
            match node.and_then(|node| Some((node, node.attribute("name")?))) {
                Some((node, name)) => {
                    StyleError::at(*node, format!("the macro \"{name}\" {message}"))
                }
                None => StyleError::at(root, format!("a macro {message}")),
            }
        })?;
        self.options.numeric_citations = uses_variable(
            &compiled.citation.layout,
            &macros,
            variables::CITATION_NUMBER,
        );
        // Options of names are inherited from the style by way of the citation or the bibliography.
        compiled.macros = macros;
        compiled.variables = self.variables;
        compiled.options = self.options;
        Ok(compiled)
    }

    fn area(&mut self, node: Node<'_>, outer: &NameOptions) -> Result<Area, StyleError> {
        let layout = node
            .child("layout")
            .ok_or_else(|| StyleError::at(node, "a `layout` is missing here"))?;
        let mut area = Area {
            layout: self.elements(layout, None)?,
            appearance: read_appearance(layout),
            delimiter: layout.attribute("delimiter").unwrap_or_default().to_owned(),
            sort: Vec::new(),
            names: read_name_options(node, true).within(outer),
        };
        if let Some(sort) = node.child("sort") {
            for key in sort.children_named("key") {
                let source = if let Some(name) = key.attribute("macro") {
                    SortSource::Macro(self.macro_number(key, name)?)
                } else if let Some(name) = key.attribute("variable") {
                    SortSource::Variable(self.variables.intern(name))
                } else {
                    return Err(StyleError::at(
                        key,
                        "a sort key needs a `variable` or a `macro`",
                    ));
                };
                area.sort.push(SortKey {
                    source,
                    descending: key.attribute("sort") == Some("descending"),
                    names_min: number(key, "names-min"),
                    names_use_first: number(key, "names-use-first"),
                    names_use_last: flag(key, "names-use-last"),
                });
            }
        }
        Ok(area)
    }

    fn citation_options(&mut self, node: Node<'_>) {
        let on = |name| node.attribute(name) == Some("true");
        let text = |name| node.attribute(name).map(str::to_owned);
        let options = &mut self.options;
        options.add_names = on("disambiguate-add-names");
        options.add_givenname = on("disambiguate-add-givenname");
        options.add_year_suffix = on("disambiguate-add-year-suffix");
        options.givenname_rule = match node.attribute("givenname-disambiguation-rule") {
            Some("all-names") => GivennameRule::AllNames,
            Some("all-names-with-initials") => GivennameRule::AllNamesWithInitials,
            Some("primary-name") => GivennameRule::PrimaryName,
            Some("primary-name-with-initials") => GivennameRule::PrimaryNameWithInitials,
            _ => GivennameRule::ByCite,
        };
        options.collapse = match node.attribute("collapse") {
            Some("citation-number") => Some(Collapse::CitationNumber),
            Some("year") => Some(Collapse::Year),
            Some("year-suffix") => Some(Collapse::YearSuffix),
            Some("year-suffix-ranged") => Some(Collapse::YearSuffixRanged),
            _ => None,
        };
        options.cite_group_delimiter = text("cite-group-delimiter");
        options.year_suffix_delimiter = text("year-suffix-delimiter");
        options.after_collapse_delimiter = text("after-collapse-delimiter");
        options.near_note_distance = number(node, "near-note-distance").unwrap_or(5);
    }

    fn bibliography_options(&mut self, node: Node<'_>) {
        let options = &mut self.options;
        options.author_substitute = node
            .attribute("subsequent-author-substitute")
            .map(str::to_owned);
        options.author_substitute_rule = match node.attribute("subsequent-author-substitute-rule") {
            Some("complete-each") => SubstituteRule::CompleteEach,
            Some("partial-each") => SubstituteRule::PartialEach,
            Some("partial-first") => SubstituteRule::PartialFirst,
            _ => SubstituteRule::CompleteAll,
        };
        options.layout = BibliographyLayout {
            hanging_indent: node.attribute("hanging-indent") == Some("true"),
            second_field_align: match node.attribute("second-field-align") {
                Some("flush") => Some(SecondFieldAlign::Flush),
                Some("margin") => Some(SecondFieldAlign::Margin),
                _ => None,
            },
            entry_spacing: spacing(node, "entry-spacing"),
            line_spacing: spacing(node, "line-spacing"),
        };
    }

    fn macro_number(&self, node: Node<'_>, name: &str) -> Result<usize, StyleError> {
        self.macro_numbers
            .get(name)
            .copied()
            .ok_or_else(|| StyleError::at(node, format!("there is no macro \"{name}\"")))
    }

    /// The rendering elements in `node`; within `cs:substitute`, those of the names around it.
    fn elements(
        &mut self,
        node: Node<'_>,
        names: Option<&Names>,
    ) -> Result<Vec<Element>, StyleError> {
        let mut elements = Vec::new();
        for child in node.children() {
            if let Some(element) = self.element(child, names)? {
                elements.push(element);
            }
        }
        Ok(elements)
    }

    fn element(
        &mut self,
        node: Node<'_>,
        names: Option<&Names>,
    ) -> Result<Option<Element>, StyleError> {
        Ok(Some(match node.name() {
            "text" => match self.text(node)? {
                Some(text) => Element::Text(text),
                None => return Ok(None),
            },
            "number" => Element::Number(Number {
                variable: self.variable(node)?,
                form: match node.attribute("form") {
                    Some("ordinal") => NumberForm::Ordinal,
                    Some("long-ordinal") => NumberForm::LongOrdinal,
                    Some("roman") => NumberForm::Roman,
                    _ => NumberForm::Numeric,
                },
                appearance: read_appearance(node),
            }),
            "date" => Element::Date(Date {
                variable: self.variable(node)?,
                form: match node.attribute("form") {
                    Some("text") => Some(DateForm::Text),
                    Some("numeric") => Some(DateForm::Numeric),
                    _ => None,
                },
                parts_shown: match node.attribute("date-parts") {
                    Some("year") => DateParts::Year,
                    Some("year-month") => DateParts::YearMonth,
                    Some("month-day") => DateParts::MonthDay,
                    _ => DateParts::YearMonthDay,
                },
                delimiter: node.attribute("delimiter").unwrap_or_default().to_owned(),
                parts: read_date_parts(node),
                appearance: read_appearance(node),
            }),
            "names" => Element::Names(Box::new(self.names(node, names)?)),
            "label" => Element::Label(Label {
                variable: Some(self.variable(node)?),
                ..read_label(node)
            }),
            "group" => Element::Group(Group {
                delimiter: node.attribute("delimiter").unwrap_or_default().to_owned(),
                children: self.elements(node, names)?,
                appearance: read_appearance(node),
            }),
            "choose" => {
                let mut choose = Choose {
                    branches: Vec::new(),
                    otherwise: Vec::new(),
                };
                for branch in node.children() {
                    let children = self.elements(branch, names)?;
                    match branch.name() {
                        "if" | "else-if" => choose.branches.push(Branch {
                            matching: match branch.attribute("match") {
                                Some("any") => Match::Any,
                                Some("none") => Match::None,
                                _ => Match::All,
                            },
                            conditions: self.conditions(branch),
                            children,
                        }),
                        "else" => choose.otherwise = children,
                        name => {
                            return Err(StyleError::at(
                                branch,
                                format!("`{name}` cannot stand in `choose`"),
                            ));
                        }
                    }
                }
                Element::Choose(choose)
            }
            // `layout` holds rendering elements only; what else stands there is an extension that
            // the specification lets a processor pass over.
            _ => return Ok(None),
        }))
    }

    fn variable(&mut self, node: Node<'_>) -> Result<VariableId, StyleError> {
        let name = node
            .attribute("variable")
            .ok_or_else(|| StyleError::at(node, format!("`{}` needs a `variable`", node.name())))?;
        Ok(self
            .variables
            .intern(name.split_whitespace().next().unwrap_or_default()))
    }

    fn text(&mut self, node: Node<'_>) -> Result<Option<Text>, StyleError> {
        let source = if let Some(name) = node.attribute("macro") {
            TextSource::Macro(self.macro_number(node, name)?)
        } else if node.attribute("variable").is_some() {
            let variable = self.variable(node)?;
            if variable == variables::YEAR_SUFFIX || variable == variables::CITATION_LABEL {
                self.options.has_year_suffix = true;
            }
            TextSource::Variable {
                variable,
                short: node.attribute("form") == Some("short"),
            }
        } else if let Some(term) = node.attribute("term") {
            TextSource::Term {
                name: if term == "sub verbo" {
                    "sub-verbo"
                } else {
                    term
                }
                .to_owned(),
                form: term_form(node),
                plural: node.attribute("plural") == Some("true"),
            }
        } else if let Some(value) = node.attribute("value") {
            TextSource::Value(value.to_owned())
        } else {
            return Err(StyleError::at(
                node,
                "`text` needs a `variable`, a `macro`, a `term` or a `value`",
            ));
        };
        Ok(Some(Text {
            source,
            appearance: read_appearance(node),
        }))
    }

    fn conditions(&mut self, node: Node<'_>) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for (name, value) in node.attributes() {
            let values = value.split_whitespace();
            match name {
                "disambiguate" => {
                    self.options.has_disambiguate = true;
                    conditions.push(if value == "true" {
                        Condition::Disambiguate
                    } else {
                        Condition::Never
                    });
                }
                "is-numeric" => conditions
                    .extend(values.map(|name| Condition::IsNumeric(self.variables.intern(name)))),
                "is-uncertain-date" => conditions.extend(
                    values.map(|name| Condition::IsUncertainDate(self.variables.intern(name))),
                ),
                "locator" => {
                    let labels = value.replace("sub verbo", "sub-verbo");
                    conditions.extend(
                        labels
                            .split_whitespace()
                            .map(|label| Condition::Locator(label.to_owned())),
                    );
                }
                "position" => {
                    self.options.tests_position = true;
                    conditions.extend(values.map(|value| match value {
                        "first" => Condition::Position(Position::First),
                        "subsequent" => Condition::Position(Position::Subsequent),
                        "ibid" => Condition::Position(Position::Ibid),
                        "ibid-with-locator" => Condition::Position(Position::IbidWithLocator),
                        "near-note" => Condition::Position(Position::NearNote),
                        "far-note" => Condition::Position(Position::FarNote),
                        _ => Condition::Never,
                    }));
                }
                "type" => {
                    conditions.push(Condition::Types(values.map(str::to_owned).collect()));
                }
                "variable" => conditions
                    .extend(values.map(|name| Condition::Variable(self.variables.intern(name)))),
                _ => {}
            }
        }
        conditions
    }

    fn names(&mut self, node: Node<'_>, outer: Option<&Names>) -> Result<Names, StyleError> {
        let variables = node
            .attribute("variable")
            .ok_or_else(|| StyleError::at(node, "`names` needs a `variable`"))?
            .split_whitespace()
            .map(|name| self.variables.intern(name))
            .collect();
        let mut names = Names {
            variables,
            options: NameOptions::default(),
            delimiter: node.attribute("delimiter").map(str::to_owned),
            name_appearance: Appearance::default(),
            family: None,
            given: None,
            et_al: None,
            label: None,
            substitute: Vec::new(),
            appearance: read_appearance(node),
            bare: !node
                .children()
                .any(|child| matches!(child.name(), "name" | "et-al" | "label")),
        };
        if names.bare
            && let Some(outer) = outer
        {
            // The shorthand of `cs:substitute`: what the names around it say goes for these, too.
            names.options = outer.options.clone();
            names.appearance = outer.appearance.clone();
            names.delimiter = names.delimiter.or_else(|| outer.delimiter.clone());
            names.name_appearance = outer.name_appearance.clone();
            names.family.clone_from(&outer.family);
            names.given.clone_from(&outer.given);
            names.et_al.clone_from(&outer.et_al);
            names.label.clone_from(&outer.label);
        }
        let has_name = node.child("name").is_some();
        let mut seen_name = false;
        for child in node.children() {
            match child.name() {
                "name" => {
                    seen_name = true;
                    names.options = read_name_options(child, false);
                    names.name_appearance = read_appearance(child);
                    for part in child.children_named("name-part") {
                        match part.attribute("name") {
                            Some("family") => names.family = Some(read_appearance(part)),
                            Some("given") => names.given = Some(read_appearance(part)),
                            _ => {}
                        }
                    }
                }
                "et-al" => {
                    names.et_al = Some(EtAl {
                        term: child.attribute("term").unwrap_or("et-al").to_owned(),
                        appearance: read_appearance(child),
                    });
                }
                "label" => {
                    // Without a `cs:name` of its own, `cs:names` has one before everything else.
                    names.label = Some(NamesLabel {
                        label: read_label(child),
                        before: has_name && !seen_name,
                    });
                }
                _ => {}
            }
        }
        if let Some(substitute) = node.child("substitute") {
            names.substitute = self.elements(substitute, Some(&names))?;
        }
        Ok(names)
    }
}

/// Why macros cannot be carried out.
enum Unsound {
    /// One leads back to itself.
    CallsItself(usize),
    /// Elements are deeper within each other than [`DEEPEST`] where one is called.
    TooDeep(Option<usize>),
}

/// What is known of a macro.
#[derive(Clone, Copy)]
enum Known {
    Nothing,
    /// It is being looked at.
    Open,
    /// How many elements are within each other in it and in what it calls.
    Height(usize),
}

/// Looks at the macros of a style, each once, and at its layouts, for what would never end.
fn look_for_unsound_macros<'e>(
    macros: &'e [Vec<Element>],
    layouts: impl Iterator<Item = &'e [Element]>,
) -> Result<(), Unsound> {
    let mut looking = Looking {
        macros,
        known: vec![Known::Nothing; macros.len()],
    };
    for number in 0..macros.len() {
        looking.height_of_macro(number, 0)?;
    }
    for layout in layouts {
        looking.height(layout, None, 0)?;
    }
    Ok(())
}

struct Looking<'e> {
    macros: &'e [Vec<Element>],
    known: Vec<Known>,
}

impl Looking<'_> {
    /// How many elements are within each other in these, which stand so deep and in this macro.
    fn height(
        &mut self,
        elements: &[Element],
        of: Option<usize>,
        depth: usize,
    ) -> Result<usize, Unsound> {
        if depth > DEEPEST {
            return Err(Unsound::TooDeep(of));
        }
        let mut highest = 0;
        for element in elements {
            let mut below = 0;
            for children in children_of(element) {
                below = below.max(self.height(children, of, depth + 1)?);
            }
            if let Some(number) = called_by(element) {
                below = below.max(self.height_of_macro(number, depth + 1)?);
            }
            highest = highest.max(below + 1);
        }
        Ok(highest)
    }

    fn height_of_macro(&mut self, number: usize, depth: usize) -> Result<usize, Unsound> {
        let macros = self.macros;
        let (Some(known), Some(elements)) = (self.known.get_mut(number), macros.get(number)) else {
            return Ok(0);
        };
        match *known {
            Known::Open => Err(Unsound::CallsItself(number)),
            Known::Height(height) if depth + height > DEEPEST => {
                Err(Unsound::TooDeep(Some(number)))
            }
            Known::Height(height) => Ok(height),
            Known::Nothing => {
                *known = Known::Open;
                let height = self.height(elements, Some(number), depth)?;
                if let Some(known) = self.known.get_mut(number) {
                    *known = Known::Height(height);
                }
                Ok(height)
            }
        }
    }
}

/// Whether a variable is printed by `cs:text` or `cs:number` anywhere in the elements, or in the macros
/// that they call.
fn uses_variable(elements: &[Element], macros: &[Vec<Element>], wanted: VariableId) -> bool {
    let mut met = vec![false; macros.len()];
    let mut waiting = vec![elements];
    let mut found = false;
    while let Some(elements) = waiting.pop() {
        walk(elements, &mut |element| {
            found |= match element {
                Element::Text(text) => {
                    matches!(text.source, TextSource::Variable { variable, .. } if variable == wanted)
                }
                Element::Number(number) => number.variable == wanted,
                _ => false,
            };
            if let Some(number) = called_by(element)
                && let Some(met) = met.get_mut(number)
                && !std::mem::replace(met, true)
            {
                waiting.extend(macros.get(number).map(Vec::as_slice));
            }
        });
    }
    found
}

/// The macro that an element calls.
fn called_by(element: &Element) -> Option<usize> {
    match element {
        Element::Text(Text {
            source: TextSource::Macro(number),
            ..
        }) => Some(*number),
        _ => None,
    }
}

/// The elements that are right in an element, one part of it after the other.
fn children_of(element: &Element) -> impl Iterator<Item = &[Element]> {
    let (first, branches) = match element {
        Element::Group(group) => (Some(&group.children), None),
        Element::Names(names) => (Some(&names.substitute), None),
        Element::Choose(choose) => (Some(&choose.otherwise), Some(&choose.branches)),
        Element::Text(_) | Element::Number(_) | Element::Date(_) | Element::Label(_) => {
            (None, None)
        }
    };
    let branches = branches
        .into_iter()
        .flatten()
        .map(|branch| &branch.children);
    branches.chain(first).map(Vec::as_slice)
}

/// Visits elements and all that are in them, but not those of the macros that they call.
fn walk<'e>(elements: &'e [Element], visit: &mut dyn FnMut(&'e Element)) {
    for element in elements {
        visit(element);
        for children in children_of(element) {
            walk(children, visit);
        }
    }
}

fn flag(node: Node<'_>, name: &str) -> Option<bool> {
    node.attribute(name).map(|value| value == "true")
}

fn number(node: Node<'_>, name: &str) -> Option<u32> {
    node.attribute(name)?.trim().parse().ok()
}

fn spacing(node: Node<'_>, name: &str) -> u16 {
    node.attribute(name)
        .and_then(|value| value.trim().parse().ok())
        .unwrap_or(1)
}

fn range_format(value: &str) -> Option<PageRangeFormat> {
    Some(match value {
        "expanded" => PageRangeFormat::Expanded,
        "minimal" => PageRangeFormat::Minimal,
        "minimal-two" => PageRangeFormat::MinimalTwo,
        "chicago" | "chicago-15" => PageRangeFormat::Chicago15,
        "chicago-16" => PageRangeFormat::Chicago16,
        _ => return None,
    })
}

fn term_form(node: Node<'_>) -> TermForm {
    match node.attribute("form") {
        Some("short") => TermForm::Short,
        Some("verb") => TermForm::Verb,
        Some("verb-short") => TermForm::VerbShort,
        Some("symbol") => TermForm::Symbol,
        _ => TermForm::Long,
    }
}

fn read_label(node: Node<'_>) -> Label {
    Label {
        variable: None,
        form: term_form(node),
        plural: match node.attribute("plural") {
            Some("always" | "true") => LabelPlural::Always,
            Some("never" | "false") => LabelPlural::Never,
            _ => LabelPlural::Contextual,
        },
        appearance: read_appearance(node),
    }
}

fn read_appearance(node: Node<'_>) -> Appearance {
    let mut appearance = Appearance::default();
    let font = &mut appearance.font;
    for (name, value) in node.attributes() {
        match name {
            "prefix" => value.clone_into(&mut appearance.prefix),
            "suffix" => value.clone_into(&mut appearance.suffix),
            "quotes" => appearance.quotes = value == "true",
            "strip-periods" => appearance.strip_periods = value == "true",
            "text-case" => appearance.text_case = text_case(value),
            "display" => {
                appearance.display = match value {
                    "block" => Some(Display::Block),
                    "left-margin" => Some(Display::LeftMargin),
                    "right-inline" => Some(Display::RightInline),
                    "indent" => Some(Display::Indent),
                    _ => None,
                };
            }
            "font-style" => {
                font.style = match value {
                    "italic" => Some(Formatting::Italic),
                    "oblique" => Some(Formatting::Oblique),
                    "normal" => Some(Formatting::Upright),
                    _ => None,
                };
            }
            "font-variant" => {
                font.variant = match value {
                    "small-caps" => Some(Formatting::SmallCaps),
                    "normal" => Some(Formatting::NormalVariant),
                    _ => None,
                };
            }
            "font-weight" => {
                font.weight = match value {
                    "bold" => Some(Formatting::Bold),
                    "light" => Some(Formatting::Light),
                    "normal" => Some(Formatting::NormalWeight),
                    _ => None,
                };
            }
            "text-decoration" => {
                font.decoration = match value {
                    "underline" => Some(Formatting::Underline),
                    "none" => Some(Formatting::NoDecoration),
                    _ => None,
                };
            }
            "vertical-align" => {
                font.alignment = match value {
                    "sup" => Some(Formatting::Superscript),
                    "sub" => Some(Formatting::Subscript),
                    "baseline" => Some(Formatting::Baseline),
                    _ => None,
                };
            }
            _ => {}
        }
    }
    appearance
}

fn text_case(value: &str) -> Option<TextCase> {
    Some(match value {
        "lowercase" => TextCase::Lowercase,
        "uppercase" => TextCase::Uppercase,
        "capitalize-first" => TextCase::CapitalizeFirst,
        "capitalize-all" => TextCase::CapitalizeAll,
        "sentence" => TextCase::Sentence,
        "title" => TextCase::Title,
        _ => return None,
    })
}

pub(super) fn read_date_parts(node: Node<'_>) -> Vec<DatePart> {
    node.children_named("date-part")
        .filter_map(|child| {
            Some(DatePart {
                name: match child.attribute("name")? {
                    "year" => DatePartName::Year,
                    "month" => DatePartName::Month,
                    "day" => DatePartName::Day,
                    _ => return None,
                },
                form: match child.attribute("form") {
                    Some("long") => Some(DatePartForm::Long),
                    Some("short") => Some(DatePartForm::Short),
                    Some("numeric") => Some(DatePartForm::Numeric),
                    Some("numeric-leading-zeros") => Some(DatePartForm::NumericLeadingZeros),
                    Some("ordinal") => Some(DatePartForm::Ordinal),
                    _ => None,
                },
                range_delimiter: child.attribute("range-delimiter").map(str::to_owned),
                appearance: read_appearance(child),
                given: GivenAttributes {
                    prefix: child.attribute("prefix").is_some(),
                    suffix: child.attribute("suffix").is_some(),
                },
            })
        })
        .collect()
}

/// The options of names on an element; on `cs:name` some of them have shorter names.
fn read_name_options(node: Node<'_>, inherited: bool) -> NameOptions {
    let name = |long: &'static str, short: &'static str| {
        node.attribute(if inherited { long } else { short })
    };
    let precedes = |attribute: &str| {
        Some(match node.attribute(attribute)? {
            "after-inverted-name" => DelimiterPrecedes::AfterInvertedName,
            "always" => DelimiterPrecedes::Always,
            "never" => DelimiterPrecedes::Never,
            _ => DelimiterPrecedes::Contextual,
        })
    };
    NameOptions {
        and: match node.attribute("and") {
            Some("text") => Some(And::Text),
            Some("symbol") => Some(And::Symbol),
            _ => None,
        },
        delimiter: name("name-delimiter", "delimiter").map(str::to_owned),
        names_delimiter: inherited
            .then(|| node.attribute("names-delimiter").map(str::to_owned))
            .flatten(),
        delimiter_precedes_et_al: precedes("delimiter-precedes-et-al"),
        delimiter_precedes_last: precedes("delimiter-precedes-last"),
        et_al_min: number(node, "et-al-min"),
        et_al_use_first: number(node, "et-al-use-first"),
        et_al_use_last: flag(node, "et-al-use-last"),
        et_al_subsequent_min: number(node, "et-al-subsequent-min"),
        et_al_subsequent_use_first: number(node, "et-al-subsequent-use-first"),
        form: match name("name-form", "form") {
            Some("long") => Some(NameForm::Long),
            Some("short") => Some(NameForm::Short),
            Some("count") => Some(NameForm::Count),
            _ => None,
        },
        initialize: flag(node, "initialize"),
        initialize_with: node.attribute("initialize-with").map(str::to_owned),
        as_sort_order: match node.attribute("name-as-sort-order") {
            Some("first") => Some(NameAsSortOrder::First),
            Some("all") => Some(NameAsSortOrder::All),
            _ => None,
        },
        sort_separator: node.attribute("sort-separator").map(str::to_owned),
    }
}
