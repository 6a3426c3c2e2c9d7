//! The counts of a matrix.

use std::collections::HashMap;

use super::NamedAxis;
use peerbib::library::{Axis, Filter, Library, Result};
use peerbib::reading_list::in_hierarchy;

/// Tables of counts along two axes, one for each value of a third axis.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Matrix {
    pub(crate) rows: String,
    pub(crate) columns: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// Whether a work also counts for the parents of its tags.
    pub(crate) with_narrower: bool,
    pub(crate) tables: Vec<CountTable>,
}

/// A table of counts.
#[derive(Debug, serde::Serialize)]
pub(crate) struct CountTable {
    /// The value of the third axis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) of: Option<AxisLine>,
    pub(crate) rows: Vec<AxisLine>,
    pub(crate) columns: Vec<AxisLine>,
    /// The counts, row by row.
    pub(crate) counts: Vec<Vec<i64>>,
    /// The number of works in the table.
    pub(crate) total: i64,
}

/// A row or column.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct AxisLine {
    /// Its name: `movement:oekonux`, `2009`, `article`.
    pub(crate) name: String,
    /// Its printed heading.
    pub(crate) heading: String,
    /// Its depth in the hierarchy of tags.
    pub(crate) depth: usize,
    /// The number of its works.
    pub(crate) works: i64,
}

/// Returns the rows or columns of an axis: all tags of a facet, or the values of another axis that have
/// works.
pub(crate) fn lines(
    library: &Library,
    works: &Filter,
    axis: &NamedAxis,
    narrower: bool,
) -> Result<Vec<AxisLine>> {
    let counts = library
        .tags()
        .count_by(works, std::slice::from_ref(&axis.axis), 1, narrower)?;
    let mut counts: HashMap<String, i64> = counts
        .into_iter()
        .filter_map(|(lines, count)| Some((lines.into_iter().next()?, count)))
        .collect();
    if let Axis::Facet(facet) = &axis.axis {
        let tags = library.tags().summaries(Some(facet))?;
        let lines = in_hierarchy(&tags).into_iter().map(|(tag, depth)| {
            let name = tag.tag.to_string();
            AxisLine {
                works: counts.remove(&name).unwrap_or(0),
                heading: tag.label.clone().unwrap_or_else(|| tag.tag.name.clone()),
                name,
                depth,
            }
        });
        return Ok(lines.collect());
    }
    let mut lines: Vec<AxisLine> = counts
        .into_iter()
        .map(|(name, works)| AxisLine {
            heading: if axis.axis == Axis::Decade {
                format!("{name}s")
            } else {
                name.clone()
            },
            name,
            depth: 0,
            works,
        })
        .collect();
    lines.sort_by_key(|line| (line.name.parse::<i64>().unwrap_or(0), line.name.clone()));
    Ok(lines)
}

impl CountTable {
    pub(crate) fn of(
        library: &Library,
        works: &Filter,
        (rows, columns): (&NamedAxis, &NamedAxis),
        of: Option<(&NamedAxis, AxisLine)>,
        narrower: bool,
    ) -> Result<Self> {
        let third = of.as_ref().map(|(named, _)| named.axis.clone());
        let is_meant = |lines: &[String]| match (&of, lines.last()) {
            (Some((_, line)), Some(name)) => line.name == *name,
            _ => true,
        };
        // Counts along some axes, of works that are on the others, too.
        let along = |wanted: &[&Axis], others: &[&Axis]| -> Result<Vec<(Vec<String>, i64)>> {
            let axes = wanted.iter().map(|axis| (*axis).clone());
            let axes = axes.chain(third.clone());
            let axes: Vec<Axis> = axes
                .chain(others.iter().map(|axis| (*axis).clone()))
                .collect();
            let wanted = wanted.len() + usize::from(third.is_some());
            let mut counts = library.tags().count_by(works, &axes, wanted, narrower)?;
            if third.is_some() {
                counts.retain(|(lines, _)| is_meant(lines));
            }
            Ok(counts)
        };
        let cells: HashMap<(String, String), i64> = along(&[&rows.axis, &columns.axis], &[])?
            .into_iter()
            .filter_map(|(lines, count)| {
                let mut lines = lines.into_iter();
                Some(((lines.next()?, lines.next()?), count))
            })
            .collect();
        let mut row_lines = lines(library, works, rows, narrower)?;
        let mut column_lines = lines(library, works, columns, narrower)?;
        for (axis, other, lines) in [
            (rows, columns, &mut row_lines),
            (columns, rows, &mut column_lines),
        ] {
            let counts: HashMap<String, i64> = along(&[&axis.axis], &[&other.axis])?
                .into_iter()
                .filter_map(|(names, count)| Some((names.into_iter().next()?, count)))
                .collect();
            for line in lines.iter_mut() {
                line.works = counts.get(&line.name).copied().unwrap_or(0);
            }
            // Most of a vocabulary is empty at any one time.
            if of.is_some() {
                lines.retain(|line| line.works > 0);
            }
        }
        let counts = row_lines
            .iter()
            .map(|row| {
                let cell = |column: &AxisLine| {
                    let place = (row.name.clone(), column.name.clone());
                    cells.get(&place).copied().unwrap_or(0)
                };
                column_lines.iter().map(cell).collect()
            })
            .collect();
        let total = on_both(library, works, rows, columns, narrower, of.as_ref())?;
        Ok(Self {
            of: of.map(|(_, line)| line),
            rows: row_lines,
            columns: column_lines,
            counts,
            total,
        })
    }
}

/// Counts the works that are on both axes.
fn on_both(
    library: &Library,
    works: &Filter,
    rows: &NamedAxis,
    columns: &NamedAxis,
    narrower: bool,
    of: Option<&(&NamedAxis, AxisLine)>,
) -> Result<i64> {
    let axes: Vec<Axis> = [&rows.axis, &columns.axis]
        .into_iter()
        .cloned()
        .chain(of.map(|(named, _)| named.axis.clone()))
        .collect();
    library.tags().count_on(
        works,
        &axes,
        of.map(|(_, line)| line.name.as_str()),
        narrower,
    )
}
