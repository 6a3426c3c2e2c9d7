//! Plain reference lists come back as the works that they name.
//!
//! The chapter's list of references and the ground truth for it lie in `../shared`; so do wiki pages with lists of
//! every kind. Without them, these tests are skipped. The round trip prints both bundled bibliographies in every bundled
//! style, and reads what it printed.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use peerbib::csl::{Inline, Style, bundled, format_bibliography};
use peerbib::formats::references::training::{self, LabelledText, Model};
use peerbib::formats::references::{self, Reference};
use peerbib::formats::{self, bibtex};
use peerbib::model::CslItem;
use peerbib::text::words;

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

/// A work that a reference should be read as.
#[derive(Debug, Clone)]
struct Expected {
    title: String,
    subtitle: String,
    author: String,
    year: Option<i32>,
}

impl Expected {
    fn of(item: &CslItem) -> Self {
        let name = item.principal_names().first();
        let family = name.and_then(|name| name.family.clone().or_else(|| name.literal.clone()));
        Self {
            title: item.text("title").unwrap_or_default(),
            subtitle: String::new(),
            author: family.unwrap_or_default(),
            year: item.date("issued").and_then(|date| date.year()),
        }
    }

    fn has_title(&self, item: &CslItem) -> bool {
        let found = letters(&item.text("title").unwrap_or_default());
        found == letters(&self.title)
            || found == letters(&format!("{}{}", self.title, self.subtitle))
    }

    fn has_author(&self, item: &CslItem) -> bool {
        let found = Self::of(item).author;
        let (found, expected) = (words(&found).concat(), words(&self.author).concat());
        !found.is_empty() && (found.ends_with(&expected) || expected.ends_with(&found))
    }

    fn has_year(&self, item: &CslItem) -> bool {
        item.date("issued").and_then(|date| date.year()) == self.year
    }
}

/// Letters and digits alone: a printed list may have lost hyphens, and may have other quotation marks.
fn letters(text: &str) -> String {
    words(&peerbib::model::markup::plain(text)).concat()
}

/// The works in the chapter's list, in its order.
fn chapter_works(facts: &Path) -> Vec<Expected> {
    #[derive(serde::Deserialize)]
    struct Fact {
        printed_in_the_list: Option<String>,
        #[serde(default)]
        in_reference_list: bool,
        fields: serde_json::Value,
    }
    let text = std::fs::read_to_string(facts).unwrap();
    let facts: Vec<Fact> = serde_saphyr::from_str(&text).unwrap();
    facts
        .into_iter()
        .filter(|fact| fact.in_reference_list)
        .map(|fact| {
            let printed = fact.printed_in_the_list.unwrap_or_default();
            let name = ["author", "editor"]
                .iter()
                .find_map(|role| fact.fields[role].get(0).cloned());
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let author = name.map_or_else(String::new, |name| {
                ["family", "literal", "name"]
                    .iter()
                    .map(|part| text(&name[part]))
                    .find(|part| !part.is_empty())
                    .unwrap_or_default()
            });
            // The list is read as it is printed: its year and title count, not those that research found.
            let year = printed
                .split(|c: char| !c.is_ascii_digit())
                .find(|digits| digits.len() == 4)
                .and_then(|digits| digits.parse().ok());
            Expected {
                title: text(&fact.fields["title"]),
                subtitle: text(&fact.fields["subtitle"]),
                author,
                year,
            }
        })
        .collect()
}

/// Returns the reference to each work: the one with its author and year whose text has most of its title.
fn matched<'r>(works: &[Expected], references: &'r [Reference]) -> Vec<Option<&'r Reference>> {
    works
        .iter()
        .map(|work| {
            let wanted = words(&work.title);
            references
                .iter()
                .map(|reference| {
                    let source = words(&reference.source);
                    let common = wanted.iter().filter(|word| source.contains(word)).count();
                    let year = work.year.map(|year| year.to_string()).unwrap_or_default();
                    let bonus = usize::from(source.iter().any(|word| word.starts_with(&year))) * 3
                        + usize::from(words(&work.author).iter().all(|word| source.contains(word)))
                            * 3;
                    (common + bonus, reference)
                })
                .max_by_key(|(common, _)| *common)
                .map(|(_, reference)| reference)
        })
        .collect()
}

#[test]
fn the_list_of_the_chapter_is_read() {
    let (Some(list), Some(facts)) = (
        shared("references/chapter-list.txt"),
        shared("facts/chapter-works.yaml"),
    ) else {
        return;
    };
    let text = std::fs::read_to_string(list).unwrap();
    let works = chapter_works(&facts);
    let start = Instant::now();
    let read = references::read(&text);
    let time = start.elapsed();
    let mut right = [0; 3];
    for (work, reference) in works.iter().zip(matched(&works, &read.references)) {
        let Some(reference) = reference else { continue };
        let item = &reference.item;
        let found = [
            work.has_author(item),
            work.has_year(item),
            work.has_title(item),
        ];
        for (right, found) in right.iter_mut().zip(found) {
            *right += usize::from(found);
        }
        if found != [true; 3] {
            println!(
                "{found:?} {work:?}\n  {}\n  {:?}",
                reference.source,
                item.text("title")
            );
        }
    }
    let [authors, years, titles] = right;
    println!(
        "chapter: {} references of {}, first author {authors}, year {years}, title {titles}, {time:?}",
        read.references.len(),
        works.len()
    );
    let without_blank_lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let dense = references::read(&without_blank_lines.join("\n"));
    let sources: Vec<&str> = read
        .references
        .iter()
        .map(|reference| reference.source.as_str())
        .collect();
    let same = dense
        .references
        .iter()
        .filter(|reference| sources.contains(&reference.source.as_str()))
        .count();
    println!(
        "without blank lines: {} references, {same} the same",
        dense.references.len()
    );
    assert_eq!(read.references.len(), 65);
    assert!(authors >= 64 && years >= 63 && titles >= 60);
    assert!(same >= 60);
}

/// `train.py --folds 5` measures models that have not seen the references that they are measured with, which takes half
/// an hour; this prints what it found, and how the model in the program reads the references that it was trained on.
#[test]
fn the_model_reads_hand_labelled_references() {
    print!(
        "{}",
        include_str!("../src/formats/references/training/figures.txt")
    );
    let Some(path) = shared("references/anystyle-core.xml") else {
        return;
    };
    let xml = std::fs::read_to_string(path).unwrap();
    let labelled: Vec<LabelledText> = training::from_xml(&xml)
        .unwrap()
        .iter()
        .map(|pieces| LabelledText::new(pieces))
        .collect();
    let report = training::measure(Model::bundled().unwrap(), &labelled);
    println!("references that the model was trained on, right and of:\n{report}");
    let figure = |wanted: &str| {
        let line = report
            .lines()
            .find(|line| line.starts_with(wanted))
            .unwrap();
        let numbers: Vec<usize> = line
            .split('\t')
            .skip(1)
            .map(|n| n.parse().unwrap())
            .collect();
        share(numbers[0], numbers[1])
    };
    assert!(figure("tokens") >= 0.98 && figure("title") >= 0.96);
    assert!(figure("year") >= 0.99 && figure("author") >= 0.99);
}

/// A reference of `tests/data/references/single.yaml`, with what it should be read as.
#[derive(Debug, serde::Deserialize)]
struct SingleReference {
    text: String,
    title: Option<String>,
    author: Option<String>,
    year: Option<i32>,
    r#type: Option<String>,
    container: Option<String>,
}

#[test]
fn references_are_read_in_the_conventions_of_many_countries_and_media() {
    let text = std::fs::read_to_string("tests/data/references/single.yaml").unwrap();
    let expected: Vec<SingleReference> = serde_saphyr::from_str(&text).unwrap();
    let texts: Vec<&str> = expected.iter().map(|one| one.text.as_str()).collect();
    let read = references::read(&texts.join("\n\n"));
    assert_eq!(read.references.len(), expected.len());
    let mut right = [0; 5];
    let mut of = [0; 5];
    let mut confident = [0_usize; 2];
    for (one, reference) in expected.iter().zip(&read.references) {
        let found = &reference.item;
        let text = |variable: &str| found.text(variable).unwrap_or_default();
        let names = [found.principal_names(), found.names("director")];
        let author = names.iter().find_map(|names| names.first());
        let author = author.map_or_else(String::new, |name| name.short());
        let same = |found: &str, wanted: &Option<String>| {
            letters(found) == letters(wanted.as_deref().unwrap_or_default())
        };
        let has_title = same(&text("title"), &one.title);
        let results = [
            (true, has_title),
            (true, same(&author, &one.author)),
            (
                true,
                found.date("issued").and_then(|date| date.year()) == one.year,
            ),
            (
                one.r#type.is_some(),
                Some(&found.item_type) == one.r#type.as_ref(),
            ),
            (
                one.container.is_some(),
                same(&text("container-title"), &one.container),
            ),
        ];
        for ((is_wanted, is_right), (right, of)) in
            results.into_iter().zip(right.iter_mut().zip(&mut of))
        {
            *of += usize::from(is_wanted);
            *right += usize::from(is_wanted && is_right);
        }
        if reference.confidence >= 0.9 {
            confident[0] += 1;
            confident[1] += usize::from(has_title);
        }
        if results
            .iter()
            .any(|(is_wanted, is_right)| *is_wanted && !is_right)
        {
            println!(
                "{:.2} {}\n     {} | {author} | {:?} | {} | {}",
                reference.confidence,
                one.text,
                text("title"),
                found.date("issued").and_then(|date| date.year()),
                found.item_type,
                text("container-title")
            );
        }
    }
    println!(
        "conventions: of {of:?}, title, first author, year, type and container are right in {right:?}; of {} with a \
         confidence of 0.9, {} titles",
        confident[0], confident[1]
    );
    assert!(right[0] >= LEAST_RIGHT[0] && right[1] >= LEAST_RIGHT[1] && right[2] >= LEAST_RIGHT[2]);
    assert!(right[3] >= LEAST_RIGHT[3] && right[4] >= LEAST_RIGHT[4]);
}

/// The least right titles, first authors, years, types and containers of `single.yaml`.
const LEAST_RIGHT: [usize; 5] = [104, 106, 107, 85, 45];

#[test]
fn bundled_bibliographies_come_back_from_every_bundled_style() {
    let mut totals = [0_usize; 5];
    let mut confident = [0_usize; 2];
    for name in ["bib/chapter.bib", "bib/commons.bib"] {
        let text = std::fs::read_to_string(name).unwrap();
        let file = formats::BIBLATEX.read_text(&text).file;
        let by_key = file.by_key();
        let find = |key: &str| {
            by_key
                .get(key)
                .map(|work| std::borrow::Cow::Borrowed(*work))
        };
        let mut items: Vec<CslItem> = file
            .works()
            .map(|work| bibtex::derive(work, &file.strings, &find).item)
            .collect();
        // A sample of the larger one is enough to tell the styles apart.
        let step = (items.len() / 60).max(1);
        items = items.into_iter().step_by(step).collect();
        for bundled_style in bundled::styles() {
            let style = Style::from_xml(&bundled::style_xml(bundled_style.name).unwrap()).unwrap();
            if !style.has_bibliography() {
                continue;
            }
            let bibliography = format_bibliography(&style, Some("en-US"), &items);
            let printed: Vec<(String, &CslItem)> = bibliography
                .entries
                .iter()
                .filter_map(|entry| {
                    let item = items.iter().find(|item| item.id == entry.key)?;
                    Some((printed_text(&entry.content), item))
                })
                .collect();
            let list: Vec<&str> = printed.iter().map(|(text, _)| text.as_str()).collect();
            let read = references::read(&list.join("\n\n"));
            let mut right = [0; 3];
            for reference in &read.references {
                let line = reference.line.div_ceil(2).saturating_sub(1);
                let Some((_, item)) = printed.get(line) else {
                    continue;
                };
                let work = Expected::of(item);
                let found = &reference.item;
                right[0] += usize::from(work.has_title(found));
                right[1] += usize::from(work.has_author(found));
                right[2] += usize::from(work.has_year(found));
                if reference.confidence >= 0.9 {
                    confident[0] += 1;
                    confident[1] += usize::from(work.has_title(found));
                }
            }
            let count = printed.len();
            println!(
                "{name} {:<50} {count:>4} works, {:>4} references, title {:.3}, first author {:.3}, year {:.3}",
                bundled_style.name,
                read.references.len(),
                share(right[0], count),
                share(right[1], count),
                share(right[2], count)
            );
            for (total, add) in
                totals
                    .iter_mut()
                    .zip([count, read.references.len(), right[0], right[1], right[2]])
            {
                *total += add;
            }
        }
    }
    let [works, found, titles, authors, years] = totals;
    println!(
        "round trip: {works} works, {found} references, title {:.3}, first author {:.3}, year {:.3}; of {} with a \
         confidence of 0.9, title {:.3}",
        share(titles, works),
        share(authors, works),
        share(years, works),
        confident[0],
        share(confident[1], confident[0])
    );
    assert!(
        share(titles, works) > 0.89 && share(authors, works) > 0.96 && share(years, works) > 0.96
    );
}

/// The text of an entry on one line, with spaces between its blocks.
fn printed_text(content: &[Inline]) -> String {
    fn push(content: &[Inline], text: &mut String) {
        for piece in content {
            match piece {
                Inline::Text(characters) => text.push_str(characters),
                Inline::Formatted(_, content) | Inline::Link { content, .. } => push(content, text),
                Inline::Display(_, content) => {
                    text.push(' ');
                    push(content, text);
                    text.push(' ');
                }
            }
        }
    }
    let mut text = String::new();
    push(content, &mut text);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[test]
fn wiki_pages_give_their_lists_and_no_prose() {
    let Some(folder) = shared("references/wiki") else {
        return;
    };
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let read = references::read(&text);
        let sure = read
            .references
            .iter()
            .filter(|reference| reference.confidence >= 0.5)
            .count();
        println!(
            "{:<70} {:>3} references, {sure:>3} with a confidence of 0.5",
            path.file_stem().unwrap().to_string_lossy(),
            read.references.len()
        );
    }
}

#[test]
fn a_list_is_split_whatever_marks_its_references() {
    const REFERENCES: [&str; 3] = [
        "Benkler, Y. (2002). Coase's Penguin, or, Linux and The Nature of the Firm. Yale Law Journal, 112(3), 369-446.",
        "Ostrom, E. (1990). Governing the Commons. Cambridge: Cambridge University Press.",
        "Weber, S. (2004). The Success of Open Source. Cambridge, MA: Harvard University Press.",
    ];
    let lists = [
        REFERENCES.join("\n"),
        REFERENCES.join("\n\n"),
        REFERENCES.join("\r\n\r\n"),
        REFERENCES.map(|text| format!("* {text}")).join("\n"),
        REFERENCES.map(|text| format!("- {text}")).join("\n"),
        format!(
            "References\n\n1. {}\n2. {}\n3. {}\n",
            REFERENCES[0], REFERENCES[1], REFERENCES[2]
        ),
        format!(
            "[1] {}\n[2] {}\n[3] {}\n",
            REFERENCES[0], REFERENCES[1], REFERENCES[2]
        ),
        format!(
            "(1) {}\n(2) {}\n(3) {}\n",
            REFERENCES[0], REFERENCES[1], REFERENCES[2]
        ),
        format!(
            "1 See {}; {}; see also {}",
            REFERENCES[0].trim_end_matches('.'),
            REFERENCES[1].trim_end_matches('.'),
            REFERENCES[2]
        ),
        REFERENCES
            .map(|text| text.replace(". ", ".\n    "))
            .join("\n"),
    ];
    for list in lists {
        let read = references::read(&list);
        let titles: Vec<String> = read
            .references
            .iter()
            .map(|reference| reference.item.text("title").unwrap_or_default())
            .collect();
        assert_eq!(
            titles,
            [
                "Coase's Penguin, or, Linux and The Nature of the Firm",
                "Governing the Commons",
                "The Success of Open Source"
            ],
            "{list}"
        );
    }
}

#[test]
fn references_are_told_apart_by_lines_alone() {
    let text = std::fs::read_to_string("tests/data/references/single.yaml").unwrap();
    let all: Vec<SingleReference> = serde_saphyr::from_str(&text).unwrap();
    let texts: Vec<&str> = all
        .iter()
        .map(|one| one.text.as_str())
        .filter(|text| text.starts_with(char::is_alphabetic))
        .collect();
    let read = references::read(&texts.join("\n"));
    let missed: Vec<&&str> = texts
        .iter()
        .filter(|text| {
            let is_source = |reference: &Reference| text.ends_with(&reference.source);
            !read.references.iter().any(is_source)
        })
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn weeks_numbers_and_words_before_references_are_no_part_of_them() {
    let read = references::read(
        "Week 3: Ellison, Ruth. 2006. The Logic of Sharing. Berkeley: Redwood University Press.\n\n\
         4 See Odile Pellegrin, After Enclosure (Oxford: Greywater Press, 2014); and Hugh Danby, The Last Herdsmen \
         (Leeds: Moorland Press, 1999).\n",
    );
    let read: Vec<(String, String)> = read
        .references
        .iter()
        .map(|reference| {
            let item = &reference.item;
            (
                Expected::of(item).author,
                item.text("title").unwrap_or_default(),
            )
        })
        .collect();
    let expected = [
        ("Ellison", "The Logic of Sharing"),
        ("Pellegrin", "After Enclosure"),
        ("Danby", "The Last Herdsmen"),
    ];
    assert_eq!(
        read,
        expected.map(|(author, title)| (author.to_owned(), title.to_owned()))
    );
}

#[test]
fn a_dash_stands_for_the_author_before() {
    let read = references::read(
        "Weber, Steven. 2004. The Success of Open Source. Cambridge: Harvard University Press.\n\n\
         ———. 2010. The End of Arrogance. Cambridge: Harvard University Press.\n",
    );
    let families: Vec<Option<String>> = read
        .references
        .iter()
        .map(|reference| reference.item.names("author")[0].family.clone())
        .collect();
    assert_eq!(
        families,
        [Some("Weber".to_owned()), Some("Weber".to_owned())]
    );
    assert!(read.references[1].source.starts_with("———"));
}

#[test]
fn lines_that_a_program_broke_are_joined() {
    let text = "Conaty, P. & Bollier, D. (2014). Toward an Open Co-operativism: A New Social Economy Based on trans-\n\
         formation. Journal of Peer Production, 12(2), 146-\n\
         161. Retrieved from https://a.example/toward-an-open-\n\
         economy/index.html\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        broken_lines_are_joined(&text);
    }
}

fn broken_lines_are_joined(text: &str) {
    let read = references::read(text);
    assert_eq!(read.references.len(), 1);
    let item = &read.references[0].item;
    assert!(
        item.text("title").unwrap().ends_with("transformation"),
        "{item:?}"
    );
    assert_eq!(item.text("page").as_deref(), Some("146-161"));
    assert_eq!(
        item.text("URL").as_deref(),
        Some("https://a.example/toward-an-open-economy/index.html")
    );
}

#[test]
fn what_is_no_list_gives_no_references_in_linear_time() {
    let prose = "It was the best of times, it was the worst of times, and we were all going direct to heaven. ";
    let code = "fn main() { let x = vec![1, 2, 3]; println!(\"{:?}\", x); } // 1999\n";
    let long = 10_000_000;
    for (name, text) in [
        ("prose", prose.repeat(2_000)),
        ("paragraphs", format!("{}\n\n", prose.repeat(4)).repeat(500)),
        ("code", code.repeat(5_000)),
        ("one line", "a ".repeat(long / 2)),
        ("one word", "a".repeat(long)),
        ("brackets", "[[".repeat(long / 2)),
        ("semicolons", "; ".repeat(long / 2)),
        ("digits", "1".repeat(long)),
        ("line ends", "\n".repeat(long / 10)),
        ("short lines", "a b\n".repeat(long / 100)),
        ("binary", "\u{1}\u{2}\0x".repeat(100_000)),
    ] {
        let start = Instant::now();
        let read = references::read(&text);
        let time = start.elapsed();
        println!("{name}: {} references, {time:?}", read.references.len());
        assert!(
            read.references.is_empty(),
            "{name}: {:?}",
            read.references[0].source
        );
    }
}
