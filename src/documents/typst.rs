//! The citations of a Typst document: `@key`, `@key[p. 3]`, `#cite(<key>)`, `#cite(label("key"))`.
//!
//! Typst has three modes, markup, code and math, which can be nested. Raw text, strings and comments are
//! skipped. A reference `@key` may refer to a label of the document instead of a work; once the caller has
//! read all files, it can tell them apart by [`Cited::labels`].

use super::{Cited, CitedKey, IncludedFile, Lines};

/// Reads the citations of a document, and the files that it includes or imports.
pub fn cited(text: &str) -> Cited {
    let mut reader = TypstReader {
        characters: text.char_indices().collect(),
        at: 0,
        lines: Lines::new(text),
        cited: Cited::default(),
        depth: 0,
    };
    while !reader.is_at_end() {
        reader.markup();
        // An unmatched closing bracket.
        reader.at += 1;
    }
    reader.cited
}

/// The maximum nesting depth of brackets, which limits recursion.
const MAX_DEPTH: usize = 200;

struct TypstReader {
    characters: Vec<(usize, char)>,
    at: usize,
    lines: Lines,
    cited: Cited,
    depth: usize,
}

/// The meaning of labels in a group of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LabelMeaning {
    /// Works, as in `cite(<key>)`.
    Works,
    /// Works or labels of the document, as in `ref(<key>)`.
    References,
    /// Neither of them.
    Other,
}

impl TypstReader {
    fn is_at_end(&self) -> bool {
        self.at >= self.characters.len()
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters
            .get(self.at + ahead)
            .map(|(_, character)| *character)
    }

    fn line(&self) -> usize {
        let at = self
            .characters
            .get(self.at)
            .map_or(usize::MAX, |(at, _)| *at);
        self.lines.of(at)
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars()
            .enumerate()
            .all(|(ahead, character)| self.peek(ahead) == Some(character))
    }

    /// Advances while `wanted` holds, and returns the skipped text.
    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(character) = self.peek(0).filter(|character| wanted(*character)) {
            taken.push(character);
            self.at += 1;
        }
        taken
    }

    /// Reads markup up to its closing bracket or the end.
    fn markup(&mut self) {
        self.depth += 1;
        let mut brackets = 0_usize;
        while let Some(character) = self.peek(0) {
            if self.comment() || self.raw() {
                continue;
            }
            match character {
                '\\' => self.at += 2,
                'h' if self.starts_with("http://") || self.starts_with("https://") => {
                    self.take_while(|c| !c.is_whitespace() && !matches!(c, ']' | ')' | '"' | '<'));
                }
                '$' => self.formula(),
                '@' => self.reference(),
                '<' => {
                    if let Some(label) = self.label() {
                        self.cited.labels.push(label);
                    }
                }
                '#' => {
                    self.at += 1;
                    self.embedded();
                }
                '[' => {
                    brackets += 1;
                    self.at += 1;
                }
                ']' if brackets == 0 => break,
                ']' => {
                    brackets -= 1;
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
        self.depth -= 1;
    }

    /// Skips a comment, if one starts here.
    fn comment(&mut self) -> bool {
        if self.starts_with("//") {
            self.take_while(|character| character != '\n');
            return true;
        }
        if !self.starts_with("/*") {
            return false;
        }
        let mut depth = 0_usize;
        while !self.is_at_end() {
            if self.starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if self.starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    break;
                }
            } else {
                self.at += 1;
            }
        }
        true
    }

    /// Skips raw text, if it starts here.
    fn raw(&mut self) -> bool {
        if self.peek(0) != Some('`') {
            return false;
        }
        let ticks = self.take_while(|character| character == '`').len();
        if ticks == 2 {
            return true;
        }
        while !self.is_at_end() {
            self.take_while(|character| character != '`');
            // A longer run closes raw text as well; the extra backticks belong to the text.
            let closing = self.take_while(|character| character == '`').len();
            if closing >= ticks {
                self.at -= closing - ticks;
                break;
            }
        }
        true
    }

    /// Reads `@key` and its supplement in brackets.
    fn reference(&mut self) {
        let line = self.line();
        self.at += 1;
        let mut key = self.take_while(is_in_label);
        while key.ends_with(['.', ':']) {
            key.pop();
            self.at -= 1;
        }
        if !key.is_empty() {
            self.cited.keys.push(CitedKey {
                key,
                line,
                certain: false,
            });
        }
    }

    /// Reads `<label>`, or skips a single `<`.
    fn label(&mut self) -> Option<String> {
        self.at += 1;
        let start = self.at;
        let label = self.take_while(is_in_label);
        if !label.is_empty() && self.peek(0) == Some('>') {
            self.at += 1;
            return Some(label);
        }
        self.at = start;
        None
    }

    /// Reads a formula, in which `#` starts code.
    fn formula(&mut self) {
        self.at += 1;
        while let Some(character) = self.peek(0) {
            if self.comment() {
                continue;
            }
            match character {
                '\\' => self.at += 2,
                '$' => {
                    self.at += 1;
                    return;
                }
                '"' => {
                    self.string();
                }
                '#' => {
                    self.at += 1;
                    self.embedded();
                }
                _ => self.at += 1,
            }
        }
    }

    /// Reads a string and returns it without its quotation marks.
    fn string(&mut self) -> String {
        let mut text = String::new();
        self.at += 1;
        while let Some(character) = self.peek(0) {
            self.at += 1;
            match character {
                '"' => break,
                '\\' => {
                    text.extend(self.peek(0));
                    self.at += 1;
                }
                character => text.push(character),
            }
        }
        text
    }

    /// Reads code in markup: a statement up to the end of its line, or an expression without spaces.
    fn embedded(&mut self) {
        match self.peek(0) {
            Some('(' | '{' | '[') => self.group(LabelMeaning::Other),
            Some('"') => {
                self.string();
            }
            Some('<') => {
                self.label();
            }
            Some(character) if is_name_start(character) => {
                let start = self.at;
                let name = self.take_while(is_in_name);
                match name.as_str() {
                    "let" | "set" | "show" | "import" | "include" | "return" | "context" => {
                        self.at = start;
                        self.statement();
                        return;
                    }
                    "if" | "for" | "while" => {
                        self.branches();
                        return;
                    }
                    _ => self.call(&name),
                }
            }
            _ => return,
        }
        self.postfix();
    }

    /// Reads calls and field accesses after an expression.
    fn postfix(&mut self) {
        loop {
            match self.peek(0) {
                Some('(' | '[') => self.group(LabelMeaning::Other),
                Some('.') if self.peek(1).is_some_and(is_name_start) => {
                    self.at += 1;
                    let name = self.take_while(is_in_name);
                    self.call(&name);
                }
                _ => return,
            }
        }
    }

    /// Reads the brackets after a name.
    fn call(&mut self, name: &str) {
        if self.peek(0) == Some('(') {
            self.group(match name {
                "cite" => LabelMeaning::Works,
                "ref" => LabelMeaning::References,
                _ => LabelMeaning::Other,
            });
        }
    }

    /// Reads `if … [..] else [..]` or `for … {..}` up to the end of the last block.
    fn branches(&mut self) {
        loop {
            // The condition, up to its block.
            while let Some(character) = self.peek(0) {
                match character {
                    '[' | '{' => break,
                    '\n' => return,
                    _ => self.code(LabelMeaning::Other),
                }
            }
            if self.is_at_end() {
                return;
            }
            self.group(LabelMeaning::Other);
            let end = self.at;
            self.take_while(char::is_whitespace);
            if !self.starts_with("else") {
                self.at = end;
                return;
            }
            self.at += 4;
        }
    }

    /// Reads a statement up to the end of its line or a semicolon.
    fn statement(&mut self) {
        while let Some(character) = self.peek(0) {
            match character {
                '\n' | ';' | ']' | '}' | ')' => return,
                _ => self.code(LabelMeaning::Other),
            }
        }
    }

    /// Reads a group in brackets: content in square brackets, code in the others.
    fn group(&mut self, labels: LabelMeaning) {
        let close = match self.peek(0) {
            Some('(') => ')',
            Some('{') => '}',
            _ => ']',
        };
        self.at += 1;
        if self.depth > MAX_DEPTH {
            return;
        }
        if close == ']' {
            self.markup();
            self.at += 1;
            return;
        }
        self.depth += 1;
        while let Some(character) = self.peek(0) {
            if character == close {
                self.at += 1;
                break;
            }
            self.code(labels);
        }
        self.depth -= 1;
    }

    /// Reads one piece of code.
    fn code(&mut self, labels: LabelMeaning) {
        if self.comment() || self.raw() {
            return;
        }
        match self.peek(0) {
            Some('"') => {
                self.string();
            }
            Some('$') => self.formula(),
            Some('(' | '{' | '[') => self.group(LabelMeaning::Other),
            Some('<') => {
                let line = self.line();
                if let Some(key) = self.label()
                    && labels != LabelMeaning::Other
                {
                    let certain = labels == LabelMeaning::Works;
                    self.cited.keys.push(CitedKey { key, line, certain });
                }
            }
            Some(character) if is_name_start(character) => {
                let name = self.take_while(is_in_name);
                self.named(&name, labels);
            }
            _ => self.at += 1,
        }
    }

    /// Reads what follows a name in code.
    fn named(&mut self, name: &str, labels: LabelMeaning) {
        let line = self.line();
        match name {
            "include" | "import" => {
                self.take_while(|character| character == ' ');
                if self.peek(0) == Some('"') {
                    let path = self.string();
                    if !path.starts_with('@') {
                        self.cited.files.push(IncludedFile {
                            path,
                            line,
                            after: self.cited.keys.len(),
                        });
                    }
                }
            }
            // `label("key")` is equivalent to `<key>`.
            "label" if self.starts_with("(\"") && labels != LabelMeaning::Other => {
                self.at += 1;
                let key = self.string();
                let certain = labels == LabelMeaning::Works;
                self.cited.keys.push(CitedKey { key, line, certain });
                self.take_while(|character| character != ')');
                self.at += 1;
            }
            // Packages use this argument to label their output.
            "label" if self.starts_with(": <") => {
                self.at += 2;
                let label = self.label();
                self.cited.labels.extend(label);
            }
            _ => self.call(name),
        }
    }
}

fn is_name_start(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

fn is_in_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-')
}

fn is_in_label(character: char) -> bool {
    is_in_name(character) || matches!(character, '.' | ':')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(text: &str) -> Vec<String> {
        cited(text)
            .keys
            .into_iter()
            .map(|cited| format!("{}:{}", cited.key, cited.line))
            .collect()
    }

    #[test]
    fn every_way_to_cite_is_known() {
        let text = "As @benkler2006wealth says, and @bauwens2005political[p. 3 of @merten2000].\n\
                    #cite(<victor2003free>, form: \"prose\") #cite(label(\"DBLP:a/b\"))\n\
                    #footnote[See #cite(<seaman2004>, supplement: [p. 7]).] #ref(<richardson2001free>)\n\
                    #if true [@a] else [@b] and @c. $x #cite(<d>)$ #let note = [@e]\n\
                    #figure(caption: [After @f.])[x] @g.h: end.";
        assert_eq!(
            keys(text),
            [
                "benkler2006wealth:1",
                "bauwens2005political:1",
                "merten2000:1",
                "victor2003free:2",
                "DBLP:a/b:2",
                "seaman2004:3",
                "richardson2001free:3",
                "a:4",
                "b:4",
                "c:4",
                "d:4",
                "e:4",
                "f:5",
                "g.h:5"
            ]
        );
    }

    #[test]
    fn what_is_raw_quoted_or_commented_out_cites_nothing() {
        let text = "`@a` ```typ @b `` ``` // @c\n/* @d /* @e */ @f */ \\@g https://h.example/@i\n\
                    #let x = \"@j\" \n#link(\"mailto:a@k.example\")[mail] $@l$ #raw(\"@m\") `` @yes";
        assert_eq!(keys(text), ["yes:4"]);
    }

    #[test]
    fn labels_and_files_are_reported() {
        let text = "= Heading <sec:intro>\n#figure(rect()) <fig:one>\nSee @fig:one.\n\
                    #include \"chapters/one.typ\"\n#import \"@preview/x:1.0.0\": *\n\
                    #import \"lib.typ\": note\n#grid(label: <fig:two>)\n#link(<sec:intro>)[up]";
        let cited = cited(text);
        assert_eq!(cited.labels, ["sec:intro", "fig:one", "fig:two"]);
        assert_eq!(cited.keys.len(), 1);
        let files: Vec<(&str, usize)> = cited
            .files
            .iter()
            .map(|file| (file.path.as_str(), file.line))
            .collect();
        assert_eq!(files, [("chapters/one.typ", 4), ("lib.typ", 6)]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[\\PC\n#@<>\\[\\](){}\"$`/*\\\\]{0,200}") {
            cited(&text);
        }

        #[test]
        fn any_markup_is_read(pieces in prop::collection::vec(
            prop::sample::select(vec!["#", "@a", "<b>", "[", "]", "(", ")", "{", "}", "\"", "$", "`", "//", "/*", "*/", "\n", "cite", "if ", "else", "\\", "include ", ".", "label(\""]), 0..60)) {
            cited(&pieces.concat());
        }
    }

    #[test]
    fn deep_nesting_is_no_trouble() {
        for bracket in ["#[", "#(", "#{", "(", "#f(["] {
            cited(&bracket.repeat(50_000));
        }
    }
}
