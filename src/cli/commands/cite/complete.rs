//! A Markdown document as a complete document of another format.

use std::io::IsTerminal as _;
use std::path::{Component, Path, PathBuf};

use super::output::{OutputTarget, beside};
use super::{CiteCommand, CiteFormat};
use crate::cli::io::{check_is_file, reason};
use crate::cli::ui::counted;
use crate::cli::{CommandContext, CommandError, Result, programs};
use peerbib::charts::png;
use peerbib::documents::markdown::CitationFields;
use peerbib::model::percent_decoded;
use peerbib::output::document::{self, Document, ImageFile, ImageKind};
use peerbib::output::{docx, odt, typst};

/// A format of complete documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CompleteFormat {
    Docx,
    Odt,
    Html,
    Pdf,
    Latex,
    Typst,
}

/// The largest image file.
const LARGEST_IMAGE: u64 = 50 * 1024 * 1024;

impl CiteCommand {
    /// Returns the format of the document; `None` is Markdown.
    pub(super) fn document_format(&self) -> Result<Option<CompleteFormat>> {
        if self.via.is_some() {
            if self.to.is_some() {
                return Err(CommandError::usage("--to does not apply to --via pandoc")
                    .with_help("choose the format by the extension of --output".to_owned()));
            }
            return match self.place() {
                OutputTarget::File(_) => Ok(None),
                OutputTarget::StandardOutput => {
                    Err(CommandError::usage("--via pandoc requires --output"))
                }
            };
        }
        let format = match self.format()? {
            None | Some(CiteFormat::Markdown) => None,
            // The document may be Markdown in a text file.
            Some(CiteFormat::Text) if self.to.is_none() => None,
            Some(CiteFormat::Docx) => Some(CompleteFormat::Docx),
            Some(CiteFormat::Odt) => Some(CompleteFormat::Odt),
            Some(CiteFormat::Html) => Some(CompleteFormat::Html),
            Some(CiteFormat::Pdf) => Some(CompleteFormat::Pdf),
            Some(CiteFormat::Latex) => Some(CompleteFormat::Latex),
            Some(CiteFormat::Typst) => Some(CompleteFormat::Typst),
            Some(_) => {
                return Err(
                    CommandError::usage("a document cannot be written in this format").with_help(
                        "use markdown, docx, odt, html, pdf, latex or typst; for a list of the cited works, put \
                         --markdown before the document; --via pandoc writes other formats"
                            .to_owned(),
                    ),
                );
            }
        };
        let is_word = matches!(format, Some(CompleteFormat::Docx | CompleteFormat::Odt));
        if self.live && !is_word {
            return Err(CommandError::usage("--live applies only to docx and odt")
                .with_help("write the document to a file: --output essay.docx".to_owned()));
        }
        if self.in_place && format.is_some() {
            return Err(CommandError::usage(
                "--in-place keeps the format of the document",
            ));
        }
        let is_binary = is_word || format == Some(CompleteFormat::Pdf);
        if is_binary
            && self.place() == OutputTarget::StandardOutput
            && std::io::stdout().is_terminal()
        {
            return Err(
                CommandError::usage("the document cannot be shown in a terminal")
                    .with_help("write it to a file with --output".to_owned()),
            );
        }
        Ok(format)
    }

    /// Returns the kind of fields of the citations, if they are to be fields.
    pub(super) fn fields(&self, format: CompleteFormat) -> Option<CitationFields> {
        match format {
            _ if !self.live => None,
            CompleteFormat::Odt => Some(CitationFields::ReferenceMark),
            _ => Some(CitationFields::Word),
        }
    }

    /// Writes a document in a format. Returns its bytes, and whether every image could be read. The paths of the
    /// images go into `files`.
    pub(super) fn complete(
        &self,
        context: &CommandContext,
        name: &str,
        mut tree: Document,
        format: CompleteFormat,
        files: &mut Vec<PathBuf>,
    ) -> Result<(Vec<u8>, bool)> {
        let target = match self.place() {
            OutputTarget::File(path) => path,
            OutputTarget::StandardOutput => PathBuf::new(),
        };
        let mut all_read = true;
        for source in tree.image_sources() {
            if source.contains("://") || source.starts_with("data:") {
                context.note(format_args!(
                    "{name}: note: {source} is not loaded from the network"
                ));
                continue;
            }
            match read_image(name, &source, format, &target, tree.images.len(), files) {
                Ok(image) => {
                    tree.images.insert(source, image);
                }
                Err(why) => {
                    context.warn(format_args!("{name}: warning: image {source}: {why}"));
                    all_read = false;
                }
            }
        }
        let formulas = tree.formulas();
        if formulas > 0 && format != CompleteFormat::Latex {
            context.note(format_args!(
                "{name}: note: {} stayed TeX; -o with .tex typesets formulas",
                counted(formulas, "formula")
            ));
        }
        let bytes = match format {
            CompleteFormat::Docx => docx::document(&tree)?,
            CompleteFormat::Odt => odt::document(&tree)?,
            CompleteFormat::Html => document::page(&tree).into_bytes(),
            CompleteFormat::Latex => document::latex(&tree).into_bytes(),
            CompleteFormat::Typst => document::typst(&tree).into_bytes(),
            CompleteFormat::Pdf => {
                let images = tree.images.values();
                let images: Vec<(String, &[u8])> = images
                    .map(|image| (image.path.clone(), image.bytes.as_slice()))
                    .collect();
                let document = typst::with_fonts(&document::typst(&tree), &tree.language);
                programs::pdf(&document, &images)?
            }
        };
        Ok((bytes, all_read))
    }
}

/// Reads an image of a document as a format needs it. `number` is the number of images before it.
fn read_image(
    document: &str,
    source: &str,
    format: CompleteFormat,
    target: &Path,
    number: usize,
    files: &mut Vec<PathBuf>,
) -> Result<ImageFile, String> {
    let as_written = beside(document, source);
    let path = if as_written.exists() {
        as_written
    } else {
        beside(document, &percent_decoded(source))
    };
    check_is_file(&path).map_err(|error| error.to_string())?;
    let size = path.metadata().map_err(|error| reason(&error))?.len();
    if size > LARGEST_IMAGE {
        return Err(format!(
            "the file is larger than {} MiB",
            LARGEST_IMAGE >> 20
        ));
    }
    let bytes = std::fs::read(&path).map_err(|error| reason(&error))?;
    let name = relative_to(target.parent().unwrap_or(Path::new("")), &path);
    let unknown = || "the file is not PNG, JPEG, GIF or SVG".to_owned();
    let mut image = ImageFile::new(&name, bytes).ok_or_else(unknown)?;
    if image.kind == ImageKind::Svg && matches!(format, CompleteFormat::Docx | CompleteFormat::Odt)
    {
        // Word processors show SVG in different ways, and old ones do not.
        let svg = String::from_utf8_lossy(&image.bytes);
        let drawn = png::draw(&svg, 2.0).map_err(|error| error.to_string())?;
        image = ImageFile::new(&name, drawn).ok_or_else(unknown)?;
        image.width = (image.width / 2).max(1);
        image.height = (image.height / 2).max(1);
    }
    if image.kind == ImageKind::Svg && format == CompleteFormat::Latex {
        return Err("LaTeX does not load SVG".to_owned());
    }
    if format == CompleteFormat::Pdf {
        image.path = format!("image{}.{}", number + 1, image.kind.extension());
    }
    files.push(path);
    Ok(image)
}

/// Returns the path of a file relative to a directory, with slashes.
fn relative_to(directory: &Path, file: &Path) -> String {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let directory = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    let (directory, file) = (normalized(&whole(directory)), normalized(&whole(file)));
    let shared = directory
        .components()
        .zip(file.components())
        .take_while(|(one, other)| one == other)
        .count();
    let up = directory.components().skip(shared).map(|_| "..".to_owned());
    let down = file.components().skip(shared);
    let down = down.map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// Resolves `.` and `..` in an absolute path.
fn normalized(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                resolved.pop();
            }
            other => resolved.push(other),
        }
    }
    resolved
}
