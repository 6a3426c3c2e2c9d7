//! The output formats that the extensions of files stand for, for every command that writes a file.

use std::path::Path;

use crate::cli::CommandError;
use peerbib::formats::{self, ReferenceFormat};

/// A kind of output file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FileKind {
    Text,
    Html,
    Markdown,
    Latex,
    Typst,
    Mediawiki,
    Rtf,
    Docx,
    Odt,
    Pdf,
    Svg,
    Png,
    Csv,
    Ics,
    Json,
    /// A reference format, by its own table.
    References(&'static ReferenceFormat),
}

/// The extensions of each kind in lower case, the usual one first. Reference formats have theirs in `formats`.
const EXTENSIONS: &[(&[&str], FileKind)] = &[
    (&["txt", "text"], FileKind::Text),
    (&["html", "htm"], FileKind::Html),
    (MARKDOWN, FileKind::Markdown),
    (&["tex", "latex"], FileKind::Latex),
    (&["typ"], FileKind::Typst),
    (&["wiki", "mediawiki"], FileKind::Mediawiki),
    (&["rtf"], FileKind::Rtf),
    (&["docx"], FileKind::Docx),
    (&["odt"], FileKind::Odt),
    (&["pdf"], FileKind::Pdf),
    (&["svg"], FileKind::Svg),
    (&["png"], FileKind::Png),
    (&["csv"], FileKind::Csv),
    (&["ics"], FileKind::Ics),
    (&["json"], FileKind::Json),
];

/// The formats of a command that can be chosen by the extension of its output file.
pub(crate) trait ByExtension: Sized {
    /// Returns the format of a kind of file, or `None` if the command does not write such files.
    fn of_kind(kind: FileKind) -> Option<Self>;

    /// Returns the format for a file.
    ///
    /// # Errors
    ///
    /// A usage error if the command cannot write such files, or if the name of the file has no extension.
    fn of_file(path: &Path) -> Result<Self, CommandError> {
        kind_of(path).and_then(Self::of_kind).ok_or_else(|| {
            if path.is_dir() {
                return CommandError::usage(format_args!("{} is a directory", path.display()))
                    .with_help("name a file in it".to_owned());
            }
            let name = path.extension().map_or_else(
                || path.display().to_string(),
                |extension| format!(".{}", extension.to_string_lossy()),
            );
            CommandError::usage(format_args!("unsupported output format: {name}")).with_help(
                format!(
                    "use one of {}, or choose the format with --to",
                    supported::<Self>().join(", ")
                ),
            )
        })
    }
}

/// Refuses an output file whose extension promises another format than the only one that a command writes. A name without
/// an extension promises nothing.
///
/// # Errors
///
/// A usage error.
pub(crate) fn check_only_format(
    path: &Path,
    format: &str,
    extensions: &[&str],
) -> Result<(), CommandError> {
    let Some(extension) = path
        .extension()
        .map(|extension| extension.to_string_lossy())
    else {
        return Ok(());
    };
    let is_supported = extensions
        .iter()
        .any(|supported| extension.eq_ignore_ascii_case(supported));
    if is_supported {
        return Ok(());
    }
    let usual = extensions.first().copied().unwrap_or_default();
    Err(
        CommandError::usage(format_args!("unsupported output format: .{extension}"))
            .with_help(format!("this command writes {format}: use .{usual}")),
    )
}

/// The extensions of Markdown.
pub(crate) const MARKDOWN: &[&str] = &["md", "markdown", "mdown", "mkd", "qmd", "rmd"];

/// Returns the usual extensions of the files that a command writes.
fn supported<F: ByExtension>() -> Vec<String> {
    let of_table = EXTENSIONS
        .iter()
        .filter(|(_, kind)| F::of_kind(*kind).is_some())
        .filter_map(|(extensions, _)| extensions.first().copied());
    let of_formats = formats::FORMATS
        .iter()
        .filter(|format| F::of_kind(FileKind::References(format)).is_some())
        .filter_map(|format| format.extensions.first().copied());
    let mut extensions: Vec<String> = Vec::new();
    for extension in of_table.chain(of_formats) {
        let extension = format!(".{extension}");
        if !extensions.contains(&extension) {
            extensions.push(extension);
        }
    }
    extensions
}

fn kind_of(path: &Path) -> Option<FileKind> {
    let extension = path.extension()?.to_str()?.to_lowercase();
    EXTENSIONS
        .iter()
        .find(|(extensions, _)| extensions.contains(&extension.as_str()))
        .map(|(_, kind)| *kind)
        .or_else(|| formats::of_name(&format!("x.{extension}")).map(FileKind::References))
}
