//! `peerbib add`

use crate::desk::Desk;

#[test]
fn a_reference_is_added_as_it_is_written() {
    let desk = Desk::with("@book{a, title = {Apples}}\n");
    let run = desk.peerbib(&["add", "@Book{zine,\n title={A Zine}  }"], "");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), "added zine\n"));
    assert_eq!(
        desk.runs("show zine --source").stdout,
        "@Book{zine,\n title={A Zine}  }\n"
    );
    for input in [&["add", "-"][..], &["add"]] {
        let run = desk.peerbib(input, "@book{piped, title = {Piped}}\n");
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        desk.runs("remove piped");
    }
    let told = desk.refuses(1, "add '@book{a, title = {Pears}}'");
    assert!(told.contains("belongs to another work"), "{told}");
    let told = desk.refuses(1, "add 'no entry'");
    assert!(told.contains("help:"), "{told}");
    let told = desk.refuses(2, "add");
    assert!(told.contains("--set FIELD=VALUE"), "{told}");
}

#[test]
fn a_reference_is_added_field_by_field() {
    let desk = Desk::empty();
    let line =
        "add --type book --set 'author=Benkler, Yochai' --set 'title=The Wealth' --set year=2006";
    let told = desk.runs(line).stderr;
    assert_eq!(told, "added benkler2006wealth\n");
    let told = desk
        .runs("add --type book --set title=Nests --key wren")
        .stderr;
    assert_eq!(told, "added wren\n");
    let told = desk.refuses(2, "add --type 'a book' --set title=Nests");
    assert!(told.contains("invalid entry type"), "{told}");
}

#[cfg(unix)]
mod by_hand {
    use super::*;
    use crate::edit::with_editor;

    #[test]
    fn the_editor_opens_on_the_fields_that_the_type_needs() {
        let desk = Desk::empty();
        let script = "cp \"$1\" template; sed -i 's/title = {}/title = {On Nests}/; s/author = {}/author = {Wren, Ada}/' \"$1\"";
        let run = with_editor(&desk, "add --type thesis", script);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.starts_with("added wrennests"), "{}", run.stderr);
        let template = std::fs::read_to_string(desk.path("template")).unwrap();
        assert!(template.contains("@thesis{,\n"), "{template}");
        for field in ["author", "title", "type", "institution", "date"] {
            assert!(
                template.contains(&format!("  {field} = {{}},\n")),
                "{template}"
            );
        }
        assert!(
            template.starts_with("% peerbib: Fill in the reference"),
            "{template}"
        );
        assert_eq!(
            desk.runs("show wrennests --source").stdout,
            "@thesis{wrennests,\n  author = {Wren, Ada},\n  title = {On Nests},\n}\n"
        );
    }

    #[test]
    fn a_template_that_nobody_fills_in_adds_nothing() {
        let desk = Desk::with("@book{a, title = {Apples}}\n");
        let state = desk.state();
        let run = with_editor(&desk, "add", "true");
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (Some(0), "nothing was added\n")
        );
        let run = with_editor(&desk, "add", "sed -i 's/{,/{key1,/' \"$1\"");
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(run.stderr.contains("has no fields"), "{}", run.stderr);
        let run = with_editor(
            &desk,
            "add",
            "if grep -q 'belongs to another' \"$1\"; then sed -i 's/{a,/{b,/' \"$1\"; else sed -i 's/{,/{a,/; s/title = {}/title = {B}/' \"$1\"; fi",
        );
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.starts_with("added b"), "{}", run.stderr);
        desk.runs("undo");
        assert_eq!(state, desk.state());
    }
}
