//! Images in documents: their kinds and sizes, by their first bytes.

/// An image file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFile {
    /// The path by which formats that do not hold images name it.
    pub path: String,
    /// The content.
    pub bytes: Vec<u8>,
    /// The kind.
    pub kind: ImageKind,
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
}

/// A kind of image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// SVG, whose size is unknown.
    Svg,
}

impl ImageKind {
    /// Returns the extension of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Gif => "gif",
            Self::Svg => "svg",
        }
    }

    /// Returns its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Svg => "image/svg+xml",
        }
    }
}

impl ImageFile {
    /// Recognizes an image by its content. Returns `None` for other files and for damaged ones.
    pub fn new(path: &str, bytes: Vec<u8>) -> Option<Self> {
        let (kind, width, height) = png(&bytes)
            .or_else(|| gif(&bytes))
            .or_else(|| jpeg(&bytes))
            .or_else(|| svg(&bytes))?;
        (width > 0 && height > 0).then_some(Self {
            path: path.to_owned(),
            bytes,
            kind,
            width,
            height,
        })
    }

    /// Returns the width and the height in pixels, scaled down to a greatest width and height.
    pub(in crate::output) fn fitted(&self, widest: u32, highest: u32) -> (u32, u32) {
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let scale = (f64::from(widest) / width)
            .min(f64::from(highest) / height)
            .min(1.0);
        // At least one pixel, at most `widest`.
        let scaled = |length: f64| (length * scale).round().max(1.0) as u32;
        (scaled(width), scaled(height))
    }
}

fn big_endian(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + length)?;
    Some(
        bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u32::from(*byte)),
    )
}

fn png(bytes: &[u8]) -> Option<(ImageKind, u32, u32)> {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n").then_some(())?;
    Some((
        ImageKind::Png,
        big_endian(bytes, 16, 4)?,
        big_endian(bytes, 20, 4)?,
    ))
}

fn gif(bytes: &[u8]) -> Option<(ImageKind, u32, u32)> {
    (bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a")).then_some(())?;
    let little = |at: usize| Some(u32::from(*bytes.get(at)?) | u32::from(*bytes.get(at + 1)?) << 8);
    Some((ImageKind::Gif, little(6)?, little(8)?))
}

/// Recognizes SVG by its root element, after the declaration and comments.
fn svg(bytes: &[u8]) -> Option<(ImageKind, u32, u32)> {
    let start = bytes.get(..bytes.len().min(2000))?;
    let start = String::from_utf8_lossy(start);
    let is_svg = start
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('<');
    (is_svg && start.contains("<svg")).then_some((ImageKind::Svg, 1000, 1000))
}

/// Reads the size from the start of the frame.
fn jpeg(bytes: &[u8]) -> Option<(ImageKind, u32, u32)> {
    bytes.starts_with(b"\xff\xd8").then_some(())?;
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xff => at += 1,
            0x01 | 0xd0..=0xd7 => at += 2,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let height = big_endian(bytes, at + 5, 2)?;
                return Some((ImageKind::Jpeg, big_endian(bytes, at + 7, 2)?, height));
            }
            _ => {
                let length = usize::try_from(big_endian(bytes, at + 2, 2)?).ok()?;
                at += 2 + length.max(2);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_their_first_bytes() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08".to_vec();
        let image = ImageFile::new("a.png", png).unwrap();
        assert_eq!(
            (image.kind, image.width, image.height),
            (ImageKind::Png, 640, 480)
        );
        assert_eq!(image.fitted(320, 1000), (320, 240));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x10\0\x20".to_vec();
        let image = ImageFile::new("a.jpg", jpeg).unwrap();
        assert_eq!(
            (image.kind, image.width, image.height),
            (ImageKind::Jpeg, 32, 16)
        );
        let gif = ImageFile::new("", b"GIF89a\x05\0\x06\0".to_vec()).unwrap();
        assert_eq!((gif.width, gif.height), (5, 6));
        for damaged in ["", "\u{89}PNG", "GIF89a", "<html/>"] {
            assert_eq!(ImageFile::new("", damaged.as_bytes().to_vec()), None);
        }
        assert_eq!(
            ImageFile::new("", b"\xff\xd8\xff\xe0\0\0\xff".to_vec()),
            None
        );
    }
}
