//! A timeline as SVG.
//!
//! Every lane is laid out by itself. Its active years are a bar, its events are marks on the bar with their
//! texts hung below like flags, and its works stand below these: with their names, while there are few;
//! as dots in a pile for each year, when there are many; as a column for each year, when the piles would
//! grow too high. All lanes share the line of years, and all columns one scale.

use std::collections::{BTreeMap, BTreeSet};

use svg::Node as _;
use svg::node::element::Element;

use super::labels::counted_works;
use super::palette::{Paint, Theme};
use super::svg::{Anchor, Brush, Lettering, group, linked, rounded, titled};
use super::text_metrics::{bold_width, cut, lines, width};
use super::timeline::{Event, Lane, LaneWork, Timeline};
use super::year_axis::{Scale, step};
use super::years::written;

/// How a picture is made.
#[derive(Debug, Clone)]
pub struct Look {
    /// Light or dark.
    pub theme: Theme,
    /// The width in pixels.
    pub width: u32,
    /// Whether every work leads somewhere: those without an address of their own to `#KEY` on the same
    /// page.
    pub on_a_page: bool,
}

/// The narrowest picture that has room for its labels.
pub const NARROWEST: u32 = 560;
/// The widest picture.
pub const WIDEST: u32 = 20_000;

const MARGIN: f64 = 24.0;
const HEAD: f64 = 66.0;
const AXIS: f64 = 26.0;
const NAME: f64 = 13.0;
const SMALL: f64 = 11.0;
const WORK: f64 = 12.0;

/// The room above and below the content of a lane.
const PADDING: f64 = 10.0;
const BAR: f64 = 8.0;
const EVENT: f64 = 5.5;
/// The lines of a flag, and how wide its text may grow.
const FLAG_PITCH: f64 = 14.0;
const FLAG_WIDTHS: [f64; 5] = [480.0, 380.0, 300.0, 230.0, 180.0];
/// The rows of works with names, and how wide a name grows.
const ROW: f64 = 17.0;
const WORK_WIDTH: f64 = 230.0;
const MOST_ROWS: usize = 24;
/// The dots of piles.
const DOT: f64 = 3.0;
const DOT_PITCH: f64 = 7.0;
const HIGHEST_PILE: usize = 16;
/// The room that a pile or column takes at least.
const NARROWEST_BIN: f64 = 9.0;
/// The columns of lanes with very many works.
const HIGHEST_COLUMN: f64 = 96.0;

/// Draws a timeline. There must be something to draw: a work or event of a known year.
pub fn draw(timeline: &Timeline, look: &Look) -> String {
    let brush = Brush { theme: look.theme };
    let full = f64::from(look.width.clamp(NARROWEST, WIDEST));
    let gutter = gutter(timeline, full);
    let frame = Frame::new(timeline, gutter, full);
    let mut content = Vec::new();

    let title = cut(&timeline.title, 20.0 * 1.2, full - 2.0 * MARGIN);
    content.push(brush.text(
        (MARGIN, 36.0),
        Lettering::new(20.0, Paint::Text).bold(),
        &title,
    ));
    let below = cut(&subtitle(timeline), NAME, full - 2.0 * MARGIN);
    content.push(brush.text((MARGIN, 57.0), Lettering::new(NAME, Paint::Quiet), &below));

    let mut bodies = Vec::new();
    let mut y = HEAD + AXIS;
    for (number, lane) in timeline.lanes.iter().enumerate() {
        let drawn = frame.lane(lane, look, brush, y);
        if lane.depth == 0 && number > 0 {
            content.push(brush.line((MARGIN, y), (full - MARGIN, y), Paint::Line, 1.0));
        }
        y += drawn.height;
        bodies.push(drawn.element);
    }
    let bottom = y;

    let mut axis = Vec::new();
    let ticks = frame.scale.ticks(NAME - 1.0);
    for tick in &ticks {
        axis.push(brush.line((tick.x, HEAD + AXIS), (tick.x, bottom), Paint::Line, 1.0));
    }
    for at in frame.scale.breaks() {
        axis.push(break_mark(brush, at, HEAD + AXIS, bottom));
    }
    for tick in &ticks {
        for base in [HEAD + AXIS - 9.0, bottom + 19.0] {
            axis.push(brush.text(
                (tick.x, base),
                Lettering::new(NAME - 1.0, Paint::Quiet).at(Anchor::Middle),
                &written(tick.year),
            ));
        }
    }
    content.push(group(axis));
    for edge in [HEAD + AXIS, bottom] {
        content.push(brush.line((MARGIN, edge), (full - MARGIN, edge), Paint::Quiet, 1.0));
    }
    content.extend(bodies);

    let (legend, height) = frame.legend(timeline, brush, bottom + AXIS + 18.0);
    content.push(legend);
    let picture = brush.picture(
        (full, height),
        &timeline.title,
        &timeline.description(),
        content,
    );
    format!("{picture}\n")
}

/// What the picture shows, below its title.
fn subtitle(timeline: &Timeline) -> String {
    let mut parts = vec![counted_works(timeline.works)];
    let years: Vec<&LaneWork> = timeline.lanes.iter().flat_map(|lane| &lane.works).collect();
    let first = years.iter().map(|work| work.on_line).min();
    let last = years.iter().map(|work| work.on_line).max();
    match (first, last) {
        (Some(first), Some(last)) if first == last => parts.push(written(first)),
        (Some(first), Some(last)) => {
            parts.push(format!("{}\u{2013}{}", written(first), written(last)));
        }
        _ => {}
    }
    parts.extend(timeline.note_on_undated());
    parts.join(" \u{b7} ")
}

/// The room for the names of the lanes.
fn gutter(timeline: &Timeline, full: f64) -> f64 {
    let widest = timeline
        .lanes
        .iter()
        .map(|lane| indent(lane) + bold_width(&lane.label, NAME))
        .fold(90.0, f64::max);
    (MARGIN + widest + 24.0).min((full * 0.2).max(170.0))
}

/// The colour of a lane's marks; the works without a tag have none of their own.
fn paint_of(lane: &Lane) -> Paint {
    match lane.tag {
        Some(_) => Paint::Lane(lane.colour),
        None => Paint::Quiet,
    }
}

/// How far to the right a lane's name stands.
fn indent(lane: &Lane) -> f64 {
    12.0 + 14.0 * lane.depth.min(4) as f64
}

/// How the works of a lane are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Density {
    Names,
    Piles,
    Columns,
}

/// What all lanes share.
struct Frame {
    scale: Scale,
    gutter: f64,
    /// The right end of the line of years, and that of the picture's content.
    right: f64,
    edge: f64,
    /// How many years a pile or column holds, and how wide it may be.
    years: i64,
    room: f64,
    densities: Vec<Density>,
    /// The works in the highest column.
    most: usize,
}

struct Drawn {
    element: Element,
    height: f64,
}

impl Frame {
    fn new(timeline: &Timeline, gutter: f64, full: f64) -> Self {
        let edge = full - MARGIN;
        let left = gutter + 8.0;
        // The texts of the last years need room on the right, which depends on where the years stand, which
        // depends on that room.
        let mut right = edge - 16.0;
        let mut frame = Self::with(timeline, gutter, right, edge);
        for _ in 0..4 {
            let needed = frame.overhang(timeline);
            right = (edge - 16.0 - needed).max(left + (edge - left) * 0.55);
            frame = Self::with(timeline, gutter, right, edge);
        }
        frame
    }

    /// The frame whose line of years ends at `right`.
    fn with(timeline: &Timeline, gutter: f64, right: f64, edge: f64) -> Self {
        let (eras, left) = (timeline.eras(), gutter + 8.0);
        let frame = |scale: Scale, years: i64| {
            let room = scale.unit() * years as f64;
            let frame = Self {
                scale,
                gutter,
                right,
                edge,
                years,
                room,
                densities: Vec::new(),
                most: 1,
            };
            frame.with_densities(timeline)
        };
        let exact = Scale::new(&eras, left, right);
        let years = step(exact.unit(), NARROWEST_BIN);
        let exact = frame(exact, years);
        if years == 1
            || exact
                .densities
                .iter()
                .all(|density| *density == Density::Names)
        {
            return exact;
        }
        // Piles and columns of several years stand whole in their eras.
        let (scale, years) = Scale::in_steps(&eras, left, right, NARROWEST_BIN);
        frame(scale, years)
    }

    fn with_densities(mut self, timeline: &Timeline) -> Self {
        self.densities = timeline
            .lanes
            .iter()
            .map(|lane| self.density(lane))
            .collect();
        for (lane, density) in timeline.lanes.iter().zip(&self.densities) {
            if *density == Density::Columns {
                let highest = self.bins(lane).values().map(Vec::len).max().unwrap_or(0);
                self.most = self.most.max(highest);
            }
        }
        self
    }

    fn density(&self, lane: &Lane) -> Density {
        if self.rows(lane).is_some() {
            return Density::Names;
        }
        let per_row = self.dots_in_a_row();
        let bins = self.bins(lane);
        let highest = bins.values().map(|works| works.len().div_ceil(per_row));
        if highest.max().unwrap_or(0) <= HIGHEST_PILE {
            Density::Piles
        } else {
            Density::Columns
        }
    }

    fn dots_in_a_row(&self) -> usize {
        ((self.room * 0.9 / DOT_PITCH) as usize).clamp(1, 8)
    }

    /// How far texts would stand out beyond the line of years.
    fn overhang(&self, timeline: &Timeline) -> f64 {
        let mut needed: f64 = 0.0;
        for (lane, density) in timeline.lanes.iter().zip(&self.densities) {
            if *density == Density::Names {
                for work in &lane.works {
                    let end = self.scale.middle(work.on_line) + 10.0 + work_width(work);
                    needed = needed.max(end - self.right);
                }
            }
            for event in &lane.events {
                let text = flag_text(event);
                let end = self.scale.x(event.at()) + 8.0 + width(&text, SMALL).min(150.0);
                needed = needed.max(end - self.right);
            }
            if lane
                .active
                .as_ref()
                .is_some_and(|active| active.stretch.to.is_none())
            {
                needed = needed.max(12.0);
            }
        }
        needed
    }

    /// The row of each work of a lane whose works are shown by name; nothing where they are too many.
    fn rows(&self, lane: &Lane) -> Option<Vec<usize>> {
        let mut ends: Vec<f64> = Vec::new();
        let mut rows = Vec::with_capacity(lane.works.len());
        for work in &lane.works {
            let x = self.scale.middle(work.on_line);
            let free = ends.iter().position(|end| *end + 12.0 <= x);
            let row = free.unwrap_or(ends.len());
            if row >= MOST_ROWS {
                return None;
            }
            let end = x + 9.0 + work_width(work);
            match ends.get_mut(row) {
                Some(place) => *place = end,
                None => ends.push(end),
            }
            rows.push(row);
        }
        Some(rows)
    }

    /// The works of a lane by the first year of their pile or column.
    fn bins<'l>(&self, lane: &'l Lane) -> BTreeMap<i64, Vec<&'l LaneWork>> {
        let mut bins: BTreeMap<i64, Vec<&LaneWork>> = BTreeMap::new();
        for work in &lane.works {
            let bin = work.on_line.div_euclid(self.years) * self.years;
            bins.entry(bin).or_default().push(work);
        }
        bins
    }

    /// Where the middle of a pile or column stands.
    fn middle_of_bin(&self, bin: i64) -> f64 {
        self.scale.x(bin as f64 + self.years as f64 / 2.0)
    }

    fn lane(&self, lane: &Lane, look: &Look, brush: Brush, top: f64) -> Drawn {
        let paint = paint_of(lane);
        let mut parts = Vec::new();
        let mut y = top + PADDING;
        if lane.active.is_some() || !lane.events.is_empty() {
            parts.push(self.bar(lane, brush, paint, y + BAR / 2.0));
            let (flags, height) = self.flags(lane, brush, paint, y + BAR / 2.0);
            parts.push(flags);
            y += BAR + 6.0 + height;
        }
        if !lane.works.is_empty() {
            let (works, height) = self.works(lane, look, brush, y);
            parts.push(works);
            y += height;
        }
        let (name, name_height) = self.name(lane, brush, top + PADDING);
        parts.push(name);
        let height = (y - top).max(name_height + PADDING) + PADDING;
        let mark = brush.rectangle(
            (MARGIN + indent(lane) - 12.0, top + PADDING - 1.0),
            (4.0, height - 2.0 * PADDING + 2.0),
            2.0,
            paint,
        );
        parts.insert(0, mark);
        let mut element = group(parts);
        let name = lane.tag.as_ref().map(ToString::to_string);
        element.assign("data-lane", name.unwrap_or_default());
        Drawn { element, height }
    }

    /// The name of a lane, and what is known of it in short.
    fn name(&self, lane: &Lane, brush: Brush, top: f64) -> (Element, f64) {
        let x = MARGIN + indent(lane);
        let room = self.gutter - 12.0 - x;
        let lettering = Lettering::new(NAME, Paint::Text).bold();
        let of_name = lines(&lane.label, NAME * 1.2, room, 3);
        let count = counted_works(lane.works.len() + lane.undated.len());
        let short = match &lane.active {
            Some(active) => {
                let both = format!("{} \u{b7} {count}", active.words);
                if width(&both, SMALL) <= room {
                    vec![both]
                } else {
                    vec![active.words.clone(), count]
                }
            }
            None => vec![count],
        };
        let pitch = NAME + 4.0;
        let mut y = top + 11.0;
        let name = brush.lines((x, y), lettering, pitch, 0, &of_name);
        y += pitch * of_name.len() as f64;
        let quiet = Lettering::new(SMALL, Paint::Quiet);
        let below = brush.lines((x, y), quiet, SMALL + 4.0, 0, &short);
        y += (SMALL + 4.0) * short.len() as f64;
        (group([name, below]), y - top - 11.0)
    }

    /// The active years as a bar, which ends in a point where they are open.
    fn bar(&self, lane: &Lane, brush: Brush, paint: Paint, middle: f64) -> Element {
        let half = BAR / 2.0;
        let Some(active) = &lane.active else {
            // A thread holds the events of a movement together whose years nobody fixed.
            let ends = lane.events.iter().map(|event| self.scale.x(event.at()));
            let left = ends.clone().fold(f64::INFINITY, f64::min);
            let right = ends.fold(f64::NEG_INFINITY, f64::max);
            let mut thread = brush.line((left, middle), (right, middle), paint, 1.5);
            thread.assign("stroke-dasharray", "2 4");
            return thread;
        };
        let (from, to) = (active.stretch.from, active.stretch.to);
        let left = from.map_or(self.gutter + 14.0, |from| self.scale.x(from));
        let right = to.map_or(self.edge - 8.0, |to| self.scale.x(to));
        let mut corners = Vec::new();
        match from {
            Some(_) => corners.extend([(left, middle + half), (left, middle - half)]),
            None => corners.extend([
                (left, middle + half),
                (left - 8.0, middle),
                (left, middle - half),
            ]),
        }
        match to {
            Some(_) => corners.extend([(right, middle - half), (right, middle + half)]),
            None => corners.extend([
                (right, middle - half),
                (right + 8.0, middle),
                (right, middle + half),
            ]),
        }
        let mut bar = brush.shape(&corners, paint, None);
        bar.assign("fill-opacity", 0.45);
        bar.assign("data-active", active.date.clone());
        bar.append(titled(&format!("{}: {}", lane.label, active.words)));
        bar
    }

    /// The events of a lane: marks on its bar, and their texts below.
    fn flags(&self, lane: &Lane, brush: Brush, paint: Paint, middle: f64) -> (Element, f64) {
        let hung = self.hung(lane);
        let first_base = middle + BAR / 2.0 + 15.0;
        let mut threads = Vec::new();
        let mut marks = Vec::new();
        let mut texts = Vec::new();
        let mut height: f64 = 0.0;
        for flag in &hung {
            let Event { date, what, .. } = flag.event;
            let base = first_base + flag.top;
            let foot = base + 3.0;
            threads.push(brush.line((flag.x, middle), (flag.x, foot), Paint::Quiet, 0.75));
            if let Some(until) = flag.event.until() {
                let end = self.scale.x(until);
                marks.push(brush.line((flag.x, middle), (end, middle), paint, 3.0));
                marks.push(brush.diamond((end, middle), EVENT - 1.5, paint));
            }
            let mut mark = brush.diamond((flag.x, middle), EVENT, paint);
            mark.assign("data-event", date.clone());
            mark.append(titled(&format!("{}: {what}", flag.event.words)));
            marks.push(mark);
            let x = flag.x + 5.0;
            let lettering = Lettering::new(SMALL, Paint::Quiet).with_halo();
            let lead = flag.event.words.len();
            texts.push(brush.lines((x, base), lettering, FLAG_PITCH, lead, &flag.lines));
            height = height.max(flag.bottom() + 6.0);
        }
        (group(threads.into_iter().chain(texts).chain(marks)), height)
    }

    /// The flags of a lane: broken into lines where that takes least room for all of them.
    fn hung<'l>(&self, lane: &'l Lane) -> Vec<Flag<'l>> {
        let depth = |flags: &Vec<Flag<'l>>| flags.iter().map(Flag::bottom).fold(0.0, f64::max);
        let ways = FLAG_WIDTHS.iter().map(|most| self.hung_within(lane, *most));
        ways.min_by(|one, other| depth(one).total_cmp(&depth(other)))
            .unwrap_or_default()
    }

    /// The flags of a lane, none wider than `most` and each as high as may be. The later ones are hung
    /// first, so that no thread of an earlier one, which is longer, goes through the text of a later one.
    fn hung_within<'l>(&self, lane: &'l Lane, most: f64) -> Vec<Flag<'l>> {
        let mut events: Vec<(f64, &Event)> = lane
            .events
            .iter()
            .map(|event| (self.scale.x(event.at()), event))
            .collect();
        events.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let mut hung: Vec<Flag<'l>> = Vec::new();
        for (x, event) in events {
            // The years in bold are somewhat wider than they are measured.
            let bold = 0.2 * width(&event.words, SMALL);
            let room = (self.edge - x - 8.0 - bold).clamp(60.0, most);
            let lines = lines(&flag_text(event), SMALL, room, 8);
            let widest = lines
                .iter()
                .map(|line| width(line, SMALL))
                .fold(0.0, f64::max);
            let right = x + 12.0 + widest + bold;
            // Below all later ones that the text reaches, as these have threads from the bar.
            let later = hung.iter().filter(|later| later.x < right);
            let top = later.map(Flag::bottom).fold(0.0, f64::max);
            hung.push(Flag {
                event,
                x,
                lines,
                top,
            });
        }
        hung
    }

    fn works(&self, lane: &Lane, look: &Look, brush: Brush, top: f64) -> (Element, f64) {
        match self.density(lane) {
            Density::Names => {
                let rows = self.rows(lane).unwrap_or_default();
                let count = rows.iter().max().map_or(0, |row| row + 1);
                let works = lane.works.iter().zip(rows).map(|(work, row)| {
                    let y = top + ROW * row as f64 + ROW / 2.0;
                    self.named_work(lane, work, look, brush, y)
                });
                (group(works), ROW * count as f64)
            }
            Density::Piles => self.piles(lane, look, brush, top),
            Density::Columns => self.columns(lane, brush, top),
        }
    }

    fn named_work(
        &self,
        lane: &Lane,
        work: &LaneWork,
        look: &Look,
        brush: Brush,
        y: f64,
    ) -> Element {
        let x = self.scale.middle(work.on_line);
        let mut dot = work_mark(brush, (x, y), 4.0, lane, work);
        dot.assign("data-key", work.key.clone());
        let name = work_name(work, self.edge - x - 9.0);
        let lettering = Lettering::new(WORK, Paint::Text).with_halo();
        let name = brush.text((x + 9.0, y + 4.0), lettering, &name);
        wrapped_work(work, look, [dot, name])
    }

    /// A dot for each work, in piles that stand on one ground.
    fn piles(&self, lane: &Lane, look: &Look, brush: Brush, top: f64) -> (Element, f64) {
        let per_row = self.dots_in_a_row();
        let bins = self.bins(lane);
        let highest = bins
            .values()
            .map(|works| works.len().div_ceil(per_row))
            .max();
        let height = DOT_PITCH * highest.unwrap_or(0) as f64 + 2.0;
        let ground = top + height;
        let mut dots = Vec::new();
        for (bin, works) in &bins {
            let across = works.len().min(per_row);
            let left = self.middle_of_bin(*bin) - DOT_PITCH * (across as f64 - 1.0) / 2.0;
            for (number, work) in works.iter().enumerate() {
                let x = left + DOT_PITCH * (number % per_row) as f64;
                let y = ground - DOT_PITCH * ((number / per_row) as f64 + 0.5);
                let mut dot = work_mark(brush, (x, y), DOT, lane, work);
                dot.assign("data-key", work.key.clone());
                dots.push(wrapped_work(work, look, [dot]));
            }
        }
        (group(dots), height)
    }

    /// A column for each year, with the number of its works.
    fn columns(&self, lane: &Lane, brush: Brush, top: f64) -> (Element, f64) {
        let number_height = SMALL + 5.0;
        let bins = self.bins(lane);
        let per_work = HIGHEST_COLUMN / self.most as f64;
        let highest = bins.values().map(Vec::len).max().unwrap_or(0);
        let height = number_height + per_work * highest as f64;
        let ground = top + height;
        let wide = (self.room * 0.82).min(46.0);
        let counts = bins.iter().map(|(bin, works)| (*bin, works.len()));
        let mut numbered = numbered(&counts.collect(), SMALL, self.room);
        let mut parts = Vec::new();
        for (bin, works) in &bins {
            let x = self.middle_of_bin(*bin);
            let high = (per_work * works.len() as f64).max(1.0);
            let corner = (x - wide / 2.0, ground - high);
            let mut column = brush.rectangle(corner, (wide, high), 0.0, paint_of(lane));
            column.assign("data-works", works.len());
            column.append(titled(&column_title(*bin, self.years, works)));
            parts.push(column);
            if numbered.remove(bin) {
                let number = works.len().to_string();
                let lettering = Lettering::new(SMALL, Paint::Quiet).at(Anchor::Middle);
                parts.push(brush.text((x, ground - high - 4.0), lettering.with_halo(), &number));
            }
        }
        (group(parts), height)
    }

    /// What the marks mean, and where the picture ends.
    fn legend(&self, timeline: &Timeline, brush: Brush, top: f64) -> (Element, f64) {
        let paint = Paint::Quiet;
        let has = |density: Density| {
            let mut lanes = timeline.lanes.iter().zip(&self.densities);
            lanes.any(|(lane, own)| *own == density && !lane.works.is_empty())
        };
        let of_years = match self.years {
            1 => "year".to_owned(),
            years => format!("{years} years"),
        };
        let mut entries: Vec<(Mark, String)> = Vec::new();
        if has(Density::Names) {
            entries.push((Mark::Work, "a work, in the year it first appeared".into()));
        }
        if has(Density::Piles) {
            entries.push((
                Mark::Pile,
                format!("a dot for each work, piled by {of_years}"),
            ));
        }
        if has(Density::Columns) {
            entries.push((Mark::Column, format!("how many works, by {of_years}")));
        }
        if timeline.lanes.iter().any(|lane| !lane.events.is_empty()) {
            entries.push((Mark::Event, "an event".into()));
        }
        let active = || {
            timeline
                .lanes
                .iter()
                .filter_map(|lane| lane.active.as_ref())
        };
        if active().any(|active| active.stretch.to.is_some()) {
            entries.push((Mark::Bar, "active years".into()));
        }
        if active().any(|active| active.stretch.to.is_none()) {
            entries.push((Mark::OpenBar, "active since, and no end known".into()));
        }
        if !self.scale.breaks().is_empty() {
            entries.push((Mark::Break, "years left out".into()));
        }
        let mut parts = Vec::new();
        let (mut x, mut y) = (MARGIN, top);
        for (mark, text) in entries {
            let room = 30.0 + width(&text, SMALL) + 22.0;
            if x > MARGIN && x + room > self.edge {
                (x, y) = (MARGIN, y + 20.0);
            }
            parts.push(mark.draw(brush, (x + 11.0, y), paint));
            let text = cut(&text, SMALL, self.edge - x - 30.0);
            parts.push(brush.text((x + 28.0, y + 4.0), Lettering::new(SMALL, paint), &text));
            x += room;
        }
        (group(parts), y + MARGIN)
    }
}

/// A mark as the legend explains it.
#[derive(Debug, Clone, Copy)]
enum Mark {
    Work,
    Pile,
    Column,
    Event,
    Bar,
    OpenBar,
    Break,
}

impl Mark {
    fn draw(self, brush: Brush, middle: (f64, f64), paint: Paint) -> Element {
        let (x, y) = middle;
        match self {
            Self::Work => brush.dot(middle, 4.0, paint),
            Self::Pile => group(
                [(-3.5, 3.5), (3.5, 3.5), (-3.5, -3.5)]
                    .map(|(right, down)| brush.dot((x + right, y + down), DOT, paint)),
            ),
            Self::Column => group([
                brush.rectangle((x - 7.0, y - 1.0), (6.0, 7.0), 0.0, paint),
                brush.rectangle((x + 1.0, y - 6.0), (6.0, 12.0), 0.0, paint),
            ]),
            Self::Event => brush.diamond(middle, EVENT, paint),
            Self::Bar => {
                let mut bar = brush.rectangle((x - 11.0, y - 4.0), (22.0, BAR), 0.0, paint);
                bar.assign("fill-opacity", 0.45);
                bar
            }
            Self::OpenBar => {
                let corners = [
                    (x - 11.0, y - 4.0),
                    (x + 4.0, y - 4.0),
                    (x + 12.0, y),
                    (x + 4.0, y + 4.0),
                    (x - 11.0, y + 4.0),
                ];
                let mut bar = brush.shape(&corners, paint, None);
                bar.assign("fill-opacity", 0.45);
                bar
            }
            Self::Break => break_mark(brush, x, y - 7.0, y + 7.0),
        }
    }
}

/// An event's text on its way down from its mark.
struct Flag<'l> {
    event: &'l Event,
    x: f64,
    lines: Vec<String>,
    top: f64,
}

impl Flag<'_> {
    fn bottom(&self) -> f64 {
        self.top + FLAG_PITCH * self.lines.len() as f64 + 2.0
    }
}

fn flag_text(event: &Event) -> String {
    format!("{} {}", event.words, event.what)
}

/// The name of a work, in which authors of long names are cut and the year stays.
fn work_name(work: &LaneWork, room: f64) -> String {
    let room = room.min(WORK_WIDTH);
    match work.label.split_at_checked(work.year_begins) {
        Some((who, when)) if width(&work.label, WORK) > room => {
            let when = format!(" {when}");
            format!(
                "{}{when}",
                cut(who.trim_end(), WORK, room - width(&when, WORK))
            )
        }
        _ => work.label.clone(),
    }
}

fn work_width(work: &LaneWork) -> f64 {
    width(&work.label, WORK).min(WORK_WIDTH)
}

fn work_mark(
    brush: Brush,
    middle: (f64, f64),
    radius: f64,
    lane: &Lane,
    work: &LaneWork,
) -> Element {
    if !work.about {
        return brush.dot(middle, radius, paint_of(lane));
    }
    // A ring: the year is an estimate.
    let mut ring = brush.painted("circle", Some(Paint::Ground), Some(paint_of(lane)));
    for (name, value) in [("cx", middle.0), ("cy", middle.1), ("r", radius - 1.0)] {
        ring.assign(name, rounded(value));
    }
    ring.assign("stroke-width", 2);
    ring
}

/// A work with its title where a pointer rests on it, and the way to it.
fn wrapped_work<const N: usize>(work: &LaneWork, look: &Look, marks: [Element; N]) -> Element {
    let title = match &work.title {
        Some(title) => format!("{}: {title}", work.label),
        None => work.label.clone(),
    };
    let children = std::iter::once(titled(&title)).chain(marks);
    match &work.link {
        Some(link) => linked(link, children),
        None if look.on_a_page => linked(&format!("#{}", work.key), children),
        None => group(children),
    }
}

fn column_title(bin: i64, years: i64, works: &[&LaneWork]) -> String {
    let of = match years {
        1 => written(bin),
        years => format!("{}\u{2013}{}", written(bin), written(bin + years - 1)),
    };
    let some: Vec<&str> = works
        .iter()
        .take(12)
        .map(|work| work.label.as_str())
        .collect();
    let more = match works.len() - some.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "{of}: {}: {}{more}",
        counted_works(works.len()),
        some.join(", ")
    )
}

/// Which columns say their number: all of them, where each number is as narrow as its column; or else the first
/// of the highest, by which the others can be read.
pub(super) fn numbered(counts: &BTreeMap<i64, usize>, size: f64, room: f64) -> BTreeSet<i64> {
    let is_narrow = |count: &usize| width(&count.to_string(), size) + 2.0 <= room;
    if counts.values().all(is_narrow) {
        return counts.keys().copied().collect();
    }
    let highest = counts.values().max();
    let first = counts.iter().find(|(_, count)| Some(*count) == highest);
    first.map(|(bin, _)| *bin).into_iter().collect()
}

/// Where the line of years is broken: a waving line from top to bottom.
pub(super) fn break_mark(brush: Brush, x: f64, top: f64, bottom: f64) -> Element {
    let mut points = Vec::new();
    let mut y = top;
    let mut side = 3.0;
    while y < bottom {
        points.push(format!("{},{}", rounded(x + side), rounded(y)));
        side = -side;
        y += 7.0;
    }
    points.push(format!("{},{}", rounded(x + side), rounded(bottom)));
    let mut line = brush.painted("polyline", None, Some(Paint::Quiet));
    line.assign("points", points.join(" "));
    line.assign("stroke-opacity", 0.5);
    line
}
