#!/usr/bin/env python3
"""Prints how fast and how lean the program is, row by row, beside other programs where they are installed.

    python3 benches/table.py                            # 100,000 works
    python3 benches/table.py --works 1000000 --once     # memory; needs 8 GB of disk
    python3 benches/table.py --baseline ../old/peerbib  # a second build in every row

Every figure is that of a whole process: seconds of CPU (user and system), seconds on the clock and peak memory. The
programs of a row run in turn, several times, and the best run counts; what matters are the ratios of one run. The other
programs are autobib, citum, hayagriva (the command) and citeproc-js (`node` with the npm package `citeproc`; NODE_PATH
has to name its directory, and CITEPROC_STYLE and CITEPROC_LOCALE a style and a locale). A row that needs one that is
missing says so.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MIB = 1024

CITEPROC = """
const CSL = require('citeproc'), fs = require('fs');
const items = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const byId = Object.fromEntries(items.map(item => [item.id, item]));
const sys = { retrieveLocale: () => fs.readFileSync(process.env.CITEPROC_LOCALE, 'utf8'), retrieveItem: id => byId[id] };
const engine = new CSL.Engine(sys, fs.readFileSync(process.env.CITEPROC_STYLE, 'utf8'));
engine.updateItems(Object.keys(byId));
process.stdout.write(engine.makeBibliography()[1].join(''));
"""


class Run:
    """One run of a process."""

    def __init__(self, cpu, wall, peak):
        self.cpu, self.wall, self.peak = cpu, wall, peak


def run(command, directory):
    """Runs a command without its output. Returns None if it fails; exit code 1 means findings."""
    started = time.monotonic()
    environment = {**os.environ, "HOME": str(directory), "XDG_DATA_HOME": str(directory)}
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=directory,
        env=environment,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        return None
    wall = time.monotonic() - started
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / MIB)


def best(runs):
    """Returns the least of each figure of several runs."""
    runs = [one for one in runs if one]
    if not runs:
        return None
    return Run(*(min(getattr(one, name) for one in runs) for name in ("cpu", "wall", "peak")))


class Bench:
    def __init__(self, arguments, directory):
        self.arguments = arguments
        self.directory = directory
        self.programs = {"peerbib": arguments.peerbib}
        if arguments.baseline:
            self.programs["baseline"] = arguments.baseline

    def row(self, title, commands, goal="", prepare=None, per_second=None):
        """Measures commands, by the name of their program, in turn, and prints a row for each."""
        runs = {name: [] for name in commands}
        for _ in range(1 if self.arguments.once else self.arguments.runs):
            for name, command in commands.items():
                if prepare:
                    prepare()
                runs[name].append(run(command, self.directory))
        own = best(runs["peerbib"])
        for name, result in ((name, best(results)) for name, results in runs.items()):
            label = title if name == "peerbib" else f"  {name}"
            if result is None:
                print(f"{label:38} failed")
                continue
            figures = f"{result.cpu:8.2f} {result.wall:8.2f} {result.peak:8.0f}"
            if name == "peerbib":
                rate = f"{per_second / own.wall:,.0f}/s" if per_second else ""
                print(f"{label:38} {figures}   {rate:>12} {goal}")
            elif own:
                print(f"{label:38} {figures}   {result.wall / own.wall:11.1f}x")
        sys.stdout.flush()

    def own(self, library, *arguments):
        """Returns a command for each build of peerbib."""
        return {
            name: [program, "--library", self.library(name, library), *arguments]
            for name, program in self.programs.items()
        }

    def library(self, program, name):
        """Returns the path of a library. Builds may have different schemas."""
        return self.directory / f"{program}-{name}.db"

    def bibliography(self, works):
        path = self.directory / f"{works}.bib"
        if not path.exists():
            with path.open("wb") as file:
                subprocess.run([self.generator(), str(works)], stdout=file, check=True)
        return path

    def generator(self):
        path = self.directory / "generate"
        if not path.exists():
            source = ROOT / "examples" / "generate_bibliography.rs"
            subprocess.run(
                ["rustc", "-O", "--edition", "2024", source, "-o", path], check=True
            )
        return path

    def measure(self):
        works = self.arguments.works
        bib = self.bibliography(works)
        print(f"{works:,} works, {bib.stat().st_size / 1e6:.0f} MB; best of "
              f"{1 if self.arguments.once else self.arguments.runs} runs")
        print(f"{'':38} {'CPU s':>8} {'clock s':>8} {'peak MB':>8}   {'rate/ratio':>12} goal")
        self.imports(bib)
        self.finds()
        self.formats(works)
        self.passes()
        self.small()
        self.references()

    def imports(self, bib):
        commands = self.own("works", "import", str(bib))
        if autobib := shutil.which("autobib"):
            commands["autobib"] = [
                autobib, "--database", self.directory / "autobib.db", "import", str(bib)
            ]

        def clear():
            for pattern in ("*-works.db*", "autobib.db*"):
                for path in self.directory.glob(pattern):
                    path.unlink()

        self.row("import", commands, "1.8 s, 300 MB", clear, self.arguments.works)
        # `clear` ran before each program, so only the last library is left.
        for command in self.own("works", "import", str(bib)).values():
            if not Path(command[2]).exists():
                run(command, self.directory)
        for name in self.programs:
            size = self.library(name, "works").stat().st_size / bib.stat().st_size
            print(f"{'  size of the library, ' + name:38} {size:8.2f} times the file{'':14} 3")

    def finds(self):
        queries = [
            "limit:100", "sort:added limit:100", "makerspaces limit:100", "author:ostrom limit:100",
            "-author:ostrom limit:100", "missing:abstract limit:100", "year:1999 type:book limit:100",
            "title:/^measuring.*labour/ limit:100", "/lab.ur/ limit:100",
        ]
        for query in queries:
            self.row(f"find {query}", self.own("works", "find", query), "0.05 s")
        self.row(
            "find --count, a pattern", self.own("works", "find", "--count", "title:/labour/"), "0.05 s"
        )
        self.row(
            "find, every row", self.own("works", "find"), "400,000/s", None, self.arguments.works
        )

    def formats(self, works):
        for style in ("apa", "chicago-notes", "ieee"):
            for form in ("text", "html"):
                command = self.own("works", "format", "--style", style, "--to", form)
                goal = "2 s, 300 MB" if style == "apa" else ""
                self.row(f"format {style} to {form}", command, goal, None, works)
        bib = self.bibliography(4_000)
        items = self.directory / "4000.json"
        convert = [self.arguments.peerbib, "convert", bib, "--to", "csl-json", "-o", items]
        run(convert, self.directory)
        commands = {
            name: [program, "format", "--input", items, "--style", "apa"]
            for name, program in self.programs.items()
        }
        if citum := shutil.which("citum"):
            commands["citum"] = [citum, "render", "refs", "-b", items, "-s", "apa-7th", "-m", "bib"]
        if hayagriva := shutil.which("hayagriva"):
            commands["hayagriva"] = [hayagriva, bib, "reference"]
        if (node := shutil.which("node")) and os.environ.get("CITEPROC_STYLE"):
            script = self.directory / "citeproc.js"
            script.write_text(CITEPROC)
            commands["citeproc-js"] = [node, script, items]
        self.row("format 4,000 items of CSL-JSON, APA", commands, "0.09 s", None, 4_000)
        for command in self.own("4000", "import", str(bib)).values():
            run(command, self.directory)
        self.row("format 4,000 works, APA", self.own("4000", "format", "--style", "apa"), "0.09 s")

    def passes(self):
        for name in ("check", "dedupe", "stats", "timeline"):
            self.row(name, self.own("works", name), "1 s, 200 MB")
        for name in ("biblatex", "bibtex", "csl-json", "hayagriva", "ris"):
            self.row(f"export to {name}", self.own("works", "export", "--to", name), "1 s, 200 MB")
        self.row("doctor", self.own("works", "doctor"))
        rules = self.own("works", "rules", "import", "peerbib:rules")
        undo = self.own("works", "undo", "--yes")
        for name, program in self.programs.items():
            results = [run(rules[name], self.directory), run(undo[name], self.directory)]
            for title, result in zip(("rules import peerbib:rules", "undo"), results):
                label = title if name == "peerbib" else f"  {name}"
                if result:
                    print(f"{label:38} {result.cpu:8.2f} {result.wall:8.2f} {result.peak:8.0f}")

    def small(self):
        bib = self.bibliography(100)
        for command in self.own("small", "import", str(bib)).values():
            run(command, self.directory)
        self.row("find in a library of 100 works", self.own("small", "find", "ostrom"), "0.015 s")

    def references(self):
        bib = self.bibliography(4_000)
        text = self.directory / "references.txt"
        with text.open("wb") as file:
            command = [self.arguments.peerbib, "format", "--input", bib, "--style", "apa"]
            subprocess.run(command, stdout=file, stderr=subprocess.DEVNULL)
        output = self.directory / "references.json"
        commands = {
            name: [program, "convert", text, "--from", "references", "--to", "csl-json", "-o", output]
            for name, program in self.programs.items()
        }
        self.row("convert a list of 4,000 references", commands, "2,000/s", None, 4_000)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--once", action="store_true", help="run everything once")
    parser.add_argument("--peerbib", type=Path, default=ROOT / "target" / "release" / "peerbib")
    parser.add_argument("--baseline", type=Path, help="another build of peerbib")
    parser.add_argument("--directory", type=Path, help="where the libraries go, and stay")
    arguments = parser.parse_args()
    arguments.peerbib = arguments.peerbib.resolve()
    if arguments.baseline:
        arguments.baseline = arguments.baseline.resolve()
    if arguments.directory:
        arguments.directory.mkdir(parents=True, exist_ok=True)
        Bench(arguments, arguments.directory.resolve()).measure()
    else:
        with tempfile.TemporaryDirectory() as directory:
            Bench(arguments, Path(directory)).measure()


if __name__ == "__main__":
    main()
