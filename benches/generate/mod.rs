//! Generates bibliographies of any length; the same length always gives the same text.
//!
//! They resemble real ones: a few hundred authors with similar names who write several works a year, TeX
//! accents, `@string`s for journals, titles with common beginnings, books with their chapters, and an
//! occasional comment between entries.

use std::fmt::Write as _;

const GIVEN: &[&str] = &[
    "Michel",
    "Yochai",
    "Elinor",
    "J{\\'o}zef",
    "Silke",
    "Mayo",
    "Johan",
    "Christian",
    "Vasilis",
    "Ren{\\'e}e",
    "Primavera",
    "{\\'E}lisabeth",
    "S{\\o}ren",
    "Anna M.",
    "Pat",
    "Jo\\~ao",
];

const FAMILY: &[&str] = &[
    "Bauwens",
    "Benkler",
    "Ostrom",
    "Helfrich",
    "S{\\\"o}derberg",
    "Fuchs",
    "Kostakis",
    "de Filippi",
    "M{\\\"u}ller",
    "Meyer",
    "Meier",
    "van der Berg",
    "O'Neil",
    "Garc{\\'\\i}a",
    "{\\L}ukasik",
    "Dulong de Rosnay",
    "Siefkes",
    "Merten",
    "Meretz",
    "Nu{\\~n}ez",
    "Schmidt",
    "Schmitt",
];

const SUBJECT: &[&str] = &[
    "Peer Production",
    "the Commons",
    "Free Software",
    "Open Hardware",
    "Platform Cooperatives",
    "Commons-Based Governance",
    "the {GPL}",
    "Germ Form Theory",
    "Open Access",
    "{Wikipedia}",
    "Community Networks",
    "Seed Sharing",
    "Fab Labs",
    "Makerspaces",
    "Digital Labour",
    "Copyleft",
];

const MANNER: &[&str] = &[
    "The Political Economy of",
    "Notes on",
    "Governing",
    "Beyond",
    "Rethinking",
    "A History of",
    "The Ethics of",
    "Towards a Theory of",
    "Property and",
    "Conflict in",
    "Measuring",
    "Care and",
];

const VIEW: &[&str] = &[
    "Lessons from the Field",
    "A Comparative Study",
    "Evidence from Twelve Cases",
    "An Introduction",
    "Between Market and State",
    "What We Know and What We Do Not",
    "The View from Below",
    "Part Two",
];

const JOURNALS: &[(&str, &str)] = &[
    ("jopp", "Journal of Peer Production"),
    ("ijc", "International Journal of the Commons"),
    ("fm", "First Monday"),
    ("nms", "New Media \\& Society"),
    (
        "triplec",
        "{tripleC}: Communication, Capitalism \\& Critique",
    ),
    ("eph", "Ephemera"),
];

/// Returns a BibLaTeX file with `entries` entries of about 280 bytes each.
pub(crate) fn bibliography(entries: usize) -> String {
    let mut text = String::with_capacity(entries * 290 + 1_000);
    text.push_str("% A generated bibliography\n\n");
    for (name, title) in JOURNALS {
        let _ = writeln!(text, "@string{{{name} = {{{title}}}}}");
    }
    text.push_str("@preamble{{\\providecommand{\\noop}[1]{}}}\n\n");
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for number in 0..entries {
        entry(&mut text, number, &mut dice);
    }
    text
}

fn entry(text: &mut String, number: usize, dice: &mut Dice) {
    let family = dice.pick(FAMILY);
    let given = dice.pick(GIVEN);
    let year = 1970 + dice.below(56);
    let plain: String = family.chars().filter(char::is_ascii_alphabetic).collect();
    let key = format!("{}{year}n{number}", plain.to_lowercase());
    let mut author = format!("{family}, {given}");
    if dice.below(3) == 0 {
        let _ = write!(author, " and {} {}", dice.pick(GIVEN), dice.pick(FAMILY));
    }
    let title = format!("{} {}", dice.pick(MANNER), dice.pick(SUBJECT));
    let place = dice.below(400);
    let subtitle = format!("{} {place}", dice.pick(VIEW));
    let first = 1 + dice.below(300);
    let last = first + 5 + dice.below(30);
    let volume = 1 + dice.below(40);
    let _ = match number % 8 {
        0 | 1 => write!(
            text,
            "@book{{{key},\n  author = {{{author}}},\n  title = {{{title}}},\n  \
             subtitle = {{{subtitle}}},\n  publisher = {{Commons Press}},\n  \
             location = {{K{{\\o}}benhavn}},\n  date = {{{year}}},\n  \
             isbn = {{978-0-{:03}-{:05}-{}}},\n  keywords = {{commons, volume {volume}}}\n}}\n\n",
            number % 1_000,
            number,
            number % 10
        ),
        2 => write!(
            text,
            "@incollection{{{key},\n  author = {{{author}}},\n  title = {{{title}: {subtitle}}},\n  \
             editor = {{{} {}}},\n  booktitle = {{Handbook of {}}},\n  publisher = {{Routledge}},\n  \
             year = {year},\n  pages = {{{first}--{last}}}\n}}\n\n",
            dice.pick(GIVEN),
            dice.pick(FAMILY),
            dice.pick(SUBJECT)
        ),
        3 => write!(
            text,
            "@online{{{key},\n  author = {{{author}}},\n  title = {{{title}, {subtitle}}},\n  \
             date = {{{year}-{:02}-{:02}}},\n  url = {{https://example.org/{year}/{number}}},\n  \
             urldate = {{2024-02-01}}\n}}\n\n% {number} entries so far\n",
            1 + dice.below(12),
            1 + dice.below(28)
        ),
        _ => write!(
            text,
            "@article{{{key},\n  author = {{{author}}},\n  title = {{{title}: {subtitle}}},\n  \
             journal = {},\n  year = {year},\n  month = {},\n  volume = {volume},\n  \
             number = {{{}}},\n  pages = {{{first}--{last}}},\n  doi = {{10.5555/{year}.{number}}}\n}}\n\n",
            JOURNALS[dice.below(JOURNALS.len())].0,
            ["jan", "may", "sep"][dice.below(3)],
            1 + dice.below(4)
        ),
    };
}

/// A small pseudorandom number generator (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}
