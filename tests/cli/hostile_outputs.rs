//! Control characters in references never make an output that its readers refuse

use std::io::Read as _;

use crate::test_env::TestEnvironment;

/// Control characters of ASCII and C1, and noncharacters.
const CONTROLS: &str = "\u{1}\u{8}\u{b}\u{1b}[0m\u{7f}\u{9b}\u{fdd0}\u{ffff}";

fn hostile() -> TestEnvironment {
    let keyword = format!("movement:oek{CONTROLS}onux");
    let env = TestEnvironment::with(&format!(
        "@book{{k1, title = {{Ti{CONTROLS}tle & <b>}}, author = {{Wr{CONTROLS}en, Ada}}, date = {{2001}}, \
         keywords = {{{keyword}}}, publisher = {{Pub{CONTROLS}lisher}}, location = {{Lon{CONTROLS}don}}, \
         abstract = {{Ab{CONTROLS}stract}}, language = {{german}}, url = {{https://example.org/{CONTROLS}x}}}}\n\
         @article{{k2, title = {{Second}}, author = {{Wren, Ada}}, date = {{2002}}, \
         journaltitle = {{Jour{CONTROLS}nal}}, keywords = {{{keyword}, theme:commons}}}}\n"
    ));
    let note = format!("A re{CONTROLS}mark\n\n    verba{CONTROLS}tim\n");
    assert_eq!(env.peerbib(&["note", "k1", "-m", "-"], &note).code, Some(0));
    env
}

/// Asserts that nothing is left that XML or HTML forbids.
fn assert_clean(name: &str, text: &str) {
    let is_forbidden = |c: char| {
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
            || matches!(c, '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}')
    };
    if let Some(at) = text.find(is_forbidden) {
        let around: String = text[at..].chars().take(40).collect();
        panic!("{name}: {around:?}");
    }
    for reference in ["&#1;", "&#8;", "&#27;", "&#x1", "&#xFFFF"] {
        assert!(!text.contains(reference), "{name}: {reference}");
    }
}

#[test]
fn drawings_are_well_formed_xml() {
    let env = hostile();
    for line in [
        "timeline -o out.svg",
        "timeline --by theme -o out.svg",
        "stats -o out.svg",
    ] {
        env.runs(line);
        let svg = std::fs::read_to_string(env.path("out.svg")).unwrap();
        assert_clean(line, &svg);
        roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}

#[test]
fn pages_contain_no_control_characters() {
    let env = hostile();
    for line in [
        "timeline --to html -o out.html",
        "stats -o out.html",
        "format -o out.html",
        "format --standalone --annotations -o out.html",
    ] {
        env.runs(line);
        let html = std::fs::read_to_string(env.path("out.html")).unwrap();
        assert!(
            html.contains("</html>") || html.contains("</div>"),
            "{line}"
        );
        assert_clean(line, &html);
    }
    for work in env.json("format --to json").as_array().unwrap() {
        assert_clean("format --to json", work["html"].as_str().unwrap());
    }
}

#[test]
fn word_documents_are_well_formed() {
    let env = hostile();
    env.runs("format -o out.docx");
    let file = std::fs::File::open(env.path("out.docx")).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let name = part.name().to_owned();
        if name.ends_with(".xml") || name.ends_with(".rels") {
            let mut xml = String::new();
            part.read_to_string(&mut xml).unwrap();
            assert_clean(&name, &xml);
            roxmltree::Document::parse(&xml).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

#[test]
fn rtf_documents_are_plain_ascii() {
    let env = hostile();
    env.runs("format -o out.rtf");
    let rtf = std::fs::read_to_string(env.path("out.rtf")).unwrap();
    assert!(rtf.is_ascii());
    assert_clean("rtf", &rtf);
    for code in ["\\u1?", "\\u27?", "\\u155?", "\\u-1?", "\\u-560?"] {
        assert!(!rtf.contains(code), "{code}");
    }
}
