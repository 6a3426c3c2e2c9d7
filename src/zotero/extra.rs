//! The field Extra: lines, some of which assign a value, as `Original Date: 1867` or `tex.ids: a, b`.

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ExtraLine {
    /// The line as it was written.
    pub(super) text: String,
    /// The variables, fields and roles that it may assign.
    pub(super) assignment: Option<NamedValue>,
}

/// A name and its value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NamedValue {
    /// The name as it was written.
    pub(super) name: String,
    /// The value.
    pub(super) value: String,
    /// Whether the value is TeX: `tex.title = {\LaTeX}`.
    pub(super) is_tex: bool,
}

/// Returns the lines, with the older form `{:name: value}` on lines of its own.
pub(super) fn lines(text: &str) -> Vec<ExtraLine> {
    let mut lines = Vec::new();
    for written in text.lines() {
        let mut rest = written.trim();
        while let Some(inside) = rest.strip_prefix("{:")
            && let Some((inside, after)) = inside.split_once('}')
            && let Some(assignment) = assignment(inside)
        {
            lines.push(ExtraLine {
                text: inside.trim().to_owned(),
                assignment: Some(assignment),
            });
            rest = after.trim_start();
        }
        // A line from which all was taken is gone; an empty line stays.
        if !rest.is_empty() || written.trim().is_empty() {
            lines.push(ExtraLine {
                text: rest.to_owned(),
                assignment: assignment(rest),
            });
        }
    }
    lines
}

/// Reads `name: value`, divided at the first colon.
fn assignment(line: &str) -> Option<NamedValue> {
    let colon = line.find(':');
    // Better BibTeX has `tex.name = value` for TeX.
    let equals = line.find('=').filter(|at| {
        let name = line.get(..*at).unwrap_or_default().trim();
        name.contains('.') && name.to_ascii_lowercase().contains("tex.")
    });
    let (at, is_tex) = match (colon, equals) {
        (Some(colon), Some(equals)) if equals < colon => (equals, true),
        (None, Some(equals)) => (equals, true),
        (Some(colon), _) => (colon, false),
        (None, None) => return None,
    };
    let (name, value) = (line.get(..at)?.trim(), line.get(at + 1..)?.trim());
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '+');
    let begins_well = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    (begins_well && name.chars().all(is_name) && !value.is_empty()).then(|| NamedValue {
        name: name.to_owned(),
        value: value.to_owned(),
        is_tex,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_divided_at_the_first_colon() {
        let text = "A note\nOriginal Date: 1867\nURL: https://a.example/b:c\n{:PMID: 12}{:DOI: 10.1/a} rest\n\n\
                    tex.title = {\\LaTeX: a}\nno value:\n(see: there)";
        let read: Vec<_> = lines(text)
            .into_iter()
            .map(|line| {
                (
                    line.text,
                    line.assignment.map(|a| (a.name, a.value, a.is_tex)),
                )
            })
            .collect();
        let line = |text: &str, assigned: Option<(&str, &str, bool)>| {
            let assigned =
                assigned.map(|(name, value, is_tex)| (name.to_owned(), value.to_owned(), is_tex));
            (text.to_owned(), assigned)
        };
        assert_eq!(
            read,
            [
                line("A note", None),
                line(
                    "Original Date: 1867",
                    Some(("Original Date", "1867", false))
                ),
                line(
                    "URL: https://a.example/b:c",
                    Some(("URL", "https://a.example/b:c", false))
                ),
                line("PMID: 12", Some(("PMID", "12", false))),
                line("DOI: 10.1/a", Some(("DOI", "10.1/a", false))),
                line("rest", None),
                line("", None),
                line(
                    "tex.title = {\\LaTeX: a}",
                    Some(("tex.title", "{\\LaTeX: a}", true))
                ),
                line("no value:", None),
                line("(see: there)", None),
            ]
        );
    }
}
