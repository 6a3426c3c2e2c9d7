//! Other programs that make a document: Typst and pandoc. They get file names as arguments, never a shell command.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cli::{CommandError, Result};

#[cfg(feature = "pdf")]
pub(crate) use super::typst_compiler::pdf;

/// Makes a PDF of a document in Typst. `files` are the images that it names. Fails if Typst is not installed or reports
/// an error.
#[cfg(not(feature = "pdf"))]
pub(crate) fn pdf(typst: &str, files: &[(String, &[u8])]) -> Result<Vec<u8>> {
    let program = find("typst").ok_or_else(|| {
        CommandError::new("PDF is made by Typst, which is not installed").with_help(
            "install it from https://github.com/typst/typst/releases or with your package manager; or write \
             --to docx, --to odt, --to latex or --to typst"
                .to_owned(),
        )
    })?;
    let directory = tempfile::tempdir().map_err(|error| {
        CommandError::new(format_args!("cannot create a temporary directory: {error}"))
    })?;
    let path = |name: &str| directory.path().join(name);
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(path(name), bytes).map_err(|error| {
            CommandError::new(format_args!("cannot write a temporary file: {error}"))
        })
    };
    write("document.typ", typst.as_bytes())?;
    for (name, bytes) in files {
        write(name, bytes)?;
    }
    let output = Command::new(program)
        .arg("compile")
        .arg("--root")
        .arg(directory.path())
        .arg(path("document.typ"))
        .arg(path("document.pdf"))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| CommandError::new(format_args!("cannot run Typst: {error}")))?;
    if !output.status.success() {
        return Err(failure("Typst", &output.stderr));
    }
    std::fs::read(path("document.pdf"))
        .map_err(|error| CommandError::new(format_args!("Typst wrote no PDF: {error}")))
}

/// Converts Markdown with pandoc. Images are found next to the document. Fails if pandoc is not installed, or reports
/// an error, such as for a format that it does not know.
pub(crate) fn pandoc(markdown: &str, document: &Path, output: &Path) -> Result<Vec<u8>> {
    let program = find("pandoc").ok_or_else(|| {
        CommandError::new("pandoc is not installed").with_help(
            "install it from https://pandoc.org/installing.html, or omit --via pandoc".to_owned(),
        )
    })?;
    let directory = tempfile::tempdir().map_err(|error| {
        CommandError::new(format_args!("cannot create a temporary directory: {error}"))
    })?;
    // Pandoc knows the format by the extension.
    let name = Path::new(output.file_name().unwrap_or_default());
    let target = directory.path().join(name);
    let beside = document
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let mut child = Command::new(program)
        .arg("--from=markdown")
        .arg("--standalone")
        .arg("--resource-path")
        .arg(beside.unwrap_or(Path::new(".")))
        .arg("--output")
        .arg(&target)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| CommandError::new(format_args!("cannot run pandoc: {error}")))?;
    if let Some(mut input) = child.stdin.take() {
        // If pandoc ends early, its own message says why.
        let _ = input.write_all(markdown.as_bytes());
    }
    let output = child
        .wait_with_output()
        .map_err(|error| CommandError::new(format_args!("cannot run pandoc: {error}")))?;
    if !output.status.success() {
        return Err(failure("pandoc", &output.stderr));
    }
    std::fs::read(&target)
        .map_err(|error| CommandError::new(format_args!("pandoc wrote no file: {error}")))
}

fn failure(program: &str, stderr: &[u8]) -> CommandError {
    let message = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = message.lines().take(8).collect();
    CommandError::new(format_args!("{program} failed: {}", lines.join("\n")))
}

/// Returns the path of an installed program.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
        .find(|program| program.is_file())
}
