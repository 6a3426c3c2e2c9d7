//! Reading the attributes that several elements share.

use super::citeproc_js::unescaped;
use super::element::*;
use super::rich_text::{Display, Formatting};
use super::xml::XmlNode;

/// Returns an attribute that is printed.
pub(super) fn text(node: XmlNode<'_>, name: &str) -> Option<String> {
    node.attribute(name).map(unescaped)
}

/// Returns a boolean attribute.
pub(super) fn flag(node: XmlNode<'_>, name: &str) -> Option<bool> {
    node.attribute(name).map(|value| value == "true")
}

/// Returns a number attribute.
pub(super) fn number(node: XmlNode<'_>, name: &str) -> Option<u32> {
    node.attribute(name)?.trim().parse().ok()
}

/// Returns `entry-spacing` or `line-spacing`; 1 if it is not given.
pub(super) fn spacing(node: XmlNode<'_>, name: &str) -> u16 {
    node.attribute(name)
        .and_then(|value| value.trim().parse().ok())
        .unwrap_or(1)
}

/// Returns the value of `page-range-format`.
pub(super) fn range_format(value: &str) -> Option<PageRangeFormat> {
    Some(match value {
        "expanded" => PageRangeFormat::Expanded,
        "minimal" => PageRangeFormat::Minimal,
        "minimal-two" => PageRangeFormat::MinimalTwo,
        "chicago" | "chicago-15" => PageRangeFormat::Chicago15,
        "chicago-16" => PageRangeFormat::Chicago16,
        _ => return None,
    })
}

/// Returns the value of `form` where it names a form of a term.
pub(super) fn term_form(node: XmlNode<'_>) -> TermForm {
    match node.attribute("form") {
        Some("short") => TermForm::Short,
        Some("verb") => TermForm::Verb,
        Some("verb-short") => TermForm::VerbShort,
        Some("symbol") => TermForm::Symbol,
        _ => TermForm::Long,
    }
}

/// Reads `cs:label`, without its variable.
pub(super) fn read_label(node: XmlNode<'_>) -> LabelElement {
    LabelElement {
        variable: None,
        form: term_form(node),
        plural: match node.attribute("plural") {
            Some("always" | "true") => LabelPlural::Always,
            Some("never" | "false") => LabelPlural::Never,
            _ => LabelPlural::Contextual,
        },
        attributes: read_common(node),
    }
}

/// Reads the attributes that most rendering elements share.
pub(super) fn read_common(node: XmlNode<'_>) -> CommonAttributes {
    let mut common = CommonAttributes::default();
    let font = &mut common.font;
    for (name, value) in node.attributes() {
        match name {
            "prefix" => common.prefix = unescaped(value),
            "suffix" => common.suffix = unescaped(value),
            "quotes" => {
                common.quotes = value == "true";
                common.unquoted = value == "false";
            }
            "strip-periods" => common.strip_periods = value == "true",
            "text-case" => common.text_case = text_case(value),
            "display" => {
                common.display = match value {
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
    common
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

/// Reads the `cs:date-part` elements in `node`.
pub(super) fn read_date_parts(node: XmlNode<'_>) -> Vec<DatePart> {
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
                // An empty one would join two years to one number; citeproc-js ignores it.
                range_delimiter: text(child, "range-delimiter").filter(|text| !text.is_empty()),
                attributes: read_common(child),
                given: GivenAttributes {
                    prefix: child.attribute("prefix").is_some(),
                    suffix: child.attribute("suffix").is_some(),
                },
            })
        })
        .collect()
}

/// Reads the options of names. On `cs:name`, where they are not `inherited`, some have shorter names.
pub(super) fn read_name_options(node: XmlNode<'_>, inherited: bool) -> NameOptions {
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
        delimiter: name("name-delimiter", "delimiter").map(unescaped),
        names_delimiter: inherited.then(|| text(node, "names-delimiter")).flatten(),
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
        initialize_with: text(node, "initialize-with"),
        as_sort_order: match node.attribute("name-as-sort-order") {
            Some("first") => Some(NameAsSortOrder::First),
            Some("all") => Some(NameAsSortOrder::All),
            _ => None,
        },
        sort_separator: text(node, "sort-separator"),
    }
}
