//! Mathematics inside a text: `$…$` or `\(…\)`, as TeX and Markdown write it.
//!
//! CSL has no markup for formulas, so programs leave them in the text as they are. No change of case and no
//! quotation mark may touch them.

#[cfg(feature = "formats")]
mod as_text;

#[cfg(feature = "formats")]
pub(crate) use as_text::plain;
#[cfg(feature = "output")]
pub(crate) use as_text::{ScriptPosition, in_script, inside, pieces};

/// The maximum length of a formula, in bytes. Without one, many lone dollar signs would take quadratic time.
const LONGEST: usize = 1_000;

/// Returns the formula at the beginning of a text, with its delimiters.
///
/// A dollar sign may also stand for money or be part of a name. As in pandoc, white space next to a delimiter
/// rules out a formula; and unless something in it occurs only in mathematics, so do words in it.
pub(crate) fn at_start(text: &str) -> Option<&str> {
    let (open, close) = match text.as_bytes() {
        [b'$', ..] => ("$", "$"),
        [b'\\', b'(', ..] => ("\\(", "\\)"),
        _ => return None,
    };
    let inside = text.get(open.len()..)?;
    let length = end_of_inside(inside, close)?;
    let (inside, after) = inside.split_at_checked(length)?;
    let is_apart =
        !inside.starts_with(char::is_whitespace) && !inside.ends_with(char::is_whitespace);
    let after = after.get(close.len()..)?.chars().next();
    let is_formula = open == "\\("
        || is_mathematical(inside)
        || !after.is_some_and(char::is_alphanumeric)
            && (has_operator(inside) || !inside.contains(char::is_whitespace));
    (is_apart && is_formula)
        .then(|| text.get(..open.len() + length + close.len()))
        .flatten()
}

/// Returns whether a text between dollar signs can only be a formula.
pub(crate) fn is_mathematical(inside: &str) -> bool {
    inside.contains(['\\', '^', '_']) || inside.chars().count() == 1
}

/// Returns whether a text contains a sign that joins the terms of a formula.
pub(crate) fn has_operator(inside: &str) -> bool {
    inside.contains(['+', '=', '<', '>'])
}

/// Parts of the names of commands that define commands, or read or write files.
#[cfg(feature = "formats")]
const COMMANDS_OF_PROGRAMS: [&str; 22] = [
    "active",
    "aftergroup",
    "catcode",
    "command",
    "csname",
    "def",
    "environment",
    "expandafter",
    "file",
    "immediate",
    "import",
    "include",
    "input",
    "loop",
    "lua",
    "package",
    "read",
    "scantokens",
    "shell",
    "special",
    "toks",
    "write",
];

/// Returns whether a formula has no commands but those that set text. The text of a reference may come from anywhere, and
/// TeX would run them.
#[cfg(feature = "formats")]
pub(crate) fn is_harmless(formula: &str) -> bool {
    // A character by its code could be any other, such as a backslash.
    if formula.contains("^^") {
        return false;
    }
    formula.split('\\').skip(1).all(|command| {
        let end = command
            .find(|c: char| !c.is_ascii_alphabetic() && c != '@')
            .unwrap_or(command.len());
        let (name, after) = command.split_at_checked(end).unwrap_or((command, ""));
        // An environment runs the command of its name.
        let name = match name {
            "begin" | "end" => after.split('}').next().unwrap_or_default(),
            name => name,
        };
        let name = name.to_ascii_lowercase();
        !matches!(
            name.as_str(),
            "let" | "futurelet" | "openin" | "openout" | "endlinechar"
        ) && !COMMANDS_OF_PROGRAMS.iter().any(|part| name.contains(part))
    })
}

/// Returns the length of the text before the closing delimiter, if that is not empty and its braces match.
fn end_of_inside(inside: &str, close: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, byte) in inside.bytes().enumerate().take(LONGEST) {
        let closes = match close {
            "$" => byte == b'$' && !escaped,
            _ => byte == b')' && escaped,
        };
        if closes {
            let length = at + 1 - close.len();
            return (length > 0 && depth == 0).then_some(length);
        }
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
    }
    None
}

/// Returns the position of the brace that closes a group.
#[cfg(feature = "formats")]
pub(crate) fn end_of_group(inside: &str) -> Option<usize> {
    let mut depth = 0_usize;
    inside.bytes().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return true,
            b'}' => depth -= 1,
            _ => {}
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "formats")]
    #[test]
    fn formulas_that_run_programs_are_recognized() {
        for formula in [
            "$\\mathbb{R}$",
            "$x_{input}$",
            "\\(\\begin{pmatrix}a\\\\b\\end{pmatrix}\\)",
            "$\\text{let } a \\leq b$",
            "$\\$5$",
        ] {
            assert!(is_harmless(formula), "{formula}");
        }
        for formula in [
            "$\\input{x}$",
            "$a\\write18{x}$",
            "$\\csname x\\endcsname$",
            "$a^^5cinput{x}$",
            "$\\begin{filecontents*}{x}$",
            "$\\begin{input}{x}$",
            "$\\let\\a\\b$",
            "$\\gdef\\a{b}$",
            "$\\@@input x$",
            "$\\newcommand\\a{b}$",
        ] {
            assert!(!is_harmless(formula), "{formula}");
        }
    }

    #[test]
    fn formulas_are_distinguished_from_money_and_names() {
        for formula in [
            "$n$",
            "$\\alpha$",
            "$O(n \\log n)$",
            "$x_1$",
            "$O(n)$",
            "$x + y$",
            "\\(a b\\)",
            "$\\$5$",
            "$\\A$",
        ] {
            assert_eq!(at_start(&format!("{formula} b")), Some(formula));
        }
        for text in [
            "$5 or $6",
            "$5 million to $10 million",
            "$10-$20",
            "$ha and A$AP",
            "$",
            "$$",
            "$a",
            "$}{$",
            "$ x $",
            "(x)",
        ] {
            assert_eq!(at_start(text), None, "{text}");
        }
    }
}
