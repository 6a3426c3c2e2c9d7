//! `peerbib add`

use crate::test_env::TestEnvironment;

#[test]
fn a_reference_is_added_as_it_is_written() {
    let env = TestEnvironment::with("@book{a, title = {Apples}}\n");
    let run = env.peerbib(&["add", "@Book{zine,\n title={A Zine}  }"], "");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), "added zine\n"));
    assert_eq!(
        env.runs("show zine --source").stdout,
        "@Book{zine,\n title={A Zine}  }\n"
    );
    for input in [&["add", "-"][..], &["add"]] {
        let run = env.peerbib(input, "@book{piped, title = {Piped}}\n");
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        env.runs("remove piped");
    }
    let message = env.refuses(1, "add '@book{a, title = {Pears}}'");
    assert!(message.contains("belongs to another work"), "{message}");
    let message = env.refuses(2, "add 'no entry'");
    assert!(
        message.contains("neither an identifier nor an entry: no entry"),
        "{message}"
    );
    assert!(message.contains("help:"), "{message}");
    let message = env.refuses(2, "add");
    assert!(message.contains("--set FIELD=VALUE"), "{message}");
}

#[test]
fn a_reference_is_added_field_by_field() {
    let env = TestEnvironment::bare();
    let line =
        "add --type book --set 'author=Benkler, Yochai' --set 'title=The Wealth' --set year=2006";
    let message = env.runs(line).stderr;
    assert_eq!(message, "added benkler2006wealth\n");
    let message = env
        .runs("add --type book --set title=Nests --key wren")
        .stderr;
    assert_eq!(message, "added wren\n");
    let message = env.refuses(2, "add --type 'a book' --set title=Nests");
    assert!(message.contains("invalid entry type"), "{message}");
}

#[cfg(unix)]
mod by_hand {
    use super::*;
    use crate::edit::with_editor;

    #[test]
    fn the_editor_opens_on_the_fields_that_the_type_needs() {
        let env = TestEnvironment::bare();
        let script = "cp \"$1\" template; sed -i 's/title = {}/title = {On Nests}/; s/author = {}/author = {Wren, Ada}/' \"$1\"";
        let run = with_editor(&env, "add --type thesis", script);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.starts_with("added wrennests"), "{}", run.stderr);
        let template = std::fs::read_to_string(env.path("template")).unwrap();
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
            env.runs("show wrennests --source").stdout,
            "@thesis{wrennests,\n  author = {Wren, Ada},\n  title = {On Nests},\n}\n"
        );
    }

    #[test]
    fn a_template_that_nobody_fills_in_adds_nothing() {
        let env = TestEnvironment::with("@book{a, title = {Apples}}\n");
        let state = env.state();
        let run = with_editor(&env, "add", "true");
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (Some(0), "nothing was added\n")
        );
        let run = with_editor(&env, "add", "sed -i 's/{,/{key1,/' \"$1\"");
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(run.stderr.contains("has no fields"), "{}", run.stderr);
        let run = with_editor(
            &env,
            "add",
            "if grep -q 'belongs to another' \"$1\"; then sed -i 's/{a,/{b,/' \"$1\"; else sed -i 's/{,/{a,/; s/title = {}/title = {B}/' \"$1\"; fi",
        );
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.starts_with("added b"), "{}", run.stderr);
        env.runs("undo");
        assert_eq!(state, env.state());
    }
}
