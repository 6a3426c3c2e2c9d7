//! The formats as arguments name them.

use std::path::Path;
use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::cli::CommandError;
use peerbib::formats::{self, FORMATS, Format, WriteFormat};

/// A reference format of the table of formats.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FormatName(pub(crate) &'static Format);

static ALL: LazyLock<Vec<FormatName>> =
    LazyLock::new(|| FORMATS.iter().map(|format| FormatName(format)).collect());

impl ValueEnum for FormatName {
    fn value_variants<'a>() -> &'a [Self] {
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let note = match self.0.writer {
            Some(_) => "",
            None if *self == Self::MEDIAWIKI => " (written by `convert` and `format --templates`)",
            None => " (can only be read)",
        };
        let help = format!("{}{note}", self.0.description);
        Some(PossibleValue::new(self.0.name).help(help))
    }
}

impl PartialEq for FormatName {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for FormatName {}

impl FormatName {
    pub(crate) const BIBLATEX: Self = Self(&formats::BIBLATEX);
    pub(crate) const BIBTEX: Self = Self(&formats::BIBTEX);
    pub(crate) const CSL_JSON: Self = Self(&formats::CSL_JSON);
    pub(crate) const HAYAGRIVA: Self = Self(&formats::HAYAGRIVA);
    pub(crate) const RIS: Self = Self(&formats::RIS);
    pub(crate) const MEDIAWIKI: Self = Self(&formats::MEDIAWIKI);

    /// The format of this name in the table of formats.
    pub(crate) fn format(self) -> &'static Format {
        self.0
    }

    /// Returns the output format that the extension of a file names.
    ///
    /// # Errors
    ///
    /// A usage error if it names none.
    pub(crate) fn of_output(path: &Path) -> Result<Self, CommandError> {
        let format = formats::of_name(&path.to_string_lossy()).map(FormatName);
        format.ok_or_else(|| unsupported_output(path, "biblatex"))
    }

    /// Returns the writer of the format.
    ///
    /// # Errors
    ///
    /// A usage error for a format that can only be read.
    pub(crate) fn writer(self) -> Result<&'static dyn WriteFormat, CommandError> {
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

/// Returns the error for an output file whose extension names no output format; `example` is the name of one.
pub(crate) fn unsupported_output(path: &Path, example: &str) -> CommandError {
    CommandError::usage(format_args!(
        "unsupported output format: {}",
        path.extension().map_or_else(
            || path.display().to_string(),
            |extension| format!(".{}", extension.to_string_lossy())
        )
    ))
    .with_help(format!("choose a format with --to, such as --to {example}"))
}
