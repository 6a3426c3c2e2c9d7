//! The Atom feed of recently added works (RFC 4287) and the site map (sitemaps.org, protocol 0.9).

use std::fmt::Write as _;

use super::SiteContent;
use super::views::Views;
use crate::output::html;
use crate::text::valid_in_markup;

/// The number of works in the feed.
const NEWEST: usize = 50;

/// Returns the feed. The identifiers of its entries do not depend on the address of the site, so that a feed reader
/// recognizes a work after the site has moved.
pub(super) fn atom(content: &SiteContent, views: &Views) -> String {
    let base = content.base_url.as_deref().unwrap_or_default();
    let updated = content
        .works
        .iter()
        .map(|work| work.added_at.as_str())
        .max()
        .unwrap_or("1970-01-01T00:00:00Z");
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <title>{}</title>\n<id>{}</id>\n<updated>{}</updated>\n<author><name>{}</name></author>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n",
        escaped(&content.language),
        escaped(&content.title),
        escaped(if base.is_empty() {
            "urn:peerbib:site"
        } else {
            base
        }),
        escaped(updated),
        escaped(&content.title),
        escaped(&format!("{base}index.html")),
    );
    if !base.is_empty() {
        let _ = writeln!(
            xml,
            "<link rel=\"self\" href=\"{}\"/>",
            escaped(&format!("{base}feed.xml"))
        );
    }
    for number in views.newest.iter().take(NEWEST) {
        let (Some(work), Some(view)) = (content.works.get(*number), views.works.get(*number))
        else {
            continue;
        };
        let summary = work
            .citations
            .first()
            .map(|citation| html::rich_text(citation));
        let _ = writeln!(
            xml,
            "<entry>\n<title>{}</title>\n<id>urn:peerbib:work:{}</id>\n<updated>{}</updated>\n\
             <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n<content type=\"html\">{}</content>\n</entry>",
            escaped(&view.title),
            escaped(&crate::output::percent_encode_value(&view.key)),
            escaped(&work.added_at),
            escaped(&format!("{base}{}", view.path)),
            escaped(&summary.unwrap_or_default()),
        );
    }
    xml.push_str("</feed>\n");
    xml
}

/// Returns the site map of a site at the address `base`.
pub(super) fn site_map(base: &str, paths: &[String]) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for path in paths {
        let _ = writeln!(
            xml,
            "<url><loc>{}</loc></url>",
            escaped(&format!("{base}{path}"))
        );
    }
    xml.push_str("</urlset>\n");
    xml
}

/// Escapes text for XML elements and attributes.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for character in valid_in_markup(text).chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            _ => xml.push(character),
        }
    }
    xml
}
