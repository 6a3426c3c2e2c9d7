//! The formatting of name parts that nested `cs:names` share.

use std::mem;

use crate::csl::compiled::Compiled;
use crate::csl::element::{CommonAttributes, Element, Names, TextSource};

/// Gives nested `cs:names` the `cs:name-part`s of the `cs:names` around them, and the other way round.
///
/// The specification says that a `cs:names` in `cs:substitute` with children of its own takes nothing from the
/// enclosing one. citeproc-js keeps the last `cs:name-part`s that it met until the outermost `cs:names` ends. It
/// compiles a macro once, where a layout calls it first. Many styles were written with an eye on that: if the
/// title replaces the author and names the editor, editors are printed like authors wherever the title is.
pub(in crate::csl) fn share(style: &mut Compiled) {
    let mut parts = CompilerState {
        compiled: vec![false; style.macros.len()],
        macros: mem::take(&mut style.macros),
        depth: 0,
        family: None,
        given: None,
    };
    parts.visit(&mut style.citation.layout);
    if let Some(bibliography) = &mut style.bibliography {
        parts.visit(&mut bibliography.layout);
    }
    style.macros = parts.macros;
}

/// The state of citeproc-js while it compiles a style.
struct CompilerState {
    macros: Vec<Vec<Element>>,
    /// Whether each macro is compiled.
    compiled: Vec<bool>,
    /// The number of `cs:names` around the current element.
    depth: usize,
    family: Option<CommonAttributes>,
    given: Option<CommonAttributes>,
}

impl CompilerState {
    fn visit(&mut self, elements: &mut [Element]) {
        for element in elements {
            match element {
                Element::Text(text) => {
                    if let TextSource::Macro(number) = text.source {
                        self.visit_macro(number);
                    }
                }
                Element::Group(group) => self.visit(&mut group.children),
                Element::Choose(choose) => {
                    for branch in &mut choose.branches {
                        self.visit(&mut branch.children);
                    }
                    self.visit(&mut choose.otherwise);
                }
                Element::Names(names) => self.visit_names(names),
                Element::Number(_) | Element::Date(_) | Element::Label(_) => {}
            }
        }
    }

    fn visit_macro(&mut self, number: usize) {
        if let Some(compiled) = self.compiled.get_mut(number)
            && !mem::replace(compiled, true)
            && let Some(elements) = self.macros.get_mut(number)
        {
            let mut elements = mem::take(elements);
            self.visit(&mut elements);
            if let Some(place) = self.macros.get_mut(number) {
                *place = elements;
            }
        }
    }

    fn visit_names(&mut self, names: &mut Names) {
        if names.bare && names.substitute.is_empty() {
            return;
        }
        self.depth += 1;
        if names.family.is_some() {
            self.family.clone_from(&names.family);
        }
        if names.given.is_some() {
            self.given.clone_from(&names.given);
        }
        self.visit(&mut names.substitute);
        names.family.clone_from(&self.family);
        names.given.clone_from(&self.given);
        for element in &mut names.substitute {
            if let Element::Names(substitute) = element
                && substitute.bare
            {
                substitute.family.clone_from(&names.family);
                substitute.given.clone_from(&names.given);
            }
        }
        self.depth -= 1;
        if self.depth == 0 {
            self.family = None;
            self.given = None;
        }
    }
}
