//! `peerbib man`

use std::collections::BTreeSet;
use std::path::Path;

use crate::test_env::TestEnvironment;

/// The names and texts of all pages.
fn pages(env: &TestEnvironment) -> Vec<(String, String)> {
    env.runs("man --directory pages");
    let mut pages: Vec<(String, String)> = std::fs::read_dir(env.path("pages"))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    pages.sort();
    pages
}

#[test]
fn every_command_and_subcommand_has_a_page() {
    let env = TestEnvironment::empty();
    let pages = pages(&env);
    let names: BTreeSet<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "peerbib",
        "peerbib-find",
        "peerbib-tags",
        "peerbib-tags-add",
        "peerbib-config-set",
    ] {
        assert!(names.contains(name), "{name}: {names:?}");
    }
    let again = env.runs("man tags add").stdout;
    let (_, page) = pages
        .iter()
        .find(|(name, _)| name == "peerbib-tags-add")
        .unwrap();
    assert_eq!(&again, page);
    for (name, page) in &pages {
        for section in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "\"EXIT STATUS\"",
            "\"SEE ALSO\"",
        ] {
            assert!(
                page.contains(&format!("\n.SH {section}\n")),
                "{name} {section}: {page}"
            );
        }
        assert!(page.contains("\n.SH EXAMPLE"), "{name}");
    }
    let (_, main) = &pages[0];
    for expected in [
        ".SH FILES",
        ".SH ENVIRONMENT",
        "PEERBIB_LIBRARY",
        "config.toml",
        "NO_COLOR",
    ] {
        assert!(main.contains(expected), "{expected}: {main}");
    }
}

#[test]
fn the_manual_says_what_is_sent_to_whom() {
    let env = TestEnvironment::empty();
    let page = env
        .runs("man")
        .stdout
        .replace("\\-", "-")
        .replace("\\&", "");
    assert!(page.contains(".SH NETWORK"), "{page}");
    // The hosts in the sources are those in the table.
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lookup");
    let mut hosts = BTreeSet::new();
    for directory in [sources.join("services"), sources] {
        for file in std::fs::read_dir(directory).unwrap() {
            let path = file.unwrap().path();
            let is_code = path.extension().is_some_and(|extension| extension == "rs");
            for line in is_code
                .then(|| std::fs::read_to_string(path).unwrap())
                .iter()
                .flat_map(|code| code.lines())
            {
                // What a request is made of: an address with a path and a place for a value.
                if line.trim_start().starts_with("//") || !line.contains('{') {
                    continue;
                }
                let address = line.split("\"https://").nth(1).unwrap_or_default();
                let host = address.split('/').next().unwrap_or_default();
                if host.contains('.') && !host.contains(['{', '"']) {
                    hosts.insert(host.to_owned());
                }
            }
        }
    }
    // Pages that a person would open are named as the source of a value, and are not asked.
    for shown in [
        "arxiv.org",
        "openalex.org",
        "pubmed.ncbi.nlm.nih.gov",
        "pmc.ncbi.nlm.nih.gov",
    ] {
        hosts.remove(shown);
    }
    assert!(hosts.len() > 8, "{hosts:?}");
    for host in &hosts {
        assert!(page.contains(host.as_str()), "{host} is not in the manual");
    }
}

#[test]
fn every_page_that_is_named_is_there() {
    let env = TestEnvironment::empty();
    let pages = pages(&env);
    let names: BTreeSet<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    for (name, page) in &pages {
        let (_, see_also) = page.split_once(".SH \"SEE ALSO\"\n").unwrap();
        let plain = see_also
            .replace("\\fB", "")
            .replace("\\fR", "")
            .replace("\\-", "-");
        let named: Vec<&str> = plain.trim().split(", ").collect();
        for other in named {
            let other = other
                .strip_suffix("(1)")
                .unwrap_or_else(|| panic!("{name}: {other}"));
            assert!(names.contains(other), "{name} names {other}");
            assert_ne!(other, name);
        }
    }
}

#[test]
fn a_page_without_its_command_is_refused() {
    let env = TestEnvironment::empty();
    let message = env.refuses(2, "man tags nothing");
    assert!(message.contains("peerbib tags has no command"), "{message}");
}

#[test]
#[cfg(unix)]
fn the_pages_are_set_without_a_warning() {
    let env = TestEnvironment::empty();
    for (name, _) in pages(&env) {
        let path = format!("pages/{name}.1");
        let groff = env
            .command("groff")
            .args(["-man", "-ww", "-Tutf8", "-Kutf8", "-z", &path])
            .output();
        let Ok(output) = groff else {
            eprintln!("groff is not on this machine, and the pages are not set");
            return;
        };
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && message.is_empty(),
            "{name}: {message}"
        );
    }
}
