//! Templates of documents, with names between dollar signs as placeholders.

/// Fills a template with values. A dollar sign that starts no known name is kept, and inserted values are not
/// expanded again.
pub(super) fn fill_template(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        filled.push_str(before);
        let value = after.split_once('$').and_then(|(name, after_name)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((value, after_name))
        });
        match value {
            Some((value, after_name)) => {
                filled.push_str(value);
                rest = after_name;
            }
            None => {
                filled.push('$');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_where_their_names_stand_and_are_not_looked_at_again() {
        let values = [("title", "$body$ costs $5"), ("body", "b")];
        assert_eq!(
            fill_template("<$title$|$body$> $ $other$ $", &values),
            "<$body$ costs $5|b> $ $other$ $"
        );
    }
}
