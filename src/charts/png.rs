//! Pictures in pixels.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};

/// The greatest number of pixels of a picture, which limits its memory to 400 MB.
const MOST_PIXELS: u64 = 100_000_000;

/// An error in drawing a picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PngError {
    /// The SVG is invalid.
    #[error("the image is not valid SVG: {0}")]
    Svg(String),
    /// The picture is too large.
    #[error("the image would have more than {} million pixels", MOST_PIXELS / 1_000_000)]
    Size,
    /// The PNG cannot be written.
    #[error("the image cannot be written: {0}")]
    Write(String),
}

/// Draws an SVG picture with `scale` pixels for each of its own. Text is set in DejaVu Sans, which the program brings
/// along; scripts that it lacks are set in the system's fonts.
///
/// # Errors
///
/// If the SVG is invalid or too large.
pub fn draw(svg: &str, scale: f32) -> Result<Vec<u8>, PngError> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    if needs_system_fonts(svg) {
        fonts.load_system_fonts();
    }
    fonts.set_sans_serif_family("DejaVu Sans");
    let options = usvg::Options {
        fontdb: Arc::new(fonts),
        // Only the generic family, so that a picture looks the same everywhere.
        font_family: "DejaVu Sans".to_owned(),
        // A picture cannot read files.
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_string: Box::new(|_, _| None),
            ..usvg::ImageHrefResolver::default()
        },
        ..usvg::Options::default()
    };
    let tree =
        usvg::Tree::from_str(svg, &options).map_err(|error| PngError::Svg(error.to_string()))?;
    let size = tree
        .size()
        .to_int_size()
        .scale_by(scale)
        .ok_or(PngError::Size)?;
    if u64::from(size.width()) * u64::from(size.height()) > MOST_PIXELS {
        return Err(PngError::Size);
    }
    let mut pixmap = Pixmap::new(size.width(), size.height()).ok_or(PngError::Size)?;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixmap.as_mut(),
    );
    pixmap
        .encode_png()
        .map_err(|error| PngError::Write(error.to_string()))
}

/// Returns whether a text has characters beyond those of the font that the program has. Looking for the fonts of the
/// system takes longer than drawing.
fn needs_system_fonts(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{900}'..='\u{1cff}' | '\u{2e80}'..='\u{a4cf}' | '\u{a840}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}' | '\u{1f000}'..='\u{3ffff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_drawn_without_fonts_of_the_system() {
        let svg = |text: &str| {
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"60\" height=\"20\">\
                 <text x=\"2\" y=\"15\" font-family=\"Nowhere, sans-serif\">{text}</text></svg>"
            )
        };
        let png = draw(&svg("Ελ"), 2.0).unwrap();
        assert!(png.starts_with(b"\x89PNG"));
        assert_ne!(png, draw(&svg(""), 2.0).unwrap());
        assert!(matches!(draw("<svg", 1.0), Err(PngError::Svg(_))));
        assert_eq!(draw(&svg("x"), 10_000.0), Err(PngError::Size));
    }
}
