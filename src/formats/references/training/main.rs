//! Prepares training data for the model of reference lists, and measures models; `train.py` runs it.
//!
//! Labelled references are lines of JSON: a list of pairs of a label and a piece of text, which together are the
//! reference.

#![allow(clippy::indexing_slicing, clippy::string_slice)]

use std::borrow::Cow;
use std::io::{BufRead as _, BufWriter, Write};

mod exchange;
mod generate;
mod informal;
mod values;
mod words;

use generate::StyleSelection;
use peerbib::csl::Item;
use peerbib::formats::references::evaluation::{
    self, Label, LabelledReference, Model, measure, mistakes,
};
use peerbib::formats::{BIBLATEX, bibtex};
use values::{Pieces, Values};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = BufWriter::new(std::io::stdout().lock());
    match arguments.as_slice() {
        ["core", path] => core(&std::fs::read_to_string(path)?, &mut out),
        ["features"] => features(&mut out),
        ["generate", count, selection] => {
            let selection = StyleSelection::named(selection).ok_or("neither all nor seen nor held")?;
            let values = Values::of(&read_pieces()?);
            let seed = if selection == StyleSelection::Held { 77 } else { 7 };
            write_pieces(&generate::generate(count.parse()?, &values, selection, seed), &mut out)
        }
        ["exchange", count] => write_pieces(&exchange::exchange(count.parse()?, &read_pieces()?, 7), &mut out),
        ["print", count, selection, files @ ..] => {
            let selection = StyleSelection::named(selection).ok_or("neither all nor seen nor held")?;
            let mut works = Vec::new();
            for file in files {
                works.extend(works_of(&std::fs::read_to_string(file)?));
            }
            write_pieces(&generate::printed(count.parse()?, &works, selection, 5), &mut out)
        }
        ["evaluate", model] => {
            let model = Model::from_bytes(&std::fs::read(model)?).ok_or("not a model")?;
            let references = read_references()?;
            write!(out, "{}", measure(&model, &references))?;
            Ok(())
        }
        ["mistakes", model] => {
            let model = Model::from_bytes(&std::fs::read(model)?).ok_or("not a model")?;
            write!(out, "{}", mistakes(&model, &read_references()?))?;
            Ok(())
        }
        _ => Err("usage: reference_training core FILE | generate COUNT all|seen|held | exchange COUNT | print COUNT all|seen|held FILE.bib… | features | evaluate MODEL | mistakes MODEL".into()),
    }
}

/// Writes the references of AnyStyle's XML.
fn core(xml: &str, out: &mut impl Write) -> Result<(), Failure> {
    write_pieces(&evaluation::from_xml(xml)?, out)
}

fn write_pieces(references: &[Pieces], out: &mut impl Write) -> Result<(), Failure> {
    for pieces in references {
        let pieces: Vec<(&str, &str)> = pieces
            .iter()
            .map(|(label, text)| (label.name(), text.as_str()))
            .collect();
        writeln!(out, "{}", serde_json::to_string(&pieces)?)?;
    }
    Ok(())
}

/// Returns the items of a BibLaTeX file.
fn works_of(bib: &str) -> Vec<Item> {
    let file = BIBLATEX.read_text(bib).file;
    let by_key = file.by_key();
    let find = |key: &str| by_key.get(key).map(|work| Cow::Borrowed(*work));
    file.works()
        .map(|work| bibtex::derive(work, &file.strings, &find).item)
        .collect()
}

/// Writes the label and the features of each token on a line of its own, with an empty line after each reference.
fn features(out: &mut impl Write) -> Result<(), Failure> {
    for reference in read_references()? {
        let features = reference.features();
        for (label, hashes) in reference.labels().iter().zip(features.of_tokens()) {
            write!(out, "{}", label.name())?;
            for hash in hashes {
                write!(out, "\t{hash:08x}")?;
            }
            writeln!(out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn read_references() -> Result<Vec<LabelledReference>, Failure> {
    let references = read_pieces()?;
    Ok(references
        .iter()
        .map(|pieces| LabelledReference::new(pieces))
        .collect())
}

fn read_pieces() -> Result<Vec<Pieces>, Failure> {
    let mut references = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let pieces: Vec<(String, String)> = serde_json::from_str(&line?)?;
        let pieces: Option<Pieces> = pieces
            .into_iter()
            .map(|(label, text)| Some((Label::named(&label)?, text)))
            .collect();
        references.push(pieces.ok_or("unknown label")?);
    }
    Ok(references)
}
