//! Checks on macros: whether evaluating a style ends, and what its macros print.

use super::element::{Element, Text, TextSource};
use super::variables::VariableId;
use super::xml::MAX_DEPTH;

/// The reason why a macro cannot be evaluated.
pub(super) enum MacroError {
    /// The macro calls itself, directly or through others.
    CallsItself(usize),
    /// Elements are nested more than [`MAX_DEPTH`] deep in the macro, or in a layout where there is none.
    TooDeep(Option<usize>),
    /// Evaluating the macro, or a layout where there is none, may visit more than [`MAX_VISITS`] elements.
    TooLarge(Option<usize>),
}

/// The maximum number of elements that evaluating a macro or a layout may visit, those of called macros included.
///
/// Macros that call another one twice each double the work. Every official style stays below it.
pub(super) const MAX_VISITS: usize = 100_000;

/// The state of the check of a macro.
#[derive(Clone, Copy)]
enum Visit {
    Unvisited,
    /// The check is inside this macro.
    Active,
    /// The cost of evaluating it.
    Done(Cost),
}

/// The maximal cost of evaluating elements, including the macros that they call.
#[derive(Clone, Copy, Default)]
struct Cost {
    /// Their depth.
    depth: usize,
    /// The number of visited elements. Only one branch of `cs:choose` is visited.
    visits: usize,
}

/// Checks that no macro of a style calls itself, that nothing is nested too deep, and that evaluating the style
/// visits a bounded number of elements.
///
/// Each macro is visited once, so that the time is linear in the size of the style.
pub(super) fn check_macros<'e>(
    macros: &'e [Vec<Element>],
    layouts: impl Iterator<Item = &'e [Element]>,
) -> Result<(), MacroError> {
    let mut check = CostCheck {
        macros,
        visits: vec![Visit::Unvisited; macros.len()],
    };
    for number in 0..macros.len() {
        check.macro_cost(number, 0)?;
    }
    for layout in layouts {
        check.cost(layout, None, 0)?;
    }
    Ok(())
}

struct CostCheck<'e> {
    macros: &'e [Vec<Element>],
    visits: Vec<Visit>,
}

impl CostCheck<'_> {
    /// Returns the cost of these elements, which begin at `depth` in the macro `of`.
    fn cost(
        &mut self,
        elements: &[Element],
        of: Option<usize>,
        depth: usize,
    ) -> Result<Cost, MacroError> {
        if depth > MAX_DEPTH {
            return Err(MacroError::TooDeep(of));
        }
        let mut cost = Cost::default();
        for element in elements {
            let mut below = Cost::default();
            for children in children_of(element) {
                let children = self.cost(children, of, depth + 1)?;
                below.depth = below.depth.max(children.depth);
                below.visits = below.visits.max(children.visits);
            }
            if let Some(number) = called_by(element) {
                below = self.macro_cost(number, depth + 1)?;
            }
            cost.depth = cost.depth.max(below.depth + 1);
            cost.visits += below.visits + 1;
            if cost.visits > MAX_VISITS {
                return Err(MacroError::TooLarge(of));
            }
        }
        Ok(cost)
    }

    fn macro_cost(&mut self, number: usize, depth: usize) -> Result<Cost, MacroError> {
        let macros = self.macros;
        let (Some(visit), Some(elements)) = (self.visits.get_mut(number), macros.get(number))
        else {
            return Ok(Cost::default());
        };
        match *visit {
            Visit::Active => Err(MacroError::CallsItself(number)),
            Visit::Done(cost) if depth + cost.depth > MAX_DEPTH => {
                Err(MacroError::TooDeep(Some(number)))
            }
            Visit::Done(cost) => Ok(cost),
            Visit::Unvisited => {
                *visit = Visit::Active;
                let cost = self.cost(elements, Some(number), depth)?;
                if let Some(visit) = self.visits.get_mut(number) {
                    *visit = Visit::Done(cost);
                }
                Ok(cost)
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
