//! Picking works at a terminal, where a command needs a key and none is given.
#![cfg(unix)]

use crate::test_env::TestEnvironment;

const REFS: &str = "\
@book{nests, author = {Wren, Ada}, title = {Nests of Twigs}, date = {1999}, keywords = {theme:law}}
@book{eggs, author = {Finch, Bo}, title = {On Eggs}, date = {2001}}
@article{straw, author = {Crow, Cy}, title = {Straw}, journaltitle = {Hay}, date = {2007}}
";

/// What a command showed, and its exit code.
struct Session {
    shown: String,
    code: i32,
}

/// Runs a command in a pseudo-terminal, and types each of `keys` when it has shown something and waits. Returns `None` if
/// there is no Python to make a terminal.
fn typed(env: &TestEnvironment, line: &str, keys: &[&str]) -> Option<Session> {
    const RUN: &str = "\
import fcntl, os, pty, select, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    os.execvp('sh', ['sh', '-c', sys.argv[1]])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 120, 0, 0))
def read(quiet):
    seen = False
    while True:
        ready, _, _ = select.select([terminal], [], [], quiet if seen else 60)
        if not ready:
            return True
        try:
            data = os.read(terminal, 65536)
        except OSError:
            data = b''
        if not data:
            return False
        sys.stdout.buffer.write(data)
        # A terminal answers where its cursor is.
        if b'\\x1b[6n' in data:
            os.write(terminal, b'\\x1b[1;1R')
        seen = True
for keys in sys.argv[2:]:
    if not read(1.5):
        break
    os.write(terminal, keys.encode())
while read(1.5):
    pass
_, status = os.waitpid(pid, 0)
print('\\nexit code', os.waitstatus_to_exitcode(status))
";
    let mut arguments = vec!["-c", RUN, line];
    arguments.extend(keys);
    let output = env
        .command("python3")
        .args(arguments)
        .env("TERM", "xterm")
        .env("LANG", "C.UTF-8")
        .output()
        .ok()
        .filter(|output| output.status.success());
    let Some(output) = output else {
        eprintln!("skipped: no pseudo-terminal without python3");
        return None;
    };
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let (shown, code) = shown.rsplit_once("exit code ").unwrap();
    Some(Session {
        shown: shown.to_owned(),
        code: code.trim().parse().unwrap(),
    })
}

/// Returns what a command wrote to the file `out`.
fn out(env: &TestEnvironment) -> String {
    std::fs::read_to_string(env.path("out")).unwrap()
}

#[test]
fn a_work_is_found_by_author_year_and_title_and_previewed() {
    let env = TestEnvironment::with(REFS);
    for search in ["wren", "1999", "twigs"] {
        let Some(session) = typed(&env, "peerbib show --source > out", &[search, "\r"]) else {
            return;
        };
        assert_eq!(session.code, 0, "{}", session.shown);
        assert_eq!(
            out(&env),
            format!("{}\n", REFS.lines().next().unwrap()),
            "{search}"
        );
        assert!(
            session.shown.contains("Ada Wren 1999 Nests of Twigs"),
            "{}",
            session.shown
        );
        assert!(
            session.shown.contains("Wren, A. (1999)"),
            "the citation: {}",
            session.shown
        );
    }
}

#[test]
fn several_works_are_marked() {
    let env = TestEnvironment::with(REFS);
    let Some(session) = typed(&env, "peerbib cite > out", &["\t", "\t", "\r"]) else {
        return;
    };
    assert_eq!(session.code, 0, "{}", session.shown);
    assert_eq!(out(&env).matches(';').count(), 1, "{}", out(&env));
    env.runs("list new l");
    let session = typed(&env, "peerbib list add l --section Week", &["eggs", "\r"]).unwrap();
    assert_eq!(session.code, 0, "{}", session.shown);
    assert_eq!(env.keys("list:l"), ["eggs"]);
}

#[test]
fn picking_can_be_cancelled() {
    let env = TestEnvironment::with(REFS);
    for key in ["\u{1b}", "\u{3}"] {
        let Some(session) = typed(&env, "peerbib show > out", &[key]) else {
            return;
        };
        assert_eq!(session.code, 1, "{}", session.shown);
        assert!(
            session.shown.contains("no work was picked"),
            "{}",
            session.shown
        );
        assert_eq!(out(&env), "");
    }
}

#[test]
fn without_a_terminal_a_key_is_asked_for() {
    let env = TestEnvironment::with(REFS);
    env.runs("list new l");
    for line in [
        "show",
        "edit",
        "edit --set note=x",
        "file open",
        "cite",
        "list add l",
    ] {
        let told = env.refuses(2, line);
        assert!(told.contains("key"), "{line}: {told}");
    }
}
