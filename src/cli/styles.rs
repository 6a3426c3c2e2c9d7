//! Citation styles by name: those that a user added, those inside the program, and those in files.

use std::borrow::Cow;

use peerbib::csl::{self, Style, StyleError, StyleFinding, bundled};
use peerbib::suggest::closest;

/// The XML of a style and the name that messages call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StyleSource {
    name: String,
    xml: Cow<'static, str>,
}

/// The reason why a style cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StyleLoadError {
    /// No style has this name.
    #[error("there is no style \u{201c}{name}\u{201d}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// Similar names.
        suggestions: Vec<String>,
    },
    /// The text is not a CSL style.
    #[error("{name} is not a CSL style: {error}")]
    Malformed {
        /// The style's name or file.
        name: String,
        /// The error and its place.
        error: StyleError,
    },
    /// The style depends on a parent that is not available.
    #[error("the style {name} depends on {parent}, which is not available")]
    MissingParent {
        /// The style's name or file.
        name: String,
        /// The parent's identifier.
        parent: String,
    },
}

/// Returns the name that is meant by a name, an identifier such as `http://www.zotero.org/styles/apa`, or the name of a
/// file such as `apa.csl`.
pub(crate) fn meant_name(text: &str) -> String {
    let name = name_of(text).to_lowercase();
    name.strip_suffix(".csl").unwrap_or(&name).to_owned()
}

/// Returns the name of a style, which is the last part of its identifier.
pub(crate) fn name_of(id: &str) -> &str {
    id.trim_end_matches('/')
        .rsplit(['/', ':'])
        .next()
        .unwrap_or(id)
}

impl StyleSource {
    /// Returns what should be changed in the style; nothing if it is not XML.
    pub(crate) fn validate(&self) -> Vec<StyleFinding> {
        csl::validate(&self.xml).unwrap_or_default()
    }

    /// Returns the source of a style that messages call `name`.
    pub(crate) fn new(name: impl Into<String>, xml: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            xml: Cow::Owned(xml.into()),
        }
    }

    /// Returns the bundled style of this name.
    pub(crate) fn bundled(name: &str) -> Result<Self, StyleLoadError> {
        let name = name.to_lowercase();
        if let Some(xml) = bundled::style_xml(&name) {
            return Ok(Self { name, xml });
        }
        let names = bundled::styles()
            .into_iter()
            .flat_map(|style| style.aliases.into_iter().chain([style.name]))
            .map(str::to_owned);
        Err(StyleLoadError::Unknown {
            suggestions: closest(&name, names),
            name,
        })
    }

    /// Returns the XML.
    pub(crate) fn xml(&self) -> &str {
        &self.xml
    }

    /// Compiles the style without its parent, if it depends on one.
    pub(crate) fn compile_alone(&self) -> Result<Style, StyleLoadError> {
        Style::from_xml(&self.xml).map_err(|error| StyleLoadError::Malformed {
            name: self.name.clone(),
            error,
        })
    }

    /// Compiles the style. `find_parent` looks up the parent of a dependent style by its name.
    pub(crate) fn compile(
        &self,
        find_parent: impl Fn(&str) -> Option<Self>,
    ) -> Result<Style, StyleLoadError> {
        let style = self.compile_alone()?;
        let Some(parent) = style.info.parent.clone().filter(|_| style.is_dependent()) else {
            return Ok(style);
        };
        let source =
            find_parent(name_of(&parent)).ok_or_else(|| StyleLoadError::MissingParent {
                name: self.name.clone(),
                parent,
            })?;
        Ok(style.with_parent(&source.compile_alone()?))
    }
}
