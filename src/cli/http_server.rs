//! A small HTTP server for this computer only: one request for each connection, with a limit for everything.
//!
//! Each connection has a thread that reads and writes. The requests are answered one after the other by the thread that
//! runs the command.
//!
//! There are small HTTP servers as libraries, but they answer malformed requests, and wait forever for the rest of a
//! request. A server that web pages must not find has to close such a connection without an answer.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::{Duration, Instant};

use peerbib::model::percent_decoded;

/// The longest head of a request.
const LONGEST_HEAD: usize = 64 << 10;

/// The most headers of a request.
const MOST_HEADERS: usize = 100;

/// The most connections at one time. Those above are closed.
const MOST_CONNECTIONS: usize = 32;

/// The most bytes of bodies in memory at one time.
const MOST_BODIES: usize = 512 << 20;

/// The time limit for the head of a request.
const TIME_FOR_HEAD: Duration = Duration::from_secs(10);

/// The time limit for the body of a request, and for an answer.
const TIME_FOR_BODY: Duration = Duration::from_secs(120);

/// The time to read the rest of a refused request, so that the client reads the answer first.
const TIME_TO_DRAIN: Duration = Duration::from_secs(2);

/// The first lines of a request.
#[derive(Debug)]
pub(crate) struct Head {
    /// The method.
    pub(crate) method: String,
    /// The address as it was sent.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
}

impl Head {
    /// Returns the value of the first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the path without the query, decoded.
    pub(crate) fn path(&self) -> String {
        let path = self.target.split(['?', '#']).next().unwrap_or_default();
        percent_decoded(path)
    }

    /// Returns the value of a part of the query, decoded.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        let query = query.split('#').next().unwrap_or_default();
        query.split('&').find_map(|part| {
            let (known, value) = part.split_once('=')?;
            (known == name).then(|| percent_decoded(&value.replace('+', " ")))
        })
    }

    /// Returns the length of the body, if it is stated and the only one.
    fn content_length(&self) -> Option<usize> {
        let lengths: Vec<&str> = self
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("Content-Length"))
            .map(|(_, value)| value.as_str())
            .collect();
        match lengths.as_slice() {
            [length] if length.bytes().all(|byte| byte.is_ascii_digit()) => length.parse().ok(),
            _ => None,
        }
    }
}

/// A request.
#[derive(Debug)]
pub(crate) struct Request {
    /// The first lines.
    pub(crate) head: Head,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Response {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<u8>,
}

impl Response {
    /// Returns an answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Returns an answer with a body.
    pub(crate) fn new(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type", kind)],
            body: body.into(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    fn write(&self, stream: &mut TcpStream, with_body: bool) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        head.push_str("Connection: close\r\n\r\n");
        stream.set_write_timeout(Some(TIME_FOR_BODY))?;
        stream.write_all(head.as_bytes())?;
        if with_body {
            stream.write_all(&self.body)?;
        }
        stream.flush()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Answer",
    }
}

/// The decision about a request whose head was read.
#[derive(Debug)]
pub(crate) enum Admission {
    /// Read the body, up to this many bytes. `refuse` makes the answer, with this status, where that is not possible.
    Read {
        limit: usize,
        refuse: fn(u16) -> Response,
    },
    /// Answer at once.
    Answer(Response),
    /// Close the connection without an answer.
    Close,
}

/// A request that waits for its answer.
type Waiting = (Request, SyncSender<Response>);

/// Answers requests until the program is interrupted. `admit` decides by the head of a request.
pub(crate) fn serve(
    listener: TcpListener,
    admit: fn(&Head) -> Admission,
    mut answer: impl FnMut(Request) -> Response,
) {
    let (sender, requests): (SyncSender<Waiting>, Receiver<Waiting>) =
        mpsc::sync_channel(MOST_CONNECTIONS);
    let shared = Arc::new(Shared::default());
    std::thread::spawn(move || accept(&listener, admit, &sender, &shared));
    for (request, reply) in requests {
        let response = answer(request);
        // The other side may have closed the connection.
        let _ = reply.send(response);
    }
}

/// The state that connections share.
#[derive(Default)]
struct Shared {
    connections: AtomicUsize,
    bodies: AtomicUsize,
}

/// A share of a counter, which is given back when it is dropped.
struct CounterShare<'c> {
    counter: &'c AtomicUsize,
    size: usize,
}

impl<'c> CounterShare<'c> {
    fn take(counter: &'c AtomicUsize, size: usize, most: usize) -> Option<Self> {
        let share = Self { counter, size };
        let before = counter.fetch_add(size, Ordering::SeqCst);
        (before.saturating_add(size) <= most).then_some(share)
    }
}

impl Drop for CounterShare<'_> {
    fn drop(&mut self) {
        self.counter.fetch_sub(self.size, Ordering::SeqCst);
    }
}

fn accept(
    listener: &TcpListener,
    admit: fn(&Head) -> Admission,
    sender: &SyncSender<Waiting>,
    shared: &Arc<Shared>,
) {
    loop {
        let Ok((stream, _)) = listener.accept() else {
            // Out of file descriptors, for instance.
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let (sender, shared) = (sender.clone(), Arc::clone(shared));
        // If there is no thread, the connection is closed.
        let _ = std::thread::Builder::new().spawn(move || {
            if let Some(_share) = CounterShare::take(&shared.connections, 1, MOST_CONNECTIONS) {
                // Nobody waits for the error of a broken connection.
                let _ = converse(stream, admit, &sender, &shared);
            }
        });
    }
}

/// Reads one request and writes its answer.
fn converse(
    mut stream: TcpStream,
    admit: fn(&Head) -> Admission,
    sender: &SyncSender<Waiting>,
    shared: &Shared,
) -> io::Result<()> {
    let Some((head, mut body)) = read_head(&mut stream)? else {
        return Ok(());
    };
    // A name that a web page controls may lead to this computer.
    if !head.header("Host").is_some_and(is_loopback) {
        return Ok(());
    }
    let with_body = head.method != "HEAD";
    let (limit, refuse) = match admit(&head) {
        Admission::Close => return Ok(()),
        Admission::Answer(response) => {
            response.write(&mut stream, with_body)?;
            return drain(&mut stream);
        }
        Admission::Read { limit, refuse } => (limit, refuse),
    };
    let has_body = !matches!(head.method.as_str(), "GET" | "HEAD");
    let length = match head.content_length() {
        Some(length) if length <= limit => Ok(length),
        Some(_) => Err(413),
        None if !has_body => Ok(0),
        // Clients on this computer send no chunks.
        None => Err(411),
    };
    let share = length.and_then(|length| {
        let share = CounterShare::take(&shared.bodies, length, MOST_BODIES);
        share.map(|share| (length, share)).ok_or(503)
    });
    let (length, _share) = match share {
        Ok(share) => share,
        Err(status) => {
            refuse(status).write(&mut stream, with_body)?;
            return drain(&mut stream);
        }
    };
    let expects = head.header("Expect");
    if expects.is_some_and(|expects| expects.eq_ignore_ascii_case("100-continue")) {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    // What follows belongs to another request, which is not read.
    body.truncate(length);
    let deadline = Instant::now() + TIME_FOR_BODY;
    while body.len() < length {
        read_some(&mut stream, &mut body, length, deadline)?;
    }
    let (reply, response) = mpsc::sync_channel(1);
    if sender.send((Request { head, body }, reply)).is_err() {
        return Ok(());
    }
    let Ok(response) = response.recv() else {
        return Ok(());
    };
    response.write(&mut stream, with_body)?;
    drain(&mut stream)
}

/// Returns whether a host, with or without a port, is a name of loopback.
fn is_loopback(host: &str) -> bool {
    let name = ["127.0.0.1", "localhost", "[::1]"]
        .into_iter()
        .find_map(|name| {
            let start = host.get(..name.len())?;
            start.eq_ignore_ascii_case(name).then_some(name)
        });
    let port = name.and_then(|name| host.get(name.len()..));
    port.is_some_and(|port| match port.strip_prefix(':') {
        Some(number) => number.parse::<u16>().is_ok(),
        None => port.is_empty(),
    })
}

/// Reads up to the empty line. Returns the head and what follows it; nothing for what is no request.
fn read_head(stream: &mut TcpStream) -> io::Result<Option<(Head, Vec<u8>)>> {
    let deadline = Instant::now() + TIME_FOR_HEAD;
    let mut read = Vec::new();
    let end = loop {
        // The end may be split between two pieces.
        let from = read.len().saturating_sub(3);
        read_some(stream, &mut read, LONGEST_HEAD, deadline)?;
        let found = read
            .get(from..)
            .and_then(|new| memchr::memmem::find(new, b"\r\n\r\n"));
        match found {
            Some(at) => break from + at + 4,
            None if read.len() >= LONGEST_HEAD => return Ok(None),
            None => {}
        }
    };
    let body = read.split_off(end);
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let is_whole = parsed.parse(&read).is_ok_and(|status| status.is_complete());
    let (Some(method), Some(target), true) = (parsed.method, parsed.path, is_whole) else {
        return Ok(None);
    };
    let head = Head {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: parsed
            .headers
            .iter()
            .map(|header| (header.name.to_owned(), text(header.value)))
            .collect(),
    };
    Ok(Some((head, body)))
}

/// Returns the value of a header, which is UTF-8 or else Latin 1.
fn text(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().copied().map(char::from).collect(),
    }
}

/// Reads what has come, up to a length of `most` in all.
fn read_some(
    stream: &mut TcpStream,
    read: &mut Vec<u8>,
    most: usize,
    deadline: Instant,
) -> io::Result<()> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    stream.set_read_timeout(Some(left))?;
    let mut buffer = [0; 16 << 10];
    let room = most.saturating_sub(read.len()).min(buffer.len());
    let buffer = buffer.get_mut(..room).unwrap_or_default();
    match stream.read(buffer)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        count => {
            read.extend_from_slice(buffer.get(..count).unwrap_or_default());
            Ok(())
        }
    }
}

/// Reads what was not asked for until the other side closes: a connection that is closed with unread bytes may lose the
/// answer.
fn drain(stream: &mut TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    let deadline = Instant::now() + TIME_TO_DRAIN;
    let mut ignored = Vec::new();
    while read_some(stream, &mut ignored, usize::MAX, deadline).is_ok() {
        ignored.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_loopback_are_hosts() {
        for host in [
            "127.0.0.1:23119",
            "localhost",
            "LocalHost:80",
            "[::1]:23119",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "rebound.example:23119",
            "127.0.0.1.rebound.example",
            "localhost:23119@evil.example",
            "localhost:",
            "127.0.0.1:99999999",
            "\u{fe0f}127.0.0.1",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
