//! Metadata for the head of the page of one work: Highwire Press tags (`citation_*`), which Google Scholar and
//! reference managers read, and Dublin Core for what Highwire has no tag for.
//!
//! The tag for the container decides which type a reference manager gives the work, so each type has its own, and a
//! whole book has none.

use super::ItemMetadata;

/// Returns the names and contents of the `meta` elements of a work.
pub fn of_work(work: ItemMetadata<'_>) -> Vec<(&'static str, String)> {
    let mut tags = MetaTags(Vec::new());
    let item_type = work.item.item_type.as_str();
    tags.add("citation_title", work.title());
    tags.add("DC.title", work.title());
    for name in work.names("author") {
        tags.add("citation_author", Some(name.inverted()));
        tags.add("DC.creator", Some(name.inverted()));
    }
    for name in work.names("editor") {
        tags.add("citation_editor", Some(name.inverted()));
    }
    let date = work.date("issued");
    tags.add(
        "citation_publication_date",
        date.as_ref().map(|date| date.replace('-', "/")),
    );
    tags.add("DC.date", date);
    let container = work.text("container-title");
    match item_type {
        "article-journal" | "article-magazine" | "article-newspaper" | "review" | "review-book" => {
            tags.add("citation_journal_title", container);
            tags.add(
                "citation_journal_abbrev",
                work.text("container-title-short"),
            );
        }
        "chapter" | "entry" | "entry-dictionary" | "entry-encyclopedia" => {
            tags.add("citation_inbook_title", container);
        }
        "paper-conference" => tags.add("citation_conference_title", container),
        "thesis" => tags.add("citation_dissertation_institution", work.text("publisher")),
        "report" => {
            tags.add(
                "citation_technical_report_institution",
                work.text("publisher"),
            );
            tags.add("citation_technical_report_number", work.text("number"));
        }
        _ => tags.add("DC.source", container),
    }
    tags.add("DC.type", Some(dublin_core_type(item_type).to_owned()));
    tags.add("citation_volume", work.text("volume"));
    tags.add("citation_issue", work.text("issue"));
    if let Some((first, last)) = work.pages() {
        tags.add("citation_firstpage", Some(first));
        tags.add("citation_lastpage", last);
    }
    tags.add("citation_publisher", work.text("publisher"));
    tags.add("citation_isbn", work.text("ISBN"));
    tags.add("citation_issn", work.text("ISSN"));
    tags.add("citation_doi", work.doi());
    tags.add("citation_public_url", work.url());
    tags.add("citation_language", work.text("language"));
    tags.add("citation_abstract", work.text("abstract"));
    tags.0
}

struct MetaTags(Vec<(&'static str, String)>);

impl MetaTags {
    fn add(&mut self, name: &'static str, content: Option<String>) {
        if let Some(content) = content.filter(|content| !content.is_empty()) {
            self.0.push((name, content));
        }
    }
}

/// Returns the type in the words that Zotero reads from `DC.type`.
fn dublin_core_type(item_type: &str) -> &'static str {
    match item_type {
        "article-journal" | "review" | "review-book" => "journalArticle",
        "article-magazine" => "magazineArticle",
        "article-newspaper" => "newspaperArticle",
        "article" => "preprint",
        "book" | "collection" | "classic" => "book",
        "chapter" => "bookSection",
        "dataset" => "dataset",
        "entry-encyclopedia" => "encyclopediaArticle",
        "entry-dictionary" => "dictionaryEntry",
        "interview" => "interview",
        "manuscript" => "manuscript",
        "map" => "map",
        "motion_picture" => "film",
        "paper-conference" => "conferencePaper",
        "patent" => "patent",
        "post" => "forumPost",
        "post-weblog" => "blogPost",
        "report" => "report",
        "software" => "computerProgram",
        "speech" => "presentation",
        "thesis" => "thesis",
        "webpage" => "webpage",
        _ => "document",
    }
}
