//! The groups of JabRef: the tree of them, which a `.bib` file keeps in a comment.
//!
//! JabRef 4 and later write `@Comment{jabref-meta: grouping: …}` and name an entry's groups in its field
//! `groups`; earlier ones write `groupstree` and list the keys of the members in the tree. Each group is
//! `LEVEL Kind:name\;context\;…;`, with `\` before what would end a part.

use super::bibtex::{BibFile, FilePiece};

/// A group of JabRef.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JabrefGroup {
    /// Its name.
    pub name: String,
    /// The name of its parent group, unless it is at the top level.
    pub parent: Option<String>,
    /// The works that belong to it.
    pub members: Members,
}

/// The criterion by which works belong to a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Members {
    /// The entries with these keys, and those that name the group in their field `groups`.
    Listed(Vec<String>),
    /// The entries that have this word in a field.
    Word {
        /// The field.
        field: String,
        /// The word.
        word: String,
    },
    /// The entries that a search finds as JabRef runs it.
    Searched,
}

/// Returns the groups of a file, wider ones before narrower ones.
pub fn groups(file: &BibFile) -> Vec<JabrefGroup> {
    let trees = file.pieces.iter().filter_map(|piece| match piece {
        FilePiece::Comment(text) => tree_in(text),
        _ => None,
    });
    trees.flat_map(read_tree).collect()
}

/// Returns the tree that a comment holds.
fn tree_in(comment: &str) -> Option<&str> {
    let (_, meta) = comment.split_once("jabref-meta:")?;
    let meta = meta.trim_start();
    let tree = meta
        .strip_prefix("grouping:")
        .or_else(|| meta.strip_prefix("groupstree:"))?;
    let tree = tree.trim_end();
    Some(tree.strip_suffix(['}', ')']).unwrap_or(tree))
}

fn read_tree(tree: &str) -> Vec<JabrefGroup> {
    // Old versions break lines anywhere.
    let tree: String = tree.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let mut groups = Vec::new();
    let mut path: Vec<(usize, String)> = Vec::new();
    for written in parts(&tree) {
        let Some((level, group)) = written.trim().split_once(' ') else {
            continue;
        };
        let (Ok(level), Some((kind, rest))) = (level.parse::<usize>(), group.split_once(':'))
        else {
            continue;
        };
        let mut fields = parts(rest).into_iter();
        let name = fields.next().unwrap_or_default().trim().to_owned();
        if name.is_empty() {
            continue;
        }
        // The context says whether members of subgroups are shown, too.
        let mut fields = fields.skip(1);
        let members = match kind {
            "ExplicitGroup" => Members::Listed(
                fields
                    .map(|key| key.trim().to_owned())
                    .filter(|key| !key.is_empty())
                    .collect(),
            ),
            "StaticGroup" => Members::Listed(Vec::new()),
            "KeywordGroup" => {
                let field = fields.next().unwrap_or_default();
                let word = fields.next().unwrap_or_default();
                let is_regular_expression = fields.nth(1).is_some_and(|flag| flag == "1");
                if is_regular_expression {
                    Members::Searched
                } else {
                    Members::Word { field, word }
                }
            }
            _ => Members::Searched,
        };
        while path.last().is_some_and(|(above, _)| *above >= level) {
            path.pop();
        }
        let parent = path.last().map(|(_, name)| name.clone());
        path.push((level, name.clone()));
        groups.push(JabrefGroup {
            name,
            parent,
            members,
        });
    }
    groups
}

/// Returns the parts terminated by semicolons, with one level of escapes removed.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let kept = match character {
            ';' => {
                parts.push(String::new());
                continue;
            }
            '\\' => characters.next(),
            other => Some(other),
        };
        if let Some(part) = parts.last_mut() {
            part.extend(kept);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::bibtex;

    #[test]
    fn trees_of_new_and_old_versions_are_read() {
        let file = bibtex::read(
            "@Comment{jabref-meta: grouping:\n0 AllEntriesGroup:;\n\
             1 StaticGroup:Peer Production\\;0\\;1\\;0x8a8a8aff\\;\\;\\;;\n\
             2 StaticGroup:Oekonux\\;0\\;1\\;\\;\\;\\;;\n\
             1 KeywordGroup:Commons\\;0\\;keywords\\;commons\\;0\\;0\\;1\\;\\;\\;\\;;\n\
             1 SearchGroup:Found\\;0\\;year=2006\\;0\\;0\\;1\\;\\;\\;\\;;\n}",
        );
        let groups = groups(&file);
        let found: Vec<_> = groups
            .iter()
            .map(|group| (group.name.as_str(), group.parent.as_deref()))
            .collect();
        assert_eq!(
            found,
            [
                ("Peer Production", None),
                ("Oekonux", Some("Peer Production")),
                ("Commons", None),
                ("Found", None),
            ]
        );
        assert_eq!(
            groups[2].members,
            Members::Word {
                field: "keywords".into(),
                word: "commons".into()
            }
        );
        assert_eq!(groups[3].members, Members::Searched);

        let old = bibtex::read(
            "@comment{jabref-meta: groupstree:\n0 AllEntriesGroup:;\n1 ExplicitGroup:Wik\nis\\;0\\;a2001\\;b2002\\;;\n}",
        );
        assert_eq!(
            super::groups(&old),
            [JabrefGroup {
                name: "Wikis".into(),
                parent: None,
                members: Members::Listed(vec!["a2001".into(), "b2002".into()]),
            }]
        );
    }
}
