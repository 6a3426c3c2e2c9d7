//! `peerbib lookup`, against a server that stands in for every service.

#[cfg(unix)]
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::metadata_server::{MetadataServer, Reply};
use super::test_env::TestEnvironment;

const LIBRARY: &str = "@article{benkler2002coase,
  author = {Benkler, Yochai},
  title = {Coase's Penguin, or, Linux and the Nature of the Firm},
  journal = {Yale Law Journal},
  year = 2002,
}

@article{zine, author = {Nobody, Ann}, title = {A Zine that no Service Knows}, year = 1999}
";

fn crossref(items: &str) -> Reply {
    Reply::json(&format!(
        r#"{{"status": "ok", "message-type": "work-list", "message": {{"items": [{items}]}}}}"#
    ))
}

const ARTICLE: &str = r#"{"DOI": "10.2307/1562247", "type": "journal-article",
    "title": ["Coase's Penguin, or, Linux and the Nature of the Firm"], "container-title": ["The Yale Law Journal"],
    "author": [{"given": "Yochai", "family": "Benkler"}], "volume": "112", "issue": "3", "page": "369-446",
    "issued": {"date-parts": [[2002, 12]]}}"#;

const REVIEW: &str = r#"{"DOI": "10.1/review", "type": "journal-article", "title": ["Coase's Penguin"],
    "author": [{"given": "Ann", "family": "Other"}], "issued": {"date-parts": [[2003]]}}"#;

fn server() -> MetadataServer {
    let server = MetadataServer::start();
    server.on(
        "/api.crossref.org/works?query.bibliographic=Coase",
        [crossref(&format!("{REVIEW}, {ARTICLE}"))],
    );
    server.on(
        "/api.crossref.org/works?query.bibliographic=A%20Zine",
        [crossref("")],
    );
    server.on(
        "/api.openalex.org/works?search=",
        [Reply::json(r#"{"results": []}"#)],
    );
    server
}

#[test]
fn fields_are_shown_next_to_the_current_values_and_nothing_changes() {
    let (server, env) = (server(), TestEnvironment::with(LIBRARY));
    let before = env.state();
    let run = server.run(&env, &["lookup"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    insta::assert_snapshot!(run.stdout, @r#"
    benkler2002coase Coase’s Penguin, or, Linux and the Nature of the Firm
      found in Crossref (https://api.crossref.org/works/10.2307/1562247)
      = journal  Yale Law Journal  The Yale Law Journal  Crossref
      = date     2002              2002-12               Crossref
      + number   -                 3                     Crossref
      + volume   -                 112                   Crossref
      + pages    -                 369–446               Crossref
      + doi      -                 10.2307/1562247       Crossref
      not certainly this work:
        another author: Other, 2003, Coase's Penguin, article-journal, doi:10.1/review, Crossref
    zine A Zine that no Service Knows
      not found in Crossref, OpenAlex
    "#);
    insta::assert_snapshot!(run.stderr, @r#"
    2 works looked up: 1 found, 0 with candidates only, 1 not found, 0 failed
    4 fields to fill in (+), 0 to replace (~), 2 that differ and stay (=)
    "#);
    assert_eq!(env.state(), before);
}

#[test]
fn missing_fields_are_filled_in_and_their_source_is_kept() {
    let (server, env) = (server(), TestEnvironment::with(LIBRARY));
    let refused = server.run(&env, &["lookup", "--apply"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(!env.runs("export").stdout.contains("10.2307"));
    let run = server.run(&env, &["lookup", "--apply", "--yes"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    insta::assert_snapshot!(env.runs("show benkler2002coase --source").stdout, @r#"
    @article{benkler2002coase,
      author = {Benkler, Yochai},
      title = {Coase's Penguin, or, Linux and the Nature of the Firm},
      journal = {Yale Law Journal},
      year = 2002,
      number = {3},
      volume = {112},
      pages = {369--446},
      doi = {10.2307/1562247},
    }
    "#);
    let why = env.runs("why benkler2002coase").stdout;
    assert!(why.contains("looked up in Crossref"), "{why}");
    env.runs("edit benkler2002coase --set volume=113");
    let why = env.runs("why benkler2002coase").stdout;
    assert!(why.contains("doi") && !why.contains("volume"), "{why}");
    env.runs("undo");
    env.runs("undo");
    assert!(LIBRARY.contains(env.runs("show benkler2002coase --source").stdout.trim()));
    assert!(!env.runs("why benkler2002coase").stdout.contains("Crossref"));
}

#[test]
fn fields_can_be_chosen_and_overwritten() {
    let (server, env) = (server(), TestEnvironment::with(LIBRARY));
    server.run(&env, &["lookup", "--fields", "doi", "--apply", "--yes"]);
    let text = env.runs("show benkler2002coase --source").stdout;
    assert!(
        text.contains("10.2307/1562247") && !text.contains("112"),
        "{text}"
    );
    server.run(
        &env,
        &[
            "lookup",
            "key:benkler2002coase",
            "--replace",
            "journaltitle,date",
            "--fields",
            "journaltitle,date",
            "--apply",
            "--yes",
            "--refresh",
        ],
    );
    let text = env.runs("show benkler2002coase --source").stdout;
    assert!(
        text.contains("The Yale Law Journal") && text.contains("2002-12") && !text.contains("year"),
        "{text}"
    );
    let run = server.run(&env, &["lookup", "--fields", "dio"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("unknown field: dio"), "{}", run.stderr);
}

#[test]
fn a_preprint_a_review_and_a_chapter_are_not_the_work() {
    let env = TestEnvironment::with(
        "@article{article, author = {Benkler, Yochai}, title = {Sharing Nicely on Shareable Goods}, journal = {J}, year = 2004}
         @book{book, author = {Benkler, Yochai}, title = {The Wealth of Networks}, publisher = {Yale}, year = 2006}",
    );
    let server = MetadataServer::start();
    server.on("/api.crossref.org/works?query.bibliographic=Sharing", [crossref(
        r#"{"DOI": "10.2139/ssrn.1", "type": "posted-content", "title": ["Sharing Nicely on Shareable Goods"],
            "author": [{"given": "Yochai", "family": "Benkler"}], "issued": {"date-parts": [[2004]]}}"#)]);
    server.on("/api.crossref.org/works?query.bibliographic=The%20wealth", [crossref(
        r#"{"DOI": "10.1/review", "type": "journal-article", "title": ["The Wealth of Networks"],
            "author": [{"given": "Yochai", "family": "Benkler"}], "issued": {"date-parts": [[2006]]}},
           {"DOI": "10.1/chapter", "type": "book-chapter", "title": ["The Wealth of Networks"], "container-title": ["B"],
            "author": [{"given": "Yochai", "family": "Benkler"}], "issued": {"date-parts": [[2006]]}}"#)]);
    server.on("/api.openalex.org/", [Reply::json(r#"{"results": []}"#)]);
    let run = server.run(&env, &["lookup", "--json"]);
    let works: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    for work in works.as_array().unwrap() {
        assert_eq!(work["outcome"], "candidates", "{work:#}");
        assert_eq!(work["changes"], serde_json::json!([]));
    }
    assert_eq!(works[0]["candidates"][0]["reason"], "another type");
}

#[test]
fn one_service_that_fails_does_not_stop_the_others_and_is_reported_once() {
    let (server, env) = (server(), TestEnvironment::with(LIBRARY));
    server.on("/api.openalex.org/works?search=", [Reply::status(500)]);
    let run = server.run(&env, &["lookup", "--apply", "--yes"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(
        run.stderr
            .matches("OpenAlex: the server answered with status 500")
            .count(),
        1,
        "{}",
        run.stderr
    );
    assert!(env.runs("export").stdout.contains("10.2307/1562247"));
}

#[test]
fn a_thousand_works_use_one_connection_per_host_at_the_allowed_rate_and_the_cache_answers_again() {
    let bib: String = (0..1000)
        .map(|n| format!("@article{{k{n}, author = {{Doe, Jane}}, title = {{A Long Title Number {n}}}, year = 2001, doi = {{10.1/{n}}}}}\n"))
        .collect();
    let env = TestEnvironment::with(&bib);
    let server = MetadataServer::start();
    server.on(
        "/doi.org/",
        [
            Reply::json(r#"{"type": "journal-article", "title": "Another", "DOI": "10.1/x"}"#)
                .with("x-rate-limit-limit", "500")
                .with("x-rate-limit-interval", "1s"),
        ],
    );
    for n in 0..1000 {
        server.on(&format!("/doi.org/10.1/{n}"), [Reply::json(&format!(
            r#"{{"type": "journal-article", "title": "A Long Title Number {n}", "DOI": "10.1/{n}", "volume": "{n}",
                 "author": [{{"given": "Jane", "family": "Doe"}}], "issued": {{"date-parts": [[2001]]}}}}"#))
            .with("x-rate-limit-limit", "500").with("x-rate-limit-interval", "1s")]);
    }
    let run = server.run(&env, &["lookup", "--apply", "--yes"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let arrived = server.arrived();
    assert_eq!(arrived.len(), 1000);
    assert_eq!(server.most_open(), 1);
    // 500 requests in a second.
    let taken = arrived[999].at - arrived[0].at;
    assert!(taken >= Duration::from_millis(999 * 2 - 50), "{taken:?}");
    assert_eq!(server.run(&env, &["lookup"]).code, Some(0));
    assert_eq!(server.arrived().len(), 1000);
}

/// Starts a command that asks the server.
#[cfg(unix)]
fn start(
    server: &MetadataServer,
    env: &TestEnvironment,
    arguments: &[&str],
) -> std::process::Child {
    env.command(env!("CARGO_BIN_EXE_peerbib"))
        .args(arguments)
        .env("PEERBIB_LOOKUP_BASE", server.base())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Presses Ctrl-C, and returns the exit code and the messages.
#[cfg(unix)]
fn interrupt(child: std::process::Child) -> (Option<i32>, String) {
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
#[cfg(unix)]
fn an_interrupt_while_services_are_asked_changes_nothing_and_says_so() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::with(LIBRARY));
    env.runs("tag status:unverified benkler2002coase --create");
    server.on("/", [Reply::Silence(Duration::from_secs(5))]);
    let before = env.state();
    for (arguments, message) in [
        (
            &["lookup", "--apply", "--yes"][..],
            "interrupted: nothing was changed\n",
        ),
        (&["check", "--online"], "interrupted: nothing was changed\n"),
        (&["add", "10.1000/xyz"], "interrupted: nothing was added\n"),
        (
            &["add", "--title", "Nests"],
            "interrupted: nothing was added\n",
        ),
    ] {
        let asked = server.arrived().len();
        let child = start(&server, &env, arguments);
        while server.arrived().len() == asked {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(
            interrupt(child),
            (Some(130), message.to_owned()),
            "{arguments:?}"
        );
    }
    assert_eq!(env.state(), before);
    assert_eq!(env.runs("doctor").stdout, "");
}

#[test]
#[cfg(unix)]
fn an_interrupt_at_any_moment_reports_the_state_of_the_library() {
    const ROUNDS: u32 = 12;
    let arguments = ["lookup", "--apply", "--yes"];
    let mut whole = Duration::MAX;
    let (mut nothing, mut all) = (0, 0);
    for round in 0..=ROUNDS {
        let (server, env) = (server(), TestEnvironment::with(LIBRARY));
        let before = env.runs("export").stdout;
        let started = Instant::now();
        let child = start(&server, &env, &arguments);
        if round == 0 {
            assert!(child.wait_with_output().unwrap().status.success());
            whole = started.elapsed();
            continue;
        }
        std::thread::sleep(whole * round / ROUNDS);
        let (code, message) = interrupt(child);
        let is_changed = env.runs("export").stdout != before;
        // Before the handler is set, and after the last line, the signal ends the program as it ends any other.
        if message.contains("interrupted: nothing was changed") {
            assert!(!is_changed && code == Some(130), "{message}");
            nothing += 1;
        } else if message.contains("changed 4 fields of 1 work; `peerbib undo` reverts it") {
            assert!(is_changed, "{message}");
            all += 1;
        } else {
            assert!(!is_changed, "{message}");
        }
        assert_eq!(env.runs("doctor").stdout, "");
    }
    assert!(nothing > 0 && nothing + all > 1, "{nothing}, {all}");
}
