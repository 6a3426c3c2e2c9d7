//! Timelines as SVG.
//!
//! Each lane is laid out separately. Its active years are a bar, and its events are marks on the bar with
//! labels below. The works are below the events: labelled while there are few, as stacks of dots by year if
//! there are more, or as columns by year if the stacks would be too high. All lanes share the year axis, and
//! all columns share one scale.

use std::collections::{BTreeMap, BTreeSet};

use svg::Node as _;
use svg::node::element::Element;

use super::palette::ColorRole;
pub use super::svg::SvgOptions;
use super::svg::{Anchor, LabelStyle, SvgBuilder, group, linked, rounded, to_text, tooltip};
use super::text_metrics::{bold_width, cut, lines, width};
use super::timeline::{Lane, LaneEvent, LaneWork, Timeline};
use super::words::ChartWords;
use super::year_axis::{YearAxis, step};
use super::years::format_year;

/// The minimum width that has room for the labels.
pub const NARROWEST: u32 = 560;
/// The maximum width.
pub const WIDEST: u32 = 20_000;

const MARGIN: f64 = 24.0;
const HEAD: f64 = 66.0;
const AXIS: f64 = 26.0;
const NAME: f64 = 13.0;
const SMALL: f64 = 11.0;
const WORK: f64 = 12.0;

/// The space above and below the content of a lane.
const PADDING: f64 = 10.0;
const BAR: f64 = 8.0;
const EVENT: f64 = 5.5;
/// The line height and maximum widths of event labels.
const LABEL_PITCH: f64 = 14.0;
const LABEL_WIDTHS: [f64; 5] = [480.0, 380.0, 300.0, 230.0, 180.0];
/// The row height and maximum width of labelled works.
const ROW: f64 = 17.0;
const WORK_WIDTH: f64 = 230.0;
const MOST_ROWS: usize = 24;
/// The dots of stacks.
const DOT: f64 = 3.0;
const DOT_PITCH: f64 = 7.0;
const HIGHEST_STACK: usize = 16;
/// The minimum width of a stack or column.
const NARROWEST_BIN: f64 = 9.0;
/// The maximum height of a column.
const HIGHEST_COLUMN: f64 = 96.0;

/// Draws a timeline, which must contain a work or event with a known year.
pub fn draw(timeline: &Timeline, look: &SvgOptions) -> String {
    let svg = SvgBuilder { theme: look.theme };
    let full = f64::from(look.width.clamp(NARROWEST, WIDEST));
    let gutter = gutter(timeline, full);
    let frame = Frame::new(timeline, gutter, full);
    let mut content = Vec::new();

    let title = cut(&timeline.title, 20.0 * 1.2, full - 2.0 * MARGIN);
    content.push(svg.text(
        (MARGIN, 36.0),
        LabelStyle::new(20.0, ColorRole::Text).bold(),
        &title,
    ));
    let below = cut(&subtitle(timeline), NAME, full - 2.0 * MARGIN);
    content.push(svg.text(
        (MARGIN, 57.0),
        LabelStyle::new(NAME, ColorRole::Quiet),
        &below,
    ));

    let mut bodies = Vec::new();
    let mut y = HEAD + AXIS;
    for (number, lane) in timeline.lanes.iter().enumerate() {
        let drawn = frame.lane(lane, look, svg, y);
        if lane.depth == 0 && number > 0 {
            content.push(svg.line((MARGIN, y), (full - MARGIN, y), ColorRole::Line, 1.0));
        }
        y += drawn.height;
        bodies.push(drawn.element);
    }
    let bottom = y;

    let mut axis = Vec::new();
    let ticks = frame.scale.ticks(NAME - 1.0);
    for tick in &ticks {
        axis.push(svg.line(
            (tick.x, HEAD + AXIS),
            (tick.x, bottom),
            ColorRole::Line,
            1.0,
        ));
    }
    for at in frame.scale.breaks() {
        axis.push(break_mark(svg, at, HEAD + AXIS, bottom));
    }
    for tick in &ticks {
        for base in [HEAD + AXIS - 9.0, bottom + 19.0] {
            axis.push(svg.text(
                (tick.x, base),
                LabelStyle::new(NAME - 1.0, ColorRole::Quiet).at(Anchor::Middle),
                &format_year(tick.year),
            ));
        }
    }
    content.push(group(axis));
    for edge in [HEAD + AXIS, bottom] {
        content.push(svg.line((MARGIN, edge), (full - MARGIN, edge), ColorRole::Quiet, 1.0));
    }
    content.extend(bodies);

    let (legend, height) = frame.legend(timeline, svg, bottom + AXIS + 18.0);
    content.push(legend);
    let picture = svg.picture(
        look,
        (full, height),
        &timeline.title,
        &timeline.description(),
        content,
    );
    to_text(&picture)
}

/// Returns the subtitle: number of works and years.
fn subtitle(timeline: &Timeline) -> String {
    let mut parts = vec![timeline.words.count(timeline.works)];
    let years: Vec<&LaneWork> = timeline.lanes.iter().flat_map(|lane| &lane.works).collect();
    let first = years.iter().map(|work| work.axis_year).min();
    let last = years.iter().map(|work| work.axis_year).max();
    match (first, last) {
        (Some(first), Some(last)) if first == last => parts.push(format_year(first)),
        (Some(first), Some(last)) => {
            parts.push(format!(
                "{}\u{2013}{}",
                format_year(first),
                format_year(last)
            ));
        }
        _ => {}
    }
    parts.extend(timeline.note_on_undated());
    parts.join(" \u{b7} ")
}

/// Returns the width of the column with the lane labels.
fn gutter(timeline: &Timeline, full: f64) -> f64 {
    let widest = timeline
        .lanes
        .iter()
        .map(|lane| indent(lane) + bold_width(&lane.label, NAME))
        .fold(90.0, f64::max);
    (MARGIN + widest + 24.0).min((full * 0.2).max(170.0))
}

/// Returns the color of a lane's marks. Works without a tag have a neutral color.
fn lane_color(lane: &Lane) -> ColorRole {
    match lane.tag {
        Some(_) => ColorRole::Lane(lane.color),
        None => ColorRole::Quiet,
    }
}

/// Returns the indent of a lane's label.
fn indent(lane: &Lane) -> f64 {
    12.0 + 14.0 * lane.depth.min(4) as f64
}

/// The drawing mode of the works of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Density {
    Names,
    Stacks,
    Columns,
}

/// The layout that all lanes share.
struct Frame {
    words: &'static ChartWords,
    scale: YearAxis,
    gutter: f64,
    /// The right end of the year axis, and of the content.
    right: f64,
    edge: f64,
    /// The number of years in a stack or column, and its maximum width.
    years: i64,
    room: f64,
    densities: Vec<Density>,
    /// The number of works in the highest column.
    most: usize,
}

struct DrawnLane {
    element: Element,
    height: f64,
}

impl Frame {
    fn new(timeline: &Timeline, gutter: f64, full: f64) -> Self {
        let edge = full - MARGIN;
        let left = gutter + 8.0;
        // The space for labels on the right depends on the positions of the years, which depend on that
        // space, so approximate it in a few rounds.
        let mut right = edge - 16.0;
        let mut frame = Self::with(timeline, gutter, right, edge);
        for _ in 0..4 {
            let needed = frame.overhang(timeline);
            right = (edge - 16.0 - needed).max(left + (edge - left) * 0.55);
            frame = Self::with(timeline, gutter, right, edge);
        }
        frame
    }

    /// Creates the frame whose year axis ends at `right`.
    fn with(timeline: &Timeline, gutter: f64, right: f64, edge: f64) -> Self {
        let (eras, left) = (timeline.eras(), gutter + 8.0);
        let frame = |scale: YearAxis, years: i64| {
            let room = scale.unit() * years as f64;
            let frame = Self {
                words: timeline.words,
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
        let exact = YearAxis::new(&eras, left, right);
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
        // Stacks and columns of several years must not cross a break of the axis.
        let (scale, years) = YearAxis::in_steps(&eras, left, right, NARROWEST_BIN);
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
        if highest.max().unwrap_or(0) <= HIGHEST_STACK {
            Density::Stacks
        } else {
            Density::Columns
        }
    }

    fn dots_in_a_row(&self) -> usize {
        ((self.room * 0.9 / DOT_PITCH) as usize).clamp(1, 8)
    }

    /// Returns the length by which labels would extend beyond the year axis.
    fn overhang(&self, timeline: &Timeline) -> f64 {
        let mut needed: f64 = 0.0;
        for (lane, density) in timeline.lanes.iter().zip(&self.densities) {
            if *density == Density::Names {
                for work in &lane.works {
                    let end = self.scale.middle(work.axis_year) + 10.0 + work_width(work);
                    needed = needed.max(end - self.right);
                }
            }
            for event in &lane.events {
                let text = event_text(event);
                let end = self.scale.x(event.at()) + 8.0 + width(&text, SMALL).min(150.0);
                needed = needed.max(end - self.right);
            }
            if lane
                .active
                .as_ref()
                .is_some_and(|active| active.period.to.is_none())
            {
                needed = needed.max(12.0);
            }
        }
        needed
    }

    /// Returns the row of each work of a lane if its works can be labelled, or `None` if there are too many.
    fn rows(&self, lane: &Lane) -> Option<Vec<usize>> {
        let mut ends: Vec<f64> = Vec::new();
        let mut rows = Vec::with_capacity(lane.works.len());
        for work in &lane.works {
            let x = self.scale.middle(work.axis_year);
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

    /// Groups the works of a lane by the first year of their stack or column.
    fn bins<'l>(&self, lane: &'l Lane) -> BTreeMap<i64, Vec<&'l LaneWork>> {
        let mut bins: BTreeMap<i64, Vec<&LaneWork>> = BTreeMap::new();
        for work in &lane.works {
            let bin = work.axis_year.div_euclid(self.years) * self.years;
            bins.entry(bin).or_default().push(work);
        }
        bins
    }

    /// Returns the middle of a stack or column.
    fn middle_of_bin(&self, bin: i64) -> f64 {
        self.scale.x(bin as f64 + self.years as f64 / 2.0)
    }

    fn lane(&self, lane: &Lane, look: &SvgOptions, svg: SvgBuilder, top: f64) -> DrawnLane {
        let color = lane_color(lane);
        let mut parts = Vec::new();
        let mut y = top + PADDING;
        if lane.active.is_some() || !lane.events.is_empty() {
            parts.push(self.bar(lane, svg, color, y + BAR / 2.0));
            let (labels, height) = self.labels(lane, svg, color, y + BAR / 2.0);
            parts.push(labels);
            y += BAR + 6.0 + height;
        }
        if !lane.works.is_empty() {
            let (works, height) = self.works(lane, look, svg, y);
            parts.push(works);
            y += height;
        }
        let (name, name_height) = self.name(lane, svg, top + PADDING);
        parts.push(name);
        let height = (y - top).max(name_height + PADDING) + PADDING;
        let mark = svg.rectangle(
            (MARGIN + indent(lane) - 12.0, top + PADDING - 1.0),
            (4.0, height - 2.0 * PADDING + 2.0),
            2.0,
            color,
        );
        parts.insert(0, mark);
        let mut element = group(parts);
        let name = lane.tag.as_ref().map(ToString::to_string);
        element.assign("data-lane", name.unwrap_or_default());
        DrawnLane { element, height }
    }

    /// Draws the label of a lane with its active years and number of works.
    fn name(&self, lane: &Lane, svg: SvgBuilder, top: f64) -> (Element, f64) {
        let x = MARGIN + indent(lane);
        let room = self.gutter - 12.0 - x;
        let style = LabelStyle::new(NAME, ColorRole::Text).bold();
        let of_name = lines(&lane.label, NAME * 1.2, room, 3);
        let count = self.words.count(lane.works.len() + lane.undated.len());
        let short = match &lane.active {
            Some(active) => {
                let years = &active.words;
                let both = format!("{years} \u{b7} {count}");
                if width(&both, SMALL) <= room {
                    vec![both]
                } else {
                    vec![years.clone(), count]
                }
            }
            None => vec![count],
        };
        let pitch = NAME + 4.0;
        let mut y = top + 11.0;
        let name = svg.lines((x, y), style, pitch, 0, &of_name);
        y += pitch * of_name.len() as f64;
        let quiet = LabelStyle::new(SMALL, ColorRole::Quiet);
        let below = svg.lines((x, y), quiet, SMALL + 4.0, 0, &short);
        y += (SMALL + 4.0) * short.len() as f64;
        (group([name, below]), y - top - 11.0)
    }

    /// Draws the active years as a bar, which is pointed at an open end.
    fn bar(&self, lane: &Lane, svg: SvgBuilder, color: ColorRole, middle: f64) -> Element {
        let half = BAR / 2.0;
        let Some(active) = &lane.active else {
            // Without active years, a dotted line connects the events.
            let ends = lane.events.iter().map(|event| self.scale.x(event.at()));
            let left = ends.clone().fold(f64::INFINITY, f64::min);
            let right = ends.fold(f64::NEG_INFINITY, f64::max);
            let mut thread = svg.line((left, middle), (right, middle), color, 1.5);
            thread.assign("stroke-dasharray", "2 4");
            return thread;
        };
        let (from, to) = (active.period.from, active.period.to);
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
        let mut bar = svg.polygon(&corners, color, None);
        bar.assign("fill-opacity", 0.45);
        bar.assign("data-active", active.date.clone());
        bar.append(tooltip(&format!("{}: {}", lane.label, active.words)));
        bar
    }

    /// Draws the events of a lane: marks on its bar, and labels below.
    fn labels(
        &self,
        lane: &Lane,
        svg: SvgBuilder,
        color: ColorRole,
        middle: f64,
    ) -> (Element, f64) {
        let placed = self.placed(lane);
        let first_base = middle + BAR / 2.0 + 15.0;
        let mut threads = Vec::new();
        let mut marks = Vec::new();
        let mut texts = Vec::new();
        let mut height: f64 = 0.0;
        for label in &placed {
            let LaneEvent { date, what, .. } = label.event;
            let base = first_base + label.top;
            let foot = base + 3.0;
            threads.push(svg.line((label.x, middle), (label.x, foot), ColorRole::Quiet, 0.75));
            if let Some(until) = label.event.until() {
                let end = self.scale.x(until);
                marks.push(svg.line((label.x, middle), (end, middle), color, 3.0));
                marks.push(svg.diamond((end, middle), EVENT - 1.5, color));
            }
            let mut mark = svg.diamond((label.x, middle), EVENT, color);
            mark.assign("data-event", date.clone());
            mark.append(tooltip(&format!("{}: {what}", label.event.words)));
            marks.push(mark);
            let x = label.x + 5.0;
            let style = LabelStyle::new(SMALL, ColorRole::Quiet).with_halo();
            let lead = label.event.words.len();
            texts.push(svg.lines((x, base), style, LABEL_PITCH, lead, &label.lines));
            height = height.max(label.bottom() + 6.0);
        }
        (group(threads.into_iter().chain(texts).chain(marks)), height)
    }

    /// Places the event labels of a lane with the width that needs the least height.
    fn placed<'l>(&self, lane: &'l Lane) -> Vec<EventLabel<'l>> {
        let depth = |labels: &Vec<EventLabel<'l>>| {
            labels.iter().map(EventLabel::bottom).fold(0.0, f64::max)
        };
        let ways = LABEL_WIDTHS
            .iter()
            .map(|most| self.place_labels_within(lane, *most));
        ways.min_by(|one, other| depth(one).total_cmp(&depth(other)))
            .unwrap_or_default()
    }

    /// Places the event labels of a lane, each as high as possible and at most `most` wide. Later events come
    /// first, so that the longer connector of an earlier event does not cross the label of a later one.
    fn place_labels_within<'l>(&self, lane: &'l Lane, most: f64) -> Vec<EventLabel<'l>> {
        let mut events: Vec<(f64, &LaneEvent)> = lane
            .events
            .iter()
            .map(|event| (self.scale.x(event.at()), event))
            .collect();
        events.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let mut placed: Vec<EventLabel<'l>> = Vec::new();
        for (x, event) in events {
            // The years are bold, which is a little wider than measured.
            let bold = 0.2 * width(&event.words, SMALL);
            let room = (self.edge - x - 8.0 - bold).clamp(60.0, most);
            let lines = lines(&event_text(event), SMALL, room, 8);
            let widest = lines
                .iter()
                .map(|line| width(line, SMALL))
                .fold(0.0, f64::max);
            let right = x + 12.0 + widest + bold;
            // Place the label below all later ones that it would overlap, because their connectors start at
            // the bar.
            let later = placed.iter().filter(|later| later.x < right);
            let top = later.map(EventLabel::bottom).fold(0.0, f64::max);
            placed.push(EventLabel {
                event,
                x,
                lines,
                top,
            });
        }
        placed
    }

    fn works(&self, lane: &Lane, look: &SvgOptions, svg: SvgBuilder, top: f64) -> (Element, f64) {
        match self.density(lane) {
            Density::Names => {
                let rows = self.rows(lane).unwrap_or_default();
                let count = rows.iter().max().map_or(0, |row| row + 1);
                let works = lane.works.iter().zip(rows).map(|(work, row)| {
                    let y = top + ROW * row as f64 + ROW / 2.0;
                    self.named_work(lane, work, look, svg, y)
                });
                (group(works), ROW * count as f64)
            }
            Density::Stacks => self.stacks(lane, look, svg, top),
            Density::Columns => self.columns(lane, svg, top),
        }
    }

    fn named_work(
        &self,
        lane: &Lane,
        work: &LaneWork,
        look: &SvgOptions,
        svg: SvgBuilder,
        y: f64,
    ) -> Element {
        let x = self.scale.middle(work.axis_year);
        let mut dot = work_mark(svg, (x, y), 4.0, lane, work);
        dot.assign("data-key", work.key.clone());
        let name = work_name(work, self.edge - x - 9.0);
        let style = LabelStyle::new(WORK, ColorRole::Text).with_halo();
        let name = svg.text((x + 9.0, y + 4.0), style, &name);
        work_element(work, look, [dot, name])
    }

    /// Draws a dot for each work, stacked by year.
    fn stacks(&self, lane: &Lane, look: &SvgOptions, svg: SvgBuilder, top: f64) -> (Element, f64) {
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
                let mut dot = work_mark(svg, (x, y), DOT, lane, work);
                dot.assign("data-key", work.key.clone());
                dots.push(work_element(work, look, [dot]));
            }
        }
        (group(dots), height)
    }

    /// Draws a column for each year, with the number of its works.
    fn columns(&self, lane: &Lane, svg: SvgBuilder, top: f64) -> (Element, f64) {
        let number_height = SMALL + 5.0;
        let bins = self.bins(lane);
        let per_work = HIGHEST_COLUMN / self.most as f64;
        let highest = bins.values().map(Vec::len).max().unwrap_or(0);
        let height = number_height + per_work * highest as f64;
        let ground = top + height;
        let wide = (self.room * 0.82).min(46.0);
        let counts = bins.iter().map(|(bin, works)| (*bin, works.len()));
        let mut numbered_bins = numbered_bins(&counts.collect(), SMALL, self.room);
        let mut parts = Vec::new();
        for (bin, works) in &bins {
            let x = self.middle_of_bin(*bin);
            let high = (per_work * works.len() as f64).max(1.0);
            let corner = (x - wide / 2.0, ground - high);
            let mut column = svg.rectangle(corner, (wide, high), 0.0, lane_color(lane));
            column.assign("data-works", works.len());
            column.append(tooltip(&column_title(self.words, *bin, self.years, works)));
            parts.push(column);
            if numbered_bins.remove(bin) {
                let number = works.len().to_string();
                let style = LabelStyle::new(SMALL, ColorRole::Quiet).at(Anchor::Middle);
                parts.push(svg.text((x, ground - high - 4.0), style.with_halo(), &number));
            }
        }
        (group(parts), height)
    }

    /// Draws the legend, and returns the height of the drawing.
    fn legend(&self, timeline: &Timeline, svg: SvgBuilder, top: f64) -> (Element, f64) {
        let color = ColorRole::Quiet;
        let has = |density: Density| {
            let mut lanes = timeline.lanes.iter().zip(&self.densities);
            lanes.any(|(lane, own)| *own == density && !lane.works.is_empty())
        };
        let words = timeline.words;
        let by_period = |year: &str, years: &str| match self.years {
            1 => year.to_owned(),
            number => years.replace("{}", &number.to_string()),
        };
        let mut entries: Vec<(LegendMark, String)> = Vec::new();
        if has(Density::Names) {
            entries.push((LegendMark::Work, words.work.into()));
        }
        if has(Density::Stacks) {
            entries.push((
                LegendMark::Stack,
                by_period(words.dots, words.dots_by_years),
            ));
        }
        if has(Density::Columns) {
            let text = by_period(words.columns, words.columns_by_years);
            entries.push((LegendMark::Column, text));
        }
        if timeline.lanes.iter().any(|lane| !lane.events.is_empty()) {
            entries.push((LegendMark::LaneEvent, words.event.into()));
        }
        let active = || {
            timeline
                .lanes
                .iter()
                .filter_map(|lane| lane.active.as_ref())
        };
        if active().any(|active| active.period.to.is_some()) {
            entries.push((LegendMark::Bar, words.active.into()));
        }
        if active().any(|active| active.period.to.is_none()) {
            entries.push((LegendMark::OpenBar, words.active_still.into()));
        }
        if !self.scale.breaks().is_empty() {
            entries.push((LegendMark::Break, words.omitted.into()));
        }
        let mut parts = Vec::new();
        let (mut x, mut y) = (MARGIN, top);
        for (mark, text) in entries {
            let room = 30.0 + width(&text, SMALL) + 22.0;
            if x > MARGIN && x + room > self.edge {
                (x, y) = (MARGIN, y + 20.0);
            }
            parts.push(mark.draw(svg, (x + 11.0, y), color));
            let text = cut(&text, SMALL, self.edge - x - 30.0);
            parts.push(svg.text((x + 28.0, y + 4.0), LabelStyle::new(SMALL, color), &text));
            x += room;
        }
        (group(parts), y + MARGIN)
    }
}

/// A mark in the legend.
#[derive(Debug, Clone, Copy)]
enum LegendMark {
    Work,
    Stack,
    Column,
    LaneEvent,
    Bar,
    OpenBar,
    Break,
}

impl LegendMark {
    fn draw(self, svg: SvgBuilder, middle: (f64, f64), color: ColorRole) -> Element {
        let (x, y) = middle;
        match self {
            Self::Work => svg.dot(middle, 4.0, color),
            Self::Stack => group(
                [(-3.5, 3.5), (3.5, 3.5), (-3.5, -3.5)]
                    .map(|(right, down)| svg.dot((x + right, y + down), DOT, color)),
            ),
            Self::Column => group([
                svg.rectangle((x - 7.0, y - 1.0), (6.0, 7.0), 0.0, color),
                svg.rectangle((x + 1.0, y - 6.0), (6.0, 12.0), 0.0, color),
            ]),
            Self::LaneEvent => svg.diamond(middle, EVENT, color),
            Self::Bar => {
                let mut bar = svg.rectangle((x - 11.0, y - 4.0), (22.0, BAR), 0.0, color);
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
                let mut bar = svg.polygon(&corners, color, None);
                bar.assign("fill-opacity", 0.45);
                bar
            }
            Self::Break => break_mark(svg, x, y - 7.0, y + 7.0),
        }
    }
}

/// The label of an event below its mark.
struct EventLabel<'l> {
    event: &'l LaneEvent,
    x: f64,
    lines: Vec<String>,
    top: f64,
}

impl EventLabel<'_> {
    fn bottom(&self) -> f64 {
        self.top + LABEL_PITCH * self.lines.len() as f64 + 2.0
    }
}

fn event_text(event: &LaneEvent) -> String {
    format!("{} {}", event.words, event.what)
}

/// Returns the label of a work. If it is too wide, the authors are truncated and the year is kept.
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
    svg: SvgBuilder,
    middle: (f64, f64),
    radius: f64,
    lane: &Lane,
    work: &LaneWork,
) -> Element {
    if !work.about {
        return svg.dot(middle, radius, lane_color(lane));
    }
    // A ring marks an estimated year.
    let mut ring = svg.colored(
        "circle",
        Some(ColorRole::Background),
        Some(lane_color(lane)),
    );
    for (name, value) in [("cx", middle.0), ("cy", middle.1), ("r", radius - 1.0)] {
        ring.assign(name, rounded(value));
    }
    ring.assign("stroke-width", 2);
    ring
}

/// Adds the title of a work as a tooltip and links to the work.
fn work_element<const N: usize>(
    work: &LaneWork,
    look: &SvgOptions,
    marks: [Element; N],
) -> Element {
    let title = match &work.title {
        Some(title) => format!("{}: {title}", work.label),
        None => work.label.clone(),
    };
    let children = std::iter::once(tooltip(&title)).chain(marks);
    match &work.link {
        Some(link) => linked(link, children),
        None if look.on_a_page => linked(&format!("#{}", work.key), children),
        None => group(children),
    }
}

fn column_title(words: &ChartWords, bin: i64, years: i64, works: &[&LaneWork]) -> String {
    let of = match years {
        1 => format_year(bin),
        years => format!(
            "{}\u{2013}{}",
            format_year(bin),
            format_year(bin + years - 1)
        ),
    };
    let some: Vec<&str> = works
        .iter()
        .take(12)
        .map(|work| work.label.as_str())
        .collect();
    let more = match works.len() - some.len() {
        0 => String::new(),
        more => format!(" (+{more})"),
    };
    format!(
        "{of}: {}: {}{more}",
        words.count(works.len()),
        some.join(", ")
    )
}

/// Returns the columns that show their number: all of them if each number fits, otherwise only the first of
/// the highest ones, which gives the scale.
pub(super) fn numbered_bins(counts: &BTreeMap<i64, usize>, size: f64, room: f64) -> BTreeSet<i64> {
    let is_narrow = |count: &usize| width(&count.to_string(), size) + 2.0 <= room;
    if counts.values().all(is_narrow) {
        return counts.keys().copied().collect();
    }
    let highest = counts.values().max();
    let first = counts.iter().find(|(_, count)| Some(*count) == highest);
    first.map(|(bin, _)| *bin).into_iter().collect()
}

/// Draws a break in the year axis as a zigzag line.
pub(super) fn break_mark(svg: SvgBuilder, x: f64, top: f64, bottom: f64) -> Element {
    let mut points = Vec::new();
    let mut y = top;
    let mut side = 3.0;
    while y < bottom {
        points.push(format!("{},{}", rounded(x + side), rounded(y)));
        side = -side;
        y += 7.0;
    }
    points.push(format!("{},{}", rounded(x + side), rounded(bottom)));
    let mut line = svg.colored("polyline", None, Some(ColorRole::Quiet));
    line.assign("points", points.join(" "));
    line.assign("stroke-opacity", 0.5);
    line
}
