//! Charts of a bibliography: a timeline of works by movement, and counts of works by year, tag, type,
//! language and author.
//!
//! A chart is made in two steps. First a *model*: [`Timeline`] and [`Statistics`] contain the data, which is
//! also what `--json` prints. Then a *drawing*: SVG ([`timeline_svg`], [`statistics_svg`]), an HTML page with
//! that SVG ([`html_page`]), or text for a terminal ([`timeline_text`], [`statistics_text`]).
//!
//! Labels never overlap, whatever font the viewer has: the layout measures text with the widest of the common
//! sans-serif fonts (`text_metrics.rs`).

mod author_names;
pub mod html_page;
mod labels;
mod palette;
pub mod png;
pub mod statistics;
pub mod statistics_svg;
pub mod statistics_text;
mod svg;
pub mod table;
mod text_metrics;
pub mod timeline;
pub mod timeline_svg;
pub mod timeline_text;
mod words;
mod year_axis;
mod years;

pub use palette::{Theme, text_contrasts};
pub use statistics::Statistics;
pub use timeline::Timeline;
pub use words::ChartWords;
