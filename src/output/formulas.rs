//! Formulas in the texts of references (`$…$`), which LaTeX and Markdown typeset.
//!
//! The text of a reference may come from anywhere, so a formula stays a formula only if it consists of commands
//! of mathematics. Others could read files or redefine commands; they are printed as text.

use crate::csl::formula;
pub(super) use crate::csl::formula::inside;

/// Escapes text, and formulas in it by `typeset`. Those for which it returns nothing are escaped as plain text.
pub(super) fn escape_around(
    text: &str,
    escape: impl Fn(&str) -> String,
    typeset: impl Fn(&str) -> Option<String>,
) -> String {
    if !text.contains('$') && !text.contains("\\(") {
        return escape(text);
    }
    let mut escaped = String::with_capacity(text.len());
    let mut start = 0;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['$', '\\'])) {
        at += found;
        let rest = text.get(at..).unwrap_or_default();
        let Some(formula) = formula::at_start(rest) else {
            at += 1;
            continue;
        };
        escaped.push_str(&escape(text.get(start..at).unwrap_or_default()));
        let typeset = Some(formula)
            .filter(|formula| is_safe(formula))
            .and_then(&typeset);
        escaped.push_str(&typeset.unwrap_or_else(|| escape(&formula::plain(formula))));
        at += formula.len();
        start = at;
    }
    escaped.push_str(&escape(text.get(start..).unwrap_or_default()));
    escaped
}

/// Returns whether a formula has no commands but those of mathematics, and no character that ends it or its line.
pub(super) fn is_safe(formula: &str) -> bool {
    let mut rest = inside(formula);
    if rest.contains(['%', '#', '~', '\n', '\r']) || rest.contains("^^") {
        return false;
    }
    while let Some((_, after)) = rest.split_once('\\') {
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (name, behind) = after.split_at(letters);
        let is_known = match name {
            "" => behind.starts_with([',', ';', ':', '!', ' ', '{', '}', '|', '_', '&', '$']),
            name => {
                COMMANDS.binary_search(&name).is_ok()
                    || PROVIDED.iter().any(|(provided, _)| *provided == name)
            }
        };
        if !is_known {
            return false;
        }
        rest = match name {
            "" => behind.get(1..).unwrap_or_default(),
            _ => behind,
        };
    }
    true
}

/// Commands of mathematics that LaTeX has in a package only, and definitions for want of it.
const PROVIDED: [(&str, &str); 5] = [
    ("mathbb", "\\providecommand{\\mathbb}[1]{\\mathbf{#1}}"),
    ("mathfrak", "\\providecommand{\\mathfrak}[1]{\\mathcal{#1}}"),
    ("mathscr", "\\providecommand{\\mathscr}[1]{\\mathcal{#1}}"),
    (
        "operatorname",
        "\\providecommand{\\operatorname}[1]{\\mathrm{#1}}",
    ),
    ("text", "\\providecommand{\\text}[1]{\\mbox{#1}}"),
];

/// Returns definitions of the commands in the formulas of a LaTeX text that LaTeX may lack.
pub(super) fn definitions(latex: &str) -> String {
    let used = PROVIDED
        .iter()
        .filter(|(name, _)| latex.contains(&format!("\\{name}{{")));
    used.map(|(_, definition)| format!("{definition}\n"))
        .collect()
}

/// Commands of mathematics that every LaTeX format defines, in the order of bytes.
#[rustfmt::skip]
const COMMANDS: &[&str] = &[
    "Bigl", "Bigr", "Delta", "Gamma", "Im", "Lambda", "Leftarrow", "Leftrightarrow", "Omega", "Phi", "Pi", "Pr",
    "Psi", "Re", "Rightarrow", "Sigma", "Theta", "Upsilon", "Xi", "acute", "aleph", "alpha", "angle", "approx",
    "arccos", "arcsin", "arctan", "arg", "ast", "bar", "beta", "bigcap", "bigcup", "bigl", "bigr", "bot",
    "breve", "bullet", "cap", "cdot", "cdots", "check", "chi", "circ", "cong", "cos", "cosh", "cot", "cup",
    "dagger", "ddot", "ddots", "deg", "delta", "det", "diamond", "dim", "div", "dot", "dots", "ell", "emptyset",
    "epsilon", "equiv", "eta", "exists", "exp", "forall", "frac", "gamma", "gcd", "ge", "geq", "gets", "gg",
    "grave", "hat", "hbar", "hom", "in", "inf", "infty", "int", "iota", "kappa", "ker", "lambda", "land",
    "langle", "lceil", "ldots", "le", "left", "leftarrow", "leftrightarrow", "leq", "lfloor", "lg", "lim",
    "liminf", "limsup", "ll", "ln", "lnot", "log", "lor", "mapsto", "mathbf", "mathcal", "mathit", "mathrm",
    "mathsf", "mathtt", "max", "mid", "min", "mod", "mp", "mu", "nabla", "ne", "neg", "neq", "ni", "notin",
    "nu", "odot", "oint", "omega", "ominus", "oplus", "otimes", "overline", "parallel", "partial", "perp",
    "phi", "pi", "pm", "prec", "prime", "prod", "propto", "psi", "quad", "rangle", "rceil", "rfloor", "rho",
    "right", "rightarrow", "sec", "setminus", "sigma", "sim", "simeq", "sin", "sinh", "sqrt", "star", "subset",
    "subseteq", "succ", "sum", "sup", "supset", "supseteq", "tan", "tanh", "tau", "theta", "tilde", "times",
    "to", "top", "underline", "upsilon", "varepsilon", "varphi", "varpi", "varrho", "varsigma", "vartheta",
    "vdots", "vec", "vee", "wedge", "widehat", "widetilde", "wp", "xi", "zeta",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_of_mathematics_alone_are_typeset() {
        assert!(COMMANDS.is_sorted());
        let escaped = |text: &str| {
            escape_around(
                text,
                |text| text.replace('$', "D"),
                |f| Some(format!("<{f}>")),
            )
        };
        assert_eq!(
            escaped("a $\\alpha$ and $5 or \\(x+y\\)"),
            "a <$\\alpha$> and D5 or <\\(x+y\\)>"
        );
        for hostile in [
            "$\\input{x}$",
            "$\\write18{x}$",
            "$a^^5cb$",
            "$x%_$",
            "$\\csname x\\endcsname$",
        ] {
            assert!(!escaped(hostile).contains('<'), "{hostile}");
        }
    }
}
