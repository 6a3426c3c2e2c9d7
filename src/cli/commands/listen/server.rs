//! Answering the requests of the connector.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::json;

use super::sessions::{SavedWork, Session, Sessions};
use super::targets::{self, Chosen};
use super::{files, works};
use crate::cli::commands::file::root;
use crate::cli::http_server::{Admission, Head, Request, Response};
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::formats::key_pattern::KeyPattern;
use peerbib::library::{Library, LibraryError, TagName, path_from_root};
use peerbib::zotero::ZoteroItem;
use peerbib::zotero::connector::{
    self, API_VERSION, API_VERSION_HEADER, Endpoint, FileMetadata, SaveItems, SavePage,
    UpdateSession, VERSION, VERSION_HEADER,
};

/// The name by which the server introduces itself, in lower case.
pub(super) const GREETING: &str = "peerbib is listening";

/// The most items in one request.
const MOST_ITEMS: usize = 1000;

/// Decides by the head of a request whether it is read.
pub(super) fn admit(head: &Head) -> Admission {
    if !connector::is_welcome(|name| head.header(name)) {
        return Admission::Close;
    }
    let Some(endpoint) = Endpoint::of_path(&head.path()) else {
        return Admission::Answer(text(404, "No endpoint found"));
    };
    match (head.method.as_str(), endpoint) {
        ("POST", _) => Admission::Read {
            limit: endpoint.largest_body(),
            refuse: |status| text(status, "The request has no length, or is too large"),
        },
        ("GET", Endpoint::Ping) => Admission::Answer(versioned(Response::new(
            200,
            "text/html; charset=utf-8",
            format!(
                "<!DOCTYPE html><title>peerbib</title><p>{GREETING} for Zotero\u{2019}s connector.\n"
            ),
        ))),
        ("HEAD" | "OPTIONS", _) => Admission::Answer(versioned(Response::empty(200))),
        _ => Admission::Answer(text(400, "Endpoint does not support method")),
    }
}

/// Adds the headers that every answer has.
fn versioned(response: Response) -> Response {
    response
        .with(VERSION_HEADER, VERSION)
        .with(API_VERSION_HEADER, "3")
}

fn text(status: u16, text: &str) -> Response {
    versioned(Response::new(status, "text/plain; charset=utf-8", text))
}

fn answer_json(status: u16, value: &serde_json::Value) -> Response {
    versioned(Response::new(status, "application/json", value.to_string()))
}

/// The reasons for refusing a request.
enum Refusal {
    /// With this status and this text.
    Text(u16, &'static str),
    /// With this status and the name of the error, as Zotero names it.
    Named(u16, &'static str),
    /// The library or the disk failed.
    Failed(CommandError),
}

impl From<LibraryError> for Refusal {
    fn from(error: LibraryError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Self {
        Self::Failed(error)
    }
}

type HandlerResult = Result<Response, Refusal>;

const UNKNOWN_SESSION: Refusal = Refusal::Named(400, "SESSION_NOT_FOUND");
const NO_SESSION: Refusal = Refusal::Named(400, "SESSION_ID_NOT_PROVIDED");

/// The server.
pub(super) struct Server<'c> {
    context: &'c CommandContext,
    sessions: Sessions,
    /// The tag that is offered first.
    selected: Option<TagName>,
    pattern: KeyPattern,
    person: String,
}

impl<'c> Server<'c> {
    pub(super) fn new(context: &'c CommandContext, selected: Option<TagName>) -> Result<Self> {
        Ok(Self {
            context,
            sessions: Sessions::default(),
            selected,
            pattern: context.key_pattern(None)?,
            person: context.person()?,
        })
    }

    /// Answers a request.
    pub(super) fn answer(&mut self, request: &Request) -> Response {
        let Some(endpoint) = Endpoint::of_path(&request.head.path()) else {
            return text(404, "No endpoint found");
        };
        let answer = match endpoint {
            Endpoint::Ping => Ok(answer_json(200, &connector::abilities())),
            Endpoint::SelectedCollection => self.selected_collection(),
            Endpoint::SaveItems => self.save_items(request),
            Endpoint::SaveAttachment => self.save_attachment(request),
            Endpoint::SaveSingleFile => self.save_single_file(request),
            Endpoint::SaveSnapshot => self.save_snapshot(request),
            Endpoint::SaveStandaloneAttachment => self.save_standalone_attachment(request),
            Endpoint::HasAttachmentResolvers => Ok(answer_json(200, &json!(false))),
            Endpoint::UpdateSession => self.update_session(request),
            Endpoint::DelaySync => Ok(versioned(Response::empty(204))),
        };
        answer.unwrap_or_else(|refusal| match refusal {
            Refusal::Text(status, reason) => text(status, reason),
            Refusal::Named(status, name) => answer_json(status, &json!({"error": name})),
            Refusal::Failed(error) => {
                self.context
                    .warn(format_args!("error: {}", error.message()));
                text(500, error.message())
            }
        })
    }

    fn selected_collection(&self) -> HandlerResult {
        let library = self.context.open()?;
        let targets = targets::targets(&library)?;
        let wanted = match &self.selected {
            // It may have been renamed or removed since.
            Some(tag) => library.tags().find(tag)?.map(targets::id_of_tag),
            None => None,
        };
        let selected = targets
            .iter()
            .find(|target| Some(&target.id) == wanted.as_ref())
            .or(targets.first());
        let tags: Vec<String> = library
            .tags()
            .names()?
            .iter()
            .map(ToString::to_string)
            .collect();
        match selected {
            Some(selected) => Ok(answer_json(
                200,
                &connector::selected_collection(&targets, selected, &tags),
            )),
            None => Err(Refusal::Text(500, "The library has no name")),
        }
    }

    fn save_items(&mut self, request: &Request) -> HandlerResult {
        check_version(&request.head)?;
        let mut message: SaveItems = parse(&request.body)?;
        let id = self.new_session(std::mem::take(&mut message.session_id))?;
        if message.items.len() > MOST_ITEMS {
            return Err(Refusal::Text(413, "Too many items"));
        }
        let proxy = message.proxy.take().unwrap_or_default();
        let page = message.uri.as_deref().unwrap_or_default();
        let page = proxy.proper(page).into_owned();
        for item in &mut message.items {
            if let Some(url) = item.fields.get_mut("url") {
                *url = proxy.proper(url).into_owned();
                visited_now(item);
            }
        }
        let session = self.save(&message.items, &page)?;
        self.sessions.insert(id, session);
        Ok(versioned(Response::new(201, "application/json", "")))
    }

    fn save_snapshot(&mut self, request: &Request) -> HandlerResult {
        check_version(&request.head)?;
        let mut message: SavePage = parse(&request.body)?;
        let id = self.new_session(std::mem::take(&mut message.session_id))?;
        let url = message.url.unwrap_or_default();
        let title = message.title.filter(|title| !title.trim().is_empty());
        let item = page_item("webpage", &url, title.as_deref().unwrap_or(&url));
        let session = self.save(&[item], &url)?;
        self.sessions.insert(id, session);
        Ok(versioned(Response::empty(201)))
    }

    fn save_standalone_attachment(&mut self, request: &Request) -> HandlerResult {
        let metadata = metadata(&request.head)?;
        let id = self.new_session(session_id(&request.head, &metadata)?)?;
        let url = metadata.url.clone().unwrap_or_default();
        let name = url.split(['?', '#']).next().unwrap_or_default();
        let name = name.rsplit('/').next().unwrap_or_default();
        let title = metadata.title.as_deref().filter(|title| !title.is_empty());
        let item = page_item("attachment", &url, title.unwrap_or(name));
        let mut session = self.save(&[item], &url)?;
        self.attach(&mut session, None, &metadata, &request.head, &request.body)?;
        self.sessions.insert(id, session);
        Ok(answer_json(201, &json!({"canRecognize": false})))
    }

    fn save_attachment(&mut self, request: &Request) -> HandlerResult {
        let metadata = metadata(&request.head)?;
        let id = session_id(&request.head, &metadata)?;
        let parent = metadata.parent.clone();
        self.with_session(&id, |server, session| {
            server.attach(
                session,
                parent.as_deref(),
                &metadata,
                &request.head,
                &request.body,
            )
        })?;
        Ok(versioned(Response::empty(201)))
    }

    fn save_single_file(&mut self, request: &Request) -> HandlerResult {
        let message: SavePage = parse(&request.body)?;
        let Some(content) = &message.snapshot_content else {
            return Err(Refusal::Text(400, "There is no content"));
        };
        let parent = message.items.first().map(|item| item.id.as_str());
        let metadata = FileMetadata {
            title: Some("Snapshot".to_owned()),
            content_type: Some("text/html".to_owned()),
            ..FileMetadata::default()
        };
        self.with_session(&message.session_id, |server, session| {
            server.attach(
                session,
                parent,
                &metadata,
                &request.head,
                content.as_bytes(),
            )
        })?;
        Ok(versioned(Response::empty(201)))
    }

    fn update_session(&mut self, request: &Request) -> HandlerResult {
        let message: UpdateSession = parse(&request.body)?;
        let id = message.session_id.ok_or(NO_SESSION)?;
        self.with_session(&id, |server, session| {
            let context = server.context;
            let mut library = context.open_or_create()?;
            if let Some(target) = &message.target {
                session.target = match targets::chosen(&library, target) {
                    Chosen::Tag(tag) => Some(tag),
                    Chosen::NoTag => None,
                    Chosen::Unknown => return Err(Refusal::Named(400, "COLLECTION_NOT_FOUND")),
                };
            }
            if let Some(tags) = &message.tags {
                session.tags.clone_from(tags);
            }
            if let Some(note) = &message.note {
                session.note.clone_from(note);
            }
            let before: Vec<Vec<i64>> = assigned(session);
            let (step, what) = (session.step, what(session, "tags and note of"));
            let ((), step) = context.continue_step(&mut library, step, &what, |change| {
                works::apply_wishes(change, session, &server.person)
            })?;
            session.step = step.or(session.step);
            if assigned(session) != before {
                works::report(context, &library, session)?;
            }
            Ok(())
        })?;
        Ok(answer_json(200, &json!({})))
    }

    /// Returns the id of a new session.
    fn new_session(&self, id: String) -> Result<String, Refusal> {
        if !Sessions::is_id(&id) {
            return Err(NO_SESSION);
        }
        if self.sessions.contains(&id) {
            return Err(Refusal::Named(409, "SESSION_EXISTS"));
        }
        Ok(id)
    }

    /// Runs `edit` on a session.
    fn with_session(
        &mut self,
        id: &str,
        edit: impl FnOnce(&Self, &mut Session) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut session = self.sessions.take(id).ok_or(UNKNOWN_SESSION)?;
        let outcome = edit(self, &mut session);
        self.sessions.insert(id.to_owned(), session);
        outcome
    }

    /// Saves items in one step, and prints them.
    fn save(&self, items: &[ZoteroItem], page: &str) -> Result<Session, Refusal> {
        let context = self.context;
        let converted = works::convert(context, items);
        if converted.is_empty() && !items.is_empty() {
            return Err(Refusal::Text(400, "There is no reference among the items"));
        }
        let mut library = context.open_or_create()?;
        // The connector forgets what it has sent as soon as it is answered.
        library.sync_changes()?;
        let target = match &self.selected {
            Some(tag) => library.tags().find(tag)?,
            None => None,
        };
        let mut session = Session::new(page, target);
        let title = items.iter().find_map(|item| item.field("title"));
        let what = format!("saved {} from {page}", title.unwrap_or("items"));
        let (mut session, step) = context.continue_step(&mut library, None, &what, |change| {
            session.works = works::save(change, &converted, page, &self.pattern)?;
            works::apply_wishes(change, &mut session, &self.person)?;
            Ok(session)
        })?;
        session.step = step;
        works::report(context, &library, &session)?;
        Ok(session)
    }

    /// Stores a file and links it to the work of an item.
    fn attach(
        &self,
        session: &mut Session,
        item: Option<&str>,
        metadata: &FileMetadata,
        head: &Head,
        bytes: &[u8],
    ) -> Result<(), Refusal> {
        let Some(SavedWork { work, key, .. }) = session.work_of(item).cloned() else {
            return Err(Refusal::Text(400, "There is no such item in the session"));
        };
        let context = self.context;
        let mut library = context.open()?;
        library.sync_changes()?;
        let content_type = metadata
            .content_type
            .as_deref()
            .or(head.header("Content-Type"));
        let directory = files::directory_of(library.path());
        let stored = files::store(&directory, &key, bytes, content_type.unwrap_or_default())
            .map_err(|error| {
                CommandError::new(format_args!("cannot store a file of {key}: {error}"))
            })?;
        let linked = self.link(&mut library, session, work, &stored.path, metadata);
        if linked.is_err() && stored.is_new {
            let _ = std::fs::remove_file(&stored.path);
        }
        if linked? {
            context.note(format_args!(
                "  file of {key}: {} ({})",
                stored.path.display(),
                size(bytes.len())
            ));
        }
        Ok(())
    }

    fn link(
        &self,
        library: &mut Library,
        session: &mut Session,
        work: i64,
        path: &Path,
        metadata: &FileMetadata,
    ) -> Result<bool, Refusal> {
        let root = root(self.context, library, None)?;
        // Canonical, like the root.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let path = path_from_root(&path, &root)?;
        let description = metadata.title.as_deref().filter(|title| !title.is_empty());
        let (step, what) = (session.step, what(session, "file of"));
        let (is_new, step) = self.context.continue_step(library, step, &what, |change| {
            change.files().link(work, &path, description)
        })?;
        session.step = step.or(session.step);
        Ok(is_new)
    }
}

/// Returns what a later part of a session did, for the history.
fn what(session: &Session, part: &str) -> String {
    let title = session.works.first().map(|work| work.title.as_str());
    format!("{part} {} from {}", title.unwrap_or("items"), session.page)
}

fn assigned(session: &Session) -> Vec<Vec<i64>> {
    session
        .works
        .iter()
        .map(|work| work.assigned.clone())
        .collect()
}

/// Returns an item of a page or a file.
fn page_item(item_type: &str, url: &str, title: &str) -> ZoteroItem {
    let mut item = ZoteroItem {
        item_type: item_type.to_owned(),
        ..ZoteroItem::default()
    };
    item.fields.insert("title".to_owned(), title.to_owned());
    item.fields.insert("url".to_owned(), url.to_owned());
    visited_now(&mut item);
    item
}

/// Sets the date of the visit to today, unless the translator knows it.
fn visited_now(item: &mut ZoteroItem) {
    let known = item.field("accessDate").unwrap_or_default();
    if known.is_empty() || known == "CURRENT_TIMESTAMP" {
        let today = peerbib::lookup::Client::today();
        item.fields.insert("accessDate".to_owned(), today);
    }
}

/// Refuses a connector that speaks an older protocol.
fn check_version(head: &Head) -> Result<(), Refusal> {
    let version = head.header(API_VERSION_HEADER);
    match version.map(|version| version.trim().parse::<u32>()) {
        None => Ok(()),
        Some(Ok(version)) if version >= API_VERSION => Ok(()),
        Some(_) => Err(Refusal::Named(400, "CONNECTOR_VERSION_OUTDATED")),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::Text(400, "Invalid JSON provided"))
}

fn metadata(head: &Head) -> Result<FileMetadata, Refusal> {
    let header = head.header("X-Metadata");
    let metadata = header.and_then(FileMetadata::parse);
    metadata.ok_or(Refusal::Named(400, "METADATA_NOT_PROVIDED"))
}

/// Returns the id of the session of a file, from the address or the metadata.
fn session_id(head: &Head, metadata: &FileMetadata) -> Result<String, Refusal> {
    head.query("sessionID")
        .or_else(|| metadata.session_id.clone())
        .filter(|id| Sessions::is_id(id))
        .ok_or(NO_SESSION)
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
