//! `peerbib site`

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use html5gum::{Token, Tokenizer};

use crate::test_env::TestEnvironment;

/// Returns the files of a folder with their contents.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                found.insert(name.replace('\\', "/"), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn page(env: &TestEnvironment, name: &str) -> String {
    std::fs::read_to_string(env.path("out").join(name)).unwrap()
}

/// The start tags of a page with their attributes.
pub(crate) fn tags(html: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut found = Vec::new();
    for token in Tokenizer::new(html) {
        match token.unwrap() {
            Token::StartTag(tag) => found.push((
                text(&tag.name),
                tag.attributes
                    .iter()
                    .map(|(name, value)| (text(name), text(value)))
                    .collect(),
            )),
            Token::Error(error) => panic!("{error:?}"),
            _ => {}
        }
    }
    found
}

fn pages(env: &TestEnvironment) -> Vec<(String, String)> {
    files(&env.path("out"))
        .into_iter()
        .filter(|(name, _)| name.ends_with(".html"))
        .map(|(name, content)| (name, String::from_utf8(content).unwrap()))
        .collect()
}

#[test]
fn every_work_tag_and_list_has_a_page_and_every_link_leads_to_one() {
    let env = TestEnvironment::with_chapter();
    env.runs("list new oekonux --query movement:oekonux --title Oekonux");
    env.runs("list snapshot oekonux --name first");
    env.runs("site out --title Chapter --base-url https://example.org/chapter");
    let files = files(&env.path("out"));
    for name in [
        "index.html",
        "works/benkler2006wealth.html",
        "works/benkler2006wealth.bib",
        "works/benkler2006wealth.ris",
        "works/benkler2006wealth.json",
        "works/by-year.html",
        "works/by-title.html",
        "tags/movement-oekonux.html",
        "lists/oekonux.html",
        "lists/oekonux/first.html",
        "matrix.html",
        "timeline.html",
        "authors.html",
        "about.html",
        "feed.xml",
        "sitemap.xml",
        "downloads/library.bib",
    ] {
        assert!(files.contains_key(name), "{name}");
    }
    let mut links = 0;
    for (name, html) in pages(&env) {
        let folder = Path::new(&name).parent().unwrap();
        for (_, attributes) in tags(&html) {
            for attribute in ["href", "src"] {
                let Some(address) = attributes.get(attribute) else {
                    continue;
                };
                let address = address.split('#').next().unwrap();
                if address.is_empty() || address.contains(':') {
                    continue;
                }
                let joined = folder.join(address);
                let mut parts: Vec<&str> = Vec::new();
                for part in joined.to_str().unwrap().split('/') {
                    match part {
                        ".." => drop(parts.pop()),
                        part => parts.push(part),
                    }
                }
                let target = parts.join("/").replace("%20", " ");
                assert!(files.contains_key(&target), "{name}: {address}");
                links += 1;
            }
        }
    }
    assert!(links > 2_000, "{links}");
}

#[test]
fn pages_load_nothing_from_other_sites_and_run_only_the_script_of_the_site() {
    let env = TestEnvironment::with_chapter();
    env.runs("site out");
    for (name, html) in pages(&env) {
        for (tag, attributes) in tags(&html) {
            if !["a", "meta"].contains(&tag.as_str())
                && attributes.get("rel").is_none_or(|rel| rel != "canonical")
            {
                for attribute in ["src", "href", "srcset", "data", "poster"] {
                    let address = attributes.get(attribute).map_or("", String::as_str);
                    assert!(
                        !address.contains("//"),
                        "{name}: <{tag} {attribute}={address}>"
                    );
                }
            }
            assert!(
                attributes.keys().all(|name| !name.starts_with("on")),
                "{name}: {tag}"
            );
            if tag == "script" {
                let own = attributes
                    .get("src")
                    .is_some_and(|src| src.contains("assets/"));
                let is_data = attributes
                    .get("type")
                    .is_some_and(|kind| kind == "application/ld+json");
                assert!(own || is_data, "{name}: {attributes:?}");
            }
        }
        assert!(
            html.contains("default-src 'none'; script-src 'self'"),
            "{name}"
        );
    }
}

#[test]
fn running_again_writes_only_what_changed_and_leaves_other_files_alone() {
    let env = TestEnvironment::with_chapter();
    env.runs("site out");
    std::fs::write(env.path("out/CNAME"), "example.org").unwrap();
    let before = files(&env.path("out"));
    let run = env.runs("site out");
    assert!(run.stderr.contains("wrote 0 files"), "{}", run.stderr);
    assert_eq!(files(&env.path("out")), before);
    env.runs("--yes remove benkler2006wealth");
    let run = env.runs("site out");
    assert!(run.stderr.contains("4 deleted"), "{}", run.stderr);
    let after = files(&env.path("out"));
    assert!(!after.contains_key("works/benkler2006wealth.html"));
    assert!(after.contains_key("CNAME"));
}

#[test]
fn a_file_that_the_command_did_not_write_is_never_overwritten() {
    let env = TestEnvironment::with_chapter();
    std::fs::create_dir(env.path("out")).unwrap();
    std::fs::write(env.path("out/index.html"), "mine").unwrap();
    let run = env.ends(1, "site out");
    assert!(run.stderr.contains("index.html exists"), "{}", run.stderr);
    assert_eq!(page(&env, "index.html"), "mine");
}

#[test]
fn an_edited_manifest_deletes_nothing_outside_the_folder() {
    let env = TestEnvironment::with_chapter();
    std::fs::create_dir(env.path("out")).unwrap();
    env.put("keep.txt", "keep");
    let absolute = env.path("keep.txt");
    std::fs::write(
        env.path("out/.peerbib-site.json"),
        serde_json::to_string(&["../keep.txt", absolute.to_str().unwrap()]).unwrap(),
    )
    .unwrap();
    env.runs("site out");
    assert!(absolute.exists());
}

#[test]
fn private_data_is_shown_only_on_request() {
    let env = TestEnvironment::with(
        "@book{open, title = {Open}, author = {Wren, Ada}, date = {2001}, annotation = {secret-annotation}, \
         keywords = {theme:commons, status:unverified}}\n\
         @book{hidden, title = {Hidden-title}, author = {Wren, Ada}, date = {2002}, keywords = {access:private}}\n",
    );
    env.runs("note open -m secret-note");
    env.runs("list new all --query year:2001.. --annotate note");
    env.runs("site out");
    for (name, content) in files(&env.path("out")) {
        let text = String::from_utf8_lossy(&content);
        for secret in [
            "secret-annotation",
            "secret-note",
            "Hidden-title",
            "unverified",
        ] {
            assert!(!text.contains(secret), "{name}: {secret}");
        }
    }
    env.runs("site out --include notes,status,private");
    assert!(page(&env, "works/open.html").contains("secret-note"));
    assert!(page(&env, "works/hidden.html").contains("Hidden-title"));
    assert!(page(&env, "tags/status-unverified.html").contains("Open"));
}

#[test]
fn hostile_entries_stay_text_on_every_page() {
    let hostile =
        "</title></script><script>alert(1)</script><img src=x onerror=alert(1)>\\\"'><!--";
    let bibliography = format!(
        "@book{{k<img>x, title = {{T {hostile}}}, author = {{{{A {hostile}}}}}, date = {{2001}}, \
         publisher = {{P {hostile}}}, abstract = {{B {hostile}}}, url = {{javascript:alert(1)}}, \
         archiveurl = {{javascript:alert(2)}}, keywords = {{theme:commons}}, langid = {{\"><script>}}}}\n\
         @book{{two, title = {{{{{{ 7 * 7 }}}}}}, author = {{{{{{% raw %}}}}}}, date = {{2002}}, keywords = {{theme:commons}}}}\n"
    );
    let env = TestEnvironment::with(&bibliography);
    env.runs("list new all --query year:2001.. --title \"L <script>alert(3)</script>\"");
    env.runs("site out --title \"S <script>alert(4)</script>\"");
    let own = [
        "a", "abbr", "article", "aside", "b", "bdi", "body", "br", "button", "circle", "dd",
        "defs", "desc", "details", "div", "dl", "dt", "em", "figure", "footer", "form", "g", "h1",
        "h2", "h3", "head", "header", "html", "i", "input", "label", "li", "line", "link", "main",
        "meta", "nav", "ol", "p", "path", "pre", "rect", "script", "section", "span", "strong",
        "style", "summary", "sup", "svg", "table", "tbody", "td", "text", "th", "thead", "title",
        "tr", "tspan", "ul",
    ];
    for (name, html) in pages(&env) {
        for (tag, attributes) in tags(&html) {
            assert!(own.contains(&tag.as_str()), "{name}: <{tag}>");
            assert!(
                attributes.keys().all(|name| !name.starts_with("on")),
                "{name}: {attributes:?}"
            );
            for address in ["href", "src"]
                .iter()
                .filter_map(|name| attributes.get(*name))
            {
                assert!(
                    !address
                        .trim_start()
                        .to_lowercase()
                        .starts_with("javascript:"),
                    "{name}: {address}"
                );
            }
            if tag == "script" && !attributes.contains_key("src") {
                assert_eq!(attributes["type"], "application/ld+json", "{name}");
            }
        }
    }
    let script = page(&env, "assets/works.js");
    assert!(!script.contains('<'), "{script}");
    let data = script
        .trim_start_matches("window.peerbibWorks = ")
        .trim_end()
        .trim_end_matches(';');
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["works"].as_array().unwrap().len(), 2);
    roxmltree::Document::parse(&page(&env, "feed.xml")).unwrap();
}

#[test]
fn pages_of_works_have_highwire_tags_and_lists_have_coins() {
    let env = TestEnvironment::with(
        "@article{a, title = {Coase's Penguin}, author = {Benkler, Yochai and von Hippel, Eric}, date = {2002-12}, \
         journaltitle = {Yale Law Journal}, volume = {112}, number = {3}, pages = {369--446}, doi = {10.2307/1562247}, \
         keywords = {theme:commons}}\n\
         @book{b, title = {The Wealth of Networks}, author = {Benkler, Yochai}, date = {2006}, publisher = {Yale UP}, \
         isbn = {978-0-300-11056-2}, keywords = {theme:commons}}\n",
    );
    env.runs("site out");
    let article = page(&env, "works/a.html");
    let metadata: BTreeSet<(String, String)> = tags(&article)
        .into_iter()
        .filter(|(tag, _)| tag == "meta")
        .filter_map(|(_, attributes)| {
            Some((
                attributes.get("name")?.clone(),
                attributes["content"].clone(),
            ))
        })
        .collect();
    for (name, content) in [
        ("citation_title", "Coase's Penguin"),
        ("citation_author", "Benkler, Yochai"),
        ("citation_author", "von Hippel, Eric"),
        ("citation_journal_title", "Yale Law Journal"),
        ("citation_publication_date", "2002/12"),
        ("citation_volume", "112"),
        ("citation_issue", "3"),
        ("citation_firstpage", "369"),
        ("citation_lastpage", "446"),
        ("citation_doi", "10.2307/1562247"),
    ] {
        let content = content.replace(
            '\'',
            if article.contains('\u{2019}') {
                "\u{2019}"
            } else {
                "'"
            },
        );
        let found = metadata.contains(&(name.to_owned(), content.clone()))
            || metadata.contains(&(name.to_owned(), content.replace('\u{2019}', "'")));
        assert!(found, "{name}: {content} {metadata:?}");
    }
    // A reference manager prefers COinS, which know fewer types.
    assert!(!article.contains("Z3988"));
    assert!(!page(&env, "works/b.html").contains("citation_inbook_title"));
    assert_eq!(
        page(&env, "tags/theme-commons.html")
            .matches("Z3988")
            .count(),
        2
    );
    assert_eq!(page(&env, "works/index.html").matches("Z3988").count(), 2);
}

#[test]
fn the_interface_speaks_the_language_of_the_site() {
    let env = TestEnvironment::with_chapter();
    env.runs("site out --language de");
    let start = page(&env, "index.html");
    assert!(start.contains("<html lang=\"de\""), "{start}");
    assert!(start.contains("Neu hinzugefügt"));
    let timeline = page(&env, "timeline.html");
    assert!(timeline.contains("Ereignis") && timeline.contains("seit "));
    assert!(!timeline.contains("since "), "{timeline}");
    // The works are in their years.
    assert!(
        timeline.contains("69 Werke · 1976–2021 · 1 Werk ohne"),
        "{timeline}"
    );
    let work = page(&env, "works/benkler2006wealth.html");
    assert!(work.contains("lang=\"de\">Buch</p>"), "{work}");
    let run = env.ends(2, "site out --language xx");
    assert!(run.stderr.contains("xx"), "{}", run.stderr);
}

#[test]
fn a_template_of_the_user_replaces_one_of_the_program_and_errors_name_the_line() {
    let env = TestEnvironment::with_chapter();
    std::fs::create_dir(env.path("theme")).unwrap();
    env.put(
        "theme/about.html",
        "{% extends \"base.html\" %}\n{% block content %}<p>Ours</p>{% endblock %}",
    );
    env.put("theme/site.css", "body { color: green }");
    env.runs("site out --templates theme");
    assert!(page(&env, "about.html").contains("<p>Ours</p>"));
    assert_eq!(page(&env, "assets/site.css"), "body { color: green }");
    let before = files(&env.path("out"));
    env.put(
        "theme/about.html",
        "{% extends \"base.html\" %}\n{% block content %}<p>Changed</p>{% endblock %}",
    );
    env.runs("site out --templates theme");
    let after = files(&env.path("out"));
    let changed: Vec<_> = after
        .iter()
        .filter(|(name, content)| before.get(*name) != Some(content))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(changed, ["about.html"]);
    env.put("theme/about.html", "one\n{% if %}");
    let run = env.ends(1, "site out --templates theme");
    assert!(
        run.stderr.contains("about.html") && run.stderr.contains("line 2"),
        "{}",
        run.stderr
    );
}

/// Returns the page as the browser shows it after its scripts have run, or `None` if there is no Chromium.
fn rendered(env: &TestEnvironment, address: &str) -> Option<String> {
    let browser = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok())?;
    let url = format!("file://{}/{address}", env.path("out").display());
    let output = env
        .command(browser)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--virtual-time-budget=5000",
            "--dump-dom",
            &url,
        ])
        .output()
        .unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_search_finds_works_in_a_browser_from_a_disk() {
    let env = TestEnvironment::with_chapter();
    env.runs("site out");
    let cases = [
        ("", 69, ""),
        ("q=benkler+year%3A2002", 1, "Penguin"),
        ("q=soderberg", 1, ""),
        ("q=%22peer+production%22&movement=oekonux", 0, ""),
        ("movement=oekonux", 19, ""),
        ("q=author%3Amerten+-interview", 0, ""),
    ];
    for (state, count, title) in cases {
        let Some(html) = rendered(&env, &format!("works/index.html#{state}")) else {
            eprintln!("skipped: there is no Chromium to run the search in");
            return;
        };
        let status = html.split("id=\"status\"").nth(1).unwrap();
        let status = status.split('>').nth(1).unwrap().split('<').next().unwrap();
        let found: usize = status
            .split(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap_or_default();
        if count > 0 {
            assert_eq!(found, count, "{state}: {status}");
        } else {
            assert!(found > 0, "{state}: {status}");
        }
        let results = html.split("id=\"results\"").nth(1).unwrap();
        assert!(results.contains(title), "{state}");
    }
}

#[test]
fn the_interface_follows_the_configured_locale() {
    let env = TestEnvironment::with_chapter();
    for (locale, root, word) in [
        ("ru-RU", "lang=\"ru-RU\" dir=\"ltr\"", "Все работы по годам"),
        ("ar", "lang=\"ar\" dir=\"rtl\"", "جميع الأعمال حسب السنة"),
        ("he-IL", "lang=\"he-IL\" dir=\"rtl\"", "כל היצירות לפי שנה"),
        ("ja-JP", "lang=\"ja-JP\" dir=\"ltr\"", "年別の全文献"),
    ] {
        env.runs(&format!("config set locale {locale}"));
        let run = env.runs("site out");
        assert!(!run.stderr.contains("translations"), "{}", run.stderr);
        let start = page(&env, "index.html");
        assert!(start.contains(root) && start.contains(word), "{start}");
        // Drawings run from left to right in any page.
        assert!(start.contains("direction=\"ltr\""), "{start}");
    }
    env.runs("config set locale pl-PL");
    let run = env.runs("site out");
    assert!(
        run.stderr
            .contains("there are no translations of the site for pl-PL; it is in English"),
        "{}",
        run.stderr
    );
    // The option takes precedence.
    env.runs("site out --language sv");
    assert!(page(&env, "index.html").contains("lang=\"sv\""));
}
