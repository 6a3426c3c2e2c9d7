//! The model: a linear-chain conditional random field, trained with CRFsuite.
//!
//! Each label has two states, one for the first token of a part of the reference and one for the others, so that the model
//! learns where parts begin.
//!
//! The file (`model.crf`) is little-endian: the magic number, the number of states, the number of features and of
//! weights as `u32`, the scale of the weights as `f32`; the weights of the transitions from each state to each as
//! `i16`; the hashes of the features in ascending order as `u32`; the number of weights of each feature as `u8`; the
//! state of each weight as `u8`; the weights as `i16`.

use std::sync::LazyLock;

use super::features::Features;
use super::labels::{LABELS, Label};

/// The beginning of a model file.
const MAGIC: &[u8; 4] = b"PBR2";

/// The number of states: each label, and each label at the first token of a part.
const STATES: usize = 2 * LABELS;

/// A model.
#[derive(Debug)]
pub struct Model {
    /// Weights of transitions, `from * STATES + to`.
    transitions: Vec<f32>,
    /// Their exponentials.
    factors: Vec<f32>,
    /// Slots of an open hash table: the hash of a feature, and the range of its weights. An empty range marks an
    /// empty slot.
    slots: Vec<Slot>,
    weights: Vec<(u8, f32)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    hash: u32,
    start: u32,
    count: u8,
}

/// A labelled sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelling {
    /// The label of each token.
    pub labels: Vec<Label>,
    /// The probability of each label.
    pub confidences: Vec<f32>,
    /// The probability of all labels together.
    pub confidence: f32,
}

static BUNDLED: LazyLock<Option<Model>> =
    LazyLock::new(|| Model::from_bytes(include_bytes!("model.crf")));

impl Model {
    /// Returns the model inside the program.
    pub fn bundled() -> Option<&'static Model> {
        BUNDLED.as_ref()
    }

    /// Reads a model; none if the file is damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Model> {
        let mut reader = Reader(bytes);
        if reader.take(4)? != MAGIC || reader.number()? != STATES {
            return None;
        }
        let features = reader.number()?;
        let count = reader.number()?;
        let scale = f32::from_le_bytes(reader.take(4)?.try_into().ok()?);
        let transitions: Vec<f32> = reader.weights(STATES * STATES, scale)?;
        let hashes = reader.take(features.checked_mul(4)?)?;
        let counts = reader.take(features)?;
        let labels = reader.take(count)?;
        let values = reader.weights(count, scale)?;
        if labels.iter().any(|label| usize::from(*label) >= STATES) {
            return None;
        }
        let mut slots = vec![Slot::default(); (features * 2).next_power_of_two().max(2)];
        let mask = slots.len() - 1;
        let mut start = 0_u32;
        for (hash, weights) in hashes.chunks_exact(4).zip(counts) {
            let hash = u32::from_le_bytes(hash.try_into().ok()?);
            let mut at = hash as usize & mask;
            while slots.get(at).is_some_and(|slot| slot.count != 0) {
                at = (at + 1) & mask;
            }
            *slots.get_mut(at)? = Slot {
                hash,
                start,
                count: *weights,
            };
            start = start.checked_add(u32::from(*weights))?;
        }
        if start as usize != count {
            return None;
        }
        Some(Model {
            factors: transitions.iter().map(|weight| weight.exp()).collect(),
            transitions,
            slots,
            weights: labels.iter().copied().zip(values).collect(),
        })
    }

    fn weights(&self, hash: u32) -> &[(u8, f32)] {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while let Some(slot) = self.slots.get(at) {
            if slot.count == 0 {
                break;
            }
            if slot.hash == hash {
                let start = slot.start as usize;
                let range = start..start + usize::from(slot.count);
                return self.weights.get(range).unwrap_or_default();
            }
            at = (at + 1) & mask;
        }
        &[]
    }

    /// Returns the most probable labels of a sequence of tokens (Viterbi), with probabilities (forward-backward).
    pub fn label(&self, features: &Features) -> Labelling {
        let scores: Vec<[f32; STATES]> = features
            .of_tokens()
            .map(|hashes| {
                let mut scores = [0.0; STATES];
                for hash in hashes {
                    for (label, weight) in self.weights(*hash) {
                        if let Some(score) = scores.get_mut(usize::from(*label)) {
                            *score += weight;
                        }
                    }
                }
                scores
            })
            .collect();
        let path = self.best_path(&scores);
        let (confidences, confidence) = self.probabilities(&scores, &path);
        Labelling {
            labels: path
                .into_iter()
                .filter_map(|state| Label::from_code(state % LABELS))
                .collect(),
            confidences,
            confidence,
        }
    }

    /// Returns the path with the highest score.
    fn best_path(&self, scores: &[[f32; STATES]]) -> Vec<usize> {
        let mut best = [0.0; STATES];
        let mut sources: Vec<[u8; STATES]> = Vec::with_capacity(scores.len());
        for (at, token) in scores.iter().enumerate() {
            if at == 0 {
                best = *token;
                sources.push([0; STATES]);
                continue;
            }
            let mut next = [f32::NEG_INFINITY; STATES];
            let mut from = [0_u8; STATES];
            for (source, (weights, so_far)) in
                (0_u8..).zip(self.transitions.chunks_exact(STATES).zip(best))
            {
                for ((next, from), weight) in next.iter_mut().zip(&mut from).zip(weights) {
                    let score = so_far + weight;
                    if score > *next {
                        *next = score;
                        *from = source;
                    }
                }
            }
            for (next, score) in next.iter_mut().zip(token) {
                *next += score;
            }
            best = next;
            sources.push(from);
        }
        let mut label = (0..STATES)
            .zip(best)
            .max_by(|left, right| left.1.total_cmp(&right.1))
            .map_or(0, |(label, _)| label);
        let mut path: Vec<usize> = sources
            .iter()
            .rev()
            .map(|from| {
                let here = label;
                label = from.get(label).copied().map_or(0, usize::from);
                here
            })
            .collect();
        path.reverse();
        path
    }

    /// Returns the probability of each label of a path, and that of the path.
    ///
    /// Each step is scaled to a sum of one, so that long sequences do not overflow.
    fn probabilities(&self, scores: &[[f32; STATES]], path: &[usize]) -> (Vec<f32>, f32) {
        let factors: Vec<[f32; STATES]> = scores
            .iter()
            .map(|token| {
                let highest = token.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                token.map(|score| (score - highest).exp())
            })
            .collect();
        let scaled = |values: [f32; STATES]| {
            let sum: f32 = values.iter().sum::<f32>().max(f32::MIN_POSITIVE);
            (values.map(|value| value / sum), sum)
        };
        let mut forward: Vec<[f32; STATES]> = Vec::with_capacity(factors.len());
        let mut log_norm = 0.0_f64;
        for token in &factors {
            let reached = match forward.last() {
                None => [1.0; STATES],
                Some(before) => {
                    let mut sums = [0.0; STATES];
                    for (weights, before) in self.factors.chunks_exact(STATES).zip(before) {
                        for (sum, weight) in sums.iter_mut().zip(weights) {
                            *sum += before * weight;
                        }
                    }
                    sums
                }
            };
            let mut here = reached;
            for (value, factor) in here.iter_mut().zip(token) {
                *value *= factor;
            }
            let (here, sum) = scaled(here);
            log_norm += f64::from(sum.ln());
            forward.push(here);
        }
        let mut confidences = vec![0.0; path.len()];
        let mut backward = [1.0_f32; STATES];
        for at in (0..factors.len()).rev() {
            let (Some(token), Some(reached), Some(label)) =
                (factors.get(at), forward.get(at), path.get(at))
            else {
                break;
            };
            let total: f32 = reached.iter().zip(&backward).map(|(f, b)| f * b).sum();
            let own: f32 = (reached.iter().zip(&backward))
                .enumerate()
                .filter(|(state, _)| state % LABELS == label % LABELS)
                .map(|(_, (f, b))| f * b)
                .sum();
            if let Some(slot) = confidences.get_mut(at) {
                *slot = own / total.max(f32::MIN_POSITIVE);
            }
            let mut weighted = backward;
            for (value, factor) in weighted.iter_mut().zip(token) {
                *value *= factor;
            }
            let mut next = [0.0; STATES];
            for (slot, weights) in next.iter_mut().zip(self.factors.chunks_exact(STATES)) {
                *slot = weights.iter().zip(&weighted).map(|(w, b)| w * b).sum();
            }
            backward = scaled(next).0;
        }
        // The score of the path, with the same scaling as the norm.
        let mut log_path = 0.0_f64;
        let mut before: Option<usize> = None;
        for (label, token) in path.iter().zip(&factors) {
            log_path += f64::from(
                token
                    .get(*label)
                    .copied()
                    .unwrap_or_default()
                    .max(f32::MIN_POSITIVE)
                    .ln(),
            );
            if let Some(before) = before {
                log_path += f64::from(
                    self.transitions
                        .get(before * STATES + label)
                        .copied()
                        .unwrap_or_default(),
                );
            }
            before = Some(*label);
        }
        let confidence = if path.is_empty() {
            0.0
        } else {
            (log_path - log_norm).exp().clamp(0.0, 1.0)
        };
        (confidences, confidence as f32)
    }
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<usize> {
        let bytes = self.take(4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    }

    fn weights(&mut self, count: usize, scale: f32) -> Option<Vec<f32>> {
        let bytes = self.take(count.checked_mul(2)?)?;
        let weights = bytes.chunks_exact(2).map(|pair| {
            let pair = pair.try_into().unwrap_or_default();
            f32::from(i16::from_le_bytes(pair)) * scale
        });
        Some(weights.collect())
    }
}
