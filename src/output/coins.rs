//! COinS: OpenURL context objects (ANSI/NISO Z39.88-2004, key/encoded-value) in the title of an empty span.
//! CitableWork managers such as Zotero read them from a web page.

use super::ItemMetadata;
use super::item_metadata::{family_name, given_name};
use super::urls::percent_encode_value;
use crate::model::CslName;

/// Returns the context object of a work: the title of the span, not yet escaped for HTML.
pub fn context_object(work: ItemMetadata<'_>) -> String {
    let format = OpenUrlFormat::for_type(&work.item.item_type);
    let mut pairs = KeyValuePairs::default();
    pairs.add("ctx_ver", "Z39.88-2004");
    pairs.add("rft_val_fmt", format.format());
    pairs.add("rfr_id", "info:sid/peerbib");
    if let Some(doi) = work.doi() {
        pairs.add("rft_id", &format!("info:doi/{doi}"));
    }
    if let Some(url) = work.url() {
        pairs.add("rft_id", &url);
        if format == OpenUrlFormat::Other {
            pairs.add("rft.identifier", &url);
        }
    }
    let [genre_key, title_key, container_key] = match format {
        OpenUrlFormat::Article => ["rft.genre", "rft.atitle", "rft.jtitle"],
        OpenUrlFormat::InBook => ["rft.genre", "rft.atitle", "rft.btitle"],
        OpenUrlFormat::Book => ["rft.genre", "rft.btitle", ""],
        OpenUrlFormat::Dissertation => ["", "rft.title", ""],
        OpenUrlFormat::Other => ["rft.type", "rft.title", "rft.source"],
    };
    pairs.add(genre_key, genre(&work.item.item_type));
    pairs.add_some(title_key, work.title());
    pairs.add_some(container_key, work.text("container-title"));
    names(&mut pairs, work, format);
    pairs.add_some("rft.date", work.date("issued"));
    publication(&mut pairs, work, format);
    pairs.text
}

/// A metadata format of the OpenURL registry (`info:ofi/fmt:kev:mtx:…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OpenUrlFormat {
    Article,
    Book,
    InBook,
    Dissertation,
    Other,
}

impl OpenUrlFormat {
    fn for_type(item_type: &str) -> Self {
        match item_type {
            "article-journal" | "article-magazine" | "article-newspaper" | "article" | "review"
            | "review-book" => Self::Article,
            "book" | "report" | "collection" | "classic" | "pamphlet" | "periodical" => Self::Book,
            "chapter" | "paper-conference" | "entry-encyclopedia" | "entry-dictionary"
            | "entry" => Self::InBook,
            "thesis" => Self::Dissertation,
            _ => Self::Other,
        }
    }

    fn format(self) -> &'static str {
        match self {
            Self::Article => "info:ofi/fmt:kev:mtx:journal",
            Self::Book | Self::InBook => "info:ofi/fmt:kev:mtx:book",
            Self::Dissertation => "info:ofi/fmt:kev:mtx:dissertation",
            Self::Other => "info:ofi/fmt:kev:mtx:dc",
        }
    }
}

/// Returns the genre for the formats `journal` and `book`, or Zotero's type name for Dublin Core.
fn genre(item_type: &str) -> &'static str {
    match item_type {
        "article-journal" | "article-magazine" | "article-newspaper" | "review" | "review-book" => {
            "article"
        }
        "article" => "preprint",
        "book" | "collection" | "classic" | "pamphlet" => "book",
        "periodical" => "unknown",
        "report" => "report",
        "chapter" | "entry-encyclopedia" | "entry-dictionary" | "entry" => "bookitem",
        "paper-conference" => "proceeding",
        "post-weblog" => "blogPost",
        "post" => "forumPost",
        "motion_picture" => "film",
        "song" => "audioRecording",
        "software" => "computerProgram",
        "dataset" => "dataset",
        "speech" => "presentation",
        "interview" => "interview",
        "manuscript" => "manuscript",
        "map" => "map",
        "patent" => "patent",
        "webpage" => "webpage",
        _ => "document",
    }
}

fn names(pairs: &mut KeyValuePairs, work: ItemMetadata<'_>, format: OpenUrlFormat) {
    let key = if format == OpenUrlFormat::Other {
        "rft.creator"
    } else {
        "rft.au"
    };
    let variable = if work.names("author").next().is_some() {
        "author"
    } else {
        "editor"
    };
    if format != OpenUrlFormat::Other
        && let Some(first) = work.names(variable).next()
    {
        if first.family.is_some() {
            pairs.add("rft.aulast", &family_name(first));
            pairs.add_some("rft.aufirst", given_name(first));
        } else {
            pairs.add("rft.aucorp", &first.reading_order());
        }
    }
    for name in work.names(variable) {
        pairs.add(key, &CslName::reading_order(name));
    }
}

fn publication(pairs: &mut KeyValuePairs, work: ItemMetadata<'_>, format: OpenUrlFormat) {
    if format == OpenUrlFormat::Other {
        pairs.add_some("rft.publisher", work.text("publisher"));
        pairs.add_some("rft.language", work.text("language"));
        return;
    }
    if format == OpenUrlFormat::Dissertation {
        pairs.add_some("rft.inst", work.text("publisher"));
        pairs.add_some("rft.degree", work.text("genre"));
    } else if format != OpenUrlFormat::Article {
        pairs.add_some("rft.pub", work.text("publisher"));
        pairs.add_some("rft.place", work.text("publisher-place"));
        pairs.add_some("rft.edition", work.text("edition"));
        pairs.add_some("rft.series", work.text("collection-title"));
        pairs.add_some("rft.tpages", work.text("number-of-pages"));
    }
    pairs.add_some("rft.volume", work.text("volume"));
    pairs.add_some("rft.issue", work.text("issue"));
    if let Some((first, last)) = work.pages() {
        match last {
            Some(last) => {
                pairs.add("rft.pages", &format!("{first}-{last}"));
                pairs.add("rft.spage", &first);
                pairs.add("rft.epage", &last);
            }
            None => pairs.add("rft.pages", &first),
        }
    }
    pairs.add_some("rft.issn", work.text("ISSN"));
    for isbn in work
        .text("ISBN")
        .iter()
        .flat_map(|isbns| isbns.split([' ', ',']))
    {
        pairs.add("rft.isbn", isbn);
    }
    pairs.add_some("rft.language", work.text("language"));
}

#[derive(Default)]
struct KeyValuePairs {
    text: String,
}

impl KeyValuePairs {
    fn add(&mut self, key: &str, value: &str) {
        if key.is_empty() || value.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('&');
        }
        self.text.push_str(key);
        self.text.push('=');
        self.text.push_str(&percent_encode_value(value));
    }

    fn add_some(&mut self, key: &str, value: Option<String>) {
        if let Some(value) = value {
            self.add(key, &value);
        }
    }
}
