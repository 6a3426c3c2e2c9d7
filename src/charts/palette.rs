//! Colors of light and dark charts. They are those of Okabe and Ito, which are safe for color-blind viewers.
//!
//! Every element has its color twice: as an attribute, which every program understands, and as a class, which
//! the style sheet of the chart overrides in dark mode. CSS variables would be shorter, but librsvg, Inkscape
//! and word processors do not support them.

use std::fmt::Write as _;

/// The color scheme of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// The color scheme of the viewer's system.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The role of a color.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColorRole {
    /// The background.
    Background,
    /// Text.
    Text,
    /// Secondary text.
    Quiet,
    /// Guide lines.
    Line,
    /// The marks of a lane. Lanes alternate between a few colors.
    Lane(usize),
}

/// The number of lane colors.
const LANE_COLORS: usize = 4;

const ALL: [ColorRole; 4 + LANE_COLORS] = [
    ColorRole::Background,
    ColorRole::Text,
    ColorRole::Quiet,
    ColorRole::Line,
    ColorRole::Lane(0),
    ColorRole::Lane(1),
    ColorRole::Lane(2),
    ColorRole::Lane(3),
];

impl ColorRole {
    /// Returns the light and the dark color.
    fn colors(self) -> (&'static str, &'static str) {
        match self {
            Self::Background => ("#ffffff", "#14181d"),
            Self::Text => ("#1c2127", "#e8ebee"),
            Self::Quiet => ("#59636e", "#a4aeb8"),
            Self::Line => ("#e3e6ea", "#2c333b"),
            Self::Lane(number) => match number % LANE_COLORS {
                0 => ("#0072b2", "#56b4e9"),
                1 => ("#d55e00", "#e69f00"),
                2 => ("#009e73", "#009e73"),
                _ => ("#cc79a7", "#cc79a7"),
            },
        }
    }

    /// Returns the color for an attribute.
    pub(super) fn color(self, theme: Theme) -> &'static str {
        let (light, dark) = self.colors();
        match theme {
            Theme::Auto | Theme::Light => light,
            Theme::Dark => dark,
        }
    }

    /// Returns the classes for filled and for outlined elements.
    pub(super) fn classes(self) -> (&'static str, &'static str) {
        match self {
            Self::Background => ("fill-ground", "line-ground"),
            Self::Text => ("fill-text", "line-text"),
            Self::Quiet => ("fill-quiet", "line-quiet"),
            Self::Line => ("fill-line", "line-line"),
            Self::Lane(number) => match number % LANE_COLORS {
                0 => ("fill-0", "line-0"),
                1 => ("fill-1", "line-1"),
                2 => ("fill-2", "line-2"),
                _ => ("fill-3", "line-3"),
            },
        }
    }
}

/// Returns the style sheet, with dark mode if the theme is automatic.
pub(super) fn style_sheet(theme: Theme) -> String {
    let mut style =
        String::from("a { cursor: pointer; }\na:hover text { text-decoration: underline; }\n");
    if theme == Theme::Auto {
        style.push_str("@media (prefers-color-scheme: dark) {\n");
        for color in ALL {
            let (_, dark) = color.colors();
            let (fill, line) = color.classes();
            let _ = writeln!(
                style,
                "  .{fill} {{ fill: {dark}; }} .{line} {{ stroke: {dark}; }}"
            );
        }
        style.push_str("}\n");
    }
    style
}

/// Returns the WCAG 2 contrast of each text color with its background, light and dark.
pub fn text_contrasts() -> Vec<f64> {
    let (light_background, dark_background) = ColorRole::Background.colors();
    [ColorRole::Text, ColorRole::Quiet]
        .iter()
        .flat_map(|color| {
            let (light, dark) = color.colors();
            [
                contrast(light, light_background),
                contrast(dark, dark_background),
            ]
        })
        .collect()
}

/// Returns the contrast of two colors, from 1 (equal) to 21 (black and white).
fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(color: &str) -> f64 {
    let part = |place: usize| {
        let digits = color.get(1 + 2 * place..3 + 2 * place).unwrap_or_default();
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
        for found in text_contrasts() {
            assert!(found >= 4.5, "{found}");
        }
    }

    #[test]
    fn marks_stand_out_from_the_ground() {
        for lane in 0..LANE_COLORS {
            let (light, dark) = ColorRole::Lane(lane).colors();
            let (light_background, dark_background) = ColorRole::Background.colors();
            assert!(contrast(light, light_background) >= 3.0, "{light}");
            assert!(contrast(dark, dark_background) >= 3.0, "{dark}");
        }
    }
}
