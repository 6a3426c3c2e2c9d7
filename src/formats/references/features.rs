//! The features of the tokens of a reference: what the model knows about a token and its surroundings.
//!
//! A feature is a 32-bit hash of its kind and its value, so that no string is built for it. Training
//! (`training/train.py`) takes the hashes that this module computes, so there is only one implementation.

use std::ops::Range;

use super::words::{self, WordClass};

/// The features of a sequence of tokens.
#[derive(Debug, Default)]
pub struct Features {
    hashes: Vec<u32>,
    ends: Vec<usize>,
}

impl Features {
    /// Returns the features of each token.
    pub fn of_tokens(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let range = start..*end;
            start = *end;
            self.hashes.get(range).unwrap_or_default()
        })
    }
}

/// The facts about one token.
#[derive(Debug, Clone, Copy, Default)]
struct TokenFacts {
    /// The hash of the word without punctuation around it, in lower case.
    word: u32,
    /// The hash of the token as written, with digits made equal.
    raw: u32,
    /// The hash of the shape: `Xxxx` as `Xx`, `1999` as `9999`.
    shape: u32,
    prefixes: [u32; 4],
    suffixes: [u32; 4],
    /// The hashes of the punctuation before and after the word.
    opening: u32,
    closing: u32,
    length: u8,
    number: NumberKind,
    classes: WordClass,
    /// Whether a segment ends after the token: after punctuation that is not that of an abbreviation.
    ends_segment: bool,
    /// Whether a part of a segment ends after the token: after any punctuation.
    ends_clause: bool,
    /// Whether a semicolon follows.
    ends_list_item: bool,
    is_capital: bool,
    /// Whether it may be an initial: `Y.`, `JK`.
    is_initial: bool,
    is_year: bool,
    /// The numbers of opened and closed parentheses.
    opened: u8,
    closed: u8,
    quotes: [u8; 2],
}

impl TokenFacts {
    /// Returns whether the token is a number with digits.
    fn is_number(&self) -> bool {
        !matches!(self.number, NumberKind::None | NumberKind::Roman)
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum NumberKind {
    #[default]
    None,
    Year,
    YearWithLetter,
    Range,
    VolumeAndIssue,
    Short(u8),
    Mixed,
    Roman,
    Ordinal,
    Doi,
    Url,
    Isbn,
}

impl NumberKind {
    fn code(self) -> u32 {
        match self {
            NumberKind::None => 0,
            NumberKind::Year => 1,
            NumberKind::YearWithLetter => 2,
            NumberKind::Range => 3,
            NumberKind::VolumeAndIssue => 4,
            NumberKind::Mixed => 5,
            NumberKind::Roman => 6,
            NumberKind::Ordinal => 7,
            NumberKind::Doi => 8,
            NumberKind::Url => 9,
            NumberKind::Isbn => 10,
            NumberKind::Short(digits) => 16 + u32::from(digits.min(9)),
        }
    }
}

/// The whole reference.
#[derive(Debug, Clone, Copy, Default)]
struct ReferenceFacts {
    has_year_early: bool,
    has_url: bool,
    has_container: bool,
    has_volume_issue: bool,
    has_pages: bool,
    has_quotes: bool,
    has_editor: bool,
    starts_with_number: bool,
    is_thesis: bool,
    has_place_colon: bool,
    has_publisher: bool,
    has_journal: bool,
    has_event: bool,
    ends_with_year: bool,
    has_semicolons: bool,
    length: u8,
}

const SEED: u32 = 0x811c_9dc5;

fn mix(hash: u32, value: u32) -> u32 {
    (hash.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b1)
}

fn finish(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

fn of_chars(chars: impl IntoIterator<Item = char>) -> u32 {
    chars
        .into_iter()
        .fold(SEED, |hash, character| mix(hash, u32::from(character)))
}

fn feature(kind: u32, values: &[u32]) -> u32 {
    finish(
        values
            .iter()
            .fold(mix(SEED, kind), |hash, value| mix(hash, *value)),
    )
}

/// Returns the features of the tokens of a reference.
pub fn features(text: &str, tokens: &[Range<usize>]) -> Features {
    let mut lower = Vec::new();
    let facts: Vec<TokenFacts> = tokens
        .iter()
        .map(|token| token_facts(text.get(token.clone()).unwrap_or_default(), &mut lower))
        .collect();
    let positions = positions(&facts);
    let segments = spans(&facts, |facts| facts.ends_segment);
    let clauses = spans(&facts, |facts| facts.ends_clause);
    let capitals = capital_runs(&facts);
    let numbers = next_numbers(&facts);
    let whole = reference_facts(&facts);
    let mut features = Features {
        hashes: Vec::with_capacity(facts.len() * 110),
        ends: Vec::with_capacity(facts.len()),
    };
    for at in 0..facts.len() {
        push_features(&facts, &positions, &whole, at, &mut features.hashes);
        for (kind, spans) in [
            (kind::SEGMENT_FACTS, &segments),
            (kind::CLAUSE_FACTS, &clauses),
        ] {
            push_span_features(kind, spans, at, &mut features.hashes);
        }
        let number = numbers.get(at).copied().flatten();
        push_capital_features(&facts, &capitals, number, at, &mut features.hashes);
        features.ends.push(features.hashes.len());
    }
    features
}

fn is_quote(character: char) -> Option<(usize, bool, bool)> {
    // Kind, may open, may close.
    match character {
        '"' => Some((0, true, true)),
        // ”Title” in Swedish
        '\u{201c}' | '\u{201d}' | '\u{201e}' => Some((1, true, character != '\u{201e}')),
        '\u{ab}' | '\u{bb}' => Some((2, true, true)),
        '\u{2018}' | '\u{201a}' | '\u{2019}' | '\'' | '`' => Some((3, true, true)),
        _ => None,
    }
}

fn token_facts(token: &str, lower: &mut Vec<char>) -> TokenFacts {
    let body = token.trim_matches(|c: char| !c.is_alphanumeric());
    let start = body.as_ptr() as usize - token.as_ptr() as usize;
    let (opening, closing) = if body.is_empty() {
        (token, "")
    } else {
        (
            token.get(..start).unwrap_or_default(),
            token.get(start + body.len()..).unwrap_or_default(),
        )
    };
    lower.clear();
    lower.extend(
        body.chars()
            .flat_map(char::to_lowercase)
            .map(words::without_accent),
    );
    let number = number_kind(token, body);
    let classes = words::classes(lower);
    let length = body.chars().take(40).count();
    let count_of = |wanted: &[char]| token.matches(wanted).take(9).count() as u8;
    let (opened, closed) = (count_of(&['(', '[']), count_of(&[')', ']']));
    let ends_segment = ends_segment(body, closing, classes);
    let mut facts = TokenFacts {
        word: of_chars(lower.iter().copied()),
        raw: of_chars(
            token
                .chars()
                .take(40)
                .map(|c| if c.is_ascii_digit() { '0' } else { c }),
        ),
        shape: shape(body),
        opening: of_chars(opening.chars().take(6)),
        closing: of_chars(closing.chars().take(6)),
        length: match length {
            0..=5 => length as u8,
            6..=8 => 6,
            9..=12 => 7,
            _ => 8,
        },
        number,
        classes,
        ends_segment,
        ends_clause: ends_segment || closing.contains([',', '.']),
        ends_list_item: closing.contains(';'),
        is_capital: body.starts_with(char::is_uppercase),
        is_initial: length <= 2 && body.chars().all(char::is_uppercase),
        is_year: matches!(number, NumberKind::Year | NumberKind::YearWithLetter),
        opened,
        closed,
        ..TokenFacts::default()
    };
    for size in 1..=4_usize {
        if let (Some(prefix), Some(slot)) = (lower.get(..size), facts.prefixes.get_mut(size - 1)) {
            *slot = of_chars(prefix.iter().copied());
        }
        if let (Some(suffix), Some(slot)) = (
            lower
                .len()
                .checked_sub(size)
                .and_then(|from| lower.get(from..)),
            facts.suffixes.get_mut(size - 1),
        ) {
            *slot = of_chars(suffix.iter().copied());
        }
    }
    // The quotation mark that begins the word, and the one that ends it.
    let opens = opening
        .chars()
        .filter_map(is_quote)
        .find(|(_, opens, _)| *opens);
    let closes = closing
        .chars()
        .filter_map(is_quote)
        .find(|(_, _, closes)| *closes);
    facts.quotes = [
        opens.map_or(0, |(kind, ..)| kind as u8 + 1),
        closes.map_or(0, |(kind, ..)| kind as u8 + 1),
    ];
    facts
}

/// Returns whether a segment of the reference ends with a token.
fn ends_segment(body: &str, closing: &str, classes: WordClass) -> bool {
    let is_initial = body.chars().take(2).count() == 1;
    let strong = closing.contains(['?', '!', ';', ':'])
        || closing.contains(['"', '\u{201d}', '\u{bb}'])
        || closing.contains([')', ']']);
    strong
        || (closing.contains('.')
            && !is_initial
            && !body.contains('.')
            && !classes.contains(WordClass::ABBREVIATION))
}

fn shape(body: &str) -> u32 {
    let mut hash = SEED;
    let mut last = ' ';
    let mut run = 0;
    for character in body.chars().take(40) {
        let class = if character.is_ascii_digit() {
            '9'
        } else if character.is_uppercase() {
            'X'
        } else if character.is_alphabetic() {
            'x'
        } else {
            character
        };
        run = if class == last { run + 1 } else { 1 };
        let limit = if class == '9' { 4 } else { 2 };
        if run <= limit {
            hash = mix(hash, u32::from(class));
        }
        last = class;
    }
    hash
}

fn is_year(digits: &str) -> bool {
    digits.len() == 4
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(
            digits.get(..2),
            Some("14" | "15" | "16" | "17" | "18" | "19" | "20")
        )
}

fn number_kind(token: &str, body: &str) -> NumberKind {
    if words::is_url(token) {
        return NumberKind::Url;
    }
    if words::is_doi(token) {
        return NumberKind::Doi;
    }
    if is_year(body) {
        return NumberKind::Year;
    }
    let digits = body.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        let is_roman = !body.is_empty()
            && (body.bytes().all(|byte| b"ivxlc".contains(&byte))
                || body.bytes().all(|byte| b"IVXLC".contains(&byte)));
        return if is_roman {
            NumberKind::Roman
        } else {
            NumberKind::None
        };
    }
    if digits >= 10
        && body
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'X' | b'x'))
    {
        return NumberKind::Isbn;
    }
    if digits == body.len() {
        return NumberKind::Short(digits.min(9) as u8);
    }
    let letters_after = body.trim_start_matches(|c: char| c.is_ascii_digit());
    if is_year(body.get(..4).unwrap_or_default()) {
        let rest = body.get(4..).unwrap_or_default();
        if rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return NumberKind::YearWithLetter;
        }
        if rest.starts_with(['-', '\u{2013}', '/'])
            && is_year(rest.trim_start_matches(['-', '\u{2013}', '/']))
        {
            return NumberKind::Year;
        }
    }
    if matches!(
        letters_after,
        "st" | "nd" | "rd" | "th" | "e" | "er" | "ed" | "a" | "\u{aa}" | "\u{ba}"
    ) {
        return NumberKind::Ordinal;
    }
    if body.contains(['-', '\u{2013}', '\u{2014}', '\u{2010}', '\u{2212}'])
        && body.chars().filter(|c| c.is_alphabetic()).count() <= 2
    {
        return NumberKind::Range;
    }
    if body.contains('(') && body.chars().all(|c| !c.is_alphabetic()) {
        return NumberKind::VolumeAndIssue;
    }
    NumberKind::Mixed
}

/// The place of a token within its reference.
#[derive(Debug, Clone, Copy, Default)]
struct TokenPosition {
    segment: u8,
    within_segment: u8,
    after_year: u8,
    depth: u8,
    /// The kind of quotation marks around the token, 0 for none, and 8 after quoted text.
    quote: u8,
    tenth: u8,
}

fn positions(facts: &[TokenFacts]) -> Vec<TokenPosition> {
    let mut segment = 0_u8;
    let mut within = 0_u8;
    let mut since_year: Option<u8> = None;
    let mut depth = 0_u8;
    let mut quote = 0_u8;
    let mut was_quoted = false;
    let count = facts.len().max(1);
    facts
        .iter()
        .enumerate()
        .map(|(at, facts)| {
            let [opens, closes] = facts.quotes;
            if quote == 0 && opens != 0 {
                quote = opens;
            }
            depth = depth.saturating_add(facts.opened).min(4);
            let position = TokenPosition {
                segment,
                within_segment: within,
                after_year: match since_year {
                    None => 0,
                    Some(distance @ 0..=4) => distance + 1,
                    Some(5..=9) => 6,
                    Some(_) => 7,
                },
                depth: depth.min(2),
                quote: if quote == 0 && was_quoted { 8 } else { quote },
                tenth: (at * 10 / count) as u8,
            };
            depth = depth.saturating_sub(facts.closed);
            if quote != 0 && closes == quote {
                quote = 0;
                was_quoted = true;
            }
            if let Some(distance) = &mut since_year {
                *distance = distance.saturating_add(1);
            }
            if facts.is_year && since_year.is_none() {
                since_year = Some(0);
            }
            if facts.ends_segment {
                segment = (segment + 1).min(9);
                within = 0;
            } else {
                within = (within + 1).min(5);
            }
            position
        })
        .collect()
}

fn reference_facts(facts: &[TokenFacts]) -> ReferenceFacts {
    let any = |class: WordClass| facts.iter().any(|facts| facts.classes.contains(class));
    let any_number = |kind: NumberKind| facts.iter().any(|facts| facts.number == kind);
    let year = facts.iter().position(|facts| facts.is_year);
    ReferenceFacts {
        has_year_early: year.is_some_and(|at| {
            at + 3 < facts.len() && at < 3.max(facts.len() / 2)
        }),
        has_url: any_number(NumberKind::Url),
        has_container: facts.windows(2).any(|pair| {
            matches!(pair, [before, word] if before.ends_segment && word.classes.contains(WordClass::IN))
        }),
        has_volume_issue: any_number(NumberKind::VolumeAndIssue) || any(WordClass::VOLUME),
        has_pages: any_number(NumberKind::Range) || any(WordClass::PAGES),
        has_quotes: facts.iter().any(|facts| facts.quotes[0] != 0 && facts.quotes[0] != 4),
        has_editor: any(WordClass::EDITOR),
        starts_with_number: facts
            .first()
            .is_some_and(|first| matches!(first.number, NumberKind::Short(1..=3))),
        is_thesis: any(WordClass::THESIS),
        has_place_colon: facts.windows(2).any(|pair| {
            matches!(pair, [place, _] if place.classes.contains(WordClass::PLACE))
        }),
        has_publisher: any(WordClass::PUBLISHER),
        has_journal: any(WordClass::JOURNAL),
        has_event: any(WordClass::EVENT),
        ends_with_year: facts.iter().rev().take(2).any(|facts| facts.is_year),
        has_semicolons: facts.iter().take(8).any(|facts| facts.ends_list_item),
        length: match facts.len() {
            0..=7 => 0,
            8..=15 => 1,
            16..=30 => 2,
            31..=60 => 3,
            _ => 4,
        },
    }
}

impl ReferenceFacts {
    fn bits(&self) -> impl Iterator<Item = u32> {
        [
            self.has_year_early,
            self.has_url,
            self.has_container,
            self.has_volume_issue,
            self.has_pages,
            self.has_quotes,
            self.has_editor,
            self.starts_with_number,
            self.is_thesis,
            self.has_place_colon,
            self.has_publisher,
            self.has_journal,
            self.has_event,
            self.ends_with_year,
            self.has_semicolons,
        ]
        .into_iter()
        .zip(1..)
        .filter_map(|(is_set, bit)| is_set.then_some(bit))
    }

    /// Returns the flags that matter most as one number.
    fn profile(&self) -> u32 {
        [
            self.has_year_early,
            self.has_container,
            self.has_volume_issue,
            self.has_quotes,
            self.has_url,
        ]
        .into_iter()
        .fold(0, |bits, is_set| bits << 1 | u32::from(is_set))
    }
}

/// A part of a reference between punctuation marks.
#[derive(Debug, Default)]
struct SpanFacts {
    classes: WordClass,
    numbers: u32,
    words: u32,
    capitals: u32,
    initials: u32,
    /// The number of its first token, and the classes of that token.
    first_number: NumberKind,
    first_classes: WordClass,
    end: usize,
    /// The hash of the first word, and that of the punctuation at the end.
    first: u32,
    closing: u32,
}

/// The parts of a reference, with the index of the part of each token.
#[derive(Debug, Default)]
struct Spans {
    of_token: Vec<usize>,
    spans: Vec<SpanFacts>,
}

fn spans(facts: &[TokenFacts], ends: impl Fn(&TokenFacts) -> bool) -> Spans {
    let mut result = Spans::default();
    let mut span = SpanFacts::default();
    for (at, facts) in facts.iter().enumerate() {
        if span.words == 0 {
            span.first = facts.word;
            span.first_number = facts.number;
            span.first_classes = facts.classes;
        }
        span.classes = span.classes.union(facts.classes);
        span.numbers |= 1 << facts.number.code().min(12);
        span.words += 1;
        span.capitals += u32::from(facts.is_capital);
        span.initials += u32::from(facts.is_initial);
        span.end = at + 1;
        span.closing = facts.closing;
        result.of_token.push(result.spans.len());
        if ends(facts) {
            result.spans.push(std::mem::take(&mut span));
        }
    }
    if span.words > 0 {
        result.spans.push(span);
    }
    result
}

impl SpanFacts {
    /// Returns the share of words that begin with a capital, in quarters.
    fn capitals(&self) -> u32 {
        self.capitals * 4 / self.words.max(1)
    }

    /// Returns a summary of the part, so that the parts around a token show the layout of the reference.
    fn outline(&self) -> u32 {
        const MARKED: [WordClass; 10] = [
            WordClass::PAGES,
            WordClass::VOLUME,
            WordClass::ISSUE,
            WordClass::EDITOR,
            WordClass::TRANSLATOR,
            WordClass::EDITION,
            WordClass::ACCESS,
            WordClass::THESIS,
            WordClass::EVENT,
            WordClass::JOURNAL,
        ];
        if self.words == 1 && self.first_number != NumberKind::None {
            return self.first_number.code();
        }
        if self.first_classes.contains(WordClass::IN) {
            return 40;
        }
        let has_number = self.numbers & !1 != 0;
        for (class, code) in MARKED.into_iter().zip(41..) {
            // Ambiguous words such as "p" and "no" count only with a number, and all of them only in a short part.
            let counts = self.words <= 3 || (code > 43 && self.words <= 8);
            if counts && self.classes.contains(class) && (has_number || code > 43) {
                return code;
            }
        }
        if self.initials > 0 && self.initials * 3 >= self.words {
            return 60;
        }
        if self.classes.contains(WordClass::PUBLISHER) && self.words <= 5 {
            return 61;
        }
        if self.classes.contains(WordClass::PLACE) && self.words <= 3 {
            return 62;
        }
        let length = match self.words {
            1 => 0,
            2 => 1,
            3..=5 => 2,
            _ => 3,
        };
        64 + length * 8 + (self.capitals() >= 3) as u32 * 2 + u32::from(has_number)
    }

    fn length(&self) -> u32 {
        match self.words {
            count @ 0..=4 => count,
            5..=7 => 5,
            8..=12 => 6,
            _ => 7,
        }
    }
}

/// Appends features of the part that a token is in, and of those around it.
fn push_span_features(kind: u32, spans: &Spans, at: usize, hashes: &mut Vec<u32>) {
    let Some(own) = spans.of_token.get(at).copied() else {
        return;
    };
    let from_end = spans.spans.len() - own;
    let mut push = |values: &[u32]| hashes.push(feature(kind, values));
    push(&[0, from_end.min(7) as u32]);
    let outline = |index: Option<usize>| {
        index
            .and_then(|index| spans.spans.get(index))
            .map_or(0, SpanFacts::outline)
    };
    let here = outline(Some(own));
    let before = outline(own.checked_sub(1));
    let before_that = outline(own.checked_sub(2));
    let after = outline(Some(own + 1));
    let after_that = outline(Some(own + 2));
    push(&[10, here]);
    push(&[11, before, here]);
    push(&[12, here, after]);
    push(&[13, before, here, after]);
    push(&[14, here, after, after_that]);
    push(&[15, before_that, before, here]);
    push(&[16, before, here, after, after_that]);
    for (place, index) in [
        (1, Some(own)),
        (2, own.checked_sub(1)),
        (3, Some(own + 1)),
        (4, Some(own + 2)),
    ] {
        let Some(span) = index.and_then(|index| spans.spans.get(index)) else {
            push(&[place, 1]);
            continue;
        };
        for class in span.classes.bits() {
            push(&[place, 2, class]);
        }
        push(&[place, 3, span.numbers]);
        push(&[place, 4, span.capitals(), span.length()]);
        push(&[place, 5, span.first]);
        if place == 1 {
            push(&[place, 6, span.closing]);
            push(&[place, 7, span.closing, span.length(), span.capitals()]);
            push(&[place, 8, (span.end - at).min(6) as u32]);
        }
    }
}

/// The text before or after a run of capitalized words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Edge {
    /// The begin or end of the reference.
    #[default]
    Reference,
    Punctuation,
    /// A word that is not capitalized.
    Word,
    Number(NumberKind),
}

impl Edge {
    fn code(self) -> u32 {
        match self {
            Edge::Reference => 0,
            Edge::Punctuation => 1,
            Edge::Word => 2,
            Edge::Number(kind) => 3 + kind.code(),
        }
    }
}

/// A run of capitalized words, which may contain function words: without punctuation before it, it may be a periodical or a
/// publisher after a title.
#[derive(Debug, Clone, Copy, Default)]
struct CapitalRun {
    start: usize,
    end: usize,
    before: Edge,
    after: Edge,
}

/// Returns the runs of capitalized words, in the order of their places.
fn capital_runs(facts: &[TokenFacts]) -> Vec<CapitalRun> {
    let mut runs: Vec<CapitalRun> = Vec::new();
    let mut open: Option<CapitalRun> = None;
    let mut before = Edge::Reference;
    for (at, facts) in facts.iter().enumerate() {
        let joins = WordClass::FUNCTION
            .union(WordClass::AND)
            .union(WordClass::PARTICLE);
        let is_capital = facts.is_capital && !facts.is_number();
        let continues = open.is_some() && facts.classes.contains(joins) && !facts.is_number();
        if is_capital || continues {
            open.get_or_insert(CapitalRun {
                start: at,
                end: at,
                before,
                after: Edge::Reference,
            })
            .end = at + 1;
        }
        let here = if facts.is_number() {
            Edge::Number(facts.number)
        } else {
            Edge::Word
        };
        if !(is_capital || continues)
            && let Some(run) = open.take()
        {
            runs.push(CapitalRun { after: here, ..run });
        }
        if facts.ends_clause
            && let Some(run) = open.take()
        {
            runs.push(CapitalRun {
                after: Edge::Punctuation,
                ..run
            });
        }
        before = if facts.ends_clause {
            Edge::Punctuation
        } else {
            here
        };
    }
    runs.extend(open);
    runs
}

/// Appends features of the run of capitalized words that a token is in, or else of the next, and of the next number.
fn push_capital_features(
    facts: &[TokenFacts],
    runs: &[CapitalRun],
    number: Option<usize>,
    at: usize,
    hashes: &mut Vec<u32>,
) {
    let mut push = |values: &[u32]| hashes.push(feature(kind::CAPITALS, values));
    let next = runs.partition_point(|run| run.end <= at);
    if let Some(run) = runs.get(next) {
        let (before, after) = (run.before.code(), run.after.code());
        let length = (run.end - run.start).min(6) as u32;
        match at.checked_sub(run.start) {
            Some(within) => {
                let within = within.min(2) as u32;
                push(&[1, within, before, after]);
                push(&[2, before, after, length]);
                push(&[3, within, before]);
            }
            None => push(&[4, (run.start - at).min(3) as u32, before, after]),
        }
    } else {
        push(&[5]);
    }
    match number.and_then(|number| Some((number - at, facts.get(number)?))) {
        Some((distance, facts)) => {
            push(&[6, distance.min(12) as u32, facts.number.code()]);
            push(&[7, distance.min(6) as u32]);
        }
        None => push(&[8, (facts.len() - at).min(6) as u32]),
    }
}

/// Returns the index of the next number at or after each token.
fn next_numbers(facts: &[TokenFacts]) -> Vec<Option<usize>> {
    let mut next = None;
    let mut numbers: Vec<Option<usize>> = (facts.iter().enumerate().rev())
        .map(|(at, facts)| {
            next = facts.is_number().then_some(at).or(next);
            next
        })
        .collect();
    numbers.reverse();
    numbers
}

/// The kinds of features. Their numbers are part of the hashes, so they are part of the model.
mod kind {
    pub(super) const BIAS: u32 = 1;
    pub(super) const WORD: u32 = 2;
    pub(super) const RAW: u32 = 3;
    pub(super) const SHAPE: u32 = 4;
    pub(super) const PREFIX: u32 = 5;
    pub(super) const SUFFIX: u32 = 6;
    pub(super) const OPENING: u32 = 7;
    pub(super) const CLOSING: u32 = 8;
    pub(super) const LENGTH: u32 = 9;
    pub(super) const NUMBER: u32 = 10;
    pub(super) const CLASS: u32 = 11;
    pub(super) const SEGMENT: u32 = 12;
    pub(super) const AFTER_YEAR: u32 = 13;
    pub(super) const DEPTH: u32 = 14;
    pub(super) const QUOTE: u32 = 15;
    pub(super) const TENTH: u32 = 16;
    pub(super) const FLAG: u32 = 17;
    pub(super) const FLAG_SEGMENT: u32 = 18;
    pub(super) const NEAR_WORD: u32 = 19;
    pub(super) const NEAR_SHAPE: u32 = 20;
    pub(super) const NEAR_CLOSING: u32 = 21;
    pub(super) const NEAR_OPENING: u32 = 22;
    pub(super) const NEAR_NUMBER: u32 = 23;
    pub(super) const NEAR_CLASS: u32 = 24;
    pub(super) const WORDS: u32 = 25;
    pub(super) const SHAPES: u32 = 26;
    pub(super) const CLOSINGS: u32 = 27;
    pub(super) const SHAPE_CLOSING: u32 = 28;
    pub(super) const EDGE: u32 = 29;
    pub(super) const IN: u32 = 30;
    pub(super) const WITHIN: u32 = 31;
    pub(super) const PROFILE: u32 = 32;
    pub(super) const REFERENCE_LENGTH: u32 = 33;
    pub(super) const QUOTE_CLOSING: u32 = 34;
    pub(super) const SEGMENT_FACTS: u32 = 35;
    pub(super) const CLAUSE_FACTS: u32 = 36;
    pub(super) const CAPITALS: u32 = 37;
}

fn push_features(
    facts: &[TokenFacts],
    positions: &[TokenPosition],
    whole: &ReferenceFacts,
    at: usize,
    hashes: &mut Vec<u32>,
) {
    let (Some(token), Some(position)) = (facts.get(at), positions.get(at)) else {
        return;
    };
    let mut push = |kind: u32, values: &[u32]| hashes.push(feature(kind, values));
    push(kind::BIAS, &[]);
    push(kind::WORD, &[token.word]);
    push(kind::RAW, &[token.raw]);
    push(kind::SHAPE, &[token.shape]);
    for (size, prefix) in (1..).zip(token.prefixes) {
        if prefix != 0 {
            push(kind::PREFIX, &[size, prefix]);
        }
    }
    for (size, suffix) in (1..).zip(token.suffixes) {
        if suffix != 0 {
            push(kind::SUFFIX, &[size, suffix]);
        }
    }
    push(kind::OPENING, &[token.opening]);
    push(kind::CLOSING, &[token.closing]);
    push(kind::LENGTH, &[u32::from(token.length)]);
    push(kind::NUMBER, &[token.number.code()]);
    push(kind::SHAPE_CLOSING, &[token.shape, token.closing]);
    let segment = u32::from(position.segment);
    push(kind::SEGMENT, &[segment]);
    push(
        kind::WITHIN,
        &[segment.min(3), u32::from(position.within_segment)],
    );
    push(kind::AFTER_YEAR, &[u32::from(position.after_year)]);
    push(kind::DEPTH, &[u32::from(position.depth)]);
    push(kind::QUOTE, &[u32::from(position.quote)]);
    push(
        kind::QUOTE_CLOSING,
        &[u32::from(position.quote), token.closing],
    );
    push(kind::TENTH, &[u32::from(position.tenth)]);
    push(
        kind::REFERENCE_LENGTH,
        &[u32::from(whole.length), u32::from(position.tenth)],
    );
    for flag in whole.bits() {
        push(kind::FLAG, &[flag]);
        push(kind::FLAG_SEGMENT, &[flag, segment.min(4)]);
    }
    push(kind::PROFILE, &[whole.profile(), segment.min(4)]);
    for class in token.classes.bits() {
        push(kind::CLASS, &[class]);
    }
    let starts_segment = at
        .checked_sub(1)
        .and_then(|before| facts.get(before))
        .is_none_or(|before| before.ends_segment);
    if token.classes.contains(WordClass::IN) {
        push(kind::IN, &[u32::from(starts_segment)]);
    }
    if at == 0 {
        push(kind::EDGE, &[0]);
    }
    if at + 1 == facts.len() {
        push(kind::EDGE, &[1]);
    }
    for offset in [-4_i32, -3, -2, -1, 1, 2, 3, 4] {
        let place = offset.cast_unsigned();
        let near = usize::try_from(at as i64 + i64::from(offset))
            .ok()
            .and_then(|near| facts.get(near));
        let Some(near) = near else {
            if offset.abs() <= 2 {
                push(kind::EDGE, &[2, place]);
            }
            continue;
        };
        push(kind::NEAR_SHAPE, &[place, near.shape]);
        push(kind::NEAR_CLOSING, &[place, near.closing]);
        if near.number != NumberKind::None {
            push(kind::NEAR_NUMBER, &[place, near.number.code()]);
        }
        for class in near.classes.bits() {
            push(kind::NEAR_CLASS, &[place, class]);
        }
        if offset.abs() <= 2 {
            push(kind::NEAR_WORD, &[place, near.word]);
            push(kind::NEAR_OPENING, &[place, near.opening]);
        }
    }
    let before = at.checked_sub(1).and_then(|before| facts.get(before));
    let after = facts.get(at + 1);
    if let Some(before) = before {
        push(kind::WORDS, &[0, before.word, token.word]);
        push(kind::SHAPES, &[0, before.shape, token.shape]);
        push(kind::CLOSINGS, &[0, before.closing, token.closing]);
        push(kind::SHAPE_CLOSING, &[before.closing, token.shape, 1]);
    }
    if let Some(after) = after {
        push(kind::WORDS, &[1, token.word, after.word]);
        push(kind::SHAPES, &[1, token.shape, after.shape]);
        push(kind::CLOSINGS, &[1, token.closing, after.opening]);
    }
    if let (Some(before), Some(after)) = (before, after) {
        push(kind::SHAPES, &[2, before.shape, token.shape, after.shape]);
    }
}
