//! SVG elements in the colors of a theme.

use svg::node::Text;
use svg::node::element::Element;
use svg::{Document, Node as _};

use super::palette::{ColorRole, Theme, style_sheet};
use crate::text::valid_in_markup;

/// The viewer's system font, or another sans-serif font.
const FONTS: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', \
                     'DejaVu Sans', sans-serif";

/// The options of an SVG drawing.
#[derive(Debug, Clone)]
pub struct SvgOptions {
    /// The color scheme.
    pub theme: Theme,
    /// The width in pixels.
    pub width: u32,
    /// Whether the drawing is part of a page, so that works without a URL link to `#KEY` on that page.
    pub on_a_page: bool,
    /// A name that no other drawing of a page has.
    pub id: &'static str,
}

/// The alignment of a text at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// The style of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct LabelStyle {
    pub(super) size: f64,
    pub(super) color: ColorRole,
    pub(super) bold: bool,
    pub(super) anchor: Anchor,
    /// Whether the text has an outline in the background color, so that lines behind it stay readable.
    pub(super) halo: bool,
}

impl LabelStyle {
    pub(super) fn new(size: f64, color: ColorRole) -> Self {
        Self {
            size,
            color,
            bold: false,
            anchor: Anchor::Start,
            halo: false,
        }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) fn at(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(super) fn with_halo(self) -> Self {
        Self { halo: true, ..self }
    }
}

/// Builds elements in the colors of a theme.
#[derive(Debug, Clone, Copy)]
pub(super) struct SvgBuilder {
    pub(super) theme: Theme,
}

/// Rounds an attribute value to two decimal places to keep the file small.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

impl SvgBuilder {
    /// Creates an element with a fill and an outline color.
    pub(super) fn colored(
        self,
        name: &str,
        fill: Option<ColorRole>,
        line: Option<ColorRole>,
    ) -> Element {
        let mut element = Element::new(name);
        let mut classes = Vec::new();
        match fill {
            Some(color) => {
                element.assign("fill", color.color(self.theme));
                classes.push(color.classes().0);
            }
            None => element.assign("fill", "none"),
        }
        if let Some(color) = line {
            element.assign("stroke", color.color(self.theme));
            classes.push(color.classes().1);
        }
        if self.theme == Theme::Auto && !classes.is_empty() {
            element.assign("class", classes.join(" "));
        }
        element
    }

    pub(super) fn line(
        self,
        from: (f64, f64),
        to: (f64, f64),
        color: ColorRole,
        width: f64,
    ) -> Element {
        let mut line = self.colored("line", None, Some(color));
        for (name, value) in [("x1", from.0), ("y1", from.1), ("x2", to.0), ("y2", to.1)] {
            line.assign(name, rounded(value));
        }
        line.assign("stroke-width", width);
        line
    }

    pub(super) fn rectangle(
        self,
        corner: (f64, f64),
        size: (f64, f64),
        round: f64,
        fill: ColorRole,
    ) -> Element {
        let mut rectangle = self.colored("rect", Some(fill), None);
        for (name, value) in [
            ("x", corner.0),
            ("y", corner.1),
            ("width", size.0.max(0.0)),
            ("height", size.1.max(0.0)),
        ] {
            rectangle.assign(name, rounded(value));
        }
        if round > 0.0 {
            rectangle.assign("rx", rounded(round));
        }
        rectangle
    }

    /// Creates a polygon.
    pub(super) fn polygon(
        self,
        corners: &[(f64, f64)],
        fill: ColorRole,
        line: Option<ColorRole>,
    ) -> Element {
        let mut polygon = self.colored("polygon", Some(fill), line);
        let corners: Vec<String> = corners
            .iter()
            .map(|(x, y)| format!("{},{}", rounded(*x), rounded(*y)))
            .collect();
        polygon.assign("points", corners.join(" "));
        polygon
    }

    /// Creates a circle.
    pub(super) fn dot(self, middle: (f64, f64), radius: f64, fill: ColorRole) -> Element {
        let mut dot = self.colored("circle", Some(fill), None);
        for (name, value) in [("cx", middle.0), ("cy", middle.1), ("r", radius)] {
            dot.assign(name, rounded(value));
        }
        dot
    }

    /// Creates the diamond that marks an event.
    pub(super) fn diamond(self, middle: (f64, f64), radius: f64, fill: ColorRole) -> Element {
        let (x, y) = middle;
        let corners = [
            (x, y - radius),
            (x + radius, y),
            (x, y + radius),
            (x - radius, y),
        ];
        let mut diamond = self.polygon(&corners, fill, Some(ColorRole::Background));
        diamond.assign("stroke-width", 1.5);
        diamond
    }

    /// Creates a text whose point is on the baseline at its start, middle or end.
    pub(super) fn text(self, at: (f64, f64), style: LabelStyle, text: &str) -> Element {
        let mut element = self.text_element(style);
        element.assign("x", rounded(at.0));
        element.assign("y", rounded(at.1));
        element.append(Text::new(text));
        element
    }

    /// Creates a text of several lines, the first of which is at `at`. The first `lead` bytes are bold.
    pub(super) fn lines(
        self,
        at: (f64, f64),
        style: LabelStyle,
        pitch: f64,
        lead: usize,
        lines: &[String],
    ) -> Element {
        let mut element = self.text_element(style);
        for (number, line) in lines.iter().enumerate() {
            let mut span = Element::new("tspan");
            span.assign("x", rounded(at.0));
            span.assign("y", rounded(at.1 + pitch * number as f64));
            let (head, tail) = match line.split_at_checked(lead) {
                Some((head, tail)) if number == 0 && !head.is_empty() => (head, tail),
                _ => ("", line.as_str()),
            };
            if !head.is_empty() {
                let mut bold = Element::new("tspan");
                bold.assign("font-weight", "600");
                bold.append(Text::new(head));
                span.append(bold);
            }
            // When the text is copied, a line break becomes a space.
            let end = if number + 1 < lines.len() { " " } else { "" };
            span.append(Text::new(format!("{tail}{end}")));
            element.append(span);
        }
        element
    }

    fn text_element(self, style: LabelStyle) -> Element {
        let halo = style.halo.then_some(ColorRole::Background);
        let mut element = self.colored("text", Some(style.color), halo);
        if style.halo {
            element.assign("stroke-width", 3);
            element.assign("stroke-linejoin", "round");
            element.assign("paint-order", "stroke");
        }
        element.assign("font-size", style.size);
        if style.bold {
            element.assign("font-weight", "600");
        }
        match style.anchor {
            Anchor::Start => {}
            Anchor::Middle => element.assign("text-anchor", "middle"),
            Anchor::End => element.assign("text-anchor", "end"),
        }
        element
    }

    /// Creates the document, with a title and description for screen readers.
    pub(super) fn picture(
        self,
        look: &SvgOptions,
        size: (f64, f64),
        title: &str,
        description: &str,
        content: Vec<Element>,
    ) -> Document {
        let (width, height) = (size.0.ceil(), size.1.ceil());
        let mut document = Document::new()
            .set("viewBox", (0, 0, width, height))
            .set("width", width)
            .set("height", height)
            // The links within an image would be hidden from screen readers.
            .set("role", if look.on_a_page { "group" } else { "img" })
            .set(
                "aria-labelledby",
                format!("{0}-title {0}-description", look.id),
            )
            .set("font-family", FONTS);
        if look.on_a_page {
            // Texts begin at their places from the left, also in a page that runs from right to left.
            document = document.set("direction", "ltr");
        }
        let mut name = tooltip(title);
        name.assign("id", format!("{}-title", look.id));
        document.append(name);
        let mut details = Element::new("desc");
        details.assign("id", format!("{}-description", look.id));
        details.append(Text::new(description));
        document.append(details);
        let mut style = Element::new("style");
        style.append(Text::new(style_sheet(self.theme)));
        document.append(style);
        document.append(self.rectangle((0.0, 0.0), (width, height), 0.0, ColorRole::Background));
        for element in content {
            document.append(element);
        }
        document
    }
}

/// Returns the text of a drawing. Titles, addresses and keys come from references and may contain characters that XML
/// does not allow.
pub(super) fn to_text(drawing: &Document) -> String {
    valid_in_markup(&format!("{drawing}\n")).into_owned()
}

/// Creates a tooltip, which must be the first child of its element.
pub(super) fn tooltip(text: &str) -> Element {
    let mut title = Element::new("title");
    title.append(Text::new(text));
    title
}

/// Groups elements.
pub(super) fn group(children: impl IntoIterator<Item = Element>) -> Element {
    let mut group = Element::new("g");
    for child in children {
        group.append(child);
    }
    group
}

/// Wraps elements in a link.
pub(super) fn linked(address: &str, children: impl IntoIterator<Item = Element>) -> Element {
    let mut link = Element::new("a");
    link.assign("href", address);
    for child in children {
        link.append(child);
    }
    link
}
