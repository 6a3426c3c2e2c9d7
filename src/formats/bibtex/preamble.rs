//! The commands of TeX that a `@preamble` defines for the entries of its file.

use std::collections::HashSet;

/// The commands that texts use.
#[derive(Debug, Default)]
pub struct UsedCommands(HashSet<String>);

impl UsedCommands {
    /// Adds the commands of a text.
    pub fn add(&mut self, tex: &str) {
        for (_, command) in commands(tex) {
            if !self.0.contains(command) {
                self.0.insert(command.to_owned());
            }
        }
    }

    /// Returns whether a `@preamble` defines one of them.
    pub fn are_defined_in(&self, preamble: &str) -> bool {
        let defined = defined_commands(preamble);
        defined.iter().any(|command| self.0.contains(*command))
    }
}

/// Returns the names of the commands that a text defines.
fn defined_commands(tex: &str) -> Vec<&str> {
    let mut defined = Vec::new();
    let mut end_of_definer = None;
    for (at, command) in commands(tex) {
        let between = end_of_definer.and_then(|end| tex.get(end..at));
        if between.is_some_and(|text| text.chars().all(|c| c.is_whitespace() || "{*".contains(c))) {
            defined.push(command);
        }
        let is_definer = matches!(
            command,
            "newcommand"
                | "renewcommand"
                | "providecommand"
                | "DeclareRobustCommand"
                | "DeclareMathOperator"
                | "def"
                | "gdef"
                | "edef"
                | "xdef"
                | "let"
        );
        end_of_definer = is_definer.then_some(at + 1 + command.len());
    }
    defined
}

/// Returns the commands in a text that are words, without their backslashes, with the places of these.
fn commands(tex: &str) -> impl Iterator<Item = (usize, &str)> {
    let places = memchr::memchr_iter(b'\\', tex.as_bytes());
    places.filter_map(|at| {
        let after = tex.get(at + 1..)?;
        let end = after
            .find(|c: char| !(c.is_ascii_alphabetic() || c == '@'))
            .unwrap_or(after.len());
        let command = after.get(..end).filter(|command| !command.is_empty())?;
        Some((at, command))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_defined_in_several_ways() {
        let preamble = r"\newcommand*{\noopsort}[1]{} \def\switch#1{\emph{#1}} \providecommand{\bar}{\baz}\let\x=\y";
        assert_eq!(
            defined_commands(preamble),
            ["noopsort", "switch", "bar", "x"]
        );
        let mut used = UsedCommands::default();
        used.add(r"\emph{a} \noop \baz");
        assert!(!used.are_defined_in(preamble));
        used.add(r"{\noopsort{a}}");
        assert!(used.are_defined_in(preamble));
    }
}
