//! `peerbib find`

use crate::desk::Desk;

const WORKS: &str = "\
@book{ostrom, author = {Ostrom, Elinor}, title = {Governing the Commons}, date = {1990}, keywords = {theme:commons}}
@article{muller, author = {M\u{fc}ller, J{\\\"o}rg}, title = {\u{c9}thique du partage}, journaltitle = {Revue du Caf\u{e9}},
  date = {2003}, keywords = {theme:law}}
@book{history, editor = {Wren, Ada}, title = {A history of sharing}, date = {1998/2002}, keywords = {theme:peer}}
@online{foundation, author = {{Foundation for Peer to Peer Alternatives}}, title = {Peer production of history},
  date = {2010-05-01}, url = {https://example.org}, identification = {probable}}
@misc{undated, title = {Peer review and production}, keywords = {theme:cooperatives}}
";

/// A desk with the works above; `theme:peer` is narrower than `theme:commons`, and `theme:cooperatives`
/// narrower than that.
fn desk() -> Desk {
    let desk = Desk::with(WORKS);
    desk.runs("tags add theme:peer --parent theme:commons");
    desk.runs("tags add theme:cooperatives --parent theme:peer --alias coops");
    desk
}

/// The works that queries find, in the order in which they are listed.
#[track_caller]
fn finds(desk: &Desk, query: &str, keys: &[&str]) {
    assert_eq!(desk.keys(query), keys, "{query}");
}

#[test]
fn without_a_query_every_work_is_listed_by_first_author_and_year() {
    finds(
        &desk(),
        "",
        &["foundation", "muller", "ostrom", "history", "undated"],
    );
}

#[test]
fn words_are_found_anywhere_and_all_must_be_there() {
    let desk = desk();
    finds(&desk, "governing", &["ostrom"]);
    finds(&desk, "peer", &["foundation", "history", "undated"]);
    finds(&desk, "peer production", &["foundation", "undated"]);
    finds(&desk, "peer governing", &[]);
    finds(&desk, "revue", &["muller"]);
    finds(&desk, "ostrom", &["ostrom"]);
}

#[test]
fn phrases_are_words_that_follow_each_other() {
    let desk = desk();
    // As a shell hands on what a person wrote in quotation marks beside other words.
    finds(&desk, "'\"peer production\"'", &["foundation"]);
    finds(&desk, "history \"peer production\"", &["foundation"]);
    finds(&desk, "title:\"review and production\" peer", &["undated"]);
    finds(&desk, "peer -\"peer production\"", &["history", "undated"]);
    finds(
        &desk,
        "'peer -\"peer production\"'",
        &["history", "undated"],
    );
}

#[test]
fn a_star_stands_for_the_rest_of_a_word() {
    let desk = desk();
    finds(&desk, "gover*", &["ostrom"]);
    finds(&desk, "gover", &[]);
    finds(&desk, "author:ost*", &["ostrom"]);
}

#[test]
fn case_and_accents_do_not_matter() {
    let desk = desk();
    for query in [
        "ethique",
        "ÉTHIQUE",
        "author:muller",
        "author:MÜLLER",
        "author:jorg",
        "in:cafe",
    ] {
        finds(&desk, query, &["muller"]);
    }
}

#[test]
fn a_field_looks_in_one_place() {
    let desk = desk();
    finds(&desk, "author:ostrom", &["ostrom"]);
    finds(&desk, "author:governing", &[]);
    finds(&desk, "author:wren", &["history"]);
    finds(&desk, "author:foundation", &["foundation"]);
    finds(&desk, "title:history", &["foundation", "history"]);
    finds(&desk, "journal:revue", &["muller"]);
    finds(&desk, "container:revue", &["muller"]);
    finds(&desk, "title:revue", &[]);
    finds(&desk, "key:ostrom", &["ostrom"]);
    finds(&desk, "type:book", &["ostrom", "history"]);
    finds(&desk, "type:ONLINE", &["foundation"]);
    finds(&desk, "identification:probable", &["foundation"]);
    finds(&desk, "identification:certain type:online", &[]);
}

#[test]
fn a_year_is_within_a_span_open_at_either_end() {
    let desk = desk();
    finds(&desk, "year:1990", &["ostrom"]);
    finds(&desk, "year:1990..2003", &["muller", "ostrom", "history"]);
    finds(&desk, "year:2003..", &["foundation", "muller"]);
    finds(&desk, "year:..1998", &["ostrom", "history"]);
    finds(&desk, "year:2000", &["history"]);
    finds(&desk, "-year:..3000", &["undated"]);
}

#[test]
fn a_tag_is_found_with_its_narrower_tags() {
    let desk = desk();
    finds(&desk, "theme:commons", &["ostrom", "history", "undated"]);
    finds(&desk, "theme:peer", &["history", "undated"]);
    finds(&desk, "theme:cooperatives", &["undated"]);
    finds(&desk, "theme:coops", &["undated"]);
    finds(&desk, "tag:theme:peer", &["history", "undated"]);
    finds(&desk, "THEME:Peer", &["history", "undated"]);
    finds(&desk, "theme:commons -theme:peer", &["ostrom"]);
}

#[test]
fn a_hyphen_negates_wherever_it_stands() {
    let desk = desk();
    finds(&desk, "-history", &["muller", "ostrom", "undated"]);
    finds(&desk, "peer -history", &["undated"]);
    finds(&desk, "-type:book -theme:law", &["foundation", "undated"]);
    finds(
        &desk,
        "-Veblen -hegel",
        &["foundation", "muller", "ostrom", "history", "undated"],
    );
    assert_eq!(
        desk.runs("find --keys -- -history").stdout,
        "muller
ostrom
undated
"
    );
}

#[test]
fn options_may_stand_before_between_and_behind_the_words_of_a_query() {
    let desk = desk();
    for line in [
        "find --keys author:ostrom -history",
        "find author:ostrom --keys -history",
        "find author:ostrom -history --keys",
        "find -history --keys author:ostrom --color never",
    ] {
        assert_eq!(desk.runs(line).stdout, "ostrom\n", "{line}");
    }
}

#[test]
fn or_and_brackets_say_either() {
    let desk = desk();
    finds(
        &desk,
        "author:ostrom OR author:wren",
        &["ostrom", "history"],
    );
    finds(
        &desk,
        "'(author:ostrom OR author:wren) year:..1995'",
        &["ostrom"],
    );
    finds(&desk, "author:ostrom OR author:wren year:1900", &["ostrom"]);
    finds(
        &desk,
        "'-(type:book OR type:article)'",
        &["foundation", "undated"],
    );
    finds(&desk, "type:book AND author:wren", &["history"]);
    finds(
        &desk,
        "'peer (history OR (review -foundation))'",
        &["foundation", "history", "undated"],
    );
}

#[test]
fn a_word_between_words_with_a_hyphen_is_no_negation() {
    finds(&desk(), "peer-production", &["foundation"]);
}

/// Works with a field of every kind.
const FIELDS: &str = "\
@book{soderberg, author = {S{\\\"o}derberg, Johan and {P2P Foundation}}, title = {Hacking Capitalism}, subtitle = {The Free},
  editor = {Wren, Ada}, translator = {Moore, Phoebe}, publisher = {Routledge and Zed Books}, location = {K{\\o}benhavn},
  date = {2008}, origdate = {1867}, isbn = {0-415-95543-2}, langid = {british}, volume = {12}, abstract = {On enclosure},
  keywords = {copyleft, free software}, note = {Reread this}}
@phdthesis{lukasik, author = {{\\L}ukasik, Jan}, title = {Stra{\\ss}e}, school = {Universit{\\\"a}t Z{\\\"u}rich}, year = 2015,
  language = {german}, annotation = {Found in the archive}, volume = {121}}
@incollection{gongyou, author = {\u{738b}\u{534e}}, title = {\u{5171}\u{6709}\u{8d22}\u{4ea7}}, booktitle = {Handbook of the Commons},
  date = {2001/2004}, doi = {10.1016/S0140-6736(05)17779-1}, url = {https://example.org/commons}, shelfmark = {X 12}}
";

#[test]
fn letters_that_do_not_decompose_are_found_as_those_they_are_read_as() {
    let desk = Desk::with(FIELDS);
    for query in [
        "soderberg",
        "s\u{f6}derberg",
        "S\u{d6}DERBERG",
        "kobenhavn",
        "K\u{f8}benhavn",
    ] {
        finds(&desk, query, &["soderberg"]);
    }
    for query in [
        "strasse",
        "stra\u{df}e",
        "lukasik",
        "\u{141}ukasik",
        "zurich",
    ] {
        finds(&desk, query, &["lukasik"]);
    }
    // Nothing stands between words of Chinese.
    finds(&desk, "\u{8d22}\u{4ea7}", &["gongyou"]);
    finds(&desk, "\u{4ea7}\u{8d22}", &[]);
}

#[test]
fn every_field_looks_in_its_own_place() {
    let desk = Desk::with(FIELDS);
    let all = ["soderberg", "lukasik", "gongyou"];
    for (query, key) in [
        ("author:johan", "soderberg"),
        ("by:johan", "soderberg"),
        ("editor:wren", "soderberg"),
        ("translator:moore", "soderberg"),
        ("contributor:moore", "soderberg"),
        ("contributor:wren", "soderberg"),
        ("title:free", "soderberg"),
        ("subtitle:free", "soderberg"),
        ("in:handbook", "gongyou"),
        ("booktitle:handbook", "gongyou"),
        ("publisher:zed", "soderberg"),
        ("publisher:zurich", "lukasik"),
        ("institution:zurich", "lukasik"),
        ("school:zurich", "lukasik"),
        ("place:kobenhavn", "soderberg"),
        ("location:kobenhavn", "soderberg"),
        ("address:kobenhavn", "soderberg"),
        ("abstract:enclosure", "soderberg"),
        ("keyword:copyleft", "soderberg"),
        ("keywords:\"free software\"", "soderberg"),
        ("note:reread", "soderberg"),
        ("note:archive", "lukasik"),
        ("annotation:archive", "lukasik"),
        ("volume:12", "soderberg"),
        ("isbn:0415955432", "soderberg"),
        ("isbn:978-0-415-95543-0", "soderberg"),
        ("isbn:9780415*", "soderberg"),
        ("doi:10.1016", "gongyou"),
        ("doi:10.1016/S0140-6736(05)17779-1", "gongyou"),
        (
            "doi:https://doi.org/10.1016/s0140-6736(05)17779-1",
            "gongyou",
        ),
        ("10.1016/S0140-6736", "gongyou"),
        ("https://example.org/commons", "gongyou"),
        ("0-415-95543-2", "soderberg"),
        ("9780415955430", "soderberg"),
        ("url:example.org", "gongyou"),
        ("shelfmark:12", "gongyou"),
        ("lang:de", "lukasik"),
        ("lang:german", "lukasik"),
        ("lang:en", "soderberg"),
        ("lang:en-GB", "soderberg"),
        ("lang:british", "soderberg"),
        ("type:thesis", "lukasik"),
        ("type:phd*", "lukasik"),
        ("key:soder*", "soderberg"),
        ("original:1867", "soderberg"),
        ("original:1800..1900", "soderberg"),
        ("origdate:<1900", "soderberg"),
        ("lukasik 2015", "lukasik"),
    ] {
        finds(&desk, &format!("'{query}'"), &[key]);
    }
    for query in [
        "author:moore",
        "editor:johan",
        "title:handbook",
        "in:hacking",
        "lang:en-US",
        "lang:american",
        "type:=thesis",
        "subtitle:hacking",
        "year:1867",
        // A phrase is within one value.
        "'author:\"johan p2p\"'",
        "'publisher:\"routledge zed\"'",
    ] {
        finds(&desk, query, &[]);
    }
    assert_eq!(desk.keys("added:today").len(), all.len());
    assert_eq!(desk.keys("'added:<2000'"), [""; 0]);
    assert_eq!(desk.keys("added:2000..").len(), all.len());
    assert_eq!(desk.keys("added:1d changed:1d").len(), all.len());
    assert_eq!(desk.keys("changed:yesterday"), [""; 0]);
}

#[test]
fn an_equals_sign_asks_for_the_whole_of_a_value() {
    let desk = Desk::with(FIELDS);
    for query in [
        "author:=s\u{f6}derberg",
        "'author:=\"S\u{f6}derberg, Johan\"'",
        "'author:=\"johan soderberg\"'",
        "'author:=\"p2p foundation\"'",
        "'title:=\"hacking capitalism\"'",
        "'publisher:=\"zed books\"'",
        "'keyword:=\"free software\"'",
        "volume:=12",
        "'translator:=\"phoebe moore\"'",
    ] {
        finds(&desk, query, &["soderberg"]);
    }
    for query in [
        "author:=johan",
        "author:=foundation",
        "title:=hacking",
        "publisher:=zed",
        "keyword:=free",
        "volume:=1",
    ] {
        finds(&desk, query, &[]);
    }
}

#[test]
fn a_pattern_stands_between_slashes() {
    let desk = Desk::with(FIELDS);
    finds(&desk, "'title:/^hack.*ism$/'", &["soderberg"]);
    finds(&desk, "author:/^J/", &["lukasik", "soderberg"]);
    finds(&desk, "'volume:/^12\\d$/'", &["lukasik"]);
    finds(&desk, "'key:/berg$/'", &["soderberg"]);
    finds(&desk, "'type:/thesis/'", &["lukasik"]);
    finds(&desk, "'url:/example\\.org\\/com/'", &["gongyou"]);
    finds(&desk, "'year:2000.. -title:/a/'", &["gongyou"]);
    finds(&desk, "'lang:/^(de|en-gb)/'", &["lukasik", "soderberg"]);
    finds(&desk, "'contributor:/^phoebe/'", &["soderberg"]);
    finds(&desk, "'note:/re-?read/'", &["soderberg"]);
    desk.runs("note gongyou -m 'To be re-read'");
    finds(&desk, "'note:/re-?read/'", &["soderberg", "gongyou"]);
    desk.runs("edit soderberg --set 'title=Peers' --unset subtitle");
    finds(&desk, "'title:/hack/'", &[]);
    desk.runs("undo");
    finds(
        &desk,
        "'title:/hacking capitalism/' year:2008",
        &["soderberg"],
    );
}

#[test]
fn years_are_compared_and_decades_named() {
    let desk = Desk::with(FIELDS);
    finds(&desk, "'year:>=2008'", &["lukasik", "soderberg"]);
    finds(&desk, "'year:>2008'", &["lukasik"]);
    finds(&desk, "'year:<=2002'", &["gongyou"]);
    finds(&desk, "year:2003", &["gongyou"]);
    finds(&desk, "year:2000s", &["soderberg", "gongyou"]);
    finds(&desk, "year:2002-2006", &["gongyou"]);
    finds(&desk, "year:2008,2015", &["lukasik", "soderberg"]);
}

#[test]
fn what_is_there_and_what_is_missing() {
    let desk = Desk::with(FIELDS);
    desk.runs("tag theme:law soderberg --new");
    finds(&desk, "has:doi", &["gongyou"]);
    finds(&desk, "has:doi,isbn", &["soderberg", "gongyou"]);
    finds(&desk, "missing:doi", &["lukasik", "soderberg"]);
    finds(&desk, "missing:abstract", &["lukasik", "gongyou"]);
    finds(&desk, "has:tag", &["soderberg"]);
    finds(&desk, "has:theme", &["soderberg"]);
    finds(&desk, "missing:theme", &["lukasik", "gongyou"]);
    finds(&desk, "no:tag", &["lukasik", "gongyou"]);
    finds(&desk, "has:in", &["gongyou"]);
    finds(&desk, "has:editor", &["soderberg"]);
    finds(&desk, "has:shelfmark", &["gongyou"]);
    finds(&desk, "has:school", &["lukasik"]);
    finds(&desk, "has:year has:lang", &["lukasik", "soderberg"]);
    finds(&desk, "'theme:*'", &["soderberg"]);
    finds(&desk, "'doi:*'", &["gongyou"]);
}

#[test]
fn a_comma_is_or_and_an_equals_sign_leaves_the_narrower_tags_out() {
    let desk = desk();
    finds(&desk, "theme:law,peer", &["muller", "history", "undated"]);
    finds(&desk, "theme:=peer", &["history"]);
    finds(&desk, "theme:=peer,law", &["muller", "history"]);
    finds(&desk, "tag:law", &["muller"]);
    finds(&desk, "tag:=peer", &["history"]);
    finds(&desk, "'theme:co*'", &["ostrom", "history", "undated"]);
    finds(&desk, "type:article,book", &["muller", "ostrom", "history"]);
    finds(&desk, "key:ostrom,history", &["ostrom", "history"]);
    finds(&desk, "author:ostrom,wren", &["ostrom", "history"]);
    finds(&desk, "-type:article,book", &["foundation", "undated"]);
    finds(
        &desk,
        "origin:import",
        &["muller", "ostrom", "history", "undated"],
    );
    finds(&desk, "origin:hand", &[]);
}

#[test]
fn not_and_and_or_are_written_as_words_or_as_signs() {
    let desk = desk();
    finds(&desk, "peer NOT history", &["undated"]);
    finds(&desk, "peer AND NOT history", &["undated"]);
    finds(
        &desk,
        "NOT '(type:book OR type:article)'",
        &["foundation", "undated"],
    );
    finds(&desk, "peer not history", &[]);
}

#[test]
fn a_query_says_in_which_order_and_how_many() {
    let desk = desk();
    finds(
        &desk,
        "sort:year",
        &["ostrom", "history", "muller", "foundation", "undated"],
    );
    finds(
        &desk,
        "sort:-year",
        &["foundation", "muller", "history", "ostrom", "undated"],
    );
    finds(&desk, "sort:-year limit:2", &["foundation", "muller"]);
    finds(&desk, "limit:1", &["foundation"]);
    finds(&desk, "type:book sort:key", &["history", "ostrom"]);
    finds(
        &desk,
        "sort:type,-key",
        &["muller", "ostrom", "history", "undated", "foundation"],
    );
    finds(&desk, "sort:title limit:1 peer", &["history"]);
    finds(&desk, "limit:0", &[]);
}

#[test]
fn an_edit_changes_what_a_work_is_found_by_and_when_it_changed() {
    let desk = desk();
    finds(
        &desk,
        "'changed:>1h'",
        &["foundation", "muller", "ostrom", "history", "undated"],
    );
    desk.runs("edit ostrom --set title=Understanding");
    finds(&desk, "governing", &[]);
    finds(&desk, "understanding changed:today", &["ostrom"]);
    desk.runs("undo");
    finds(&desk, "governing", &["ostrom"]);
}

#[test]
fn json_keeps_its_contract() {
    let desk = desk();
    let found = desk.json("find theme:peer --json");
    assert_eq!(
        found,
        serde_json::json!([
            {"key": "history", "type": "book", "title": "A history of sharing", "authors": ["Ada Wren"],
             "year": 1998, "tags": ["theme:peer"]},
            {"key": "undated", "type": "misc", "title": "Peer review and production", "authors": [],
             "year": null, "tags": ["theme:cooperatives"]},
        ])
    );
    assert_eq!(desk.json("find nothing --json"), serde_json::json!([]));
}

#[test]
fn a_table_for_people_and_the_count_beside_it() {
    let run = desk().runs("find peer");
    insta::assert_snapshot!(format!("{}{}", run.stdout, run.stderr));
    assert_eq!(desk().runs("find nothing").stderr, "no works found\n");
}

#[test]
fn columns_are_chosen_among_all_that_is_known() {
    let desk = desk();
    let run = desk.runs("find --columns key,type,year,tags,journaltitle type:article,online");
    assert_eq!(
        run.stdout,
        "foundation  online   2010\nmuller      article  2003  theme:law  Revue du Caf\u{e9}\n"
    );
    assert_eq!(run.stderr, "2 works\n");
    let told = desk.refuses(2, "find --columns key,yaer");
    assert!(
        told.contains("unknown column \u{201c}yaer\u{201d}"),
        "{told}"
    );
    assert!(told.contains("did you mean year?"), "{told}");
}

#[test]
fn options_say_the_order_and_the_number_in_place_of_the_query() {
    let desk = desk();
    let run = desk.runs("find --keys --sort -year --limit 2");
    assert_eq!(run.stdout, "foundation\nmuller\n");
    assert_eq!(
        desk.runs("find --keys --sort=-year limit:1").stdout,
        "foundation\n"
    );
    assert_eq!(
        desk.runs("find --keys sort:year --sort key").stdout,
        "foundation\nhistory\nmuller\nostrom\nundated\n"
    );
    assert_eq!(
        desk.runs("find --keys --limit 9 limit:1").stdout,
        "foundation\n"
    );
    assert_eq!(desk.runs("find --limit 2").stderr, "2 of 5 works\n");
    let told = desk.refuses(2, "find --sort colour");
    assert!(told.contains("cannot sort by"), "{told}");
}

#[test]
fn the_number_of_works_alone() {
    let desk = desk();
    assert_eq!(desk.runs("find peer --count").stdout, "3\n");
    assert_eq!(desk.runs("find nothing --count").stdout, "0\n");
    assert_eq!(desk.runs("find --count limit:2").stdout, "2\n");
}

#[test]
fn a_template_has_places_for_anything_known_of_a_work() {
    let desk = desk();
    let run = desk.runs("find type:article --format '{key}: {title} ({year})'");
    assert_eq!(run.stdout, "muller: \u{c9}thique du partage (2003)\n");
    let run = desk
        .runs("find type:article --format '{author}\\t{journaltitle}\\n{{{type}}} {tags}{doi}'");
    assert_eq!(
        run.stdout,
        "J\u{f6}rg M\u{fc}ller\tRevue du Caf\u{e9}\n{article} theme:law\n"
    );
    let told = desk.refuses(2, "find --format '{titel}'");
    assert!(told.contains("did you mean title?"), "{told}");
    let told = desk.refuses(2, "find --format '{title'");
    assert!(told.contains("unclosed brace"), "{told}");
}
