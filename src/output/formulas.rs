//! Formulas in the texts of references (`$…$`), which LaTeX and Markdown typeset.
//!
//! The text of a reference may come from anywhere, so a formula stays a formula only if it consists of commands
//! of mathematics. Others could read files or define commands anew; they are printed as text.

use crate::csl::formula;

/// Escapes text, and formulas in it by `typeset`, if that returns something.
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
        let formula = formula::at_start(rest).filter(|formula| is_safe(formula));
        match formula.and_then(|formula| Some((formula.len(), typeset(formula)?))) {
            Some((length, formula)) => {
                escaped.push_str(&escape(text.get(start..at).unwrap_or_default()));
                escaped.push_str(&formula);
                at += length;
                start = at;
            }
            None => at += 1,
        }
    }
    escaped.push_str(&escape(text.get(start..).unwrap_or_default()));
    escaped
}

/// Returns the text between the delimiters of a formula.
pub(super) fn inside(formula: &str) -> &str {
    let inside = formula
        .strip_prefix('$')
        .and_then(|rest| rest.strip_suffix('$'));
    inside
        .or_else(|| {
            formula
                .strip_prefix("\\(")
                .and_then(|rest| rest.strip_suffix("\\)"))
        })
        .unwrap_or(formula)
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
            name => COMMANDS.binary_search(&name).is_ok(),
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
