//! Locale files of the caller.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::bundled::EmbeddedLocales;
use super::locale::{LocaleLayer, LocaleSource};
use super::xml::StyleError;

/// Locale files loaded by the caller. They take precedence over those inside the program.
#[derive(Debug, Clone, Default)]
pub struct LocaleFiles {
    layers: FxHashMap<String, Arc<LocaleLayer>>,
}

impl LocaleFiles {
    /// Returns an empty set of files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a locale file.
    ///
    /// # Errors
    /// See [`LocaleLayer::from_xml`].
    pub fn add(&mut self, xml: &str) -> Result<(), StyleError> {
        let layer = LocaleLayer::from_xml(xml)?;
        self.layers
            .insert(layer.language().to_owned(), Arc::new(layer));
        Ok(())
    }
}

impl LocaleSource for LocaleFiles {
    fn layer(&self, language: &str) -> Option<Arc<LocaleLayer>> {
        self.layers
            .get(language)
            .cloned()
            .or_else(|| EmbeddedLocales.layer(language))
    }
}
