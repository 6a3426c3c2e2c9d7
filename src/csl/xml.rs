//! The XML of styles and locale files.

/// An error in a style or a locale file, with its position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct StyleError {
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
    /// The problem, and what was expected.
    pub message: String,
}

impl StyleError {
    fn from_parser(error: &roxmltree::Error) -> Self {
        let position = error.pos();
        let message = error.to_string();
        // The parser's message ends in the position, which the error has already.
        let message = message.split(" at ").next().unwrap_or(&message).to_owned();
        Self {
            line: position.row,
            column: position.col,
            message,
        }
    }

    /// Returns the error for an element.
    pub(super) fn at(node: XmlNode<'_>, message: impl Into<String>) -> Self {
        let node = node.0;
        let position = node.document().text_pos_at(node.range().start);
        Self {
            line: position.row,
            column: position.col,
            message: message.into(),
        }
    }
}

/// The greatest depth of nested elements, counting those of called macros.
///
/// Compiling and evaluating descend into elements recursively, and the stack is finite. No official style
/// reaches a third of this.
pub(super) const MAX_DEPTH: usize = 200;

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// A parsed XML file whose elements are nested at most [`MAX_DEPTH`] deep.
pub(super) struct XmlDocument<'f>(roxmltree::Document<'f>);

/// An element.
///
/// Element names are compared without their namespace, which old styles and test fixtures leave out.
/// Attributes in foreign namespaces say nothing about the style and are not seen.
#[derive(Clone, Copy)]
pub(super) struct XmlNode<'d>(roxmltree::Node<'d, 'd>);

impl<'f> XmlDocument<'f> {
    /// Parses XML.
    pub(super) fn parse(xml: &'f str) -> Result<Self, StyleError> {
        let options = roxmltree::ParsingOptions {
            // Its entities could repeat each other, and no official style has one.
            allow_dtd: false,
            ..Default::default()
        };
        let document = roxmltree::Document::parse_with_options(xml, options)
            .map_err(|error| StyleError::from_parser(&error))?;
        check_depth(XmlNode(document.root_element()), 1)?;
        Ok(Self(document))
    }

    /// Returns the outermost element.
    pub(super) fn root(&self) -> XmlNode<'_> {
        XmlNode(self.0.root_element())
    }
}

fn check_depth(node: XmlNode<'_>, depth: usize) -> Result<(), StyleError> {
    if depth > MAX_DEPTH {
        let message = format!("elements are nested more than {MAX_DEPTH} deep here");
        return Err(StyleError::at(node, message));
    }
    node.children()
        .try_for_each(|child| check_depth(child, depth + 1))
}

impl<'d> XmlNode<'d> {
    /// Returns the name, without a namespace.
    pub(super) fn name(self) -> &'d str {
        self.0.tag_name().name()
    }

    /// Returns the name of the parent.
    pub(super) fn parent_name(self) -> Option<&'d str> {
        Some(self.0.parent_element()?.tag_name().name())
    }

    /// Returns whether this is the same element.
    pub(super) fn is(self, other: Self) -> bool {
        self.0 == other.0
    }

    /// Returns the text at the beginning of the element.
    pub(super) fn text(self) -> &'d str {
        self.0.text().unwrap_or_default()
    }

    /// Returns the attributes that have no namespace.
    pub(super) fn attributes(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        self.0
            .attributes()
            .filter(|attribute| attribute.namespace().is_none())
            .map(|attribute| (attribute.name(), attribute.value()))
    }

    /// Returns the attribute of this name.
    pub(super) fn attribute(self, name: &str) -> Option<&'d str> {
        self.0.attribute(name)
    }

    /// Returns `xml:lang`.
    pub(super) fn language(self) -> Option<&'d str> {
        self.0.attribute((XML_NAMESPACE, "lang"))
    }

    /// Returns the child elements.
    pub(super) fn children(self) -> impl Iterator<Item = XmlNode<'d>> {
        self.0
            .children()
            .filter(roxmltree::Node::is_element)
            .map(XmlNode)
    }

    /// Returns the child elements of this name.
    pub(super) fn children_named(self, name: &str) -> impl Iterator<Item = XmlNode<'d>> {
        self.children().filter(move |child| child.name() == name)
    }

    /// Returns the first child element of this name.
    pub(super) fn child(self, name: &str) -> Option<XmlNode<'d>> {
        self.children_named(name).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_keep_their_order_and_attributes_and_know_their_position() {
        let document = XmlDocument::parse(
            "<style xmlns=\"http://purl.org/net/xbiblio/csl\" xmlns:x=\"urn:x\" x:class=\"no\" class=\"note\">\n\
             <locale xml:lang=\"de\"><terms><term name=\"and\">und &amp; so</term></terms></locale>\n\
             é<macro name=\"a\"/></style>",
        )
        .unwrap();
        let root = document.root();
        let attributes: Vec<_> = root.attributes().collect();
        assert_eq!(attributes, [("class", "note")]);
        let children: Vec<_> = root.children().map(XmlNode::name).collect();
        assert_eq!(children, ["locale", "macro"]);
        let locale = root.child("locale").unwrap();
        assert_eq!(locale.language(), Some("de"));
        let term = locale.child("terms").unwrap().child("term").unwrap();
        assert_eq!(term.text(), "und & so");
        assert_eq!(term.children().count(), 0);
        let error = StyleError::at(root.child("macro").unwrap(), "wrong");
        assert_eq!((error.line, error.column), (3, 2));
        assert!(root.child("term").is_none());
    }
}
