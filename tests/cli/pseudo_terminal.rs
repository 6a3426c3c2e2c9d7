//! Runs commands in a pseudo-terminal, as a person does.
#![cfg(unix)]

use crate::test_env::TestEnvironment;

/// What a command showed, and its exit code.
pub(crate) struct Session {
    pub(crate) shown: String,
    pub(crate) code: i32,
}

/// Runs a command in a pseudo-terminal, and types each of `keys` when it has shown something and waits. Returns `None` if
/// there is no Python to make a terminal.
pub(crate) fn typed(env: &TestEnvironment, line: &str, keys: &[&str]) -> Option<Session> {
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
