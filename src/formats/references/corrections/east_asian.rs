//! Labels references in Chinese and Japanese by their brackets, because the model has seen none.

use super::super::labels::Label;
use super::super::line::{self, is_east_asian};
use super::super::quotation;
use super::LabelledTokens;

/// Labels a reference if most of its letters are Han or kana: `山田花子「題」『誌名』12号、2009年、33-48頁`,
/// `王小明, 李芳. 题目. 期刊, 2015, 12(3): 45-52.`
pub(super) fn label(reference: &mut LabelledTokens<'_, '_>) {
    let letters = || reference.tokens.iter().flat_map(|token| token.chars());
    let han = letters().filter(|c| is_east_asian(*c)).count();
    let others = letters().filter(|c| c.is_alphabetic()).count() - han;
    if han == 0 || others > han {
        return;
    }
    let start = reference.start();
    let count = reference.len();
    if let Some(title) = quoted(reference, start) {
        reference.set(start..title.start, Label::Author);
        let end = title.end;
        reference.set(title, Label::Title);
        reference.set(end..count, Label::Publisher);
        if let Some(periodical) = quoted(reference, end) {
            reference.set(periodical, Label::Journal);
        }
        for at in start..count {
            label_number(reference, at);
        }
    } else {
        label_sentences(reference, start);
    }
}

/// Labels names, a title and what follows it, if periods divide them, as the Chinese standard GB/T 7714 prints references:
/// `王小明. 题目. 期刊, 2015, 12(3): 45-52.`, `王小明. 题目. 北京: 出版社, 2010.`
fn label_sentences(reference: &mut LabelledTokens<'_, '_>, start: usize) {
    let count = reference.len();
    let is_name = |at: &usize| {
        let name = reference
            .token(*at)
            .trim_end_matches([',', '.', '\u{ff0c}', '\u{3001}']);
        (2..=4).contains(&name.chars().count()) && name.chars().all(is_east_asian)
    };
    let first_ending_with = |from: usize, marks: [char; 2]| {
        (from..count).find(|at| reference.token(*at).ends_with(marks))
    };
    let names = start + (start..count).take_while(is_name).count();
    if names == start || names == count || !reference.token(names - 1).ends_with('.') {
        return;
    }
    let Some(last_of_title) = first_ending_with(names, ['.', '\u{3002}']) else {
        if !reference.has(&[Label::Author]) {
            reference.set(start..names, Label::Author);
        }
        return;
    };
    let rest = last_of_title + 1;
    let is_place = reference.token(rest).ends_with([':', '\u{ff1a}']);
    let source = first_ending_with(rest, [',', '\u{ff0c}']).map_or(count, |last| last + 1);
    reference.set(start..names, Label::Author);
    reference.set(names..rest, Label::Title);
    reference.set(rest..count, Label::Publisher);
    if is_place {
        reference.set(rest..rest + 1, Label::Location);
    } else if source < count {
        reference.set(rest..source, Label::Journal);
    }
    for at in source..count {
        label_number(reference, at);
    }
}

/// Returns the tokens in the first pair of brackets from a place.
fn quoted(reference: &LabelledTokens<'_, '_>, from: usize) -> Option<std::ops::Range<usize>> {
    let is_bracket = |mark: &char| matches!(mark, '\u{300c}' | '\u{300e}' | '\u{300a}');
    let (start, mark) = (from..reference.len()).find_map(|at| {
        let mark = quotation::opens(reference.token(at)).filter(is_bracket)?;
        Some((at, mark))
    })?;
    let end = (start..reference.len()).find(|at| quotation::closes(reference.token(*at), mark))?;
    Some(start..end + 1)
}

/// Labels the year, the pages and the numbers of volumes by their counters, wherever they are.
fn label_number(reference: &mut LabelledTokens<'_, '_>, at: usize) {
    let token = reference.token(at);
    let is_number = token.contains(|c: char| c.is_ascii_digit())
        && matches!(reference.label(at), Some(Label::Publisher | Label::Author));
    if !is_number {
        return;
    }
    let label = if line::has_year(token) {
        Label::Date
    } else if token.contains(['\u{9801}', '\u{9875}', '-', '\u{2013}']) {
        Label::Pages
    } else {
        Label::Volume
    };
    reference.set(at..at + 1, label);
}
