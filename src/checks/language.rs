//! The language of an entry: a name that BibLaTeX does not know, or none where the title is not English.

use super::{CheckedEntry, RuleFinding};
use crate::formats::bibtex;
use crate::language::{self, babel};

pub(super) fn look(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    let langid = entry.own("langid").or_else(|| entry.own("hyphenation"));
    if let Some(field) = langid {
        let name = field.text.trim();
        if babel::tag(name, "").is_none()
            && let Some(known) = language::tag_of(name).as_deref().and_then(babel::name)
        {
            let message = format!("BibLaTeX does not know the language {name}");
            let finding = RuleFinding::warning(field.name, message)
                .help(format!("write {known}, as babel calls it"));
            found.push(finding.fix(field, known.to_owned()));
        }
        return;
    }
    if entry.has("langid") || entry.has("language") {
        return;
    }
    let Some(title) = entry.own("title") else {
        return;
    };
    let guess = language::guess(&bibtex::plain(&title.text));
    if let Some(guess) = guess.filter(|guess| *guess != "en") {
        let name = language::names(guess).and_then(|names| names.first());
        let name = name.copied().unwrap_or(guess);
        let message = format!("no language is given; styles take the title for {name}");
        let help = match babel::name(guess) {
            Some(babel) => format!("add langid = {{{babel}}} if that is right"),
            None => "add the language if that is right".to_owned(),
        };
        found.push(RuleFinding::notice(title.name, message).help(&help));
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::found_in;
    use super::*;

    #[test]
    fn a_guess_is_reported_and_not_written() {
        let found = found_in("@book{a, title = {Eigentum in der Stadt}}", look);
        assert_eq!(
            found,
            [(
                "title".to_owned(),
                "no language is given; styles take the title for German".to_owned(),
                None
            )]
        );
        for fine in [
            "@book{a, title = {Eigentum in der Stadt}, langid = {ngerman}}",
            "@book{a, title = {Eigentum in der Stadt}, language = {Deutsch}}",
            "@book{a, title = {Governing the Commons}}",
            "@book{a, title = {Wikinomics}}",
        ] {
            assert_eq!(found_in(fine, look), [], "{fine}");
        }
    }

    #[test]
    fn a_spelling_that_babel_does_not_know_gets_its_name() {
        let found = found_in("@book{a, title = {A}, langid = {中文}}", look);
        assert_eq!(found[0].2.as_deref(), Some("chinese"));
    }
}
