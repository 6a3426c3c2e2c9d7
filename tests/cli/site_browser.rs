//! The site in a browser: keyboard, the back button, widths and accessibility.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::browser::Browser;
use crate::test_env::TestEnvironment;

/// Builds the site of the chapter with a reading list.
fn site() -> TestEnvironment {
    let env = TestEnvironment::with_chapter();
    env.runs("list new reading --title 'First reading' --query movement:oekonux");
    env.runs("site out --title 'Peer production'");
    env
}

/// Serves a folder on loopback and returns its address. The server ends with the test program.
fn serve(folder: PathBuf) -> String {
    let server = Arc::new(tiny_http::Server::http("127.0.0.1:0").unwrap());
    let address = format!("http://{}", server.server_addr());
    std::thread::spawn(move || {
        for request in server.incoming_requests() {
            let name = request
                .url()
                .split(['?', '#'])
                .next()
                .unwrap()
                .trim_start_matches('/')
                .to_owned();
            let response = match std::fs::read(folder.join(&name)) {
                Ok(bytes) => {
                    let kind = match name.rsplit('.').next().unwrap() {
                        "html" => "text/html; charset=utf-8",
                        "css" => "text/css",
                        "js" => "text/javascript",
                        _ => "application/octet-stream",
                    };
                    let header = tiny_http::Header::from_bytes("Content-Type", kind).unwrap();
                    tiny_http::Response::from_data(bytes).with_header(header)
                }
                Err(_) => tiny_http::Response::from_data(Vec::new()).with_status_code(404),
            };
            let _ = request.respond(response);
        }
    });
    address
}

#[test]
fn the_search_works_with_the_keyboard_and_the_back_button() {
    let env = site();
    let Some(mut browser) = Browser::start(&env) else {
        return;
    };
    let from_disk = format!("file://{}", env.path("out").display());
    for base in [serve(env.path("out")), from_disk] {
        browser.resize(1200, 900);
        browser.open(&format!("{base}/works/index.html"));
        browser.wait_until("document.documentElement.classList.contains('scripted')");
        // The first key press leads past the navigation.
        browser.press("Tab");
        assert_eq!(
            browser.value("document.activeElement.className"),
            "skip",
            "{base}"
        );
        browser.press("/");
        assert_eq!(browser.value("document.activeElement.tagName"), "INPUT");
        browser.type_text("benkler");
        browser.press("Enter");
        browser.wait_until("location.hash === '#q=benkler'");
        let found = browser.value("document.querySelectorAll('#results li').length");
        assert!(found.as_u64().unwrap() >= 2, "{found}");
        assert_eq!(
            browser.value("document.getElementById('status').getAttribute('aria-live')"),
            "polite"
        );
        // A value of a facet, chosen with the space bar, narrows the result and is in the address.
        browser.value("document.querySelector('#facets input').focus()");
        browser.press(" ");
        browser.wait_until(
            "document.querySelector('#facets input').checked && location.hash !== '#q=benkler'",
        );
        // A visible mark shows where the focus is.
        let outline = browser.value("getComputedStyle(document.activeElement).outlineStyle");
        assert_ne!(outline, "none");
        browser.value("history.back()");
        browser.wait_until(
            "location.hash === '#q=benkler' && !document.querySelector('#facets input').checked",
        );
        assert_eq!(
            browser.value("document.querySelectorAll('#results li').length"),
            found
        );
        browser.value("history.back()");
        browser.wait_until(
            "location.hash === '' && document.querySelector('#search input').value === ''",
        );
        // Escape empties the search.
        browser.press("/");
        browser.value("document.querySelector('#search input').focus()");
        browser.type_text("oekonux");
        browser.wait_until("!document.getElementById('results').hidden");
        browser.press("Escape");
        browser.wait_until("document.querySelector('#search input').value === ''");
        // A result is reached and opened without a mouse, and the back button returns to the search.
        browser.type_text("benkler");
        browser.wait_until("location.hash === '#q=benkler'");
        browser.value("document.querySelector('#results a').focus()");
        browser.press("Enter");
        browser.wait_until(
            "!location.href.includes('index.html') && document.readyState === 'complete'",
        );
        browser.value("history.back()");
        browser.wait_until(
            "location.hash === '#q=benkler' && document.querySelectorAll('#results li').length > 0",
        );
        for request in &browser.requests {
            assert!(
                request.starts_with(&base) || request.starts_with("data:"),
                "{request}"
            );
        }
        browser.requests.clear();
        let errors: Vec<&String> = browser
            .errors
            .iter()
            .filter(|error| !error.contains("favicon.ico"))
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        browser.errors.clear();
    }
}

/// The kinds of pages, one of each.
fn pages(env: &TestEnvironment) -> Vec<String> {
    let first = |folder: &str| {
        let mut names: Vec<String> = std::fs::read_dir(env.path("out").join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".html") && name != "index.html")
            .collect();
        names.sort();
        format!("{folder}/{}", names[0])
    };
    let mut pages: Vec<String> = std::fs::read_dir(env.path("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".html"))
        .collect();
    pages.push("works/index.html".to_owned());
    pages.extend(["works", "tags", "lists"].map(first));
    pages
}

#[test]
fn no_page_is_wider_than_a_phone() {
    let env = site();
    env.runs("timeline -o out/drawing.html");
    env.runs("stats -o out/statistics.html");
    let Some(mut browser) = Browser::start(&env) else {
        return;
    };
    for width in [320, 700, 1100] {
        browser.resize(width, 800);
        for page in pages(&env) {
            browser.open(&format!("file://{}/{page}", env.path("out").display()));
            let wide = browser
                .value("document.documentElement.scrollWidth")
                .as_u64()
                .unwrap();
            assert!(
                wide <= u64::from(width),
                "{page} is {wide} wide in a window of {width}"
            );
        }
    }
}

#[test]
fn the_columns_of_statistics_show_their_numbers_to_the_mouse_and_the_keyboard() {
    let env = TestEnvironment::with_chapter();
    env.runs("stats -o statistics.html");
    let Some(mut browser) = Browser::start(&env) else {
        return;
    };
    browser.open(&format!("file://{}", env.path("statistics.html").display()));
    browser.press("Tab");
    let label = browser.value("document.activeElement.getAttribute('aria-label')");
    assert_eq!(label, "1976: 1 work");
    let shown = browser.value("getComputedStyle(document.activeElement, '::after').content");
    assert_eq!(shown, "\"1976: 1 work\"");
}

#[test]
fn axe_finds_no_barrier_on_any_page() {
    let axe =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axe/node_modules/axe-core/axe.min.js");
    let Ok(axe) = std::fs::read_to_string(axe) else {
        eprintln!(
            "skipped: there is no axe-core; `npm install --prefix target/axe axe-core` installs it"
        );
        return;
    };
    let env = site();
    env.runs("timeline -o out/drawing.html");
    env.runs("stats -o out/statistics.html");
    let Some(mut browser) = Browser::start(&env) else {
        return;
    };
    let mut barriers = Vec::new();
    for (width, scheme) in [(1200, "light"), (1200, "dark"), (360, "light")] {
        browser.resize(width, 900);
        let scheme_wanted =
            serde_json::json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        browser.call("Emulation.setEmulatedMedia", scheme_wanted);
        for page in pages(&env) {
            browser.open(&format!("file://{}/{page}", env.path("out").display()));
            browser.value(&format!("{axe};0"));
            let found = browser.value(
                "axe.run().then(result => result.violations.map(violation => violation.id + ': ' + \
                 violation.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | ')))",
            );
            for barrier in found.as_array().unwrap_or(&Vec::<Value>::new()) {
                barriers.push(format!("{page} ({width}, {scheme}): {barrier}"));
            }
        }
    }
    assert!(barriers.is_empty(), "{}", barriers.join("\n"));
}
