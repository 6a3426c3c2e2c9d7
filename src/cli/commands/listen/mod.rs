//! `peerbib listen`

mod files;
mod server;
mod sessions;
mod targets;
mod works;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use clap::Args;

use crate::cli::interrupt::Interruptible;
use crate::cli::{CommandContext, CommandError, Outcome, Result, http_server, number};
use peerbib::zotero::connector;
use server::{Server, admit};

/// Save references from the browser with Zotero's connector
///
/// Zotero's connector for Firefox and Chrome saves to the program that listens on its port: to peerbib while this
/// command runs, if Zotero does not. All of its translators work: for journals, publishers, newspapers, blogs and
/// wikis. The tree in which the connector offers collections shows your tags, so that a work can be filed under
/// movement:oekonux in the browser.
///
/// Rules tag new works immediately. A work that the library has is recognized by its DOI, its address, or title, author
/// and year; it gets the tags, and nothing is stored twice. Whatever is saved together is undone together. PDFs and
/// snapshots of pages are stored in a directory next to the library, named after it with -files at the end.
///
/// Only programs on this computer and browser extensions are answered, never web pages.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib listen\n  peerbib listen --tag movement:oekonux")]
pub(crate) struct Listen {
    /// Offer this tag first in the browser
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,

    /// The port; the connector expects the default unless its advanced settings name another
    #[arg(long, value_name = "PORT", value_parser = number::<u16>, default_value_t = connector::PORT)]
    port: u16,
}

impl Listen {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        // Whatever is wrong with the library is said now and not at the first save.
        let library = context.open_or_create()?;
        let tag = match &self.tag {
            Some(tag) => Some(library.tags().resolve(tag)?.tag),
            None => None,
        };
        drop(library);
        let server = Server::new(context, tag)?;
        let listener = TcpListener::bind(("127.0.0.1", self.port))
            .map_err(|error| self.cannot_listen(&error))?;
        let port = listener
            .local_addr()
            .map_or(self.port, |address| address.port());
        context.note(format_args!(
            "listening for Zotero\u{2019}s connector on http://127.0.0.1:{port} (stop with Ctrl-C)"
        ));
        let mut server = server;
        let interruptible = Interruptible::until_stopped();
        http_server::serve(listener, admit, |request| {
            interruptible.uninterrupted(|| server.answer(&request))
        });
        Ok(Outcome::Done)
    }

    fn cannot_listen(&self, error: &std::io::Error) -> CommandError {
        let port = self.port;
        if error.kind() != std::io::ErrorKind::AddrInUse {
            return CommandError::new(format_args!("cannot listen on port {port}: {error}"));
        }
        match occupant(port) {
            Occupant::Zotero => CommandError::new(format_args!(
                "Zotero is running and listens on port {port} itself"
            ))
            .with_help(
                "quit Zotero and run the command again, or save with Zotero and run `peerbib import zotero:`"
                    .to_owned(),
            ),
            Occupant::Peerbib => CommandError::new(format_args!(
                "peerbib is already listening on port {port}"
            ))
            .with_help("stop the other `peerbib listen` first".to_owned()),
            Occupant::Other => CommandError::new(format_args!(
                "another program is listening on port {port}"
            ))
            .with_help(
                "stop that program, or choose another port with --port and in the connector\u{2019}s advanced settings"
                    .to_owned(),
            ),
        }
    }
}

/// The program that listens on a port.
enum Occupant {
    Zotero,
    Peerbib,
    Other,
}

/// Asks whoever listens on a port who it is.
fn occupant(port: u16) -> Occupant {
    let answer = ping(port).unwrap_or_default();
    let names = |name: &str| answer.to_ascii_lowercase().contains(name);
    match names(&connector::VERSION_HEADER.to_ascii_lowercase()) {
        true if names(server::GREETING) => Occupant::Peerbib,
        true => Occupant::Zotero,
        false => Occupant::Other,
    }
}

/// Returns the beginning of the answer to a ping.
fn ping(port: u16) -> std::io::Result<String> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let wait = Duration::from_secs(1);
    let mut stream = TcpStream::connect_timeout(&address, wait)?;
    stream.set_read_timeout(Some(wait))?;
    stream.set_write_timeout(Some(wait))?;
    // In one piece: the other side may answer the first.
    let request = format!(
        "GET /connector/ping HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    let mut buffer = [0; 1024];
    // Another program may send forever.
    for _ in 0..8 {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => answer.extend_from_slice(buffer.get(..count).unwrap_or_default()),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
