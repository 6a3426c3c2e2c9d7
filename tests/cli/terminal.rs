//! Sessions in a pseudo-terminal: what a person sees, and the keys that they press.

use crate::test_env::TestEnvironment;

/// Runs a command line in a pseudo-terminal of 100 columns. Each step waits until the terminal shows a text, and then
/// presses keys. Returns the exit code and everything that was shown, or `None` if there is no Python to make a
/// pseudo-terminal.
#[track_caller]
pub(crate) fn session(
    env: &TestEnvironment,
    line: &str,
    steps: &[(&str, &str)],
) -> Option<(i32, String)> {
    const RUN: &str = r"
import json, os, pty, select, sys, time
steps = json.loads(sys.argv[2])
pid, fd = pty.fork()
if pid == 0:
    os.execvp('sh', ['sh', '-c', 'stty cols 100 rows 40; ' + sys.argv[1]])
shown = b''
at = 0
def read(deadline):
    global shown
    ready, _, _ = select.select([fd], [], [], max(0, deadline - time.time()))
    if not ready:
        return False
    try:
        data = os.read(fd, 65536)
    except OSError:
        data = b''
    shown += data
    # A terminal answers where its cursor is.
    if b'\x1b[6n' in data:
        os.write(fd, b'\x1b[1;1R')
    return bool(data)
for awaited, keys in steps:
    awaited = awaited.encode()
    deadline = time.time() + 120
    while awaited not in shown[at:]:
        if not read(deadline):
            sys.stdout.buffer.write(shown)
            print('\n*** did not show: ' + awaited.decode())
            os.kill(pid, 9)
            sys.exit(77)
    at = shown.index(awaited, at) + len(awaited)
    os.write(fd, keys.encode())
deadline = time.time() + 120
while read(deadline):
    pass
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(status))
";
    let steps = serde_json::to_string(steps).unwrap();
    let output = env
        .command("python3")
        .args(["-c", RUN, line, &steps])
        .env("TERM", "xterm")
        .env("LANG", "C.UTF-8")
        .env("NO_COLOR", "1")
        .output()
        .ok()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    // A shim for Python may need more of the environment than a test gives it.
    if output.stdout.is_empty() {
        eprintln!("skipped: no pseudo-terminal without python3: {stderr}");
        return None;
    }
    let shown = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n");
    let code = output.status.code().unwrap();
    assert_ne!(code, 77, "{line}:\n{shown}");
    Some((code, shown))
}

#[cfg(unix)]
#[test]
fn the_list_of_commands_fits_on_two_screens_of_80_by_40() {
    let env = TestEnvironment::empty();
    let Some((code, shown)) = session(&env, "stty cols 80; peerbib --help", &[]) else {
        return;
    };
    assert_eq!(code, 0, "{shown}");
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines.len() <= 80, "{} lines:\n{shown}", lines.len());
    assert!(lines.iter().all(|line| line.len() <= 80), "{shown}");
}
