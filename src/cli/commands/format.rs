//! `peerbib format`

use clap::{Args, ValueEnum};

use crate::cli::export_entries::Entries;
use crate::cli::format_name::FormatName;
use crate::cli::input::{Input, InputFile};
use crate::cli::output_format::{ListedWorks, OutputArgs, RenderedList, WorkDigest};
use crate::cli::style_engine::{StyleEngine, items_of, remove_annotations};
use crate::cli::works::nothing_found;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::csl::Bibliography;
use peerbib::formats::{Diagnostic, Records, Severity};
use peerbib::library::{CitableWork, Library, TagSummary};
use peerbib::reading_list::{DuplicatePlacement, GroupBy, Grouping, ReadingList, WorkInList};

/// Print a bibliography in a citation style
///
/// Formats the works that match a query (`peerbib find --help` explains queries), or without one all
/// works of the library. With --input it formats the entries of files, without a library.
///
/// A style is a name (`peerbib style list`) or a .csl file. Private annotations are only printed with
/// --annotations.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib format movement:oekonux --style apa\n  \
                  peerbib format year:2010.. --group-by theme --to markdown > list.md\n  \
                  peerbib format --input refs.bib --style ./house.csl --locale de-DE --to html"
)]
pub(crate) struct Format {
    /// The works to format; without a query, all
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// Format the entries of these files instead of the library; - is standard input
    #[arg(long, value_name = "FILE", num_args = 1..)]
    input: Vec<String>,

    /// The format of the input files; by default, detected from the content or the extension
    #[arg(long, value_name = "FORMAT", requires = "input")]
    from: Option<FormatName>,

    /// The citation style: a name or a .csl file; by default, that of your configuration [default: apa]
    #[arg(long, value_name = "STYLE")]
    style: Option<String>,

    /// The language, such as de-DE; by default, that of your configuration or of the style
    #[arg(long, value_name = "LOCALE")]
    locale: Option<String>,

    /// The title of the bibliography
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,

    #[command(flatten)]
    output_args: OutputArgs,

    /// Group works into sections: by movement, theme or another facet of tags, by year or decade of the
    /// original date, by type, author or language
    #[arg(long, value_name = "GROUP")]
    group_by: Option<String>,

    /// Print a work that belongs to several groups in each, or only in the first
    #[arg(
        long,
        value_name = "WHERE",
        requires = "group_by",
        default_value = "each"
    )]
    repeat: RepeatName,

    /// Print private annotations, too
    #[arg(long)]
    annotations: bool,
}

impl Format {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        self.output_args
            .check(context, self.input.iter().chain(&self.style))?;
        let style = context.style_name(self.style.as_deref())?;
        let locale = context.locale_name(self.locale.as_deref())?;
        let engine = StyleEngine::new(context, &style, locale.as_deref())?;
        let group_by = self
            .group_by
            .as_deref()
            .map(|text| match text.parse::<GroupBy>() {
                Ok(group_by) => group_by,
                Err(never) => match never {},
            });
        let complete = if self.input.is_empty() {
            let library = context.open()?;
            let _snapshot = library.read_snapshot()?;
            let works = context.select_ids(&library, &self.query)?;
            if works.is_empty() {
                context.note(nothing_found(&library, &self.query)?);
            }
            let tags = match &group_by {
                Some(GroupBy::Facet(facet)) => {
                    tags_of_facet(&library, facet, Some(engine.language()))?
                }
                _ => Vec::new(),
            };
            if group_by.is_none() && !self.output_args.needs_works() {
                self.write_digested(context, &library, &works, &engine)?
            } else {
                let works = library.works().citable(&works)?;
                let entries = Entries::Library(&library);
                self.listing(tags, group_by).write(
                    context,
                    entries,
                    works,
                    &engine,
                    &self.output_args,
                )?
            }
        } else {
            if !self.query.is_empty() {
                return Err(
                    CommandError::usage("--input cannot be combined with a query")
                        .with_help("import the file first, or omit the query".to_owned()),
                );
            }
            self.write_input(context, engine, group_by)?
        };
        Ok(Outcome::done_if(complete))
    }

    fn listing(&self, tags: Vec<TagSummary>, group_by: Option<GroupBy>) -> Listing {
        Listing {
            title: self.title.clone(),
            tags,
            group_by,
            repeat: self.repeat.into(),
            annotations: self.annotations,
        }
    }

    /// Formats works without groups and writes the list. The works are read in parts, so that a large library needs
    /// little memory. Returns whether every work could be rendered.
    fn write_digested(
        &self,
        context: &CommandContext,
        library: &Library,
        works: &[i64],
        engine: &StyleEngine,
    ) -> Result<bool> {
        let mut digest = WorkDigest::default();
        let bibliography = if self.output_args.has_coins() {
            let chunks = library.works().chunks(works).map(|works| {
                let mut works = works?;
                let mut items = items_of(&mut works, self.annotations)?;
                digest.add_coins(&works, &items);
                digest.add(&items);
                digest.assume_languages(&mut items);
                engine.translate_kinds(&mut items);
                Ok(items)
            });
            engine.bibliography_of_chunks(context, chunks)?
        } else {
            let chunks = library.works().item_chunks(works).map(|items| {
                let mut items = items?;
                if !self.annotations {
                    remove_annotations(&mut items);
                }
                digest.add(&items);
                digest.assume_languages(&mut items);
                engine.translate_kinds(&mut items);
                Ok(items)
            });
            engine.bibliography_of_chunks(context, chunks)?
        };
        let entries = Entries::Library(library);
        self.write_bibliography(context, entries, bibliography, &digest, engine)
    }

    /// Formats the entries of files. Returns whether every entry could be read and rendered.
    fn write_input(
        &self,
        context: &CommandContext,
        engine: StyleEngine,
        group_by: Option<GroupBy>,
    ) -> Result<bool> {
        let mut files = Vec::new();
        for name in &self.input {
            if name.starts_with("peerbib:") {
                let input = Input::read(name, self.from)?;
                files.push((input.path, Records::Entries(input.reading.file)));
                continue;
            }
            let source = InputFile::read(name)?;
            let records = source.records_with_keys(name, source.format(name, self.from)?, &[])?;
            files.push((source.path, records));
        }
        let mut all_read = true;
        let mut report = |path: &str, problems: &[Diagnostic]| {
            for problem in problems {
                crate::cli::problems::report_problem(context, path, problem);
                all_read &= problem.severity != Severity::Error;
            }
        };
        let are_items = files
            .iter()
            .all(|(_, records)| matches!(records, Records::Items(_)));
        let engine = if are_items {
            engine.without_translated_kinds()
        } else {
            engine
        };
        let rendered = if are_items
            && group_by.is_none()
            && !self.output_args.needs_works()
            && !self.output_args.has_coins()
        {
            // The items need not become entries.
            let mut digest = WorkDigest::default();
            let mut chunks = Vec::new();
            for (path, records) in files {
                if let Records::Items(items) = records {
                    let (mut items, problems) = items.into_items();
                    report(&path, &problems);
                    if !self.annotations {
                        remove_annotations(&mut items);
                    }
                    digest.add(&items);
                    digest.assume_languages(&mut items);
                    chunks.push(Ok(items));
                }
            }
            let bibliography = engine.bibliography_of_chunks(context, chunks.into_iter())?;
            let entries = Entries::Files(&[]);
            self.write_bibliography(context, entries, bibliography, &digest, &engine)?
        } else {
            let mut readings = Vec::new();
            for (path, records) in files {
                let reading = records.into_entries();
                report(&path, &reading.file.problems);
                readings.push(reading);
            }
            let works: Vec<CitableWork> =
                readings.iter().flat_map(CitableWork::of_reading).collect();
            let entries = Entries::Files(&readings);
            self.listing(tags_on(&works), group_by).write(
                context,
                entries,
                works,
                &engine,
                &self.output_args,
            )?
        };
        Ok(all_read && rendered)
    }

    fn write_bibliography(
        &self,
        context: &CommandContext,
        entries: Entries<'_>,
        (bibliography, complete): (Bibliography, bool),
        digest: &WorkDigest,
        engine: &StyleEngine,
    ) -> Result<bool> {
        let mut list = ReadingList::plain(bibliography);
        list.set_languages(|key| digest.language(key).cloned());
        list.title.clone_from(&self.title);
        self.output_args.write(
            context,
            &RenderedList {
                list: &list,
                works: ListedWorks::Digest(digest),
                entries,
                language: engine.language(),
                annotations: self.annotations,
            },
        )?;
        Ok(complete)
    }
}

/// The groups in which a work of several groups is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RepeatName {
    /// In each group
    Each,
    /// Only in the first group
    First,
}

impl From<RepeatName> for DuplicatePlacement {
    fn from(name: RepeatName) -> Self {
        match name {
            RepeatName::Each => Self::Each,
            RepeatName::First => Self::First,
        }
    }
}

/// The options for grouping works into a list.
pub(crate) struct Listing {
    /// The title.
    pub(crate) title: Option<String>,
    /// The tags to group by.
    pub(crate) tags: Vec<TagSummary>,
    /// The grouping.
    pub(crate) group_by: Option<GroupBy>,
    /// The groups in which a work of several groups is printed.
    pub(crate) repeat: DuplicatePlacement,
    /// Whether to print private annotations.
    pub(crate) annotations: bool,
}

impl Listing {
    /// Formats works and writes the list. Returns whether every work could be rendered.
    pub(crate) fn write(
        &self,
        context: &CommandContext,
        entries: Entries<'_>,
        mut works: Vec<CitableWork>,
        engine: &StyleEngine,
        output_args: &OutputArgs,
    ) -> Result<bool> {
        let mut items = items_of(&mut works, self.annotations)?;
        let (mut list, complete) = match &self.group_by {
            Some(by) => {
                let headings = engine.headings(context);
                let pairs: Vec<WorkInList<'_>> = works.iter().zip(&items).collect();
                let grouping = Grouping::new(&pairs, by, &self.tags, self.repeat, headings);
                (works, items) = grouping.in_order_of_print(works, items);
                let (bibliography, complete) = engine.bibliography(context, &mut items);
                (ReadingList::grouped(&bibliography, &grouping), complete)
            }
            None => {
                let (bibliography, complete) = engine.bibliography(context, &mut items);
                (ReadingList::plain(bibliography), complete)
            }
        };
        list.state_languages(&items);
        list.title.clone_from(&self.title);
        output_args.write(
            context,
            &RenderedList {
                list: &list,
                works: ListedWorks::All(&works, &items),
                entries,
                language: engine.language(),
                annotations: self.annotations,
            },
        )?;
        Ok(complete)
    }
}

/// Returns the tags of a facet, in the order of the vocabulary.
pub(crate) fn tags_of_facet(
    library: &Library,
    facet: &str,
    locale: Option<&str>,
) -> Result<Vec<TagSummary>> {
    let tags = library.tags().summaries_in(Some(facet), locale)?;
    if tags.is_empty() {
        let facets = library.tags().facets()?.join(", ");
        return Err(
            CommandError::usage(format_args!("cannot group by \u{201c}{facet}\u{201d}")).with_help(
                format!(
                    "group by year, decade, type, author, language or a facet of tags{}{facets}",
                    if facets.is_empty() { "" } else { ": " }
                ),
            ),
        );
    }
    Ok(tags)
}

/// Returns the tags in the keywords of works, by name.
fn tags_on(works: &[CitableWork]) -> Vec<TagSummary> {
    let names: std::collections::BTreeSet<_> = works.iter().flat_map(|work| &work.tags).collect();
    names
        .into_iter()
        .map(|tag| TagSummary::named(tag.clone()))
        .collect()
}
