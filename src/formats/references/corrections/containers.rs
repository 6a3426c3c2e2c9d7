//! Finds periodicals, books and sites that works are part of.

use super::super::labels::Label;
use super::super::line;
use super::super::words::{self, WordClass};
use super::{LabelledTokens, is_in};

/// The labels of what a work is part of.
const CONTAINERS: [Label; 2] = [Label::Journal, Label::ContainerTitle];

/// Returns whether a periodical or a book is labelled.
fn has_container(reference: &LabelledTokens<'_, '_>) -> bool {
    reference.has(&CONTAINERS)
}

/// Makes a periodical of what was taken for a publisher and its place before a volume with an issue: `TripleC:
/// Communication, Capitalism & Critique, 12(1)`.
pub(super) fn find_journal(reference: &mut LabelledTokens<'_, '_>) {
    if has_container(reference) {
        return;
    }
    let is_issue = |token: &str| {
        let bare = token.trim_end_matches([',', '.', ':', ';']);
        bare.strip_suffix(')')
            .and_then(|rest| rest.split_once('('))
            .is_some_and(|(volume, issue)| {
                !volume.is_empty()
                    && volume.bytes().all(|byte| byte.is_ascii_digit())
                    && !issue.is_empty()
            })
    };
    let Some(volume) = (0..reference.len()).find(|at| is_issue(reference.token(*at))) else {
        return;
    };
    let is_imprint = |label: &&Label| matches!(label, Label::Publisher | Label::Location);
    let before = reference.labels.iter().take(volume).rev();
    let count = before.take_while(is_imprint).count();
    if count > 0 {
        reference.set(volume - count..volume, Label::Journal);
        reference.set(volume..volume + 1, Label::Volume);
    }
}

/// Finds the site of a page: capitalized words in a sentence of their own between the title and the address.
pub(super) fn find_site(reference: &mut LabelledTokens<'_, '_>) {
    const LONGEST: usize = 7;
    let Some(end) = reference
        .labels
        .windows(2)
        .position(|pair| matches!(pair, [Label::Title, Label::Note | Label::Url]))
    else {
        return;
    };
    let start = reference
        .labels
        .iter()
        .take(end + 1)
        .rposition(|label| *label != Label::Title)
        .map_or(0, |before| before + 1);
    let ends_sentence = |at: &usize| {
        let token = reference.token(*at);
        let bare = token.trim_end_matches(['"', '\u{201d}', '\u{2019}', '\'', '\u{bb}']);
        bare.ends_with(['.', '?', '!']) && (token == "." || words::plain(token).chars().count() > 2)
    };
    let Some(last) = (start..end).rfind(ends_sentence) else {
        return;
    };
    let mut site = last + 1..end + 1;
    let is_name = site.len() <= LONGEST
        && site.all(|at| {
            let word = reference.token(at);
            word.starts_with(|c: char| !c.is_lowercase())
                || reference.is(at, WordClass::FUNCTION)
                || word.starts_with("and")
        });
    if !has_container(reference) && !reference.has(&[Label::Publisher]) && is_name && last > start {
        reference.set(last + 1..end + 1, Label::ContainerTitle);
    }
}

/// Finds the book between its editors and the place: `in Kell, R. (ed.) Moorland Economies, Leeds: Press`.
pub(super) fn find_before_place(reference: &mut LabelledTokens<'_, '_>) {
    if has_container(reference) {
        return;
    }
    let Some(editors) = reference.first_run(Label::Editor) else {
        return;
    };
    if !reference.is(editors.start, WordClass::IN)
        || reference.label(editors.end) != Some(Label::Location)
    {
        return;
    }
    let end = reference.run_at(editors.end).end;
    let commas: Vec<usize> = (editors.end..end - 1)
        .filter(|at| reference.token(*at).ends_with([',', '.']))
        .collect();
    // `Cambridge, MA:` is one place.
    let has_state = words::plain(reference.token(end - 1)).chars().count() <= 2;
    let last = if has_state {
        commas.len().checked_sub(2)
    } else {
        commas.len().checked_sub(1)
    };
    if let Some(comma) = last.and_then(|last| commas.get(last)) {
        reference.set(editors.end..comma + 1, Label::ContainerTitle);
    }
}

/// The words between the title of a periodical and the date of an issue.
const BEFORE_DATE: [&str; 8] = ["vom", "of", "du", "del", "van", "från", "от", "de"];

/// Finds the date at the end of a periodical's title if there is no other: `Zeitung vom 4.5.2011`. The preposition belongs
/// to the date.
pub(super) fn find_date(reference: &mut LabelledTokens<'_, '_>) {
    let Some(container) = reference.first_run_of(&CONTAINERS) else {
        return;
    };
    let is_preposition =
        |at: usize| at > container.start && BEFORE_DATE.contains(&reference.token(at));
    let start = if reference.label(container.end) == Some(Label::Date) {
        Some(container.end)
    } else if reference.has(&[Label::Date]) {
        None
    } else {
        (container.start + 1..container.end).find(|at| is_numeric_date(reference.token(*at)))
    };
    if let Some(start) = start {
        let start = start - usize::from(is_preposition(start - 1));
        reference.set(start..container.end, Label::Date);
    }
}

/// Returns whether a token is a date in numbers: `4.5.2011`, `4/5/2011`.
fn is_numeric_date(token: &str) -> bool {
    let parts: Vec<&str> = token
        .trim_matches(|c: char| !c.is_alphanumeric())
        .split(['.', '/', '-'])
        .collect();
    let is_short = |part: &&str| {
        (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    matches!(parts.as_slice(), [day, month, year]
        if year.len() == 4 && line::has_year(year) && is_short(day) && is_short(month))
}

/// Gives the abbreviated words at the end of a title to the periodical: `Title, Hydrol. Commons Sci., 14`.
pub(super) fn begin_with_abbreviation(reference: &mut LabelledTokens<'_, '_>) {
    const LONGEST: usize = 3;
    const LONGEST_WORD: usize = 8;
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let is_before_journal = reference.label(title.end) == Some(Label::Journal);
    let last = reference.token(title.end - 1);
    let is_abbreviation = last.ends_with('.') && last.chars().count() <= LONGEST_WORD;
    let comma = (title.start + 1..title.end - 1)
        .rev()
        .take(LONGEST)
        .find(|at| reference.token(*at).ends_with([',', '\u{201d}', '"']));
    if let Some(comma) = comma
        && is_before_journal
        && is_abbreviation
    {
        reference.set(comma + 1..title.end, Label::Journal);
    }
}

/// Ends a remark before the periodical or book where "in:" separates them: `Interview, in: Zeitung`.
pub(super) fn begin_with_in(reference: &mut LabelledTokens<'_, '_>) {
    let Some(container) = reference.first_run_of(&CONTAINERS) else {
        return;
    };
    let inside = (container.start + 1..container.end - 1)
        .find(|at| reference.token(*at).ends_with(':') && is_in(reference.token(*at)));
    if let Some(inside) = inside {
        reference.set(container.start..inside, Label::Genre);
    }
}

/// Finds the volume before a periodical and the page after it, as lawyers cite: `Title, 88 Harrow L. Rev. 301 (1994).`
pub(super) fn find_volume_before(reference: &mut LabelledTokens<'_, '_>) {
    const LONGEST: usize = 4;
    let Some(title) = reference.first_run(Label::Title) else {
        return;
    };
    let Some(journal) = reference
        .first_run(Label::Journal)
        .filter(|journal| journal.start == title.end)
    else {
        return;
    };
    let Some(volume) = (title.start + 2..title.end).rev().take(LONGEST).find(|at| {
        let token = reference.token(*at);
        reference.token(at - 1).ends_with(',')
            && (1..=3).contains(&token.len())
            && token.bytes().all(|byte| byte.is_ascii_digit())
    }) else {
        return;
    };
    reference.set(volume + 1..title.end, Label::Journal);
    reference.set(volume..volume + 1, Label::Volume);
    if reference.label(journal.end) == Some(Label::Volume) {
        reference.set(journal.end..journal.end + 1, Label::Pages);
    }
}
