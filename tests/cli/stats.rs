//! `peerbib stats`

use crate::test_env::TestEnvironment;

#[test]
fn the_chapter_in_numbers() {
    insta::assert_snapshot!(TestEnvironment::with_chapter().runs("stats").stdout);
}

#[test]
fn charts_stand_side_by_side_where_there_is_room() {
    let env = TestEnvironment::with_chapter();
    let output = env
        .command(env!("CARGO_BIN_EXE_peerbib"))
        .args(["stats", "--top", "5"])
        .env("COLUMNS", "140")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.lines().all(|line| line.chars().count() <= 140),
        "{text}"
    );
    insta::assert_snapshot!(text);
}

#[test]
fn a_long_tail_is_folded() {
    let env = TestEnvironment::with_chapter();
    let text = env.runs("stats --by movement --top 3").stdout;
    insta::assert_snapshot!(text, @r"
    69 works

    Movement
      P2P Foundation              27  ██████████████████████████████████████████████
      Oekonux                     19  ████████████████████████████████▍
      Journal of Peer Production  10  █████████████████▏
      and 10 more
      20 works without a movement
    ");
    let all = env.runs("stats --by movement --top 0").stdout;
    assert!(!all.contains("more"), "{all}");
    let chart = &env.json("stats --by movement --top 3 --json")["charts"][0];
    assert_eq!(chart["bars"].as_array().unwrap().len(), 3);
    assert_eq!(chart["bars"][0]["value"], "movement:p2p-foundation");
    assert_eq!(chart["more"]["values"], 10);
}

#[test]
fn a_child_tag_counts_for_its_parent() {
    let env = TestEnvironment::with(
        "@book{a, title = {A}, keywords = {theme:food, theme:fruit}}\n@book{b, title = {B}, keywords = {theme:fruit}}\n\
         @book{c, title = {C}}\n",
    );
    env.runs("tags add theme:fruit --parent theme:food");
    let chart = &env.json("stats --by theme --json")["charts"][0];
    let counts: Vec<(&str, i64)> = chart["bars"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bar| {
            (
                bar["label"].as_str().unwrap(),
                bar["works"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(counts, [("food", 2), ("fruit", 2)]);
    assert_eq!(chart["without"], 1);
}

#[test]
fn authors_are_counted_under_one_name_where_their_names_fit() {
    let env = TestEnvironment::with(
        "@book{a, author = {Benkler, Yochai}, title = {A}}\n@book{b, author = {Benkler, Y.}, title = {B}}\n\
         @book{c, editor = {Y. Benkler and others}, title = {C}}\n@book{d, author = {{P2P Foundation}}, title = {D}}\n\
         @book{e, title = {E}}\n@book{f, author = {Smith, J.}, title = {F}}\n@book{g, author = {Smith, Jane}, title = {G}}\n\
         @book{h, author = {Smith, John}, title = {H}}\n",
    );
    insta::assert_snapshot!(env.runs("stats --by author").stdout, @r"
    8 works

    Author
      Yochai Benkler  3  ███████████████████████████████████████████████████████████
      J. Smith        1  ███████████████████▊
      Jane Smith      1  ███████████████████▊
      John Smith      1  ███████████████████▊
      P2P Foundation  1  ███████████████████▊
      1 work without an author
    ");
}

#[test]
fn years_are_those_of_the_original_and_stand_in_their_order() {
    let env = TestEnvironment::with(
        "@book{a, title = {A}, origdate = {-0349}, date = {1998}}\n@book{b, title = {B}, date = {2001}}\n\
         @book{c, title = {C}, date = {2001}}\n@book{d, title = {D}, date = {2004}}\n@book{e, title = {E}}\n",
    );
    insta::assert_snapshot!(env.runs("stats --by year").stdout, @r"
    5 works

    Year of first publication
      350 BCE  1  ██████████████████████████████
      ┊
      2001     2  ████████████████████████████████████████████████████████████
      2002     0
      2003     0
      2004     1  ██████████████████████████████
      1 work without a known year
    ");
    let bars = env.json("stats --by year --json")["charts"][0]["bars"].clone();
    assert_eq!(bars[0]["value"], "-350");
}

#[test]
fn what_is_counted_by_is_chosen_and_a_facet_must_be_there() {
    let env = TestEnvironment::with_chapter();
    let charts = |line: &str| -> Vec<String> {
        let statistics = env.json(line);
        let charts = statistics["charts"].as_array().unwrap().iter();
        charts
            .map(|chart| chart["by"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        charts("stats --by type,language --json"),
        ["type", "language"]
    );
    assert_eq!(
        charts("stats movement:oekonux --json"),
        [
            "year", "movement", "theme", "status", "cited-by", "type", "language", "author",
            "missing"
        ]
    );
    let message = env.refuses(1, "stats --by colour");
    assert!(
        message.contains("the facets are: movement, theme"),
        "{message}"
    );
}

#[test]
fn nothing_to_count_is_reported() {
    let env = TestEnvironment::with_chapter();
    for form in ["text", "svg", "html"] {
        let run = env.runs(&format!("stats author:nobody --to {form}"));
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str()),
            ("", "no works found\n")
        );
    }
}

#[test]
fn a_page_has_the_counts_as_tables_too() {
    let env = TestEnvironment::with_chapter();
    env.runs("stats -o stats.html --by author --top 2");
    let page = std::fs::read_to_string(env.path("stats.html")).unwrap();
    for part in [
        "<span class=\"bar\"",
        "<th>Michel Bauwens</th><td>13</td>",
        "more</p>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn plain_characters_where_there_are_no_others() {
    let text = TestEnvironment::with_chapter()
        .runs("stats --by language --ascii")
        .stdout;
    assert!(
        text.is_ascii() && text.contains("English  68  ####"),
        "{text}"
    );
}

#[test]
fn the_table_and_the_page_have_the_numbers_of_the_json() {
    let env = TestEnvironment::with_chapter();
    let json = env.json("stats --top 0 --json");
    env.runs("stats --top 0 -o stats.csv");
    env.runs("stats --top 0 -o stats.html");
    let page = std::fs::read_to_string(env.path("stats.html")).unwrap();
    let mut table = csv::Reader::from_path(env.path("stats.csv")).unwrap();
    let rows: Vec<Vec<String>> = table
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let mut seen = 0;
    for chart in json["charts"].as_array().unwrap() {
        let by = chart["by"].as_str().unwrap();
        let heading = format!(
            "<table class=\"bars\" aria-label=\"{}\">",
            chart["title"].as_str().unwrap()
        );
        let drawn = page.split(heading.as_str()).nth(1).unwrap_or_default();
        for bar in chart["bars"].as_array().unwrap() {
            let label = bar["label"].as_str().unwrap();
            let works = bar["works"].to_string();
            let row = rows
                .iter()
                .find(|row| row[0] == by && row[2] == label)
                .unwrap();
            assert_eq!(row[3], works, "{by}: {label}");
            if by != "year" {
                let escaped = label.replace('&', "&amp;").replace('\'', "&#39;");
                let cell = format!("<th scope=\"row\">{escaped}</th><td>");
                let bar = drawn
                    .split(cell.as_str())
                    .nth(1)
                    .unwrap_or_else(|| panic!("{label}"));
                let number = format!("<span class=\"number\">{works}</span>");
                assert!(
                    bar.split("</tr>").next().unwrap().contains(&number),
                    "{by}: {label}"
                );
            }
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
    // The columns hold all works with a year.
    let columns: usize = page
        .split("data-label=\"")
        .skip(1)
        .map(|column| {
            let label = column.split('"').next().unwrap();
            let count = label.split(": ").nth(1).unwrap();
            count.split(' ').next().unwrap().parse::<usize>().unwrap()
        })
        .sum();
    assert_eq!(columns, 68);
}

#[test]
fn a_picture_in_pixels_is_twice_as_large_as_the_drawing() {
    let env = TestEnvironment::with_chapter();
    for command in ["stats", "timeline"] {
        env.runs(&format!("{command} -o chart.png --width 800"));
        let png = std::fs::read(env.path("chart.png")).unwrap();
        assert!(png.starts_with(b"\x89PNG"), "{command}");
        let width = u32::from_be_bytes(png[16..20].try_into().unwrap());
        assert_eq!(width, 1600, "{command}");
    }
}

/// The numbers of a part of the library are those of `find`, in every format.
#[test]
fn a_part_of_the_library_has_the_same_numbers_in_every_view() {
    let env = TestEnvironment::with_chapter();
    for query in ["theme:commons", "year:2006..2012 limit:5", "author:benkler"] {
        let works = env.keys(query).len();
        let json = env.json(&format!("stats {query} --json"));
        assert_eq!(json["works"], works, "{query}");
        let said = if works == 1 {
            "1 work".to_owned()
        } else {
            format!("{works} works")
        };
        for format in ["text", "svg", "html"] {
            let shown = env.runs(&format!("stats {query} --to {format}")).stdout;
            assert!(shown.contains(&said), "{query} {format}");
            for chart in json["charts"].as_array().unwrap() {
                let title = chart["title"].as_str().unwrap();
                assert!(shown.contains(title), "{query} {format}: {title}");
            }
        }
    }
}
