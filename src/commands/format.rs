//! `peerbib format`

use std::io::Write;

use citationberg::IndependentStyle;
use clap::{Args, ValueEnum};
use rayon::prelude::*;

use super::format_name::FormatName;
use super::input::Input;
use super::session::{shows_formatting, terminal_width};
use super::{Failure, Outcome, Result, Session};
use crate::csl::{
    Bibliography, BibliographyEntry, EmbeddedLocales, Inline, Style, format_bibliography, hayagriva,
};
use crate::formats::Severity;
use crate::library::{Library, Reference, TagSummary};
use crate::output::{docx, html, latex, markdown, mediawiki, rtf, text, typst};
use crate::reading_list::{GroupBy, Grouping, ReadingList};
use crate::spelling::closest;
use crate::work::CslItem;

/// Print a reading list in a citation style
///
/// The works are those that a query finds in the library (`peerbib find --help` shows the language); all
/// of them, without a query. With --input they are those of files, and no library is needed.
///
/// A style is named (`peerbib style list`) or given as a .csl file. Private annotations stay out of the
/// list unless --annotations asks for them.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib format movement:oekonux --style apa\n  \
                  peerbib format year:2010.. --group-by theme --to markdown > list.md\n  \
                  peerbib format --input refs.bib --style ./house.csl --locale de-DE --to html"
)]
pub(super) struct Format {
    /// The works that are meant; all, without a query
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// Format the works of these files instead of the library's; - is standard input
    #[arg(long, value_name = "FILE", num_args = 1..)]
    input: Vec<String>,

    /// The format of the input files; without it, that of their ending, or that which they look like
    #[arg(long, value_name = "FORMAT", requires = "input")]
    from: Option<FormatName>,

    /// The citation style: its name, or a .csl file; without it, that of your configuration [default: apa]
    #[arg(long, value_name = "STYLE")]
    style: Option<String>,

    /// The language of the terms, such as de-DE; without it, that of your configuration, or else the
    /// style's own
    #[arg(long, value_name = "LOCALE")]
    locale: Option<String>,

    /// The output; without it, ansi on a terminal and text elsewhere
    #[arg(long, value_name = "TARGET")]
    to: Option<Target>,

    /// Put the works into sections: by movement, theme or another facet of tags, by year, type or
    /// author. A work with several tags stands under each of them
    #[arg(long, value_name = "GROUP")]
    group_by: Option<String>,

    /// Write a whole page or document: for html and latex, which are else made to be part of one
    #[arg(long)]
    standalone: bool,

    /// What renders the works
    #[arg(long, value_name = "ENGINE", default_value = "peerbib")]
    engine: Engine,

    /// Let the style print private annotations, too
    #[arg(long)]
    annotations: bool,
}

/// What renders works in a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Engine {
    /// peerbib's own processor, which agrees with citeproc-js
    Peerbib,
    /// Typst's: what Typst will print
    Hayagriva,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    /// Plain text, one entry a line
    Text,
    /// Text with italics and bold for a terminal
    Ansi,
    /// HTML, with the markup of citeproc-js
    Html,
    /// Markdown
    Markdown,
    /// LaTeX, for \input
    Latex,
    /// Typst markup
    Typst,
    /// The markup of Wikipedia and other wikis
    Mediawiki,
    /// A document for any word processor
    Rtf,
    /// A Word document
    Docx,
    /// JSON: an array of objects with key, text and html
    Json,
}

impl Format {
    pub(super) fn run(self, session: &Session) -> Result {
        let style = session.style_name(self.style.as_deref())?;
        let locale = session.locale_name(self.locale.as_deref())?;
        let formatting = Formatting {
            locale: locale.as_deref().map(known_locale).transpose()?,
            annotations: self.annotations,
            standalone: self.standalone,
            target: self.to.unwrap_or(Target::for_stdout()),
            ..Formatting::new(session, &style, self.engine)?
        };
        let group_by = self
            .group_by
            .as_deref()
            .map(|text| match text.parse::<GroupBy>() {
                Ok(group_by) => group_by,
                Err(never) => match never {},
            });
        let mut output = session.output();
        let complete = if self.input.is_empty() {
            let library = session.open()?;
            let works = session.select(&library, &self.query)?;
            if works.is_empty() {
                session.note("no works found");
            }
            let tags = match &group_by {
                Some(GroupBy::Facet(facet)) => tags_of_facet(&library, facet)?,
                _ => Vec::new(),
            };
            write_list(
                session,
                &tags,
                works,
                &formatting,
                group_by.as_ref(),
                &mut output,
            )?
        } else {
            if !self.query.is_empty() {
                return Err(Failure::usage(
                    "a query looks in the library, and --input does without",
                )
                .with_help("import the file first, or leave the query out".to_owned()));
            }
            let (works, all_read) = self.works_of_input(session)?;
            let tags = tags_on(&works);
            let all_rendered = write_list(
                session,
                &tags,
                works,
                &formatting,
                group_by.as_ref(),
                &mut output,
            )?;
            all_read && all_rendered
        };
        output.flush()?;
        Ok(if complete {
            Outcome::Done
        } else {
            Outcome::InPart
        })
    }

    /// The works of the files, and whether every entry could be read.
    fn works_of_input(
        &self,
        session: &Session,
    ) -> std::result::Result<(Vec<Reference>, bool), Failure> {
        let mut works = Vec::new();
        let mut all_read = true;
        for name in &self.input {
            let input = Input::read(name, self.from.map(FormatName::format))?;
            for problem in &input.reading.file.problems {
                session.note(super::import::told(&input.path, problem));
                all_read &= problem.severity != Severity::Error;
            }
            works.extend(Reference::of_reading(&input.reading));
        }
        Ok((works, all_read))
    }
}

/// How a list is formatted.
pub(super) struct Formatting {
    processor: StyleForEngine,
    locale: Option<String>,
    annotations: bool,
    standalone: bool,
    target: Target,
}

/// A style, ready for the engine that is to render in it.
enum StyleForEngine {
    Peerbib(Box<Style>),
    Hayagriva(Box<IndependentStyle>),
}

impl Formatting {
    /// In the style of this name or file, for standard output, and else as usual.
    pub(super) fn new(
        session: &Session,
        style: &str,
        engine: Engine,
    ) -> std::result::Result<Self, Failure> {
        let source = session.style(style)?;
        let parent = |name: &str| session.parent_style(name);
        let processor = match engine {
            Engine::Peerbib => StyleForEngine::Peerbib(Box::new(source.compile(parent)?)),
            Engine::Hayagriva => StyleForEngine::Hayagriva(Box::new(source.for_hayagriva(parent)?)),
        };
        Ok(Self {
            processor,
            locale: None,
            annotations: false,
            standalone: false,
            target: Target::for_stdout(),
        })
    }
}

impl Target {
    fn for_stdout() -> Self {
        if shows_formatting() {
            Self::Ansi
        } else {
            Self::Text
        }
    }
}

/// The locale that a user asked for, if there are terms in it.
fn known_locale(code: &str) -> std::result::Result<String, Failure> {
    let known: Vec<String> = EmbeddedLocales.languages().map(str::to_owned).collect();
    let matches = |locale: &&String| {
        let base = locale.split('-').next().unwrap_or_default();
        locale.eq_ignore_ascii_case(code) || base.eq_ignore_ascii_case(code)
    };
    if let Some(locale) = known.iter().find(matches) {
        return Ok(locale.clone());
    }
    let help = match closest(code, known.clone()) {
        Some(suggestion) => format!("did you mean {suggestion}?"),
        None => format!("the locales there are: {}", known.join(", ")),
    };
    Err(Failure::new(format_args!("there is no locale \u{201c}{code}\u{201d}")).with_help(help))
}

/// The tags of a facet, in the order of the library's vocabulary.
pub(super) fn tags_of_facet(
    library: &Library,
    facet: &str,
) -> std::result::Result<Vec<TagSummary>, Failure> {
    let tags = library.tags(Some(facet))?;
    if tags.is_empty() {
        let facets = library.facets()?.join(", ");
        return Err(Failure::usage(format_args!(
            "works cannot be grouped by \u{201c}{facet}\u{201d}"
        ))
        .with_help(format!(
            "group them by year, type, author, or by a facet of tags{}{facets}",
            if facets.is_empty() { "" } else { ": " }
        )));
    }
    Ok(tags)
}

/// The tags that works of files bring along in their keywords, by name.
fn tags_on(works: &[Reference]) -> Vec<TagSummary> {
    let names: std::collections::BTreeSet<_> = works.iter().flat_map(|work| &work.tags).collect();
    names
        .into_iter()
        .map(|tag| TagSummary::named(tag.clone()))
        .collect()
}

/// Formats works and writes the list. Says whether every work could be rendered; one that could not
/// is told on standard error and printed plainly at the end of the list.
pub(super) fn write_list(
    session: &Session,
    tags: &[TagSummary],
    mut works: Vec<Reference>,
    formatting: &Formatting,
    group_by: Option<&GroupBy>,
    output: &mut impl Write,
) -> std::result::Result<bool, Failure> {
    let mut items = works
        .par_iter_mut()
        .map(Reference::take_item)
        .collect::<crate::library::Result<Vec<_>>>()?;
    for (item, work) in items.iter_mut().zip(&works) {
        item.id.clone_from(&work.key);
        if !formatting.annotations {
            item.variables.remove("annote");
        }
    }
    let (bibliography, complete) = render(session, &items, formatting)?;
    let list = match group_by {
        Some(by) => ReadingList::grouped(&bibliography, &Grouping::of(&works, by, tags)),
        None => ReadingList::plain(bibliography),
    };
    match formatting.target {
        Target::Text | Target::Ansi => {
            let ansi = formatting.target == Target::Ansi;
            let layout = text::TextLayout {
                ansi,
                width: terminal_width(),
            };
            output.write_all(text::reading_list(&list, layout).as_bytes())?;
        }
        Target::Markdown => output.write_all(markdown::reading_list(&list).as_bytes())?,
        Target::Html if formatting.standalone => output.write_all(html::page(&list).as_bytes())?,
        Target::Html => output.write_all(html::reading_list(&list).as_bytes())?,
        Target::Latex if formatting.standalone => {
            output.write_all(latex::document(&list).as_bytes())?;
        }
        Target::Latex => output.write_all(latex::reading_list(&list).as_bytes())?,
        Target::Typst => output.write_all(typst::reading_list(&list).as_bytes())?,
        Target::Mediawiki => output.write_all(mediawiki::reading_list(&list).as_bytes())?,
        Target::Rtf => output.write_all(rtf::reading_list(&list).as_bytes())?,
        Target::Docx => output.write_all(&docx::reading_list(&list)?)?,
        Target::Json => {
            serde_json::to_writer_pretty(&mut *output, &json_entries(&list))?;
            writeln!(output)?;
        }
    }
    Ok(complete)
}

fn render(
    session: &Session,
    items: &[CslItem],
    formatting: &Formatting,
) -> std::result::Result<(Bibliography, bool), Failure> {
    let locale = formatting.locale.as_deref();
    match &formatting.processor {
        StyleForEngine::Peerbib(style) => {
            if !style.has_bibliography() {
                session.note("note: the style has no bibliography; the list shows its citations");
            }
            Ok((format_bibliography(style, locale, items), true))
        }
        StyleForEngine::Hayagriva(style) => render_with_hayagriva(session, items, style, locale),
    }
}

fn render_with_hayagriva(
    session: &Session,
    items: &[CslItem],
    style: &IndependentStyle,
    locale: Option<&str>,
) -> std::result::Result<(Bibliography, bool), Failure> {
    let rendering = hayagriva::render(items, style, locale).map_err(|error| {
        Failure::new(error)
            .with_help("choose a style that has one; `peerbib style list` names styles".to_owned())
    })?;
    let mut bibliography = rendering.bibliography;
    for unrendered in &rendering.unrendered {
        let hayagriva::Unrendered { key, reason } = unrendered;
        session.warn(format_args!(
            "warning: {key} cannot be rendered, and is printed plainly: {reason}"
        ));
        if let Some(item) = items.iter().find(|item| item.id == *key) {
            bibliography.entries.push(BibliographyEntry {
                key: key.clone(),
                content: vec![Inline::Text(plainly(item))],
            });
        }
    }
    Ok((bibliography, rendering.unrendered.is_empty()))
}

/// A work as far as anybody can tell it: names, date, title, container.
fn plainly(item: &CslItem) -> String {
    let mut parts = Vec::new();
    let names: Vec<String> = ["author", "editor"]
        .iter()
        .map(|variable| item.names(variable))
        .find(|names| !names.is_empty())
        .unwrap_or_default()
        .iter()
        .map(crate::work::CslName::reading_order)
        .collect();
    if !names.is_empty() {
        parts.push(names.join("; "));
    }
    if let Some(year) = item.date("issued").and_then(crate::work::CslDate::year) {
        parts.push(format!("({year})"));
    }
    parts.extend(
        ["title", "container-title", "publisher"]
            .iter()
            .filter_map(|v| item.text(v)),
    );
    if parts.is_empty() {
        item.id.clone()
    } else {
        format!("{}.", parts.join(". "))
    }
}

/// An entry as `--to json` has it.
#[derive(serde::Serialize)]
struct JsonEntry<'a> {
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    text: String,
    html: String,
}

fn json_entries(list: &ReadingList) -> Vec<JsonEntry<'_>> {
    list.sections
        .iter()
        .flat_map(|section| {
            let group = section
                .heading
                .as_ref()
                .map(|heading| heading.text.as_str());
            section.entries.iter().map(move |entry| JsonEntry {
                key: &entry.key,
                group,
                text: text::entry(&entry.content),
                html: html::entry(&entry.content),
            })
        })
        .collect()
}
