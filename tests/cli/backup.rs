//! `peerbib backup` and `peerbib backup --restore`

use crate::desk::Desk;

#[test]
fn a_backup_is_a_library_of_the_same_state() {
    let desk = Desk::with_chapter();
    let state = desk.state();
    let told = desk.runs("backup copy.db").stderr;
    assert_eq!(
        told,
        "copied 43 works to copy.db, and read the copy through\n"
    );
    desk.runs("remove merten2000");
    let names: Vec<_> = std::fs::read_dir(desk.path(""))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("copy"))
        .collect();
    assert_eq!(names, ["copy.db"], "there is nothing beside it");
    desk.runs("--library copy.db doctor");
    assert_eq!(
        desk.runs("--library copy.db export")
            .stdout
            .matches("merten2000,")
            .count(),
        1
    );
    assert_ne!(state, desk.state());
    desk.runs("backup --restore copy.db --yes");
    assert_eq!(state, desk.state());
    desk.runs("doctor");
}

#[test]
fn a_backup_without_a_name_stands_beside_the_library_and_takes_no_place_of_another() {
    let desk = Desk::with_chapter();
    desk.runs("backup");
    desk.runs("backup");
    let mut names: Vec<_> = std::fs::read_dir(desk.library().parent().unwrap())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("library.20"))
        .collect();
    names.sort();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[0].ends_with("-2.db"), "{names:?}");
}

#[test]
fn a_file_that_is_there_stays_unless_forced() {
    let desk = Desk::with_chapter();
    let file = desk.put("precious.db", "not a library");
    let told = desk.refuses(1, "backup precious.db");
    assert!(
        told.contains("there is a file precious.db already"),
        "{told}"
    );
    assert!(told.contains("--force"), "{told}");
    assert_eq!(std::fs::read(&file).unwrap(), b"not a library");
    desk.runs("backup precious.db --force");
    desk.runs("--library precious.db doctor");
    let library = desk.library();
    let line = format!("backup {} --force", library.display());
    let told = desk.refuses(1, &line);
    assert!(told.contains("it is the library itself"), "{told}");
    let told = desk.refuses(1, "backup no/such/place.db");
    assert!(told.contains("no/such/place.db cannot be a copy"), "{told}");
}

#[test]
fn only_a_whole_library_is_put_back() {
    let desk = Desk::with_chapter();
    let state = desk.state();
    desk.runs("backup copy.db");
    let whole = std::fs::read(desk.path("copy.db")).unwrap();
    desk.put("half.db", &whole[..whole.len() / 2]);
    desk.put("text.db", "These are my notes.\n".repeat(100));
    desk.put("empty.db", "");
    for (name, reason) in [
        ("half.db", "damaged"),
        ("text.db", "is not a peerbib library"),
        ("empty.db", "is not a peerbib library"),
        ("nothing.db", "there is no file nothing.db"),
    ] {
        let told = desk.refuses(1, &format!("backup --restore {name} --yes"));
        assert!(told.contains(reason), "{name}: {told}");
    }
    assert_eq!(state, desk.state());
    let told = desk.refuses(2, "backup --restore half.db");
    assert!(told.contains("--yes"), "{told}");
}
