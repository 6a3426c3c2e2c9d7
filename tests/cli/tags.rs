//! `peerbib tags`

use crate::desk::Desk;

#[test]
fn narrower_tags_stand_below_wider_ones_with_the_number_of_works() {
    let desk = Desk::with(
        "@book{a, title = {A}, keywords = {theme:food}}\n@book{b, title = {B}, keywords = {theme:fruit, course:one}}\n",
    );
    desk.runs("tags add theme:fruit --parent theme:food --label 'Fruit and nuts'");
    insta::assert_snapshot!(desk.runs("tags").stdout, @r"
    theme
      food         2
        fruit      1  Fruit and nuts

    course
      one      1
    ");
    assert!(!desk.runs("tags course").stdout.contains("fruit"));
    let json = desk.json("tags theme --json");
    assert_eq!(json[0]["tag"], "theme:food");
    assert_eq!(
        (&json[0]["works"], &json[0]["works_with_narrower"]),
        (&1.into(), &2.into())
    );
    assert_eq!(json[1]["parent"], "theme:food");
}

#[test]
fn a_tag_can_be_described_and_called_by_another_name() {
    let desk = Desk::empty();
    desk.runs("init --bare");
    desk.runs("tags add theme:labour");
    desk.runs("tags add theme:care --label 'Care work' --description 'Work for others' --parent labour --alias sorge");
    insta::assert_snapshot!(desk.runs("tags show sorge").stdout, @r"
    theme:care  Care work
      about      Work for others
      under      theme:labour
      aliases    sorge
    ");
}

#[test]
fn what_is_known_of_a_movement_is_shown() {
    let desk = Desk::with_chapter();
    let shown = desk.runs("tags show movement:berkman-klein").stdout;
    assert!(
        shown.contains("Harvard University") && shown.contains("Yochai Benkler"),
        "{shown}"
    );
}

#[test]
fn a_removed_tag_leaves_the_works_and_its_narrower_tags_behind() {
    let desk = Desk::with("@book{a, title = {A}, keywords = {theme:food, theme:fruit}}\n");
    desk.runs("tags add theme:fruit --parent theme:food");
    let told = desk.runs("tags remove theme:food").stderr;
    assert!(told.contains("peerbib undo"), "{told}");
    let json = desk.json("tags --json");
    assert_eq!(json.as_array().unwrap().len(), 1);
    assert_eq!(json[0]["parent"], serde_json::Value::Null);
    assert_eq!(desk.keys(""), ["a"]);
}

#[test]
fn a_tag_cannot_be_under_itself() {
    let desk = Desk::empty();
    desk.runs("init --bare");
    desk.runs("tags add theme:food");
    desk.runs("tags add theme:fruit --parent theme:food");
    let state = desk.runs("tags").stdout;
    for line in [
        "tags add theme:food --parent theme:fruit",
        "tags add theme:food --parent theme:food",
    ] {
        let told = desk.refuses(1, line);
        assert!(told.contains("cannot be under"), "{told}");
        assert!(told.contains("choose another parent"), "{told}");
    }
    assert_eq!(state, desk.runs("tags").stdout);
}
