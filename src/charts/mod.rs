//! Pictures of a bibliography: when its works appeared and in which movements, and how many there are of
//! each kind.
//!
//! A picture is made in two steps. First a *model*, in which nothing is drawn: [`Timeline`] and
//! [`Statistics`] say which works stand where, and are what `--json` prints. Then a *drawing* of it: as
//! SVG ([`timeline_svg`], [`statistics_svg`]), as a page around that SVG ([`page`]), or in the characters
//! of a terminal ([`timeline_text`], [`statistics_text`]).
//!
//! Whatever the font that a reader has, no label covers another: texts are measured after the widest of
//! the common sans-serif fonts (`lettering.rs`), and the layout keeps what was measured apart.

mod author_names;
pub mod html_page;
mod labels;
mod palette;
pub mod statistics;
pub mod statistics_svg;
pub mod statistics_text;
mod svg;
mod text_metrics;
pub mod timeline;
pub mod timeline_svg;
pub mod timeline_text;
mod year_axis;
mod years;

pub use palette::{Theme, contrast_of_texts};
pub use statistics::Statistics;
pub use timeline::Timeline;
