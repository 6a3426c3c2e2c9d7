//! Plain reference lists come back as the works that they name.
//!
//! The chapter's list of references and the ground truth for it lie in `../shared`; so do wiki pages with lists of
//! every kind. Without them, these tests are skipped. The round trip prints both bundled bibliographies in every bundled
//! style, and reads what it printed.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use peerbib::csl::{Inline, Style, bundled, format_bibliography};
use peerbib::formats::references::evaluation::{self, LabelledReference, Model};
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

    /// Returns whether a reference prints the title, the first author and the year.
    fn is_in(&self, text: &str) -> [bool; 3] {
        let printed = letters(text);
        let year = self.year.map(|year| year.to_string());
        [
            printed.contains(&letters(&self.title)),
            !self.author.is_empty() && printed.contains(&letters(&self.author)),
            year.is_some_and(|year| text.contains(&year)),
        ]
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
    assert!(authors >= 65 && years >= 65 && titles >= 61);
    assert!(same >= 60);
}

/// `train.py --folds 5` measures models that have not seen the references that they are measured with, which takes an
/// hour; this prints what it found, and how the model in the program reads the references that it was trained on.
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
    let labelled: Vec<LabelledReference> = evaluation::from_xml(&xml)
        .unwrap()
        .iter()
        .map(|pieces| LabelledReference::new(pieces))
        .collect();
    let report = evaluation::measure(Model::bundled().unwrap(), &labelled);
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

/// Returns the variables of one reference.
fn read_one(text: &str) -> CslItem {
    let read = references::read(text);
    assert_eq!(read.references.len(), 1, "{text}");
    read.references.into_iter().next().unwrap().item
}

#[test]
fn the_period_of_an_abbreviation_is_kept_and_that_of_a_sentence_is_not() {
    for (text, variable, value) in [
        (
            "[3] A. Wren and B. Finch, \"Nests in common,\" J. Avian Biol., vol. 14, no. 4, pp. 394-419, Dec. 2006.",
            "container-title",
            "J. Avian Biol.",
        ),
        (
            "[4] A. Wren, \"Nests as software,\" IEEE Softw., vol. 30, no. 1, pp. 12-19, 2013.",
            "container-title",
            "IEEE Softw.",
        ),
        (
            "Wren A, Finch B. Nests in common. N Engl J Med. 2006;14(4):394-9.",
            "container-title",
            "N Engl J Med",
        ),
        (
            "Wren, A. (2006). Nests in common. Hoboken, NJ: John Wiley & Sons, Inc.",
            "publisher",
            "John Wiley & Sons, Inc.",
        ),
        (
            "Wren, A. (2006). Nests in common. New York: Routledge.",
            "publisher",
            "Routledge",
        ),
        (
            "Wren, A. (2006). Nests in common. Hillsdale, NJ: L. Erlbaum.",
            "publisher",
            "L. Erlbaum",
        ),
        (
            "Wren, A., 2007. Nests in Common: From Theory to Practice. MIT Press, Cambridge, Mass.",
            "publisher-place",
            "Cambridge, Mass.",
        ),
        (
            "Wren, Ada. Nests in Common. Washington, D.C.: Brookings Institution Press, 2007.",
            "publisher-place",
            "Washington, D.C.",
        ),
        (
            "Иванов, И. И. Общее благо и сети. М.: Эксмо, 2003. 448 с.",
            "publisher-place",
            "М.",
        ),
    ] {
        assert_eq!(
            read_one(text).text(variable).as_deref(),
            Some(value),
            "{text}"
        );
    }
    let item = read_one("宇野常寛（2018）『遅いインターネット』幻冬舎。");
    assert_eq!(item.text("publisher").as_deref(), Some("幻冬舎"));
}

#[test]
fn references_in_chinese_are_read_as_the_chinese_standard_prints_them() {
    for (text, variables) in [
        (
            "李娜. 共享经济与同侪生产[J]. 社会学研究, 2016, 31(4): 45-67.",
            [
                ("title", "共享经济与同侪生产"),
                ("container-title", "社会学研究"),
                ("volume", "31"),
                ("page", "45-67"),
            ],
        ),
        (
            "王明, 张华. 开放源代码运动[M]. 北京: 清华大学出版社, 2010.",
            [
                ("title", "开放源代码运动"),
                ("publisher", "清华大学出版社"),
                ("publisher-place", "北京"),
                ("container-title", ""),
            ],
        ),
    ] {
        let item = read_one(text);
        for (variable, value) in variables {
            assert_eq!(item.text(variable).unwrap_or_default(), value, "{text}");
        }
    }
}

#[test]
fn every_date_of_a_reference_is_kept() {
    for (text, variable, parts) in [
        (
            "Wren, Ada. \"Nests & the Partner State.\" The Next System Project, 2017. Web. 14 Apr. 2018.",
            "accessed",
            vec![vec![2018, 4, 14]],
        ),
        (
            "Wren, Ada (2000): Nests - Meilenstein auf dem Weg? http://www.example.org/texte/nests/ (15.3.2011).",
            "accessed",
            vec![vec![2011, 3, 15]],
        ),
        (
            "Wren, A. (2010), \"Nests: Is There Room?\", Paper presented at the 3rd Nest Conference, Berlin, October 8-9, \
             2010.",
            "issued",
            vec![vec![2010, 10, 8], vec![2010, 10, 9]],
        ),
    ] {
        let found = read_one(text)
            .date(variable)
            .map(|date| date.date_parts.clone());
        assert_eq!(found, Some(parts), "{text}");
    }
}

#[test]
fn initials_and_particles_after_a_family_name_are_parts_of_the_name() {
    let names = |text: &str| -> Vec<String> {
        let names = read_one(text).names("author").to_vec();
        names.iter().map(|name| name.reading_order()).collect()
    };
    for (text, expected) in [
        (
            "SILVEIRA, S. A. da. Software livre: a luta pela liberdade do conhecimento. São Paulo: Fundação Perseu \
             Abramo, 2004.",
            vec!["S. A. da SILVEIRA"],
        ),
        (
            "BRITO, N. D. Comuns digitais e cultura livre. Salvador: EDUFBA, 2013.",
            vec!["N. D. BRITO"],
        ),
        (
            "COSTA, A. F. da; SÁ, M. N. de. A rede e o comum. Lisboa: Celta, 2001.",
            vec!["A. F. da COSTA", "M. N. de SÁ"],
        ),
        (
            "HUMBOLDT, W. von. Ideen zu einem Versuch. Stuttgart: Reclam, 1967.",
            vec!["W. von HUMBOLDT"],
        ),
    ] {
        assert_eq!(names(text), expected, "{text}");
    }
}

#[test]
fn a_chapter_is_no_page_and_the_name_of_an_identifier_no_note() {
    let item = read_one(
        "Wren, Ada. Nests in Common. Amsterdam: Institute of Network Cultures, 2010, ch. 3. DOI: \
         https://doi.org/10.16997/book33.",
    );
    assert_eq!(item.text("chapter-number").as_deref(), Some("3"));
    assert_eq!(item.text("DOI").as_deref(), Some("10.16997/book33"));
    assert_eq!((item.text("page"), item.text("note")), (None, None));
}

#[test]
fn titles_are_told_from_names_and_journals() {
    for (text, author, title) in [
        (
            "Dyer-Witheford, N. \"Commonism\". Turbulence 1, June 2007: 81-87.",
            "Dyer-Witheford",
            "Commonism",
        ),
        (
            "Gorz A., L'immatériel. Connaissance, valeur et capital, Paris, Galilée, 2003, 152 p.",
            "Gorz",
            "L'immatériel. Connaissance, valeur et capital",
        ),
    ] {
        let item = read_one(text);
        let names: Vec<String> = item
            .names("author")
            .iter()
            .map(|name| name.short())
            .collect();
        assert_eq!(names, [author], "{text}");
        assert_eq!(item.text("title").as_deref(), Some(title), "{text}");
    }
}

/// The least right titles, first authors, years, types and containers of `single.yaml`.
const LEAST_RIGHT: [usize; 5] = [268, 275, 281, 193, 115];

#[test]
fn bundled_bibliographies_come_back_from_every_bundled_style() {
    let mut totals = [0_usize; 2];
    let mut total_printed = [0_usize; 3];
    let mut total_right = [0_usize; 3];
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
        // A sample of the larger one is enough to distinguish the styles.
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
            // What a style does not print cannot be read.
            let mut prints = [0; 3];
            for (text, item) in &printed {
                let found = Expected::of(item).is_in(text);
                for (count, is_printed) in prints.iter_mut().zip(found) {
                    *count += usize::from(is_printed);
                }
            }
            let mut right = [0; 3];
            for reference in &read.references {
                let line = reference.line.div_ceil(2).saturating_sub(1);
                let Some((text, item)) = printed.get(line) else {
                    continue;
                };
                let work = Expected::of(item);
                let found = &reference.item;
                let [prints_title, prints_author, prints_year] = work.is_in(text);
                right[0] += usize::from(prints_title && work.has_title(found));
                right[1] += usize::from(prints_author && work.has_author(found));
                right[2] += usize::from(prints_year && work.has_year(found));
                if prints_title && reference.confidence >= 0.9 {
                    confident[0] += 1;
                    confident[1] += usize::from(work.has_title(found));
                }
            }
            let count = printed.len();
            println!(
                "{name} {:<50} {count:>4} works, {:>4} references, title {:.3}, first author {:.3}, year {:.3}",
                bundled_style.name,
                read.references.len(),
                share(right[0], prints[0]),
                share(right[1], prints[1]),
                share(right[2], prints[2])
            );
            totals[0] += count;
            totals[1] += read.references.len();
            for at in 0..3 {
                total_printed[at] += prints[at];
                total_right[at] += right[at];
            }
        }
    }
    let [works, found] = totals;
    let [titles, authors, years] = [0, 1, 2].map(|at| share(total_right[at], total_printed[at]));
    println!(
        "round trip: {works} works, {found} references, title {:.3}, first author {:.3}, year {:.3}; of {} with a \
         confidence of 0.9, title {:.3}",
        titles,
        authors,
        years,
        confident[0],
        share(confident[1], confident[0])
    );
    assert!(titles > 0.935 && authors > 0.98 && years > 0.98);
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

/// Returns the titles of the references in a list.
fn titles(list: &str) -> Vec<String> {
    let read = references::read(list);
    read.references
        .iter()
        .map(|reference| reference.item.text("title").unwrap_or_default())
        .collect()
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
        assert_eq!(
            titles(&list),
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
fn headings_and_references_without_a_bullet_are_no_part_of_bulleted_references() {
    let list = "Week 1 – Introduction
Required:
- Benkler, Yochai. 2006. The Wealth of Networks. New Haven: Yale University Press.
- Bauwens, M. (2005), \"The Political Economy of Peer Production\", CTheory.
Recommended:
- Hardin, Garrett (1968): The Tragedy of the Commons. In: Science 162, 1243-1248.
Raymond, Eric (1999): The Cathedral and the Bazaar. Sebastopol: O'Reilly.
- Ostrom, Elinor (1990): Governing the Commons: The Evolution of Institutions for
Collective Action. Cambridge: Cambridge University Press.
";
    assert_eq!(
        titles(list),
        [
            "The Wealth of Networks",
            "The Political Economy of Peer Production",
            "The Tragedy of the Commons",
            "The Cathedral and the Bazaar",
            "Governing the Commons: The Evolution of Institutions for Collective Action",
        ]
    );
}

#[test]
fn labels_of_letters_and_a_year_mark_references() {
    let list = "[Kos19] Kostakis, V. (2019). How to reap the benefits of the digital revolution? Halduskultuur, 20(1), 4–19.
[BN06a] Benkler, Y. and Nissenbaum, H. (2006). Commons-based Peer Production and Virtue. Journal of Political
Philosophy, 14(4), 394–419.
[GHJ+99] Gates, B., Hall, C., Jones, D. et al. (1999). Nests in common. Berlin: Nest.
";
    let read = references::read(list);
    let found: Vec<(Option<String>, Option<String>)> = read
        .references
        .iter()
        .map(|reference| (reference.item.text("title"), reference.item.text("note")))
        .collect();
    let titles = [
        "How to reap the benefits of the digital revolution?",
        "Commons-based Peer Production and Virtue",
        "Nests in common",
    ];
    assert_eq!(found, titles.map(|title| (Some(title.to_owned()), None)));
}

#[test]
fn references_are_distinguished_by_lines_alone() {
    let texts = list_texts();
    let read = references::read(&texts.join("\n"));
    let missed: Vec<&String> = texts
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
         (Leeds: Moorland Press, 1999).\n\n\
         For a critique see Malin Ekeroth, ‘The Limits of Generosity’, Gift Studies Vol. 2 No. 1, 2016, pp. 5–19.\n\n\
         Chapter 4 of: Ingrid Solheim. The Patient Economy. Fjordline Press, 2009.\n\n\
         ^ Jump up to: a b Fenwick, Ailsa (3 May 2010). \"Croft buyouts gather pace\". The Hebridean.\n",
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
        ("Ekeroth", "The Limits of Generosity"),
        ("Solheim", "The Patient Economy"),
        ("Fenwick", "Croft buyouts gather pace"),
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

/// Breaks a text into lines of at most this many characters, where it has spaces.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().unwrap();
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.join("\n")
}

/// The invented references that begin with a letter, and so could be in one list.
fn list_texts() -> Vec<String> {
    let text = std::fs::read_to_string("tests/data/references/single.yaml").unwrap();
    let all: Vec<SingleReference> = serde_saphyr::from_str(&text).unwrap();
    let lead_ins = [
        "Week",
        "Vgl.",
        "cf.",
        "Required",
        "Recommended",
        "Reading:",
        "Chapter",
        "See, for",
        "For a",
        "Essay:",
        "Article:",
        "Book:",
        "Video:",
        "Documentary",
    ];
    all.into_iter()
        .map(|one| one.text)
        .filter(|text| {
            text.starts_with(char::is_alphabetic) && text.len() > 60 && !text.contains("[http")
        })
        .filter(|text| !lead_ins.iter().any(|lead_in| text.starts_with(lead_in)))
        .collect()
}

/// Returns the share of references that are found as they are.
fn share_found(texts: &[String], list: &str) -> f64 {
    let read = references::read(list);
    let sources: Vec<&str> = read
        .references
        .iter()
        .map(|reference| reference.source.trim_end_matches('.'))
        .collect();
    let is_found = |text: &&String| sources.contains(&text.trim_end_matches('.'));
    let missed: Vec<&String> = texts.iter().filter(|text| !is_found(text)).collect();
    println!("{missed:#?}");
    share(texts.len() - missed.len(), texts.len())
}

#[test]
fn references_are_told_apart_when_a_program_wrapped_their_lines() {
    let texts = list_texts();
    for width in [60, 72, 80, 100] {
        let lines: Vec<String> = texts.iter().map(|text| wrapped(text, width)).collect();
        let found = share_found(&texts, &lines.join("\n"));
        println!("lines of {width} characters: {found:.3} of the references are found");
        assert!(found >= 0.9, "{width}");
        let hanging: Vec<String> = lines
            .iter()
            .map(|lines| lines.replace('\n', "\n    "))
            .collect();
        assert!(
            share_found(&texts, &hanging.join("\n")) >= 0.98,
            "hanging {width}"
        );
    }
}

#[test]
fn page_numbers_and_running_heads_are_no_part_of_references() {
    let texts = list_texts();
    let lines: Vec<String> = texts
        .iter()
        .flat_map(|text| {
            wrapped(text, 80)
                .replace('\n', "\n    ")
                .lines()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    for (before, after) in [
        ("\n\n", "\nThe Commons Reader\n\n"),
        ("\n", "\n"),
        ("\n\u{c}THE READER ", "\n"),
    ] {
        let pages: Vec<String> = lines.chunks(37).map(|page| page.join("\n")).collect();
        let mut list = String::new();
        for (page, number) in pages.iter().zip(211..) {
            list.push_str(&format!("{page}{before}{number}{after}"));
        }
        let found = share_found(&texts, &list);
        println!("with pages {before:?}: {found:.3} of the references are found");
        assert!(found >= 0.98, "{before:?}");
    }
}

#[test]
fn numbered_lists_may_leave_out_numbers() {
    let texts = list_texts();
    let numbered: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| wrapped(&format!("{}. {text}", at * 2 + at / 7 * 9 + 1), 80))
        .collect();
    assert!(share_found(&texts, &numbered.join("\n")) >= 0.97);
}

#[test]
fn references_that_follow_one_another_on_a_line_are_divided() {
    let texts: Vec<String> = [
        "Aldarondo, P. (2016). Mapping shared orchards: A field guide. Journal of Rural Institutions, 8(3), 211–230.",
        "Tanaka, H., Osei, B., & Lindqvist, M. (2013). Tools that travel. Edward Thornton.",
        "Vance, C., & Hu, D. (2010). Licensing hardware. https://hardware.example.org/licensing",
        "Ashworth, M., 1999. Turf and tenure. Moorland Studies 5, 12–38.",
        "Norquist, Elmer T., and Ayesha Farooqi. Common Wells, Common Wills. Chicago: Lakeshore Academic, 1998.",
        "Gillingham, Peter. “What Barter Knows.” In Economies of Trust, edited by Rosa Lindgren, 112–37. Durham, NC: Piedmont University Press, 2003.",
    ]
    .map(str::to_owned)
    .to_vec();
    assert!((share_found(&texts, &texts.join(" ")) - 1.0).abs() < f64::EPSILON);
    // A reprint, a second place and the names of editors begin no reference.
    let one = "Lifschitz, V. (1987). On semantics. In Reasoning about Actions, Timberline, 1987. London, New York: Verso, 1990.";
    assert_eq!(references::read(one).references.len(), 1);
}

#[test]
fn prose_that_cites_works_mail_and_tables_give_no_references() {
    let essay = "According to Benkler (2006), peer production depends on modularity (see also Weber 2004, 45–67). \
                 In 1989, Ostrom wrote that users of common land make rules. Lee, Park, and Kim (2010) argue that trust \
                 matters. Smith, who was born in 1923, moved to Boston in 1951 and worked there.\n\n";
    let mail = "From: Anna Lind <anna@example.org>\nDate: Mon, 5 May 2014 10:15:00 +0200\nSubject: Meeting in 2014\n\n\
                On 5 May 2014, Karl Weber wrote:\n> I think that the meeting of 2012 was better.\n\n\
                I agree. Maria Schmidt (2013) said the same in her talk.\n\n";
    for (name, text) in [
        ("essay", essay.repeat(100)),
        ("lines", essay.replace(". ", ".\n").repeat(100)),
        ("mail", mail.repeat(100)),
        (
            "table",
            "Lee, K.\t1997\t415\t0.514\nBerlin\t2017\t209\t0.602\n".repeat(500),
        ),
        (
            "csv",
            "\"Park, Jo\",2007,Rent,88.95\n\"Lee, Kim\",2019,Invoice,11.20\n".repeat(500),
        ),
        (
            "contents",
            "2. Peer production, 1990-2010 . . . . . . 120\n".repeat(300),
        ),
        (
            "log",
            "2014-05-12 10:12:11 INFO [worker-3] Request /a/b?id=12 took 12 ms\n".repeat(500),
        ),
    ] {
        let read = references::read(&text);
        let sources: Vec<&str> = read
            .references
            .iter()
            .map(|one| one.source.as_str())
            .collect();
        assert!(
            sources.is_empty(),
            "{name}: {} such as {:?}",
            sources.len(),
            sources[0]
        );
    }
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
