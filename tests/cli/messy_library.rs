//! A generator of a messy library: what a librarian has who has merged the exports of many people for years.
//!
//! The same call always gives the same text. Nothing in it is taken from a real bibliography.

use std::fmt::Write as _;

/// A generated bibliography, and what is wrong with it.
pub(crate) struct MessyLibrary {
    /// The `.bib` text.
    pub(crate) text: String,
    /// The number of entries.
    pub(crate) entries: usize,
    /// The number of works that a person would count.
    pub(crate) works: usize,
    /// The works of which there are several entries that share an identifier, or title, author, year and type.
    pub(crate) certain: usize,
    /// The works of which there are two entries that are only similar.
    pub(crate) similar: usize,
}

const FAMILIES: [&str; 24] = [
    "Abara",
    "Bellin",
    "Castro",
    "Dahl",
    "Eriksen",
    "Fontana",
    "Grau",
    "Haddad",
    "Ivanova",
    "Jansen",
    "Kessler",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Okafor",
    "Petrov",
    "Quiroga",
    "Rossi",
    "Santos",
    "Tanaka",
    "Ueda",
    "Vogel",
    "Weaver",
    "Zhou",
];

const GIVEN: [&str; 20] = [
    "Ada", "Bruno", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Irene", "Jonas", "Klara",
    "Leo", "Maria", "Nils", "Olga", "Paulo", "Rosa", "Stefan", "Tomas", "Vera",
];

const SUBJECTS: [&str; 18] = [
    "Commons",
    "Cooperatives",
    "Federations",
    "Gardens",
    "Guilds",
    "Hackerspaces",
    "Irrigation",
    "Licences",
    "Mailing Lists",
    "Makers",
    "Networks",
    "Orchards",
    "Patches",
    "Platforms",
    "Repositories",
    "Seeds",
    "Villages",
    "Workshops",
];

const RELATIONS: [&str; 12] = [
    "and the Limits of",
    "as a School of",
    "before the Age of",
    "between Markets and",
    "beyond the Reach of",
    "in Search of",
    "on the Edge of",
    "under the Pressure of",
    "with and without",
    "without the Promise of",
    "after the Decline of",
    "against the Grain of",
];

const OBJECTS: [&str; 18] = [
    "Abundance",
    "Accountability",
    "Bureaucracy",
    "Copyright",
    "Democracy",
    "Enclosure",
    "Forking",
    "Governance",
    "Hierarchy",
    "Innovation",
    "Justice",
    "Knowledge",
    "Labour",
    "Maintenance",
    "Ownership",
    "Reciprocity",
    "Solidarity",
    "Volunteering",
];

/// Journals, each with other spellings that the same program would not take for another journal.
const JOURNALS: [[&str; 3]; 6] = [
    [
        "Journal of Common Work",
        "Journal of common work",
        "The Journal of Common Work",
    ],
    [
        "Peer Studies Quarterly",
        "Peer Studies Quarterly.",
        "PEER STUDIES QUARTERLY",
    ],
    [
        "Software & Society",
        "Software \\& Society",
        "Software and Society",
    ],
    [
        "Annals of Mutual Aid",
        "Annals of Mutual Aid",
        "annals of mutual aid",
    ],
    [
        "Review of Shared Resources",
        "Review of Shared Resources",
        "Review of Shared Resources",
    ],
    ["Open Cultures", "Open Cultures", "Open cultures"],
];

const PUBLISHERS: [[&str; 3]; 4] = [
    ["Harbour Press", "Harbour Press", "The Harbour Press"],
    ["Meadow & Hill", "Meadow \\& Hill", "Meadow and Hill"],
    [
        "Northern University Press",
        "Northern University Press",
        "NORTHERN UNIVERSITY PRESS",
    ],
    ["Two Rivers", "Two Rivers", "Two Rivers"],
];

/// One work, before anybody spoilt its entries.
struct Work {
    number: usize,
    is_book: bool,
    family: &'static str,
    given: &'static str,
    second: Option<(&'static str, &'static str)>,
    title: String,
    year: usize,
}

impl Work {
    /// Returns the work with a number. No two works have the same title.
    fn new(number: usize) -> Self {
        let mut rest = number;
        let mut next = |count: usize| {
            let place = rest % count;
            rest /= count;
            place
        };
        let subject = SUBJECTS[next(SUBJECTS.len())];
        let object = OBJECTS[next(OBJECTS.len())];
        let relation = RELATIONS[next(RELATIONS.len())];
        let again = next(usize::MAX);
        let title = match again {
            0 => format!("{subject} {relation} {object}"),
            again => format!(
                "{subject} {relation} {object}: Lessons from {}",
                FAMILIES[again % FAMILIES.len()]
            ),
        };
        Self {
            number,
            is_book: number.is_multiple_of(5),
            family: FAMILIES[number * 7 % FAMILIES.len()],
            given: GIVEN[number * 3 % GIVEN.len()],
            second: number.is_multiple_of(3).then(|| {
                (
                    FAMILIES[(number * 5 + 1) % FAMILIES.len()],
                    GIVEN[number % GIVEN.len()],
                )
            }),
            title,
            year: 1970 + number * 11 % 55,
        }
    }

    fn doi(&self) -> String {
        format!("10.5555/messy.{}", self.number)
    }

    /// Returns a valid ISBN.
    fn isbn(&self) -> String {
        let digits = format!("978{:09}", 300_000_000 + self.number);
        let sum: usize = digits
            .bytes()
            .zip([1, 3].into_iter().cycle())
            .map(|(digit, weight)| usize::from(digit - b'0') * weight)
            .sum();
        format!("{digits}{}", (10 - sum % 10) % 10)
    }

    fn key(&self) -> String {
        format!(
            "{}{}w{}",
            self.family.to_lowercase(),
            self.year,
            self.number
        )
    }

    fn authors(&self) -> String {
        let first = format!("{}, {}", self.family, self.given);
        match self.second {
            Some((family, given)) => format!("{first} and {family}, {given}"),
            None => first,
        }
    }

    /// Returns the fields of a sound entry.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("author", self.authors()),
            ("title", self.title.clone()),
            ("date", self.year.to_string()),
        ];
        if self.is_book {
            fields.push(("publisher", PUBLISHERS[self.number / 5 % 4][0].to_owned()));
            fields.push(("isbn", self.isbn()));
        } else {
            fields.push(("journaltitle", JOURNALS[self.number % 6][0].to_owned()));
            fields.push(("volume", (1 + self.number % 40).to_string()));
            fields.push((
                "pages",
                format!("{}--{}", 1 + self.number % 300, 20 + self.number % 300),
            ));
            if self.number.is_multiple_of(2) {
                fields.push(("doi", self.doi()));
            }
        }
        fields
    }

    fn kind(&self) -> &'static str {
        if self.is_book { "book" } else { "article" }
    }
}

/// Replaces the value of a field, if the entry has it.
fn edit(fields: &mut [(&'static str, String)], name: &str, edit: impl FnOnce(&str) -> String) {
    if let Some((_, value)) = fields.iter_mut().find(|(field, _)| *field == name) {
        *value = edit(value);
    }
}

/// Spoils an entry in the way with this number; most ways leave it alone.
fn spoil(fields: &mut Vec<(&'static str, String)>, work: &Work, way: usize) {
    match way % 40 {
        1 => edit(fields, "title", str::to_uppercase),
        2 => edit(fields, "title", |title| format!("{title}.")),
        3 => edit(fields, "title", |title| title.replace(" and ", " &amp; ")),
        4 => edit(fields, "title", |title| format!("<i>{title}</i>")),
        5 => edit(fields, "author", |authors| authors.replace(" and ", "; ")),
        6 => {
            let given = work.given;
            let family = work.family;
            edit(fields, "author", |_| {
                format!("{given} {family}, Paulo Ribeiro, Marta Lund")
            });
        }
        7 => fields.push(("note", "Un caf\u{c3}\u{a9} pour les communs".to_owned())),
        8 => edit(fields, "journaltitle", |_| {
            JOURNALS[work.number % 6][1].to_owned()
        }),
        9 => edit(fields, "journaltitle", |_| {
            JOURNALS[work.number % 6][2].to_owned()
        }),
        10 => edit(fields, "publisher", |_| {
            PUBLISHERS[work.number / 5 % 4][1].to_owned()
        }),
        15 => edit(fields, "publisher", |_| {
            PUBLISHERS[work.number / 5 % 4][2].to_owned()
        }),
        11 => edit(fields, "pages", |pages| pages.replace("--", "-")),
        12 => edit(fields, "doi", |doi| format!("https://doi.org/{doi}")),
        13 => edit(fields, "isbn", |isbn| format!("{isbn} {isbn}")),
        14 => edit(fields, "author", |_| {
            format!("given={}, family={}", work.given, work.family)
        }),
        16 => fields.push(("keywords", "commons, to read; peer production".to_owned())),
        17 => edit(fields, "title", |title| format!(" {title} ")),
        _ => {}
    }
}

/// Returns the fields as another person would have typed them.
fn copied(work: &Work, way: usize) -> Vec<(&'static str, String)> {
    let mut fields = work.fields();
    match way % 5 {
        0 => edit(&mut fields, "author", |_| {
            format!(
                "{}, {}.",
                work.family,
                work.given.chars().next().unwrap_or('X')
            )
        }),
        1 => edit(&mut fields, "title", str::to_uppercase),
        2 => {
            fields.retain(|(name, _)| !matches!(*name, "volume" | "pages" | "publisher"));
            fields.push(("annotation", "A copy from the shared folder".to_owned()));
        }
        3 => {
            edit(&mut fields, "doi", |doi| format!("http://dx.doi.org/{doi}"));
            fields.push(("file", format!("papers/{}.pdf", work.number)));
        }
        _ => edit(&mut fields, "title", |title| format!("{title}.")),
    }
    fields
}

/// Returns the fields with a slip in the title that leaves no certainty.
fn with_slip(work: &Work) -> Vec<(&'static str, String)> {
    let mut fields = work.fields();
    fields.retain(|(name, _)| !matches!(*name, "doi" | "isbn"));
    edit(&mut fields, "title", |title| {
        let middle = title.char_indices().nth(title.chars().count() / 2);
        let at = middle.map_or(0, |(at, _)| at);
        format!("{}e{}", &title[..at], &title[at..])
    });
    fields
}

fn entry(text: &mut String, kind: &str, key: &str, fields: &[(&str, String)]) {
    let _ = writeln!(text, "@{kind}{{{key},");
    for (name, value) in fields {
        let _ = writeln!(text, "  {name} = {{{value}}},");
    }
    text.push_str("}\n\n");
}

impl MessyLibrary {
    /// Generates a library of so many entries.
    pub(crate) fn generate(entries: usize) -> Self {
        let mut library = Self {
            text: String::from("% Collected from the shared folder\n\n"),
            entries: 0,
            works: 0,
            certain: 0,
            similar: 0,
        };
        let mut number = 0;
        while library.entries < entries {
            let work = Work::new(number);
            let left = entries - library.entries;
            let mut fields = work.fields();
            spoil(&mut fields, &work, number);
            entry(&mut library.text, work.kind(), &work.key(), &fields);
            library.entries += 1;
            library.works += 1;
            // Sound entries alone have copies, so that it is known what a copy differs in.
            match number % 40 {
                20..=27 if left > 1 => {
                    let key = match number % 3 {
                        0 => format!(
                            "{:08X}",
                            0xA000_0000_u32 + u32::try_from(number).unwrap_or(0)
                        ),
                        1 => format!("ref-{number}"),
                        _ => format!("{}{}", work.family, number),
                    };
                    let way = number / 40;
                    entry(&mut library.text, work.kind(), &key, &copied(&work, way));
                    library.entries += 1;
                    library.certain += 1;
                    if number % 40 == 27 && left > 2 {
                        entry(
                            &mut library.text,
                            work.kind(),
                            &format!("copy-{number}"),
                            &copied(&work, way + 1),
                        );
                        library.entries += 1;
                    }
                }
                30 if left > 1 => {
                    entry(
                        &mut library.text,
                        work.kind(),
                        &format!("slip{number}"),
                        &with_slip(&work),
                    );
                    library.entries += 1;
                    library.similar += 1;
                }
                35 if left > 2 => {
                    // Two chapters of one book, which are no duplicates.
                    for part in ["Opening", "Closing"] {
                        let fields = [
                            ("author", work.authors()),
                            ("title", format!("{part} the Debate on {}", work.title)),
                            ("booktitle", work.title.clone()),
                            ("publisher", "Two Rivers".to_owned()),
                            ("isbn", work.isbn()),
                            ("date", work.year.to_string()),
                        ];
                        let key = format!("{}{}", part.to_lowercase(), work.key());
                        entry(&mut library.text, "incollection", &key, &fields);
                        library.entries += 1;
                        library.works += 1;
                    }
                }
                _ => {}
            }
            number += 1;
        }
        library
    }
}
