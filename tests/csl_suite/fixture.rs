//! The format of the fixtures written for this project; `tests/data/csl/README.md` describes it.

use serde_json::{Map, Value as Json, json};

/// A fixture, taken apart.
pub(crate) struct Fixture {
    /// The promise, from the first line.
    pub(crate) promise: String,
    /// The style, as XML.
    pub(crate) style: String,
    /// The locale that the user asks for, where the fixture names one.
    pub(crate) locale: Option<String>,
    /// The works, as an array of CSL-JSON.
    pub(crate) works: Json,
    /// The citations of the document.
    pub(crate) citations: Vec<CitationRequest>,
    /// What the citations should be.
    pub(crate) expected_citations: Vec<String>,
    /// What the entries of the bibliography should be, where the fixture has one.
    pub(crate) expected_entries: Option<Vec<String>>,
    /// What the options of the bibliography should be: a name and a value each.
    pub(crate) expected_layout: Vec<(String, String)>,
}

/// A citation that a fixture asks for.
pub(crate) struct CitationRequest {
    /// The number of its note; 0 in the text.
    pub(crate) note: u32,
    /// Its cites.
    pub(crate) cites: Vec<CiteRequest>,
}

/// A cite that a fixture asks for.
#[derive(Default)]
pub(crate) struct CiteRequest {
    /// The key of the work.
    pub(crate) key: String,
    /// Where in the work.
    pub(crate) locator: Option<String>,
    /// What the locator counts.
    pub(crate) label: Option<String>,
    /// The text before the cite.
    pub(crate) prefix: Option<String>,
    /// The text behind the cite.
    pub(crate) suffix: Option<String>,
    /// Whether the authors are left out.
    pub(crate) suppress_author: bool,
}

/// A part of a fixture: a heading at the margin and the indented lines below it.
struct Section {
    name: String,
    argument: String,
    lines: Vec<String>,
}

impl Fixture {
    /// Reads a fixture.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut comment = text.lines().map_while(|line| line.strip_prefix("# "));
        let promise = comment
            .next()
            .ok_or("the first line is `# ` and what the fixture promises")?
            .to_owned();
        if !comment.any(|line| line.starts_with("CSL 1.0.2, ")) {
            return Err("a line `# CSL 1.0.2, …` names the clause".to_owned());
        }
        let mut style = None;
        let mut locale = None;
        let mut works = Json::Null;
        let mut citations = Vec::new();
        let mut expected_citations = Vec::new();
        let mut expected_entries = None;
        let mut expected_layout = Vec::new();
        for section in sections(text)? {
            match section.name.as_str() {
                "style" => style = Some(section),
                "locale" => locale = Some(section.argument),
                "works" => works = parse_works(&section.lines)?,
                "citations" => {
                    (citations, expected_citations) = parse_citations(&section.lines)?;
                }
                "bibliography" => {
                    let lines = section.lines.iter();
                    let lines = lines.filter(|line| !line.trim().is_empty());
                    expected_entries = Some(lines.map(|line| line.trim().to_owned()).collect());
                }
                "layout" => {
                    for line in section.lines.iter().filter(|line| !line.trim().is_empty()) {
                        let (name, value) = line.split_once(": ").ok_or("layout: `name: value`")?;
                        expected_layout.push((name.trim().to_owned(), value.trim().to_owned()));
                    }
                }
                other => return Err(format!("unknown section {other:?}")),
            }
        }
        let style = style.ok_or("no style")?;
        let in_notes = style.argument.contains("class=\"note\"");
        let unnumbered = |citation: &CitationRequest| citation.note == 0;
        if in_notes && citations.iter().all(unnumbered) {
            for (citation, note) in citations.iter_mut().zip(1..) {
                citation.note = note;
            }
        }
        if citations.is_empty() && expected_entries.is_none() && expected_layout.is_empty() {
            return Err("nothing is expected".to_owned());
        }
        Ok(Self {
            promise,
            style: whole_style(&style)?,
            locale,
            works,
            citations,
            expected_citations,
            expected_entries,
            expected_layout,
        })
    }
}

/// Splits a fixture at its headings.
fn sections(text: &str) -> Result<Vec<Section>, String> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if line.trim().is_empty() {
            if let Some(section) = sections.last_mut() {
                section.lines.push(String::new());
            }
        } else if let Some(line) = line.strip_prefix("  ") {
            let section = sections.last_mut().ok_or("a line before any heading")?;
            section.lines.push(line.to_owned());
        } else {
            let (name, argument) = line.split_once(' ').unwrap_or((line, ""));
            sections.push(Section {
                name: name.trim().to_owned(),
                argument: argument.trim().to_owned(),
                lines: Vec::new(),
            });
        }
    }
    Ok(sections)
}

/// Puts a whole style around the part that a fixture shows.
///
/// Rendering elements (and a `sort`) without a `citation` or `bibliography` around them are the layout of
/// both. A `citation` or `bibliography` without children takes the same layout, so that its options can be
/// given alone.
fn whole_style(section: &Section) -> Result<String, String> {
    const NAMESPACE: &str = "http://purl.org/net/xbiblio/csl";
    let version = "version=\"1.0\"";
    let class = if section.argument.contains("class=") {
        ""
    } else {
        "class=\"in-text\""
    };
    let start = format!(
        "<style xmlns=\"{NAMESPACE}\" {version} {class} {}>",
        section.argument
    );
    let text = format!("{start}{}</style>", section.lines.join("\n"));
    let document = roxmltree::Document::parse(&text).map_err(|error| error.to_string())?;
    let (mut shared, mut sort, mut layout) = (String::new(), String::new(), String::new());
    let (mut citation, mut bibliography) = (None, None);
    let mut elements = String::new();
    for node in document.root_element().children() {
        let source = &text[node.range()];
        match node.tag_name().name() {
            "citation" => citation = Some(node),
            "bibliography" => bibliography = Some(node),
            "locale" | "macro" | "info" => shared.push_str(source),
            "sort" => sort.push_str(source),
            "layout" => layout.push_str(source),
            _ if node.is_element() => elements.push_str(source),
            _ => {}
        }
    }
    if layout.is_empty() && !elements.is_empty() {
        layout = format!("<layout>{elements}</layout>");
    }
    let body = format!("{sort}{layout}");
    let filled = |node: Option<roxmltree::Node<'_, '_>>, name: &str| match node {
        Some(node) => {
            let source = &text[node.range()];
            match source.strip_suffix("/>") {
                Some(start) => format!("{start}>{body}</{name}>"),
                None => source.to_owned(),
            }
        }
        None if !layout.is_empty() => format!("<{name}>{body}</{name}>"),
        None if name == "citation" => {
            "<citation><layout><text variable=\"title\"/></layout></citation>".to_owned()
        }
        None => String::new(),
    };
    Ok(format!(
        "{start}{shared}{}{}</style>",
        filled(citation, "citation"),
        filled(bibliography, "bibliography")
    ))
}

/// Reads works: a key with a type in brackets, a book if there is none, and its fields below it.
fn parse_works(lines: &[String]) -> Result<Json, String> {
    let mut works: Vec<Map<String, Json>> = Vec::new();
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        match line.strip_prefix("  ") {
            None => {
                let (key, kind) = line.split_once(' ').unwrap_or((line, "(book)"));
                let kind = kind.trim().trim_matches(['(', ')']);
                let mut work = Map::new();
                work.insert("id".to_owned(), json!(key));
                work.insert("type".to_owned(), json!(kind));
                works.push(work);
            }
            Some(field) => {
                let (name, value) = field
                    .split_once(": ")
                    .ok_or_else(|| format!("not a field: {field}"))?;
                let work = works.last_mut().ok_or("a field before any work")?;
                work.insert(name.trim().to_owned(), field_value(name.trim(), value)?);
            }
        }
    }
    Ok(works.into_iter().map(Json::Object).collect())
}

/// Reads the value of a field: JSON if it begins like JSON, a list of names, a date, or text.
fn field_value(name: &str, value: &str) -> Result<Json, String> {
    const NAMES: &[&str] = &[
        "author",
        "chair",
        "collection-editor",
        "composer",
        "container-author",
        "director",
        "editor",
        "editorial-director",
        "illustrator",
        "interviewer",
        "original-author",
        "recipient",
        "reviewed-author",
        "translator",
    ];
    const DATES: &[&str] = &[
        "accessed",
        "available-date",
        "event-date",
        "issued",
        "original-date",
        "submitted",
    ];
    let value = value.trim();
    if value.starts_with(['[', '{', '"']) {
        return serde_json::from_str(value).map_err(|error| format!("{name}: {error}"));
    }
    if NAMES.contains(&name) {
        let names = value.split(';').map(|name| match name.split_once(',') {
            Some((family, given)) => json!({"family": family.trim(), "given": given.trim()}),
            None => json!({"literal": name.trim()}),
        });
        return Ok(names.collect());
    }
    if DATES.contains(&name) {
        return date(value).ok_or_else(|| format!("{name}: not a date: {value}"));
    }
    Ok(json!(value))
}

/// Reads a date such as `2006`, `2006-03-05`, `2006/2008`, `-44` and, if uncertain, `~1968`.
fn date(value: &str) -> Option<Json> {
    let (circa, value) = match value.strip_prefix('~') {
        Some(rest) => (true, rest),
        None => (false, value),
    };
    let parts: Option<Vec<Vec<i32>>> = value.split('/').map(date_parts).collect();
    let mut date = json!({"date-parts": parts?});
    if circa {
        date["circa"] = json!(true);
    }
    Some(date)
}

/// Reads the parts of one date.
fn date_parts(text: &str) -> Option<Vec<i32>> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut parts: Vec<i32> = digits
        .split('-')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    parts[0] *= sign;
    Some(parts)
}

/// Reads citations: a line with the cites, then `> ` and what is expected.
fn parse_citations(lines: &[String]) -> Result<(Vec<CitationRequest>, Vec<String>), String> {
    let (mut citations, mut expected) = (Vec::new(), Vec::new());
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        if let Some(text) = line.strip_prefix('>') {
            expected.push(text.trim().to_owned());
        } else {
            citations.push(parse_citation(line)?);
        }
        if expected.len() > citations.len() || citations.len() > expected.len() + 1 {
            return Err("each citation has one line that is expected".to_owned());
        }
    }
    if expected.len() != citations.len() {
        return Err("each citation has one line that is expected".to_owned());
    }
    Ok((citations, expected))
}

/// Reads one citation, such as `note 4: "see " ostrom1990 page=12; benkler2006`.
fn parse_citation(line: &str) -> Result<CitationRequest, String> {
    let (note, line) = match line
        .strip_prefix("note ")
        .and_then(|rest| rest.split_once(':'))
    {
        Some((number, rest)) => (number.trim().parse().map_err(|_| "not a note")?, rest),
        None => (0, line),
    };
    let mut cites = vec![CiteRequest::default()];
    for word in words(line) {
        if word == ";" {
            cites.push(CiteRequest::default());
            continue;
        }
        let cite = cites.last_mut().ok_or("no cite")?;
        if let Some(quoted) = word.strip_prefix('"') {
            let affix = Some(quoted.trim_end_matches('"').to_owned());
            if cite.key.is_empty() {
                cite.prefix = affix;
            } else {
                cite.suffix = affix;
            }
        } else if let Some((label, locator)) = word.split_once('=') {
            cite.label = Some(label.to_owned());
            cite.locator = Some(locator.trim_matches('"').to_owned());
        } else if word == "suppress-author" {
            cite.suppress_author = true;
        } else if cite.key.is_empty() {
            cite.key = word;
        } else {
            return Err(format!("in a citation: {word}"));
        }
    }
    Ok(CitationRequest { note, cites })
}

/// Splits a line at spaces and semicolons outside of quotation marks.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        let word = words
            .last_mut()
            .filter(|_| quoted || !" ;".contains(character));
        if character == '"' {
            quoted = !quoted;
        }
        match word {
            Some(word) => word.push(character),
            None if character == ';' => words.extend([";".to_owned(), String::new()]),
            None => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
