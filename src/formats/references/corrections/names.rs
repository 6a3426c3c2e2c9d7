//! Tells names from titles and roles.

use super::super::labels::Label;
use super::super::names::is_particle;
use super::super::words::{self, WordClass};
use super::super::{line, quotation};
use super::{LabelledTokens, is_dash, is_initials};

/// Gives a role in parentheses the label of the names before it: `(a cura di)`, `(Hrsg.)`.
pub(super) fn label_roles(reference: &mut LabelledTokens<'_, '_>) {
    const LONGEST_ROLE: usize = 3;
    for at in 1..reference.len() {
        let Some(names @ (Label::Author | Label::Editor)) = reference.label(at - 1) else {
            continue;
        };
        if reference.label(at) == Some(names) || !reference.token(at).starts_with(['(', '[']) {
            continue;
        }
        let end = (at..reference.len())
            .take(LONGEST_ROLE)
            .find(|at| reference.token(*at).contains([')', ']']));
        if let Some(end) = end
            && reference.any_is(at..end + 1, WordClass::EDITOR)
        {
            reference.set(at..end + 1, Label::Editor);
            // The names before it are those of editors.
            let before = reference.labels.iter_mut().take(at).rev();
            for label in before.take_while(|label| **label == names) {
                *label = Label::Editor;
            }
        }
    }
}

/// Makes authors of the names at the beginning if no word says that they are editors.
pub(super) fn find_authors(reference: &mut LabelledTokens<'_, '_>) {
    let names = reference.run_at(reference.start());
    // The `a` of `a cura di` is too common to be one.
    let names_editors =
        |at: usize| reference.is(at, WordClass::EDITOR) && words::plain(reference.token(at)) != "a";
    if reference.label(names.start) == Some(Label::Editor)
        && !(0..reference.len()).any(names_editors)
    {
        reference.set(names, Label::Author);
    }
}

/// Ends names where the title begins: after `A.:`, and after the period of the initials of names that have no other,
/// as in `HELFRICH S. Free, fair and alive`.
pub(super) fn end_names(reference: &mut LabelledTokens<'_, '_>) {
    let names = reference.run_at(reference.start());
    if reference.label(names.start) != Some(Label::Author) {
        return;
    }
    let has_title = reference.has(&[Label::Title]);
    // Names are on one side of the date: `De Angelis M 2017 Omnia Sunt Communia: On the commons`.
    if reference.label(names.end) == Some(Label::Date) {
        let more = reference.run_at(reference.run_at(names.end).end);
        let are_names = reference.label(more.start) == Some(Label::Author);
        if are_names && reference.label(more.end) == Some(Label::Title) {
            reference.set(more, Label::Title);
        }
    }
    if has_title && reference.label(names.end) != Some(Label::Title) {
        return;
    }
    let tokens = reference.tokens.get(names.clone()).unwrap_or_default();
    if let Some(last) = end_of_names(tokens) {
        reference.set(names.start + last + 1..names.end, Label::Title);
    }
}

/// Returns whether a word is a French or Italian noun with its article, as no name is: `L'immatériel`, but not
/// `L'Hôpital`.
fn begins_with_elided_article(token: &str) -> bool {
    ["L'", "L\u{2019}"]
        .iter()
        .filter_map(|article| token.strip_prefix(article))
        .any(|noun| noun.starts_with(char::is_lowercase))
}

/// Returns the last token of names, if punctuation shows it.
fn end_of_names(names: &[&str]) -> Option<usize> {
    let mut has_bare_initials = false;
    for (at, token) in names.iter().enumerate() {
        let follows_comma = at >= 2 && names.get(at - 1).is_some_and(|last| last.ends_with(','));
        if follows_comma && begins_with_elided_article(token) {
            return Some(at - 1);
        }
        let letters = token.trim_end_matches(['.', ',', ':']);
        let marks = token.get(letters.len()..).unwrap_or_default();
        if !is_initials(letters) {
            continue;
        }
        if marks == ".:" {
            return Some(at);
        }
        if marks == "," {
            has_bare_initials = true;
        }
        let next = names.get(at + 1).copied().unwrap_or_default();
        // `SÁ, M. N. de. A rede`
        let is_last_particle = next.ends_with('.') && is_particle(next);
        let goes_on = matches!(
            words::plain(next).as_str(),
            "and" | "et" | "und" | "y" | "" | "jr"
        ) || is_initials(next.trim_end_matches(['.', ',', ':']))
            || is_last_particle;
        let family = names
            .get(..at)
            .unwrap_or_default()
            .iter()
            .rev()
            .find(|token| !is_initials(token));
        if marks == "." && !goes_on && (ends_inverted_name(names, at) || ends_first_name(names, at))
        {
            return Some(at);
        }
        let is_capitals = family.is_some_and(|family| {
            family.chars().count() > 2 && family.chars().all(char::is_uppercase)
        });
        // `Siefkes C. Peer-Produktion: Title`
        let is_after_bare_family = at > 0
            && names.get(at - 1).is_some_and(|family| {
                family.ends_with(char::is_alphabetic) && !is_initials(family)
            });
        let ends_with_colon = names.last().is_some_and(|last| last.ends_with(':'));
        if marks == "."
            && !goes_on
            && (is_capitals || has_bare_initials || (is_after_bare_family && ends_with_colon))
        {
            return Some(at);
        }
    }
    None
}

/// Returns whether the initials at a place end names that are all inverted, because what follows is no name: `Bollier, D.;
/// Helfrich, S. Free, Fair and Alive`.
fn ends_inverted_name(names: &[&str], at: usize) -> bool {
    let is_initial = |token: &str| is_initials(token.trim_end_matches(['.', ',', ';']));
    let is_family = |token: &&str| token.ends_with(',') && !is_initial(token);
    let first = names.iter().position(|token| token.ends_with(','));
    let begins_with_family = names.first().is_some_and(|first| !is_initial(first));
    let begins_inverted = first.is_some_and(|first| {
        begins_with_family
            && first < 3
            && names.get(first).is_some_and(is_family)
            && names.get(first + 1).is_some_and(|next| is_initial(next))
    });
    let family = names
        .get(..at)
        .unwrap_or_default()
        .iter()
        .rev()
        .find(|token| !is_initial(token));
    let Some(next) = names.get(at + 1) else {
        return false;
    };
    let class = words::classes_of(&words::plain(next));
    let is_word = next.chars().filter(|c| c.is_alphanumeric()).count() > 2
        && next.starts_with(char::is_uppercase);
    let joins = WordClass::AND
        .union(WordClass::EDITOR)
        .union(WordClass::TRANSLATOR)
        .union(WordClass::OTHERS);
    // `Coleman, E. Gabriella, Title`: an initial may precede the name that a person goes by.
    let has_more_names = names
        .get(..at)
        .unwrap_or_default()
        .iter()
        .any(|token| token.ends_with(';') || matches!(*token, "&" | "and"));
    begins_inverted
        && family.is_some_and(is_family)
        && is_word
        && !class.contains(joins)
        && (has_more_names || !next.ends_with(','))
}

/// Returns whether the initials at a place end the name of one author without a comma, because too much follows for a
/// family name: `Benkler Y. Coase’s penguin, or,`, but not `Robert C. Ellickson,`.
fn ends_first_name(names: &[&str], at: usize) -> bool {
    let (Some(family), Some(initials)) = (
        at.checked_sub(1).and_then(|before| names.get(before)),
        names.get(at),
    ) else {
        return false;
    };
    let is_family = at == 1
        && family.ends_with(char::is_alphabetic)
        && !is_initials(family)
        && !words::classes_of(&words::plain(family)).contains(WordClass::GIVEN_NAME);
    let Some(next) = names.get(at + 1) else {
        return false;
    };
    let joins = WordClass::AND.union(WordClass::PARTICLE);
    let class = |word: &str| words::classes_of(&words::plain(word));
    let is_joined = class(next).contains(joins)
        || names.get(at + 2).is_some_and(|after| {
            class(after).contains(joins) && !after.ends_with(',') || *after == "&"
        });
    let has_two_letters = initials.chars().filter(|c| c.is_alphabetic()).count() == 2;
    let may_be_family = next.ends_with([',', '.', ':', ';']) && !has_two_letters;
    is_family && !is_joined && !may_be_family
}

/// Divides a reference at the dashes between its parts: `Title – Given Family – https://a.example`. Does nothing if both
/// the author and the title were found.
pub(super) fn divide_at_dashes(reference: &mut LabelledTokens<'_, '_>) {
    const MOST_NAMES: usize = 8;
    if reference.has(&[Label::Author]) && reference.has(&[Label::Title]) {
        return;
    }
    let count = reference.len();
    let dashes: Vec<usize> = (1..count)
        .filter(|at| is_dash(reference.token(*at)) && !reference.ends_sentence(at - 1))
        .collect();
    let [first, rest @ ..] = dashes.as_slice() else {
        return;
    };
    let second = rest.first().copied().unwrap_or(count);
    let parts = [0..*first, first + 1..second];
    let are_names = parts.clone().map(|part| {
        (2..=MOST_NAMES).contains(&part.len())
            && part.clone().all(|at| is_of_name(reference, at))
            && part
                .into_iter()
                .all(|at| !reference.token(at).ends_with(','))
    });
    let [one, two] = parts;
    let (names, title) = match are_names {
        [true, false] => (one, two),
        [false, true] => (two, one),
        _ => return,
    };
    // The year in the title's part is none of its words, and nor is an address.
    let title_end = title
        .clone()
        .find(|at| {
            let token = reference.token(*at);
            words::is_url(token) || (token.starts_with('(') && line::has_year(token))
        })
        .unwrap_or(title.end);
    if title_end == title.start {
        return;
    }
    reference.set(names, Label::Author);
    if title_end < title.end && !words::is_url(reference.token(title_end)) {
        reference.set(title_end..title_end + 1, Label::Date);
    }
    reference.set(title.start..title_end, Label::Title);
    for at in dashes {
        reference.set(at..at + 1, Label::Note);
    }
}

/// Returns whether a token may be part of the name of a person, or joins two.
fn is_of_name(reference: &LabelledTokens<'_, '_>, at: usize) -> bool {
    let token = reference.token(at);
    let joins = reference.is(at, WordClass::AND.union(WordClass::PARTICLE)) || token == "&";
    let is_word = token.starts_with(char::is_uppercase)
        && !reference.is(at, WordClass::FUNCTION)
        && !token.contains(|c: char| c.is_ascii_digit() || matches!(c, ':' | '?' | '!' | '"'));
    joins || is_word
}

/// Makes names of the text before a year at the beginning, if a title follows the year: `Australia. Department of
/// Health. (1999). Mental health.`
pub(super) fn find_names_before_year(reference: &mut LabelledTokens<'_, '_>) {
    const MOST_WORDS: usize = 14;
    let start = reference.start();
    let Some(year) = (start + 1..reference.len().min(start + MOST_WORDS))
        .find(|at| line::has_year(reference.token(*at)))
    else {
        return;
    };
    let token = reference.token(year);
    let before = reference.token(year - 1);
    let opens = token.starts_with('(');
    let is_separate = before.ends_with(['.', ')', ',']) && token.ends_with(['.', ',', ':']);
    let has_title_after = reference.label(year + 1) == Some(Label::Title);
    let is_title_before = reference.label(start) == Some(Label::Title)
        || (opens && (start..year).any(|at| reference.label(at) == Some(Label::Title)));
    let has_quotes = (start..year)
        .any(|at| quotation::opens(reference.token(at)).is_some_and(|mark| mark != '\''));
    let has_names = !opens && (start..year).any(|at| reference.label(at) == Some(Label::Author));
    if (opens && token.contains(')') || is_separate)
        && has_title_after
        && is_title_before
        && !has_quotes
        && !has_names
    {
        reference.set(start..year, Label::Author);
        reference.set(year..year + 1, Label::Date);
    }
}
