//! The line of years: where a year stands in a picture, which years are written below it, and what is
//! left out of it.
//!
//! Works of one decade and a book of antiquity stand in one picture: where nothing is known for long, the
//! line is broken, and goes on behind the break.

use super::text_metrics::width;
use super::years::{counted, written};

/// A part of the line of years without a break in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Era {
    /// Its first year.
    pub(super) first: i64,
    /// Its last year.
    pub(super) last: i64,
}

impl Era {
    pub(super) fn length(self) -> i64 {
        self.last - self.first + 1
    }
}

/// How often a line is broken at most.
const MOST_BREAKS: usize = 6;

/// The eras of which something is known: `years`, with all between them but for the longest gaps.
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
        // A gap is worth seeing unless it would take a good part of the picture for itself; a short one, unless
        // much is left without it.
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

/// The eras drawn out to whole steps of years; those that meet then are one.
pub(super) fn in_whole_steps(eras: &[Era], step: i64) -> Vec<Era> {
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

/// The steps in which people count years.
const STEPS: [i64; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

/// The smallest step of years, or a round multiple of the largest, that takes `room` at least where a year
/// takes `unit`.
pub(super) fn step(unit: f64, room: f64) -> i64 {
    let wide_enough = |step: &i64| *step as f64 * unit >= room;
    let mut steps = STEPS.into_iter().chain((1..40).map(|power| 5_000 << power));
    steps.find(wide_enough).unwrap_or(i64::MAX)
}

/// Whether a year of the line is one that is counted to in steps: 1990, 2000, 350 BCE.
fn is_round(year: i64, step: i64) -> bool {
    counted(year) % step == 0
}

/// The round years of an era; its first, where it has none.
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

/// A year that is written below the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tick {
    pub(super) year: i64,
    /// The middle of the year.
    pub(super) x: f64,
}

/// The line of years in a picture.
#[derive(Debug, Clone)]
pub(super) struct Scale {
    pieces: Vec<Piece>,
    unit: f64,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    era: Era,
    left: f64,
    right: f64,
}

/// The room that a break takes.
const BREAK: f64 = 24.0;
/// The room that an era takes at least, unless that is too much of the picture.
const SHORTEST: f64 = 52.0;

impl Scale {
    /// The line of these eras from `left` to `right`.
    pub(super) fn new(eras: &[Era], left: f64, right: f64) -> Self {
        let room = right - left - BREAK * eras.len().saturating_sub(1) as f64;
        let shortest = SHORTEST.min(room * 0.6 / eras.len().max(1) as f64);
        // Eras that are too short for their share get the least, and the others share the rest.
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
            // All of them are short: they share the room evenly.
            let each = room / eras.len().max(1) as f64;
            unit = eras
                .iter()
                .map(|era| each / era.length() as f64)
                .fold(f64::INFINITY, f64::min);
            return Self::laid_out(eras, left, unit, |_| each);
        }
        Self::laid_out(eras, left, unit, |era| {
            (era.length() as f64 * unit).max(shortest)
        })
    }

    fn laid_out(eras: &[Era], left: f64, unit: f64, length: impl Fn(Era) -> f64) -> Self {
        let mut x = left;
        let pieces = eras
            .iter()
            .map(|era| {
                let piece = Piece {
                    era: *era,
                    left: x,
                    right: x + length(*era),
                };
                x = piece.right + BREAK;
                piece
            })
            .collect();
        Self { pieces, unit }
    }

    /// The line of these eras in steps of years that take `room` at least, each of which stands whole in its
    /// era; and how many years a step has.
    pub(super) fn in_steps(eras: &[Era], left: f64, right: f64, room: f64) -> (Self, i64) {
        let mut scale = Self::new(eras, left, right);
        let mut years = step(scale.unit, room);
        // Whole steps are longer than the years were, and so may need larger ones.
        for _ in 0..8 {
            scale = Self::new(&in_whole_steps(eras, years), left, right);
            let needed = step(scale.unit, room);
            if needed <= years {
                break;
            }
            years = needed;
        }
        (scale, years)
    }

    /// The room that a year takes, in the eras that are long enough to have their share.
    pub(super) fn unit(&self) -> f64 {
        self.unit
    }

    /// Where a point of the line of years stands; a point within a break, in the middle of it.
    pub(super) fn x(&self, point: f64) -> f64 {
        let mut before: Option<&Piece> = None;
        for piece in &self.pieces {
            let (from, to) = (piece.era.first as f64, piece.era.last as f64 + 1.0);
            if point < from {
                return match before {
                    Some(before) => (before.right + piece.left) / 2.0,
                    None => piece.left,
                };
            }
            if point <= to {
                return piece.left + (point - from) / (to - from) * (piece.right - piece.left);
            }
            before = Some(piece);
        }
        before.map_or(0.0, |piece| piece.right)
    }

    /// Where the middle of a year stands.
    pub(super) fn middle(&self, year: i64) -> f64 {
        self.x(year as f64 + 0.5)
    }

    /// Where the line is broken: the middle of each break.
    pub(super) fn breaks(&self) -> Vec<f64> {
        self.pieces
            .iter()
            .zip(self.pieces.iter().skip(1))
            .map(|(before, after)| f64::midpoint(before.right, after.left))
            .collect()
    }

    /// The years that are written in letters of a size, well apart from each other.
    pub(super) fn ticks(&self, size: f64) -> Vec<Tick> {
        const APART: f64 = 14.0;
        let room = |year: i64| width(&written(year), size);
        let mut ticks: Vec<Tick> = Vec::new();
        for piece in &self.pieces {
            let unit = (piece.right - piece.left) / piece.era.length() as f64;
            let widest = room(piece.era.first).max(room(piece.era.last));
            for year in ticks_of(piece.era, step(unit, widest + APART)) {
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
        let shelf: Vec<i64> = (1985..=2022).collect();
        assert_eq!(
            spans(&[vec![1937, 1968], shelf].concat()),
            [(1937, 1937), (1968, 1968), (1985, 2022)]
        );
        assert_eq!(spans(&[2002]), [(2002, 2002)]);
        assert_eq!(spans(&[]), [(0, 0); 0]);
    }

    #[test]
    fn steps_stand_whole_and_apart() {
        let years = [1649, 1776, 1867, 2001, 2004, 2021];
        let (scale, step) = Scale::in_steps(&eras(&years), 0.0, 100.0, 9.0);
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
        let whole = in_whole_steps(&[era(1937, 1937), era(1968, 1968), era(1999, 2021)], 10);
        assert_eq!(whole, [era(1930, 1939), era(1960, 1969), era(1990, 2029)]);
        let whole = in_whole_steps(&[era(1937, 1937), era(1968, 1968), era(1999, 2021)], 50);
        assert_eq!(whole, [era(1900, 2049)]);
    }

    #[test]
    fn later_years_stand_further_to_the_right() {
        let scale = Scale::new(&eras(&[-349, 1867, 1999, 2021]), 100.0, 1000.0);
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
            let scale = Scale::new(&eras(of), 0.0, 1000.0);
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
