//! The year axis: positions of years, tick labels and breaks.
//!
//! A drawing may contain the works of one decade and a book of antiquity, so long ranges without data are
//! left out and marked by a break.

use super::text_metrics::width;
use super::years::{calendar_year, format_year};

/// A part of the year axis without a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Era {
    /// The first year.
    pub(super) first: i64,
    /// The last year.
    pub(super) last: i64,
}

impl Era {
    pub(super) fn length(self) -> i64 {
        self.last - self.first + 1
    }
}

/// The maximum number of breaks.
const MOST_BREAKS: usize = 6;

/// Returns the parts of the axis that contain `years`, without the longest gaps.
pub(super) fn eras(years: &[i64]) -> Vec<Era> {
    let mut years = years.to_vec();
    years.sort_unstable();
    years.dedup();
    let (Some(first), Some(last)) = (years.first(), years.last()) else {
        return Vec::new();
    };
    let mut gaps: Vec<(i64, i64)> = years
        .iter()
        .zip(years.iter().skip(1))
        .map(|(before, after)| (*before, *after))
        .collect();
    gaps.sort_by_key(|(before, after)| (before - after, *before));
    let mut left = last - first + 1;
    let mut breaks = Vec::new();
    for (before, after) in gaps.into_iter().take(MOST_BREAKS) {
        let gap = after - before - 1;
        // Leave out a gap of at least 15 years and a third of the years that remain, or of 30 years if fewer
        // than 30 remain.
        let rest = left - gap;
        if gap < if rest >= 30 { 15.max(rest / 3) } else { 30 } {
            break;
        }
        left -= gap;
        breaks.push((before, after));
    }
    breaks.sort_unstable();
    let mut eras = Vec::new();
    let mut first = *first;
    for (before, after) in breaks {
        eras.push(Era {
            first,
            last: before,
        });
        first = after;
    }
    eras.push(Era { first, last: *last });
    eras
}

/// Extends parts of the axis to whole steps of years and merges those that then touch.
pub(super) fn align_to_steps(eras: &[Era], step: i64) -> Vec<Era> {
    let mut whole: Vec<Era> = Vec::new();
    for era in eras {
        let first = era.first.div_euclid(step) * step;
        let last = era.last.div_euclid(step) * step + step - 1;
        match whole.last_mut() {
            Some(before) if first <= before.last + 1 => before.last = last,
            _ => whole.push(Era { first, last }),
        }
    }
    whole
}

/// The step sizes in years.
const STEPS: [i64; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

/// Returns the smallest step, or a multiple of the largest, whose width is at least `room` if a year has the
/// width `unit`.
pub(super) fn step(unit: f64, room: f64) -> i64 {
    let wide_enough = |step: &i64| *step as f64 * unit >= room;
    let mut steps = STEPS.into_iter().chain((1..40).map(|power| 5_000 << power));
    steps.find(wide_enough).unwrap_or(i64::MAX)
}

/// Returns whether a year of the axis is a multiple of the step: 1990, 2000, 350 BCE.
fn is_round(year: i64, step: i64) -> bool {
    calendar_year(year) % step == 0
}

/// Returns the round years of a part of the axis, or its first year if there are none.
pub(super) fn ticks_of(era: Era, step: i64) -> Vec<i64> {
    let mut years = Vec::new();
    let mut year = era.first;
    while year <= era.last {
        if is_round(year, step) {
            years.push(year);
            year += step;
        } else {
            year += 1;
        }
    }
    if years.is_empty() {
        years.push(era.first);
    }
    years
}

/// A labelled year below the axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tick {
    pub(super) year: i64,
    /// The position of the middle of the year.
    pub(super) x: f64,
}

/// The year axis of a drawing.
#[derive(Debug, Clone)]
pub(super) struct YearAxis {
    segments: Vec<AxisSegment>,
    unit: f64,
}

#[derive(Debug, Clone, Copy)]
struct AxisSegment {
    era: Era,
    left: f64,
    right: f64,
}

/// The width of a break.
const BREAK: f64 = 24.0;
/// The minimum width of a part between breaks, unless there are too many.
const SHORTEST: f64 = 52.0;

impl YearAxis {
    /// Creates an axis from `left` to `right`.
    pub(super) fn new(eras: &[Era], left: f64, right: f64) -> Self {
        let room = right - left - BREAK * eras.len().saturating_sub(1) as f64;
        let shortest = SHORTEST.min(room * 0.6 / eras.len().max(1) as f64);
        // Parts that are too short get the minimum width, and the others share the rest.
        let mut is_short = vec![false; eras.len()];
        let mut unit;
        loop {
            let shorts = is_short.iter().filter(|short| **short).count();
            let years: i64 = eras
                .iter()
                .zip(&is_short)
                .filter(|(_, short)| !**short)
                .map(|(era, _)| era.length())
                .sum();
            unit = ((room - shorts as f64 * shortest) / years.max(1) as f64).max(0.0);
            let mut changed = false;
            for (era, short) in eras.iter().zip(&mut is_short) {
                if !*short && era.length() as f64 * unit < shortest {
                    *short = true;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        if is_short.iter().all(|short| *short) {
            // If all parts are too short, they share the width equally.
            let each = room / eras.len().max(1) as f64;
            unit = eras
                .iter()
                .map(|era| each / era.length() as f64)
                .fold(f64::INFINITY, f64::min);
            return Self::with_lengths(eras, left, unit, |_| each);
        }
        Self::with_lengths(eras, left, unit, |era| {
            (era.length() as f64 * unit).max(shortest)
        })
    }

    fn with_lengths(eras: &[Era], left: f64, unit: f64, length: impl Fn(Era) -> f64) -> Self {
        let mut x = left;
        let segments = eras
            .iter()
            .map(|era| {
                let segment = AxisSegment {
                    era: *era,
                    left: x,
                    right: x + length(*era),
                };
                x = segment.right + BREAK;
                segment
            })
            .collect();
        Self { segments, unit }
    }

    /// Creates an axis with steps of years that are at least `room` wide and do not cross a break. Also
    /// returns the number of years per step.
    pub(super) fn in_steps(eras: &[Era], left: f64, right: f64, room: f64) -> (Self, i64) {
        let mut scale = Self::new(eras, left, right);
        let mut years = step(scale.unit, room);
        // Rounding to whole steps makes the axis longer, which may require larger steps.
        for _ in 0..8 {
            scale = Self::new(&align_to_steps(eras, years), left, right);
            let needed = step(scale.unit, room);
            if needed <= years {
                break;
            }
            years = needed;
        }
        (scale, years)
    }

    /// Returns the width of a year in the parts that are long enough.
    pub(super) fn unit(&self) -> f64 {
        self.unit
    }

    /// Returns the position of a point on the axis, or the middle of the break that contains it.
    pub(super) fn x(&self, point: f64) -> f64 {
        let mut before: Option<&AxisSegment> = None;
        for segment in &self.segments {
            let (from, to) = (segment.era.first as f64, segment.era.last as f64 + 1.0);
            if point < from {
                return match before {
                    Some(before) => (before.right + segment.left) / 2.0,
                    None => segment.left,
                };
            }
            if point <= to {
                return segment.left
                    + (point - from) / (to - from) * (segment.right - segment.left);
            }
            before = Some(segment);
        }
        before.map_or(0.0, |segment| segment.right)
    }

    /// Returns the position of the middle of a year.
    pub(super) fn middle(&self, year: i64) -> f64 {
        self.x(year as f64 + 0.5)
    }

    /// Returns the middle of each break.
    pub(super) fn breaks(&self) -> Vec<f64> {
        self.segments
            .iter()
            .zip(self.segments.iter().skip(1))
            .map(|(before, after)| f64::midpoint(before.right, after.left))
            .collect()
    }

    /// Returns the labelled years for a font size, spaced apart.
    pub(super) fn ticks(&self, size: f64) -> Vec<Tick> {
        const APART: f64 = 14.0;
        let room = |year: i64| width(&format_year(year), size);
        let mut ticks: Vec<Tick> = Vec::new();
        for segment in &self.segments {
            let unit = (segment.right - segment.left) / segment.era.length() as f64;
            let widest = room(segment.era.first).max(room(segment.era.last));
            for year in ticks_of(segment.era, step(unit, widest + APART)) {
                let x = self.middle(year);
                let is_free = |tick: &Tick| {
                    x - tick.x >= f64::midpoint(room(tick.year), room(year)) + APART / 2.0
                };
                if ticks.last().is_none_or(is_free) {
                    ticks.push(Tick { year, x });
                }
            }
        }
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(years: &[i64]) -> Vec<(i64, i64)> {
        let eras = eras(years).into_iter();
        eras.map(|era| (era.first, era.last)).collect()
    }

    #[test]
    fn a_long_gap_is_left_out_and_a_short_one_is_shown() {
        assert_eq!(spans(&[2001, 1999, 2021]), [(1999, 2021)]);
        assert_eq!(
            spans(&[1937, 1999, 2010, 2021]),
            [(1937, 1937), (1999, 2021)]
        );
        assert_eq!(
            spans(&[-349, 1776, 1867, 1985, 2000, 2021]),
            [(-349, -349), (1776, 1776), (1867, 1867), (1985, 2021)]
        );
        let centuries: Vec<i64> = (1500..2020).step_by(20).collect();
        assert_eq!(spans(&centuries).len(), 1);
        let years: Vec<i64> = (1985..=2022).collect();
        assert_eq!(
            spans(&[vec![1937, 1968], years].concat()),
            [(1937, 1937), (1968, 1968), (1985, 2022)]
        );
        assert_eq!(spans(&[2002]), [(2002, 2002)]);
        assert_eq!(spans(&[]), [(0, 0); 0]);
    }

    #[test]
    fn steps_stand_whole_and_apart() {
        let years = [1649, 1776, 1867, 2001, 2004, 2021];
        let (scale, step) = YearAxis::in_steps(&eras(&years), 0.0, 100.0, 9.0);
        let bins: std::collections::BTreeSet<i64> = years
            .iter()
            .map(|year| year.div_euclid(step) * step)
            .collect();
        let middles: Vec<f64> = bins
            .iter()
            .map(|bin| scale.x(*bin as f64 + step as f64 / 2.0))
            .collect();
        assert!(
            middles.windows(2).all(|pair| pair[1] - pair[0] >= 8.9),
            "{step}: {middles:?}"
        );
        let era = |first: i64, last: i64| Era { first, last };
        let whole = align_to_steps(&[era(1937, 1937), era(1968, 1968), era(1999, 2021)], 10);
        assert_eq!(whole, [era(1930, 1939), era(1960, 1969), era(1990, 2029)]);
        let whole = align_to_steps(&[era(1937, 1937), era(1968, 1968), era(1999, 2021)], 50);
        assert_eq!(whole, [era(1900, 2049)]);
    }

    #[test]
    fn later_years_stand_further_to_the_right() {
        let scale = YearAxis::new(&eras(&[-349, 1867, 1999, 2021]), 100.0, 1000.0);
        let mut before = 0.0;
        for year in [-349, 1000, 1867, 1900, 1999, 2000, 2010, 2021] {
            let x = scale.middle(year);
            assert!(x > before && (100.0..=1000.0).contains(&x), "{year}: {x}");
            before = x;
        }
        assert_eq!(scale.breaks().len(), 2);
    }

    #[test]
    fn round_years_are_written_and_each_era_has_one() {
        let years = |of: &[i64], size: f64| -> Vec<i64> {
            let scale = YearAxis::new(&eras(of), 0.0, 1000.0);
            scale.ticks(size).iter().map(|tick| tick.year).collect()
        };
        assert_eq!(years(&[1999, 2021], 50.0), [2000, 2005, 2010, 2015, 2020]);
        assert_eq!(
            years(&[1867, 2001, 2004], 50.0),
            [1867, 2001, 2002, 2003, 2004]
        );
        // 300, 200 and 100 BCE, then 100 and 200.
        let around: Vec<i64> = (-310..210).collect();
        assert_eq!(years(&around, 30.0), [-299, -199, -99, 100, 200]);
        assert_eq!(years(&[5], 50.0), [5]);
    }
}
