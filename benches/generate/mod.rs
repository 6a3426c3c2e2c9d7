//! A bibliography of any size, the same one each time.

use std::fmt::Write as _;

/// Makes a `.bib` file with so many entries, of about 280 bytes each: articles, books, parts of books and theses, with
/// accents, protected capitals, abbreviations, abstracts and cross-references.
pub(crate) fn bibliography(entries: usize) -> String {
    const FAMILIES: [&str; 10] = [
        "Benkler",
        "Ostrom",
        "{\\'E}lie",
        "G{\\\"o}del",
        "van der Berg",
        "Siefkes",
        "Bauwens",
        "M{\\\"u}ller",
        "de la Cruz",
        "Kostakis",
    ];
    const GIVEN: [&str; 8] = [
        "Yochai", "Elinor", "Mathieu", "Anna K.", "Jan", "Stefan", "Michel", "Ana",
    ];
    const WORDS: [&str; 16] = [
        "Commons",
        "Peer",
        "Production",
        "{Linux}",
        "Society",
        "Networks",
        "and",
        "of",
        "the",
        "Software",
        "Economy",
        "{GPL}",
        "in",
        "Networked",
        "Governance",
        "Knowledge",
    ];
    let mut random = Random(42);
    let mut text = String::from("@string{jopp = {Journal of Peer Production}}\n\n");
    for number in 0..entries {
        let kind = ["article", "book", "incollection", "inproceedings", "thesis"][number % 5];
        let _ = write!(text, "@{kind}{{entry{number},\n  author = {{");
        for index in 0..=random.below(3) {
            let and = if index > 0 { " and " } else { "" };
            let (family, given) = (random.one_of(&FAMILIES), random.one_of(&GIVEN));
            let _ = write!(text, "{and}{family}, {given}");
        }
        text.push_str("},\n  title = {The");
        for _ in 0..4 + random.below(6) {
            let _ = write!(text, " {}", random.one_of(&WORDS));
        }
        let _ = write!(text, "}},\n  year = {},\n", 1960 + random.below(65));
        match kind {
            "article" => {
                let volume = 1 + random.below(40);
                let page = random.below(400);
                let _ = write!(
                    text,
                    "  journal = jopp,\n  volume = {volume},\n  pages = {{{page}--{}}},\n  doi = {{10.1000/{number}}},\n",
                    page + 20
                );
            }
            "incollection" if number > 10 => {
                let _ = writeln!(text, "  crossref = {{entry{}}},", number - number % 5 + 1);
            }
            _ => text.push_str("  publisher = {Free Press},\n  address = {Amsterdam},\n"),
        }
        if number % 4 == 0 {
            text.push_str("  abstract = {How people who produce together");
            for _ in 0..20 {
                let _ = write!(text, " {}", random.one_of(&WORDS).to_lowercase());
            }
            text.push_str(".},\n");
        }
        text.push_str("}\n\n");
    }
    text
}

/// A linear congruential generator, good enough to choose words.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn one_of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len())]
    }
}
