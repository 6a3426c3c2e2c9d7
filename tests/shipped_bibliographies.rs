//! The bibliographies and the vocabulary that ship with peerbib say what was found out, all of it and
//! nothing else.
//!
//! `tests/data/facts` holds the research: for each work the fields that are known, and, apart from
//! them, what was only recalled. These tests compare the two in both directions, after undoing what is
//! only spelling: TeX escapes, quotation marks, braces that protect a name, the two hyphens of a page
//! range, line breaks.

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
const SOURCES: &str = include_str!("../bib/SOURCES.md");
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
    let listed = chapter_facts()
        .iter()
        .filter(|fact| fact.in_reference_list)
        .count();
    assert_eq!((entries(CHAPTER).len(), listed), (69, 65));
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
fn every_work_is_identified_and_has_a_title_and_a_language() {
    for (facts, entries) in both() {
        for (fact, entry) in facts.iter().zip(&entries) {
            assert_eq!(fact.identification, "certain", "{}", fact.key);
            assert!(entry.fields.contains_key("title"), "{}", fact.key);
            let language = match fact.language.as_deref() {
                Some("en") => "english",
                Some("de") => "german",
                Some("fr") => "french",
                Some("el") => "greek",
                other => panic!("{}: what is {other:?} in BibLaTeX?", fact.key),
            };
            assert_eq!(entry.fields.get("langid"), Some(&language), "{}", fact.key);
        }
    }
}

#[test]
fn nothing_that_was_recalled_and_left_out_is_data() {
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
                // A value that is long enough to be unique must not be in another field.
                let hidden = value.len() > 12 && data.values().any(|text| text.contains(value));
                assert!(!hidden, "{} holds the recalled {field} {value}", fact.key);
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

/// The section of `SOURCES.md` about each work, on one line.
fn sections() -> BTreeMap<&'static str, String> {
    let sections = SOURCES.split("\n### `").skip(1).map(|section| {
        let (key, text) = section.split_once("`\n").unwrap();
        let (text, _) = text.split_once("\n## ").unwrap_or((text, ""));
        (key, text.split_whitespace().collect::<Vec<_>>().join(" "))
    });
    sections.collect()
}

/// What a section says under a label.
fn said<'s>(section: &'s str, label: &str) -> Option<&'s str> {
    let (_, behind) = section.split_once(&format!("- **{label}:** "))?;
    Some(behind.split_once(" - **").map_or(behind, |(text, _)| text))
}

#[test]
fn the_sources_of_every_work_are_named_and_so_is_what_they_do_not_confirm() {
    let sections = sections();
    let mut known = BTreeSet::new();
    for (facts, entries) in both() {
        for (fact, entry) in facts.iter().zip(&entries) {
            let key = fact.key.as_str();
            known.insert(key.to_owned());
            let section = &sections[key];
            let sources = said(section, "Source").or_else(|| said(section, "Sources"));
            let sources = sources.unwrap_or_else(|| panic!("no source of {key}"));
            for source in &fact.sources {
                let address = source
                    .split_whitespace()
                    .find(|word| word.starts_with("http"));
                let is_named = address.is_none_or(|address| sources.contains(address));
                let is_the_list = source.contains("own list of references");
                assert!(is_named || is_the_list, "{key}: {source}");
            }
            for field in fact.unconfirmed() {
                let named = said(section, "Not confirmed").unwrap_or_default();
                assert!(named.contains(field), "{key}: {field} is not named");
            }
            for (field, value) in recalled(fact) {
                if let Some(value) = value.filter(|value| !matches!(*value, "given" | "expansion"))
                {
                    let named = said(section, "Left out").unwrap_or_default();
                    assert!(named.contains(value), "{key}: {field} {value} is not named");
                }
            }
            for field in &fact.restored_not_opened {
                let named = said(section, "Address not opened").unwrap_or_default();
                assert!(
                    named.contains(entry.fields[field.as_str()]),
                    "{key}: {field}"
                );
            }
            if let Some(printed) = &fact.printed_in_the_list {
                let plain = |text: &str| text.replace(['<', '>', '\n', ' '], "");
                let quoted = said(section, "In the list").unwrap_or_default();
                assert_eq!(plain(quoted), plain(printed), "{key}");
            }
        }
    }
    assert!(sections.keys().all(|key| known.contains(*key)));
}

/// Styles that print titles in sentence case would write "coase's penguin".
#[test]
fn proper_names_in_titles_are_protected() {
    const NAMES: &[&str] = &[
        "Apache",
        "AureaSocial",
        "Bauwens",
        "CIC",
        "Coase",
        "CSPP",
        "Duran",
        "Enspiral",
        "FLOK",
        "FreeBSD",
        "FrOSCon",
        "Gent",
        "German",
        "Ghent",
        "GNU",
        "GPL",
        "Hawaii",
        "Internet",
        "Karl",
        "Leviathan",
        "Hecker",
        "Kostakis",
        "Linux",
        "LinuxTag",
        "Magna",
        "Marx",
        "Max",
        "Merten",
        "Mozilla",
        "Oekonux",
        "P2P",
        "P2PF",
        "Raymond",
        "Stallman",
        "Stewart",
        "Weber",
        "Wikipedia",
    ];
    for entry in entries(CHAPTER).iter().chain(&entries(COMMONS)) {
        for field in ["title", "subtitle", "booktitle", "issuetitle", "eventtitle"] {
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
    facet: Vec<Facet>,
    tag: Vec<Tag>,
    assignment: Vec<Assignment>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facet {
    facet: String,
    #[expect(dead_code, reason = "that it is a text is all there is to check")]
    label: String,
    #[serde(default)]
    exclusive: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tag {
    facet: String,
    tag: String,
    #[serde(deserialize_with = "english")]
    label: String,
    description: String,
    parent: Option<String>,
    active: Option<String>,
    place: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    people: Vec<String>,
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    date: String,
    #[expect(dead_code, reason = "the wording of the vocabulary is its own")]
    what: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Assignment {
    work: Works,
    facet: String,
    tag: String,
    basis: String,
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Works {
    One(String),
    Several(Vec<String>),
}

/// Reads a label: one text, or one for each language.
fn english<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Label {
        One(String),
        Translated { en: String },
    }
    Ok(match Label::deserialize(reader)? {
        Label::One(label) | Label::Translated { en: label } => label,
    })
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

/// A tag on a work: work, facet, tag, basis and reason.
type Tagged = (String, String, String, String, String);

fn vocabulary() -> Vocabulary {
    toml::from_str(VOCABULARY).expect("a vocabulary without errors")
}

impl Vocabulary {
    fn tag(&self, facet: &str, name: &str) -> &Tag {
        self.tag
            .iter()
            .find(|tag| tag.facet == facet && tag.tag == name)
            .unwrap_or_else(|| panic!("no tag {facet}:{name}"))
    }

    /// The assignments, one for each work, in their order.
    fn tagged(&self) -> Vec<Tagged> {
        let mut tagged = Vec::new();
        for assignment in &self.assignment {
            let works = match &assignment.work {
                Works::One(work) => std::slice::from_ref(work),
                Works::Several(works) => works,
            };
            for work in works {
                let Assignment {
                    facet,
                    tag,
                    basis,
                    why,
                    ..
                } = assignment;
                let texts = [work, facet, tag, basis, why].map(ToOwned::to_owned);
                let [work, facet, tag, basis, why] = texts;
                tagged.push((work, facet, tag, basis, why));
            }
        }
        tagged
    }
}

#[test]
fn the_vocabulary_says_what_is_known_of_each_movement_and_theme() {
    let facts: TagFacts = serde_saphyr::from_str(MOVEMENT_FACTS).expect("facts about movements");
    let vocabulary = vocabulary();
    let movements = facts.movements.into_iter().map(|fact| ("movement", fact));
    let themes = facts.themes.into_iter().map(|fact| ("theme", fact));
    for (facet, fact) in movements.chain(themes) {
        let tag = vocabulary.tag(facet, &fact.tag);
        let name = &tag.tag;
        assert_eq!(tag.label, fact.label, "{name}");
        assert_eq!(tag.parent, fact.parent, "{name}");
        assert_eq!(tag.place, fact.place, "{name}");
        if let Some(about) = fact.about {
            assert_eq!(tag.description, about.trim(), "{name}");
        }
        if fact.active.is_some() {
            assert_eq!(tag.active, fact.active, "{name}");
        }
        for person in fact.people {
            assert!(tag.people.contains(&person), "{person} of {name}");
        }
        // The date of the vocabulary may be the more exact one.
        for event in fact.events {
            let is_there = |known: &Event| known.date.starts_with(&event.date);
            assert!(tag.events.iter().any(is_there), "{event:?} of {name}");
        }
    }
    for tag in &vocabulary.tag {
        assert!(!tag.description.trim().is_empty(), "{}", tag.tag);
    }
}

/// Tags that follow from the vocabulary, not from the facts: a theme of its own, and works for movements and
/// themes that would have none.
const BEYOND_THE_FACTS: [(&str, &str); 10] = [
    ("benkler2002coase", "third-mode"),
    ("richardson2001free", "labour"),
    ("dafermos2021prophets", "dimmons"),
    ("kostakis2011political", "platforms"),
    ("vonhippel2003open", "free-software"),
    ("scholz2016platform", "platforms"),
    ("fustermorell2010governance", "dimmons"),
    ("fustermorell2010governance", "platforms"),
    ("coase1937nature", "third-mode"),
    ("benkler2004sharing", "third-mode"),
];

#[test]
fn every_tag_of_the_facts_is_on_its_work_and_no_other() {
    let mut known: BTreeSet<Tagged> = BTreeSet::new();
    // A work outside the chapter can owe its tags to nothing but itself.
    for (facts, basis) in [(chapter_facts(), "chapter"), (commons_facts(), "work")] {
        for fact in facts {
            let mut assign = |facet: &str, reason: Reason, basis: &str| {
                known.insert((
                    fact.key.clone(),
                    facet.to_owned(),
                    reason.tag,
                    basis.to_owned(),
                    reason.why,
                ));
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
    let shipped: BTreeSet<Tagged> = vocabulary()
        .tagged()
        .into_iter()
        .filter(|(work, facet, tag, ..)| {
            matches!(facet.as_str(), "movement" | "theme")
                && !BEYOND_THE_FACTS.contains(&(work, tag))
        })
        .collect();
    assert_eq!(known, shipped);
}

#[test]
fn the_status_of_each_work_and_the_list_that_cites_it_follow_from_the_facts() {
    let mut known = BTreeSet::new();
    for fact in chapter_facts().into_iter().chain(commons_facts()) {
        let is_verified =
            fact.unconfirmed().next().is_none() && fact.restored_not_opened.is_empty();
        let status = if is_verified {
            "verified"
        } else {
            "unverified"
        };
        known.insert((fact.key.clone(), status.to_owned()));
        if fact.in_reference_list {
            known.insert((fact.key, "dafermos2021prophets".to_owned()));
        }
    }
    let shipped: BTreeSet<(String, String)> = vocabulary()
        .tagged()
        .into_iter()
        .filter(|(_, facet, ..)| matches!(facet.as_str(), "status" | "cited-by"))
        .map(|(work, _, tag, ..)| (work, tag))
        .collect();
    assert_eq!(known, shipped);
    let facets = vocabulary().facet;
    let status = facets.iter().find(|facet| facet.facet == "status").unwrap();
    assert!(status.exclusive);
}

#[test]
fn every_movement_and_theme_has_a_work_of_the_chapter() {
    let chapter: BTreeSet<_> = entries(CHAPTER).iter().map(|entry| entry.key).collect();
    let vocabulary = vocabulary();
    let tagged = vocabulary.tagged();
    for tag in &vocabulary.tag {
        let has_work = tagged.iter().any(|(work, facet, name, ..)| {
            *facet == tag.facet && *name == tag.tag && chapter.contains(work.as_str())
        });
        assert!(has_work, "{}:{} has none", tag.facet, tag.tag);
    }
}

#[test]
fn tags_have_the_short_names_that_people_use() {
    let vocabulary = vocabulary();
    for (facet, alias, name) in [
        ("movement", "p2pf", "p2p-foundation"),
        ("movement", "csg", "commons-strategies-group"),
        ("movement", "cspp", "jopp"),
        ("movement", "cic", "catalan-integral-cooperative"),
        ("movement", "flok", "flok-society"),
        ("movement", "ox", "oekonux"),
        ("movement", "municipalism", "new-municipalism"),
        ("theme", "seed-form", "germ-form"),
        ("theme", "keimform", "germ-form"),
        ("theme", "gpl-society", "germ-form"),
        ("theme", "self-unfolding", "germ-form"),
        ("theme", "foss", "free-software"),
        ("theme", "floss", "free-software"),
        ("theme", "libre", "free-software"),
    ] {
        let aliases = &vocabulary.tag(facet, name).aliases;
        assert!(aliases.iter().any(|known| known == alias), "{alias}");
    }
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
    for (work, facet, tag, basis, _) in vocabulary.tagged() {
        vocabulary.tag(&facet, &tag);
        assert!(works.contains(work.as_str()), "no work {work}");
        assert!(
            matches!(basis.as_str(), "chapter" | "work" | "sources"),
            "{basis}"
        );
        assert!(
            assigned.insert((work.clone(), facet.clone(), tag.clone())),
            "{work} has {facet}:{tag} twice"
        );
    }
    for work in works {
        assert!(
            assigned.iter().any(|(assigned, ..)| assigned == work),
            "{work} has no tag"
        );
    }
}
