//! The protocol of Zotero's connector, which saves from a browser to a server on the same computer.
//!
//! The connector posts JSON or the bytes of a file to `/connector/NAME` and goes by the status of the answer. Every
//! answer has the header [`VERSION_HEADER`]: an error without it means to the connector that Zotero is not running, and
//! it saves to Zotero's web site instead.
//!
//! Web pages may send requests to this computer, too, so [`is_welcome`] decides by the headers alone who is answered.

use std::borrow::Cow;

use base64::Engine as _;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::item::ZoteroItem;

/// The port that the connector expects.
pub const PORT: u16 = 23119;

/// The header of every answer, with [`VERSION`] as its value.
pub const VERSION_HEADER: &str = "X-Zotero-Version";

/// The version of Zotero that answers as this server does.
pub const VERSION: &str = "10.0.0";

/// The version of the protocol.
pub const API_VERSION: u32 = 3;

/// The header with the version of the protocol, which no web page can send without asking first.
pub const API_VERSION_HEADER: &str = "X-Zotero-Connector-API-Version";

/// The largest JSON of items.
const LARGEST_ITEMS: usize = 32 << 20;

/// The largest file.
const LARGEST_FILE: usize = 256 << 20;

/// The largest JSON of other requests.
const LARGEST_MESSAGE: usize = 1 << 20;

/// A request that this server understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// Asks whether a server is there and what it can do.
    Ping,
    /// Asks where items will be saved, and which other places could be chosen.
    SelectedCollection,
    /// Saves items that a translator found in a page.
    SaveItems,
    /// Saves a file of such an item.
    SaveAttachment,
    /// Saves the page as one HTML file.
    SaveSingleFile,
    /// Saves a page without a translator.
    SaveSnapshot,
    /// Saves a file that the browser shows.
    SaveStandaloneAttachment,
    /// Asks whether the server could find a file for an item.
    HasAttachmentResolvers,
    /// Changes where the items of a session are saved, and their tags.
    UpdateSession,
    /// Asks the server to wait with synchronization.
    DelaySync,
}

impl Endpoint {
    /// Returns the endpoint of a path.
    pub fn of_path(path: &str) -> Option<Self> {
        Some(match path.strip_prefix("/connector/")? {
            "ping" => Self::Ping,
            "getSelectedCollection" => Self::SelectedCollection,
            "saveItems" => Self::SaveItems,
            "saveAttachment" => Self::SaveAttachment,
            "saveSingleFile" => Self::SaveSingleFile,
            "saveSnapshot" => Self::SaveSnapshot,
            "saveStandaloneAttachment" => Self::SaveStandaloneAttachment,
            "hasAttachmentResolvers" => Self::HasAttachmentResolvers,
            "updateSession" => Self::UpdateSession,
            "delaySync" => Self::DelaySync,
            _ => return None,
        })
    }

    /// Returns how long the body of a request may be, in bytes.
    pub fn largest_body(self) -> usize {
        match self {
            Self::SaveItems => LARGEST_ITEMS,
            Self::SaveAttachment | Self::SaveStandaloneAttachment | Self::SaveSingleFile => {
                LARGEST_FILE
            }
            _ => LARGEST_MESSAGE,
        }
    }
}

/// Returns whether a request comes from a program on this computer or from a browser's extension. `header` returns the
/// value of a header.
///
/// Whoever has an `Origin` or the name of a browser must send the header of the protocol and must not come from a web
/// page. A page can send that header only if the browser asks the server first, with a request that lacks it, and no
/// name but one of loopback leads here. Chrome sends the origin of the extension; Firefox hides it since version 85 and
/// sends `null`, so `null` has to do with the header, but never without.
pub fn is_welcome<'r>(header: impl Fn(&str) -> Option<&'r str>) -> bool {
    let origin = header("Origin");
    let is_browser = origin.is_some()
        || header("User-Agent").is_some_and(|agent| agent.trim_start().starts_with("Mozilla/"));
    !is_browser || (header(API_VERSION_HEADER).is_some() && origin.is_none_or(is_extension))
}

fn is_extension(origin: &str) -> bool {
    origin == "null"
        || [
            "moz-extension://",
            "chrome-extension://",
            "safari-web-extension://",
        ]
        .iter()
        .any(|scheme| origin.len() > scheme.len() && origin.starts_with(scheme))
}

/// Returns what the server can do, as the answer to [`Endpoint::Ping`]. Without the hashes of translators, the connector
/// keeps those that it has.
pub fn abilities() -> serde_json::Value {
    json!({"prefs": {
        "automaticSnapshots": true,
        "downloadAssociatedFiles": true,
        "reportActiveURL": false,
        "supportsAttachmentUpload": true,
        "supportsTagsAutocomplete": true,
        "canUserAddNote": true,
        "googleDocsAddNoteEnabled": false,
        "googleDocsAddAnnotationEnabled": false,
        "googleDocsCitationExplorerEnabled": false,
    }})
}

/// A row of the tree in which the connector shows where items can be saved. The parent of a row is the row before it with
/// the level above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SaveTarget {
    /// `L1` for the library, `C` and a number for the others.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether files can be saved.
    pub files_editable: bool,
    /// The depth in the tree.
    pub level: usize,
}

/// The id of the library as a target.
pub const LIBRARY_TARGET: &str = "L1";

/// Returns the answer to [`Endpoint::SelectedCollection`]. `targets` begins with the library; `selected` is one of them.
pub fn selected_collection(
    targets: &[SaveTarget],
    selected: &SaveTarget,
    tags: &[String],
) -> serde_json::Value {
    let library = targets.first().map_or("", |library| library.name.as_str());
    let number = selected
        .id
        .strip_prefix('C')
        .and_then(|id| id.parse::<i64>().ok());
    let tags: Vec<_> = tags.iter().map(|tag| json!({"tag": tag})).collect();
    json!({
        "libraryID": 1,
        "libraryName": library,
        "libraryEditable": true,
        "filesEditable": true,
        "editable": true,
        "id": number,
        "name": selected.name,
        "targets": targets,
        "tags": {LIBRARY_TARGET: tags},
    })
}

/// The items of [`Endpoint::SaveItems`].
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SaveItems {
    /// The session that the request begins.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// The address of the page.
    pub uri: Option<String>,
    /// The proxy through which the page was read.
    #[serde(deserialize_with = "if_readable")]
    pub proxy: Option<Proxy>,
    /// The items.
    pub items: Vec<ZoteroItem>,
}

/// The page of [`Endpoint::SaveSnapshot`] and [`Endpoint::SaveSingleFile`].
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SavePage {
    /// The session.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// The address of the page.
    pub url: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// The page with all that it shows, as HTML.
    pub snapshot_content: Option<String>,
    /// The items of the page, if a translator found any.
    #[serde(deserialize_with = "if_readable")]
    pub items: Vec<ItemId>,
}

/// An item of which only the id matters.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ItemId {
    /// The id that [`SaveItems`] gave the item.
    pub id: String,
}

/// The header `X-Metadata` of files.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FileMetadata {
    /// The session, if the address of the request does not name it.
    #[serde(rename = "sessionID")]
    pub session_id: Option<String>,
    /// The item to which the file belongs.
    #[serde(rename = "parentItemID")]
    pub parent: Option<String>,
    /// The address of the file.
    pub url: Option<String>,
    /// The MIME type that the translator states.
    #[serde(rename = "contentType")]
    pub content_type: Option<String>,
    /// The title.
    pub title: Option<String>,
}

impl FileMetadata {
    /// Reads the value of the header.
    pub fn parse(header: &str) -> Option<Self> {
        let mut metadata: Self = serde_json::from_str(header).ok()?;
        let title = metadata.title.take();
        metadata.title = title.map(|title| decoded_words(&title).into_owned());
        Some(metadata)
    }
}

/// The wishes of [`Endpoint::UpdateSession`].
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct UpdateSession {
    /// The session.
    #[serde(rename = "sessionID")]
    pub session_id: Option<String>,
    /// The id of the target.
    pub target: Option<String>,
    /// The tags that a person typed.
    #[serde(deserialize_with = "typed_tags")]
    pub tags: Option<Vec<String>>,
    /// The note that a person typed, as HTML.
    pub note: Option<String>,
}

/// Reads a value, or the default in place of anything else.
fn if_readable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + serde::de::DeserializeOwned,
{
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// Reads tags as a list, or as a text with commas, as older connectors send them.
fn typed_tags<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Typed {
        List(Vec<String>),
        Text(String),
    }
    let typed = Option::<Typed>::deserialize(deserializer)?;
    Ok(typed.map(|typed| {
        let tags = match typed {
            Typed::List(tags) => tags,
            Typed::Text(text) => text.split(',').map(str::to_owned).collect(),
        };
        let tags = tags.into_iter().map(|tag| tag.trim().to_owned());
        tags.filter(|tag| !tag.is_empty()).collect()
    }))
}

/// A proxy of a library, such as EZproxy, which changes the addresses of pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Proxy {
    /// The form of its addresses: `https://%h.proxy.example.edu/%p`.
    pub scheme: Option<String>,
    /// The same, in newer connectors.
    pub to_proper_scheme: Option<String>,
    /// The hosts that are read through it.
    pub hosts: Vec<String>,
}

impl Proxy {
    /// Returns the address that a page has without the proxy.
    pub fn proper<'u>(&self, url: &'u str) -> Cow<'u, str> {
        let scheme = self.to_proper_scheme.as_ref().or(self.scheme.as_ref());
        let found = scheme.and_then(|scheme| self.without(scheme, url));
        found.map_or(Cow::Borrowed(url), Cow::Owned)
    }

    fn without(&self, scheme: &str, url: &str) -> Option<String> {
        let bare = |text: &'_ str| -> Option<usize> { Some(text.find("://")? + "://".len()) };
        let protocol = url.get(..bare(url)?)?;
        let (scheme, rest) = (
            scheme.get(bare(scheme).unwrap_or(0)..)?,
            url.get(bare(url)?..)?,
        );
        let (before, after) = scheme.split_once("%h")?;
        let middle = after.split("%p").next()?;
        let rest = rest.strip_prefix(before)?;
        let (host, path) = rest.split_once(middle).filter(|_| !middle.is_empty())?;
        if host.is_empty() || host.contains('/') {
            return None;
        }
        // Proxies write `www-jstor-org`, so that one certificate is enough.
        let known = self
            .hosts
            .iter()
            .find(|known| *known == host || known.replace('.', "-") == host);
        let host = match known {
            Some(known) => known,
            None if host.contains('.') => host,
            None => return None,
        };
        Some(format!("{protocol}{host}/{}", path.trim_start_matches('/')))
    }
}

/// Decodes the words in a value of a header that are not ASCII: `=?UTF-8?Q?Caf=C3=A9?=` (RFC 2047).
fn decoded_words(text: &str) -> Cow<'_, str> {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("=?") {
        let Some((word, behind)) = encoded_word(after) else {
            break;
        };
        decoded.push_str(before);
        decoded.push_str(&word);
        rest = behind;
    }
    if decoded.is_empty() && rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// Reads an encoded word after its `=?`. Returns the text and what follows.
fn encoded_word(text: &str) -> Option<(String, &str)> {
    let (charset, rest) = text.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (word, behind) = rest.split_once("?=")?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let bytes = match encoding {
        "Q" | "q" => quoted_printable(word),
        "B" | "b" => base64::engine::general_purpose::STANDARD
            .decode(word)
            .ok()?,
        _ => return None,
    };
    Some((String::from_utf8_lossy(&bytes).into_owned(), behind))
}

fn quoted_printable(word: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let code = after
            .get(..2)
            .filter(|_| *first == b'=')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, code) {
            (_, Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            (b'_', None) => bytes.push(b' '),
            (other, None) => bytes.push(*other),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn welcomes(headers: &[(&str, &'static str)]) -> bool {
        is_welcome(|name| {
            let mut found = headers.iter().filter(|(known, _)| *known == name);
            found.next().map(|(_, value)| *value)
        })
    }

    #[test]
    fn only_programs_and_extensions_are_welcome() {
        let api = (API_VERSION_HEADER, "3");
        let agent = ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)");
        let extension = ("Origin", "moz-extension://4e1a-77");
        for welcome in [
            &[][..],
            &[("User-Agent", "curl/8.0")],
            &[api, agent, extension],
            &[api, agent, ("Origin", "null")],
            &[api, agent],
            &[
                api,
                agent,
                (
                    "Origin",
                    "chrome-extension://ekhagklcjbdpajgpjgmbionohlpdbjgc",
                ),
            ],
        ] {
            assert!(welcomes(welcome), "{welcome:?}");
        }
        for hostile in [
            &[agent][..],
            &[agent, ("Origin", "null")],
            &[("Origin", "https://evil.example")],
            &[api, ("Origin", "https://evil.example")],
            &[api, ("Origin", "moz-extension://")],
            &[extension],
        ] {
            assert!(!welcomes(hostile), "{hostile:?}");
        }
    }

    #[test]
    fn addresses_lose_the_proxy_of_a_library() {
        let proxy = Proxy {
            scheme: Some("https://%h.proxy.example.edu/%p".to_owned()),
            hosts: vec!["www.jstor.org".to_owned()],
            ..Proxy::default()
        };
        for (url, proper) in [
            (
                "https://www-jstor-org.proxy.example.edu/stable/1562247",
                "https://www.jstor.org/stable/1562247",
            ),
            (
                "https://journals.example.org.proxy.example.edu/a?b=c",
                "https://journals.example.org/a?b=c",
            ),
            (
                "https://unknown-host.proxy.example.edu/a",
                "https://unknown-host.proxy.example.edu/a",
            ),
            (
                "https://www.jstor.org/stable/1",
                "https://www.jstor.org/stable/1",
            ),
            ("nothing", "nothing"),
        ] {
            assert_eq!(proxy.proper(url), proper);
        }
    }

    #[test]
    fn titles_in_headers_are_decoded() {
        let metadata = FileMetadata::parse(
            r#"{"parentItemID": "a", "title": "=?UTF-8?Q?=C3=96konux_=E2=80=93_PDF?="}"#,
        );
        assert_eq!(metadata.unwrap().title.as_deref(), Some("Ökonux – PDF"));
        for (text, decoded) in [
            ("plain", "plain"),
            ("=?UTF-8?B?w7Y=?= and =?x", "ö and =?x"),
            ("=?UTF-8?Q?=FF=?=", "\u{fffd}="),
        ] {
            assert_eq!(decoded_words(text), decoded);
        }
    }

    #[test]
    fn typed_tags_may_be_a_list_or_a_text() {
        let read = |json: &str| serde_json::from_str::<UpdateSession>(json).unwrap().tags;
        let both = Some(vec!["a".to_owned(), "b c".to_owned()]);
        assert_eq!(read(r#"{"tags": ["a", " b c ", ""]}"#), both);
        assert_eq!(read(r#"{"tags": "a, b c"}"#), both);
        assert_eq!(read("{}"), None);
    }

    #[test]
    fn the_selected_target_is_among_the_targets() {
        let target = |id: &str, name: &str, level| SaveTarget {
            id: id.to_owned(),
            name: name.to_owned(),
            files_editable: true,
            level,
        };
        let targets = [target("L1", "Library", 0), target("C4", "movement", 1)];
        let [library, movement] = &targets;
        let answer = selected_collection(&targets, library, &["theme:germ-form".to_owned()]);
        assert!(answer["id"].is_null());
        assert_eq!(answer["targets"][1]["id"], "C4");
        assert_eq!(answer["tags"]["L1"][0]["tag"], "theme:germ-form");
        assert_eq!(selected_collection(&targets, movement, &[])["id"], 4);
    }
}
