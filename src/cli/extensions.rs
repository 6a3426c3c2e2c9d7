//! The output formats that the extensions of files stand for, for every command that writes a file.

use std::ffi::OsStr;
use std::path::Path;

use clap::ValueEnum;

use crate::cli::{CommandError, Result};
use peerbib::formats;

/// The output formats with their extensions in lower case, the usual one first. Reference formats have theirs in
/// `formats`.
const EXTENSIONS: &[(&str, &[&str])] = &[
    ("text", &["txt", "text"]),
    ("html", &["html", "htm"]),
    ("markdown", MARKDOWN),
    ("latex", &["tex", "latex"]),
    ("typst", &["typ"]),
    ("mediawiki", &["wiki", "mediawiki"]),
    ("rtf", &["rtf"]),
    ("docx", &["docx"]),
    ("odt", &["odt"]),
    ("pdf", &["pdf"]),
    ("svg", &["svg"]),
    ("png", &["png"]),
    ("csv", &["csv"]),
    ("ics", &["ics"]),
    ("json", &["json"]),
];

/// The formats of a command that can be chosen by the extension of its output file.
pub(crate) trait ByExtension: ValueEnum {
    /// Returns the format of a name, or `None` if the command does not write it.
    fn written(name: &str) -> Option<Self> {
        Self::from_str(name, false).ok()
    }

    /// Returns the format for a file. Fails with a usage error if the command cannot write such files, or if the name
    /// of the file has no extension.
    fn of_file(path: &Path) -> Result<Self> {
        names_of(path).find_map(Self::written).ok_or_else(|| {
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

/// Refuses an output file whose extension promises another format than the only one that a command writes. A name
/// without an extension promises nothing. Fails with a usage error.
pub(crate) fn check_only_format(path: &Path, format: &str, extensions: &[&str]) -> Result<()> {
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
    let of_formats = formats::FORMATS.iter();
    let all = EXTENSIONS
        .iter()
        .copied()
        .chain(of_formats.map(|format| (format.name, format.extensions)));
    let mut found: Vec<String> = Vec::new();
    for (name, extensions) in all {
        if let Some(usual) = extensions.first()
            && F::written(name).is_some()
        {
            let usual = format!(".{usual}");
            if !found.contains(&usual) {
                found.push(usual);
            }
        }
    }
    found
}

/// Returns the names of the formats that have the extension of a file.
fn names_of(path: &Path) -> impl Iterator<Item = &'static str> {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    let extension = extension.to_lowercase();
    let own = EXTENSIONS
        .iter()
        .find(|(_, extensions)| extensions.contains(&extension.as_str()))
        .map(|(name, _)| *name);
    let of_formats = formats::of_name(&format!("x.{extension}")).map(|format| format.name);
    own.into_iter().chain(of_formats)
}
