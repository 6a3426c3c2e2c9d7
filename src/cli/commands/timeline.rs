//! `peerbib timeline`

use clap::Args;

use crate::cli::chart_args::{ChartArgs, ChartFormat, ChartOutput, ChartWorks};
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::charts::timeline::{Timeline, TimelineRequest};
use peerbib::charts::{html_page, table, timeline_svg, timeline_text};
use peerbib::library::{Library, Tag};
use peerbib::reading_list::in_hierarchy;

/// Draw a timeline of works by movement
///
/// Years are those of the original dates. Each movement has a lane with its active years as a bar and its
/// events as marks, both from the vocabulary (`peerbib tags show movement:oekonux`). A work of two
/// movements appears in both lanes. A few works are drawn with their names, many as dots, and very many
/// as columns per year. Movements without works are shown unless you select works.
///
/// In svg and html, works show their titles on hover and link to their DOI or URL. The words in svg and png are
/// in the language of the setting `locale`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib timeline\n  peerbib timeline -o chapter.svg\n  \
                  peerbib timeline movement:p2p-foundation -o story.html --title \"The P2P Foundation\"\n  \
                  peerbib timeline year:2000.. --by theme --to svg --theme dark > themes.svg"
)]
pub(crate) struct DrawTimeline {
    #[command(flatten)]
    shown: ChartWorks,

    /// The lanes: movement, theme, or another facet of tags
    #[arg(long, value_name = "FACET", default_value = "movement")]
    by: String,

    /// Do not list events below a text chart
    #[arg(long)]
    no_events: bool,

    #[command(flatten)]
    drawing: ChartArgs,
}

impl DrawTimeline {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let format = self.drawing.format()?;
        let library = context.open()?;
        let _snapshot = library.read_snapshot()?;
        let facet = self.by.to_lowercase();
        let locale = context.locale_name(None)?;
        let tags = tags_of_lanes(&library, &facet, locale.as_deref())?;
        let (works, title) = self.shown.works(context, &library)?;
        let title = self.drawing.title.clone().or(title);
        let request = TimelineRequest {
            title,
            facet: &facet,
            tags: &tags,
            with_empty_lanes: !self.shown.is_choice(),
            // Texts in the terminal and the page with its controls are English, as the program is.
            language: match format {
                ChartFormat::Svg | ChartFormat::Png => locale.as_deref().unwrap_or("en"),
                ChartFormat::Html | ChartFormat::Csv | ChartFormat::Text => "en",
            },
        };
        let timeline = Timeline::new(library.works().chunks(&works), request)?;
        for unreadable in &timeline.unreadable {
            context.note(format_args!(
                "note: skipped {unreadable}: expected a date YYYY-MM-DD"
            ));
        }
        if self.drawing.json {
            self.drawing.write_json(context, &timeline)?;
            return Ok(Outcome::Done);
        }
        if works.is_empty() {
            context.note(self.shown.nothing_found(&library)?);
            return Ok(Outcome::Done);
        }
        if let Some(note) = timeline.note_on_undated() {
            context.note(note);
        }
        if timeline.first_year.is_none() {
            context.note("nothing to draw: no work has a year");
            return Ok(Outcome::Done);
        }
        let svg = || timeline_svg::draw(&timeline, &self.drawing.look(false));
        let chart = match format {
            ChartFormat::Png => self.drawing.png(&svg())?,
            ChartFormat::Csv => ChartOutput::Text(table::timeline_csv(&timeline)),
            ChartFormat::Text => ChartOutput::Text(timeline_text::draw(
                &timeline,
                timeline_text::ChartLayout {
                    columns: self.drawing.columns(),
                    ascii: self.drawing.is_ascii(),
                    events: !self.no_events,
                },
            )),
            ChartFormat::Svg => ChartOutput::Text(svg()),
            ChartFormat::Html => ChartOutput::Text(html_page::timeline_page(
                &timeline,
                &self.drawing.look(true),
            )),
        };
        self.drawing.write(context, format, &chart)?;
        Ok(Outcome::Done)
    }
}

/// Returns the tags of the lanes, children after their parents.
fn tags_of_lanes(
    library: &Library,
    facet: &str,
    locale: Option<&str>,
) -> Result<Vec<(Tag, usize)>> {
    let tags = library.tags().summaries_in(Some(facet), locale)?;
    // Without movements, the default timeline has one lane for all works.
    if tags.is_empty() && facet != "movement" {
        return Err(crate::cli::no_such_facet(library, facet)?);
    }
    let mut lanes = Vec::with_capacity(tags.len());
    for (tag, depth) in in_hierarchy(&tags) {
        let mut lane = library.tags().get(tag.id)?;
        lane.label.clone_from(&tag.label);
        lanes.push((lane, depth));
    }
    Ok(lanes)
}
