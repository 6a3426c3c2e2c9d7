//! The styles that ship inside the program: those written for peerbib, and those that hayagriva brings.

use citationberg::{IndependentStyle, Style};

use super::hayagriva;

/// A style that ships inside the program.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ShelvedStyle {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// Other names by which it can be asked for.
    pub aliases: Vec<&'static str>,
    /// What it is called.
    pub title: String,
}

/// The styles written for peerbib, by name.
const OUR_STYLES: &[(&str, &str)] = &[
    (
        "annotated-reading-list",
        include_str!("../../styles/annotated-reading-list.csl"),
    ),
    (
        "compact-syllabus",
        include_str!("../../styles/compact-syllabus.csl"),
    ),
];

/// Why a style cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// No style has this name.
    #[error("there is no style \u{201c}{name}\u{201d}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// A name that is spelt much the same.
        suggestion: Option<String>,
    },
    /// The text is no CSL style.
    #[error("{name} is not a CSL style: {reason}")]
    Malformed {
        /// The style's name or file.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The style is a dependent one, and its parent is not at hand.
    #[error("the style {name} takes its rules from {parent}, which is not at hand")]
    MissingParent {
        /// The style's name or file.
        name: String,
        /// The parent's identifier.
        parent: String,
    },
}

impl ShelfError {
    /// What the reader can do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Unknown { suggestion: Some(suggestion), .. } => {
                format!("did you mean {suggestion}?")
            }
            Self::Unknown { .. } => {
                "`peerbib style list` names the styles there are; a file is named by its path, as in \
                 ./my.csl"
                    .into()
            }
            Self::Malformed { .. } => {
                "give an independent CSL 1.0 style, such as those of the official repository".into()
            }
            Self::MissingParent { .. } => {
                "name the file of the parent style instead, with the --locale that you need".into()
            }
        }
    }
}

/// The styles that ship inside the program, by name.
pub fn styles() -> Vec<ShelvedStyle> {
    let ours = OUR_STYLES.iter().filter_map(|(name, xml)| {
        let title = parse(name, xml).ok()?.info.title.value;
        Some(ShelvedStyle {
            name,
            aliases: Vec::new(),
            title,
        })
    });
    let bundled = hayagriva::bundled_styles()
        .into_iter()
        .map(|style| ShelvedStyle {
            name: style.name,
            aliases: style.aliases.to_vec(),
            title: style.title.to_owned(),
        });
    let mut styles: Vec<_> = ours.chain(bundled).collect();
    styles.sort_by_key(|style| style.name);
    styles
}

/// The style of this name.
///
/// # Errors
///
/// [`ShelfError::Unknown`], with a name that is spelt much the same.
pub fn style(name: &str) -> Result<IndependentStyle, ShelfError> {
    let name = name.to_lowercase();
    if let Some((name, xml)) = OUR_STYLES.iter().find(|(ours, _)| *ours == name) {
        return parse(name, xml);
    }
    hayagriva::load_bundled(&name).ok_or_else(|| {
        let names: Vec<String> = styles()
            .iter()
            .flat_map(|style| style.aliases.iter().copied().chain([style.name]))
            .map(str::to_owned)
            .collect();
        let suggestion = crate::spelling::closest(&name, names);
        ShelfError::Unknown { name, suggestion }
    })
}

/// The style that a CSL file holds, `name` being its path. A dependent style is its parent, if that
/// ships inside the program, with its own default locale.
///
/// # Errors
///
/// [`ShelfError::Malformed`]; [`ShelfError::MissingParent`].
pub fn parse(name: &str, xml: &str) -> Result<IndependentStyle, ShelfError> {
    match Style::from_xml(xml) {
        Ok(Style::Independent(style)) => Ok(style),
        Ok(Style::Dependent(style)) => {
            let parent = style.parent_link.href;
            let parent_name = parent.rsplit('/').next().unwrap_or_default();
            let mut independent =
                hayagriva::load_bundled(parent_name).ok_or_else(|| ShelfError::MissingParent {
                    name: name.to_owned(),
                    parent: parent.clone(),
                })?;
            if style.default_locale.is_some() {
                independent.default_locale = style.default_locale;
            }
            Ok(independent)
        }
        Err(error) => Err(ShelfError::Malformed {
            name: name.to_owned(),
            reason: error.to_string(),
        }),
    }
}
