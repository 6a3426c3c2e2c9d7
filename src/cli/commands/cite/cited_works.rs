//! The works that a document cites.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

use super::citable_works::CitableWorks;
use super::missing::{KeyPosition, MissingKeys, places};
use super::output::{OutputTarget, beside, read_document};
use super::{CiteCommand, CiteFormat, CitedOrder};
use crate::cli::export_entries::{ReferenceOptions, report_losses, write_references};
use crate::cli::io;
use crate::cli::output_format::{ListedWorks, OutputArgs, RenderedList};
use crate::cli::style_engine::{StyleEngine, items_of};
use crate::cli::ui::counted;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::documents::markdown::{Markdown, Metadata};
use peerbib::documents::{Cited, latex, typst};
use peerbib::library::CitableWork;
use peerbib::model::CslItem;
use peerbib::reading_list::ReadingList;

/// The keys that documents cite.
#[derive(Default)]
struct CitedKeys {
    /// The keys in the order of their first citation, with their positions.
    keys: Vec<(String, Vec<KeyPosition>)>,
    /// Keys that may refer to something else, such as a figure, until a citation shows otherwise.
    uncertain: BTreeSet<String>,
    labels: HashSet<String>,
    /// Whether all works are cited, as with \nocite{*}.
    all: bool,
    /// Whether the document uses BibTeX.
    by_bibtex: bool,
    /// Included files that cannot be read.
    unread: Vec<String>,
    seen: HashSet<PathBuf>,
    metadata: Metadata,
}

/// A cited work, as `--json` prints it.
#[derive(serde::Serialize)]
struct CitedWorkJson<'a> {
    key: &'a str,
    work: Option<&'a CitableWork>,
    places: &'a [KeyPosition],
    suggestion: Option<&'a str>,
}

impl CiteCommand {
    /// Writes the works that the documents cite. The files that they depend on go into `files`.
    pub(crate) fn cited_works(&self, context: &CommandContext, files: &mut Vec<PathBuf>) -> Result {
        let place = self.place();
        let cited = self.cited_keys(context, files)?;
        let format = match self.format()?.unwrap_or(CiteFormat::Biblatex) {
            CiteFormat::Biblatex if self.to.is_none() && cited.by_bibtex => CiteFormat::Bibtex,
            format => format,
        };
        let of_markdown = self.markdown.first().map_or("-", String::as_str);
        let citable = self.works_of(context, of_markdown, &cited.metadata, files)?;
        let mut missing = MissingKeys::default();
        let mut works: Vec<CitableWork> = Vec::new();
        let mut cited_as: Vec<(String, Option<String>)> = Vec::new();
        for (key, places) in &cited.keys {
            match citable.reference(key)? {
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
                        missing.add(&citable, key, &place.file, place.line);
                    }
                }
            }
        }
        if cited.all {
            let known: HashSet<String> = works.iter().map(|work| work.key.clone()).collect();
            let others = citable.all()?;
            works.extend(others.into_iter().filter(|work| !known.contains(&work.key)));
        }
        if self.order == CitedOrder::Key {
            works.sort_by(|left, right| left.key.cmp(&right.key));
        }
        if self.json {
            self.print_json(context, &cited, &cited_as, &works, &missing)?;
        } else {
            let text = self.write_references(context, &citable, &cited, works.clone(), format)?;
            place.check_not_input(context, files, "choose another file with -o")?;
            let is_new = place.write(context, &text)?;
            if let OutputTarget::File(path) = &place
                && (is_new || !self.watch)
            {
                context.note(format_args!(
                    "{}: {}",
                    path.display(),
                    counted(works.len(), "work")
                ));
            }
        }
        if cited.keys.is_empty() && !cited.all {
            context.note("no citations found");
        }
        for unread in &cited.unread {
            context.warn(unread);
        }
        let is_missing = missing.report(context, &citable);
        Ok(Outcome::done_if(
            !(is_missing || !cited.unread.is_empty() || !citable.complete),
        ))
    }

    fn write_references(
        &self,
        context: &CommandContext,
        citable: &CitableWorks,
        cited: &CitedKeys,
        mut works: Vec<CitableWork>,
        format: CiteFormat,
    ) -> Result<Vec<u8>> {
        if format == CiteFormat::Keys {
            let keys: String = works.iter().map(|work| format!("{}\n", work.key)).collect();
            return Ok(keys.into_bytes());
        }
        if format == CiteFormat::List {
            let lines: String = works.iter().map(|work| line(work, cited)).collect();
            return Ok(lines.into_bytes());
        }
        if let Some(references) = format.format() {
            // BibTeX requires a work before those that it inherits from.
            let parents = citable.parents(&works)?;
            works.retain(|work| parents.iter().all(|parent| parent.key != work.key));
            let is_bib = matches!(format, CiteFormat::Biblatex | CiteFormat::Bibtex);
            if is_bib {
                works.extend(parents);
            } else {
                works.extend(parents.into_iter().filter(|parent| {
                    cited.all || cited.keys.iter().any(|(key, _)| *key == parent.key)
                }));
            }
            let items = items_of(&mut works, false)?;
            let pairs: Vec<(&CitableWork, &CslItem)> = works.iter().zip(&items).collect();
            let options = ReferenceOptions {
                format: references,
                tags: false,
                annotations: false,
                public: false,
            };
            let written = write_references(citable.entries(), &pairs, options)?;
            report_losses(context, references, &written.losses);
            return Ok(written.text.into_bytes());
        }
        let Some(in_style) = format.in_style() else {
            return Ok(Vec::new());
        };
        let style = context.style_name(self.style.as_deref())?;
        let locale = context.locale_name(self.locale.as_deref())?;
        let engine = StyleEngine::new(context, &style, locale.as_deref())?;
        let mut items = items_of(&mut works, false)?;
        let (bibliography, _) = engine.bibliography(context, &mut items);
        let mut list = ReadingList::plain(bibliography);
        list.state_languages(&items);
        let listed = RenderedList {
            list: &list,
            works: ListedWorks::All(&works, &items),
            entries: citable.entries(),
            language: engine.language(),
            annotations: false,
        };
        let mut text = Vec::new();
        OutputArgs::default().write_as(context, in_style, &listed, &mut text)?;
        Ok(text)
    }

    fn print_json(
        &self,
        context: &CommandContext,
        cited: &CitedKeys,
        cited_as: &[(String, Option<String>)],
        works: &[CitableWork],
        missing: &MissingKeys,
    ) -> Result<()> {
        let work = |key: &str| works.iter().find(|work| work.key == key);
        let mut works_json: Vec<CitedWorkJson<'_>> = cited
            .keys
            .iter()
            .zip(cited_as)
            .map(|((key, places), (_, known))| CitedWorkJson {
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
            works_json.extend(rest.map(|work| CitedWorkJson {
                key: &work.key,
                work: Some(work),
                places: &[],
                suggestion: None,
            }));
        }
        if self.order == CitedOrder::Key {
            works_json.sort_by_key(|work| work.key);
        }
        context.print_json(&works_json)
    }

    /// Returns the keys that the documents cite.
    fn cited_keys(&self, context: &CommandContext, files: &mut Vec<PathBuf>) -> Result<CitedKeys> {
        let mut keys = CitedKeys::default();
        for path in &self.aux {
            let directory = path.clone();
            keys.read(
                path,
                &directory,
                &|text| Ok(latex::read_aux(text)),
                files,
                0,
            )?;
        }
        for path in &self.bcf {
            keys.read(path, path, &latex::read_bcf, files, 0)?;
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
                    "{path}:{line}: warning: ignored invalid metadata: {reason}"
                ));
            }
            if keys.metadata == Metadata::default() {
                keys.metadata = markdown.metadata.clone();
            }
        }
        // A reference to a figure is not a citation.
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

/// A function that reads a file.
type KeyReader<'a> = &'a dyn Fn(&str) -> Result<Cited, (usize, String)>;

/// The maximum depth of files that include others.
const DEEPEST: usize = 50;

impl CitedKeys {
    /// Reads a file and those that it includes. `main` is the file that LaTeX's paths are relative to.
    fn read(
        &mut self,
        path: &str,
        main: &str,
        keys_of: KeyReader<'_>,
        files: &mut Vec<PathBuf>,
        depth: usize,
    ) -> Result<()> {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
        if !self.seen.insert(real) || depth > DEEPEST {
            return Ok(());
        }
        let text = read_aux(path, files)?;
        let cited = keys_of(&text).map_err(|(line, reason)| {
            CommandError::new(format_args!("{path}:{line}: invalid file: {reason}"))
                .with_help("run LaTeX again to rewrite the file".to_owned())
        })?;
        let mut rest = cited.clone();
        let mut done = 0;
        for file in &cited.files {
            // Citations before the inclusion come first.
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
                // A path from the root of a Typst project.
                Some(inside) if !is_aux && !near.exists() => beside(main, inside),
                _ => near,
            };
            let name = near.to_string_lossy().into_owned();
            let read = io::check_is_file(&near)
                .and_then(|()| self.read(&name, main, keys_of, files, depth + 1));
            if let Err(failure) = read {
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
            let place = KeyPosition {
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

/// Reads a file of LaTeX or Typst. Invalid UTF-8 does not matter here.
fn read_aux(path: &str, files: &mut Vec<PathBuf>) -> Result<String> {
    if !path.ends_with(".aux") {
        return read_document(path, files);
    }
    files.push(PathBuf::from(path));
    let bytes = io::read_file(path).map_err(|error| {
        CommandError::new(format_args!("cannot read {path}: {}", io::reason(&error)))
            .with_help("run LaTeX on the document to create it".to_owned())
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Describes a work in one line: key, authors, title, where it is cited.
fn line(work: &CitableWork, cited: &CitedKeys) -> String {
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
