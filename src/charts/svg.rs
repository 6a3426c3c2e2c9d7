//! The elements of SVG that the pictures are drawn with, in the colours of a theme.

use svg::node::Text;
use svg::node::element::Element;
use svg::{Document, Node as _};

use super::palette::{Paint, Theme, style_sheet};

/// The fonts of the pictures: that of the reader's system, or else any without serifs.
const FONTS: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', \
                     'DejaVu Sans', sans-serif";

/// How a text stands at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lettering {
    pub(super) size: f64,
    pub(super) paint: Paint,
    pub(super) bold: bool,
    pub(super) anchor: Anchor,
    /// Whether lines below it are kept from its letters.
    pub(super) halo: bool,
}

impl Lettering {
    pub(super) fn new(size: f64, paint: Paint) -> Self {
        Self {
            size,
            paint,
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

/// Draws in the colours of a theme.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brush {
    pub(super) theme: Theme,
}

/// A number as an attribute has it: to the hundredth, which no eye sees.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

impl Brush {
    /// An element with a fill and an outline.
    pub(super) fn painted(self, name: &str, fill: Option<Paint>, line: Option<Paint>) -> Element {
        let mut element = Element::new(name);
        let mut classes = Vec::new();
        match fill {
            Some(paint) => {
                element.assign("fill", paint.colour(self.theme));
                classes.push(paint.classes().0);
            }
            None => element.assign("fill", "none"),
        }
        if let Some(paint) = line {
            element.assign("stroke", paint.colour(self.theme));
            classes.push(paint.classes().1);
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
        paint: Paint,
        width: f64,
    ) -> Element {
        let mut line = self.painted("line", None, Some(paint));
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
        fill: Paint,
    ) -> Element {
        let mut rectangle = self.painted("rect", Some(fill), None);
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

    /// A shape with straight sides.
    pub(super) fn shape(self, corners: &[(f64, f64)], fill: Paint, line: Option<Paint>) -> Element {
        let mut shape = self.painted("polygon", Some(fill), line);
        let corners: Vec<String> = corners
            .iter()
            .map(|(x, y)| format!("{},{}", rounded(*x), rounded(*y)))
            .collect();
        shape.assign("points", corners.join(" "));
        shape
    }

    /// The mark of a work.
    pub(super) fn dot(self, middle: (f64, f64), radius: f64, fill: Paint) -> Element {
        let mut dot = self.painted("circle", Some(fill), None);
        for (name, value) in [("cx", middle.0), ("cy", middle.1), ("r", radius)] {
            dot.assign(name, rounded(value));
        }
        dot
    }

    /// The mark of an event: a square that stands on a corner.
    pub(super) fn diamond(self, middle: (f64, f64), radius: f64, fill: Paint) -> Element {
        let (x, y) = middle;
        let corners = [
            (x, y - radius),
            (x + radius, y),
            (x, y + radius),
            (x - radius, y),
        ];
        let mut diamond = self.shape(&corners, fill, Some(Paint::Ground));
        diamond.assign("stroke-width", 1.5);
        diamond
    }

    /// A text; its point is at the base of its first letter, of its middle or of its end.
    pub(super) fn text(self, at: (f64, f64), lettering: Lettering, text: &str) -> Element {
        let mut element = self.lettered(lettering);
        element.assign("x", rounded(at.0));
        element.assign("y", rounded(at.1));
        element.append(Text::new(text));
        element
    }

    /// A text of several lines, the first of which stands at `at`; the words of `lead`, where it is given,
    /// are bold and stand at its beginning.
    pub(super) fn lines(
        self,
        at: (f64, f64),
        lettering: Lettering,
        pitch: f64,
        lead: usize,
        lines: &[String],
    ) -> Element {
        let mut element = self.lettered(lettering);
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
            // A line break is a space where text is selected.
            let end = if number + 1 < lines.len() { " " } else { "" };
            span.append(Text::new(format!("{tail}{end}")));
            element.append(span);
        }
        element
    }

    fn lettered(self, lettering: Lettering) -> Element {
        let halo = lettering.halo.then_some(Paint::Ground);
        let mut element = self.painted("text", Some(lettering.paint), halo);
        if lettering.halo {
            element.assign("stroke-width", 3);
            element.assign("stroke-linejoin", "round");
            element.assign("paint-order", "stroke");
        }
        element.assign("font-size", lettering.size);
        if lettering.bold {
            element.assign("font-weight", "600");
        }
        match lettering.anchor {
            Anchor::Start => {}
            Anchor::Middle => element.assign("text-anchor", "middle"),
            Anchor::End => element.assign("text-anchor", "end"),
        }
        element
    }

    /// A whole picture, with its name and description for those who do not see it.
    pub(super) fn picture(
        self,
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
            .set("role", "img")
            .set("aria-labelledby", "picture-title picture-description")
            .set("font-family", FONTS);
        let mut name = titled(title);
        name.assign("id", "picture-title");
        document.append(name);
        let mut said = Element::new("desc");
        said.assign("id", "picture-description");
        said.append(Text::new(description));
        document.append(said);
        let mut style = Element::new("style");
        style.append(Text::new(style_sheet(self.theme)));
        document.append(style);
        document.append(self.rectangle((0.0, 0.0), (width, height), 0.0, Paint::Ground));
        for element in content {
            document.append(element);
        }
        document
    }
}

/// What is shown where a pointer rests on an element, as its first child.
pub(super) fn titled(text: &str) -> Element {
    let mut title = Element::new("title");
    title.append(Text::new(text));
    title
}

/// An element around others.
pub(super) fn group(children: impl IntoIterator<Item = Element>) -> Element {
    let mut group = Element::new("g");
    for child in children {
        group.append(child);
    }
    group
}

/// Elements that lead to an address.
pub(super) fn linked(address: &str, children: impl IntoIterator<Item = Element>) -> Element {
    let mut link = Element::new("a");
    link.assign("href", address);
    for child in children {
        link.append(child);
    }
    link
}
