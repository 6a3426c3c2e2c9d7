//! Citoid, the citation service of Wikipedia: pages by address, as items of Zotero.
//!
//! <https://www.mediawiki.org/wiki/Citoid/API>

use std::time::Duration;

use serde_json::Value as Json;

use super::{JSON, LookupResult, Service, json, malformed, member, members, response_or_none};
use crate::lookup::address::in_query;
use crate::lookup::client::{Client, ClientRequest};
use crate::lookup::error::{LookupError, RequestFailure};
use crate::lookup::identifier::Identifier;
use crate::lookup::record::{RecordBuilder, organization, person};

const NAME: &str = "Citoid";

/// Zotero's types of items and those of CSL.
const TYPES: &[(&str, &str)] = &[
    ("artwork", "graphic"),
    ("audioRecording", "song"),
    ("bill", "bill"),
    ("blogPost", "post-weblog"),
    ("book", "book"),
    ("bookSection", "chapter"),
    ("case", "legal_case"),
    ("computerProgram", "software"),
    ("conferencePaper", "paper-conference"),
    ("dataset", "dataset"),
    ("dictionaryEntry", "entry-dictionary"),
    ("encyclopediaArticle", "entry-encyclopedia"),
    ("film", "motion_picture"),
    ("forumPost", "post"),
    ("hearing", "hearing"),
    ("interview", "interview"),
    ("journalArticle", "article-journal"),
    ("letter", "personal_communication"),
    ("magazineArticle", "article-magazine"),
    ("manuscript", "manuscript"),
    ("map", "map"),
    ("newspaperArticle", "article-newspaper"),
    ("patent", "patent"),
    ("podcast", "broadcast"),
    ("preprint", "article"),
    ("presentation", "speech"),
    ("radioBroadcast", "broadcast"),
    ("report", "report"),
    ("standard", "standard"),
    ("statute", "legislation"),
    ("thesis", "thesis"),
    ("tvBroadcast", "broadcast"),
    ("videoRecording", "motion_picture"),
    ("webpage", "webpage"),
];

/// Zotero's fields and the CSL variables that they are. Of several with one variable, the first one counts.
const FIELDS: &[(&str, &str)] = &[
    ("publicationTitle", "container-title"),
    ("bookTitle", "container-title"),
    ("proceedingsTitle", "container-title"),
    ("encyclopediaTitle", "container-title"),
    ("dictionaryTitle", "container-title"),
    ("websiteTitle", "container-title"),
    ("blogTitle", "container-title"),
    ("forumTitle", "container-title"),
    ("programTitle", "container-title"),
    ("journalAbbreviation", "container-title-short"),
    ("series", "collection-title"),
    ("seriesTitle", "collection-title"),
    ("seriesNumber", "collection-number"),
    ("conferenceName", "event-title"),
    ("meetingName", "event-title"),
    ("publisher", "publisher"),
    ("institution", "publisher"),
    ("university", "publisher"),
    ("studio", "publisher"),
    ("label", "publisher"),
    ("company", "publisher"),
    ("repository", "publisher"),
    ("place", "publisher-place"),
    ("volume", "volume"),
    ("issue", "issue"),
    ("pages", "page"),
    ("numPages", "number-of-pages"),
    ("edition", "edition"),
    ("versionNumber", "version"),
    ("reportNumber", "number"),
    ("number", "number"),
    ("thesisType", "genre"),
    ("reportType", "genre"),
    ("genre", "genre"),
    ("abstractNote", "abstract"),
    ("PMID", "PMID"),
    ("PMCID", "PMCID"),
];

pub(super) struct Citoid;

impl Service for Citoid {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, identifier: &Identifier) -> bool {
        matches!(
            identifier,
            Identifier::Url(_) | Identifier::Isbn(_) | Identifier::Pmid(_) | Identifier::Pmcid(_)
        )
    }

    fn by_identifier(&self, client: &Client, identifier: &Identifier) -> LookupResult {
        let text = match identifier {
            Identifier::Pmid(number) => number.clone(),
            other => other.to_string(),
        };
        let address = format!(
            "https://en.wikipedia.org/api/rest_v1/data/citation/zotero/{}",
            in_query(&text)
        );
        let request = ClientRequest {
            interval: Duration::from_millis(200),
            ..ClientRequest::new(NAME, &address, JSON)
        };
        let mut response = match response_or_none(client, &request) {
            Ok(Some(response)) => response,
            Ok(None) => return Ok(None),
            // Citoid's answer for pages that it cannot reach or make sense of.
            Err(LookupError {
                failure: RequestFailure::Status(400 | 415 | 422 | 520),
                ..
            }) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let answer = json(&request, &response)?;
        let item = match &answer {
            Json::Array(items) => items.first(),
            item => Some(item),
        };
        let item = item.filter(|item| !member(item, "itemType").is_empty());
        let item = item.ok_or_else(|| malformed(&request, "no item"))?;
        let builder = builder(item);
        if !builder.has("title") {
            return Err(malformed(&request, "no title"));
        }
        if let Identifier::Url(url) = identifier {
            response.address.clone_from(url);
        }
        Ok(Some(builder.record(NAME, &response)))
    }
}

fn builder(item: &Json) -> RecordBuilder {
    let kind = member(item, "itemType");
    let known = TYPES.iter().find(|(zotero, _)| *zotero == kind);
    let mut builder = RecordBuilder::new(known.map_or("document", |(_, csl)| *csl));
    builder.text("language", member(item, "language"));
    let title = ["title", "subject", "caseName", "nameOfAct"]
        .iter()
        .map(|name| member(item, name))
        .find(|title| !title.is_empty());
    builder.text("title", title.unwrap_or_default());
    for (field, variable) in FIELDS {
        if !builder.has(variable) {
            builder.text(variable, member(item, field));
        }
    }
    for (role, variable) in [
        ("author", "author"),
        ("editor", "editor"),
        ("translator", "translator"),
        ("seriesEditor", "collection-editor"),
        ("bookAuthor", "container-author"),
        ("contributor", "contributor"),
        ("director", "director"),
        ("interviewer", "interviewer"),
    ] {
        let names = members(item, "creators").iter().filter_map(|creator| {
            let own = member(creator, "creatorType");
            // Each type has a creator of its own that is its author.
            let main = matches!(
                own,
                "presenter"
                    | "programmer"
                    | "artist"
                    | "performer"
                    | "inventor"
                    | "interviewee"
                    | "podcaster"
                    | "cartographer"
            );
            if own != role && !(main && role == "author") {
                return None;
            }
            match member(creator, "name") {
                "" => person(member(creator, "firstName"), member(creator, "lastName")),
                name => organization(name),
            }
        });
        builder.names(variable, names.collect());
    }
    builder.date("issued", member(item, "date"));
    builder.doi(member(item, "DOI"));
    let isbn = member(item, "ISBN")
        .split([' ', ','])
        .find_map(|isbn| isbn.parse().ok());
    if let Some(isbn) = isbn.map(|isbn: crate::model::Isbn| isbn.to_string()) {
        builder.text("ISBN", &isbn);
    }
    builder.text(
        "ISSN",
        member(item, "ISSN")
            .split([',', ' '])
            .next()
            .unwrap_or_default(),
    );
    builder.url(member(item, "url"));
    builder
}
