//! RichText text to TeX, the other way round from [`super::tex`].

use std::borrow::Cow;

use super::entry::MAX_DEPTH;
use crate::csl::formula;

/// Returns the HTML-like text of CSL-JSON as TeX.
///
/// Characters that mean something to TeX are escaped, other characters stay as they are (biber and today's
/// LaTeX read UTF-8); mathematics between `$` stays if it runs nothing; `nocase` spans become braces.
pub(crate) fn to_tex(html: &str) -> String {
    let mut tex = String::with_capacity(html.len() + 8);
    let balanced = is_balanced(html);
    let quotes = has_opening_quote(html);
    let mut before = ' ';
    let mut open: Vec<&str> = Vec::new();
    let mut never_closed: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(character) = rest.chars().next() {
        if character == '<' {
            if let Some((after, command, closing_tag)) = opening_tag(rest) {
                // An unclosed tag is text, and so are later ones of its kind.
                if !never_closed.contains(&closing_tag) && !after.contains(closing_tag) {
                    never_closed.push(closing_tag);
                }
                if !never_closed.contains(&closing_tag) {
                    tex.push_str(command);
                    open.push(closing_tag);
                    rest = after;
                    continue;
                }
            } else if let Some(after) = open.last().and_then(|tag| rest.strip_prefix(tag)) {
                open.pop();
                tex.push('}');
                rest = after;
                continue;
            }
        }
        if matches!(character, '$' | '\\')
            && let Some(formula) =
                formula::at_start(rest).filter(|formula| formula::is_harmless(formula))
        {
            tex.push_str(formula);
            rest = rest.get(formula.len()..).unwrap_or_default();
            before = '$';
            continue;
        }
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        match character {
            // TeX makes a dash of two hyphens.
            '-' if before == '-' => tex.push_str("{}-"),
            // TeX prints an apostrophe, which is what the character is inside a word and at its end.
            '\'' if before.is_alphabetic()
                && (!quotes || rest.starts_with(char::is_alphabetic)) =>
            {
                tex.push('\'');
            }
            '\'' => tex.push_str("\\textquotesingle{}"),
            // A reference that was escaped twice would be read as an ampersand.
            '&' if rest.starts_with("amp;") => {
                tex.push_str("\\&a{}");
                rest = rest.get(1..).unwrap_or_default();
            }
            // What follows would be read as a reference or a tag of HTML.
            '<' if rest.starts_with(char::is_alphabetic) => tex.push_str("\\textless{}"),
            _ => push_escaped(&mut tex, character, balanced),
        }
        before = character;
    }
    for _ in open {
        tex.push('}');
    }
    tex
}

fn push_escaped(tex: &mut String, character: char, balanced: bool) {
    match character {
        '&' | '%' | '$' | '#' | '_' => {
            tex.push('\\');
            tex.push(character);
        }
        // BibTeX counts braces even after a backslash, so only balanced ones may be written that way.
        '{' if balanced => tex.push_str("\\{"),
        '}' if balanced => tex.push_str("\\}"),
        '{' => tex.push_str("\\textbraceleft{}"),
        '}' => tex.push_str("\\textbraceright{}"),
        '\\' => tex.push_str("\\textbackslash{}"),
        '~' => tex.push_str("\\textasciitilde{}"),
        '^' => tex.push_str("\\textasciicircum{}"),
        '`' => tex.push_str("\\textasciigrave{}"),
        '\u{A0}' => tex.push('~'),
        '\n' | '\r' | '\t' => tex.push(' '),
        other => tex.push(other),
    }
}

/// Returns the text after an opening tag, the beginning of its command, and the tag that closes it.
fn opening_tag(rest: &str) -> Option<(&str, &'static str, &'static str)> {
    const TAGS: [(&str, &str, &str); 8] = [
        ("<i>", "\\emph{", "</i>"),
        ("<b>", "\\textbf{", "</b>"),
        ("<sub>", "\\textsubscript{", "</sub>"),
        ("<sup>", "\\textsuperscript{", "</sup>"),
        ("<sc>", "\\textsc{", "</sc>"),
        ("<span class=\"nocase\">", "{", "</span>"),
        (
            "<span style=\"font-variant:small-caps;\">",
            "\\textsc{",
            "</span>",
        ),
        (
            "<span style=\"font-variant: small-caps;\">",
            "\\textsc{",
            "</span>",
        ),
    ];
    TAGS.into_iter()
        .find_map(|(tag, command, closing)| Some((rest.strip_prefix(tag)?, command, closing)))
}

/// Returns text of several lines as TeX, with a paragraph for each line.
pub(crate) fn to_paragraphs(html: &str) -> String {
    let lines = html.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(to_tex).collect::<Vec<_>>().join("\n\n")
}

/// Returns text as TeX in which two hyphens are the dash of a range.
pub(crate) fn to_plain_tex(html: &str) -> String {
    to_tex(html).replace("-{}-", "--")
}

/// Returns whether a straight single quotation mark opens a quotation somewhere, so that others may close it.
fn has_opening_quote(html: &str) -> bool {
    html.match_indices('\'').any(|(at, _)| {
        let before = html.get(..at).and_then(|before| before.chars().next_back());
        let after = html.get(at + 1..).and_then(|after| after.chars().next());
        before.is_none_or(|before| !before.is_alphanumeric())
            && after.is_some_and(char::is_alphanumeric)
    })
}

/// Returns whether each brace in a text is opened before it is closed, and closed: where not, the
/// text would end its field, or not end it. Braces nested too deep for an entry do not count as
/// balanced.
pub fn is_balanced(text: &str) -> bool {
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'{' if depth >= MAX_DEPTH / 2 => return false,
            b'{' => depth += 1,
            b'}' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
    }
    depth == 0
}

/// Returns a URL or identifier for a verbatim field; unchanged, except that braces must be
/// balanced, for BibTeX and for readers to which a backslash before a brace matters.
pub(crate) fn to_verbatim(text: &str) -> String {
    let mut text = Cow::Borrowed(text.trim());
    if text.ends_with('\\') || text.contains("\\{") || text.contains("\\}") {
        text = Cow::Owned(text.replace('\\', "%5C"));
    }
    if is_balanced(&text) {
        text.into_owned()
    } else {
        text.replace('{', "%7B").replace('}', "%7D")
    }
}

/// Returns a title in sentence case as TeX, with braces around every capitalized word but the
/// first, so that no BibTeX style lowers it.
pub(crate) fn protect_capitals(tex: &str) -> String {
    let mut protected = String::with_capacity(tex.len() + 8);
    let mut depth = 0_usize;
    // How many letters of a command were read since its backslash.
    let mut command: Option<usize> = None;
    let mut mathematics = false;
    let mut word = String::new();
    let mut first = true;
    let flush = |word: &mut String, protected: &mut String, first: &mut bool| {
        if word.is_empty() {
            return;
        }
        let capital = if *first {
            // The first letter of a title is safe.
            word.chars().skip(1).any(char::is_uppercase)
        } else {
            word.contains(char::is_uppercase)
        };
        if capital {
            protected.push('{');
            protected.push_str(word);
            protected.push('}');
        } else {
            protected.push_str(word);
        }
        word.clear();
        *first = false;
    };
    for character in tex.chars() {
        let in_word = depth == 0
            && command.is_none()
            && !mathematics
            && (character.is_alphanumeric()
                || (!word.is_empty() && matches!(character, '’' | '\''))
                || (character == '.' && ends_in_initial(&word)));
        if in_word {
            word.push(character);
            continue;
        }
        flush(&mut word, &mut protected, &mut first);
        match character {
            '\\' => command = if command == Some(0) { None } else { Some(0) },
            // Right after a backslash it is a dollar sign; after a command's name it is not.
            '$' => {
                mathematics ^= command != Some(0);
                command = None;
            }
            '{' => {
                depth += 1;
                command = None;
                first = false;
            }
            '}' => {
                depth = depth.saturating_sub(1);
                command = None;
            }
            _ if character.is_ascii_alphabetic() => command = command.map(|letters| letters + 1),
            _ => command = None,
        }
        protected.push(character);
    }
    flush(&mut word, &mut protected, &mut first);
    protected
}

/// Returns whether a word ends in a single capital, after which a full stop belongs to it: "U.S.", "J."
fn ends_in_initial(word: &str) -> bool {
    let mut letters = word.chars().rev();
    letters.next().is_some_and(char::is_uppercase) && letters.next().is_none_or(|c| c == '.')
}

#[cfg(test)]
mod tests {
    use super::super::tex::html;
    use super::*;

    #[test]
    fn rich_text_is_read_again_as_itself() {
        for text in [
            "50% of R&D in C# is_fine ~ ^ \\ `",
            "<i>De <b>anima</b></i> H<sub>2</sub>O",
            "<span style=\"font-variant:small-caps;\">mcxcviii</span>",
            "a < b > c, 3</i> <i>",
            "{a} b",
            "}{ a",
            "$x_1$ costs $5 or $6",
            "$x+y$ -- a --- b, 'single' and \"double\" in Coase’s 6'2\"",
            "C:\\dir and \\foo{bar}",
            "a <em>b</em> &amp; c",
            "a\u{A0}b – “c” ‘d’",
            "$\\A$}$A^$",
        ] {
            assert_eq!(html(&to_tex(text)), text, "{}", to_tex(text));
        }
    }

    #[test]
    fn capitals_are_protected() {
        for (tex, protected) in [
            (
                "The rise of Linux and iPods",
                "The rise of {Linux} and {iPods}",
            ),
            (
                "npm and \\emph{Debian} in R\\&D",
                "npm and \\emph{Debian} in {R}\\&{D}",
            ),
            ("GNU", "{GNU}"),
            (
                "W.E.B. Du Bois in the U.S. and at R.",
                "{W.E.B.} {Du} {Bois} in the {U.S.} and at {R.}",
            ),
        ] {
            assert_eq!(protect_capitals(tex), protected);
        }
    }
}
