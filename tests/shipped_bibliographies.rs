//! The bibliographies and the vocabulary that ship with peerbib say what was found out, all of it and
//! nothing else.
//!
//! `tests/data/facts` holds the research: for each work the fields that are known, and, apart from
//! them, what was only recalled or is a mere candidate. These tests compare the two in both
//! directions, after undoing what is only spelling: TeX escapes, quotation marks, braces that protect
//! a name, the two hyphens of a page range, line breaks.

// The helpers below read files of this repository; a test that cannot read them has failed anyway.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod facts;

use std::collections::{BTreeMap, BTreeSet};

use facts::{
    ABOUT_THE_REFERENCE, Entry, Fact, Reason, VERBATIM, chapter_facts, commons_facts, entries,
    plain, recalled,
};
use serde::Deserialize;

const CHAPTER: &str = include_str!("../bib/chapter.bib");
const COMMONS: &str = include_str!("../bib/commons.bib");
const VOCABULARY: &str = include_str!("../bib/vocabulary.toml");
const MOVEMENT_FACTS: &str = include_str!("data/facts/movements.yaml");

fn both() -> [(Vec<Fact>, Vec<Entry<'static>>); 2] {
    [
        (chapter_facts(), entries(CHAPTER)),
        (commons_facts(), entries(COMMONS)),
    ]
}

// ---- Facts and bibliographies -------------------------------------------------------------------

#[test]
fn every_work_of_the_facts_is_in_its_bibliography_and_no_other() {
    for (facts, entries) in both() {
        let known: Vec<_> = facts.iter().map(|fact| fact.key.as_str()).collect();
        let shipped: Vec<_> = entries.iter().map(|entry| entry.key).collect();
        assert_eq!(known, shipped);
        for (fact, entry) in facts.iter().zip(&entries) {
            assert_eq!(fact.entry_type, entry.entry_type, "type of {}", entry.key);
        }
    }
    assert_eq!(entries(CHAPTER).len(), 43);
}

#[test]
fn every_field_of_the_facts_is_in_the_bibliographies() {
    for (facts, entries) in both() {
        for (fact, entry) in facts.iter().zip(&entries) {
            fact.is_wholly_in(entry);
        }
    }
}

#[test]
fn every_field_of_the_bibliographies_is_accounted_for() {
    for (facts, entries) in both() {
        for (fact, entry) in facts.iter().zip(&entries) {
            fact.accounts_for(entry);
        }
    }
}

#[test]
fn every_work_says_its_language_as_far_as_it_is_known() {
    for (facts, entries) in both() {
        for (fact, entry) in facts.iter().zip(&entries) {
            let recalled = recalled(fact).any(|(field, _)| field == "language");
            let language = match (fact.key.as_str(), fact.language.as_deref()) {
                // The title is the chapter's, in English; that the document is Greek is recalled.
                ("syriza2015government", _) => Some("english"),
                (_, _) if recalled => None,
                (_, None) => None,
                (_, Some("en")) => Some("english"),
                (_, Some("de")) => Some("german"),
                (_, Some("nl")) => Some("dutch"),
                (key, Some(other)) => panic!("{key}: what is {other} in BibLaTeX?"),
            };
            assert_eq!(
                language,
                entry.fields.get("langid").copied(),
                "{}",
                fact.key
            );
            if language.is_none() {
                assert!(entry.comment.contains("No langid"), "{}", fact.key);
                assert!(
                    !entry.fields.contains_key("title"),
                    "{} has a title to print",
                    fact.key
                );
            }
        }
    }
}

#[test]
fn nothing_that_was_only_recalled_or_is_a_candidate_is_data() {
    for (facts, entries) in both() {
        for (fact, entry) in facts.iter().zip(&entries) {
            let data: BTreeMap<_, _> = entry
                .fields
                .iter()
                .filter(|(field, _)| !ABOUT_THE_REFERENCE.contains(field))
                .map(|(field, source)| (*field, plain_or_verbatim(field, source)))
                .collect();
            for (field, value) in recalled(fact) {
                let Some(value) = value else { continue };
                assert_ne!(
                    data.get(field).map(String::as_str),
                    Some(value),
                    "{}",
                    fact.key
                );
                // A value long enough to be told from any other may not hide in another field.
                let hidden = value.len() > 12 && data.values().any(|text| text.contains(value));
                assert!(!hidden, "{} holds the recalled {field} {value}", fact.key);
            }
            for candidate in &fact.candidates_never_import {
                for (field, text) in &data {
                    assert!(
                        !text.contains(&candidate.title),
                        "{field} of {} holds a candidate",
                        fact.key
                    );
                }
            }
        }
    }
}

fn plain_or_verbatim(field: &str, source: &str) -> String {
    if VERBATIM.contains(&field) {
        source.to_owned()
    } else {
        plain(source)
    }
}

#[test]
fn fields_that_no_source_confirms_are_named_above_their_entry() {
    for (facts, entries) in both() {
        for (fact, entry) in facts.iter().zip(&entries) {
            for (field, value) in recalled(fact) {
                if value.is_none() && fact.fields.contains_key(field) {
                    let (_, named) = entry
                        .comment
                        .split_once("Not confirmed in a source: ")
                        .unwrap_or_else(|| panic!("{} does not say so of {field}", fact.key));
                    assert!(
                        named
                            .trim_end_matches('.')
                            .split(", ")
                            .any(|name| name == field),
                        "{}: {field} is not named",
                        fact.key
                    );
                }
            }
        }
    }
}

#[test]
fn a_work_that_is_not_certain_explains_itself() {
    for entry in entries(CHAPTER).iter().chain(&entries(COMMONS)) {
        if entry.fields.contains_key("identification") {
            assert!(entry.fields.contains_key("annotation"), "{}", entry.key);
        }
    }
}

/// Styles that print titles in sentence case would write "coase's penguin".
#[test]
fn proper_names_in_titles_are_protected() {
    const NAMES: [&str; 26] = [
        "Apache",
        "Coase",
        "CSPP",
        "Enspiral",
        "FreeBSD",
        "Gent",
        "German",
        "Ghent",
        "GNU",
        "GPL",
        "Hawaii",
        "Internet",
        "Karl",
        "Leviathan",
        "Linux",
        "Magna",
        "Marx",
        "Max",
        "Merten",
        "Mozilla",
        "Oekonux",
        "P2P",
        "Stallman",
        "Stewart",
        "Weber",
        "Wikipedia",
    ];
    for entry in entries(CHAPTER).iter().chain(&entries(COMMONS)) {
        for field in ["title", "subtitle", "booktitle", "issuetitle"] {
            let Some(source) = entry.fields.get(field) else {
                continue;
            };
            let mut depth = 0;
            let mut unprotected = String::new();
            for character in source.chars() {
                match character {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ if depth == 0 => unprotected.push(character),
                    _ => unprotected.push(' '),
                }
            }
            for word in unprotected.split(|character: char| !character.is_alphanumeric()) {
                assert!(
                    !NAMES.contains(&word),
                    "{word} in the {field} of {}",
                    entry.key
                );
            }
        }
    }
}

#[test]
fn the_two_bibliographies_share_no_key() {
    let chapter: BTreeSet<_> = entries(CHAPTER).iter().map(|entry| entry.key).collect();
    for entry in entries(COMMONS) {
        assert!(!chapter.contains(entry.key), "{}", entry.key);
    }
}

// ---- The vocabulary -----------------------------------------------------------------------------

/// The vocabulary as it is shipped; a field that is not here is a mistake in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vocabulary {
    tag: Vec<Tag>,
    assignment: Vec<Assignment>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Tag {
    facet: String,
    tag: String,
    label: String,
    description: Option<String>,
    parent: Option<String>,
    active: Option<String>,
    place: Option<String>,
    #[serde(default)]
    people: Vec<String>,
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Event {
    date: String,
    what: String,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Assignment {
    work: String,
    facet: String,
    tag: String,
    basis: String,
    why: String,
}

#[derive(Debug, Deserialize)]
struct TagFacts {
    movements: Vec<TagFact>,
    themes: Vec<TagFact>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TagFact {
    tag: String,
    label: String,
    about: Option<String>,
    parent: Option<String>,
    active: Option<String>,
    place: Option<String>,
    #[serde(default)]
    people: Vec<String>,
    #[serde(default)]
    events: Vec<Event>,
}

fn vocabulary() -> Vocabulary {
    toml::from_str(VOCABULARY).expect("a vocabulary without errors")
}

#[test]
fn the_vocabulary_says_what_is_known_of_each_movement_and_theme() {
    let facts: TagFacts = serde_saphyr::from_str(MOVEMENT_FACTS).expect("facts about movements");
    let movements = facts.movements.into_iter().map(|fact| ("movement", fact));
    let themes = facts.themes.into_iter().map(|fact| ("theme", fact));
    let known: Vec<_> = movements
        .chain(themes)
        .map(|(facet, fact)| Tag {
            facet: facet.to_owned(),
            tag: fact.tag,
            label: fact.label,
            description: fact.about.map(|about| about.trim().to_owned()),
            parent: fact.parent,
            active: fact.active,
            place: fact.place,
            people: fact.people,
            events: fact.events,
        })
        .collect();
    assert_eq!(known, vocabulary().tag);
}

#[test]
fn every_assignment_of_the_facts_is_in_the_vocabulary_and_no_other() {
    let mut known = Vec::new();
    // A work outside the chapter can owe its tags to nothing but itself.
    for (facts, basis) in [(chapter_facts(), "chapter"), (commons_facts(), "work")] {
        for fact in facts {
            let mut assign = |facet: &str, reason: Reason, basis: &str| {
                known.push(Assignment {
                    work: fact.key.clone(),
                    facet: facet.to_owned(),
                    tag: reason.tag,
                    basis: basis.to_owned(),
                    why: reason.why,
                });
            };
            for reason in fact.movement {
                assign("movement", reason, basis);
            }
            for reason in fact.theme {
                assign("theme", reason, basis);
            }
            for reason in fact.tags_from_the_work {
                let facet = reason
                    .facet
                    .clone()
                    .expect("the facet of a tag from the work");
                assign(&facet, reason, "work");
            }
        }
    }
    assert_eq!(known, vocabulary().assignment);
}

#[test]
fn the_vocabulary_hangs_together() {
    let vocabulary = vocabulary();
    let mut tags = BTreeMap::new();
    for tag in &vocabulary.tag {
        let before = tags.insert(
            (tag.facet.as_str(), tag.tag.as_str()),
            tag.parent.as_deref(),
        );
        assert!(before.is_none(), "{}:{} twice", tag.facet, tag.tag);
    }
    for tag in &vocabulary.tag {
        let mut passed = BTreeSet::from([tag.tag.as_str()]);
        let mut parent = tag.parent.as_deref();
        while let Some(name) = parent {
            assert!(
                passed.insert(name),
                "{}:{} is its own ancestor",
                tag.facet,
                name
            );
            parent = *tags
                .get(&(tag.facet.as_str(), name))
                .unwrap_or_else(|| panic!("{}:{} has no tag {name} above it", tag.facet, tag.tag));
        }
    }

    let works: BTreeSet<_> = entries(CHAPTER)
        .iter()
        .chain(&entries(COMMONS))
        .map(|entry| entry.key)
        .collect();
    let mut assigned = BTreeSet::new();
    for assignment in &vocabulary.assignment {
        let (facet, tag) = (assignment.facet.as_str(), assignment.tag.as_str());
        assert!(tags.contains_key(&(facet, tag)), "no tag {facet}:{tag}");
        assert!(
            works.contains(assignment.work.as_str()),
            "no work {}",
            assignment.work
        );
        assert!(
            assigned.insert((assignment.work.as_str(), facet, tag)),
            "{} has {facet}:{tag} twice",
            assignment.work
        );
    }
    for work in works {
        assert!(
            assigned.iter().any(|(assigned, ..)| *assigned == work),
            "{work} has no tag"
        );
    }
}
