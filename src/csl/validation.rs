//! Validation of styles against CSL 1.0.2.
//!
//! Compiling a style accepts whatever can be understood, as the specification asks of processors. Validation
//! is for the authors of styles: it reports each element, attribute, value, variable, type, term and macro that
//! the specification does not have, and warns about constructs that citeproc-js, and thus Zotero, prints
//! differently. The tables below are the schema.

use std::fmt;

use rustc_hash::{FxHashMap, FxHashSet};

use super::bundled::EmbeddedLocales;
use super::locale::{Locale, LocaleLayer};
use super::variables::{self, VariableKind};
use super::xml::{StyleError, XmlDocument, XmlNode};

/// Something in a style that should be changed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StyleFinding {
    /// The severity: the style breaks the specification, or may print something unexpected.
    pub severity: StyleSeverity,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
    /// The problem.
    pub message: String,
}

/// The severity of a [`StyleFinding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StyleSeverity {
    /// The style breaks the specification.
    Error,
    /// The style is valid, but a part of it has no effect, or citeproc-js prints it differently.
    Warning,
}

impl fmt::Display for StyleFinding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            StyleSeverity::Error => "error",
            StyleSeverity::Warning => "warning",
        };
        let Self {
            line,
            column,
            message,
            ..
        } = self;
        write!(
            formatter,
            "line {line}, column {column}: {severity}: {message}"
        )
    }
}

/// Validates a style, and returns what is wrong in the order of the file.
///
/// Fails if the text is not XML.
pub fn validate(xml: &str) -> Result<Vec<StyleFinding>, StyleError> {
    let document = XmlDocument::parse(xml)?;
    let root = document.root();
    let layers: Vec<LocaleLayer> = root
        .children_named("locale")
        .map(LocaleLayer::from_node)
        .collect();
    let mut validator = Validator {
        macros: root
            .children_named("macro")
            .filter_map(|node| Some((node.attribute("name")?, node)))
            .collect(),
        called: FxHashSet::default(),
        locale: Locale::assemble("en-US", &EmbeddedLocales, &layers),
        layers,
        findings: Vec::new(),
    };
    validator.style(root);
    let mut findings = validator.findings;
    findings.sort_by_key(|finding| (finding.line, finding.column));
    Ok(findings)
}

// ---- The schema -------------------------------------------------------------------------------------------

/// An element of CSL. An element that occurs in two places with different content has two rules.
struct ElementRule {
    name: &'static str,
    /// The parent, where the name alone does not identify the element.
    parent: Option<&'static str>,
    children: &'static [&'static str],
    attributes: &'static [&'static [&'static str]],
    required: &'static [&'static str],
}

const RENDERING: &[&str] = &[
    "text", "number", "date", "names", "label", "group", "choose",
];
const AFFIXES: &[&str] = &["prefix", "suffix"];
const FONT: &[&str] = &[
    "font-style",
    "font-variant",
    "font-weight",
    "text-decoration",
    "vertical-align",
];
const NAME_OPTIONS: &[&str] = &[
    "and",
    "delimiter-precedes-et-al",
    "delimiter-precedes-last",
    "et-al-min",
    "et-al-use-first",
    "et-al-subsequent-min",
    "et-al-subsequent-use-first",
    "et-al-use-last",
    "initialize",
    "initialize-with",
    "name-as-sort-order",
    "sort-separator",
];
const INHERITED_NAMES: &[&str] = &["name-form", "name-delimiter", "names-delimiter"];
const CONDITIONS: &[&str] = &[
    "disambiguate",
    "is-numeric",
    "is-uncertain-date",
    "locator",
    "match",
    "position",
    "type",
    "variable",
];

macro_rules! elements {
    ($($name:literal $(in $parent:literal)? {
        children: $children:expr, attributes: $attributes:expr $(, required: $required:expr)? $(,)?
    })*) => {
        const ELEMENTS: &[ElementRule] = &[$(ElementRule {
            name: $name,
            parent: elements!(@option $($parent)?),
            children: $children,
            attributes: $attributes,
            required: elements!(@list $($required)?),
        },)*];
    };
    (@option $parent:literal) => { Some($parent) };
    (@option) => { None };
    (@list $list:expr) => { $list };
    (@list) => { &[] };
}

elements! {
    "style" {
        children: &["info", "locale", "macro", "citation", "bibliography"],
        attributes: &[
            &["class", "default-locale", "version", "demote-non-dropping-particle",
              "initialize-with-hyphen", "page-range-format"],
            NAME_OPTIONS, INHERITED_NAMES,
        ],
        required: &["version"],
    }
    "locale" {
        children: &["info", "style-options", "date", "terms"],
        attributes: &[],
    }
    "style-options" {
        children: &[],
        attributes: &[&["limit-day-ordinals-to-day-1", "punctuation-in-quote"]],
    }
    "terms" { children: &["term"], attributes: &[] }
    "term" {
        children: &["single", "multiple"],
        attributes: &[&["name", "form", "gender", "gender-form", "match"]],
        required: &["name"],
    }
    "single" { children: &[], attributes: &[] }
    "multiple" { children: &[], attributes: &[] }
    "date" in "locale" {
        children: &["date-part"],
        attributes: &[&["form", "delimiter", "text-case"], FONT, AFFIXES],
        required: &["form"],
    }
    "macro" { children: RENDERING, attributes: &[&["name"]], required: &["name"] }
    "citation" {
        children: &["sort", "layout"],
        attributes: &[
            &["after-collapse-delimiter", "cite-group-delimiter", "collapse",
              "disambiguate-add-givenname", "disambiguate-add-names",
              "disambiguate-add-year-suffix", "givenname-disambiguation-rule",
              "near-note-distance", "year-suffix-delimiter"],
            NAME_OPTIONS, INHERITED_NAMES,
        ],
    }
    "bibliography" {
        children: &["sort", "layout"],
        attributes: &[
            &["entry-spacing", "hanging-indent", "line-spacing", "second-field-align",
              "subsequent-author-substitute", "subsequent-author-substitute-rule"],
            NAME_OPTIONS, INHERITED_NAMES,
        ],
    }
    "sort" { children: &["key"], attributes: &[] }
    "key" {
        children: &[],
        attributes: &[&["macro", "variable", "sort", "names-min", "names-use-first", "names-use-last"]],
    }
    "layout" { children: RENDERING, attributes: &[&["delimiter"], FONT, AFFIXES] }
    "text" {
        children: &[],
        attributes: &[
            &["macro", "term", "value", "variable", "form", "plural", "display", "quotes",
              "strip-periods", "text-case"],
            FONT, AFFIXES,
        ],
    }
    "number" {
        children: &[],
        attributes: &[&["variable", "form", "display", "text-case"], FONT, AFFIXES],
        required: &["variable"],
    }
    "date" {
        children: &["date-part"],
        attributes: &[&["variable", "form", "date-parts", "delimiter", "display", "text-case"], FONT, AFFIXES],
        required: &["variable"],
    }
    "date-part" {
        children: &[],
        attributes: &[&["name", "form", "range-delimiter", "strip-periods", "text-case"], FONT, AFFIXES],
        required: &["name"],
    }
    "names" {
        children: &["name", "et-al", "label", "substitute"],
        attributes: &[&["variable", "delimiter", "display"], FONT, AFFIXES],
        required: &["variable"],
    }
    "name" {
        children: &["name-part"],
        attributes: &[&["delimiter", "form"], NAME_OPTIONS, FONT, AFFIXES],
    }
    "name-part" {
        children: &[],
        attributes: &[&["name", "text-case"], FONT, AFFIXES],
        required: &["name"],
    }
    "et-al" { children: &[], attributes: &[&["term"], FONT] }
    "label" in "names" {
        children: &[],
        attributes: &[&["form", "plural", "strip-periods", "text-case"], FONT, AFFIXES],
    }
    "label" {
        children: &[],
        attributes: &[&["variable", "form", "plural", "strip-periods", "text-case"], FONT, AFFIXES],
        required: &["variable"],
    }
    "substitute" { children: RENDERING, attributes: &[] }
    "group" { children: RENDERING, attributes: &[&["delimiter", "display"], FONT, AFFIXES] }
    "choose" { children: &["if", "else-if", "else"], attributes: &[] }
    "if" { children: RENDERING, attributes: &[CONDITIONS] }
    "else-if" { children: RENDERING, attributes: &[CONDITIONS] }
    "else" { children: RENDERING, attributes: &[] }
}

use AttributeValues::{Number, OneOf, SomeOf};

/// The possible values of an attribute.
enum AttributeValues {
    OneOf(&'static [&'static str]),
    /// Some of these, separated by spaces.
    SomeOf(&'static [&'static str]),
    Number,
}

const BOOLEAN: AttributeValues = OneOf(&["true", "false"]);
const PRECEDES: AttributeValues = OneOf(&["contextual", "after-inverted-name", "always", "never"]);
const TERM_FORMS: &[&str] = &["long", "short", "verb", "verb-short", "symbol"];
const TERM_FORM: AttributeValues = OneOf(TERM_FORMS);
const GENDER: AttributeValues = OneOf(&["masculine", "feminine"]);

macro_rules! values {
    ($($name:literal $(in $element:literal)?: $values:expr;)*) => {
        /// The values of attributes. The element is named where an attribute means different things; such a rule comes
        /// before the one for all elements.
        const VALUES: &[(Option<&str>, &str, AttributeValues)] = &[$(
            (elements!(@option $($element)?), $name, $values),
        )*];
    };
}

values! {
    "and": OneOf(&["text", "symbol"]);
    "class": OneOf(&["in-text", "note"]);
    "collapse": OneOf(&["citation-number", "year", "year-suffix", "year-suffix-ranged"]);
    "date-parts": OneOf(&["year-month-day", "year-month", "year"]);
    "delimiter-precedes-et-al": PRECEDES;
    "delimiter-precedes-last": PRECEDES;
    "demote-non-dropping-particle": OneOf(&["never", "sort-only", "display-and-sort"]);
    "disambiguate": OneOf(&["true"]);
    "disambiguate-add-givenname": BOOLEAN;
    "disambiguate-add-names": BOOLEAN;
    "disambiguate-add-year-suffix": BOOLEAN;
    "display": OneOf(&["block", "left-margin", "right-inline", "indent"]);
    "entry-spacing": Number;
    "et-al-min": Number;
    "et-al-subsequent-min": Number;
    "et-al-subsequent-use-first": Number;
    "et-al-use-first": Number;
    "et-al-use-last": BOOLEAN;
    "font-style": OneOf(&["normal", "italic", "oblique"]);
    "font-variant": OneOf(&["normal", "small-caps"]);
    "font-weight": OneOf(&["normal", "bold", "light"]);
    "form" in "date": OneOf(&["numeric", "text"]);
    "form" in "date-part": OneOf(&["numeric", "numeric-leading-zeros", "ordinal", "long", "short"]);
    "form" in "label": TERM_FORM;
    "form" in "name": OneOf(&["long", "short", "count"]);
    "form" in "number": OneOf(&["numeric", "ordinal", "roman", "long-ordinal"]);
    "form" in "term": TERM_FORM;
    "form" in "text": TERM_FORM;
    "gender": GENDER;
    "gender-form": GENDER;
    "givenname-disambiguation-rule":
        OneOf(&["all-names", "all-names-with-initials", "primary-name", "primary-name-with-initials", "by-cite"]);
    "hanging-indent": BOOLEAN;
    "initialize": BOOLEAN;
    "initialize-with-hyphen": BOOLEAN;
    "limit-day-ordinals-to-day-1": BOOLEAN;
    "line-spacing": Number;
    "match" in "term": OneOf(&["last-digit", "last-two-digits", "whole-number"]);
    "match": OneOf(&["all", "any", "none"]);
    "name" in "date-part": OneOf(&["day", "month", "year"]);
    "name" in "name-part": OneOf(&["family", "given"]);
    "name-as-sort-order": OneOf(&["first", "all"]);
    "name-form": OneOf(&["long", "short", "count"]);
    "names-min": Number;
    "names-use-first": Number;
    "names-use-last": BOOLEAN;
    "near-note-distance": Number;
    "page-range-format": OneOf(&["chicago", "chicago-15", "chicago-16", "expanded", "minimal", "minimal-two"]);
    "plural" in "label": OneOf(&["contextual", "always", "never"]);
    "plural" in "text": BOOLEAN;
    "position": SomeOf(&["first", "subsequent", "ibid", "ibid-with-locator", "near-note", "far-note"]);
    "punctuation-in-quote": BOOLEAN;
    "quotes": BOOLEAN;
    "second-field-align": OneOf(&["flush", "margin"]);
    "sort": OneOf(&["ascending", "descending"]);
    "strip-periods": BOOLEAN;
    "subsequent-author-substitute-rule": OneOf(&["complete-all", "complete-each", "partial-each", "partial-first"]);
    "term" in "et-al": OneOf(&["et-al", "and others"]);
    "text-case": OneOf(&["lowercase", "uppercase", "capitalize-first", "capitalize-all", "sentence", "title"]);
    "text-decoration": OneOf(&["none", "underline"]);
    "version": OneOf(&["1.0"]);
    "vertical-align": OneOf(&["baseline", "sup", "sub"]);
}

/// Attributes that hold variables, with the elements that have them and the kinds of variables they take.
const VARIABLES: &[(&str, &str, &[VariableKind])] = &[
    (
        "text",
        "variable",
        &[VariableKind::Text, VariableKind::Number],
    ),
    ("number", "variable", &[VariableKind::Number]),
    ("label", "variable", &[VariableKind::Number]),
    ("date", "variable", &[VariableKind::Date]),
    ("names", "variable", &[VariableKind::Names]),
    ("if", "is-uncertain-date", &[VariableKind::Date]),
    ("else-if", "is-uncertain-date", &[VariableKind::Date]),
];

// ---- Checking ---------------------------------------------------------------------------------------------

struct Validator<'d> {
    macros: FxHashMap<&'d str, XmlNode<'d>>,
    called: FxHashSet<&'d str>,
    /// The terms of American English, with those that the style adds for it or for any language.
    locale: Locale,
    /// The locales of the style.
    layers: Vec<LocaleLayer>,
    findings: Vec<StyleFinding>,
}

impl<'d> Validator<'d> {
    fn report(&mut self, severity: StyleSeverity, node: XmlNode<'_>, message: String) {
        let at = StyleError::at(node, message);
        self.findings.push(StyleFinding {
            severity,
            line: at.line,
            column: at.column,
            message: at.message,
        });
    }

    fn error(&mut self, node: XmlNode<'_>, message: String) {
        self.report(StyleSeverity::Error, node, message);
    }

    fn warning(&mut self, node: XmlNode<'_>, message: String) {
        self.report(StyleSeverity::Warning, node, message);
    }

    fn style(&mut self, root: XmlNode<'d>) {
        if root.name() != "style" {
            let message = format!("expected the element `style`, found `{}`", root.name());
            self.error(root, message);
            return;
        }
        let info = root.child("info");
        let is_dependent = info.is_some_and(|info| {
            info.children_named("link")
                .any(|link| link.attribute("rel") == Some("independent-parent"))
        });
        match info {
            None => self.error(root, "a style needs an `info` element".to_owned()),
            Some(info) => {
                for name in ["id", "title", "updated"] {
                    if info.child(name).is_none() {
                        self.error(info, format!("`info` needs the element `{name}`"));
                    }
                }
            }
        }
        if !is_dependent {
            if root.attribute("class").is_none() {
                self.error(root, "`style` needs the attribute `class`".to_owned());
            }
            if root.child("citation").is_none() {
                self.error(root, "a style needs a `citation` element".to_owned());
            }
        }
        self.element(root, None);
        for node in root.children_named("macro") {
            if let Some(name) = node.attribute("name") {
                if !self.called.contains(name) {
                    self.warning(node, format!("the macro `{name}` is never called"));
                }
                if self.macros.get(name).is_some_and(|other| !other.is(node)) {
                    self.error(node, format!("the macro `{name}` is defined twice"));
                }
            }
        }
    }

    fn element(&mut self, node: XmlNode<'d>, parent: Option<&str>) {
        let name = node.name();
        // The metadata is for people and repositories; nothing here depends on it.
        if name == "info" {
            return;
        }
        let in_place = |rule: &&ElementRule| {
            rule.name == name && (rule.parent.is_none() || rule.parent == parent)
        };
        let Some(rule) = ELEMENTS.iter().find(in_place) else {
            return;
        };
        self.attributes(node, rule);
        self.structure(node, parent);
        self.differences(node);
        for child in node.children() {
            if rule.children.contains(&child.name()) {
                self.element(child, Some(name));
            } else {
                let message = format!("`{}` is not allowed in `{name}`", child.name());
                self.error(child, message);
            }
        }
    }

    fn attributes(&mut self, node: XmlNode<'d>, rule: &ElementRule) {
        let element = node.name();
        for required in rule.required {
            if node.attribute(required).is_none() {
                self.error(
                    node,
                    format!("`{element}` needs the attribute `{required}`"),
                );
            }
        }
        for (name, value) in node.attributes() {
            if !rule.attributes.iter().any(|group| group.contains(&name)) {
                self.error(node, format!("`{element}` has no attribute `{name}`"));
                continue;
            }
            self.value(node, name, value);
            self.names_of_things(node, name, value);
        }
    }

    /// Checks the value of an attribute against the table.
    fn value(&mut self, node: XmlNode<'d>, name: &str, value: &str) {
        let rule = VALUES.iter().find(|(element, attribute, _)| {
            *attribute == name && element.is_none_or(|element| element == node.name())
        });
        let Some((_, _, values)) = rule else { return };
        match values {
            OneOf(allowed) if !allowed.contains(&value) => {
                let allowed = alternatives(allowed);
                self.error(
                    node,
                    format!("`{name}` is `{value}`, but must be {allowed}"),
                );
            }
            SomeOf(allowed) => {
                for word in value.split_whitespace() {
                    if !allowed.contains(&word) {
                        let allowed = alternatives(allowed);
                        self.error(node, format!("`{name}` is `{word}`, but must be {allowed}"));
                    }
                }
            }
            Number if value.trim().parse::<u32>().is_err() => {
                self.error(node, format!("`{name}` is `{value}`, but must be a number"));
            }
            OneOf(_) | Number => {}
        }
    }

    /// Checks variables, types, locator labels, terms and macros.
    fn names_of_things(&mut self, node: XmlNode<'d>, name: &str, value: &'d str) {
        let element = node.name();
        match name {
            "macro" => {
                self.called.insert(value);
                if !self.macros.contains_key(value) {
                    self.error(node, format!("there is no macro `{value}`"));
                }
            }
            "variable" | "is-numeric" | "is-uncertain-date" => {
                let kinds = VARIABLES
                    .iter()
                    .find(|(on, attribute, _)| *on == element && *attribute == name)
                    .map(|(_, _, kinds)| *kinds);
                for variable in value.split_whitespace() {
                    match (variables::known(variable), kinds) {
                        (None, _) => {
                            self.error(node, format!("CSL has no variable `{variable}`"));
                        }
                        (Some((_, kind)), Some(kinds)) if !kinds.contains(&kind) => {
                            let kind = described(kind);
                            self.error(
                                node,
                                format!("`{variable}` is {kind}, which `{element}` cannot print"),
                            );
                        }
                        (Some(_), _) => {}
                    }
                }
            }
            "type" => {
                for item_type in value.split_whitespace() {
                    if variables::known_type(item_type).is_none() {
                        self.error(node, format!("CSL has no item type `{item_type}`"));
                    }
                }
            }
            "locator" => {
                for label in value.replace("sub verbo", "sub-verbo").split_whitespace() {
                    if !self.has_term(label) {
                        self.error(node, format!("CSL has no locator label `{label}`"));
                    }
                }
            }
            "term" if element == "text" && !self.has_term(value) => {
                self.error(
                    node,
                    format!("neither CSL nor the style has the term `{value}`"),
                );
            }
            _ => {}
        }
    }

    fn has_term(&self, name: &str) -> bool {
        let name = if name == "sub verbo" {
            "sub-verbo"
        } else {
            name
        };
        self.locale.has_term(name) || self.layers.iter().any(|layer| layer.has_term(name))
    }

    /// Checks what the tables cannot say.
    fn structure(&mut self, node: XmlNode<'d>, parent: Option<&str>) {
        let name = node.name();
        match name {
            "text" | "key" => {
                let sources: &[&str] = if name == "text" {
                    &["macro", "term", "value", "variable"]
                } else {
                    &["macro", "variable"]
                };
                let given = sources
                    .iter()
                    .filter(|source| node.attribute(source).is_some())
                    .count();
                if given != 1 {
                    let sources = alternatives(sources);
                    self.error(node, format!("`{name}` needs one of {sources}"));
                }
            }
            "citation" | "bibliography" if node.child("layout").is_none() => {
                self.error(node, format!("`{name}` needs the element `layout`"));
            }
            "choose"
                if node
                    .children()
                    .next()
                    .is_none_or(|first| first.name() != "if") =>
            {
                self.error(node, "`choose` must begin with `if`".to_owned());
            }
            "if" | "else-if"
                if !CONDITIONS.iter().any(|condition| {
                    *condition != "match" && node.attribute(condition).is_some()
                }) =>
            {
                self.error(node, format!("`{name}` needs a condition"));
            }
            "group" | "macro" | "layout" | "substitute" if node.children().next().is_none() => {
                self.warning(node, format!("`{name}` is empty"));
            }
            "date" if parent != Some("locale") => {
                if node.attribute("form").is_none() && node.child("date-part").is_none() {
                    self.error(
                        node,
                        "`date` needs the attribute `form` or a `date-part`".to_owned(),
                    );
                }
                if node.attribute("form").is_none() && node.attribute("date-parts").is_some() {
                    self.warning(node, "`date-parts` has no effect without `form`".to_owned());
                }
            }
            _ => {}
        }
    }

    /// Warns about what citeproc-js prints differently.
    fn differences(&mut self, node: XmlNode<'d>) {
        for difference in DIFFERENCES {
            if (difference.applies)(node) {
                self.warning(node, difference.message.to_owned());
            }
        }
    }
}

/// A construct and what to say about it.
struct Deviation {
    applies: fn(XmlNode<'_>) -> bool,
    message: &'static str,
}

/// Constructs that citeproc-js treats differently from the specification, or that have no effect anywhere.
const DIFFERENCES: &[Deviation] = &[
    Deviation {
        applies: |node| {
            node.name() == "date"
                && node.attribute("form").is_some()
                && node.child("date-part").is_none()
                && FONT.iter().any(|font| node.attribute(font).is_some())
        },
        message: "citeproc-js ignores the formatting of a date with `form` unless it has a `date-part`",
    },
    Deviation {
        applies: |node| {
            node.name() == "text"
                && node.attribute("macro").is_some()
                && node.attribute("text-case").is_some()
        },
        message: "citeproc-js ignores `text-case` on a macro",
    },
    Deviation {
        applies: |node| {
            matches!(node.name(), "if" | "else-if")
                && node.attribute("match").is_none_or(|value| value == "all")
                && node
                    .attribute("type")
                    .is_some_and(|types| types.split_whitespace().count() > 1)
        },
        message: "an item has one type only, so this condition is false; citeproc-js takes it as `match=\"any\"`",
    },
    Deviation {
        applies: |node| {
            node.name() == "label"
                && node.attribute("variable").is_some()
                && node.parent_name() == Some("layout")
        },
        message: "citeproc-js prints this label even if the variable is empty, because no group is around it",
    },
    Deviation {
        applies: |node| {
            ["prefix", "suffix", "delimiter", "value"]
                .iter()
                .any(|name| {
                    node.attribute(name)
                        .is_some_and(|value| value.contains("&#"))
                })
        },
        message: "a character reference is escaped twice; some processors print it unchanged",
    },
    Deviation {
        applies: |node| {
            let number = |name: &str| node.attribute(name)?.trim().parse::<u32>().ok();
            matches!((number("et-al-min"), number("et-al-use-first")), (Some(min), Some(first)) if min < first)
        },
        message: "`et-al-min` is less than `et-al-use-first`, so names are never cut",
    },
];

fn described(kind: VariableKind) -> &'static str {
    match kind {
        VariableKind::Text => "text",
        VariableKind::Number => "a number",
        VariableKind::Names => "a list of names",
        VariableKind::Date => "a date",
    }
}

/// Returns "`a`, `b` or `c`".
fn alternatives(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str) -> Vec<String> {
        let style = format!(
            "<style xmlns=\"http://purl.org/net/xbiblio/csl\" class=\"in-text\" version=\"1.0\">\n\
             <info><title/><id/><updated/></info>\n{body}\n</style>"
        );
        let findings = validate(&style).unwrap();
        findings.iter().map(ToString::to_string).collect()
    }

    fn found_in_layout(elements: &str) -> Vec<String> {
        found(&format!("<citation><layout>{elements}</layout></citation>"))
    }

    #[test]
    fn valid_styles_have_no_findings() {
        let body = "<macro name=\"a\"><names variable=\"author editor\"><name and=\"text\"/>\
                    <et-al term=\"and others\"/><substitute><text variable=\"title\"/></substitute></names></macro>\
                    <citation et-al-min=\"3\" et-al-use-first=\"1\"><layout delimiter=\"; \">\
                    <text macro=\"a\"/><group><label variable=\"locator\" form=\"short\"/>\
                    <text variable=\"locator\"/></group></layout></citation>";
        assert_eq!(found(body), Vec::<String>::new());
    }

    #[test]
    fn each_finding_has_its_place() {
        assert_eq!(
            found("<citation>\n  <layout>\n    <text varable=\"title\"/>\n  </layout></citation>"),
            [
                "line 5, column 5: error: `text` has no attribute `varable`",
                "line 5, column 5: error: `text` needs one of `macro`, `term`, `value` or `variable`",
            ]
        );
    }

    #[test]
    fn elements_attributes_and_values_are_those_of_the_specification() {
        for (elements, message) in [
            (
                "<names variable=\"author\"><text variable=\"title\"/></names>",
                "`text` is not allowed in `names`",
            ),
            (
                "<text variable=\"title\" text-case=\"upper\"/>",
                "`text-case` is `upper`, but must be `lowercase`, `uppercase`, `capitalize-first`, \
                 `capitalize-all`, `sentence` or `title`",
            ),
            (
                "<names variable=\"author\"><name et-al-min=\"many\"/></names>",
                "`et-al-min` is `many`, but must be a number",
            ),
            (
                "<choose><if position=\"first near\"><text value=\"a\"/></if></choose>",
                "`position` is `near`, but must be `first`, `subsequent`, `ibid`, \
                 `ibid-with-locator`, `near-note` or `far-note`",
            ),
            ("<text variable=\"titel\"/>", "CSL has no variable `titel`"),
            (
                "<names variable=\"title\"/>",
                "`title` is text, which `names` cannot print",
            ),
            ("<text macro=\"a\"/>", "there is no macro `a`"),
            (
                "<text term=\"foo\"/>",
                "neither CSL nor the style has the term `foo`",
            ),
            (
                "<choose><if type=\"novel\"><text value=\"a\"/></if></choose>",
                "CSL has no item type `novel`",
            ),
            (
                "<date variable=\"issued\"/>",
                "`date` needs the attribute `form` or a `date-part`",
            ),
        ] {
            let findings = found_in_layout(elements);
            assert_eq!(findings.len(), 1, "{elements}: {findings:?}");
            let finding = findings.first().unwrap();
            assert!(
                finding.ends_with(&format!(": error: {message}")),
                "{elements}: {finding}"
            );
        }
    }

    #[test]
    fn differences_from_citeproc_js_are_warnings() {
        for (elements, part) in [
            (
                "<date variable=\"issued\" form=\"text\" font-style=\"italic\"/>",
                "citeproc-js ignores the formatting of a date",
            ),
            (
                "<choose><if type=\"book chapter\"><text value=\"a\"/></if></choose>",
                "an item has one type only",
            ),
            ("<text value=\"a\" prefix=\"&amp;#160;\"/>", "escaped twice"),
        ] {
            let findings = found_in_layout(elements);
            assert_eq!(findings.len(), 1, "{elements}: {findings:?}");
            let finding = findings.first().unwrap();
            assert!(
                finding.contains(": warning: ") && finding.contains(part),
                "{elements}: {finding}"
            );
        }
    }

    #[test]
    fn macros_that_nothing_calls_are_warnings() {
        let body = "<macro name=\"a\"><text value=\"a\"/></macro>\
                    <citation><layout><text value=\"b\"/></layout></citation>";
        assert_eq!(
            found(body),
            ["line 3, column 1: warning: the macro `a` is never called"]
        );
    }
}
