//! A messy library of 5,000 entries, cleaned step by step as a librarian would do it.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::messy_library::MessyLibrary;
use crate::terminal::session;
use crate::test_env::{TestEnvironment, words};

/// Runs peerbib, whatever its exit code, and returns its output with the time that it took.
fn timed(env: &TestEnvironment, line: &str) -> (String, Duration) {
    let start = Instant::now();
    let run = env.peerbib(&words(line), "");
    (run.stdout, start.elapsed())
}

/// Groups of duplicates by certainty.
fn groups(env: &TestEnvironment) -> (usize, usize) {
    let run = env.peerbib(&["dedupe", "--json"], "");
    let groups: Value = serde_json::from_str(&run.stdout).unwrap();
    let groups = groups.as_array().unwrap();
    let similar = groups
        .iter()
        .filter(|group| group["certainty"] == "similar")
        .count();
    (groups.len() - similar, similar)
}

#[test]
#[cfg(unix)]
fn a_messy_library_of_5000_entries_is_cleaned_and_every_step_can_be_undone() {
    let messy = MessyLibrary::generate(5000);
    let env = TestEnvironment::empty();
    env.put("messy.bib", &messy.text);
    env.runs("import messy.bib --json");
    assert_eq!(messy.entries, 5000);
    let all = env.keys("").len();
    assert_eq!(all, 5000);

    // What there is to do fits on a screen or two.
    let (listed, time) = timed(&env, "dedupe");
    assert!(listed.lines().count() < 120, "{listed}");
    eprintln!("dedupe of 5,000 entries: {time:?}");
    assert!(time < Duration::from_secs(60), "{time:?}");
    assert_eq!(groups(&env), (messy.certain, messy.similar));
    let (listed, time) = timed(&env, "check");
    eprintln!("check of 5,000 entries: {time:?}");
    assert!(time < Duration::from_secs(60), "{time:?}");
    assert!(listed.lines().count() < 200, "{listed}");

    let mut exports = vec![env.runs("export").stdout];
    env.runs("dedupe --auto");
    exports.push(env.runs("export").stdout);
    assert_eq!(groups(&env), (0, messy.similar));
    assert_eq!(env.keys("").len(), messy.works + messy.similar);

    env.peerbib(&["check", "--fix"], "");
    exports.push(env.runs("export").stdout);
    let left = env.peerbib(&["check", "--json"], "");
    let left: Value = serde_json::from_str(&left.stdout).unwrap();
    for finding in left.as_array().unwrap() {
        assert_eq!(finding["fixable"], false, "{finding}");
        // The generator spoils only what can be fixed.
        assert_eq!(finding["severity"], "notice", "{finding}");
    }

    let merge = ("[q]uit? ", "m");
    let steps = vec![merge; messy.similar];
    let Some((code, shown)) = session(&env, "peerbib dedupe --interactive", &steps) else {
        return;
    };
    assert_eq!(code, 0, "{shown}");
    let merged = format!("{} groups merged, 0 kept apart, 0 left", messy.similar);
    assert!(shown.contains(&merged), "{shown}");
    assert_eq!(env.runs("dedupe --json").stdout.trim(), "[]");
    assert_eq!(env.keys("").len(), messy.works);
    env.runs("dedupe");
    assert_eq!(env.runs("doctor").stdout, "");

    for _ in 0..messy.similar {
        env.runs("undo");
    }
    for before in exports.iter().rev() {
        assert!(*before == env.runs("export").stdout);
        env.runs("undo");
    }
    assert_eq!(env.keys(""), [""; 0]);
}
