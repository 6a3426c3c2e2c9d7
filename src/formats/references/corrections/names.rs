//! Tells names from titles and roles.

use super::super::labels::Label;
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

/// Returns the last token of names, if punctuation shows it.
fn end_of_names(names: &[&str]) -> Option<usize> {
    let mut has_bare_initials = false;
    for (at, token) in names.iter().enumerate() {
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
        let goes_on = matches!(
            words::plain(next).as_str(),
            "and" | "et" | "und" | "y" | "" | "jr"
        ) || is_initials(next.trim_end_matches(['.', ',', ':']));
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

/// Finds the authors after the title: `Title, by Given Family. Publisher`.
pub(super) fn find_byline(reference: &mut LabelledTokens<'_, '_>) {
    const MOST_WORDS: usize = 12;
    const LONGEST_NAME: usize = 4;
    if reference.has(&[Label::Author, Label::Editor]) {
        return;
    }
    let Some(by) = (1..reference.len()).find(|at| {
        let is_in_title = matches!(
            reference.label(*at),
            Some(Label::Title | Label::ContainerTitle)
        );
        matches!(reference.token(*at), "by" | "By") && is_in_title
    }) else {
        return;
    };
    let role = by - 1;
    let is_separate = reference
        .token(role)
        .ends_with(|c: char| !c.is_alphanumeric())
        || reference.label(by + 1) != Some(Label::Title);
    let end = (by + 1..reference.len())
        .take(MOST_WORDS)
        .take_while(|at| {
            let token = reference.token(*at);
            token.starts_with(char::is_uppercase)
                || matches!(token, "and" | "&")
                || reference.is(*at, WordClass::PARTICLE)
        })
        .find(|at| {
            let token = reference.token(*at);
            let is_initial = words::plain(token).chars().count() <= 1;
            token.ends_with(['.', ',', ';']) && !is_initial
        });
    let rest = reference.len() - (by + 1);
    let end = match end {
        Some(end) => end + 1,
        None if (1..=LONGEST_NAME).contains(&rest) => reference.len(),
        None => return,
    };
    if !is_separate {
        return;
    }
    let has_role = reference.token(role).starts_with(char::is_uppercase)
        && reference.is(role, WordClass::EDITOR);
    if has_role {
        reference.set(role..end, Label::Editor);
    } else {
        reference.set(by..end, Label::Author);
    }
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

/// Makes a title of the text before the sentence that names the editors, if there is no other title: `Ghost Stories.
/// Ed. Peter Washington.`
pub(super) fn find_title_before_role(reference: &mut LabelledTokens<'_, '_>) {
    let start = reference.start();
    if reference.has(&[Label::Title, Label::Journal]) {
        return;
    }
    let end = (start..reference.len())
        .take_while(|at| matches!(reference.label(*at), Some(Label::Author | Label::Editor)))
        .last()
        .map_or(start, |last| last + 1);
    let role = WordClass::EDITOR.union(WordClass::TRANSLATOR);
    let Some(at) = (start + 1..end).find(|at| {
        reference.is(*at, role)
            && reference.token(*at).starts_with(char::is_uppercase)
            && reference.ends_sentence(at - 1)
    }) else {
        return;
    };
    let has_marks_of_names = (start..at).any(|at| {
        reference.token(at).ends_with(',')
            || is_initials(reference.token(at).trim_end_matches(['.', ',']))
    });
    if !has_marks_of_names {
        reference.set(start..at, Label::Title);
        reference.set(at..end, Label::Editor);
    }
}

/// Labels a role that follows names and a comma as part of the names, not of the title: `Lind T, Park C, editors. Title`.
pub(super) fn find_role_after_names(reference: &mut LabelledTokens<'_, '_>) {
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let Some(before) = title.start.checked_sub(1) else {
        return;
    };
    let is_role = reference.is(title.start, WordClass::EDITOR)
        && reference.token(title.start).starts_with(char::is_lowercase)
        && (reference.token(title.start).ends_with(['.', ','])
            || reference.token(title.start + 1) == ",");
    let has_names = reference.label(before) == Some(Label::Author);
    if is_role && has_names && reference.token(before).ends_with(',') && title.len() > 1 {
        for label in reference.labels.iter_mut().take(title.start + 1) {
            if *label != Label::CitationNumber {
                *label = Label::Editor;
            }
        }
    }
}

/// Ends names after their first sentence if the reference has no title: `Lattimore, Grace. Orchard Politics. 1938.`
pub(super) fn find_title_after_names(reference: &mut LabelledTokens<'_, '_>) {
    if reference.has(&[Label::Title, Label::Journal]) {
        return;
    }
    let Some(names) = reference.first_run(Label::Author) else {
        return;
    };
    // `Seaman G. Technology & society.`
    let initials = names.clone().skip(1).find(|at| {
        let letters = reference.token(*at).trim_end_matches('.');
        let family = reference.token(at - 1);
        reference.token(*at).ends_with('.')
            && is_initials(letters)
            && family.ends_with(char::is_alphabetic)
            && !is_initials(family)
    });
    if let Some(initials) = initials
        && initials + 1 < names.end
    {
        return reference.set(initials + 1..names.end, Label::Title);
    }
    // `Hardt, Michael, and Antonio Negri, Commonwealth`
    let and = names
        .clone()
        .rfind(|at| reference.is(*at, WordClass::AND) || reference.token(*at) == "&");
    let comma = and.and_then(|and| (and..names.end).find(|at| reference.token(*at).ends_with(',')));
    if let (Some(and), Some(comma)) = (and, comma)
        && comma > and + 1
        && comma + 1 < names.end
        && !is_initials(reference.token(comma + 1).trim_end_matches(['.', ',']))
        && !reference.any_is(names.clone(), WordClass::EDITOR)
    {
        return reference.set(comma + 1..names.end, Label::Title);
    }
    let end = names.clone().find(|at| reference.ends_sentence(*at));
    let has_comma = |end: usize| {
        (names.start..end).any(|at| reference.token(at).ends_with(','))
            && !is_initials(reference.token(names.start).trim_end_matches(['.', ',']))
    };
    if let Some(end) = end
        && end + 1 < names.end
        && has_comma(end)
    {
        reference.set(end + 1..names.end, Label::Title);
    }
}

/// Finds the author in the sentence between the title and the periodical: `Title. Given Family. Journal, 2006`.
pub(super) fn find_author_after_title(reference: &mut LabelledTokens<'_, '_>) {
    const LONGEST_NAME: usize = 3;
    if reference.has(&[Label::Author, Label::Editor]) {
        return;
    }
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let last = title.end - 1;
    let is_before_container = matches!(
        reference.label(title.end),
        Some(Label::Journal | Label::ContainerTitle | Label::Publisher)
    );
    let before = (title.start..last)
        .rev()
        .find(|at| reference.ends_sentence(*at));
    let Some(before) = before.filter(|_| is_before_container && reference.ends_sentence(last))
    else {
        return;
    };
    let is_word = |at: usize| {
        is_of_name(reference, at)
            && !reference.is(at, WordClass::AND.union(WordClass::JOURNAL))
            && !reference.token(at).ends_with(',')
    };
    if (2..=LONGEST_NAME).contains(&(last - before)) && (before + 1..=last).all(is_word) {
        reference.set(before + 1..last + 1, Label::Author);
    }
}

/// Finds the names at the beginning of a title, if there are no others: `Camões, Luís de. Os Lusiadas`, `Jan Lind and Kai
/// Park (Eds.), The Commons`.
pub(super) fn find_names_in_title(reference: &mut LabelledTokens<'_, '_>) {
    const MOST_WORDS: usize = 12;
    const LONGEST_NAME: usize = 5;
    if reference.has(&[Label::Author, Label::Editor]) {
        return;
    }
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let names = title.clone().take_while(|at| is_of_name(reference, *at));
    let is_role = |at: &usize| {
        let token = reference.token(*at);
        token.starts_with('(') && token.contains(')') && reference.is(*at, WordClass::EDITOR)
    };
    let count = names.count();
    let after = title.start + count;
    if count > 1 && count <= MOST_WORDS && after + 1 < title.end && is_role(&after) {
        return reference.set(title.start..after + 1, Label::Editor);
    }
    // `Given Family, Title (Place: Publisher, 2014)`
    let comma = title.start + 1;
    let is_note = reference.token(title.end).starts_with('(')
        && matches!(
            reference.label(title.end),
            Some(Label::Location | Label::Publisher | Label::Date)
        );
    let comma = if reference.token(comma).ends_with(',') {
        comma
    } else {
        comma + 1
    };
    if is_note
        && comma + 1 < title.end
        && reference.token(comma).ends_with(',')
        && (title.start..=comma).all(|at| is_of_name(reference, at))
        && !reference.token(title.start).ends_with(',')
    {
        return reference.set(title.start..comma + 1, Label::Author);
    }
    let is_inverted = reference.token(title.start).ends_with(',');
    let end = title
        .clone()
        .take(LONGEST_NAME)
        .skip(1)
        .find(|at| reference.token(*at).ends_with(['.', ':']));
    if let Some(end) = end
        && is_inverted
        && end + 1 < title.end
        && end < after
        && !is_initials(reference.token(end).trim_end_matches('.'))
    {
        reference.set(title.start..end + 1, Label::Author);
    }
}

/// Gives names after a comma to those before it, and not to the title: `Andrade, Mário de. Macunaíma`, `Lind, K., Jo Park,
/// and Ann Lee. Title`.
pub(super) fn join_given_names(reference: &mut LabelledTokens<'_, '_>) {
    const MOST_GIVEN_NAMES: usize = 4;
    const MOST_WORDS: usize = 16;
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let names = reference
        .labels
        .iter()
        .take(title.start)
        .filter(|label| **label == Label::Author)
        .count();
    let Some(last_name) = title.start.checked_sub(1) else {
        return;
    };
    let end = title
        .clone()
        .take(MOST_WORDS)
        .find(|at| reference.token(*at).ends_with('.') && !reference.token(*at).ends_with("Jr."));
    let Some(end) = end.filter(|end| end + 1 < title.end) else {
        return;
    };
    // More names follow if "and" precedes the last.
    let is_list = reference.any_is(title.start..end, WordClass::AND);
    let is_given_name = names == 1 && end < title.start + MOST_GIVEN_NAMES;
    if reference.label(last_name) == Some(Label::Author)
        && reference.token(last_name).ends_with(',')
        && (is_list || is_given_name)
        && (title.start..=end).all(|at| is_of_name(reference, at))
    {
        reference.set(title.start..end + 1, Label::Author);
    }
}

/// Gives a role that was taken for the end of the title to the names after it: `Title. Ed. by Given Family.`
pub(super) fn find_role_after_title(reference: &mut LabelledTokens<'_, '_>) {
    let runs = reference.runs();
    for pair in runs.windows(2) {
        let [
            (Label::Title, title),
            (Label::Author | Label::Editor, names),
        ] = pair
        else {
            continue;
        };
        let last = title.end - 1;
        let is_role = reference.is(last, WordClass::EDITOR)
            && reference.token(last).starts_with(char::is_uppercase)
            && title.len() > 1
            && reference.token(last - 1).ends_with(['.', ',', '?', '!']);
        if is_role
            && matches!(
                reference.token(names.start),
                "by" | "von" | "par" | "por" | "di"
            )
        {
            return reference.set(last..names.end, Label::Editor);
        }
    }
}

/// Gives the given name before a role in parentheses to the family name before it: `PRADO, Nara (org.). Title`.
pub(super) fn join_name_with_role(reference: &mut LabelledTokens<'_, '_>) {
    const MOST_NAMES: usize = 3;
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let follows_family = title.start.checked_sub(1).is_some_and(|family| {
        reference.label(family) == Some(Label::Author) && reference.token(family).ends_with(',')
    });
    let names = title
        .clone()
        .take_while(|at| is_of_name(reference, *at))
        .count();
    let role = title.start + names;
    if follows_family
        && (1..=MOST_NAMES).contains(&names)
        && role + 1 < title.end
        && reference.token(role).starts_with('(')
        && reference.is(role, WordClass::EDITOR)
    {
        reference.set(title.start..role, Label::Author);
    }
}

/// Gives a title the words that name a person in it, if the authors precede it: `Lind K. Talks with and by Kai Park.`
pub(super) fn join_byline(reference: &mut LabelledTokens<'_, '_>) {
    let runs = reference.runs();
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let has_authors = runs
        .iter()
        .any(|(label, range)| *label == Label::Author && range.end <= title.start);
    let byline = runs
        .iter()
        .find(|(label, range)| *label == Label::Author && range.start == title.end);
    if let Some((_, byline)) = byline
        && has_authors
        && matches!(reference.token(byline.start), "by" | "with" | "of")
        && !reference.ends_sentence(title.end - 1)
    {
        reference.set(byline.clone(), Label::Title);
    }
}

/// Gives "others" to the names that end with "and" before it.
pub(super) fn join_others(reference: &mut LabelledTokens<'_, '_>) {
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let follows_and = title.start.checked_sub(1).is_some_and(|before| {
        reference.label(before) == Some(Label::Author) && reference.is(before, WordClass::AND)
    });
    if follows_and && reference.is(title.start, WordClass::OTHERS) && title.len() > 1 {
        reference.set(title.start..title.start + 1, Label::Author);
    }
}

/// Makes an author of the first sentence of a title if the publisher has the same name: `The Seed Group. Title. Boston: The
/// Seed Group`.
pub(super) fn find_publishing_author(reference: &mut LabelledTokens<'_, '_>) {
    if reference.has(&[Label::Author, Label::Editor]) {
        return;
    }
    let (Some(title), Some(publisher)) = (
        reference.first_run(Label::Title),
        reference.first_run(Label::Publisher),
    ) else {
        return;
    };
    let end = title.start + publisher.len();
    let is_same = title
        .clone()
        .zip(publisher)
        .all(|(one, two)| words::plain(reference.token(one)) == words::plain(reference.token(two)));
    if is_same && end < title.end && reference.token(end - 1).ends_with('.') {
        reference.set(title.start..end, Label::Author);
    }
}

/// Makes translators of the names that follow a role by itself: `trans. D. W. Robertson`.
pub(super) fn find_translators(reference: &mut LabelledTokens<'_, '_>) {
    let runs = reference.runs();
    for pair in runs.windows(2) {
        let [(Label::Translator, role), (Label::Author, names)] = pair else {
            continue;
        };
        if role.len() == 1 && reference.is(role.start, WordClass::TRANSLATOR) {
            reference.set(names.clone(), Label::Translator);
        }
    }
}
