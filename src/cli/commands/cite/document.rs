//! A Markdown document with its citations formatted.

use std::path::PathBuf;

use super::missing::{MissingKey, MissingKeys};
use super::place::{Place, beside, read_document};
use super::shelf::{Shelf, item_of};
use super::{CiteCommand, CiteForm};
use crate::cli::style_engine::known_locale;
use crate::cli::styles::name_of;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::csl::Style;
use peerbib::documents::markdown::{Markdown, Metadata, Options, Works};

/// What became of a document.
#[derive(serde::Serialize)]
struct Told<'a> {
    document: &'a str,
    output: &'a str,
    style: &'a str,
    citations: usize,
    works: &'a [String],
    missing: &'a [MissingKey],
}

impl CiteCommand {
    /// Formats the citations of a document. The files that it depends on go into `files`.
    pub(crate) fn document(
        &self,
        context: &CommandContext,
        document: &str,
        files: &mut Vec<PathBuf>,
    ) -> Result {
        if !matches!(self.to, None | Some(CiteForm::Markdown)) {
            return Err(CommandError::usage(
                "a document stays what it is, and only its citations are formatted",
            )
            .with_help(
                "leave --to out, and convert the document afterwards, such as with `pandoc cited.md -o \
                 cited.docx`; for a list of the works that it cites, say --markdown before its name"
                    .to_owned(),
            ));
        }
        let place = if self.in_place {
            if document == "-" {
                return Err(CommandError::usage("standard input cannot be written over"));
            }
            Place::File(PathBuf::from(document))
        } else {
            let place = self.place();
            place.spares(
                &[document],
                "name another file with -o, or say --in-place if the citations as you wrote them are \
                 kept elsewhere",
            )?;
            place
        };
        if self.json && place == Place::StandardOutput {
            return Err(
                CommandError::usage("the document and the JSON would be mixed up")
                    .with_help("write the document to a file with -o".to_owned()),
            );
        }
        if self.watch && document == "-" {
            return Err(CommandError::usage("standard input cannot be watched"));
        }
        let text = read_document(document, files)?;
        // What an editor on Windows puts first is no part of the first line.
        let (mark, source) = match text.strip_prefix('\u{feff}') {
            Some(source) => ("\u{feff}", source),
            None => ("", text.as_str()),
        };
        let markdown = Markdown::read(source);
        let metadata = &markdown.metadata;
        if let Some((line, reason)) = &metadata.problem {
            context.warn(format_args!(
                "{document}:{line}: the metadata cannot be read, and do not count: {reason}"
            ));
        }
        let cited = markdown.cited();
        let is_empty = cited.keys.is_empty() && !cited.all;
        let (style_name, style) = self.style_of(context, document, metadata, files)?;
        let locale = self.locale_of(context, document, metadata)?;
        let mut works = Works::default();
        let mut missing = MissingKeys::default();
        let mut complete = metadata.problem.is_none();
        if !is_empty {
            let shelf = self.shelf_of(context, document, metadata, files)?;
            complete &= shelf.complete;
            for cited in &cited.keys {
                match shelf.item(&cited.key)? {
                    Some(item) => works.add(&cited.key, item),
                    None => missing.add(&shelf, &cited.key, document, cited.line),
                }
            }
            if cited.all {
                for item in shelf.own() {
                    works.add(&item.id.clone(), item.clone());
                }
                for reference in shelf.all()? {
                    let key = reference.key.clone();
                    works.add(&key, item_of(reference)?);
                }
            }
            complete &= !missing.tell(context, &shelf);
        }
        let options = Options {
            style: &style,
            locale: locale.as_deref(),
            title: self.title.as_deref(),
        };
        let cited = markdown.cited_in(&works, &options);
        for unprinted in &cited.unprinted {
            context.warn(format_args!(
                "{document}:{}: the style prints nothing of {}",
                unprinted.line, unprinted.key
            ));
            complete = false;
        }
        for stray in &cited.strays {
            context.warn(format_args!(
                "{document}:{}: @{} stands in the citation of another work without a semicolon before it, and \
                 is left as it is",
                stray.line, stray.key
            ));
            complete = false;
        }
        let is_new = place.write(context, &format!("{mark}{}", cited.text))?;
        if let Place::File(path) = &place
            && (is_new || !self.watch)
        {
            context.note(format_args!(
                "{}: {} of {}",
                path.display(),
                counted(cited.citations, "citation"),
                counted(cited.works.len(), "work")
            ));
        }
        if self.json {
            context.print_json(&Told {
                document,
                output: self.output.as_deref().unwrap_or(document),
                style: &style_name,
                citations: cited.citations,
                works: &cited.works,
                missing: &missing.keys,
            })?;
        }
        Ok(if complete {
            Outcome::Done
        } else {
            Outcome::Partial
        })
    }

    /// The style: of the option, of the document, or of the configuration.
    fn style_of(
        &self,
        context: &CommandContext,
        document: &str,
        metadata: &Metadata,
        files: &mut Vec<PathBuf>,
    ) -> std::result::Result<(String, Style), CommandError> {
        let name = match (&self.style, &metadata.style) {
            (None, Some(style)) => named_in_document(document, style),
            (option, _) => context.style_name(option.as_deref())?,
        };
        if name.ends_with(".csl") {
            files.push(PathBuf::from(&name));
        }
        let source = context.style(&name)?;
        let style = source.compile(|name| context.parent_style(name))?;
        Ok((name, style))
    }

    /// The language: of the option, of the document, or of the configuration.
    fn locale_of(
        &self,
        context: &CommandContext,
        document: &str,
        metadata: &Metadata,
    ) -> std::result::Result<Option<String>, CommandError> {
        if let (None, Some(language)) = (&self.locale, &metadata.language) {
            match known_locale(language) {
                Ok(locale) => return Ok(Some(locale)),
                Err(_) => context.warn(format_args!(
                    "{document}: there are no terms in the language \u{201c}{language}\u{201d}; they are \
                     those of the style"
                )),
            }
        }
        let locale = context.locale_name(self.locale.as_deref())?;
        locale.as_deref().map(known_locale).transpose()
    }

    /// The works: of the files of the option, of those that the document names, or of the library.
    pub(crate) fn shelf_of(
        &self,
        context: &CommandContext,
        document: &str,
        metadata: &Metadata,
        files: &mut Vec<PathBuf>,
    ) -> std::result::Result<Shelf, CommandError> {
        let input: Vec<String> = if self.input.is_empty() {
            metadata
                .bibliography
                .iter()
                .map(|path| existing(document, path))
                .collect()
        } else {
            self.input.clone()
        };
        Shelf::open(
            context,
            &input,
            self.from,
            metadata.references.clone(),
            files,
        )
    }
}

/// A file that a document names: beside the document, or where peerbib runs.
fn existing(document: &str, path: &str) -> String {
    let near = beside(document, path);
    if near.exists() {
        near.to_string_lossy().into_owned()
    } else {
        path.to_owned()
    }
}

/// The style that a document names: a file beside it; or else by the file's name, or the end of an address,
/// one that peerbib has.
fn named_in_document(document: &str, style: &str) -> String {
    let found = existing(document, style);
    if std::path::Path::new(&found).is_file() {
        return if found.contains(['/', '\\']) || found.ends_with(".csl") {
            found
        } else {
            format!("./{found}")
        };
    }
    let name = name_of(style);
    name.strip_suffix(".csl").unwrap_or(name).to_owned()
}

/// "1 work", "3 works"
pub(crate) fn counted(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}
