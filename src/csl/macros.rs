//! Checks on macros: whether evaluating a style ends, and what its macros print.

use super::element::{Element, Text, TextSource};
use super::variables::VariableId;
use super::xml::MAX_DEPTH;

/// Why a macro cannot be evaluated.
pub(super) enum MacroError {
    /// The macro calls itself, directly or through others.
    CallsItself(usize),
    /// Elements are nested more than [`MAX_DEPTH`] deep in the macro, or in a layout where there is none.
    TooDeep(Option<usize>),
}

/// How far the check of a macro has come.
#[derive(Clone, Copy)]
enum Visit {
    Unvisited,
    /// The check is inside this macro.
    Active,
    /// The depth of the elements in it and in the macros it calls.
    Depth(usize),
}

/// Checks that no macro of a style calls itself and that nothing is nested too deep.
///
/// Each macro is visited once, so that the time is linear in the size of the style.
pub(super) fn check_macros<'e>(
    macros: &'e [Vec<Element>],
    layouts: impl Iterator<Item = &'e [Element]>,
) -> Result<(), MacroError> {
    let mut check = DepthCheck {
        macros,
        visits: vec![Visit::Unvisited; macros.len()],
    };
    for number in 0..macros.len() {
        check.macro_depth(number, 0)?;
    }
    for layout in layouts {
        check.depth(layout, None, 0)?;
    }
    Ok(())
}

struct DepthCheck<'e> {
    macros: &'e [Vec<Element>],
    visits: Vec<Visit>,
}

impl DepthCheck<'_> {
    /// Returns the depth of these elements, which begin at `depth` in the macro `of`.
    fn depth(
        &mut self,
        elements: &[Element],
        of: Option<usize>,
        depth: usize,
    ) -> Result<usize, MacroError> {
        if depth > MAX_DEPTH {
            return Err(MacroError::TooDeep(of));
        }
        let mut deepest = 0;
        for element in elements {
            let mut below = 0;
            for children in children_of(element) {
                below = below.max(self.depth(children, of, depth + 1)?);
            }
            if let Some(number) = called_by(element) {
                below = below.max(self.macro_depth(number, depth + 1)?);
            }
            deepest = deepest.max(below + 1);
        }
        Ok(deepest)
    }

    fn macro_depth(&mut self, number: usize, depth: usize) -> Result<usize, MacroError> {
        let macros = self.macros;
        let (Some(visit), Some(elements)) = (self.visits.get_mut(number), macros.get(number))
        else {
            return Ok(0);
        };
        match *visit {
            Visit::Active => Err(MacroError::CallsItself(number)),
            Visit::Depth(inner) if depth + inner > MAX_DEPTH => {
                Err(MacroError::TooDeep(Some(number)))
            }
            Visit::Depth(inner) => Ok(inner),
            Visit::Unvisited => {
                *visit = Visit::Active;
                let inner = self.depth(elements, Some(number), depth)?;
                if let Some(visit) = self.visits.get_mut(number) {
                    *visit = Visit::Depth(inner);
                }
                Ok(inner)
            }
        }
    }
}

/// Returns whether `cs:text` or `cs:number` prints a variable in these elements or in the macros they call.
pub(super) fn uses_variable(
    elements: &[Element],
    macros: &[Vec<Element>],
    wanted: VariableId,
) -> bool {
    let mut visited = vec![false; macros.len()];
    let mut pending = vec![elements];
    let mut found = false;
    while let Some(elements) = pending.pop() {
        walk(elements, &mut |element| {
            found |= match element {
                Element::Text(text) => {
                    matches!(text.source, TextSource::Variable { variable, .. } if variable == wanted)
                }
                Element::Number(number) => number.variable == wanted,
                _ => false,
            };
            if let Some(number) = called_by(element)
                && let Some(visited) = visited.get_mut(number)
                && !std::mem::replace(visited, true)
            {
                pending.extend(macros.get(number).map(Vec::as_slice));
            }
        });
    }
    found
}

/// Returns the macro that an element calls.
fn called_by(element: &Element) -> Option<usize> {
    match element {
        Element::Text(Text {
            source: TextSource::Macro(number),
            ..
        }) => Some(*number),
        _ => None,
    }
}

/// Returns the child elements, one list for each part of the element.
fn children_of(element: &Element) -> impl Iterator<Item = &[Element]> {
    let (first, branches) = match element {
        Element::Group(group) => (Some(&group.children), None),
        Element::Names(names) => (Some(&names.substitute), None),
        Element::Choose(choose) => (Some(&choose.otherwise), Some(&choose.branches)),
        Element::Text(_) | Element::Number(_) | Element::Date(_) | Element::Label(_) => {
            (None, None)
        }
    };
    let branches = branches
        .into_iter()
        .flatten()
        .map(|branch| &branch.children);
    branches.chain(first).map(Vec::as_slice)
}

/// Visits elements and their descendants, but not the macros that they call.
fn walk<'e>(elements: &'e [Element], visit: &mut dyn FnMut(&'e Element)) {
    for element in elements {
        visit(element);
        for children in children_of(element) {
            walk(children, visit);
        }
    }
}
