//! What strangers write cannot overwrite a file or start a program.

use std::path::Path;

use crate::test_env::TestEnvironment;

const APPLES: &str = "@book{a, title = {Apples}, author = {Smith, Ada}, date = {2001}}\n";

#[test]
fn an_output_never_overwrites_an_input() {
    let env = TestEnvironment::empty();
    env.put("refs.bib", APPLES);
    env.put(
        "bad.bib",
        "@book{a, title = {Apples}}\n@book{b, title = {x} author\n",
    );
    std::fs::create_dir(env.path("sub")).unwrap();
    let mut names = vec!["refs.bib".to_owned(), "sub/../refs.bib".to_owned()];
    names.push(env.path("refs.bib").to_str().unwrap().to_owned());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("refs.bib", env.path("link.bib")).unwrap();
        std::fs::hard_link(env.path("refs.bib"), env.path("hard.bib")).unwrap();
        names.push("link.bib".to_owned());
        names.push("hard.bib".to_owned());
    }
    for name in &names {
        let message = env.refuses(2, &format!("format --input refs.bib -o '{name}'"));
        assert!(message.contains("would be overwritten"), "{message}");
        let message = env.refuses(2, &format!("import bad.bib refs.bib --rejects '{name}'"));
        assert!(message.contains("would be overwritten"), "{message}");
        assert_eq!(
            std::fs::read_to_string(env.path("refs.bib")).unwrap(),
            APPLES
        );
    }
    // Nothing was imported before the output was refused.
    assert!(!env.library().exists());
    env.put("doc.md", "---\nbibliography: refs.bib\n---\nSee [@a].\n");
    env.refuses(2, "cite doc.md -o doc.md");
    env.refuses(2, "cite doc.md -o refs.bib");
    env.refuses(2, "cite --markdown doc.md --input refs.bib -o refs.bib");
    let style = env.put("own.csl", "<style/>");
    env.refuses(
        2,
        "format --input refs.bib --style own.csl --to text -o own.csl",
    );
    assert_eq!(std::fs::read_to_string(style).unwrap(), "<style/>");
    assert_eq!(
        std::fs::read_to_string(env.path("refs.bib")).unwrap(),
        APPLES
    );
}

#[test]
fn an_output_never_overwrites_the_library() {
    let env = TestEnvironment::with(APPLES);
    env.runs("list new all --query title:apples");
    env.put("bad.bib", "@book{b, title = {x} author\n");
    env.put("doc.md", "See [@a].\n");
    env.runs("list snapshot all --name now");
    let library = "data/peerbib/library.db";
    for suffix in ["", "-wal", "-shm", "-journal"] {
        for line in [
            "format --to text -o",
            "format --input refs.bib --to text -o",
            "list show all --to text -o",
            "list export all -o",
            "list changelog all -o",
            "timeline --to svg -o",
            "timeline --json -o",
            "stats --to svg -o",
            "cite a --to text -o",
            "cite --markdown doc.md --to markdown -o",
            "import bad.bib --rejects",
            "export --to ris --losses",
            "tags export",
            "rules export",
            "backup --force",
        ] {
            let state = std::fs::read(env.library()).unwrap();
            let run = env.peerbib(
                &crate::test_env::words(&format!("{line} {library}{suffix}")),
                "",
            );
            assert_eq!(
                run.code,
                Some(2),
                "{line} {suffix}: {} {}",
                run.stdout,
                run.stderr
            );
            assert!(
                run.stderr.contains("belongs to the library"),
                "{line}: {}",
                run.stderr
            );
            assert_eq!(std::fs::read(env.library()).unwrap(), state, "{line}");
        }
    }
    // A library that does not exist yet is protected, too.
    let message = env.refuses(2, "import bad.bib --rejects new.db --library new.db");
    assert!(message.contains("belongs to the library"), "{message}");
}

#[test]
#[cfg(unix)]
fn a_file_is_replaced_as_a_whole() {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let env = TestEnvironment::with(APPLES);
    env.put("real.txt", "old");
    let set = |mode| std::fs::set_permissions(env.path("real.txt"), Permissions::from_mode(mode));
    set(0o640).unwrap();
    symlink("real.txt", env.path("link.txt")).unwrap();
    symlink("later.txt", env.path("dangling.txt")).unwrap();
    // Whoever has the old file open still reads it as a whole.
    let mut old = std::fs::File::open(env.path("real.txt")).unwrap();
    for name in ["link.txt", "dangling.txt", "new.txt"] {
        env.runs(&format!("format --to text -o {name}"));
        let text = std::fs::read_to_string(env.path(name)).unwrap();
        assert!(text.contains("Apples"), "{name}: {text}");
    }
    let mut text = String::new();
    std::io::Read::read_to_string(&mut old, &mut text).unwrap();
    assert_eq!(text, "old");
    assert!(env.path("link.txt").is_symlink() && env.path("dangling.txt").is_symlink());
    assert!(env.path("later.txt").is_file());
    let mode = |name: &str| env.path(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("real.txt"), 0o640);
    // A new file gets the permissions that any program would give it.
    env.put("any.txt", "");
    assert_eq!(mode("new.txt"), mode("any.txt"));
    // A read-only file stays what it is.
    set(0o444).unwrap();
    env.refuses(1, "format --to ris -o real.txt --quiet");
    env.refuses(1, "format --to text -o no/such/place.txt");
    env.runs("format --to text -o /dev/null");
    assert_eq!(leftovers(&env.path("")), Vec::<String>::new());
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_old_file_intact() {
    let env = TestEnvironment::with(APPLES);
    let old = "x".repeat(100);
    env.put("out.txt", &old);
    // A limit on the size of files stands in for the full disk.
    let output = env
        .command("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 0; peerbib format --input refs.bib --to text -o out.txt",
        ])
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("cannot write out.txt"), "{message}");
    assert_eq!(std::fs::read_to_string(env.path("out.txt")).unwrap(), old);
    assert_eq!(leftovers(&env.path("")), Vec::<String>::new());
}

fn leftovers(directory: &Path) -> Vec<String> {
    let names = std::fs::read_dir(directory).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".part")).collect()
}

#[test]
#[cfg(unix)]
fn only_files_and_web_addresses_are_opened() {
    let env = TestEnvironment::empty();
    let mut bib = String::new();
    let refused = [
        "-rf\\://x",
        "file\\:///etc/passwd",
        "smb\\://evil/share/x.exe",
        "--help\\://x",
        "javascript\\://x%0aalert(1)",
        "javascript\\:alert(1)",
        "vscode\\://x",
        "http\\:evil",
        "--gapplication=foo\\://x",
        "-rf",
        "http",
    ];
    for (number, address) in refused.iter().enumerate() {
        bib.push_str(&format!(
            "@book{{r{number}, title = {{A}}, file = {{:{address}:PDF}}}}\n"
        ));
    }
    let opened = [
        "https\\://e.org/a?b=c",
        "HTTP\\://e.org/",
        "mailto\\:a@e.org",
    ];
    for (number, address) in opened.iter().enumerate() {
        bib.push_str(&format!(
            "@book{{o{number}, title = {{A}}, file = {{:{address}:PDF}}}}\n"
        ));
    }
    bib.push_str("@book{dash, title = {A}, file = {:-x.pdf:PDF}}\n");
    bib.push_str("@book{both, title = {A}, file = {:smb\\://x/y:PDF;:-x.pdf:PDF}}\n");
    env.put("refs.bib", bib);
    env.put("-x.pdf", "");
    env.put("opener", "#!/bin/sh\nprintf '%s' \"$1\" >> opened\n");
    env.runs("import refs.bib");
    let open = |key: &str| {
        let _ = std::fs::remove_file(env.path("opened"));
        let mut command = env.command(env!("CARGO_BIN_EXE_peerbib"));
        command.args(["file", "open", key]);
        let output = command.env("PEERBIB_OPENER", "sh opener").output().unwrap();
        let opened = std::fs::read_to_string(env.path("opened")).unwrap_or_default();
        (
            output.status.code(),
            env.redact_paths(&opened),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    for number in 0..refused.len() {
        let (code, opened, message) = open(&format!("r{number}"));
        assert_eq!(
            (code, opened.as_str()),
            (Some(1), ""),
            "{number}: {message}"
        );
        assert!(message.contains("help:"), "{message}");
    }
    for (number, address) in opened.iter().enumerate() {
        let (code, opened, message) = open(&format!("o{number}"));
        assert_eq!(code, Some(0), "{message}");
        assert_eq!(opened, address.replace('\\', ""));
    }
    for key in ["dash", "both"] {
        let (code, opened, message) = open(key);
        assert_eq!(
            (code, opened.as_str()),
            (Some(0), "$TEST_ENV/-x.pdf"),
            "{message}"
        );
    }
}
