//! Styles: what a style says about itself, and reading it from XML.

use super::BibliographyLayout;
use super::compiled::Compiled;
use super::compiler::Compiler;
use super::xml::{StyleError, XmlDocument, XmlNode};

/// The class of a style: citations in the text or in notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StyleClass {
    /// `class="in-text"`
    InText,
    /// `class="note"`
    Note,
}

/// The metadata of a style (clause "Info").
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct StyleInfo {
    /// The URI that identifies the style.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its short name.
    pub short_title: Option<String>,
    /// The URI of the style that a dependent style takes its layouts from.
    pub parent: Option<String>,
    /// The form of its citations: `author-date`, `numeric`, `note`, `label` or `author`.
    pub citation_format: Option<String>,
    /// The scholarly fields it is for.
    pub fields: Vec<String>,
    /// Its licence, in words.
    pub rights: Option<String>,
    /// The URI of its licence.
    pub license: Option<String>,
    /// Its authors.
    pub authors: Vec<String>,
    /// A short description.
    pub summary: Option<String>,
    /// The date of its last change.
    pub updated: Option<String>,
}

/// A citation style.
#[derive(Debug, Clone)]
pub struct Style {
    /// Its metadata.
    pub info: StyleInfo,
    /// The default locale of the style.
    pub default_locale: Option<String>,
    /// The place of citations, in the text or in notes; a dependent style has the class of its parent.
    pub class: StyleClass,
    pub(super) compiled: Compiled,
}

impl Style {
    /// Parses and compiles a style.
    ///
    /// A dependent style parses too: [`StyleInfo::parent`] names the style that has its layouts, see
    /// [`Style::with_parent`].
    ///
    /// # Errors
    ///
    /// If the XML is not well formed, or if the style breaks the specification so that its meaning is
    /// open: a macro does not exist or calls itself, an element is where none of its kind is allowed, a
    /// layout is missing.
    pub fn from_xml(xml: &str) -> Result<Self, StyleError> {
        let document = XmlDocument::parse(xml)?;
        let root = document.root();
        if root.name() != "style" {
            return Err(StyleError::at(
                root,
                "the root element of a style is `style`",
            ));
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

    /// Returns whether the style takes its layouts from its parent, [`StyleInfo::parent`].
    pub fn is_dependent(&self) -> bool {
        self.info.parent.is_some() && self.compiled.citation.layout.is_empty()
    }

    /// Returns a dependent style with the layouts of its parent. It keeps its own metadata and locale.
    pub fn with_parent(mut self, parent: &Self) -> Self {
        self.compiled = parent.compiled.clone();
        self.class = parent.class;
        self.default_locale = self
            .default_locale
            .or_else(|| parent.default_locale.clone());
        self
    }

    /// Returns whether the style has a bibliography.
    pub fn has_bibliography(&self) -> bool {
        self.compiled.bibliography.is_some()
    }

    /// Returns the layout of the style's bibliographies.
    pub fn bibliography_layout(&self) -> BibliographyLayout {
        self.compiled.options.layout
    }
}

fn read_info(node: XmlNode<'_>) -> StyleInfo {
    let mut info = StyleInfo::default();
    let text = |node: XmlNode<'_>| node.text().split_whitespace().collect::<Vec<_>>().join(" ");
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
