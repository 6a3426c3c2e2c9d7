//! The files that LaTeX writes for BibTeX and Biber.
//!
//! BibTeX reads `.aux` files, which contain `\citation{key,…}`, or `\abx@aux@cite{section}{key}` with
//! biblatex. A chapter that is included has its own file, named in `\@input`. Biber reads the `.bcf` file
//! that biblatex writes, which is XML.

use roxmltree::Document;

use super::{Cited, CitedKey, IncludedFile};

/// Reads the citations in an `.aux` file.
pub fn read_aux(text: &str) -> Cited {
    let mut cited = Cited::default();
    for (number, line) in text.lines().enumerate() {
        let number = number + 1;
        for piece in line.split('\\').skip(1) {
            let Some((command, _)) = piece.split_once('{') else {
                continue;
            };
            let arguments = arguments(piece.get(command.len()..).unwrap_or_default());
            match command.trim() {
                "citation" => {
                    if let Some(keys) = arguments.first() {
                        add(&mut cited, keys, number);
                    }
                }
                // Except in old versions of biblatex, the first argument is the reference section.
                "abx@aux@cite" | "abx@aux@nocite" => {
                    if let Some(keys) = arguments.last() {
                        add(&mut cited, keys, number);
                    }
                }
                // biblatex uses a style of this name when it runs BibTeX; the fields are still BibLaTeX.
                "bibstyle" => cited.by_bibtex = arguments.first() != Some(&"biblatex"),
                "@input" => {
                    if let Some(path) = arguments.first() {
                        cited.files.push(IncludedFile {
                            path: (*path).to_owned(),
                            line: number,
                            after: cited.keys.len(),
                        });
                    }
                }
                _ => {}
            }
        }
    }
    cited
}

/// Returns the consecutive arguments in braces.
fn arguments(text: &str) -> Vec<&str> {
    let mut arguments = Vec::new();
    let mut rest = text;
    while let Some((argument, after)) = rest
        .strip_prefix('{')
        .and_then(|inside| inside.split_once('}'))
    {
        arguments.push(argument.trim());
        rest = after;
    }
    arguments
}

fn add(cited: &mut Cited, keys: &str, line: usize) {
    for key in keys.split(',').map(str::trim).filter(|key| !key.is_empty()) {
        if key == "*" {
            cited.all = true;
        } else {
            cited.keys.push(CitedKey::new(key, line));
        }
    }
}

/// Reads the citations in a `.bcf` file: the keys of all its sections and the members of their sets.
///
/// # Errors
///
/// Returns the line and the problem if the file is not XML or was not written by biblatex.
pub fn read_bcf(text: &str) -> Result<Cited, (usize, String)> {
    let document = Document::parse(text).map_err(|error| {
        let line = usize::try_from(error.pos().row).unwrap_or_default();
        (line, error.to_string())
    })?;
    let root = document.root_element();
    if root.tag_name().name() != "controlfile" {
        let name = root.tag_name().name();
        return Err((
            1,
            format!(
                "the root element is \u{201c}{name}\u{201d}, expected \u{201c}bcf:controlfile\u{201d}"
            ),
        ));
    }
    let mut cited = Cited::default();
    let keys = root
        .descendants()
        .filter(|node| node.is_element() && node.tag_name().name() == "citekey");
    for node in keys {
        let position = document.text_pos_at(node.range().start);
        let line = usize::try_from(position.row).unwrap_or_default();
        let key = node.text().unwrap_or_default().trim();
        match node.attribute("members") {
            Some(members) => add(&mut cited, members, line),
            None if key == "*" => cited.all = true,
            // Here, a key may contain a comma.
            None if !key.is_empty() => cited.keys.push(CitedKey::new(key, line)),
            None => {}
        }
    }
    Ok(cited)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(cited: &Cited) -> Vec<(&str, usize)> {
        let key = |cited: &'_ CitedKey| cited.line;
        cited
            .keys
            .iter()
            .map(|cited| (cited.key.as_str(), key(cited)))
            .collect()
    }

    #[test]
    fn the_citations_of_bibtex_and_of_biblatex_are_read() {
        let cited = read_aux(
            "\\relax\n\\citation{benkler2006wealth,bauwens2005political}\n\\@input{chapter.aux}\n\
             \\abx@aux@cite{0}{merten2000}\n\\abx@aux@cite{old}\n\\bibdata{refs}\n\\citation{*}\n\
             \\@writefile{toc}{\\contentsline {section}{\\citation}{1}}\n",
        );
        assert_eq!(
            keys(&cited),
            [
                ("benkler2006wealth", 2),
                ("bauwens2005political", 2),
                ("merten2000", 4),
                ("old", 5)
            ]
        );
        assert!(cited.all);
        assert_eq!(
            cited.files,
            [IncludedFile {
                path: "chapter.aux".into(),
                line: 3,
                after: 2
            }]
        );
    }

    #[test]
    fn bibtex_is_known_by_its_style() {
        assert!(read_aux("\\bibstyle{plain}").by_bibtex);
        assert!(!read_aux("\\bibstyle{biblatex}").by_bibtex);
        assert!(!read_aux("\\abx@aux@cite{0}{a}").by_bibtex);
    }

    #[test]
    fn the_control_file_of_biber_is_read() {
        let cited = read_bcf(
            "<?xml version=\"1.0\"?>\n\
             <bcf:controlfile xmlns:bcf=\"https://sourceforge.net/projects/biblatex\">\n\
             <bcf:section number=\"0\">\n<bcf:citekey order=\"1\">benkler2006wealth</bcf:citekey>\n\
             <bcf:citekey order=\"2\" type=\"set\" members=\"a,b\">set1</bcf:citekey>\n\
             <bcf:citekey nocite=\"1\">*</bcf:citekey>\n</bcf:section></bcf:controlfile>",
        )
        .unwrap();
        assert_eq!(keys(&cited), [("benkler2006wealth", 4), ("a", 5), ("b", 5)]);
        assert!(cited.all);
        assert!(read_bcf("<html/>").unwrap_err().1.contains("html"));
        assert_eq!(read_bcf("<a>\n<b></a>").unwrap_err().0, 2);
    }
}
