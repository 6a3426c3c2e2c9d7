//! The time of every reader, writer and bulk command grows in proportion to its input.
//!
//! Each case runs the program on inputs of n, 2n and 4n pieces and compares the processor time. Quadratic work takes
//! sixteen times as long for 4n as for n; linear work takes four times as long.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

#[allow(clippy::indexing_slicing, dead_code, unreachable_pub)]
#[path = "cli/zotero_database.rs"]
mod zotero_database;

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use zotero_database::{OWN, ZoteroDatabase};

/// An input and the commands that deal with it.
struct Case {
    name: &'static str,
    /// The number of pieces in the smallest input.
    pieces: usize,
    /// The name of the input file.
    file: &'static str,
    input: fn(usize) -> String,
    /// Commands that prepare the library, without their time.
    before: &'static [&'static str],
    /// The measured command.
    command: &'static str,
}

const IMPORT: &[&str] = &["import in.bib"];

/// Returns one piece after another.
fn repeated(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        text.push_str(&piece(index));
        text
    })
}

fn books(count: usize) -> String {
    repeated(count, |n| {
        format!(
            "@book{{w{n}, title = {{Nests {n}}}, author = {{Wren, Ada}}, year = 2001, month = jan}}\n"
        )
    })
}

fn journals(count: usize) -> String {
    let mut text = repeated(count, |n| format!("@string{{j{n} = {{Journal {n}}}}}\n"));
    for n in 0..count {
        let _ = writeln!(
            text,
            "@article{{w{n}, title = {{Nests {n}}}, journaltitle = j{n}, year = 2001}}"
        );
    }
    text
}

fn same_keys(count: usize) -> String {
    repeated(count, |n| format!("@book{{w, title = {{Nests {n}}}}}\n"))
}

fn keyword_tags(count: usize) -> String {
    repeated(count, |n| {
        format!("@book{{w{n}, title = {{Nests {n}}}, keywords = {{theme:t{n}}}}}\n")
    })
}

fn jabref_groups(count: usize) -> String {
    let mut text = repeated(count, |n| {
        format!("@book{{w{n}, title = {{Nests {n}}}, groups = {{g{n}}}}}\n")
    });
    text.push_str("@Comment{jabref-meta: grouping:\n0 AllEntriesGroup:;\n");
    for n in 0..count {
        let _ = writeln!(text, "1 StaticGroup:g{n}\\;0\\;1\\;\\;\\;\\;;");
    }
    text + "}\n"
}

fn in_field(field: &str, value: String) -> String {
    format!("@book{{w, title = {{Nests}}, {field} = {{{value}}}}}\n")
}

fn records(count: usize) -> String {
    let record = |n| {
        format!(
            "{{\"type\":\"book\",\"title\":\"Nests\",\"author\":[{{\"family\":\"Wren\"}}],\"note\":\"{n}\"}}"
        )
    };
    let records: Vec<String> = (0..count).map(record).collect();
    format!("[{}]", records.join(","))
}

fn ris(count: usize) -> String {
    repeated(count, |n| {
        format!("TY  - BOOK\nTI  - Nests {n}\nAU  - Wren, Ada\nPY  - 2001\nER  - \n")
    })
}

fn vocabulary(count: usize) -> String {
    repeated(count, |n| {
        format!("[[tag]]\nfacet = \"theme\"\ntag = \"t{n}\"\nlabel = \"Nest {n}\"\n")
    })
}

/// Returns a piece for each number, which stands for `%` in it.
fn numbered(count: usize, piece: &str) -> String {
    repeated(count, |n| piece.replace('%', &n.to_string()))
}

fn endnote_xml(count: usize) -> String {
    numbered(
        count,
        "<record><ref-type name=\"Book\">6</ref-type><titles><title>Nests %</title></titles><contributors><authors>\
         <author>Wren, Ada</author></authors></contributors></record>",
    )
}

fn mods(content: String) -> String {
    format!("<modsCollection xmlns=\"http://www.loc.gov/mods/v3\">{content}</modsCollection>")
}

fn marcxml(content: String) -> String {
    format!(
        "<collection xmlns=\"http://www.loc.gov/MARC21/slim\"><record><leader>00000nam a2200000 a 4500</leader>\
         <datafield tag=\"245\"><subfield code=\"a\">Nests</subfield></datafield>{content}</record></collection>"
    )
}

/// A document that has its own references, and cites each.
fn manuscript(count: usize) -> String {
    let references = numbered(
        count,
        "- {id: w%, type: book, title: Nests %, author: [{family: Wren}]}\n",
    );
    let cites = numbered(count, "Text [@w%].\n\n");
    format!("---\nreferences:\n{references}---\n\n{cites}")
}

fn many_authors(count: usize) -> String {
    let authors = repeated(count, |n| format!("Wren{n}, Ada and ")) + "Finch, Bo";
    format!(
        "@book{{v, title = {{Nests}}, author = {{{authors}}}, year = 2001}}\n\
         @book{{w, title = {{Twigs}}, author = {{{authors}}}, year = 2001}}\n"
    )
}

fn child_tags(count: usize) -> String {
    repeated(count, |n| {
        format!(
            "[[tag]]\nfacet = \"theme\"\ntag = \"t{n}\"\nparent = \"t{}\"\n",
            if n == 0 { count } else { n / 2 }
        )
    }) + &format!("[[tag]]\nfacet = \"theme\"\ntag = \"t{count}\"\n")
}

fn reading_list(count: usize) -> String {
    "format = 1\nname = \"l\"\ntitle = \"T\"\nstyle = \"apa\"\n".to_owned()
        + &numbered(
            count,
            "[[section]]\ntitle = \"S%\"\ndate = \"2026-10-12\"\n[[section.work]]\nkey = \"w%\"\n\
             [[work]]\nkey = \"w%\"\nmembership = \"pinned\"\nannotation = \"[@w%, p. 3]\"\n",
        )
}

const CASES: &[Case] = &[
    Case {
        name: "a file that is imported again",
        pieces: 2000,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "import in.bib",
    },
    Case {
        name: "@strings",
        pieces: 1000,
        file: "in.bib",
        input: journals,
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "@strings in one entry after another",
        pieces: 500,
        file: "in.bib",
        input: journals,
        before: IMPORT,
        command: "export --to csl-json",
    },
    Case {
        name: "@strings of a selection",
        pieces: 500,
        file: "in.bib",
        input: journals,
        before: IMPORT,
        command: "export year:2001 --to biblatex",
    },
    Case {
        name: "@strings of a snapshot",
        pieces: 300,
        file: "in.bib",
        input: journals,
        before: &["import in.bib", "list new nests --query year:2001"],
        command: "list snapshot nests --name first",
    },
    Case {
        name: "a chain of @strings",
        pieces: 2000,
        file: "in.bib",
        input: |n| repeated(n, |n| format!("@string{{j{} = j{n}}}\n", n + 1)),
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "keywords of an entry",
        pieces: 3000,
        file: "in.bib",
        input: |n| in_field("keywords", repeated(n, |n| format!("k{n}, "))),
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "keywords that are tags",
        pieces: 500,
        file: "in.bib",
        input: keyword_tags,
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "authors of an entry",
        pieces: 1000,
        file: "in.bib",
        input: |n| in_field("author", vec!["Wren, Ada"; n].join(" and ")),
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "xdata of an entry",
        pieces: 3000,
        file: "in.bib",
        input: |n| in_field("xdata", repeated(n, |n| format!("x{n},"))),
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "fields of an entry",
        pieces: 10_000,
        file: "in.bib",
        input: |n| {
            format!(
                "@book{{w, title = {{Nests}}{}}}\n",
                repeated(n, |n| format!(", f{n} = {{x}}"))
            )
        },
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "JabRef groups",
        pieces: 300,
        file: "in.bib",
        input: jabref_groups,
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "equal keys",
        pieces: 1000,
        file: "in.bib",
        input: same_keys,
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "entries that are not closed",
        pieces: 1000,
        file: "in.bib",
        input: |n| repeated(n, |n| format!("@book{{w{n}, title = {{Nests\n")),
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "keys from a pattern",
        pieces: 300,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "rename --pattern [auth][year]",
    },
    Case {
        name: "records without ids",
        pieces: 500,
        file: "in.json",
        input: records,
        before: &[],
        command: "import in.json",
    },
    Case {
        name: "unclosed JSON",
        pieces: 3000,
        file: "in.json",
        input: |n| format!("[{}", "{\"id\":\"w\",\"title\":\"Nests\",\n".repeat(n)),
        before: &[],
        command: "import in.json",
    },
    Case {
        name: "unclosed lists in JSON",
        pieces: 3000,
        file: "in.json",
        input: |n| {
            format!(
                "[{}",
                repeated(n, |n| format!("{{\"id\":\"w{n}\",\"title\":["))
            )
        },
        before: &[],
        command: "import in.json",
    },
    Case {
        name: "unclosed YAML",
        pieces: 500,
        file: "in.yml",
        input: |n| {
            repeated(n, |n| {
                format!("w{n}:\n  type: book\n  title: \"Nests {n}\n")
            })
        },
        before: &[],
        command: "import in.yml",
    },
    Case {
        name: "Hayagriva",
        pieces: 300,
        file: "in.yml",
        input: |n| {
            repeated(n, |n| {
                format!("w{n}:\n  type: book\n  title: Nests {n}\n  date: 2001\n")
            })
        },
        before: &[],
        command: "import in.yml",
    },
    Case {
        name: "RIS records",
        pieces: 500,
        file: "in.ris",
        input: ris,
        before: &[],
        command: "import in.ris",
    },
    Case {
        name: "RIS tags of a record",
        pieces: 3000,
        file: "in.ris",
        input: |n| {
            format!(
                "TY  - BOOK\nTI  - Nests\n{}ER  - \n",
                repeated(n, |n| format!(
                    "KW  - k{n}\nN1  - n{n}\nAU  - Wren{n}, Ada\n"
                ))
            )
        },
        before: &[],
        command: "import in.ris",
    },
    Case {
        name: "BibLaTeX export",
        pieces: 300,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "export year:2001 --to biblatex",
    },
    Case {
        name: "BibTeX export",
        pieces: 300,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "export --to bibtex",
    },
    Case {
        name: "CSL-JSON export",
        pieces: 300,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "export --to csl-json",
    },
    Case {
        name: "Hayagriva export",
        pieces: 300,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "export --to hayagriva",
    },
    Case {
        name: "RIS export",
        pieces: 300,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "export --to ris",
    },
    Case {
        name: "vocabulary",
        pieces: 500,
        file: "in.toml",
        input: vocabulary,
        before: &[],
        command: "tags import in.toml",
    },
    Case {
        name: "open citations in a document",
        pieces: 1000,
        file: "in.md",
        input: |n| "[@a ".repeat(n),
        before: &[],
        command: "cite in.md --input refs.bib",
    },
    Case {
        name: "citations in a document",
        pieces: 100,
        file: "in.md",
        input: |n| repeated(n, |n| format!("Text [@w, p. {n}].\n\n")),
        before: &[],
        command: "cite in.md --input refs.bib",
    },
    Case {
        name: "MEDLINE records",
        pieces: 500,
        file: "in.nbib",
        input: |n| numbered(n, "PMID- %\nTI  - Nests %\nFAU - Wren, Ada\nDP  - 2001\n\n"),
        before: &[],
        command: "convert in.nbib --to csl-json",
    },
    Case {
        name: "MEDLINE tags of a record",
        pieces: 3000,
        file: "in.nbib",
        input: |n| {
            "PMID- 1\nTI  - Nests\n".to_owned()
                + &numbered(n, "FAU - Wren%, Ada\nOT  - k%\nAB  - a\n      b\n")
        },
        before: &[],
        command: "convert in.nbib --to csl-json",
    },
    Case {
        name: "EndNote's records",
        pieces: 500,
        file: "in.enw",
        input: |n| repeated(n, |n| format!("%0 Book\n%T Nests {n}\n%A Wren, Ada\n\n")),
        before: &[],
        command: "convert in.enw --to csl-json",
    },
    Case {
        name: "EndNote's tags of a record",
        pieces: 3000,
        file: "in.enw",
        input: |n| {
            "%0 Book\n%T Nests\n".to_owned()
                + &repeated(n, |n| {
                    format!("%A Wren{n}, Ada\n%K k{n}\n%Z note\nand more\n")
                })
        },
        before: &[],
        command: "convert in.enw --to csl-json",
    },
    Case {
        name: "EndNote XML",
        pieces: 400,
        file: "in.xml",
        input: |n| format!("<xml><records>{}</records></xml>", endnote_xml(n)),
        before: &[],
        command: "convert in.xml --to csl-json",
    },
    Case {
        name: "EndNote XML that is damaged",
        pieces: 500,
        file: "in.xml",
        input: |n| {
            format!(
                "<xml a=\"{}\"><records>{}<record>&x;</record></records></xml>",
                "x".repeat(1000 * n),
                endnote_xml(n)
            )
        },
        before: &[],
        command: "convert in.xml --to csl-json",
    },
    Case {
        name: "MODS in MODS",
        pieces: 1500,
        file: "in.mods",
        input: |n| {
            let open = "<mods><titleInfo><title>Nests</title></titleInfo>".repeat(n);
            mods(open + &"</mods>".repeat(n))
        },
        before: &[],
        command: "convert in.mods --to csl-json",
    },
    Case {
        name: "MODS names",
        pieces: 1000,
        file: "in.mods",
        input: |n| {
            let names = "<name type=\"personal\"><namePart>Wren%</namePart></name><note>n%</note>";
            mods(format!(
                "<mods><titleInfo><title>Nests</title></titleInfo>{}</mods>",
                numbered(n, names)
            ))
        },
        before: &[],
        command: "convert in.mods --to csl-json",
    },
    Case {
        name: "MARC fields",
        pieces: 1000,
        file: "in.marcxml",
        input: |n| {
            marcxml(numbered(
                n,
                "<datafield tag=\"700\"><subfield code=\"a\">Wren%, Ada</subfield></datafield>\
                 <datafield tag=\"650\"><subfield code=\"a\">k%</subfield></datafield>",
            ))
        },
        before: &[],
        command: "convert in.marcxml --to csl-json",
    },
    Case {
        name: "CITATION.cff",
        pieces: 300,
        file: "CITATION.cff",
        input: |n| {
            "cff-version: 1.2.0\ntitle: Nests\nauthors: [{family-names: Wren}]\nreferences:\n"
                .to_owned()
                + &numbered(
                    n,
                    "- {type: book, title: Nests %, authors: [{family-names: Wren}]}\n",
                )
        },
        before: &[],
        command: "convert CITATION.cff --to csl-json",
    },
    Case {
        name: "CSV rows",
        pieces: 1000,
        file: "in.csv",
        input: |n| "Title,Author\n".to_owned() + &numbered(n, "Nests %,\"Wren, Ada\"\n"),
        before: &[],
        command: "convert in.csv --to csl-json",
    },
    Case {
        name: "CSV columns",
        pieces: 10000,
        file: "in.csv",
        input: |n| format!("Title,{}\nNests,{}\n", "Title,".repeat(n), "x,".repeat(n)),
        before: &[],
        command: "convert in.csv --to csl-json",
    },
    Case {
        name: "unclosed quotes in CSV",
        pieces: 3000,
        file: "in.csv",
        input: |n| "Title,Author\n".to_owned() + &numbered(n, "\"Nests %,Wren\n"),
        before: &[],
        command: "convert in.csv --to csl-json",
    },
    Case {
        name: "templates of a wiki",
        pieces: 400,
        file: "in.wiki",
        input: |n| numbered(n, "* {{cite book |title=Nests % |last=Wren |first=Ada}}\n"),
        before: &[],
        command: "convert in.wiki --to csl-json",
    },
    Case {
        name: "templates in templates",
        pieces: 3000,
        file: "in.wiki",
        input: |n| "{{cite book |title=x ".repeat(n) + &"}}".repeat(n),
        before: &[],
        command: "convert in.wiki --to csl-json",
    },
    Case {
        name: "open templates and links",
        pieces: 3000,
        file: "in.wiki",
        input: |n| "{{cite book |title=[[a|<!-- <ref> ".repeat(n),
        before: &[],
        command: "convert in.wiki --to csl-json",
    },
    Case {
        name: "COinS",
        pieces: 300,
        file: "in.html",
        input: |n| {
            numbered(
                n,
                "<span class=\"Z3988\" title=\"ctx_ver=Z39.88-2004&amp;\
                 rft_val_fmt=info%3Aofi/fmt%3Akev%3Amtx%3Abook&amp;rft.btitle=Nests&amp;rft.au=Wren\"></span>\n",
            )
        },
        before: &[],
        command: "convert in.html --to csl-json",
    },
    Case {
        name: "bibliography items of LaTeX",
        pieces: 200,
        file: "in.bbl",
        input: |n| {
            "\\begin{thebibliography}{9}\n".to_owned()
                + &numbered(
                    n,
                    "\\bibitem{w%} A. Wren. \\newblock {\\em Nests %}. \\newblock Aviary, 2001.\n\n",
                )
        },
        before: &[],
        command: "convert in.bbl --to csl-json",
    },
    Case {
        name: "a plain reference list",
        pieces: 100,
        file: "in.txt",
        input: |n| numbered(n, "Wren, A. (2001). Nests %. Aviary Press.\n\n"),
        before: &[],
        command: "convert in.txt --from references --to csl-json",
    },
    Case {
        name: "a long plain reference",
        pieces: 500,
        file: "in.txt",
        input: |n| numbered(n, "Wren%, A., ") + "(2001). Nests. Aviary Press.\n",
        before: &[],
        command: "convert in.txt --from references --to csl-json",
    },
    Case {
        name: "citations of a Word document",
        pieces: 100,
        file: "in.md",
        input: manuscript,
        before: &["cite in.md --live -o in.docx"],
        command: "convert in.docx --to csl-json",
    },
    Case {
        name: "citations of an OpenDocument text",
        pieces: 100,
        file: "in.md",
        input: manuscript,
        before: &["cite in.md --live -o in.odt"],
        command: "convert in.odt --to csl-json",
    },
    Case {
        name: "nbib export",
        pieces: 200,
        file: "in.bib",
        input: books,
        before: &[],
        command: "convert in.bib --to nbib",
    },
    Case {
        name: "endnote-xml export",
        pieces: 200,
        file: "in.bib",
        input: books,
        before: &[],
        command: "convert in.bib --to endnote-xml",
    },
    Case {
        name: "enw export",
        pieces: 200,
        file: "in.bib",
        input: books,
        before: &[],
        command: "convert in.bib --to enw",
    },
    Case {
        name: "mods export",
        pieces: 200,
        file: "in.bib",
        input: books,
        before: &[],
        command: "convert in.bib --to mods",
    },
    Case {
        name: "cff export",
        pieces: 200,
        file: "in.bib",
        input: books,
        before: &[],
        command: "convert in.bib --to cff",
    },
    Case {
        name: "csv export",
        pieces: 200,
        file: "in.bib",
        input: books,
        before: &[],
        command: "convert in.bib --to csv",
    },
    Case {
        name: "mediawiki export",
        pieces: 200,
        file: "in.bib",
        input: books,
        before: &[],
        command: "convert in.bib --to mediawiki",
    },
    Case {
        name: "a list in .docx",
        pieces: 100,
        file: "in.bib",
        input: books,
        before: &[],
        command: "format --input in.bib --style apa -o out.docx",
    },
    Case {
        name: "a list in .odt",
        pieces: 100,
        file: "in.bib",
        input: books,
        before: &[],
        command: "format --input in.bib --style apa -o out.odt",
    },
    Case {
        name: "a list in .html",
        pieces: 100,
        file: "in.bib",
        input: books,
        before: &[],
        command: "format --input in.bib --style apa -o out.html",
    },
    Case {
        name: "a list in .tex",
        pieces: 100,
        file: "in.bib",
        input: books,
        before: &[],
        command: "format --input in.bib --style apa -o out.tex",
    },
    Case {
        name: "a list in .typ",
        pieces: 100,
        file: "in.bib",
        input: books,
        before: &[],
        command: "format --input in.bib --style apa -o out.typ",
    },
    Case {
        name: "a list in .rtf",
        pieces: 100,
        file: "in.bib",
        input: books,
        before: &[],
        command: "format --input in.bib --style apa -o out.rtf",
    },
    Case {
        name: "a list in .md",
        pieces: 100,
        file: "in.bib",
        input: books,
        before: &[],
        command: "format --input in.bib --style apa -o out.md",
    },
    Case {
        name: "a document in .docx",
        pieces: 80,
        file: "in.md",
        input: manuscript,
        before: &[],
        command: "cite in.md --style apa -o out.docx",
    },
    Case {
        name: "a document in .odt",
        pieces: 80,
        file: "in.md",
        input: manuscript,
        before: &[],
        command: "cite in.md --style apa -o out.odt",
    },
    Case {
        name: "a document in .html",
        pieces: 80,
        file: "in.md",
        input: manuscript,
        before: &[],
        command: "cite in.md --style apa -o out.html",
    },
    Case {
        name: "a document in .tex",
        pieces: 80,
        file: "in.md",
        input: manuscript,
        before: &[],
        command: "cite in.md --style apa -o out.tex",
    },
    Case {
        name: "a document in .typ",
        pieces: 80,
        file: "in.md",
        input: manuscript,
        before: &[],
        command: "cite in.md --style apa -o out.typ",
    },
    Case {
        name: "a site",
        pieces: 60,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "site out",
    },
    Case {
        name: "a calendar",
        pieces: 100,
        file: "in.bib",
        input: books,
        before: &[
            "import in.bib",
            "list new l --query year:2001",
            "list section add l --title S --query year:2001 --date 2026-10-12",
        ],
        command: "list show l -o out.ics",
    },
    Case {
        name: "a list of unknown works",
        pieces: 300,
        file: "in.toml",
        input: reading_list,
        before: &["init"],
        command: "list import in.toml",
    },
    Case {
        name: "rules",
        pieces: 300,
        file: "in.toml",
        input: |n| {
            numbered(
                n,
                "[[rule]]\nname = \"r%\"\nwhen = \"title:x\"\nthen = [\"theme:t%\"]\n",
            )
        },
        before: &["init"],
        command: "rules import in.toml",
    },
    Case {
        name: "child tags",
        pieces: 200,
        file: "in.toml",
        input: child_tags,
        before: &["tags import in.toml"],
        command: "tags",
    },
    Case {
        name: "works of many equal authors",
        pieces: 150,
        file: "in.bib",
        input: many_authors,
        before: &[],
        command: "format --input in.bib --style apa",
    },
    Case {
        name: "open inline notes",
        pieces: 8000,
        file: "in.md",
        input: |n| "^[".repeat(n),
        before: &[],
        command: "cite in.md --input refs.bib",
    },
    Case {
        name: "notes in notes",
        pieces: 4000,
        file: "in.md",
        input: |n| format!("{}@w{}", "^[".repeat(n), "]".repeat(n)),
        before: &[],
        command: "cite in.md --input refs.bib",
    },
    Case {
        name: "open keys in braces",
        pieces: 8000,
        file: "in.md",
        input: |n| "@{".repeat(n),
        before: &[],
        command: "cite in.md --input refs.bib",
    },
    Case {
        name: "citations in citations",
        pieces: 4000,
        file: "in.md",
        input: |n| format!("{}{}", "[@w ".repeat(n), "]{.x}".repeat(n)),
        before: &[],
        command: "cite in.md --input refs.bib",
    },
    Case {
        name: "open commands of TeX",
        pieces: 3000,
        file: "in.md",
        input: |n| "@w \\a[".repeat(n),
        before: &[],
        command: "cite in.md --input refs.bib",
    },
    Case {
        name: "lines of a quotation",
        pieces: 500,
        file: "in.md",
        input: |n| "> @w a b c d e f g\n".repeat(n),
        before: &[],
        command: "cite in.md --input refs.bib",
    },
    Case {
        name: "scripts in a document",
        pieces: 2000,
        file: "in.md",
        input: |n| format!("<div>\n{}", "<script></script> @w\n".repeat(n)),
        before: &[],
        command: "cite in.md --input refs.bib",
    },
    Case {
        name: "keys that are only listed",
        pieces: 3000,
        file: "in.md",
        input: |n| format!("---\nnocite: |\n  {}\n---\n", numbered(n, "@k% ")),
        before: &[],
        command: "cite in.md --input refs.bib",
    },
    Case {
        name: "aliases in metadata",
        pieces: 400,
        file: "in.md",
        input: |n| {
            format!(
                "---\na: &a [{}]\nb: [{}]\n---\n@w\n",
                "x,".repeat(n),
                "*a,".repeat(n)
            )
        },
        before: &[],
        command: "cite in.md --input refs.bib",
    },
    Case {
        name: "notes of a style",
        pieces: 150,
        file: "in.md",
        input: |n| repeated(n, |n| format!("Text [@w, p. {n}].\n\n")),
        before: &[],
        command: "cite in.md --input refs.bib --style chicago-notes",
    },
    Case {
        name: "emphasis in emphasis",
        pieces: 3000,
        file: "in.md",
        input: |n| format!("{}^[x] @w{}", "*a ^[b] ".repeat(n), " a*".repeat(n)),
        before: &[],
        command: "cite in.md --input refs.bib -o out.html",
    },
    Case {
        name: "citations of one citation",
        pieces: 300,
        file: "in.md",
        input: |n| format!("[{}]", vec!["@w, p. 3"; n].join("; ")),
        before: &[],
        command: "cite in.md --input refs.bib",
    },
];

/// Returns the processor time of the child processes that have ended. Unlike the elapsed time, it hardly depends on
/// what else the machine does.
fn time_of_children() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(13);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    // Linux reports hundredths of a second.
    Some(Duration::from_millis(10 * (ticks()? + ticks()?)))
}

/// Fills a database of Zotero with this many pieces.
type Fill = fn(&ZoteroDatabase, usize);

/// Databases of Zotero: a name, the number of pieces in the smallest one, and how it is filled.
const ZOTERO: &[(&str, usize, Fill)] = &[
    ("items of Zotero", 400, |database, count| {
        for n in 0..count {
            let key = format!("I{n:07}");
            let book = database.book(&key, &format!("Nests {n}"), &format!("key{n}"));
            database.tag(book, &format!("tag {n}"), false);
            database.note(Some(book), &format!("N{n:07}"), "<p>A <b>note</b></p>");
            database.attachment(
                Some(book),
                &format!("A{n:07}"),
                (2, "application/pdf"),
                &format!("/tmp/{n}.pdf"),
            );
            let other = format!("http://zotero.org/users/4711/items/I{:07}", n / 2);
            database.relate(book, "dc:relation", &other);
        }
    }),
    ("nested collections of Zotero", 400, |database, count| {
        let mut parent = None;
        for n in 0..count {
            let book = database.book(&format!("I{n:07}"), "Nests", &format!("key{n}"));
            let name = format!("Collection {n}");
            // Deep ones, beside each other.
            let above = parent.filter(|_| n % 50 != 0);
            let collection = database.collection(OWN, &format!("C{n:07}"), &name, above);
            database.put_into(collection, book);
            parent = Some(collection);
        }
    }),
    (
        "collections of Zotero in a circle",
        400,
        |database, count| {
            let book = database.book("I0000000", "Nests", "key");
            let mut parent = None;
            for n in 0..count {
                let name = format!("Collection {n}");
                let collection = database.collection(OWN, &format!("C{n:07}"), &name, parent);
                database.put_into(collection, book);
                parent = Some(collection);
            }
            database
            .connection
            .execute(
                "UPDATE collections SET parentCollectionID = ?1 WHERE parentCollectionID IS NULL",
                [parent],
            )
            .unwrap();
        },
    ),
    ("notes of an item of Zotero", 400, |database, count| {
        let book = database.book("I0000000", "Nests", "key");
        for n in 0..count {
            let html = format!("<p>Note {n}</p><ul><li>one</li><li>two</li></ul>");
            database.note(Some(book), &format!("N{n:07}"), &html);
        }
    }),
    (
        "open elements in a note of Zotero",
        400,
        |database, count| {
            let book = database.book("I0000000", "Nests", "key");
            database.note(Some(book), "N0000000", &"<ul><li><b>a &lt;".repeat(count));
        },
    ),
    ("annotations of a file of Zotero", 400, |database, count| {
        let book = database.book("I0000000", "Nests", "key");
        let file = database.attachment(Some(book), "A0000000", (2, "application/pdf"), "/a.pdf");
        for n in 0..count {
            database.annotation(
                file,
                &format!("N{n:07}"),
                (1, "#ffd400", &n.to_string()),
                ("What is said", "A comment"),
                &format!("{n:05}|000000|00000"),
            );
        }
    }),
    ("lines of Extra in Zotero", 400, |database, count| {
        let book = database.book("I0000000", "Nests", "key");
        let lines = repeated(count, |n| {
            format!("tex.field{n}: value {n}\nA remark {n}\nPMID: {n}\n")
        });
        database.set(book, "extra", &lines);
    }),
    (
        "tags and relations of an item of Zotero",
        400,
        |database, count| {
            let book = database.book("I0000000", "Nests", "key");
            for n in 0..count {
                database.tag(book, &format!("tag {n}"), n % 2 == 0);
                let other = format!("http://zotero.org/users/4711/items/I{n:07}");
                database.relate(book, "dc:relation", &other);
            }
        },
    ),
];

/// Returns the processor time that `measured` takes the programs that it starts.
fn time_of(measured: impl FnOnce()) -> Duration {
    let (started, before) = (Instant::now(), time_of_children());
    measured();
    match (before, time_of_children()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => started.elapsed(),
    }
}

/// Returns the program in a directory with everything that it keeps.
fn program(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_peerbib"));
    command
        .current_dir(directory)
        .env("HOME", directory)
        .env("XDG_CONFIG_HOME", directory)
        .env("PEERBIB_LIBRARY", directory.join("library.db"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn run(directory: &Path, line: &str) {
    let status = program(directory).args(line.split(' ')).status().unwrap();
    // 1 reports findings; a usage error would make the case meaningless.
    assert!(matches!(status.code(), Some(0 | 1)), "{line}: {status}");
}

/// Returns the time of the measured command.
fn measure(case: &Case, pieces: usize) -> Duration {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    std::fs::write(directory.join(case.file), (case.input)(pieces)).unwrap();
    std::fs::write(directory.join("refs.bib"), "@book{w, title = {Nests}}\n").unwrap();
    case.before.iter().for_each(|line| run(directory, line));
    time_of(|| run(directory, case.command))
}

/// Returns the time of an import of a database of Zotero, and of a second one after all its items changed.
fn measure_zotero(fill: Fill, pieces: usize) -> [Duration; 2] {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let database = ZoteroDatabase::create(&directory.join("zotero"), 129);
    database.connection.execute_batch("BEGIN").unwrap();
    fill(&database, pieces);
    database.connection.execute_batch("COMMIT").unwrap();
    let first = time_of(|| run(directory, "import zotero:zotero"));
    // On both sides, so that everything is merged.
    run(directory, "note key --append -m mine");
    database
        .connection
        .execute_batch(
            "UPDATE itemNotes SET note = note || '<p>more</p>';
             UPDATE itemAnnotations SET comment = comment || ' more';
             UPDATE itemTags SET type = 1 - type",
        )
        .unwrap();
    [first, time_of(|| run(directory, "import zotero:zotero"))]
}

/// Returns the time in which `listen` saves items, with this many files and tags each.
fn measure_listening(pieces: usize) -> Duration {
    let directory = tempfile::tempdir().unwrap();
    let items: Vec<_> = (0..pieces)
        .map(|n| {
            json!({
                "itemType": "book", "id": format!("i{n}"), "title": format!("Nests {n}"), "date": "2001",
                "creators": [{"firstName": "Ada", "lastName": "Wren", "creatorType": "author"}],
                "tags": [format!("tag {n}")], "notes": [{"note": "<p>A note</p>"}], "extra": format!("PMID: {n}"),
            })
        })
        .collect();
    let body =
        json!({"sessionID": "session1", "uri": "https://a.example/", "items": items}).to_string();
    time_of(|| {
        let mut listening = program(directory.path())
            .args(["listen", "--port", "0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut message = String::new();
        let mut lines = BufReader::new(listening.stderr.take().unwrap());
        while !message.contains("127.0.0.1:") {
            assert!(lines.read_line(&mut message).unwrap() > 0, "{message}");
        }
        let port = message
            .split("127.0.0.1:")
            .nth(1)
            .and_then(|rest| rest.split(' ').next());
        let port: u16 = port
            .and_then(|port| port.parse().ok())
            .unwrap_or_else(|| panic!("{message}"));
        // What the program prints is read, so that it never waits.
        let reader = std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let head = format!(
            "POST /connector/saveItems HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
             X-Zotero-Connector-API-Version: 3\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        listening.kill().unwrap();
        listening.wait().unwrap();
        reader.join().unwrap().unwrap();
    })
}

/// Held by the test that runs: [`time_of_children`] counts the child processes of all tests.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Compares the times for n, 2n and 4n pieces.
fn check(name: &str, failures: &mut Vec<String>, times: [Duration; 3]) {
    let [first, _, last] = times;
    eprintln!("{name}: {times:?}");
    if last > 8 * first + Duration::from_millis(300) {
        failures.push(format!("{name}: {times:?}"));
    }
}

#[test]
fn time_grows_in_proportion_to_the_input() {
    let _alone = alone();
    let mut failures = Vec::new();
    for case in CASES {
        let times = [1, 2, 4].map(|factor| measure(case, factor * case.pieces));
        check(case.name, &mut failures, times);
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn time_grows_in_proportion_to_what_zotero_has() {
    let _alone = alone();
    let mut failures = Vec::new();
    for (name, pieces, fill) in ZOTERO {
        let times = [1, 2, 4].map(|factor| measure_zotero(*fill, factor * pieces));
        check(name, &mut failures, times.map(|[first, _]| first));
        let again = format!("{name}, again");
        check(&again, &mut failures, times.map(|[_, second]| second));
    }
    let times = [1, 2, 4].map(|factor| measure_listening(factor * 200));
    check("items from a browser", &mut failures, times);
    assert!(failures.is_empty(), "{failures:#?}");
}
