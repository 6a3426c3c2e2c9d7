//! Saving from the browser: Zotero's connector, and web pages that would like to be it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::test_env::{TestEnvironment, redact_times};

/// `peerbib listen` in an environment.
struct Listening {
    child: Child,
    port: u16,
    message: Arc<Mutex<String>>,
}

/// An answer to a request.
#[derive(Debug)]
struct Answer {
    status: u16,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The headers of the connector in Firefox, which hides the origin of extensions.
const CONNECTOR: &[(&str, &str)] = &[
    ("Content-Type", "application/json"),
    ("X-Zotero-Version", "5.0.213"),
    ("X-Zotero-Connector-API-Version", "3"),
    ("Origin", "null"),
    (
        "User-Agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    ),
];

impl Listening {
    fn start(env: &TestEnvironment, options: &[&str]) -> Self {
        let mut child = env
            .command(env!("CARGO_BIN_EXE_peerbib"))
            .args(["listen", "--port", "0"])
            .args(options)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let port = first
            .split("127.0.0.1:")
            .nth(1)
            .and_then(|rest| rest.split(' ').next())
            .and_then(|port| port.parse().ok())
            .unwrap_or_else(|| panic!("{first}"));
        let message = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&message);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut heard = heard.lock().unwrap();
                heard.push_str(&line);
                heard.push('\n');
            }
        });
        Self {
            child,
            port,
            message,
        }
    }

    /// Sends bytes and returns what comes back until the connection is closed.
    fn exchange(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        // The server may have closed the connection already.
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    /// Sends a request with these headers and nothing else; none if the connection is closed without an answer.
    fn request(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        let mut request = format!("{method} {target} HTTP/1.1\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request.push_str(&format!("Host: 127.0.0.1:{}\r\n", self.port));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !headers.iter().any(|(name, _)| *name == "Content-Length") && method == "POST" {
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body);
        let answer = self.exchange(&bytes);
        if answer.is_empty() {
            return None;
        }
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("X-Zotero-Version: "), "{head}");
        assert!(!head.contains("Access-Control"), "{head}");
        Some(Answer {
            status: head[9..12].parse().unwrap(),
            body: body.to_owned(),
        })
    }

    /// Sends JSON as the connector does.
    fn post(&self, endpoint: &str, body: &Value) -> Answer {
        let target = format!("/connector/{endpoint}");
        let body = body.to_string();
        self.request("POST", &target, CONNECTOR, body.as_bytes())
            .unwrap()
    }

    /// Sends a file as the connector does.
    fn upload(&self, endpoint: &str, session: &str, metadata: &Value, bytes: &[u8]) -> Answer {
        let metadata = metadata.to_string();
        let mut headers: Vec<_> = CONNECTOR[1..].to_vec();
        headers.push(("Content-Type", "application/pdf"));
        headers.push(("X-Metadata", &metadata));
        let target = format!("/connector/{endpoint}?sessionID={session}");
        self.request("POST", &target, &headers, bytes).unwrap()
    }

    /// Saves the article.
    fn save_article(&self, session: &str) {
        let saved = self.post(
            "saveItems",
            &json!({"sessionID": session, "uri": PAGE, "items": [article()]}),
        );
        assert_eq!((saved.status, saved.body.as_str()), (201, ""));
    }

    /// Returns what the terminal shows, once it shows `words`.
    #[track_caller]
    fn printed(&self, words: &str) -> String {
        let start = Instant::now();
        loop {
            let message = self.message.lock().unwrap().clone();
            if message.contains(words) {
                return message;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "{message}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const PAGE: &str = "https://journal.example/articles/commons";

fn article() -> Value {
    json!({
        "itemType": "journalArticle", "id": "aB3dE6gH",
        "title": "The Penguin and the Commons",
        "creators": [
            {"firstName": "Yochai", "lastName": "Benkler", "creatorType": "author"},
            {"lastName": "P2P Foundation", "fieldMode": 1, "creatorType": "author"}
        ],
        "publicationTitle": "Journal of Peer Production", "date": "2011-03-04", "volume": "4",
        "DOI": "10.1000/penguin", "url": PAGE, "accessDate": "CURRENT_TIMESTAMP",
        "libraryCatalog": "journal.example", "tags": ["peer production", {"tag": "Linux", "type": 1}],
        "notes": {"note": "<p>A <b>selected</b> passage</p>"},
        "attachments": [], "seeAlso": []
    })
}

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n";

fn file_names(env: &TestEnvironment) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(env.path("data/peerbib/library-files")) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn tags_of(env: &TestEnvironment, key: &str) -> Vec<String> {
    let found = env.json(&format!("find key:{key} --json"));
    let tags = found[0]["tags"].as_array().unwrap();
    tags.iter()
        .map(|tag| tag.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn one_click_saves_a_work_with_its_file_and_one_undo_takes_it_back() {
    let env = TestEnvironment::with_chapter();
    let before = env.state();
    let server = Listening::start(&env, &[]);

    let ping = server.post("ping", &json!({}));
    let abilities = &ping.json()["prefs"];
    assert_eq!(abilities["supportsAttachmentUpload"], true);
    assert!(!ping.body.contains("Hash"), "{}", ping.body);

    let selected = server
        .post(
            "getSelectedCollection",
            &json!({"switchToReadableLibrary": true}),
        )
        .json();
    assert_eq!(selected["libraryEditable"], true);
    assert!(selected["id"].is_null());
    let targets = selected["targets"].as_array().unwrap();
    assert_eq!(
        (&targets[0]["id"], &targets[0]["level"]),
        (&json!("L1"), &json!(0))
    );
    let at = |name: &str| {
        let found = targets.iter().position(|target| target["name"] == name);
        found.unwrap_or_else(|| panic!("{name}: {targets:#?}"))
    };
    assert_eq!(targets[at("movement")]["level"], 1);
    let oekonux = &targets[at("Oekonux")];
    assert_eq!(oekonux["level"], 2);
    assert!(at("Oekonux") > at("movement"));
    let tags = selected["tags"]["L1"].as_array().unwrap();
    assert!(tags.contains(&json!({"tag": "movement:oekonux"})));

    server.save_article("session1");
    server.post("getSelectedCollection", &json!({}));
    let metadata = json!({
        "id": "x", "url": format!("{PAGE}.pdf"), "contentType": "application/pdf",
        "parentItemID": "aB3dE6gH", "title": "=?UTF-8?Q?Full_Text_=E2=80=93_PDF?="
    });
    let attached = server.upload("saveAttachment", "session1", &metadata, PDF);
    assert_eq!(attached.status, 201);
    let resolvers = server.post(
        "hasAttachmentResolvers",
        &json!({"sessionID": "session1", "itemID": "aB3dE6gH"}),
    );
    assert_eq!(resolvers.json(), json!(false));
    let wishes = json!({
        "sessionID": "session1", "target": oekonux["id"], "tags": ["theme:licensing", "to discuss"],
        "note": "Read this<br>again"
    });
    assert_eq!(server.post("updateSession", &wishes).json(), json!({}));
    assert_eq!(server.post("delaySync", &json!({})).status, 204);

    let message = server.printed("movement:oekonux");
    let key = "benkler2011penguin";
    assert!(
        message.contains(&format!("saved {key}: The Penguin and the Commons")),
        "{message}"
    );
    let shown = env.runs(&format!("show {key}")).stdout;
    for words in [
        "Journal of Peer Production",
        "10.1000/penguin",
        "Yochai Benkler and P2P Foundation",
        "peer production, Linux, to discuss",
        "benkler2011penguin.pdf",
        "Full Text \u{2013} PDF",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(tags_of(&env, key).contains(&"movement:oekonux".to_owned()));
    let note = env.runs(&format!("note {key} --show")).stdout;
    assert!(note.contains("A **selected** passage"), "{note}");
    assert!(note.contains("Read this"), "{note}");
    let original = env.runs(&format!("show {key} --original")).stdout;
    assert!(original.contains("\"itemType\":"), "{original}");
    assert!(original.contains("aB3dE6gH"), "{original}");
    assert_eq!(file_names(&env), ["benkler2011penguin.pdf"]);

    let steps = env.json("log --json");
    let command = steps[0]["command"].as_str().unwrap();
    assert!(
        command.contains("saved The Penguin and the Commons"),
        "{command}"
    );
    let undone = env.runs("undo");
    assert!(undone.stderr.contains("listen") || undone.stdout.contains("listen"));
    assert_eq!(env.state(), before);
    env.runs("redo");
    assert!(tags_of(&env, key).contains(&"movement:oekonux".to_owned()));
    env.runs("doctor");
}

#[test]
fn later_requests_replace_earlier_ones() {
    let env = TestEnvironment::with_chapter();
    let server = Listening::start(&env, &["--tag", "movement:oekonux"]);
    let selected = server.post("getSelectedCollection", &json!({})).json();
    assert_eq!(selected["name"], "Oekonux");
    let targets = selected["targets"].as_array().unwrap();
    let target = |name: &str| {
        let mut found = targets.iter().filter(|target| target["name"] == name);
        found.next().unwrap()["id"].clone()
    };
    server.save_article("s");
    let key = "benkler2011penguin";
    assert_eq!(tags_of(&env, key), ["movement:oekonux"]);
    // What a session can change.
    let work = || {
        let shown = env.json(&format!("show {key} --json"));
        let work = &shown[0];
        format!("{}\n{}\n{}", work["source"], work["tags"], work["note"])
    };
    let saved = work();
    let update = |mut wishes: Value| {
        wishes["sessionID"] = json!("s");
        let answer = server.post("updateSession", &wishes);
        assert_eq!((answer.status, answer.json()), (200, json!({})));
        work()
    };
    let wishes = json!({"target": "L1", "tags": "theme:licensing, a & b", "note": "One"});
    let once = update(wishes.clone());
    assert!(once.contains(r"Linux, a \\& b"), "{once}");
    assert!(once.contains("One"), "{once}");
    assert_eq!(update(wishes), once);
    assert_eq!(tags_of(&env, key), ["theme:licensing"]);
    update(json!({"target": target("movement"), "tags": [], "note": ""}));
    assert_eq!(tags_of(&env, key), [""; 0]);
    let last = update(json!({"target": target("Oekonux"), "tags": [], "note": ""}));
    assert_eq!(redact_times(&last), redact_times(&saved));
    assert_eq!(
        env.json("log --json")[1]["command"],
        "peerbib import peerbib:chapter"
    );
    for (wishes, error) in [
        (json!({"target": "L1"}), "SESSION_ID_NOT_PROVIDED"),
        (
            json!({"sessionID": "unknown", "target": "L1"}),
            "SESSION_NOT_FOUND",
        ),
        (
            json!({"sessionID": "s", "target": "C999999"}),
            "COLLECTION_NOT_FOUND",
        ),
        (
            json!({"sessionID": "s", "target": "../x"}),
            "COLLECTION_NOT_FOUND",
        ),
    ] {
        let answer = server.post("updateSession", &wishes);
        assert_eq!(
            (answer.status, answer.json()),
            (400, json!({"error": error}))
        );
    }
}

#[test]
fn a_step_by_another_command_is_not_changed_afterwards() {
    let env = TestEnvironment::with_chapter();
    let server = Listening::start(&env, &[]);
    server.save_article("s");
    env.runs("tag theme:law merten2000");
    server.post(
        "updateSession",
        &json!({"sessionID": "s", "target": "L1", "tags": ["theme:licensing"], "note": ""}),
    );
    env.runs("undo");
    assert_eq!(tags_of(&env, "benkler2011penguin"), [""; 0]);
    assert!(tags_of(&env, "merten2000").contains(&"theme:law".to_owned()));
    env.runs("undo");
    assert!(!tags_of(&env, "merten2000").contains(&"theme:law".to_owned()));
    env.runs("undo");
    assert!(!env.keys("").contains(&"benkler2011penguin".to_owned()));
}

#[test]
fn rules_tag_what_comes_in() {
    let env = TestEnvironment::with_chapter();
    env.runs("rules add Penguins --when title:penguin --then theme:licensing");
    let server = Listening::start(&env, &[]);
    server.save_article("s");
    assert_eq!(tags_of(&env, "benkler2011penguin"), ["theme:licensing"]);
    server.printed("tags: theme:licensing");
    // A tag that a person takes back stays if a rule gave it, too.
    for tags in [json!(["theme:licensing"]), json!([])] {
        let wishes = json!({"sessionID": "s", "target": "L1", "tags": tags, "note": ""});
        server.post("updateSession", &wishes);
        assert_eq!(tags_of(&env, "benkler2011penguin"), ["theme:licensing"]);
    }
}

#[test]
fn a_work_that_the_library_has_is_not_saved_twice() {
    let env = TestEnvironment::with_chapter();
    let server = Listening::start(&env, &[]);
    server.save_article("one");
    let count = env.keys("").len();
    server.save_article("two");
    server.printed("already in the library: benkler2011penguin");
    let page = |session: &str, title: &str| {
        let saved = server.post(
            "saveSnapshot",
            &json!({"sessionID": session, "url": "https://blog.example/", "title": title}),
        );
        assert_eq!(saved.status, 201);
    };
    page("three", "A blog");
    page("four", "(2) A blog");
    assert_eq!(env.keys("").len(), count + 1);
    // Reports that share an address are different works.
    for (session, title) in [("five", "First report"), ("six", "Second report")] {
        let item =
            json!({"itemType": "report", "title": title, "url": "https://a.example/reports"});
        let items = json!({"sessionID": session, "uri": "https://a.example", "items": [item]});
        assert_eq!(server.post("saveItems", &items).status, 201);
    }
    assert_eq!(env.keys("").len(), count + 3);
    // The file of a known work is kept once.
    for session in ["one", "two"] {
        let metadata = json!({"parentItemID": "aB3dE6gH", "title": "PDF"});
        let attached = server.upload("saveAttachment", session, &metadata, PDF);
        assert_eq!(attached.status, 201);
    }
    assert_eq!(file_names(&env), ["benkler2011penguin.pdf"]);
}

#[test]
fn pages_and_files_of_their_own_are_saved() {
    let env = TestEnvironment::bare();
    let server = Listening::start(&env, &[]);
    let page = json!({"sessionID": "a", "url": "https://blog.example/post", "title": "A post"});
    assert_eq!(server.post("saveSnapshot", &page).status, 201);
    let mut content = page.clone();
    content["snapshotContent"] = json!("<!DOCTYPE html><title>A post</title>");
    assert_eq!(server.post("saveSingleFile", &content).status, 201);
    let metadata = json!({"url": "https://a.example/papers/Some%20paper.pdf?x", "title": "", "contentType": "application/pdf"});
    let saved = server.upload("saveStandaloneAttachment", "b", &metadata, PDF);
    assert_eq!(
        (saved.status, saved.json()),
        (201, json!({"canRecognize": false}))
    );
    assert_eq!(env.keys("type:online").len(), 1);
    assert_eq!(env.keys("has:title").len(), 2);
    let names = file_names(&env);
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().any(|name| name.ends_with(".html")));
    assert!(names.iter().any(|name| name.ends_with(".pdf")));
    assert_eq!(env.json("log --json").as_array().unwrap().len(), 2);
}

#[test]
fn no_text_of_a_page_becomes_a_path() {
    let env = TestEnvironment::bare();
    let server = Listening::start(&env, &[]);
    let item = json!({
        "itemType": "book", "id": "../../../evil", "title": "../../etc/passwd",
        "citationKey": "../../../evil", "url": "file:///etc/passwd"
    });
    let items = json!({"sessionID": "../s", "uri": "file:///etc/passwd", "items": [item]});
    assert_eq!(server.post("saveItems", &items).status, 201);
    let metadata = json!({"parentItemID": "../../../evil", "title": "../../../evil.sh", "contentType": "../sh"});
    let saved = server.upload("saveAttachment", "..%2Fs", &metadata, b"#!/bin/sh\n");
    assert_eq!(saved.status, 201);
    let names = file_names(&env);
    assert_eq!(names.len(), 1);
    assert!(names[0].ends_with("evil.bin"), "{names:?}");
    let mut beside: Vec<String> = std::fs::read_dir(env.path("data/peerbib"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .collect();
    beside.sort();
    assert_eq!(beside, ["library-files", "library.db"]);
}

#[test]
fn web_pages_get_no_answer() {
    let env = TestEnvironment::with_chapter();
    let before = env.state();
    let server = Listening::start(&env, &[]);
    let agent = ("User-Agent", "Mozilla/5.0 (Windows NT 10.0)");
    let json_type = ("Content-Type", "application/json");
    let api = ("X-Zotero-Connector-API-Version", "3");
    let extension = (
        "Origin",
        "chrome-extension://ekhagklcjbdpajgpjgmbionohlpdbjgc",
    );
    let body = json!({"sessionID": "evil", "items": [article()]}).to_string();
    for headers in [
        // A form and a script of a page.
        vec![
            agent,
            ("Origin", "https://evil.example"),
            ("Content-Type", "text/plain"),
        ],
        vec![agent, ("Origin", "https://evil.example"), json_type],
        // A frame in a sandbox has the origin that Firefox gives extensions, but not the header.
        vec![agent, ("Origin", "null"), json_type],
        vec![
            agent,
            ("Origin", "null"),
            ("Access-Control-Request-Method", "POST"),
            (
                "Access-Control-Request-Headers",
                "content-type,x-zotero-connector-api-version",
            ),
        ],
        vec![agent, ("Origin", "https://evil.example"), json_type, api],
        vec![agent, ("Origin", "https://moz-extension.example"), api],
        // Navigation and images.
        vec![agent],
        vec![agent, json_type],
        vec![agent, json_type, extension],
        vec![("Origin", "https://www.zotero.org"), json_type],
        // A name that leads here.
        vec![
            ("Host", "evil.example:23119"),
            agent,
            api,
            extension,
            json_type,
        ],
        vec![("Host", "evil.example"), json_type],
        vec![("Host", "127.0.0.1.evil.example"), json_type],
    ] {
        for (method, path) in [
            ("POST", "saveItems"),
            ("POST", "ping"),
            ("GET", "ping"),
            ("OPTIONS", "saveItems"),
            ("POST", "nothing"),
        ] {
            let target = format!("/connector/{path}");
            let answer = server.request(method, &target, &headers, body.as_bytes());
            assert!(answer.is_none(), "{method} {path} {headers:?}: {answer:?}");
        }
    }
    assert_eq!(env.state(), before);
    // A program on this computer and an extension are answered.
    let answer = server.request("GET", "/connector/ping", &[], b"").unwrap();
    assert!(answer.body.contains("peerbib is listening"));
    let answer = server.request("POST", "/connector/ping", &[agent, extension, api], b"{}");
    assert_eq!(answer.unwrap().status, 200);
}

#[test]
fn other_endpoints_are_not_found() {
    let env = TestEnvironment::bare();
    let server = Listening::start(&env, &[]);
    for endpoint in [
        "getTranslators",
        "getTranslatorCode",
        "import",
        "installStyle",
        "getRecognizedItem",
        "sessionProgress",
        "document/execCommand",
        "../ping",
        "ping/",
    ] {
        let answer = server.post(endpoint, &json!({}));
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (404, "No endpoint found")
        );
    }
    let answer = server.request("GET", "/", &[], b"").unwrap();
    assert_eq!(answer.status, 404);
    let answer = server.request("PUT", "/connector/ping", &[], b"").unwrap();
    assert_eq!(answer.status, 400);
}

#[test]
fn requests_that_cannot_be_read_are_refused() {
    let env = TestEnvironment::bare();
    let server = Listening::start(&env, &[]);
    let post = |endpoint: &str, body: &[u8]| {
        let target = format!("/connector/{endpoint}");
        server.request("POST", &target, CONNECTOR, body).unwrap()
    };
    let deep = "[".repeat(100_000);
    for body in [
        &b"{"[..],
        b"",
        b"null",
        b"[1]",
        b"\xff\xfe",
        deep.as_bytes(),
    ] {
        assert_eq!(post("saveItems", body).status, 400);
        assert_eq!(post("updateSession", body).status, 400);
    }
    for (items, status) in [
        (json!({"items": [article()]}), 400),
        (json!({"sessionID": "", "items": []}), 400),
        (
            json!({"sessionID": "a", "items": [{"itemType": "note", "note": "x"}]}),
            400,
        ),
        (json!({"sessionID": "b", "items": []}), 201),
        (json!({"sessionID": "b", "items": []}), 409),
        (
            json!({"sessionID": "c", "items": vec![json!({}); 1001]}),
            413,
        ),
        (json!({"sessionID": "d", "items": [{}], "proxy": 3}), 201),
    ] {
        let answer = server.post("saveItems", &items);
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    // Files need a session, metadata and an item.
    let metadata = json!({"parentItemID": "?"});
    assert_eq!(
        server
            .upload("saveAttachment", "none", &metadata, PDF)
            .status,
        400
    );
    assert_eq!(
        server.upload("saveAttachment", "b", &metadata, PDF).status,
        400
    );
    let answer = post("saveAttachment?sessionID=b", PDF);
    assert_eq!(answer.json(), json!({"error": "METADATA_NOT_PROVIDED"}));
    // An old connector.
    let mut old = CONNECTOR.to_vec();
    old[2] = ("X-Zotero-Connector-API-Version", "2");
    let answer = server
        .request("POST", "/connector/saveItems", &old, b"{}")
        .unwrap();
    assert_eq!(
        answer.json(),
        json!({"error": "CONNECTOR_VERSION_OUTDATED"})
    );
}

#[test]
fn no_request_holds_the_server_up() {
    let env = TestEnvironment::bare();
    let server = Listening::start(&env, &[]);
    // Bodies that are too large are refused before they are sent.
    for (endpoint, length) in [
        ("ping", "2000000"),
        ("saveItems", "100000000"),
        ("saveAttachment", "99999999999999999999"),
        ("saveSingleFile", "4000000000"),
    ] {
        let start = Instant::now();
        let target = format!("/connector/{endpoint}");
        let headers = [("Content-Length", length)];
        let answer = server.request("POST", &target, &headers, b"{}").unwrap();
        assert!(matches!(answer.status, 411 | 413), "{answer:?}");
        assert!(start.elapsed() < Duration::from_secs(5));
    }
    let chunked = [("Transfer-Encoding", "chunked"), ("Content-Length", "")];
    let answer = server.request("POST", "/connector/ping", &chunked, b"2\r\n{}\r\n0\r\n\r\n");
    assert_eq!(answer.unwrap().status, 411);
    // Garbage is closed, also behind a request.
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        &[b'x'; 100_000],
    ] {
        let answer = server.exchange(garbage);
        assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    }
    let many = "x: y\r\n".repeat(5000);
    assert!(
        server
            .exchange(format!("GET / HTTP/1.1\r\n{many}\r\n").as_bytes())
            .is_empty()
    );
    let smuggled = format!(
        "POST /connector/delaySync HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{{}}\
         POST /connector/saveItems HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{}",
        2, "{}"
    );
    let answer = String::from_utf8(server.exchange(smuggled.as_bytes())).unwrap();
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    // Connections that send nothing, or too little, cost nobody else anything.
    let slow: Vec<TcpStream> = (0..20)
        .map(|number| {
            let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
            let start: &[u8] = match number % 2 {
                0 => b"POST /connector/ping HTTP/1.1\r\nHost: localhost\r\n",
                _ => b"POST /connector/ping HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
            };
            stream.write_all(start).unwrap();
            stream
        })
        .collect();
    let start = Instant::now();
    server.save_article("s");
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    drop(slow);
    assert_eq!(env.keys(""), ["benkler2011penguin"]);
}

#[test]
fn the_program_that_uses_the_port_is_named() {
    let env = TestEnvironment::bare();
    let server = Listening::start(&env, &[]);
    let message = env.refuses(1, &format!("listen --port {}", server.port));
    assert!(
        message.contains("peerbib is already listening on port"),
        "{message}"
    );
    for (answer, name) in [
        (
            "HTTP/1.0 200 OK\r\nX-Zotero-Version: 9.0.6\r\n\r\nZotero is running",
            "Zotero is running",
        ),
        (
            "HTTP/1.0 404 Not Found\r\n\r\n",
            "another program is listening",
        ),
        ("", "another program is listening"),
    ] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let other = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
            let _ = stream.shutdown(Shutdown::Both);
        });
        let message = env.refuses(1, &format!("listen --port {port}"));
        assert!(message.contains(name), "{message}");
        other.join().unwrap();
    }
    let message = env.refuses(1, "listen --tag theme:none --port 0");
    assert!(message.contains("theme:none"), "{message}");
}

#[test]
#[cfg(unix)]
fn an_interrupt_leaves_the_library_whole() {
    let env = TestEnvironment::bare();
    let mut server = Listening::start(&env, &[]);
    server.save_article("s");
    let pid = server.child.id().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(killed.unwrap().success());
    let start = Instant::now();
    let status = loop {
        if let Some(status) = server.child.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed() < Duration::from_secs(5));
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(0));
    server.printed("stopped\n");
    assert!(TcpStream::connect(("127.0.0.1", server.port)).is_err());
    assert!(!env.path("data/peerbib/library.db-wal").exists());
    assert_eq!(env.keys(""), ["benkler2011penguin"]);
    env.runs("doctor");
}
