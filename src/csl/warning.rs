//! Warnings: what a caller should know about a result that is incomplete.

/// A problem that did not stop the processor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// The style prints nothing for a cite.
    #[error("the style prints nothing for this cite")]
    EmptyCite {
        /// The citation key.
        key: String,
    },
    /// The style prints nothing for a bibliography entry.
    #[error("the style prints nothing for this work")]
    EmptyEntry {
        /// The citation key.
        key: String,
    },
    /// A cite has a key that the processor was given no item for.
    #[error("no work has this key")]
    UnknownKey {
        /// The citation key.
        key: String,
    },
}

impl Warning {
    /// Returns the citation key of the work that the warning is about.
    pub fn key(&self) -> &str {
        match self {
            Self::EmptyCite { key } | Self::EmptyEntry { key } | Self::UnknownKey { key } => key,
        }
    }
}
