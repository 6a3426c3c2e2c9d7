//! TeX to rich text.
//!
//! A value of a `.bib` file is TeX. Here it becomes a flat list of [`RichText`] pieces: characters, with the
//! formatting that CSL-JSON can express, and with the knowledge of what braces protect from a change of
//! case. One pass, no recursion.

use unicode_normalization::char::compose;

use super::tex_alphabets;
use super::tex_symbols::{accent, bare_accent, symbol};

/// A piece of rich text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RichText {
    Text(String, Protection),
    Open(Markup),
    Close(Markup),
}

/// Whether a change of case touches a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    /// At brace level 0, or in a "special character" of BibTeX such as `{\'E}`.
    None,
    /// In the argument of a command, or in mathematics.
    Kept,
    /// In braces that are there to protect it.
    Braced,
}

/// The formatting that CSL-JSON has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Markup {
    Italic,
    Bold,
    SmallCaps,
    Subscript,
    Superscript,
}

impl Markup {
    pub(crate) fn opening(self) -> &'static str {
        match self {
            Markup::Italic => "<i>",
            Markup::Bold => "<b>",
            Markup::SmallCaps => "<span style=\"font-variant:small-caps;\">",
            Markup::Subscript => "<sub>",
            Markup::Superscript => "<sup>",
        }
    }

    pub(crate) fn closing(self) -> &'static str {
        match self {
            Markup::Italic => "</i>",
            Markup::Bold => "</b>",
            Markup::SmallCaps => "</span>",
            Markup::Subscript => "</sub>",
            Markup::Superscript => "</sup>",
        }
    }
}

/// The effect of a command on its argument.
enum Action {
    Format(Markup),
    /// A declaration, which holds to the end of its group.
    Declare(Markup),
    Quote,
    Around(&'static str, &'static str),
    /// The argument is Greek, which may be in the encoding LGR.
    Greek,
    /// The argument is not TeX (`\url`).
    Verbatim,
    /// The first argument is left out (`\href`, `\textcolor`).
    SkipFirst,
    /// The argument is left out: it is there for sorting only.
    Drop,
    Mathematics,
    Keep,
}

fn action(command: &str) -> Action {
    match command {
        "emph" | "textit" | "textsl" | "mkbibemph" | "mkbibitalic" => {
            Action::Format(Markup::Italic)
        }
        "textbf" | "mkbibbold" => Action::Format(Markup::Bold),
        "textsc" | "mkbibacro" | "textsmallcaps" => Action::Format(Markup::SmallCaps),
        "textsubscript" | "mkbibsubscript" => Action::Format(Markup::Subscript),
        "textsuperscript" | "mkbibsuperscript" => Action::Format(Markup::Superscript),
        "em" | "it" | "itshape" | "sl" | "slshape" => Action::Declare(Markup::Italic),
        "bf" | "bfseries" => Action::Declare(Markup::Bold),
        "sc" | "scshape" => Action::Declare(Markup::SmallCaps),
        // `\enquote*` asks for inner quotation marks because BibLaTeX sets the title in outer ones; a CSL
        // processor turns outer marks into inner ones by itself where it does so.
        "enquote" | "enquote*" | "mkbibquote" => Action::Quote,
        "mkbibparens" => Action::Around("(", ")"),
        "mkbibbrackets" => Action::Around("[", "]"),
        "textgreek" => Action::Greek,
        "url" | "nolinkurl" | "path" => Action::Verbatim,
        "href" | "textcolor" | "foreignlanguage" | "color" => Action::SkipFirst,
        "noopsort" | "sortnoop" | "SortNoop" | "SortNoOp" | "noop" | "sortas" | "arabic"
        | "value" => Action::Drop,
        "ensuremath" => Action::Mathematics,
        _ => Action::Keep,
    }
}

/// A group that is open.
struct OpenGroup {
    /// The protection of the text around it, to go back to.
    outer: Protection,
    /// Formatting to be closed at its end, innermost last.
    markup: Vec<Markup>,
    /// Text to be set at its end.
    suffix: &'static str,
    quote: bool,
    drop: bool,
}

/// Turns TeX into rich text. White space is collapsed and trimmed.
pub(crate) fn rich(tex: &str) -> Vec<RichText> {
    let mut converter = TexReader {
        rest: tex,
        out: Vec::new(),
        groups: Vec::new(),
        base_markup: Vec::new(),
        protection: Protection::None,
        accent: None,
        quotes: 0,
        dropping: 0,
        space: true,
    };
    converter.run();
    converter.finish()
}

/// Returns whether a text means itself in TeX, so that nothing needs to be converted.
pub(crate) fn is_plain(tex: &str) -> bool {
    !tex.bytes().any(|byte| {
        matches!(
            byte,
            b'\\' | b'{' | b'}' | b'$' | b'~' | b'`' | b'\'' | b'\n' | b'\r' | b'\t'
        )
    }) && !tex.contains("--")
        && !tex.contains("  ")
        && !tex.starts_with(' ')
        && !tex.ends_with(' ')
}

/// TeX as the HTML-like text of CSL-JSON, without regard to protection.
pub(crate) fn html(tex: &str) -> String {
    if is_plain(tex) {
        return tex.to_owned();
    }
    to_html(&rich(tex), false)
}

/// TeX as plain characters.
pub(crate) fn plain(tex: &str) -> String {
    if is_plain(tex) {
        return tex.to_owned();
    }
    let pieces = rich(tex);
    pieces
        .iter()
        .filter_map(|piece| match piece {
            RichText::Text(text, _) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

/// Returns the HTML-like text of CSL-JSON; with `nocase`, lower-case words protected by braces get
/// `nocase` spans, so that title-casing styles keep them.
pub(crate) fn to_html(pieces: &[RichText], nocase: bool) -> String {
    let mut html = String::new();
    for piece in pieces {
        match piece {
            RichText::Text(text, Protection::Braced) if nocase && has_lower_case_word(text) => {
                html.push_str("<span class=\"nocase\">");
                html.push_str(text);
                html.push_str("</span>");
            }
            RichText::Text(text, _) => html.push_str(text),
            RichText::Open(markup) => html.push_str(markup.opening()),
            RichText::Close(markup) => html.push_str(markup.closing()),
        }
    }
    html
}

/// Styles with title case raise words all in lower case only; "iPod" is safe.
fn has_lower_case_word(text: &str) -> bool {
    text.split(|character: char| !character.is_alphanumeric() && character != '’')
        .any(|word| word.starts_with(char::is_lowercase) && !word.contains(char::is_uppercase))
}

struct TexReader<'a> {
    rest: &'a str,
    out: Vec<RichText>,
    groups: Vec<OpenGroup>,
    /// Declarations outside any group.
    base_markup: Vec<Markup>,
    protection: Protection,
    accent: Option<char>,
    quotes: usize,
    dropping: usize,
    /// Whether the last character was white space (or there was none yet).
    space: bool,
}

impl<'a> TexReader<'a> {
    fn run(&mut self) {
        while !self.rest.is_empty() {
            self.plain_text();
            let Some(character) = self.rest.chars().next() else {
                return;
            };
            match character {
                '\\' => self.command(),
                '{' => self.open_group(),
                '}' => self.close_group(),
                '$' => self.mathematics(),
                '`' if self.take("``") => self.text("“"),
                '\'' if self.take("''") => self.text("”"),
                '-' if self.take("---") => self.text("—"),
                '-' if self.take("--") => self.text("–"),
                '?' if self.take("?`") => self.text("¿"),
                '!' if self.take("!`") => self.text("¡"),
                _ => {
                    self.advance(character.len_utf8());
                    self.character(match character {
                        '`' => '‘',
                        '\'' => '’',
                        '~' => '\u{A0}',
                        other => other,
                    });
                }
            }
        }
    }

    /// Takes the characters up to the next that may mean something, all at once.
    fn plain_text(&mut self) {
        if self.accent.is_some() || self.dropping > 0 {
            return;
        }
        let mut space = self.space;
        let mut length = 0;
        for byte in self.rest.bytes() {
            match byte {
                b'\\' | b'{' | b'}' | b'$' | b'`' | b'\'' | b'-' | b'?' | b'!' | b'~' | b'\n'
                | b'\t' | b'\r' => break,
                b' ' if space => break,
                _ => space = byte == b' ',
            }
            length += 1;
        }
        // All bytes that end the run are ASCII, so it ends between two characters.
        let Some((run, rest)) = self.rest.split_at_checked(length).filter(|_| length > 0) else {
            return;
        };
        self.rest = rest;
        self.space = space;
        match self.out.last_mut() {
            Some(RichText::Text(text, protection)) if *protection == self.protection => {
                text.push_str(run);
            }
            _ => self
                .out
                .push(RichText::Text(run.to_owned(), self.protection)),
        }
    }

    fn finish(mut self) -> Vec<RichText> {
        while !self.groups.is_empty() {
            self.end_group();
        }
        for markup in std::mem::take(&mut self.base_markup).into_iter().rev() {
            self.out.push(RichText::Close(markup));
        }
        let last = self.out.iter_mut().rev().find_map(|piece| match piece {
            RichText::Text(text, _) => Some(text),
            _ => None,
        });
        if let Some(text) = last {
            let end = text.trim_end_matches([' ', '\n', '\t', '\r']).len();
            text.truncate(end);
        }
        self.out
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn take(&mut self, prefix: &str) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn text(&mut self, text: &str) {
        for character in text.chars() {
            self.character(character);
        }
    }

    fn character(&mut self, character: char) {
        if self.dropping > 0 {
            return;
        }
        let is_space = matches!(character, ' ' | '\n' | '\t' | '\r');
        if let Some(combining) = self.accent {
            if is_space {
                return;
            }
            self.accent = None;
            let base = match character {
                'ı' => 'i',
                'ȷ' => 'j',
                other => other,
            };
            match compose(base, combining) {
                Some(composed) => self.push(composed),
                None => {
                    self.push(base);
                    self.push(combining);
                }
            }
            return;
        }
        if is_space {
            if !self.space {
                self.push(' ');
                self.space = true;
            }
            return;
        }
        self.push(character);
    }

    fn push(&mut self, character: char) {
        self.space = false;
        if let Some(RichText::Text(text, protection)) = self.out.last_mut()
            && *protection == self.protection
        {
            text.push(character);
            return;
        }
        let text = character.to_string();
        self.out.push(RichText::Text(text, self.protection));
    }

    fn open_group(&mut self) {
        self.advance(1);
        if self.accent.is_some() {
            self.enter(self.protection, Vec::new(), "");
            return;
        }
        let special = self.groups.is_empty() && self.rest.starts_with('\\');
        let protection = if special {
            self.protection
        } else {
            Protection::Braced
        };
        self.enter(protection, Vec::new(), "");
    }

    fn enter(&mut self, protection: Protection, markup: Vec<Markup>, suffix: &'static str) {
        for markup in &markup {
            self.open_markup(*markup);
        }
        self.groups.push(OpenGroup {
            outer: self.protection,
            markup,
            suffix,
            quote: false,
            drop: false,
        });
        self.protection = protection;
    }

    fn open_markup(&mut self, markup: Markup) {
        if self.dropping == 0 {
            self.out.push(RichText::Open(markup));
        }
    }

    fn close_group(&mut self) {
        self.advance(1);
        if let Some(combining) = self.accent.take()
            && let Some(bare) = bare_accent(combining)
        {
            self.character(bare);
        }
        self.end_group();
    }

    fn end_group(&mut self) {
        let Some(group) = self.groups.pop() else {
            return;
        };
        if group.drop {
            self.dropping -= 1;
        }
        if self.dropping == 0 {
            if !group.suffix.is_empty() {
                self.text(group.suffix);
            }
            for markup in group.markup.into_iter().rev() {
                self.out.push(RichText::Close(markup));
            }
        }
        if group.quote {
            self.quotes -= 1;
        }
        self.protection = group.outer;
    }

    fn command(&mut self) {
        self.advance(1);
        let letters = self
            .rest
            .bytes()
            .take_while(u8::is_ascii_alphabetic)
            .count();
        if letters == 0 {
            let Some(character) = self.rest.chars().next() else {
                return;
            };
            let (name, rest) = self.rest.split_at(character.len_utf8());
            self.rest = rest;
            if matches!(name, "(" | ")") {
                self.text("$");
            } else if let Some(combining) = accent(name) {
                self.accent = Some(combining);
                if self.rest.is_empty() {
                    self.accent = None;
                    self.character(character);
                }
            } else if let Some(text) = symbol(name) {
                self.text(text);
            } else {
                self.character(character);
            }
            return;
        }
        let (name, rest) = self.rest.split_at(letters);
        self.rest = rest;
        let name = if self.rest.starts_with('*') && name == "enquote" {
            self.advance(1);
            "enquote*"
        } else {
            if self.rest.starts_with("*{") {
                self.advance(1);
            }
            name
        };
        let before_space = self.rest;
        self.rest = self.rest.trim_start_matches([' ', '\n', '\t', '\r']);
        if let Some(combining) = accent(name) {
            self.accent = Some(combining);
            return;
        }
        if let Some(text) = symbol(name) {
            self.text(text);
            self.take("{}");
            return;
        }
        if let Some(letter) = tex_alphabets::letter(name) {
            self.character(letter);
            self.take("{}");
            return;
        }
        if tex_alphabets::is_cyrillic(name) {
            // An unknown letter stays as it is written.
            self.character('\\');
            self.text(name);
            return;
        }
        match action(name) {
            Action::Format(markup) => self.argument(vec![markup], "", ""),
            Action::Declare(markup) => {
                let declared = match self.groups.last_mut() {
                    Some(group) => &mut group.markup,
                    None => &mut self.base_markup,
                };
                // A declaration that already holds in the group changes nothing.
                if self.dropping == 0 && !declared.contains(&markup) {
                    declared.push(markup);
                    self.open_markup(markup);
                }
            }
            Action::Quote => {
                let (open, close) = if self.quotes.is_multiple_of(2) {
                    ("“", "”")
                } else {
                    ("‘", "’")
                };
                self.quoted(open, close);
            }
            Action::Around(open, close) => self.argument(Vec::new(), open, close),
            Action::Greek => {
                let argument = self.rest.strip_prefix('{').and_then(|rest| {
                    let (argument, rest) = rest.split_once('}')?;
                    Some((tex_alphabets::from_lgr(argument)?, rest))
                });
                match argument {
                    Some((greek, rest)) => {
                        self.rest = rest;
                        self.text(&greek);
                    }
                    None => self.argument(Vec::new(), "", ""),
                }
            }
            Action::Verbatim => {
                let argument = self.raw_argument();
                for character in argument.chars() {
                    self.character(character);
                }
            }
            Action::SkipFirst => {
                self.raw_argument();
                self.rest = self.rest.trim_start_matches([' ', '\n', '\t', '\r']);
            }
            Action::Drop => {
                self.raw_argument();
            }
            Action::Mathematics => {
                let argument = self.raw_argument();
                self.character('$');
                self.text(argument);
                self.character('$');
            }
            Action::Keep => {
                // An optional argument goes with the command; a mandatory one is read as a group.
                if self.rest.starts_with('[') {
                    let end = self.rest.bytes().take(100).position(|byte| byte == b']');
                    if let Some(end) = end {
                        self.advance(end + 1);
                    }
                }
                if !self.rest.starts_with('{') {
                    self.rest = before_space;
                } else if !self.rest.starts_with("{}") {
                    self.argument(Vec::new(), "", "");
                } else {
                    self.advance(2);
                }
            }
        }
    }

    /// Enters the argument that follows, a group or a single character.
    fn argument(&mut self, markup: Vec<Markup>, prefix: &str, suffix: &'static str) {
        let protection = match self.protection {
            Protection::None => Protection::Kept,
            other => other,
        };
        let group = self.take("{");
        self.text(prefix);
        self.enter(protection, markup, suffix);
        if !group {
            if let Some(character) = self.rest.chars().next()
                && !matches!(character, '\\' | '}')
            {
                self.advance(character.len_utf8());
                self.character(character);
            }
            self.end_group();
        }
    }

    fn quoted(&mut self, open: &str, close: &'static str) {
        if !self.rest.starts_with('{') {
            return;
        }
        self.argument(Vec::new(), open, close);
        self.quotes += 1;
        if let Some(group) = self.groups.last_mut() {
            group.quote = true;
        }
    }

    /// Returns the text of the following argument without its braces, not read as TeX.
    fn raw_argument(&mut self) -> &'a str {
        let rest = self.rest;
        if !rest.starts_with('{') {
            return "";
        }
        let mut depth = 0_usize;
        for (index, byte) in rest.bytes().enumerate() {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.advance(index + 1);
                return rest.get(1..index).unwrap_or_default();
            }
        }
        self.rest = "";
        rest.get(1..).unwrap_or_default()
    }

    /// `$…$` is kept unchanged; a lone `$` is a dollar sign.
    fn mathematics(&mut self) {
        self.advance(1);
        let mut escaped = false;
        let end = self.rest.bytes().position(|byte| {
            let ends = byte == b'$' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        self.character('$');
        let Some(end) = end else {
            return;
        };
        let outer = std::mem::replace(&mut self.protection, Protection::Kept);
        let (formula, _) = self.rest.split_at(end);
        self.advance(end + 1);
        self.text(formula);
        self.character('$');
        self.protection = outer;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_symbols() {
        for (tex, text) in [
            (
                r#"G{\"o}del, Erd{\H o}s, \v{S}a\v s, \'{\i}, \'\i, {\o}re, \ss"#,
                "Gödel, Erdős, Šaš, í, í, øre, ß",
            ),
            (r"a \& b, 50\%, \$5, \_, \{x\}", "a & b, 50%, $5, _, {x}"),
            (
                r#"\LaTeX{} and \TeX\ and \aa ngstr\"om"#,
                "LaTeX and TeX and ångström",
            ),
            (r"{\~n} \~{} \c{c}a \d{h} \.{I}", "ñ ~ ça ḥ İ"),
            (
                "``a'' `b' c'est 1--2 a---b ?`que",
                "“a” ‘b’ c’est 1–2 a—b ¿que",
            ),
            ("a~b\n  c", "a\u{A0}b c"),
            (r"\noopsort{1973b}1973", "1973"),
            (r"\unknown{kept} \other[x]{too} \alone", "kept too "),
        ] {
            assert_eq!(html(tex).trim(), text.trim(), "{tex}");
        }
    }

    #[test]
    fn formatting() {
        for (tex, text) in [
            (
                r"\emph{a \textbf{b}} {\it c} \textsc{d}",
                r#"<i>a <b>b</b></i> <i>c</i> <span style="font-variant:small-caps;">d</span>"#,
            ),
            (
                r"H\textsubscript{2}O, 2\textsuperscript{nd}",
                "H<sub>2</sub>O, 2<sup>nd</sup>",
            ),
            (r"\enquote{a \enquote{b} c} \enquote*{d}", "“a ‘b’ c” “d”"),
            (
                r"\href{http://a_b}{text} \url{http://a_b/~c%20}",
                "text http://a_b/~c%20",
            ),
            (r"$x_1 < \alpha$ costs \$5", r"$x_1 < \alpha$ costs $5"),
        ] {
            assert_eq!(html(tex), text, "{tex}");
        }
    }

    #[test]
    fn braces_protect_and_special_characters_do_not() {
        let nocase = |tex| to_html(&rich(tex), true);
        assert_eq!(
            nocase("The {GPL} in {nm}"),
            "The GPL in <span class=\"nocase\">nm</span>"
        );
        assert_eq!(
            rich(r"{\'E}tat"),
            [RichText::Text("État".to_owned(), Protection::None)]
        );
    }

    #[test]
    fn a_repeated_declaration_changes_nothing() {
        assert_eq!(html("{\\it\\it\\bf\\it a}"), "<i><b>a</b></i>");
        assert_eq!(html(&"\\em ".repeat(30_000)), "<i></i>");
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = "{".repeat(1_000_000);
        assert_eq!(html(&deep), "");
        assert_eq!(html(&"\\emph{".repeat(10_000)).len(), 7 * 10_000);
        html(&"\\enquote{".repeat(100_000));
        html(&"$".repeat(100_001));
    }
}
