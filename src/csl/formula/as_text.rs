//! Formulas as text with subscripts and superscripts, for outputs that do not typeset mathematics.
//!
//! Letters, signs and scripts become what Unicode and rich text have for them: `$\alpha_1 \le x^2$` is α₁ ≤ x².
//! Fractions and roots are written on one line. A command that is not known stays as it is written.

use std::borrow::Cow;

use super::{at_start, end_of_group};

/// The maximum depth of groups in a formula.
const MAX_DEPTH: usize = 20;

/// The position of a piece of a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ScriptPosition {
    /// On the line.
    #[default]
    Normal,
    Subscript,
    Superscript,
}

/// Splits text at the formulas in it, and returns the pieces of these as text.
pub(crate) fn pieces(text: &str) -> Vec<(Cow<'_, str>, ScriptPosition)> {
    if !text.contains('$') && !text.contains("\\(") {
        return vec![(Cow::Borrowed(text), ScriptPosition::Normal)];
    }
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['$', '\\'])) {
        at += found;
        let Some(formula) = at_start(text.get(at..).unwrap_or_default()) else {
            at += 1;
            continue;
        };
        if start < at {
            let before = text.get(start..at).unwrap_or_default();
            pieces.push((Cow::Borrowed(before), ScriptPosition::Normal));
        }
        let written = read(inside(formula)).into_iter();
        pieces.extend(written.map(|(text, script)| (Cow::Owned(text), script)));
        at += formula.len();
        start = at;
    }
    if start < text.len() {
        let rest = text.get(start..).unwrap_or_default();
        pieces.push((Cow::Borrowed(rest), ScriptPosition::Normal));
    }
    pieces
}

/// Returns text with the formulas in it as plain characters: scripts that Unicode has no characters for follow `^` or
/// `_`.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains('$') && !text.contains("\\(") {
        return Cow::Borrowed(text);
    }
    let pieces = pieces(text).into_iter();
    Cow::Owned(pieces.map(|(text, script)| flat(&text, script)).collect())
}

/// Returns the text between the delimiters of a formula.
pub(crate) fn inside(formula: &str) -> &str {
    let between = |open: &str, close: &str| {
        let inside = formula.strip_prefix(open)?;
        inside.strip_suffix(close)
    };
    between("$", "$")
        .or_else(|| between("\\(", "\\)"))
        .unwrap_or(formula)
}

fn flat(text: &str, script: ScriptPosition) -> String {
    let mark = match script {
        ScriptPosition::Normal => return text.to_owned(),
        ScriptPosition::Subscript => '_',
        ScriptPosition::Superscript => '^',
    };
    if let Some(raised) = in_script(text, script) {
        return raised;
    }
    if text.chars().count() == 1 {
        format!("{mark}{text}")
    } else {
        format!("{mark}({text})")
    }
}

/// Returns text in the characters that Unicode has for subscripts or superscripts, if it has all of them.
pub(crate) fn in_script(text: &str, script: ScriptPosition) -> Option<String> {
    const SUBSCRIPTS: (&str, &str) = (
        "0123456789+-−=()aeox hklmnpstijruv",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₒₓ ₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ",
    );
    const SUPERSCRIPTS: (&str, &str) = ("0123456789+-−=() ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ ⁿⁱ");
    let (from, to) = match script {
        ScriptPosition::Normal => return Some(text.to_owned()),
        ScriptPosition::Subscript => SUBSCRIPTS,
        ScriptPosition::Superscript => SUPERSCRIPTS,
    };
    text.chars()
        .map(|character| {
            let mut pairs = from.chars().zip(to.chars());
            pairs.find_map(|(plain, small)| (plain == character).then_some(small))
        })
        .collect()
}

/// Reads what is between the delimiters of a formula.
fn read(tex: &str) -> Vec<(String, ScriptPosition)> {
    let mut reader = FormulaReader {
        rest: tex,
        pieces: Vec::new(),
        after_command: false,
        wants_space: false,
    };
    reader.list(0);
    let mut pieces = reader.pieces;
    if let Some((first, _)) = pieces.first_mut() {
        *first = first.trim_start().to_owned();
    }
    if let Some((last, _)) = pieces.last_mut() {
        last.truncate(last.trim_end().len());
    }
    pieces.retain(|(text, _)| !text.is_empty());
    pieces
}

struct FormulaReader<'t> {
    rest: &'t str,
    pieces: Vec<(String, ScriptPosition)>,
    /// Whether the last token was the name of a command, after which TeX skips spaces.
    after_command: bool,
    /// Whether a space is needed before the next letter or digit, such as after "log".
    wants_space: bool,
}

impl<'t> FormulaReader<'t> {
    /// Reads up to the end of the group or the formula.
    fn list(&mut self, depth: usize) {
        while let Some(character) = self.rest.chars().next() {
            let after = self.rest.get(character.len_utf8()..).unwrap_or_default();
            let skips_space = std::mem::take(&mut self.after_command);
            match character {
                '}' => {
                    self.rest = after;
                    return;
                }
                '{' if depth < MAX_DEPTH => {
                    self.rest = after;
                    self.list(depth + 1);
                }
                '{' => self.rest = after,
                '\\' => {
                    self.rest = after;
                    self.command(depth);
                }
                '^' | '_' => {
                    self.rest = after;
                    let script = self.argument(depth);
                    let script = script.trim();
                    if character == '^' && matches!(script, "°" | "′" | "″") {
                        self.push(script);
                    } else {
                        self.push_script(script, character == '^');
                    }
                }
                '\'' => {
                    self.rest = after;
                    self.push("′");
                }
                '-' => {
                    self.rest = after;
                    self.push("−");
                }
                '~' => {
                    self.rest = after;
                    self.push(" ");
                }
                character if character.is_whitespace() => {
                    self.rest = after;
                    if !skips_space {
                        self.push_space();
                    }
                }
                character => {
                    self.rest = after;
                    self.push(character.encode_utf8(&mut [0; 4]));
                }
            }
        }
    }

    fn push_space(&mut self) {
        let ends_in_space = self.pieces.last().is_none_or(|(text, script)| {
            *script == ScriptPosition::Normal && text.ends_with(char::is_whitespace)
        });
        if !ends_in_space {
            self.push(" ");
        }
    }

    fn push(&mut self, text: &str) {
        let wants_space = std::mem::take(&mut self.wants_space);
        if wants_space && text.starts_with(char::is_alphanumeric) {
            self.push_space();
        }
        match self.pieces.last_mut() {
            Some((last, ScriptPosition::Normal)) if last.ends_with(' ') => {
                last.push_str(text.strip_prefix(' ').unwrap_or(text));
            }
            Some((last, ScriptPosition::Normal)) => last.push_str(text),
            _ => self.pieces.push((text.to_owned(), ScriptPosition::Normal)),
        }
    }

    fn push_script(&mut self, text: &str, is_raised: bool) {
        let script = if is_raised {
            ScriptPosition::Superscript
        } else {
            ScriptPosition::Subscript
        };
        if !text.is_empty() {
            self.pieces.push((text.to_owned(), script));
        }
    }

    /// Reads the next group, command or character as text of its own.
    fn argument(&mut self, depth: usize) -> String {
        self.rest = self.rest.trim_start();
        let mut inner = FormulaReader {
            rest: self.rest,
            pieces: Vec::new(),
            after_command: false,
            wants_space: false,
        };
        match self.rest.chars().next() {
            Some('{') if depth < MAX_DEPTH => {
                inner.rest = inner.rest.get(1..).unwrap_or_default();
                inner.list(depth + 1);
            }
            Some('\\') if depth < MAX_DEPTH => {
                inner.rest = inner.rest.get(1..).unwrap_or_default();
                inner.command(depth + 1);
            }
            Some('}') | None => {}
            Some(character) => {
                inner.rest = inner.rest.get(character.len_utf8()..).unwrap_or_default();
                let mut buffer = [0; 4];
                inner.push(match character {
                    '-' => "−",
                    '\'' => "′",
                    _ => character.encode_utf8(&mut buffer),
                });
            }
        }
        self.rest = inner.rest;
        let pieces = inner.pieces.into_iter();
        pieces.map(|(text, script)| flat(&text, script)).collect()
    }

    /// Reads what follows a backslash.
    fn command(&mut self, depth: usize) {
        let letters = self
            .rest
            .bytes()
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let (name, after) = self.rest.split_at(letters);
        self.rest = after;
        self.after_command = !name.is_empty();
        match name {
            "" => {
                let mark = after.chars().next().unwrap_or('\\');
                self.rest = after.get(mark.len_utf8()..).unwrap_or_default();
                match mark {
                    '!' => {}
                    ',' | ';' | ':' | '>' | ' ' | '\\' => self.push_space(),
                    '|' => self.push("‖"),
                    mark => self.push(mark.encode_utf8(&mut [0; 4])),
                }
            }
            "mathrm" | "mathit" | "mathbf" | "mathsf" | "mathtt" | "mathcal" | "mathscr"
            | "mathfrak" | "mathnormal" | "text" | "textrm" | "textit" | "textbf" | "mbox"
            | "operatorname" | "boldsymbol" | "bm" | "ensuremath" => {
                let keeps_spaces = matches!(name, "text" | "textrm" | "textit" | "textbf" | "mbox");
                let text = if keeps_spaces {
                    self.verbatim_group()
                } else {
                    self.argument(depth)
                };
                self.after_command = false;
                self.push(&text);
            }
            "mathbb" | "Bbb" => {
                let text: String = self.argument(depth).chars().map(double_struck).collect();
                self.after_command = false;
                self.push(&text);
            }
            "frac" | "dfrac" | "tfrac" => {
                let [above, below] = [self.argument(depth), self.argument(depth)].map(bracketed);
                self.after_command = false;
                self.push(&format!("{above}/{below}"));
            }
            "sqrt" => {
                let degree = self
                    .rest
                    .strip_prefix('[')
                    .and_then(|rest| rest.split_once(']'));
                let sign = match degree {
                    Some((degree, after)) => {
                        self.rest = after;
                        match degree.trim() {
                            "3" => "∛",
                            "4" => "∜",
                            _ => "√",
                        }
                    }
                    None => "√",
                };
                let root = bracketed(self.argument(depth));
                self.after_command = false;
                self.push(&format!("{sign}{root}"));
            }
            "left" | "right" | "bigl" | "bigr" | "Bigl" | "Bigr" | "big" | "Big" => {
                self.rest = self.rest.trim_start();
                self.rest = self.rest.strip_prefix('.').unwrap_or(self.rest);
            }
            "colon" => {
                self.push(":");
                self.push_space();
            }
            "displaystyle" | "textstyle" | "limits" | "nolimits" | "rm" | "it" | "bf" => {}
            name => {
                if let Some(mark) = accent(name) {
                    let text = self.argument(depth);
                    self.after_command = false;
                    let is_one = text.chars().count() == 1;
                    self.push(&text);
                    if is_one {
                        self.push(mark);
                    }
                } else if let Some(operator) = spaced_operator(name) {
                    self.push_space();
                    self.push(operator);
                    self.push_space();
                } else if let Some(text) = symbol(name) {
                    self.push(text);
                } else if FUNCTIONS.contains(&name) {
                    let after_word = self.pieces.last().is_some_and(|(text, _)| {
                        text.ends_with(|last: char| last.is_alphanumeric() || last == ')')
                    });
                    if after_word {
                        self.push_space();
                    }
                    self.push(name);
                    self.wants_space = true;
                } else {
                    self.push(&format!("\\{name}"));
                    // The space that ends its name, and its arguments.
                    self.after_command = false;
                    while self.rest.starts_with('{') {
                        let arguments = self.rest;
                        self.verbatim_group();
                        let length = arguments.len() - self.rest.len();
                        self.push(arguments.get(..length).unwrap_or_default());
                    }
                }
            }
        }
    }

    /// Returns the text of a group as it is written.
    fn verbatim_group(&mut self) -> String {
        let Some(inside) = self.rest.trim_start().strip_prefix('{') else {
            return String::new();
        };
        let end = end_of_group(inside).unwrap_or(inside.len());
        let (text, after) = inside.split_at(end);
        self.rest = after.get(1..).unwrap_or_default();
        text.replace(['{', '}'], "")
    }
}

/// Returns the part of a fraction or root, in parentheses if it has several signs.
fn bracketed(text: String) -> String {
    let text = text.trim();
    if text.chars().all(char::is_alphanumeric) {
        text.to_owned()
    } else {
        format!("({text})")
    }
}

fn double_struck(letter: char) -> char {
    match letter {
        'C' => 'ℂ',
        'H' => 'ℍ',
        'N' => 'ℕ',
        'P' => 'ℙ',
        'Q' => 'ℚ',
        'R' => 'ℝ',
        'Z' => 'ℤ',
        letter => letter,
    }
}

/// Returns the combining character of an accent of mathematics.
fn accent(name: &str) -> Option<&'static str> {
    Some(match name {
        "hat" | "widehat" => "\u{302}",
        "tilde" | "widetilde" => "\u{303}",
        "bar" | "overline" => "\u{304}",
        "breve" => "\u{306}",
        "dot" => "\u{307}",
        "ddot" => "\u{308}",
        "check" => "\u{30C}",
        "acute" => "\u{301}",
        "grave" => "\u{300}",
        "vec" => "\u{20D7}",
        "underline" => "\u{332}",
        _ => return None,
    })
}

/// Returns a relation or an operator that has spaces around it.
fn spaced_operator(name: &str) -> Option<&'static str> {
    Some(match name {
        "le" | "leq" | "leqslant" => "≤",
        "ge" | "geq" | "geqslant" => "≥",
        "ne" | "neq" => "≠",
        "ll" => "≪",
        "gg" => "≫",
        "equiv" => "≡",
        "approx" => "≈",
        "sim" => "∼",
        "simeq" => "≃",
        "cong" => "≅",
        "propto" => "∝",
        "in" => "∈",
        "notin" => "∉",
        "ni" => "∋",
        "subset" => "⊂",
        "subseteq" => "⊆",
        "supset" => "⊃",
        "supseteq" => "⊇",
        "cup" => "∪",
        "cap" => "∩",
        "setminus" => "∖",
        "land" | "wedge" => "∧",
        "lor" | "vee" => "∨",
        "times" => "×",
        "pm" => "±",
        "mp" => "∓",
        "div" => "÷",
        "oplus" => "⊕",
        "otimes" => "⊗",
        "perp" => "⊥",
        "parallel" => "∥",
        "mid" => "∣",
        "to" | "rightarrow" | "longrightarrow" => "→",
        "gets" | "leftarrow" => "←",
        "leftrightarrow" => "↔",
        "Rightarrow" | "implies" => "⇒",
        "Leftarrow" => "⇐",
        "Leftrightarrow" | "iff" => "⇔",
        "mapsto" => "↦",
        "prec" => "≺",
        "succ" => "≻",
        "vdash" => "⊢",
        "models" => "⊨",
        _ => return None,
    })
}

/// Names of functions, which are printed as they are.
#[rustfmt::skip]
const FUNCTIONS: [&str; 29] = [
    "Pr", "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "deg", "det", "dim", "exp", "gcd", "hom",
    "inf", "ker", "lg", "lim", "liminf", "limsup", "ln", "log", "max", "min", "mod", "sin", "sinh", "sup", "tan",
];

/// Returns the character of a letter or sign of mathematics.
fn symbol(name: &str) -> Option<&'static str> {
    Some(match name {
        "alpha" => "α",
        "beta" => "β",
        "gamma" => "γ",
        "delta" => "δ",
        "epsilon" | "varepsilon" => "ε",
        "zeta" => "ζ",
        "eta" => "η",
        "theta" | "vartheta" => "θ",
        "iota" => "ι",
        "kappa" => "κ",
        "lambda" => "λ",
        "mu" => "μ",
        "nu" => "ν",
        "xi" => "ξ",
        "pi" | "varpi" => "π",
        "rho" | "varrho" => "ρ",
        "sigma" => "σ",
        "varsigma" => "ς",
        "tau" => "τ",
        "upsilon" => "υ",
        "phi" | "varphi" => "φ",
        "chi" => "χ",
        "psi" => "ψ",
        "omega" => "ω",
        "Gamma" => "Γ",
        "Delta" => "Δ",
        "Theta" => "Θ",
        "Lambda" => "Λ",
        "Xi" => "Ξ",
        "Pi" => "Π",
        "Sigma" => "Σ",
        "Upsilon" => "Υ",
        "Phi" => "Φ",
        "Psi" => "Ψ",
        "Omega" => "Ω",
        "infty" => "∞",
        "partial" => "∂",
        "nabla" => "∇",
        "forall" => "∀",
        "exists" => "∃",
        "emptyset" | "varnothing" => "∅",
        "neg" | "lnot" => "¬",
        "sum" => "∑",
        "prod" => "∏",
        "int" => "∫",
        "oint" => "∮",
        "bigcup" => "⋃",
        "bigcap" => "⋂",
        "cdot" => "·",
        "cdots" | "ldots" | "dots" => "…",
        "vdots" => "⋮",
        "ddots" => "⋱",
        "ast" => "∗",
        "star" => "⋆",
        "bullet" => "•",
        "circ" | "degree" => "°",
        "prime" => "′",
        "dagger" => "†",
        "ell" => "ℓ",
        "hbar" => "ħ",
        "Re" => "ℜ",
        "Im" => "ℑ",
        "aleph" => "ℵ",
        "wp" => "℘",
        "angle" => "∠",
        "top" => "⊤",
        "bot" => "⊥",
        "odot" => "⊙",
        "diamond" => "⋄",
        "langle" => "⟨",
        "rangle" => "⟩",
        "lceil" => "⌈",
        "rceil" => "⌉",
        "lfloor" => "⌊",
        "rfloor" => "⌋",
        "lbrace" => "{",
        "rbrace" => "}",
        "lvert" | "rvert" | "vert" => "|",
        "quad" | "qquad" | "enspace" => " ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_readable_without_mathematics() {
        for (tex, text) in [
            ("$\\alpha$-fair", "α-fair"),
            ("$x_1 \\le x^2$", "x₁ ≤ x²"),
            ("$x\\leq y$", "x ≤ y"),
            ("$O(n \\log n)$", "O(n log n)"),
            ("$O(n\\log(n))$", "O(n log(n))"),
            ("$10^{-3}$", "10⁻³"),
            ("$2^{n-k}$", "2^(n−k)"),
            ("$a_{ij}$", "aᵢⱼ"),
            ("$\\mathrm{SO}_4^{2-}$", "SO₄²⁻"),
            ("$\\mathbb{R}^n$", "ℝⁿ"),
            ("$\\frac{1}{2}$", "1/2"),
            ("$\\frac{a+b}{c}$", "(a+b)/c"),
            ("$\\sqrt{2}$", "√2"),
            ("$\\sqrt[3]{x+1}$", "∛(x+1)"),
            ("Homo $\\times$ sapiens", "Homo × sapiens"),
            ("$f\\colon A \\to B$", "f: A → B"),
            ("$\\sum_{i=1}^n x_i$", "∑ᵢ₌₁ⁿ xᵢ"),
            ("$\\hat{x}$", "x\u{302}"),
            ("$90^\\circ$", "90°"),
            ("$f'(x)$", "f′(x)"),
            ("$\\left\\{ a \\right\\}$", "{ a }"),
            ("$x \\text{ for all } y$", "x for all y"),
            ("\\(x+y\\)", "x+y"),
            ("$\\foo{x} y$", "\\foo{x} y"),
            ("$5 and $6", "$5 and $6"),
        ] {
            assert_eq!(plain(tex), text, "{tex}");
        }
    }

    #[test]
    fn scripts_are_pieces_of_their_own() {
        let pieces = pieces("a $x^{ab}_2$ b");
        let pieces: Vec<(&str, ScriptPosition)> = pieces.iter().map(|(t, s)| (&**t, *s)).collect();
        assert_eq!(
            pieces,
            [
                ("a ", ScriptPosition::Normal),
                ("x", ScriptPosition::Normal),
                ("ab", ScriptPosition::Superscript),
                ("2", ScriptPosition::Subscript),
                (" b", ScriptPosition::Normal),
            ]
        );
    }

    #[test]
    fn deep_formulas_end() {
        let deep = format!("${}x{}$", "{^".repeat(300), "}".repeat(300));
        assert!(plain(&deep).contains('x'));
        let fractions = format!("${}1$", "\\frac{".repeat(100));
        assert_eq!(plain(&fractions), fractions);
    }
}
