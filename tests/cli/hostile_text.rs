//! Texts that try to be code, in every field and through every output: each arrives as text, and none becomes code.
//!
//! Every output is read by a parser of its format. A text has arrived if its letters and digits are there, in order:
//! citation styles and escaping may change the signs between them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use html5gum::{DefaultEmitter, Token, Tokenizer};
use serde_json::Value;

use crate::test_env::TestEnvironment;

/// The texts. The number in each makes it different from all others.
const TEXTS: [&str; 40] = [
    "<script>alert(11)</script>",
    "\"><img src=x12 onerror=alert(12)>",
    "' onmouseover='alert(13)' x='",
    "javascript:alert(14)",
    "<a href=\"javascript:alert(15)\">x15</a>",
    "&lt;script&gt;alert(16)&#x3c;x16&#62;",
    "]]><x17>data</x17><![CDATA[ x17",
    "--><x18>comment</x18><!-- x18",
    "</title></style></textarea><x19>",
    "</script><script>alert(20)//",
    "<?php echo 21 ?> <%= 21 %>",
    "{{constructor.constructor('alert22')()}} ${22} #{22}",
    "\\input{/etc/passwd23} \\write18{id23}",
    "\\end{document}\\immediate\\write24",
    "$\\input{x25}$ $$\\csname x25\\endcsname$$",
    "% a comment 26 that ends in a backslash \\",
    "}{ ^^5cinput{x27 ~ & _ #",
    "#eval(\"28\") #import \"x28.typ\": *",
    "#read(\"/etc/passwd29\") @ref29 <label29>",
    "*/ #let x30 = 1 /* // x30",
    "[link31](javascript:alert(31)) ![img31](x31)",
    "# heading32",
    "- item33",
    "``` code34 ```",
    "[@key35; @other35] [^note35] ^[note35]",
    "{{subst:Delete36}} {{{param36}}} <nowiki>",
    "[[Category:Spam37]] [[File:x37.png]] ~~~~",
    "__NOTOC__ #REDIRECT [[x38]] ''it38''",
    "|- row39 || cell39 {| table39",
    "=cmd|'/c calc40'!A0",
    "+HYPERLINK(\"http://evil.example/41\",\"x41\")",
    "@SUM(1+42)*cmd|x42",
    "-2+43+cmd|x43",
    "\t=1+44+cmd|x44",
    "{\\rtf1{\\object45\\objdata45} \\u45? \\'45}",
    "x46\nER  - \nTY  - JOUR\nTI  - injected46",
    "@book{inject47, title = {x47}}",
    "\"\n- id48: [a, b]: !!python/object48 &a *a",
    "x49\u{1b}[2J\u{1b}]0;pwn49\u{7} \u{9b}31m",
    "x50 \u{202e}gnp50 \u{2066}bidi50\u{200b}",
];

/// Harmless texts with every special character, and with what Markdown makes of them in a reading list: what an output needs
/// for them is not code.
const HARMLESS: [&str; 7] = [
    "x < > & % $ # _ { } ~ ^ \\ [ ] | ' ` @ - = + * / : ; , . ! ? ( ) \"",
    "x \u{1b} \u{202e}y \u{2066}z\u{200b}",
    "[x](https://example.org/x) ![x](x) `x` *x* **x**",
    "- x",
    "# x",
    "``` x ```",
    "\tx",
];

/// The name of the work or tag that has a text.
fn name(index: usize) -> String {
    format!("k{:02}", index + 11)
}

/// Returns the letters and digits of a text.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Asserts that every text has arrived.
#[track_caller]
fn holds_all(output: &str, plain: &str) {
    let plain = letters(plain);
    let lost: Vec<&str> = TEXTS
        .into_iter()
        .filter(|text| !plain.contains(&letters(text)))
        .collect();
    assert!(lost.is_empty(), "{output} lost {lost:#?}");
}

/// Creates a library in which each text is in every field of a work, in every part of a tag, and in a list.
fn library(texts: &[&str]) -> TestEnvironment {
    let env = TestEnvironment::bare();
    let works: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            serde_json::json!({
                "id": name(index),
                "type": "chapter",
                "title": text,
                "author": [{"literal": text}],
                "editor": [{"family": text, "given": text}],
                "container-title": text,
                "publisher": text,
                "publisher-place": text,
                "abstract": text,
                "keyword": "harmless",
                "issued": {"date-parts": [[2001 + index % 20]]},
                "URL": format!("javascript:alert({index})//{}", text.replace(['\n', '\t'], " ")),
            })
        })
        .collect();
    env.put("works.json", serde_json::to_string(&works).unwrap());
    env.ends(0, "import works.json");
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let mut vocabulary = String::new();
    let mut list = format!(
        "format = 1\nname = \"l\"\ntitle = {}\nintroduction = {}\nstyle = \"apa\"\n",
        quoted(&texts.join(" ")),
        quoted(&texts.join("\n\n")),
    );
    for (index, text) in texts.iter().enumerate() {
        let (name, text) = (name(index), quoted(text));
        vocabulary += &format!(
            "[[tag]]\nfacet = \"movement\"\ntag = \"{name}\"\nlabel = {text}\ndescription = {text}\nplace = {text}\n\
             people = [{text}]\nactive = \"2000/2005\"\nevents = [{{ date = \"2001\", what = {text} }}]\n\
             [[assignment]]\nwork = \"{name}\"\nfacet = \"movement\"\ntag = \"{name}\"\nbasis = \"work\"\nwhy = {text}\n"
        );
        list += &format!(
            "[[section]]\ntitle = {text}\ndate = \"2026-10-{:02}\"\nintroduction = {text}\n\
             [[section.work]]\nkey = \"{name}\"\nannotation = {text}\nnote = {text}\n\
             [[work]]\nkey = \"{name}\"\nmembership = \"pinned\"\nannotation = {text}\n",
            1 + index % 28
        );
    }
    env.put("tags.toml", vocabulary);
    env.put("list.toml", list);
    env.runs("tags import tags.toml");
    env.runs("list import list.toml");
    env
}

fn hostile() -> TestEnvironment {
    library(&TEXTS)
}

/// Writes a file and returns it.
fn written(env: &TestEnvironment, line: &str, file: &str) -> Vec<u8> {
    let run = env.peerbib(&crate::test_env::words(&format!("{line} -o {file}")), "");
    assert!(
        matches!(run.code, Some(0 | 1)),
        "{line} -o {file}: {}",
        run.stderr
    );
    std::fs::read(env.path(file)).unwrap()
}

fn text(env: &TestEnvironment, line: &str, file: &str) -> String {
    String::from_utf8(written(env, line, file)).unwrap()
}

// HTML ------------------------------------------------------------------------------------------------

/// Returns the text of a page, without scripts. Fails if a browser would run or load anything that is not the page's own.
#[track_caller]
fn html(name: &str, page: &str) -> String {
    let decoded = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut plain = String::new();
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    // The type of the open script, if one is open.
    let mut script: Option<String> = None;
    for token in Tokenizer::new_with_emitter(page, emitter) {
        match token.unwrap() {
            Token::String(text) => match script.as_deref() {
                Some("application/ld+json" | "application/json") => {
                    let json: Value = serde_json::from_str(&decoded(&text))
                        .unwrap_or_else(|error| panic!("{name}: {error}"));
                    assert_no_javascript(name, &json);
                }
                Some(_) => assert!(!decoded(&text).contains("alert"), "{name}: a script"),
                None => plain.push_str(&decoded(&text)),
            },
            Token::StartTag(tag) => {
                let element = decoded(&tag.name);
                assert!(
                    !matches!(
                        element.as_str(),
                        "iframe" | "object" | "embed" | "base" | "img" | "x17" | "x18" | "x19"
                    ),
                    "{name}: <{element}>"
                );
                let attributes: BTreeMap<String, String> = tag
                    .attributes
                    .iter()
                    .map(|(name, value)| (decoded(name), decoded(value)))
                    .collect();
                for (attribute, value) in &attributes {
                    assert!(!attribute.starts_with("on"), "{name}: {attribute}={value}");
                    if matches!(attribute.as_str(), "href" | "src" | "action" | "content") {
                        let value = value.trim_start().to_lowercase();
                        assert!(
                            !value.starts_with("javascript:") || attribute == "content",
                            "{name}: {attribute}={value}"
                        );
                    }
                }
                if element == "script" {
                    script = Some(attributes.get("type").cloned().unwrap_or_default());
                }
            }
            Token::EndTag(tag) if decoded(&tag.name) == "script" => script = None,
            Token::Error(error) => panic!("{name}: {}", *error),
            _ => {}
        }
    }
    plain
}

/// Asserts that no address in linked data is a script.
#[track_caller]
fn assert_no_javascript(name: &str, json: &Value) {
    match json {
        Value::Object(fields) => {
            for (field, value) in fields {
                if matches!(
                    field.as_str(),
                    "url" | "@id" | "sameAs" | "mainEntityOfPage"
                ) {
                    let address = value.as_str().unwrap_or_default();
                    assert!(
                        !address.starts_with("javascript"),
                        "{name}: {field}: {address}"
                    );
                }
                assert_no_javascript(name, value);
            }
        }
        Value::Array(values) => values
            .iter()
            .for_each(|value| assert_no_javascript(name, value)),
        _ => {}
    }
}

/// Returns the text of markup in which a browser decodes entities and drops tags.
fn text_of_html(source: &str) -> String {
    Tokenizer::new(source)
        .filter_map(|token| match token.unwrap() {
            Token::String(text) => Some(String::from_utf8(text.to_vec()).unwrap()),
            _ => None,
        })
        .collect()
}

#[test]
fn pages_show_every_text_and_run_none() {
    let env = hostile();
    for (line, file) in [
        ("format --style apa --standalone", "a.html"),
        ("format --style chicago-notes --annotations", "b.html"),
        ("list show l --standalone", "c.html"),
        ("cite essay.md", "d.html"),
    ] {
        put_essay(&env);
        holds_all(line, &html(line, &text(&env, line, file)));
    }
    for (line, file) in [("timeline --by movement", "e.html"), ("stats", "f.html")] {
        html(line, &text(&env, line, file));
    }
    let json = env.json("format --to json");
    for work in json.as_array().unwrap() {
        html("json", work["html"].as_str().unwrap());
    }
}

#[test]
fn a_site_shows_every_text_and_runs_none() {
    let env = hostile();
    env.put("intro.md", TEXTS.join("\n\n"));
    let title = TEXTS.join(" ");
    for (index, text) in TEXTS.iter().enumerate() {
        let run = env.peerbib(&["note", &name(index), "-m", text], "");
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    }
    let arguments = [
        "site",
        "out",
        "--title",
        &title,
        "--introduction",
        "intro.md",
        "--base-url",
        "https://example.org",
        "--include",
        "notes",
    ];
    let run = env.peerbib(&arguments, "");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let mut folders = vec![env.path("out")];
    let mut works = String::new();
    let mut tags = String::new();
    let mut kinds = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.display().to_string();
            let extension = path.extension().unwrap().to_str().unwrap().to_owned();
            let content = std::fs::read_to_string(&path).unwrap();
            match extension.as_str() {
                "html" => {
                    let plain = html(&name, &content);
                    if name.contains("/works/k") {
                        works.push_str(&plain);
                    }
                    if name.contains("/tags/movement-k") {
                        tags.push_str(&plain);
                    }
                    if name.ends_with("lists/l.html") || name.ends_with("works/by-title.html") {
                        holds_all(&name, &plain);
                    }
                }
                "xml" => {
                    let (plain, elements) = xml(&name, &content);
                    assert!(!elements.contains("x17"), "{name}");
                    if name.ends_with("feed.xml") {
                        assert!(plain.contains("alert"), "{plain}");
                    }
                }
                "svg" => drop(xml(&name, &content)),
                "json" => drop(serde_json::from_str::<Value>(&content).unwrap()),
                "js" if name.ends_with("works.js") => {
                    let start = content.find(['{', '[']).unwrap();
                    let end = content.rfind(['}', ']']).unwrap();
                    let data: Value = serde_json::from_str(&content[start..=end]).unwrap();
                    holds_all(&name, &strings(&data));
                    assert!(!content.contains("</script"), "{name}");
                }
                _ => {}
            }
            kinds.insert(extension);
        }
    }
    holds_all("the pages of works", &works);
    holds_all("the pages of tags", &tags);
    for kind in ["html", "xml", "json", "js", "bib", "ris"] {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
}

/// Returns the texts in JSON.
fn strings(json: &Value) -> String {
    match json {
        Value::String(text) => format!("{text}\n"),
        Value::Array(values) => values.iter().map(strings).collect(),
        Value::Object(fields) => fields.values().map(strings).collect(),
        _ => String::new(),
    }
}

// XML -------------------------------------------------------------------------------------------------

/// Returns the text of a document and the names of its elements.
#[track_caller]
fn xml(name: &str, source: &str) -> (String, BTreeSet<String>) {
    let document = roxmltree::Document::parse(source).unwrap_or_else(|error| {
        panic!("{name}: {error}\n{source}");
    });
    let mut plain = String::new();
    let mut elements = BTreeSet::new();
    for node in document.descendants() {
        if node.is_text() {
            plain.push_str(node.text().unwrap_or_default());
        } else if node.is_element() {
            // Paragraphs and table cells end words.
            elements.insert(node.tag_name().name().to_owned());
        }
        for attribute in node.attributes() {
            assert!(!attribute.name().starts_with("on"), "{name}: {attribute:?}");
            if matches!(attribute.name(), "href" | "Target") {
                let target = attribute.value().to_lowercase();
                assert!(!target.starts_with("javascript"), "{name}: {target}");
            }
        }
    }
    (plain, elements)
}

#[test]
fn drawings_are_only_drawings() {
    let env = hostile();
    let allowed = [
        "a",
        "circle",
        "defs",
        "desc",
        "g",
        "line",
        "path",
        "pattern",
        "polygon",
        "polyline",
        "rect",
        "style",
        "svg",
        "text",
        "title",
        "tspan",
        "clipPath",
        "linearGradient",
        "stop",
    ];
    for line in ["timeline --by movement", "timeline", "stats"] {
        let (plain, elements) = xml(line, &text(&env, line, "out.svg"));
        for element in &elements {
            assert!(allowed.contains(&element.as_str()), "{line}: <{element}>");
        }
        if line.contains("movement") {
            assert!(letters(&plain).contains("scriptalert11"), "{plain}");
        }
        let png = written(&env, line, "out.png");
        assert!(png.starts_with(b"\x89PNG"), "{line}");
    }
}

#[test]
fn documents_of_word_processors_show_every_text_and_open_none() {
    let env = hostile();
    put_essay(&env);
    for line in [
        "format --style apa",
        "list show l",
        "cite essay.md",
        "cite essay.md --live",
    ] {
        for file in ["out.docx", "out.odt"] {
            let bytes = written(&env, line, file);
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            let mut shown = String::new();
            for index in 0..archive.len() {
                let mut part = archive.by_index(index).unwrap();
                let name = part.name().to_owned();
                if !(name.ends_with(".xml") || name.ends_with(".rels")) {
                    continue;
                }
                let mut source = String::new();
                part.read_to_string(&mut source).unwrap();
                let label = format!("{line} -o {file}: {name}");
                let (plain, elements) = xml(&label, &source);
                for element in ["object", "script", "event-listener", "oleObject", "x17"] {
                    assert!(!elements.contains(element), "{label}: <{element}>");
                }
                // Word runs the code of a field.
                for code in source.split("<w:instrText").skip(1) {
                    let code = code.split_once('>').unwrap().1.trim_start();
                    assert!(
                        ["ADDIN ZOTERO", "{", "PAGE", "HYPERLINK"]
                            .iter()
                            .any(|known| code.starts_with(known)),
                        "{label}: {code:.60}"
                    );
                }
                if matches!(
                    name.as_str(),
                    "word/document.xml" | "word/footnotes.xml" | "content.xml"
                ) {
                    shown.push_str(&plain);
                }
            }
            holds_all(&format!("{line} -o {file}"), &shown);
        }
    }
}

// LaTeX, Typst, RTF, Markdown and MediaWiki -----------------------------------------------------------

/// Writes a document that cites every work.
fn put_essay(env: &TestEnvironment) {
    let keys = (0..TEXTS.len()).map(|index| format!("See [@{}].\n\n", name(index)));
    env.put("essay.md", keys.collect::<String>());
}

/// Control sequences that print a character.
const NAMED_CHARACTERS: [&str; 8] = [
    "textasciicircum",
    "textasciigrave",
    "textasciitilde",
    "textbackslash",
    "textbar",
    "textgreater",
    "textless",
    "textquotedbl",
];

/// Returns the control sequences of a text and what is not one.
fn control_sequences(source: &str) -> (BTreeSet<String>, String) {
    let mut names = BTreeSet::new();
    let mut plain = String::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let length = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let length = if length == 0 {
            after.chars().next().map_or(0, char::len_utf8)
        } else {
            length
        };
        let (name, behind) = after.split_at(length);
        names.insert(name.to_owned());
        rest = behind;
    }
    plain.push_str(rest);
    (names, plain)
}

#[test]
fn tex_and_rtf_have_only_the_commands_that_harmless_texts_need() {
    let hostile = hostile();
    let harmless = library(&HARMLESS);
    put_essay(&hostile);
    harmless.put("essay.md", "See [@k11], [@k12] and [@k13].\n");
    for (line, file) in [
        ("format --style apa --standalone", "out.tex"),
        ("list show l", "out.tex"),
        ("cite essay.md", "out.tex"),
        ("format --style apa", "out.rtf"),
        ("list show l", "out.rtf"),
    ] {
        let source = text(&hostile, line, file);
        let (names, plain) = control_sequences(&source);
        let (needed, _) = control_sequences(&text(&harmless, line, file));
        let other: Vec<&String> = names.difference(&needed).collect();
        // RTF writes characters as numbers; TeX has its own names for some.
        let other: Vec<_> = other
            .iter()
            .filter(|name| !NAMED_CHARACTERS.contains(&name.as_str()))
            .collect();
        assert!(other.is_empty(), "{line} -o {file}: {other:?}");
        if file == "out.tex" {
            // The direction of a text is a command with the name of its script.
            holds_all(line, &plain.replace("{Hebrew}", ""));
            // A comment would swallow the rest of a line.
            for row in source.lines() {
                let comment = row
                    .match_indices('%')
                    .find(|(at, _)| !row[..*at].ends_with('\\'));
                assert!(
                    comment.is_none_or(|(at, _)| !row[at..].contains("26")),
                    "{row}"
                );
            }
            assert!(!source.contains("^^5c"), "{line}");
        }
    }
}

#[test]
fn typst_calls_only_its_own_functions() {
    use typst_syntax::{SyntaxKind, SyntaxNode};

    fn walk(node: &SyntaxNode, plain: &mut String, code: &mut BTreeSet<String>) {
        match node.kind() {
            SyntaxKind::Text
            | SyntaxKind::Str
            | SyntaxKind::SmartQuote
            | SyntaxKind::Raw
            | SyntaxKind::Space => plain.push_str(&node.clone().into_text()),
            SyntaxKind::Escape => plain.push_str(&node.text()[1..]),
            SyntaxKind::FuncCall => {
                let callee = node
                    .children()
                    .next()
                    .map(|callee| callee.clone().into_text());
                code.extend(callee.map(|callee| callee.to_string()));
            }
            SyntaxKind::ModuleImport
            | SyntaxKind::ModuleInclude
            | SyntaxKind::LetBinding
            | SyntaxKind::ShowRule
            | SyntaxKind::SetRule
            | SyntaxKind::Equation
            | SyntaxKind::Ref => {
                code.insert(format!("{:?}", node.kind()));
            }
            _ => {}
        }
        for child in node.children() {
            walk(child, plain, code);
        }
    }
    let read = |env: &TestEnvironment, line: &str| {
        let source = text(env, line, "out.typ");
        let root = typst_syntax::parse(&source);
        assert!(root.errors().is_empty(), "{line}: {:?}", root.errors());
        let (mut plain, mut code) = (String::new(), BTreeSet::new());
        walk(&root, &mut plain, &mut code);
        (plain, code)
    };
    let hostile = hostile();
    let harmless = library(&HARMLESS);
    put_essay(&hostile);
    harmless.put("essay.md", "See [@k11], [@k12] and [@k13].\n");
    for line in [
        "format --style apa",
        "format --style apa --standalone",
        "list show l",
        "cite essay.md",
    ] {
        let (plain, code) = read(&hostile, line);
        let (_, needed) = read(&harmless, line);
        let known = ["emph", "strong", "link", "quote", "enum", "list", "raw"].map(str::to_owned);
        let other: Vec<_> = code
            .difference(&needed)
            .filter(|name| !known.contains(name))
            .collect();
        assert!(other.is_empty(), "{line}: {other:?}");
        holds_all(line, &plain);
    }
}

#[test]
fn markdown_and_wiki_text_have_no_code() {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    let env = hostile();
    for line in [
        "format --style apa --to markdown",
        "list show l --to markdown",
    ] {
        let source = env.peerbib(&crate::test_env::words(line), "").stdout;
        let mut plain = String::new();
        for event in Parser::new_ext(&source, Options::ENABLE_TABLES) {
            match event {
                Event::Text(text) | Event::Code(text) => plain.push_str(&text),
                Event::Html(tag) | Event::InlineHtml(tag) => {
                    assert!(
                        !tag.contains("alert") && !tag.contains("<x"),
                        "{line}: {tag}"
                    );
                }
                Event::Start(Tag::Link { dest_url, .. }) => {
                    assert!(!dest_url.starts_with("javascript"), "{line}: {dest_url}");
                }
                Event::Start(Tag::Image { dest_url, .. }) => panic!("{line}: {dest_url}"),
                _ => {}
            }
        }
        holds_all(line, &plain);
    }
    for line in [
        "format --style apa --to mediawiki",
        "list show l --to mediawiki",
    ] {
        let source = env.peerbib(&crate::test_env::words(line), "").stdout;
        for code in [
            "{{",
            "{|",
            "[[Cat",
            "[[File",
            "~~~",
            "__NOTOC__",
            "<script",
            "<img",
            "<x1",
            "<a ",
            "''it38",
        ] {
            assert!(!source.contains(code), "{line}: {code}\n{source}");
        }
        for row in source.lines() {
            assert!(!row.starts_with("#REDIRECT"), "{line}: {row}");
        }
        holds_all(line, &text_of_html(&source));
    }
    // A template ends where it should, so that reading it gives the text.
    let run = env.runs("format --to mediawiki --templates");
    env.put("page.wiki", &run.stdout);
    let items: Value = serde_json::from_str(
        &env.peerbib(&["convert", "page.wiki", "--to", "csl-json"], "")
            .stdout,
    )
    .unwrap();
    assert_eq!(items.as_array().unwrap().len(), TEXTS.len());
    let titles: Vec<&str> = items
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|item| item["title"].as_str())
        .collect();
    holds_all("templates", &titles.join("\n"));
}

// Reference formats -----------------------------------------------------------------------------------

#[test]
fn no_cell_of_a_table_is_a_formula() {
    let env = hostile();
    for (line, file) in [
        ("export --to csv", "out.csv"),
        ("export --to tsv", "out.tsv"),
        ("format --style apa", "list.csv"),
        ("list show l", "list.csv"),
        ("stats", "stats.csv"),
        ("timeline --by movement", "timeline.csv"),
    ] {
        let bytes = written(&env, line, file);
        let delimiter = if Path::new(file).extension().unwrap() == "tsv" {
            b'\t'
        } else {
            b','
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(false)
            .from_reader(bytes.as_slice());
        let mut plain = String::new();
        for row in reader.records() {
            for cell in &row.unwrap() {
                let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
                assert!(!is_formula || cell == "-", "{line}: {cell}");
                plain.push_str(cell);
                plain.push('\n');
            }
        }
        if !line.starts_with("stats") && !line.starts_with("timeline") {
            holds_all(line, &plain);
        }
    }
}

#[test]
fn files_of_references_have_a_reference_for_each_text_and_no_other() {
    let env = hostile();
    let exported = |format: &str| {
        let run = env.peerbib(&["export", "--to", format], "");
        assert!(matches!(run.code, Some(0 | 1)), "{format}: {}", run.stderr);
        run.stdout
    };
    let count = TEXTS.len();

    let items: Value = serde_json::from_str(&exported("csl-json")).unwrap();
    assert_eq!(items.as_array().unwrap().len(), count);
    holds_all("csl-json", &strings(&items));

    for format in ["biblatex", "bibtex"] {
        let source = exported(format);
        let file = biblatex::Bibliography::parse(&source)
            .unwrap_or_else(|error| panic!("{format}: {error}"));
        assert_eq!(file.len(), count, "{format}");
        let titles: Vec<String> = file
            .iter()
            .map(|entry| biblatex::ChunksExt::format_verbatim(entry.get("title").unwrap()))
            .collect();
        holds_all(format, &titles.join("\n"));
        // An address is verbatim.
        let is_address = |line: &&str| line.trim_start().starts_with("url ");
        for line in source.lines().filter(|line| !is_address(line)) {
            for command in ["\\input", "\\write", "\\csname", "\\end{document}", "^^5c"] {
                assert!(!line.contains(command), "{format}: {line}");
            }
        }
    }

    let source = exported("hayagriva");
    let file = hayagriva::io::from_yaml_str(&source).unwrap();
    assert_eq!(file.len(), count);
    let titles: Vec<String> = file
        .iter()
        .map(|entry| entry.title().unwrap().to_string())
        .collect();
    holds_all("hayagriva", &titles.join("\n"));

    for format in ["mods", "endnote-xml"] {
        let (plain, elements) = xml(format, &exported(format));
        assert!(!elements.contains("x17"), "{format}");
        holds_all(format, &plain);
    }

    let cff: Value = serde_saphyr::from_str(&exported("cff")).unwrap();
    holds_all("cff", &strings(&cff));

    // What is read again shows whether a line of a text became a field or a record.
    for (format, extension) in [
        ("ris", "ris"),
        ("enw", "enw"),
        ("nbib", "nbib"),
        ("mods", "mods"),
        ("endnote-xml", "xml"),
        ("csv", "csv"),
        ("hayagriva", "yaml"),
    ] {
        let name = format!("out.{extension}");
        env.put(&name, exported(format));
        let run = env.peerbib(
            &["convert", &name, "--from", format, "--to", "csl-json"],
            "",
        );
        let items: Value = serde_json::from_str(&run.stdout).unwrap();
        let items = items.as_array().unwrap();
        assert_eq!(items.len(), count, "{format}");
        let titles: Vec<&str> = items
            .iter()
            .filter_map(|item| item["title"].as_str())
            .collect();
        holds_all(format, &titles.join("\n"));
    }
}

#[test]
fn no_line_of_a_text_is_read_as_a_field_or_a_record() {
    let abstract_text = "One.\nER  - \nTY  - JOUR\nTI  - Injected\n%0 Book\n%T Injected\rER  - \rTY  - BOOK\rT2  - Injected\nTwo.";
    let items = serde_json::json!([{
        "id": "a", "type": "book", "title": "Nests\nER  - \nTY  - JOUR\r%T Injected", "abstract": abstract_text,
        "note": abstract_text, "publisher": "Wren\rTI  - Injected",
    }]);
    let env = TestEnvironment::bare();
    env.put("a.json", items.to_string());
    for name in ["a.ris", "a.enw", "a.nbib"] {
        written(&env, "convert a.json", name);
        let run = env.peerbib(&["convert", name, "--to", "csl-json"], "");
        let items: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(items.as_array().unwrap().len(), 1, "{name}: {items:#}");
        let title = items[0]["title"].as_str().unwrap();
        assert!(title.starts_with("Nests"), "{name}: {title}");
        assert!(
            items[0].get("container-title").is_none(),
            "{name}: {items:#}"
        );
    }
}

#[test]
fn a_calendar_has_an_event_for_each_section_and_no_other() {
    let env = hostile();
    let source = text(&env, "list show l", "out.ics");
    let unfolded = source.replace("\r\n ", "").replace("\n ", "");
    let mut shown = String::new();
    for line in unfolded.lines() {
        let (property, value) = line.split_once(':').unwrap();
        let property = property.split(';').next().unwrap();
        assert!(
            [
                "BEGIN",
                "END",
                "VERSION",
                "PRODID",
                "CALSCALE",
                "X-WR-CALNAME",
                "UID",
                "DTSTAMP",
                "DTSTART",
                "DTEND",
                "SUMMARY",
                "DESCRIPTION",
                "URL",
                "METHOD",
            ]
            .contains(&property),
            "{line}"
        );
        if property == "SUMMARY" {
            shown.push_str(&value.replace("\\n", " ").replace("\\,", ","));
            shown.push('\n');
        }
    }
    assert_eq!(unfolded.matches("BEGIN:VEVENT").count(), TEXTS.len());
    holds_all("ics", &shown);
}

#[test]
fn show_prints_every_text_of_a_work() {
    let env = hostile();
    for (index, text) in TEXTS.iter().enumerate() {
        let shown = env.runs(&format!("show {}", name(index))).stdout;
        assert!(letters(&shown).contains(&letters(text)), "{text}: {shown}");
    }
    holds_all("find", &env.runs("find --columns title").stdout);
    holds_all("text", &env.runs("format --style apa --to text").stdout);
    holds_all("tags", &strings(&env.json("tags --json")));
}
