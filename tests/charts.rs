//! Charts as viewers see them: each is laid out and rendered to pixels with the widest of the common fonts,
//! and no label is cut off or overlaps another.

// A chart that cannot be drawn fails the test anyway.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

// These tests use only some of the functions.
#[allow(dead_code)]
#[path = "cli/test_env.rs"]
mod test_env;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use resvg::usvg::{self, fontdb};
use resvg::{tiny_skia, tiny_skia::Pixmap};
use test_env::TestEnvironment;

/// The only font available, so that the result is the same on every machine.
static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    Arc::new(fonts)
});

fn laid_out(svg: &str) -> usvg::Tree {
    let options = usvg::Options {
        fontdb: Arc::clone(&FONTS),
        ..usvg::Options::default()
    };
    usvg::Tree::from_str(svg, &options).expect("a valid picture")
}

/// Collects the texts of a drawing with their rectangles.
fn texts(group: &usvg::Group, found: &mut Vec<(String, usvg::Rect)>) {
    for node in group.children() {
        match node {
            usvg::Node::Group(inner) => texts(inner, found),
            usvg::Node::Text(text) => {
                let words: String = text.chunks().iter().map(|chunk| chunk.text()).collect();
                found.push((words, text.abs_bounding_box()));
            }
            _ => {}
        }
    }
}

/// Renders a drawing, checks that all of its texts are visible, inside it and do not overlap, and returns
/// them.
#[track_caller]
fn is_legible(svg: &str) -> Vec<String> {
    let tree = laid_out(svg);
    let (width, height) = (tree.size().width(), tree.size().height());
    let mut found = Vec::new();
    texts(tree.root(), &mut found);
    assert!(!found.is_empty());

    let mut pixmap = Pixmap::new(width as u32, height as u32).unwrap();
    resvg::render(&tree, tiny_skia::Transform::default(), &mut pixmap.as_mut());
    assert!(pixmap.encode_png().unwrap().starts_with(b"\x89PNG"));
    let ground = pixmap.pixel(0, 0).unwrap();
    let is_ground = |x: u32, y: u32| pixmap.pixel(x, y).is_none_or(|pixel| pixel == ground);
    for x in 0..width as u32 {
        for y in (0..8).chain(height as u32 - 8..height as u32) {
            assert!(
                is_ground(x, y),
                "something is at the edge of the picture: {x}, {y}"
            );
        }
    }
    for y in 0..height as u32 {
        for x in (0..8).chain(width as u32 - 8..width as u32) {
            assert!(
                is_ground(x, y),
                "something is at the edge of the picture: {x}, {y}"
            );
        }
    }

    found.sort_by(|(_, one), (_, other)| one.top().total_cmp(&other.top()));
    for (number, (text, place)) in found.iter().enumerate() {
        assert!(
            place.left() >= 0.0
                && place.top() >= 0.0
                && place.right() <= width
                && place.bottom() <= height,
            "“{text}” leaves the picture: {place:?}"
        );
        let mut pixels = (place.top() as u32..place.bottom() as u32)
            .flat_map(|y| (place.left() as u32..place.right() as u32).map(move |x| (x, y)));
        assert!(
            pixels.any(|(x, y)| !is_ground(x, y)),
            "“{text}” is not to be seen"
        );
        for (other, its_place) in &found[number + 1..] {
            // Allow half a pixel for rounding.
            let meet = place.left() + 0.5 < its_place.right()
                && its_place.left() + 0.5 < place.right()
                && place.top() + 0.5 < its_place.bottom()
                && its_place.top() + 0.5 < place.bottom();
            assert!(
                !meet,
                "“{text}” and “{other}” cover each other: {place:?}, {its_place:?}"
            );
        }
    }
    found.into_iter().map(|(text, _)| text).collect()
}

/// Checks the charts of a library in all widths.
fn are_legible(env: &TestEnvironment) {
    for line in [
        "timeline --to svg",
        "timeline --to svg --width 560",
        "timeline --to svg --width 800 --theme dark",
        "timeline --to svg --width 2400",
        "timeline --to svg --by theme",
        "stats --to svg",
        "stats --to svg --width 560",
        "stats --to svg --top 0 --width 1800 --theme dark",
    ] {
        is_legible(&env.runs(line).stdout);
    }
}

/// Generates works of forty years, some of them in the bundled movements.
fn generated(count: usize) -> String {
    const NAMES: [&str; 9] = [
        "Ostrom, Elinor",
        "S{\\\"o}derberg, Johan",
        "{The Foundation for Peer to Peer Alternatives and Commons Research in the Social Sciences}",
        "Dyer-Witheford, Nick",
        "Wu, W. and Wittgenstein, M. W.",
        "{共有財研究会}",
        "Ψαρράς, Νίκος and others",
        "Li, L.",
        "O'Neil, Mathieu and Bauwens, Michel and Kostakis, Vasilis",
    ];
    const MOVEMENTS: [&str; 6] = [
        "movement:oekonux",
        "movement:p2p-lab, movement:p2p-foundation",
        "movement:jopp",
        "theme:commons",
        "movement:new-municipalism, theme:law",
        "",
    ];
    let mut chance: u64 = 20_260;
    let mut next = |below: u64| {
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (chance >> 33) % below
    };
    let mut bibliography = String::new();
    for number in 0..count {
        let year = 1985 + (next(20) + next(20)) as i64;
        let name = NAMES[next(9) as usize];
        let movement = MOVEMENTS[next(6) as usize];
        let _ = writeln!(
            bibliography,
            "@article{{w{number}, author = {{{name}}}, title = {{Of the commons, {number}}}, \
             journaltitle = {{Commons}}, date = {{{year}}}, keywords = {{{movement}}}}}"
        );
    }
    bibliography
}

/// Creates an environment with works and the bundled vocabulary.
fn env_with(bibliography: &str) -> TestEnvironment {
    let env = TestEnvironment::empty();
    env.runs("init");
    env.put("refs.bib", bibliography);
    env.runs("import refs.bib");
    env
}

#[test]
fn the_chapter_is_legible() {
    are_legible(&TestEnvironment::with_chapter());
}

#[test]
fn the_shipped_works_are_legible() {
    let env = TestEnvironment::with_chapter();
    env.runs("import peerbib:commons");
    are_legible(&env);
}

#[test]
fn ten_works_are_legible() {
    are_legible(&env_with(&generated(10)));
}

#[test]
fn two_thousand_works_are_legible() {
    are_legible(&env_with(&generated(2_000)));
}

#[test]
fn thousands_of_works_of_a_few_years_are_columns_with_their_numbers() {
    let mut bibliography = String::new();
    for number in 0..3_000 {
        let year = [2001, 2001, 2001, 2002, 2004, 1649][number % 6];
        let _ = writeln!(
            bibliography,
            "@misc{{w{number}, title = {{Nuts}}, date = {{{year}}}}}"
        );
    }
    let env = env_with(&bibliography);
    let svg = env.runs("timeline --to svg").stdout;
    let texts = is_legible(&svg);
    for number in ["1500", "500"] {
        assert!(texts.iter().any(|text| text == number), "{texts:?}");
    }
    let picture = roxmltree::Document::parse(&svg).unwrap();
    let works = picture
        .descendants()
        .filter_map(|node| node.attribute("data-works"));
    let total: usize = works.map(|works| works.parse::<usize>().unwrap()).sum();
    assert_eq!(total, 3_000);
    are_legible(&env);
}

#[test]
fn works_of_many_centuries_are_legible() {
    let mut bibliography =
        String::from("@book{iliad, author = {Homer}, title = {Iliad}, date = {-0750}}\n");
    for number in 0..1_500 {
        // Recent years have more works.
        let year = 2020 - (number * number * 37 % 1_000_003) % 700;
        let _ = writeln!(
            bibliography,
            "@book{{w{number}, author = {{Wren, Ada}}, title = {{Nuts {number}}}, date = {{{year}}}}}"
        );
    }
    for year in [1_100, 1_101, 870] {
        let _ = writeln!(
            bibliography,
            "@book{{y{year}, title = {{Nests}}, date = {{{year:04}}}}}"
        );
    }
    are_legible(&env_with(&bibliography));
}

#[test]
fn far_off_years_and_odd_characters_are_legible() {
    let env = env_with(
        "@book{a, author = {Aristotle}, title = {Politics <&> \"so\" called}, origdate = {-0349}, date = {1998},
           keywords = {movement:walking}}
         @book{k, author = {Marx, Karl}, title = {Das Kapital}, date = {1867~}, keywords = {movement:walking}}
         @book{w, author = {{<Winstanley> & \"Diggers\"}}, title = {The True Levellers\u{7} Standard}, date = {1649}}
         @book{r, author = {{مؤسسة المشاع}}, title = {المشاع}, date = {2012}}
         @book{f, author = {Wren, Ada}, title = {Later}, date = {Y12026}}
         @misc{n, title = {]]> --> \u{1}}}
        ",
    );
    let svg = env.runs("timeline --to svg").stdout;
    let texts = is_legible(&svg);
    for text in [
        "350 BCE",
        "1867",
        "1649",
        "12026",
        "Aristotle 350 BCE",
        "Marx c. 1867",
    ] {
        assert!(texts.iter().any(|found| found == text), "{text}: {texts:?}");
    }
    assert!(
        texts
            .iter()
            .any(|text| text.contains("<Winstanley> & “Diggers”")
                || text.contains("<Winstanley> & \"Diggers\"")),
        "{texts:?}"
    );
    are_legible(&env);
}

#[test]
fn every_work_is_on_each_of_its_lanes_at_its_year() {
    let env = TestEnvironment::with_chapter();
    env.runs("import peerbib:commons");
    let svg = env.runs("timeline --to svg").stdout;
    let picture = roxmltree::Document::parse(&svg).unwrap();
    let mut drawn: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut places: BTreeMap<String, f64> = BTreeMap::new();
    for lane in picture
        .descendants()
        .filter(|node| node.has_attribute("data-lane"))
    {
        for mark in lane
            .descendants()
            .filter(|node| node.has_attribute("data-key"))
        {
            let key = mark.attribute("data-key").unwrap().to_owned();
            let name = lane.attribute("data-lane").unwrap();
            drawn
                .entry(key.clone())
                .or_default()
                .insert(name.to_owned());
            places.insert(key, mark.attribute("cx").unwrap().parse().unwrap());
        }
    }
    let works = env.json("find --json");
    let mut years: Vec<(i64, f64)> = Vec::new();
    for work in works.as_array().unwrap() {
        let key = work["key"].as_str().unwrap();
        let tags = work["tags"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tag| tag.as_str().unwrap());
        let mut lanes: BTreeSet<String> = tags
            .filter(|tag| tag.starts_with("movement:"))
            .map(str::to_owned)
            .collect();
        if lanes.is_empty() {
            lanes.insert(String::new());
        }
        if work["year"].is_null() {
            assert!(!drawn.contains_key(key), "{key}");
        } else {
            assert_eq!(drawn.get(key), Some(&lanes), "{key}");
        }
    }
    let timeline = env.json("timeline --json");
    for lane in timeline["lanes"].as_array().unwrap() {
        for work in lane["works"].as_array().unwrap() {
            years.push((
                work["year"].as_i64().unwrap(),
                places[work["key"].as_str().unwrap()],
            ));
        }
    }
    years.sort_by_key(|(year, _)| *year);
    for pair in years.windows(2) {
        let ((before, left), (after, right)) = (pair[0], pair[1]);
        // The dots of a stack are next to each other, within their year.
        assert!(
            before == after || left < right,
            "{before} at {left}, {after} at {right}"
        );
    }
}

#[test]
fn active_years_and_events_are_where_they_belong() {
    let env = TestEnvironment::with_chapter();
    let svg = env.runs("timeline --to svg").stdout;
    let picture = roxmltree::Document::parse(&svg).unwrap();
    let lane = |name: &str| {
        let mut lanes = picture.descendants();
        lanes
            .find(|node| node.attribute("data-lane") == Some(name))
            .unwrap()
    };
    let corners = |node: roxmltree::Node<'_, '_>| -> Vec<f64> {
        let points = node.attribute("points").unwrap().split(' ');
        points
            .map(|point| point.split_once(',').unwrap().0.parse().unwrap())
            .collect()
    };
    let year = |name: &str, key: &str| -> f64 {
        let mark = lane(name)
            .descendants()
            .find(|node| node.attribute("data-key") == Some(key));
        mark.unwrap().attribute("cx").unwrap().parse().unwrap()
    };
    let active = |name: &str, date: &str| -> (f64, f64) {
        let bar = lane(name)
            .descendants()
            .find(|node| node.attribute("data-active") == Some(date));
        let corners = corners(bar.unwrap());
        let ends = corners.iter().copied();
        (
            ends.clone().fold(f64::INFINITY, f64::min),
            ends.fold(f64::NEG_INFINITY, f64::max),
        )
    };
    let event = |name: &str, date: &str| -> f64 {
        let mark = lane(name)
            .descendants()
            .find(|node| node.attribute("data-event") == Some(date));
        let corners = corners(mark.unwrap());
        (corners[1] + corners[3]) / 2.0
    };
    let (oekonux, foundation) = ("movement:oekonux", "movement:p2p-foundation");
    let (y2000, y2009) = (year(oekonux, "merten2000"), year(oekonux, "merten2009"));
    let unit = (y2009 - y2000) / 9.0;
    let near = |one: f64, other: f64| (one - other).abs() < 0.1;
    // From the start of 1999 to the end of 2013; the dot of a year is in its middle.
    let (from, to) = active(oekonux, "1999/2013");
    assert!(near(from, y2000 - 1.5 * unit) && near(to, y2000 + 13.5 * unit));
    // An open end extends beyond the last work.
    let (from, to) = active(foundation, "2005/..");
    assert!(near(
        from,
        year(foundation, "bauwens2005political") - 0.5 * unit
    ));
    assert!(to > year(foundation, "dafermos2021prophets") + unit);
    // A conference in March is in the first half of its year.
    let march = event(oekonux, "2009-03-27/2009-03-29");
    assert!(march > y2009 - 0.5 * unit && march < y2009, "{march}");
    // Autumn of 2014 is between the start and the end of its year.
    let autumn = event("movement:syriza", "2014-23");
    let y2014 = y2000 + 14.0 * unit;
    assert!(autumn > y2014 && autumn < y2014 + 0.5 * unit);
    let texts = is_legible(&svg);
    let text = "2009 Fourth and last conference";
    assert!(
        texts.iter().any(|found| found.trim().starts_with(text)),
        "{texts:?}"
    );
}

#[test]
fn a_picture_says_what_it_is_to_those_who_do_not_see_it() {
    let env = TestEnvironment::with_chapter();
    for verb in ["timeline", "stats"] {
        let svg = env
            .runs(&format!("{verb} --to svg --title 'Reading <& writing'"))
            .stdout;
        let picture = roxmltree::Document::parse(&svg).unwrap();
        let root = picture.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        let child = |name: &str| {
            let mut children = root.children();
            children.find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", name)))
        };
        assert_eq!(child("title").unwrap().text(), Some("Reading <& writing"));
        let description = child("desc").unwrap().text().unwrap();
        assert!(description.contains("69 works"), "{description}");
        // Text is drawn as text, not as paths.
        let letters = picture
            .descendants()
            .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "path")));
        assert_eq!(letters.count(), 0);
    }
}

#[test]
fn a_dark_picture_is_dark_and_one_of_its_own_accord_is_both() {
    let env = TestEnvironment::with_chapter();
    let picture = |theme: &str| {
        env.runs(&format!("timeline --to svg --theme {theme}"))
            .stdout
    };
    let first_pixel = |svg: &str| {
        let tree = laid_out(svg);
        let mut pixmap = Pixmap::new(4, 4).unwrap();
        resvg::render(&tree, tiny_skia::Transform::default(), &mut pixmap.as_mut());
        pixmap.pixel(0, 0).unwrap().red()
    };
    let (auto, light, dark) = (picture("auto"), picture("light"), picture("dark"));
    assert!(first_pixel(&light) > 250 && first_pixel(&dark) < 40 && first_pixel(&auto) > 250);
    let follows = "prefers-color-scheme: dark";
    assert!(auto.contains(follows) && !light.contains(follows) && !dark.contains(follows));
    for contrast in peerbib::charts::text_contrasts() {
        assert!(contrast >= 4.5, "{contrast}");
    }
}
