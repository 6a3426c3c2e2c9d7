//! A server on this computer that stands in for every metadata service.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tiny_http::{Request, Server};

use super::test_env::{Run, TestEnvironment};

/// The answer to a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// A status, headers and a body.
    Body(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// No answer for this long.
    Silence(Duration),
    /// One byte now and then, without end.
    Drip,
    /// A body of this many bytes.
    Endless(usize),
}

impl Reply {
    pub(crate) fn json(body: &str) -> Self {
        Self::typed("application/json", body)
    }

    pub(crate) fn typed(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::Body(
            200,
            vec![("Content-Type", content_type.to_owned())],
            body.into(),
        )
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::Body(status, Vec::new(), b"<html>no</html>".to_vec())
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self::Body(302, vec![("Location", location.to_owned())], Vec::new())
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Body(_, headers, _) = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }
}

/// A request that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) url: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) at: Instant,
}

#[derive(Default)]
struct State {
    /// Replies by the beginning of the path. The last one of each list is repeated.
    replies: Vec<(String, Vec<Reply>)>,
    arrived: Vec<Arrived>,
    /// Requests by host that are being answered, and the most at once.
    open: HashMap<String, usize>,
    most_open: usize,
}

pub(crate) struct MetadataServer {
    server: Arc<Server>,
    state: Arc<Mutex<State>>,
}

impl MetadataServer {
    pub(crate) fn start() -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let state: Arc<Mutex<State>> = Arc::default();
        let (listener, shared) = (Arc::clone(&server), Arc::clone(&state));
        std::thread::spawn(move || {
            for request in listener.incoming_requests() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || answer(request, &shared));
            }
        });
        Self { server, state }
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.server.server_addr())
    }

    /// Answers requests whose path and query begin with `start` with these replies, one after the other.
    pub(crate) fn on(&self, start: &str, replies: impl Into<Vec<Reply>>) -> &Self {
        let mut state = self.state.lock().unwrap();
        state.replies.retain(|(known, _)| known != start);
        state.replies.push((start.to_owned(), replies.into()));
        // The most exact one first.
        state
            .replies
            .sort_by_key(|(start, _)| std::cmp::Reverse(start.len()));
        self
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.state.lock().unwrap().arrived.clone()
    }

    pub(crate) fn urls(&self) -> Vec<String> {
        self.arrived()
            .into_iter()
            .map(|arrived| arrived.url)
            .collect()
    }

    pub(crate) fn most_open(&self) -> usize {
        self.state.lock().unwrap().most_open
    }

    /// Runs peerbib so that it asks this server.
    pub(crate) fn run(&self, env: &TestEnvironment, arguments: &[&str]) -> Run {
        self.run_with(env, arguments, &[], "")
    }

    pub(crate) fn run_with(
        &self,
        env: &TestEnvironment,
        arguments: &[&str],
        variables: &[(&str, &str)],
        input: &str,
    ) -> Run {
        let base = self.base();
        let mut all = vec![
            ("PEERBIB_LOOKUP_BASE", base.as_str()),
            ("PEERBIB_LOOKUP_TIMEOUT", "1.5"),
        ];
        all.extend(variables);
        env.peerbib_with(arguments, input, &all)
    }
}

impl Drop for MetadataServer {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

fn answer(request: Request, state: &Mutex<State>) {
    let url = request.url().to_owned();
    let host = url.split('/').nth(1).unwrap_or_default().to_owned();
    let reply = {
        let mut state = state.lock().unwrap();
        let headers = request.headers().iter();
        let headers = headers.map(|header| {
            (
                header.field.as_str().as_str().to_lowercase(),
                header.value.to_string(),
            )
        });
        state.arrived.push(Arrived {
            url: url.clone(),
            headers: headers.collect(),
            at: Instant::now(),
        });
        let open = state.open.entry(host.clone()).or_default();
        *open += 1;
        let open = *open;
        state.most_open = state.most_open.max(open);
        let fitting = state
            .replies
            .iter_mut()
            .find(|(start, _)| url.starts_with(start.as_str()));
        match fitting {
            None => Reply::status(404),
            Some((_, replies)) if replies.len() > 1 => replies.remove(0),
            Some((_, replies)) => replies[0].clone(),
        }
    };
    // Before the answer, because the client may send the next request as soon as it has this one.
    *state.lock().unwrap().open.entry(host).or_default() -= 1;
    // The client may have gone.
    let _ = write(request, reply);
}

fn write(request: Request, reply: Reply) -> std::io::Result<()> {
    match reply {
        Reply::Body(status, headers, body) => {
            let mut response = tiny_http::Response::from_data(body).with_status_code(status);
            for (name, value) in headers {
                response.add_header(
                    tiny_http::Header::from_bytes(name.as_bytes(), value.as_bytes()).unwrap(),
                );
            }
            request.respond(response)
        }
        Reply::Silence(time) => {
            std::thread::sleep(time);
            Ok(())
        }
        Reply::Drip => {
            let mut writer = request.into_writer();
            writer.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n",
            )?;
            for _ in 0..100 {
                writer.write_all(b" ")?;
                writer.flush()?;
                std::thread::sleep(Duration::from_millis(100));
            }
            Ok(())
        }
        Reply::Endless(length) => {
            let mut writer = request.into_writer();
            writer.write_all(
                format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n\"").as_bytes(),
            )?;
            let chunk = vec![b'x'; 1 << 16];
            for _ in 0..length / chunk.len() {
                writer.write_all(&chunk)?;
            }
            writer.flush()
        }
    }
}
