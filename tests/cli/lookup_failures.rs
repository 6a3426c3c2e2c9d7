//! What services send that is not what they document, and what becomes of it: a clear error and an unchanged
//! library, quickly.

use std::time::{Duration, Instant};

use super::lookup_add::ARTICLE;
use super::metadata_server::{MetadataServer, Reply};
use super::test_env::{Run, TestEnvironment};

fn add(server: &MetadataServer, env: &TestEnvironment) -> Run {
    server.run_with(
        env,
        &["add", "10.2307/1562247"],
        &[("PEERBIB_LOOKUP_TIMEOUT", "0.4")],
        "",
    )
}

/// Runs `add DOI` against a server that answers in this way, which must fail and change nothing.
#[track_caller]
fn fails(replies: impl Into<Vec<Reply>>, expected: &str) {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    server.on("/doi.org/", replies);
    let started = Instant::now();
    let run = add(&server, &env);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains(expected), "{}", run.stderr);
    assert!(run.stderr.contains("doi.org"), "{}", run.stderr);
    assert!(!run.stderr.contains('\u{1b}'));
    assert!(!env.library().exists() || env.keys("").is_empty());
    assert!(
        started.elapsed() < Duration::from_secs(6),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn an_unknown_doi_is_reported_with_the_services_asked() {
    fails(
        [Reply::status(404)],
        "no service knows the DOI 10.2307/1562247 (asked: doi.org, Crossref, OpenAlex)",
    );
}

#[test]
fn a_server_error_is_tried_three_times() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    server.on(
        "/doi.org/",
        [Reply::status(500), Reply::status(502), Reply::json(ARTICLE)],
    );
    assert_eq!(add(&server, &env).code, Some(0));
    fails([Reply::status(500)], "the server answered with status 500");
}

#[test]
fn retry_after_is_obeyed() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    server.on(
        "/doi.org/",
        [
            Reply::status(429).with("Retry-After", "1"),
            Reply::json(ARTICLE),
        ],
    );
    assert_eq!(add(&server, &env).code, Some(0));
    let arrived = server.arrived();
    assert!(arrived[1].at - arrived[0].at >= Duration::from_millis(990));
    fails(
        [Reply::status(429).with("Retry-After", "3600")],
        "asks to wait 3600 s",
    );
}

#[test]
fn silence_and_dripping_end_with_the_timeout() {
    fails(
        [Reply::Silence(Duration::from_secs(2))],
        "no answer within 0.4 s",
    );
    fails([Reply::Drip], "no answer within 0.4 s");
}

#[test]
fn a_truncated_answer_is_an_error() {
    // tiny_http would keep the connection open.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            use std::io::{Read as _, Write as _};
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 1024]);
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"title\": ";
            let _ = connection.write_all(head.as_bytes());
        }
    });
    let env = TestEnvironment::bare();
    let variables = [
        ("PEERBIB_LOOKUP_BASE", base.as_str()),
        ("PEERBIB_LOOKUP_TIMEOUT", "0.4"),
    ];
    let run = env.peerbib_with(&["add", "10.2307/1562247"], "", &variables);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr.contains("doi.org: the answer was cut off"),
        "{}",
        run.stderr
    );
}

#[test]
fn html_instead_of_json_is_an_error() {
    let page = "<html><body>\u{1b}[31mWelcome</body></html>";
    fails(
        [Reply::typed("text/html", page)],
        "expected JSON, not text/html",
    );
    fails(
        [Reply::typed("application/json", "{\"title\": ")],
        "invalid JSON",
    );
    fails([Reply::json("{\"type\": \"book\"}")], "no title");
    fails([Reply::json("[]")], "no title");
    fails([Reply::json(&"[".repeat(100_000))], "invalid JSON");
}

#[test]
fn a_wrong_content_type_or_charset_does_not_matter_if_the_answer_is_right() {
    let latin = ARTICLE.replace("The Yale", "Caf\u{e9}");
    let bytes: Vec<u8> = latin.chars().map(|c| c as u8).collect();
    for (content_type, body) in [
        ("text/plain", latin.clone().into_bytes()),
        ("application/json; charset=iso-8859-1", latin.into_bytes()),
        ("application/json; charset=utf-8", bytes.clone()),
        ("application/json; charset=iso-8859-1", bytes),
    ] {
        let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
        server.on("/doi.org/", [Reply::typed(content_type, body)]);
        assert_eq!(add(&server, &env).code, Some(0));
        assert!(
            env.runs("export").stdout.contains("Caf\u{e9}"),
            "{content_type}"
        );
    }
}

#[test]
fn a_body_of_100_mb_is_not_read() {
    fails(
        [Reply::Endless(100 << 20)],
        "the answer is larger than 8 MiB",
    );
}

#[test]
fn redirects_are_followed_but_not_in_circles_or_to_private_addresses() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    server
        .on(
            "/doi.org/",
            [Reply::redirect(
                "https://api.crossref.org/v1/works/10.2307%2F1562247/transform",
            )],
        )
        .on("/api.crossref.org/v1/works/", [Reply::json(ARTICLE)]);
    assert_eq!(add(&server, &env).code, Some(0));
    fails(
        [Reply::redirect("https://doi.org/10.2307/1562247")],
        "too many redirects",
    );
    for private in [
        "http://127.0.0.1:1/x",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "http://localhost/",
    ] {
        fails([Reply::redirect(private)], "the private address ");
    }
    fails([Reply::redirect("file:///etc/passwd")], "invalid address");
}

#[test]
fn hostile_values_become_harmless_text() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    server.on("/doi.org/", [Reply::json(
        r#"{"type": "../../etc", "title": "A \\input{/etc/passwd} } @string{x = 1} <script>alert(1)</script>\u001b]0;x\u0007\u202e",
            "author": [{"family": "Evil}", "given": "\\def\\x"}, {"literal": "}{"}], "DOI": "10.2307/1562247",
            "issued": {"date-parts": [[99999999, 13, 99]]}, "file": "/etc/passwd", "page": "\u0000", "volume": {"a": []}}"#)]);
    let run = add(&server, &env);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let text = env.runs("export").stdout;
    assert_eq!(env.keys("").len(), 1, "{text}");
    assert!(
        !text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\0']),
        "{text}"
    );
    assert!(
        !text.contains("<script") && !text.contains("file ="),
        "{text}"
    );
    env.put("again.bib", &text);
    let other = TestEnvironment::with(&text);
    assert_eq!(other.keys("").len(), 1);
}

#[test]
fn a_service_that_fails_does_not_stop_the_others() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    server.on("/doi.org/", [Reply::status(500)]).on(
        "/api.crossref.org/works/10.2307/1562247",
        [Reply::json(&format!(
            r#"{{"status": "ok", "message": {ARTICLE}}}"#
        ))],
    );
    let run = add(&server, &env);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("from Crossref"), "{}", run.stderr);
}
