//! `peerbib timeline`

use clap::Args;

use crate::cli::chart_args::{Drawing, Form, Shown};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::charts::timeline::{Timeline, TimelineRequest};
use peerbib::charts::{html_page, timeline_svg, timeline_text};
use peerbib::library::{Library, Tag};
use peerbib::reading_list::in_hierarchy;

/// Draw when works appeared, on a lane for each movement
///
/// The years are those of the original dates. Each movement has its active years as a bar and its events as
/// marks, both from the vocabulary (`peerbib tags show movement:oekonux`). A work of two movements stands on
/// both lanes. Few works stand with their names, many as dots, very many as a column for each year. The
/// movements without works are shown, too, unless a query or a list chooses the works.
///
/// In svg and html a work shows its title where the pointer rests on it, and leads to its DOI or URL.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib timeline\n  peerbib timeline -o chapter.svg\n  \
                  peerbib timeline movement:p2p-foundation -o story.html --title \"The P2P Foundation\"\n  \
                  peerbib timeline year:2000.. --by theme --to svg --theme dark > themes.svg"
)]
pub(crate) struct DrawTimeline {
    #[command(flatten)]
    shown: Shown,

    /// The lanes: movement, theme, or another facet of tags
    #[arg(long, value_name = "FACET", default_value = "movement")]
    by: String,

    /// Leave the list of events below a chart of text out
    #[arg(long)]
    no_events: bool,

    #[command(flatten)]
    drawing: Drawing,
}

impl DrawTimeline {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let facet = self.by.to_lowercase();
        let tags = tags_of_lanes(&library, &facet)?;
        let (works, title) = self.shown.works(context, &library)?;
        let title = self.drawing.title.clone().or(title);
        let request = TimelineRequest {
            title,
            facet: &facet,
            tags: &tags,
            with_empty_lanes: !self.shown.is_choice(),
        };
        let timeline = Timeline::new(&works, request)?;
        for unreadable in &timeline.unreadable {
            context.note(format_args!(
                "note: {unreadable} is no date in the form YYYY-MM-DD, and is not shown"
            ));
        }
        if self.drawing.json {
            self.drawing.write_json(context, &timeline)?;
            return Ok(Outcome::Done);
        }
        if works.is_empty() {
            context.note("no works found");
            return Ok(Outcome::Done);
        }
        if let Some(note) = timeline.note_on_undated() {
            context.note(note);
        }
        if timeline.first_year.is_none() {
            context.note("none of the works has a year, so that there is nothing to draw");
            return Ok(Outcome::Done);
        }
        let picture = match self.drawing.form() {
            Form::Text => timeline_text::draw(
                &timeline,
                timeline_text::ChartLayout {
                    columns: self.drawing.columns(),
                    ascii: self.drawing.is_ascii(),
                    events: !self.no_events,
                },
            ),
            Form::Svg => timeline_svg::draw(&timeline, &self.drawing.look()),
            Form::Html => {
                let drawing = timeline_svg::draw(&timeline, &self.drawing.look());
                html_page::timeline_page(&timeline, &drawing, self.drawing.theme())
            }
        };
        self.drawing.write(context, &picture)?;
        Ok(Outcome::Done)
    }
}

/// The tags that lanes are for, with all that is known of them, narrower ones behind their wider one.
fn tags_of_lanes(
    library: &Library,
    facet: &str,
) -> std::result::Result<Vec<(Tag, usize)>, CommandError> {
    let tags = library.tags(Some(facet))?;
    // The usual lanes need not be there: a library without movements has one lane for all.
    if tags.is_empty() && facet != "movement" {
        return Err(crate::cli::no_such_facet(library, facet)?);
    }
    let mut lanes = Vec::with_capacity(tags.len());
    for (tag, depth) in in_hierarchy(&tags) {
        lanes.push((library.resolve_tag(&tag.tag.to_string())?, depth));
    }
    Ok(lanes)
}
