//! XML of catalogues and reference managers: records that survive damage elsewhere in the file, and writing.

use roxmltree::{Document, Node, ParsingOptions};

use super::csl_to_bib::ParsedItems;
use super::lines::LineCounter;
use crate::model::CslItem;
use crate::text::single_spaced;

/// An element.
pub(crate) type XmlElement<'d> = Node<'d, 'd>;

/// Returns whether the outermost element of a text has one of these names.
pub(crate) fn has_root(text: &str, names: &[&str]) -> bool {
    root_tag(text).is_some_and(|(name, _)| names.contains(&local(name)))
}

/// Returns the name of the outermost element, and the tag that opens it.
fn root_tag(text: &str) -> Option<(&str, &str)> {
    let start = text.match_indices('<').find_map(|(at, _)| {
        let after = text.get(at + 1..)?;
        after
            .starts_with(|c: char| c.is_alphabetic() || c == '_')
            .then_some(at)
    })?;
    let before = text
        .get(..start)?
        .trim_start_matches('\u{feff}')
        .trim_start();
    if !before.is_empty() && !before.starts_with('<') {
        return None;
    }
    let tag = text.get(start..)?;
    let tag = tag.get(..=tag.find('>')?)?;
    Some((name_in(tag), tag))
}

/// Returns the name in a tag.
fn name_in(tag: &str) -> &str {
    let inside = tag.trim_start_matches(['<', '/']);
    inside
        .split(|c: char| c.is_whitespace() || matches!(c, '/' | '>' | '<'))
        .next()
        .unwrap_or_default()
}

/// Returns a name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The longest tag that is put around each record of a damaged file, in bytes. It only has to hold the namespaces.
const LONGEST_ROOT_TAG: usize = 4096;

fn parse(text: &str) -> Result<Document<'_>, roxmltree::Error> {
    let options = ParsingOptions {
        // Its entities could repeat each other.
        allow_dtd: false,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options)
}

/// Reads each element called `name`, whatever its namespace, as a reference; `None` for an element that is none. If
/// the file is damaged, each record is parsed by itself, so that a damaged one costs one record.
pub(crate) fn read_records(
    text: &str,
    name: &str,
    mut read: impl FnMut(XmlElement<'_>, usize, &mut ParsedItems) -> Option<CslItem>,
) -> ParsedItems {
    let mut items = ParsedItems::default();
    let mut lines = LineCounter::new(text);
    // A declaration is at the very beginning.
    let start = text.len() - text.trim_start_matches('\u{feff}').trim_start().len();
    let body = text.get(start..).unwrap_or_default();
    match parse(body) {
        Ok(document) => {
            let is_record =
                |node: &XmlElement<'_>| node.is_element() && node.tag_name().name() == name;
            // A record around others is an envelope, such as that of SRU or OAI-PMH. If each were read with all that it
            // contains, records in records would take quadratic time.
            let mut records = document.descendants().filter(is_record).peekable();
            while let Some(node) = records.next() {
                let end = node.range().end;
                if records.peek().is_some_and(|next| next.range().start < end) {
                    continue;
                }
                let line = lines.line_of(start + node.range().start);
                let original = body.get(node.range()).unwrap_or_default();
                match read(node, line, &mut items) {
                    Some(item) if item.variables.is_empty() => {
                        items.reject(line, None, original, "has no fields".to_owned());
                    }
                    Some(item) => items.accept(line, item, || original.to_owned()),
                    None => {}
                }
            }
        }
        Err(error) => {
            let (root, root_tag) = match root_tag(body) {
                Some((root, tag)) if local(root) != name && tag.len() <= LONGEST_ROOT_TAG => {
                    (root, tag)
                }
                _ => ("records", "<records>"),
            };
            let pieces = pieces(body, name);
            if pieces.is_empty() {
                items.reject(1, None, body, not_well_formed(&error));
            }
            for piece in pieces {
                let line = lines.line_of(start + piece.start);
                let original = body.get(piece).unwrap_or_default();
                let wrapped = format!("{root_tag}{original}</{root}>");
                match parse(&wrapped) {
                    Ok(document) => {
                        let mut nodes = document.descendants();
                        let node = nodes.find(|node| node.tag_name().name() == name);
                        if let Some(item) = node.and_then(|node| read(node, line, &mut items)) {
                            items.accept(line, item, || original.to_owned());
                        }
                    }
                    Err(error) => items.reject(line, None, original, not_well_formed(&error)),
                }
            }
        }
    }
    items
}

/// Returns why XML was refused, as the end of a sentence whose subject is the entry.
fn not_well_formed(error: &roxmltree::Error) -> String {
    let message = error.to_string();
    let message = message.split(" at ").next().unwrap_or(&message);
    format!("is not well-formed XML: {message}")
}

/// Returns where the records of a damaged file begin and end.
fn pieces(text: &str, name: &str) -> Vec<std::ops::Range<usize>> {
    let mut pieces = Vec::new();
    let mut open: Option<usize> = None;
    for (at, _) in text.match_indices('<') {
        let tag = text.get(at..).unwrap_or_default();
        // A name is short; the rest of the file need not be searched for its end.
        let tag = tag
            .char_indices()
            .nth(64)
            .map_or(tag, |(end, _)| tag.get(..end).unwrap_or(tag));
        if local(name_in(tag)) != name {
            continue;
        }
        let is_end = tag.starts_with("</");
        if let Some(start) = open.take() {
            let end = if is_end {
                tag.find('>').map_or(at, |end| at + end + 1)
            } else {
                at
            };
            pieces.push(start..end);
        }
        if !is_end {
            open = Some(at);
        }
    }
    pieces.extend(open.map(|start| start..text.len()));
    pieces
}

/// Returns the children called `name`.
pub(crate) fn children<'d>(
    node: XmlElement<'d>,
    name: &'static str,
) -> impl Iterator<Item = XmlElement<'d>> {
    node.children()
        .filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// Returns the first child called `name`.
pub(crate) fn child<'d>(node: XmlElement<'d>, name: &'static str) -> Option<XmlElement<'d>> {
    children(node, name).next()
}

/// Returns the text in an element, with single spaces.
pub(crate) fn text_of(node: XmlElement<'_>) -> String {
    let texts = node.descendants().filter(Node::is_text);
    let text: String = texts.filter_map(|node| node.text()).collect();
    single_spaced(&text)
}

/// Returns the text of the first child called `name`.
pub(crate) fn child_text(node: XmlElement<'_>, name: &'static str) -> String {
    child(node, name).map(text_of).unwrap_or_default()
}

/// Writes XML, one element on a line.
#[derive(Default)]
pub(crate) struct XmlWriter {
    /// The text so far.
    pub(crate) text: String,
    open: Vec<String>,
}

impl XmlWriter {
    /// Returns a writer whose elements are indented as those in `depth` elements.
    pub(crate) fn at_depth(depth: usize) -> Self {
        Self {
            text: String::new(),
            open: vec![String::new(); depth],
        }
    }

    /// Opens an element.
    pub(crate) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.tag(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name.to_owned());
    }

    /// Closes the innermost element.
    pub(crate) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            self.text.push_str(&format!("</{name}>\n"));
        }
    }

    /// Writes an element with text; nothing if the text is empty.
    pub(crate) fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        if !text.trim().is_empty() {
            self.leaf_of_xml(name, attributes, &escaped(text));
        }
    }

    /// Writes an element with content that is XML.
    pub(crate) fn leaf_of_xml(&mut self, name: &str, attributes: &[(&str, &str)], content: &str) {
        self.indent();
        self.tag(name, attributes);
        self.text.push_str(&format!(">{content}</{name}>\n"));
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.text.push('<');
        self.text.push_str(name);
        for (attribute, value) in attributes {
            self.text
                .push_str(&format!(" {attribute}=\"{}\"", escaped(value)));
        }
    }

    fn indent(&mut self) {
        self.text.push_str(&"  ".repeat(self.open.len()));
    }
}

/// Returns text escaped for XML, without the characters that XML cannot hold.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' => escaped.push(c),
            // A parser would take it for a line break.
            '\r' => escaped.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(text: &str) -> (Vec<String>, usize) {
        let read = read_records(text, "r", |node, _, _| {
            let mut new = super::super::item_builder::ItemBuilder::new("book");
            new.text("title", &child_text(node, "t"));
            Some(new.finish())
        });
        let titles = read.items.iter().filter_map(|read| read.item.text("title"));
        (titles.collect(), read.rejected.len())
    }

    #[test]
    fn a_damaged_record_costs_one_record() {
        let file = |middle: &str| {
            format!(
                "<?xml version=\"1.0\"?>\n<x:c xmlns:x=\"a\"><x:r><x:t>One</x:t></x:r>{middle}\
                 <x:r><x:t>Two</x:t></x:r></x:c>"
            )
        };
        assert_eq!(titles(&file("")), (vec!["One".into(), "Two".into()], 0));
        for damaged in [
            "<x:r><x:t>&nope;</x:t></x:r>",
            "<x:r><x:t>\u{1}</x:t></x:r>",
            "<x:r><x:t>a",
        ] {
            assert_eq!(
                titles(&file(damaged)),
                (vec!["One".into(), "Two".into()], 1),
                "{damaged}"
            );
        }
        // The file breaks off.
        let file = file("");
        assert_eq!(
            titles(file.split_at(file.len() - 20).0),
            (vec!["One".into()], 1)
        );
        assert_eq!(titles("<r"), (Vec::new(), 1));
    }

    #[test]
    fn entities_are_not_defined_by_the_file() {
        let bomb = "<!DOCTYPE c [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;\">]><c><r><t>&b;</t></r></c>";
        assert_eq!(titles(bomb), (Vec::new(), 1));
    }

    #[test]
    fn deep_elements_do_not_exhaust_the_stack() {
        let deep = format!(
            "<c><r><t>{}x{}</t></r></c>",
            "<i>".repeat(100_000),
            "</i>".repeat(100_000)
        );
        assert_eq!(titles(&deep), (vec!["x".into()], 0));
    }
}
