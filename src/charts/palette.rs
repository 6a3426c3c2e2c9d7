//! Colours: those of Okabe and Ito, which people who are colour-blind tell apart, by day and by night.
//!
//! Every element has its colour twice. As an attribute, which any program understands; and by a class,
//! with which the style sheet of the picture changes it where the reader's system is dark. Variables of
//! CSS would be shorter, but librsvg, Inkscape and word processors do not know them.

use std::fmt::Write as _;

/// Whether a picture is light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the reader's system is.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// The ground on which all stands.
    Ground,
    /// Text.
    Text,
    /// Text that stands back.
    Quiet,
    /// Lines that lead the eye.
    Line,
    /// The marks of a lane; lanes take turns with a few colours.
    Lane(usize),
}

/// How many colours the lanes take turns with.
pub(super) const LANE_COLOURS: usize = 4;

const ALL: [Paint; 4 + LANE_COLOURS] = [
    Paint::Ground,
    Paint::Text,
    Paint::Quiet,
    Paint::Line,
    Paint::Lane(0),
    Paint::Lane(1),
    Paint::Lane(2),
    Paint::Lane(3),
];

impl Paint {
    /// The colour by day and by night.
    fn colours(self) -> (&'static str, &'static str) {
        match self {
            Self::Ground => ("#ffffff", "#14181d"),
            Self::Text => ("#1c2127", "#e8ebee"),
            Self::Quiet => ("#59636e", "#a4aeb8"),
            Self::Line => ("#e3e6ea", "#2c333b"),
            Self::Lane(number) => match number % LANE_COLOURS {
                0 => ("#0072b2", "#56b4e9"),
                1 => ("#d55e00", "#e69f00"),
                2 => ("#009e73", "#009e73"),
                _ => ("#cc79a7", "#cc79a7"),
            },
        }
    }

    /// The colour as an attribute has it.
    pub(super) fn colour(self, theme: Theme) -> &'static str {
        let (day, night) = self.colours();
        match theme {
            Theme::Auto | Theme::Light => day,
            Theme::Dark => night,
        }
    }

    /// The classes of elements that are filled with it and that are outlined in it.
    pub(super) fn classes(self) -> (&'static str, &'static str) {
        match self {
            Self::Ground => ("fill-ground", "line-ground"),
            Self::Text => ("fill-text", "line-text"),
            Self::Quiet => ("fill-quiet", "line-quiet"),
            Self::Line => ("fill-line", "line-line"),
            Self::Lane(number) => match number % LANE_COLOURS {
                0 => ("fill-0", "line-0"),
                1 => ("fill-1", "line-1"),
                2 => ("fill-2", "line-2"),
                _ => ("fill-3", "line-3"),
            },
        }
    }
}

/// The style sheet that makes a picture dark where the reader's system is.
pub(super) fn style_sheet(theme: Theme) -> String {
    let mut style =
        String::from("a { cursor: pointer; }\na:hover text { text-decoration: underline; }\n");
    if theme == Theme::Auto {
        style.push_str("@media (prefers-color-scheme: dark) {\n");
        for paint in ALL {
            let (_, night) = paint.colours();
            let (fill, line) = paint.classes();
            let _ = writeln!(
                style,
                "  .{fill} {{ fill: {night}; }} .{line} {{ stroke: {night}; }}"
            );
        }
        style.push_str("}\n");
    }
    style
}

/// The contrast, after WCAG 2, of each colour of text with the ground it stands on, by day and by night.
pub fn contrast_of_texts() -> Vec<f64> {
    let (ground_by_day, ground_by_night) = Paint::Ground.colours();
    [Paint::Text, Paint::Quiet]
        .iter()
        .flat_map(|paint| {
            let (day, night) = paint.colours();
            [
                contrast(day, ground_by_day),
                contrast(night, ground_by_night),
            ]
        })
        .collect()
}

/// The contrast of two colours: from 1, of one with itself, to 21, of black with white.
fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: &str) -> f64 {
    let part = |place: usize| {
        let digits = colour.get(1 + 2 * place..3 + 2 * place).unwrap_or_default();
        let value = f64::from(u8::from_str_radix(digits, 16).unwrap_or_default()) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_by_day_and_by_night() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
        for found in contrast_of_texts() {
            assert!(found >= 4.5, "{found}");
        }
    }

    #[test]
    fn marks_stand_out_from_the_ground() {
        for lane in 0..LANE_COLOURS {
            let (day, night) = Paint::Lane(lane).colours();
            let (ground_by_day, ground_by_night) = Paint::Ground.colours();
            assert!(contrast(day, ground_by_day) >= 3.0, "{day}");
            assert!(contrast(night, ground_by_night) >= 3.0, "{night}");
        }
    }
}
