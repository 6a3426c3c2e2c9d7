//! `peerbib config`, and what is set by it.

use crate::desk::{Desk, Run, words};

const FILE: &str = ".config/peerbib/config.toml";

fn configured(text: &str) -> Desk {
    let desk =
        Desk::with("@book{b, author = {Benkler, Yochai}, title = {Wealth}, year = {2006}}\n");
    std::fs::create_dir_all(desk.path(".config/peerbib")).unwrap();
    desk.put(FILE, text);
    desk
}

fn file(desk: &Desk) -> String {
    std::fs::read_to_string(desk.path(FILE)).unwrap()
}

fn with_variable(desk: &Desk, variable: &str, value: &str, line: &str) -> Run {
    let output = desk
        .command(env!("CARGO_BIN_EXE_peerbib"))
        .args(words(line))
        .env(variable, value)
        .output()
        .unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn every_setting_is_shown_with_where_it_comes_from() {
    let desk = configured("# mine\nstyle = \"chicago-author-date\"\n");
    let shown = with_variable(&desk, "PEERBIB_LOCALE", "de-DE", "config --library x.db").stdout;
    insta::assert_snapshot!(desk.without_place(&shown));
    let json = desk.json("config show --json");
    let style = json
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "style")
        .unwrap();
    assert_eq!(style["value"], "chicago-author-date");
    assert_eq!(style["from"], "file");
    assert!(
        style["where"].as_str().unwrap().ends_with("config.toml:2"),
        "{style}"
    );
}

#[test]
fn the_help_names_every_setting() {
    let desk = Desk::empty();
    let help = desk.runs("config --help").stdout;
    for setting in desk.json("config --json").as_array().unwrap() {
        let name = setting["name"].as_str().unwrap();
        assert!(help.contains(&format!("\n  {name}  ")), "{name}: {help}");
    }
}

#[test]
fn setting_a_value_keeps_comments_and_order() {
    let before =
        "# What I like\nstyle = \"apa\" # for the journal\n\n# Mine\nname = \"Ada\"\n# the end\n";
    let desk = configured(before);
    desk.runs("config set style chicago-author-date");
    desk.runs("config set locale de-de");
    assert_eq!(
        file(&desk),
        before
            .replace("\"apa\"", "\"chicago-author-date\"")
            .replace("\"Ada\"\n", "\"Ada\"\nlocale = \"de-DE\"\n")
    );
    desk.runs("config unset locale");
    desk.runs("config set style apa");
    assert_eq!(file(&desk), before);
    desk.runs("config unset style");
    assert!(
        file(&desk).starts_with("# What I like\n"),
        "{}",
        file(&desk)
    );
    assert!(
        desk.runs("config unset style")
            .stderr
            .starts_with("nothing to do")
    );
}

#[test]
fn the_first_setting_makes_the_file() {
    let desk = Desk::empty();
    assert_eq!(
        desk.runs("config path").stdout.trim(),
        desk.path(FILE).to_str().unwrap()
    );
    assert!(!desk.path(FILE).exists());
    desk.runs("config set name Ada Lovelace");
    desk.runs("config set columns key,year title");
    desk.runs("config set editor code --wait");
    let file = file(&desk);
    assert!(file.starts_with("# "), "{file}");
    assert!(file.contains("name = \"Ada Lovelace\"\n"), "{file}");
    assert!(
        file.contains("columns = [\"key\", \"year\", \"title\"]\n"),
        "{file}"
    );
    assert_eq!(desk.runs("config get editor").stdout, "code --wait\n");
}

#[test]
fn a_value_is_checked_before_it_is_set() {
    let desk = Desk::empty();
    for (line, expected) in [
        ("config set style apaa", "did you mean apa?"),
        ("config set locale de-XX", "unknown locale"),
        (
            "config set key-pattern [aut]",
            "the marker [aut] is not known",
        ),
        (
            "config set color green",
            "expected one of: auto, always, never",
        ),
        ("config set styl apa", "did you mean style?"),
        ("config set columns ' '", "at least one word"),
        ("config set columns key,yaer", "did you mean year?"),
        ("config get pattern", "did you mean key-pattern?"),
    ] {
        let run = desk.peerbib(&words(line), "");
        assert!(matches!(run.code, Some(1 | 2)), "{line}: {run:?}");
        assert!(run.stderr.contains(expected), "{line}: {}", run.stderr);
    }
    assert!(!desk.path(FILE).exists());
}

#[test]
fn a_broken_file_is_told_with_its_place_and_can_be_shown_and_mended() {
    let desk = configured("name = \"Ada\"\nstyl = \"apa\"\ncolor = 3\n");
    let told = desk.refuses(1, "find");
    assert!(
        told.contains("config.toml:2:1: unknown setting \u{201c}styl\u{201d}"),
        "{told}"
    );
    assert!(told.contains("did you mean style?"), "{told}");
    let shown = desk.ends(1, "config");
    assert!(shown.stdout.contains("Ada"), "{}", shown.stdout);
    assert!(
        shown
            .stderr
            .contains("config.toml:3:9: invalid value for color"),
        "{}",
        shown.stderr
    );
    desk.runs("config path");
    desk.runs("config set color never");
    assert!(file(&desk).contains("color = \"never\""));

    desk.put(FILE, "style = apa\n");
    let told = desk.refuses(1, "find");
    assert!(told.contains("config.toml:1:9:"), "{told}");
    assert!(
        desk.refuses(1, "config set name Ada")
            .contains("config edit")
    );
    desk.ends(1, "config");
    desk.runs("config path");

    desk.put(FILE, b"\xff\xfe");
    assert!(desk.refuses(1, "find").contains("not UTF-8 text"));
}

#[test]
fn an_option_goes_before_the_environment_and_that_before_the_file() {
    let desk = configured("style = \"chicago-author-date\"\n");
    let apa = desk.runs("format --style apa").stdout;
    let chicago = desk.runs("format").stdout;
    let ieee = with_variable(&desk, "PEERBIB_STYLE", "ieee", "format").stdout;
    assert!(
        apa.contains("(2006)") && !chicago.contains("(2006)"),
        "{apa}{chicago}"
    );
    assert!(ieee.starts_with("[1]"), "{ieee}");
    assert_eq!(
        with_variable(&desk, "PEERBIB_STYLE", "ieee", "format --style apa").stdout,
        apa
    );
    let told = with_variable(&desk, "PEERBIB_COLOR", "green", "find").stderr;
    assert!(
        told.contains("invalid value for the environment variable PEERBIB_COLOR"),
        "{told}"
    );
}

#[test]
fn what_is_set_holds_for_the_commands() {
    let desk = configured(
        "library = \"../../mine.db\"\nname = \"Ada Lovelace\"\nkey-pattern = \"[auth][year]\"\n\
         color = \"always\"\n",
    );
    desk.runs("add --type book --set author='Ostrom, Elinor' --set year=1990 --set title=Commons");
    assert!(desk.path("mine.db").is_file());
    assert_eq!(desk.keys(""), ["Ostrom1990"]);
    desk.runs("tag theme:commons Ostrom1990 --new");
    assert!(desk.runs("why Ostrom1990").stdout.contains("Ada Lovelace"));
    assert!(desk.runs("why Ostrom1990").stdout.contains('\u{1b}'));
    assert!(
        !desk
            .runs("why Ostrom1990 --color never")
            .stdout
            .contains('\u{1b}')
    );
    desk.runs("config set key-pattern [year][auth]");
    desk.runs("rename --pattern");
    assert_eq!(desk.keys(""), ["1990Ostrom"]);
}

#[test]
fn peerbib_config_names_another_file() {
    let desk = Desk::empty();
    let other = desk.path("other.toml");
    let run = with_variable(
        &desk,
        "PEERBIB_CONFIG",
        other.to_str().unwrap(),
        "config set style ieee",
    );
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(std::fs::read_to_string(other).unwrap().contains("ieee"));
    assert!(!desk.path(FILE).exists());
}

#[test]
#[cfg(unix)]
fn a_file_that_is_linked_here_stays_where_it_is() {
    let desk = configured("");
    std::fs::remove_file(desk.path(FILE)).unwrap();
    desk.put("dotfiles.toml", "style = \"apa\"\n");
    std::os::unix::fs::symlink(desk.path("dotfiles.toml"), desk.path(FILE)).unwrap();
    desk.runs("config set style ieee");
    assert!(desk.path(FILE).is_symlink());
    assert!(
        std::fs::read_to_string(desk.path("dotfiles.toml"))
            .unwrap()
            .contains("ieee")
    );
}

#[test]
fn columns_that_are_set_are_those_that_find_prints() {
    let desk = Desk::with("@book{a, title = {Apples}, shelf = {Cellar}, doi = {10.1000/1}}\n");
    desk.runs("config set columns key,doi,shelf");
    let table = desk.runs("find").stdout;
    let words: Vec<&str> = table.split_whitespace().collect();
    assert_eq!(words, ["a", "10.1000/1", "Cellar"]);
    // A field of one's own is known by the library that has it.
    desk.refuses(2, "--library other.db config set columns shelf");
    desk.runs("config unset columns");
    assert!(desk.runs("find").stdout.contains("Apples"));
}
