//! TeX to rich text.
//!
//! A value of a `.bib` file is TeX. Here it becomes a flat list of [`TexPiece`]s: characters, with the
//! formatting that CSL-JSON can express, and with the knowledge of what braces protect from a change of
//! case. One pass, no recursion.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{compose, is_combining_mark};

use super::tex_symbols::{accent, bare_accent, entity, symbol};
use super::{journal_macros, tex_alphabets};
use crate::csl::formula;
use crate::text::single_spaced;

/// A piece of a value: text, or the start or end of formatting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TexPiece {
    Text(String, Protection),
    Open(Markup),
    Close(Markup),
}

/// The protection of a text from a change of case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    /// At brace level 0, or in a "special character" of BibTeX such as `{\'E}`.
    None,
    /// In the argument of a command, or in mathematics.
    Kept,
    /// In braces that are there to protect it.
    Braced,
    /// A whole formula.
    Formula,
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
enum CommandEffect {
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
    /// The argument is left out: it is there for sorting only, or for layout.
    Drop,
    Mathematics,
    /// The argument is read as if the command were not there; it changes the look only.
    Transparent,
    /// A declaration that changes the look only.
    Nothing,
    /// Not known.
    Unknown,
}

fn action(command: &str) -> CommandEffect {
    match command {
        "emph" | "textit" | "textsl" | "mkbibemph" | "mkbibitalic" => {
            CommandEffect::Format(Markup::Italic)
        }
        "textbf" | "mkbibbold" => CommandEffect::Format(Markup::Bold),
        "textsc" | "mkbibacro" | "textsmallcaps" => CommandEffect::Format(Markup::SmallCaps),
        "textsubscript" | "mkbibsubscript" => CommandEffect::Format(Markup::Subscript),
        "textsuperscript" | "mkbibsuperscript" => CommandEffect::Format(Markup::Superscript),
        "em" | "it" | "itshape" | "sl" | "slshape" => CommandEffect::Declare(Markup::Italic),
        "bf" | "bfseries" => CommandEffect::Declare(Markup::Bold),
        "sc" | "scshape" => CommandEffect::Declare(Markup::SmallCaps),
        // `\enquote*` asks for inner quotation marks because BibLaTeX sets the title in outer ones; a CSL
        // processor turns outer marks into inner ones by itself where it does so.
        "enquote" | "enquote*" | "mkbibquote" => CommandEffect::Quote,
        "mkbibparens" => CommandEffect::Around("(", ")"),
        "mkbibbrackets" => CommandEffect::Around("[", "]"),
        "textgreek" => CommandEffect::Greek,
        "url" | "nolinkurl" | "path" => CommandEffect::Verbatim,
        "href" | "textcolor" | "foreignlanguage" | "color" | "bibinfo" | "texorpdfstring"
        | "raisebox" | "otherlanguage" | "selectlanguage" | "fontsize" | "scalebox" => {
            CommandEffect::SkipFirst
        }
        "noopsort" | "sortnoop" | "SortNoop" | "SortNoOp" | "Noopsort" | "NoOpSort" | "noop"
        | "sortas" | "SortAs" | "sortkey" | "printfirst" | "switchargs" | "arabic" | "value"
        | "hspace" | "vspace" | "label" | "phantom" | "hphantom" | "vphantom" => {
            CommandEffect::Drop
        }
        "ensuremath" => CommandEffect::Mathematics,
        "textrm"
        | "textsf"
        | "texttt"
        | "textup"
        | "textmd"
        | "textnormal"
        | "textlf"
        | "text"
        | "mbox"
        | "hbox"
        | "fbox"
        | "vbox"
        | "makebox"
        | "framebox"
        | "underline"
        | "uline"
        | "ul"
        | "textulc"
        | "MakeUppercase"
        | "MakeLowercase"
        | "uppercase"
        | "lowercase"
        | "MakeTextUppercase"
        | "MakeTextLowercase"
        | "MakeSentenceCase"
        | "MakeCapital"
        | "mkbibfootnote"
        | "mkbibendnote"
        | "mkbibdateshort"
        | "mkbibdatelong"
        | "mkbibordinal"
        | "mkbibmonth"
        | "mkbibnamefamily"
        | "mkbibnamegiven"
        | "mkbibnameprefix"
        | "mkbibnamesuffix"
        | "bibstring"
        | "bibsstring"
        | "biblstring"
        | "bibcpstring"
        | "autocap"
        | "capitalisewords"
        | "bibnamefont"
        | "bibfnamefont"
        | "textlatin"
        | "textcyrillic"
        | "latintext"
        | "LR"
        | "RL"
        | "lr"
        | "rl"
        | "mathrm"
        | "mathit"
        | "mathbf"
        | "mathsf"
        | "mathtt"
        | "mathcal"
        | "mathbb"
        | "operatorname"
        | "boldmath"
        | "nohyphens"
        | "hyphenchar"
        | "smash"
        | "mathord"
        | "fnsymbol"
        | "lowercaseabbreviation"
        | "acro"
        | "abbr"
        | "nocase"
        | "bbletal" => CommandEffect::Transparent,
        "rm" | "rmfamily" | "sf" | "sffamily" | "tt" | "ttfamily" | "upshape" | "mdseries"
        | "normalfont" | "md" | "up" | "tiny" | "scriptsize" | "footnotesize" | "small"
        | "normalsize" | "large" | "Large" | "LARGE" | "huge" | "Huge" | "noindent" | "sloppy"
        | "raggedright" | "raggedleft" | "centering" | "bgroup" | "egroup" | "begingroup"
        | "endgroup" | "xspace" | "leavevmode" | "nocorr" | "nolinebreak" | "nopagebreak"
        | "pagebreak" | "clearpage" | "newpage" | "noexpand" | "expandafter" | "unexpanded"
        | "string" | "detokenize" | "frenchspacing" | "nonfrenchspacing" | "mathsurround" => {
            CommandEffect::Nothing
        }
        _ => CommandEffect::Unknown,
    }
}

/// The elements of HTML that programs leave in BibTeX fields, and their formatting.
const HTML_ELEMENTS: [(&str, Option<Markup>); 14] = [
    ("em", Some(Markup::Italic)),
    ("i", Some(Markup::Italic)),
    ("strong", Some(Markup::Bold)),
    ("b", Some(Markup::Bold)),
    ("sub", Some(Markup::Subscript)),
    ("sup", Some(Markup::Superscript)),
    ("scp", Some(Markup::SmallCaps)),
    ("a", None),
    ("span", None),
    ("font", None),
    ("u", None),
    ("p", None),
    ("div", None),
    ("br", None),
];

/// The longest tag of HTML that is looked for.
const LONGEST_TAG: usize = 1000;

/// Returns the character of an escape of JSON or Java, as in `Caf\u00e9`: a breve is not set on a digit.
fn escaped_character(behind: &str) -> Option<char> {
    let digits = behind.get(..4)?;
    let is_escape = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = u32::from_str_radix(digits, 16).ok()?;
    char::from_u32(code).filter(|character| is_escape && !character.is_control())
}

/// The environments that are formulas, as `\begin` and `\end` name them.
const FORMULA_ENVIRONMENTS: [&str; 4] = ["{math}", "{displaymath}", "{equation}", "{equation*}"];

/// Returns the character that a number stands for in TeX, after `\char` or in `\symbol`: `126`, `'176`, `"7E` or
/// `` `~ ``; and the text after it.
fn numbered_character(text: &str) -> Option<(char, &str)> {
    let (digits, radix) = match text.strip_prefix(['"', '\'']) {
        Some(digits) if text.starts_with('"') => (digits, 16),
        Some(digits) => (digits, 8),
        None => (text, 10),
    };
    if let Some(literal) = text.strip_prefix('`') {
        let literal = literal.strip_prefix('\\').unwrap_or(literal);
        let character = literal.chars().next()?;
        return Some((character, literal.get(character.len_utf8()..)?));
    }
    let behind = digits.trim_start_matches(|c: char| c.is_digit(radix) && !c.is_ascii_lowercase());
    let number = digits.get(..digits.len() - behind.len())?;
    let code = u32::from_str_radix(number, radix).ok()?;
    // Between ASCII and Latin letters, each font has other characters.
    let is_known = !(0x7f..0xc0).contains(&code) && code >= 0x20;
    Some((char::from_u32(code).filter(|_| is_known)?, behind))
}

/// Returns whether two backslashes begin the path of a computer on the network, `\\server\share`, and are no line break.
fn is_network_path(before: Option<char>, behind: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let path = behind.trim_start_matches(is_part);
    let command = path.strip_prefix('\\').unwrap_or_default();
    let name = command.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let name = command
        .get(..command.len() - name.len())
        .unwrap_or_default();
    !before.is_some_and(char::is_alphanumeric)
        && path.len() < behind.len()
        && command.starts_with(is_part)
        && (name.is_empty()
            || (accent(name).is_none()
                && symbol(name).is_none()
                && matches!(action(name), CommandEffect::Unknown)))
}

/// An element of HTML that is open.
#[derive(Clone, Copy)]
struct HtmlElement {
    name: &'static str,
    markup: Option<Markup>,
    /// The protection of the text around it.
    outer: Protection,
}

/// Returns the tag of HTML at the beginning of a text: whether it closes an element, its name, its attributes, and its
/// length.
fn tag_at_start(text: &str) -> Option<(bool, &'static str, &str, usize)> {
    let inside = text.strip_prefix('<')?;
    let end = inside
        .bytes()
        .take(LONGEST_TAG)
        .position(|byte| byte == b'>')?;
    let tag = inside.get(..end)?;
    let (is_closing, tag) = match tag.strip_prefix('/') {
        Some(tag) => (true, tag),
        None => (false, tag),
    };
    let name_end = tag.find(|c: char| !c.is_ascii_alphanumeric());
    let (name, attributes) = tag.split_at(name_end.unwrap_or(tag.len()));
    let (known, _) = HTML_ELEMENTS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    let is_tag = attributes.is_empty() || attributes.starts_with([' ', '\n', '/']);
    // "a <b and c> d" is a comparison.
    let has_value = attributes.trim_end_matches('/').trim().is_empty() || attributes.contains('=');
    (is_tag && has_value).then_some((is_closing, *known, attributes, end + 2))
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
pub(crate) fn rich(tex: &str) -> Vec<TexPiece> {
    let mut reader = TexReader::new(tex);
    reader.run();
    reader.finish()
}

/// Returns the names of the commands in TeX that nothing is known about. They stay as they are written.
pub(crate) fn unknown_commands(tex: &str) -> Vec<&str> {
    let mut reader = TexReader::new(tex);
    reader.run();
    let mut unknown = std::mem::take(&mut reader.unknown);
    unknown.sort_unstable();
    unknown.dedup();
    unknown
}

/// Returns whether a text means itself in TeX, so that nothing needs to be converted.
pub(crate) fn is_plain(tex: &str) -> bool {
    // One look at each byte: most values are short, and all of them are asked.
    let mut before = b' ';
    for byte in tex.bytes() {
        let has_meaning = matches!(
            byte,
            b'\\'
                | b'{'
                | b'}'
                | b'$'
                | b'~'
                | b'`'
                | b'\''
                | b'&'
                | b'<'
                | b'\n'
                | b'\r'
                | b'\t'
                | 0xCC
                | 0xCD
        );
        let is_ligature = before == byte && matches!(byte, b'-' | b' ');
        if has_meaning || is_ligature {
            return false;
        }
        before = byte;
    }
    tex.is_empty() || before != b' '
}

/// Converts TeX to the HTML-like text of CSL-JSON, without regard to protection.
pub(crate) fn html(tex: &str) -> String {
    if is_plain(tex) {
        return tex.to_owned();
    }
    to_html(&rich(tex), false)
}

/// Converts TeX of several paragraphs to the HTML-like text of CSL-JSON, with a line end between paragraphs.
pub(crate) fn html_paragraphs(tex: &str) -> String {
    if is_plain(tex) {
        return tex.to_owned();
    }
    let mut reader = TexReader::new(tex);
    reader.keeps_paragraphs = true;
    reader.run();
    to_html(&reader.finish(), false)
}

/// Converts TeX to plain characters.
pub(crate) fn plain(tex: &str) -> String {
    if is_plain(tex) {
        return tex.to_owned();
    }
    let pieces = rich(tex);
    pieces
        .iter()
        .filter_map(|piece| match piece {
            TexPiece::Text(text, _) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

/// Returns the HTML-like text of CSL-JSON; with `nocase`, lower-case words protected by braces get
/// `nocase` spans, so that title-casing styles keep them.
pub(crate) fn to_html(pieces: &[TexPiece], nocase: bool) -> String {
    let mut html = String::new();
    let mut rest = pieces;
    while let Some((piece, behind)) = rest.split_first() {
        rest = behind;
        match piece {
            TexPiece::Text(_, Protection::Braced) if nocase => {
                // A formula between protected words does not cut them in two.
                let is_kept = |piece: &&TexPiece| {
                    matches!(
                        piece,
                        TexPiece::Text(_, Protection::Braced | Protection::Formula)
                    )
                };
                let length = 1 + rest.iter().take_while(is_kept).count();
                let run = pieces
                    .len()
                    .checked_sub(rest.len() + 1)
                    .and_then(|start| pieces.get(start..start + length))
                    .unwrap_or_default();
                rest = rest.get(length - 1..).unwrap_or_default();
                let protects = run.iter().any(|piece| {
                    matches!(piece, TexPiece::Text(text, Protection::Braced) if has_lower_case_word(text))
                });
                if protects {
                    html.push_str("<span class=\"nocase\">");
                }
                for piece in run {
                    if let TexPiece::Text(text, _) = piece {
                        html.push_str(text);
                    }
                }
                if protects {
                    html.push_str("</span>");
                }
            }
            TexPiece::Text(text, _) => html.push_str(text),
            TexPiece::Open(markup) => html.push_str(markup.opening()),
            TexPiece::Close(markup) => html.push_str(markup.closing()),
        }
    }
    html
}

/// Styles with title case raise words all in lower case only; "iPod" and "E.coli" are safe.
fn has_lower_case_word(text: &str) -> bool {
    text.split(|character: char| !character.is_alphanumeric() && !matches!(character, '’' | '.'))
        .any(|word| word.starts_with(char::is_lowercase) && !word.contains(char::is_uppercase))
}

struct TexReader<'a> {
    rest: &'a str,
    out: Vec<TexPiece>,
    groups: Vec<OpenGroup>,
    /// Declarations outside any group.
    base_markup: Vec<Markup>,
    protection: Protection,
    /// The combining characters of accent commands that wait for their letter, the outermost first.
    accents: Vec<char>,
    quotes: usize,
    dropping: usize,
    /// Whether the last character was white space (or there was none yet).
    space: bool,
    /// Whether paragraphs end in a line end instead of a space.
    keeps_paragraphs: bool,
    /// The HTML elements that are open.
    html: Vec<HtmlElement>,
    /// The names of the elements whose closing tags are known to occur no more.
    missing_tags: Vec<&'static str>,
    /// The unknown commands that were met.
    unknown: Vec<&'a str>,
}

impl<'a> TexReader<'a> {
    fn new(tex: &'a str) -> Self {
        Self {
            rest: tex,
            out: Vec::new(),
            groups: Vec::new(),
            base_markup: Vec::new(),
            protection: Protection::None,
            accents: Vec::new(),
            quotes: 0,
            dropping: 0,
            space: true,
            keeps_paragraphs: false,
            html: Vec::new(),
            missing_tags: Vec::new(),
            unknown: Vec::new(),
        }
    }

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
                '&' => self.entity(),
                '<' => self.html_tag(),
                '\n' | '\r' if self.keeps_paragraphs => self.line_end(),
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
        if !self.accents.is_empty() || self.dropping > 0 {
            return;
        }
        let mut space = self.space;
        let mut length = 0;
        for byte in self.rest.bytes() {
            match byte {
                b'\\' | b'{' | b'}' | b'$' | b'`' | b'\'' | b'-' | b'?' | b'!' | b'~' | b'&'
                | b'<' | b'\n' | b'\t' | b'\r' => break,
                // The first bytes of combining characters.
                0xCC | 0xCD => break,
                b' ' if space => break,
                _ => space = byte == b' ',
            }
            length += 1;
        }
        // All bytes that end the run are the first of a character, so it ends between two characters.
        let Some((run, rest)) = self.rest.split_at_checked(length).filter(|_| length > 0) else {
            return;
        };
        self.rest = rest;
        self.space = space;
        match self.out.last_mut() {
            Some(TexPiece::Text(text, protection)) if *protection == self.protection => {
                text.push_str(run);
            }
            _ => self
                .out
                .push(TexPiece::Text(run.to_owned(), self.protection)),
        }
    }

    fn finish(mut self) -> Vec<TexPiece> {
        while !self.groups.is_empty() {
            self.end_group();
        }
        for markup in std::mem::take(&mut self.base_markup).into_iter().rev() {
            self.out.push(TexPiece::Close(markup));
        }
        for element in std::mem::take(&mut self.html).into_iter().rev() {
            self.out.extend(element.markup.map(TexPiece::Close));
        }
        let last = self.out.iter_mut().rev().find_map(|piece| match piece {
            TexPiece::Text(text, _) => Some(text),
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
        if !self.accents.is_empty() {
            if !is_space {
                self.accented(character);
            }
            return;
        }
        if is_combining_mark(character) && ('\u{300}'..='\u{36F}').contains(&character) {
            self.combine(character);
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

    /// Puts the accents that wait on a letter: the innermost first, in whatever order Unicode composes them.
    fn accented(&mut self, letter: char) {
        let base = match letter {
            'ı' => 'i',
            'ȷ' => 'j',
            other => other,
        };
        if let [accent] = self.accents.as_slice()
            && let Some(composed) = compose(base, *accent)
        {
            self.accents.clear();
            self.push(composed);
            return;
        }
        let marks = std::mem::take(&mut self.accents);
        let composed: String = std::iter::once(base)
            .chain(marks.into_iter().rev())
            .nfc()
            .collect();
        for character in composed.chars() {
            self.push(character);
        }
    }

    /// Puts a combining character on the letter before it.
    fn combine(&mut self, mark: char) {
        let Some(TexPiece::Text(text, _)) = self.out.last_mut() else {
            self.push(mark);
            return;
        };
        let start = text
            .char_indices()
            .rev()
            .find(|(_, c)| !is_combining_mark(*c));
        let letter = text.split_off(start.map_or(0, |(at, _)| at));
        text.extend(letter.chars().chain([mark]).nfc());
    }

    /// Sets the accents that wait as characters of their own, because no letter follows.
    fn end_accents(&mut self) {
        if let Some(combining) = std::mem::take(&mut self.accents).pop()
            && let Some(bare) = bare_accent(combining)
        {
            self.character(bare);
        }
    }

    /// Adds text as it is, with all that means something to TeX.
    fn verbatim(&mut self, text: &str) {
        let outer = self.protection;
        if outer == Protection::None {
            self.protection = Protection::Kept;
        }
        self.text(text);
        self.protection = outer;
    }

    fn formula(&mut self, formula: String) {
        self.accents.clear();
        if self.dropping == 0 {
            self.space = false;
            self.out.push(TexPiece::Text(formula, Protection::Formula));
        }
    }

    /// Reads a character reference of HTML, or an ampersand.
    fn entity(&mut self) {
        self.advance(1);
        match entity(self.rest) {
            Some((character, length)) => {
                self.advance(length);
                self.character(character);
            }
            None => self.character('&'),
        }
    }

    /// Reads an HTML tag that has a partner, or a "less than" sign.
    fn html_tag(&mut self) {
        match tag_at_start(self.rest) {
            Some((_, "br", _, length)) => {
                self.advance(length);
                self.character(' ');
            }
            Some((true, name, _, length))
                if self.html.last().is_some_and(|open| open.name == name) =>
            {
                self.advance(length);
                self.end_element();
            }
            Some((false, name, attributes, length)) if self.has_partner(name) => {
                self.advance(length);
                self.enter_element(name, attributes);
            }
            _ => {
                self.advance(1);
                self.character('<');
            }
        }
    }

    /// Returns whether an element can begin here, and its closing tag follows.
    fn has_partner(&mut self, name: &'static str) -> bool {
        if self.dropping > 0
            || !self.accents.is_empty()
            || self.html.len() >= MAX_HTML_DEPTH
            || self.missing_tags.contains(&name)
        {
            return false;
        }
        let closings = memchr::memmem::find_iter(self.rest.as_bytes(), "</");
        let found = closings
            .filter_map(|at| self.rest.get(at + "</".len()..))
            .any(|rest| {
                let (start, after) = rest.split_at_checked(name.len()).unwrap_or_default();
                start.eq_ignore_ascii_case(name) && after.starts_with('>')
            });
        if !found {
            // After one search in vain, no other can succeed.
            self.missing_tags.push(name);
        }
        found
    }

    fn enter_element(&mut self, name: &'static str, attributes: &str) {
        let element = HTML_ELEMENTS.iter().find(|(known, _)| *known == name);
        let markup = element.and_then(|(_, markup)| *markup);
        let markup = markup.or_else(|| {
            attributes
                .contains("small-caps")
                .then_some(Markup::SmallCaps)
        });
        self.html.push(HtmlElement {
            name,
            markup,
            outer: self.protection,
        });
        // Formatted text is protected as in the argument of a command.
        if attributes.contains("nocase") {
            self.protection = Protection::Braced;
        } else if markup.is_some() && self.protection == Protection::None {
            self.protection = Protection::Kept;
        }
        if let Some(markup) = markup {
            self.open_markup(markup);
        }
    }

    fn end_element(&mut self) {
        if let Some(element) = self.html.pop() {
            self.protection = element.outer;
            if self.dropping == 0 {
                self.out.extend(element.markup.map(TexPiece::Close));
            }
        }
    }

    /// Reads line ends: one is a space, several are the end of a paragraph.
    fn line_end(&mut self) {
        let space = self.rest.len() - self.rest.trim_start_matches([' ', '\n', '\t', '\r']).len();
        let (gap, rest) = self.rest.split_at(space);
        self.rest = rest;
        if gap.matches('\n').count() > 1 || gap.matches('\r').count() > 1 && !gap.contains('\n') {
            self.paragraph();
        } else {
            self.character(' ');
        }
    }

    fn paragraph(&mut self) {
        if !self.keeps_paragraphs || self.dropping > 0 || !self.accents.is_empty() {
            self.character(' ');
            return;
        }
        if let Some(TexPiece::Text(text, _)) = self.out.last_mut() {
            let end = text.trim_end_matches(' ').len();
            text.truncate(end);
            if end > 0 && !text.ends_with('\n') {
                self.push('\n');
            }
            self.space = true;
        }
    }

    fn push(&mut self, character: char) {
        self.space = false;
        if let Some(TexPiece::Text(text, protection)) = self.out.last_mut()
            && *protection == self.protection
        {
            text.push(character);
            return;
        }
        let text = character.to_string();
        self.out.push(TexPiece::Text(text, self.protection));
    }

    fn open_group(&mut self) {
        self.advance(1);
        if !self.accents.is_empty() {
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
            self.out.push(TexPiece::Open(markup));
        }
    }

    fn close_group(&mut self) {
        self.advance(1);
        self.end_accents();
        self.end_group();
        // `{\&}amp;`, which programs make of the ampersand of a character reference.
        if self.rest.starts_with("amp;")
            && matches!(self.out.last(), Some(TexPiece::Text(text, _)) if text.ends_with('&'))
        {
            self.advance("amp;".len());
        }
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
                self.out.push(TexPiece::Close(markup));
            }
        }
        if group.quote {
            self.quotes -= 1;
        }
        self.protection = group.outer;
    }

    fn command(&mut self) {
        let before = match self.out.last() {
            Some(TexPiece::Text(text, _)) if !self.space => text.chars().next_back(),
            _ => None,
        };
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
            match name {
                "(" => self.delimited("\\)", "\\("),
                "[" => self.delimited("\\]", "\\["),
                "&" => self.entity_after_escape(),
                "\\" if is_network_path(before, self.rest) => self.text("\\\\"),
                "\\" => self.paragraph(),
                _ => {
                    if let Some(combining) = accent(name) {
                        self.accents.push(combining);
                        if self.rest.is_empty() {
                            self.accents.clear();
                            self.character(character);
                        }
                    } else if let Some(text) = symbol(name) {
                        self.text(text);
                    } else {
                        // Not a command, as in `C:\1`.
                        self.character('\\');
                        self.character(character);
                    }
                }
            }
            return;
        }
        let (written, rest) = self.rest.split_at(letters);
        self.rest = rest;
        let name = written;
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
        if name == "u"
            && let Some(character) = escaped_character(before_space)
        {
            self.advance(4);
            self.character(character);
            return;
        }
        if let Some(combining) = accent(name) {
            self.accents.push(combining);
            return;
        }
        if matches!(name, "par" | "newline" | "linebreak") {
            self.paragraph();
            return;
        }
        if let Some(text) = symbol(name).or_else(|| journal_macros::title(name)) {
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
            self.rest = before_space;
            self.character('\\');
            self.text(name);
            return;
        }
        if name == "char"
            && let Some((character, behind)) = numbered_character(self.rest)
        {
            // The space ends the number.
            self.rest = behind.strip_prefix(' ').unwrap_or(behind);
            self.character(character);
            return;
        }
        if name == "symbol"
            && let Some(argument) = self.rest.strip_prefix('{')
            && let Some((character, behind)) = numbered_character(argument)
            && let Some(behind) = behind.strip_prefix('}')
        {
            self.rest = behind;
            self.character(character);
            return;
        }
        if name == "begin"
            && let Some(name) = FORMULA_ENVIRONMENTS
                .iter()
                .find(|name| self.rest.starts_with(**name))
        {
            self.advance(name.len());
            self.delimited(&format!("\\end{name}"), &format!("\\begin{name}"));
            return;
        }
        match action(name) {
            CommandEffect::Format(markup) => self.argument(vec![markup], "", ""),
            CommandEffect::Declare(markup) => {
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
            CommandEffect::Quote => {
                let (open, close) = if self.quotes.is_multiple_of(2) {
                    ("“", "”")
                } else {
                    ("‘", "’")
                };
                self.quoted(open, close);
            }
            CommandEffect::Around(open, close) => self.argument(Vec::new(), open, close),
            CommandEffect::Greek => {
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
            CommandEffect::Verbatim => {
                let mut argument = self.raw_argument();
                while let Some(character) = argument.chars().next() {
                    // `\url{a\_b}`; a path of Windows has backslashes of its own.
                    let behind = argument.strip_prefix('\\').filter(|_| name != "path");
                    let escaped = behind.filter(|rest| rest.starts_with(['_', '%', '#', '&', '~']));
                    if let Some(rest) = escaped {
                        argument = rest;
                        continue;
                    }
                    self.character(character);
                    argument = argument.get(character.len_utf8()..).unwrap_or_default();
                }
            }
            CommandEffect::SkipFirst => {
                self.raw_argument();
                self.rest = self.rest.trim_start_matches([' ', '\n', '\t', '\r']);
            }
            CommandEffect::Drop => {
                self.raw_argument();
            }
            CommandEffect::Mathematics => {
                let argument = self.raw_argument();
                if !self.typeset(argument) {
                    self.verbatim(argument);
                }
            }
            CommandEffect::Nothing => {
                self.take("{}");
            }
            CommandEffect::Transparent => {
                // An optional argument goes with the command.
                self.skip_options();
                if !self.rest.starts_with('{') {
                    self.rest = before_space;
                } else if !self.take("{}") {
                    self.argument(Vec::new(), "", "");
                }
            }
            CommandEffect::Unknown => self.unknown_command(written, before_space),
        }
    }

    /// Keeps a command that nothing is known about, and its arguments, as they are written.
    fn unknown_command(&mut self, name: &'a str, behind: &'a str) {
        self.accents.clear();
        self.unknown.push(name);
        self.verbatim("\\");
        self.verbatim(name);
        let arguments = self.rest;
        self.skip_options();
        while self.rest.starts_with('{') {
            self.raw_argument();
        }
        if self.rest.len() == arguments.len() {
            self.rest = behind;
            // `x{\foo}y` is not `x\fooy`.
            let next = behind
                .strip_prefix('}')
                .and_then(|rest| rest.chars().next());
            if next.is_some_and(char::is_alphabetic) {
                self.verbatim("{}");
            }
            return;
        }
        let length = arguments.len() - self.rest.len();
        self.verbatim(arguments.get(..length).unwrap_or_default());
    }

    fn skip_options(&mut self) {
        if self.rest.starts_with('[') {
            let end = self.rest.bytes().take(100).position(|byte| byte == b']');
            if let Some(end) = end {
                self.advance(end + 1);
            }
        }
    }

    /// Reads `\&`, or a character reference as some programs write it: `\&amp;`.
    fn entity_after_escape(&mut self) {
        self.take("amp;");
        self.character('&');
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

    /// Reads a `$`: `$…$` is a formula, a lone `$` a dollar sign.
    fn mathematics(&mut self) {
        let before = self.rest;
        let is_display = self.rest.starts_with("$$");
        let delimiter = if is_display { "$$" } else { "$" };
        self.advance(delimiter.len());
        let mut escaped = false;
        let end = self.rest.bytes().take(LONGEST_FORMULA).position(|byte| {
            let ends = byte == b'$' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let inside = end.and_then(|end| self.rest.get(..end));
        if let Some(inside) = inside {
            self.advance(inside.len());
            if self.take(delimiter) && self.typeset(inside) {
                return;
            }
        }
        self.rest = before;
        self.advance(1);
        self.character('$');
    }

    /// Reads `\(…\)` and `\[…\]`.
    fn delimited(&mut self, close: &str, open: &str) {
        let start = self
            .rest
            .char_indices()
            .take(LONGEST_FORMULA)
            .map(|(at, _)| at);
        let mut start = start;
        let end = start.find(|at| {
            let rest = self.rest.get(*at..);
            rest.is_some_and(|rest| rest.starts_with(close))
        });
        let Some(inside) = end.and_then(|end| self.rest.get(..end)) else {
            self.text(open);
            return;
        };
        self.advance(inside.len() + close.len());
        if self.typeset(inside) {
            return;
        }
        self.formula(format!("\\({}\\)", inside.trim()));
    }

    /// Adds a formula, if it is one: simple subscripts and superscripts as such, all others as they are.
    fn typeset(&mut self, inside: &str) -> bool {
        let trimmed = single_spaced(inside);
        if let Some(scripts) = scripts(&trimmed) {
            self.accents.clear();
            for (markup, script) in scripts {
                self.open_markup(markup);
                let outer = std::mem::replace(&mut self.protection, Protection::Kept);
                self.text(script);
                self.protection = outer;
                if self.dropping == 0 {
                    self.out.push(TexPiece::Close(markup));
                }
            }
            return true;
        }
        let next = self.rest.chars().next().unwrap_or(' ');
        let written = format!("${trimmed}$");
        let is_known = |text: &str| {
            let recognized = formula::at_start(text);
            recognized.is_some_and(|formula| formula.len() == written.len())
        };
        if formula::is_mathematical(&trimmed) && is_known(&written)
            || inside == trimmed && is_known(&format!("{written}{next}"))
        {
            self.formula(written);
            return true;
        }
        if formula::has_operator(&trimmed)
            && formula::at_start(&format!("\\({trimmed}\\)")).is_some()
        {
            self.formula(format!("\\({trimmed}\\)"));
            return true;
        }
        false
    }
}

/// The maximum length of a formula in a file, in bytes or characters.
const LONGEST_FORMULA: usize = 1_000;

/// The maximum depth of HTML elements.
const MAX_HTML_DEPTH: usize = 20;

/// Returns the subscripts and superscripts of a formula that has nothing else, such as `_2` and `^{-3}`.
fn scripts(formula: &str) -> Option<Vec<(Markup, &str)>> {
    let mut scripts = Vec::new();
    let mut rest = formula;
    while !rest.is_empty() {
        let markup = match rest.as_bytes().first()? {
            b'_' => Markup::Subscript,
            b'^' => Markup::Superscript,
            b' ' => {
                rest = rest.trim_start();
                continue;
            }
            _ => return None,
        };
        rest = rest.get(1..)?.trim_start();
        let script = match rest.strip_prefix('{') {
            Some(inside) => {
                let (script, after) = split_group(inside)?;
                rest = after;
                script
            }
            None if rest.starts_with("\\circ") => {
                rest = rest.strip_prefix("\\circ")?;
                "\\circ"
            }
            None => {
                let length = rest.chars().next()?.len_utf8();
                let (script, after) = rest.split_at(length);
                rest = after;
                script
            }
        };
        scripts.push((markup, plain_script(script.trim())?));
    }
    (!scripts.is_empty()).then_some(scripts)
}

/// Returns a group without its closing brace, and the text after it.
fn split_group(inside: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some((inside.get(..at)?, inside.get(at + 1..)?)),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns the text of a script, if it needs no mathematics.
fn plain_script(script: &str) -> Option<&str> {
    if matches!(script, "\\circ" | "\\degree") {
        return Some("°");
    }
    for command in ["\\mathrm{", "\\text{", "\\textrm{", "\\rm{", "\\mbox{"] {
        if let Some(inside) = script.strip_prefix(command) {
            return plain_script(inside.strip_suffix('}')?.trim());
        }
    }
    let script = match script.strip_prefix("\\rm") {
        Some(inside) => inside.strip_prefix(' ')?.trim(),
        None => script,
    };
    let is_plain =
        |character: char| character.is_alphanumeric() || "+-−–.,/()*' ".contains(character);
    (!script.is_empty() && script.chars().all(is_plain)).then_some(script)
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
            (
                r"\unknown{kept} \other[x]{too} \alone",
                r"\unknown{kept} \other[x]{too} \alone",
            ),
            (
                r"C:\1 and \textrm{kept} \mbox{too}\small",
                r"C:\1 and kept too",
            ),
            (r"Amr{\dotr}ta {\dotr} x", r"Amr\dotr{}ta \dotr x"),
            (r"\apj\ and \prl{}", "ApJ and Phys. Rev. Lett."),
            (
                r#"Nguy{\~{\^e}}n Th{\'{\u a}}ng \d{\^o} \^{\d o} \={\"u} \'{\"\i} \textcommabelow{s}"#,
                "Nguyễn Thắng ộ ộ ǖ ḯ ș",
            ),
            ("e\u{301}e\u{302}\u{323} {\\^e}\u{303}", "éệ ễ"),
            (
                r"a &amp; b \&amp; c {\&}amp; d &lt; &#8217; & &x;",
                "a & b & c & d < ’ & &x;",
            ),
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
            (
                r"H$_2$O, 10$^{-3}$, SO$_4^{2-}$, 5$^\circ$C, \ensuremath{^{th}}",
                "H<sub>2</sub>O, 10<sup>-3</sup>, SO<sub>4</sub><sup>2-</sup>, 5<sup>°</sup>C, <sup>th</sup>",
            ),
            (
                r"\(x+y\) and \ensuremath{\alpha} and $$n = 1$$",
                "$x+y$ and $\\alpha$ and $n = 1$",
            ),
            (
                "costs $5 or $6, $5 million to $10 million",
                "costs $5 or $6, $5 million to $10 million",
            ),
            ("<em>a</em> <b>c <i>d</b>", "<i>a</i> <b>c <i>d</b>"),
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
            nocase("{E.coli} and {next.js}"),
            "E.coli and <span class=\"nocase\">next.js</span>"
        );
        assert_eq!(
            rich(r"{\'E}tat"),
            [TexPiece::Text("État".to_owned(), Protection::None)]
        );
    }

    #[test]
    fn a_formula_is_never_cut() {
        assert_eq!(
            to_html(&rich(r"{Bounds on $O(n \log n)$ in {SYM}}"), true),
            r#"<span class="nocase">Bounds on $O(n \log n)$ in SYM</span>"#
        );
    }

    #[test]
    fn paragraphs_are_kept_where_they_are_wanted() {
        assert_eq!(html_paragraphs("a\nb\n\n c \\par d\n \n"), "a b\nc\nd");
        assert_eq!(html("a\n\nb"), "a b");
    }

    #[test]
    fn characters_by_number_are_characters() {
        assert_eq!(
            plain("\\char126 x\\symbol{126}\\char\"5Fz\\symbol{'101}\\char`\\_ {\\char233}t"),
            "~x~_zA_\u{e9}t"
        );
        // What the font decides stays as it is written.
        assert_eq!(plain("\\symbol{150}"), "\\symbol{150}");
    }

    #[test]
    fn environments_of_formulas_are_formulas() {
        assert_eq!(html("a \\begin{math}x\\end{math} b"), html("a \\(x\\) b"));
        assert_eq!(html("\\begin{math}x"), "\\begin{math}x");
    }

    #[test]
    fn elements_of_html_give_their_text() {
        assert_eq!(
            html("<p>The <a href=\"http://x.org/a_b\">Text</A><br/>of <I class='x'>it</I></p>"),
            "The Text of <i>it</i>"
        );
        assert_eq!(
            to_html(
                &rich("<span class=\"nocase\">next</span> a < b, c <i and d> e"),
                true
            ),
            "<span class=\"nocase\">next</span> a < b, c <i and d> e"
        );
    }

    #[test]
    fn unknown_commands_are_named() {
        assert_eq!(
            unknown_commands(r"\foo{\bar} \foo \emph{\baz} \'e \apj"),
            ["baz", "foo"]
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
