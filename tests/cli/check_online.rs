//! `peerbib check --online`, against a server that stands in for every service.

use super::metadata_server::{MetadataServer, Reply};
use super::test_env::TestEnvironment;

const LIBRARY: &str = "
@article{found, author = {Doe, Jane}, title = {A Found Work of Some Length}, journaltitle = {Journal of Peer Production}, year = 2012, doi = {10.1/found}}
@article{wrong, author = {Doe, Jane}, title = {A Wrong Work of Some Length}, journaltitle = {Journal of Peer Production}, year = 2012, volume = {1}, doi = {10.1/wrong}}
@article{retracted, author = {Doe, Jane}, title = {A Retracted Work of Some Length}, journaltitle = {J}, year = 2012, doi = {10.1/retracted}}
@online{preprint, author = {Doe, Jane}, title = {A Preprint of Some Length}, year = 2012, doi = {10.1/preprint}}
@article{grey, author = {Doe, Jane}, title = {A Grey Work of Some Length}, journaltitle = {J}, year = 2012}
@online{dead, author = {Doe, Jane}, title = {A Dead Page of Some Length}, year = 2009, url = {https://dead.example.org/page}}
@online{moved, author = {Doe, Jane}, title = {A Moved Page of Some Length}, year = 2009, url = {http://moved.example.org/page}}
@online{alive, author = {Doe, Jane}, title = {A Living Page of Some Length}, year = 2009, url = {http://alive.example.org/page/}}
";

fn work(doi: &str, title: &str, kind: &str, more: &str) -> String {
    format!(
        r#"{{"DOI": "{doi}", "type": "{kind}", "title": ["{title}"], "author": [{{"given": "Jane", "family": "Doe"}}],
            "container-title": ["Journal of Peer Production"], "issued": {{"date-parts": [[2012]]}}{more}}}"#
    )
}

fn server() -> MetadataServer {
    let server = MetadataServer::start();
    for (doi, title, kind, more) in [
        (
            "10.1/found",
            "A Found Work of Some Length",
            "journal-article",
            "",
        ),
        (
            "10.1/wrong",
            "A Wrong Work of Some Length",
            "journal-article",
            r#", "page": "1-20", "number": "x", "edition-number": "2""#,
        ),
        (
            "10.1/retracted",
            "A Retracted Work of Some Length",
            "journal-article",
            r#", "updated-by": [{"DOI": "10.1/notice", "type": "retraction", "updated": {"date-parts": [[2014, 2, 3]]}, "source": "retraction-watch"}]"#,
        ),
        (
            "10.1/preprint",
            "A Preprint of Some Length",
            "posted-content",
            r#", "relation": {"is-preprint-of": [{"id-type": "doi", "id": "10.1/published", "asserted-by": "subject"}]}"#,
        ),
    ] {
        let more = if doi == "10.1/wrong" {
            r#", "volume": "2""#
        } else {
            more
        };
        let work = work(doi, title, kind, more);
        server.on(
            &format!("/api.crossref.org/works/{doi}"),
            [Reply::json(&format!(
                r#"{{"status": "ok", "message": {work}}}"#
            ))],
        );
    }
    let none = r#"{"status": "ok", "message": {"items": []}}"#;
    server
        .on("/api.crossref.org/works?query", [Reply::json(none)])
        .on("/api.crossref.org/works?filter=updates:", [Reply::json(
            r#"{"status": "ok", "message": {"items": [{"DOI": "10.1/erratum", "update-to": [
                {"DOI": "10.1/FOUND", "type": "correction", "updated": {"date-parts": [[2013]]}}]}]}}"#)])
        .on("/api.openalex.org/works?search", [Reply::json(r#"{"results": []}"#)])
        .on("/moved.example.org/page", [Reply::redirect("https://new.example.org/elsewhere")])
        .on("/new.example.org/elsewhere", [Reply::typed("text/html", "<title>x</title>")])
        .on("/alive.example.org/page", [Reply::typed("text/html", "<title>x</title>")])
        .on("/archive.org/wayback/available?url=https%3A%2F%2Fdead.example.org%2Fpage&timestamp=2009", [Reply::json(
            r#"{"url": "dead.example.org/page", "archived_snapshots": {"closest": {"status": "200", "available": true,
                "url": "http://web.archive.org/web/20090919044612/https://dead.example.org/page", "timestamp": "20090919044612"}}}"#)]);
    server
}

#[test]
fn every_outcome_is_reported_and_counted() {
    let (server, env) = (server(), TestEnvironment::with(LIBRARY));
    let run = server.run(&env, &["check", "--online"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    insta::assert_snapshot!(run.stdout, @r#"
    dead: note: not found in the services asked (Crossref, OpenAlex); much of this literature is in none of them
    dead: warning: the address is dead: status 404
    dead: note: archived on 2009-09-19: https://web.archive.org/web/20090919044612/https://dead.example.org/page; --fix stores it as archiveurl and archivedate
    alive: note: not found in the services asked (Crossref, OpenAlex); much of this literature is in none of them
    moved: note: not found in the services asked (Crossref, OpenAlex); much of this literature is in none of them
    moved: note: the address moved to https://new.example.org/elsewhere
    found: found in Crossref (https://api.crossref.org/works/10.1/found)
    found: warning: correction of 2013 in Crossref: https://doi.org/10.1/erratum
    grey: note: not found in the services asked (Crossref, OpenAlex); much of this literature is in none of them
    preprint: found in Crossref (https://api.crossref.org/works/10.1/preprint)
    preprint: note: this preprint was published as https://doi.org/10.1/published
    retracted: found in Crossref (https://api.crossref.org/works/10.1/retracted)
    retracted: error: retraction of 2014-02-03 in Crossref: https://doi.org/10.1/notice
    wrong: warning: found in Crossref (https://api.crossref.org/works/10.1/wrong), with differences
    wrong: warning: volume: “1” here, “2” in Crossref
    "#);
    insta::assert_snapshot!(run.stderr, @r#"8 works checked: 3 found, 1 found with differences, 2 retracted or corrected, 1 with a published version, 4 not found in the services asked, 1 with a dead address, 1 with an address that moved"#);
    let run = server.run(&env, &["check", "--online", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    insta::assert_snapshot!(report["summary"], @r#"{"dead":1,"differences":1,"found":3,"moved":1,"not-found":4,"published":1,"retracted":2}"#);
    assert!(!run.stdout.to_lowercase().contains("fake"));
}

#[test]
fn a_work_that_is_found_becomes_verified_with_the_reason() {
    let (server, env) = (server(), TestEnvironment::with(LIBRARY));
    env.runs("tag status:unverified found wrong grey --create");
    let before = env.state();
    server.run(&env, &["check", "--online", "--dry-run"]);
    assert_eq!(env.state(), before);
    server.run(&env, &["check", "--online"]);
    assert_eq!(env.keys("status:verified"), ["found"]);
    assert_eq!(env.keys("status:unverified").len(), 2);
    let why = env.runs("why found").stdout;
    assert!(
        why.contains("found in Crossref on ") && why.contains("10.1/found"),
        "{why}"
    );
    env.runs("undo");
    assert_eq!(env.keys("status:unverified").len(), 3);
}

#[test]
fn the_archived_copy_of_a_dead_page_is_stored_on_request() {
    let (server, env) = (server(), TestEnvironment::with(LIBRARY));
    server.run(&env, &["check", "--online", "key:dead"]);
    assert!(!env.runs("show dead --source").stdout.contains("archiveurl"));
    server.run(&env, &["check", "--online", "key:dead", "--fix"]);
    let text = env.runs("show dead --source").stdout;
    assert!(
        text.contains("{https://web.archive.org/web/20090919044612/https://dead.example.org/page}"),
        "{text}"
    );
    assert!(text.contains("{2009-09-19}"), "{text}");
    assert!(env.runs("why dead").stdout.contains("Wayback Machine"));
    let wiki = env
        .runs("format key:dead --to mediawiki --templates")
        .stdout;
    assert!(
        wiki.contains("|archive-url=https://web.archive.org/web/20090919044612/"),
        "{wiki}"
    );
    assert!(wiki.contains("|archive-date=2009-09-19"), "{wiki}");
}

#[test]
fn without_an_answer_nothing_is_reported_as_missing() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::with(LIBRARY));
    server.on("/", [Reply::status(500)]);
    let run = server.run_with(
        &env,
        &["check", "--online", "key:grey"],
        &[("PEERBIB_LOOKUP_TIMEOUT", "0.3")],
        "",
    );
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("no service answered"), "{}", run.stdout);
}
