//! Every output format, read again: no character is lost or misread.
//!
//! Each output is parsed by a reader of its syntax, and compiled by Typst, pdfLaTeX, XeLaTeX or pandoc if
//! they are installed. If not, the test reports that it was skipped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr
)]

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use peerbib::csl::{Display, Formatting, Inline, Style, format_bibliography};
use peerbib::formats;
use peerbib::library::CitableWork;
use peerbib::model::CslItem;
use peerbib::output::text::TextLayout;
use peerbib::output::{
    MetadataIndex, csv, docx, html, json, latex, markdown, mediawiki, pandoc, rtf, text, typst,
};
use peerbib::reading_list::{FormattedEntry, Heading, ReadingList, RichBlocks, Section};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

/// Titles with common and uncommon special characters.
const NASTY: &[&str] = &[
    "Plain words, with commas; and a colon: so",
    "*stars* and **more** _under_ __scores__ snake_case_word",
    "<b>tags</b> & &amp; entities &copy; &#65; a < b > c",
    "100 % of {braces} in $math and #hash @at ~tilde ^caret",
    "[[link]] {{template}} {{{parameter}}} | pipe || [x](y) ![p](q)",
    "''quotes'' 'single' \"double\" `back` ``ticks`` ~~~~ ~~struck~~",
    "back\\slash \\textbf{x} \\ and \\\\ end\\",
    "- a hyphen at the start",
    "1. a number at the start",
    "(a) a letter in brackets",
    "= an equals sign at the start",
    "+ a plus at the start",
    "# a hash at the start",
    "* an asterisk at the start",
    ": a colon at the start",
    "; a semicolon at the start",
    "@ an at sign at the start",
    "/ a slash at the start // and a /* comment */ in it",
    "--- dashes -- and - hyphens --> and -1 and a-b -? x",
    "... dots .. and . one",
    "See https://example.org/a_b*c?q=1&amp=2#frag (no link) or http://e.org.",
    "A title that ends in #",
    "Trailing bang!",
    "__NOTOC__ __init__ RFC 2616 ISBN 0-306-40615-2",
    "Ελληνικά και άλλα",
    "Кириллица и ещё",
    "العربية والمشاع",
    "mixed \u{202b}العربية\u{202c} with marks\u{200f} here",
    "עברית",
    "中文标题，以及更多",
    "emoji 🌱 and 👩‍🌾 and ❤️ and → arrows",
    "ligatures: fi fl ffi, ,, << >> ?` !`",
    "dzień dobry, ặng, naïve, Åse, œuvre, ß, ñ, ř",
    "non\u{a0}breaking and “curly” ‘quotes’ – dashes — here…",
    "n² x₂ ½ № € § ¶ ©",
    "Title with [brackets] and (parens) {curly}",
    "\\begin{document} \\end{document} $$ %%",
    "=HYPERLINK(\"https://e.org\")",
    "|- table row",
    "a&b;c &lt; d",
];

/// An entry in which the text occurs with different formatting.
fn rich(text: &str) -> Vec<Inline> {
    let plain = |text: &str| Inline::Text(text.to_owned());
    vec![
        plain("Wren, A. "),
        Inline::Formatted(Formatting::Italic, vec![plain(text)]),
        plain(". "),
        Inline::Formatted(Formatting::SmallCaps, vec![plain("Small")]),
        Inline::Formatted(Formatting::Bold, vec![plain("4")]),
        plain("(2), "),
        Inline::Link {
            href: "https://example.org/a_b?c=d&e=%20#f".into(),
            content: vec![plain("https://example.org/a_b?c=d&e=%20#f")],
        },
        plain(" "),
        Inline::Link {
            href: "https://example.org/\u{e4} \"x\"".into(),
            content: vec![plain("a link")],
        },
        Inline::Formatted(Formatting::Superscript, vec![plain("2")]),
    ]
}

fn entry(key: &str, content: Vec<Inline>) -> FormattedEntry {
    FormattedEntry {
        key: key.to_owned(),
        language: None,
        content,
        annotation: RichBlocks::default(),
    }
}

fn section(heading: &str, depth: usize, entries: Vec<FormattedEntry>) -> Section {
    Section {
        event: None,
        heading: Some(Heading {
            text: heading.to_owned(),
            depth,
        }),
        introduction: RichBlocks::default(),
        entries,
    }
}

const ANNOTATION: &str = "On *peer* production, with a [link](https://example.org/named) & 100 %.\n\n\
                          > A quoted line_with_signs.\n\n\
                          - one item\n- another item\n\n\
                          3. third\n4. fourth\n\n\
                          ```\nverbatim  {x} \\y\n  indented #z\n```\n\nThe end.";

/// The words of [`ANNOTATION`] that every format prints.
const ANNOTATION_WORDS: &[&str] = &[
    "On peer production, with a link",
    "& 100 %.",
    "A quoted line_with_signs.",
    "one item",
    "another item",
    "third",
    "fourth",
    "{x} \\y",
    "indented #z",
    "The end.",
];

/// A list that contains every nasty text as an entry, in an entry, as a heading and in an annotation.
fn full_list() -> ReadingList {
    let alone = NASTY
        .iter()
        .enumerate()
        .map(|(index, text)| entry(&format!("alone{index}"), vec![Inline::Text((*text).into())]));
    let within = NASTY
        .iter()
        .enumerate()
        .map(|(index, text)| entry(&format!("rich{index}"), rich(text)));
    let mut annotated = entry("annotated", rich("Nests"));
    annotated.annotation = RichBlocks::from_markdown(ANNOTATION);
    let numbered = entry(
        "numbered",
        vec![
            Inline::Display(Display::LeftMargin, vec![Inline::Text("[1]".into())]),
            Inline::Display(
                Display::RightInline,
                vec![Inline::Text("Numbered entry, 2001.".into())],
            ),
        ],
    );
    let mut sections = vec![
        section("Alone", 0, alone.collect()),
        section("Within", 0, within.collect()),
        section("Deeper & narrower", 1, vec![annotated]),
        section("Numbered", 0, vec![numbered]),
    ];
    sections[0].introduction = RichBlocks::from_markdown("An *introduction* to the section.");
    for text in NASTY {
        sections.push(section(text, 0, vec![entry("again", rich("Again"))]));
    }
    ReadingList {
        title: Some("Commons & 100 % <peers> 🌱 #1_x".into()),
        introduction: RichBlocks::from_markdown("What *this* list is about. #1 {x} 5 $ \\ ~ ^"),
        sections,
        ..ReadingList::default()
    }
}

fn nasty_list(texts: &[String]) -> ReadingList {
    let entries = texts
        .iter()
        .map(|text| entry("k", vec![Inline::Text(text.clone())]));
    ReadingList {
        sections: vec![Section {
            event: None,
            heading: None,
            introduction: RichBlocks::default(),
            entries: entries.collect(),
        }],
        ..ReadingList::default()
    }
}

/// Normalizes white space and composes characters.
fn flat(text: &str) -> String {
    let text: String = text.nfc().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Removes white space, directional marks and variation selectors and replaces compatibility characters, like
/// text copied from a PDF.
fn solid(text: &str) -> String {
    text.nfkc()
        .filter(|c| {
            !c.is_whitespace()
                && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{fe00}'..='\u{fe0f}' | '\u{ad}')
        })
        .collect()
}

/// The normalized texts that the full list must contain.
fn expected() -> Vec<String> {
    let mut expected = vec![
        "Commons & 100 % <peers> 🌱 #1_x".to_owned(),
        "What this list is about. #1 {x} 5 $ \\ ~ ^".to_owned(),
        "An introduction to the section.".to_owned(),
        "Numbered entry, 2001.".to_owned(),
        "Deeper & narrower".to_owned(),
    ];
    for text in NASTY {
        expected.push(flat(text));
        expected.push(flat(&format!("Wren, A. {text}. Small4(2), ")));
    }
    expected.push("a link2".to_owned());
    expected.push("https://example.org/a_b?c=d&e=%20#f a link".to_owned());
    expected.extend(ANNOTATION_WORDS.iter().map(|words| flat(words)));
    expected
}

#[track_caller]
fn holds_all(form: &str, plain: &str) {
    let plain = flat(plain);
    for text in expected() {
        assert!(plain.contains(&text), "{form} lost {text:?}:\n{plain}");
    }
}

/// Word and RTF have marks of direction behind words of the other direction.
#[track_caller]
fn holds_all_but_marks(form: &str, plain: &str) {
    let plain = flat(&without_marks(plain));
    for text in expected() {
        let text = flat(&without_marks(&text));
        assert!(plain.contains(&text), "{form} lost {text:?}:\n{plain}");
    }
}

fn without_marks(text: &str) -> String {
    text.replace(['\u{200e}', '\u{200f}'], "")
}

/// HTML writes superscript digits as elements.
#[track_caller]
fn html_holds_all(plain: &str) {
    let plain = solid(plain);
    for text in expected() {
        assert!(
            plain.contains(&solid(&text)),
            "HTML lost {text:?}:\n{plain}"
        );
    }
}

fn references() -> (Vec<CitableWork>, Vec<CslItem>) {
    let source = include_str!("data/forms/works.bib");
    let reading = formats::BIBLATEX.read_text(source);
    let mut works = CitableWork::of_reading(&reading);
    let mut items: Vec<CslItem> = works
        .iter_mut()
        .map(|work| work.take_item().unwrap())
        .collect();
    for (item, work) in items.iter_mut().zip(&works) {
        item.id.clone_from(&work.key);
    }
    (works, items)
}

fn list_of(items: &[CslItem]) -> ReadingList {
    let csl = include_str!("../styles/annotated-reading-list.csl");
    let style = Style::from_xml(csl).unwrap();
    ReadingList::plain(format_bibliography(&style, None, items))
}

// Readers ---------------------------------------------------------------------------------------------

fn markdown_to_plain(markdown: &str) -> String {
    use pulldown_cmark::{Event, Options, Parser, TagEnd};
    let mut plain = String::new();
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Text(text) | Event::Code(text) => plain.push_str(&text),
            Event::SoftBreak | Event::HardBreak => plain.push(' '),
            Event::End(
                TagEnd::Paragraph | TagEnd::Item | TagEnd::Heading(_) | TagEnd::CodeBlock,
            ) => plain.push('\n'),
            Event::InlineHtml(tag) | Event::Html(tag) => {
                let known = ["span", "sup", "sub", "u>", "em>", "strong>", "!--"];
                assert!(
                    known
                        .iter()
                        .any(|name| tag.trim_start_matches(['<', '/']).starts_with(name)),
                    "{tag}"
                );
            }
            _ => {}
        }
    }
    plain
}

/// A start tag: its name and its attributes.
type StartTag = (String, BTreeMap<String, String>);

/// Returns the text of a page and its start tags; fails on an HTML parse error.
fn html_to_plain(page: &str) -> (String, Vec<StartTag>) {
    use html5gum::{DefaultEmitter, Token, Tokenizer};
    let mut plain = String::new();
    let mut elements = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let decoded = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    // Scripts and style sheets are not markup.
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(page, emitter) {
        match token.unwrap() {
            Token::String(text) => {
                let hidden = ["style", "script", "title"];
                if !open.iter().any(|name| hidden.contains(&name.as_str())) {
                    plain.push_str(&decoded(&text));
                }
            }
            Token::StartTag(tag) => {
                let name = decoded(&tag.name);
                let attributes = tag
                    .attributes
                    .iter()
                    .map(|(name, value)| (decoded(name), decoded(value)))
                    .collect();
                if ["p", "li", "div", "h1", "h2", "h3", "pre"].contains(&name.as_str()) {
                    plain.push('\n');
                }
                if !["meta", "br"].contains(&name.as_str()) {
                    open.push(name.clone());
                }
                elements.push((name, attributes));
            }
            Token::EndTag(tag) => {
                let name = decoded(&tag.name);
                assert_eq!(open.pop().as_ref(), Some(&name), "elements are nested");
                if ["p", "li", "div", "h1", "h2", "h3", "pre"].contains(&name.as_str()) {
                    plain.push('\n');
                }
            }
            Token::Error(error) => panic!("{}", *error),
            _ => {}
        }
    }
    assert_eq!(open, Vec::<String>::new(), "every element is closed");
    (plain, elements)
}

fn wiki_to_plain(wiki: &str) -> String {
    let mut plain = String::new();
    for line in wiki.lines() {
        let mut line = line;
        let heading = line.chars().take_while(|c| *c == '=').count();
        if heading > 0 && line.len() > 2 * heading {
            let marks = "=".repeat(heading);
            assert!(line.ends_with(&marks), "{line}");
            line = &line[heading..line.len() - heading];
        } else {
            line = line.trim_start_matches(['*', '#', ':']);
        }
        assert!(
            !line.starts_with("{|") && !line.starts_with("----"),
            "{line}"
        );
        for mark in ["[[", "]]", "~~~", "__"] {
            assert!(!line.contains(mark), "{mark} means something: {line}");
        }
        // Emphasis, then external links, then tags, then entities.
        let line = line
            .replace("'''''", "")
            .replace("'''", "")
            .replace("''", "");
        let mut without_links = String::new();
        let mut rest = line.as_str();
        while let Some((before, after)) = rest.split_once('[') {
            let (link, behind) = after.split_once(']').expect("a link is closed");
            let (address, shown) = link.split_once(' ').expect("a link has an address");
            assert!(address.starts_with("https://"), "{address}");
            without_links.push_str(before);
            without_links.push_str(shown);
            rest = behind;
        }
        without_links.push_str(rest);
        let mut text = String::new();
        let mut rest = without_links.as_str();
        while let Some((before, after)) = rest.split_once('<') {
            let (tag, behind) = after.split_once('>').expect("a tag is closed");
            let name = tag.trim_start_matches('/');
            let known = [
                "span style=",
                "span",
                "sup",
                "sub",
                "u",
                "i",
                "b",
                "br",
                "blockquote",
                "pre",
                "code",
            ];
            assert!(known.iter().any(|known| name.starts_with(known)), "{tag}");
            text.push_str(before);
            rest = behind;
        }
        text.push_str(rest);
        plain.push_str(&entities_decoded(&text));
        plain.push('\n');
    }
    plain
}

fn entities_decoded(text: &str) -> String {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        // An ampersand in a URL stays as it is.
        let entity = after.split_once(';').and_then(|(name, behind)| {
            let character = match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                _ => char::from_u32(name.strip_prefix('#')?.parse().ok()?)?,
            };
            Some((character, behind))
        });
        match entity {
            Some((character, behind)) => {
                decoded.push(character);
                rest = behind;
            }
            None => {
                decoded.push('&');
                rest = after;
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

fn docx_to_plain(bytes: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    for name in &names {
        if name.ends_with(".xml") || name.ends_with(".rels") {
            let mut xml = String::new();
            archive
                .by_name(name)
                .unwrap()
                .read_to_string(&mut xml)
                .unwrap();
            roxmltree::Document::parse(&xml).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
    let mut xml = String::new();
    archive
        .by_name("word/document.xml")
        .unwrap()
        .read_to_string(&mut xml)
        .unwrap();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let mut plain = String::new();
    for node in document.descendants() {
        match node.tag_name().name() {
            "t" => plain.push_str(node.text().unwrap_or_default()),
            "p" => plain.push('\n'),
            "tab" | "br" => plain.push(' '),
            _ => {}
        }
    }
    plain
}

/// Reads the RTF that this program writes, and fails on unknown control words.
fn rtf_to_plain(rtf: &str) -> String {
    assert!(rtf.is_ascii(), "RTF is ASCII");
    let mut plain = String::new();
    let mut units: Vec<u16> = Vec::new();
    let mut hidden: Vec<bool> = vec![false];
    let mut characters = rtf.chars().peekable();
    let flush = |units: &mut Vec<u16>, plain: &mut String| {
        plain.push_str(&String::from_utf16(units).unwrap());
        units.clear();
    };
    while let Some(character) = characters.next() {
        let is_hidden = *hidden.last().unwrap();
        match character {
            '{' => hidden.push(is_hidden),
            '}' => {
                hidden.pop();
            }
            '\n' | '\r' => {}
            '\\' => {
                let next = characters.next().unwrap();
                if !next.is_ascii_alphabetic() {
                    match next {
                        '*' => *hidden.last_mut().unwrap() = true,
                        '~' if !is_hidden => plain.push('\u{a0}'),
                        '\\' | '{' | '}' if !is_hidden => {
                            flush(&mut units, &mut plain);
                            plain.push(next);
                        }
                        _ => assert!(is_hidden, "\\{next}"),
                    }
                    continue;
                }
                let mut word = String::from(next);
                while let Some(c) = characters.next_if(char::is_ascii_alphabetic) {
                    word.push(c);
                }
                let mut number = String::new();
                while let Some(c) = characters.next_if(|c| *c == '-' || c.is_ascii_digit()) {
                    number.push(c);
                }
                characters.next_if_eq(&' ');
                match word.as_str() {
                    "u" => {
                        assert_eq!(characters.next(), Some('?'));
                        if !is_hidden {
                            units.push(number.parse::<i16>().unwrap() as u16);
                        }
                        continue;
                    }
                    "par" | "line" | "tab" => {
                        flush(&mut units, &mut plain);
                        plain.push('\n');
                    }
                    "fonttbl" | "colortbl" | "stylesheet" | "info" => {
                        *hidden.last_mut().unwrap() = true;
                    }
                    _ => {}
                }
            }
            _ if is_hidden => {}
            _ => {
                flush(&mut units, &mut plain);
                plain.push(character);
            }
        }
    }
    flush(&mut units, &mut plain);
    assert_eq!(hidden.len(), 1, "the groups are balanced");
    plain
}

// Tests -----------------------------------------------------------------------------------------------

#[test]
fn text_holds_every_character() {
    let list = full_list();
    // A superscript number is in the characters that Unicode has for it.
    let plain = text::reading_list(&list, TextLayout::default()).replace("link²", "link2");
    holds_all("text", &plain);
    for width in [40, 80, 140] {
        let layout = TextLayout {
            width: Some(width),
            ..TextLayout::default()
        };
        let wrapped = text::reading_list(&list, layout);
        let whole = solid(&wrapped).replace('>', "");
        for text in NASTY {
            assert!(
                whole.contains(&solid(text).replace('>', "")),
                "{width}: {text}"
            );
        }
    }
}

#[test]
fn text_for_a_terminal_ends_on_each_line_what_it_begins() {
    let layout = TextLayout {
        ansi: true,
        links: true,
        isolates: false,
        width: Some(60),
    };
    let shown = text::reading_list(&full_list(), layout);
    let mut plain = String::new();
    for line in shown.lines() {
        let mut is_link = false;
        let mut has_look = false;
        let mut columns = String::new();
        let mut rest = line;
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            columns.push_str(before);
            if let Some(after) = after.strip_prefix("]8;;") {
                let (address, behind) = after.split_once("\u{1b}\\").unwrap();
                is_link = !address.is_empty();
                assert!(address.is_ascii(), "{address}");
                rest = behind;
            } else {
                let (code, behind) = after.split_once('m').unwrap();
                has_look = code != "[0";
                rest = behind;
            }
        }
        columns.push_str(rest);
        assert!(!is_link && !has_look, "{line:?}");
        let width = unicode_width::UnicodeWidthStr::width(columns.as_str());
        assert!(
            width <= 60 || !columns.trim_start().contains(' '),
            "{width} columns: {columns}"
        );
        plain.push_str(&columns);
        plain.push('\n');
    }
    let plain = solid(&plain);
    for text in NASTY {
        let shown = peerbib::output::terminal::visible(text);
        assert!(plain.contains(&solid(&shown)), "{text}");
    }
}

#[test]
fn text_cannot_command_a_terminal() {
    let list = nasty_list(&["red \u{1b}[31m bell \u{7} up \u{9b}1A line\nbreak".to_owned()]);
    for ansi in [false, true] {
        let shown = text::reading_list(
            &list,
            TextLayout {
                ansi,
                ..TextLayout::default()
            },
        );
        assert_eq!(shown, "red [31m bell  up 1A line break\n");
    }
}

#[test]
fn markdown_holds_every_character() {
    let written = markdown::reading_list(&full_list());
    holds_all("markdown", &markdown_to_plain(&written));
}

#[test]
fn html_holds_every_character_and_is_valid() {
    let works = MetadataIndex::default();
    let (plain, _) = html_to_plain(&html::reading_list(&full_list(), &works));
    html_holds_all(&plain);
    let page = html::page(&full_list(), &works, "en-US");
    let (plain, elements) = html_to_plain(&page);
    html_holds_all(&plain);
    let anchors: Vec<&String> = elements
        .iter()
        .filter_map(|(_, attributes)| attributes.get("id"))
        .collect();
    let different: std::collections::BTreeSet<_> = anchors.iter().collect();
    assert_eq!(anchors.len(), different.len(), "no anchor occurs twice");
    for (name, attributes) in &elements {
        if name == "a"
            && let Some(anchor) = attributes["href"].strip_prefix('#')
        {
            assert!(anchors.iter().any(|id| *id == anchor), "#{anchor}");
        }
    }
    assert_eq!(elements[0].1["lang"], "en-US");
    assert_eq!(elements[0].1["dir"], "ltr");
    let (_, elements) = html_to_plain(&html::page(&full_list(), &works, "ar"));
    assert_eq!(elements[0].1["dir"], "rtl");
}

#[test]
fn html_says_what_the_works_are_to_reference_managers() {
    let (works, items) = references();
    let list = list_of(&items);
    let works = MetadataIndex::new(&works, &items);
    let page = html::page(&list, &works, "en-US");
    let (_, elements) = html_to_plain(&page);
    let coins: Vec<&String> = elements
        .iter()
        .filter(|(_, attributes)| {
            attributes
                .get("class")
                .is_some_and(|class| class == "Z3988")
        })
        .map(|(_, attributes)| &attributes["title"])
        .collect();
    assert_eq!(coins.len(), items.len());
    let coin = |word: &str| {
        let found = coins.iter().find(|coin| coin.contains(word));
        found
            .unwrap_or_else(|| panic!("{word}: {coins:?}"))
            .as_str()
    };
    let article = coin("Coase");
    for part in [
        "ctx_ver=Z39.88-2004",
        "rft_val_fmt=info%3Aofi%2Ffmt%3Akev%3Amtx%3Ajournal",
        "rft.genre=article",
        "rft.atitle=Coase%E2%80%99s%20Penguin%2C%20or%2C%20Linux",
        "rft.jtitle=The%20Yale%20Law%20Journal",
        "rft.aulast=Benkler",
        "rft.aufirst=Yochai",
        "rft.date=2002-12",
        "rft.volume=112",
        "rft.issue=3",
        "rft.spage=369",
        "rft.epage=446",
        "rft_id=info%3Adoi%2F10.2307%2F1562247",
    ] {
        assert!(article.contains(part), "{part}: {article}");
    }
    assert!(coin("Hacking%20Capitalism").contains("rft.genre=book"));
    assert!(coin("Thesis").contains("kev%3Amtx%3Adissertation"));
    assert!(coin("GPL%20Society").contains("rft.type=webpage"));
    assert!(coin("A%20chapter").contains("rft.btitle=A%20book%20of%20chapters"));

    let (_, after) = page
        .split_once("<script type=\"application/ld+json\">")
        .unwrap();
    let (script, _) = after.split_once("</script>").unwrap();
    let linked: serde_json::Value = serde_json::from_str(script).unwrap();
    assert_eq!(linked["@context"], "https://schema.org");
    let listed = linked["itemListElement"].as_array().unwrap();
    assert_eq!(listed.len(), items.len());
    let types: Vec<&str> = listed
        .iter()
        .map(|item| item["item"]["@type"].as_str().unwrap())
        .collect();
    for wanted in [
        "ScholarlyArticle",
        "Book",
        "Chapter",
        "WebPage",
        "Thesis",
        "Report",
    ] {
        assert!(types.contains(&wanted), "{wanted}: {types:?}");
    }
    let article = listed
        .iter()
        .find(|item| item["item"]["@type"] == "ScholarlyArticle")
        .unwrap();
    let article = &article["item"];
    assert_eq!(article["author"][0]["familyName"], "Benkler");
    assert_eq!(article["isPartOf"]["issueNumber"], "3");
    assert_eq!(
        article["isPartOf"]["isPartOf"]["isPartOf"]["name"],
        "The Yale Law Journal"
    );
}

#[test]
fn nothing_in_a_work_ends_the_script_of_a_page_or_runs_in_it() {
    let reading = formats::BIBLATEX.read_text(
        "@book{bad, author = {{</script><script>alert(1)</script>}}, title = {</script><img src=x onerror=alert(1)>}, url = {javascript:alert(1)}}",
    );
    let mut works = CitableWork::of_reading(&reading);
    let items = vec![works[0].take_item().unwrap()];
    let mut list = list_of(&items);
    list.sections[0].entries[0].annotation =
        RichBlocks::from_markdown("[x](javascript:alert(1)) <script>alert(1)</script>");
    let page = html::page(&list, &MetadataIndex::new(&works, &items), "en");
    assert_eq!(page.matches("<script").count(), 1, "{page}");
    assert_eq!(page.matches("</script>").count(), 1, "{page}");
    let (_, elements) = html_to_plain(&page);
    assert!(elements.iter().all(|(name, attributes)| {
        name != "img"
            && !attributes
                .get("href")
                .is_some_and(|href| href.contains("javascript"))
    }));
}

#[test]
fn mediawiki_holds_every_character() {
    let wiki = mediawiki::reading_list(&full_list());
    holds_all("mediawiki", &wiki_to_plain(&wiki));
}

#[test]
fn mediawiki_templates_name_the_fields_of_citation_style_1() {
    let (works, items) = references();
    let wiki = mediawiki::with_templates(
        &list_of(&items),
        &MetadataIndex::new(&works, &items),
        &Default::default(),
    );
    let mut calls = Vec::new();
    for line in wiki.lines() {
        let call = line
            .strip_prefix("* {{")
            .and_then(|line| line.strip_suffix("}}"))
            .unwrap_or_else(|| panic!("{line}"));
        assert!(!call.contains("{{") && !call.contains("}}"), "{call}");
        let mut parts = call.split('|');
        let name = parts.next().unwrap().trim().to_owned();
        let parameters: BTreeMap<String, String> = parts
            .map(|part| {
                let (name, value) = part.split_once('=').expect(part);
                (name.trim().to_owned(), entities_decoded(value.trim()))
            })
            .collect();
        calls.push((name, parameters));
    }
    let call = |name: &str, parameter: &str, value: &str| {
        let holds = |(found, parameters): &&(String, BTreeMap<String, String>)| {
            found == name
                && parameters
                    .get(parameter)
                    .is_some_and(|found| found == value)
        };
        assert!(
            calls.iter().any(|call| holds(&call)),
            "{name} {parameter}={value}: {calls:#?}"
        );
    };
    call("cite journal", "last1", "Benkler");
    call("cite journal", "first1", "Yochai");
    call("cite journal", "journal", "The Yale Law Journal");
    call("cite journal", "pages", "369\u{2013}446");
    call("cite journal", "doi", "10.2307/1562247");
    call("cite journal", "date", "December 2002");
    call("cite book", "title", "Hacking Capitalism");
    call("cite book", "others", "Translated by Ada Wren");
    call("cite book", "orig-date", "1999");
    call("cite book", "chapter", "A chapter | with = signs");
    call("cite book", "title", "A book of chapters");
    call("cite book", "editor1-last", "Finch");
    call("cite web", "title", "The GPL Society");
    call("cite web", "author1", "Project Oekonux");
    call("cite web", "access-date", "2015-01-02");
    call("cite web", "url", "https://example.org/a?b=c&d=%7Bx%7D");
    call("cite thesis", "degree", "PhD");
    call("cite report", "number", "7");
    call("cite conference", "book-title", "Proceedings of Things");
    call("cite encyclopedia", "encyclopedia", "A lexicon");
}

#[test]
fn docx_holds_every_character() {
    let file = docx::reading_list(&full_list(), "en-US").unwrap();
    holds_all_but_marks("docx", &docx_to_plain(&file));
}

#[test]
fn rtf_holds_every_character() {
    holds_all_but_marks(
        "rtf",
        &rtf_to_plain(&rtf::reading_list(&full_list(), "en-US")),
    );
}

#[test]
fn json_has_the_text_around_an_entry() {
    let list = full_list();
    let entries = serde_json::to_value(json::entries(&list)).unwrap();
    let annotated = entries
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["key"] == "annotated")
        .unwrap();
    assert_eq!(annotated["group"], "Deeper & narrower");
    assert_eq!(
        annotated["section"],
        serde_json::json!(["Within", "Deeper & narrower"])
    );
    let html = annotated["annotation"]["html"].as_str().unwrap();
    assert!(html.contains("On <i>peer</i> production"), "{html}");
    let whole = serde_json::to_value(json::list(&list, "en-US")).unwrap();
    assert_eq!(whole["title"], "Commons & 100 % <peers> 🌱 #1_x");
    assert_eq!(whole["sections"][2]["depth"], 1);
}

#[test]
fn csv_is_read_by_others_as_it_was_written() {
    let list = full_list();
    let written = csv::reading_list(&list, &MetadataIndex::default());
    let mut reader = ::csv::Reader::from_reader(written.as_bytes());
    let columns: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let place = |name: &str| columns.iter().position(|column| column == name).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(
        rows.len(),
        list.sections
            .iter()
            .map(|section| section.entries.len())
            .sum::<usize>()
    );
    for (row, text) in rows.iter().zip(NASTY) {
        let found = &row[place("text")];
        assert_eq!(
            flat(
                found
                    .strip_prefix('\'')
                    .filter(|rest| rest.starts_with(['=', '+', '-', '@']))
                    .unwrap_or(found)
            ),
            flat(text)
        );
        assert!(!found.starts_with(['=', '+', '-', '@']), "{found}");
    }
    let annotated = rows
        .iter()
        .find(|row| &row[place("key")] == "annotated")
        .unwrap();
    assert_eq!(&annotated[place("section")], "Within > Deeper & narrower");
    assert!(annotated[place("annotation")].contains("On peer production"));
}

/// Runs a program in a directory; returns `None` if it is not installed.
fn run(program: &str, arguments: &[&str], directory: &Path) -> Option<std::process::Output> {
    match Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .stdin(std::process::Stdio::null())
        .output()
    {
        Ok(output) => Some(output),
        Err(_) => {
            eprintln!("skipped: {program} is not installed");
            None
        }
    }
}

/// Returns the text that can be copied from a PDF, or `None` if no program can read it.
fn pdf_to_plain(pdf: &str, directory: &Path) -> Option<String> {
    let output = run("pdftotext", &["-raw", pdf, "-"], directory)?;
    // Each page ends with its number.
    let plain = String::from_utf8_lossy(&output.stdout);
    let pages = plain.split('\u{c}').map(|page| {
        let page = page.trim_end();
        page.trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    });
    Some(pages.collect())
}

/// Returns whether a PDF may return a text in another order (right-to-left scripts), or this machine may lack
/// a font for it.
fn needs_fonts(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(c, '\u{590}'..='\u{8ff}' | '\u{2e80}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}' | '\u{1f000}'..='\u{1ffff}' | '\u{2764}' | '\u{200d}')
    })
}

#[track_caller]
fn pdf_holds_all(form: &str, plain: &str, even_needing_fonts: bool) {
    // Page numbers occur in between, and hyphenated words look like compounds. Some fonts return small
    // capitals as capitals.
    let plain = solid(plain).to_lowercase();
    for text in expected() {
        if text.chars().any(|c| matches!(c, '\u{590}'..='\u{8ff}')) {
            continue;
        }
        if !even_needing_fonts && needs_fonts(&text) {
            continue;
        }
        assert!(
            plain.contains(&solid(&text).to_lowercase()),
            "{form} lost {text:?}:\n{plain}"
        );
    }
}

#[test]
fn typst_compiles_and_holds_every_character() {
    let directory = tempfile::tempdir().unwrap();
    for (name, source) in [
        ("document", typst::document(&full_list(), "en-US")),
        ("fragment", typst::reading_list(&full_list())),
    ] {
        let file = format!("{name}.typ");
        std::fs::write(directory.path().join(&file), source).unwrap();
        let pdf = format!("{name}.pdf");
        let Some(output) = run("typst", &["compile", &file, &pdf], directory.path()) else {
            return;
        };
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{message}");
        if let Some(plain) = pdf_to_plain(&pdf, directory.path()) {
            pdf_holds_all("typst", &plain, false);
        }
    }
}

fn latex_compiles(engine: &str, even_needing_fonts: bool) {
    let directory = tempfile::tempdir().unwrap();
    let source = latex::document(&full_list(), "en-US");
    std::fs::write(directory.path().join("document.tex"), source).unwrap();
    std::fs::write(
        directory.path().join("fragment.tex"),
        latex::reading_list(&nasty_list(
            &NASTY
                .iter()
                .filter(|text| text.is_ascii())
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>(),
        )),
    )
    .unwrap();
    std::fs::write(
        directory.path().join("main.tex"),
        "\\documentclass{article}\\usepackage[T1]{fontenc}\\begin{document}\\input{fragment}\\end{document}\n",
    )
    .unwrap();
    for name in ["document", "main"] {
        let file = format!("{name}.tex");
        let options = ["-interaction=nonstopmode", "-halt-on-error", &file];
        let Some(output) = run(engine, &options, directory.path()) else {
            return;
        };
        let message = String::from_utf8_lossy(&output.stdout);
        if message.contains("module 'luaotfload-main' not found") {
            eprintln!("skipped: {engine} lacks luaotfload");
            return;
        }
        assert!(output.status.success(), "{engine} {name}:\n{message}");
    }
    let has = |file: &str| {
        run("kpsewhich", &[file], directory.path()).is_some_and(|found| found.status.success())
    };
    if engine == "pdflatex" && has("t2aenc.def") && !has("sfrm1095.pfb") {
        eprintln!(
            "skipped: without cm-super, Cyrillic letters are pictures, which nobody can copy"
        );
        return;
    }
    if let Some(plain) = pdf_to_plain("document.pdf", directory.path()) {
        pdf_holds_all(engine, &plain, even_needing_fonts);
    }
}

#[test]
fn latex_compiles_with_pdflatex_and_holds_every_character() {
    latex_compiles("pdflatex", true);
}

#[test]
fn latex_compiles_with_xelatex_and_holds_every_character() {
    latex_compiles("xelatex", false);
}

#[test]
fn latex_compiles_with_lualatex_and_holds_every_character() {
    latex_compiles("lualatex", false);
}

#[test]
fn pandoc_reads_its_own_markdown_as_it_was_meant() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(
        directory.path().join("list.md"),
        pandoc::reading_list(&full_list()),
    )
    .unwrap();
    let arguments = ["-f", "markdown", "-t", "html", "--wrap=none", "list.md"];
    let Some(output) = run("pandoc", &arguments, directory.path()) else {
        return;
    };
    assert!(output.status.success());
    let page = String::from_utf8(output.stdout).unwrap();
    let (plain, elements) = html_to_plain(&page);
    holds_all("pandoc", &plain);
    let has = |name: &str, value: &str| {
        elements.iter().any(|(_, attributes)| {
            attributes
                .get(name)
                .is_some_and(|found| found.split(' ').any(|word| word == value))
        })
    };
    assert!(
        has("class", "csl-bib-body") && has("class", "csl-entry") && has("class", "annotation")
    );
    assert!(has("class", "smallcaps") && has("id", "ref-annotated"));
    let (_, items) = references();
    std::fs::write(
        directory.path().join("document.md"),
        pandoc::document(&list_of(&items), "en-US"),
    )
    .unwrap();
    let arguments = ["-s", "-t", "html", "document.md"];
    let output = run("pandoc", &arguments, directory.path()).unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("id=\"refs\""));
}

/// Special and other characters.
fn nasty_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "B",
        "1",
        " ",
        " ",
        ".",
        ",",
        ":",
        ";",
        "!",
        "?",
        "-",
        "--",
        "*",
        "**",
        "_",
        "__",
        "`",
        "~",
        "~~",
        "#",
        "+",
        "=",
        "|",
        "\\",
        "/",
        "//",
        "<",
        ">",
        "&",
        "&amp;",
        "&lt",
        "&#35;",
        "[",
        "]",
        "[[",
        "]]",
        "(",
        ")",
        "{",
        "}",
        "{{",
        "}}",
        "$",
        "%",
        "^",
        "@",
        "'",
        "''",
        "\"",
        "\n",
        "\t",
        "é",
        "ß",
        "λ",
        "ж",
        "ع",
        "中",
        "🌱",
        "\u{200f}",
        "https://",
        "</script>",
        "<!--",
        "-->",
        "1.",
        "1)",
        "word",
        "e.g.",
    ]);
    prop::collection::vec(pieces, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_text_comes_out_of_every_form_as_it_went_in(first in nasty_text(), second in nasty_text()) {
        // Formulas become text with subscripts and superscripts.
        let has_formula = |text: &str| text.matches('$').count() > 1 || text.contains("\\(");
        prop_assume!(!has_formula(&first) && !has_formula(&format!("{first}{second}")));
        let wanted = flat(&format!("x {first}{second} y"));
        let content = vec![
            Inline::Text(first.clone()),
            Inline::Formatted(Formatting::Italic, vec![Inline::Text(second.clone())]),
        ];
        // Alone, at the start of a line, and within words.
        let alone = nasty_list(std::slice::from_ref(&first));
        let mut within = nasty_list(&[]);
        let mut words = vec![Inline::Text("x ".into())];
        words.extend(content);
        words.push(Inline::Text(" y".into()));
        within.sections[0].entries.push(entry("k", words));
        for (list, wanted) in [(alone, flat(&first)), (within, wanted)] {
            let plain = flat(&markdown_to_plain(&markdown::reading_list(&list)));
            prop_assert_eq!(&plain, &wanted, "markdown {}", markdown::reading_list(&list));
            let (plain, _) = html_to_plain(&html::reading_list(&list, &MetadataIndex::default()));
            prop_assert_eq!(&flat(&plain), &wanted, "html");
            let plain = wiki_to_plain(&mediawiki::reading_list(&list));
            prop_assert_eq!(&flat(&plain), &wanted, "mediawiki {}", mediawiki::reading_list(&list));
            let plain = rtf_to_plain(&rtf::reading_list(&list, "en-US"));
            prop_assert_eq!(flat(&without_marks(&plain)), flat(&without_marks(&wanted)), "rtf");
            let plain = text::reading_list(&list, TextLayout::default());
            prop_assert_eq!(&flat(&plain), &wanted, "text");
            let written = csv::reading_list(&list, &MetadataIndex::default());
            let mut reader = ::csv::Reader::from_reader(written.as_bytes());
            let row = reader.records().next().unwrap().unwrap();
            let found = flat(&row[12]);
            prop_assert!(found == wanted || found == format!("'{wanted}"), "csv: {}", found);
        }
    }
}
