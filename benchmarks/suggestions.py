"""How often `pkgset suggest-equivalents` is right: its proposals held against tables that people made.

    python -m benchmarks.suggestions [--data ../shared/data] [--output results/suggestions.json]

Two truths: the pair's own table in `problems/equivalents/`, and `lists/photon-names-to-upstream.json`, whose values
are words for people: `|` and `/` alternatives, `+` several needed together, null nobody, the rest prose. A proposal
is right where it names one of them; `partly` counts those where more are needed besides. Recall is over the names for
which the truth names something that upstream has. The map speaks of Fedora's and CentOS's names: of openSUSE it says
little.

The rules were written with the three CentOS tables in view. The openSUSE table was not: 15 of 21 proposals were right
by it when they were first held against it (71 %), and one fault that it showed has been mended since. Expect as much
of another pair, not the first three rows.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
from tabulate import tabulate

from optimizer.export.results import write_json
from optimizer.pipeline import Settings, close_problem
from optimizer.problem.dependency import leaves
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Downstream, Origin, Problem
from optimizer.repository.repository import open_repository
from optimizer.universe.load import Loaded, load_world
from optimizer.universe.suggest import Suggestion, suggest_equivalents

ROOT = Path(__file__).resolve().parent.parent
PAIRS = {
    "Photon 1.0 TP1 -> CentOS 7.2": "pairs/photon-1.0-tp1-on-centos-7",
    "Photon 1.0 GA -> CentOS 7.2": "pairs/photon-1.0-ga-on-centos-7",
    "Photon 5.0 -> CentOS Stream 9": "pairs/photon-5.0-on-centos-stream-9",
    "Photon 1.0 TP1 -> openSUSE 11.1": "photon-on-opensuse-11.1/photon-1.0-tp1-full-opensuse",
}

# What stands for a name: sets of upstream names needed together, any one of which does; empty: nobody.
Answers = tuple[frozenset[str], ...]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Proposals against one truth; `judged` are missing names that the truth knows, `findable` those it has one for.

    `wrong` are the proposals it contradicts, as `name -> proposed`.
    """

    truth: str
    judged: int
    proposed: int
    right: int
    partly: int
    findable: int
    precision: float | None
    recall: float | None
    wrong: tuple[str, ...]


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """One pair: downstream names that upstream lacks, rows proposed for them, and how right these are."""

    pair: str
    missing: int
    proposed: int
    verdicts: tuple[Verdict, ...]


def read_map(values: Mapping[str, str | None], upstream: Iterable[str]) -> dict[str, Answers]:
    """Return the answers of the hand-made table, without the values that are prose from end to end.

    A word in brackets is a name where upstream has it (`coreutils (coreutils-common)`), a remark where it has not.
    """
    names = frozenset(upstream)
    return {
        name: answers
        for name, value in values.items()
        if (answers := () if value is None else _read_value(value, names)) is not None
    }


def _read_value(value: str, upstream: frozenset[str]) -> Answers | None:
    if value.startswith(("(", "/")):
        return None
    remarks = re.findall(r"\(([^)]*)\)", value)
    choices = re.split(r"\s[|/]\s", re.sub(r"\([^)]*\)", "", value))
    found = [frozenset(word.strip() for word in choice.split(" + ")) for choice in choices]
    found += [frozenset({remark}) for remark in remarks if remark in upstream]
    return tuple(_expanded(answer, upstream) for answer in found)


def _expanded(answer: frozenset[str], upstream: frozenset[str]) -> frozenset[str]:
    """`glibc-langpack-*` is every name upstream has of that kind."""
    expanded: set[str] = set()
    for name in answer:
        expanded |= {each for each in upstream if fnmatchcase(each, name)} or {name}
    return frozenset(expanded)


def read_table(problem: Problem) -> dict[str, Answers]:
    """Return the answers of a problem's equivalents: alternatives of a rich dependency count as needed together."""
    answers: dict[str, Answers] = {}
    for row in problem.equivalents:
        names = frozenset(leaf.name for dependency in row.upstream for leaf in leaves(dependency))
        answers[row.name] = (names,) if names else ()
    return answers


def judge(
    truth: str, suggestions: Iterable[Suggestion], answers: Mapping[str, Answers], upstream: Iterable[str]
) -> Verdict:
    """Return how right the proposals are."""
    there = frozenset(upstream)
    known = [one for one in suggestions if one.name in answers]
    proposed = {one.name: one.proposed.upstream for one in known if one.proposed is not None}
    right = [name for name, given in proposed.items() if any(given in answer for answer in answers[name])]
    whole = [name for name in right if frozenset({proposed[name]}) in answers[name]]
    findable = [one for one in known if any(not there.isdisjoint(answer) for answer in answers[one.name])]
    return Verdict(
        truth=truth,
        judged=len(known),
        proposed=len(proposed),
        right=len(right),
        partly=len(right) - len(whole),
        findable=len(findable),
        precision=round(len(right) / len(proposed), 4) if proposed else None,
        recall=round(len(right) / len(findable), 4) if findable else None,
        wrong=tuple(f"{name} -> {proposed[name]}" for name in sorted(proposed.keys() - set(right))),
    )


def measure(pair: str, data: Path) -> Measurement:
    """Return the measurement of a pair of `PAIRS`; raises what loading its problem and repositories raises."""
    problem = load_problem(ROOT / "problems" / f"{PAIRS[pair]}.yaml")
    suggestions = suggest(problem, data)
    upstream = upstream_names(problem, data)
    listed = msgspec.json.decode((data / "lists" / "photon-names-to-upstream.json").read_bytes())["map"]
    truths = {"table": read_table(problem), "map": read_map(listed, upstream)}
    return Measurement(
        pair=pair,
        missing=len(suggestions),
        proposed=sum(one.proposed is not None for one in suggestions),
        verdicts=tuple(judge(name, suggestions, answers, upstream) for name, answers in truths.items()),
    )


def suggest(problem: Problem, data: Path) -> tuple[Suggestion, ...]:
    """Return the suggestions for a problem as if it had no table."""
    settings = Settings(mirror=data)
    opened = [
        open_repository(source, mirror=data, cache=settings.cache, progress=settings.progress)
        for source in problem.repositories
    ]

    def load(asked: Problem, filelists: bool) -> Loaded:
        return load_world(asked, opened, settings.cache, settings.progress, filelists=filelists)

    return suggest_equivalents(replace(problem, equivalents=()), load)


def upstream_names(problem: Problem, data: Path) -> frozenset[str]:
    """Return the names of the upstream candidates."""
    alone = replace(
        problem,
        equivalents=(),
        features=(),
        pins=(),
        policy=replace(problem.policy, downstream=Downstream.NONE, unknown_size=0),
    )
    universe = close_problem(alone, Settings(mirror=data)).universe
    held = map(universe.world.solvable, universe.candidates.chosen)
    return frozenset(solvable.name for solvable in held if universe.world.origin(solvable) is Origin.UPSTREAM)


def table(measurements: Iterable[Measurement]) -> str:
    """Return the measurements as a table for people."""
    rows = [
        [
            *([each.pair, each.missing, each.proposed] if number == 0 else ["", "", ""]),
            verdict.truth,
            verdict.judged,
            f"{verdict.right} of {verdict.proposed}",
            _percent(verdict.precision),
            f"{verdict.right} of {verdict.findable}",
            _percent(verdict.recall),
            verdict.partly,
        ]
        for each in measurements
        for number, verdict in enumerate(each.verdicts)
    ]
    heads = ["pair", "missing", "proposed", "truth", "judged", "right", "precision", "found", "recall", "partly"]
    return tabulate(rows, heads, disable_numparse=True, colalign=["left", *["right"] * 2, "left", *["right"] * 6])


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def main() -> None:
    """Measure every pair, print the table and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(os.environ.get("PKGSET_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=default, help="directory of real metadata (PKGSET_DATA)")
    parser.add_argument("--output", type=Path, default=ROOT / "results" / "suggestions.json")
    arguments = parser.parse_args()
    measurements = [measure(pair, arguments.data) for pair in PAIRS]
    print(table(measurements))
    for each in measurements:
        for verdict in each.verdicts:
            for wrong in verdict.wrong:
                print(f"wrong by the {verdict.truth}, {each.pair}: {wrong}")
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    write_json(arguments.output, measurements)


if __name__ == "__main__":
    main()
