//! COinS: OpenURL context objects (ANSI/NISO Z39.88-2004) in `<span class="Z3988">` of an HTML page.

use html5gum::{Token, Tokenizer};

use super::csl_to_bib::ParsedItems;
use super::item_builder::{ItemBuilder, inverted_name, language_code, literal_name, one_name};
use super::lines::LineCounter;
use super::{ReadFormat, Records};
use crate::model::{CslItem, CslName, SharedText};

/// Reads the COinS of an HTML page.
pub(crate) struct Coins;

/// Returns whether a text has COinS.
pub(crate) fn sniff(text: &str) -> bool {
    text.contains("Z3988") && text.contains("ctx_ver=")
}

impl ReadFormat for Coins {
    fn read(&self, text: &SharedText) -> Records {
        let mut items = ParsedItems::default();
        let mut lines = LineCounter::new(text);
        let mut from = 0;
        for Ok(token) in Tokenizer::new(&**text) {
            let Token::StartTag(tag) = token else {
                continue;
            };
            let attribute = |name: &[u8]| {
                let value = tag.attributes.get(name)?;
                Some(String::from_utf8_lossy(&value.value).into_owned())
            };
            let class = attribute(b"class").unwrap_or_default();
            if !class.split_whitespace().any(|word| word == "Z3988") {
                continue;
            }
            let at = text.get(from..).and_then(|rest| rest.find("Z3988"));
            from += at.map_or(0, |at| at + "Z3988".len());
            let line = lines.line_of(from);
            let context = attribute(b"title").unwrap_or_default();
            match item(&context) {
                Some(item) => items.accept(line, item, || context.replace('&', "\n")),
                None => items.reject(line, None, &context, "has no title".to_owned()),
            }
        }
        Records::Items(items)
    }
}

/// Returns text without percent encoding; `+` is a space.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut here = 0;
    while let Some(byte) = bytes.get(here) {
        let hex = |at: usize| {
            bytes
                .get(at)
                .and_then(|byte| char::from(*byte).to_digit(16))
        };
        match (byte, hex(here + 1), hex(here + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
                here += 3;
                continue;
            }
            (b'+', ..) => decoded.push(b' '),
            _ => decoded.push(*byte),
        }
        here += 1;
    }
    match String::from_utf8(decoded) {
        Ok(text) => text,
        Err(error) => encoding_rs::WINDOWS_1252
            .decode(error.as_bytes())
            .0
            .into_owned(),
    }
}

/// Returns the item of a context object; `None` if it has no title.
fn item(context: &str) -> Option<CslItem> {
    let pairs: Vec<(String, String)> = context
        .split('&')
        .filter_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            let key = decoded(key);
            let key = key.strip_prefix("rft.").unwrap_or(&key).to_owned();
            Some((key, decoded(value).trim().to_owned()))
        })
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let all = |key: &str| {
        let own: Vec<&str> = pairs
            .iter()
            .filter(|(own, _)| own == key)
            .map(|(_, value)| value.as_str())
            .collect();
        own
    };
    let first = |key: &str| all(key).first().copied().unwrap_or_default();
    let format = first("rft_val_fmt").rsplit(':').next().unwrap_or_default();
    let csl_type = match (format, first("genre"), first("type")) {
        ("journal", "preprint", _) => "article",
        ("journal", "issue" | "journal", _) => "periodical",
        ("journal", "proceeding" | "conference", _) => "paper-conference",
        ("journal", ..) => "article-journal",
        ("dissertation", ..) => "thesis",
        ("patent", ..) => "patent",
        ("book", "bookitem", _) => "chapter",
        ("book", "proceeding" | "conference", _) => "paper-conference",
        ("book", "report", _) => "report",
        ("book", _, _) if !first("atitle").is_empty() => "chapter",
        ("book", ..) => "book",
        (_, _, "journalArticle") => "article-journal",
        (_, _, "blogPost") => "post-weblog",
        (_, _, "forumPost") => "post",
        (_, _, "film" | "videoRecording") => "motion_picture",
        (_, _, "audioRecording") => "song",
        (_, _, "computerProgram") => "software",
        (_, _, "dataset") => "dataset",
        (_, _, "presentation") => "speech",
        (_, _, "interview") => "interview",
        (_, _, "manuscript") => "manuscript",
        (_, _, "map") => "map",
        (_, _, "book") => "book",
        (_, _, "webpage") => "webpage",
        (_, _, "newspaperArticle") => "article-newspaper",
        (_, _, "magazineArticle") => "article-magazine",
        _ => "document",
    };
    let mut new = ItemBuilder::new(csl_type);
    let whole = ["btitle", "jtitle", "title", "source"];
    if first("atitle").is_empty() {
        for key in ["btitle", "title", "jtitle"] {
            new.text("title", first(key));
        }
        new.text("container-title", first("source"));
    } else {
        new.text("title", first("atitle"));
        for key in whole {
            new.text("container-title", first(key));
        }
    }
    new.text("container-title-short", first("stitle"));
    names(&mut new, &all);
    for corporate in all("aucorp") {
        new.name("author", literal_name(corporate));
    }
    new.date("issued", first("date"));
    for (key, variable) in [
        ("volume", "volume"),
        ("issue", "issue"),
        ("pub", "publisher"),
        ("publisher", "publisher"),
        ("inst", "publisher"),
        ("place", "publisher-place"),
        ("edition", "edition"),
        ("series", "collection-title"),
        ("tpages", "number-of-pages"),
        ("degree", "genre"),
        ("number", "number"),
        ("description", "abstract"),
    ] {
        new.text(variable, first(key));
    }
    match (first("spage"), first("epage")) {
        ("", _) => new.text("page", first("pages")),
        (start, "") if first("pages").is_empty() => new.text("page", start),
        (_, "") => new.text("page", first("pages")),
        (start, end) if start == end => new.text("page", start),
        (start, end) => new.text("page", &format!("{start}-{end}")),
    };
    for key in ["issn", "eissn"] {
        for number in all(key) {
            new.append("ISSN", " ", number);
        }
    }
    for number in all("isbn") {
        new.append("ISBN", " ", number);
    }
    new.text("language", language_code(first("language")));
    for subject in all("subject") {
        new.keyword(subject);
    }
    for id in all("rft_id").into_iter().chain(all("identifier")) {
        let id = id.strip_prefix("info:doi/").unwrap_or(id);
        if let Some(pmid) = id.strip_prefix("info:pmid/") {
            new.text("PMID", pmid);
        } else if id.starts_with("10.") {
            new.doi(id);
        } else if id.starts_with("http") {
            new.url(id);
        }
    }
    let item = new.finish();
    item.variables.contains_key("title").then_some(item)
}

/// Adds the authors. The first one may be there twice: in parts, and in the list of all.
fn names<'p>(new: &mut ItemBuilder, all: &impl Fn(&str) -> Vec<&'p str>) {
    let first = |key: &str| all(key).first().copied().unwrap_or_default();
    let family = first("aulast");
    let given = match first("aufirst") {
        "" => first("auinit"),
        given => given,
    };
    let mut list: Vec<CslName> = all("au")
        .into_iter()
        .chain(all("creator"))
        .map(one_name)
        .collect();
    if !family.is_empty() {
        let name = inverted_name(&format!("{family}, {given}"));
        let name = if given.is_empty() {
            literal_name(family)
        } else {
            name
        };
        let is_same = |other: &CslName| other.reading_order().contains(family);
        match list.first_mut() {
            Some(listed) if is_same(listed) => *listed = name,
            _ => list.insert(0, name),
        }
    }
    let corporate = all("aucorp");
    list.retain(|name| !corporate.contains(&name.reading_order().as_str()));
    for name in list {
        new.name("author", name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> ParsedItems {
        match Coins.read(&html.into()) {
            Records::Items(items) => items,
            Records::Entries(_) => panic!(),
        }
    }

    #[test]
    fn context_objects_are_read() {
        let read = read(
            "<html><p>Text</p>\n<span class='Z3988' title='ctx_ver=Z39.88-2004&amp;rft_val_fmt=info%3Aofi%2Ffmt%3Akev\
             %3Amtx%3Ajournal&amp;rft.genre=article&amp;rft.atitle=Coase%27s+Penguin%2C+%C3%96l&amp;rft.jtitle=Yale+LJ\
             &amp;rft.aulast=Benkler&amp;rft.aufirst=Yochai&amp;rft.au=Yochai+Benkler&amp;rft.au=Eric+von+Hippel\
             &amp;rft.date=2002-12&amp;rft.spage=369&amp;rft.epage=446&amp;rft_id=info%3Adoi%2F10.2307%2F1562247'></span>\
             <span class=\"Z3988\" title=\"ctx_ver=Z39.88-2004&rft.au=X\"></span>",
        );
        let item = &read.items[0].item;
        assert_eq!(item.item_type, "article-journal");
        assert_eq!(item.text("title").as_deref(), Some("Coase's Penguin, Öl"));
        assert_eq!(item.text("page").as_deref(), Some("369-446"));
        assert_eq!(item.text("DOI").as_deref(), Some("10.2307/1562247"));
        assert_eq!(item.names("author").len(), 2);
        assert_eq!(
            item.names("author")[1].non_dropping_particle.as_deref(),
            Some("von")
        );
        assert_eq!(read.items[0].line, 2);
        assert_eq!(read.rejected.len(), 1);
    }
}
