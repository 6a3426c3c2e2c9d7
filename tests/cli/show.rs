//! `peerbib show`

use crate::desk::Desk;

const ENTRY: &str = "@Book{nests,\n  Author = \"Wren, Ada\",\n  TITLE  = {{Nests} \\& twigs},\n  year=2015,\n  mystery = {kept},\n}";

#[test]
fn the_source_is_the_entry_byte_for_byte() {
    let desk = Desk::with(&format!("% a comment\n{ENTRY}\n"));
    assert_eq!(
        desk.runs("show nests --source").stdout,
        format!("{ENTRY}\n")
    );
}

#[test]
fn fields_are_shown_as_written_with_the_tags() {
    let desk = Desk::with(ENTRY);
    desk.runs("tag theme:birds nests --new");
    insta::assert_snapshot!(desk.runs("show nests").stdout, @r"
    nests @Book
      Author   Wren, Ada
      TITLE    {Nests} \& twigs
      year     2015
      mystery  kept
      tags     theme:birds
    ");
}

#[test]
fn json_has_the_csl_variables_and_the_source() {
    let desk = Desk::with(ENTRY);
    let shown = desk.json("show nests --json");
    assert_eq!(shown[0]["key"], "nests");
    assert_eq!(shown[0]["csl"]["type"], "book");
    assert_eq!(shown[0]["csl"]["author"][0]["family"], "Wren");
    assert_eq!(shown[0]["source"], ENTRY);
}

#[test]
fn several_works_are_shown_in_the_order_asked_for() {
    let desk = Desk::with_chapter();
    let shown = desk.json("show merten2009 benkler2006wealth --json");
    assert_eq!(shown[0]["key"], "merten2009");
    assert_eq!(shown[1]["key"], "benkler2006wealth");
}
