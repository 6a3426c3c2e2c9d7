//! The works that a document cites.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

use super::document::counted;
use super::missing::{MissingKeys, PlaceOfKey, places};
use super::place::{Place, beside, read_document};
use super::shelf::Shelf;
use super::{CiteCommand, CiteForm, Order};
use crate::cli::export_entries::{Wanted, tell_losses, written};
use crate::cli::output_format::{FormArguments, Listed};
use crate::cli::style_engine::{Rendering, items_of};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::documents::markdown::{Markdown, Metadata};
use peerbib::documents::{Cited, latex, typst};
use peerbib::library::Reference;
use peerbib::model::CslItem;
use peerbib::reading_list::ReadingList;

/// Everything that the documents cite.
#[derive(Default)]
struct CitedKeys {
    /// The keys in the order of their first citation, with where they are cited.
    keys: Vec<(String, Vec<PlaceOfKey>)>,
    /// Keys that may mean something else than a work, until one citation says that they do not.
    uncertain: BTreeSet<String>,
    labels: HashSet<String>,
    /// Whether every work is asked for.
    all: bool,
    /// Whether BibTeX itself makes the bibliography.
    by_bibtex: bool,
    /// Files that are taken in and cannot be read.
    unread: Vec<String>,
    seen: HashSet<PathBuf>,
    metadata: Metadata,
}

/// A work, and where it is cited, as `--json` has it.
#[derive(serde::Serialize)]
struct Told<'a> {
    key: &'a str,
    work: Option<&'a Reference>,
    places: &'a [PlaceOfKey],
    suggestion: Option<&'a str>,
}

impl CiteCommand {
    /// Writes the works that the documents cite. The files that they depend on go into `files`.
    pub(crate) fn cited_works(&self, context: &CommandContext, files: &mut Vec<PathBuf>) -> Result {
        let place = self.place();
        let sources: Vec<&str> = [
            &self.aux,
            &self.bcf,
            &self.typst,
            &self.markdown,
            &self.input,
        ]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
        place.spares(&sources, "name another file with -o")?;
        let cited = self.cited_keys(context, files)?;
        let form = match self.form().unwrap_or(CiteForm::Biblatex) {
            CiteForm::Biblatex if self.to.is_none() && cited.by_bibtex => CiteForm::Bibtex,
            form => form,
        };
        let of_markdown = self.markdown.first().map_or("-", String::as_str);
        let shelf = self.shelf_of(context, of_markdown, &cited.metadata, files)?;
        let mut missing = MissingKeys::default();
        let mut works: Vec<Reference> = Vec::new();
        let mut cited_as: Vec<(String, Option<String>)> = Vec::new();
        for (key, places) in &cited.keys {
            match shelf.reference(key)? {
                Some(reference) => {
                    cited_as.push((key.clone(), Some(reference.key.clone())));
                    if key != &reference.key {
                        context.note(format_args!(
                            "{}: {key} is an old key of {}",
                            self::places(places),
                            reference.key
                        ));
                    }
                    if !works.iter().any(|work| work.key == reference.key) {
                        works.push(reference);
                    }
                }
                None => {
                    cited_as.push((key.clone(), None));
                    for place in places {
                        missing.add(&shelf, key, &place.file, place.line);
                    }
                }
            }
        }
        if cited.all {
            let known: HashSet<String> = works.iter().map(|work| work.key.clone()).collect();
            let others = shelf.all()?;
            works.extend(others.into_iter().filter(|work| !known.contains(&work.key)));
        }
        if self.order == Order::Key {
            works.sort_by(|left, right| left.key.cmp(&right.key));
        }
        if self.json {
            self.tell_json(context, &cited, &cited_as, &works, &missing)?;
        } else {
            let text = self.written(context, &shelf, &cited, works.clone(), form)?;
            let is_new = place.write(context, &text)?;
            if let Place::File(path) = &place
                && (is_new || !self.watch)
            {
                context.note(format_args!(
                    "{}: {}",
                    path.display(),
                    counted(works.len(), "work")
                ));
            }
        }
        for unread in &cited.unread {
            context.warn(unread);
        }
        let is_missing = missing.tell(context, &shelf);
        Ok(
            if is_missing || !cited.unread.is_empty() || !shelf.complete {
                Outcome::Partial
            } else {
                Outcome::Done
            },
        )
    }

    fn written(
        &self,
        context: &CommandContext,
        shelf: &Shelf,
        cited: &CitedKeys,
        mut works: Vec<Reference>,
        form: CiteForm,
    ) -> std::result::Result<String, CommandError> {
        if form == CiteForm::Keys {
            return Ok(works.iter().map(|work| format!("{}\n", work.key)).collect());
        }
        if form == CiteForm::List {
            return Ok(works.iter().map(|work| line(work, cited)).collect());
        }
        if let Some(format) = form.format() {
            // A work stands before those that it inherits from, as BibTeX wants it.
            let parents = shelf.parents(&works)?;
            works.retain(|work| parents.iter().all(|parent| parent.key != work.key));
            let is_bib = matches!(form, CiteForm::Biblatex | CiteForm::Bibtex);
            if is_bib {
                works.extend(parents);
            } else {
                works.extend(parents.into_iter().filter(|parent| {
                    cited.all || cited.keys.iter().any(|(key, _)| *key == parent.key)
                }));
            }
            let items = items_of(&mut works, false)?;
            let pairs: Vec<(&Reference, &CslItem)> = works.iter().zip(&items).collect();
            let wanted = Wanted {
                format,
                tags: false,
                annotations: false,
            };
            let written = written(shelf.entries(), &pairs, wanted)?;
            tell_losses(context, format, &written.losses);
            return Ok(written.text);
        }
        let Some(in_style) = form.in_style() else {
            return Ok(String::new());
        };
        let style = context.style_name(self.style.as_deref())?;
        let locale = context.locale_name(self.locale.as_deref())?;
        let rendering = Rendering::new(context, &style, locale.as_deref())?;
        let items = items_of(&mut works, false)?;
        let (bibliography, _) = rendering.bibliography(context, &items);
        let list = ReadingList::plain(bibliography);
        let listed = Listed {
            list: &list,
            works: &works,
            items: &items,
            entries: shelf.entries(),
            language: rendering.language(),
            annotations: false,
        };
        let mut text = Vec::new();
        FormArguments::default().write_form(context, in_style, &listed, &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn tell_json(
        &self,
        context: &CommandContext,
        cited: &CitedKeys,
        cited_as: &[(String, Option<String>)],
        works: &[Reference],
        missing: &MissingKeys,
    ) -> std::result::Result<(), CommandError> {
        let work = |key: &str| works.iter().find(|work| work.key == key);
        let mut told: Vec<Told<'_>> = cited
            .keys
            .iter()
            .zip(cited_as)
            .map(|((key, places), (_, known))| Told {
                key,
                work: known.as_deref().and_then(work),
                places,
                suggestion: missing
                    .keys
                    .iter()
                    .find(|missing| missing.key == *key)
                    .and_then(|missing| missing.suggestion.as_deref()),
            })
            .collect();
        if cited.all {
            let rest = works.iter().filter(|work| {
                cited_as
                    .iter()
                    .all(|(_, known)| known.as_deref() != Some(&work.key))
            });
            told.extend(rest.map(|work| Told {
                key: &work.key,
                work: Some(work),
                places: &[],
                suggestion: None,
            }));
        }
        if self.order == Order::Key {
            told.sort_by_key(|told| told.key);
        }
        context.print_json(&told)
    }

    /// The keys that the documents cite.
    fn cited_keys(
        &self,
        context: &CommandContext,
        files: &mut Vec<PathBuf>,
    ) -> std::result::Result<CitedKeys, CommandError> {
        let mut keys = CitedKeys::default();
        for path in &self.aux {
            let directory = path.clone();
            keys.read(path, &directory, &|text| Ok(latex::of_aux(text)), files, 0)?;
        }
        for path in &self.bcf {
            keys.read(path, path, &latex::of_bcf, files, 0)?;
        }
        for path in &self.typst {
            keys.read(path, path, &|text| Ok(typst::cited(text)), files, 0)?;
        }
        for path in &self.markdown {
            let text = read_document(path, files)?;
            let markdown = Markdown::read(text.strip_prefix('\u{feff}').unwrap_or(&text));
            keys.add(path, markdown.cited());
            if let Some((line, reason)) = &markdown.metadata.problem {
                context.warn(format_args!(
                    "{path}:{line}: the metadata cannot be read, and do not count: {reason}"
                ));
            }
            if keys.metadata == Metadata::default() {
                keys.metadata = markdown.metadata.clone();
            }
        }
        // A figure that is referred to is no work.
        let CitedKeys {
            keys: cited,
            uncertain,
            labels,
            ..
        } = &mut keys;
        cited.retain(|(key, _)| !(uncertain.contains(key) && labels.contains(key)));
        Ok(keys)
    }
}

/// How a file's text is read.
type ReadKeys<'a> = &'a dyn Fn(&str) -> std::result::Result<Cited, (usize, String)>;

/// How deep files may take in others.
const DEEPEST: usize = 50;

impl CitedKeys {
    /// Reads a file and those that it takes in. `main` is the file beside which those of LaTeX stand.
    fn read(
        &mut self,
        path: &str,
        main: &str,
        keys_of: ReadKeys<'_>,
        files: &mut Vec<PathBuf>,
        depth: usize,
    ) -> std::result::Result<(), CommandError> {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
        if !self.seen.insert(real) || depth > DEEPEST {
            return Ok(());
        }
        let text = read_aux(path, files)?;
        let cited = keys_of(&text).map_err(|(line, reason)| {
            CommandError::new(format_args!(
                "{path}:{line}: the file cannot be read: {reason}"
            ))
            .with_help("run LaTeX once more, so that it writes the file anew".to_owned())
        })?;
        let mut rest = cited.clone();
        let mut done = 0;
        for file in &cited.files {
            // What stands before the file is cited before what stands in it.
            let before = rest.keys.drain(..file.after.saturating_sub(done)).collect();
            done = done.max(file.after);
            self.add(
                path,
                Cited {
                    keys: before,
                    ..Cited::default()
                },
            );
            let is_aux = file.path.ends_with(".aux");
            let near = if is_aux {
                beside(main, &file.path)
            } else {
                beside(path, &file.path)
            };
            let near = match file.path.strip_prefix('/') {
                // A path that begins at the root of a Typst project.
                Some(inside) if !is_aux && !near.exists() => beside(main, inside),
                _ => near,
            };
            let name = near.to_string_lossy().into_owned();
            if let Err(failure) = self.read(&name, main, keys_of, files, depth + 1) {
                self.unread.push(format!("{path}:{}: {failure}", file.line));
            }
        }
        self.add(path, rest);
        Ok(())
    }

    fn add(&mut self, path: &str, cited: Cited) {
        self.all |= cited.all;
        self.by_bibtex |= cited.by_bibtex;
        self.labels.extend(cited.labels);
        let mut known: BTreeMap<String, usize> = self
            .keys
            .iter()
            .enumerate()
            .map(|(place, (key, _))| (key.clone(), place))
            .collect();
        for cited in cited.keys {
            let place = PlaceOfKey {
                file: path.to_owned(),
                line: cited.line,
            };
            let at = *known.entry(cited.key.clone()).or_insert_with(|| {
                self.keys.push((cited.key.clone(), Vec::new()));
                self.uncertain.insert(cited.key.clone());
                self.keys.len() - 1
            });
            if cited.certain {
                self.uncertain.remove(&cited.key);
            }
            if let Some((_, places)) = self.keys.get_mut(at)
                && !places.contains(&place)
            {
                places.push(place);
            }
        }
    }
}

/// Reads a file that LaTeX or a person wrote; what is no UTF-8 in it is of no interest here.
fn read_aux(path: &str, files: &mut Vec<PathBuf>) -> std::result::Result<String, CommandError> {
    if !path.ends_with(".aux") {
        return read_document(path, files);
    }
    files.push(PathBuf::from(path));
    let bytes = std::fs::read(path).map_err(|error| {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => error.to_string(),
        };
        CommandError::new(format_args!("{path} cannot be read: {reason}"))
            .with_help("LaTeX writes it when it is run on the document".to_owned())
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A work in a line: its key, what it is, and where it is cited.
fn line(work: &Reference, cited: &CitedKeys) -> String {
    let authors = match work.authors.as_slice() {
        [] => String::new(),
        [only] => format!("{only}: "),
        [first, second] => format!("{first} and {second}: "),
        [first, ..] => format!("{first} et al.: "),
    };
    let title = work.title.as_deref().unwrap_or("no title");
    let year = work.year.map_or(String::new(), |year| format!(" ({year})"));
    let places = cited
        .keys
        .iter()
        .find(|(key, _)| *key == work.key)
        .map_or(String::new(), |(_, places)| {
            format!("  {}", self::places(places))
        });
    format!("{}  {authors}{title}{year}{places}\n", work.key)
}
