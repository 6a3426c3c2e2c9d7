//! Substituting repeated authors in a bibliography (clause "Reference Grouping").

use std::borrow::Cow;

use super::citeproc_js;
use super::element::SubstituteRule;
use super::output_tree::{Node, NodeContent, NodeRole};

fn is_creator(tag: NodeRole) -> bool {
    matches!(tag, NodeRole::Names | NodeRole::Substitute)
}

/// Returns the beginning of an entry that can be substituted, name by name. `names` are the names of the
/// first `cs:names` that prints, as they were written.
pub(super) fn head(tree: &Node<'_>, names: Vec<String>) -> Vec<String> {
    match tree.find(&is_creator) {
        Some(head) if head.tag == NodeRole::Substitute => vec![head.key()],
        Some(_) => names,
        None => Vec::new(),
    }
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
            let text = NodeContent::Text(Cow::Owned(substitute.to_owned()));
            if head.tag == NodeRole::Names {
                citeproc_js::substitute_names(head, text);
            } else {
                head.content = text;
                head.tag = NodeRole::None;
            }
        }
        _ if head.tag == NodeRole::Substitute && all => {
            head.content = NodeContent::Text(Cow::Owned(substitute.to_owned()));
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
        if node.tag == NodeRole::Name {
            node.content = NodeContent::Text(Cow::Owned(substitute.to_owned()));
            *left -= 1;
        } else if let NodeContent::Children(children, _) = &mut node.content {
            for child in children {
                walk(child, left, substitute);
            }
        }
    }
    let mut left = count;
    walk(node, &mut left, substitute);
}
