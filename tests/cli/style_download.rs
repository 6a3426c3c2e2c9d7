//! Styles by their official names, from the official repository and from Zotero.

use super::metadata_server::{MetadataServer, Reply};
use super::test_env::TestEnvironment;

const STYLE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
  <info><title>House Style</title><id>http://www.zotero.org/styles/house-style</id>
    <updated>2024-01-01T00:00:00+00:00</updated>
    <rights license="http://creativecommons.org/licenses/by-sa/3.0/">CC BY-SA 3.0</rights></info>
  <citation><layout><text variable="title"/></layout></citation>
  <bibliography><layout><text value="house"/><text variable="title" prefix=" "/></layout></bibliography>
</style>"#;

const DEPENDENT: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" default-locale="en-US">
  <info><title>Dependent Style</title><id>http://www.zotero.org/styles/dependent-style</id>
    <link href="http://www.zotero.org/styles/dependent-style" rel="self"/>
    <link href="http://www.zotero.org/styles/house-style" rel="independent-parent"/>
    <updated>2024-01-01T00:00:00+00:00</updated></info>
</style>"#;

const REPOSITORY: &str = "/raw.githubusercontent.com/citation-style-language/styles/master/";

fn server() -> MetadataServer {
    let server = MetadataServer::start();
    server.on(
        &format!("{REPOSITORY}house-style.csl"),
        [Reply::typed("text/plain", STYLE)],
    );
    server.on(
        &format!("{REPOSITORY}dependent/dependent-style.csl"),
        [Reply::typed("text/plain", DEPENDENT)],
    );
    server
}

const WORK: &str = "@book{k, author = {Doe, Jane}, title = {A Title}, year = 2001}";

#[test]
fn official_names_identifiers_and_file_names_find_a_style() {
    let env = TestEnvironment::with(WORK);
    for (name, same) in [
        ("chicago-notes-bibliography", "chicago-notes"),
        ("chicago-fullnote-bibliography", "chicago-notes"),
        ("chicago-fullnote-bibliography.csl", "chicago-notes"),
        ("http://www.zotero.org/styles/apa", "apa"),
        (
            "https://www.zotero.org/styles/ieee/",
            "institute-of-electrical-and-electronics-engineers",
        ),
        ("american-psychological-association", "apa"),
        ("mhra-notes", "modern-humanities-research-association-notes"),
    ] {
        let printed = |style: &str| {
            env.runs(&format!("format --style {style} --to text"))
                .stdout
        };
        assert_eq!(printed(name), printed(same), "{name}");
    }
    env.put(
        "doc.md",
        "---\ncsl: chicago-fullnote-bibliography.csl\n---\nSee [@k].\n",
    );
    env.runs("cite doc.md");
    let listed = env.json("style list chicago-notes --json");
    assert_eq!(listed[0]["name"], "chicago-notes-bibliography");
}

#[test]
fn a_style_is_downloaded_with_its_parent_and_updated() {
    let (server, env) = (server(), TestEnvironment::with(WORK));
    let error = env.refuses(1, "format --style dependent-style");
    assert!(
        error.contains("`peerbib style add dependent-style`"),
        "{error}"
    );
    let run = server.run(
        &env,
        &[
            "style",
            "add",
            "http://www.zotero.org/styles/dependent-style",
        ],
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(
        run.stderr,
        "added dependent-style: Dependent Style\nadded house-style: House Style\n"
    );
    assert_eq!(
        env.runs("format --style dependent-style --to text")
            .stdout
            .trim(),
        "house A title"
    );
    let listed = env.json("style list house --json");
    assert_eq!(listed[0]["origin"], "added");
    assert_eq!(listed[0]["downloaded"]["rights"], "CC BY-SA 3.0");
    assert!(
        env.runs("style list house")
            .stdout
            .contains("downloaded on 20")
    );
    server.on(
        &format!("{REPOSITORY}house-style.csl"),
        [Reply::typed(
            "text/plain",
            STYLE.replace("value=\"house\"", "value=\"new\""),
        )],
    );
    let run = server.run(&env, &["style", "update"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(
        run.stderr,
        "unchanged: dependent-style: Dependent Style\nupdated house-style: House Style\n"
    );
    assert_eq!(
        env.runs("format --style dependent-style --to text")
            .stdout
            .trim(),
        "new A title"
    );
}

#[test]
fn an_unknown_or_broken_style_adds_nothing() {
    let (server, env) = (server(), TestEnvironment::with(WORK));
    let run = server.run(&env, &["style", "add", "house-style", "no-such-style"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr
            .contains("has no style \u{201c}no-such-style\u{201d}"),
        "{}",
        run.stderr
    );
    server.on(
        &format!("{REPOSITORY}house-style.csl"),
        [Reply::typed("text/html", "<html>login</html>")],
    );
    let run = server.run(&env, &["style", "add", "house-style", "--refresh"]);
    assert!(run.stderr.contains("not a CSL style"), "{}", run.stderr);
    assert!(
        env.json("style list house --json")
            .as_array()
            .unwrap()
            .is_empty()
    );
    let asked = server.urls().len();
    assert_eq!(
        server.run(&env, &["style", "add", "../../etc/passwd"]).code,
        Some(1)
    );
    assert_eq!(server.urls().len(), asked);
}

#[test]
fn styles_of_zotero_are_found_without_being_added() {
    let env = TestEnvironment::with(WORK);
    std::fs::create_dir_all(env.path("Zotero/styles/hidden")).unwrap();
    env.put("Zotero/styles/dependent-style.csl", DEPENDENT);
    env.put("Zotero/styles/hidden/house-style.csl", STYLE);
    assert_eq!(
        env.runs("format --style dependent-style --to text")
            .stdout
            .trim(),
        "house A title"
    );
    assert_eq!(
        env.json("style list dependent --json")[0]["origin"],
        "zotero"
    );
}
