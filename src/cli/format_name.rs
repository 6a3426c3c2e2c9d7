//! The names of reference formats in arguments.

use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::cli::extensions::ByExtension;
use crate::cli::{CommandError, Result};
use peerbib::formats::{self, FORMATS, ReferenceFormat, WriteFormat};

/// A reference format of the table of formats.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FormatName(pub(crate) &'static ReferenceFormat);

static ALL: LazyLock<Vec<FormatName>> =
    LazyLock::new(|| FORMATS.iter().map(|format| FormatName(format)).collect());

impl ValueEnum for FormatName {
    fn value_variants<'a>() -> &'a [Self] {
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name).help(self.0.description))
    }
}

/// Returns the parser of an output format. Help and completions leave out the formats that can only be read, except
/// for `others`; [`FormatName::writer`] explains why they cannot be written.
pub(crate) fn output_format(others: &[FormatName]) -> impl TypedValueParser<Value = FormatName> {
    let values = ALL.iter().map(|name| {
        let is_written = name.0.writer.is_some() || others.contains(name);
        let value = PossibleValue::new(name.0.name).help(name.0.description);
        value.hide(!is_written)
    });
    PossibleValuesParser::new(values.collect::<Vec<_>>())
        .try_map(|name| FormatName::from_str(&name, false))
}

impl PartialEq for FormatName {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for FormatName {}

impl ByExtension for FormatName {
    fn written(name: &str) -> Option<Self> {
        let format = Self::from_str(name, false).ok()?;
        (format.0.writer.is_some() || format == Self::MEDIAWIKI).then_some(format)
    }
}

impl FormatName {
    pub(crate) const BIBLATEX: Self = Self(&formats::BIBLATEX);
    pub(crate) const BIBTEX: Self = Self(&formats::BIBTEX);
    pub(crate) const CSL_JSON: Self = Self(&formats::CSL_JSON);
    pub(crate) const HAYAGRIVA: Self = Self(&formats::HAYAGRIVA);
    pub(crate) const RIS: Self = Self(&formats::RIS);
    pub(crate) const MEDIAWIKI: Self = Self(&formats::MEDIAWIKI);

    /// Returns the format of this name in the table of formats.
    pub(crate) fn format(self) -> &'static ReferenceFormat {
        self.0
    }

    /// Returns the writer of the format. Fails with a usage error for a format that can only be read.
    pub(crate) fn writer(self) -> Result<&'static dyn WriteFormat> {
        self.0.writer.ok_or_else(|| {
            let writable = FORMATS.iter().filter(|format| format.writer.is_some());
            let names: Vec<&str> = writable.map(|format| format.name).collect();
            if self == Self::MEDIAWIKI {
                return CommandError::usage("this command cannot write MediaWiki").with_help(
                    "use `peerbib convert --to mediawiki` for files, or `peerbib format --to mediawiki --templates`"
                        .to_owned(),
                );
            }
            CommandError::usage(format_args!(
                "{} can only be read, not written",
                self.0.title
            ))
            .with_help(format!("the output formats are {}", names.join(", ")))
        })
    }
}
