//! The elements of styles and locale files, whatever they were read from.
//!
//! A file of a style or a locale is XML; `packed` reads those inside the program. Both give the same
//! elements, and all that follows knows these alone.

use super::StyleError;

/// What a style or a locale file says, element by element.
#[derive(Debug)]
pub(super) struct Source<'f> {
    /// The file as it was written, for the places of errors; empty where there is none.
    file: &'f str,
    /// All names and values, one behind the other.
    text: String,
    /// The elements, each before those in it.
    elements: Vec<Element>,
    /// The attributes, in the order of their elements.
    attributes: Vec<Attribute>,
}

#[derive(Debug)]
struct Element {
    name: Span,
    text: Span,
    /// Its attributes, by their numbers.
    attributes: Span,
    /// The number of the first element that is not in it.
    end: u32,
    /// Where it begins in the file.
    place: u32,
}

impl Element {
    /// An element without a name, in which nothing is.
    const NOTHING: Self = Self {
        name: Span::NOTHING,
        text: Span::NOTHING,
        attributes: Span::NOTHING,
        end: 0,
        place: 0,
    };
}

#[derive(Debug)]
struct Attribute {
    element: u32,
    name: Span,
    value: Span,
}

/// From where to where a part reaches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    from: u32,
    to: u32,
}

impl Span {
    /// A part of which nothing is.
    pub(super) const NOTHING: Self = Self { from: 0, to: 0 };

    /// From the beginning of this part to the end of a later one.
    pub(super) fn through(self, later: Self) -> Self {
        Self {
            from: self.from,
            to: later.to,
        }
    }
}

/// An element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'s> {
    source: &'s Source<'s>,
    element: &'s Element,
    number: u32,
}

/// How deep elements may be within each other, macros that they call included: what reads and prints them goes down
/// into them one by one, and the stack has an end. No style at hand has a third of it.
pub(super) const DEEPEST: usize = 200;

const XML: &str = "http://www.w3.org/XML/1998/namespace";

impl<'f> Source<'f> {
    /// Reads XML.
    ///
    /// Namespaces are left aside, which fixtures and old styles do not give. Attributes of a namespace of
    /// their own say nothing about the style, but for those of XML itself.
    ///
    /// # Errors
    ///
    /// Where it is not well formed, or its elements are in each other deeper than [`DEEPEST`].
    pub(super) fn from_xml(xml: &'f str) -> Result<Self, StyleError> {
        let options = roxmltree::ParsingOptions {
            allow_dtd: true,
            ..Default::default()
        };
        let document = roxmltree::Document::parse_with_options(xml, options)
            .map_err(|error| StyleError::xml(&error))?;
        let mut source = Self {
            file: xml,
            ..Self::with_room_for(xml.len())
        };
        source.copy(document.root_element(), 1)?;
        source.close_attributes();
        Ok(source)
    }

    fn copy(&mut self, node: roxmltree::Node<'_, '_>, depth: usize) -> Result<(), StyleError> {
        if depth > DEEPEST {
            let position = node.document().text_pos_at(node.range().start);
            return Err(StyleError {
                line: position.row,
                column: position.col,
                message: format!("elements are more than {DEEPEST} deep within each other here"),
            });
        }
        let name = self.keep(node.tag_name().name());
        let number = self.open(name);
        if let Some(element) = self.element_mut(number) {
            element.place = position(node.range().start);
        }
        for attribute in node.attributes() {
            let name = match attribute.namespace() {
                None => self.keep(attribute.name()),
                Some(XML) => self.keep_all(&["xml:", attribute.name()]),
                Some(_) => continue,
            };
            let value = self.keep(attribute.value());
            self.set_attribute(number, name, value);
        }
        let text = self.keep(node.text().unwrap_or_default());
        self.set_text(number, text);
        for child in node.children().filter(roxmltree::Node::is_element) {
            self.copy(child, depth + 1)?;
        }
        self.close(number);
        Ok(())
    }

    /// Nothing yet, but room for what a file of this length says.
    pub(super) fn with_room_for(length: usize) -> Self {
        Self {
            file: "",
            text: String::with_capacity(length),
            elements: Vec::with_capacity(length / 32),
            attributes: Vec::with_capacity(length / 24),
        }
    }

    /// The outermost element.
    pub(super) fn root(&self) -> Node<'_> {
        static NOTHING: Element = Element::NOTHING;
        Node {
            source: self,
            element: self.elements.first().unwrap_or(&NOTHING),
            number: 0,
        }
    }

    fn node(&self, number: u32) -> Option<Node<'_>> {
        Some(Node {
            source: self,
            element: self.elements.get(number as usize)?,
            number,
        })
    }

    /// A name or a value that was kept.
    pub(super) fn part(&self, span: Span) -> &str {
        self.text
            .get(span.from as usize..span.to as usize)
            .unwrap_or_default()
    }

    // ---- Writing ------------------------------------------------------------------------------------

    /// Keeps a name or a value.
    pub(super) fn keep(&mut self, text: &str) -> Span {
        self.keep_all(&[text])
    }

    /// Keeps a name or a value that is put together.
    pub(super) fn keep_all(&mut self, parts: &[&str]) -> Span {
        let from = position(self.text.len());
        for part in parts {
            self.text.push_str(part);
        }
        Span {
            from,
            to: position(self.text.len()),
        }
    }

    /// Begins an element, in those that are open.
    pub(super) fn open(&mut self, name: Span) -> u32 {
        let number = position(self.elements.len());
        self.elements.push(Element {
            name,
            ..Element::NOTHING
        });
        number
    }

    /// Ends an element.
    pub(super) fn close(&mut self, number: u32) {
        let end = position(self.elements.len());
        if let Some(element) = self.element_mut(number) {
            element.end = end;
        }
    }

    /// Gives an element the text at its beginning.
    pub(super) fn set_text(&mut self, number: u32, text: Span) {
        if let Some(element) = self.element_mut(number) {
            element.text = text;
        }
    }

    /// Gives an element an attribute.
    pub(super) fn set_attribute(&mut self, element: u32, name: Span, value: Span) {
        self.attributes.push(Attribute {
            element,
            name,
            value,
        });
    }

    /// Says of every element which attributes it has, when all are there: what is packed may give some
    /// of them behind the elements within.
    pub(super) fn close_attributes(&mut self) {
        self.attributes.sort_by_key(|attribute| attribute.element);
        let mut from = 0;
        for attributes in self
            .attributes
            .chunk_by(|one, other| one.element == other.element)
        {
            let to = from + position(attributes.len());
            let number = attributes.first().map(|attribute| attribute.element);
            if let Some(element) = number.and_then(|number| self.elements.get_mut(number as usize))
            {
                element.attributes = Span { from, to };
            }
            from = to;
        }
    }

    fn element_mut(&mut self, number: u32) -> Option<&mut Element> {
        self.elements.get_mut(number as usize)
    }
}

/// A place in a text or a table, which nobody writes that has four thousand million of them.
fn position(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl<'s> Node<'s> {
    /// Its name, without a namespace.
    pub(super) fn name(self) -> &'s str {
        self.source.part(self.element.name)
    }

    /// The text at its beginning.
    pub(super) fn text(self) -> &'s str {
        self.source.part(self.element.text)
    }

    /// Its attributes, by name.
    pub(super) fn attributes(self) -> impl Iterator<Item = (&'s str, &'s str)> {
        let Span { from, to } = self.element.attributes;
        let attributes = self.source.attributes.get(from as usize..to as usize);
        attributes.unwrap_or_default().iter().map(move |attribute| {
            let Attribute { name, value, .. } = attribute;
            (self.source.part(*name), self.source.part(*value))
        })
    }

    /// The attribute of this name.
    pub(super) fn attribute(self, name: &str) -> Option<&'s str> {
        self.attributes()
            .find_map(|(own, value)| (own == name).then_some(value))
    }

    /// The elements right in it.
    pub(super) fn children(self) -> impl Iterator<Item = Node<'s>> {
        let mut next = self.number + 1;
        std::iter::from_fn(move || {
            let child = (next < self.element.end).then(|| self.source.node(next))??;
            next = child.element.end;
            Some(child)
        })
    }

    /// The elements right in it that have this name.
    pub(super) fn children_named(self, name: &str) -> impl Iterator<Item = Node<'s>> {
        self.children().filter(move |child| child.name() == name)
    }

    /// The first element right in it that has this name.
    pub(super) fn child(self, name: &str) -> Option<Node<'s>> {
        self.children_named(name).next()
    }

    /// The line and the column in which it begins in its file, counted from 1.
    pub(super) fn place(self) -> (u32, u32) {
        let before = self.source.file.get(..self.element.place as usize);
        let before = before.unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        (
            position(before.matches('\n').count() + 1),
            position(line.chars().count() + 1),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_keep_their_order_their_attributes_and_their_places() {
        let source = Source::from_xml(
            "<style xmlns=\"http://purl.org/net/xbiblio/csl\" xmlns:x=\"urn:x\" x:class=\"no\" class=\"note\">\n\
             <locale xml:lang=\"de\"><terms><term name=\"and\">und &amp; so</term></terms></locale>\n\
             é<macro name=\"a\"/></style>",
        )
        .unwrap();
        let root = source.root();
        let attributes: Vec<_> = root.attributes().collect();
        assert_eq!(attributes, [("class", "note")]);
        let children: Vec<_> = root.children().map(Node::name).collect();
        assert_eq!(children, ["locale", "macro"]);
        let locale = root.child("locale").unwrap();
        assert_eq!(locale.attribute("xml:lang"), Some("de"));
        assert_eq!(locale.place(), (2, 1));
        let term = locale.child("terms").unwrap().child("term").unwrap();
        assert_eq!(term.text(), "und & so");
        assert_eq!(term.children().count(), 0);
        assert_eq!(root.child("macro").unwrap().place(), (3, 2));
        assert!(root.child("term").is_none());
    }
}
