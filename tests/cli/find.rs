//! `peerbib find`

use crate::test_env::TestEnvironment;

const WORKS: &str = "\
@book{ostrom, author = {Ostrom, Elinor}, title = {Governing the Commons}, date = {1990}, keywords = {theme:commons}}
@article{muller, author = {M\u{fc}ller, J{\\\"o}rg}, title = {\u{c9}thique du partage}, journaltitle = {Revue du Caf\u{e9}},
  date = {2003}, keywords = {theme:law}}
@book{history, editor = {Wren, Ada}, title = {A history of sharing}, date = {1998/2002}, keywords = {theme:peer}}
@online{foundation, author = {{Foundation for Peer to Peer Alternatives}}, title = {Peer production of history},
  date = {2010-05-01}, url = {https://example.org}}
@misc{undated, title = {Peer review and production}, keywords = {theme:cooperatives}}
";

/// A test environment with the works above; `theme:peer` is narrower than `theme:commons`, and `theme:cooperatives`
/// narrower than that.
fn env() -> TestEnvironment {
    let env = TestEnvironment::with(WORKS);
    env.runs("tags add theme:peer --parent theme:commons");
    env.runs("tags add theme:cooperatives --parent theme:peer --alias coops");
    env
}

/// The works that queries find, in the order in which they are listed.
#[track_caller]
fn finds(env: &TestEnvironment, query: &str, keys: &[&str]) {
    assert_eq!(env.keys(query), keys, "{query}");
}

#[test]
fn without_a_query_every_work_is_listed_by_first_author_and_year() {
    finds(
        &env(),
        "",
        &["foundation", "muller", "ostrom", "history", "undated"],
    );
}

#[test]
fn words_are_found_anywhere_and_all_must_be_there() {
    let env = env();
    finds(&env, "governing", &["ostrom"]);
    finds(&env, "peer", &["foundation", "history", "undated"]);
    finds(&env, "peer production", &["foundation", "undated"]);
    finds(&env, "peer governing", &[]);
    finds(&env, "revue", &["muller"]);
    finds(&env, "ostrom", &["ostrom"]);
}

#[test]
fn phrases_are_words_that_follow_each_other() {
    let env = env();
    // As a shell hands on what a person wrote in quotation marks beside other words.
    finds(&env, "'\"peer production\"'", &["foundation"]);
    finds(&env, "history \"peer production\"", &["foundation"]);
    finds(&env, "title:\"review and production\" peer", &["undated"]);
    finds(&env, "peer -\"peer production\"", &["history", "undated"]);
    finds(&env, "'peer -\"peer production\"'", &["history", "undated"]);
}

#[test]
fn a_star_stands_for_the_rest_of_a_word() {
    let env = env();
    finds(&env, "gover*", &["ostrom"]);
    finds(&env, "gover", &[]);
    finds(&env, "author:ost*", &["ostrom"]);
}

#[test]
fn case_and_accents_do_not_matter() {
    let env = env();
    for query in [
        "ethique",
        "ÉTHIQUE",
        "author:muller",
        "author:MÜLLER",
        "author:jorg",
        "in:cafe",
    ] {
        finds(&env, query, &["muller"]);
    }
}

#[test]
fn a_field_looks_in_one_place() {
    let env = env();
    finds(&env, "author:ostrom", &["ostrom"]);
    finds(&env, "author:governing", &[]);
    finds(&env, "author:wren", &["history"]);
    finds(&env, "author:foundation", &["foundation"]);
    finds(&env, "title:history", &["foundation", "history"]);
    finds(&env, "journal:revue", &["muller"]);
    finds(&env, "container:revue", &["muller"]);
    finds(&env, "title:revue", &[]);
    finds(&env, "key:ostrom", &["ostrom"]);
    finds(&env, "type:book", &["ostrom", "history"]);
    finds(&env, "type:ONLINE", &["foundation"]);
    env.runs("tag --create status:unverified foundation");
    finds(&env, "status:unverified", &["foundation"]);
    finds(&env, "-status:unverified type:online", &[]);
}

#[test]
fn a_word_finds_the_works_with_a_tag_of_that_name_or_alias() {
    let env = env();
    finds(&env, "coops", &["undated"]);
    finds(&env, "cooperatives", &["undated"]);
    finds(&env, "COOPS", &["undated"]);
    finds(&env, "law", &["muller"]);
    // A narrower tag counts, as it does with its facet before it.
    finds(&env, "commons -governing", &["history", "undated"]);
    finds(&env, "-commons type:book", &[]);
}

#[test]
fn a_year_is_within_a_span_open_at_either_end() {
    let env = env();
    finds(&env, "year:1990", &["ostrom"]);
    finds(&env, "year:1990..2003", &["muller", "ostrom", "history"]);
    finds(&env, "year:2003..", &["foundation", "muller"]);
    finds(&env, "year:..1998", &["ostrom", "history"]);
    finds(&env, "year:2000", &["history"]);
    finds(&env, "-year:..3000", &["undated"]);
}

#[test]
fn a_tag_is_found_with_its_child_tags() {
    let env = env();
    finds(&env, "theme:commons", &["ostrom", "history", "undated"]);
    finds(&env, "theme:peer", &["history", "undated"]);
    finds(&env, "theme:cooperatives", &["undated"]);
    finds(&env, "theme:coops", &["undated"]);
    finds(&env, "tag:theme:peer", &["history", "undated"]);
    finds(&env, "THEME:Peer", &["history", "undated"]);
    finds(&env, "theme:commons -theme:peer", &["ostrom"]);
}

#[test]
fn a_hyphen_negates_in_any_position() {
    let env = env();
    finds(&env, "-history", &["muller", "ostrom", "undated"]);
    finds(&env, "peer -history", &["undated"]);
    finds(&env, "-type:book -theme:law", &["foundation", "undated"]);
    finds(
        &env,
        "-Veblen -hegel",
        &["foundation", "muller", "ostrom", "history", "undated"],
    );
    assert_eq!(
        env.runs("find --keys -- -history").stdout,
        "muller
ostrom
undated
"
    );
}

#[test]
fn options_may_be_before_between_and_after_the_words_of_a_query() {
    let env = env();
    for line in [
        "find --keys author:ostrom -history",
        "find author:ostrom --keys -history",
        "find author:ostrom -history --keys",
        "find -history --keys author:ostrom --color never",
    ] {
        assert_eq!(env.runs(line).stdout, "ostrom\n", "{line}");
    }
}

#[test]
fn or_and_brackets_say_either() {
    let env = env();
    finds(&env, "author:ostrom OR author:wren", &["ostrom", "history"]);
    finds(
        &env,
        "'(author:ostrom OR author:wren) year:..1995'",
        &["ostrom"],
    );
    finds(&env, "author:ostrom OR author:wren year:1900", &["ostrom"]);
    finds(
        &env,
        "'-(type:book OR type:article)'",
        &["foundation", "undated"],
    );
    finds(&env, "type:book AND author:wren", &["history"]);
    finds(
        &env,
        "'peer (history OR (review -foundation))'",
        &["foundation", "history", "undated"],
    );
}

#[test]
fn a_word_between_words_with_a_hyphen_is_no_negation() {
    finds(&env(), "peer-production", &["foundation"]);
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
    let env = TestEnvironment::with(FIELDS);
    for query in [
        "soderberg",
        "s\u{f6}derberg",
        "S\u{d6}DERBERG",
        "kobenhavn",
        "K\u{f8}benhavn",
    ] {
        finds(&env, query, &["soderberg"]);
    }
    for query in [
        "strasse",
        "stra\u{df}e",
        "lukasik",
        "\u{141}ukasik",
        "zurich",
    ] {
        finds(&env, query, &["lukasik"]);
    }
    // Nothing separates words of Chinese.
    finds(&env, "\u{8d22}\u{4ea7}", &["gongyou"]);
    finds(&env, "\u{4ea7}\u{8d22}", &[]);
}

#[test]
fn every_field_looks_in_its_own_place() {
    let env = TestEnvironment::with(FIELDS);
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
        finds(&env, &format!("'{query}'"), &[key]);
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
        finds(&env, query, &[]);
    }
    assert_eq!(env.keys("added:today").len(), all.len());
    assert_eq!(env.keys("'added:<2000'"), [""; 0]);
    assert_eq!(env.keys("added:2000..").len(), all.len());
    assert_eq!(env.keys("added:1d changed:1d").len(), all.len());
    assert_eq!(env.keys("changed:yesterday"), [""; 0]);
}

#[test]
fn an_equals_sign_asks_for_the_whole_of_a_value() {
    let env = TestEnvironment::with(FIELDS);
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
        finds(&env, query, &["soderberg"]);
    }
    for query in [
        "author:=johan",
        "author:=foundation",
        "title:=hacking",
        "publisher:=zed",
        "keyword:=free",
        "volume:=1",
    ] {
        finds(&env, query, &[]);
    }
}

#[test]
fn a_pattern_is_written_between_slashes() {
    let env = TestEnvironment::with(FIELDS);
    finds(&env, "'title:/^hack.*ism$/'", &["soderberg"]);
    finds(&env, "author:/^J/", &["lukasik", "soderberg"]);
    finds(&env, "'volume:/^12\\d$/'", &["lukasik"]);
    finds(&env, "'key:/berg$/'", &["soderberg"]);
    finds(&env, "'type:/thesis/'", &["lukasik"]);
    finds(&env, "'url:/example\\.org\\/com/'", &["gongyou"]);
    finds(&env, "'year:2000.. -title:/a/'", &["gongyou"]);
    finds(&env, "'lang:/^(de|en-gb)/'", &["lukasik", "soderberg"]);
    finds(&env, "'contributor:/^phoebe/'", &["soderberg"]);
    finds(&env, "'note:/re-?read/'", &["soderberg"]);
    env.runs("note gongyou -m 'To be re-read'");
    finds(&env, "'note:/re-?read/'", &["soderberg", "gongyou"]);
    env.runs("edit soderberg --set 'title=Peers' --unset subtitle");
    finds(&env, "'title:/hack/'", &[]);
    env.runs("undo");
    finds(
        &env,
        "'title:/hacking capitalism/' year:2008",
        &["soderberg"],
    );
}

#[test]
fn years_are_compared_and_decades_named() {
    let env = TestEnvironment::with(FIELDS);
    finds(&env, "'year:>=2008'", &["lukasik", "soderberg"]);
    finds(&env, "'year:>2008'", &["lukasik"]);
    finds(&env, "'year:<=2002'", &["gongyou"]);
    finds(&env, "year:2003", &["gongyou"]);
    finds(&env, "year:2000s", &["soderberg", "gongyou"]);
    finds(&env, "year:2002-2006", &["gongyou"]);
    finds(&env, "year:2008,2015", &["lukasik", "soderberg"]);
}

#[test]
fn what_is_there_and_what_is_missing() {
    let env = TestEnvironment::with(FIELDS);
    env.runs("tag theme:law soderberg --new");
    finds(&env, "has:doi", &["gongyou"]);
    finds(&env, "has:doi,isbn", &["soderberg", "gongyou"]);
    finds(&env, "missing:doi", &["lukasik", "soderberg"]);
    finds(&env, "missing:abstract", &["lukasik", "gongyou"]);
    finds(&env, "has:tag", &["soderberg"]);
    finds(&env, "has:theme", &["soderberg"]);
    finds(&env, "missing:theme", &["lukasik", "gongyou"]);
    finds(&env, "no:tag", &["lukasik", "gongyou"]);
    finds(&env, "has:in", &["gongyou"]);
    finds(&env, "has:editor", &["soderberg"]);
    finds(&env, "has:shelfmark", &["gongyou"]);
    finds(&env, "has:school", &["lukasik"]);
    finds(&env, "has:year has:lang", &["lukasik", "soderberg"]);
    finds(&env, "'theme:*'", &["soderberg"]);
    finds(&env, "'doi:*'", &["gongyou"]);
}

#[test]
fn a_comma_is_or_and_an_equals_sign_leaves_the_child_tags_out() {
    let env = env();
    finds(&env, "theme:law,peer", &["muller", "history", "undated"]);
    finds(&env, "theme:=peer", &["history"]);
    finds(&env, "theme:=peer,law", &["muller", "history"]);
    finds(&env, "tag:law", &["muller"]);
    finds(&env, "tag:=peer", &["history"]);
    finds(&env, "'theme:co*'", &["ostrom", "history", "undated"]);
    finds(&env, "type:article,book", &["muller", "ostrom", "history"]);
    finds(&env, "key:ostrom,history", &["ostrom", "history"]);
    finds(&env, "author:ostrom,wren", &["ostrom", "history"]);
    finds(&env, "-type:article,book", &["foundation", "undated"]);
    finds(
        &env,
        "origin:import",
        &["muller", "ostrom", "history", "undated"],
    );
    finds(&env, "origin:hand", &[]);
}

#[test]
fn not_and_and_or_are_written_as_words_or_as_signs() {
    let env = env();
    finds(&env, "peer NOT history", &["undated"]);
    finds(&env, "peer AND NOT history", &["undated"]);
    finds(
        &env,
        "NOT '(type:book OR type:article)'",
        &["foundation", "undated"],
    );
    finds(&env, "peer not history", &[]);
}

#[test]
fn a_query_says_in_which_order_and_how_many() {
    let env = env();
    finds(
        &env,
        "sort:year",
        &["ostrom", "history", "muller", "foundation", "undated"],
    );
    finds(
        &env,
        "sort:-year",
        &["foundation", "muller", "history", "ostrom", "undated"],
    );
    finds(&env, "sort:-year limit:2", &["foundation", "muller"]);
    finds(&env, "limit:1", &["foundation"]);
    finds(&env, "type:book sort:key", &["history", "ostrom"]);
    finds(
        &env,
        "sort:type,-key",
        &["muller", "ostrom", "history", "undated", "foundation"],
    );
    finds(&env, "sort:title limit:1 peer", &["history"]);
    finds(&env, "limit:0", &[]);
}

#[test]
fn an_edit_changes_what_a_work_is_found_by_and_when_it_changed() {
    let env = env();
    finds(
        &env,
        "'changed:>1h'",
        &["foundation", "muller", "ostrom", "history", "undated"],
    );
    env.runs("edit ostrom --set title=Understanding");
    finds(&env, "governing", &[]);
    finds(&env, "understanding changed:today", &["ostrom"]);
    env.runs("undo");
    finds(&env, "governing", &["ostrom"]);
}

#[test]
fn json_keeps_its_contract() {
    let env = env();
    let found = env.json("find theme:peer --json");
    assert_eq!(
        found,
        serde_json::json!([
            {"key": "history", "type": "book", "title": "A history of sharing", "authors": ["Ada Wren"],
             "year": 1998, "tags": ["theme:peer"]},
            {"key": "undated", "type": "misc", "title": "Peer review and production", "authors": [],
             "year": null, "tags": ["theme:cooperatives"]},
        ])
    );
    assert_eq!(env.json("find nothing --json"), serde_json::json!([]));
}

#[test]
fn a_table_for_people_and_the_count_beside_it() {
    let run = env().runs("find peer");
    insta::assert_snapshot!(format!("{}{}", run.stdout, run.stderr));
    assert_eq!(env().runs("find nothing").stderr, "no works found\n");
}

#[test]
fn columns_are_chosen_among_all_that_is_known() {
    let env = env();
    let run = env.runs("find --columns key,type,year,tags,journaltitle type:article,online");
    assert_eq!(
        run.stdout,
        "foundation  online   2010\nmuller      article  2003  theme:law  Revue du Caf\u{e9}\n"
    );
    assert_eq!(run.stderr, "2 works\n");
    let message = env.refuses(2, "find --columns key,yaer");
    assert!(
        message.contains("unknown column \u{201c}yaer\u{201d}"),
        "{message}"
    );
    assert!(message.contains("did you mean year?"), "{message}");
}

#[test]
fn options_say_the_order_and_the_number_in_place_of_the_query() {
    let env = env();
    let run = env.runs("find --keys --sort -year --limit 2");
    assert_eq!(run.stdout, "foundation\nmuller\n");
    assert_eq!(
        env.runs("find --keys --sort=-year limit:1").stdout,
        "foundation\n"
    );
    assert_eq!(
        env.runs("find --keys sort:year --sort key").stdout,
        "foundation\nhistory\nmuller\nostrom\nundated\n"
    );
    assert_eq!(
        env.runs("find --keys --limit 9 limit:1").stdout,
        "foundation\n"
    );
    assert_eq!(env.runs("find --limit 2").stderr, "2 of 5 works\n");
    let message = env.refuses(2, "find --sort colour");
    assert!(message.contains("cannot sort by"), "{message}");
}

#[test]
fn the_number_of_works_alone() {
    let env = env();
    assert_eq!(env.runs("find peer --count").stdout, "3\n");
    assert_eq!(env.runs("find nothing --count").stdout, "0\n");
    assert_eq!(env.runs("find --count limit:2").stdout, "2\n");
}

#[test]
fn a_template_can_print_anything_known_about_a_work() {
    let env = env();
    let run = env.runs("find type:article --format '{key}: {title} ({year})'");
    assert_eq!(run.stdout, "muller: \u{c9}thique du partage (2003)\n");
    let run =
        env.runs("find type:article --format '{author}\\t{journaltitle}\\n{{{type}}} {tags}{doi}'");
    assert_eq!(
        run.stdout,
        "J\u{f6}rg M\u{fc}ller\tRevue du Caf\u{e9}\n{article} theme:law\n"
    );
    let message = env.refuses(2, "find --format '{titel}'");
    assert!(message.contains("did you mean title?"), "{message}");
    let message = env.refuses(2, "find --format '{title'");
    assert!(message.contains("unclosed brace"), "{message}");
}

#[test]
fn every_kind_of_thesis_is_found_grouped_and_matched_as_a_thesis() {
    let theses: String = [
        "thesis",
        "phdthesis",
        "mastersthesis",
        "bachelorsthesis",
        "bathesis",
    ]
    .iter()
    .map(|kind| {
        format!("@{kind}{{{kind}, author = {{Wren, Ada}}, title = {{{kind}}}, date = {{2001}}}}\n")
    })
    .collect();
    let env = TestEnvironment::with(&theses);
    assert_eq!(
        env.json("find type:thesis --json")
            .as_array()
            .unwrap()
            .len(),
        5
    );
    finds(
        &env,
        "type:bachelorsthesis",
        &["bachelorsthesis", "bathesis"],
    );
    let list = env.runs("format --group-by type --to markdown").stdout;
    assert_eq!(list.matches("## ").count(), 1, "{list}");
    assert!(list.contains("## Theses"), "{list}");
    env.put(
        "again.bib",
        "@thesis{other, author = {Wren, Ada}, title = {bachelorsthesis}, date = {2001}}\n",
    );
    env.runs("import again.bib");
    assert_eq!(env.json("find --json").as_array().unwrap().len(), 5);
}

#[test]
fn a_query_can_be_given_in_both_ways_to_every_command() {
    let env = TestEnvironment::with(
        "@book{a, title = {Nests}, author = {Wren, Ada}, date = {2001}}\n\
         @book{b, title = {Twigs}, author = {Finch, Bo}, date = {2002}}\n\
         @book{c, title = {Nests and Twigs}, author = {Finch, Bo}, date = {2003}}\n",
    );
    for command in [
        "find --keys",
        "export",
        "format",
        "check --json",
        "dedupe --json",
        "stats",
        "timeline --json",
    ] {
        for (positional, option) in [
            ("author:finch", "--find author:finch"),
            ("author:finch year:2003", "--find 'author:finch year:2003'"),
            (
                "author:finch -title:nests",
                "--find='author:finch -title:nests'",
            ),
            ("'\"nests and twigs\"'", "--find '\"nests and twigs\"'"),
        ] {
            let run = |query: &str| {
                env.peerbib(&crate::test_env::words(&format!("{command} {query}")), "")
            };
            let (one, other) = (run(positional), run(option));
            assert_eq!(one, other, "{command} {positional}");
            assert_ne!(one.code, Some(2), "{command} {positional}: {one:?}");
        }
    }
    for line in [
        "remove --find -author:wren --dry-run",
        "rename --pattern '[auth]' --find -author:wren --dry-run",
    ] {
        let shown = env.runs(line).stdout;
        assert_eq!(shown.lines().count(), 2, "{line}: {shown}");
    }
}

#[test]
fn an_unknown_field_gets_a_sensible_suggestion() {
    let env = TestEnvironment::with_chapter();
    let message = env.refuses(1, "find colour:red");
    assert!(!message.contains("did you mean"), "{message}");
    assert!(
        message.contains("quotation marks: \"colour:red\""),
        "{message}"
    );
    let message = env.refuses(1, "find titel:nests");
    assert!(message.contains("did you mean title?"), "{message}");
}
