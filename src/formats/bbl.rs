//! The bibliographies that LaTeX reads (`.bbl`): those of biblatex, whose fields are data, and the formatted lists of
//! BibTeX (`thebibliography`), in which blocks, macros and fonts tell the fields apart.

use std::collections::HashSet;

use super::bibtex::{self, MAX_DEPTH, Strings, tex_to_html};
use super::csl_to_bib::ParsedItems;
use super::item_builder::{ItemBuilder, direct_name, inverted_name, literal_name};
use super::lines::LineCounter;
use super::{ReadFormat, Records, references};
use crate::model::markup::plain;
use crate::model::{CslItem, CslName, CslValue, SharedText};
use crate::text::single_spaced;

/// Reads `.bbl` files.
pub(crate) struct Bbl;

/// Returns whether a text has entries of biblatex or `\bibitem`s.
pub(crate) fn sniff(text: &str) -> bool {
    is_of_biblatex(text) || text.contains("\\begin{thebibliography}")
}

fn is_of_biblatex(text: &str) -> bool {
    text.contains("\\entry{") && text.contains("\\endentry")
}

impl ReadFormat for Bbl {
    fn read(&self, text: &SharedText) -> Records {
        let mut items = ParsedItems::default();
        if is_of_biblatex(text) {
            read_pieces(text, "\\entry{", &["\\endentry"], &mut items, biblatex_item);
        } else {
            let ends = ["\\bibitem", "\\end{thebibliography}"];
            read_pieces(text, "\\bibitem", &ends, &mut items, bibitem);
        }
        Records::Items(items)
    }
}

/// Reads each piece from `open` to the nearest of `ends`.
fn read_pieces(
    text: &str,
    open: &str,
    ends: &[&str],
    items: &mut ParsedItems,
    read: impl Fn(&str, usize, &mut ParsedItems) -> Result<Option<CslItem>, String>,
) {
    let mut lines = LineCounter::new(text);
    let starts = text.match_indices(open).map(|(at, _)| at);
    // biblatex lists an entry once for each sorting.
    let mut seen = HashSet::new();
    let mut before = 0;
    // Each end is searched again only when it was passed.
    let mut next: Vec<Option<usize>> = vec![Some(0); ends.len()];
    for start in starts {
        // `\bibitemdeclare` and the like are no items.
        let after = text.get(start + open.len()..).unwrap_or_default();
        if start < before || after.starts_with(char::is_alphabetic) && !open.ends_with('{') {
            continue;
        }
        let from = start + open.len();
        for (next, end) in next.iter_mut().zip(ends) {
            if next.is_some_and(|at| at < from) {
                *next = after.find(end).map(|at| from + at);
            }
        }
        let end = next.iter().flatten().min().copied().unwrap_or(text.len());
        before = end;
        let source = text.get(start..end).unwrap_or_default();
        if !seen.insert(source) {
            continue;
        }
        let line = lines.line_of(start);
        let item = if depth(source) > MAX_DEPTH {
            Err(format!("has braces nested more than {MAX_DEPTH} deep"))
        } else {
            read(source, line, items)
        };
        match item {
            Ok(Some(item)) => items.accept(line, item, || source.to_owned()),
            Ok(None) => {}
            Err(reason) => items.reject(line, None, source, reason),
        }
    }
}

/// Returns how deep braces are nested.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Returns the content of the braces with which a text begins, and what follows. A comment sign only joins lines.
fn group(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '%');
    let inside = text.strip_prefix('{')?;
    let mut depth = 1_usize;
    let mut is_escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some((inside.get(..at)?, inside.get(at + 1..)?));
                }
            }
            _ => {}
        }
    }
    None
}

/// Returns the contents of the next `N` groups, and what follows.
fn groups<const N: usize>(text: &str) -> Option<([&str; N], &str)> {
    let mut found = [""; N];
    let mut rest = text;
    for inside in &mut found {
        (*inside, rest) = group(rest)?;
    }
    Some((found, rest))
}

// ---- biblatex -------------------------------------------------------------------------------------

/// Converts `\entry{key}{type}{…} … \endentry` to an item, by way of the entry that it was.
///
/// Returns `None` for an entry that is not a work, but holds data for others.
fn biblatex_item(
    source: &str,
    line: usize,
    items: &mut ParsedItems,
) -> Result<Option<CslItem>, String> {
    let rest = source.strip_prefix("\\entry").unwrap_or_default();
    let broken = || "has no key and type".to_owned();
    let (key, rest) = group(rest).ok_or_else(broken)?;
    let (entry_type, rest) = group(rest).ok_or_else(broken)?;
    let fields = as_fields(biblatex_fields(rest));
    let mut text = format!("@{entry_type}{{{key},\n");
    for (name, value) in &fields {
        text.push_str(&format!("  {name} = {{{value}}},\n"));
    }
    text.push('}');
    let work = bibtex::parse_entry(&text).map_err(|error| error.to_string())?;
    let derived = bibtex::derive(&work, &Strings::default(), &|_| None);
    if derived.is_data {
        return Ok(None);
    }
    for problem in derived.problems {
        let field = problem.field.as_deref();
        items.warn(line, key, field, problem.message);
    }
    let mut item = derived.item;
    key.clone_into(&mut item.id);
    keep_capitals(&mut item, &fields);
    Ok(Some(item))
}

/// Returns the fields in the commands of an entry, as biblatex wrote them.
fn biblatex_fields(mut rest: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut verb: Option<(String, String)> = None;
    while let Some(at) = rest.find('\\') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let word: String = rest
            .chars()
            .take_while(|c| c.is_ascii_alphabetic())
            .collect();
        let after = rest.get(word.len()..).unwrap_or_default();
        match word.as_str() {
            "field" => {
                if let Some(([name, value], after)) = groups(after) {
                    rest = after;
                    fields.push((name.to_owned(), value.to_owned()));
                }
            }
            "strng" => {
                if let Some(([_, _], after)) = groups(after) {
                    rest = after;
                }
            }
            "list" => {
                if let Some(([name, _, mut values], after)) = groups(after) {
                    rest = after;
                    let mut list = Vec::new();
                    while let Some((value, after)) = group(values) {
                        list.push(format!("{{{value}}}"));
                        values = after;
                    }
                    fields.push((name.to_owned(), list.join(" and ")));
                }
            }
            "name" => {
                if let Some(([name, _, _, names], after)) = groups(after) {
                    rest = after;
                    fields.push((name.to_owned(), biblatex_names(names)));
                }
            }
            "true" => {
                if let Some((name, after)) = group(after) {
                    rest = after;
                    // The list of names was cut when the file was written by hand.
                    if let Some(list) = name.strip_prefix("more")
                        && let Some((_, names)) = fields.iter_mut().find(|(own, _)| own == list)
                    {
                        names.push_str(" and others");
                    }
                }
            }
            // `\verb{doi}`, `\verb 10.1/x`, `\endverb`
            "verb" => match group(after) {
                Some((name, after)) if verb.is_none() => {
                    rest = after;
                    verb = Some((name.to_owned(), String::new()));
                }
                _ => {
                    let value = after.lines().next().unwrap_or_default();
                    rest = after.get(value.len()..).unwrap_or_default();
                    if let Some((_, text)) = &mut verb {
                        value.trim().clone_into(text);
                    }
                }
            },
            "endverb" => {
                rest = after;
                // `urlraw` is as it was written, `url` is encoded.
                fields.extend(verb.take());
            }
            "keyw" => {
                if let Some((words, after)) = group(after) {
                    rest = after;
                    fields.push(("keywords".to_owned(), words.to_owned()));
                }
            }
            _ => rest = after,
        }
    }
    fields
}

/// Gives an item the titles with the capitals that they have in the fields, as other formats do, and removes a short
/// title that was made of the title.
fn keep_capitals(item: &mut CslItem, fields: &[(String, String)]) {
    let value = |name: &str| {
        let found = fields.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| rich(value))
    };
    for (variable, field, subtitle) in [
        ("title", "title", "subtitle"),
        ("container-title", "booktitle", "booksubtitle"),
    ] {
        if value("maintitle").is_none()
            && item.text(variable).is_some()
            && let Some(title) = value(field)
        {
            let title = match value(subtitle) {
                Some(subtitle) => format!("{title}: {subtitle}"),
                None => title,
            };
            item.variables
                .insert(variable.to_owned(), CslValue::Text(title));
        }
    }
    if value("shorttitle").is_none() {
        item.variables.remove("title-short");
    }
}

/// Returns the fields of an entry. biblatex's own (`labelnamesource`, `sortinit`) go, and dates are joined.
fn as_fields(written: Vec<(String, String)>) -> Vec<(String, String)> {
    let value = |name: &str| {
        let found = written.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.clone())
    };
    let mut fields: Vec<(String, String)> = Vec::new();
    for prefix in ["", "url", "event", "orig"] {
        let part = |name: &str| value(&format!("{prefix}{name}")).filter(|text| !text.is_empty());
        let joined = |end: &str| {
            let year = part(&format!("{end}year"))?;
            let mut date = year;
            for name in ["month", "day"] {
                match part(&format!("{end}{name}")).and_then(|text| text.parse::<u8>().ok()) {
                    Some(number) => date.push_str(&format!("-{number:02}")),
                    None => break,
                }
            }
            Some(date)
        };
        let date = match (joined(""), joined("end")) {
            (Some(start), Some(end)) => Some(format!("{start}/{end}")),
            (start, _) => start,
        };
        if let Some(date) = date {
            fields.push((format!("{prefix}date"), date));
        }
    }
    let is_internal = |name: &str| {
        const PARTS: [&str; 10] = [
            "label",
            "sort",
            "extra",
            "year",
            "month",
            "day",
            "dateera",
            "datetimezone",
            "hash",
            "source",
        ];
        const DATES: [&str; 7] = [
            "url", "event", "orig", "end", "urlend", "eventend", "origend",
        ];
        let is_date_part = DATES.iter().any(|prefix| {
            name.strip_prefix(prefix)
                .is_some_and(|rest| ["year", "month", "day", "dateera"].contains(&rest))
        });
        is_date_part
            || PARTS.iter().any(|part| name.starts_with(part))
            || name.ends_with("hash")
            || name.ends_with("unc")
            || matches!(name, "urlraw" | "presort" | "cratedate" | "singletitle")
    };
    let mut seen: HashSet<String> = fields.iter().map(|(name, _)| name.clone()).collect();
    for (name, value) in written {
        let is_used = !is_internal(&name) && !value.trim().is_empty();
        if is_used && seen.insert(name.clone()) {
            fields.push((name, value));
        }
    }
    fields
}

/// Returns the names of `\name`, each a list of parts: `{{hash=…}{family={Benkler}, given={Yochai}}}`.
fn biblatex_names(names: &str) -> String {
    let mut list = Vec::new();
    let mut rest = names;
    while let Some((name, after)) = group(rest) {
        rest = after;
        // The first group is about the name as a whole.
        let parts = group(name)
            .and_then(|(_, rest)| group(rest))
            .map_or("", |(parts, _)| parts);
        let part = |wanted: &str| {
            let mut from = parts;
            while let Some(at) = from.find(wanted) {
                let (before, found) = from.split_at(at);
                let after = found.get(wanted.len()..)?;
                let begins = !before.ends_with(|c: char| c.is_alphanumeric());
                if begins && let Some(value) = after.trim_start().strip_prefix('=') {
                    return group(value).map(|(value, _)| value.trim().to_owned());
                }
                from = after;
            }
            None
        };
        let get = |wanted: &str| part(wanted).unwrap_or_default();
        let (family, given, prefix, suffix) =
            (get("family"), get("given"), get("prefix"), get("suffix"));
        let family = if prefix.is_empty() {
            family
        } else {
            format!("{prefix} {family}")
        };
        list.push(match (given.as_str(), suffix.as_str()) {
            ("", "") => format!("{{{family}}}"),
            (given, "") => format!("{family}, {given}"),
            (given, suffix) => format!("{family}, {suffix}, {given}"),
        });
    }
    list.join(" and ")
}

// ---- BibTeX ---------------------------------------------------------------------------------------

/// Makes an item of `\bibitem[label]{key} …`.
fn bibitem(source: &str, line: usize, items: &mut ParsedItems) -> Result<Option<CslItem>, String> {
    let without_comments: String = source
        .lines()
        .map(without_comment)
        .collect::<Vec<_>>()
        .join("\n");
    let mut rest = without_comments
        .strip_prefix("\\bibitem")
        .unwrap_or_default()
        .trim_start();
    let mut label = "";
    if let Some(inside) = rest.strip_prefix('[') {
        let end =
            end_of_label(inside).ok_or_else(|| "has a label that is never closed".to_owned())?;
        label = inside.get(..end).unwrap_or_default();
        rest = inside.get(end + 1..).unwrap_or_default();
    }
    let (key, body) = group(rest).ok_or_else(|| "has no key".to_owned())?;
    let body = &without_penalties(body);
    let mut item = if body.contains("\\bibinfo") {
        of_macros(body)
    } else {
        of_blocks(body, label)
    };
    key.trim().clone_into(&mut item.id);
    if item.text("title").is_none() {
        let whole = text_of(body);
        if whole.is_empty() {
            return Err("has no text".to_owned());
        }
        // Without `\newblock`, it is no more than a line of a reference list.
        let read = references::read(&whole).references;
        if let [reference] = read.as_slice()
            && reference.item.text("title").is_some()
        {
            item = reference.item.clone();
            item.variables.remove("custom");
        } else {
            let message = "could not be divided into fields; the whole text is the title";
            items.warn(line, key, None, message.to_owned());
            let mut new = ItemBuilder::new("document");
            new.text("title", &whole);
            item = new.finish();
        }
        key.trim().clone_into(&mut item.id);
    }
    Ok(Some(item))
}

/// Returns TeX without `\penalty0`, with which BibTeX's styles keep numbers from standing on two lines.
fn without_penalties(tex: &str) -> String {
    let mut pieces = tex.split("\\penalty");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let behind = piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
        text.push_str(behind.trim_start_matches(' '));
    }
    text
}

/// Returns a line without a comment, and without the spaces that begin it after one.
fn without_comment(line: &str) -> &str {
    let mut is_escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '%' => return line.get(..at).unwrap_or(line),
            _ => {}
        }
    }
    line
}

/// Returns where the bracket that closes a label is.
fn end_of_label(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ']' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

/// Returns TeX as text with CSL's markup.
fn rich(tex: &str) -> String {
    single_spaced(&tex_to_html(tex))
}

/// Returns TeX as text.
fn text_of(tex: &str) -> String {
    plain(&rich(&tex.replace("\\newblock", " ")))
}

/// Returns text without the punctuation around it.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | ';' | ':' | '~'))
}

/// Reads an item of REVTeX and others, whose macros name the fields: `\bibinfo {journal} {…}`.
fn of_macros(body: &str) -> CslItem {
    let mut new = ItemBuilder::new("document");
    let mut has_journal = false;
    let mut rest = body;
    while let Some((_, after)) = rest.split_once("\\bibinfo") {
        rest = after;
        let Some((kind, after)) = group(after) else {
            continue;
        };
        let Some((value, _)) = group(after) else {
            continue;
        };
        let text = text_of(value);
        match kind.trim() {
            "author" => new.name("author", name(&text)),
            "editor" => new.name("editor", name(&text)),
            "title" => {
                new.text("title", &rich(value));
            }
            "booktitle" => {
                new.text("container-title", &text);
            }
            "journal" => {
                has_journal = true;
                new.text("container-title", &text);
            }
            "volume" => {
                new.text("volume", trimmed(&text));
            }
            "number" => {
                new.text("issue", trimmed(&text));
            }
            "pages" => {
                new.text("page", trimmed(&text));
            }
            "year" => {
                new.date("issued", trimmed(&text));
            }
            "publisher" | "school" | "institution" => {
                new.text("publisher", &text);
            }
            "address" => {
                new.text("publisher-place", &text);
            }
            "series" => {
                new.text("collection-title", &text);
            }
            "edition" => {
                new.text("edition", &text);
            }
            "note" => new.append("note", "; ", &text),
            _ => {}
        }
    }
    links(&mut new, body);
    new.item.item_type = match () {
        () if has_journal => "article-journal",
        () if new.has("container-title") => "chapter",
        () if new.has("publisher") => "book",
        () => "document",
    }
    .to_owned();
    // Many styles of physics print no titles.
    if !new.has("title") && has_journal {
        let journal = new.item.text("container-title").unwrap_or_default();
        let volume = new.item.text("volume").unwrap_or_default();
        let page = new.item.text("page").unwrap_or_default();
        new.text(
            "title",
            format!("{journal} {volume}, {page}").trim_end_matches([',', ' ']),
        );
    }
    new.finish()
}

/// Sets DOI and URL from the macros for links.
fn links(new: &mut ItemBuilder, body: &str) {
    for macro_name in ["\\doi", "\\url", "\\href", "\\path", "\\eprint"] {
        let mut rest = body;
        while let Some((_, after)) = rest.split_once(macro_name) {
            rest = after;
            let Some((address, _)) = group(after) else {
                continue;
            };
            let address = address
                .replace("\\_", "_")
                .replace("\\%", "%")
                .replace("\\#", "#")
                .replace("\\&", "&");
            match macro_name {
                "\\doi" => {
                    new.doi(&address);
                }
                _ if address.contains("://") => {
                    new.url(&address);
                }
                _ => {}
            }
        }
    }
}

fn name(text: &str) -> CslName {
    let text = trimmed_name(text);
    if text.eq_ignore_ascii_case("et al") || text.eq_ignore_ascii_case("others") {
        return literal_name("others");
    }
    if text.contains(',') {
        inverted_name(text)
    } else {
        direct_name(text)
    }
}

/// Returns a name without the punctuation around it; the full stop of an initial stays.
fn trimmed_name(text: &str) -> &str {
    let text = text
        .trim()
        .trim_start_matches("and ")
        .trim_matches([',', ';', ' ']);
    let last = text
        .trim_end_matches('.')
        .rsplit([' ', '.', '-'])
        .next()
        .unwrap_or_default();
    let ends_in_initial = last.chars().count() == 1 || matches!(last, "Jr" | "Sr");
    if ends_in_initial {
        text
    } else {
        text.trim_end_matches('.')
    }
}

/// Reads an item of BibTeX's standard styles: `\newblock` divides it into authors, title and the rest, and a font tells
/// what is a book or a journal.
fn of_blocks(body: &str, label: &str) -> CslItem {
    let mut new = ItemBuilder::new("document");
    let blocks: Vec<&str> = body
        .split("\\newblock")
        .map(str::trim)
        .filter(|block| !block.is_empty())
        .collect();
    let [first, others @ ..] = blocks.as_slice() else {
        return new.finish();
    };
    let Some((title, rest)) = others.split_first() else {
        return new.finish();
    };
    let authors = text_of(first);
    let (authors, year_after) = without_year(&authors);
    let is_edited = ["editor", "editors", "ed.", "eds.", "(ed.)", "(eds.)"]
        .iter()
        .any(|word| {
            authors
                .trim_end_matches(['.', ','])
                .ends_with(word.trim_end_matches('.'))
        });
    for name in names(authors) {
        new.name(if is_edited { "editor" } else { "author" }, name);
    }
    let rest_tex = rest.join(" ");
    let is_emphasized = emphasized(title)
        .is_some_and(|inside| title.trim_start().starts_with(['\\', '{']) && !inside.is_empty());
    let title_text = match emphasized(title) {
        Some(inside) if is_emphasized => rich(inside),
        _ => rich(title),
    };
    new.text("title", trimmed(&title_text));
    links(&mut new, body);
    let without_links = without_links(&rest_tex);
    let rest_text = text_of(&without_links);
    let container = emphasized(&without_links).map(text_of);
    let lower = rest_text.to_lowercase();
    let is_part = rest_text.starts_with("In ") || rest_text.starts_with("in ");
    new.item.item_type = match &container {
        _ if lower.contains("thesis") || lower.contains("dissertation") => "thesis",
        _ if lower.contains("technical report") || lower.contains("tech. rep") => "report",
        Some(container) if is_part => {
            new.text("container-title", trimmed(container));
            let words = [
                "proceedings",
                "proc.",
                "conference",
                "workshop",
                "symposium",
            ];
            let name = container.to_lowercase();
            if words.iter().any(|word| name.contains(word)) {
                "paper-conference"
            } else {
                "chapter"
            }
        }
        Some(container) if !is_emphasized => {
            new.text("container-title", trimmed(container));
            "article-journal"
        }
        _ if is_emphasized => "book",
        _ if new.has("URL") => "webpage",
        _ => "document",
    }
    .to_owned();
    let after = match &container {
        Some(container) => rest_text
            .split_once(container.as_str())
            .map_or(rest_text.as_str(), |(_, after)| after),
        None => &rest_text,
    };
    details(&mut new, after);
    let of_label = label.rsplit_once('(').and_then(|(_, after)| after.get(..4));
    let year = year_after
        .or_else(|| year_in(after).map(str::to_owned))
        .or_else(|| of_label.map(str::to_owned));
    if let Some(year) = year {
        let month = after.split([' ', ',']).find(|word| {
            MONTHS
                .iter()
                .any(|month| word.trim_end_matches('.').starts_with(month))
        });
        match month {
            Some(month) => new.date("issued", &format!("{month} {year}")),
            None => new.date("issued", &year),
        };
    }
    new.finish()
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Returns the content of the first group in an emphasizing font.
fn emphasized(tex: &str) -> Option<&str> {
    let mut best: Option<(usize, &str)> = None;
    for macro_name in ["\\emph", "\\textit", "\\textsl"] {
        if let Some(at) = tex.find(macro_name)
            && let Some((inside, _)) = tex.get(at + macro_name.len()..).and_then(group)
            && best.is_none_or(|(earlier, _)| at < earlier)
        {
            best = Some((at, inside));
        }
    }
    for switch in ["{\\em ", "{\\it ", "{\\sl ", "{\\em\n", "{\\itshape "] {
        if let Some(at) = tex.find(switch)
            && let Some((inside, _)) = tex.get(at..).and_then(group)
            && best.is_none_or(|(earlier, _)| at < earlier)
        {
            let inside = inside.get(switch.len() - 1..).unwrap_or_default();
            best = Some((at, inside));
        }
    }
    best.map(|(_, inside)| inside)
}

/// Returns TeX without the macros for links and the words that introduce them.
fn without_links(tex: &str) -> String {
    let mut kept = String::with_capacity(tex.len());
    let mut rest = tex;
    loop {
        let found = ["\\doi", "\\url", "\\path"]
            .iter()
            .filter_map(|name| Some((rest.find(name)?, *name)))
            .min();
        let Some((at, name)) = found else {
            kept.push_str(rest);
            return kept;
        };
        let (before, link) = rest.split_at(at);
        let before = before.trim_end();
        let introduction = ["URL", "doi:", "DOI:", "DOI", "doi", "Available at", "URL:"]
            .iter()
            .find_map(|words| before.strip_suffix(words));
        kept.push_str(introduction.unwrap_or(before));
        let after = link.get(name.len()..).unwrap_or_default();
        rest = group(after).map_or(after, |(_, after)| after);
    }
}

/// Returns authors without the year in parentheses after them, and the year.
fn without_year(authors: &str) -> (&str, Option<String>) {
    let bare = authors.trim_end_matches(['.', ' ', ',']);
    if let Some((before, year)) = bare
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once('('))
    {
        let digits = year.trim_end_matches(|c: char| c.is_ascii_lowercase());
        if digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return (before.trim(), Some(digits.to_owned()));
        }
    }
    (authors, None)
}

/// Returns the last number in a text that may be a year.
fn year_in(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_digit())
        .rfind(|word| word.len() == 4 && (word.starts_with("1") || word.starts_with("20")))
}

/// Reads the authors of a standard style: `Y. Benkler and H. Nissenbaum`, `Yochai Benkler, Helen Nissenbaum, and Ada`,
/// or `Benkler, Y., Nissenbaum, H., and Ada, B.`
fn names(text: &str) -> Vec<CslName> {
    let text = text.trim();
    let text = ["editors", "editor", "eds", "ed"]
        .iter()
        .find_map(|word| text.trim_end_matches(['.', ')', ' ']).strip_suffix(word))
        .map_or(text, |before| before.trim_end_matches([',', '(', ' ']));
    let text = text
        .replace(" and ", ", ")
        .replace(" & ", ", ")
        .replace(",,", ",");
    let parts: Vec<&str> = text
        .split(',')
        .map(trimmed_name)
        .filter(|part| !part.is_empty())
        .collect();
    let are_initials = |part: &str| {
        part.split([' ', '-', '.'])
            .filter(|word| !word.is_empty())
            .all(|word| word.chars().count() <= 2)
            && part.contains('.')
    };
    let is_inverted = parts.len() > 1 && parts.get(1).is_some_and(|part| are_initials(part));
    if !is_inverted {
        return parts.into_iter().map(name).collect();
    }
    parts
        .chunks(2)
        .map(|pair| match pair {
            [family, given] => inverted_name(&format!("{family}, {given}")),
            [only] => name(only),
            _ => CslName::default(),
        })
        .collect()
}

/// Reads what follows the title of a journal or a book: `, 112(3):369--446, December 2002`, `pages 1--20. Yale, 2006`.
fn details(new: &mut ItemBuilder, text: &str) {
    if new.item.item_type == "article-journal" {
        let numbers = text.trim_start_matches([',', ' ']);
        let numbers = numbers.split([',', ' ']).next().unwrap_or_default();
        let (volume_issue, pages) = numbers.split_once(':').unwrap_or((numbers, ""));
        let (volume, issue) = volume_issue.split_once('(').unwrap_or((volume_issue, ""));
        if volume.starts_with(|c: char| c.is_ascii_digit()) && volume.len() < 10 {
            let is_year = volume.len() == 4 && issue.is_empty() && pages.is_empty();
            if !is_year {
                new.text("volume", trimmed(volume));
            }
        }
        new.text("issue", issue.trim_end_matches([')', '.']));
        new.text("page", trimmed(pages));
    }
    for word in ["pages ", "pp. ", "page ", "p. "] {
        if let Some((_, after)) = text.split_once(word) {
            let pages: String = after
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '\u{2013}'))
                .collect();
            new.text("page", &pages);
            break;
        }
    }
    if new.item.item_type == "article-journal" {
        return;
    }
    // The publisher precedes the year: `Yale University Press, New Haven, 2006.`
    let before_year = year_in(text)
        .and_then(|year| text.rsplit_once(year))
        .map_or(text, |(before, _)| before);
    let last = before_year
        .trim_end_matches([',', ' ', '.'])
        .rsplit(". ")
        .next()
        .unwrap_or_default();
    let parts: Vec<&str> = last
        .split(", ")
        .map(trimmed)
        .filter(|part| {
            let lower = part.to_lowercase();
            !part.is_empty()
                && !["pages", "pp", "volume", "editor", "number", "chapter"]
                    .iter()
                    .any(|word| lower.starts_with(word))
                && !MONTHS
                    .iter()
                    .any(|month| part.starts_with(month) && part.len() < 10)
                && !part.bytes().all(|byte| byte.is_ascii_digit())
        })
        .collect();
    match parts.as_slice() {
        [kind, publisher, place @ ..]
            if new.item.item_type == "thesis" || new.item.item_type == "report" =>
        {
            new.text("genre", kind);
            new.text("publisher", publisher);
            new.text("publisher-place", &place.join(", "));
        }
        [publisher, place @ ..] => {
            new.text("publisher", publisher);
            new.text("publisher-place", &place.join(", "));
        }
        [] => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> ParsedItems {
        match Bbl.read(&text.into()) {
            Records::Items(items) => items,
            Records::Entries(_) => panic!(),
        }
    }

    #[test]
    fn entries_of_biblatex_come_back() {
        let read = read(
            "% $ biblatex auxiliary file $\n\\refsection{0}\n\\datalist[entry]{nty/global//global/global}\n\
             \\entry{benkler2006}{book}{}\n\\name{author}{2}{}{%\n{{hash=1}{%\nfamily={Benkler},\nfamilyi={B\\bibinitperiod},\n\
             given={Yochai},\ngiveni={Y\\bibinitperiod}}}%\n{{hash=2}{%\nfamily={Hippel},\nprefix={von},\ngiven={Eric}}}%\n}\n\
             \\list{publisher}{1}{%\n{Yale University Press}%\n}\n\\strng{namehash}{1}\n\\field{sortinit}{B}\n\
             \\field{labeltitlesource}{title}\n\\field{title}{The Wealth of {Netw\\\"orks}}\n\\field{year}{2006}\n\\field{month}{5}\n\
             \\field{dateera}{ce}\n\\field{pages}{1\\bibrangedash 9}\n\\range{pages}{9}\n\\verb{doi}\n\\verb 10.1/a_b\n\\endverb\n\\keyw{commons,law}\n\
             \\endentry\n\\entry{x}{misc",
        );
        let item = &read.items[0].item;
        assert_eq!(
            (item.id.as_str(), item.item_type.as_str()),
            ("benkler2006", "book")
        );
        assert!(item.text("title").unwrap().contains("Netwörks"));
        assert_eq!(
            item.text("publisher").as_deref(),
            Some("Yale University Press")
        );
        assert_eq!(item.text("DOI").as_deref(), Some("10.1/a_b"));
        assert_eq!(item.names("author")[1].family.as_deref(), Some("Hippel"));
        assert_eq!(item.date("issued").unwrap().date_parts, [[2006, 5]]);
        assert_eq!(read.items[0].line, 4);
        assert_eq!(read.rejected.len(), 1);
    }

    #[test]
    fn items_of_standard_styles_are_divided() {
        let read = read(
            "\\begin{thebibliography}{9}\n\n\\bibitem{benkler2002}\nYochai Benkler, Johan S{\\o}derberg, and Eric von Hippel.\n\
             \\newblock Coase's penguin, or, {Linux} and the nature of the firm.\n\
             \\newblock {\\em Yale Law Journal}, 112(3):369--446, December 2002.\n\\newblock \\doi{10.2307/1562247}.\n\n\
             \\bibitem[Ostrom(1990)]{ostrom1990}\nElinor Ostrom.\n\\newblock \\emph{Governing the Commons}.\n\
             \\newblock Cambridge University Press, Cambridge, 1990.\n\n\
             \\bibitem[Hess and Ostrom, 2007]{hess}\nHess, C. and Ostrom, E. (2007).\n\\newblock A framework.\n\
             \\newblock In {\\em Understanding Knowledge}, pages 41--82. MIT Press. % note\n\n\
             \\bibitem{free} Some text, 2001.\n\\bibitem\n\\end{thebibliography}\n",
        );
        let items: Vec<&CslItem> = read.items.iter().map(|read| &read.item).collect();
        let text = |index: usize, variable: &str| items[index].text(variable).unwrap_or_default();
        assert_eq!(items[0].item_type, "article-journal");
        assert_eq!(items[0].names("author").len(), 3);
        assert_eq!(
            items[0].names("author")[1].family.as_deref(),
            Some("Søderberg")
        );
        assert_eq!(text(0, "container-title"), "Yale Law Journal");
        assert_eq!([text(0, "volume"), text(0, "issue")], ["112", "3"]);
        assert_eq!(text(0, "page"), "369–446");
        assert_eq!(text(0, "DOI"), "10.2307/1562247");
        assert_eq!(items[0].date("issued").unwrap().date_parts, [[2002, 12]]);
        assert_eq!(items[1].item_type, "book");
        assert_eq!(text(1, "title"), "Governing the Commons");
        assert_eq!(
            [text(1, "publisher"), text(1, "publisher-place")],
            ["Cambridge University Press", "Cambridge"]
        );
        assert_eq!(items[2].item_type, "chapter");
        assert_eq!(items[2].names("author")[1].given.as_deref(), Some("E."));
        assert_eq!(text(2, "page"), "41–82");
        assert_eq!(items[2].date("issued").unwrap().date_parts, [[2007]]);
        assert_eq!(text(3, "title"), "Some text, 2001.");
        assert_eq!(read.rejected.len(), 1);
    }

    #[test]
    fn macros_of_revtex_name_the_fields() {
        let read = read(
            "\\begin{thebibliography}{1}%\n\\bibitem [{\\citenamefont {Benkler}(2006)}]{b}%\n  \\BibitemOpen\n  \\bibfield  {author} {\\bibinfo \
             {author} {\\bibfnamefont {Y.}~\\bibnamefont {Benkler}},\\ }\\bibfield  {title} {\\bibinfo {title} {Coase},\\ }\\href \
             {https://doi.org/10.1/x} {\\bibfield  {journal} {\\bibinfo  {journal} {Yale LJ}\\ }\\textbf {\\bibinfo {volume} {112}},\\ \
             \\bibinfo {pages} {369} (\\bibinfo {year} {2002})}\\BibitemShut {NoStop}%\n\\end{thebibliography}%",
        );
        let item = &read.items[0].item;
        assert_eq!(item.text("title").as_deref(), Some("Coase"));
        assert_eq!(item.text("volume").as_deref(), Some("112"));
        assert_eq!(item.text("DOI").as_deref(), Some("10.1/x"));
        assert_eq!(
            item.names("author")[0].family.as_deref(),
            Some("Benkler"),
            "{item:?}"
        );
    }

    #[test]
    fn deep_braces_cost_one_item() {
        let deep = format!(
            "\\bibitem{{a}} {}x{}",
            "{".repeat(50_000),
            "}".repeat(50_000)
        );
        let read = read(&format!(
            "\\begin{{thebibliography}}{{1}}{deep}\\bibitem{{b}} Fine.\\end{{thebibliography}}"
        ));
        assert_eq!((read.items.len(), read.rejected.len()), (1, 1));
    }
}
