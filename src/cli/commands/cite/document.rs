//! A Markdown document with its citations formatted.

use std::path::{Path, PathBuf};

use super::citable_works::{CitableWorks, item_of};
use super::missing::{MissingKey, MissingKeys};
use super::output::{OutputTarget, beside, read_document};
use super::{CiteCommand, Converter};
use crate::cli::io::check_is_file;
use crate::cli::style_engine::{known_locale, translate_kinds};
use crate::cli::styles::name_of;
use crate::cli::ui::counted;
use crate::cli::{CommandContext, CommandError, Outcome, Result, programs};
use peerbib::csl::Style;
use peerbib::documents::Cited;
use peerbib::documents::markdown::{
    CitableItems, CitationOptions, CitedDocument, Markdown, Metadata,
};
use peerbib::model::CslItem;

/// A report on a document, as `--json` prints it.
#[derive(serde::Serialize)]
struct DocumentJson<'a> {
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
        let format = self.document_format()?;
        let place = self.document_place(document)?;
        let text = read_document(document, files)?;
        // A byte order mark is not part of the first line.
        let (mark, source) = match text.strip_prefix('\u{feff}') {
            Some(source) => ("\u{feff}", source),
            None => ("", text.as_str()),
        };
        let mut markdown = Markdown::read(source);
        let metadata = markdown.metadata.clone();
        let metadata = &metadata;
        if let Some((line, reason)) = &metadata.problem {
            context.warn(format_args!(
                "{document}:{line}: warning: ignored invalid metadata: {reason}"
            ));
        }
        let cited = markdown.cited();
        let is_empty = cited.keys.is_empty() && !cited.all;
        let (style_name, style) = self.style_of(context, document, metadata, files)?;
        let locale = self.locale_of(context, document, metadata)?;
        let of_style = style.default_locale.as_deref();
        let language = locale.as_deref().or(of_style).unwrap_or("en-US");
        let mut complete = metadata.problem.is_none();
        let (works, missing) = if is_empty {
            (CitableItems::default(), MissingKeys::default())
        } else {
            let citable = self.works_of(context, document, metadata, files)?;
            markdown = markdown
                .without_cross_references(|key| citable.item(key).is_ok_and(|item| item.is_some()));
            let (works, missing) = cited_items(&markdown.cited(), &citable, document, language)?;
            complete &= citable.complete;
            complete &= !missing.report(context, &citable);
            (works, missing)
        };
        let options = CitationOptions {
            style: &style,
            locale: locale.as_deref(),
            title: self.title.as_deref(),
            heading_level: self.heading_level.unwrap_or(1),
        };
        let (bytes, cited) = match format {
            Some(format) => {
                let tree = markdown.cited_tree(&works, &options, self.fields(format));
                let (bytes, all_read) =
                    self.complete(context, document, tree.document, format, files)?;
                complete &= all_read;
                (bytes, tree.cited)
            }
            None => {
                let cited = markdown.cited_in(&works, &options);
                let text = format!("{mark}{}", cited.text);
                let bytes = match (&self.via, &place) {
                    (Some(Converter::Pandoc), OutputTarget::File(path)) => {
                        programs::pandoc(&text, Path::new(document), path)?
                    }
                    _ => text.into_bytes(),
                };
                (bytes, cited)
            }
        };
        complete &= !report_problems(context, document, &cited);
        if !self.in_place {
            place.check_not_input(
                context,
                files,
                "choose another file with -o, or use --in-place if you have a copy of your citations",
            )?;
        }
        let is_new = place.write(context, &bytes)?;
        if let OutputTarget::File(path) = &place
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
            context.print_json(&DocumentJson {
                document,
                output: self.output.as_deref().unwrap_or(document),
                style: &style_name,
                citations: cited.citations,
                works: &cited.works,
                missing: &missing.keys,
            })?;
        }
        Ok(Outcome::done_if(complete))
    }

    /// Returns where the formatted document is written to.
    fn document_place(&self, document: &str) -> Result<OutputTarget> {
        let place = match (self.in_place, document) {
            (true, "-") => return Err(CommandError::usage("cannot overwrite standard input")),
            (true, document) => OutputTarget::File(PathBuf::from(document)),
            (false, _) => self.place(),
        };
        if self.json && place == OutputTarget::StandardOutput {
            return Err(CommandError::usage(
                "--json and the document both write to standard output",
            )
            .with_help("write the document to a file with -o".to_owned()));
        }
        if self.watch && document == "-" {
            return Err(CommandError::usage("cannot watch standard input"));
        }
        Ok(place)
    }

    /// Returns the style of the option, the document, or the configuration.
    fn style_of(
        &self,
        context: &CommandContext,
        document: &str,
        metadata: &Metadata,
        files: &mut Vec<PathBuf>,
    ) -> Result<(String, Style)> {
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

    /// Returns the language of the option, the document, or the configuration.
    fn locale_of(
        &self,
        context: &CommandContext,
        document: &str,
        metadata: &Metadata,
    ) -> Result<Option<String>> {
        if let (None, Some(language)) = (&self.locale, &metadata.language) {
            match known_locale(language) {
                Ok(locale) => return Ok(Some(locale)),
                Err(_) => context.warn(format_args!(
                    "{document}: warning: unknown language \u{201c}{language}\u{201d}; using that of the style"
                )),
            }
        }
        let locale = context.locale_name(self.locale.as_deref())?;
        locale.as_deref().map(known_locale).transpose()
    }

    /// Opens the works in the files of the option, in those of the document, or in the library.
    pub(crate) fn works_of(
        &self,
        context: &CommandContext,
        document: &str,
        metadata: &Metadata,
        files: &mut Vec<PathBuf>,
    ) -> Result<CitableWorks> {
        let input: Vec<String> = if self.input.is_empty() {
            let mut paths = Vec::new();
            for path in &metadata.bibliography {
                let path = existing(document, path);
                check_is_file(Path::new(&path))?;
                paths.push(path);
            }
            paths
        } else {
            self.input.clone()
        };
        CitableWorks::open(
            context,
            &input,
            self.from,
            metadata.references.clone(),
            files,
        )
    }
}

/// Returns the items of the works that a document cites, with their kinds in its language, and the keys that no work
/// has.
fn cited_items(
    cited: &Cited,
    citable: &CitableWorks,
    document: &str,
    language: &str,
) -> Result<(CitableItems, MissingKeys)> {
    let in_language = |mut item: CslItem| {
        translate_kinds(std::slice::from_mut(&mut item), language);
        item
    };
    let mut works = CitableItems::default();
    let mut missing = MissingKeys::default();
    for cited in &cited.keys {
        match citable.item(&cited.key)? {
            Some(item) => works.add(&cited.key, in_language(item)),
            None => missing.add(citable, &cited.key, document, cited.line),
        }
    }
    if cited.all {
        for item in citable.own() {
            works.add(&item.id.clone(), in_language(item.clone()));
        }
        for reference in citable.all()? {
            let key = reference.key.clone();
            works.add(&key, in_language(item_of(reference)?));
        }
    }
    Ok((works, missing))
}

/// Reports cites that print nothing or are ignored. Returns whether there are any.
fn report_problems(context: &CommandContext, document: &str, cited: &CitedDocument) -> bool {
    for unprinted in &cited.unprinted {
        context.warn(format_args!(
            "{document}:{}: warning: the style prints nothing for {}",
            unprinted.line, unprinted.key
        ));
    }
    for stray in &cited.strays {
        context.warn(format_args!(
            "{document}:{}: warning: ignored @{}: separate works in a citation with semicolons",
            stray.line, stray.key
        ));
    }
    !cited.unprinted.is_empty() || !cited.strays.is_empty()
}

/// Returns the path of a file that a document names, relative to the document or to the working directory.
fn existing(document: &str, path: &str) -> String {
    let near = beside(document, path);
    if near.exists() {
        near.to_string_lossy().into_owned()
    } else {
        path.to_owned()
    }
}

/// Returns the style that a document names: a file, or the name at the end of a path or URL.
fn named_in_document(document: &str, style: &str) -> String {
    let found = existing(document, style);
    if Path::new(&found).is_file() {
        return if found.contains(['/', '\\']) || found.ends_with(".csl") {
            found
        } else {
            format!("./{found}")
        };
    }
    let name = name_of(style);
    name.strip_suffix(".csl").unwrap_or(name).to_owned()
}
