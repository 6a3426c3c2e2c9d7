//! The formats as arguments name them.

use clap::ValueEnum;

use peerbib::formats::{self, Format};

/// A reference format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// BibLaTeX: the entries as they were written
    Biblatex,
    /// BibTeX: the same with the types and fields that BibTeX's styles know
    Bibtex,
    /// CSL-JSON: the variables of the Citation Style Language
    CslJson,
    /// Hayagriva: Typst's YAML
    Hayagriva,
    /// RIS: the format of EndNote, publishers and databases
    Ris,
}

impl FormatName {
    /// The format of this name in the table of formats.
    pub(crate) fn format(self) -> &'static Format {
        match self {
            Self::Biblatex => &formats::BIBLATEX,
            Self::Bibtex => &formats::BIBTEX,
            Self::CslJson => &formats::CSL_JSON,
            Self::Hayagriva => &formats::HAYAGRIVA,
            Self::Ris => &formats::RIS,
        }
    }
}
