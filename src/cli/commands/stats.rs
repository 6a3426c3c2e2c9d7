//! `peerbib stats`

use clap::Args;

use crate::cli::chart_args::{ChartArgs, ChartFormat, ChartOutput, ChartWorks};
use crate::cli::{CommandContext, Outcome, Result, number};
use peerbib::charts::statistics::{CountBy, Statistics};
use peerbib::charts::{html_page, statistics_svg, statistics_text, table, timeline_text};

/// Count works by year, movement, theme, type, language and author
///
/// Years are those of the original dates. A work counts for each of its tags and their parents, and for
/// each of its authors. Variants of a name count as one author: Y. Benkler as Yochai Benkler.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib stats\n  peerbib stats movement:oekonux --by author,year\n  \
                  peerbib stats --by theme --top 30\n  peerbib stats -o stats.svg\n  peerbib stats --top 0 -o stats.csv"
)]
pub(crate) struct Stats {
    #[command(flatten)]
    shown: ChartWorks,

    /// The properties to count by, separated by commas: year, type, language, author, missing (fields that references
    /// lack), or a facet of tags
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    by: Vec<String>,

    /// Show at most this many values of each; 0 shows all
    #[arg(long, value_name = "NUMBER", default_value_t = 10, value_parser = number::<usize>)]
    top: usize,

    #[command(flatten)]
    drawing: ChartArgs,
}

impl Stats {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let format = self.drawing.format()?;
        let library = context.open()?;
        let _snapshot = library.read_snapshot()?;
        let tags = library
            .tags()
            .summaries_in(None, context.locale_name(None)?.as_deref())?;
        let facets = library.tags().facets()?;
        let (works, title) = self.shown.works(context, &library)?;
        let title = self.drawing.title.clone().or(title);
        let mut by: Vec<CountBy> = Vec::new();
        for text in &self.by {
            match text.parse() {
                Ok(CountBy::Facet(facet)) if !facets.contains(&facet) => {
                    return Err(crate::cli::no_such_facet(&library, &facet)?);
                }
                Ok(wish) => by.push(wish),
                Err(never) => match never {},
            }
        }
        if by.is_empty() {
            by.push(CountBy::Year);
            // Only facets that these works have.
            let facets = library.tags().facets_of(&works)?;
            by.extend(facets.into_iter().map(CountBy::Facet));
            by.extend([CountBy::Type, CountBy::Language, CountBy::Author]);
            by.push(CountBy::Missing);
        }
        let top = (self.top > 0).then_some(self.top);
        let statistics = Statistics::new(
            library.works().chunks(&works),
            &by,
            &tags,
            top,
            title.as_deref(),
        )?;
        if self.drawing.json {
            self.drawing.write_json(context, &statistics)?;
            return Ok(Outcome::Done);
        }
        if works.is_empty() {
            context.note(self.shown.nothing_found(&library)?);
            return Ok(Outcome::Done);
        }
        let svg = || statistics_svg::draw(&statistics, &self.drawing.look(false));
        let chart = match format {
            ChartFormat::Png => self.drawing.png(&svg())?,
            ChartFormat::Csv => ChartOutput::Text(table::statistics_csv(&statistics)),
            ChartFormat::Text => ChartOutput::Text(statistics_text::draw(
                &statistics,
                timeline_text::ChartLayout {
                    columns: self.drawing.columns(),
                    ascii: self.drawing.is_ascii(),
                    events: false,
                },
            )),
            ChartFormat::Svg => ChartOutput::Text(svg()),
            ChartFormat::Html => ChartOutput::Text(html_page::statistics_page(
                &statistics,
                &self.drawing.look(true),
            )),
        };
        self.drawing.write(context, format, &chart)?;
        Ok(Outcome::Done)
    }
}
