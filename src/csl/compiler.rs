//! Compiling a style: the elements of its XML become those of [`element`](super::element).
//!
//! What is wrong with the style is reported with its line and column.

use rustc_hash::FxHashMap;

use super::attributes::{
    flag, number, range_format, read_common, read_date_parts, read_label, read_name_options,
    spacing, term_form, text,
};
use super::citeproc_js;
use super::compiled::{Compiled, LayoutSection, Options};
use super::element::*;
use super::locale::LocaleLayer;
use super::macros::{MAX_VISITS, MacroError, check_macros, uses_variable};
use super::variables::{self, ItemType, VariableId, Variables};
use super::xml::{MAX_DEPTH, StyleError, XmlNode};
use super::{BibliographyLayout, SecondFieldAlign};

/// Compiles the elements of a style.
#[derive(Default)]
pub(super) struct Compiler {
    variables: Variables,
    macro_numbers: FxHashMap<String, usize>,
    options: Options,
}

impl Compiler {
    /// Compiles a style that has a `cs:citation`.
    pub(super) fn compile(mut self, root: XmlNode<'_>) -> Result<Compiled, StyleError> {
        self.options.note_class = root.attribute("class") == Some("note");
        self.options.initialize_with_hyphen =
            root.attribute("initialize-with-hyphen") != Some("false");
        self.options.page_range_format = root.attribute("page-range-format").and_then(range_format);
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
                    compiled.citation = self.section(node, &style_names)?;
                    self.citation_options(node);
                }
                "bibliography" => {
                    compiled.bibliography = Some(self.section(node, &style_names)?);
                    self.bibliography_options(node);
                }
                _ => {}
            }
        }
        if !has_citation {
            return Err(StyleError::at(root, "a style needs a `citation` element"));
        }
        let sections = [Some(&compiled.citation), compiled.bibliography.as_ref()];
        let layouts = sections
            .into_iter()
            .flatten()
            .map(|section| section.layout.as_slice());
        check_macros(&macros, layouts).map_err(|error| {
            let (number, message) = match error {
                MacroError::CallsItself(number) => (Some(number), "calls itself".to_owned()),
                MacroError::TooDeep(number) => (
                    number,
                    format!("is called where elements are nested more than {MAX_DEPTH} deep"),
                ),
                MacroError::TooLarge(number) => (
                    number,
                    format!("has more than {MAX_VISITS} elements, with the macros that it calls"),
                ),
            };
            let node = number.and_then(|number| macro_nodes.get(number));
            match node.and_then(|node| Some((node, node.attribute("name")?))) {
                Some((node, name)) => {
                    StyleError::at(*node, format!("the macro \"{name}\" {message}"))
                }
                None => StyleError::at(root, format!("a layout {message}")),
            }
        })?;
        self.options.numeric_citations = uses_variable(
            &compiled.citation.layout,
            &macros,
            variables::CITATION_NUMBER,
        );
        compiled.date_macros = macros
            .iter()
            .map(|elements| citeproc_js::holds_dates(elements))
            .collect();
        compiled.macros = macros;
        compiled.variables = self.variables;
        compiled.options = self.options;
        citeproc_js::name_parts::share(&mut compiled);
        compiled.last_date = citeproc_js::ranges::last_date(&compiled).cloned();
        Ok(compiled)
    }

    fn section(
        &mut self,
        node: XmlNode<'_>,
        outer: &NameOptions,
    ) -> Result<LayoutSection, StyleError> {
        let layout = node
            .child("layout")
            .ok_or_else(|| StyleError::at(node, "a `layout` is missing here"))?;
        let mut section = LayoutSection {
            layout: self.elements(layout, None)?,
            attributes: read_common(layout),
            delimiter: text(layout, "delimiter").unwrap_or_default(),
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
                section.sort.push(SortKey {
                    source,
                    descending: key.attribute("sort") == Some("descending"),
                    names_min: number(key, "names-min"),
                    names_use_first: number(key, "names-use-first"),
                    names_use_last: flag(key, "names-use-last"),
                });
            }
        }
        Ok(section)
    }

    fn citation_options(&mut self, node: XmlNode<'_>) {
        let on = |name| node.attribute(name) == Some("true");
        let text = |name| text(node, name);
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

    fn bibliography_options(&mut self, node: XmlNode<'_>) {
        let options = &mut self.options;
        options.author_substitute = text(node, "subsequent-author-substitute");
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

    fn macro_number(&self, node: XmlNode<'_>, name: &str) -> Result<usize, StyleError> {
        self.macro_numbers
            .get(name)
            .copied()
            .ok_or_else(|| StyleError::at(node, format!("there is no macro \"{name}\"")))
    }

    /// Compiles the rendering elements in `node`. Within `cs:substitute`, `names` is the enclosing element.
    fn elements(
        &mut self,
        node: XmlNode<'_>,
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
        node: XmlNode<'_>,
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
                attributes: read_common(node),
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
                delimiter: text(node, "delimiter").unwrap_or_default(),
                parts: read_date_parts(node),
                attributes: read_common(node),
            }),
            "names" => Element::Names(Box::new(self.names(node, names)?)),
            "label" => Element::Label(LabelElement {
                variable: Some(self.variable(node)?),
                ..read_label(node)
            }),
            "group" => Element::Group(Group {
                delimiter: text(node, "delimiter").unwrap_or_default(),
                children: self.elements(node, names)?,
                attributes: read_common(node),
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
            // The specification lets a processor ignore other elements, which are extensions.
            _ => return Ok(None),
        }))
    }

    fn variable(&mut self, node: XmlNode<'_>) -> Result<VariableId, StyleError> {
        let name = node
            .attribute("variable")
            .ok_or_else(|| StyleError::at(node, format!("`{}` needs a `variable`", node.name())))?;
        Ok(self
            .variables
            .intern(name.split_whitespace().next().unwrap_or_default()))
    }

    fn text(&mut self, node: XmlNode<'_>) -> Result<Option<Text>, StyleError> {
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
        } else if let Some(value) = text(node, "value") {
            TextSource::Value(value)
        } else {
            return Err(StyleError::at(
                node,
                "`text` needs a `variable`, a `macro`, a `term` or a `value`",
            ));
        };
        Ok(Some(Text {
            source,
            attributes: read_common(node),
        }))
    }

    fn conditions(&mut self, node: XmlNode<'_>) -> Vec<Condition> {
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
                    conditions.push(Condition::Types(values.map(ItemType::new).collect()));
                }
                "variable" => conditions
                    .extend(values.map(|name| Condition::Variable(self.variables.intern(name)))),
                _ => {}
            }
        }
        conditions
    }

    fn names(&mut self, node: XmlNode<'_>, outer: Option<&Names>) -> Result<Names, StyleError> {
        let variables = node
            .attribute("variable")
            .ok_or_else(|| StyleError::at(node, "`names` needs a `variable`"))?
            .split_whitespace()
            .map(|name| self.variables.intern(name))
            .collect();
        let mut names = Names {
            variables,
            options: NameOptions::default(),
            delimiter: text(node, "delimiter"),
            name_attributes: CommonAttributes::default(),
            family: None,
            given: None,
            et_al: None,
            label: None,
            substitute: Vec::new(),
            attributes: read_common(node),
            bare: !node
                .children()
                .any(|child| matches!(child.name(), "name" | "et-al" | "label")),
        };
        if names.bare
            && let Some(outer) = outer
        {
            // The shorthand of `cs:substitute`: these names take everything from the enclosing ones.
            names.options = outer.options.clone();
            names.attributes = outer.attributes.clone();
            names.delimiter = names.delimiter.or_else(|| outer.delimiter.clone());
            names.name_attributes = outer.name_attributes.clone();
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
                    names.name_attributes = read_common(child);
                    for part in child.children_named("name-part") {
                        match part.attribute("name") {
                            Some("family") => names.family = Some(read_common(part)),
                            Some("given") => names.given = Some(read_common(part)),
                            _ => {}
                        }
                    }
                }
                "et-al" => {
                    names.et_al = Some(EtAl {
                        term: child.attribute("term").unwrap_or("et-al").to_owned(),
                        attributes: read_common(child),
                    });
                }
                "label" => {
                    // Where `cs:name` is missing, it counts as the first child.
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
