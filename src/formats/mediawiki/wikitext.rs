//! Wikitext as far as templates need it: comments, `nowiki`, links, nested templates and simple markup.

use html5gum::{Token, Tokenizer};

use crate::formats::crossref::csl_element;
use crate::text::single_spaced;

/// A template in a page.
#[derive(Debug)]
pub(super) struct Template {
    /// The name, normalized by [`normal_name`].
    pub(super) name: String,
    /// The parameters: names in lower case, or the number of a parameter without a name; and the wikitext of the
    /// values, in which links and nested templates have become text.
    pub(super) parameters: Vec<(String, String)>,
    /// Its start in the page.
    pub(super) start: usize,
    /// Its end in the page.
    pub(super) end: usize,
    /// Whether it was closed before the page ended.
    pub(super) is_closed: bool,
}

/// The greatest depth of templates and links in each other.
const MAX_DEPTH: usize = 40;

/// Returns a name in lower case with single spaces.
pub(super) fn normal_name(name: &str) -> String {
    let name = name.replace('_', " ").to_lowercase();
    let name = single_spaced(&name);
    let name = name.strip_prefix("template:").unwrap_or(&name);
    name.trim().to_owned()
}

/// Returns the names of the templates that a text seems to have.
pub(super) fn template_names(text: &str) -> impl Iterator<Item = &str> {
    memchr::memmem::find_iter(text.as_bytes(), "{{").filter_map(|at| {
        let after = text.get(at + 2..)?;
        // Names are short.
        let end = after
            .char_indices()
            .nth(60)
            .map_or(after.len(), |(end, _)| end);
        after.get(..end)?.split(['|', '}', '{', '\n', '<']).next()
    })
}

/// Something that is open while the page is read.
enum OpenConstruct {
    Template {
        start: usize,
        name: Option<String>,
        parameters: Vec<(String, String)>,
        /// The name of the present parameter, if it has one.
        parameter: Option<String>,
        /// The number of parameters without a name.
        unnamed: usize,
        text: String,
    },
    Link {
        text: String,
    },
}

/// Returns the templates of a page that `is_wanted` selects by name. Templates in others are found, too.
pub(super) fn templates(page: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<Template> {
    let mut scanner = WikitextScanner {
        page,
        here: 0,
        stack: Vec::new(),
        found: Vec::new(),
        missing: Vec::new(),
    };
    while scanner.here < page.len() {
        scanner.step(&is_wanted);
    }
    while let Some(open) = scanner.stack.pop() {
        if let OpenConstruct::Template {
            start,
            name: Some(name),
            parameters,
            ..
        } = open
            && is_wanted(&name)
        {
            scanner.found.push(Template {
                name: normal_name(&name),
                parameters,
                start,
                end: page.len(),
                is_closed: false,
            });
        }
    }
    scanner.found
}

struct WikitextScanner<'p> {
    page: &'p str,
    here: usize,
    stack: Vec<OpenConstruct>,
    found: Vec<Template>,
    /// Closing tags that the rest of the page does not have.
    missing: Vec<&'static str>,
}

/// Elements whose content is no wikitext, with whether it is text of the page.
const VERBATIM: [(&str, &str, bool); 6] = [
    ("<!--", "-->", false),
    ("<nowiki>", "</nowiki>", true),
    ("<pre", "</pre>", false),
    ("<syntaxhighlight", "</syntaxhighlight>", false),
    ("<source", "</source>", false),
    ("<math", "</math>", true),
];

impl WikitextScanner<'_> {
    fn step(&mut self, is_wanted: &impl Fn(&str) -> bool) {
        let rest = self.page.get(self.here..).unwrap_or_default();
        let special = |byte: &u8| b"<{}[]|=".contains(byte);
        let plain = rest
            .bytes()
            .position(|byte| special(&byte))
            .unwrap_or(rest.len());
        if plain > 0 {
            self.push(rest.get(..plain).unwrap_or_default());
            self.here += plain;
            return;
        }
        for (open, close, is_text) in VERBATIM {
            if begins_with(rest, open) && !self.missing.contains(&close) {
                match find_ignoring_case(rest, close) {
                    Some(end) => {
                        if is_text {
                            let inside = rest.get(open.len()..end).unwrap_or_default();
                            // Characters that mean something to the readers of the value.
                            let inside = inside.replace('|', "&#124;").replace('\'', "&#39;");
                            self.push(&inside);
                        }
                        self.here += end + close.len();
                        return;
                    }
                    // A comment that is never closed goes to the end of the page.
                    None if open == "<!--" => {
                        self.here = self.page.len();
                        return;
                    }
                    None => self.missing.push(close),
                }
            }
        }
        let is_deep = self.stack.len() >= MAX_DEPTH;
        if rest.starts_with("{{") && !is_deep {
            self.stack.push(OpenConstruct::Template {
                start: self.here,
                name: None,
                parameters: Vec::new(),
                parameter: None,
                unnamed: 0,
                text: String::new(),
            });
            self.here += 2;
        } else if rest.starts_with("[[") && !is_deep {
            self.stack.push(OpenConstruct::Link {
                text: String::new(),
            });
            self.here += 2;
        } else if rest.starts_with("]]")
            && matches!(self.stack.last(), Some(OpenConstruct::Link { .. }))
        {
            if let Some(OpenConstruct::Link { text }) = self.stack.pop() {
                self.push(&link_label(&text));
            }
            self.here += 2;
        } else if rest.starts_with("}}") {
            self.here += 2;
            self.close_template(is_wanted);
        } else if rest.starts_with('|')
            && matches!(self.stack.last(), Some(OpenConstruct::Template { .. }))
        {
            self.end_parameter();
            self.here += 1;
        } else if rest.starts_with('=') && self.names_parameter() {
            self.here += 1;
        } else {
            let first = rest.chars().next().map_or(1, char::len_utf8);
            self.push(rest.get(..first).unwrap_or_default());
            self.here += first;
        }
    }

    fn push(&mut self, new: &str) {
        match self.stack.last_mut() {
            Some(OpenConstruct::Template { text, .. } | OpenConstruct::Link { text }) => {
                text.push_str(new);
            }
            None => {}
        }
    }

    /// Takes the text before the first `=` of a parameter as its name. Returns whether it was.
    fn names_parameter(&mut self) -> bool {
        let Some(OpenConstruct::Template {
            name: Some(_),
            parameter: parameter @ None,
            text,
            ..
        }) = self.stack.last_mut()
        else {
            return false;
        };
        *parameter = Some(std::mem::take(text).trim().to_lowercase());
        true
    }

    fn end_parameter(&mut self) {
        if let Some(OpenConstruct::Template {
            name,
            parameters,
            parameter,
            unnamed,
            text,
            ..
        }) = self.stack.last_mut()
        {
            let text = std::mem::take(text);
            match name {
                None => *name = Some(text),
                Some(_) => {
                    let parameter = parameter.take().unwrap_or_else(|| {
                        *unnamed += 1;
                        unnamed.to_string()
                    });
                    parameters.push((parameter, text.trim().to_owned()));
                }
            }
        }
    }

    fn close_template(&mut self, is_wanted: &impl Fn(&str) -> bool) {
        // A link that is not closed ends with the template.
        while let Some(OpenConstruct::Link { .. }) = self.stack.last() {
            if !self
                .stack
                .iter()
                .any(|open| matches!(open, OpenConstruct::Template { .. }))
            {
                return;
            }
            if let Some(OpenConstruct::Link { text }) = self.stack.pop() {
                self.push(&text);
            }
        }
        self.end_parameter();
        let Some(OpenConstruct::Template {
            start,
            name: Some(name),
            parameters,
            ..
        }) = self.stack.pop()
        else {
            return;
        };
        let template = Template {
            name: normal_name(&name),
            parameters,
            start,
            end: self.here,
            is_closed: true,
        };
        if is_wanted(&name) {
            self.found.push(template);
        } else {
            let text = text_of(&template);
            self.push(&text);
        }
    }
}

fn begins_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Returns where `needle`, in lower case, begins in a text. Each kind of closing tag that is missing is looked for once.
fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    let first = needle.as_bytes().first().copied()?;
    memchr::memchr_iter(first, text.as_bytes()).find(|at| {
        text.get(*at..)
            .is_some_and(|rest| begins_with(rest, needle))
    })
}

/// Returns what a link shows.
fn link_label(text: &str) -> String {
    let (target, label) = match text.split_once('|') {
        Some((target, label)) => (target, Some(label)),
        None => (text, None),
    };
    let namespace = target
        .split_once(':')
        .map(|(name, _)| name.trim().to_lowercase());
    let is_silent = matches!(
        namespace.as_deref(),
        Some(
            "file"
                | "image"
                | "category"
                | "datei"
                | "bild"
                | "kategorie"
                | "fichier"
                | "catégorie"
        )
    );
    match label {
        _ if is_silent => String::new(),
        Some(label) if !label.is_empty() => label.to_owned(),
        _ => target.trim_start_matches(':').to_owned(),
    }
}

/// Returns the text that a template stands for inside a value.
fn text_of(template: &Template) -> String {
    let parameter = |name: &str| {
        let found = template.parameters.iter().find(|(own, _)| own == name);
        found.map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let name = template.name.as_str();
    match name {
        "!" => "&#124;".to_owned(),
        "=" => "=".to_owned(),
        "'" | "\u{2019}" => "'".to_owned(),
        "ndash" | "endash" | "\u{2013}" => "\u{2013}".to_owned(),
        "spaced ndash" | "snd" | "spnd" => " \u{2013} ".to_owned(),
        "mdash" => "\u{2014}".to_owned(),
        "nbsp" => " ".to_owned(),
        "circa" | "c." | "ca." => format!("c. {}", parameter("1")),
        "lang" | "transl" | "langue" => {
            let text = parameter("2");
            if text.is_empty() {
                parameter("texte")
            } else {
                text
            }
        }
        "start date" | "date" | "dts" => {
            let parts: Vec<String> = ["1", "2", "3"]
                .map(&parameter)
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect();
            parts.join(" ")
        }
        "e" | "exp" | "exposant" | "sup" => format!("<sup>{}</sup>", parameter("1")),
        // Centuries of the French Wikipedia.
        "s" | "s-" | "siècle" => format!("{}e siècle", parameter("1")),
        "sub" | "ind" => format!("<sub>{}</sub>", parameter("1")),
        "nowrap" | "nobr" | "small" | "sc" | "smallcaps" | "abbr" | "noitalic" | "italic"
        | "doi" | "isbn" | "issn" | "arxiv" | "url" | "proper name" | "interlanguage link"
        | "ill" | "lien" | "not a typo" | "sic" => parameter("1"),
        name if name.starts_with("lang-") => parameter("1"),
        // Notes, and remarks about the link
        "r" | "rp" | "refn" | "efn" | "note" | "cn" | "fact" | "citation needed" | "webarchive"
        | "wayback" | "dead link" | "toter link" | "lien brisé" => String::new(),
        name if name.starts_with("sfn") || name.starts_with("harv") => String::new(),
        // A text in a template that is not known is more likely a part of the value than not.
        _ => parameter("1"),
    }
}

/// Returns the text of a value with CSL's markup, and the address of a link in it.
pub(super) fn rich_text(value: &str) -> (String, Option<String>) {
    let mut address = None;
    let linked = external_links(value, &mut address);
    // Quotes that are written as entities are no markup.
    let linked = with_quotes(&linked, "'''", "b");
    let linked = with_quotes(&linked, "''", "i");
    let mut rich = String::new();
    let mut open: Vec<&'static str> = Vec::new();
    // The content of a footnote within a value is none of it.
    let mut in_ref = 0_usize;
    for Ok(token) in Tokenizer::new(linked.as_str()) {
        match token {
            Token::StartTag(tag) => match tag.name.as_slice() {
                b"ref" if !tag.self_closing => in_ref += 1,
                b"br" => rich.push(' '),
                name => {
                    if let Some(element) = csl_tag(name)
                        && open.len() < 10
                    {
                        open.push(element);
                        rich.push_str(&format!("<{element}>"));
                    }
                }
            },
            Token::EndTag(tag) => match tag.name.as_slice() {
                b"ref" => in_ref = in_ref.saturating_sub(1),
                name => {
                    if let Some(element) = csl_tag(name)
                        && open.last() == Some(&element)
                    {
                        open.pop();
                        rich.push_str(&format!("</{element}>"));
                    }
                }
            },
            Token::String(text) if in_ref == 0 => rich.push_str(&String::from_utf8_lossy(&text)),
            _ => {}
        }
    }
    for element in open.iter().rev() {
        rich.push_str(&format!("</{element}>"));
    }
    (single_spaced(&rich), address)
}

/// Returns CSL's element for an element of HTML.
fn csl_tag(name: &[u8]) -> Option<&'static str> {
    match name {
        b"cite" => Some("i"),
        name => csl_element(name),
    }
}

/// Replaces pairs of quotes by an element. The last one of an odd number stays.
fn with_quotes(text: &str, quotes: &str, element: &str) -> String {
    let pieces: Vec<&str> = text.split(quotes).collect();
    let mut rich = String::with_capacity(text.len());
    let pairs = (pieces.len() - 1) / 2;
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            match index {
                odd if odd % 2 == 1 && odd < pairs * 2 => rich.push_str(&format!("<{element}>")),
                even if even % 2 == 0 => rich.push_str(&format!("</{element}>")),
                _ => rich.push_str(quotes),
            }
        }
        rich.push_str(piece);
    }
    rich
}

/// Replaces `[https://a.example label]` by its label.
fn external_links(value: &str, address: &mut Option<String>) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('[') {
        let (before, link) = rest.split_at(at);
        text.push_str(before);
        let inside = link.get(1..).unwrap_or_default();
        let is_address = ["http://", "https://", "//"]
            .iter()
            .any(|scheme| inside.starts_with(scheme));
        if is_address && let Some((inside, after)) = inside.split_once(']') {
            let (target, label) = inside
                .split_once(char::is_whitespace)
                .unwrap_or((inside, ""));
            address.get_or_insert_with(|| target.to_owned());
            text.push_str(label);
            rest = after;
        } else if is_address {
            // No bracket closes a link any more.
            text.push_str(link);
            return text;
        } else {
            text.push('[');
            rest = inside;
        }
    }
    text.push_str(rest);
    text
}
