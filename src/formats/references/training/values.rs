//! The values of generated references, and the random numbers that choose them.

use peerbib::formats::references::evaluation::Label;

use crate::words::Language;

/// Labelled pieces of text.
pub(crate) type Pieces = Vec<(Label, String)>;

/// Values of hand-labelled references, from which works in English are made.
#[derive(Debug, Default)]
pub(crate) struct Values {
    pub(crate) titles: Vec<String>,
    pub(crate) journals: Vec<String>,
    pub(crate) containers: Vec<String>,
    pub(crate) publishers: Vec<String>,
    pub(crate) places: Vec<String>,
}

impl Values {
    /// Collects the values of labelled references.
    pub(crate) fn of(references: &[Pieces]) -> Values {
        let mut values = Values::default();
        for (label, text) in references.iter().flatten() {
            let text = text
                .trim()
                .trim_matches(|c: char| !c.is_alphanumeric() && c != '?')
                .to_owned();
            let text = text.strip_prefix("In ").map(str::to_owned).unwrap_or(text);
            if !(3..160).contains(&text.len()) {
                continue;
            }
            match label {
                Label::Title => values.titles.push(text),
                Label::Journal => values.journals.push(text),
                Label::ContainerTitle => values.containers.push(text),
                Label::Publisher => values.publishers.push(text),
                Label::Location => values.places.push(text),
                _ => {}
            }
        }
        values
    }
}

/// A small generator of random numbers (xorshift64*), so that the data are the same each time.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    pub(crate) fn number(&mut self, from: usize, to: usize) -> usize {
        from + self.below(to - from + 1)
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    pub(crate) fn word<'a>(&mut self, words: &'a str) -> &'a str {
        let words: Vec<&str> = words.split(' ').collect();
        words[self.below(words.len())]
    }

    pub(crate) fn phrase<'a>(&mut self, phrases: &'a str) -> &'a str {
        let phrases: Vec<&str> = phrases.split('|').collect();
        phrases[self.below(phrases.len())]
    }
}

/// The percentage of titles and names with invented words, so that the model learns layouts rather than the few words of
/// the generator.
const INVENTED: usize = 25;

/// Returns a title of phrases of the language, some with invented words.
pub(crate) fn title(language: &Language, random: &mut Random) -> String {
    let title = known_title(language, random);
    varied(&title, language, random)
}

/// Returns a phrase, some with invented words.
fn varied(phrase: &str, language: &Language, random: &mut Random) -> String {
    if !random.chance(INVENTED) {
        return phrase.to_owned();
    }
    let words = phrase.split(' ').map(|word| {
        let is_long = word.chars().count() > 4 && word.chars().all(char::is_alphabetic);
        if !is_long || random.chance(40) {
            return word.to_owned();
        }
        let models: Vec<&str> = language
            .phrases
            .split(['|', ' '])
            .filter(|word| word.chars().count() > 4)
            .collect();
        let (one, two) = (*random.pick(&models), *random.pick(&models));
        let invented = blended(one, two);
        match word.chars().next() {
            Some(first) if first.is_uppercase() => capitalized(&invented),
            _ => invented,
        }
    });
    let words: Vec<String> = words.collect();
    words.join(" ")
}

/// Returns a family name of the language, some invented.
pub(crate) fn family(language: &Language, random: &mut Random) -> String {
    let one = random.word(language.family);
    if random.chance(INVENTED) {
        capitalized(&blended(one, random.word(language.family)))
    } else {
        one.to_owned()
    }
}

/// Joins the first half of one word with the second half of another, in lower case.
fn blended(one: &str, two: &str) -> String {
    let first = one.chars().take(one.chars().count() / 2);
    let second = two.chars().skip(two.chars().count() / 2);
    first.chain(second).flat_map(char::to_lowercase).collect()
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

fn known_title(language: &Language, random: &mut Random) -> String {
    let mut phrase = || random.phrase(language.phrases).to_owned();
    let (first, second, third) = (phrase(), phrase(), phrase());
    let lower = |text: &str| {
        let mut chars = text.chars();
        let first: String = chars
            .next()
            .into_iter()
            .flat_map(char::to_lowercase)
            .collect();
        first + chars.as_str()
    };
    let second_lower = if language.locale.starts_with("de") {
        second.clone()
    } else {
        lower(&second)
    };
    match random.below(9) {
        0 | 1 => first,
        2 | 3 => format!("{first}: {second}"),
        4 => format!("{first}. {second}"),
        5 => format!(
            "{first} {} {second_lower}",
            random.word(language.connectives)
        ),
        6 => format!("{first}? {second}"),
        7 => format!(
            "{first} {} {second_lower}: {third}",
            random.word(language.connectives)
        ),
        _ => format!(
            "{first}, {second_lower}, {third} {}",
            random.number(1950, 2020)
        ),
    }
}

pub(crate) fn doi(random: &mut Random) -> String {
    format!(
        "10.{}/{}.{}.{}",
        random.number(1000, 9999),
        random.word("j s a journal.pone cpe x978"),
        random.number(1990, 2022),
        random.number(1000, 99999)
    )
}

pub(crate) fn url(random: &mut Random) -> String {
    let host = random.word("www.example.org example.net blog.example.com wiki.example.info journals.example.edu archive.example.gov example.coop www.example.de");
    let mut url = format!("{}://{host}", random.word("http https https"));
    for _ in 0..random.number(1, 4) {
        url.push('/');
        url.push_str(random.word("news article 2014 12 30 the-commons-and-its-future view index.php download papers issue-7 wp-content en about studies text"));
    }
    url.push_str(random.word(".html .pdf / .htm .php / /"));
    url
}
