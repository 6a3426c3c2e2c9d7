//! Notes and annotations as Markdown.
//!
//! A work has one note, so everything that was written about an item becomes a section of it. The sections stay apart
//! here, so that each can be compared with what it was at an earlier import.

use std::collections::HashMap;
use std::sync::Arc;

use htmd::element_handler::{HandlerResult, Handlers};
use htmd::options::{BulletListMarker, Options};
use htmd::{Element, HtmlToMarkdown};
use html5gum::{Token, Tokenizer};
use serde::Deserialize;

use super::{Annotation, AnnotationType, Attachment, LinkMode, ZoteroItem, ZoteroNote};
use crate::model::percent_decoded;

/// The longest note whose markup is converted, in bytes; of a longer one, only the text is kept. Zotero does not
/// synchronize notes half as long.
const LONGEST: usize = 512 << 10;

/// The deepest nesting of elements that is converted, because the converter is recursive.
const DEEPEST: usize = 100;

/// The names of Zotero's colors.
const COLORS: &[(&str, &str)] = &[
    ("#ffd400", "yellow"),
    ("#ff6666", "red"),
    ("#5fb236", "green"),
    ("#2ea8e5", "blue"),
    ("#a28ae5", "purple"),
    ("#e56eee", "magenta"),
    ("#f19837", "orange"),
    ("#aaaaaa", "gray"),
    ("#000000", "black"),
];

/// A section of the note on a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSection {
    /// The source of the section: the key of a note or of an attachment, with the kind of the section.
    pub key: String,
    /// The text, in Markdown.
    pub text: String,
}

/// Writes notes as Markdown.
pub struct NoteWriter {
    converter: HtmlToMarkdown,
}

impl NoteWriter {
    /// Returns a writer that cites works by these citation keys and finds embedded images at these paths, both by the
    /// keys that items and attachments have in Zotero.
    pub fn new(citation_keys: HashMap<String, String>, images: HashMap<String, String>) -> Self {
        let citation_keys = Arc::new(citation_keys);
        let options = Options {
            bullet_list_marker: BulletListMarker::Dash,
            ul_bullet_spacing: 1,
            ol_number_spacing: 1,
            ..Options::default()
        };
        let converter = HtmlToMarkdown::builder()
            .options(options)
            .skip_tags(vec!["script", "style"])
            .add_handler(
                vec!["span"],
                move |handlers: &dyn Handlers, element: Element| {
                    span(handlers, element, &citation_keys)
                },
            )
            .add_handler(vec!["pre"], |handlers: &dyn Handlers, element: Element| {
                if has_class(&element, "math") {
                    return Some(verbatim(handlers, &element));
                }
                handlers.fallback(element)
            })
            .add_handler(
                vec!["img"],
                move |handlers: &dyn Handlers, element: Element| {
                    let path = attribute(&element, "data-attachment-key")
                        .and_then(|key| images.get(key.as_str()));
                    match path {
                        Some(path) => Some(format!("![](<{path}>)").into()),
                        None => handlers.fallback(element),
                    }
                },
            )
            .add_handler(
                vec!["s", "strike", "del"],
                |handlers: &dyn Handlers, element: Element| {
                    Some(between("~~", handlers, &element, "~~"))
                },
            )
            // Markdown has no markup of its own for these.
            .add_handler(
                vec!["sub", "sup", "u"],
                |handlers: &dyn Handlers, element: Element| {
                    let (start, end) =
                        (format!("<{}>", element.tag), format!("</{}>", element.tag));
                    Some(between(&start, handlers, &element, &end))
                },
            )
            .build();
        Self { converter }
    }

    /// Returns the sections of the note on an item: its notes, those of its attachments, annotations, and addresses.
    pub fn sections(&self, item: &ZoteroItem) -> Vec<NoteSection> {
        let mut sections = Vec::new();
        let is_only_one = item.notes.len() == 1
            && item.attachments.iter().all(|attachment| {
                attachment.note.is_empty()
                    && attachment.annotations.is_empty()
                    && !is_extra_address(item, attachment)
            });
        let mut add = |key: String, text: String| {
            if !text.trim().is_empty() {
                sections.push(NoteSection { key, text });
            }
        };
        for note in &item.notes {
            let text = self.markdown(&note.note);
            let text = match is_only_one || text.is_empty() {
                true => text,
                false => with_heading(&note_heading(note), text),
            };
            add(note.key.clone(), text);
        }
        for attachment in &item.attachments {
            let text = self.markdown(&attachment.note);
            if !text.is_empty() {
                let heading = match attachment.title.as_str() {
                    "" => "Note".to_owned(),
                    title => format!("Note on {}", self.plain(title)),
                };
                add(attachment.key.clone(), with_heading(&heading, text));
            }
        }
        let annotated = |attachment: &&Attachment| !attachment.annotations.is_empty();
        let has_several = item.attachments.iter().filter(annotated).count() > 1;
        for attachment in item.attachments.iter().filter(annotated) {
            let heading = match attachment.title.as_str() {
                title if has_several && !title.is_empty() => {
                    format!("Annotations: {}", self.plain(title))
                }
                _ => "Annotations".to_owned(),
            };
            let annotations: Vec<String> = attachment
                .annotations
                .iter()
                .map(|annotation| self.annotation(annotation))
                .collect();
            add(
                format!("{}/annotations", attachment.key),
                with_heading(&heading, annotations.join("\n\n")),
            );
        }
        let addresses: Vec<String> = item
            .attachments
            .iter()
            .filter(|attachment| is_extra_address(item, attachment))
            .map(|attachment| match attachment.title.as_str() {
                "" => format!("- <{}>", attachment.url),
                title => format!("- [{}](<{}>)", self.plain(title), attachment.url),
            })
            .collect();
        if !addresses.is_empty() {
            add(
                "links".to_owned(),
                with_heading("Links", addresses.join("\n")),
            );
        }
        sections
    }

    /// Converts HTML to Markdown. Of HTML that is too long or too deep, only the text is kept.
    pub fn markdown(&self, html: &str) -> String {
        if html.trim().is_empty() {
            return String::new();
        }
        if html.len() > LONGEST || depth(html) > DEEPEST {
            return text(html);
        }
        let converted = self.converter.convert(html);
        let markdown = converted.unwrap_or_else(|_| text(html));
        markdown.trim().to_owned()
    }

    /// Returns plain text as Markdown.
    fn plain(&self, text: &str) -> String {
        self.markdown(&escaped(text)).replace('\n', " ")
    }

    /// Returns an annotation: the marked words as a quotation, its page and color, and the comment.
    fn annotation(&self, annotation: &Annotation) -> String {
        let place = place(annotation);
        let words = self.markdown(&escaped(&annotation.text));
        let comment = self.markdown(&annotation.comment.replace('\n', "<br>"));
        if words.is_empty() {
            return match (comment.is_empty(), place.is_empty()) {
                (true, _) => place,
                (false, true) => comment,
                (false, false) => format!("{comment} ({place})"),
            };
        }
        let words = match place.is_empty() {
            true => words,
            false => format!("{words} ({place})"),
        };
        let mut text = format!("> {}", words.replace('\n', "\n> "));
        if !comment.is_empty() {
            text.push_str("\n\n");
            text.push_str(&comment);
        }
        text
    }
}

/// Returns whether an attachment is an address that the item itself does not have.
fn is_extra_address(item: &ZoteroItem, attachment: &Attachment) -> bool {
    attachment.link_mode == LinkMode::LinkedUrl
        && !attachment.url.is_empty()
        && item.field("url") != Some(attachment.url.as_str())
}

/// Returns the heading of a note.
fn note_heading(note: &ZoteroNote) -> String {
    match note.date_added.get(..10) {
        Some(date) => format!("Note of {date}"),
        None => "Note".to_owned(),
    }
}

/// Puts a heading before a text that has none.
fn with_heading(heading: &str, text: String) -> String {
    if text.starts_with('#') {
        text
    } else {
        format!("## {heading}\n\n{text}")
    }
}

/// Returns where an annotation is and what it is: `p. 12, yellow`.
fn place(annotation: &Annotation) -> String {
    let mut parts = Vec::new();
    if !annotation.page_label.trim().is_empty() {
        parts.push(format!("p. {}", annotation.page_label.trim()));
    }
    let color = annotation.color.to_lowercase();
    let color = COLORS
        .iter()
        .find(|(code, _)| *code == color)
        .map_or(color.clone(), |(_, name)| (*name).to_owned());
    let kind = match annotation.kind {
        AnnotationType::Highlight => "",
        AnnotationType::Note => "note",
        AnnotationType::Image => "area",
        AnnotationType::Ink => "drawing",
        AnnotationType::Underline => "underlined",
        AnnotationType::Text => "text",
    };
    let look = format!("{color} {kind}").trim().to_owned();
    if !look.is_empty() {
        parts.push(look);
    }
    if !annotation.author.trim().is_empty() {
        parts.push(format!("by {}", annotation.author.trim()));
    }
    if !annotation.tags.is_empty() {
        let names: Vec<&str> = annotation
            .tags
            .iter()
            .map(|tag| tag.name.as_str())
            .collect();
        parts.push(format!("tags: {}", names.join(", ")));
    }
    parts.join(", ")
}

/// Converts a `<span>`: a citation, a formula, or words that are struck through.
fn span(
    handlers: &dyn Handlers,
    element: Element,
    citation_keys: &HashMap<String, String>,
) -> Option<HandlerResult> {
    if has_class(&element, "math") {
        return Some(verbatim(handlers, &element));
    }
    if has_class(&element, "citation")
        && let Some(data) = attribute(&element, "data-citation")
        && let Some(citation) = citation(&data, citation_keys)
    {
        return Some(citation.into());
    }
    let is_struck =
        attribute(&element, "style").is_some_and(|style| style.contains("line-through"));
    if is_struck {
        return Some(between("~~", handlers, &element, "~~"));
    }
    handlers.fallback(element)
}

/// The citation in a note, as the word processor plug-ins write it, too.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredCitation {
    citation_items: Vec<StoredCite>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredCite {
    #[serde(default)]
    uris: Vec<String>,
    #[serde(default)]
    locator: Option<String>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    prefix: Option<String>,
    #[serde(default)]
    suffix: Option<String>,
    #[serde(default, rename = "suppress-author", alias = "suppressAuthor")]
    suppress_author: bool,
}

/// Returns a citation in the syntax of Pandoc; `None` if it cites an item that is not known, so that its printed form
/// has to do.
fn citation(data: &str, citation_keys: &HashMap<String, String>) -> Option<String> {
    let citation: StoredCitation = serde_json::from_str(&percent_decoded(data)).ok()?;
    let cites = citation.citation_items.iter().map(|cite| {
        let key = cite.uris.iter().find_map(|uri| {
            let item = uri.rsplit('/').next()?;
            citation_keys.get(item)
        })?;
        let said = |text: &Option<String>| {
            let text = text.as_deref().map(str::trim);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let mut text = String::new();
        if let Some(prefix) = said(&cite.prefix) {
            text.push_str(&prefix);
            text.push(' ');
        }
        if cite.suppress_author {
            text.push('-');
        }
        text.push('@');
        text.push_str(key);
        if let Some(locator) = said(&cite.locator) {
            let label = match said(&cite.label).as_deref() {
                None | Some("page") if locator.contains(['-', '\u{2013}', ',']) => "pp.".to_owned(),
                None | Some("page") => "p.".to_owned(),
                Some(label) => label.to_owned(),
            };
            text.push_str(&format!(", {label} {locator}"));
        }
        if let Some(suffix) = said(&cite.suffix) {
            let is_separated = suffix.starts_with([',', ';', '.']);
            text.push_str(if is_separated { "" } else { ", " });
            text.push_str(&suffix);
        }
        Some(text)
    });
    let cites: Vec<String> = cites.collect::<Option<_>>()?;
    (!cites.is_empty()).then(|| format!("[{}]", cites.join("; ")))
}

fn attribute(element: &Element, name: &str) -> Option<String> {
    let found = element
        .attrs
        .iter()
        .find(|attribute| &*attribute.name.local == name);
    found.map(|attribute| attribute.value.to_string())
}

fn has_class(element: &Element, class: &str) -> bool {
    attribute(element, "class")
        .is_some_and(|classes| classes.split_whitespace().any(|c| c == class))
}

/// Returns the content of an element between two marks, with its white space outside of them.
fn between(start: &str, handlers: &dyn Handlers, element: &Element, end: &str) -> HandlerResult {
    let content = handlers.walk_children(element.node).content;
    let words = content.trim();
    if words.is_empty() {
        return content.into();
    }
    content
        .replacen(words, &format!("{start}{words}{end}"), 1)
        .into()
}

/// Returns the text of an element as it is, for a formula: without the escapes of Markdown.
fn verbatim(handlers: &dyn Handlers, element: &Element) -> HandlerResult {
    let content = handlers.walk_children(element.node).content;
    let mut text = String::with_capacity(content.len());
    let mut characters = content.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next()),
            other => text.push(other),
        }
    }
    if element.tag == "pre" {
        text = format!("\n\n{}\n\n", text.trim());
    }
    text.into()
}

/// Returns text as HTML.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('\n', "<br>")
}

/// Returns how deep the elements of HTML can be nested at most.
fn depth(html: &str) -> usize {
    const VOID: &[&[u8]] = &[
        b"br", b"hr", b"img", b"col", b"wbr", b"input", b"meta", b"link",
    ];
    let (mut depth, mut deepest) = (0_usize, 0);
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::StartTag(tag) if !tag.self_closing && !VOID.contains(&tag.name.as_slice()) => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            Token::EndTag(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Returns the text of HTML, with a line for each block.
fn text(html: &str) -> String {
    const BLOCKS: &[&[u8]] = &[
        b"p",
        b"br",
        b"div",
        b"li",
        b"tr",
        b"h1",
        b"h2",
        b"h3",
        b"h4",
        b"h5",
        b"h6",
        b"pre",
        b"blockquote",
    ];
    let mut text = String::new();
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::String(string) => text.push_str(&String::from_utf8_lossy(&string)),
            Token::StartTag(tag) if BLOCKS.contains(&tag.name.as_slice()) => text.push('\n'),
            _ => {}
        }
    }
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> NoteWriter {
        let keys = [("ABCD2345", "benkler2006"), ("EFGH2345", "ostrom1990")];
        NoteWriter::new(
            keys.map(|(item, key)| (item.to_owned(), key.to_owned()))
                .into(),
            HashMap::from([(
                "IMGE2345".to_owned(),
                "/z/storage/IMGE2345/image.png".to_owned(),
            )]),
        )
    }

    fn markdown(html: &str) -> String {
        writer().markdown(html)
    }

    /// Returns the attribute of a citation: JSON with percent encoding.
    fn encoded(json: &str) -> String {
        json.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    #[test]
    fn the_html_of_a_note_becomes_markdown() {
        assert_eq!(
            markdown(
                "<div data-schema-version=\"8\"><h1>Summary</h1><p>Commons are <em>managed</em>, \
                 <strong>not</strong> open.</p><ul><li>rules</li><li>monitors</li></ul>\
                 <p>H<sub>2</sub>O, <span style=\"text-decoration: line-through\">gone</span></p></div>"
            ),
            "# Summary\n\nCommons are *managed*, **not** open.\n\n- rules\n- monitors\n\nH<sub>2</sub>O, ~~gone~~"
        );
        assert_eq!(
            markdown("<div class=\"zotero-note znv1\"><p>1 * 2</p></div>"),
            "1 \\* 2"
        );
        assert_eq!(markdown("plain text"), "plain text");
        assert_eq!(markdown("<p></p>"), "");
    }

    #[test]
    fn formulas_and_images_are_kept() {
        assert_eq!(
            markdown(
                "<p><span class=\"math\">$a_1 * b_2$</span></p><pre class=\"math\">$$x_1$$</pre>"
            ),
            "$a_1 * b_2$\n\n$$x_1$$"
        );
        assert_eq!(
            markdown("<p><img alt=\"\" data-attachment-key=\"IMGE2345\"></p>"),
            "![](</z/storage/IMGE2345/image.png>)"
        );
    }

    #[test]
    fn citations_in_notes_stay_citations() {
        let cites = encoded(
            "{\"citationItems\":[{\"uris\":[\"http://zotero.org/users/1/items/ABCD2345\"],\"locator\":\"3-5\",\
             \"label\":\"page\",\"prefix\":\"see\"},{\"uris\":[\"http://zotero.org/users/1/items/EFGH2345\"],\
             \"locator\":\"2\",\"label\":\"chapter\",\"suppress-author\":true}],\"properties\":{}}",
        );
        let note = |data: &str| {
            format!(
                "<p>As shown <span class=\"citation\" data-citation=\"{data}\">(<span class=\"citation-item\">Benkler, 2006</span>)</span>.</p>"
            )
        };
        assert_eq!(
            markdown(&note(&cites)),
            "As shown [see @benkler2006, pp. 3-5; -@ostrom1990, chapter 2]."
        );
        // The printed form has to do for an item that is not known.
        let unknown = encoded(
            "{\"citationItems\":[{\"uris\":[\"http://zotero.org/users/1/items/ZZZZ2345\"]}]}",
        );
        assert_eq!(markdown(&note(&unknown)), "As shown (Benkler, 2006).");
        assert_eq!(markdown(&note("%7Bbroken")), "As shown (Benkler, 2006).");
    }

    #[test]
    fn annotations_have_their_page_and_colour() {
        let annotation = |kind, text: &str, comment: &str| Annotation {
            kind,
            text: text.to_owned(),
            comment: comment.to_owned(),
            color: "#ffd400".to_owned(),
            page_label: "xii".to_owned(),
            ..Annotation::default()
        };
        let item = ZoteroItem {
            attachments: vec![Attachment {
                key: "PDFA2345".to_owned(),
                annotations: vec![
                    annotation(
                        AnnotationType::Highlight,
                        "Peer *production*\nworks",
                        "<i>Really?</i>\nYes",
                    ),
                    annotation(AnnotationType::Note, "", "Compare"),
                    annotation(AnnotationType::Image, "", ""),
                ],
                ..Attachment::default()
            }],
            ..ZoteroItem::default()
        };
        let sections = writer().sections(&item);
        assert_eq!(
            sections,
            [NoteSection {
                key: "PDFA2345/annotations".to_owned(),
                text: "## Annotations\n\n> Peer \\*production\\*  \n> works (p. xii, yellow)\n\n*Really?*  \nYes\n\n\
                       Compare (p. xii, yellow note)\n\np. xii, yellow area"
                    .to_owned(),
            }]
        );
    }

    #[test]
    fn several_notes_stand_under_headings() {
        let note = |key: &str, html: &str| ZoteroNote {
            key: key.to_owned(),
            note: html.to_owned(),
            date_added: "2024-03-01 10:00:00".to_owned(),
            ..ZoteroNote::default()
        };
        let texts = |notes: Vec<ZoteroNote>| {
            let item = ZoteroItem {
                notes,
                ..ZoteroItem::default()
            };
            let sections = writer().sections(&item).into_iter();
            sections.map(|section| section.text).collect::<Vec<_>>()
        };
        assert_eq!(texts(vec![note("A", "<p>one</p>")]), ["one"]);
        assert_eq!(
            texts(vec![
                note("A", "<p>one</p>"),
                note("B", "<h2>Two</h2><p>two</p>")
            ]),
            ["## Note of 2024-03-01\n\none", "## Two\n\ntwo"]
        );
    }

    #[test]
    fn hostile_html_is_read_as_text_and_does_not_overflow_the_stack() {
        let deep = format!(
            "{}deep{}",
            "<div>".repeat(100_000),
            "</div>".repeat(100_000)
        );
        assert_eq!(markdown(&deep), "deep");
        let many = format!("<p>{}</p>", "<i>x</i>".repeat(20_000));
        assert!(markdown(&many).contains("xxx"));
        let open = "<b id=1><p><i id=2><p>".repeat(10_000);
        assert_eq!(markdown(&open), "");
        assert_eq!(markdown("<p>a<script>alert(1)</script></p>"), "a");
        assert!(!markdown("&lt;script&gt;alert(1)&lt;/script&gt;").starts_with("<script"));
    }
}
