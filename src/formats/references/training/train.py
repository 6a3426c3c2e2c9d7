#!/usr/bin/env python3
"""Trains the model of reference lists: src/formats/references/model.crf.

    pip install python-crfsuite
    src/formats/references/training/train.py anystyle-core.xml

Rust computes the features (main.rs, the example `reference_training`); CRFsuite only learns their weights.

With --folds N, measures instead how well such models read what they were not trained on, and writes figures.txt: an N-fold
cross-validation on the hand-labelled references, and generated references in styles and languages that the models never saw.
`cargo test --test references` prints the figures.
"""

import argparse
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

import pycrfsuite

HERE = pathlib.Path(__file__).resolve().parent
MODEL = HERE.parent / "model.crf"
FIGURES = HERE / "figures.txt"
BIBLIOGRAPHIES = [str(path) for path in sorted((HERE.parents[3] / "bib").glob("*.bib"))]
LABELS = (
    "author citation-number collection-title container-title date director doi edition editor genre isbn journal "
    "location medium note pages producer publisher source title translator url volume"
).split()
STATES = [*LABELS, *("first " + label for label in LABELS)]


def tool(arguments, given=""):
    """Runs the training tool and returns its output."""
    return subprocess.run(
        [TOOL, *arguments], input=given, capture_output=True, text=True, check=True
    ).stdout


def sequences(lines):
    """Yields the features and labels of labelled references, one list of each for a reference."""
    features, labels = [], []
    for line in tool(["features"], joined(lines)).split("\n"):
        if line:
            label, *hashes = line.split("\t")
            labels.append(label)
            features.append(hashes)
        elif labels:
            yield features, labels
            features, labels = [], []


def states(labels):
    """Returns the states of labels: the first of a run of equal labels differs from the others."""
    before = [None, *labels]
    return [label if label == last else "first " + label for label, last in zip(labels, before)]


def train(weighted, options, path):
    """Trains a model on pairs of labelled references and the number of times that each counts."""
    trainer = pycrfsuite.Trainer(verbose=options.verbose)
    trainer.set_params(
        {
            "c1": options.c1,
            "c2": options.c2,
            "max_iterations": options.iterations,
            "feature.minfreq": options.minimum,
            "feature.possible_transitions": True,
        }
    )
    for lines, times in weighted:
        for features, labels in sequences(lines):
            for _ in range(times):
                trainer.append(features, states(labels))
    trainer.train(str(path))


def pack(crfsuite_model, path, smallest):
    """Writes a model in the form that the program reads; see model.rs. Leaves out the smallest weights."""
    tagger = pycrfsuite.Tagger()
    tagger.open(str(crfsuite_model))
    info = tagger.info()
    of_label = {label: code for code, label in enumerate(STATES)}
    by_hash = {}
    for (feature, label), weight in info.state_features.items():
        if abs(weight) >= smallest:
            by_hash.setdefault(int(feature, 16), []).append((of_label[label], weight))
    transitions = [[0.0] * len(STATES) for _ in STATES]
    for (before, after), weight in info.transitions.items():
        transitions[of_label[before]][of_label[after]] = weight
    # Pairs of labels that CRFsuite never saw, because a label does not occur, stay at zero.
    flat = [weight for row in transitions for weight in row]
    features = sorted(by_hash.items())
    weights = [weight for _, pairs in features for weight in sorted(pairs)]
    scale = max(abs(value) for value in [*flat, *(weight for _, weight in weights)]) / 32767
    number = lambda value: round(value / scale)
    path.write_bytes(
        b"".join(
            [
                b"PBR2",
                struct.pack("<IIIf", len(STATES), len(features), len(weights), scale),
                struct.pack(f"<{len(flat)}h", *map(number, flat)),
                struct.pack(f"<{len(features)}I", *(feature for feature, _ in features)),
                bytes(len(pairs) for _, pairs in features),
                bytes(label for label, _ in weights),
                struct.pack(f"<{len(weights)}h", *(number(weight) for _, weight in weights)),
            ]
        )
    )


def generate(core, count, selection):
    """Returns references that the citation processor writes, with values of hand-labelled ones."""
    return lines_of(tool(["generate", str(count), selection], joined(core))) if count else []


def exchange(core, count):
    """Returns references with the layouts of hand-labelled ones, and with values of others."""
    return lines_of(tool(["exchange", str(count)], joined(core))) if count else []


def training_set(core, selection, options):
    """Returns labelled references, and the number of times that each counts."""
    return [
        (core, options.times),
        (exchange(core, options.exchanged), 1),
        (generate(core, options.generated, selection), 1),
    ]


def joined(lines):
    return "".join(line + "\n" for line in lines)


def lines_of(text):
    """Splits at line feeds only: references contain other characters that Python takes for line ends."""
    return text.split("\n")[:-1]


def add_figures(sums, prefix, report):
    """Adds up the figures that the tool reports: what is right, of how many."""
    for line in lines_of(report):
        name, right, of = line.split("\t")
        total = sums.setdefault(prefix + name, [0, 0])
        total[0] += int(right)
        total[1] += int(of)


def cross_validate(core, options, folder):
    """Measures how well models label the references that they were not trained on."""
    random.Random(1).shuffle(core)
    sums = {}
    model, crf = folder / "fold", folder / "fold.crf"
    for fold in range(options.folds)[: options.only or None]:
        held = core[fold :: options.folds]
        rest = [line for at, line in enumerate(core) if at % options.folds != fold]
        train(training_set(rest, "seen", options), options, model)
        pack(model, crf, options.smallest)
        add_figures(sums, "", tool(["evaluate", str(crf)], joined(held)))
        unseen = generate(held, 400, "held")
        add_figures(sums, "unseen styles and languages, ", tool(["evaluate", str(crf)], joined(unseen)))
        works = tool(["print", "400", "held", *BIBLIOGRAPHIES])
        add_figures(sums, "bundled works in unseen styles and languages, ", tool(["evaluate", str(crf)], works))
        lines = [f"{name}: {right} of {of}, {right / max(of, 1):.4f}" for name, (right, of) in sums.items()]
        print(f"after fold {fold + 1} of {options.folds} ({crf.stat().st_size} bytes):", *lines, sep="\n  ", flush=True)
        done = f"{fold + 1} of {options.folds} folds, {options.exchanged} exchanged and {options.generated} generated references, {options.iterations} iterations"
        FIGURES.write_text(f"cross-validation: {done}\n" + joined(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("core", help="AnyStyle's core.xml")
    parser.add_argument("--tool", default="cargo", help="the built training tool, if it is not to be built now")
    parser.add_argument("--generated", type=int, default=3000, help="number of generated references")
    parser.add_argument("--exchanged", type=int, default=4000, help="number of hand-labelled references with other values")
    parser.add_argument("--times", type=int, default=2, help="how often each hand-labelled reference counts")
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--only", type=int, default=0, help="number of folds to run")
    parser.add_argument("--c1", type=float, default=0.05)
    parser.add_argument("--c2", type=float, default=0.2)
    parser.add_argument("--iterations", type=int, default=90)
    parser.add_argument("--minimum", type=int, default=2)
    parser.add_argument("--smallest", type=float, default=0.035, help="weights nearer to zero are left out")
    parser.add_argument("--output", type=pathlib.Path, default=MODEL)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    global TOOL
    TOOL = options.tool
    if TOOL == "cargo":
        build = ["cargo", "build", "--release", "--no-default-features", "--features", "formats", "--example", "reference_training"]
        subprocess.run(build, cwd=HERE, check=True)
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[3] / "target"))
        TOOL = str(target / "release/examples/reference_training")
    core = lines_of(tool(["core", options.core]))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if options.folds:
            cross_validate(core, options, folder)
        else:
            train(training_set(core, "all", options), options, folder / "model")
            pack(folder / "model", options.output, options.smallest)
            print(f"{options.output}: {options.output.stat().st_size} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
