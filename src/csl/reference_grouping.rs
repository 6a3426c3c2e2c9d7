//! Substituting repeated authors in a bibliography (clause "Reference Grouping").

use std::borrow::Cow;

use super::element::SubstituteRule;
use super::output_tree::{Content, Node, Tag};

fn is_creator(tag: Tag) -> bool {
    matches!(tag, Tag::Names | Tag::Substitute)
}

/// Returns what heads an entry, name by name, as far as it can be substituted.
pub(super) fn substitution_names(tree: &Node<'_>) -> Vec<String> {
    let Some(head) = tree.find(&is_creator) else {
        return Vec::new();
    };
    if head.tag == Tag::Substitute {
        return vec![head.key()];
    }
    fn collect(node: &Node<'_>, into: &mut Vec<String>) {
        if node.tag == Tag::Name {
            // The affixes of a name separate it from the others.
            let mut inner = node.clone();
            inner.prefix = Cow::Borrowed("");
            inner.suffix = Cow::Borrowed("");
            into.push(inner.key());
        } else if let Content::Children(children, _) = &node.content {
            for child in children {
                collect(child, into);
            }
        }
    }
    let mut names = Vec::new();
    collect(head, &mut names);
    names
}

/// Replaces the names that the previous entry has too by the style's substitute.
pub(super) fn substitute_author(
    tree: &mut Node<'_>,
    names: &[String],
    before: &[String],
    substitute: &str,
    rule: SubstituteRule,
) {
    if before.is_empty() {
        return;
    }
    let Some(head) = tree.find_mut(&is_creator) else {
        return;
    };
    let common = names
        .iter()
        .zip(before)
        .take_while(|(left, right)| left == right)
        .count();
    let all = names == before;
    match rule {
        SubstituteRule::CompleteAll if all => {
            let list = if head.tag == Tag::Names {
                head.find_mut(&|tag| matches!(tag, Tag::NameList(_)))
            } else {
                Some(head)
            };
            if let Some(list) = list {
                list.content = Content::Text(Cow::Owned(substitute.to_owned()));
                if list.tag == Tag::Substitute {
                    list.tag = Tag::None;
                }
            }
        }
        _ if head.tag == Tag::Substitute && all => {
            head.content = Content::Text(Cow::Owned(substitute.to_owned()));
        }
        SubstituteRule::CompleteEach if all => replace_names(head, usize::MAX, substitute),
        SubstituteRule::PartialEach => replace_names(head, common, substitute),
        SubstituteRule::PartialFirst => replace_names(head, common.min(1), substitute),
        _ => {}
    }
}

fn replace_names(node: &mut Node<'_>, count: usize, substitute: &str) {
    fn walk(node: &mut Node<'_>, left: &mut usize, substitute: &str) {
        if *left == 0 {
            return;
        }
        if node.tag == Tag::Name {
            node.content = Content::Text(Cow::Owned(substitute.to_owned()));
            *left -= 1;
        } else if let Content::Children(children, _) = &mut node.content {
            for child in children {
                walk(child, left, substitute);
            }
        }
    }
    let mut left = count;
    walk(node, &mut left, substitute);
}
