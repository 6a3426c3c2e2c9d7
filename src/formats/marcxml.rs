//! MARCXML: MARC 21 records of library catalogues as XML. Punctuation that separates the parts of a record on a
//! catalogue card (ISBD) is removed.

use super::csl_to_bib::ParsedItems;
use super::item_builder::{
    ItemBuilder, date, inverted_name, language_code, literal_name, name_parts, page_ends,
    serial_number,
};
use super::mods::{CONTAINERS, extent_in_pages, variable_of_role};
use super::xml::{XmlElement, child_text, children, has_root, read_records, text_of};
use super::{ReadFormat, Records};
use crate::model::{CslItem, CslName, SharedText};

/// Reads MARCXML.
pub(crate) struct MarcXml;

/// The most titles in other languages that are reported.
const MOST_TITLES: usize = 10;

/// Returns whether a text is MARCXML, or a catalogue's answer that holds MARCXML.
pub(crate) fn sniff(text: &str) -> bool {
    let has_fields = || text.contains("datafield") && !is_of_another_kind(text);
    (has_root(text, &["collection", "record"]) || has_root(text, CONTAINERS)) && has_fields()
}

/// Returns whether the first record is UNIMARC or INTERMARC, which have the same elements, but other numbers.
fn is_of_another_kind(text: &str) -> bool {
    let found = memchr::memmem::find(text.as_bytes(), b"format=\"");
    let format = found.and_then(|at| text.get(at + "format=\"".len()..));
    format.is_some_and(|format| {
        let name = format.split('"').next().unwrap_or_default();
        name.eq_ignore_ascii_case("unimarc") || name.eq_ignore_ascii_case("intermarc")
    })
}

impl ReadFormat for MarcXml {
    fn read(&self, text: &SharedText) -> Records {
        Records::Items(read_items(text))
    }
}

fn read_items(text: &str) -> ParsedItems {
    read_records(text, "record", |record, line, items| {
        // The records of SRU and OAI-PMH surround those of MARC.
        children(record, "datafield").next()?;
        let record = MarcRecord { record };
        let titles = record.parallel_titles();
        if !titles.is_empty() {
            let titles = titles.join("\u{201d}, \u{201c}");
            let message = format!("ignored titles in other languages: \u{201c}{titles}\u{201d}");
            items.warn(line, "", Some("245"), message);
        }
        Some(record.item())
    })
}

#[derive(Clone, Copy)]
struct MarcRecord<'d> {
    record: XmlElement<'d>,
}

/// A data field.
#[derive(Clone, Copy)]
struct DataField<'d>(XmlElement<'d>);

impl<'d> DataField<'d> {
    /// Returns the texts of the subfields with a code.
    fn all(self, code: &str) -> impl Iterator<Item = String> {
        children(self.0, "subfield")
            .filter(move |subfield| subfield.attribute("code") == Some(code))
            .map(|subfield| sortable(&text_of(subfield)))
    }

    /// Returns the text of the first subfield with a code, without the punctuation at its end.
    fn get(self, code: &str) -> String {
        self.all(code)
            .next()
            .map(|text| unpunctuated(&text).to_owned())
            .unwrap_or_default()
    }

    fn indicator(self, name: &str) -> &'d str {
        self.0.attribute(name).unwrap_or_default()
    }
}

/// Returns text without the marks around words that are not sorted.
fn sortable(text: &str) -> String {
    text.replace(['\u{98}', '\u{9c}', '\u{88}', '\u{89}'], "")
        .replace("<<", "")
        .replace(">>", "")
}

/// Returns text without ISBD's punctuation at the end.
fn unpunctuated(text: &str) -> &str {
    let text = text.trim();
    let bare = text.trim_end_matches([' ', '/', ':', ';', '=', ',']);
    // An abbreviation or an initial keeps its full stop.
    match bare.strip_suffix('.') {
        Some(stopped) => {
            let last = stopped.rsplit([' ', '.', '-']).next().unwrap_or_default();
            let letters = last.chars().filter(|c| c.is_alphabetic()).count();
            if is_abbreviation(last) {
                bare
            } else if letters > 3 || (letters == 0 && !last.is_empty()) {
                stopped
            } else {
                bare
            }
        }
        None => bare,
    }
}

/// Returns whether a word of four letters or more is an abbreviation of library catalogues.
fn is_abbreviation(word: &str) -> bool {
    const ABBREVIATIONS: [&str; 12] = [
        "aufl", "ausg", "verl", "univ", "hrsg", "nachdr", "inst", "akad", "buchh", "diss", "impr",
        "corr",
    ];
    ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

/// Returns text without ISBD's punctuation and the brackets around what the cataloguer added.
fn unbracketed(text: &str) -> String {
    let text = unpunctuated(text);
    let (opens, closes) = (text.starts_with('['), text.ends_with(']'));
    let inside = text.trim_start_matches('[').trim_end_matches(']');
    // The brackets may also go around several parts of the record.
    let is_around = (opens || closes) && !inside.contains(['[', ']']);
    unpunctuated(if is_around { inside } else { text }).to_owned()
}

impl<'d> MarcRecord<'d> {
    fn fields(self, tag: &'static str) -> impl Iterator<Item = DataField<'d>> {
        children(self.record, "datafield")
            .filter(move |field| field.attribute("tag") == Some(tag))
            .map(DataField)
    }

    fn field(self, tag: &'static str) -> Option<DataField<'d>> {
        self.fields(tag).next()
    }

    fn control(self, tag: &'static str) -> String {
        let mut fields = children(self.record, "controlfield");
        fields
            .find(|field| field.attribute("tag") == Some(tag))
            // Positions count, so spaces stay.
            .and_then(|field| field.text())
            .unwrap_or_default()
            .to_owned()
    }

    fn csl_type(self) -> &'static str {
        let leader = child_text_verbatim(self.record, "leader");
        let at = |index: usize| leader.chars().nth(index).unwrap_or(' ');
        let form = self.control("008");
        let is_conference = form.chars().nth(29) == Some('1');
        match (at(6), at(7)) {
            _ if self.field("502").is_some() => "thesis",
            ('e' | 'f', _) => "map",
            ('c' | 'd', _) => "musical_score",
            ('g', _) => "motion_picture",
            ('i' | 'j', _) => "song",
            ('k', _) => "graphic",
            ('m', _) => "software",
            ('t', 'm') => "manuscript",
            (_, 'b') => "article-journal",
            (_, 'a') if self.field("773").is_some_and(is_serial) => "article-journal",
            (_, 'a') if is_conference => "paper-conference",
            (_, 'a') => "chapter",
            (_, 's') => "periodical",
            (_, 'i') => "webpage",
            (' ', _) if self.field("773").is_some_and(is_serial) => "article-journal",
            _ => "book",
        }
    }

    fn item(self) -> CslItem {
        let csl_type = self.csl_type();
        let mut new = ItemBuilder::new(csl_type);
        self.titles(&mut new);
        self.names(&mut new, csl_type);
        self.publication(&mut new);
        self.numbers(&mut new);
        if let Some(thesis) = self.field("502") {
            let note = thesis.get("a");
            new.text("genre", &thesis.get("b"));
            new.text("publisher", &thesis.get("c"));
            new.date("issued", &thesis.get("d"));
            // Thesis (Ph. D.)--University of California, 2001.
            if let Some((kind, rest)) = note.split_once("--") {
                let degree = kind.split_once('(').map(|(_, degree)| degree);
                let degree = degree.map(|degree| degree.trim_end_matches([')', ' ', ':']));
                new.text("genre", &degree.unwrap_or(kind).replace(". ", "."));
                let institution = rest.rsplit_once(", ").map_or(rest, |(name, _)| name);
                new.text("publisher", institution);
            } else {
                new.append("note", "\n", &note);
            }
        }
        if let Some(series) = self.field("490").or_else(|| self.field("830")) {
            new.text("collection-title", &series.get("a"));
            new.text("collection-number", &series.get("v"));
        }
        if let Some(extent) = self
            .field("300")
            .map(|field| field.all("a").collect::<String>())
        {
            let extent = unpunctuated(&extent);
            match extent_in_pages(extent) {
                Some(pages) => new.text("number-of-pages", &pages),
                None => new.text("dimensions", extent),
            };
        }
        for field in self.fields("500") {
            new.append("note", "\n", &field.get("a"));
        }
        for field in self.fields("520") {
            new.text("abstract", field.all("a").next().unwrap_or_default().trim());
        }
        self.subjects(&mut new);
        if let Some(host) = self.field("773") {
            self::host(&mut new, host);
        }
        for link in self.fields("856") {
            // Tables of contents and covers are not the work.
            if !matches!(link.indicator("ind2"), "2") {
                new.url(&link.get("u"));
            }
        }
        new.finish()
    }

    fn titles(self, new: &mut ItemBuilder) {
        let Some(field) = self.field("245") else {
            return;
        };
        let mut title = field.get("a");
        for subfield in children(field.0, "subfield") {
            let text = sortable(&text_of(subfield));
            let text = unpunctuated(&text);
            match subfield.attribute("code") {
                // After an equals sign comes the title in another language.
                Some("b") if !text.is_empty() => {
                    let first = field.all("a").next().unwrap_or_default();
                    if first.trim_end().ends_with('=') {
                        continue;
                    }
                    let text = text.split(" = ").next().unwrap_or(text);
                    title.push_str(": ");
                    title.push_str(unpunctuated(text));
                }
                Some("n" | "p") if !text.is_empty() => {
                    title.push_str(". ");
                    title.push_str(text);
                }
                _ => {}
            }
        }
        new.text("title", &title);
        if let Some(original) = self.field("240")
            && !original.get("l").is_empty()
        {
            new.text("original-title", &original.get("a"));
        }
        if let Some(short) = self.field("210") {
            new.text("title-short", &short.get("a"));
        }
    }

    /// Returns the titles in other languages, which follow an equals sign or in a field of their own. CSL has no
    /// variable for them.
    fn parallel_titles(self) -> Vec<String> {
        let mut titles: Vec<String> = Vec::new();
        let mut add = |title: &str| {
            let title = unpunctuated(title).replace(" : ", ": ");
            let is_new = titles
                .iter()
                .all(|known| !known.eq_ignore_ascii_case(&title));
            if !title.is_empty() && is_new && titles.len() < MOST_TITLES {
                titles.push(title);
            }
        };
        if let Some(field) = self.field("245") {
            let first = field.all("a").next().unwrap_or_default();
            let mut before_is_parallel = first.trim_end().ends_with('=');
            for text in field.all("b") {
                let mut parts = text.split(" = ");
                let own = parts.next().filter(|_| before_is_parallel);
                own.into_iter().chain(parts).for_each(&mut add);
                before_is_parallel = text.trim_end().ends_with('=');
            }
        }
        for field in self.fields("246") {
            if field.indicator("ind2") == "1" {
                let rest = field.get("b");
                let separator = if rest.is_empty() { "" } else { ": " };
                add(&format!("{}{separator}{rest}", field.get("a")));
            }
        }
        titles
    }

    fn names(self, new: &mut ItemBuilder, csl_type: &str) {
        let has_main_person = self.field("100").is_some();
        let is_edited = self.is_edited();
        for (tag, is_person) in [("100", true), ("110", false), ("700", true), ("710", false)] {
            for field in self.fields(tag) {
                // With a title, it is the author of a work within this one.
                if !field.get("t").is_empty() {
                    continue;
                }
                let name = if is_person {
                    personal(field)
                } else {
                    corporate(field)
                };
                let terms = field.all("4").chain(field.all("e"));
                // A person may have edited a book and translated it.
                let mut roles: Vec<&str> = Vec::new();
                for role in terms.filter_map(|term| variable_of_role(&term)) {
                    if !roles.contains(&role) {
                        roles.push(role);
                    }
                }
                if roles.is_empty() {
                    roles.push(match is_person {
                        // Without a role, the second person of a book is an author if the first is.
                        _ if tag.starts_with('1') || has_main_person => "author",
                        true if is_edited => "editor",
                        true => "author",
                        false => continue,
                    });
                }
                for role in roles {
                    match role {
                        "publisher" | "degree-grantor" => {
                            if csl_type == "thesis" || role == "publisher" {
                                new.text("publisher", &name.reading_order());
                            }
                        }
                        role => new.name(role, name.clone()),
                    }
                }
            }
        }
        for field in self.fields("111").chain(self.fields("711")) {
            new.text("event-title", &field.get("a"));
            new.text("event-place", &unbracketed(&field.get("c")));
        }
    }

    /// Returns whether the statement of responsibility names editors.
    fn is_edited(self) -> bool {
        let statement = self.field("245").map(|field| field.get("c").to_lowercase());
        statement.is_some_and(|text| {
            [
                "edited by",
                "editor",
                "hrsg",
                "herausgegeben",
                "hg.",
                "sous la direction",
                "edición de",
            ]
            .iter()
            .any(|words| text.contains(words))
        })
    }

    fn publication(self, new: &mut ItemBuilder) {
        let is_publication = |field: &DataField<'_>| field.indicator("ind2") == "1";
        let field = self
            .fields("264")
            .find(is_publication)
            .or_else(|| self.field("260"))
            .or_else(|| self.field("264"));
        if let Some(field) = field {
            for place in field.all("a") {
                let place = unbracketed(&place);
                if !place.to_lowercase().starts_with("s.l") {
                    new.append("publisher-place", "; ", &place);
                }
            }
            for publisher in field.all("b") {
                let publisher = unbracketed(&publisher);
                if !publisher.to_lowercase().starts_with("s.n") {
                    new.append("publisher", "; ", &publisher);
                }
            }
            let written = field.get("c");
            let year: String = written
                .chars()
                .skip_while(|c| !c.is_ascii_digit())
                .take_while(char::is_ascii_digit)
                .collect();
            if year.len() == 4 {
                let mut read = date(&year);
                if written.contains("ca.") || written.contains('?') {
                    read.circa = Some(true.into());
                }
                new.date_value("issued", read);
            }
        }
        let coded = self.control("008");
        if let Some(year) = coded.get(7..11)
            && year.bytes().all(|byte| byte.is_ascii_digit())
        {
            if !new.has("issued") {
                new.date("issued", year);
            }
            // A reprint has the year of the original, too.
            if coded.get(6..7) == Some("r")
                && let Some(original) = coded.get(11..15)
                && original.bytes().all(|byte| byte.is_ascii_digit())
            {
                new.date("original-date", original);
            }
        }
        let language = self.field("041").map(|field| field.get("a"));
        let language = language.filter(|code| code.len() == 3);
        let language = language.or_else(|| coded.get(35..38).map(str::to_owned));
        if let Some(code) =
            language.filter(|code| code.bytes().all(|byte| byte.is_ascii_lowercase()))
            && !matches!(code.as_str(), "und" | "mul" | "zxx")
        {
            new.text("language", language_code(&code));
        }
        if let Some(edition) = self.field("250") {
            let text = edition.get("a");
            new.text("edition", &unbracketed(&text));
        }
    }

    fn numbers(self, new: &mut ItemBuilder) {
        for (tag, variable) in [("020", "ISBN"), ("022", "ISSN")] {
            for field in self.fields(tag) {
                let text = field.get("a");
                new.append(variable, " ", serial_number(&text));
            }
        }
        for field in self.fields("024") {
            if field.get("2").eq_ignore_ascii_case("doi") {
                new.doi(&field.get("a"));
            }
        }
        for tag in ["050", "082", "090"] {
            if let Some(field) = self.field(tag) {
                new.text(
                    "call-number",
                    &format!("{} {}", field.get("a"), field.get("b")),
                );
            }
        }
        if let Some(report) = self.field("088").or_else(|| self.field("027")) {
            new.text("number", &report.get("a"));
        }
    }

    fn subjects(self, new: &mut ItemBuilder) {
        for tag in [
            "600", "610", "611", "630", "648", "650", "651", "653", "655",
        ] {
            for field in self.fields(tag) {
                let terms: Vec<String> = children(field.0, "subfield")
                    .filter(|subfield| {
                        matches!(
                            subfield.attribute("code"),
                            Some("a" | "b" | "t" | "v" | "x" | "y" | "z")
                        )
                    })
                    .map(|subfield| unpunctuated(&sortable(&text_of(subfield))).to_owned())
                    .filter(|term| !term.is_empty())
                    .collect();
                new.keyword(&terms.join("--"));
            }
        }
    }
}

/// Returns the text of the first child called `name` with its spaces.
fn child_text_verbatim(node: XmlElement<'_>, name: &'static str) -> String {
    let text = children(node, name).next().and_then(|child| child.text());
    match text {
        Some(text) => text.trim_start_matches(['\n', '\r', '\t']).to_owned(),
        None => child_text(node, name),
    }
}

fn personal(field: DataField<'_>) -> CslName {
    let whole = field.get("a");
    // The first indicator is 0 for a name that begins with the given name.
    let mut name = if field.indicator("ind1") == "0" {
        literal_name(&name_parts(&whole).join(", "))
    } else {
        inverted_name(&whole)
    };
    let number = field.get("b");
    let suffix = if number.is_empty() {
        field.get("c")
    } else {
        number
    };
    let is_suffix = matches!(
        suffix.trim_end_matches('.'),
        "Jr" | "Sr" | "II" | "III" | "IV"
    );
    if is_suffix && name.literal.is_none() && name.suffix.is_none() {
        name.suffix = Some(suffix);
    }
    name
}

fn corporate(field: DataField<'_>) -> CslName {
    let parts: Vec<String> = field
        .all("a")
        .chain(field.all("b"))
        .map(|part| unpunctuated(&part).to_owned())
        .collect();
    literal_name(&parts.join(". "))
}

fn is_serial(host: DataField<'_>) -> bool {
    !host.get("x").is_empty()
        || host.get("7").ends_with('s')
        || host.get("z").is_empty() && {
            let place = host.all("g").collect::<String>().to_lowercase();
            ["no.", "nr.", "heft", "issue", "vol."]
                .iter()
                .any(|word| place.contains(word))
        }
}

/// Reads the host item of a part (773).
fn host(new: &mut ItemBuilder, host: DataField<'_>) {
    new.text("container-title", &host.get("t"));
    new.text("container-title-short", &host.get("p"));
    for issn in host.all("x") {
        new.append("ISSN", " ", unpunctuated(&issn));
    }
    for isbn in host.all("z") {
        new.append("ISBN", " ", unpunctuated(&isbn));
    }
    let place = host.get("d");
    if let Some((town, publisher)) = place.split_once(':') {
        new.text("publisher-place", &unbracketed(town));
        let publisher = publisher
            .rsplit_once(", ")
            .map_or(publisher, |(name, _)| name);
        new.text("publisher", &unbracketed(publisher));
    }
    for text in host.all("g") {
        related_parts(new, &text);
    }
    // Volume, issue and first page: 12:3<45
    let coded = host.get("q");
    let mut rest = coded.as_str();
    if let Some((before, page)) = coded.split_once('<') {
        new.text("page", page);
        rest = before;
    }
    let mut numbers = rest.split(':');
    new.text("volume", numbers.next().unwrap_or_default());
    new.text("issue", numbers.next().unwrap_or_default());
}

/// Reads `Vol. 3, no. 2 (Dec. 2002), p. 369-446` and `Bd. 3 (2002), H. 2, S. 369-446`.
fn related_parts(new: &mut ItemBuilder, text: &str) {
    let mut year = None;
    let pieces: Vec<&str> = text.split([',', '(', ')', ';']).map(str::trim).collect();
    for piece in pieces {
        let (label, number) = match piece.find(|c: char| c.is_ascii_digit()) {
            Some(at) => piece.split_at(at),
            None => continue,
        };
        let number = number.trim_end_matches('.');
        match label
            .trim()
            .trim_end_matches(['.', ':'])
            .to_lowercase()
            .as_str()
        {
            "vol" | "volume" | "bd" | "band" | "v" | "t" | "jg" | "jahrgang" | "volume:" => {
                new.text("volume", number);
            }
            "no" | "nr" | "n" | "h" | "heft" | "issue" | "number" | "n°" => {
                new.text("issue", number);
            }
            "p" | "pp" | "s" | "seite" | "seiten" | "page" | "pages" => {
                new.text("page", number);
            }
            "" if number.len() == 4 && !number.contains('-') => year = Some(number.to_owned()),
            "" if page_ends(number).is_some() => {
                new.text("page", number);
            }
            "" => {
                new.text("volume", number);
            }
            // A month or a day: its year is at the end.
            _ => {
                let last = number.rsplit(' ').next().unwrap_or_default();
                if last.len() == 4 && last.bytes().all(|byte| byte.is_ascii_digit()) {
                    let read = date(&format!("{}{number}", label.replace('.', "")));
                    if read.literal.is_none() {
                        new.date_value("issued", read);
                    } else {
                        year = Some(last.to_owned());
                    }
                }
            }
        }
    }
    if let Some(year) = year {
        new.date("issued", &year);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(fields: &str) -> CslItem {
        let mut read = read_items(&format!(
            "<collection xmlns=\"http://www.loc.gov/MARC21/slim\"><record>{fields}</record></collection>"
        ));
        assert_eq!(read.items.len(), 1, "{read:?}");
        read.items.remove(0).item
    }

    fn field(tag: &str, indicators: &str, subfields: &[(&str, &str)]) -> String {
        let (one, two) = indicators.split_at(1);
        let subfields: String = subfields
            .iter()
            .map(|(code, text)| format!("<subfield code=\"{code}\">{text}</subfield>"))
            .collect();
        format!("<datafield tag=\"{tag}\" ind1=\"{one}\" ind2=\"{two}\">{subfields}</datafield>")
    }

    #[test]
    fn the_punctuation_of_catalogue_cards_goes() {
        let item = only(
            &[
                "<leader>01142cam  2200301 a 4500</leader>".to_owned(),
                "<controlfield tag=\"008\">050829s2006    ctua     b    001 0 eng  </controlfield>"
                    .to_owned(),
                field("020", "  ", &[("a", "0300110561 (alk. paper)")]),
                field("100", "1 ", &[("a", "Benkler, Yochai,"), ("d", "1964-")]),
                field(
                    "245",
                    "14",
                    &[
                        ("a", "The wealth of networks :"),
                        (
                            "b",
                            "how social production transforms markets and freedom /",
                        ),
                        ("c", "Yochai Benkler."),
                    ],
                ),
                field("250", "  ", &[("a", "2nd ed.")]),
                field(
                    "260",
                    "  ",
                    &[
                        ("a", "New Haven [Conn.] :"),
                        ("b", "Yale University Press,"),
                        ("c", "c2006."),
                    ],
                ),
                field(
                    "300",
                    "  ",
                    &[("a", "xii, 515 p. :"), ("b", "ill. ;"), ("c", "25 cm.")],
                ),
                field("490", "0 ", &[("a", "Commons studies ;"), ("v", "v. 3")]),
                field(
                    "650",
                    " 0",
                    &[("a", "Information society"), ("z", "Europe.")],
                ),
                field("700", "1 ", &[("a", "Müller, Jörg,"), ("e", "translator.")]),
                field("856", "41", &[("u", "https://a.example/x")]),
            ]
            .concat(),
        );
        let text = |variable: &str| item.text(variable).unwrap_or_default();
        assert_eq!(item.item_type, "book");
        assert_eq!(
            text("title"),
            "The wealth of networks: how social production transforms markets and freedom"
        );
        assert_eq!(text("publisher-place"), "New Haven [Conn.]");
        assert_eq!(text("publisher"), "Yale University Press");
        assert_eq!(text("edition"), "2nd ed.");
        assert_eq!(text("number-of-pages"), "xii, 515");
        assert_eq!(text("ISBN"), "0300110561");
        assert_eq!(text("collection-title"), "Commons studies");
        assert_eq!(text("keyword"), "Information society--Europe");
        assert_eq!(text("language"), "en");
        assert_eq!(item.names("author")[0].given.as_deref(), Some("Yochai"));
        assert_eq!(
            item.names("translator")[0].family.as_deref(),
            Some("Müller")
        );
        assert_eq!(item.date("issued").unwrap().date_parts, [[2006]]);
    }

    #[test]
    fn articles_theses_and_edited_books_are_distinguished() {
        let item = only(
            &[
                "<leader>00000nab a2200000 a 4500</leader>".to_owned(),
                field("245", "10", &[("a", "\u{98}Die\u{9c} Allmende /")]),
                field(
                    "110",
                    "2 ",
                    &[("a", "Heinrich-Böll-Stiftung."), ("b", "Referat.")],
                ),
                field(
                    "773",
                    "0 ",
                    &[
                        ("t", "Yale law journal."),
                        ("x", "0044-0094"),
                        ("g", "Vol. 112, no. 3 (Dec. 2002), p. 369-446"),
                    ],
                ),
            ]
            .concat(),
        );
        let text = |variable: &str| item.text(variable).unwrap_or_default();
        assert_eq!(item.item_type, "article-journal");
        assert_eq!(text("title"), "Die Allmende");
        assert_eq!(text("container-title"), "Yale law journal");
        assert_eq!(
            [text("volume"), text("issue"), text("page")],
            ["112", "3", "369-446"]
        );
        assert_eq!(item.date("issued").unwrap().date_parts, [[2002, 12]]);
        assert_eq!(
            item.names("author")[0].literal.as_deref(),
            Some("Heinrich-Böll-Stiftung. Referat")
        );
        let item = only(
            &[
                field(
                    "245",
                    "10",
                    &[("a", "Commons /"), ("c", "edited by C. Hess.")],
                ),
                field("700", "1 ", &[("a", "Hess, Charlotte.")]),
                field(
                    "502",
                    "  ",
                    &[("a", "Thesis (Ph. D.)--University of California, 2001.")],
                ),
            ]
            .concat(),
        );
        assert_eq!(item.item_type, "thesis");
        assert_eq!(item.text("genre").as_deref(), Some("Ph.D."));
        assert_eq!(
            item.text("publisher").as_deref(),
            Some("University of California")
        );
        assert_eq!(item.names("editor")[0].given.as_deref(), Some("Charlotte"));
    }
}
