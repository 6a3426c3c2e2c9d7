//! Finds where titles begin and end.

use std::ops::Range;

use super::super::labels::Label;
use super::super::quotation;
use super::super::words::{self, WordClass};
use super::{LabelledTokens, is_in};

/// Ends a title before a parenthesis that is closed in another part: `Title (Unpublished manuscript)`.
pub(super) fn close_parentheses(reference: &mut LabelledTokens<'_, '_>) {
    const NEAR: usize = 12;
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let Some(next) = reference.label(title.end) else {
        return;
    };
    let mut open = None;
    for at in title.clone() {
        let token = reference.token(at);
        if token.contains(['(', '[']) {
            open = Some(at);
        }
        if token.contains([')', ']']) {
            open = None;
        }
    }
    let is_closed_soon = (title.end..reference.len())
        .take(NEAR)
        .any(|at| reference.token(at).contains([')', ']']));
    if let Some(open) = open
        && open > title.start
        && is_closed_soon
    {
        reference.set(open..title.end, next);
    }
}

/// Makes a title of the text in quotation marks after the names, and ends it where these end.
pub(super) fn find_quoted_title(reference: &mut LabelledTokens<'_, '_>) {
    const LONGEST_TITLE: usize = 50;
    const LONGEST_CONTAINER: usize = 9;
    let found =
        (0..reference.len()).find_map(|at| Some((at, quotation::opens(reference.token(at))?)));
    let Some((start, mark)) = found else {
        return;
    };
    // All before it are names, a number and a date, or else it is not the first title.
    let is_before_title = |label: &Label| {
        matches!(
            label,
            Label::CitationNumber | Label::Author | Label::Editor | Label::Date
        )
    };
    if !reference.labels.iter().take(start).all(is_before_title) || start > LONGEST_TITLE {
        return;
    }
    let Some(last) = (start..reference.len())
        .take(LONGEST_TITLE)
        .find(|at| quotation::closes(reference.token(*at), mark))
    else {
        return;
    };
    let end = last + 1;
    let (last, after) = (reference.token(last), reference.token(end));
    let begins_with_in = reference.is(end, WordClass::IN);
    let is_end = after.is_empty()
        || begins_with_in
        || after.starts_with(['(', '['])
        || last.contains(['.', ',', '?', '!', ';', ':']);
    let is_labelled = (start..end).any(|at| {
        matches!(
            reference.label(at),
            Some(Label::Title | Label::Author | Label::Editor)
        )
    });
    if !is_end || (reference.has(&[Label::Title]) && !is_labelled) {
        return;
    }
    reference.set(start..end, Label::Title);
    // What the title took from what follows: `“Title,” Journal` or `„Titel“, in: Buch`.
    let taken = match reference.label(end) {
        Some(Label::Title) => reference.run_at(end),
        _ => end..end,
    };
    let has_review = after.eq_ignore_ascii_case("review");
    let is_marked = last.contains([',', '.']) && taken.len() <= LONGEST_CONTAINER;
    let label = match reference.label(taken.end) {
        _ if has_review => Label::Title,
        Some(label @ (Label::Journal | Label::ContainerTitle | Label::Editor))
            if begins_with_in =>
        {
            label
        }
        Some(label @ (Label::Journal | Label::ContainerTitle)) => label,
        Some(Label::Volume) => Label::Journal,
        _ if begins_with_in => Label::ContainerTitle,
        // `“Title”, Journal, 2011`
        Some(Label::Date | Label::Pages) if is_marked => Label::Journal,
        Some(
            Label::Publisher
            | Label::Location
            | Label::Url
            | Label::Note
            | Label::Editor
            | Label::Edition,
        ) if is_marked => Label::ContainerTitle,
        _ => Label::Title,
    };
    reference.set(taken, label);
    // Names before the title of an article are those of its authors.
    let follows_editor = reference.label(start.saturating_sub(1)) == Some(Label::Editor);
    if follows_editor && !reference.any_is(0..start, WordClass::EDITOR) {
        for label in reference.labels.iter_mut().take(start) {
            if *label == Label::Editor {
                *label = Label::Author;
            }
        }
    }
}

/// Makes a title of the first part that could be one, if there is none and no periodical.
pub(super) fn find_title(reference: &mut LabelledTokens<'_, '_>) {
    if reference.has(&[Label::Title, Label::Journal]) {
        return;
    }
    if let Some(book) = reference.first_run(Label::ContainerTitle)
        && !reference.is(book.start, WordClass::IN)
    {
        reference.set(book, Label::Title);
    }
}

/// Divides a title from the periodical or the book after two slashes: `Название // Журнал.`
pub(super) fn divide_at_slashes(reference: &mut LabelledTokens<'_, '_>) {
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let Some(slashes) = title.clone().find(|at| reference.token(*at) == "//") else {
        return;
    };
    let is_book = reference.has(&[Label::Publisher, Label::Editor]);
    let label = match reference.label(title.end) {
        Some(label @ (Label::Journal | Label::ContainerTitle)) => label,
        _ if is_book => Label::ContainerTitle,
        _ => Label::Journal,
    };
    reference.set(slashes..title.end, label);
}

/// Goes on with a title after a colon or after the "v." of a case: no title ends there.
pub(super) fn continue_after_colon(reference: &mut LabelledTokens<'_, '_>) {
    const SHORTEST: usize = 2;
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let last = title.end - 1;
    let is_case = matches!(reference.token(last), "v." | "vs." | "v");
    let ends_with_question = reference.token(last).ends_with(['?', '!']);
    let runs = reference.runs();
    let Some((label, next)) = runs
        .into_iter()
        .find(|(_, range)| range.start == title.end)
        .filter(|(label, _)| {
            matches!(
                label,
                Label::ContainerTitle | Label::Journal | Label::Genre | Label::CollectionTitle
            )
        })
    else {
        return;
    };
    let begins_with_in = is_in(reference.token(next.start));
    if is_case {
        let end = next.clone().find(|at| reference.token(*at).ends_with(','));
        return reference.set(title.end..end.map_or(next.end, |end| end + 1), Label::Title);
    }
    if begins_with_in || title.len() < SHORTEST {
        return;
    }
    let end_of_sentence = next.clone().find(|at| reference.ends_sentence(*at));
    let end = if reference.token(last).ends_with(':') {
        // A parenthesis holds something else.
        let opens = (next.start + 1..next.end).find(|at| reference.token(*at).starts_with('('));
        [end_of_sentence.map(|end| end + 1), opens, Some(next.end)]
            .into_iter()
            .flatten()
            .min()
    } else if ends_with_question && label != Label::Genre {
        // The rest is what the work is part of.
        end_of_sentence
            .map(|end| end + 1)
            .filter(|end| *end < next.end)
    } else {
        None
    };
    if let Some(end) = end {
        reference.set(title.end..end, Label::Title);
    }
}

/// Gives a parenthesis at the beginning of the periodical to the title before it: `Title (in Russian). Journal`.
pub(super) fn join_parenthesis(reference: &mut LabelledTokens<'_, '_>) {
    const LONGEST: usize = 5;
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let is_container = matches!(
        reference.label(title.end),
        Some(Label::Journal | Label::ContainerTitle)
    );
    if !is_container || !reference.token(title.end).starts_with('(') {
        return;
    }
    let closes = (title.end..reference.len())
        .take(LONGEST)
        .find(|at| reference.token(*at).contains(')'));
    if let Some(closes) = closes
        && reference.token(closes).ends_with(['.', ','])
        && reference.label(closes + 1) == reference.label(title.end)
    {
        reference.set(title.end..closes + 1, Label::Title);
    }
}

/// Goes on with a title that no punctuation ends, where the next word is in lower case, because the title of a periodical
/// begins with a capital, and after quotation marks in the title: `Software and the “Private” Model. Journal`.
pub(super) fn continue_without_mark(reference: &mut LabelledTokens<'_, '_>) {
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let last = reference.token(title.end - 1);
    // `protein in C. elegans`
    let is_initial = words::plain(last).chars().count() == 1;
    let is_open = is_initial
        || last.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '\u{201d}' | '"'));
    let next = title.end;
    let word = reference.token(next);
    let is_lower_case =
        word.starts_with(char::is_lowercase) && !word.contains(char::is_uppercase) && !is_in(word);
    let label = reference.label(next);
    let ends_quote = last.ends_with(['\u{201d}', '"', '\u{bb}'])
        && quotation::opens(reference.token(title.start)).is_none();
    let is_container = matches!(label, Some(Label::Journal | Label::ContainerTitle));
    if !is_open || !is_container || !(is_lower_case || ends_quote) {
        return;
    }
    let end = reference
        .run_at(next)
        .find(|at| reference.token(*at).ends_with([',', '.', ';']));
    if let Some(end) = end
        && reference.label(end + 1) == label
    {
        reference.set(next..end + 1, Label::Title);
    }
}

/// Goes on with a title after a word like "of" or "and", with which no title ends, and before "in a", with which no title
/// of a book begins.
pub(super) fn continue_after_function_word(reference: &mut LabelledTokens<'_, '_>) {
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let last = title.end - 1;
    let ends_open = reference.token(last).ends_with(char::is_alphabetic)
        && reference.token(last).starts_with(char::is_lowercase)
        && reference.is(
            last,
            WordClass::FUNCTION
                .union(WordClass::AND)
                .union(WordClass::IN),
        )
        && title.len() > 1;
    let begins_with_article = is_in(reference.token(title.end))
        && matches!(reference.token(title.end + 1), "a" | "an" | "der" | "einer");
    let next = reference.label(title.end);
    let can_continue = matches!(
        next,
        Some(
            Label::ContainerTitle
                | Label::Journal
                | Label::Publisher
                | Label::Location
                | Label::Author
                | Label::Editor
        )
    );
    if !can_continue || !(ends_open || begins_with_article) {
        return;
    }
    let end = reference.run_at(title.end).end;
    let stop = (title.end..end).find_map(|at| {
        let token = reference.token(at);
        if token.starts_with('(') && at > title.end {
            Some(at)
        } else {
            let ends = reference.ends_sentence(at) || token.ends_with(';');
            ends.then_some(at + 1)
        }
    });
    reference.set(title.end..stop.unwrap_or(end), Label::Title);
}

/// Gives the sentence that says that a work is a thesis a label of its own: `Title. Dissertação de mestrado.`
pub(super) fn find_thesis(reference: &mut LabelledTokens<'_, '_>) {
    const LONGEST: usize = 7;
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let Some(before) = (title.start..title.end - 1)
        .rev()
        .find(|at| reference.ends_sentence(*at) || reference.token(*at).ends_with(','))
    else {
        return;
    };
    let sentence = before + 1..title.end;
    let ends = title.end < reference.len() && reference.label(title.end) != Some(Label::Genre);
    if ends && sentence.len() <= LONGEST && reference.any_is(sentence.clone(), WordClass::THESIS) {
        reference.set(sentence, Label::Genre);
    }
}

/// Gives the place and the publisher at the end of a title their labels, if the reference has no others: `Title, Place,
/// Presses de la ville.`
pub(super) fn find_publisher(reference: &mut LabelledTokens<'_, '_>) {
    const LONGEST: usize = 4;
    const LONGEST_PLACE: usize = 2;
    if reference.has(&[
        Label::Publisher,
        Label::Journal,
        Label::ContainerTitle,
        Label::Location,
    ]) {
        return;
    }
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let ends_clause = |at: &usize| reference.token(*at).ends_with([',', ':']);
    let Some(before) = (title.start + 1..title.end - 1).rev().find(ends_clause) else {
        return;
    };
    let publisher = before + 1..title.end;
    let is_publisher = publisher.len() <= LONGEST
        && publisher
            .clone()
            .any(|at| PUBLISHERS.contains(&words::plain(reference.token(at)).as_str()));
    if !is_publisher {
        return;
    }
    let place = (title.start..before)
        .rev()
        .find(ends_clause)
        .filter(|comma| before - comma <= LONGEST_PLACE)
        .filter(|comma| {
            (comma + 1..=before).all(|at| reference.token(at).starts_with(char::is_uppercase))
        });
    reference.set(publisher, Label::Publisher);
    if let Some(comma) = place {
        reference.set(comma + 1..before + 1, Label::Location);
    }
}

/// Words that only publishers have in their names.
const PUBLISHERS: [&str; 18] = [
    "press",
    "presses",
    "publishers",
    "publishing",
    "verlag",
    "books",
    "editions",
    "editorial",
    "ediciones",
    "edizioni",
    "editora",
    "edicion",
    "uitgeverij",
    "forlag",
    "εκδοσεισ",
    "издательство",
    "wydawnictwo",
    "yayinlari",
];

/// Divides a title from a sentence that begins with words for what the work is part of: `Title. Proceedings of …`, `Title.
/// Reprinted in …`.
pub(super) fn divide_at_phrase(reference: &mut LabelledTokens<'_, '_>) {
    const EVENTS: [&str; 9] = [
        "Proceedings",
        "Proc.",
        "Anais",
        "Actes",
        "Actas",
        "Atti",
        "Tagungsband",
        "Memorias",
        "Reprinted",
    ];
    if reference.has(&[Label::Journal, Label::ContainerTitle]) {
        return;
    }
    let Some(sentence) = last_sentence(reference) else {
        return;
    };
    let first = reference.token(sentence.start);
    let is_numbered = first.starts_with(|c: char| c.is_ascii_digit())
        && reference.any_is(sentence.clone(), WordClass::EVENT);
    let second = reference.token(sentence.start + 1);
    let is_to_appear = matches!(first, "Forthcoming" | "forthcoming") && is_in(second)
        || (first == "To" && second == "appear");
    if is_to_appear {
        let begin = sentence.clone().find(|at| is_in(reference.token(*at)));
        let begin = begin.map_or(sentence.start, |at| at + 1);
        reference.set(begin..sentence.end, Label::Journal);
        reference.set(sentence.start..begin, Label::Date);
    } else if sentence.len() > 2 && (is_numbered || EVENTS.contains(&first)) {
        reference.set(sentence, Label::ContainerTitle);
    }
}

/// Divides a title from the book whose pages follow, if the reference names no other: `Title. World Encyclopedia (pp.
/// 150-155).`
pub(super) fn divide_before_pages(reference: &mut LabelledTokens<'_, '_>) {
    if reference.has(&[Label::Journal, Label::ContainerTitle]) {
        return;
    }
    let Some(sentence) = last_sentence(reference) else {
        return;
    };
    let runs = reference.runs();
    let follows: Vec<Label> = runs
        .iter()
        .filter(|(_, range)| range.start >= sentence.end)
        .map(|(label, _)| *label)
        .take(2)
        .collect();
    let is_range = |range: &Range<usize>| {
        range.clone().any(|at| {
            let bare = reference
                .token(at)
                .trim_matches(|c: char| !c.is_alphanumeric());
            bare.split_once(['-', '\u{2013}'])
                .is_some_and(|(from, to)| {
                    let is_number = |part: &str| {
                        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
                    };
                    is_number(from) && is_number(to)
                })
        })
    };
    let has_range = runs
        .iter()
        .any(|(label, range)| *label == Label::Pages && is_range(range));
    // `2009 Spring;33(97)`
    let is_periodical = matches!(follows.as_slice(), [Label::Date, Label::Volume])
        && !reference.has(&[Label::Publisher, Label::Location]);
    let label = match follows.as_slice() {
        [Label::Pages, ..] => Label::ContainerTitle,
        [Label::Volume, Label::Pages] => Label::Journal,
        _ if is_periodical => Label::Journal,
        _ => return,
    };
    if has_range || is_periodical {
        reference.set(sentence, label);
    }
}

/// Divides a title from the imprint whose semicolon or colon the title ends with: `Title. New Haven; London: Press`,
/// `Title. Publisher; 2017`, `Title. Publisher: Amherst`; and from a periodical that no mark divides from its year: `Title?
/// The New Yorker 2006.`
pub(super) fn divide_before_imprint(reference: &mut LabelledTokens<'_, '_>) {
    const LONGEST_PLACE: usize = 3;
    if reference.has(&[Label::Journal, Label::ContainerTitle]) {
        return;
    }
    let Some(sentence) = last_sentence(reference) else {
        return;
    };
    let last = reference.token(sentence.end - 1);
    let is_capital = reference
        .token(sentence.start)
        .starts_with(char::is_uppercase);
    let has_publisher = reference.has(&[Label::Publisher]);
    let label = match (last.chars().next_back(), reference.label(sentence.end)) {
        (Some(';'), Some(Label::Location)) if sentence.len() <= LONGEST_PLACE => Label::Location,
        (Some(';'), Some(Label::Date)) | (Some(':' | ','), Some(Label::Location))
            if !has_publisher =>
        {
            Label::Publisher
        }
        (Some(end), Some(Label::Date)) if end.is_alphabetic() && !has_publisher => Label::Journal,
        _ => return,
    };
    if is_capital {
        reference.set(sentence, label);
    }
}

/// Returns the last sentence of a title that has more than one.
fn last_sentence(reference: &LabelledTokens<'_, '_>) -> Option<Range<usize>> {
    let title = reference.first_run(Label::Title)?;
    let before = (title.start..title.end - 1)
        .rev()
        .find(|at| reference.ends_sentence(*at))?;
    Some(before + 1..title.end)
}

/// Makes a title of what was taken for names although nothing in it is set like a name, if there is no other title.
pub(super) fn find_title_without_names(reference: &mut LabelledTokens<'_, '_>) {
    const FEWEST_WORDS: usize = 3;
    if reference.has(&[
        Label::Title,
        Label::Journal,
        Label::ContainerTitle,
        Label::Date,
    ]) {
        return;
    }
    let Some(names) = reference.first_run(Label::Author) else {
        return;
    };
    let has_marks = names.clone().any(|at| {
        let token = reference.token(at);
        token.contains(',')
            || words::plain(token).chars().count() < 2
            || reference.is(at, WordClass::AND)
    });
    if !has_marks && names.len() >= FEWEST_WORDS {
        reference.set(names, Label::Title);
    }
}
