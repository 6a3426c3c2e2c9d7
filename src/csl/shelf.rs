//! The styles at hand: those written for peerbib, those that hayagriva brings, and those in files.

use hayagriva::archive::ArchivedStyle;

use super::{Style, StyleError};
use crate::suggest::{closest, question};

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

/// The source of a style, and the name that messages give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StyleSource {
    name: String,
    written: Written,
}

/// How a style is written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Written {
    Xml(String),
    /// As hayagriva keeps it, which holds all that its XML said.
    Packed(ArchivedStyle),
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
        /// Names that are spelt much the same.
        suggestions: Vec<String>,
    },
    /// The text is no CSL style.
    #[error("{name} is not a CSL style: {error}")]
    Malformed {
        /// The style's name or file.
        name: String,
        /// What is wrong with it, and where.
        error: StyleError,
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
            Self::Unknown { suggestions, .. } => question(suggestions).unwrap_or_else(|| {
                "`peerbib style list` names the styles there are; a file is named by its path, as in \
                 ./my.csl"
                    .into()
            }),
            Self::Malformed { .. } => {
                "give a CSL 1.0 style, such as those of the official repository".into()
            }
            Self::MissingParent { parent, .. } => {
                format!("get {}.csl and add it with `peerbib style add`", name_of(parent))
            }
        }
    }
}

/// The name of a style by its identifier, which is an address that ends in it.
pub fn name_of(id: &str) -> &str {
    id.trim_end_matches('/')
        .rsplit(['/', ':'])
        .next()
        .unwrap_or(id)
}

/// The styles that ship inside the program, by name.
pub fn styles() -> Vec<ShelvedStyle> {
    let ours = OUR_STYLES.iter().filter_map(|(name, xml)| {
        let title = Style::from_xml(xml).ok()?.info.title;
        Some(ShelvedStyle {
            name,
            aliases: Vec::new(),
            title,
        })
    });
    let bundled = ArchivedStyle::all().iter().filter_map(|style| {
        let (name, aliases) = style.names().split_first()?;
        Some(ShelvedStyle {
            name,
            aliases: aliases.to_vec(),
            title: style.display_name().to_owned(),
        })
    });
    let mut styles: Vec<_> = ours.chain(bundled).collect();
    styles.sort_by_key(|style| style.name);
    styles
}

impl StyleSource {
    /// The XML of a style, and the name that messages give it: its file, say.
    pub fn new(name: impl Into<String>, xml: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            written: Written::Xml(xml.into()),
        }
    }

    /// The style of this name that ships inside the program.
    ///
    /// # Errors
    ///
    /// [`ShelfError::Unknown`], with a name that is spelt much the same.
    pub fn shipped(name: &str) -> Result<Self, ShelfError> {
        let name = name.to_lowercase();
        if let Some((name, xml)) = OUR_STYLES.iter().find(|(ours, _)| *ours == name) {
            return Ok(Self::new(*name, *xml));
        }
        let packed = ArchivedStyle::by_name(&name).map(|style| Self {
            name: name.clone(),
            written: Written::Packed(style),
        });
        packed.ok_or_else(|| {
            let names = styles()
                .into_iter()
                .flat_map(|style| style.aliases.into_iter().chain([style.name]))
                .map(str::to_owned);
            ShelfError::Unknown {
                suggestions: closest(&name, names),
                name,
            }
        })
    }

    /// The XML, where it is the source.
    pub fn xml(&self) -> Option<&str> {
        match &self.written {
            Written::Xml(xml) => Some(xml),
            Written::Packed(_) => None,
        }
    }

    /// The style, compiled as it stands: a dependent one without what its parent says.
    ///
    /// # Errors
    ///
    /// [`ShelfError::Malformed`].
    pub fn compile_alone(&self) -> Result<Style, ShelfError> {
        let style = match &self.written {
            Written::Xml(xml) => Style::from_xml(xml),
            Written::Packed(style) => Style::from_citationberg(&style.get()),
        };
        style.map_err(|error| ShelfError::Malformed {
            name: self.name.clone(),
            error,
        })
    }

    /// The style, compiled; a dependent one with what its parent says, which `find_parent` looks for by
    /// its name.
    ///
    /// # Errors
    ///
    /// [`ShelfError::Malformed`]; [`ShelfError::MissingParent`].
    pub fn compile(&self, find_parent: impl Fn(&str) -> Option<Self>) -> Result<Style, ShelfError> {
        let style = self.compile_alone()?;
        let Some(parent) = style.info.parent.clone().filter(|_| style.is_dependent()) else {
            return Ok(style);
        };
        let source = find_parent(name_of(&parent)).ok_or_else(|| ShelfError::MissingParent {
            name: self.name.clone(),
            parent,
        })?;
        Ok(style.with_parent(&source.compile_alone()?))
    }
}
